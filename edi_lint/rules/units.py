"""UNT: whole units, and units that do not fit the measure of the drug code.

What one unit stands for comes from the drug table. The dose that was given is not on the claim: these rules know only
what cannot, or can hardly, be a dose.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ..claims import Claim, ServiceLine
from ..reference import Reference, groups
from ..x12 import Segment
from .drug_lines import INJECTION, earlier_lines, is_drug, lines_on, one_day, table_drug, whole_units
from .examples import added, payer
from .registry import Bad, Context, Good, Hit, rule
from .signs import looks_at

# Codes by the milligram (J2919: 5 mg) of drugs of which so few units are no dose, but might be a vial or milliliters.
_MOST_OF_A_VIAL = {
    "J0739": 4,
    "J0897": 4,
    "J1010": 4,
    "J1050": 4,
    "J1071": 4,
    "J1306": 4,
    "J2315": 4,
    "J2919": 2,
    "J3121": 4,
}
_CHANGED = date(2024, 4, 1)
_OLD_UNITS = {"J1010": (2, "40 or 80 mg (J1030, J1040)"), "J0139": (4, "20 mg (J0135)")}
_PER_DOSE = frozenset({"Q9991", "Q9992", "J0577", "J0578"})
# Codes of which one unit covers the usual single dose. Others, as J3410 or J1580, are often given in two units.
_ONE_UNIT_A_DOSE = frozenset({"J0780", "J1000", "J1200", "J2360", "J2550", "J2765", "J3105", "J3250", "J3420"})
_ADMINISTRATION = (
    groups.ADMIN_INJECTION | groups.ADMIN_IV | groups.ADMIN_CHEMO | groups.ADMIN_ON_BODY | groups.ADMIN_VACCINE
)


def _dose_units(line: ServiceLine) -> Decimal | None:
    """The units of a dose given on one date; None for waste, for ranges of dates and where they cannot be read."""
    return None if "JW" in line.modifiers or not one_day(line) else line.units


@looks_at(1, 4)
def _is_no_count(segment: Segment, reference: Reference) -> bool:
    """Injections whose units are no whole number above zero."""
    units = segment.get(4)
    return segment.get(1, 2) == INJECTION and not (units.isdecimal() and units.strip("0"))


@rule(
    id="UNT001",
    name="96372-units-integer",
    severity="error",
    snip=5,
    source="005010X222A1, SV104; CMS medically unlikely edits count whole units",
    stc=("A7:476",),
    triggers=(INJECTION,),
    watch={"SV1": _is_no_count},
    examples=(
        Bad({"HC:96372*35*UN*1*": "HC:96372*35*UN*1.5*"}, at=("2400", "SV104")),
        Bad({"HC:96372*35*UN*1*": "HC:96372*35*UN*0*"}, at=("2400", "SV104")),
        Bad({"HC:96372*35*UN*1*": "HC:96372*35*UN*-1*"}, at=("2400", "SV104")),
        Good({"HC:96372*35*UN*1*": "HC:96372*35*UN*1.0*"}),
        Good({"HC:96372*35*UN*1*": "HC:96372*35*UN*2*"} | added("J1885")),
    ),
)
def whole_injections(claim: Claim, context: Context) -> Iterator[Hit]:
    """The units of 96372 (SV104) are the number of injections: a whole number, at least 1.

    Why: Payers count injections; they reject a part of one, none, or fewer than none.

    Fix: Enter the number of injections, which is mostly 1.
    """
    for line in claim.lines:
        if line.procedure != INJECTION or line.units is None:
            continue
        if line.units <= 0 or not whole_units(line.units):
            yield Hit(
                line.at("units"),
                f"Line {line.number} bills {line.sent('units')} units of 96372; injections are counted 1, 2, 3.",
            )


@rule(
    id="UNT002",
    name="unit-conversion",
    severity="warning",
    snip=7,
    source="CMS HCPCS file, measures of the codes",
    stc=("A7:476",),
    triggers=_MOST_OF_A_VIAL,
    examples=(
        Bad({"HC:J3420*": "HC:J1071*"}, at=("2400", "SV104")),
        Bad({"HC:J3420*4.5*UN*1*": "HC:J2919*4.5*UN*1*"}, at=("2400", "SV104")),
        Bad({"HC:J3420*4.5*UN*1*": "HC:J1010*4.5*UN*4*"}, at=("2400", "SV104")),
        Good({"HC:J3420*4.5*UN*1*": "HC:J1071*4.5*UN*200*"}),
        Good({"HC:J3420*4.5*UN*1*": "HC:J2919*4.5*UN*4*"}),
        Good({"HC:J3420*4.5*UN*1*": "HC:J1885*4.5*UN*2*"}),
    ),
)
def vial_for_units(claim: Claim, context: Context) -> Iterator[Hit]:
    """A drug code by the milligram with a handful of units: vials or milliliters may have been billed for milligrams.

    It looks at J0739, J0897, J1010, J1050, J1071, J1306, J2315 and J3121 with up to 4 units and at J2919 (5 mg) with
    up to 2. Lines for waste (JW) are left out.

    Why: A vial billed as one milligram is paid as one milligram.

    Fix: Divide the dose given by what one unit stands for: 200 mg of J1071 are 200 units.
    """
    for line in claim.lines:
        most = _MOST_OF_A_VIAL.get(line.procedure)
        units = _dose_units(line)
        if most is None or units is None or not 0 < units <= most or _is_old_unit(line, units):
            continue
        drug = table_drug(context, line.procedure)
        measure = drug.unit if drug is not None else "1 mg"
        yield Hit(
            line.at("units"),
            f"Line {line.number} bills {line.sent('units')} units of {line.procedure}, {measure} each: was it a vial?",
        )


def _is_old_unit(line: ServiceLine, units: Decimal) -> bool:
    """Whether the units look like those of the code before: then rule UNT003 speaks."""
    old = _OLD_UNITS.get(line.procedure)
    return old is not None and 0 < units <= old[0] and line.service_from is not None and line.service_from >= _CHANGED


@rule(
    id="UNT003",
    name="old-unit-carryover",
    severity="warning",
    snip=7,
    source="CMS HCPCS updates: new codes in smaller units",
    stc=("A7:476",),
    triggers=_OLD_UNITS,
    examples=(
        Bad({"HC:J3420*": "HC:J1010*"}, at=("2400", "SV104")),
        Bad({"HC:J3420*4.5*UN*1*": "HC:J0139*4.5*UN*2*"}, at=("2400", "SV104")),
        Good({"HC:J3420*4.5*UN*1*": "HC:J1010*4.5*UN*40*"}),
        Good({"HC:J3420*4.5*UN*1*": "HC:J0139*4.5*UN*40*"}),
    ),
)
def units_of_the_old_code(claim: Claim, context: Context) -> Iterator[Hit]:
    """J1010 and J0139 count single milligrams; one or two units are what their predecessors would have had.

    Why: The new code with the old number of units pays a fortieth or a twentieth of the dose.

    Fix: Enter the milligrams given: 40 mg are 40 units.
    """
    for line in claim.lines:
        units = _dose_units(line)
        if units is not None and _is_old_unit(line, units):
            yield Hit(
                line.at("units"),
                f"Line {line.number} bills {line.sent('units')} units of {line.procedure}, which is per 1 mg; "
                f"the code before was per {_OLD_UNITS[line.procedure][1]}.",
            )


@rule(
    id="UNT004",
    name="per-dose-code",
    severity="error",
    snip=7,
    source="NCCI Policy Manual 2026 XII.D.9",
    stc=("A7:476",),
    triggers=_PER_DOSE,
    examples=(
        Bad({"HC:J3420*4.5*UN*1*": "HC:Q9991*4.5*UN*2*"}, at=("2400", "SV104")),
        Bad({"HC:J3420*": "HC:Q9991*"} | added("Q9991:59"), at=("2400", "SV104")),
        Good({"HC:J3420*": "HC:Q9991*"}),
        Good({"HC:J3420*": "HC:J0577*"}),
    ),
)
def one_dose_a_day(claim: Claim, context: Context) -> Iterator[Hit]:
    """Q9991, Q9992, J0577 and J0578 stand for a whole dose, whatever its size: one unit a day.

    Why: Payers deny more than one unit, and often all of them.

    Fix: Bill 1 unit. If the dose was larger, bill the code for the larger dose.
    """
    for day in context.days:
        billed = dict.fromkeys(_PER_DOSE, Decimal(0))
        told: set[str] = set()
        for kept in (*earlier_lines(claim, day), *day.own):
            code = kept.procedure
            line = kept.line
            if code not in _PER_DOSE or kept.units is None or "JW" in kept.modifiers:
                continue
            if line is not None and not one_day(line):
                continue
            billed[code] += kept.units
            if line is not None and billed[code] > 1 and code not in told:
                told.add(code)
                yield Hit(
                    line.at("units"),
                    f"With line {line.number} the day has {billed[code]} units of {code}, which is one for each dose.",
                )


@rule(
    id="UNT005",
    name="up-to-codes",
    severity="info",
    snip=7,
    source="CMS HCPCS file: codes that cover any dose up to an amount",
    stc=("A7:476",),
    triggers=_ONE_UNIT_A_DOSE,
    whole=True,
    examples=(
        Bad({"HC:J3420*4.5*UN*1*": "HC:J3420*4.5*UN*2*"}, at=("2400", "SV104")),
        Bad({"HC:J3420*4.5*UN*1*": "HC:J1200*4.5*UN*2*"}, at=("2400", "SV104")),
        Good({"HC:J3420*4.5*UN*1*": "HC:J3410*4.5*UN*2*"}),
        Good({"HC:J3420*4.5*UN*1*": "HC:J3420*4.5*UN*2*"} | added("96372:76")),
    ),
)
def more_than_one_covering_unit(claim: Claim, context: Context) -> Iterator[Hit]:
    """One unit of an "up to" code covers any dose up to its amount, so one injection is mostly one unit.

    It looks at J0780, J1000, J1200, J2360, J2550, J2765, J3105, J3250 and J3420, when there are more units than
    injections and infusions on the date.

    Why: Units that count half vials or milliliters are more than the payer allows.

    Fix: Bill one unit for each dose up to the amount of the code.
    """
    for day in context.days:
        for kept in day.own:
            line = kept.line
            if line is None or kept.procedure not in _ONE_UNIT_A_DOSE:
                continue
            units = _dose_units(line)
            if units is None or units <= 1:
                continue
            given = [other.units for other in lines_on(claim, day) if other.procedure in _ADMINISTRATION]
            given += [other.units for other in day.earlier if other.procedure in _ADMINISTRATION]
            doses = sum((number if number is not None else Decimal(1) for number in given), Decimal(0))
            drug = table_drug(context, line.procedure)
            if units > max(doses, Decimal(1)) and drug is not None:
                yield Hit(
                    line.at("units"),
                    f"Line {line.number} bills {line.sent('units')} units of {line.procedure}; one covers {drug.unit}.",
                )


@rule(
    id="UNT006",
    name="fractional-drug-unit",
    severity={"medicare": "warning", "medicaid": "off", "commercial": "off"},
    snip=5,
    source="CMS medically unlikely edits count whole units",
    stc=("A7:476",),
    examples=(
        Bad(
            payer("MB") | {"HC:J3420*4.5*UN*1*": "HC:J1885:JZ*4.5*UN*3.3*"},
            at=("2400", "SV104"),
            severity="warning",
        ),
        Good(payer("MB") | {"HC:J3420*4.5*UN*1*": "HC:J1885:JZ*4.5*UN*4*"}),
        Good({"HC:J3420*4.5*UN*1*": "HC:J1885*4.5*UN*3.3*"}),
    ),
)
def whole_drug_units(claim: Claim, context: Context) -> Iterator[Hit]:
    """Medicare counts drugs in whole units of their code; a part of a unit is rounded up to a whole one.

    Why: Parts of units are cut off or make the line unreadable to the payer's edits.

    Fix: Round up to the next whole unit of the code.
    """
    for line in claim.lines:
        if line.units is not None and not whole_units(line.units) and is_drug(line.procedure):
            yield Hit(
                line.at("units"),
                f"Line {line.number} bills {line.sent('units')} units of {line.procedure}; Medicare takes whole units.",
            )
