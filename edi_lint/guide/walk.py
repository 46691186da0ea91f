"""Place every segment of a transaction set in the guide, and say what is missing, surplus or out of place.

Theory of operation. The walk stands on a node of the graph and holds a stack of open loops (`OpenLoop`). Each
segment has a kind, found once for each distinct text (`Kinds`): where its elements are right. A node remembers,
for each kind that followed it without fault, the step to take (`Node.memo`); otherwise the graph is asked for the
steps that the guide allows, and the elements are checked.

Most units need no steps at all. When a unit begins, the kinds of its segments and of the one that begins the next
unit are looked up as one string: if such a unit was walked before without fault, it is put together at once
(`Shape`), and the walk goes on with the next. This is an abbreviation and no more: without it, everything comes out
the same.

What must be there is checked on the way: each loop keeps one bit per member that has occurred, each node knows
the required members before it, so a missing segment shows at the first segment behind its place, or when the
loop is left. Repeats are counted where a limit is above one.

Where the guide allows no step, every reading is tried: the segment is out of order; its qualifier is wrong; the
segment that opens a loop is missing; it does not belong here at all. The reading that lets the following
segments fit best is taken (`_recover`), and reported as one fault.

The result comes in units: the header, one billing provider, one subscriber, one patient, one claim, the trailer.
A unit is handed over when the next one begins, at the latest with as many others as make `TOGETHER` segments; so some
claims are in memory, never the file. They are handed over before anything is read in another way than the guide allows:
nothing else changes what they hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import takewhile
from operator import itemgetter, or_

from ..x12 import Fault, Ref, Segment
from .check import ElementFault
from .graph import ENVELOPE, Graph, Known, LoopNode, Member, Node, Step
from .hierarchy import Hierarchy
from .kinds import STOP, STRANGE
from .open_loop import OpenLoop
from .readings import ALLOWED, DOUBTFUL, Reading, best_reading
from .shape import Shape

__all__ = ["OpenLoop", "Segments", "Unit", "walk"]

_NOT_USED = frozenset(("CL1", "CR4", "CR5", "CR6", "CR7", "CR8", "DN1", "DN2", "DSB", "HSD", "IMM", "MIA", "N2", "QTY",
                       "SV2", "SV3", "SV4", "SV6", "SV7", "TOO", "UR"))  # fmt: skip
"""Segments of X12's 837 that institutional and dental claims use; of any other the 837 knows nothing."""
_LOOK_AHEAD = 8
_LONGEST_SHAPE = 1000
"""Units of more segments are walked step by step: hardly two of them are alike."""
TOGETHER = 1024
"""Segments of units that are handed over together: who does one thing with all of them, then the next, is quicker than
who does everything with each, since what is at work stays in the processor's caches. More would not stay there."""
MOST_SHAPED = 1 << 16
"""So many segments the shapes of a kind of unit may have together; then they are gathered anew. Memory stays flat."""


