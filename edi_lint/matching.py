"""For whom a setting is: which file, receiver, payer and provider a part of a batch belongs to.

Used by overrides, which change how a part is judged, and by waivers, which let pass what was found in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

import msgspec

from .claims import BillingProvider, Claim, Patient, Subscriber, UnitRecord
from .config import Override, listed
from .x12 import Envelope

__all__ = ["FileOverrides", "Input", "Whose", "applies_to_set", "claim_of", "matches_file", "override_key"]

Applied = tuple[int, ...]
"""Which overrides apply, by their numbers in the configuration, from 0."""

_MOST_REMEMBERED = 4096


class Input(msgspec.Struct, frozen=True):
    """An input as findings call it, and the full path of its file (empty for standard input and bytes)."""

    name: str
    path: str = ""


class Whose(msgspec.Struct, frozen=True):
    """Whom a record goes to: payer id and claim filing indicator, empty for a provider, who bills all payers."""

    payer: str = ""
    claim_filing_indicator: str = ""


def matches_file(patterns: Iterable[str], file: Input) -> bool:
    """Whether one of the globs fits: one without a ``/`` the file's name, others its path. ``*`` matches ``/`` too."""
    name = file.name.replace("\\", "/")
    path = file.path.replace("\\", "/")
    for pattern in patterns:
        if "/" not in pattern:
            if fnmatchcase(name.rpartition("/")[2], pattern):
                return True
        elif fnmatchcase(name, pattern) or (path and fnmatchcase(path, pattern)):
            return True
    return False


def claim_of(record: UnitRecord | None) -> Whose:
    """Whom the record goes to."""
    subscriber: Subscriber | None = None
    if isinstance(record, (Claim, Patient)):
        subscriber = record.subscriber
    elif isinstance(record, Subscriber):
        subscriber = record
    if subscriber is None:
        return Whose()
    payer = subscriber.payer
    return Whose(payer.id.strip() if payer is not None else "", subscriber.claim_filing_indicator.strip())


class FileOverrides:
    """The overrides of a run as far as they concern one file.

    ``always`` are those that hold for all of it; others depend on receiver or payer, and `of` says where they hold.
    The keys of those that apply to something are put into ``met``.
    """

    def __init__(self, overrides: Iterable[Override], file: Input, met: set[bytes] | None = None) -> None:
        concerned = [
            (number, override)
            for number, override in enumerate(overrides)
            if not override.files or matches_file(listed(override.files), file)
        ]
        self.always: Applied = tuple(number for number, override in concerned if not _is_conditional(override))
        self.depends = len(self.always) < len(concerned)
        self._concerned = concerned
        self._isa08 = self._gs03 = ""
        self._known: dict[tuple[str, str, Whose], Applied] = {}
        self._met = set() if met is None else met
        self._keys = {number: override_key(override) for number, override in concerned}
        self._met.update(self._keys[number] for number in self.always)

    def of(self, record: UnitRecord | None, envelope: Envelope) -> Applied:
        """The overrides that apply to a record, or to the envelope where there is none."""
        # What is said of a trailer is said when the envelope is closed: it belongs to the receiver before.
        if envelope.isa is not None:
            self._isa08 = envelope.isa.get(8)
        if envelope.gs is not None:
            self._gs03 = envelope.gs.get(3)
        whose = Whose() if record is None or isinstance(record, BillingProvider) else claim_of(record)
        key = (self._isa08, self._gs03, whose)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            receivers = {key[0].strip(), key[1].strip()}
            found = self._known[key] = tuple(
                number for number, override in self._concerned if _applies(override, receivers, whose)
            )
            self._met.update(self._keys[number] for number in found)
        return found


def override_key(override: Override) -> bytes:
    """What stands for an override in all processes of a run, and in all configurations that share it."""
    return msgspec.json.encode(override)


def applies_to_set(override: Override, file: Input, receivers: set[str]) -> bool:
    """Whether an override holds for whole transaction sets of a file to one of these receivers."""
    if override.files and not matches_file(listed(override.files), file):
        return False
    return not override.payer and not override.claim_filing_indicator and _applies(override, receivers, Whose())


def _is_conditional(override: Override) -> bool:
    return bool(override.receiver or override.payer or override.claim_filing_indicator)


def _applies(override: Override, receivers: set[str], whose: Whose) -> bool:
    return (
        (not override.receiver or not receivers.isdisjoint(listed(override.receiver)))
        and (not override.payer or whose.payer in listed(override.payer))
        and (
            not override.claim_filing_indicator
            or whose.claim_filing_indicator in listed(override.claim_filing_indicator)
        )
    )
