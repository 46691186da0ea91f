"""Follow the parts of a batch with their findings, and put together what was received.

Fed part by part, so memory holds one transaction set, whatever the file: at its end ``settle`` turns it into an
`Answer`, and its claims are let go. An interchange is complete when the next begins or the input ends, since data
behind an IEA is told of the interchange before it. Knows no format of an acknowledgement.

Where a finding belongs is told by its codes (interchange, group, set) and, for a 277CA status, by the record that it
was found in: a provider's concerns all claims below, a subscriber's or a patient's those that follow it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal

import msgspec

from ..claims import BillingProvider, Part, Patient, ServiceLine, Subscriber
from ..claims import Claim as ClaimRecord
from ..claims import TransactionSet as SetRecord
from ..claims.fields import Record, find
from ..findings import Finding
from ..x12 import Segment
from .received import Answer, Claim, Dates, Group, Interchange, Line, Person, Provider, Told, TransactionSet
from .telling import LEVEL_LOOPS, LINE_LOOPS, has_syntax_codes, told_of

__all__ = ["Collector", "Settle"]

Settle = Callable[[Interchange, TransactionSet], Answer]

_NOT_CLOSED = "not-closed"
"""The finding that tells of a missing trailer: it belongs to what was open before the header that showed it."""
_INVALID_CONTENT = "022"
_LARGEST_CHARGE = Decimal(10) ** 15
_LAST, _FIRST, _MIDDLE, _SUFFIX, _QUALIFIER, _ID = 3, 4, 5, 7, 8, 9
"""Elements of NM1."""


class Collector:
    """Feed it the parts in their order; it hands over each interchange once that is complete."""

    def __init__(self, numbers: Mapping[str, str], settle: Settle) -> None:
        self._numbers = numbers
        self._settle = settle
        self._interchanges = 0
        self._interchange: Interchange | None = None
        self._group: Group | None = None
        self._set: TransactionSet | None = None
        self._provider: tuple[BillingProvider, Provider] | None = None
        self._inherited: dict[type, tuple[Record, list[Told]]] = {}

    def feed(self, part: Part, findings: list[Finding]) -> Iterator[Interchange]:
        """Take in one part with what was found in it."""
        segment = part.segment
        if segment is None:
            self._take(part, findings)
            return
        opens = segment.id in ("ISA", "GS", "ST")
        before = [finding for finding in findings if not opens or finding.name == _NOT_CLOSED]
        self._take(part, before)
        yield from self._envelope(segment, part.foreign)
        self._take(part, [finding for finding in findings if finding not in before])

    def finish(self) -> Iterator[Interchange]:
        """The input has ended."""
        self._end_set()
        if self._interchange is not None:
            yield self._interchange
        self._interchange = self._group = None

    # -- envelope -------------------------------------------------------------------------------------

    def _envelope(self, segment: Segment, is_foreign: bool) -> Iterator[Interchange]:
        self._end_set()
        name = segment.id
        if name == "ISA":
            yield from self.finish()
            self._interchanges += 1
            self._interchange = Interchange(segment, self._interchanges, [], [])
        elif self._interchange is None:
            return
        elif name == "GS":
            self._interchange.broken_lines = segment.line != self._interchange.isa.line
            self._open_group(self._interchange, segment)
        elif name == "ST":
            group = self._group or self._open_group(self._interchange, None)
            group.sets += 1
            self._set = TransactionSet(segment, [], [], [], is_foreign=is_foreign)
        elif name == "GE" and self._group is not None:
            self._group.stated = segment.get(1)
            self._group = None

    def _open_group(self, interchange: Interchange, gs: Segment | None) -> Group:
        group = self._group = Group(gs, [], [])
        # Told of claims only; two 999 for one number have to differ in any case.
        earlier = (other.gs.get(6) for other in interchange.groups if other.gs is not None)
        group.is_repeated = gs is not None and gs.get(6) in earlier
        interchange.groups.append(group)
        return group

    def _end_set(self) -> None:
        received, group, interchange = self._set, self._group, self._interchange
        self._set = self._provider = None
        self._inherited.clear()
        if received is not None and group is not None and interchange is not None:
            group.answers.append(self._settle(interchange, received))

    # -- findings -------------------------------------------------------------------------------------

    def _take(self, part: Part, findings: list[Finding]) -> None:
        """Put findings where they belong; a part with a record is taken in with all of them at once."""
        record = part.record
        if record is None and not findings:
            return
        st = self._set.st if self._set is not None else None
        claim_id = _usable_id(record, findings) if isinstance(record, ClaimRecord) else ""
        told = [told_of(finding, self._numbers, st, claim_id, record is not None) for finding in findings]
        for one in told:
            self._place(one, record is None or _is_in_header(one, record))
        if record is not None and self._set is not None:
            self._record(record, findings, told, self._set)

    def _place(self, told: Told, is_own: bool) -> None:
        interchange = self._interchange
        if interchange is None:
            return
        if told.ta1:
            interchange.told.append(told)
        if told.ak905 and (group := _at(interchange.groups, told)) is not None:
            group.told.append(told)
        if self._set is None:
            if has_syntax_codes(told) and not (told.ta1 or told.ak905) and told.is_error:
                # Found between sets: there is no AK2 to say it in.
                interchange.told.append(msgspec.structs.replace(told, ta1=_INVALID_CONTENT))
            return
        if has_syntax_codes(told):
            self._set.told.append(told)
        if told.stc and is_own:
            self._set.own.append(told)

    def _record(
        self,
        record: BillingProvider | Subscriber | Patient | ClaimRecord,
        findings: list[Finding],
        told: list[Told],
        received: TransactionSet,
    ) -> None:
        statuses = [one for one in told if _concerns_claims(one) and not _is_in_header(one, record)]
        if isinstance(record, BillingProvider):
            self._open_provider(record, received).told.extend(statuses)
        elif isinstance(record, ClaimRecord):
            provider = self._open_provider(record.billing, received)
            claim = _claim(record, self._above(record, received))
            provider.claims.append(claim)
            _tell_claim(claim, record, findings, told)
        else:
            self._inherited[type(record)] = record, statuses
            if statuses:
                received.unclaimed[record.loop.first.offset] = statuses

    def _above(self, claim: ClaimRecord, received: TransactionSet) -> list[Told]:
        """What was found in the claim's subscriber and patient."""
        found: list[Told] = []
        for record in (claim.subscriber, claim.patient):
            known = self._inherited.get(type(record))
            if known is not None and known[0] is record:
                found += known[1]
                received.unclaimed.pop(known[0].loop.first.offset, None)
        return found

    def _open_provider(self, record: BillingProvider, received: TransactionSet) -> Provider:
        if self._provider is None or self._provider[0] is not record:
            if not received.providers:
                _read_header(received, record.transaction)
            provider = _provider(record)
            received.providers.append(provider)
            self._provider = record, provider
        return self._provider[1]


