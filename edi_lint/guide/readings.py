"""The ways to read a segment that the guide does not allow where it stands, and the choice among them.

Each reading says where the segment would belong and which faults that means. Every reading is tried on the
segments that follow, and the one that leads to the fewest faults is taken; the weights only decide among
equals, and the cases that they were chosen for are tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

import msgspec

from ..x12 import Segment
from .graph import RESYNCHRONISE, Graph, Headless, Key, Member, Node, Step
from .open_loop import OpenLoop

__all__ = ["ALLOWED", "DOUBTFUL", "Reading", "best_reading"]

ALLOWED = 0.7
"""The weight of a step that the guide allows: with as few faults as another reading, it is the better one."""
DOUBTFUL = -0.3
"""Its weight where something else speaks against it."""
_FORKS = 4
"""So many readings of a later segment are followed in a trial."""
_LEAST = 0.4
"""One fault, less the weight of the best reading of what the guide does not allow: none of these can cost less."""


class Reading(msgspec.Struct):
    """Where a segment would belong, and the faults (kind, place) that this reading reports.

    With ``stays``, the segment is put into its loop but the walk goes on from where it was. It is ``expected`` where
    the guide requires a segment of this id next.
    """

    weight: float
    step: Step
    faults: list[tuple[str, Node]]
    stays: bool = False
    expected: bool = False


def best_reading(
    graph: Graph,
    current: Node,
    open_loops: Sequence[OpenLoop],
    segment: Segment,
    following: Sequence[Segment],
    allowed: Reading | None = None,
) -> Reading | None:
    """The reading of ``segment`` that makes most sense of what follows; None when it has no place at all.

    ``open_loops`` are those that the walk has open, outermost first; ``allowed`` is the step that the guide allows.
    """

    def cost_of(reading: Reading, most: float = inf) -> float:
        trial = _Trial(graph, current, open_loops)
        wrong = reading.step.node.checker.faults(segment)
        cost = len(reading.faults) - reading.weight
        # Where the guide allows or expects it, wrong values are one fault; elsewhere they speak against it.
        at_home = reading is allowed or reading.expected
        cost += bool(wrong) if at_home else sum(int(facts.get("count", 1)) for _, _, facts in wrong)
        if not reading.stays:
            cost += trial.move(reading.step)
        return cost + trial.cost_of(following, most - cost)

    best, least = allowed, cost_of(allowed) if allowed is not None else inf
    if least <= _LEAST:
        return best
    without = 1 + _Trial(graph, current, open_loops).cost_of(following)
    if without <= least:
        best, least = None, without
    for reading in _readings(graph, current, open_loops, graph.key(segment.elements)):
        cost = cost_of(reading, least)
        if cost < least:
            best, least = reading, cost
    return best


class _Trial:
    """A walk on trial: it counts the faults and reports none."""

    def __init__(self, graph: Graph, node: Node, open_loops: Sequence[OpenLoop]) -> None:
        self._graph = graph
        self._node = node
        self._stack = [(loop.spec, loop.seen) for loop in open_loops]

    def cost_of(self, following: Sequence[Segment], most: float = inf, forks: bool = True) -> float:
        """How many faults follow; it is enough to know that they are more than ``most``.

        Where a segment has no place, a loop may have lost its first segment: with ``forks``, the likeliest of these
        readings are followed to the end, the first time; without, and later, only the likeliest.
        """
        cost: float = 0
        for number, segment in enumerate(following):
            if cost > most:
                break
            if steps := self._graph.steps(self._node, segment):
                cost += self.move(steps[0])
                continue
            cost += 1
            headless = self._graph.headless(self._node, self._graph.key(segment.elements))
            if forks:
                return cost + self._least_of(headless[:_FORKS], following[number + 1 :], most - cost)
            if headless:
                cost += self.move(headless[0].step)
        return cost

    def _least_of(self, headless: Sequence[Headless], following: Sequence[Segment], most: float) -> float:
        """What it costs to go on with the best of these readings, or as if the segment were not there."""
        node, stack = self._node, self._stack
        least = most
        for step in [None, *(one.step for one in headless)]:
            self._node, self._stack = node, stack.copy()
            cost = self.move(step) if step is not None else 0
            least = min(least, cost + self.cost_of(following, least - cost, forks=False))
        return least

    def move(self, step: Step) -> int:
        cost = 0
        for _ in range(step.leaves):
            spec, seen = self._stack.pop()
            missing = (spec.required & ~seen).bit_count()
            # A loop of nothing but its first segment is one fault.
            cost += missing if seen != spec.head.bit else min(missing, 1)
        for entered in step.enters:
            cost += self._occur(entered)
            self._stack.append((entered, entered.head.bit))
        if not (step.enters and step.node.is_head):
            cost += self._occur(step.node)
        self._node = step.node
        return cost

    def _occur(self, member: Member) -> int:
        spec, seen = self._stack[-1]
        missing = member.before & ~seen
        limit = member.max_use if isinstance(member, Node) else member.repeat
        surplus = limit == 1 and bool(seen & member.bit)
        self._stack[-1] = spec, seen | missing | member.bit
        return missing.bit_count() + surplus


def _readings(graph: Graph, current: Node, open_loops: Sequence[OpenLoop], key: Key) -> Iterator[Reading]:
    """Every reading of a segment with this key behind ``current``, from the innermost open loop outwards."""
    position = current.position
    for leaves, open_loop in enumerate(reversed(open_loops)):
        for member in open_loop.spec.members:
            if isinstance(member, Node):
                if member.is_head:
                    continue
                node, step = member, Step(member, leaves, ())
            else:
                node, step = member.head, Step(member.head, leaves, (member,))
            if node.segment_id != key[0]:
                continue
            seen = bool(open_loop.seen & member.bit)
            wanted = member.usage == "R" and not seen
            if not node.accepts(key):
                weight = (0.4 if member.position >= position else 0.2) + 0.05 * wanted - 0.02 * seen
                expected = wanted and not leaves and member.position >= position
                yield Reading(weight - 0.01 * leaves, step, [], expected=expected)
            elif member.position < position:
                weight = 0.0 if seen else 0.5 if leaves == 0 else 0.3 + 0.05 * wanted
                if open_loop.missed and member in open_loop.missed:
                    weight = 0.6
                faults = [("segment-out-of-order", node)]
                yield Reading(weight - 0.01 * leaves, step, faults)
                if isinstance(member, Node):
                    yield Reading(weight - 0.01 * leaves - 0.1, step, faults, stays=True)
        position = open_loop.spec.position
    for headless in graph.headless(current, key):
        leaves, loop = headless.step.leaves, headless.outermost
        wanted = loop.usage == "R" and not open_loops[-1 - leaves].seen & loop.bit
        weight = 0.3 if loop.head.segment_id in RESYNCHRONISE else 0.1 if wanted else -0.1
        faults = [("segment-missing", head) for head in headless.heads]
        yield Reading(weight - 0.01 * leaves - 0.02 * len(faults), headless.step, faults)
