"""What the tests share: the fixtures folder, the day that they judge by, and one way to lint."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from edi_lint import Config, Finding, Linter, lint

FIXTURES = Path(__file__).parent.parent / "fixtures"
AS_OF = date(2026, 3, 1)
BASES = ("base.edi", "base-dependent.edi")
"""The same clean claim with the subscriber as patient (2000B) and with a dependent (2000C)."""


@pytest.fixture(scope="session")
def bases() -> dict[str, str]:
    return {name: (FIXTURES / name).read_text("ascii") for name in BASES}


def findings_of(text: str | bytes, **settings: object) -> list[Finding]:
    """The findings of a batch, judged on the tests' own day."""
    config = Config(**({"as_of": AS_OF} | settings))  # type: ignore[arg-type]
    content = text if isinstance(text, bytes) else text.encode("latin-1")
    return lint(content, config, name="batch.edi").findings


__all__ = ["AS_OF", "BASES", "FIXTURES", "Linter", "findings_of"]
