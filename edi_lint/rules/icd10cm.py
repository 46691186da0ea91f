"""What the diagnosis rules ask of a claim: its ICD-10-CM codes, the days they must hold for, what the table flags.

It judges nothing, and knows of no procedure and no payer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from ..claims import Claim, Diagnosis, ServiceLine
from .registry import Context

__all__ = ["days_looked_up", "first_pointed", "flagged", "icd10_diagnoses", "named", "plain", "pointed", "well_formed"]

# The second character is a letter in QA00.- and its neighbours: the old pattern [A-Z][0-9] would reject them.
_CODE = re.compile(r"[A-Z][0-9A-Z]{2,6}")


def icd10_diagnoses(claim: Claim) -> Iterator[Diagnosis]:
    """The diagnoses of the claim that are sent as ICD-10-CM: not ICD-9 (BK, BF), not those without a code."""
    return (found for found in claim.diagnoses if found.qualifier in ("ABK", "ABF") and found.code.strip())


@lru_cache(maxsize=4096)  # A batch has few codes, and each rule asks for all of them.
def plain(code: str) -> str:
    """A code as it should have been sent: capitals, without point and blanks."""
    return code.replace(".", "").replace(" ", "").upper()


def well_formed(code: str) -> bool:
    """Whether this is a letter and two to six letters or digits, as X12 sends ICD-10-CM."""
    return _CODE.fullmatch(code) is not None


def named(diagnosis: Diagnosis, context: Context) -> str:
    """The code, for a message, if the table knows its category; else its element (``HI02-2``): it may be anything."""
    code = plain(diagnosis.code)
    known = well_formed(code) and any(
        table.children(code[:3], 1) or code in table for table in context.reference.icd10cm_editions()
    )
    return code if known or diagnosis.spot.ref is None else diagnosis.spot.ref.name("HI")


def pointed(line: ServiceLine) -> tuple[Diagnosis, ...]:
    """The diagnoses that the line points to; none if a pointer leads nowhere (DX002) or to an entry without a code."""
    found, pointers = line.diagnoses, line.pointers
    lead_somewhere = len(found) == len(pointers) - pointers.count("")
    return found if lead_somewhere and "" not in [diagnosis.code for diagnosis in found] else ()


def first_pointed(line: ServiceLine) -> Diagnosis | None:
    """The diagnosis of the first pointer; None if that leads nowhere or to ICD-9."""
    found = pointed(line)
    return found[0] if found and found[0].qualifier in ("ABK", "ABF") else None


def days_looked_up(diagnosis: Diagnosis, claim: Claim, context: Context) -> list[date]:
    """The dates of service of the diagnosis for which there is a table, in order; other dates go to REF001.

    Its dates are those of the lines that point to it, or of all lines if none does.
    """
    lines = [line for line in claim.lines if diagnosis in line.diagnoses] or claim.lines
    covered = []
    for day in sorted({line.service_from for line in lines if line.service_from is not None}):
        if context.covers("icd10cm", day):
            covered.append(day)
        else:
            context.not_checked("icd10cm", lambda: diagnosis.spot)
    return covered


def flagged(diagnosis: Diagnosis, flag: str, claim: Claim, context: Context) -> bool:
    """Whether the shipped table sets this flag on the diagnosis, and its dates are covered, be it by a loaded year."""
    code = plain(diagnosis.code)
    return flag in context.reference.icd10cm.flags(code) and bool(days_looked_up(diagnosis, claim, context))
