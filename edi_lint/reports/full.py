"""The report for people: claim by claim, what is wrong, where, why it matters and what to do."""

from __future__ import annotations

import textwrap
from functools import lru_cache
from typing import TextIO

from ..escaping import printable
from ..findings import Finding, Summary
from ..output import Output, Run
from .text import COLOURS, Styler, heading, totals

__all__ = ["Full"]

_WIDTH = 100
_MARGIN = "    "


class Full(Output):
    """Writes the findings as they come, under a heading for each file and claim, and the totals at the end."""

    def __init__(self, out: TextIO, run: Run) -> None:
        super().__init__(out, run)
        self._style = Styler(run.colour)
        self._heading = ""

    def finding(self, finding: Finding) -> None:
        this = heading(finding)
        if this != self._heading:
            self._heading = this
            self.out.write("\n" + self._style(this, bold=True) + "\n")
        self.out.write(_finding(finding, self._style))

    def end(self, summary: Summary) -> None:
        self.out.write("\n" + totals(summary, self._style) + "\n")


def _finding(finding: Finding, style: Styler) -> str:
    place = [f"line {finding.line}"]
    if finding.loop:
        place.append(f"loop {finding.loop}")
    if finding.element or finding.segment:
        place.append(str(finding.element or finding.segment))
    if finding.service_line is not None:
        place.append(f"service line {finding.service_line}")
    lines = [f"  {style.severity(finding)} {finding.rule} {finding.name}  [{', '.join(place)}]"]
    lines.append(_wrapped(finding.message, ""))
    lines.extend(_excerpt(finding, style))
    if finding.why:
        lines.append(_wrapped(finding.why, "why: "))
    if finding.remedy:
        lines.append(_wrapped(finding.remedy, "fix: "))
    return "\n".join(lines) + "\n"


def _excerpt(finding: Finding, style: Styler) -> list[str]:
    excerpt = finding.excerpt
    if excerpt is None:
        return []
    # A long segment is cut to what stands around the place.
    first = max(0, excerpt.start - 50)
    shown = excerpt.text[first : first + _WIDTH - 10]
    lead = "…" if first else ""
    tail = "…" if first + len(shown) < len(excerpt.text) else ""
    at = excerpt.start - first + len(lead)
    length = max(1, min(excerpt.length, len(shown) - (excerpt.start - first)))
    carets = "^" * length if excerpt.length else "^ missing here"
    caret = style(carets, fg=COLOURS[finding.severity])
    return [f"{_MARGIN}  {lead}{printable(shown)}{tail}", f"{_MARGIN}  {' ' * at}{caret}"]


@lru_cache(1024)
def _wrapped(text: str, label: str) -> str:
    """A paragraph. What a rule says is the same each time, and breaking lines is slow."""
    if len(_MARGIN) + len(label) + len(text) <= _WIDTH:
        return f"{_MARGIN}{label}{printable(text)}"
    return textwrap.fill(
        printable(text),
        _WIDTH,
        initial_indent=_MARGIN + label,
        subsequent_indent=_MARGIN + " " * len(label),
        break_on_hyphens=False,
    )
