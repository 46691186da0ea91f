"""HCPCS Level II, annual or quarterly: CMS's CSV (or workbook) and its fixed-width text, without CPT.

Kept are the codes (record 3) and modifiers (record 7) with the days they were added and terminated, not continuation
lines. The quarter of a file is in its name (``HCPC2026_JUL_ANWEB.csv``).
"""

import re
from collections.abc import Iterator, Sequence

from edi_lint.refdata.dates import quarter_in_name
from edi_lint.refdata.errors import RowError
from edi_lint.refdata.loaders.cells import below_header, cell, code_of, find_header, first_number, last_number
from edi_lint.refdata.loaders.format import Format, Options, Values
from edi_lint.refdata.reading import Row

__all__ = ["FIXED_WIDTH", "FORMAT"]

_COLUMNS = {
    "code": ("HCPC", "HCPCS", "HCPCS CODE"),
    "record": ("RECID", "RECORD ID"),
    "added": ("ADD DT", "ADD DATE"),
    "effective": ("ACT EFF DT",),
    "terminated": ("TERM DT", "TERM DATE"),
    "action": ("ACTION CD", "ACTION CODE"),
}
_NEEDED = ("code", "record", "added", "terminated")

_CODE_RECORD, _MODIFIER_RECORD = "3", "7"
_KEPT = (_CODE_RECORD, _MODIFIER_RECORD)
_RECORDS = ("3", "4", "7", "8")

_MODIFIER = re.compile(r"[0-9A-Z]{2}")

# Code, sequence number, record id; the dates stand in columns 269-276 (added) and 285-292 (terminated).
_LINE = re.compile(r"(.{5})(\d{5})([3478]).*")
_END_OF_ADDED = 276


def _fits_rows(head: Sequence[Row]) -> bool:
    return any(find_header(cells, _COLUMNS, _NEEDED) for _, cells in head)


def _read_rows(rows: Iterator[Row], options: Options) -> Iterator[Values]:  # noqa: ARG001
    for place, at, cells in below_header(rows, _COLUMNS, _NEEDED):
        record = cell(cells, at, "record")
        if record not in _RECORDS:
            raise RowError(place, "a record id 3, 4, 7 or 8", record)
        if record in _KEPT:
            code, added, terminated = (cell(cells, at, name) for name in ("code", "added", "terminated"))
            yield _dated(record, code, added, terminated, place)


def _fits_lines(head: Sequence[Row]) -> bool:
    lines = [line for _, (line,) in head if line.strip()]
    return bool(lines) and _LINE.fullmatch(lines[0]) is not None and lines[0][268:276].strip().isdecimal()


def _read_lines(rows: Iterator[Row], options: Options) -> Iterator[Values]:  # noqa: ARG001
    for place, (line,) in rows:
        if not line.strip():
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            raise RowError(place, "a code, a sequence number and a record id 3, 4, 7 or 8 in columns 1-11", line[:11])
        if found[3] not in _KEPT:
            continue
        # Blanks at the end of a line may be stripped, but no further than the date that was added.
        if len(line) < _END_OF_ADDED:
            raise RowError(place, f"a line of {_END_OF_ADDED} characters or more", str(len(line)))
        yield _dated(found[3], found[1], line[268:276], line[284:292], place)


def _dated(record: str, code: str, added: str, terminated: str, place: int) -> Values:
    if record == _MODIFIER_RECORD and _MODIFIER.fullmatch(code.strip()) is None:
        raise RowError(place, "a modifier of two characters", code)
    return (
        code.strip() if record == _MODIFIER_RECORD else code_of(code, place, "a HCPCS code"),
        first_number(added, place, "the date added"),
        last_number(terminated, place, "the termination date"),
    )


FORMAT = Format(
    table="hcpcs",
    title="HCPCS Level II (CSV)",
    fits=_fits_rows,
    read=_read_rows,
    period="quarter",
    day_in_name=quarter_in_name,
    line_ends=True,
    key=1,
)
FIXED_WIDTH = Format(
    table="hcpcs",
    title="HCPCS Level II (fixed width)",
    view="lines",
    fits=_fits_lines,
    read=_read_lines,
    period="quarter",
    day_in_name=quarter_in_name,
    line_ends=True,
    key=1,
)
