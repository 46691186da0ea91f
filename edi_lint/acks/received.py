"""What was received, as small as the acknowledgements allow: envelope, providers, claims, and what was found in them.

Of a transaction set the claims are kept until its end, of a claim what a 277CA names it by, and of its service lines
only those that something was found in. An `Answer` is what remains of a set once it is answered: text and counts. Knows
no rules and no format.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from ..findings import Severity
from ..x12 import Segment

__all__ = [
    "Answer",
    "Claim",
    "Dates",
    "Group",
    "Interchange",
    "Line",
    "Person",
    "Provider",
    "Told",
    "Totals",
    "TransactionSet",
    "Trigger",
]

Dates = tuple[str, str]
"""The first and the last day (CCYYMMDD); both empty where none can be read."""


class Trigger(msgspec.Struct, frozen=True, gc=False):
    """What made a value required or unwanted; ``position`` counts from the ST, which is 1."""

    segment: str
    position: int
    loop: str
    element: int
    component: int


class Told(msgspec.Struct, frozen=True, gc=False):
    """A finding with its codes and its place: ``element`` 0 is the whole segment, ``position`` 0 outside any set.

    ``number`` is the data element's number in the dictionary, ``copy`` the element as it was sent, ``claim`` the CLM01
    of the claim whose segments the place lies in. ``text`` is a sentence without names and ids of persons.
    """

    rule: str
    severity: Severity
    text: str
    value: str
    ta1: str
    ak905: str
    ik502: str
    ik304: str
    ik403: str
    stc: tuple[str, ...]
    offset: int
    segment: str
    position: int
    loop: str
    missing: bool
    element: int
    component: int
    repetition: int
    number: str
    copy: str
    trigger: Trigger | None
    claim: str

    @property
    def is_error(self) -> bool:
        """Whether it rejects; warnings and notes never do."""
        return self.severity == "error"


class Line(msgspec.Struct):
    """A service line in which something was found. ``reference`` is its REF*6R, else its LX01."""

    reference: str
    procedure: tuple[str, ...]
    charge: Decimal
    units: str
    dates: Dates
    told: list[Told]


class Person(msgspec.Struct, frozen=True):
    """The patient of claims: name and member id."""

    last: str
    first: str
    middle: str
    suffix: str
    qualifier: str
    id: str


class Claim(msgspec.Struct):
    """A claim. ``told`` is what concerns it as a whole, its subscriber's and patient's findings included."""

    id: str
    charge: Decimal
    dates: Dates
    patient: Person
    told: list[Told]
    lines: list[Line]


class Provider(msgspec.Struct):
    """A billing provider with the claims below it; ``told`` concerns it, and so all of them."""

    entity_type: str
    name: tuple[str, str, str, str]
    qualifier: str
    id: str
    told: list[Told]
    claims: list[Claim]


class TransactionSet(msgspec.Struct):
    """ST to SE. ``told`` holds all findings in it, ``own`` those of them that concern it as a whole.

    ``submitter`` is entity type, last name or organization, first and middle name, and id of loop 1000A.
    ``unclaimed`` has the statuses of subscribers and patients, by where their level begins, until a claim turns up that
    they concern. ``is_foreign``: it is no 837P, and nobody has looked into it.
    """

    st: Segment
    told: list[Told]
    own: list[Told]
    providers: list[Provider]
    reference: str = ""
    submitter: tuple[str, str, str, str, str] = ("2", "", "", "", "")
    unclaimed: dict[int, list[Told]] = msgspec.field(default_factory=dict)
    is_foreign: bool = False


class Totals(msgspec.Struct):
    """Claims and their charges."""

    claims: int = 0
    charges: Decimal = Decimal(0)

    def add(self, claims: int, charges: Decimal) -> None:
        """Count more."""
        self.claims += claims
        self.charges += charges


class Answer(msgspec.Struct):
    """What the 999 and the 277CA say of one transaction set: its AK2 loop, and the segments from BHT on.

    ``claims`` has a byte for each claim that was received, in their order: 1 if the 277CA accepts it, 0 if not.
    """

    verdict: str
    """A, E or R."""
    can_be_named: bool
    """Whether its ST can be repeated in an AK2 at all."""
    loop: Sequence[str]
    body: Sequence[str] = ()
    claims: bytes = b""
    has_wrong_level: bool = False
    """Whether an error lies in a level that has no claim to be rejected with it."""
    accepted: Totals = msgspec.field(default_factory=Totals)
    rejected: Totals = msgspec.field(default_factory=Totals)


class Group(msgspec.Struct):
    """GS to GE; ``gs`` is None for transaction sets without a group. ``stated`` is GE01 as sent.

    ``is_repeated``: its control number came before in the interchange.
    """

    gs: Segment | None
    told: list[Told]
    answers: list[Answer]
    sets: int = 0
    stated: str = ""
    is_repeated: bool = False


class Interchange(msgspec.Struct):
    """ISA to IEA, the n-th of its input (from 1). ``broken_lines``: whether each segment has a line of its own."""

    isa: Segment
    number: int
    told: list[Told]
    groups: list[Group]
    broken_lines: bool = True
