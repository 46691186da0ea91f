"""Which diagnoses exclude each other: the Excludes1 notes of the tabular list, as pairs of code beginnings.

An excluded pair is one that the notes name by code. What a note says in words only, or for
some final characters of a code, is not here.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import combinations
from pathlib import Path

from edi_lint.reference.editions import Edition

__all__ = ["Exclusions"]


class Exclusions(Edition, frozen=True, kw_only=True, dict=True):
    """Pairs of diagnoses that are not coded together: `exclusions.among(["E538", "D529"])`.

    Each line of the file at `path` holds two beginnings of codes, each padded with blanks to
    7 characters, with a blank between them and a "\\n" behind; the lines are in ASCII order.

    The file is read at the first look-up, which raises OSError when it cannot be read and
    ValueError when it is not made of whole lines.
    """

    path: Path

    def among(self, codes: Iterable[str]) -> Iterator[tuple[str, str]]:
        """The pairs of these codes that exclude each other, each in the order of the codes."""
        for one, other in combinations(codes, 2):
            if self._names(one, other) or self._names(other, one):
                yield one, other

    def _names(self, one: str, other: str) -> bool:
        find = self._remembered
        return any(other.startswith(find(one[:length])) for length in range(_SHORTEST, len(one) + 1))

    @cached_property
    def _remembered(self) -> Callable[[str], tuple[str, ...]]:
        return lru_cache(maxsize=4096)(self._excluded_by)

    def _excluded_by(self, beginning: str) -> tuple[str, ...]:
        """How the codes begin that the lines of exactly this beginning exclude."""
        lines = self._lines
        wanted = beginning.ljust(_WIDTH).encode("ascii", "replace")
        at = bisect_left(range(len(lines) // _STRIDE), wanted, key=lambda n: lines[n * _STRIDE : n * _STRIDE + _WIDTH])
        found = []
        while lines[at * _STRIDE : at * _STRIDE + _WIDTH] == wanted:
            found.append(lines[at * _STRIDE + _WIDTH + 1 : (at + 1) * _STRIDE - 1].rstrip().decode("ascii"))
            at += 1
        return tuple(found)

    @cached_property
    def _lines(self) -> bytes:
        lines = self.path.read_bytes()
        whole, rest = divmod(len(lines), _STRIDE)
        if rest or lines[_STRIDE - 1 :: _STRIDE] != b"\n" * whole:
            raise ValueError(f"{self.path}: not lines of {_STRIDE} bytes")
        return lines


_WIDTH = 7
_STRIDE = _WIDTH + 1 + _WIDTH + 1
_SHORTEST = 3
"""A category has three characters; no note names less."""
