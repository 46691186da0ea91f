"""``edi-lint rule``."""

from __future__ import annotations

import sys

import click

from ..config import ConfigError
from ..errors import did_you_mean
from ..reports.rule_pages import RULE_FORMATS
from ..rules import RULES, find_rules

__all__ = ["command"]


@click.command("rule")
@click.argument("rules", nargs=-1, metavar="[ID|NAME]...")
@click.option("--all", "every", is_flag=True, help="All rules.")
@click.option(
    "--output-format",
    "output_format",
    type=click.Choice(list(RULE_FORMATS)),
    default="text",
    show_default=True,
    help="How to write them.",
)
def command(rules: tuple[str, ...], every: bool, output_format: str) -> None:
    """Explain rules: what they do, why, how to fix, their sources, payers and acknowledgement codes."""
    if not rules and not every:
        raise click.UsageError("Name a rule, or ask for --all")
    wanted = list(RULES.values()) if every else []
    for selector in rules:
        found = list(find_rules(selector))
        if not found:
            known = [*RULES, *(rule.name for rule in RULES.values())]
            hint = did_you_mean(selector, known) or "; 'edi-lint rule --all' lists them"
            raise ConfigError(f"no rule is called {selector!r}{hint}")
        wanted += [rule for rule in found if rule not in wanted]
    RULE_FORMATS[output_format](wanted, sys.stdout)
