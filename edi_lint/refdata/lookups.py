"""Look-ups in the loaded tables, by code and date of service; the only part of this room that rules need.

Nothing is opened before the first look-up. It knows what the tables say, not what follows from it for a claim; a table
that was never loaded has no answers, which `UserTables.missing` tells apart from an answer.
"""

import os
import weakref
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edi_lint.refdata.dates import OPEN, day_of, number_of
from edi_lint.refdata.records import (
    FILE_NAME,
    CrosswalkProduct,
    HcpcsCode,
    LoadedEdition,
    MueLimit,
    PayerDiagnoses,
    PtpEdit,
    SadExclusion,
    Table,
    TaxonomyCode,
    folded,
)
from edi_lint.reference import Edition

if TYPE_CHECKING:
    from edi_lint.refdata.store import Reader

__all__ = ["QUERIES", "LoadedCodes", "UserTables"]

QUERIES = {
    "ptp": "SELECT effective, deletion, indicator FROM part CROSS JOIN ptp ON ptp.part = part.id"
    " WHERE part.edition = ? AND column1 = ? AND column2 = ? ORDER BY effective DESC, indicator",
    "mue": "SELECT units, adjudication FROM part CROSS JOIN mue ON mue.part = part.id"
    " WHERE part.edition = ? AND code = ?",
    "hcpcs": "SELECT added, terminated FROM part CROSS JOIN hcpcs ON hcpcs.part = part.id"
    " WHERE part.edition = ? AND code = ?",
    "icd10cm": "SELECT 1 FROM part CROSS JOIN icd10cm ON icd10cm.part = part.id WHERE part.edition = ? AND code = ?",
    "icd10cm-children": "SELECT code FROM part CROSS JOIN icd10cm ON icd10cm.part = part.id"
    " WHERE part.edition = ? AND code > ? AND code < ? ORDER BY code LIMIT ?",
    "crosswalk": "SELECT hcpcs, size, quantity, units FROM part CROSS JOIN crosswalk ON crosswalk.part = part.id"
    " WHERE part.edition = ? AND ndc = ? ORDER BY hcpcs",
    "crosswalk-lists": "SELECT 1 FROM part CROSS JOIN crosswalk ON crosswalk.part = part.id"
    " WHERE part.edition = ? AND hcpcs = ? LIMIT 1",
    "sad": "SELECT mac, first, last, drug FROM part CROSS JOIN sad ON sad.part = part.id"
    " WHERE part.edition = ? AND mac = ? AND code = ? AND first <= ? AND last >= ? ORDER BY drug",
    "macs": "SELECT DISTINCT mac FROM part CROSS JOIN sad ON sad.part = part.id WHERE part.edition = ? ORDER BY mac",
    "taxonomy": "SELECT classification, specialization FROM part CROSS JOIN taxonomy ON taxonomy.part = part.id"
    " WHERE part.edition = ? AND code = ?",
    "payer-diagnoses": "SELECT diagnosis FROM payer_diagnoses"
    " WHERE payer IN (?, '*') AND code = ? AND first <= ? AND last >= ?",
    "prior-authorization": "SELECT 1 FROM prior_authorization"
    " WHERE payer IN (?, '*') AND code = ? AND first <= ? AND last >= ? LIMIT 1",
}
"""Every question put to the store. CROSS JOIN keeps SQLite to this order: the few parts of an edition, then the key."""

# A batch of claims uses few codes, and asks for each of them very often.
_REMEMBERED = 1 << 16


class LoadedCodes(Edition, frozen=True, kw_only=True):
    """A loaded edition of a code set, with the look-ups of the shipped `edi_lint.reference.CodeSet`, but no flags."""

    find: Callable[[str], bool]
    extend: Callable[[str, int], tuple[str, ...]]

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and self.find(code)

    def children(self, prefix: str, limit: int = 6) -> tuple[str, ...]:
        """The first ``limit`` codes that extend ``prefix``, in order, without itself."""
        return self.extend(prefix, limit)

    def flags(self, code: str) -> frozenset[str]:  # noqa: ARG002 - as the shipped code set has it
        """None: the files say nothing beyond the codes."""
        return frozenset()


