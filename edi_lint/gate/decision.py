"""What the gate has decided on a batch, as its caller gets it and as it stands in the folder."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from ..errors import UserError
from .audit import Tally

__all__ = ["MANIFEST", "Decision", "GateError", "Manifest", "Written"]

MANIFEST = "gate.json"


class GateError(UserError):
    """Nothing was decided on a batch; the message says why and what to do, in one line."""


class Amount(msgspec.Struct, frozen=True):
    """Claims and the sum of their charges in dollars."""

    claims: int
    charges: Decimal

    @classmethod
    def of(cls, tally: Tally) -> Amount:
        """What was counted."""
        return cls(tally.claims, tally.charges)


class Written(msgspec.Struct, frozen=True):
    """A file: its length in bytes and its SHA-256."""

    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """The content of ``gate.json``: what came in, what was asked for and what became of it.

    ``decided`` is the moment that the acknowledgements bear, ``status`` the exit status. ``settings`` are the options
    that decide; the folder answers for just these.
    """

    edi_lint: str
    decided: str
    name: str
    input: Written
    settings: dict[str, Any]
    interchanges: int
    received: Amount
    accepted: Amount
    rejected: Amount
    status: int
    notes: tuple[str, ...]
    files: dict[str, Written]


class Decision(msgspec.Struct, frozen=True):
    """What became of one input.

    ``folder`` holds what was written; None after a dry run. ``status`` is 0 if all was accepted and 1 if something was
    rejected. ``received`` is the sum of ``accepted`` and ``rejected``. ``repeated``: the folder was there, from an
    earlier run over the same input, and was left as it is.
    """

    name: str
    folder: Path | None
    status: int
    received: Amount
    accepted: Amount
    rejected: Amount
    notes: tuple[str, ...] = ()
    """What could not be told in X12."""
    interchanges: int = 0
    repeated: bool = False

    @classmethod
    def of(cls, manifest: Manifest, folder: Path | None, repeated: bool = False) -> Decision:
        """What the manifest says."""
        return cls(
            manifest.name,
            folder,
            manifest.status,
            manifest.received,
            manifest.accepted,
            manifest.rejected,
            manifest.notes,
            manifest.interchanges,
            repeated,
        )
