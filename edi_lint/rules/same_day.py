"""What rules ask of the services of one day: which lines may be injected drugs, and when a fault is told, once.

Payers judge the day over all claims of a patient, so a fault may lie half on an earlier claim of the file. Then it is
told on the later claim, and not told again on the next. A code that nothing is known of counts as a drug that may be
injected, and a line without a date as one of any day: for want of knowledge no rule accuses. Nothing here knows of
diagnoses or payers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..claims import Claim, Day, DayLine, ServiceLine
from ..reference.groups import ADMIN_VACCINE, PTP_MODIFIERS, VACCINES, code_range, codes
from .registry import Context

if TYPE_CHECKING:
    from ..reference import Reference

__all__ = [
    "DISTINCT_SERVICE",
    "INJECTION",
    "LEGACY_COVID_ADMIN",
    "ORAL_OR_INHALED",
    "OTHER_ROUTES",
    "all_dated",
    "days_without_pairs",
    "elsewhere",
    "faults",
    "iv_only",
    "lacks_25",
    "may_be_drug",
    "may_be_injected",
    "not_distinct",
    "of_codes",
    "only_possible_drugs",
    "pairs",
    "spare_vaccine_admins",
    "units",
    "unmarked",
]

INJECTION = "96372"


DISTINCT_SERVICE = codes("59 XE XP XS XU")
"""The modifiers that say a service was a separate one. Modifier 25 says it of visits."""

LEGACY_COVID_ADMIN = frozenset(f"{number:04}A" for number in range(1, 175))
"""Giving a COVID-19 vaccine before 90480: one code for each product and dose, all ended in 2023."""

ORAL_OR_INHALED = (
    code_range("J8498", "J8999")
    | code_range("J7600", "J7699")
    | code_range("Q0161", "Q0181")
    | frozenset({"J7509", "J7510", "J7512", "Q0144"})
)
"""Drug codes for what is swallowed, inhaled or given rectally."""

_JOINT, _IMPLANT, _NERVE = "20610 or another joint code", "11981 or another implant code", "64612-64647 for the muscle"
OTHER_ROUTES: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(code_range("J7318", "J7333") | {"J3304"}, _JOINT)
    | dict.fromkeys(("J2778", "J3300"), "67028")
    | dict.fromkeys(("J0570", "J1073", "J7306", "J7307", "J9226"), _IMPLANT)
    | dict.fromkeys(code_range("J0585", "J0589"), _NERVE)
    | {"J0775": "20527 or 54200"}
)
"""Drugs that are neither injected under the skin or into muscle nor into a vein, each with what gives them."""

# Known from their labels, but not in the drug table: ustekinumab for the vein, palonosetron.
_IV_ONLY = frozenset({"J2469", "J3358"})

# Tests, visits, splints and fees between the drugs of the Q codes.
_NO_DRUG = code_range("Q4001", "Q4051") | code_range("Q0111", "Q0115") | {"Q0035", "Q0091", "Q0092", "Q3014"}


@lru_cache(maxsize=4096)
def may_be_drug(code: str) -> bool:
    """Whether a code may stand for a drug: any J code and most Q codes, C and S drug codes, immune globulins, 99070.

    Vaccines are not drugs here.
    """
    if code in VACCINES or code in _NO_DRUG:
        return False
    return (
        code[:1] in ("J", "Q")
        or "C9000" <= code <= "C9599"
        or "S0012" <= code <= "S0199"
        or "90281" <= code <= "90399"
        or code == "99070"
    )


def may_be_injected(code: str, reference: Reference) -> bool:
    """Whether a code may stand for a drug given under the skin or into muscle; true for drugs not known here."""
    if not may_be_drug(code):
        return False
    drug = reference.drugs.get(code)
    if drug is not None:
        return drug.injectable
    return code not in ORAL_OR_INHALED and code not in OTHER_ROUTES and code not in _IV_ONLY


def iv_only(code: str, reference: Reference) -> bool:
    """Whether a code stands for a drug that is only ever given into a vein."""
    drug = reference.drugs.get(code)
    return drug.iv_only if drug is not None else code in _IV_ONLY


def of_codes(lines: Sequence[DayLine], wanted: Collection[str]) -> list[DayLine]:
    """The lines with one of these procedure codes."""
    return [line for line in lines if line.procedure in wanted]


def only_possible_drugs(lines: Sequence[DayLine], wanted: Collection[str], reference: Reference) -> list[DayLine]:
    """The lines with these codes, if an injection on the day can have been for nothing else; else none.

    A vaccine whose administration is not billed may also be what 96372 was meant for.
    """
    found = of_codes(lines, wanted)
    if not found:
        return []
    others = [line.procedure for line in lines if line.procedure not in wanted]
    if any(may_be_injected(code, reference) for code in others):
        return []
    if not VACCINES.isdisjoint(others) and ADMIN_VACCINE.isdisjoint(others):
        return []
    return found


def not_distinct(line: DayLine) -> bool:
    """Whether no modifier says that the service was a separate one."""
    return DISTINCT_SERVICE.isdisjoint(line.modifiers)


def unmarked(line: DayLine) -> bool:
    """Whether none of the modifiers that open a pair edit is on the line."""
    return PTP_MODIFIERS.isdisjoint(line.modifiers)


def lacks_25(line: DayLine) -> bool:
    """Whether the line, a visit, does not say that it was a separate one."""
    return "25" not in line.modifiers


def units(lines: Sequence[DayLine]) -> Decimal:
    """The units of the lines together; a line without a number of units counts as one."""
    return sum((line.units if line.units is not None else Decimal(1) for line in lines), Decimal(0))


_ANY_SHOT_ADMIN = frozenset({"90460", "90471", "90472", "90473", "90474"})
_PRODUCT_BOUND_ADMIN = ADMIN_VACCINE - _ANY_SHOT_ADMIN - {"90461"} | LEGACY_COVID_ADMIN


def spare_vaccine_admins(lines: Sequence[DayLine], vaccines: Collection[str] = VACCINES) -> list[DayLine]:
    """The vaccine administrations of the 90460 and 90471 families, if there are more of them than vaccines to give.

    Vaccines that codes such as G0008 or 90480 gave are not counted.
    """
    admins = of_codes(lines, _ANY_SHOT_ADMIN)
    if not admins:
        return []
    given = max(units(of_codes(lines, vaccines)) - units(of_codes(lines, _PRODUCT_BOUND_ADMIN)), Decimal(0))
    return admins if units(admins) > given else []


def faults(
    context: Context,
    about: AbstractSet[str],
    find: Callable[[Sequence[DayLine]], Sequence[DayLine]],
    since: date = date.min,
) -> Iterator[tuple[Day, ServiceLine, Sequence[DayLine]]]:
    """The days on which ``find`` finds a fault: the day, the line to tell it on, and all lines concerned.

    ``find`` gets lines and returns those concerned, the one to tell it on first. A fault that earlier claims have
    by themselves was told there. Passed over are days without a code of ``about``, days before ``since``, and claims on
    which a date is missing.
    """
    for day in context.days:
        if about.isdisjoint(day.procedures) or day.service_date < since or not all_dated(day):
            continue
        earlier = _earlier(day)
        concerned = find(earlier + day.own)
        if not concerned or (earlier and find(earlier)):
            continue
        line = next((line.line for line in concerned if line.line is not None), None)
        if line is not None:
            yield day, line, concerned


def days_without_pairs(context: Context) -> Iterator[Day]:
    """The days that no loaded PTP edits cover, on which the pairs built in stand in for them. NCI006 has the others."""
    return (day for day in context.days if not context.covers("ptp", day.service_date))


def _always(_: DayLine) -> bool:
    return True


def pairs(
    day: Day,
    offending: AbstractSet[str],
    meeting: AbstractSet[str],
    offends: Callable[[DayLine], bool] = _always,
    meets: Callable[[DayLine], bool] = _always,
) -> Iterator[tuple[ServiceLine, DayLine, DayLine]]:
    """Each line that offends because another meets it on the day: the line to tell it on, and the two.

    ``offending`` and ``meeting`` are their codes; where given, ``offends`` and ``meets`` must hold too. It is told on
    the offending line; where that stands on an earlier claim, on the first line that met it.
    """
    if offending.isdisjoint(day.procedures) or meeting.isdisjoint(day.procedures):
        return
    lines = _earlier(day) + day.own
    partners = [line for line in lines if line.procedure in meeting and meets(line)]
    if not partners:
        return
    near = next((line for line in partners if line.line is not None), partners[0])
    for line in lines:
        if line.procedure not in offending or not offends(line):
            continue
        if line.line is not None:
            yield line.line, line, near
        elif partners[0].line is not None:
            yield partners[0].line, line, partners[0]


def all_dated(day: Day) -> bool:
    """Whether every line of the claim has its date: else what a day lacks may be on a line without one."""
    claim = _claim(day)
    return claim is not None and all(line.service_from is not None for line in claim.lines)


def _claim(day: Day) -> Claim | None:
    return next((line.line.claim for line in day.own if line.line is not None), None)


def _earlier(day: Day) -> tuple[DayLine, ...]:
    """The lines of earlier claims. None for a replacement or void: what it takes the place of may be among them."""
    if not day.earlier:
        return ()
    claim = _claim(day)
    return () if claim is not None and claim.frequency in ("7", "8") else day.earlier


def elsewhere(*lines: DayLine) -> str:
    """Words in brackets for the first of the lines that stands on an earlier claim; empty if none does."""
    for line in lines:
        if line.line is None:
            return f" ({line.procedure} is on claim number {line.claim_index} of this file)"
    return ""
