"""Name what a file is that does not begin with an ISA, so that one finding can say it."""

from __future__ import annotations

import msgspec

__all__ = ["Sniffed", "sniff"]


class Sniffed(msgspec.Struct, frozen=True):
    """What the first bytes look like; ``final`` when no interchange can follow."""

    name: str
    final: bool


_MAGIC = (
    (b"%PDF", "pdf"),
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0", "office"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"I\0S\0A\0", "utf-16"),
    (b"\0I\0S\0A", "utf-16"),
    (b"\xc9\xe2\xc1", "ebcdic"),
    (b"UNA", "edifact"),
    (b"UNB", "edifact"),
    (b"MSH|", "hl7"),
    (b"<", "xml"),
    (b"{", "json"),
    (b"[", "json"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"\x7fELF", "program"),
    (b"MZ", "program"),
)
_STARTS = (b"GS*", b"ST*", b"BHT*", b"CLM*", b"HL*", b"NM1*", b"SE*", b"LX*", b"SV1*", b"TA1*", b"GS|", b"ST|")


def sniff(head: bytes) -> Sniffed:
    """Say what ``head``, the first bytes of a stream, is; ``unknown`` when nothing is recognised."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return Sniffed(name, final=True)
    if head.startswith(_STARTS):
        return Sniffed("fragment", final=False)
    if head[:4].lower() == b"isa*":
        return Sniffed("lower-case", final=False)
    return Sniffed("unknown", final=False)
