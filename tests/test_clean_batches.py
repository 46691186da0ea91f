"""The usual injections done right, thirty and more for each kind of payer: no rule may find more than notes."""

from __future__ import annotations

import io
from functools import cache

import pytest

from edi_lint.extract import LineRecord, extract_lines
from edi_lint.guide import Guide, load_tables
from edi_lint.privacy import Privacy
from tests.conftest import findings_of
from tests.oracle import second_opinion
from tests.user_tables import ROWS, without
from tools.build_clean_batches import FOLDER, batches, files

PAYERS = {
    "commercial": {"12", "13", "14", "BL", "CH", "CI", "LM", "WC"},
    "medicaid": {"MC"},
    "medicare": {"MB"},
    "medicare-advantage": {"16", "HM"},
}
"""Each kind of payer, and the filing indicators (SBR09) that its batch has."""
FAMILIES = {
    "vitamin B12": {"J3420"},
    "ketorolac": {"J1885"},
    "ceftriaxone": {"J0696"},
    "depot medroxyprogesterone": {"J1050"},
    "testosterone": {"J1071", "J3121", "J3145"},
    "denosumab": {"J0897", "Q5136"},
    "omalizumab": {"J2357", "Q5154"},
    "long-acting antipsychotic": {"J0401", "J1631", "J1944", "J2358", "J2426", "J2680", "J2794", "J2798", "J2799"},
    "penicillin": {"J0561"},
    "Rho(D) immune globulin": {"90384", "J2788", "J2790"},
    "palivizumab": {"90378"},
    "drug without a code": {"J3490"},
    "biologic without a code": {"J3590"},
}
NOTES = {"ADM016", "DX009", "DX025", "POS006"}
"""What may be noted of batches that are right."""


@cache
def text(payer: str, dependents: bool = False) -> str:
    return batches(dependents=dependents)[payer].text


@cache
def lines(payer: str) -> list[LineRecord]:
    source = io.BytesIO(text(payer).encode("ascii"))
    return list(extract_lines(source, "batch.edi", Guide(load_tables()), None, Privacy()))


def test_the_files_are_what_the_tool_makes() -> None:
    made = files()
    assert {name: (FOLDER / name).read_text("utf-8") for name in made} == made
    assert {path.stem for path in FOLDER.glob("*.edi")} == set(PAYERS)


@pytest.mark.parametrize("dependents", [False, True], ids=["2000B", "2000C"])
@pytest.mark.parametrize("payer", PAYERS)
def test_nothing_is_wrong(payer: str, dependents: bool) -> None:
    """With every table that users load."""
    found = findings_of(text(payer, dependents))
    assert [(finding.rule, finding.message) for finding in found if finding.severity != "info"] == []
    assert {finding.rule for finding in found} <= NOTES


@pytest.mark.parametrize("dependents", [False, True], ids=["2000B", "2000C"])
@pytest.mark.parametrize("payer", PAYERS)
def test_nothing_is_wrong_without_tables(payer: str, dependents: bool) -> None:
    """As edi-lint is installed; the tables that are not there are told."""
    found = findings_of(text(payer, dependents), data_folder=without(*ROWS))
    assert [(finding.rule, finding.message) for finding in found if finding.severity != "info"] == []
    assert {finding.rule for finding in found} <= NOTES | {"REF002"}


@pytest.mark.parametrize("dependents", [False, True], ids=["2000B", "2000C"])
@pytest.mark.parametrize("payer", PAYERS)
def test_the_second_opinion_passes_them(payer: str, dependents: bool) -> None:
    opinion = second_opinion(text(payer, dependents))
    assert (opinion.verdict, opinion.remarks) == ("pass", ())


@pytest.mark.parametrize("payer", PAYERS)
def test_they_are_as_varied_as_real_ones(payer: str) -> None:
    found = lines(payer)
    procedures = {line.procedure for line in found}
    assert len({line.claim_id for line in found}) >= 30
    assert {line.claim_filing_indicator for line in found} == PAYERS[payer]
    assert [family for family, codes in FAMILIES.items() if not codes & procedures] == []
    assert len({line.billing_npi for line in found}) == 4
    assert len({line.rendering_npi for line in found}) >= 7
    assert len({line.st02 for line in found}) == 2


def test_together_they_have_what_real_batches_have() -> None:
    found = [line for payer in PAYERS for line in lines(payer)]
    assert {line.place_of_service for line in found} == {"03", "11", "12", "13", "14", "19", "20", "22", "32"}
    assert {line.ndc_unit for line in found} == {None, "F2", "GR", "ME", "ML", "UN"}
    assert {modifier for line in found for modifier in line.modifiers} >= {"25", "59", "XS", "JW", "JZ", "TB", "UD"}
    assert any(line.charge == "0.01" and line.procedure == "J2357" for line in found)
    # 96372 belongs to the hospital in its own places.
    assert {line.procedure for line in found if line.place_of_service in ("19", "22")} == {"20552", "20610", "99213"}


@pytest.mark.parametrize("payer", PAYERS)
def test_patients_are_subscribers_and_dependents(payer: str) -> None:
    own, others = text(payer).count("*22*0~"), text(payer).count("*23*0~")
    assert own >= 15
    assert (others >= 4) == (payer in ("commercial", "medicaid"))
    assert text(payer, dependents=True).count("*22*0~") == 0
