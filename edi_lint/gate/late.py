"""Findings that show only when the rejected claims are left out, put to where their claims lie in the input.

Payers judge a day over all claims of a patient, so a claim can depend on another: an add-on service without the claim
that has its initial service is an error. If that claim is rejected, the one that depends on it has to be rejected with
it, and be told why. Such a finding is made on the accepted batch; the bytes of a claim and of the levels around it are
the same in both, so all that changes is where they begin.
"""

from __future__ import annotations

import msgspec

from ..claims import Claim, Spot
from ..findings import ClaimRef, Finding, Origin
from ..x12 import Segment

__all__ = ["Late", "relocated"]

_WORDS = "This shows when the claims that are rejected here are left out."


class Late(msgspec.Struct, frozen=True):
    """A finding made on the accepted batch, and the claim that it was found in there."""

    finding: Finding
    claim: Claim


def relocated(late: Late, claim: Claim) -> Finding:
    """The finding as it is told of the same claim in the input."""
    finding, move = late.finding, _Move(late.claim, claim)
    origin = finding.origin
    index = finding.segment_index
    if origin is not None:
        here = move.segment(origin.spot.segment)
        place = here.place(None if origin.spot.missing else origin.spot.ref)
        finding = msgspec.structs.replace(
            finding,
            line=place.line,
            column=place.column,
            offset=place.offset,
            segment_index=here.ordinal - claim.transaction.st.ordinal + 1 if index is not None else None,
            origin=Origin(move.spot(origin.spot), move.spot(origin.trigger) if origin.trigger is not None else None),
        )
    reference = finding.claim
    return msgspec.structs.replace(
        finding,
        message=f"{finding.message} {_WORDS}",
        claim=ClaimRef(claim.index, reference.id) if reference is not None else None,
    )


class _Move:
    """From the places of one claim, and of what stands around it, to those of the other."""

    def __init__(self, old: Claim, new: Claim) -> None:
        self._pairs = sorted(zip(_landmarks(old), _landmarks(new), strict=True), key=lambda pair: pair[0].ordinal)

    def segment(self, segment: Segment) -> Segment:
        before = [pair for pair in self._pairs if pair[0].ordinal <= segment.ordinal]
        old, new = before[-1] if before else self._pairs[0]
        shift = new.offset - old.offset
        return msgspec.structs.replace(
            segment,
            ordinal=segment.ordinal + new.ordinal - old.ordinal,
            offset=segment.offset + shift,
            line=segment.line + new.line - old.line,
            line_start=new.line_start if segment.line == old.line else segment.line_start + shift,
        )

    def spot(self, spot: Spot) -> Spot:
        return msgspec.structs.replace(
            spot,
            segment=self.segment(spot.segment),
            anchor=self.segment(spot.anchor) if spot.anchor is not None else None,
        )


def _landmarks(claim: Claim) -> list[Segment]:
    """Behind each of them nothing is changed up to the next: the ST, the second segment of each level, the CLM."""
    levels = [claim.billing, claim.subscriber, *([claim.patient] if claim.patient is not None else [])]
    inner = [level.loop.segments[1] if len(level.loop.segments) > 1 else level.loop.first for level in levels]
    return [claim.transaction.st, *inner, claim.loop.first]
