"""Bytes damaged on purpose, mostly those of the envelope: cut off, emptied, doubled, swapped for others.

Unlike `mutations`, which makes one fault of a kind with a name, this breaks whatever it hits, and several times over.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

__all__ = ["damaged", "isa_damaged", "separators_changed"]

_ENVELOPE = re.compile(rb"ISA|GS.|ST.|SE.|GE.|IEA")
_HEADER = 106
_SEPARATORS = b"*:~^"
_ODDMENTS = (
    b"", b" ", b"  ", b"\t", b"\n", b"\r\n", b"\0", b"\x1a", b"\x1c", b"\x0b", b"\x7f", b"\x85", b"\xa0", b"\xe9",
    b"*", b":", b"~", b"^", b"|", b"'", b".", b"-", b"_", b"#", b"~~", b"~ ~", b"~\n~\n", b"0", b"00000", b"A", b"x",
    b"\xff", b"ISA*", b"IEA*", b"GS*", b"ST*",
)  # fmt: skip
_LINE_ENDS = (b"~\n~\n", b"~~", b"~ ", b"~\n \n", b"~\r\r\n", b"\n", b"~")
_ISA_VALUES = (
    b"", b" ", b"\t", b"\n", b"\0", b"\x1f", b"\x7f", b"\xe9", b"0", b"9", b"X", b"x", b"*", b":", b"~", b"^", b"|",
    b"-", b".", b"/", b"'",
)  # fmt: skip


def isa_damaged(content: bytes) -> Iterator[bytes]:
    """Each element of the ISA emptied, shortened, lengthened, left out, blanked and filled with other characters."""
    elements, rest = content[: _HEADER - 1].split(b"*"), content[_HEADER - 1 :]

    def with_isa(changed: list[bytes]) -> bytes:
        return b"*".join(changed) + rest

    for position in range(1, len(elements)):
        old = elements[position]
        values = {
            *(mark * len(old) for mark in _ISA_VALUES),
            old[:-1],
            old[1:],
            old + b" ",
            old + b"0",
            b" " + old[:-1],
            old.replace(b"0", b" "),
            old.rstrip(),
        }
        for value in sorted(values - {old}):
            yield with_isa([*elements[:position], value, *elements[position + 1 :]])
        yield with_isa([*elements[:position], *elements[position + 1 :]])
    yield with_isa([element.replace(b"0", b" ") for element in elements])
    yield with_isa([element.strip() for element in elements])


def separators_changed(content: bytes) -> Iterator[bytes]:
    """Each separator taken for another character, whatever that is used for: everywhere, and in the ISA alone."""
    for old in _SEPARATORS:
        for new in range(256):
            wrong = bytes([old]), bytes([new])
            yield content.replace(*wrong)
            yield content[:_HEADER].replace(*wrong) + content[_HEADER:]


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The bytes after one to five accidents."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        if content:
            content = chance.choice(_ACCIDENTS)(content, chance)
    return content


def _place(content: bytes, chance: random.Random) -> int:
    """Where an accident happens: mostly near a segment of the envelope."""
    starts = [found.start() for found in _ENVELOPE.finditer(content)]
    if not starts or chance.random() < 0.2:
        return chance.randrange(len(content))
    return min(len(content) - 1, chance.choice(starts) + chance.randrange(_HEADER + 4))


def _replaced(content: bytes, chance: random.Random) -> bytes:
    at = _place(content, chance)
    return content[:at] + chance.choice(_ODDMENTS) + content[at + 1 :]


def _inserted(content: bytes, chance: random.Random) -> bytes:
    at = _place(content, chance)
    return content[:at] + chance.choice(_ODDMENTS) + content[at:]


def _cut_off(content: bytes, chance: random.Random) -> bytes:
    return content[: _place(content, chance)]


def _begun_late(content: bytes, chance: random.Random) -> bytes:
    return content[_place(content, chance) :]


def _doubled(content: bytes, chance: random.Random) -> bytes:
    return content + content[_place(content, chance) :]


def _holed(content: bytes, chance: random.Random) -> bytes:
    at = _place(content, chance)
    return content[:at] + content[at + chance.choice((1, 2, 5, 10, 40)) :]


def _exchanged(content: bytes, chance: random.Random) -> bytes:
    old = bytes([chance.choice(_SEPARATORS)])
    return content.replace(old, chance.choice(_ODDMENTS))


def _ended_otherwise(content: bytes, chance: random.Random) -> bytes:
    return content.replace(b"~\n", chance.choice(_LINE_ENDS))


def _header_blanked(content: bytes, chance: random.Random) -> bytes:
    return content[:_HEADER].replace(chance.choice((b"0", b"Z", b"1")), b" ") + content[_HEADER:]


def _element_damaged(content: bytes, chance: random.Random) -> bytes:
    start = content.find(b"*", _place(content, chance)) + 1
    end = content.find(b"*", start)
    if not 0 < start < end:
        return content
    old = content[start:end]
    new = chance.choice((b"", b" " * len(old), old * 2, old[:-1], old.replace(b"0", b" ")))
    return content[:start] + new + content[end:]


_ACCIDENTS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _replaced, _inserted, _cut_off, _begun_late, _doubled, _holed, _exchanged, _ended_otherwise, _header_blanked,
    _element_damaged,
)  # fmt: skip
