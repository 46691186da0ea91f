"""A set as the judge has read it: loop instances with their segments."""

from __future__ import annotations

from collections.abc import Iterator

from ..x12 import Segment

__all__ = ["Node"]


class Node:
    """One instance of a loop."""

    __slots__ = ("id", "loops", "segments")

    def __init__(self, loop_id: str) -> None:
        self.id = loop_id
        self.segments: list[Segment] = []
        self.loops: list[Node] = []

    def all(self, segment_id: str, mark: str = "") -> list[Segment]:
        """Its own segments with this id and, if given, this first element."""
        return [
            segment for segment in self.segments if segment.id == segment_id and (not mark or segment.get(1) == mark)
        ]

    def first(self, segment_id: str, mark: str = "") -> Segment | None:
        """The first of them."""
        return next(iter(self.all(segment_id, mark)), None)

    def inner(self, loop_id: str) -> list[Node]:
        """The loops directly inside it that have this id."""
        return [loop for loop in self.loops if loop.id == loop_id]

    def below(self) -> Iterator[Node]:
        """It and every loop inside, in their order."""
        yield self
        for loop in self.loops:
            yield from loop.below()
