"""The hierarchical levels (HL) of one transaction set: their numbers, their parents and their children.

Knows nothing of what a level holds. After a wrong number it counts on from that number, so that one slip is one fault.
"""

from __future__ import annotations

from ..x12 import Ref, Segment

__all__ = ["Hierarchy", "LevelFault"]

LevelFault = tuple[str, Ref, dict[str, str | int]]
"""The kind of fault, the element of the HL and the facts that its sentence needs."""


class Hierarchy:
    """Follows the levels in their order."""

    def __init__(self) -> None:
        self._last = 0

    def skip(self) -> None:
        """A level whose HL is missing counts all the same."""
        self._last += 1

    def open(self, hl: Segment, parent: Segment | None) -> list[LevelFault]:
        """A level begins. ``parent`` is the HL of the level it lies in, None where there is none or it is missing."""
        found: list[LevelFault] = []
        number = hl.get(1)
        expected = self._last + 1
        self._last = int(number) if number.isdecimal() and len(number) <= 12 else expected
        if number and self._last != expected:
            found.append(("hl-number", Ref(1), {"expected": expected}))
        # The topmost level has no parent; that its HL02 is empty is for the guide to say.
        if parent is not None and parent.get(1) and hl.get(2).lstrip("0") != parent.get(1).lstrip("0"):
            found.append(("hl-parent", Ref(2), {"expected": f"{parent.get(1)[:12]}, the level that it lies in"}))
        return found
