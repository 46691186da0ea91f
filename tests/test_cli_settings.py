"""The command line's settings: each flag with its files, standard output, standard error and status."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from edi_lint import __version__
from edi_lint.reports.config_pages import first_file
from tests.conftest import FIXTURES

ROOT = FIXTURES.parent
AS_OF = ("--as-of", "2026-03-01")
PLAIN = ["NCI002", "MOD001", "MOD001", "NCI002"]
"""What is found in the batch: a warning and three errors, for payers TSTCI, TSTCI, TSTBL and TSTMB."""


class Done:
    """How a command ended."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def rules(self) -> list[str]:
        return [found["rule"] for found in self.lines[:-1]]

    @property
    def lines(self) -> list[dict[str, object]]:
        """Standard output as JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def summary(self) -> dict[str, object]:
        found = self.lines[-1]["summary"]
        assert isinstance(found, dict)
        return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    here = tmp_path / "work"
    here.mkdir()
    shutil.copy(FIXTURES / "modifier-25-on-injection.edi", here / "batch.edi")
    shutil.copy(FIXTURES / "base.edi", here / "clean.edi")
    return here


def run(folder: Path, *arguments: str, stdin: bytes = b"", **environment: str) -> Done:
    done = subprocess.run(
        [sys.executable, "-m", "edi_lint", *arguments],
        input=stdin.decode("latin-1"),
        capture_output=True,
        check=False,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )
    assert "Traceback" not in done.stderr
    return Done(done)


def check(folder: Path, *arguments: str, **options: object) -> Done:
    """``edi-lint check batch.edi`` as JSON Lines, on the tests' own day."""
    return run(folder, "check", "batch.edi", "--output-format", "json-lines", *AS_OF, *arguments, **options)  # type: ignore[arg-type]


def one_line(done: Done) -> str:
    """The one line of an error: status 2, and nothing on standard output."""
    assert (done.status, done.out) == (2, "")
    [line] = done.err.splitlines()
    assert line.startswith("edi-lint: ")
    return line.removeprefix("edi-lint: ")


