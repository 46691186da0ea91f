"""The business view of an 837P: claims, service lines, providers, subscribers, patients and payers.

Names are those of X12 and of medical billing. Every record is a view of a loop of the file (see `fields`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache

import msgspec

from ..guide import OpenLoop
from ..x12 import Delimiters, Ref, Segment
from .fields import (
    Amount,
    Billed,
    Components,
    Day,
    FirstDay,
    LastDay,
    Parts,
    Record,
    Spot,
    Text,
    find,
    lazy,
    missing_spot,
    parse_day,
    parse_decimal,
)

__all__ = [
    "Adjudication",
    "BillingProvider",
    "Claim",
    "Diagnosis",
    "Drug",
    "Entity",
    "OtherPayer",
    "Patient",
    "Payer",
    "Provider",
    "ServiceLine",
    "Subscriber",
    "TransactionSet",
]

MEDICARE, MEDICARE_ADVANTAGE, MEDICAID, COMMERCIAL = "medicare", "medicare-advantage", "medicaid", "commercial"
DIAGNOSIS_QUALIFIERS = frozenset({"ABK", "ABF", "BK", "BF"})
"""The qualifiers of diagnoses in HI that pointers count: ICD-10-CM and, from before, ICD-9-CM."""
MOST_DIAGNOSES = 12
"""An HI has no place for more; what stands behind is no diagnosis of the claim."""
_SCOPES = {"MB": MEDICARE, "MA": MEDICARE, "16": MEDICARE_ADVANTAGE, "HM": MEDICARE_ADVANTAGE, "MC": MEDICAID}


class Entity(Record):
    """A party named by an NM1: a person (entity type 1) or an organization (2), with its address if it has one."""

    entity = Text("NM1", 1)
    entity_type = Text("NM1", 2)
    last_name = Text("NM1", 3, seldom=True)
    first_name = Text("NM1", 4, seldom=True)
    id_qualifier = Text("NM1", 8)
    id = Text("NM1", 9)
    taxonomy = Text("PRV", 3)
    address_line_1 = Text("N3", 1, seldom=True)
    address_line_2 = Text("N3", 2, seldom=True)
    city = Text("N4", 1, seldom=True)
    state = Text("N4", 2, seldom=True)
    postal_code = Text("N4", 3, seldom=True)
    country = Text("N4", 4, seldom=True)

    @property
    def is_person(self) -> bool:
        """Whether NM102 says person."""
        return self.entity_type == "1"

    @property
    def in_united_states(self) -> bool:
        """Whether the address is in the United States: N404 is left out for it."""
        return self.country in ("", "US", "USA")


class Provider(Entity):
    """A provider of the claim or of a service line. ``npi`` is empty when NM108 is not XX."""

    @lazy
    def npi(self) -> str:
        """The National Provider Identifier."""
        return self.id if self.id_qualifier == "XX" else ""


class BillingProvider(Record):
    """Loop 2000A with 2010AA and 2010AB: who bills, in which transaction set."""

    of = "2000A"
    taxonomy = Text("PRV", 3)
    tax_id = Text("REF*EI/SY", 2, loop="2010AA")

    def __init__(self, loop: OpenLoop, transaction: TransactionSet) -> None:
        super().__init__(loop)
        self.transaction = transaction

    @lazy
    def party(self) -> Provider | None:
        """2010AA: name, NPI and street address; None if the loop is missing."""
        loop = self.inner("2010AA")
        return Provider(loop) if loop is not None else None

    @lazy
    def npi(self) -> str:
        """The billing NPI; empty when there is none."""
        return self.party.npi if self.party is not None else ""

    def parties(self) -> Iterator[Entity]:
        """Every party of the loop that an NM1 names."""
        yield from _parties(self.loop)


class Subscriber(Record):
    """Loop 2000B with 2010BA: whose insurance it is."""

    of = "2000B"
    payer_sequence = Text("SBR", 1)
    relationship = Text("SBR", 2)
    group_number = Text("SBR", 3, seldom=True)
    insurance_type = Text("SBR", 5, seldom=True)
    claim_filing_indicator = Text("SBR", 9)
    member_id = Text("NM1*IL", 9, loop="2010BA", distinct=True)
    last_name = Text("NM1*IL", 3, loop="2010BA")
    first_name = Text("NM1*IL", 4, loop="2010BA")
    birth_date = Day("DMG", 2, loop="2010BA", distinct=True)
    gender = Text("DMG", 3, loop="2010BA", seldom=True)
    death_date = Day("PAT", 6)

    def __init__(self, loop: OpenLoop, billing: BillingProvider | None) -> None:
        super().__init__(loop)
        self.billing = billing

    @lazy
    def payer(self) -> Payer | None:
        """2010BB: the payer that the claim goes to."""
        loop = self.inner("2010BB")
        return Payer(loop) if loop is not None else None

    @lazy
    def scope(self) -> str:
        """The kind of payer by SBR09: medicare, medicare-advantage, medicaid or commercial."""
        return _SCOPES.get(self.claim_filing_indicator, COMMERCIAL)


class Payer(Entity):
    """2010BB: the payer. ``id`` is its payer id."""

    of = "2010BB"


class Patient(Record):
    """Loop 2000C with 2010CA: the patient, where it is not the subscriber."""

    of = "2000C"
    relationship = Text("PAT", 1, seldom=True)
    last_name = Text("NM1*QC", 3, loop="2010CA", distinct=True)
    first_name = Text("NM1*QC", 4, loop="2010CA")
    birth_date = Day("DMG", 2, loop="2010CA", distinct=True)
    gender = Text("DMG", 3, loop="2010CA", seldom=True)

    def __init__(self, loop: OpenLoop, subscriber: Subscriber | None) -> None:
        super().__init__(loop)
        self.subscriber = subscriber

    death_date = Day("PAT", 6)


class OtherPayer(Record):
    """Loop 2320 with 2330A and 2330B: another insurance of the patient."""

    of = "2320"
    payer_sequence = Text("SBR", 1)
    claim_filing_indicator = Text("SBR", 9)
    paid = Amount("AMT*D", 2)
    not_covered = Amount("AMT*A8", 2)
    payer_id = Text("NM1*PR", 9, loop="2330B")
    adjudication_date = Text("DTP*573", 3, loop="2330B")

    @lazy
    def adjustments(self) -> Decimal:
        """The sum of the claim-level adjustments (CAS) in dollars."""
        return _adjustments(self.loop)


class Adjudication(Record):
    """Loop 2430: what another payer decided on a line. ``bundled_into`` is the LX of the line that it paid instead."""

    of = "2430"
    payer_id = Text("SVD", 1)
    paid = Amount("SVD", 2)
    paid_units = Amount("SVD", 5)
    bundled_into = Text("SVD", 6)
    adjudication_date = Text("DTP*573", 3)

    @lazy
    def adjustments(self) -> Decimal:
        """The sum of the adjustments (CAS) of the line by this payer."""
        return _adjustments(self.loop)


class Diagnosis(msgspec.Struct, frozen=True):
    """A diagnosis of the claim: its qualifier (ABK, ABF), its code as sent, its number as pointers count (1-12)."""

    qualifier: str
    code: str
    number: int
    position: int
    """The element of HI that it stands in."""
    segment: Segment
    anchor: Segment
    loop: str

    @property
    def spot(self) -> Spot:
        """Where the code stands."""
        return Spot(self.segment, Ref(self.position, 2), self.loop, "HI", self.anchor)


class Drug(Record):
    """Loop 2410: the drug of a service line."""

    of = "2410"
    qualifier = Text("LIN", 2)
    ndc = Text("LIN", 3)
    quantity = Amount("CTP", 4)
    unit = Text("CTP", 5, 1)
    prescription_number = Text("REF*XZ", 2)
    link_number = Text("REF*VY", 2)
    """What ties the ingredients of a compound together when there is no prescription."""


class ServiceLine(Record):
    """Loop 2400: one service. ``number`` is LX01; ``units`` counts by ``unit_basis`` (UN or MJ)."""

    of = "2400"
    number = Text("LX", 1)
    procedure_composite = Text("SV1", 1, seldom=True)
    procedure_qualifier = Text("SV1", 1, 1, seldom=True)
    procedure = Text("SV1", 1, 2)
    modifier_1 = Text("SV1", 1, 3, seldom=True)
    modifier_2 = Text("SV1", 1, 4, seldom=True)
    modifier_3 = Text("SV1", 1, 5, seldom=True)
    modifier_4 = Text("SV1", 1, 6, seldom=True)
    modifiers = Parts("SV1", 1, 3, 6)
    """SV101-3 to SV101-6, those that are there, in their order."""
    billed = Billed("SV1", 1)
    description = Text("SV1", 1, 7, seldom=True)
    charge = Amount("SV1", 2)
    unit_basis = Text("SV1", 3, seldom=True)
    units = Amount("SV1", 4)
    units_sent = Text("SV1", 4)
    line_place_of_service = Text("SV1", 5)
    pointers_sent = Text("SV1", 7, seldom=True)
    pointers = Components("SV1", 7)
    """SV107, component by component, empty ones included; nothing behind the last that is filled."""
    date_format = Text("DTP*472", 2, seldom=True)
    service_date = Text("DTP*472", 3)
    service_from = FirstDay("DTP*472", 3)
    """The (first) date of service; None when it is absent or no date."""
    service_to = LastDay("DTP*472", 3)
    """The last date of service: that of the range, else the only one."""
    control_number = Text("REF*6R", 2, distinct=True)
    note = Text("NTE*ADD/DCP", 2, seldom=True)
    prior_authorization = Text("REF*G1", 2, seldom=True)
    clia_number = Text("REF*X4", 2, seldom=True)

    def __init__(self, loop: OpenLoop, claim: Claim) -> None:
        super().__init__(loop)
        self.claim = claim
        self.place_of_service = self.line_place_of_service or claim.place_of_service
        """The place of service in force: SV105, else CLM05-1."""
        if not loop.children:
            # A line without loops of its own, as most are: what is asked of nearly all of them is known at once.
            self.__dict__.update(rendering=claim.rendering, rendering_npi=claim.rendering_npi, drug=None)

    def modifier_spot(self, modifier: str, occurrence: int = 1) -> Spot:
        """Where a modifier stands (the n-th time that it occurs on the line)."""
        for position in range(1, 5):
            if getattr(self, f"modifier_{position}") == modifier:
                occurrence -= 1
                if not occurrence:
                    return self.at(f"modifier_{position}")
        return self.at("modifier_1")

    @property
    def place_of_service_spot(self) -> Spot:
        """Where the place of service in force stands."""
        return self.at("line_place_of_service") if self.line_place_of_service else self.claim.at("place_of_service")

    def pointer_spot(self, number: int) -> Spot:
        """Where the n-th pointer (from 1) stands."""
        whole = self.at("pointers_sent")
        return msgspec.structs.replace(whole, ref=Ref(7, number))

    @lazy
    def diagnoses(self) -> tuple[Diagnosis, ...]:
        """The diagnoses that the pointers name, in pointer order; pointers that lead nowhere are left out."""
        listed = self.claim.diagnoses
        return tuple([listed[number] for number in _pointed(self.pointers, len(listed))])

    def lacks(self, segment_id: str, qualifier: str = "", element: int = 0) -> Spot:
        """The place in the line's loop where a segment that is missing should have been."""
        return missing_spot(self.loop, segment_id, qualifier, Ref(element) if element else None)

    @lazy
    def drug(self) -> Drug | None:
        """Loop 2410; None if the line names no drug."""
        loop = self.inner("2410")
        return Drug(loop) if loop is not None else None

    @lazy
    def adjudications(self) -> tuple[Adjudication, ...]:
        """2430: what other payers decided on the line."""
        return tuple(Adjudication(child) for child in self.loop.children if child.spec.id == "2430")

    @lazy
    def rendering(self) -> Provider | None:
        """The rendering provider in force: 2420A, else 2310B; None if neither is there."""
        loop = self.inner("2420A")
        return Provider(loop) if loop is not None else self.claim.rendering

    @lazy
    def rendering_npi(self) -> str:
        """The NPI of who rendered the service: 2420A, else 2310B, else the billing provider's."""
        if self.inner("2420A") is None:
            return self.claim.rendering_npi
        return (self.rendering.npi if self.rendering is not None else "") or self.claim.billing.npi


