"""DAT: dates of service: that they are there, possible, in time, and the same for what belongs together.

Dates are those of the service lines (2400 DTP*472), judged against the file's own date and the day of the run, and
against each other. Which codes were in force on them is the subject of `code_dates`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from ..claims import Claim, ServiceLine, Spot
from ..x12 import Ref
from .balancing import PROCEDURE
from .drug_lines import is_product, lines_beside
from .examples import patient
from .registry import Bad, Context, Good, Hit, rule
from .same_day import may_be_injected
from .signs import element_in, service_range

_DATE_1 = "***2~DTP*472*D8*20260115"
_DATE_2 = "DTP*472*D8*20260115~REF*6R*A1001L2"
_DATE_3 = "DTP*472*D8*20260115~REF*6R*A1001L3"


@rule(
    id="DAT001",
    name="dos-present-valid",
    severity="error",
    snip=5,
    source="005010X222A1, 2400 DTP*472",
    stc=("A7:187",),
    speaks_for=(
        "segment-missing 2400/DTP*472",
        "segment-repeated 2400/DTP*472",
        "element-missing 2400/DTP*472/DTP02",
        "element-missing 2400/DTP*472/DTP03",
        "invalid-code 2400/DTP*472/DTP02",
        "invalid-date 2400/DTP*472/DTP03",
    ),
    message="Line {line} does not have one valid date of service.",
    watch={"DTP": service_range},
    examples=(
        Bad({_DATE_1: "***2"}, at=("2400", "DTP")),
        Bad({_DATE_1: "***2~DTP*472*D8*20260230"}, at=("2400", "DTP03")),
        Bad({_DATE_1: "***2~DTP*472*TM*20260115"}, at=("2400", "DTP02")),
        Bad({_DATE_1: "***2~DTP*472*D8*20260115~DTP*472*D8*20260114"}, at=("2400", "DTP")),
        Bad({_DATE_1: "***2~DTP*472*RD8*20260115-20260114"}, at=("2400", "DTP03")),
        Good({_DATE_1: "***2~DTP*472*RD8*20260115-20260115"}),
    ),
)
def dos_present_valid(claim: Claim, context: Context) -> Iterator[Hit]:
    """Every service line needs one date of service (DTP*472): a day of the calendar, or a range that runs forward.

    Why: A payer cannot pay a service whose day it does not know, and rejects the line.

    Fix: Enter the day as D8 and CCYYMMDD, or a range as RD8 and CCYYMMDD-CCYYMMDD.
    """
    for line in claim.lines:
        if _runs_backward(line):
            yield Hit(line.at("service_date"), f"The dates of service of line {line.number} end before they begin.")


@rule(
    id="DAT002",
    name="future-dos",
    severity="error",
    snip=5,
    source="CEDI and MAC front-end edits: date of service not in the future (claim status 187)",
    stc=("A7:510", "A7:187"),
    examples=(
        Bad({_DATE_1: "***2~DTP*472*D8*20260121"}, at=("2400", "DTP03")),
        Bad({_DATE_1: "***2~DTP*472*RD8*20260115-20260121"}, at=("2400", "DTP03")),
        Good({"D8*20260115": "D8*20260120"}),
    ),
)
def future_dos(claim: Claim, context: Context) -> Iterator[Hit]:
    """A date of service may not lie after the date of the file (BHT04, else GS04), nor after the day of the check.

    Why: A service that has not been given yet cannot be billed; front ends reject the claim.

    Fix: Correct the date, or send the claim after the service.
    """
    made = claim.transaction.file_date
    limit = min(made, context.as_of) if made is not None else context.as_of
    if all(day is not None and day <= limit for day in claim.service_dates):
        return
    for line in claim.lines:
        last = line.service_to
        if last is not None and last > limit and not _runs_backward(line):
            what = f"the file date {made}" if limit == made else f"the day of this check, {limit}"
            yield Hit(line.at("service_date"), f"The date of service {last} of line {line.number} is after {what}.")


_FILING_DAYS = {"medicaid": 365, "commercial": 180}


@rule(
    id="DAT003",
    name="timely-filing",
    severity={"medicare": "error", "medicaid": "warning", "commercial": "warning"},
    snip=7,
    source="42 CFR 424.44; CMS IOM 100-04 chapter 1 section 70; other payers by contract",
    stc=("A3:718",),
    needs=("option:timely-filing",),
    examples=(Good({"20260115": "20260114"}),),
)
def timely_filing(claim: Claim, context: Context) -> Iterator[Hit]:
    """With the option timely-filing, a claim is checked against the payer's limit for sending it. Off by default.

    Medicare takes claims for one calendar year from the first date of a line. For others the option
    timely-filing-days gives the days for each kind of payer (by default medicaid 365, commercial 180). Replacements,
    voids and claims with a delay reason (CLM20) are left alone.

    Why: A claim that arrives after the limit is denied, and the patient may not be billed instead.

    Fix: Send claims in time; if the payer caused the delay, give the delay reason in CLM20 with proof.
    """
    if context.options.get("timely-filing") is not True or claim.frequency in ("7", "8") or claim.delay_reason:
        return
    dated = [(line.service_from, number) for number, line in enumerate(claim.lines) if line.service_from is not None]
    if not dated:
        return
    day, number = min(dated)
    last_day = _last_filing_day(day, context.scope, context.options)
    if context.as_of > last_day:
        line = claim.lines[number]
        yield Hit(
            line.at("service_date"),
            f"The filing limit for the date of service {day} of line {line.number} was {last_day}.",
        )


def _last_filing_day(first: date, scope: str, options: Mapping[str, Any]) -> date:
    own = options.get("timely-filing-days") or {}
    if scope in own:
        return first + timedelta(days=int(own[scope]))
    if scope in _FILING_DAYS:
        return first + timedelta(days=_FILING_DAYS[scope])
    try:
        return first.replace(year=first.year + 1)
    except ValueError:  # 29 February: a year later is the last of February.
        return date(first.year + 1, 2, 28)


@rule(
    id="DAT004",
    name="injection-date-span",
    severity="warning",
    snip=7,
    source="NCCI Policy Manual 2026, chapter I section V: units are judged by days of the span",
    stc=("A7:187",),
    triggers=("96372",),
    examples=(
        Bad({_DATE_2: "DTP*472*RD8*20260115-20260116~REF*6R*A1001L2"}, at=("2400", "DTP03")),
        Bad(
            {_DATE_3: "DTP*472*RD8*20260115-20260116~REF*6R*A1001L3"},
            at=("2400", "DTP03"),
        ),
        Good({_DATE_2: "DTP*472*RD8*20260115-20260115~REF*6R*A1001L2"}),
        Good({_DATE_1: "***2~DTP*472*RD8*20260114-20260115"}),
    ),
)
def injection_date_span(claim: Claim, context: Context) -> Iterator[Hit]:
    """An injection (96372), or the drug injected with it, stands on one day, not on a range of days.

    Why: A range hides on which day how much was given; payers divide the units by the days, or deny the line.

    Fix: Report each injection and its drug on a line of its own with its own date.
    """
    if claim.is_of_one_day:
        return
    for line in claim.lines:
        first, last = line.service_from, line.service_to
        if first is None or last is None or last <= first:
            continue
        if line.procedure == "96372" or _is_injected(line, context):
            yield Hit(
                line.at("service_date"),
                f"Line {line.number} reports {line.procedure} for the range {first} to {last}.",
            )


@rule(
    id="DAT005",
    name="drug-admin-same-dos",
    severity="warning",
    snip=7,
    source="NGS on drugs and their administration: same claim, same day",
    stc=("A8:187",),
    triggers=("96372",),
    whole=True,
    # Each of them misses the other half.
    hides=("DRG001", "DRG002", "DOC001"),
    examples=(
        Bad(
            {_DATE_3: "DTP*472*D8*20260114~REF*6R*A1001L3"},
            at=("2400", "DTP03"),
        ),
        # Two injections, each with its drug.
        Good(
            {
                "CTP****1*ML~": "CTP****1*ML~"
                "LX*4~SV1*HC:96372:59*35*UN*1***1~DTP*472*D8*20260114~REF*6R*A1001L4~"
                "LX*5~SV1*HC:J1885*12*UN*2***1~DTP*472*D8*20260114~REF*6R*A1001L5~",
                "*151.5*": "*198.5*",
            }
        ),
    ),
)
def drug_admin_same_dos(claim: Claim, context: Context) -> Iterator[Hit]:
    """The injection (96372) and the drugs of the claim that can be injected share no date of service.

    Why: The payer pairs the two by day; on different days each looks as if it lacked the other.

    Fix: Put the drug on the day on which it was injected.
    """
    if claim.is_of_one_day:
        return

    def is_candidate(procedure: str) -> bool:
        return PROCEDURE.fullmatch(procedure) is not None and may_be_injected(procedure, context.reference)

    injections = [line for line in claim.lines_with("96372") if line.service_from is not None]
    drugs = [line for line in claim.lines if line.service_from is not None and is_candidate(line.procedure)]
    if not injections or not drugs:
        return
    beside = (line for injection in injections for line in lines_beside(injection))
    if any(is_product(line.procedure) or is_candidate(line.procedure) for line in beside):
        return
    days = {injection.service_from for injection in injections}
    earlier = (line for day in context.days if day.service_date in days for line in day.earlier)
    if any(is_product(line.procedure) for line in earlier):
        return
    drug, injection = drugs[0], injections[0]
    yield Hit(
        drug.at("service_date"),
        f"{drug.procedure} on line {drug.number} is dated {drug.service_from}, its injection 96372 on line "
        f"{injection.number} {injection.service_from}.",
    )


@rule(
    id="DAT006",
    name="dos-before-birth-after-death",
    severity="error",
    snip=4,
    source="005010X222A1, DMG02 and PAT06 against DTP*472",
    stc=("A8:187", "A8:158:QC"),
    # A date that far off is the cause of whatever else is wrong with it.
    hides=("DAT007", "DAT009", "DAT010"),
    examples=(
        Bad(patient("20260116", "F"), at=("2400", "DTP03")),
        Good(patient("20260115", "F")),
    ),
)
def dos_before_birth_after_death(claim: Claim, context: Context) -> Iterator[Hit]:
    """A service cannot lie before the patient's birth (DMG02), nor after the patient's death (PAT06).

    Why: The payer knows both dates and rejects the claim.

    Fix: Correct the date of service or the patient's date, whichever is wrong.
    """
    born, died = claim.patient_birth_date, claim.patient_death_date
    if all(day is None or (born or day) <= day <= (died or day) for day in claim.service_dates):
        return
    for line in claim.lines:
        first, last = line.service_from, line.service_to
        if first is None or last is None:
            continue
        if born is not None and first < born:
            yield Hit(line.at("service_date"), f"Line {line.number} is dated {first}, before the patient was born.")
            return
        if died is not None and last > died:
            yield Hit(line.at("service_date"), f"Line {line.number} is dated {last}, after the patient's death.")
            return


@rule(
    id="DAT008",
    name="no-claim-statement-date",
    severity="info",
    snip=2,
    source="005010X222A1, 2300 DTP: 434 belongs to the institutional claim",
    stc=("A8:187",),
    needs=("DTP*435", "DTP*096"),
    watch={"DTP": element_in({"434"}, 1)},
    examples=(
        # The guide's walk reports the qualifier too: it cannot know that 434 was meant.
        Bad({"HI*ABK:E538": "DTP*434*D8*20260115~HI*ABK:E538"}, at=("2300", "DTP01"), also=("ELE005",)),
        Good({"HI*ABK:E538": "DTP*431*D8*20260110~HI*ABK:E538"}),
    ),
)
def no_claim_statement_date(claim: Claim, context: Context) -> Iterator[Hit]:
    """A professional claim has no statement dates (DTP*434); of a hospital stay, inpatient lines lie within its dates.

    Why: The period of a professional claim is that of its lines. Statement dates come from a hospital claim's
    template, and an inpatient visit outside the stay looks like a wrong date.

    Fix: Remove DTP*434; correct the admission or discharge date, or the date of the line.
    """
    for segment in claim.loop.segments:
        if segment.id == "DTP" and segment.get(1) == "434":
            spot = Spot(segment, Ref(1), claim.loop.id, "DTP", claim.loop.first)
            yield Hit(spot, "The claim has statement dates (DTP*434); they belong to the institutional claim.")
    admitted, discharged = claim.admission_date, claim.discharge_date
    if admitted is None and discharged is None:
        return
    for line in claim.lines:
        first, last = line.service_from, line.service_to
        if line.place_of_service != "21" or first is None or last is None:
            continue
        if (admitted is not None and first < admitted) or (discharged is not None and last > discharged):
            yield Hit(
                line.at("service_date"),
                f"Line {line.number} is an inpatient service of {first}, outside the stay that the claim reports.",
            )


# -- what several rules ask of a line ---------------------------------------------------------------------


def _runs_backward(line: ServiceLine) -> bool:
    first, last = line.service_from, line.service_to
    return first is not None and last is not None and last < first


def _is_injected(line: ServiceLine, context: Context) -> bool:
    """Whether the drug table says that the line's drug is given into muscle or under the skin. Unclassified: no."""
    drug = context.reference.drugs.get(line.procedure)
    return drug is not None and not drug.routes.isdisjoint({"IM", "SC"})
