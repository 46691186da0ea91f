"""How a business value is read from the segments of its loop, and how its place is told.

A record (`Record`) is a view of one loop instance. Each of its fields says once where its value stands, such as
``Text("SV1", 1, 2)`` for SV101-2; the value is read when it is first asked for and then kept, and
``record.at("procedure")`` gives the place. So no value is without a place, and what no rule asks for costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, ClassVar, Generic, Self, TypeVar, overload

import msgspec

from ..guide import Node, OpenLoop
from ..x12 import LONGEST_USUAL, Delimiters, Ref, Segment

__all__ = [
    "Amount",
    "Billed",
    "Components",
    "Day",
    "Field",
    "FirstDay",
    "LastDay",
    "Parts",
    "Record",
    "Spot",
    "Text",
    "find",
    "lazy",
    "missing_spot",
    "parse_day",
    "parse_decimal",
]

_MEMO_SIZE = 4096
"""Raw segments remembered for each place of the guide; beyond it the memo starts afresh."""
_MOST_PLANS = 512
"""Ways in which loops are made up, under all delimiters that turn up, that are remembered for a record class."""
_LONGEST_PLAN = 64
"""Segments; hardly two loops with more are made up alike."""

T = TypeVar("T")


class Spot(msgspec.Struct, frozen=True):
    """Where a finding points: a segment or an element of it; if ``missing``, what should stand before the segment."""

    segment: Segment
    ref: Ref | None
    loop: str
    segment_id: str
    anchor: Segment | None = None
    missing: bool = False


def find(loop: OpenLoop, segment_id: str, *qualifiers: str) -> Segment | None:
    """The first segment of the loop instance with this id and, if given, one of these values in element 01."""
    for number, node in enumerate(loop.nodes):
        if node.segment_id == segment_id:
            segment = loop.segments[number]
            if not qualifiers or segment.get(1) in qualifiers:
                return segment
    return None


def missing_spot(loop: OpenLoop, segment_id: str, qualifier: str = "", ref: Ref | None = None) -> Spot:
    """The place where a segment that the loop instance lacks should have been."""
    position = 0
    for member in loop.spec.members:
        if getattr(member, "segment_id", "") == segment_id and (
            not qualifier or qualifier in getattr(member, "codes", ())
        ):
            position = member.position
            break
    return Spot(_behind(loop, position), ref, loop.id, segment_id, loop.first, missing=True)


def missing_loop(loop: OpenLoop, wanted: str, segment_id: str = "NM1", ref: Ref | None = None) -> Spot:
    """The place inside a loop instance where a loop that is missing should have begun, with this segment."""
    position = next((inner.position for inner in loop.spec.members if getattr(inner, "id", "") == wanted), 0)
    return Spot(_behind(loop, position), ref, wanted, segment_id, loop.first, missing=True)


def _behind(loop: OpenLoop, position: int) -> Segment:
    """The first segment in or after a loop instance that belongs behind a position of the guide."""
    later = [segment for node, segment in zip(loop.nodes, loop.segments, strict=True) if node.position > position]
    later += [child.first for child in loop.children if child.spec.position > position]
    following = min(later, key=lambda segment: segment.ordinal) if later else loop.following
    return following or loop.first


class Field(Generic[T]):
    """A value of a record: segment (``DTP*472`` with its qualifier), element and component, and how to read it.

    ``loop`` names a loop directly inside the record's own where the segment stands. ``seldom`` says that few rules ask
    for it: then it is read by itself, and records that nobody asks stay small. ``distinct`` says that hardly two
    segments hold the same value: then it is not worth while to remember any.
    """

    def __init__(
        self,
        segment: str,
        element: int,
        component: int = 0,
        *,
        loop: str = "",
        seldom: bool = False,
        distinct: bool = False,
    ) -> None:
        self.segment_id, _, marks = segment.partition("*")
        self.qualifiers = tuple(marks.split("/")) if marks else ()
        self.ref = Ref(element, component)
        self.loop = loop
        self.name = ""
        self.distinct = distinct
        self.seldom = seldom

    def __set_name__(self, owner: type[Record], name: str) -> None:
        self.name = name

    @overload
    def __get__(self, record: None, owner: type) -> Self: ...
    @overload
    def __get__(self, record: Record, owner: type) -> T: ...
    def __get__(self, record: Record | None, owner: type) -> Self | T:
        if record is None:
            return self
        if self.seldom:
            segment = self.segment(record)
            alone: T = self.read(segment) if segment is not None else self.convert("")
            record.__dict__[self.name] = alone
            return alone
        # All others that stand in the same loop are read at once; the next one is found in the record itself.
        record.read_inner(self.loop)
        value: T = record.__dict__[self.name]
        return value

    def read(self, segment: Segment) -> T:
        """The value as the segment has it."""
        return self.convert(segment.get(self.ref.element, self.ref.component))

    def convert(self, text: str) -> T:
        """Turn the text of the element into the value."""
        raise NotImplementedError

    def text(self, record: Record) -> str:
        """The element as it was sent; empty if it is absent."""
        segment = self.segment(record)
        return segment.get(self.ref.element, self.ref.component) if segment is not None else ""

    def segment(self, record: Record) -> Segment | None:
        """The segment that the value stands in; None if it is absent."""
        loop = record.inner(self.loop) if self.loop else record.loop
        return find(loop, self.segment_id, *self.qualifiers) if loop is not None else None

    def spot(self, record: Record) -> Spot:
        """Where the value stands or should stand."""
        loop = (record.inner(self.loop) if self.loop else None) or record.loop
        segment = self.segment(record)
        if segment is None:
            return missing_spot(loop, self.segment_id, self.qualifiers[0] if self.qualifiers else "", self.ref)
        return Spot(segment, self.ref, loop.id, self.segment_id, loop.first)


class Source:
    """A segment that fields of one record class stand in."""

    __slots__ = ("_fields", "_plain", "distinct", "qualifiers", "segment_id")

    def __init__(self, segment_id: str, qualifiers: tuple[str, ...]) -> None:
        self.segment_id = segment_id
        self.qualifiers = qualifiers
        self._plain: list[tuple[str, int]] = []
        """Fields that are a whole element as it was sent: name and position. Most are, and they need no call."""
        self._fields: list[Field[Any]] = []
        """The other fields."""
        self.distinct = False
        """Whether hardly two segments hold the same."""

    def add(self, field: Field[Any]) -> None:
        """Let ``field`` be read with the others."""
        self.distinct = self.distinct or field.distinct
        if type(field) is Text and not field.ref.component:
            self._plain.append((field.name, field.ref.element))
        else:
            self._fields.append(field)

    def may_be(self, node: Node) -> bool:
        """Whether the segment may stand at this place of the guide."""
        if node.segment_id != self.segment_id:
            return False
        return not self.qualifiers or not node.codes or not node.codes.isdisjoint(self.qualifiers)

    def read(self, segment: Segment, values: dict[str, Any]) -> None:
        """Put in the values of all fields, by name; none if the segment has another qualifier."""
        elements = segment.elements
        count = len(elements)
        if self.qualifiers and (count < 2 or elements[1] not in self.qualifiers):
            return
        for name, position in self._plain:
            values[name] = elements[position] if position < count else ""
        for field in self._fields:
            values[field.name] = field.read(segment)


class _Known(dict[str, dict[str, Any]]):
    """The values of raw segments at one place of the guide, by the names of the fields; reads what it does not know."""

    def __init__(self, sources: list[Source], delimiters: Delimiters) -> None:
        super().__init__()
        self._sources = sources
        self._delimiters = delimiters

    def __missing__(self, text: str) -> dict[str, Any]:
        if len(self) >= _MEMO_SIZE:
            self.clear()
        found: dict[str, Any] = {}
        segment = Segment(text, 0, 0, 0, 0, self._delimiters)
        for source in self._sources:
            source.read(segment, found)
        if len(text) <= LONGEST_USUAL:
            self[text] = found
        return found


_Plan = tuple[list[tuple[int, _Known]], list[tuple[int, Source]]]
"""What to read from which segments of a loop: what may be known, and what is never the same twice."""


class View:
    """The sources of one record class that stand in one loop: the record's own, or one directly inside it.

    A batch repeats itself here too. Which segments of a loop to read is remembered for its places of the guide, and
    what was read from a raw segment at its place, so that the next such segment costs one look-up.
    """

    __slots__ = ("_absent", "_known", "_plans", "_sources")

    def __init__(self) -> None:
        self._sources: list[Source] = []
        self._absent: dict[str, Any] = {}
        self._plans: dict[tuple[Node, ...], _Plan] = {}
        """By the places of a loop's segments."""
        self._known: dict[Node, _Known] = {}

    def add(self, field: Field[Any]) -> None:
        """Let ``field`` be read with the others."""
        key = field.segment_id, field.qualifiers
        for source in self._sources:
            if (source.segment_id, source.qualifiers) == key:
                break
        else:
            source = Source(*key)
            self._sources.append(source)
        source.add(field)
        self._absent[field.name] = field.convert("")

    def values(self, loop: OpenLoop | None) -> dict[str, Any]:
        """The values of all fields in a loop instance, by name; where a segment is repeated, those of the first."""
        found = self._absent.copy()
        if loop is None:
            return found
        nodes = tuple(loop.nodes)
        known, distinct = self._plans.get(nodes) or self._plan(nodes, loop.segments)
        segments = loop.segments
        for number, values in known:
            found |= values[segments[number].text]
        for number, source in distinct:
            source.read(segments[number], found)
        return found

    def _plan(self, nodes: tuple[Node, ...], segments: list[Segment]) -> _Plan:
        if len(self._plans) >= _MOST_PLANS:
            self._plans.clear()
            self._known.clear()
        plan: _Plan = [], []
        known, distinct = plan
        # The last one first: where a segment is repeated, its first value stays.
        for number, node in reversed(list(enumerate(nodes))):
            sources = [source for source in self._sources if source.may_be(node)]
            if any(source.distinct for source in sources):
                distinct += [(number, source) for source in sources]
            elif sources:
                if node not in self._known:
                    self._known[node] = _Known(sources, segments[number].delimiters)
                known.append((number, self._known[node]))
        if len(nodes) <= _LONGEST_PLAN:
            self._plans[nodes] = plan
        return plan


