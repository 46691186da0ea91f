"""PRV: where a provider is and to which number it is paid: street address, ZIP code, tax id (PRV007 to PRV009).

An address is only looked at, never looked up, and none of it is shown: for a small practice it is a person's home.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..claims import BillingProvider, Claim, Provider
from ..claims.fields import find
from .providers import role_of
from .registry import Bad, Context, Good, Hit, rule

_LOCATION = "NM1*77*2*EXAMPLE HALL*****XX*1993000508~"

_POST_BOX = re.compile(
    r"""\b(?: P \s* \.? \s* O \s* \.? \s* (?: BOX | BX | DRAWER ) (?![A-Z])  # PO BOX 12, P.O.BOX 12, POBOX12
        | P \. \s? O \. (?=\s|\#|[0-9]|$)                                     # P.O. 12
        | POST \s+ OFFICE \s+ (?: BOX | DRAWER ) (?![A-Z])
        | POB \s* \#? \s* [0-9]+ \b
        | LOCK \s? BOX (?![A-Z])
        | PMB \s* (?: \# | NO\b | [0-9] )
      )""",
    re.VERBOSE | re.IGNORECASE,
)


@rule(
    id="PRV007",
    name="billing-address-physical",
    severity="error",
    snip=4,
    source="005010X222A1, 2010AA N3; Stedi claim edit of 2025-12-04",
    level=("provider", "claim"),
    stc=("A7:503",),
    needs=("NM1*77",),
    examples=(
        Bad({"N3*100 SAMPLE ST": "N3*PO BOX 12"}, at=("2010AA", "N301")),
        Bad({"N3*100 SAMPLE ST": "N3*P.O.Box 12"}, at=("2010AA", "N301")),
        Bad({"N3*100 SAMPLE ST": "N3*POBOX12"}, at=("2010AA", "N301")),
        Bad({"N3*100 SAMPLE ST": "N3*100 SAMPLE ST*LOCK BOX 7"}, at=("2010AA", "N302")),
        Bad({"N3*100 SAMPLE ST": "N3*100 SAMPLE ST PMB 34"}, at=("2010AA", "N301")),
        Bad(
            {"LX*1~": _LOCATION + "N3*P O BOX 12~N4*ANYTOWN*MI*490011234~LX*1~"},
            at=("2310C", "N301"),
        ),
        Good({"N3*100 SAMPLE ST": "N3*100 POBOXER RD"}),
        Good({"N3*100 SAMPLE ST": "N3*1 BOXWOOD PO*BOX ELDER CO RR 2 BOX 15"}),
        Good({"N3*100 SAMPLE ST": "N3*7 LOCKBOXES LN*POBLANO BLDG 3"}),
        # The pay-to address (2010AB) is where the box belongs.
        Good({"REF*EI*690000001~": "REF*EI*690000001~NM1*87*2~N3*PO BOX 12~N4*ANYTOWN*MI*490011234~"}),
    ),
)
def billing_address_physical(record: BillingProvider | Claim, context: Context) -> Iterator[Hit]:
    """The address of the billing provider and of the service location is a street address, not a post office box.

    Why: Payers match the place of service by this address, and reject a PO box, a lock box or a private mail box.

    Fix: Enter the street address; a box for payments goes into the pay-to address (2010AB).
    """
    party = _addressed(record)
    if party is None:
        return
    for field in ("address_line_1", "address_line_2"):
        if _POST_BOX.search(party.sent(field)):
            yield Hit(party.at(field), f"The address of the {role_of(party)} is a post office box or mail box.")
            return


_CANADA = frozenset({"AB", "BC", "MB", "NB", "NF", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"})


@rule(
    id="PRV008",
    name="zip9",
    severity="error",
    snip=4,
    source="005010X222A1, 2010AA and 2310C N403: full nine-digit ZIP code",
    level=("provider", "claim"),
    stc=("A7:500",),
    needs=("NM1*77",),
    examples=(
        Bad({"N4*ANYTOWN*MI*490011234": "N4*ANYTOWN*MI*49001"}, at=("2010AA", "N403")),
        Bad({"N4*ANYTOWN*MI*490011234": "N4*ANYTOWN*MI*49001-1234"}, at=("2010AA", "N403")),
        Bad({"N4*ANYTOWN*MI*490011234": "N4*ANYTOWN*MI"}, at=("2010AA", "N403")),
        Bad({"N4*ANYTOWN*MI*490011234": "N4*ANYTOWN*MI*490010000"}, at=("2010AA", "N403"), severity="warning"),
        Bad({"N4*ANYTOWN*MI*490011234": "N4*ANYTOWN*MI*490019999"}, at=("2010AA", "N403"), severity="warning"),
        Bad({"LX*1~": _LOCATION + "N3*7 SAMPLE ST~N4*ANYTOWN*MI*49001~LX*1~"}, at=("2310C", "N403")),
        Good({"LX*1~": _LOCATION + "N3*7 SAMPLE ST~N4*ANYTOWN*MI*490011235~LX*1~"}),
        Good({"N4*ANYTOWN*MI*490011234": "N4*ANYTOWN*ON*K1A0B6"}),
        Good({"N4*ANYTOWN*MI*490011234": "N4*ANYTOWN**80331*DE"}),
    ),
)
def zip9(record: BillingProvider | Claim, context: Context) -> Iterator[Hit]:
    """The ZIP code of the billing provider and of the service location has nine digits in the United States.

    A last part of 0000 or 9999 is a warning: software makes it up to fill the field.

    Why: Payers price and match by the full code, and front ends reject five digits.

    Fix: Look up the ZIP+4 of the address and enter the nine digits without hyphen.
    """
    party = _addressed(record)
    if party is None or not party.in_united_states or party.state in _CANADA or find(party.loop, "N4") is None:
        return
    code = party.postal_code
    if re.fullmatch("[0-9]{9}", code) is None:
        if len(code) in (1, 2) or len(code) > 15:
            return  # The guide's own limits: reported as a wrong length.
        yield Hit(party.at("postal_code"), f"The ZIP code of the {role_of(party)} is not nine digits.")
    elif code.endswith(("0000", "9999")):
        yield Hit(
            party.at("postal_code"),
            f"The ZIP code of the {role_of(party)} ends in {code[-4:]}, which looks made up to fill the field.",
            severity="warning",
        )


@rule(
    id="PRV009",
    name="tax-id",
    severity="error",
    snip=5,
    source="005010X222A1, 2010AA REF*EI and REF*SY",
    level="provider",
    stc=("A7:128:85",),
    examples=(
        Bad({"REF*EI*690000001": "REF*EI*69-0000001"}, at=("2010AA", "REF02")),
        Bad({"REF*EI*690000001": "REF*EI*69000001"}, at=("2010AA", "REF02")),
        Bad({"REF*EI*690000001": "REF*EI*999999999"}, at=("2010AA", "REF02")),
        Bad({"REF*EI*690000001": "REF*SY*690-00-0001"}, at=("2010AA", "REF02"), also=("SIT090",)),
        Good({"REF*EI*690000001": "REF*SY*690000001", "NM1*85*2*EXAMPLE FAMILY PRACTICE*": "NM1*85*1*TESTDOCTOR*ALAN"}),
    ),
)
def tax_id(provider: BillingProvider, context: Context) -> Iterator[Hit]:
    """The tax id of the billing provider (REF*EI or REF*SY) is nine digits without hyphens.

    Why: The payer pays to this number, and rejects one that it cannot read.

    Fix: Enter the nine digits of the employer id or social security number, without hyphens.
    """
    number = provider.tax_id
    if number.strip() and (re.fullmatch("[0-9]{9}", number) is None or len(set(number)) == 1):
        wrong = "is one digit repeated" if len(set(number)) == 1 and len(number) == 9 else "is not nine digits"
        yield Hit(provider.at("tax_id"), f"The tax id of the billing provider {wrong}.")


def _addressed(record: BillingProvider | Claim) -> Provider | None:
    """The party whose address must be a street in full: 2010AA of a billing provider, 2310C of a claim."""
    return record.party if isinstance(record, BillingProvider) else record.service_facility
