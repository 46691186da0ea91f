"""The command line: what it prints where, and its exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edi_lint import __version__
from tests.conftest import FIXTURES

AS_OF = ("--as-of", "2026-03-01")
CONTRACT = [
    "rule",
    "name",
    "severity",
    "snip",
    "message",
    "remedy",
    "file",
    "line",
    "column",
    "offset",
    "isa13",
    "gs06",
    "st02",
    "segment_index",
    "loop",
    "segment",
    "element",
    "value",
    "claim",
    "service_line",
    "acks",
    "url",
]


def run(*arguments: str, stdin: bytes = b"", **options: object) -> subprocess.CompletedProcess[bytes]:
    options.setdefault("env", os.environ | {"PYTHONPATH": str(FIXTURES.parent)})
    return subprocess.run(
        [sys.executable, "-m", "edi_lint", *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        **options,  # type: ignore[call-overload]
    )


def test_a_clean_batch_is_status_0() -> None:
    done = run("check", str(FIXTURES / "base.edi"), *AS_OF)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().strip() == "Nothing found in 1 file, 1 claim, 3 service lines."


def test_findings_are_status_1_and_say_where_what_why_and_how() -> None:
    done = run("check", str(FIXTURES / "vaccine-billed-96372.edi"), *AS_OF)
    text = done.stdout.decode()
    assert (done.returncode, done.stderr) == (1, b"")
    assert "Claim V4001 (number 1 of the file)" in text
    assert "error ADM001 vaccine-billed-96372" in text
    lines = text.splitlines()
    carets = next(number for number, line in enumerate(lines) if line.strip() == "^^^^^")
    at = lines[carets].index("^")
    assert lines[carets - 1][at : at + 5] == "96372"
    assert "why: " in text
    assert "fix: " in text
    assert "\x1b[" not in text
    assert lines[-1].startswith("Found 1 error, 0 warnings and 0 notes in 1 file, 2 claims,")


def test_json_lines_have_the_keys_of_the_contract_and_end_with_the_summary() -> None:
    path = str(FIXTURES / "units-and-ndc.edi")
    done = run("check", path, "--output-format", "json-lines", *AS_OF)
    *findings, last = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert findings
    for finding in findings:
        assert list(finding) == CONTRACT
        assert finding["file"] == path
        assert finding["severity"] in ("error", "warning", "info")
        assert 1 <= finding["snip"] <= 7
        content = Path(path).read_bytes()
        if finding["value"] is not None:
            assert content[finding["offset"] :].startswith(finding["value"].encode())
        assert content[: finding["offset"]].count(b"\n") + 1 == finding["line"]
    assert [finding["offset"] for finding in findings] == sorted(finding["offset"] for finding in findings)
    summary = last["summary"]
    assert list(summary) == [
        "files",
        "bytes",
        "segments",
        "transactions",
        "claims",
        "service_lines",
        "findings",
        "seconds",
        "exit",
    ]
    assert summary["bytes"] == len(Path(path).read_bytes())
    assert summary["segments"] == Path(path).read_text().count("~")
    assert sum(summary["findings"].values()) == len(findings)
    assert summary["exit"] == done.returncode == 1


def test_standard_input_is_a_dash() -> None:
    done = run("check", "-", "--output-format", "json-lines", *AS_OF, stdin=b"not x12")
    assert done.returncode == 1
    assert json.loads(done.stdout.splitlines()[0])["file"] == "-"


def test_a_folder_stands_for_the_batches_in_it(tmp_path: Path) -> None:
    for name in ("b.edi", "a.837", "notes.md"):
        (tmp_path / name).write_bytes((FIXTURES / "base.edi").read_bytes())
    done = run("check", str(tmp_path), "--output-format", "json-lines", *AS_OF)
    assert json.loads(done.stdout.splitlines()[-1])["summary"]["files"] == 2


@pytest.mark.parametrize("name", ["empty.edi", "not-x12.txt", "not-837p-999.edi", "truncated.edi"])
def test_broken_input_is_one_finding_and_status_1(name: str) -> None:
    done = run("check", str(FIXTURES / name), "--output-format", "json-lines", *AS_OF)
    assert (done.returncode, done.stderr) == (1, b"")
    assert len(done.stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check", "no-such-file.edi"], "no-such-file.edi: no such file or folder; check the path"),
        (["check"], "see 'edi-lint check --help'"),
        (["check", str(FIXTURES / "base.edi"), "--select", "ADM999"], "no rule is called 'ADM999'; did you mean ADM"),
        (
            ["check", str(FIXTURES / "base.edi"), "--ignore", "vaccine-billed-96732"],
            "did you mean vaccine-billed-96372",
        ),
        (["check", str(FIXTURES / "base.edi"), "--as-of", "2026-13-01"], "Invalid value for '--as-of'"),
        (["check", str(FIXTURES / "base.edi"), "--fail-severity", "fatal"], "Invalid value for '--fail-severity'"),
        (["check", str(FIXTURES / "base.edi"), "--output-format", "yaml"], "Invalid value for '--output-format'"),
        (["check", str(FIXTURES / "base.edi"), "--selct", "ADM"], "No such option"),
        (["check", str(FIXTURES / "base.edi"), "--as-of", "today"], "'today' is no day; write it as 2026-03-01"),
        (["check", ""], "a path is empty"),
        (["check", "*.x12"], "*.x12: no file fits this pattern"),
        (["check", str(FIXTURES / "base.edi"), "--output-format", "htm"], "did you mean html?"),
        (["check", str(FIXTURES / "base.edi"), "-o", "no/report.txt"], "no/report.txt: cannot be written: No such"),
        (["check", str(FIXTURES / "base.edi"), "--config", ""], "--config: an empty text is no file"),
        (["check", str(FIXTURES / "base.edi"), "--config", str(FIXTURES)], "fixtures is no file; name one, or give a"),
        (["check", "@nothing"], "@nothing: No such file or directory"),
        (["chek", "x"], "No such command 'chek'; did you mean check?"),
        (["frobnicate"], "No such command 'frobnicate'; see 'edi-lint --help'"),
        ([str(FIXTURES / "base.edi")], f"to lint it: edi-lint check {FIXTURES / 'base.edi'}"),
        (["-", "--quiet"], "to lint it: edi-lint check -"),
        (["show", "nothing.edi"], "nothing.edi: no such file or folder; check the path"),
        (["extract", "nothing.edi"], "nothing.edi: no such file or folder; check the path"),
        (["extract", str(FIXTURES / "base.edi"), "--output-format", "xls"], "'xls' is not one of"),
        (["baseline", "nothing.edi"], "nothing.edi: no such file or folder; check the path"),
        (["explain-ack", "nothing.999"], "nothing.999: no such file or folder; check the path"),
        (["gate", str(FIXTURES / "base.edi")], "Missing option '--out'"),
        (["refdata", "add", "nothing.csv"], "nothing.csv: No such file or directory; check the path"),
        (["refdata", "add", str(FIXTURES)], "Is a directory; name a file"),
        (["refdata", "lst"], "No such command 'lst'"),
        (["config", "overrdes"], "there is no key 'overrdes'; did you mean overrides?"),
        (["generate-shell-completion", "tcsh"], "'tcsh' is not one of"),
        (["rule", "MODD1"], "no rule is called 'MODD1'; did you mean MOD001?"),
        (["rule"], "Name a rule, or ask for --all"),
        (["rule", "MODX"], "no rule is called 'MODX'"),
    ],
)
def test_what_cannot_be_answered_is_status_2_and_one_line(arguments: list[str], says: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    [line] = done.stderr.decode().splitlines()
    assert line.startswith("edi-lint: ")
    assert says in line


def test_a_folder_without_a_batch_is_status_2(tmp_path: Path) -> None:
    done = run("check", str(tmp_path))
    assert done.returncode == 2
    assert b"no claim batch in this folder" in done.stderr


def test_an_unreadable_file_leaves_the_answer_unknown_but_the_others_are_read(tmp_path: Path) -> None:
    # A folder link that leads nowhere is there when the folder is listed and cannot be opened.
    good = tmp_path / "a.edi"
    good.write_bytes((FIXTURES / "base.edi").read_bytes())
    gone = tmp_path / "b.edi"
    gone.write_bytes(b"")
    code = (
        "import sys; from edi_lint import sources; from edi_lint.cli import main\n"
        "real = sources.open_file\n"
        "def refuse(path):\n"
        "    if path.endswith('b.edi'): raise PermissionError(13, 'Permission denied', path)\n"
        "    return real(path)\n"
        "sources.open_file = refuse\n"
        "main(sys.argv[1:])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "check", str(good), str(gone), "--output-format", "json-lines", *AS_OF],
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert json.loads(done.stdout.splitlines()[-1])["summary"]["files"] == 1
    assert done.stderr.decode() == f"edi-lint: {gone}: Permission denied; check the path and its permissions\n"


def test_what_is_named_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.edi").write_bytes((FIXTURES / "base.edi").read_bytes())
    done = run("check", "a.edi", ".", str(tmp_path / "*.edi"), "./a.edi", "--output-format", "json-lines", cwd=tmp_path)
    assert json.loads(done.stdout.splitlines()[-1])["summary"]["files"] == 1
    done = run("check", "-", "-", *AS_OF, stdin=(FIXTURES / "base.edi").read_bytes())
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_day_may_be_written_as_in_a_batch() -> None:
    done = run("check", str(FIXTURES / "base.edi"), "--as-of", "20260301")
    assert (done.returncode, done.stderr) == (0, b"")


def test_select_and_ignore_take_ids_names_and_prefixes() -> None:
    path = str(FIXTURES / "forty-denied-injections.edi")

    def rules(*arguments: str) -> set[str]:
        done = run("check", path, "--output-format", "json-lines", *AS_OF, *arguments)
        return {json.loads(line)["rule"] for line in done.stdout.splitlines()[:-1]}

    assert rules("--select", "MOD001") == {"MOD001"}
    assert rules("--select", "vaccine-billed-96372,mod001") == {"ADM001", "MOD001"}
    assert {rule[:3] for rule in rules("--select", "PRV", "--select", "NDC")} == {"PRV", "NDC"}
    assert not any(rule.startswith("PRV") for rule in rules("--ignore", "PRV"))
    assert rules("--ignore", "ALL") == set()


def test_the_failing_severity_decides_the_status() -> None:
    path = str(FIXTURES / "wrapped-80.edi")  # One warning.
    assert run("check", path, *AS_OF).returncode == 0
    assert run("check", path, *AS_OF, "--fail-severity", "warning").returncode == 1
    assert run("check", str(FIXTURES / "providers.edi"), *AS_OF, "--fail-severity", "none").returncode == 0


def test_the_reader_of_the_report_may_leave_early() -> None:
    code = f"{sys.executable} -m edi_lint check {FIXTURES} | head -1 >/dev/null"
    done = subprocess.run(["bash", "-c", code], capture_output=True, check=False)
    assert b"Traceback" not in done.stderr


def test_extract_writes_the_injections() -> None:
    done = run("extract", str(FIXTURES / "base.edi"), "--output-format", "json-lines")
    assert done.returncode == 0
    [line] = [json.loads(row) for row in done.stdout.splitlines()]
    assert (line["claim_id"], line["procedure"], line["diagnoses"]) == ("A1001", "96372", ["E538"])
    assert (
        run("extract", str(FIXTURES / "base.edi"), "--code", "99213,J3420")
        .stdout.decode()
        .endswith("2 service lines\n")
    )


@pytest.mark.parametrize("name", ["empty.edi", "not-837p-999.edi", "not-x12.txt"])
def test_extract_says_that_a_file_has_no_claims(name: str) -> None:
    path = FIXTURES / name
    done = run("extract", str(path))
    assert (done.returncode, done.stdout) == (0, b"0 service lines\n")
    assert done.stderr.decode() == f"edi-lint: {path}: no claim in it; 'edi-lint check' says what it is\n"
    assert run("extract", str(FIXTURES / "base.edi"), "--code", "00000").stderr == b""


def test_rules_are_explained() -> None:
    done = run("rule", "STR001")
    assert done.returncode == 0
    assert done.stdout.decode().startswith("STR001 claim-charge-balance (error; SNIP 3)")
    everything = json.loads(run("rule", "--all", "--output-format", "json").stdout)
    assert {"STR001", "ENV001", "SEG001", "ELE001"} <= {rule["id"] for rule in everything}


def test_version() -> None:
    assert __version__ in run("--version").stdout.decode()
