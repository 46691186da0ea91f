"""Tell which transaction a group or a transaction set is, in a few words, from its envelope."""

from __future__ import annotations

__all__ = ["PROFESSIONAL_CLAIM_GUIDES", "transaction_name"]

PROFESSIONAL_CLAIM_GUIDES = ("005010X222", "005010X222A1", "005010X222A2")
"""The guides that are read as 837P: X222 and its two errata."""

_GUIDES = {
    "005010X223": "an 837I (institutional claim)",
    "005010X224": "an 837D (dental claim)",
    "005010X221": "an 835 (remittance advice)",
    "005010X231": "a 999 (implementation acknowledgment)",
    "005010X214": "a 277CA (claim acknowledgment)",
    "005010X213": "a 277 request for information",
    "005010X217": "a 278 (services review)",
    "005010X220": "an 834 (enrollment)",
    "005010X218": "an 820 (premium payment)",
    "005010X306": "an 820 (exchange payment)",
    "005010X186": "an 824 (application advice)",
    "004010X096": "a 4010 837I (institutional claim)",
    "004010X097": "a 4010 837D (dental claim)",
    "004010X098": "a 4010 837P (professional claim of the version before 5010)",
    "004010X091": "a 4010 835 (remittance advice)",
}
_SETS = {
    "269": "a 269 (benefit coordination verification)",
    "270": "a 270 (eligibility inquiry)",
    "271": "a 271 (eligibility answer)",
    "275": "a 275 (attachment)",
    "276": "a 276 (claim status inquiry)",
    "277": "a 277 (claim status answer)",
    "278": "a 278 (services review)",
    "820": "an 820 (premium payment)",
    "824": "an 824 (application advice)",
    "834": "an 834 (enrollment)",
    "835": "an 835 (remittance advice)",
    "997": "a 997 (functional acknowledgment)",
    "999": "a 999 (implementation acknowledgment)",
}


def transaction_name(group_guide: str, set_id: str, set_guide: str) -> str | None:
    """What a transaction set is if it is not a professional claim; None for an 837P.

    ``group_guide`` is GS08, ``set_id`` ST01, ``set_guide`` ST03; each may be empty. An 837 whose guide is not
    named at all is read as 837P, since that is what edi-lint is given.
    """
    guides = [guide for guide in (group_guide.strip(), set_guide.strip()) if guide]
    if set_id in ("", "837") and guides[:1] and guides[0] in PROFESSIONAL_CLAIM_GUIDES:
        return None
    for guide in guides:
        for prefix, name in _GUIDES.items():
            if guide.startswith(prefix):
                return name
    if set_id in _SETS:
        return _SETS[set_id]
    if set_id == "837":
        if any(guide in PROFESSIONAL_CLAIM_GUIDES for guide in guides) or not any("X" in guide for guide in guides):
            return None if not guides or guides[0].startswith("005") else "an 837 of a version other than 005010"
        return "an 837 of another guide than 005010X222A1"
    if len(set_id) == 3 and set_id.isalnum():
        return f"a {set_id} transaction set"
    return "a transaction set of unknown kind" if set_id else None
