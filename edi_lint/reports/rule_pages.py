"""Rules explained: as text for the terminal, as JSON for programs, as the Markdown pages of docs/rules."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import TextIO

import msgspec

from ..rules import Bad, Rule
from ..rules.examples import apply

__all__ = ["RULE_FORMATS", "index_page", "rule_page"]

_SCOPES = ("medicare", "medicare-advantage", "medicaid", "commercial")


def _severities(rule: Rule) -> str:
    if isinstance(rule.severity, str):
        return rule.severity
    return ", ".join(f"{scope} {rule.severity_for(scope) or 'off'}" for scope in _SCOPES)


def _codes(rule: Rule) -> str:
    codes = msgspec.to_builtins(rule.acks)
    words = {
        "ta1": "TA1",
        "ak905": "999 AK905",
        "ik502": "999 IK502",
        "ik304": "999 IK304",
        "ik403": "999 IK403",
        "stc": "277CA",
    }
    return "; ".join(
        f"{words[key]} {value if isinstance(value, str) else ' + '.join(value)}" for key, value in codes.items()
    )


def _text(rules: Sequence[Rule], out: TextIO) -> None:
    if len(rules) > 3:
        out.writelines(f"{rule.id:<8} {rule.name:<34} {_severities(rule)}\n" for rule in rules)
        return
    for rule in rules:
        out.write(f"{rule.id} {rule.name} ({_severities(rule)}; SNIP {rule.snip})\n\n{rule.summary}\n")
        for label, text in (("Why", rule.why), ("Fix", rule.fix), ("Source", rule.source), ("Codes", _codes(rule))):
            if text:
                out.write(f"{label}: {text}\n")
        out.write("\n")


def _json(rules: Sequence[Rule], out: TextIO) -> None:
    described = [
        {
            "id": rule.id,
            "name": rule.name,
            "severity": {scope: rule.severity_for(scope) or "off" for scope in _SCOPES},
            "snip": rule.snip,
            "summary": rule.summary,
            "why": rule.why,
            "fix": rule.fix,
            "source": rule.source,
            "since": rule.since,
            "preview": rule.preview,
            "acks": msgspec.to_builtins(rule.acks),
        }
        for rule in rules
    ]
    out.write(msgspec.json.format(msgspec.json.encode(described)).decode() + "\n")


def _markdown(rules: Sequence[Rule], out: TextIO) -> None:
    out.writelines(rule_page(rule, None) for rule in rules)


def rule_page(rule: Rule, base: str | None) -> str:
    """The Markdown page of a rule; ``base`` is the clean base claim that its examples edit."""
    lines = [f"# {rule.id} {rule.name}", "", rule.summary, ""]
    if rule.why and rule.why != rule.summary:
        lines += ["## Why it matters", "", rule.why, ""]
    if rule.fix:
        lines += ["## How to fix it", "", rule.fix, ""]
    if base is not None:
        lines += _examples(rule, base)
    lines += ["## Facts", "", f"- Severity: {_severities(rule)}", f"- SNIP type: {rule.snip}"]
    if codes := _codes(rule):
        lines.append(f"- Acknowledgements: {codes}")
    since = f"{rule.since}, on trial: it runs with `--preview`" if rule.preview else rule.since
    lines += [f"- Source: {rule.source}", f"- Since: {since}", ""]
    return "\n".join(lines)


def _examples(rule: Rule, base: str) -> list[str]:
    lines: list[str] = []
    for example in rule.examples:
        heading = "Reported" if isinstance(example, Bad) else "Not reported"
        diff = difflib.unified_diff(base.splitlines(), apply(base, example).splitlines(), n=0, lineterm="")
        changed = [line for line in diff if line[:2] not in ("--", "++", "@@") and "SE*" not in line[:4]]
        if isinstance(example, Bad):
            heading += f" at {example.at[1]} of loop {example.at[0]}"
        lines += [f"{heading}:", "", "```diff", *changed, "```", ""]
    return ["## Examples", "", "Changes of a clean claim.", "", *lines] if lines else []


def index_page(rules: Mapping[str, Rule]) -> str:
    """The Markdown index of all rules, family by family."""
    lines = [
        "# Rules",
        "",
        f"{len(rules)} rules. `edi-lint rule ID` prints a page. [Coverage](../coverage.md) says what they answer.",
        "",
    ]
    family = ""
    for rule in rules.values():
        if rule.family != family:
            family = rule.family
            lines += ["", f"## {family}", "", "| id | name | severity | what it does |", "| --- | --- | --- | --- |"]
        lines.append(f"| [{rule.id}]({rule.id}.md) | {rule.name} | {_severities(rule)} | {rule.summary} |")
    return "\n".join(lines) + "\n"


RULE_FORMATS: dict[str, Callable[[Sequence[Rule], TextIO], None]] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
}
"""The writers by the name that the user gives."""
