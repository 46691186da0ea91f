"""NCI: the injection against the visit and the other services of its day, by the NCCI pair and unit edits.

The few pairs built in are those of 96372 in the practitioner file of the third quarter of 2024; CMS does not let the
file itself be shipped. They stand in for it: where the user has loaded it, `ncci_tables` takes over. What visits say of
each other is in `visits`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..claims import Claim, DayLine
from ..reference.groups import (
    ADMIN_CHEMO,
    ADMIN_INJECTION,
    ADMIN_IV,
    ADMIN_VACCINE,
    EM_OFFICE,
    EM_PREVENTIVE,
    INFUSION_AND_INJECTION,
    PTP_COLUMN1_EM,
    PTP_COLUMN1_EM_NEVER,
    PTP_COLUMN1_OTHER,
    PTP_COLUMN2_EM,
    PTP_COLUMN2_NEVER,
    CodeSpan,
    code_range,
    codes,
)
from .examples import added, payer
from .registry import Bad, Context, Good, Hit, rule
from .same_day import INJECTION, all_dated, days_without_pairs, elsewhere, lacks_25, may_be_drug, pairs, unmarked
from .signs import both, procedure_in, without_modifier

_OFFICE_25 = EM_OFFICE - {"99211"}
_OTHER_VISITS = PTP_COLUMN2_EM - EM_OFFICE
_LINE_ACCESS = PTP_COLUMN2_NEVER - {"99211"}
_DRUG_IN_VEIN = (ADMIN_IV | ADMIN_CHEMO | {"C8957"}) - {"96360", "96361"}
_NO_PAIR = code_range("36400", "36416") | _LINE_ACCESS | {"58300", "59425", "59426", "59430"}
"""Surgical numbers that have no pair with 96372, or are no surgery: blood draws, an IUD, visits in pregnancy."""
_SURGERY = CodeSpan("10004", "69990") - _NO_PAIR

_G2211_SINCE = date(2024, 1, 1)
_G2211_EXCEPTION_SINCE = date(2025, 1, 1)
_PART_B_PREVENTIVE = (
    EM_PREVENTIVE
    | ADMIN_VACCINE
    | codes(
        "76706 77063 77067 77078 77080 77081 77085 80061 82270 82465 82947 82950 82951 83718 84478 97802 97803 97804"
        " 99406 99407 G0101 G0102 G0103 G0104 G0105 G0108 G0109 G0117 G0118 G0121 G0123 G0124 G0136 G0270 G0271 G0296"
        " G0327 G0328 G0403 G0404 G0405 G0432 G0433 G0435 G0442 G0443 G0444 G0445 G0446 G0447 G0472 G0473 G0475 G0476"
        " G0499 G0513 G0514 Q0091"
    )
)

_NO_25 = {"HC:99213:25*": "HC:99213*"}


def _has_25(line: DayLine) -> bool:
    return "25" in line.modifiers


@rule(
    id="NCI001",
    name="99211-never",
    severity="error",
    snip=7,
    source="NCCI Policy Manual 2026, ch. XI, B.8 and N.3; IOM 100-04, ch. 12, s. 30.5; pair edits of 2024 Q3",
    stc=("A8:454",),
    triggers=INFUSION_AND_INJECTION | {"99211"},
    hides=("NCI002",),
    beside={"99211"},
    examples=(
        Bad({"HC:99213:25*": "HC:99211:25*"}, at=("2400", "SV101-2")),
        Bad({"HC:99213:25*": "HC:99211*"}, at=("2400", "SV101-2")),
        Good({"HC:99213:25*": "HC:99212:25*"}),
        Good({"HC:99213:25*": "HC:99211:25*", "HC:96372*": "HC:90471*", "HC:J3420*": "HC:90715*"}),
    ),
)
def nurse_visit_never(claim: Claim, context: Context) -> Iterator[Hit]:
    """99211 is never paid beside an injection or infusion (96360-96379, 96401-96425) of the same provider and date.

    Why: The nurse's visit is built into the payment for the injection; no modifier changes that, not even 25.

    Fix: Remove 99211. If a physician or other practitioner saw the patient, bill that visit with 25.
    """
    for day in context.days:
        for line, visit, injection in pairs(day, frozenset({"99211"}), INFUSION_AND_INJECTION):
            yield Hit(
                line.at("procedure"),
                f"99211 is included in {injection.procedure} of the same date, whatever the modifier"
                f"{elsewhere(visit, injection)}.",
            )


@rule(
    id="NCI002",
    name="em-needs-25",
    severity={"medicare": "error", "medicaid": "error", "commercial": "warning"},
    snip=7,
    source="NCCI Policy Manual 2026, ch. I, E and ch. XI, B.8; pair edits of 2024 Q3",
    stc=("A6:453",),
    watch={"SV1": both(procedure_in(_OFFICE_25), without_modifier("25"))},
    triggers=ADMIN_INJECTION,
    beside=_OFFICE_25,
    examples=(
        Bad(_NO_25, at=("2400", "SV101"), severity="warning"),
        Bad({"HC:99213:25*": "HC:99204*"} | payer("MC"), at=("2400", "SV101"), severity="error"),
        Bad({"HC:99213:25*": "HC:99213:57*"}, at=("2400", "SV101"), severity="warning"),
        Good({"HC:99213:25*": "HC:99213:24:25*"}),
        # No pair with 96372: preventive and wellness visits, vaccine administration.
        Good({"HC:99213:25*": "HC:99396*"}),
        Good(_NO_25 | {"HC:96372*": "HC:90471*", "HC:J3420*": "HC:90715*"}),
        # The visit and the injection may have the same diagnosis.
        Good({"*112*UN*1***2~": "*112*UN*1***1:2~"}),
    ),
)
def visit_needs_25(claim: Claim, context: Context) -> Iterator[Hit]:
    """An office visit, 99202-99205 or 99212-99215, beside an injection 96372 of the same date needs modifier 25.

    Why: Without 25 the visit is bundled into the injection and denied. 59 does not go on a visit, 25 not on 96372.

    Fix: Append 25 to the visit if it was significant and separate from the injection; else remove the visit.
    """
    for day in context.days:
        for line, visit, shot in pairs(day, _OFFICE_25, ADMIN_INJECTION, offends=lacks_25):
            yield Hit(
                line.at("procedure_composite"),
                f"Visit {visit.procedure} has no modifier 25, but 96372 is on the same date{elsewhere(visit, shot)}.",
            )


@rule(
    id="NCI004",
    name="prolonged-other-em",
    severity={"medicare": "error", "medicaid": "warning", "commercial": "off"},
    snip=7,
    source="NCCI practitioner pair edits, 2024 Q3",
    stc=("A6:453",),
    triggers=ADMIN_INJECTION | _OTHER_VISITS,
    beside=_OTHER_VISITS,
    examples=(
        Bad({"HC:99213:25*": "HC:99497*"} | payer("MB"), at=("2400", "SV101"), severity="error"),
        Bad({"HC:99213:25*": "HC:99483*"} | payer("MC"), at=("2400", "SV101"), severity="warning"),
        Good({"HC:99213:25*": "HC:99497:25*"} | payer("MB")),
        Good({"HC:99213:25*": "HC:99497*"}),
    ),
)
def other_visit_needs_modifier(claim: Claim, context: Context) -> Iterator[Hit]:
    """Prolonged, disability, cognitive and advance-care services beside 96372 need an NCCI modifier.

    These are 99358, 99359, 99455, 99456, 99483, 99497 and G0463.

    Why: They are bundled into the injection of the same date unless a modifier sets them apart.

    Fix: Append 25 (visits) or 59 (other services) if the service was separate.
    """
    for day in days_without_pairs(context):
        for line, visit, shot in pairs(day, _OTHER_VISITS, ADMIN_INJECTION, unmarked, unmarked):
            yield Hit(
                line.at("procedure_composite"),
                f"{visit.procedure} has no modifier to set it apart from 96372 of the date{elsewhere(visit, shot)}.",
            )


@rule(
    id="NCI005",
    name="hospital-em-column1",
    severity={"medicare": "error", "medicaid": "error", "commercial": "warning"},
    snip=7,
    source="NCCI Policy Manual 2026, ch. XI, B.8; pair edits of 2024 Q3",
    stc=("A8:454",),
    triggers=ADMIN_INJECTION | PTP_COLUMN1_EM | PTP_COLUMN1_EM_NEVER,
    beside=PTP_COLUMN1_EM | PTP_COLUMN1_EM_NEVER,
    examples=(
        Bad({"HC:99213:25*": "HC:99348*"}, at=("2400", "SV101-2"), severity="warning"),
        Bad({"HC:99213:25*": "HC:99309:25*"} | payer("MC"), at=("2400", "SV101-2"), severity="error"),
        Good({"HC:99213:25*": "HC:99348:25*"}),
    ),
)
def visit_that_includes_96372(claim: Claim, context: Context) -> Iterator[Hit]:
    """Beside a hospital, emergency, nursing home or home visit, it is the injection 96372 that is denied.

    A modifier such as 25 on the visit, or 59 on 96372, lets both be paid; beside later visits in hospital and nursing
    home (99231-99233, 99307-99310) and newborn care nothing does.

    Why: The pair runs the other way round than in the office.

    Fix: Remove 96372, or append the modifier if the injection was at another encounter.
    """
    for day in days_without_pairs(context):
        for line, shot, visit in pairs(day, ADMIN_INJECTION, PTP_COLUMN1_EM_NEVER):
            yield Hit(
                line.at("procedure"),
                f"96372 is included in {visit.procedure} of the date, whatever the modifier{elsewhere(shot, visit)}.",
            )
        for line, shot, visit in pairs(day, ADMIN_INJECTION, PTP_COLUMN1_EM, unmarked, unmarked):
            yield Hit(
                line.at("procedure"),
                f"96372 is included in visit {visit.procedure} of the same date, and no modifier sets them apart"
                f"{elsewhere(shot, visit)}.",
            )


@rule(
    id="NCI007",
    name="ptp-modifier-without-basis",
    severity={"medicare": "warning", "medicaid": "warning", "commercial": "off"},
    snip=7,
    source="NCCI Policy Manual 2026, ch. I, E (modifier 59)",
    stc=("A8:453",),
    whole=True,
    triggers=ADMIN_INJECTION,
    examples=(
        Bad(
            {"HC:96372*": "HC:96372:59*", "HC:J3420*": "HC:J0696*"} | added("96365") | payer("MB"),
            at=("2400", "SV101-3"),
            severity="warning",
        ),
        Good({"HC:96372*": "HC:96372:59*"} | added("96365", "J0696") | payer("MB")),
        # Another encounter may well have the same drug.
        Good({"HC:96372*": "HC:96372:XE*", "HC:J3420*": "HC:J0696*"} | added("96365") | payer("MB")),
        # The allergen is the other drug.
        Good({"HC:96372*": "HC:96372:59*"} | added("95117") | payer("MB")),
    ),
)
def modifier_without_basis(claim: Claim, context: Context) -> Iterator[Hit]:
    """Modifier 59, XS or XU on 96372 says that a separate drug was injected; beside an infusion, one drug is too few.

    The rule is silent where a note stands on the line or the claim: it may tell of the second site or time.

    Why: Another diagnosis or another code is no reason for 59; the record must show a separate drug, site or encounter.

    Fix: Add the line of the other drug, or remove 96372 if the infusion gave it.
    """
    for day in context.days:
        if day.procedures.isdisjoint(_DRUG_IN_VEIN) or not all_dated(day):
            continue
        drugs = {line.procedure for line in day.lines if may_be_drug(line.procedure)}
        for own in day.own:
            line = own.line
            if (
                line is None
                or own.procedure != INJECTION
                or len(drugs) != 1
                or line.note
                or claim.note
                or line.description
            ):
                continue
            modifier = next((modifier for modifier in own.modifiers if modifier in ("59", "XS", "XU")), None)
            if modifier is not None:
                yield Hit(
                    line.modifier_spot(modifier),
                    f"96372 has modifier {modifier}, but {next(iter(drugs))} is the only drug beside the infusion.",
                )
                break


@rule(
    id="NCI010",
    name="g2211-with-25",
    severity={"medicare": "error", "medicaid": "off", "commercial": "off"},
    snip=7,
    source="Physician fee schedule 2024 and 2025 (Transmittal 13015)",
    stc=("A8:454",),
    triggers=EM_OFFICE | {"G2211"},
    examples=(
        Bad(added("G2211") | payer("MB"), at=("2400", "SV101-2"), severity="error"),
        Good(added("G2211")),
        Good(
            {"HC:99213:25*": "HC:99213*", "HC:96372*": "HC:36415*", "HC:J3420*": "HC:82607*"}
            | added("G2211")
            | payer("MB")
        ),
        # Since 2025 a vaccine or another preventive service of the date makes the exception.
        Good(
            {"HC:96372*": "HC:G0008*", "HC:J3420*": "HC:90662*"} | added("G2211") | payer("MB"),
        ),
    ),
)
def complexity_with_25(claim: Claim, context: Context) -> Iterator[Hit]:
    """Medicare does not pay the visit complexity add-on G2211 when the visit of the date carries modifier 25.

    Since 2025 it does if the 25 is for a preventive service or a vaccine of the same date. 96372 is neither.

    Why: G2211 is denied.

    Fix: Remove G2211; do not remove a 25 that the injection makes necessary.
    """
    for day in context.days:
        on = day.service_date
        if on < _G2211_SINCE or (on >= _G2211_EXCEPTION_SINCE and not day.procedures.isdisjoint(_PART_B_PREVENTIVE)):
            continue
        for line, complexity, visit in pairs(day, frozenset({"G2211"}), EM_OFFICE, meets=_has_25):
            yield Hit(
                line.at("procedure"),
                f"Medicare denies G2211 beside visit {visit.procedure} with modifier 25{elsewhere(complexity, visit)}.",
            )


@rule(
    id="NCI011",
    name="surgery-day-96372",
    severity="warning",
    snip=7,
    source="NCCI Policy Manual 2026, ch. XI, B.12 and ch. III to VIII; pair edits of 2024 Q3",
    stc=("A8:454",),
    triggers=ADMIN_INJECTION,
    beside=_SURGERY,
    examples=(
        Bad({"HC:J3420*": "HC:J0696*", "ABK:E538": "ABK:L02212"} | added("10060"), at=("2400", "SV101-2")),
        Good({"HC:96372*": "HC:96372:59*"} | added("17110")),
        Good(added("36415")),
        Good(added("58300")),
    ),
)
def surgery_of_the_day(claim: Claim, context: Context) -> Iterator[Hit]:
    """An injection on the day of the same provider's procedure is billed only if it has nothing to do with it.

    The rule looks at 96372 beside a surgical code, where neither carries an NCCI modifier.

    Why: Giving drugs for a procedure is paid with it; without a modifier 96372 is denied.

    Fix: Append 59 or XU to 96372 if the drug was for something else; else remove it.
    """
    for day in days_without_pairs(context):
        for line, shot, procedure in pairs(day, ADMIN_INJECTION, _SURGERY, unmarked, unmarked):
            yield Hit(
                line.at("procedure"),
                f"96372 is on the date of procedure {procedure.procedure} and has no modifier 59 or X"
                f"{elsewhere(shot, procedure)}.",
            )
            break


@rule(
    id="NCI012",
    name="line-access-codes",
    severity={"medicare": "error", "medicaid": "error", "commercial": "warning"},
    snip=7,
    source="NCCI practitioner pair edits, 2024 Q3",
    stc=("A8:454",),
    triggers=ADMIN_INJECTION | _LINE_ACCESS,
    beside=_LINE_ACCESS,
    examples=(
        Bad(added("96523"), at=("2400", "SV101-2"), severity="warning"),
        Bad(added("36591:59") | payer("MC"), at=("2400", "SV101-2"), severity="error"),
        Good({"HC:96372*": "HC:36415*"} | added("96523")),
    ),
)
def line_access(claim: Claim, context: Context) -> Iterator[Hit]:
    """Drawing blood from a port (36591, 36592) or flushing it (96523) is not paid on the date of an injection 96372.

    Why: The pair has no way out: no modifier lets both be paid.

    Fix: Remove the code that the message names.
    """
    for day in days_without_pairs(context):
        for line, access, shot in pairs(day, _LINE_ACCESS, ADMIN_INJECTION):
            yield Hit(
                line.at("procedure"),
                f"{access.procedure} is not payable with 96372 on the same date, whatever the modifier"
                f"{elsewhere(access, shot)}.",
            )


@rule(
    id="NCI014",
    name="infusion-plus-96372",
    severity={"medicare": "error", "medicaid": "error", "commercial": "warning"},
    snip=7,
    source="NCCI practitioner pair edits, 2024 Q3",
    stc=("A6:453",),
    triggers=ADMIN_INJECTION | PTP_COLUMN1_OTHER,
    beside=PTP_COLUMN1_OTHER,
    examples=(
        Bad(added("96365", "J0696"), at=("2400", "SV101-2"), severity="warning"),
        Bad(added("96360") | payer("MC"), at=("2400", "SV101-2"), severity="error"),
        Good({"HC:96372*": "HC:96372:59*"} | added("96365", "J0696")),
        Good({"HC:96372*": "HC:96372:XU*"} | added("96413", "96375", "J9040")),
        # No pair: vaccine administration of the 90471 family, an artery.
        Good(added("90471", "90715")),
        Good(added("96373")),
    ),
)
def infusion_plus_96372(claim: Claim, context: Context) -> Iterator[Hit]:
    """Beside an infusion, push, chemotherapy, allergy extract, 90460 or skin test, 96372 needs an NCCI modifier.

    The pairs are those of 2024. 96361, 96366-96368, 96373 and 96375-96377 have none with 96372.

    Why: 96372 is bundled into the other code of the date, and denied without a modifier on either.

    Fix: Append 59, XE, XS or XU to 96372 only if it was a separate injection and not part of the other service.
    """
    for day in days_without_pairs(context):
        for line, shot, other in pairs(day, ADMIN_INJECTION, PTP_COLUMN1_OTHER, unmarked, unmarked):
            yield Hit(
                line.at("procedure"),
                f"96372 is included in {other.procedure} of the same date, and no modifier sets them apart"
                f"{elsewhere(shot, other)}.",
            )
            break
