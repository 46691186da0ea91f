"""Units put together by their shape: the same as units walked segment by segment, whatever is wrong around them."""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from benchmarks.generate import write_batch
from edi_lint import Config, Finding, Linter
from edi_lint.claims import Batch
from edi_lint.config import Override
from edi_lint.guide import Graph, Guide, OpenLoop, Segments, Unit, walk
from edi_lint.guide.kinds import MEMO_SIZE, STRANGE
from edi_lint.guide.shape import Shape
from edi_lint.linter import cache_folder, load_tables
from edi_lint.x12 import Delimiters, Reader, Segment
from tests.batch_model import random_batch, render
from tests.conftest import AS_OF, FIXTURES, findings_of
from tests.guide_batch import batch_of, entries_of
from tests.mutations import mutations

TABLES = load_tables(cache_folder())
BATCHES = [path.read_text("ascii") for path in sorted((FIXTURES / "clean").glob("*.edi"))] + [
    (FIXTURES / name).read_text("ascii")
    for name in ("base.edi", "base-dependent.edi", "cob-secondary.edi", "missing-levels.edi", "broken-structure.edi")
]
FULL = batch_of(entries_of(full=True))


def guide() -> Guide:
    """A guide that has seen nothing yet; its signs say at which places segments stand, and how long one is."""
    return Guide(
        TABLES, lambda node: (1 << crc32(node.key.encode()) % 999, (lambda segment: len(segment.text) << 999,))
    )


def walked(known: Guide, text: str) -> list[Any]:
    """All that the walk has to say of the first transaction set of a batch."""
    segments = list(Reader(io.BytesIO(text.encode("latin-1"))))
    start = next((number for number, one in enumerate(segments) if one.id == "ST"), None)
    if start is None:
        return []
    walking = walk(known.graph(segments[start].delimiters), segments[start], Segments([segments[start + 1 :]]))
    return [told(unit) for units in walking for unit in units]


def told(unit: Unit) -> list[Any]:
    faults = [(fault.kind, fault.ref, at(fault.segment), at(fault.anchor), fault.key) for fault in unit.faults]
    return [built(unit.loop), [loop.id for loop in unit.above], faults, unit.cut, unit.signs, at(unit.following)]


def built(loop: OpenLoop) -> list[Any]:
    own = [(node.key, segment.ordinal) for node, segment in zip(loop.nodes, loop.segments, strict=True)]
    counts = {member.position: count for member, count in (loop.counts or {}).items()}
    # In a loop that is open when its unit is handed over, what is to come is counted too, sooner or later.
    occurred = (loop.seen, counts) if loop.following is not None else ()
    return [loop.id, own, occurred, loop.whole, at(loop.following), [built(child) for child in loop.children]]


def at(segment: Segment | None) -> int:
    return segment.ordinal if segment is not None else 0


