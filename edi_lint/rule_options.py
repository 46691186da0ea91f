"""What single rules leave open, for the user to decide: one typed option for each such question.

A rule asks ``context.options.get("timely-filing")``; what was not set is not there, and the rule's own default holds.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

__all__ = ["RuleOptions"]

_Codes = tuple[str, ...]
_Scope = Literal["medicare", "medicare-advantage", "medicaid", "commercial"]
_Days = Annotated[int, Meta(ge=1)]
_Limit = Annotated[int, Meta(ge=1)]


class RuleOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename="kebab"):
    """The options of single rules, in the table ``[options]``."""

    multiple_96372: Annotated[
        Literal["lines", "units"] | UnsetType,
        Meta(
            description="How the payer wants several injections of one day: a line for each, or one line with their "
            "number as units. Unset, MOD004 accepts both.",
            examples=["lines"],
        ),
    ] = UNSET
    preventive_visit_needs_25: Annotated[
        bool | UnsetType,
        Meta(
            description="NCI015 asks for modifier 25 on a preventive visit beside an injection for commercial payers. "
            "Unset, it does not.",
            examples=[True],
        ),
    ] = UNSET
    drug_line_required: Annotated[
        bool | UnsetType,
        Meta(
            description="DRG001 wants the line of the drug beside 96372. Unset, it does; turn it off where others "
            "always bill the drug.",
            examples=[False],
        ),
    ] = UNSET
    vaccine_product_required: Annotated[
        bool | UnsetType,
        Meta(
            description="ADM034 wants the line of the vaccine beside its administration. Unset, it does.",
            examples=[False],
        ),
    ] = UNSET
    self_administered_drugs: Annotated[
        _Codes | UnsetType,
        Meta(
            description="The drugs that your Medicare contractor counts as self-administered, in place of the built-in "
            "list and of what you have loaded (ADM027).",
            examples=[["J1438", "J0135"]],
        ),
    ] = UNSET
    mac: Annotated[
        str | UnsetType,
        Meta(
            description="Your Medicare contractor, as the loaded lists of self-administered drugs call it (ADM027). "
            "Unset, with lists of several, a drug is told only if all of them have it.",
            examples=["Noridian"],
        ),
    ] = UNSET
    route_modifier_codes: Annotated[
        _Codes | UnsetType,
        Meta(
            description="The drugs for which your Medicare contractor wants JA or JB, in place of J0129, J3262 and "
            "J0490 (MOD014).",
            examples=[["J3262"]],
        ),
    ] = UNSET
    medicaid_340b_modifier: Annotated[
        str | UnsetType,
        Meta(
            description="The modifier that your state's Medicaid wants on a 340B drug, named by MOD017.",
            examples=["UD"],
        ),
    ] = UNSET
    prior_authorization_drugs: Annotated[
        _Codes | UnsetType,
        Meta(
            description="Drugs that need a prior authorization: a line with one of them and without REF*G1 is a "
            "warning of STR018. Unset, only placeholders for the number are told.",
            examples=[["J0897", "J2357"]],
        ),
    ] = UNSET
    timely_filing: Annotated[
        bool | UnsetType,
        Meta(description="DAT003 checks the payer's limit for sending a claim. Unset, it does not.", examples=[True]),
    ] = UNSET
    timely_filing_days: Annotated[
        dict[_Scope, _Days] | UnsetType,
        Meta(
            description="The days from the date of service in which a claim must be sent, for each kind of payer. "
            "Unset: Medicare one calendar year, Medicaid 365, commercial 180.",
            examples=[{"commercial": 90}],
        ),
    ] = UNSET
    claims_per_transaction: Annotated[
        _Limit | UnsetType,
        Meta(
            description="The most claims that the receiver takes in one transaction set (SIT041). Unset: 5000.",
            examples=[5000],
        ),
    ] = UNSET
