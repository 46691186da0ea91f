"""Findings and the report: what every output, acknowledgement and exit status is made from.

The keys of `Finding` are a contract with its consumers, in name and in order.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

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


Count = Annotated[int, Meta(ge=0)]
Position = Annotated[int, Meta(ge=1)]


class ClaimRef(msgspec.Struct, frozen=True):
    """A claim by its place among the claims of the file, counted from 1, and its CLM01 (null where it is masked)."""

    index: Position
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

    rule: Annotated[str, Meta(description="The rule's stable id.", pattern="^[A-Z]{2,}[0-9]{3}$")]
    name: Annotated[str, Meta(description="The rule's readable name.", pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
    severity: Annotated[Severity, Meta(description="After configuration and payer scope were applied.")]
    snip: Annotated[int, Meta(description="WEDI SNIP type.", ge=1, le=7)]
    message: Annotated[str, Meta(description="What is wrong, in a biller's words.", min_length=1)]
    remedy: Annotated[str, Meta(description="What to do.")]
    file: Annotated[str, Meta(description="As given on the command line; - for standard input.")]
    line: Annotated[int, Meta(description="Line of the file, from 1.", ge=1)]
    column: Annotated[int, Meta(description="Column in the line in bytes, from 1.", ge=1)]
    offset: Annotated[int, Meta(description="Byte offset in the file, from 0.", ge=0)]
    isa13: Annotated[str | None, Meta(description="Interchange control number.")]
    gs06: Annotated[str | None, Meta(description="Group control number.")]
    st02: Annotated[str | None, Meta(description="Transaction set control number.")]
    segment_index: Annotated[Position | None, Meta(description="Position in the transaction set, ST is 1.")]
    loop: Annotated[str | None, Meta(description="Loop of the guide, such as 2400.")]
    segment: Annotated[str | None, Meta(description="Segment id, such as SV1.")]
    element: Annotated[str | None, Meta(description="Element or component, such as SV101-2.")]
    value: Annotated[str | None, Meta(description="The offending value; null where it is absent or masked.")]
    claim: Annotated[ClaimRef | None, Meta(description="The claim that it lies in.")]
    service_line: Annotated[Count | None, Meta(description="LX01 of the service line that it lies in.")]
    acks: Annotated[
        dict[str, str | list[str]],
        Meta(
            description="What the acknowledgements say of it: TA1, 999 and 277CA (STC) codes.",
            extra_json_schema={"propertyNames": {"enum": ["ta1", "ak905", "ik502", "ik304", "ik403", "stc"]}},
        ),
    ]
    url: Annotated[str, Meta(description="The rule's page.")]
    excerpt: Excerpt | None = None
    why: str = ""
    origin: Origin | None = None

    def as_contract(self) -> dict[str, object]:
        """The keys that consumers rely on, in their order."""
        return dict(zip(CONTRACT_KEYS, msgspec.structs.astuple(self), strict=False))


CONTRACT_KEYS = Finding.__struct_fields__[: Finding.__struct_fields__.index("excerpt")]


class Summary(msgspec.Struct):
    """The totals of a run. ``exit`` is the status that the command ends with: 0, 1 or 2."""

    files: Count = 0
    bytes: Count = 0
    segments: Count = 0
    transactions: Count = 0
    claims: Count = 0
    service_lines: Count = 0
    findings: dict[str, Count] = msgspec.field(default_factory=lambda: dict.fromkeys(SEVERITIES, 0))
    seconds: Annotated[float, Meta(ge=0)] = 0.0
    exit: Literal[0, 1, 2] = 0

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
