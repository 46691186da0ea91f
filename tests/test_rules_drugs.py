"""What the examples of the DRG and DOC rules cannot show: drug and injection on two claims, what they leave alone."""

from __future__ import annotations

import pytest

from edi_lint.rules.examples import apply, payer
from edi_lint.rules.registry import Good
from tests.conftest import FIXTURES, findings_of
from tests.same_day import claim


def rules_of(text: str, select: tuple[str, ...] = ("DRG",), **settings: object) -> list[str]:
    """The rules that speak, in file order."""
    return [finding.rule for finding in findings_of(text, select=select, **settings)]


# -- the drug of an injection (DRG001) --------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["J3420", "J9999", "Q5101", "S0189", "90378", "90371", "90715", "95165", "A9500", "86580", "99070", "C9399"]
)
def test_any_product_counts_as_the_drug(code: str) -> None:
    assert rules_of(claim(1, "96372", code), select=("DRG001",)) == []


@pytest.mark.parametrize("code", ["99213:25", "36415", "A4206", "G0008", "Q4010", "S0612"])
def test_other_services_are_no_drug(code: str) -> None:
    assert rules_of(claim(1, "96372", code), select=("DRG001",)) == ["DRG001"]


def test_an_ndc_on_the_injection_counts_as_the_drug() -> None:
    text = claim(1, "96372").replace("A1L1~", "A1L1~\nLIN**N4*00703901101~\nCTP****1*ML~").replace("SE*32", "SE*34")
    assert rules_of(text, select=("DRG001", "NDC007")) == ["NDC007"]


def test_the_drug_may_stand_on_an_earlier_claim() -> None:
    drug = claim(1, "J3420", "99213")
    assert rules_of(drug + claim(2, "96372"), select=("DRG001",)) == []
    assert rules_of(drug + claim(2, "96372", day="20260116"), select=("DRG001",)) == ["DRG001"]
    assert rules_of(drug + claim(2, "96372", patient="W100001002"), select=("DRG001",)) == ["DRG001"]


def test_the_drug_may_be_of_another_practitioner_of_the_claim() -> None:
    text = claim(1, "96372", "J3420").replace("REF*6R*A1L2~", "REF*6R*A1L2~\nNM1*82*1*DOC*BETH****XX*1993005028~")
    assert rules_of(text.replace("SE*36", "SE*37"), select=("DRG001", "DRG002")) == []


def test_one_injection_without_drug_is_told_once_a_day() -> None:
    assert rules_of(claim(1, "96372", "96372:59"), select=("DRG001", "DRG003")) == ["DRG001"]


def test_a_drug_of_another_day_is_told_by_its_date() -> None:
    text = claim(1, "96372", "J3420").replace("D8*20260115~\nREF*6R*A1L2", "D8*20260114~\nREF*6R*A1L2")
    assert rules_of(text, select=("DRG", "DAT", "DOC")) == ["DAT005"]


def test_a_note_names_the_drug() -> None:
    bare = claim(1, "96372")
    noted = bare.replace("HI*ABK", "NTE*ADD*KETOROLAC 30 MG IM~\nHI*ABK").replace("SE*32", "SE*33")
    assert rules_of(bare, select=("DRG", "DOC")) == ["DRG001", "DOC001"]
    (finding,) = findings_of(noted, select=("DRG", "DOC"))
    assert finding.rule == "DRG001"
    assert "KETOROLAC" not in finding.message


# -- the injection of a drug (DRG002) ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "service", ["96372", "96374", "96401", "20610", "G0012", "90471", "11900", "64493", "0232T", "M0201", "Q0083"]
)
def test_any_service_that_may_give_a_drug_is_enough(service: str) -> None:
    assert rules_of(claim(1, service, "J3301"), select=("DRG002",)) == []


@pytest.mark.parametrize("service", ["99213", "85025", "36415", "A4206", "G2211", "G8427"])
def test_visits_laboratory_and_supplies_give_no_drug(service: str) -> None:
    assert rules_of(claim(1, service, "J1885"), select=("DRG002",)) == ["DRG002"]


