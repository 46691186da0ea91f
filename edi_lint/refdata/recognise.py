"""Which format a file is of, by what stands in it. Its name is not looked at."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice

from edi_lint.refdata.errors import RefdataError, RowError
from edi_lint.refdata.loaders import FORMATS, Format
from edi_lint.refdata.reading import Row, SourceFile

__all__ = ["recognise", "refusal"]

# Notices and titles above a header are shorter than this in every file known.
_HEAD = 60


def recognise(source: SourceFile) -> Format:
    """The format of a file. Raises `RefdataError` when it is none that can be loaded, or a near relative of one."""
    heads = {"rows": _head(source.rows()), "lines": [] if source.is_workbook else _head(source.lines())}
    for form in FORMATS:
        try:
            if form.fits(heads[form.view]):
                return form
        except RowError as bad:
            raise refusal(source, bad) from None
    known = ", ".join(dict.fromkeys(form.title for form in FORMATS))
    raise RefdataError(
        f"{source.path}: {source.unit} 1: expected the first {source.unit}s of a reference file, one of: {known}"
    )


def refusal(source: SourceFile, bad: RowError) -> RefdataError:
    """What is wrong with a row, with the name of the file and the number of the line or row."""
    return RefdataError(f"{source.path}: {source.unit} {bad.place}: {bad}")


def _head(rows: Iterator[Row]) -> Sequence[Row]:
    head: list[Row] = []
    # What was read before a row that cannot be made out still tells the format; its loader tells the reason.
    with suppress(RowError):
        head.extend(islice(rows, _HEAD))
    return head
