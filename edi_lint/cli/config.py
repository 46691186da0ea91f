"""``edi-lint config``: the keys of a configuration explained, and a file to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from ..reports.config_pages import first_file, key_page, key_table

__all__ = ["command"]

FIRST_FILE = "edi-lint.toml"


@click.command("config")
@click.argument("key", required=False)
@click.option("--init", is_flag=True, help=f"Write {FIRST_FILE} into this folder, with everything commented out.")
def command(key: str | None, init: bool) -> None:
    """List the keys of a configuration file, or explain one.

    A configuration is edi-lint.toml, .edi-lint.toml or [tool.edi-lint] in pyproject.toml, in the folder of the batch or
    the nearest above it that has one. 'edi-lint check --show-settings FILE' shows which is used.
    """
    if not init:
        click.echo(key_page(key) if key else key_table(), nl=False)
        return
    if key:
        raise click.UsageError("--init takes no key")
    try:
        with Path(FIRST_FILE).open("x", encoding="utf-8", newline="\n") as file:
            file.write(first_file())
    except FileExistsError:
        raise click.ClickException(f"{FIRST_FILE} is there already; nothing was changed") from None
    click.echo(f"{FIRST_FILE} written", err=True)
