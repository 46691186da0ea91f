"""A judge for each output format: it reads the text by the format's own rules and says which findings are in it.

A judge raises AssertionError (or the parser's error) for text that breaks its format. What it returns are pairs of rule
id and message, in the order of the report; a format that shows no message gives rule ids alone.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
from lxml import etree

from edi_lint.cli.outputs import FORMATS

Told = list[tuple[str, str]]

REPORTS = [name for name, place in FORMATS.items() if ".reports." in place]
"""The formats that list findings; the acknowledgements are judged by tests of their own."""

ROOT = Path(__file__).parent.parent
_ACTIVE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Characters that act instead of showing: controls, marks of direction, surrogates, separators of lines."""


@cache
def validator(path: str) -> Any:
    schema = json.loads((ROOT / path).read_text("utf-8"))
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema, format_checker=kind.FORMAT_CHECKER)


def report_part(name: str) -> Any:
    """A validator for one definition of the report's schema."""
    whole = validator("schemas/report.schema.json")
    return whole.evolve(schema={"$ref": f"#/$defs/{name}", "$defs": whole.schema["$defs"]})


_MOST = 300


def _thinned(many: list[Any]) -> list[Any]:
    """Some hundred of many, the first and the last among them: judging by a schema is slow."""
    return [*many[:: max(1, len(many) // _MOST)], *many[-1:]]


def _is_calm(text: str) -> None:
    if text.isascii() and text.isprintable():
        return
    active = {character for character in text if unicodedata.category(character) in _ACTIVE}
    assert not active, active


def full(text: str) -> Told:
    told: Told = []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        _is_calm(line)
        if match := re.fullmatch(r"  (?:error|warning|info) ([A-Z]+\d{3}) [a-z0-9-]+  \[line \d+.*\]", line):
            message = []
            for following in lines[number + 1 : number + 20]:
                if not following.startswith("    ") or following.startswith(("      ", "    why: ", "    fix: ")):
                    break
                message.append(following.strip())
            told.append((match[1], " ".join(message)))
    assert lines[-1].startswith(("Found ", "Nothing found "))
    return told


def concise(text: str) -> Told:
    *lines, last = text.splitlines()
    assert last.startswith(("Found ", "Nothing found "))
    told = []
    for line in lines:
        _is_calm(line)
        match = re.fullmatch(r".+:\d+:\d+: (?:error|warning|info) ([A-Z]+\d{3}) (?:.*?: )?(.+)", line)
        assert match, line
        told.append((match[1], line))
    return told


def grouped(text: str) -> Told:
    told = []
    *lines, last = text.splitlines()
    assert last.startswith(("Found ", "Nothing found "))
    for line in lines:
        _is_calm(line)
        if match := re.fullmatch(r" +\d+:\d+  (?:error|warning|info) +([A-Z]+\d{3})  +\S* +(.+)", line):
            told.append((match[1], match[2]))
    return told


def json_document(text: str) -> Told:
    document = json.loads(text)
    validator("schemas/report.schema.json").validate(document | {"findings": _thinned(document["findings"])})
    return [(finding["rule"], finding["message"]) for finding in document["findings"]]


def json_lines(text: str) -> Told:
    assert text.endswith("\n")
    *findings, last = [json.loads(line) for line in text[:-1].split("\n")]
    line = report_part("Line")
    for one in [*_thinned(findings), last]:
        line.validate(one)
    assert list(last) == ["summary"]
    return [(finding["rule"], finding["message"]) for finding in findings]


def csv_table(text: str) -> Told:
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    for row in rows:
        assert None not in row
        assert None not in row.values()
        for value in row.values():
            assert not value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return [(row["rule"], row["message"].removeprefix("'")) for row in rows]


def sarif(text: str) -> Told:
    document = json.loads(text)
    [run] = document["runs"]
    thinned = {"runs": [run | {"results": _thinned(run["results"])}]}
    validator("tests/schemas/sarif-2.1.0.json").validate(document | thinned)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    told = []
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert unquote(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], errors="strict")
        told.append((result["ruleId"], result["message"]["text"]))
    return told


@cache
def _junit_schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(ROOT / "tests" / "schemas" / "junit.xsd"))


def junit(text: str) -> Told:
    tree = etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, huge_tree=True))
    _junit_schema().assertValid(tree)
    told = []
    for suite in tree:
        assert len(suite) == int(suite.get("tests", ""))
        assert len(suite.findall("testcase/failure")) == int(suite.get("failures", ""))
        for case in suite:
            if case.get("name") != "nothing found":
                [child] = case
                told.append((case.get("name", "").split()[0], child.text or ""))
    return told


