"""Where answers wait on disk until their interchange is complete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, overload

import msgspec

__all__ = ["SegmentShelf"]


class SegmentShelf:
    """Keeps the segments of answers."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def keep(self, segments: Sequence[str]) -> Sequence[str]:
        """Put segments onto the shelf, and give back what reads them from there."""
        data = msgspec.msgpack.encode(list(segments))
        at = self._file.seek(0, 2)
        self._file.write(data)
        return _Kept(self._file, at, len(data), len(segments))


class _Kept(Sequence[str]):
    __slots__ = ("_at", "_bytes", "_count", "_file")

    def __init__(self, file: BinaryIO, at: int, size: int, count: int) -> None:
        self._file, self._at, self._bytes, self._count = file, at, size, count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return self._read()[index]

    def _read(self) -> list[str]:
        self._file.seek(self._at)
        return msgspec.msgpack.decode(self._file.read(self._bytes), type=list[str])
