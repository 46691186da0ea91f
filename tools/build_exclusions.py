"""Write edi_lint/reference/data/excludes1.txt from the tabular list of ICD-10-CM as CDC publishes it in XML.

    python -m tools.build_exclusions icd10c-tabular-April-1-2026.xml

Kept are pairs of codes, not the notes. A note counts where its brackets hold codes and ranges of codes only; where they
say more ("E08-E13 with .42"), it is left out. A new edition also needs its dates changed in reference/shipped.py.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from edi_lint.reference import shipped

_CODE = r"[A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{0,4})?\.?(?:-(?![A-Z]))?"
_ITEM = rf"(?P<first>{_CODE})(?:\s*-\s*(?P<last>{_CODE}))?"
_UNNAMED = re.sub(r"\?P<\w+>", "?:", _ITEM)
_WIDEST = 100
"""Categories of a range: "whatever else is specified" (A00-R94) names no pair of codes."""
_LIST = re.compile(rf"{_UNNAMED}(?:(?:\s*[,;]\s*(?:and |or )?|\s+(?:and|or)\s+){_UNNAMED})*,?")


def pairs(tabular: bytes) -> set[tuple[str, str]]:
    """Beginnings of codes that exclude each other, each pair once, the lesser first."""
    root = etree.fromstring(tabular)
    categories = sorted(name for diag in root.iter("diag") if len(name := diag.findtext("name") or "") == 3)
    found = set()
    for excludes in root.iter("excludes1"):
        for scope in _scope(excludes.getparent(), categories):
            for note in excludes.findall("note"):
                for excluded in _codes(" ".join("".join(note.itertext()).split()), categories):
                    if not (scope.startswith(excluded) or excluded.startswith(scope)):
                        found.add((min(scope, excluded), max(scope, excluded)))
    return found


def _scope(parent: etree._Element | None, categories: list[str]) -> list[str]:
    """What a note stands for: a code with all below it, or the categories of a section or chapter."""
    if parent is None:
        return []
    if parent.tag == "diag":
        return [_plain(parent.findtext("name") or "")]
    if parent.tag == "section":
        first, _, last = parent.get("id", "").partition("-")
        return _range(first, last or first, categories)
    return [name for diag in parent.iter("diag") if len(name := diag.findtext("name") or "") == 3]


def _codes(note: str, categories: list[str]) -> Iterator[str]:
    for brackets in re.findall(r"\(([^()]*)\)", note):
        if _LIST.fullmatch(brackets.strip()):
            for item in re.finditer(_ITEM, brackets):
                yield from _range(item["first"], item["last"] or item["first"], categories)


def _range(first: str, last: str, categories: list[str]) -> list[str]:
    """One code, or the categories of a range; within a category, the codes that differ in their last character."""
    first, last = _plain(first), _plain(last)
    if first == last:
        return [first]
    if len(first) == len(last) == 3:
        found = [category for category in categories if first <= category <= last]
        return found if len(found) <= _WIDEST else []
    if len(first) == len(last) and first[:-1] == last[:-1] and first[-1:].isdecimal() and last[-1:].isdecimal():
        return [f"{first[:-1]}{digit}" for digit in range(int(first[-1]), int(last[-1]) + 1)]
    return []


def _plain(code: str) -> str:
    return code.replace(".", "").rstrip("-")


def main(arguments: list[str]) -> None:
    if len(arguments) != 1:
        sys.exit("usage: python -m tools.build_exclusions TABULAR.xml")
    text = "".join(f"{one:7} {other:7}\n" for one, other in sorted(pairs(Path(arguments[0]).read_bytes())))
    shipped().excludes1.path.write_text(text, encoding="ascii", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