class UserTables:
    """The tables that the user has loaded into ``folder``. No folder, or no store in it: every table is missing.

    Of the editions of a table that cover a date of service, the one that takes effect last answers. Codes are asked
    for as claims have them: no blanks, capitals, diagnoses without a point. The first look-up raises `RefdataError`
    when the store is there and cannot be used: ask for `editions` before any claim is read. May be handed to other
    threads and, pickled, to other processes.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._session: _Session | None = None

    def __reduce__(self) -> tuple[type["UserTables"], tuple[Path | None]]:
        return UserTables, (self._folder,)

    def close(self) -> None:
        """Let go of the store; a later look-up opens it again."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    # -- what is loaded --------------------------------------------------------------------------------

    def editions(self, table: Table | None = None) -> tuple[LoadedEdition, ...]:
        """The loaded editions, of all tables or of one; the one that takes effect last at the end."""
        editions = self._opened().editions
        return editions if table is None else tuple(edition for edition in editions if edition.table == table)

    def missing(self, table: Table, *, medicaid: bool = False) -> bool:
        """Whether no edition of the table was ever loaded (REF002)."""
        return not any(edition.medicaid == medicaid for edition in self.editions(table))

    def covers(self, table: Table, day: date, *, medicaid: bool = False) -> bool:
        """Whether an edition of the table may be consulted for the day; if not, and it is not missing, REF001."""
        return self.edition(table, day, medicaid=medicaid) is not None

    def edition(self, table: Table, day: date, *, medicaid: bool = False) -> LoadedEdition | None:
        """The edition that answers for the day; None if none covers it."""
        return self._opened().chosen(table, day, medicaid)

    # -- NCCI ------------------------------------------------------------------------------------------

    def ptp(self, column1: str, column2: str, day: date, *, medicaid: bool = False) -> PtpEdit | None:
        """The edit in force on the day that denies ``column2`` beside ``column1``; None if there is none."""
        edition = self.edition("ptp", day, medicaid=medicaid)
        if edition is None:
            return None
        number = number_of(day)
        for effective, deletion, indicator in self._find("ptp", edition.id, column1, column2):
            if effective <= number <= deletion:
                return PtpEdit(column1, column2, day_of(effective), _last(deletion), indicator, edition.edition)
        return None

    def ptp_among(self, codes: frozenset[str], day: date, *, medicaid: bool = False) -> tuple[PtpEdit, ...]:
        """The edits in force on the day between any two of the codes, in the order of column 2, then column 1."""
        remembered = self._opened().ptp_among
        found = remembered.get((codes, day, medicaid))
        if found is None:
            pairs = permutations(sorted(codes), 2)
            edits = (self.ptp(first, second, day, medicaid=medicaid) for second, first in pairs)
            found = tuple(edit for edit in edits if edit is not None)
            if len(remembered) >= _REMEMBERED:
                remembered.clear()
            remembered[codes, day, medicaid] = found
        return found

    def mue(self, code: str, day: date, *, medicaid: bool = False) -> MueLimit | None:
        """The most units of the code; None where no value is published for it."""
        edition = self.edition("mue", day, medicaid=medicaid)
        if edition is None:
            return None
        rows = self._find("mue", edition.id, code)
        return next((MueLimit(code, units, kind, edition.edition) for units, kind in rows), None)

    # -- code sets -------------------------------------------------------------------------------------

    def hcpcs(self, code: str, day: date) -> HcpcsCode | None:
        """The code or modifier in the list that covers the day, in force or not; None if the list does not have it."""
        edition = self.edition("hcpcs", day)
        if edition is None:
            return None
        rows = self._find("hcpcs", edition.id, code)
        return next((HcpcsCode(code, _first(added), _last(ended), edition.edition) for added, ended in rows), None)

    def icd10cm(self, day: date) -> LoadedCodes | None:
        """The billable diagnosis codes of the year that the day lies in; None if that year is not loaded."""
        edition = self.edition("icd10cm", day)
        return self._opened().codes(edition) if edition is not None else None

    def taxonomy(self, code: str) -> TaxonomyCode | None:
        """The provider taxonomy code, in the latest list that is loaded; None if it is not there."""
        for edition in self.editions("taxonomy")[-1:]:
            for classification, specialization in self._find("taxonomy", edition.id, code):
                return TaxonomyCode(code, classification, specialization, edition.edition)
        return None

    def icd10cm_years(self) -> tuple[LoadedCodes, ...]:
        """The billable diagnosis codes of all years that are loaded."""
        return self._opened().icd10cm_years

    # -- drugs -----------------------------------------------------------------------------------------

    def crosswalk(self, ndc: str, hcpcs: str, day: date) -> CrosswalkProduct | None:
        """The product under the code; None if it is not listed there (see `crosswalk_codes`, `crosswalk_lists`)."""
        edition = self.edition("crosswalk", day)
        if edition is None:
            return None
        for code, *numbers in self._find("crosswalk", edition.id, _plain(ndc)):
            if code == hcpcs:
                size, quantity, units = map(_decimal, numbers)
                return CrosswalkProduct(_plain(ndc), code, size, quantity, units, edition.edition)
        return None

    def crosswalk_codes(self, ndc: str, day: date) -> tuple[str, ...]:
        """The codes that the product is listed under; empty if the crosswalk does not know the product."""
        edition = self.edition("crosswalk", day)
        rows = self._find("crosswalk", edition.id, _plain(ndc)) if edition is not None else []
        return tuple(dict.fromkeys(code for code, *_ in rows))

    def crosswalk_lists(self, hcpcs: str, day: date) -> bool:
        """Whether the crosswalk has products of the code at all: if not, it cannot speak against one."""
        edition = self.edition("crosswalk", day)
        return edition is not None and bool(self._find("crosswalk-lists", edition.id, hcpcs))

    def sad(self, code: str, day: date, mac: str | None = None) -> tuple[SadExclusion, ...]:
        """The entries that exclude the code on the day, by the contractor, or by any if none is named.

        An unclassified code has an entry for each product, so one of them does not speak for every claim.
        """
        number = number_of(day)
        return tuple(
            SadExclusion(code, name, drug, _first(first), _last(last), edition.edition)
            for wanted in ([folded(mac)] if mac is not None else self.macs())
            for edition in self._list_of(wanted)
            for name, first, last, drug in self._find("sad", edition.id, wanted, code, number, number)
        )

    def macs(self) -> tuple[str, ...]:
        """The Medicare contractors whose lists of self-administered drugs are loaded, in capitals."""
        found = {name for edition in self.editions("sad") for (name,) in self._find("macs", edition.id)}
        return tuple(sorted(found))

    # -- the payers' own -------------------------------------------------------------------------------

    def payer_diagnoses(self, payer: str, code: str, day: date) -> PayerDiagnoses | None:
        """What the payer (2010BB NM109) accepts for the code on the day, with what all payers (``*``) accept.

        None if no list speaks of the code: then nothing is known. All loaded lists count together.
        """
        number = number_of(day)
        entries = [entry for (entry,) in self._find("payer-diagnoses", folded(payer), code, number, number)]
        if not entries:
            return None
        prefixes = tuple(sorted({entry[:-1] for entry in entries if entry.endswith("*")}))
        return PayerDiagnoses(payer, code, frozenset(entry for entry in entries if entry[-1] != "*"), prefixes)

    def prior_authorization(self, payer: str, code: str, day: date) -> bool:
        """Whether the payer (2010BB NM109), or every payer, wants a prior authorization for the code on the day."""
        number = number_of(day)
        return bool(self._find("prior-authorization", folded(payer), code, number, number))

    # -- behind them -----------------------------------------------------------------------------------

    def _find(self, query: str, *values: str | int) -> list[tuple[Any, ...]]:
        return self._opened().find(query, *values)

    def _list_of(self, mac: str) -> tuple[LoadedEdition, ...]:
        """The latest edition that has the contractor's list; a code that is not in it is no longer excluded."""
        lists = [edition for edition in self.editions("sad") if (mac,) in self._find("macs", edition.id)]
        return tuple(lists[-1:])

    def _opened(self) -> "_Session":
        session = self._session
        # A connection must not be used on both sides of a fork, so a child opens its own.
        if session is None or session.process != os.getpid():
            session = self._session = _Session(self._folder)
        return session


