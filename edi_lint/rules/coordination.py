"""STR: coordination of benefits: what other payers paid must add up, and each line must name a payer of the claim.

Sums are compared only where the claim is whole and every amount is there. Bundled lines (SVD06) move money between
lines, so nothing is proved of a claim that has one. Whether another payer paid rightly is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..claims import Adjudication, Claim, OtherPayer, ServiceLine
from .registry import Bad, Context, Good, Hit, rule

_CLAIM_LEVEL = (
    "SBR*P*18*******BL~{money}OI***Y***Y~NM1*IL*1*DOE*JANE****MI*W100009001~"
    "NM1*PR*2*OTHER PLAN*****PI*TSTBL~{dated}LX*1~"
)
_LINE_1 = "REF*6R*A1001L1~"
_LINE_2 = "REF*6R*A1001L2~"
_LINE_3 = "CTP****1*ML~"


def _claim_level(*money: str, dated: bool = True) -> dict[str, str]:
    """An edit: another payer comes first, and has decided on the claim as a whole."""
    segments = "".join(f"{segment}~" for segment in money)
    date = "DTP*573*D8*20260118~" if dated else ""
    return {"SBR*P*": "SBR*S*", "LX*1~": _CLAIM_LEVEL.format(money=segments, dated=date)}


def _line_level(*lines: str, paid: str = "111.5") -> dict[str, str]:
    """An edit: another payer comes first, and has decided on each of the three lines (SVD and what follows it)."""
    places = (_LINE_1, _LINE_2, _LINE_3)
    edit = {place: f"{place}{line}" for place, line in zip(places, lines, strict=True)}
    return _claim_level(f"AMT*D*{paid}", dated=False) | edit


def _decided(procedure: str, paid: str, *adjusted: str, payer: str = "TSTBL", units: str = "1") -> str:
    """What another payer decided on a line: ``adjusted`` holds CAS segments without their id."""
    cas = "".join(f"CAS*{adjustment}~" for adjustment in adjusted)
    return f"SVD*{payer}*{paid}*HC:{procedure}**{units}~{cas}DTP*573*D8*20260118~"


_VISIT = _decided("99213:25", "82", "CO*45*20", "PR*2*10")
_SHOT = _decided("96372", "25", "CO*45*5", "PR*2*5")
_DRUG = _decided("J3420", "4.5")


@rule(
    id="STR003",
    name="cob-claim-balance",
    severity="error",
    snip=3,
    source="005010X222A1, balancing of other payers, section 1.4.4",
    stc=("A7:672",),
    whole=True,
    needs=("2320",),
    examples=(
        Bad(_claim_level("AMT*D*120"), at=("2320", "AMT02")),
        Bad(_claim_level("CAS*PR*1*30", "AMT*D*121"), at=("2320", "AMT02")),
        Bad(_line_level(_VISIT, _SHOT, _DRUG, paid="110"), at=("2320", "AMT02")),
        Good(_claim_level("CAS*PR*1*30*1*2*1.5", "AMT*D*120")),
        Good(_claim_level("AMT*D*151.50")),
        Good(_line_level(_VISIT, _SHOT, _DRUG)),
        # Nothing was asked of that payer: it has decided nothing.
        Good(_claim_level("AMT*A8*151.5", dated=False)),
    ),
)
def cob_claim_balance(claim: Claim, context: Context) -> Iterator[Hit]:
    """What another payer paid for the claim (AMT*D) is the total charge less that payer's adjustments (CAS).

    The adjustments are those of the claim (2320) and of its lines (2430) together.

    Why: The next payer works out its share from these amounts and rejects a claim in which they do not add up.

    Fix: Copy the paid amount and all adjustments from the other payer's remittance.
    """
    total = claim.total_charge
    if not claim.other_payers or total is None or not _is_comparable(claim):
        return
    for number, other in enumerate(claim.other_payers, 1):
        if other.paid is None or other.not_covered is not None or not _decided_all_or_nothing(claim, other):
            continue
        lines = (found for _, found in _adjudications(claim) if found.payer_id == other.payer_id)
        adjusted = other.adjustments + sum((found.adjustments for found in lines), Decimal(0))
        if other.paid != total - adjusted:
            yield Hit(
                other.at("paid"),
                f"Other payer {number} paid {other.sent('paid')}, but the charge of {claim.sent('total_charge')} less "
                f"adjustments of {adjusted} is {total - adjusted}.",
            )


@rule(
    id="STR004",
    name="cob-line-balance",
    severity="error",
    snip=3,
    source="005010X222A1, balancing of other payers, section 1.4.4; Stedi claim edits",
    stc=("A7:672",),
    whole=True,
    speaks_for=("segment-missing 2430/DTP*573",),
    message="Line {line} does not say when the other payer decided on it: loop 2430 has no DTP*573.",
    needs=("2430",),
    examples=(
        Bad(
            _line_level(_VISIT, _decided("96372", "24", "CO*45*5", "PR*2*5"), _DRUG),
            at=("2430", "SVD02"),
        ),
        Bad(
            _line_level(_VISIT, _decided("96372", "25", "CO*45*5", "PR*2*5", units="0"), _DRUG),
            at=("2430", "SVD05"),
        ),
        Bad(_line_level(_VISIT, _SHOT.replace("DTP*573*D8*20260118~", ""), _DRUG), at=("2430", "DTP")),
        Good(_line_level(_VISIT, _decided("96372", "0", "CO*97*35", units="0"), _DRUG, paid="86.5")),
        # One line split into two by the other payer.
        Good(_line_level(_VISIT, _decided("96372", "20", "CO*45*5") + _decided("96372", "5", "PR*2*5"), _DRUG)),
    ),
)
def cob_line_balance(claim: Claim, context: Context) -> Iterator[Hit]:
    """On each line, what another payer paid (SVD02) and its adjustments (CAS) make up the charge.

    Units (SVD05) and the date of the decision (DTP*573) belong to it. A line that the payer split is added up. Units of
    zero are right only for a line that was not paid.

    Why: The next payer works out its share line by line and rejects a claim in which the amounts do not add up.

    Fix: Copy paid amount, units, adjustments and date of the line from the other payer's remittance.
    """
    bundled = any(found.bundled_into for _, found in _adjudications(claim))
    for line in claim.lines:
        by_payer: dict[str, list[Adjudication]] = {}
        for found in line.adjudications:
            by_payer.setdefault(found.payer_id, []).append(found)
            if found.paid_units is not None and (found.paid_units < 0 or (found.paid_units == 0 and found.paid)):
                words = f"Line {line.number}: the other payer paid {found.sent('paid')} for {found.paid_units} units."
                yield Hit(found.at("paid_units"), words)
        for decided in by_payer.values():
            amounts = [found.paid for found in decided]
            if bundled or line.charge is None or None in amounts:
                continue
            paid = sum((amount for amount in amounts if amount is not None), Decimal(0))
            adjusted = sum((found.adjustments for found in decided), Decimal(0))
            if paid + adjusted != line.charge:
                yield Hit(
                    decided[0].at("paid"),
                    f"Line {line.number}: the other payer's payment of {paid} and adjustments of {adjusted} do not "
                    f"make up the charge of {line.sent('charge')}.",
                )


@rule(
    id="STR005",
    name="cob-payer-link",
    severity="error",
    snip=4,
    source="005010X222A1, 2430 SVD01 and 2330B NM109; Stedi claim edits on the adjudication date",
    stc=("A8:479", "A8:710"),
    whole=True,
    needs=("2320", "2430"),
    examples=(
        Bad(
            _line_level(_VISIT, _decided("96372", "25", "CO*45*5", "PR*2*5", payer="TSTXX"), _DRUG, paid="121.5"),
            at=("2430", "SVD01"),
        ),
        Bad({_LINE_2: _LINE_2 + _SHOT}, at=("2430", "SVD01")),
        Bad(_claim_level("AMT*D*151.5", dated=False), at=("2330B", "DTP03")),
        Bad(
            _line_level(_VISIT, _SHOT, _DRUG) | {"PI*TSTBL~": "PI*TSTBL~DTP*573*D8*20260118~"},
            at=("2330B", "DTP03"),
        ),
        Good(_line_level(_VISIT, _SHOT, _DRUG)),
        Good(_claim_level("AMT*D*151.5")),
    ),
)
def cob_payer_link(claim: Claim, context: Context) -> Iterator[Hit]:
    """A line's payment names a payer of the claim (SVD01 is a 2330B NM109), and each payer has one date of decision.

    The date (DTP*573) stands with the payer (2330B) or with its line payments (2430), not with both.

    Why: The next payer cannot tell whose payment it was, or when it was made, and rejects the claim.

    Fix: Write the id of the other payer's loop 2330B into SVD01, and its date once.
    """
    others = claim.other_payers
    known = {other.payer_id for other in others}
    if "" in known:
        return
    for line, found in _adjudications(claim):
        if found.payer_id and found.payer_id not in known:
            words = f"Line {line.number} has a payment of a payer that is not among the other payers of the claim."
            yield Hit(found.at("payer_id"), words)
    deciding = {found.payer_id for _, found in _adjudications(claim)}
    for number, other in enumerate(others, 1):
        if other.adjudication_date and other.payer_id in deciding:
            words = f"Other payer {number} has a date of decision with the payer and with its line payments."
            yield Hit(other.at("adjudication_date"), words)
        # A line payment of nobody's may be this payer's: then its date is there.
        elif not (other.paid is None or other.adjudication_date or other.payer_id in deciding or deciding - known):
            words = f"Other payer {number} paid, but the date of its decision is not given."
            yield Hit(other.at("adjudication_date"), words)


def _adjudications(claim: Claim) -> Iterator[tuple[ServiceLine, Adjudication]]:
    return ((line, found) for line in claim.lines for found in line.adjudications)


def _is_comparable(claim: Claim) -> bool:
    """Whether the amounts of the claim can be held against those of other payers: its own add up, none is bundled."""
    charges = [line.charge for line in claim.lines if line.charge is not None]
    if claim.total_charge is None or len(charges) < len(claim.lines) or sum(charges, Decimal(0)) != claim.total_charge:
        return False
    return not any(found.bundled_into for _, found in _adjudications(claim))


def _decided_all_or_nothing(claim: Claim, other: OtherPayer) -> bool:
    """Whether the payer decided on every line or on none: else some of its adjustments are not on the claim."""
    decided = [any(found.payer_id == other.payer_id for found in line.adjudications) for line in claim.lines]
    return all(decided) or not any(decided)
