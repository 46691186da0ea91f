"""DX: diagnoses that the tabular list keeps apart (DX020).

Of the notes, edi-lint has the pairs of codes that they name, for one year (`reference.exclusions`). Whether two
conditions have nothing to do with each other, so that both may be coded after all, no claim tells.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..claims import Claim
from ..claims.records import MOST_DIAGNOSES
from ..reference import Reference
from ..x12 import Segment
from .icd10cm import icd10_diagnoses, named, plain
from .registry import Bad, Context, Good, Hit, Watch, rule


def _has_exclusion(segment: Segment, reference: Reference) -> bool:
    count = min(len(segment.elements) - 1, MOST_DIAGNOSES)
    codes = [plain(segment.get(position, 2)) for position in range(1, count + 1)]
    return any(True for _ in reference.excludes1.among(codes))


@rule(
    id="DX020",
    name="excludes1-pair",
    severity="warning",
    snip=5,
    source="ICD-10-CM Official Guidelines, section I.A.12.a; Excludes1 notes of the tabular list of CDC",
    stc=("A8:255",),
    watch={"HI": Watch(_has_exclusion)},
    examples=(
        Bad({"*ABF:I10~": "*ABF:D529~"}, at=("2300", "HI02-2")),
        Bad({"*ABF:I10~": "*ABF:I10*ABF:E119*ABF:E109~", "***2~": "***2:3:4~"}, at=("2300", "HI04-2")),
        # In this year's list the two may stand together.
        Good({"*ABF:I10~": "*ABF:D519~"}),
        Good({"*ABF:I10~": "*ABF:E119~"}),
    ),
)
def excluded_pair(claim: Claim, context: Context) -> Iterator[Hit]:
    """Two diagnoses of the claim are kept apart by an Excludes1 note of the tabular list.

    The notes are those of the shipped year; services of other years are not looked at.

    Why: The note says "not coded here": one of the two covers the other, or both cannot be true at once. Payers deny
    claims with such pairs.

    Fix: Keep the code that the documentation supports. Both may stay only where they have nothing to do with each
    other; the record must show it.
    """
    table = context.reference.excludes1
    if not any(line.service_from is not None and table.covers(line.service_from) for line in claim.lines):
        return
    billable = [found for found in icd10_diagnoses(claim) if plain(found.code) in context.reference.icd10cm]
    diagnoses = {plain(diagnosis.code): diagnosis for diagnosis in reversed(billable)}
    told = set()
    for one, other in table.among(sorted(diagnoses, key=lambda code: diagnoses[code].number)):
        if other not in told:
            told.add(other)
            first, second = named(diagnoses[one], context), named(diagnoses[other], context)
            yield Hit(diagnoses[other].spot, f"Diagnoses {first} and {second} exclude each other.")
