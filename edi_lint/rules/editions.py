"""Editions of the rules, so that an upgrade of edi-lint need not change what a pipeline lets through.

An edition is named after its year and names the last version of edi-lint whose rules it holds: rules that came later
(``since``) are not in it. A new edition is added here when a version with new rules is released; the old ones stay.
What an edition does not pin: words, places and mistakes of a rule that are mended, and its severity, which
``[severity]`` pins.
"""

from __future__ import annotations

from .registry import Rule

__all__ = ["RULESETS", "is_in"]

RULESETS = {"2026.1": "0.1.0"}
"""The last version of edi-lint whose rules an edition holds, oldest edition first."""


def is_in(rule: Rule, ruleset: str) -> bool:
    """Whether the edition holds the rule; every edition does if ``ruleset`` is empty."""
    return not ruleset or _version(rule.since) <= _version(RULESETS[ruleset])


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split("."))
