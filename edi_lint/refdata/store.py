"""The loaded tables in one SQLite file: what is in it, and how an edition gets in and out, wholly or not at all.

It keeps rows without knowing what they mean. Every change is one transaction: until it is committed nobody sees any
of it, and a process that is killed leaves what was there before.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from edi_lint.errors import did_you_mean
from edi_lint.refdata.dates import day_of, number_of
from edi_lint.refdata.errors import RefdataError
from edi_lint.refdata.records import FILE_NAME, TABLES, LoadedEdition, LoadedFile, Table, title_of

__all__ = ["Load", "Reader", "Store", "open_reader"]

# In the header of the file, so that no other database is taken for the store.
_APPLICATION = 0x65646C74
_VERSION = 1

# All rows begin with the file they came from, in which the publisher has sorted them; so loading appends, and a file
# leaves in one piece. WITHOUT ROWID: the key is the row, nothing is stored twice.
_COLUMNS: Mapping[Table, str] = {
    "ptp": "column1, column2, effective, deletion, indicator,"
    " PRIMARY KEY (part, column1, column2, effective, deletion, indicator)",
    "mue": "code, units, adjudication, PRIMARY KEY (part, code)",
    "hcpcs": "code, added, terminated, PRIMARY KEY (part, code)",
    "icd10cm": "code, PRIMARY KEY (part, code)",
    "crosswalk": "ndc, hcpcs, size, quantity, units, PRIMARY KEY (part, ndc, hcpcs)",
    "sad": "mac, code, first, last, drug, PRIMARY KEY (part, mac, code, first, last, drug)",
    "taxonomy": "code, classification, specialization, PRIMARY KEY (part, code)",
    # These are looked up in all editions at once.
    "payer-diagnoses": "payer, code, diagnosis, first, last, PRIMARY KEY (payer, code, diagnosis, first, last, part)",
    "prior-authorization": "payer, code, first, last, PRIMARY KEY (payer, code, first, last, part)",
}

_SCHEMA = (
    """CREATE TABLE edition (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, medicaid INTEGER NOT NULL,
        effective INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER NOT NULL)""",
    """CREATE TABLE part (
        id INTEGER PRIMARY KEY, edition INTEGER NOT NULL REFERENCES edition, name TEXT NOT NULL,
        file TEXT NOT NULL, rows INTEGER NOT NULL, UNIQUE (edition, name))""",
    *(
        f"CREATE TABLE {table.replace('-', '_')} (part INTEGER NOT NULL, {columns}) WITHOUT ROWID"
        for table, columns in _COLUMNS.items()
    ),
    "CREATE INDEX crosswalk_hcpcs ON crosswalk (part, hcpcs)",
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {_VERSION}",
)


def _inserting(table: Table) -> str:
    columns = _COLUMNS[table].partition(" PRIMARY KEY")[0]
    # CMS lists some rows twice: a second copy says nothing new.
    marks = ", ?" * columns.count(",")
    return f"INSERT OR IGNORE INTO {table.replace('-', '_')} VALUES (?{marks})"  # noqa: S608 - own names


_INSERT = {table: _inserting(table) for table in _COLUMNS}
_DELETE = {table: f"DELETE FROM {table.replace('-', '_')} WHERE part = ?" for table in _COLUMNS}  # noqa: S608 - own names


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """One file to be taken in: into which edition, as which part of it, and its rows, read as they are asked for."""

    edition: str
    table: Table
    medicaid: bool
    effective: date
    valid_from: date
    valid_to: date
    part: str
    file: str
    rows: Iterable[tuple[str | int | None, ...]]


class Store:
    """The store in a folder; neither needs to exist. Raises `RefdataError` for what it cannot do."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME

    def editions(self) -> tuple[LoadedEdition, ...]:
        """All loaded editions, by table, the one that takes effect last at the end."""
        reader = open_reader(self.path.parent)
        if reader is None:
            return ()
        with closing(reader):
            return reader.editions()

    def add(self, loads: Sequence[Load]) -> None:
        """Take in files, all or none. A file takes the place of the one with the same edition and part.

        Whatever reading their rows raises leaves the store as it was.
        """
        with _told(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._writing() as connection:
                for load in loads:
                    _take_in(connection, load)

    def remove(self, name: str) -> None:
        """Take an edition out and give its space back. Raises `RefdataError` when there is none of this name."""
        names = [edition.edition for edition in self.editions()]
        if name not in names:
            hint = did_you_mean(name, names) or "; 'edi-lint refdata list' shows them"
            raise RefdataError(f"no loaded edition is called {name!r}{hint}")
        with _told(self.path):
            with self._writing() as connection:
                number, table = connection.execute("SELECT id, kind FROM edition WHERE name = ?", (name,)).fetchone()
                for (part,) in connection.execute("SELECT id FROM part WHERE edition = ?", (number,)).fetchall():
                    connection.execute(_DELETE[table], (part,))
                connection.execute("DELETE FROM part WHERE edition = ?", (number,))
                connection.execute("DELETE FROM edition WHERE id = ?", (number,))
            with closing(_connect(self.path, "rw")) as connection:
                connection.execute("VACUUM")

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with closing(_connect(self.path, "rwc")) as connection:
            # Changed pages stay in memory until the commit: others go on reading meanwhile, and the file on disk is
            # not touched by a load that fails. The largest table takes about 50 MB.
            connection.execute("PRAGMA cache_spill = OFF")
            connection.execute("BEGIN IMMEDIATE")
            try:
                if not _checked(connection, self.path):
                    for statement in _SCHEMA:
                        connection.execute(statement)
                yield connection
            except BaseException:
                if connection.in_transaction:  # A full disk has ended it already.
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


# -- reading ----------------------------------------------------------------------------------------------


class Reader:
    """The store opened so that nothing in it can be changed. Raises `RefdataError` whenever it cannot be read."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def find(self, query: str, values: Sequence[str | int] = ()) -> list[tuple[Any, ...]]:
        """All rows that a query gives."""
        with _told(self._path):
            return self._connection.execute(query, values).fetchall()

    def editions(self) -> tuple[LoadedEdition, ...]:
        """All loaded editions, by table, the one that takes effect last at the end."""
        files: dict[int, list[LoadedFile]] = {}
        for edition, *file in self.find("SELECT edition, name, file, rows FROM part ORDER BY edition, name"):
            files.setdefault(edition, []).append(LoadedFile(*file))
        rows = self.find("SELECT id, name, kind, medicaid, effective, valid_from, valid_to FROM edition")
        found = [_edition(files, *row) for row in rows]
        order = list(TABLES)
        return tuple(sorted(found, key=lambda one: (order.index(one.table), one.medicaid, one.effective, one.id)))


def open_reader(folder: Path) -> Reader | None:
    """A reader of the store in a folder; None if there is no store, or nothing in it yet.

    Raises `RefdataError` when the file is damaged, is no store, or is one of another version of edi-lint.
    """
    path = folder / FILE_NAME
    with _told(path):
        if not path.exists():
            return None
        try:
            return _opened(path)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_READONLY_ROLLBACK":
                raise
        # A load was killed while it committed: only a connection that may write can take back what it left.
        with closing(_connect(path, "rw")) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return _opened(path)


def _opened(path: Path) -> Reader | None:
    connection = _connect(path, "ro")
    try:
        if _checked(connection, path):
            return Reader(path, connection)
    except BaseException:
        connection.close()
        raise
    connection.close()
    return None


def _edition(
    files: Mapping[int, Sequence[LoadedFile]],
    number: int,
    name: str,
    table: Table,
    medicaid: int,
    effective: int,
    valid_from: int,
    valid_to: int,
) -> LoadedEdition:
    info = TABLES[table]
    return LoadedEdition(
        id=number,
        name=title_of(table, medicaid=bool(medicaid)),
        edition=name,
        valid_from=day_of(valid_from),
        valid_to=day_of(valid_to),
        source=info.publisher,
        licence=info.licence,
        table=table,
        medicaid=bool(medicaid),
        effective=day_of(effective),
        files=tuple(files.get(number, ())),
    )


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    # Any thread may use a connection; SQLite itself lets them in one by one.
    address = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)


def _checked(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file holds a store; False if it is empty. Raises `RefdataError` if it holds something else."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application == _APPLICATION and version == _VERSION:
        return True
    if application == _APPLICATION:
        raise RefdataError(f"{path}: written by another version of edi-lint; delete the file and add the tables again")
    if application or connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise RefdataError(f"{path}: not edi-lint's reference data; move the file away, or set another folder")
    return False


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Errors of SQLite and of the disk as `RefdataError`s that say what to do."""
    try:
        yield
    except OSError as error:
        raise RefdataError(f"{error.filename or path}: {error.strerror or error}; check the folder") from error
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            message = f"{path}: another edi-lint is changing the reference data; try again when it is done"
        elif name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            message = f"{path}: the reference data is damaged; delete the file and add the tables again"
        else:
            message = f"{path}: {error}; check the folder and its permissions"
        raise RefdataError(message) from error


# -- writing ----------------------------------------------------------------------------------------------


def _take_in(connection: sqlite3.Connection, load: Load) -> None:
    edition = _prepared_edition(connection, load)
    replaced = connection.execute("SELECT id FROM part WHERE edition = ? AND name = ?", (edition, load.part)).fetchone()
    if replaced is not None:
        connection.execute(_DELETE[load.table], replaced)
        connection.execute("DELETE FROM part WHERE id = ?", replaced)
    part = connection.execute(
        "INSERT INTO part (edition, name, file, rows) VALUES (?, ?, ?, 0)", (edition, load.part, load.file)
    ).lastrowid
    written = connection.executemany(_INSERT[load.table], ((part, *row) for row in load.rows)).rowcount
    connection.execute("UPDATE part SET rows = ? WHERE id = ?", (written, part))


def _prepared_edition(connection: sqlite3.Connection, load: Load) -> int:
    """The number of the edition, made or brought up to date. Raises `RefdataError` if it is another table's."""
    days = (number_of(load.effective), number_of(load.valid_from), number_of(load.valid_to))
    connection.execute(
        "INSERT OR IGNORE INTO edition (name, kind, medicaid, effective, valid_from, valid_to)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (load.edition, load.table, load.medicaid, *days),
    )
    number: int
    number, table, medicaid, effective = connection.execute(
        "SELECT id, kind, medicaid, effective FROM edition WHERE name = ?", (load.edition,)
    ).fetchone()
    if (table, bool(medicaid)) != (load.table, load.medicaid):
        raise RefdataError(f"{load.file}: edition {load.edition!r} is another table's; name this one with --edition")
    others = connection.execute("SELECT count(*) FROM part WHERE edition = ? AND name <> ?", (number, load.part))
    if others.fetchone()[0] and effective != days[0]:
        raise RefdataError(
            f"{load.file}: takes effect on {load.effective}, the other files of edition {load.edition!r} on"
            f" {day_of(effective)}; name this one with --edition"
        )
    connection.execute("UPDATE edition SET effective = ?, valid_from = ?, valid_to = ? WHERE id = ?", (*days, number))
    return number
