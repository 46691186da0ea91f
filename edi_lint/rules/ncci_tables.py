"""NCI: pair and unit edits of the tables that the user has loaded (NCI006, NCI008, NCI009).

CMS does not let its files be shipped. On days that a loaded PTP table covers, NCI006 speaks for every pair of codes,
and the few pairs of 2024 that are built into other rules are silent; on other days those stand in for it. Medicaid
has tables of its own; for all other payers Medicare's are asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial

from ..claims import Claim, Day, DayLine, ServiceLine, Spot
from ..refdata import MueLimit, PtpEdit
from ..reference.groups import ADMIN_INJECTION, EM_OFFICE, INFUSION_AND_INJECTION, INITIAL_SERVICES
from .drug_lines import earlier_lines, is_drug
from .examples import added, payer
from .registry import Bad, Context, Good, Hit, rule
from .same_day import INJECTION, elsewhere, pairs, unmarked

_OFFICE_25 = EM_OFFICE - {"99211"}
_VACCINE_FAMILIES = (frozenset({"90460", "90461"}), frozenset({"90471", "90472", "90473", "90474"}))
_UNITS_OF_OTHER_RULES = frozenset({"95115", "95117", "96376", "96377"})
"""Told better by ADM013, ADM022 and ADM024."""
_DRUGS_OF_OTHER_RULES = frozenset({"90384", "90386", "J0577", "J0578", "J1094", "J1726", "Q9991", "Q9992"})
"""Told better by ADM011, UNT004 and DRG009."""
_MUE_OF_96372 = 4
"""A day's units of 96372 in July 2024: the one value that is known without a table."""


@rule(
    id="NCI006",
    name="ptp-file",
    severity={"medicare": "error", "medicaid": "error", "commercial": "warning"},
    snip=7,
    source="The PTP edits that you have loaded; NCCI Policy Manual 2026, ch. I, E; CR 11168 (modifier on either code)",
    stc=("A8:454",),
    table="ptp",
    examples=(
        Bad(added("92557", "92552"), at=("2400", "SV101-2"), severity="warning"),
        Bad(added("92557", "92552:59") | payer("MC"), at=("2400", "SV101-2"), severity="error"),
        Bad(added("92550") | payer("MB"), at=("2400", "SV101-2"), severity="error"),
        Good({"HC:96372*": "HC:96372:59*"} | added("92550") | payer("MB")),
        Good(added("92550:59") | payer("MB")),
        # 22, 76 and 77 open no pair, and the pair of other dates is none of this one.
        Bad(added("92550:76"), at=("2400", "SV101-2"), severity="warning"),
        Good(added("92551", "92552") | payer("MB")),
    ),
)
def pair_of_the_table(claim: Claim, context: Context) -> Iterator[Hit]:
    """Two codes of one patient, provider and date that are not paid together, by the PTP edits that you have loaded.

    An edit with indicator 0 denies the second code always, one with indicator 1 unless an NCCI modifier is on either.

    Why: The code in column 2 of the edit is denied as a part of the one in column 1.

    Fix: Remove the code that the message names, or append the modifier that fits if it was a separate service.
    """
    for day in context.days:
        if len(day.procedures) < 2:
            continue
        if not context.covers("ptp", day.service_date):
            context.not_checked("ptp", partial(_place_of, day.own, "procedure"))
            continue
        edits = context.reference.loaded.ptp_among(day.procedures, day.service_date, medicaid=context.medicaid)
        told: dict[int, tuple[ServiceLine, DayLine, list[tuple[PtpEdit, DayLine]]]] = {}
        for edit in edits:
            if not _is_told_elsewhere(edit):
                test = unmarked if edit.modifier_allowed else _any
                for line, denied, paid in pairs(day, frozenset({edit.column2}), frozenset({edit.column1}), test, test):
                    told.setdefault(id(denied), (line, denied, []))[2].append((edit, paid))
        for line, denied, reasons in told.values():
            reasons.sort(key=lambda reason: reason[0].modifier_allowed)
            yield Hit(line.at("procedure"), _included(denied, reasons))


def _any(line: DayLine) -> bool:
    return True


def _is_told_elsewhere(edit: PtpEdit) -> bool:
    """Whether a rule of its own says more of the pair: NCI001, NCI002, ADM021 or ADM004."""
    one, two = edit.column1, edit.column2
    if "99211" in (one, two):
        return one in INFUSION_AND_INJECTION or two in INFUSION_AND_INJECTION
    if one in ADMIN_INJECTION and two in _OFFICE_25:
        return True
    if one in INITIAL_SERVICES and two in INITIAL_SERVICES:
        return True
    counselled, others = _VACCINE_FAMILIES
    return (one in counselled and two in others) or (one in others and two in counselled)


def _included(denied: DayLine, reasons: list[tuple[PtpEdit, DayLine]]) -> str:
    edit, paid = reasons[0]
    others = "".join(f" and in {other.procedure}" for _, other in reasons[1:])
    way_out = ", and no modifier sets them apart" if edit.modifier_allowed else ", whatever the modifier"
    return (
        f"{denied.procedure} is included in {paid.procedure}{others} of the same date{way_out} ({edit.edition})"
        f"{elsewhere(denied, paid)}."
    )


def _place_of(own: Sequence[DayLine], field: str) -> Spot:
    """The field on the first of the claim's own lines."""
    return next(line.line.at(field) for line in own if line.line is not None)


