"""The 277CA (005010X214): which claims of a transaction set were accepted, which were rejected, and for what.

Theory of operation. One 277 answers one accepted 837, tied to it by TRN02 = BHT03. Its levels are ours: source (who
acknowledges), receiver (the submitter, with the totals of the set), provider (with its own totals), patient. An error
rejects at the level it was found at: of the set as a whole at the receiver's, of a billing provider at the provider's,
and then nothing stands below (HL04 0), though its claims still count as rejected above. Below, each claim is accepted
(WQ) or rejected (U) by one or more STC with up to three statuses each; what its subscriber or patient lacks is told of
each claim. Findings in service lines are told in 2220D, of just those lines, and the claim says A3:247.

A status names an entity where its code speaks of one (`codes.NEEDS_ENTITY`): the one the place is about. There are no
warnings in a 277CA (RFI 2203) unless the options ask for them. The provider's loop is always sent, since patients
cannot stand without it. Accepted and rejected claims and charges add up at each level; none is counted twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from ..rules.ack_codes import ENTITIES
from .codes import (
    ENTITY_OF_LOOP,
    FREE_TEXT,
    LEVEL_ENTITY,
    LINE_REJECTED,
    NEEDS_ENTITY,
    NEEDS_SECOND,
    NO_MORE,
)
from .options import Options
from .received import Answer, Claim, Dates, Interchange, Line, Person, Provider, Told, Totals, TransactionSet
from .route import (
    claim_statuses,
    goes_to_277ca,
    has_wrong_level,
    is_rejected,
    is_rejected_provider,
    syntax_rejected,
)
from .write import GroupText, document, money, writer_for

__all__ = ["GUIDE", "set_body", "write"]

GUIDE = "005010X214"

_ACCEPT, _REJECT = "WQ", "U"
_MOST_STATUSES = 3
_RECEIVED = "A1:19"
_LONGEST_TEXT, _LONGEST_NAME, _LONGEST_ID = 264, 60, 80
_MASKED, _UNKNOWN = "MASKED", "UNKNOWN"
_LINE_QUALIFIERS = ("AD", "ER", "HC", "HP", "IV", "NU", "WK")
_WARNED = "A2:20:41"
"""How Noridian tells a warning: accepted for processing, with the words in STC12."""

Status = tuple[str, ...]
"""Category, status code and entity."""


def set_body(received: TransactionSet, answer: Answer, interchange: Interchange, options: Options) -> None:
    """Put into ``answer`` the segments from BHT on, and which claims are accepted and rejected."""
    body = _Body(received, options, interchange)
    answer.body = tuple(body.segments)
    answer.claims = bytes(body.claims)
    answer.has_wrong_level = has_wrong_level(received)
    answer.accepted, answer.rejected = body.accepted, body.rejected


def write(interchange: Interchange, options: Options, rejected: Sequence[bool]) -> Iterator[str]:
    """The interchange with a 277 for each set with a body, of the groups that are not rejected; nothing without any."""
    groups = []
    for group, is_out in zip(interchange.groups, rejected, strict=True):
        bodies = [] if is_out else [answer.body for answer in group.answers if answer.body]
        if bodies:
            groups.append(GroupText("HN", GUIDE, group, "277", bodies))
    number = options.number(interchange.number, 2)
    return document(interchange, options, number, groups) if groups else iter(())


class _Body:
    """Writes the levels of one 277 in their order."""

    def __init__(self, received: TransactionSet, options: Options, interchange: Interchange) -> None:
        self._options = options
        self._writer = writer_for(interchange)
        self._today = f"{options.now:%Y%m%d}"
        self._levels = 0
        self.accepted, self.rejected = Totals(), Totals()
        self.claims = bytearray()
        statuses = [(one.stc, one) for one in received.own if goes_to_277ca(one)]
        for provider in received.providers:
            self._count(provider, bool(statuses))
        self.segments = [
            *self._source(received, interchange),
            *self._receiver(received, statuses),
        ]
        if not statuses:
            for provider in _told_of(received):
                self.segments += self._provider(provider)

    def _count(self, provider: Provider, is_out: bool) -> None:
        accepted, rejected = _totals(provider, is_out)
        self.claims += bytes(_accepted(provider, is_out))
        self.accepted.add(accepted.claims, accepted.charges)
        self.rejected.add(rejected.claims, rejected.charges)

    # -- levels ---------------------------------------------------------------------------------------

    def _source(self, received: TransactionSet, interchange: Interchange) -> list[str]:
        options, write = self._options, self._writer.segment
        us, number = options.identity, options.number(interchange.number, 2)
        name = self._writer.clean(us.name, _LONGEST_NAME) or _UNKNOWN
        prefix = options.reference or f"CA{number:09d}"
        # ST02 is unique in its group only.
        group = f"G{len(interchange.groups)}" if len(interchange.groups) > 1 else ""
        reference = self._writer.clean(f"{prefix}{group}{received.st.get(2)}", 30)
        moment = (self._today, f"{options.now:%H%M}")
        return [
            write("BHT", "0085", "08", reference, *moment, "TH"),
            self._level(0, "20", "1"),
            write("NM1", us.entity, "2", name, "", "", "", "", us.qualifier, self._id(us.id)),
            write("TRN", "1", self._writer.clean(options.batch, 50) or f"RUN{number:09d}"),
            write("DTP", "050", "D8", f"{options.received_on:%Y%m%d}"),
            write("DTP", "009", "D8", self._today),
        ]

    def _receiver(self, received: TransactionSet, statuses: list[tuple[tuple[str, ...], Told]]) -> list[str]:
        writer, write = self._writer, self._writer.segment
        entity_type, last, first, middle, number = received.submitter
        has_children = not statuses and bool(_told_of(received))
        total = self.accepted.charges + self.rejected.charges
        found = [
            self._level(1, "21", "1" if has_children else "0"),
            write(
                "NM1",
                "41",
                entity_type if entity_type in ("1", "2") else "2",
                writer.clean(last, _LONGEST_NAME) or _UNKNOWN,
                writer.clean(first, 35),
                writer.clean(middle, 25),
                "",
                "",
                "46",
                writer.clean(number, _LONGEST_ID) or _UNKNOWN,
            ),
            write("TRN", "2", writer.clean(received.reference, 50) or "0"),
        ]
        if statuses:
            found += self._rejecting(statuses, "2200B", self._today, money(total))
        else:
            accepted = _status(f"{_RECEIVED}:{self._options.identity.entity}", None, "2200B")
            found += self._statuses([accepted], self._today, _ACCEPT, money(total))
        return found + self._totals(self.accepted, self.rejected, ("90", "AA"))

    def _provider(self, provider: Provider) -> list[str]:
        writer, write = self._writer, self._writer.segment
        statuses = [(one.stc, one) for one in provider.told if goes_to_277ca(one)]
        accepted, rejected = _totals(provider, False)
        total = money(accepted.charges + rejected.charges)
        is_person = provider.entity_type == "1"
        last, first, middle, suffix = provider.name
        level = self._level(2, "19", "0" if statuses else "1")
        parent = self._levels
        found = [
            level,
            write(
                "NM1",
                "85",
                "1" if is_person else "2",
                writer.clean(last, _LONGEST_NAME) or _UNKNOWN,
                writer.clean(first, 35) if is_person else "",
                writer.clean(middle, 25) if is_person else "",
                "",
                writer.clean(suffix, 10) if is_person else "",
                provider.qualifier,
                self._id(provider.id),
            ),
            write("TRN", "1", "0"),
        ]
        if statuses:
            found += self._rejecting(statuses, "2200C", "", total)
        else:
            received = _status(f"{_RECEIVED}:{self._options.identity.entity}", None, "2200C")
            found += self._statuses([received], "", _ACCEPT, total)
        found += self._totals(accepted, rejected, ("QA", "QC"))
        if not statuses:
            for patient, claims in groupby(provider.claims, key=lambda claim: claim.patient):
                found += self._patient(parent, patient, claims)
        return found

    def _patient(self, parent: int, patient: Person, claims: Iterable[Claim]) -> list[str]:
        writer = self._writer
        mask = self._options.mask
        names = [patient.last, "", "", ""] if mask else [patient.last, patient.first, patient.middle, patient.suffix]
        last, first, middle, suffix = (
            writer.clean(name, limit) for name, limit in zip(names, (_LONGEST_NAME, 35, 25, 10), strict=True)
        )
        found = [
            self._level(parent, "PT", ""),
            writer.segment(
                "NM1",
                "QC",
                "1",
                _MASKED if mask else last or _UNKNOWN,
                first,
                middle,
                "",
                suffix,
                patient.qualifier if patient.qualifier in ("II", "MI") else "MI",
                _MASKED if mask else self._id(patient.id),
            ),
        ]
        for claim in claims:
            found += self._claim(claim)
        return found

    def _claim(self, claim: Claim) -> list[str]:
        writer, charge = self._writer, money(claim.charge)
        found = [writer.segment("TRN", "2", writer.clean(claim.id, 50) or "0")]
        lines: list[Line] = []
        if is_rejected(claim):
            lines = [line for line in claim.lines if any(one.is_error for one in line.told)]
            statuses = claim_statuses(claim.told, bool(syntax_rejected(claim)))
            if lines:
                statuses.append(((LINE_REJECTED,), None))
            found += self._rejecting(statuses, "2200D", self._today, charge)
        else:
            found += self._accepting(claim, charge)
        found.append(self._dates(claim.dates if claim.dates[0] else (self._today, self._today)))
        for line in lines:
            found += self._line(line)
        return found

    def _line(self, line: Line) -> list[str]:
        writer = self._writer
        qualifier, *rest = (writer.clean(part, 48) for part in line.procedure[:6])
        code, *modifiers = rest or ("",)
        # A modifier of another length cannot be repeated, and is one of the findings.
        known = (modifier for modifier in modifiers if len(modifier) == 2)
        procedure = (qualifier if qualifier in _LINE_QUALIFIERS else "HC", code, *known)
        found = [writer.segment("SVC", procedure, money(line.charge), "", "", "", "", writer.clean(line.units, 15))]
        statuses = [(one.stc, one) for one in line.told if one.is_error]
        for packed, _ in _packed(statuses, "2220D"):
            found.append(self._stc(packed, "", _REJECT, "", ""))
        found.append(writer.segment("REF", "FJ", writer.clean(line.reference, 50)))
        if line.dates[0]:
            found.append(self._dates(line.dates))
        return found

    # -- segments -------------------------------------------------------------------------------------

    def _level(self, parent: int, code: str, child: str) -> str:
        self._levels += 1
        return self._writer.segment("HL", str(self._levels), str(parent) if parent else "", code, child)

    def _id(self, value: str) -> str:
        """An identification code (AN 2/80), which NM109 cannot be without."""
        cleaned = self._writer.clean(value, _LONGEST_ID)
        return cleaned if len(cleaned) > 1 else _UNKNOWN

    def _dates(self, dates: Dates) -> str:
        first, last = dates
        if first == last:
            return self._writer.segment("DTP", "472", "D8", first)
        return self._writer.segment("DTP", "472", "RD8", f"{first}-{last}")

    def _accepting(self, claim: Claim, charge: str) -> list[str]:
        warned = [one for one in claim.told if one.severity == "warning"]
        warned += [one for line in claim.lines for one in line.told if one.severity == "warning"]
        if not (self._options.warnings and warned):
            return [self._stc([_status(f"{self._options.accept}:20", None, "2200D")], self._today, _ACCEPT, charge, "")]
        text = "; ".join(dict.fromkeys(_text(one) for one in warned))
        return [self._stc([tuple(_WARNED.split(":"))], self._today, _ACCEPT, charge, text)]

    def _rejecting(
        self, statuses: Sequence[tuple[tuple[str, ...], Told | None]], level: str, day: str, amount: str
    ) -> list[str]:
        """As many STC as the statuses need; their words only where the guide has room for them."""
        return [
            self._stc(packed, day, _REJECT, amount, text if level == "2200D" else "")
            for packed, text in _packed(statuses, level)
        ]

    def _statuses(self, statuses: Sequence[Status], day: str, action: str, amount: str) -> list[str]:
        return [self._stc(statuses, day, action, amount, "")]

    def _stc(self, statuses: Sequence[Status], day: str, action: str, amount: str, text: str) -> str:
        second, third = (statuses[position] if position < len(statuses) else () for position in (1, 2))
        words = self._writer.clean(text.upper(), _LONGEST_TEXT)
        return self._writer.segment(
            "STC", statuses[0], day, action, amount, "", "", "", "", "", second, third, words
        )  # fmt: skip

    def _totals(self, accepted: Totals, rejected: Totals, qualifiers: tuple[str, str]) -> list[str]:
        """QTY and AMT, each only where there is something to tell."""
        write = self._writer.segment
        pairs = (accepted, qualifiers[0], "YU"), (rejected, qualifiers[1], "YY")
        quantities = [write("QTY", quantity, str(totals.claims)) for totals, quantity, _ in pairs if totals.claims]
        amounts = [write("AMT", amount, money(totals.charges)) for totals, _, amount in pairs if totals.charges]
        return quantities + amounts


def _told_of(received: TransactionSet) -> list[Provider]:
    """The providers that have a level of their own: those with claims, and those that are rejected without any."""
    return [provider for provider in received.providers if provider.claims or is_rejected_provider(provider)]


def _accepted(provider: Provider, is_out: bool) -> list[bool]:
    """Whether each claim of a provider is accepted; all are rejected with it, or with the set."""
    is_out = is_out or is_rejected_provider(provider)
    return [not (is_out or is_rejected(claim)) for claim in provider.claims]


def _totals(provider: Provider, is_out: bool) -> tuple[Totals, Totals]:
    accepted, rejected = Totals(), Totals()
    for claim, is_accepted in zip(provider.claims, _accepted(provider, is_out), strict=True):
        (accepted if is_accepted else rejected).add(1, claim.charge)
    return accepted, rejected


def _packed(statuses: Sequence[tuple[tuple[str, ...], Told | None]], level: str) -> list[tuple[list[Status], str]]:
    """Statuses in STC segments, three to each, those of one finding together, none twice; and the words of each STC."""
    packed: list[tuple[list[Status], list[str]]] = []
    seen: set[Status] = set()
    for codes, told in statuses:
        new = [status for code in _in_company(codes) if (status := _status(code, told, level)) not in seen]
        new = list(dict.fromkeys(new))
        seen.update(new)
        for start in range(0, len(new), _MOST_STATUSES):
            chunk = new[start : start + _MOST_STATUSES]
            if not packed or len(packed[-1][0]) + len(chunk) > _MOST_STATUSES:
                packed.append(([], []))
            packed[-1][0].extend(chunk)
            if told is not None and start == 0:
                packed[-1][1].append(_text(told))
    return [(several, "; ".join(texts)) for several, texts in packed]


def _in_company(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Codes that may stand alone, or with one more that says there is no more to say."""
    if any(code.split(":")[1] not in NEEDS_SECOND for code in codes):
        return codes
    return (*codes, f"{codes[0].split(':')[0]}:{NO_MORE}")


def _status(code: str, told: Told | None, level: str) -> Status:
    """Category, code and, where the code asks for one or the rule names one, the entity."""
    category, _, rest = code.partition(":")
    number, _, entity = rest.partition(":")
    if number in NEEDS_ENTITY or entity:
        entity = entity or ENTITY_OF_LOOP.get(told.loop if told is not None else "", "")
        if entity not in ENTITIES[level]:
            entity = LEVEL_ENTITY[level]
    return (category, number, entity) if entity else (category, number)


def _text(told: Told) -> str:
    """What is wrong, in a line."""
    if told.rule in FREE_TEXT and told.element:
        return FREE_TEXT[told.rule].format(element=f"{told.segment}{told.element:02d}", value=told.value)
    return told.text.rstrip(".")
