"""The base of all errors that are the user's to mend: told in one line, with status 2; and the hint in many of them."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["UserError", "did_you_mean"]


class UserError(Exception):
    """The answer cannot be known; the message says in one line what is wrong and what to do."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of an error about an unknown word: ``; did you mean X?``, or nothing when no known word is near."""
    import difflib

    # What is typed in the wrong case is the nearest of all.
    by_case = {name.lower(): name for name in reversed(list(known))}
    near = difflib.get_close_matches(word.lower(), by_case, 1)
    return f"; did you mean {by_case[near[0]]}?" if near else ""
