"""Days as tables write them, and the first and last day an edition speaks for. Reads no clock.

A day is stored as the number CCYYMMDD; `OPEN` stands for an end that is not set.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from edi_lint.reference import Edition

__all__ = [
    "OPEN",
    "Period",
    "day_of",
    "days_covered",
    "fiscal_year_in_name",
    "no_day_in_name",
    "number_of",
    "parse_day",
    "period_name",
    "quarter_in_name",
    "taxonomy_release_in_name",
    "window",
]

Period = Literal["quarter", "history", "fiscal-year", "always"]
"""How long an edition speaks: its quarter; all days to the end of its quarter; its ICD-10-CM year; always."""

DayInName = Callable[[str], date | None]

OPEN = 99991231

_MONTHS = {"jan": 1, "apr": 4, "jul": 7, "oct": 10}
_QUARTER_MONTH = r"(jan|apr|jul|oct)[a-z]*"
_YEAR = r"(20\d\d)"


def number_of(day: date) -> int:
    """The day as the number CCYYMMDD."""
    return day.year * 10000 + day.month * 100 + day.day


@lru_cache(maxsize=4096)  # A table has few different dates, and each look-up needs two of them.
def day_of(number: int) -> date:
    """The day of a number CCYYMMDD. Raises ValueError when there is no such day."""
    return date(number // 10000, number // 100 % 100, number % 100)


def parse_day(text: str) -> date | None:
    """The day written as CCYYMMDD, CCYY-MM-DD, M/D/CCYY or M/D/YY; None if it is none of them."""
    if found := re.fullmatch(r"(\d{4})-?(\d\d)-?(\d\d)", text):
        year, month, day = map(int, found.groups())
    elif found := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)", text):
        month, day, year = map(int, found.groups())
        year += 2000 if year < 100 else 0
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


# -- from file names --------------------------------------------------------------------------------------


def quarter_in_name(name: str) -> date | None:
    """The first day of a quarterly file by its name; None if the name says nothing.

    Knows CMS's habits: ``_Eff_07-01-2024``, ``ccipra-v302r0`` (30.2 is the third quarter of 2024), ``2024-Q3``,
    ``Q3-2024``, ``July 2024``, ``2024_JUL``.
    """
    name = name.lower()
    if found := re.search(r"eff[_ -]?(\d\d)-(\d\d)-(\d{4})", name):
        return parse_day("/".join(found.groups()))
    if found := re.search(r"v(\d\d)([0-3])r\d", name):
        return _quarter(1994 + int(found[1]), int(found[2]) + 1)
    if found := re.search(rf"{_YEAR}[_ -]?q([1-4])", name):
        return _quarter(int(found[1]), int(found[2]))
    if found := re.search(rf"q([1-4])[_ -]?{_YEAR}", name):
        return _quarter(int(found[2]), int(found[1]))
    if found := re.search(rf"{_QUARTER_MONTH}[_ -]*{_YEAR}", name):
        return date(int(found[2]), _MONTHS[found[1]], 1)
    if found := re.search(rf"{_YEAR}[_ -]*{_QUARTER_MONTH}", name):
        return date(int(found[1]), _MONTHS[found[2]], 1)
    return None


def fiscal_year_in_name(name: str) -> date | None:
    """The first day of an ICD-10-CM file by its name: 1 October of the year before, 1 April for an April update."""
    found = re.search(rf"(?<!\d){_YEAR}(?!\d)", name)
    if found is None:
        return None
    year = int(found[1])
    return date(year, 4, 1) if "apr" in name.lower() else date(year - 1, 10, 1)


def taxonomy_release_in_name(name: str) -> date | None:
    """The first day of a NUCC file by its name: ``nucc_taxonomy_251`` is the second release of 2025, from July."""
    found = re.search(r"taxonomy_(\d\d)([01])(?!\d)", name.lower())
    return date(2000 + int(found[1]), 7 if found[2] == "1" else 1, 1) if found else None


def no_day_in_name(name: str) -> date | None:  # noqa: ARG001 - stands where the others stand
    """None: the name of a user's own list says nothing."""
    return None


# -- what an edition covers -------------------------------------------------------------------------------


def window(period: Period, effective: date) -> tuple[date, date]:
    """The first and the last date of service of an edition that takes effect on a day."""
    if period == "quarter":
        return effective, _quarter_end(effective)
    if period == "history":
        return date.min, _quarter_end(effective)
    if period == "fiscal-year":
        return effective, date(_fiscal_year(effective), 9, 30)
    return date.min, date.max


def days_covered(editions: Iterable[Edition]) -> str:
    """The dates of service that the editions cover together, in words: ``2024-01-01 to 2024-06-30``, ``any``."""
    spans: list[tuple[date, date]] = []
    for first, last in sorted((edition.valid_from, edition.valid_to) for edition in editions):
        if spans and (spans[-1][1] == date.max or first <= spans[-1][1] + timedelta(days=1)):
            spans[-1] = spans[-1][0], max(spans[-1][1], last)
        else:
            spans.append((first, last))
    return " and ".join(_span(*span) for span in spans)


def _span(first: date, last: date) -> str:
    if (first, last) == (date.min, date.max):
        return "any"
    return f"{first} to {last}" if first > date.min else f"to {last}"


def period_name(period: Period, effective: date) -> str:
    """What to call the release that takes effect on a day: ``2024q3``, ``fy2026``, or the day where it is neither."""
    if period == "fiscal-year" and (effective.month, effective.day) == (10, 1):
        return f"fy{effective.year + 1}"
    if period != "fiscal-year" and effective.day == 1 and effective.month in _MONTHS.values():
        return f"{effective.year}q{effective.month // 3 + 1}"
    return effective.isoformat()


def _quarter(year: int, quarter: int) -> date:
    return date(year, quarter * 3 - 2, 1)


def _quarter_end(day: date) -> date:
    first_after = (day.month - 1) // 3 * 3 + 4
    return date(day.year + first_after // 13, (first_after - 1) % 12 + 1, 1) - timedelta(days=1)


def _fiscal_year(day: date) -> int:
    return day.year + (day.month >= 10)
