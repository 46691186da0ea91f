"""What a helper process does: it judges transaction sets by themselves, and small files whole."""

from __future__ import annotations

import gc
import io
import marshal
from collections.abc import Callable
from datetime import date

import msgspec

from ..claims import Memory, OneSet, Value, stable_hash
from ..config import Config
from ..engine import FileCheck
from ..escaping import file_name
from ..findings import Finding
from ..linter import Linter, Verdict
from ..policy import Usage
from ..sources import Source, SourceError
from ..x12 import Delimiters, Reader, Segment, SetText

__all__ = ["FileTask", "RangeTask", "SetVerdict", "Setup", "prepare"]

_NEVER = 1 << 62


class Setup(msgspec.Struct, frozen=True):
    """The configurations of a run, and the day on which all is judged."""

    configs: list[Config]
    as_of: list[date]


class RangeTask(msgspec.Struct, frozen=True):
    """Transaction sets of a file. ``told`` are the tables that REF001 has spoken of before."""

    config: int
    name: str
    sets: list[SetText]
    told: frozenset[str]


class FileTask(msgspec.Struct, frozen=True):
    """A file."""

    config: int
    source: Source
    told: frozenset[str]


class SetVerdict(Verdict):
    """What is to be said of a transaction set if nothing in it concerns earlier ones.

    ``recalled`` are the numbers of which it asked what earlier claims remembered, ``remembered`` (for marshal) what it
    remembered itself, ``se`` is its trailer. ``assumed`` are the tables of which it said nothing, since a set before it
    in the same task had.
    """

    claims_before: int = 0
    claims: int = 0
    service_lines: int = 0
    recalled: frozenset[int] = frozenset()
    remembered: bytes = b""
    se: Segment = msgspec.field(default_factory=lambda: Segment("", 0, 0, 1, 0, Delimiters()))
    assumed: frozenset[str] = frozenset()


class _Observed(Memory):
    """A memory that knows what it was asked."""

    def __init__(self) -> None:
        super().__init__(stable_hash, _NEVER)
        self.recalled: set[int] = set()

    def recall(self, key: int) -> tuple[Value, ...]:
        self.recalled.add(key)
        return super().recall(key)


def prepare(setup: Setup) -> Callable[[RangeTask | FileTask], list[SetVerdict | None] | Verdict]:
    """Make ready, and return what does the work."""
    linters = [
        Linter(msgspec.structs.replace(config, baseline="", as_of=as_of))
        for config, as_of in zip(setup.configs, setup.as_of, strict=True)
    ]
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)

    def work(task: RangeTask | FileTask) -> list[SetVerdict | None] | Verdict:
        linter = linters[task.config]
        linter.rules.not_checked.clear()
        linter.rules.not_checked.update(task.told)
        if isinstance(task, FileTask):
            return _judge_file(linter, task)
        return [_judge_set(linter, task, one) for one in task.sets]

    return work


def _judge_file(linter: Linter, task: FileTask) -> Verdict:
    verdict = Verdict()
    linter.policy.usage = verdict.usage = Usage()
    name = file_name(task.source.name)
    linter.begin(name)
    try:
        with task.source.open() as stream:
            check = linter.check(stream, name)
            _collect(linter, check, verdict.told)
        verdict.counts, verdict.crashed = check.counts, check.crashed
    except SourceError as error:
        verdict.error = str(error)
    except OSError as error:
        verdict.error = f"{task.source.name}: {error.strerror}"
    verdict.tables = frozenset(linter.rules.not_checked - task.told)
    return verdict


def _judge_set(linter: Linter, task: RangeTask, one: SetText) -> SetVerdict | None:
    """None if the set is not what it was taken for."""
    before = frozenset(linter.rules.not_checked)
    reader = Reader.resumed(io.BytesIO(one.content), one.start, one.st.delimiters, 1)
    batch = OneSet(reader, linter.rules.guide, one.isa, one.gs, one.claims_before)
    memory = _Observed()
    verdict = SetVerdict(claims_before=one.claims_before, se=one.se, assumed=before - task.told)
    linter.policy.usage = verdict.usage = Usage()
    linter.begin(task.name)
    check = linter.check(batch, task.name, memory)
    _collect(linter, check, verdict.told)
    if not batch.is_plain or reader.position != one.end:
        return None
    verdict.crashed = check.crashed
    verdict.claims = batch.counts.claims - one.claims_before
    verdict.service_lines = batch.counts.service_lines
    verdict.recalled = frozenset(memory.recalled)
    verdict.remembered = marshal.dumps(dict(memory.recent))
    verdict.tables = frozenset(linter.rules.not_checked - before)
    return verdict


def _collect(linter: Linter, check: FileCheck, told: list[list[Finding]]) -> None:
    """What is found and not waived, part by part, without what only those need that see the batch itself."""
    for part, findings in check.parts():
        if kept := linter.policy.keep(part.record, findings):
            told.append([msgspec.structs.replace(finding, origin=None) for finding in kept])
