"""``edi-lint baseline``."""

from __future__ import annotations

from typing import Any

import click

from ..baseline import Baseline
from ..selection import mandatory_rules
from .options import paths
from .outputs import replaced
from .session import Session
from .settings import settings_options

__all__ = ["command"]


@click.command("baseline")
@paths
@settings_options
@click.option("-o", "--output-file", metavar="FILE", help="Where to write it.  [default: standard output]")
def command(paths: tuple[str, ...], output_file: str | None, **asked: Any) -> int:
    """Count what is found now, so that 'edi-lint check --baseline FILE' tells only what is new.

    The counts are by rule and kind of place (loop, segment, element), not by file or claim, and hold no value of the
    batch. Waived findings and mandatory rules are not counted. Exit status: 0 it was written, 2 an input could not be
    read, and nothing was written.
    """
    session = Session(paths, {**asked, "baseline": ""})
    session.prepare()
    counted = Baseline()
    for source, configured in session.inputs:
        linter = session.linter(configured)
        mandatory = mandatory_rules(linter.config)
        for _, findings in session.parts(source, linter):
            for finding in findings:
                if finding.rule not in mandatory:
                    counted.add(finding)
    session.progress.hide()
    if session.summary.exit == 2:
        raise click.ClickException("no baseline was written, since not everything could be read")
    if output_file is None or output_file == "-":
        click.echo(counted.as_text(), nl=False)
    else:
        with replaced(output_file, "utf-8") as out:
            out.write(counted.as_text())
    return 0
