"""Whatever the bytes are, they end in findings: no exception, every finding inside the file, in the order of the file.

It makes no difference in what portions the bytes come, and the work grows with the input, not with its square.
`fuzz/` holds the same invariant for a fuzzer that runs for as long as one lets it.
"""

from __future__ import annotations

import io
import random
import sys
import time
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from edi_lint import Config, Linter
from tests.conftest import AS_OF, FIXTURES
from tests.mutations import KINDS, mutations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NAMES = (
    "base.edi", "base-dependent.edi", "cob-secondary.edi", "two-interchanges.edi", "wrapped-80.edi", "not-837p-999.edi",
)  # fmt: skip
ISA = "ISA*00*          *00*          *ZZ*EDILINTTEST    *ZZ*EXAMPLEPAYER   *260120*0930*^*00501*000000001*0*T*:~"


@cache
def fixture(name: str) -> str:
    return (FIXTURES / name).read_text("ascii")


class Portions:
    """A stream that gives between one and nine bytes at a time, by chance, but always by the same."""

    def __init__(self, content: bytes) -> None:
        self._stream = io.BytesIO(content)
        self._chance = random.Random(len(content))

    def read(self, size: int = -1, /) -> bytes:
        return self._stream.read(self._chance.randint(1, 9))


@cache
def linter() -> Linter:
    return Linter(Config(as_of=AS_OF))


def lint(source: bytes | Portions) -> tuple[list[dict[str, object]], int]:
    """Findings and status. REF001 speaks once in a run, and this linter runs for all tests: it is left out."""
    front = linter()
    front.summary.exit = 0
    found = [finding.as_contract() for finding in front.findings(source, "batch.edi") if finding.rule != "REF001"]
    return found, front.summary.exit


def check(content: bytes) -> None:
    """The invariant."""
    found, status = lint(content)
    assert status in (0, 1), [finding["message"] for finding in found if finding["rule"] == "INT001"]
    assert (status == 1) == any(finding["severity"] == "error" for finding in found)
    # What a claim shows to be wrong with its provider or subscriber comes with the claim.
    offsets = [f["offset"] for f in found if f["claim"] is None or not f["loop"].startswith("20")]
    assert offsets == sorted(offsets)
    for finding in found:
        before = content[: finding["offset"]]
        assert len(before) == finding["offset"]
        assert finding["line"] == before.count(b"\n") + 1
        assert finding["column"] == len(before) - (before.rfind(b"\n") + 1) + 1
    assert lint(Portions(content)) == (found, status)


# -- bytes of every kind ----------------------------------------------------------------------------------

OWN = [segment for name in NAMES[:3] for segment in fixture(name).replace("\n", "").split("~")[1:]]
IDS = ["HL", "CLM", "LX", "SV1", "NM1", "ST", "SE", "GE", "IEA", "GS"]
SEGMENT = st.one_of(
    st.sampled_from(OWN),
    st.text("ISAGTHLNMCX0189*:^ \n\r\t", max_size=30),
    st.builds("{}*{}".format, st.sampled_from(IDS), st.text("0189*:QABC", max_size=12)),
)
ODDMENT = st.one_of(st.binary(max_size=8), st.sampled_from([b"~", b"*", b":", b"\n", b"ISA*", b"~~"]))


@st.composite
def any_segments(draw: st.DrawFn) -> bytes:
    """Segments, known and unknown, in any order, under any terminator."""
    end = draw(st.sampled_from(["~", "~\n", "~\r\n", "\n"]))
    return "".join(piece + end for piece in [ISA[:-1], *draw(st.lists(SEGMENT, max_size=40))]).encode("latin-1")


@st.composite
def several_faults(draw: st.DrawFn) -> bytes:
    """A batch after several faults, each made in what the one before has left."""
    text = fixture(draw(st.sampled_from(NAMES)))
    for kind in draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=6)):
        seed = draw(st.integers(0, 9999))
        text = next((fault.text for fault in mutations(text, 1, seed, (kind,))), text)
    return text.encode("latin-1")


