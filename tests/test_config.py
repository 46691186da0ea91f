"""Configuration files: where they are found, how they build on one another, and what is said of a wrong one."""

from __future__ import annotations

import pickle
import re
import tomllib
from datetime import date
from pathlib import Path

import jsonschema
import msgspec
import pytest

from edi_lint import Config, ConfigError, load_config
from edi_lint.config import ConfigFile, Settings
from edi_lint.config_files import FILE_NAMES, compose, find_config, inline_settings, merge, read_config
from edi_lint.reports.config_pages import config_schema, first_file, settings_text
from edi_lint.reports.toml_text import toml

EVERYTHING = """\
ruleset = "2026.1"
select = ["ADM", "MOD", "25-on-non-em"]
extend-select = ["NCI002"]
ignore = ["MOD004"]
preview = true
mandatory = ["STR001"]
strict = true
fail-severity = "warning"
min-severity = "warning"
max-findings = 7
reject-scope = "claim"
as-of = 2026-03-01
mask-claim-ids = true
max-megabytes = 20
baseline = "known.json"
data-folder = "tables"

[severity]
MOD001 = "warning"
SIT = "off"

[acks.MOD001]
stc = ["A7:453", "A7:454"]

[options]
multiple-96372 = "lines"
timely-filing-days = { commercial = 90 }

[[overrides]]
files = "medicare-*.edi"
receiver = ["R1", "R2"]
payer = "12345"
claim-filing-indicator = "MB"
select = ["ADM"]
extend-select = ["NCI"]
ignore = ["ADM034"]
severity = { ADM001 = "info" }
acks = { ADM001 = { stc = "A8:454" } }
strict = false
options = { timely-filing = true }

[[waivers]]
rule = ["MOD001", "NCI"]
files = ["outbound/*.edi"]
payer = "12345"
provider = "1993000011"
reason = "Bulletin"
expires = 2026-12-31
"""