class Text(Field[str]):
    """A value as it was sent; empty when absent."""

    def convert(self, text: str) -> str:
        return text


class Parts(Field[tuple[str, ...]]):
    """Components of a composite, from the one named on up to ``last``; those that are empty are left out."""

    def __init__(self, segment: str, element: int, first: int, last: int) -> None:
        super().__init__(segment, element, first)
        self.last = last

    def read(self, segment: Segment) -> tuple[str, ...]:
        parts = segment.get(self.ref.element).split(segment.delimiters.component)
        return tuple(part for part in parts[self.ref.component - 1 : self.last] if part)

    def convert(self, text: str) -> tuple[str, ...]:
        return (text,) if text else ()


class Components(Field[tuple[str, ...]]):
    """The components of a composite, empty ones included; nothing behind the last that is filled."""

    def read(self, segment: Segment) -> tuple[str, ...]:
        sent = segment.get(self.ref.element)
        return tuple(sent.split(segment.delimiters.component)) if sent else ()

    def convert(self, text: str) -> tuple[str, ...]:
        return (text,) if text else ()


class Billed(Field[tuple[str, tuple[str, ...], int | str, int | str]]):
    """What SV1 that bill the same have in common: procedure, modifiers, charge and units, however they are written.

    For charge and units stand hashes of the numbers, which are the same in every process.
    """

    def read(self, segment: Segment) -> tuple[str, tuple[str, ...], int | str, int | str]:
        _, procedure, *more = (*segment.get(1).split(segment.delimiters.component), "")
        charge, units = segment.get(2), segment.get(4)
        amounts = parse_decimal(charge), parse_decimal(units)
        return (
            procedure,
            tuple(sorted(filter(None, more[:4]))),
            charge if amounts[0] is None else hash(amounts[0]),
            units if amounts[1] is None else hash(amounts[1]),
        )

    def convert(self, text: str) -> tuple[str, tuple[str, ...], int | str, int | str]:
        return text, (), "", ""


