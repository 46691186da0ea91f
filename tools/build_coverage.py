"""Write docs/coverage.md: which rules answer the published edits, the guide's situational rules and the catalogue.

python -m tools.build_coverage

The lists themselves are not in the repository: ``tools/coverage`` holds the key of each of their rows, the place that
it speaks of, the rules that answer it, and why none does or what they leave out.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from edi_lint.rules import RULES

ROOT = Path(__file__).parent.parent
DATA = Path(__file__).parent / "coverage"
PAGE = ROOT / "docs" / "coverage.md"

REASONS = {
    "payer": "only the payer knows: who is enrolled and linked to whom, its own policy, what was sent before",
    "register": "it takes a register or a code list that edi-lint may not ship and has no loader for",
    "record": "the claim does not show it: it stands in the medical record, a contract or another claim",
    "narrow": "told in the plain cases only: elsewhere the claim may be right",
    "retired": "no longer in force",
    "unknown": "the public list has the number of the edit, but not what it asks",
    "silence": "a claim that is right would be accused: a test proves that nothing is told",
    "none": "asks nothing of a claim",
    "open": "a claim could show it, and nothing tells it yet",
}
"""Why no rule answers a row, or what those that do leave out."""


class Row(msgspec.Struct, frozen=True):
    """One row of a list: its key there, and what edi-lint does about it."""

    key: str
    place: str
    rules: tuple[str, ...]
    reason: str
    note: str

    @property
    def status(self) -> str:
        """Whether the rules answer all of the row, a part, or nothing."""
        if not self.rules:
            return "no"
        return "in part" if self.reason else "yes"


class Yardstick(msgspec.Struct, frozen=True):
    """A list that edi-lint is measured by."""

    name: str
    """The file in ``tools/coverage``."""
    title: str
    what: str


YARDSTICKS = (
    Yardstick(
        "catalogue",
        "The catalogue of rules for injections",
        "The rules for claims with 96372 and its drugs that this project was begun with. A row has the id of its rule.",
    ),
    Yardstick(
        "cem",
        "Medicare's edits (CEM)",
        "Edits of the Common Edits and Enhancements Module, as far as contractors and vendors have published them. "
        "Rows without a number of their own go by the status that the 277CA gives.",
    ),
    Yardstick(
        "stedi", "A clearinghouse's edits (Stedi)", "Edits that the clearinghouse has announced in its changelog."
    ),
    Yardstick(
        "situational",
        "Situational rules of the guide",
        "What the 837P asks for, or forbids, depending on something else in the claim; numbered by this project.",
    ),
)


def rows(name: str) -> list[Row]:
    """The rows of a list, in its order. Raises ValueError where one is malformed."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        found = [
            Row(line["key"], line["place"], tuple(line["rules"].split()), line["reason"], line["note"])
            for line in csv.DictReader(file)
        ]
    for row in found:
        wrong = [rule for rule in row.rules if rule not in RULES]
        if wrong or (row.reason and row.reason not in REASONS) or not (row.rules or row.reason):
            raise ValueError(
                f"{name}.csv, {row.key}: no such rule or reason, or neither: {' '.join(wrong)}{row.reason}"
            )
    return found


def page() -> str:
    """The text of docs/coverage.md."""
    lists = [(yardstick, rows(yardstick.name)) for yardstick in YARDSTICKS]
    return "\n".join(
        [
            "# Coverage",
            "",
            "What edi-lint tells, measured by lists that it was not written from, and by the one that it was.",
            "",
            "<!-- generated: python -m tools.build_coverage -->",
            "",
            *_totals(lists),
            *(line for yardstick, found in lists for line in _section(yardstick, found)),
        ]
    )


def _totals(lists: Sequence[tuple[Yardstick, list[Row]]]) -> Iterator[str]:
    yield "| list | rows | answered | in part | not answered |"
    yield "| --- | --- | --- | --- | --- |"
    for yardstick, found in lists:
        counts = [sum(row.status == status for row in found) for status in ("yes", "in part", "no")]
        yield f"| [{yardstick.title}](#{_anchor(yardstick.title)}) | {len(found)} | {' | '.join(map(str, counts))} |"
    yield ""
    yield "Why a row is answered in part or not at all:"
    yield ""
    yield f"| reason | what it means | {' | '.join(yardstick.name for yardstick, _ in lists)} |"
    yield f"| --- | --- |{' --- |' * len(lists)}"
    for reason, words in REASONS.items():
        counts = [sum(row.reason == reason for row in found) for _, found in lists]
        if any(counts):
            yield f"| {reason} | {words} | {' | '.join(map(str, counts))} |"
    yield ""


def _anchor(title: str) -> str:
    """The anchor that GitHub makes of a heading."""
    return "".join(letter for letter in title.lower().replace(" ", "-") if letter.isalnum() or letter == "-")


def _section(yardstick: Yardstick, found: Sequence[Row]) -> Iterator[str]:
    placed = any(row.place for row in found)
    yield f"## {yardstick.title}"
    yield ""
    yield yardstick.what
    yield ""
    yield f"| row |{' where |' if placed else ''} rules | answered |"
    yield f"| --- |{' --- |' if placed else ''} --- | --- |"
    for row in found:
        rules = ", ".join(f"[{rule}](rules/{rule}.md)" for rule in row.rules)
        why = ": ".join(filter(None, (row.reason, row.note)))
        answered = row.status + (f" ({why})" if why else "")
        yield f"| {row.key} |{f' {row.place} |' if placed else ''} {rules} | {answered} |"
    yield ""


def main() -> None:
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
