"""Bytes in, segments out: a streaming reader of X12 interchanges.

Theory of operation. An interchange declares its own separators in its ISA, so reading alternates between
two states: *looking for an ISA* (`_open_interchange`) and *splitting at the terminator* (`_split`), which
ends at the IEA, at the next ISA or at the end of the stream. Only one chunk and the unfinished segment
at its end are held, whatever the size of the file. Where segments begin is counted as they pass (offset,
line); where an element lies is worked out later, from the segment, and only for findings.

What is read in spite of a fault of form (a byte order mark, blank segments, wrapped lines and so on) is put
into `Reader.faults`, once per kind and interchange; the caller takes the faults from there. The reader knows
no guide and no envelope counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Protocol, runtime_checkable

import msgspec

from .fault import Fault
from .segment import Delimiters, Segment
from .separators import as_used, declared, lower_case
from .sniff import sniff

__all__ = ["ByteStream", "Position", "Reader"]

CHUNK_BYTES = 1 << 16
LONGEST_SEGMENT = 1 << 20
"""A segment may not be longer than this (bytes): the longest that the guide allows is below 4,000."""
HEADER_BYTES = 1024
"""An ISA is 106 bytes; a padded or wrapped one is looked for within this many."""
SAMPLE_BYTES = 1 << 16
"""The separators are compared with those that the first claims use: they begin within this many bytes."""
_BLANKS = " \t\r\n"
_ENDINGS = "\x1a\0"
"""Bytes that old systems leave after the last segment."""
ISA_START = re.compile(r"ISA([^A-Za-z0-9 \t\r\n])")
_LOWER_CASE = "segment-ids-lower-case"
"""What is noted of an interchange whose segments are then read as if their identifiers were capitals."""
_OVERLAP = 4
"""An ISA that lies across two chunks is found by keeping this much of the first."""


@runtime_checkable
class ByteStream(Protocol):
    """What the reader needs of a stream: ``read(n)`` gives up to n bytes, and none at the end."""

    def read(self, size: int = -1, /) -> bytes: ...


class Position(msgspec.Struct, frozen=True):
    """Where the next segment begins: its offset in bytes, line and start of the line, and the segments before it."""

    offset: int = 0
    line: int = 1
    line_start: int = 0
    ordinal: int = 0

    def behind(self, content: bytes, segments: int) -> Position:
        """The position behind these bytes, which hold so many segments."""
        last = content.rfind(b"\n")
        return Position(
            self.offset + len(content),
            self.line + content.count(b"\n"),
            self.offset + last + 1 if last >= 0 else self.line_start,
            self.ordinal + segments,
        )


class Reader:
    """Iterate over the segments of a stream; look at `faults` after each one and at the end."""

    def __init__(self, stream: ByteStream, chunk_bytes: int = CHUNK_BYTES) -> None:
        self.faults: list[Fault] = []
        self.interchanges = 0
        self.bytes_read = 0
        self._stream = stream
        self._chunk_bytes = chunk_bytes
        self._text = ""
        self._offset = 0
        self._line = 1
        self._line_start = 0
        self._ordinal = 0
        self._ended = False
        self._noted: set[str] = set()
        self._inside: Delimiters | None = None

    @classmethod
    def resumed(
        cls,
        stream: ByteStream,
        start: Position,
        delimiters: Delimiters | None,
        interchanges: int,
        noted: Iterable[str] = (),
    ) -> Reader:
        """A reader of a stream that goes on at ``start`` of a file, behind so many interchanges (or inside the last).

        ``delimiters`` are those of the interchange that it begins in; None outside of any. ``noted`` are the faults of
        form that have been told of that interchange.
        """
        reader = cls(stream)
        reader.interchanges = interchanges
        reader.bytes_read = reader._offset = start.offset
        reader._line, reader._line_start, reader._ordinal = start.line, start.line_start, start.ordinal
        reader._inside = delimiters
        reader._noted.update(noted)
        return reader

    def __iter__(self) -> Iterator[Segment]:
        if self._inside is not None:
            yield from self._segments(self._inside, begins=False)
        while (delimiters := self._open_interchange()) is not None:
            self.interchanges += 1
            yield from self._segments(delimiters)

    def _segments(self, delimiters: Delimiters, begins: bool = True) -> Iterator[Segment]:
        split = self._split(delimiters, begins)
        return split if _LOWER_CASE not in self._noted else map(_in_capitals, split)

    # -- looking for an ISA ---------------------------------------------------------------------------

    def _open_interchange(self) -> Delimiters | None:
        """Skip to the next ISA that can be read and return its delimiters; None at the end of the stream."""
        while True:
            self._skip_blanks()
            if not self._fill(HEADER_BYTES):
                if not self.interchanges and not self.faults:
                    self._note("not-x12", reason="empty")
                return None
            if ISA_START.match(self._text) is None:
                self._skip_foreign()
                continue
            self._noted.clear()
            delimiters = declared(self._text[:HEADER_BYTES])
            if delimiters is not None:
                self._fill(SAMPLE_BYTES)
                sample = self._text[:SAMPLE_BYTES]
                if at := lower_case(delimiters, sample):
                    before = sample[:at]
                    start = self._offset + before.rfind("\n") + 1 if "\n" in before else self._line_start
                    self._note_at(_LOWER_CASE, self._offset + at, self._line + before.count("\n"), start)
                return as_used(delimiters, sample)
            self._note("isa-unreadable")
            self._advance(3)

    def _skip_blanks(self) -> None:
        """Pass over white space, a byte order mark and, behind an interchange, end-of-file bytes; say so."""
        passable = _BLANKS + _ENDINGS if self.interchanges else _BLANKS
        while self._fill(HEADER_BYTES):
            if self._offset == 0 and self._text.startswith("\xef\xbb\xbf"):
                self._note("byte-order-mark")
                self._advance(3)
            blank = len(self._text) - len(self._text.lstrip(passable))
            if not blank:
                return
            if not self.interchanges and blank < len(self._text):
                self._note("leading-blanks")
            elif self._text[:blank].strip(_BLANKS):
                self._note("control-z")
            self._advance(blank)

    def _skip_foreign(self) -> None:
        """Pass over what is not an interchange, up to the next ISA or the end."""
        if self.interchanges:
            self._note("data-outside-interchange")
        else:
            kind = sniff(self._text[:HEADER_BYTES].encode("latin-1"))
            # Kept apart until it is known whether an interchange follows: if none does, this is the one thing to say.
            self._note("data-outside-interchange", reason=kind.name)
            if kind.final:
                self._drain()
        while (at := ISA_START.search(self._text, 1)) is None and self._text:
            self._advance(max(1, len(self._text) - _OVERLAP))
            if self._fill(_OVERLAP + 1) <= _OVERLAP:
                self._advance(len(self._text))
        if at is not None:
            self._advance(at.start())
        elif not self.interchanges:
            foreign = next(fault for fault in self.faults if fault.kind == "data-outside-interchange")
            foreign.kind = "not-x12"

    def _drain(self) -> None:
        """Read to the end of a stream that is not X12, so that its size is known."""
        while not self._ended:
            self._text = ""
            self._fill(self._chunk_bytes)
        self._text = ""

    # -- splitting ------------------------------------------------------------------------------------

    def _split(self, delimiters: Delimiters, begins: bool = True) -> Iterator[Segment]:
        terminator = delimiters.terminator
        newline_ends = terminator == "\n"
        isa_start = "ISA" + delimiters.element
        iea_start = "IEA" + delimiters.element
        before = self._ordinal if begins else self._ordinal - 1
        while True:
            if len(self._text) > LONGEST_SEGMENT and self._text.find(terminator, 0, LONGEST_SEGMENT + 1) < 0:
                self._skip_segment(terminator)
                continue
            pieces = self._text.split(terminator)
            tail = pieces.pop()
            start = self._offset
            line, line_start, ordinal = self._line, self._line_start, self._ordinal
            # This loop runs once for every segment of a batch: what is common stands in it, the rest is called.
            for piece in pieces:
                first = piece[:1]
                if first == "\n":
                    line += 1
                    at = line_start = start + 1
                    text = piece[1:]
                    first = text[:1]
                else:
                    at, text = start, piece
                raw = ""
                here, here_start = line, line_start
                if first == " " or not text.isprintable():
                    self._line, self._line_start = line, line_start
                    text, raw, at, here, here_start = self._tidy(text, at)
                    line, line_start = self._line, self._line_start
                    first = text[:1]
                if first == "I" and ordinal > before and text.startswith(isa_start):
                    # An ISA before the IEA: what follows may have separators of its own.
                    self._text = self._text[start - self._offset :]
                    self._offset = start
                    self._line, self._line_start = here - piece[: at - start].count("\n"), here_start
                    return
                start += len(piece) + 1
                if newline_ends:
                    line += 1
                    line_start = start
                if not text:
                    self._note_at("blank-segment", at, here, here_start)
                    continue
                ordinal += 1
                self._ordinal = ordinal
                yield Segment(text, ordinal, at, here, here_start, delimiters, raw)
                if first == "I" and text.startswith(iea_start):
                    self._text = self._text[start - self._offset :]
                    self._offset, self._line, self._line_start = start, line, line_start
                    return
            self._offset, self._line, self._line_start = start, line, line_start
            self._text = tail
            if self._fill(len(tail) + 1) == len(tail):
                yield from self._unterminated(delimiters, iea_start)
                return

    def _tidy(self, piece: str, at: int) -> tuple[str, str, int, int, int]:
        """A piece that has line breaks, blanks or control characters: text, raw, offset, line and line start."""
        kept = piece.lstrip(_BLANKS)
        lead = piece[: len(piece) - len(kept)]
        if "\n" in lead:
            self._line += lead.count("\n")
            self._line_start = at + lead.rindex("\n") + 1
        at += len(lead)
        line, line_start = self._line, self._line_start
        if kept and (" " in lead or "\t" in lead):
            self._note_at("indented-segment", at, line, line_start)
        if "\n" not in kept and "\r" not in kept:
            return kept, "", at, line, line_start
        text = kept.replace("\r", "").replace("\n", "")
        if "\n" in kept:
            self._line += kept.count("\n")
            self._line_start = at + kept.rindex("\n") + 1
        if kept.rstrip("\r\n") == text:
            return text, "", at, line, line_start
        self._note_at("wrapped-lines", at, line, line_start)
        return text, kept, at, line, line_start

    def _skip_segment(self, terminator: str) -> None:
        """Drop a segment beyond `LONGEST_SEGMENT` without keeping it in memory."""
        self._note("segment-too-long", limit=LONGEST_SEGMENT)
        self._ordinal += 1
        while (at := self._text.find(terminator)) < 0:
            self._advance(len(self._text))
            if not self._fill(1):
                return
        self._advance(at + 1)

    def _unterminated(self, delimiters: Delimiters, iea_start: str) -> Iterator[Segment]:
        """What stands behind the last terminator: nothing, an IEA without terminator, or half a segment."""
        rest = self._text.strip(_BLANKS + _ENDINGS)
        if rest.startswith(iea_start):
            text, raw, at, line, line_start = self._tidy(self._text.rstrip(_BLANKS + _ENDINGS), self._offset)
            self._ordinal += 1
            segment = Segment(text, self._ordinal, at, line, line_start, delimiters, raw)
            self.faults.append(Fault("last-terminator-missing", segment))
            yield segment
        elif rest:
            self._note("unfinished-segment", bytes=len(rest))
        elif self._text.strip(_BLANKS):
            self._note("control-z")
        self._advance(len(self._text))

    # -- the buffer -----------------------------------------------------------------------------------

    def _fill(self, wanted: int) -> int:
        """Have at least ``wanted`` characters at hand, as far as the stream goes; how many there are now."""
        have = len(self._text)
        if have >= wanted or self._ended:
            return have
        parts = [self._text]
        while have < wanted:
            chunk = self._stream.read(self._chunk_bytes)
            if not chunk:
                self._ended = True
                break
            self.bytes_read += len(chunk)
            have += len(chunk)
            parts.append(chunk.decode("latin-1"))
        self._text = "".join(parts)
        return have

    def _advance(self, count: int) -> None:
        passed = self._text[:count]
        if "\n" in passed:
            self._line += passed.count("\n")
            self._line_start = self._offset + passed.rindex("\n") + 1
        self._offset += count
        self._text = self._text[count:]

    def _note(self, kind: str, **facts: str | int) -> None:
        self._note_at(kind, self._offset, self._line, self._line_start, **facts)

    def _note_at(self, kind: str, offset: int, line: int, line_start: int, **facts: str | int) -> None:
        """Note a fault of form, the first time in an interchange."""
        if kind not in self._noted:
            self._noted.add(kind)
            spot = Segment("", self._ordinal, offset, line, line_start, Delimiters())
            self.faults.append(Fault(kind, spot, facts=facts))

    @property
    def noted(self) -> frozenset[str]:
        """The faults of form of this interchange."""
        return frozenset(self._noted)

    @property
    def position(self) -> Position:
        """Where it goes on, once what it had at hand has been read."""
        return Position(self._offset, self._line, self._line_start, self._ordinal)

    @property
    def segments_read(self) -> int:
        """How many segments have been read."""
        return self._ordinal

    def here(self) -> Segment:
        """Where the reader stands, as an empty segment: the end of the file once all is read."""
        return Segment("", self._ordinal + 1, self._offset, self._line, self._line_start, Delimiters())


def _in_capitals(segment: Segment) -> Segment:
    name, mark, rest = segment.text.partition(segment.delimiters.element)
    return msgspec.structs.replace(segment, text=f"{name.upper()}{mark}{rest}", _elements=None)
