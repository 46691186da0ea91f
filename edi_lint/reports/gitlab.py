"""GitLab's code quality report: a JSON array of issues in the form of Code Climate."""

from __future__ import annotations

from typing import TextIO

import msgspec

from ..escaping import printable
from ..findings import Finding, Severity, Summary
from ..output import Output, Run
from .fingerprint import Fingerprints

__all__ = ["Gitlab"]

_SEVERITIES: dict[Severity, str] = {"error": "critical", "warning": "minor", "info": "info"}

_encode = msgspec.json.Encoder().encode


class Gitlab(Output):
    """Writes the issues as they come."""

    _separator = "\n"

    def __init__(self, out: TextIO, run: Run) -> None:
        super().__init__(out, run)
        self._fingerprints = Fingerprints()

    def begin(self) -> None:
        self.out.write("[")

    def finding(self, finding: Finding) -> None:
        claim = f"claim {finding.claim.id}: " if finding.claim is not None and finding.claim.id else ""
        issue = {
            "type": "issue",
            "description": printable(f"{finding.rule}: {claim}{finding.message}"),
            "check_name": finding.rule,
            "fingerprint": self._fingerprints.of(finding),
            "severity": _SEVERITIES[finding.severity],
            "categories": ["Bug Risk"],
            "content": {"body": f"{finding.why} {finding.remedy}".strip()},
            "location": {
                "path": finding.file,
                "positions": {"begin": {"line": finding.line, "column": finding.column}},
                "lines": {"begin": finding.line, "end": finding.line},
            },
        }
        self.out.write(self._separator + _encode(issue).decode())
        self._separator = ",\n"

    def end(self, summary: Summary) -> None:  # noqa: ARG002 - as in Output
        self.out.write("\n]\n")
