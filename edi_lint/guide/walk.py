"""Place every segment of a transaction set in the guide, and say what is missing, surplus or out of place.

Theory of operation. The walk stands on a node of the graph and holds a stack of open loops (`OpenLoop`). For
most segments one dictionary answers: a node remembers, for each raw segment that followed it without fault, the
step to take (`Node.memo`). Otherwise the graph is asked for the steps that the guide allows; the elements are
checked once, and the answer is remembered.

What must be there is checked on the way: each loop keeps one bit per member that has occurred, each node knows
the required members before it, so a missing segment shows at the first segment behind its place, or when the
loop is left. Repeats are counted where a limit is above one.

Where the guide allows no step, every reading is tried: the segment is out of order; its qualifier is wrong; the
segment that opens a loop is missing; it does not belong here at all. The reading that lets the following
segments fit best is taken (`_recover`), and reported as one fault.

The result comes in units: the header, one billing provider, one subscriber, one patient, one claim, the trailer.
A unit is handed over when the next one begins, so one claim is in memory, never the file.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import takewhile

from ..x12 import Fault, Ref, Segment
from .check import ElementFault
from .graph import MEMO_SIZE, Graph, LoopNode, Member, Node, Step
from .hierarchy import Hierarchy
from .open_loop import OpenLoop
from .readings import ALLOWED, DOUBTFUL, Reading, best_reading

__all__ = ["OpenLoop", "Segments", "Unit", "walk"]

Known = tuple[Step, list[ElementFault], int]
"""What the walk learns of a segment behind a node: the step to take, what is wrong with its elements, its signs."""

_ENVELOPE = frozenset({"ISA", "GS", "ST", "GE", "IEA", "TA1"})
_NOT_USED = frozenset(("CL1", "CR4", "CR5", "CR6", "CR7", "CR8", "DN1", "DN2", "DSB", "HSD", "IMM", "MIA", "N2", "QTY",
                       "SV2", "SV3", "SV4", "SV6", "SV7", "TOO", "UR"))  # fmt: skip
"""Segments of X12's 837 that institutional and dental claims use; of any other the 837 knows nothing."""
_LOOK_AHEAD = 8


class Segments:
    """The stream of segments, with a look ahead and the freedom to put one back."""

    def __init__(self, source: Iterator[Segment]) -> None:
        self.source = source
        self.ahead: deque[Segment] = deque()

    def next(self) -> Segment | None:
        """The next segment; None at the end."""
        return self.ahead.popleft() if self.ahead else next(self.source, None)

    def put_back(self, segment: Segment) -> None:
        """Make ``segment`` the next one again."""
        self.ahead.appendleft(segment)

    def peek(self, count: int) -> list[Segment]:
        """Up to ``count`` segments that are to come."""
        while len(self.ahead) < count and (segment := next(self.source, None)) is not None:
            self.ahead.append(segment)
        return [segment for segment, _ in zip(self.ahead, range(count), strict=False)]


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


def walk(graph: Graph, start: Segment, segments: Segments) -> Iterator[Unit]:
    """Walk from the ST ``start`` to the SE, or to where the envelope says that the transaction set has ended."""
    return _Walk(graph, segments).run(start)


