"""Check the elements of one segment against its spec.

The common case costs one regular expression over the whole segment, compiled from the spec with the syntax notes that
its elements can break at all. Only a segment that fails goes through `_diagnose`, which finds out which element is
wrong and what to call it. It judges the first few segments of a spec as well: to compile the expression takes as long
as that, and a file of one claim would never use it again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from operator import not_

from ..x12 import Delimiters, Ref, Segment
from .tables import Element, Spec, Syntax
from .values import date_format, listing, value_fault, value_pattern

__all__ = ["ElementFault", "SpecChecker"]

ElementFault = tuple[str, Ref, dict[str, str | int]]
"""The kind of fault, where it is and the facts its sentence needs."""


_ONE_MISTAKE = {"too-many-elements": 2, "element-not-used": 3, "element-missing": 3}
"""With one of these among them, so many wrong elements are one mistake: a separator too many, or half a segment."""
_MOST_SINGLE = 3
"""More wrong elements than this are one mistake in any case."""
_WORTH_COMPILING = 50
"""So many segments of a spec are judged in about the time that its expression takes to compile."""
_OF_VALUES = frozenset(".-")
"""Numbers and ranges of days are written with these, and the expression takes them for that."""


class SpecChecker:
    """Judges segments of one spec under one set of delimiters."""

    __slots__ = ("_answer", "_asked", "_compiles", "_delimiters", "_judged", "_notes", "fits", "spec")

    def __init__(self, spec: Spec, delimiters: Delimiters) -> None:
        self.spec = spec
        self.fits: Callable[[str], object] = self._judge
        """Something true if nothing is wrong with the elements of a raw segment. Not to be kept: it gets faster."""
        self._delimiters = delimiters
        self._judged = 0
        self._asked: Segment | None = None
        self._answer: list[ElementFault] = []
        # Whether there is an expression that is not compiled yet.
        self._compiles = _OF_VALUES.isdisjoint((delimiters.element, delimiters.component, delimiters.repetition))
        self._notes = tuple(note for note in spec.syntax if _can_fail(note, spec.elements))

    def faults(self, segment: Segment) -> list[ElementFault]:
        """What is wrong with the elements of the segment, in their order; empty when all is right."""
        if self.fits(segment.text):
            return []
        # The walk asks again while it looks for the best reading.
        if self._asked is not segment:
            self._asked, self._answer = segment, self._as_one(self._diagnose(segment.elements))
        return self._answer

    def wrong(self, texts: list[str]) -> Iterator[bool]:
        """For each raw segment, whether something is wrong with its elements."""
        self._prepare(len(texts))
        return map(not_, map(self.fits, texts))

    def _prepare(self, coming: int) -> None:
        """Compile the expression, once, when with the segments to come there are enough of them."""
        if self._compiles and self._judged + coming >= _WORTH_COMPILING:
            self._compiles = False
            expression = _segment_pattern(self.spec, self._notes, self._delimiters)
            self.fits = re.compile(expression, re.ASCII).fullmatch

    def _judge(self, text: str) -> bool:
        """Whether nothing is wrong, found out the slow way."""
        self._judged += 1
        self._prepare(0)
        return not self._diagnose(text.split(self._delimiters.element))

    # -- the slow path --------------------------------------------------------------------------------

    def _as_one(self, found: list[ElementFault]) -> list[ElementFault]:
        """Faults of one segment that are so many that they are one mistake, as one fault at the first of them."""
        wrong = [fault for fault in found if fault[0] != "trailing-separators"]
        if len(wrong) < min((_ONE_MISTAKE.get(kind, _MOST_SINGLE + 1) for kind, _, _ in wrong), default=1):
            return found
        wrong.sort(key=lambda fault: (fault[1].element, fault[1].component))
        names = list(dict.fromkeys(ref.name(self.spec.id) for _, ref, _ in wrong))
        kind, first, _ = wrong[0]
        return [("elements-slipped", first, {"count": len(names), "names": listing(names), "first": kind})]

    def _diagnose(self, elements: list[str]) -> list[ElementFault]:
        found: list[ElementFault] = []
        specs = self.spec.elements
        values = elements[1:]
        while values and not values[-1]:
            values.pop()
        if len(values) < len(elements) - 1:
            found.append(("trailing-separators", Ref(len(elements) - 1), {}))
        if len(values) > len(specs):
            found.append(("too-many-elements", Ref(len(specs) + 1), {"limit": len(specs)}))
        surplus = len(found)
        for position, element in enumerate(specs, 1):
            value = values[position - 1] if position <= len(values) else ""
            found.extend(self._element_faults(element, Ref(position), value, values))
            if not values and len(found) > surplus:
                break  # An empty segment is one fault, whatever it should have held.
        if not values and len(found) == surplus:
            found.append(("segment-empty", Ref(0), {}))
        told = {ref.element for kind, ref, _ in found if kind != "trailing-separators"}
        found.extend(note for note in self._broken_notes(elements) if note[1].element not in told)
        return found

    def _element_faults(self, element: Element, ref: Ref, value: str, values: list[str]) -> list[ElementFault]:
        facts: dict[str, str | int] = {"name": element.name, "number": element.number}
        if not value.strip():
            if element.usage == "R":
                return [("element-missing", ref, facts)]
            return [("blank-element", ref, facts)] if value else []
        if element.usage == "N":
            return [("element-not-used", ref, facts)]
        repetition = self._delimiters.repetition
        repeats = value.split(repetition) if repetition else [value]
        if len(repeats) > (element.repeat or len(repeats)):
            return [("too-many-repetitions", ref, facts | {"limit": element.repeat})]
        found: list[ElementFault] = []
        for number, repeat in enumerate(repeats, 1):
            at = Ref(ref.element, 0, number if len(repeats) > 1 else 0)
            if element.components:
                found.extend(self._component_faults(element, at, repeat))
            elif (fault := self._simple_fault(element, at, repeat, values)) is not None:
                found.append((fault[0], at, facts | fault[1]))
        return found

    def _simple_fault(
        self, element: Element, ref: Ref, value: str, values: list[str]
    ) -> tuple[str, dict[str, str | int]] | None:
        fault = value_fault(element, value, self._delimiters)
        if fault is None and element.number == "1251" and ref.element > 1:
            pattern = date_format(values[ref.element - 2])
            if pattern and not re.fullmatch(pattern, value):
                return "invalid-date", {"format": values[ref.element - 2]}
        return fault

    def _component_faults(self, element: Element, ref: Ref, value: str) -> list[ElementFault]:
        found: list[ElementFault] = []
        parts = value.split(self._delimiters.component)
        sent = len(parts)
        while parts and not parts[-1]:
            parts.pop()
        if len(parts) < sent and parts:
            found.append(("trailing-separators", Ref(ref.element, sent, ref.repetition), {}))
        if len(parts) > len(element.components):
            limit = len(element.components)
            found.append(("too-many-components", Ref(ref.element, limit + 1, ref.repetition), {"limit": limit}))
        for position, component in enumerate(element.components, 1):
            part = parts[position - 1] if position <= len(parts) else ""
            at = Ref(ref.element, position, ref.repetition)
            facts: dict[str, str | int] = {"name": component.name, "number": component.number}
            if not part:
                if component.usage == "R":
                    found.append(("element-missing", at, facts))
            elif component.usage == "N":
                found.append(("element-not-used", at, facts))
            elif (fault := value_fault(component, part, self._delimiters)) is not None:
                found.append((fault[0], at, facts | fault[1]))
        return found

    def _broken_notes(self, elements: list[str]) -> list[ElementFault]:
        found: list[ElementFault] = []
        for note in self._notes:
            if not _is_broken(note, elements):
                continue
            present = [position for position in note.positions if position < len(elements) and elements[position]]
            absent = [position for position in note.positions if position not in present]
            first = note.positions[0]
            names = ", ".join(f"{self.spec.id}{position:02d}" for position in note.positions)
            facts: dict[str, str | int] = {
                "note": f"{note.letter}{''.join(f'{p:02d}' for p in note.positions)}",
                "names": names,
            }
            if note.letter == "E":
                found.append(("exclusion", Ref(present[1]), facts))
            else:
                found.append(("condition-missing", Ref(first if note.letter == "R" else absent[0]), facts))
        return found


def _is_broken(note: Syntax, elements: list[str]) -> bool:
    """Whether the elements break a syntax note: Paired, Required, Exclusive, Conditional or List conditional."""
    count = len(elements)
    first, *others = note.positions
    has_first = first < count and elements[first] != ""
    if not has_first and note.letter in "CL":
        return False
    has_others = [position < count and elements[position] != "" for position in others]
    if note.letter == "P":
        return (not has_first) in has_others
    if note.letter == "R":
        return not has_first and True not in has_others
    if note.letter == "E":
        return has_first + has_others.count(True) > 1
    return False in has_others if note.letter == "C" else True not in has_others


def _can_fail(note: Syntax, elements: tuple[Element, ...]) -> bool:
    """Whether a segment whose elements are used as the guide says can break the note at all."""
    usages = [elements[position - 1].usage if position <= len(elements) else "N" for position in note.positions]
    if note.letter == "R":
        return "R" not in usages
    if note.letter == "E":
        return len(usages) - usages.count("N") > 1
    if note.letter == "P":
        return len(set(usages)) > 1 or usages[0] == "S"
    if note.letter == "C":
        return usages[0] != "N" and any(usage != "R" for usage in usages[1:])
    return usages[0] != "N" and "R" not in usages[1:]


# -- the fast path: one expression for a segment ----------------------------------------------------------


def _segment_pattern(spec: Spec, notes: Iterable[Syntax], delimiters: Delimiters) -> str:
    parts: list[tuple[str, bool]] = []
    position = 0
    while position < len(spec.elements):
        element = spec.elements[position]
        following = spec.elements[position + 1] if position + 1 < len(spec.elements) else None
        if element.number == "1250" and following is not None and following.number == "1251":
            parts.append((_dated(element, following, delimiters), element.usage == "R"))
            position += 2
            continue
        pattern = _composite(element, delimiters) if element.components else value_pattern(element, delimiters)
        if element.usage == "N":
            parts.append(("", False))
        else:
            parts.append((pattern, element.usage == "R"))
        position += 1
    # A segment in which nothing is required must still hold something.
    allowed = "(?=.)" + "".join(_note_pattern(note, delimiters.element) for note in notes)
    return f"{re.escape(spec.id)}{allowed}{_sequence(parts, delimiters.element, leading=True)}"


def _note_pattern(note: Syntax, separator: str) -> str:
    """A look ahead from behind the segment's id: the elements keep the syntax note (see `_is_broken`)."""
    mark = re.escape(separator)
    # Written out: repeats of a group are the slowest thing that an expression can do.
    sent = [f"{mark}[^{mark}]*" * (position - 1) + f"{mark}[^{mark}]" for position in note.positions]
    present = [f"(?={one})" for one in sent]
    absent = [f"(?!{one})" for one in sent]
    if note.letter == "P":
        return f"(?:{''.join(present)}|{''.join(absent)})"
    if note.letter == "R":
        return f"(?:{'|'.join(present)})"
    if note.letter == "E":
        return "".join(f"(?!(?={one}){other})" for one, other in combinations(sent, 2))
    return f"(?:{absent[0]}|{('' if note.letter == 'C' else '|').join(present[1:])})"


