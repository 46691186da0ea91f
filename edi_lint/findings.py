"""Findings and the report: what every output, acknowledgement and exit status is made from.

The keys of `Finding` are a contract with its consumers, in name and in order.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from .claims import Spot

__all__ = [
    "CONTRACT_KEYS",
    "SEVERITIES",
    "ClaimRef",
    "Excerpt",
    "Finding",
    "Origin",
    "Report",
    "Severity",
    "Summary",
    "at_least",
]

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


def at_least(severity: Severity, threshold: str) -> bool:
    """Whether ``severity`` is as grave as ``threshold``; ``none`` is never reached."""
    return threshold != "none" and SEVERITIES.index(severity) <= SEVERITIES.index(threshold)


class ClaimRef(msgspec.Struct, frozen=True):
    """A claim by its place among the claims of the file, counted from 1, and its CLM01."""

    index: int
    id: str | None


class Excerpt(msgspec.Struct, frozen=True):
    """The segment that a finding is about, masked as privacy asks, and the stretch of it to point at."""

    text: str
    start: int
    length: int


class Origin(msgspec.Struct, frozen=True):
    """Where a finding comes from, and what made a value required or unwanted, as it was sent.

    For the acknowledgements, which must copy what was wrong. Nothing of it is masked, so it never shows itself.
    """

    spot: Spot
    trigger: Spot | None = None

    def __repr__(self) -> str:
        return "Origin(...)"


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong, and where. For something missing, the place is that of the next segment.

    ``excerpt`` and ``why`` serve the reports for people, ``origin`` the acknowledgements; they are not part of the
    machine formats.
    """

    rule: str
    name: str
    severity: Severity
    snip: int
    message: str
    remedy: str
    file: str
    line: int
    column: int
    offset: int
    isa13: str | None
    gs06: str | None
    st02: str | None
    segment_index: int | None
    loop: str | None
    segment: str | None
    element: str | None
    value: str | None
    claim: ClaimRef | None
    service_line: int | None
    acks: dict[str, str | list[str]]
    url: str
    excerpt: Excerpt | None = None
    why: str = ""
    origin: Origin | None = None

    def as_contract(self) -> dict[str, object]:
        """The keys that consumers rely on, in their order."""
        return {key: getattr(self, key) for key in CONTRACT_KEYS}


CONTRACT_KEYS = tuple(key for key in Finding.__struct_fields__ if key not in ("excerpt", "why", "origin"))


class Summary(msgspec.Struct):
    """The totals of a run. ``exit`` is the status that the command ends with: 0, 1 or 2."""

    files: int = 0
    bytes: int = 0
    segments: int = 0
    transactions: int = 0
    claims: int = 0
    service_lines: int = 0
    findings: dict[str, int] = msgspec.field(default_factory=lambda: dict.fromkeys(SEVERITIES, 0))
    seconds: float = 0.0
    exit: int = 0

    def count(self, finding: Finding, fail_severity: str) -> None:
        """Take one finding into the totals and the exit status."""
        self.findings[finding.severity] += 1
        if self.exit == 0 and at_least(finding.severity, fail_severity):
            self.exit = 1


class Report(msgspec.Struct):
    """All findings of a run and their totals."""

    findings: list[Finding]
    summary: Summary

    @property
    def ok(self) -> bool:
        """Whether every input was read and nothing reached the failing severity."""
        return self.summary.exit == 0

    def by_rule(self) -> dict[str, int]:
        """How often each rule was found, by rule id."""
        counts: dict[str, int] = {}
        for finding in self.findings:
            counts[finding.rule] = counts.get(finding.rule, 0) + 1
        return counts
