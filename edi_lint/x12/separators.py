"""The separators of an interchange: those that its ISA declares, and those that its segments use; also their case.

Knows the ISA, and of the transaction sets only where each claim has a composite element: without one the two kinds of
separators could not be compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

import msgspec

from .segment import Delimiters

__all__ = ["as_used", "declared", "lower_case"]

_ISA_ELEMENTS = 16
_USUAL = ":>^|"
"""For an ISA16 that cannot separate anything: the first that is not in use."""
_FIRST_SEGMENTS = 40
"""So many identifiers say whether they are in lower case."""
_ENOUGH = 12
"""So many composites say which separator is used."""


def declared(header: str) -> Delimiters | None:
    """The delimiters that an ISA declares, even if its elements have the wrong width; None if there is no telling.

    A right ISA has its component separator after the 16th element separator and its terminator right behind it.
    Where elements are missing or too many, the segment ends at what stands before ``GS``. What stands in ISA11 or ISA16
    and can separate nothing (a letter, a blank, a line break, another separator) is none of the delimiters.
    """
    element = header[3]
    at, found = 0, 0
    while found < _ISA_ELEMENTS and (at := header.find(element, at)) >= 0:
        found, at = found + 1, at + 1
    group = re.search(r"([^A-Za-z0-9 ])[\r\n]*GS" + re.escape(element), header)
    component, terminator = ":", ""
    if found == _ISA_ELEMENTS and (group is None or group.start() >= at):
        component, terminator = header[at : at + 1], header[at + 1 : at + 2]
        if group is not None and group.start() == at and _ends_segments(header, component, group.end()):
            component, terminator = ":", component  # ISA16 is missing: the terminator stands in its place.
        elif group is not None and group.start() > at + 1:
            terminator = group.group(1)
    elif group is not None:
        terminator = group.group(1)
    if not terminator or terminator.isalnum() or terminator in (element, " ") or component == element:
        return None
    if not _separates(component, terminator):
        component = next(mark for mark in _USUAL if mark not in (element, terminator))
    fields = header.split(element, _ISA_ELEMENTS)
    repetition = fields[11] if len(fields) > _ISA_ELEMENTS else "^"
    if not _separates(repetition, element, component, terminator):
        repetition = ""
    return Delimiters(element, component, repetition, terminator)


def _separates(mark: str, *others: str) -> bool:
    """Whether it can be a separator beside the others. Line breaks cannot: they are taken out of segments."""
    return re.fullmatch(r"[^A-Za-z0-9 \r\n]", mark) is not None and mark not in others


def _ends_segments(header: str, character: str, start: int) -> bool:
    """Whether ``character`` stands at the ends of lines, or before an ST, behind ``start``.

    The next ISA counts no more: its component separator stands at the end of a line if lines end segments.
    """
    body = header[start:].partition(header[:4])[0]
    return re.search(re.escape(character) + r"[\r\n]|" + re.escape(character) + "ST", body) is not None


def as_used(delimiters: Delimiters, text: str) -> Delimiters:
    """The delimiters with the component separator that the claims in ``text`` use, if that is plainly another one.

    ``text`` begins with the ISA. Another one is used if no composite has the declared one, and two or more have the
    same other character behind their first component.
    """
    values = list(islice(_composites(delimiters, text), _ENOUGH))
    if any(delimiters.component in value for value in values):
        return delimiters
    used = [match[1] for value in values if (match := re.match("[A-Z0-9]{2,3}([^A-Za-z0-9 ])", value))]
    if len(used) < 2 or len(set(used)) > 1 or not _separates(used[0], delimiters.element, delimiters.terminator):
        return delimiters
    component = used[0]
    # Where ISA11 and ISA16 have changed places, so have the separators.
    repetition = delimiters.component if component == delimiters.repetition else delimiters.repetition
    return msgspec.structs.replace(delimiters, component=component, repetition=repetition)


def lower_case(delimiters: Delimiters, text: str) -> int:
    """Where the first identifier in lower case stands, if most of the first segments behind the ISA have such; else 0.

    A single one is a slip of its own.
    """
    mark, end = re.escape(delimiters.element), re.escape(delimiters.terminator)
    pattern = re.compile(f"{end}[\\r\\n\\t ]*([A-Za-z][A-Za-z0-9]{{1,2}}){mark}")
    found = list(islice(pattern.finditer(text), _FIRST_SEGMENTS))
    lower = [match.start(1) for match in found if match[1] != match[1].upper()]
    return lower[0] if len(lower) > 2 and 2 * len(lower) > len(found) else 0


def _composites(delimiters: Delimiters, text: str) -> Iterator[str]:
    """The values of CLM05, SV101 and HI01 up to the end of the interchange."""
    for match in _pattern(delimiters.element, delimiters.terminator).finditer(text, 1):
        if match[1] is None and match[2] is None:
            return
        yield match[1] or match[2] or ""


@lru_cache(maxsize=16)
def _pattern(element: str, terminator: str) -> re.Pattern[str]:
    mark, end = re.escape(element), re.escape(terminator)
    value = f"[^{mark}{end}]*+"
    claim, other = f"CLM(?:{mark}{value}){{4}}{mark}({value})", f"(?:SV1|HI){mark}({value})"
    return re.compile(f"{end}[\\r\\n\\t ]*(?:{claim}|{other}|I[SE]A{mark})")