class Segments:
    """The stream of segments, taken from blocks of them, with a look ahead and the freedom to put one back.

    ``held[at]`` is the next one, if it has been read yet. For the walk, ``kinds`` and ``signs`` say the same of each
    segment that is held as `Kinds` does.
    """

    def __init__(self, blocks: Iterable[list[Segment]]) -> None:
        self._blocks = iter(blocks)
        self._graph: Graph | None = None
        self.held: list[Segment] = []
        self.at = 0
        self.kinds = ""
        self.signs: tuple[int, ...] = ()

    def next(self) -> Segment | None:
        """The next segment; None at the end."""
        if self.at == len(self.held) and not self.read_on():
            return None
        self.at += 1
        return self.held[self.at - 1]

    def put_back(self) -> None:
        """Make the segment that was given last the next one again."""
        self.at -= 1

    def peek(self, count: int) -> list[Segment]:
        """Up to ``count`` segments that are to come."""
        while len(self.held) < self.at + count and self.read_on():
            pass
        return self.held[self.at : self.at + count]

    def read_on(self) -> bool:
        """Hold another block behind what is still to come; False at the end of the stream."""
        block = next(filter(None, self._blocks), None)
        if block is None:
            return False
        passed = max(self.at - 1, 0)  # The last one may be put back.
        self.held = self.held[passed:] + block
        self.at -= passed
        if self._graph is not None:
            self.kinds, self.signs = self.kinds[passed:], self.signs[passed:]
            self._tell_kinds(self._graph, block)
        return True

    def walked_by(self, graph: Graph) -> None:
        """From now on, know the kinds of all that is held."""
        if self._graph is not graph:
            self._graph = graph
            self.kinds, self.signs = "", ()
            self._tell_kinds(graph, self.held)

    def _tell_kinds(self, graph: Graph, segments: list[Segment]) -> None:
        kinds = graph.kinds.of(segments)
        self.kinds += "".join(map(itemgetter(0), kinds))
        self.signs += tuple(map(itemgetter(1), kinds))

    def to_stop(self) -> int:
        """The place in ``held`` of the next segment that begins another unit, or is strange.

        Where none comes soon, the end of what is held.
        """
        searched = self.at
        while (stop := STOP.search(self.kinds, searched)) is None:
            ahead = len(self.held) - self.at
            if ahead > _LONGEST_SHAPE or not self.read_on():
                return len(self.held)
            searched = self.at + ahead
        return stop.start()


class Unit:
    """A finished part of the transaction set, with the faults found in it. ``loop`` is its outermost loop.

    ``above`` holds the loops that it lies in, outermost first. ``cut`` is True when the transaction set broke off
    inside it. ``signs`` holds what its segments are signs of (`Signs`). ``following`` is the segment that begins the
    next unit; None where the walk ends.
    """

    __slots__ = ("above", "cut", "faults", "following", "loop", "signs")

    def __init__(self, loop: OpenLoop, above: tuple[OpenLoop, ...] = ()) -> None:
        self.loop = loop
        self.above = above
        self.faults: list[Fault] = []
        self.cut = False
        self.signs = 0
        self.following: Segment | None = None

    @property
    def trailer(self) -> Segment | None:
        """The SE, if the unit ends with it."""
        loop = self.loop
        return loop.segments[-1] if loop.nodes and loop.nodes[-1].segment_id == "SE" else None


def walk(graph: Graph, start: Segment, segments: Segments) -> Iterator[list[Unit]]:
    """Walk from the ST ``start`` to the SE, or to where the envelope says that the transaction set has ended.

    The units come in order, some at a time; the trailer comes alone.
    """
    walking = _Walk(graph, segments)
    try:
        yield from walking.run(start)
    except Exception:
        # That the file cannot be read on is no reason to lose what has been read.
        if waiting := walking.hand_over():
            yield waiting
        raise


