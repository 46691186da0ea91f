"""Write the generated parts of docs/: the keys of docs/configuration.md and the commands of docs/command-line.md.

python -m tools.build_docs
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from edi_lint.cli.main import group
from edi_lint.reports.config_pages import settings_page

DOCS = Path(__file__).parent.parent / "docs"
_PART = re.compile(r"(<!-- generated: python -m tools\.build_docs -->\n).*?(<!-- end -->)", re.DOTALL)


def pages() -> dict[str, str]:
    """The text of each page with a generated part, by the name of its file."""
    parts = {"configuration.md": settings_page(), "command-line.md": "\n".join(_commands())}
    return {name: _filled((DOCS / name).read_text("utf-8"), part) for name, part in parts.items()}


def _filled(page: str, part: str) -> str:
    filled, count = _PART.subn(lambda match: f"{match[1]}\n{part}\n{match[2]}", page)
    if count != 1:
        raise ValueError("a page needs exactly one generated part")
    return filled


def _commands() -> Iterator[str]:
    """A section for each command, with its help as the terminal shows it."""
    for context in contexts(group):
        yield f"## {context.command_path}\n"
        yield f"```text\n{context.command.get_help(context)}\n```\n"


def contexts(
    command: click.Command, name: str = "edi-lint", parent: click.Context | None = None
) -> Iterator[click.Context]:
    """The context of a command and of all below it."""
    context = click.Context(
        command, info_name=name, parent=parent, terminal_width=100, help_option_names=["-h", "--help"]
    )
    yield context
    if isinstance(command, click.Group):
        for inner_name in command.list_commands(context):
            inner = command.get_command(context, inner_name)
            if inner is not None:
                yield from contexts(inner, inner_name, context)


def main() -> None:
    for name, text in pages().items():
        (DOCS / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
