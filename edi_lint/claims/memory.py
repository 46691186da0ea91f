"""What earlier claims of a file have to say to later ones: numbers in, small values out, in flat memory.

Whoever remembers makes a number of what something is about (`Memory.key`: a hash, so no identifier is kept), puts
small values under it (int, str, None and tuples of them), and later claims recall them in the order in which they came.

Theory of operation. What came lately stands in a dictionary, and nearly every file needs no more. When it has grown to
`MOST_RECENT` it is written to a temporary file, and begins anew. Of what is on disk an index of fixed size is kept: for
a number's lowest bits, the block that last took one with these, and some more bits of it, so that "never seen", nearly
every answer in a batch, costs one look at an array. A block knows which blocks its index places pointed to before; that
chain leads to whatever is asked for.
"""

from __future__ import annotations

import marshal
from array import array
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, BinaryIO

__all__ = ["MOST_RECENT", "Memory", "Value", "stable_hash"]

Value = int | str | tuple[object, ...] | None
"""What can be remembered: marshal can write it, and writes no more than it."""

MOST_RECENT = 1 << 16
"""How many values are kept in memory: those of about twenty thousand claims."""

_BLOCK = 64
"""Numbers of one block: that much is read for what is on disk."""
_PLACES = 1 << 21
_BLOCK_BITS = 24
_SHARED = 1 << _BLOCK_BITS
"""Marks a place of the index that several numbers fell on."""
_TAG_SHIFT = _BLOCK_BITS + 1
_TAG_BITS = 32 - _TAG_SHIFT
_PRIME = (1 << 63) - 25


def stable_hash(parts: Any) -> int:
    """A number for strings, ints and tuples of them that is the same in every process; `hash` is faster, and is not."""
    return int.from_bytes(marshal.dumps(parts, 2), "little") % _PRIME


class Memory:
    """The memory of one file. ``key`` makes numbers of what is remembered about: `hash`, or `stable_hash`."""

    def __init__(self, key: Callable[[Any], int] = hash, most_recent: int = MOST_RECENT) -> None:
        self.key = key
        self._recent: dict[int, tuple[Value, ...]] = {}
        self._most = self._room = most_recent
        self._disk: _Disk | None = None

    def recall(self, key: int) -> tuple[Value, ...]:
        """What was remembered under this number, the first first; nothing twice."""
        recent = self._recent.get(key, ())
        if self._disk is None:
            return recent
        earlier = self._disk.find(key)
        return tuple(dict.fromkeys(earlier + recent)) if earlier else recent

    def remember(self, key: int, value: Value) -> None:
        """Put a value under this number, behind those that are there, unless it is one of them."""
        recent = self._recent
        known = recent.get(key)
        if known is None:
            recent[key] = (value,)
        elif value in known:
            return
        else:
            recent[key] = (*known, value)
        self._room -= 1
        if not self._room:
            self._spill()

    def take_in(self, other: Mapping[int, tuple[Value, ...]]) -> None:
        """Remember what was remembered elsewhere, behind what is here."""
        for key, values in other.items():
            for value in values:
                self.remember(key, value)

    @property
    def recent(self) -> Mapping[int, tuple[Value, ...]]:
        """What is not on disk."""
        return self._recent

    def close(self) -> None:
        """Let go of the temporary file."""
        if self._disk is not None:
            self._disk.close()

    def _spill(self) -> None:
        if self._disk is None:
            self._disk = _Disk()
        self._disk.write(self._recent)
        self._recent.clear()
        self._room = self._most


class _Disk:
    """What is no longer recent: a temporary file of blocks, and where each number's last block may be."""

    def __init__(self) -> None:
        import tempfile

        self._file: BinaryIO = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed by close()
        self._end = 0
        self._starts = array("Q", [0])
        """Where the blocks begin, and where the last ends; block 0 stands for none."""
        self._index = array("I", bytes(4 * _PLACES))

    def write(self, values: Mapping[int, tuple[Value, ...]]) -> None:
        """Append values, in blocks."""
        index = self._index
        left = iter(values.items())
        blobs = []
        while block := dict(islice(left, _BLOCK)):
            number = len(self._starts)
            before: dict[int, int] = {}
            for key in block:
                place = key % _PLACES
                old = index[place]
                if not old:
                    index[place] = _tag(key) << _TAG_SHIFT | number
                else:
                    if old % _SHARED != number:
                        before[place] = old
                    index[place] = _SHARED | number
            blob = marshal.dumps((block, before))
            blobs.append(blob)
            self._end += len(blob)
            self._starts.append(self._end)
        self._file.seek(0, 2)
        content = memoryview(b"".join(blobs))
        while content:  # A file without buffer may take less than it is given.
            content = content[self._file.write(content) :]

    def find(self, key: int) -> tuple[Value, ...]:
        """The values of a number, in the order in which they were written."""
        place, tag = key % _PLACES, _tag(key)
        entry = self._index[place]
        found: list[tuple[Value, ...]] = []
        while entry and (entry & _SHARED or entry >> _TAG_SHIFT == tag):
            block, before = self._read(entry % _SHARED)
            if key in block:
                found.append(block[key])
            entry = before.get(place, 0)
        return tuple(value for values in reversed(found) for value in values)

    def close(self) -> None:
        """Close the file, which ends it."""
        self._file.close()

    def _read(self, number: int) -> tuple[dict[int, tuple[Value, ...]], dict[int, int]]:
        start, end = self._starts[number - 1], self._starts[number]
        self._file.seek(start)
        block: tuple[dict[int, tuple[Value, ...]], dict[int, int]] = marshal.loads(self._file.read(end - start))  # noqa: S302 - we wrote it
        return block


def _tag(key: int) -> int:
    """The bits of a number behind those that choose its place."""
    return (key // _PLACES) % (1 << _TAG_BITS)