@pytest.fixture
def stepwise(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A walk that knows no shapes, within ``stepwise.context()``."""
    with monkeypatch.context() as patch:
        patch.setattr(importlib.import_module("edi_lint.guide.walk")._Walk, "_take_shape", lambda _: None)
        yield patch


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many units were put together."""
    count = [0]
    fill = Shape.fill

    def counting(*given: Any) -> list[OpenLoop]:
        count[0] += 1
        return fill(*given)

    monkeypatch.setattr(Shape, "fill", counting)
    return count


@pytest.mark.parametrize("text", [*BATCHES, FULL], ids=lambda text: f"{len(text)} characters")
def test_what_was_walked_once_is_put_together_the_second_time_and_is_the_same(text: str, filled: list[int]) -> None:
    known = guide()
    first = walked(known, text)
    assert walked(known, text) == first
    assert filled[0]


def faulty(count: int, seed: int) -> Iterator[str]:
    for text in (FULL, *BATCHES):
        for fault in mutations(text, count, seed):
            yield fault.text


def compare(count: int, seed: int, stepwise: pytest.MonkeyPatch, filled: list[int]) -> None:
    texts = list(faulty(count, seed))
    known = guide()
    slowly = [walked(known, text) for text in texts]
    assert not filled[0]
    stepwise.undo()
    for text in (FULL, *BATCHES):
        walked(known, text)
    for text, expected in zip(texts, slowly, strict=True):
        assert walked(known, text) == expected
    assert filled[0] > len(texts)


def test_faults_are_the_same_with_shapes_and_without(stepwise: pytest.MonkeyPatch, filled: list[int]) -> None:
    compare(60, 1, stepwise, filled)


@pytest.mark.slow
def test_many_faults_are_the_same_with_shapes_and_without(stepwise: pytest.MonkeyPatch, filled: list[int]) -> None:
    compare(1000, 837, stepwise, filled)


def test_units_that_lie_across_blocks_are_read_like_any_others(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = (FIXTURES / "dependent-claims.edi").read_text("ascii")
    expected = findings_of(batch)
    for size in (1, 50, 333):
        monkeypatch.setattr("edi_lint.x12.reader._BLOCK_BYTES", size)
        assert findings_of(batch) == expected


def together(text: str) -> int:
    """The most parts of a batch that are known together."""
    return max(map(len, Batch(io.BytesIO(text.encode("latin-1")), guide()).blocks()))


@pytest.mark.parametrize("seed", range(1, 5))
def test_what_is_judged_together_is_judged_like_each_by_itself(
    seed: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also what is told once in a run, at its first place, and what earlier claims have a say in."""
    text = 2 * render(random_batch(seed)).decode("latin-1")
    texts = [text, *(fault.text for fault in mutations(text, 3, seed))]
    for_payer = Override(claim_filing_indicator=["MB"], ignore=["REF002", "NCI"])
    empty = str(tmp_path)
    settings: list[dict[str, object]] = [{"data_folder": empty}, {"data_folder": empty, "overrides": [for_payer]}]
    assert together(text) > 10
    expected = [findings_of(one, **those) for one in texts for those in settings]
    assert any(finding.rule == "REF002" for findings in expected for finding in findings)
    monkeypatch.setattr(importlib.import_module("edi_lint.guide.walk"), "TOGETHER", 0)
    assert together(text) < 5
    assert [findings_of(one, **those) for one in texts for those in settings] == expected


def test_what_comes_late_is_not_seen_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """A segment behind its place is part of its loop from there on: what was handed over before does not have it."""
    segments = (FIXTURES / "base-dependent.edi").read_text("ascii").replace("\n", "").split("~")
    moved = []
    for start in range(3, len(segments) - 5):
        others = [*segments[:start], *segments[start + 1 :]]
        moved += ["~".join([*others[:end], segments[start], *others[end:]]) for end in range(start, len(others) - 4, 3)]
    known = guide()
    walked(known, "~".join(segments))
    together = [walked(known, text) for text in moved]
    monkeypatch.setattr(importlib.import_module("edi_lint.guide.walk"), "TOGETHER", 0)
    assert [walked(known, text) for text in moved] == together


class Breaking(io.BytesIO):
    """A stream that breaks in the end."""

    def read(self, _: int | None = -1, /) -> bytes:
        content = super().read(30_000)
        if not content:
            raise OSError("broken")
        return content


def test_where_a_stream_breaks_nothing_is_lost_that_came_before(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_batch(tmp_path / "batch.edi", 300, faults=True)
    content = (tmp_path / "batch.edi").read_bytes()
    judge = Linter(Config(as_of=AS_OF))
    list(judge.findings(content))

    def told(size: int) -> list[Finding]:
        told = []
        with pytest.raises(OSError, match="broken"):
            told.extend(judge.findings(Breaking(content[:size])))
        return told

    sizes = range(100_000, 150_000, 9_999)
    together = [told(size) for size in sizes]
    assert all(together)
    monkeypatch.setattr(importlib.import_module("edi_lint.guide.walk"), "TOGETHER", 0)
    assert [told(size) for size in sizes] == together


def graph() -> Graph:
    segment = next(iter(Reader(io.BytesIO(FULL.encode("ascii")))))
    return guide().graph(segment.delimiters)


def kind(known: Graph, *texts: str) -> str:
    """The kind of the first text, which is read in one block with the others."""
    return known.kinds.of([Segment(text, 0, 0, 0, 0, known.delimiters) for text in texts])[0][0]


def test_segments_that_are_right_at_the_same_places_are_of_one_kind() -> None:
    known = graph()
    assert kind(known, "NM1*IL*1*SAMPLE*ANN****MI*W1") == kind(known, "NM1*IL*1*EXAMPLE*BO****MI*W2")
    assert kind(known, "REF*G1*A1") != kind(known, "REF*F8*A1")
    # Of an insured the guide allows NM103 to be absent nowhere, and MI is the only number of 2330A.
    assert kind(known, "NM1*IL*1*SAMPLE*ANN****II*W1") != kind(known, "NM1*IL*1*SAMPLE*ANN****ZZ*W1")
    assert kind(known, "REF*G1*") == kind(known, "REF*QQ*A1") == kind(known, "ZZZ*1") == STRANGE


def test_kinds_stay_the_same_when_more_segments_come_than_are_remembered() -> None:
    known = graph()
    first = kind(known, "REF*6R*A0")
    assert {kind(known, f"REF*6R*A{number}") for number in range(3 * MEMO_SIZE)} == {first}
    assert len(known.kinds) <= MEMO_SIZE


def test_a_segment_is_of_the_same_kind_whatever_is_read_with_it() -> None:
    texts = sorted(
        {segment.text for batch in (FULL, *BATCHES) for segment in Reader(io.BytesIO(batch.encode("ascii")))}
    )
    texts += (
        [f"{text[:-1]}\x07" for text in texts] + [f"{text}*" for text in texts] + ["", "REF", "REF*", "REF*6R", "*"]
    )
    together, alone = graph(), graph()
    kinds = together.kinds.of([Segment(text, 0, 0, 0, 0, together.delimiters) for text in texts])
    alike = {(name, kind(alone, text)) for text, (name, _) in zip(texts, kinds, strict=True)}
    # The names differ, since they are given in the order of need; which segments are of one kind does not.
    assert len(alike) == len({name for name, _ in alike}) == len({name for _, name in alike})


def test_shapes_are_forgotten_when_there_are_too_many() -> None:
    lines = [f"LX*{number}~SV1*HC:96372*1*UN*1***1~DTP*472*D8*20260115~" for number in range(1, 300)]
    start, end = FULL.index("CLM*"), FULL.index("SE*")
    claims = [f"CLM*A{n}*{n}***11:B:1*Y*A*Y*Y~HI*ABK:E538~" + "".join(lines[:n]) for n in range(1, 300)]
    batch = FULL[:start] + "".join(claims) + FULL[end:]
    known = guide()
    assert len(walked(known, batch)) > len(claims)
    delimiters = next(iter(Reader(io.BytesIO(FULL.encode("ascii"))))).delimiters
    head = next(node for node in known.graph(delimiters).nodes() if node.key.startswith("2300/CLM") and node.shapes)
    assert 0 < head.shaped == sum(map(len, head.shapes)) <= importlib.import_module("edi_lint.guide.walk").MOST_SHAPED
    assert len(head.shapes) < len(claims)


def test_what_is_longer_than_any_segment_of_the_guide_is_not_remembered() -> None:
    known = guide().graph(Delimiters())
    usual, endless = "NTE*ADD*SAMPLE", f"NTE*ADD*{'X' * 5000}"
    assert kind(known, usual, endless) != kind(known, endless, usual)
    assert len(known.kinds) == 1
