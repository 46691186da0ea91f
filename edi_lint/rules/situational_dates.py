"""SIT: the dates of a claim other than those of its services (2300 DTP), and the accident that some belong to.

A date is held against the situation that the claim itself states, against the day on which the batch was made, and
against the patient's birth. Whether it is the right date the claim does not tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from ..claims import Claim, Spot
from ..claims.fields import find, parse_day
from ..reference.groups import code_range
from ..x12 import Segment
from .examples import payer
from .registry import Acks, Bad, Context, Good, Hit, rule
from .signs import filled, modifier_in
from .situational import ELEMENT_MISSING, ELEMENT_UNWANTED, MISSING, UNWANTED, another_day, each, place

_CLAIM_ENDS = "*Y*A*Y*Y~"
_ACCIDENT_DATE = {"HI*ABK": "DTP*439*D8*20260110~HI*ABK"}
_MEDICARE_ONLY = {"medicare": "error", "medicare-advantage": "off", "medicaid": "off", "commercial": "off"}


def _causes(cause: str) -> dict[str, str]:
    """An edit: CLM11, the cause of the condition, is this."""
    return {_CLAIM_ENDS: f"*Y*A*Y*Y**{cause}~"}


def _dated(*dates: str) -> dict[str, str]:
    """An edit: the claim has these dates (``431*D8*20260110``)."""
    return {"HI*ABK": "".join(f"DTP*{text}~" for text in dates) + "HI*ABK"}


def _cause_spot(claim: Claim, *causes: str) -> Spot | None:
    """Where CLM11 names one of these causes; None if it does not."""
    clm = find(claim.loop, "CLM")
    if clm is not None and clm.get(11):
        for component in (1, 2):
            if clm.get(11, component) in causes:
                return place(claim.loop, clm, 11, component)
    return None


# -- accidents --------------------------------------------------------------------------------------------


@rule(
    id="SIT027",
    name="accident-date-missing",
    severity="error",
    snip=4,
    source="005010X222A1 situational rule, DTP*439 (SR032)",
    whole=True,
    acks=MISSING,
    watch={"CLM": filled(11)},
    examples=(
        Bad(_causes("OA"), at=("2300", "DTP")),
        Bad(_causes("EM:OA"), at=("2300", "DTP")),
        Good(_causes("OA") | _ACCIDENT_DATE),
        # Not every condition that came of work was an accident.
        Good(_causes("EM")),
    ),
)
def accident_date_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """A claim after an accident (CLM11 has AA or OA) gives its date in DTP*439.

    Why: The payer looks for another insurer who is liable for the accident, and rejects the claim without its date.

    Fix: Add DTP*439*D8 with the date of the accident, or correct CLM11.
    """
    cause = _cause_spot(claim, "AA", "OA")
    if cause is not None and "DTP*439" not in claim.contents:
        words = "The claim follows an accident (CLM11), but does not give its date (DTP*439)."
        yield Hit(claim.lacks("DTP", "439"), words, trigger=cause)


@rule(
    id="SIT028",
    name="accident-date-unwanted",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1 situational rule, DTP*439 (SR034)",
    needs=("DTP*439",),
    acks=UNWANTED,
    examples=(
        Bad(_ACCIDENT_DATE, at=("2300", "DTP")),
        Good(_causes("AA:::MI") | _ACCIDENT_DATE),
        Good(_causes("EM") | _ACCIDENT_DATE),
    ),
)
def accident_date_unwanted(claim: Claim, context: Context) -> Iterator[Hit]:
    """The date of an accident (DTP*439) is only sent when CLM11 names an accident or the employment as cause.

    Why: The payer holds the claim to ask about an accident that the claim does not report.

    Fix: Remove DTP*439, or name the cause in CLM11: AA, OA or EM.
    """
    if _cause_spot(claim, "AA", "OA", "EM") is None:
        for segment in each(claim.loop, "DTP", "439"):
            words = "The claim gives the date of an accident, but CLM11 names none."
            yield Hit(place(claim.loop, segment), words, trigger=_element_of_claim(claim, 11))


@rule(
    id="SIT029",
    name="accident-state-missing",
    severity="error",
    snip=2,
    source="005010X222A1 situational rule, CLM11-4 and CLM11-5 (SR033); Stedi claim edit on the accident state",
    acks=ELEMENT_MISSING,
    watch={"CLM": filled(11)},
    examples=(
        Bad(_causes("AA") | _ACCIDENT_DATE, at=("2300", "CLM11-4")),
        Good(_causes("AA:::MI") | _ACCIDENT_DATE),
        Good(_causes("AA::::MX") | _ACCIDENT_DATE),
        Good(_causes("OA") | _ACCIDENT_DATE),
    ),
)
def accident_state_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """For an auto accident (AA) CLM11-4 names the state, or CLM11-5 the country when it was abroad.

    Why: The law of the state says which insurer pays; claims without it are rejected.

    Fix: Enter the state in CLM11-4, such as AA:::MI.
    """
    clm = find(claim.loop, "CLM")
    cause = _cause_spot(claim, "AA")
    if clm is not None and cause is not None and not clm.get(11, 4) and not clm.get(11, 5):
        words = "The claim follows an auto accident, but CLM11 does not say in which state it was."
        yield Hit(place(claim.loop, clm, 11, 4), words, trigger=cause)


@rule(
    id="SIT030",
    name="accident-state-unwanted",
    severity="warning",
    strict="error",
    snip=2,
    source="005010X222A1 situational rule, CLM11-4 and CLM11-5 (SR033)",
    acks=ELEMENT_UNWANTED,
    watch={"CLM": filled(11)},
    examples=(
        Bad(_causes("OA:::MI") | _ACCIDENT_DATE, at=("2300", "CLM11-4")),
        Bad(_causes("EM::::MX"), at=("2300", "CLM11-5")),
        Good(_causes("AA:::MI") | _ACCIDENT_DATE),
    ),
)
def accident_state_unwanted(claim: Claim, context: Context) -> Iterator[Hit]:
    """State and country in CLM11 are those of an auto accident (AA); for other causes they are left out.

    Why: The payer may take the claim for one that an auto insurer should pay.

    Fix: Leave CLM11-4 and CLM11-5 empty, or enter AA as the cause.
    """
    clm = find(claim.loop, "CLM")
    if clm is None or not clm.get(11) or _cause_spot(claim, "AA") is not None:
        return
    for component, what in ((4, "state"), (5, "country")):
        if clm.get(11, component):
            words = f"CLM11 names the {what} of an auto accident, but the cause is not one (AA)."
            yield Hit(place(claim.loop, clm, 11, component), words, trigger=place(claim.loop, clm, 11, 1))


def _element_of_claim(claim: Claim, element: int) -> Spot | None:
    clm = find(claim.loop, "CLM")
    return place(claim.loop, clm, element) if clm is not None else None


# -- illness and treatment --------------------------------------------------------------------------------


@rule(
    id="SIT031",
    name="onset-date-unwanted",
    severity="info",
    snip=4,
    source="005010X222A1 situational rule, DTP*431 (SR037)",
    needs=("DTP*431",),
    acks=UNWANTED,
    examples=(
        Bad(_dated("431*D8*20260115"), at=("2300", "DTP"), severity="info"),
        Good(_dated("431*D8*20260114")),
        Good(_dated("431*D8*20260115") | {"***2~DTP*472*D8*20260115": "***2~DTP*472*D8*20260116"}),
    ),
)
def onset_date_unwanted(claim: Claim, context: Context) -> Iterator[Hit]:
    """The onset of the illness (DTP*431) is only sent when it is another day than that of the services.

    Why: A date that repeats the date of service tells the payer nothing.

    Fix: Remove DTP*431, or enter the day on which the symptoms began.
    """
    onset = _date_of(claim, "431")
    if onset is not None and claim.lines and all(line.service_from == onset for line in claim.lines):
        segment = next(each(claim.loop, "DTP", "431"))
        words = f"The onset of the illness is dated {onset}, the day of all services of the claim."
        yield Hit(place(claim.loop, segment), words, trigger=claim.lines[0].at("service_date"))


_FOOT_CARE = frozenset({"11055", "11056", "11057", "11719", "11720", "11721", "G0127"})
_CLASS_FINDINGS = frozenset({"Q7", "Q8", "Q9"})


@rule(
    id="SIT032",
    name="last-seen-date-missing",
    severity={"medicare": "info", "medicare-advantage": "off", "medicaid": "off", "commercial": "off"},
    snip=6,
    source="005010X222A1 situational rule, DTP*304 (SR039); 42 CFR 411.15(l)",
    triggers=_FOOT_CARE,
    needs=("SV101-3",),
    whole=True,
    acks=MISSING,
    examples=(
        Bad(another_day("11719:Q8") | payer("MB"), at=("2300", "DTP"), severity="info"),
        Good(another_day("11719:Q8") | payer("MB") | _dated("304*D8*20260110")),
        Good(another_day("11719") | payer("MB")),
        Good(another_day("11719:Q8")),
    ),
)
def last_seen_date_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """Routine foot care that Medicare pays because of another illness (Q7, Q8, Q9) tells when that was last seen to.

    Why: For many of these illnesses Medicare pays only if a physician saw the patient for it in the last six months.

    Fix: Add DTP*304 with the date, and the physician, if the diagnosis is one for which Medicare asks.
    """
    if "DTP*304" in claim.contents:
        return
    for line in claim.lines:
        if line.procedure in _FOOT_CARE and not _CLASS_FINDINGS.isdisjoint(line.modifiers):
            words = f"{line.procedure} on line {line.number} is foot care, and no date last seen is given (DTP*304)."
            yield Hit(claim.lacks("DTP", "304"), words, trigger=line.at("procedure"))
            return


@rule(
    id="SIT033",
    name="acute-manifestation-date-missing",
    severity=_MEDICARE_ONLY,
    snip=4,
    source="005010X222A1 situational rule, DTP*453 (SR040)",
    needs=("CR2",),
    whole=True,
    acks=MISSING,
    examples=(
        Bad({"HI*ABK": "CR2********A~HI*ABK"} | payer("MB"), at=("2300", "DTP"), severity="error"),
        Bad({"HI*ABK": "CR2********M~HI*ABK"} | payer("MB"), at=("2300", "DTP"), severity="error"),
        Good({"HI*ABK": "DTP*453*D8*20260110~CR2********A~HI*ABK"} | payer("MB")),
        Good({"HI*ABK": "CR2********C~HI*ABK"} | payer("MB")),
        Good({"HI*ABK": "CR2********A~HI*ABK"}),
    ),
)
def acute_manifestation_date_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """For spinal manipulation of an acute condition (CR208 is A or M) Medicare wants to know when it became acute.

    Why: Medicare pays manipulation of acute conditions only, and rejects the claim without the date.

    Fix: Add DTP*453 with the date, or correct CR208.
    """
    manipulation = find(claim.loop, "CR2")
    if manipulation is not None and manipulation.get(8) in ("A", "M") and "DTP*453" not in claim.contents:
        words = f"The condition is acute (CR208 is {manipulation.get(8)}); DTP*453 does not say since when."
        yield Hit(claim.lacks("DTP", "453"), words, trigger=place(claim.loop, manipulation, 8))


@rule(
    id="SIT034",
    name="disability-date-format",
    severity="error",
    snip=2,
    source="005010X222A1, DTP02 with DTP01 314, 360 and 361 (SR044)",
    needs=("DTP*314/360/361",),
    acks=Acks(ik304="8", ik403="I6"),
    examples=(
        Bad(_dated("314*D8*20260110"), at=("2300", "DTP02")),
        Bad(_dated("360*RD8*20260110-20260112"), at=("2300", "DTP02")),
        Good(_dated("314*RD8*20260110-20260120")),
        Good(_dated("360*D8*20260110")),
    ),
)
def disability_date_format(claim: Claim, context: Context) -> Iterator[Hit]:
    """Begin and end of a disability are a range in DTP*314 (RD8); one of them alone is a day in DTP*360 or 361 (D8).

    Why: The receiver reads the date by its qualifier, and rejects a range where it expects a day.

    Fix: Use 314 with RD8 and both days, 360 with D8 for the first day alone, or 361 with D8 for the last alone.
    """
    for segment in each(claim.loop, "DTP", "314", "360", "361"):
        wanted = "RD8" if segment.get(1) == "314" else "D8"
        if segment.get(2) in ("D8", "RD8") and segment.get(2) != wanted:
            form = "a range of dates" if wanted == "RD8" else "a single date"
            words = f"DTP*{segment.get(1)} is {form}: its qualifier in DTP02 must be {wanted}."
            yield Hit(place(claim.loop, segment, 2), words, trigger=place(claim.loop, segment, 1))


# -- stays and shared care --------------------------------------------------------------------------------

_INPATIENT_VISITS = code_range("99221", "99223") | code_range("99231", "99236") | frozenset({"99238", "99239"})
_INPATIENT_PLACES = frozenset({"21", "51", "61"})
_STAY = another_day("99222", place_of_service="21")


@rule(
    id="SIT035",
    name="admission-date-missing",
    severity="warning",
    snip=4,
    source="005010X222A1 situational rule, DTP*435 (SR045)",
    triggers=_INPATIENT_VISITS,
    needs=("pos:21", "pos:51", "pos:61"),
    whole=True,
    acks=MISSING,
    examples=(
        Bad(_STAY, at=("2300", "DTP")),
        Good(_STAY | _dated("435*D8*20260112")),
        Good(another_day("99222", place_of_service="22")),
    ),
)
def admission_date_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """A visit to a patient who stays in a hospital (place of service 21, 51 or 61) comes with the date of admission.

    Why: The payer matches the visit with the stay, and rejects it without the date.

    Fix: Add DTP*435*D8 with the date of admission.
    """
    # A discharge without an admission is the subject of SIT036.
    if not claim.contents.isdisjoint({"DTP*435", "DTP*096"}):
        return
    for line in claim.lines:
        if line.procedure in _INPATIENT_VISITS and line.place_of_service in _INPATIENT_PLACES:
            words = f"{line.procedure} on line {line.number} is an inpatient visit; the claim has no admission date."
            yield Hit(claim.lacks("DTP", "435"), words, trigger=line.place_of_service_spot)
            return


@rule(
    id="SIT036",
    name="discharge-date-unwanted",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1 situational rule, DTP*096 (SR046)",
    needs=("DTP*096",),
    whole=True,
    acks=UNWANTED,
    examples=(
        Bad(_dated("096*D8*20260114"), at=("2300", "DTP")),
        Good(_dated("435*D8*20260110", "096*D8*20260114")),
    ),
)
def discharge_date_unwanted(claim: Claim, context: Context) -> Iterator[Hit]:
    """A discharge (DTP*096) ends a stay, so it comes with the admission (DTP*435) that began it.

    Why: Half a stay cannot be matched with the hospital's claim.

    Fix: Add DTP*435, or remove DTP*096 from a claim without a stay.
    """
    if "DTP*435" not in claim.contents:
        for segment in each(claim.loop, "DTP", "096"):
            words = "The claim has a date of discharge, but no admission (DTP*435)."
            yield Hit(place(claim.loop, segment), words)


@rule(
    id="SIT037",
    name="discharge-before-admission",
    severity="error",
    snip=4,
    source="005010X222A1, DTP*096 and DTP*435 (SR046)",
    needs=("DTP*096",),
    stc=("A8:190", "A8:189"),
    examples=(
        Bad(_dated("435*D8*20260110", "096*D8*20260109"), at=("2300", "DTP03")),
        Good(_dated("435*D8*20260110", "096*D8*20260110")),
    ),
)
def discharge_before_admission(claim: Claim, context: Context) -> Iterator[Hit]:
    """The date of discharge (DTP*096) does not lie before that of admission (DTP*435).

    Why: One of the two is wrong, and the payer rejects the claim.

    Fix: Correct the date that is wrong.
    """
    admitted, discharged = claim.admission_date, claim.discharge_date
    if admitted is not None and discharged is not None and discharged < admitted:
        words = f"The patient was discharged on {discharged}, before the admission on {admitted}."
        yield Hit(claim.at("discharge_date"), words, trigger=claim.at("admission_date"))


@rule(
    id="SIT038",
    name="care-transfer-date-missing",
    severity="info",
    snip=6,
    source="005010X222A1 situational rule, DTP*090 and DTP*091 (SR047)",
    watch={"SV1": modifier_in({"55"})},
    whole=True,
    acks=MISSING,
    examples=(
        Bad(another_day("66984:55"), at=("2300", "DTP")),
        Good(another_day("66984:55") | _dated("090*D8*20260114")),
        Good(another_day("66984")),
    ),
)
def care_transfer_date_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """Who bills the care after another's surgery (modifier 55) tells when that care was taken over (DTP*090).

    Why: The payer divides the fee for the surgery by days.

    Fix: Add DTP*090 with the day on which the care began, and DTP*091 with the day on which it ended.
    """
    if "DTP*090/091" in claim.contents:
        return
    for line in claim.lines:
        if "55" in line.modifiers:
            words = f"Line {line.number} bills care after surgery (55), and no date is given from which on (DTP*090)."
            yield Hit(claim.lacks("DTP", "090"), words, trigger=line.modifier_spot("55"))
            return


# -- dates that cannot be ---------------------------------------------------------------------------------

_PAST: Mapping[str, tuple[str, str]] = {
    "431": ("the onset of the illness", "397"),
    "454": ("the first treatment", "701"),
    "304": ("the date last seen", "757"),
    "453": ("the acute manifestation", "715"),
    "439": ("the accident", "727"),
    "484": ("the last menstrual period", "191"),
    "455": ("the last X-ray", "210"),
    "435": ("the admission", "189"),
    "096": ("the discharge", "190"),
}
"""Dates of the past: what they are, and the 277CA status of each. Disability and return to work may lie ahead."""
_PAST_MARKS = tuple(f"DTP*{code}" for code in _PAST)


@rule(
    id="SIT039",
    name="history-date-in-future",
    severity="error",
    snip=5,
    source="005010X222A1, 2300 DTP against BHT04 (SR115)",
    needs=_PAST_MARKS,
    stc=("A7:510",),
    examples=(
        Bad(_dated("431*D8*20260121"), at=("2300", "DTP03")),
        Bad(_causes("OA") | _dated("439*D8*20260301"), at=("2300", "DTP03")),
        Good(_dated("431*D8*20260120")),
        Good(_dated("296*D8*20260301")),
    ),
)
def history_date_in_future(claim: Claim, context: Context) -> Iterator[Hit]:
    """Onset, accident, admission and other dates of what has happened do not lie after the day of the batch (BHT04).

    Why: What has not happened yet cannot be the reason of a claim; front ends reject the date.

    Fix: Correct the date.
    """
    made = claim.transaction.file_date
    if made is None:
        return
    for segment, day in _past_dates(claim):
        if day > made:
            what, status = _PAST[segment.get(1)]
            words = f"The date of {what} (DTP*{segment.get(1)}), {day}, is after the file date {made}."
            yield Hit(place(claim.loop, segment, 3), words, acks=Acks(stc=("A7:510", f"A7:{status}")))


@rule(
    id="SIT040",
    name="history-date-before-birth",
    severity="error",
    snip=4,
    source="005010X222A1, 2300 DTP against DMG02 (SR115)",
    needs=_PAST_MARKS,
    stc=("A8:158:QC",),
    examples=(
        Bad(_dated("431*D8*19740101"), at=("2300", "DTP03")),
        Good(_dated("454*D8*20150101")),
    ),
)
def history_date_before_birth(claim: Claim, context: Context) -> Iterator[Hit]:
    """Onset, accident, admission and other dates of what has happened to the patient do not lie before the birth.

    Why: One of the two dates is wrong, and the payer rejects the claim.

    Fix: Correct the date, or the patient's date of birth.
    """
    born = claim.patient_birth_date
    # A birth date after the services themselves is the subject of DAT006.
    if born is None or any(line.service_from is not None and line.service_from < born for line in claim.lines):
        return
    for segment, day in _past_dates(claim):
        if day < born:
            what, status = _PAST[segment.get(1)]
            words = f"The date of {what} (DTP*{segment.get(1)}), {day}, is before the patient was born."
            yield Hit(place(claim.loop, segment, 3), words, acks=Acks(stc=(f"A8:{status}", "A8:158:QC")))


def _past_dates(claim: Claim) -> Iterator[tuple[Segment, date]]:
    for segment in each(claim.loop, "DTP", *_PAST):
        day = parse_day(segment.get(3))
        if day is not None:
            yield segment, day


def _date_of(claim: Claim, qualifier: str) -> date | None:
    """The date of the claim with this qualifier; None if it is not there or no date."""
    segment = find(claim.loop, "DTP", qualifier)
    return parse_day(segment.get(3)) if segment is not None else None
