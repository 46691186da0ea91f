"""From the parts of a batch to its acknowledgements: received part by part, answered set by set, written at the IEA.

What is held at a time is one transaction set, and the answers to one interchange: they have to wait for the IEA, since
a wrong one takes everything back. Who answers large interchanges gives `Answering` a place where they can wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from ..claims import Part
from ..findings import Finding
from . import ta1, x277ca, x999
from .collect import Collector
from .options import Options, Scope
from .received import Answer, Interchange, Totals, TransactionSet
from .telling import element_numbers
from .write import writer_for

if TYPE_CHECKING:
    from ..guide import GuideTables

__all__ = ["Acknowledgement", "Answering", "Keep", "Reply", "acknowledge"]

ScopeOf = Callable[[Iterable[str]], Scope]
Keep = Callable[[Sequence[str]], Sequence[str]]
"""Puts the segments of an answer where they can wait, and gives back what reads them from there."""


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


class Reply:
    """What is decided on one interchange, and its acknowledgements, written piece by piece when they are asked for.

    ``rejected_groups`` says of each group of ``received`` whether it is rejected as a whole; of an interchange that is
    rejected (``verdict`` R), all are.
    """

    def __init__(self, received: Interchange, options: Options) -> None:
        self.received = received
        self._options = options
        self.verdict, self._note = ta1.verdict(received, options)
        self.rejected_groups = [
            self.verdict == "R" or not x999.is_acknowledged(group) or bool(x999.group_verdict(group)[1])
            for group in received.groups
        ]
        self.accepted, self.rejected = Totals(), Totals()
        for group, is_out in zip(received.groups, self.rejected_groups, strict=True):
            for answer in () if is_out else group.answers:
                self.accepted.add(answer.accepted.claims, answer.accepted.charges)
                self.rejected.add(answer.rejected.claims, answer.rejected.charges)

    def ta1(self) -> Iterator[str]:
        """The TA1 alone in an interchange; nothing where none is due, or none can be written."""
        return ta1.write(self.received, self._options)

    def x999(self) -> Iterator[str]:
        """The 999 of each group, behind the TA1 if one is due; just that if the interchange is rejected."""
        if self.verdict == "R":
            return self.ta1()
        return x999.write(self.received, self._options, ta1.segments(self.received, self._options))

    def x277ca(self) -> Iterator[str]:
        """The 277 of each accepted transaction set."""
        return x277ca.write(self.received, self._options, self.rejected_groups)

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be told in X12."""
        if self.verdict == "R" and not ta1.is_readable(self.received):
            return (f"The interchange is rejected ({self._note}), but its ISA is too broken for a TA1.",)
        if self.verdict != "R" and not any(x999.is_acknowledged(group) for group in self.received.groups):
            return ("The interchange has no functional group that is answered by a 999.",)
        return ()

    def acknowledgement(self) -> Acknowledgement:
        """All of it as text."""
        return Acknowledgement(
            self.received.isa.get(13),
            self.verdict,
            "".join(self.ta1()),
            "".join(self.x999()),
            "".join(self.x277ca()),
            self.accepted,
            self.rejected,
            self.notes,
        )


class Answering:
    """Feed it the parts of a batch with their findings, in their order; it hands over the replies as interchanges end.

    ``tables`` (the guide's) give IK4 the numbers of data elements. ``scope_of`` says for a receiver (ISA08, GS03) what
    an error in a claim rejects, where that is not the same for all.
    """

    def __init__(
        self,
        options: Options,
        tables: GuideTables | None = None,
        keep: Keep = tuple,
        scope_of: ScopeOf | None = None,
    ) -> None:
        self._options = options
        self._keep = keep
        self._scope_of = scope_of
        self._replies = 0
        self._collector = Collector(element_numbers(tables) if tables is not None else {}, self._settle)

    def feed(self, part: Part, findings: list[Finding]) -> Iterator[Reply]:
        """Take in one part with what was found in it."""
        return self._replied(self._collector.feed(part, findings))

    def finish(self) -> Iterator[Reply]:
        """The input has ended."""
        return self._replied(self._collector.finish())

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be told in X12 of the whole input, once it has ended."""
        return () if self._replies else ("No interchange can be read in it, so nothing is answered.",)

    def _replied(self, complete: Iterator[Interchange]) -> Iterator[Reply]:
        for interchange in complete:
            self._replies += 1
            yield Reply(interchange, self._options)

    def _settle(self, interchange: Interchange, received: TransactionSet) -> Answer:
        options = self._options
        if self._scope_of is not None:
            gs = interchange.groups[-1].gs
            receivers = interchange.isa.get(8), gs.get(3) if gs is not None else ""
            options = msgspec.structs.replace(options, scope=self._scope_of(receivers))
        loop = x999.set_loop(received, options, writer_for(interchange))
        answer = Answer(loop.verdict, loop.can_be_named, self._keep(loop.segments))
        if loop.verdict != "R":
            x277ca.set_body(received, answer, interchange, options)
            answer.body = self._keep(answer.body)
        return answer


def acknowledge(
    parts: Iterable[tuple[Part, list[Finding]]], options: Options, tables: GuideTables | None = None
) -> Iterator[Acknowledgement]:
    """The acknowledgements of a batch, one after the other as its interchanges end.

    ``parts`` are those of `engine.FileCheck`; ``tables`` (the guide's) give IK4 the numbers of data elements. The same
    parts and options give the same bytes.
    """
    answering = Answering(options, tables)
    for part, findings in parts:
        for reply in answering.feed(part, findings):
            yield reply.acknowledgement()
    for reply in answering.finish():
        yield reply.acknowledgement()
