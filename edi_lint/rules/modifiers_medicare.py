"""MOD: modifiers that Medicare, and in part Medicaid, ask for on drugs: waste, route, ESA, ABN and 340B.

Whether a container was single-dose it knows from the drug table only, which is product knowledge and not a label:
where a drug is sold in both kinds, these rules are silent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ..claims import Claim, ServiceLine
from .drug_lines import INJECTION, is_drug, table_drug
from .examples import payer
from .registry import Bad, Context, Good, Hit, rule

_JZ_REQUIRED = date(2023, 7, 1)
_JW_REQUIRED = date(2017, 1, 1)
_JG_ENDED = date(2024, 12, 31)
_WITHOUT_WASTE_RULES = frozenset({"50", "72"})
"""Federally qualified health centers and rural health clinics are paid by the visit."""
_NO_COST = Decimal("0.01")
_BY_ROUTE = frozenset({"J0129", "J3262", "J0490"})
_ESA = frozenset({"J0881", "J0885", "Q5106"})
_ESA_MODIFIERS = ("EA", "EB", "EC")

_MEDICARE, _ADVANTAGE, _MEDICAID = payer("MB"), payer("HM"), payer("MC")
_KETOROLAC = {"HC:J3420*": "HC:J1885*"}


def _waste_line(modifiers: str) -> dict[str, str]:
    """The edit of an example: another line of ketorolac."""
    line = f"LX*4~SV1*HC:J1885{modifiers}*4.5*UN*1***1~DTP*472*D8*20260115~REF*6R*A1001L4~"
    return {"CTP****1*ML~": f"CTP****1*ML~{line}LIN**N4*00703901101~CTP****1*ML~", "*151.5*": "*156*"}


@rule(
    id="MOD011",
    name="jw-jz-required",
    severity={"medicare": "error", "medicaid": "warning", "commercial": "off"},
    snip=7,
    source="Medicare Claims Processing Manual ch. 17, 40; CMS MM13056",
    stc=("A6:453",),
    whole=True,
    examples=(
        Bad(_MEDICARE | _KETOROLAC, at=("2400", "SV101"), severity="error"),
        Bad(_ADVANTAGE | _KETOROLAC, at=("2400", "SV101"), severity="warning"),
        Bad(_MEDICAID | _KETOROLAC, at=("2400", "SV101"), severity="warning"),
        Good(_MEDICARE),
        Good(_MEDICARE | {"HC:J3420*": "HC:J1885:JZ*"}),
        Good(_MEDICARE | _KETOROLAC | _waste_line(":JW")),
        Good(_MEDICARE | {"HC:J3420*": "HC:J2680*"}),
        Good(_MEDICARE | {"HC:J3420*": "HC:J1885:GY*"}),
        Good(_KETOROLAC),
    ),
)
def waste_modifier_required(claim: Claim, context: Context) -> Iterator[Hit]:
    """A drug from a single-dose container needs JZ (nothing thrown away) or a second line with JW (what was).

    It speaks only of drugs that are sold in single-dose containers and in no others, as far as edi-lint knows.
    Health centers, drugs that cost nothing and lines billed to be denied (GY, GZ) are left out.

    Why: Medicare returns or denies the line since July 2023 when it has neither; several Medicaid programs follow it.

    Fix: Look at the label. Put JZ on the line if nothing was wasted; else report the wasted units on a line with JW.
    """
    for line in claim.lines:
        if line.service_from is None or line.service_from < _JZ_REQUIRED or not _pays_by_container(line):
            continue
        drug = table_drug(context, line.procedure)
        if drug is None or drug.container != "single" or {"JW", "JZ"}.intersection(line.modifiers):
            continue
        if not any("JW" in other.modifiers for other in _same_drug(claim, line)):
            yield Hit(
                line.at("procedure_composite"),
                f"{line.procedure} on line {line.number} comes in single-dose containers "
                "and has neither JZ nor a line with JW.",
            )


def _pays_by_container(line: ServiceLine) -> bool:
    if line.place_of_service in _WITHOUT_WASTE_RULES or {"GY", "GZ"}.intersection(line.modifiers):
        return False
    return line.charge is None or line.charge > _NO_COST


def _same_drug(claim: Claim, line: ServiceLine) -> list[ServiceLine]:
    """The other lines of the claim with the same drug and date."""
    return [
        other
        for other in claim.lines
        if other is not line and other.procedure == line.procedure and other.service_from == line.service_from
    ]


@rule(
    id="MOD012",
    name="jw-line-shape",
    severity={"medicare": "error", "medicaid": "warning", "commercial": "off"},
    snip=7,
    source="CMS, questions and answers on JW and JZ; Noridian on JZ",
    stc=("A8:453",),
    whole=True,
    needs=("SV101-3",),
    examples=(
        Bad(_MEDICARE | {"HC:J3420*": "HC:J1885:JW*"}, at=("2400", "SV101-3"), severity="error"),
        Bad(_MEDICARE | {"HC:J3420*": "HC:J1885:JW:JZ*"}, at=("2400", "SV101-4"), severity="error"),
        Bad(_MEDICARE | {"HC:J3420*": "HC:J1885:JZ*"} | _waste_line(":JW"), at=("2400", "SV101-3"), severity="error"),
        Bad(_MEDICARE | {"HC:96372*": "HC:96372:JW*"}, at=("2400", "SV101-3"), severity="error"),
        Bad(_MEDICAID | {"HC:J3420*": "HC:J1885:JW*"}, at=("2400", "SV101-3"), severity="warning"),
        Good(_MEDICARE | _KETOROLAC | _waste_line(":JW")),
        Good({"HC:J3420*": "HC:J1885:JW*"}),
    ),
)
def waste_line_shape(claim: Claim, context: Context) -> Iterator[Hit]:
    """A line with JW (waste) stands beside the line of the dose given: same drug, same date, neither JW nor JZ.

    JW and JZ never stand on one line, and JW never on 96372.

    Why: JW asks for payment of what was thrown away from a vial of which a part was given. Without that other line,
    or with JZ on it, the two contradict each other and the claim is returned.

    Fix: Report the dose given on a line without JW and JZ, and the wasted units on a second line with JW.
    """
    for line in claim.lines:
        if "JW" not in line.modifiers or line.service_from is None or line.service_from < _JW_REQUIRED:
            continue
        if line.procedure == INJECTION:
            words = f"JW stands on the 96372 of line {line.number}; waste is billed with the drug."
            yield Hit(line.modifier_spot("JW"), words)
        elif "JZ" in line.modifiers:
            yield Hit(line.modifier_spot("JZ"), f"Line {line.number} has JW (waste) and JZ (no waste).")
        elif is_drug(line.procedure):
            yield from _partner_of(claim, line, context)


def _partner_of(claim: Claim, line: ServiceLine, context: Context) -> Iterator[Hit]:
    given = [other for other in _same_drug(claim, line) if "JW" not in other.modifiers]
    without_waste = [other for other in given if "JZ" in other.modifiers]
    if without_waste and len(without_waste) == len(given):
        other = without_waste[0]
        yield Hit(
            other.modifier_spot("JZ"),
            f"Line {other.number} says that no {line.procedure} was wasted (JZ), "
            f"but line {line.number} bills waste (JW).",
        )
    elif not given and not _on_another_claim(line, context):
        yield Hit(
            line.modifier_spot("JW"),
            f"Line {line.number} bills waste (JW) of {line.procedure}, but no line of that date bills the dose given.",
        )


def _on_another_claim(line: ServiceLine, context: Context) -> bool:
    return any(
        other.procedure == line.procedure and "JW" not in other.modifiers
        for day in context.days
        if day.service_date == line.service_from
        for other in day.earlier
    )


@rule(
    id="MOD013",
    name="jz-on-multidose",
    severity={"medicare": "warning", "medicaid": "off", "commercial": "off"},
    snip=7,
    source="CMS, questions and answers on JW and JZ",
    stc=("A8:453",),
    needs=("SV101-3",),
    examples=(
        Bad(_MEDICARE | {"HC:J3420*": "HC:J2680:JZ*"}, at=("2400", "SV101-3"), severity="warning"),
        Good(_MEDICARE | {"HC:J3420*": "HC:J2680*"}),
        Good(_MEDICARE | {"HC:J3420*": "HC:J3420:JZ*"}),
    ),
)
def waste_modifier_on_multidose(claim: Claim, context: Context) -> Iterator[Hit]:
    """JW and JZ speak of single-dose containers; a drug that is sold in multi-dose vials only takes neither.

    Why: What stays in a multi-dose vial is used for others; Medicare pays no waste of it.

    Fix: Look at the label. Take the modifier off if the vial is for more than one dose.
    """
    for line in claim.lines:
        for modifier in ("JW", "JZ"):
            if modifier not in line.modifiers:
                continue
            drug = table_drug(context, line.procedure)
            if drug is not None and drug.container == "multi":
                yield Hit(
                    line.modifier_spot(modifier),
                    f"{line.procedure} on line {line.number} comes in multi-dose vials, so {modifier} does not apply.",
                )
                break


@rule(
    id="MOD014",
    name="ja-jb-route",
    severity={"medicare": "error", "medicaid": "off", "commercial": "off"},
    snip=7,
    source="Noridian, self-administered drugs: route modifiers",
    stc=("A6:453",),
    examples=(
        Bad(_MEDICARE | {"HC:J3420*": "HC:J0129:JZ*"}, at=("2400", "SV101"), severity="error"),
        Good(_MEDICARE | {"HC:J3420*": "HC:J0129:JB:JZ*"}),
        Good({"HC:J3420*": "HC:J0129*"}),
    ),
)
def route_modifier(claim: Claim, context: Context) -> Iterator[Hit]:
    """A drug that has one code for infusion and for injection under the skin needs JA (vein) or JB (skin) for Medicare.

    The codes are J0129, J3262 and J0490; the option ``route-modifier-codes`` replaces them with your contractor's list.

    Why: Only the infused form is always covered; without JA or JB the contractor denies the line.

    Fix: Add JA if the drug was infused, JB if it was injected under the skin.
    """
    codes = frozenset(context.options.get("route-modifier-codes", _BY_ROUTE))
    for line in claim.lines:
        if line.procedure in codes and not {"JA", "JB"}.intersection(line.modifiers):
            yield Hit(
                line.at("procedure_composite"),
                f"{line.procedure} on line {line.number} does not say how it was given: JA or JB is missing.",
            )


@rule(
    id="MOD015",
    name="esa-ea-eb-ec",
    severity={"medicare": "error", "medicaid": "off", "commercial": "off"},
    snip=7,
    source="Medicare Claims Processing Manual ch. 17, 80.9; CMS CR 5818",
    stc=("A6:453", "A6:731"),
    triggers=_ESA,
    whole=True,
    examples=(
        Bad(_MEDICARE | {"HC:J3420*": "HC:J0881:JZ*"}, at=("2400", "SV101"), severity="error"),
        Bad(_MEDICARE | {"HC:J3420*": "HC:J0881:EC:JZ*"}, at=("2400", "MEA03"), severity="error"),
        Bad(
            _MEDICARE | {"HC:J3420*": "HC:J0881:EA:EC:JZ*", "REF*6R*A1001L3~": "MEA*TR*R1*9.8~REF*6R*A1001L3~"},
            at=("2400", "SV101-4"),
            severity="error",
        ),
        Good(_MEDICARE | {"HC:J3420*": "HC:J0881:EC:JZ*", "REF*6R*A1001L3~": "MEA*TR*R1*9.8~REF*6R*A1001L3~"}),
        Good({"HC:J3420*": "HC:J0881*"}),
    ),
)
def esa_modifier(claim: Claim, context: Context) -> Iterator[Hit]:
    """Drugs that make the blood form red cells (J0881, J0885, Q5106) need EA, EB or EC and the last blood count.

    EA is for anemia from chemotherapy, EB from radiation, EC for any other; just one of them. The hemoglobin goes into
    MEA*TR*R1, or the hematocrit into MEA*TR*R2.

    Why: Medicare covers these drugs by reason and blood count and denies the line without them.

    Fix: Add the modifier that names the reason, and a MEA segment with the most recent result.
    """
    for line in claim.lines:
        if line.procedure not in _ESA:
            continue
        reasons = [modifier for modifier in line.modifiers if modifier in _ESA_MODIFIERS]
        counted = _has_blood_count(line)
        if len(set(reasons)) > 1:
            yield Hit(
                line.modifier_spot(reasons[1]),
                f"{line.procedure} on line {line.number} has {' and '.join(dict.fromkeys(reasons))}; "
                "only one can be right.",
            )
        elif not reasons:
            also = "" if counted else ", and no hemoglobin or hematocrit"
            yield Hit(
                line.at("procedure_composite"),
                f"{line.procedure} on line {line.number} has none of EA, EB and EC{also}.",
            )
        elif not counted:
            yield Hit(
                line.lacks("MEA", "TR", 3),
                f"{line.procedure} on line {line.number} has no hemoglobin (MEA*TR*R1) or hematocrit (MEA*TR*R2).",
            )


def _has_blood_count(line: ServiceLine) -> bool:
    return any(
        node.segment_id == "MEA" and segment.get(2) in ("R1", "R2") and segment.get(3)
        for node, segment in zip(line.loop.nodes, line.loop.segments, strict=True)
    )


@rule(
    id="MOD016",
    name="abn-modifiers",
    severity={"medicare": "error", "medicare-advantage": "off", "medicaid": "off", "commercial": "off"},
    snip=7,
    source="CMS, modifiers for advance beneficiary notices (GA, GX, GY, GZ)",
    stc=("A8:453",),
    needs=("SV101-3",),
    examples=(
        Bad(_MEDICARE | {"HC:J3420*": "HC:J3420:GA:GZ*"}, at=("2400", "SV101-4"), severity="error"),
        Bad(_MEDICARE | {"HC:J3420*": "HC:J3420:GY:GA*"}, at=("2400", "SV101-4"), severity="error"),
        Bad(_MEDICARE | {"HC:J3420*": "HC:J3420:GX*"}, at=("2400", "SV101-3"), severity="warning"),
        Good(_MEDICARE | {"HC:J3420*": "HC:J3420:GZ*"}),
        Good(_MEDICARE | {"HC:J3420*": "HC:J3420:GX:GY*"}),
        Good(_ADVANTAGE | {"HC:J3420*": "HC:J3420:GA:GZ*"}),
    ),
)
def notice_modifiers(claim: Claim, context: Context) -> Iterator[Hit]:
    """GA, GX, GY and GZ tell which notice the patient got that Medicare may not pay; some exclude each other.

    GA (notice given) and GZ (none given) contradict each other, and GY (never covered) goes with neither. GX (notice
    given of one's own accord) goes with GY.

    Why: Medicare returns a line with contradicting notices as unprocessable.

    Fix: Keep the one modifier that says what the patient signed.
    """
    for line in claim.lines:
        notices = [modifier for modifier in dict.fromkeys(line.modifiers) if modifier in ("GA", "GX", "GY", "GZ")]
        against = [pair for pair in (("GA", "GZ"), ("GA", "GY"), ("GY", "GZ")) if set(pair) <= set(notices)]
        if against:
            first, second = sorted(against[0], key=notices.index)
            yield Hit(line.modifier_spot(second), f"{first} and {second} on line {line.number} contradict each other.")
        elif "GX" in notices and "GY" not in notices:
            yield Hit(
                line.modifier_spot("GX"),
                f"GX on line {line.number} stands without GY, the modifier for what Medicare never covers.",
                severity="warning",
            )


@rule(
    id="MOD017",
    name="340b",
    severity={"medicare": "error", "medicare-advantage": "off", "medicaid": "warning", "commercial": "off"},
    snip=7,
    source="CMS HCPCS file (JG ended with 2024); state notices on U8 and UD",
    stc=("A7:453",),
    needs=("SV101-3",),
    examples=(
        Bad(_MEDICARE | {"HC:J3420*": "HC:J3420:JG*"}, at=("2400", "SV101-3"), severity="error"),
        Bad(_MEDICAID | {"HC:J3420*": "HC:J3420:JG*"}, at=("2400", "SV101-3"), severity="warning"),
        Good(_MEDICARE | {"HC:J3420*": "HC:J3420:TB*"}),
        Good(_MEDICAID | {"HC:J3420*": "HC:J3420:UD*"}),
    ),
)
def discounted_drug(claim: Claim, context: Context) -> Iterator[Hit]:
    """A drug bought under the 340B program has TB for Medicare since 2025; JG is no longer valid.

    Medicaid has modifiers by state (U8 in Texas, UD in California); the option ``medicaid-340b-modifier`` names yours.

    Why: The line is rejected for its modifier, and the state cannot keep the drug out of its rebates.

    Fix: Use TB for Medicare, and your state's modifier for Medicaid.
    """
    wanted = "TB"
    if context.scope == "medicaid":
        wanted = str(context.options.get("medicaid-340b-modifier", "your state's modifier"))
    for line in claim.lines:
        if "JG" in line.modifiers and line.service_from is not None and line.service_from > _JG_ENDED:
            yield Hit(
                line.modifier_spot("JG"),
                f"JG on line {line.number} ended on {_JG_ENDED.isoformat()}; a 340B drug takes {wanted} now.",
            )
