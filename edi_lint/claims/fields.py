"""How a business value is read from the segments of its loop, and how its place is told.

A record (`Record`) is a view of one loop instance. Each of its fields says once where its value stands, such as
``Text("SV1", 1, 2)`` for SV101-2; the value is read when it is first asked for and then kept, and
``record.at("procedure")`` gives the place. So no value is without a place, and what no rule asks for costs nothing.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, ClassVar, Generic, Self, TypeVar, overload

import msgspec

from ..guide import OpenLoop
from ..x12 import Ref, Segment

__all__ = ["Amount", "Day", "Field", "Record", "Spot", "Text", "find", "parse_day", "parse_decimal"]

T = TypeVar("T")


class Spot(msgspec.Struct, frozen=True):
    """Where a finding points: a segment or an element of it. If ``missing``, it is what should stand before ``segment``."""

    segment: Segment
    ref: Ref | None
    loop: str
    segment_id: str
    anchor: Segment | None = None
    missing: bool = False


def find(loop: OpenLoop, segment_id: str, *qualifiers: str) -> Segment | None:
    """The first segment of the loop instance with this id and, if given, one of these values in element 01."""
    for node, segment in zip(loop.nodes, loop.segments, strict=True):
        if node.segment_id == segment_id and (not qualifiers or segment.get(1) in qualifiers):
            return segment
    return None


def missing_spot(loop: OpenLoop, segment_id: str, qualifier: str = "", ref: Ref | None = None) -> Spot:
    """The place where a segment that the loop instance lacks should have been."""
    position = 0
    for member in loop.spec.members:
        if getattr(member, "segment_id", "") == segment_id and (not qualifier or qualifier in getattr(member, "codes", ())):
            position = member.position
            break
    later = [segment for node, segment in zip(loop.nodes, loop.segments, strict=True) if node.position > position]
    later += [child.first for child in loop.children if child.spec.position > position]
    following = min(later, key=lambda segment: segment.ordinal) if later else loop.following
    return Spot(following or loop.first, ref, loop.id, segment_id, loop.first, missing=True)


class Field(Generic[T]):
    """A value of a record: segment (``DTP*472`` with its qualifier), element and component, and how to read it.

    ``loop`` names a loop directly inside the record's own where the segment stands.
    """

    def __init__(self, segment: str, element: int, component: int = 0, *, loop: str = "") -> None:
        self.segment_id, _, marks = segment.partition("*")
        self.qualifiers = tuple(marks.split("/")) if marks else ()
        self.ref = Ref(element, component)
        self.loop = loop
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, record: None, owner: type) -> Self: ...
    @overload
    def __get__(self, record: Record, owner: type) -> T: ...
    def __get__(self, record: Record | None, owner: type) -> Self | T:
        if record is None:
            return self
        value = self.read(self.text(record))
        record.__dict__[self.name] = value
        return value

    def read(self, text: str) -> T:
        """Turn the text of the element into the value."""
        raise NotImplementedError

    def text(self, record: Record) -> str:
        """The element as it was sent; empty if it is absent."""
        segment = self.segment(record)
        return segment.get(self.ref.element, self.ref.component) if segment is not None else ""

    def segment(self, record: Record) -> Segment | None:
        """The segment that the value stands in."""
        loop = record.inner(self.loop) if self.loop else record.loop
        return find(loop, self.segment_id, *self.qualifiers) if loop is not None else None

    def spot(self, record: Record) -> Spot:
        """Where the value stands or should stand."""
        loop = (record.inner(self.loop) if self.loop else None) or record.loop
        segment = self.segment(record)
        if segment is None:
            return missing_spot(loop, self.segment_id, self.qualifiers[0] if self.qualifiers else "", self.ref)
        return Spot(segment, self.ref, loop.id, self.segment_id, loop.first)


class Text(Field[str]):
    """A value as it was sent; empty when absent."""

    def read(self, text: str) -> str:
        return text


class Amount(Field[Decimal | None]):
    """A number or an amount of money in dollars; None when absent or not a number."""

    def read(self, text: str) -> Decimal | None:
        return parse_decimal(text)


class Day(Field[date | None]):
    """A calendar date, CCYYMMDD; None when absent or no date."""

    def read(self, text: str) -> date | None:
        return parse_day(text)


class Record:
    """A view of one loop instance of the file. Records are not changed after they are made."""

    of: ClassVar[str] = ""
    """The guide's name of the loop."""

    def __init__(self, loop: OpenLoop) -> None:
        self.loop = loop

    def inner(self, loop_id: str) -> OpenLoop | None:
        """The first loop of this id directly inside the record's own."""
        for child in self.loop.children:
            if child.spec.id == loop_id:
                return child
        return None

    def at(self, name: str) -> Spot:
        """The place of the field ``name``. Raises AttributeError if the record has no such field."""
        field: Field[Any] | None = getattr(type(self), name)
        if not isinstance(field, Field):
            raise AttributeError(f"{type(self).__name__}.{name} is not a field")
        return field.spot(self)

    def sent(self, name: str) -> str:
        """The field ``name`` exactly as it stands in the file; empty when absent."""
        field = getattr(type(self), name)
        assert isinstance(field, Field)
        return field.text(self)

    @property
    def head(self) -> Spot:
        """The segment that opens the loop."""
        segment = self.loop.first
        return Spot(segment, None, self.loop.id, segment.id, segment)


@lru_cache(maxsize=4096)
def parse_decimal(text: str) -> Decimal | None:
    """An X12 number; None if it is none."""
    if not text or not text.isascii() or "_" in text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


@lru_cache(maxsize=4096)
def parse_day(text: str) -> date | None:
    """A date written CCYYMMDD; None if it is none."""
    if len(text) != 8 or not text.isascii() or not text.isdigit():
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
