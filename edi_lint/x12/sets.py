"""A stream cut at its transaction sets, as far as they are plain: for readers that judge the sets side by side.

The splitter looks for nothing but the borders: ISA, GS, ST, SE, GE and IEA where they should be. Whoever reads a set
finds out whether it ends where the splitter says. From the first thing on that is not as it should be, the rest of the
stream is handed over uncut, for `Reader` to judge.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from .reader import CHUNK_BYTES, HEADER_BYTES, ISA_START, SAMPLE_BYTES, ByteStream, Position
from .segment import Delimiters, Segment
from .separators import as_used, declared, lower_case

__all__ = ["Rest", "SetText", "Splitter"]

_AROUND = ("GS", "GE", "IEA", "TA1")
_LONGEST_HEADER = 4096
"""A segment outside of the sets that is longer than this (bytes) is not as it should be."""
_LOOK = 16
"""So much (bytes) behind a set shows what follows it."""
_LONGEST_SET = 1 << 24
"""A transaction set beyond this (bytes) is left to a reader that need not hold all of it."""


class SetText(msgspec.Struct):
    """The bytes of one transaction set, from behind the segment before it to the terminator of its SE.

    ``start`` is where they stand, ``end`` what stands behind them. ``isa`` and ``gs`` are around it. ``claims_before``
    counts what begins with CLM in the file before it, ``claims`` what does in it.
    """

    content: bytes
    start: Position
    end: Position
    isa: Segment
    gs: Segment
    st: Segment
    se: Segment
    claims_before: int
    claims: int


class Rest(msgspec.Struct):
    """What is not cut: a stream that begins at ``start``, inside an interchange with ``delimiters`` or outside any.

    ``interchanges`` counts those that have begun, ``noted`` are the faults of form that have been told of the last.
    """

    stream: ByteStream
    start: Position
    delimiters: Delimiters | None
    interchanges: int
    noted: frozenset[str] = frozenset()


class _Held:
    """A stream of which some bytes have been read already."""

    def __init__(self, content: bytes, stream: ByteStream, failed: Exception | None) -> None:
        self._content = memoryview(content)
        self._stream = stream
        self._failed = failed

    def read(self, size: int = -1, /) -> bytes:
        if self._content:
            content = bytes(self._content[:size]) if size >= 0 else bytes(self._content)
            self._content = self._content[len(content) :]
            return content
        if self._failed is not None:
            raise self._failed
        return self._stream.read(size)


class Splitter:
    """Gives the segments around the transaction sets, and the sets, in the order of the stream, then its rest.

    Only sets of groups with one of these guides (GS08) are cut. An error of the stream waits in the rest.
    """

    def __init__(self, stream: ByteStream, group_guides: Collection[str]) -> None:
        self._stream = stream
        self._group_guides = group_guides
        self._buffer = bytearray()
        self._at = 0
        """Where in the buffer the next piece begins."""
        self._position = Position()
        self._ended = False
        self._failed: Exception | None = None
        self._delimiters: Delimiters | None = None
        self._interchanges = 0
        self._claims = 0
        self._isa: Segment | None = None
        self._gs: Segment | None = None
        self._break = b""

    def rest(self, before: bytes = b"") -> Rest:
        """What is left, with these bytes of what was cut before it."""
        held = _Held(before + bytes(self._buffer[self._at :]), self._stream, self._failed)
        return Rest(held, self._position, self._delimiters, self._interchanges)

    def next(self) -> tuple[Segment | SetText, bytes] | None:
        """The next piece and all its bytes; None where nothing more can be cut."""
        start = self._at
        if start >= CHUNK_BYTES:
            del self._buffer[:start]
            start = self._at = 0
        piece = self._piece()
        return None if piece is None else (piece, bytes(self._buffer[start : self._at]))

    def _piece(self) -> Segment | SetText | None:
        if self._delimiters is None:
            return self._open_interchange()
        delimiters = self._delimiters
        self._have(_LONGEST_HEADER)
        start = self._at + len(self._break)
        if not self._buffer.startswith(self._break, self._at):
            return None
        name, element, _ = self._buffer[start : start + 4].decode("latin-1").partition(delimiters.element)
        if not element:
            return None
        if name == "ST":
            return self._set()
        if name not in _AROUND:
            return None
        segment = self._segment(self._buffer.find(self._terminator, start))
        if segment is None:
            return None
        if name == "GS":
            self._gs = segment
        elif name == "GE":
            self._gs = None
        elif name == "IEA":
            self._isa = self._gs = self._delimiters = None
        return segment

    def _open_interchange(self) -> Segment | None:
        self._have(SAMPLE_BYTES + len(self._break))
        if self._failed is not None:
            return None
        follows = self._interchanges and self._buffer.startswith(self._break, self._at)
        lead = len(self._break) if follows else 0
        sample = self._buffer[self._at + lead : self._at + lead + SAMPLE_BYTES].decode("latin-1")
        if ISA_START.match(sample) is None:
            return None
        delimiters = declared(sample[:HEADER_BYTES])
        if delimiters is None:
            return None
        delimiters = as_used(delimiters, sample)
        if delimiters.terminator in "\r\n" or lower_case(delimiters, sample):
            return None
        self._delimiters = delimiters
        self._terminator = delimiters.terminator.encode("latin-1")
        end = self._buffer.find(self._terminator, self._at + lead)
        before = self._break
        self._break = before if lead else b""
        self._isa = self._segment(end)
        if self._isa is None:
            # The reader finds the ISA by itself.
            self._delimiters = None
            return None
        for line_break in (b"\r\n", b"\n"):
            if self._buffer.startswith(line_break, self._at):
                self._break = line_break
                break
        else:
            self._break = b""
        self._interchanges += 1
        return self._isa

    def _segment(self, end: int) -> Segment | None:
        """The segment from here to the terminator at ``end`` of the buffer; None if it is not as it should be."""
        if end < 0 or end - self._at > _LONGEST_HEADER or self._delimiters is None:
            return None
        piece = bytes(self._buffer[self._at : end + 1])
        segment = _cut(piece[:-1], len(self._break), self._position, self._delimiters)
        if segment is not None:
            self._pass(piece, 1)
        return segment

    def _set(self) -> SetText | None:
        """The transaction set that begins here."""
        delimiters, isa, gs = self._delimiters, self._isa, self._gs
        if delimiters is None or isa is None or gs is None or gs.get(8).strip() not in self._group_guides:
            return None
        terminator, element = self._terminator, delimiters.element.encode("latin-1")
        opening = self._break + b"ST" + element + b"837" + element
        if not self._buffer.startswith(opening, self._at):
            return None
        trailer = terminator + self._break + b"SE" + element
        searched = self._at
        while (last := self._buffer.find(trailer, searched)) < 0:
            searched = max(self._at, len(self._buffer) - len(trailer))
            if len(self._buffer) - self._at > _LONGEST_SET or not self._more():
                return None
        # What follows must be seen: only an ST or a GE ends the set for sure.
        while (end := self._buffer.find(terminator, last + len(trailer))) < 0 or len(self._buffer) < end + 1 + _LOOK:
            if len(self._buffer) - last > CHUNK_BYTES + _LONGEST_HEADER or not self._more():
                break
        following = bytes(self._buffer[end + 1 : end + 1 + _LOOK])
        group_end = self._break + b"GE" + element
        if following.startswith(group_end):
            stated = following.removeprefix(group_end).split(element)[0].split(terminator)[0].strip()
        else:
            stated = b"837" if following.startswith(opening) else b""
        if end < 0 or not stated:
            return None
        content = bytes(self._buffer[self._at : end + 1])
        first = content.find(terminator)
        start = self._position
        st = _cut(content[:first], len(self._break), start, delimiters)
        claims_before, claims = self._claims, content.count(terminator + self._break + b"CLM" + element)
        se_at = last + 1 - self._at
        segments = content.count(terminator)
        before_se = start.behind(content[:se_at], segments - 1)
        se = _cut(content[se_at:-1], len(self._break), before_se, delimiters)
        if st is None or se is None:
            return None
        self._pass(content, segments)
        self._claims += claims
        return SetText(content, start, self._position, isa, gs, st, se, claims_before, claims)

    # -- the buffer -----------------------------------------------------------------------------------

    def _pass(self, content: bytes, segments: int) -> None:
        """Go on behind these bytes."""
        self._at += len(content)
        self._position = self._position.behind(content, segments)

    def _have(self, wanted: int) -> None:
        while len(self._buffer) - self._at < wanted and self._more():
            pass

    def _more(self) -> bool:
        """Read on; False at the end."""
        if self._ended:
            return False
        try:
            # In the steps of the reader, so that an input that breaks off does so at the same place.
            chunk = self._stream.read(CHUNK_BYTES)
        except Exception as error:  # It belongs to where it happened: behind all that was read before.
            self._failed = error
            chunk = b""
        if not chunk:
            self._ended = True
            return False
        self._buffer += chunk
        return True


def _cut(content: bytes, lead: int, start: Position, delimiters: Delimiters) -> Segment | None:
    """The segment of these bytes, of which the first ``lead`` are a line break; None if it is not plain."""
    text = content[lead:].decode("latin-1")
    if not text.isprintable() or text[:1] in ("", " "):
        return None
    line, line_start, offset = start.line, start.line_start, start.offset + lead
    if lead:
        line, line_start = line + 1, offset
    return Segment(text, start.ordinal + 1, offset, line, line_start, delimiters)
