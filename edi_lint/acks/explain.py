"""Explain acknowledgements: TA1, 999 (and 997) and 277CA (and other 277), anyone's, as sentences.

Theory of operation. The reader gives the segments, whatever their delimiters. Each kind of set has a teller that is
handed its segments in order and holds back what belongs to one subject (a transaction set, a claim) until the next
begins, since the verdict of a set stands behind its errors. Segments that are missing or in odd places are taken as
they come: this explains, `judge` judges. Names, member ids and free text are masked unless they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import msgspec

from ..privacy import MASK
from ..x12 import ByteStream, Reader, Segment
from .words import (
    CATEGORIES,
    ENTITIES,
    GROUP_CODES,
    GROUP_VERDICTS,
    IK304,
    IK403,
    SET_CODES,
    SET_VERDICTS,
    STATUSES,
    TA1_NOTES,
    TA1_VERDICTS,
)

__all__ = ["Explanation"]

_STATUS_ELEMENTS = (1, 10, 11)
_COMPANY_QUALIFIERS = frozenset({"46", "PI", "XV", "XX"})
"""Ids of organizations and NPIs; an employer or member id may be a person's."""


class Explanation:
    """Iterate once for the sentences, one line each. ``answers`` counts the acknowledgements found so far."""

    def __init__(self, stream: ByteStream, *, show_values: bool = False, mask_claim_ids: bool = False) -> None:
        self.answers = 0
        self._reader = Reader(stream)
        self._shown = _Shown(show_values, mask_claim_ids)

    def __iter__(self) -> Iterator[str]:
        teller: _Teller | None = None
        for segment in self._reader:
            name = segment.id
            if name == "ISA":
                yield _interchange(segment)
            elif name == "TA1":
                self.answers += 1
                yield "  " + _ta1(segment)
            elif name == "ST":
                teller = self._teller(segment)
                if teller is not None:
                    self.answers += 1
                else:
                    kind, number = _bare(segment.get(1)) or "no ST01", _bare(segment.get(2))
                    yield f"  Transaction set {number} is no acknowledgement ({kind})."
            elif name in ("SE", "GE", "IEA", "GS"):
                if teller is not None:
                    yield from teller.end()
                teller = None
            elif teller is not None:
                yield from teller.tell(segment)
        if teller is not None:
            yield from teller.end()

    def _teller(self, st: Segment) -> _Teller | None:
        if st.get(1) in ("999", "997"):
            return _SyntaxTeller(st, self._shown)
        return _StatusTeller(st, self._shown) if st.get(1) == "277" else None


class _Teller(Protocol):
    def tell(self, segment: Segment) -> Iterator[str]: ...
    def end(self) -> Iterator[str]: ...


class _Shown(msgspec.Struct, frozen=True):
    """What may be shown."""

    values: bool
    mask_claim_ids: bool

    def value(self, text: str) -> str:
        """A name, an id or free text."""
        return _bare(text) if self.values else MASK

    def claim_id(self, text: str) -> str:
        """A claim's number."""
        return MASK if self.mask_claim_ids else _bare(text)


# -- TA1 --------------------------------------------------------------------------------------------------


def _interchange(isa: Segment) -> str:
    sender, receiver = isa.get(6).strip(), isa.get(8).strip()
    test = ", a test" if isa.get(15) == "T" else ""
    return (
        f"Interchange {_bare(isa.get(13))} of {_day(isa.get(9))} {_time(isa.get(10))}, "
        f"from {_bare(sender)} to {_bare(receiver)}{test}."
    )


def _ta1(ta1: Segment) -> str:
    verdict, note = ta1.get(4), ta1.get(5)
    sent = f"{_day(ta1.get(2))} {_time(ta1.get(3))}"
    why = "" if note == "000" else f": {_words(TA1_NOTES, note, 'note')}"
    said = _words(TA1_VERDICTS, verdict, "verdict")
    return f"TA1: your interchange {_bare(ta1.get(1))} of {sent} {said}{why}."


# -- 999 and 997 ------------------------------------------------------------------------------------------


