"""The services of one patient on one day: what same-day rules look at, across all claims of a file.

Payers judge a day, not a claim: a visit and an injection that were billed on two claims bundle as if they stood on
one. So each claim is seen with the lines that earlier claims of the file brought for the same patient, billing
provider, rendering provider and date of service. Of those only a compact line is kept, never the claim.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from .fields import lazy
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


class Day:
    """A date of service of a claim: its own lines, and those of earlier claims of the same group."""

    def __init__(self, service_date: date, service_lines: list[ServiceLine], earlier: tuple[_Kept, ...]) -> None:
        self.service_date = service_date
        self._service_lines = service_lines
        self._earlier = earlier

    @property
    def has_earlier(self) -> bool:
        """Whether earlier claims of the file brought lines."""
        return bool(self._earlier)

    @lazy
    def own(self) -> tuple[DayLine, ...]:
        """The lines of the claim itself."""
        return tuple(
            DayLine(
                line.procedure, line.modifiers, line.units, line.place_of_service, line.claim.index, line.number, line
            )
            for line in self._service_lines
        )

    @lazy
    def earlier(self) -> tuple[DayLine, ...]:
        """The lines that earlier claims of the file brought."""
        return tuple(DayLine(*kept) for kept in self._earlier)

    @lazy
    def lines(self) -> tuple[DayLine, ...]:
        """All lines of the day, the earlier claims' first."""
        return self.earlier + self.own

    @lazy
    def procedures(self) -> frozenset[str]:
        """The procedure codes of the day."""
        own = frozenset(line.procedure for line in self._service_lines)
        return own.union(kept[0] for kept in self._earlier) if self._earlier else own

    def with_procedure(self, *procedures: str) -> list[DayLine]:
        """The lines of the day with one of these procedure codes."""
        return [line for line in self.lines if line.procedure in procedures]


_Kept = tuple[str, tuple[str, ...], Decimal | None, str, int, str]
"""What is kept of a line: the fields of `DayLine` without the service line."""


class Days:
    """Remembers the days of one file."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[_Kept, ...]] = {}

    def of(self, claim: Claim) -> tuple[Day, ...]:
        """The days of a claim, in the order of its lines, and remember them for the claims to come."""
        groups: dict[tuple[str, date], list[ServiceLine]] = {}
        for line in claim.lines:
            day = line.service_from
            if day is not None and line.procedure:
                group = line.rendering_npi, day
                if group in groups:
                    groups[group].append(line)
                else:
                    groups[group] = [line]
        if not groups:
            return ()
        found = []
        patient = hash((claim.billing.npi, claim.patient_key))
        for (rendering, day), lines in groups.items():
            # The hash stands for the patient: no identifier is kept, and groups are far fewer than hashes.
            key = hash((patient, rendering, day))
            earlier = self._kept.get(key, ())
            found.append(Day(day, lines, earlier))
            if claim.frequency != "8":  # A void takes services back: nothing of it stands beside what is billed later.
                self._kept[key] = earlier + tuple(
                    [
                        (line.procedure, line.modifiers, line.units, line.place_of_service, claim.index, line.number)
                        for line in lines
                    ]
                )
        return tuple(found)