class TestConfigurationFiles:
    def test_the_nearest_above_each_input_counts(self, folder: Path) -> None:
        (folder / "a" / "b").mkdir(parents=True)
        shutil.copy(folder / "batch.edi", folder / "a" / "b" / "batch.edi")
        (folder / "a" / "edi-lint.toml").write_text('select = ["MOD"]\n')
        (folder / "edi-lint.toml").write_text('select = ["NCI"]\n')
        done = run(folder, "check", "batch.edi", "a", "--output-format", "json-lines", *AS_OF)
        assert [(found["file"], found["rule"]) for found in done.lines[:-1]] == [
            ("batch.edi", "NCI002"),
            ("batch.edi", "NCI002"),
            ("a/b/batch.edi", "MOD001"),
            ("a/b/batch.edi", "MOD001"),
        ]
        assert (done.status, done.summary["files"], done.summary["findings"]) == (
            1, 2, {"error": 3, "warning": 1, "info": 0},
        )  # fmt: skip

    def test_standard_input_is_in_the_working_directory(self, folder: Path) -> None:
        (folder / "pyproject.toml").write_text('[tool.edi-lint]\nselect = ["MOD"]\n')
        done = run(
            folder, "check", "-", "--output-format", "json-lines", *AS_OF, stdin=(folder / "batch.edi").read_bytes()
        )
        assert done.rules == ["MOD001", "MOD001"]

    def test_config_names_another(self, folder: Path) -> None:
        (folder / "edi-lint.toml").write_text('select = ["NCI"]\n')
        (folder / "other.toml").write_text('select = ["MOD"]\n')
        assert check(folder, "--config", "other.toml").rules == ["MOD001", "MOD001"]
        line = one_line(check(folder, "--config", "gone.toml"))
        assert line == "--config: there is no file gone.toml; a setting is given as 'KEY = VALUE'"
        line = one_line(check(folder, "--config", "other.toml", "--config", "edi-lint.toml"))
        assert line == "--config names more than one file; let one extend the other"

    def test_config_sets_a_key(self, folder: Path) -> None:
        (folder / "edi-lint.toml").write_text('severity = { MOD001 = "info" }\nselect = ["MOD", "NCI"]\n')
        done = check(folder, "--config", 'severity.NCI002 = "info"', "--config", 'ignore = ["NCI"]')
        assert [(found["rule"], found["severity"]) for found in done.lines[:-1]] == [("MOD001", "info")] * 2
        assert done.status == 0
        assert "did you mean select?" in one_line(check(folder, "--config", "selct = []"))

    def test_isolated_uses_none(self, folder: Path) -> None:
        (folder / "edi-lint.toml").write_text("nonsense = 1\n")
        assert check(folder, "--isolated").rules == PLAIN
        assert check(folder, "--isolated", "--config", 'select = ["MOD"]').rules == ["MOD001", "MOD001"]
        assert "take one of them out" in one_line(check(folder, "--isolated", "--config", "edi-lint.toml"))

    def test_a_wrong_one_is_one_line_before_anything_is_read(self, folder: Path) -> None:
        (folder / "a").mkdir()
        shutil.copy(folder / "batch.edi", folder / "a" / "z.edi")
        (folder / "a" / "edi-lint.toml").write_text('[[overrides]]\npayr = "1"\n')
        line = one_line(run(folder, "check", "batch.edi", "a", "--output-format", "json-lines"))
        assert line == "a/edi-lint.toml: overrides 1: unknown key 'payr'; did you mean payer?"

    def test_the_command_line_comes_last(self, folder: Path) -> None:
        (folder / "edi-lint.toml").write_text(
            'select = ["NCI"]\nignore = ["MOD001"]\nfail-severity = "none"\n'
            '[[overrides]]\npayer = "TSTCI"\nignore = ["MOD"]\n'
        )
        assert check(folder).status == 0
        done = check(folder, "--select", "MOD001", "--fail-severity", "error")
        assert (done.rules, done.status) == (["MOD001", "MOD001"], 1)
        assert check(folder, "--select", "MOD").rules == [], "what was ignored by name, a prefix does not bring back"

    def test_a_mandatory_rule_stays(self, folder: Path) -> None:
        (folder / "edi-lint.toml").write_text('mandatory = ["MOD001"]\n')
        assert check(folder, "--ignore", "ALL").rules == ["MOD001", "MOD001"]
        line = one_line(check(folder, "--ignore", "25-on-non-em"))
        assert line == "ignore: 25-on-non-em is mandatory, so it cannot be switched off, waived or made less grave"

    def test_for_one_payer(self, folder: Path) -> None:
        (folder / "edi-lint.toml").write_text('[[overrides]]\npayer = "TSTBL"\nseverity = { MOD001 = "warning" }\n')
        severities = [found["severity"] for found in check(folder).lines[:-1]]
        assert severities == ["warning", "error", "warning", "error"]

    def test_show_follows_them_too(self, folder: Path) -> None:
        (folder / "edi-lint.toml").write_text('ignore = ["MOD001"]\nmax-findings = 1\n')
        done = run(folder, "show", "batch.edi", *AS_OF)
        assert (done.status, done.err) == (0, "")
        assert "MOD001" not in done.out
        assert done.out.count("NCI002") == 2


class TestShowSettings:
    def test_they_are_shown_with_where_they_come_from(self, folder: Path) -> None:
        (folder / "in").mkdir()
        shutil.copy(folder / "clean.edi", folder / "in")
        (folder / "edi-lint.toml").write_text('ruleset = "2026.1"\n')
        (folder / "in" / "edi-lint.toml").write_text('extend = "../edi-lint.toml"\nignore = ["MOD"]\n')
        done = run(folder, "check", ".", *AS_OF, "--show-settings", "--ignore", "SIT")
        assert (done.status, done.err) == (0, "")
        first, second = done.out.split("\n\n# in/")
        assert first.startswith("# batch.edi\n# clean.edi\n# settings from edi-lint.toml\n")
        assert second.startswith("clean.edi\n# settings from in/edi-lint.toml, then edi-lint.toml\n")
        settings = tomllib.loads("# in/" + second)
        assert settings["ruleset"] == "2026.1"
        assert settings["ignore"] == ["MOD"]
        assert settings["as-of"].isoformat() == "2026-03-01"
        assert settings["overrides"] == [{"ignore": ["SIT"]}]

    def test_without_a_file(self, folder: Path) -> None:
        done = run(folder, "check", "batch.edi", "--isolated", "--show-settings")
        assert "# no configuration file\n" in done.out


