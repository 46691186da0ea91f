"""NUCC's provider taxonomy as CSV (``nucc_taxonomy_251.csv``). Kept are the code and its names, not the definition."""

import re
from collections.abc import Iterator, Sequence

from edi_lint.refdata.dates import taxonomy_release_in_name
from edi_lint.refdata.errors import RowError
from edi_lint.refdata.loaders.cells import below_header, cell, find_header, printable
from edi_lint.refdata.loaders.format import Format, Options, Values
from edi_lint.refdata.reading import Row

__all__ = ["FORMAT"]

_COLUMNS = {
    "code": ("CODE",),
    "grouping": ("GROUPING",),
    "classification": ("CLASSIFICATION",),
    "specialization": ("SPECIALIZATION",),
}
_NEEDED = tuple(_COLUMNS)

_CODE = re.compile(r"[0-9A-Z]{9}X")


def _fits(head: Sequence[Row]) -> bool:
    return any(find_header(cells, _COLUMNS, _NEEDED) for _, cells in head)


def _read(rows: Iterator[Row], options: Options) -> Iterator[Values]:  # noqa: ARG001
    for place, at, cells in below_header(rows, _COLUMNS, _NEEDED):
        code = cell(cells, at, "code")
        if _CODE.fullmatch(code) is None:
            raise RowError(place, "a taxonomy code of ten characters that ends in X", code)
        yield code, printable(cell(cells, at, "classification")), printable(cell(cells, at, "specialization"))


FORMAT = Format(
    table="taxonomy",
    title="NUCC provider taxonomy",
    fits=_fits,
    read=_read,
    period="always",
    day_in_name=taxonomy_release_in_name,
    key=1,
)
