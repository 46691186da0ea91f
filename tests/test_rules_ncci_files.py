"""NCCI files as CMS publishes them, loaded and asked (NCI006, NCI008, NCI009): for a subscriber and for a dependent.

What these rules make of a table is shown in `test_rules_tables`; here is the whole way from the file to the finding,
with the days that edits and editions hold. All rows are invented but for the pair of 96372 and 99211.
"""

from __future__ import annotations

from datetime import date

import pytest

from edi_lint.refdata.add import Request, add_files
from edi_lint.rules import Good
from edi_lint.rules.examples import added, apply, payer
from tests.conftest import BASES, FIXTURES, findings_of
from tests.reference_files import MUE_MEDICAID, mue_text, ptp_text

Told = list[tuple[str, int | None, str | None]]

EDITS = ptp_text(
    "92557 92552 20200101 * 0",
    "92550 96372 20200101 * 1",
    "92551 92552 20200101 20260115 1",
    "92567 92552 20260116 * 1",
    "92568 92552 20200101 * 9",
    "92570 92552 20200101 20200101 9",
)
VALUES = {
    date(2025, 10, 1): mue_text("96372,4,3 DOS", "92552,1,2 DOS", "92551,2,1 Line", "J3420,1,3 DOS"),
    date(2026, 1, 1): mue_text("96372,2,3 DOS", "92552,2,2 DOS", "92551,1,1 Line", "J3420,3,3 DOS"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with the PTP edits of a quarter, the MUE values of two, and Medicaid's own of both."""
    path = tmp_path_factory.mktemp("ncci")

    def add(name: str, content: str, effective: date, *, medicaid: bool = False) -> None:
        (path / name).write_text(content, "ascii")
        add_files(path, [path / name], Request(effective=effective, medicaid=medicaid))

    add("edits.txt", EDITS, date(2026, 1, 1))
    add("medicaid-edits.txt", ptp_text("92550 92552 20200101 * 1"), date(2026, 1, 1), medicaid=True)
    for effective, content in VALUES.items():
        add(f"values-{effective}.csv", content, effective)
    add("medicaid-values.csv", MUE_MEDICAID, date(2026, 1, 1), medicaid=True)
    return str(path)


def told(base: str, folder: str, edit: dict[str, str], day: str = "20260115", rules: str = "NCI006 REF") -> Told:
    """Rule, line and element of what the rules say of a base claim after an edit, its services on this day."""
    text = apply((FIXTURES / base).read_text("ascii"), Good(edit)).replace("20260115", day)
    found = findings_of(text, select=tuple(rules.split()), ignore=("REF002",), data_folder=folder)
    return [(finding.rule, finding.service_line, finding.element) for finding in found]


def to(indicator: str, *services: str) -> dict[str, str]:
    """An edit: these services too, as lines 4 and on, on a claim to Medicare (MB), Medicaid (MC) or others."""
    return added(*services) | (payer(indicator) if indicator != "CI" else {})


both_paths = pytest.mark.parametrize("base", BASES)


@both_paths
@pytest.mark.parametrize(
    ("services", "day", "line"),
    [
        (("92557", "92552"), "20260115", 5),
        (("92557:59", "92552:XU"), "20260115", 5),  # 0: no modifier helps
        (("92550",), "20260115", 2),  # 1: here one would, and 76 is none of them
        (("92550:76",), "20260115", 2),
        (("92550:59",), "20260115", None),
        (("92551", "92552"), "20260115", 5),  # the last day of an edit
        (("92551", "92552"), "20260116", None),
        (("92567", "92552"), "20260115", None),
        (("92567", "92552"), "20260116", 5),  # the first day of another
        (("92568", "92552"), "20260115", None),  # 9: never in force
        (("92570", "92552"), "20200101", None),
    ],
)
def test_pairs_by_indicator_and_day(
    base: str, services: tuple[str, ...], day: str, line: int | None, folder: str
) -> None:
    found = told(base, folder, to("MB", *services), day)
    assert found == ([("NCI006", line, "SV101-2")] if line is not None else [])


@both_paths
def test_after_the_quarter_of_the_file_no_pair_is_told(base: str, folder: str) -> None:
    pair = to("MB", "92557", "92552")
    assert told(base, folder, pair, "20260331") == [("NCI006", 5, "SV101-2")]
    assert told(base, folder, pair, "20260401") == [("REF001", 1, "SV101-2")]


@both_paths
def test_each_program_has_its_pairs(base: str, folder: str) -> None:
    for indicator, one, other in (("MB", "92557", "92550"), ("CI", "92557", "92550"), ("MC", "92550", "92557")):
        # 92550 and 96372 are a pair of Medicare's, so the injection has its modifier.
        separate = {"HC:96372*": "HC:96372:59*"}
        assert told(base, folder, to(indicator, one, "92552") | separate) == [("NCI006", 5, "SV101-2")]
        assert told(base, folder, to(indicator, other, "92552") | separate) == []


@both_paths
@pytest.mark.parametrize(
    ("indicator", "services", "day", "wrong"),
    [
        # By the day (adjudication indicators 2 and 3): two lines add up.
        ("MB", ("92552", "92552:59"), "20251231", [("NCI008", 5, "SV104")]),
        ("MB", ("92552", "92552:59"), "20260101", []),  # the next quarter allows two
        ("MB", ("92552", "92552:59", "92552:XU"), "20260101", [("NCI008", 6, "SV104")]),
        # By the line (1): each for itself.
        ("MB", ("92551", "92551:59"), "20260115", []),
        ("MB", ("96372:59", "96372:XU"), "20251231", []),
        ("MB", ("96372:59", "96372:XU"), "20260115", [("NCI008", 5, "SV104")]),
        # Medicaid's file has no indicators: its values are for lines.
        ("MC", ("96372:59", "96372:XU", "96372:XE"), "20260115", []),
        ("CI", ("96372:59", "96372:XU"), "20260115", []),
    ],
)
def test_units_of_services_by_edition(
    base: str, indicator: str, services: tuple[str, ...], day: str, wrong: Told, folder: str
) -> None:
    assert told(base, folder, to(indicator, *services), day, "NCI008 REF") == wrong


@both_paths
@pytest.mark.parametrize(
    ("indicator", "service", "units", "wrong"),
    [
        ("MB", "92551", 1, False),
        ("MB", "92551", 2, True),
        ("MC", "96372:59", 3, False),
        ("MC", "96372:59", 4, True),
        ("MC", "92551", 9, False),
    ],
)
def test_units_of_a_line(base: str, indicator: str, service: str, units: int, wrong: bool, folder: str) -> None:
    edit = to(indicator, service)
    lines = edit["CTP****1*ML~"].replace(f"HC:{service}*20*UN*1*", f"HC:{service}*20*UN*{units}*")
    found = told(base, folder, edit | {"CTP****1*ML~": lines}, rules="NCI008 REF")
    assert found == ([("NCI008", 4, "SV104")] if wrong else [])


@both_paths
@pytest.mark.parametrize(
    ("indicator", "units", "day", "wrong"),
    [
        ("MB", 2, "20251231", True),
        ("MB", 2, "20260101", False),
        ("MB", 4, "20260101", True),
        ("CI", 4, "20260101", False),
    ],
)
def test_units_of_drugs_by_edition(base: str, indicator: str, units: int, day: str, wrong: bool, folder: str) -> None:
    edit = {"HC:J3420*4.5*UN*1*": f"HC:J3420*4.5*UN*{units}*"} | (payer(indicator) if indicator == "MB" else {})
    assert told(base, folder, edit, day, "NCI009 REF") == ([("NCI009", 3, "SV104")] if wrong else [])


@both_paths
def test_before_and_after_the_editions_no_unit_is_told(base: str, folder: str) -> None:
    edit = {"HC:J3420*4.5*UN*1*": "HC:J3420*4.5*UN*9*"} | payer("MB")
    for day in ("20250930", "20260401"):
        assert told(base, folder, edit, day, "NCI009 REF") == [("REF001", 3, "SV104")]
