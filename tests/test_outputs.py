"""``--output-format FORMAT[=FILE]``: several outputs of one run, each where it was asked for, whole or not at all."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import FIXTURES
from tests.test_cli import AS_OF, run

BATCH = str(FIXTURES / "vaccine-billed-96372.edi")


def check(*arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    return run("check", *arguments, *AS_OF, **options)


def test_several_formats_in_one_run_say_the_same(tmp_path: Path) -> None:
    lines = tmp_path / "findings.jsonl"
    done = check(BATCH, "--output-format", "full", "--output-format", f"json-lines={lines}")
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout == check(BATCH).stdout
    alone = check(BATCH, "--output-format", "json-lines").stdout.splitlines()
    assert lines.read_bytes().splitlines()[:-1] == alone[:-1]
    assert [path.name for path in tmp_path.iterdir()] == ["findings.jsonl"]


def test_with_files_alone_standard_output_stays_empty(tmp_path: Path) -> None:
    done = check(BATCH, "--output-format", f"json-lines={tmp_path / 'a'}")
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")


def test_who_sits_at_a_terminal_is_told_the_totals_when_all_goes_to_files(tmp_path: Path) -> None:
    said = []
    for arguments in (["-o", str(tmp_path / "a")], ["-o", str(tmp_path / "a"), "--quiet"], []):
        ours, theirs = os.openpty()
        command = [sys.executable, "-m", "edi_lint", "check", BATCH, *AS_OF, *arguments]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=theirs, check=False)
        os.close(theirs)
        with os.fdopen(ours, "rb", buffering=0) as terminal:
            try:
                said.append(terminal.read(4096).decode())
            except OSError:  # Nothing was said, and the other end is closed.
                said.append("")
    assert re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", said[0]).strip().endswith("in 1 file, 2 claims, 6 service lines.")
    assert "Found" not in said[1]
    assert "Found" not in said[2]


def test_output_file_takes_the_format_that_names_none(tmp_path: Path) -> None:
    for arguments in (["-o", "a"], ["--output-format", "full", "--output-file", "a"]):
        done = check(BATCH, *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (1, b"")
        assert (tmp_path / "a").read_bytes() == check(BATCH).stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--output-format", "full", "--output-format", "json-lines"], "full and json-lines would mix on standard out"),
        (
            ["--output-format", "full=a", "--output-format", "json-lines=./a"],
            "full and json-lines would both write",
        ),
        (["--output-format", "full=a", "-o", "b"], "--output-file says where the format without a FILE goes"),
        (["--output-format", "full=batch.edi"], "full would overwrite batch.edi, which is an input"),
        (["--output-format", "full=link.edi"], "full would overwrite link.edi, which is an input"),
        (["--output-format", "full="], "full= names no file"),
        (["--output-format", "ful"], "did you mean full?"),
        (["--output-format", "full=no/such/folder"], "no/such/folder: cannot be written: No such file or directory"),
        (["--output-format", "full=folder"], "folder: cannot be written: it is a folder"),
    ],
)
def test_what_cannot_be_written_is_status_2_before_anything_is_read(
    arguments: list[str], says: str, tmp_path: Path
) -> None:
    content = Path(BATCH).read_bytes()
    (tmp_path / "batch.edi").write_bytes(content)
    (tmp_path / "link.edi").symlink_to("batch.edi")
    (tmp_path / "folder").mkdir()
    done = check("batch.edi", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    [line] = done.stderr.decode().splitlines()
    assert says in line
    assert (tmp_path / "batch.edi").read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["batch.edi", "folder", "link.edi"]


def test_a_run_that_breaks_off_leaves_the_old_file(tmp_path: Path) -> None:
    report = tmp_path / "report"
    report.write_text("the last one")
    code = (
        "import sys; from edi_lint.reports import full; from edi_lint.cli import main\n"
        "def refuse(self, summary): raise OSError(28, 'No space left on device')\n"
        "full.Full.end = refuse\n"
        "main(sys.argv[1:])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "check", BATCH, "-o", str(report)], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == "edi-lint: input or output: No space left on device; make room and run it again\n"
    assert report.read_text() == "the last one"
    assert list(tmp_path.iterdir()) == [report]


def test_a_file_is_replaced_behind_its_link_and_keeps_its_permissions(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    real.chmod(0o600)
    link.symlink_to("real")
    check(BATCH, "-o", str(link))
    assert link.is_symlink()
    assert real.read_bytes() == check(BATCH).stdout
    assert stat.S_IMODE(real.stat().st_mode) == 0o600


def test_a_device_is_written_to_and_stays_one() -> None:
    assert check(BATCH, "-o", os.devnull).returncode == 1
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_an_input_that_cannot_be_read_leaves_a_complete_report_of_the_others(tmp_path: Path) -> None:
    lines = tmp_path / "lines"
    code = (
        "import sys; from edi_lint import sources; from edi_lint.cli import main\n"
        "def refuse(path): raise PermissionError(13, 'Permission denied', path)\n"
        "sources.open_file = refuse\n"
        "main(sys.argv[1:])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "check", BATCH, "--output-format", f"json-lines={lines}"],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert json.loads(lines.read_text())["summary"]["exit"] == 2
