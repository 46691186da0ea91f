"""STR: what compares the claims of one file, or depends on an option."""

from __future__ import annotations

from decimal import Decimal

import pytest

from edi_lint import Finding
from tests.conftest import BASES, base_segments, batch, findings_of

NEW_NUMBER = {"CLM*A1001*": "CLM*A1002*", "*6R*A1001L": "*6R*A1002L"}
NEXT_DAY = {"D8*20260115": "D8*20260116"}


def claim_of(segments: list[str]) -> slice:
    """Where the claim of a base batch stands."""
    names = [segment.partition("*")[0] for segment in segments]
    return slice(names.index("CLM"), names.index("SE"))


def with_second_claim(base: str, changes: dict[str, str], set_of_its_own: bool) -> str:
    """The base batch and its claim once more after ``changes``, in the same transaction set or in a second one."""
    segments = base_segments(base)
    claim = claim_of(segments)
    if not set_of_its_own:
        return batch([*segments[: claim.stop], *_changed(segments[claim], changes), *segments[claim.stop :]])
    header, first, trailer = segments[:2], segments[2 : claim.stop], segments[claim.stop :]
    second = _changed(first, {"ST*837*0001": "ST*837*0002", "BASE000": "BASE900"} | changes)
    text = "".join(f"{segment}~\n" for segment in [*header, *first, *trailer[:1], *second, "SE*0*0002", *trailer[1:]])
    return text.replace("GE*1*", "GE*2*").replace("SE*0*", f"SE*{len(second) + 1}*")


def _changed(segments: list[str], changes: dict[str, str]) -> list[str]:
    text = "~".join(segments)
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text.split("~")


def duplicates(findings: list[Finding]) -> list[tuple[str, str | None, int | None]]:
    """The findings of STR, by rule, element and claim; nothing else may be wrong with the envelope."""
    assert not [finding for finding in findings if finding.rule.startswith(("ENV", "SEG", "ELE"))]
    return [(f.rule, f.element, f.claim and f.claim.index) for f in findings if f.rule.startswith("STR")]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("own_set", [False, True], ids=["one-set", "two-sets"])
class TestTwoClaims:
    def test_a_claim_sent_twice_is_told_once(self, base: str, own_set: bool) -> None:
        found = findings_of(with_second_claim(base, {}, own_set))
        assert duplicates(found) == [("STR009", "CLM01", 2)]  # That the number is the same, too, is no news.
        told = next(finding for finding in found if finding.rule == "STR009")
        assert "claim number 1 of the file" in told.message

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"ABF:I10": "ABF:R519"},
            {"*112*UN*1*": "*112.00*UN*1.0*"},
            {"DTP*472*D8*20260115~REF*6R*A1001L1": "DTP*472*D8*20260115"},
        ],
        ids=["number", "diagnosis", "notation", "references"],
    )
    def test_what_makes_no_new_claim(self, base: str, own_set: bool, changes: dict[str, str]) -> None:
        found = findings_of(with_second_claim(base, changes | NEW_NUMBER, own_set))
        assert duplicates(found) == [("STR009", "CLM01", 2)]

    @pytest.mark.parametrize(
        "changes",
        [
            NEXT_DAY,
            {"HC:99213:25*112*": "HC:99213:25*100*", "*151.5*": "*139.5*"},
            {"HC:99213:25*": "HC:99214:25*"},
            {"HC:99213:25*": "HC:99213:25:AI*"},
            {"J3420*4.5*UN*1*": "J3420*4.5*UN*2*"},
            {"XX*1993005010": "XX*1234567893"},
            {"***11:B:1*Y*A*Y*Y": "***11:B:7*Y*A*Y*Y~REF*F8*2026012345"},
        ],
        ids=["day", "charge", "procedure", "modifier", "units", "rendering", "replacement"],
    )
    def test_what_makes_one(self, base: str, own_set: bool, changes: dict[str, str]) -> None:
        assert duplicates(findings_of(with_second_claim(base, changes | NEW_NUMBER, own_set))) == []

    def test_two_claims_with_one_number(self, base: str, own_set: bool) -> None:
        found = findings_of(with_second_claim(base, NEXT_DAY, own_set))
        assert duplicates(found) == [("STR008", "CLM01", 2)]
        told = next(finding for finding in found if finding.rule == "STR008")
        assert told.severity == "warning"
        assert "A1001" not in told.message  # Claim ids are masked on request.

    def test_a_replacement_repeats_the_number(self, base: str, own_set: bool) -> None:
        changes = NEXT_DAY | {"***11:B:1*Y*A*Y*Y": "***11:B:7*Y*A*Y*Y~REF*F8*2026012345"}
        assert duplicates(findings_of(with_second_claim(base, changes, own_set))) == []


