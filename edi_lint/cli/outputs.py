"""``--output-format FORMAT[=FILE]``: which outputs a run has, and where each goes.

A file is written under a temporary name beside its own and takes that name when it is complete, so no reader ever sees
half of one, and a run that breaks off leaves what was there before.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click
import msgspec

from ..errors import did_you_mean
from ..output import Output, Run
from ..sources import Source
from .options import wants_colour

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["ANSWERS", "FORMATS", "STANDARD_OUTPUT", "FormatParameter", "Request", "opened", "replaced", "requested"]

FORMATS = {
    "full": "edi_lint.reports.full:Full",
    "concise": "edi_lint.reports.concise:Concise",
    "grouped": "edi_lint.reports.grouped:Grouped",
    "json": "edi_lint.reports.json_report:Json",
    "json-lines": "edi_lint.reports.json_lines:JsonLines",
    "csv": "edi_lint.reports.csv_report:Csv",
    "sarif": "edi_lint.reports.sarif:Sarif",
    "junit": "edi_lint.reports.junit:Junit",
    "github": "edi_lint.reports.github:Github",
    "gitlab": "edi_lint.reports.gitlab:Gitlab",
    "html": "edi_lint.reports.html:Html",
}
"""The formats by the name that the user gives, and the class that writes each, imported only when it is asked for."""

ANSWERS = {
    "ta1": "edi_lint.acks.outputs:Ta1",
    "999": "edi_lint.acks.outputs:X999",
    "277ca": "edi_lint.acks.outputs:X277ca",
    "ebr": "edi_lint.acks.ebr:Ebr",
}
"""The same for what answers a batch as clearinghouses do; it is written from the batch, not from findings alone."""

STATISTICS = {
    "full": "edi_lint.reports.statistics:TextStatistics",
    "concise": "edi_lint.reports.statistics:TextStatistics",
    "grouped": "edi_lint.reports.statistics:TextStatistics",
    "json": "edi_lint.reports.statistics:JsonStatistics",
}
"""With ``--statistics``: what takes the place of a format on standard output."""

STANDARD_OUTPUT = "-"


class Request(msgspec.Struct, frozen=True):
    """One format and the file that it is to go to; ``-`` is standard output.

    ``statistics`` asks for counts instead of findings.
    """

    format: str
    file: str
    statistics: bool = False


class FormatParameter(click.ParamType[Request]):
    """The value of ``--output-format``."""

    name = "FORMAT[=FILE]"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Request:
        """Split the format from the file. Fails for an unknown format and for an empty file name."""
        if isinstance(value, Request):
            return value
        name, given, file = str(value).partition("=")
        known = [*FORMATS, *ANSWERS]
        if name not in known:
            self.fail(f"{name!r} is none of {', '.join(known)}{did_you_mean(name, known)}", param, ctx)
        if given and not file:
            self.fail(f"{name}= names no file", param, ctx)
        return Request(name, file or STANDARD_OUTPUT)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002 - click's signature
        """The formats that begin so."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in (*FORMATS, *ANSWERS) if name.startswith(incomplete)]


def requested(
    formats: Sequence[Request], output_file: str | None, statistics: bool, sources: Iterable[Source]
) -> list[Request]:
    """The outputs of a run; the full report on standard output when none was asked for.

    ``output_file`` is where the one format goes that names no file; ``statistics`` makes it one of counts.
    Raises `click.UsageError` when two outputs would mix on standard output or in one file, and when one would overwrite
    an input.
    """
    wanted = list(formats) or [Request("full", STANDARD_OUTPUT)]
    if statistics:
        if all(request.file != STANDARD_OUTPUT for request in wanted):
            wanted.append(Request("full", STANDARD_OUTPUT))
        wanted = [_counting(request) if request.file == STANDARD_OUTPUT else request for request in wanted]
    at_large = [request for request in wanted if request.file == STANDARD_OUTPUT]
    if output_file is not None and output_file != STANDARD_OUTPUT:
        if not at_large:
            raise click.UsageError("--output-file says where the format without a FILE goes, and there is none")
        wanted = [msgspec.structs.replace(r, file=output_file) if r is at_large[0] else r for r in wanted]
        del at_large[0]
    if len(at_large) > 1:
        names = " and ".join(request.format for request in at_large)
        raise click.UsageError(f"{names} would mix on standard output; give all but one a file: FORMAT=FILE")
    inputs = {os.path.realpath(source.name) for source in sources if source.name != "-"}
    taken: dict[str, str] = {}
    for request in wanted:
        if request.file == STANDARD_OUTPUT:
            continue
        place = os.path.realpath(request.file)
        if place in taken:
            raise click.UsageError(f"{taken[place]} and {request.format} would both write {request.file}")
        if place in inputs:
            raise click.UsageError(f"{request.format} would overwrite {request.file}, which is an input")
        taken[place] = request.format
    return wanted


def _counting(request: Request) -> Request:
    if request.format not in STATISTICS:
        raise click.UsageError(f"--statistics goes with {', '.join(STATISTICS)}, not with {request.format}")
    return msgspec.structs.replace(request, statistics=True)


@contextmanager
def opened(requests: Sequence[Request], run: Run) -> Iterator[list[Output]]:
    """The outputs, ready to be told; on leaving, complete files take their names.

    When the run breaks off, no file appears and no old one changes. Raises `click.ClickException` for a file that
    cannot be written, before anything is read.
    """
    with ExitStack() as complete, ExitStack() as closing:
        outputs = []
        for request in requests:
            known = STATISTICS if request.statistics else FORMATS | ANSWERS
            module, _, name = known[request.format].partition(":")
            kind: type[Output] = getattr(import_module(module), name)
            if request.file == STANDARD_OUTPUT:
                made = kind(_standard_output(kind.encoding), msgspec.structs.replace(run, colour=wants_colour()))
            else:
                made = kind(complete.enter_context(replaced(request.file, kind.encoding)), run)
            closing.callback(made.close)
            outputs.append(made)
        yield outputs


def _standard_output(encoding: str) -> TextIO:
    """Standard output in the format's encoding; a terminal keeps its own, and shows ? for what it lacks."""
    out = sys.stdout
    if hasattr(out, "reconfigure"):
        if out.isatty():
            out.reconfigure(errors="replace")
        else:
            out.reconfigure(encoding=encoding, newline="\n")
    return out


@contextmanager
def replaced(name: str, encoding: str) -> Iterator[TextIO]:
    """A file that takes its name when the block ends well. A link is followed; a pipe or device is written to."""
    place = Path(os.path.realpath(name))
    if place.exists() and not place.is_file() and not place.is_dir():
        with _writable(name):
            out = place.open("w", encoding=encoding, newline="\n")
        with out:
            yield out
        return
    temporary = place.with_name(f".{place.name}.{os.urandom(4).hex()}.tmp")
    with _writable(name):
        if place.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        out = temporary.open("x", encoding=encoding, newline="\n")
    try:
        with out:
            yield out
        with _writable(name):
            if place.exists():
                temporary.chmod(place.stat().st_mode & 0o777)
            temporary.replace(place)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


@contextmanager
def _writable(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"{name}: cannot be written: {error.strerror or error}") from None
