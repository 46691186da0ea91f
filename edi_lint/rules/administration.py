"""ADM: an injection code that does not fit what was given.

ADM012-ADM014, ADM018, ADM019, ADM023, ADM028, ADM031 and ADM032 stand here. Single drugs with an administration of
their own are in `drug_administration`, the other services of the day in `administration_day`. What a drug is called
in a note is not read, save for allergy shots.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial

from ..claims import Claim, DayLine
from ..reference.groups import (
    ADMIN_ALLERGY,
    ADMIN_CHEMO,
    ADMIN_INJECTION,
    ADMIN_IV,
    ADMIN_ON_BODY,
    ADMIN_VACCINE,
    ALLERGEN_SUPPLY,
    OBSOLETE_INJECTION,
    PTP_MODIFIERS,
    VACCINES,
    CodeSpan,
)
from .examples import added, payer
from .registry import Bad, Context, Good, Hit, Watch, rule
from .same_day import (
    INJECTION,
    ORAL_OR_INHALED,
    OTHER_ROUTES,
    all_dated,
    days_without_pairs,
    elsewhere,
    faults,
    iv_only,
    may_be_drug,
    may_be_injected,
    not_distinct,
    of_codes,
    only_possible_drugs,
    pairs,
    unmarked,
)
from .signs import modifier_in, procedure

_ALLERGY_NOTE = re.compile(r"\b(allerg(y|en|ens|enic)) (shots?|injections?|immunotherapy|extracts?)\b", re.IGNORECASE)
_UNDER_SKIN = frozenset({"96369", "96370", "96371", "96372", "96377", "96401", "96402"})
_INTO_VEIN = (ADMIN_IV | ADMIN_CHEMO | {"C8957", "G0498"}) - _UNDER_SKIN - {"96373"}
_INITIAL_VEIN = frozenset({"96365", "96374", "96409", "96413"})
_PROCEDURES = CodeSpan("10004", "69990")
_SKIN_TEST = frozenset({"86580"})
_LAST_DAYS = {
    "90772": date(2008, 12, 31),
    "90782": date(2005, 12, 31),
    "90788": date(2005, 12, 31),
    "90799": date(2005, 12, 31),
    "G0351": date(2005, 12, 31),
}
_UNLISTED = frozenset({"96379"})
_OTHER_GIVERS = _PROCEDURES | _INTO_VEIN | _UNDER_SKIN - ADMIN_INJECTION
"""What may have given a drug on a day, 96372 apart."""


@rule(
    id="ADM012",
    name="allergen-shot",
    severity="error",
    snip=5,
    source="CPT note on 96372, as quoted by the Medicare contractors (A57472)",
    stc=("A8:454",),
    whole=True,
    triggers=ADMIN_INJECTION | ALLERGEN_SUPPLY,
    # The pair of allergen and 96372 would be let through with modifier 59, and no drug line is due.
    hides=("DRG001", "DRG002", "DRG003", "NCI014"),
    needs=("NTE", "NTE*ADD/DCP", "NTE*TPO"),
    watch={"SV1": Watch(lambda segment, _: segment.get(1, 2) in ALLERGEN_SUPPLY or segment.get(1, 7) != "", (1,))},
    examples=(
        Bad({"HC:J3420*": "HC:95165*"}, at=("2400", "SV101-2")),
        Good({"HC:J3420*": "HC:95165*", "HC:96372*": "HC:95117*"}),
        # Extract made up on the day of another injection, which says that it is another.
        Good({"HC:96372*": "HC:96372:59*"} | added("95165")),
    ),
)
def allergen_shot(claim: Claim, context: Context) -> Iterator[Hit]:
    """Allergy shots are given with 95115 (one) or 95117 (two or more), never with 96372.

    The rule speaks when allergen extract is billed, or a note tells of an allergy shot, beside 96372 with no drug.

    Why: 96372 excludes allergen immunotherapy; payers deny it.

    Fix: Bill 95115 for one shot, 95117 for two or more, one unit either way.
    """

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        shots = of_codes(lines, ADMIN_INJECTION)
        if not shots or of_codes(lines, ADMIN_ALLERGY):
            return []
        extracts = only_possible_drugs(lines, ALLERGEN_SUPPLY, context.reference)
        return shots + extracts if extracts else []

    told = set()
    for day, line, concerned in faults(context, ALLERGEN_SUPPLY, find):
        told.add(day.service_date)
        yield Hit(
            line.at("procedure"),
            f"Allergen extract {concerned[-1].procedure} was billed with 96372; allergy shots take 95115 or 95117"
            f"{elsewhere(*concerned)}.",
        )
    for day in context.days:
        codes = day.procedures
        shot = next((own.line for own in day.own if own.procedure in ADMIN_INJECTION), None)
        if (
            shot is None
            or day.service_date in told
            or not all_dated(day)
            or not codes.isdisjoint(ADMIN_ALLERGY | VACCINES)
        ):
            continue
        note = " ".join((shot.description, shot.note, claim.note))
        if _ALLERGY_NOTE.search(note) and not any(may_be_drug(code) for code in codes):
            yield Hit(
                shot.at("procedure"), "A note tells of an allergy shot, but 96372 is billed; it takes 95115 or 95117."
            )


@rule(
    id="ADM013",
    name="95115-with-95117",
    severity="error",
    snip=7,
    source="NCCI practitioner pair and unit edits, third quarter of 2024",
    stc=("A8:454",),
    triggers=ADMIN_ALLERGY,
    examples=(
        Bad({"HC:J3420*": "HC:95165*", "HC:96372*": "HC:95117*"} | added("95115"), at=("2400", "SV101-2")),
        Bad({"HC:J3420*": "HC:95165*", "HC:96372*35*UN*1*": "HC:95117*35*UN*2*"}, at=("2400", "SV104")),
        Good({"HC:J3420*": "HC:95165*", "HC:96372*": "HC:95115*"}),
    ),
)
def allergy_codes_together(claim: Claim, context: Context) -> Iterator[Hit]:
    """A date has either 95115 (one allergy shot) or 95117 (two or more), and one unit of it.

    Why: The two codes exclude each other whatever the modifier, and both count the visit, not the shots.

    Fix: Bill 95117 once if there were two or more shots, else 95115 once.
    """
    for day in days_without_pairs(context):
        found = pairs(day, frozenset({"95115"}), frozenset({"95117"}))
        for line, one, more in found:
            yield Hit(
                line.at("procedure"),
                f"95115 and 95117 are billed for one date, which takes one of them{elsewhere(one, more)}.",
            )
    for line in claim.lines:
        if line.procedure in ADMIN_ALLERGY and line.units is not None and line.units > 1:
            yield Hit(
                line.at("units"),
                f"{line.procedure} is billed with {line.sent('units')} units; it takes one, however many shots.",
            )


@rule(
    id="ADM014",
    name="96372-with-95115",
    severity="warning",
    snip=7,
    source="NCCI practitioner pair edits, third quarter of 2024 (column 1 95115 or 95117)",
    stc=("A6:453",),
    triggers=ADMIN_INJECTION | ADMIN_ALLERGY,
    hides=("NCI014",),
    beside=ADMIN_ALLERGY,
    examples=(
        Bad(added("95117"), at=("2400", "SV101-2"), severity="warning"),
        Bad(added("95117") | payer("MC"), at=("2400", "SV101-2"), severity="error"),
        Good({"HC:96372*": "HC:96372:59*"} | added("95117")),
        Good({"HC:96372*": "HC:96372:XU*"} | added("95115")),
    ),
)
def injection_beside_allergy_shot(claim: Claim, context: Context) -> Iterator[Hit]:
    """Beside an allergy shot, 95115 or 95117, an injection 96372 needs modifier 59 or XU.

    It is an error for Medicare and Medicaid where no NCCI modifier is on either line.

    Why: 96372 is bundled into the allergy shot unless the modifier says that another drug was injected.

    Fix: Append 59 or XU to 96372 if its drug is not the allergen; else remove 96372.
    """
    for day in days_without_pairs(context):
        for line, shot, allergy in pairs(day, ADMIN_INJECTION, ADMIN_ALLERGY, not_distinct, not_distinct):
            denied = PTP_MODIFIERS.isdisjoint(shot.modifiers + allergy.modifiers)
            yield Hit(
                line.at("procedure"),
                f"96372 and allergy shot {allergy.procedure} are on the same date without modifier 59 or XU"
                f"{elsewhere(shot, allergy)}.",
                severity="error" if denied and context.scope in ("medicare", "medicaid") else None,
            )


@rule(
    id="ADM018",
    name="iv-only-drug",
    severity="error",
    snip=5,
    source="HCPCS descriptors; FDA label routes",
    stc=("A8:454",),
    whole=True,
    triggers=ADMIN_INJECTION,
    hides=("DRG001", "DRG002", "DRG003"),
    watch={"SV1": procedure(iv_only)},
    examples=(
        Bad({"HC:J3420*": "HC:J1745*"}, at=("2400", "SV101-2")),
        Bad({"HC:J3420*": "HC:J2469*"}, at=("2400", "SV101-2")),
        Good({"HC:J3420*": "HC:J1745*", "HC:96372*": "HC:96365*"}),
        # Ketorolac may go into muscle or vein.
        Good({"HC:J3420*": "HC:J1885*"}),
        Good({"HC:96372*": "HC:96372:59*"} | added("96365", "J1745")),
    ),
)
def iv_only_drug(claim: Claim, context: Context) -> Iterator[Hit]:
    """A drug that only goes into a vein cannot have been given with 96372.

    The rule speaks when all drugs of the date are of that kind and no infusion or push is billed.

    Why: 96372 is under the skin or into muscle; the payer denies it for a drug that is not given so.

    Fix: Bill 96365 for an infusion or 96374 for a push, or correct the drug code.
    """
    reference = context.reference

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        shots = of_codes(lines, ADMIN_INJECTION)
        if not shots or of_codes(lines, _INTO_VEIN):
            return []
        codes = {line.procedure for line in lines if iv_only(line.procedure, reference)}
        drugs = only_possible_drugs(lines, codes, reference)
        return shots + drugs if drugs else []

    for _, line, concerned in faults(context, ADMIN_INJECTION, find):
        yield Hit(
            line.at("procedure"),
            f"{concerned[-1].procedure} only goes into a vein, but 96372 is billed for it{elsewhere(*concerned)}.",
        )


@rule(
    id="ADM019",
    name="joint-eye-implant-drug",
    severity="error",
    snip=5,
    source="HCPCS descriptors",
    stc=("A8:454",),
    whole=True,
    triggers=ADMIN_INJECTION,
    hides=("DRG001", "DRG002", "DRG003"),
    beside=OTHER_ROUTES,
    examples=(
        Bad({"HC:J3420*": "HC:J7321*"}, at=("2400", "SV101-2")),
        Bad({"HC:J3420*": "HC:J0585*"}, at=("2400", "SV101-2")),
        Good({"HC:J3420*": "HC:J7321*", "HC:96372*": "HC:20610*"}),
        # This triamcinolone goes into joints, skin and muscle.
        Good({"HC:J3420*": "HC:J3301*"}),
    ),
)
def joint_eye_implant_drug(claim: Claim, context: Context) -> Iterator[Hit]:
    """A drug for a joint, an eye, an implant or a nerve is given with the code of that procedure, not with 96372.

    The rule speaks when all drugs of the date are of that kind and 96372 is the only thing that could have given them.

    Why: The payer denies 96372 for them, and the procedure goes unpaid.

    Fix: Bill the procedure that the message names, or correct the drug code.
    """

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        shots = of_codes(lines, ADMIN_INJECTION)
        if not shots or of_codes(lines, _OTHER_GIVERS):
            return []
        drugs = only_possible_drugs(lines, OTHER_ROUTES, context.reference)
        return shots + drugs if drugs else []

    for _, line, concerned in faults(context, OTHER_ROUTES.keys(), find):
        drug = concerned[-1].procedure
        yield Hit(
            line.at("procedure"), f"{drug} is given with {OTHER_ROUTES[drug]}, not with 96372{elsewhere(*concerned)}."
        )


@rule(
    id="ADM023",
    name="route-modifier-conflict",
    severity="error",
    snip=5,
    source="Medicare contractors' articles on modifiers JA and JB",
    stc=("A8:453",),
    whole=True,
    triggers=ADMIN_INJECTION | _INITIAL_VEIN,
    watch={"SV1": modifier_in({"JA", "JB"})},
    examples=(
        Bad({"HC:J3420*": "HC:J3262:JA*"}, at=("2400", "SV101-3")),
        Bad({"HC:J3420*": "HC:J3262:JB*", "HC:96372*": "HC:96365*"}, at=("2400", "SV101-3")),
        Good({"HC:J3420*": "HC:J3262:JB*"}),
        Good({"HC:J3420*": "HC:J3262:JA*", "HC:96372*": "HC:96365*"}),
    ),
)
def route_modifier_conflict(claim: Claim, context: Context) -> Iterator[Hit]:
    """Modifier JA (into a vein) does not go with 96372 alone, nor JB (under the skin) with an infusion or push alone.

    The rule is silent where another drug of the date may explain the administration.

    Why: Drug line and administration contradict each other, and the payer denies both.

    Fix: Correct the modifier, or bill the administration that was done.
    """

    def find(route: str, lines: Sequence[DayLine]) -> list[DayLine]:
        drugs = [line for line in lines if route in line.modifiers and may_be_drug(line.procedure)]
        if not drugs:
            return []
        others = {line.procedure for line in lines} - {line.procedure for line in drugs}
        if route == "JA":
            wrong, right = of_codes(lines, ADMIN_INJECTION), _INTO_VEIN
            explained = any(may_be_injected(code, context.reference) for code in others)
        else:
            wrong, right = of_codes(lines, _INITIAL_VEIN), _UNDER_SKIN
            explained = any(may_be_drug(code) for code in others)
        if not wrong or explained or not right.isdisjoint(others):
            return []
        return drugs + wrong

    for route in ("JA", "JB"):
        for _, line, concerned in faults(context, ADMIN_INJECTION | _INITIAL_VEIN, partial(find, route)):
            yield Hit(
                line.modifier_spot(route) if route in line.modifiers else line.at("procedure"),
                f"{concerned[0].procedure} has route modifier {route}, but is given with {concerned[-1].procedure}"
                f"{elsewhere(*concerned)}.",
            )


@rule(
    id="ADM028",
    name="skin-test",
    severity="error",
    snip=5,
    source="NCCI practitioner pair edits, third quarter of 2024 (86580 with 96372)",
    stc=("A8:454",),
    whole=True,
    triggers=ADMIN_INJECTION | _SKIN_TEST,
    hides=("DRG001", "DRG003", "NCI014"),
    beside=_SKIN_TEST,
    examples=(
        Bad({"HC:J3420*": "HC:86580*"}, at=("2400", "SV101-2")),
        Good({"HC:J3420*": "HC:86580*", "HC:96372*": "HC:36415*"}),
        Good({"HC:96372*": "HC:96372:59*"} | added("86580")),
    ),
)
def skin_test(claim: Claim, context: Context) -> Iterator[Hit]:
    """Placing a tuberculin skin test, 86580, is not an injection 96372.

    Why: 86580 includes putting the test into the skin; 96372 beside it is denied.

    Fix: Remove 96372, or add the line of the drug that it was for.
    """

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        shots = of_codes(lines, ADMIN_INJECTION)
        if not shots or of_codes(lines, VACCINES):
            return []
        tests = only_possible_drugs(lines, _SKIN_TEST, context.reference)
        return shots + tests if tests else []

    for day, line, concerned in faults(context, _SKIN_TEST, find):
        edit = context.reference.loaded.ptp("86580", INJECTION, day.service_date, medicaid=context.medicaid)
        if edit is not None and all(map(unmarked, concerned)):
            continue  # NCI006 tells it.
        yield Hit(
            line.at("procedure"),
            f"96372 is billed for skin test 86580, which includes the injection{elsewhere(*concerned)}.",
        )


@rule(
    id="ADM031",
    name="oral-drug-only",
    severity="error",
    snip=5,
    source="HCPCS descriptors",
    stc=("A8:454",),
    whole=True,
    triggers=ADMIN_INJECTION,
    hides=("DRG001", "DRG003"),
    beside=ORAL_OR_INHALED,
    examples=(
        Bad({"HC:J3420*": "HC:J8499*"}, at=("2400", "SV101-2")),
        Bad({"HC:J3420*": "HC:Q0144*"}, at=("2400", "SV101-2")),
        Good(added("Q0162")),
    ),
)
def oral_drug_only(claim: Claim, context: Context) -> Iterator[Hit]:
    """96372 needs a drug that is injected; here the only drugs of the date are swallowed or inhaled.

    Why: There is nothing that 96372 could have given, so the payer denies it.

    Fix: Correct the drug code, add the drug that was injected, or remove 96372.
    """

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        shots = of_codes(lines, ADMIN_INJECTION)
        if not shots or any(may_be_drug(line.procedure) and line.procedure not in ORAL_OR_INHALED for line in lines):
            return []
        drugs = only_possible_drugs(lines, ORAL_OR_INHALED, context.reference)
        return shots + drugs if drugs else []

    for _, line, concerned in faults(context, ORAL_OR_INHALED, find):
        yield Hit(
            line.at("procedure"),
            f"{concerned[-1].procedure} is not injected, but 96372 is billed{elsewhere(*concerned)}.",
        )


@rule(
    id="ADM032",
    name="obsolete-injection-code",
    severity="error",
    snip=5,
    source="NCCI pair edits, rows of 90772 end 2008-12-31; CPT 2006 and 2009",
    stc=("A7:507",),
    triggers=OBSOLETE_INJECTION,
    # That the code has ended.
    examples=(
        Bad({"HC:96372*": "HC:90782*"}, at=("2400", "SV101-2")),
        Bad({"HC:96372*": "HC:90772*"}, at=("2400", "SV101-2")),
        Bad({"HC:96372*": "HC:96379*"}, at=("2400", "SV101-2"), severity="warning"),
        # Unlisted, for something else than an injection under the skin or into muscle.
        Good({"HC:96372*": "HC:96379*", "HC:J3420*": "HC:J1745*"}),
    ),
)
def obsolete_injection_code(claim: Claim, context: Context) -> Iterator[Hit]:
    """An injection under the skin or into muscle is 96372 since 2009; 90772, 90782, 90788, 90799 and G0351 have ended.

    96379 is a live code for unlisted injections and infusions. Beside a drug that goes under the skin or into muscle it
    gives a warning.

    Why: An ended code is rejected; an unlisted one is held for review when a code of its own exists.

    Fix: Bill 96372.
    """
    for line in claim.lines:
        last = _LAST_DAYS.get(line.procedure)
        if last is not None and (line.service_from is None or line.service_from > last):
            yield Hit(
                line.at("procedure"),
                f"{line.procedure} ended on {last.isoformat()}; the injection is billed with 96372.",
            )

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        unlisted = of_codes(lines, _UNLISTED)
        if not unlisted or of_codes(lines, ADMIN_INJECTION | ADMIN_VACCINE | _INTO_VEIN | ADMIN_ON_BODY):
            return []
        drugs = context.reference.drugs
        known = [line for line in lines if (drug := drugs.get(line.procedure)) and drug.routes & {"IM", "SC"}]
        return unlisted + known if known else []

    for _, line, concerned in faults(context, _UNLISTED, find):
        yield Hit(
            line.at("procedure"),
            f"Unlisted code 96379 is billed for {concerned[-1].procedure}, which takes 96372{elsewhere(*concerned)}.",
            severity="warning",
        )
