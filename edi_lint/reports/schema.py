"""The JSON Schema of the report, made from the types that are written: ``schemas/report.schema.json``."""

from __future__ import annotations

from typing import Any

import msgspec

from ..findings import CONTRACT_KEYS, SEVERITIES, Finding, Summary
from .statistics import Statistic

__all__ = ["report_schema"]

_DESCRIPTION = (
    "What edi-lint writes with --output-format json. With json-lines, each line is one Line: a finding, or the summary "
    "as the last. With --statistics and json it is one Statistics."
)


def report_schema() -> dict[str, Any]:
    """The schema of all documents and lines with findings, in JSON Schema 2020-12."""
    _, definitions = msgspec.json.schema_components([Finding, Summary, Statistic], ref_template="#/$defs/{name}")
    finding, summary = definitions["Finding"], definitions["Summary"]
    finding["description"] = "One thing that is wrong, and where. For something missing, the place of the next segment."
    finding["properties"] = {key: finding["properties"][key] for key in CONTRACT_KEYS}
    finding["required"] = list(CONTRACT_KEYS)
    for name in set(definitions) - {"Finding", "Summary", "Statistic", "ClaimRef"}:
        del definitions[name]
    counts: dict[str, Any] = {severity: {"type": "integer", "minimum": 0} for severity in SEVERITIES}
    summary["properties"]["findings"] = _object("How many findings there are of each severity.", counts)
    for definition in definitions.values():
        definition["additionalProperties"] = False
        definition["required"] = list(definition["properties"])
        for property_ in definition["properties"].values():
            property_.pop("default", None)
    ref = {name: {"$ref": f"#/$defs/{name}"} for name in definitions}
    last = _object("The last line of json-lines.", {"summary": ref["Summary"]})
    counted = {"statistics": {"type": "array", "items": ref["Statistic"]}, "summary": ref["Summary"]}
    report = {"findings": {"type": "array", "items": ref["Finding"]}, "summary": ref["Summary"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "edi-lint report",
        **_object(_DESCRIPTION, report),
        "$defs": definitions
        | {
            "Line": {"anyOf": [ref["Finding"], last]},
            "Statistics": _object("How often each rule was found.", counted),
        },
    }


def _object(description: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "description": description,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