class TestConfigCommand:
    def test_lists_the_keys(self, folder: Path) -> None:
        done = run(folder, "config")
        assert (done.status, done.err) == (0, "")
        assert "fail-severity" in done.out
        assert "waivers.expires" in done.out
        assert "declared" not in done.out

    @pytest.mark.parametrize("key", ["overrides.payer", "timely-filing", "severity"])
    def test_explains_one(self, key: str, folder: Path) -> None:
        done = run(folder, "config", key)
        assert (done.status, done.err) == (0, "")
        assert done.out.partition(":")[0].endswith(key)
        assert "Example:" in done.out

    def test_says_what_may_have_been_meant(self, folder: Path) -> None:
        line = one_line(run(folder, "config", "fail-severty"))
        assert line == "there is no key 'fail-severty'; did you mean fail-severity?"

    def test_init_writes_a_first_file_and_overwrites_none(self, folder: Path) -> None:
        done = run(folder, "config", "--init")
        assert (done.status, done.out, done.err) == (0, "", "edi-lint.toml written\n")
        assert (folder / "edi-lint.toml").read_text("utf-8") == first_file()
        (folder / "edi-lint.toml").write_text("strict = true\n")
        assert one_line(run(folder, "config", "--init")) == "edi-lint.toml is there already; nothing was changed"
        assert (folder / "edi-lint.toml").read_text() == "strict = true\n"
        assert "--init takes no key" in one_line(run(folder, "config", "select", "--init"))


class TestSelection:
    def test_select_ignore_and_extend_select(self, folder: Path) -> None:
        assert check(folder, "--select", "MOD,NCI", "--ignore", "em-needs-25").rules == ["MOD001", "MOD001"]
        assert check(folder, "--select", "STR", "--extend-select", "25-on-non-em").rules == ["MOD001", "MOD001"]
        assert one_line(check(folder, "--extend-select", "MODX")).startswith(
            "--extend-select: no rule is called 'MODX'"
        )
        assert "did you mean" in one_line(check(folder, "--ignore", "em-needs-52"))

    def test_preview(self, folder: Path) -> None:
        assert check(folder, "--preview").rules == PLAIN

    def test_strict(self, folder: Path) -> None:
        assert check(folder, "--strict").status == 1
        assert check(folder, "--strict").rules == PLAIN

    @pytest.mark.parametrize(
        ("arguments", "status"),
        [
            ([], 1),
            (["--fail-severity", "none"], 0),
            (["--exit-zero"], 0),
            (["-e", "--fail-severity", "info"], 0),
            (["--select", "NCI", "--config", 'severity.NCI = "warning"'], 0),
            (["--select", "NCI", "--config", 'severity.NCI = "warning"', "--fail-severity", "warning"], 1),
        ],
    )
    def test_what_makes_the_status(self, arguments: list[str], status: int, folder: Path) -> None:
        done = check(folder, *arguments)
        assert (done.status, done.err, done.summary["exit"]) == (status, "", status)

    def test_exit_zero_does_not_hide_that_the_answer_is_unknown(self, folder: Path) -> None:
        (folder / "a.edi.gz").write_bytes(b"no archive")
        done = run(folder, "check", "batch.edi", "a.edi.gz", "--exit-zero", "--output-format", "json-lines", *AS_OF)
        assert (done.status, done.summary["files"], done.rules) == (2, 1, PLAIN)
        assert done.err.startswith("edi-lint: a.edi.gz: ")

    def test_min_severity(self, folder: Path) -> None:
        done = check(folder, "--min-severity", "error", "--fail-severity", "warning")
        assert (done.rules, done.status, done.err) == (PLAIN[1:], 1, "")
        assert done.summary["findings"] == {"error": 3, "warning": 1, "info": 0}

    def test_max_findings(self, folder: Path) -> None:
        done = check(folder, "--max-findings", "1")
        assert (done.rules, done.status) == (PLAIN[:1], 1)
        assert done.summary["findings"] == {"error": 3, "warning": 1, "info": 0}
        assert done.err == "edi-lint: 3 more findings are counted and not shown (max-findings)\n"
        full = run(folder, "check", "batch.edi", *AS_OF, "--max-findings", "1", "--quiet")
        assert "Found 3 errors, 1 warning" in full.out
        assert (full.out.count("fix:"), full.err) == (1, "")

    def test_statistics_count_what_is_not_shown(self, folder: Path) -> None:
        done = run(folder, "check", "batch.edi", *AS_OF, "--max-findings", "1", "--statistics")
        assert re.search(r"^2 +error +MOD001", done.out, re.MULTILINE)
        assert done.err == ""


