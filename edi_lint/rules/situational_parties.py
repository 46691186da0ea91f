"""SIT: names, addresses and contacts, wherever in the batch they stand.

Persons have first names and organizations have not, addresses abroad name their country, telephone numbers are ten
digits. What a name or an address says is never looked at further, and never shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..claims import Spot
from ..findings import Severity
from ..guide import OpenLoop
from ..reference import Reference
from ..x12 import Segment
from .registry import Acks, Bad, Context, Good, Hit, rule
from .signs import element_in, looks_at
from .situational import ELEMENT_MISSING, ELEMENT_UNWANTED, LEVELS, Unit, of_parties, place

_BILLING_CITY = "N4*ANYTOWN*MI*490011234"
_PHONE = "TE*3125550134"
_NAME_PARTS = {4: "first name", 5: "middle name", 7: "suffix"}


# -- what a single segment tells beforehand (signs) -------------------------------------------------------


@looks_at(2)
def _is_nameless(segment: Segment, reference: Reference) -> bool:
    return segment.get(2) == "1" and not segment.get(4)


@looks_at(2)
def _has_name_parts(segment: Segment, reference: Reference) -> bool:
    return segment.get(2) == "2" and any(segment.get(number) for number in _NAME_PARTS)


@looks_at()
def _lacks_part(segment: Segment, reference: Reference) -> bool:
    return not segment.get(2) or not segment.get(3)


@looks_at()
def _is_abroad(segment: Segment, reference: Reference) -> bool:
    return bool(segment.get(4) or segment.get(7))


@looks_at(3, 4, 5, 6, 7, 8)
def _is_no_phone(segment: Segment, reference: Reference) -> bool:
    return any(
        segment.get(position) in ("TE", "FX") and not _NUMBERING_PLAN.fullmatch(segment.get(position + 1))
        for position in (3, 5, 7)
    )


@looks_at(5, 7)
def _has_extension(segment: Segment, reference: Reference) -> bool:
    return "EX" in (segment.get(5), segment.get(7))


@rule(
    id="SIT008",
    name="first-name-missing",
    severity="error",
    snip=2,
    source="005010X222A1 situational rule, NM104 (SR013); X12 RFI 2502",
    level=LEVELS,
    acks=ELEMENT_MISSING,
    watch={"NM1": _is_nameless},
    examples=(
        Bad({"TESTDOCTOR*ALAN*": "TESTDOCTOR**"}, at=("2310B", "NM104")),
        Good({"TESTDOCTOR*ALAN*": "TESTDOCTOR*A*"}),
    ),
)
def first_name_missing(record: Unit, context: Context) -> Iterator[Hit]:
    """A person (NM102 is 1) has a first name in NM104.

    Why: Payers match people by both names and reject a claim on which one is missing.

    Fix: Enter the first name, or set NM102 to 2 when it is an organization. A person who really has only one name must
    be arranged with the payer.
    """
    for loop, name in of_parties(record, "NM1", context):
        if name.get(2) == "1" and name.get(3) and not name.get(4) and _is_used(loop, 4):
            words = f"The person in loop {loop.id} has no first name."
            yield Hit(place(loop, name, 4), words, trigger=place(loop, name, 2))


@rule(
    id="SIT009",
    name="organization-name-parts-unwanted",
    severity="warning",
    strict="error",
    snip=2,
    source="005010X222A1 situational rule, NM104, NM105 and NM107 (SR013)",
    level=LEVELS,
    acks=ELEMENT_UNWANTED,
    watch={"NM1": _has_name_parts},
    examples=(
        Bad({"FAMILY PRACTICE*****XX": "FAMILY PRACTICE*ALAN****XX"}, at=("2010AA", "NM104")),
        Bad({"FAMILY PRACTICE*****XX": "FAMILY PRACTICE****MD*XX"}, at=("2010AA", "NM107")),
        Good({"NM1*85*2*EXAMPLE FAMILY PRACTICE*****XX": "NM1*85*1*TESTDOCTOR*ALAN*B**JR*XX"}),
    ),
)
def organization_name_parts_unwanted(record: Unit, context: Context) -> Iterator[Hit]:
    """An organization (NM102 is 2) has one name, in NM103: no first name, middle name or suffix.

    Why: The receiver takes it for a person, finds nobody and rejects the claim.

    Fix: Put the whole name of the organization into NM103, or set NM102 to 1 when it is a person.
    """
    for loop, name in of_parties(record, "NM1", context):
        if name.get(2) != "2":
            continue
        part = next((number for number in _NAME_PARTS if name.get(number) and _is_used(loop, number)), None)
        if part is not None:
            words = f"The organization in loop {loop.id} has a {_NAME_PARTS[part]}, which persons have."
            yield Hit(place(loop, name, part), words, trigger=place(loop, name, 2))


def _is_used(loop: OpenLoop, element: int) -> bool:
    """Whether the guide knows the element of the loop's NM1 at all: if not, filling it is reported as that."""
    elements = loop.nodes[0].checker.spec.elements
    return element <= len(elements) and elements[element - 1].usage != "N"


