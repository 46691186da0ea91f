"""The tables that users load, with invented rows: every test runs with them, so that no rule finds its table missing.

What a test says of missing, stale or other tables it puts into a folder of its own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from datetime import date
from functools import cache
from pathlib import Path

from edi_lint.refdata import BY_PROGRAM, Table
from edi_lint.refdata.dates import OPEN, number_of
from edi_lint.refdata.store import Load, Store

__all__ = ["FIRST", "LAST", "edition", "fill", "without"]

FIRST, LAST = date(2000, 1, 1), date(2039, 12, 31)
"""The dates of service that the invented tables cover."""

ALWAYS = number_of(FIRST), OPEN
"""The first and the last day of a row that holds on all of them."""

Row = tuple[str | int | None, ...]


def _taxonomies() -> set[str]:
    """The codes of all fixtures, and some of the tests' own."""
    found = {"163W00000X", "193200000X", "207N00000X", "3336S0011X", "363LF0000X", "374700000X"}
    for path in (Path(__file__).parent.parent / "fixtures").rglob("*.edi"):
        found.update(re.findall(r"PXC.([0-9A-Z]{9}X)", path.read_text("latin-1")))
    return found


ROWS: dict[Table, list[Row]] = {
    # Column 1, column 2, first and last day, modifier indicator.
    "ptp": [
        ("92557", "92552", *ALWAYS, 0),
        ("92550", "96372", *ALWAYS, 1),
        ("92551", "92552", 20000101, 20251231, 1),
        ("96372", "99211", *ALWAYS, 0),
        ("96372", "99213", *ALWAYS, 1),
    ],
    # Code, units, adjudication indicator.
    "mue": [("96372", 4, 3), ("92551", 1, 1), ("92552", 1, 2), ("J0690", 6, 3)],
    # NDC, code, package size, package quantity, units of a package.
    "crosswalk": [("99999000101", "J1885", "2", "25", "100"), ("99999000202", "J2405", "2", "1", "4")],
    # Contractor, code, first and last day, drug.
    "sad": [("INVENTED", "J1438", *ALWAYS, "Inventol")],
    # Payer, code, diagnosis, first and last day.
    "payer-diagnoses": [("*", "J1110", "G43*", *ALWAYS)],
    # Payer, code, first and last day.
    "prior-authorization": [("TSTCI", "J1790", *ALWAYS)],
    # Code, classification, specialization.
    "taxonomy": [(code, "Invented", "") for code in sorted(_taxonomies())],
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


def fill(folder: Path, left_out: Collection[str] = ()) -> None:
    """Put every table but those left out into the store of a folder."""
    loads = [edition(table, rows) for table, rows in ROWS.items() if table not in left_out]
    loads += [edition(table, ROWS[table], medicaid=True) for table in BY_PROGRAM if table not in left_out]
    Store(folder).add(loads)


@cache
def without(*tables: Table) -> str:
    """A folder with all tables but these, for a run's ``data_folder``."""
    folder = Path(os.environ["EDI_LINT_DATA"]).with_name("-".join(("without", *tables)))
    fill(folder, tables)
    return str(folder)
