"""The tables that users load, with invented rows: every test runs with them, so that no rule finds its table missing.

What a test says of missing, stale or other tables it puts into a folder of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from edi_lint.refdata import Table
from edi_lint.refdata.dates import OPEN, number_of
from edi_lint.refdata.store import Load, Store

__all__ = ["FIRST", "LAST", "edition", "fill"]

FIRST, LAST = date(2000, 1, 1), date(2039, 12, 31)
"""The dates of service that the invented tables cover."""

Row = tuple[str | int | None, ...]

ROWS: dict[Table, list[Row]] = {
    # Column 1, column 2, first and last day, modifier indicator.
    "ptp": [],
    # Code, units, adjudication indicator.
    "mue": [],
    # NDC, code, package size, package quantity, units of a package.
    "crosswalk": [],
    # Contractor, code, first and last day, drug.
    "sad": [],
    # Code, classification, specialization.
    "taxonomy": [],
}


def edition(
    table: Table, rows: Sequence[Row], first: date = FIRST, last: date = LAST, *, medicaid: bool = False, name: str = ""
) -> Load:
    """An edition that covers these days."""
    return Load(
        edition=name or f"{table}{'-medicaid' if medicaid else ''}",
        table=table,
        medicaid=medicaid,
        effective=first,
        valid_from=first,
        valid_to=last,
        part="",
        file="invented.csv",
        rows=rows,
    )


def fill(folder: Path) -> None:
    """Put every table into the store of a folder."""
    loads = [edition(table, rows) for table, rows in ROWS.items()]
    loads += [edition(table, ROWS[table], medicaid=True) for table in ("ptp", "mue")]
    Store(folder).add(loads)


def always() -> tuple[int, int]:
    """The first and the last day of a row that holds on all of them."""
    return number_of(FIRST), OPEN
