"""NCCI PTP edits for practitioners: tab-separated text (``ccipra-v302r0-f1.txt``) or workbook, in several files.

About six header lines, then: column 1, column 2, ``*`` if before 1996, effective and deletion date, modifier
indicator, rationale. The files hold the history too, so the newest one answers for every earlier day.
"""

import re
from collections.abc import Iterator, Sequence

from edi_lint.refdata.dates import OPEN, number_of, parse_day, quarter_in_name
from edi_lint.refdata.errors import RowError
from edi_lint.refdata.loaders.cells import blank, code_of, is_code
from edi_lint.refdata.loaders.format import Format, Options, Values
from edi_lint.refdata.reading import Row

__all__ = ["FORMAT"]

_NEVER_IN_FORCE = "9"


def _fits(head: Sequence[Row]) -> bool:
    if not any(_is_edit(cells) for _, cells in head):
        return False
    for place, cells in head:
        if _is_edit(cells):
            break
        if "hospital" in " ".join(cells).lower():
            raise RowError(place, "the edits for practitioners (ccipra); these are for hospitals")
    return True


def _is_edit(cells: Sequence[str]) -> bool:
    """Whether the row is an edit and not part of the header, even if something is wrong with it."""
    return len(cells) >= 3 and is_code(cells[0].strip()) and is_code(cells[1].strip()) and cells[2].strip() in ("", "*")


def _read(rows: Iterator[Row], options: Options) -> Iterator[Values]:  # noqa: ARG001 - the same columns for both
    codes: set[str] = set()
    days: dict[str, int] = {"*": OPEN}
    width = 0
    for place, cells in rows:
        if not width:
            if not _is_edit(cells):
                continue
            width = max(6, len(cells))
        if len(cells) != width:
            if blank(cells):
                continue
            raise RowError(place, f"{width} columns", str(len(cells)))
        column1, column2, _, effective, deletion, indicator, *_ = (text.strip() for text in cells)
        # Codes and days come back a million times: each is only looked at once.
        for code in (column1, column2):
            if code not in codes:
                codes.add(code_of(code, place))
        for day in (effective, deletion):
            if day not in days:
                days[day] = _day(day, place)
        if effective == "*":
            raise RowError(place, "an effective date YYYYMMDD", effective)
        if indicator not in ("0", "1", _NEVER_IN_FORCE):
            raise RowError(place, "a modifier indicator 0, 1 or 9", indicator)
        if indicator != _NEVER_IN_FORCE:
            yield column1, column2, days[effective], days[deletion], int(indicator)


def _day(text: str, place: int) -> int:
    day = parse_day(text) if len(text) == 8 and text.isdecimal() else None
    if day is None:
        raise RowError(place, "a date YYYYMMDD, or * for no deletion date", text)
    return number_of(day)


def _part(name: str) -> str:
    found = re.search(r"[-_](f\d)(?!\w)", name.lower())
    return found[1] if found else ""


FORMAT = Format(
    table="ptp",
    title="NCCI PTP edits (practitioner)",
    fits=_fits,
    read=_read,
    period="history",
    day_in_name=quarter_in_name,
    line_ends=True,
    part=_part,
)
