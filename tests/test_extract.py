"""Extraction, field by field, of a subscriber's claim (2000B) and of a dependent's (2000C), in every format."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from lxml import etree

from edi_lint.extract import EXTRACT_FORMATS, LineRecord, extract_lines
from edi_lint.guide import Guide, load_tables
from edi_lint.privacy import Privacy
from tests.conftest import BASES, FIXTURES

GUIDE = Guide(load_tables())
SCHEMA = Path(__file__).parent.parent / "schemas" / "claims.xsd"


def records(text: str, codes: frozenset[str] | None = frozenset({"96372"}), **privacy: bool) -> list[LineRecord]:
    return list(extract_lines(io.BytesIO(text.encode()), "batch.edi", GUIDE, codes, Privacy(**privacy)))


@pytest.mark.parametrize("base", BASES)
def test_every_field_of_an_injection(base: str, bases: dict[str, str]) -> None:
    text = bases[base].replace("SV1*HC:96372*35*UN*1***1~", "SV1*HC:96372:59:XS*35.50*UN*1*12**2:1~")
    [line] = records(text)
    segments = [segment.strip() for segment in text.split("~")]
    sv1 = next(number for number, segment in enumerate(segments) if segment.startswith("SV1*HC:96372"))
    assert line == LineRecord(
        file="batch.edi",
        st02="0001",
        claim_id="A1001",
        claim_index=1,
        service_line="2",
        line_control_number="A1001L2",
        procedure="96372",
        modifiers=["59", "XS"],
        units="1",
        unit_basis="UN",
        charge="35.50",
        service_date_from="20260115",
        service_date_to="20260115",
        place_of_service="12",
        diagnosis_pointers=["2", "1"],
        diagnoses=["I10", "E538"],
        claim_diagnoses=["E538", "I10"],
        ndc=None,
        ndc_quantity=None,
        ndc_unit=None,
        billing_npi="1993000011",
        rendering_npi="1993005010",
        payer_id="TSTCI",
        claim_filing_indicator="CI",
        drug_lines=["J3420"],
        segment_index=sv1 - 1,
        offset=text.index("SV1*HC:96372"),
    )


@pytest.mark.parametrize("base", BASES)
def test_the_drug_line(base: str, bases: dict[str, str]) -> None:
    [line] = records(bases[base], frozenset({"J3420"}))
    assert (line.ndc, line.ndc_quantity, line.ndc_unit) == ("00703901101", "1", "ML")
    assert line.place_of_service == "11"


def test_the_rendering_provider_of_the_line_comes_first(bases: dict[str, str]) -> None:
    text = bases["base.edi"].replace("REF*6R*A1001L2~\n", "REF*6R*A1001L2~\nNM1*82*1*OTHER*ONE****XX*1993000029~\n")
    assert records(text)[0].rendering_npi == "1993000029"
    without = bases["base.edi"].replace("NM1*82*1*TESTDOCTOR*ALAN****XX*1993005010~\nPRV*PE*PXC*207Q00000X~\n", "")
    assert records(without)[0].rendering_npi is None


def test_a_range_of_dates(bases: dict[str, str]) -> None:
    old = "SV1*HC:96372*35*UN*1***1~\nDTP*472*D8*20260115~"
    assert old in bases["base.edi"]
    [line] = records(bases["base.edi"].replace(old, "SV1*HC:96372*35*UN*1***1~\nDTP*472*RD8*20260115-20260117~"))
    assert (line.service_date_from, line.service_date_to) == ("20260115", "20260117")


def test_all_lines_and_chosen_codes(bases: dict[str, str]) -> None:
    assert [line.procedure for line in records(bases["base.edi"], None)] == ["99213", "96372", "J3420"]
    assert [line.procedure for line in records(bases["base.edi"], frozenset({"99213", "J3420"}))] == ["99213", "J3420"]


def test_claim_ids_can_be_masked(bases: dict[str, str]) -> None:
    assert records(bases["base.edi"], mask_claim_ids=True)[0].claim_id is None


def test_broken_lines_are_extracted_as_far_as_they_go(bases: dict[str, str]) -> None:
    [line] = records(bases["base.edi"].replace("SV1*HC:96372*35*UN*1***1~", "SV1*HC:96372~"))
    assert (line.charge, line.units, line.diagnoses) == (None, None, [])


@pytest.mark.parametrize("name", list(EXTRACT_FORMATS))
def test_formats_hold_the_same_lines(name: str) -> None:
    text = (FIXTURES / "clean-injections.edi").read_text("ascii")
    expected = records(text)
    out = io.StringIO()
    EXTRACT_FORMATS[name](iter(expected), out)
    if name == "json-lines":
        assert [json.loads(row)["claim_id"] for row in out.getvalue().splitlines()] == [r.claim_id for r in expected]
        assert list(json.loads(out.getvalue().splitlines()[0])) == list(LineRecord.__struct_fields__)
    elif name == "csv":
        rows = list(csv.DictReader(io.StringIO(out.getvalue())))
        assert [row["diagnoses"].split() for row in rows] == [r.diagnoses for r in expected]
    elif name == "xml":
        document = etree.fromstring(out.getvalue().encode())
        etree.XMLSchema(etree.parse(SCHEMA)).assertValid(document)
        assert [node.findtext("claimId") for node in document] == [r.claim_id for r in expected]
    else:
        assert all(str(record.claim_id) in out.getvalue() for record in expected)
        assert out.getvalue().endswith(f"{len(expected)} service lines\n")


@pytest.mark.parametrize("name", list(EXTRACT_FORMATS))
def test_no_line_and_ten_thousand(name: str, bases: dict[str, str]) -> None:
    [line] = records(bases["base.edi"])
    for count in (0, 10_000):
        out = io.StringIO()
        EXTRACT_FORMATS[name]((line for _ in range(count)), out)
        text = out.getvalue()
        if name == "json-lines":
            assert sum(json.loads(row)["procedure"] == "96372" for row in text.splitlines()) == count
        elif name == "csv":
            assert len(list(csv.DictReader(io.StringIO(text), strict=True))) == count
        elif name == "xml":
            document = etree.fromstring(text.encode())
            etree.XMLSchema(etree.parse(SCHEMA)).assertValid(document)
            assert len(document) == count
        else:
            assert text.endswith(f"{count:,} service lines\n")
            assert text.count("96372") == count


def test_hostile_values_stay_text(bases: dict[str, str]) -> None:
    expected = records(bases["base.edi"].replace("CLM*A1001*", 'CLM*=cmd|<x>&"[red]\x07*'))
    for name, write in EXTRACT_FORMATS.items():
        out = io.StringIO()
        write(iter(expected), out)
        if name == "xml":
            etree.XMLSchema(etree.parse(SCHEMA)).assertValid(etree.fromstring(out.getvalue().encode()))
        if name == "csv":
            assert next(csv.DictReader(io.StringIO(out.getvalue())))["claim_id"].startswith("'=")
        if name == "table":
            assert "[red]\N{REPLACEMENT CHARACTER}" in out.getvalue()