class _Walk:
    def __init__(self, graph: Graph, segments: Segments) -> None:
        self._graph = graph
        self._segments = segments
        self._loop = OpenLoop(graph.root, [], [], graph.start.bit)
        self._outer: list[OpenLoop] = []
        """The loops that the innermost one lies in, outermost first."""
        self._node = graph.start
        self._unit = Unit(self._loop)
        self._recovered: list[tuple[str, Node]] = []
        self._levels = Hierarchy()
        self._strays: list[Node] = []
        """Where the last segment that has no place would have been at home."""
        self._stray_at = 0
        self._shape = ""
        """The kinds of a unit whose shape is not known yet, and of the segment behind it, as long as it is walked."""
        self._shaped = self._unit
        """The unit that they are of."""
        self._shape_ends: Segment | None = None
        """The segment behind it."""
        self._done: list[Unit] = []
        """Units that wait to be handed over."""

    def hand_over(self) -> list[Unit]:
        """The units that wait."""
        done, self._done = self._done, []
        return done

    def run(self, start: Segment) -> Iterator[list[Unit]]:
        self._keep(self._node, start)
        self._check_elements(self._node, start, self._node.checker.faults(start))
        segments = self._segments
        segments.walked_by(self._graph)
        ahead: Known | None = None
        while segments.at < len(segments.held) or segments.read_on():
            at = segments.at
            segment, kind, signs = segments.held[at], segments.kinds[at], segments.signs[at]
            if kind == STRANGE and _is_envelope(segment):
                break
            segments.at = at + 1
            known = ahead or self._node.memo.get(kind)
            if known is None or (known is not ahead and self._doubt(known[0], segment) is not None):
                # It may be read in a way that changes the loops around the units that wait.
                if self._done:
                    yield self.hand_over()
                known = self._learn(segment, kind)
            if known is None:
                continue
            ahead = None
            step, always, element_faults = known
            node = step.node
            kept = True
            if step.stays_in_loop:
                if self._recovered:
                    self._report_recovery(segment)
                loop = self._loop
                seen = loop.seen
                if node.before & ~seen or node.bit & seen:
                    kept = self._occur(node, segment)
                else:
                    loop.seen = seen | node.bit
            else:
                if step.leaves:
                    self._leave(step.leaves, segment)
                if step.opens_unit:
                    self._check_before(step.enters[0] if step.enters else node, segment)
                    if segment is self._shape_ends and known is self._node.memo.get(kind):
                        self._remember_shape(known)
                    self._unit.following = segment
                    self._done.append(self._unit)
                    if not step.enters:  # The trailer comes alone.
                        yield self.hand_over()
                    self._unit = Unit(self._loop)
                if self._recovered:
                    self._enter_recovered(step, segment)
                else:
                    for entered in step.enters:
                        self._enter(entered, segment)
                if not (step.enters and node.is_head):
                    kept = self._occur(node, segment)
            self._node = node
            if kept:
                self._keep(node, segment)
            self._unit.signs |= always | signs
            if element_faults:
                self._check_elements(node, segment, element_faults)
            if step.opens_unit:
                if node.is_level:
                    self._check_level(node, segment)
                elif not step.enters:
                    yield [self._unit]
                    return
                ahead = self._take_shape()
                if self._done and segment.ordinal - self._done[0].loop.first.ordinal >= TOGETHER:
                    yield self.hand_over()
        self._unit.cut = True
        yield [*self.hand_over(), self._unit]

    # -- moving ---------------------------------------------------------------------------------------

    def _learn(self, segment: Segment, kind: str) -> Known | None:
        """Find out where a segment belongs whose kind is new here, or is in doubt; None if it has no place."""
        node = self._node
        steps = self._graph.steps(node, segment)
        if not steps:
            return self._recover(segment)
        step, faults = steps[0], steps[0].node.checker.faults(segment)
        for other in steps[1:]:
            if not faults:
                break
            # Two uses of one segment that share a qualifier (PWK*CT in 2400): the one that it fits.
            if not (others := other.node.checker.faults(segment)):
                step, faults = other, others
        doubt = self._doubt(step, segment) or (ALLOWED if faults else None)
        if doubt is not None:
            return self._recover(segment, Reading(doubt, step, []))
        known = node.memo[kind] = step, self._graph.signs(step.node), faults
        return known

    def _doubt(self, step: Step, segment: Segment) -> float | None:
        """The weight of a step that the guide allows, where something speaks against it; None where nothing does."""
        if step.node.is_level:
            # A level may begin almost anywhere, so its number has to speak for it; no two of a set are alike.
            around = [*self._outer, self._loop][-1 - step.leaves]
            if not self._levels.continues(segment, around.numbers):
                return DOUBTFUL
        return ALLOWED if self._is_early(step) else None

    def _take_shape(self) -> Known | None:
        """Put together the rest of a unit that has just begun, if such a one was walked before.

        Gives what is known of the segment behind it; None where the unit has to be walked.
        """
        node, loop, segments = self._node, self._loop, self._segments
        if loop is not self._unit.loop or len(loop.segments) != 1 or not node.is_head:
            return None
        end = segments.to_stop()
        if end == len(segments.held):
            return None
        start, behind = segments.at, segments.held[end]
        kinds = segments.kinds[start : end + 1]
        shape = node.shapes.get(kinds)
        if shape is None:
            if len(kinds) <= _LONGEST_SHAPE:
                self._shape, self._shaped, self._shape_ends = kinds, self._unit, behind
            return None
        loop.seen = shape.seen
        if self._doubt(shape.known[0], behind) is not None:
            loop.seen = loop.spec.head.bit
            return None
        shape.fill(loop, segments.held, start - 1)
        self._unit.signs |= reduce(or_, filter(None, segments.signs[start:end]), shape.signs)
        segments.at = end
        return shape.known

    def _remember_shape(self, known: Known) -> None:
        """A unit has been read: if nothing is wrong with it, keep how it was built, and what is known behind it."""
        unit, kinds = self._shaped, self._shape
        if unit is not self._unit or unit.faults:
            return
        step, always, faults = known
        # The loops inside the unit are closed: what is left of the way are the unit itself and those above it.
        onward = Step(step.node, len(unit.above) - len(self._outer), step.enters)
        shape = Shape.of(unit.loop, len(kinds), self._graph, (onward, always, faults))
        if shape is None:
            return
        head = unit.loop.spec.head
        head.shaped += len(kinds)
        if head.shaped > MOST_SHAPED:
            head.shapes.clear()
            head.shaped = len(kinds)
        head.shapes[kinds] = shape

    def _enter(self, spec: LoopNode, segment: Segment) -> None:
        parent = self._loop
        kept = True
        seen = parent.seen
        if spec.before & ~seen or spec.bit & seen:
            kept = self._occur(spec, segment)
        else:
            parent.seen = seen | spec.bit
        self._outer.append(parent)
        self._loop = loop = OpenLoop(spec, [], [], spec.head.bit)
        if spec.is_unit:
            self._unit.loop = loop
            self._unit.above = tuple(self._outer)
        elif kept:
            children = parent.children
            if isinstance(children, list):
                children.append(loop)
            else:
                parent.children = [loop]

    def _is_early(self, step: Step) -> bool:
        """Whether a step comes before something that is required, in a loop that it leaves, enters or stays in."""
        loop, leaves = self._loop, step.leaves
        if step.stays_in_loop:
            return bool(step.node.before & ~loop.seen)
        if leaves:
            outer = self._outer
            for above in outer[: -leaves - 1 : -1]:
                if loop.spec.required & ~loop.seen and step.node.segment_id != "SE":
                    return True
                loop = above
        return bool(step.enters and step.enters[0].before & ~loop.seen)

    def _enter_recovered(self, step: Step, segment: Segment) -> None:
        """Enter loops whose opening segments are missing: what else they lack before this one is part of that fault."""
        for kind, missing in self._recovered:
            if kind == "segment-missing" and missing.is_level:
                self._levels.skip()
        self._report_recovery(segment)
        for number, entered in enumerate(step.enters):
            self._enter(entered, segment)
            if number + 1 < len(step.enters):
                self._loop.seen |= step.enters[number + 1].before
            elif not step.node.is_head:
                self._loop.seen |= step.node.before

    def _leave(self, count: int, following: Segment) -> None:
        """Close so many loops, the innermost first: what they still needed is missing."""
        outer = self._outer
        for loop in (self._loop, *outer[:-count:-1]):
            if loop is self._unit.loop or not loop.spec.is_unit:
                loop.following = following  # Units around this one have been handed over as they were.
            missing = loop.spec.required & ~loop.seen
            if missing:
                self._missing(loop, missing, following)
            if loop.spec.levels_inside and len(loop.segments) > 1:
                self._check_children(loop, following)
        self._loop = outer[-count]
        del outer[-count:]

    def _occur(self, member: Member, segment: Segment) -> bool:
        """Note that a member of the innermost loop occurs; False if it is one too many, and not kept for the rules."""
        loop = self._loop
        self._check_before(member, segment)
        limit = member.max_use if isinstance(member, Node) else member.repeat
        if not loop.seen & member.bit:
            loop.seen |= member.bit
            return True
        if limit == 0:
            return True
        if loop.counts is None:
            loop.counts = {}
        count = loop.counts[member] = loop.counts.get(member, 1) + 1
        if count == limit + 1:
            kind = "segment-repeated" if isinstance(member, Node) else "loop-repeated"
            self._fault(kind, segment, member, facts={"limit": limit})
        return count <= limit

    def _check_before(self, member: Member, segment: Segment) -> None:
        """Report what should have come before a member of the innermost loop and did not."""
        missing = member.before & ~self._loop.seen
        if missing:
            self._missing(self._loop, missing, segment)

    def _keep(self, node: Node, segment: Segment) -> None:
        loop = self._loop
        loop.segments.append(segment)
        loop.nodes.append(node)

    # -- saying what is wrong -------------------------------------------------------------------------

    def _missing(self, loop: OpenLoop, missing: int, following: Segment) -> None:
        loop.seen |= missing
        loop.whole = False
        if len(loop.segments) == 1 and not loop.children and missing.bit_count() > 1:
            # Nothing but the segment that opens the loop: one fault, whatever should have followed.
            needed = ", ".join(_id_of(member) for member in loop.spec.members if member.bit & missing)
            self._fault("loop-empty", following, loop.nodes[0], loop, {"needed": needed})
            return
        for member in loop.spec.members:
            if member.bit & missing:
                kind = "segment-missing" if isinstance(member, Node) else "loop-missing"
                self._fault(kind, following, member, loop)
                loop.missed = loop.missed or {}
                loop.missed[member] = self._unit.faults[-1]

    def _fault(
        self,
        kind: str,
        segment: Segment,
        member: Member,
        loop: OpenLoop | None = None,
        facts: dict[str, str | int] | None = None,
        ref: Ref | None = None,
    ) -> None:
        node = member if isinstance(member, Node) else member.head
        within = loop or self._loop
        words: dict[str, str | int] = {"segment_name": node.checker.spec.name}
        self._unit.faults.append(
            Fault(
                kind,
                segment,
                ref,
                node.loop.id,
                node.segment_id,
                within.segments[0] if within.segments else None,
                node.key,
                words | (facts or {}),
            )
        )

    def _check_elements(self, node: Node, segment: Segment, faults: list[ElementFault]) -> None:
        for kind, ref, facts in faults:
            self._fault(kind, segment, node, facts=facts, ref=ref)

    def _check_level(self, node: Node, hl: Segment) -> None:
        """A hierarchical level begins: its number, its parent, and whether the parent has announced a child (HL04)."""
        outer = self._outer[-1]
        parent = outer.segments[0] if outer.segments and outer.nodes[0].is_level else None
        self._loop.numbers, faults = self._levels.open(hl, outer.numbers)
        if faults:
            told = [fault for fault in self._unit.faults if fault.segment is hl and fault.ref is not None]
            if len(told) < 2 and not any(fault.kind == "elements-slipped" for fault in told):
                for kind, ref, facts in faults:
                    if not any(fault.ref == ref for fault in told):
                        self._fault(kind, hl, node, facts=facts, ref=ref)
        if parent is not None and parent.get(4) == "0" and not outer.told_children:
            outer.told_children = True
            self._fault("hl-child-unexpected", hl, node, facts={"parent": parent.get(1)[:12]}, ref=Ref(3))

    def _check_children(self, loop: OpenLoop, following: Segment) -> None:
        """A level ends: did the child come that its HL04 announced, and is there a claim at all?"""
        spec = loop.spec
        has_child = loop.seen & spec.levels_inside
        if not has_child and not loop.seen & spec.claims_inside:
            if spec.claims_inside:
                claims = next(member for member in spec.members if member.bit & spec.claims_inside)
                self._fault("level-without-claim", following, claims, loop)
            return
        opening = loop.segments[0] if loop.segments and loop.nodes[0].is_level else None
        if opening is not None and opening.get(4) == "1" and not has_child:
            child = next(member for member in spec.members if member.bit & spec.levels_inside)
            self._fault("hl-child-missing", following, child, loop, {"parent": opening.get(1)[:12]})

    # -- recovery -------------------------------------------------------------------------------------

    def _recover(self, segment: Segment, allowed: Reading | None = None) -> Known | None:
        """Read a segment that the guide does not allow here in the way that makes most sense of what follows.

        ``allowed`` is the step that the guide does allow, where something else speaks against it.
        """
        if segment.id not in self._graph.segment_ids:
            self._unplaced(segment)
            return None
        following = list(takewhile(lambda one: not _is_envelope(one), self._segments.peek(_LOOK_AHEAD)))
        reading = best_reading(self._graph, self._node, [*self._outer, self._loop], segment, following, allowed)
        if reading is None:
            self._unplaced(segment)
            return None
        if reading.stays:
            self._put_late(reading, segment)
            return None
        self._recovered = reading.faults
        node = reading.step.node
        return reading.step, self._graph.signs_of(node, segment), node.checker.faults(segment)

    def _put_late(self, reading: Reading, segment: Segment) -> None:
        """Put a segment that comes too late into the loop it belongs to, and stay where the walk is."""
        node, innermost = reading.step.node, self._loop
        self._loop = [innermost, *reversed(self._outer)][reading.step.leaves]
        self._recovered = reading.faults
        self._report_recovery(segment)
        self._loop.seen |= node.bit
        self._keep(node, segment)
        self._unit.signs |= self._graph.signs_of(node, segment)
        self._check_elements(node, segment, node.checker.faults(segment))
        self._loop = innermost

    def _report_recovery(self, segment: Segment) -> None:
        for kind, node in self._recovered:
            missed = self._loop.missed.pop(node, None) if self._loop.missed else None
            if missed is not None and missed in self._unit.faults:
                self._unit.faults.remove(missed)  # It was not missing, it comes late.
            self._fault(kind, segment, node)
        self._recovered = []

    def _unplaced(self, segment: Segment) -> None:
        self._loop.whole = False
        if self._follows_a_stray(segment):
            return
        kind = "segment-not-used" if segment.id in _NOT_USED else "segment-unknown"
        loop = self._loop
        self._unit.faults.append(
            Fault(
                "segment-unexpected" if segment.id in self._graph.segment_ids else kind,
                segment,
                None,
                loop.id,
                segment.id,
                loop.segments[0] if loop.segments else None,
            )
        )

    def _follows_a_stray(self, segment: Segment) -> bool:
        """Whether it has strayed with the segment before, which it follows in some loop: one fault, told there."""
        graph, key = self._graph, self._graph.key(segment.elements)
        found: list[Node] = []
        if segment.ordinal == self._stray_at + 1:
            found = [step.node for node in self._strays for step in graph.steps(node, segment) if not step.leaves]
        follows = bool(found)
        if not follows and segment.id in graph.segment_ids:
            found = [node for node in graph.nodes() if node.segment_id == key[0] and node.accepts(key)]
        self._strays, self._stray_at = found, segment.ordinal
        return follows


def _is_envelope(segment: Segment) -> bool:
    """Whether the transaction set ends here without SE; ST alone may be the end of a broken street."""
    return segment.id in ENVELOPE and segment.get(1).strip() != ""


def _id_of(member: Member) -> str:
    return member.segment_id if isinstance(member, Node) else member.head.segment_id
