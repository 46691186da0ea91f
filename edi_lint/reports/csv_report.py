"""CSV for spreadsheets: a row for each finding, a column for each thing that is known of it."""

from __future__ import annotations

import csv
from typing import TextIO

from ..escaping import cell
from ..findings import CONTRACT_KEYS, Finding
from ..output import Output, Run

__all__ = ["Csv"]

_ACKS = ("ta1", "ak905", "ik502", "ik304", "ik403", "stc")
_COLUMNS = [
    column for key in CONTRACT_KEYS for column in {"claim": ("claim_index", "claim_id"), "acks": _ACKS}.get(key, (key,))
]


class Csv(Output):
    """Writes the heading and then the findings as they come; there are no totals, which a spreadsheet counts itself."""

    def __init__(self, out: TextIO, run: Run) -> None:
        super().__init__(out, run)
        self._writer = csv.DictWriter(out, _COLUMNS, extrasaction="ignore", lineterminator="\n")

    def begin(self) -> None:
        self._writer.writeheader()

    def finding(self, finding: Finding) -> None:
        claim = finding.claim
        row = finding.as_contract() | {
            "claim_index": claim.index if claim is not None else None,
            "claim_id": claim.id if claim is not None else None,
            **finding.acks,
        }
        self._writer.writerow({column: cell(row.get(column)) for column in _COLUMNS})
