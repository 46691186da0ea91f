"""The hierarchical levels (HL) of one transaction set: their numbers and their parents.

Knows nothing of what a level holds. After a wrong number both ways to count on are right, from it and from the number
that it should have been, so that one slip is one fault.
"""

from __future__ import annotations

from ..x12 import Ref, Segment

__all__ = ["Hierarchy", "LevelFault"]

LevelFault = tuple[str, Ref, dict[str, str | int]]
"""The kind of fault, the element of the HL and the facts that its sentence needs."""


class Hierarchy:
    """Follows the levels in their order. A level is known by the numbers that may stand for it."""

    def __init__(self) -> None:
        self._last = frozenset({0})

    def skip(self) -> None:
        """A level whose HL is missing counts all the same."""
        self._last = frozenset(number + 1 for number in self._last)

    def continues(self, hl: Segment, parent: frozenset[int]) -> bool:
        """Whether the HL has the number that should come now, and names the level that it would lie in."""
        number = _number(hl.get(1))
        return number is not None and number - 1 in self._last and (not parent or _number(hl.get(2)) in parent)

    def open(self, hl: Segment, parent: frozenset[int]) -> tuple[frozenset[int], list[LevelFault]]:
        """A level begins: the numbers that may stand for it, and what is wrong with it.

        ``parent`` are the numbers of the level that it lies in; none where there is no such level or its HL is missing.
        """
        found: list[LevelFault] = []
        expected = frozenset(number + 1 for number in self._last)
        number = _number(hl.get(1))
        names = frozenset({number}) if number in expected and number is not None else expected
        if number not in expected and hl.get(1):  # That it is empty is for the guide to say.
            if number is not None:
                names |= {number}
            found.append(("hl-number", Ref(1), {"expected": min(expected)}))
        self._last = names
        if parent and _number(hl.get(2)) not in parent:
            found.append(("hl-parent", Ref(2), {"expected": min(parent)}))
        return names, found


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= 12 else None
