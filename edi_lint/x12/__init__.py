"""The X12 syntax: bytes to segments. Knows delimiters and the envelope, no implementation guide."""

from .envelope import Envelope
from .fault import Fault
from .reader import ByteStream, Reader
from .segment import Delimiters, Place, Ref, Segment

__all__ = ["ByteStream", "Delimiters", "Envelope", "Fault", "Place", "Reader", "Ref", "Segment"]
