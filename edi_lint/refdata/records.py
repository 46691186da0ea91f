"""What the tables hold, as records: one for each kind of look-up, and one for a loaded edition.

A record knows what its file said; whether a claim breaks it is a rule's decision.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

import msgspec

from edi_lint.reference import Edition

__all__ = [
    "BY_PROGRAM",
    "FILE_NAME",
    "TABLES",
    "CrosswalkProduct",
    "HcpcsCode",
    "LoadedEdition",
    "LoadedFile",
    "MueLimit",
    "PayerDiagnoses",
    "PtpEdit",
    "SadExclusion",
    "Table",
    "TableInfo",
    "TaxonomyCode",
    "folded",
    "title_of",
]

FILE_NAME = "reference.sqlite3"
"""The file in the folder of the user's data that holds all tables."""

Table = Literal[
    "ptp", "mue", "hcpcs", "icd10cm", "crosswalk", "sad", "taxonomy", "payer-diagnoses", "prior-authorization"
]
"""What a look-up goes to. `ptp` and `mue` exist twice, for Medicare and for Medicaid."""


BY_PROGRAM: frozenset[Table] = frozenset({"ptp", "mue"})
"""The tables that Medicare and Medicaid each have of their own."""


class TableInfo(msgspec.Struct, frozen=True):
    """How messages call a table, who publishes it, and under which terms."""

    title: str
    publisher: str
    licence: str


_OWN = "The user's own list."
_AMA = "Holds CPT codes, under the terms that the user accepted with the download."

TABLES: Mapping[Table, TableInfo] = MappingProxyType(
    {
        "ptp": TableInfo("NCCI PTP edits", "CMS", _AMA),
        "mue": TableInfo("NCCI MUE values", "CMS", _AMA),
        "hcpcs": TableInfo("HCPCS Level II", "CMS", "Work of the United States government."),
        "icd10cm": TableInfo("ICD-10-CM", "CDC/NCHS and CMS", "Public domain."),
        "crosswalk": TableInfo("NDC-HCPCS crosswalk", "CMS", "Work of the United States government."),
        "sad": TableInfo("self-administered drug list", "Medicare contractors", _AMA),
        "taxonomy": TableInfo("provider taxonomy", "NUCC", "Under the terms that the user accepted with the download."),
        "payer-diagnoses": TableInfo("payer's diagnosis list", "the user", _OWN),
        "prior-authorization": TableInfo("prior-authorization list", "the user", _OWN),
    }
)
"""Every table, in the order in which they are listed."""


def title_of(table: Table, *, medicaid: bool = False) -> str:
    """How messages call a table."""
    return f"{TABLES[table].title} (Medicaid)" if medicaid else TABLES[table].title


class PtpEdit(msgspec.Struct, frozen=True):
    """A pair of codes of which, on one day, column 1 is paid and column 2 denied. Source: CMS, NCCI PTP edits.

    ``effective`` and ``deletion`` are dates of service, both inclusive; ``deletion`` is None while the edit stands.
    ``indicator`` is 0 where no modifier helps and 1 where one may; edits with 9 were never in force and are not kept.
    """

    column1: str
    column2: str
    effective: date
    deletion: date | None
    indicator: int
    edition: str

    @property
    def modifier_allowed(self) -> bool:
        """Whether a modifier on either code can let both be paid."""
        return self.indicator == 1


class MueLimit(msgspec.Struct, frozen=True):
    """The most units of a code that are medically likely. Source: CMS, NCCI MUE values for practitioners.

    ``adjudication`` is 1 where ``units`` holds for each claim line, 2 (policy) or 3 (clinical) for the day's sum.
    """

    code: str
    units: int
    adjudication: int
    edition: str

    @property
    def per_day(self) -> bool:
        """Whether the units of all lines of the day count together."""
        return self.adjudication != 1


class HcpcsCode(msgspec.Struct, frozen=True):
    """A HCPCS Level II code or modifier.

    ``added`` and ``terminated`` are its first and last date of service, None if open.
    """

    code: str
    added: date | None
    terminated: date | None
    edition: str

    def in_force(self, day: date) -> bool:
        """Whether the code may be billed for the date of service ``day``."""
        return (self.added or date.min) <= day <= (self.terminated or date.max)


class CrosswalkProduct(msgspec.Struct, frozen=True):
    """A drug product and a HCPCS code it is billed under. Source: CMS, ASP NDC-HCPCS crosswalk.

    ``ndc`` has 11 digits and no dashes. A package holds ``package_quantity`` items of ``package_size`` (mL, or each)
    and is billed as ``units_per_package`` units of the code. None where the file gives no number.
    """

    ndc: str
    hcpcs: str
    package_size: Decimal | None
    package_quantity: Decimal | None
    units_per_package: Decimal | None
    edition: str

    @property
    def units_per_measure(self) -> Decimal | None:
        """HCPCS units in one mL, or in one item where the size counts items; None where that is not known."""
        if not (self.package_size and self.package_quantity and self.units_per_package):
            return None
        return self.units_per_package / (self.package_size * self.package_quantity)


class SadExclusion(msgspec.Struct, frozen=True):
    """A drug that a Medicare contractor takes for self-administered. The dates are inclusive, None if open.

    ``drug`` tells the products of an unclassified code apart; it is as the list has it, and may be empty.
    """

    code: str
    mac: str
    drug: str
    excluded_from: date | None
    excluded_to: date | None
    edition: str


class TaxonomyCode(msgspec.Struct, frozen=True):
    """A provider taxonomy code. Source: NUCC."""

    code: str
    classification: str
    specialization: str
    edition: str


class PayerDiagnoses(msgspec.Struct, frozen=True):
    """The diagnoses that a payer accepts for a procedure: ``"E538" in accepted``.

    ``prefixes`` stand for every code that begins so (``D51*`` in the list).
    """

    payer: str
    code: str
    diagnoses: frozenset[str]
    prefixes: tuple[str, ...]

    def __contains__(self, diagnosis: object) -> bool:
        return isinstance(diagnosis, str) and (diagnosis in self.diagnoses or diagnosis.startswith(self.prefixes))


class LoadedFile(msgspec.Struct, frozen=True):
    """One file of an edition. ``part`` tells the files of a table apart that comes in several (``f1``)."""

    part: str
    name: str
    rows: int


class LoadedEdition(Edition, frozen=True, kw_only=True):
    """One release of a table as a user loaded it. ``edition`` names it in the store.

    Of several that cover a day the one with the latest ``effective`` date is consulted.
    """

    id: int
    table: Table
    medicaid: bool
    effective: date
    files: tuple[LoadedFile, ...]

    @property
    def rows(self) -> int:
        """How many rows are kept, of all files."""
        return sum(file.rows for file in self.files)


def folded(name: str) -> str:
    """A payer's id or a contractor's name as they are compared: in capitals, with single blanks."""
    return " ".join(name.upper().split())
