"""The rules: what a payer would reject or deny, family by family, and how the faults of syntax and guide are told."""

from . import (  # noqa: F401 - the families register themselves
    addresses,
    administration,
    administration_day,
    balancing,
    claim_header,
    code_dates,
    coordination,
    dates,
    diagnoses,
    diagnosis_exclusions,
    diagnosis_sequence,
    diagnosis_support,
    documentation,
    drug_administration,
    drugs,
    immune_globulins,
    modifiers,
    modifiers_injection,
    modifiers_medicare,
    ncci,
    ncci_tables,
    ndc,
    ndc_crosswalk,
    payer_lists,
    places_of_service,
    providers,
    situational_billing,
    situational_claim,
    situational_dates,
    situational_line_providers,
    situational_lines,
    situational_other_payers,
    situational_parties,
    situational_providers,
    situational_services,
    situational_subscribers,
    units,
    vaccines,
    visits,
)
from .configuration import BASELINE_OUTDATED, WAIVER_EXPIRED, WAIVER_UNUSED
from .dispatch import Dispatch
from .editions import RULESETS, is_in
from .registry import RULES, Acks, Bad, Check, Context, Edit, Good, Hit, Level, Rule, Watch, find_rules, rule
from .structure import CRASHED, NOT_LOADED, SET_CODES, STALE, STRUCTURE, fill

__all__ = [
    "BASELINE_OUTDATED",
    "CRASHED",
    "NOT_LOADED",
    "RULES",
    "RULESETS",
    "SET_CODES",
    "STALE",
    "STRUCTURE",
    "WAIVER_EXPIRED",
    "WAIVER_UNUSED",
    "Acks",
    "Bad",
    "Check",
    "Context",
    "Dispatch",
    "Edit",
    "Good",
    "Hit",
    "Level",
    "Rule",
    "Watch",
    "fill",
    "find_rules",
    "is_in",
    "rule",
]

# The registry is in the order of the ids, whatever the order of the imports.
for _id in sorted(RULES):
    RULES[_id] = RULES.pop(_id)
