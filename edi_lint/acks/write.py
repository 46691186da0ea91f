"""Write X12: segments under the delimiters of the input, and the envelope around them, with its numbers and counts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import msgspec

from ..x12 import Delimiters
from .options import Options
from .received import Group, Interchange

__all__ = ["GroupText", "Writer", "document", "money", "writer_for"]

Element = str | tuple[str, ...]

_USUAL = msgspec.structs.astuple(Delimiters(element="*|+;", component=":>;|", repetition="^!`|", terminator="~';\x1c"))
"""For an input that has no separator, or one that will not do: the first that is not in use."""
_OF_VALUES = ".-"
"""Amounts and ranges of days are written with them, so they separate nothing in an answer."""
_LARGEST = 999_999_999
_QUALIFIERS = "[0-2][0-9]|3[0-8]|AM|NR|SA|SN|ZZ"
_ISA_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)


class GroupText(msgspec.Struct, frozen=True):
    """A functional group to write: its kind (GS01), its guide (GS08), whom it answers, and its sets from ST03 on."""

    kind: str
    guide: str
    answers: Group
    set_id: str
    sets: Sequence[Iterable[str]]


class Writer:
    """Writes segments under one set of delimiters."""

    def __init__(self, delimiters: Delimiters, line_breaks: bool = True) -> None:
        self.delimiters = delimiters = _fit(delimiters)
        self._reserved = frozenset(msgspec.structs.astuple(delimiters))
        self._end = delimiters.terminator + ("\n" if line_breaks and delimiters.terminator not in "\r\n" else "")

    def segment(self, name: str, *elements: Element) -> str:
        """A segment; what is empty at its end, or at the end of a composite, is left off."""
        texts = [name, *(self._text(element) for element in elements)]
        while not texts[-1]:
            texts.pop()
        return self.delimiters.element.join(texts)

    def text(self, segments: Iterable[str]) -> Iterator[str]:
        """Segments with their terminators."""
        return (f"{segment}{self._end}" for segment in segments)

    def clean(self, value: str, limit: int) -> str:
        """A value that may stand in an element: plain ASCII without delimiters, blanks closed up, cut to the limit."""
        if not value.isascii():
            value = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode("ascii")
        kept = "".join(" " if mark in self._reserved or not " " <= mark <= "~" else mark for mark in value)
        return " ".join(kept.split())[:limit].strip()

    def copied(self, value: str, limit: int) -> str:
        """A value as it was sent; empty if it cannot stand in an element as it is."""
        usable = value.isascii() and value.isprintable() and self._reserved.isdisjoint(value)
        return value[:limit].strip() if usable else ""

    def _text(self, element: Element) -> str:
        if isinstance(element, str):
            return element
        parts = list(element)
        while parts and not parts[-1]:
            parts.pop()
        return self.delimiters.component.join(parts)


def _fit(delimiters: Delimiters) -> Delimiters:
    """The delimiters with which an answer can be written: those of the input, as far as they will do."""
    marks = [mark if mark not in _OF_VALUES else "" for mark in msgspec.structs.astuple(delimiters)]
    for place, usual in enumerate(_USUAL):
        marks[place] = marks[place] or next(mark for mark in usual if mark not in marks)
    return Delimiters(*marks)


def writer_for(interchange: Interchange) -> Writer:
    """A writer that does as the input did: its delimiters, and line breaks if it had them."""
    return Writer(interchange.isa.delimiters, interchange.broken_lines)


def money(amount: Decimal) -> str:
    """An amount as X12 writes it: no exponent, no zeros behind the last digit."""
    text = f"{amount:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def document(
    interchange: Interchange, options: Options, number: int, groups: Sequence[GroupText], ta1: Sequence[str] = ()
) -> Iterator[str]:
    """A whole interchange in answer to ``interchange``, piece by piece; sender and receiver change places."""
    writer = writer_for(interchange)
    return writer.text(_interchange(writer, interchange, options, number, groups, ta1))


def _interchange(
    writer: Writer,
    interchange: Interchange,
    options: Options,
    number: int,
    groups: Sequence[GroupText],
    ta1: Sequence[str],
) -> Iterator[str]:
    yield _isa(writer, interchange, options, number)
    yield from ta1
    for offset, group in enumerate(groups):
        yield from _group(writer, group, options, (number + offset - 1) % _LARGEST + 1)
    yield writer.segment("IEA", str(len(groups)), f"{number:09d}")


def _isa(writer: Writer, interchange: Interchange, options: Options, number: int) -> str:
    isa = interchange.isa
    values: tuple[str, ...] = (
        "00",
        "",
        "00",
        "",
        isa.get(7),
        isa.get(8),
        isa.get(5),
        isa.get(6),
        f"{options.now:%y%m%d}",
        f"{options.now:%H%M}",
        writer.delimiters.repetition,
        "00501",
        f"{number:09d}",
        "0",
        isa.get(15) if isa.get(15) in ("P", "T") else "P",
        writer.delimiters.component,
    )
    # What is not even X12's is "mutually defined".
    values = tuple(
        value if number not in (4, 6) or re.fullmatch(_QUALIFIERS, value) else "ZZ"
        for number, value in enumerate(values)
    )
    padded = [
        f"{value if width == 1 else writer.clean(value, width):<{width}}"
        for value, width in zip(values, _ISA_WIDTHS, strict=True)
    ]
    return writer.delimiters.element.join(["ISA", *padded])


def _group(writer: Writer, group: GroupText, options: Options, number: int) -> Iterator[str]:
    gs, now = group.answers.gs, options.now
    sender, receiver = (gs.get(3), gs.get(2)) if gs is not None else ("", "")
    names = [name if len(name) > 1 else "UNKNOWN" for name in (writer.clean(sender, 15), writer.clean(receiver, 15))]
    moment = f"{now:%Y%m%d}", f"{now:%H%M}"
    yield writer.segment("GS", group.kind, *names, *moment, str(number), "X", group.guide)
    for position, body in enumerate(group.sets, 1):
        control, count = f"{position:04d}", 2
        yield writer.segment("ST", group.set_id, control, group.guide)
        for segment in body:
            yield segment
            count += 1
        yield writer.segment("SE", str(count), control)
    yield writer.segment("GE", str(len(group.sets)), str(number))
