"""DAT: what depends on the day of the run, on options and on the editions of the code lists."""

from __future__ import annotations

from datetime import date

import pytest

from edi_lint import Finding
from tests.conftest import BASES, FIXTURES, base_segments, batch, findings_of


def edited(base: str, changes: dict[str, str]) -> str:
    text = "~".join(base_segments(base))
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return batch(text.split("~"))


def told(findings: list[Finding], rule: str) -> list[tuple[str | None, str | None, int | None]]:
    return [(f.loop, f.element, f.service_line) for f in findings if f.rule == rule]


@pytest.mark.parametrize("base", BASES)
class TestFuture:
    def test_the_file_date_counts_where_it_is_the_earlier(self, base: str) -> None:
        text = edited(base, {"D8*20260115": "D8*20260121"})
        found = [f for f in findings_of(text) if f.rule == "DAT002"]
        assert [f.service_line for f in found] == [1, 2, 3]
        assert "the file date 2026-01-20" in found[0].message

    def test_the_day_of_the_check_counts_where_it_is(self, base: str) -> None:
        text = edited(base, {"***2~DTP*472*D8*20260115": "***2~DTP*472*D8*20260118"})
        found = [f for f in findings_of(text, as_of=date(2026, 1, 17)) if f.rule == "DAT002"]
        assert [f.service_line for f in found] == [1]
        assert "the day of this check, 2026-01-17" in found[0].message

    def test_without_bht04_the_group_says_when(self, base: str) -> None:
        text = edited(base, {"D8*20260115": "D8*20260121", "*20260120*0930*CH": "**0930*CH"})
        assert len(told(findings_of(text), "DAT002")) == 3

    def test_a_range_that_runs_backward_is_one_fault(self, base: str) -> None:
        text = edited(base, {"***2~DTP*472*D8*20260115": "***2~DTP*472*RD8*20260125-20260115"})
        assert [f.rule for f in findings_of(text)] == ["DAT001"]


class TestTimelyFiling:
    ON = {"timely-filing": True}  # noqa: RUF012 - only read

    @pytest.mark.parametrize(
        ("indicator", "last_day", "severity"),
        [
            ("MB", date(2027, 1, 15), "error"),
            ("HM", date(2027, 1, 15), "warning"),
            ("MC", date(2027, 1, 15), "warning"),
            ("CI", date(2026, 7, 14), "warning"),
        ],
    )
    @pytest.mark.parametrize("base", BASES)
    def test_the_limit_of_each_kind_of_payer(self, base: str, indicator: str, last_day: date, severity: str) -> None:
        text = edited(base, {"*CI~": f"*{indicator}~"})
        assert told(findings_of(text, as_of=last_day, options=self.ON), "DAT003") == []
        late = findings_of(text, as_of=date.fromordinal(last_day.toordinal() + 1), options=self.ON)
        assert [(f.severity, f.element, f.service_line) for f in late if f.rule == "DAT003"] == [(severity, "DTP03", 1)]
        assert told(findings_of(text, as_of=date(2030, 1, 1)), "DAT003") == []  # Off by default.

    def test_a_leap_day_ends_with_february(self) -> None:
        text = edited("base.edi", {"20260115": "20240229", "*CI~": "*MB~"})
        assert told(findings_of(text, as_of=date(2025, 2, 28), options=self.ON), "DAT003") == []
        assert len(told(findings_of(text, as_of=date(2025, 3, 1), options=self.ON), "DAT003")) == 1

    def test_days_of_ones_own(self) -> None:
        options = self.ON | {"timely-filing-days": {"commercial": 40}}
        text = edited("base.edi", {})
        assert told(findings_of(text, as_of=date(2026, 2, 24), options=options), "DAT003") == []
        assert len(told(findings_of(text, as_of=date(2026, 2, 25), options=options), "DAT003")) == 1

    @pytest.mark.parametrize("ending", ["***11:B:7*Y*A*Y*Y~REF*F8*2026012345", "***11:B:1*Y*A*Y*Y***********3"])
    def test_a_replacement_and_a_reason_for_the_delay(self, ending: str) -> None:
        text = edited("base.edi", {"***11:B:1*Y*A*Y*Y": ending})
        assert told(findings_of(text, as_of=date(2030, 1, 1), options=self.ON), "DAT003") == []


class TestPatientsDates:
    def test_after_the_death_of_the_subscriber(self) -> None:
        text = edited("base.edi", {"*****CI~": "*****CI~PAT*****D8*20260114~"})
        found = [f for f in findings_of(text) if f.rule == "DAT006"]
        assert [(f.element, f.service_line) for f in found] == [("DTP03", 1)]
        assert "20260114" not in found[0].message
        assert "2026-01-14" not in found[0].message

    def test_after_the_death_of_the_dependent(self) -> None:
        text = edited("base-dependent.edi", {"PAT*19~": "PAT*19****D8*20260114~"})
        assert told(findings_of(text), "DAT006") == [("2400", "DTP03", 1)]

    def test_the_day_of_death_is_no_fault(self) -> None:
        text = edited("base-dependent.edi", {"PAT*19~": "PAT*19****D8*20260115~"})
        assert findings_of(text) == []

    def test_the_subscribers_birth_is_not_the_dependents(self) -> None:
        # The child was born in 2010, its mother in 1975.
        before = {"20260115": "20080115"}
        assert told(findings_of(edited("base-dependent.edi", before)), "DAT006") == [("2400", "DTP03", 1)]
        assert told(findings_of(edited("base.edi", before)), "DAT006") == []


