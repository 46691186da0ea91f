"""SIT: what is only wrong on one of the two claim paths, told once for many claims, or a matter of the whole batch."""

from __future__ import annotations

import csv
import random
from itertools import chain
from typing import TYPE_CHECKING

import pytest

from edi_lint import Config, Linter
from edi_lint.rules import RULES, Good
from edi_lint.rules.examples import apply, patient, payer
from tests.conftest import AS_OF, BASES, CORPUS, FIXTURES, base_segments, batch, findings_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

OWN, CHILD = BASES
SIT = tuple(name for name in RULES if name.startswith("SIT"))


def told(base: str, edit: Mapping[str, str], **settings: object) -> list[tuple[str, str | None, str | None, str]]:
    """Rule, loop, element (or segment) and severity of all findings on a base claim after an edit."""
    text = apply((FIXTURES / base).read_text("ascii"), Good(edit))
    return [(f.rule, f.loop, f.element or f.segment, f.severity) for f in findings_of(text, **settings)]


def repeated(base: str, start: str, edit: Mapping[str, str]) -> str:
    """The base batch after an edit, all from its last ``start`` segment to SE sent twice (dates and numbers differ)."""
    text = apply((FIXTURES / base).read_text("ascii"), Good(edit)).replace("\n", "")
    segments = text.split("~")[:-1]
    first = next(number for number, segment in enumerate(segments) if segment.startswith(start))
    end = next(number for number, segment in enumerate(segments) if segment.startswith("SE*"))
    again = [
        segment.replace("A1001", "A1002").replace("20260115", "20260114").replace("HL*3*2*23", "HL*4*2*23")
        for segment in segments[first:end]
    ]
    return batch([*segments[:end], *again, *segments[end:]])


class TestWhoIsThePatient:
    def test_a_claim_below_its_subscriber_without_18(self) -> None:
        assert told(OWN, {"SBR*P*18*": "SBR*P**"}) == [("SIT015", "2000B", "SBR02", "error")]

    def test_a_patient_was_announced_and_is_missing(self) -> None:
        """One fault, one finding: the level that does not come."""
        assert [rule for rule, *_ in told(OWN, {"SBR*P*18*": "SBR*P**", "HL*2*1*22*0": "HL*2*1*22*1"})] == ["SEG011"]

    def test_18_and_another_patient(self) -> None:
        assert told(CHILD, {"SBR*P**": "SBR*P*18*"}) == [("SIT016", "2000B", "SBR02", "warning")]
        assert told(CHILD, {"SBR*P**": "SBR*P*18*"}, strict=True) == [("SIT016", "2000B", "SBR02", "error")]

    def test_18_and_a_patient_that_nobody_announced(self) -> None:
        found = [rule for rule, *_ in told(CHILD, {"SBR*P**": "SBR*P*18*", "HL*2*1*22*1": "HL*2*1*22*0"})]
        assert "SEG012" in found
        assert "SIT016" not in found

    def test_once_for_all_claims_of_the_subscriber(self) -> None:
        text = repeated(OWN, "CLM*", {"SBR*P*18*": "SBR*P**"})
        assert [finding.rule for finding in findings_of(text)] == ["SIT015"]

    def test_once_for_all_patients_of_the_subscriber(self) -> None:
        text = repeated(CHILD, "HL*3*", {"SBR*P**": "SBR*P*18*"})
        assert [finding.rule for finding in findings_of(text)] == ["SIT016"]


