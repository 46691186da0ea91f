"""Write the page: its frame, then what was found as JSON records that the page's own script puts on the screen.

The records stream, so a batch of any size takes little memory here. Findings are listed up to a limit, since a browser
has to hold them; counts are exact. Whatever stands in the file stays text: the records are JSON in a data block, the
script makes text nodes of them, and the page's content security policy runs no other script and loads nothing.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TextIO

import msgspec

from ...claims import Claim, Part
from ...findings import Finding, Summary
from ...output import Output, Run
from .records import Records
from .totals import Totals

__all__ = ["MOST_LISTED", "Html"]

MOST_LISTED = 20_000
"""Findings that the page lists one by one."""

_HERE = Path(__file__).parent
_encode = msgspec.json.Encoder().encode


class Html(Output):
    """The page. Claims with findings are on it segment by segment, each element with its name and meaning."""

    wants_parts = True

    def __init__(self, out: TextIO, run: Run) -> None:
        super().__init__(out, run)
        self._records = Records(run, self._write)
        self._totals = Totals(run)
        self._listed = 0
        self._separator = ""

    def begin(self) -> None:
        style, script = _asset("page.css"), _asset("page.js")
        policy = f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'"
        self._script = script
        self.out.write(
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="robots" content="noindex">\n<meta name="color-scheme" content="light dark">\n'
            f"<title>Claim check</title>\n<style>{style}</style>\n</head>\n<body>\n{_asset('page.html')}\n"
            '<script type="application/json" id="records">['
        )

    def begin_input(self, name: str) -> None:
        self._records.begin_input(name)

    def part(self, part: Part, findings: list[Finding]) -> None:
        if isinstance(part.record, Claim):
            self._totals.claim(part.record, findings)
            self._records.claim(part.record)
        if findings:
            payer = self._totals.payer_of(part.record)
            for finding in findings:
                self._totals.finding(finding, payer)
            self._records.part(part, self._listable(findings), payer)

    def finding(self, finding: Finding) -> None:
        self._totals.finding(finding, "")
        self._records.findings(self._listable([finding]), None)

    def end(self, summary: Summary) -> None:
        self._records.end(self._totals.record(summary, self._listed))
        self.out.write(f"\n]</script>\n<script>{self._script}</script>\n</body>\n</html>\n")

    def _listable(self, findings: list[Finding]) -> list[Finding]:
        room = MOST_LISTED - self._listed
        self._listed += min(room, len(findings))
        return findings[:room]

    def _write(self, record: list[object]) -> None:
        # A data block ends at the next "</script", whatever it means, and there is no other way to write it there.
        text = _encode(record).decode().replace("<", "\\u003c")
        self.out.write(f"{self._separator}\n{text}")
        self._separator = ","


def _asset(name: str) -> str:
    return (_HERE / name).read_text("utf-8").strip()


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