class Amount(Field[Decimal | None]):
    """A number or an amount of money in dollars; None when absent or not a number."""

    def convert(self, text: str) -> Decimal | None:
        return parse_decimal(text)


class Day(Field[date | None]):
    """A calendar date, CCYYMMDD; None when absent or no date."""

    def convert(self, text: str) -> date | None:
        return parse_day(text)


class FirstDay(Day):
    """The first day of a date or of a range (D8 or RD8)."""

    def convert(self, text: str) -> date | None:
        return parse_day(text.partition("-")[0])


class LastDay(Day):
    """The last day of a range; the day itself where there is no range."""

    def convert(self, text: str) -> date | None:
        return parse_day(text.rpartition("-")[2])


class lazy(Generic[T]):  # noqa: N801 - used as a decorator
    """A property that is worked out once, when it is first asked for, and then kept on the record."""

    def __init__(self, work_out: Callable[[Any], T]) -> None:
        self.work_out = work_out
        self.__doc__ = work_out.__doc__
        self.name = work_out.__name__

    @overload
    def __get__(self, record: None, owner: type) -> Self: ...
    @overload
    def __get__(self, record: object, owner: type) -> T: ...
    def __get__(self, record: object | None, owner: type) -> Self | T:
        if record is None:
            return self
        value = record.__dict__[self.name] = self.work_out(record)
        return value


