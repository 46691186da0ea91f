"""A file of the user's as rows of cells or as lines, with their places, whatever its encoding and delimiter.

It tells workbooks, delimited text and what is neither apart by their first bytes; what the cells mean it does not know.
"""

import csv
import datetime as dt
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from edi_lint.refdata.errors import RefdataError, RowError

__all__ = ["Row", "SourceFile"]

Row = tuple[int, list[str]]
"""The place of a row, counted from 1, and its cells; a line is a row with one cell."""

_SAMPLE = 1 << 16

_FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"\xd0\xcf\x11\xe0", "a workbook of the old kind (.xls): save it as .xlsx or CSV"),
    (b"ISA", "an X12 file, not reference data"),
    (b"<", "a web page or XML: the download did not give the file itself; accept its terms in a browser"),
    (b"{", "JSON: no table comes in it"),
)
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class SourceFile:
    """A file that may hold a table. ``place`` is that of the last row read, ``cut`` whether its last line has no end.

    Raises `RefdataError` for what is no text and no workbook, and OSError when the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.place = 0
        self.cut = False
        with path.open("rb") as file:
            sample = file.read(_SAMPLE)
        self.is_workbook = _is_workbook(path, sample)
        self.unit: Literal["row", "line"] = "row" if self.is_workbook else "line"
        self._encoding = next((name for mark, name in _MARKS if sample.startswith(mark)), "utf-8")
        if not self.is_workbook:
            _refuse_foreign(path, sample, self._encoding)
            self._tabs = b"\t" in sample

    def rows(self) -> Iterator[Row]:
        """The rows of the first sheet, or of text with tabs or commas. Raises `RowError` where they cannot be told."""
        if self.is_workbook:
            return self._counted(_sheet(self.path))
        if self._tabs:
            return self._counted(line.rstrip("\r\n").split("\t") for line in self._text())
        return self._comma_rows()

    def lines(self) -> Iterator[Row]:
        """The lines of a text, without their ends."""
        return self._counted([line.rstrip("\r\n")] for line in self._text())

    def _counted(self, rows: Iterable[list[str]]) -> Iterator[Row]:
        for place, cells in enumerate(rows, 1):
            self.place = place
            yield place, cells

    def _comma_rows(self) -> Iterator[Row]:
        reader = csv.reader(self._text(), strict=True)
        start = 1
        try:
            for cells in reader:
                self.place = start
                yield start, cells
                # The place of a row is its first line: headers and notices of CMS have line ends within quotes.
                start = reader.line_num + 1
        except csv.Error as error:
            raise RowError(start, f"a row of comma-separated values ({error})") from None

    def _text(self) -> Iterator[str]:
        # Bytes that are not UTF-8 can only stand in titles, which are not kept, and in names, which `printable` mends.
        line = "\n"
        with self.path.open(encoding=self._encoding, errors="surrogateescape", newline="") as file:
            try:
                for line in file:
                    yield line
            except UnicodeError:
                raise RowError(self.place + 1, f"text in {self._encoding}") from None
        self.cut = not line.endswith(("\n", "\r"))


def _refuse_foreign(path: Path, sample: bytes, encoding: str) -> None:
    start = sample.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise RefdataError(f"{path}: the file is empty")
    kind = next((words for magic, words in _FOREIGN if start.startswith(magic)), None)
    if kind is None and b"\0" in sample and encoding != "utf-16":
        kind = "neither text nor a workbook"
    if kind is not None:
        raise RefdataError(f"{path}: this is {kind}")


def _is_workbook(path: Path, sample: bytes) -> bool:
    if not sample.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise RefdataError(f"{path}: the workbook or archive is cut short or damaged; get it again") from None
    if "xl/workbook.xml" in names:
        return True
    raise RefdataError(f"{path}: this is a zip archive: unpack it and add the file inside")


def _sheet(path: Path) -> Iterator[list[str]]:
    try:
        import openpyxl  # type: ignore[import-untyped]
    except ImportError:
        raise RefdataError(
            f"{path}: workbooks need openpyxl: pip install 'edi-lint[refdata]', or save the sheet as CSV"
        ) from None
    try:
        # Given its name, openpyxl would judge the file by that.
        with path.open("rb") as file:
            with warnings.catch_warnings():
                # It warns of styles and print areas, which no table has a use for.
                warnings.simplefilter("ignore")
                book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            sheet = book.worksheets[0]
            # Some programs write a wrong size into the sheet, and rows beyond it would be lost.
            sheet.reset_dimensions()
            width = 0
            for row in sheet.iter_rows(values_only=True):
                # Empty cells at the end of a row are not in the file.
                width = max(width, len(row))
                yield [*map(_cell, row), *[""] * (width - len(row))]
    except Exception as error:
        # A reader of a foreign format may raise anything on a damaged file.
        kind = type(error).__name__
        raise RefdataError(f"{path}: the workbook cannot be read ({kind}); get it again, or save it as CSV") from error


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.date):  # A datetime is one too.
        return f"{value:%Y%m%d}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
