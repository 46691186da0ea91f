"""What the user names, as named binary streams: files, folders, globs, standard input, and packed files.

A ``.gz`` or a ``.zip`` is unpacked while it is read, one level deep. What is larger than the user lets it be is not cut
off and not skipped: reading it ends with an error.
"""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import msgspec

from .errors import UserError

__all__ = ["SUFFIXES", "Source", "SourceError", "find_sources"]

SUFFIXES = frozenset({".837", ".837p", ".clm", ".dat", ".edi", ".txt", ".x12"})
"""Files of a folder or of a .zip that are taken for claim batches; a file named on its own is read whatever it is
called."""

_PIECE = 1 << 16
"""Bytes that are unpacked at a time. Where an archive is damaged, so much before the damage may not be read."""
MOST_UNPACKED = 4096
"""Megabytes read of a packed input unless the user says otherwise: an archive can hold far more than it weighs."""

_GZIP, _ZIP = ".gz", ".zip"
_MEGABYTE = 1_000_000


class SourceError(UserError):
    """An input that cannot be read; the message says what to do, in one line."""


class Source(msgspec.Struct, frozen=True):
    """One input. ``name`` is as given on the command line; ``-`` is standard input.

    ``member`` is the file of the archive ``archive``, which together make the name. ``max_megabytes`` is the most that
    may be read of it, after unpacking; 0 is `MOST_UNPACKED` for what is packed, and no limit otherwise.
    """

    name: str
    archive: str = ""
    member: str = ""
    max_megabytes: int = 0

    @property
    def file(self) -> str:
        """The file on disk that it is read from; ``-`` for standard input."""
        return self.archive or self.name

    @property
    def folder(self) -> Path:
        """The folder of the file on disk; for standard input the working directory."""
        return Path() if self.name == "-" else Path(self.file).parent

    @property
    def is_packed(self) -> bool:
        """Whether it is unpacked while it is read."""
        return bool(self.member) or self.name.lower().endswith(_GZIP)

    def open(self) -> AbstractContextManager[BinaryIO]:
        """The bytes of the input. Raises `SourceError` when it cannot be opened, and while it is read."""
        return _opened(self)


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


def open_file(name: str) -> BinaryIO:
    """Open a file for reading bytes."""
    return Path(name).open("rb")


@contextmanager
def _opened(source: Source) -> Iterator[BinaryIO]:
    if source.name == "-":
        yield _limited(sys.stdin.buffer, source)
        return
    try:
        stream = open_file(source.file)
    except OSError as error:
        raise SourceError(f"{source.name}: {error.strerror or error}; check the path and its permissions") from None
    with stream, _unpacked(stream, source) as content:
        yield _limited(content, source)


def _unpacked(stream: BinaryIO, source: Source) -> AbstractContextManager[_Readable]:
    if source.member:
        return _zip_member(stream, source)
    if source.is_packed:
        import gzip

        return gzip.GzipFile(fileobj=stream, mode="rb")
    return nullcontext(stream)


def _zip_member(stream: BinaryIO, source: Source) -> AbstractContextManager[_Readable]:
    import zipfile

    try:
        return zipfile.ZipFile(stream).open(source.member)
    except (zipfile.BadZipFile, KeyError):
        raise SourceError(f"{source.name}: the archive is damaged; send it again") from None
    except (RuntimeError, NotImplementedError):
        raise SourceError(
            f"{source.name}: encrypted, or packed in a way that cannot be read; unpack it first"
        ) from None


# -- limits -----------------------------------------------------------------------------------------------


class _Limited:
    """A stream that says so when it holds more than is allowed, or cannot be unpacked."""

    def __init__(self, stream: _Readable, name: str, megabytes: int) -> None:
        self._stream = stream
        self._name = name
        self._megabytes = megabytes
        self._left = megabytes * _MEGABYTE

    def read(self, size: int = -1) -> bytes:
        """The next bytes, no more than ``size``."""
        most = self._left + 1
        try:
            content = self._stream.read(most if size < 0 else min(size, most, _PIECE))
        except (EOFError, zlib.error, _bad_zip()):
            raise SourceError(f"{self._name}: damaged or cut off; send it again") from None
        except OSError as error:
            # gzip's own error, which has no number, repeats bytes of the file.
            words = error.strerror or "no .gz archive, or a damaged one"
            raise SourceError(f"{self._name}: {words}; send it again") from None
        self._left -= len(content)
        if self._left < 0:
            raise SourceError(
                f"{self._name}: more than {self._megabytes:,} MB, so the rest was not read; "
                "allow more with --max-megabytes"
            )
        return content


def _bad_zip() -> type[Exception]:
    from zipfile import BadZipFile

    return BadZipFile


def _limited(stream: _Readable, source: Source) -> BinaryIO:
    megabytes = source.max_megabytes or (MOST_UNPACKED if source.is_packed else 0)
    return cast("BinaryIO", _Limited(stream, source.name, megabytes) if megabytes else stream)


# -- finding ----------------------------------------------------------------------------------------------


def find_sources(paths: Iterable[str], max_megabytes: int = 0) -> list[Source]:
    """The inputs that the paths stand for; the files of a folder, and of those in it, in order of their names.

    What is named twice is read once, where it is named first. Raises `SourceError` for a path that is not there, a glob
    that fits nothing, and a folder or archive without a batch.
    """
    found: dict[tuple[str, str], Source] = {}
    for path in paths:
        for source in _at(path):
            found.setdefault((os.path.abspath(source.file), source.member), source)  # noqa: PTH100
    return [msgspec.structs.replace(source, max_megabytes=max_megabytes) for source in found.values()]


def _at(path: str) -> list[Source]:
    if not path:
        raise SourceError("a path is empty; give a file, a folder, or - for standard input")
    here = Path(path)
    if path == "-":
        return [Source("-")]
    if here.is_dir():
        files = sorted(file for file in here.rglob("*") if _is_batch(file) and file.is_file())
        found = [source for file in files for source in _in_file(str(file))]
        if not found:
            raise SourceError(f"{path}: no claim batch in this folder (looked for {', '.join(sorted(SUFFIXES))})")
        return found
    if here.exists():
        found = _in_file(path)
        if not found:
            raise SourceError(f"{path}: no claim batch in this archive (looked for {', '.join(sorted(SUFFIXES))})")
        return found
    if any(mark in path for mark in "*?["):
        import glob

        found = [source for name in sorted(glob.glob(path, recursive=True)) for source in _at(name)]  # noqa: PTH207 - as the user wrote it
        if not found:
            raise SourceError(f"{path}: no file fits this pattern")
        return found
    raise SourceError(f"{path}: no such file or folder; check the path")


def _is_batch(file: Path) -> bool:
    """Whether a file of a folder or archive is taken for a batch, packed or not."""
    suffix = file.suffix.lower()
    return suffix in SUFFIXES or suffix == _ZIP or (suffix == _GZIP and Path(file.stem).suffix.lower() in SUFFIXES)


def _in_file(path: str) -> list[Source]:
    """The file itself, or the batches in it if it is a .zip."""
    if not path.lower().endswith(_ZIP):
        return [Source(path)]
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            members = sorted(info.filename for info in archive.infolist() if not info.is_dir())
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}; check the path and its permissions") from None
    except zipfile.BadZipFile:
        raise SourceError(f"{path}: no .zip archive, or a damaged one; send it again") from None
    for member in members:
        if member.lower().endswith((_ZIP, _GZIP)):
            raise SourceError(f"{path}: holds another archive, {member}; unpack it, archives are read one level deep")
    return [Source(f"{path}/{member}", path, member) for member in members if _is_batch(Path(member))]
