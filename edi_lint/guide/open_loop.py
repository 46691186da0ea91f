"""One instance of a loop in the file: what the walk builds and the claims are read from."""

from __future__ import annotations

from ..x12 import Fault, Segment
from .graph import LoopNode, Member, Node

__all__ = ["OpenLoop"]


class OpenLoop:
    """One instance of a loop in the file: its segments, and the loops inside it as far as they belong to its unit."""

    # Class attributes, because most instances never have another value and the walk makes very many of them.
    counts: dict[Member, int] | None = None
    """How often members with a limit above one have occurred."""
    missed: dict[Member, Fault] | None = None
    """What was reported missing: if it comes late after all, that fault gives way."""
    following: Segment | None = None
    """The segment behind the loop instance, once it is closed."""
    whole: bool = True
    told_children: bool = False
    children: list[OpenLoop] | tuple[()] = ()
    """The loops directly inside this one, in file order."""
    numbers: frozenset[int] = frozenset()
    """Of a hierarchical level: the numbers that may stand for it."""

    def __init__(self, spec: LoopNode, segments: list[Segment], nodes: list[Node]) -> None:
        self.spec = spec
        self.seen = spec.head.bit
        """The members that have occurred: its first segment opened it."""
        self.segments = segments
        self.nodes = nodes

    @property
    def id(self) -> str:
        """The loop's name in the guide, such as ``2400``."""
        return self.spec.id

    @property
    def first(self) -> Segment:
        """The segment that the loop begins with: its own, or that of a loop inside if that is all."""
        if self.segments:
            return self.segments[0]
        return min((child.first for child in self.children), key=lambda segment: segment.ordinal)
