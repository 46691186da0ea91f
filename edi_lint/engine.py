"""From one stream of bytes to its findings, in file order: the rooms put together.

The engine runs the rules on the records of a batch, and stamps what faults and hits lack: id, severity, place in the
envelope, claim and acknowledgement codes. It opens no file, prints nothing and reads no clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Any

import msgspec

from .claims import (
    Batch,
    BillingProvider,
    Claim,
    Counts,
    Day,
    Days,
    Memory,
    Part,
    Patient,
    ServiceLine,
    Spot,
    Subscriber,
    UnitRecord,
)
from .findings import ClaimRef, Excerpt, Finding, Origin, Severity
from .guide import Guide, GuideTables
from .privacy import Privacy
from .refdata import BY_PROGRAM, Table, days_covered, title_of
from .reference import Reference
from .rules import CRASHED, NOT_LOADED, SET_CODES, STALE, STRUCTURE, Acks, Context, Dispatch, Hit, Level, Rule, fill
from .x12 import Envelope, Fault, Segment

__all__ = ["RULE_PAGES", "FileCheck", "Ruleset"]

MISSING = frozenset({"segment-missing", "loop-missing", "loop-empty", "hl-child-missing", "level-without-claim"})
"""Faults that name something that is not there; their place is that of the next segment."""

RULE_PAGES = "docs/rules/"
"""Where the rule's page is, in the project's repository."""

Choose = Callable[[UnitRecord | None, Envelope], "Ruleset"]
"""Says by which variant of the rules a part is judged: by its record, None for the envelope, and what is around it."""
_Due = defaultdict[int, list[tuple[UnitRecord, Context]]]
"""By the number of a rule, the records that it can fire on, in the order of the file."""
_LONGEST_LINE_NUMBER = 9
"""Digits; the guide allows six."""
_LEVELS: dict[type, Level] = {BillingProvider: "provider", Subscriber: "subscriber", Patient: "patient", Claim: "claim"}


class Ruleset:
    """The rules of a run, with all that they share."""

    def __init__(
        self,
        rules: Iterable[Rule],
        tables: GuideTables,
        reference: Reference,
        as_of: date,
        privacy: Privacy,
        options: Mapping[str, Any],
        strict: bool = False,
        severities: Mapping[str, Severity] = {},
        acks: Mapping[str, dict[str, str | list[str]]] = {},
    ) -> None:
        self.rules = list(rules)
        self.strict = strict
        self.severities = severities
        """By rule id, the severities that the user wants instead of the rules' own."""
        self.acks = acks
        """By rule id, the acknowledgement codes that the user wants instead of the rules' own."""
        self.dispatch = Dispatch(self.rules, reference, options)
        self.guide = Guide(tables, self.dispatch.signs)
        self.reference = reference
        self.as_of = as_of
        self.privacy = privacy
        self.options = options
        self.not_checked: set[str] = set()
        """Tables that REF001 and REF002 have spoken of in this run."""
        self.absent: set[tuple[Table, str]] = set()
        """Tables of which all is said and done, by kind of payer: looked for, and not there or stale."""
        self.derived: dict[str, Any] = {}
        """What rules have worked out from the reference data."""

    def variant(
        self,
        rules: Iterable[Rule],
        options: Mapping[str, Any],
        strict: bool,
        severities: Mapping[str, Severity],
        acks: Mapping[str, dict[str, str | list[str]]],
    ) -> Ruleset:
        """The same run where other settings hold; ``rules`` are among those of this one, whose guide looks for all."""
        other = copy(self)
        for derived in ("enabled", "speakers"):
            other.__dict__.pop(derived, None)
        other.rules = list(rules)
        other.dispatch = self.dispatch.only(other.rules, options)
        other.options, other.strict, other.severities, other.acks = options, strict, severities, acks
        other.absent = set()
        return other

    @cached_property
    def enabled(self) -> set[str]:
        """The ids of the rules."""
        return {rule.id for rule in self.rules}

    @cached_property
    def speakers(self) -> dict[str, Rule]:
        """The rules that speak for a guide fault, by ``kind key``."""
        return {fault: rule for rule in self.rules for fault in rule.speaks_for}


