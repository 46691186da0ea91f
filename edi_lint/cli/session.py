"""A run over the inputs of a command line: the linter of each, the totals of all, what is said on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from ..claims import Part
from ..escaping import file_name, printable
from ..findings import Finding, Summary
from ..linter import Linter, Shared
from ..sources import Source, SourceError, find_sources
from .progress import Progress
from .settings import Configurations, Configured

if TYPE_CHECKING:
    from ..jobs import SideBySide

__all__ = ["WORTH_HELP", "Session"]

WORTH_HELP = 1 << 20
"""Bytes: to begin a process takes longer than to judge less than this."""

Find = Callable[[tuple[str, ...]], list[Source]]


class Session:
    """The inputs that ``paths`` stand for, as ``find`` finds them, and how each is judged.

    Raises `UserError` for what cannot be done.
    """

    def __init__(self, paths: tuple[str, ...], asked: Mapping[str, Any], find: Find = find_sources) -> None:
        self._quiet: bool = asked.get("quiet", False)
        self._verbose: bool = asked.get("verbose", False)
        self._shared = Shared()
        configurations = Configurations(asked)
        self.inputs: list[tuple[Source, Configured]] = []
        for source in find(paths):
            configured = configurations.of(source)
            limit = configured.config.max_megabytes
            self.inputs.append((msgspec.structs.replace(source, max_megabytes=limit), configured))
        self._linters: list[tuple[Configured, Linter]] = []
        self._told: set[str] = set()
        self._side_by_side: SideBySide | None = None
        self.broke_off = False
        """Whether the last input could not be read to its end."""
        self.progress = Progress(self._total(), is_wanted=not self._quiet)
        self._shared.on_read = self.progress.advance if self.progress.is_shown else None

    @property
    def sources(self) -> list[Source]:
        """The inputs."""
        return [source for source, _ in self.inputs]

    @property
    def summary(self) -> Summary:
        """The totals of the run so far."""
        return self._shared.summary

    @property
    def first(self) -> Linter:
        """The linter of the first input: its guide, privacy and day serve for all."""
        return self.linter(self.inputs[0][1])

    def linter(self, configured: Configured) -> Linter:
        """The linter for a configuration; inputs with the same one share it."""
        for known, linter in self._linters:
            if known is configured:
                return linter
        linter = Linter(configured.config, self._shared)
        self._linters.append((configured, linter))
        files = ", ".join(configured.files) or "no configuration file"
        self.note(f"{len(linter.rules.rules)} rules, settings from {files}")
        return linter

    def prepare(self) -> None:
        """Settle every configuration before anything is read, so that what is wrong with one is told at once."""
        for _, configured in self.inputs:
            self.linter(configured)

    @contextmanager
    def helped(self, jobs: int) -> Iterator[None]:
        """Let so many processes judge the inputs, while the block lasts, if there is enough to do for them."""
        total = self._total()
        if jobs > 1 and (not total or total >= WORTH_HELP):
            from ..jobs import SideBySide

            self._side_by_side = SideBySide(jobs, [(source, self.linter(made)) for source, made in self.inputs])
        try:
            yield
        finally:
            if self._side_by_side is not None:
                self._side_by_side.close()
                self._side_by_side = None

    def parts(self, source: Source, linter: Linter) -> Iterator[tuple[Part | None, list[Finding]]]:
        """An input, part by part. That it cannot be read is told, and leaves the answer unknown."""
        self.broke_off = False
        try:
            judged = linter.parts(source) if self._side_by_side is None else self._side_by_side.parts(source, linter)
            for part, findings in judged:
                if findings:
                    self.progress.hide()
                yield part, findings
        except (SourceError, OSError) as error:
            self.progress.hide()
            message = str(error) if isinstance(error, SourceError) else f"{source.name}: {error.strerror}"
            click.echo(f"edi-lint: {printable(file_name(message))}", err=True)
            self.summary.exit = 2
            self.broke_off = True
        finally:
            self.progress.hide()

    def conclude(self) -> list[tuple[Linter, list[Finding]]]:
        """What is to be said of the configurations when all inputs are read."""
        self.progress.hide()
        return [(linter, linter.conclude()) for _, linter in self._linters]

    def tell_totals(self) -> None:
        """The last line of a report, for who sits at a terminal and sees none since all went to files."""
        if sys.stderr.isatty():
            from ..reports.text import Styler, totals

            self._say(totals(self.summary, Styler(colour=False)))

    def tell_what_is_not_shown(self) -> None:
        """Notes at the end: what was counted and not shown, what was let pass."""
        if left_out := self._shared.shown.left_out:
            self._say(f"{left_out:,} more findings are counted and not shown (max-findings)")
        if waived := self._shared.usage.waived:
            self.note(f"{waived:,} findings waived")
        if let_pass := sum(linter.policy.let_pass for _, linter in self._linters):
            self.note(f"{let_pass:,} findings let pass by the baseline")
        for name in dict.fromkeys(name for _, linter in self._linters for name in linter.unmet_overrides()):
            self.note(f"{name} is for nothing that was read")

    def tell_once(self, text: str) -> None:
        """Say what an output has to say that is not for its file; several may say the same."""
        if text not in self._told:
            self._told.add(text)
            self._say(printable(text))

    def note(self, text: str) -> None:
        """Say something that only who asks for it (``--verbose``) wants to know."""
        if self._verbose:
            self._say(text)

    def _say(self, text: str) -> None:
        if not self._quiet:
            self.progress.hide()
            click.echo(f"edi-lint: {text}", err=True)

    def _total(self) -> int:
        """The bytes that will be read; 0 where nobody knows."""
        total = 0
        for source in self.sources:
            if source.name == "-" or source.is_packed:
                return 0
            try:
                total += Path(source.file).stat().st_size
            except OSError:
                continue
        return total
