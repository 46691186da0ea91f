"""The hierarchical levels (HL) of one transaction set: their numbers and their parents.

Knows nothing of what a level holds. After a wrong number both ways to count on are right, from it and from the number
that it should have been, so that one slip is one fault.
"""

from __future__ import annotations

from ..x12 import Ref, Segment

__all__ = ["Hierarchy", "LevelFault"]

LevelFault = tuple[str, Ref, dict[str, str | int]]
"""The kind of fault, the element of the HL and the facts that its sentence needs."""


_NONE = None, frozenset[int](), 0


class Hierarchy:
    """Follows the levels in their order. A level is known by the numbers that may stand for it."""

    def __init__(self) -> None:
        self._expected = frozenset({1})
        """The numbers that the next level may have."""
        self._continuing: tuple[Segment | None, frozenset[int], int] = _NONE
        """The last HL that was found to continue the levels in a parent, that parent, and the number."""

    def skip(self) -> None:
        """A level whose HL is missing counts all the same."""
        self._expected = frozenset(number + 1 for number in self._expected)
        self._continuing = _NONE

    def continues(self, hl: Segment, parent: frozenset[int]) -> bool:
        """Whether the HL has the number that should come now, and names the level that it would lie in."""
        number = _number(hl.get(1))
        if number is None or number not in self._expected or (parent and _number(hl.get(2)) not in parent):
            return False
        self._continuing = hl, parent, number
        return True

    def open(self, hl: Segment, parent: frozenset[int]) -> tuple[frozenset[int], list[LevelFault]]:
        """A level begins: the numbers that may stand for it, and what is wrong with it.

        ``parent`` are the numbers of the level that it lies in; none where there is no such level or its HL is missing.
        """
        continuing, inside, sure = self._continuing
        if continuing is hl and inside == parent:
            self._expected = frozenset((sure + 1,))
            return frozenset((sure,)), []
        found: list[LevelFault] = []
        number, names = _number(hl.get(1)), self._expected
        if number in names:
            names = frozenset((number,))
        elif hl.get(1):  # That it is empty is for the guide to say.
            found.append(("hl-number", Ref(1), {"expected": min(names)}))
            if number is not None:
                names |= {number}
        self._expected = frozenset([name + 1 for name in names])
        if parent and _number(hl.get(2)) not in parent:
            found.append(("hl-parent", Ref(2), {"expected": min(parent)}))
        return names, found


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= 12 else None
