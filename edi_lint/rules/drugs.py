"""DRG: the drug that belongs to an injection, the injection that belongs to a drug, and drug codes.

A claim shows what was billed, not what was drawn up. So drugs on earlier claims of the file count, a product that is
not known as a drug counts, and where several readings are left, these rules are silent. Claims that come later in the
file or went to another payer they cannot know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from ..claims import Claim, Day, DayLine, ServiceLine
from ..reference.groups import IMMUNE_GLOBULINS, RSV_ANTIBODIES
from .drug_lines import (
    INJECTION,
    UNCLASSIFIED,
    earlier_lines,
    injection_lines,
    is_drug,
    lines_beside,
    lines_on,
    may_administer,
    one_day,
    products,
    table_drug,
    whole_units,
    without_product,
)
from .examples import added, payer
from .registry import Bad, Context, Good, Hit, rule
from .signs import amount_above, both, procedure, procedure_in

# Where the practice gives the drug itself. Elsewhere it may be the hospital's nurse, the patient or a family member.
_OFFICES = frozenset({"11", "17", "20", "49", "71"})
_SUPPLIERS = ("332", "333", "251F")
"""How the taxonomy codes of equipment suppliers, pharmacies and home infusion begin: they deliver, not inject."""

# Drugs of which one dose is commonly given as several injections, or which are given again in the same visit.
_SEVERAL_INJECTIONS = (
    frozenset({"J0558", "J0561", "J2510", "J0696", "J9393", "J9394", "J9395"})
    | {"J2357", "Q5154", "J0717", "J0741", "J3111", "J2182", "J0896"}
    | {"J0162", "J0165", "J0166", "J0167", "J0168", "J0169", "J0171", "J3105", "J1815", "J2354"}
    | IMMUNE_GLOBULINS
    | RSV_ANTIBODIES
)

# Suspensions and oils in vials, which are not mixed with other drugs; steroids among them are mixed with each other.
_DEPOTS = frozenset({"J1000", "J1050", "J1071", "J1380", "J1631", "J1729", "J2320", "J2675", "J2680", "J3121"})
_DEPOT_STEROIDS = frozenset({"J0702", "J1010", "J3301"})
_MIXED_WITH_STEROIDS = _DEPOT_STEROIDS | {"J1100"}

_NO_INJECTION = {
    "LX*2~SV1*HC:96372*35*UN*1***1~DTP*472*D8*20260115~REF*6R*A1001L2~LX*3~": "LX*2~",
    "REF*6R*A1001L3~": "REF*6R*A1001L2~",
    "*151.5*": "*116.5*",
    "HC:99213:25*": "HC:99213*",
}
_NO_DRUG = {
    "LX*3~SV1*HC:J3420*4.5*UN*1***1~DTP*472*D8*20260115~REF*6R*A1001L3~LIN**N4*00703901101~CTP****1*ML~": "",
    "*151.5*": "*147*",
}


@rule(
    id="DRG001",
    name="96372-without-drug",
    severity="warning",
    snip=7,
    source="NGS on drugs that the patient supplies: drug and administration belong on one claim",
    stc=("A6:454",),
    triggers=(INJECTION,),
    whole=True,
    examples=(
        Bad(_NO_DRUG, at=("2400", "SV101-2"), also=("DOC001",)),
        Bad({"REF*6R*A1001L2~": "REF*6R*A1001L2~NTE*ADD*KETOROLAC 30 MG IM~"} | _NO_DRUG, at=("2400", "SV101-2")),
        Good({"HC:J3420*": "HC:90378*", "ABK:E538": "ABK:Z2911"}),
        Good({"HC:J3420*": "HC:J3490:::::VITAMIN B12 1000 MCG IM*"}),
    ),
)
def injection_without_drug(claim: Claim, context: Context) -> Iterator[Hit]:
    """96372 pays for giving a drug, so the drug belongs on the claim, or at least on another claim of the same date.

    Any product counts: drug codes, immune globulins, vaccines, allergen extract, or an NDC on any line of the date. The
    option `drug-line-required`, set to false, turns the rule off where others always bill the drug.

    Why: The payer cannot tell what was injected, and denies the injection with the drug that it does not find.

    Fix: Add the line of the drug, also when the patient brought it or it was a sample: then at the nominal charge that
    the payer asks for.
    """
    if not context.options.get("drug-line-required", True):
        return
    for line in without_product(claim, context):
        yield Hit(
            line.at("procedure"),
            f"Line {line.number} bills 96372 on {line.service_from}, but no line bills the drug.",
        )


@rule(
    id="DRG002",
    name="drug-without-admin",
    severity="warning",
    snip=7,
    source="Completeness of incident-to services: a drug that is given is billed with its administration",
    stc=("A6:454",),
    whole=True,
    watch={"SV1": procedure(lambda code, reference: code in reference.drugs)},
    examples=(
        Bad(_NO_INJECTION, at=("2400", "SV101-2")),
        Bad(_NO_INJECTION | {"HC:J3420*": "HC:J1885*"}, at=("2400", "SV101-2")),
        Good(_NO_INJECTION | {"HC:J3420*": "HC:J3490:::::KETAMINE 50 MG*"}),
        Good(_NO_INJECTION | {"HC:99213*": "HC:20610*", "HC:J3420*": "HC:J3301*"}),
        Good(_NO_INJECTION | {"***11:B:1": "***12:B:1"}),
        Good(_NO_INJECTION | {"PRV*BI*PXC*261QP2300X": "PRV*BI*PXC*3336S0011X"}),
    ),
)
def drug_without_administration(claim: Claim, context: Context) -> Iterator[Hit]:
    """A drug that is injected under the skin or into muscle comes with 96372 or another service in which it was given.

    The rule looks at offices only and speaks when nothing on that date, here or on an earlier claim of the file, can
    have given the drug. Pharmacies and suppliers are left out.

    Why: The injection is not paid if it is not billed; and a drug that nobody gave may be denied.

    Fix: Add 96372 for the injection. If another practitioner or an earlier claim billed it, nothing is wrong.
    """
    if claim.is_of_one_day and any(may_administer(procedure) for procedure in claim.procedures):
        return
    if claim.billing.taxonomy.startswith(_SUPPLIERS):
        return
    for day in context.days:
        drug = next((line.line for line in day.own if line.line is not None and _is_given(line.line, context)), None)
        if drug is None or any(may_administer(line.procedure) for line in day.earlier):
            continue
        if not any(may_administer(line.procedure) for line in lines_beside(drug)):
            yield Hit(
                drug.at("procedure"),
                f"Line {drug.number} bills {drug.procedure}, but no injection is billed for "
                f"{day.service_date.isoformat()}.",
            )


def _is_given(line: ServiceLine, context: Context) -> bool:
    """Whether the line is for a drug that the office must have injected."""
    if "JW" in line.modifiers or line.place_of_service not in _OFFICES:
        return False
    drug = table_drug(context, line.procedure)
    return drug is not None and drug.injectable and "ANY" not in drug.routes


@rule(
    id="DRG003",
    name="injections-vs-drugs",
    severity="warning",
    snip=7,
    source="One injection is one administration of one or more drugs",
    stc=("A8:476",),
    triggers=(INJECTION,),
    watch={"SV1": both(procedure_in({INJECTION}), amount_above(1, 4))},
    whole=True,
    examples=(
        Bad({"HC:96372*35*UN*1*": "HC:96372*35*UN*3*"}, at=("2400", "SV104")),
        Bad({"HC:96372*35*UN*1*": "HC:96372*35*UN*3*"} | added("J1885"), at=("2400", "SV104")),
        Good({"HC:96372*35*UN*1*": "HC:96372*35*UN*2*"} | added("J1885")),
        Good({"HC:96372*35*UN*1*": "HC:96372*35*UN*2*", "HC:J3420*": "HC:J0561*"}),
        Good({"HC:96372*35*UN*1*": "HC:96372*35*UN*2*", "HC:J3420*": "HC:J3490:::::VITAMIN B12 IM*"}),
    ),
)
def more_injections_than_drugs(claim: Claim, context: Context) -> Iterator[Hit]:
    """A line with more injections (units of 96372) than there are drugs on the date needs a look.

    Drugs of which one dose takes several injections, such as ceftriaxone, penicillin, omalizumab or fulvestrant, and
    drugs without a code of their own are left out. Several lines of 96372 are the subject of rule MOD004.

    Why: Many payers pay one injection for each drug, and deny the rest or ask for the record.

    Fix: Correct the units of 96372, or add the line of the drug that is missing.
    """
    for day in context.days:
        for own in injection_lines(day):
            line = own.line
            if line is None or line.units is None or line.units <= 1:
                continue
            if not whole_units(line.units) or not one_day(line):
                continue
            drugs = products(claim, day)
            if not drugs or not _SEVERAL_INJECTIONS.isdisjoint(drugs) or not UNCLASSIFIED.isdisjoint(drugs):
                continue
            if line.units > len(drugs):
                yield Hit(
                    line.at("units"),
                    f"Line {line.number} bills {line.sent('units')} injections (96372), "
                    f"but the date has {len(drugs)} drug{'' if len(drugs) == 1 else 's'}.",
                )


@rule(
    id="DRG004",
    name="combined-syringe",
    severity="info",
    snip=7,
    source="One injection is one administration of one or more drugs",
    stc=("A8:476",),
    triggers=(INJECTION,),
    whole=True,
    examples=(
        Bad({"HC:J3420*": "HC:J3301*"} | added("J1885"), at=("2400", "SV104")),
        Bad({"HC:J3420*": "HC:J2357*"} | added("J1200"), at=("2400", "SV104")),
        Good({"HC:J3420*": "HC:J2550*"} | added("J1200")),
        Good({"HC:J3420*": "HC:J3301*"} | added("J1100")),
        Good({"HC:J3420*": "HC:J3301*"} | added("J1885", "96372:59")),
        Good({"HC:J3420*": "HC:J3301*"} | added("J1885", "20610:59")),
    ),
)
def one_injection_for_two_drugs(claim: Claim, context: Context) -> Iterator[Hit]:
    """Two drugs that are not drawn into one syringe, and one injection: there may have been two.

    It speaks only of depot drugs and of products that come ready for one dose, and only if nothing else on the date
    can have given one of the two.

    Why: Each injection is paid. Two drugs mixed in one syringe are one injection, two syringes are two.

    Fix: If there were two injections, report two (by units or with 59, as your payer wants). If not, nothing is wrong.
    """
    if sum(procedure in context.reference.drugs for procedure in claim.procedures) < 2:
        return
    for day in context.days:
        lines = injection_lines(day)
        if len(lines) != 1 or lines[0].line is None or lines[0].units != 1 or not one_day(lines[0].line):
            continue
        together = _not_in_one_syringe(claim, day, context)
        if together and not _given_otherwise(claim, day):
            yield Hit(
                lines[0].line.at("units"),
                f"{together[0]} and {together[1]} are billed with one injection, line {lines[0].number}; "
                "were there two?",
            )


def _given_otherwise(claim: Claim, day: Day) -> bool:
    """Whether another service of the day, or another injection, may have given a drug."""
    others: list[DayLine | ServiceLine] = [*earlier_lines(claim, day)]
    others += [line for line in lines_on(claim, day) if line.procedure != INJECTION]
    return any(may_administer(line.procedure) for line in others)


def _not_in_one_syringe(claim: Claim, day: Day, context: Context) -> tuple[str, str] | None:
    """Two injected drugs of the claim on the day that are not mixed, the one that stands alone first."""
    drugs = [
        line.procedure
        for line in lines_on(claim, day)
        if (drug := table_drug(context, line.procedure)) and drug.injectable and "ANY" not in drug.routes
    ]
    for code in drugs:
        drug = context.reference.drugs[code]
        ready = drug.container == "single" and drug.routes <= {"IM", "SC"}
        if not (ready or code in _DEPOTS or code in _DEPOT_STEROIDS):
            continue
        mixed = _MIXED_WITH_STEROIDS if code in _DEPOT_STEROIDS else frozenset({code})
        other = next((other for other in drugs if other not in mixed), None)
        if other is not None:
            return code, other
    return None


@rule(
    id="DRG005",
    name="no-cost-drug",
    severity={"medicare": "info", "medicaid": "off", "commercial": "off"},
    snip=7,
    source="NGS and CGS on drugs without cost; Medicare Benefit Policy Manual ch. 15, 50 and 60.1",
    stc=("A7:583",),
    examples=(
        Bad(
            payer("MB") | {"HC:J3420*4.5*": "HC:J3420*0*", "*151.5*": "*147*"},
            at=("2400", "SV102"),
            also=("STR002",),
            severity="info",
        ),
        Good(payer("MB") | {"HC:J3420*4.5*": "HC:J3420*.01*", "*151.5*": "*147.01*"}),
        Good(payer("MB") | {"HC:99213:25*112*": "HC:99213:25*0*", "*151.5*": "*39.5*"}),
    ),
)
def drug_without_cost(claim: Claim, context: Context) -> Iterator[Hit]:
    """A drug that cost the practice nothing is billed to Medicare at $0.01, with a note that says so.

    Why: The injection of such a drug is payable if the drug would be, but Medicare's systems drop lines at zero.

    Fix: Charge $0.01 for the drug and say in the NTE of the line who supplied it.
    """
    for line in claim.lines:
        if line.charge == 0 and is_drug(line.procedure):
            yield Hit(
                line.at("charge"),
                f"{line.procedure} on line {line.number} is at zero; Medicare takes a drug without cost at $0.01.",
            )


@rule(
    id="DRG006",
    name="noc-content",
    severity={"medicare": "error", "medicaid": "error", "commercial": "warning"},
    snip=4,
    source="005010X222A1, SV101-7; Palmetto and WPS on drugs without a code",
    stc=("A8:306",),
    triggers=UNCLASSIFIED,
    examples=(
        Bad({"HC:J3420*": "HC:J3490*"}, at=("2400", "SV101-7"), severity="warning"),
        Bad(payer("MB") | {"HC:J3420*": "HC:J3590*"}, at=("2400", "SV101-7"), severity="error"),
        Bad(payer("MC") | {"HC:J3420*": "HC:J3490*"}, at=("2400", "SV101-7"), severity="error"),
        Good({"HC:J3420*": "HC:J3490:::::KETAMINE 50 MG IM*"}),
    ),
)
def unclassified_drug_unnamed(claim: Claim, context: Context) -> Iterator[Hit]:
    """A drug billed with a code for unclassified drugs (J3490, J3590, J7999 ...) must be named in SV101-7.

    Why: The code says nothing of the drug. Without a name payers reject the line.

    Fix: Enter name, dose and route in SV101-7, such as KETAMINE 50 MG IM, and the NDC in LIN03.
    """
    for line in claim.lines:
        if line.procedure in UNCLASSIFIED and not line.description.strip():
            yield Hit(
                line.at("description"),
                f"{line.procedure} on line {line.number} is a code for any drug, and SV101-7 does not name it.",
            )


_MAY_HAVE_A_CODE = frozenset({"J3490", "J3590", "J9999", "C9399"})
"""Compounded drugs (J7999) keep their code, whatever is in them; the others are no injections."""
_OTHER_FORMS = re.compile(
    r"\b(?:COMPOUND|COMPD|MIX|KIT|CREAM|GEL|ORAL|TAB|TABS|TABLET|CAP|CAPSULE|TOPICAL|PATCH|PELLET|PELLETS|NASAL|SPRAY"
    r"|DROPS|IMPLANT|OINTMENT|SUPPOSITORY|INHAL|INHALATION|NEB)"
)
_WORD = re.compile(r"[A-Z][A-Z0-9-]{5,}")
_NO_NAMES = frozenset({"CHORIONIC", "CONJUGATED", "HEPATITIS", "IMMUNE", "PENICILLIN", "TETANUS"})
"""First words of drugs that do not name one; penicillin has a code for each salt."""


@rule(
    id="DRG007",
    name="noc-with-specific-code",
    severity="warning",
    snip=5,
    source="FCSO: an unclassified code only where no other code fits",
    stc=("A8:507",),
    triggers=_MAY_HAVE_A_CODE,
    examples=(
        Bad({"HC:J3420*": "HC:J3490:::::KETOROLAC 60 MG IM*"}, at=("2400", "SV101-2")),
        Bad({"HC:J3420*": "HC:J3490:::::INJ DEXAMETHASONE 4MG*"}, at=("2400", "SV101-2")),
        Good({"HC:J3420*": "HC:J3490:::::KETAMINE 50 MG IM*"}),
        Good({"HC:J3420*": "HC:J3590:::::DENOSUMAB-ABCD 60 MG SC*"}),
        Good({"HC:J3420*": "HC:J7999:::::COMPOUNDED TESTOSTERONE 100 MG IM*"}),
    ),
)
def unclassified_drug_has_a_code(claim: Claim, context: Context) -> Iterator[Hit]:
    """A drug that has a code of its own is not billed with a code for unclassified drugs.

    The rule looks for the names of the drug table in SV101-7 and in the note of the line. Compounds, other forms than
    injections and biosimilars (with a suffix to the name) are left out.

    Why: Payers deny the unclassified code when a specific one exists, or price it by hand and late.

    Fix: Bill the specific code in its units. If the product is one that this code does not cover, keep yours.
    """
    for line in claim.lines:
        text = f"{line.description} {line.note}".upper()
        if line.procedure not in _MAY_HAVE_A_CODE or line.service_from is None or _OTHER_FORMS.search(text):
            continue
        names = _drugs_by_name(context)
        named = next((names[word] for word in _WORD.findall(text) if word in names), ())
        codes = [code for code in named if _in_force(code, line.service_from, context)]
        if codes:
            yield Hit(
                line.at("procedure"),
                f"Line {line.number} names a drug that seems to have a code of its own: {' or '.join(codes)}.",
            )


def _drugs_by_name(context: Context) -> dict[str, tuple[str, ...]]:
    """The codes of the drug table by the first word of the drug's name."""
    found: dict[str, tuple[str, ...]] = context.derived.setdefault("drug names", {})
    if not found:
        for code, drug in context.reference.drugs.items():
            name = re.match(r"[A-Za-z]{6,}", drug.name)
            if name and "ANY" not in drug.routes and (word := name[0].upper()) not in _NO_NAMES:
                found[word] = (*found.get(word, ()), code)
    return found


