"""What the walk knows of a raw segment wherever it stands: its kind, and what it is a sign of.

Two segments are of one kind if the guide lets them stand at the same places and their elements are right at the same
of these. So a kind, with the place before it, tells the way of a segment; and the kinds of a row of segments, one
character each, tell how a whole claim is built.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from operator import attrgetter

from ..x12 import LONGEST_USUAL, Segment

__all__ = ["MEMO_SIZE", "STOP", "STRANGE", "Kind", "Kinds", "Namer"]

MEMO_SIZE = 4096
"""So many different raw segments, and a block, are remembered, and as many that came before: memory stays flat."""

Kind = tuple[str, int]
"""The character that stands for a kind, and the signs of the segment."""

STRANGE = "\0"
"""The kind of segments that have no place, or are right at none, and of those of the envelope."""
_FIRST_OF_OTHERS = 0x100
STOP = re.compile(f"[{STRANGE}-{chr(_FIRST_OF_OTHERS - 1)}]")
"""Finds what a unit ends with: a segment that begins another one or ends the set, or a strange one."""


_text_of = attrgetter("text")


class Kinds:
    """The kinds of raw segments. A batch repeats itself, so most are known; the others are judged a block at a time.

    ``judge`` gives the kinds of texts, which are sorted: that brings together what begins alike.
    """

    def __init__(self, judge: Callable[[list[str]], Iterable[Kind]]) -> None:
        self._judge = judge
        self._known: dict[str, Kind] = {}
        self._earlier: dict[str, Kind] = {}

    def __len__(self) -> int:
        return len(self._known)

    def of(self, segments: list[Segment]) -> list[Kind]:
        """The kind of each of these segments."""
        texts = list(map(_text_of, segments))
        if len(self._known) >= MEMO_SIZE:
            # What is still in use comes back from there.
            self._earlier, self._known = self._known, {}
        known, earlier = self._known, self._earlier
        unknown = set(texts).difference(known)
        if unknown:
            back = earlier.keys() & unknown
            known.update(zip(back, map(earlier.__getitem__, back), strict=True))
            new = sorted(unknown - back)
            known.update(zip(new, self._judge(new), strict=True))
        found = list(map(known.__getitem__, texts))
        for text in unknown:
            if len(text) > LONGEST_USUAL:
                del known[text]
        return found


class Namer:
    """Gives each kind a character of its own."""

    def __init__(self) -> None:
        self._stops = 0
        self._others = _FIRST_OF_OTHERS - 1

    def name(self, is_stop: bool) -> str:
        """The next free character; ``is_stop`` says whether segments of this kind end the unit before them."""
        if is_stop:
            self._stops += 1
            return chr(self._stops)
        self._others += 1
        return chr(self._others)
