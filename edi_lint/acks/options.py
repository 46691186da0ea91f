"""What is settled outside: the moment, the numbers, who we are and how severely we reject. Reads no clock."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

__all__ = ["Accept", "Identity", "Options", "Scope"]

Scope = Literal["transaction", "claim"]
Accept = Literal["A1", "A2"]

_LARGEST = 999_999_999
_PER_INTERCHANGE = 3
"""TA1, 999 and 277CA of one interchange each have a number, whichever of them are written."""


class Identity(msgspec.Struct, frozen=True):
    """Who acknowledges, in NM1 of loop 2100A: a clearinghouse (AY) or a payer (PR), with its id and its qualifier."""

    name: str = "EDI LINT"
    id: str = "EDILINT"
    entity: Literal["AY", "PR"] = "AY"
    qualifier: Literal["46", "FI", "PI", "XV"] = "46"


class Options(msgspec.Struct, frozen=True):
    """How acknowledgements are written.

    ``now`` dates them; ``received`` is the day on which the batch came in, if that was another. ``scope`` says what an
    error in a claim rejects: its transaction set, or only the claim where all errors of the set lie in claims.
    ``accept`` is the category of an accepted claim: A1 (received) or A2 (accepted for adjudication). ``warnings`` tells
    warnings in the 277CA of accepted claims, as some payers do. ``mask`` leaves out what names a person, as far as the
    standard lets it be left out. ``lenient`` accepts an interchange with a wrong ISA14 or ISA15 with errors (TA1 E);
    without it the TA1 rejects it.

    ``control`` is the first interchange control number (0: one is made from ``now``), ``batch`` our number for the
    batch (TRN02 of 2200A) and ``reference`` what the BHT03 of a 277CA begins with, before the ST02 it answers.
    """

    now: datetime
    received: date | None = None
    scope: Scope = "transaction"
    accept: Accept = "A2"
    identity: Identity = Identity()
    warnings: bool = False
    mask: bool = False
    lenient: bool = True
    control: int = 0
    batch: str = ""
    reference: str = ""

    @property
    def received_on(self) -> date:
        """The day on which the batch came in."""
        return self.received or self.now.date()

    def behind(self, interchanges: int) -> Options:
        """The options for the next input, so that no number is given twice when several are answered at one moment."""
        return msgspec.structs.replace(self, control=self.number(interchanges + 1, 0))

    def number(self, interchange: int, document: int) -> int:
        """The control number for a document (0 TA1, 1 999, 2 277CA) about the n-th interchange of the input, from 1.

        Numbers made from the moment differ from run to run as long as runs are a second apart, for ten years.
        """
        now = self.now
        seconds = (now.toordinal() * 24 + now.hour) * 3600 + now.minute * 60 + now.second
        first = self.control or seconds * _PER_INTERCHANGE
        return (first + _PER_INTERCHANGE * (interchange - 1) + document - 1) % _LARGEST + 1