@rule(
    id="NCI008",
    name="mue-units",
    severity={"medicare": "error", "medicaid": "error", "commercial": "off"},
    snip=7,
    source="The MUE values that you have loaded, else that of 96372 of July 2024; NCCI Policy Manual 2026, ch. I, V",
    stc=("A7:476",),
    examples=(
        Bad(
            {"HC:96372*35*UN*1*": "HC:96372*35*UN*5*"} | added("J3301", "J0696", "J1200", "J1580") | payer("MB"),
            at=("2400", "SV104"),
            severity="error",
        ),
        Bad(added("92552", "92552:59") | payer("MC"), at=("2400", "SV104"), severity="error"),
        Good({"HC:96372*35*UN*1*": "HC:96372*35*UN*2*"} | added("J0696") | payer("MB")),
        # The value of 92551 holds for each line.
        Good(added("92551", "92551:59") | payer("MB")),
        Good(added("92552", "92552:59")),
    ),
)
def units_of_the_table(claim: Claim, context: Context) -> Iterator[Hit]:
    """No more units of a service on a date, or on a line, than CMS holds for likely (MUE).

    What counts for the date is added up over all lines and claims of the patient and provider. Without a table, only
    96372 is checked, by its value of July 2024: four a day.

    Why: When the limit is passed, all units of the date are denied, not only those above it.

    Fix: Correct the units. If there really were more, expect to appeal with the record.
    """
    yield from _too_many(claim, context, lambda code: not is_drug(code) and code not in _UNITS_OF_OTHER_RULES)


@rule(
    id="NCI009",
    name="drug-mue",
    severity={"medicare": "warning", "medicaid": "warning", "commercial": "off"},
    snip=7,
    source="The MUE values that you have loaded; NCCI Policy Manual 2026, ch. I, V and ch. XII",
    stc=("A7:476",),
    table="mue",
    hides=("UNT005",),
    examples=(
        Bad(
            {"HC:J3420*4.5*UN*1*": "HC:J0690*4.5*UN*8*"} | payer("MB"),
            at=("2400", "SV104"),
            severity="warning",
        ),
        Good({"HC:J3420*4.5*UN*1*": "HC:J0690*4.5*UN*6*"} | payer("MB")),
        Good({"HC:J3420*4.5*UN*1*": "HC:J0690*4.5*UN*8*"}),
    ),
)
def drug_units_of_the_table(claim: Claim, context: Context) -> Iterator[Hit]:
    """No more units of a drug on a date, or on a line, than CMS holds for likely (MUE). Waste (JW) is not counted.

    Why: All units of the drug are denied; often the units were converted wrongly.

    Fix: Check how much one unit of the code stands for, and the dose that was given.
    """
    yield from _too_many(claim, context, lambda code: is_drug(code) and code not in _DRUGS_OF_OTHER_RULES)


def _too_many(claim: Claim, context: Context, concerns: Callable[[str], bool]) -> Iterator[Hit]:
    for day in context.days:
        own = [line for line in day.own if concerns(line.procedure) and "JW" not in line.modifiers]
        if not own:
            continue
        covered = context.covers("mue", day.service_date)
        if not covered:
            context.not_checked("mue", partial(_place_of, own, "units"))
            own = [line for line in own if line.procedure == INJECTION]
        for code in dict.fromkeys(line.procedure for line in own):
            if covered:
                limit = context.reference.loaded.mue(code, day.service_date, medicaid=context.medicaid)
            else:
                limit = MueLimit(code, _MUE_OF_96372, 3, "July 2024")
            lines = [line for line in own if line.procedure == code]
            if limit is not None and limit.per_day:
                yield from _over_the_day(claim, day, limit, lines)
            elif limit is not None:
                yield from _over_a_line(limit, lines)


def _over_the_day(claim: Claim, day: Day, limit: MueLimit, own: list[DayLine]) -> Iterator[Hit]:
    # Waste of earlier claims is left out too.
    earlier = [
        line for line in earlier_lines(claim, day) if line.procedure == limit.code and "JW" not in line.modifiers
    ]
    before = sum(map(_daily, earlier), Decimal(0))
    total = before + sum(map(_daily, own), Decimal(0))
    last = own[-1].line
    if last is not None and before <= limit.units < total:
        yield Hit(
            last.at("units"),
            f"{_plain(total)} units of {limit.code} on {day.service_date} are more than the {limit.units} that a date "
            f"takes (MUE, {limit.edition}){elsewhere(*earlier)}.",
        )


def _over_a_line(limit: MueLimit, own: list[DayLine]) -> Iterator[Hit]:
    for line in own:
        units = _daily(line)
        if line.line is not None and units > limit.units:
            yield Hit(
                line.line.at("units"),
                f"{_plain(units)} units of {limit.code} are more than the {limit.units} that a line takes "
                f"(MUE, {limit.edition}).",
            )


def _daily(line: DayLine) -> Decimal:
    """The units of one date: those of a range are spread over it, as CMS does. No number of units counts as one."""
    units = line.units if line.units is not None else Decimal(1)
    first, last = (line.line.service_from, line.line.service_to) if line.line is not None else (None, None)
    return units / ((last - first).days + 1) if first is not None and last is not None and last > first else units


def _plain(units: Decimal) -> str:
    return f"{round(units, 2).normalize():f}"
