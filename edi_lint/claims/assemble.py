"""Make records of the units that the walk hands over: each claim with the provider, subscriber and patient above it."""

from __future__ import annotations

from ..guide import OpenLoop, Unit
from ..x12 import Segment
from .records import BillingProvider, Claim, Patient, Subscriber, TransactionSet

__all__ = ["Assembler", "UnitRecord"]

UnitRecord = BillingProvider | Subscriber | Patient | Claim

_STRUCTURAL = frozenset(
    {
        "loop-empty",
        "loop-missing",
        "loop-repeated",
        "segment-missing",
        "segment-not-used",
        "segment-out-of-order",
        "segment-repeated",
        "segment-unexpected",
        "segment-unknown",
    }
)
"""Faults after which a claim is not whole: its sums and absences prove nothing."""


class Assembler:
    """Follows the units of the transaction sets of one file."""

    def __init__(self) -> None:
        self.claims = 0
        self._isa: Segment
        self._gs: Segment | None = None
        self._st: Segment
        self._transaction: TransactionSet
        self._billing: BillingProvider | None = None
        self._subscriber: Subscriber | None = None
        self._patient: Patient | None = None

    def begin(self, isa: Segment, gs: Segment | None, st: Segment) -> None:
        """A transaction set begins."""
        self._isa, self._gs, self._st = isa, gs, st
        self._billing = self._subscriber = self._patient = None

    def record(self, unit: Unit) -> UnitRecord | None:
        """The record of a unit; None for the header and the trailer."""
        loop = unit.loop
        name = loop.spec.id
        if name == "2300":
            return self._claim(unit)
        if name == "2000B":
            self._patient = None
            self._subscriber = Subscriber(loop, self._billing)
            return self._subscriber
        if name == "2000C":
            self._patient = Patient(loop, self._subscriber)
            return self._patient
        if name == "2000A":
            self._subscriber = self._patient = None
            self._billing = BillingProvider(loop, self._transaction)
            return self._billing
        self._transaction = TransactionSet(self._isa, self._gs, self._st, loop)
        return None

    def _claim(self, unit: Unit) -> Claim:
        self.claims += 1
        # The loops above are those that the walk had open: an absent one was reported and stays empty.
        billing = self._billing or BillingProvider(_above(unit, "2000A"), self._transaction)
        subscriber = self._subscriber or Subscriber(_above(unit, "2000B"), billing)
        intact = not any(fault.kind in _STRUCTURAL for fault in unit.faults)
        return Claim(unit.loop, self.claims, self._transaction, billing, subscriber, self._patient, intact)


def _above(unit: Unit, name: str) -> OpenLoop:
    """The loop of this name that the unit lies in; the unit's own if there is none."""
    return next((loop for loop in unit.above if loop.id == name), unit.loop)
