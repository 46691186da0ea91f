"""What a run imports: starting is most of the work on a small batch, so what is heavy is imported only where used."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import FIXTURES

HEAVY = {
    "asyncio",
    "difflib",
    "email",
    "glob",
    "gzip",
    "http",
    "jinja2",
    "json",
    "logging",
    "lxml",
    "multiprocessing",
    "openpyxl",
    "pyx12",
    "rich",
    "socket",
    "sqlite3",
    "subprocess",
    "tomllib",
    "unittest",
    "xml",
    "zipfile",
}
"""Each of these takes milliseconds that a small batch does not need."""

OWN = {"edi_lint.acks", "edi_lint.config_errors", "edi_lint.refdata.store", "edi_lint.reports.html"}
"""Rooms of our own that a plain check has no business in."""


def imported(*arguments: str) -> set[str]:
    """The modules that a run of the command line has imported when it ends; its user has loaded no tables."""
    code = (
        "import sys\n"
        "from edi_lint.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "finally: print('\\n'.join(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(FIXTURES.parent)!r})\n{code}", *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, "EDI_LINT_DATA": os.devnull},
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def plain() -> set[str]:
    """What the interpreter imports by itself."""
    code = "import sys; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True, text=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("arguments", [["--help"], ["generate-shell-completion", "zsh"]])
def test_help_imports_no_room_but_its_own(arguments: list[str]) -> None:
    own = {name for name in imported(*arguments) if name.startswith("edi_lint.")}
    allowed = {"edi_lint.errors", "edi_lint.escaping"}
    assert {name for name in own - allowed if not name.startswith("edi_lint.cli")} == set()
    assert not own & {"edi_lint.cli.check", "edi_lint.cli.session"}


@pytest.mark.parametrize("output", ["full", "json-lines"])
def test_a_small_check_imports_nothing_heavy(output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDI_LINT_DATA", str(tmp_path))  # Who has loaded tables needs SQLite, and nothing more.
    path = str(shutil.copy(FIXTURES / "base.edi", tmp_path))  # Where no configuration is near.
    imported("check", path, "--isolated")  # The first run may have to compile the guide, with lxml.
    found = imported("check", path, "--output-format", output, "--as-of", "2026-03-01") - plain()
    assert sorted(found & HEAVY) == []
    assert sorted(name for name in found if name in OWN or name.startswith("edi_lint.acks")) == []


def test_the_guard_sees_what_is_imported() -> None:
    assert "tomllib" in imported("check", str(FIXTURES / "base.edi"), "--config", "strict = false")
