"""The injectable drug table: how each drug code is measured, packaged and given.

It orients, it does not decide: containers come from product knowledge, and the typical
diagnoses are clinical habit, never a statement of what any payer covers.
"""

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

import msgspec

__all__ = ["Container", "Drug", "DrugTable", "Route"]

Route = Literal["IM", "SC", "IV", "IA", "IL", "IVT", "IMPLANT", "CHEMODENERVATION", "ANY"]
"""Into muscle, under the skin, vein, joint, lesion or eye; an implant; nerve blocking
by toxin; or, for an unclassified code, anything."""

Container = Literal["single", "multi", "both", "unknown"]
"""Whether the drug is sold in single-dose or in multi-dose containers."""


class Drug(msgspec.Struct, frozen=True, kw_only=True):
    """One drug code. `name`, `unit`, `administration` and `note` are our own words.

    `unit` is what one billed unit stands for. `added` and `terminated` are the first
    and last date of service, None where unknown or unlimited; `start_unverified` says
    that `added` is unknown or inferred, so nothing may be denied on its account.
    """

    code: str
    name: str
    unit: str
    routes: frozenset[Route]
    container: Container
    administration: str = ""
    typical_diagnoses: str = ""
    note: str = ""
    added: date | None = None
    terminated: date | None = None
    start_unverified: bool = False

    @property
    def injectable(self) -> bool:
        """Whether it may be given into muscle or under the skin."""
        return not self.routes.isdisjoint({"IM", "SC", "ANY"})

    @property
    def iv_only(self) -> bool:
        """Whether a vein is the only way it is given."""
        return self.routes == {"IV"}


class DrugTable(Mapping[str, Drug]):
    """The drugs of the CSV file at `path`, by code; read at the first look-up.

    That look-up raises OSError when the file cannot be read and
    msgspec.ValidationError when a row is not a drug.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __getitem__(self, code: str) -> Drug:
        return self._drugs[code]

    def __contains__(self, code: object) -> bool:
        return code in self._drugs

    def __iter__(self) -> Iterator[str]:
        return iter(self._drugs)

    def __len__(self) -> int:
        return len(self._drugs)

    @cached_property
    def _drugs(self) -> dict[str, Drug]:
        with self.path.open(encoding="utf-8", newline="") as file:
            drugs = map(_drug, csv.DictReader(file))
            return {drug.code: drug for drug in drugs}


def _drug(row: dict[str, str]) -> Drug:
    cells: dict[str, object] = {name: cell for name, cell in row.items() if cell}
    cells["routes"] = row["routes"].split("+")
    cells["start_unverified"] = row["start_unverified"] == "Y"
    return msgspec.convert(cells, Drug)
