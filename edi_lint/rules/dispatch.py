"""Which rules can fire on a record: worked out from its segments while they are read.

Theory of operation. A rule says what it cannot do without: a procedure (``triggers``), a procedure beside it
(``beside``), and something that its record holds (``needs``) or a segment that may set it off (``watch``). So each
segment speaks for some rules, on up to three counts; three blocks of bits, one bit for each rule, say for which. The
walk works these *signs* out once for each distinct segment and adds up those of a unit. A rule is run where all three
of its bits are set: that is two shifts and two ANDs for a record, whatever the number of rules.

A sign may be given too freely, never too sparingly: the rule looks for itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from operator import truth

from ..claims.records import DIAGNOSIS_QUALIFIERS
from ..guide import Ask, Node, answers
from ..refdata import Table
from ..reference import Reference
from ..x12 import Segment
from .registry import Level, Rule, Watch

__all__ = ["Dispatch"]

_MOST_COMBINATIONS = 4096
_LEVELS: tuple[Level, ...] = ("provider", "subscriber", "patient", "claim")


class _Watcher:
    """The watches at one place of the guide that look at the same elements, and what they said before.

    They may look at which elements are filled, too; None stands for the whole segment.
    """

    __slots__ = ("_asks", "_elements", "_memo")

    def __init__(self, elements: tuple[int, ...] | None, asks: tuple[Ask, ...]) -> None:
        self._elements = elements
        self._asks = asks
        # Holds for the place, which knows one set of delimiters.
        self._memo: dict[object, int] = {}

    def __call__(self, segment: Segment) -> int:
        text = segment.text
        key: object = text
        if self._elements is not None:
            if f"{segment.delimiters.element} " in text or not text.isprintable():
                return answers(self._asks, segment)  # An element that may be blank is neither filled nor empty.
            elements = segment.elements
            count = len(elements)
            key = (tuple(map(truth, elements)), *[elements[number] for number in self._elements if number < count])
        found = self._memo.get(key)
        if found is None:
            if len(self._memo) >= _MOST_COMBINATIONS:
                self._memo.clear()
            found = self._memo[key] = answers(self._asks, segment)
        return found


def _one(bit: int, watch: Watch, reference: Reference) -> Ask:
    test = watch.test
    return lambda segment: bit if test(segment, reference) else 0


class Dispatch:
    """The rules of a run, arranged by what sets them off."""

    def __init__(self, rules: Iterable[Rule], reference: Reference, options: Iterable[str] = ()) -> None:
        self.checks = [(rule, rule.check) for rule in rules if rule.check is not None]
        """The rules, each with its check. A rule's number is its place among them."""
        self._reference = reference
        self._all = self._mask = (1 << len(self.checks)) - 1
        self._beside, self._wake = len(self.checks), 2 * len(self.checks)
        self._procedures: dict[str, int] = {}
        self._contents: dict[str, int] = {}
        self._watches: dict[str, list[tuple[int, Watch]]] = {}
        for bit, rule in self._bits():
            for content in rule.needs:
                self._contents[content] = self._contents.get(content, 0) | bit << self._wake
            for segment, watch in rule.watch.items():
                self._watches.setdefault(segment, []).append((bit << self._wake, watch))
        self._own: dict[str, tuple[tuple[int, ...] | None, Ask]] = {
            "SV1": ((1, 5), self._of_service),
            "CLM": ((5,), self._of_claim),
            "HI": (None, self._of_diagnoses),
        }
        """Beside the watches: what all rules want to know of a segment, and the elements that it depends on."""
        self._unconditional = self._from_the_start(options)
        self._applicable: dict[tuple[Level, str, bool], int] = {}
        self._idle: set[tuple[str, str]] = set()
        self._due: dict[int, tuple[int, ...]] = {}

    def only(self, rules: Iterable[Rule], options: Iterable[str] = ()) -> Dispatch:
        """The same arrangement, of which only these rules run: signs that were worked out stay valid."""
        ids = {rule.id for rule in rules}
        other = copy(self)
        other._mask = sum(bit for bit, rule in self._bits() if rule.id in ids)  # noqa: SLF001 - its own kind
        other._applicable = {}  # noqa: SLF001
        other._unconditional = self._from_the_start(options)  # noqa: SLF001
        return other

    def _from_the_start(self, options: Iterable[str]) -> dict[Level, int]:
        given = self._contents_of(f"option:{option}" for option in options)
        return {level: self._free_of(level) | given for level in _LEVELS}

    def _bits(self) -> Iterable[tuple[int, Rule]]:
        return ((1 << number, rule) for number, (rule, _) in enumerate(self.checks))

    def _free_of(self, level: Level) -> int:
        """The signs that a record of this level has from the start: those of rules that do not ask for them."""
        found = 0
        for bit, rule in self._bits():
            if not rule.triggers:
                found |= bit
            if not rule.beside:
                found |= bit << self._beside
            # Claims are asked for contents; the few billing providers, judged with the header, for nothing.
            if level == "provider" or not (rule.watch or rule.needs):
                found |= bit << self._wake
        return found

    def signs(self, node: Node) -> tuple[int, tuple[Ask, ...]]:
        """What segments at a place of the guide speak for (`Signs`). Pure: the walk remembers the answers."""
        by_elements: dict[tuple[int, ...] | None, list[Ask]] = {}
        if node.segment_id in self._own:
            elements, own = self._own[node.segment_id]
            by_elements[elements] = [own]
        for name in {node.segment_id, node.mark}:
            for bit, watch in self._watches.get(name, ()):
                by_elements.setdefault(watch.elements, []).append(_one(bit, watch, self._reference))
        if () in by_elements and len(by_elements) > 1:
            # Who looks only at what is filled can be asked with any others: with the most.
            filled = by_elements.pop(())
            max(by_elements.values(), key=len).extend(filled)
        asks = [
            # Where only one looks, asking it is cheaper than to look up what it said before.
            together[0] if len(together) == 1 else _Watcher(elements, tuple(together))
            for elements, together in by_elements.items()
        ]
        always = self._contents_of((node.loop.id, node.mark))
        return always, tuple(asks)

    def _of_service(self, segment: Segment) -> int:
        found = self._of_procedure(segment.get(1, 2)) | self._contents.get(f"pos:{segment.get(5)}", 0)
        if any(segment.get(1, number) for number in range(3, 7)):
            found |= self._contents.get("SV101-3", 0)
        return found

    def _of_claim(self, segment: Segment) -> int:
        return self._contents.get(f"pos:{segment.get(5, 1)}", 0)

    def _of_diagnoses(self, segment: Segment) -> int:
        if segment.get(1, 1) not in DIAGNOSIS_QUALIFIERS:
            return 0
        codes = (segment.get(position, 2) for position in range(1, len(segment.elements)))
        return self._contents_of(f"dx:{code[:1].upper()}" for code in codes)

    def _contents_of(self, contents: Iterable[str]) -> int:
        found = 0
        for content in contents:
            found |= self._contents.get(content, 0)
        return found

    def _of_procedure(self, code: str) -> int:
        found = self._procedures.get(code)
        if found is None:
            if len(self._procedures) >= _MOST_COMBINATIONS:
                self._procedures.clear()
            found = self._procedures[code] = sum(
                (bit if code in rule.triggers else 0) | (bit << self._beside if code in rule.beside else 0)
                for bit, rule in self._bits()
                if rule.triggers or rule.beside
            )
        return found

    def of_earlier(self, procedures: Iterable[str]) -> int:
        """What lines speak for that earlier claims brought on the same day: of these, only the procedures are known."""
        found = self._all << self._wake
        for procedure in procedures:
            found |= self._of_procedure(procedure)
        return found

    def dismiss(self, table: Table, scope: str) -> None:
        """Run the rules no more that look up this table and nothing else, for claims of this scope: it is not there."""
        self._idle.update((rule.id, scope) for rule, _ in self.checks if rule.table == table)
        self._applicable.clear()

    def due(self, level: Level, scope: str, intact: bool, signs: int) -> tuple[int, ...]:
        """Which rules can fire on a record with these signs: their numbers in `checks`."""
        key = level, scope, intact
        applicable = self._applicable.get(key)
        if applicable is None:
            applicable = self._applicable[key] = self._mask & sum(
                bit
                for bit, rule in self._bits()
                if level in rule.level
                and (not scope or rule.severity_for(scope) is not None)
                and (intact or not rule.whole)
                and (rule.id, scope) not in self._idle
            )
        signs |= self._unconditional[level]
        chosen = applicable & signs & signs >> self._beside & signs >> self._wake
        found = self._due.get(chosen)
        if found is None:
            if len(self._due) >= _MOST_COMBINATIONS:
                self._due.clear()
            found = self._due[chosen] = tuple(number for number in range(len(self.checks)) if chosen >> number & 1)
        return found
