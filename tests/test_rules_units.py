"""What the examples of the UNT and NDC rules cannot show: several claims, payers and forms of the drug number."""

from __future__ import annotations

import pytest

from edi_lint.rules.examples import apply
from edi_lint.rules.registry import Good
from tests.conftest import FIXTURES, findings_of
from tests.same_day import claim


def rules_of(text: str, select: tuple[str, ...] = ("UNT",), **settings: object) -> list[str]:
    """The rules that speak, in file order."""
    return [finding.rule for finding in findings_of(text, select=select, **settings)]


def test_per_dose_codes_are_counted_over_the_claims_of_a_day() -> None:
    first = claim(1, "96372", "Q9991")
    (finding,) = findings_of(first + claim(2, "99213", "Q9991"), select=("UNT",))
    assert (finding.rule, finding.claim and finding.claim.id, finding.service_line) == ("UNT004", "A2", 2)
    assert rules_of(first + claim(2, "99213", "Q9991", day="20260212")) == []
    assert rules_of(first + claim(2, "96372", "Q9991"), select=("UNT", "STR009")) == ["STR009"]
    assert rules_of(first + claim(2, "96372", "Q9991", frequency="7")) == []


def test_one_unit_for_each_injection_of_an_up_to_code() -> None:
    assert rules_of(claim(1, "96372*2", "J3420*2")) == []
    assert rules_of(claim(1, "96372", "J3420*2")) == ["UNT005"]
    assert rules_of(claim(1, "96374", "96375", "J1200*2")) == []


def test_waste_is_no_dose() -> None:
    assert rules_of(claim(1, "96372", "J2315*377", "J2315:JW*3")) == []


def test_old_units_are_told_once() -> None:
    assert rules_of(claim(1, "96372", "J1010*2")) == ["UNT003"]
    assert rules_of(claim(1, "96372", "J1010*4")) == ["UNT002"]
    assert rules_of(claim(1, "96372", "J1010*5")) == []


# -- drug numbers -----------------------------------------------------------------------------------------


def with_ndc(ndc: str) -> str:
    """The base claim with another drug number."""
    return apply((FIXTURES / "base.edi").read_text("ascii"), Good({"N4*00703901101~": f"N4*{ndc}~"}))


@pytest.mark.parametrize(
    ("ndc", "right"),
    [("0703-9011-01", "00703901101"), ("50458-220-11", "50458022011"), ("50458-2201-1", "50458220101")],
)
def test_hyphens_show_where_the_zero_belongs(ndc: str, right: str) -> None:
    (finding,) = findings_of(with_ndc(ndc), select=("NDC",))
    assert finding.rule == "NDC002"
    assert right in finding.remedy


def test_ten_digits_have_three_readings() -> None:
    (finding,) = findings_of(with_ndc("4099022011"), select=("NDC",))
    assert finding.rule == "NDC003"
    for padded in ("04099022011", "40990022011", "40990220101"):
        assert padded in finding.remedy


@pytest.mark.parametrize("ndc", ["0000000000", "99999999999", "007039011010", "JANE DOE"])
def test_what_is_no_ndc(ndc: str) -> None:
    (finding,) = findings_of(with_ndc(ndc), select=("NDC",))
    assert finding.rule == "NDC002"
    assert ndc not in f"{finding.message} {finding.remedy}"


def test_blanks_around_an_ndc_are_not_its_fault() -> None:
    assert rules_of(with_ndc("00703901101 "), select=("NDC",)) == []


@pytest.mark.parametrize("code", ["J7325", "A9500", "90715", "95165", "Q9967", "99213"])
def test_medicaid_asks_no_ndc_of_these(code: str) -> None:
    assert rules_of(claim(1, "20610", code, payer="MC"), select=("NDC",)) == []


def test_medicaid_asks_for_the_ndc_at_the_end_of_the_line() -> None:
    text = claim(1, "J1885", "96372", payer="MC")
    (finding,) = findings_of(text, select=("NDC",))
    assert (finding.loop, finding.segment, finding.element) == ("2410", "LIN", "LIN03")
    assert text.splitlines()[finding.line - 1] == "LX*2~"
    assert finding.service_line == 1


def test_two_compounds_need_numbers_to_tell_them_apart() -> None:
    assert rules_of(claim(1, "96372", "J7999:::::PAPAVERINE 30 MG"), select=("NDC008",)) == []
