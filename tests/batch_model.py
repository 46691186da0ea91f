"""Batches as models: built at random, broken in chosen places, and written with every count right.

A batch is what it should be: interchanges, groups, transaction sets, billing providers, subscribers, patients and
claims. `render` numbers the levels and counts the segments, so the model without some of its claims shows, byte for
byte, what a batch without them should look like. Each fault says what it does to whom, and is gone when it is cleared.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tests.conftest import base_segments

__all__ = ["CLAIM_FAULTS", "Batch", "Claim", "Interchange", "random_batch", "render"]

Change = Callable[[list[str]], list[str]]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a claim. ``by_999`` says that the 999 tells it: its transaction set may go with it."""

    name: str
    change: Change
    by_999: bool


@dataclass
class Claim:
    id: str
    segments: list[str]
    charge: Decimal
    fault: Fault | None = None

    def written(self) -> list[str]:
        return self.fault.change(self.segments) if self.fault is not None else self.segments


@dataclass
class Patient:
    segments: list[str]
    claims: list[Claim]


@dataclass
class Subscriber:
    segments: list[str]
    claims: list[Claim] = field(default_factory=list)
    patients: list[Patient] = field(default_factory=list)


@dataclass
class Provider:
    segments: list[str]
    subscribers: list[Subscriber]
    is_bad: bool = False
    """The 277CA rejects the provider, and all claims below."""

    def written(self) -> list[str]:
        return [text.replace("*1993000011", "*1993000012") for text in self.segments] if self.is_bad else self.segments


@dataclass
class TransactionSet:
    number: int
    header: list[str]
    providers: list[Provider]
    is_bad: bool = False
    """Its SE02 is wrong."""


@dataclass
class Group:
    number: int
    header: str
    sets: list[TransactionSet]
    is_bad: bool = False
    """Its GE02 is wrong."""


@dataclass
class Interchange:
    number: int
    header: str
    groups: list[Group]
    is_bad: bool = False
    """Its IEA02 is wrong."""


@dataclass
class Batch:
    interchanges: list[Interchange]
    element: str = "*"
    component: str = ":"
    terminator: str = "~"
    line_break: str = "\n"

    def claims(self) -> list[Claim]:
        return [claim for *_, claim in self.paths()]

    def paths(self) -> Iterator[tuple[Interchange, Group, TransactionSet, Provider, Claim]]:
        """Each claim with all that it lies in."""
        for interchange in self.interchanges:
            for group in interchange.groups:
                for one in group.sets:
                    for provider in one.providers:
                        for subscriber in provider.subscribers:
                            for claims in (subscriber.claims, *(patient.claims for patient in subscriber.patients)):
                                for claim in claims:
                                    yield interchange, group, one, provider, claim

    def accepted(self, scope: str) -> set[str]:
        """The ids of the claims that a clearinghouse accepts."""
        lost = set() if scope == "claim" else {id(one) for _, _, one, _, claim in self.paths() if _is_by_999(claim)}
        return {
            claim.id
            for interchange, group, one, provider, claim in self.paths()
            if not (interchange.is_bad or group.is_bad or one.is_bad or provider.is_bad or claim.fault)
            and id(one) not in lost
        }

    def only(self, wanted: set[str]) -> Batch:
        """The batch with these claims alone, and no level, set, group or interchange without any."""

        def kept(claims: list[Claim]) -> list[Claim]:
            return [claim for claim in claims if claim.id in wanted]

        def subscribers(provider: Provider) -> list[Subscriber]:
            found = []
            for one in provider.subscribers:
                patients = [Patient(patient.segments, kept(patient.claims)) for patient in one.patients]
                left = Subscriber(one.segments, kept(one.claims), [patient for patient in patients if patient.claims])
                if left.claims or left.patients:
                    found.append(left)
            return found

        def within(whole: list, name: str, part: Callable[[object], list]) -> list:  # type: ignore[type-arg]
            found = [replace(one, **{name: part(one)}) for one in whole]
            return [one for one in found if getattr(one, name)]

        def providers(one: TransactionSet) -> list[Provider]:
            return within(one.providers, "subscribers", subscribers)

        def sets(group: Group) -> list[TransactionSet]:
            return within(group.sets, "providers", providers)

        def groups(interchange: Interchange) -> list[Group]:
            return within(interchange.groups, "sets", sets)

        return replace(self, interchanges=within(self.interchanges, "groups", groups))

    def repair(self) -> None:
        """Clear all faults."""
        for interchange, group, one, provider, claim in self.paths():
            interchange.is_bad = group.is_bad = one.is_bad = provider.is_bad = False
            claim.fault = None


