"""STR: balancing, duplicates, replacement claims, and the shape of procedure codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ..claims import Claim, ServiceLine
from ..claims.fields import parse_decimal
from ..guide import OpenLoop
from ..reference import Reference
from ..x12 import Segment
from .registry import Acks, Bad, Context, Good, Hit, Watch, rule
from .signs import element_in, looks_at
from .situational import place

PROCEDURE = re.compile(r"[0-9]{4}[0-9A-Z]|[A-V][0-9]{4}")
"""The shape of a CPT or HCPCS code. A text of another shape may be anything, and is not shown."""
_DISTINCT_SERVICE = frozenset({"59", "XE", "XP", "XS", "XU", "76", "77"})
_REPEATED = frozenset({"76", "77", "91"})
"""A third service of a day carries the same modifier as the second: these two lines look alike, and are right."""


_AMOUNTS = {
    "CLM": (2,),
    "CN1": (2,),
    "AMT": (2,),
    "HCP": (2, 3),
    "CAS": (3, 6, 9, 12, 15, 18),
    "SV1": (2,),
    "SV5": (4, 5),
    "PS1": (2,),
    "SVD": (2,),
}
"""Where the guide uses data element 782, an amount of money."""
_BELOW_A_CENT = re.compile(r"\.[0-9]{2}0*[1-9]")
_AMOUNT_STATUS = {"CLM": "A7:178", "SV1": "A7:583", "AMT*F5": "A7:183:QC"}
"""What 697 is about, where a 277CA has a code for that."""


def _splits_a_cent(value: str) -> bool:
    return _BELOW_A_CENT.search(value) is not None and parse_decimal(value) is not None


def _has_split_cent(*elements: int) -> Watch:
    return Watch(lambda segment, _: any(_splits_a_cent(segment.get(element)) for element in elements), elements)


@looks_at(1)
def _is_odd(segment: Segment, reference: Reference) -> bool:
    """A procedure that is not five characters of CPT or HCPCS with the qualifier HC."""
    code = segment.get(1, 2)
    return segment.get(1, 1) != "HC" or PROCEDURE.fullmatch(code) is None or _is_beyond_cpt(code)


_FIRST_NUMBER, _LAST_NUMBER = "00100", "99700"
"""CPT's codes of five digits begin with anesthesia and end, today, with 99607."""


def _is_beyond_cpt(code: str) -> bool:
    """Whether a code of five digits lies below or above all that CPT has."""
    return code.isdecimal() and len(code) == 5 and not _FIRST_NUMBER <= code <= _LAST_NUMBER


@rule(
    id="STR001",
    name="claim-charge-balance",
    severity="error",
    snip=3,
    source="005010X222A1 balancing, section 1.4.4; WEDI SNIP type 3",
    stc=("A8:400", "A8:178", "A8:583"),
    whole=True,
    examples=(
        Bad({"CLM*A1001*151.5*": "CLM*A1001*156.5*"}, at=("2300", "CLM02")),
        Bad({"SV1*HC:96372*35*": "SV1*HC:96372*35.01*"}, at=("2300", "CLM02")),
        Good({"CLM*A1001*151.5*": "CLM*A1001*151.50*"}),
        Good({"CLM*A1001*151.5*": "CLM*A1001*156.5*", "SV1*HC:96372*35*": "SV1*HC:96372*40*"}),
    ),
)
def claim_charge_balance(claim: Claim, context: Context) -> Iterator[Hit]:
    """The total charge of a claim (CLM02) must be the sum of the charges of its service lines (SV102).

    Why: Payers add the lines up and reject a claim whose total differs by a cent.

    Fix: Correct CLM02 or the line amounts, whichever is wrong.
    """
    if claim.total_charge is None:
        return
    total = Decimal(0)
    for line in claim.lines:
        if line.charge is None:
            return
        total += line.charge
    if total != claim.total_charge:
        yield Hit(
            claim.at("total_charge"),
            f"The claim total {claim.sent('total_charge')} is not the sum of its line charges, {total}.",
        )