class Claim(Record):
    """Loop 2300 with all it holds, and the parties above it in the hierarchy.

    ``index`` counts the claims of the file from 1. ``patient`` is None when the patient is the subscriber.
    ``intact`` is False when segments are missing or out of place in it: sums and absences then say nothing.
    """

    of = "2300"
    id = Text("CLM", 1, distinct=True)
    total_charge = Amount("CLM", 2)
    place_of_service = Text("CLM", 5, 1)
    facility_qualifier = Text("CLM", 5, 2, seldom=True)
    frequency = Text("CLM", 5, 3)
    payer_claim_control_number = Text("REF*F8", 2, seldom=True)
    note = Text("NTE", 2, seldom=True)
    prior_authorization = Text("REF*G1", 2, seldom=True)
    clia_number = Text("REF*X4", 2, seldom=True)
    delay_reason = Text("CLM", 20, seldom=True)
    admission_date = Day("DTP*435", 3, seldom=True)
    discharge_date = Day("DTP*096", 3, seldom=True)

    def __init__(
        self,
        loop: OpenLoop,
        index: int,
        transaction: TransactionSet,
        billing: BillingProvider,
        subscriber: Subscriber,
        patient: Patient | None,
        intact: bool = True,
    ) -> None:
        super().__init__(loop)
        self.index = index
        self.transaction = transaction
        self.billing = billing
        self.subscriber = subscriber
        self.patient = patient
        self.intact = intact

    @lazy
    def lines(self) -> tuple[ServiceLine, ...]:
        """The service lines in their order."""
        return tuple([ServiceLine(child, self) for child in self.loop.children if child.spec.id == "2400"])

    def forget_lines(self) -> None:
        """Let go of the lines, which are made again when they are asked for.

        Claim and lines know each other. What is let go of before the next claim is read is freed at once, not at some
        later collection of garbage: that keeps a run over millions of claims small and quick.
        """
        self.__dict__.pop("lines", None)

    def lines_with(self, *procedures: str) -> list[ServiceLine]:
        """The service lines with one of these procedure codes."""
        return [line for line in self.lines if line.procedure in procedures]

    @lazy
    def procedures(self) -> frozenset[str]:
        """The procedure codes of the claim."""
        return frozenset([line.procedure for line in self.lines])

    @lazy
    def service_dates(self) -> frozenset[date | None]:
        """The first and last dates of service of the lines; None stands for a line without a good date."""
        return frozenset([line.service_from for line in self.lines] + [line.service_to for line in self.lines])

    @property
    def is_of_one_day(self) -> bool:
        """Whether all lines have one and the same date of service."""
        return len(self.service_dates) == 1 and None not in self.service_dates

    @lazy
    def contents(self) -> frozenset[str]:
        """The ids of the loops of the claim (``2320``) and its segments with their qualifiers (``REF*G1``)."""
        found = {node.mark for node in self.loop.nodes}
        _add_contents(self.loop, found)
        return frozenset(found)

    @lazy
    def diagnoses(self) -> tuple[Diagnosis, ...]:
        """The diagnoses of the claim as pointers count them: from HI with ABK or BK, in order."""
        found: list[Diagnosis] = []
        loop, first = self.loop, self.loop.first
        for node, segment in zip(loop.nodes, loop.segments, strict=True):
            if node.segment_id == "HI":
                for qualifier, code, position in _codes_in(segment.text, segment.delimiters):
                    found.append(Diagnosis(qualifier, code, len(found) + 1, position, segment, first, loop.id))
        return tuple(found)

    @lazy
    def rendering(self) -> Provider | None:
        """2310B: the rendering provider of the claim."""
        return self._provider("2310B")

    @lazy
    def rendering_npi(self) -> str:
        """The NPI of who rendered the services of lines that name nobody: 2310B, else the billing provider's."""
        return (self.rendering.npi if self.rendering is not None else "") or self.billing.npi

    @lazy
    def referring(self) -> Provider | None:
        """2310A: the referring provider."""
        return self._provider("2310A")

    @lazy
    def service_facility(self) -> Provider | None:
        """2310C: where the services were given, if not at the billing provider's."""
        return self._provider("2310C")

    @lazy
    def supervising(self) -> Provider | None:
        """2310D: the supervising provider."""
        return self._provider("2310D")

    @lazy
    def other_payers(self) -> tuple[OtherPayer, ...]:
        """2320: the other insurances, in their order."""
        return tuple(OtherPayer(child) for child in self.loop.children if child.spec.id == "2320")

    @property
    def payer(self) -> Payer | None:
        """The payer that the claim goes to."""
        return self.subscriber.payer

    @property
    def scope(self) -> str:
        """The kind of payer that the claim goes to."""
        return self.subscriber.scope

    @lazy
    def patient_birth_date(self) -> date | None:
        """The patient's date of birth."""
        return self.patient.birth_date if self.patient is not None else self.subscriber.birth_date

    @lazy
    def patient_death_date(self) -> date | None:
        """The patient's date of death, where the claim tells one."""
        return (self.patient or self.subscriber).death_date

    @lazy
    def patient_key(self) -> tuple[str, str, str, int]:
        """What tells patients apart within a file: member id, names and date of birth. Never shown."""
        who = self.patient or self.subscriber
        born = who.birth_date
        return self.subscriber.member_id, who.last_name, who.first_name, born.toordinal() if born is not None else 0

    def lacks(self, segment_id: str, qualifier: str = "", element: int = 0) -> Spot:
        """The place in the claim loop where a segment that is missing should have been."""
        return missing_spot(self.loop, segment_id, qualifier, Ref(element) if element else None)

    def parties(self) -> Iterator[Entity]:
        """Every party of the claim that an NM1 names."""
        yield from _parties(self.loop)

    def _provider(self, loop_id: str) -> Provider | None:
        loop = self.inner(loop_id)
        return Provider(loop) if loop is not None else None


