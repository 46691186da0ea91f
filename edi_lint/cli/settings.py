"""The options that settle how batches are judged, and the configuration that holds for each input.

The command line is the last layer: over the nearest configuration file of an input, or over the one that is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from ..config import Config, ConfigError, Override
from ..config_files import Loaded, Raw, compose, find_config, inline_settings, read_config
from ..findings import SEVERITIES
from ..selection import validate
from ..sources import Source
from .options import Day, selectors

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["Configurations", "Configured", "Rules", "judgement_options", "reject_scope", "settings_options"]

F = TypeVar("F", bound=Callable[..., Any])


class Rules(click.ParamType[str]):
    """Rule selectors: ids, names, prefixes or ALL, one or several separated by commas."""

    name = "RULES"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002 - click's signature
        """The ids and names of rules that begin so, behind the last comma."""
        from click.shell_completion import CompletionItem

        from ..rules import RULES

        before, comma, last = incomplete.rpartition(",")
        known = [name for rule in RULES.values() for name in (rule.id, rule.name)]
        return [CompletionItem(f"{before}{comma}{name}") for name in known if name.lower().startswith(last.lower())]


_SETTINGS = (
    click.option(
        "--select",
        multiple=True,
        type=Rules(),
        metavar="RULES",
        help="Use only these rules: ids, names, prefixes or ALL; repeatable, or separated by commas.",
    ),
    click.option(
        "--extend-select", multiple=True, type=Rules(), metavar="RULES", help="Use these rules as well as the others."
    ),
    click.option("--ignore", multiple=True, type=Rules(), metavar="RULES", help="Leave these rules out."),
    click.option("--preview", is_flag=True, help="Use rules that are on trial as well."),
    click.option(
        "--strict", is_flag=True, help="Make errors of what the guide says not to send and most receivers let pass."
    ),
    click.option(
        "--as-of",
        type=Day(),
        metavar="YYYY-MM-DD",
        help="Judge the batch as on this day.  [default: today]",
    ),
    click.option(
        "--config",
        "configs",
        multiple=True,
        metavar="FILE|'KEY = VALUE'",
        help="Use this configuration file instead of the nearest, or set a single key as in a file; repeatable.",
    ),
    click.option("--isolated", is_flag=True, help="Use no configuration file."),
    click.option(
        "--max-megabytes",
        type=click.IntRange(min=1),
        metavar="N",
        help="Read no more than this of one input, after unpacking.  [default: 4096 for .gz and .zip]",
    ),
)

_JUDGEMENT = (
    click.option(
        "--fail-severity",
        type=click.Choice([*SEVERITIES, "none"]),
        help="The least severity that makes the status 1.  [default: error]",
    ),
    click.option("-e", "--exit-zero", is_flag=True, help="Status 0 whatever is found: --fail-severity none."),
    click.option(
        "--baseline", metavar="FILE", help="Let pass what this file counts; 'edi-lint baseline' makes such files."
    ),
)


reject_scope = click.option(
    "--reject-scope",
    type=click.Choice(["transaction", "claim"]),
    help="What an error in a claim rejects: its transaction set, or only the claim where all errors of the set lie in "
    "claims.  [default: transaction]",
)


def settings_options(command: F) -> F:
    """Which rules run, on which day, by which configuration: for every command that looks for faults."""
    return _with(_SETTINGS, command)


def judgement_options(command: F) -> F:
    """What makes the status 1: for commands that judge."""
    return _with(_JUDGEMENT, command)


def _with(options: tuple[Callable[[Any], Any], ...], command: F) -> F:
    for option in reversed(options):
        command = option(command)
    return command


class Configured(msgspec.Struct, frozen=True):
    """The configuration of some inputs, and the files that it comes from, the nearest first."""

    config: Config
    files: tuple[str, ...] = ()


class Configurations:
    """Finds the configuration of each input; inputs of one folder share it.

    ``asked`` holds the options of `settings_options` and others that are settings, by their names. Raises `ConfigError`
    for what the command line asks for and cannot have.
    """

    def __init__(self, asked: Mapping[str, Any]) -> None:
        self._inline: list[Raw] = []
        self._named: Loaded | None = None
        self._isolated: bool = asked.get("isolated", False)
        for text in asked.get("configs", ()):
            self._take(text)
        self._own = _own_settings(asked)
        self._selection = _selection(asked)
        self._show_values: bool = asked.get("show_values", False)
        self._nearest: dict[Path, Path | None] = {}
        self._known: dict[Path | None, Configured] = {}

    def of(self, source: Source) -> Configured:
        """The configuration that holds for an input. Raises `ConfigError`."""
        if self._isolated or self._named is not None:
            return self._configured(None)
        return self._configured(self._near(source.folder))

    def _near(self, folder: Path) -> Path | None:
        if folder not in self._nearest:
            self._nearest[folder] = find_config(folder)
        return self._nearest[folder]

    def _configured(self, path: Path | None) -> Configured:
        if path not in self._known:
            loaded = self._named or (read_config(path) if path is not None else Loaded({}, ()))
            config = compose(
                [loaded.settings, *self._inline, self._own, {"overrides": self._selection}],
                show_values=self._show_values,
            )
            validate(config)
            self._known[path] = Configured(config, loaded.files)
        return self._known[path]

    def _take(self, text: str) -> None:
        """One ``--config``: a file, or a setting."""
        path = Path(text)
        if not text or path.is_dir():
            raise ConfigError(f"--config: {text or 'an empty text'} is no file; name one, or give a 'KEY = VALUE'")
        if "=" in text and not path.is_file():
            self._inline.append(inline_settings(text))
            return
        if self._isolated:
            raise ConfigError("--config names a file, and --isolated says to use none; take one of them out")
        if self._named is not None:
            raise ConfigError("--config names more than one file; let one extend the other")
        try:
            self._named = read_config(path)
        except FileNotFoundError:
            raise ConfigError(f"--config: there is no file {text}; a setting is given as 'KEY = VALUE'") from None


def _own_settings(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the command line sets, by the keys of a file; what it does not speak of is not in it."""
    found: dict[str, Any] = {}
    for key in ("fail_severity", "min_severity", "max_findings", "max_megabytes", "baseline", "reject_scope"):
        if asked.get(key) is not None:
            found[key.replace("_", "-")] = asked[key]
    for key in ("preview", "strict", "mask_claim_ids"):
        if asked.get(key):
            found[key.replace("_", "-")] = True
    if asked.get("as_of") is not None:
        found["as-of"] = asked["as_of"]
    if asked.get("exit_zero"):
        found["fail-severity"] = "none"
    return found


def _selection(asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rules that the command line asks for, as an override for all, since it comes after those of the files."""
    override = Override(
        select=selectors(asked.get("select", ())),
        extend_select=selectors(asked.get("extend_select", ())),
        ignore=selectors(asked.get("ignore", ())),
        strict=True if asked.get("strict") else None,
        reject_scope=asked.get("reject_scope"),
    )
    try:
        validate(
            Config(
                select=override.select,
                extend_select=override.extend_select,
                ignore=override.ignore,
                preview=True,
            )
        )
    except ConfigError as error:
        raise ConfigError(f"--{error}") from None
    given: dict[str, Any] = msgspec.to_builtins(override)
    return [given] if given else []
