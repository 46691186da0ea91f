"""The acknowledgements as outputs of a check: TA1, 999 and 277CA for each interchange that is read.

An input that cannot be read to its end is not answered from where it broke off: nobody may take a batch for accepted
of which half was seen. Where there is nothing to write, the run is told why.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from typing import ClassVar, TextIO

from ..claims import Part
from ..findings import Finding
from ..output import Output, Run
from .answer import Answering, Reply
from .options import Options, Scope
from .shelf import SegmentShelf

__all__ = ["X999", "Answers", "Ta1", "X277ca"]


class Answers(Output):
    """An output that writes something for each reply. The waiting parts of replies lie in a temporary file."""

    wants_parts: ClassVar[bool] = True
    wants_all: ClassVar[bool] = True
    encoding: ClassVar[str] = "latin-1"

    def __init__(self, out: TextIO, run: Run) -> None:
        super().__init__(out, run)
        self.options = Options(now=run.now)
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close
        self._name = ""
        self._answering: Answering | None = None
        self._count = 0

    def begin_input(self, name: str) -> None:
        self._name = name
        self.options, self._count = self.options.behind(self._count), 0
        self._file.truncate(0)
        shelf = SegmentShelf(self._file)
        self._answering = Answering(self.options, self.run.rules.guide.tables, shelf.keep, self._scope)

    def part(self, part: Part, findings: list[Finding]) -> None:
        if self._answering is not None:
            self._answer(self._answering.feed(part, findings))

    def finding(self, finding: Finding) -> None:
        """What no part shows is about the configuration: nothing to acknowledge."""

    def break_off(self) -> None:
        self._answering = None

    def end_input(self) -> None:
        if self._answering is not None:
            self._answer(self._answering.finish())
            self.unanswered(self._answering.notes)
        self._answering = None

    def close(self) -> None:
        self._file.close()

    def reply(self, reply: Reply) -> None:
        """An interchange is complete."""

    def _answer(self, replies: Iterator[Reply]) -> None:
        for reply in replies:
            self._count += 1
            self.reply(reply)
            self.unanswered(reply.notes)

    def unanswered(self, notes: Iterable[str]) -> None:
        """Why there is no acknowledgement: whoever watches the run is told."""
        for note in notes:
            self.run.note(f"{self._name}: {note}")

    def _scope(self, receivers: Iterable[str]) -> Scope:
        return self.run.reject_scope(self._name, receivers)


class Ta1(Answers):
    """The TA1 of each interchange that gets one, alone."""

    def reply(self, reply: Reply) -> None:
        self.out.writelines(reply.ta1())


class X999(Answers):
    """The 999 of each interchange, behind its TA1; the TA1 alone if that rejects it."""

    def reply(self, reply: Reply) -> None:
        self.out.writelines(reply.x999())


class X277ca(Answers):
    """The 277CA of each interchange of which something is accepted by the 999."""

    def reply(self, reply: Reply) -> None:
        self.out.writelines(reply.x277ca())
