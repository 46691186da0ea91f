"""DX: diagnosis codes: present, pointed to, well formed, billable on the day.

It does not know which diagnoses exclude each other (`diagnosis_exclusions`), nor
which code took the place of one that ended. ICD-9 codes (BK, BF) are left to the rule on their date (DAT009).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from ..claims import Claim, Diagnosis
from ..refdata import LoadedCodes
from ..reference import CodeSet, Reference
from ..x12 import Segment
from .icd10cm import days_looked_up, flagged, icd10_diagnoses, named, plain, pointed, well_formed
from .registry import Bad, Context, Good, Hit, Watch, rule
from .signs import diagnosis_code, flagged_diagnosis, outside_icd10cm, unlisted_diagnosis

_HI = "2300/HI*ABK/BK"
_OTHERS = range(2, 13)
_POINTERS = tuple(str(number) for number in range(1, 13))
_SHOWN_CHILDREN = 6


@rule(
    id="DX001",
    name="hi-present",
    severity="error",
    snip=2,
    source="005010X222A1, 2300 HI (diagnoses)",
    stc=("A6:254",),
    speaks_for=(
        f"segment-missing {_HI}",
        f"element-missing {_HI}/HI01",
        f"element-missing {_HI}/HI01-1",
        f"element-missing {_HI}/HI01-2",
        f"invalid-code {_HI}/HI01-1",
    ),
    message="The claim has no principal diagnosis: HI01 must hold one, with qualifier ABK.",
    examples=(
        Bad({"HI*ABK:E538*ABF:I10~": ""}, at=("2300", "HI")),
        Bad({"HI*ABK:E538*": "HI*ABF:E538*"}, at=("2300", "HI01-1")),
        Good({"HI*ABK:E538*ABF:I10~": "HI*ABK:E538*ABF:I10*ABF:D510~", "***1~DTP": "***1:3~DTP"}),
    ),
)
def hi_present(claim: Claim, context: Context) -> Iterator[Hit]:
    """A claim needs a principal diagnosis: an HI segment whose first code has the qualifier ABK.

    Why: Every service line points into the list of diagnoses; without it no service has a reason, and the claim is
    rejected.

    Fix: Enter the diagnosis chiefly responsible for the services into HI01, with qualifier ABK.
    """
    return iter(())


@rule(
    id="DX002",
    name="pointer-integrity",
    severity="error",
    snip=4,
    source="005010X222A1, 2400 SV107 (diagnosis code pointers)",
    stc=("A8:477",),
    speaks_for=(
        "element-missing 2400/SV1/SV107",
        "blank-element 2400/SV1/SV107",
        "too-many-components 2400/SV1/SV107-5",
        "element-missing 2400/SV1/SV107-1",
        *(f"invalid-code 2400/SV1/SV107-{number}" for number in range(1, 5)),
    ),
    message="Line {line} has no valid diagnosis pointer at {element}: it needs one to four, each the number of a "
    "diagnosis of the claim.",
    examples=(
        Bad({"J3420*4.5*UN*1***1": "J3420*4.5*UN*1***3"}, at=("2400", "SV107-1")),
        Bad({"J3420*4.5*UN*1***1": "J3420*4.5*UN*1***1:1"}, at=("2400", "SV107-2")),
        Bad({"J3420*4.5*UN*1***1": "J3420*4.5*UN*1***1::2"}, at=("2400", "SV107-2")),
        Bad({"J3420*4.5*UN*1***1": "J3420*4.5*UN*1***13"}, at=("2400", "SV107-1")),
        Bad({"J3420*4.5*UN*1***1": "J3420*4.5*UN*1***A"}, at=("2400", "SV107-1")),
        Bad({"J3420*4.5*UN*1***1~": "J3420*4.5*UN*1~"}, at=("2400", "SV107")),
        Bad(
            {"*ABF:I10~": "*ABF:I10*ABF:D510*ABF:K900~", "J3420*4.5*UN*1***1": "J3420*4.5*UN*1***1:2:3:4:1"},
            at=("2400", "SV107-5"),
        ),
        Good({"J3420*4.5*UN*1***1": "J3420*4.5*UN*1***1:2"}),
        # A visit and an injection may have the same reason: nothing asks for two diagnoses (DX024).
        Good({"99213:25*112*UN*1***2": "99213:25*112*UN*1***1:2"}),
    ),
)
def pointer_integrity(claim: Claim, context: Context) -> Iterator[Hit]:
    """Each diagnosis pointer of a line must be the number of a diagnosis of the claim, named once, without gaps.

    Why: A pointer that leads nowhere leaves the service without a reason; payers reject the line or the claim.

    Fix: Point the line to the diagnoses that it was for, the most important first, or add the missing one to HI.
    """
    listed = len(claim.diagnoses)
    if not listed:
        return
    for line in claim.lines:
        if _lead_somewhere(line.pointers, listed):
            continue
        pointers = list(line.pointers[:4])
        while pointers and not pointers[-1]:
            pointers.pop()  # Separators with nothing behind them are a fault of the guide.
        for number, pointer in enumerate(pointers, 1):
            if not pointer:
                if number > 1:  # An empty first pointer is a fault of the guide, told above.
                    words = f"Line {line.number} skips diagnosis pointer {number} but has another behind it."
                    yield Hit(line.pointer_spot(number), words)
            elif pointer not in _POINTERS:
                continue
            elif int(pointer) > listed:
                if not claim.intact:
                    continue  # It may be the lost or misplaced segment that holds the diagnosis.
                has = f"the claim has {listed}" if listed > 1 else "the claim has only one"
                yield Hit(line.pointer_spot(number), f"Line {line.number} points to diagnosis {pointer}, but {has}.")
            elif pointer in pointers[: number - 1]:
                words = f"Line {line.number} points to diagnosis {pointer} more than once."
                yield Hit(line.pointer_spot(number), words)


@rule(
    id="DX003",
    name="max-twelve",
    severity="error",
    snip=2,
    source="005010X222A1, 2300 HI (diagnoses)",
    stc=("A7:255",),
    speaks_for=(
        f"too-many-elements {_HI}",
        f"too-many-elements {_HI}/HI13",
        f"segment-repeated {_HI}",
        *(f"invalid-code {_HI}/HI{number:02d}-1" for number in _OTHERS),
        "invalid-code 2300/HI*BP/HI01-1",
    ),
    message="Diagnoses stand in one HI segment: one principal (ABK) and at most eleven others (ABF). Anesthesia (BP, "
    "BO) and condition codes (BG) have HI segments of their own.",
    examples=(
        Bad(
            {
                "*ABF:I10~": "*ABF:I10*ABF:R519*ABF:E119*ABF:M5450*ABF:J020*ABF:N390*ABF:L237*ABF:K900*ABF:F200"
                "*ABF:J4550*ABF:E785*ABF:K219~",
                "99213:25*112*UN*1***2~": "99213:25*112*UN*1***2:3:4:5~",
                "96372*35*UN*1***1~": "96372*35*UN*1***1:6:7:8~",
                "J3420*4.5*UN*1***1~": "J3420*4.5*UN*1***9:10:11:12~",
            },
            at=("2300", "HI13"),
        ),
        Bad({"*ABF:I10~": "*ABK:I10~"}, at=("2300", "HI02-1")),
        Bad({"*ABF:I10~": "~HI*ABF:I10~"}, at=("2300", "HI01-1")),
        Good({"*ABF:I10~": "*ABF:I10~HI*BG:AH~"}),
    ),
)
def max_twelve(claim: Claim, context: Context) -> Iterator[Hit]:
    """A claim holds at most twelve diagnoses, in one HI segment: the principal one (ABK) and up to eleven others (ABF).

    Why: The receiver has no room for a thirteenth, nor for a second principal diagnosis, and rejects the claim.

    Fix: Keep the twelve that the service lines need, or split the claim.
    """
    return iter(())


@Watch
def _repeats(segment: Segment, reference: Reference) -> bool:
    """An HI that lists a code twice. A code that stands in two HI segments is one HI too many, and told as that."""
    codes = [segment.get(position, 2) for position in range(1, len(segment.elements))]
    return len(set(codes)) < len(codes)


@rule(
    id="DX004",
    name="dup-dx",
    severity="warning",
    snip=4,
    source="Front-end edits of payers",
    stc=("A8:255",),
    watch={"HI": _repeats},
    examples=(
        Bad({"*ABF:I10~": "*ABF:E538~"}, at=("2300", "HI02-2")),
        Good({"*ABF:I10~": "*ABF:D510~"}),
    ),
)
def dup_dx(claim: Claim, context: Context) -> Iterator[Hit]:
    """A diagnosis is listed once in a claim; as many lines as need it point to the same entry.

    Why: Some payers reject a claim that repeats a code, and a slip of the finger usually hides another diagnosis.

    Fix: Remove the repeated code and point the lines to the first, or enter the code that was meant.
    """
    seen: dict[str, Diagnosis] = {}
    for diagnosis in icd10_diagnoses(claim):
        first = seen.setdefault(diagnosis.code, diagnosis)
        if first is not diagnosis:
            yield Hit(
                diagnosis.spot,
                f"Diagnosis {named(diagnosis, context)} is listed twice, as number {first.number} and as number "
                f"{diagnosis.number}.",
            )


@rule(
    id="DX005",
    name="dx-format",
    severity="error",
    snip=5,
    source="005010X222A1, 2300 HI (the decimal point is implied); shape of ICD-10-CM codes",
    stc=("A7:488",),
    watch={"HI": diagnosis_code(lambda code, reference: not well_formed(code))},
    examples=(
        Bad({"*ABF:I10~": "*ABF:M54.50~"}, at=("2300", "HI02-2")),
        Bad({"*ABF:I10~": "*ABF:i10~"}, at=("2300", "HI02-2")),
        Bad({"*ABF:I10~": "*ABF:M54 50~"}, at=("2300", "HI02-2")),
        Bad({"*ABF:I10~": "*ABF:I1~"}, at=("2300", "HI02-2")),
        Bad({"*ABK:E538*": "*ABK:E53.8*"}, at=("2300", "HI01-2")),
        # QA0.- has a letter in the second place.
        Good({"*ABF:I10~": "*ABF:QA00101~"}),
    ),
)
def dx_format(claim: Claim, context: Context) -> Iterator[Hit]:
    """An ICD-10-CM code is sent as three to seven capitals and digits, without the decimal point and without blanks.

    Why: The payer looks the code up as sent; with a point or a small letter in it, it is not found.

    Fix: Send the code in capitals without the point: M5450, not M54.50.
    """
    for diagnosis in icd10_diagnoses(claim):
        # Blanks behind the code, characters outside ASCII and 31 characters or more are faults of the guide.
        code = diagnosis.code.rstrip()
        if well_formed(code) or not code.isascii() or len(code) > 30:
            continue
        if "." in code:
            fault = "has a decimal point"
        elif " " in code:
            fault = "has a blank in it"
        elif well_formed(code.upper()):
            fault = "has small letters"
        else:
            fault = "is not a letter followed by two to six letters or digits"
        meant = plain(code)
        right = f"; send {meant}" if any(meant in table for table in context.reference.icd10cm_editions()) else ""
        yield Hit(diagnosis.spot, f"Diagnosis {diagnosis.number} {fault}{right}.")


@rule(
    id="DX006",
    name="dx-not-billable",
    severity="error",
    snip=5,
    source="ICD-10-CM tables of CDC and CMS, by date of service",
    stc=("A7:772", "A7:255"),
    watch={"HI": unlisted_diagnosis, "DTP": outside_icd10cm},
    examples=(
        Bad({"*ABF:I10~": "*ABF:M545~"}, at=("2300", "HI02-2")),
        Bad({"*ABF:I10~": "*ABF:S93401~"}, at=("2300", "HI02-2")),
        Bad({"*ABF:I10~": "*ABF:R51~"}, at=("2300", "HI02-2")),
        Bad({"*ABF:I10~": "*ABF:I109~"}, at=("2300", "HI02-2")),
        Bad({"*ABF:I10~": "*ABF:I99999~"}, at=("2300", "HI02-2")),
        Good({"*ABF:I10~": "*ABF:M5450~"}),
        Good({"*ABF:I10~": "*ABF:S93401A~"}),
    ),
)
def dx_not_billable(claim: Claim, context: Context) -> Iterator[Hit]:
    """A diagnosis must be a complete ICD-10-CM code that is in force on the date of service.

    The heading of a group of codes is none, nor is a code without its seventh character.

    Why: Payers accept only codes at the highest specificity, and only in the fiscal year that they belong to.

    Fix: Choose the complete code that the documentation supports, from the list for the date of service.
    """
    table_on = context.reference.icd10cm_on
    days = {line.service_from for line in claim.lines if line.service_from is not None}
    if all(
        (table := table_on(day)) is not None and all(diagnosis.code in table for diagnosis in claim.diagnoses)
        for day in days
    ):
        return  # The common case, without asking which line is of which day.
    for diagnosis in icd10_diagnoses(claim):
        code = diagnosis.code.rstrip()
        if not well_formed(code):
            continue  # DX005 says why it cannot be found.
        for day in days_looked_up(diagnosis, claim, context):
            table = table_on(day)
            if table is not None and code not in table:
                yield Hit(diagnosis.spot, f"Diagnosis {named(diagnosis, context)} {_not_billable(code, day, table)}.")
                break


def _not_billable(code: str, day: date, table: CodeSet | LoadedCodes) -> str:
    children = table.children(code, _SHOWN_CHILDREN + 1)
    if children:
        more = " ..." if len(children) > _SHOWN_CHILDREN else ""
        return f"is not a complete code; choose one of {', '.join(children[:_SHOWN_CHILDREN])}{more}"
    shorter = next((code[:length] for length in range(len(code) - 1, 2, -1) if code[:length] in table), "")
    if shorter:
        return f"is not in ICD-10-CM on {day.isoformat()}: {shorter} has no further characters"
    return f"is not in ICD-10-CM on {day.isoformat()}"


@rule(
    id="DX018",
    name="unspecified-laterality",
    severity="info",
    snip=5,
    source="ICD-10-CM Official Guidelines, section I.B.13; table of CDC",
    stc=("A7:772", "A7:255"),
    watch={"HI": flagged_diagnosis("unspecified_side")},
    examples=(
        Bad({"*ABF:I10~": "*ABF:M1710~"}, at=("2300", "HI02-2")),
        Good({"*ABF:I10~": "*ABF:M1711~"}),
    ),
)
def unspecified_laterality(claim: Claim, context: Context) -> Iterator[Hit]:
    """A diagnosis that a line points to says "unspecified side", while codes for right and left exist.

    Why: Some payers deny codes without a side where the record must show it.

    Fix: Take the code for the side that is documented.
    """
    used = _used(claim)
    for diagnosis in icd10_diagnoses(claim):
        if diagnosis.number in used and flagged(diagnosis, "unspecified_side", claim, context):
            code = named(diagnosis, context)
            yield Hit(diagnosis.spot, f"Diagnosis {code} leaves the side open; there are codes for right and left.")


@rule(
    id="DX025",
    name="dx-unreferenced",
    severity="info",
    snip=4,
    source="005010X222A1, 2400 SV107 (diagnosis code pointers)",
    stc=("A8:477",),
    whole=True,
    examples=(
        Bad({"*ABF:I10~": "*ABF:I10*ABF:E119~"}, at=("2300", "HI03-2")),
        Good({"*ABF:I10~": "*ABF:I10*ABF:E119~", "99213:25*112*UN*1***2": "99213:25*112*UN*1***2:3"}),
    ),
)
def dx_unreferenced(claim: Claim, context: Context) -> Iterator[Hit]:
    """No line points to this diagnosis of the claim.

    Why: That is allowed, but often shows a pointer that slipped: a service then lacks its reason.

    Fix: Check the pointers of the lines; leave the diagnosis if it only describes the patient.
    """
    if {pointer for line in claim.lines for pointer in line.pointers}.issuperset(_POINTERS[: len(claim.diagnoses)]):
        return
    if not all(pointed(line) for line in claim.lines):
        return  # Where a pointer leads nowhere, it may have been meant for this one.
    used = _used(claim)
    for diagnosis in icd10_diagnoses(claim):
        if diagnosis.number not in used and diagnosis.number <= len(_POINTERS):
            yield Hit(diagnosis.spot, f"No line points to diagnosis {diagnosis.number}, {named(diagnosis, context)}.")


@lru_cache(maxsize=4096)
def _lead_somewhere(pointers: tuple[str, ...], listed: int) -> bool:
    """Whether each pointer names another one of the first ``listed`` diagnoses."""
    return len(set(pointers)) == len(pointers) <= 4 and all(pointer in _POINTERS[:listed] for pointer in pointers)


def _used(claim: Claim) -> set[int]:
    return {diagnosis.number for line in claim.lines for diagnosis in line.diagnoses}
