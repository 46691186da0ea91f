"""Every place of the guide is walked: all loops and segments, under the subscriber and under the patient."""

from __future__ import annotations

import io
from itertools import chain

import pytest

from edi_lint.guide import Segments, walk
from edi_lint.guide.graph import Node
from edi_lint.guide.open_loop import OpenLoop
from edi_lint.x12 import Reader
from tests.conftest import STRUCTURE, judged
from tests.guide_batch import GRAPH, Entry, batch_of, entries_of

FULL = pytest.mark.parametrize("full", [False, True], ids=["required elements", "all elements"])


def nodes_of(loop: OpenLoop) -> set[Node]:
    return set(loop.nodes).union(*(nodes_of(child) for child in loop.children))


@FULL
def test_a_batch_with_every_segment_of_the_guide_has_no_structural_finding(full: bool) -> None:
    assert [(f.rule, f.loop, f.element or f.segment) for f in judged(batch_of(entries_of(full)), *STRUCTURE)] == []


@FULL
def test_the_walk_places_every_segment_where_it_was_made_for(full: bool) -> None:
    entries = entries_of(full)
    segments = list(Reader(io.BytesIO(batch_of(entries).encode("ascii"))))[2:-2]
    start, *rest = segments
    placed: set[Node] = set()
    for unit in chain.from_iterable(walk(GRAPH, start, Segments([rest]))):
        assert unit.faults == []
        placed |= nodes_of(unit.loop)
    assert placed == set(GRAPH.nodes())
    # 214 segments in 39 loops; 2300 stands twice. The envelope (ISA, GS, their trailers, TA1) makes up the 219.
    assert len({node.key for node in placed}) == 214
    assert len({node.loop.id for node in placed}) == 39


def places(entries: list[Entry]) -> list[int]:
    """Where a segment is required that opens no loop; a level that lacks its claim is another matter."""
    return [
        place
        for place, entry in enumerate(entries)
        if entry.node.usage == "R" and not entry.node.is_head and entry.node.segment_id != "SE"
    ]


def test_every_required_segment_is_missed_once_in_its_loop() -> None:
    entries = entries_of(full=False)
    wanted = places(entries)
    assert len(wanted) > 60
    for place in wanted:
        found = judged(batch_of([*entries[:place], *entries[place + 1 :]]), *STRUCTURE)
        node = entries[place].node
        assert [(f.name, f.loop, f.segment) for f in found] == [("segment-missing", node.loop.id, node.segment_id)]


def test_every_segment_is_counted() -> None:
    entries = entries_of(full=False)
    for place, entry in enumerate(entries):
        node, limit = entry.node, entry.node.max_use
        if not limit or node.is_head or node.segment_id == "SE" or not is_alone(node):
            continue
        most = [*entries[:place], *[entry] * limit, *entries[place + 1 :]]
        assert judged(batch_of(most), *STRUCTURE) == [], node.key
        found = judged(batch_of([*most[:place], entry, *most[place:]]), *STRUCTURE)
        told = [("segment-repeated", node.loop.id, node.segment_id)]
        assert [(f.name, f.loop, f.segment) for f in found] == told, node.key


def is_alone(node: Node) -> bool:
    """Whether no other place of the loop takes the same segment (PWK*CT is two)."""
    others = [other for other in node.loop.members if isinstance(other, Node) and other is not node]
    return not any(other.segment_id == node.segment_id and (other.codes & node.codes) for other in others)