class TestBaseline:
    def test_what_is_known_passes_and_what_is_new_is_told(self, folder: Path) -> None:
        done = run(folder, "baseline", "batch.edi", *AS_OF, "-o", "known.json")
        assert (done.status, done.out, done.err) == (0, "", "")
        done = check(folder, "--baseline", "known.json")
        assert (done.rules, done.status, done.err) == ([], 0, "")
        worse = (folder / "batch.edi").read_text().replace("HC:96372*", "HC:96372:25*", 1)
        (folder / "batch.edi").write_text(worse)
        done = check(folder, "--baseline", "known.json")
        assert "MOD001" in done.rules
        assert done.status == 1

    def test_goes_to_standard_output_unless_told_otherwise(self, folder: Path) -> None:
        done = run(folder, "baseline", "batch.edi", *AS_OF, "--select", "MOD")
        assert (done.status, done.err) == (0, "")
        assert json.loads(done.out) == {
            "version": 1,
            "findings": [{"rule": "MOD001", "loop": "2400", "segment": "SV1", "element": "SV101-3", "count": 2}],
        }
        (folder / "known.json").write_text(done.out)
        (folder / "edi-lint.toml").write_text('baseline = "known.json"\n')
        assert check(folder).rules == ["NCI002", "NCI002"]
        assert json.loads(run(folder, "baseline", "batch.edi", *AS_OF).out)["findings"][0]["count"] == 2

    def test_is_not_written_when_not_everything_could_be_read(self, folder: Path) -> None:
        (folder / "a.edi.gz").write_bytes(b"no archive")
        (folder / "known.json").write_text("old")
        done = run(folder, "baseline", "batch.edi", "a.edi.gz", "--output-file", "known.json")
        assert (done.status, done.out) == (2, "")
        assert done.err.splitlines()[-1] == "edi-lint: no baseline was written, since not everything could be read"
        assert (folder / "known.json").read_text() == "old"

    def test_that_is_not_there_is_an_error(self, folder: Path) -> None:
        assert "gone.json: No such file or directory" in one_line(check(folder, "--baseline", "gone.json"))


