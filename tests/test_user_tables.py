"""The tables that users load, in a run: where they are looked for, what is told when they are damaged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from edi_lint import Config, Linter, RefdataError, lint
from edi_lint.refdata.records import FILE_NAME
from tests.conftest import AS_OF, FIXTURES
from tests.user_tables import fill

BASE = FIXTURES / "base.edi"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edi_lint", *arguments, "--as-of", "2026-03-01"]
    return subprocess.run(command, capture_output=True, check=False, text=True)


def test_the_folder_is_a_setting_and_else_the_environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    fill(here)
    monkeypatch.setenv("EDI_LINT_DATA", str(there))
    assert Linter(Config(as_of=AS_OF)).rules.reference.loaded.editions() == ()
    assert Linter(Config(as_of=AS_OF, data_folder=str(here))).rules.reference.loaded.editions()


def test_a_damaged_store_ends_the_run_before_it_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"no database at all" * 100)
    with pytest.raises(RefdataError, match="damaged"):
        lint(BASE, Config(as_of=AS_OF, data_folder=str(tmp_path)))
    monkeypatch.setenv("EDI_LINT_DATA", str(tmp_path))
    done = run("check", str(BASE))
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert line.startswith(f"edi-lint: {tmp_path / FILE_NAME}: ")


def test_a_folder_that_may_not_be_read_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "exists", refuse)
    with pytest.raises(RefdataError, match="Permission denied; check the folder"):
        lint(BASE.read_bytes(), Config(as_of=AS_OF, data_folder=str(tmp_path)))
