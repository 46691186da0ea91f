"""What becomes of a finding: it is waived, let pass by the baseline, or told; and what of the told ones is shown.

Reports, acknowledgements, the gate and the exit status all stand behind this, so they cannot disagree. What the
configuration lets pass without need is itself found, at the end of the run.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from .baseline import Baseline
from .claims import BillingProvider, Claim, UnitRecord
from .config import Config, Waiver, listed
from .engine import RULE_PAGES
from .findings import Finding, Severity, at_least
from .matching import Input, claim_of, matches_file
from .rules import BASELINE_OUTDATED, WAIVER_EXPIRED, WAIVER_UNUSED, Rule
from .selection import mandatory_rules, rules_named

__all__ = ["Policy", "Shown", "Usage", "finding_about"]


class Usage(msgspec.Struct):
    """How far waivers were used over a run; usages of several processes add up."""

    used: dict[str, int] = {}
    """For each waiver, by its key, how many findings it let pass."""
    met: set[str] = set()
    """The waivers whose files, payers and providers were among those that were read."""
    overridden: set[bytes] = set()
    """The overrides, by their keys, that applied to something that was read."""
    told: set[str] = set()
    """The waivers and baselines of which it was told that they are not needed, by linters that share them."""

    def add(self, other: Usage) -> None:
        """Take in the usage of another part of the run."""
        for key, count in other.used.items():
            self.used[key] = self.used.get(key, 0) + count
        self.met |= other.met
        self.overridden |= other.overridden

    @property
    def waived(self) -> int:
        """How many findings were waived."""
        return sum(self.used.values())


class _Active(msgspec.Struct):
    """A waiver that holds, ready to be asked."""

    key: str
    waiver: Waiver
    rules: frozenset[str]
    payers: tuple[str, ...]
    providers: tuple[str, ...]


class Policy:
    """Lets findings pass for one configuration; `begin` each input, then ask `keep` part by part."""

    def __init__(self, config: Config, as_of: date, baseline: Baseline | None, usage: Usage) -> None:
        self.usage = usage
        self.baseline = baseline
        self.let_pass = 0
        """How many findings the baseline let pass."""
        self._mandatory = mandatory_rules(config)
        self._expired = [waiver for waiver in config.waivers if waiver.expires is not None and waiver.expires < as_of]
        self._active = [
            _Active(
                _key(waiver),
                waiver,
                rules_named(listed(waiver.rule)) - self._mandatory,
                listed(waiver.payer),
                listed(waiver.provider),
            )
            for waiver in config.waivers
            if waiver not in self._expired
        ]
        self._here: list[_Active] = []
        """Those that hold for the input at hand."""
        self._unmet: list[_Active] = []
        """Those of them of whom nothing has been read yet."""

    def begin(self, file: Input) -> None:
        """An input begins."""
        self._here = [
            one for one in self._active if not one.waiver.files or matches_file(listed(one.waiver.files), file)
        ]
        self.usage.met.update(one.key for one in self._here if not one.payers and not one.providers)
        self._unmet = [one for one in self._here if one.key not in self.usage.met]

    def keep(self, record: UnitRecord | None, findings: list[Finding]) -> list[Finding]:
        """The findings of a part that are told; ``record`` is None where the part is no record."""
        if self._here:
            findings = self._unwaived(record, findings)
        return self.beyond_baseline(findings) if findings else findings

    def beyond_baseline(self, findings: list[Finding]) -> list[Finding]:
        """The findings that the baseline does not count. The order of the calls matters: it counts down."""
        baseline = self.baseline
        if baseline is None:
            return findings
        kept = [f for f in findings if f.rule in self._mandatory or not baseline.lets_pass(f)]
        self.let_pass += len(findings) - len(kept)
        return kept

    def _unwaived(self, record: UnitRecord | None, findings: list[Finding]) -> list[Finding]:
        if not findings and not self._unmet:
            return findings
        here = [one for one in (self._here if findings else self._unmet) if _is_for(one, record)]
        if here and self._unmet:
            self.usage.met.update(one.key for one in here)
            self._unmet = [one for one in self._unmet if one.key not in self.usage.met]
        return [finding for finding in findings if not any(self._waives(one, record, finding) for one in here)]

    def _waives(self, one: _Active, record: UnitRecord | None, finding: Finding) -> bool:
        if finding.rule not in one.rules:
            return False
        if one.providers and _providers(record, finding.service_line).isdisjoint(one.providers):
            return False
        self.usage.used[one.key] = self.usage.used.get(one.key, 0) + 1
        return True

    # -- the configuration itself ---------------------------------------------------------------------

    def unneeded(self) -> Iterator[tuple[Rule, Severity, str, str]]:
        """What was let pass without need: rule, severity, words, and where the waiver stands."""
        for waiver in self._expired:
            if self._was_told(_key(waiver)):
                continue
            words = f"The waiver of {', '.join(listed(waiver.rule))} expired on {waiver.expires}."
            yield WAIVER_EXPIRED, "warning", words, waiver.declared
        for one in self._active:
            if one.key in self.usage.used or self._was_told(one.key):
                continue
            name = ", ".join(listed(one.waiver.rule))
            if one.key in self.usage.met:
                yield WAIVER_UNUSED, "warning", f"The waiver of {name} waived nothing.", one.waiver.declared
            else:
                words = f"The waiver of {name} waived nothing: nothing of whom it is for was in this run."
                yield WAIVER_UNUSED, "info", words, one.waiver.declared

    def outdated(self) -> Iterator[tuple[Rule, Severity, str, str]]:
        """What the baseline counts and nobody found."""
        baseline = self.baseline
        if baseline is not None and (left := baseline.left) and not self._was_told(baseline.name):
            what = "finding that was" if left == 1 else "findings that were"
            yield BASELINE_OUTDATED, "info", f"The baseline counts {left:,} {what} not found.", baseline.name

    def _was_told(self, key: str) -> bool:
        was_told = key in self.usage.told
        self.usage.told.add(key)
        return was_told


def finding_about(rule: Rule, severity: Severity, words: str, declared: str) -> Finding:
    """A finding about the configuration; ``declared`` is FILE:LINE:OFFSET, or the name of a file, or nothing."""
    file, line, offset = declared or "configuration", 1, 0
    head, _, last = declared.rpartition(":")
    name, _, middle = head.rpartition(":")
    if name and last.isdecimal() and middle.isdecimal():
        file, line, offset = name, int(middle), int(last)
    return Finding(
        rule=rule.id,
        name=rule.name,
        severity=severity,
        snip=rule.snip,
        message=words,
        remedy=rule.fix,
        file=file,
        line=line,
        column=1,
        offset=offset,
        isa13=None,
        gs06=None,
        st02=None,
        segment_index=None,
        loop=None,
        segment=None,
        element=None,
        value=None,
        claim=None,
        service_line=None,
        acks={},
        url=f"{RULE_PAGES}{rule.id}.md",
        why=rule.why,
    )


class Shown:
    """Which findings reports show: as grave as asked for, and no more than asked for. Says nothing of what counts."""

    def __init__(self) -> None:
        self.shown = 0
        self.left_out = 0
        """How many were left out because there were too many."""

    def of(self, findings: list[Finding], config: Config) -> list[Finding]:
        """Those of the findings that are shown."""
        if config.min_severity != "info":
            findings = [finding for finding in findings if at_least(finding.severity, config.min_severity)]
        if config.max_findings:
            room = max(0, config.max_findings - self.shown)
            self.left_out += max(0, len(findings) - room)
            findings = findings[:room]
        self.shown += len(findings)
        return findings


def _key(waiver: Waiver) -> str:
    """What tells waivers apart over a run, in every process of it."""
    return waiver.declared or repr(waiver)


def _is_for(one: _Active, record: UnitRecord | None) -> bool:
    if one.payers and claim_of(record).payer not in one.payers:
        return False
    return not one.providers or not _providers(record).isdisjoint(one.providers)


def _providers(record: UnitRecord | None, line_number: int | None = None) -> set[str]:
    """The NPIs that a waiver may name for a record: who bills and who renders, on all lines or on one."""
    if isinstance(record, BillingProvider):
        return {record.npi}
    if not isinstance(record, Claim):
        return set()
    if line_number is None:
        found = {line.rendering_npi for line in record.lines}
        if record.rendering is not None:
            found.add(record.rendering.npi)
    else:
        found = {line.rendering_npi for line in record.lines if line.number == str(line_number)}
    return {npi for npi in (*found, record.billing.npi) if npi}