class TestInputs:
    def test_packed_files_and_globs(self, folder: Path) -> None:
        (folder / "packed.edi.gz").write_bytes(gzip.compress((folder / "batch.edi").read_bytes()))
        done = run(folder, "check", "*.edi", "packed.edi.gz", "--output-format", "json-lines", *AS_OF)
        assert (done.summary["files"], done.rules) == (3, PLAIN * 2)
        assert "no file fits this pattern" in one_line(run(folder, "check", "*.837"))

    def test_max_megabytes(self, folder: Path) -> None:
        (folder / "batch.edi").write_bytes((folder / "batch.edi").read_bytes() + b"\n" * 1_000_000)
        assert check(folder).status == 1
        done = check(folder, "--max-megabytes", "1")
        assert done.status == 2
        assert done.err == (
            "edi-lint: batch.edi: more than 1 MB, so the rest was not read; allow more with --max-megabytes\n"
        )
        (folder / "edi-lint.toml").write_text("max-megabytes = 1\n")
        assert check(folder).status == 2

    def test_arguments_from_a_file(self, folder: Path) -> None:
        (folder / "arguments").write_text(
            "batch.edi\n--select\nMOD\n\n--output-format=json-lines\n--as-of=2026-03-01\n"
        )
        assert run(folder, "check", "@arguments").rules == ["MOD001", "MOD001"]
        assert one_line(run(folder, "check", "@gone")) == "@gone: No such file or directory; write ./@gone for a path"
        shutil.copy(folder / "batch.edi", folder / "@batch.edi")
        assert run(folder, "check", "./@batch.edi", *AS_OF, "--output-format", "json-lines").rules == PLAIN
        (folder / "bytes").write_bytes(b"\xff\xfe")
        assert one_line(run(folder, "check", "@bytes")) == "@bytes: not a text in UTF-8"

    @pytest.mark.parametrize("arguments", [["check", "@batch.edi"], ["@batch.edi"]])
    def test_a_batch_is_not_told_as_wrong_arguments(self, arguments: list[str], folder: Path) -> None:
        line = one_line(run(folder, *arguments))
        assert line == "@batch.edi: a batch, not a list of arguments; leave out the @"

    @pytest.mark.parametrize("flag", ["--config", "--baseline"])
    def test_a_batch_in_the_place_of_a_setting_stays_unread(self, flag: str, folder: Path) -> None:
        line = one_line(check(folder, flag, "batch.edi"))
        assert line.startswith("batch.edi: not ")
        assert not re.search(r"ISA|EDILINT|DOE|EXAMPLE", line)


