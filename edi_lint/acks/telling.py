"""Turn findings into what the acknowledgements tell of them: codes, positions counted from the ST, bad data as sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..findings import Finding
from .codes import GENERIC
from .received import Told, Trigger

if TYPE_CHECKING:
    from ..claims import Spot
    from ..guide import GuideTables
    from ..x12 import Segment

__all__ = ["CLAIM_LOOPS", "LEVEL_LOOPS", "LINE_LOOPS", "element_numbers", "has_syntax_codes", "told_of"]

LEVEL_LOOPS = ("2",)
"""The loops of the hierarchical levels and of what lies in them; those of the header begin with 1, or have no name."""
CLAIM_LOOPS = ("23", "24")
LINE_LOOPS = ("24",)
_CODES = ("ta1", "ak905", "ik502", "ik304", "ik403", "stc")


def element_numbers(tables: GuideTables) -> dict[str, str]:
    """The number of each data element by its reference, such as 782 for CLM02: what IK402 names.

    A composite as a whole has a name (C023) and no number.
    """
    found: dict[str, str] = {}
    for spec in tables.specs:
        for position, element in enumerate(spec.elements, 1):
            ref = f"{spec.id}{position:02d}"
            found[ref] = element.number
            found |= {f"{ref}-{part}": component.number for part, component in enumerate(element.components, 1)}
    return {ref: number for ref, number in found.items() if number.isdecimal()}


def told_of(
    finding: Finding, numbers: Mapping[str, str], st: Segment | None, claim_id: str = "", in_level: bool = False
) -> Told:
    """What is told of a finding. ``claim_id`` is the CLM01 of the claim that it was found in, if it can be used.

    ``in_level`` says that it lies in a provider, a subscriber, a patient or a claim: there a rule without any code is
    told by a generic status, elsewhere by a generic rejection of the envelope's part.
    """
    acks = _codes(finding, in_level, st is not None)
    origin = finding.origin
    spot = origin.spot if origin is not None else None
    ref = spot.ref if spot is not None and not spot.missing else None
    stc = acks.get("stc", ())
    return Told(
        rule=finding.rule,
        severity=finding.severity,
        text=finding.message,
        value=finding.value or "",
        ta1=str(acks.get("ta1", "")),
        ak905=str(acks.get("ak905", "")),
        ik502=str(acks.get("ik502", "")),
        ik304=str(acks.get("ik304", "")),
        ik403=str(acks.get("ik403", "")),
        stc=tuple(stc) if not isinstance(stc, str) else (stc,),
        offset=finding.offset,
        segment=finding.segment or "",
        position=finding.segment_index or 0,
        loop=finding.loop or "",
        missing=spot is not None and spot.missing,
        element=ref.element if ref is not None else 0,
        component=ref.component if ref is not None else 0,
        repetition=ref.repetition if ref is not None else 0,
        number=numbers.get(finding.element or "", ""),
        copy=spot.segment.value(ref) if spot is not None and ref is not None and ref.element else "",
        trigger=_trigger(origin.trigger, st) if origin is not None else None,
        claim=claim_id if (finding.loop or "").startswith(CLAIM_LOOPS) else "",
    )


def has_syntax_codes(told: Told) -> bool:
    """Whether the 999 has a code for it, below the group."""
    return bool(told.ik502 or told.ik304 or told.ik403)


def _codes(finding: Finding, in_level: bool, in_set: bool) -> Mapping[str, str | list[str] | tuple[str, ...]]:
    if finding.severity != "error" or any(key in finding.acks for key in _CODES):
        return finding.acks
    if in_level:
        return {"stc": GENERIC}
    return {"ik502": "5"} if in_set else {"ta1": "022"}


def _trigger(spot: Spot | None, st: Segment | None) -> Trigger | None:
    """The place of what made a value required; what is itself missing has none."""
    if spot is None or spot.missing or st is None or spot.segment.ordinal < st.ordinal:
        return None
    element, component = (spot.ref.element, spot.ref.component) if spot.ref is not None else (0, 0)
    return Trigger(spot.segment_id, spot.segment.ordinal - st.ordinal + 1, spot.loop, element, component)
