"""``edi-lint gate``."""

from __future__ import annotations

import gc
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from ..acks import Options
from ..errors import UserError
from ..escaping import file_name, printable
from ..findings import SEVERITIES
from ..gate import Amount, Decision, Gate, find_inputs
from ..linter import Linter
from ..sources import Source
from .options import paths, privacy_options
from .session import Session
from .settings import reject_scope, settings_options

__all__ = ["command"]


@click.command("gate")
@paths
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    required=True,
    help="Where each input gets a folder of its own.",
)
@click.option("--dry-run", is_flag=True, help="Decide as always, say what would happen, and write nothing.")
@reject_scope
@click.option(
    "--fail-severity", type=click.Choice(SEVERITIES), help="The least severity that rejects.  [default: error]"
)
@click.option("--baseline", metavar="FILE", help="Let pass what this file counts, in each input anew.")
@click.option(
    "--control-number",
    type=click.IntRange(0, 999_999_999),
    default=0,
    metavar="NUMBER",
    help="The first control number of the acknowledgements.  [default: made from the moment]",
)
@settings_options
@privacy_options
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error but errors.")
@click.option("-v", "--verbose", is_flag=True, help="Say on standard error what is used.")
def command(paths: tuple[str, ...], out: Path, dry_run: bool, control_number: int, **asked: Any) -> int:
    """Let the good claims of batches through, and give the others back with the reasons.

    For each input a folder appears in DIR, whole or not at all. It holds what there is of accepted.edi, rejected.edi,
    ta1.edi, 999.edi and 277ca.edi, and report.txt, report.jsonl and gate.json. Exit status: 0 all was accepted, 1
    something was rejected, 2 nothing was decided on an input.
    """
    session = Session(paths, asked, lambda paths: find_inputs(paths, out))
    session.prepare()
    now = datetime.now()  # noqa: DTZ005 - X12 knows no time zones
    gate = Gate(Options(now=now, control=control_number))
    # As in check: claims come and go by the million.
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    status = 0
    for source, configured in session.inputs:
        status = max(status, _decide(gate, source, None if dry_run else out, session.linter(configured), session))
    return status


def _decide(gate: Gate, source: Source, out: Path | None, linter: Linter, session: Session) -> int:
    """Decide on one input. Where that fails, it is told on standard error, and the next one has its turn."""
    try:
        decision = gate.decide(source, out, linter=linter)
    except UserError as error:
        return _fail(str(error), session)
    except OSError as error:
        about = source.name if error.filename in (None, source.name) else f"{source.name}: {out}"
        return _fail(f"{about}: {error.strerror or error}; nothing is decided", session)
    finally:
        session.progress.hide()
    for note in decision.notes:
        click.echo(f"edi-lint: {decision.name}: {note}", err=True)
    click.echo(_sentence(decision))
    return decision.status


def _fail(message: str, session: Session) -> int:
    session.progress.hide()
    click.echo(f"edi-lint: {printable(file_name(message))}", err=True)
    return 2


def _sentence(decision: Decision) -> str:
    accepted, rejected = _amount(decision.accepted), _amount(decision.rejected)
    if decision.folder is None:
        return f"{decision.name}: would accept {accepted} and reject {rejected}"
    before = "decided before, " if decision.repeated else ""
    return f"{decision.name}: {before}accepted {accepted}, rejected {rejected}, see {decision.folder}"


def _amount(amount: Amount) -> str:
    return f"{amount.claims:,} claim{'' if amount.claims == 1 else 's'} (${amount.charges:,.2f})"
