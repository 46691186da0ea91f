"""Count the claims of a batch a second time, in a plain way of its own: how many, for how much, and which.

The gate divides a batch by what the walk through the guide has found. Here segments are only split at their terminators
and followed by their ids, so that a mistake there does not hide here. Which claims there are is told by one number: the
sum of a digest of each claim with all that it stands under (interchange, group, header, provider, subscriber, patient).
Sums do not depend on the order, so what was accepted and what was rejected must add up to what came in, exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from hashlib import blake2b

import msgspec

from ..x12 import ByteStream, Reader, Segment

__all__ = ["Tally", "tally"]

_HEADER, _PROVIDER, _SUBSCRIBER, _PATIENT, _CLAIM = range(5)
_LEVELS = {"20": _PROVIDER, "22": _SUBSCRIBER, "23": _PATIENT}
_ENVELOPE = frozenset({"ISA", "GS", "ST", "SE", "GE", "IEA"})
_AMOUNT = re.compile(r"-?(?:[0-9]{1,15}(?:\.[0-9]{0,4})?|\.[0-9]{1,4})", re.ASCII)
"""What adds up without rounding. Anything else is no amount, and counts as nothing."""
_DIGEST_BYTES = 16
_MODULUS = 1 << (8 * _DIGEST_BYTES)
_MOST_SEGMENTS = 4096
"""More segments than a level has; where there is no claim at all, they must not pile up."""


class Tally(msgspec.Struct, frozen=True):
    """Claims (CLM segments), the sum of their charges (CLM02, where it is an amount), and which claims they are."""

    claims: int = 0
    charges: Decimal = Decimal(0)
    which: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.claims + other.claims, self.charges + other.charges, (self.which + other.which) % _MODULUS)


def tally(stream: ByteStream) -> Tally:
    """Count a batch."""
    counting = _Counting()
    for segment in Reader(stream):
        counting.take(segment)
    counting.end_claim()
    return Tally(counting.claims, counting.charges, counting.which)


class _Counting:
    def __init__(self) -> None:
        self.claims = 0
        self.charges = Decimal(0)
        self.which = 0
        self._around = ["", ""]
        """The ISA and the GS."""
        self._texts: list[list[str]] = [[] for _ in range(_CLAIM + 1)]
        self._above: bytes | None = None
        """The digest of all that the claim stands under, while it is known."""
        self._at = _HEADER

    def take(self, segment: Segment) -> None:
        text = segment.text
        name = text.partition(segment.delimiters.element)[0]
        if name == "CLM":
            self.end_claim()
            self._at = _CLAIM
            self.claims += 1
            charge = segment.get(2)
            self.charges += Decimal(charge) if _AMOUNT.fullmatch(charge) else 0
        elif name == "HL":
            self.end_claim()
            self._at = _LEVELS.get(segment.get(3), self._at)
            self._open(self._at)
            text = f"HL {segment.get(3)}"  # Levels are numbered anew, and a patient may have gone.
        elif name in _ENVELOPE:
            self.end_claim()
            self._envelope(name, text)
        texts = self._texts[self._at]
        texts.append(text)
        if self._at != _CLAIM:
            self._above = None
        if len(texts) > _MOST_SEGMENTS:
            self._texts[self._at] = [_digest(texts).hex()]

    def end_claim(self) -> None:
        """Put the claim into the sum, if one is open."""
        claim = self._texts[_CLAIM]
        if not claim:
            return
        if self._above is None:
            self._above = _digest((*self._around, *(_digest(texts).hex() for texts in self._texts[:_CLAIM])))
        whole = _digest((self._above.hex(), *claim))
        self.which = (self.which + int.from_bytes(whole, "big")) % _MODULUS
        self._texts[_CLAIM] = []
        self._at = max(level for level in range(_CLAIM) if self._texts[level] or level == _HEADER)

    def _open(self, level: int) -> None:
        """A level begins: what was open below it is over."""
        self._above = None
        for below in range(level, _CLAIM + 1):
            self._texts[below] = []

    def _envelope(self, name: str, text: str) -> None:
        if name == "ISA":
            self._around = [text, ""]
        elif name == "GS":
            self._around[1] = text
        self._open(_HEADER)
        self._at = _HEADER


def _digest(texts: Iterable[str]) -> bytes:
    return blake2b("\n".join(texts).encode("latin-1"), digest_size=_DIGEST_BYTES).digest()
