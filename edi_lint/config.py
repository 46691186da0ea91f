"""What a run is asked to do: which rules, how grave, what may be shown. Reads no file and no environment."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal

import msgspec

from .rules import RULES, Rule, find_rules

__all__ = ["Config", "ConfigError", "selected_rules"]

FailSeverity = Literal["error", "warning", "info", "none"]


class ConfigError(Exception):
    """An option or a setting that cannot be followed; the message says what to do, in one line."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of a run.

    ``select`` and ``ignore`` hold rule ids, names, prefixes of ids, or ``ALL``; what is ignored is never run.
    ``strict`` makes errors of what the guide says not to send. ``as_of`` is the day the batch is
    judged on (default: today). ``options`` switches what single rules leave open.
    """

    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    fail_severity: FailSeverity = "error"
    as_of: date | None = None
    show_values: bool = False
    mask_claim_ids: bool = False
    strict: bool = False
    options: Mapping[str, Any] = {}


def selected_rules(config: Config) -> list[Rule]:
    """The rules that a run uses, in the order of the registry. Raises `ConfigError` for a selector that fits none."""
    wanted = _ids(config.select, "--select")
    unwanted = _ids(config.ignore, "--ignore")
    return [rule for rule in RULES.values() if rule.id in wanted and rule.id not in unwanted]


def _ids(selectors: Iterable[str], option: str) -> set[str]:
    found: set[str] = set()
    for selector in selectors:
        ids = {rule.id for rule in find_rules(selector)}
        if not ids:
            known = [*RULES, *(rule.name for rule in RULES.values())]
            near = difflib.get_close_matches(selector.upper(), known, 1) or difflib.get_close_matches(
                selector.lower(), known, 1
            )
            hint = f"; did you mean {near[0]}?" if near else "; 'edi-lint rule --all' lists them"
            raise ConfigError(f"{option}: no rule is called {selector!r}{hint}")
        found |= ids
    return found
