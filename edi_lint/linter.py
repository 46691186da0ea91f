"""The front door for programs: lint a path, bytes or a stream, whole or finding by finding.

Here the run's surroundings are settled (the day, the guide's cache folder, the shipped code sets); everything behind
it is a pure function of these.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import BinaryIO

from .claims import Part
from .config import Config, selected_rules
from .engine import FileCheck, Ruleset
from .escaping import file_name
from .findings import Finding, Report, Summary
from .guide import load_tables
from .privacy import Privacy
from .reference import shipped
from .sources import Source
from .x12 import ByteStream

__all__ = ["Input", "Linter", "cache_folder", "lint"]

Input = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO | Source


class Linter:
    """Lints any number of inputs with one configuration. `summary` counts what has been read so far.

    Raises `ConfigError` for a configuration that names unknown rules, and `GuideError` when pyx12's maps are missing.
    """

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or Config()
        self.privacy = Privacy(self.config.show_values, self.config.mask_claim_ids)
        self.rules = Ruleset(
            selected_rules(self.config),
            load_tables(cache_folder()),
            shipped(),
            self.config.as_of or date.today(),  # noqa: DTZ011 - the day where the batch is sent from
            self.privacy,
            self.config.options,
            self.config.strict,
        )
        self.summary = Summary()

    def findings(self, source: Input, name: str | None = None) -> Iterator[Finding]:
        """The findings of one input, one after the other, in file order; memory stays flat.

        ``source`` is a path, the bytes of a batch or a binary stream; ``name`` is what findings call it.
        Raises `SourceError` when a path cannot be read.
        """
        for _, findings in self.parts(source, name):
            yield from findings

    def parts(self, source: Input, name: str | None = None) -> Iterator[tuple[Part | None, list[Finding]]]:
        """The parts of one input, each with what was found in it: for outputs that look at the batch itself.

        A part is None where there are only findings to hand over.
        """
        started = time.perf_counter()
        with _stream(source) as stream:
            check = FileCheck(self.rules, stream, file_name(name or _name(source)))
            for part, findings in check.parts():
                for finding in findings:
                    self.summary.count(finding, self.config.fail_severity)
                yield part, findings
        counts, summary = check.counts, self.summary
        summary.files += 1
        summary.bytes += counts.bytes
        summary.segments += counts.segments
        summary.transactions += counts.transactions
        summary.claims += counts.claims
        summary.service_lines += counts.service_lines
        summary.seconds = round(summary.seconds + time.perf_counter() - started, 6)
        if check.crashed:
            summary.exit = 2


def lint(source: Input, config: Config | None = None, *, name: str | None = None) -> Report:
    """Lint one batch and return all findings with their totals.

    ``source`` is a path, the bytes of a batch or a binary stream. Raises `ConfigError`, `SourceError` or `GuideError`
    when the answer cannot be known; anything in the batch itself, however broken, is a finding.
    """
    linter = Linter(config)
    findings = list(linter.findings(source, name))
    return Report(findings, linter.summary)


def _stream(source: Input) -> AbstractContextManager[ByteStream]:
    if isinstance(source, Source):
        return source.open()
    if isinstance(source, (bytes, bytearray, memoryview)):
        return io.BytesIO(source)
    if isinstance(source, (str, os.PathLike)):
        return Source(os.fspath(source)).open()
    return nullcontext(source)


def _name(source: Input) -> str:
    if isinstance(source, Source):
        return source.name
    if isinstance(source, (str, os.PathLike)):
        return os.fspath(source)
    return str(getattr(source, "name", "-"))


def cache_folder() -> Path | None:
    """Where the compiled guide is kept between runs; None where there is no home."""
    try:
        import platformdirs

        return Path(platformdirs.user_cache_dir("edi-lint", appauthor=False))
    except (ImportError, RuntimeError, OSError):
        return None