_CANADA = frozenset({"AB", "BC", "MB", "NB", "NF", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"})
_TERRITORIES = frozenset({"AS", "GU", "MP", "PR", "UM", "VI"})
"""Parts of the United States that ISO 3166 lists as countries too."""
_WITH_STATES = _TERRITORIES | {"", "US", "CA"}
_ZIP_ELSEWHERE = frozenset({"2010AA", "2310C"})
"""Rule PRV008 asks for the ZIP code of these addresses."""


@rule(
    id="SIT010",
    name="state-or-postal-code-missing",
    severity="error",
    snip=2,
    source="005010X222A1 situational rule, N402 and N403 (SR012)",
    level=LEVELS,
    acks=ELEMENT_MISSING,
    watch={"N4": _lacks_part},
    examples=(
        Bad({_BILLING_CITY: "N4*ANYTOWN**490011234"}, at=("2010AA", "N402")),
        Bad({"*6R*A1001L1~": "*6R*A1001L1~NM1*77*2*EXAMPLE HALL~N3*7 SAMPLE ST~N4*ANYTOWN*MI~"}, at=("2420C", "N403")),
        Good({_BILLING_CITY: "N4*ANYTOWN**80331*DE"}),
        Good({_BILLING_CITY: "N4*ANYTOWN*ON*K1A0B6*CA"}),
    ),
)
def state_or_postal_code_missing(record: Unit, context: Context) -> Iterator[Hit]:
    """An address in the United States or Canada, as one is that names no country, has a state and a postal code.

    Why: Without them the address is not valid; payers and clearinghouses reject it.

    Fix: Enter the state in N402 and the ZIP code in N403, or the country in N404 when the address is abroad.
    """
    for loop, city in of_parties(record, "N4", context):
        if city.get(4) not in ("", "US", "CA"):
            continue
        if not city.get(2) and not city.get(7):
            yield Hit(place(loop, city, 2), f"The address in loop {loop.id} has no state.")
        if not city.get(3) and (loop.id not in _ZIP_ELSEWHERE or city.get(2) in _CANADA):
            yield Hit(place(loop, city, 3), f"The address in loop {loop.id} has no ZIP or postal code.")


@rule(
    id="SIT011",
    name="country-unwanted",
    severity="warning",
    strict="error",
    snip=2,
    source="005010X222A1 situational rule, N404 (SR012)",
    level=LEVELS,
    acks=ELEMENT_UNWANTED,
    watch={"N4": element_in({"US"}, 4)},
    examples=(
        Bad({_BILLING_CITY: f"{_BILLING_CITY}*US"}, at=("2010AA", "N404")),
        Good({_BILLING_CITY: "N4*ANYTOWN*ON*K1A0B6*CA"}),
    ),
)
def country_unwanted(record: Unit, context: Context) -> Iterator[Hit]:
    """The country (N404) is only given for addresses outside the United States.

    Why: Some receivers take every address with a country for one abroad.

    Fix: Leave N404 empty.
    """
    for loop, city in of_parties(record, "N4", context):
        if city.get(4) == "US":
            yield Hit(place(loop, city, 4), f"The address in loop {loop.id} gives US as its country: leave it out.")


@rule(
    id="SIT012",
    name="state-or-subdivision-unwanted",
    severity="warning",
    strict="error",
    snip=2,
    source="005010X222A1 situational rule, N402 and N407 (SR012)",
    level=LEVELS,
    acks=ELEMENT_UNWANTED,
    watch={"N4": _is_abroad},
    examples=(
        Bad({_BILLING_CITY: "N4*ANYTOWN*MI*80331*DE"}, at=("2010AA", "N402")),
        Bad({_BILLING_CITY: "N4*ANYTOWN**K1A0B6*CA***ON"}, at=("2010AA", "N407")),
        Good({_BILLING_CITY: "N4*ANYTOWN**80331*DE***BY"}),
    ),
)
def state_or_subdivision_unwanted(record: Unit, context: Context) -> Iterator[Hit]:
    """N402 holds states of the United States and provinces of Canada, N407 the subdivisions of other countries.

    Why: A state that is not in the country makes the address invalid.

    Fix: For an address abroad leave N402 empty and use N407; for one in the United States or Canada use N402 alone.
    """
    for loop, city in of_parties(record, "N4", context):
        if city.get(2) and city.get(4) not in _WITH_STATES:
            words = f"The address in loop {loop.id} is abroad, and N402 names a state or province of North America."
            yield Hit(place(loop, city, 2), words, trigger=place(loop, city, 4))
        elif city.get(7) and not city.get(2) and city.get(4) in _WITH_STATES - {""}:
            words = f"The address in loop {loop.id} is in {city.get(4)}: N402 names the state or province, not N407."
            yield Hit(place(loop, city, 7), words, trigger=place(loop, city, 4))


_NUMBERING_PLAN = re.compile("[2-9][0-9]{2}[2-9][0-9]{6}")


@rule(
    id="SIT013",
    name="phone-number-format",
    severity="error",
    snip=2,
    source="005010X222A1, PER: area code and number (SR015); Stedi claim edit on telephone numbers",
    level=LEVELS,
    acks=Acks(ik304="8", ik403="I12"),
    watch={"PER": _is_no_phone},
    examples=(
        Bad({_PHONE: "TE*(312)555-0134"}, at=("1000A", "PER04")),
        Bad({_PHONE: "TE*13125550134"}, at=("1000A", "PER04")),
        Bad({_PHONE: "TE*5550134"}, at=("1000A", "PER04")),
        Bad({_PHONE: f"{_PHONE}*FX*0125550134"}, at=("1000A", "PER06"), severity="warning"),
        Good({_PHONE: f"{_PHONE}*EX*0134*EM*DESK@EXAMPLE.COM"}),
        # Other countries have other numbers.
        Good({_PHONE: "TE*442079460958"}),
    ),
)
def phone_number_format(record: Unit, context: Context) -> Iterator[Hit]:
    """Telephone and fax numbers of North America are ten digits: area code and number, without 1, hyphens or brackets.

    Numbers of another length than 7, 10 or 11 digits are taken for those of other countries. An area code or exchange
    that begins with 0 or 1 is a warning: no number has one, but not every receiver looks.

    Why: Receivers read the ten digits as area code and number, and reject anything else.

    Fix: Enter the ten digits; an extension goes into the next pair of elements, with EX.
    """
    for loop, contact in of_parties(record, "PER", context):
        for position in (3, 5, 7):
            if contact.get(position) not in ("TE", "FX"):
                continue
            wrong, severity = _wrong_number(contact.get(position + 1))
            if wrong:
                words = f"A telephone or fax number in loop {loop.id} {wrong}."
                yield Hit(place(loop, contact, position + 1), words, severity=severity)


def _wrong_number(number: str) -> tuple[str, Severity | None]:
    """What is wrong with the number, empty if nothing is, and how grave where it is less than an error."""
    digits = re.sub("[^0-9]", "", number)
    if len(digits) not in (7, 10, 11) or (len(digits) == 11 and digits[0] != "1") or number.startswith("+"):
        return "", None
    if digits != number:
        return "is not digits alone", None
    if len(digits) != 10:
        return "has no area code" if len(digits) == 7 else "begins with the long-distance 1", None
    if _NUMBERING_PLAN.fullmatch(digits):
        return "", None
    return "has an area code or exchange that begins with 0 or 1", "warning"


@rule(
    id="SIT014",
    name="phone-extension-unwanted",
    severity="warning",
    strict="error",
    snip=2,
    source="005010X222A1, PER: an extension follows its telephone number (SR015)",
    level=LEVELS,
    acks=ELEMENT_UNWANTED,
    watch={"PER": _has_extension},
    examples=(
        Bad({_PHONE: "EM*DESK@EXAMPLE.COM*EX*12"}, at=("1000A", "PER05")),
        Bad({_PHONE: f"{_PHONE}*EM*DESK@EXAMPLE.COM*EX*12"}, at=("1000A", "PER07")),
        Good({_PHONE: f"EM*DESK@EXAMPLE.COM*{_PHONE}*EX*12"}),
    ),
)
def phone_extension_unwanted(record: Unit, context: Context) -> Iterator[Hit]:
    """An extension (EX) stands directly behind the telephone number that it belongs to.

    Why: The receiver adds it to the number before it, which here is none.

    Fix: Put EX and the extension behind TE and its number.
    """
    for loop, contact in of_parties(record, "PER", context):
        for position in (5, 7):
            if contact.get(position) == "EX" and contact.get(position - 2) in ("EM", "EX", ""):
                words = f"An extension in loop {loop.id} does not follow a telephone number."
                yield Hit(place(loop, contact, position), words, trigger=_before(loop, contact, position))


def _before(loop: OpenLoop, contact: Segment, position: int) -> Spot | None:
    return place(loop, contact, position - 2) if contact.get(position - 2) else None
