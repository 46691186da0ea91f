"""``edi-lint explain-ack``."""

from __future__ import annotations

import click

from ..acks.explain import Explanation
from ..config_files import masks_claim_ids
from ..sources import Source, find_sources
from .options import paths, privacy_options

__all__ = ["command"]


@click.command("explain-ack")
@paths
@privacy_options
def command(paths: tuple[str, ...], show_values: bool, mask_claim_ids: bool) -> int:
    """Explain TA1, 999 and 277CA, from anyone, as sentences.

    Reads files, folders, or - for standard input. Codes are told in edi-lint's own words; one that it does not know is
    shown as such. Exit status: 0 each input holds an acknowledgement, 1 one does not, 2 the answer is unknown.
    """
    sources = find_sources(paths)
    status = 0
    for source in sources:
        if len(sources) > 1:
            click.echo(f"{source.name}:")
        masked = mask_claim_ids or masks_claim_ids(source.folder)
        status = max(status, _explain(source, show_values, masked))
    return status


def _explain(source: Source, show_values: bool, mask_claim_ids: bool) -> int:
    with source.open() as stream:
        explanation = Explanation(stream, show_values=show_values, mask_claim_ids=mask_claim_ids)
        for line in explanation:
            click.echo(line)
    if explanation.answers:
        return 0
    click.echo("There is no acknowledgement in it: no TA1, 999 or 277.")
    return 1
