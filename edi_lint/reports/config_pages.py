"""The configuration explained from its types: for the terminal, as a reference page, as a first file, as settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec import inspect

from ..config import Config, ConfigError, ConfigFile, Settings
from ..errors import did_you_mean
from .toml_text import toml, toml_value

__all__ = ["Key", "config_schema", "first_file", "key_page", "key_table", "keys", "settings_page", "settings_text"]

_TABLES = {"acks", "options", "overrides", "waivers"}
_TABLE_HEADINGS = {"acks": "[acks.MOD001]", "options": "[options]"}


class Key(msgspec.Struct, frozen=True):
    """One key: its full name (``overrides.payer``), what it may hold, its default as TOML, what it does, an example."""

    name: str
    kind: str
    default: str
    description: str
    example: str

    @property
    def table(self) -> str:
        """The table that it is in; empty for the top."""
        return self.name.rpartition(".")[0]


def keys() -> list[Key]:
    """All keys of a configuration file, table by table."""
    info = inspect.type_info(ConfigFile)
    assert isinstance(info, inspect.StructType)  # noqa: S101 - for the type checker
    fields = sorted(info.fields, key=lambda field: (field.encode_name != "extend", field.encode_name in _TABLES))
    found: list[Key] = []
    for field in fields:
        found.append(_key(field, ""))
        inner = _struct(field.type)
        if inner is not None:
            found += [_key(own, field.encode_name) for own in inner.fields if not _meta(own.type)[2]]
    return found


def _key(field: inspect.Field, table: str) -> Key:
    description, example, _ = _meta(field.type)
    name = f"{table}.{field.encode_name}" if table else field.encode_name
    shown = ""
    if example is not None:
        value = date.fromisoformat(example) if _kind(field.type) == "date" else example
        shown = f"{field.encode_name} = {toml_value(value)}"
    return Key(name, _kind(field.type), _default(field), description, shown)


def _default(field: inspect.Field) -> str:
    default = field.default
    if field.default_factory is not msgspec.NODEFAULT:
        default = field.default_factory()
    if default in (msgspec.NODEFAULT, msgspec.UNSET, None, "", (), {}) or isinstance(default, msgspec.Struct):
        return ""
    return toml_value(default)


def _meta(kind: inspect.Type) -> tuple[str, Any, bool]:
    """Description and first example of a type, and whether it is not for files."""
    if not isinstance(kind, inspect.Metadata):
        return "", None, False
    schema = kind.extra_json_schema or {}
    examples = schema.get("examples") or [None]
    return schema.get("description", ""), examples[0], bool((kind.extra or {}).get("internal"))


def _bare(kind: inspect.Type) -> inspect.Type:
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    if isinstance(kind, inspect.UnionType):
        rest = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        if len(rest) == 1:
            return _bare(rest[0])
    return kind


def _struct(kind: inspect.Type) -> inspect.StructType | None:
    """The table that a key holds, one or several."""
    bare: Any = _bare(kind)
    if isinstance(bare, inspect.VarTupleType):
        bare = _bare(bare.item_type)
    elif isinstance(bare, inspect.DictType):
        bare = _bare(bare.value_type)
    return bare if isinstance(bare, inspect.StructType) else None


def _kind(kind: inspect.Type) -> str:
    """What a key may hold, in words."""
    bare: Any = _bare(kind)
    match bare:
        case inspect.LiteralType():
            order = ("error", "warning", "info", "off", "none")
            values = sorted(bare.values, key=lambda value: order.index(value) if value in order else 0)
            return " \N{MIDDLE DOT} ".join(f'"{value}"' for value in values)
        case inspect.StrType():
            return "text"
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return "whole number"
        case inspect.DateType():
            return "date"
        case inspect.DictType():
            return "tables by rule" if _struct(bare) else f"table: {_kind(bare.value_type)}"
        case inspect.StructType():
            return "table"
        case inspect.VarTupleType():
            return "tables" if _struct(bare) else f"list of {_kind(bare.item_type)}s"
        case inspect.UnionType():
            return " or ".join(_kind(one) for one in bare.types)
    raise TypeError(f"no words for {bare!r}")


# -- for the terminal -------------------------------------------------------------------------------------


def key_table() -> str:
    """All keys, a line for each."""
    every = keys()
    width = max(len(key.name) for key in every)
    return "".join(f"{key.name:<{width}}  {key.kind}\n" for key in every)


def key_page(name: str) -> str:
    """What a key does. Raises `ConfigError` when there is none of this name."""
    every = {key.name: key for key in keys()}
    if name not in every:
        # The last part alone is enough, where it stands in one table only.
        meant = [key for full, key in every.items() if full.endswith(f".{name}")]
        if len(meant) != 1:
            hint = did_you_mean(name, every) or "; 'edi-lint config' lists the keys"
            raise ConfigError(f"there is no key {name!r}{hint}")
        name = meant[0].name
    key = every[name]
    lines = [f"{key.name}: {key.kind}", "", key.description]
    if key.default:
        lines += ["", f"Default: {key.default}"]
    if key.example:
        lines += ["", "Example:", "", *(f"    {line}" for line in _example(key))]
    if inner := [other.name for other in every.values() if other.table == key.name]:
        lines += ["", f"Keys: {', '.join(inner)}"]
    return "\n".join(lines) + "\n"


def _example(key: Key) -> list[str]:
    if not key.table:
        return [key.example]
    return [_TABLE_HEADINGS.get(key.table, f"[[{key.table}]]"), key.example]


def first_file() -> str:
    """A configuration file to begin with: everything in it is a default, so all of it is a comment."""
    lines = [
        "# edi-lint: how batches in this folder and below are judged.",
        "# 'edi-lint config' lists all keys, 'edi-lint config KEY' explains one.",
        "",
    ]
    for name in (
        "ruleset",
        "select",
        "ignore",
        "mandatory",
        "fail-severity",
        "strict",
        "reject-scope",
        "mask-claim-ids",
    ):
        key = next(key for key in keys() if key.name == name)
        lines += [*(f"# {line}" for line in _wrapped(key.description)), f"# {key.example}", ""]
    for text in (_SEVERITY, _OVERRIDE, _WAIVER):
        lines += [*(f"# {line}".rstrip() for line in text.splitlines()), ""]
    return "\n".join(lines[:-1]) + "\n"


_SEVERITY = """\
How grave single rules are.
[severity]
MOD001 = "warning"
"""
_OVERRIDE = """\
Other settings for one payer (2010BB NM109), receiver (ISA08 or GS03) or some files.
[[overrides]]
payer = "12345"
ignore = ["NCI013"]
"""
_WAIVER = """\
What is let pass, why, and until when. A waiver that waives nothing is told.
[[waivers]]
rule = "MOD001"
payer = "12345"
reason = "Payer bulletin 2026-04: 25 is taken until the end of the year"
expires = 2026-12-31
"""


def _wrapped(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, 98, break_on_hyphens=False)


# -- settings as they are ---------------------------------------------------------------------------------


def settings_text(config: Config, inputs: Iterable[str], files: Sequence[str], running: int) -> str:
    """The settings that hold for some inputs, as TOML, and where they come from."""
    head = [f"# {name}" for name in inputs]
    head.append(f"# settings from {', then '.join(files)}" if files else "# no configuration file")
    head.append(f"# {running} rules, before overrides for some files, receivers and payers")
    return "\n".join(head) + "\n" + toml(dict(_settings(config)))


def _settings(config: Config) -> Iterator[tuple[str, Any]]:
    for key, name in zip(Settings.__struct_encode_fields__, Settings.__struct_fields__, strict=True):
        value = getattr(config, name)
        if isinstance(value, msgspec.Struct) or key == "acks":
            value = msgspec.to_builtins(value)
        elif key in ("overrides", "waivers"):
            value = [_table(item) for item in value]
        if value not in (None, (), [], {}):
            yield key, value


def _table(item: msgspec.Struct) -> dict[str, Any]:
    table: dict[str, Any] = msgspec.to_builtins(item, builtin_types=(date,))
    table.pop("declared", None)
    return table


# -- the schema -------------------------------------------------------------------------------------------


def config_schema() -> dict[str, Any]:
    """The schema of a configuration file, in JSON Schema 2020-12: editors that know TOML complete keys by it."""
    schema = msgspec.json.schema(ConfigFile)
    definitions = schema["$defs"]
    del definitions["Waiver"]["properties"]["declared"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **definitions.pop("ConfigFile"),
        "title": "edi-lint configuration",
        "$defs": definitions,
    }


# -- the reference page -----------------------------------------------------------------------------------


_HEADINGS = {
    "": "All keys",
    "acks": "`[acks.RULE]`: what the acknowledgements say",
    "options": "`[options]`: options of single rules",
    "overrides": "`[[overrides]]`: other settings for some",
    "waivers": "`[[waivers]]`: what is let pass",
}


def settings_page() -> str:
    """The Markdown tables of docs/configuration.md: all keys, table by table."""
    return "\n".join(line for table, heading in _HEADINGS.items() for line in _section(table, heading))


def _section(table: str, heading: str) -> Iterator[str]:
    yield from (f"## {heading}", "", "| key | holds | default | what it does |", "| --- | --- | --- | --- |")
    for key in keys():
        if key.table == table:
            default = f"`{key.default}`" if key.default else ""
            example = f" Example: `{key.example}`" if key.example else ""
            name = key.name.rpartition(".")[2]
            yield f"| `{name}` | {key.kind.replace('|', '&#124;')} | {default} | {key.description}{example} |"
    yield ""
