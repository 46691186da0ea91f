"""What a single value must look like: X12's data types as regular expressions, and what a bad value is called.

Lengths of numbers do not count the sign and the decimal point (X12.5). Dates are checked against the
calendar by pattern, so that one expression can judge a whole segment.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from ..x12 import Delimiters
from .tables import Element

__all__ = ["ValueFault", "allowed", "date_format", "listing", "value_fault", "value_pattern"]

_CENTURY = "(?:1[89]|2[01])"
DATE8 = (
    f"(?:{_CENTURY}[0-9][0-9](?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|02(?:0[1-9]|1[0-9]|2[0-8]))"
    f"|(?:{_CENTURY}(?:0[48]|[2468][048]|[13579][26])|2000)0229)"
)
_DATE6 = (
    "[0-9]{2}(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|02(?:0[1-9]|[12][0-9]))"
)
_TIME = "(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9](?:[0-9]{1,2})?)?"
_DATE_FORMATS = {
    "D8": DATE8,
    "D6": _DATE6,
    "RD8": f"{DATE8}-{DATE8}",
    "DT": f"{DATE8}(?:[01][0-9]|2[0-3])[0-5][0-9]",
    "TM": _TIME,
}
"""Element 1250 (date format qualifier) says which of these element 1251 must follow."""

ValueFault = tuple[str, dict[str, str | int]]
"""The kind of fault, and the facts its sentence needs."""


def date_format(qualifier: str) -> str:
    """The pattern of a date whose format qualifier (element 1250) is this one; empty if it is not a format."""
    return _DATE_FORMATS.get(qualifier, "")


@lru_cache(maxsize=16)
def allowed(delimiters: Delimiters, blank: bool = True) -> str:
    """A character class: the printable ASCII characters that are not delimiters, with or without the blank."""
    taken = {delimiters.element, delimiters.component, delimiters.repetition, delimiters.terminator}
    # In ranges between the separators: a list of ninety characters, in every element, takes long to compile.
    ends = sorted({ord(separator) for separator in taken if separator and 0x20 <= ord(separator) < 0x7F})
    starts = [0x20 if blank else 0x21, *(end + 1 for end in ends)]
    ranges = zip(starts, [*ends, 0x7F], strict=True)
    return "[" + "".join(f"\\x{first:02x}-\\x{end - 1:02x}" for first, end in ranges if first < end) + "]"


def value_pattern(element: Element, delimiters: Delimiters) -> str:
    """The expression that every right value of a simple element or component matches."""
    if element.codes:
        return "(?:" + "|".join(re.escape(code) for code in element.codes) + ")"
    if element.pattern:
        return f"(?:{element.pattern})"
    shortest, longest = max(element.min_length, 1), max(element.max_length, 1)
    if element.type == "R":
        return f"-?(?:[0-9]{{1,{longest}}}|(?=[0-9.]{{2,{longest + 1}}}(?![0-9.]))[0-9]*\\.[0-9]+)"
    if element.type[:1] == "N":
        return f"-?[0-9]{{{shortest},{longest}}}"
    if element.type == "DT":
        return _DATE6 if longest == 6 else DATE8
    if element.type == "TM":
        return _TIME
    return f"{allowed(delimiters)}{{{shortest - 1},{longest - 1}}}{allowed(delimiters, blank=False)}"


def value_fault(element: Element, value: str, delimiters: Delimiters) -> ValueFault | None:
    """What is wrong with a value that is present; None if it is right. The first fault found is the one told."""
    if delimiters.component in value:
        return "too-many-components", {"limit": 1}
    if re.fullmatch(allowed(delimiters) + "*", value) is None:
        return "invalid-character", {}
    if element.codes:
        return None if value in element.codes else ("invalid-code", {"codes": listing(element.codes)})
    if element.pattern:
        return None if re.fullmatch(element.pattern, value) else ("invalid-pattern", {})
    if element.type == "R" or element.type[:1] == "N":
        return _number_fault(element, value)
    if element.type in ("DT", "TM"):
        pattern = value_pattern(element, delimiters)
        kind = "invalid-date" if element.type == "DT" else "invalid-time"
        return None if re.fullmatch(pattern, value) else (kind, {})
    if not value.strip():
        return "blank-element", {}
    if len(value) > element.max_length:
        return "too-long", {"length": len(value), "limit": element.max_length}
    if len(value) < element.min_length:
        return "too-short", {"length": len(value), "limit": element.min_length}
    if value[-1] == " ":
        return "trailing-spaces", {}
    return None


def _number_fault(element: Element, value: str) -> ValueFault | None:
    if not re.fullmatch(r"-?(?:[0-9]+|[0-9]*\.[0-9]+)" if element.type == "R" else "-?[0-9]+", value):
        return "invalid-number", {}
    digits = sum(character.isdigit() for character in value)
    if digits > element.max_length:
        return "too-long", {"length": digits, "limit": element.max_length}
    if digits < element.min_length:
        return "too-short", {"length": digits, "limit": element.min_length}
    return None


def listing(codes: Sequence[str], most: int = 12) -> str:
    """A short list of codes or names for a sentence."""
    shown = ", ".join(codes[:most])
    return shown if len(codes) <= most else f"{shown} and {len(codes) - most} more"
