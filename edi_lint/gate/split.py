"""Write the accepted and the rejected claims of an interchange, each as an interchange of their own.

Theory of operation. What is accepted or rejected whole (an interchange, a group, a transaction set) is copied byte for
byte. A set that is divided is written twice: its header, then of its levels (billing provider, subscriber, patient)
those with claims for this side, in their order, and those claims. Only numbers that are no longer true are changed:
HL01 and HL02 count anew, HL04 says 0 where no patient is left, SE01, GE01 and IEA01 count what is there. Claims are
never divided, so LX needs no change. A level without any claim goes to the rejected side: it is what is wrong there.

What becomes of a set is what the acknowledgements said of it (`acks.answer.Reply`); nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import BinaryIO

import msgspec

from ..acks import Reply
from ..acks.received import Answer
from .layout import CLAIM, PATIENT, PROVIDER, SUBSCRIBER, InterchangeSpan, Layout, SetSpan, Trailer, Units

__all__ = ["Splitter", "changed"]

_CHUNK = 1 << 20
_LONGEST_HEAD = 1 << 16
"""A segment whose numbers are changed is not longer than this by far: HL, SE, GE and IEA have four elements at most."""


class Share(IntEnum):
    """How much of something is accepted."""

    NONE, SOME, ALL = range(3)


class _Set(msgspec.Struct, frozen=True):
    span: SetSpan
    answer: Answer
    share: Share


class _Group(msgspec.Struct, frozen=True):
    start: int
    end: int
    sets: list[_Set]
    trailer: Trailer | None
    share: Share


class Splitter:
    """Writes to ``accepted`` and ``rejected`` what it reads from ``source``.

    ``fates`` has a byte for each claim: 1 if it is accepted, 0 if not.
    """

    def __init__(self, source: BinaryIO, layout: Layout, accepted: BinaryIO, rejected: BinaryIO) -> None:
        self._layout = layout
        self._sides = (_Side(source, accepted, True), _Side(source, rejected, False))
        self.fates = bytearray()

    def outside(self, start: int, end: int) -> None:
        """What stands outside any interchange is rejected."""
        self._sides[1].copy(start, end)

    def interchange(self, span: InterchangeSpan, reply: Reply) -> None:
        """Divide an interchange by what was replied to it."""
        groups = _groups(span, reply)
        for group in groups:
            for one in group.sets:
                self.fates += bytes(one.span.claims) if one.share == Share.NONE else one.answer.claims
        share = _together(group.share for group in groups)
        for side in self._sides:
            if side.share(share) == Share.ALL:
                side.copy(span.start, span.end)
            elif side.share(share) == Share.SOME:
                self._part_of_interchange(side, span, groups)

    def _part_of_interchange(self, side: _Side, span: InterchangeSpan, groups: Sequence[_Group]) -> None:
        side.begin(span)
        side.copy(span.start, groups[0].start)
        count = 0
        for group in groups:
            share = side.share(group.share)
            count += share != Share.NONE
            if share == Share.ALL:
                side.copy(group.start, group.end)
            elif share == Share.SOME:
                self._part_of_group(side, group)
        if (closing := _last(span.trailers, "IEA")) is not None:
            side.copy(closing.start, span.end, {1: count})

    def _part_of_group(self, side: _Side, group: _Group) -> None:
        side.copy(group.start, group.sets[0].span.start)
        count = 0
        for one in group.sets:
            share = side.share(one.share)
            count += share != Share.NONE
            if share == Share.ALL:
                side.copy(one.span.start, one.span.end)
            elif share == Share.SOME:
                self._part_of_set(side, one)
        if group.trailer is not None:
            side.copy(group.trailer.start, group.end, {1: count})

    def _part_of_set(self, side: _Side, one: _Set) -> None:
        span = one.span
        units = self._layout.units(span)
        behind = span.trailer.start if span.trailer is not None else span.end
        ends = [*units.starts[1:], behind]
        last = span.trailer.ordinal if span.trailer is not None else units.ordinals[-1]
        next_ordinals = [*units.ordinals[1:], last]
        side.copy(span.start, units.starts[0])
        segments = units.ordinals[0] - span.ordinal
        levels = 0
        above = [0, 0, 0, 0]
        """The new number of the open level of each kind."""
        for number, is_wanted in enumerate(_wanted(units, one.answer.claims, side)):
            if not is_wanted:
                continue
            kind = units.kinds[number]
            segments += next_ordinals[number] - units.ordinals[number]
            changes: dict[int, int] = {}
            if kind != CLAIM:
                levels += 1
                above[kind] = levels
                changes[1] = levels
                if kind != PROVIDER:
                    changes[2] = above[kind - 1]
                if kind == SUBSCRIBER and not is_wanted & _HAS_PATIENT:
                    changes[4] = 0
            side.copy(units.starts[number], ends[number], changes, "HL")
        if span.trailer is not None:
            side.copy(behind, span.end, {1: segments + 1})


class _Side:
    """One of the two sides: what it takes of something, and where it writes that."""

    def __init__(self, source: BinaryIO, out: BinaryIO, is_accepted: bool) -> None:
        self._source = source
        self._out = out
        self.is_accepted = is_accepted
        self._element = self._terminator = b""

    def share(self, accepted: Share) -> Share:
        """How much goes to this side of what is accepted in that share."""
        return accepted if self.is_accepted else Share(Share.ALL - accepted)

    def begin(self, span: InterchangeSpan) -> None:
        """The separators that segments have from here on."""
        self._element = span.delimiters.element.encode("latin-1")
        self._terminator = span.delimiters.terminator.encode("latin-1")

    def copy(self, start: int, end: int, changes: Mapping[int, int] = {}, only: str = "") -> None:
        """Write these bytes, the numbers in the first segment changed as asked (if it has the id ``only``)."""
        source = self._source
        source.seek(start)
        left = end - start
        if changes:
            head = source.read(min(left, _LONGEST_HEAD))
            left -= len(head)
            text, terminator, rest = head.partition(self._terminator)
            if not only or text.startswith(only.encode("ascii") + self._element):
                text = changed(text, self._element, changes)
            self._out.write(text + terminator + rest)
        while left > 0:
            chunk = source.read(min(left, _CHUNK))
            self._out.write(chunk)
            left -= len(chunk)


def changed(segment: bytes, separator: bytes, numbers: Mapping[int, int]) -> bytes:
    """A segment with other numbers in some of its elements. Line breaks inside it stay; a right number does, too."""
    elements = segment.split(separator)
    for position, number in numbers.items():
        if position >= len(elements):
            continue
        old = elements[position]
        value = old.translate(None, b"\r\n")
        if value.isdigit() and int(value) == number:
            continue
        at = next((place for place, byte in enumerate(old) if byte in b"\r\n"), len(old))
        breaks = bytes(byte for byte in old if byte in b"\r\n")
        new = str(number).encode("ascii")
        elements[position] = new[:at] + breaks + new[at:]
    return separator.join(elements)


# -- who gets what ----------------------------------------------------------------------------------------

_WANTED, _HAS_PATIENT = 1, 2


def _wanted(units: Units, fates: bytes, side: _Side) -> bytearray:
    """For each unit whether the side gets it: claims by their fate, levels by the claims below them."""
    wanted, below = bytearray(len(units.kinds)), bytearray(len(units.kinds))
    open_levels: list[int] = []
    levels: list[int] = []
    claim = 0
    for number, kind in enumerate(units.kinds):
        if kind != CLAIM:
            while open_levels and units.kinds[open_levels[-1]] >= kind:
                open_levels.pop()
            open_levels.append(number)
            levels.append(number)
            continue
        is_ours = bool(fates[claim]) == side.is_accepted
        claim += 1
        wanted[number] = is_ours
        for level in open_levels:
            below[level] = 1
            wanted[level] |= is_ours
        if is_ours:
            _note_patient(units, open_levels, wanted)
    if not side.is_accepted:
        _add_levels_without_claims(units, levels, below, wanted)
    return wanted


def _note_patient(units: Units, open_levels: Sequence[int], wanted: bytearray) -> None:
    if len(open_levels) > 1 and units.kinds[open_levels[-1]] == PATIENT:
        wanted[open_levels[-2]] |= _HAS_PATIENT


def _add_levels_without_claims(units: Units, levels: Sequence[int], below: bytearray, wanted: bytearray) -> None:
    open_levels: list[int] = []
    for number in levels:
        while open_levels and units.kinds[open_levels[-1]] >= units.kinds[number]:
            open_levels.pop()
        open_levels.append(number)
        if not below[number]:
            for level in open_levels:
                wanted[level] |= _WANTED
            _note_patient(units, open_levels, wanted)


def _groups(span: InterchangeSpan, reply: Reply) -> list[_Group]:
    """The groups with their sets, and how much is accepted of each."""
    received = reply.received.groups
    found: list[_Group] = []
    spans = iter(span.sets)
    members = [[(next(spans), answer) for answer in group.answers] for group in received]
    starts = [
        group.gs.offset if group.gs is not None else sets[0][0].start
        for group, sets in zip(received, members, strict=True)
    ]
    closing = _last(span.trailers, "IEA")
    ends = [*starts, closing.start if closing is not None else span.end][1:]
    for start, end, sets, is_out in zip(starts, ends, members, reply.rejected_groups, strict=True):
        divided = [_Set(one, answer, Share.NONE if is_out else _share(answer)) for one, answer in sets]
        trailer = next((one for one in span.trailers if one.id == "GE" and start < one.start < end), None)
        found.append(_Group(start, end, divided, trailer, _together(one.share for one in divided)))
    return found


def _share(answer: Answer) -> Share:
    if answer.verdict == "R":
        return Share.NONE
    if answer.has_wrong_level:
        return Share.SOME if any(answer.claims) else Share.NONE
    return Share.ALL if all(answer.claims) else Share.SOME if any(answer.claims) else Share.NONE


def _together(shares: Iterable[Share]) -> Share:
    """The share of a whole in which there are these; nothing is accepted of what is empty."""
    different = set(shares)
    if len(different) > 1:
        return Share.SOME
    return different.pop() if different else Share.NONE


def _last(trailers: Sequence[Trailer], name: str) -> Trailer | None:
    return next((trailer for trailer in reversed(trailers) if trailer.id == name), None)
