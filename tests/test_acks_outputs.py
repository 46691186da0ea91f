"""Acknowledgements and the text report as outputs of a check."""

from __future__ import annotations

import gzip
import io
import os
import re
import subprocess
import sys
from decimal import Decimal
from functools import reduce
from pathlib import Path

import pytest

from benchmarks.generate import write_batch
from edi_lint import Config, Linter
from edi_lint.acks.ebr import Ebr
from edi_lint.acks.judge import judge
from edi_lint.acks.outputs import X999, Answers, Ta1, X277ca
from edi_lint.cli.outputs import ANSWERS
from edi_lint.output import Output, Run, hand_over
from tests.acks_tools import NOW, OPTIONS, answered, texts
from tests.batch_model import random_batch, render
from tests.conftest import AS_OF, FIXTURES, base_segments, batch

FIXTURE_FILES = sorted(path for path in FIXTURES.iterdir() if path.suffix in (".edi", ".txt"))
DOCUMENTS: dict[str, type[Answers]] = {"ta1": Ta1, "x999": X999, "x277ca": X277ca}


def output_of(kind: type[Output], *contents: bytes, **settings: object) -> str:
    """What an output writes of these inputs."""
    linter = Linter(Config(**({"as_of": AS_OF} | settings)))  # type: ignore[arg-type]
    out = io.StringIO(newline="")
    output = kind(out, Run(linter.rules, now=NOW, reject_scope=linter.reject_scope))
    output.begin()
    for number, content in enumerate(contents, 1):
        output.begin_input(f"batch{number}.edi")
        for part, findings in linter.parts(content, f"batch{number}.edi"):
            hand_over([output], part, findings)
        output.end_input()
    output.end(linter.summary)
    output.close()
    return out.getvalue()


@pytest.mark.parametrize("path", FIXTURE_FILES, ids=lambda path: path.name)
@pytest.mark.parametrize("scope", ["transaction", "claim"])
def test_they_say_what_the_library_says(path: Path, scope: str) -> None:
    content = path.read_bytes()
    options = type(OPTIONS)(now=NOW, scope=scope)  # type: ignore[arg-type]
    expected, _ = answered(content, options)
    for name, kind in DOCUMENTS.items():
        assert output_of(kind, content, reject_scope=scope) == "".join(getattr(one, name) for one in expected)


def test_numbers_go_on_from_input_to_input() -> None:
    contents = [(FIXTURES / name).read_bytes() for name in ("two-interchanges.edi", "base.edi", "base.edi")]
    both = "".join(output_of(kind, *contents) for kind in (X999, X277ca))
    assert judge(both) == []
    numbers = re.findall(r"IEA.\d.(\d{9})", both)
    assert len(numbers) == len(set(numbers)) == 8


# -- the text report ----------------------------------------------------------------------------------------------


def lines_of(text: str) -> list[list[str]]:
    return [line.split("|") for line in text.splitlines()]


def check_report(content: bytes, **settings: object) -> list[list[str]]:
    """The report of a batch, after a look at its form, its totals, and what the 277CA says of the same claims."""
    text = output_of(Ebr, content, **settings)
    lines = lines_of(text)
    widths = {"1": 16, "1E": 2, "2": 9, "3": 12, "3c": 8, "3e": 8}
    above = ""
    for line in lines:
        assert len(line) == widths[line[0]]
        assert (line[0] in ("3c", "3e")) <= (above in ("3", "3c", "3e"))
        above = line[0]
    assert not lines or lines[0][0] == "1"
    starts = [number for number, line in enumerate(lines) if line[0] == "1"]
    for start, end in zip(starts, [*starts, len(lines)][1:], strict=True):
        first, rest = lines[start], lines[start + 1 : end]
        payers = [line for line in rest if line[0] == "2"]
        claims = [line for line in rest if line[0] == "3"]
        assert int(first[6]) == sum(int(payer[2]) for payer in payers) == len(claims)
        assert int(first[10]) == sum(int(payer[6]) for payer in payers) == sum(claim[11] == "R" for claim in claims)
        assert Decimal(first[11]) == sum((Decimal(payer[7]) for payer in payers), Decimal(0))
    for number, line in enumerate(lines):
        if line[0] == "3":
            below = [one for one in lines[number + 1 : number + 2] if one[0] in ("3c", "3e")]
            assert [(one[0], one[2]) for one in below] == [("3c", "A") if line[11] == "A" else ("3e", "R")]
    return lines


