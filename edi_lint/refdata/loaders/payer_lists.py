"""A payer's own lists, as CSV that the user writes: ``list,payer,code,diagnosis,from,to`` (docs/reference-data.md).

``list`` is ``diagnoses`` (the payer accepts the code for this diagnosis) or ``prior-authorization`` (the payer wants
one for the code), the same in all rows of a file.
"""

import re
from collections.abc import Iterator, Sequence

from edi_lint.refdata.dates import no_day_in_name
from edi_lint.refdata.errors import RowError
from edi_lint.refdata.loaders.cells import below_header, cell, code_of, find_header, first_number, last_number
from edi_lint.refdata.loaders.format import Format, Options, Values
from edi_lint.refdata.reading import Row
from edi_lint.refdata.records import folded

__all__ = ["DIAGNOSES", "PRIOR_AUTHORIZATION"]

_COLUMNS = {name: (name.upper(),) for name in ("list", "payer", "code", "diagnosis", "from", "to")}
_NEEDED = tuple(_COLUMNS)
_LISTS = ("diagnoses", "prior-authorization")

_DIAGNOSIS = re.compile(r"[A-Z][0-9A-Z]{2,6}\*?|[A-Z][0-9A-Z]?\*")


def _fits(head: Sequence[Row], wanted: str) -> bool:
    for place, at, cells in below_header(iter(head), _COLUMNS, _NEEDED):
        name = cell(cells, at, "list").lower()
        if name not in _LISTS:
            raise RowError(place, " or ".join(_LISTS), name)
        return name == wanted
    # A list without rows is recognised too, and refused for having none.
    return wanted == _LISTS[0] and any(find_header(cells, _COLUMNS, _NEEDED) for _, cells in head)


def _fits_diagnoses(head: Sequence[Row]) -> bool:
    return _fits(head, "diagnoses")


def _fits_prior_authorization(head: Sequence[Row]) -> bool:
    return _fits(head, "prior-authorization")


def _read_diagnoses(rows: Iterator[Row], options: Options) -> Iterator[Values]:  # noqa: ARG001
    for place, payer, code, diagnosis, first, last in _entries(rows, "diagnoses"):
        plain = diagnosis.upper().replace(".", "")
        if _DIAGNOSIS.fullmatch(plain) is None:
            raise RowError(place, "a diagnosis code, or its beginning and *", diagnosis)
        yield payer, code, plain, first, last


def _read_prior_authorization(rows: Iterator[Row], options: Options) -> Iterator[Values]:  # noqa: ARG001
    for place, payer, code, diagnosis, first, last in _entries(rows, "prior-authorization"):
        if diagnosis:
            raise RowError(place, "no diagnosis in a prior-authorization list", diagnosis)
        yield payer, code, first, last


def _entries(rows: Iterator[Row], wanted: str) -> Iterator[tuple[int, str, str, str, int, int]]:
    for place, at, cells in below_header(rows, _COLUMNS, _NEEDED):
        name = cell(cells, at, "list").lower()
        if name != wanted:
            raise RowError(place, f"{wanted}, as in the first row", name)
        payer = folded(cell(cells, at, "payer"))
        if not (payer and payer.isascii() and payer.isprintable()):
            raise RowError(place, "a payer id, or * for all payers", payer)
        code = code_of(cell(cells, at, "code").upper(), place)
        first = first_number(cell(cells, at, "from"), place, "the first day")
        last = last_number(cell(cells, at, "to"), place, "the last day")
        if last < first:
            raise RowError(place, "a last day that is not before the first", cell(cells, at, "to"))
        yield place, payer, code, cell(cells, at, "diagnosis"), first, last


DIAGNOSES = Format(
    table="payer-diagnoses",
    title="payer's diagnosis list",
    fits=_fits_diagnoses,
    read=_read_diagnoses,
    period="always",
    day_in_name=no_day_in_name,
)
PRIOR_AUTHORIZATION = Format(
    table="prior-authorization",
    title="prior-authorization list",
    fits=_fits_prior_authorization,
    read=_read_prior_authorization,
    period="always",
    day_in_name=no_day_in_name,
)