def _at(groups: list[Group], told: Told) -> Group | None:
    """The group that a finding lies in; what was not closed is the one before the header that shows it."""
    found = None
    for group in groups:
        start = group.gs.offset if group.gs is not None else -1
        if start < told.offset or (start == told.offset and told.ak905 != "3"):
            found = group
    return found


def _is_in_header(told: Told, record: Record) -> bool:
    """The header has no record: rules look at it with the first billing provider, but it belongs to the whole set."""
    return isinstance(record, BillingProvider) and not told.loop.startswith(LEVEL_LOOPS)


def _concerns_claims(told: Told) -> bool:
    return bool(told.stc) and told.severity != "info"


# -- from records to what is kept of them ----------------------------------------------------------------


def _usable_id(claim: ClaimRecord, findings: list[Finding]) -> str:
    """CLM01, unless it is itself what is wrong (RFI 2293)."""
    bad = any(finding.element == "CLM01" and ("ik403" in finding.acks) for finding in findings)
    return "" if bad else claim.id


def _read_header(received: TransactionSet, record: SetRecord) -> None:
    header = record.header
    bht = find(header, "BHT")
    received.reference = bht.get(3) if bht is not None else ""
    submitter = next((child for child in header.children if child.spec.id == "1000A"), None)
    nm1 = find(submitter, "NM1") if submitter is not None else None
    if nm1 is not None:
        received.submitter = (nm1.get(2), nm1.get(_LAST), nm1.get(_FIRST), nm1.get(_MIDDLE), nm1.get(_ID))


