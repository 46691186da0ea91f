"""Every flag of every command: what it changes in the files, on standard output, on standard error and in the status.

A test says with `flags` what it tries; that it does, and that nothing is left untried, is tested too.
"""

from __future__ import annotations

import gc
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import msgspec
import pytest

from edi_lint.cli.main import group, main
from edi_lint.rules import RULES
from tests.conftest import FIXTURES
from tests.reference_files import SAMPLES
from tools.build_docs import DOCS, contexts

DAY = ("--as-of", "2026-03-01")
PLAIN = {"NCI002", "MOD001"}
"""The rules that batch.edi breaks: NCI002 as a warning and as an error, MOD001 twice as an error."""
FLAGS = {
    (context.command_path.removeprefix("edi-lint").strip(), flag)
    for context in contexts(group)
    for parameter in context.command.get_params(context)
    if isinstance(parameter, click.Option)
    for flag in (*parameter.opts, *parameter.secondary_opts)
}
HELP = {"-h", "--help"}
JUDGING = {
    "check": ("--output-format", "json-lines"),
    "show": (),
    "baseline": (),
    "gate": ("--out", "gated"),
}
"""The commands that look for faults, and what they need to say which."""
DECLARED: set[tuple[str, str]] = {(path, flag) for path, flag in FLAGS if flag in HELP}


class Done(msgspec.Struct):
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def rules(self) -> set[str]:
        """The rules that JSON Lines, `show` or a baseline tell of."""
        told = re.findall(r'"rule": ?"([A-Z]+\d+)"', self.out)
        return {*told, *re.findall(r"\^ (?:error|warning|info) ([A-Z]+\d+):", self.out)}


Call = Callable[..., Done]
Test = Callable[..., None]


def flags(*names: str, of: str | tuple[str, ...]) -> Callable[[Test], Test]:
    """What a test tries, of one command or, one after the other, of several."""

    def decorate(test: Test) -> Test:
        commands = of if isinstance(of, tuple) else (of,)
        DECLARED.update((command, name) for command in commands for name in names)
        test.flags = names  # type: ignore[attr-defined]
        return test

    return decorate


