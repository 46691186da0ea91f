"""``edi-lint refdata``: list, add and remove the reference tables that users load themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from ..linter import data_folder
from ..refdata import LoadedEdition, RefdataError, days_covered
from ..refdata.add import Request, add_files
from ..refdata.store import Store
from ..reference import EDITIONS, CodeSet, Edition, Exclusions
from .options import Day

__all__ = ["command"]

_HEADER = ("EDITION", "TABLE", "DATES OF SERVICE", "ROWS", "FILE")


@click.group("refdata")
def command() -> None:
    """Reference tables that may not be shipped: list them, add them from files, remove them.

    They stay on this computer. 'docs/reference-data.md' says where to get the files.
    """


@command.command("list", short_help="Show the shipped code sets and the loaded tables.")
def list_editions() -> None:
    """Show the shipped code sets and the loaded tables: validity, rows and source file."""
    loaded = Store(_store_folder()).editions()
    rows = [_HEADER, *(_shipped(edition) for edition in EDITIONS)]
    rows += [row for edition in loaded for row in _loaded(edition)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADER))]
    for row in rows:
        edition, table, days, count, file = row
        line = f"{edition:{widths[0]}}  {table:{widths[1]}}  {days:{widths[2]}}  {count:>{widths[3]}}  {file}"
        click.echo(line.rstrip())


@command.command("add", short_help="Add tables from files.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--effective",
    type=Day(),
    metavar="YYYY-MM-DD",
    help="From when the files hold, where their names do not say it.",
)
@click.option("--edition", default="", metavar="NAME", help="What to call the edition.  [default: table and quarter]")
@click.option("--medicaid", is_flag=True, help="The PTP edits or MUE values are Medicaid's.")
@click.option("--mac", default="", metavar="NAME", help="Whose self-administered drug list it is, if not in the file.")
def add(files: tuple[str, ...], effective: date | None, edition: str, medicaid: bool, mac: str) -> None:
    """Add tables from files, which are recognised by what stands in them; all of the files or none.

    PTP edits come in several files: they add up to one edition. A file takes the place of an earlier one of the same
    edition.
    """
    request = Request(effective=effective, edition=edition, medicaid=medicaid, mac=mac)
    for added in add_files(_store_folder(), [Path(file) for file in files], request):
        names = ", ".join(file.name for file in added.files)
        click.echo(f"{added.edition}: {added.name}, {_days(added)}, {added.rows} rows from {names}")


@command.command("remove")
@click.argument("edition")
def remove(edition: str) -> None:
    """Remove a loaded edition."""
    Store(_store_folder()).remove(edition)
    click.echo(f"{edition}: removed")


def _store_folder() -> Path:
    folder = data_folder()
    if folder is None:
        raise RefdataError("there is no user data directory here; set EDI_LINT_DATA to a folder")
    return folder


def _shipped(edition: Edition) -> tuple[str, str, str, str, str]:
    count, file = "", "shipped"
    if isinstance(edition, CodeSet | Exclusions):
        count, file = str(edition.path.read_bytes().count(b"\n")), f"shipped ({edition.path.name})"
    return edition.edition, edition.name, _days(edition), count, file


def _loaded(edition: LoadedEdition) -> Iterator[tuple[str, str, str, str, str]]:
    """A row for each file, the edition named in the first."""
    days = _days(edition)
    for number, file in enumerate(edition.files):
        shown = ("", "", "") if number else (edition.edition, edition.name, days)
        yield *shown, str(file.rows), file.name


def _days(edition: Edition) -> str:
    return days_covered([edition])
