"""What common codes of an 837P mean, in our own few words, for people who read a claim.

X12's, the AMA's and the code committees' texts are not here. A code that is not listed is shown without words: this is
a help for reading, no code set. Codes are looked up by the element that they stand in, ``SBR09``, ``CLM05-3``.
"""

from collections.abc import Mapping

from . import groups
from .drugs import Drug
from .places_of_service import PLACES_OF_SERVICE

__all__ = ["code_words", "procedure_words"]


def _table(text: str) -> dict[str, str]:
    """One code in each line, a blank, and its words."""
    return dict(line.strip().split(" ", 1) for line in text.strip().splitlines())


_PARTIES = """
    40 receiver
    41 submitter
    45 drop-off place
    71 attending provider
    77 service location
    82 rendering provider
    85 billing provider
    87 pay-to address
    DK ordering provider
    DN referring provider
    DQ supervising provider
    GB other insured person
    IL insured person
    P3 primary care provider
    PE pay-to plan
    PR payer
    PW pick-up place
    QB purchased service provider
    QC patient
    TT transfer to
"""
_RELATIONSHIPS = """
    01 spouse
    18 self
    19 child
    20 employee
    21 relationship unknown
    39 organ donor
    40 deceased donor
    53 life partner
    G8 other relationship
"""
_REFERENCES = """
    0B state license
    0K policy form
    1G UPIN
    1J care facility number
    1L group or policy number
    1W member id
    23 client number
    2U payer's id
    4N reason for no prior authorization
    6R line control number
    9A repriced claim number
    9B repriced line number
    9C adjusted repriced claim number
    9D adjusted repriced line number
    9F referral number
    BT batch number
    CE kind of plan
    D9 clearinghouse's claim number
    EA medical record number
    EI employer's tax id
    EO submitter's number
    EW mammography certificate
    F4 CLIA number of the referred-to laboratory
    F5 Medicare crossover indicator
    F8 payer's claim control number
    FY claim office
    G1 prior authorization
    G2 payer's number for the provider
    G3 predetermination number
    IG policy number
    LU location number
    LX investigational device exemption
    NF NAIC code
    P4 demonstration project
    SY social security number
    T4 signal code
    TJ tax id
    VY link between ingredients
    X4 CLIA number
    XZ prescription number
    Y4 casualty claim number
"""
_DATES = """
    011 shipped
    050 received by the repricer
    090 care assumed
    091 care given up
    096 discharge
    102 issued
    119 test performed
    138 creatinine test
    196 repriced
    290 coordination of benefits
    291 plan
    296 back to work
    297 last day of work
    304 last seen
    314 disability
    360 disability begins
    361 disability ends
    431 onset of the illness
    435 admission
    439 accident
    444 first contact
    446 retired
    453 acute manifestation
    454 first treatment
    455 last x-ray
    461 last certification
    463 therapy began
    471 prescribed
    472 service
    484 last menstrual period
    573 adjudicated
    607 certification revised
    738 last hemoglobin test
    739 last creatinine test
"""
_ID_QUALIFIERS = """
    24 employer's number
    34 social security number
    46 electronic transmitter id
    EI employer's tax id
    FI tax id
    II health identifier
    MI member id
    PI payer id
    XV national plan id
    XX NPI
"""
_TRADING_QUALIFIERS = """
    01 DUNS number
    14 DUNS number with suffix
    20 health industry number
    27 carrier's number
    28 intermediary's number
    29 Medicare provider number
    30 tax id
    33 NAIC code
    ZZ agreed between the partners
"""
_CHANNELS = """
    EM e-mail
    EX extension
    FX fax
    TE telephone
"""
_PAYER_ORDER = """
    A fourth payer
    B fifth payer
    C sixth payer
    D seventh payer
    E eighth payer
    F ninth payer
    G tenth payer
    H eleventh payer
    P primary
    S secondary
    T third payer
    U order unknown
"""
_INSURANCE = """
    12 Medicare secondary: working aged
    13 Medicare secondary: kidney failure
    14 Medicare secondary: no-fault
    15 Medicare secondary: workers' compensation
    16 Medicare secondary: federal agency
    41 Medicare secondary: black lung
    42 Medicare secondary: veterans
    43 Medicare secondary: disabled, large group plan
    47 Medicare secondary: liability
"""
_FILING = """
    11 other non-federal program
    12 preferred provider organization
    13 point of service
    14 exclusive provider organization
    15 indemnity
    16 Medicare Advantage
    17 dental maintenance organization
    AM automobile insurance
    BL Blue Cross Blue Shield
    CH TRICARE
    CI commercial
    DS disability
    FI federal employees
    HM health maintenance organization
    LM liability
    MA Medicare Part A
    MB Medicare Part B
    MC Medicaid
    OF other federal program
    TV Title V
    VA Veterans Affairs
    WC workers' compensation
    ZZ kind of payer not known
"""
_YES_NO = """
    N no
    U unknown
    W not applicable
    Y yes
"""
_MODIFIERS = """
    22 more work than usual
    24 visit unrelated to a recent procedure
    25 separate visit on the same day
    26 professional part
    33 preventive service
    50 both sides
    51 several procedures
    52 reduced service
    53 discontinued
    57 decision for surgery
    58 staged procedure
    59 separate procedure
    76 repeated by the same clinician
    77 repeated by another clinician
    78 unplanned return
    79 unrelated procedure
    90 outside laboratory
    91 repeated laboratory test
    93 telehealth, audio only
    95 telehealth
    AI admitting physician
    AS assistant at surgery
    CR disaster
    EP child screening program
    FQ telehealth, audio only
    FS split visit
    GA waiver of liability on file
    GC resident under a teaching physician
    GT telehealth
    GW unrelated to the hospice condition
    GX voluntary notice of liability
    GY not covered by law
    GZ expected denial, no waiver on file
    JA given into a vein
    JB given under the skin
    JG drug bought at a 340B price
    JW drug thrown away
    JZ no drug thrown away
    KX requirements met
    LT left side
    Q5 substitute clinician, reciprocal
    Q6 substitute clinician, paid by time
    QW waived test
    RT right side
    SA nurse practitioner with a physician
    SL vaccine from the state
    TB drug bought at a 340B price, for information
    TC technical part
    XE separate encounter
    XP separate clinician
    XS separate structure
    XU unusual, not overlapping service
"""
_BY_ELEMENT: Mapping[str, Mapping[str, str]] = {
    "ISA01": {"00": "no authorization"},
    "ISA03": {"00": "no password"},
    "ISA05": _table(_TRADING_QUALIFIERS),
    "ISA07": _table(_TRADING_QUALIFIERS),
    "ISA14": {"0": "no TA1 wanted", "1": "TA1 wanted"},
    "ISA15": {"P": "production", "T": "test"},
    "GS01": {"HC": "health care claims"},
    "GS07": {"X": "X12"},
    "BHT01": {"0019": "provider, subscriber, dependent"},
    "BHT02": {"00": "original", "18": "sent again"},
    "BHT06": {"31": "subrogation demand", "CH": "claims to be paid", "RP": "encounters to be recorded"},
    "HL03": {"20": "billing provider", "22": "subscriber", "23": "patient"},
    "HL04": {"0": "none below", "1": "more below"},
    "NM101": _table(_PARTIES),
    "NM102": {"1": "person", "2": "organization"},
    "NM108": _table(_ID_QUALIFIERS),
    "PER01": {"IC": "contact"},
    "PER03": _table(_CHANNELS),
    "PER05": _table(_CHANNELS),
    "PER07": _table(_CHANNELS),
    "PRV01": {"BI": "billing", "PE": "rendering"},
    "PRV02": {"PXC": "taxonomy"},
    "REF01": _table(_REFERENCES),
    "SBR01": _table(_PAYER_ORDER),
    "SBR02": _table(_RELATIONSHIPS),
    "SBR05": _table(_INSURANCE),
    "SBR09": _table(_FILING),
    "PAT01": _table(_RELATIONSHIPS),
    "PAT09": _table(_YES_NO),
    "DMG01": {"D8": "one day"},
    "DMG03": {"F": "female", "M": "male", "U": "unknown"},
    "DTP01": _table(_DATES),
    "DTP02": {"D8": "one day", "RD8": "from - to", "DT": "day and time", "TM": "time"},
    "CLM05-2": {"B": "place of service code"},
    "CLM05-3": {"1": "original claim", "7": "replaces an earlier claim", "8": "voids an earlier claim"},
    "CLM06": _table(_YES_NO),
    "CLM07": {"A": "accepts assignment", "B": "accepts it for laboratory services", "C": "does not accept assignment"},
    "CLM08": _table(_YES_NO),
    "CLM09": {"I": "informed consent", "Y": "release signed"},
    "CLM10": {"P": "signed by the provider for the patient"},
    "CLM11-1": {"AA": "car accident", "EM": "work", "OA": "other accident"},
    "CLM11-2": {"AA": "car accident", "EM": "work", "OA": "other accident"},
    "CLM12": {"02": "handicapped children", "03": "federal child care", "05": "disability", "09": "second opinion"},
    "CLM20": _table(
        """
        1 eligibility unknown
        2 litigation
        3 authorization delayed
        4 certification of the provider delayed
        5 billing forms delayed
        6 custom-made appliance delayed
        7 other payer delayed
        8 eligibility decided late
        9 denied before for another reason
        10 approval delayed
        11 other
        15 natural disaster
        """
    ),
    "PWK02": {
        "AA": "on request",
        "BM": "by mail",
        "EL": "electronic",
        "EM": "by e-mail",
        "FT": "file transfer",
        "FX": "by fax",
    },
    "AMT01": {
        "A8": "not covered",
        "D": "paid by the other payer",
        "EAF": "still owed by the patient",
        "F4": "postage",
        "F5": "paid by the patient",
        "T": "tax",
    },
    "NTE01": {
        "ADD": "additional information",
        "CER": "certification",
        "DCP": "goals and plans",
        "DGN": "diagnosis described",
        "TPO": "for the repricer",
    },
    "CAS01": {
        "CO": "contractual",
        "CR": "correction",
        "OA": "other",
        "PI": "payer's initiative",
        "PR": "patient's share",
    },
    "OI03": _table(_YES_NO),
    "OI06": {"I": "informed consent", "Y": "release signed"},
    "SV103": {"MJ": "minutes", "UN": "units"},
    "SV109": _table(_YES_NO),
    "SV111": _table(_YES_NO),
    "SV112": _table(_YES_NO),
    "SV115": {"0": "no copay"},
    "CRC02": _table(_YES_NO),
    "LIN02": {"N4": "NDC"},
    "CTP05-1": {
        "F2": "international units",
        "GR": "grams",
        "ME": "milligrams",
        "ML": "milliliters",
        "UN": "units",
    },
}
_DIAGNOSIS_QUALIFIERS = {
    "ABF": "ICD-10",
    "ABK": "ICD-10, principal",
    "BF": "ICD-9",
    "BG": "condition",
    "BK": "ICD-9, principal",
    "BO": "anesthesia procedure",
    "BP": "anesthesia procedure, principal",
}
_PROCEDURE_QUALIFIERS = {
    "ER": "jurisdiction's code",
    "HC": "CPT or HCPCS",
    "IV": "home infusion code",
    "WK": "advanced billing",
}
_MODIFIER_WORDS = _table(_MODIFIERS)
_PROCEDURES = {
    "96372": "injection under the skin or into muscle",
    "36415": "blood draw",
    "99211": "visit with staff",
}
_PROCEDURE_GROUPS = (
    (groups.ADMIN_VACCINE, "giving a vaccine"),
    (groups.VACCINES, "vaccine"),
    (groups.ADMIN_RSV, "giving an RSV antibody"),
    (groups.RSV_ANTIBODIES, "RSV antibody"),
    (groups.IMMUNE_GLOBULINS, "immune globulin"),
    (groups.ADMIN_ALLERGY, "allergy shot"),
    (groups.ALLERGEN_SUPPLY, "allergen extract"),
    (groups.ADMIN_CHEMO, "giving chemotherapy or a complex drug"),
    (groups.ADMIN_IV, "infusion, push or hydration"),
    (groups.ADMIN_ON_BODY, "applying an on-body injector"),
    (groups.ADMIN_PREP, "injection that prevents HIV"),
    (groups.EM_OFFICE, "office visit"),
    (groups.EM_PREVENTIVE, "preventive visit"),
    (groups.EM_EYE, "eye examination"),
    (groups.EM, "visit"),
)


def code_words(element: str, code: str) -> str:
    """What a code means in the element (or component) that it stands in; empty when there is nothing to say."""
    table = _BY_ELEMENT.get(element)
    if table is not None:
        return table.get(code, "")
    if element.startswith("HI") and element.endswith("-1"):
        return _DIAGNOSIS_QUALIFIERS.get(code, "")
    if element in ("SV105", "CLM05-1"):
        place = PLACES_OF_SERVICE.get(code)
        return place.name if place is not None else ""
    if element in ("SV101-1", "SVD03-1"):
        return _PROCEDURE_QUALIFIERS.get(code, "")
    if element[:-1] in ("SV101-", "SVD03-") and element[-1] in "3456":
        return _MODIFIER_WORDS.get(code, "")
    return ""


def procedure_words(code: str, drugs: Mapping[str, Drug]) -> str:
    """What a procedure code is about: the drug and its unit, or the kind of service; empty where nothing is known."""
    if code in _PROCEDURES:
        return _PROCEDURES[code]
    drug = drugs.get(code)
    if drug is not None:
        return f"{drug.name}; unit: {drug.unit}" if drug.unit else drug.name
    return next((words for codes, words in _PROCEDURE_GROUPS if code in codes), "")
