"""What the examples of the diagnosis rules cannot show: days, other claims, one finding per cause, silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edi_lint.rules import Good
from edi_lint.rules.examples import added, apply, patient, payer
from tests.conftest import FIXTURES, findings_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edi_lint import Finding

HI = "HI*ABK:E538*ABF:I10~"
CLAIM = "CLM*A1001*151.5***11:B:1*Y*A*Y*Y~"
TO_KETOROLAC = {"HI*ABK:E538*": "HI*ABK:M5450*", "HC:J3420*": "HC:J1885*"}
POINTER_OF_INJECTION = "96372*35*UN*1***1"


def found(edit: Mapping[str, str], *rules: str) -> list[Finding]:
    """What DX rules (or those named) find on the base claim after an edit."""
    base = (FIXTURES / "base.edi").read_text("ascii")
    return findings_of(apply(base, Good(edit)), select=rules or ("DX", "REF001"))


def told(edit: Mapping[str, str], *rules: str) -> list[tuple[str, str | None]]:
    """Rule and element of each finding."""
    return [(finding.rule, finding.element) for finding in found(edit, *rules)]


# -- presence and pointers --------------------------------------------------------------------------------


@pytest.mark.parametrize("hi", ["HI~", "HI**ABF:I10~", "HI*ABK*ABF:I10~", "HI*ABF:E538*ABF:I10~", ""])
def test_no_principal_diagnosis_is_told_once(hi: str) -> None:
    assert [rule for rule, _ in told({HI: hi})] == ["DX001"]


def test_pointers_of_a_claim_without_diagnoses_are_not_told() -> None:
    assert told({HI: "", POINTER_OF_INJECTION: "96372*35*UN*1***1:1"}) == [("DX001", None)]


def test_a_second_hi_of_diagnoses_is_one_too_many() -> None:
    assert told({HI: "HI*ABK:E538~HI*ABK:I10~"}) == [("DX003", None)]


@pytest.mark.parametrize(
    ("pointers", "elements"),
    [
        ("1:2", []),
        ("2:1", []),
        ("3:4", ["SV107-1", "SV107-2"]),
        ("0", ["SV107-1"]),
        ("1::2", ["SV107-2"]),
        (":1", ["SV107-1"]),
        ("1:", []),
        ("2:1:2:1", ["SV107-3", "SV107-4"]),
    ],
)
def test_each_bad_pointer_is_told_at_its_place(pointers: str, elements: list[str]) -> None:
    edit = {POINTER_OF_INJECTION: f"96372*35*UN*1***{pointers}"}
    assert told(edit, "DX002") == [("DX002", element) for element in elements]


def test_unused_diagnoses_are_not_told_where_a_pointer_leads_nowhere() -> None:
    assert told({"99213:25*112*UN*1***2": "99213:25*112*UN*1***3"}, "DX025") == []
    assert told({"99213:25*112*UN*1***2": "99213:25*112*UN*1***1"}, "DX025") == [("DX025", "HI02-2")]


def test_a_visit_and_an_injection_may_share_their_diagnosis() -> None:
    assert told({HI: "HI*ABK:E538~", "99213:25*112*UN*1***2": "99213:25*112*UN*1***1"}) == []


# -- codes ------------------------------------------------------------------------------------------------


def test_a_code_is_told_once_however_many_lines_point_to_it() -> None:
    edit = {**TO_KETOROLAC, "HI*ABK:E538*": "HI*ABK:M545*"}
    assert told(edit) == [("DX006", "HI01-2")]


def test_a_malformed_code_is_not_also_told_as_not_billable() -> None:
    assert told({"*ABF:I10~": "*ABF:M54.5~"}) == [("DX005", "HI02-2")]


def test_a_malformed_code_still_supports_its_injection() -> None:
    assert told({"*ABK:E538*": "*ABK:E53.8*"}) == [("DX005", "HI01-2")]
    assert told({"*ABK:E538*": "*ABK:E53*"}) == [("DX006", "HI01-2")]


def test_the_codes_below_a_heading_are_listed_up_to_six() -> None:
    (finding,) = found({"*ABF:I10~": "*ABF:S934~"})
    assert finding.message.count("S934") == 7
    assert finding.message.endswith(" ....")


@pytest.mark.parametrize("word", ["TESTPAT", "DOE", "TESTPATIENT"])
def test_what_may_be_a_name_is_not_shown(word: str) -> None:
    (finding,) = found({"*ABF:I10~": f"*ABF:{word}~"})
    assert finding.rule in ("DX005", "DX006")
    assert word not in finding.message


@pytest.mark.parametrize("day", ["20250930", "20261001"])
def test_dates_that_the_table_does_not_cover_are_not_judged(day: str) -> None:
    edit = {"*20260115~": f"*{day}~", "*ABF:I10~": "*ABF:M545*ABF:M1710*ABF:Z0000*ABF:B9620~"}
    assert [rule for rule, _ in told(edit) if rule != "DX025"] == ["REF001"]


def test_a_code_is_judged_by_the_dates_of_its_own_lines() -> None:
    """The visit, alone in pointing to I10's place, lies before the table begins; the other lines do not."""
    visit = "SV1*HC:99213:25*112*UN*1***2~DTP*472*D8*20260115~"
    early = {visit: visit.replace("20260115", "20250930")}
    assert told({**early, "*ABF:I10~": "*ABF:M545~"}) == [("REF001", "HI02-2")]
    both = {**early, POINTER_OF_INJECTION: "96372*35*UN*1***1:2"}
    assert told({**both, "*ABF:I10~": "*ABF:M545~"}) == [("REF001", "HI02-2"), ("DX006", "HI02-2")]


