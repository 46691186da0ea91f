"""The documentation is true: its commands run, its configurations are valid, and what is generated is up to date."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from edi_lint.config_files import find_config, read_config
from edi_lint.reports.config_pages import keys
from tests.conftest import FIXTURES
from tests.reference_files import SAMPLES
from tools.build_docs import DOCS, pages

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "ARCHITECTURE.md", *sorted(DOCS.glob("*.md"))]
STAND_INS = {"batch.edi": "forty-denied-injections.edi", "answer.999": "not-837p-999.edi"}
"""Files that the pages speak of as the reader's own."""
SET_UP = ("python3 -m venv", "python -m ")
"""Blocks that set the project up or run its tools; .ci/run runs the first kind, developers the other."""


class Block(msgspec.Struct, frozen=True):
    """A fenced block: its language, its text, and the line that it begins on."""

    language: str
    text: str
    line: int


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text("utf-8")
    for match in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        yield Block(match[1], match[2], text.count("\n", 0, match.start()) + 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as the pages presuppose it, with an ``edi-lint`` on the path."""
    here = tmp_path / "work"
    shutil.copytree(FIXTURES, here / "fixtures")
    for name, fixture in STAND_INS.items():
        shutil.copy(FIXTURES / fixture, here / name)
    (here / "outbound").mkdir()
    for fixture in ("base.edi", "modifier-25-on-injection.edi"):
        shutil.copy(FIXTURES / fixture, here / "outbound")
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "edi-lint"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m edi_lint "$@"\n')
    program.chmod(0o755)
    return here


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{folder.parent / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "EDI_LINT_DATA": str(folder.parent / "data"),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def lines_of(text: str) -> list[str]:
    """The commands of a block, each on one line."""
    return [line for line in text.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_run(page: Path, folder: Path) -> None:
    for block in blocks(page):
        where = f"{page.name}:{block.line}"
        if block.language == "toml":
            write_configuration(block, folder)
        elif block.language == "sh" and not block.text.startswith(SET_UP):
            for command in lines_of(block.text):
                prepare(command, folder)
                done = run(command, folder)
                assert done.returncode in (0, 1), f"{where}: {command}: {done.stderr}"
                assert "Traceback" not in done.stderr, where
        elif block.language == "console":
            for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block.text, re.MULTILINE):
                done = run(command, folder)
                expected = re.escape(shown).replace(re.escape("...\n"), "(?:.*\n)*")
                assert re.fullmatch(expected, done.stdout + done.stderr), f"{where}: {command}\n{done.stdout}"


def write_configuration(block: Block, folder: Path) -> None:
    """A TOML block is the file that its first line names, and holds from there on."""
    name = block.text.partition("\n")[0].removeprefix("# ")
    assert name.endswith(".toml"), f"line {block.line}: the first line of a TOML block names its file"
    (folder / name).write_text(block.text, "utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_programs_of_a_page_run(page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("EDI_LINT_DATA", str(folder.parent / "data"))  # The reader has loaded nothing.
    for block in blocks(page):
        if block.language == "python":
            exec(compile(block.text, f"{page.name}:{block.line}", "exec"), {"__name__": "example"})  # noqa: S102 - our own


REFERENCE_FILES = {
    "ccipra": "ccipra-v302r0-f1.txt",
    "medicaid-ptp": "ccipra-v302r0-f1.txt",
    "MCR_MUE": "MCR_MUE_PractitionerServices_Eff_07-01-2024.csv",
    "HCPC": "HCPC2024_JUL_ANWEB.csv",
    "icd10cm_order": "icd10cm_order_2024.txt",
    "October": "section 508 version of July 2024 ASP NDC-HCPCS Crosswalk 062524.csv",
    "A5": "A99999.csv",
    "nucc": "nucc_taxonomy_241.csv",
    "payer": "diagnoses.csv",
}
"""By how their names begin, the invented files that stand in for those that readers download."""


def prepare(command: str, folder: Path) -> None:
    """Reference data that a command loads: the reader has downloaded it, and we may not have it."""
    if not command.startswith("edi-lint refdata add"):
        return
    samples = {sample.name: sample.bytes for sample in SAMPLES}
    for word in shlex.split(command)[3:]:
        for start, name in REFERENCE_FILES.items():
            if word.startswith(start):
                (folder / word).write_bytes(samples[name])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_configurations_of_a_page_are_valid(page: Path, tmp_path: Path) -> None:
    (tmp_path / "edi-lint.toml").touch()
    for number, block in enumerate(blocks(page)):
        if block.language == "toml":
            folder = tmp_path / str(number)
            folder.mkdir()
            name = "pyproject.toml" if "[tool.edi-lint" in block.text else "edi-lint.toml"
            (folder / name).write_text(block.text, "utf-8")
            found = find_config(folder)
            assert found is not None
            read_config(found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_generated_parts_are_up_to_date() -> None:
    for name, text in pages().items():
        assert (DOCS / name).read_text("utf-8") == text, "run python -m tools.build_docs"


def test_every_key_has_an_example_that_is_valid(tmp_path: Path) -> None:
    tried = 0
    for key in keys():
        assert key.description, key.name
        if not key.example or key.name == "extend":
            continue
        needed = ['rule = "MOD001"', 'reason = "R"'] if key.table == "waivers" else []
        needed = [line for line in needed if line.partition(" ")[0] != key.example.partition(" ")[0]]
        heading = {"": "", "acks": "[acks.ENV001]", "options": "[options]"}.get(key.table, f"[[{key.table}]]")
        text = "\n".join([heading, *needed, key.example]) + "\n"
        assert tomllib.loads(text)
        path = tmp_path / "edi-lint.toml"
        path.write_text(text, "utf-8")
        read_config(path)
        tried += 1
    assert tried >= 35