_PERCENT = re.compile(r"%(?!25|0D|0A|3A|2C)")


def github(text: str) -> Told:
    told = []
    for line in text.splitlines():
        _is_calm(line)
        match = re.fullmatch(r"::(?:error|warning|notice) ([^:]*)::(.+)", line)
        assert match, line
        properties = dict(part.split("=", 1) for part in match[1].split(","))
        assert list(properties) == ["title", "file", "line", "col"]
        assert not _PERCENT.search(line)
        told.append((properties["title"].removeprefix("edi-lint (").split()[0], match[2].replace("%25", "%")))
    return told


def gitlab(text: str) -> Told:
    """By GitLab's documentation: description, check_name, fingerprint, severity and location are required."""
    issues = json.loads(text)
    assert isinstance(issues, list)
    fingerprints = set()
    told = []
    for issue in issues:
        assert isinstance(issue["description"], str)
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert isinstance(issue["location"]["path"], str)
        assert issue["location"]["lines"]["begin"] >= 1
        assert re.fullmatch("[0-9a-f]{32}", issue["fingerprint"])
        assert issue["fingerprint"] not in fingerprints
        fingerprints.add(issue["fingerprint"])
        _is_calm(issue["description"])
        told.append((issue["check_name"], issue["description"]))
    return told


def html_records(text: str) -> list[list[Any]]:
    """The records of the page, after a look at its frame: our own style and script, nothing from elsewhere."""
    assert text.startswith("<!doctype html>\n")
    page = etree.fromstring(text.encode(), etree.HTMLParser(huge_tree=True, encoding="utf-8"))
    assert [script.get("type") for script in page.iter("script")] == ["application/json", None]
    policy = page.find(".//meta[@http-equiv='Content-Security-Policy']").get("content")
    assert policy.startswith("default-src 'none'; ")
    for kind in ("style", "script"):
        [own] = [node for node in page.iter(kind) if node.get("type") is None]
        digest = base64.b64encode(hashlib.sha256(own.text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    for node in page.iter():
        assert not {"src", "href", "style", "onclick", "onload", "onerror"} & set(node.keys()) - {"href"}
        assert node.get("href", "#").startswith("#")
    records: list[list[Any]] = json.loads(page.find(".//script[@id='records']").text)
    return records


def html(text: str) -> Told:
    records = html_records(text)
    assert records[-1][0] == "end"
    kinds: dict[str, int] = {}
    rules: list[str] = []
    told = []
    for kind, *rest in records:
        # Whatever a record names by its number has been told before.
        if kind == "rule":
            rules.append(rest[0])
        elif kind == "segment":
            assert rest[0] is None or rest[0] < kinds["node"]
        elif kind == "unit":
            assert rest[2] is None or rest[2] < kinds["unit"]
            assert all((one[0] if isinstance(one, list) else one) < kinds["segment"] for one in rest[4])
        elif kind == "finding":
            assert rest[0] is None or rest[0] < kinds["unit"]
            assert rest[5] < kinds["file"]
            assert rest[16] < kinds["payer"]
            told.append((rules[rest[1]], rest[3]))
        kinds[kind] = kinds.get(kind, 0) + 1
    return told


JUDGES: dict[str, Callable[[str], Told]] = {
    "full": full,
    "concise": concise,
    "grouped": grouped,
    "json": json_document,
    "json-lines": json_lines,
    "csv": csv_table,
    "sarif": sarif,
    "junit": junit,
    "github": github,
    "gitlab": gitlab,
    "html": html,
}