def _provider(record: BillingProvider) -> Provider:
    nm1 = _party(record, "2010AA")
    if nm1 is None:
        return Provider("2", ("", "", "", ""), "FI", record.tax_id, [], [])
    name = (nm1.get(_LAST), nm1.get(_FIRST), nm1.get(_MIDDLE), nm1.get(_SUFFIX))
    qualifier, number = ("XX", nm1.get(_ID)) if nm1.get(_QUALIFIER) == "XX" else ("FI", record.tax_id)
    return Provider(nm1.get(2), name, qualifier, number, [], [])


def _claim(record: ClaimRecord, inherited: list[Told]) -> Claim:
    days = [day for line in record.lines for day in (line.service_from, line.service_to) if day is not None]
    return Claim(record.id, _amount(record.total_charge), _dates(days), _person(record), list(inherited), [])


def _person(record: ClaimRecord) -> Person:
    """The patient; member id and its qualifier are always the subscriber's."""
    insured = _party(record.subscriber, "2010BA")
    patient = insured if record.patient is None else _party(record.patient, "2010CA")
    names = [patient.get(element) if patient is not None else "" for element in (_LAST, _FIRST, _MIDDLE, _SUFFIX)]
    qualifier, member_id = (insured.get(_QUALIFIER), insured.get(_ID)) if insured is not None else ("", "")
    return Person(names[0], names[1], names[2], names[3], qualifier, member_id)


def _party(record: Record, loop_id: str) -> Segment | None:
    loop = record.inner(loop_id)
    return find(loop, "NM1") if loop is not None else None


def _tell_claim(claim: Claim, record: ClaimRecord, findings: list[Finding], told: list[Told]) -> None:
    """Put what was found in a claim to the claim or to its service lines."""
    lines: dict[int, Line] = {}
    for finding, one in zip(findings, told, strict=True):
        if not _concerns_claims(one) and not (one.is_error and has_syntax_codes(one)):
            continue
        at = _line_of(finding, record)
        if at is None or not one.stc or not record.lines[at].procedure:
            claim.told.append(one)
            continue
        if at not in lines:
            lines[at] = _line(record.lines[at], at + 1)
        lines[at].told.append(one)
    claim.lines = [lines[at] for at in sorted(lines)]


def _line_of(finding: Finding, record: ClaimRecord) -> int | None:
    """Which service line a finding lies in, from 0; None if it lies in none."""
    spot = finding.origin.spot if finding.origin is not None else None
    if spot is None or spot.anchor is None or not spot.loop.startswith(LINE_LOOPS):
        return None
    found = None
    for number, line in enumerate(record.lines):
        if line.loop.first.ordinal <= spot.anchor.ordinal:
            found = number
    return found


def _line(record: ServiceLine, number: int) -> Line:
    separator = record.loop.first.delimiters.component
    days = [day for day in (record.service_from, record.service_to) if day is not None]
    return Line(
        reference=record.control_number or record.number or str(number),
        procedure=tuple(record.procedure_composite.split(separator)),
        charge=_amount(record.charge),
        units=record.sent("units") if record.units is not None else "",
        dates=_dates(days),
        told=[],
    )


def _dates(days: list[date]) -> Dates:
    if not days:
        return "", ""
    return min(days).isoformat().replace("-", ""), max(days).isoformat().replace("-", "")


def _amount(amount: Decimal | None) -> Decimal:
    """An amount that an acknowledgement can hold; what is none counts as nothing."""
    return amount if amount is not None and abs(amount) < _LARGEST_CHARGE else Decimal(0)
