"""The services of one patient on one day: what same-day rules look at, across all claims of a file.

Payers judge a day, not a claim: a visit and an injection that were billed on two claims bundle as if they stood on
one. So each claim is seen with the lines that earlier claims of the file brought for the same patient, billing
provider, rendering provider and date of service. Of those only a compact line is kept, never the claim.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from .fields import lazy, parse_decimal
from .memory import Memory
from .records import Claim, ServiceLine

__all__ = ["MOST_EARLIER", "Day", "DayLine", "Days"]


MOST_EARLIER = 20
"""Of so many earlier claims the lines of a day are kept. Nobody has more; a batch in which one claim stands ten
thousand times, as some make to try things out, would else be compared with itself a hundred million times."""


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

    def __init__(self, service_date: date, service_lines: list[ServiceLine], earlier: tuple[Any, ...]) -> None:
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
        return tuple(
            DayLine(procedure, modifiers, parse_decimal(units), place, claim_index, number)
            for kept in self._earlier
            for procedure, modifiers, units, place, claim_index, number in kept
        )

    @lazy
    def lines(self) -> tuple[DayLine, ...]:
        """All lines of the day, the earlier claims' first."""
        return self.earlier + self.own

    @lazy
    def procedures(self) -> frozenset[str]:
        """The procedure codes of the day."""
        own = frozenset(line.procedure for line in self._service_lines)
        return own.union(line[0] for kept in self._earlier for line in kept) if self._earlier else own

    def with_procedure(self, *procedures: str) -> list[DayLine]:
        """The lines of the day with one of these procedure codes."""
        return [line for line in self.lines if line.procedure in procedures]


class Days:
    """Remembers the days of one file: for each claim the fields of its `DayLine`s, without the service line."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

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
        memory = self._memory
        patient = memory.key((claim.billing.npi, claim.patient_key))
        for (rendering, day), lines in groups.items():
            # The hash stands for the patient: no identifier is kept, and groups are far fewer than hashes.
            key = memory.key((patient, rendering, day.toordinal()))
            earlier = memory.recall(key)
            found.append(Day(day, lines, earlier))
            # A void takes services back: nothing of it stands beside what is billed later.
            if claim.frequency != "8" and len(earlier) < MOST_EARLIER:
                kept = [
                    (line.procedure, line.modifiers, line.units_sent, line.place_of_service, claim.index, line.number)
                    for line in lines
                ]
                memory.remember(key, tuple(kept))
        return tuple(found)
