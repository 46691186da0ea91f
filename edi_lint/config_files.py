"""Configuration files: found upward from an input, read, put together with what they extend, and checked.

What is wrong in a file is told with the file, the key and, where one is near, the word that was meant.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from .config import Config, ConfigError, ConfigFile

__all__ = [
    "FILE_NAMES",
    "Loaded",
    "compose",
    "find_config",
    "inline_settings",
    "load_config",
    "masks_claim_ids",
    "merge",
    "read_config",
]

FILE_NAMES = (".edi-lint.toml", "edi-lint.toml", "pyproject.toml")
"""The names of configuration files; of several in one folder the first is used."""

_PYPROJECT = "pyproject.toml"
_JOINED = frozenset({"overrides", "waivers", "mandatory"})
_MERGED = frozenset({"severity", "acks", "options"})

Raw = Mapping[str, Any]
"""Settings by their keys, as in a file."""


class Loaded(msgspec.Struct, frozen=True):
    """The settings of a file with what it extends, and the files that they come from, the nearest first."""

    settings: Raw
    files: tuple[str, ...]


def find_config(folder: Path) -> Path | None:
    """The configuration file for what lies in a folder: in it, or in the nearest folder above that has one.

    A ``pyproject.toml`` counts only if it has a table ``[tool.edi-lint]``. Raises `ConfigError` for one that cannot be
    read.
    """
    here = Path(os.path.abspath(folder))  # noqa: PTH100 - links stay as they are named
    for parent in (here, *here.parents):
        for name in FILE_NAMES:
            path = parent / name
            # A folder above that may not be looked into is none of ours: Path.is_file would break off there.
            if os.path.isfile(path) and (name != _PYPROJECT or _has_table(path)):  # noqa: PTH113
                return path
    return None


def load_config(path: str | os.PathLike[str]) -> Config:
    """The configuration in a file, for programs. Raises `ConfigError`."""
    return compose([read_config(Path(path)).settings])


def masks_claim_ids(folder: Path) -> bool:
    """Whether the configuration for what lies in a folder hides CLM01: for what judges nothing and needs no more."""
    path = find_config(folder)
    return path is not None and bool(read_config(path).settings.get("mask-claim-ids", False))


def read_config(path: Path) -> Loaded:
    """Read a configuration file and what it extends. Raises `ConfigError`."""
    return _read(path, ())


def inline_settings(text: str) -> Raw:
    """Settings given on the command line as ``KEY = VALUE``. Raises `ConfigError`."""
    raw = _parsed(text, f"--config: {text!r}")
    _check(raw, "--config", ConfigFile)
    if "extend" in raw:
        raise ConfigError("--config: extend is for files; give the file itself, as --config FILE")
    return raw


def compose(layers: Iterable[Raw], **more: Any) -> Config:
    """Put settings together: later ones over earlier ones, and ``more``, by the names of `Config`, over all."""
    settings: dict[str, Any] = {}
    for layer in layers:
        settings = merge(settings, layer)
    settings.pop("extend", None)
    config = msgspec.convert(settings, Config)
    return msgspec.structs.replace(config, **more) if more else config


def merge(base: Raw, over: Raw) -> dict[str, Any]:
    """Settings over others: single keys are replaced, tables merged, lists of what adds up joined."""
    found = dict(base)
    for key, value in over.items():
        if key in _JOINED and key in found:
            found[key] = [*found[key], *(item for item in value if key != "mandatory" or item not in found[key])]
        elif key in _MERGED and key in found:
            found[key] = {**found[key], **value}
        else:
            found[key] = value
    return found


# -- reading ----------------------------------------------------------------------------------------------


def _read(path: Path, extended_by: tuple[Path, ...]) -> Loaded:
    path = Path(os.path.abspath(path))  # noqa: PTH100
    shown = _shown(path)
    if path in extended_by:
        raise ConfigError(f"{shown}: extend: the file extends itself")
    content = _content(path)
    raw = _parsed(content, shown)
    if path.name == _PYPROJECT:
        raw = raw.get("tool", {}).get("edi-lint", {})
        if not isinstance(raw, dict):
            raise ConfigError(f"{shown}: [tool.edi-lint] is not a table")
    settings = _check(raw, shown, ConfigFile)
    own = _settled(raw, settings, path, content, shown)
    extend = settings.extend
    if not extend:
        return Loaded(own, (shown,))
    try:
        base = _read(path.parent / Path(extend).expanduser(), (*extended_by, path))
    except FileNotFoundError:
        raise ConfigError(f"{shown}: extend: there is no file {extend}") from None
    return Loaded(merge(base.settings, own), (shown, *base.files))


def _content(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ConfigError(f"{_shown(path)}: {error.strerror or error}; check the path and its permissions") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{_shown(path)}: not a text in UTF-8, as TOML is") from None


def _parsed(content: str, shown: str) -> dict[str, Any]:
    import tomllib  # Most runs have no configuration, and need not wait for this.

    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{shown}: not TOML: {error}") from None


def _has_table(path: Path) -> bool:
    """Whether a pyproject.toml speaks of edi-lint; one that does not is none of our business, however broken."""
    try:
        content = _content(path)
    except FileNotFoundError:
        return False
    if "edi-lint" not in content:
        return False
    tool = _parsed(content, _shown(path)).get("tool")
    return isinstance(tool, dict) and "edi-lint" in tool


def _check(raw: Raw, shown: str, kind: type[ConfigFile]) -> ConfigFile:
    """The settings in their types. Raises `ConfigError` that names the file and the key."""
    from .selection import validate  # Not before there is something to check: it knows all rules.

    try:
        settings = msgspec.convert(raw, kind)
        for number, waiver in enumerate(settings.waivers):
            if waiver.declared:
                raise msgspec.ValidationError(f"Object contains unknown field `declared` - at `$.waivers[{number}]`")
        validate(settings)
    except msgspec.ValidationError as error:
        from .config_errors import explain

        raise ConfigError(f"{shown}: {explain(str(error), kind)}") from None
    except ConfigError as error:
        raise ConfigError(f"{shown}: {error}") from None
    return settings


def _settled(raw: Raw, settings: ConfigFile, path: Path, content: str, shown: str) -> dict[str, Any]:
    """The settings with paths that no longer depend on where the file lies, and waivers that know their place."""
    own = dict(raw)
    if settings.baseline:
        own["baseline"] = str(path.parent / Path(settings.baseline).expanduser())
    if settings.data_folder:
        own["data-folder"] = str(path.parent / Path(settings.data_folder).expanduser())
    for key in ("overrides", "waivers"):
        if key in own:
            own[key] = [_with_full_paths(item, path.parent) for item in own[key]]
    places = _waiver_places(content)
    for waiver in own.get("waivers", ()):
        line, offset = next(places, (1, 0))
        waiver["declared"] = f"{shown}:{line}:{offset}"
    return own


def _with_full_paths(item: Raw, folder: Path) -> dict[str, Any]:
    found = dict(item)
    files = found.get("files")
    if files:
        globs = [files] if isinstance(files, str) else files
        found["files"] = [f"{folder.as_posix().rstrip('/')}/{g}" if "/" in g and g[:1] != "/" else g for g in globs]
    return found


def _waiver_places(content: str) -> Iterator[tuple[int, int]]:
    """Line and byte offset of each waiver that has a heading of its own."""
    offset = 0
    for number, line in enumerate(content.splitlines(keepends=True), 1):
        if line.replace(" ", "").startswith(("[[waivers]]", "[[tool.edi-lint.waivers]]")):
            yield number, offset
        offset += len(line.encode())


def _shown(path: Path) -> str:
    """A path as people read it: short where it lies below the working directory."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
