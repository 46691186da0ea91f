"""What the examples of the NCCI rules cannot show: pairs over two claims, pairs that do not exist, options."""

from __future__ import annotations

import pytest

from edi_lint.reference.groups import PTP_MODIFIERS
from edi_lint.rules.same_day import codes
from tests.conftest import findings_of
from tests.same_day import claim
from tests.user_tables import without

NO_PAIRS = without("ptp")
"""Where the user has loaded no PTP edits, the pairs built in stand in for them."""

ABSENT = codes(
    "58300 96411 96415 96417 99417 99421 99406 97110 87880 81002 99173 96127 93000 94010 94640 36415 90461"
    " 90471 90472 90473 90474 90480 96380 96381 G0008 G0009 G0010 96361 96366 96367 96368 96373 96375 96376 96377"
    " 99381 99396 99397 G0402 G0438 G0439 G0108 98940 J3420 J1885 Q5101"
)
"""Codes that CMS pairs with 96372 in neither direction (2024 Q3)."""


def told(*claims: str, rules: str = "NCI", **settings: object) -> list[tuple[str, str | None, int | None, int | None]]:
    """Rule, claim number, service line and what it points at, of each finding."""
    found = findings_of("".join(claims), **({"select": (rules,), "data_folder": NO_PAIRS} | settings))
    return [
        (finding.rule, finding.claim and finding.claim.id, finding.service_line, finding.element) for finding in found
    ]


@pytest.mark.parametrize("code", sorted(ABSENT))
@pytest.mark.parametrize("payer", ["CI", "MB", "MC"])
def test_pairs_that_do_not_exist_are_not_invented(code: str, payer: str) -> None:
    assert told(claim(1, "96372", "J3301", code, payer=payer)) == []


def test_complexity_beside_an_injection_is_no_pair() -> None:
    assert told(claim(1, "96372", "J3420", "G2211", payer="MB")) == []


# -- over two claims ----------------------------------------------------------------------------------


def test_a_visit_and_an_injection_on_two_claims_meet_on_the_later() -> None:
    assert told(claim(1, "99213"), claim(2, "96372", "J3420")) == [("NCI002", "A2", 1, "SV101")]
    assert told(claim(1, "96372", "J3420"), claim(2, "99213")) == [("NCI002", "A2", 1, "SV101")]


def test_the_message_names_the_other_claim() -> None:
    (finding,) = findings_of(claim(1, "99213") + claim(2, "96372", "J3420"), select=("NCI002",))
    assert "(99213 is on claim number 1 of this file)" in finding.message


def test_a_fault_is_told_once() -> None:
    batch = claim(1, "99213", "96372", "J3420"), claim(2, "96372:59", "J1885"), claim(3, "J3301")
    assert told(*batch) == [("NCI002", "A1", 1, "SV101")]


def test_other_patients_providers_and_days_are_other_days() -> None:
    visit = claim(1, "99213")
    assert told(visit, claim(2, "96372", "J3420", patient="W100001002")) == []
    assert told(visit, claim(2, "96372", "J3420", rendering="1993005028")) == []
    assert told(visit, claim(2, "96372", "J3420", day="20260116")) == []


def test_a_replacement_is_judged_by_itself() -> None:
    assert told(claim(1, "99213", "J3301"), claim(2, "96372", "J3420", frequency="7")) == []
    assert told(claim(1, "96372"), claim(2, "99213", "96372", frequency="7")) == [("NCI002", "A2", 1, "SV101")]


def test_a_nurse_visit_on_the_claim_before() -> None:
    assert [found[:2] for found in told(claim(1, "99211"), claim(2, "96372", "J3420"))] == [("NCI001", "A2")]
    assert told(claim(1, "99211"), claim(2, "90471", "90715")) == []


def test_an_infusion_on_the_claim_before() -> None:
    batch = claim(1, "96365", "J0696"), claim(2, "96372", "J1885")
    assert told(*batch) == [("NCI014", "A2", 1, "SV101-2")]
    assert told(claim(1, "96365", "J0696"), claim(2, "96372:59", "J1885")) == []


# -- modifiers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", range(4))
def test_25_counts_wherever_it_stands(place: int) -> None:
    modifiers = ["GC", "Q6", "AI"]
    modifiers.insert(place, "25")
    assert told(claim(1, f"99213:{':'.join(modifiers)}", "96372", "J3420")) == []


@pytest.mark.parametrize("modifier", ["24", "57", "59", "XU"])
def test_only_25_makes_an_office_visit_separate(modifier: str) -> None:
    assert told(claim(1, f"99214:{modifier}", "96372", "J3420")) == [("NCI002", "A1", 1, "SV101")]


