"""What msgspec says of a wrong configuration, in the words of who wrote it: key, value, and what would be right."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import inspect

from .errors import did_you_mean

__all__ = ["explain", "keys_of"]

_ELSEWHERE = {
    "show-values": "who runs edi-lint decides what is shown: --show-values is for the command line only",
    "path": "globs of files are in 'files'",
    "paths": "globs of files are in 'files'",
}
"""Keys that people look for, and where they find what they want."""

_LIST = "; 'edi-lint config' lists the keys"

_KINDS = {
    "int": "a whole number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "float": "a decimal number",
    "date": "a date",
    "datetime": "a date with a time",
    "null": "nothing",
}
_SENTENCE = re.compile(r"(?P<what>.*?)(?: - at (?P<key>`key` in )?`\$(?P<path>.*)`)?")


def explain(message: str, kind: type[msgspec.Struct]) -> str:
    """One line about a `msgspec.ValidationError` that came from reading ``kind``: the key first."""
    sentence = _SENTENCE.fullmatch(message)
    what, path = (sentence["what"], sentence["path"] or "") if sentence else (message, "")
    steps = re.findall(r"\.([A-Za-z0-9-]+)|\[([0-9]+|\.\.\.)\]", path)
    place = _place(steps)
    found = inspect.type_info(kind)
    for key, _ in steps:
        found = _inside(found, key)
    if sentence and sentence["key"] and isinstance(found, inspect.DictType):
        found = found.key_type
    return (f"{place}: " if place else "") + _words(what, found)


def keys_of(kind: inspect.Type) -> list[str]:
    """The keys of a table, without those that are not for files."""
    if not isinstance(kind, inspect.StructType):
        return []
    return [field.encode_name for field in kind.fields if not _is_internal(field.type)]


def _words(what: str, kind: inspect.Type) -> str:
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", what):
        key = unknown[1]
        hint = f"; {_ELSEWHERE[key]}" if key in _ELSEWHERE else did_you_mean(key, keys_of(kind)) or _LIST
        return f"unknown key {key!r}{hint}"
    if missing := re.fullmatch(r"Object missing required field `(.*)`", what):
        return f"{missing[1]} is missing"
    if wrong := re.fullmatch(r"Invalid enum value '(.*)'", what):
        allowed = _literals(kind)
        return f"{wrong[1]!r} is none of {', '.join(allowed)}{did_you_mean(wrong[1], allowed)}"
    if "RFC3339" in what:
        return "not a date, as 2026-03-01"
    words = re.sub(r"`([a-z |]+)`", lambda match: _kinds(match[1]), what)
    return words[:1].lower() + words[1:]


def _kinds(names: str) -> str:
    return " or ".join(_KINDS.get(name, name) for name in names.split(" | ") if name != "null")


def _place(steps: list[tuple[str, str]]) -> str:
    """``overrides 2: options: timely-filing`` for ``$.overrides[1].options.timely-filing``."""
    found: list[str] = []
    for key, index in steps:
        if key:
            found.append(key)
        elif index.isdecimal() and found and found[-1] in ("overrides", "waivers"):
            found[-1] = f"{found[-1]} {int(index) + 1}"
    return ": ".join(found)


def _bare(kind: inspect.Type) -> inspect.Type:
    """A type without its description, and without what says that it may be left out."""
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    if isinstance(kind, inspect.UnionType):
        rest = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        if len(rest) == 1:
            return _bare(rest[0])
    return kind


def _inside(kind: inspect.Type, key: str) -> inspect.Type:
    """The type of a key of a table, or of what a list or mapping holds."""
    bare: Any = _bare(kind)
    if isinstance(bare, inspect.StructType):
        found = next((field.type for field in bare.fields if field.encode_name == key), None)
        return _bare(found) if found is not None else bare
    if isinstance(bare, inspect.DictType):
        return _bare(bare.value_type)
    return _bare(getattr(bare, "item_type", bare))


def _literals(kind: inspect.Type) -> list[str]:
    bare = _bare(kind)
    return [str(value) for value in bare.values] if isinstance(bare, inspect.LiteralType) else []


def _is_internal(kind: inspect.Type) -> bool:
    return isinstance(kind, inspect.Metadata) and bool(kind.extra and kind.extra.get("internal"))
