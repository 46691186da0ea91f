"""A folder that appears in one step with everything in it, or not at all.

It is filled under a temporary name in the place where it is to appear, each file and the folder itself are forced to
the disk, and then it is renamed. Whoever is killed on the way leaves a temporary folder behind. It holds a lock that
ends with its process, so a later run can tell it from one that is being filled, and removes it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import weakref
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no such locks: what is left behind there stays.
    fcntl = None  # type: ignore[assignment]

__all__ = ["SCRATCH", "TEMPORARY", "Folder", "remove_stale"]

TEMPORARY = ".edi-lint-gate-"
"""What the names of temporary folders begin with."""
SCRATCH = "scratch/"
"""What the names of files begin with that do not appear."""


class Folder:
    """A folder in the making, inside ``place``. Leave it unpublished, and nothing of it remains.

    Files are known by their names in it.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self._files: dict[str, BinaryIO] = {}
        self._lock = -1
        while self._lock < 0:
            self.path = place / f"{TEMPORARY}{secrets.token_hex(8)}"
            # Whatever interrupts what follows, and where: when the object goes, so does the folder.
            self._removal = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
            self.path.mkdir()
            self._lock = _locked(self.path, wait=True)
        (self.path / SCRATCH).mkdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            with contextlib.suppress(OSError):  # What could not be written is given up with the folder.
                file.close()
        self._removal()
        _unlock(self._lock)

    def create(self, name: str) -> BinaryIO:
        """A new file to write and to read; one of that name is emptied. Those that stay empty do not appear."""
        if name in self._files:
            file = self._files[name]
            file.seek(0)
            file.truncate()
        else:
            file = self._files[name] = (self.path / name).open("w+b")
        return file

    def file(self, name: str) -> BinaryIO:
        """A file that was created before, at its beginning."""
        file = self._files[name]
        file.seek(0)
        return file

    def reading(self, name: str) -> BinaryIO:
        """Another view of a file that was created before; the caller closes it."""
        self._files[name].flush()
        return (self.path / name).open("rb")

    def files(self) -> list[tuple[str, BinaryIO]]:
        """What is in the folder by now and will appear with it, by name."""
        found = [(name, file) for name, file in self._files.items() if not name.startswith(SCRATCH)]
        return [(name, file) for name, file in sorted(found) if file.seek(0, os.SEEK_END)]

    def publish(self, name: str) -> None:
        """Make everything safe on the disk, and the folder appear. Raises `FileExistsError` if one is there."""
        for _, file in self.files():
            file.flush()
            os.fsync(file.fileno())
        for key, file in self._files.items():
            is_empty = not file.seek(0, os.SEEK_END)
            file.close()
            if is_empty:
                (self.path / key).unlink()
        self._files.clear()
        shutil.rmtree(self.path / SCRATCH)
        _sync_folder(self.path)
        try:
            self.path.rename(self._place / name)
        except OSError as error:
            if (self._place / name).exists():
                raise FileExistsError(error.errno, error.strerror, str(self._place / name)) from None
            raise
        _sync_folder(self._place)


def remove_stale(place: Path) -> None:
    """Remove the temporary folders that no running process fills."""
    if fcntl is None:
        return  # pragma: no cover
    for path in _temporary(place):
        lock = _locked(path, wait=False)
        if lock >= 0:
            shutil.rmtree(path, ignore_errors=True)
            _unlock(lock)


def _temporary(place: Path) -> Iterator[Path]:
    with contextlib.suppress(FileNotFoundError):
        yield from [path for path in place.iterdir() if path.name.startswith(TEMPORARY) and path.is_dir()]


def _locked(path: Path, wait: bool) -> int:
    """A descriptor that holds the lock of the folder; -1 if another has it, or the folder has gone."""
    if fcntl is None:
        return 0  # pragma: no cover
    try:
        lock = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return -1
    try:
        fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.exists():
            return lock
    except BlockingIOError:
        pass
    os.close(lock)
    return -1


def _unlock(lock: int) -> None:
    if fcntl is not None:
        os.close(lock)


def _sync_folder(path: Path) -> None:
    """Force the names in a folder to the disk."""
    if os.name != "posix":
        return  # pragma: no cover
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
