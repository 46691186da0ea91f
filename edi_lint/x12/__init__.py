"""The X12 syntax: bytes to segments. Knows delimiters and the envelope, no implementation guide."""

from .envelope import Envelope
from .fault import Fault
from .reader import ByteStream, Position, Reader
from .segment import LONGEST_USUAL, Delimiters, Place, Ref, Segment
from .sets import Rest, SetText, Splitter

__all__ = [
    "LONGEST_USUAL",
    "ByteStream",
    "Delimiters",
    "Envelope",
    "Fault",
    "Place",
    "Position",
    "Reader",
    "Ref",
    "Rest",
    "Segment",
    "SetText",
    "Splitter",
]