@rule(
    id="STR006",
    name="replacement-needs-icn",
    severity="error",
    snip=4,
    source="005010X222A1, 2300 REF*F8 (payer claim control number)",
    stc=("A8:464", "A8:535"),
    watch={"CLM": element_in({"7", "8"}, 5, 3)},
    examples=(
        Bad({"***11:B:1*Y*A*Y*Y": "***11:B:7*Y*A*Y*Y"}, at=("2300", "REF02")),
        Bad({"***11:B:1*Y*A*Y*Y": "***11:B:8*Y*A*Y*Y"}, at=("2300", "REF02")),
        Good({"***11:B:1*Y*A*Y*Y~": "***11:B:7*Y*A*Y*Y~REF*F8*2026012345~"}),
    ),
)
def replacement_needs_icn(claim: Claim, context: Context) -> Iterator[Hit]:
    """A replacement (frequency 7) or void (8) must carry the payer's number of the original claim in REF*F8.

    Why: Without it the payer cannot find the claim to replace and takes the new one for a duplicate.

    Fix: Enter the payer's claim control number from the remittance into REF*F8.
    """
    if claim.frequency in ("7", "8") and not claim.payer_claim_control_number.strip():
        kind = "replacement" if claim.frequency == "7" else "void"
        yield Hit(
            claim.at("payer_claim_control_number"),
            f"The claim is a {kind} (CLM05-3 is {claim.frequency}) but has no payer claim control number in REF*F8.",
        )


@rule(
    id="STR009",
    name="dup-claim",
    severity="error",
    snip=7,
    source="CARC 18, exact duplicate",
    stc=("A3:78",),
    whole=True,
    # A claim that is sent twice repeats its control number too.
    hides=("STR008",),
)
def dup_claim(claim: Claim, context: Context) -> Iterator[Hit]:
    """Two claims of a file for the same patient and billing provider with the same services are duplicates.

    Same services are the same dates, procedures, modifiers, charges and units by the same rendering provider. Diagnoses
    do not count. Replacements and voids are not compared.

    Why: The payer denies the second as an exact duplicate, and may hold the first.

    Fix: Send the claim once.
    """
    if claim.frequency in ("7", "8") or not claim.lines:
        return
    key_of = context.memory.key
    services = sorted([key_of((line.service_date, line.billed, line.rendering_npi)) for line in claim.lines])
    key = context.key(claim.billing.npi, claim.patient_key, *services)
    earlier = context.memory.recall(key)
    if not earlier:
        context.memory.remember(key, claim.index)
    else:
        yield Hit(
            claim.at("id"),
            f"This claim repeats claim number {earlier[0]} of the file: same patient, provider, services and charges.",
        )


@rule(
    id="STR010",
    name="dup-line",
    severity="error",
    snip=7,
    source="CARC 18, exact duplicate; CPT Assistant May 2010 on a second 96372, as quoted by AAPC",
    stc=("A3:78",),
    hides=("MOD004",),
    examples=(
        Bad(
            {
                "CTP****1*ML~": "CTP****1*ML~LX*4~SV1*HC:96372*35*UN*1***1~DTP*472*D8*20260115~REF*6R*A1001L4~",
                "*151.5*": "*186.5*",
            },
            at=("2400", "SV101"),
        ),
        Good(
            {
                "CTP****1*ML~": "CTP****1*ML~LX*4~SV1*HC:J1885*12*UN*2***1~DTP*472*D8*20260115~REF*6R*A1001L4~"
                "LX*5~SV1*HC:96372:59*35*UN*1***1~DTP*472*D8*20260115~REF*6R*A1001L5~",
                "*151.5*": "*198.5*",
            }
        ),
    ),
)
def dup_line(claim: Claim, context: Context) -> Iterator[Hit]:
    """Two lines of a claim with the same date, procedure, modifiers and rendering provider are duplicates.

    A second 96372 with a modifier for a distinct or repeated service is not: rule MOD004 looks at that. Nor are
    repeated services (76, 77, 91), or two products of one drug code with different NDCs.

    Why: The payer pays the first line and denies the others as exact duplicates.

    Fix: Report the units on one line, or add the modifier for a distinct service if it was one.
    """
    if len(claim.procedures) == len(claim.lines):
        return
    seen: dict[tuple[date | str, date | None, str, tuple[str, ...], str, str], ServiceLine] = {}
    for line in claim.lines:
        ndc = line.drug.ndc if line.drug is not None else ""
        day = line.service_from or line.service_date
        key = (day, line.service_to, line.procedure, tuple(sorted(line.modifiers)), line.rendering_npi, ndc)
        first = seen.setdefault(key, line)
        if first is line or not PROCEDURE.fullmatch(line.procedure) or _REPEATED.intersection(line.modifiers):
            continue
        if line.procedure == "96372" and _DISTINCT_SERVICE.intersection(line.modifiers):
            continue
        yield Hit(
            line.at("procedure_composite"),
            f"Line {line.number} repeats line {first.number}: {line.procedure}, same date and same modifiers.",
        )