def _is_by_999(claim: Claim) -> bool:
    return claim.fault is not None and claim.fault.by_999


def render(batch: Batch) -> bytes:
    """The bytes of a batch, every level numbered and every segment counted."""
    texts = [text for interchange in batch.interchanges for text in _interchange(interchange)]
    end = batch.terminator + batch.line_break
    marks = str.maketrans({"*": batch.element, ":": batch.component})
    return "".join(text.translate(marks) + end for text in texts).encode("ascii")


def _interchange(interchange: Interchange) -> Iterator[str]:
    yield interchange.header
    for group in interchange.groups:
        yield group.header
        for one in group.sets:
            yield from _set(one)
        yield f"GE*{len(group.sets)}*{group.number + 7 * group.is_bad}"
    yield f"IEA*{len(interchange.groups)}*{interchange.number + 7 * interchange.is_bad:09d}"


def _set(one: TransactionSet) -> Iterator[str]:
    segments = list(one.header)
    levels = 0
    for provider in one.providers:
        levels += 1
        top = levels
        segments += [f"HL*{top}**20*1", *provider.written()]
        for subscriber in provider.subscribers:
            levels += 1
            parent = levels
            segments += [f"HL*{parent}*{top}*22*{int(bool(subscriber.patients))}", *subscriber.segments]
            segments += [text for claim in subscriber.claims for text in claim.written()]
            for patient in subscriber.patients:
                levels += 1
                segments += [f"HL*{levels}*{parent}*23*0", *patient.segments]
                segments += [text for claim in patient.claims for text in claim.written()]
    yield from segments
    yield f"SE*{len(segments) + 1}*{one.number + 7 * one.is_bad:04d}"


# -- faults of claims -------------------------------------------------------------------------------------


def _replacing(old: str, new: str) -> Change:
    def change(segments: list[str]) -> list[str]:
        changed = [text.replace(old, new) for text in segments]
        assert changed != segments
        return changed

    return change


def _without(start: str) -> Change:
    return lambda segments: [text for text in segments if not text.startswith(start)]


def _raised(segments: list[str]) -> list[str]:
    clm, name, charge, *rest = segments[0].split("*")
    return ["*".join([clm, name, f"1{charge}", *rest]), *segments[1:]]


CLAIM_FAULTS = (
    Fault("rendering NPI", _replacing("*1993005010", "*1993005011"), by_999=False),
    Fault("total charge", _raised, by_999=False),
    Fault("pointer", _replacing("*UN*1***2", "*UN*1***9"), by_999=False),
    Fault("modifier 25 on the injection", _replacing("HC:96372*", "HC:96372:25*"), by_999=False),
    Fault("NDC that is none", _replacing("LIN**N4*00703901101", "LIN**N4*0070390110"), by_999=False),
    Fault("no HI", _without("HI*"), by_999=True),
    Fault("no SV1", _without("SV1*HC:J3420"), by_999=True),
    Fault("unknown segment", lambda segments: [*segments[:2], "ZZZ*1", *segments[2:]], by_999=True),
    Fault("CLM06", _replacing("11:B:1*Y*A", "11:B:1*Q*A"), by_999=True),
    Fault("date", _replacing("DTP*472*D8*202601", "DTP*472*D8*202613"), by_999=True),
    Fault("LX too long", _replacing("LX*2", "LX*2222222"), by_999=True),
)

# -- random batches ---------------------------------------------------------------------------------------

