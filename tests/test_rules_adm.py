"""What the examples of the ADM rules cannot show: faults over two claims, dates, options, one finding for one cause."""

from __future__ import annotations

import pytest

from edi_lint.rules import Good
from edi_lint.rules.examples import added, apply, payer
from tests.conftest import FIXTURES, findings_of
from tests.same_day import claim
from tests.user_tables import without

NO_PAIRS = without("ptp")
"""Where the user has loaded no PTP edits, the pairs built in stand in for them."""


def told(*claims: str, rules: str = "ADM", **settings: object) -> list[tuple[str, str | None, int | None, str | None]]:
    """Rule, claim number, service line and what it points at, of each finding."""
    found = findings_of("".join(claims), **({"select": (rules,), "data_folder": NO_PAIRS} | settings))
    return [
        (finding.rule, finding.claim and finding.claim.id, finding.service_line, finding.element) for finding in found
    ]


def rules_of(*claims: str, **settings: object) -> list[str]:
    """The ADM rules that speak."""
    return [rule for rule, _, _, _ in told(*claims, **settings)]


# -- over two claims ----------------------------------------------------------------------------------


def test_vaccine_and_injection_on_two_claims_meet_on_the_later() -> None:
    assert told(claim(1, "90715"), claim(2, "96372")) == [("ADM001", "A2", 1, "SV101-2")]
    assert told(claim(1, "96372"), claim(2, "90715")) == [("ADM001", "A2", 1, "SV101-2")]
    (finding,) = findings_of(claim(1, "90715") + claim(2, "96372"), select=("ADM",))
    assert "(90715 is on claim number 1 of this file)" in finding.message


def test_other_patients_providers_and_days_are_other_days() -> None:
    vaccine = claim(1, "90715")
    assert told(vaccine, claim(2, "96372", patient="W100001002")) == []
    assert told(vaccine, claim(2, "96372", rendering="1993005028")) == []
    assert told(vaccine, claim(2, "96372", day="20260116")) == []


def test_a_fault_is_told_once() -> None:
    assert told(claim(1, "96372", "90715"), claim(2, "85025"), claim(3, "90656")) == [("ADM001", "A1", 1, "SV101-2")]


def test_what_an_earlier_claim_brings_can_excuse() -> None:
    assert told(claim(1, "J3420"), claim(2, "96372", "90715")) == []
    assert told(claim(1, "96365", "J0696"), claim(2, "96375", "J1885")) == []
    assert told(claim(1, "95117", "95165"), claim(2, "96372:59")) == []


def test_a_replacement_is_judged_by_itself() -> None:
    assert told(claim(1, "96372", "90715"), claim(2, "90471", "90715", frequency="7")) == [
        ("ADM001", "A1", 1, "SV101-2")
    ]


# -- one finding for one cause --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("services", "payer", "only"),
    [
        (("96372", "90715"), "CI", "ADM001"),
        (("96372", "90662"), "MB", "ADM005"),
        (("96372", "91322"), "CI", "ADM006"),
        (("90471", "90375"), "CI", "ADM009"),
        (("90471", "90378"), "CI", "ADM008"),
        (("90471", "90380"), "CI", "ADM007"),
        (("96372", "95165"), "MC", "ADM012"),
        (("96372", "86580"), "MC", "ADM028"),
        (("90460", "96372", "90715"), "MC", "ADM002"),
        (("95117", "96372", "J3420"), "MC", "ADM014"),
        (("20610", "96372", "J3301"), "CI", "ADM020"),
        (("11402", "96372", "J2003"), "CI", "ADM029"),
    ],
)
def test_one_cause_has_one_finding(services: tuple[str, ...], payer: str, only: str) -> None:
    families = ("ADM", "NCI", "DRG", "DX014")
    found = findings_of(claim(1, *services, payer=payer), select=families, ignore=("ADM003",), data_folder=NO_PAIRS)
    assert [finding.rule for finding in found] == [only]


def test_a_code_that_nothing_is_known_of_may_be_the_drug() -> None:
    for code in ("J0999", "Q5999", "C9098", "99070", "S0189", "J3490", "J2790"):
        assert told(claim(1, "96372", "90715", code)) == []
    for code in ("Q0091", "A4206", "J8499", "J1745", "G2211"):
        assert rules_of(claim(1, "96372", "90715", code)) == ["ADM001"]


# -- vaccines -----------------------------------------------------------------------------------------


def test_one_administration_may_be_the_other_vaccines() -> None:
    assert told(claim(1, "90471", "90715", "90662", payer="MB")) == []
    assert rules_of(claim(1, "90471", "90472", "90715", "90662", payer="MB")) == ["ADM005"]
    assert rules_of(claim(1, "90471", "90662", payer="16")) == ["ADM005"]
    assert told(claim(1, "90471", "90662", payer="MC")) == []


def test_the_covid_codes_by_date() -> None:
    assert rules_of(claim(1, "90471", "91322", day="20230910")) == []
    assert rules_of(claim(1, "90471", "91322", day="20230911")) == ["ADM006"]
    assert rules_of(claim(1, "0001A", "91322", day="20231231")) == []
    assert rules_of(claim(1, "0174A", "91322", day="20240101")) == ["ADM006"]


def test_the_rsv_codes_by_date() -> None:
    assert rules_of(claim(1, "96372", "90380", day="20231005")) == []
    assert rules_of(claim(1, "96372", "90380", day="20231006")) == ["ADM007"]
    assert told(claim(1, "96372", "90380", "J0696")) == []


