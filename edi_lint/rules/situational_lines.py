"""SIT: service lines (2400): units, equipment and its certificates, control numbers, and what repeats the claim.

What a code stands for is only known of anesthesia, ambulance transports and tests that were sent out (modifier 90).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..claims import Claim, ServiceLine
from ..claims.fields import find, parse_decimal
from ..guide import OpenLoop
from ..reference.groups import code_range
from ..x12 import Segment
from .drug_lines import INJECTION, is_drug
from .examples import payer
from .registry import Acks, Bad, Context, Good, Hit, rule
from .signs import longer_than, modifier_in
from .situational import MISSING, UNWANTED, another_day, each, inner_loops, on_claim, on_line_1, place

_LINE_1 = "DTP*472*D8*20260115~REF*6R*A1001L1~"


def _before_date(*segments: str) -> dict[str, str]:
    """An edit: these segments stand between the service and the date of line 1."""
    return {_LINE_1: "".join(segments) + _LINE_1}


def _behind_date(*segments: str) -> dict[str, str]:
    """An edit: these segments stand between the date and the control number of line 1."""
    return {_LINE_1: _LINE_1.replace("REF*", "".join(segments) + "REF*")}


_REPEATABLE = (
    ("REF", ("G1", "9F", "EW", "X4")),
    ("DTP", ("304", "454", "455")),
    ("CRC", ("07",)),
    ("CR1", ()),
)
"""Segments of a line that stand for the same segment of the claim, told apart by their qualifiers."""
_LINE_MARKS = ("CR1", *(f"{segment_id}*{code}" for segment_id, codes in _REPEATABLE for code in codes))


@rule(
    id="SIT072",
    name="line-repeats-claim-unwanted",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1 situational rules, 2400 REF*G1, 9F, EW, X4, DTP*304, 454, 455, CR1, CRC*07 (SR054)",
    needs=_LINE_MARKS,
    acks=UNWANTED,
    examples=(
        Bad({"HI*ABK": "REF*G1*TST4711~HI*ABK"} | _behind_date("REF*G1*TST4711~"), at=("2400", "REF")),
        Bad({"HI*ABK": "DTP*454*D8*20260110~HI*ABK"} | _behind_date("DTP*454*D8*20260110~"), at=("2400", "DTP")),
        Good({"HI*ABK": "REF*G1*TST4711~HI*ABK"} | _behind_date("REF*G1*TST4712~")),
        Good(_behind_date("REF*G1*TST4711~")),
    ),
)
def line_repeats_claim_unwanted(claim: Claim, context: Context) -> Iterator[Hit]:
    """Numbers, dates and transport data are only given on a line when they differ from those of the claim.

    Why: What the claim says holds for all its lines; strict receivers reject the repetition.

    Fix: Remove the segment from the line.
    """
    for line in claim.lines:
        for segment_id, qualifiers in _REPEATABLE:
            for own in each(line.loop, segment_id, *qualifiers):
                above = _same(claim.loop, own)
                if above is not None:
                    what = f"{segment_id}*{own.get(1)}" if qualifiers else segment_id
                    words = f"{what} of line {line.number} repeats what the claim says."
                    yield Hit(place(line.loop, own), words, trigger=place(claim.loop, above))


def _same(loop: OpenLoop, segment: Segment) -> Segment | None:
    """A segment of the loop with the same elements."""
    return next((other for other in each(loop, segment.id) if other.elements == segment.elements), None)


# -- units ------------------------------------------------------------------------------------------------

# Without 01953 and 01996, which count areas and days, and labor (01967 to 01969), which payers count as they like.
_TIMED = code_range("00100", "01999") - frozenset({"01953", "01967", "01968", "01969", "01996", "01999"})


@rule(
    id="SIT073",
    name="anesthesia-units",
    severity="warning",
    snip=6,
    source="005010X222A1, SV103 (SR090)",
    triggers=_TIMED,
    stc=("A8:659", "A8:251"),
    examples=(
        Bad(another_day("00400"), at=("2400", "SV103")),
        Good(another_day("00400") | {"00400*20*UN*1*": "00400*20*MJ*45*"}),
        Good(another_day("01996")),
    ),
)
def anesthesia_units(claim: Claim, context: Context) -> Iterator[Hit]:
    """Anesthesia is counted in minutes: MJ in SV103.

    A few codes for areas and days, and those for labor, are left out.

    Why: Payers pay anesthesia by time; a number of units they take for minutes, or reject.

    Fix: Enter MJ in SV103 and the minutes in SV104.
    """
    for line in claim.lines:
        if line.procedure in _TIMED and line.unit_basis == "UN":
            words = f"{line.procedure} on line {line.number} is anesthesia and counted in units (UN), not minutes (MJ)."
            yield Hit(line.at("unit_basis"), words, trigger=line.at("procedure"))


@rule(
    id="SIT074",
    name="units-precision",
    severity="warning",
    snip=2,
    source="005010X222A1, SV104: eight digits, three of them decimals (SR090)",
    acks=Acks(ik304="8", ik403="5"),
    watch={"SV1": longer_than(4, 4)},
    examples=(
        Bad({"99213:25*112*UN*1*": "99213:25*112*UN*1.0005*"}, at=("2400", "SV104")),
        Good({"99213:25*112*UN*1*": "99213:25*112*UN*1.000*"}),
    ),
)
def units_precision(claim: Claim, context: Context) -> Iterator[Hit]:
    """Units (SV104) have at most eight digits, three of them behind the decimal point.

    Fractions of injections and drugs are the subject of rules UNT001 and UNT006.

    Why: Payers cut off what is beyond, and pay another quantity.

    Fix: Round the units to three decimals.
    """
    for line in claim.lines:
        sent = str(line.units)
        if len(sent) <= 4:
            continue  # Too short to break the rule, as nearly all are; so is None.
        decimals = sent.partition(".")[2]
        if sum(character.isdigit() for character in sent) > 8 or len(decimals) > 3:
            if decimals and (line.procedure == INJECTION or is_drug(line.procedure)):
                continue
            words = f"The units of line {line.number}, {sent}, have more than eight digits or three decimals."
            yield Hit(line.at("units"), words)


# -- equipment --------------------------------------------------------------------------------------------


@rule(
    id="SIT075",
    name="equipment-code-differs",
    severity="error",
    snip=4,
    source="005010X222A1, SV501-2 as SV101-2 (SR094)",
    needs=("SV5",),
    stc=("A8:454",),
    examples=(
        Bad(_before_date("SV5*HC:E0570*DA*30*20*200*4~"), at=("2400", "SV501-2")),
        Good(_before_date("SV5*HC:99213*DA*30*20*200*4~")),
    ),
)
def equipment_code_differs(claim: Claim, context: Context) -> Iterator[Hit]:
    """Where a line gives rental and purchase price of equipment (SV5), both segments have the same code.

    Why: The payer prices the one and pays the other.

    Fix: Write the code of SV101 into SV501.
    """
    for line in claim.lines:
        equipment = find(line.loop, "SV5")
        if equipment is not None and line.procedure and equipment.get(1, 2) not in ("", line.procedure):
            words = f"Line {line.number} bills one code (SV101), but gives the prices of another (SV501)."
            yield Hit(place(line.loop, equipment, 1, 2), words, trigger=line.at("procedure"))


_CERTIFICATE = (
    ("PWK", "CT", "how the certificate is sent (PWK*CT)"),
    ("CR3", "", "its kind and duration (CR3)"),
    ("DTP", "463", "when the therapy began (DTP*463)"),
    ("DTP", "461", "when it was signed (DTP*461)"),
)


def _certified(dates: str) -> dict[str, str]:
    """An edit: line 1 has a certificate of medical necessity with these dates."""
    dated = _LINE_1.replace("~REF*", f"~{dates}REF*")
    return {_LINE_1: f"PWK*CT*AD~CR3*I*MO*12~{dated}LQ*UT*01.02~FRM*1*Y~"}


@rule(
    id="SIT076",
    name="certificate-incomplete",
    severity="warning",
    snip=6,
    source="005010X222A1 situational rules, PWK*CT, CR3, DTP*463 and 461 with LQ*UT (SR095)",
    needs=("2440",),
    whole=True,
    acks=MISSING,
    examples=(
        Bad(_certified("DTP*463*D8*20260110~"), at=("2400", "DTP")),
        Good(_certified("DTP*463*D8*20260110~DTP*461*D8*20260110~")),
        Good(on_line_1("LQ*AS*01.02~FRM*1*Y~")),
    ),
)
def certificate_incomplete(claim: Claim, context: Context) -> Iterator[Hit]:
    """A form of a certificate of medical necessity (LQ*UT) comes with how, for how long and when it was certified.

    Why: Medicare's equipment contractors read the parts together, and reject a form that stands alone.

    Fix: Add the segment that is missing, or remove the form when no certificate is asked for.
    """
    for line in claim.lines:
        form = next((form for form in inner_loops(line.loop, "2440") if find(form, "LQ", "UT") is not None), None)
        if form is None:
            continue
        for segment_id, qualifier, what in _CERTIFICATE:
            if find(line.loop, segment_id, *([qualifier] if qualifier else [])) is None:
                words = f"Line {line.number} has the form of a certificate, but does not tell {what}."
                yield Hit(line.lacks(segment_id, qualifier), words, trigger=place(form, form.first))


@rule(
    id="SIT077",
    name="recertification-date-missing",
    severity="error",
    snip=4,
    source="005010X222A1 situational rule, DTP*607 with CR301 (SR096)",
    needs=("CR3*I/R/S",),
    whole=True,
    acks=MISSING,
    examples=(
        Bad(_before_date("CR3*R*MO*12~"), at=("2400", "DTP")),
        Bad(_before_date("CR3*S*MO*12~"), at=("2400", "DTP")),
        Good({_LINE_1: "CR3*R*MO*12~" + _LINE_1.replace("~REF*", "~DTP*607*D8*20260110~REF*")}),
        Good(_before_date("CR3*I*MO*12~")),
    ),
)
def recertification_date_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """A renewed or revised certificate (CR301 is R or S) tells when it was renewed or revised.

    Why: The payer must know from when on the certificate holds.

    Fix: Add DTP*607 with the date, or I to CR301 when it is the first certificate.
    """
    for line in claim.lines:
        certificate = find(line.loop, "CR3", "R", "S")
        if certificate is not None and find(line.loop, "DTP", "607") is None:
            words = f"The certificate of line {line.number} was renewed or revised, but DTP*607 does not say when."
            yield Hit(line.lacks("DTP", "607"), words, trigger=place(line.loop, certificate, 1))


@rule(
    id="SIT078",
    name="line-conditions-too-many",
    severity="error",
    snip=2,
    source="005010X222A1, 2400 CRC: three in all (SR100)",
    needs=("CRC*07", "CRC*70", "CRC*09"),
    acks=Acks(ik304="5"),
    examples=(
        Bad(_before_date("CRC*07*Y*01~", "CRC*07*Y*04~", "CRC*70*N*65~", "CRC*09*Y*ZV~"), at=("2400", "CRC")),
        Good(_before_date("CRC*07*Y*01~", "CRC*07*Y*04~", "CRC*70*N*65~")),
    ),
)
def line_conditions_too_many(claim: Claim, context: Context) -> Iterator[Hit]:
    """A line has at most three segments of conditions (CRC), of whatever kind.

    Why: The receiver has room for three.

    Fix: Put several conditions of one kind into one CRC.
    """
    for line in claim.lines:
        conditions = list(each(line.loop, "CRC"))
        if len(conditions) > 3:
            words = f"Line {line.number} has {len(conditions)} CRC segments; three are allowed."
            yield Hit(place(line.loop, conditions[3]), words)


# -- ambulance, anesthesia and laboratory -----------------------------------------------------------------

_WAY = "NM1*PW*2~N3*7 SAMPLE ST~N4*ANYTOWN*MI*49001~NM1*45*2~N3*8 SAMPLE ST~N4*ANYTOWN*MI*49001~"
_TOGETHER = another_day("A0428:GM") | {"HI*ABK": "CR1*LB*140**A*DH*12~HI*ABK"} | on_claim(_WAY)


@rule(
    id="SIT079",
    name="ambulance-patient-count-missing",
    severity="warning",
    snip=6,
    source="005010X222A1 situational rule, QTY*PT (SR101)",
    watch={"SV1": modifier_in({"GM"})},
    whole=True,
    acks=MISSING,
    examples=(
        Bad(_TOGETHER, at=("2400", "QTY")),
        Good(_TOGETHER | {"20260112~REF": "20260112~QTY*PT*2~REF"}),
    ),
)
def ambulance_patient_count_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """A transport of several patients in one vehicle (modifier GM) tells how many they were.

    Why: The payer divides the fee among them, and cannot without the number.

    Fix: Add QTY*PT with the number of patients.
    """
    for line in claim.lines:
        if "GM" in line.modifiers and find(line.loop, "QTY", "PT") is None:
            words = f"Line {line.number} bills a transport of several patients (GM), but not how many (QTY*PT)."
            yield Hit(line.lacks("QTY", "PT"), words, trigger=line.modifier_spot("GM"))


_ANESTHESIA = code_range("00100", "01999")


@rule(
    id="SIT080",
    name="obstetric-units-unwanted",
    severity="warning",
    snip=6,
    source="005010X222A1 situational rule, QTY*FL (SR102)",
    needs=("QTY*FL",),
    acks=UNWANTED,
    examples=(
        Bad(_behind_date("QTY*FL*2~"), at=("2400", "QTY")),
        Good(another_day("01967", after="QTY*FL*2~")),
    ),
)
def obstetric_units_unwanted(claim: Claim, context: Context) -> Iterator[Hit]:
    """Additional units of obstetric anesthesia (QTY*FL) stand on anesthesia lines only.

    Why: On another service they mean nothing.

    Fix: Remove QTY*FL.
    """
    for line in claim.lines:
        units = find(line.loop, "QTY", "FL")
        if units is not None and line.procedure and line.procedure not in _ANESTHESIA:
            words = f"Line {line.number} has units of obstetric anesthesia, but does not bill anesthesia."
            yield Hit(place(line.loop, units), words, trigger=line.at("procedure"))


@rule(
    id="SIT081",
    name="referring-laboratory-missing",
    severity={"medicare": "warning", "medicare-advantage": "off", "medicaid": "off", "commercial": "off"},
    snip=6,
    source="005010X222A1 situational rule, REF*F4 (SR104)",
    needs=("SV101-3",),
    whole=True,
    acks=MISSING,
    examples=(
        Bad(another_day("85025:90") | payer("MB"), at=("2400", "REF"), severity="warning"),
        Good(another_day("85025:90") | {"REF*6R*A1001L4~": "REF*6R*A1001L4~REF*F4*23D0000000~"} | payer("MB")),
        Good(another_day("85025:90")),
    ),
)
def referring_laboratory_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """A test that another laboratory did (modifier 90) names, for Medicare, that laboratory's CLIA number in REF*F4.

    Why: Medicare pays the laboratory that bills only if it knows which one did the test.

    Fix: Add REF*F4 with the CLIA number of the laboratory that did the test.
    """
    for line in claim.lines:
        if "90" in line.modifiers and find(line.loop, "REF", "F4") is None:
            words = f"The test on line {line.number} was done elsewhere (90), and REF*F4 does not say where."
            yield Hit(line.lacks("REF", "F4"), words, trigger=line.modifier_spot("90"))


# -- numbers and amounts ----------------------------------------------------------------------------------


@rule(
    id="SIT082",
    name="line-control-number-repeated",
    severity="error",
    snip=4,
    source="005010X222A1, REF*6R: unique within the claim (SR103); Stedi claim edit",
    needs=("REF*6R",),
    stc=("A8:584",),
    examples=(
        Bad({"*6R*A1001L2~": "*6R*A1001L1~"}, at=("2400", "REF02")),
        Good({"REF*6R*A1001L2~": ""}),
    ),
)
def line_control_number_repeated(claim: Claim, context: Context) -> Iterator[Hit]:
    """Each line has a control number (REF*6R) of its own within the claim.

    Why: The payer returns it with the payment, which then cannot be posted to one line.

    Fix: Number the lines differently, for example by adding the line number to that of the claim.
    """
    seen: dict[str, ServiceLine] = {}
    for line in claim.lines:
        number = line.control_number
        if number and seen.setdefault(number, line) is not line:
            first = seen[number]
            words = f"Line {line.number} has the control number of line {first.number}."
            yield Hit(line.at("control_number"), words, trigger=first.at("control_number"))


@rule(
    id="SIT083",
    name="line-control-number-long",
    severity="error",
    snip=2,
    source="005010X222A1, REF*6R: thirty characters (SR103); Stedi claim edit",
    needs=("REF*6R",),
    stc=("A7:512", "A7:584"),
    examples=(
        Bad({"*6R*A1001L2~": f"*6R*{'A1001L2' * 5}~"}, at=("2400", "REF02")),
        Good({"*6R*A1001L2~": f"*6R*{'A1001' * 6}~"}),
    ),
)
def line_control_number_long(claim: Claim, context: Context) -> Iterator[Hit]:
    """The control number of a line (REF*6R) has at most thirty characters.

    Why: Payers keep thirty; what comes back with the payment is cut off, and fits no line.

    Fix: Use shorter numbers.
    """
    for line in claim.lines:
        length = len(line.control_number)
        if 30 < length <= 50:  # Beyond fifty the guide itself objects: STR014.
            words = f"The control number of line {line.number} has {length} characters; 30 are allowed."
            yield Hit(line.at("control_number"), words)


@rule(
    id="SIT084",
    name="tax-or-postage-amount",
    severity="error",
    snip=4,
    source="005010X222A1, 2400 AMT*T and AMT*F4 are part of SV102 (SR105)",
    needs=("AMT*T", "AMT*F4"),
    stc=("A7:640",),
    examples=(
        Bad(on_line_1("AMT*T*-2~"), at=("2400", "AMT02")),
        Bad(on_line_1("AMT*T*60~AMT*F4*60~"), at=("2400", "AMT02")),
        Good(on_line_1("AMT*T*5.25~AMT*F4*3~")),
    ),
)
def tax_or_postage_amount(claim: Claim, context: Context) -> Iterator[Hit]:
    """Sales tax (AMT*T) and postage (AMT*F4) are part of the charge of their line: not negative, and not more than it.

    Why: The payer takes them off the charge, and nothing is left to pay.

    Fix: Add the amounts to the charge in SV102 (and to that of the claim), or correct them.
    """
    for line in claim.lines:
        total = Decimal(0)
        for amount in each(line.loop, "AMT", "T", "F4"):
            value = parse_decimal(amount.get(2))
            if value is None:
                continue
            total += value
            if value < 0:
                words = f"The tax or postage of line {line.number} is negative: {amount.get(2)}."
                yield Hit(place(line.loop, amount, 2), words)
                break
            if line.charge is not None and total > line.charge >= 0:
                words = f"Tax and postage of line {line.number} are more than its charge of {line.sent('charge')}."
                yield Hit(place(line.loop, amount, 2), words, trigger=line.at("charge"))
                break