@rule(
    id="STR012",
    name="procedure-qualifier-and-shape",
    severity="error",
    snip=5,
    source="005010X222A1, SV101; CPT and HCPCS code shapes",
    stc=("A7:507",),
    watch={"SV1": _is_odd},
    examples=(
        Bad({"HC:96372*": "HC:9637*"}, at=("2400", "SV101-2")),
        Bad({"HC:J3420*": "HC:j3420*"}, at=("2400", "SV101-2")),
        Bad({"HC:96372*": "ER:96372*"}, at=("2400", "SV101-1")),
        Bad({"HC:99213:25*": "HC:99999*"}, at=("2400", "SV101-2"), severity="warning"),
        Good({"HC:99213:25*112*UN*1***2": "HC:0001F*112*UN*1***2"}),
    ),
)
def procedure_qualifier_and_shape(claim: Claim, context: Context) -> Iterator[Hit]:
    """A procedure is a five-character CPT or HCPCS code in capitals, with the qualifier HC.

    ER, IV and WK are for payers outside HIPAA who agreed on them.

    Why: The payer looks the code up as sent; another length, letter or qualifier is not found.

    Fix: Enter the five characters of the code, in capitals and without blanks, behind HC.
    """
    for line in claim.lines:
        if line.procedure and not PROCEDURE.fullmatch(line.procedure):
            yield Hit(
                line.at("procedure"), f"The procedure on line {line.number} is not a five-character CPT or HCPCS code."
            )
        elif line.procedure_qualifier in ("ER", "IV", "WK"):
            yield Hit(
                line.at("procedure_qualifier"),
                f"Line {line.number} has procedure qualifier {line.procedure_qualifier}; claims under HIPAA use HC.",
            )
        elif _is_beyond_cpt(line.procedure):
            words = f"{line.procedure} on line {line.number} is no CPT code: they run from 00100 to 99607."
            yield Hit(line.at("procedure"), words, severity="warning")


@rule(
    id="STR019",
    name="amount-precision",
    severity="error",
    snip=5,
    source="005010X222A1, data element 782: dollars and cents; claim status code 697",
    stc=("A7:697",),
    watch={name: _has_split_cent(*elements) for name, elements in _AMOUNTS.items()},
    examples=(
        Bad({"HC:96372*35*": "HC:96372*34.999*"}, at=("2400", "SV102"), also=("STR001",)),
        Bad({"HI*ABK": "AMT*F5*20.005~HI*ABK"}, at=("2300", "AMT02")),
        Good({"HC:96372*35*": "HC:96372*35.000*", "*151.5*": "*151.500*"}),
    ),
)
def amount_precision(claim: Claim, context: Context) -> Iterator[Hit]:
    """An amount of money has no fraction of a cent; zeros behind the cents do no harm.

    Why: Payers reject such an amount, or round it, and then the claim no longer adds up.

    Fix: Round the amount to cents, and correct the totals that it is part of.
    """
    for loop, segment in _all_segments(claim.loop):
        for element in _AMOUNTS.get(segment.id, ()):
            sent = segment.get(element)
            if _splits_a_cent(sent):
                about = _AMOUNT_STATUS.get(segment.id) or _AMOUNT_STATUS.get(f"{segment.id}*{segment.get(1)}")
                yield Hit(
                    place(loop, segment, element),
                    f"{segment.id}{element:02d} is {sent}, with a fraction of a cent.",
                    acks=Acks(stc=("A7:697", about)) if about else None,
                )


def _all_segments(loop: OpenLoop) -> Iterator[tuple[OpenLoop, Segment]]:
    """The segments of a loop instance and of those inside it."""
    for segment in loop.segments:
        yield loop, segment
    for child in loop.children:
        yield from _all_segments(child)
