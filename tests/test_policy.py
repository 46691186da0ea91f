"""What is let pass: waivers and baselines, what is said of those that are not needed, and what of the rest is shown."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from edi_lint import Config, ConfigError, Finding, Linter, lint, load_config
from edi_lint.acks import Options, acknowledge
from edi_lint.baseline import Baseline, read_baseline
from edi_lint.config import Waiver
from edi_lint.linter import Shared
from edi_lint.policy import Usage
from edi_lint.reports.json_lines import JsonLines
from tests.conftest import AS_OF, FIXTURES

BATCH = FIXTURES / "modifier-25-on-injection.edi"
"""MOD001 on M6001 (payer TSTCI) and M6002 (TSTBL), NCI002 on M6001 and M6003 (TSTMB); billed by 1993000011."""
PLAIN = [("NCI002", "M6001"), ("MOD001", "M6001"), ("MOD001", "M6002"), ("NCI002", "M6003")]


def waiver(rule: str | tuple[str, ...] = "MOD001", **what: Any) -> Waiver:
    return Waiver(**({"rule": rule, "reason": "Bulletin"} | what))


def told(*waivers: Waiver, **settings: Any) -> list[tuple[str, str | None]]:
    report = lint(BATCH, Config(as_of=AS_OF, waivers=waivers, **settings))
    return [brief(finding) for finding in report.findings]


def brief(finding: Finding) -> tuple[str, str | None]:
    return finding.rule, finding.claim.id if finding.claim else None


class TestWaivers:
    @pytest.mark.parametrize(
        ("one", "left"),
        [
            (waiver(), [PLAIN[0], PLAIN[3]]),
            (waiver("25-on-non-em"), [PLAIN[0], PLAIN[3]]),
            (waiver(("MOD", "NCI")), []),
            (waiver(payer="TSTCI"), [PLAIN[0], PLAIN[2], PLAIN[3]]),
            (waiver(payer=("TSTCI", "TSTBL")), [PLAIN[0], PLAIN[3]]),
            (waiver(provider="1993000011"), [PLAIN[0], PLAIN[3]]),
            (waiver(provider="1993005010", payer="TSTBL"), [PLAIN[0], PLAIN[1], PLAIN[3]]),
            (waiver(files="modifier-*.edi"), [PLAIN[0], PLAIN[3]]),
            (waiver(files=f"{FIXTURES}/modifier-*.edi"), [PLAIN[0], PLAIN[3]]),
            (waiver(expires=AS_OF), [PLAIN[0], PLAIN[3]]),
        ],
    )
    def test_let_pass_what_all_of_them_is_for(self, one: Waiver, left: list[tuple[str, str | None]]) -> None:
        assert told(one) == left

    @pytest.mark.parametrize(
        ("one", "severity", "words"),
        [
            (waiver("STR001"), "warning", "The waiver of STR001 waived nothing."),
            (waiver("STR001", payer="TSTCI"), "warning", "The waiver of STR001 waived nothing."),
            (waiver("STR001", provider="1993000011"), "warning", "The waiver of STR001 waived nothing."),
            (waiver(payer="TSTMB"), "warning", "The waiver of MOD001 waived nothing."),
            (waiver(payer="ELSE"), "info", "nothing of whom it is for was in this run."),
            (waiver(provider="1993000029"), "info", "nothing of whom it is for was in this run."),
            (waiver(payer="TSTCI", provider="1993000029"), "info", "nothing of whom it is for was in this run."),
            (waiver(files="other.edi"), "info", "nothing of whom it is for was in this run."),
        ],
    )
    def test_that_let_nothing_pass_are_told(self, one: Waiver, severity: str, words: str) -> None:
        report = lint(BATCH, Config(as_of=AS_OF, waivers=(one,)))
        last = report.findings[-1]
        assert [brief(finding) for finding in report.findings] == [*PLAIN, ("CFG001", None)]
        assert (last.name, last.severity) == ("waiver-unused", severity)
        assert last.message.endswith(words)
        assert report.summary.findings[severity] == sum(f.severity == severity for f in report.findings)

    def test_that_have_expired_let_nothing_pass_and_are_told(self) -> None:
        report = lint(BATCH, Config(as_of=AS_OF, waivers=(waiver(expires=date(2026, 2, 28)),)))
        assert [brief(finding) for finding in report.findings] == [*PLAIN, ("CFG002", None)]
        assert report.findings[-1].severity == "warning"
        assert "expired on 2026-02-28" in report.findings[-1].message
        assert "Bulletin" not in str(report.findings[-1])

    def test_are_told_where_they_stand(self, tmp_path: Path) -> None:
        path = tmp_path / "edi-lint.toml"
        path.write_text('# ä\nas-of = 2026-03-01\n\n[[waivers]]\nrule = "STR001"\nreason = "Bulletin"\n', "utf-8")
        [*_, last] = lint(BATCH, load_config(path)).findings
        assert (last.file, last.line, last.column) == (str(path), 4, 1)
        assert path.read_bytes()[last.offset :].startswith(b"[[waivers]]")

    def test_what_is_told_of_them_can_be_left_out_or_made_graver(self) -> None:
        unused = waiver("STR001")
        assert told(unused, ignore=("CFG",)) == PLAIN
        report = lint(
            BATCH, Config(as_of=AS_OF, select=("STR", "CFG"), waivers=(unused,), severity={"CFG001": "error"})
        )
        assert (report.findings[-1].severity, report.summary.exit) == ("error", 1)

    def test_decide_the_exit_status_and_the_totals(self) -> None:
        report = lint(BATCH, Config(as_of=AS_OF, waivers=(waiver(("MOD", "NCI")),)))
        assert report.ok
        assert sum(report.summary.findings.values()) == 0

    def test_do_not_reach_mandatory_rules(self) -> None:
        assert told(waiver("MOD"), mandatory=("MOD001",)) == [*PLAIN, ("CFG001", None)]
        with pytest.raises(ConfigError, match="waivers 1: MOD001 is mandatory"):
            Linter(Config(mandatory=("MOD001",), waivers=(waiver(),)))

    def test_cannot_waive_that_a_rule_broke(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from edi_lint.rules import RULES

        def broken(claim: object, context: object) -> list[object]:
            raise RuntimeError

        monkeypatch.setitem(RULES, "STR001", msgspec.structs.replace(RULES["STR001"], check=broken))
        report = lint(FIXTURES / "base.edi", Config(as_of=AS_OF, waivers=(waiver("INT001"),), ignore=("ALL",)))
        assert report.findings == []
        report = lint(FIXTURES / "base.edi", Config(as_of=AS_OF, waivers=(waiver("INT001"),)))
        assert [finding.rule for finding in report.findings] == ["INT001", "CFG001"]
        assert report.summary.exit == 2

    def test_shared_by_two_configurations_are_used_if_one_of_them_uses_them(self, tmp_path: Path) -> None:
        base = tmp_path / "edi-lint.toml"
        base.write_text(
            'as-of = 2026-03-01\n[[waivers]]\nrule = "MOD001"\nreason = "B"\n'
            '[[waivers]]\nrule = "STR001"\nreason = "B"\n'
        )
        shared = Shared()
        linters = []
        for name in ("a", "b"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "edi-lint.toml").write_text('extend = "../edi-lint.toml"\n')
            linters.append(Linter(load_config(tmp_path / name / "edi-lint.toml"), shared))
        list(linters[0].findings(FIXTURES / "base.edi"))
        list(linters[1].findings(BATCH))
        concluded = [finding.message for linter in linters for finding in linter.conclude()]
        assert concluded == ["The waiver of STR001 waived nothing."]

    def test_usages_of_several_processes_add_up(self) -> None:
        total = Usage({"a": 1}, {"a"})
        total.add(Usage({"a": 2, "b": 1}, {"b", "c"}))
        assert (total.used, total.met, total.waived) == ({"a": 3, "b": 1}, {"a", "b", "c"}, 4)

    def test_the_acknowledgements_know_of_them(self) -> None:
        def rejected(*waivers: Waiver, **settings: Any) -> int:
            linter = Linter(Config(as_of=AS_OF, waivers=waivers, **settings))
            options = Options(now=datetime(2026, 3, 1))  # noqa: DTZ001 - X12 knows no time zones
            [answer] = acknowledge(linter.parts(BATCH), options, linter.rules.guide.tables)  # type: ignore[arg-type]
            return answer.rejected.claims

        assert rejected() == 3
        assert rejected(waiver()) == 1
        assert rejected(waiver(("MOD", "NCI"))) == 0
        assert rejected(severity={"ALL": "warning"}) == 0


class TestBaseline:
    def written(self, tmp_path: Path, *batches: Path) -> str:
        counted = Baseline()
        for path in batches:
            for finding in lint(path, Config(as_of=AS_OF)).findings:
                counted.add(finding)
        file = tmp_path / "known.json"
        file.write_text(counted.as_text(), "utf-8")
        return str(file)

    def test_lets_pass_what_it_counts(self, tmp_path: Path) -> None:
        name = self.written(tmp_path, BATCH)
        report = lint(BATCH, Config(as_of=AS_OF, baseline=name))
        assert (report.findings, report.summary.exit) == ([], 0)

    def test_tells_the_surplus(self, tmp_path: Path) -> None:
        name = self.written(tmp_path, BATCH)
        content = BATCH.read_text("ascii")
        # A third claim with the same fault at the same kind of place; its visit keeps its 25.
        assert content.count("HC:96372*") == 2
        worse = content.replace("HC:96372*", "HC:96372:25*", 1)
        found = [
            brief(f) for f in lint(worse.encode(), Config(as_of=AS_OF, baseline=name)).findings if f.rule == "MOD001"
        ]
        assert len(found) == 1

    def test_counts_by_kind_of_place_not_by_file_or_claim(self, tmp_path: Path) -> None:
        name = self.written(tmp_path, BATCH)
        renamed = BATCH.read_text("ascii").replace("M6001", "Z9001").replace("~\n", "~")
        assert lint(renamed.encode(), Config(as_of=AS_OF, baseline=name), name="another").findings == []
        assert [(p.rule, p.loop, p.element, n) for p, n in read_baseline(name)] == [
            ("MOD001", "2400", "SV101-3", 2),
            ("NCI002", "2400", "SV101", 2),
        ]

    def test_counts_over_all_inputs_of_a_run(self, tmp_path: Path) -> None:
        linter = Linter(Config(as_of=AS_OF, baseline=self.written(tmp_path, BATCH)))
        assert list(linter.findings(BATCH)) == []
        assert [brief(finding) for finding in linter.findings(BATCH)] == PLAIN
        assert linter.conclude() == []

    def test_that_counts_more_than_is_there_is_told(self, tmp_path: Path) -> None:
        name = self.written(tmp_path, BATCH)
        report = lint(FIXTURES / "base.edi", Config(as_of=AS_OF, baseline=name))
        [finding] = report.findings
        assert (finding.rule, finding.severity, finding.file) == ("CFG003", "info", name)
        assert finding.message == "The baseline counts 4 findings that were not found."
        assert report.ok

    def test_does_not_reach_mandatory_rules(self, tmp_path: Path) -> None:
        name = self.written(tmp_path, BATCH)
        report = lint(BATCH, Config(as_of=AS_OF, baseline=name, mandatory=("MOD001",)))
        assert [finding.rule for finding in report.findings] == ["MOD001", "MOD001", "CFG003"]

    def test_is_the_same_for_the_same_batch_and_names_nobody(self, tmp_path: Path) -> None:
        every = sorted(FIXTURES.glob("*.edi"))
        first = Path(self.written(tmp_path, *every)).read_text("utf-8")
        assert first == Path(self.written(tmp_path, *reversed(every))).read_text("utf-8")
        document = msgspec.json.decode(first)
        assert {key for entry in document["findings"] for key in entry} <= {
            "rule",
            "loop",
            "segment",
            "element",
            "count",
        }

    def test_has_no_value_even_where_all_are_shown(self, tmp_path: Path) -> None:
        counted = Baseline()
        for finding in lint(FIXTURES / "providers.edi", Config(as_of=AS_OF, show_values=True)).findings:
            counted.add(finding)
        assert "1993" not in counted.as_text()

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            ("", "not a baseline"),
            ("ISA*00*", "not a baseline"),
            ("[]", "not a baseline"),
            ('{"version": 1}', "not a baseline"),
            ('{"version": 2, "findings": []}', "version 2, which this edi-lint cannot read"),
            ('{"version": 1, "findings": [{"rule": "X", "count": 0}]}', "counts X 0 times"),
            ('{"version": 1, "findings": [{"rule": "X", "count": 1, "claim": "A1"}]}', "unknown field `claim`"),
        ],
    )
    def test_that_is_none_is_an_error(self, content: str, says: str, tmp_path: Path) -> None:
        path = tmp_path / "known.json"
        path.write_text(content, "utf-8")
        with pytest.raises(ConfigError) as caught:
            Linter(Config(baseline=str(path)))
        assert str(caught.value).startswith(f"{path}: ")
        assert says in str(caught.value)

    def test_that_is_not_there_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="No such file or directory; write a baseline with 'edi-lint baseline'"):
            Linter(Config(baseline=str(tmp_path / "gone.json")))


class TestShown:
    def test_what_is_not_shown_still_counts(self) -> None:
        report = lint(BATCH, Config(as_of=AS_OF, min_severity="error"))
        assert [brief(finding) for finding in report.findings] == PLAIN[1:]
        assert report.summary.findings == {"error": 3, "warning": 1, "info": 0}

    @pytest.mark.parametrize("most", [1, 3, 4, 9])
    def test_no_more_than_asked_for(self, most: int) -> None:
        linter = Linter(Config(as_of=AS_OF, max_findings=most))
        assert len(list(linter.findings(BATCH))) == min(most, 4)
        assert linter.shown.left_out == max(0, 4 - most)
        assert sum(linter.summary.findings.values()) == 4
        assert linter.summary.exit == 1

    def test_the_limit_is_for_the_run_not_for_an_input(self) -> None:
        linter = Linter(Config(as_of=AS_OF, max_findings=5))
        assert [len(list(linter.findings(BATCH))) for _ in range(3)] == [4, 1, 0]

    def test_what_decides_is_told_everything(self) -> None:
        """Acknowledgements are no reports: what is kept from people still rejects a claim."""
        from edi_lint.cli.outputs import FORMATS
        from edi_lint.output import Output

        assert not Output.wants_all
        assert not JsonLines.wants_all
        for name, place in FORMATS.items():
            module, _, kind = place.partition(":")
            if module.startswith("edi_lint.acks"):
                from importlib import import_module

                assert getattr(import_module(module), kind).wants_all, name
