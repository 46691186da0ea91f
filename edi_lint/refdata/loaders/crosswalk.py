"""CMS's quarterly ASP NDC-HCPCS crosswalk as CSV: which drug products are billed under which code, in which units.

A few title lines, then the header, whose first column is called after the year (``_2025_CODE``). Products without an
NDC of 11 digits (devices) are left out. AWP, OPPS and PrEP crosswalks look the same and add to the edition as parts.
"""

import re
from collections.abc import Iterator, Sequence

from edi_lint.refdata.dates import quarter_in_name
from edi_lint.refdata.errors import RowError
from edi_lint.refdata.loaders.cells import below_header, cell, code_of, find_header, named, number
from edi_lint.refdata.loaders.format import Format, Options, Values
from edi_lint.refdata.reading import Row

__all__ = ["FORMAT"]

_COLUMNS = {
    "code": ("CODE", "HCPCS CODE", "HCPCS", *(f"{year} CODE" for year in range(2005, 2100))),
    "ndc": ("NDC", "NDC2"),
    "size": ("PKG SIZE", "PACKAGE SIZE"),
    "quantity": ("PKG QTY", "PACKAGE QUANTITY"),
    "units": ("BILLUNITSPKG", "BILL UNITS PKG", "BILLABLE UNITS PER PACKAGE"),
}
_NEEDED = tuple(_COLUMNS)
_NUMBERS = {"size": "a package size", "quantity": "a package quantity", "units": "billable units per package"}

_NDC = re.compile(r"(\d{5})-(\d{4})-(\d{2})|\d{11}")


def _fits(head: Sequence[Row]) -> bool:
    for place, cells in head:
        if find_header(cells, _COLUMNS, _NEEDED):
            return True
        header = named(cells)
        if "NDC OR ALTERNATE ID" in header and "DRUG GENERIC NAME" in header:
            raise RowError(place, "a crosswalk to HCPCS codes; this is the one for drugs without a code (NOC)")
    return False


def _read(rows: Iterator[Row], options: Options) -> Iterator[Values]:  # noqa: ARG001
    for place, at, cells in below_header(rows, _COLUMNS, _NEEDED):
        # A footnote below the table stands in a row of its own.
        if sum(bool(text.strip()) for text in cells) == 1:
            continue
        code = code_of(cell(cells, at, "code"), place)
        ndc = cell(cells, at, "ndc")
        if not ndc:
            raise RowError(place, "an NDC", "")
        numbers = [number(cell(cells, at, name), place, words) for name, words in _NUMBERS.items()]
        if _NDC.fullmatch(ndc):
            yield ndc.replace("-", ""), code, *numbers


def _part(name: str) -> str:
    found = re.search(r"(?<![a-z])(awp|opps|prep)(?![a-z])", name.lower())
    return found[1] if found else "asp"


FORMAT = Format(
    table="crosswalk",
    title="ASP NDC-HCPCS crosswalk",
    fits=_fits,
    read=_read,
    period="quarter",
    day_in_name=quarter_in_name,
    line_ends=True,
    part=_part,
    key=2,
)
