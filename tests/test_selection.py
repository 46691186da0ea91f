"""Which rules run and how grave they are: layers of selectors, editions, mandatory rules, overrides for some claims."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from edi_lint import Config, ConfigError, Finding, Linter
from edi_lint.config import Override
from edi_lint.linter import lint
from edi_lint.rules import RULES, RULESETS, Rule
from edi_lint.selection import choose, possible_rules, validate
from tests.conftest import AS_OF, FIXTURES

BATCH = FIXTURES / "modifier-25-on-injection.edi"
"""Claims M6001 (payer TSTCI, commercial), M6002 (TSTBL), M6003 (TSTMB, Medicare), M6004 (TSTCI, clean)."""


def told(**settings: Any) -> list[tuple[str, str, str | None]]:
    return [brief(finding) for finding in lint(BATCH, Config(as_of=AS_OF, **settings)).findings]


def brief(finding: Finding) -> tuple[str, str, str | None]:
    return finding.rule, finding.severity, finding.claim.id if finding.claim else None


def ids(config: Config, *overrides: Override) -> set[str]:
    return {rule.id for rule in choose(config, overrides).rules}


ALL = set(RULES)
MOD = {rule_id for rule_id in RULES if rule_id.startswith("MOD")}
PLAIN = [
    ("NCI002", "warning", "M6001"),
    ("MOD001", "error", "M6001"),
    ("MOD001", "error", "M6002"),
    ("NCI002", "error", "M6003"),
]


class TestSelectors:
    def test_everything_runs_unless_told_otherwise(self) -> None:
        assert ids(Config()) == ALL

    @pytest.mark.parametrize(
        ("settings", "expected"),
        [
            ({"select": ("MOD",)}, MOD),
            ({"select": ("mod001", "25-on-non-em")}, {"MOD001"}),
            ({"ignore": ("MOD",)}, ALL - MOD),
            ({"select": ("MOD",), "ignore": ("MOD001",)}, MOD - {"MOD001"}),
            ({"select": ("MOD001",), "ignore": ("MOD",)}, {"MOD001"}),
            ({"select": ("MOD00",), "ignore": ("MOD",)}, {rule for rule in MOD if rule.startswith("MOD00")}),
            ({"select": ("MOD001",), "ignore": ("25-on-non-em",)}, set()),
            ({"ignore": ("ALL",)}, set()),
            ({"ignore": ("ALL",), "extend_select": ("MOD001",)}, {"MOD001"}),
            ({"select": ("MOD",), "extend_select": ("STR001",)}, MOD | {"STR001"}),
            ({"severity": {"MOD": "off"}}, ALL - MOD),
            ({"select": ("MOD",), "severity": {"ALL": "off", "MOD": "info"}}, MOD),
        ],
    )
    def test_the_more_exact_wins_and_ignore_where_both_are_alike(
        self, settings: dict[str, Any], expected: set[str]
    ) -> None:
        # That a rule broke is told whatever is asked for.
        assert ids(Config(**settings)) == expected | {"INT001"}

    @pytest.mark.parametrize(
        ("first", "then", "expected"),
        [
            ({"ignore": ("MOD001",)}, {"select": ("MOD001",)}, {"MOD001"}),
            ({"ignore": ("MOD001",)}, {"select": ("MOD",)}, MOD - {"MOD001"}),
            ({"ignore": ("MOD001",)}, {"select": ("ALL",)}, ALL - {"MOD001"}),
            ({"ignore": ("MOD",)}, {"select": ("MOD001",)}, {"MOD001"}),
            ({"select": ("STR",)}, {"extend_select": ("MOD001",)}, {"MOD001"} | {r for r in ALL if r[:3] == "STR"}),
            ({"select": ("MOD",)}, {"ignore": ("MOD",)}, set()),
            ({"extend_select": ("MOD001",)}, {"ignore": ("MOD",)}, ALL - MOD),
            ({"severity": {"MOD001": "off"}}, {"extend_select": ("MOD",)}, ALL - {"MOD001"}),
            ({"severity": {"MOD001": "off"}}, {"extend_select": ("MOD001",)}, ALL),
        ],
    )
    def test_a_later_layer_wins_but_a_prefix_brings_nothing_back(
        self, first: dict[str, Any], then: dict[str, Any], expected: set[str]
    ) -> None:
        assert ids(Config(**first), Override(**then)) == expected | {"INT001"}

    def test_what_may_run_is_what_some_claims_need(self) -> None:
        config = Config(
            select=("STR",),
            overrides=(Override(payer="1", extend_select=("MOD001",)), Override(payer="2", ignore=("STR001",))),
        )
        assert {rule.id for rule in possible_rules(config)} == ids(Config(select=("STR",))) | {"MOD001"}
        narrowed = msgspec.structs.replace(config, overrides=(*config.overrides, Override(select=("NCI002",))))
        assert {rule.id for rule in possible_rules(narrowed)} == {"NCI002", "INT001"}


class TestSeverity:
    def test_is_what_the_user_says_for_all_payers(self) -> None:
        assert [severity for rule, severity, _ in told(severity={"NCI002": "info"}) if rule == "NCI002"] == ["info"] * 2

    def test_the_most_exact_entry_wins(self) -> None:
        assert (
            choose(Config(severity={"MOD001": "info", "MOD": "warning", "ALL": "error"})).severities["MOD001"] == "info"
        )
        assert choose(Config(severity={"ALL": "error", "MOD": "warning"})).severities["MOD001"] == "warning"

    def test_does_not_make_a_rule_run_for_payers_that_it_is_not_for(self) -> None:
        [rule] = [rule for rule in RULES.values() if rule.id == "MOD014"]
        assert rule.severity_for("commercial") is None
        text = BATCH.read_text("ascii").replace("HC:J3420", "HC:J0129")
        report = lint(text.encode(), Config(as_of=AS_OF, severity={"MOD014": "error"}, select=("MOD014",)))
        assert {finding.claim.id for finding in report.findings if finding.claim} == {"M6003"}

    def test_of_the_structure_is_settable_too(self) -> None:
        text = (FIXTURES / "base.edi").read_text("ascii").replace("SE*37", "SE*38").encode()
        for severity in ("error", "info"):
            [finding] = lint(text, Config(as_of=AS_OF, severity={"ENV": severity})).findings
            assert finding.severity == severity

    def test_decides_the_exit_status(self) -> None:
        report = lint(BATCH, Config(as_of=AS_OF, severity={"ALL": "warning"}))
        assert (report.summary.exit, report.summary.findings["error"]) == (0, 0)
        assert report.summary.findings["warning"] == len(PLAIN)


class TestMandatory:
    def test_nothing_switches_it_off(self) -> None:
        config = Config(
            select=("STR",),
            ignore=("MOD",),
            severity={"MOD": "off"},
            mandatory=("MOD001",),
            overrides=(Override(payer="TSTCI", ignore=("ALL",), severity={"ALL": "info"}),),
        )
        validate(config)
        assert "MOD001" in ids(config)
        assert "MOD001" in ids(config, *config.overrides)
        assert "MOD001" not in choose(config, config.overrides).severities

    def test_it_may_be_made_graver(self) -> None:
        assert choose(Config(mandatory=("MOD004",), severity={"MOD004": "error"})).severities == {"MOD004": "error"}

    def test_on_claims_whose_payer_ignores_it(self) -> None:
        settings: dict[str, Any] = {"overrides": (Override(payer=("TSTCI", "TSTBL"), ignore=("MOD",)),)}
        assert [rule for rule, _, _ in told(**settings)] == ["NCI002", "NCI002"]
        assert told(mandatory=("MOD001",), **settings) == PLAIN


class TestEditions:
    @pytest.fixture
    def newer(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setitem(RULES, "MOD001", msgspec.structs.replace(RULES["MOD001"], since="0.2.0"))
        return iter(())

    @pytest.mark.usefixtures("newer")
    def test_a_pinned_edition_has_no_rule_that_came_after_it(self) -> None:
        assert "MOD001" in ids(Config())
        assert ids(Config(ruleset="2026.1")) == ALL - {"MOD001"}
        assert ids(Config(ruleset="2026.1", select=("MOD",))) == (MOD - {"MOD001"}) | {"INT001"}

    @pytest.mark.usefixtures("newer")
    def test_unless_it_is_named(self) -> None:
        assert "MOD001" in ids(Config(ruleset="2026.1", extend_select=("25-on-non-em",)))
        assert "MOD001" in ids(Config(ruleset="2026.1", mandatory=("MOD001",)))
        assert "MOD001" in ids(Config(ruleset="2026.1"), Override(extend_select=("MOD001",)))

    def test_every_rule_is_in_the_newest_edition(self) -> None:
        newest = list(RULESETS)[-1]
        assert sorted(RULESETS) == list(RULESETS)
        assert ids(Config(ruleset=newest)) == ALL, "a rule of a newer version needs a newer edition"


class TestPreview:
    @pytest.fixture
    def trial(self, monkeypatch: pytest.MonkeyPatch) -> Rule:
        rule = msgspec.structs.replace(RULES["MOD001"], preview=True)
        monkeypatch.setitem(RULES, "MOD001", rule)
        return rule

    @pytest.mark.usefixtures("trial")
    def test_a_rule_on_trial_runs_only_when_asked_for(self) -> None:
        assert ids(Config()) == ALL - {"MOD001"}
        assert ids(Config(preview=True)) == ALL
        assert "MOD001" not in ids(Config(extend_select=("MOD",)))

    @pytest.mark.usefixtures("trial")
    def test_who_names_it_is_told_how(self) -> None:
        with pytest.raises(ConfigError, match=r"MOD001 is on trial: it runs with --preview"):
            validate(Config(extend_select=("MOD001",)))
        validate(Config(extend_select=("MOD001",), preview=True))


class TestOverrides:
    """The batch goes to EXAMPLEPAYER (ISA08 and GS03)."""

    def test_none_applies_to_others(self) -> None:
        assert told(overrides=(Override(payer="ELSE", ignore=("ALL",)),)) == PLAIN
        assert told(overrides=(Override(receiver="ELSE", ignore=("ALL",)),)) == PLAIN

    @pytest.mark.parametrize(
        ("override", "expected"),
        [
            (Override(payer="TSTCI", ignore=("MOD",)), [PLAIN[0], PLAIN[2], PLAIN[3]]),
            (Override(payer=("TSTCI", "TSTBL"), ignore=("MOD001",)), [PLAIN[0], PLAIN[3]]),
            (
                Override(claim_filing_indicator="MB", severity={"NCI002": "info"}),
                [*PLAIN[:3], ("NCI002", "info", "M6003")],
            ),
            (Override(claim_filing_indicator=("CI", "BL"), select=("STR",)), PLAIN[3:]),
            (Override(receiver="EXAMPLEPAYER", ignore=("NCI",)), PLAIN[1:3]),
            (Override(receiver="EXAMPLEPAYER", payer="TSTMB", ignore=("NCI",)), PLAIN[:3]),
            (Override(receiver="ELSE", payer="TSTMB", ignore=("NCI",)), PLAIN),
            (Override(files="modifier-*.edi", ignore=("NCI",)), PLAIN[1:3]),
            (Override(files=f"{FIXTURES}/*.edi", ignore=("NCI",)), PLAIN[1:3]),
            (Override(files="other-*.edi", ignore=("NCI",)), PLAIN),
            (Override(files="modifier-*.edi", payer="TSTCI", ignore=("NCI",)), PLAIN[1:]),
            (Override(ignore=("NCI",)), PLAIN[1:3]),
        ],
    )
    def test_apply_where_all_that_they_name_applies(
        self, override: Override, expected: list[tuple[str, str, str | None]]
    ) -> None:
        assert told(overrides=(override,)) == expected

    def test_bring_rules_for_some(self) -> None:
        assert told(select=("STR",), overrides=(Override(payer="TSTBL", extend_select=("MOD001",)),)) == [PLAIN[2]]

    def test_later_ones_win(self) -> None:
        overrides = (
            Override(receiver="EXAMPLEPAYER", ignore=("MOD",)),
            Override(payer="TSTBL", extend_select=("MOD001",), severity={"MOD001": "warning"}),
        )
        assert told(overrides=overrides) == [PLAIN[0], ("MOD001", "warning", "M6002"), PLAIN[3]]

    def test_bring_options(self) -> None:
        text = (FIXTURES / "base.edi").read_bytes()
        options: Any = {"prior-authorization-drugs": ["J3420"]}
        for payer, expected in (("TSTCI", ["STR018"]), ("ELSE", [])):
            config = Config(as_of=AS_OF, overrides=(Override(payer=payer, options=options),))
            assert [finding.rule for finding in lint(text, config).findings] == expected
        config = Config(as_of=AS_OF, options=options, overrides=(Override(payer="TSTCI", strict=True),))
        assert [finding.rule for finding in lint(text, config).findings] == ["STR018"]

    def test_decide_what_a_hidden_rule_says(self) -> None:
        """ADM001 hides DX014, which says less of the same fault: where one is ignored, the other is heard."""
        path = FIXTURES / "vaccine-billed-96372.edi"
        config = Config(as_of=AS_OF, overrides=(Override(payer="TSTCI", ignore=("ADM001",)),))
        assert [finding.rule for finding in lint(path, config).findings] == ["DX014"]

    def test_of_the_envelope_go_by_the_receiver(self) -> None:
        text = BATCH.read_text("ascii").replace("IEA*1*000000006", "IEA*1*000000007").encode()
        config = Config(as_of=AS_OF, select=("ENV",), overrides=(Override(receiver="EXAMPLEPAYER", ignore=("ENV",)),))
        assert lint(text, config).findings == []
        payer = Config(as_of=AS_OF, select=("ENV",), overrides=(Override(payer="TSTCI", ignore=("ENV",)),))
        assert [finding.rule for finding in lint(text, payer).findings] == ["ENV008"]

    def test_a_rule_set_is_made_once_for_all_claims_that_share_it(self) -> None:
        linter = Linter(Config(as_of=AS_OF, overrides=(Override(payer=("TSTCI", "TSTBL"), ignore=("MOD",)),)))
        list(linter.findings(BATCH))
        made = dict(linter._variants)
        list(linter.findings(BATCH))
        assert linter._variants == made
        assert list(made) == [(0,)]

    def test_scope_of_rejection_goes_by_file_and_receiver(self) -> None:
        linter = Linter(
            Config(
                overrides=(
                    Override(receiver="R1", reject_scope="claim"),
                    Override(files="x-*.edi", reject_scope="claim"),
                    Override(files="x-*.edi", receiver="R2", reject_scope="transaction"),
                )
            )
        )
        assert linter.reject_scope("a.edi", ["R9"]) == "transaction"
        assert linter.reject_scope("a.edi", ["R9", "R1   "]) == "claim"
        assert linter.reject_scope("in/x-1.edi", ["R9"]) == "claim"
        assert linter.reject_scope("in/x-1.edi", ["R2"]) == "transaction"


def test_a_run_without_overrides_asks_nobody() -> None:
    """What overrides cost, they cost where they are: without them no claim is asked whom it is for."""
    linter = Linter(Config(as_of=AS_OF))
    with BATCH.open("rb") as stream:
        assert linter.check(stream, "batch")._choose is None
    only_files = Linter(Config(as_of=AS_OF, overrides=(Override(files="*.edi", ignore=("MOD",)),)))
    with BATCH.open("rb") as stream:
        check = only_files.check(stream, "batch.edi")
        assert check._choose is None
        assert "MOD001" not in check._rules.enabled
