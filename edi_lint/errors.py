"""The base of all errors that are the user's to mend: told in one line, with status 2; and the hint in many of them."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["UserError", "did_you_mean"]


_LEAST_LIKENESS = 0.59
"""How like a word must be (difflib's ratio) to be what was meant. Of several, the first in the list is."""


class UserError(Exception):
    """The answer cannot be known; the message says in one line what is wrong and what to do."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of an error about an unknown word: ``; did you mean X?``, or nothing when no known word is near."""
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(b=word.lower())
    nearest, best = "", _LEAST_LIKENESS
    for name in known:
        # What is typed in the wrong case is the nearest of all.
        matcher.set_seq1(name.lower())
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best and (likeness := matcher.ratio()) > best:
            nearest, best = name, likeness
    return f"; did you mean {nearest}?" if nearest else ""