@pytest.mark.parametrize(
    ("base", "changes"),
    [
        ("base.edi", {"W100001001": "W100001002"}),
        ("base-dependent.edi", {"NM1*QC*1*DOE*TIMOTHY": "NM1*QC*1*DOE*THERESA"}),
        ("base.edi", {"XX*1993000011": "XX*1234567893"}),
    ],
    ids=["member", "sibling", "billing-provider"],
)
def test_other_people_have_other_claims(base: str, changes: dict[str, str]) -> None:
    assert duplicates(findings_of(with_second_claim(base, changes | NEW_NUMBER, set_of_its_own=True))) == []


def test_another_billing_provider_has_its_own_numbers() -> None:
    assert duplicates(findings_of(with_second_claim("base.edi", {"XX*1993000011": "XX*1234567893"}, True))) == []


def with_lines(base: str, *lines: str) -> list[tuple[str, str | None, int | None]]:
    """What STR says after lines were added: each SV1, DTP and what follows REF*6R, joined by ``~``."""
    segments = base_segments(base)
    claim = claim_of(segments)
    added: list[str] = []
    total = Decimal("151.5")
    for number, line in enumerate(lines, 4):
        service, day, *drug = line.split("~")
        added += [f"LX*{number}", service, day, f"REF*6R*A1001L{number}", *drug]
        total += Decimal(service.split("*")[2])
    text = batch([*segments[: claim.stop], *added, *segments[claim.stop :]]).replace("*151.5*", f"*{total}*")
    return [(f.rule, f.element, f.service_line) for f in findings_of(text) if f.rule.startswith(("STR", "SEG", "ELE"))]


@pytest.mark.parametrize("base", BASES)
class TestTwoLines:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("SV1*HC:36415*9*UN*1***2~DTP*472*D8*20260115", "SV1*HC:36415*9*UN*1***2~DTP*472*D8*20260115"),
            ("SV1*HC:36415*9*UN*1***2~DTP*472*D8*20260115", "SV1*HC:36415*7*UN*2***1~DTP*472*RD8*20260115-20260115"),
            ("SV1*HC:94640:59:KX*9*UN*1***2~DTP*472*D8*20260115", "SV1*HC:94640:KX:59*9*UN*1***2~DTP*472*D8*20260115"),
        ],
        ids=["same", "notation", "order-of-modifiers"],
    )
    def test_are_one(self, base: str, first: str, second: str) -> None:
        assert with_lines(base, first, second) == [("STR010", "SV101", 5)]

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("SV1*HC:36415*9*UN*1***2~DTP*472*D8*20260115", "SV1*HC:36415*9*UN*1***2~DTP*472*D8*20260114"),
            ("SV1*HC:94640*9*UN*1***2~DTP*472*D8*20260115", "SV1*HC:94640:76*9*UN*1***2~DTP*472*D8*20260115"),
            ("SV1*HC:94640:76*9*UN*1***2~DTP*472*D8*20260115", "SV1*HC:94640:76*9*UN*1***2~DTP*472*D8*20260115"),
            (
                "SV1*HC:J1885*9*UN*1***1~DTP*472*D8*20260115~LIN**N4*00409379501~CTP****1*ML",
                "SV1*HC:J1885*9*UN*1***1~DTP*472*D8*20260115~LIN**N4*00409379601~CTP****1*ML",
            ),
        ],
        ids=["day", "repeated", "repeated-again", "product"],
    )
    def test_are_two(self, base: str, first: str, second: str) -> None:
        assert with_lines(base, first, second) == []


@pytest.mark.parametrize("base", BASES)
class TestAuthorization:
    OPTIONS = {"prior-authorization-drugs": ["J3420", "J0897"]}  # noqa: RUF012 - only read

    def test_is_missed_for_the_drugs_that_the_user_names(self, base: str) -> None:
        text = batch(base_segments(base))
        assert findings_of(text) == []
        found = findings_of(text, options=self.OPTIONS)
        assert [(f.rule, f.severity, f.element, f.service_line) for f in found] == [("STR018", "warning", "SV101-2", 3)]

    @pytest.mark.parametrize("before", ["HI*ABK:E538*ABF:I10", "REF*6R*A1001L3"], ids=["claim", "line"])
    def test_is_not_missed_where_it_is(self, base: str, before: str) -> None:
        segments = base_segments(base)
        segments.insert(segments.index(before), "REF*G1*A12345")
        assert findings_of(batch(segments), options=self.OPTIONS) == []
