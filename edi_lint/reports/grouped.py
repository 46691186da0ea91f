"""One line for each finding under a heading for its claim: what to look at, claim by claim."""

from __future__ import annotations

from typing import TextIO

from ..escaping import printable
from ..findings import Finding, Summary
from ..output import Output, Run
from .text import Styler, heading, place, totals

__all__ = ["Grouped"]


class Grouped(Output):
    """Writes the findings as they come, in columns of fixed width, since a claim may have any number of them."""

    def __init__(self, out: TextIO, run: Run) -> None:
        super().__init__(out, run)
        self._style = Styler(run.colour)
        self._heading = ""

    def finding(self, finding: Finding) -> None:
        this = heading(finding)
        if this != self._heading:
            self.out.write(("\n" if self._heading else "") + self._style(this, bold=True) + "\n")
            self._heading = this
        severity = self._style.severity(finding) + " " * (7 - len(finding.severity))
        at = f"{finding.line}:{finding.column}"
        self.out.write(f"  {at:>9}  {severity}  {finding.rule:<7}  {place(finding):<8}  {printable(finding.message)}\n")

    def end(self, summary: Summary) -> None:
        self.out.write(("\n" if self._heading else "") + totals(summary, self._style) + "\n")
