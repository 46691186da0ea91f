"""The guide as a graph to walk: one node for each place where a segment may stand.

Built from `GuideTables` for one set of delimiters. What the walk learns is kept here, so that a batch that repeats
itself is looked up, not judged again: of raw segments their kind (`Graph.kinds`), on each node the step that a kind
takes behind it (`Node.memo`), and on the first node of a unit how units are built (`Node.shapes`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, repeat
from typing import TYPE_CHECKING

from ..x12 import Delimiters, Ref, Segment
from .check import ElementFault, SpecChecker
from .kinds import MEMO_SIZE, STRANGE, Kind, Kinds, Namer
from .tables import GuideTables, Loop, Use

if TYPE_CHECKING:
    from .shape import Shape

__all__ = ["ENVELOPE", "Graph", "Guide", "Headless", "Key", "Known", "LoopNode", "Member", "Node", "Step", "answers"]

RESYNCHRONISE = frozenset({"HL", "CLM", "LX"})
"""Where a loop opened by one of these has lost its first segment, the loop is still plain to see."""
ENVELOPE = frozenset({"ISA", "GS", "ST", "GE", "IEA", "TA1"})

Key = tuple[str, str]
"""A segment's id, and its qualifier where the guide tells places apart by one."""

Ask = Callable[[Segment], int]

Signs = Callable[["Node"], tuple[int, tuple[Ask, ...]]]
"""What somebody wants to know of every segment at a place, as bits that are added up for each unit.

These are the bits that all segments there have, and what tells more of a segment. That is asked once for each distinct
segment, and may be asked at one place for all with the same mark: the answer may depend on nothing but the segment and
the mark.
"""


def answers(asks: Iterable[Ask], segment: Segment) -> int:
    """What a segment is a sign of for all who ask."""
    found = 0
    for ask in asks:
        found |= ask(segment)
    return found


class Node:
    """A place for a segment. ``bit`` marks it among its loop's members, ``before`` the required ones before it."""

    __slots__ = (
        "before",
        "bit",
        "checker",
        "codes",
        "headless",
        "is_head",
        "is_level",
        "key",
        "loop",
        "mark",
        "max_use",
        "memo",
        "moves",
        "position",
        "qualifier",
        "segment_id",
        "shaped",
        "shapes",
        "signs",
        "usage",
    )

    def __init__(self, use: Use, loop: LoopNode, checker: SpecChecker) -> None:
        self.segment_id = checker.spec.id
        self.loop = loop
        self.checker = checker
        self.position = use.position
        self.usage = use.usage
        self.max_use = use.max_use
        self.qualifier = Ref(*use.qualifier)
        self.codes = frozenset(use.codes)
        self.bit = 0
        self.before = 0
        self.is_head = False
        self.is_level = self.segment_id == "HL"
        qualified = use.codes and len(use.codes) <= 4 and self.segment_id not in ("SV1", "SV5")
        self.mark = self.segment_id + (f"*{'/'.join(use.codes)}" if qualified else "")
        """The segment with its qualifiers, such as ``DTP*472``."""
        self.key = f"{loop.id}/{self.mark}"
        self.memo: dict[str, Known] = {}
        """By kind, the step to a segment that follows without fault, and the signs of all that stands there."""
        self.shapes: dict[str, Shape] = {}
        """How the units that begin here are built, by the kinds of their other segments and of the one behind them."""
        self.shaped = 0
        """How many segments these are."""
        self.moves: dict[Key, tuple[Step, ...]] = {}
        self.headless: dict[Key, tuple[Headless, ...]] = {}
        self.signs: int | None = None
        """What all segments here are signs of, once somebody asked."""

    def accepts(self, key: Key) -> bool:
        """Whether a segment with this key is one of this place: its id and, where there is one, its qualifier."""
        return key[0] == self.segment_id and (not self.codes or key[1] in self.codes)


