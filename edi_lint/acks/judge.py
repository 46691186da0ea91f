"""Judge acknowledgements: whether a TA1, 999 or 277CA has its order, usage, codes, counts and sums right.

Theory of operation. The text is read with the project's own reader and cut into interchanges, groups and sets. Each
set is held against the tables (`judge_tables`), segment by segment, and each loop instance that the tables recognise is
kept as a `Node`. On that tree stand the checks that tables cannot express: verdicts that follow from codes, counts and
sums that must agree (acks.md 1.3 and 1.4), levels that name their parents, codes that need company.

It knows nothing of the claims answered, so it cannot say whether an acknowledgement is true, only whether it is one.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence

import msgspec

from ..x12 import Reader, Segment
from .judge_277ca import claim_complaints
from .judge_999 import implementation_complaints
from .judge_tables import CLAIM_ACKNOWLEDGMENT, CONTROL, IMPLEMENTATION_ACKNOWLEDGMENT, Element, Loop, Use
from .judge_tree import Node

__all__ = ["judge"]

_KINDS = {
    "FA": ("999", "005010X231A1", IMPLEMENTATION_ACKNOWLEDGMENT, implementation_complaints),
    "HN": ("277", "005010X214", CLAIM_ACKNOWLEDGMENT, claim_complaints),
}
_REPEATED_GROUP = "19"
"""AK905 where the sender has given two groups one number, so that both have to be answered under it."""
_TOLERATED = frozenset({"wrapped-lines"})
"""What the reader notes of any X12; the terminator of the last segment may be missing from nobody's acknowledgement."""


class _Group(msgspec.Struct):
    gs: Segment
    sets: list[list[Segment]]
    ge: Segment | None = None


class _Interchange(msgspec.Struct):
    isa: Segment
    ta1: list[Segment]
    groups: list[_Group]
    iea: Segment | None = None


def judge(content: str | bytes) -> list[str]:
    """What is wrong with acknowledgements, in their order; an empty list for right ones, and for an empty text."""
    data = content.encode("latin-1") if isinstance(content, str) else content
    if not data:
        return []
    reader = Reader(io.BytesIO(data))
    complaints: list[str] = []
    interchanges = _cut(list(reader), complaints)
    complaints += [f"reader: {fault.kind}" for fault in reader.faults if fault.kind not in _TOLERATED]
    numbers: set[str] = set()
    for interchange in interchanges:
        number = interchange.isa.get(13)
        if number in numbers:
            complaints.append(f"ISA13 {number} is used twice")
        numbers.add(number)
        complaints += [f"interchange {number}: {complaint}" for complaint in _interchange_complaints(interchange)]
    return complaints


# -- envelope ---------------------------------------------------------------------------------------------


def _cut(segments: Sequence[Segment], complaints: list[str]) -> list[_Interchange]:
    found: list[_Interchange] = []
    current: list[Segment] | None = None
    for segment in segments:
        name = segment.id
        interchange = found[-1] if found else None
        group = interchange.groups[-1] if interchange is not None and interchange.groups else None
        if name == "ISA":
            found.append(_Interchange(segment, [], []))
        elif interchange is None or interchange.iea is not None:
            complaints.append(f"{name} stands outside an interchange")
        elif name == "IEA":
            interchange.iea = segment
        elif name == "TA1":
            if interchange.groups:
                complaints.append("TA1 stands behind a group")
            interchange.ta1.append(segment)
        elif name == "GS":
            interchange.groups.append(_Group(segment, []))
        elif group is None or group.ge is not None:
            complaints.append(f"{name} stands outside a group")
        elif name == "GE":
            group.ge = segment
        elif name == "ST":
            current = [segment]
            group.sets.append(current)
        elif current is None or current[-1].id == "SE":
            complaints.append(f"{name} stands outside a transaction set")
        else:
            current.append(segment)
    return found


def _interchange_complaints(interchange: _Interchange) -> Iterator[str]:
    isa, iea = interchange.isa, interchange.iea
    yield from _segment_complaints(CONTROL["ISA"], isa)
    if iea is None:
        yield "IEA is missing"
    else:
        yield from _segment_complaints(CONTROL["IEA"], iea)
        if iea.get(2) != isa.get(13):
            yield "IEA02 does not repeat ISA13"
        if iea.get(1) != str(len(interchange.groups)):
            yield f"IEA01 says {iea.get(1)} groups, there are {len(interchange.groups)}"
    yield from _ta1_complaints(interchange)
    if not interchange.ta1 and not interchange.groups:
        yield "it holds nothing"
    seen: set[str] = set()
    for group in interchange.groups:
        number = group.gs.get(6)
        if number in seen:
            yield f"GS06 {number} is used twice"
        seen.add(number)
        for complaint in _group_complaints(group):
            yield f"group {number}: {complaint}"
    yield from _answered_twice(interchange.groups)


def _ta1_complaints(interchange: _Interchange) -> Iterator[str]:
    if len(interchange.ta1) > 1:
        yield "more than one TA1"
    for ta1 in interchange.ta1:
        yield from _segment_complaints(CONTROL["TA1"], ta1)
        if ta1.get(4) == "R" and interchange.groups:
            yield "a TA1 that rejects must stand alone"
        if (ta1.get(4) == "A") != (ta1.get(5) == "000"):
            yield f"TA1 {ta1.get(4)} does not go with note {ta1.get(5)}"


