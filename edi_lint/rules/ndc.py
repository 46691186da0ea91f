"""NDC: the drug number, quantity and unit of a drug line (loop 2410).

The numbers themselves are not looked up here: what a product is billed under takes a table that the user must load
(`ndc_crosswalk`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..claims import Claim, Drug, ServiceLine
from ..claims.fields import missing_loop
from ..reference.groups import code_range
from ..x12 import Ref, Segment
from .drug_lines import INJECTION, is_drug, own_injections, table_drug
from .examples import payer
from .registry import Bad, Context, Good, Hit, Watch, rule
from .signs import amount_below, looks_at

if TYPE_CHECKING:
    from ..reference import Reference

# Gels for joints are devices, contrast is not under the drug rebate: states do not ask for an NDC throughout.
_NO_NDC_ASKED = code_range("J7318", "J7333") | code_range("Q9950", "Q9969")
_UNIVERSAL_PRODUCT_NUMBERS = frozenset({"EN", "EO", "HI", "ON", "UK", "UP"})
_COMPOUNDED = "J7999"


@looks_at(2, 3)
def _is_misshapen(segment: Segment, reference: Reference) -> bool:
    """Anything but N4 with a number of eleven digits."""
    return segment.get(2) != "N4" or bool(_shape_fault(segment.get(3).strip()))


_NDC = "LIN**N4*00703901101~"
_QUANTITY = "CTP****1*ML~"
_NO_NDC = {_NDC: "", _QUANTITY: ""}


@rule(
    id="NDC001",
    name="medicaid-ndc-required",
    severity={"medicare": "off", "medicaid": "error", "commercial": "off"},
    snip=7,
    source="Deficit Reduction Act of 2005, section 6002; state Medicaid manuals",
    stc=("A6:218",),
    whole=True,
    examples=(
        Bad(payer("MC") | _NO_NDC, at=("2410", "LIN03"), severity="error"),
        Bad(
            payer("MC") | _NO_NDC | {"HC:J3420*": "HC:90371*", "ABK:E538": "ABK:Z203"},
            at=("2410", "LIN03"),
            severity="error",
        ),
        Good(payer("MC")),
        Good(_NO_NDC),
        Good(payer("MC") | _NO_NDC | {"HC:J3420*": "HC:90715*", "HC:96372*": "HC:90471*", "E538": "Z23"}),
    ),
)
def ndc_for_medicaid(claim: Claim, context: Context) -> Iterator[Hit]:
    """Medicaid wants the NDC of every drug given in the office, with quantity and unit (loop 2410).

    Vaccines, gels for joints, contrast and tracers are left out: for them the states differ.

    Why: The states collect the makers' rebates by NDC and deny drugs without one.

    Fix: Add LIN with the NDC from the container, and CTP with the quantity and its unit.
    """
    for line in claim.lines:
        code = line.procedure
        if line.drug is None and is_drug(code) and code[0] in "JQS9" and code not in _NO_NDC_ASKED:
            yield Hit(
                missing_loop(line.loop, "2410", "LIN", Ref(3)),
                f"{code} on line {line.number} has no NDC, which Medicaid needs.",
            )


@rule(
    id="NDC002",
    name="ndc-shape",
    severity="error",
    snip=5,
    source="005010X222A1, 2410 LIN; TMHP and MedStar on the NDC",
    stc=("A7:218",),
    speaks_for=(
        "invalid-code 2410/LIN/LIN02",
        "element-missing 2410/LIN/LIN02",
        "element-missing 2410/LIN/LIN03",
    ),
    message="{element} on line {line} is missing or wrong: a drug has the qualifier N4 and an NDC of 11 digits.",
    watch={"LIN": _is_misshapen},
    examples=(
        Bad({_NDC: "LIN**N4*00703-9011-01~"}, at=("2410", "LIN03")),
        Bad({_NDC: "LIN**N4*0703-9011-01~"}, at=("2410", "LIN03")),
        Bad({_NDC: "LIN**N4*00000000000~"}, at=("2410", "LIN03")),
        Bad({_NDC: "LIN**N4*007039011~"}, at=("2410", "LIN03")),
        Bad({_NDC: "LIN**N4*N400703901101~"}, at=("2410", "LIN03")),
        Bad({_NDC: "LIN**ND*00703901101~"}, at=("2410", "LIN02")),
        Bad({_NDC: "LIN**UP*00703901101~"}, at=("2410", "LIN02")),
        Good({_NDC: "LIN**N4*00409902201~"}),
    ),
)
def ndc_shape(claim: Claim, context: Context) -> Iterator[Hit]:
    """An NDC on a claim is 11 digits (5-4-2) without hyphens or blanks, behind the qualifier N4.

    Eleven zeros or nines are no NDC. A number of 10 digits is the subject of rule NDC003.

    Why: The payer compares the number as it stands; with hyphens or another length it is found nowhere.

    Fix: Take the NDC from the container, fill its parts with zeros in front to 5, 4 and 2 digits, and leave out the
    hyphens.
    """
    for line, drug in _drugs(claim):
        number = drug.ndc.strip()
        if drug.qualifier in _UNIVERSAL_PRODUCT_NUMBERS:
            if table_drug(context, line.procedure) is not None:
                words = f"{line.procedure} on line {line.number} is a drug; its number needs the qualifier N4 (NDC)."
                yield Hit(drug.at("qualifier"), words)
        elif drug.qualifier == "N4" and number and not _has_ten_digits(number):
            fault = _shape_fault(number)
            if fault:
                yield Hit(drug.at("ndc"), f"The NDC of line {line.number} {fault}.", fix=_remedy(number))


def _drugs(claim: Claim) -> Iterator[tuple[ServiceLine, Drug]]:
    for line in claim.lines:
        if line.drug is not None:
            yield line, line.drug


def _shape_fault(number: str) -> str:
    """What is wrong with the number, in words that do not repeat it: what stands there may be anything."""
    if set(number) in ({"0"}, {"9"}):
        return f"is {len(number)} times {number[0]}, which is no product"
    if re.fullmatch(r"[0-9]{11}", number):
        return ""
    if "-" in number or " " in number:
        return "has hyphens or blanks; it must be 11 digits"
    if number.isdecimal():
        return f"has {len(number)} digits; it must have 11"
    return "has characters that are no digits"


def _remedy(number: str) -> str:
    """The number as it should be, where hyphens show its parts; empty where they do not."""
    parts = re.fullmatch(r"([0-9]{4,5})-([0-9]{3,4})-([0-9]{1,2})", number)
    if parts is None:
        return ""
    return f"Write it as {parts[1]:0>5}{parts[2]:0>4}{parts[3]:0>2}."


def _has_ten_digits(number: str) -> bool:
    return re.fullmatch(r"[0-9]{10}", number) is not None and set(number) not in ({"0"}, {"9"})


@rule(
    id="NDC003",
    name="ndc-10-digit",
    severity="error",
    snip=5,
    source="Texas vendor drug program: forms of the NDC",
    stc=("A7:218",),
    watch={"LIN": Watch(lambda segment, _: _has_ten_digits(segment.get(3).strip()), (3,))},
    examples=(
        Bad({_NDC: "LIN**N4*0703901101~"}, at=("2410", "LIN03")),
        Good({_NDC: "LIN**N4*70390011011~"}),
    ),
)
def ndc_of_ten_digits(claim: Claim, context: Context) -> Iterator[Hit]:
    """An NDC of 10 digits, as printed on containers, lacks one zero; where it goes depends on the printed parts.

    Why: Without the hyphens nobody can tell where the zero belongs, so the payer finds no product or another one.

    Fix: Look at the parts printed on the container, and put a zero in front of the one that is short.
    """
    for line, drug in _drugs(claim):
        number = drug.ndc.strip()
        if drug.qualifier == "N4" and _has_ten_digits(number):
            forms = {
                "4-4-2": f"0{number}",
                "5-3-2": f"{number[:5]}0{number[5:]}",
                "5-4-1": f"{number[:9]}0{number[9:]}",
            }
            offers = ", ".join(f"{form} becomes {padded}" for form, padded in forms.items())
            yield Hit(
                drug.at("ndc"),
                f"The NDC of line {line.number} has 10 digits; it must have 11 (5-4-2).",
                fix=f"Look at the parts printed on the container: {offers}.",
            )


@rule(
    id="NDC004",
    name="ndc-unit",
    severity="error",
    snip=4,
    source="005010X222A1, 2410 CTP",
    stc=("A7:659",),
    speaks_for=(
        "segment-missing 2410/CTP",
        "element-missing 2410/CTP/CTP04",
        "element-missing 2410/CTP/CTP05",
        "element-missing 2410/CTP/CTP05-1",
        "invalid-code 2410/CTP/CTP05-1",
    ),
    message="The NDC of line {line} needs a quantity and one of the units F2, GR, ME, ML and UN (CTP04 and CTP05).",
    watch={"CTP": amount_below(0, 4)},
    examples=(
        Bad({_QUANTITY: "CTP****0*ML~"}, at=("2410", "CTP04")),
        Bad({_QUANTITY: "CTP****1*MG~"}, at=("2410", "CTP05-1")),
        Bad({_QUANTITY: ""}, at=("2410", "CTP")),
        Bad({_QUANTITY: "CTP****1~"}, at=("2410", "CTP05")),
        Good({_QUANTITY: "CTP****0.5*ML~"}),
    ),
)
def ndc_quantity(claim: Claim, context: Context) -> Iterator[Hit]:
    """An NDC comes with how much of it was given: a quantity above zero and its unit (F2, GR, ME, ML or UN).

    Why: Payers price the NDC by its quantity, and reject it without one.

    Fix: Enter in CTP04 how much was given, and in CTP05 in what: ML for liquids, UN for vials of powder.
    """
    for line, drug in _drugs(claim):
        if drug.quantity is not None and drug.quantity <= 0:
            yield Hit(drug.at("quantity"), f"The NDC of line {line.number} has the quantity {drug.sent('quantity')}.")


@rule(
    id="NDC005",
    name="ndc-unit-medicaid-subset",
    severity={"medicare": "off", "medicaid": "warning", "commercial": "off"},
    snip=7,
    source="State Medicaid manuals: no drug is billed in milligrams (ME)",
    stc=("A7:659",),
    needs=("2410",),
    examples=(
        Bad(payer("MC") | {_QUANTITY: "CTP****1*ME~"}, at=("2410", "CTP05-1"), severity="warning"),
        Good(payer("MC")),
        Good({_QUANTITY: "CTP****1*ME~"}),
    ),
)
def ndc_unit_for_medicaid(claim: Claim, context: Context) -> Iterator[Hit]:
    """Several states take no milligrams (ME) as the unit of an NDC.

    Why: Their price files know milliliters, grams, units and international units; ME is denied.

    Fix: Use ML for liquids, UN for vials of powder, GR or F2, unless your state's list says ME.
    """
    for line, drug in _drugs(claim):
        if drug.unit == "ME":
            words = f"The NDC of line {line.number} is in milligrams (ME), which several states deny."
            yield Hit(drug.at("unit"), words)


@rule(
    id="NDC007",
    name="ndc-on-admin",
    severity="warning",
    snip=7,
    source="005010X222A1, 2410: the drug of the line; MedStar on the NDC",
    stc=("A8:218",),
    triggers=(INJECTION,),
    needs=("2410",),
    examples=(
        Bad(
            {"REF*6R*A1001L2~": f"REF*6R*A1001L2~{_NDC}{_QUANTITY}", f"A1001L3~{_NDC}{_QUANTITY}": "A1001L3~"},
            at=("2410", "LIN03"),
        ),
        Good({_NDC: "LIN**N4*00409902201~"}),
    ),
)
def ndc_on_injection(claim: Claim, context: Context) -> Iterator[Hit]:
    """The NDC belongs to the line of the drug, not to that of the injection (96372).

    Why: The payer looks for the NDC on the drug; on 96372 it is not seen, or the line is denied.

    Fix: Move LIN and CTP to the line of the drug.
    """
    for line in own_injections(claim):
        if line.drug is not None:
            words = f"The NDC stands on line {line.number}, which is the injection, not the drug."
            yield Hit(line.drug.at("ndc"), words)


_COMPOUND = {
    "HC:J3420*": f"HC:{_COMPOUNDED}:::::PAPAVERINE 30 MG/ML*",
    "~SE*": f"~LX*4~SV1*HC:{_COMPOUNDED}:::::PHENTOLAMINE 1 MG/ML*20*UN*1***1~DTP*472*D8*20260115~"
    f"REF*6R*A1001L4~LIN**N4*00409902201~CTP****1*UN~REF*XZ*RX123~SE*",
    "*151.5*": "*171.5*",
}


@rule(
    id="NDC008",
    name="compound-link",
    severity="info",
    snip=7,
    source="005010X222A1, 2410 REF with XZ or VY",
    stc=("A7:219",),
    triggers=(_COMPOUNDED,),
    examples=(
        Bad(_COMPOUND, at=("2410", "REF02")),
        Good(_COMPOUND | {_QUANTITY: f"{_QUANTITY}REF*XZ*RX123~"}),
        Good(_COMPOUND | {_QUANTITY: f"{_QUANTITY}REF*VY*1~"}),
    ),
)
def compound_link(claim: Claim, context: Context) -> Iterator[Hit]:
    """The ingredients of a compound (J7999) on several lines carry the number that ties them together.

    It is the prescription number (REF*XZ), or a number of your own (REF*VY) where there is no prescription.

    Why: Without it the payer takes the ingredients for drugs of their own.

    Fix: Put the same number into a REF*XZ or REF*VY of every ingredient's line.
    """
    ingredients = [(line, drug) for line, drug in _drugs(claim) if line.procedure == _COMPOUNDED]
    if len(ingredients) < 2:
        return
    for line, drug in ingredients:
        if not drug.prescription_number.strip() and not drug.link_number.strip():
            yield Hit(
                drug.at("prescription_number"),
                f"Line {line.number} is one of {len(ingredients)} lines for compounds and has no number to link them.",
            )
            return
