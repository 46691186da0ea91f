"""What the walk knows of a raw segment wherever it stands: its kind, and what it is a sign of.

Two segments are of one kind if the guide lets them stand at the same places and their elements are right at the same
of these. So a kind, with the place before it, tells the way of a segment; and the kinds of a row of segments, one
character each, tell how a whole claim is built.
"""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["MEMO_SIZE", "STOP", "STRANGE", "Kind", "Kinds", "Namer"]

MEMO_SIZE = 4096
"""So many different raw segments are remembered, and as many that came before them: memory stays flat."""
_LONGEST = 4096
"""Characters; longer segments, which the guide does not allow, are not remembered."""

Kind = tuple[str, int]
"""The character that stands for a kind, and the signs of the segment."""

STRANGE = "\0"
"""The kind of segments that have no place, or are right at none, and of those of the envelope."""
_FIRST_OF_OTHERS = 0x100
STOP = re.compile(f"[{STRANGE}-{chr(_FIRST_OF_OTHERS - 1)}]")
"""Finds what a unit ends with: a segment that begins another one or ends the set, or a strange one."""


class Kinds(dict[str, Kind]):
    """The kinds of raw segments; what it does not know, it asks for. A batch repeats itself, so it is mostly known."""

    def __init__(self, kind_of: Callable[[str], Kind]) -> None:
        super().__init__()
        self._kind_of = kind_of
        self._earlier: dict[str, Kind] = {}

    def __missing__(self, text: str) -> Kind:
        if len(self) >= MEMO_SIZE:
            # What is still in use comes back from there, at the price of one look-up.
            self._earlier = dict(self)
            self.clear()
        kind = self._earlier.get(text)
        if kind is None:
            kind = self._kind_of(text)
        if len(text) <= _LONGEST:
            self[text] = kind
        return kind


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
