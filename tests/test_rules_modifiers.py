"""What the examples of the MOD rules cannot show: several claims, options, payers and lines that are left alone."""

from __future__ import annotations

import pytest

from edi_lint.rules.examples import added, apply, payer
from edi_lint.rules.registry import Good
from tests.conftest import FIXTURES, findings_of
from tests.same_day import claim


def rules_of(text: str, select: tuple[str, ...] = ("MOD",), **settings: object) -> list[str]:
    """The rules that speak, in file order."""
    return [finding.rule for finding in findings_of(text, select=select, **settings)]


def edited(*parts: dict[str, str]) -> str:
    """The base claim after an edit made of these parts."""
    whole: dict[str, str] = {}
    for part in parts:
        whole |= part
    return apply((FIXTURES / "base.edi").read_text("ascii"), Good(whole))


# -- 25 and its like (MOD001) ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["92004", "99495", "99381", "G0402", "G0463", "T1015", "99281", "99499", "90792", "G0101"]
)
def test_visits_take_25(code: str) -> None:
    assert rules_of(claim(1, f"{code}:25", "96372", "J3420")) == []


@pytest.mark.parametrize("code", ["36415", "J1885", "90715", "20610", "G2211"])
def test_other_codes_do_not_take_25(code: str) -> None:
    assert rules_of(claim(1, f"{code}:25", "96372", "J3420")) == ["MOD001"]


def test_each_line_and_modifier_is_told_once() -> None:
    found = findings_of(claim(1, "96372:25:57:25", "J3420:27"), select=("MOD001",))
    assert [finding.element for finding in found] == ["SV101-3", "SV101-4", "SV101-3"]


def test_25_on_the_injection_hides_the_order_of_its_modifiers() -> None:
    assert rules_of(claim(1, "96372:RT:25", "J3420"), ignore=("MOD007",)) == ["MOD001"]


def test_a_malformed_code_is_not_called_no_visit() -> None:
    assert rules_of(claim(1, "9921:25", "96372", "J3420")) == []


# -- repeats, shape, order ------------------------------------------------------------------------------


def test_a_modifier_sent_three_times_is_told_once_at_the_second() -> None:
    (finding,) = findings_of(claim(1, "96372:59:59:59", "J3420"), select=("MOD002",))
    assert finding.element == "SV101-4"


def test_what_is_no_modifier_is_not_shown() -> None:
    found = findings_of(claim(1, "96372:DOE:DOE", "J3420:j!"), select=("MOD",))
    assert [finding.rule for finding in found] == ["MOD003", "MOD003", "MOD003"]
    assert not any("DOE" in finding.message or "j!" in finding.message for finding in found)


@pytest.mark.parametrize(
    ("day", "expected"), [("20241231", []), ("20250101", ["MOD003"])], ids=["last day", "day after"]
)
def test_jg_is_valid_through_2024(day: str, expected: list[str]) -> None:
    assert rules_of(claim(1, "96372", "J3420:JG", day=day)) == expected


@pytest.mark.parametrize(("kind", "expected"), [("MB", ["MOD017"]), ("MC", ["MOD017"]), ("HM", ["MOD003"])])
def test_jg_is_told_once(kind: str, expected: list[str]) -> None:
    assert rules_of(claim(1, "96372", "J3420:JG", payer=kind)) == expected


def test_the_states_modifier_for_340b_is_named() -> None:
    text = claim(1, "96372", "J3420:JG", payer="MC")
    (finding,) = findings_of(text, select=("MOD017",), options={"medicaid-340b-modifier": "UD"})
    assert "takes UD" in finding.message


def test_side_before_59_is_left_alone_on_procedures() -> None:
    assert rules_of(claim(1, "20610:RT:59", "J3301")) == []


def test_anesthesia_modifiers_are_not_reordered() -> None:
    assert rules_of(claim(1, "00142:QK:QS:P1", "00142:AA:P3")) == []


# -- several injections (MOD004) ------------------------------------------------------------------------


def test_clean_pairs_of_injections() -> None:
    assert rules_of(claim(1, "96372", "96372:59", "J1885", "J3301")) == []
    assert rules_of(claim(1, "96372", "96372:XS", "J1885", "J3301")) == []
    assert rules_of(claim(1, "96372*2", "J1885", "J3301")) == []
    assert rules_of(claim(1, "96372", "96372:59", "96372:59", "J1885", "J3301", "J1100")) == []


def test_injections_that_look_the_same() -> None:
    assert rules_of(claim(1, "96372:59", "96372:59", "J1885", "J3301")) == ["MOD004"]
    assert rules_of(claim(1, "96372:59", "96372:59", "J1885")) == ["MOD004"]
    assert rules_of(claim(1, "96372", "96372:59", "96372:59", "J1885", "J3301")) == ["MOD004"]


def test_two_plain_injections_are_a_duplicate_line_and_no_more() -> None:
    assert rules_of(claim(1, "96372", "96372", "J1885", "J3301"), select=("MOD", "STR010")) == ["STR010"]


