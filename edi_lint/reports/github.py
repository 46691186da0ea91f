"""Workflow commands of GitHub Actions: each finding becomes an annotation of the file."""

from __future__ import annotations

from ..escaping import printable
from ..findings import Finding, Severity
from ..output import Output

__all__ = ["Github"]

_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


class Github(Output):
    """Writes the findings as they come. GitHub shows ten of each kind for a step, so the log holds the rest."""

    def finding(self, finding: Finding) -> None:
        properties = {
            "title": f"edi-lint ({finding.rule} {finding.name})",
            "file": finding.file,
            "line": finding.line,
            "col": finding.column,
        }
        told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
        claim = f"claim {finding.claim.id}: " if finding.claim is not None and finding.claim.id else ""
        at = f"{finding.file}:{finding.line}:{finding.column}: "
        message = f"{at}{claim}{finding.message} {finding.remedy}".strip()
        self.out.write(f"::{_COMMANDS[finding.severity]} {told}::{_data(message)}\n")


def _data(text: str) -> str:
    return printable(text).replace("%", "%25")


def _property(value: object) -> str:
    return _data(str(value)).replace(":", "%3A").replace(",", "%2C")
