"""NDC: the drug number against the code that is billed, by CMS's crosswalk as the user has loaded it (NDC006, NDC009).

The crosswalk lists what the makers report, not every product that is sold: a number that it does not know proves
nothing, and so does a code that it has no product of.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import partial

from ..claims import Claim, Drug, ServiceLine
from ..refdata import CrosswalkProduct
from .drug_lines import one_day
from .registry import Bad, Context, Good, Hit, rule

_TOLERANCE = 1
"""HCPCS units by which quantity and units may differ: vials are rounded up to whole units."""

_KETOROLAC = {
    "HC:J3420*4.5*UN*1*": "HC:J1885*4.5*UN*4*",
    "LIN**N4*00703901101~CTP****1*ML~": "LIN**N4*99999000101~CTP****2*ML~",
    "ABK:E538": "ABK:M5450",
}


@rule(
    id="NDC006",
    name="ndc-hcpcs-mismatch",
    severity="warning",
    snip=7,
    source="The CMS NDC-HCPCS crosswalk that you have loaded",
    stc=("A8:218",),
    table="crosswalk",
    needs=("2410",),
    examples=(
        Bad(_KETOROLAC | {"LIN**N4*99999000101~": "LIN**N4*99999000202~"}, at=("2410", "LIN03")),
        Good(_KETOROLAC),
        # A product that the crosswalk does not list under any code.
        Good(_KETOROLAC | {"LIN**N4*99999000101~": "LIN**N4*99999888801~"}),
    ),
)
def ndc_of_another_code(claim: Claim, context: Context) -> Iterator[Hit]:
    """The NDC of a drug line is that of a product under another code, by the crosswalk of the quarter.

    A product that the crosswalk does not know at all is left alone, as is a code of which it lists no product.

    Why: Payers compare NDC and code; where they do not match, the line is denied, or the wrong drug is paid.

    Fix: Check the container: correct the NDC, or bill the code that the product belongs to.
    """
    tables = context.reference.loaded
    for line, drug, day in _drugs(claim, context):
        listed = tables.crosswalk_codes(drug.ndc, day)
        if listed and line.procedure not in listed and tables.crosswalk_lists(line.procedure, day):
            yield Hit(
                drug.at("ndc"),
                f"The NDC of line {line.number} is a product of {' or '.join(listed)}, not of {line.procedure}.",
            )


@rule(
    id="NDC009",
    name="ndc-quantity-vs-units",
    severity="warning",
    snip=7,
    source="The CMS NDC-HCPCS crosswalk that you have loaded: billable units and size of a package",
    stc=("A8:476",),
    table="crosswalk",
    needs=("2410",),
    examples=(
        Bad(_KETOROLAC | {"CTP****2*ML~": "CTP****1*ML~"}, at=("2410", "CTP04")),
        Good(_KETOROLAC),
        # A vial of 2 mL, counted as an item.
        Good(_KETOROLAC | {"CTP****2*ML~": "CTP****1*UN~"}),
        Good(_KETOROLAC | {"CTP****2*ML~": "CTP****1*GR~"}),
    ),
)
def ndc_quantity_and_units(claim: Claim, context: Context) -> Iterator[Hit]:
    """The quantity of the NDC, in milliliters or items, comes to another number of units than the line bills.

    The crosswalk says how many units of the code a package has. Units of waste (JW) on another line may be in the
    quantity or not. A difference of one unit is left alone, as are grams and international units.

    Why: One of the two is wrong: the payer pays for a dose that was not given, or asks the money back.

    Fix: Work out the units from the dose and the unit of the code, and the quantity from the volume or the vials.
    """
    for line, drug, day in _drugs(claim, context):
        product = context.reference.loaded.crosswalk(drug.ndc, line.procedure, day)
        if product is None or line.units is None or not one_day(line):
            continue
        expected = _units_of(drug, product)
        if expected and not any(
            abs(units - each) <= _TOLERANCE for units in _billed(line, line.units) for each in expected
        ):
            yield Hit(
                drug.at("quantity"),
                f"{drug.sent('quantity')} {drug.unit} of this NDC are {expected[0].normalize():f} units of "
                f"{line.procedure}, but line {line.number} bills {line.sent('units')}.",
            )


def _drugs(claim: Claim, context: Context) -> Iterator[tuple[ServiceLine, Drug, date]]:
    """The lines with an NDC of good form, of days that the crosswalk covers."""
    for line in claim.lines:
        drug, day = line.drug, line.service_from
        if drug is None or day is None or drug.qualifier != "N4" or not (len(drug.ndc) == 11 and drug.ndc.isdecimal()):
            continue
        if context.covers("crosswalk", day):
            yield line, drug, day
        else:
            context.not_checked("crosswalk", partial(drug.at, "ndc"))


def _units_of(drug: Drug, product: CrosswalkProduct) -> list[Decimal]:
    """The units of the code that the quantity comes to; two readings where items may be vials or what is in them."""
    quantity, by_measure = drug.quantity, product.units_per_measure
    if quantity is None or by_measure is None:
        return []
    if drug.unit == "ML":
        return [quantity * by_measure]
    if drug.unit == "UN" and product.units_per_package and product.package_quantity:
        return [quantity * by_measure, quantity * product.units_per_package / product.package_quantity]
    return []


def _billed(line: ServiceLine, units: Decimal) -> tuple[Decimal, Decimal]:
    """The units of the line, and with them those of the other lines of the drug, of which one is for waste."""
    others = [
        other
        for other in line.claim.lines
        if other is not line and other.procedure == line.procedure and other.service_from == line.service_from
    ]
    if any("JW" in other.modifiers for other in (line, *others)):
        return units, units + sum((other.units or Decimal(0) for other in others), Decimal(0))
    return units, units