class _Walk:
    def __init__(self, graph: Graph, segments: Segments) -> None:
        self._graph = graph
        self._segments = segments
        self._loop = OpenLoop(graph.root)
        self._outer: list[OpenLoop] = []
        """The loops that the innermost one lies in, outermost first."""
        self._node = graph.start
        self._unit = Unit(self._loop)
        self._recovered: list[tuple[str, Node]] = []
        self._levels = Hierarchy()
        self._strays: list[Node] = []
        """Where the last segment that has no place would have been at home."""
        self._stray_at = 0

    def run(self, start: Segment) -> Iterator[Unit]:
        self._loop.seen |= self._node.bit
        self._keep(self._node, start)
        self._check_elements(self._node, start, self._node.checker.faults(start))
        source, ahead = self._segments.source, self._segments.ahead
        node = self._node
        # This loop runs once for every segment of a batch: what is common stands in it, the rest is called.
        while (segment := ahead.popleft() if ahead else next(source, None)) is not None:
            known = node.memo.get(segment.text)
            if known is None:
                if _is_envelope(segment):
                    self._segments.put_back(segment)
                    break
                known = self._learn(segment)
            else:
                step = known[0]
                if step.node.before & ~self._loop.seen if step.stays_in_loop else self._is_early(step):
                    known = self._recover(segment, Reading(ALLOWED, step, []))
            if known is None:
                continue
            step, element_faults, signs = known
            node = self._node = step.node
            loop = self._loop
            kept = True
            if step.stays_in_loop:
                if self._recovered:
                    self._report_recovery(segment)
                seen = loop.seen
                if node.before & ~seen or node.bit & seen:
                    kept = self._occur(node, segment)
                else:
                    loop.seen = seen | node.bit
            else:
                leaves = step.leaves
                while leaves:
                    leaves -= 1
                    inner = self._loop
                    if inner.spec.levels_inside or inner.spec.required & ~inner.seen:
                        self._leave(segment)
                    else:
                        inner.following = segment
                        self._loop = self._outer.pop()
                if step.opens_unit:
                    self._check_before(step.enters[0] if step.enters else node, segment)
                    self._unit.following = segment
                    yield self._unit
                    self._unit = Unit(self._loop)
                if self._recovered:
                    self._enter_recovered(step, segment)
                else:
                    for entered in step.enters:
                        self._enter(entered, segment)
                loop = self._loop
                if not (step.enters and node.is_head):
                    kept = self._occur(node, segment)
            if kept:
                loop.segments.append(segment)
                loop.nodes.append(node)
            if signs:
                self._unit.signs |= signs
            if element_faults:
                self._check_elements(node, segment, element_faults)
            if node.is_turn:
                if node.is_level:
                    self._check_level(node, segment)
                else:
                    yield self._unit
                    return
        self._unit.cut = True
        yield self._unit

    # -- moving ---------------------------------------------------------------------------------------

    def _learn(self, segment: Segment) -> Known | None:
        """Find out where a segment that the memo does not know belongs; None if it has no place."""
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
        place = step.node
        if place.is_level:
            # A level may begin almost anywhere, so its number has to speak for it; no two of a set are alike.
            around = [*self._outer, self._loop][-1 - step.leaves]
            if not self._levels.continues(segment, around.numbers):
                return self._recover(segment, Reading(DOUBTFUL, step, []))
        if faults or (place.before & ~self._loop.seen if step.stays_in_loop else self._is_early(step)):
            return self._recover(segment, Reading(ALLOWED, step, []))
        signs = self._graph.signs(place, segment)
        if place.is_level:
            return step, faults, signs
        if len(node.memo) >= MEMO_SIZE:
            node.memo.clear()
        known = node.memo[segment.text] = step, faults, signs
        return known

    def _enter(self, spec: LoopNode, segment: Segment) -> None:
        parent = self._loop
        kept = True
        seen = parent.seen
        if spec.before & ~seen or spec.bit & seen:
            kept = self._occur(spec, segment)
        else:
            parent.seen = seen | spec.bit
        self._outer.append(parent)
        self._loop = loop = OpenLoop(spec)
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

    def _leave(self, following: Segment) -> None:
        """Close the innermost loop: what it still needed is missing."""
        loop = self._loop
        loop.following = following
        missing = loop.spec.required & ~loop.seen
        if missing:
            self._missing(loop, missing, following)
        if loop.spec.levels_inside and len(loop.segments) > 1:
            self._check_children(loop, following)
        self._loop = self._outer.pop()

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
        told = [fault for fault in self._unit.faults if fault.segment is hl and fault.ref is not None]
        self._loop.numbers, faults = self._levels.open(hl, outer.numbers)
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
        return reading.step, node.checker.faults(segment), self._graph.signs(node, segment)

    def _put_late(self, reading: Reading, segment: Segment) -> None:
        """Put a segment that comes too late into the loop it belongs to, and stay where the walk is."""
        node, innermost = reading.step.node, self._loop
        self._loop = [innermost, *reversed(self._outer)][reading.step.leaves]
        self._recovered = reading.faults
        self._report_recovery(segment)
        self._loop.seen |= node.bit
        self._keep(node, segment)
        self._unit.signs |= self._graph.signs(node, segment)
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
        graph, key = self._graph, self._graph.key(segment)
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
    return segment.id in _ENVELOPE and segment.get(1).strip() != ""


def _id_of(member: Member) -> str:
    return member.segment_id if isinstance(member, Node) else member.head.segment_id
