"""JSON Lines: one object for each finding, in file order, and one for the totals at the end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

import msgspec

from ..findings import Finding, Summary

__all__ = ["write"]


def write(findings: Iterable[Finding], summary: Summary, out: TextIO, colour: bool) -> None:  # noqa: ARG001 - one signature for all formats
    """Write the findings as they come, then the summary."""
    encode = msgspec.json.Encoder().encode
    out.writelines(encode(finding.as_contract()).decode() + "\n" for finding in findings)
    out.write(encode({"summary": summary}).decode() + "\n")