@pytest.mark.parametrize("modifier", sorted(PTP_MODIFIERS))
def test_any_ncci_modifier_on_either_code_opens_a_pair(modifier: str) -> None:
    assert told(claim(1, "96365", f"96372:{modifier}", "J3301", "J1885")) == []
    assert told(claim(1, f"99348:{modifier}", "96372", "J3420")) == []


@pytest.mark.parametrize("modifier", ["22", "76", "77", "51"])
def test_other_modifiers_open_no_pair(modifier: str) -> None:
    assert told(claim(1, "96365", f"96372:{modifier}", "J3301", "J1885")) == [("NCI014", "A1", 2, "SV101-2")]


def test_the_nurse_visit_hides_the_advice_on_25() -> None:
    assert told(claim(1, "99211", "99213", "96372", "J3420")) == [("NCI001", "A1", 1, "SV101-2")]


# -- units --------------------------------------------------------------------------------------------


def test_the_units_of_the_day_are_added_over_claims() -> None:
    first, second = claim(1, "96372*3", "J3420", payer="MC"), claim(2, "96372:59*2", "J1885", payer="MC")
    assert told(first, second, rules="NCI008") == [("NCI008", "A2", 1, "SV104")]
    assert told(first, claim(2, "96372:59*1", "J1885", payer="MC"), rules="NCI008") == []
    third = claim(3, "96372:XS*1", "J3301", payer="MC")
    assert told(first, second, third, rules="NCI008") == [("NCI008", "A2", 1, "SV104")]


def test_a_claim_sent_twice_does_not_double_the_units() -> None:
    assert told(claim(1, "96372*3", payer="MC"), claim(2, "96372*3", payer="MC"), rules="NCI008") == []


def test_commercial_payers_have_no_unit_edit() -> None:
    assert told(claim(1, "96372*9", "J3420"), rules="NCI008") == []


# -- visits -------------------------------------------------------------------------------------------

ONE = "ABK:E538"


def test_a_series_of_visits_for_an_injection_is_told_once() -> None:
    weeks = [
        claim(n, "99213:25", "96372", "J3420", day=day, diagnoses=ONE)
        for n, day in enumerate(("20260105", "20260112", "20260119", "20260126"), 1)
    ]
    assert told(*weeks, rules="NCI013") == [("NCI013", "A2", 1, "SV101-2")]


def test_a_single_visit_with_the_injections_diagnosis_is_fine() -> None:
    assert told(claim(1, "99213:25", "96372", "J3420", diagnoses=ONE)) == []
    two_patients = [claim(n, "99213:25", "96372", "J3420", diagnoses=ONE, patient=f"W10000100{n}") for n in (1, 2)]
    assert told(*two_patients) == []


def test_a_preventive_visit_needs_25_only_where_asked_for() -> None:
    visit = claim(1, "99396", "96372", "J3420")
    assert told(visit) == []
    asked = {"preventive-visit-needs-25": True}
    assert told(visit, options=asked) == [("NCI015", "A1", 1, "SV101")]
    assert told(claim(1, "99396:25", "96372", "J3420"), options=asked) == []
    assert told(claim(1, "99396", "96372", "J3420", payer="MC"), options=asked) == []


def test_a_patient_is_new_once_in_three_years() -> None:
    assert told(claim(1, "99203", day="20251201"), claim(2, "99204")) == [("NCI016", "A2", 1, "SV101-2")]
    assert told(claim(1, "99213", day="20251201"), claim(2, "99204")) == [("NCI016", "A2", 1, "SV101-2")]
    # The file need not be in the order of the dates.
    assert told(claim(1, "99204"), claim(2, "99203", day="20251201")) == [("NCI016", "A2", 1, "SV101-2")]


def test_new_before_established_is_the_usual_course() -> None:
    assert told(claim(1, "99203", day="20251201"), claim(2, "99213")) == []
    assert told(claim(1, "99213"), claim(2, "99203", day="20251201")) == []
    assert told(claim(1, "99203", day="20221201"), claim(2, "99203")) == []
    assert told(claim(1, "99203", day="20251201"), claim(2, "99203", patient="W100001002")) == []
    assert told(claim(1, "99203", day="20251201"), claim(2, "99203", frequency="7")) == []


def test_another_specialty_sees_the_patient_for_the_first_time() -> None:
    other = claim(2, "99203").replace("207Q00000X", "207N00000X")
    assert told(claim(1, "99203", day="20251201"), other) == []


def test_complexity_before_the_exception_of_2025() -> None:
    preventive = ("G2211", "99214:25", "G0439")
    assert told(claim(1, *preventive, payer="MB"), rules="NCI010") == []
    assert told(claim(1, *preventive, day="20241215", payer="MB"), rules="NCI010") == [("NCI010", "A1", 1, "SV101-2")]
    assert told(claim(1, *preventive[:2], day="20231215", payer="MB"), rules="NCI010") == []