class Record:
    """A view of one loop instance of the file. Records are not changed after they are made."""

    of: ClassVar[str] = ""
    """The guide's name of the loop."""

    _fields: ClassVar[dict[str, Field[Any]]] = {}
    _views: ClassVar[dict[str, View]] = {}
    """The fields that are read together, by the loop inside the record's own that they stand in."""

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Field)}
        cls._fields = {**cls._fields, **own}
        cls._views = {"": View()}
        for field in cls._fields.values():
            if not field.seldom:
                cls._views.setdefault(field.loop, View()).add(field)
        for name, field in own.items():
            if not (field.seldom or field.loop):
                # Every record has the value itself. What its class has too, Python finds three times as slowly.
                delattr(cls, name)

    def __init__(self, loop: OpenLoop) -> None:
        # What stands in the loop itself somebody always asks for.
        self.__dict__ = self._views[""].values(loop)
        self.loop = loop

    def read_inner(self, loop_id: str) -> None:
        """Read all fields that stand in a loop directly inside the record's own."""
        self.__dict__.update(self._views[loop_id].values(self.inner(loop_id)))

    def inner(self, loop_id: str) -> OpenLoop | None:
        """The first loop of this id directly inside the record's own."""
        for child in self.loop.children:
            if child.spec.id == loop_id:
                return child
        return None

    def at(self, name: str) -> Spot:
        """The place of the field ``name``. Raises AttributeError if the record has no such field."""
        field = self._fields.get(name)
        if field is None:
            raise AttributeError(f"{type(self).__name__}.{name} is not a field")
        return field.spot(self)

    def sent(self, name: str) -> str:
        """The field ``name`` exactly as it stands in the file; empty when absent."""
        return self._fields[name].text(self)

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
