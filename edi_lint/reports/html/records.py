"""What the page is told, record by record: files, rules, places in the guide, segments, units of the batch, findings.

A record is a list that begins with its kind; records of one kind are numbered from 0 as they come, and others name
them by these numbers. A batch repeats itself, so a segment is told once and named again, as long as it is remembered;
masked ones are all alike. That makes the page some ten times smaller.

    ["file", name]
    ["rule", id, name, snip, summary, why, fix]
    ["loop", id, name]
    ["payer", label]
    ["node", loop id, depth, opens its loop, segment id, segment name, {element or component: name}]
    ["segment", node or null, segment id, [[element or component, value, what it means], ...]]
    ["unit", kind, file, unit above or null, claim or null, [segment or [segment, line, ordinal], ...]]
    ["finding", unit or null, rule, severity, message, fix or null, file, line, column, loop, segment id, element,
                value, ordinal, missing, service line, [excerpt, start, length], payer, claim or null]
    ["above", unit, claim number, claim id]
    ["end", totals]

An element is ``2``, a component ``1-2``. A claim is [number, id, charge, service lines]. A segment of a unit that
stands alone follows the one before it on the next line. A unit that is no claim is known by the first claim below it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ... import __version__
from ...annotate import Annotator, Placed, placed
from ...claims import BillingProvider, Claim, Part, Patient, Subscriber, UnitRecord
from ...findings import Finding
from ...guide import Node, OpenLoop
from ...output import Run
from ...privacy import MASK
from ...rules import RULES
from ...x12 import Ref

__all__ = ["Records"]

_MOST_SEGMENTS = 20_000
"""Segments remembered; beyond it they are told anew, so that memory stays flat."""
_KINDS: dict[type, str] = {BillingProvider: "provider", Subscriber: "subscriber", Patient: "patient", Claim: "claim"}


class Records:
    """Puts what was found into records and hands them to ``write``, each after those that it names."""

    def __init__(self, run: Run, write: Callable[[list[object]], None]) -> None:
        self._run = run
        self._write = write
        self._annotator = Annotator(run.rules.guide, run.rules.privacy, run.rules.reference)
        self._file = -1
        self._rules: dict[str, int] = {}
        self._loops: set[str] = set()
        self._nodes: dict[tuple[object, ...], int] = {}
        self._payers: dict[str, int] = {}
        self._segments: dict[tuple[object, ...], int] = {}
        self._shown: dict[tuple[object, ...], int] = {}
        self._told_segments = 0
        self._units = 0
        self._above: dict[type, tuple[UnitRecord, int]] = {}
        self._nameless: list[int] = []

    def begin_input(self, name: str) -> None:
        """A file begins."""
        self._file += 1
        self._above.clear()
        self._nameless.clear()
        self._write(["file", name])

    def claim(self, claim: Claim) -> None:
        """A claim, whether or not something was found in it."""
        for unit in self._nameless:
            self._write(["above", unit, claim.index, self._run.rules.privacy.claim_id(claim.id)])
        self._nameless.clear()

    def part(self, part: Part, findings: list[Finding], payer: str) -> None:
        """A part in which something was found."""
        if not findings:
            return
        unit = None
        if part.record is not None:
            unit = self._unit_of(part.record, findings)
        elif part.loop is not None:
            unit = self._unit(None, part.loop, None, None, findings)
        if unit is not None and not isinstance(part.record, Claim):
            self._nameless.append(unit)
        self.findings(findings, unit, payer)

    def findings(self, findings: Iterable[Finding], unit: int | None, payer: str = "") -> None:
        """Findings of a unit, or of none."""
        for finding in findings:
            rule, excerpt, claim = self._rule(finding), finding.excerpt, finding.claim
            spot = finding.origin.spot if finding.origin is not None else None
            self._write(
                [
                    "finding",
                    unit,
                    rule,
                    finding.severity,
                    finding.message,
                    None if finding.remedy == RULES[finding.rule].fix else finding.remedy,
                    self._file,
                    finding.line,
                    finding.column,
                    finding.loop,
                    finding.segment,
                    finding.element,
                    finding.value,
                    spot.segment.ordinal if spot is not None else 0,
                    spot is not None and spot.missing,
                    finding.service_line,
                    [excerpt.text, excerpt.start, excerpt.length] if excerpt is not None else None,
                    self._payer(payer),
                    [claim.index, claim.id] if claim is not None else None,
                ]
            )

    def end(self, totals: dict[str, object]) -> None:
        """All has been told."""
        rules = self._run.rules
        run = {"version": __version__, "as_of": rules.as_of.isoformat(), "show_values": rules.privacy.show_values}
        self._write(["end", totals | run])

    # -- what findings and units name -----------------------------------------------------------------

    def _rule(self, finding: Finding) -> int:
        number = self._rules.get(finding.rule)
        if number is None:
            number = self._rules[finding.rule] = len(self._rules)
            rule = RULES[finding.rule]
            self._write(["rule", rule.id, rule.name, rule.snip, rule.summary, rule.why, rule.fix])
        return number

    def _payer(self, label: str) -> int:
        number = self._payers.get(label)
        if number is None:
            number = self._payers[label] = len(self._payers)
            self._write(["payer", label])
        return number

    def _unit_of(self, record: UnitRecord, findings: list[Finding]) -> int:
        """The unit of a record, told after those above it. Those are told once, however many claims they have."""
        kind = type(record)
        known = self._above.get(kind)
        if known is not None and known[0] is record:
            return known[1]
        above = _above(record)
        claim: list[object] | None = None
        outer = self._unit_of(above, []) if above is not None else None
        if isinstance(record, Claim):
            privacy, clm = self._run.rules.privacy, record.loop.first
            claim = [record.index, privacy.claim_id(record.id), privacy.value(clm, Ref(2)), len(record.lines)]
        number = self._unit(record, record.loop, outer, claim, findings)
        if claim is None:
            self._above[kind] = record, number
        return number

    def _unit(
        self,
        record: UnitRecord | None,
        loop: OpenLoop,
        above: int | None,
        claim: list[object] | None,
        findings: list[Finding],
    ) -> int:
        kind = _KINDS[type(record)] if record is not None else "header"
        read_for = record if isinstance(record, Claim) else None
        members: list[object] = []
        line = ordinal = -1
        for one in placed(loop, findings):
            number, segment = self._segment(one, read_for), one.segment
            follows = (segment.line, segment.ordinal) == (line + 1, ordinal + 1)
            members.append(number if follows else [number, segment.line, segment.ordinal])
            line, ordinal = segment.line, segment.ordinal
        self._write(["unit", kind, self._file, above, claim, members])
        self._units += 1
        return self._units - 1

    def _segment(self, one: Placed, claim: Claim | None) -> int:
        segment = one.segment
        node = self._node(one.node)
        key: tuple[object, ...] = (segment.text, node, segment.delimiters)
        if claim is not None and segment.id == "SV1":
            key += tuple(diagnosis.code for diagnosis in claim.diagnoses)
        number = self._segments.get(key)
        if number is None:
            if len(self._segments) >= _MOST_SEGMENTS:
                self._segments.clear()
                self._shown.clear()
            number = self._segments[key] = self._shown_as(one, node, claim)
        return number

    def _shown_as(self, one: Placed, node: int | None, claim: Claim | None) -> int:
        segment_id = self._run.rules.privacy.segment_id(one.segment.id) or MASK
        reads = tuple(
            (_position(read.ref, segment_id), read.value, *([read.words] if read.words else []))
            for read in self._annotator.read(one.segment, one.node, claim)
        )
        number = self._shown.get((node, segment_id, reads))
        if number is None:
            number = self._shown[node, segment_id, reads] = self._told_segments
            self._write(["segment", node, segment_id, reads])
            self._told_segments += 1
        return number

    def _node(self, node: Node | None) -> int | None:
        if node is None:
            return None
        loop, depth = node.loop, 0
        outer = loop.parent
        while outer is not None:
            depth, outer = depth + 1, outer.parent
        # By what it says: each set of delimiters has nodes of its own.
        told = (loop.id, depth, node.is_head, node.segment_id, node.checker.spec.name)
        number = self._nodes.get(told)
        if number is None:
            if loop.id not in self._loops:
                self._loops.add(loop.id)
                self._write(["loop", loop.id, self._annotator.loop_name(loop.id)])
            number = self._nodes[told] = len(self._nodes)
            every = (part for element in node.checker.spec.elements for part in (element, *element.components))
            self._write(["node", *told, {_position(part.ref, node.segment_id): part.name for part in every}])
        return number


def _above(record: UnitRecord) -> UnitRecord | None:
    if isinstance(record, Claim):
        return record.patient or record.subscriber
    if isinstance(record, Patient):
        return record.subscriber
    return record.billing if isinstance(record, Subscriber) else None


def _position(ref: str, segment_id: str) -> str:
    """``2`` of ``SV102``, ``1-2`` of ``SV101-2``."""
    return ref[len(segment_id) :].lstrip("0")
