"""ADM: drugs that take an administration code of their own (ADM015-ADM017, ADM024-ADM027).

Cancer drugs, immune globulin under the skin, on-body injectors, HIV prevention, and what Medicare leaves to the
patient. Which drugs a Medicare contractor counts as self-administered is only known as a seed list, unless the user has
loaded the contractors' lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial

from ..claims import Claim, DayLine, ServiceLine
from ..refdata import folded
from ..reference.groups import (
    ADMIN_CHEMO,
    ADMIN_INJECTION,
    ADMIN_ON_BODY,
    ADMIN_PREP,
    HORMONAL_ANTINEOPLASTIC,
    codes,
)
from .drug_lines import UNCLASSIFIED, is_drug
from .examples import added, patient, payer
from .registry import Bad, Context, Good, Hit, rule
from .same_day import elsewhere, faults, may_be_drug, may_be_injected, of_codes, only_possible_drugs
from .signs import procedure

_HORMONAL_ADMIN = frozenset({"96402"})
_COMPLEX_ADMIN = frozenset({"96401"})
_NONCANCER_HORMONES = frozenset({"J1950", "J1951", "J3315", "J3316"})
_ANTINEOPLASTIC = codes("J1323 J3055 J9021 J9025 J9040 J9041 J9144 J9260 J9277 J9289 J9311 J9316 J9321 J9356 J9380")
_METHOTREXATE = "J9260"
_DISPUTED = codes(
    "J0517 J0638 J0717 J0896 J0897 J1442 J1447 J2182 J2353 J2357 J2506 J2793 J3245 Q5101 Q5108 Q5110 Q5111 Q5120 Q5122"
)
_SCIG = frozenset({"J1551", "J1555", "J1558", "J1559", "J1575", "J1577"})
_SCIG_ADMIN = frozenset({"96369", "96370", "96371"})
_PREP = frozenset({"J0738", "J0739"})
_G0012_SINCE = date(2024, 9, 30)
_SELF_ADMINISTERED = {
    **dict.fromkeys(codes("J0135 J0139 J1438 J1595 J1815 J1830 J2170 J2941 J3030 J3031 J3110 Q3028"), date.min),
    "J3357": date(2021, 10, 15),
}
"""A seed, each with the first day: contractors keep lists of their own."""

_CANCER = ("C", "D05", "Z5111")
_NEOPLASM = ("C", "D0", "D1", "D2", "D3", "D4")
_NOT_CANCER = ("N80", "D25", "E228", "E301")
_PROSTATE = {"ABK:E538": "ABK:C61"} | patient("19500704", "M")
_MYELOMA = {"ABK:E538": "ABK:C9000"}
_ENDOMETRIOSIS = {"ABK:E538": "ABK:N809"} | patient("19880704", "F")
_ARTHRITIS = {"ABK:E538": "ABK:M069"}


def _has_diagnosis(claim: Claim, prefixes: tuple[str, ...]) -> bool:
    return any(diagnosis.code.startswith(prefixes) for diagnosis in claim.diagnoses)


@rule(
    id="ADM015",
    name="hormonal-antineoplastic",
    severity="error",
    snip=5,
    source="CPT 96402; Medicare contractor article A52453",
    stc=("A8:454",),
    whole=True,
    triggers=ADMIN_INJECTION,
    hides=("DRG002", "DRG003"),
    beside=HORMONAL_ANTINEOPLASTIC,
    examples=(
        Bad({"HC:J3420*": "HC:J9217*"} | _PROSTATE, at=("2400", "SV101-2")),
        Good({"HC:J3420*": "HC:J9217*", "HC:96372*": "HC:96402*"} | _PROSTATE),
        # Endometriosis.
        Good({"HC:J3420*": "HC:J3315*"} | _ENDOMETRIOSIS),
        # 96372 may be for the vitamin.
        Good(
            {"ABF:I10": "ABF:C61", "HC:96372*35*UN*1*": "HC:96372*35*UN*2*"} | patient("19500704", "M") | added("J9217")
        ),
    ),
)
def hormonal_antineoplastic(claim: Claim, context: Context) -> Iterator[Hit]:
    """Hormones given against cancer, such as leuprolide or fulvestrant, are injected with 96402, not 96372.

    The rule speaks when the claim has a cancer diagnosis and the date no other drug that 96372 could be for.

    Why: 96402 is the code for hormonal cancer injections, and pays better; 96372 for them is denied.

    Fix: Bill 96402.
    """
    if not _has_diagnosis(claim, _CANCER):
        return

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        shots = of_codes(lines, ADMIN_INJECTION)
        if not shots or of_codes(lines, ADMIN_CHEMO):
            return []
        drugs = only_possible_drugs(lines, HORMONAL_ANTINEOPLASTIC, context.reference)
        return shots + drugs if drugs else []

    for _, line, concerned in faults(context, HORMONAL_ANTINEOPLASTIC, find):
        yield Hit(
            line.at("procedure"),
            f"{concerned[-1].procedure} is injected with 96402 against cancer, not with 96372{elsewhere(*concerned)}.",
        )


@rule(
    id="ADM015b",
    name="hormone-noncancer",
    severity="warning",
    snip=5,
    source="CPT: hormonal therapy that is not against cancer is 96372",
    stc=("A8:454",),
    whole=True,
    triggers=_HORMONAL_ADMIN,
    examples=(
        Bad({"HC:J3420*": "HC:J1950*", "HC:96372*": "HC:96402*"} | _ENDOMETRIOSIS, at=("2400", "SV101-2")),
        Good({"HC:J3420*": "HC:J1950*"} | _ENDOMETRIOSIS),
        Good({"HC:J3420*": "HC:J1950*", "HC:96372*": "HC:96402*"} | _PROSTATE),
    ),
)
def hormone_not_against_cancer(claim: Claim, context: Context) -> Iterator[Hit]:
    """Leuprolide or triptorelin for endometriosis, fibroids or early puberty is injected with 96372, not 96402.

    The rule speaks when the claim has such a diagnosis and none of cancer.

    Why: 96402 is for cancer; without such a diagnosis the payer denies it or takes it back later.

    Fix: Bill 96372.
    """
    if not _has_diagnosis(claim, _NOT_CANCER) or _has_diagnosis(claim, _CANCER):
        return

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        admins = of_codes(lines, _HORMONAL_ADMIN)
        drugs = only_possible_drugs(lines, _NONCANCER_HORMONES, context.reference)
        return admins + drugs if admins and drugs else []

    for _, line, concerned in faults(context, _NONCANCER_HORMONES, find):
        yield Hit(
            line.at("procedure"),
            f"{concerned[-1].procedure} is billed with 96402, but no diagnosis is cancer; then it is 96372"
            f"{elsewhere(*concerned)}.",
        )


@rule(
    id="ADM016",
    name="complex-biologic-96401",
    severity="info",
    snip=7,
    source="CMS CR 13468 (2023-12-21); Medicare contractor article A58620",
    stc=("A8:454",),
    whole=True,
    triggers=_COMPLEX_ADMIN,
    examples=(
        Bad(
            {"HC:J3420*4.5*UN*1*": "HC:J0897*4.5*UN*60*", "HC:96372*": "HC:96401*", "ABK:E538": "ABK:M810"},
            at=("2400", "SV101-2"),
        ),
        Good({"HC:J3420*4.5*UN*1*": "HC:J0897*4.5*UN*60*", "ABK:E538": "ABK:M810"}),
        Good({"HC:J3420*": "HC:J9144*", "HC:96372*": "HC:96401*"} | _MYELOMA),
    ),
)
def complex_biologic(claim: Claim, context: Context) -> Iterator[Hit]:
    """Some biologics are billed with 96401 to one payer and with 96372 to another; check what yours wants.

    Why: Contractors may no longer turn 96401 into 96372 for the drug alone, but commercial policies still differ.

    Fix: Look into the payer's policy for the drug, and make sure that the record supports the complex code.
    """

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        admins = of_codes(lines, _COMPLEX_ADMIN)
        drugs = only_possible_drugs(lines, _DISPUTED, context.reference)
        return admins + drugs if admins and drugs else []

    for _, line, concerned in faults(context, _DISPUTED, find):
        yield Hit(
            line.at("procedure"),
            f"{concerned[-1].procedure} is billed with 96401; some payers want 96372{elsewhere(*concerned)}.",
        )


@rule(
    id="ADM017",
    name="nonhormonal-antineoplastic",
    severity="warning",
    snip=5,
    source="CPT 96401; NCCI Policy Manual 2026, ch. XI, B.1",
    stc=("A8:454",),
    whole=True,
    triggers=ADMIN_INJECTION,
    beside=_ANTINEOPLASTIC,
    examples=(
        Bad({"HC:J3420*": "HC:J9144*"} | _MYELOMA, at=("2400", "SV101-2")),
        # Methotrexate for rheumatoid arthritis: payers differ.
        Bad({"HC:J3420*": "HC:J9260*"} | _ARTHRITIS, at=("2400", "SV101-2"), severity="info"),
        Bad({"HC:J3420*": "HC:J9260*"} | _MYELOMA, at=("2400", "SV101-2"), severity="warning"),
        Good({"HC:J3420*": "HC:J9144*", "HC:96372*": "HC:96401*"} | _MYELOMA),
    ),
)
def nonhormonal_antineoplastic(claim: Claim, context: Context) -> Iterator[Hit]:
    """Cancer drugs that are not hormones are injected under the skin or into muscle with 96401, not 96372.

    Methotrexate without a neoplasm among the diagnoses gives a note only: payers differ.

    Why: 96401 is the code for them; 96372 is often denied, and underpays.

    Fix: Bill 96401.
    """

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        shots = of_codes(lines, ADMIN_INJECTION)
        if not shots or of_codes(lines, ADMIN_CHEMO):
            return []
        drugs = only_possible_drugs(lines, _ANTINEOPLASTIC, context.reference)
        return shots + drugs if drugs else []

    neoplasm = _has_diagnosis(claim, _NEOPLASM)
    for _, line, concerned in faults(context, _ANTINEOPLASTIC, find):
        drugs = {other.procedure for other in concerned} - ADMIN_INJECTION
        mild = drugs == {_METHOTREXATE} and not neoplasm
        yield Hit(
            line.at("procedure"),
            f"Cancer drug {concerned[-1].procedure} {'may be' if mild else 'is'} injected with 96401, not with 96372"
            f"{elsewhere(*concerned)}.",
            severity="info" if mild else None,
        )


@rule(
    id="ADM024",
    name="on-body-injector",
    severity="error",
    snip=5,
    source="CPT 96377; NCCI practitioner unit edits, third quarter of 2024",
    stc=("A8:454",),
    whole=True,
    triggers=ADMIN_ON_BODY,
    examples=(
        Bad({"HC:J3420*": "HC:J2506*", "ABK:E538": "ABK:D701"} | added("96377"), at=("2400", "SV101-2")),
        Bad(
            {"HC:J3420*": "HC:J2506*", "HC:96372*35*UN*1*": "HC:96377*35*UN*2*", "ABK:E538": "ABK:D701"},
            at=("2400", "SV104"),
        ),
        Good({"HC:J3420*": "HC:J2506*", "HC:96372*": "HC:96377*", "ABK:E538": "ABK:D701"}),
        Good({"HC:J3420*": "HC:J2506*", "ABK:E538": "ABK:D701"}),
        Good(added("96377", "J2506")),
    ),
)
def on_body_injector(claim: Claim, context: Context) -> Iterator[Hit]:
    """An on-body injector is billed with 96377, once, and then not with 96372 for the same drug.

    Why: The drug is given once, by device or by syringe; the second administration is denied.

    Fix: Keep 96377 for the device or 96372 for the syringe; bill one unit of 96377.
    """

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        shots, devices = of_codes(lines, ADMIN_INJECTION), of_codes(lines, ADMIN_ON_BODY)
        drugs = {line.procedure for line in lines if may_be_drug(line.procedure)}
        if not shots or not devices or len(drugs) != 1 or not all(drug.startswith(("J2506", "Q51")) for drug in drugs):
            return []
        return shots + devices + of_codes(lines, drugs)

    for _, line, concerned in faults(context, ADMIN_ON_BODY, find):
        yield Hit(
            line.at("procedure"),
            f"96372 and 96377 are both billed for {concerned[-1].procedure}{elsewhere(*concerned)}.",
        )
    for line in claim.lines:
        if line.procedure in ADMIN_ON_BODY and line.units is not None and line.units > 1:
            yield Hit(line.at("units"), f"96377 is billed with {line.sent('units')} units; a date takes one.")


@rule(
    id="ADM025",
    name="scig",
    severity="warning",
    snip=5,
    source="HCPCS descriptors; CPT 96369-96371",
    stc=("A8:454",),
    whole=True,
    triggers=ADMIN_INJECTION,
    beside=_SCIG,
    examples=(
        Bad({"HC:J3420*": "HC:J1559*", "ABK:E538": "ABK:D830"}, at=("2400", "SV101-2")),
        Good({"HC:J3420*": "HC:J1559*", "HC:96372*": "HC:96369*", "ABK:E538": "ABK:D830"}),
    ),
)
def immune_globulin_under_the_skin(claim: Claim, context: Context) -> Iterator[Hit]:
    """Immune globulin infused under the skin takes 96369 to 96371, not 96372.

    Why: It is pumped in over time; 96372 is for a single injection and underpays or is denied.

    Fix: Bill 96369 for the first hour, 96370 for each further one, 96371 for a new site.
    """

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        shots = of_codes(lines, ADMIN_INJECTION)
        if not shots or of_codes(lines, _SCIG_ADMIN):
            return []
        drugs = only_possible_drugs(lines, _SCIG, context.reference)
        return shots + drugs if drugs else []

    for _, line, concerned in faults(context, _SCIG, find):
        yield Hit(
            line.at("procedure"),
            f"{concerned[-1].procedure} is infused under the skin with 96369 to 96371, not injected with 96372"
            f"{elsewhere(*concerned)}.",
        )


@rule(
    id="ADM026",
    name="prep-g0012",
    severity={"medicare": "error", "medicaid": "off", "commercial": "off"},
    snip=7,
    source="NCD 210.15; Medicare contractors' articles on HIV prevention",
    stc=("A8:454",),
    whole=True,
    triggers=ADMIN_INJECTION,
    beside=_PREP,
    examples=(
        Bad(
            {"HC:J3420*4.5*UN*1*": "HC:J0739:JZ*4.5*UN*600*", "ABK:E538": "ABK:Z2981"} | payer("MB"),
            at=("2400", "SV101-2"),
            severity="error",
        ),
        Good(
            {"HC:J3420*4.5*UN*1*": "HC:J0739:JZ*4.5*UN*600*", "HC:96372*": "HC:G0012*", "ABK:E538": "ABK:Z2981"}
            | payer("MB")
        ),
        Good({"HC:J3420*4.5*UN*1*": "HC:J0739*4.5*UN*600*", "ABK:E538": "ABK:Z2981"}),
    ),
)
def prevention_of_hiv(claim: Claim, context: Context) -> Iterator[Hit]:
    """Medicare takes G0012, not 96372, for injecting a drug that prevents HIV (J0738, J0739), since 2024-09-30.

    Why: It is a preventive benefit without cost to the patient, and 96372 is denied for it.

    Fix: Bill G0012.
    """

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        shots = of_codes(lines, ADMIN_INJECTION)
        if not shots or of_codes(lines, ADMIN_PREP):
            return []
        drugs = only_possible_drugs(lines, _PREP, context.reference)
        return shots + drugs if drugs else []

    for _, line, concerned in faults(context, _PREP, find, since=_G0012_SINCE):
        yield Hit(
            line.at("procedure"),
            f"Medicare takes G0012 for injecting {concerned[-1].procedure}, not 96372{elsewhere(*concerned)}.",
        )


@rule(
    id="ADM027",
    name="self-administered-drug",
    severity={"medicare": "warning", "medicare-advantage": "off", "medicaid": "off", "commercial": "off"},
    snip=7,
    source="Medicare Benefit Policy Manual, ch. 15, s. 50.2; contractor lists A52527, A52571, A52800, A53032, A53127",
    stc=("A3:454",),
    watch={"SV1": procedure(lambda code, _: is_drug(code))},
    examples=(
        Bad(
            {"HC:J3420*": "HC:J1438:JZ*"} | _ARTHRITIS | payer("MB"),
            at=("2400", "SV101-2"),
            severity="warning",
        ),
        Good({"HC:J3420*": "HC:J2357:JZ*", "ABK:E538": "ABK:J4550"} | payer("MB")),
        Good({"HC:J3420*": "HC:J1438*"} | _ARTHRITIS),
        # Billed as excluded on purpose.
        Good({"HC:J3420*": "HC:J1438:JZ:GY*", "HC:96372*": "HC:96372:GY*"} | _ARTHRITIS | payer("MB")),
    ),
)
def self_administered_drug(claim: Claim, context: Context) -> Iterator[Hit]:
    """A drug that Medicare counts as usually self-administered is not covered under Part B, nor is its injection.

    The contractors' lists that you have loaded decide: that of the contractor whom the option `mac` names, else all
    of them together, a drug being told only if every list has it. Without any, a short built-in list stands in. The
    option `self-administered-drugs`, a list of drug codes, takes the place of both. Left alone are lines with modifier
    GY, with JA (into a vein), and unclassified codes, which stand for many drugs.

    Why: Drug and administration are denied as excluded from the benefit, whoever gave the injection.

    Fix: Bill the patient's Part D plan, or append GY if you need the denial.
    """
    for line in claim.lines:
        code = line.procedure
        if not is_drug(code) or code in UNCLASSIFIED or not {"GY", "JA"}.isdisjoint(line.modifiers):
            continue
        listing = _listing(line, context)
        if listing:
            yield Hit(
                line.at("procedure"), f"{listing} {code} as self-administered; the drug and its injection are denied."
            )


def _listing(line: ServiceLine, context: Context) -> str:
    """Who lists the drug, with the verb; empty if nobody does."""
    code, day = line.procedure, line.service_from or context.as_of
    tables = context.reference.loaded
    own_list = context.options.get("self-administered-drugs")
    if own_list is not None:
        return "You list" if code in own_list else ""
    if not tables.missing("sad"):
        contractors = tables.macs()
        named = folded(str(context.options.get("mac", "")))
        if named in contractors:
            contractors = (named,)
        if contractors and all(tables.sad(code, day, contractor) for contractor in contractors):
            return f"{contractors[0]} lists" if len(contractors) == 1 else "All contractors list"
        return ""
    if _SELF_ADMINISTERED.get(code, date.max) <= day:
        return "Medicare contractors list"
    if may_be_injected(code, context.reference):
        context.not_checked("sad", partial(line.at, "procedure"))
    return ""