def _in_force(code: str, day: date, context: Context) -> bool:
    drug = context.reference.drugs[code]
    return (drug.added is None or drug.added <= day) and (drug.terminated is None or day <= drug.terminated)


_S_CODE = re.compile(r"S[0-9]{4}")


@rule(
    id="DRG008",
    name="s-code-to-medicare",
    severity={"medicare": "error", "medicaid": "off", "commercial": "off"},
    snip=5,
    source="CMS HCPCS coverage: S codes are for other payers",
    stc=("A7:507",),
    examples=(
        Bad(payer("MB") | added("S0028"), at=("2400", "SV101-2"), severity="error"),
        Bad(payer("HM") | added("S0028"), at=("2400", "SV101-2"), severity="warning"),
        Good(payer("MB") | added("S0028:GY")),
        Good(added("S0028")),
    ),
)
def s_code_to_medicare(claim: Claim, context: Context) -> Iterator[Hit]:
    """Medicare takes no S codes; they were made for other payers.

    A line with GY is left out: it is billed to be denied.

    Why: The line is rejected, and what was given with it is left without a drug.

    Fix: Bill the J or Q code of the drug, or the CPT code of the service.
    """
    for line in claim.lines:
        if _S_CODE.fullmatch(line.procedure) and "GY" not in line.modifiers:
            yield Hit(line.at("procedure"), f"Medicare does not take {line.procedure} (line {line.number}).")


