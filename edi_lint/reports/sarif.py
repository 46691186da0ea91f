"""SARIF 2.1.0, for code scanning and editors: one run, its results, and the rules that they name."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, TextIO
from urllib.parse import quote

import msgspec

from ..findings import Finding, Severity, Summary
from ..output import Output, Run
from ..rules import RULES
from .fingerprint import Fingerprints

__all__ = ["SCHEMA", "Sarif"]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
_OWN = frozenset({"rule", "name", "severity", "message", "file", "line", "column", "offset"})
"""Keys of a finding that SARIF has places of its own for; the others are properties."""

_encode = msgspec.json.Encoder().encode


class Sarif(Output):
    """Writes the results as they come. The rules follow, those that were found: a reader wants no others."""

    _separator = "\n"

    def __init__(self, out: TextIO, run: Run) -> None:
        super().__init__(out, run)
        self._rules: dict[str, int] = {}
        self._fingerprints = Fingerprints()

    def begin(self) -> None:
        self.out.write(
            f'{{"$schema": "{SCHEMA}",\n"version": "2.1.0",\n"runs": [{{"columnKind": "unicodeCodePoints",\n'
        )
        self.out.write('"results": [')

    def finding(self, finding: Finding) -> None:
        number = self._rules.setdefault(finding.rule, len(self._rules))
        result = _result(finding, number, self._fingerprints.of(finding))
        self.out.write(self._separator + _encode(result).decode())
        self._separator = ",\n"

    def end(self, summary: Summary) -> None:
        from .. import __version__

        driver = {
            "name": "edi-lint",
            "semanticVersion": __version__,
            "rules": [_descriptor(rule_id) for rule_id in self._rules],
        }
        invocation = {"executionSuccessful": summary.exit != 2, "exitCode": summary.exit}
        self.out.write(f'\n],\n"tool": {_encode({"driver": driver}).decode()},\n')
        self.out.write(f'"invocations": [{_encode(invocation).decode()}],\n')
        self.out.write(f'"properties": {_encode({"summary": summary}).decode()}}}]}}\n')


def _result(finding: Finding, rule_index: int, fingerprint: str) -> dict[str, Any]:
    message = f"{finding.message} {finding.remedy}".strip()
    region = {"startLine": finding.line, "startColumn": finding.column, "byteOffset": finding.offset}
    if finding.value:
        # Values that may be shown are short and lie on one line, unless the file is wrapped inside its segments.
        region |= {"byteLength": len(finding.value), "endColumn": finding.column + len(finding.value)}
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": _uri(finding.file)}, "region": region},
    }
    if logical := _logical(finding):
        location["logicalLocations"] = [logical]
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.severity],
        "message": {"text": message},
        "locations": [location],
        "partialFingerprints": {"claimPlace/v1": fingerprint},
        "properties": {key: value for key, value in finding.as_contract().items() if key not in _OWN},
    }


def _logical(finding: Finding) -> dict[str, str]:
    """The place in terms of the batch, outermost first: claim, service line, loop, element."""
    parts = []
    if finding.claim is not None:
        parts.append(f"claim {finding.claim.id or finding.claim.index}")
    if finding.service_line is not None:
        parts.append(f"line {finding.service_line}")
    if finding.loop:
        parts.append(f"loop {finding.loop}")
    name = finding.element or finding.segment
    if name:
        parts.append(name)
    return {"name": parts[-1], "fullyQualifiedName": "/".join(parts), "kind": "element"} if parts else {}


def _descriptor(rule_id: str) -> dict[str, Any]:
    rule = RULES[rule_id]
    text = "\n\n".join(part for part in (rule.summary, rule.why, rule.fix) if part)
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "help": {"text": text},
        "properties": {"snip": rule.snip, "source": rule.source, "page": f"docs/rules/{rule.id}.md"},
    }


def _uri(file: str) -> str:
    """The file as a URI: absolute paths as file URIs, others relative to where the command was run."""
    path = PurePath(file)
    if path.is_absolute():
        return path.as_uri()
    # The first part of a relative reference may hold no colon.
    return quote(path.as_posix(), safe="/")
