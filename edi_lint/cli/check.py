"""``edi-lint check``."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from ..claims import Part
from ..config import Config
from ..escaping import file_name
from ..findings import SEVERITIES, Finding
from ..linter import Linter
from ..output import Run, hand_over
from ..sources import Source, SourceError, find_sources
from .options import paths, privacy_options, selectors, to_date
from .outputs import FORMATS, FormatParameter, Request, opened, requested

__all__ = ["command"]


@click.command("check")
@paths
@click.option(
    "--select",
    multiple=True,
    metavar="RULES",
    help="Use only these rules: ids, names, prefixes or ALL; repeatable, or separated by commas.",
)
@click.option("--ignore", multiple=True, metavar="RULES", help="Leave these rules out.")
@click.option(
    "--strict", is_flag=True, help="Make errors of what the guide says not to send and most receivers let pass."
)
@click.option(
    "--fail-severity",
    type=click.Choice([*SEVERITIES, "none"]),
    default="error",
    show_default=True,
    help="The least severity that makes the status 1.",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Judge the batch as on this day.  [default: today]",
)
@click.option(
    "--output-format",
    "output_formats",
    type=FormatParameter(),
    multiple=True,
    metavar="FORMAT[=FILE]",
    help=f"How to write the findings, and where; repeatable.  One of {', '.join(FORMATS)}.  [default: full]",
)
@click.option(
    "-o", "--output-file", metavar="FILE", help="Where the format goes that names no file.  [default: standard output]"
)
@click.option("--statistics", is_flag=True, help="Count by rule instead of listing the findings.")
@privacy_options
def command(
    paths: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    strict: bool,
    fail_severity: Any,
    as_of: datetime | None,
    output_formats: tuple[Request, ...],
    output_file: str | None,
    statistics: bool,
    show_values: bool,
    mask_claim_ids: bool,
) -> int:
    """Lint claim batches: files, folders, or - for standard input.

    Standard output holds the report and nothing else. Exit status: 0 every input was read and no finding reached
    --fail-severity, 1 one did, 2 the answer is unknown.
    """
    config = Config(
        select=selectors(select) or ("ALL",),
        ignore=selectors(ignore),
        strict=strict,
        fail_severity=fail_severity,
        as_of=to_date(as_of),
        show_values=show_values,
        mask_claim_ids=mask_claim_ids,
    )
    sources = find_sources(paths)
    requests = requested(output_formats, output_file, statistics, sources)
    linter = Linter(config)
    # What is loaded by now stays to the end, and claims come and go by the million: look at neither too often.
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    with opened(requests, Run(linter.rules, config.fail_severity)) as outputs:
        for output in outputs:
            output.begin()
        for source in sources:
            for output in outputs:
                output.begin_input(file_name(source.name))
            for part, findings in _read(linter, source):
                hand_over(outputs, part, findings)
            for output in outputs:
                output.end_input()
        for output in outputs:
            output.end(linter.summary)
    return linter.summary.exit


def _read(linter: Linter, source: Source) -> Iterator[tuple[Part | None, list[Finding]]]:
    """An input, part by part. That it cannot be read is told on standard error and leaves the answer unknown."""
    try:
        yield from linter.parts(source)
    except (SourceError, OSError) as error:
        message = str(error) if isinstance(error, SourceError) else f"{source.name}: {error.strerror}"
        click.echo(f"edi-lint: {message}", err=True)
        linter.summary.exit = 2
