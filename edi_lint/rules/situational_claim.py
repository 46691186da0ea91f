"""SIT: the claim as a whole (2300): charges, contracts, what the patient paid, numbers that certain services need.

Which services need a number is told by their codes: mammography, tests marked as CLIA-waived, care plan oversight,
ambulance. A service that is not listed here may need one all the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..claims import Claim
from ..claims.fields import parse_decimal
from .examples import payer
from .registry import Bad, Context, Good, Hit, rule
from .signs import amount_below, modifier_in
from .situational import (
    AMBULANCE,
    MISSING,
    UNWANTED,
    another_day,
    each,
    place,
    transaction_kind,
    transaction_kind_spot,
    transports,
)

_NO_CHARGE = {"*151.5*": "*0*", "*112*": "*0*", "HC:96372*35*": "HC:96372*0*", "*4.5*": "*0*"}
_CASUALTY_PAYERS = frozenset({"AM", "LM", "WC"})


@rule(
    id="SIT041",
    name="claims-per-transaction",
    severity="info",
    snip=2,
    source="005010X222A1, recommendation at 2300 CLM (SR029)",
)
def claims_per_transaction(claim: Claim, context: Context) -> Iterator[Hit]:
    """A transaction set (ST to SE) holds at most 5,000 claims, unless you agreed on more with the receiver.

    The option claims-per-transaction sets another limit.

    Why: The guide recommends the limit; receivers may stop reading, or reject thousands of claims for one fault.

    Fix: Divide the batch into several transaction sets.
    """
    notes = context.notes
    count = notes["claims"] = notes.get("claims", 0) + 1
    limit = int(context.options.get("claims-per-transaction", 5000))
    if count == limit + 1:
        yield Hit(claim.head, f"The transaction set has more than {limit} claims; this is the first beyond them.")


@rule(
    id="SIT042",
    name="zero-charge-claim",
    severity="warning",
    snip=4,
    source="005010X222A1, CLM02 and BHT06 (SR113); Stedi claim edit on zero charges",
    stc=("A7:402", "A7:178"),
    hides=("STR002",),
    watch={"CLM": amount_below(0, 2)},
    examples=(
        Bad(_NO_CHARGE, at=("2300", "CLM02")),
        Good(_NO_CHARGE | {"0930*CH~": "0930*RP~"}),
        Good({"*151.5*": "*39.5*", "*112*": "*0*"}),
    ),
)
def zero_charge_claim(claim: Claim, context: Context) -> Iterator[Hit]:
    """A claim for payment (BHT06 is CH) asks for some money: its total charge (CLM02) is not zero.

    Encounters, which are sent for the record, may be without charge; their BHT06 is RP.

    Why: Payers reject a claim that asks for nothing.

    Fix: Enter the charges, or send encounters in a batch of their own with RP in BHT06.
    """
    # Where the lines do have charges, the total is wrong: STR001.
    if claim.total_charge != 0 or any(line.charge != 0 for line in claim.lines):
        return
    if transaction_kind(claim.transaction) == "CH":
        words = "The claim charges nothing, but the batch is one of claims for payment (BHT06 is CH)."
        yield Hit(claim.at("total_charge"), words, trigger=transaction_kind_spot(claim.transaction))


@rule(
    id="SIT043",
    name="contract-information-unwanted",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1 situational rule, 2300 and 2400 CN1 (SR050)",
    needs=("CN1",),
    acks=UNWANTED,
    examples=(
        Bad({"HI*ABK": "CN1*05~HI*ABK"}, at=("2300", "CN1")),
        Bad({"REF*6R*A1001L2~": "CN1*02*35~REF*6R*A1001L2~"}, at=("2400", "CN1")),
        Good({"HI*ABK": "CN1*05~HI*ABK", "0930*CH~": "0930*RP~"}),
    ),
)
def contract_information_unwanted(claim: Claim, context: Context) -> Iterator[Hit]:
    """Terms of a contract (CN1) are only sent on claims that have been decided already, such as reported encounters.

    Claims to workers' compensation, auto and liability insurers are left alone: their rules are their own.

    Why: The payer knows its contracts; on a claim for payment the segment is not allowed.

    Fix: Remove the CN1 segment, or write RP into BHT06 when the batch reports encounters.
    """
    if transaction_kind(claim.transaction) != "CH" or claim.subscriber.claim_filing_indicator in _CASUALTY_PAYERS:
        return
    # Another payer's decision makes it a claim that has been decided.
    if not claim.contents.isdisjoint({"AMT*D", "CAS", "SVD", "DTP*573"}):
        return
    for loop in (claim.loop, *(line.loop for line in claim.lines)):
        for contract in each(loop, "CN1"):
            words = "The claim has contract information (CN1), but nothing says that it has been decided already."
            yield Hit(place(loop, contract), words, trigger=transaction_kind_spot(claim.transaction))


@rule(
    id="SIT044",
    name="patient-paid-amount",
    severity="error",
    snip=4,
    source="005010X222A1, 2300 AMT*F5 (SR051)",
    needs=("AMT*F5",),
    stc=("A7:183:QC",),
    examples=(
        Bad({"HI*ABK": "AMT*F5*151.51~HI*ABK"}, at=("2300", "AMT02")),
        Bad({"HI*ABK": "AMT*F5*-20~HI*ABK"}, at=("2300", "AMT02")),
        Good({"HI*ABK": "AMT*F5*151.5~HI*ABK"}),
    ),
)
def patient_paid_amount(claim: Claim, context: Context) -> Iterator[Hit]:
    """What the patient has paid on the claim (AMT*F5) is not negative, and not more than the claim charges.

    Why: The payer subtracts it from what it pays, or sends the claim back.

    Fix: Enter what the patient paid for these services alone.
    """
    for segment in each(claim.loop, "AMT", "F5"):
        paid, charged = parse_decimal(segment.get(2)), claim.total_charge
        if paid is not None and paid < 0:
            words = f"The amount that the patient paid is negative: {segment.get(2)}."
        elif paid is not None and charged is not None and paid > charged >= 0:
            words = f"The patient paid {segment.get(2)}, more than the claim's charge of {claim.sent('total_charge')}."
        else:
            continue
        yield Hit(place(claim.loop, segment, 2), words, trigger=claim.at("total_charge"))


# -- numbers that certain services need -------------------------------------------------------------------

_MAMMOGRAPHY = frozenset({"77065", "77066", "77067", "G0202", "G0204", "G0206"})


@rule(
    id="SIT045",
    name="mammography-certification-missing",
    severity={"medicare": "warning", "medicaid": "info", "commercial": "info"},
    snip=6,
    source="005010X222A1 situational rule, REF*EW (SR053); 42 CFR 410.34, certified facilities",
    triggers=_MAMMOGRAPHY,
    whole=True,
    acks=MISSING,
    examples=(
        Bad(another_day("77067"), at=("2300", "REF"), severity="info"),
        Bad(another_day("77067") | payer("MB"), at=("2300", "REF"), severity="warning"),
        Good(another_day("77067") | {"HI*ABK": "REF*EW*TST001~HI*ABK"}),
        # The reading alone: the facility that took the picture bills the rest.
        Good(another_day("77067:26")),
    ),
)
def mammography_certification_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """A mammogram comes with the certification number of the facility in REF*EW. Readings alone (26) are left out.

    Why: Only certified facilities may do mammograms; without the number Medicare returns the claim.

    Fix: Add REF*EW with the facility's certification number.
    """
    if "REF*EW" in claim.contents:
        return
    for line in claim.lines:
        if line.procedure in _MAMMOGRAPHY and "26" not in line.modifiers:
            words = f"{line.procedure} on line {line.number} is a mammogram; no certification number is given (REF*EW)."
            yield Hit(claim.lacks("REF", "EW"), words, trigger=line.at("procedure"))
            return


@rule(
    id="SIT046",
    name="clia-number-missing",
    severity={"medicare": "warning", "medicaid": "info", "commercial": "info"},
    snip=6,
    source="005010X222A1 situational rule, REF*X4 (SR055); 42 CFR 493.15, waived tests",
    watch={"SV1": modifier_in({"QW"})},
    whole=True,
    acks=MISSING,
    examples=(
        Bad(another_day("82962:QW"), at=("2300", "REF"), severity="info"),
        Bad(another_day("82962:QW") | payer("MB"), at=("2300", "REF"), severity="warning"),
        Good(another_day("82962:QW") | {"HI*ABK": "REF*X4*23D0000000~HI*ABK"}),
    ),
)
def clia_number_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """A test marked as CLIA-waived (modifier QW) comes with the laboratory's CLIA number in REF*X4.

    Other laboratory tests need the number too, but their codes do not say so.

    Why: Whoever does such tests has a CLIA certificate; Medicare returns the claim without its number.

    Fix: Add REF*X4 with the ten characters of the CLIA number.
    """
    if claim.clia_number:
        return
    for line in claim.lines:
        if "QW" in line.modifiers and not line.clia_number:
            words = f"Line {line.number} is a CLIA-waived test (QW), and no CLIA number is given."
            yield Hit(claim.lacks("REF", "X4"), words, trigger=line.modifier_spot("QW"))
            return


@rule(
    id="SIT047",
    name="care-plan-oversight-missing",
    severity={"medicare": "warning", "medicare-advantage": "off", "medicaid": "off", "commercial": "off"},
    snip=6,
    source="005010X222A1 situational rule, REF*1J (SR057)",
    triggers=("G0181", "G0182"),
    whole=True,
    acks=MISSING,
    examples=(
        Bad(another_day("G0181") | payer("MB"), at=("2300", "REF"), severity="warning"),
        Good(another_day("G0181") | payer("MB") | {"HI*ABK": "REF*1J*1234567893~HI*ABK"}),
        Good(another_day("G0181")),
    ),
)
def care_plan_oversight_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """Care plan oversight (G0181, G0182) names the home health agency or hospice by its NPI in REF*1J.

    Why: Medicare pays it only for patients in the care of an agency or hospice, and returns the claim without the NPI.

    Fix: Add REF*1J with the NPI of the agency or hospice.
    """
    if "REF*1J" in claim.contents:
        return
    for line in claim.lines_with("G0181", "G0182")[:1]:
        words = f"{line.procedure} on line {line.number} is care plan oversight; REF*1J does not say with whom."
        yield Hit(claim.lacks("REF", "1J"), words, trigger=line.at("procedure"))


_TRANSPORT = "CR1*LB*140**A*DH*12~"
_WAY = "NM1*PW*2~N3*7 SAMPLE ST~N4*ANYTOWN*MI*49001~NM1*45*2~N3*8 SAMPLE ST~N4*ANYTOWN*MI*49001~"
_CARRIED = another_day("A0428") | {"LX*1~": f"{_WAY}LX*1~"}


@rule(
    id="SIT048",
    name="ambulance-transport-missing",
    severity="warning",
    snip=6,
    source="005010X222A1 situational rule, 2300 CR1 (SR061)",
    triggers=AMBULANCE,
    whole=True,
    acks=MISSING,
    examples=(
        Bad(_CARRIED, at=("2300", "CR1")),
        Good(_CARRIED | {"HI*ABK": f"{_TRANSPORT}HI*ABK"}),
    ),
)
def ambulance_transport_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """An ambulance transport tells in CR1 why and how far the patient was carried.

    Why: Payers pay a transport by need and by miles, and reject the claim without them.

    Fix: Add CR1 with the reason of the transport and the miles, on the claim or on the line.
    """
    if "CR1" in claim.contents:
        return
    for line in transports(claim)[:1]:
        words = f"{line.procedure} on line {line.number} is an ambulance transport, and the claim has no CR1."
        yield Hit(claim.lacks("CR1"), words, trigger=line.at("procedure"))