class _SyntaxTeller:
    """Holds back the errors of a set until its verdict comes."""

    def __init__(self, st: Segment, shown: _Shown) -> None:
        self._kind = st.get(1)
        self._shown = shown
        self._set = ""
        self._errors: list[str] = []
        self._segment = ""

    def tell(self, segment: Segment) -> Iterator[str]:
        name = segment.id
        if name == "AK1":
            guide = f", guide {_bare(segment.get(3))}" if segment.get(3) else ""
            kind, number = _bare(segment.get(1)), _bare(segment.get(2))
            yield f"  {_bare(self._kind)}: on your group {number} ({kind}{guide})."
        elif name == "AK2":
            yield from self.end()
            self._set = f"Transaction set {_bare(segment.get(2))} ({_bare(segment.get(1))})"
        elif name in ("IK3", "AK3"):
            self._errors.append(self._error(segment))
        elif name in ("IK4", "AK4"):
            self._errors.append(self._element(segment))
        elif name == "CTX":
            self._errors.append(self._context(segment))
        elif name in ("IK5", "AK5"):
            why = _all_words(SET_CODES, segment.elements[2:])
            yield from self._told(_words(SET_VERDICTS, segment.get(1), "verdict") + why)
        elif name == "AK9":
            yield from self.end()
            yield self._group(segment)

    def end(self) -> Iterator[str]:
        if self._set or self._errors:
            yield from self._told("no verdict is given")

    def _told(self, verdict: str) -> Iterator[str]:
        yield f"    {self._set or 'A transaction set'}: {verdict}."
        yield from self._errors
        self._set, self._errors = "", []

    def _error(self, ik3: Segment) -> str:
        self._segment = _bare(ik3.get(1))
        loop = f" of loop {_bare(ik3.get(3))}" if ik3.get(3) else ""
        said = _words(IK304, ik3.get(4), "code") if ik3.get(4) else "is wrong"
        return f"      Segment {_bare(ik3.get(2))}, {self._segment}{loop}, {said} [{_bare(ik3.get(4))}]."

    def _element(self, ik4: Segment) -> str:
        parts = [*ik4.get(1).split(ik4.delimiters.component), "", ""]
        element = f"{self._segment}{_bare(parts[0]):0>2}" + (f"-{_bare(parts[1])}" if parts[1] else "")
        repetition = f", repetition {_bare(parts[2])}" if parts[2] else ""
        code = ik4.get(3)
        sent = f" Sent was: {self._shown.value(ik4.get(4))}." if ik4.get(4) else ""
        return f"        {element}{repetition} {_words(IK403, code, 'code')} [{_bare(code)}].{sent}"

    def _context(self, ctx: Segment) -> str:
        repeated = ctx.get(1).split(ctx.delimiters.repetition)[0] if ctx.delimiters.repetition else ctx.get(1)
        name, _, reference = repeated.partition(ctx.delimiters.component)
        if name == "CLM01":
            return f"        It lies in claim {self._shown.claim_id(reference)}."
        if name != "SITUATIONAL TRIGGER":
            return f"        It lies where {_bare(name)} is {self._shown.value(reference)}."
        parts = [*ctx.get(5).split(ctx.delimiters.component), ""]
        element = f"{_bare(parts[0]):0>2}" + (f"-{_bare(parts[1])}" if parts[1] else "") if parts[0] else ""
        return f"        Because of {_bare(ctx.get(2))}{element} in segment {_bare(ctx.get(3))}."

    def _group(self, ak9: Segment) -> str:
        verdict = _words(GROUP_VERDICTS, ak9.get(1), "verdict") + _all_words(GROUP_CODES, ak9.elements[5:])
        sent, received, accepted = (_bare(ak9.get(element)) or "?" for element in (2, 3, 4))
        return f"    The group {verdict}. Sets sent {sent}, received {received}, accepted {accepted}."


# -- 277 --------------------------------------------------------------------------------------------------


class _Subject(msgspec.Struct):
    """What statuses are told of: a batch, a provider, a claim or a service line."""

    name: str
    indent: str
    facts: list[str] = []
    told: list[str] = []
    verdict: str = ""


class _StatusTeller:
    """Holds back a subject until the next begins, since its dates and totals stand behind its status."""

    def __init__(self, st: Segment, shown: _Shown) -> None:
        self._shown = shown
        self._is_acknowledgment = "X214" in st.get(3)
        self._level = ""
        self._party = ""
        self._subject: _Subject | None = None

    def tell(self, segment: Segment) -> Iterator[str]:
        name = segment.id
        if name == "BHT":
            kind = "277CA" if self._is_acknowledgment else "277"
            yield f"  {kind} {_bare(segment.get(3))} of {_day(segment.get(4))}."
        elif name == "HL":
            yield from self.end()
            self._level = segment.get(3)
        elif name == "NM1":
            self._party = self._name(segment)
        elif name == "TRN":
            yield from self.end()
            self._subject = self._traced(segment)
        elif name == "SVC":
            yield from self.end()
            procedure = segment.get(1).replace(segment.delimiters.component, ":")
            self._subject = _Subject(f"Service line {_code(procedure)}", "        ", [_money(segment.get(2))], [])
        elif name == "STC":
            self._status(segment)
        elif name in ("QTY", "AMT", "DTP", "REF") and self._subject is not None:
            self._subject.facts += _fact(segment, self._shown)

    def end(self) -> Iterator[str]:
        subject, self._subject = self._subject, None
        if subject is None:
            return
        facts = ", ".join(fact for fact in subject.facts if fact)
        verdict = f": {subject.verdict}" if subject.verdict else ""
        yield f"{subject.indent}{subject.name}{f' ({facts})' if facts else ''}{verdict}."
        for line in subject.told:
            yield f"{subject.indent}  {line}"

    def _name(self, nm1: Segment) -> str:
        who = ENTITIES.get(nm1.get(1), f"party {_bare(nm1.get(1))}")
        id_shown = _bare(nm1.get(9)) if nm1.get(8) in _COMPANY_QUALIFIERS else self._shown.value(nm1.get(9))
        names = " ".join(_bare(nm1.get(element)) for element in (4, 5, 3) if nm1.get(element))
        return " ".join([who, self._shown.value(names) if names else "", f"({id_shown})" if nm1.get(9) else ""]).strip()

    def _traced(self, trn: Segment) -> _Subject:
        number = trn.get(2)
        if self._level == "20":
            return _Subject(f"Number {_bare(number)}{f' of {self._party}' if self._party else ''}", "    ", [], [])
        if self._level == "21":
            return _Subject(f"Batch {_bare(number)} of {self._party}", "    ", [], [])
        if self._level == "19":
            return _Subject(f"For {self._party}", "    ", [], [])
        whose = [f"of {self._party}"] if self._party else []
        return _Subject(f"Claim {self._shown.claim_id(number)}", "      ", whose, [])

    def _status(self, stc: Segment) -> None:
        subject = self._subject
        if subject is None:
            subject = self._subject = _Subject("A status", "    ", [], [])
        composites = [stc.get(element) for element in _STATUS_ELEMENTS if stc.get(element)]
        statuses = [[*composite.split(stc.delimiters.component), "", ""][:3] for composite in composites]
        if not subject.verdict:
            subject.verdict = _verdict(statuses, stc.get(3))
            if stc.get(4):
                subject.facts.append(_money(stc.get(4)))
        subject.told += [_told(status) for status in statuses]
        if stc.get(12):
            subject.told.append(f"In words: {self._shown.value(stc.get(12))}")


