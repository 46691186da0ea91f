"""The code sets rules consult, each with its edition, and the groups rules share.

Nothing here knows of claims. Data files are read at the first look-up only.
"""

from edi_lint.reference import groups
from edi_lint.reference.codeset import CodeSet
from edi_lint.reference.drugs import Container, Drug, DrugTable, Route
from edi_lint.reference.editions import Edition
from edi_lint.reference.exclusions import Exclusions
from edi_lint.reference.places_of_service import (
    PLACES_OF_SERVICE,
    PlaceOfService,
    place_of_service_assigned,
)
from edi_lint.reference.shipped import EDITIONS, Reference, shipped

__all__ = [
    "EDITIONS",
    "PLACES_OF_SERVICE",
    "CodeSet",
    "Container",
    "Drug",
    "DrugTable",
    "Edition",
    "Exclusions",
    "PlaceOfService",
    "Reference",
    "Route",
    "groups",
    "place_of_service_assigned",
    "shipped",
]