@pytest.mark.parametrize("path", FIXTURE_FILES, ids=lambda path: path.name)
def test_a_report_of_every_fixture(path: Path) -> None:
    content = path.read_bytes()
    for scope in ("transaction", "claim"):
        lines = check_report(content, reject_scope=scope)
        options = type(OPTIONS)(now=NOW, scope=scope)  # type: ignore[arg-type]
        answers, _ = answered(content, options)
        accepted = sum(answer.accepted.claims for answer in answers)
        assert sum(line[0] == "3" and line[11] == "A" for line in lines) == accepted


@pytest.mark.parametrize("seed", range(10))
def test_a_report_of_random_batches(seed: int) -> None:
    model = random_batch(seed)
    for scope in ("transaction", "claim"):
        lines = check_report(render(model), reject_scope=scope)
        accepted = {line[4] for line in lines if line[0] == "3" and line[11] == "A"}
        assert accepted == model.accepted(scope)
        assert sorted(line[4] for line in lines if line[0] == "3") == sorted(claim.id for claim in model.claims())


def test_what_the_lines_say() -> None:
    segments = [text.replace("*1993005010", "*1993005011").replace("A1001", "A|1001") for text in base_segments()]
    lines = check_report(batch(segments).replace("*TSTCI", "*12345").encode(), show_values=True)
    first, payer, claim, error = ("|".join(line) for line in lines)
    number = lines[0][14]
    assert first == f"1|2026-03-01|10:16:00|||000000001|1||151.5||1|151.5|||{number}|batch1.edi"
    assert payer == "2|EXAMPLE HEALTH PLAN|1||||1|151.5|12345"
    assert claim == "3|DOE, JANE|20260115||A 1001||1993000011||||BASE0001|R"
    words = "NPI 1993005011 of the rendering provider has a wrong check digit."
    assert error == f"3e|EDI-LINT|R|PRV001|{words}|2310B|NM1|NM109"
    masked = check_report(batch(segments).encode(), mask_claim_ids=True)
    assert [line[:2] for line in masked[1:3]] == [["2", ""], ["3", ""]]
    assert masked[2][4] == masked[2][10] == ""


def test_what_is_wrong_with_the_batch_and_what_falls_with_it() -> None:
    content = (FIXTURES / "two-interchanges.edi").read_bytes()
    lines = check_report(content.replace(b"\nSE*", b"\nSE*9", 1))
    [wrong] = [line for line in lines if line[0] == "1E"]
    assert wrong[1].startswith("ENV013, line ")
    told = [line for line in lines if line[0] == "3e"]
    assert {(line[3], line[4]) for line in told} == {
        ("NA", "Rejected with its transaction set (0001): see the 999, or the TA1.")
    }


def test_warnings_stand_below_accepted_claims() -> None:
    lines = check_report((FIXTURES / "duplicates.edi").read_bytes())
    at = next(number for number, line in enumerate(lines) if line[4:5] == ["D1105"])
    assert lines[at][11] == "A"
    assert lines[at + 1][:4] == ["3c", "EDI-LINT", "A", "MOD004"]


# -- with nothing, with much, with hostile values ------------------------------------------------------------------


