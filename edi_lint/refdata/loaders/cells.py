"""What the loaders of single formats share: finding a header, and reading a code, a day or a number from a cell."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from edi_lint.refdata.dates import OPEN, number_of, parse_day
from edi_lint.refdata.errors import RowError
from edi_lint.refdata.reading import Row

__all__ = [
    "below_header",
    "blank",
    "cell",
    "code_of",
    "find_header",
    "first_number",
    "is_code",
    "last_number",
    "named",
    "number",
    "printable",
]

Spellings = Mapping[str, Sequence[str]]
"""The columns of a format by our own names, each with what headers call it."""

Columns = Mapping[str, int]
"""Where the columns of a file are, by our own names."""

_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{0,12})?|\.[0-9]{1,12}")


def is_code(text: str) -> bool:
    """Whether this has the form of a CPT or HCPCS code: 99211, 0001A, J3420."""
    return _CODE.fullmatch(text) is not None


def named(cells: Iterable[str]) -> list[str]:
    """The cells of a header in capitals, each run of blanks, line ends and underscores one blank."""
    return [" ".join(text.replace("_", " ").upper().split()) for text in cells]


def find_header(cells: Sequence[str], columns: Spellings, needed: Iterable[str]) -> dict[str, int] | None:
    """Where the columns are, if these cells are the header: for each of ours, the spellings it may have.

    None when a column that is ``needed`` is not there.
    """
    header = named(cells)
    found = {
        ours: header.index(spelling)
        for ours, spellings in columns.items()
        for spelling in [next((spelling for spelling in spellings if spelling in header), None)]
        if spelling is not None
    }
    return found if found.keys() >= set(needed) else None


def below_header(
    rows: Iterator[Row], columns: Spellings, needed: Sequence[str]
) -> Iterator[tuple[int, Columns, list[str]]]:
    """The rows below the header, without blank ones: place, columns and cells.

    Raises `RowError` for a row that is shorter than the header: it has been cut.
    """
    at: dict[str, int] | None = None
    width = 0
    for place, cells in rows:
        if at is None:
            at = find_header(cells, columns, needed)
            width = max((number for number, text in enumerate(cells, 1) if text.strip()), default=0)
        elif not blank(cells):
            if len(cells) < width:
                raise RowError(place, f"{width} columns", str(len(cells)))
            yield place, at, cells


def cell(cells: Sequence[str], columns: Columns, name: str) -> str:
    """The cell of a column without blanks around it; empty if there is no such column."""
    at = columns.get(name)
    return cells[at].strip() if at is not None and at < len(cells) else ""


def blank(cells: Iterable[str]) -> bool:
    """Whether nothing stands in the row."""
    return not any(text.strip() for text in cells)


def code_of(text: str, place: int, what: str = "a procedure code") -> str:
    """The procedure code of a cell. Raises `RowError` if it does not have the form of one."""
    code = text.strip()
    if not is_code(code):
        raise RowError(place, what, text)
    return code


def first_number(text: str, place: int, what: str) -> int:
    """The first day of a range, CCYYMMDD; 10101 (no limit) for an empty cell. Raises `RowError` if it is no date."""
    return _day_number(text, place, what, 10101)


def last_number(text: str, place: int, what: str) -> int:
    """The last day of a range, CCYYMMDD; `OPEN` for an empty cell. Raises `RowError` if it is no date."""
    return _day_number(text, place, what, OPEN)


def _day_number(text: str, place: int, what: str, without: int) -> int:
    text = text.strip()
    if text.upper() in ("", "N/A", "NA", "NONE"):
        return without
    day = parse_day(text)
    if day is None:
        raise RowError(place, f"{what} as YYYY-MM-DD, YYYYMMDD or M/D/YYYY", text)
    return number_of(day)


def number(text: str, place: int, what: str) -> str | None:
    """A decimal number as text, exactly; None for an empty cell. Raises `RowError` if it is none, or negative."""
    plain = text.strip().replace(",", "")
    if plain.upper() in ("", "N/A", "NA"):
        return None
    if _NUMBER.fullmatch(plain) is None:
        raise RowError(place, what, text)
    return plain


def printable(text: str) -> str:
    """A name with the bytes that were not UTF-8 taken for Windows-1252, as spreadsheets write them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return text
