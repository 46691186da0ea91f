"""``edi-lint show``: every segment in its loop, names and meanings, findings where they belong, values masked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edi_lint.x12 import Reader
from tests.conftest import FIXTURES
from tests.test_cli import AS_OF, run


def show(*arguments: str, stdin: bytes = b"") -> str:
    done = run("show", *arguments, *AS_OF, stdin=stdin)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


def rows(text: str) -> list[tuple[str, str, str]]:
    """Depth, what a line begins with, and the rest without the guide's names."""
    matches = (
        re.fullmatch(r"( *)(>? ?)([A-Z0-9]{2,3}\d\d(?:-\d+)?) .*?  +(\S.*)?", line) for line in text.splitlines()
    )
    return [(match[3], match[2].strip(), (match[4] or "").rsplit("   ", 1)[-1].strip()) for match in matches if match]


@pytest.mark.parametrize("name", ["base.edi", "base-dependent.edi", "cob-secondary.edi", "two-interchanges.edi"])
def test_every_segment_of_a_clean_batch_is_shown_once_in_file_order(name: str) -> None:
    text = show(str(FIXTURES / name))
    headings = re.finditer(r"^ *([A-Z0-9]{2,3})  .*\(line (\d+)\)$", text, re.MULTILINE)
    shown = [(match[1], int(match[2])) for match in headings]
    with (FIXTURES / name).open("rb") as stream:
        assert shown == [(segment.id, segment.line) for segment in Reader(stream)]
    assert "place in the guide" not in text


@pytest.mark.parametrize(
    ("name", "depths"),
    [
        ("base.edi", {"1000A": 1, "2000A": 1, "2010AA": 2, "2000B": 2, "2010BA": 3, "2300": 3, "2400": 4, "2410": 5}),
        ("base-dependent.edi", {"2000A": 1, "2000B": 2, "2000C": 3, "2010CA": 4, "2300": 4, "2400": 5, "2410": 6}),
    ],
)
def test_loops_are_indented_as_they_lie(name: str, depths: dict[str, int]) -> None:
    text = show(str(FIXTURES / name))
    found = {match[2]: len(match[1]) // 2 for match in re.finditer(r"^( *)(\d{4}[A-Z]{0,2})  ", text, re.MULTILINE)}
    assert depths.items() <= found.items()


def test_codes_have_meanings_and_pointers_their_diagnoses() -> None:
    found = rows(show(str(FIXTURES / "base.edi")))
    for ref, shown in (
        ("CLM05-1", "11  office"),
        ("CLM05-3", "1  original claim"),
        ("SBR01", "P  primary"),
        ("SBR09", "CI  commercial"),
        ("HI01-1", "ABK  ICD-10, principal"),
        ("SV101-2", "96372  injection under the skin or into muscle"),
        ("SV101-3", "25  separate visit on the same day"),
        ("SV107-1", "1  E538"),
        ("DTP03", "20260115  2026-01-15"),
        ("CTP05-1", "ML  milliliters"),
    ):
        assert (ref, "", shown) in found


def test_values_are_masked_unless_asked_for() -> None:
    masked, shown = show(str(FIXTURES / "base.edi")), show(str(FIXTURES / "base.edi"), "--show-values")
    for value in ("DOE", "JANE", "W100001001", "19750412", "101 SPECIMEN AVE", "ALAN"):
        assert value not in masked
        assert value in shown
    assert "A1001" in masked
    assert "A1001" not in show(str(FIXTURES / "base.edi"), "--mask-claim-ids").replace("A1001L", "")


def test_a_finding_stands_under_its_element() -> None:
    lines = show(str(FIXTURES / "vaccine-billed-96372.edi")).splitlines()
    at = next(number for number, line in enumerate(lines) if "ADM001" in line)
    assert re.match(r" +> SV101-2 .* 96372  ", lines[at - 1])
    assert re.match(r" +\^ error ADM001: Vaccine 90715", lines[at])
    assert lines[at + 1].lstrip().startswith("fix: Bill 90471")


def test_what_is_missing_stands_before_the_segment_that_follows() -> None:
    text = show(str(FIXTURES / "broken-structure.edi"))
    assert re.search(r"\n +\^ error SEG001: SV1 missing here: .*\n +fix: .*\n +DTP  .*\(line 36\)\n", text)
    assert re.search(r"\n +> NM103 .*\(missing\)\n +\^ error ELE001: ", text)


def test_every_finding_of_check_is_shown_once() -> None:
    for path in sorted(FIXTURES.glob("*.edi")):
        done = run("check", str(path), "--output-format", "concise", *AS_OF)
        expected = sorted(re.findall(r"(?:error|warning|info) ([A-Z]+\d+) ", done.stdout.decode()))
        found = sorted(re.findall(r"\^ (?:error|warning|info) ([A-Z]+\d+):", show(str(path))))
        assert found == expected, path.name


def test_a_segment_without_a_place_is_shown_where_it_stands() -> None:
    batch = (FIXTURES / "base.edi").read_text("ascii")
    text = show("-", stdin=batch.replace("REF*EI*", "ZZ9*X~\nZZ8*Y~\nREF*EI*", 1).encode())
    for segment, line in (("ZZ9", 13), ("ZZ8", 14)):
        assert re.search(rf"\n +{segment}  has no place here  \(line {line}\)\n +\^ error SEG007", text)


@pytest.mark.parametrize("claim", ["2", "V4002"])
def test_one_claim_is_shown_with_what_it_belongs_to(claim: str) -> None:
    text = show(str(FIXTURES / "vaccine-billed-96372.edi"), "--claim", claim)
    assert "Claim V4002 (number 2 of the file)" in text
    assert "V4001" not in text
    for loop in ("2000A", "2000B", "2010BB", "2300"):
        assert re.search(rf"^ *{loop}  ", text, re.MULTILINE)
    assert not re.search(r"^ *(ISA|GS|ST)  ", text, re.MULTILINE)


def test_a_dependents_claim_has_its_patient_and_no_other() -> None:
    text = show(str(FIXTURES / "dependent-claims.edi"), "--claim", "1")
    assert len(re.findall(r"^ *2000C  ", text, re.MULTILINE)) == 1
    assert len(re.findall(r"^ *2000B  ", text, re.MULTILINE)) == 1


def test_a_claim_that_is_not_there_is_status_1() -> None:
    done = run("show", str(FIXTURES / "base.edi"), "--claim", "A1002", *AS_OF)
    assert (done.returncode, done.stderr) == (1, b"edi-lint: no claim has the number or the id A1002\n")


@pytest.mark.parametrize("name", ["empty.edi", "not-x12.txt", "not-837p-999.edi", "truncated.edi"])
def test_what_is_no_batch_shows_what_is_wrong(name: str) -> None:
    assert re.search(r"\^ error [A-Z]+\d{3}: ", show(str(FIXTURES / name)))


def test_hostile_values_do_not_act_on_the_terminal(tmp_path: Path) -> None:
    batch = (FIXTURES / "base.edi").read_bytes().replace(b"*DOE*", b"*\x1b[31mD\x9bE*")
    text = show("-", "--show-values", stdin=batch)
    assert all(line.isprintable() for line in text.splitlines())
