"""``edi-lint --version``: edi-lint, and the editions of what it judges by."""

from __future__ import annotations

import click

__all__ = ["show_version"]

GUIDE = "837P 005010X222A1"


def show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: ARG001 - click's signature
    """Print the versions and leave."""
    if not value or ctx.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    from .. import __version__
    from ..reference import EDITIONS
    from ..rules import RULES, RULESETS

    try:
        pyx12 = version("pyx12")
    except PackageNotFoundError:
        pyx12 = "not installed"
    click.echo(f"edi-lint {__version__}")
    click.echo(f"guide: {GUIDE}, from pyx12 {pyx12}")
    click.echo(f"rules: {len(RULES)}, editions {', '.join(RULESETS)}")
    for edition in EDITIONS:
        click.echo(f"{edition.name}: {edition.edition}")
    for loaded in _loaded():
        click.echo(f"loaded by you: {loaded}")
    ctx.exit()


def _loaded() -> list[str]:
    """The editions of reference tables that the user has loaded."""
    from ..linter import data_folder
    from ..refdata import RefdataError, UserTables

    try:
        return [f"{edition.name} {edition.edition}" for edition in UserTables(data_folder()).editions()]
    except RefdataError as error:
        return [f"nothing that can be read ({error})"]
