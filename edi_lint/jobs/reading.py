"""The parent's view: one file after the other, part by part, whoever judged them."""

from __future__ import annotations

import io
import marshal
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..claims import Batch, Judged, Memory, Part, stable_hash
from ..escaping import file_name
from ..findings import Finding
from ..guide import PROFESSIONAL_CLAIM_GUIDES
from ..linter import Linter, Verdict
from ..sources import Source, SourceError
from ..x12 import ByteStream, Fault, Reader, Rest, Segment, SetText, Splitter
from .helping import FileTask, RangeTask, Setup, SetVerdict, prepare
from .pool import Pool, Task

__all__ = ["RANGE_BYTES", "SMALL_FILE", "SideBySide"]

RANGE_BYTES = 1 << 18
"""A range of transaction sets is offered when it has grown to this: some hundred claims."""
SMALL_FILE = 1 << 20
"""Files below this are judged whole by one process."""


class SideBySide:
    """Judges inputs in their order, with helpers. ``linters`` are those of the inputs, each with its source."""

    def __init__(self, jobs: int, inputs: Sequence[tuple[Source, Linter]]) -> None:
        self._linters: list[Linter] = []
        for _, linter in inputs:
            if linter not in self._linters:
                self._linters.append(linter)
        setup = Setup([linter.config for linter in self._linters], [linter.as_of for linter in self._linters])
        self._pool = Pool(jobs - 1, prepare, setup)
        self._window = 3 * jobs
        """How many tasks are offered ahead of what is being told."""
        self._to_come = deque(inputs)
        self._offered: deque[tuple[Source, Task | None]] = deque()

    def close(self) -> None:
        """End the helpers."""
        self._pool.close()

    def parts(self, source: Source, linter: Linter) -> Iterator[tuple[Part | None, list[Finding]]]:
        """As `Linter.parts`, for the next of the inputs. Raises `HelperLost` as well."""
        self._offer_files()
        _, task = self._offered.popleft()
        if task is not None and not self._pool.take(task):
            verdict: Verdict | None = self._pool.wait(task)
            if verdict is not None and verdict.tables.isdisjoint(linter.rules.not_checked):
                yield from linter.accept(file_name(source.name), verdict)
                if verdict.error:
                    raise SourceError(verdict.error)
                return
        if task is not None:
            yield from linter.parts(source)
            return
        config = self._linters.index(linter)
        memory = Memory(stable_hash)
        try:
            with source.open() as stream:
                watched = linter.watched(stream)
                name = file_name(source.name)
                cut = _Cut(self._pool, watched, name, config, linter.rules.not_checked, memory, self._window)
                try:
                    yield from linter.judge(Batch(cut, linter.rules.guide), name, memory)
                finally:
                    cut.withdraw()
        finally:
            memory.close()

    def _offer_files(self) -> None:
        """Offer the small files among the next inputs; the first of them is the one that is being judged."""
        while self._to_come and len(self._offered) <= self._window:
            source, linter = self._to_come.popleft()
            task = None
            if _is_small(source):
                told = frozenset(linter.rules.not_checked)
                task = Task(FileTask(self._linters.index(linter), source, told), source.name)
                self._pool.offer(task)
            self._offered.append((source, task))


def _is_small(source: Source) -> bool:
    if source.name == "-" or source.is_packed:
        return False
    try:
        return Path(source.file).stat().st_size < SMALL_FILE
    except OSError:
        return True


class _Range:
    """Transaction sets that are offered together, and the task that they are."""

    def __init__(self) -> None:
        self.sets: list[SetText] = []
        self.size = 0
        self.task: Task | None = None
        self.verdicts: Sequence[SetVerdict | None] | None = None