def _dated(qualifier: Element, value: Element, delimiters: Delimiters) -> str:
    """A format qualifier and the date it describes, as one part that holds its own separator."""
    separator = re.escape(delimiters.element)
    formats = [f"{re.escape(code)}{separator}{date_format(code)}" for code in qualifier.codes if date_format(code)]
    other = [code for code in qualifier.codes if not date_format(code)]
    formats += [f"{re.escape(code)}{separator}{value_pattern(value, delimiters)}" for code in other]
    both = "(?:" + "|".join(formats) + ")"
    # Where the pair is not required it may be absent as a pair; an absent half is left to the slow path.
    return both if qualifier.usage == "R" else f"(?:{both}|{separator})"


def _composite(element: Element, delimiters: Delimiters) -> str:
    parts = [
        ("" if part.usage == "N" else value_pattern(part, delimiters), part.usage == "R") for part in element.components
    ]
    one = _sequence(parts, delimiters.component, leading=False)
    if element.repeat != 1 and delimiters.repetition:
        most = f"{{0,{element.repeat - 1}}}" if element.repeat else "*"
        return f"{one}(?:{re.escape(delimiters.repetition)}{one}){most}"
    return one


def _sequence(parts: list[tuple[str, bool]], separator: str, leading: bool) -> str:
    """Parts in order; what stands behind the last required one may be left off, but not end in separators."""
    mark = re.escape(separator)
    tail = ""
    needed = False
    for number in range(len(parts) - 1, -1, -1):
        pattern, required = parts[number]
        value = pattern if required else (f"(?:{pattern})?" if pattern else "")
        item = (mark if leading or number else "") + value
        needed = needed or required
        tail = item + tail if needed else f"(?:{item}{tail})?"
    return f"{tail}(?<!{mark})"
