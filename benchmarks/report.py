"""The results as a page of Markdown. It names the machine by what matters for speed, never by its name."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from .measure import Batch, Run, median, ratio
from .programs import EDI_LINT, FLOOR, Program

_PYX12 = "pyx12, full validation"
_SIDE_BY_SIDE = "edi-lint -j 2"


class Measured(NamedTuple):
    """The rounds of one batch, whose file is gone by now."""

    claims: int
    segments: int
    megabytes: float
    kind: str
    rounds: Sequence[Mapping[str, Run]]


class Results:
    """What was measured. ``by`` is what ratios compare: wall or cpu."""

    def __init__(self, by: str, runs: int, programs: Sequence[Program]) -> None:
        self.by = by
        self.runs = runs
        self.programs = programs
        self.measured: list[Measured] = []
        self.start: list[dict[str, Run]] = []
        self.memory: dict[str, Run] = {}

    def add(self, batch: Batch, rounds: Sequence[Mapping[str, Run]]) -> None:
        """Take in the rounds of a batch."""
        self.measured.append(Measured(batch.claims, batch.segments, batch.megabytes, batch.kind, rounds))

    def of(self, claims: int, kind: str = "clean, lines") -> Measured | None:
        """What was measured of a batch."""
        return next((one for one in self.measured if (one.claims, one.kind) == (claims, kind)), None)


def markdown(results: Results) -> str:
    """The page."""
    return "\n".join([*_head(results), *_goals(results), *_tables(results), *_others(results), ""])


def _head(results: Results) -> Iterator[str]:
    yield "# Benchmarks"
    yield ""
    yield "Written by `python -m benchmarks --readme`; batches come from `python -m benchmarks.generate`."
    yield ""
    compared = {"wall": "wall time", "cpu": "processor time"}[results.by]
    yield f"- {datetime.now(UTC):%Y-%m-%d}, {_machine()}"
    yield f"- edi-lint {version('edi-lint')}, all default rules, JSON Lines; " + ", ".join(
        dict.fromkeys(f"{program.package} {program.version}" for program in results.programs if program.package)
    )
    yield f"- medians of {results.runs} rounds in turn; ratios are of {compared}, round by round"
    yield ""


def _machine() -> str:
    model = platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}"


def _goals(results: Results) -> Iterator[str]:
    rows = list(_goal_rows(results))
    if rows:
        yield "| goal | measured | |"
        yield "| --- | --- | --- |"
        yield from rows
        yield ""


def _goal_rows(results: Results) -> Iterator[str]:
    by = results.by
    small, large = results.of(10_000), results.of(200_000)
    if small is not None:
        names = small.rounds[0]
        if _PYX12 in names:
            yield _goal("at least 40 times as fast as pyx12 (10k)", ratio(small.rounds, _PYX12, EDI_LINT, by), 40, True)
            if _SIDE_BY_SIDE in names:
                found = ratio(small.rounds, _PYX12, _SIDE_BY_SIDE, "wall")
                yield _goal("-j 2: at least 65 times, in wall time", found, 65, True)
        if FLOOR in names:
            yield _goal("at most 4 times the split loop (10k)", ratio(small.rounds, EDI_LINT, FLOOR, by), 4)
        faulty = results.of(10_000, "one fault in each claim, lines")
        if faulty is not None:
            found = median(faulty.rounds, EDI_LINT, by) / median(small.rounds, EDI_LINT, by)
            yield _goal("a fault in each claim costs at most 2 times the clean batch (10k)", found, 2)
    if small is not None and large is not None:
        found = median(large.rounds, EDI_LINT, "megabytes") / median(small.rounds, EDI_LINT, "megabytes")
        yield _goal("memory at 200k at most 1.2 times that at 10k", found, 1.2)
        found = (median(large.rounds, EDI_LINT, by) / large.claims) / (
            median(small.rounds, EDI_LINT, by) / small.claims
        )
        yield _goal("time per claim at 200k at most 1.15 times that at 10k", found, 1.15)
    if large is not None:
        yield _goal("memory at 200k at most 120 MB", median(large.rounds, EDI_LINT, "megabytes"), 120)
    if results.start:
        found = ratio(results.start, EDI_LINT, "python -c pass", "wall")
        yield _goal("a check of one claim takes at most 6 times `python -c pass`", found, 6)
    for name, single in results.memory.items():
        yield _goal(f"memory with {name}: at most 250 MB", single.megabytes, 250)


def _goal(words: str, found: float, limit: float, at_least: bool = False) -> str:
    is_met = found >= limit if at_least else found <= limit
    return f"| {words} | {found:,.2f} | {'yes' if is_met else 'no'} |"


def _tables(results: Results) -> Iterator[str]:
    for one in results.measured:
        yield f"## {one.claims:,} claims, {one.kind}"
        yield ""
        yield f"{one.segments:,} segments, {one.megabytes:,.1f} MB."
        yield ""
        yield "| program | seconds | segments/s | MB/s | claims/s | µs per claim | times edi-lint | peak MB |"
        yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
        for name in one.rounds[0]:
            seconds = median(one.rounds, name, results.by)
            times = f"{ratio(one.rounds, name, EDI_LINT, results.by):.2f}" if EDI_LINT in one.rounds[0] else ""
            yield (
                f"| {name} | {seconds:.2f} | {one.segments / seconds:,.0f} | {one.megabytes / seconds:,.1f} "
                f"| {one.claims / seconds:,.0f} | {1e6 * seconds / one.claims:,.1f} | {times} "
                f"| {median(one.rounds, name, 'megabytes'):,.0f} |"
            )
        yield ""


def _others(results: Results) -> Iterator[str]:
    if results.start:
        yield "## Start"
        yield ""
        for name in results.start[0]:
            yield f"- {name}: {1000 * median(results.start, name, 'wall'):,.0f} ms"
        yield ""
    if results.memory:
        yield "## Memory of outputs, one fault in each claim"
        yield ""
        for name, single in results.memory.items():
            yield f"- {name}: {single.megabytes:,.0f} MB, {single.wall:,.1f} s"
        yield ""
