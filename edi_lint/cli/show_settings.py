"""``edi-lint check --show-settings``: the settings of each input, and where they come from."""

from __future__ import annotations

from typing import TextIO

from ..escaping import file_name
from ..reports.config_pages import settings_text
from .session import Session

__all__ = ["write_settings"]


def write_settings(session: Session, out: TextIO) -> None:
    """Write the settings of all inputs as TOML, those with the same settings together."""
    grouped: list[tuple[object, list[str]]] = []
    for source, configured in session.inputs:
        names = next((names for known, names in grouped if known is configured), None)
        if names is None:
            grouped.append((configured, names := []))
        names.append(file_name(source.name))
    first = True
    for _, configured in session.inputs:
        names = next((names for known, names in grouped if known is configured), None)
        if not names:
            continue
        rules = session.linter(configured).rules.rules
        out.write(("" if first else "\n") + settings_text(configured.config, names, configured.files, len(rules)))
        names.clear()
        first = False
