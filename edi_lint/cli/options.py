"""Options that several commands share, and what they are made into."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click

__all__ = ["Day", "Jobs", "paths", "privacy_options", "selectors", "wants_colour"]

F = TypeVar("F", bound=Callable[..., Any])

paths = click.argument("paths", nargs=-1, required=True, metavar="PATH...")


def privacy_options(command: F) -> F:
    """``--show-values`` and ``--mask-claim-ids``."""
    command = click.option(
        "--show-values",
        is_flag=True,
        help="Show names, ids, birth dates, addresses and free text; they are masked otherwise.",
    )(command)
    return click.option("--mask-claim-ids", is_flag=True, help="Hide CLM01 as well.")(command)


class Jobs(click.ParamType[int]):
    """How many processes: a number from 1, or ``auto`` for as many as there are processors to use."""

    name = "N|auto"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number. Fails for what is none."""
        if str(value) == "auto":
            return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        try:
            found = int(str(value))
        except ValueError:
            found = 0
        if found < 1:
            self.fail(f"{value!r} is neither a number from 1 nor auto", param, ctx)
        return found


class Day(click.ParamType[date]):
    """A day: 2026-03-01, or 20260301 as in a batch."""

    name = "YYYY-MM-DD"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day. Fails for what is none."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no day; write it as 2026-03-01", param, ctx)


def selectors(values: tuple[str, ...]) -> tuple[str, ...]:
    """Rule selectors as the user gave them: the option repeated, or separated by commas."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def wants_colour() -> bool:
    """Whether standard output is a terminal that has not asked for plain text (NO_COLOR)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