def _group_complaints(group: _Group) -> Iterator[str]:
    gs, ge = group.gs, group.ge
    yield from _segment_complaints(CONTROL["GS"], gs)
    if ge is None:
        yield "GE is missing"
    else:
        yield from _segment_complaints(CONTROL["GE"], ge)
        if ge.get(2) != gs.get(6):
            yield "GE02 does not repeat GS06"
        if ge.get(1) != str(len(group.sets)):
            yield f"GE01 says {ge.get(1)} sets, there are {len(group.sets)}"
    if not group.sets:
        yield "it has no transaction set"
    kind = _KINDS.get(gs.get(1))
    if kind is None:
        yield f"GS01 {gs.get(1)} is no acknowledgement"
        return
    set_id, guide, tables, check = kind
    if gs.get(8) != guide:
        yield f"GS08 is {gs.get(8)}, not {guide}"
    seen: set[str] = set()
    for segments in group.sets:
        number = segments[0].get(2)
        if number in seen:
            yield f"ST02 {number} is used twice"
        seen.add(number)
        for complaint in _set_complaints(segments, set_id, tables, check):
            yield f"set {number}: {complaint}"


def _answered_twice(groups: Sequence[_Group]) -> Iterator[str]:
    """One 999 for each group (acks.md 0, point 3), and no BHT03 twice."""
    seen: set[tuple[str, str]] = set()
    for segments in (segments for group in groups for segments in group.sets if len(segments) > 2):
        second, trailer = segments[1], segments[-2]
        key = second.id, second.get({"AK1": 2, "BHT": 3}.get(second.id, 0))
        if key in seen and _REPEATED_GROUP not in trailer.elements[5:]:
            yield f"{key[0]} {key[1]} is answered twice"
        seen.add(key)


def _set_complaints(segments: list[Segment], set_id: str, tables: Loop, check: object) -> Iterator[str]:
    st, last = segments[0], segments[-1]
    if st.get(1) != set_id:
        yield f"ST01 is {st.get(1)}, not {set_id}"
    if last.id == "SE":
        if last.get(2) != st.get(2):
            yield "SE02 does not repeat ST02"
        if last.get(1) != str(len(segments)):
            yield f"SE01 says {last.get(1)} segments, there are {len(segments)}"
    complaints: list[str] = []
    tree, end = _match(tables, segments, 0, complaints)
    if end < len(segments):
        complaints.insert(0, f"segment {end + 1} ({segments[end].id}) is out of place")
    yield from complaints
    if not complaints:
        yield from check(tree)  # type: ignore[operator]


# -- tables -----------------------------------------------------------------------------------------------


def _match(loop: Loop, segments: Sequence[Segment], at: int, complaints: list[str]) -> tuple[Node, int]:
    """Read one instance of a loop; where it ends is told, what does not fit is complained of."""
    node = Node(loop.id)
    for member in loop.members:
        count = 0
        while at < len(segments) and _fits(member, segments[at]):
            count += 1
            if isinstance(member, Loop):
                child, at = _match(member, segments, at, complaints)
                node.loops.append(child)
            else:
                complaints += [f"segment {at + 1}: {text}" for text in _segment_complaints(member, segments[at])]
                node.segments.append(segments[at])
                at += 1
                if loop.members[0] is member and member.most == 1:
                    break
            if member.most and count > member.most:
                complaints.append(f"segment {at}: {_label(member)} occurs more than {member.most} time(s)")
        if not count and member.usage == "R":
            complaints.append(f"{_label(member)} is missing from loop {loop.id}, before segment {at + 1}")
    return node, at


def _fits(member: Use | Loop, segment: Segment) -> bool:
    head = member
    while isinstance(head, Loop):
        head = head.members[0]
    if segment.id != head.id:
        return False
    return not head.marks or segment.get(head.mark_at).split(segment.delimiters.component)[0] in head.marks


def _label(member: Use | Loop) -> str:
    if isinstance(member, Loop):
        return f"loop {member.id}"
    return member.id + (f"*{member.marks[0]}" if member.marks else "")


def _segment_complaints(use: Use, segment: Segment) -> Iterator[str]:
    values = segment.elements[1:]
    if len(values) > len(use.elements):
        yield f"{segment.id} has more than {len(use.elements)} elements"
    if values and not values[-1]:
        yield f"{segment.id} ends in a separator"
    for position, element in enumerate(use.elements, 1):
        value = values[position - 1] if position <= len(values) else ""
        for complaint in _element_complaints(element, value, segment.delimiters.component):
            yield f"{segment.id}{position:02d}{complaint}"


def _element_complaints(element: Element, value: str, separator: str) -> Iterator[str]:
    if not value:
        if element.usage == "R":
            yield " is missing"
    elif element.usage == "N":
        yield " is filled and not used"
    elif not element.components:
        if not re.fullmatch(element.pattern, value, re.ASCII):
            yield f" cannot be {value!r}"
    else:
        parts = value.split(separator)
        if len(parts) > len(element.components):
            yield f" has more than {len(element.components)} components"
        if not parts[-1]:
            yield " ends in a separator"
        for number, component in enumerate(element.components, 1):
            part = parts[number - 1] if number <= len(parts) else ""
            for complaint in _element_complaints(component, part, separator):
                yield f"-{number}{complaint}"
