"""What makes a finding the same finding in the next run: for tools that tell new ones from old ones.

A fingerprint is made of the rule and the place in the batch (claim, service line, loop, element), not of bytes and
lines, so a finding keeps it while the batch around it changes. It can only be matched, not read back.
"""

from __future__ import annotations

import hashlib

from ..findings import Finding

__all__ = ["Fingerprints"]


class Fingerprints:
    """Fingerprints of findings that come in file order.

    Findings of one claim differ in theirs. Two claims that share a CLM01 in one transaction set share fingerprints.
    """

    def __init__(self) -> None:
        self._unit: tuple[object, ...] = ()
        self._seen: dict[tuple[object, ...], int] = {}

    def of(self, finding: Finding) -> str:
        """32 hexadecimal digits."""
        claim = finding.claim
        unit = (finding.file, finding.isa13, finding.gs06, finding.st02, claim.index if claim is not None else None)
        if unit != self._unit:
            self._unit = unit
            self._seen.clear()
        place: tuple[object, ...] = (
            finding.rule,
            finding.service_line,
            finding.loop,
            finding.element or finding.segment,
        )
        if claim is None:
            place += (finding.segment_index,)
        times = self._seen[place] = self._seen.get(place, 0) + 1
        known_by = (claim.id or claim.index) if claim is not None else None
        text = repr((*unit[:4], known_by, *place, times))
        return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:32]
