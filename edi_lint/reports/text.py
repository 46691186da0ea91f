"""What the reports for people share: colours, counts and headings."""

from __future__ import annotations

import click

from ..escaping import printable
from ..findings import Finding, Severity, Summary

__all__ = ["COLOURS", "Styler", "counted", "heading", "place", "totals"]

COLOURS: dict[Severity, str] = {"error": "red", "warning": "yellow", "info": "cyan"}


class Styler:
    """Colours text, or leaves it as it is."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, text: str, fg: str | None = None, bold: bool = False) -> str:
        return click.style(text, fg=fg, bold=bold) if self.colour else text

    def severity(self, finding: Finding) -> str:
        """The severity of a finding in its colour."""
        return self(finding.severity, fg=COLOURS[finding.severity], bold=True)


def heading(finding: Finding) -> str:
    """The claim that a finding lies in, or what else of the file."""
    claim, file = finding.claim, printable(finding.file)
    if claim is not None:
        name = f"Claim {printable(claim.id)}" if claim.id else "Claim without a visible id"
        return f"{file}: {name} (number {claim.index} of the file)"
    if finding.st02 is not None:
        return f"{file}: transaction set {printable(finding.st02)}"
    return file


def place(finding: Finding) -> str:
    """The element, or the segment, or the loop that a finding points at; empty if it points at none."""
    return finding.element or finding.segment or finding.loop or ""


def totals(summary: Summary, style: Styler) -> str:
    """The last line of a report."""
    read = ", ".join(
        (
            counted(summary.files, "file"),
            counted(summary.claims, "claim"),
            counted(summary.service_lines, "service line"),
        )
    )
    errors, warnings, notes = (summary.findings[severity] for severity in ("error", "warning", "info"))
    if not errors + warnings + notes:
        return style(f"Nothing found in {read}.", fg="green", bold=True)
    found = f"{counted(errors, 'error')}, {counted(warnings, 'warning')} and {counted(notes, 'note')}"
    return style(f"Found {found} in {read}.", fg="red" if errors else "yellow", bold=True)


def counted(count: int, name: str) -> str:
    """``1 claim``, ``1,000 claims``."""
    return f"{count:,} {name}{'' if count == 1 else 's'}"
