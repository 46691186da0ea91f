"""One batch through the gate: linted, divided, answered, counted and linted again, into a folder in the making.

Theory of operation. The input is copied to the disk while it is linted, so that what is divided is what was judged,
whatever happens to the file and wherever it comes from. As each interchange ends, its reply decides, and its parts are
copied to the accepted or the rejected side. Then the two sides are counted against the input, and the accepted side is
linted as any receiver would. What is found there in a claim rejects that claim as well (see `late`), and all is done
again with that known; anything else found there means that nothing is decided.

What is held in memory is one transaction set, and a few bytes for each set and claim: the rest waits on the disk.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import BinaryIO

import msgspec

from .. import __version__
from ..acks import Answering, Options, Reply
from ..acks.shelf import SegmentShelf
from ..claims import Claim, Part
from ..config import RejectScope
from ..engine import FileCheck
from ..findings import Finding, Summary, at_least
from ..linter import Linter
from ..output import Output, Run
from ..policy import Shown
from ..reports.full import Full
from ..reports.json_lines import JsonLines
from ..x12 import ByteStream
from .audit import Tally, tally
from .decision import MANIFEST, Amount, GateError, Manifest, Written
from .folder import SCRATCH, Folder
from .late import Late, relocated
from .layout import InterchangeSpan, Layout
from .split import Splitter

__all__ = ["ACCEPTED", "REJECTED", "BatchGate", "digest", "settings"]

ACCEPTED, REJECTED = "accepted.edi", "rejected.edi"
_TA1, _X999, _X277CA = "ta1.edi", "999.edi", "277ca.edi"
_INPUT, _ANSWERS, _UNITS = (f"{SCRATCH}{name}" for name in ("input", "answers", "units"))
_REPORTS: dict[str, type[Output]] = {"report.jsonl": JsonLines, "report.txt": Full}
_MOST_ROUNDS = 50
"""Each round rejects at least one claim more; a chain of claims that depend on each other is a few long."""
_CHUNK = 1 << 20
_NOT_SETTINGS = ("now", "received", "control", "scope")
"""Options of acknowledgements that say when, and which number comes next; the scope is the configuration's."""
_NUMBER_OF_CLAIM = re.compile(r"\bclaim number ([0-9]+) of this file\b")