def test_globulin_and_vaccine_want_two_administrations() -> None:
    assert rules_of(claim(1, "96372", "90471", "90375", "90675")) == []
    assert rules_of(claim(1, "90471", "90375", "90675")) == ["ADM010"]
    assert rules_of(claim(1, "96372", "90375", "90675")) == ["ADM010"]
    assert rules_of(claim(1, "90471", "90472", "90375", "90675")) == ["ADM009"]


def test_a_vaccine_without_its_line_is_an_option() -> None:
    assert rules_of(claim(1, "90471")) == ["ADM034"]
    assert told(claim(1, "90471"), options={"vaccine-product-required": False}) == []
    assert told(claim(1, "90471:SL")) == []


# -- administration -----------------------------------------------------------------------------------


@pytest.mark.parametrize("note", ["ALLERGY SHOT LEFT ARM", "Allergen immunotherapy", "TWO ALLERGY INJECTIONS"])
def test_a_note_of_an_allergy_shot(note: str) -> None:
    base = (FIXTURES / "base.edi").read_text("ascii")
    edit = {"HC:96372*": f"HC:96372:::::{note}*", "HC:J3420*": "HC:36415*"}
    (finding,) = findings_of(apply(base, Good(edit)), select=("ADM",))
    assert (finding.rule, finding.element) == ("ADM012", "SV101-2")
    assert note not in finding.message
    with_drug = {"HC:96372*": f"HC:96372:::::{note}*"}
    assert findings_of(apply(base, Good(with_drug)), select=("ADM",)) == []


def test_an_injection_beside_an_allergy_shot_by_payer() -> None:
    base = (FIXTURES / "base.edi").read_text("ascii")
    for indicator, severity in (("MB", "error"), ("MC", "error"), ("CI", "warning"), ("HM", "warning")):
        (finding,) = findings_of(
            apply(base, Good(added("95117") | payer(indicator))), select=("ADM", "NCI"), data_folder=NO_PAIRS
        )
        assert (finding.rule, finding.severity) == ("ADM014", severity)


def test_a_side_on_the_joint_leaves_room_for_a_second_steroid() -> None:
    assert rules_of(claim(1, "20610:RT", "96372", "J3301")) == ["ADM020"]
    assert rules_of(claim(1, "20610:RT", "96372", "J3301", "J1100")) == []
    assert rules_of(claim(1, "20610", "96372", "J3301", "J1100")) == ["ADM020"]
    assert rules_of(claim(1, "20610", "96372", "J3301", "J1885")) == []


def test_drugs_for_the_vein_with_their_infusion() -> None:
    assert rules_of(claim(1, "96372", "J1745")) == ["ADM018"]
    assert rules_of(claim(1, "96365", "96372:59", "J1745", "J1200")) == []
    assert rules_of(claim(1, "96372", "J1745", "J1885")) == []


def test_add_on_codes_want_their_parent() -> None:
    assert rules_of(claim(1, "96366", "J1885")) == ["ADM021"]
    assert rules_of(claim(1, "96360", "96375", "J1885")) == ["ADM021"]
    assert rules_of(claim(1, "96416", "96375", "J1885")) == []
    assert rules_of(claim(1, "96372", "96375", "J1885")) == ["ADM021"]


def test_two_initial_services_point_at_the_lesser() -> None:
    assert told(claim(1, "96365", "96374", "J1885")) == [("ADM021", "A1", 2, "SV101-2")]
    assert told(claim(1, "96374", "96365", "J1885")) == [("ADM021", "A1", 1, "SV101-2")]
    assert told(claim(1, "96365", "96365:59", "J1885")) == []


def test_prevention_of_hiv_by_date_and_payer() -> None:
    assert told(claim(1, "96372", "J0739", day="20240929", payer="MB")) == []
    assert rules_of(claim(1, "96372", "J0739", day="20240930", payer="MB")) == ["ADM026"]
    assert told(claim(1, "96372", "J0739", payer="MC")) == []
    assert told(claim(1, "96372", "J0739", "J3420", payer="MB")) == []


def test_the_list_of_self_administered_drugs_can_be_replaced() -> None:
    assert rules_of(claim(1, "96372", "J1438", payer="MB")) == ["ADM027"]
    own_list = {"self-administered-drugs": ["J2357"]}
    assert told(claim(1, "96372", "J1438", payer="MB"), options=own_list) == []
    assert rules_of(claim(1, "96372", "J2357", payer="MB"), options=own_list) == ["ADM027"]
    assert told(claim(1, "96372", "J1438", payer="16")) == []
    assert told(claim(1, "96372", "J3357", day="20211014", payer="MB")) == []


def test_obsolete_codes_by_date() -> None:
    assert told(claim(1, "90772", "J1885", day="20081231")) == []
    assert rules_of(claim(1, "90772", "J1885", day="20090101")) == ["ADM032"]
    assert told(claim(1, "96379", "J3490")) == []
    assert told(claim(1, "96379", "J1745")) == []


def test_anesthesia_takes_no_modifier() -> None:
    assert told(claim(1, "00400", "96372:59", "J3420")) == [("ADM033", "A1", 2, "SV101-2")]
    assert told(claim(1, "01967", "J3420")) == []
    assert told(claim(1, "00400", rendering="1993005028"), claim(2, "96372", "J3420")) == []