def crowded(claims: int) -> bytes:
    """A batch with three errors on each of the fifty lines of every claim."""
    head = base_segments()
    start, end = head.index("LX*1"), next(at for at, text in enumerate(head) if text.startswith("SE*"))
    below = next(at for at, text in enumerate(head) if text.startswith("HL*2"))
    body: list[str] = []
    for number in range(1, claims + 1):
        own = {"HL*2*1*22": f"HL*{number + 1}*1*22", "A1001": f"C{number}", "W1000": f"W{number:04d}"}
        body += [reduce(lambda done, one: done.replace(*one), own.items(), text) for text in head[below:start]]
        for line in range(1, 51):
            body += [f"LX*{line}", "SV1*HC:96372:59:59*5*UN*1.5***9", f"DTP*472*D8*202601{line % 28 + 1:02d}"]
            body.append(f"REF*6R*C{number}L{line}")
    return batch([*head[:below], *body, *head[end:]]).replace("*151.5***", "*250***").encode()


def judged(name: str, text: str) -> int:
    """How many verdicts an answer gives, after a look at its form."""
    if name == "ebr":
        assert all(line.split("|")[0] in ("1", "1E", "2", "3", "3c", "3e") for line in text.splitlines())
        return sum(line.startswith("3e|") for line in text.splitlines())
    assert judge(text) == []
    return len(texts(text, "IK4", "STC")) if text else 0


OUTPUTS: dict[str, type[Output]] = {"ta1": Ta1, "999": X999, "277ca": X277ca, "ebr": Ebr}


@pytest.mark.parametrize("name", OUTPUTS)
def test_no_input_and_a_clean_one(name: str) -> None:
    assert output_of(OUTPUTS[name]) == ""
    text = output_of(OUTPUTS[name], (FIXTURES / "base.edi").read_bytes())
    assert judged(name, text) == {"ta1": 0, "999": 0, "277ca": 3, "ebr": 0}[name]
    assert bool(text) == (name != "ta1")


def test_ten_thousand_findings() -> None:
    """More than that many errors, in one batch, in all answers at once."""
    linter = Linter(Config(as_of=AS_OF))
    outs = {name: io.StringIO(newline="") for name in OUTPUTS}
    outputs = [kind(outs[name], Run(linter.rules, now=NOW)) for name, kind in OUTPUTS.items()]
    for output in outputs:
        output.begin()
        output.begin_input("batch.edi")
    for part, findings in linter.parts(crowded(70), "batch.edi"):
        hand_over(outputs, part, findings)
    for output in outputs:
        output.end_input()
        output.end(linter.summary)
        output.close()
    assert linter.summary.findings["error"] >= 10_000
    verdicts = {name: judged(name, out.getvalue()) for name, out in outs.items()}
    assert (verdicts["ta1"], verdicts["999"]) == (0, 0)
    assert verdicts["277ca"] > 3500
    assert verdicts["ebr"] > 10_000


HOSTILE = (
    "<script>alert(1)</script>",
    "]]>",
    "%0A::error::owned",
    "a|b,c;d",
    "=HYPERLINK(1)",
    "\x1b[31mred\x07",
    "\xe9\x9b\xff",
)


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", OUTPUTS)
def test_hostile_values(name: str, value: str) -> None:
    """In the claim's number, in a name, in a diagnosis, in the batch's number and in a date."""
    for old in ("A1001*", "DOE*", "ABK:E538", "BASE0001", "D8*20260115"):
        changed = batch(base_segments()).replace(old, old.rstrip("*")[:-1] + value + "*" * old.endswith("*"))
        text = output_of(OUTPUTS[name], changed.encode("latin-1"))
        judged(name, text)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


# -- the command line ---------------------------------------------------------------------------------------------


