"""DX: what a payer accepts, by the list of it that the user has loaded (DX026).

A list that is not there is nobody's fault: nothing is told of it. Which drugs a payer wants to be asked for is looked
up by STR018, what supports vitamin B12 by DX013.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..claims import Claim
from ..refdata import PayerDiagnoses
from .icd10cm import named, plain, pointed
from .registry import Bad, Context, Good, Hit, rule
from .signs import procedure

__all__ = ["accepted_diagnoses"]

B12 = ("J3420", "J3425")
_DIHYDROERGOTAMINE = {"HC:J3420*": "HC:J1110*"}


def accepted_diagnoses(claim: Claim, code: str, day: date | None, context: Context) -> PayerDiagnoses | None:
    """What the payer of the claim accepts for a procedure code; None if no loaded list speaks of it."""
    payer = claim.payer
    if day is None or payer is None or not payer.id:
        return None
    return context.reference.loaded.payer_diagnoses(payer.id, code, day)


@rule(
    id="DX026",
    name="payer-diagnosis-list",
    severity="warning",
    snip=7,
    source="The payer's list of diagnoses that you have loaded",
    stc=("A8:488",),
    watch={"SV1": procedure(lambda _, reference: bool(reference.loaded.editions("payer-diagnoses")))},
    hides=("DX012",),
    examples=(
        Bad(_DIHYDROERGOTAMINE, at=("2400", "SV107-1")),
        Good(_DIHYDROERGOTAMINE | {"ABK:E538": "ABK:G43909"}),
        # One accepted diagnosis is enough.
        Good(
            _DIHYDROERGOTAMINE
            | {"ABF:I10": "ABF:G43909", "*35*UN*1***1": "*35*UN*1***2", "*4.5*UN*1***1": "*4.5*UN*1***1:2"}
        ),
    ),
)
def diagnosis_the_payer_accepts(claim: Claim, context: Context) -> Iterator[Hit]:
    """No diagnosis of the line is one that the payer accepts for the procedure, by the list that you have loaded.

    A procedure that is in no list is not checked for the payer. Vitamin B12 is left to DX013.

    Why: The payer denies the line as not medically necessary.

    Fix: Point the line to the documented condition that the payer accepts; if there is none, expect a denial.
    """
    for line in claim.lines:
        diagnoses = pointed(line)
        if line.procedure in B12 or not diagnoses:
            continue
        accepted = accepted_diagnoses(claim, line.procedure, line.service_from, context)
        if accepted is not None and not any(plain(diagnosis.code) in accepted for diagnosis in diagnoses):
            listed = ", ".join(named(diagnosis, context) for diagnosis in diagnoses)
            yield Hit(
                line.pointer_spot(1),
                f"{line.procedure} on line {line.number} points to {listed}, which the payer's list does not have.",
            )
