"""A dated set of codes, looked up by binary search in a fixed-width file.

It knows which codes a file lists and the flags beside each; it does not know what a
code means, nor whether a listed code was in force on every day of the edition.
"""

from bisect import bisect_left
from collections.abc import Callable
from functools import cached_property, lru_cache
from itertools import count, islice, takewhile
from pathlib import Path

from edi_lint.reference.editions import Edition

__all__ = ["CodeSet"]


class CodeSet(Edition, frozen=True, kw_only=True, dict=True):
    """The codes of one edition: `"E538" in codes`, `codes.flags("E538")`.

    Each line of the file at `path` holds one code, padded with blanks to `width`;
    when there are `flag_names`, a blank and one column per name follow, and a flag is
    set where its column is not blank. Lines are in ASCII order and end in one "\\n".

    The file is read at the first look-up, not before. A look-up raises OSError when
    the file cannot be read and ValueError when it is not made of whole lines.
    """

    path: Path
    width: int
    flag_names: tuple[str, ...] = ()

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and self._listed_flags(code) is not None

    def children(self, prefix: str, limit: int = 6) -> tuple[str, ...]:
        """The first `limit` codes that extend `prefix`, in order, without itself."""
        return self._remembered_children(prefix, limit) if self._may_be_code(prefix) else ()

    @cached_property
    def _remembered_children(self) -> Callable[[str, int], tuple[str, ...]]:
        return lru_cache(maxsize=4096)(self._children)

    def _children(self, prefix: str, limit: int) -> tuple[str, ...]:
        codes = map(self._code_at, count(self._first_at_or_after(prefix)))
        family = takewhile(lambda code: code.startswith(prefix), codes)
        return tuple(islice((code for code in family if code != prefix), limit))

    def flags(self, code: str) -> frozenset[str]:
        """The names of the flags set on `code`; none for a code not in the set."""
        return self._listed_flags(code) or frozenset()

    def _may_be_code(self, text: str) -> bool:
        # Blanks pad the file, so a blank let through here would match the padding.
        return len(text) <= self.width and text.isascii() and text.isalnum()

    def _listed_flags(self, code: str) -> frozenset[str] | None:
        return self._remembered_search(code) if self._may_be_code(code) else None

    @cached_property
    def _remembered_search(self) -> Callable[[str], frozenset[str] | None]:
        # A batch of claims uses few codes, and asks for each of them very often.
        return lru_cache(maxsize=4096)(self._search)

    def _search(self, code: str) -> frozenset[str] | None:
        index = self._first_at_or_after(code)
        if self._code_at(index) != code:
            return None
        start, end = index * self._stride, (index + 1) * self._stride
        marks = self._lines[start + self.width + 1 : end - 1].decode("ascii")
        pairs = zip(self.flag_names, marks, strict=True)
        return frozenset(name for name, mark in pairs if mark != " ")

    def _code_at(self, index: int) -> str:
        start = index * self._stride
        return self._lines[start : start + self.width].rstrip().decode("ascii")

    def _first_at_or_after(self, text: str) -> int:
        lines, stride, width = self._lines, self._stride, self.width

        def padded_code(index: int) -> bytes:
            return lines[index * stride : index * stride + width]

        wanted = text.ljust(width).encode("ascii")
        return bisect_left(range(len(lines) // stride), wanted, key=padded_code)

    @cached_property
    def _stride(self) -> int:
        flag_columns = 1 + len(self.flag_names) if self.flag_names else 0
        return self.width + flag_columns + len("\n")

    @cached_property
    def _lines(self) -> bytes:
        lines = self.path.read_bytes()
        # Unchecked, a copy with "\r\n" endings would lose codes without a word.
        whole, rest = divmod(len(lines), self._stride)
        if rest or lines[self._stride - 1 :: self._stride] != b"\n" * whole:
            raise ValueError(f"{self.path}: not lines of {self._stride} bytes")
        return lines
