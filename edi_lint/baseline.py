"""A baseline: how often each rule was found at each kind of place, so that only what is new is told.

It counts by rule, loop, segment and element, not by file, line or claim: those change from batch to batch. It holds no
value of the file, so nothing in it names a person. What exceeds a count is told: the last findings of the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from .config import ConfigError
from .findings import Finding

__all__ = ["Baseline", "BaselineFile", "Place", "read_baseline"]


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule and a kind of place where it was found."""

    rule: str
    loop: str | None = None
    segment: str | None = None
    element: str | None = None


class _Counted(Place, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    count: int


class BaselineFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in a baseline file."""

    version: int
    findings: tuple[_Counted, ...]


class Baseline:
    """Counts of findings: filled by `add`, used up by `lets_pass`."""

    def __init__(self, name: str = "", counts: dict[Place, int] | None = None) -> None:
        self.name = name
        self._left: Counter[Place] = Counter(counts or {})

    def add(self, finding: Finding) -> None:
        """Count a finding."""
        self._left[_place(finding)] += 1

    def lets_pass(self, finding: Finding) -> bool:
        """Whether the finding is one of those that were counted, which are then one fewer."""
        place = _place(finding)
        left = self._left.get(place, 0)
        if left:
            self._left[place] = left - 1
        return left > 0

    @property
    def left(self) -> int:
        """How many findings were counted and did not turn up."""
        return self._left.total()

    def as_text(self) -> str:
        """The baseline as its file has it, in the order of rules and places."""
        entries = tuple(
            _Counted(*msgspec.structs.astuple(place), count=count)
            for place, count in sorted(self._left.items(), key=lambda item: _order(item[0]))
        )
        return msgspec.json.format(msgspec.json.encode(BaselineFile(1, entries))).decode() + "\n"

    def __iter__(self) -> Iterator[tuple[Place, int]]:
        return iter(self._left.items())


def read_baseline(name: str) -> Baseline:
    """Read a baseline file. Raises `ConfigError` when it is not there or is none."""
    try:
        content = Path(name).read_bytes()
    except OSError as error:
        raise ConfigError(f"{name}: {error.strerror or error}; write a baseline with 'edi-lint baseline'") from None
    try:
        read = msgspec.json.decode(content, type=BaselineFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name}: not a baseline ({error}); write it anew with 'edi-lint baseline'") from None
    if read.version != 1:
        raise ConfigError(f"{name}: a baseline of version {read.version}, which this edi-lint cannot read")
    counts: Counter[Place] = Counter()
    for entry in read.findings:
        if entry.count < 1:
            raise ConfigError(
                f"{name}: counts {entry.rule} {entry.count} times; write it anew with 'edi-lint baseline'"
            )
        counts[Place(entry.rule, entry.loop, entry.segment, entry.element)] += entry.count
    return Baseline(name, counts)


def _place(finding: Finding) -> Place:
    return Place(finding.rule, finding.loop, finding.segment, finding.element)


def _order(place: Place) -> tuple[str, ...]:
    return tuple(part or "" for part in msgspec.structs.astuple(place))
