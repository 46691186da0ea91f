"""The programs that are compared, each as the command of a process of its own that reads one batch.

All but the floor and the readers check what they read: edi-lint with all default rules, pyx12 with its full validation,
linuxforhealth-x12 with its models. None writes anything but JSON Lines.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
from pathlib import Path
from typing import NamedTuple

FLOOR = "split loop"
"""Bytes to segments to elements and nothing else: what no Python program can be faster than."""
EDI_LINT = "edi-lint"

_FLOOR = """
import sys
count = 0
with open(sys.argv[1], encoding="latin-1", newline="") as batch:
    rest = ""
    while text := batch.read(1 << 16):
        *segments, rest = (rest + text).split("~")
        for segment in segments:
            elements = segment.strip().split("*")
            count += 1
"""
_PYX12 = """
import logging, sys
logging.disable(logging.CRITICAL)
import pyx12.params, pyx12.x12n_document
with open(sys.argv[1], encoding="ascii") as batch:
    good = pyx12.x12n_document.x12n_document(pyx12.params.params(), batch, None, None, None, None)
sys.exit(0 if good else 1)
"""
_PYX12_READER = """
import logging, sys
logging.disable(logging.CRITICAL)
import pyx12.x12file
with open(sys.argv[1], encoding="ascii") as batch:
    for segment in pyx12.x12file.X12Reader(batch):
        pass
"""
_LINUXFORHEALTH_READER = """
import sys
from linuxforhealth.x12.io import X12SegmentReader
with X12SegmentReader(sys.argv[1]) as reader:
    for segment in reader.segments():
        pass
"""
_LINUXFORHEALTH_MODELS = """
import sys
from linuxforhealth.x12.io import X12ModelReader
with X12ModelReader(sys.argv[1]) as reader:
    for model in reader.models():
        pass
"""


class Program(NamedTuple):
    """A program, the package that it comes from, and up to how many claims it is patient work to run it."""

    name: str
    code: str
    package: str = ""
    most_claims: int = 1_000_000
    options: tuple[str, ...] = ()
    statuses: tuple[int, ...] = (0, 1)
    """How it may end: 1 says that it found faults."""

    @property
    def is_installed(self) -> bool:
        """Whether its package is there."""
        name = {"linuxforhealth-x12": "linuxforhealth"}.get(self.package, self.package)
        return not name or importlib.util.find_spec(name) is not None

    @property
    def version(self) -> str:
        """The version of its package; empty if it has none."""
        return importlib.metadata.version(self.package) if self.package and self.is_installed else ""

    def command(self, batch: Path) -> list[str]:
        """The command that reads a batch."""
        if self.code:
            return [sys.executable, "-c", self.code, str(batch)]
        return edi_lint(batch, *self.options)


def edi_lint(batch: Path, *options: str) -> list[str]:
    """Lint with all default rules, as a pipeline would; other formats may be asked for instead of JSON Lines."""
    asked = (
        options if any("--output-format" in option for option in options) else ("--output-format=json-lines", *options)
    )
    return [sys.executable, "-m", "edi_lint", "check", "-q", "--isolated", "--as-of=2026-03-01", *asked, str(batch)]


PROGRAMS = (
    Program(FLOOR, _FLOOR),
    Program(EDI_LINT, ""),
    Program("edi-lint -j 2", "", options=("-j", "2")),
    Program("pyx12, full validation", _PYX12, "pyx12", 10_000),
    Program("pyx12, X12Reader", _PYX12_READER, "pyx12", 50_000),
    Program("linuxforhealth-x12, models", _LINUXFORHEALTH_MODELS, "linuxforhealth-x12", 10_000),
    Program("linuxforhealth-x12, segment reader", _LINUXFORHEALTH_READER, "linuxforhealth-x12"),
)