def check(folder: Path, *arguments: str) -> tuple[int, bytes, str]:
    done = subprocess.run(
        [sys.executable, "-m", "edi_lint", "check", *arguments, "--as-of", "2026-03-01", "--isolated"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(FIXTURES.parent)},
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr.decode()


def test_several_answers_beside_a_report(tmp_path: Path) -> None:
    path = str(FIXTURES / "providers.edi")
    files = [word for name in ANSWERS for word in ("--output-format", f"{name}=out.{name}")]
    status, out, err = check(tmp_path, path, *files, "--output-format", "concise")
    assert (status, err) == (1, "")
    assert out.decode().splitlines()[-1].startswith("Found ")
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"out.{name}" for name in sorted(ANSWERS)]
    written = {name: (tmp_path / f"out.{name}").read_text() for name in ANSWERS}
    assert written["ta1"] == ""
    for name in ("999", "277ca"):
        assert judge(written[name]) == []
        # What reports leave out is decided on all the same.
        status, out, err = check(tmp_path, path, "--output-format", name, "--max-findings", "1", "-q")
        assert (status, err) == (1, "")
        number = re.search(r"IEA.\d.(\d{9})", written[name])
        assert number is not None
        assert texts(out.decode(), "STC", "IK5", "AK9") == texts(written[name], "STC", "IK5", "AK9")
    assert len(lines_of(written["ebr"])) > 7


def test_the_scope_can_be_asked_for(tmp_path: Path) -> None:
    path = FIXTURES / "vaccine-billed-96372.edi"
    (tmp_path / "batch.edi").write_text(path.read_text().replace("ABK:", "XXX:", 1))
    plain = check(tmp_path, "batch.edi", "--output-format", "999")[1].decode()
    assert texts(plain, "IK5") == ["IK5*R*5"]
    claim = check(tmp_path, "batch.edi", "--output-format", "999", "--reject-scope", "claim")[1].decode()
    assert texts(claim, "IK5") == ["IK5*E*5"]


def test_a_batch_that_cannot_be_read_to_its_end_is_not_answered(tmp_path: Path) -> None:
    """It breaks off inside its second interchange: the first is answered, the second is not."""
    path = tmp_path / "batch.edi"
    write_batch(path, 200)
    first = path.read_bytes()
    packed = gzip.compress(first + first.replace(b"000000001", b"000000002"))
    (tmp_path / "batch.edi.gz").write_bytes(packed[: len(packed) * 9 // 10])
    for name in ("999", "277ca", "ebr"):
        status, out, err = check(tmp_path, "batch.edi.gz", "--output-format", name)
        assert (status, err) == (2, "edi-lint: batch.edi.gz: damaged or cut off; send it again\n")
        answers = [line for line in out.decode().splitlines() if line.startswith(("ISA", "1|"))]
        assert len(answers) == 1
        # What comes behind has its answer.
        status, out, _ = check(tmp_path, "batch.edi.gz", str(FIXTURES / "base.edi"), "--output-format", name)
        answers = [line for line in out.decode().splitlines() if line.startswith(("ISA", "1|"))]
        assert (status, len(answers)) == (2, 2)


def test_where_nothing_can_be_answered_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "text.edi").write_text("hello\n")
    base = (FIXTURES / "base.edi").read_text("ascii")
    (tmp_path / "isa13.edi").write_text(base.replace("*000000001*", "*00000000X*", 1))
    files = ("--output-format", "ta1=a", "--output-format", "999=b", "--output-format", "277ca=c")
    status, out, err = check(tmp_path, "text.edi", "isa13.edi", *files, "--output-format", "ebr")
    assert (status, [line.partition("|")[0] for line in out.decode().splitlines()][:2]) == (1, ["1", "1E"])
    assert [(tmp_path / name).read_text() for name in "abc"] == ["", "", ""]
    assert err.splitlines() == [
        "edi-lint: text.edi: No interchange can be read in it, so nothing is answered.",
        "edi-lint: isa13.edi: The interchange is rejected (018), but its ISA is too broken for a TA1.",
    ]
    assert check(tmp_path, "text.edi", "--output-format", "ebr")[2] == ""
    assert check(tmp_path, "text.edi", "--output-format", "999", "-q") == (1, b"", "")


@pytest.mark.parametrize("name", ANSWERS)
def test_there_are_no_statistics_of_answers(name: str, tmp_path: Path) -> None:
    status, out, err = check(tmp_path, str(FIXTURES / "base.edi"), "--statistics", "--output-format", name)
    assert (status, out) == (2, b"")
    assert f"not with {name}" in err
