"""PRV: who bills, renders, refers and supervises.

What can be read off the claim: check digits, the shapes of codes, and who is missing. Whether an NPI
exists, belongs to the name beside it or is enrolled with the payer, the file does not tell. Addresses and tax ids are
in `addresses`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache, partial

from ..claims import BillingProvider, Claim, Entity, Provider
from ..claims.fields import find, missing_loop
from ..reference import Reference, groups
from ..x12 import Segment
from .examples import payer
from .registry import Bad, Context, Good, Hit, Watch, rule
from .signs import element_in, looks_at

_ROLES = {
    "85": "billing provider",
    "82": "rendering provider",
    "77": "service location",
    "DN": "referring provider",
    "P3": "primary care provider",
    "DQ": "supervising provider",
    "DK": "ordering provider",
    "QB": "provider of the purchased service",
}
_RENDERING = "NM1*82*1*TESTDOCTOR*ALAN****XX*1993005010~PRV*PE*PXC*207Q00000X~"
_LINE_ENDS = ("*6R*A1001L1~", "*6R*A1001L2~", "CTP****1*ML~")
_LOCATION = "NM1*77*2*EXAMPLE HALL*****XX*1993000508~"


def role_of(party: Entity) -> str:
    """What a party is on the claim, in words; never its name."""
    return _ROLES.get(party.entity, "provider")


@lru_cache(maxsize=4096)
def npi_is_valid(npi: str) -> bool:
    """Whether this is ten digits that begin with 1 or 2 and whose check digit is right (45 CFR 162.406)."""
    if re.fullmatch("[12][0-9]{9}", npi) is None:
        return False
    # The check digit is that of the whole card number, which begins with 80840: these digits add 24.
    doubled = (divmod(2 * int(digit), 10) for digit in npi[-2::-2])
    return (24 + sum(map(sum, doubled)) + sum(map(int, npi[-1::-2]))) % 10 == 0


@looks_at(8, 9)
def _has_wrong_npi(segment: Segment, reference: Reference) -> bool:
    return segment.get(8) == "XX" and not npi_is_valid(segment.get(9))


@rule(
    id="PRV001",
    name="npi-luhn",
    severity="error",
    snip=5,
    source="45 CFR 162.406; CMS, NPI check digit",
    level=("provider", "claim"),
    watch={"NM1": _has_wrong_npi},
    stc=("A7:562",),
    examples=(
        Bad({"XX*1993000011": "XX*1993000012"}, at=("2010AA", "NM109")),
        Bad({"XX*1993005010": "XX*1993005011"}, at=("2310B", "NM109")),
        Bad({"XX*1993005010": "XX*199300501"}, at=("2310B", "NM109")),
        Bad({"XX*1993005010": "XX*3993005010"}, at=("2310B", "NM109")),
        Good({"XX*1993005010": "XX*1234567893"}),
    ),
)
def npi_luhn(record: BillingProvider | Claim, context: Context) -> Iterator[Hit]:
    """An NPI has ten digits, begins with 1 or 2, and ends in a check digit that follows from the others.

    Why: A wrong check digit means a typing error; front ends reject the claim before anyone looks at it.

    Fix: Look the provider up in the NPI registry and enter its number.
    """
    for party in record.parties():
        if party.id_qualifier != "XX" or not party.id.strip() or npi_is_valid(party.id):
            continue
        if re.fullmatch("[0-9]{10}", party.id):
            wrong = "has a wrong check digit" if party.id[0] in "12" else "does not begin with 1 or 2"
            yield Hit(party.at("id"), f"NPI {party.id} of the {role_of(party)} {wrong}.")
        else:  # The value is not shown: it may be another kind of number, such as a social security number.
            yield Hit(party.at("id"), f"The NPI of the {role_of(party)} is not a number of ten digits.")


@rule(
    id="PRV002",
    name="rendering-equals-billing",
    severity="warning",
    snip=4,
    source="005010X222A1, 2310B: sent when the rendering provider is not the billing provider",
    stc=("A8:562:82",),
    needs=("2310B",),
    examples=(
        Bad({"XX*1993005010": "XX*1993000011"}, at=("2310B", "NM109")),
        Good({"NM1*85*2*EXAMPLE FAMILY PRACTICE*": "NM1*85*1*TESTDOCTOR*ALAN", _RENDERING: ""}),
    ),
)
def rendering_equals_billing(claim: Claim, context: Context) -> Iterator[Hit]:
    """The rendering provider of the claim (2310B) is only named when it is another than the billing provider.

    Why: Some payers reject the claim, and in a group the clinician's own NPI is usually the one that was meant.

    Fix: Enter the clinician's NPI, or remove loop 2310B when the billing provider is that clinician.
    """
    rendering = claim.rendering
    if rendering is not None and rendering.npi and rendering.npi == claim.billing.npi:
        yield Hit(rendering.at("id"), f"NPI {rendering.npi} is that of the billing provider: loop 2310B repeats it.")


@rule(
    id="PRV003",
    name="group-needs-rendering",
    severity={"medicare": "error", "medicaid": "error", "commercial": "warning"},
    snip=7,
    source="005010X222A1, 2310B; Medicare group practice claims name who performed the service",
    stc=("A6:562:82",),
    triggers=("96372",),
    whole=True,
    examples=(
        Bad({_RENDERING: ""}, at=("2310B", "NM1"), severity="warning"),
        Bad({_RENDERING: ""} | payer("MC"), at=("2310B", "NM1"), severity="error"),
        Bad({_RENDERING: ""} | payer("MB"), at=("2310B", "NM1"), severity="error"),
        Bad({"NM1*82*1*TESTDOCTOR*ALAN*": "NM1*82*2*TESTCLINIC**"}, at=("2310B", "NM102"), severity="warning"),
        Bad({"ALAN****XX*1993005010": "ALAN"}, at=("2310B", "NM109"), severity="warning"),
        Good({"NM1*85*2*EXAMPLE FAMILY PRACTICE*": "NM1*85*1*TESTDOCTOR*ALAN", _RENDERING: ""}),
        Good({_RENDERING: ""} | {mark: mark + _RENDERING for mark in _LINE_ENDS}),
    ),
)
def group_needs_rendering(claim: Claim, context: Context) -> Iterator[Hit]:
    """When an organization bills an injection, the claim names the person who gave or supervised it, with the NPI.

    Why: Payers pay a group for what an enrolled clinician of it did; without the clinician they reject or deny it.

    Fix: Add loop 2310B (or 2420A on the line) with the clinician's name and NPI.
    """
    billing = claim.billing.party
    if billing is None or billing.entity_type != "2":
        return
    for line in claim.lines_with("96372"):
        rendering = line.rendering
        if rendering is None:
            spot = missing_loop(claim.loop, "2310B")
            yield Hit(spot, "An organization bills the injection 96372, and no rendering provider is named.")
        elif rendering.entity_type == "2":
            spot = rendering.at("entity_type")
            yield Hit(spot, "The rendering provider of the injection 96372 is an organization, not a person.")
        elif not rendering.npi:
            yield Hit(rendering.at("id"), "The rendering provider of the injection 96372 has no NPI.")
        else:
            continue
        return


_TAXONOMY = re.compile("[0-9A-Z]{9}X")


def _may_be_no_taxonomy(segment: Segment, reference: Reference) -> bool:
    """A taxonomy code of another shape, or one that the list does not have."""
    code = segment.get(3)
    if _TAXONOMY.fullmatch(code) is None:
        return True
    return not reference.loaded.missing("taxonomy") and reference.loaded.taxonomy(code) is None


@rule(
    id="PRV004",
    name="taxonomy-format",
    severity="error",
    snip=5,
    source="005010X222A1, PRV03; NUCC taxonomy codes",
    level=("provider", "claim"),
    stc=("A7:145",),
    speaks_for=(
        "invalid-code 2000A/PRV*BI/PRV01",
        "invalid-code 2000A/PRV*BI/PRV02",
        "invalid-code 2310B/PRV*PE/PRV01",
        "invalid-code 2310B/PRV*PE/PRV02",
        "invalid-code 2420A/PRV*PE/PRV01",
        "invalid-code 2420A/PRV*PE/PRV02",
    ),
    message="{element} in loop {loop} has a code that does not introduce a taxonomy. Allowed: {codes}.",
    watch={"PRV": Watch(_may_be_no_taxonomy, (3,))},
    examples=(
        Bad({"PRV*BI*PXC*261QP2300X": "PRV*BI*PXC*261QP2300"}, at=("2000A", "PRV03")),
        Bad({"PRV*PE*PXC*207Q00000X": "PRV*PE*PXC*FAMILY"}, at=("2310B", "PRV03")),
        Bad({"PRV*BI*PXC*": "PRV*PE*PXC*"}, at=("2000A", "PRV01")),
        Bad({"PRV*PE*PXC*": "PRV*PE*ZZ*"}, at=("2310B", "PRV02")),
        Bad({"PRV*BI*PXC*261QP2300X": "PRV*BI*PXC*999ZZ0000X"}, at=("2000A", "PRV03")),
        Bad({"PRV*PE*PXC*207Q00000X": "PRV*PE*PXC*999ZZ0000X"}, at=("2310B", "PRV03")),
        Good({"PRV*BI*PXC*261QP2300X": "PRV*BI*PXC*193200000X"}),
    ),
)
def taxonomy_format(record: BillingProvider | Claim, context: Context) -> Iterator[Hit]:
    """A taxonomy code has ten characters: nine digits or capital letters, and an X. Its qualifier is PXC.

    If you have loaded NUCC's list, the code must be on it.

    Why: Payers find a provider's contract by NPI and taxonomy, and reject a code that they cannot read.

    Fix: Enter the taxonomy code that the provider is enrolled with.
    """
    providers = [record] if isinstance(record, BillingProvider) else _renderings(record)
    listed = not context.reference.loaded.missing("taxonomy")
    if not listed and isinstance(record, BillingProvider):
        # Of claims, only those are looked at whose codes are in doubt.
        context.not_checked("taxonomy", partial(record.at, "taxonomy"))
    for provider in providers:
        code = provider.taxonomy
        who = role_of(provider) if isinstance(provider, Provider) else "billing provider"
        if code.strip() and _TAXONOMY.fullmatch(code) is None:
            yield Hit(provider.at("taxonomy"), f"The taxonomy code of the {who} does not have the form of one.")
        elif code.strip() and listed and context.reference.loaded.taxonomy(code) is None:
            yield Hit(provider.at("taxonomy"), f"Taxonomy code {code} of the {who} is not on NUCC's list.")


_AUXILIARY = {"163W": "registered nurse", "164W": "practical nurse", "164X": "vocational nurse", "374": "nursing aide"}


@rule(
    id="PRV005",
    name="auxiliary-as-rendering",
    severity="warning",
    snip=7,
    source="42 CFR 410.26(b)(5); NUCC taxonomy groups",
    stc=("A7:145:82",),
    triggers=("96372",),
    watch={"PRV": Watch(lambda segment, _: segment.get(3).startswith(tuple(_AUXILIARY)), (3,))},
    examples=(
        Bad({"PRV*PE*PXC*207Q00000X": "PRV*PE*PXC*163W00000X"}, at=("2310B", "PRV03")),
        Bad({"PRV*PE*PXC*207Q00000X": "PRV*PE*PXC*374700000X"}, at=("2310B", "PRV03")),
        Good({"PRV*PE*PXC*207Q00000X": "PRV*PE*PXC*363LF0000X"}),
    ),
)
def auxiliary_as_rendering(claim: Claim, context: Context) -> Iterator[Hit]:
    """The rendering provider of an injection is the practitioner, not the nurse or assistant who held the syringe.

    Why: Staff are not enrolled with payers; what they do is billed under the practitioner who supervises them.

    Fix: Name the practitioner who gave or supervised the injection as rendering provider.
    """
    told = set()
    for line in claim.lines_with("96372"):
        provider = line.rendering
        if provider is None or provider in told:
            continue
        told.add(provider)
        kind = next((name for prefix, name in _AUXILIARY.items() if provider.taxonomy.startswith(prefix)), None)
        if kind is not None and _TAXONOMY.fullmatch(provider.taxonomy):
            yield Hit(
                provider.at("taxonomy"),
                f"Taxonomy {provider.taxonomy} of the rendering provider of 96372 is that of a {kind}.",
            )


@rule(
    id="PRV006",
    name="incident-to-supervisor",
    severity={"medicare": "info", "medicare-advantage": "off", "medicaid": "off", "commercial": "off"},
    snip=7,
    source="42 CFR 410.26(b)(5); WPS on incident-to claims",
    stc=("A7:562:DQ",),
    triggers=("96372",),
    examples=(
        Bad(
            {"LX*1~": "NM1*DQ*1*TESTDOCTOR*ALAN****XX*1993005010~LX*1~"} | payer("MB"),
            at=("2310D", "NM109"),
            severity="info",
        ),
        Bad({"LX*1~": "NM1*DQ*1*TESTDOCTOR*BERTA~LX*1~"} | payer("MB"), at=("2310D", "NM109"), severity="info"),
        Good({"LX*1~": "NM1*DQ*1*TESTDOCTOR*BERTA****XX*1234567893~LX*1~"} | payer("MB")),
        Good({"LX*1~": "NM1*DQ*1*TESTDOCTOR*BERTA~LX*1~"}),
    ),
)
def incident_to_supervisor(claim: Claim, context: Context) -> Iterator[Hit]:
    """On a Medicare injection claim, a supervising provider (NM1*DQ) is named only if another than the rendering one.

    Incident to, the practitioner who supervised is the rendering provider; a DQ adds nothing then. Where one is
    named, it is with an NPI.

    Why: A supervisor who repeats the rendering provider, or has no NPI, tells Medicare nothing.

    Fix: Leave NM1*DQ out, or complete it.
    """
    found = [claim.supervising] if claim.supervising is not None else []
    for line in claim.lines_with("96372"):
        loop = line.inner("2420D")
        found += [Provider(loop)] if loop is not None else []
    for supervisor in found:
        if not supervisor.npi and supervisor.id_qualifier in ("", "XX"):
            yield Hit(supervisor.at("id"), "The supervising provider is named without an NPI.")
        elif claim.rendering is not None and supervisor.npi == claim.rendering.npi != "":
            words = f"NPI {supervisor.npi} is rendering and supervising provider: incident to, rendering is enough."
            yield Hit(supervisor.at("id"), words)


@rule(
    id="PRV010",
    name="referring-ordering-shape",
    severity="error",
    snip=5,
    source="005010X222A1, 2310A, 2420E and 2420F",
    stc=("A7:562",),
    speaks_for=(
        "invalid-code 2310A/NM1*DN/P3/NM102",
        "invalid-code 2420E/NM1*DK/NM102",
        "invalid-code 2420F/NM1*DN/P3/NM102",
    ),
    message="The referring or ordering provider in loop {loop} must be a person ({element} is 1).",
    needs=("NM1*DN/P3", "NM1*DK"),
    examples=(
        Bad({"NM1*82*1*": "NM1*DN*2*TESTCLINIC*****XX*1234567893~NM1*82*1*"}, at=("2310A", "NM102")),
        Bad({"NM1*82*1*": "NM1*DN*1*DOE*JOHN~NM1*82*1*"}, at=("2310A", "NM109")),
        Good({"NM1*82*1*": "NM1*DN*1*DOE*JOHN****XX*1234567893~NM1*82*1*"}),
        Good({"NM1*82*1*": "NM1*DN*1*DOE*JOHN~REF*0B*MI12345~NM1*82*1*"}),
    ),
)
def referring_ordering_shape(claim: Claim, context: Context) -> Iterator[Hit]:
    """A referring or ordering provider is a person with an NPI. An injection needs neither.

    Why: Payers check who referred or ordered by NPI, and reject an organization or a name alone.

    Fix: Enter the person's name and NPI, or remove the loop when nobody referred the patient.
    """
    loops = [child for child in claim.loop.children if child.spec.id == "2310A"]
    for line in claim.lines:
        loops += [child for child in line.loop.children if child.spec.id in ("2420E", "2420F")]
    for party in map(Entity, loops):
        named = party.id or party.id_qualifier or find(party.loop, "REF", "0B", "1G", "G2")
        if not named and party.entity in ("DN", "DK"):
            yield Hit(party.at("id"), f"The {role_of(party)} is named without an NPI.")


_OTHERS_FACILITIES = frozenset({"13", "14", "32", "33", "54", "55", "62", "65"})
_ELSEWHERE = (_OTHERS_FACILITIES | groups.POS_HOSPITAL | groups.POS_FACILITY) - {"26", "41", "42"}
"""Places that are not a practice's own, as a rule. The military bills for itself, an ambulance names 2310E and F."""