def test_a_second_injection_on_a_later_claim_needs_59() -> None:
    first = claim(1, "96372", "J1885")
    (finding,) = findings_of(first + claim(2, "96372", "J3301"), select=("MOD",))
    assert (finding.rule, finding.claim and finding.claim.id, finding.element) == ("MOD004", "A2", "SV101-2")
    assert "claim number 1 of this file" in finding.message
    assert rules_of(first + claim(2, "96372:59", "J3301")) == []
    assert rules_of(first + claim(2, "96372", "J3301", rendering="1993005028")) == []
    assert rules_of(first + claim(2, "96372", "J3301", day="20260116")) == []


def test_a_claim_sent_twice_is_told_by_str009_alone() -> None:
    text = claim(1, "96372", "J1885") + claim(2, "96372", "J1885")
    assert rules_of(text, select=("MOD", "DRG", "STR009")) == ["STR009"]


def test_a_replacement_is_judged_by_itself() -> None:
    assert rules_of(claim(1, "96372", "J1885") + claim(2, "96372", "J3301", frequency="7")) == []


def test_the_payer_wants_lines() -> None:
    options = {"multiple-96372": "lines"}
    assert rules_of(claim(1, "96372*2", "J1885", "J3301"), options=options) == ["MOD004"]
    assert rules_of(claim(1, "96372", "96372:59", "J1885", "J3301"), options=options) == []


def test_the_payer_wants_units() -> None:
    options = {"multiple-96372": "units"}
    assert rules_of(claim(1, "96372*2", "J1885", "J3301"), options=options) == []
    assert rules_of(claim(1, "96372", "96372:59", "J1885", "J3301"), options=options) == ["MOD004"]
    over_claims = claim(1, "96372", "J1885") + claim(2, "96372:59", "J3301")
    assert rules_of(over_claims, options=options) == ["MOD004"]


def test_77_by_another_practitioner_is_a_repeat() -> None:
    other = {"REF*6R*A1001L4~": "REF*6R*A1001L4~NM1*82*1*TESTDOCTOR*BETH****XX*1993005028~"}
    assert rules_of(edited(added("96372:77"), other)) == []
    assert rules_of(edited(added("96372:77"))) == ["MOD005"]


# -- waste, route, notices ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "services",
    [
        ("96372", "J1885:JZ"),
        ("96372", "J1885", "J1885:JW"),
        ("96372", "J3420"),
        ("96372", "J2680"),
        ("90471", "90715"),
        ("96372", "J1885:GY"),
    ],
)
def test_medicare_asks_for_no_jz(services: tuple[str, ...]) -> None:
    assert rules_of(claim(1, *services, payer="MB"), select=("MOD011", "MOD012")) == []


def test_jz_is_asked_for_since_july_2023() -> None:
    assert rules_of(claim(1, "96372", "J1885", payer="MB", day="20230630"), select=("MOD011",)) == []
    assert rules_of(claim(1, "96372", "J1885", payer="MB", day="20230701"), select=("MOD011",)) == ["MOD011"]


@pytest.mark.parametrize("place", ["50", "72"])
def test_health_centers_need_no_jz(place: str) -> None:
    text = edited(payer("MB"), {"HC:J3420*": "HC:J1885*", "***11:B:1": f"***{place}:B:1"})
    assert rules_of(text, select=("MOD011",)) == []


def test_a_drug_without_cost_needs_no_jz() -> None:
    text = edited(payer("MB"), {"HC:J3420*4.5*": "HC:J1885*.01*", "*151.5*": "*147.01*"})
    assert rules_of(text, select=("MOD011",)) == []


def test_the_dose_beside_waste_may_stand_on_an_earlier_claim() -> None:
    text = claim(1, "96372", "J1885", payer="MB") + claim(2, "J1885:JW", payer="MB")
    assert rules_of(text, select=("MOD012",)) == []


def test_the_list_of_drugs_with_a_route_is_the_contractors() -> None:
    text = claim(1, "96365", "J0129:JZ", payer="MB")
    assert rules_of(text, select=("MOD014",)) == ["MOD014"]
    assert rules_of(text, select=("MOD014",), options={"route-modifier-codes": ["J3262"]}) == []
    assert rules_of(text.replace("J0129:JZ", "J0129:JA:JZ"), select=("MOD014",)) == []


def test_esa_needs_one_reason_and_a_blood_count() -> None:
    (finding,) = findings_of(claim(1, "96372", "J0885", payer="MB"), select=("MOD015",))
    assert "no hemoglobin or hematocrit" in finding.message
    (finding,) = findings_of(claim(1, "96372", "J0885:EC", payer="MB"), select=("MOD015",))
    assert (finding.loop, finding.segment, finding.element) == ("2400", "MEA", "MEA03")
    assert rules_of(claim(1, "96372", "J0885", payer="HM"), select=("MOD015",)) == ["MOD015"]


def test_gz_alone_and_gx_with_gy_are_right() -> None:
    assert rules_of(claim(1, "96372:GZ", "J3420:GX:GY", payer="MB"), select=("MOD016",)) == []