class TestWhatIsSaidOfTheSubscriber:
    @pytest.mark.parametrize(
        ("segment", "name"),
        [("N3*101 SPECIMEN AVE~", "N3"), ("N4*ANYTOWN*MI*490021001~", "N4"), ("DMG*D8*19750412*F~", "DMG")],
    )
    def test_a_patient_has_an_address_and_a_birth_date(self, segment: str, name: str) -> None:
        assert told(OWN, {segment: ""}) == [("SIT022", "2010BA", name, "error")]

    def test_nothing_but_a_name(self) -> None:
        edit = {"N3*101 SPECIMEN AVE~N4*ANYTOWN*MI*490021001~DMG*D8*19750412*F~": ""}
        assert [(rule, element) for rule, _, element, _ in told(OWN, edit)] == [
            ("SIT022", "N3"),
            ("SIT022", "N4"),
            ("SIT022", "DMG"),
        ]

    def test_the_subscriber_of_a_dependent_has_none(self) -> None:
        edit = {"*MI*W100001001~": "*MI*W100001001~N3*101 SPECIMEN AVE~N4*ANYTOWN*MI*490021001~DMG*D8*19750412*F~"}
        assert told(CHILD, edit) == [("SIT023", "2010BA", "N3", "warning")]
        assert told(CHILD, edit, strict=True) == [("SIT023", "2010BA", "N3", "error")]

    def test_once_for_all_dependents(self) -> None:
        text = repeated(CHILD, "HL*3*", {"*MI*W100001001~": "*MI*W100001001~DMG*D8*19750412*F~"})
        assert [(finding.rule, finding.segment) for finding in findings_of(text)] == [("SIT023", "DMG")]

    def test_patient_data_of_a_subscriber_who_is_not_the_patient(self) -> None:
        edit = {"********CI~": "********CI~PAT*****D8*20260116~"}
        assert told(CHILD, edit) == [("SIT021", "2000B", "PAT", "warning")]
        assert told(OWN, {"*******CI~": "*******CI~PAT*****D8*20260116~"}) == []

    def test_casualty_claim_number_with_the_wrong_person(self) -> None:
        edit = {"NM1*PR*2*EXAMPLE": "REF*Y4*TST4711~NM1*PR*2*EXAMPLE"} | payer("WC")
        assert told(CHILD, edit) == [("SIT026", "2010BA", "REF", "warning")]
        assert told(OWN, edit) == []
        assert told(CHILD, {"CLM*A1001*": "REF*Y4*TST4711~CLM*A1001*"} | payer("WC")) == []
        edit = {"CLM*A1001*": "REF*Y4*TST4711~CLM*A1001*"} | payer("MC")
        assert told(CHILD, edit) == [("SIT026", "2010CA", "REF", "warning")]


class TestBirth:
    """SIT088: the loop is that of whoever is the patient; DMG of a subscriber who is not is another matter (SIT023)."""

    @pytest.mark.parametrize(("base", "loop"), [(OWN, "2010BA"), (CHILD, "2010CA")])
    def test_nobody_is_older_than_150_years(self, base: str, loop: str) -> None:
        assert told(base, patient("18751231", "F")) == [("SIT088", loop, "DMG02", "error")]
        assert told(base, patient("18760101", "F")) == []


class TestNumbersOfADependent:
    def test_a_social_security_number_is_nine_digits(self) -> None:
        """SIT091. Of the subscriber's the guide itself tells."""
        for number, expected in (("690-00-0001", ["SIT091"]), ("69000", ["SIT091"]), ("690000001", [])):
            assert [rule for rule, *_ in told(CHILD, {"~CLM*": f"~REF*SY*{number}~CLM*"})] == expected
        assert [rule for rule, *_ in told(OWN, {"NM1*PR*2*EX": "REF*SY*69000~NM1*PR*2*EX"})] == ["ELE018"]

    def test_a_patient_segment_without_anything_in_it(self) -> None:
        assert told(OWN, {"NM1*IL*1*DOE": "PAT~NM1*IL*1*DOE"}) == [("SEG014", "2000B", "PAT", "error")]
        assert told(OWN, {"NM1*IL*1*DOE": "PAT*********Y~NM1*IL*1*DOE"}) == []


