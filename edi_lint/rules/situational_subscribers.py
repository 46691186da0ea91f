"""SIT: subscriber and patient: who of the two is the patient, and what is said of whom.

The guide wants the patient described once: in the subscriber's loop (2010BA) when patient and subscriber are one
(SBR02 is 18), else in a loop of the patient (2010CA), with no more of the subscriber than name and member id. A
subscriber with claims of both kinds is sent twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..claims import Claim, OtherPayer, Patient, Subscriber
from ..claims.fields import find, missing_spot
from ..reference import Reference
from ..x12 import Segment
from .examples import other_payer, payer
from .registry import Acks, Bad, Context, Good, Hit, rule
from .signs import both, element_in, empty, filled, looks_at
from .situational import ELEMENT_MISSING, ELEMENT_UNWANTED, MISSING, UNWANTED, each, place

_SCOPES_WITHOUT_CASUALTY = frozenset({"medicare", "medicare-advantage", "medicaid"})
_FIRST_OR_UNKNOWN = frozenset({"P", "U", ""})


def _once(context: Context, subscriber: Subscriber) -> bool:
    """Whether the rule has not spoken of this subscriber yet: several claims or patients may lie below it."""
    told = subscriber.loop.first.ordinal
    if context.notes.get("told") == told:
        return False
    context.notes["told"] = told
    return True


def _announces_patients(subscriber: Subscriber) -> bool:
    """Whether HL04 says that a patient level follows."""
    level = find(subscriber.loop, "HL")
    return level is not None and level.get(4) == "1"


# -- who is the patient (2000B SBR) -----------------------------------------------------------------------


@rule(
    id="SIT015",
    name="relationship-missing",
    severity="error",
    snip=4,
    source="005010X222A1 situational rule, 2000B SBR02 (SR016, SR028)",
    acks=ELEMENT_MISSING,
)
def relationship_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """A claim directly below its subscriber is the subscriber's own: SBR02 is 18.

    Why: Without 18 the payer waits for a patient who does not come, and rejects the claim.

    Fix: Enter 18 in SBR02, or send the patient's level (2000C) before the claim.
    """
    subscriber = claim.subscriber
    if claim.patient is not None or subscriber.relationship or find(subscriber.loop, "SBR") is None:
        return
    # Where HL04 announces a patient, that patient's level is what is missing: reported as such.
    if not _announces_patients(subscriber) and _once(context, subscriber):
        words = "The claim stands with the subscriber, but SBR02 does not say that the subscriber is the patient (18)."
        yield Hit(subscriber.at("relationship"), words, trigger=claim.head)


@rule(
    id="SIT016",
    name="relationship-unwanted",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1 situational rule, 2000B SBR02 (SR016, SR028)",
    level="patient",
    acks=ELEMENT_UNWANTED,
)
def relationship_unwanted(patient: Patient, context: Context) -> Iterator[Hit]:
    """Where a patient's level (2000C) follows, the subscriber is not the patient, and SBR02 stays empty.

    For claims of the subscriber and of a dependent, the subscriber's level is sent twice: once with 18 and the own
    claims, once without and the dependents.

    Why: The payer reads that the subscriber was treated, and that somebody else was.

    Fix: Leave SBR02 empty; the relationship of the patient stands in PAT01.
    """
    subscriber = patient.subscriber
    if subscriber is None or subscriber.relationship != "18" or not _announces_patients(subscriber):
        return  # Where HL04 is 0 as well, the patient's level is what is unexpected: reported as such.
    if _once(context, subscriber):
        words = "SBR02 says that the subscriber is the patient (18), but the level of another patient follows."
        yield Hit(subscriber.at("relationship"), words, trigger=patient.head)


@rule(
    id="SIT017",
    name="group-name-unwanted",
    severity="warning",
    strict="error",
    snip=2,
    source="005010X222A1 situational rule, 2000B and 2320 SBR04 (SR018)",
    level=("subscriber", "claim"),
    watch={"SBR": both(filled(3), filled(4))},
    acks=ELEMENT_UNWANTED,
    examples=(
        Bad({"*******CI~": "*TSTG1*EXAMPLE WORKS*****CI~"}, at=("2000B", "SBR04")),
        Bad(other_payer("S*18*TSTG1*EXAMPLE WORKS*****BL"), at=("2320", "SBR04")),
        Good({"*******CI~": "**EXAMPLE WORKS*****CI~"}),
        Good({"*******CI~": "*TSTG1******CI~"}),
    ),
)
def group_name_unwanted(record: Subscriber | Claim, context: Context) -> Iterator[Hit]:
    """The name of the insured group (SBR04) is only sent when its number (SBR03) is not known.

    Why: The payer finds the group by its number; some front ends reject a name beside it.

    Fix: Leave SBR04 empty.
    """
    loops = [record.loop] if isinstance(record, Subscriber) else [other.loop for other in record.other_payers]
    for loop in loops:
        insurance = find(loop, "SBR")
        if insurance is not None and insurance.get(3) and insurance.get(4):
            words = f"Loop {loop.id} has a group number and also a group name."
            yield Hit(place(loop, insurance, 4), words, trigger=place(loop, insurance, 3))


@rule(
    id="SIT018",
    name="insurance-type-unwanted",
    severity="warning",
    strict="error",
    snip=2,
    source="005010X222A1 situational rule, 2000B and 2320 SBR05 (SR019)",
    level=("subscriber", "claim"),
    watch={"SBR": filled(5)},
    acks=ELEMENT_UNWANTED,
    examples=(
        Bad({"*******CI~": "***12****CI~"}, at=("2000B", "SBR05")),
        Bad({"*******CI~": "***12****CI~"} | payer("MB"), at=("2000B", "SBR05")),
        Bad(other_payer("S*18***12****BL"), at=("2320", "SBR05")),
        Good({"SBR*P*": "SBR*S*", "*******CI~": "***12****CI~"} | payer("MB") | other_payer("P*18*******BL")),
        Good(other_payer("S*18***12****MB")),
    ),
)
def insurance_type_unwanted(record: Subscriber | Claim, context: Context) -> Iterator[Hit]:
    """SBR05 gives the reason why Medicare is not the first payer. For other payers, and where it is first, it is empty.

    Why: The payer reads that Medicare pays second, and holds the claim.

    Fix: Leave SBR05 empty.
    """
    loops = [record.loop] if isinstance(record, Subscriber) else [other.loop for other in record.other_payers]
    for loop in loops:
        insurance = find(loop, "SBR")
        if insurance is None or not insurance.get(5):
            continue
        if insurance.get(1) == "P":
            why, trigger = "that payer is the first", 1
        elif insurance.get(9) not in ("", "MA", "MB", "16", "HM"):
            why, trigger = "that payer is not Medicare (SBR09)", 9
        else:
            continue
        words = f"SBR05 of loop {loop.id} says why Medicare pays second, but {why}."
        yield Hit(place(loop, insurance, 5), words, trigger=place(loop, insurance, trigger))


@rule(
    id="SIT019",
    name="payer-sequence-repeated",
    severity="error",
    snip=4,
    source="005010X222A1, SBR01 of 2000B and 2320 (SR021); Stedi claim edit on responsibility codes",
    needs=("2320",),
    stc=("A8:742",),
    examples=(
        Bad(other_payer("P*18*******BL"), at=("2320", "SBR01")),
        Good(other_payer("S*18*******BL")),
        Good({"SBR*P*": "SBR*S*"} | other_payer("P*18*******BL")),
        Good({"SBR*P*": "SBR*T*"} | other_payer("P*18*******BL")),
    ),
)
def payer_sequence_repeated(claim: Claim, context: Context) -> Iterator[Hit]:
    """Each payer of a claim has its own place in the order of payment: no code of SBR01 occurs twice, save U.

    Why: With two first payers nobody knows who is to pay, and the claim is rejected.

    Fix: Enter P, S, T and so on in SBR01, each once, in the order in which the payers pay.
    """
    if not claim.other_payers:
        return
    seen: dict[str, Subscriber | OtherPayer] = {claim.subscriber.payer_sequence: claim.subscriber}
    for other in claim.other_payers:
        code = other.payer_sequence
        if seen.setdefault(code, other) is not other and code not in ("", "U"):
            words = "Two payers of the claim have the same code in SBR01, the place in the order of payment."
            yield Hit(other.at("payer_sequence"), words, trigger=seen[code].at("payer_sequence"))


@rule(
    id="SIT020",
    name="payer-sequence-unknown",
    severity="info",
    snip=4,
    source="005010X222A1, SBR01: U is for claims between payers (SR021)",
    level="subscriber",
    watch={"SBR": element_in({"U"}, 1)},
    acks=Acks(ik304="8", ik403="I6"),
    examples=(
        Bad({"SBR*P*": "SBR*U*"}, at=("2000B", "SBR01")),
        Good({"SBR*P*": "SBR*A*"} | other_payer("P*18*******BL")),
    ),
)
def payer_sequence_unknown(subscriber: Subscriber, context: Context) -> Iterator[Hit]:
    """U (order unknown) in SBR01 is for claims that one payer sends to another; a provider says who pays first.

    Why: A payer who cannot tell whether it is first asks back or denies the claim.

    Fix: Enter P for the first payer, S for the second, T for the third.
    """
    if subscriber.payer_sequence == "U":
        words = "SBR01 says that the order of the payers is unknown (U), which only a payer may say to another."
        yield Hit(subscriber.at("payer_sequence"), words)


@rule(
    id="SIT092",
    name="earlier-payer-missing",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1, SBR01 of 2000B and 2320 (SR021)",
    whole=True,
    stc=("A8:742",),
    examples=(
        Bad({"SBR*P*": "SBR*S*"}, at=("2000B", "SBR01")),
        Bad({"SBR*P*": "SBR*T*"}, at=("2000B", "SBR01")),
        Good({"SBR*P*": "SBR*S*"} | other_payer("P*18*******BL")),
        Good(other_payer("S*18*******BL")),
    ),
)
def earlier_payer_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """A claim to a payer who is not the first (SBR01 is S, T or later) names the payers before it (loop 2320).

    The rule speaks where the claim names no other payer at all.

    Why: A second payer pays what the first one left, and cannot do so without knowing who that was.

    Fix: Add loop 2320 with what the first payer decided, or enter P in SBR01 if this payer is the first.
    """
    subscriber = claim.subscriber
    if subscriber.payer_sequence in _FIRST_OR_UNKNOWN or claim.other_payers or not _once(context, subscriber):
        return
    words = f"SBR01 is {subscriber.payer_sequence}, so another payer comes first, but the claim names none."
    yield Hit(subscriber.at("payer_sequence"), words)


# -- what is said of whom (PAT, 2010BA) -------------------------------------------------------------------


@rule(
    id="SIT021",
    name="subscriber-patient-data-unwanted",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1 situational rule, 2000B PAT (SR022)",
    level="patient",
    acks=UNWANTED,
)
def subscriber_patient_data_unwanted(patient: Patient, context: Context) -> Iterator[Hit]:
    """Date of death, weight and pregnancy (PAT) stand with the subscriber only when the subscriber is the patient.

    Why: Of a subscriber who is not treated the payer does not ask this, and may take it for the patient's.

    Fix: Put what is true of the patient into the PAT of loop 2000C.
    """
    subscriber = patient.subscriber
    data = find(subscriber.loop, "PAT") if subscriber is not None else None
    if subscriber is not None and data is not None and subscriber.relationship != "18" and _once(context, subscriber):
        words = "The subscriber has a PAT segment, but the patient is somebody else."
        yield Hit(place(subscriber.loop, data), words, trigger=patient.head)


_DETAILS = {"N3": "street address", "N4": "city, state and ZIP code", "DMG": "date of birth and gender"}


@rule(
    id="SIT022",
    name="subscriber-details-missing",
    severity="error",
    snip=4,
    source="005010X222A1 situational rule, 2010BA N3, N4 and DMG (SR023)",
    level="subscriber",
    acks=MISSING,
)
def subscriber_details_missing(subscriber: Subscriber, context: Context) -> Iterator[Hit]:
    """A subscriber who is the patient (SBR02 is 18) has an address (N3, N4), a date of birth and a gender (DMG).

    Why: The payer finds and checks the patient by them, and rejects the claim without.

    Fix: Add the missing segment to loop 2010BA, in the order N3, N4, DMG.
    """
    loop = subscriber.inner("2010BA")
    if loop is not None and _DETAILS.keys() <= {node.segment_id for node in loop.nodes}:
        return
    # Where HL04 announces a patient, it is SBR02 or HL04 that is wrong: reported as such.
    if loop is None or subscriber.relationship != "18" or _announces_patients(subscriber):
        return
    for segment_id, what in _DETAILS.items():
        if find(loop, segment_id) is None:
            words = f"The subscriber is the patient, but the {what} ({segment_id}) is missing."
            yield Hit(missing_spot(loop, segment_id), words, trigger=subscriber.at("relationship"))


@rule(
    id="SIT023",
    name="subscriber-details-unwanted",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1 situational rule, 2010BA N3, N4 and DMG (SR023); X12 RFI 1496 and 1925",
    level="patient",
    acks=UNWANTED,
)
def subscriber_details_unwanted(patient: Patient, context: Context) -> Iterator[Hit]:
    """A subscriber who is not the patient is sent without address (N3, N4), date of birth and gender (DMG).

    Why: The guide forbids it to protect the subscriber, and strict receivers reject it. Many send it, most accept it.

    Fix: Remove N3, N4 and DMG from loop 2010BA; those of the patient stand in loop 2010CA.
    """
    subscriber = patient.subscriber
    loop = subscriber.inner("2010BA") if subscriber is not None else None
    if subscriber is None or loop is None or subscriber.relationship == "18":
        return
    found = [segment for segment_id in _DETAILS for segment in each(loop, segment_id)]
    if found and _once(context, subscriber):
        names = ", ".join(dict.fromkeys(segment.id for segment in found))
        words = f"The subscriber is not the patient, but loop 2010BA has {names}."
        yield Hit(place(loop, found[0]), words, trigger=patient.head)


@rule(
    id="SIT024",
    name="subscriber-id-missing",
    severity="error",
    snip=2,
    source="005010X222A1 situational rule, 2010BA NM108 and NM109 (SR024)",
    level="subscriber",
    watch={"NM1*IL": both(element_in({"1"}, 2), empty(8), empty(9))},
    acks=ELEMENT_MISSING,
    examples=(
        Bad({"JANE****MI*W100001001~": "JANE~"}, at=("2010BA", "NM109")),
        # The subscriber of a workers' compensation claim is the employer.
        Good({"NM1*IL*1*DOE*JANE****MI*W100001001~": "NM1*IL*2*EXAMPLE WORKS~"} | payer("WC")),
    ),
)
def subscriber_id_missing(subscriber: Subscriber, context: Context) -> Iterator[Hit]:
    """A subscriber who is a person has a member id, with qualifier MI, in NM108 and NM109.

    Why: The payer finds the insurance by this number.

    Fix: Enter MI and the number from the insurance card. Without one on a workers' compensation claim, ask the payer.
    """
    loop = subscriber.inner("2010BA")
    name = find(loop, "NM1") if loop is not None else None
    if loop is None or name is None:
        return
    # Half of the pair breaks a rule of the segment itself; so does a blank.
    if name.get(2) == "1" and not name.get(8) and not name.get(9):
        yield Hit(place(loop, name, 9), "The subscriber has no member id.", trigger=place(loop, name, 2))


@rule(
    id="SIT025",
    name="subscriber-id-unwanted",
    severity="warning",
    strict="error",
    snip=2,
    source="005010X222A1 situational rule, 2010BA NM108 and NM109 (SR024)",
    level="subscriber",
    watch={"NM1*IL": both(element_in({"2"}, 2), filled(9))},
    acks=ELEMENT_UNWANTED,
    examples=(
        Bad({"NM1*IL*1*DOE*JANE*": "NM1*IL*2*EXAMPLE WORKS**"} | payer("WC"), at=("2010BA", "NM109")),
        Good({"NM1*IL*1*DOE*JANE****MI*W100001001~": "NM1*IL*2*EXAMPLE WORKS~"} | payer("WC")),
    ),
)
def subscriber_id_unwanted(subscriber: Subscriber, context: Context) -> Iterator[Hit]:
    """A subscriber who is no person, such as the employer of an injured worker, has no member id.

    Why: Member ids are persons'. Either the number or the kind of subscriber (NM102) is wrong.

    Fix: Leave NM108 and NM109 empty, or set NM102 to 1 and enter the person's name.
    """
    loop = subscriber.inner("2010BA")
    name = find(loop, "NM1") if loop is not None else None
    if loop is not None and name is not None and name.get(2) == "2" and name.get(9):
        words = "The subscriber is an organization, but has a member id."
        yield Hit(place(loop, name, 9), words, trigger=place(loop, name, 2))


@rule(
    id="SIT026",
    name="casualty-claim-number-unwanted",
    severity="warning",
    snip=4,
    source="005010X222A1 situational rule, 2010BA and 2010CA REF*Y4 (SR025)",
    level=("subscriber", "patient"),
    needs=("REF*Y4",),
    acks=UNWANTED,
    examples=(
        Bad({"NM1*PR*2*EXAMPLE": "REF*Y4*TST4711~NM1*PR*2*EXAMPLE"} | payer("MC"), at=("2010BA", "REF")),
        Good(payer("WC")),
    ),
)
def casualty_claim_number_unwanted(record: Subscriber | Patient, context: Context) -> Iterator[Hit]:
    """The claim number of a property and casualty payer (REF*Y4) stands with the patient, and not on other claims.

    It is wrong on claims to Medicare and Medicaid, and with a subscriber who is not the patient.

    Why: A number that belongs to another payer or person makes the payer look in the wrong place.

    Fix: Move REF*Y4 to loop 2010CA, or remove it.
    """
    subscriber = record if isinstance(record, Subscriber) else record.subscriber
    loop = record.inner("2010BA" if record is subscriber else "2010CA")
    number = find(loop, "REF", "Y4") if loop is not None else None
    if subscriber is None or loop is None or number is None:
        return
    if subscriber.scope in _SCOPES_WITHOUT_CASUALTY:
        words = f"REF*Y4 is for property and casualty claims, and SBR09 is {subscriber.claim_filing_indicator}."
        yield Hit(place(loop, number), words, trigger=subscriber.at("claim_filing_indicator"))
    elif record is subscriber and subscriber.relationship != "18" and _announces_patients(subscriber):
        words = "REF*Y4 stands with the subscriber, but belongs to the patient, who is somebody else (2010CA)."
        yield Hit(place(loop, number), words, trigger=subscriber.head)


_OLDEST = 150
"""Years. Nobody has lived longer than 122."""


@looks_at(2)
def _is_long_ago(segment: Segment, reference: Reference) -> bool:
    """A date of birth that may be too long ago, whenever the batch was made."""
    return segment.get(2)[:4] < "1900"


@rule(
    id="SIT088",
    name="birth-date-implausible",
    severity="error",
    snip=5,
    source="Stedi claim edit on invalid dates of birth",
    level=("subscriber", "patient"),
    watch={"DMG": _is_long_ago},
    stc=("A7:158",),
)
def birth_date_implausible(record: Subscriber | Patient, context: Context) -> Iterator[Hit]:
    """Nobody is older than 150 years: a date of birth (DMG02) before that is a slip.

    Why: The payer does not find a patient with this date of birth.

    Fix: Enter the date of birth as the member's card or record has it, the year in four digits.
    """
    born = record.birth_date
    if born is not None and context.as_of.year - born.year > _OLDEST:
        who = "patient" if isinstance(record, Patient) else "subscriber"
        yield Hit(record.at("birth_date"), f"By the date of birth, the {who} is older than {_OLDEST} years.")


@rule(
    id="SIT091",
    name="social-security-number-format",
    severity="error",
    snip=2,
    source="005010X222A1, 2010CA REF*SY; Stedi claim edit on invalid social security numbers",
    level="patient",
    needs=("REF*1W/SY",),
    acks=Acks(ik304="8", ik403="I12"),
)
def social_security_number_format(patient: Patient, context: Context) -> Iterator[Hit]:
    """The social security number of a dependent (REF*SY) is nine digits without hyphens.

    Why: A number of another form is nobody's. The guide asks the same of the subscriber's, which ELE018 tells.

    Fix: Write the nine digits, or leave the number out: no payer finds a patient by it.
    """
    loop = patient.inner("2010CA")
    number = find(loop, "REF", "SY") if loop is not None else None
    if loop is not None and number is not None and re.fullmatch("[0-9]{9}", number.get(2)) is None:
        yield Hit(place(loop, number, 2), "The social security number of the patient is not nine digits.")
