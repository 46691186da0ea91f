"""One instance of a loop in the file: what the walk builds and the claims are read from."""

from __future__ import annotations

from ..x12 import Fault, Segment
from .graph import LoopNode, Member, Node

__all__ = ["OpenLoop"]


class OpenLoop:
    """One instance of a loop in the file: its segments, and the loops inside it as far as they belong to its unit."""

    __slots__ = ("children", "counts", "following", "missed", "nodes", "parent", "seen", "segments", "spec", "whole")

    def __init__(self, spec: LoopNode, parent: OpenLoop | None) -> None:
        self.spec = spec
        self.parent = parent
        self.seen = 0
        self.segments: list[Segment] = []
        self.nodes: list[Node] = []
        self.children: list[OpenLoop] = []
        self.counts: dict[Member, int] | None = None
        self.missed: dict[Member, Fault] = {}
        self.whole = True
        self.following: Segment | None = None

    @property
    def id(self) -> str:
        """The loop's name in the guide, such as ``2400``."""
        return self.spec.id

    @property
    def first(self) -> Segment:
        """The segment that the loop begins with: of its own, or, where the opening one is missing, of a loop inside it."""
        if self.segments:
            return self.segments[0]
        return min((child.first for child in self.children), key=lambda segment: segment.ordinal)
