"""Every fixture gives exactly the findings that stand beside it (``--update-golden`` writes them anew)."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from edi_lint import Config, lint
from tests.conftest import AS_OF, FIXTURES

BATCHES = sorted(path for path in FIXTURES.iterdir() if path.suffix in (".edi", ".txt"))
DAYS = {"future-icd": date(2026, 10, 15)}


@pytest.mark.parametrize("path", BATCHES, ids=lambda path: path.name)
def test_fixture(path, request: pytest.FixtureRequest) -> None:  # type: ignore[no-untyped-def]
    config = Config(as_of=DAYS.get(path.stem, AS_OF))
    report = lint(path, config, name=f"fixtures/{path.name}")
    found = "".join(msgspec.json.encode(finding.as_contract()).decode() + "\n" for finding in report.findings)
    expected = path.with_name(path.name + ".findings.jsonl")
    if request.config.getoption("--update-golden"):
        expected.write_text(found, "utf-8")
    assert found == expected.read_text("utf-8")


def test_each_fixture_is_described() -> None:
    described = (FIXTURES / "README.md").read_text("utf-8")
    assert [path.name for path in BATCHES if path.name not in described] == []