@pytest.mark.parametrize("base", BASES)
class TestCodeDates:
    SUMMER = {"20260120": "20260720", "20260115": "20260715"}  # noqa: RUF012 - only read
    RUN = date(2026, 8, 1)

    def unknown(self, day: str, procedure: str = "A0001") -> dict[str, str]:
        line = f"LX*4~SV1*HC:{procedure}*5*UN*1***1~DTP*472*D8*{day}~REF*6R*A1001L4~"
        return {"CTP****1*ML~SE": f"CTP****1*ML~{line}SE", "*151.5*": "*156.5*"}

    def test_a_level_ii_code_that_the_list_lacks(self, base: str) -> None:
        text = edited(base, self.SUMMER | self.unknown("20260715"))
        assert told(findings_of(text, as_of=self.RUN), "DAT007") == [("2400", "SV101-2", 4)]

    def test_is_not_judged_outside_the_edition(self, base: str) -> None:
        found = findings_of(edited(base, self.unknown("20260115")))
        assert told(found, "DAT007") == []
        assert told(found, "REF001") == [("2400", "SV101-2", 4)]

    def test_a_claim_of_known_codes_needs_no_notice(self, base: str) -> None:
        assert findings_of(edited(base, {})) == []

    @pytest.mark.parametrize("procedure", ["D0120", "99070", "0001F"])
    def test_codes_of_other_lists_are_not_judged(self, base: str, procedure: str) -> None:
        found = findings_of(edited(base, self.SUMMER | self.unknown("20260715", procedure)), as_of=self.RUN)
        assert told(found, "DAT007") == []

    @pytest.mark.parametrize(
        ("procedure", "last_day", "first_day"),
        [
            ("J1030", "20240331", None),
            ("J0171", "20250630", None),
            ("J1094", "20250331", None),
            ("J9250", "20240331", None),
            ("J0576", "20240331", "20240101"),
            ("J1010", None, "20240401"),
            ("J2359", None, "20231001"),
            ("J0402", None, "20240101"),
        ],
    )
    def test_a_drug_code(self, base: str, procedure: str, last_day: str | None, first_day: str | None) -> None:
        def judged(day: date) -> int:
            text = edited(base, {"20260115": day.strftime("%Y%m%d"), "HC:J3420*": f"HC:{procedure}*"})
            return len(told(findings_of(text), "DAT007"))

        for edge, outwards in ((last_day, 1), (first_day, -1)):
            if edge is not None:
                day = date.fromisoformat(edge)
                assert judged(day) == 0
                assert judged(date.fromordinal(day.toordinal() + outwards)) == 1

    def test_an_unverified_start_accuses_nobody(self, base: str) -> None:
        # J1171 is in the drug table, but not since when.
        text = edited(base, {"20260115": "20240115", "HC:J3420*": "HC:J1171*"})
        assert told(findings_of(text), "DAT007") == []


def test_96372_before_it_existed() -> None:
    text = edited("base.edi", {"20260115": "20081231"})
    found = [f for f in findings_of(text) if f.rule == "DAT007"]
    assert [(f.element, f.service_line) for f in found] == [("SV101-2", 2)]
    assert "90772" in found[0].remedy
    assert told(findings_of(edited("base.edi", {"20260115": "20090101"})), "DAT007") == []


@pytest.mark.parametrize("base", BASES)
def test_an_inpatient_visit_outside_the_stay(base: str) -> None:
    inpatient = {"HC:99213:25*112*UN*1***2": "HC:99231*112*UN*1*21**2"}
    stay = {"HI*ABK:E538": "DTP*435*D8*{}~DTP*096*D8*20260120~HI*ABK:E538"}
    for admitted, expected in (("20260116", [("2400", "DTP03", 1)]), ("20260115", [])):
        changes = inpatient | {key: text.format(admitted) for key, text in stay.items()}
        assert told(findings_of(edited(base, changes)), "DAT008") == expected


def test_the_drug_of_an_earlier_claim_goes_with_the_injection() -> None:
    # The first claim brings the drug of the day; the second its injection, and another drug of another day.
    segments = base_segments("base.edi")
    start, end = (next(n for n, s in enumerate(segments) if s.startswith(name)) for name in ("CLM*", "SE*"))
    second = "~".join(segments[start:end]).replace("A1001", "A1002")
    second = second.replace("J3420*4.5*UN*1***1~DTP*472*D8*20260115", "J3420*4.5*UN*1***1~DTP*472*D8*20260114")
    both = batch([*segments[:end], *second.split("~"), *segments[end:]])
    assert told(findings_of(both), "DAT005") == []
    alone = batch([*segments[:start], *second.split("~"), *segments[end:]])
    assert told(findings_of(alone), "DAT005") == [("2400", "DTP03", 3)]


def test_no_notice_for_the_clean_fixtures() -> None:
    for name in ("clean-injections.edi", "two-interchanges.edi", "cob-secondary.edi"):
        found = findings_of((FIXTURES / name).read_bytes())
        assert [f.rule for f in found if f.rule in ("REF001", "DAT007")] == []
