"""DOC: what can be told on the claim of a drug and its papers.

Most of what a record must hold has no place in an 837P. These are notes on the little that has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..claims import Claim, ServiceLine, Spot
from ..guide import OpenLoop
from ..x12 import Ref
from .drug_lines import INJECTION, UNCLASSIFIED, injection_lines, lines_beside, texts, without_product
from .registry import Bad, Context, Good, Hit, rule

_DOSE = r"[0-9.,]\s*(?:MG|MCG|UG|GM|G|ML|CC|IU|UNITS?|U|MEQ)\b"
_ROUTE = r"\b(?:IM|SC|SQ|SUBQ|SUB-Q|SUBCUT\w*|INTRAMUSC\w*|IV|INTRAVEN\w*|DELTOID|GLUT\w*|THIGH|ABDOMEN)\b"
_DOSE_OR_ROUTE = re.compile(f"{_DOSE}|{_ROUTE}")
_SENT_APART = frozenset({"BM", "EL", "EM", "FT", "FX"})
"""Ways to send an attachment by which it has to find its claim."""


@rule(
    id="DOC001",
    name="drug-named",
    severity="info",
    snip=7,
    source="CPT 96372 (as quoted by AAPC): the drug is to be specified",
    stc=("A6:306",),
    triggers=(INJECTION,),
    whole=True,
    examples=(
        Bad(
            {
                "LX*3~SV1*HC:J3420*4.5*UN*1***1~DTP*472*D8*20260115~REF*6R*A1001L3~"
                "LIN**N4*00703901101~CTP****1*ML~": "",
                "*151.5*": "*147*",
            },
            at=("2400", "SV101-7"),
            also=("DRG001",),
        ),
        Good({"HC:J3420*": "HC:J1885*"}),
    ),
)
def drug_unnamed(claim: Claim, context: Context) -> Iterator[Hit]:
    """Where no line bills the drug of a 96372, the claim should at least name it in SV101-7 or a note (NTE).

    Any text on the claim or the line is taken for that: it is not read.

    Why: 96372 says nothing of what was injected, and payers ask.

    Fix: Add the line of the drug, or name it in SV101-7 or in the NTE of the line.
    """
    for line in without_product(claim, context):
        if not any(texts(other) for other in lines_beside(line)):
            yield Hit(line.at("description"), f"Nothing on the claim names what was injected on line {line.number}.")


@rule(
    id="DOC002",
    name="route-in-claim",
    severity="info",
    snip=7,
    source="CMS HCPCS file: unclassified codes tell neither dose nor route",
    stc=("A6:306",),
    triggers=UNCLASSIFIED,
    examples=(
        Bad({"HC:J3420*": "HC:J3490:::::KETAMINE*"}, at=("2400", "SV101-7")),
        Good({"HC:J3420*": "HC:J3490:::::KETAMINE 50 MG*"}),
        Good({"HC:J3420*": "HC:J3490:::::KETAMINE*", "A1001L3~": "A1001L3~NTE*ADD*GIVEN IM R GLUTEAL~"}),
        Good({"HC:J3420*": "HC:J3490:::::KETAMINE*", "HC:96372*": "HC:96374*"}),
    ),
)
def dose_and_route_untold(claim: Claim, context: Context) -> Iterator[Hit]:
    """For an injected drug without a code of its own, the description or a note should tell dose and route.

    It speaks when neither is there. A drug that is not named at all is the subject of rule DRG006.

    Why: Payers price such lines by hand, and ask for what is not on them.

    Fix: Write name, dose and route into SV101-7, such as KETAMINE 50 MG IM.
    """
    for day in context.days:
        if not injection_lines(day):
            continue
        for kept in day.own:
            line = kept.line
            if line is None or line.procedure not in UNCLASSIFIED or not line.description.strip():
                continue
            if not _tells_dose_or_route(line):
                yield Hit(
                    line.at("description"),
                    f"{line.procedure} on line {line.number} tells neither dose nor route.",
                )


def _tells_dose_or_route(line: ServiceLine) -> bool:
    return _DOSE_OR_ROUTE.search(texts(line).upper()) is not None


@rule(
    id="DOC003",
    name="attachment",
    severity="info",
    snip=4,
    source="005010X222A1, PWK: the number of an attachment that is sent apart",
    stc=("A6:489",),
    needs=("PWK", "PWK*CT"),
    examples=(
        Bad({"HI*ABK": "PWK*OZ*EL~HI*ABK"}, at=("2300", "PWK06")),
        Bad({"96372*35*UN*1***1~": "96372*35*UN*1***1~PWK*OZ*FX~"}, at=("2400", "PWK06")),
        Good({"HI*ABK": "PWK*OZ*EL***AC*12345~HI*ABK"}),
        Good({"HI*ABK": "PWK*OZ*AA~HI*ABK"}),
    ),
)
def attachment_without_number(claim: Claim, context: Context) -> Iterator[Hit]:
    """Papers that are mailed, faxed or sent apart (PWK02 is BM, EL, EM, FT or FX) need a number in PWK06.

    Why: It is by this number that the payer finds the claim for the papers.

    Fix: Enter AC in PWK05 and your number of the attachment in PWK06, and put the number on the papers.
    """
    yield from _without_number(claim.loop)
    for line in claim.lines:
        yield from _without_number(line.loop)


def _without_number(loop: OpenLoop) -> Iterator[Hit]:
    for node, segment in zip(loop.nodes, loop.segments, strict=True):
        # PWK05 without PWK06 breaks a rule of the segment itself and is reported as that.
        if node.segment_id == "PWK" and segment.get(2) in _SENT_APART and not segment.get(5) and not segment.get(6):
            spot = Spot(segment, Ref(6), loop.id, "PWK", loop.first)
            yield Hit(spot, f"An attachment is announced ({segment.get(2)}) without a number to find it by.")
