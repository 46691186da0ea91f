"""Settings as TOML, as far as settings go: texts, numbers, dates, lists, tables and lists of tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

__all__ = ["toml", "toml_value"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml(settings: Mapping[str, Any]) -> str:
    """The settings as a TOML document: single keys first, then tables, then lists of tables."""
    return "\n".join(_lines(settings)) + "\n"


def toml_value(value: Any) -> str:
    """One value, on one line. Raises TypeError for what settings do not hold."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (str, int)):
        # A basic string of TOML is one of JSON, but for a character that JSON lets stand.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(key)} = {toml_value(item)}' for key, item in value.items())} }}"
    raise TypeError(f"no setting: {type(value).__name__}")


def _lines(settings: Mapping[str, Any]) -> Iterator[str]:
    tables = {key: value for key, value in settings.items() if isinstance(value, Mapping)}
    lists = {key: value for key, value in settings.items() if _is_list_of_tables(value)}
    for key, value in settings.items():
        if key not in tables and key not in lists:
            yield f"{_key(key)} = {toml_value(value)}"
    for key, table in tables.items():
        yield f"\n[{_key(key)}]"
        yield from (f"{_key(inner)} = {toml_value(value)}" for inner, value in table.items())
    for key, items in lists.items():
        for item in items:
            yield f"\n[[{_key(key)}]]"
            yield from (f"{_key(inner)} = {toml_value(value)}" for inner, value in item.items())


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)
