"""A Medicare contractor's list of self-administered drugs, as CSV from the Medicare Coverage Database.

One row for each code (or product of an unclassified code) with the days between which it is excluded. The contractor
is a column of the report over all of them; for the table of one article the user names it.
"""

from collections.abc import Iterator, Sequence

from edi_lint.refdata.dates import quarter_in_name
from edi_lint.refdata.errors import RowError
from edi_lint.refdata.loaders.cells import (
    below_header,
    cell,
    code_of,
    find_header,
    first_number,
    last_number,
    printable,
)
from edi_lint.refdata.loaders.format import Format, Options, Values
from edi_lint.refdata.reading import Row
from edi_lint.refdata.records import folded

__all__ = ["FORMAT"]

_COLUMNS = {
    "code": ("CODE", "HCPCS CODE", "CPT/HCPCS CODE", "CPT/HCPCS CODES", "HCPCS"),
    "from": ("EXCLUSION EFFECTIVE DATE", "EFFECTIVE DATE OF EXCLUSION"),
    "to": ("EXCLUSION END DATE", "END DATE OF EXCLUSION"),
    "drug": ("BRAND NAME", "BRAND NAMES", "BRAND NAME(S)", "GENERIC NAME", "DRUG NAME", "DESCRIPTOR GENERIC NAME"),
    "mac": ("CONTRACTOR", "CONTRACTOR NAME", "MAC"),
}
_NEEDED = ("code", "from")


def _fits(head: Sequence[Row]) -> bool:
    return any(find_header(cells, _COLUMNS, _NEEDED) for _, cells in head)


def _read(rows: Iterator[Row], options: Options) -> Iterator[Values]:
    for place, at, cells in below_header(rows, _COLUMNS, _NEEDED):
        first = first_number(cell(cells, at, "from"), place, "the exclusion effective date")
        last = last_number(cell(cells, at, "to"), place, "the exclusion end date")
        if last < first:
            raise RowError(place, "an exclusion that ends after it begins", cell(cells, at, "to"))
        drug = " ".join(printable(cell(cells, at, "drug")).split())
        mac = _mac(cell(cells, at, "mac"), "mac" in at, options, place)
        yield mac, code_of(cell(cells, at, "code"), place), first, last, drug


def _mac(text: str, is_column: bool, options: Options, place: int) -> str:
    if is_column and options.mac:
        raise RowError(place, "no --mac, for the file names its contractors", text)
    if not is_column and not options.mac:
        raise RowError(place, "--mac NAME, for the file does not say whose list it is")
    if is_column and not text:
        raise RowError(place, "a contractor", text)
    return folded(printable(text or options.mac))


FORMAT = Format(
    table="sad",
    title="self-administered drug list",
    fits=_fits,
    read=_read,
    period="always",
    day_in_name=quarter_in_name,
)
