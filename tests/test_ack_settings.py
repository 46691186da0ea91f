"""Acknowledgement codes that a user sets for rules, for all or for one payer: findings, 999 and 277CA follow."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from edi_lint import Config, ConfigError, Linter, load_config
from edi_lint.acks.codes import LINE_REJECTED
from edi_lint.acks.judge import judge
from edi_lint.config import AckCodes, Override
from edi_lint.config_files import compose, merge
from edi_lint.reports.config_pages import settings_text
from edi_lint.rules import RULES
from edi_lint.rules.ack_codes import what_is_wrong
from tests.acks_tools import answered, read_277ca, read_999
from tests.conftest import AS_OF, FIXTURES, findings_of

BATCH = FIXTURES / "modifier-25-on-injection.edi"
"""Claims M6001 (payer TSTCI) and M6002 (TSTBL) have MOD001, whose own status is A8:453; M6003 has NCI002."""
VACCINE = {"ADM001": {"stc": "A8:454"}}


def codes_of(rule: str, **settings: Any) -> dict[str, dict[str, str | list[str]]]:
    """The codes of a rule's findings by claim."""
    found = Linter(Config(as_of=AS_OF, **settings)).findings(BATCH.read_bytes(), BATCH.name)
    return {one.claim.id: one.acks for one in found if one.rule == rule and one.claim is not None}