class LoopNode:
    """A loop: its members in the guide's order, and which of them are required."""

    __slots__ = (
        "before",
        "bit",
        "claims_inside",
        "head",
        "id",
        "is_unit",
        "levels_inside",
        "members",
        "parent",
        "position",
        "repeat",
        "required",
        "usage",
    )

    def __init__(self, table: Loop, parent: LoopNode | None) -> None:
        self.id = table.id
        self.parent = parent
        self.position = table.position
        self.repeat = table.repeat
        self.usage = table.usage
        self.bit = 0
        self.before = 0
        self.required = 0
        self.members: list[Member] = []
        self.head: Node
        self.is_unit = False
        self.levels_inside = 0
        """The members that are hierarchical levels of their own."""
        self.claims_inside = 0
        """The members that are claims."""


Member = Node | LoopNode


class Step:
    """How to get from one node to the next: leave ``leaves`` loops, then enter ``enters`` (outermost first)."""

    __slots__ = ("enters", "leaves", "node", "opens_unit", "stays_in_loop")

    def __init__(self, node: Node, leaves: int, enters: tuple[LoopNode, ...]) -> None:
        self.node = node
        self.leaves = leaves
        self.enters = enters
        self.stays_in_loop = not leaves and not enters
        self.opens_unit = node.segment_id == "SE" or any(loop.is_unit for loop in enters)


Known = tuple[Step, int, list[ElementFault]]
"""What the walk learns of a segment behind a node: the step to take, its signs there, the faults of its elements."""


class Headless:
    """A step into a loop (or into one inside it) whose opening segments, the ``heads``, are missing."""

    __slots__ = ("heads", "outermost", "step")

    def __init__(self, step: Step, heads: tuple[Node, ...]) -> None:
        self.step = step
        self.heads = heads
        self.outermost = step.enters[0]

    @property
    def oddity(self) -> float:
        """The less, the likelier that the heads are missing."""
        return len(self.heads) - (self.outermost.head.segment_id in RESYNCHRONISE) + self.step.leaves / 10


class _ByFaults(dict[tuple[bool, ...], str]):
    """The kinds of segments with the same places, by which checkers find something wrong; it names new ones."""

    def __init__(self, checkers: int, name: Callable[[], str]) -> None:
        super().__init__({(True,) * checkers: STRANGE})
        self._name = name

    def __missing__(self, wrong: tuple[bool, ...]) -> str:
        found = self[wrong] = self._name()
        return found


class _Places:
    """The places where the guide lets segments with some key stand: what kind each of them is, and a sign of what."""

    __slots__ = ("_asks", "_checkers", "_delimiters", "_kinds")

    def __init__(self, nodes: tuple[Node, ...], asks: tuple[Ask, ...], namer: Namer, delimiters: Delimiters) -> None:
        checkers = dict.fromkeys(node.checker for node in nodes)
        self._checkers = tuple({checker.spec.unnamed(): checker for checker in checkers}.values())
        is_stop = any(node.segment_id == "SE" or (node.is_head and node.loop.is_unit) for node in nodes)
        self._kinds = _ByFaults(len(self._checkers), partial(namer.name, is_stop))
        self._asks = asks
        self._delimiters = delimiters

    def judge(self, texts: list[str]) -> Iterable[Kind]:
        """The kinds of segments with this key: they depend on where their elements are right."""
        if not self._checkers:
            return repeat((STRANGE, 0), len(texts))
        wrong = zip(*(checker.wrong(texts) for checker in self._checkers), strict=True)
        signs = map(self._signs_of, texts) if self._asks else repeat(0, len(texts))
        return zip(map(self._kinds.__getitem__, wrong), signs, strict=True)

    def _signs_of(self, text: str) -> int:
        return answers(self._asks, Segment(text, 0, 0, 0, 0, self._delimiters))


