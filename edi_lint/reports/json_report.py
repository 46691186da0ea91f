"""One JSON document: ``{"findings": [...], "summary": {...}}``, as schemas/report.schema.json describes it."""

from __future__ import annotations

import msgspec

from ..findings import Finding, Summary
from ..output import Output

__all__ = ["Json"]

_encode = msgspec.json.Encoder().encode


class Json(Output):
    """Writes one finding on each line as they come, so that no one has to hold them all."""

    _separator = "\n"

    def begin(self) -> None:
        self.out.write('{"findings": [')

    def finding(self, finding: Finding) -> None:
        self.out.write(self._separator + _encode(finding.as_contract()).decode())
        self._separator = ",\n"

    def end(self, summary: Summary) -> None:
        self.out.write(f'\n],\n"summary": {_encode(summary).decode()}}}\n')
