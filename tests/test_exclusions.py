"""Diagnoses that exclude each other: the shipped pairs, how they are searched, how they are made from CDC's list."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from edi_lint.reference import Exclusions, shipped
from tests.conftest import findings_of
from tests.same_day import claim
from tools import build_exclusions

EXCLUDES1 = shipped().excludes1
TABULAR = b"""<?xml version="1.0"?>
<ICD10CM.tabular><chapter>
  <name>1</name>
  <section id="A00-A01">
    <excludes1><note>something else (B20)</note></excludes1>
    <diag><name>A00</name><desc>x</desc>
      <excludes1>
        <note>one (C00.-)</note>
        <note>several (C01.1, C02-C04 and D10.-)</note>
        <note>for some characters only (E08-E13 with .42)</note>
        <note>in (other) words</note>
        <note>its own (A00.1)</note>
      </excludes1>
      <diag><name>A00.1</name><desc>x</desc><excludes1><note>y (F10.2-, G11.0-G11.2)</note></excludes1></diag>
    </diag>
    <diag><name>A01</name><desc>x</desc></diag>
  </section>
  <section id="C02-C04">
    <diag><name>C02</name></diag><diag><name>C03</name></diag><diag><name>C04</name></diag>
  </section>
</chapter></ICD10CM.tabular>"""


def excluded(*codes: str) -> list[tuple[str, str]]:
    return list(EXCLUDES1.among(codes))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("E538", "D529"),  # the catalogue's example: E53.8 excludes D52.-
        ("E109", "E119"),
        ("O09511", "Z331"),  # a complication of pregnancy, and pregnancy by the way
        ("O0000", "Z3490"),
    ],
)
def test_pairs_exclude_each_other_in_either_order(one: str, other: str) -> None:
    assert excluded(one, other) == [(one, other)]
    assert excluded(other, one) == [(other, one)]


@pytest.mark.parametrize(
    ("one", "other"), [("E538", "D519"), ("E538", "E538"), ("I10", "E119"), ("T887XXA", "E538"), ("", "D529")]
)
def test_others_may_stand_together(one: str, other: str) -> None:
    assert excluded(one, other) == []


def test_the_shipped_pairs_are_sorted_and_begin_billable_codes() -> None:
    lines = EXCLUDES1.path.read_bytes().decode("ascii").splitlines()
    assert lines == sorted(set(lines))
    assert {len(line) for line in lines} == {15}
    table = shipped().icd10cm
    beginnings = {part for line in lines for part in (line[:7].rstrip(), line[8:].rstrip())}
    unknown = {part for part in beginnings if part not in table and not table.children(part, 1)}
    assert len(unknown) < len(beginnings) / 100  # The notes of CDC name a few codes that are no more.
    assert not any(one.startswith(other) or other.startswith(one) for one, other in (line.split() for line in lines))


def test_a_file_of_another_shape_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "excludes1.txt"
    path.write_bytes(b"A00     B20\n")
    broken = Exclusions(
        name="x", edition="x", valid_from=date.min, valid_to=date.max, source="x", licence="x", path=path
    )
    with pytest.raises(ValueError, match="not lines of 16 bytes"):
        list(broken.among(["A000", "B20"]))


def test_pairs_are_made_from_the_tabular_list() -> None:
    assert build_exclusions.pairs(TABULAR) == {
        ("A00", "B20"),
        ("A01", "B20"),
        ("A00", "C00"),
        ("A00", "C011"),
        ("A00", "C02"),
        ("A00", "C03"),
        ("A00", "C04"),
        ("A00", "D10"),
        ("A001", "F102"),
        ("A001", "G110"),
        ("A001", "G111"),
        ("A001", "G112"),
    }


def test_only_the_shipped_year_is_judged() -> None:
    for day, expected in (("20251001", ["DX020"]), ("20250930", []), ("20261001", [])):
        batch = claim(1, "96372", day=day, diagnoses="ABK:E538*ABF:D529")
        assert [found.rule for found in findings_of(batch, select=("DX020",), as_of=date(2027, 1, 1))] == expected


def test_a_heading_is_told_to_be_one_and_excludes_nothing() -> None:
    batch = claim(1, "96372", diagnoses="ABK:E538*ABF:D52")
    assert [found.rule for found in findings_of(batch, select=("DX006", "DX020"))] == ["DX006"]
