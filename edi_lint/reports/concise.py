"""One line for each finding, as compilers write them: editors and ``grep`` find their way from it."""

from __future__ import annotations

from typing import TextIO

from ..escaping import printable
from ..findings import Finding, Summary
from ..output import Output, Run
from .text import Styler, place, totals

__all__ = ["Concise"]


class Concise(Output):
    """``file:line:column: severity RULE place: message``, and the totals at the end."""

    def __init__(self, out: TextIO, run: Run) -> None:
        super().__init__(out, run)
        self._style = Styler(run.colour)

    def finding(self, finding: Finding) -> None:
        at = f"{self._style(printable(finding.file), bold=True)}:{finding.line}:{finding.column}:"
        where = [f"claim {printable(finding.claim.id)}"] if finding.claim is not None and finding.claim.id else []
        if place(finding):
            where.append(place(finding))
        told = f"{', '.join(where)}: {printable(finding.message)}" if where else printable(finding.message)
        self.out.write(f"{at} {self._style.severity(finding)} {finding.rule} {told}\n")

    def end(self, summary: Summary) -> None:
        self.out.write(totals(summary, self._style) + "\n")
