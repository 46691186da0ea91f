"""The 999 (005010X231A1): what became of each functional group and of its transaction sets, segment by segment.

Theory of operation. One 999 answers one group. Each set has an AK2 loop; in it, faults are told in the order of their
places: IK3 (segment, position from ST = 1, loop, code), what made it required or unwanted (CTX), the claim it lies in
(CTX), and for code 8 one IK4 for each element, with a copy of it as it was sent. A missing segment is told at the
position it would have had, which is that of the segment behind it: X12 has no rule for that (RFI 41). IK5 says what
becomes of the set, AK9 of the group, and both name up to five codes.

An IK301 must be an id of the X12 directory (RFI 1257). For any other, and where a fault has no place, IK5 alone speaks.
A group that is itself wrong is rejected without AK2 loops, as is one with a set whose ST cannot be repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from ..rules.ack_codes import IK304, IK403
from .codes import X12_SEGMENTS
from .options import Options
from .received import Group, Interchange, Told, TransactionSet
from .route import goes_to_999, set_codes, set_verdict
from .write import GroupText, Writer, document, writer_for

__all__ = ["GUIDE", "Loop", "group_verdict", "is_acknowledged", "set_loop", "write"]

GUIDE = "005010X231A1"

_UNKNOWN, _NOT_OF_THIS_SET, _ELEMENTS = "1", "6", "8"
_REPEATED = "19"
_COUNTS_DIFFER = _UNREPEATABLE = "5"
"""AK905 for another number of sets than GE01 says, and for a set that cannot be named in an AK2 (RFI 1339, RFI 55)."""
_MOST_CODES = 5
_MOST_TRIGGERS = {"segment": 9, "element": 10}
_LONGEST_COPY, _LONGEST_CONTEXT = 99, 35
_LOOP = re.compile("[0-9]{4}[A-Z]{0,2}")
_SEGMENT = re.compile("[A-Z][A-Z0-9]{1,2}")
_ACKNOWLEDGMENTS = "FA"
"""The GS01 of 997 and 999: they are never acknowledged."""


class Loop(msgspec.Struct, frozen=True):
    """The AK2 loop of one set. ``can_be_named``: whether its ST can be repeated."""

    verdict: str
    can_be_named: bool
    segments: tuple[str, ...]


def set_loop(received: TransactionSet, options: Options, writer: Writer) -> Loop:
    """The AK2 loop of a transaction set."""
    st = received.st
    echo = (st.get(1), st.get(2), writer.clean(st.get(3), 35))
    can_be_named = bool(
        re.fullmatch("[A-Z0-9]{3}", echo[0], re.ASCII) and re.fullmatch("[A-Za-z0-9]{4,9}", echo[1], re.ASCII)
    )
    told = [one for one in received.told if goes_to_999(one)]
    verdict = set_verdict(received, options.scope)
    segments = [
        writer.segment("AK2", *echo),
        *_errors(told, writer, options.mask),
        writer.segment("IK5", verdict, *set_codes(received, told)),
    ]
    return Loop(verdict, can_be_named, tuple(segments))


def group_verdict(group: Group) -> tuple[str, list[str]]:
    """A, E, P or R, and the codes for what is wrong with the group itself."""
    codes = [one.ak905 for one in group.told if one.is_error]
    if group.is_repeated:
        codes.append(_REPEATED)
    if group.sets == 0 or not all(answer.can_be_named for answer in group.answers):
        codes.append(_UNREPEATABLE)
    if codes:
        return "R", list(dict.fromkeys(codes))[:_MOST_CODES]
    verdicts = [answer.verdict for answer in group.answers]
    if "R" not in verdicts:
        return ("E" if "E" in verdicts else "A"), []
    return ("R" if set(verdicts) == {"R"} else "P"), []


def is_acknowledged(group: Group) -> bool:
    """Whether the group gets a 999 at all."""
    return group.gs is not None and group.gs.get(1) != _ACKNOWLEDGMENTS


def write(interchange: Interchange, options: Options, ta1: Sequence[str] = ()) -> Iterator[str]:
    """The interchange with the 999 of each group, behind the TA1; nothing if there is no group to answer."""
    writer = writer_for(interchange)
    answered = [group for group in interchange.groups if is_acknowledged(group)]
    groups = [GroupText("FA", GUIDE, group, "999", [_group(group, writer)]) for group in answered]
    return document(interchange, options, options.number(interchange.number, 1), groups, ta1) if groups else iter(())


def _group(group: Group, writer: Writer) -> Iterator[str]:
    gs = group.gs
    kind, number, guide = (gs.get(1), gs.get(6), gs.get(8)) if gs is not None else ("", "", "")
    verdict, codes = group_verdict(group)
    # A wrong group is still named as it was sent, as far as AK1 can hold it.
    yield writer.segment(
        "AK1",
        kind if re.fullmatch("[A-Z0-9]{2}", kind, re.ASCII) else "HC",
        number if re.fullmatch("[0-9]{1,9}", number, re.ASCII) else "0",
        writer.clean(guide, 12) or "UNKNOWN",
    )
    for answer in () if codes else group.answers:
        yield from answer.loop
    accepted = sum(answer.verdict != "R" for answer in group.answers) if not codes else 0
    stated = int(group.stated) if re.fullmatch("[0-9]{1,6}", group.stated, re.ASCII) else group.sets
    if stated != group.sets and _COUNTS_DIFFER not in codes:
        # Nobody has looked into a group of another guide; and where nobody wants to hear of it, it is not said.
        codes, stated = ([*codes, _COUNTS_DIFFER][-_MOST_CODES:], stated) if codes else (codes, group.sets)
    yield writer.segment("AK9", verdict, str(stated), str(group.sets), str(accepted), *codes)


# -- the errors of a set ----------------------------------------------------------------------------------


def _errors(told: Sequence[Told], writer: Writer, mask: bool) -> list[str]:
    """The 2100 loops, in the order of their places."""
    loops: dict[tuple[int, bool, str, str, str], list[Told]] = {}
    absent = {(one.position, one.segment) for one in told if one.missing and not one.ik403}
    for one in sorted(told, key=lambda one: (one.position, not one.missing)):
        # What an absent segment should have held needs no word where its absence has one.
        is_covered = one.missing and one.ik403 and (one.position, one.segment) in absent
        code = "" if is_covered else _segment_code(one)
        if code:
            loops.setdefault((one.position, not one.missing, one.segment, one.loop, code), []).append(one)
    found: list[str] = []
    for (position, _, segment, loop, code), several in loops.items():
        found.append(writer.segment("IK3", segment, str(position), loop if _LOOP.fullmatch(loop) else "", code))
        if code != _ELEMENTS:
            found += _triggers(several, writer, "segment")
        found += _business_unit(several, writer)
        if code == _ELEMENTS:
            found += _elements(several, writer, mask)
    return found


def _segment_code(told: Told) -> str:
    """IK304; empty where the fault cannot be told of a segment."""
    code = _ELEMENTS if told.ik403 else told.ik304
    if told.missing and told.ik403:
        # An element of a segment that is not there: the segment is missing.
        code = "I6" if told.ik403.startswith("I") else "3"
    if not told.position or not _SEGMENT.fullmatch(told.segment) or code not in IK304:
        return ""
    if code == _UNKNOWN:
        return _NOT_OF_THIS_SET if told.segment in X12_SEGMENTS else ""
    if code == _ELEMENTS and not (told.element and told.ik403 in IK403):
        return ""
    return code


def _triggers(told: Iterable[Told], writer: Writer, kind: str) -> list[str]:
    found: dict[str, None] = {}
    for one in told:
        trigger = one.trigger
        if trigger is None or not _SEGMENT.fullmatch(trigger.segment):
            continue
        at = (str(trigger.element), str(trigger.component or "")) if trigger.element else ()
        loop = trigger.loop if _LOOP.fullmatch(trigger.loop) else ""
        found[writer.segment("CTX", "SITUATIONAL TRIGGER", trigger.segment, str(trigger.position), loop, at)] = None
    return list(found)[: _MOST_TRIGGERS[kind]]


def _business_unit(told: Sequence[Told], writer: Writer) -> list[str]:
    """The claim that the segment lies in."""
    claim = writer.clean(told[0].claim, _LONGEST_CONTEXT)
    return [writer.segment("CTX", ("CLM01", claim))] if claim else []


def _elements(told: Iterable[Told], writer: Writer, mask: bool) -> list[str]:
    """The 2110 loops: each element and code once."""
    notes: dict[tuple[int, int, int, str], list[Told]] = {}
    for one in told:
        notes.setdefault((one.element, one.component, one.repetition, one.ik403), []).append(one)
    found: list[str] = []
    for (element, component, repetition, code), several in notes.items():
        first = several[0]
        at = (str(element), str(component or ""), str(repetition or ""))
        copy = writer.copied(first.value if mask else first.copy, _LONGEST_COPY)
        found.append(writer.segment("IK4", at, first.number, code, copy))
        found += _triggers(several, writer, "element")
    return found
