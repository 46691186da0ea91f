"""The README's examples are what the program does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_sample_is_real_output() -> None:
    sample = re.search(r"```text\n\$ edi-lint (.*?)\n(.*?)```", README, re.DOTALL)
    assert sample is not None
    command, shown = sample.groups()
    done = subprocess.run(
        [sys.executable, "-m", "edi_lint", *command.split(), "--as-of", "2026-03-01"],
        capture_output=True,
        check=False,
        cwd=ROOT,
        text=True,
    )
    heading, *finding = shown.splitlines()
    assert heading in done.stdout
    assert "\n".join(finding) in done.stdout


def test_there_are_exactly_two_set_up_commands_and_ci_runs_both() -> None:
    commands = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    assert len(commands) == 2
    assert all(command.count("\n") == 1 for command in commands)
    assert "edi-lint check fixtures/" in commands[0]
    assert "pytest" in commands[1]
    ci = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "readme_command 0" in ci
    assert "readme_command 1" in ci


def test_the_commands_of_the_table_run(tmp_path: Path) -> None:
    table = re.findall(r"`(edi-lint [^`]+)`", README.partition("## Use it")[2].partition("Exit status")[0])
    assert len(table) >= 9
    here = shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures")
    stand_ins = {"batch.edi": "base.edi", "outbound/": "clean", "answer.999": "not-837p-999.edi"}
    for command in table:
        words = [stand_ins.get(word, word) for word in command.split()[1:]]
        done = subprocess.run(
            [sys.executable, "-m", "edi_lint", *words],
            capture_output=True,
            check=False,
            cwd=here,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            input=(here / "base.edi").read_bytes(),
        )
        assert done.returncode in (0, 1), command
        # Only what writes a file says on standard error that it did.
        assert done.stderr == (b"edi-lint.toml written\n" if "--init" in words else b""), command


@pytest.mark.parametrize("loaded", [True, False], ids=["tables", "no tables"])
def test_the_library_example_runs(
    loaded: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    if not loaded:
        monkeypatch.setenv("EDI_LINT_DATA", str(tmp_path))
    for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        exec(compile(block, "README.md", "exec"), {"__name__": "example"})  # noqa: S102 - our own example
    assert "ADM001" in capsys.readouterr().out
