"""JSON Lines: one object for each finding, in file order, and one for the totals at the end."""

from __future__ import annotations

import msgspec

from ..findings import Finding, Summary
from ..output import Output

__all__ = ["JsonLines"]

_encode = msgspec.json.Encoder().encode


class JsonLines(Output):
    """Writes the findings as they come, then the summary."""

    def finding(self, finding: Finding) -> None:
        self.out.write(_encode(finding.as_contract()).decode() + "\n")

    def end(self, summary: Summary) -> None:
        self.out.write(_encode({"summary": summary}).decode() + "\n")
