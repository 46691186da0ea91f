"""Run commands in turn and say how long each took and how much memory it had."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_MAXRSS_IS_BYTES = sys.platform == "darwin"
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Programs run as they do when installed: with the bytecode of an earlier run."""


class Run(NamedTuple):
    """One finished process: seconds of wall and of processor time, and its peak memory in MB."""

    wall: float
    cpu: float
    megabytes: float
    status: int


class Batch(NamedTuple):
    """A generated batch."""

    path: Path
    claims: int
    segments: int
    faults: bool
    one_line: bool

    @property
    def megabytes(self) -> float:
        """Its size."""
        return self.path.stat().st_size / 1e6

    @property
    def kind(self) -> str:
        """What it is, in words."""
        return f"{'one fault in each claim' if self.faults else 'clean'}, {'one line' if self.one_line else 'lines'}"


def run(command: Sequence[str]) -> Run:
    """Run a command to its end, its output thrown away. The memory is that of its largest process."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_ENVIRONMENT)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    peak = usage.ru_maxrss / (1 << 20 if _MAXRSS_IS_BYTES else 1 << 10)
    return Run(wall, usage.ru_utime + usage.ru_stime, peak, process.returncode)


def in_turn(commands: Mapping[str, Sequence[str]], rounds: int) -> list[dict[str, Run]]:
    """Run all commands, again and again, so that a slow moment of the machine meets each of them."""
    return [{name: run(command) for name, command in commands.items()} for _ in range(rounds)]


def ratio(rounds: Sequence[Mapping[str, Run]], name: str, to: str, by: str) -> float:
    """How many times longer ``name`` took than ``to``, round by round; the median of that. ``by`` is wall or cpu."""
    return statistics.median(getattr(each[name], by) / getattr(each[to], by) for each in rounds)


def median(rounds: Sequence[Mapping[str, Run]], name: str, by: str) -> float:
    """The median of one figure of a program."""
    return statistics.median(getattr(each[name], by) for each in rounds)
