"""The catalogue's known traps: what looks wrong and is right. Under all rules, and with every table loaded."""

from __future__ import annotations

import pytest

from edi_lint.reference import shipped
from edi_lint.rules import RULES, Good
from edi_lint.rules.examples import added, apply, payer
from edi_lint.rules.same_day import codes
from tests.conftest import BASES, findings_of
from tests.same_day import claim
from tests.user_tables import without


def told(text: str, *, floor: tuple[str, ...] = ("error", "warning"), **settings: object) -> list[str]:
    """The rules that speak, as gravely as this."""
    return [finding.rule for finding in findings_of(text, **settings) if finding.severity in floor]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("kind", ["CI", "MB", "MC", "HM"])
def test_one_diagnosis_for_visit_and_injection_is_enough(kind: str, base: str, bases: dict[str, str]) -> None:
    """DX024: different diagnoses are not required for modifier 25. There is no rule of that id, and none speaks."""
    one = {"*ABF:I10~": "~", "99213:25*112*UN*1***2": "99213:25*112*UN*1***1", "HC:J3420*": "HC:J3420:JZ*"}
    text = apply(bases[base], Good(one | payer(kind)))
    assert findings_of(text) == []
    assert "DX024" not in RULES


@pytest.mark.parametrize("base", BASES)
def test_two_patients_of_one_diagnosis_in_a_series_of_visits(base: str, bases: dict[str, str]) -> None:
    one = {"*ABF:I10~": "*ABF:I10~", "99213:25*112*UN*1***2": "99213:25*112*UN*1***1:2"}
    assert findings_of(apply(bases[base], Good(one))) == []


def test_the_drug_may_be_on_another_claim_of_the_day() -> None:
    assert told(claim(1, "J3420") + claim(2, "96372"), select=("DRG", "DOC")) == ["DRG002"]
    assert told(claim(1, "96372", "J3420"), select=("DRG", "DOC")) == []
    # Billed before: nothing is missing.
    assert told(claim(1, "J3420", "96372") + claim(2, "96372:59", "J1885"), select=("DRG", "DOC")) == []


def test_the_drug_may_be_billed_by_others_altogether() -> None:
    """By a pharmacy, for instance: then the option says that the line is not to be asked for."""
    assert told(claim(1, "96372"), select=("DRG001",)) == ["DRG001"]
    assert told(claim(1, "96372"), select=("DRG001",), options={"drug-line-required": False}) == []


def test_a_pharmacy_delivers_and_does_not_inject() -> None:
    assert told(claim(1, "J3420").replace("261QP2300X", "3336S0011X"), select=("DRG002",)) == []


def test_the_state_may_supply_the_vaccine() -> None:
    """No product line, or one at no charge with modifier SL: an information at most, and the option turns that off."""
    alone = claim(1, "90471", payer="MC", diagnoses="ABK:Z23")
    assert told(alone) == []
    assert told(alone, floor=("info",), options={"vaccine-product-required": False}, select=("ADM034",)) == []
    at_no_charge = claim(1, "90471", "90715:SL", payer="MC", diagnoses="ABK:Z23")
    at_no_charge = at_no_charge.replace("90715:SL*20*", "90715:SL*0*").replace("CLM*A1*40*", "CLM*A1*20*")
    assert told(at_no_charge, ignore=("NDC001",)) == []


def test_two_drugs_in_one_syringe_are_one_injection() -> None:
    assert told(claim(1, "96372", "J2550", "J1200", diagnoses="ABK:R112"), select=("DRG", "MOD", "NCI", "STR")) == []


def test_two_sites_are_two_injections() -> None:
    batch = claim(1, "96372", "96372:59", "J3301", "J1885", diagnoses="ABK:M5450")
    assert told(batch, select=("DRG", "MOD", "NCI", "STR", "UNT")) == []
    fulvestrant = claim(1, "96402*2", "J9395*20", diagnoses="ABK:C50911")
    assert told(fulvestrant, select=("DRG", "MOD", "NCI", "STR", "UNT")) == []