class Graph:
    """The transaction set of the guide under one set of delimiters."""

    def __init__(self, tables: GuideTables, delimiters: Delimiters, signs: Signs) -> None:
        self.delimiters = delimiters
        self._signs = signs
        self.control = {name: SpecChecker(spec, delimiters) for name, spec in tables.control.items()}
        self._checkers = [SpecChecker(spec, delimiters) for spec in tables.specs]
        self.root = self._loop(tables.transaction, None)
        self.start = self.root.head
        self._by_id: dict[str, list[Node]] = {}
        for node in self.nodes():
            self._by_id.setdefault(node.segment_id, []).append(node)
        self._qualifiers = {
            name: 3 if name == "HL" else 1 for name, nodes in self._by_id.items() if any(node.codes for node in nodes)
        }
        """The element that tells the places of a segment apart, by its id, where one does."""
        self.segment_ids = set(self._by_id)
        self.kinds = Kinds(self._judge)
        self._namer = Namer()
        self._places: dict[tuple[Node, ...], _Places] = {}
        self._places_of: dict[tuple[str, str], _Places] = {}
        """By id, and the element that tells the places apart."""
        self._asks: dict[str, tuple[Ask, ...]] = {}

    def nodes(self) -> list[Node]:
        """Every place for a segment, in the guide's order."""
        found: list[Node] = []
        waiting: list[Member] = [self.root]
        while waiting:
            member = waiting.pop()
            if isinstance(member, Node):
                found.append(member)
            else:
                waiting.extend(reversed(member.members))
        return found

    def _loop(self, table: Loop, parent: LoopNode | None) -> LoopNode:
        loop = LoopNode(table, parent)
        uses = [Node(use, loop, self._checkers[use.spec]) for use in table.uses]
        loops = [self._loop(inner, loop) for inner in table.loops]
        loop.members = sorted([*uses, *loops], key=lambda member: member.position)
        for number, member in enumerate(loop.members):
            member.bit = 1 << number
            if member.usage == "R":
                loop.required |= member.bit
            if isinstance(member, LoopNode) and loop.parent is not None:
                loop.levels_inside |= member.bit if member.head.is_level else 0
                loop.claims_inside |= member.bit if member.head.segment_id == "CLM" else 0
        for member in loop.members:
            member.before = sum(
                other.bit for other in loop.members if other.usage == "R" and other.position < member.position
            )
        # The segment that opens a loop is its first use, and no loop inside stands before it.
        loop.head = head = uses[0]
        head.is_head = True
        loop.is_unit = head.segment_id in ("HL", "CLM")
        return loop

    def key(self, elements: list[str]) -> Key:
        """What the guide tells the places of a segment by."""
        name = elements[0]
        position = self._qualifiers.get(name)
        if position is None or position >= len(elements):
            return name, ""
        return name, elements[position].partition(self.delimiters.component)[0]

    def signs(self, node: Node) -> int:
        """What every segment at this place is a sign of."""
        if node.signs is None:
            node.signs, asks = self._signs(node)
            self._asks.setdefault(node.mark, asks)
        return node.signs

    def signs_of(self, node: Node, segment: Segment) -> int:
        """What a segment at this place is a sign of."""
        return self.signs(node) | answers(self._asks[node.mark], segment)

    def _judge(self, texts: list[str]) -> list[Kind]:
        """The kinds of raw segments (`Kinds`). They are sorted, so those with the same places stand together."""
        separator = self.delimiters.element
        end = chr(ord(separator) + 1)
        found: list[Kind] = []
        start = 0
        while start < len(texts):
            elements = texts[start].split(separator)
            position = self._qualifiers.get(elements[0], 0)
            stop = start + 1
            if position + 1 < len(elements):
                stop = bisect_left(texts, separator.join(elements[: position + 1]) + end, stop)
            # The element as it stands may hold more than the qualifier: what comes of it is remembered all the same.
            sent = elements[0], elements[position] if position < len(elements) else ""
            places = self._places_of.get(sent) or self._places_for(sent, self.key(elements))
            found.extend(places.judge(texts[start:stop]))
            start = stop
        return found

    def _places_for(self, sent: tuple[str, str], key: Key) -> _Places:
        nodes = tuple(node for node in self._by_id.get(key[0], ()) if node.accepts(key) and key[0] not in ENVELOPE)
        places = self._places.get(nodes)
        if places is None:
            for node in nodes:
                self.signs(node)
            asks = tuple(chain(*(self._asks[mark] for mark in dict.fromkeys(node.mark for node in nodes))))
            places = self._places[nodes] = _Places(nodes, asks, self._namer, self.delimiters)
        if len(self._places_of) >= MEMO_SIZE:
            self._places_of.clear()
        self._places_of[sent] = places
        return places

    def steps(self, node: Node, segment: Segment) -> tuple[Step, ...]:
        """Every way in which the guide lets ``segment`` follow ``node``, the nearest first."""
        key = self.key(segment.elements)
        found = node.moves.get(key)
        if found is None:
            if len(node.moves) >= MEMO_SIZE:
                node.moves.clear()
            found = node.moves[key] = tuple(self._forward(node, key))
        return found

    def _forward(self, node: Node, key: Key) -> list[Step]:
        """Search the node's loop from its position on, then each loop around it: the first that has a place wins."""
        loop: LoopNode | None = node.loop
        position = node.position
        leaves = 0
        while loop is not None:
            found: list[Step] = []
            for member in loop.members:
                if member.position < position:
                    continue
                if isinstance(member, LoopNode):
                    if member.head.accepts(key):
                        found.append(Step(member.head, leaves, (member,)))
                elif not member.is_head and member.accepts(key):
                    found.append(Step(member, leaves, ()))
            if found:
                return found
            position, loop, leaves = loop.position, loop.parent, leaves + 1
        return []

    def headless(self, node: Node, key: Key) -> tuple[Headless, ...]:
        """The ways in which a segment can follow ``node`` in a loop that has lost its head, the likeliest first."""
        found = node.headless.get(key)
        if found is None:
            if len(node.headless) >= MEMO_SIZE:
                node.headless.clear()
            found = node.headless[key] = tuple(sorted(_headless_from(node, key), key=lambda one: one.oddity))
        return found


