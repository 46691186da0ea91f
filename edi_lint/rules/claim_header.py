"""STR: claim-level facts: frequency, filing indicator, member id, text lengths, authorizations, line numbers, charges.

It knows what a claim says of itself and, for control numbers, what earlier claims of the file said. Which drugs need an
authorization only the user knows (option prior-authorization-drugs).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from ..claims import Claim, ServiceLine, Subscriber
from ..claims.fields import find
from .drug_lines import is_drug
from .examples import other_payer, payer
from .registry import Bad, Context, Good, Hit, rule
from .signs import amount_below, element_in, empty, longer_than, procedure

_ORIGINAL = "***11:B:1*Y*A*Y*Y~"
_AFTER_ANOTHER = other_payer("P*18*******BL")


@rule(
    id="STR002",
    name="charge-sign-and-zero",
    severity="error",
    snip=5,
    source="005010X222A1, SV102; NGS and CGS on drugs without cost",
    stc=("A7:583",),
    speaks_for=("element-missing 2400/SV1/SV102", "invalid-number 2400/SV1/SV102"),
    message="Line {line} has no charge: SV102 must be an amount of money.",
    watch={"SV1": amount_below(0, 2)},
    examples=(
        Bad({"HC:96372*35*": "HC:96372**", "*151.5*": "*116.5*"}, at=("2400", "SV102")),
        Bad({"HC:96372*35*": "HC:96372*$35*"}, at=("2400", "SV102")),
        Bad({"HC:96372*35*": "HC:96372*-35*", "*151.5*": "*81.5*"}, at=("2400", "SV102")),
        Bad({"HC:96372*35*": "HC:96372*0*", "*151.5*": "*116.5*"}, at=("2400", "SV102"), severity="warning"),
        Bad({"HC:J3420*4.5*": "HC:J3420*0.00*", "*151.5*": "*147*"}, at=("2400", "SV102"), severity="warning"),
        Good({"HC:J3420*4.5*": "HC:J3420*.01*", "*151.5*": "*147.01*"}),
        # An encounter report (BHT06 is RP) asks for no money.
        Good({"0930*CH~": "0930*RP~", "HC:J3420*4.5*": "HC:J3420*0*", "*151.5*": "*147*"}),
    ),
)
def charge_sign_and_zero(claim: Claim, context: Context) -> Iterator[Hit]:
    """A line has a charge, and not a negative one. An injection or a drug at no charge is a warning.

    Why: Payers reject lines without a charge; a drug at zero is often taken for one that was not given.

    Fix: Enter the charge. For a drug that cost the practice nothing many payers want the nominal $0.01.
    """
    for line in claim.lines:
        if line.charge is None or line.charge > 0:
            continue
        if line.charge < 0:
            yield Hit(line.at("charge"), f"The charge of line {line.number} is negative: {line.charge}.")
        elif (line.procedure == "96372" or is_drug(line.procedure)) and not _is_encounter(claim):
            words = f"{line.procedure} on line {line.number} is charged at zero."
            yield Hit(line.at("charge"), words, severity="warning")


def _is_encounter(claim: Claim) -> bool:
    bht = find(claim.transaction.header, "BHT")
    return bht is not None and bht.get(6) == "RP"


@rule(
    id="STR007",
    name="original-with-icn-medicare-freq",
    severity={"medicare": "error", "medicaid": "warning", "commercial": "warning"},
    snip=4,
    source="X12 RFI 2110 on REF*F8; Medicare Part B companion guides on CLM05-3",
    stc=("A8:464", "A8:535"),
    needs=("REF*F8",),
    watch={"CLM": element_in({"7", "8"}, 5, 3)},
    examples=(
        Bad({_ORIGINAL: _ORIGINAL + "REF*F8*2026012345~"}, at=("2300", "REF02"), severity="warning"),
        Bad({_ORIGINAL: _ORIGINAL + "REF*F8*2026012345~"} | payer("MC"), at=("2300", "REF02"), severity="warning"),
        Bad({_ORIGINAL: _ORIGINAL + "REF*F8*2026012345~"} | payer("MB"), at=("2300", "REF02"), severity="error"),
        Bad(
            {_ORIGINAL: "***11:B:7*Y*A*Y*Y~REF*F8*2026012345~"} | payer("MB"),
            at=("2300", "CLM05-3"),
            severity="info",
        ),
        Good({_ORIGINAL: "***11:B:7*Y*A*Y*Y~REF*F8*2026012345~"}),
        Good({_ORIGINAL: "***11:B:7*Y*A*Y*Y~REF*F8*2026012345~"} | payer("HM")),
    ),
)
def original_with_icn_medicare_freq(claim: Claim, context: Context) -> Iterator[Hit]:
    """An original claim (frequency 1) carries no payer claim number in REF*F8. Medicare Part B takes originals only.

    The second half is a note: Medicare contractors say so in their companion guides.

    Why: The number says that the claim replaces another, the frequency that it does not: the payer cannot know which.

    Fix: Remove REF*F8, or set CLM05-3 to 7 (replacement) or 8 (void). For Medicare Part B send a correction as a new
    claim, or ask for a reopening.
    """
    if claim.frequency == "1" and claim.payer_claim_control_number.strip():
        words = "The claim is an original (CLM05-3 is 1), but REF*F8 names a claim that it would replace."
        yield Hit(claim.at("payer_claim_control_number"), words)
    elif claim.frequency in ("7", "8") and context.scope == "medicare":
        words = f"Frequency {claim.frequency}: Medicare Part B takes corrections as new claims or reopenings."
        yield Hit(claim.at("frequency"), words, severity="info")


@rule(
    id="STR008",
    name="dup-patient-control-number",
    severity="warning",
    snip=4,
    source="005010X222A1, CLM01: unique for each claim of a submitter",
    stc=("A7:478",),
)
def dup_patient_control_number(claim: Claim, context: Context) -> Iterator[Hit]:
    """Two claims of a file from the same billing provider carry the same patient control number (CLM01).

    Replacements and voids may repeat the number of the claim that they correct.

    Why: The payer returns the number with the payment, which then cannot be posted to one claim.

    Fix: Give every claim a number of its own.
    """
    if not claim.id.strip() or claim.frequency in ("7", "8"):
        return
    key = context.key(claim.billing.npi, claim.id)
    earlier = context.memory.recall(key)
    if not earlier:
        context.memory.remember(key, claim.index)
    else:
        yield Hit(
            claim.at("id"),
            f"The patient control number (CLM01) is already that of claim number {earlier[0]} of this file.",
        )


@rule(
    id="STR011",
    name="lx-sequence",
    severity="error",
    snip=1,
    source="005010X222A1, 2400 LX",
    stc=("A3:121",),
    whole=True,
    speaks_for=("loop-repeated 2400/LX",),
    message="The claim has more than {limit} service lines.",
    examples=(
        Bad({"LX*3~": "LX*4~"}, at=("2400", "LX01")),
        Bad({"LX*1~": "LX*0~"}, at=("2400", "LX01")),
        Bad({"LX*2~": "LX*1~"}, at=("2400", "LX01")),
        Bad(
            {
                "CTP****1*ML~": "CTP****1*ML~"
                + "".join(
                    f"LX*{number}~SV1*HC:{82300 + number}*1*UN*1***1~DTP*472*D8*20260115~REF*6R*A1001L{number}~"
                    for number in range(4, 52)
                ),
                "*151.5*": "*199.5*",
            },
            at=("2400", "LX"),
        ),
        Good({"LX*1~": "LX*01~"}),
    ),
)
def lx_sequence(claim: Claim, context: Context) -> Iterator[Hit]:
    """The service lines of a claim are numbered 1, 2, 3 and so on (LX01), and there are at most 50.

    Why: The payer answers by line number; with gaps or repeats its answer fits no line, or the wrong one.

    Fix: Number the lines of each claim from 1 without gaps; split a claim of more than 50 lines.
    """
    for count, line in enumerate(claim.lines, 1):
        if line.number.removeprefix("-").isdecimal() and int(line.number) != count:
            yield Hit(line.at("number"), f"Service line {count} of the claim has the number {line.number}.")
            return


@rule(
    id="STR013",
    name="unit-basis",
    severity="error",
    snip=5,
    source="005010X222A1, SV103",
    stc=("A7:659",),
    speaks_for=("element-missing 2400/SV1/SV103", "invalid-code 2400/SV1/SV103"),
    message="Line {line} does not say what its units are: SV103 is UN (units), or MJ for minutes of anesthesia.",
    watch={"SV1": element_in({"MJ"}, 3)},
    examples=(
        Bad({"HC:96372*35*UN*": "HC:96372*35*MJ*"}, at=("2400", "SV103")),
        Bad({"HC:J3420*4.5*UN*": "HC:J3420*4.5*MJ*"}, at=("2400", "SV103")),
        Bad({"HC:J3420*4.5*UN*": "HC:J3420*4.5*ML*"}, at=("2400", "SV103")),
        Bad({"HC:96372*35*UN*": "HC:96372*35**"}, at=("2400", "SV103")),
        Good({"CTP****1*ML~": "CTP****1*UN~"}),
    ),
)
def unit_basis(claim: Claim, context: Context) -> Iterator[Hit]:
    """Injections and drugs are counted in units (UN in SV103). Minutes (MJ) are for anesthesia.

    Why: The payer multiplies by what SV103 says; minutes of a drug make no sense, and the line is rejected.

    Fix: Enter UN in SV103.
    """
    for line in claim.lines:
        if line.unit_basis == "MJ" and (line.procedure == "96372" or is_drug(line.procedure)):
            words = f"{line.procedure} on line {line.number} is counted in minutes (MJ); it is counted in units (UN)."
            yield Hit(line.at("unit_basis"), words)


_TEXTS = ("2300/NTE/NTE02", "2400/NTE*ADD/DCP/NTE02", "2400/NTE*TPO/NTE02", "2400/SV1/SV101-7", "2300/CLM/CLM01")
_REFERENCES = ("2300/REF*F8/REF02", "2300/REF*G1/REF02", "2300/REF*EA/REF02", "2400/REF*G1/REF02", "2400/REF*6R/REF02")


@rule(
    id="STR014",
    name="text-lengths",
    severity="error",
    snip=1,
    source="005010X222A1, NTE02, SV101-7, CLM01 and REF02; X12.6 character sets",
    stc=("A7:21", "A7:306"),
    speaks_for=(
        *(f"too-long {place}" for place in (*_TEXTS, *_REFERENCES)),
        *(f"invalid-character {place}" for place in (*_TEXTS, *_REFERENCES)),
    ),
    message="The text in {element} is too long, or has a character that X12 does not allow.",
    watch={"CLM": longer_than(20, 1)},
    examples=(
        Bad({"HI*ABK:E538": f"NTE*ADD*{'X' * 95}~HI*ABK:E538"}, at=("2300", "NTE02")),
        Bad({"REF*6R*A1001L2~": f"REF*6R*A1001L2~NTE*ADD*{'X' * 81}~"}, at=("2400", "NTE02")),
        Bad({"HC:J3420*4.5": f"HC:J3420:::::{'X' * 81}*4.5"}, at=("2400", "SV101-7")),
        Bad({"HI*ABK:E538": "NTE*ADD*TORADOL 60MG\tIM~HI*ABK:E538"}, at=("2300", "NTE02")),
        Bad({"CLM*A1001*": "CLM*A1001A1001A1001A1001A*"}, at=("2300", "CLM01"), severity="warning"),
        Bad({"CLM*A1001*": f"CLM*{'A1001' * 8}*"}, at=("2300", "CLM01")),
        Good(
            {"HI*ABK:E538": f"NTE*ADD*TORADOL 60MG IM{'X' * 61}~HI*ABK:E538", "CLM*A1001*": f"CLM*{'A1001' * 4}*"},
        ),
    ),
)
def text_lengths(claim: Claim, context: Context) -> Iterator[Hit]:
    """Notes and descriptions have at most 80 characters, reference numbers 50, and only characters that X12 knows.

    A patient control number (CLM01) over 20 characters is a warning: it may have 38, but payers need only return 20.

    Why: The receiver rejects the text, or cuts it off where the dose or the drug's name stood.

    Fix: Shorten the text, in plain capital letters and digits.
    """
    if 20 < len(claim.id) <= 38:
        words = f"The patient control number has {len(claim.id)} characters; payers need only return 20."
        yield Hit(claim.at("id"), words, severity="warning")


@rule(
    id="STR015",
    name="filing-indicator",
    severity="error",
    snip=2,
    source="005010X222A1, 2000B SBR09",
    level="subscriber",
    watch={"SBR": empty(9)},
    stc=("A7:480:PR",),
    speaks_for=("invalid-code 2000B/SBR/SBR09",),
    message="SBR09 (claim filing indicator) has a code that is not allowed here. Allowed: {codes}.",
    examples=(
        Bad({"*CI~": "*XX~"}, at=("2000B", "SBR09")),
        Bad({"*******CI~": "*GROUP1~"}, at=("2000B", "SBR09")),
        Good({"*CI~": "*BL~"}),
    ),
)
def filing_indicator(subscriber: Subscriber, context: Context) -> Iterator[Hit]:
    """Every claim says what kind of payer it goes to: the claim filing indicator, SBR09.

    edi-lint tells Medicare (MB), Medicare Advantage (16, HM), Medicaid (MC) and others apart by it.

    Why: The payer, and this check, choose their rules by this code.

    Fix: Enter the code of the payer, such as MB, MC, CI or BL.
    """
    if find(subscriber.loop, "SBR") is not None and not subscriber.claim_filing_indicator.strip():
        yield Hit(subscriber.at("claim_filing_indicator"), "The claim filing indicator (SBR09) is missing.")


@rule(
    id="STR016",
    name="medicare-secondary-type",
    severity={"medicare": "error", "medicare-advantage": "off", "medicaid": "off", "commercial": "off"},
    snip=4,
    source="005010X222A1, 2000B SBR05",
    level="subscriber",
    stc=("A6:578",),
    examples=(
        Bad({"SBR*P*": "SBR*S*"} | payer("MB") | _AFTER_ANOTHER, at=("2000B", "SBR05"), severity="error"),
        Good({"SBR*P*": "SBR*S*"} | _AFTER_ANOTHER),
        Good({"SBR*P*": "SBR*S*", "*******CI~": "***12****CI~"} | payer("MB") | _AFTER_ANOTHER),
    ),
)
def medicare_secondary_type(subscriber: Subscriber, context: Context) -> Iterator[Hit]:
    """Where Medicare is not the first payer (SBR01 is not P), SBR05 says why: the insurance type code.

    Why: Medicare pays second only for stated reasons, and rejects a secondary claim without one.

    Fix: Enter 12, 13, 14, 15, 16, 41, 42, 43 or 47 in SBR05, whichever is the reason why another payer comes first.
    """
    if subscriber.payer_sequence not in ("", "P", "U") and not subscriber.insurance_type:
        yield Hit(subscriber.at("insurance_type"), "Medicare is not the first payer, and SBR05 does not say why.")


# CMS writes the eleven places out; letters that look like digits (S, L, O, I, B, Z) are never used.
_LETTER, _EITHER = "[AC-HJKMNP-RT-Y]", "[AC-HJKMNP-RT-Y0-9]"
_MEDICARE_NUMBER = re.compile(f"[1-9]{_LETTER}{_EITHER}[0-9]{_LETTER}{_EITHER}[0-9]{_LETTER}{{2}}[0-9]{{2}}")


@rule(
    id="STR017",
    name="mbi-format",
    severity={"medicare": "error", "medicare-advantage": "off", "medicaid": "off", "commercial": "off"},
    snip=7,
    source="CMS, Medicare Beneficiary Identifier; CEDI edit X222.121.2010BA.NM109.020",
    level="subscriber",
    stc=("A7:164:IL",),
    examples=(
        Bad({"*CI~": "*MB~"}, at=("2010BA", "NM109"), severity="error"),
        Bad({"*MI*W100001001~": "*MI*1EG4TE5SK73~", "*CI~": "*MB~"}, at=("2010BA", "NM109"), severity="error"),
        Bad({"*MI*W100001001~": "*MI*1EG4-TE5-MK73~", "*CI~": "*MB~"}, at=("2010BA", "NM109"), severity="error"),
        Good(payer("MB")),
        Good({"*CI~": "*16~"}),
    ),
)
def mbi_format(subscriber: Subscriber, context: Context) -> Iterator[Hit]:
    """A Medicare member id has the form of the Medicare Beneficiary Identifier: eleven characters, no hyphens.

    Why: Since 2020 Medicare, the railroad board included, knows patients by this number only.

    Fix: Copy the number from the patient's Medicare card, without the hyphens. It has no S, L, O, I, B or Z.
    """
    if subscriber.member_id.strip() and _MEDICARE_NUMBER.fullmatch(subscriber.member_id.strip()) is None:
        yield Hit(
            subscriber.at("member_id"),
            "The member id does not have the form of a Medicare Beneficiary Identifier.",
        )


_PLACEHOLDER = re.compile(
    "NONE|PENDING|PEND|NA|TBD|UNKNOWN|NULL|NOTREQUIRED|NOTREQ|NOTNEEDED|NOAUTH|NOAUTHREQ|NOAUTHREQUIRED|NOAUTHNEEDED"
    "|REQUESTED|ONFILE|0+|9{4,}|X+"
)


@rule(
    id="STR018",
    name="prior-auth-ref",
    severity="info",
    snip=7,
    source="005010X222A1, 2300 and 2400 REF*G1: the number given by the payer",
    stc=("A7:252",),
    needs=("REF*G1", "option:prior-authorization-drugs"),
    watch={"SV1": procedure(lambda _, reference: bool(reference.loaded.editions("prior-authorization")))},
    examples=(
        Bad({"HI*ABK:E538": "REF*G1*PENDING~HI*ABK:E538"}, at=("2300", "REF02"), severity="warning"),
        Bad({"REF*6R*A1001L3~": "REF*G1*N/A~REF*6R*A1001L3~"}, at=("2400", "REF02"), severity="warning"),
        Bad({"HI*ABK:E538": "REF*G1*0000000~HI*ABK:E538"}, at=("2300", "REF02"), severity="warning"),
        Good({"HI*ABK:E538": "REF*G1*A12345~HI*ABK:E538"}),
        Good({"HI*ABK:E538": "REF*G1*NONE4711~HI*ABK:E538"}),
        # On the payer's list.
        Bad({"HC:J3420*": "HC:J1790*"}, at=("2400", "SV101-2"), severity="warning"),
        Good({"HC:J3420*": "HC:J1790*", "HI*ABK:E538": "REF*G1*A12345~HI*ABK:E538"}),
    ),
)
def prior_auth_ref(claim: Claim, context: Context) -> Iterator[Hit]:
    """A prior authorization (REF*G1) is the number that the payer gave, not a word such as PENDING.

    A line whose code the payer wants to be asked for, by a list that you have loaded or by the option
    prior-authorization-drugs (a list of codes), and no REF*G1 on line or claim is a warning too.

    Why: The payer looks the number up; a placeholder is not found and the claim waits or is denied.

    Fix: Enter the number from the payer's letter, or leave REF*G1 out when no authorization is needed.
    """
    wanted: Collection[str] = context.options.get("prior-authorization-drugs") or ()
    tables = context.reference.loaded
    listed = bool(tables.editions("prior-authorization"))
    records: list[Claim | ServiceLine] = [claim, *claim.lines]
    for record in records:
        if not record.prior_authorization:
            continue
        number = re.sub("[^A-Z0-9]", "", record.prior_authorization.upper())
        if not number or _PLACEHOLDER.fullmatch(number):
            words = "The prior authorization number is a placeholder, not a number that a payer gave."
            yield Hit(record.at("prior_authorization"), words, severity="warning")
    if claim.prior_authorization:
        return
    payer_id = claim.payer.id if claim.payer is not None else ""
    for line in claim.lines:
        code, day = line.procedure, line.service_from
        by_list = listed and day is not None and tables.prior_authorization(payer_id, code, day)
        if (code in wanted or by_list) and not line.prior_authorization:
            words = f"{code} on line {line.number} is on your list of what needs a prior authorization."
            yield Hit(line.at("procedure"), words, severity="warning")
