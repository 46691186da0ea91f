"""Words that messages share."""

from __future__ import annotations

from collections.abc import Sequence

from ..claims import ServiceLine

__all__ = ["lines_named"]


def lines_named(lines: Sequence[ServiceLine]) -> str:
    """Service lines by their numbers: ``line 2``, ``lines 2, 3 and 5``."""
    numbers = [line.number for line in lines]
    if len(numbers) == 1:
        return f"line {numbers[0]}"
    return f"lines {', '.join(numbers[:-1])} and {numbers[-1]}"
