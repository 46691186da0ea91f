"""The rules: what a payer would reject or deny, family by family, and how the faults of syntax and guide are told."""

from .registry import RULES, Acks, Bad, Context, Edit, Good, Hit, Level, Rule, find_rules, rule
from .structure import CRASHED, STALE, STRUCTURE, fill

# The families register themselves, in the order in which they are named here.
from . import (  # noqa: F401, I001
    balancing,
    claim_header,
    coordination,
    dates,
    providers,
    diagnoses,
    diagnosis_sequence,
    places_of_service,
    vaccines,
    administration,
    ncci,
    modifiers,
    drugs,
    units,
    ndc,
    documentation,
)

__all__ = [
    "CRASHED",
    "RULES",
    "STALE",
    "STRUCTURE",
    "Acks",
    "Bad",
    "Context",
    "Edit",
    "Good",
    "Hit",
    "Level",
    "Rule",
    "fill",
    "find_rules",
    "rule",
]
