"""A clearinghouse's text report: pipe-delimited lines for the file, its payers, their claims, and what was wrong.

The line types and the places of their fields are those that readers of Availity's reports look for, such as OpenEMR's;
a field whose meaning they do not know stays empty. What may not be shown (see ``privacy``) stays empty, too: without
--show-values, all names.

- ``1``: date [1], time [2], ISA13 [5], claims [6], charges [8], rejected claims [10], rejected charges [11], the number
  of our report [14], the batch [15]. ``1E``: what is wrong with the batch apart from its claims [1].
- ``2``, for each payer: name [1], claims [2], rejected claims [6], rejected charges [7], payer id [8].
- ``3``, for each claim below its payer: patient [1], date of service [2], CLM01 [4], NPI of the billing provider [6],
  BHT03 [10], A (accepted) or R (rejected) [11].
- ``3c`` below an accepted claim, ``3e`` below a rejected one: who says so [1], A or R [2], the code [3], the words [4],
  loop [5], segment [6], element [7]. NA where there is no code.

Which claims are rejected is what the 999 and the 277CA say. Claims and their lines wait in a temporary file until the
interchange is complete; a few bytes of each are in memory.
"""

from __future__ import annotations

import struct
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TextIO

import msgspec

from ..claims import Claim, Part
from ..claims.fields import Record, find
from ..escaping import printable
from ..findings import Finding
from ..output import Run
from ..x12 import Ref, Segment
from .answer import Reply
from .outputs import Answers
from .received import Totals
from .write import money

__all__ = ["Ebr"]

_WHO = "EDI-LINT"
_NO_CODE = "NA"
_FIELDS = {"1": 16, "1E": 2, "2": 9, "3": 12, "3c": 8, "3e": 8}
"""How many fields a line has, with its type."""
_LARGEST_CHARGE = Decimal(10) ** 15
_LENGTH = struct.Struct("<I")


class _Error(msgspec.Struct, frozen=True, array_like=True):
    """What was found in a claim. ``rejects`` is False for a warning."""

    rejects: bool
    code: str
    words: str
    loop: str
    segment: str
    element: str


class _Claim(msgspec.Struct, frozen=True, array_like=True):
    """A claim with what may be shown of it; ``key`` tells payers apart, shown or not."""

    st02: str
    key: int
    payer: str
    payer_id: str
    patient: str
    day: str
    id: str
    charge: Decimal
    provider: str
    reference: str
    errors: list[_Error]


class _Payer:
    """A payer's claims: where each lies in the temporary file, and whether it is accepted."""

    def __init__(self, name: str, number: str) -> None:
        self.name, self.number = name, number
        self.places = array("q")
        self.fates = bytearray()
        self.all, self.rejected = Totals(), Totals()


