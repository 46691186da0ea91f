"""SIT: who bills: what loop 2000A carries only in certain situations (currency, contact, pay-to address and plan).

It compares what the batch says in several places. Whether a provider is a health care provider at all is only known
where the claims below it bill procedures of physicians (CPT codes).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..claims import BillingProvider, Claim, Subscriber
from ..claims.fields import find, missing_loop
from .registry import Acks, Bad, Context, Good, Hit, rule
from .situational import (
    ELEMENT_MISSING,
    MISSING,
    UNWANTED,
    address_of,
    before_npi,
    each,
    inner_loops,
    place,
    transaction_kind,
    transaction_kind_spot,
)

_TAXONOMY = "PRV*BI*PXC*261QP2300X~"
_TAX_ID = "REF*EI*690000001~"
_PAYER = "*****PI*TSTCI~"
_NO_NPI = {"PRACTICE*****XX*1993000011~": "PRACTICE~"}
_MEDICAID_AGENCY = (
    "NM1*PE*2*EXAMPLE STATE MEDICAID*****PI*TSTMC~N3*7 SAMPLE ST~N4*ANYTOWN*MI*490011235~REF*EI*690000009~"
)


@rule(
    id="SIT001",
    name="currency-unwanted",
    severity="warning",
    strict="error",
    snip=2,
    source="005010X222A1 situational rule, 2000A CUR (SR003)",
    level="provider",
    acks=UNWANTED,
    examples=(
        Bad({_TAXONOMY: f"{_TAXONOMY}CUR*85*USD~"}, at=("2000A", "CUR")),
        Good({_TAXONOMY: f"{_TAXONOMY}CUR*85*CAD~"}),
    ),
)
def currency_unwanted(provider: BillingProvider, context: Context) -> Iterator[Hit]:
    """The currency (CUR) is only sent when amounts are not in United States dollars.

    Why: Dollars are what every amount is in unless the batch says otherwise; some receivers reject the segment.

    Fix: Remove the CUR segment.
    """
    currency = find(provider.loop, "CUR")
    if currency is not None and currency.get(2) == "USD":
        words = "The currency is given as USD, which goes without saying."
        yield Hit(place(provider.loop, currency), words, trigger=place(provider.loop, currency, 2))


_CPT = re.compile("[0-9]{4}[0-9AMTU]")


@rule(
    id="SIT002",
    name="billing-npi-missing",
    severity="warning",
    snip=4,
    source="005010X222A1 situational rule, 2010AA NM109 (SR004); 45 CFR 162.410",
    acks=ELEMENT_MISSING,
    examples=(
        Bad(_NO_NPI, at=("2010AA", "NM109")),
        # Who gives no health care has no NPI: the payer knows it by a number of its own.
        Good(_NO_NPI | {_PAYER: f"{_PAYER}REF*G2*TST4711~"}),
        Good(
            _NO_NPI
            | {"HC:99213:25*": "HC:T1019*", "HC:96372*": "HC:S5125*", "HC:J3420*": "HC:T2003*"}
            | {"LIN**N4*00703901101~CTP****1*ML~": ""}
        ),
    ),
)
def billing_npi_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """A billing provider whose claims hold services of a physician is a health care provider and has an NPI.

    Only who gives no health care at all, such as a taxi service, bills without one; then the payer's own number stands
    in REF*G2 of the payer.

    Why: Payers know providers by NPI and reject a health care claim without one.

    Fix: Enter XX and the NPI in NM108 and NM109 of the billing provider.
    """
    party = claim.billing.party
    if party is None or not party.entity or party.id or party.id_qualifier:
        return  # A missing NM1, or half of the pair NM108 and NM109, is told as a fault of structure.
    payer = claim.payer
    if payer is None or find(payer.loop, "REF", "G2", "LU") is not None:
        return
    told = party.loop.first.ordinal
    if context.notes.get("told") == told:
        return
    service = next((line for line in claim.lines if _CPT.fullmatch(line.procedure)), None)
    if service is not None:
        context.notes["told"] = told
        words = f"The billing provider has no NPI but bills {service.procedure}, a service of a health care provider."
        yield Hit(party.at("id"), words, trigger=service.at("procedure"))


@rule(
    id="SIT003",
    name="billing-secondary-id-unwanted",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1 situational rule, 2010AA REF*0B/1G and 2010BB REF*G2/LU (SR008, SR078)",
    level=("provider", "subscriber"),
    needs=("REF*0B/1G", "REF*G2/LU"),
    acks=UNWANTED,
    examples=(
        Bad({_TAX_ID: f"{_TAX_ID}REF*1G*TST4711~"}, at=("2010AA", "REF")),
        Bad({_TAX_ID: f"{_TAX_ID}REF*0B*TST4711~"}, at=("2010AA", "REF")),
        Bad({_PAYER: f"{_PAYER}REF*G2*TST4711~"}, at=("2010BB", "REF")),
        # A second number of the payer, not of the provider.
        Good({_PAYER: f"{_PAYER}REF*2U*TST4711~"}),
    ),
)
def billing_secondary_id_unwanted(record: BillingProvider | Subscriber, context: Context) -> Iterator[Hit]:
    """A billing provider with an NPI sends no UPIN, license number or number of the payer's (REF*1G, 0B, G2, LU).

    The second numbers are for providers who cannot have an NPI, and for batches made before May 2008.

    Why: Payers match by NPI alone; a second number that does not fit its record makes the match fail.

    Fix: Remove the REF segment, unless your payer has asked for it.
    """
    billing = record if isinstance(record, BillingProvider) else record.billing
    outer, qualifiers = ("2010AA", ("0B", "1G")) if record is billing else ("2010BB", ("G2", "LU"))
    loop = record.inner(outer)
    if loop is None or billing is None or billing.party is None or not billing.npi:
        return
    for segment in each(loop, "REF", *qualifiers):
        if not before_npi(billing.transaction):
            words = f"The billing provider has an NPI and also a number with qualifier {segment.get(1)}."
            yield Hit(place(loop, segment), words, trigger=billing.party.at("id"))


@rule(
    id="SIT004",
    name="billing-contact-unwanted",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1 situational rule, 2010AA PER (SR009)",
    level="provider",
    acks=UNWANTED,
    examples=(
        Bad({_TAX_ID: f"{_TAX_ID}PER*IC*BILLING DESK*TE*3125550134~"}, at=("2010AA", "PER")),
        Good({_TAX_ID: f"{_TAX_ID}PER*IC*BILLING DESK*TE*3125550135~"}),
    ),
)
def billing_contact_unwanted(provider: BillingProvider, context: Context) -> Iterator[Hit]:
    """The billing provider's contact (PER) is only sent when it is another than the submitter's.

    Why: It repeats what the header of the batch says; some receivers reject the repetition.

    Fix: Remove the PER segment from loop 2010AA, or enter the practice's own contact.
    """
    party = provider.inner("2010AA")
    if party is None:
        return
    for contact in each(party, "PER"):
        for submitter in inner_loops(provider.transaction.header, "1000A"):
            other = next((own for own in each(submitter, "PER") if own.elements[2:] == contact.elements[2:]), None)
            if other is not None:
                words = "The contact of the billing provider is that of the submitter, which the batch gives already."
                yield Hit(place(party, contact), words, trigger=place(submitter, other))


@rule(
    id="SIT005",
    name="pay-to-address-unwanted",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1 situational rule, 2010AB (SR010)",
    level="provider",
    acks=UNWANTED,
    examples=(
        Bad({_TAX_ID: f"{_TAX_ID}NM1*87*2~N3*100 SAMPLE ST~N4*ANYTOWN*MI*490011234~"}, at=("2010AB", "NM1")),
        Good({_TAX_ID: f"{_TAX_ID}NM1*87*2~N3*PO BOX 12~N4*ANYTOWN*MI*490011234~"}),
    ),
)
def pay_to_address_unwanted(provider: BillingProvider, context: Context) -> Iterator[Hit]:
    """The pay-to address (2010AB) is only sent when payments go to another address than the billing provider's.

    Why: An address that repeats the other says nothing; some receivers reject it.

    Fix: Remove loop 2010AB, or enter the address that payments should go to.
    """
    pay_to, billing = provider.inner("2010AB"), provider.inner("2010AA")
    if pay_to is None or billing is None:
        return
    street = find(billing, "N3")
    if street is not None and address_of(pay_to) and address_of(pay_to) == address_of(billing):
        words = "The pay-to address is the address of the billing provider."
        yield Hit(place(pay_to, pay_to.first), words, trigger=place(billing, street))


@rule(
    id="SIT006",
    name="subrogation-plan-missing",
    severity="error",
    snip=4,
    source="005010X222A1 situational rule, 2010AC with BHT06 31 (SR011)",
    level="provider",
    acks=MISSING,
    examples=(
        Bad({"0930*CH~": "0930*31~"}, at=("2010AC", "NM1")),
        Good({"0930*CH~": "0930*RP~"}),
    ),
)
def subrogation_plan_missing(provider: BillingProvider, context: Context) -> Iterator[Hit]:
    """A demand for recovery (BHT06 is 31) names the Medicaid agency that asks for it: the pay-to plan, loop 2010AC.

    Why: The payer pays the agency that is named there; without it nobody can be paid.

    Fix: Add loop 2010AC, or write CH into BHT06 when these are ordinary claims.
    """
    if transaction_kind(provider.transaction) == "31" and provider.inner("2010AC") is None:
        words = "The batch is a demand for recovery (BHT06 is 31), but no pay-to plan is named."
        yield Hit(missing_loop(provider.loop, "2010AC"), words, trigger=transaction_kind_spot(provider.transaction))


@rule(
    id="SIT007",
    name="subrogation-plan-unwanted",
    severity="warning",
    strict="error",
    snip=4,
    source="005010X222A1 situational rule, 2010AC only with BHT06 31 (SR011)",
    level="provider",
    acks=UNWANTED,
    examples=(
        Bad({_TAX_ID: f"{_TAX_ID}{_MEDICAID_AGENCY}"}, at=("2010AC", "NM1")),
        Good({"0930*CH~": "0930*31~", _TAX_ID: f"{_TAX_ID}{_MEDICAID_AGENCY}"}),
    ),
)
def subrogation_plan_unwanted(provider: BillingProvider, context: Context) -> Iterator[Hit]:
    """A pay-to plan (2010AC) is only named in a demand for recovery by a Medicaid agency (BHT06 is 31).

    Why: On an ordinary claim it says that somebody else than the provider is to be paid.

    Fix: Remove loop 2010AC; a practice that is paid elsewhere gives that address in 2010AB.
    """
    plan = provider.inner("2010AC")
    kind = transaction_kind(provider.transaction)
    if plan is not None and kind and kind != "31":
        words = "A pay-to plan is named, but the batch is no demand for recovery (BHT06 is not 31)."
        yield Hit(place(plan, plan.first), words, trigger=transaction_kind_spot(provider.transaction))


@rule(
    id="SIT090",
    name="tax-id-of-a-person",
    severity="warning",
    snip=4,
    source="005010X222A1 situational rule, 2010AA REF*EI and SY (SR007)",
    level="provider",
    acks=Acks(ik304="8", ik403="I6"),
    examples=(
        Bad({_TAX_ID: "REF*SY*690000001~"}, at=("2010AA", "REF01")),
        Good({_TAX_ID: "REF*SY*690000001~", "NM1*85*2*EXAMPLE FAMILY PRACTICE*": "NM1*85*1*TESTDOCTOR*ALAN"}),
    ),
)
def tax_id_of_a_person(provider: BillingProvider, context: Context) -> Iterator[Hit]:
    """An organization is paid under an employer's identification number (REF*EI); REF*SY is for persons.

    Why: The payer reports its payments to the tax office under this number, and does not find the organization by it.

    Fix: Send the organization's EIN in REF*EI, or bill as the person whose number it is (NM102 is 1).
    """
    party = provider.party
    number = find(party.loop, "REF", "SY") if party is not None else None
    if party is not None and party.entity_type == "2" and number is not None:
        words = "The billing provider is an organization, but its tax id is given as a social security number (SY)."
        yield Hit(place(party.loop, number, 1), words, trigger=party.at("entity_type"))
