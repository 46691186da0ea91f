"""SIT: the providers of a line (2420), and the numbers by which providers are known.

A loop of the line stands for the same loop of the claim on that line, so it is only sent when it names another. Two
providers are the same when their NPIs are, two places when their addresses are.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..claims import Claim, ServiceLine, Spot
from ..claims.fields import find, missing_loop, missing_spot
from ..guide import OpenLoop
from .examples import payer
from .registry import Bad, Context, Good, Hit, rule
from .situational import (
    MISSING,
    UNWANTED,
    address_of,
    at_billing_address,
    before_npi,
    each,
    inner_loops,
    npi_of,
    on_claim,
    on_line_1,
    place,
)

_OFFICE = "N3*100 SAMPLE ST~N4*ANYTOWN*MI*490011234~"
_ELSEWHERE = "N3*7 SAMPLE ST~N4*ANYTOWN*MI*490011235~"


@rule(
    id="SIT055",
    name="line-rendering-provider-unwanted",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1 situational rule, 2420A (SR074)",
    needs=("2420A",),
    acks=UNWANTED,
    examples=(
        Bad(on_line_1("NM1*82*1*TESTDOCTOR*ALAN****XX*1993005010~"), at=("2420A", "NM1")),
        Good(on_line_1("NM1*82*1*TESTDOCTOR*BERTA****XX*1234567893~")),
        # Not who rendered the rest of the claim, so it must be said.
        Good(on_line_1("NM1*82*2*EXAMPLE FAMILY PRACTICE*****XX*1993000011~")),
    ),
)
def line_rendering_provider_unwanted(claim: Claim, context: Context) -> Iterator[Hit]:
    """The rendering provider of a line (2420A) is only named when it is another than that of the claim.

    That of the claim is loop 2310B, or the billing provider where there is none.

    Why: A repetition says nothing; strict receivers reject it.

    Fix: Remove loop 2420A.
    """
    above = claim.rendering or claim.billing.party
    if above is None or not above.npi:
        return
    for line in claim.lines:
        loop = line.inner("2420A")
        if loop is not None and npi_of(loop) == above.npi:
            words = f"Line {line.number} names the rendering provider of the claim again."
            yield Hit(place(loop, loop.first), words, trigger=above.at("id"))


_PURCHASED_FROM = "NM1*QB*2******XX*1234567893~"
_PURCHASED_FOR = "PS1*1234567893*20~"


@rule(
    id="SIT056",
    name="purchased-service-provider-missing",
    severity="error",
    snip=4,
    source="005010X222A1 situational rule, 2420B with PS1 (SR075)",
    needs=("PS1",),
    whole=True,
    acks=MISSING,
    examples=(
        Bad(on_line_1(_PURCHASED_FOR), at=("2420B", "NM1")),
        Good(on_line_1(_PURCHASED_FOR, _PURCHASED_FROM)),
    ),
)
def purchased_service_provider_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """A line that gives the price of a purchased service (PS1) names from whom it was purchased (2420B).

    Why: The payer limits its payment to what that provider was paid, and must know who it is.

    Fix: Add loop 2420B (NM1*QB) with the provider's NPI, or remove PS1.
    """
    for line in claim.lines:
        purchase = find(line.loop, "PS1")
        if purchase is not None and line.inner("2420B") is None:
            words = f"Line {line.number} is a purchased service (PS1), but does not name from whom (2420B)."
            yield Hit(missing_loop(line.loop, "2420B"), words, trigger=place(line.loop, purchase))


@rule(
    id="SIT057",
    name="purchased-service-charge-missing",
    severity="warning",
    snip=4,
    source="005010X222A1 situational rule, PS1 with 2420B (SR075)",
    needs=("2420B",),
    whole=True,
    acks=MISSING,
    examples=(
        Bad(on_line_1(_PURCHASED_FROM), at=("2400", "PS1")),
        Good(on_line_1(_PURCHASED_FOR, _PURCHASED_FROM)),
    ),
)
def purchased_service_charge_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """A line that names from whom a service was purchased (2420B) usually gives its price too (PS1).

    Why: Many payers, Medicare among them, pay no more than the price and ask for it.

    Fix: Add PS1 with the provider's NPI and what it charged.
    """
    for line in claim.lines:
        provider = line.inner("2420B")
        if provider is not None and find(line.loop, "PS1") is None:
            words = f"Line {line.number} names from whom the service was purchased, but not the price (PS1)."
            yield Hit(line.lacks("PS1"), words, trigger=place(provider, provider.first))


_AS_ON_CLAIM = {"2420C": "2310C", "2420D": "2310D", "2420G": "2310E", "2420H": "2310F"}
_HALL = "NM1*77*2*EXAMPLE HALL*****XX*1234567893~"
_SUPERVISOR = "NM1*DQ*1*TESTDOCTOR*BERTA****XX*1234567893~"


@rule(
    id="SIT058",
    name="line-provider-unwanted",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1 situational rules, 2420C, 2420D, 2420G and 2420H (SR076)",
    needs=("2420C", "2420D", "2420G", "2420H"),
    acks=UNWANTED,
    examples=(
        Bad(on_claim(_HALL, _ELSEWHERE) | on_line_1(_HALL, _ELSEWHERE), at=("2420C", "NM1")),
        Bad(on_claim(_SUPERVISOR) | on_line_1(_SUPERVISOR), at=("2420D", "NM1")),
        Bad(on_line_1("NM1*77*2*EXAMPLE HALL~", _OFFICE), at=("2420C", "NM1")),
        Good(on_claim(_HALL, _ELSEWHERE) | on_line_1("NM1*77*2*EXAMPLE HALL~", _OFFICE)),
        Good(on_line_1(_SUPERVISOR)),
    ),
)
def line_provider_unwanted(claim: Claim, context: Context) -> Iterator[Hit]:
    """Location, supervisor and ways of a transport are only given on a line when they differ from the claim's.

    A referring provider may be repeated: the guide leaves that to the sender.

    Why: A repetition says nothing; strict receivers reject it.

    Fix: Remove the loop from the line.
    """
    for line in claim.lines:
        for loop in inner_loops(line.loop, *_AS_ON_CLAIM):
            above = claim.inner(_AS_ON_CLAIM[loop.id])
            if above is not None and _who(loop) and _who(loop) == _who(above):
                words = f"Loop {loop.id} of line {line.number} repeats loop {above.id} of the claim."
                yield Hit(place(loop, loop.first), words, trigger=place(above, above.first))
            elif above is None and loop.id == "2420C" and (street := at_billing_address(claim, loop)) is not None:
                words = f"The service location of line {line.number} is at the address of the billing provider."
                yield Hit(place(loop, loop.first), words, trigger=street)


def _who(loop: OpenLoop) -> tuple[str, ...]:
    """What tells one provider or place from another: the NPI and the address; empty if the loop has neither."""
    npi, address = npi_of(loop), address_of(loop)
    return (npi, *address) if npi or address else ()


_EXCEPT_MEDICARE = {"medicare": "off", "medicare-advantage": "off", "medicaid": "warning", "commercial": "warning"}
_ORDERING = "NM1*DK*1*TESTDOCTOR*ALAN****XX*1993005010~"


@rule(
    id="SIT059",
    name="ordering-provider-unwanted",
    severity=_EXCEPT_MEDICARE,
    strict="error",
    snip=4,
    source="005010X222A1 situational rule, 2420E (SR077)",
    needs=("2420E",),
    acks=UNWANTED,
    examples=(
        Bad(on_line_1(_ORDERING), at=("2420E", "NM1"), severity="warning"),
        Good(on_line_1(_ORDERING.replace("1993005010", "1234567893"))),
        # Medicare wants to see who ordered a test even where it was the same physician.
        Good(on_line_1(_ORDERING) | payer("MB")),
    ),
)
def ordering_provider_unwanted(claim: Claim, context: Context) -> Iterator[Hit]:
    """The ordering provider of a line (2420E) is only named when it is another than the rendering provider.

    Medicare claims are left alone: its manual asks for the ordering physician of tests in any case.

    Why: A repetition says nothing; strict receivers reject it.

    Fix: Remove loop 2420E.
    """
    for line in claim.lines:
        loop = line.inner("2420E")
        if loop is not None and line.rendering_npi and npi_of(loop) == line.rendering_npi:
            words = f"The rendering provider of line {line.number} is also named as ordering provider."
            yield Hit(place(loop, loop.first), words, trigger=place(loop, loop.segments[0], 9))


_CERTIFIED = {"DTP*472*D8*20260115~REF*6R*A1001L1~": "CR3*I*MO*12~DTP*472*D8*20260115~REF*6R*A1001L1~{}"}
_ORDERED = "NM1*DK*1*TESTDOCTOR*BERTA****XX*1234567893~"
_ORDERER_AT = f"{_ELSEWHERE}PER*IC*BERTA*TE*3125550135~"
_PART_OF_IT = "N4*ANYTOWN*MI*49001~PER*IC*BERTA*TE*3125550135~"


def _certified(*segments: str) -> dict[str, str]:
    """An edit: line 1 has a certificate for equipment, and ends in these segments."""
    return {old: new.format("".join(segments)) for old, new in _CERTIFIED.items()}


@rule(
    id="SIT060",
    name="ordering-provider-details-missing",
    severity="error",
    snip=4,
    source="005010X222A1 situational rules, 2420E N3, N4 and PER (SR077)",
    needs=("2420E",),
    whole=True,
    acks=MISSING,
    examples=(
        Bad(_certified(_ORDERED, _ELSEWHERE), at=("2420E", "PER")),
        Bad(on_line_1(_ORDERED, _PART_OF_IT, "LQ*UT*01.02~FRM*1*Y~"), at=("2420E", "N3"), also=("SIT076",) * 4),
        Good(_certified(_ORDERED, _ORDERER_AT)),
        Good(on_line_1(_ORDERED)),
    ),
)
def ordering_provider_details_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """Who ordered equipment or oxygen with a certificate (CR3, or a form LQ*UT) is named with address and contact.

    Why: The payer may ask the physician, and rejects the certificate without address and telephone number.

    Fix: Complete loop 2420E with N3, N4 and PER.
    """
    for line in claim.lines:
        orderer = line.inner("2420E")
        certificate = _certificate(line)
        if orderer is None or certificate is None:
            continue
        for segment_id, what in (("N3", "street"), ("N4", "city"), ("PER", "telephone number")):
            if find(orderer, segment_id) is None:
                words = f"Line {line.number} has a certificate, and no {what} of who ordered it ({segment_id})."
                yield Hit(missing_spot(orderer, segment_id), words, trigger=certificate)


def _certificate(line: ServiceLine) -> Spot | None:
    """Where the line says that a certificate of medical necessity or for oxygen comes with it."""
    certificate = find(line.loop, "CR3")
    if certificate is not None:
        return place(line.loop, certificate)
    for form in inner_loops(line.loop, "2440"):
        if form.segments and form.segments[0].get(1) == "UT":
            return place(form, form.segments[0])
    return None


# -- numbers of providers ---------------------------------------------------------------------------------

_CLAIM_PROVIDERS = ("2310A", "2310B", "2310C", "2310D")
_LINE_PROVIDERS = ("2420A", "2420B", "2420C", "2420D", "2420E", "2420F")
_REFERRED = on_claim("NM1*DN*1*TESTDOCTOR*CLARA****XX*1993005010~")
_SECONDARY = ("0B", "1G", "G2", "LU")
_NUMBERS = ("REF*0B/1G", "REF*0B/1G/G2", "REF*0B/1G/G2/LU", "REF*0B/G2/LU", "REF*G2/LU")
_OTHERS_NUMBERS = ("REF*G1", "REF*9F", *_NUMBERS)


@rule(
    id="SIT061",
    name="provider-secondary-id-unwanted",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1 situational rules, REF of 2310 and 2420 (SR078)",
    needs=_NUMBERS,
    acks=UNWANTED,
    examples=(
        Bad({"207Q00000X~": "207Q00000X~REF*G2*TST4711~"}, at=("2310B", "REF")),
        Bad(_REFERRED | on_line_1("NM1*DN*1*TESTDOCTOR*BERTA****XX*1234567893~REF*0B*TST4711~"), at=("2420F", "REF")),
        Good(_REFERRED | on_line_1("NM1*DN*1*TESTDOCTOR*BERTA~REF*0B*TST4711~")),
    ),
)
def provider_secondary_id_unwanted(claim: Claim, context: Context) -> Iterator[Hit]:
    """A provider with an NPI has no second number (REF*0B, 1G, G2, LU) besides.

    The second numbers are for providers who cannot have an NPI, for other payers of the claim (REF04), and for batches
    made before May 2008.

    Why: Payers match by NPI alone; a second number that does not fit its record makes the match fail.

    Fix: Remove the REF segment, unless your payer has asked for it.
    """
    if before_npi(claim.transaction):
        return
    for loop in _providers(claim):
        if npi_of(loop):
            for number in each(loop, "REF", *_SECONDARY):
                if not number.get(4):
                    words = f"The provider in loop {loop.id} has an NPI and a second number ({number.get(1)})."
                    yield Hit(place(loop, number), words, trigger=place(loop, loop.segments[0], 9))


@rule(
    id="SIT062",
    name="other-payer-reference-unmatched",
    severity="error",
    snip=4,
    source="005010X222A1, REF04 of 2400 and 2420 against 2330B (SR078)",
    needs=_OTHERS_NUMBERS,
    stc=("A8:479",),
    whole=True,
    examples=(
        Bad({"REF*6R*A1001L1~": "REF*G1*TST4711**2U:TSTXX~REF*6R*A1001L1~"}, at=("2400", "REF04-2")),
        Good(
            {"REF*6R*A1001L1~": "REF*G1*TST4711**2U:TSTBL~REF*6R*A1001L1~"}
            | on_claim(
                "SBR*S*18*******BL~OI***Y***Y~NM1*IL*1*DOE*JANE****MI*W100009001~NM1*PR*2*OTHER PLAN*****PI*TSTBL~"
            )
        ),
    ),
)
def other_payer_reference_unmatched(claim: Claim, context: Context) -> Iterator[Hit]:
    """A number that another payer gave (REF04 has 2U) names that payer as it is named in loop 2330B.

    Why: A number of a payer that the claim does not know cannot be used by anybody.

    Fix: Write the id of the other payer's loop 2330B into REF04-2.
    """
    known = {other.payer_id for other in claim.other_payers}
    if "" in known:
        return
    for line in claim.lines:
        for loop in (line.loop, *inner_loops(line.loop, *_LINE_PROVIDERS)):
            for number in each(loop, "REF"):
                payer_id = number.get(4, 2)
                if payer_id and number.get(4, 1) == "2U" and payer_id not in known:
                    words = f"A number on line {line.number} is that of a payer who is not on the claim."
                    yield Hit(place(loop, number, 4, 2), words)


def _providers(claim: Claim) -> Iterator[OpenLoop]:
    yield from inner_loops(claim.loop, *_CLAIM_PROVIDERS)
    for line in claim.lines:
        yield from inner_loops(line.loop, *_LINE_PROVIDERS)
