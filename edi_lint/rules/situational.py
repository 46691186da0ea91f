"""What the situational rules (SIT) share: looking for segments and loops, places of what is missing, their 999 codes.

A situational rule of the guide has two sides: what must be sent in a situation, and what must not be sent outside of
it. Receivers reject for the first and mostly let the second pass (X12 RFI 1512), so the first is an error and the
second a warning, which ``--strict`` raises to an error. Where the situation is only guessed from codes, it is less.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..claims import BillingProvider, Claim, Patient, ServiceLine, Spot, Subscriber, TransactionSet
from ..claims.fields import find
from ..guide import OpenLoop
from ..reference.groups import code_range
from ..x12 import Ref, Segment
from .registry import Acks, Context, Level

__all__ = [
    "AMBULANCE",
    "ELEMENT_MISSING",
    "ELEMENT_UNWANTED",
    "LEVELS",
    "MISSING",
    "UNWANTED",
    "Unit",
    "address_of",
    "another_day",
    "at_billing_address",
    "before_npi",
    "each",
    "inner_loops",
    "npi_of",
    "of_parties",
    "on_claim",
    "on_line_1",
    "place",
    "transaction_kind",
    "transaction_kind_spot",
    "transports",
]

MISSING = Acks(ik304="I6")
UNWANTED = Acks(ik304="I9")
ELEMENT_MISSING = Acks(ik304="8", ik403="I9")
ELEMENT_UNWANTED = Acks(ik304="8", ik403="I13")

Unit = BillingProvider | Subscriber | Patient | Claim
LEVELS: tuple[Level, ...] = ("provider", "subscriber", "patient", "claim")

AMBULANCE = code_range("A0426", "A0434")
"""Transports by ambulance. Mileage and supplies come with one of them, and A0998 is for a call without transport."""

_NPI_IN_FORCE = date(2008, 5, 23)
"""From this day on all payers take NPIs (45 CFR 162.404, small plans last); samples in circulation are older."""


def each(loop: OpenLoop, segment_id: str, *qualifiers: str) -> Iterator[Segment]:
    """The segments of the loop instance itself with this id and, if given, one of these values in element 01."""
    for node, segment in zip(loop.nodes, loop.segments, strict=True):
        if node.segment_id == segment_id and (not qualifiers or segment.get(1) in qualifiers):
            yield segment


def inner_loops(loop: OpenLoop, *loop_ids: str) -> list[OpenLoop]:
    """The loops directly inside this one that have one of these ids, in file order."""
    return [child for child in loop.children if child.spec.id in loop_ids]


def place(loop: OpenLoop, segment: Segment, element: int = 0, component: int = 0) -> Spot:
    """A segment of the loop instance, or one element of it."""
    ref = Ref(element, component) if element else None
    return Spot(segment, ref, loop.id, segment.id, loop.first)


Placed = list[tuple[OpenLoop, Segment]]
"""Segments, each with the loop instance that it stands in."""


def of_parties(record: Unit, segment_id: str, context: Context) -> Placed:
    """The NM1, N4 or PER segments of the parties of a unit.

    The first billing provider of a transaction set brings those of the header (submitter and receiver) with it.
    """
    # Seven rules ask on every unit of the batch, so the answer is kept on the record, as its own lazy values are.
    known: dict[str, Placed] | None = record.__dict__.get("of_parties")
    if known is None:
        known = record.__dict__["of_parties"] = _of_parties(record.loop, {"NM1": [], "N4": [], "PER": []})
    found = known[segment_id]
    if isinstance(record, BillingProvider):
        transaction = record.transaction
        if not context.notes.get("header"):
            context.notes["header"] = True
            return _of_parties(transaction.header, {"NM1": [], "N4": [], "PER": []})[segment_id] + found
    return found


def _of_parties(loop: OpenLoop, found: dict[str, Placed]) -> dict[str, Placed]:
    for child in loop.children:
        if child.nodes and child.nodes[0].segment_id == "NM1":
            for node, segment in zip(child.nodes, child.segments, strict=True):
                if node.segment_id in found:
                    found[node.segment_id].append((child, segment))
        if child.children:
            _of_parties(child, found)
    return found


def npi_of(loop: OpenLoop | None) -> str:
    """The NPI of the party that the loop names; empty if it has none."""
    if loop is None or not loop.nodes or loop.nodes[0].segment_id != "NM1":
        return ""
    return loop.segments[0].get(9) if loop.segments[0].get(8) == "XX" else ""


def address_of(loop: OpenLoop | None) -> tuple[str, ...]:
    """Street, city, state, postal code and country of a loop, to compare with another's; empty if it has no address."""
    if loop is None:
        return ()
    street, city = find(loop, "N3"), find(loop, "N4")
    if street is None or city is None:
        return ()
    texts = [street.get(1), street.get(2), city.get(1), city.get(2), city.get(3), city.get(4).replace("US", "")]
    return tuple(" ".join(text.upper().split()) for text in texts)


def at_billing_address(claim: Claim, location: OpenLoop) -> Spot | None:
    """The billing provider's street, if the location has the same address; else None."""
    billing = claim.billing.party
    street = find(billing.loop, "N3") if billing is not None else None
    if billing is None or street is None or not address_of(location):
        return None
    return place(billing.loop, street) if address_of(location) == address_of(billing.loop) else None


def before_npi(transaction: TransactionSet) -> bool:
    """Whether the batch was made when payers still had numbers of their own for providers."""
    made = transaction.file_date
    return made is not None and made < _NPI_IN_FORCE


def transaction_kind(transaction: TransactionSet) -> str:
    """BHT06: CH for claims, RP for encounters, 31 for demands of a Medicaid agency; empty if it is not there."""
    bht = find(transaction.header, "BHT")
    return bht.get(6) if bht is not None else ""


def transaction_kind_spot(transaction: TransactionSet) -> Spot | None:
    """Where BHT06 stands."""
    bht = find(transaction.header, "BHT")
    return place(transaction.header, bht, 6) if bht is not None else None


def transports(claim: Claim) -> list[ServiceLine]:
    """The ambulance transports of the claim itself: what sets a rule off may be on an earlier claim of the day."""
    return [line for line in claim.lines if line.procedure in AMBULANCE]


# -- edits for examples -----------------------------------------------------------------------------------


def on_claim(*segments: str) -> dict[str, str]:
    """The part of an example's edit that puts segments behind the rendering provider of the claim."""
    return {"LX*1~": "".join(segments) + "LX*1~"}


def on_line_1(*segments: str) -> dict[str, str]:
    """The part of an example's edit that puts segments at the end of line 1."""
    return {"*6R*A1001L1~": "*6R*A1001L1~" + "".join(segments)}


def another_day(*services: str, after: str = "", place_of_service: str = "") -> dict[str, str]:
    """The part of an example's edit that adds lines (``11719:Q8``), 20 dollars each, on a day without an injection.

    ``after`` holds what follows the date of each; rules that look at a day have no say.
    """
    lines = "".join(
        f"LX*{number}~SV1*HC:{service}*20*UN*1*{place_of_service}**1~DTP*472*D8*20260112~{after}REF*6R*A1001L{number}~"
        for number, service in enumerate(services, 4)
    )
    return {"CTP****1*ML~": f"CTP****1*ML~{lines}", "*151.5*": f"*{151.5 + 20 * len(services)}*"}
