"""The places of service CMS has assigned, in our own few words, with start dates.

It says which codes exist on a day; what may be done or paid at a place it does not
know.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

import msgspec

__all__ = ["PLACES_OF_SERVICE", "PlaceOfService", "place_of_service_assigned"]


class PlaceOfService(msgspec.Struct, frozen=True):
    """A place; `assigned_from` is None when it is older than any claim we read."""

    code: str
    name: str
    assigned_from: date | None = None


_PLACES = (
    PlaceOfService("01", "pharmacy"),
    PlaceOfService("02", "telehealth, patient not at home"),
    PlaceOfService("03", "school"),
    PlaceOfService("04", "homeless shelter"),
    PlaceOfService("05", "Indian Health Service, free-standing"),
    PlaceOfService("06", "Indian Health Service, provider-based"),
    PlaceOfService("07", "tribal facility, free-standing"),
    PlaceOfService("08", "tribal facility, provider-based"),
    PlaceOfService("09", "prison"),
    PlaceOfService("10", "telehealth, patient at home", date(2022, 1, 1)),
    PlaceOfService("11", "office"),
    PlaceOfService("12", "home"),
    PlaceOfService("13", "assisted living"),
    PlaceOfService("14", "group home"),
    PlaceOfService("15", "mobile unit"),
    PlaceOfService("16", "temporary lodging"),
    PlaceOfService("17", "retail clinic"),
    PlaceOfService("18", "worksite"),
    PlaceOfService("19", "hospital outpatient, off campus"),
    PlaceOfService("20", "urgent care"),
    PlaceOfService("21", "hospital inpatient"),
    PlaceOfService("22", "hospital outpatient, on campus"),
    PlaceOfService("23", "emergency department"),
    PlaceOfService("24", "ambulatory surgery center"),
    PlaceOfService("25", "birthing center"),
    PlaceOfService("26", "military treatment facility"),
    PlaceOfService("27", "outreach or street", date(2023, 10, 1)),
    PlaceOfService("31", "skilled nursing facility"),
    PlaceOfService("32", "nursing facility"),
    PlaceOfService("33", "custodial care"),
    PlaceOfService("34", "hospice"),
    PlaceOfService("41", "ambulance on land"),
    PlaceOfService("42", "ambulance by air or water"),
    PlaceOfService("49", "independent clinic"),
    PlaceOfService("50", "federally qualified health center"),
    PlaceOfService("51", "psychiatric inpatient"),
    PlaceOfService("52", "psychiatric partial hospital"),
    PlaceOfService("53", "community mental health center"),
    PlaceOfService("54", "intermediate care, intellectual disability"),
    PlaceOfService("55", "substance use treatment, residential"),
    PlaceOfService("56", "psychiatric residential"),
    PlaceOfService("57", "substance use treatment, non-residential"),
    PlaceOfService("58", "opioid treatment program", date(2020, 1, 1)),
    PlaceOfService("60", "mass immunization"),
    PlaceOfService("61", "rehabilitation inpatient"),
    PlaceOfService("62", "rehabilitation outpatient"),
    PlaceOfService("65", "dialysis center"),
    # Its start date could not be confirmed, so it is taken as always assigned.
    PlaceOfService("66", "all-inclusive care of the elderly (PACE)"),
    PlaceOfService("71", "public health clinic"),
    PlaceOfService("72", "rural health clinic"),
    PlaceOfService("81", "independent laboratory"),
    PlaceOfService("99", "other"),
)

PLACES_OF_SERVICE: Mapping[str, PlaceOfService] = MappingProxyType({place.code: place for place in _PLACES})


def place_of_service_assigned(code: str, day: date) -> bool:
    """Whether `code` is a place of service on the date of service `day`."""
    place = PLACES_OF_SERVICE.get(code)
    if place is None:
        return False
    return place.assigned_from is None or place.assigned_from <= day
