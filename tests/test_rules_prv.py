"""PRV: check digits, addresses, and how often each is told."""

from __future__ import annotations

from collections import Counter

import pytest

from edi_lint.rules.providers import npi_is_valid
from tests.conftest import BASES, base_segments, batch, findings_of


def edited(base: str, changes: dict[str, str]) -> str:
    text = "~".join(base_segments(base))
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return batch(text.split("~"))


class TestNpi:
    @pytest.mark.parametrize("npi", ["1234567893", "1993000011", "1993005010", "2000000002"])
    def test_right(self, npi: str) -> None:
        assert npi_is_valid(npi)

    @pytest.mark.parametrize(
        "npi", ["1234567890", "9876543210", "3000000001", "123456789", "12345678930", "", "12345A7893", "١٢٣٤٥٦٧٨٩٣"]
    )
    def test_wrong(self, npi: str) -> None:
        assert not npi_is_valid(npi)

    def test_one_right_check_digit(self) -> None:
        for stem in ("123456789", "199300001", "200000000"):
            assert [npi_is_valid(f"{stem}{digit}") for digit in range(10)].count(True) == 1


@pytest.mark.parametrize("base", BASES)
class TestOccurrences:
    def test_a_bad_billing_npi_is_told_once_for_all_its_claims(self, base: str) -> None:
        segments = base_segments(base)
        start, end = (next(n for n, s in enumerate(segments) if s.startswith(name)) for name in ("CLM*", "SE*"))
        second = [s.replace("A1001", "A1002").replace("20260115", "20260114") for s in segments[start:end]]
        text = batch([*segments[:end], *second, *segments[end:]]).replace("XX*1993000011", "XX*1993000012")
        found = [f for f in findings_of(text) if f.rule == "PRV001"]
        assert [(f.loop, f.element, f.claim) for f in found] == [("2010AA", "NM109", None)]

    def test_each_place_of_a_bad_npi_is_told(self, base: str) -> None:
        changes = {
            "XX*1993005010": "XX*1993005011",
            "*6R*A1001L2~": "*6R*A1001L2~NM1*82*1*TESTDOCTOR*BERTA****XX*1993005012~",
        }
        found = [f for f in findings_of(edited(base, changes)) if f.rule == "PRV001"]
        assert [(f.loop, f.service_line) for f in found] == [("2310B", None), ("2420A", 2)]

    @pytest.mark.parametrize("usage", ["T", "P"])
    def test_a_test_interchange_is_no_excuse(self, base: str, usage: str) -> None:
        text = edited(base, {"XX*1993005010": "XX*1993005011", "*0*T*:": f"*0*{usage}*:"})
        assert [f.severity for f in findings_of(text) if f.rule == "PRV001"] == ["error"]

    def test_what_is_no_npi_is_not_shown(self, base: str) -> None:
        found = [f for f in findings_of(edited(base, {"XX*1993005010": "XX*690-00-0001"})) if f.rule == "PRV001"]
        assert len(found) == 1
        assert "690" not in found[0].message


ADDRESSES = {
    "PO BOX 12": True,
    "P.O. BOX 12": True,
    "p.o. box 12": True,
    "P O BOX 12": True,
    "PO  BOX12": True,
    "POBOX 12": True,
    "PO BX 12": True,
    "P.O. 12": True,
    "POST OFFICE BOX 12": True,
    "PO DRAWER 7": True,
    "POB 12": True,
    "LOCKBOX 12": True,
    "LOCK BOX 12": True,
    "100 SAMPLE ST PO BOX 12": True,
    "100 SAMPLE ST PMB 34": True,
    "100 SAMPLE ST PMB#34": True,
    "100 SAMPLE ST": False,
    "POBOXER RD": False,
    "12 PO BOXWOOD LN": False,
    "POBLANO 12": False,
    "12 LOCKBOXES LN": False,
    "RR 2 BOX 152": False,
    "12 BOX CANYON RD": False,
    "PO VALLEY RD 12": False,
    "12 REPO BOXLEY WAY": False,
    "HIPPO BOX 12": False,
    "1 P ST O BLDG": False,
    "PMBROOK LN 3": False,
}


@pytest.mark.parametrize(("address", "is_box"), ADDRESSES.items())
@pytest.mark.parametrize("base", BASES)
def test_post_boxes(base: str, address: str, is_box: bool) -> None:
    found = findings_of(edited(base, {"N3*100 SAMPLE ST~": f"N3*{address}~"}))
    assert Counter(f.rule for f in found) == ({"PRV007": 1} if is_box else {})
    for finding in found:
        assert (finding.loop, finding.element, finding.value) == ("2010AA", "N301", None)
        assert address not in finding.message


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("MI*490011234", []),
        ("MI*49001", ["error"]),
        ("MI*490010000", ["warning"]),
        ("MI*490019999", ["warning"]),
        ("MI*49001 1234", ["error"]),
        ("MI*49001*US", ["error"]),
        ("ON*K1A0B6", []),
        ("ON*K1A 0B6*CA", []),
        ("*80331*DE", []),
    ],
)
def test_zip_codes(base: str, place: str, expected: list[str]) -> None:
    found = [f for f in findings_of(edited(base, {"MI*490011234": place})) if f.rule == "PRV008"]
    assert [f.severity for f in found] == expected
    for finding in found:
        assert finding.value is None
        assert "49001" not in finding.message


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("place", ["19", "21", "22", "23", "24", "31"])
def test_places_that_other_rules_refuse_need_no_facility(base: str, place: str) -> None:
    found = findings_of(edited(base, {"***11:B:1*": f"***{place}:B:1*"}))
    assert "PRV011" not in {finding.rule for finding in found}
