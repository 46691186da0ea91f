"""SIT: other payers of a claim (2320, 2330) and what they decided on its lines (2430).

Amounts are balanced by STR003 and STR004, and payers and lines tied together by STR005; here is which parts of a
decision belong together, and which exclude each other. A payer has decided when the claim has its adjustments, its
date, its remarks or one of its line payments.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..claims import Claim, OtherPayer, Spot
from ..claims.fields import find, missing_spot, parse_decimal
from ..guide import OpenLoop
from ..x12 import Segment
from .registry import Acks, Bad, Context, Good, Hit, rule
from .situational import (
    ELEMENT_MISSING,
    ELEMENT_UNWANTED,
    MISSING,
    UNWANTED,
    each,
    inner_loops,
    place,
    transaction_kind,
)

_DATED = "DTP*573*D8*20260118~"
_TRIOS = range(2, 20, 3)
"""Where the reasons of a CAS stand; each is followed by its amount and quantity."""


def _first_payer(*money: str, after: str = _DATED) -> dict[str, str]:
    """An edit: another payer pays first, with these segments in 2320 and ``after`` at the end of 2330B."""
    segments = "".join(f"{segment}~" for segment in money)
    names = "NM1*IL*1*DOE*JANE****MI*W100009001~NM1*PR*2*OTHER PLAN*****PI*TSTBL~"
    return {"SBR*P*": "SBR*S*", "LX*1~": f"SBR*P*18*******BL~{segments}OI***Y***Y~{names}{after}LX*1~"}


def _decided_lines(bundled: str = "", left: str = "") -> dict[str, str]:
    """An edit: that payer paid each line in full; ``bundled`` ends the SVD of line 1, ``left`` its 2430."""
    return {
        "*6R*A1001L1~": f"*6R*A1001L1~SVD*TSTBL*112*HC:99213:25**1{bundled}~{_DATED}{left}",
        "*6R*A1001L2~": f"*6R*A1001L2~SVD*TSTBL*35*HC:96372**1~{_DATED}",
        "CTP****1*ML~": f"CTP****1*ML~SVD*TSTBL*4.5*HC:J3420**1~{_DATED}",
    }


@rule(
    id="SIT063",
    name="other-payer-paid-missing",
    severity="error",
    snip=4,
    source="005010X222A1 situational rule, 2320 AMT*D (SR080, SR011)",
    needs=("2320",),
    acks=MISSING,
    whole=True,
    examples=(
        Bad(_first_payer("CAS*PR*1*151.5"), at=("2320", "AMT")),
        Bad(_first_payer(), at=("2320", "AMT")),
        Bad(_first_payer(after="") | _decided_lines(), at=("2320", "AMT")),
        Good(_first_payer("CAS*PR*1*151.5", "AMT*D*0")),
        Good(_first_payer("AMT*A8*151.5", after="")),
        # It pays later, or has not answered yet.
        Good(_first_payer(after="")),
    ),
)
def other_payer_paid_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """A payer that has decided on the claim says in AMT*D what it paid, be it nothing.

    On a Medicaid agency's demand (BHT06 is 31, with a pay-to plan) at least one payer has paid.

    Why: The next payer works out its share from this amount and rejects the claim without it.

    Fix: Add AMT*D with the amount from the remittance; 0 when nothing was paid.
    """
    others = claim.other_payers
    if not others:
        return
    for number, other in enumerate(others, 1):
        if find(other.loop, "AMT", "D", "A8") is None and (decision := _decision(claim, other)) is not None:
            words = f"Other payer {number} has decided on the claim, but what it paid is not given (AMT*D)."
            yield Hit(missing_spot(other.loop, "AMT", "D"), words, trigger=decision)
            return
    plan = claim.billing.inner("2010AC")
    if plan is None or transaction_kind(claim.transaction) != "31" or "AMT*D" in claim.contents:
        return
    words = "A Medicaid agency asks for its money back, but no payer of the claim has paid (AMT*D)."
    yield Hit(missing_spot(others[0].loop, "AMT", "D"), words, trigger=place(plan, plan.first))


def _decision(claim: Claim, other: OtherPayer) -> Spot | None:
    """Where the claim shows that the payer has decided on it; None if nothing does."""
    for segment_id in ("CAS", "MOA"):
        segment = find(other.loop, segment_id)
        if segment is not None:
            return place(other.loop, segment)
    if other.adjudication_date:
        return other.at("adjudication_date")
    found = (found for line in claim.lines for found in line.adjudications)
    return next((found.at("payer_id") for found in found if found.payer_id and found.payer_id == other.payer_id), None)


@rule(
    id="SIT064",
    name="not-covered-amount-differs",
    severity="error",
    snip=3,
    source="005010X222A1, 2320 AMT*A8 (SR081)",
    needs=("AMT*A8",),
    stc=("A7:672",),
    examples=(
        Bad(_first_payer("AMT*A8*150", after=""), at=("2320", "AMT02")),
        Good(_first_payer("AMT*A8*151.50", after="")),
    ),
)
def not_covered_amount_differs(claim: Claim, context: Context) -> Iterator[Hit]:
    """Where a payer was passed over because it covers nothing of the claim (AMT*A8), the amount is the whole charge.

    Why: The next payer takes the rest for covered, and asks for that payer's decision.

    Fix: Write the charge of the claim (CLM02) into AMT*A8.
    """
    charges = [line.charge or Decimal(0) for line in claim.lines]
    if claim.total_charge is None or sum(charges, Decimal(0)) != claim.total_charge:
        return  # It is the total that is wrong: STR001.
    for other in claim.other_payers:
        if other.not_covered is not None and other.not_covered != claim.total_charge:
            words = f"AMT*A8 is {other.sent('not_covered')}, but the claim charges {claim.sent('total_charge')}."
            yield Hit(other.at("not_covered"), words, trigger=claim.at("total_charge"))


@rule(
    id="SIT065",
    name="not-covered-decision-unwanted",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1, 2320 AMT*A8 without AMT*D and CAS (SR081)",
    needs=("AMT*A8",),
    acks=UNWANTED,
    examples=(
        Bad(_first_payer("AMT*D*0", "AMT*A8*151.5"), at=("2320", "AMT")),
        Bad(_first_payer("CAS*PR*96*151.5", "AMT*A8*151.5"), at=("2320", "CAS")),
        Good(_first_payer("AMT*A8*151.5", after="")),
    ),
)
def not_covered_decision_unwanted(claim: Claim, context: Context) -> Iterator[Hit]:
    """A payer that was passed over (AMT*A8) has paid nothing and adjusted nothing: AMT*D and CAS are not sent for it.

    Why: The claim says that this payer was not asked, and what it answered.

    Fix: Remove AMT*A8 when the payer has decided; else remove AMT*D and CAS.
    """
    for number, other in enumerate(claim.other_payers, 1):
        passed_over = find(other.loop, "AMT", "A8")
        decision = find(other.loop, "CAS") or find(other.loop, "AMT", "D")
        if passed_over is not None and decision is not None:
            words = f"Other payer {number} was passed over (AMT*A8), but has a decision too."
            yield Hit(place(other.loop, decision), words, trigger=place(other.loop, passed_over))


@rule(
    id="SIT066",
    name="remaining-liability-unwanted",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1, AMT*EAF of 2320 and 2430 (SR082); Stedi claim edit on remaining patient liability",
    needs=("AMT*EAF",),
    acks=UNWANTED,
    examples=(
        Bad(
            _first_payer("AMT*D*151.5", "AMT*EAF*10", after="") | _decided_lines(left="AMT*EAF*10~"),
            at=("2320", "AMT"),
        ),
        Good(_first_payer("AMT*D*151.5", after="") | _decided_lines(left="AMT*EAF*10~")),
        Good(_first_payer("AMT*D*151.5", "AMT*EAF*10", after="") | _decided_lines()),
    ),
)
def remaining_liability_unwanted(claim: Claim, context: Context) -> Iterator[Hit]:
    """What the patient still owes after a payer (AMT*EAF) stands with the claim or with its lines, not with both.

    Why: The next payer may count it twice.

    Fix: Remove AMT*EAF from loop 2320 when the lines have it.
    """
    on_lines = {
        found.payer_id: place(found.loop, owed)
        for line in claim.lines
        for found in line.adjudications
        for owed in each(found.loop, "AMT", "EAF")
    }
    for number, other in enumerate(claim.other_payers, 1):
        owed = find(other.loop, "AMT", "EAF")
        if owed is not None and other.payer_id in on_lines:
            words = f"What the patient still owes after other payer {number} stands with the claim and with its lines."
            yield Hit(place(other.loop, owed), words, trigger=on_lines[other.payer_id])


# -- adjustments (CAS) ------------------------------------------------------------------------------------


@rule(
    id="SIT067",
    name="adjustment-group-repeated",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1, CAS01 of 2320 and 2430 (SR083)",
    needs=("CAS",),
    stc=("A7:696",),
    examples=(
        Bad(_first_payer("CAS*PR*1*30", "CAS*PR*2*1.5", "AMT*D*120"), at=("2320", "CAS01")),
        Good(_first_payer("CAS*PR*1*30**2*1.5", "AMT*D*120")),
        Good(_first_payer("CAS*PR*1*30", "CAS*CO*45*1.5", "AMT*D*120")),
        Good(_first_payer("CAS*CO*45*1**96*1**97*1**59*1**16*1**18*1", "CAS*CO*131*1.5", "AMT*D*144")),
    ),
)
def adjustment_group_repeated(claim: Claim, context: Context) -> Iterator[Hit]:
    """Adjustments of one group (CAS01) stand in one CAS, up to six of them, before another CAS of that group begins.

    Why: Some payers read one CAS for each group, and find that the amounts do not add up.

    Fix: Put the adjustments of the group into one CAS, as reason, amount and quantity one after the other.
    """
    for loop, adjustments in _adjusted(claim):
        seen: dict[str, Segment] = {}
        for adjustment in adjustments:
            first = seen.get(adjustment.get(1))
            if first is not None and not first.get(_TRIOS[-1]):
                words = f"Loop {loop.id} has adjustments of one group (CAS01) in more than one CAS."
                yield Hit(place(loop, adjustment, 1), words, trigger=place(loop, first, 1))
            seen[adjustment.get(1)] = adjustment


@rule(
    id="SIT068",
    name="adjustment-gap",
    severity="error",
    snip=2,
    source="005010X222A1, CAS of 2320 and 2430: adjustments from the left (SR083)",
    needs=("CAS",),
    acks=ELEMENT_MISSING,
    examples=(
        Bad(_first_payer("CAS*PR*1*30*****2*1.5", "AMT*D*120"), at=("2320", "CAS05")),
        Good(_first_payer("CAS*PR*1*30*1*2*1.5", "AMT*D*120")),
    ),
)
def adjustment_gap(claim: Claim, context: Context) -> Iterator[Hit]:
    """The adjustments of a CAS follow each other without a gap: reason, amount and quantity, then the next reason.

    Why: A payer that stops reading at the gap does not count what comes behind it.

    Fix: Move the later adjustments up.
    """
    for loop, adjustments in _adjusted(claim):
        for adjustment in adjustments:
            filled = [bool(adjustment.get(reason) or adjustment.get(reason + 1)) for reason in _TRIOS]
            if False in filled and True in filled[filled.index(False) :]:
                gap = _TRIOS[filled.index(False)]
                words = f"A CAS of loop {loop.id} leaves out an adjustment and has another behind the gap."
                yield Hit(place(loop, adjustment, gap), words)


@rule(
    id="SIT069",
    name="adjustment-zero-unwanted",
    severity="warning",
    strict="error",
    snip=2,
    source="005010X222A1, CAS of 2320 and 2430: adjustments are not zero (SR083)",
    needs=("CAS",),
    acks=ELEMENT_UNWANTED,
    examples=(
        Bad(_first_payer("CAS*PR*1*30**2*0", "AMT*D*121.5"), at=("2320", "CAS06")),
        Bad(_first_payer("CAS*CO*45*0.00", "AMT*D*151.5"), at=("2320", "CAS03")),
        Good(_first_payer("CAS*PR*1*30**2*-10", "AMT*D*131.5")),
    ),
)
def adjustment_zero_unwanted(claim: Claim, context: Context) -> Iterator[Hit]:
    """Adjustments of zero are not sent: a CAS lists what changed the payment.

    Why: Some payers reject an amount of zero here.

    Fix: Remove the adjustment, or the CAS when it has no other.
    """
    for loop, adjustments in _adjusted(claim):
        for adjustment in adjustments:
            for reason in _TRIOS:
                if adjustment.get(reason) and parse_decimal(adjustment.get(reason + 1)) == 0:
                    words = f"A CAS of loop {loop.id} has an adjustment of zero."
                    yield Hit(place(loop, adjustment, reason + 1), words)


def _adjusted(claim: Claim) -> Iterator[tuple[OpenLoop, list[Segment]]]:
    """The loops of the claim that have adjustments, with those."""
    for outer in (claim.loop, *(line.loop for line in claim.lines)):
        for loop in inner_loops(outer, "2320", "2430"):
            adjustments = list(each(loop, "CAS"))
            if adjustments:
                yield loop, adjustments


# -- providers, and lines paid with others ----------------------------------------------------------------

_OWN_LOOPS = {"2330C": "2310A", "2330D": "2310B", "2330E": "2310C", "2330F": "2310D"}


@rule(
    id="SIT070",
    name="other-payer-provider-unwanted",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1 situational rules, 2330C to 2330F (SR086)",
    needs=("2330C", "2330D", "2330E", "2330F"),
    acks=UNWANTED,
    examples=(
        Bad(_first_payer("AMT*D*151.5", after=f"{_DATED}NM1*DQ*1~REF*G2*TST4711~"), at=("2330F", "NM1")),
        Good(_first_payer("AMT*D*151.5", after=f"{_DATED}NM1*82*1~REF*G2*TST4711~")),
    ),
)
def other_payer_provider_unwanted(claim: Claim, context: Context) -> Iterator[Hit]:
    """Another payer's number for a provider (2330C to 2330F) is only sent when the claim names that provider (2310).

    Why: A number of somebody who is not on the claim helps nobody.

    Fix: Remove the loop, or name the provider in loop 2310.
    """
    for other in claim.other_payers:
        for loop in inner_loops(other.loop, *_OWN_LOOPS):
            if claim.inner(_OWN_LOOPS[loop.id]) is None:
                words = f"Loop {loop.id} has a number of a provider, but the claim has no loop {_OWN_LOOPS[loop.id]}."
                yield Hit(place(loop, loop.first), words)


@rule(
    id="SIT071",
    name="bundled-line-unknown",
    severity="error",
    snip=4,
    source="005010X222A1, SVD06 names an LX (SR108)",
    needs=("2430",),
    stc=("A8:710",),
    whole=True,
    examples=(
        Bad(_first_payer("AMT*D*151.5", after="") | _decided_lines(bundled="*9"), at=("2430", "SVD06")),
        Good(_first_payer("AMT*D*151.5", after="") | _decided_lines(bundled="*2")),
    ),
)
def bundled_line_unknown(claim: Claim, context: Context) -> Iterator[Hit]:
    """Where a payer paid a line together with another (SVD06), that other is a line of the claim, by its number (LX).

    Why: The next payer looks for the payment on that line.

    Fix: Write the LX of the line that was paid instead into SVD06, or leave it empty when nothing was bundled.
    """
    numbers = {line.number.lstrip("0") for line in claim.lines}
    for line in claim.lines:
        for found in line.adjudications:
            other = found.bundled_into
            if other.isdecimal() and other.lstrip("0") not in numbers:
                words = f"Line {line.number} was paid with line {other}, but the claim has no such line."
                yield Hit(found.at("bundled_into"), words)


@rule(
    id="SIT087",
    name="other-payer-paid-negative",
    severity="warning",
    snip=3,
    source="Stedi claim edit on invalid paid amounts: AMT*D of 2320 and SVD02 of 2430",
    needs=("2320", "2430"),
    stc=("A7:693", "A7:643"),
    examples=(
        Bad(_first_payer("CAS*CO*45*156.5", "AMT*D*-5"), at=("2320", "AMT02")),
        Bad(
            _first_payer("AMT*D*34.5", after="")
            | _decided_lines()
            | {"*6R*A1001L1~": f"*6R*A1001L1~SVD*TSTBL*-5*HC:99213:25**1~CAS*CO*45*117~{_DATED}"},
            at=("2430", "SVD02"),
        ),
        Good(_first_payer("CAS*CO*45*151.5", "AMT*D*0")),
    ),
)
def other_payer_paid_negative(claim: Claim, context: Context) -> Iterator[Hit]:
    """What another payer paid, for the claim (AMT*D) or for a line (SVD02), is not less than zero.

    Why: A payment that was taken back is no payment. The next payer cannot work out its share from it.

    Fix: Send what the payer paid in the end, from its last remittance; 0 when nothing is left.
    """
    for number, other in enumerate(claim.other_payers, 1):
        if other.paid is not None and other.paid < 0:
            words = f"Other payer {number} is said to have paid {other.sent('paid')}."
            yield Hit(other.at("paid"), words, acks=Acks(stc=("A7:693", "A7:672")))
    for line in claim.lines:
        for found in line.adjudications:
            if found.paid is not None and found.paid < 0:
                yield Hit(found.at("paid"), f"On line {line.number} another payer paid {found.sent('paid')}.")
