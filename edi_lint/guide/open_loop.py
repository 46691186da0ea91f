"""One instance of a loop in the file: what the walk builds and the claims are read from."""

from __future__ import annotations

import msgspec

from ..x12 import Fault, Segment
from .graph import LoopNode, Member, Node

__all__ = ["OpenLoop"]


class OpenLoop(msgspec.Struct, eq=False):
    """One instance of a loop in the file: its segments, and the loops inside it as far as they belong to its unit."""

    spec: LoopNode
    segments: list[Segment]
    nodes: list[Node]
    """The places in the guide of these segments."""
    seen: int
    """The members that have occurred."""
    following: Segment | None = None
    """The segment behind the loop instance, once it is closed."""
    children: list[OpenLoop] | tuple[()] = ()
    """The loops directly inside this one, in file order."""
    counts: dict[Member, int] | None = None
    """How often members with a limit above one have occurred."""
    missed: dict[Member, Fault] | None = None
    """What was reported missing: if it comes late after all, that fault gives way."""
    whole: bool = True
    told_children: bool = False
    numbers: frozenset[int] = frozenset()
    """Of a hierarchical level: the numbers that may stand for it."""

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
