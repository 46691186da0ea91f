"""``edi-lint show``."""

from __future__ import annotations

import sys
from typing import Any

import click

from ..escaping import file_name
from ..output import Run, hand_over
from ..reports.show import Show
from .options import paths, privacy_options, wants_colour
from .session import Session
from .settings import settings_options

__all__ = ["command"]


@click.command("show")
@paths
@click.option("--claim", metavar="N|ID", help="Only this claim: its number in the file, or its CLM01.")
@settings_options
@privacy_options
def command(paths: tuple[str, ...], claim: str | None, **asked: Any) -> int:
    """Show claim batches as people read them: names, meanings, and findings where they belong.

    Reads what check reads: files, folders, globs, .gz and .zip, or - for standard input. Exit status: 0 it was shown,
    1 there is no such claim, 2 the answer is unknown.
    """
    # What is shown goes to the terminal all the time: there is no room for a progress bar.
    session = Session(paths, {**asked, "quiet": True})
    session.prepare()
    output = Show(sys.stdout, Run(session.first.rules, colour=wants_colour()), claim)
    for source, configured in session.inputs:
        output.begin_input(file_name(source.name))
        for part, findings in session.parts(source, session.linter(configured)):
            hand_over([output], part, findings)
        output.end_input()
    status = 2 if session.summary.exit == 2 else 0
    if claim is not None and not output.shown:
        click.echo(f"edi-lint: no claim has the number or the id {claim}", err=True)
        return status or 1
    return status
