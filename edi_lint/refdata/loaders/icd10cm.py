"""ICD-10-CM of any year: the codes file (code and title) and the order file (with headers and billable flag).

Kept are the billable codes, without titles. A year begins on 1 October; an April update may follow.
"""

import re
from collections.abc import Iterator, Sequence

from edi_lint.refdata.dates import fiscal_year_in_name
from edi_lint.refdata.errors import RowError
from edi_lint.refdata.loaders.format import Format, Options, Values
from edi_lint.refdata.reading import Row

__all__ = ["CODES", "ORDER"]

# The second character is a letter in QA00.- and its neighbours.
_CODES_LINE = re.compile(r"(?P<code>[A-Z][0-9A-Z]{2,6}) +\S.*")
_ORDER_LINE = re.compile(r"\d{5} (?P<code>[A-Z][0-9A-Z]{2,6}) +(?P<billable>[01]) +\S.*")


def _fits(head: Sequence[Row], form: re.Pattern[str]) -> bool:
    # Both files begin with cholera; prose in capitals does not, nor does an addendum.
    found = next((form.fullmatch(line) for _, (line,) in head if line.strip()), None)
    return found is not None and found["code"].startswith("A0")


def _fits_codes(head: Sequence[Row]) -> bool:
    return _fits(head, _CODES_LINE)


def _fits_order(head: Sequence[Row]) -> bool:
    return _fits(head, _ORDER_LINE)


def _read_codes(rows: Iterator[Row], options: Options) -> Iterator[Values]:  # noqa: ARG001
    for _, found in _matches(rows, _CODES_LINE, "a code, blanks and a title"):
        yield (found["code"],)


def _read_order(rows: Iterator[Row], options: Options) -> Iterator[Values]:  # noqa: ARG001
    for place, found in _matches(rows, _ORDER_LINE, "a number, a code, 0 or 1 in column 15 and a title"):
        if found.start("billable") != 14:
            raise RowError(place, "the billable flag in column 15", str(found.start("billable") + 1))
        if found["billable"] == "1":
            yield (found["code"],)


def _matches(rows: Iterator[Row], form: re.Pattern[str], expected: str) -> Iterator[tuple[int, re.Match[str]]]:
    place, last = 0, ""
    for place, (line,) in rows:
        if not line.strip():
            continue
        found = form.fullmatch(line)
        if found is None:
            raise RowError(place, expected, line)
        if found["code"] <= last:
            raise RowError(place, f"a code after {last}", found["code"])
        last = found["code"]
        yield place, found
    # The codes go from A to Z in every year, so a file that ends before Z has been cut, wherever that was.
    if not last.startswith("Z"):
        raise RowError(place, "codes down to chapter Z (the file is cut short)", last)


CODES = Format(
    table="icd10cm",
    title="ICD-10-CM (codes file)",
    view="lines",
    fits=_fits_codes,
    read=_read_codes,
    period="fiscal-year",
    day_in_name=fiscal_year_in_name,
)
ORDER = Format(
    table="icd10cm",
    title="ICD-10-CM (order file)",
    view="lines",
    fits=_fits_order,
    read=_read_order,
    period="fiscal-year",
    day_in_name=fiscal_year_in_name,
)
