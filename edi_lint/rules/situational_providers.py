"""SIT: the providers and places of a claim (2310): who is named, and who need not be.

Two providers are the same when their NPIs are, two places when their addresses are.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..claims import Claim
from ..claims.fields import missing_loop
from ..guide import OpenLoop
from .registry import Acks, Bad, Context, Good, Hit, rule
from .situational import (
    AMBULANCE,
    ELEMENT_UNWANTED,
    MISSING,
    UNWANTED,
    another_day,
    at_billing_address,
    inner_loops,
    npi_of,
    on_claim,
    on_line_1,
    place,
    transports,
)

_REFERRING = "NM1*DN*1*TESTDOCTOR*BERTA****XX*1234567893~"
_PRIMARY = "NM1*P3*1*TESTDOCTOR*CLARA****XX*1993005010~"
_OFFICE = "N3*100 SAMPLE ST~N4*ANYTOWN*MI*490011234~"
_ELSEWHERE = "N3*7 SAMPLE ST~N4*ANYTOWN*MI*490011235~"


@rule(
    id="SIT049",
    name="referring-provider-order",
    severity="error",
    snip=4,
    source="005010X222A1, NM101 of 2310A and 2420F (SR070)",
    needs=("2310A", "2420F"),
    acks=Acks(ik304="8", ik403="I6"),
    examples=(
        Bad({"NM1*82*1*": f"{_PRIMARY}NM1*82*1*"}, at=("2310A", "NM101")),
        Bad({"NM1*82*1*": f"{_REFERRING}{_REFERRING}NM1*82*1*"}, at=("2310A", "NM101")),
        Bad(on_line_1(_PRIMARY) | {"NM1*82*1*": f"{_REFERRING}NM1*82*1*"}, at=("2420F", "NM101")),
        Good({"NM1*82*1*": f"{_REFERRING}{_PRIMARY}NM1*82*1*"}),
    ),
)
def referring_provider_order(claim: Claim, context: Context) -> Iterator[Hit]:
    """The first referring provider has NM101 DN; a second one, with P3, is who referred the patient first of all.

    Why: Payers read the referral from the first loop, and do not find it under P3.

    Fix: Send the referring provider with DN, and the primary care provider, if needed, in a second loop with P3.
    """
    for outer in (claim.loop, *(line.loop for line in claim.lines)):
        for number, loop in enumerate(inner_loops(outer, "2310A", "2420F")):
            found = loop.segments[0].get(1) if loop.segments else ""
            if number == 0 and found == "P3":
                words = f"The first loop {loop.id} names a primary care provider (P3); it is for DN."
            elif number == 1 and found == "DN":
                words = f"The second loop {loop.id} names another referring provider (DN); it is for P3."
            else:
                continue
            yield Hit(place(loop, loop.segments[0], 1), words)


# -- the place of service ---------------------------------------------------------------------------------


@rule(
    id="SIT050",
    name="service-location-unwanted",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1 situational rule, 2310C (SR072)",
    needs=("2310C",),
    acks=UNWANTED,
    examples=(
        Bad(on_claim("NM1*77*2*EXAMPLE HALL~", _OFFICE), at=("2310C", "NM1")),
        Good(on_claim("NM1*77*2*EXAMPLE HALL~", _ELSEWHERE)),
    ),
)
def service_location_unwanted(claim: Claim, context: Context) -> Iterator[Hit]:
    """The service location (2310C) is only named when it is at another address than the billing provider's.

    Why: A location that repeats the billing address says nothing, and strict receivers reject it.

    Fix: Remove loop 2310C, or enter the address where the patient was.
    """
    location = claim.inner("2310C")
    if location is not None and (street := at_billing_address(claim, location)) is not None:
        words = "The service location is at the address of the billing provider."
        yield Hit(place(location, location.first), words, trigger=street)


@rule(
    id="SIT051",
    name="service-location-npi-unwanted",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1 situational rule, 2310C and 2420C NM109 (SR072)",
    needs=("2310C", "2420C"),
    acks=ELEMENT_UNWANTED,
    examples=(
        Bad(on_claim("NM1*77*2*EXAMPLE HALL*****XX*1993000011~", _ELSEWHERE), at=("2310C", "NM109")),
        Bad(on_line_1("NM1*77*2*EXAMPLE HALL*****XX*1993000011~", _ELSEWHERE), at=("2420C", "NM109")),
        Good(on_claim("NM1*77*2*EXAMPLE HALL*****XX*1234567893~", _ELSEWHERE)),
        Good(on_claim("NM1*77*2*EXAMPLE HALL~", _ELSEWHERE)),
    ),
)
def service_location_npi_unwanted(claim: Claim, context: Context) -> Iterator[Hit]:
    """A service location has an NPI when it belongs to somebody else, never the billing provider's own.

    Why: A part of the billing provider is told by its address; the NPI says that another organization gave the service.

    Fix: Leave NM108 and NM109 of the location empty, or enter the NPI of the organization that the place belongs to.
    """
    billing = claim.billing.party
    if billing is None or not billing.npi:
        return
    for outer in (claim.loop, *(line.loop for line in claim.lines)):
        for location in inner_loops(outer, "2310C", "2420C"):
            # One at the same address need not be there at all: SIT050 and SIT058 say so.
            if npi_of(location) == billing.npi and at_billing_address(claim, location) is None:
                words = "The service location has the NPI of the billing provider."
                yield Hit(place(location, location.segments[0], 9), words, trigger=billing.at("id"))


@rule(
    id="SIT052",
    name="supervising-provider-unwanted",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1 situational rule, 2310D and 2420D (SR073); Stedi claim edit on supervising providers",
    needs=("2310D", "2420D"),
    acks=UNWANTED,
    examples=(
        Bad(on_claim("NM1*DQ*1*TESTDOCTOR*ALAN****XX*1993005010~"), at=("2310D", "NM1")),
        Bad(on_line_1("NM1*DQ*1*TESTDOCTOR*ALAN****XX*1993005010~"), at=("2420D", "NM1")),
        Good(on_claim("NM1*DQ*1*TESTDOCTOR*BERTA****XX*1234567893~")),
    ),
)
def supervising_provider_unwanted(claim: Claim, context: Context) -> Iterator[Hit]:
    """A supervising provider is only named when somebody else than the rendering provider supervised.

    Why: Nobody supervises himself; payers reject the claim, or take the wrong one of the two for the other.

    Fix: Remove the supervising provider, or name the two as they were.
    """
    # On Medicare claims for an injection, rule PRV006 tells of it.
    if context.scope == "medicare" and "96372" in claim.procedures:
        return
    rendering = claim.rendering.npi if claim.rendering is not None else claim.billing.npi
    yield from _supervises_himself(claim.inner("2310D"), rendering)
    for line in claim.lines:
        yield from _supervises_himself(line.inner("2420D"), line.rendering_npi)


def _supervises_himself(loop: OpenLoop | None, rendering: str) -> Iterator[Hit]:
    if loop is not None and rendering and npi_of(loop) == rendering:
        words = "The rendering provider is also named as supervising provider: both have the same NPI."
        yield Hit(place(loop, loop.first), words, trigger=place(loop, loop.segments[0], 9))


# -- ambulance --------------------------------------------------------------------------------------------

_CARRIED = another_day("A0428") | {"HI*ABK": "CR1*LB*140**A*DH*12~HI*ABK"}
_PICK_UP = f"NM1*PW*2~{_ELSEWHERE}"
_DROP_OFF = "NM1*45*2~N3*9 SAMPLE ST~N4*ANYTOWN*MI*490011236~"


@rule(
    id="SIT053",
    name="ambulance-location-missing",
    severity="warning",
    snip=6,
    source="005010X222A1 situational rule, 2310E and 2310F (SR064)",
    triggers=AMBULANCE,
    whole=True,
    acks=MISSING,
    examples=(
        Bad(_CARRIED | on_claim(_DROP_OFF), at=("2310E", "NM1")),
        Bad(_CARRIED | on_claim(_PICK_UP), at=("2310F", "NM1")),
        Good(_CARRIED | on_claim(_PICK_UP, _DROP_OFF)),
        Good(_CARRIED | {"*6R*A1001L4~": f"*6R*A1001L4~{_PICK_UP}{_DROP_OFF}"}),
    ),
)
def ambulance_location_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """An ambulance transport tells where the patient was picked up (2310E) and where dropped off (2310F).

    Why: Payers check the way and the miles, and reject a transport from or to nowhere.

    Fix: Add loops 2310E and 2310F with the two addresses.
    """
    carried = transports(claim)
    for wanted, own, what in (("2310E", "2420G", "picked up"), ("2310F", "2420H", "dropped off")):
        if claim.inner(wanted) is None:
            line = next((line for line in carried if line.inner(own) is None), None)
            if line is not None:
                words = f"{line.procedure} on line {line.number} does not tell where the patient was {what}."
                yield Hit(missing_loop(claim.loop, wanted), words, trigger=line.at("procedure"))


@rule(
    id="SIT054",
    name="ambulance-service-location-unwanted",
    severity="warning",
    snip=6,
    source="005010X222A1, 2310C: not for ambulance services (SR064)",
    triggers=AMBULANCE,
    needs=("2310C",),
    acks=UNWANTED,
    hides=("SIT050", "SIT051"),
    examples=(
        Bad(
            _CARRIED | on_claim("NM1*77*2*EXAMPLE HALL~", _ELSEWHERE, _PICK_UP, _DROP_OFF),
            at=("2310C", "NM1"),
        ),
        Good(_CARRIED | on_claim(_PICK_UP, _DROP_OFF)),
    ),
)
def ambulance_service_location_unwanted(claim: Claim, context: Context) -> Iterator[Hit]:
    """An ambulance transport has no service location (2310C); it has a place of pick-up and one of drop-off.

    Why: The payer does not look for the way of a transport in loop 2310C.

    Fix: Move the address to loop 2310E or 2310F.
    """
    location = claim.inner("2310C")
    if location is None:
        return
    for line in transports(claim)[:1]:
        words = f"{line.procedure} on line {line.number} is a transport, and the claim has a service location (2310C)."
        yield Hit(place(location, location.first), words, trigger=line.at("procedure"))


@rule(
    id="SIT089",
    name="referring-provider-missing",
    severity="warning",
    snip=4,
    source="005010X222A1 situational rules, 2310A and 2420F; Stedi claim edit on missing referring providers",
    needs=("2420F",),
    whole=True,
    acks=MISSING,
    examples=(
        Bad(on_line_1(_REFERRING), at=("2310A", "NM1")),
        Good(
            {"NM1*82*1*TESTDOCTOR*ALAN": f"{_PRIMARY.replace('*P3*', '*DN*')}NM1*82*1*TESTDOCTOR*ALAN"}
            | on_line_1(_REFERRING)
        ),
    ),
)
def referring_provider_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """Where a line names who referred the patient (2420F), the claim names a referring provider as well (2310A).

    Why: The loop of the line is for a referrer who differs from that of the claim; without one there, some receivers
    reject the claim.

    Fix: Name the referring provider in loop 2310A, and on lines only where it is another.
    """
    if claim.inner("2310A") is not None:
        return
    for line in claim.lines:
        referrer = line.inner("2420F")
        if referrer is not None:
            words = f"Line {line.number} names a referring provider, and the claim does not (2310A)."
            yield Hit(missing_loop(claim.loop, "2310A"), words, trigger=place(referrer, referrer.first))
            return
