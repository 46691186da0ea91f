"""What the examples of the place of service rules cannot show: days, other claims, one finding per cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edi_lint.rules import Good
from edi_lint.rules.examples import added, apply, payer
from tests.conftest import FIXTURES, findings_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edi_lint import Finding

PLACE = "***11:B:1*"
VISIT = "HC:99213:25*112*UN*1***2"
INJECTION = "96372*35*UN*1***1"


def found(edit: Mapping[str, str], *rules: str) -> list[Finding]:
    """What POS rules (or those named) find on the base claim after an edit."""
    base = (FIXTURES / "base.edi").read_text("ascii")
    return findings_of(apply(base, Good(edit)), select=rules or ("POS",))


def told(edit: Mapping[str, str], *rules: str) -> list[tuple[str, str | None, int | None]]:
    """Rule, element and service line of each finding."""
    return [(finding.rule, finding.element, finding.service_line) for finding in found(edit, *rules)]


@pytest.mark.parametrize(
    ("place", "day", "tells"),
    [
        ("10", "20211231", True),
        ("10", "20220101", False),
        ("27", "20230930", True),
        ("27", "20231001", False),
        ("58", "20191231", True),
        ("58", "20200101", False),
    ],
)
def test_a_place_is_valid_from_its_first_day(place: str, day: str, tells: bool) -> None:
    edit = {PLACE: f"***{place}:B:1*", "*20260115~": f"*{day}~"}
    assert told(edit, "POS001") == ([("POS001", "CLM05-1", None)] if tells else [])
    on_line = {INJECTION: f"96372*35*UN*1*{place}**1", "*20260115~": f"*{day}~"}
    assert told(on_line, "POS001") == ([("POS001", "SV105", 2)] if tells else [])


def test_a_place_that_does_not_exist_is_told_once() -> None:
    assert told({PLACE: "***28:B:1*"}) == [("POS001", "CLM05-1", None)]


def test_the_place_of_the_claim_is_told_once_for_all_its_lines() -> None:
    (finding,) = found({PLACE: "***22:B:1*", **added("96372:59", "96365")})
    assert (finding.rule, finding.element) == ("POS003", "CLM05-1")
    assert "96372, 96365 on lines 2, 4 and 5" in finding.message


def test_places_of_lines_are_told_line_by_line() -> None:
    second = {**added("96372:59"), "LX*4~SV1*HC:96372:59*20*UN*1***1": "LX*4~SV1*HC:96372:59*20*UN*1*21**1"}
    edit = {INJECTION: "96372*35*UN*1*23**1", **second}
    assert told(edit) == [("POS003", "SV105", 2), ("POS003", "SV105", 4)]


def test_a_hospital_hides_what_says_less() -> None:
    second = {**added("96372:59"), "LX*4~SV1*HC:96372:59*20*UN*1***1": "LX*4~SV1*HC:96372:59*20*UN*1*24**1"}
    assert told({INJECTION: "96372*35*UN*1*23**1", **second}) == [("POS003", "SV105", 2)]
    assert told({PLACE: "***23:B:1*", VISIT: "HC:99284*112*UN*1***2"}) == [("POS003", "CLM05-1", None)]


def test_a_hospital_visit_without_an_injection_is_none_of_our_business() -> None:
    assert told({PLACE: "***21:B:1*", "HC:96372*": "HC:20610*"}) == []


def test_telehealth_by_place_and_modifier_is_one_finding() -> None:
    assert told({INJECTION: "96372*35*UN*1*10**1", "HC:96372*": "HC:96372:95*"}) == [("POS005", "SV105", 2)]
    assert told({PLACE: "***02:B:1*"}) == [("POS005", "CLM05-1", None)]


def test_a_telehealth_visit_beside_an_injection_in_the_office_is_right() -> None:
    assert told({VISIT: "HC:99213:25:95*112*UN*1*10**2"}) == []


def test_an_unclassified_drug_may_be_no_injection() -> None:
    assert told({"HC:J3420*": "HC:J3490:95*"}) == []


@pytest.mark.parametrize(("scope", "tells"), [("MB", True), ("16", False), ("MC", False), ("CI", False)])
def test_clinics_paid_by_encounter_concern_medicare_only(scope: str, tells: bool) -> None:
    assert bool(told({**payer(scope), PLACE: "***50:B:1*"}, "POS009")) is tells


@pytest.mark.parametrize(("scope", "tells"), [("MB", True), ("16", True), ("MC", False), ("CI", False)])
def test_supervision_at_home_concerns_medicare_only(scope: str, tells: bool) -> None:
    assert bool(told({**payer(scope), PLACE: "***12:B:1*"}, "POS006")) is tells


def test_a_dialysis_center_is_unusual_only_beside_dialysis() -> None:
    assert told({PLACE: "***65:B:1*"}) == []
    assert told({PLACE: "***65:B:1*", VISIT: "HC:90935*112*UN*1***2"}) == [("POS007", "CLM05-1", None)]


def two_claims(first: Mapping[str, str], second: Mapping[str, str]) -> list[Finding]:
    """What POS008 finds on two claims of one patient and day."""
    base = (FIXTURES / "base.edi").read_text("ascii").replace("\n", "")
    start, end = base.index("CLM*"), base.index("~SE*") + 1
    claims = []
    for number, edit in enumerate((first, second), 1):
        claim = base[start:end].replace("A1001", f"A100{number}")
        for old, new in edit.items():
            assert old in claim
            claim = claim.replace(old, new)
        claims.append(claim)
    return findings_of(apply(base[:start] + "".join(claims) + base[end:], Good({})), select=("POS008",))


EMERGENCY = {VISIT: "HC:99284*112*UN*1*23**2", "HC:96372*": "HC:99000*"}


def test_an_emergency_visit_and_an_injection_on_two_claims_are_told_on_the_later() -> None:
    (finding,) = two_claims(EMERGENCY, {})
    assert (finding.claim and finding.claim.index, finding.service_line) == (2, 2)
    assert "claim number 1 of this file" in finding.message
    (finding,) = two_claims({}, EMERGENCY)
    assert (finding.claim and finding.claim.index, finding.service_line) == (2, 1)


def test_an_emergency_visit_with_25_on_another_claim_is_right() -> None:
    with_25 = {VISIT: "HC:99284:25*112*UN*1*23**2", "HC:96372*": "HC:99000*"}
    assert two_claims(with_25, {}) == []
    assert two_claims({}, with_25) == []


def test_an_emergency_visit_and_an_injection_in_the_hospital_are_told_by_its_place() -> None:
    assert two_claims(EMERGENCY, {INJECTION: "96372*35*UN*1*23**1"}) == []
