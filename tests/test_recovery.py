"""Recovery: one fault is one finding, or at most three, and it stays where it is.

Every fault of `mutations` is single, so whatever is told beyond a few findings is an echo. And a claim is judged by
itself: what is broken in another claim changes nothing of what is said of it.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import FIXTURES, STRUCTURE, judged
from tests.mutations import ENVELOPE, KINDS, Mutation, counted, mutations

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("base.edi", "base-dependent.edi", "cob-secondary.edi", "clean-injections.edi")
MOST = {"segment-moved": 4}
"""More errors than three from one fault are a cascade. What is moved is missing in one place and surplus in another."""

# -- one fault, one finding -------------------------------------------------------------------------------


def cascades(name: str, count: int, seed: int) -> list[str]:
    """The faults of a fixture that are told in too many errors."""
    found = []
    for fault in mutations((FIXTURES / name).read_text("ascii"), count, seed):
        told = [finding for finding in judged(fault.text, *STRUCTURE) if finding.severity == "error"]
        if len(told) > MOST.get(fault.kind, 3):
            places = [(f.rule, f.loop, f.element or f.segment, f.segment_index) for f in told]
            found.append(f"{name}, {fault.kind}: {fault.description}\n    {places}")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_one_fault_is_at_most_three_errors(name: str) -> None:
    assert cascades(name, 250 if name != "clean-injections.edi" else 80, seed=1) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_many_single_faults_are_at_most_three_errors_each(name: str) -> None:
    assert cascades(name, 3000 if name != "clean-injections.edi" else 600, seed=837) == []


ORPHANS = [
    ("base.edi", 21, 36, ["SEG001", "SEG003", "SEG008"]),
    ("base-dependent.edi", 24, 39, ["SEG001", "SEG003", "SEG008"]),
    ("base-dependent.edi", 18, 20, ["SEG001", "SEG001", "SEG003"]),
]
"""A CLM moved between the last line and its drug, and the HL of a patient behind the patient's first segments."""


@pytest.mark.parametrize(("name", "start", "to", "told"), ORPHANS)
def test_segments_that_have_strayed_together_are_told_once(name: str, start: int, to: int, told: list[str]) -> None:
    segments = (FIXTURES / name).read_text("ascii").replace("\n", "").split("~")[:-1]
    segments.insert(to - 1, segments.pop(start - 1))
    text = "".join(f"{segment}~\n" for segment in segments)
    assert sorted(finding.rule for finding in judged(text, *STRUCTURE) if finding.severity == "error") == told


# -- a claim by itself ------------------------------------------------------------------------------------

PATHS = pytest.mark.parametrize("path", ["2000B", "2000C"])
WITHIN = tuple(kind for kind in KINDS if kind not in ("segment-moved", "segment-copied", "cut-off", "junk-outside"))
"""Kinds of fault that can stay inside one claim."""


def as_dependents(text: str) -> str:
    """The same claims, each for a dependent of the subscriber (2000C) in place of the subscriber (2000B)."""
    found: list[str] = []
    level, provider = 0, 0
    patient: list[str] = []
    for segment in text.replace("\n", "").split("~")[:-1]:
        name, *rest = segment.split("*")
        if name == "ST":
            level = 0
        if name == "HL" and rest[2] == "22":
            level += 1
            patient = [f"HL*{level + 1}*{level}*23*0", "PAT*19", "NM1*QC*1*DOE*TIMOTHY"]
            found.append(f"HL*{level}*{provider}*22*1")
        elif name == "HL" and rest[2] == "23":
            level, patient = level + 1, []  # This subscriber has a dependent of its own.
            found.append(f"HL*{level}*{level - 1}*23*0")
        elif name == "HL":
            level = provider = level + 1
            found.append(f"HL*{level}**20*1")
        elif patient and name == "SBR":
            found.append("*".join(["SBR", rest[0], "", *rest[2:]]))
        elif patient and name in ("N3", "N4", "DMG"):
            patient.append(segment)
        elif patient and name == "CLM":
            level += 1
            found += [*patient, segment]
            patient = []
        else:
            found.append(segment)
    return "".join(f"{segment}~\n" for segment in counted(found))


@cache
def several(path: str) -> str:
    """A batch of several claims of different patients, on either path."""
    text = (FIXTURES / "clean-injections.edi").read_text("ascii")
    return text if path == "2000B" else as_dependents(text)


def claims_of(text: str) -> dict[str, range]:
    """Where each claim stands in the text, from its CLM to the next level."""
    starts = [match.start() for match in re.finditer(r"^(?:CLM|HL|SE)\*", text, re.MULTILINE)]
    return {
        text[start:end].split("*")[1]: range(start, end)
        for start, end in pairwise(starts)
        if text.startswith("CLM*", start)
    }


