"""JUnit XML, for the test reports of CI servers: a suite for each input, a case for each finding.

What makes the run fail is a failure; what does not is a case that passed and has something to say.
"""

from __future__ import annotations

import shutil
import tempfile
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from ..escaping import printable
from ..findings import Finding, Summary, at_least
from ..output import Output, Run
from .text import place

__all__ = ["Junit"]

_IN_MEMORY = 1 << 20


class Junit(Output):
    """A suite says first how many cases it has, so its cases wait in a temporary file until they are counted."""

    def __init__(self, out: TextIO, run: Run) -> None:
        super().__init__(out, run)
        self._waiting = tempfile.SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8", newline="\n")  # noqa: SIM115
        self._name = ""
        self._cases = self._failures = 0

    def begin(self) -> None:
        self.out.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="edi-lint">\n')

    def begin_input(self, name: str) -> None:
        self._name = name

    def finding(self, finding: Finding) -> None:
        fails = at_least(finding.severity, self.run.fail_severity)
        self._cases += 1
        self._failures += fails
        self._waiting.write(_case(finding, fails))

    def end_input(self) -> None:
        if not self._cases:
            self._cases = 1
            self._waiting.write(f'    <testcase name="nothing found" classname={_attribute(self._name)}/>\n')
        self.out.write(
            f"  <testsuite name={_attribute(self._name)} tests={_attribute(self._cases)} "
            f'failures={_attribute(self._failures)} errors="0">\n'
        )
        self._waiting.seek(0)
        shutil.copyfileobj(self._waiting, self.out)
        self._waiting.seek(0)
        self._waiting.truncate()
        self._cases = self._failures = 0
        self.out.write("  </testsuite>\n")

    def end(self, summary: Summary) -> None:  # noqa: ARG002 - as in Output
        self.out.write("</testsuites>\n")

    def close(self) -> None:
        self._waiting.close()


def _case(finding: Finding, fails: bool) -> str:
    claim = finding.claim
    within = f"claim {claim.id or claim.index}" if claim is not None else finding.file
    name = f"{finding.rule} {finding.name} {place(finding)}".strip()
    at = f"{finding.file}:{finding.line}:{finding.column}"
    text = "\n".join(part for part in (at, finding.message, finding.why, finding.remedy) if part)
    opening = (
        f"    <testcase name={_attribute(name)} classname={_attribute(within)} file={_attribute(finding.file)} "
        f"line={_attribute(finding.line)}>"
    )
    if fails:
        attributes = f"type={_attribute(finding.severity)} message={_attribute(finding.message)}"
        told = f"<failure {attributes}>{_text(text)}</failure>"
    else:
        told = f"<system-out>{_text(f'{finding.severity}: {text}')}</system-out>"
    return f"{opening}{told}</testcase>\n"


def _attribute(value: object) -> str:
    return quoteattr(printable(str(value)))


def _text(text: str) -> str:
    return escape("\n".join(printable(line) for line in text.split("\n")))
