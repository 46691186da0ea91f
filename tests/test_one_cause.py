"""One cause, one message: what hides what (section 3 of the catalogue), under all rules, on claims of both levels."""

from __future__ import annotations

import pytest

from edi_lint.rules import Good
from edi_lint.rules.examples import added, apply, patient, payer
from tests.conftest import BASES, findings_of
from tests.user_tables import without

ALLERGEN = {"HC:J3420*": "HC:95165*", "ABK:E538": "ABK:J301"}
PROSTATE = {"ABK:E538": "ABK:C61"} | patient("19500704", "M")
CAUSES = {
    # A vaccine given under 96372: not its diagnosis Z23, not that there is no drug, no second administration.
    "ADM001": {"HC:J3420*": "HC:90715*", "ABK:E538": "ABK:Z23"},
    # Medicare's own administration code: not that a vaccine was billed with 96372.
    "ADM005": {"HC:J3420*": "HC:90662*", "ABK:E538": "ABK:Z23"} | payer("MB"),
    # The antibody, the allergen, the hormone, the drug for a vein, the joint: not that drugs and injections differ.
    "ADM007": {"HC:J3420*": "HC:90380*", "ABK:E538": "ABK:Z2911"} | patient("20251105", "M"),
    "ADM012": ALLERGEN | {"HC:96372*35*UN*1*": "HC:96372*35*UN*3*"},
    "ADM015": PROSTATE | {"HC:J3420*": "HC:J9217*", "HC:96372*35*UN*1*": "HC:96372*35*UN*3*"},
    "ADM018": {"HC:J3420*": "HC:J1745*", "HC:96372*35*UN*1*": "HC:96372*35*UN*3*", "ABK:E538": "ABK:M069"},
    "ADM019": {"HC:J3420*": "HC:J7321*", "HC:96372*35*UN*1*": "HC:96372*35*UN*3*", "ABK:E538": "ABK:M1711"},
    # The nurse's visit: not that a visit needs 25.
    "NCI001": {"HC:99213:25*": "HC:99211*"},
    # A hospital: neither another facility nor a visit of the emergency department.
    "POS003": {"***11:B:1": "***23:B:1", "HC:99213:25*": "HC:99284*"},
    # A place of telehealth: not the modifier that says the same.
    "POS005": {"***11:B:1": "***02:B:1", "HC:96372*": "HC:96372:95*"},
    # A line twice: not that several injections may be billed otherwise.
    "STR010": added("96372"),
    # 25 on the injection: not that it is out of order.
    "MOD001": {"HC:96372*": "HC:96372:JZ:25*", "HC:J3420*": "HC:J1885:JZ*", "ABK:E538": "ABK:M5450"},
    # No diagnosis: not that every pointer leads nowhere.
    "DX001": {"HI*ABK:E538*ABF:I10~": ""},
}
ALSO = {
    # Told on its own: the visit without 25 stands beside it.
    "POS003": {"NCI005"},
    "STR010": {"DRG003"},
}


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("rule", CAUSES)
def test_a_cause_is_told_once(rule: str, base: str, bases: dict[str, str]) -> None:
    text = apply(bases[base], Good(CAUSES[rule]))
    found = findings_of(text, data_folder=without("ptp"), ignore=("REF002",))
    assert {finding.rule for finding in found if finding.severity != "info"} - ALSO.get(rule, set()) == {rule}


@pytest.mark.parametrize("base", BASES)
def test_what_hides_would_else_be_told(base: str, bases: dict[str, str]) -> None:
    """The suppressed rules do fire on the same claims when the rule that hides them is left out."""
    for rule, others in {
        "ADM001": {"DX014", "DRG001"},
        "ADM005": {"ADM001"},
        "ADM012": {"DRG003"},
        "ADM018": {"DRG003"},
        "ADM019": {"DRG003"},
        "POS005": {"MOD020"},
        "STR010": {"MOD004"},
    }.items():
        text = apply(bases[base], Good(CAUSES[rule]))
        found = findings_of(text, data_folder=without("ptp"), ignore=("REF002", rule))
        assert {finding.rule for finding in found} & others, rule
