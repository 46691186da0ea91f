"""The pages of docs/rules are those of the rules as they are."""

from __future__ import annotations

from tools.build_rule_pages import PAGES, pages


def test_the_pages_are_up_to_date() -> None:
    written = {path.name: path.read_text("utf-8") for path in PAGES.glob("*.md")}
    stale = sorted(name for name, text in pages().items() if written.get(name) != text)
    assert stale == [], "run: python -m tools.build_rule_pages"
    assert sorted(written) == sorted(pages())
