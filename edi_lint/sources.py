"""What the user names, as named binary streams: files, folders and standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

__all__ = ["SUFFIXES", "Source", "SourceError", "find_sources"]

SUFFIXES = frozenset({".837", ".837p", ".clm", ".dat", ".edi", ".txt", ".x12"})
"""Files of a folder that are taken for claim batches; a file named on its own is read whatever it is called."""


class SourceError(Exception):
    """An input that cannot be read; the message says what to do, in one line."""


class Source(msgspec.Struct, frozen=True):
    """One input. ``name`` is as given on the command line; ``-`` is standard input."""

    name: str

    def open(self) -> AbstractContextManager[BinaryIO]:
        """The bytes of the input. Raises `SourceError` when it cannot be opened."""
        return _opened(self.name)


def open_file(name: str) -> BinaryIO:
    """Open a file for reading bytes."""
    return Path(name).open("rb")


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = open_file(name)
    except OSError as error:
        raise SourceError(f"{name}: {error.strerror or error}; check the path and its permissions") from None
    with stream:
        yield stream


def find_sources(paths: Iterable[str]) -> list[Source]:
    """The inputs that the paths stand for; the files of a folder, and of those in it, in order of their names.

    Raises `SourceError` for a path that is not there and for a folder without a batch.
    """
    found: list[Source] = []
    for path in paths:
        if path == "-":
            found.append(Source("-"))
            continue
        here = Path(path)
        if here.is_dir():
            files = sorted(file for file in here.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
            if not files:
                raise SourceError(f"{path}: no claim batch in this folder (looked for {', '.join(sorted(SUFFIXES))})")
            found.extend(Source(str(file)) for file in files)
        elif here.exists():
            found.append(Source(path))
        else:
            raise SourceError(f"{path}: no such file or folder; check the path")
    return found
