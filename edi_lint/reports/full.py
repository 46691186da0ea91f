"""The report for people: claim by claim, what is wrong, where, why it matters and what to do."""

from __future__ import annotations

import textwrap

import click

from ..findings import Finding, Severity, Summary
from ..output import Output

__all__ = ["Full"]

_WIDTH = 100
_COLOURS: dict[Severity, str] = {"error": "red", "warning": "yellow", "info": "cyan"}
_MARGIN = "    "


class Full(Output):
    """Writes the findings as they come, under a heading for each file and claim, and the totals at the end."""

    _heading: tuple[object, ...] = ()

    def finding(self, finding: Finding) -> None:
        claim, colour = finding.claim, self.run.colour
        this = (finding.file, claim.index if claim is not None else finding.st02)
        if this != self._heading:
            self._heading = this
            self.out.write("\n" + _style(_heading(finding), colour, bold=True) + "\n")
        self.out.write(_finding(finding, colour))

    def end(self, summary: Summary) -> None:
        self.out.write("\n" + _totals(summary, self.run.colour) + "\n")


def _heading(finding: Finding) -> str:
    claim = finding.claim
    if claim is not None:
        name = f"Claim {claim.id}" if claim.id else "Claim without a visible id"
        return f"{finding.file}: {name} (number {claim.index} of the file)"
    if finding.st02 is not None:
        return f"{finding.file}: transaction set {finding.st02}"
    return finding.file


def _finding(finding: Finding, colour: bool) -> str:
    place = [f"line {finding.line}"]
    if finding.loop:
        place.append(f"loop {finding.loop}")
    if finding.element or finding.segment:
        place.append(str(finding.element or finding.segment))
    if finding.service_line is not None:
        place.append(f"service line {finding.service_line}")
    severity = _style(finding.severity, colour, fg=_COLOURS[finding.severity], bold=True)
    lines = [f"  {severity} {finding.rule} {finding.name}  [{', '.join(place)}]"]
    lines.append(_wrapped(finding.message, ""))
    lines.extend(_excerpt(finding, colour))
    if finding.why:
        lines.append(_wrapped(finding.why, "why: "))
    if finding.remedy:
        lines.append(_wrapped(finding.remedy, "fix: "))
    return "\n".join(lines) + "\n"


def _excerpt(finding: Finding, colour: bool) -> list[str]:
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
    caret = _style(carets, colour, fg=_COLOURS[finding.severity])
    return [f"{_MARGIN}  {lead}{_printable(shown)}{tail}", f"{_MARGIN}  {' ' * at}{caret}"]


def _printable(text: str) -> str:
    """Control characters would act on the terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def _wrapped(text: str, label: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=_MARGIN + label,
        subsequent_indent=_MARGIN + " " * len(label),
        break_on_hyphens=False,
    )


def _totals(summary: Summary, colour: bool) -> str:
    read = ", ".join(
        (
            _counted(summary.files, "file"),
            _counted(summary.claims, "claim"),
            _counted(summary.service_lines, "service line"),
        )
    )
    errors, warnings, notes = (summary.findings[severity] for severity in ("error", "warning", "info"))
    if not errors + warnings + notes:
        return _style(f"Nothing found in {read}.", colour, fg="green", bold=True)
    found = f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')} and {_counted(notes, 'note')}"
    return _style(f"Found {found} in {read}.", colour, fg="red" if errors else "yellow", bold=True)


def _counted(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def _style(text: str, colour: bool, fg: str | None = None, bold: bool = False) -> str:
    return click.style(text, fg=fg, bold=bold) if colour else text