class BatchGate:
    """Takes one input through the gate, into ``folder``."""

    def __init__(self, linter: Linter, options: Options, folder: Folder, name: str) -> None:
        self._linter = linter
        self._options = options
        self._folder = folder
        self._name = name
        self._late: dict[int, list[Late]] = {}
        """What was found on the accepted batch, by the index of the claim in the input."""
        self._summary = Summary()
        self._notes: tuple[str, ...] = ()
        self._interchanges = 0
        self._answered = 0
        """The claims that the 277CA accept."""
        self._fates = bytearray()

    def run(self, stream: ByteStream) -> Manifest:
        """Fill the folder, and say what was decided. Raises `GateError` when nothing is."""
        folder = self._folder
        copy = _Copy(stream, folder.create(_INPUT), self._linter.shared.on_read)
        received, accepted, rejected = self._divide(copy)
        rounds = 1
        while _size(folder, REJECTED) and self._lint_accepted():
            if rounds == _MOST_ROUNDS:
                raise GateError(f"{self._name}: claims depend on each other without an end; nothing is decided")
            rounds += 1
            with folder.reading(_INPUT) as again:
                received, accepted, rejected = self._divide(_Copy(again))
        if self._summary.exit and _size(folder, ACCEPTED) and not _size(folder, REJECTED):
            raise GateError(
                f"{self._name}: an error was found that rejects no claim, so the accepted batch would not be clean; "
                "nothing is decided, please report this"
            )
        manifest = Manifest(
            __version__,
            f"{self._options.now:%Y-%m-%dT%H:%M:%S}",
            self._name,
            Written(copy.size, copy.digest),
            settings(self._linter, self._options),
            self._interchanges,
            Amount.of(received),
            Amount.of(accepted),
            Amount.of(rejected),
            self._summary.exit,
            self._notes,
            {name: _written(file) for name, file in folder.files()},
        )
        file = folder.create(MANIFEST)
        file.write(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
        return manifest

    # -- dividing ---------------------------------------------------------------------------------------------

    def _divide(self, copy: _Copy) -> tuple[Tally, Tally, Tally]:
        """Lint the input, answer it, divide it and report; the claims that came in, are accepted and rejected."""
        folder, linter = self._folder, self._linter
        self._summary, self._notes, self._interchanges, self._answered = Summary(files=1), (), 0, 0
        documents = {name: folder.create(name) for name in (_TA1, _X999, _X277CA)}
        answers = SegmentShelf(folder.create(_ANSWERS))
        answering = Answering(self._options, linter.rules.guide.tables, answers.keep, self._scope)
        shown = Shown()
        with self._reports() as reports, folder.reading(_INPUT) as source:
            layout = Layout(source, folder.create(_UNITS))
            splitter = Splitter(source, layout, folder.create(ACCEPTED), folder.create(REJECTED))
            with self._checked(copy) as check:
                for part, found in self._with_late(self._told(check)):
                    for finding in found:
                        self._summary.count(finding, linter.config.fail_severity)
                    for finding in shown.of(found, linter.config):
                        for report in reports:
                            report.finding(finding)
                    span = layout.see(part)
                    for reply in answering.feed(part, self._judged(found)):
                        self._interchange(span, reply, splitter, documents)
                    _leave_outside(layout, splitter)
            copy.finish()
            span = layout.finish(copy.size)
            for reply in answering.finish():
                self._interchange(span, reply, splitter, documents)
            self._notes += answering.notes
            _leave_outside(layout, splitter)
            self._fates = splitter.fates
            tallies = self._count(copy)
            self._sum_up(check)
            for report in reports:
                report.end_input()
                report.end(self._summary)
        return tallies

    @contextmanager
    def _reports(self) -> Iterator[list[Output]]:
        run = Run(self._linter.rules, self._linter.config.fail_severity)
        with ExitStack() as closing:
            found = []
            for name, kind in _REPORTS.items():
                report = kind(closing.enter_context(_text(self._folder.create(name))), run)
                closing.callback(report.close)
                report.begin()
                report.begin_input(self._name)
                found.append(report)
            yield found

    def _sum_up(self, check: FileCheck) -> None:
        counts, summary = check.counts, self._summary
        summary.bytes, summary.segments, summary.transactions = counts.bytes, counts.segments, counts.transactions
        summary.claims, summary.service_lines = counts.claims, counts.service_lines
        if summary.exit == 0 and _size(self._folder, REJECTED):
            summary.exit = 1

    @contextmanager
    def _checked(self, stream: ByteStream) -> Iterator[FileCheck]:
        """A check of a stream that knows nothing of earlier ones. Raises `GateError` at its end if a rule broke."""
        self._linter.rules.not_checked.clear()
        check = self._linter.check(stream, self._name)
        yield check
        if check.crashed:
            raise GateError(f"{self._name}: a rule broke, so nothing is decided; 'edi-lint check' says which")

    def _told(self, check: FileCheck) -> Iterator[tuple[Part, list[Finding]]]:
        """The parts with what is told of them, the same each time that one looks."""
        return self._linter.told(check, self._name, self._linter.policy_of_one_input())

    def _scope(self, receivers: Iterable[str]) -> RejectScope:
        return self._linter.reject_scope(self._name, receivers)

    def _with_late(self, parts: Iterable[tuple[Part, list[Finding]]]) -> Iterator[tuple[Part, list[Finding]]]:
        """The parts with the findings, too, that were made on the accepted batch."""
        for part, findings in parts:
            record = part.record
            if isinstance(record, Claim) and record.index in self._late:
                late = [relocated(one, record) for one in self._late[record.index]]
                yield part, sorted([*findings, *late], key=lambda finding: finding.offset)
            else:
                yield part, findings

    def _judged(self, findings: list[Finding]) -> list[Finding]:
        """The findings with those that reject as errors, which is what an acknowledgement goes by."""
        threshold = self._linter.config.fail_severity
        return [
            msgspec.structs.replace(finding, severity="error")
            if finding.severity != "error" and at_least(finding.severity, threshold)
            else finding
            for finding in findings
        ]

    def _interchange(
        self, span: InterchangeSpan | None, reply: Reply, splitter: Splitter, documents: dict[str, BinaryIO]
    ) -> None:
        """An interchange is complete: divide it, and write the answers to it, each of them once."""
        if span is None:
            raise GateError(f"{self._name}: an interchange has no place in the file; nothing is decided")
        splitter.interchange(span, reply)
        self._interchanges += 1
        self._answered += reply.accepted.claims
        self._notes += reply.notes
        if reply.verdict == "R":
            _write(documents[_TA1], reply.ta1())
        else:
            _write(documents[_X999], reply.x999())
            _write(documents[_X277CA], reply.x277ca())

    # -- making sure ------------------------------------------------------------------------------------------

    def _count(self, copy: _Copy) -> tuple[Tally, Tally, Tally]:
        """Count what came in, what is accepted and what is rejected. Raises `GateError` if something is lost."""
        folder = self._folder
        with folder.reading(_INPUT) as source:
            received = tally(source)
        sizes = _size(folder, ACCEPTED), _size(folder, REJECTED)
        if 0 in sizes and sum(sizes) == copy.size:
            # All bytes went to one side: it is the input itself.
            side = ACCEPTED if sizes[0] else REJECTED
            is_same = digest(folder.file(side)) == copy.digest
            accepted, rejected = (received, Tally()) if sizes[0] else (Tally(), received)
        else:
            accepted, rejected = (tally(folder.file(name)) for name in (ACCEPTED, REJECTED))
            is_same = accepted + rejected == received
        if not is_same or accepted.claims != self._answered:
            raise GateError(
                f"{self._name}: the claims do not add up: {received.claims} came in, {accepted.claims} would be "
                f"accepted ({self._answered} by the 277CA) and {rejected.claims} rejected; nothing is decided, please "
                "report this"
            )
        return received, accepted, rejected

    def _lint_accepted(self) -> bool:
        """Lint the accepted batch. Whether claims of it have to be rejected as well; these are remembered."""
        linter = self._linter
        if not _size(self._folder, ACCEPTED):
            return False
        indexes = [index for index, fate in enumerate(self._fates, 1) if fate]
        has_more = False
        with self._checked(self._folder.file(ACCEPTED)) as check:
            for part, findings in self._told(check):
                for finding in findings:
                    if at_least(finding.severity, linter.config.fail_severity):
                        self._note_late(part, finding, indexes)
                        has_more = True
        return has_more

    def _note_late(self, part: Part, finding: Finding, indexes: list[int]) -> None:
        claim = part.record
        if not isinstance(claim, Claim):
            raise GateError(
                f"{self._name}: {finding.rule} would be found in the accepted batch ({finding.message}); "
                "nothing is decided, please report this"
            )
        late = Late(_with_numbers(finding, indexes), claim)
        self._late.setdefault(indexes[claim.index - 1], []).append(late)


def settings(linter: Linter, options: Options) -> dict[str, object]:
    """What decides besides the input: the configuration and how acknowledgements are written, but not when."""
    how = {key: value for key, value in _plain(options).items() if key not in _NOT_SETTINGS}
    return {"config": _plain(linter.config), "acknowledgements": how}


def _plain(settled: msgspec.Struct) -> dict[str, object]:
    """As it reads once it was written."""
    return msgspec.json.decode(msgspec.json.encode(settled), type=dict[str, object])


def digest(stream: ByteStream) -> str:
    """The SHA-256 of what a stream holds."""
    found = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        found.update(chunk)
    return found.hexdigest()


class _Copy:
    """Reads a stream, and writes what is read to ``copy`` if there is one. ``on_read`` is told how much it is."""

    def __init__(
        self, stream: ByteStream, copy: BinaryIO | None = None, on_read: Callable[[int], None] | None = None
    ) -> None:
        self._stream = stream
        self._copy = copy
        self._on_read = on_read
        self._digest = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1, /) -> bytes:
        """As of any stream; when it returns, the copy has it."""
        chunk = self._stream.read(size)
        if self._copy is not None:
            self._copy.write(chunk)
            self._copy.flush()
        if self._on_read is not None:
            self._on_read(len(chunk))
        self._digest.update(chunk)
        self.size += len(chunk)
        return chunk

    def finish(self) -> None:
        """Read what is left."""
        while self.read(_CHUNK):
            pass

    @property
    def digest(self) -> str:
        """The SHA-256 of all that was read."""
        return self._digest.hexdigest()


def _leave_outside(layout: Layout, splitter: Splitter) -> None:
    for start, end in layout.outside:
        splitter.outside(start, end)
    layout.outside.clear()


def _with_numbers(finding: Finding, indexes: list[int]) -> Finding:
    """The numbers of claims in a message are those of the accepted batch: say those of the input."""
    message = _NUMBER_OF_CLAIM.sub(
        lambda match: f"claim number {indexes[int(match[1]) - 1]} of this file", finding.message
    )
    return msgspec.structs.replace(finding, message=message)


def _write(file: BinaryIO, pieces: Iterator[str]) -> None:
    file.writelines(piece.encode("latin-1") for piece in pieces)


def _size(folder: Folder, name: str) -> int:
    return folder.file(name).seek(0, io.SEEK_END)


def _written(file: BinaryIO) -> Written:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    return Written(size, digest(file))


@contextmanager
def _text(file: BinaryIO) -> Iterator[io.TextIOWrapper]:
    """A file to write text to; it stays open."""
    out = io.TextIOWrapper(file, encoding="utf-8", newline="\n")
    try:
        yield out
    finally:
        out.flush()
        out.detach()
