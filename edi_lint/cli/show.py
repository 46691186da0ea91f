"""``edi-lint show``."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from ..config import Config
from ..escaping import file_name
from ..linter import Linter
from ..output import Run, hand_over
from ..reports.show import Show
from ..sources import find_sources
from .options import paths, privacy_options, to_date, wants_colour

__all__ = ["command"]


@click.command("show")
@paths
@click.option("--claim", metavar="N|ID", help="Only this claim: its number in the file, or its CLM01.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Judge the batch as on this day.  [default: today]",
)
@privacy_options
def command(
    paths: tuple[str, ...], claim: str | None, as_of: datetime | None, show_values: bool, mask_claim_ids: bool
) -> int:
    """Show claim batches as people read them: names, meanings, and findings where they belong.

    Reads files, folders, or - for standard input. Exit status: 0 it was shown, 1 there is no such claim, 2 the answer
    is unknown.
    """
    linter = Linter(Config(as_of=to_date(as_of), show_values=show_values, mask_claim_ids=mask_claim_ids))
    output = Show(sys.stdout, Run(linter.rules, colour=wants_colour()), claim)
    for source in find_sources(paths):
        output.begin_input(file_name(source.name))
        for part, findings in linter.parts(source):
            hand_over([output], part, findings)
        output.end_input()
    if claim is not None and not output.shown:
        click.echo(f"edi-lint: no claim has the number or the id {claim}", err=True)
        return 1
    return 0