def broken_claim(text: str, fault: Mutation) -> str | None:
    """The claim that a fault lies in; None if it touches more, or no claim at all."""
    before, after = (re.sub(r"SE\*[0-9]+\*", "SE**", content) for content in (text, fault.text))
    start = _alike(before, after)
    end = len(before) - _alike(before[: start - 1 : -1], after[: start - 1 : -1])
    spans = claims_of(before).items()
    return next((name for name, span in spans if span.start <= start and max(start, end) < span.stop), None)


def _alike(one: str, other: str) -> int:
    """How many characters are the same at the beginning of both."""
    longest = min(len(one), len(other))
    return next((at for at in range(longest) if one[at] != other[at]), longest)


def faults(path: str, kind: str, seed: int) -> Iterator[tuple[str, Mutation]]:
    """A fault of this kind, with the claim that it breaks, if it breaks just one."""
    text = several(path)
    for fault in mutations(text, 1, seed, (kind,)):
        broken = broken_claim(text, fault)
        if broken is not None:
            yield broken, fault


@cache
def said_of_claims(text: str) -> Counter[tuple[str | None, ...]]:
    """What all rules say of each claim; of levels and the envelope nothing."""
    return Counter(
        (finding.claim.id, finding.rule, finding.loop, finding.element or finding.segment, finding.severity)
        for finding in judged(text, "ALL")
        if finding.claim is not None
    )


def of_others(text: str, broken: str) -> dict[tuple[str | None, ...], int]:
    """What is said of all claims of the sound batch but one."""
    others = claims_of(several("2000B")).keys() - {broken}
    return {said: count for said, count in said_of_claims(text).items() if said[0] in others}


def changes_no_other(path: str, kind: str, seed: int) -> None:
    """No two claims are of one patient, and no fault of a claim makes them so: the patient stands above it."""
    for broken, fault in faults(path, kind, seed):
        assert of_others(fault.text, broken) == of_others(several(path), broken), fault.description


def is_back_in_step(path: str, kind: str, seed: int) -> None:
    """Behind the broken claim nothing is said of the structure; what is missing at its end may name the next level."""
    for broken, fault in faults(path, kind, seed):
        left = len(several(path)) - claims_of(several(path))[broken].stop
        found = judged(fault.text, "SEG", "ELE")
        behind = [f for f in found if len(fault.text) - f.offset < left and f.segment not in ENVELOPE]
        assert behind == [], fault.description


@PATHS
def test_the_batch_of_several_claims_is_sound(path: str) -> None:
    assert len(claims_of(several(path))) > 10
    assert judged(several(path), *STRUCTURE) == []


@PATHS
@settings(max_examples=120, deadline=None, derandomize=True)
@given(kind=st.sampled_from(WITHIN), seed=st.integers(0, 10_000))
def test_what_is_broken_in_one_claim_changes_no_other_claim(path: str, kind: str, seed: int) -> None:
    changes_no_other(path, kind, seed)


@PATHS
@settings(max_examples=120, deadline=None, derandomize=True)
@given(kind=st.sampled_from(WITHIN), seed=st.integers(0, 10_000))
def test_the_walk_is_back_in_step_at_the_next_level(path: str, kind: str, seed: int) -> None:
    is_back_in_step(path, kind, seed)


@pytest.mark.slow
@PATHS
@settings(max_examples=2000, deadline=None)
@given(kind=st.sampled_from(WITHIN), seed=st.integers(0, 10_000))
def test_no_damage_leaves_its_claim(path: str, kind: str, seed: int) -> None:
    changes_no_other(path, kind, seed)
    is_back_in_step(path, kind, seed)


@PATHS
@pytest.mark.parametrize("name", ["HL", "CLM", "LX"])
def test_every_missing_level_claim_and_line_is_one_error_in_its_place(path: str, name: str) -> None:
    segments = several(path).replace("\n", "").split("~")[:-1]
    loops = {"20": "2000A", "22": "2000B", "23": "2000C"}
    start = 0
    for number, segment in enumerate(segments):
        if segment.startswith("ST*"):
            start = number
        if segment.startswith(f"{name}*"):
            text = "".join(f"{piece}~\n" for piece in counted([*segments[:number], *segments[number + 1 :]]))
            [finding] = (finding for finding in judged(text, *STRUCTURE) if finding.severity == "error")
            loop = {"CLM": "2300", "LX": "2400"}.get(name) or loops[segment.split("*")[3]]
            assert (finding.name, finding.loop, finding.segment) == ("segment-missing", loop, name)
            assert finding.segment_index == number - start + 1
