"""What drug, unit, NDC and modifier rules ask: is this line for a drug, which products has the day, what came before.

`same_day` asks whether a code *may* stand for an injected drug; here a drug is a code that surely stands for one. This
knows code numbers and dates, no payer's policy. Vaccines, allergen extract and the tuberculin test are products too,
but how they are given is another family's subject (ADM).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache

from ..claims import Claim, Day, DayLine, ServiceLine
from ..reference import Drug, groups
from ..reference.groups import CodeSpan, code_range
from .registry import Context
from .same_day import INJECTION, may_be_drug

__all__ = [
    "INJECTION",
    "UNCLASSIFIED",
    "earlier_lines",
    "injection_lines",
    "is_drug",
    "is_product",
    "lines_beside",
    "lines_on",
    "may_administer",
    "one_day",
    "own_injections",
    "products",
    "table_drug",
    "texts",
    "whole_units",
    "without_product",
]

# The J codes, and outside the letter J the HCPCS ranges that hold drugs only: no place, cast, graft or service code.
_DRUGS = (
    CodeSpan("J0000", "J9999")
    | code_range("Q0138", "Q0249")
    | code_range("Q2004", "Q2058")
    | code_range("Q5098", "Q5199")
    | code_range("Q9950", "Q9999")
    | frozenset({"Q3027", "Q3028", "Q4074", "Q4081", "Q4082"})
    | code_range("S0012", "S0197")
    | code_range("A9500", "A9800")
    | code_range("C9014", "C9310")
    | code_range("C9441", "C9497")
    | frozenset({"C9399", "C9407", "C9408"})
    | groups.IMMUNE_GLOBULINS
    | groups.RSV_ANTIBODIES
) - groups.VACCINES

# Products beside drugs, and drugs under letters that stand for much else.
_OTHER_PRODUCTS = (
    groups.VACCINES
    | groups.ALLERGEN_SUPPLY
    | code_range("A9500", "A9800")
    | code_range("A9150", "A9156")
    | code_range("S5010", "S5014")
    | code_range("S5550", "S5553")
    | frozenset({"86580", "A9270", "S5000", "S5001"})
)

UNCLASSIFIED = frozenset({"J3490", "J3590", "J7999", "J9999", "C9399", "A9699", "J7699"})
"""Codes for a drug that has none of its own."""

# Codes that never give a drug: visits are left to groups.EM, these are the rest of an office's day.
_NEVER_ADMINISTER = frozenset({"36415", "36416", "99000", "99001", "G2211", "G2212"})
_GIVEN_UNDER_Q = frozenset({"Q0081", "Q0083", "Q0084", "Q0085"})
"""Infusions and chemotherapy, among the drugs of the Q codes."""
_SUPPLIES = "ABEKLPV"


def is_drug(procedure: str) -> bool:
    """Whether the code is a drug: a J code, or one of the other codes that stand for drugs."""
    return procedure in _DRUGS


@lru_cache(maxsize=4096)
def is_product(procedure: str) -> bool:
    """Whether the code may be something to inject: a drug, a vaccine, allergen extract, tuberculin."""
    return may_be_drug(procedure) or procedure in _OTHER_PRODUCTS


@lru_cache(maxsize=4096)
def may_administer(procedure: str) -> bool:
    """Whether giving a drug may be part of the service: false only for visits, laboratory, products and supplies."""
    if procedure in _GIVEN_UNDER_Q:
        return True
    if is_product(procedure) or procedure in groups.EM or procedure in _NEVER_ADMINISTER:
        return False
    if procedure[:1].isdigit():
        return procedure[:1] != "8" or not procedure.isdecimal()
    return procedure[:1] not in _SUPPLIES and procedure[:2] not in ("G8", "G9")


def table_drug(context: Context, procedure: str) -> Drug | None:
    """The drug's row in the drug table; None for a code that is not in it."""
    return context.reference.drugs.get(procedure)


def one_day(line: ServiceLine) -> bool:
    """Whether the line is for a single date: units of a range of dates say nothing about one day."""
    return line.service_from is not None and line.service_from == line.service_to


def injection_lines(day: Day) -> list[DayLine]:
    """The 96372 lines of this claim on the day."""
    return [line for line in day.own if line.procedure == INJECTION]


def own_injections(claim: Claim) -> Iterator[ServiceLine]:
    """The 96372 lines of the claim."""
    return (line for line in claim.lines if line.procedure == INJECTION)


def lines_on(claim: Claim, day: Day) -> list[ServiceLine]:
    """The claim's lines that may be of this date, whoever rendered them: ranges too, and lines without a good date."""
    return [line for line in claim.lines if _may_be_within(line, day.service_date, day.service_date)]


def lines_beside(line: ServiceLine) -> list[ServiceLine]:
    """The claim's lines that may be of a date of this line, itself included."""
    first, last = line.service_from, line.service_to
    if first is None or last is None:
        return list(line.claim.lines)
    return [other for other in line.claim.lines if _may_be_within(other, first, last)]


def _may_be_within(line: ServiceLine, first: date, last: date) -> bool:
    begin, end = line.service_from, line.service_to
    return begin is None or end is None or end < begin or (begin <= last and first <= end)


def without_product(claim: Claim, context: Context) -> Iterator[ServiceLine]:
    """The 96372 lines, one for each day, for which nothing that could have been injected is billed."""
    if claim.is_of_one_day and any(is_product(procedure) for procedure in claim.procedures):
        return
    for day in context.days:
        line = next((own.line for own in injection_lines(day)), None)
        if line is None or any(is_product(other.procedure) for other in day.earlier):
            continue
        if not any(is_product(other.procedure) or other.drug is not None for other in lines_beside(line)):
            yield line


def products(claim: Claim, day: Day) -> list[str]:
    """The codes of what could have been injected on the day, one for each product; waste (JW) is no second product.

    Two lines of one code are one product unless they have different NDCs, or the code stands for any drug.
    """
    found: dict[tuple[str, str], str] = {}
    for line in lines_on(claim, day):
        if is_product(line.procedure) and "JW" not in line.modifiers:
            which = line.number if line.procedure in UNCLASSIFIED else line.drug.ndc if line.drug is not None else ""
            found[line.procedure, which] = line.procedure
    here = set(found.values())
    elsewhere = {line.procedure for line in day.earlier if is_product(line.procedure)}
    return [*found.values(), *sorted(elsewhere - here)]


def earlier_lines(claim: Claim, day: Day) -> tuple[DayLine, ...]:
    """The day's lines on earlier claims of the file, as far as they add to this one's.

    None when the claim replaces or voids one, or when it repeats one: rule STR009 tells of that, and counting the
    same services twice would only repeat it.
    """
    if not day.earlier or claim.frequency in ("7", "8"):
        return ()
    by_claim: dict[int, list[tuple[str, tuple[str, ...], str]]] = {}
    for line in day.earlier:
        by_claim.setdefault(line.claim_index, []).append(_service(line))
    own = sorted(map(_service, day.own))
    if any(sorted(services) == own for services in by_claim.values()):
        return ()
    return day.earlier


def _service(line: DayLine) -> tuple[str, tuple[str, ...], str]:
    return line.procedure, line.modifiers, str(line.units)


def texts(line: ServiceLine) -> str:
    """The free text that goes with a line: its description, its note and the claim's note. Never to be shown."""
    return " ".join(part for part in (line.description, line.note, line.claim.note) if part.strip())


def whole_units(units: Decimal | None) -> bool:
    """Whether a number of units is a whole number."""
    return units is not None and units == units.to_integral_value()
