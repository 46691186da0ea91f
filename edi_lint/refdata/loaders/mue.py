"""NCCI MUE values for practitioners: ``MCR_MUE_PractitionerServices_Eff_07-01-2024.csv``, or Medicaid's own.

A quoted notice of several lines, the header, then code, value and adjudication indicator. The date the values take
effect is not in the file.
"""

import re
from collections.abc import Iterator, Sequence

from edi_lint.refdata.dates import quarter_in_name
from edi_lint.refdata.errors import RowError
from edi_lint.refdata.loaders.cells import below_header, cell, code_of, find_header, named
from edi_lint.refdata.loaders.format import Format, Options, Values
from edi_lint.refdata.reading import Row

__all__ = ["FORMAT"]

_COLUMNS = {
    "code": ("HCPCS/ CPT CODE", "HCPCS/CPT CODE"),
    "units": ("PRACTITIONER SERVICES MUE VALUES", "PRACTITIONER SERVICES MUE VALUE"),
    "adjudication": ("MUE ADJUDICATION INDICATOR",),
}
_NEEDED = ("code", "units")

_UNITS = re.compile(r"[0-9]{1,7}")


def _fits(head: Sequence[Row]) -> bool:
    for place, cells in head:
        if find_header(cells, _COLUMNS, _NEEDED):
            return True
        others = [name for name in named(cells) if name.endswith(("MUE VALUES", "MUE VALUE"))]
        if others and find_header(cells, _COLUMNS, ("code",)):
            raise RowError(place, "the MUE values for practitioner services", others[0].title())
    return False


def _read(rows: Iterator[Row], options: Options) -> Iterator[Values]:
    for place, at, cells in below_header(rows, _COLUMNS, _NEEDED):
        units = cell(cells, at, "units")
        if _UNITS.fullmatch(units) is None:
            raise RowError(place, "a number of units", units)
        code = code_of(cell(cells, at, "code"), place)
        yield code, int(units), _adjudication(cell(cells, at, "adjudication"), place, options)


def _adjudication(text: str, place: int, options: Options) -> int:
    # Medicaid's files have no indicator: its values hold for each claim line.
    if not text and options.medicaid:
        return 1
    if text[:1] not in ("1", "2", "3"):
        raise RowError(place, "an adjudication indicator that begins with 1, 2 or 3", text)
    return int(text[0])


FORMAT = Format(
    table="mue",
    title="NCCI MUE values (practitioner)",
    fits=_fits,
    read=_read,
    period="quarter",
    day_in_name=quarter_in_name,
    line_ends=True,
    key=1,
)
