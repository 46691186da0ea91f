"""The segments of a part of the batch as people read them: loops indented, each element with its name and meaning.

Names are those of the guide, as pyx12 has them where edi-lint runs; what codes mean is said in our own words. Values
pass through `privacy` alone. Knows no output format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

import msgspec

from .claims import Claim
from .findings import Finding
from .guide import Graph, Guide, OpenLoop
from .guide.graph import Node
from .guide.tables import Element, Loop, Spec
from .privacy import MASK, Privacy
from .reference import Reference
from .reference.code_words import code_words, procedure_words
from .x12 import Ref, Segment

__all__ = ["Annotator", "Placed", "Read", "is_about", "placed"]

_PROCEDURES = frozenset({"SV101-2", "SVD03-2"})
_ENVELOPE_DATES = {"ISA09": 6, "GS04": 8, "BHT04": 8}


class Read(msgspec.Struct, frozen=True):
    """An element or a component as it is read: ``SV101-2``, its name, its value as it may be shown, what that means."""

    ref: str
    name: str
    value: str
    words: str = ""


class Placed(msgspec.Struct, frozen=True):
    """A segment with its place: the loops of the part around it, outermost first; no node if the guide has no place."""

    segment: Segment
    node: Node | None
    loops: tuple[OpenLoop, ...]


def placed(loop: OpenLoop, findings: Iterable[Finding] = ()) -> list[Placed]:
    """The segments of a loop and of all inside it in file order, with those that were found to have no place."""
    found = list(_placed(loop, ()))
    known = {one.segment.ordinal for one in found}
    first, last = min(known, default=0), max(known, default=0)
    for finding in findings:
        spot = finding.origin.spot if finding.origin is not None else None
        if spot is not None and not spot.missing and first < spot.segment.ordinal and spot.segment.text:
            here = spot.segment.ordinal
            # What follows the part is its own only if the guide has no place for it anywhere.
            if here not in known and (here < last or finding.rule.startswith("SEG")):
                known.add(here)
                before = max((one for one in found if one.segment.ordinal < here), key=lambda one: one.segment.ordinal)
                found.append(Placed(spot.segment, None, before.loops))
    found.sort(key=lambda one: one.segment.ordinal)
    return found


def _placed(loop: OpenLoop, above: tuple[OpenLoop, ...]) -> Iterator[Placed]:
    loops = (*above, loop)
    for segment, node in zip(loop.segments, loop.nodes, strict=True):
        yield Placed(segment, node, loops)
    for child in loop.children:
        yield from _placed(child, loops)


def is_about(element: str | None, read: Read) -> bool:
    """Whether what a finding points at is this element, or the whole that it is a component of."""
    return element is not None and (read.ref == element or read.ref.startswith(f"{element}-"))


class Annotator:
    """Reads segments with the names of a guide, for one run's privacy."""

    def __init__(self, guide: Guide, privacy: Privacy, reference: Reference) -> None:
        self._guide = guide
        self._privacy = privacy
        self._drugs = reference.drugs

    @cached_property
    def _loop_names(self) -> dict[str, str]:
        return dict(_loop_names(self._guide.tables.transaction))

    def loop_name(self, loop_id: str) -> str:
        """What the guide calls a loop."""
        return self._loop_names.get(loop_id, "")

    def spec(self, segment: Segment, node: Node | None) -> Spec | None:
        """What the guide says of a segment at its place; of envelope segments, what the control map says."""
        if node is not None:
            return node.checker.spec
        graph: Graph = self._guide.graph(segment.delimiters)
        checker = graph.control.get(segment.id)
        return checker.spec if checker is not None else None

    def segment_name(self, segment: Segment, node: Node | None) -> str:
        """What the guide calls a segment at its place; empty if it has none."""
        spec = self.spec(segment, node)
        return spec.name if spec is not None else ""

    def read(self, segment: Segment, node: Node | None, claim: Claim | None = None) -> list[Read]:
        """The elements of a segment that are there; ``claim`` says which diagnoses its pointers mean."""
        spec = self.spec(segment, node)
        known = spec.elements if spec is not None else ()
        found: list[Read] = []
        for position in range(1, len(segment.elements)):
            if segment.elements[position]:
                element = known[position - 1] if position <= len(known) else None
                found += self._element(segment, position, element, claim)
        return found

    def missing(self, segment: Segment, node: Node | None, element: str) -> Read:
        """The row of an element that is not there, such as a finding names."""
        spec = self.spec(segment, node)
        every = [part for whole in (spec.elements if spec is not None else ()) for part in (whole, *whole.components)]
        return Read(element, next((part.name for part in every if part.ref == element), ""), "")

    def _element(self, segment: Segment, position: int, element: Element | None, claim: Claim | None) -> Iterator[Read]:
        delimiters = segment.delimiters
        value = segment.elements[position]
        ref = f"{self._privacy.segment_id(segment.id) or MASK}{position:02d}"
        name, components = (element.name, element.components) if element is not None else ("", ())
        repeats = [value]
        if element is not None and element.repeat != 1 and delimiters.repetition:
            repeats = value.split(delimiters.repetition)
        for number, repeat in enumerate(repeats, 1):
            repetition = number if len(repeats) > 1 else 0
            if not components and (element is not None or delimiters.component not in repeat):
                yield self._read(segment, Ref(position, 0, repetition), ref, name, claim)
                continue
            for component, part in enumerate(repeat.split(delimiters.component), 1):
                if part:
                    own = components[component - 1].name if component <= len(components) else name
                    yield self._read(segment, Ref(position, component, repetition), f"{ref}-{component}", own, claim)

    def _read(self, segment: Segment, at: Ref, ref: str, name: str, claim: Claim | None) -> Read:
        value = self._privacy.value(segment, at)
        if value is None:
            return Read(ref, name, MASK)
        return Read(ref, name, value, self._words(segment, ref, value, claim))

    def _words(self, segment: Segment, ref: str, value: str, claim: Claim | None) -> str:
        if words := code_words(ref, value):
            return words
        if ref in _PROCEDURES:
            return procedure_words(value, self._drugs)
        if ref.startswith("SV107") and claim is not None and value.isdecimal() and len(value) <= 2:
            diagnoses = claim.diagnoses
            return diagnoses[int(value) - 1].code if 1 <= int(value) <= len(diagnoses) else ""
        if ref in ("DTP03", "DMG02"):
            return _day_words(segment.get(2 if ref == "DTP03" else 1), value)
        if len(value) == _ENVELOPE_DATES.get(ref):
            return _day_words("D8", value if len(value) > 6 else f"20{value}")
        return ""


def _day_words(form: str, value: str) -> str:
    days = value.split("-") if form == "RD8" else [value]
    if form not in ("D8", "RD8") or not all(len(day) == 8 and day.isdecimal() for day in days):
        return ""
    return " to ".join(f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in days)


def _loop_names(loop: Loop) -> Iterator[tuple[str, str]]:
    yield loop.id, loop.name
    for inner in loop.loops:
        yield from _loop_names(inner)
