"""Single faults, made on purpose: every way in which a batch goes wrong in transit or in the making, one at a time.

`mutations(text, count, seed)` gives the same faults for the same arguments, always. Each changes one thing of a clean
batch and keeps the rest right: where a segment comes or goes, SE01 is counted anew, so that the count is no second
fault. The batch must have one segment per line, as the fixtures have. Knows no guide: what a segment may hold is
guessed from what others of its kind hold.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["ENVELOPE", "KINDS", "Mutation", "counted", "mutations"]

ENVELOPE = frozenset({"ISA", "GS", "ST", "SE", "GE", "IEA"})
_UNKNOWN = ("ZZZ", "ABC", "N1", "HCP1", "CLN", "X")
_QUALIFIERS = {
    "BHT": ("0018", "0020"),
    "CTP": ("",),
    "DMG": ("D6", "RD8", "XX"),
    "DTP": ("435", "431", "471", "472", "473", "573", "434", "096", "96"),
    "HI": ("ABK", "ABF", "BK", "BF", "BG", "BP", "DR", "BE"),
    "HL": ("19", "21"),
    "LIN": ("ND", "EN"),
    "NM1": ("85", "87", "82", "DN", "77", "IL", "QC", "PR", "41", "40", "DQ", "PE", "1P", "X"),
    "PAT": ("18", "20"),
    "PER": ("BL", "EA"),
    "PRV": ("BI", "PE", "AT", "PT"),
    "REF": ("EI", "SY", "D9", "F8", "G1", "6R", "0B", "1W", "ZZ", "EA"),
    "SBR": ("P", "S", "T", "U", "X", "Q"),
    "SV1": ("ER", "IV", "WK", "QQ"),
    "AMT": ("A8", "EAF", "D", "T", "X"),
    "CAS": ("CO", "XX"),
}
"""Element 1 (of a composite: its first component) of each segment: values that are right elsewhere, or nowhere."""
_CHARACTERS = ("\t", "\x07", "\x1d", "\xc9", "^", ":", "`", "\x00", "|", "\n", "\r\n", "{", "\x7f")

_DRAWS = 30
"""After so many draws without a new fault, a kind is taken as used up."""


class Mutation(msgspec.Struct, frozen=True):
    """One fault. ``segment`` is the ordinal, in the changed text, of the segment touched, or that now stands there."""

    kind: str
    description: str
    text: str
    segment: int
    segment_id: str
    element: int = 0
    component: int = 0


class _Batch:
    """A batch cut into segments and elements, to be changed once and put together again."""

    def __init__(self, text: str, chance: random.Random) -> None:
        self.segments = text.replace("\n", "").split("~")[:-1]
        self.chance = chance
        self.ids = [segment.partition("*")[0] for segment in self.segments]
        self.body = [number for number, name in enumerate(self.ids) if name not in ENVELOPE]

    def one(self, *names: str) -> int:
        """The place of a segment of the body, or of one that has one of these ids."""
        places = [number for number, name in enumerate(self.ids) if name in names] if names else self.body
        return self.chance.choice(places)

    def of(self, place: int) -> list[str]:
        return self.segments[place].split("*")

    def value(self, filled: bool = True) -> tuple[int, int]:
        """A segment and an element of it, of any but an ISA."""
        places = [place for place, name in enumerate(self.ids) if name != "ISA" and "*" in self.segments[place]]
        while True:
            place = self.chance.choice(places)
            elements = self.of(place)
            position = self.chance.randrange(1, len(elements))
            if elements[position] or not filled:
                return place, position
            if not any(elements[1:]):
                places.remove(place)

    def composite(self) -> tuple[int, int]:
        """A segment and an element of it that is, or may be, a composite."""
        places = [
            (place, position)
            for place, segment in enumerate(self.segments)
            for position, value in enumerate(segment.split("*"))
            if position and ":" in value and not segment.startswith("ISA")
        ]
        return self.chance.choice(places)


class _Change(msgspec.Struct):
    """The segments after the change, the place in them, and what was done there. None where the fault does not fit."""

    segments: list[str]
    place: int
    description: str
    element: int = 0
    component: int = 0


def mutations(text: str, count: int, seed: int = 0, kinds: tuple[str, ...] = ()) -> Iterator[Mutation]:
    """Give ``count`` different faults of ``text``: all kinds (or these) in turn, each at a place drawn with ``seed``.

    Fewer, where the text has no more of them.
    """
    chance = random.Random(seed)
    seen = {text}
    left = list(kinds or KINDS)
    while left:
        for kind in tuple(left):
            if len(seen) > count:
                return
            drawn = (_mutation(kind, _Batch(text, chance)) for _ in range(_DRAWS))
            found = next((mutation for mutation in drawn if mutation is not None and mutation.text not in seen), None)
            if found is None:
                left.remove(kind)
            else:
                seen.add(found.text)
                yield found


def _mutation(kind: str, batch: _Batch) -> Mutation | None:
    try:
        if kind in _WHOLE:
            return _WHOLE[kind](kind, batch)
        change = _CHANGES[kind](batch)
    except (LookupError, ValueError):
        return None  # The batch has nothing that could go wrong in this way.
    if change is None:
        return None
    segments = counted(change.segments) if kind.startswith("segment") else change.segments
    name = segments[change.place].partition("*")[0] if change.place < len(segments) else ""
    text = _joined(segments)
    return Mutation(kind, change.description, text, change.place + 1, name, change.element, change.component)


def _joined(segments: list[str]) -> str:
    return "".join(f"{segment}~\n" for segment in segments)


def counted(segments: list[str]) -> list[str]:
    """The segments with every SE01 counted anew."""
    found, start = list(segments), 0
    for place, segment in enumerate(segments):
        if segment.startswith("ST*837*"):
            start = place
        elif segment.startswith("SE*"):
            found[place] = "*".join(["SE", str(place - start + 1), *segment.split("*")[2:]])
    return found


# -- whole segments ---------------------------------------------------------------------------------------


def _drop(batch: _Batch) -> _Change | None:
    place = batch.one()
    left = batch.segments[:place] + batch.segments[place + 1 :]
    return _Change(left, place, f"{_name(batch, place)} dropped")


def _double(batch: _Batch) -> _Change | None:
    place = batch.one()
    more = batch.segments[: place + 1] + batch.segments[place:]
    return _Change(more, place + 1, f"{_name(batch, place)} sent twice")


def _swap(batch: _Batch) -> _Change | None:
    place = batch.chance.choice(batch.body[:-1])
    changed = list(batch.segments)
    changed[place], changed[place + 1] = changed[place + 1], changed[place]
    if batch.ids[place + 1] in ENVELOPE:
        return None
    return _Change(changed, place, f"{_name(batch, place)} changed places with {_name(batch, place + 1)}")


def _move(batch: _Batch) -> _Change | None:
    start, to = batch.one(), batch.one()
    changed = list(batch.segments)
    changed.insert(to, changed.pop(start))
    return _Change(changed, min(start, to), f"{_name(batch, start)} moved to place {to + 1}")


def _copy(batch: _Batch) -> _Change | None:
    start, to = batch.one(), batch.one()
    changed = [*batch.segments[:to], batch.segments[start], *batch.segments[to:]]
    return _Change(changed, to, f"a copy of {_name(batch, start)} put before {_name(batch, to)}")


def _insert(batch: _Batch) -> _Change | None:
    to, name = batch.one(), batch.chance.choice(_UNKNOWN)
    changed = [*batch.segments[:to], f"{name}*1*2", *batch.segments[to:]]
    return _Change(changed, to, f"{name} put before {_name(batch, to)}")


def _rename(batch: _Batch) -> _Change | None:
    place, name = batch.one(), batch.chance.choice(_UNKNOWN)
    return _replaced(batch, place, "*".join([name, *batch.of(place)[1:]]), f"renamed to {name}")


def _mistake(batch: _Batch) -> _Change | None:
    place, other = batch.one(), batch.one()
    name = batch.ids[other]
    return _replaced(batch, place, "*".join([name, *batch.of(place)[1:]]), f"renamed to {name}")


def _lower(batch: _Batch) -> _Change | None:
    place = batch.one()
    return _replaced(batch, place, "*".join([batch.ids[place].lower(), *batch.of(place)[1:]]), "in lower case")


def _strip(batch: _Batch) -> _Change | None:
    place = batch.one()
    return _replaced(batch, place, batch.ids[place] + batch.chance.choice(("", "*")), "without its elements")


def _break(batch: _Batch) -> _Change | None:
    place = batch.one()
    text = batch.segments[place]
    at = batch.chance.randrange(1, len(text))
    if not text[at:].strip("*:"):
        return None
    broken = [*batch.segments[:place], text[:at], text[at:], *batch.segments[place + 1 :]]
    return _Change(broken, place, f"a terminator in the middle of {_name(batch, place)}: {text[:at]!r}, {text[at:]!r}")


def _join_segments(batch: _Batch) -> _Change | None:
    place = batch.chance.choice(batch.body[:-1])
    both = batch.segments[place] + batch.segments[place + 1]
    left = [*batch.segments[:place], both, *batch.segments[place + 2 :]]
    if batch.ids[place + 1] in ENVELOPE:
        return None
    return _Change(left, place, f"the terminator of {_name(batch, place)} lost")


def _replaced(batch: _Batch, place: int, new: str, how: str) -> _Change | None:
    changed = list(batch.segments)
    changed[place] = new
    return _Change(changed, place, f"{_name(batch, place)} {how}")


def _name(batch: _Batch, place: int) -> str:
    return f"segment {place + 1} ({batch.segments[place][:18]})"


# -- elements and components ------------------------------------------------------------------------------


def _element(batch: _Batch, place: int, position: int, new: str, how: str, component: int = 0) -> _Change | None:
    elements = batch.of(place)
    old = elements[position]
    elements[position] = new
    changed = list(batch.segments)
    changed[place] = "*".join(elements)
    mark = f"-{component}" if component else ""
    what = f"{elements[0]}{position:02d}{mark} of segment {place + 1} {how}: {old!r} -> {new!r}"
    return _Change(changed, place, what, position, component)


def _part(batch: _Batch, change: Callable[[str], str], how: str) -> _Change | None:
    place, position = batch.composite()
    parts = batch.of(place)[position].split(":")
    number = batch.chance.randrange(len(parts))
    parts[number] = change(parts[number])
    return _element(batch, place, position, ":".join(parts), how, number + 1)


def _blank(batch: _Batch) -> _Change | None:
    place, position = batch.value()
    return _element(batch, place, position, "", "left empty")


def _blanks(batch: _Batch) -> _Change | None:
    place, position = batch.value()
    return _element(batch, place, position, " " * batch.chance.choice((1, 3)), "filled with blanks")


def _lengthen(batch: _Batch) -> _Change | None:
    place, position = batch.value()
    old = batch.of(place)[position]
    tail = "9" if old.isdigit() else "A"
    return _element(batch, place, position, old + tail * batch.chance.choice((1, 2, 8, 61, 300)), "lengthened")


def _shorten(batch: _Batch) -> _Change | None:
    place, position = batch.value()
    old = batch.of(place)[position]
    return _element(batch, place, position, batch.chance.choice((old[:1], old[:-1], old[1:])), "shortened")


def _case(batch: _Batch) -> _Change | None:
    place, position = batch.value()
    old = batch.of(place)[position]
    return _element(batch, place, position, batch.chance.choice((old.lower(), old.capitalize())), "in another case")


def _code(batch: _Batch) -> _Change | None:
    place, position = batch.value()
    new = batch.chance.choice(("ZZ", "Q", "99", "U", "NONE", "8"))
    return _element(batch, place, position, new, "given another code")


def _date(batch: _Batch) -> _Change | None:
    place = batch.one("DTP", "DMG", "BHT", "GS")
    position = {"DTP": 3, "DMG": 2}.get(batch.ids[place], 4)
    wrong = ("20260230", "2026-01-15", "260115", "20261301", "00000000", "17990101", "22000101", "20260115-20260114",
             "20260101-20260102-20260103", "202601150930", "20260229", "2026011", "None")  # fmt: skip
    return _element(batch, place, position, batch.chance.choice(wrong), "given another date")


def _range(batch: _Batch) -> _Change | None:
    place = batch.one("DTP")
    name, kind = batch.of(place)[:2]
    wrong = ("20260101-20260102-20260103", "20260115", "20260115-20260230", "20260115-", "20260116-20260115")
    new = f"{name}*{kind}*RD8*{batch.chance.choice(wrong)}"
    changed = [*batch.segments[:place], new, *batch.segments[place + 1 :]]
    return _Change(changed, place, f"{_name(batch, place)} made a range of dates: {new}", 3)


def _newer(batch: _Batch) -> _Change | None:
    place = batch.one("BHT", "N4")
    if batch.ids[place] == "BHT":
        return _element(batch, place, 6, "31", "given a right code")
    return _element(batch, place, 2, batch.chance.choice(("QC", "NL", "NU")), "given a right code")


def _number(batch: _Batch) -> _Change | None:
    places = {"SV1": (2, 4), "CLM": (2,), "CTP": (4,), "AMT": (2,), "SVD": (2, 5), "CAS": (3,), "SE": (1,), "LX": (1,)}
    place = batch.one(*places)
    wrong = ("1,000", "28.", "1E3", "ABC", "-5", "+5", "0", ".5", "1.2.3", "$12", "1 2", "9" * 20, "007", "-", ".")
    position = batch.chance.choice(places[batch.ids[place]])
    if position >= len(batch.of(place)):
        return None
    return _element(batch, place, position, batch.chance.choice(wrong), "given another number")


def _character(batch: _Batch) -> _Change | None:
    place, position = batch.value()
    old, mark = batch.of(place)[position], batch.chance.choice(_CHARACTERS)
    at = batch.chance.randrange(len(old) + 1)
    return _element(batch, place, position, old[:at] + mark + old[at:], "given a strange character")


def _slip(batch: _Batch) -> _Change | None:
    place, position = batch.value()
    return _element(batch, place, position, "*" + batch.of(place)[position], "pushed back by a surplus separator")


def _slip_forward(batch: _Batch) -> _Change | None:
    place, position = batch.value(filled=False)
    elements = batch.of(place)
    old = elements.pop(position)
    changed = list(batch.segments)
    changed[place] = "*".join(elements)
    what = f"{elements[0]}{position:02d} of segment {place + 1} left out with its separator: {old!r}"
    return _Change(changed, place, what, position)


def _append(batch: _Batch) -> _Change | None:
    place, _ = batch.value()
    elements = batch.of(place)
    new = elements[-1] + "*" * batch.chance.choice((1, 2, 5)) + batch.chance.choice(("X", "1", "99"))
    return _element(batch, place, len(elements) - 1, new, "followed by one more")


def _trailing(batch: _Batch) -> _Change | None:
    place, _ = batch.value()
    elements = batch.of(place)
    new = elements[-1] + "*" * batch.chance.choice((1, 3))
    return _element(batch, place, len(elements) - 1, new, "followed by separators")


def _blank_behind(batch: _Batch) -> _Change | None:
    place, position = batch.value()
    return _element(batch, place, position, batch.of(place)[position] + " ", "followed by a blank")


def _blank_before(batch: _Batch) -> _Change | None:
    place, position = batch.value()
    return _element(batch, place, position, " " + batch.of(place)[position], "preceded by a blank")


def _repeat(batch: _Batch) -> _Change | None:
    place, position = batch.value()
    old = batch.of(place)[position]
    return _element(batch, place, position, f"{old}^{old}", "repeated")


def _add_component(batch: _Batch) -> _Change | None:
    place, position = batch.composite() if batch.chance.random() < 0.7 else batch.value()
    old = batch.of(place)[position]
    new = old + ":" * batch.chance.choice((1, 1, 2, 8)) + batch.chance.choice(("", "1", "X", "25"))
    return _element(batch, place, position, new, "given one more component")


def _blank_component(batch: _Batch) -> _Change | None:
    return _part(batch, lambda _: "", "left empty")


def _wrong_component(batch: _Batch) -> _Change | None:
    return _part(batch, lambda _: batch.chance.choice(("QQ", "13", "X", "0", "ABF")), "changed")


def _long_component(batch: _Batch) -> _Change | None:
    return _part(batch, lambda old: old + "X" * batch.chance.choice((1, 5, 80)), "lengthened")


def _qualifier(batch: _Batch) -> _Change | None:
    place = batch.one(*(set(batch.ids) & set(_QUALIFIERS)))
    name = batch.ids[place]
    position = {"HL": 3, "LIN": 2}.get(name, 1)
    first, mark, rest = batch.of(place)[position].partition(":")
    new = batch.chance.choice([code for code in _QUALIFIERS[name] if code != first] or ["Q"])
    return _element(batch, place, position, new + mark + rest, "given another qualifier")


# -- numbers of levels, lines and envelopes ---------------------------------------------------------------


def _level(position: int, *wrong: str) -> Callable[[_Batch], _Change | None]:
    def change(batch: _Batch) -> _Change | None:
        return _element(batch, batch.one("HL"), position, batch.chance.choice(wrong), "numbered wrongly")

    return change


def _line_number(batch: _Batch) -> _Change | None:
    new = batch.chance.choice(("0", "1", "2", "3", "9", "X", "01"))
    return _element(batch, batch.one("LX"), 1, new, "numbered wrongly")


def _count(batch: _Batch) -> _Change | None:
    place = batch.one("SE", "GE", "IEA")
    old = batch.of(place)[1]
    new = batch.chance.choice((str(int(old) + 1), "0", "99", "X", f"0{old}"))
    return _element(batch, place, 1, new, "counted wrongly")


def _control(batch: _Batch) -> _Change | None:
    place = batch.one("SE", "GE", "IEA", "ST", "GS")
    position = {"GS": 6}.get(batch.ids[place], 2)
    new = batch.chance.choice(("9999", "000000007", "0", "ABCD"))
    return _element(batch, place, position, new, "given another control number")


def _guide(batch: _Batch) -> _Change | None:
    place = batch.one("ST", "GS")
    position = batch.chance.choice({"ST": (1, 3), "GS": (1, 7, 8)}[batch.ids[place]])
    wrong = ("005010X222", "005010X222A2", "005010X223A2", "835", "HP", "T", "005010", "004010X098A1", "")
    return _element(batch, place, position, batch.chance.choice(wrong), "given another guide")


def _header(batch: _Batch) -> _Change | None:
    position = batch.chance.randrange(1, 17)
    wrong = {1: "99", 3: "99", 5: "QQ", 7: "QQ", 9: "260230", 10: "2460", 12: "00401", 14: "X", 15: "X"}
    old = batch.of(0)[position]
    if position in (11, 16):
        return None
    new = batch.chance.choice((wrong.get(position, "0" * len(old)), " " * len(old), old.strip(), old + " "))
    return _element(batch, 0, position, new, "changed")


def _drop_envelope(batch: _Batch) -> _Change | None:
    place = batch.one(*(ENVELOPE - {"ISA"}))
    left = batch.segments[:place] + batch.segments[place + 1 :]
    return _Change(left, place, f"{_name(batch, place)} dropped")


def _double_envelope(batch: _Batch) -> _Change | None:
    place = batch.one(*ENVELOPE)
    more = batch.segments[: place + 1] + batch.segments[place:]
    return _Change(more, place + 1, f"{_name(batch, place)} sent twice")


# -- the text as a whole ----------------------------------------------------------------------------------


def _empty_segment(kind: str, batch: _Batch) -> Mutation:
    place = batch.one()
    text = _joined(batch.segments[:place]) + "~\n" + _joined(batch.segments[place:])
    return Mutation(kind, f"an empty segment before {_name(batch, place)}", text, place + 1, batch.ids[place])


def _indented(kind: str, batch: _Batch) -> Mutation:
    place = batch.one()
    blank = batch.chance.choice((" ", "  ", "\t"))
    text = _joined(batch.segments[:place]) + blank + _joined(batch.segments[place:])
    return Mutation(kind, f"{blank!r} before {_name(batch, place)}", text, place + 1, batch.ids[place])


def _cut(kind: str, batch: _Batch) -> Mutation:
    text = _joined(batch.segments)
    at = batch.chance.randrange(107, len(text) - 2)
    return Mutation(kind, f"cut off after {at} bytes", text[:at], text[:at].count("~") + 1, "")


def _twice(kind: str, batch: _Batch) -> Mutation:
    text = _joined(batch.segments)
    return Mutation(kind, "the interchange sent twice", text + text, len(batch.segments) + 1, "ISA")


def _set_twice(kind: str, batch: _Batch) -> Mutation:
    start, end = batch.ids.index("ST"), batch.ids.index("SE") + 1
    segments = [*batch.segments[:end], *batch.segments[start:]]
    text = _joined(segments).replace("~\nGE*1*", "~\nGE*2*")
    return Mutation(kind, "the transaction set sent twice", text, end + 1, "ST")


def _junk(kind: str, batch: _Batch) -> Mutation:
    at = batch.chance.choice((0, len(batch.segments)))
    junk = batch.chance.choice(("GARBAGE", "NM1*IL*1~", "\n \n", "\xef\xbb\xbf", "\x1a", "END OF FILE\n"))
    text = _joined(batch.segments[:at]) + junk + _joined(batch.segments[at:])
    return Mutation(kind, f"{junk!r} {'behind' if at else 'before'} the interchange", text, at + 1, "")


_CHANGES: dict[str, Callable[[_Batch], _Change]] = {
    "segment-dropped": _drop,
    "segment-doubled": _double,
    "segments-swapped": _swap,
    "segment-moved": _move,
    "segment-copied": _copy,
    "segment-inserted": _insert,
    "segment-renamed": _rename,
    "segment-mistaken": _mistake,
    "segment-in-lower-case": _lower,
    "segment-stripped": _strip,
    "segments-joined": _join_segments,
    "segment-broken": _break,
    "element-empty": _blank,
    "element-blanks": _blanks,
    "element-lengthened": _lengthen,
    "element-shortened": _shorten,
    "element-case": _case,
    "element-code": _code,
    "element-date": _date,
    "element-number": _number,
    "date-range": _range,
    "newer-code": _newer,
    "element-character": _character,
    "element-pushed-back": _slip,
    "element-left-out": _slip_forward,
    "element-appended": _append,
    "element-trailing-separators": _trailing,
    "element-blank-behind": _blank_behind,
    "element-blank-before": _blank_before,
    "element-repeated": _repeat,
    "component-added": _add_component,
    "component-empty": _blank_component,
    "component-changed": _wrong_component,
    "component-lengthened": _long_component,
    "qualifier-changed": _qualifier,
    "level-number": _level(1, "0", "1", "2", "9", "", "A", "02", "22"),
    "level-parent": _level(2, "0", "1", "2", "3", "9", "", "A", "01"),
    "level-code": _level(3, "20", "22", "23", "19", "", "A"),
    "level-children": _level(4, "0", "1", "", "2", "Y"),
    "line-number": _line_number,
    "count": _count,
    "control-number": _control,
    "guide-named": _guide,
    "interchange-header": _header,
    "segment-of-envelope-dropped": _drop_envelope,
    "segment-of-envelope-doubled": _double_envelope,
}
_WHOLE: dict[str, Callable[[str, _Batch], Mutation]] = {
    "empty-segment": _empty_segment,
    "indented-segment": _indented,
    "cut-off": _cut,
    "interchange-twice": _twice,
    "transaction-set-twice": _set_twice,
    "junk-outside": _junk,
}
KINDS = (*_CHANGES, *_WHOLE)
"""The kinds of fault, in the order in which they take turns."""
