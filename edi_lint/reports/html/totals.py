"""The counts of the page: by rule, by payer, by claim, and what claims charge. They are exact, whatever is listed."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from ...claims import Claim, Patient, Subscriber, UnitRecord
from ...findings import SEVERITIES, Finding, Severity, Summary
from ...output import Run
from ...reference.code_words import code_words
from ...x12 import Ref

__all__ = ["Totals"]

_MOST_PAYERS = 1000
_OTHER = "other payers"
_NO_PAYER = ""


class Totals:
    """Counts what it is told of."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._rules: Counter[tuple[str, Severity]] = Counter()
        self._payers: dict[str, Counter[Severity]] = {}
        self._claims: Counter[str] = Counter()
        self._charges = self._held = Decimal(0)

    def claim(self, claim: Claim, findings: list[Finding]) -> None:
        """A claim, by the gravest that was found in it, with what it charges."""
        charge = claim.total_charge or Decimal(0)
        self._charges += charge
        gravest = min((SEVERITIES.index(finding.severity) for finding in findings), default=None)
        self._claims[SEVERITIES[gravest] if gravest is not None else "clean"] += 1
        if gravest == 0:
            self._held += charge

    def finding(self, finding: Finding, payer: str) -> None:
        """A finding, with the payer that `payer_of` names."""
        self._rules[finding.rule, finding.severity] += 1
        self._payers.setdefault(payer, Counter())[finding.severity] += 1

    def payer_of(self, record: UnitRecord | None) -> str:
        """The payer of a record in words, as it may be shown; empty for what concerns no payer or all of them."""
        subscriber = record.subscriber if isinstance(record, Claim | Patient) else record
        if not isinstance(subscriber, Subscriber):
            return _NO_PAYER
        indicator = subscriber.claim_filing_indicator
        parts = [code_words("SBR09", indicator) or "kind not given"]
        payer = subscriber.payer
        if payer is not None and payer.loop.segments:
            privacy, nm1 = self._run.rules.privacy, payer.loop.segments[0]
            shown = (privacy.value(nm1, Ref(element)) for element in (3, 9))
            parts += [value for value in shown if value]
        label = ", ".join(parts)
        return label if label in self._payers or len(self._payers) < _MOST_PAYERS else _OTHER

    def record(self, summary: Summary, listed: int) -> dict[str, object]:
        """All of it, for the page."""
        return {
            "summary": summary,
            "listed": listed,
            "rules": [[rule, severity, count] for (rule, severity), count in self._rules.items()],
            "payers": [[payer, *(counts[s] for s in SEVERITIES)] for payer, counts in self._payers.items()],
            "claims": [self._claims[key] for key in (*SEVERITIES, "clean")],
            "charges": f"{self._charges:.2f}",
            "held": f"{self._held:.2f}",
        }
