"""Text from a file that anyone may have written, made harmless for where it is shown."""

from __future__ import annotations

__all__ = ["cell", "file_name", "printable"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def printable(text: str) -> str:
    """Text for one line of a terminal or of XML: no control characters, line breaks and marks of direction."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def cell(value: object) -> object:
    """A cell of a CSV file: lists joined by blanks (codes have none), nothing that a spreadsheet would calculate."""
    if isinstance(value, list):
        value = " ".join(value)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return "" if value is None else value


def file_name(name: str) -> str:
    r"""A file's name as text that can be encoded: bytes of it that are no UTF-8 become ``\xff``."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
