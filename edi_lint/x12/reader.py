"""Bytes in, segments out: a streaming reader of X12 interchanges.

Theory of operation. An interchange declares its own separators in its ISA, so reading alternates between
two states: *looking for an ISA* (`_open_interchange`) and *splitting at the terminator* (`_split`), which
ends at the IEA, at the next ISA or at the end of the stream. Only one chunk and the unfinished segment
at its end are held, whatever the size of the file. Where segments begin is counted as they pass (offset,
line); where an element lies is worked out later, from the segment, and only for findings.

Segments come in blocks. Text that is plain from end to end, with the same line break behind each segment, makes a
block at once (`_plain`), with no statement run for each segment; any other text is read piece by piece (`_pieces`).

What is read in spite of a fault of form (a byte order mark, blank segments, wrapped lines and so on) is put
into `Reader.faults`, once per kind and interchange; the caller takes the faults from there. The reader knows
no guide and no envelope counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, chain, count, repeat
from typing import Protocol, runtime_checkable

import msgspec

from .fault import Fault
from .segment import Delimiters, Segment
from .separators import as_used, declared, lower_case
from .sniff import sniff

__all__ = ["ByteStream", "Position", "Reader"]

CHUNK_BYTES = 1 << 18
_PRINTABLE = bytes(code for code in range(256) if chr(code).isprintable())
"""To take these out and see what is left takes a quarter of the time that `str.isprintable` takes."""
_BLOCK_BYTES = 1 << 18
"""So much is split at a time. Larger blocks were no faster, smaller ones up to a tenth slower."""
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
        return chain.from_iterable(self.blocks())

    def blocks(self) -> Iterator[list[Segment]]:
        """The segments, in order, as many at a time as are read at once; `faults` is that far ahead of them too."""
        if self._inside is not None:
            yield from self._segments(self._inside, begins=False)
        while (delimiters := self._open_interchange()) is not None:
            self.interchanges += 1
            yield from self._segments(delimiters)

    def _segments(self, delimiters: Delimiters, begins: bool = True) -> Iterator[list[Segment]]:
        split = self._split(delimiters, begins)
        if _LOWER_CASE not in self._noted:
            return split
        return ([_in_capitals(segment) for segment in block] for block in split)

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

    def _split(self, delimiters: Delimiters, begins: bool = True) -> Iterator[list[Segment]]:
        terminator = delimiters.terminator
        iea_start = "IEA" + delimiters.element
        before = self._ordinal if begins else self._ordinal - 1
        while True:
            end = self._text.find(terminator) + 1
            if self._ordinal > before:  # The ISA is read by itself: what follows is plain, as a rule.
                end = max(end, self._text.rfind(terminator, 0, _BLOCK_BYTES) + 1)
            if not end or end > LONGEST_SEGMENT + 1:
                have = len(self._text)
                if have > LONGEST_SEGMENT:
                    self._skip_segment(terminator)
                elif self._fill(have + 1) == have:
                    yield from self._unterminated(delimiters, iea_start)
                    return
                continue
            block, ended = self._plain(end, delimiters), False
            if block is None:
                block, ended = self._pieces(end, delimiters, before)
            if block:
                yield block
            if ended:
                return

    def _plain(self, end: int, delimiters: Delimiters) -> list[Segment] | None:
        """The text up to ``end`` or to an IEA before it, as segments; None if there is anything unusual in it."""
        terminator, element, text = delimiters.terminator, delimiters.element, self._text
        first = text.find(terminator) + 1
        gap = next(gap for gap in ("\n", "\r\n", "") if text.startswith(gap, first))
        if terminator == "\n":
            gap = ""
        between = terminator + gap
        isa_start, iea_start = "ISA" + element, "IEA" + element
        end = (text.find(between + iea_start, 0, end) + 1) or end
        parts = text[len(gap) : end - 1].split(between)
        whole = "".join(parts)
        if not text.startswith(gap) or not all(parts) or terminator in whole:
            return None
        if whole.encode("latin-1").translate(None, _PRINTABLE):
            return None
        if parts[0].startswith((" ", isa_start, iea_start)):
            return None
        if any(text.find(between + start, 0, end) >= 0 for start in (" ", isa_start)):
            return None
        sizes = map(len(between).__add__, map(len, parts))
        starts = list(accumulate(sizes, initial=self._offset + len(gap)))
        behind = starts.pop() - len(gap)
        line = self._line + (gap != "")
        lines: Iterable[int] = count(line)
        line_starts: Iterable[int] = starts
        if gap:
            self._line, self._line_start = line + len(parts) - 1, starts[-1]
        elif terminator == "\n":
            line_starts = [self._line_start, *starts[1:]]
            self._line, self._line_start = line + len(parts), behind
        else:
            lines, line_starts = repeat(line), repeat(self._line_start)
        block = list(map(Segment, parts, count(self._ordinal + 1), starts, lines, line_starts, repeat(delimiters)))
        self._ordinal += len(parts)
        self._offset = behind
        self._text = text[end:]
        return block

    def _pieces(self, end: int, delimiters: Delimiters, before: int) -> tuple[list[Segment], bool]:
        """The text up to ``end``, behind a terminator, as segments; and whether the interchange ends with it.

        ``before`` is the ordinal of the last segment in front of the interchange.
        """
        terminator = delimiters.terminator
        newline_ends = terminator == "\n"
        isa_start, iea_start = "ISA" + delimiters.element, "IEA" + delimiters.element
        block: list[Segment] = []
        start = begin = self._offset
        for piece in self._text[: end - 1].split(terminator):
            text, raw, at = piece, "", start
            if text[:1] == "\n":
                self._line += 1
                at = self._line_start = start + 1
                text = text[1:]
            here, here_start = self._line, self._line_start
            if text[:1] == " " or not text.isprintable():
                text, raw, at, here, here_start = self._tidy(text, at)
            if self._ordinal > before and text.startswith(isa_start):
                # An ISA before the IEA: what follows may have separators of its own.
                self._text = self._text[start - begin :]
                self._offset = start
                self._line, self._line_start = here - piece[: at - start].count("\n"), here_start
                return block, True
            start += len(piece) + 1
            if newline_ends:
                self._line += 1
                self._line_start = start
            if not text:
                self._note_at("blank-segment", at, here, here_start)
                continue
            self._ordinal += 1
            block.append(Segment(text, self._ordinal, at, here, here_start, delimiters, raw))
            if text.startswith(iea_start):
                self._offset, self._text = start, self._text[start - begin :]
                return block, True
        self._offset, self._text = start, self._text[end:]
        return block, False

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

    def _unterminated(self, delimiters: Delimiters, iea_start: str) -> Iterator[list[Segment]]:
        """What stands behind the last terminator: nothing, an IEA without terminator, or half a segment."""
        rest = self._text.strip(_BLANKS + _ENDINGS)
        if rest.startswith(iea_start):
            text, raw, at, line, line_start = self._tidy(self._text.rstrip(_BLANKS + _ENDINGS), self._offset)
            self._ordinal += 1
            segment = Segment(text, self._ordinal, at, line, line_start, delimiters, raw)
            self.faults.append(Fault("last-terminator-missing", segment))
            yield [segment]
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