def _verdict(statuses: list[list[str]], action: str) -> str:
    categories = [category for category, _, _ in statuses]
    if action == "U":
        return "rejected"
    if action == "WQ":
        return "accepted"
    return _words(CATEGORIES, categories[0], "category") if categories else ""


def _told(status: list[str]) -> str:
    category, code, entity = status
    who = ENTITIES.get(entity, f"entity {_bare(entity)}" if entity else "the party")
    template = _words(STATUSES, code, "status")
    said = template.replace("{e}", who)
    if entity and "{e}" not in template:
        said += f" (about {who})"
    shown = ":".join(_bare(part) for part in status if part)
    return _sentence(f"{_words(CATEGORIES, category, 'category')}: {said} [{shown}].")


_QUANTITIES = {"90": "accepted", "QA": "accepted", "AA": "rejected", "QC": "rejected"}
_AMOUNTS = {"YU": "accepted", "YY": "rejected"}
_DATES = {"472": "service of", "050": "received", "009": "processed"}
_REFERENCES = {"FJ": "line", "1K": "the payer's number", "D9": "the clearinghouse's number"}


def _fact(segment: Segment, shown: _Shown) -> list[str]:
    """A fact about a subject; nothing for what is no news."""
    mark, value = segment.get(1), segment.get(2)
    if segment.id == "QTY" and mark in _QUANTITIES:
        return [f"{_bare(value)} claim{'' if value == '1' else 's'} {_QUANTITIES[mark]}"]
    if segment.id == "AMT" and mark in _AMOUNTS:
        return [f"{_money(value)} {_AMOUNTS[mark]}"]
    if segment.id == "DTP" and mark in _DATES:
        return [f"{_DATES[mark]} {' to '.join(dict.fromkeys(_day(day) for day in segment.get(3).split('-')))}"]
    if segment.id == "REF" and mark in _REFERENCES:
        # These name the claim as well as its own number does, and the line's is often made from that.
        return [f"{_REFERENCES[mark]} {shown.claim_id(value)}"]
    return []


# -- how things are written -------------------------------------------------------------------------------


def _words(table: dict[str, str], code: str, kind: str) -> str:
    return table.get(code) or f"{kind} {_bare(code) or '(none)'}, which edi-lint does not know"


def _all_words(table: dict[str, str], codes: list[str]) -> str:
    """Codes behind a verdict, in brackets; nothing where there are none."""
    told = [f"{_words(table, code, 'code')} [{_bare(code)}]" for code in codes if code]
    return f" ({'; '.join(told)})" if told else ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _bare(text: str) -> str:
    """Text that does nothing to a terminal, of a length that can be read."""
    kept = "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in text)
    return kept if len(kept) <= 300 else kept[:300] + MASK


def _code(procedure: str) -> str:
    return ":".join(_bare(part) for part in procedure.split(":")[:6])


def _money(text: str) -> str:
    return f"${_bare(text)}" if text else ""


def _day(text: str) -> str:
    """CCYYMMDD or YYMMDD as people write it."""
    if text.isdecimal() and len(text) == 8:
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if text.isdecimal() and len(text) == 6:
        return f"20{text[:2]}-{text[2:4]}-{text[4:]}"
    return _bare(text) or "no date"


def _time(text: str) -> str:
    return f"{text[:2]}:{text[2:4]}" if text.isdecimal() and len(text) >= 4 else _bare(text)
