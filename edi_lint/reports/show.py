"""A batch as people read it: loops indented, elements with names and meanings, findings where they belong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from ..annotate import Annotator, Placed, Read, is_about, placed
from ..claims import BillingProvider, Claim, Part, Patient, Subscriber
from ..escaping import printable
from ..findings import Finding
from ..output import Output, Run
from ..x12 import Segment
from .text import COLOURS, Styler, place

__all__ = ["Show"]

_NAME_WIDTH = 58
_DEPTHS = {BillingProvider: 1, Subscriber: 2, Patient: 3}
_LEVELS = (BillingProvider, Subscriber, Patient)


class Show(Output):
    """Writes every part as it comes; with ``claim``, only that claim (its number or its CLM01) and what it belongs to.

    ``shown`` counts the claims.
    """

    wants_parts = True

    def __init__(self, out: TextIO, run: Run, claim: str | None = None) -> None:
        super().__init__(out, run)
        self.shown = 0
        self._claim = claim
        self._style = Styler(run.colour)
        rules = run.rules
        self._annotator = Annotator(rules.guide, rules.privacy, rules.reference)
        self._above: dict[type, tuple[Part, list[Finding]]] = {}
        self._written: dict[type, Part] = {}
        self._last = 0
        """The ordinal of the segment written last."""

    def begin_input(self, name: str) -> None:
        self._above.clear()
        self._written.clear()
        self._last = 0
        self.out.write(self._style(printable(name), bold=True) + "\n")

    def part(self, part: Part, findings: list[Finding]) -> None:
        record = part.record
        if self._claim is None:
            self._write(part, findings)
        elif isinstance(record, Claim):
            if self._claim in (record.id, str(record.index)):
                self._write_above()
                self._write(part, findings)
        elif record is not None:
            level = _LEVELS.index(type(record))
            for outdated in _LEVELS[level:]:
                self._above.pop(outdated, None)
            self._above[type(record)] = part, findings

    def finding(self, finding: Finding) -> None:
        if self._claim is None:
            self._tell(finding, 0, away=True)

    # -- parts ----------------------------------------------------------------------------------------

    def _write_above(self) -> None:
        """What the claim belongs to, unless the claim before belonged to it too."""
        for level in _LEVELS:
            above = self._above.get(level)
            if above is not None and self._written.get(level) is not above[0]:
                self._written[level] = above[0]
                self._write(*above)

    def _write(self, part: Part, findings: list[Finding]) -> None:
        record, segment = part.record, part.segment
        waiting = list(findings)
        if record is None and segment is not None:
            self._envelope(segment, waiting)
        elif record is not None or (part.loop is not None and part.loop.segments[-1].id != "SE"):
            self._loops(part, waiting)
        for finding in waiting:
            self._tell(finding, 1, away=True)

    def _envelope(self, segment: Segment, findings: list[Finding]) -> None:
        graph = self.run.rules.guide.graph(segment.delimiters)
        one = Placed(segment, None, ())
        if segment.id in ("ST", "SE"):
            one = Placed(segment, next(node for node in graph.nodes() if node.segment_id == segment.id), ())
        self._segment(one, 0, findings, None)

    def _loops(self, part: Part, findings: list[Finding]) -> None:
        record, loop = part.record, part.loop
        if loop is None:
            return
        claim = record if isinstance(record, Claim) else None
        depth = _DEPTHS.get(type(record), 0)
        if claim is not None:
            depth = 3 if claim.patient is None else 4
            self._title(claim)
        open_loops: tuple[object, ...] = (loop,) if record is None else ()
        for one in placed(loop, findings):
            if one.segment.id == "ST":
                self._last = one.segment.ordinal
                continue
            for level, inner in enumerate(one.loops):
                if level >= len(open_loops) or open_loops[level] is not inner:
                    self._loop(inner.id, depth + level)
                    open_loops = one.loops[: level + 1]
            open_loops = one.loops
            self._segment(one, depth + len(one.loops), findings, claim)

    def _title(self, claim: Claim) -> None:
        self.shown += 1
        name = self.run.rules.privacy.claim_id(claim.id)
        title = f"Claim {printable(name)}" if name else "Claim without a visible id"
        self.out.write("\n" + self._style(f"{title} (number {claim.index} of the file)", bold=True) + "\n")

    def _loop(self, loop_id: str, depth: int) -> None:
        name = self._annotator.loop_name(loop_id)
        self.out.write(f"{'  ' * depth}{self._style(f'{loop_id}  {name}'.rstrip(), bold=True)}\n")

    # -- segments -------------------------------------------------------------------------------------

    def _segment(self, one: Placed, depth: int, findings: list[Finding], claim: Claim | None) -> None:
        segment, margin = one.segment, "  " * depth
        skipped = segment.ordinal - self._last - 1
        if self._claim is None and skipped > 0 and self._last:
            words = "1 segment here has" if skipped == 1 else f"{skipped} segments here have"
            self.out.write(f"{margin}({words} no place in the guide)\n")
        self._last = max(self._last, segment.ordinal)
        about = [finding for finding in findings if _ordinal(finding) == segment.ordinal]
        for finding in about:
            findings.remove(finding)
            if finding.origin is not None and finding.origin.spot.missing:
                self._tell(finding, depth)
        about = [finding for finding in about if finding.origin is None or not finding.origin.spot.missing]
        name = self.run.rules.privacy.segment_id(segment.id) or "…"
        title = self._annotator.segment_name(segment, one.node) or "has no place here"
        self.out.write(
            f"{margin}{self._style(printable(name), fg='blue', bold=True)}  {title}  (line {segment.line})\n"
        )
        reads = self._annotator.read(segment, one.node, claim)
        named = {finding.element for finding in about if finding.element}
        absent = [element for element in named if not any(is_about(element, read) for read in reads)]
        reads += [self._annotator.missing(segment, one.node, element) for element in absent]
        reads.sort(key=_position)
        for finding in about:
            if not finding.element:
                self._tell(finding, depth + 1)
        told: list[Finding] = []
        for read in reads:
            here = [finding for finding in about if is_about(finding.element, read) and finding not in told]
            self._row(read, depth + 1, here)
            told += here

    def _row(self, read: Read, depth: int, findings: Iterable[Finding]) -> None:
        mark = ">" if findings else " "
        value = printable(read.value).rstrip() if read.value else "(missing)"
        words = f"  {self._style(read.words, fg='cyan')}" if read.words else ""
        # The values of all depths stand in one column.
        name = f"{read.name:<{_NAME_WIDTH - 2 * depth}}"
        self.out.write(f"{'  ' * depth}{mark} {read.ref:<8} {name} {value}{words}\n")
        for finding in findings:
            self._tell(finding, depth + 1)

    def _tell(self, finding: Finding, depth: int, away: bool = False) -> None:
        """Tell a finding below what it is about; if that is ``away``, with its place."""
        margin = "  " * depth
        severity = self._style(finding.severity, fg=COLOURS[finding.severity], bold=True)
        spot = finding.origin.spot if finding.origin is not None else None
        missing = (
            f" {finding.element or finding.segment or finding.loop} missing here:" if spot and spot.missing else ""
        )
        at = f" {', '.join(filter(None, (f'line {finding.line}', place(finding))))}:" if away else missing
        self.out.write(f"{margin}^ {severity} {finding.rule}:{at} {printable(finding.message)}\n")
        if finding.remedy:
            self.out.write(f"{margin}  fix: {printable(finding.remedy)}\n")


def _position(read: Read) -> tuple[str, int]:
    element, _, component = read.ref.partition("-")
    return element, int(component or 0)


def _ordinal(finding: Finding) -> int:
    return finding.origin.spot.segment.ordinal if finding.origin is not None else 0
