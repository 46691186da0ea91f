"""What the tests share: the fixtures folder, the day that they judge by, user tables, and one way to lint."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from edi_lint import Config, Finding, Linter, lint
from tests import user_tables

FIXTURES = Path(__file__).parent.parent / "fixtures"
CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus"
"""Public sample files, outside the repository."""
AS_OF = date(2026, 3, 1)
BASES = ("base.edi", "base-dependent.edi")
"""The same clean claim with the subscriber as patient (2000B) and with a dependent (2000C)."""

STRUCTURE = ("ENV", "SEG", "ELE")
"""All that the syntax and the guide find, in their own words: no rule of the catalogue speaks for them here."""

HEEDING_CTRL_C = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from edi_lint.cli import main; main()"
)
"""The command line as a program. Whoever runs the tests in the background has Ctrl-C ignored, and what they start would
inherit that."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the expected findings beside the fixtures anew"
    )


_DATA = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    # Before any module is collected: neither tests nor the programs they start ever see the developer's own tables.
    config.stash[_DATA] = folder = tempfile.mkdtemp(prefix="edi-lint-tests-")
    os.environ["EDI_LINT_DATA"] = str(Path(folder) / "all")
    user_tables.fill(Path(folder) / "all")


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.stash[_DATA], ignore_errors=True)


@pytest.fixture(scope="session")
def bases() -> dict[str, str]:
    return {name: (FIXTURES / name).read_text("ascii") for name in BASES}


def findings_of(text: str | bytes, **settings: object) -> list[Finding]:
    """The findings of a batch, judged on the tests' own day."""
    config = Config(**({"as_of": AS_OF} | settings))  # type: ignore[arg-type]
    content = text if isinstance(text, bytes) else text.encode("latin-1")
    return lint(content, config, name="batch.edi").findings


@cache
def linter(*select: str) -> Linter:
    """One linter for many batches: with all default rules, or with these."""
    return Linter(Config(as_of=AS_OF, select=select) if select else Config(as_of=AS_OF))


def judged(text: str | bytes, *select: str) -> list[Finding]:
    """The findings of a batch, as `findings_of` gives them but quickly; not for REF001, which speaks once."""
    content = text if isinstance(text, bytes) else text.encode("latin-1")
    return list(linter(*select).findings(content, "batch.edi"))


def base_segments(name: str = "base.edi") -> list[str]:
    """The segments of a base claim, without terminators."""
    return (FIXTURES / name).read_text("ascii").replace("\n", "").split("~")[:-1]


def batch(segments: list[str]) -> str:
    """A batch of these segments, SE01 counted anew."""
    start = next(number for number, segment in enumerate(segments) if segment.startswith("ST*"))
    counted = list(segments)
    for number, segment in enumerate(counted):
        if segment.startswith("SE*"):
            counted[number] = f"SE*{number - start + 1}*{segment.split('*')[2]}"
    return "".join(f"{segment}~\n" for segment in counted)