def test_icd_9_is_left_to_the_rule_on_its_date() -> None:
    assert told({HI: "HI*BK:2662*BF:V5832~"}, "DX001", "DX003", "DX004", "DX005", "DX006", "DX007", "DX017") == []


# -- order ------------------------------------------------------------------------------------------------


def test_an_external_cause_is_told_once_with_its_lines() -> None:
    edit = {
        **TO_KETOROLAC,
        "*ABF:I10~": "*ABF:W19XXXA~",
        POINTER_OF_INJECTION: "96372*35*UN*1***2:1",
        "HC:J3420*": "HC:J1885*",
    }
    (finding,) = found(edit)
    assert (finding.rule, finding.service_line, finding.element) == ("DX007", 1, "SV107-1")
    assert "lines 1 and 2" in finding.message


def test_a_manifestation_first_hides_the_note_on_its_order() -> None:
    edit = {HI: "HI*ABK:G320*ABF:D510~", "UN*1***1~": "UN*1***2:1~"}
    assert told(edit) == [("DX008", "HI01-2")]


def test_a_status_code_alone_is_told_as_no_reason_and_not_as_out_of_order() -> None:
    edit = {"HC:J3420*": "HC:J1885*", HI: "HI*ABK:Z79899*ABF:Z9884~"}
    assert [rule for rule, _ in told(edit)] == ["DX012"]


# -- support ----------------------------------------------------------------------------------------------


def test_vitamin_b12_is_told_once_for_the_drug_and_its_injection() -> None:
    assert told({"*ABK:E538*": "*ABK:R5383*"}) == [("DX013", "SV107-1")]


def test_an_injection_beside_two_drugs_may_be_for_the_other() -> None:
    """J3420 points to the deficiency; the 96372 that points elsewhere may be that of the ketorolac."""
    edit = {"*ABF:I10~": "*ABF:M5450~", POINTER_OF_INJECTION: "96372*35*UN*1***2", **added("J1885")}
    assert told(edit) == []


@pytest.mark.parametrize(
    ("codes", "tells"),
    [
        ("Z9884", True),
        ("Z9884*ABF:E6601", True),
        ("G629*ABF:Z7984", False),
        ("G629*ABF:I10", True),
        ("K912", False),
        ("D529", False),
    ],
)
def test_what_supports_vitamin_b12(codes: str, tells: bool) -> None:
    edit = {HI: f"HI*ABK:{codes}~", "UN*1***1~": "UN*1***1:2~", "UN*1***2~": "UN*1***1~"}
    if "*" not in codes:
        edit = {HI: f"HI*ABK:{codes}~", "UN*1***2~": "UN*1***1~"}
    assert ([finding.rule for finding in found(edit, "DX011", "DX012", "DX013")] == ["DX013"]) is tells


@pytest.mark.parametrize(
    ("scope", "product", "severity"),
    [
        ("MB", "90715", "error"),
        ("MC", "90715", "error"),
        ("HM", "90715", "warning"),
        ("CI", "90715", "warning"),
        ("MB", "J1885", "warning"),
    ],
)
def test_z23_is_graver_where_only_vaccines_were_given(scope: str, product: str, severity: str) -> None:
    edit = {**payer(scope), "HC:J3420*": f"HC:{product}*", "*ABF:I10~": "*ABF:Z23~"}
    (finding,) = found({**edit, POINTER_OF_INJECTION: "96372*35*UN*1***2"}, "DX014")
    assert (finding.rule, finding.severity) == ("DX014", severity)


def test_beside_chemotherapy_an_injection_may_point_to_it() -> None:
    edit = {HI: "HI*ABK:Z5111*ABF:C439~", "HC:J3420*": "HC:J1442*"}
    assert told(edit, "DX015") == [("DX015", "SV107-1")]
    assert told({**edit, **added("96413")}, "DX015") == []


def test_chemotherapy_of_an_earlier_claim_counts() -> None:
    base = (FIXTURES / "base.edi").read_text("ascii").replace("\n", "")
    start, end = base.index("CLM*"), base.index("~SE*") + 1
    first = base[start:end].replace(HI, "HI*ABK:Z5111*ABF:C439~").replace("HC:96372*", "HC:96413*")
    second = base[start:end].replace(HI, "HI*ABK:Z5111*ABF:C439~").replace("A1001", "A1002")
    alone = apply(base[:start] + second + base[end:], Good({}))
    both = apply(base[:start] + first + second + base[end:], Good({}))
    assert [finding.rule for finding in findings_of(alone, select=("DX015",))] == ["DX015"]
    assert findings_of(both, select=("DX015",)) == []


def test_an_rsv_antibody_with_z23_is_not_taken_for_a_vaccine() -> None:
    edit = {**patient("20251120", "M"), HI: "HI*ABK:Z23*ABF:P271~", "HC:J3420*": "HC:90378*"}
    assert told(edit) == [("DX021", "SV107-1")]


def test_rsv_antibodies_before_their_rule_are_left_alone() -> None:
    edit = {
        **patient("20230920", "M"),
        HI: "HI*ABK:Z23*ABF:P271~",
        "HC:J3420*": "HC:90380*",
        "*20260115~": "*20231005~",
    }
    assert told(edit, "DX021") == []
    assert told({**edit, "*20260115~": "*20231006~"}, "DX021") == [("DX021", "SV107-1")]


def test_the_age_counts_in_whole_years_on_the_day() -> None:
    edit = {"*ABF:I10~": "*ABF:Z3800~"}
    assert told({**edit, **patient("20250116", "M")}, "DX019") == []
    assert told({**edit, **patient("20250115", "M")}, "DX019") == [("DX019", "HI02-2")]