class TestBilling:
    @pytest.mark.parametrize("base", BASES)
    def test_a_missing_npi_is_told_once(self, base: str) -> None:
        text = repeated(base, "CLM*", {"PRACTICE*****XX*1993000011~": "PRACTICE~"})
        assert [finding.rule for finding in findings_of(text)] == ["SIT002"]

    @pytest.mark.parametrize("base", BASES)
    def test_before_npis_payers_had_numbers_of_their_own(self, base: str) -> None:
        edit = {"*PI*TSTCI~": "*PI*TSTCI~REF*G2*TST4711~", "REF*EI*690000001~": "REF*EI*690000001~REF*1G*TST4711~"}
        assert [rule for rule, *_ in told(base, edit, select=SIT)] == ["SIT003", "SIT003"]
        assert told(base, edit | {"*20260120*": "*20080522*"}, select=SIT) == []

    @pytest.mark.parametrize("base", BASES)
    def test_the_header_is_judged_once_for_all_billing_providers(self, base: str) -> None:
        segments = base_segments(base)
        start = next(number for number, segment in enumerate(segments) if segment.startswith("HL*1*"))
        end = next(number for number, segment in enumerate(segments) if segment.startswith("SE*"))
        levels = sum(segment.startswith("HL*") for segment in segments)
        again = []
        for segment in segments[start:end]:
            parts = segment.replace("A1001", "A1002").replace("20260115", "20260114").split("*")
            if parts[0] == "HL":
                parts[1:3] = [str(int(number) + levels) if number else "" for number in parts[1:3]]
            again.append("*".join(parts))
        text = batch([*segments[:end], *again, *segments[end:]]).replace("*TE*3125550134", "*TE*(312)555-0134")
        assert [(finding.rule, finding.loop) for finding in findings_of(text)] == [("SIT013", "1000A")]


class TestClaim:
    @pytest.mark.parametrize("base", BASES)
    def test_the_first_claim_beyond_the_limit(self, base: str) -> None:
        text = repeated(base, "CLM*", {})
        assert findings_of(text) == []
        found = findings_of(text, options={"claims-per-transaction": 1})
        assert [(f.rule, f.severity, f.claim and f.claim.index) for f in found] == [("SIT041", "info", 2)]

    @pytest.mark.parametrize("base", BASES)
    def test_a_wrong_total_is_one_finding(self, base: str) -> None:
        assert [rule for rule, *_ in told(base, {"*151.5*": "*0*"})] == ["STR001"]

    @pytest.mark.parametrize("base", BASES)
    def test_dates_before_a_birth_that_is_wrong_itself(self, base: str) -> None:
        edit = {"HI*ABK": "DTP*431*D8*20260110~HI*ABK", "*19750412*" if base == OWN else "*20100309*": "*20260116*"}
        assert [rule for rule, *_ in told(base, edit)] == ["DAT006"]

    @pytest.mark.parametrize("base", BASES)
    def test_an_accident_date_in_the_wrong_place_is_not_missing_too(self, base: str) -> None:
        edit = {"*Y*A*Y*Y~": "*Y*A*Y*Y**OA~", "*ABF:I10~": "*ABF:I10~DTP*439*D8*20260110~"}
        assert [rule for rule, *_ in told(base, edit)] == ["SEG006"]

    @pytest.mark.parametrize("base", BASES)
    def test_a_transport_on_an_earlier_claim_of_the_day(self, base: str) -> None:
        """What sets a rule off may stand on another claim of the same day: then there is nothing to point at."""
        segments = base_segments(base)
        start = next(number for number, segment in enumerate(segments) if segment.startswith("CLM*"))
        end = next(number for number, segment in enumerate(segments) if segment.startswith("SE*"))
        transport = "~".join(segments[start:end]).replace("A1001", "A1000").replace("99213:25", "A0428")
        transport = transport.replace("96372", "A0425").replace("J3420", "A0425")
        text = batch([*segments[:start], *transport.split("~"), *segments[start:]])
        found = [(f.rule, f.claim and f.claim.index) for f in findings_of(text, select=("SIT", "INT"))]
        assert found == [("SIT048", 1), ("SIT053", 1), ("SIT053", 1)]