class _Case:
    """A part that is being judged: by which rules, and with which context, if its record is one for them."""

    __slots__ = ("context", "part", "rules")

    def __init__(self, part: Part, rules: Ruleset, context: Context | None) -> None:
        self.part = part
        self.rules = rules
        self.context = context


class FileCheck:
    """Checks one batch. Iterate once for its findings; `counts` is complete afterwards.

    ``choose`` says which variant of the rules a part is judged by, where that is not the same for all. ``memory`` is
    what is known of the file's earlier claims, if the batch is not all of it.
    """

    def __init__(
        self, rules: Ruleset, batch: Batch, name: str, choose: Choose | None = None, memory: Memory | None = None
    ) -> None:
        self.crashed = False
        self._rules = rules
        self._choose = choose
        self._privacy = rules.privacy
        self._file = name
        self._batch = batch
        self._memory = Memory() if memory is None else memory
        self._owns_memory = memory is None
        self._days = Days(self._memory)
        self._transaction: Segment | None = None
        self._notes_by_rule: dict[str, dict[str, Any]] = {}

    @property
    def counts(self) -> Counts:
        """What was read."""
        return self._batch.counts

    def __iter__(self) -> Iterator[Finding]:
        for _, findings in self.parts():
            yield from findings

    def parts(self) -> Iterator[tuple[Part, list[Finding]]]:
        """The parts of the batch in file order, each with what was found in it, in the order of the file."""
        try:
            yield from self._judged()
        finally:
            if self._owns_memory:
                self._memory.close()

    def _judged(self) -> Iterator[tuple[Part, list[Finding]]]:
        before: tuple[Part, list[Finding]] | None = None
        for part, found in chain.from_iterable(map(self._judge, self._batch.blocks())):
            if before is not None:
                if found and part.record is not None:
                    # The header of a transaction set is judged with its first provider, some of a subscriber with the
                    # patient. What is found there is told in its place; what a claim shows is told with the claim.
                    start = part.record.head.segment.offset
                    early = [finding for finding in found if finding.offset < start and finding.claim is None]
                    if early:
                        before[1].extend(early)
                        before[1].sort(key=_offset)
                        found[:] = [finding for finding in found if finding not in early]
                yield before
            before = (part, found) if part.record is None or isinstance(part.record, Subscriber) else None
            if before is None:
                yield part, found
                if isinstance(part.record, Claim):
                    part.record.forget_lines()
        if before is not None:
            yield before

    def _judge(self, parts: list[Part]) -> Iterator[tuple[Part, list[Finding]]]:
        """What is found in parts that are known together."""
        due: _Due = defaultdict(list)
        cases = [self._case(part, due) for part in parts]
        self._run(due)
        for case in cases:
            self._rules = case.rules
            yield case.part, self._findings(case)

    # -- running the rules ----------------------------------------------------------------------------

    def _case(self, part: Part, due: _Due) -> _Case:
        """Make a part ready to be judged, and put it down for the rules that can fire on it."""
        record, envelope = part.record, self._batch.envelope
        rules = self._rules if self._choose is None else self._choose(record, envelope)
        if record is None or part.cut:
            return _Case(part, rules, None)
        if envelope.st is not self._transaction:
            self._transaction = envelope.st
            self._notes_by_rule.clear()
        dispatch, signs, scope = rules.dispatch, part.signs, _scope(record)
        days: tuple[Day, ...] = ()
        intact = True
        if isinstance(record, Claim):
            intact = record.intact
            days = self._days.of(record)
            for day in days:
                if day.has_earlier:
                    signs |= dispatch.of_earlier(day.procedures)
        context = Context(
            rules.reference,
            rules.as_of,
            scope,
            rules.options,
            self._memory,
            rules.absent,
            self._notes_by_rule,
            rules.derived,
            days,
            CRASHED,
            [],
        )
        subject = record, context
        for number in dispatch.due(_LEVELS[type(record)], scope, intact, signs):
            due[number].append(subject)
        return _Case(part, rules, context)

    def _run(self, due: _Due) -> None:
        """Run each rule on all its records before the next: what it needs is at hand then."""
        checks = self._rules.dispatch.checks
        for number in sorted(due):
            rule, check = checks[number]
            for record, context in due[number]:
                context.rule = rule
                try:
                    for hit in check(record, context):
                        context.hits.append((rule, hit))
                except Exception as error:
                    self.crashed = True
                    words = f"Rule {rule.id} broke with {type(error).__name__} and says nothing of this."
                    context.hits.append((CRASHED, Hit(record.head, words)))

    def _not_checked(self, table: Table, scope: str, place: Callable[[], Spot]) -> tuple[Rule, Hit] | None:
        """Tell once in a run that a table is not there, or stale, in the same words wherever it is needed first."""
        rules = self._rules
        if (table, scope) in rules.absent:
            return None
        rules.absent.add((table, scope))
        medicaid = scope == "medicaid" and table in BY_PROGRAM
        editions = rules.reference.editions(table, medicaid=medicaid)
        if not editions:
            rules.dispatch.dismiss(table, scope)
        told, title = NOT_LOADED if not editions else STALE, title_of(table, medicaid=medicaid)
        if told.id not in rules.enabled or title in rules.not_checked:
            return None
        rules.not_checked.add(title)
        if editions:
            words = f"it covers dates of service {days_covered(editions)}, and this is another."
        else:
            words = "it is not loaded."
        return told, Hit(place(), f"Not checked against {title}: {words}")

    # -- from faults and hits to findings -------------------------------------------------------------

    def _findings(self, case: _Case) -> list[Finding]:
        """What is told of a part: faults of the guide, and what the rules found."""
        part, context = case.part, case.context
        hits = self._known(context) if context is not None and context.hits else []
        if not hits and not part.faults:
            return []
        claim = part.record if isinstance(part.record, Claim) else None
        found = [
            self._finding(fault, claim if fault.loop is not None else None)
            for fault in part.faults
            if self._is_enabled(fault)
        ]
        hidden = {name for rule, _ in hits for name in rule.hides}
        found += [self._told(rule, hit, claim) for rule, hit in hits if rule.id not in hidden]
        found.sort(key=_offset)
        return found

    def _known(self, context: Context) -> list[tuple[Rule, Hit]]:
        """The hits, and for what was not checked the one that says so, where it is still to be said."""
        known = []
        for rule, hit in context.hits:
            if isinstance(hit, Hit):
                known.append((rule, hit))
            elif (told := self._not_checked(hit.table, context.scope, hit.place)) is not None:
                known.append(told)
        return known

    def _is_enabled(self, fault: Fault) -> bool:
        return STRUCTURE[fault.kind].id in self._rules.enabled or self._speaker(fault) is not None

    def _speaker(self, fault: Fault) -> Rule | None:
        """The rule of the catalogue that tells this fault in its own words."""
        if not fault.key:
            return None
        speakers = self._rules.speakers
        if fault.ref is not None and fault.segment_id:
            found = speakers.get(f"{fault.kind} {fault.key}/{fault.ref.name(fault.segment_id)}")
            if found is not None:
                return found
        return speakers.get(f"{fault.kind} {fault.key}")

    def _finding(self, fault: Fault, claim: Claim | None = None) -> Finding:
        own = STRUCTURE[fault.kind]
        segment = fault.segment
        name = fault.segment_id or (segment.id if segment.text else None)
        element = fault.ref.name(name) if fault.ref is not None and fault.ref.element and name else None
        speaker = self._speaker(fault)
        rule = speaker or own
        facts = fault.facts | {"segment": name or "", "element": element or "", "loop": fault.loop or ""}
        line = _line_at(claim, fault.anchor) if fault.loop is not None and fault.loop.startswith("24") else None
        facts["line"] = line.number if line is not None else ""
        missing = fault.kind in MISSING
        scope = claim.scope if claim is not None else ""
        # Several faults told as one have the codes of the first.
        first = STRUCTURE[str(fault.facts.get("first", fault.kind))]
        more = {key: str(value) for key, value in fault.facts.items() if key in ("ta1", "ak905", "ik502")}
        if first.acks.ik403 and element in SET_CODES:
            more["ik502"] = SET_CODES[element]
        acks = _acks(first.acks, more)
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
        severity = (
            (rule.strict if self._rules.strict else None)
            or hit.severity
            or (rule.severity_for(claim.scope) if claim is not None else None)
            or rule.gravest
        )
        line = _line_at(claim, spot.anchor) if spot.loop.startswith("24") else None
        element = spot.ref.name(spot.segment_id) if spot.ref is not None and spot.ref.element else None
        return self._stamp(
            rule,
            severity,
            hit.message,
            hit.fix or rule.fix,
            spot,
            element,
            claim,
            line,
            _acks(hit.acks or rule.acks),
            hit.trigger,
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
        trigger: Spot | None = None,
    ) -> Finding:
        segment = spot.segment
        place = segment.place(None if spot.missing else spot.ref)
        envelope = self._batch.envelope
        isa, gs, st = envelope.isa, envelope.gs, envelope.st
        inside = st is not None and segment.ordinal >= st.ordinal
        return Finding(
            rule=rule.id,
            name=rule.name,
            severity=self._rules.severities.get(rule.id, severity),
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
            segment=self._privacy.segment_id(spot.segment_id) or None,
            element=element if self._privacy.segment_id(spot.segment_id) else None,
            value=None if spot.missing else self._privacy.value(segment, spot.ref),
            claim=ClaimRef(claim.index, self._privacy.claim_id(claim.id)) if claim is not None else None,
            service_line=_line_number(line),
            acks=self._rules.acks.get(rule.id, acks),
            url=f"{RULE_PAGES}{rule.id}.md",
            excerpt=self._excerpt(spot) if segment.text else None,
            why=rule.why,
            origin=Origin(spot, trigger),
        )

    def _excerpt(self, spot: Spot) -> Excerpt:
        """The segment as it may be shown; where something is missing, the segment before which it should stand."""
        segment = spot.segment
        text = self._privacy.segment(segment)
        start, length = (
            (0, 0) if spot.missing else msgspec.structs.replace(segment, text=text, _elements=None).span(spot.ref)
        )
        return Excerpt(text, start, length)


def _offset(finding: Finding) -> int:
    return finding.offset


def _scope(record: UnitRecord) -> str:
    """The kind of payer that a record is for; empty for a provider, who bills all kinds."""
    if isinstance(record, Patient):
        return record.subscriber.scope if record.subscriber is not None else ""
    return "" if isinstance(record, BillingProvider) else record.scope


def _line_number(line: ServiceLine | None) -> int | None:
    """LX01, if it is a number that a machine can hold."""
    number = line.number if line is not None else ""
    return int(number) if number.isdecimal() and len(number) <= _LONGEST_LINE_NUMBER else None


def _line_at(claim: Claim | None, anchor: Segment | None) -> ServiceLine | None:
    """The service line that a segment of the claim lies in."""
    if claim is None or anchor is None:
        return None
    found = None
    for line in claim.lines:
        if line.loop.first.ordinal <= anchor.ordinal:
            found = line
    return found


def _acks(acks: Acks, more: Mapping[str, str] = {}) -> dict[str, str | list[str]]:
    """The codes as the contract has them: only those that there are; ``more`` in place of all but the STC."""
    found: dict[str, str | list[str]] = dict(more) or msgspec.to_builtins(acks)
    if acks.stc:
        found["stc"] = list(acks.stc)
    return found
