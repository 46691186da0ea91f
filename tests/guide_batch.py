"""Transaction sets made from the guide itself: a segment for every place, filled as the guide's own tables ask.

Knows the compiled guide and no rule of the catalogue: what comes out is right in structure, and no sensible claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from edi_lint.guide import Guide, load_tables
from edi_lint.guide.graph import Graph, LoopNode, Node
from edi_lint.guide.tables import Element, Spec
from edi_lint.x12 import Delimiters

__all__ = ["GRAPH", "Entry", "batch_of", "entries_of"]

GRAPH: Graph = Guide(load_tables()).graph(Delimiters())
_DATES = {"D8": "20260115", "RD8": "20260115-20260116", "D6": "260115", "DT": "202601150930", "TM": "0930"}
_TYPES = {"DT": "20260115", "TM": "0930"}
_HEADER = (
    "ISA*00*          *00*          *ZZ*EDILINTTEST    *ZZ*EXAMPLEPAYER   *260120*0930*^*00501*000000001*0*T*:",
    "GS*HC*EDILINTTEST*EXAMPLEPAYER*20260120*0930*1*X*005010X222A1",
)


class Entry(msgspec.Struct, frozen=True):
    """A place of the guide and a segment for it, with the instances of loops that it lies in, outermost first."""

    node: Node
    text: str
    loops: tuple[int, ...]


def batch_of(entries: Sequence[Entry]) -> str:
    """The transaction set in an envelope, its segments and levels counted."""
    segments = list(_HEADER)
    levels: dict[str, int] = {"": 0}
    for entry in entries:
        text = entry.text
        if entry.node.is_level:
            _, _, _, code, children = text.split("*")
            levels[code] = levels[""] = levels[""] + 1
            above = {"20": "", "22": str(levels.get("20", "")), "23": str(levels.get("22", ""))}[code]
            text = f"HL*{levels['']}*{above}*{code}*{children}"
        segments.append(text)
    segments[len(_HEADER)], segments[-1] = "ST*837*0001*005010X222A1", f"SE*{len(entries)}*0001"
    return "".join(f"{text}~\n" for text in [*segments, "GE*1*1", "IEA*1*000000001"])


def entries_of(full: bool) -> list[Entry]:
    """A transaction set with a segment in every place of the guide, and with all its elements if it is ``full``.

    One subscriber has a claim (2300 under 2000B), another has none but a patient with one (2300 under 2000C).
    """
    return list(_entries(GRAPH.root, full, (0,)))


def _entries(loop: LoopNode, full: bool, inside: tuple[int, ...], without: str = "") -> Iterator[Entry]:
    for number, member in enumerate(loop.members):
        if isinstance(member, Node):
            yield Entry(member, _segment(member, full, without), inside)
        elif member.id == "2000B":
            yield from _entries(member, full, (*inside, number), without="2000C")
            yield from _entries(member, full, (*inside, number + len(loop.members)), without="2300")
        elif member.id != without:
            yield from _entries(member, full, (*inside, number))


# -- one segment ------------------------------------------------------------------------------------------


def _segment(node: Node, full: bool, without: str) -> str:
    spec = node.checker.spec
    if node.is_level:
        return f"HL***{spec.elements[2].codes[0]}*{0 if node.loop.id == '2000C' or without == '2000C' else 1}"
    values = [""] * (len(spec.elements) + 1)
    for position in _present(spec, full):
        values[position] = _value(spec.elements[position - 1], values[position - 1], full)
    if node.key == "2400/PWK":
        values[1] = "OZ"  # CT, which it allows too, would make it the certificate of a DMERC.
    return "*".join([spec.id, *values[1:]]).rstrip("*")


def _present(spec: Spec, full: bool) -> list[int]:
    """The elements to fill: the required ones (or all that are used), and what the syntax notes make of them."""
    used = {position for position, element in enumerate(spec.elements, 1) if element.usage != "N"}
    required = {position for position in used if spec.elements[position - 1].usage == "R"}
    found = set(used if full else required) or {min(used)}
    for note in spec.syntax * 2:  # What one note asks for may be what another relates.
        related = used.intersection(note.positions)
        here, first = found & related, note.positions[0]
        if note.letter == "E":
            found -= set(sorted(here - required)[max(0, 1 - len(here & required)) :])
        elif (note.letter == "P" and here) or (note.letter == "C" and first in here):
            found |= related
        elif (note.letter == "R" and not here) or (note.letter == "L" and here == {first}):
            found.add(min(related - here))
    return sorted(found)


def _value(element: Element, before: str, full: bool) -> str:
    if element.components:
        parts = [_value(part, "", full) if _is_sent(part, full) else "" for part in element.components]
        return ":".join(parts).rstrip(":") or _value(element.components[0], "", full)
    if element.number == "1251" and before in _DATES:
        return _DATES[before]
    if element.codes:
        return element.codes[-1 if full else 0]
    if element.type in _TYPES:
        return _TYPES[element.type]
    length = element.max_length if full else max(element.min_length, 1)
    if element.pattern:
        length = 9  # A social security number: the only pattern that the guide has.
    return ("9" if element.pattern or element.type[:1] in "NR" else "A") * length


def _is_sent(part: Element, full: bool) -> bool:
    return part.usage == "R" or (full and part.usage == "S")
