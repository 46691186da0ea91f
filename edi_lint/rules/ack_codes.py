"""The codes that acknowledgements may carry, as tables: what a rule, or a user for one payer, may say of a fault.

Numbers only. The sources are pyx12's and stupidedi's tables of X231A1 and X214, X12 RFIs, and the usage notes of the
lists 507 and 508. Statuses (508) are not listed: the list grows three times a year.
"""

from __future__ import annotations

import re

from ..reference.groups import codes

__all__ = [
    "ACCEPTING",
    "AK905",
    "CATEGORIES",
    "ENTITIES",
    "IK304",
    "IK403",
    "IK502",
    "RECEIVER_ONLY",
    "TA1_NOTES",
    "what_is_wrong",
]


TA1_NOTES = frozenset(f"{number:03d}" for number in range(32))
AK905 = codes("1 2 3 4 5 6 10 11 12 13 14 15 16 17 18 19 23 24 25 26")
IK502 = codes("1 2 3 4 5 6 7 8 9 10 11 12 13 15 16 17 18 19 23 24 25 26 27 I5 I6")
IK304 = codes("1 2 3 4 5 6 7 8 I4 I6 I7 I8 I9")
IK403 = codes("1 2 3 4 5 6 7 8 9 10 12 13 I6 I9 I10 I11 I12 I13")

CATEGORIES = codes("A0 A1 A2 A3 A4 A5 A6 A7 A8")
"""E1 to E4 belong to real time (RFI 1942), F and P to claim status answers."""
ACCEPTING = codes("A0 A1 A2 A5")
"""The categories that go with action WQ; the others go with U."""
RECEIVER_ONLY = codes("746")
"""Status codes for the information receiver's level alone (the whole batch is a duplicate)."""
_POINTING = codes("247 684")
"""Status codes by which a claim says that its lines, or the 999, tell more."""

_RECEIVER_ENTITIES = codes("36 40 41 AY PR")
_PROVIDER_ENTITIES = _RECEIVER_ENTITIES | codes("77 82 85 87")
_CLAIM_ENTITIES = codes("03 1P 1Z 40 41 71 72 73 77 82 85 87 DK DN DQ FA GB HK IL LI MSC PR PRP QB QC QD SEP TL TTP TU")
ENTITIES = {
    "2200B": _RECEIVER_ENTITIES,
    "2200C": _PROVIDER_ENTITIES,
    "2200D": _CLAIM_ENTITIES,
    "2220D": _CLAIM_ENTITIES,
}
"""Who may be named in a status, by the loop it stands in."""

_LISTS = {"ta1": TA1_NOTES, "ak905": AK905, "ik502": IK502, "ik304": IK304, "ik403": IK403}
_STATUS = re.compile("([A-Z][0-9]):([0-9]{1,4})(?::([A-Z0-9]{2,3}))?")


def what_is_wrong(kind: str, code: str) -> str:
    """Why a code cannot tell a fault, in words; empty if it can. ``kind`` is a field of `Acks`."""
    if kind != "stc":
        return "" if code in _LISTS[kind] else f"{code!r} is no code of {_name(kind)}"
    status = _STATUS.fullmatch(code)
    if status is None:
        return f"{code!r} is no status: category, code and, where the code needs one, entity, as A7:453 or A7:562:82"
    category, number, entity = status.groups()
    if category in ACCEPTING or category not in CATEGORIES:
        what = f"category {category} accepts" if category in ACCEPTING else f"the 277CA has no category {category}"
        return f"{code!r}: {what}; what is wrong is told by {_others(CATEGORIES - ACCEPTING)}"
    if number in RECEIVER_ONLY | _POINTING:
        return f"{code!r}: status {number} is not for what a rule finds"
    if entity and not any(entity in known for known in ENTITIES.values()):
        return f"{code!r}: {entity} is no entity of the 277CA"
    return ""


def _name(kind: str) -> str:
    return "the TA1" if kind == "ta1" else f"{kind.upper()} in the 999"


def _others(codes: frozenset[str]) -> str:
    *first, last = sorted(codes)
    return f"{', '.join(first)} or {last}"
