"""Which acknowledgement tells a finding, and what it does to the transaction set: the verdicts of the 999.

Theory of operation. A finding has codes of the 999 (AK905, IK502, IK304, IK403), of the 277CA (STC), or both. What has
only one kind of code is told where that belongs. With both, the reference decides (acks.md, 1.1): faults of syntax and
structure (SNIP 1 and 2, what the guide itself says) are the 999's, so a missing service date rejects by IK3, not by
status 187. Only the codes for what depends on other segments (IK304 I6, I9 and IK403 I9, I13) give way to a status: X12
has them for it, but Medicare and most payers tell it of the claim. A situational rule without a status stays in the
999, as in the reference's worked example (the accident date).

An error rejects, a warning with a code of the 999 is an "error noted" (verdict E: accepted, not to be sent again), a
note is not told. With scope ``claim``, a set whose errors all lie in claims is accepted with errors, and the 277CA
rejects just those claims (A3:684, "see the 999", beside their own status). Elsewhere nothing in the 277CA comes from
the 999: the claims of a rejected set are not in it at all.
"""

from __future__ import annotations

from collections.abc import Iterable

from .codes import SITUATIONAL, SYNTAX_REJECTED
from .options import Scope
from .received import Claim, Provider, Told, TransactionSet
from .telling import has_syntax_codes

__all__ = [
    "Verdict",
    "claim_statuses",
    "goes_to_277ca",
    "goes_to_999",
    "has_wrong_level",
    "is_rejected",
    "is_rejected_provider",
    "set_codes",
    "set_verdict",
    "syntax_rejected",
]

Verdict = str
"""A (accepted), E (accepted with errors) or R (rejected)."""

_NOT_SUPPORTED = "1"
"""IK502 for a transaction set that is no 837P."""
_LEVEL = "HL"
_MOST_CODES = 5
"""IK502 to IK506, AK905 to AK909."""


def goes_to_999(told: Told) -> bool:
    """Whether the 999 tells it, in the AK2 loop of its set."""
    if told.severity == "info" or not has_syntax_codes(told):
        return False
    return not (told.stc and _is_situational(told))


def goes_to_277ca(told: Told) -> bool:
    """Whether its own status rejects what it was found in."""
    return told.is_error and bool(told.stc) and not goes_to_999(told)


def set_verdict(received: TransactionSet, scope: Scope) -> Verdict:
    """What becomes of the whole set."""
    if received.is_foreign:
        return "R"
    told = [one for one in received.told if goes_to_999(one)]
    errors = [one for one in told if one.is_error]
    if not told:
        return "A"
    if errors and not (scope == "claim" and all(_lies_in_claim(one) for one in errors)):
        return "R"
    return "E"


def set_codes(received: TransactionSet, told: Iterable[Told]) -> list[str]:
    """IK502 and on: 5 for faults of X12, I5 for faults of the guide, and what else is wrong with the set as a whole."""
    found = {code for one in told for code in _set_codes(one)}
    if received.is_foreign:
        found.add(_NOT_SUPPORTED)
    return sorted(found, key=lambda code: (code.startswith("I"), int(code.lstrip("I"))))[:_MOST_CODES]


def syntax_rejected(claim: Claim) -> list[Told]:
    """What the 999 has told of the claim that rejects it, where its set was accepted in spite of it."""
    every = [*claim.told, *(one for line in claim.lines for one in line.told)]
    return [one for one in every if one.is_error and goes_to_999(one)]


def is_rejected(claim: Claim) -> bool:
    """Whether the 277CA rejects the claim by itself."""
    every = [*claim.told, *(one for line in claim.lines for one in line.told)]
    return any(goes_to_277ca(one) or (one.is_error and goes_to_999(one)) for one in every)


def is_rejected_provider(provider: Provider) -> bool:
    """Whether the 277CA rejects the provider, and with it all claims that there are below."""
    return any(goes_to_277ca(one) for one in provider.told)


def has_wrong_level(received: TransactionSet) -> bool:
    """Whether a level that no claim hangs on is rejected: in a batch to send on it has no place."""
    unclaimed = (one for told in received.unclaimed.values() for one in told)
    empty = (provider for provider in received.providers if not provider.claims)
    return any(goes_to_277ca(one) for one in unclaimed) or any(is_rejected_provider(one) for one in empty)


def claim_statuses(told: Iterable[Told], accepted_with_errors: bool) -> list[tuple[tuple[str, ...], Told | None]]:
    """The statuses that reject a claim, each with the finding behind it; A3:684 first, without one."""
    found: list[tuple[tuple[str, ...], Told | None]] = []
    if accepted_with_errors:
        found.append(((SYNTAX_REJECTED,), None))
    return found + [(one.stc, one) for one in told if one.is_error and one.stc]


def _is_situational(told: Told) -> bool:
    code, codes = (told.ik403, SITUATIONAL["ik403"]) if told.ik403 else (told.ik304, SITUATIONAL["ik304"])
    return code in codes


def _lies_in_claim(told: Told) -> bool:
    """Whether it concerns one claim only.

    A claim without a CLM01 that can be used cannot be rejected alone: nobody would know which it is. Nor can one with
    an HL inside: who knows what level the claims behind it lie in.
    """
    return bool(told.claim) and not told.ik502 and told.segment != _LEVEL


def _set_codes(told: Told) -> list[str]:
    # IK304 8 only says that elements follow: the element's code tells whose rule it is.
    codes = [told.ik502] if told.ik502 else []
    if own := told.ik403 or told.ik304:
        codes.append("I5" if own.startswith("I") else "5")
    return codes
