"""Invariant: whatever the bytes are, `lint()` returns, with status 0 or 1, and with findings inside the file.

And it returns the same whether the bytes come whole or a few at a time. Run it as README.md says; what breaks the
invariant is an uncaught exception, and libFuzzer writes the input that did it to a file.
"""

from __future__ import annotations

import io
import sys
from datetime import date

import atheris

with atheris.instrument_imports(include=["edi_lint"]):
    from edi_lint import Config, Linter

# REF001 and REF002 speak once in a run, and the whole campaign is one run.
LINTER = Linter(Config(as_of=date(2026, 3, 1), ignore=["REF"]))


class Portions(io.BytesIO):
    """A stream that gives the bytes by sevens."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(7 if size is None or size < 0 else min(size, 7))


def lint(source: bytes | Portions) -> tuple[list[dict[str, object]], int]:
    """Findings and status."""
    LINTER.summary.exit = 0
    return [finding.as_contract() for finding in LINTER.findings(source, "fuzz")], LINTER.summary.exit


def check(content: bytes) -> None:
    """Raise AssertionError where the invariant does not hold."""
    found, status = lint(content)
    if status not in (0, 1):
        raise AssertionError([finding["message"] for finding in found if finding["rule"] == "INT001"])
    if any(not 0 <= finding["offset"] <= len(content) for finding in found):
        raise AssertionError("outside the file")
    if lint(Portions(content)) != (found, status):
        raise AssertionError("whole and by portions differ")


def main() -> None:
    """Fuzz until libFuzzer's own limits (``-runs``, ``-max_total_time``) end it."""
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
