"""The codes of TA1, 999 and 277CA as tables: what they decide, and what they need beside them.

Numbers only; `words` says in our own words what they mean. X12's texts are not here. The sources are those that acks.md
names: pyx12's and stupidedi's tables of X231A1 and X214, X12 RFIs, and the usage notes of the lists 507 and 508. Which
codes there are is in `rules.ack_codes`, since rules carry them.
"""

from __future__ import annotations

from ..reference.groups import codes

__all__ = [
    "ENTITY_OF_LOOP",
    "FREE_TEXT",
    "GENERIC",
    "LEVEL_ENTITY",
    "LINE_REJECTED",
    "NEEDS_ENTITY",
    "NEEDS_SECOND",
    "NO_MORE",
    "SITUATIONAL",
    "SYNTAX_REJECTED",
    "TA1_ACCEPTED",
    "X12_SEGMENTS",
]


# -- TA1 --------------------------------------------------------------------------------------------------

TA1_ACCEPTED = codes("019 020")
"""Notes with which the interchange is accepted with errors (E): what they speak of says nothing of the claims."""

# -- 999 --------------------------------------------------------------------------------------------------

SITUATIONAL = {"ik304": codes("I6 I9"), "ik403": codes("I9 I13")}
"""What depends on other segments. Receivers report it in either acknowledgement, so a 277CA code has the say."""

X12_SEGMENTS = codes(
    """AAA ACT ADI ADX AIN AK1 AK2 AK3 AK4 AK5 AK9 AMT ASM BAT BEG BGN BHT BIA BIG BIN BLI BPR BSN BTR CAS CD2 CED CID
    CL1 CLD CLI CLM CLP CN1 COB COD CPT CR1 CR2 CR3 CR4 CR5 CR6 CR7 CR8 CRC CRD CRO CRT CRV CSI CTB CTP CTT CTX CUR
    CV1 DED DMA DMG DMI DN1 DN2 DSB DTM DTP EB EC EFI EM EMS ENT EQ ERP EVE FA1 FA2 FC FGS FOB FRM FST G61 G62 GE GF GS
    HAD HCP HCR HD HI HL HLH HS HSD ICM ID1 IDC IEA III IK3 IK4 IK5 IN1 IN2 IND INS INT ISA IT1 ITA ITD K3 LC LDT LE LIN
    LM LOC LQ LS LTR LUI LX MAN MEA MIA MOA MPI MSG MTX N1 N2 N3 N4 N9 NM1 NTE NX1 NX2 OI OID OOI OTI PAM PAT PAY PCT PD
    PDI PER PID PLA PLB PO1 PO4 POC PPA PRC PRF PRV PS1 PSD PWK PYT QTY RAP RDM RED REF REL RMR RSC RYL SAC SBR SDQ SE
    SI SLN SPR SSS ST STC SUM SV1 SV2 SV3 SV4 SV5 SV6 SV7 SVC SVD TA1 TBI TC2 TD1 TD3 TD5 TED TOA TOO TRN TS2 TS3 TST
    TXI TXP UC UD UM VEH YNQ"""
)
"""Segment ids of the X12 directory that a claim batch may have strayed in. The list is not whole, and needs not be:
IK301 must be an id of the directory (RFI 1257), and for one that is not listed IK5 says enough."""

# -- 277CA ------------------------------------------------------------------------------------------------

_NUMBERS = (
    "16 17 18 19 23 24 25 26 73 85 88 89 90 91 92 93 94 96 97 106 109 114 153 155 182 183 252 387 395 403 466 467 470 "
    "480 487 491 496 499 500 501 502 503 504 505 506 514 516 560 561 562 563 663 676 677 680 689 695 741 743 754 755 "
    "756 761 762 775"
)
_RANGES = [*range(123, 151), *range(157, 169), 170, *range(173, 177)]
NEEDS_ENTITY = codes(_NUMBERS) | frozenset(map(str, _RANGES))
"""Status codes that speak of "the entity", so that the third component must say which."""
NEEDS_SECOND = codes("21 59 60 294 402 508 510 511 512 693 694 697 700 710 732 745 748")
"""Status codes that say what is wrong but not with what: another code must stand beside them."""
LINE_REJECTED = "A3:247"
"""What the claim says when its service lines (2220D) say the rest."""
SYNTAX_REJECTED = "A3:684"
"""A claim of a set that the 999 accepted with errors, rejected for those errors; for nothing else (usage note)."""
NO_MORE = "0"
"""The status code that says there is nothing more precise to say."""
GENERIC = ("A3:21", f"A3:{NO_MORE}")
"""For an error whose rule names no code: something is missing or invalid, and no code says what (STC12 does)."""

LEVEL_ENTITY = {"2200B": "41", "2200C": "85", "2200D": "QC", "2220D": "QC"}
"""Who is meant when the place does not tell: the one that the level is about."""
ENTITY_OF_LOOP = {
    "1000A": "41",
    "1000B": "40",
    "2000A": "85",
    "2010AA": "85",
    "2010AB": "87",
    "2000B": "IL",
    "2010BA": "IL",
    "2010BB": "PR",
    "2000C": "QC",
    "2010CA": "QC",
    "2310A": "DN",
    "2310B": "82",
    "2310C": "77",
    "2310D": "DQ",
    "2320": "PRP",
    "2330A": "GB",
    "2330B": "PRP",
    "2330C": "DN",
    "2330D": "82",
    "2330E": "77",
    "2330F": "DQ",
    "2330G": "85",
    "2420A": "82",
    "2420B": "QB",
    "2420C": "77",
    "2420D": "DQ",
    "2420E": "DK",
    "2420F": "DN",
    "2430": "PRP",
}
"""Whom a loop of the 837P is about, as the 277CA names them."""

FREE_TEXT = {"PRV001": "{element} {value} fails NPI check digit"}
"""STC12 where payers have a wording that billers know; elsewhere the finding's own sentence is sent."""
