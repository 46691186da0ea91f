"""What the tests of the acknowledgements share: one way to answer a batch, and a plain reading of the answers."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache

import msgspec

from edi_lint import Config, Finding
from edi_lint.acks import Acknowledgement, Options, acknowledge
from edi_lint.claims import Batch
from edi_lint.engine import FileCheck
from edi_lint.linter import Linter
from edi_lint.x12 import Reader, Segment
from tests.conftest import AS_OF

NOW = datetime(2026, 3, 1, 10, 16)  # noqa: DTZ001 - X12 knows no time zones
OPTIONS = Options(now=NOW, control=900, batch="RUN0001", reference="CA")
DOCUMENTS = ("ta1", "x999", "x277ca")


@cache
def linter(as_of: date = AS_OF, **settings: object) -> Linter:
    return Linter(Config(as_of=as_of, **settings))  # type: ignore[arg-type]


def answered(
    content: str | bytes, options: Options = OPTIONS, as_of: date = AS_OF, **settings: object
) -> tuple[list[Acknowledgement], list[Finding]]:
    """The answers to a batch, and the findings that they tell."""
    used = linter(as_of, **settings)
    data = content if isinstance(content, bytes) else content.encode("latin-1")
    findings: list[Finding] = []

    def parts():  # type: ignore[no-untyped-def]
        for part, found in FileCheck(used.rules, Batch(io.BytesIO(data), used.rules.guide), "batch.edi").parts():
            findings.extend(found)
            yield part, found

    return list(acknowledge(parts(), options, used.rules.guide.tables)), findings


def answer(content: str | bytes, **changes: object) -> Acknowledgement:
    """The answer to a batch of one interchange, under options that differ from the usual ones."""
    [found] = answered(content, msgspec.structs.replace(OPTIONS, **changes))[0]
    return found


def segments(text: str) -> list[Segment]:
    return list(Reader(io.BytesIO(text.encode("latin-1"))))


def texts(text: str, *ids: str) -> list[str]:
    """The segments with these ids, as text."""
    return [segment.text for segment in segments(text) if segment.id in ids]


class Told(msgspec.Struct):
    """What an acknowledgement says of one transaction set, provider or claim."""

    verdict: str = ""
    codes: set[str] = msgspec.field(default_factory=set)
    errors: set[tuple[str, str, str]] = msgspec.field(default_factory=set)
    """Segment id, position, IK304."""
    elements: set[tuple[str, str, str, str]] = msgspec.field(default_factory=set)
    """Segment id, position, element (and component), IK403."""


def read_999(text: str) -> dict[tuple[str, str], list[Told]]:
    """By group and set control number; the group itself has set number ``""``."""
    found: dict[tuple[str, str], list[Told]] = defaultdict(list)
    group, told, at = "", Told(), ("", "")
    for segment in segments(text):
        if segment.id == "AK1":
            group = segment.get(2)
        elif segment.id == "AK2":
            told = Told()
            found[group, segment.get(2)].append(told)
        elif segment.id == "IK3":
            at = segment.get(1), segment.get(2)
            told.errors.add((*at, segment.get(4)))
        elif segment.id == "IK4":
            told.elements.add((*at, segment.get(1), segment.get(3)))
        elif segment.id == "IK5":
            told.verdict, told.codes = segment.get(1), set(segment.elements[2:])
        elif segment.id == "AK9":
            found[group, ""].append(Told(segment.get(1), set(segment.elements[5:])))
    return found


def read_277ca(text: str) -> Iterator[tuple[str, str, str, set[str]]]:
    """Level (HL03), control number, action and statuses without entities, for each STC."""
    level = number = action = ""
    for segment in segments(text):
        if segment.id == "HL":
            level = segment.get(3)
        elif segment.id == "TRN":
            number = segment.get(2)
        elif segment.id == "STC":
            action = segment.get(3)
            statuses = [segment.get(element) for element in (1, 10, 11) if segment.get(element)]
            yield (
                level,
                number,
                action,
                {":".join(status.split(segment.delimiters.component)[:2]) for status in statuses},
            )
