"""How often each rule was found, instead of the findings: ``--statistics``."""

from __future__ import annotations

from collections import Counter
from typing import TextIO

import msgspec

from ..findings import Finding, Severity, Summary
from ..output import Output, Run
from .text import COLOURS, Styler, totals

__all__ = ["JsonStatistics", "Statistic", "TextStatistics"]


class Statistic(msgspec.Struct, frozen=True):
    """How often one rule was found at one severity."""

    rule: str
    name: str
    severity: Severity
    count: int


class _Statistics(Output):
    """Counts, the most frequent first. A rule stands twice when payers differ in its severity."""

    def __init__(self, out: TextIO, run: Run) -> None:
        super().__init__(out, run)
        self._counts: Counter[tuple[str, str, Severity]] = Counter()

    def finding(self, finding: Finding) -> None:
        self._counts[finding.rule, finding.name, finding.severity] += 1

    def statistics(self) -> list[Statistic]:
        """The counts; equal ones in the order of the rules."""
        found = sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))
        return [Statistic(*key, count) for key, count in found]


class TextStatistics(_Statistics):
    """A line for each rule, and the totals."""

    def end(self, summary: Summary) -> None:
        style = Styler(self.run.colour)
        found = self.statistics()
        width = max((len(f"{one.count:,}") for one in found), default=0)
        for one in found:
            severity = style(f"{one.severity:<7}", fg=COLOURS[one.severity])
            self.out.write(f"{one.count:>{width},}  {severity}  {one.rule:<7}  {one.name}\n")
        self.out.write(("\n" if found else "") + totals(summary, style) + "\n")


class JsonStatistics(_Statistics):
    """``{"statistics": [...], "summary": {...}}``."""

    def end(self, summary: Summary) -> None:
        document = {"statistics": self.statistics(), "summary": summary}
        self.out.write(msgspec.json.format(msgspec.json.encode(document)).decode() + "\n")
