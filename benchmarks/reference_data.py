"""Lint with and without the tables that users load, at their real size, and print how much slower it is.

    python -m benchmarks.reference_data [--pairs 1700000] [--claims 5000] [--runs 5]

The rows are invented. Some claims are for Medicaid, so that pair and unit edits are both looked up. A file of one
claim shows the start-up. Runs with and without tables take turns; ratios are taken pair by pair, and the median counts.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path

from edi_lint.refdata.dates import OPEN
from edi_lint.refdata.records import FILE_NAME
from edi_lint.refdata.store import Load, Store

from .__main__ import Run, edi_lint_command, run
from .generate import INJECTIONS, TESTS, VISITS, write_batch

BILLED = sorted({"96372"} | {code for code, _ in (*VISITS, *TESTS)} | {drug.code for drug in INJECTIONS})
"""The codes of the batch: all of them are in the tables, no two of them are a pair."""
FILES = 4
"""CMS's PTP edits come in four files."""


def _codes(count: int) -> list[str]:
    step = 90_000 // count
    return sorted({f"{number:05}" for number in range(10_000, 10_000 + step * count, step)} | set(BILLED))


def pairs(count: int) -> Iterator[tuple[str | int, ...]]:
    """Invented PTP edits in the order of CMS's files."""
    codes, billed = _codes(9_000), set(BILLED)
    each = -(-count // len(codes))
    for number, first in enumerate(codes):
        for distance in range(1, each + 1):
            second = codes[(number + distance * 7) % len(codes)]
            if first not in billed or second not in billed:
                yield first, second, 20200101, OPEN, distance % 2


def fill(folder: Path, count: int) -> None:
    """Put the tables into a store: pairs in four parts for each program, units, products, taxonomy."""

    def load(table: object, part: str, rows: object, medicaid: bool = False) -> Load:
        return Load(
            edition=f"{table}{'-medicaid' if medicaid else ''}",
            table=table,  # type: ignore[arg-type]
            medicaid=medicaid,
            effective=date(2026, 1, 1),
            valid_from=date(2026, 1, 1),
            valid_to=date(2026, 3, 31),
            part=part,
            file="invented.txt",
            rows=rows,  # type: ignore[arg-type]
        )

    quarter = -(-count // FILES)
    units = [(code, 99, 3) for code in _codes(9_000)]
    products = [(drug.ndc, drug.code, None, None, None) for drug in INJECTIONS]
    products += [(f"{number:011}", f"J{number % 10_000:04}", "1", "1", "1") for number in range(10_000)]
    loads = [load("crosswalk", "", products), load("taxonomy", "", [("207Q00000X", "", ""), ("261QP2300X", "", "")])]
    for medicaid in (False, True):
        loads += [
            load("ptp", f"f{part}", islice(pairs(count), part * quarter, (part + 1) * quarter), medicaid)
            for part in range(FILES)
        ]
        loads.append(load("mue", "", units, medicaid))
    Store(folder).add(loads)


def timed(folder: Path, batch: Path) -> Run:
    """Lint a batch with the tables of a folder."""
    os.environ["EDI_LINT_DATA"] = str(folder)
    return run(edi_lint_command(batch))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=1_700_000)
    parser.add_argument("--claims", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=5, help="how often each is run (default 5)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        batches = {"one claim": folder / "one.edi", f"{options.claims:,} claims": folder / "many.edi"}
        for count, path in zip((1, options.claims), batches.values(), strict=True):
            write_batch(path, count)
            path.write_text(path.read_text("ascii").replace("*BL~", "*MC~"), "ascii")
        started = time.perf_counter()
        fill(folder / "tables", options.pairs)
        size = (folder / "tables" / FILE_NAME).stat().st_size / 1e6
        sys.stdout.write(
            f"{options.pairs:,} pairs for each program: {size:.0f} MB, {time.perf_counter() - started:.0f} s to load\n"
        )
        for what, batch in batches.items():
            timed(folder / "none", batch)
            taken = [(timed(folder / "none", batch), timed(folder / "tables", batch)) for _ in range(options.runs)]
            without, with_tables = (statistics.median(each[side].cpu for each in taken) for side in (0, 1))
            ratio = statistics.median(loaded.cpu / bare.cpu for bare, loaded in taken)
            peaks = [max(each[side].megabytes for each in taken) for side in (0, 1)]
            sys.stdout.write(
                f"{what:>14}: {without:.3f} s without, {with_tables:.3f} s with tables, ratio {ratio:.3f}, "
                f"peak {peaks[0]:.0f} and {peaks[1]:.0f} MB\n"
            )


if __name__ == "__main__":
    main()