def test_a_drug_alone() -> None:
    assert rules_of(claim(1, "J1885")) == ["DRG002"]
    assert rules_of(claim(1, "96372") + claim(2, "J1885"), select=("DRG002",)) == []
    assert rules_of(claim(1, "J1885:JW")) == []
    assert rules_of(claim(1, "J3490")) == ["DRG006"]
    assert rules_of(claim(1, "J1745")) == []


# -- how many (DRG003, DRG004) ----------------------------------------------------------------------------


def test_units_of_a_range_of_days_are_no_units_of_a_day() -> None:
    text = claim(1, "96372*4", "J3420*4").replace("D8*20260115", "RD8*20260101-20260131")
    assert rules_of(text, select=("DRG003", "UNT", "MOD004")) == []


def test_two_vials_of_one_drug_are_two_drugs_by_their_ndc() -> None:
    def with_ndcs(first: str, second: str) -> str:
        text = claim(1, "96372*2", "J1885", "J1885:59")
        for line, ndc in ((2, first), (3, second)):
            text = text.replace(f"A1L{line}~", f"A1L{line}~\nLIN**N4*{ndc}~\nCTP****1*ML~")
        return text.replace("SE*40", "SE*44")

    assert rules_of(with_ndcs("00409902201", "00409902201"), select=("DRG003",)) == ["DRG003"]
    assert rules_of(with_ndcs("00409902201", "00409902202"), select=("DRG003",)) == []


def test_drugs_given_in_two_places_take_two_injections() -> None:
    for code in ("J9395*20", "J0696*4", "J2357*60", "90371", "J3490"):
        assert rules_of(claim(1, "96372*2", code), select=("DRG003",)) == []


def test_a_cocktail_in_one_syringe_is_fine() -> None:
    assert rules_of(claim(1, "96372", "J2550", "J1200"), select=("DRG004",)) == []
    assert rules_of(claim(1, "96372", "J1630", "J2060", "J1200"), select=("DRG004",)) == []
    assert rules_of(claim(1, "96372", "J1885", "J3301"), select=("DRG004",)) == ["DRG004"]
    assert rules_of(claim(1, "96372", "96374:59", "J1885", "J3301"), select=("DRG004",)) == []


# -- codes (DRG005 to DRG009) -----------------------------------------------------------------------------


def test_a_free_drug_at_zero_is_a_note_and_no_error() -> None:
    edit = payer("MB") | {"HC:J3420*4.5*": "HC:J3420*0*", "*151.5*": "*147*"}
    found = findings_of(apply((FIXTURES / "base.edi").read_text("ascii"), Good(edit)))
    assert {finding.severity for finding in found} == {"warning", "info"}


def test_the_name_of_an_unclassified_drug_is_never_shown() -> None:
    found = findings_of(claim(1, "96372", "J3490:::::KETOROLAC FOR MRS DOE"), select=("DRG", "DOC"))
    assert [finding.rule for finding in found] == ["DRG007", "DOC002"]
    assert not any("KETOROLAC" in f"{finding.message} {finding.value}" for finding in found)


def test_a_code_that_came_later_is_not_offered() -> None:
    methylprednisolone = "J3490:::::METHYLPREDNISOLONE 40 MG IM"
    (finding,) = findings_of(claim(1, "96372", methylprednisolone, day="20240301"), select=("DRG007",))
    assert "J1030" in finding.message
    assert "J1010" not in finding.message
    (finding,) = findings_of(claim(1, "96372", methylprednisolone), select=("DRG007",))
    assert "J1010" in finding.message
    assert "J1030" not in finding.message


@pytest.mark.parametrize(("day", "expected"), [("20230405", []), ("20230406", ["DRG009"])])
def test_j1726_was_withdrawn_in_april_2023(day: str, expected: list[str]) -> None:
    assert rules_of(claim(1, "96372", "J1726", day=day), select=("DRG009",)) == expected