class TestComfort:
    def test_verbose_says_what_is_used_on_standard_error(self, folder: Path) -> None:
        run(folder, "baseline", "batch.edi", *AS_OF, "--select", "NCI", "-o", "known.json")
        (folder / "edi-lint.toml").write_text(
            'baseline = "known.json"\n[[waivers]]\nrule = "MOD001"\npayer = "TSTCI"\nreason = "Bulletin"\n'
        )
        for arguments in (["-v"], ["--verbose"]):
            done = check(folder, *arguments)
            assert (done.rules, done.status) == (["MOD001"], 1)
            assert re.fullmatch(
                r"edi-lint: \d+ rules, settings from edi-lint.toml\n"
                r"edi-lint: 1 findings waived\n"
                r"edi-lint: 2 findings let pass by the baseline\n",
                done.err,
            )
        assert check(folder).err == ""

    def test_quiet_leaves_errors(self, folder: Path) -> None:
        done = run(folder, "check", "batch.edi", "gone.edi", "-q")
        assert one_line(done) == "gone.edi: no such file or folder; check the path"

    def test_no_colour_where_it_is_not_wanted(self, folder: Path) -> None:
        code = (
            "import sys, os, pty\n"
            "pid, terminal = pty.fork()\n"
            "if not pid: os.execv(sys.executable, [sys.executable, '-m', 'edi_lint', *sys.argv[1:]])\n"
            "read = b''\n"
            "try:\n"
            "    while part := os.read(terminal, 9999): read += part\n"
            "except OSError: pass\n"
            "os.waitpid(pid, 0)\n"
            "sys.stdout.buffer.write(read)\n"
        )
        for environment, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
            done = subprocess.run(
                [sys.executable, "-c", code, "check", "batch.edi", *AS_OF],
                capture_output=True,
                check=True,
                cwd=folder,
                env={
                    **{k: v for k, v in os.environ.items() if k != "NO_COLOR"},
                    "PYTHONPATH": str(ROOT),
                    **environment,
                },
            )
            assert b"MOD001" in done.stdout
            assert (b"\x1b[" in done.stdout) is coloured

    def test_a_long_run_shows_its_progress_on_a_terminal(self, folder: Path) -> None:
        code = (
            "import sys, io\n"
            "from edi_lint.cli import main, progress\n"
            "class Terminal(io.StringIO):\n"
            "    def isatty(self): return True\n"
            "real, sys.stderr, progress._PATIENCE = sys.stderr, Terminal(), -1\n"
            "try: main(sys.argv[1:])\n"
            "finally: real.write(repr(sys.stderr.getvalue()))\n"
        )
        for quiet in ([], ["--quiet"]):
            done = subprocess.run(
                [sys.executable, "-c", code, "check", "batch.edi", "--output-format", "json-lines", *AS_OF, *quiet],
                capture_output=True,
                check=False,
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                text=True,
            )
            assert [json.loads(line).get("rule") for line in done.stdout.splitlines()] == [*PLAIN, None]
            if quiet:
                assert done.stderr == "''"
            else:
                assert "100%  0 MB read" in done.stderr
                assert done.stderr.endswith("\\r\\x1b[K'")

    def test_version_tells_all_editions(self, folder: Path) -> None:
        done = run(folder, "--version", EDI_LINT_DATA=str(folder / "data"))
        assert (done.status, done.err) == (0, "")
        assert done.out.splitlines()[0] == f"edi-lint {__version__}"
        for words in (
            "guide: 837P 005010X222A1, from pyx12 4.",
            "editions 2026.1",
            "ICD-10-CM: FY2026",
            "HCPCS Level II: ",
        ):
            assert words in done.out

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_completion_scripts(self, shell: str, folder: Path) -> None:
        done = run(folder, "generate-shell-completion", shell)
        assert (done.status, done.err) == (0, "")
        assert "_EDI_LINT_COMPLETE" in done.out
        assert "Invalid value for" in one_line(run(folder, "generate-shell-completion", "tcsh"))

    @pytest.mark.parametrize(
        ("words", "offered"),
        [
            ("edi-lint ch", {"check"}),
            ("edi-lint check --extend-", {"--extend-select"}),
            ("edi-lint check --select MOD,25-on", {"MOD,25-on-non-em"}),
            ("edi-lint check --select STR00", {f"STR00{n}" for n in range(1, 10)}),
            ("edi-lint check --fail-severity n", {"none"}),
            ("edi-lint check --output-format sa", {"sarif"}),
            ("edi-lint generate-shell-completion f", {"fish"}),
        ],
    )
    def test_completion_offers_what_fits(self, words: str, offered: set[str], folder: Path) -> None:
        done = run(
            folder,
            _EDI_LINT_COMPLETE="bash_complete",
            COMP_WORDS=words,
            COMP_CWORD=str(len(words.split()) - 1),
        )
        assert done.status == 0
        assert {line.partition(",")[2] for line in done.out.splitlines()} == offered

    def test_bash_takes_the_script(self, folder: Path) -> None:
        script = run(folder, "generate-shell-completion", "bash").out
        (folder / "script").write_text(script)
        done = subprocess.run(
            ["bash", "-c", "source ./script && complete -p edi-lint"],
            capture_output=True,
            check=True,
            cwd=folder,
            text=True,
        )
        assert "edi-lint" in done.stdout