def checked(folder: Path, configuration: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run of the command line on the batch, in a folder with this configuration."""
    (folder / "edi-lint.toml").write_text(configuration, "utf-8")
    (folder / BATCH.name).write_bytes(BATCH.read_bytes())
    return subprocess.run(
        [sys.executable, "-m", "edi_lint", "check", BATCH.name, "--as-of", "2026-03-01", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(FIXTURES.parent), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


class TestWhatIsSaid:
    def test_without_settings_a_rule_has_its_own_codes(self) -> None:
        assert codes_of("MOD001") == {"M6001": {"stc": ["A8:453"]}, "M6002": {"stc": ["A8:453"]}}

    def test_for_all_payers(self) -> None:
        assert codes_of("MOD001", acks={"25-on-non-em": {"stc": ["A3:453", "A3:454"]}}) == {
            "M6001": {"stc": ["A3:453", "A3:454"]},
            "M6002": {"stc": ["A3:453", "A3:454"]},
        }

    def test_for_one_payer_only(self) -> None:
        override = Override(payer="TSTBL", acks={"MOD001": AckCodes(stc="A8:454")})
        assert codes_of("MOD001", overrides=(override,)) == {
            "M6001": {"stc": ["A8:453"]},
            "M6002": {"stc": ["A8:454"]},
        }

    def test_the_later_layer_and_in_it_the_more_exact_entry_hold(self) -> None:
        acks = {"MOD001": {"stc": "A3:1"}, "MOD": {"stc": "A3:2"}}
        assert codes_of("MOD001", acks=acks)["M6001"] == {"stc": ["A3:1"]}
        override = Override(payer="TSTBL", acks={"ALL": {"stc": "A3:3"}})
        found = codes_of("MOD001", acks=acks, overrides=(override,))
        assert [found["M6001"]["stc"], found["M6002"]["stc"]] == [["A3:1"], ["A3:3"]]

    def test_what_is_named_is_all_that_is_told(self) -> None:
        assert codes_of("MOD001", acks={"MOD001": {"ik403": "7"}})["M6001"] == {"ik304": "8", "ik403": "7"}

    def test_a_fault_of_the_guide_has_the_codes_of_the_rule_that_tells_it(self, bases: dict[str, str]) -> None:
        text = (
            bases["base.edi"]
            .replace("DTP*472*D8*20260115~\nREF*6R*A1001L1", "REF*6R*A1001L1")
            .replace("SE*37", "SE*36")
        )
        [plain] = findings_of(text)
        assert (plain.rule, plain.acks["ik304"]) == ("DAT001", "3")
        [told] = findings_of(text, acks={"DAT001": {"stc": "A7:187"}})
        assert told.acks == {"stc": ["A7:187"]}

    def test_an_extending_file_replaces_the_codes_rule_by_rule(self) -> None:
        base = {"acks": {"MOD001": {"stc": "A7:453", "ik304": "I6"}, "MOD002": {"stc": "A7:1"}}}
        config = compose([merge(base, {"acks": {"MOD001": {"stc": "A7:454"}}})])
        assert config.acks == {"MOD001": AckCodes(stc="A7:454"), "MOD002": AckCodes(stc="A7:1")}


class TestAnswers:
    def test_a_payer_of_its_own_mind_in_the_277ca(self, tmp_path: Path) -> None:
        configuration = '[[overrides]]\npayer = "TSTBL"\nacks = { MOD001 = { stc = "A8:454" } }\n'
        done = checked(tmp_path, configuration, "--output-format", "277ca")
        assert (done.returncode, done.stderr) == (1, "")
        statuses = [(number, codes) for _, number, action, codes in read_277ca(done.stdout) if action == "U"]
        assert statuses == [
            ("M6001", {LINE_REJECTED}), ("M6001", {"A8:453"}),
            ("M6002", {LINE_REJECTED}), ("M6002", {"A8:454"}),
            ("M6003", {LINE_REJECTED}), ("M6003", {"A6:453"}),
        ]  # fmt: skip
        assert list(judge(done.stdout)) == []

    def test_what_the_payer_tells_of_the_claim_moves_out_of_the_999_and_back(self) -> None:
        text = (
            (FIXTURES / "base.edi").read_text("ascii").replace("N3*101 SPECIMEN AVE~\n", "").replace("SE*37", "SE*36")
        )
        [told], [found] = answered(text)
        assert found.acks == {"ik304": "I6"}
        assert read_999(told.x999)["1", "0001"][0].verdict == "R"
        used = answered(text, acks=Table({"SIT022": AckCodes(stc="A7:500:QC")}))
        [told], [found] = used
        assert read_999(told.x999)["1", "0001"][0].verdict == "A"
        assert ("A1001", "U", {"A7:500"}) in [
            (number, action, codes) for _, number, action, codes in read_277ca(told.x277ca)
        ]
        assert [*judge(told.x999), *judge(told.x277ca)] == []

    def test_the_segment_and_the_element_in_the_999(self) -> None:
        text = BATCH.read_text("ascii")
        [told] = answered(text, acks=Table({"MOD001": AckCodes(ik403="7")}), select=("MOD001",))[0]
        elements = {element for several in read_999(told.x999).values() for one in several for element in one.elements}
        assert {(segment, code) for segment, _, _, code in elements} == {("SV1", "7")}
        assert list(judge(told.x999)) == []


class Table(dict[str, AckCodes]):
    """Codes by rule as a setting that `answered` can keep a linter by."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self))


class TestWrongSettings:
    @pytest.mark.parametrize(
        ("codes", "words"),
        [
            ('MOD999 = { stc = "A7:453" }', "no rule is called 'MOD999'"),
            ('MOD001 = { stc = "A7453" }', "'A7453' is no status: category, code and"),
            ('MOD001 = { stc = "A7:453:85:1" }', "is no status"),
            ('MOD001 = { stc = "A1:453" }', "category A1 accepts; what is wrong is told by A3, A4, A6, A7 or A8"),
            ('MOD001 = { stc = "E1:453" }', "the 277CA has no category E1"),
            ('MOD001 = { stc = ["A7:453", "A7:247"] }', "status 247 is not for what a rule finds"),
            ('MOD001 = { stc = "A7:562:XX" }', "XX is no entity of the 277CA"),
            ('MOD001 = { ik304 = "9" }', "ik304: '9' is no code of IK304 in the 999"),
            ('MOD001 = { ik304 = "I6", ik403 = "I9" }', "ik304 can only be 8"),
            ('MOD001 = { ta1 = "022" }', "they are for ENV rules"),
            ('ENV005 = { ta1 = "99" }', "ta1: '99' is no code of the TA1"),
            ("MOD001 = { }", "no code is given"),
            ('MOD001 = { sct = "A7:453" }', "unknown key 'sct'"),
            ("MOD001 = { stc = 7 }", "acks"),
        ],
    )
    @pytest.mark.parametrize("heading", ["[acks]\n{}\n", '[[overrides]]\npayer = "1"\nacks = {{ {} }}\n'])
    def test_is_one_line_and_status_2(self, heading: str, codes: str, words: str, tmp_path: Path) -> None:
        path = tmp_path / "edi-lint.toml"
        path.write_text(heading.format(codes), "utf-8")
        with pytest.raises(ConfigError) as told:
            load_config(path)
        assert words in str(told.value)
        assert "\n" not in str(told.value)
        assert "acks" in str(told.value)

    def test_on_the_command_line(self, tmp_path: Path) -> None:
        done = checked(tmp_path, "", "--config", 'acks.MOD001.stc = "A1:453"')
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert "acks: MOD001: stc: 'A1:453': category A1 accepts" in done.stderr

    def test_from_a_program(self) -> None:
        with pytest.raises(ConfigError, match="acks: unknown key 'sct'"):
            Config(acks={"MOD001": {"sct": "A7:453"}})  # type: ignore[dict-item]


def test_settings_are_shown_as_they_can_be_written() -> None:
    config = Config(acks=VACCINE, overrides=(Override(payer="1", acks=VACCINE),))  # type: ignore[arg-type]
    shown = settings_text(config, [], [], 0)
    assert '[acks]\nADM001 = { stc = "A8:454" }' in shown
    assert '[[overrides]]\npayer = "1"\nacks = { ADM001 = { stc = "A8:454" } }' in shown


def test_the_rules_themselves_carry_codes_that_can_be_told() -> None:
    for rule in RULES.values():
        for kind, value in msgspec.to_builtins(rule.acks).items():
            for code in [value] if isinstance(value, str) else value:
                assert what_is_wrong(kind, code) == "", rule.id
