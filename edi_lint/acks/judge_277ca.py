"""What must agree inside a 277CA: levels with their parents, statuses with actions, sums with claims (acks.md 1.4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from ..claims.fields import parse_day
from ..rules.ack_codes import ACCEPTING, ENTITIES, RECEIVER_ONLY
from ..x12 import Segment
from .codes import LINE_REJECTED, NEEDS_ENTITY, NEEDS_SECOND
from .judge_tree import Node

__all__ = ["claim_complaints"]

_PARENTS = {"2000B": "2000A", "2000C": "2000B", "2000D": "2000C"}
_STATUS_ELEMENTS = (1, 10, 11)


class _Sums(msgspec.Struct):
    accepted: int = 0
    rejected: int = 0
    accepted_charges: Decimal = Decimal(0)
    rejected_charges: Decimal = Decimal(0)

    def add(self, other: _Sums) -> None:
        self.accepted += other.accepted
        self.rejected += other.rejected
        self.accepted_charges += other.accepted_charges
        self.rejected_charges += other.rejected_charges


def claim_complaints(tree: Node) -> Iterator[str]:
    """What is wrong with a 277CA that fits the tables."""
    yield from _level_complaints(tree)
    yield from _day_complaints(tree)
    receiver = tree.inner("2000A")[0].inner("2000B")[0]
    total = _Sums()
    for provider in receiver.inner("2000C"):
        sums = _Sums()
        yield from _provider_complaints(provider, sums)
        total.add(sums)
    loop = receiver.inner("2200B")[0]
    yield from _status_complaints(loop)
    if _is_rejected(loop):
        if receiver.inner("2000C"):
            yield "the set is rejected at 2200B, but levels follow"
        yield from _own_sums_complaints(loop, _read_sums(loop, "90", "AA"), "2200B", only_rejected=True)
    else:
        yield from _sums_complaints(loop, total, ("90", "AA"), "2200B")


# -- levels -----------------------------------------------------------------------------------------------


def _level_complaints(tree: Node) -> Iterator[str]:
    levels = [loop for loop in tree.below() if loop.first("HL") is not None]
    numbers: dict[int, str] = {}
    for position, loop in enumerate(levels, 1):
        hl = loop.all("HL")[0]
        if hl.get(1) != str(position):
            yield f"HL01 is {hl.get(1)} where {position} comes"
        numbers[id(loop)] = hl.get(1)
    for loop in levels:
        hl = loop.all("HL")[0]
        children = [child for child in loop.loops if child.first("HL") is not None]
        if hl.get(4) and (hl.get(4) == "1") != bool(children):
            yield f"HL04 of level {hl.get(1)} is {hl.get(4)}, it has {len(children)} below"
        for child in children:
            if child.all("HL")[0].get(2) != numbers[id(loop)]:
                yield f"HL02 of level {numbers[id(child)]} does not name level {numbers[id(loop)]}"


# -- sums -------------------------------------------------------------------------------------------------


def _provider_complaints(provider: Node, sums: _Sums) -> Iterator[str]:
    claims = [claim for patient in provider.inner("2000D") for claim in patient.inner("2200D")]
    for patient in provider.inner("2000D"):
        if not patient.inner("2200D"):
            yield f"patient level {patient.all('HL')[0].get(1)} has no claim"
    for claim in claims:
        number = claim.all("TRN")[0].get(2)
        for complaint in _claim_complaints(claim, sums):
            yield f"claim {number}: {complaint}"
    for loop in provider.inner("2200C"):
        yield from _status_complaints(loop)
        if _is_rejected(loop):
            if claims:
                yield "a provider is rejected at 2200C, but claims follow"
            own = _read_sums(loop, "QA", "QC")
            yield from _own_sums_complaints(loop, own, "2200C", only_rejected=True)
            sums.add(own)
        elif loop.first("STC") is not None or loop.first("QTY") is not None:
            yield from _sums_complaints(loop, sums, ("QA", "QC"), "2200C")


def _sums_complaints(loop: Node, wanted: _Sums, qualifiers: tuple[str, str], name: str) -> Iterator[str]:
    own = _read_sums(loop, *qualifiers)
    if (own.accepted, own.rejected) != (wanted.accepted, wanted.rejected):
        yield (
            f"{name} counts {own.accepted} accepted and {own.rejected} rejected, "
            f"there are {wanted.accepted} and {wanted.rejected}"
        )
    if (own.accepted_charges, own.rejected_charges) != (wanted.accepted_charges, wanted.rejected_charges):
        yield f"{name} has other charges (AMT) than the claims below"
    yield from _own_sums_complaints(loop, own, name)


def _own_sums_complaints(loop: Node, own: _Sums, name: str, *, only_rejected: bool = False) -> Iterator[str]:
    total = own.accepted_charges + own.rejected_charges
    for stc in loop.all("STC"):
        if Decimal(stc.get(4)) != total:
            yield f"{name} STC04 is {stc.get(4)}, accepted and rejected make {total}"
    for amt in loop.all("AMT"):
        if not Decimal(amt.get(2)):
            yield f"{name} AMT*{amt.get(1)} is nothing"
    if only_rejected and own.accepted:
        yield f"{name} is rejected and counts accepted claims"


def _read_sums(loop: Node, accepted: str, rejected: str) -> _Sums:
    quantities = {qty.get(1): int(qty.get(2)) for qty in loop.all("QTY")}
    amounts = {amt.get(1): Decimal(amt.get(2)) for amt in loop.all("AMT")}
    return _Sums(
        quantities.get(accepted, 0),
        quantities.get(rejected, 0),
        amounts.get("YU", Decimal(0)),
        amounts.get("YY", Decimal(0)),
    )


# -- claims -----------------------------------------------------------------------------------------------


def _claim_complaints(claim: Node, sums: _Sums) -> Iterator[str]:
    statuses = claim.all("STC")
    if len({(stc.get(2), stc.get(3), stc.get(4)) for stc in statuses}) > 1:
        yield "its STC differ in date, action or amount"
    charge = Decimal(statuses[0].get(4))
    rejected = statuses[0].get(3) == "U"
    sums.add(_Sums(0, 1, Decimal(0), charge) if rejected else _Sums(1, 0, charge, Decimal(0)))
    yield from _status_complaints(claim)
    lines = claim.inner("2220D")
    says_lines = any(status[:2] == LINE_REJECTED.split(":") for stc in statuses for status in _statuses(stc))
    if lines and not rejected:
        yield "accepted, but service lines are told"
    if rejected and says_lines != bool(lines):
        yield f"{LINE_REJECTED} and {len(lines)} service lines"
    seen: set[str] = set()
    for line in lines:
        reference = line.all("REF", "FJ")[0].get(2)
        if reference in seen:
            yield f"line {reference} is told twice"
        seen.add(reference)
        for complaint in _status_complaints(line):
            yield f"line {reference}: {complaint}"


# -- statuses and dates -----------------------------------------------------------------------------------


def _statuses(stc: Segment) -> list[list[str]]:
    found = [stc.get(element).split(stc.delimiters.component) for element in _STATUS_ELEMENTS if stc.get(element)]
    return [[*parts, "", ""][:3] for parts in found]


def _is_rejected(loop: Node) -> bool:
    stc = loop.first("STC")
    return stc is not None and stc.get(3) == "U"


def _status_complaints(loop: Node) -> Iterator[str]:
    seen: set[tuple[str, ...]] = set()
    for stc in loop.all("STC"):
        statuses = _statuses(stc)
        yield from _company_complaints(statuses)
        if stc.get(11) and not stc.get(10):
            yield "STC11 without STC10"
        for category, code, entity in statuses:
            if (category in ACCEPTING) != (stc.get(3) == "WQ"):
                yield f"category {category} does not go with action {stc.get(3)}"
            if code in NEEDS_ENTITY and not entity:
                yield f"status {code} needs an entity"
            if entity and entity not in ENTITIES[loop.id]:
                yield f"entity {entity} has no place in {loop.id}"
            if code in RECEIVER_ONLY and loop.id != "2200B":
                yield f"status {code} has no place in {loop.id}"
            if (category, code, entity) in seen:
                yield f"status {category}:{code} is told twice"
            seen.add((category, code, entity))


def _company_complaints(statuses: Sequence[Sequence[str]]) -> Iterator[str]:
    for _, code, _ in statuses:
        if code in NEEDS_SECOND and not any(other not in NEEDS_SECOND for _, other, _ in statuses):
            yield f"status {code} needs a second code"


def _day_complaints(tree: Node) -> Iterator[str]:
    for loop in tree.below():
        for dtp in loop.all("DTP"):
            days = dtp.get(3).split("-")
            if len(days) != (2 if dtp.get(2) == "RD8" else 1):
                yield f"DTP03 {dtp.get(3)} is not {dtp.get(2)}"
            read = [parse_day(day) for day in days]
            if None in read:
                yield f"DTP03 {dtp.get(3)} is no date"
            elif _backwards(read):
                yield f"DTP03 {dtp.get(3)} ends before it begins"
        for stc in loop.all("STC"):
            if stc.get(2) and parse_day(stc.get(2)) is None:
                yield f"STC02 {stc.get(2)} is no date"


def _backwards(days: Sequence[date | None]) -> bool:
    first, last = days[0], days[-1]
    return first is not None and last is not None and last < first
