"""Run edi-lint and pyx12 on the same generated batch, in turn, and print how they compare.

    python -m benchmarks [--claims 10000] [--runs 3]

Each run is a process of its own: `edi-lint check --output-format json-lines` with all default rules, and pyx12's full
validation. Ratios are taken pair by pair, since machines are noisy; the median counts.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from .generate import write_batch

PYX12 = """
import logging, sys
logging.disable(logging.CRITICAL)
import pyx12.params, pyx12.x12n_document
with open(sys.argv[1], encoding="ascii") as batch:
    good = pyx12.x12n_document.x12n_document(pyx12.params.params(), batch, None, None, None, None)
sys.exit(0 if good else 1)
"""


class Run(NamedTuple):
    """One finished process: seconds of wall and of processor time, and its peak memory in MB."""

    wall: float
    cpu: float
    megabytes: float
    status: int


def run(command: list[str]) -> Run:
    """Run a command to its end, its output thrown away."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode)


def edi_lint_command(batch: Path) -> list[str]:
    """Lint with all default rules, as a pipeline would."""
    options = ["--output-format", "json-lines", "--as-of", "2026-03-01"]
    return [sys.executable, "-m", "edi_lint", "check", *options, str(batch)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3, help="how often each is run (default 3)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        batch = Path(folder) / "batch.edi"
        count = write_batch(batch, options.claims)
        print(f"{options.claims:,} claims, {count:,} segments, {batch.stat().st_size / 1e6:.1f} MB")
        commands = {
            "edi-lint": [
                sys.executable,
                *["-m", "edi_lint", "check", "--output-format=json-lines", "--as-of=2026-03-01"],
                str(batch),
            ],
            "pyx12": [sys.executable, "-c", PYX12, str(batch)],
        }
        run(commands["edi-lint"])  # Warm up: compile the guide into the cache, the modules into bytecode.
        pairs = [{name: run(command) for name, command in commands.items()} for _ in range(options.runs)]
    for name in commands:
        runs = [pair[name] for pair in pairs]
        if statuses := {single.status for single in runs} - {0}:
            print(f"{name}: ended with status {statuses}")
        wall = statistics.median(single.wall for single in runs)
        peak = max(single.megabytes for single in runs)
        print(f"{name:>9}: {wall:8.2f} s   {count / wall:10,.0f} segments/s   peak {peak:6.1f} MB")
    ratios = [pair["pyx12"].cpu / pair["edi-lint"].cpu for pair in pairs]
    median = statistics.median(ratios)
    singles = ", ".join(f"{ratio:.1f}" for ratio in ratios)
    print(f"    ratio: {median:.1f} times in processor time (single runs: {singles})")


if __name__ == "__main__":
    main()