class _Cut:
    """The segments of a file whose transaction sets are judged elsewhere, as far as that can be: see `Elsewhere`."""

    def __init__(
        self,
        pool: Pool,
        stream: ByteStream,
        name: str,
        config: int,
        not_checked: set[str],
        memory: Memory,
        window: int,
    ) -> None:
        self._pool = pool
        self._splitter = Splitter(stream, PROFESSIONAL_CLAIM_GUIDES)
        self._name = name
        self._config = config
        self._not_checked = not_checked
        self._memory = memory
        self._window = window
        self._ahead: deque[tuple[Segment | SetText | Rest, bytes, _Range | None, int]] = deque()
        self._growing = _Range()
        self._outstanding = 0
        self._has_ended = False
        self._reader = Reader(io.BytesIO())
        """Whoever reads at the moment: it has the faults of form."""
        self._at: tuple[SetText, _Range, int] | None = None
        """The set that may still be judged elsewhere: nothing but its ST has been handed over."""
        self._is_accepted = False

    # -- as a reader ----------------------------------------------------------------------------------

    @property
    def faults(self) -> list[Fault]:
        """As of `Reader`."""
        return self._reader.faults

    @faults.setter
    def faults(self, faults: list[Fault]) -> None:
        self._reader.faults = faults

    @property
    def bytes_read(self) -> int:
        """As of `Reader`."""
        return self._reader.bytes_read

    @property
    def segments_read(self) -> int:
        """As of `Reader`."""
        return self._reader.segments_read

    def here(self) -> Segment:
        """As of `Reader`."""
        return self._reader.here()

    def blocks(self) -> Iterator[list[Segment]]:
        """As of `Reader`."""
        while True:
            self._look_ahead()
            piece, _, within, number = self._ahead.popleft()
            if isinstance(piece, Segment):
                yield [piece]
            elif isinstance(piece, Rest):
                faults = self._reader.faults
                self._reader = Reader.resumed(
                    piece.stream, piece.start, piece.delimiters, piece.interchanges, piece.noted
                )
                self._reader.faults = faults
                yield from self._reader.blocks()
                return
            elif within is not None:
                self._at, self._is_accepted = (piece, within, number), False
                yield [piece.st]
                self._at = None
                if not self._is_accepted:
                    yield from self._read(piece)
                if number == len(within.sets) - 1:
                    self._outstanding -= 1

    def _read(self, one: SetText) -> Iterator[list[Segment]]:
        """The segments of a set behind its ST; where it is not plain, the rest of the file is read as it is."""
        faults, delimiters = self._reader.faults, one.st.delimiters
        reader = self._reader = Reader.resumed(io.BytesIO(one.content), one.start, delimiters, 1)
        reader.faults = faults
        blocks = reader.blocks()
        yield next(blocks)[1:]
        yield from blocks
        if reader.noted or reader.position != one.end:
            rest = self._splitter.rest(b"".join(content for _, content, _, _ in self._ahead))
            self.withdraw()
            self._ahead.append((Rest(rest.stream, reader.position, delimiters, 1, reader.noted), b"", None, 0))

    # -- what is judged elsewhere ---------------------------------------------------------------------

    def judged(self, st: Segment, claims_before: int) -> Judged | None:
        """See `Elsewhere`."""
        if self._at is None or self._at[0].st is not st:
            return None
        _, within, number = self._at
        verdicts = self._verdicts(within)
        verdict = verdicts[number] if verdicts else None
        if verdict is None or not self._holds(verdict, claims_before):
            return None
        self._is_accepted = True
        self._memory.take_in(marshal.loads(verdict.remembered))  # noqa: S302 - our own process wrote it
        return verdict

    def _verdicts(self, within: _Range) -> Sequence[SetVerdict | None]:
        """What the helper said of the sets; nothing where the parent has to judge them."""
        if within.verdicts is None:
            task = within.task
            within.verdicts = () if task is None or self._pool.take(task) else self._pool.wait(task) or ()
        return within.verdicts

    def _holds(self, verdict: SetVerdict, claims_before: int) -> bool:
        """Whether the set would be judged the same in the memory of the file."""
        if verdict.claims_before != claims_before:
            return False
        if verdict.tables & self._not_checked or verdict.assumed - self._not_checked:
            return False
        recall = self._memory.recall
        return not any(map(recall, verdict.recalled))

    # -- ahead ----------------------------------------------------------------------------------------

    def _look_ahead(self) -> None:
        """Cut, and offer ranges, until enough are offered."""
        while not self._has_ended and self._outstanding < self._window:
            found = self._splitter.next()
            if found is None:
                if self._growing.sets:
                    self._offer()
                self._ahead.append((self._splitter.rest(), b"", None, 0))
                self._has_ended = True
                return
            piece, content = found
            if isinstance(piece, SetText):
                growing = self._growing
                self._ahead.append((piece, content, growing, len(growing.sets)))
                growing.sets.append(piece)
                growing.size += len(content)
                if growing.size >= RANGE_BYTES:
                    self._offer()
            else:
                self._ahead.append((piece, content, None, 0))

    def _offer(self) -> None:
        growing, self._growing = self._growing, _Range()
        payload = RangeTask(self._config, self._name, growing.sets, frozenset(self._not_checked))
        first, last = growing.sets[0].st, growing.sets[-1].st
        words = f"{self._name} from the transaction set in line {first.line} to that in line {last.line}"
        growing.task = Task(payload, words)
        self._outstanding += 1
        self._pool.offer(growing.task)

    def withdraw(self) -> None:
        """Nobody wants to know of what is ahead."""
        for _, _, within, _ in self._ahead:
            if within is not None and within.task is not None:
                self._pool.take(within.task)
        self._ahead.clear()
        self._has_ended = True
