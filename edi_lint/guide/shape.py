"""How a unit is built: its loops, and which of its segments stand in them.

Claims of one batch are built alike. What the walk made of the segments of a unit without any fault, it would make
again of any segments of the same kinds in the same order; so it is kept, and the next such unit is put together in one
go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import chain
from operator import or_

from ..x12 import Segment
from .graph import Graph, LoopNode, Member, Node
from .open_loop import OpenLoop

__all__ = ["Shape"]


_Built = tuple[LoopNode, slice, list[Node], int, int, dict[Member, int] | None]
"""A loop inside the unit: what it is, which of the unit's segments are its own, their places, what has occurred in it,
which segment came behind it (0 where none did yet), and how often members with a limit have occurred."""


class Shape:
    """The build of a unit, as far as it has been read. ``node`` is where the walk stands behind its last segment.

    ``signs`` are those that all segments have that stand at its places. Segments are counted from the first of the
    unit, loops in the order of the file.
    """

    __slots__ = ("_families", "_inner", "_open", "_size", "_unit", "node", "signs")

    def __init__(self, loops: Sequence[OpenLoop], open_loops: Sequence[OpenLoop], node: Node, signs: int) -> None:
        """``loops`` are all of the unit, of which some are open; `of` has made sure that they can be told so."""
        first = loops[0].first.ordinal
        built: list[_Built] = []
        for loop in loops:
            start = loop.first.ordinal - first
            following = loop.following.ordinal - first if loop.following is not None else 0
            # The unit itself may go on, and its loops change.
            counts = loop.counts.copy() if loop.counts is not None else None
            own = slice(start, start + len(loop.segments))
            built.append((loop.spec, own, loop.nodes.copy(), loop.seen, following, counts))
        number = {id(loop): number for number, loop in enumerate(loops)}
        self._size = sum(len(loop.segments) for loop in loops)
        self._unit, *self._inner = built
        self._families = [
            (number[id(loop)], tuple(number[id(child)] for child in loop.children)) for loop in loops if loop.children
        ]
        self._open = [number[id(loop)] for loop in open_loops]
        self.node = node
        self.signs = signs

    @classmethod
    def of(cls, open_loops: Sequence[OpenLoop], size: int, node: Node, graph: Graph) -> Shape | None:
        """The shape of a unit of ``size`` segments, of which these loops are open, the outermost first.

        None if a loop has segments of its own behind one inside it, or the file has lost one between them.
        """
        loops = list(_all_of(open_loops[0]))
        ordinals = [[segment.ordinal for segment in loop.segments] for loop in loops]
        first = ordinals[0][0]
        in_a_row = all(own == list(range(own[0], own[0] + len(own))) for own in ordinals if own)
        if not all(ordinals) or not in_a_row or sorted(chain(*ordinals)) != list(range(first, first + size)):
            return None
        signs = reduce(or_, (graph.signs(place) for loop in loops for place in loop.nodes))
        return cls(loops, open_loops[1:], node, signs)

    def fill(self, unit: OpenLoop, segments: list[Segment], start: int) -> list[OpenLoop]:
        """Put the segments of a unit, from ``start`` on, into its loops; ``unit`` holds the first of them already.

        Gives the loops inside it that are open, outermost first.
        """
        body = segments[start : start + self._size]
        _, own, unit.nodes, unit.seen, _, unit.counts = self._unit
        unit.segments = body[own]
        loops = [
            unit,
            *[
                OpenLoop(spec, body[own], nodes, seen, body[following] if following else None, (), counts)
                for spec, own, nodes, seen, following, counts in self._inner
            ],
        ]
        for number, children in self._families:
            loops[number].children = [loops[child] for child in children]
        # Closed loops change no more, so they have their places in common; open ones have their own.
        is_open = [loops[number] for number in self._open]
        for loop in (unit, *is_open):
            loop.nodes = loop.nodes.copy()
            if loop.counts is not None:
                loop.counts = loop.counts.copy()
        return is_open


def _all_of(loop: OpenLoop) -> Iterator[OpenLoop]:
    yield loop
    for child in loop.children:
        yield from _all_of(child)
