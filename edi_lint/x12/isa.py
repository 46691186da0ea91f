"""The ISA segment, element by element: width, what it may hold, and the TA1 note that a wrong one earns."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from .fault import Fault
from .segment import Ref, Segment

__all__ = ["isa_faults"]


class IsaElement(msgspec.Struct, frozen=True):
    """One ISA element; ``pattern`` is what its content must match, blanks at the end left off."""

    width: int
    ta1: str
    name: str
    pattern: str


_ID_QUALIFIERS = "01|14|20|27|28|29|30|33|ZZ"
_SEPARATOR = "[^A-Za-z0-9 ]"
_PRINTABLE = "[ -~]"
_DAY = (
    "[0-9]{2}(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)"
    "|02(?:0[1-9]|1[0-9]|2[0-8]))|(?:[02468][048]|[13579][26])0229"
)
"""YYMMDD, a day that the calendar has."""
ISA_ELEMENTS = (
    IsaElement(2, "010", "authorization qualifier", "00|03"),
    IsaElement(10, "011", "authorization", _PRINTABLE + "*"),
    IsaElement(2, "012", "security qualifier", "00|01"),
    IsaElement(10, "013", "security information", _PRINTABLE + "*"),
    IsaElement(2, "005", "sender qualifier", _ID_QUALIFIERS),
    IsaElement(15, "006", "sender id", _PRINTABLE + "+"),
    IsaElement(2, "007", "receiver qualifier", _ID_QUALIFIERS),
    IsaElement(15, "008", "receiver id", _PRINTABLE + "+"),
    IsaElement(6, "014", "date", _DAY),
    IsaElement(4, "015", "time", "(?:[01][0-9]|2[0-3])[0-5][0-9]"),
    IsaElement(1, "026", "repetition separator", _SEPARATOR),
    IsaElement(5, "017", "version", "00501"),
    IsaElement(9, "018", "control number", "(?!000000000)[0-9]{9}"),
    IsaElement(1, "019", "acknowledgment requested", "[01]"),
    IsaElement(1, "020", "usage indicator", "[PT]"),
    IsaElement(1, "027", "component separator", _SEPARATOR),
)


def isa_faults(isa: Segment) -> Iterator[Fault]:
    """What is wrong with an ISA: all wrong widths as one fault, each wrong content as one."""
    values = isa.elements[1:]
    if len(values) != len(ISA_ELEMENTS):
        yield Fault("isa-elements", isa, facts={"count": len(values)})
        return
    wrong_width: list[int] = []
    for position, (element, value) in enumerate(zip(ISA_ELEMENTS, values, strict=True), 1):
        if len(value) != element.width:
            wrong_width.append(position)
        elif not re.fullmatch(element.pattern, value.rstrip() if element.width > 1 else value, re.DOTALL):
            yield Fault("isa-element", isa, Ref(position), facts={"name": element.name, "ta1": element.ta1})
        elif position == len(ISA_ELEMENTS) and value != isa.delimiters.component:
            used = _shown(isa.delimiters.component)
            yield Fault("component-separator", isa, Ref(position), facts={"declared": _shown(value), "used": used})
    if wrong_width:
        widths = ", ".join(
            f"ISA{position:02d} is {len(values[position - 1])} wide (right: {ISA_ELEMENTS[position - 1].width})"
            for position in wrong_width
        )
        yield Fault("isa-width", isa, Ref(wrong_width[0]), facts={"widths": widths})


def _shown(separator: str) -> str:
    return separator if separator.isprintable() else f"0x{ord(separator):02X}"