class TransactionSet:
    """ST to SE: the control numbers of the envelope around it, and the dates that it carries."""

    def __init__(self, isa: Segment, gs: Segment | None, st: Segment, header: OpenLoop) -> None:
        self.isa = isa
        self.gs = gs
        self.st = st
        self.header = header

    @lazy
    def file_date(self) -> date | None:
        """When the batch was made: BHT04, else GS04."""
        bht = find(self.header, "BHT")
        made = parse_day(bht.get(4)) if bht is not None else None
        return made or (parse_day(self.gs.get(4)) if self.gs is not None else None)


@lru_cache(maxsize=4096)
def _codes_in(text: str, delimiters: Delimiters) -> tuple[tuple[str, str, int], ...]:
    """Qualifier, code and position of the diagnoses of an HI segment; none if it holds other codes."""
    found = []
    for position, value in enumerate(text.split(delimiters.element)[: MOST_DIAGNOSES + 1]):
        qualifier, code, *_ = (*value.split(delimiters.component), "")
        if position == 1 and qualifier not in DIAGNOSIS_QUALIFIERS:
            return ()
        if position and value:
            found.append((qualifier, code, position))
    return tuple(found)


@lru_cache(maxsize=4096)
def _pointed(pointers: tuple[str, ...], listed: int) -> tuple[int, ...]:
    """Where the pointers lead in a list of so many diagnoses, from 0; those that lead nowhere are left out."""
    numbers = [int(pointer) for pointer in pointers if pointer.isdecimal() and len(pointer) <= 2]
    return tuple(number - 1 for number in numbers if 1 <= number <= listed)


def _add_contents(loop: OpenLoop, found: set[str]) -> None:
    for child in loop.children:
        found.add(child.spec.id)
        for node in child.nodes:
            found.add(node.mark)
        if child.children:
            _add_contents(child, found)


def _parties(loop: OpenLoop) -> Iterator[Entity]:
    for child in loop.children:
        if any(node.segment_id == "NM1" for node in child.nodes):
            yield Entity(child)
        yield from _parties(child)


def _adjustments(loop: OpenLoop) -> Decimal:
    """The sum of the CAS amounts (every third element from CAS03) of a loop instance."""
    total = Decimal(0)
    for node, segment in zip(loop.nodes, loop.segments, strict=True):
        if node.segment_id == "CAS":
            for position in range(3, len(segment.elements), 3):
                total += parse_decimal(segment.get(position)) or 0
    return total