class TestPrivacy:
    @pytest.mark.parametrize("command", [["check", "batch.edi", *AS_OF], ["extract", "batch.edi"]])
    def test_claim_ids_are_masked_on_request(self, command: list[str], folder: Path) -> None:
        plain, masked = run(folder, *command), run(folder, *command, "--mask-claim-ids")
        assert "M6001" in plain.out
        assert "M6001" not in masked.out
        assert plain.status == masked.status

    def test_a_configuration_may_mask_claim_ids_and_not_show_values(self, folder: Path) -> None:
        (folder / "edi-lint.toml").write_text("mask-claim-ids = true\n")
        assert "M6001" not in check(folder).out
        assert "M6001" not in run(folder, "extract", "batch.edi").out
        (folder / "edi-lint.toml").write_text("show-values = true\n")
        assert "--show-values is for the command line only" in one_line(check(folder))

    def test_the_claim_ids_of_an_answer_are_masked_on_request(self, folder: Path) -> None:
        answer = str(FIXTURES / "not-837p-999.edi")
        assert run(folder, "explain-ack", answer, "--mask-claim-ids").status == 0

    def test_a_name_with_a_line_break_is_one_line(self, folder: Path) -> None:
        one_line(run(folder, "check", "no\nsuch\x1b[31m.edi"))
        (folder / "a\nb.edi.gz").write_bytes(b"no archive")
        done = run(folder, "check", ".", *AS_OF)
        assert done.status == 2
        assert len(done.err.splitlines()) == 1
        assert "\x1b" not in done.err


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_override_for_nobody_is_told_who_asks(jobs: str, folder: Path) -> None:
    """A payer that is misspelt, or that sends no claim today. Enough is read that another process helps."""
    (folder / "edi-lint.toml").write_text(
        '[[overrides]]\npayer = "TSTC1"\nignore = ["MOD001"]\n'
        '[[overrides]]\npayer = ["TSTBL", "ELSE"]\nseverity = { MOD001 = "info" }\n'
        '[[overrides]]\nfiles = "else-*.edi"\nclaim-filing-indicator = "MB"\nignore = ["NCI"]\n'
        '[[overrides]]\nfiles = "batch.edi"\nignore = ["SIT"]\n'
    )
    (folder / "batch.edi").write_text((folder / "batch.edi").read_text().replace("~\n", "~" + "\n" * 12_000))
    done = run(folder, "check", "batch.edi", *AS_OF, "--verbose", "-j", jobs, "--output-format", "concise")
    assert done.err.splitlines()[1:] == [
        "edi-lint: overrides 1 (payer TSTC1) is for nothing that was read",
        "edi-lint: overrides 3 (files else-*.edi, claim-filing-indicator MB) is for nothing that was read",
    ]
    assert run(folder, "check", "batch.edi", *AS_OF, "-j", jobs, "--output-format", "concise").err == ""


def test_all_lines_are_extracted_on_request(folder: Path) -> None:
    assert run(folder, "extract", "clean.edi").out.endswith("1 service line\n")
    assert run(folder, "extract", "clean.edi", "--all-lines").out.endswith("3 service lines\n")


class TestHookAndAction:
    def test_the_hook_runs_what_it_says(self, folder: Path) -> None:
        text = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
        entry = re.search(r"^  entry: (.*)$", text, re.MULTILINE)
        files = re.search(r"^  files: '(.*)'$", text, re.MULTILINE)
        assert entry is not None
        assert files is not None
        assert "require_serial: true" in text
        taken = [
            name for name in ("a.837", "a.837p", "b/c.edi.gz", "x12", "notes.md", "a.x12") if re.search(files[1], name)
        ]
        assert taken == ["a.837", "a.837p", "b/c.edi.gz", "a.x12"]
        program, *arguments = entry[1].split()
        assert program == "edi-lint"
        assert run(folder, *arguments, "batch.edi", "clean.edi").status == 1

    def test_the_step_of_the_action_runs(self, folder: Path) -> None:
        text = (ROOT / "action.yml").read_text("utf-8")
        script = text.rpartition("run: |\n")[2].replace("\n        ", "\n").strip()
        programs = folder / "edi-lint" / "bin"
        programs.mkdir(parents=True)
        (programs / "edi-lint").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m edi_lint "$@"\n')
        (programs / "edi-lint").chmod(0o755)
        done = subprocess.run(
            ["bash", "-c", script],
            capture_output=True,
            check=False,
            cwd=folder,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "RUNNER_TEMP": str(folder),
                "ARGUMENTS": "--as-of=2026-03-01\n--select=MOD",
                "PATHS": "batch.edi\nclean.edi\n",
            },
            text=True,
        )
        assert (done.returncode, done.stderr) == (1, "")
        assert done.stdout.count("::error ") == 2
