"""One X12 segment and where it stands in the file.

Knows delimiters and bytes, no loops and no guide. Text is the file's bytes read as Latin-1, so that
one character is one byte and every offset is a byte offset.
"""

from __future__ import annotations

import msgspec

__all__ = ["LONGEST_USUAL", "Delimiters", "Place", "Ref", "Segment"]

LONGEST_USUAL = 4096
"""Characters; no segment of the guide is longer. Longer ones are judged like any other, but nothing remembers them."""


class Delimiters(msgspec.Struct, frozen=True):
    """The four separators that an ISA declares; ``repetition`` is empty before version 00402."""

    element: str = "*"
    component: str = ":"
    repetition: str = "^"
    terminator: str = "~"


class Ref(msgspec.Struct, frozen=True):
    """An element position inside a segment, counted from 1; 0 means "the whole of it"."""

    element: int
    component: int = 0
    repetition: int = 0

    def name(self, segment_id: str) -> str:
        """The reference as people write it: ``SV101-2``."""
        tail = f"-{self.component}" if self.component else ""
        return f"{segment_id}{self.element:02d}{tail}"


class Place(msgspec.Struct, frozen=True):
    """A spot in the file as it lies on disk: 0-based byte offset, 1-based line and column."""

    offset: int
    line: int
    column: int


class Segment(msgspec.Struct, gc=False):
    """One segment: its text without terminator and line breaks, and where that text begins.

    ``raw`` is the text as it lies on disk; it differs from ``text`` only where a line was wrapped
    inside the segment. ``ordinal`` counts the segments of the file from 1.
    """

    text: str
    ordinal: int
    offset: int
    line: int
    line_start: int
    delimiters: Delimiters
    raw: str = ""
    _elements: list[str] | None = None

    @property
    def elements(self) -> list[str]:
        """The segment id and its elements: ``elements[2]`` is SV102."""
        if self._elements is None:
            self._elements = self.text.split(self.delimiters.element)
        return self._elements

    @property
    def id(self) -> str:
        """The segment identifier, such as ``SV1``."""
        return self.elements[0]

    def get(self, element: int, component: int = 0) -> str:
        """The value of an element (or of one component of it); empty when it is not there."""
        # As `elements`, without the call: this is asked more often than anything else.
        elements = self._elements
        if elements is None:
            elements = self._elements = self.text.split(self.delimiters.element)
        if element >= len(elements):
            return ""
        value = elements[element]
        if not component:
            return value
        parts = value.split(self.delimiters.component)
        return parts[component - 1] if component <= len(parts) else ""

    def value(self, ref: Ref) -> str:
        """The value at a reference; empty when it is not there."""
        if not ref.element:
            return self.text
        if not ref.repetition:
            return self.get(ref.element, ref.component)
        repetitions = self.get(ref.element).split(self.delimiters.repetition or "\0")
        if ref.repetition > len(repetitions):
            return ""
        parts = repetitions[ref.repetition - 1].split(self.delimiters.component)
        if not ref.component:
            return repetitions[ref.repetition - 1]
        return parts[ref.component - 1] if ref.component <= len(parts) else ""

    def span(self, ref: Ref | None) -> tuple[int, int]:
        """Where a reference begins in ``text`` and how long it is; the end of the segment if it is absent."""
        if ref is None or not ref.element:
            return 0, len(self.text)
        start, end = _nth(self.text, 0, len(self.text), self.delimiters.element, ref.element)
        if ref.repetition and self.delimiters.repetition:
            start, end = _nth(self.text, start, end, self.delimiters.repetition, ref.repetition - 1)
        if ref.component:
            start, end = _nth(self.text, start, end, self.delimiters.component, ref.component - 1)
        return start, end - start

    def place(self, ref: Ref | None = None) -> Place:
        """Where the segment, or one element of it, lies on disk."""
        start, _ = self.span(ref)
        if not self.raw:
            offset = self.offset + start
            return Place(offset, self.line, offset - self.line_start + 1)
        # Wrapped inside the segment: count off the line breaks that the text has lost.
        line, line_start, seen = self.line, self.line_start, 0
        for position, character in enumerate(self.raw):
            if character in "\r\n":
                if character == "\n":
                    line, line_start = line + 1, self.offset + position + 1
                continue
            if seen == start:
                return Place(self.offset + position, line, self.offset + position - line_start + 1)
            seen += 1
        end = self.offset + len(self.raw)
        return Place(end, line, end - line_start + 1)


def _nth(text: str, start: int, end: int, separator: str, n: int) -> tuple[int, int]:
    """The bounds of the n-th (from 0) part of ``text[start:end]``; an empty part at its end if there are fewer."""
    parts = text[start:end].split(separator, n + 1)
    if len(parts) <= n:
        return end, end
    start += sum(map(len, parts[:n])) + n * len(separator)
    return start, start + len(parts[n])
