"""The business view: claims and service lines with their parties, diagnoses and drugs, each value with its place."""

from .assemble import UnitRecord
from .batch import Batch, Counts, Elsewhere, Judged, OneSet, Part
from .days import Day, DayLine, Days
from .fields import Record, Spot
from .memory import Memory, Value, stable_hash
from .records import (
    Adjudication,
    BillingProvider,
    Claim,
    Diagnosis,
    Drug,
    Entity,
    OtherPayer,
    Patient,
    Payer,
    Provider,
    ServiceLine,
    Subscriber,
    TransactionSet,
)

__all__ = [
    "Adjudication",
    "Batch",
    "BillingProvider",
    "Claim",
    "Counts",
    "Day",
    "DayLine",
    "Days",
    "Diagnosis",
    "Drug",
    "Elsewhere",
    "Entity",
    "Judged",
    "Memory",
    "OneSet",
    "OtherPayer",
    "Part",
    "Patient",
    "Payer",
    "Provider",
    "Record",
    "ServiceLine",
    "Spot",
    "Subscriber",
    "TransactionSet",
    "UnitRecord",
    "Value",
    "stable_hash",
]
