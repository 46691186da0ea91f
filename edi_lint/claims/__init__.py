"""The business view: claims and service lines with their providers, payers, diagnoses and drugs, each value with its place."""

from .assemble import Assembler
from .days import Day, DayLine, Days
from .fields import Record, Spot
from .records import (
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
    "Assembler",
    "BillingProvider",
    "Claim",
    "Day",
    "DayLine",
    "Days",
    "Diagnosis",
    "Drug",
    "Entity",
    "OtherPayer",
    "Patient",
    "Payer",
    "Provider",
    "Record",
    "ServiceLine",
    "Spot",
    "Subscriber",
    "TransactionSet",
]
