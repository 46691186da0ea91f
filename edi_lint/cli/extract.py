"""``edi-lint extract``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from ..claims import Batch
from ..config_files import masks_claim_ids
from ..escaping import file_name, printable
from ..extract import EXTRACT_FORMATS, LineRecord, extract_lines
from ..guide import Guide, load_tables
from ..linter import cache_folder
from ..privacy import Privacy
from ..sources import Source, find_sources
from .options import paths, selectors

__all__ = ["command"]


@click.command("extract")
@paths
@click.option(
    "--code",
    "codes",
    multiple=True,
    metavar="CODE",
    help="A procedure code to look for; repeat it or separate by commas.  [default: 96372]",
)
@click.option("--all-lines", is_flag=True, help="Every service line, whatever its code.")
@click.option(
    "--output-format",
    "output_format",
    type=click.Choice(list(EXTRACT_FORMATS)),
    default="table",
    show_default=True,
    help="How to write the records.",
)
@click.option("--mask-claim-ids", is_flag=True, help="Hide CLM01.")
def command(
    paths: tuple[str, ...], codes: tuple[str, ...], all_lines: bool, output_format: str, mask_claim_ids: bool
) -> None:
    """List service lines with their diagnoses, modifiers, drugs and providers.

    Reads files, folders, or - for standard input. Nothing is judged here; see 'edi-lint check' for that.
    """
    sources = find_sources(paths)
    wanted = None if all_lines else frozenset(selectors(codes) or ("96372",))
    records = _records(sources, wanted, mask_claim_ids)
    EXTRACT_FORMATS[output_format](records, sys.stdout)


def _records(sources: list[Source], codes: frozenset[str] | None, mask_claim_ids: bool) -> Iterator[LineRecord]:
    guide = Guide(load_tables(cache_folder()))
    for source in sources:
        privacy = Privacy(mask_claim_ids=mask_claim_ids or masks_claim_ids(source.folder))
        with source.open() as stream:
            batch = Batch(stream, guide)
            yield from extract_lines(batch, source.name, guide, codes, privacy)
        if not batch.counts.claims:
            name = printable(file_name(source.name))
            click.echo(f"edi-lint: {name}: no claim in it; 'edi-lint check' says what it is", err=True)
