"""What a format is: how its file is recognised, read, named and dated. Knows no single one of them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import msgspec

from edi_lint.refdata.dates import DayInName, Period
from edi_lint.refdata.reading import Row
from edi_lint.refdata.records import Table

__all__ = ["Format", "Options", "Values", "whole"]

Values = tuple[str | int | None, ...]
"""The columns of a table, without the number of the file that is put in front."""


class Options(msgspec.Struct, frozen=True):
    """What the user said of a file that the file does not say itself."""

    medicaid: bool = False
    mac: str = ""


def whole(name: str) -> str:  # noqa: ARG001 - stands where a table has parts
    """The part that a file is of a table that comes in one file."""
    return ""


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """One format of one table.

    ``fits`` is shown the first rows and says whether they are of this format; it raises `RowError` for a near relative
    that must not be loaded, with the reason. ``read`` makes the stored columns of all rows, and raises `RowError`.
    ``line_ends`` says that the publisher's files end in a line end, so that one without has been cut short; ``key``,
    that no two rows may agree in their first so many columns.
    """

    table: Table
    title: str
    view: Literal["rows", "lines"] = "rows"
    fits: Callable[[Sequence[Row]], bool]
    read: Callable[[Iterator[Row], Options], Iterator[Values]]
    period: Period
    day_in_name: DayInName
    line_ends: bool = False
    key: int = 0
    part: Callable[[str], str] = whole
