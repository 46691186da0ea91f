"""SIT: what the code of a service asks of its line: a description, and forms that are no longer taken.

Unlisted codes are known by a list of numbers of our own. Codes that describe a service too loosely for other reasons
are not told, and drugs are the subject of DRG006.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..claims import Claim
from ..claims.fields import find
from ..reference.groups import codes
from .examples import payer
from .registry import Bad, Context, Good, Hit, rule
from .situational import another_day, inner_loops, place

_UNLISTED = codes(
    "01999 15999 17999 19499 20999 21089 21299 21499 21899 22899 22999 23929 24999 25999 26989 27299 27599 27899 28899"
    " 29799 29999 30999 31299 31599 31899 32999 33999 36299 37501 37799 38129 38589 38999 39499 39599 40799 40899 41599"
    " 41899 42299 42699 42999 43289 43499 43659 43999 44238 44799 44899 44979 45399 45499 45999 46999 47379 47399 47579"
    " 47999 48999 49329 49659 49999 50549 50949 51999 53899 54699 55559 55899 58578 58579 58679 58999 59897 59898 59899"
    " 60659 60699 64999 66999 67299 67399 67599 67999 68399 68899 69399 69799 69949 69979 76496 76497 76498 76499 76999"
    " 77299 77399 77499 77799 78099 78199 78299 78399 78499 78599 78699 78799 78999 79999 80299 81099 81479 81599 84999"
    " 85999 86849 86999 87999 88099 88199 88299 88399 88749 89240 89398 90749 90899 90999 91299 92499 92700 93799 93998"
    " 94799 95199 95999 96549 96999 97039 97139 97799 99199 99429 99499 99600"
    " A0999 A4421 A4641 A4649 A4913 A9698 A9900 A9999 B9998 B9999 E1399 E1699 K0108 L0999 L1499 L2999 L3649 L3999 L5999"
    " L7499 L8039 L8499 L8699 V2199 V2399 V2499 V2599 V2629 V2799 V5299"
)
"""Codes for services and supplies that have none of their own. 96379 is ADM032's, unclassified drugs are DRG006's."""


@rule(
    id="SIT085",
    name="unlisted-service-undescribed",
    severity={"medicare": "error", "medicaid": "warning", "commercial": "warning"},
    snip=4,
    source="005010X222A1 situational rule, 2400 SV101-7 (SR089); CEDI's most frequent edits, codes without SV101-7",
    triggers=_UNLISTED,
    stc=("A8:306",),
    examples=(
        Bad(another_day("99199"), at=("2400", "SV101-7"), severity="warning"),
        Bad(another_day("97799") | payer("MB"), at=("2400", "SV101-7"), severity="error"),
        Bad(another_day("A4649") | payer("MC"), at=("2400", "SV101-7"), severity="warning"),
        Good(another_day("99199:::::NURSING VISIT BY VIDEO")),
        # The NDC says what it was.
        Good({"HC:J3420*": "HC:A4649*"}),
    ),
)
def unlisted_service_undescribed(claim: Claim, context: Context) -> Iterator[Hit]:
    """A service or supply billed with an unlisted code is described in SV101-7.

    Why: The code says nothing of the service. Medicare rejects the line, others ask back.

    Fix: Write what was done or supplied into SV101-7, or bill the code of its own where it has one.
    """
    for line in claim.lines:
        if line.procedure in _UNLISTED and not line.description.strip() and line.drug is None:
            yield Hit(
                line.at("description"),
                f"{line.procedure} on line {line.number} is an unlisted code, and SV101-7 does not say what it was.",
            )


_LINE_1 = "DTP*472*D8*20260115~REF*6R*A1001L1~"
_CERTIFICATE = "PWK*CT*AD~CR3*I*MO*12~{}DTP*463*D8*20220110~DTP*461*D8*20220110~REF*6R*A1001L1~LQ*UT*01.02~FRM*1*Y~"
_NO_FORMS_SINCE = date(2023, 1, 1)
"""From this date of service on, Medicare takes no certificates of medical necessity and no DME information forms."""


@rule(
    id="SIT086",
    name="certificate-retired",
    severity={"medicare": "error", "medicare-advantage": "off", "medicaid": "off", "commercial": "off"},
    snip=5,
    source="CMS CR 12734: no CMN and DIF for dates of service from 2023-01-01; CEDI's most frequent edits (2440 LQ02)",
    needs=("2440",),
    stc=("A7:698",),
    hides=("SIT076",),
    examples=(
        Bad(
            {_LINE_1: _CERTIFICATE.format("DTP*472*D8*20260115~")} | payer("MB"), at=("2440", "LQ02"), severity="error"
        ),
        Good({_LINE_1: _CERTIFICATE.format("DTP*472*D8*20260115~")}),
    ),
)
def certificate_retired(claim: Claim, context: Context) -> Iterator[Hit]:
    """Medicare takes no form of a certificate of medical necessity (LQ*UT) with services since 2023.

    Why: The forms were given up; a claim that still has one is rejected.

    Fix: Remove the loop 2440 (LQ and FRM), and PWK*CT, CR3, DTP*463 and DTP*461 that went with it.
    """
    for line in claim.lines:
        if line.service_from is None or line.service_from < _NO_FORMS_SINCE:
            continue
        for form in inner_loops(line.loop, "2440"):
            named = find(form, "LQ", "UT")
            if named is not None:
                words = f"Line {line.number} has the form of a certificate, which Medicare gave up with 2022."
                yield Hit(place(form, named, 2), words)