@rule(
    id="PRV011",
    name="service-facility",
    severity="info",
    snip=4,
    source="005010X222A1, 2310C: sent when the place is not the billing provider's",
    stc=("A6:562:77",),
    whole=True,
    watch={"CLM": element_in(_ELSEWHERE, 5, 1), "SV1": element_in(_ELSEWHERE, 5)},
    examples=(
        Bad({"***11:B:1*": "***32:B:1*"}, at=("2310C", "NM1")),
        Good({"***11:B:1*": "***32:B:1*", "LX*1~": _LOCATION + "N3*7 SAMPLE ST~N4*ANYTOWN*MI*490011235~LX*1~"}),
        Good({"***11:B:1*": "***12:B:1*"}),
        # An urgent care centre that bills for itself is at its own address.
        Good({"***11:B:1*": "***20:B:1*"}),
    ),
)
def service_facility(claim: Claim, context: Context) -> Iterator[Hit]:
    """A service in somebody else's facility, such as a nursing home, usually names that place (2310C or 2420C).

    Hospitals and like places are left to the rules on places of service when the claim has an injection.

    Why: Payers want to know where the patient was when it was not at the billing provider's address.

    Fix: Add loop 2310C with the name, address and NPI of the place.
    """
    if claim.service_facility is not None:
        return
    places = _ELSEWHERE
    if "96372" in claim.procedures:
        places = places - groups.POS_HOSPITAL - groups.POS_FACILITY
    for line in claim.lines:
        if line.place_of_service in places and line.inner("2420C") is None:
            words = f"Place of service {line.place_of_service}, and the claim does not say where that is."
            yield Hit(missing_loop(claim.loop, "2310C"), words)
            return


