"""Public sample files that nobody here wrote. They stand outside the repository."""

from __future__ import annotations

import csv
from functools import cache

import pytest

from edi_lint import Config, Finding, Linter
from tests.conftest import AS_OF, CORPUS

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the public corpus is not beside the repository (../shared/corpus)"
)

FILES = sorted(CORPUS.glob("837p/*")) if CORPUS.is_dir() else []
OTHERS = sorted(CORPUS.glob("not-837p/*")) if CORPUS.is_dir() else []


@cache
def linter() -> Linter:
    return Linter(Config(as_of=AS_OF))


def findings(path) -> list[Finding]:  # type: ignore[no-untyped-def]
    return list(linter().findings(path))


@cache
def grades() -> dict[str, str]:
    with (CORPUS / "manifest.csv").open(encoding="utf-8", newline="") as rows:
        return {row["file"]: row["grade"][:1] for row in csv.DictReader(rows)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_good_files_have_no_structural_error(path) -> None:  # type: ignore[no-untyped-def]
    found = findings(path)
    assert linter().summary.exit < 2
    if grades()[f"837p/{path.name}"] in "AB":
        assert [(f.rule, f.loop, f.element, f.message) for f in found if f.snip <= 2 and f.severity == "error"] == []


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.name)
def test_what_is_not_an_837p_is_named_in_one_finding(path) -> None:  # type: ignore[no-untyped-def]
    [finding] = findings(path)
    assert finding.name in ("not-837p", "not-x12")
    assert finding.severity == "error"
