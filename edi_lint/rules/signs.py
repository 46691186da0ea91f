"""What a single segment can tell beforehand: predicates that wake rules (`watch`), asked once per distinct segment."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from ..claims.fields import parse_day, parse_decimal
from .registry import Watch

if TYPE_CHECKING:
    from ..reference import Reference
    from ..x12 import Segment

__all__ = [
    "amount_above",
    "amount_below",
    "before",
    "both",
    "diagnosis_code",
    "element_in",
    "empty",
    "filled",
    "flagged_diagnosis",
    "longer_than",
    "looks_at",
    "modified_injection",
    "modifier_in",
    "outside_icd10cm",
    "procedure",
    "procedure_in",
    "procedure_not_in",
    "repeated_modifiers",
    "service_range",
    "unlisted_diagnosis",
    "without_modifier",
]


def looks_at(*elements: int) -> Callable[[Callable[[Segment, Reference], bool]], Watch]:
    """Make a watch of a predicate that depends on the values of these elements, and on which ones are filled."""
    return lambda test: Watch(test, elements)


def both(*watches: Watch) -> Watch:
    """A segment for which all of these hold."""
    looked_at = [watch.elements for watch in watches]
    elements = None if None in looked_at else tuple(sorted({one for several in looked_at for one in several or ()}))
    return Watch(lambda segment, reference: all(watch.test(segment, reference) for watch in watches), elements)


# -- procedures and modifiers (SV1) -----------------------------------------------------------------------


def procedure(test: Callable[[str, Reference], bool]) -> Watch:
    """A service line whose procedure passes the test."""
    return Watch(lambda segment, reference: test(segment.get(1, 2), reference), (1,))


def procedure_in(codes: Collection[str]) -> Watch:
    """A service line with one of these procedures."""
    return procedure(lambda code, _: code in codes)


def procedure_not_in(codes: Collection[str]) -> Watch:
    """A service line with any other procedure."""
    return procedure(lambda code, _: code not in codes)


def modifier_in(modifiers: Collection[str]) -> Watch:
    """A service line with one of these modifiers."""
    return Watch(lambda segment, _: any(segment.get(1, number) in modifiers for number in range(3, 7)), (1,))


def without_modifier(modifier: str) -> Watch:
    """A service line that lacks this modifier."""
    return Watch(lambda segment, _: all(segment.get(1, number) != modifier for number in range(3, 7)), (1,))


@looks_at(1)
def modified_injection(segment: Segment, reference: Reference) -> bool:
    """A 96372 line with modifiers."""
    return segment.get(1, 2) == "96372" and bool(segment.get(1, 3) or segment.get(1, 4))


@looks_at(1)
def repeated_modifiers(segment: Segment, reference: Reference) -> bool:
    """A service line on which a modifier stands twice."""
    sent = [modifier for number in range(3, 7) if (modifier := segment.get(1, number))]
    return len(set(sent)) < len(sent)


# -- any element ------------------------------------------------------------------------------------------


def element_in(values: Collection[str], element: int, component: int = 0) -> Watch:
    """A segment with one of these values in an element."""
    return Watch(lambda segment, _: segment.get(element, component) in values, (element,))


def filled(element: int, component: int = 0) -> Watch:
    """A segment in which an element is not empty."""
    looked_at = (element,) if component else ()
    return Watch(lambda segment, _: bool(segment.get(element, component)), looked_at)


def empty(element: int, component: int = 0) -> Watch:
    """A segment in which an element is empty, absent or blank."""
    looked_at = (element,) if component else ()
    return Watch(lambda segment, _: not segment.get(element, component).strip(), looked_at)


def longer_than(length: int, element: int) -> Watch:
    """A segment in which an element has more characters than this."""
    return Watch(lambda segment, _: len(segment.get(element)) > length, (element,))


def amount_above(limit: int, element: int) -> Watch:
    """A segment with an amount of more than ``limit``."""

    def watch(segment: Segment, reference: Reference) -> bool:
        amount = parse_decimal(segment.get(element))
        return amount is not None and amount > limit

    return Watch(watch, (element,))


def amount_below(limit: int, element: int) -> Watch:
    """A segment with an amount of ``limit`` or less, or with none."""

    def watch(segment: Segment, reference: Reference) -> bool:
        amount = parse_decimal(segment.get(element))
        return amount is None or amount <= limit

    return Watch(watch, (element,))


# -- diagnoses (HI) ---------------------------------------------------------------------------------------


def diagnosis_code(test: Callable[[str, Reference], bool]) -> Watch:
    """An HI with a diagnosis whose code passes the test."""
    return Watch(
        lambda segment, reference: any(
            test(segment.get(position, 2), reference) for position in range(1, len(segment.elements))
        )
    )


def flagged_diagnosis(flag: str) -> Watch:
    """An HI with a diagnosis that the table flags; codes that are not written plainly are let through."""
    return diagnosis_code(
        lambda code, reference: flag in reference.icd10cm.flags(code) or not code.isalnum() or not code.isupper()
    )


unlisted_diagnosis = diagnosis_code(
    lambda code, reference: any(code not in edition for edition in reference.icd10cm_editions())
)
"""An HI with a code that some edition of ICD-10-CM does not hold."""


# -- dates of service (DTP*472) ---------------------------------------------------------------------------


@looks_at(1, 3)
def outside_icd10cm(segment: Segment, reference: Reference) -> bool:
    """A date of service that no edition of ICD-10-CM covers."""
    day = parse_day(segment.get(3)[:8])
    return segment.get(1) == "472" and day is not None and reference.icd10cm_on(day) is None


def before(day: str) -> Watch:
    """A date of service before this day (CCYYMMDD)."""
    return Watch(lambda segment, _: segment.get(1) == "472" and segment.get(3)[:8] < day, (1, 3))


@looks_at(1, 3)
def service_range(segment: Segment, reference: Reference) -> bool:
    """A date of service that is a range."""
    return segment.get(1) == "472" and "-" in segment.get(3)
