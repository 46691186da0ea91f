"""What a configuration comes to: which rules run, how grave they are, with which options; for all claims or for some.

Theory of operation. Settings come in layers: the configuration, the overrides that apply, one after the other. Within a
layer the more exact selector decides (an id or name, then the longer prefix, ``ALL`` last), and ``ignore`` where
``select`` is no more exact. A later layer wins over an earlier one, but what was ignored by name is not brought back by
a prefix. Mandatory rules come last and win over everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from .config import AckCodes, Config, ConfigError, Override, Settings, listed
from .errors import did_you_mean
from .findings import SEVERITIES, Severity
from .rules import CRASHED, RULES, RULESETS, Rule, find_rules, is_in
from .rules.ack_codes import what_is_wrong

__all__ = ["Chosen", "choose", "mandatory_rules", "possible_rules", "rules_named", "validate"]

_EXACT = 1000
"""The rank of an id or a name; a prefix ranks by its length, ALL below any."""
_NOT_NAMED = -1
_OF_THE_ENVELOPE = frozenset({"ta1", "ak905"})


Codes = dict[str, str | list[str]]
"""Acknowledgement codes as findings have them."""
_T = TypeVar("_T")


class Chosen(msgspec.Struct, frozen=True):
    """The rules that run, in the order of the registry, what replaces their own severities and codes, and options."""

    rules: tuple[Rule, ...]
    severities: Mapping[str, Severity]
    acks: Mapping[str, Codes]
    options: Mapping[str, Any]
    strict: bool


def choose(config: Config, overrides: Sequence[Override] = ()) -> Chosen:
    """What the configuration comes to where these of its overrides apply. Raises `ConfigError`."""
    layers: list[Config | Override] = [config, *overrides]
    selected: set[str] = set()
    ignored: dict[str, int] = {}
    severities: dict[str, Severity] = {}
    acks: dict[str, Codes] = {}
    for layer in layers:
        wanted = _ranks([*layer.select, *layer.extend_select])
        unwanted = _ranks(layer.ignore)
        grave = _most_exact(layer.severity)
        acks |= {rule_id: _as_told(codes) for rule_id, (_, codes) in _most_exact(layer.acks).items()}
        for rule_id in RULES:
            want, refuse = wanted.get(rule_id, _NOT_NAMED), unwanted.get(rule_id, _NOT_NAMED)
            rank, severity = grave.get(rule_id, (_NOT_NAMED, ""))
            if severity == "off":
                refuse = max(refuse, rank)
            elif severity:
                severities[rule_id] = severity  # type: ignore[assignment]
            if refuse > _NOT_NAMED and refuse >= want:
                selected.discard(rule_id)
                ignored[rule_id] = max(refuse, ignored.get(rule_id, _NOT_NAMED))
            elif want > _NOT_NAMED and want >= ignored.get(rule_id, _NOT_NAMED):
                selected.add(rule_id)
                ignored.pop(rule_id, None)
            elif layer.select:
                selected.discard(rule_id)
    kept = mandatory_rules(config)
    for rule_id in kept & severities.keys():
        if _is_less_grave(severities[rule_id], RULES[rule_id]):
            del severities[rule_id]
    options: dict[str, Any] = {}
    for layer in layers:
        options |= msgspec.to_builtins(layer.options)
    strict = [layer.strict for layer in layers if layer.strict is not None]
    running = (selected | kept) & _available(config, overrides)
    rules = tuple(rule for rule in RULES.values() if rule.id in running)
    return Chosen(rules, severities, acks, options, strict[-1])


def possible_rules(config: Config) -> list[Rule]:
    """The rules that run for some claims at least: overrides that are for some bring rules, and take none from all."""
    layers = [
        override if override.is_for_all else Override(extend_select=(*override.select, *override.extend_select))
        for override in config.overrides
    ]
    return list(choose(config, layers).rules)


def _available(config: Config, overrides: Iterable[Override]) -> set[str]:
    """The rules that may run at all: of the edition or named, and not on trial unless that is asked for."""
    layers: list[Config | Override] = [config, *overrides]
    ranked = [_ranks([*layer.select, *layer.extend_select]) for layer in layers]
    named = {rule_id for ranks in ranked for rule_id, rank in ranks.items() if rank == _EXACT}
    return {
        rule.id
        for rule in RULES.values()
        if (config.preview or not rule.preview) and (is_in(rule, config.ruleset) or rule.id in named)
    } | mandatory_rules(config)


def mandatory_rules(config: Config) -> frozenset[str]:
    """The ids of the rules that nothing switches off. That a rule broke is always told."""
    return frozenset(_ranks(config.mandatory)) | {CRASHED.id}


def rules_named(selectors: Iterable[str]) -> frozenset[str]:
    """The ids of the rules that selectors stand for. Raises `ConfigError` for one that stands for none."""
    return frozenset(_ranks(selectors))


# -- validation -------------------------------------------------------------------------------------------


def validate(settings: Settings) -> None:
    """Check what the types cannot: that rules and editions exist, and that nothing is asked for that cannot be.

    Raises `ConfigError`, whose message begins with the key.
    """
    if settings.ruleset and settings.ruleset not in RULESETS:
        hint = did_you_mean(settings.ruleset, RULESETS) or f"; editions are {', '.join(RULESETS)}"
        raise ConfigError(f"ruleset: there is no edition {settings.ruleset!r}{hint}")
    for key, selectors in _selectors(settings):
        try:
            _ranks(selectors)
        except ConfigError as error:
            raise ConfigError(f"{key}: {error}") from None
    for number, override in enumerate(settings.overrides, 1):
        if override.reject_scope is not None and (override.payer or override.claim_filing_indicator):
            raise ConfigError(
                f"overrides {number}: reject-scope is for a whole transaction set: it goes by files or receiver only"
            )
    _check_mandatory(settings)
    _check_preview(settings)
    _check_acks(settings)


def _layers(settings: Settings) -> Iterator[tuple[str, Settings | Override]]:
    """The settings and each of their overrides, with what the keys of it are told by."""
    yield "", settings
    for number, override in enumerate(settings.overrides, 1):
        yield "" if override.is_for_all else f"overrides {number}: ", override


def _selectors(settings: Settings) -> Iterator[tuple[str, Iterable[str]]]:
    """All selectors of the settings by their keys."""
    for before, layer in _layers(settings):
        yield f"{before}select", layer.select
        yield f"{before}extend-select", layer.extend_select
        yield f"{before}ignore", layer.ignore
        yield f"{before}severity", layer.severity
        yield f"{before}acks", layer.acks
    yield "mandatory", settings.mandatory
    for number, waiver in enumerate(settings.waivers, 1):
        yield f"waivers {number}: rule", listed(waiver.rule)


def _check_mandatory(settings: Settings) -> None:
    """Who names a mandatory rule to be rid of it is told that it stays; a prefix is meant for the others."""
    kept = _ranks(settings.mandatory).keys()
    refused = [
        (f"waivers {number}", selector) for number, w in enumerate(settings.waivers, 1) for selector in listed(w.rule)
    ]
    for before, layer in _layers(settings):
        refused += [(f"{before}ignore", selector) for selector in layer.ignore]
        refused += [
            (f"{before}severity", selector)
            for selector, severity in layer.severity.items()
            if any(_is_less_grave(severity, RULES[rule_id]) for rule_id in _exact(selector))
        ]
    for key, selector in refused:
        if _exact(selector) & kept:
            raise ConfigError(
                f"{key}: {selector} is mandatory, so it cannot be switched off, waived or made less grave"
            )


def _is_less_grave(severity: str, rule: Rule) -> bool:
    return severity == "off" or SEVERITIES.index(severity) > SEVERITIES.index(rule.gravest)


def _check_preview(settings: Settings) -> None:
    if settings.preview:
        return
    for before, layer in _layers(settings):
        for selector in [*layer.select, *layer.extend_select]:
            if any(RULES[rule_id].preview for rule_id in _exact(selector)):
                raise ConfigError(f"{before}{selector} is on trial: it runs with --preview (preview = true) only")


def _check_acks(settings: Settings) -> None:
    for before, layer in _layers(settings):
        for selector, codes in layer.acks.items():
            key = f"{before}acks: {selector}"
            told = _as_told(codes)
            if not told:
                raise ConfigError(f'{key}: no code is given, as stc = "A7:453"')
            for kind, code in ((kind, code) for kind, value in told.items() for code in _several(value)):
                if wrong := what_is_wrong(kind, code):
                    raise ConfigError(f"{key}: {kind}: {wrong}")
            if told.keys() & _OF_THE_ENVELOPE and any(rule.family != "ENV" for rule in find_rules(selector)):
                raise ConfigError(f"{key}: ta1 and ak905 reject whole interchanges and groups: they are for ENV rules")
            if told.get("ik304", "8") != "8" and "ik403" in told:
                raise ConfigError(f"{key}: with ik403, which speaks of an element, ik304 can only be 8")


def _as_told(codes: AckCodes) -> Codes:
    """Codes as findings have them: those that there are."""
    found: Codes = {
        kind: code for kind in ("ta1", "ak905", "ik502", "ik304", "ik403") if (code := getattr(codes, kind))
    }
    if "ik403" in found:
        found.setdefault("ik304", "8")
    if codes.stc:
        found["stc"] = list(listed(codes.stc))
    return found


def _several(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


# -- selectors --------------------------------------------------------------------------------------------


def _exact(selector: str) -> set[str]:
    """The rule that the selector names, if it is an id or a name."""
    return {rule_id for rule_id, rank in _ranks([selector]).items() if rank == _EXACT}


def _rank(selector: str) -> tuple[int, list[Rule]]:
    """How exact a selector is, and what it stands for."""
    found = list(find_rules(selector))
    if not found:
        known = [*RULES, *(rule.name for rule in RULES.values())]
        hint = did_you_mean(selector, known) or "; 'edi-lint rule --all' lists them"
        raise ConfigError(f"no rule is called {selector!r}{hint}")
    text = selector.strip()
    if text.upper() == "ALL":
        return 0, found
    if len(found) == 1 and text.lower() in (found[0].id.lower(), found[0].name):
        return _EXACT, found
    return len(text), found


def _ranks(selectors: Iterable[str]) -> dict[str, int]:
    """For each rule that is meant, how exactly it is named. Raises `ConfigError` for a selector that fits no rule."""
    found: dict[str, int] = {}
    for selector in selectors:
        rank, rules = _rank(selector)
        for rule in rules:
            found[rule.id] = max(rank, found.get(rule.id, _NOT_NAMED))
    return found


def _most_exact(table: Mapping[str, _T]) -> dict[str, tuple[int, _T]]:
    """For each rule that a table by selectors speaks of, its most exact entry, and how exact that is."""
    found: dict[str, tuple[int, _T]] = {}
    for selector, entry in table.items():
        rank, rules = _rank(selector)
        for rule in rules:
            if rule.id not in found or rank >= found[rule.id][0]:
                found[rule.id] = rank, entry
    return found
