"""How fast edi-lint is, beside other readers of the same batches, run in turn.

    python -m benchmarks [--claims 1000 10000 50000 200000] [--runs 5] [--readme]

Each run is a process of its own. Ratios are taken round by round, since machines are noisy; the median counts. With
--readme the result is also written to benchmarks/README.md. Programs of the extra "benchmarks" are left out where they
are not installed.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from pathlib import Path

from .generate import write_batch
from .measure import Batch, Run, in_turn, run
from .programs import EDI_LINT, FLOOR, PROGRAMS, Program, edi_lint
from .report import Results, markdown

README = Path(__file__).with_name("README.md")
_MEMORY_FORMATS = ("html", "999", "277ca")
_MEMORY_CLAIMS = 50_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, nargs="+", default=[1_000, 10_000, 50_000, 200_000])
    parser.add_argument("--runs", type=int, default=5, help="rounds for each batch (default 5)")
    parser.add_argument("--by", choices=("wall", "cpu"), default="wall", help="what to compare (default wall)")
    parser.add_argument("--only", nargs="+", metavar="TEXT", help="only programs whose names hold one of these")
    parser.add_argument("--readme", action="store_true", help="write benchmarks/README.md")
    options = parser.parse_args()
    programs = [program for program in PROGRAMS if not options.only or _is_wanted(program, options.only)]
    for program in programs:
        if not program.is_installed:
            _say(f"{program.name}: not installed (extra 'benchmarks')")
    programs = [program for program in programs if program.is_installed]
    results = Results(by=options.by, runs=options.runs, programs=programs)
    with tempfile.TemporaryDirectory() as folder:
        run(edi_lint(_write(Path(folder), 1, False, False).path))  # The guide goes to its cache, modules to bytecode.
        kinds = itertools.product(sorted(options.claims), (False, True), (False, True))
        for claims, faults, one_line in kinds:
            batch = _write(Path(folder), claims, faults, one_line)
            # What others do with faults and long lines is not the question.
            is_plain = not (faults or one_line)
            chosen = [p for p in programs if p.name in (EDI_LINT, FLOOR) or (is_plain and claims <= p.most_claims)]
            rounds = in_turn({program.name: program.command(batch.path) for program in chosen}, options.runs)
            for program in chosen:
                _check(program, [each[program.name] for each in rounds])
            results.add(batch, rounds)
            _say(f"{claims:,} claims, {batch.kind}: done")
            batch.path.unlink()
        results.start = _start(Path(folder), options.runs)
        results.memory = _memory(Path(folder), max(c for c in options.claims if c <= max(_MEMORY_CLAIMS, 1_000)))
    text = markdown(results)
    print(text)
    if options.readme:
        README.write_text(text, encoding="utf-8")


def _is_wanted(program: Program, texts: list[str]) -> bool:
    return any(text in program.name for text in texts)


def _write(folder: Path, claims: int, faults: bool, one_line: bool) -> Batch:
    path = folder / "batch.edi"
    return Batch(path, claims, write_batch(path, claims, faults, one_line), faults, one_line)


def _check(program: Program, runs: list[Run]) -> None:
    """A program that broke down has no time to be compared."""
    if strange := {single.status for single in runs} - set(program.statuses):
        sys.exit(f"{program.name} ended with status {strange}")


def _start(folder: Path, runs: int) -> list[dict[str, Run]]:
    """A check of one claim beside the bare start of Python."""
    batch = _write(folder, 1, False, False)
    commands = {"python -c pass": [sys.executable, "-c", "pass"], EDI_LINT: edi_lint(batch.path)}
    return in_turn(commands, max(10, runs))


def _memory(folder: Path, claims: int) -> dict[str, Run]:
    """The outputs that could be tempted to keep a batch, with a fault in each claim."""
    batch = _write(folder, claims, True, False)
    found = {}
    for name in ("json-lines", *_MEMORY_FORMATS):
        found[f"{name}, {claims:,} claims"] = run(edi_lint(batch.path, f"--output-format={name}={folder / 'out'}"))
        _say(f"memory of {name}: done")
    return found


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
