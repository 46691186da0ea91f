"""The ways to read a segment that the guide does not allow where it stands, and the choice among them.

Each reading says where the segment would belong and which faults that means. Every reading is tried on the
segments that follow, and the one that leads to the fewest faults is taken; the weights only decide among
equals, and the cases that they were chosen for are tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from ..x12 import Segment
from .check import MOST_SINGLE
from .graph import Graph, Key, LoopNode, Member, Node, Step
from .open_loop import OpenLoop

__all__ = ["Reading", "best_reading"]

_RESYNCHRONISE = frozenset({"HL", "CLM", "LX"})
"""Where a loop opened by one of these has lost its first segment, the loop is still plain to see."""
_ALLOWED = 0.7
"""The weight of a step that the guide allows: with as few faults as another reading, it is the better one."""


class Reading(msgspec.Struct):
    """Where a segment would belong, and the faults (kind, place) that this reading reports.

    With ``stays``, the segment is put into its loop but the walk goes on from where it was.
    """

    weight: float
    step: Step
    faults: list[tuple[str, Node]]
    stays: bool = False


def best_reading(
    graph: Graph,
    current: Node,
    open_loops: Sequence[OpenLoop],
    segment: Segment,
    following: Sequence[Segment],
    allowed: Step | None = None,
) -> Reading | None:
    """The reading of ``segment`` that makes most sense of what follows; None when it has no place at all.

    ``open_loops`` are those that the walk has open, outermost first; ``allowed`` is a step that the guide allows.
    """
    best: Reading | None = None
    least = 1 + _Trial(current, open_loops).cost_of(graph, following)
    found = _readings(current, open_loops, graph.key(segment))
    for reading in [Reading(_ALLOWED, allowed, []), *found] if allowed is not None else found:
        trial = _Trial(current, open_loops)
        cost: float = len(reading.faults) + min(len(reading.step.node.checker.faults(segment)), MOST_SINGLE)
        if reading.step is allowed:
            cost += 1
        if not reading.stays:
            cost += trial.move(reading.step)
        cost += trial.cost_of(graph, following) - reading.weight
        if cost < least:
            best, least = reading, cost
    return best


class _Trial:
    """A walk on trial: it counts the faults and reports none."""

    def __init__(self, node: Node, open_loops: Sequence[OpenLoop]) -> None:
        self._node = node
        self._stack = [(loop.spec, loop.seen) for loop in open_loops]

    def cost_of(self, graph: Graph, following: Sequence[Segment]) -> float:
        cost = 0
        for segment in following:
            steps = graph.steps(self._node, segment)
            cost += self.move(steps[0]) if steps else 1
        return cost

    def move(self, step: Step) -> int:
        cost = 0
        for _ in range(step.leaves):
            spec, seen = self._stack.pop()
            cost += (spec.required & ~seen).bit_count()
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


def _readings(current: Node, open_loops: Sequence[OpenLoop], key: Key) -> Iterator[Reading]:
    """Every reading of a segment with this key behind ``current``, from the innermost open loop outwards."""
    position = current.position
    for leaves, open_loop in enumerate(reversed(open_loops)):
        loop = open_loop.spec
        for member in loop.members:
            if isinstance(member, Node):
                if member.is_head:
                    continue
                node, step = member, Step(member, leaves, ())
            else:
                node, step = member.head, Step(member.head, leaves, (member,))
            seen = bool(open_loop.seen & member.bit)
            wanted = member.usage == "R" and not seen
            if node.segment_id == key[0]:
                if not node.accepts(key):
                    weight = (0.4 if member.position >= position else 0.2) + 0.05 * wanted - 0.02 * seen
                    yield Reading(weight - 0.01 * leaves, step, [])
                elif member.position < position:
                    weight = 0.0 if seen else 0.5 if leaves == 0 else 0.3 + 0.05 * wanted
                    if open_loop.missed and member in open_loop.missed:
                        weight = 0.6
                    faults = [("segment-out-of-order", node)]
                    yield Reading(weight - 0.01 * leaves, step, faults)
                    if isinstance(member, Node):
                        yield Reading(weight - 0.01 * leaves - 0.1, step, faults, stays=True)
            if isinstance(member, LoopNode) and member.position >= position:
                weight = 0.3 if node.segment_id in _RESYNCHRONISE else 0.1 if wanted else -0.1
                yield from _without_head(key, member, weight - 0.01 * leaves, Step(node, leaves, ()), [])
        position = loop.position


def _without_head(
    key: Key, loop: LoopNode, weight: float, outer: Step, skipped: list[tuple[str, Node]]
) -> Iterator[Reading]:
    """Readings in which the segment that opens ``loop`` is missing, and perhaps that of one loop inside it."""
    enters = (*outer.enters, loop)
    faults = [*skipped, ("segment-missing", loop.head)]
    weight -= 0.02
    for member in loop.members:
        if isinstance(member, Node):
            if not member.is_head and member.accepts(key):
                yield Reading(weight, Step(member, outer.leaves, enters), faults)
        elif member.head.accepts(key):
            yield Reading(weight, Step(member.head, outer.leaves, (*enters, member)), faults)
        elif not skipped:
            yield from _without_head(key, member, weight, Step(member.head, outer.leaves, enters), faults)
