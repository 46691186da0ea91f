"""The rules: what a payer would reject or deny, family by family, and how the faults of syntax and guide are told."""

from .registry import RULES, Acks, Bad, Context, Edit, Good, Hit, Level, Rule, find_rules, rule
from .structure import CRASHED, STALE, STRUCTURE, fill

from . import balancing  # noqa: F401, I001 - the families register themselves

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
