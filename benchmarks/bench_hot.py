"""Hot functions by themselves: ``pytest benchmarks/bench_hot.py``. The ordinary suite does not run them."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edi_lint import Config
from edi_lint.claims import Batch, Memory, stable_hash
from edi_lint.guide import PROFESSIONAL_CLAIM_GUIDES
from edi_lint.linter import Linter
from edi_lint.x12 import Reader, Splitter

from .generate import write_batch

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

CLAIMS = 500


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("bench") / "batch.edi"
    write_batch(path, CLAIMS)
    return path.read_bytes()


@pytest.fixture(scope="module")
def linter() -> Linter:
    return Linter(Config(as_of=date(2026, 3, 1)))


def _count(parts: object) -> int:
    return sum(1 for _ in parts)  # type: ignore[attr-defined]


def test_reader(benchmark: BenchmarkFixture, content: bytes) -> None:
    benchmark(lambda: _count(Reader(io.BytesIO(content))))


def test_splitter(benchmark: BenchmarkFixture, content: bytes) -> None:
    def cut() -> int:
        splitter, count = Splitter(io.BytesIO(content), PROFESSIONAL_CLAIM_GUIDES), 0
        while splitter.next() is not None:
            count += 1
        return count

    assert benchmark(cut) == CLAIMS // 100 + 4


def test_reader_and_walk(benchmark: BenchmarkFixture, content: bytes, linter: Linter) -> None:
    benchmark(lambda: _count(Batch(io.BytesIO(content), linter.rules.guide)))


def test_all_default_rules(benchmark: BenchmarkFixture, content: bytes, linter: Linter) -> None:
    benchmark(lambda: _count(linter.findings(content)))


@pytest.mark.parametrize("most_recent", [1 << 30, 1 << 12], ids=["in memory", "spilled"])
def test_memory(benchmark: BenchmarkFixture, most_recent: int) -> None:
    def remember() -> None:
        memory = Memory(most_recent=most_recent)
        for number in range(20_000):
            key = memory.key(("STR008", number))
            if not memory.recall(key):
                memory.remember(key, number)
        memory.close()

    benchmark(remember)


def test_stable_hash(benchmark: BenchmarkFixture) -> None:
    benchmark(stable_hash, ("STR009", ("1993005010", ("W100001001", "SAMPLE", "ADA", 719_163), 4)))


def test_fixture_files(benchmark: BenchmarkFixture, linter: Linter) -> None:
    files = [path.read_bytes() for path in sorted((Path(__file__).parent.parent / "fixtures").glob("*.edi"))]
    benchmark(lambda: [_count(linter.findings(content)) for content in files])
