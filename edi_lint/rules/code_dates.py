"""DAT: codes in force on the date of service (DAT007, DAT009, DAT010).

With edi-lint come one edition of ICD-10-CM and of HCPCS Level II, the dates of the injectable drugs, and a handful of
CPT dates; the user may have loaded other editions. What no edition covers gets no verdict.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import partial

import msgspec

from ..claims import Claim, Diagnosis, ServiceLine
from ..refdata import LoadedCodes
from ..reference import CodeSet, Edition, Reference
from ..reference.groups import OBSOLETE_INJECTION
from ..x12 import Ref, Segment
from .icd10cm import icd10_diagnoses, named, well_formed
from .registry import Bad, Context, Good, Hit, Watch, rule
from .signs import before, procedure, unlisted_diagnosis

_DATE_1 = "***2~DTP*472*D8*20260115"

_PERIODS: Mapping[str, tuple[date | None, date | None]] = {
    "96372": (date(2009, 1, 1), None),
    "J0576": (date(2024, 1, 1), date(2024, 3, 31)),
    "J9250": (None, date(2024, 3, 31)),
}
"""First and last day of codes that the drug table does not hold, from NCCI data and the CMS HCPCS files.

The forerunners of 96372 (OBSOLETE_INJECTION) are left to ADM032, which knows what they were meant for.
"""

_INSTEAD = {
    "J0171": "J0165 or the code of the brand",
    "J0576": "J0577 or J0578",
    "J1020": "J1010, which counts milligrams",
    "J1030": "J1010, which counts milligrams",
    "J1040": "J1010, which counts milligrams",
    "J2920": "J2919, which counts 5 mg",
    "J2930": "J2919, which counts 5 mg",
}
_BEFORE = {
    "96372": "90772",
    "J0577": "J0576 (from 2024-01-01)",
    "J0578": "J0576 (from 2024-01-01)",
    "J1010": "J1020, J1030 or J1040",
    "J2919": "J2920 or J2930",
}
_RECENT = date(2022, 1, 1)
"""Most batches bill services after this day: then only younger codes, and those that have ended, are looked at."""
_LEVEL_II = re.compile(r"[ABCE-V][0-9]{4}")
"""Codes that the CMS list would hold. Dental codes (D) are not in it."""


def _is_dated(code: str, reference: Reference) -> bool:
    """Whether the code is not known to be in force ever since `_RECENT`."""
    is_level_ii = _LEVEL_II.fullmatch(code) is not None
    if is_level_ii and _varies(code, reference):
        return True
    if code in _PERIODS or code in reference.drugs:
        start, end = _own_period(code, reference)
        return end is not None or (start is not None and start > _RECENT)
    return is_level_ii and code not in reference.hcpcs


def _varies(code: str, reference: Reference) -> bool:
    """Whether a list that the user has loaded lacks the code, or tells a day on which it began or ended."""
    for edition in reference.loaded.editions("hcpcs"):
        entry = reference.loaded.hcpcs(code, edition.effective)
        if entry is None or entry.terminated is not None or (entry.added is not None and entry.added > _RECENT):
            return True
    return False


@rule(
    id="DAT007",
    name="code-not-effective-on-dos",
    severity="error",
    snip=5,
    source="CMS HCPCS files; NCCI data and Policy Manual 2026 XII.D; CEDI edit X222.351.2400.SV101-2.020",
    stc=("A7:507",),
    watch={"SV1": procedure(_is_dated), "DTP*472": before(f"{_RECENT:%Y%m%d}")},
    examples=(
        Bad({"HC:J3420*": "HC:J1030*"}, at=("2400", "SV101-2")),
        Good({"HC:J3420*4.5*UN*1*": "HC:J2919*4.5*UN*25*"}),
    ),
)
def code_not_effective_on_dos(claim: Claim, context: Context) -> Iterator[Hit]:
    """A procedure code must have been in force on the date of service.

    edi-lint knows the dates of 96372 and its forerunner, of the injectable drugs, and which HCPCS Level II codes its
    edition of the CMS list holds; for the quarters whose lists you have loaded, it knows the dates of every code. A
    date of which no list knows anything is not judged.

    Why: Payers deny a code that had ended, or did not exist yet, on the day of the service.

    Fix: Use the code that was in force on that day.
    """
    for line in claim.lines:
        day = line.service_from
        code = line.procedure
        if day is None or not code or code in OBSOLETE_INJECTION:
            continue
        start, end = _period(code, day, context)
        if start is not None and day < start:
            before = f"For earlier days use {_BEFORE[code]}." if code in _BEFORE else ""
            yield Hit(
                line.at("procedure"), f"{code} on line {line.number} is dated {day}, but began on {start}.", fix=before
            )
        elif end is not None and day > end:
            instead = f"Use {_INSTEAD[code]}." if code in _INSTEAD else ""
            yield Hit(
                line.at("procedure"), f"{code} on line {line.number} is dated {day}, but ended on {end}.", fix=instead
            )
        elif _LEVEL_II.fullmatch(code) and code not in _PERIODS:
            yield from _listed(line, day, context)


def _period(code: str, day: date, context: Context) -> tuple[date | None, date | None]:
    """The first and the last day of a code, by the list that the user has loaded for the day, else as shipped."""
    entry = context.reference.loaded.hcpcs(code, day) if code not in _PERIODS else None
    return (entry.added, entry.terminated) if entry is not None else _own_period(code, context.reference)


def _own_period(code: str, reference: Reference) -> tuple[date | None, date | None]:
    if code in _PERIODS:
        return _PERIODS[code]
    drug = reference.drugs.get(code)
    if drug is None:
        return None, None
    return None if drug.start_unverified else drug.added, drug.terminated


def _listed(line: ServiceLine, day: date, context: Context) -> Iterator[Hit]:
    reference, code = context.reference, line.procedure
    edition: Edition | None = reference.loaded.edition("hcpcs", day)
    if edition is not None:
        known = reference.loaded.hcpcs(code, day) is not None
    else:
        edition = reference.hcpcs if reference.hcpcs.covers(day) else None
        known = code in reference.drugs or code in reference.hcpcs
    if known:
        return
    if edition is not None:
        yield Hit(
            line.at("procedure"),
            f"{code} on line {line.number} is not a HCPCS code: the list {edition.edition} does not hold it.",
        )
    else:
        context.not_checked("hcpcs", partial(line.at, "procedure"))


ICD10_START = date(2015, 10, 1)
"""From this date of service on, diagnoses are ICD-10-CM (45 CFR 162.1002)."""
_ICD10, _ICD9 = frozenset({"ABK", "ABF"}), frozenset({"BK", "BF"})


@Watch
def _is_icd9(segment: Segment, reference: Reference) -> bool:
    """An HI with a diagnosis that its qualifier calls ICD-9-CM."""
    return any(segment.get(position, 1) in _ICD9 for position in range(1, len(segment.elements)))


@rule(
    id="DAT009",
    name="icd-era-by-dos",
    severity="error",
    snip=5,
    source="45 CFR 162.1002: ICD-10-CM from 2015-10-01, by date of service",
    stc=("A7:508", "A7:254"),
    watch={"HI": _is_icd9, "DTP": before("20151001")},
    examples=(
        Bad({"ABK:E538*ABF:I10": "BK:E538*BF:I10"}, at=("2300", "HI01-1")),
        Bad({"ABF:I10": "BF:4019"}, at=("2300", "HI02-1")),
        Bad({_DATE_1: "***2~DTP*472*D8*20150930"}, at=("2400", "DTP03"), also=("REF001",)),
        Good({"20260115": "20260102"}),
    ),
)
def icd_era_by_dos(claim: Claim, context: Context) -> Iterator[Hit]:
    """Diagnoses are ICD-10-CM (ABK, ABF) for services since 2015-10-01 and ICD-9-CM (BK, BF) for earlier ones.

    One claim holds one of the two, and no claim has services on both sides of that day.

    Why: The payer reads a code by its qualifier; one of the wrong era is not found.

    Fix: Use the qualifier and the codes of the date of service; split a claim that spans 2015-10-01.
    """
    dated = [line for line in claim.lines if line.service_from is not None]
    eras = {_is_icd10_era(line) for line in dated}
    if len(eras) == 2:
        odd = next(line for line in dated if _is_icd10_era(line) != _is_icd10_era(dated[-1]))
        yield Hit(
            odd.at("service_date"),
            f"The claim has services before and after {ICD10_START}: line {odd.number} is dated {odd.service_from}.",
        )
        return
    wrong = _ICD10 if eras == {False} else _ICD9
    if not eras and not _is_mixed(claim.diagnoses):
        return
    for diagnosis in claim.diagnoses:
        if diagnosis.qualifier in wrong:
            spot = msgspec.structs.replace(diagnosis.spot, ref=Ref(diagnosis.spot.ref.element, 1))  # type: ignore[union-attr]
            kind = "ICD-9-CM" if wrong is _ICD9 else "ICD-10-CM"
            because = f"the services are of {dated[0].service_from}" if dated else "other diagnoses are ICD-10-CM"
            yield Hit(spot, f"Qualifier {diagnosis.qualifier} says {kind}, but {because}.")
            return


def _is_icd10_era(line: ServiceLine) -> bool:
    return line.service_from is not None and line.service_from >= ICD10_START


def _is_mixed(diagnoses: tuple[Diagnosis, ...]) -> bool:
    qualifiers = {diagnosis.qualifier for diagnosis in diagnoses}
    return not qualifiers.isdisjoint(_ICD9) and not qualifiers.isdisjoint(_ICD10)


@rule(
    id="DAT010",
    name="fy-straddle",
    severity="warning",
    snip=5,
    source="CDC/NCHS: ICD-10-CM codes are valid by date of encounter, new on 1 October",
    stc=("A7:255",),
    watch={"HI": unlisted_diagnosis},
    examples=(
        Bad(
            {
                _DATE_1: "***2~DTP*472*D8*20250930",
                "ABF:I10": "ABF:G35",
                "J3420*4.5*UN*1***1": "J3420*4.5*UN*1***1:2",
            },
            at=("2300", "HI02-2"),
            also=("DX006", "REF001"),
        ),
        Good({"20260115": "20251001"}),
    ),
)
def fy_straddle(claim: Claim, context: Context) -> Iterator[Hit]:
    """The lines of a claim lie on both sides of a yearly change of ICD-10-CM, and a diagnosis holds on one side only.

    Of a year that no edition covers it is taken that the code was valid there. Changes of 1 April are seen if you have
    loaded the April edition.

    Why: A code is valid by date of service, so no one code can be right for all of these lines.

    Fix: Split the claim at the change, and use for each part the code that was valid then.
    """
    days = {line.service_from for line in claim.lines if line.service_from is not None}
    tables = {day: context.reference.icd10cm_on(day) for day in days}
    if len({table.edition if table is not None else None for table in tables.values()}) < 2:
        return
    for diagnosis in icd10_diagnoses(claim):
        code = diagnosis.code
        if not well_formed(code):
            continue
        pointing = [line.service_from for line in claim.lines if line.service_from and diagnosis in line.diagnoses]
        invalid = [day for day in pointing if (table := tables[day]) is not None and code not in table]
        valid = [day for day in pointing if day not in invalid]
        if invalid and valid:
            yield Hit(
                diagnosis.spot,
                f"{named(diagnosis, context)} is not valid on {invalid[0]}, and the lines that point to it lie on both "
                f"sides of {_change(invalid[0], valid[0], tables)}, when codes change.",
            )


def _change(one: date, other: date, tables: Mapping[date, CodeSet | LoadedCodes | None]) -> date | str:
    """The day between the two on which the edition changes."""
    earlier, later = tables[min(one, other)], tables[max(one, other)]
    if later is not None:
        return later.valid_from
    return earlier.valid_to + timedelta(days=1) if earlier is not None else "a change"