class _Session:
    """One process's connection, with what it has learned. Remembered answers hold as long as it does."""

    def __init__(self, folder: Path | None) -> None:
        self.process = os.getpid()
        self.reader = _reader(folder) if folder is not None else None
        self.editions = self.reader.editions() if self.reader is not None else ()
        self.find = lru_cache(maxsize=_REMEMBERED)(self._find)
        self.chosen = lru_cache(maxsize=_REMEMBERED)(self._chosen)
        self.codes = lru_cache(maxsize=None)(self._codes)
        self.ptp_among: dict[tuple[frozenset[str], date, bool], tuple[PtpEdit, ...]] = {}
        if self.reader is not None:
            # Whoever forgets to close the tables leaves no connection open.
            weakref.finalize(self, self.reader.close)

    @cached_property
    def icd10cm_years(self) -> tuple[LoadedCodes, ...]:
        days = (edition.valid_from for edition in self.editions if edition.table == "icd10cm")
        answering = (self.chosen("icd10cm", day, False) for day in days)
        return tuple(self.codes(edition) for edition in answering if edition is not None)

    def close(self) -> None:
        if self.reader is not None:
            self.reader.close()

    def _find(self, query: str, *values: str | int) -> list[tuple[Any, ...]]:
        return self.reader.find(QUERIES[query], values) if self.reader is not None else []

    def _chosen(self, table: Table, day: date, medicaid: bool) -> LoadedEdition | None:
        covering = [
            edition
            for edition in self.editions
            if edition.table == table and edition.medicaid == medicaid and edition.covers(day)
        ]
        return covering[-1] if covering else None

    def _codes(self, edition: LoadedEdition) -> LoadedCodes:
        def extend(prefix: str, limit: int) -> tuple[str, ...]:
            if not prefix:
                return ()
            # No code has a character after "Z", so these are the ones that begin with the prefix.
            rows = self.find("icd10cm-children", edition.id, prefix, f"{prefix}[", limit)
            return tuple(code for (code,) in rows)

        return LoadedCodes(
            name=edition.name,
            edition=edition.edition,
            valid_from=edition.valid_from,
            valid_to=edition.valid_to,
            source=edition.source,
            licence=edition.licence,
            find=lambda code: bool(self.find("icd10cm", edition.id, code)),
            extend=extend,
        )


def _reader(folder: Path) -> "Reader | None":
    # SQLite costs some milliseconds to import, which a run of somebody who has loaded nothing need not pay.
    try:
        if not (folder / FILE_NAME).exists():
            return None
    except OSError:
        pass  # The store tells it in words.
    from edi_lint.refdata.store import open_reader

    return open_reader(folder)


def _first(number: int) -> date | None:
    return day_of(number) if number > 10101 else None


def _last(number: int) -> date | None:
    return day_of(number) if number < OPEN else None


def _decimal(text: str | None) -> Decimal | None:
    return Decimal(text) if text is not None else None


def _plain(ndc: str) -> str:
    return ndc.replace("-", "").strip()
