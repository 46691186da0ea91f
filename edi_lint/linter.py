"""The front door for programs: lint a path, bytes or a stream, whole or finding by finding.

Here the run's surroundings are settled (the day, the guide's cache folder, the code sets, the tables that the user has
loaded, the baseline); everything behind it is a pure function of these.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import BinaryIO

import msgspec

from .baseline import Baseline, read_baseline
from .claims import Batch, Counts, Memory, Part
from .config import Config, RejectScope, listed
from .engine import FileCheck, Ruleset
from .escaping import file_name
from .findings import Finding, Report, Summary
from .guide import load_tables
from .matching import FileOverrides, applies_to_set, override_key
from .matching import Input as File
from .policy import Policy, Shown, Usage, finding_about
from .privacy import Privacy
from .refdata import UserTables
from .reference import Reference, shipped
from .selection import Chosen, choose, possible_rules, validate
from .sources import Source
from .x12 import ByteStream

__all__ = ["Input", "Linter", "Shared", "Verdict", "cache_folder", "data_folder", "input_name", "lint", "open_input"]

Input = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO | Source


class Shared:
    """What the linters of one run share: totals, what is shown, and how far waivers and baselines were used."""

    def __init__(self) -> None:
        self.summary = Summary()
        self.shown = Shown()
        self.usage = Usage()
        self.on_read: Callable[[int], None] | None = None
        """Told how many bytes have been read, each time that some are."""
        self.not_checked: set[str] = set()
        """Tables that were told to be missing or stale: once in a run."""
        self._baselines: dict[str, Baseline] = {}
        self._references: dict[Path | None, Reference] = {}

    def baseline(self, name: str) -> Baseline | None:
        """The baseline in a file, read once; None without a name. Raises `ConfigError`."""
        if name and name not in self._baselines:
            self._baselines[name] = read_baseline(name)
        return self._baselines.get(name)

    def reference(self, folder: str) -> Reference:
        """The code sets, with the tables that the user has loaded into this folder, or the usual one without a name.

        The store is opened here: if it is damaged, the run ends now (`RefdataError`), not in the middle of a batch.
        """
        where = Path(folder) if folder else data_folder()
        found = self._references.get(where)
        if found is None:
            loaded = UserTables(where)
            loaded.editions()
            found = self._references[where] = msgspec.structs.replace(shipped(), loaded=loaded)
        return found


class Verdict(msgspec.Struct):
    """What another process found in an input, or in a transaction set of one, and did not waive, part by part.

    ``usage`` says how far waivers were used, ``tables`` of which tables it was told that they were not checked.
    ``error`` says why the rest could not be read.
    """

    told: list[list[Finding]] = []
    usage: Usage = msgspec.field(default_factory=Usage)
    tables: frozenset[str] = frozenset()
    counts: Counts = msgspec.field(default_factory=Counts)
    crashed: bool = False
    error: str = ""


class Linter:
    """Lints any number of inputs with one configuration. `summary` counts what has been read so far.

    ``shared`` is what it shares with linters that other inputs of the same run need, for another configuration.
    Raises `ConfigError` for a configuration that cannot be followed, `GuideError` when pyx12's maps are missing, and
    `RefdataError` when the tables that the user has loaded cannot be read.
    """

    def __init__(self, config: Config | None = None, shared: Shared | None = None) -> None:
        self.config = config or Config()
        validate(self.config)
        self.privacy = Privacy(self.config.show_values, self.config.mask_claim_ids)
        self.as_of = self.config.as_of or date.today()  # noqa: DTZ011 - the day where the batch is sent from
        self.shared = shared or Shared()
        self.summary = self.shared.summary
        self.shown = self.shared.shown
        self.policy = Policy(self.config, self.as_of, self.shared.baseline(self.config.baseline), self.shared.usage)
        overrides = self.config.overrides
        self._for_all = tuple(number for number, override in enumerate(overrides) if override.is_for_all)
        self.rules = self._base()
        self._variants: dict[tuple[int, ...], Ruleset] = {}

    def _base(self) -> Ruleset:
        """The rules for what no override applies to; its guide looks for those of all overrides."""
        chosen = self._chosen(self._for_all)
        every = Ruleset(
            possible_rules(self.config),
            load_tables(cache_folder()),
            self.shared.reference(self.config.data_folder),
            self.as_of,
            self.privacy,
            chosen.options,
            chosen.strict,
            chosen.severities,
            chosen.acks,
        )
        every.not_checked = self.shared.not_checked
        if len(every.rules) == len(chosen.rules):
            return every
        return every.variant(chosen.rules, chosen.options, chosen.strict, chosen.severities, chosen.acks)

    def _variant(self, applied: tuple[int, ...]) -> Ruleset:
        """The rules where these overrides apply."""
        if applied == self._for_all:
            return self.rules
        found = self._variants.get(applied)
        if found is None:
            chosen = self._chosen(applied)
            found = self.rules.variant(chosen.rules, chosen.options, chosen.strict, chosen.severities, chosen.acks)
            self._variants[applied] = found
        return found

    def _chosen(self, applied: tuple[int, ...]) -> Chosen:
        return choose(self.config, [self.config.overrides[number] for number in applied])

    def check(self, source: ByteStream | Batch, name: str, memory: Memory | None = None) -> FileCheck:
        """What the rules say of a stream, before anything is waived. ``name`` decides which overrides are for it.

        ``memory`` is what is known of earlier claims of the file, where ``source`` is a batch that is not all of it.
        """
        batch = source if isinstance(source, Batch) else Batch(source, self.rules.guide)
        if len(self._for_all) == len(self.config.overrides):
            return FileCheck(self.rules, batch, name, memory=memory)
        overrides = FileOverrides(self.config.overrides, self._file(name), self.policy.usage.overridden)
        rules = self._variant(overrides.always)
        if not overrides.depends:
            return FileCheck(rules, batch, name, memory=memory)
        return FileCheck(
            rules, batch, name, lambda record, envelope: self._variant(overrides.of(record, envelope)), memory
        )

    def reject_scope(self, name: str, receivers: Iterable[str]) -> RejectScope:
        """What an error in a claim rejects, for an input and a receiver (ISA08, GS03): the set or only the claim."""
        scope = self.config.reject_scope
        file, asked = self._file(name), {receiver.strip() for receiver in receivers}
        for override in self.config.overrides:
            if override.reject_scope is not None and applies_to_set(override, file, asked):
                scope = override.reject_scope
        return scope

    def policy_of_one_input(self) -> Policy:
        """A policy for a single input, whatever else was read: its baseline counts from the beginning.

        For what must decide the same on an input each time that it looks at it. No waiver counts as used by it.
        """
        baseline = self.policy.baseline
        own = Baseline(baseline.name, dict(baseline)) if baseline is not None else None
        return Policy(self.config, self.as_of, own, Usage())

    def findings(self, source: Input, name: str | None = None) -> Iterator[Finding]:
        """The findings of one input that are to be shown, one after the other, in file order; memory stays flat.

        ``source`` is a path, the bytes of a batch or a binary stream; ``name`` is what findings call it.
        Raises `SourceError` when a path cannot be read.
        """
        for _, findings in self.parts(source, name):
            if findings:
                yield from self.shown.of(findings, self.config)

    def parts(self, source: Input, name: str | None = None) -> Iterator[tuple[Part | None, list[Finding]]]:
        """The parts of one input, each with what is told of it: for outputs that look at the batch itself.

        What is waived or in the baseline is not told; everything else is counted.
        """
        with open_input(source) as stream:
            yield from self.judge(Batch(self.watched(stream), self.rules.guide), file_name(name or input_name(source)))

    def judge(
        self, batch: Batch, name: str, memory: Memory | None = None
    ) -> Iterator[tuple[Part | None, list[Finding]]]:
        """As `parts`, for a batch that is being read; ``memory`` is that of its file, if others know it too."""
        started = time.perf_counter()
        summary, fail_severity = self.summary, self.config.fail_severity
        check = self.check(batch, name, memory)
        for part, findings in self.told(check, name):
            if isinstance(part.judged, Verdict):
                yield from self._accept(part.judged)
                check.crashed |= part.judged.crashed
                continue
            for finding in findings:
                summary.count(finding, fail_severity)
            yield part, findings
        self._add(check.counts, check.crashed, started)

    def accept(self, name: str, verdict: Verdict) -> Iterator[tuple[Part | None, list[Finding]]]:
        """As `parts`, for an input that was judged elsewhere. What could not be read of it is for the caller to say."""
        started = time.perf_counter()
        self.begin(name)
        yield from self._accept(verdict)
        if self.shared.on_read is not None:
            self.shared.on_read(verdict.counts.bytes)
        if not verdict.error:
            self._add(verdict.counts, verdict.crashed, started)

    def begin(self, name: str) -> None:
        """An input of this name begins: which waivers hold depends on it."""
        self.policy.begin(self._file(name))

    def watched(self, stream: ByteStream) -> ByteStream:
        """The stream, if need be one that says how much is read of it."""
        on_read = self.shared.on_read
        return stream if on_read is None else _Watched(stream, on_read)

    def _accept(self, verdict: Verdict) -> Iterator[tuple[None, list[Finding]]]:
        """What was found elsewhere and not waived there, as far as the baseline does not count it."""
        self.policy.usage.add(verdict.usage)
        self.rules.not_checked.update(verdict.tables)
        for findings in verdict.told:
            kept = self.policy.beyond_baseline(findings)
            for finding in kept:
                self.summary.count(finding, self.config.fail_severity)
            yield None, kept

    def _add(self, counts: Counts, crashed: bool, started: float) -> None:
        """Take an input that was read into the totals."""
        summary = self.summary
        summary.files += 1
        summary.bytes += counts.bytes
        summary.segments += counts.segments
        summary.transactions += counts.transactions
        summary.claims += counts.claims
        summary.service_lines += counts.service_lines
        summary.seconds = round(summary.seconds + time.perf_counter() - started, 6)
        if crashed:
            summary.exit = 2

    def told(self, check: FileCheck, name: str, policy: Policy | None = None) -> Iterator[tuple[Part, list[Finding]]]:
        """The parts of a check with those of its findings that are not let pass. Counts nothing into the summary.

        ``policy`` takes the place of the run's, as `policy_of_one_input`.
        """
        policy = policy or self.policy
        policy.begin(self._file(name))
        for part, findings in check.parts():
            yield part, policy.keep(part.record, findings)

    def conclude(self) -> list[Finding]:
        """What is to be said of the configuration itself when all inputs are read: waivers without need."""
        told = [*self.policy.unneeded(), *self.policy.outdated()]
        found = []
        for rule, severity, words, declared in told:
            if rule.id in self.rules.enabled:
                grave = self.rules.severities.get(rule.id, severity)
                found.append(finding_about(rule, grave, words, declared))
        for finding in found:
            self.summary.count(finding, self.config.fail_severity)
        return found

    def unmet_overrides(self) -> Iterator[str]:
        """The overrides that applied to nothing that was read, as people know them: by number, and for whom."""
        met = self.shared.usage.overridden
        for number, override in enumerate(self.config.overrides, 1):
            if not override.is_for_all and override_key(override) not in met:
                whose = {"files": override.files, "receiver": override.receiver, "payer": override.payer}
                whose["claim-filing-indicator"] = override.claim_filing_indicator
                words = (f"{key} {', '.join(listed(value))}" for key, value in whose.items() if value)
                yield f"overrides {number} ({', '.join(words)})"

    @staticmethod
    def _file(name: str) -> File:
        return File(name, "" if name == "-" else os.path.abspath(name))  # noqa: PTH100 - links stay as they are named


def lint(source: Input, config: Config | None = None, *, name: str | None = None) -> Report:
    """Lint one batch and return all findings with their totals.

    ``source`` is a path, the bytes of a batch or a binary stream. Raises `ConfigError`, `SourceError`, `GuideError` or
    `RefdataError` when the answer cannot be known; anything in the batch itself, however broken, is a finding.
    """
    linter = Linter(config)
    findings = list(linter.findings(source, name))
    findings += linter.shown.of(linter.conclude(), linter.config)
    return Report(findings, linter.summary)


class _Watched:
    """A stream that says how much is read of it."""

    def __init__(self, stream: ByteStream, on_read: Callable[[int], None]) -> None:
        self._stream = stream
        self._on_read = on_read

    def read(self, size: int = -1, /) -> bytes:
        content = self._stream.read(size)
        self._on_read(len(content))
        return content


def open_input(source: Input) -> AbstractContextManager[ByteStream]:
    """The bytes of an input. Raises `SourceError` when a path cannot be read."""
    if isinstance(source, Source):
        return source.open()
    if isinstance(source, (bytes, bytearray, memoryview)):
        return io.BytesIO(source)
    if isinstance(source, (str, os.PathLike)):
        return Source(os.fspath(source)).open()
    return nullcontext(source)


def input_name(source: Input) -> str:
    """What an input is called when nobody says: its path, or ``-``."""
    if isinstance(source, Source):
        return source.name
    if isinstance(source, (str, os.PathLike)):
        return os.fspath(source)
    return str(getattr(source, "name", "-"))


def data_folder() -> Path | None:
    """Where the tables lie that the user has loaded: EDI_LINT_DATA, or the user's data directory; None without a home.

    The one place that asks the environment for it.
    """
    given = os.environ.get("EDI_LINT_DATA")
    if given:
        return Path(given)
    try:
        import platformdirs

        return Path(platformdirs.user_data_dir("edi-lint", appauthor=False))
    except (ImportError, RuntimeError, OSError):
        return None


def cache_folder() -> Path | None:
    """Where the compiled guide is kept between runs; None where there is no home."""
    try:
        import platformdirs

        return Path(platformdirs.user_cache_dir("edi-lint", appauthor=False))
    except (ImportError, RuntimeError, OSError):
        return None