@pytest.fixture
def tried(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Iterator[Call]:
    """Calls a command, in this process. Sees to it that the flags that the test declares are given in the end."""
    thresholds = gc.get_threshold()
    given: set[str] = set()

    def call(*arguments: str) -> Done:
        given.update(word.partition("=")[0] for word in arguments if word.startswith("-"))
        with pytest.raises(SystemExit) as left:
            main(list(arguments))
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        assert isinstance(left.value.code, int)
        return Done(left.value.code, said.out, said.err)

    yield call
    gc.set_threshold(*thresholds)
    gc.unfreeze()
    assert set(request.function.flags) <= given


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, with a batch that has faults, one that has none, and two configurations."""
    here = tmp_path / "here"
    (here / "strict").mkdir(parents=True)
    shutil.copy(FIXTURES / "modifier-25-on-injection.edi", here / "batch.edi")
    shutil.copy(FIXTURES / "base.edi", here / "clean.edi")
    (here / "own.toml").write_text('ignore = ["MOD001"]\n')
    shutil.copy(here / "batch.edi", here / "strict")
    (here / "strict" / "edi-lint.toml").write_text('ignore = ["MOD001"]\n')
    monkeypatch.chdir(here)
    return here


# -- commands that look for faults ------------------------------------------------------------------------


@pytest.fixture(params=list(JUDGING))
def command(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def rules(command: str, tried: Call, folder: Path) -> Callable[..., set[str]]:
    """The rules that the command tells of; its status fits them."""

    def call(*arguments: str, file: str = "batch.edi") -> set[str]:
        done = tried(command, file, *JUDGING[command], *arguments)
        told = done.rules
        if command == "gate":
            made = folder / "gated" / Path(file).name
            told = set(re.findall(r'"rule":"([A-Z]+\d+)"', (made / "report.jsonl").read_text()))
            assert (made / "rejected.edi").exists() == bool(told)
            shutil.rmtree(folder / "gated")
        assert (done.status, done.err) == (int(bool(told) and command in ("check", "gate")), "")
        return told

    return call


Told = Callable[..., set[str]]
ALL = tuple(JUDGING)


@flags("--select", "--extend-select", "--ignore", of=ALL)
def test_which_rules_run(rules: Told, folder: Path) -> None:
    assert rules(*DAY) == PLAIN
    assert rules(*DAY, "--select", "MOD001") == {"MOD001"}
    assert rules(*DAY, "--ignore", "MOD001") == {"NCI002"}
    (folder / "edi-lint.toml").write_text('select = ["STR"]\n')
    assert rules(*DAY, "--extend-select", "MOD001") == {"MOD001"}


@flags("--preview", of=ALL)
def test_rules_on_trial_run_when_asked_for(rules: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, "MOD001", msgspec.structs.replace(RULES["MOD001"], preview=True))
    assert rules(*DAY) == {"NCI002"}
    assert rules(*DAY, "--preview") == PLAIN


@flags("--as-of", of=ALL)
def test_the_day_on_which_it_is_judged(rules: Told) -> None:
    assert rules("--as-of", "2026-01-05") == PLAIN | {"DAT002"}


@flags("--config", "--isolated", of=ALL)
def test_by_which_configuration(rules: Told) -> None:
    assert rules(*DAY, "--config", "own.toml") == {"NCI002"}
    assert rules(*DAY, "--config", 'ignore = ["NCI"]') == {"MOD001"}
    assert rules(*DAY, file="strict/batch.edi") == {"NCI002"}
    assert rules(*DAY, "--isolated", file="strict/batch.edi") == PLAIN


@flags("--max-megabytes", of=ALL)
def test_no_more_is_read_than_allowed(command: str, tried: Call, folder: Path) -> None:
    (folder / "big.edi").write_bytes((folder / "clean.edi").read_bytes() + b"\n" * 1_100_000)
    assert tried(command, "big.edi", *JUDGING[command], *DAY, "--max-megabytes", "2").status == 0
    shutil.rmtree(folder / "gated", ignore_errors=True)
    done = tried(command, "big.edi", *JUDGING[command], *DAY, "--max-megabytes", "1")
    assert done.status == 2
    assert done.err.startswith("edi-lint: big.edi: more than 1 MB, so the rest was not read; allow more with")
    assert not list((folder / "gated").glob("*"))


@flags("--strict", of=ALL)
def test_what_most_receivers_let_pass_is_an_error_for_who_asks(command: str, tried: Call, folder: Path) -> None:
    """The date of an accident without an accident: a warning else, which a baseline counts and a gate lets through."""
    clean = (folder / "clean.edi").read_text()
    (folder / "batch.edi").write_text(clean.replace("HI*ABK", "DTP*439*D8*20260110~\nHI*ABK").replace("SE*37", "SE*38"))
    done = []
    for flag in ((), ("--strict",)):
        done.append(tried(command, "batch.edi", *JUDGING[command], *DAY, *flag))
        shutil.rmtree(folder / "gated", ignore_errors=True)
    assert [one.err for one in done] == ["", ""]
    assert [one.status for one in done] == [0, 1 if command in ("check", "gate") else 0]
    told = {
        "check": ['"severity":"warning"', '"severity":"error"'],
        "show": ["^ warning SIT028:", "^ error SIT028:"],
        "baseline": ['"rule": "SIT028"', '"rule": "SIT028"'],
        "gate": ["accepted 1 claim", "rejected 1 claim"],
    }[command]
    for one, words in zip(done, told, strict=True):
        assert words in one.out


@flags("--show-values", "--mask-claim-ids", of=("check", "show", "gate"))
@pytest.mark.parametrize("command", ["check", "show", "gate"])
def test_which_values_are_shown(command: str, tried: Call, folder: Path) -> None:
    """Of the patient's first name, which has a character too many, and of the id of the claim with it."""
    clean = (folder / "clean.edi").read_text()
    name = "SESQUIPEDALIA" * 3
    (folder / "batch.edi").write_text(clean.replace("TESTDOCTOR*ALAN", f"TESTDOCTOR*{name}"))

    def said(*arguments: str) -> str:
        needed = ("--output-format", "json-lines") if command == "check" else JUDGING[command]
        done = tried(command, "batch.edi", *needed, *DAY, *arguments)
        assert (done.status, done.err) == (int(command != "show"), "")
        found = done.out
        if command == "gate":
            found = (folder / "gated" / "batch.edi" / "report.jsonl").read_text()
            found += (folder / "gated" / "batch.edi" / "gate.json").read_text()
            shutil.rmtree(folder / "gated")
        return found

    assert (name in said(), name in said("--show-values")) == (False, True)
    assert ("A1001" in said(), "A1001" in said("--mask-claim-ids")) == (True, False)


@flags("--fail-severity", "--baseline", of=("check", "gate"))
@pytest.mark.parametrize("command", ["check", "gate"])
def test_what_fails(command: str, tried: Call, folder: Path) -> None:
    def status(*arguments: str) -> int:
        done = tried(command, "batch.edi", *JUDGING[command], *DAY, *arguments)
        shutil.rmtree(folder / "gated", ignore_errors=True)
        assert done.err == ""
        return done.status

    assert status("--select", "NCI002", "--config", 'severity.NCI002 = "warning"') == 0
    assert status("--select", "NCI002", "--config", 'severity.NCI002 = "warning"', "--fail-severity", "warning") == 1
    assert status() == 1
    assert tried("baseline", "batch.edi", "-o", "known.json", *DAY).status == 0
    assert status("--baseline", "known.json") == 0


@flags("--reject-scope", of=("check", "gate"))
@pytest.mark.parametrize("command", ["check", "gate"])
def test_what_an_error_rejects(command: str, tried: Call, folder: Path) -> None:
    (folder / "batch.edi").write_text((folder / "batch.edi").read_text().replace("ABK:", "XXX:", 1))
    needed = ("--output-format", "999") if command == "check" else JUDGING[command]
    for scope, verdict, accepted in (("transaction", "IK5*R*5", 0), ("claim", "IK5*E*5", 1)):
        done = tried(command, "batch.edi", *needed, *DAY, "--reject-scope", scope)
        assert (done.status, done.err) == (1, "")
        if command == "check":
            assert verdict in done.out
        else:
            assert f"accepted {accepted} claim" in done.out
            assert verdict in (folder / "gated" / "batch.edi" / "999.edi").read_text()
            shutil.rmtree(folder / "gated")


@flags("-q", "--quiet", "-v", "--verbose", of=("check", "gate"))
@pytest.mark.parametrize("command", ["check", "gate"])
def test_what_is_said_on_standard_error(command: str, tried: Call, folder: Path) -> None:
    outs = set()
    for flag, words in (("-v", "rules"), ("--verbose", "rules"), ("-q", ""), ("--quiet", "")):
        done = tried(command, "clean.edi", *JUDGING[command], *DAY, flag)
        assert done.err == (f"edi-lint: {len(RULES)} rules, settings from no configuration file\n" if words else "")
        outs.add(re.sub('"seconds":[^,]+', "", done.out))
        shutil.rmtree(folder / "gated", ignore_errors=True)
    assert len(outs) == 1
    done = tried(command, "nothing.edi", *JUDGING[command], "--quiet")
    assert (done.status, done.err) == (2, "edi-lint: nothing.edi: no such file or folder; check the path\n")


# -- check ------------------------------------------------------------------------------------------------


@flags("-e", "--exit-zero", "--min-severity", "--max-findings", "--statistics", of="check")
@pytest.mark.usefixtures("folder")
def test_what_is_shown_and_what_is_counted(tried: Call) -> None:
    plain = tried("check", "batch.edi", *DAY, "--output-format", "json-lines")
    assert (plain.status, plain.out.count("\n")) == (1, 5)
    for flag in ("-e", "--exit-zero"):
        done = tried("check", "batch.edi", *DAY, flag)
        assert (done.status, done.err) == (0, "")
    done = tried("check", "batch.edi", *DAY, "--output-format", "json-lines", "--min-severity", "error")
    assert (done.status, done.out.count('"rule"'), done.err) == (1, 3, "")
    done = tried("check", "batch.edi", *DAY, "--output-format", "json-lines", "--max-findings", "1")
    assert (done.status, done.out.count('"rule"')) == (1, 1)
    assert json.loads(done.out.splitlines()[-1])["summary"]["findings"] == {"error": 3, "warning": 1, "info": 0}
    assert done.err == "edi-lint: 3 more findings are counted and not shown (max-findings)\n"
    done = tried("check", "batch.edi", *DAY, "--statistics")
    assert (done.status, done.err) == (1, "")
    assert done.out.splitlines()[:2] == ["2  error    MOD001   25-on-non-em", "1  error    NCI002   em-needs-25"]


@flags("--output-format", "-o", "--output-file", of="check")
def test_where_reports_go(tried: Call, folder: Path) -> None:
    done = tried("check", "batch.edi", *DAY, "--output-format", "csv=report.csv", "--output-format", "concise")
    assert (done.status, done.err) == (1, "")
    assert done.out.splitlines()[-1].startswith("Found 3 errors")
    assert (folder / "report.csv").read_text().count("\n") == 5
    for flag in ("-o", "--output-file"):
        done = tried("check", "batch.edi", *DAY, "--output-format", "concise", flag, "report.txt")
        assert (done.status, done.out, done.err) == (1, "", "")
        assert (folder / "report.txt").read_text().splitlines()[-1].startswith("Found 3 errors")
        (folder / "report.txt").unlink()


@flags("-j", "--jobs", of="check")
@pytest.mark.usefixtures("folder")
def test_with_several_processes(tried: Call) -> None:
    alone = tried("check", "batch.edi", "clean.edi", *DAY)
    for flag, number in (("-j", "2"), ("--jobs", "auto")):
        assert tried("check", "batch.edi", "clean.edi", *DAY, flag, number) == alone
    assert tried("check", "batch.edi", "-j", "none").err.startswith("edi-lint: Invalid value for '-j' / '--jobs'")


@flags("--show-settings", of="check")
@pytest.mark.usefixtures("folder")
def test_which_settings_hold(tried: Call) -> None:
    done = tried("check", "strict/batch.edi", "--show-settings", "--fail-severity", "warning")
    assert (done.status, done.err) == (0, "")
    assert "# settings from strict/edi-lint.toml\n" in done.out
    assert 'ignore = ["MOD001"]\n' in done.out
    assert 'fail-severity = "warning"\n' in done.out


# -- the others -------------------------------------------------------------------------------------------


@flags("--claim", of="show")
@pytest.mark.usefixtures("folder")
def test_one_claim_is_shown(tried: Call) -> None:
    for name in ("2", "M6002"):
        done = tried("show", "batch.edi", *DAY, "--claim", name)
        assert (done.status, done.err) == (0, "")
        assert re.findall(r"Claim (\S+) \(number", done.out) == ["M6002"]
    done = tried("show", "batch.edi", *DAY, "--claim", "M9")
    assert (done.status, done.err) == (1, "edi-lint: no claim has the number or the id M9\n")


@flags("--code", "--all-lines", "--output-format", "--mask-claim-ids", of="extract")
@pytest.mark.usefixtures("folder")
def test_which_lines_are_extracted(tried: Call) -> None:
    def procedures(*arguments: str) -> list[str]:
        done = tried("extract", "clean.edi", "--output-format", "json-lines", *arguments)
        assert (done.status, done.err) == (0, "")
        # Nor may the lines' own numbers, A1001L1 and so on, give it away.
        assert ("A1001" in done.out) != ("--mask-claim-ids" in arguments)
        return [json.loads(line)["procedure"] for line in done.out.splitlines()]

    assert procedures() == ["96372"]
    assert procedures("--code", "J3420", "--code", "99213") == ["99213", "J3420"]
    assert procedures("--all-lines", "--mask-claim-ids") == ["99213", "96372", "J3420"]


@flags("--out", "--dry-run", "--control-number", of="gate")
def test_where_the_gate_writes(tried: Call, folder: Path) -> None:
    done = tried("gate", "batch.edi", "--out", "there", "--dry-run", *DAY)
    assert (done.status, done.err) == (1, "")
    assert done.out.startswith("batch.edi: would accept ")
    assert not (folder / "there").exists()
    done = tried("gate", "batch.edi", "--out", "there", "--control-number", "77", *DAY)
    assert (done.status, done.err) == (1, "")
    assert "*000000078*" in (folder / "there" / "batch.edi" / "999.edi").read_text()


@flags("--show-values", "--mask-claim-ids", of="explain-ack")
def test_what_is_told_of_an_acknowledgement(tried: Call, folder: Path) -> None:
    tried("check", "batch.edi", *DAY, "--output-format", "277ca=answer.277")
    assert "DOE" in (folder / "answer.277").read_text()

    def said(*arguments: str) -> str:
        done = tried("explain-ack", "answer.277", *arguments)
        assert (done.status, done.err) == (0, "")
        return done.out

    assert ("M6001" in said(), "DOE" in said()) == (True, False)
    assert ("M6001" in said("--mask-claim-ids"), "DOE" in said("--show-values")) == (False, True)


@flags("-o", "--output-file", of="baseline")
def test_where_a_baseline_goes(tried: Call, folder: Path) -> None:
    plain = tried("baseline", "batch.edi", *DAY)
    for flag in ("-o", "--output-file"):
        done = tried("baseline", "batch.edi", *DAY, flag, "known.json")
        assert (done.status, done.out, done.err) == (0, "", "")
        assert (folder / "known.json").read_text() == plain.out
        (folder / "known.json").unlink()


@flags("--init", of="config")
def test_a_configuration_to_begin_with(tried: Call, folder: Path) -> None:
    done = tried("config", "--init")
    assert (done.status, done.out, done.err) == (0, "", "edi-lint.toml written\n")
    assert (folder / "edi-lint.toml").read_text().startswith("# edi-lint")
    done = tried("config", "--init")
    assert (done.status, done.err) == (2, "edi-lint: edi-lint.toml is there already; nothing was changed\n")


@flags("--all", "--output-format", of="rule")
def test_rules_are_told_in_three_ways(tried: Call) -> None:
    done = tried("rule", "--all", "--output-format", "json")
    assert (done.status, done.err) == (0, "")
    assert {rule["id"] for rule in json.loads(done.out)} == set(RULES)
    assert tried("rule", "MOD001", "--output-format", "markdown").out.startswith("# MOD001 25-on-non-em\n")
    assert tried("rule", "MOD001", "--output-format", "text").out.startswith("MOD001 25-on-non-em (error; SNIP 5)\n")


@flags("--effective", "--edition", "--medicaid", "--mac", of="refdata add")
def test_what_is_said_of_a_table(tried: Call, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDI_LINT_DATA", str(folder / "data"))
    for sample in SAMPLES:
        if sample.table == "mue" or sample.request.mac:
            (folder / f"{sample.table}.csv").write_bytes(sample.bytes)
    done = tried("refdata", "add", "mue.csv", "--effective", "2026-01-01", "--edition", "mine", "--medicaid")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("mine: NCCI MUE values (Medicaid), 2026-01-01 to 2026-03-31, ")
    done = tried("refdata", "add", "sad.csv", "--mac", "ELSEWHERE", "--effective", "2026-01-01")
    assert (done.status, done.err) == (0, "")
    done = tried("refdata", "list")
    assert (done.status, done.err) == (0, "")
    assert "mine " in done.out


@flags("--version", of="")
def test_the_versions_of_all_that_it_judges_by(tried: Call) -> None:
    done = tried("--version")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("edi-lint 0.")


# -- all --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted({path for path, _ in FLAGS}))
def test_help_names_every_flag_and_so_does_the_reference(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = (DOCS / "command-line.md").read_text("utf-8")
    section = re.search(rf"^## edi-lint{f' {path}' * bool(path)}\n\n```text\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert section is not None
    for flag in HELP:
        with pytest.raises(SystemExit) as left:
            main([*path.split(), flag])
        said = capsys.readouterr()
        assert (left.value.code, said.err) == (0, "")
        for text in (said.out, section[1]):
            named = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", text))
            assert {name for command, name in FLAGS if command == path} <= named


def test_no_flag_is_left_untried() -> None:
    assert DECLARED == FLAGS
