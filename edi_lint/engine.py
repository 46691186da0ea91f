"""From one stream of bytes to its findings, in file order: the rooms put together.

The engine follows the envelope, has each transaction set walked and its units made into records, runs the rules on
them, and stamps what faults and hits lack: id, severity, place in the envelope, claim and acknowledgement codes. It
opens no file, prints nothing and reads no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any

import msgspec

from .claims import Assembler, BillingProvider, Claim, Days, ServiceLine, Spot, Subscriber
from .findings import ClaimRef, Finding, Severity
from .guide import PROFESSIONAL_CLAIM_GUIDES, Guide, Segments, Unit, transaction_name, walk
from .privacy import Privacy
from .reference import Reference
from .rules import CRASHED, STALE, STRUCTURE, Acks, Context, Hit, Level, Rule, fill
from .x12 import ByteStream, Envelope, Fault, Reader, Ref, Segment

__all__ = ["Counts", "FileCheck", "Ruleset", "RULE_PAGES"]

RULE_PAGES = "docs/rules/"
"""Where the rule's page is, in the project's repository."""

_ENVELOPE_ACKS = {"GS01": {"ak905": "1"}, "GS06": {"ak905": "6"}, "GS08": {"ak905": "2"}}


class Counts(msgspec.Struct):
    """What was read of a file."""

    bytes: int = 0
    segments: int = 0
    transactions: int = 0
    claims: int = 0
    service_lines: int = 0
    crashed: bool = False


class Ruleset:
    """The rules of a run, arranged by what sets them off, with all that they share."""

    def __init__(
        self,
        rules: Iterable[Rule],
        guide: Guide,
        reference: Reference,
        as_of: date,
        privacy: Privacy,
        options: Mapping[str, Any],
    ) -> None:
        self.rules = list(rules)
        self.guide = guide
        self.reference = reference
        self.as_of = as_of
        self.privacy = privacy
        self.options = options
        self.not_checked: set[str] = set()
        """Tables that REF001 has spoken of in this run."""

    @cached_property
    def enabled(self) -> set[str]:
        """The ids of the rules."""
        return {rule.id for rule in self.rules}

    @cached_property
    def speakers(self) -> dict[str, Rule]:
        """The rules that speak for a guide fault, by ``kind key``."""
        return {fault: rule for rule in self.rules for fault in rule.speaks_for}

    @cached_property
    def by_level(self) -> dict[Level, list[Rule]]:
        """The rules that have a check, by the kind of record that it looks at."""
        found: dict[Level, list[Rule]] = {"file": [], "provider": [], "subscriber": [], "claim": []}
        for rule in self.rules:
            if rule.check is not None:
                for level in rule.level:
                    found[level].append(rule)
        return found


class FileCheck:
    """Checks one stream. Iterate once for its findings; `counts` is complete afterwards."""

    def __init__(self, rules: Ruleset, stream: ByteStream, name: str) -> None:
        self.counts = Counts()
        self._rules = rules
        self._privacy = rules.privacy
        self._file = name
        self._reader = Reader(stream)
        self._segments = Segments(iter(self._reader))
        self._envelope = Envelope()
        self._assembler = Assembler()
        self._days = Days()
        self._memory: dict[str, dict[Any, Any]] = {}
        self._held: list[Fault] = []
        """Faults of the interchange that wait until it is known to hold claims."""
        self._foreign_interchange = False
        self._foreign_group = False
        self._sets_in_interchange = 0

    def __iter__(self) -> Iterator[Finding]:
        while (segment := self._segments.next()) is not None:
            yield from self._segment(segment)
        yield from self._end()
        self.counts.bytes = self._reader.bytes_read
        self.counts.segments = self._reader.segments_read
        self.counts.claims = self._assembler.claims

    # -- the envelope ---------------------------------------------------------------------------------

    def _segment(self, segment: Segment) -> Iterator[Finding]:
        name = segment.id
        envelope = self._envelope
        if name == "ISA":
            if envelope.isa is not None:
                yield from self._close_interchange(envelope.open_interchange(segment))
            else:
                self._held = [*self._form_faults(), *envelope.open_interchange(segment)]
            self._foreign_interchange = self._foreign_group = False
            self._sets_in_interchange = 0
        elif name == "GS":
            faults = envelope.open_group(segment)
            self._foreign_group = False
            self._held += faults
        elif name == "ST":
            yield from self._transaction(segment)
        elif name == "SE":
            yield from self._tell_own(envelope.close_transaction(segment))
        elif name == "GE":
            yield from self._tell_own(envelope.close_group(segment))
            self._foreign_group = False
        elif name == "IEA":
            yield from self._close_interchange(envelope.close_interchange(segment), segment)
        elif name == "TA1" and envelope.gs is None:
            self._held.append(Fault("not-837p", segment, facts={"what": "a TA1 (interchange acknowledgment)"}))
        elif not self._foreign_group and not envelope.in_transaction:
            if not any(fault.kind == "segment-outside-transaction" for fault in self._held):
                self._held.append(Fault("segment-outside-transaction", segment))

    def _transaction(self, st: Segment) -> Iterator[Finding]:
        envelope = self._envelope
        faults = envelope.open_transaction(st)
        gs = envelope.gs
        group_guide = gs.get(8) if gs is not None else ""
        what = transaction_name(group_guide, st.get(1), st.get(3))
        self._sets_in_interchange += 1
        if what is not None and group_guide.strip() not in PROFESSIONAL_CLAIM_GUIDES:
            if not self._foreign_group:
                self._foreign_group = self._foreign_interchange = True
                self._held.clear()
                yield self._finding(Fault("not-837p", gs or st, facts={"what": what}))
            return
        if envelope.transactions == 1 and gs is not None:
            faults = self._group_faults(gs) + faults
        self._foreign_interchange = False
        yield from self._release()
        yield from self._tell(faults)
        self.counts.transactions += 1
        if what is not None:
            yield self._finding(Fault("transaction-set-foreign", st, facts={"what": what}))
            envelope.in_transaction = False
            self._skip_set()
            return
        self._assembler.begin(envelope.isa or st, gs, st)
        trailer: Segment | None = None
        for unit in walk(self._rules.guide.graph(st.delimiters), st, self._segments):
            yield from self._tell(self._form_faults())
            yield from self._unit(unit)
            trailer = unit.loop.segments[-1]
        if trailer is not None and trailer.id == "SE":
            yield from self._tell(envelope.close_transaction(trailer))

    def _group_faults(self, gs: Segment) -> list[Fault]:
        found = []
        for kind, ref, facts in self._rules.guide.graph(gs.delimiters).control["GS"].faults(gs):
            acks = _ENVELOPE_ACKS.get(ref.name("GS"), {"ta1": "024"})
            found.append(Fault(kind, gs, ref, facts=facts | acks))
        return found

    def _skip_set(self) -> None:
        """Pass over a transaction set that is not an 837P."""
        while (segment := self._segments.next()) is not None:
            if segment.id == "SE":
                return
            if segment.id in ("ST", "GE", "IEA", "ISA"):
                self._segments.put_back(segment)
                return

    def _close_interchange(self, faults: list[Fault], iea: Segment | None = None) -> Iterator[Finding]:
        if not self._sets_in_interchange and iea is not None:
            acknowledgment = [fault for fault in self._held if fault.kind == "not-837p"]
            empty = [*self._held, Fault("interchange-empty", iea), *faults]
            yield from self._tell(acknowledgment or empty)
        else:
            yield from self._tell_own(faults)
        self._held.clear()

    def _tell_own(self, faults: list[Fault]) -> Iterator[Finding]:
        """Tell faults of the envelope, unless it holds something else than claims."""
        if not (self._foreign_group or self._foreign_interchange):
            if self._sets_in_interchange:
                yield from self._tell(faults)
            else:
                self._held += faults

    def _end(self) -> Iterator[Finding]:
        form = self._form_faults()
        unfinished = sum(int(fault.facts["bytes"]) for fault in form if fault.kind == "unfinished-segment")
        form = [fault for fault in form if fault.kind != "unfinished-segment"]
        ended = self._envelope.end(self._reader.here(), unfinished)
        if self._foreign_interchange and not ended:
            form = [fault for fault in form if fault.kind in ("not-x12", "isa-unreadable")]
        if not self._foreign_interchange:
            yield from self._tell(self._held)
            yield from self._tell(ended)
        yield from self._tell(form)

    def _form_faults(self) -> list[Fault]:
        found, self._reader.faults = self._reader.faults, []
        return found

    def _release(self) -> Iterator[Finding]:
        held, self._held = self._held, []
        yield from self._tell(held)

    # -- units and rules ------------------------------------------------------------------------------

    def _unit(self, unit: Unit) -> Iterator[Finding]:
        record = self._assembler.record(unit)
        claim: Claim | None = None
        hits: list[tuple[Rule, Hit]] = []
        if isinstance(record, Claim):
            claim = record
            self.counts.service_lines += len(claim.lines)
            hits = self._run("claim", claim, claim.scope)
        elif isinstance(record, BillingProvider):
            hits = self._run("provider", record, "")
        elif isinstance(record, Subscriber):
            hits = self._run("subscriber", record, record.scope)
        if not hits and not unit.faults:
            return
        found = [self._finding(fault, claim) for fault in unit.faults]
        if hits:
            hidden = {name for rule, _ in hits for name in rule.hides}
            found += [self._told(rule, hit, claim) for rule, hit in hits if rule.id not in hidden]
        found.sort(key=lambda finding: finding.offset)
        yield from found

    def _run(self, level: Level, record: BillingProvider | Subscriber | Claim, scope: str) -> list[tuple[Rule, Hit]]:
        hits: list[tuple[Rule, Hit]] = []
        context = Context(
            self._rules.reference,
            self._rules.as_of,
            scope,
            self._rules.options,
            lambda table, spot, day: hits.extend(self._not_checked(table, spot, day)),
        )
        if isinstance(record, Claim):
            context.days = tuple(self._days.of(record))
        for rule in self._rules.by_level[level]:
            if isinstance(record, Claim):
                if rule.triggers and rule.triggers.isdisjoint(record.procedures):
                    continue
                if rule.whole and not record.intact:
                    continue
            if scope and rule.severity_for(scope) is None:
                continue
            assert rule.check is not None
            context.memory = self._memory.setdefault(rule.id, {})
            try:
                hits.extend((rule, hit) for hit in rule.check(record, context))
            except Exception as error:  # A rule that breaks must not hide what the others find.
                self.counts.crashed = True
                words = f"Rule {rule.id} broke with {type(error).__name__} and says nothing of this."
                hits.append((CRASHED, Hit(record.head, words)))
        return hits

    def _not_checked(self, table: str, spot: Spot, day: date) -> Iterator[tuple[Rule, Hit]]:
        if STALE.id in self._rules.enabled and table not in self._rules.not_checked:
            self._rules.not_checked.add(table)
            yield STALE, Hit(spot, f"Not checked against {table}: it does not cover {day.isoformat()}.")

    # -- from faults and hits to findings -------------------------------------------------------------

    def _tell(self, faults: Iterable[Fault]) -> Iterator[Finding]:
        for fault in faults:
            if fault.kind == "unfinished-segment" or not self._is_enabled(fault):
                continue
            yield self._finding(fault)

    def _is_enabled(self, fault: Fault) -> bool:
        return STRUCTURE[fault.kind].id in self._rules.enabled

    def _finding(self, fault: Fault, claim: Claim | None = None) -> Finding:
        own = STRUCTURE[fault.kind]
        segment = fault.segment
        assert segment is not None
        name = fault.segment_id or (segment.id if segment.text else None)
        element = fault.ref.name(name) if fault.ref is not None and fault.ref.element and name else None
        speaker = None
        if fault.key:
            speaker = self._rules.speakers.get(f"{fault.kind} {fault.key}/{element}") or self._rules.speakers.get(
                f"{fault.kind} {fault.key}"
            )
        rule = speaker or own
        facts = fault.facts | {"segment": name or "", "element": element or "", "loop": fault.loop or ""}
        line = _line_at(claim, fault.anchor) if fault.loop is not None and fault.loop.startswith("24") else None
        facts["line"] = line.number if line is not None else ""
        missing = fault.kind in ("segment-missing", "loop-missing", "loop-empty")
        scope = claim.scope if claim is not None else ""
        acks = _acks(own.acks, {key: str(value) for key, value in fault.facts.items() if key in ("ta1", "ak905")})
        if speaker is not None:
            acks |= _acks(speaker.acks)
        return self._stamp(
            rule,
            (rule.severity_for(scope) if scope else None) or own.severity_for("commercial") or "error",
            fill(rule.message or own.message, facts),
            fill(rule.fix or own.fix, facts),
            Spot(segment, None if missing else fault.ref, fault.loop or "", name or "", fault.anchor, missing),
            element,
            claim,
            line,
            acks,
        )

    def _told(self, rule: Rule, hit: Hit, claim: Claim | None) -> Finding:
        spot = hit.spot
        severity = hit.severity or (rule.severity_for(claim.scope) if claim is not None else None) or _gravest(rule)
        line = _line_at(claim, spot.anchor) if spot.loop.startswith("24") else None
        element = spot.ref.name(spot.segment_id) if spot.ref is not None and spot.ref.element else None
        return self._stamp(
            rule, severity, hit.message, hit.fix or rule.fix, spot, element, claim, line, _acks(rule.acks)
        )

    def _stamp(
        self,
        rule: Rule,
        severity: Severity,
        message: str,
        remedy: str,
        spot: Spot,
        element: str | None,
        claim: Claim | None,
        line: ServiceLine | None,
        acks: dict[str, str | list[str]],
    ) -> Finding:
        segment = spot.segment
        place = segment.place(None if spot.missing else spot.ref)
        isa, gs, st = self._envelope.isa, self._envelope.gs, self._envelope.st
        inside = st is not None and segment.ordinal >= st.ordinal
        return Finding(
            rule=rule.id,
            name=rule.name,
            severity=severity,
            snip=rule.snip,
            message=message,
            remedy=remedy,
            file=self._file,
            line=place.line,
            column=place.column,
            offset=place.offset,
            isa13=isa.get(13) or None if isa is not None else None,
            gs06=gs.get(6) or None if gs is not None else None,
            st02=st.get(2) or None if inside and st is not None else None,
            segment_index=segment.ordinal - st.ordinal + 1 if inside and st is not None else None,
            loop=spot.loop or None,
            segment=_identifier(spot.segment_id),
            element=element if _identifier(spot.segment_id) else None,
            value=None if spot.missing else self._privacy.value(segment, spot.ref),
            claim=ClaimRef(claim.index, self._privacy.claim_id(claim.id)) if claim is not None else None,
            service_line=int(line.number) if line is not None and line.number.isdecimal() else None,
            acks=acks,
            url=f"{RULE_PAGES}{rule.id}.md",
        )


def _identifier(segment_id: str) -> str | None:
    """The segment id if it looks like one: anything else may be any part of the file."""
    return segment_id if 1 < len(segment_id) <= 3 and segment_id.isalnum() and segment_id.isascii() else None


def _line_at(claim: Claim | None, anchor: Segment | None) -> ServiceLine | None:
    """The service line that a segment of the claim lies in."""
    if claim is None or anchor is None:
        return None
    found = None
    for line in claim.lines:
        if line.loop.segments[0].ordinal <= anchor.ordinal:
            found = line
    return found


def _gravest(rule: Rule) -> Severity:
    if isinstance(rule.severity, str):
        return rule.severity
    return next(
        (severity for severity in ("error", "warning", "info") if severity in rule.severity.values()), "info"
    )  # type: ignore[return-value]


def _acks(acks: Acks, more: Mapping[str, str] = {}) -> dict[str, str | list[str]]:
    """The codes as the contract has them: only those that there are."""
    found: dict[str, str | list[str]] = dict(more)
    for key in ("ta1", "ak905", "ik502", "ik304", "ik403"):
        value = getattr(acks, key)
        if value and not more:
            found[key] = value
    if acks.stc:
        found["stc"] = list(acks.stc)
    return found
