"""From the parts of a batch to its acknowledgements: received part by part, answered set by set, written at the IEA.

What is held at a time is one transaction set and the text of one interchange's answers. That text has to wait for the
IEA, since a wrong one takes everything back; it could wait on disk (`Answer.loop` and `Answer.body`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from ..claims import Part
from ..findings import Finding
from . import ta1, x277ca, x999
from .collect import Collector, Settle
from .options import Options
from .received import Answer, Interchange, Totals, TransactionSet
from .telling import element_numbers
from .write import writer_for

if TYPE_CHECKING:
    from ..guide import GuideTables

__all__ = ["Acknowledgement", "acknowledge"]


class Acknowledgement(msgspec.Struct, frozen=True):
    """The answers to one interchange; a text is empty where none is due.

    ``verdict`` is that of the TA1 (A, E or R). ``accepted`` and ``rejected`` count the claims that the 277CA tells of;
    claims of a set, a group or an interchange that is rejected as a whole are in neither.
    """

    interchange: str
    """ISA13 as it was sent."""
    verdict: str
    ta1: str
    x999: str
    x277ca: str
    accepted: Totals
    rejected: Totals
    notes: tuple[str, ...] = ()
    """What could not be told in X12, for the log."""


def acknowledge(
    parts: Iterable[tuple[Part, list[Finding]]], options: Options, tables: GuideTables | None = None
) -> Iterator[Acknowledgement]:
    """The acknowledgements of a batch, one after the other as its interchanges end.

    ``parts`` are those of `engine.FileCheck`; ``tables`` (the guide's) give IK4 the numbers of data elements. The same
    parts and options give the same bytes.
    """
    collector = Collector(element_numbers(tables) if tables is not None else {}, _settle(options))
    for part, findings in parts:
        for interchange in collector.feed(part, findings):
            yield _written(interchange, options)
    for interchange in collector.finish():
        yield _written(interchange, options)


def _settle(options: Options) -> Settle:
    def settle(interchange: Interchange, received: TransactionSet) -> Answer:
        writer = writer_for(interchange)
        loop = x999.set_loop(received, options, writer)
        answer = Answer(loop.verdict, loop.can_be_named, loop.segments)
        if loop.verdict != "R":
            x277ca.set_body(received, answer, interchange, options)
        return answer

    return settle


def _written(interchange: Interchange, options: Options) -> Acknowledgement:
    verdict, note = ta1.verdict(interchange)
    alone = ta1.write(interchange, options)
    accepted, rejected = Totals(), Totals()
    if verdict == "R":
        notes = () if alone else (f"The interchange is rejected ({note}), but its ISA is too broken for a TA1.",)
        return Acknowledgement(interchange.isa.get(13), verdict, alone, alone, "", accepted, rejected, notes)
    out = [not x999.is_acknowledged(group) or bool(x999.group_verdict(group)[1]) for group in interchange.groups]
    for group, is_out in zip(interchange.groups, out, strict=True):
        for answer in () if is_out else group.answers:
            accepted.add(answer.accepted.claims, answer.accepted.charges)
            rejected.add(answer.rejected.claims, answer.rejected.charges)
    return Acknowledgement(
        interchange.isa.get(13),
        verdict,
        alone,
        x999.write(interchange, options, ta1.segments(interchange)),
        x277ca.write(interchange, options, out),
        accepted,
        rejected,
    )
