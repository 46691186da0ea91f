"""What can go wrong with reference data, in one line each. Knows neither files nor tables."""

from edi_lint.errors import UserError

__all__ = ["RefdataError", "RowError"]


class RefdataError(UserError):
    """A file, an option or a store that cannot be used; the message says what to do, in one line."""


class RowError(Exception):
    """A row of a file that is not what its format asks for. ``place`` is its line or row, counted from 1.

    Loaders raise it; whoever knows the file's name makes a `RefdataError` of it.
    """

    def __init__(self, place: int, expected: str, found: str | None = None) -> None:
        shown = "" if found is None else f", found {_short(found)}"
        super().__init__(f"expected {expected}{shown}")
        self.place = place


def _short(text: str) -> str:
    # What stands in a wrong file may be anything, so no more of it is shown than a code or a date has.
    text = text.encode("ascii", "replace").decode("ascii")
    return repr(text if len(text) <= 12 else f"{text[:12]}...") if text else "nothing"
