"""The services of one patient on one day: what same-day rules look at, across all claims of a file.

Payers judge a day, not a claim: a visit and an injection that were billed on two claims bundle as if they stood on
one. So each claim is seen with the lines that earlier claims of the file brought for the same patient, billing
provider, rendering provider and date of service. Of those only a compact line is kept, never the claim.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import msgspec

from .records import Claim, ServiceLine

__all__ = ["Day", "DayLine", "Days"]


class DayLine(msgspec.Struct, frozen=True, gc=False):
    """One service of the day. ``line`` is the service line itself, None where it stands on an earlier claim."""

    procedure: str
    modifiers: tuple[str, ...]
    units: Decimal | None
    place_of_service: str
    claim_index: int
    number: str
    line: ServiceLine | None = None


class Day(msgspec.Struct, frozen=True):
    """A date of service of a claim: its own lines, and those of earlier claims of the same group."""

    service_date: date
    own: tuple[DayLine, ...]
    earlier: tuple[DayLine, ...]

    @property
    def lines(self) -> tuple[DayLine, ...]:
        """All lines of the day, the earlier claims' first."""
        return self.earlier + self.own

    def with_procedure(self, *procedures: str) -> list[DayLine]:
        """The lines of the day with one of these procedure codes."""
        return [line for line in self.lines if line.procedure in procedures]

    @property
    def procedures(self) -> frozenset[str]:
        """The procedure codes of the day."""
        return frozenset(line.procedure for line in self.lines)


class Days:
    """Remembers the days of one file."""

    def __init__(self) -> None:
        self._lines: dict[int, tuple[DayLine, ...]] = {}

    def of(self, claim: Claim) -> Iterator[Day]:
        """The days of a claim, in the order of its lines, and remember them for the claims to come."""
        groups: dict[tuple[str, date], list[DayLine]] = {}
        for line in claim.lines:
            if line.service_from is not None and line.procedure:
                own = DayLine(
                    line.procedure, line.modifiers, line.units, line.place_of_service, claim.index, line.number, line
                )
                groups.setdefault((line.rendering_npi, line.service_from), []).append(own)
        for (rendering, day), lines in groups.items():
            # The hash stands for the patient: no identifier is kept, and groups are far fewer than hashes.
            key = hash((claim.billing.npi, claim.patient_key, rendering, day))
            earlier = self._lines.get(key, ())
            self._lines[key] = earlier + tuple(msgspec.structs.replace(line, line=None) for line in lines)
            yield Day(day, tuple(lines), earlier)
