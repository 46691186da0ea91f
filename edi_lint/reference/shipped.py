"""The reference sets that come with edi-lint, and what they may be cited as.

This is the only module that knows where the data files lie and how they are laid out;
`tools/build_reference.py` writes them from here. `Reference` puts what the user has
loaded beside them, and says which of the two answers for a day.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from edi_lint.reference.codeset import CodeSet
from edi_lint.reference.drugs import Drug, DrugTable
from edi_lint.reference.editions import Edition
from edi_lint.reference.exclusions import Exclusions

if TYPE_CHECKING:
    from edi_lint.refdata import LoadedCodes, Table, UserTables

__all__ = ["EDITIONS", "Reference", "shipped"]

_DATA = Path(__file__).parent / "data"

_ICD10CM = CodeSet(
    name="ICD-10-CM",
    edition="FY2026 (April 2026)",
    valid_from=date(2025, 10, 1),
    valid_to=date(2026, 9, 30),
    source="CDC/NCHS and CMS, billable codes",
    licence="Public domain. The flags are our own reading of the tabular list.",
    path=_DATA / "icd10cm.txt",
    width=7,
    flag_names=(
        "unspecified_side",
        "external_cause",
        "code_first",
        "z_status_history",
        "manifestation_title",
        "z_first_listed_only",
        "organism_only",
    ),
)

_EXCLUDES1 = Exclusions(
    name="ICD-10-CM Excludes1 notes",
    edition="FY2026 (April 2026)",
    valid_from=date(2025, 10, 1),
    valid_to=date(2026, 9, 30),
    source="CDC/NCHS, tabular list of April 2026",
    licence="Public domain. Pairs of codes, read from the notes by us.",
    path=_DATA / "excludes1.txt",
)

# The CMS file keeps codes that have ended, so membership alone is not being in force.
_HCPCS = CodeSet(
    name="HCPCS Level II",
    edition="2026 Q3",
    valid_from=date(2026, 7, 1),
    valid_to=date(2026, 9, 30),
    source="CMS, alpha-numeric code list",
    licence="Work of the United States government. Codes only, no dental codes.",
    path=_DATA / "hcpcs.txt",
    width=5,
)

_DRUGS = Edition(
    name="Injectable drugs",
    edition="2026 Q3",
    # Every drug carries dates of its own.
    valid_from=date.min,
    valid_to=date.max,
    source="edi-lint, from the CMS HCPCS files of July 2024 and July 2026",
    licence="Our own wording. Typical diagnoses are orientation, not coverage.",
)

_PLACES = Edition(
    name="Places of service",
    edition="May 2024",
    # Every place carries a start date of its own.
    valid_from=date.min,
    valid_to=date.max,
    source="CMS, place of service code set",
    licence="Work of the United States government. Names in our own words.",
)

EDITIONS: tuple[Edition, ...] = (_ICD10CM, _EXCLUDES1, _HCPCS, _DRUGS, _PLACES)
"""Everything shipped, for reports and notices."""


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """The reference sets a run consults: those shipped, and the tables that the user has loaded.

    Where both have a table, the user's answers for the days that it covers: it was loaded for a reason.
    """

    icd10cm: CodeSet
    hcpcs: CodeSet
    drugs: Mapping[str, Drug]
    excludes1: Exclusions
    loaded: "UserTables"

    def icd10cm_on(self, day: date) -> "CodeSet | LoadedCodes | None":
        """The diagnosis codes that are billable on the date of service; None if no edition covers it."""
        loaded = self.loaded.icd10cm(day)
        if loaded is not None:
            return loaded
        return self.icd10cm if self.icd10cm.covers(day) else None

    def icd10cm_editions(self) -> "tuple[CodeSet | LoadedCodes, ...]":
        """All editions of the diagnosis codes, whatever days they cover."""
        return (self.icd10cm, *self.loaded.icd10cm_years())

    def covers(self, table: "Table", day: date, *, medicaid: bool = False) -> bool:
        """Whether the table may be consulted for the date of service."""
        own = self._shipped(table)
        return (own is not None and own.covers(day)) or self.loaded.covers(table, day, medicaid=medicaid)

    def editions(self, table: "Table", *, medicaid: bool = False) -> tuple[Edition, ...]:
        """What there is of the table, shipped and loaded; nothing if the user would have to load it first."""
        own = self._shipped(table)
        loaded: Iterable[Edition] = (one for one in self.loaded.editions(table) if one.medicaid == medicaid)
        return (*([own] if own is not None else []), *loaded)

    def _shipped(self, table: "Table") -> Edition | None:
        return {"icd10cm": self.icd10cm, "hcpcs": self.hcpcs}.get(table)


@cache
def shipped() -> Reference:
    """The sets in this package, and nothing loaded. No file is read until a code is asked for."""
    # The other room knows this one: it is asked for here only when a run begins.
    from edi_lint.refdata import UserTables

    return Reference(
        icd10cm=_ICD10CM,
        hcpcs=_HCPCS,
        drugs=DrugTable(_DATA / "drugs.csv"),
        excludes1=_EXCLUDES1,
        loaded=UserTables(None),
    )