_MARKS = (
    ("*", ":", "~", "\n"),
    ("*", ":", "~", ""),
    ("|", ">", "'", "\r\n"),
    ("*", "<", "\n", ""),
    ("+", ":", "~", "\r"),
)
_LARGEST = 4


class _Maker:
    """Makes the parts of a batch, each person and claim with a number of its own."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.count = 0
        base = base_segments("base.edi")
        dependent = base_segments("base-dependent.edi")
        self.isa, self.gs = base[0], base[1]
        self.header = base[2:7]
        self.provider = base[8 : base.index("HL*2*1*22*0")]
        self.subscriber = base[base.index("HL*2*1*22*0") + 1 : _place(base, "CLM*")]
        self.claim = base[_place(base, "CLM*") : _place(base, "SE*")]
        self.insured = dependent[dependent.index("HL*2*1*22*1") + 1 : dependent.index("HL*3*2*23*0")]
        self.patient = dependent[dependent.index("HL*3*2*23*0") + 1 : _place(dependent, "CLM*")]

    def number(self) -> int:
        self.count += 1
        return self.count

    def several(self, most: int = _LARGEST) -> range:
        return range(self.chance.randint(1, most))

    def make_claims(self) -> list[Claim]:
        found = []
        for day in self.chance.sample(range(2, 20), len(self.several(3))):
            name, charge = f"C{self.number():05d}", Decimal(self.chance.choice(("112", "112.5", "98.04")))
            changes = {"A1001": name, "20260115": f"202601{day:02d}", "*151.5*": f"*{charge + Decimal('39.5')}*"}
            segments = [_changed(text, changes) for text in self.claim]
            segments = [text.replace("*112*UN", f"*{charge}*UN") for text in segments]
            found.append(Claim(name, segments, charge + Decimal("39.5")))
        return found

    def make_subscriber(self) -> Subscriber:
        member = {"W100001001": f"W1{self.number():08d}"}
        if self.chance.random() < 0.6:
            return Subscriber([_changed(text, member) for text in self.subscriber], self.make_claims())
        names = self.chance.sample(("ADA", "BEN", "CARA", "DAN"), len(self.several(3)))
        patients = [
            Patient([_changed(text, {"TIMOTHY": name}) for text in self.patient], self.make_claims()) for name in names
        ]
        return Subscriber([_changed(text, member) for text in self.insured], patients=patients)

    def make_set(self, number: int) -> TransactionSet:
        changes = {"*0001*": f"*{number:04d}*", "BASE0001": f"BATCH{self.number():04d}"}
        header = [_changed(text, changes) for text in self.header]
        providers = [
            Provider(list(self.provider), [self.make_subscriber() for _ in self.several()]) for _ in self.several(2)
        ]
        return TransactionSet(number, header, providers)

    def make_interchange(self, number: int) -> Interchange:
        groups = [
            Group(
                position + 1,
                self.gs.replace("*1*X*", f"*{position + 1}*X*"),
                [self.make_set(one + 1) for one in self.several(3)],
            )
            for position in self.several(2)
        ]
        return Interchange(number, self.isa.replace("*000000001*", f"*{number:09d}*"), groups)


def _place(segments: list[str], start: str) -> int:
    return next(place for place, text in enumerate(segments) if text.startswith(start))


def _changed(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def random_batch(seed: int) -> Batch:
    """A batch with faults, most of them in claims; each seed has its own."""
    chance = random.Random(seed)
    maker = _Maker(chance)
    element, component, terminator, line_break = chance.choice(_MARKS)
    interchanges = [maker.make_interchange(number + 1) for number in maker.several(2)]
    batch = Batch(interchanges, element, component, terminator, line_break)
    share = chance.choice((0, 0.1, 0.3, 0.8))
    by_999 = chance.choice((True, False))
    faults = [fault for fault in CLAIM_FAULTS if by_999 or not fault.by_999]
    for interchange, group, one, provider, claim in batch.paths():
        if chance.random() < share:
            claim.fault = chance.choice(faults)
        if share and chance.random() < 0.02:
            chance.choice((interchange, group, one, provider, provider)).is_bad = True
    return batch
