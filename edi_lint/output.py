"""What every output of a check is: it is handed the findings as they come, and writes what it has to say of them.

Several outputs listen to one pass over the input, so nothing is pulled. An output keeps little of what it is given; one
that needs everything twice spills to a temporary file. Where its text goes is not its business: it is handed an open
file. Reports live in ``reports``, acknowledgements in ``acks``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import ClassVar, TextIO

import msgspec

from .claims import Part
from .config import RejectScope
from .engine import Ruleset
from .findings import Finding, Summary

__all__ = ["Output", "Run", "hand_over"]


def _by_transaction(_: str, __: Iterable[str]) -> RejectScope:
    return "transaction"


def _unheard(_: str) -> None:
    """For runs that nobody watches."""


class Run(msgspec.Struct, frozen=True):
    """What an output may know of the run that it reports.

    ``rules`` has the guide, the privacy and the day as well; from ``fail_severity`` on a finding fails the run. ``now``
    is the moment that dates what is written, and ``reject_scope`` says for an input and a receiver (ISA08, GS03) what
    an error in a claim rejects. ``note`` tells whoever watches the run what has no place in the output itself.
    """

    rules: Ruleset
    fail_severity: str = "error"
    colour: bool = False
    now: datetime = datetime.min  # noqa: DTZ901 - X12 knows no time zones
    reject_scope: Callable[[str, Iterable[str]], RejectScope] = _by_transaction
    note: Callable[[str], None] = _unheard


class Output:
    """One output. The calls come in this order: ``begin``, then for each input ``begin_input``, its ``part``s or
    ``finding``s in file order, ``end_input``; ``end`` at last, with the totals of all.

    A format overrides what it needs. One that must see the batch itself, and not only what is wrong with it, sets
    ``wants_parts`` and overrides ``part``; all others are told findings only, and may be told them from several
    processes' work, without their ``origin``. One that decides something, as the acknowledgements do, sets
    ``wants_all``: others are not told what ``--min-severity`` and ``--max-findings`` keep from reports. Parts and their
    records are valid during the call: keep of them what you need, not them.
    """

    wants_parts: ClassVar[bool] = False
    wants_all: ClassVar[bool] = False
    encoding: ClassVar[str] = "utf-8"

    def __init__(self, out: TextIO, run: Run) -> None:
        self.out = out
        self.run = run

    def begin(self) -> None:
        """The run begins."""

    def begin_input(self, name: str) -> None:
        """An input begins; ``name`` is as given on the command line."""

    def part(self, part: Part, findings: list[Finding]) -> None:  # noqa: ARG002 - for those that want parts
        """A part of the batch, with what was found in it. Called for every part, and only with ``wants_parts``."""
        for finding in findings:
            self.finding(finding)

    def finding(self, finding: Finding) -> None:
        """One finding. It is also called when something is found that no part of an input shows."""

    def break_off(self) -> None:
        """The input could not be read to its end: what was told of it is not all."""

    def end_input(self) -> None:
        """The input has been read, as far as it could be."""

    def end(self, summary: Summary) -> None:
        """The run is over, and its totals are known."""

    def close(self) -> None:
        """Let go of temporary files. Always called, after ``end`` or when the run broke off."""


def hand_over(
    outputs: Iterable[Output], part: Part | None, findings: list[Finding], shown: list[Finding] | None = None
) -> None:
    """Tell the outputs of a part and its findings, each as it wants to be told; ``part`` is None for findings alone.

    ``shown`` are those of the findings that are for reports, if that is not all of them.
    """
    for output in outputs:
        told = findings if shown is None or output.wants_all else shown
        if part is not None and output.wants_parts:
            output.part(part, told)
        else:
            for finding in told:
                output.finding(finding)
