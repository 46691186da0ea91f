"""Apply a rule's examples to the clean base claim: the rule's tests, and the diff on its page."""

from __future__ import annotations

from .registry import Edit

__all__ = ["apply"]


def apply(base: str, edit: Edit) -> str:
    """The base batch (segments ended by ``~``, with or without line breaks) after the edit, one segment per line.

    Raises ValueError when a text that should be replaced is not in the base.
    """
    text = base.replace("\n", "")
    for old, new in edit.replace.items():
        if old not in text:
            raise ValueError(f"the base claim has no {old!r}")
        text = text.replace(old, new)
    segments = text.split("~")[:-1]
    start = next(number for number, segment in enumerate(segments) if segment.startswith("ST*"))
    end = next(number for number, segment in enumerate(segments) if segment.startswith("SE*"))
    trailer = segments[end].split("*")
    trailer[1] = str(end - start + 1)
    segments[end] = "*".join(trailer)
    return "".join(f"{segment}~\n" for segment in segments)
