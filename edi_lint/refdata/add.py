"""From files to the store: recognise each, settle its edition and dates, read it, and take all of them in at once."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations
from pathlib import Path

import msgspec

from edi_lint.refdata.dates import period_name, window
from edi_lint.refdata.errors import RefdataError, RowError
from edi_lint.refdata.loaders import Format, Options, Values
from edi_lint.refdata.loaders.cells import printable
from edi_lint.refdata.reading import SourceFile
from edi_lint.refdata.recognise import recognise, refusal
from edi_lint.refdata.records import BY_PROGRAM, LoadedEdition
from edi_lint.refdata.store import Load, Store

__all__ = ["Request", "add_files"]

_PROGRAM_IN_NAME = {
    "Medicare": re.compile(r"medicare|(?<![a-z])mcr(?![a-z])"),
    "Medicaid": re.compile(r"medicaid|(?<![a-z])mcd(?![a-z])"),
}
_EDITION_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+-]{0,59}")


class Request(msgspec.Struct, frozen=True):
    """What the user wants besides the files: the first day, the edition's name, Medicaid's tables, the contractor."""

    effective: date | None = None
    edition: str = ""
    medicaid: bool = False
    mac: str = ""


def add_files(folder: Path, paths: Sequence[Path], request: Request) -> list[LoadedEdition]:
    """Load files into the store in ``folder``, all or none, and return the editions they went into.

    Raises `RefdataError` with the file, the line and what was expected there; the store is then as it was before.
    """
    if request.edition and _EDITION_NAME.fullmatch(request.edition) is None:
        raise RefdataError("--edition: a name has letters, digits and . _ + - only, 60 of them at most")
    loads = [_prepared(path, request) for path in paths]
    for one, other in combinations(loads, 2):
        if (one.edition, one.part) == (other.edition, other.part):
            files = one.file if one.file == other.file else f"{one.file} and {other.file}"
            raise RefdataError(f"{files}: the same part of edition {one.edition!r} twice; add one of them alone")
    store = Store(folder)
    store.add(loads)
    names = {load.edition for load in loads}
    return [edition for edition in store.editions() if edition.edition in names]


def _prepared(path: Path, request: Request) -> Load:
    source = SourceFile(path)
    form = recognise(source)
    if request.medicaid and form.table not in BY_PROGRAM:
        raise RefdataError(f"{path}: --medicaid goes with PTP edits and MUE values, and this is a {form.title}")
    if form.table in BY_PROGRAM:
        _check_program(path, request)
    if request.mac and form.table != "sad":
        raise RefdataError(f"{path}: --mac goes with a self-administered drug list, and this is a {form.title}")
    effective = request.effective or form.day_in_name(path.name)
    if effective is None and form.period != "always":
        raise RefdataError(f"{path}: its name does not say from when it holds; give --effective YYYY-MM-DD")
    effective = effective or date.min
    valid_from, valid_to = window(form.period, effective)
    return Load(
        edition=request.edition or _edition_name(path, form, request, effective),
        table=form.table,
        medicaid=request.medicaid,
        effective=effective,
        valid_from=valid_from,
        valid_to=valid_to,
        part=form.part(path.name),
        file=printable(path.name),
        rows=_rows(source, form, Options(request.medicaid, request.mac)),
    )


def _check_program(path: Path, request: Request) -> None:
    """Nothing in the two programs' files tells them apart, so at least their names must not say the opposite."""
    for program, says in _PROGRAM_IN_NAME.items():
        if says.search(path.name.lower()) and (program == "Medicaid") != request.medicaid:
            what = "leave --medicaid out" if request.medicaid else "add it with --medicaid"
            raise RefdataError(f"{path}: by its name this is {program}'s; {what}, or rename the file")


def _edition_name(path: Path, form: Format, request: Request, effective: date) -> str:
    if form.period == "always":
        return re.sub(r"[^0-9A-Za-z.]+", "-", path.stem).strip("-.")[:60] or form.table
    program = "-medicaid" if request.medicaid else ""
    return f"{form.table}{program}-{period_name(form.period, effective)}"


def _rows(source: SourceFile, form: Format, options: Options) -> Iterator[Values]:
    """The rows of a file. Raises `RefdataError` for what is wrong in it, and when it ends too early."""
    try:
        yield from _complete(source, form, _told_once(source, form, options))
    except RowError as bad:
        raise refusal(source, bad) from None


def _told_once(source: SourceFile, form: Format, options: Options) -> Iterator[Values]:
    """The rows of a file; one that repeats another is passed over, one that contradicts another is refused."""
    rows = form.read(source.rows() if form.view == "rows" else source.lines(), options)
    if not form.key:
        yield from rows
        return
    seen: dict[Values, Values] = {}
    for values in rows:
        before = seen.setdefault(values[: form.key], values)
        if before != values:
            raise RowError(source.place, "each code once (it has other values above)", str(values[0]))
        yield values


def _complete(source: SourceFile, form: Format, rows: Iterator[Values]) -> Iterator[Values]:
    empty = True
    for values in rows:
        empty = False
        yield values
    if empty:
        raise RowError(source.place, f"rows of the {form.title} below it")
    if source.cut and form.line_ends:
        raise RowError(source.place, "a line end after the last line; the file may be cut short, get it again")