@rule(
    id="PRV012",
    name="clia-not-needed",
    severity="info",
    snip=6,
    source="42 CFR 493: CLIA is about laboratory tests",
    stc=("A7:544",),
    triggers=("96372",),
    needs=("REF*X4",),
    examples=(
        Bad({"HI*ABK:E538": "REF*X4*23D0000000~HI*ABK:E538"}, at=("2300", "REF02")),
        Bad({"REF*6R*A1001L2~": "REF*6R*A1001L2~REF*X4*23D0000000~"}, at=("2400", "REF02")),
        Good(
            {
                "HI*ABK:E538": "REF*X4*23D0000000~HI*ABK:E538",
                "CTP****1*ML~": "CTP****1*ML~LX*4~SV1*HC:82607*15*UN*1***1~DTP*472*D8*20260115~REF*6R*A1001L4~",
                "*151.5*": "*166.5*",
            }
        ),
    ),
)
def clia_not_needed(claim: Claim, context: Context) -> Iterator[Hit]:
    """A claim of visits, injections and drugs has no use for a CLIA number (REF*X4).

    Why: The number belongs to laboratory tests; here it usually shows a template that was not cleaned up.

    Fix: Remove REF*X4, or add the laboratory test that it was for.
    """
    if not all(_is_no_test(procedure, context) for procedure in claim.procedures):
        return
    if claim.clia_number:
        yield Hit(claim.at("clia_number"), "The claim has a CLIA number, but no laboratory test.")
    for line in claim.lines:
        if line.clia_number:
            yield Hit(line.at("clia_number"), f"Line {line.number} has a CLIA number, but is no laboratory test.")


_NO_TESTS = (
    groups.EM
    | groups.ADMIN_INJECTION
    | groups.ADMIN_VACCINE
    | groups.ADMIN_RSV
    | groups.ADMIN_ALLERGY
    | groups.ADMIN_CHEMO
    | groups.ADMIN_IV
    | groups.VACCINES
    | groups.IMMUNE_GLOBULINS
    | groups.RSV_ANTIBODIES
)


def _is_no_test(procedure: str, context: Context) -> bool:
    return procedure in _NO_TESTS or procedure.startswith("J") or procedure in context.reference.drugs


# -- what several rules ask -------------------------------------------------------------------------------


def _renderings(claim: Claim) -> list[Provider]:
    """The rendering providers that the claim names: 2310B, and 2420A of its lines."""
    found = [line.rendering for line in claim.lines if line.rendering is not claim.rendering]
    return [provider for provider in (claim.rendering, *found) if provider is not None]