@pytest.mark.parametrize("charge", [".01", "0.01"])
def test_a_free_drug_at_its_nominal_charge(charge: str, bases: dict[str, str]) -> None:
    edit = {"HC:J3420*4.5*": f"HC:J3420:JZ*{charge}*", "*151.5*": "*147.01*"}
    assert told(apply(bases["base.edi"], Good(edit | payer("MB")))) == []


def test_a_drug_at_no_charge_is_advised_not_denied(bases: dict[str, str]) -> None:
    edit = {"HC:J3420*4.5*": "HC:J3420:JZ*0*", "*151.5*": "*147*"}
    for kind in ("MB", "CI"):
        found = findings_of(apply(bases["base.edi"], Good(edit | payer(kind))))
        assert {finding.severity for finding in found} <= {"warning", "info"}
        assert {finding.rule for finding in found} <= {"STR002", "DRG005"}


ABSENT = codes(
    "58300 96411 96415 96417 99417 99421 99406 97110 87880 81002 99173 96127 93000 94010 94640 36415 90461 90471 90472"
    " 90473 90474 90480 96380 96381 G0008 G0009 G0010 96361 96366 96367 96368 96373 96375 96376 96377 99381 99396 99397"
    " G0402 G0438 G0439 G0108 G2211 98940"
)


@pytest.mark.parametrize("kind", ["CI", "MB", "MC", "HM"])
@pytest.mark.parametrize("tables", ["all", "without PTP edits"])
def test_pairs_that_cms_does_not_have_are_not_invented(kind: str, tables: str) -> None:
    """Section 5 of the catalogue, verified absent; and no drug has a pair with 96372."""
    services = sorted(ABSENT | shipped().drugs.keys())
    batch = "".join(
        claim(number, "96372", "J3420", code, payer=kind, patient=f"W{number:09}")
        for number, code in enumerate(services, 1)
    )
    settings = {"data_folder": without("ptp")} if tables != "all" else {}
    pairs = tuple(rule for rule in RULES if rule.startswith("NCI") and rule not in ("NCI008", "NCI009", "NCI010"))
    assert told(batch, floor=("error", "warning", "info"), select=pairs, **settings) == []


@pytest.mark.parametrize("base", BASES)
def test_a_preventive_visit_beside_an_injection(base: str, bases: dict[str, str]) -> None:
    """NCI015: silent by default, as CMS has no pair."""
    for kind in ("CI", "HM", "MC"):
        edit = {"HC:99213:25*": "HC:99396*", "*ABF:I10~": "*ABF:Z0000~", "HC:J3420*": "HC:J3420:JZ*"} | payer(kind)
        assert "NCI015" not in told(apply(bases[base], Good(edit)), floor=("error", "warning", "info"))


def test_a_complex_biologic_under_96401_is_left_to_the_payer(bases: dict[str, str]) -> None:
    """ADM016: CMS forbids its contractors to down-code by the drug alone."""
    edit = {"HC:96372*": "HC:96401*", "HC:J3420*4.5*UN*1*": "HC:J0897:JZ*4.5*UN*60*", "ABK:E538": "ABK:M810"}
    for kind in ("CI", "MB"):
        assert told(apply(bases["base.edi"], Good(edit | payer(kind)))) == []


def test_codes_of_the_new_chapter_have_a_letter_in_the_second_place(bases: dict[str, str]) -> None:
    assert told(apply(bases["base.edi"], Good({"*ABF:I10~": "*ABF:QA00101~"}))) == []


def test_a_stale_or_missing_table_is_no_error(tmp_path: object, bases: dict[str, str]) -> None:
    for base in BASES:
        for kind in ("CI", "MB", "MC"):
            text = apply(bases[base], Good({"HC:J3420*": "HC:J3420:JZ*"} | payer(kind) | added("36415")))
            assert told(text, data_folder=str(tmp_path)) == []
