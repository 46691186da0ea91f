"""``edi-lint check``."""

from __future__ import annotations

import gc
import sys
from contextlib import ExitStack
from datetime import datetime
from typing import Any

import click

from ..escaping import file_name
from ..findings import SEVERITIES
from ..output import Run, hand_over
from .options import Jobs, paths, privacy_options
from .outputs import ANSWERS, FORMATS, STANDARD_OUTPUT, FormatParameter, Request, opened, requested
from .session import Session
from .settings import judgement_options, reject_scope, settings_options

__all__ = ["command"]


@click.command("check")
@paths
@settings_options
@judgement_options
@reject_scope
@click.option(
    "--min-severity",
    type=click.Choice(SEVERITIES),
    help="The least severity that reports show; all is counted.  [default: info]",
)
@click.option(
    "--max-findings",
    type=click.IntRange(min=0),
    metavar="N",
    help="Show no more findings than this; all are counted.  [default: 0, no limit]",
)
@click.option(
    "--output-format",
    "output_formats",
    type=FormatParameter(),
    multiple=True,
    metavar="FORMAT[=FILE]",
    help=f"How to write the findings, and where; repeatable.  One of {', '.join(FORMATS)}; for answers as of a "
    f"clearinghouse {', '.join(ANSWERS)}.  [default: full]",
)
@click.option(
    "-o", "--output-file", metavar="FILE", help="Where the format goes that names no file.  [default: standard output]"
)
@click.option(
    "-j",
    "--jobs",
    type=Jobs(),
    default=1,
    metavar="N|auto",
    help="Judge with this many processes; auto: one for each processor.  [default: 1]",
)
@click.option("--statistics", is_flag=True, help="Count by rule instead of listing the findings.")
@privacy_options
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error but errors.")
@click.option("-v", "--verbose", is_flag=True, help="Say on standard error what is used, waived and left out.")
@click.option("--show-settings", is_flag=True, help="Print the settings of each input and where they come from.")
def command(
    paths: tuple[str, ...],
    output_formats: tuple[Request, ...],
    output_file: str | None,
    jobs: int,
    statistics: bool,
    show_settings: bool,
    **asked: Any,
) -> int:
    """Lint claim batches: files, folders, globs, .gz and .zip, or - for standard input.

    Standard output holds the report and nothing else. Exit status: 0 every input was read and no finding reached
    --fail-severity, 1 one did, 2 the answer is unknown.
    """
    if statistics:
        asked["max_findings"] = 0
    session = Session(paths, asked)
    if show_settings:
        from .show_settings import write_settings

        write_settings(session, sys.stdout)
        return 0
    requests = requested(output_formats, output_file, statistics, session.sources)
    session.prepare()
    first = session.first
    # What is loaded by now stays to the end, and claims come and go by the million: look at neither too often.
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    linters = {file_name(source.name): session.linter(configured) for source, configured in session.inputs}
    run = Run(
        first.rules,
        first.config.fail_severity,
        now=datetime.now(),  # noqa: DTZ005 - X12 knows no time zones
        reject_scope=lambda name, receivers: linters[name].reject_scope(name, receivers),
        note=session.tell_once,
    )
    with ExitStack() as running:
        outputs = running.enter_context(opened(requests, run))
        # Who wants to see the batch itself sees it where it is read.
        wants_parts = any(output.wants_parts for output in outputs)
        running.enter_context(session.helped(1 if wants_parts else jobs))
        for output in outputs:
            output.begin()
        for source, configured in session.inputs:
            linter = session.linter(configured)
            for output in outputs:
                output.begin_input(file_name(source.name))
            for part, findings in session.parts(source, linter):
                if findings or wants_parts:
                    hand_over(outputs, part, findings, linter.shown.of(findings, linter.config))
            for output in outputs:
                if session.broke_off:
                    output.break_off()
                output.end_input()
        for linter, findings in session.conclude():
            hand_over(outputs, None, findings, linter.shown.of(findings, linter.config))
        for output in outputs:
            output.end(session.summary)
    if all(request.file != STANDARD_OUTPUT for request in requests):
        session.tell_totals()
    session.tell_what_is_not_shown()
    return session.summary.exit