def written(folder: Path, text: str, name: str = "edi-lint.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, "utf-8")
    return path


class TestFinding:
    def test_the_nearest_file_above_counts(self, tmp_path: Path) -> None:
        outer = written(tmp_path, "")
        inner = written(tmp_path / "a" / "b", "", ".edi-lint.toml")
        assert find_config(tmp_path / "a") == outer
        assert find_config(tmp_path / "a" / "b" / "c" / "d") == inner

    def test_of_several_in_a_folder_the_hidden_one_counts_then_its_like_then_the_project(self, tmp_path: Path) -> None:
        assert FILE_NAMES == (".edi-lint.toml", "edi-lint.toml", "pyproject.toml")
        for name in reversed(FILE_NAMES):
            written(tmp_path, "[tool.edi-lint]\n" if name == "pyproject.toml" else "", name)
            assert find_config(tmp_path) == tmp_path / name

    def test_a_project_that_does_not_speak_of_us_is_passed_over_however_broken(self, tmp_path: Path) -> None:
        outer = written(tmp_path, "")
        written(tmp_path / "a", "[tool.other]\n", "pyproject.toml")
        written(tmp_path / "a" / "b", "[tool.other\n", "pyproject.toml")
        written(tmp_path / "a" / "b" / "c", 'dependencies = ["edi-lint"]\n', "pyproject.toml")
        assert find_config(tmp_path / "a" / "b" / "c") == outer

    def test_the_table_of_a_project(self, tmp_path: Path) -> None:
        path = written(tmp_path, '[project]\nname = "x"\n[tool.edi-lint]\nignore = ["SIT"]\n', "pyproject.toml")
        assert load_config(path).ignore == ("SIT",)


class TestReading:
    def test_every_key_is_read(self, tmp_path: Path) -> None:
        path = written(tmp_path, EVERYTHING)
        config = load_config(path)
        assert config.select == ("ADM", "MOD", "25-on-non-em")
        assert config.as_of == date(2026, 3, 1)
        assert (config.baseline, config.data_folder) == (str(tmp_path / "known.json"), str(tmp_path / "tables"))
        assert config.overrides[0].options.timely_filing is True
        assert config.overrides[0].is_for_all is False
        assert config.waivers[0].expires == date(2026, 12, 31)
        assert config.waivers[0].files == (f"{tmp_path}/outbound/*.edi",)
        given = set(tomllib.loads(EVERYTHING))
        assert given == set(Settings.__struct_encode_fields__), "the text above has every key"

    def test_a_configuration_survives_the_way_to_another_process(self, tmp_path: Path) -> None:
        config = load_config(written(tmp_path, EVERYTHING))
        assert pickle.loads(pickle.dumps(config)) == config

    def test_a_waiver_knows_where_it_stands(self, tmp_path: Path) -> None:
        path = written(tmp_path, "# ä\n" + EVERYTHING)
        declared = load_config(path).waivers[0].declared
        line, offset = declared.removeprefix(f"{path}:").split(":")
        assert path.read_text("utf-8").splitlines()[int(line) - 1] == "[[waivers]]"
        assert path.read_bytes()[int(offset) :].startswith(b"[[waivers]]")

    def test_settings_as_shown_are_a_configuration_with_the_same_meaning(self, tmp_path: Path) -> None:
        config = load_config(written(tmp_path, EVERYTHING))
        shown = settings_text(config, ["batch.edi"], ["edi-lint.toml"], 3)
        again = compose([tomllib.loads(shown)])
        plain = msgspec.structs.replace(
            config, waivers=tuple(msgspec.structs.replace(waiver, declared="") for waiver in config.waivers)
        )
        assert again == plain

    def test_a_first_file_changes_nothing_and_its_comments_are_settings(self, tmp_path: Path) -> None:
        assert load_config(written(tmp_path, first_file())) == Config()
        lines = first_file().splitlines()
        settings = [line.removeprefix("# ") for line in lines if "=" in line or line.startswith("# [")]
        assert load_config(written(tmp_path, "\n".join(settings))).waivers[0].payer == "12345"


class TestExtending:
    def test_keys_are_replaced_tables_merged_and_lists_of_cases_joined(self, tmp_path: Path) -> None:
        written(
            tmp_path,
            'select = ["ADM"]\nignore = ["ADM001"]\nmandatory = ["STR001"]\nseverity = { MOD = "info", ADM = "info" }\n'
            '[options]\ntimely-filing = true\n[[waivers]]\nrule = "ADM002"\nreason = "one"\n',
        )
        inner = written(
            tmp_path / "in",
            'extend = "../edi-lint.toml"\nselect = ["MOD"]\nmandatory = ["STR002", "STR001"]\nseverity.ADM = "error"\n'
            '[options]\nmultiple-96372 = "units"\n[[waivers]]\nrule = "ADM003"\nreason = "two"\n',
        )
        loaded = read_config(inner)
        config = compose([loaded.settings])
        assert loaded.files == (str(inner), str(tmp_path / "edi-lint.toml"))
        assert config.select == ("MOD",)
        assert config.ignore == ("ADM001",)
        assert config.mandatory == ("STR001", "STR002")
        assert config.severity == {"MOD": "info", "ADM": "error"}
        assert (config.options.timely_filing, config.options.multiple_96372) == (True, "units")
        assert [waiver.reason for waiver in config.waivers] == ["one", "two"]

    def test_a_project_may_be_extended(self, tmp_path: Path) -> None:
        written(tmp_path, "[tool.edi-lint]\nstrict = true\n", "pyproject.toml")
        assert load_config(written(tmp_path / "in", 'extend = "../pyproject.toml"\n')).strict

    def test_paths_are_seen_from_the_file_that_names_them(self, tmp_path: Path) -> None:
        written(tmp_path, 'baseline = "known.json"\n[[overrides]]\nfiles = ["a/*.edi", "b.edi"]\nstrict = true\n')
        config = load_config(written(tmp_path / "in", 'extend = "../edi-lint.toml"\n'))
        assert config.baseline == str(tmp_path / "known.json")
        assert config.overrides[0].files == (f"{tmp_path}/a/*.edi", "b.edi")

    def test_a_circle_is_told(self, tmp_path: Path) -> None:
        first = written(tmp_path, 'extend = "second.toml"\n')
        written(tmp_path, 'extend = "edi-lint.toml"\n', "second.toml")
        with pytest.raises(ConfigError, match="extend: the file extends itself"):
            load_config(first)

    def test_merging_leaves_what_it_merges_alone(self) -> None:
        base = {"mandatory": ["STR001"], "severity": {"MOD": "info"}}
        merge(base, {"mandatory": ["STR002"], "severity": {"MOD": "error"}})
        assert base == {"mandatory": ["STR001"], "severity": {"MOD": "info"}}


WRONG = [
    ("selct = []", "unknown key 'selct'; did you mean select?"),
    ("fail_severity = 'error'", "unknown key 'fail_severity'; did you mean fail-severity?"),
    ("lint.select = []", "unknown key 'lint'; 'edi-lint config' lists the keys"),
    ("show-values = true", "--show-values is for the command line only"),
    ("select = 'ADM'", "select: expected a list, got a text"),
    ("select = ['ADMX']", "select: no rule is called 'ADMX'; did you mean ADM0"),
    ("ignore = ['25-on-nonem']", "ignore: no rule is called '25-on-nonem'; did you mean 25-on-non-em?"),
    ("mandatory = ['XYZ999']", "mandatory: no rule is called 'XYZ999'; 'edi-lint rule --all' lists them"),
    ("severity.MOD001 = 'errr'", "severity: 'errr' is none of error, info, off, warning; did you mean error?"),
    ("severity.MODX = 'error'", "severity: no rule is called 'MODX'"),
    ("fail-severity = 'fatal'", "fail-severity: 'fatal' is none of"),
    ("max-findings = -1", "max-findings: expected a whole number >= 0"),
    ("max-findings = '7'", "max-findings: expected a whole number, got a text"),
    ("as-of = 'today'", "as-of: not a date, as 2026-03-01"),
    ("as-of = 2026-03-01T00:00:00", "as-of: expected a date, got a date with a time"),
    ("ruleset = '2025.1'", "ruleset: there is no edition '2025.1'; did you mean 2026.1?"),
    ("ruleset = 'x'", "ruleset: there is no edition 'x'; editions are 2026.1"),
    ("options.timely-fling = true", "options: unknown key 'timely-fling'; did you mean timely-filing?"),
    ("options.timely-filing = 'yes'", "options: timely-filing: expected true or false, got a text"),
    ("options.multiple-96372 = 'line'", "options: multiple-96372: 'line' is none of lines, units"),
    ("options.timely-filing-days.medicar = 1", "options: timely-filing-days: 'medicar' is none of"),
    ("options.timely-filing-days.medicare = 0", "options: timely-filing-days: expected a whole number >= 1"),
    ("[overrides]\npayer = '1'", "overrides: expected a list, got a table"),
    ("[[overrides]]\npayr = '1'", "overrides 1: unknown key 'payr'; did you mean payer?"),
    ("[[overrides]]\npath = 'x'", "overrides 1: unknown key 'path'; globs of files are in 'files'"),
    ("[[overrides]]\npayer = 1", "overrides 1: payer: expected a text or a list, got a whole number"),
    ("[[overrides]]\npayer = '1'\n[[overrides]]\npayer = '2'\nselect = ['Q']", "overrides 2: select: no rule"),
    ("[[overrides]]\npayer = '1'\nreject-scope = 'claim'", "overrides 1: reject-scope is for a whole transaction set"),
    ("[[waivers]]\nrule = 'MOD001'", "waivers 1: reason is missing"),
    ("[[waivers]]\nreason = 'R'", "waivers 1: rule is missing"),
    ("[[waivers]]\nrule = 'MOD001'\nreason = ''", "waivers 1: reason: expected a text of length >= 1"),
    ("[[waivers]]\nrule = 'MOD999'\nreason = 'R'", "waivers 1: rule: no rule is called 'MOD999'"),
    ("[[waivers]]\nrule = 'MOD001'\nreason = 'R'\nexpires = 'soon'", "waivers 1: expires: not a date"),
    ("[[waivers]]\nrule = 'MOD001'\nreason = 'R'\ndeclared = 'x'", "waivers 1: unknown key 'declared'"),
    ("mandatory = ['STR001']\nignore = ['STR001']", "ignore: STR001 is mandatory"),
    ("mandatory = ['STR']\nseverity.claim-charge-balance = 'off'", "severity: claim-charge-balance is mandatory"),
    ("mandatory = ['STR001']\nseverity.STR001 = 'info'", "severity: STR001 is mandatory"),
    (
        "mandatory = ['STR001']\n[[overrides]]\npayer = '1'\nignore = ['STR001']",
        "overrides 1: ignore: STR001 is mandatory",
    ),
    ("mandatory = ['STR001']\n[[waivers]]\nrule = 'STR001'\nreason = 'R'", "waivers 1: STR001 is mandatory"),
    ("extend = 'gone.toml'", "extend: there is no file gone.toml"),
    ("select = [", "not TOML: "),
]


@pytest.mark.parametrize(("text", "says"), WRONG, ids=[says[:50] for _, says in WRONG])
def test_what_is_wrong_is_told_with_file_and_key(text: str, says: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert says in message
    assert "\n" not in message


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    path = tmp_path / "edi-lint.toml"
    path.write_bytes(b"select = ['\xff']")
    with pytest.raises(ConfigError, match="not a text in UTF-8"):
        load_config(path)


def test_a_mandatory_rule_may_be_made_graver_and_a_prefix_is_meant_for_the_others(tmp_path: Path) -> None:
    text = 'mandatory = ["MOD004"]\nignore = ["MOD"]\n[severity]\nMOD004 = "error"\nMOD = "info"\n'
    assert load_config(written(tmp_path, text)).mandatory == ("MOD004",)


def test_an_inline_setting_is_one_of_a_file() -> None:
    assert inline_settings('severity.MOD001 = "info"') == {"severity": {"MOD001": "info"}}
    for text, says in (
        ("strct = true", "--config: unknown key 'strct'"),
        ("strict", "not TOML"),
        ("extend = 'x'", "extend"),
    ):
        with pytest.raises(ConfigError, match=says):
            inline_settings(text)


def test_programs_are_told_what_is_wrong_too() -> None:
    with pytest.raises(ConfigError, match=r"options: unknown key 'timely-filin'; did you mean timely-filing\?"):
        Config(options={"timely-filin": True})  # type: ignore[arg-type]
    assert Config(options={"timely-filing": True}).options.timely_filing is True  # type: ignore[arg-type]


class TestSchema:
    def test_it_accepts_what_is_right(self) -> None:
        validator = jsonschema.Draft202012Validator(config_schema())
        validator.check_schema(config_schema())
        document = msgspec.to_builtins(tomllib.loads(EVERYTHING))
        validator.validate(document)
        validator.validate({"extend": "../edi-lint.toml"})

    @pytest.mark.parametrize(
        "document",
        [{"selct": []}, {"fail-severity": "fatal"}, {"max-findings": -1}, {"waivers": [{"rule": "MOD001"}]},
         {"overrides": [{"payr": "1"}]}, {"options": {"timely-fling": True}}, {"waivers": [{"declared": "x"}]}],
    )  # fmt: skip
    def test_it_refuses_what_is_wrong(self, document: object) -> None:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document, config_schema())

    def test_it_says_what_every_key_does(self) -> None:
        schema = config_schema()
        tables = [schema, *(schema["$defs"][name] for name in ("Override", "Waiver", "RuleOptions"))]
        assert all(key["description"] for table in tables for key in table["properties"].values())


def test_toml_is_written_as_it_is_read() -> None:
    settings = {
        "text": 'a "b" \\ \n ä \x7f',
        "list": ["x", "y"],
        "number": 3,
        "flag": False,
        "day": date(2026, 3, 1),
        "empty": [],
        "table": {"a key": {"inner": [1]}},
        "tables": [{"x": "1"}, {"y": {"z": "2"}}],
    }
    assert tomllib.loads(toml(settings)) == settings


def test_what_rules_ask_for_is_an_option() -> None:
    """A rule that reads an option which has no type could never be given it."""
    names = set(ConfigFile().options.__struct_encode_fields__)
    asked = {
        name
        for path in (Path(__file__).parent.parent / "edi_lint" / "rules").glob("*.py")
        for name in re.findall(r"options\.get\(\s*\"([^\"]+)\"|\"option:([a-z0-9-]+)\"", path.read_text("utf-8"))
    }
    assert {name for pair in asked for name in pair if name} == names
