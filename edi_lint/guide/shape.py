"""How a unit is built: its loops, and which of its segments stand in them.

Claims of one batch are built alike. What the walk made of the segments of a unit without any fault, it would make
again of any segments of the same kinds in the same order; so it is kept, and the next such unit is put together in one
go.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from itertools import chain
from operator import or_

from ..x12 import Segment
from .graph import Graph, Known, LoopNode, Member, Node
from .open_loop import OpenLoop

__all__ = ["Shape"]


_Built = tuple[LoopNode, slice, list[Node], int, int, dict[Member, int] | None]
"""A loop inside the unit: what it is, which of the unit's segments are its own, their places, what has occurred in it,
which segment came behind it, and how often members with a limit have occurred."""


class Shape:
    """The build of a unit that has been read, and what is ``known`` of the segment behind it: the step on from there.

    ``seen`` is what has occurred in the unit's outermost loop, ``signs`` are those that all segments have that stand at
    its places. Segments are counted from the first of the unit, loops in the order of the file.
    """

    __slots__ = ("_counts", "_families", "_inner", "_nodes", "_size", "known", "seen", "signs")

    def __init__(self, loops: list[OpenLoop], size: int, signs: int, known: Known) -> None:
        """``loops`` are all of the unit, the inner ones closed; `of` has made sure that they can be told so."""
        unit, *inner = loops
        first = unit.first.ordinal
        self._inner: list[_Built] = []
        for loop in inner:
            start = loop.first.ordinal - first
            own = slice(start, start + len(loop.segments))
            following = loop.following.ordinal - first if loop.following is not None else size
            self._inner.append((loop.spec, own, loop.nodes, loop.seen, following, loop.counts))
        number = {id(loop): number for number, loop in enumerate(loops)}
        self._families = [
            (number[id(loop)], [number[id(child)] for child in loop.children]) for loop in loops if loop.children
        ]
        self._size = size
        self._nodes, self.seen = unit.nodes.copy(), unit.seen
        self._counts = unit.counts.copy() if unit.counts is not None else None
        self.signs = signs
        self.known = known

    @classmethod
    def of(cls, unit: OpenLoop, size: int, graph: Graph, known: Known) -> Shape | None:
        """The shape of a unit of ``size`` segments.

        None if a loop has segments of its own behind one inside it, or the file has lost one between them.
        """
        loops = list(_all_of(unit))
        ordinals = [[segment.ordinal for segment in loop.segments] for loop in loops]
        first = ordinals[0][0]
        in_a_row = all(own == list(range(own[0], own[0] + len(own))) for own in ordinals if own)
        if not all(ordinals) or not in_a_row or sorted(chain(*ordinals)) != list(range(first, first + size)):
            return None
        signs = reduce(or_, (graph.signs(place) for loop in loops for place in loop.nodes))
        return cls(loops, size, signs, known)

    def fill(self, unit: OpenLoop, segments: list[Segment], start: int) -> None:
        """Put the segments of a unit, from ``start`` on, into its loops; ``unit`` holds the first of them already."""
        body = segments[start : start + self._size + 1]
        # Closed loops change no more, so they have their places in common; the unit may go on, and has its own.
        unit.nodes = self._nodes.copy()
        unit.segments = body[: len(unit.nodes)]
        unit.seen = self.seen
        if self._counts is not None:
            unit.counts = self._counts.copy()
        loops = [
            unit,
            *[
                OpenLoop(spec, body[own], nodes, seen, body[following], (), counts)
                for spec, own, nodes, seen, following, counts in self._inner
            ],
        ]
        for number, children in self._families:
            loops[number].children = [loops[child] for child in children]


def _all_of(loop: OpenLoop) -> Iterator[OpenLoop]:
    yield loop
    for child in loop.children:
        yield from _all_of(child)
