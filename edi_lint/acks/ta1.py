"""TA1: whether the interchange as such can be read. A rejected interchange has no other answer.

Knows the ISA and what was found in the envelope around the groups; of groups, sets and claims nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .codes import TA1_ACCEPTED
from .options import Options
from .received import Interchange
from .write import document, writer_for

__all__ = ["is_readable", "is_requested", "segments", "verdict", "write"]

_ECHOED = {13: "[0-9]{9}", 9: "[0-9]{6}", 10: "[0-9]{4}"}
"""What a TA1 repeats of the ISA. Where it cannot, there is no valid TA1 (RFI 2102)."""


def verdict(interchange: Interchange, options: Options) -> tuple[str, str]:
    """A, E or R, and the note code: of several, the first that rejects."""
    notes = [told.ta1 for told in interchange.told if told.is_error]
    rejecting = [note for note in notes if not (options.lenient and note in TA1_ACCEPTED)]
    if rejecting:
        return "R", rejecting[0]
    return ("E", notes[0]) if notes else ("A", "000")


def is_requested(interchange: Interchange) -> bool:
    """Whether the sender wants a TA1 even if all is well (ISA14)."""
    return interchange.isa.get(14) == "1"


def is_readable(interchange: Interchange) -> bool:
    """Whether control number, date and time can be repeated."""
    isa = interchange.isa
    return all(re.fullmatch(pattern, isa.get(element), re.ASCII) for element, pattern in _ECHOED.items())


def segments(interchange: Interchange, options: Options) -> list[str]:
    """The TA1 segment, if one is due: requested, or something is wrong; none where it cannot be written."""
    code, note = verdict(interchange, options)
    if not is_readable(interchange) or (code == "A" and not is_requested(interchange)):
        return []
    isa = interchange.isa
    return [writer_for(interchange).segment("TA1", isa.get(13), isa.get(9), isa.get(10), code, note)]


def write(interchange: Interchange, options: Options) -> Iterator[str]:
    """An interchange with the TA1 alone; nothing if none is due."""
    found = segments(interchange, options)
    return document(interchange, options, options.number(interchange.number, 0), (), found) if found else iter(())
