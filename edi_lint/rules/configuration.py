"""The rules about the configuration itself: what was waived for no reason (any more). They have no generator."""

from __future__ import annotations

from .registry import Rule, register

__all__ = ["BASELINE_OUTDATED", "WAIVER_EXPIRED", "WAIVER_UNUSED"]

_SOURCE = "Design: what is switched off stays visible"

WAIVER_UNUSED = register(
    Rule(
        id="CFG001",
        name="waiver-unused",
        severity="warning",
        snip=7,
        summary="A waiver of the configuration waived nothing in this run.",
        why="A waiver that is no longer needed lets the fault pass unseen when it comes back.",
        fix="Take the waiver out of the configuration; if it should have waived something, check its rule and its ids.",
        source=_SOURCE,
        level=("file",),
    )
)
WAIVER_EXPIRED = register(
    Rule(
        id="CFG002",
        name="waiver-expired",
        severity="warning",
        snip=7,
        summary="A waiver of the configuration has expired and waives nothing any more.",
        why="What it waived is told again: somebody has to decide whether that is still right.",
        fix="Take the waiver out, or agree on a new date and write it into `expires`.",
        source=_SOURCE,
        level=("file",),
    )
)
BASELINE_OUTDATED = register(
    Rule(
        id="CFG003",
        name="baseline-outdated",
        severity="info",
        snip=7,
        summary="The baseline counts findings that were not found in this run.",
        why="What the baseline counts and nobody finds can come back without being told.",
        fix="Write the baseline anew with `edi-lint baseline`, if this run looked at all that it was made from.",
        source=_SOURCE,
        level=("file",),
    )
)