def test_a_demand_for_recovery_without_a_payment() -> None:
    agency = "NM1*PE*2*EXAMPLE STATE MEDICAID*****PI*TSTMC~N3*7 SAMPLE ST~N4*ANYTOWN*MI*490011235~REF*EI*690000009~"
    other = "SBR*P*18*******BL~OI***Y***Y~NM1*IL*1*DOE*JANE****MI*W100009001~NM1*PR*2*OTHER PLAN*****PI*TSTBL~"
    edit = {"0930*CH~": "0930*31~", "REF*EI*690000001~": f"REF*EI*690000001~{agency}", "SBR*P*": "SBR*S*"}
    for base in BASES:
        assert told(base, edit | {"LX*1~": f"{other}LX*1~"}) == [("SIT063", "2320", "AMT", "error")]


def test_an_address_of_a_patient_without_a_zip_code() -> None:
    for base, loop in ((OWN, "2010BA"), (CHILD, "2010CA")):
        assert told(base, {"*490021001~": "~"}) == [("SIT010", loop, "N403", "error")]


def test_messages_hold_nothing_personal() -> None:
    """The names, numbers and addresses of the base claims are in no message of the family."""
    private = ("DOE", "JANE", "TIMOTHY", "W100001001", "SPECIMEN", "490021001", "19750412", "1975", "TST4711", "ALAN")
    for name in SIT:
        for example in RULES[name].examples:
            for base in BASES:
                text = apply((FIXTURES / base).read_text("ascii"), example)
                for finding in findings_of(text, select=(name,)):
                    assert not any(word in finding.message for word in private), finding.message


def broken(texts: Iterable[str]) -> list[str]:
    """What is said of rules of the family that break on any of these batches."""
    linter = Linter(Config(as_of=AS_OF, select=("SIT", "INT")))
    found = (finding for text in texts for finding in linter.findings(text.encode("latin-1"), "batch.edi"))
    return [finding.message for finding in found if finding.rule == "INT001"]


@pytest.mark.parametrize("base", [*BASES, "cob-secondary.edi"])
def test_no_lost_segment_breaks_a_rule(base: str) -> None:
    segments = (FIXTURES / base).read_text("ascii").replace("\n", "").split("~")[:-1]
    lost = ("~".join(segments[:number] + segments[number + 1 :]) + "~" for number in range(1, len(segments)))
    emptied = (
        "~".join([*segments[:number], segments[number].split("*")[0], *segments[number + 1 :]]) + "~"
        for number in range(1, len(segments))
    )
    assert broken(chain(lost, emptied)) == []


def test_no_lost_segment_of_an_example_breaks_a_rule() -> None:
    """The examples fill every loop that the family looks at."""

    def damaged() -> Iterator[str]:
        chance = random.Random(4711)
        for name in SIT:
            for example in RULES[name].examples:
                text = apply((FIXTURES / chance.choice(BASES)).read_text("ascii"), example).replace("\n", "")
                segments = text.split("~")
                for _ in range(5):
                    yield "~".join(s for number, s in enumerate(segments) if not number or chance.random() > 0.1)

    assert broken(damaged()) == []


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the public corpus is not beside the repository (../shared/corpus)")
def test_good_public_files_get_no_error() -> None:
    with (CORPUS / "manifest.csv").open(encoding="utf-8", newline="") as rows:
        good = [row["file"] for row in csv.DictReader(rows) if row["grade"][:1] in ("A", "B")]
    linter = Linter(Config(as_of=AS_OF, select=("SIT",)))
    found = [(name, finding) for name in good for finding in linter.findings(CORPUS / name)]
    assert [(name, f.rule, f.message) for name, f in found if f.severity == "error" and f.rule.startswith("SIT")] == []
