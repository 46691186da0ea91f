"""What must agree inside a 999: verdicts with codes, counts with loops, places with their order (acks.md 1.1, 1.3)."""

from __future__ import annotations

from collections.abc import Iterator

from ..x12 import Segment
from .judge_tree import Node

__all__ = ["implementation_complaints"]

_REPEATED_SET = "23"
_COUNTS_DIFFER = "5"


def implementation_complaints(tree: Node) -> Iterator[str]:
    """What is wrong with a 999 that fits the tables."""
    seen: set[str] = set()
    loops = tree.inner("2000")
    for loop in loops:
        number = _required(loop, "AK2").get(2)
        codes = _codes(_required(loop, "IK5"), 2)
        if number in seen and _REPEATED_SET not in codes:
            yield f"AK2 {number} is answered twice"
        seen.add(number)
        for complaint in _set_complaints(loop, codes):
            yield f"AK2 {number}: {complaint}"
    yield from _group_complaints(_required(tree, "AK9"), [_required(loop, "IK5").get(1) for loop in loops])


def _set_complaints(loop: Node, codes: list[str]) -> Iterator[str]:
    verdict = _required(loop, "IK5").get(1)
    if verdict == "A" and (codes or loop.inner("2100")):
        yield "IK5 says A, but errors are told"
    if verdict in ("E", "R") and not codes:
        yield f"IK5 says {verdict} and not why"
    if len(set(codes)) < len(codes):
        yield "IK5 has a code twice"
    told: set[str] = set()
    position = 0
    keys: set[tuple[str, ...]] = set()
    for error in loop.inner("2100"):
        ik3 = _required(error, "IK3")
        if int(ik3.get(2)) < position:
            yield f"IK3 {ik3.get(1)} at {ik3.get(2)} stands behind one at {position}"
        position = int(ik3.get(2))
        key = (ik3.get(1), ik3.get(2), ik3.get(3), ik3.get(4))
        if key in keys:
            yield f"IK3 {ik3.get(1)} at {ik3.get(2)} is told twice with code {ik3.get(4)}"
        keys.add(key)
        yield from _error_complaints(error, ik3)
        elements = [_required(element, "IK4").get(3) for element in error.inner("2110")]
        told.update(elements or [ik3.get(4)])
    for code, wanted in (
        ("5", any(not one.startswith("I") for one in told)),
        ("I5", any(one[0] == "I" for one in told)),
    ):
        if wanted and code not in codes and len(codes) < 5:
            yield f"IK5 lacks code {code}"


def _error_complaints(error: Node, ik3: Segment) -> Iterator[str]:
    elements = error.inner("2110")
    if (ik3.get(4) == "8") != bool(elements):
        yield f"IK3 {ik3.get(1)} at {ik3.get(2)} with code {ik3.get(4)} and {len(elements)} IK4"
    seen: set[tuple[str, str]] = set()
    for element in elements:
        ik4 = _required(element, "IK4")
        key = (ik4.get(1), ik4.get(3))
        if key in seen:
            yield f"IK4 {ik4.get(1)} is told twice with code {ik4.get(3)}"
        seen.add(key)
        if ik4.get(3) == "1" and ik4.get(4):
            yield f"IK4 {ik4.get(1)} is missing and has a copy"


def _group_complaints(ak9: Segment, verdicts: list[str]) -> Iterator[str]:
    verdict, included, received, accepted = (ak9.get(element) for element in (1, 2, 3, 4))
    codes = _codes(ak9, 5)
    good = sum(one in ("A", "E") for one in verdicts)
    if len(set(codes)) < len(codes):
        yield "AK9 has a code twice"
    if int(included) != int(received) and _COUNTS_DIFFER not in codes and "3" not in codes:
        yield f"AK902 {included} and AK903 {received} differ without code {_COUNTS_DIFFER}"
    if codes and verdict not in ("R", "E"):
        yield f"AK9 says {verdict} and has codes"
    if not verdicts:
        if verdict != "R" or not codes or int(accepted):
            yield "AK9 without any AK2 must reject the group and say why"
        return
    if int(received) != len(verdicts):
        yield f"AK903 says {received} sets, {len(verdicts)} are answered"
    if int(accepted) != good:
        yield f"AK904 says {accepted} accepted sets, there are {good}"
    wanted = _verdict(verdicts, good)
    if verdict != wanted and not (codes and verdict == "E" and wanted == "A"):
        yield f"AK901 must be {wanted}, not {verdict}"


def _verdict(verdicts: list[str], good: int) -> str:
    if not good:
        return "R"
    if good < len(verdicts):
        return "P"
    return "E" if "E" in verdicts else "A"


def _codes(segment: Segment, first: int) -> list[str]:
    return [code for code in segment.elements[first:] if code]


def _required(node: Node, segment_id: str) -> Segment:
    """A segment that the tables have made sure of."""
    return node.all(segment_id)[0]
