"""``edi-lint check --show-settings``: the settings of each input, and where they come from."""

from __future__ import annotations

from typing import TextIO

from ..escaping import file_name
from ..reports.config_pages import settings_text
from .session import Session

__all__ = ["write_settings"]


def write_settings(session: Session, out: TextIO) -> None:
    """Write the settings of all inputs as TOML, those with the same settings together."""
    distinct = {id(configured): configured for _, configured in session.inputs}
    texts = []
    for configured in distinct.values():
        names = [file_name(source.name) for source, own in session.inputs if own is configured]
        running = len(session.linter(configured).rules.rules)
        texts.append(settings_text(configured.config, names, configured.files, running))
    out.write("\n".join(texts))