def _headless_from(node: Node, key: Key) -> Iterator[Headless]:
    loop: LoopNode | None = node.loop
    position = node.position
    leaves = 0
    while loop is not None:
        for member in loop.members:
            if isinstance(member, LoopNode) and member.position >= position:
                yield from _headless_in(key, leaves, (member,))
        position, loop, leaves = loop.position, loop.parent, leaves + 1


def _headless_in(key: Key, leaves: int, enters: tuple[LoopNode, ...]) -> Iterator[Headless]:
    """One loop may have lost its first segment, and one inside it too."""
    heads = tuple(loop.head for loop in enters)
    for member in enters[-1].members:
        if isinstance(member, Node):
            if not member.is_head and member.accepts(key):
                yield Headless(Step(member, leaves, enters), heads)
        elif member.head.accepts(key):
            yield Headless(Step(member.head, leaves, (*enters, member)), heads)
        elif len(enters) == 1:
            yield from _headless_in(key, leaves, (*enters, member))


class Guide:
    """The compiled guide; a graph is made for each set of delimiters that turns up."""

    _MOST_GRAPHS = 8

    def __init__(self, tables: GuideTables, signs: Signs = lambda _: (0, ())) -> None:
        self.tables = tables
        self._signs = signs
        self._graphs: dict[Delimiters, Graph] = {}

    def graph(self, delimiters: Delimiters) -> Graph:
        """The graph under these delimiters."""
        found = self._graphs.get(delimiters)
        if found is None:
            if len(self._graphs) >= self._MOST_GRAPHS:
                self._graphs.clear()
            found = self._graphs[delimiters] = Graph(self.tables, delimiters, self._signs)
        return found
