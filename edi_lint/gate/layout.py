"""Where the parts of a batch lie in its bytes: interchanges, transaction sets, and the levels and claims inside them.

Theory of operation. Every byte belongs to one part: a part begins with its first segment and reaches to the next part,
so terminators and line breaks go with the segment before them. An interchange ends behind its IEA; what stands there
before the next ISA and is more than blanks belongs to no interchange. Blanks, or a byte order mark, before the first
ISA go with that. Of a transaction set the units (billing provider, subscriber, patient, claim) wait on disk, a few
bytes each, until it is known what becomes of its interchange. Knows nothing of findings and verdicts.
"""

from __future__ import annotations

from array import array
from typing import BinaryIO

import msgspec

from ..claims import BillingProvider, Claim, Part, Patient, Subscriber, UnitRecord
from ..x12 import Delimiters, Segment

__all__ = ["CLAIM", "PATIENT", "PROVIDER", "SUBSCRIBER", "InterchangeSpan", "Layout", "SetSpan", "Trailer", "Units"]

PROVIDER, SUBSCRIBER, PATIENT, CLAIM = 1, 2, 3, 4
_KINDS: dict[type[UnitRecord], int] = {
    BillingProvider: PROVIDER,
    Subscriber: SUBSCRIBER,
    Patient: PATIENT,
    Claim: CLAIM,
}
_TRAILERS = ("SE", "GE", "IEA")
_BLANKS = b" \t\r\n\x1a\0"
"""What may stand between interchanges without being anything: white space and the end-of-file bytes of old systems."""
_MARK = b"\xef\xbb\xbf"
_CHUNK = 1 << 16


class Units(msgspec.Struct):
    """The units of one transaction set: of each its kind, the offset of its first byte and its segment's ordinal."""

    kinds: array[int]
    starts: array[int]
    ordinals: array[int]

    @classmethod
    def empty(cls) -> Units:
        """No units yet."""
        return cls(array("B"), array("q"), array("q"))


class Trailer(msgspec.Struct, frozen=True):
    """An SE, GE or IEA: where it begins, and its ordinal in the file."""

    id: str
    start: int
    ordinal: int


class SetSpan(msgspec.Struct):
    """A transaction set with what follows it up to the next segment of the envelope. ``units`` is its place on disk."""

    start: int
    ordinal: int
    end: int = 0
    trailer: Trailer | None = None
    claims: int = 0
    count: int = 0
    units: int = 0


class InterchangeSpan(msgspec.Struct):
    """An interchange: ``start`` to ``end`` with the blanks around it; ``trailers`` are its GE and IEA."""

    start: int
    delimiters: Delimiters
    end: int = 0
    sets: list[SetSpan] = []
    trailers: list[Trailer] = []


class Layout:
    """Shown the parts in their order, it knows where each interchange lies once it is complete.

    ``source`` reads the batch as far as it has been linted; ``index`` is where units wait.
    """

    def __init__(self, source: BinaryIO, index: BinaryIO) -> None:
        self._source = source
        self._index = index
        self._units = Units.empty()
        self._set: SetSpan | None = None
        self._span: InterchangeSpan | None = None
        self._free = 0
        """The first byte that belongs to no interchange yet."""
        self.outside: list[tuple[int, int]] = []
        """What belongs to none, more than blanks: the caller takes it from here."""

    def see(self, part: Part) -> InterchangeSpan | None:
        """Take note of a part. The interchange that it completes, if it is the ISA of the next."""
        segment, record = part.segment, part.record
        if segment is not None:
            return self._envelope(segment)
        if record is not None and self._set is not None:
            first = record.loop.first
            units = self._units
            units.kinds.append(_KINDS[type(record)])
            units.starts.append(first.offset)
            units.ordinals.append(first.ordinal)
            self._set.claims += isinstance(record, Claim)
        return None

    def finish(self, end: int) -> InterchangeSpan | None:
        """The input has ended: its last interchange, if there is any."""
        self._end_set(end)
        if self._span is None:
            self.outside.append((self._free, end))
        return self._end_interchange(end)

    def units(self, span: SetSpan) -> Units:
        """Read the units of a set."""
        found = Units.empty()
        self._index.seek(span.units)
        for values in (found.kinds, found.starts, found.ordinals):
            values.frombytes(self._index.read(span.count * values.itemsize))
        return found

    def _envelope(self, segment: Segment) -> InterchangeSpan | None:
        name, at = segment.id, segment.offset
        trailer = Trailer(name, at, segment.ordinal)
        if name == "SE":
            if self._set is not None and self._set.trailer is None:
                self._set.trailer = trailer
            return None
        self._end_set(at)
        done = None
        if name == "ISA":
            done = self._end_interchange(at)
            if done is None:
                self._leave_outside(self._free, at)
            self._span = InterchangeSpan(self._free, segment.delimiters)
        elif self._span is None:
            return None
        elif name == "ST":
            self._set = SetSpan(at, segment.ordinal)
            self._span.sets.append(self._set)
        elif name in _TRAILERS:
            self._span.trailers.append(trailer)
        return done

    def _end_set(self, end: int) -> None:
        if self._set is None:
            return
        span, units = self._set, self._units
        span.end, span.count = end, len(units.kinds)
        self._index.seek(0, 2)
        span.units = self._index.tell()
        for values in (units.kinds, units.starts, units.ordinals):
            self._index.write(values.tobytes())
        self._set, self._units = None, Units.empty()

    def _end_interchange(self, limit: int) -> InterchangeSpan | None:
        span, self._span = self._span, None
        if span is None:
            return None
        closing = next((trailer for trailer in reversed(span.trailers) if trailer.id == "IEA"), None)
        span.end = self._behind(closing, span.delimiters, limit) if closing is not None else limit
        self._free = span.end
        self._leave_outside(span.end, limit)
        return span

    def _behind(self, iea: Trailer, delimiters: Delimiters, limit: int) -> int:
        """Where an interchange ends: behind its IEA and the blanks that follow."""
        terminator = delimiters.terminator.encode("latin-1")
        at = iea.start
        self._source.seek(at)
        while at < limit and (chunk := self._source.read(min(_CHUNK, limit - at))):
            found = chunk.find(terminator)
            at += found + 1 if found >= 0 else len(chunk)
            if found >= 0:
                break
        return self._skip_blanks(at, limit)

    def _skip_blanks(self, at: int, limit: int) -> int:
        self._source.seek(at)
        while at < limit and (chunk := self._source.read(min(_CHUNK, limit - at))):
            rest = chunk.lstrip(_BLANKS)
            at += len(chunk) - len(rest)
            if rest:
                break
        return at

    def _leave_outside(self, start: int, end: int) -> None:
        """Set aside what lies between interchanges, unless it is a byte order mark and blanks."""
        if start == 0:
            self._source.seek(0)
            mark = len(_MARK) if self._source.read(len(_MARK)) == _MARK else 0
            if self._skip_blanks(mark, end) >= end:
                return
        if start < end:
            self.outside.append((start, end))
            self._free = end
