"""What the syntax and the guide have to say about a segment, as a fact without words.

A fault names the kind of what is wrong and where; the rules catalogue gives it an id, a severity, a
sentence and its acknowledgement codes.
"""

from __future__ import annotations

import msgspec

from .segment import Ref, Segment

__all__ = ["Fault"]


class Fault(msgspec.Struct, gc=False):
    """One fault. For something missing, ``segment`` is the next segment and ``segment_id`` names what is not there."""

    kind: str
    segment: Segment
    ref: Ref | None = None
    loop: str | None = None
    segment_id: str | None = None
    anchor: Segment | None = None
    """The first segment of the loop instance that the fault lies in: tells the service line and the claim."""
    key: str | None = None
    """The guide's name of the spot, such as ``2400/DTP*472``: rules that speak for the guide are found by it."""
    facts: dict[str, str | int] = {}
    """What the sentence needs: counts, expected values, element names. Never a value from the file."""