class Ebr(Answers):
    """Writes the lines of each interchange once it is complete."""

    encoding = "utf-8"

    def __init__(self, out: TextIO, run: Run) -> None:
        super().__init__(out, run)
        self._claims = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close
        self._sets: list[array[int]] = []
        """The claims of each transaction set, by where they lie."""
        self._st02 = ""
        self._wrong: list[str] = []

    def begin_input(self, name: str) -> None:
        super().begin_input(name)
        self._sets, self._wrong = [], []

    def part(self, part: Part, findings: list[Finding]) -> None:
        segment, record = part.segment, part.record
        if isinstance(record, Claim):
            self._keep(record, findings)
        else:
            self._wrong += [_sentence(finding) for finding in findings if finding.severity == "error"]
        super().part(part, findings)
        if segment is not None and segment.id == "ST":
            self._st02 = self._value(segment, 2)
            self._sets.append(array("q"))

    def reply(self, reply: Reply) -> None:
        payers: dict[int, _Payer] = {}
        sets = iter(self._sets)
        for group, is_out in zip(reply.received.groups, reply.rejected_groups, strict=True):
            for answer in group.answers:
                places = next(sets)
                is_whole = is_out or answer.verdict == "R"
                self._share_out(places, bytes(len(places)) if is_whole else answer.claims, payers)
        total, rejected = Totals(), Totals()
        for payer in payers.values():
            total.add(payer.all.claims, payer.all.charges)
            rejected.add(payer.rejected.claims, payer.rejected.charges)
        received = reply.received
        number = f"{self.options.number(received.number, 1):09d}"
        self._batch({5: received.isa.get(13), 14: number}, total, rejected)
        for payer in payers.values():
            self._payer(payer)
        self._sets = []
        self._claims.truncate(0)

    def break_off(self) -> None:
        super().break_off()
        self._wrong = []

    def end_input(self) -> None:
        super().end_input()
        if self._wrong:  # There was no interchange to tell it with.
            self._batch({}, Totals(), Totals())

    def close(self) -> None:
        super().close()
        self._claims.close()

    def unanswered(self, notes: Iterable[str]) -> None:
        """It has lines for batches that get no acknowledgement."""

    # -- keeping --------------------------------------------------------------------------------------

    def _keep(self, claim: Claim, findings: list[Finding]) -> None:
        if not self._sets:
            return
        payer = claim.payer
        days = [line.service_from for line in claim.lines if line.service_from is not None]
        charge = claim.total_charge
        kept = _Claim(
            self._st02,
            hash((payer.id, payer.last_name)) if payer is not None else 0,
            self._shown(payer, "last_name"),
            self._shown(payer, "id"),
            ", ".join(filter(None, (self._shown(_patient(claim), name) for name in ("last_name", "first_name")))),
            min(days).isoformat().replace("-", "") if days else "",
            self._shown(claim, "id"),
            charge if charge is not None and abs(charge) < _LARGEST_CHARGE else Decimal(0),
            self._shown(claim.billing.party, "id"),
            self._value(find(claim.transaction.header, "BHT"), 3),
            [
                _Error(
                    finding.severity == "error",
                    finding.rule,
                    finding.message,
                    finding.loop or "",
                    finding.segment or "",
                    finding.element or "",
                )
                for finding in findings
                if finding.severity != "info"
            ],
        )
        self._sets[-1].append(self._claims.seek(0, 2))
        data = msgspec.msgpack.encode(kept)
        self._claims.write(_LENGTH.pack(len(data)) + data)

    def _shown(self, record: Record | None, field: str) -> str:
        """A field of a record, as far as it may be shown."""
        if record is None:
            return ""
        spot = record.at(field)
        return "" if spot.missing else self.run.rules.privacy.value(spot.segment, spot.ref) or ""

    def _value(self, segment: Segment | None, element: int) -> str:
        return self.run.rules.privacy.value(segment, Ref(element)) or "" if segment is not None else ""

    def _share_out(self, places: array[int], fates: bytes, payers: dict[int, _Payer]) -> None:
        """Put the claims of a set to their payers."""
        for place, fate, claim in zip(places, fates, self._read(places), strict=True):
            payer = payers.get(claim.key)
            if payer is None:
                payer = payers[claim.key] = _Payer(claim.payer, claim.payer_id)
            payer.places.append(place)
            payer.fates.append(fate)
            payer.all.add(1, claim.charge)
            if not fate:
                payer.rejected.add(1, claim.charge)

    def _read(self, places: Iterable[int]) -> Iterator[_Claim]:
        decoder = msgspec.msgpack.Decoder(_Claim)
        for place in places:
            self._claims.seek(place)
            [length] = _LENGTH.unpack(self._claims.read(_LENGTH.size))
            yield decoder.decode(self._claims.read(length))

    # -- writing --------------------------------------------------------------------------------------

    def _batch(self, numbers: dict[int, str], total: Totals, rejected: Totals) -> None:
        now = self.run.now
        self._line(
            "1",
            {
                1: f"{now:%Y-%m-%d}",
                2: f"{now:%H:%M:%S}",
                6: str(total.claims),
                8: money(total.charges),
                10: str(rejected.claims),
                11: money(rejected.charges),
                15: self._name,
            }
            | numbers,
        )
        for words in self._wrong:
            self._line("1E", {1: words})
        self._wrong = []

    def _payer(self, payer: _Payer) -> None:
        self._line(
            "2",
            {
                1: payer.name,
                2: str(payer.all.claims),
                6: str(payer.rejected.claims),
                7: money(payer.rejected.charges),
                8: payer.number,
            },
        )
        for fate, claim in zip(payer.fates, self._read(payer.places), strict=True):
            self._claim(claim, bool(fate))

    def _claim(self, claim: _Claim, is_accepted: bool) -> None:
        verdict = "A" if is_accepted else "R"
        fields = {1: claim.patient, 2: claim.day, 4: claim.id, 6: claim.provider, 10: claim.reference, 11: verdict}
        self._line("3", fields)
        errors = [error for error in claim.errors if error.rejects != is_accepted]
        for error in errors:
            self._line("3e" if error.rejects else "3c", {
                1: _WHO, 2: verdict, 3: error.code, 4: error.words, 5: error.loop, 6: error.segment, 7: error.element,
            })  # fmt: skip
        if not errors:
            with_set = f"Rejected with its transaction set ({claim.st02}): see the 999, or the TA1."
            words = "Accepted." if is_accepted else with_set
            self._line("3c" if is_accepted else "3e", {1: _WHO, 2: verdict, 3: _NO_CODE, 4: words})

    def _line(self, kind: str, fields: Mapping[int, str]) -> None:
        values = [kind, *(_clean(fields.get(position, "")) for position in range(1, _FIELDS[kind]))]
        self.out.write("|".join(values) + "\n")


def _clean(value: str) -> str:
    return " ".join(printable(value).replace("|", " ").split())


def _sentence(finding: Finding) -> str:
    place = f"{finding.rule}, line {finding.line}"
    return f"{place}: {finding.message}"


def _patient(claim: Claim) -> Record:
    return claim.patient if claim.patient is not None else claim.subscriber