# The code ends later than the product: until then it is valid, but nothing is on the market that it could stand for.
_WITHDRAWN = {
    "J1726": (date(2023, 4, 6), date.max),
    "J1094": (date(2024, 7, 1), date(2025, 3, 31)),
}


@rule(
    id="DRG009",
    name="withdrawn-drug",
    severity="warning",
    snip=5,
    source="FDA on hydroxyprogesterone, April 2023; NCCI Policy Manual 2026 XII.D.3",
    stc=("A7:507",),
    triggers=_WITHDRAWN,
    examples=(
        Bad(added("J1726"), at=("2400", "SV101-2")),
        Good({"HC:J3420*": "HC:J1729*"}),
    ),
)
def withdrawn_drug(claim: Claim, context: Context) -> Iterator[Hit]:
    """Some codes outlive their drug: J1726 since April 2023, J1094 before its end in 2025.

    Why: Payers allow no units of a drug that is no longer sold.

    Fix: Check the vial, and bill the code of what was given.
    """
    for line in claim.lines:
        if line.procedure in _WITHDRAWN and line.service_from is not None:
            first, last = _WITHDRAWN[line.procedure]
            if first <= line.service_from <= last:
                yield Hit(line.at("procedure"), f"The drug of {line.procedure} (line {line.number}) is no longer sold.")