@st.composite
def any_edits(draw: st.DrawFn) -> bytes:
    """A batch in which stretches of bytes are replaced by a few others."""
    content = bytearray(fixture(draw(st.sampled_from(NAMES))).encode("ascii"))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + 300)))
        content[start:end] = draw(ODDMENT)
    return bytes(content)


ANY = st.one_of(
    st.binary(max_size=400),
    st.binary(max_size=120).map(lambda content: ISA.encode() + content),
    any_segments(),
    several_faults(),
    any_edits(),
)


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(ANY)
@example(b"")
@example(b"ISA")
@example(b"ISA*")
@example(ISA.encode() + b"\x80\xff~IEA*1*000000001~")
def test_any_bytes_end_in_findings(content: bytes) -> None:
    check(content)


@pytest.mark.slow
@settings(max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY)
def test_many_more_bytes_end_in_findings(content: bytes) -> None:
    check(content)


# -- the time that hostile files take ---------------------------------------------------------------------

BASE = fixture("base.edi").replace("\n", "").split("~")[:-1]


def joined(*pieces: str) -> str:
    return "".join(piece + "~\n" for piece in pieces)


def inside(pieces: Iterable[str]) -> str:
    """A batch whose one claim goes on with these segments."""
    return joined(*BASE[:-3], *pieces, *BASE[-3:])


HOSTILE: dict[str, Callable[[int], str]] = {
    "unknown identifiers": lambda n: inside(f"Z{number % 100}*{number}" for number in range(n)),
    "known identifiers in the wrong place": lambda n: inside(["BHT*0019*00", "PAT*19", f"SVD*{n}"] * (n // 3)),
    "one endless claim": lambda n: inside([f"LX*{n}", "SV1*HC:J3420*1*UN*1***1", "DTP*472*D8*20260115"] * (n // 3)),
    "one claim in many levels": lambda n: inside(f"HL*{number + 3}*1*22*0" for number in range(n)),
    "one claim with many payers": lambda n: inside(["SBR*S*18*******CI", "OI***Y***Y"] * (n // 2)),
    "one segment with many elements": lambda n: inside([]).replace("HI*ABK:E538", "HI" + "*ABK:E538" * n),
    "one element with many components": lambda n: inside([]).replace("HI*ABK:E538", "HI*ABK" + ":E538" * n),
    "one element with many repetitions": lambda n: inside([]).replace("*19750412*F", "*19750412*F**" + "C^" * n),
    "interchanges without end": lambda n: joined(*[ISA[:-1]] * n),
    "transaction sets without end": lambda n: joined(*BASE[:2], *[BASE[2]] * n),
    "empty segments": lambda n: joined(*BASE[:4]) + "~" * (40 * n),
    "headers without a body": lambda n: "ISA*" * n,
    "one line": lambda n: joined(*BASE[:4]) + "A" * (200 * n),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_work_grows_with_the_input_and_not_with_its_square(name: str) -> None:
    few, many = (calls(HOSTILE[name](size)) for size in (60, 240))
    assert many <= 8 * few  # Twice what is linear, half of the square.


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_the_time_grows_with_the_input_and_not_with_its_square(name: str) -> None:
    """What happens inside a single call (slices, patterns) is not counted above. Other programs disturb the clock."""
    few, many = (min(seconds(HOSTILE[name](size)) for _ in range(3)) for size in (1500, 12_000))
    assert many <= 32 * max(few, 0.01)  # Four times what is linear, half of the square.


def calls(text: str) -> int:
    """How many functions are called to lint a text: the same on any machine."""
    count = 0

    def called(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    content = text.encode("latin-1")
    lint(content)  # The guide is compiled, and tables are read, the first time.
    sys.setprofile(called)
    try:
        lint(content)
    finally:
        sys.setprofile(None)
    return count


def seconds(text: str) -> float:
    content = text.encode("latin-1")
    started = time.process_time()
    lint(content)
    return time.process_time() - started
