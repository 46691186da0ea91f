"""Write docs/rules: a page for each rule and an index, from the rules themselves.

python -m tools.build_rule_pages
"""

from __future__ import annotations

from pathlib import Path

from edi_lint.reports.rule_pages import index_page, rule_page
from edi_lint.rules import RULES

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs" / "rules"


def pages() -> dict[str, str]:
    """The content of every file of docs/rules by its name."""
    base = (ROOT / "fixtures" / "base.edi").read_text("ascii")
    return {f"{rule.id}.md": rule_page(rule, base) for rule in RULES.values()} | {"README.md": index_page(RULES)}


def main() -> None:
    PAGES.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for path in PAGES.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (PAGES / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
