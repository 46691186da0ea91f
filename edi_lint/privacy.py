"""Which element values may be shown: the only way for a value of the file to get into a report.

Codes, qualifiers, amounts, units, dates of service and NPIs may; names, member ids, dates of birth, addresses and
free text may not, unless the user asks for it. What is not listed here is masked.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .x12 import LONGEST_USUAL, Delimiters, Ref, Segment

__all__ = ["MASK", "Privacy"]

MASK = "…"

_LONGEST = 24
_ALL = dict.fromkeys(range(1, 40), _LONGEST)


def _elements(text: str) -> dict[int, int]:
    """Positions that may be shown, with the longest value where it is short: a qualifier's place holds no name."""
    parts = (part.partition(":") for part in text.split())
    return {int(position): int(longest or _LONGEST) for position, _, longest in parts}


_SHOWN = {
    "ISA": _elements("1 3 5 6 7 8 9 10 11 12 13 14 15 16"),
    "GS": _ALL,
    "ST": _ALL,
    "SE": _ALL,
    "GE": _ALL,
    "IEA": _ALL,
    "TA1": _ALL,
    "BHT": _elements("1:4 2:2 4:8 5:8 6:2"),
    "HL": _ALL,
    "PRV": _elements("1:3 2:3 3:10"),
    "CUR": _ALL,
    "SBR": _elements("1:1 2:2 5:3 6:1 7:1 8:2 9:2"),
    "PAT": _elements("1:2 5:3"),
    "NM1": _elements("1:3 2:1 8:2 9"),
    "PER": _elements("1:2 3:2 5:2 7:2"),
    "REF": _elements("1:3"),
    "DMG": _elements("1:3"),
    "CLM": _ALL,
    "DTP": _elements("1:3 2:3 3"),
    "PWK": _elements("1:2 2:2 5:2"),
    "CN1": _elements("1:2 2 3"),
    "AMT": _ALL,
    "NTE": _elements("1:3"),
    "CR1": _elements("1 2 3 4 5 6"),
    "CR2": _elements("8"),
    "CR3": _ALL,
    "CRC": _ALL,
    "HI": _ALL,
    "HCP": _elements("1 2 3 7 8 9 10 11 12 13 14 15"),
    "CAS": _ALL,
    "OI": _ALL,
    "MOA": _ALL,
    "LX": _ALL,
    "SV1": _ALL,
    "SV5": _ALL,
    "QTY": _ALL,
    "MEA": _ALL,
    "PS1": _elements("2"),
    "LIN": _elements("2:2 3"),
    "CTP": _ALL,
    "SVD": _ALL,
    "LQ": _ALL,
    "FRM": _elements("1 2:1"),
}
_NOTHING: dict[int, int] = {}
_CONTROL = frozenset({"ISA", "GS"})
_PROCEDURES = frozenset({("SV1", 1), ("SVD", 3), ("SV5", 1)})
_DESCRIPTION = 7
"""From this component on a procedure holds words."""
_PATIENTS = frozenset({"IL", "QC", "GB"})
"""NM101 of who has no NPI, whatever NM108 says."""
_SHOWN_DATES = frozenset({"472", "573"})
"""Dates of service and of adjudication; others (birth, accident, last menstrual period) describe the patient."""
_CODE_SHAPE = re.compile(r"[A-Za-z0-9.,:;<>|^+/\-]{1,24}")
"""What is shown must look like a code: where elements have slipped, a name may stand in a code's place."""
_SEGMENT_ID = re.compile("[A-Za-z0-9]{2,3}")
_NUMBER_SHAPE = re.compile(r"[A-Za-z]{0,5}[0-9][A-Za-z0-9\-]{2,}")


class Privacy:
    """Decides for one run what is shown."""

    def __init__(self, show_values: bool = False, mask_claim_ids: bool = False) -> None:
        self.show_values = show_values
        self.mask_claim_ids = mask_claim_ids
        # What is wrong with one segment is wrong with others like it.
        self._known = lru_cache(maxsize=1024)(self._mask)

    def value(self, segment: Segment, ref: Ref | None) -> str | None:
        """The value at ``ref``; None if it is absent, or if it may not be shown."""
        if ref is None or not ref.element:
            return None
        value = segment.value(ref)
        return value if value and self._may_show(segment, ref.element, ref.component, value) else None

    def claim_id(self, value: str) -> str | None:
        """CLM01; None if it is absent or if claim ids are masked."""
        return value if value and not self.mask_claim_ids else None

    def segment_id(self, segment_id: str) -> str | None:
        """A segment's id; None if it does not look like one: it may be the rest of a name that a separator tore."""
        return segment_id if self.show_values or _SEGMENT_ID.fullmatch(segment_id) else None

    def segment(self, segment: Segment) -> str:
        """The segment as it may be shown, each masked element replaced by `MASK`."""
        mask = self._known if len(segment.text) <= LONGEST_USUAL else self._mask
        return mask(segment.text, segment.delimiters)

    def _mask(self, text: str, delimiters: Delimiters) -> str:
        segment = Segment(text, 0, 0, 0, 0, delimiters)
        separator, component = delimiters.element, delimiters.component
        shown = [self.segment_id(segment.id) or MASK]
        for position, value in enumerate(segment.elements[1:], 1):
            parts = value.split(component) if component in value and segment.id != "ISA" else [value]
            masked = [
                part if not part or self._may_show(segment, position, number, part) else MASK
                for number, part in enumerate(parts, 1)
            ]
            shown.append(component.join(masked))
        return separator.join(shown)

    def _may_show(self, segment: Segment, element: int, component: int, value: str) -> bool:
        if self.show_values:
            return True
        name = segment.id
        if name in _CONTROL:
            return element in _SHOWN[name]
        if len(value) > _SHOWN.get(name, _NOTHING).get(element, 0):
            return False
        if component >= _DESCRIPTION and (name, element) in _PROCEDURES:
            return False
        if name == "CLM" and element == 1:
            return not self.mask_claim_ids
        if name == "NM1" and element == 9:
            is_public = segment.get(1) == "PR" or (segment.get(8) == "XX" and segment.get(1) not in _PATIENTS)
            return is_public and _NUMBER_SHAPE.fullmatch(value) is not None
        if name == "DTP" and element == 3 and segment.get(1) not in _SHOWN_DATES:
            return False
        return _CODE_SHAPE.fullmatch(value) is not None
