"""The codes of acknowledgements in our own words, for people. X12's and the code committees' texts are not here.

In a status, ``{e}`` stands for the entity that its third component names. A code that is not listed is shown as such:
the lists grow several times a year.
"""

from __future__ import annotations

__all__ = [
    "CATEGORIES",
    "ENTITIES",
    "GROUP_CODES",
    "GROUP_VERDICTS",
    "IK304",
    "IK403",
    "SET_CODES",
    "SET_VERDICTS",
    "STATUSES",
    "TA1_NOTES",
    "TA1_VERDICTS",
]


def _table(text: str) -> dict[str, str]:
    """One code in each line, a blank, and its words."""
    return dict(line.strip().split(" ", 1) for line in text.strip().splitlines())


TA1_VERDICTS = {
    "A": "is accepted",
    "E": "is accepted, with errors; do not send it again",
    "R": "is rejected as a whole",
}
TA1_NOTES = _table(
    """
    000 nothing is wrong
    001 the control numbers of ISA13 and IEA02 differ
    002 ISA11 names a standard that is not supported
    003 the version of the envelope is not supported
    004 the segment terminator cannot be used
    005 the qualifier of the sender id is wrong
    006 the sender id is wrong
    007 the qualifier of the receiver id is wrong
    008 the receiver id is wrong
    009 the receiver is not known
    010 the authorization qualifier is wrong
    011 the authorization is wrong
    012 the security qualifier is wrong
    013 the security information is wrong
    014 the date is wrong
    015 the time is wrong
    016 the standards id is wrong
    017 the version is wrong
    018 the control number is wrong
    019 ISA14, whether a TA1 is wanted, is wrong
    020 ISA15, test or production, is wrong
    021 IEA01 counts other groups than there are
    022 the structure of the envelope is wrong
    023 the file ends before the interchange does
    024 a functional group has a wrong header or content
    025 this control number has come before
    026 the element separator cannot be used
    027 the component separator cannot be used
    028 the delivery date of a deferred request is wrong
    029 the delivery time of a deferred request is wrong
    030 the delivery code of a deferred request is wrong
    031 the grade of service of a deferred request is wrong
    """
)
GROUP_VERDICTS = {
    "A": "is accepted",
    "E": "is accepted, with errors noted; do not send it again",
    "M": "is rejected: its message authentication failed",
    "P": "is accepted in part: some transaction sets are rejected",
    "R": "is rejected",
    "W": "is rejected: its assurance failed",
    "X": "is rejected: it could not be decrypted",
}
GROUP_CODES = _table(
    """
    1 groups of this kind (GS01) are not supported
    2 this guide or version (GS08) is not supported
    3 the GE is missing
    4 the control numbers of GS06 and GE02 differ
    5 GE01 counts other transaction sets than there are
    6 the group control number is malformed
    10 the authentication key is unknown
    11 the encryption key is unknown
    12 the security service is not available
    13 the receiver of the security service is unknown
    14 the sender of the security service is unknown
    15 the security headers and trailers do not match
    16 the text is not in the form that the decryption needs
    17 the segment that should be signed is not here
    18 the signing key is unknown
    19 this group control number has come before
    23 the second-level authentication key is unknown
    24 the second-level encryption key is unknown
    25 the second-level security service is not available
    26 the second-level security text cannot be read
    """
)
SET_VERDICTS = {
    "A": "accepted",
    "E": "accepted, with errors noted; do not send it again",
    "M": "rejected: its message authentication failed",
    "R": "rejected",
    "W": "rejected: its assurance failed",
    "X": "rejected: it could not be decrypted",
}
SET_CODES = _table(
    """
    1 transaction sets of this kind are not supported
    2 the SE is missing
    3 the control numbers of ST02 and SE02 differ
    4 SE01 counts other segments than there are
    5 segments are wrong by X12's own rules
    6 ST01 is missing or wrong
    7 ST02 is missing or wrong
    8 the authentication key is unknown
    9 the encryption key is unknown
    10 the security service is not available
    11 the receiver of the security service is unknown
    12 the sender of the security service is unknown
    13 the security headers and trailers do not match
    15 the text is not in the form that the decryption needs
    16 the segment that should be signed is not here
    17 the signing key is unknown
    18 the set has no place in this kind of group
    19 ST03 is missing or wrong
    23 ST02 is not unique in its group
    24 the second-level authentication key is unknown
    25 the second-level encryption key is unknown
    26 the second-level security service is not available
    27 the second-level security text cannot be read
    I5 segments are wrong by the implementation guide
    I6 the implementation guide is not supported
    """
)
IK304 = _table(
    """
    1 is not known
    2 was not expected here
    3 is required and missing
    4 begins a loop that comes too often
    5 comes too often
    6 does not belong to this transaction set
    7 is out of its order
    8 has elements that are wrong
    I4 is not used by the guide, and was sent
    I6 is required in this situation and missing
    I7 begins a loop that comes too seldom or not at all
    I8 comes too seldom
    I9 must not be sent in this situation
    """
)
IK403 = _table(
    """
    1 is required and missing
    2 is missing, though another element calls for it
    3 is one element too many
    4 is too short
    5 is too long
    6 has a character that is not allowed
    7 has a code that is not valid
    8 is not a date
    9 is not a time
    10 excludes another element that was sent too
    11 is repeated too seldom
    12 is repeated too often
    13 has too many components
    I6 has a code that the guide does not list
    I9 is required in this situation and missing
    I10 is not used by the guide, and was sent
    I11 is repeated less often than the guide asks
    I12 does not have the form that the guide asks for
    I13 must not be sent in this situation
    """
)
CATEGORIES = _table(
    """
    A0 passed on to another party
    A1 received
    A2 accepted into processing
    A3 returned, it cannot be processed
    A4 not found
    A5 divided for processing
    A6 rejected, something is missing
    A7 rejected, something is not valid
    A8 rejected, values do not fit each other
    D0 nothing was found for the request
    E0 the request could not be answered
    E1 the answering system is not available
    E2 the answering system did not answer in time
    E3 the request was not understood
    E4 the system in between is not available
    F0 finished
    F1 finished and paid
    F2 finished and denied
    F3 finished and changed
    F4 finished, nothing is paid
    P0 waiting
    P1 being processed
    P2 waiting for a review
    P3 waiting for information from the provider
    P4 waiting for information from the patient
    P5 waiting for the payer's own reasons
    R0 information is asked for
    R1 information about a person or organization is asked for
    R3 information about the claim is asked for
    R4 documents are asked for
    """
)
ENTITIES = _table(
    """
    03 the dependent
    1P the provider
    1Z the home health provider
    36 the employer
    40 the receiver
    41 the submitter
    45 the drop-off place
    71 the attending provider
    72 the operating provider
    73 the other provider
    77 the place of service
    82 the rendering provider
    85 the billing provider
    87 the pay-to provider
    AY the clearinghouse
    DK the ordering provider
    DN the referring provider
    DQ the supervising provider
    FA the facility
    GB the other insured
    HK the subscriber of record
    IL the subscriber
    LI the independent lab
    MSC the mammography center
    P3 the primary care provider
    PR the payer
    PRP the primary payer
    PW the pick-up place
    QB the purchased service provider
    QC the patient
    QD the responsible person
    SEP the secondary payer
    TL the testing lab
    TTP the tertiary payer
    TU the third party
    """
)
STATUSES = _table(
    """
    0 no more can be said here
    1 see the remittance advice
    3 decided, waiting for the next payment
    15 procedure codes were changed
    16 passed on to {e}
    17 passed on to {e} by somebody in between
    18 {e} had it and gave back no usable status
    19 {e} has it
    20 taken in for processing
    21 something is missing or not valid (another code says what)
    23 given back to {e}
    24 {e} is not admitted to send claims
    25 {e} is not admitted
    26 {e} cannot be found
    27 the policy has ended
    29 subscriber and policy number do not fit each other
    30 subscriber and member id do not fit each other
    31 subscriber and policyholder's name do not fit each other
    32 subscriber and policy number cannot be found
    33 subscriber and member id cannot be found
    34 subscriber and policyholder's name cannot be found
    35 the claim cannot be found
    41 the payer has to handle it by hand
    52 whether there is other insurance is being looked into
    54 the same claim or line was processed before
    65 it has been paid
    78 the same claim or line is already there and waits
    84 the service was not authorized
    85 {e} does not pay first
    86 diagnosis and gender of the patient do not fit each other
    88 {e} was not insured on the dates of service
    90 {e} had no medical coverage on the dates of service
    91 {e} was not admitted on the dates of service
    93 {e} is not the chosen primary care provider
    95 information that was asked for did not come
    96 there is no contract with {e}
    97 {e} knows no coverage of the patient
    106 {e} does not owe this amount
    109 {e} is not eligible
    114 {e} should process this
    116 it went to the wrong payer
    117 the signature-on-file indicator
    121 there are more service lines than the payer takes
    123 {e} was asked for more information
    124 name, address, phone and id of {e}
    125 the name of {e}
    126 the address of {e}
    127 phone or other contact number of {e}
    128 the tax id of {e}
    132 the Medicaid provider id of {e}
    135 the commercial provider id of {e}
    142 the license number of {e}
    143 the state license number of {e}
    145 the taxonomy code of {e}
    148 the social security number of {e}
    149 the employer id of {e}
    153 the id of {e}
    155 how {e} is related to the patient
    156 how the patient is related to the subscriber
    157 the gender of {e}
    158 the birth date of {e}
    159 the date of death of {e}
    162 the former Medicare number of {e}
    163 the policy or group number of {e}
    164 the member id of {e}
    171 information about other insurance
    178 the total charge
    183 the amount that {e} has paid
    184 the purchase price of rented equipment
    185 the rental price of equipment
    187 the dates of service
    188 the dates of the statement
    189 the admission date
    190 the discharge date
    191 the date of the last menstrual period
    194 the dates of confinement
    195 the disability dates
    196 the date of return to work
    210 the date of the last X-ray
    214 the date of the order or prescription
    216 information about the drug
    217 name, strength and form of the drug
    218 the NDC of the drug
    219 the prescription number
    223 the route of administration
    228 the type of bill
    232 the admitting diagnosis
    234 the patient's status at discharge
    247 something in a service line (its own status says what)
    249 the place of service
    250 the type of service
    251 the minutes of anaesthesia
    252 the authorization number of {e}
    254 the principal diagnosis
    255 a diagnosis code
    258 days or units of the service
    263 how long the service took
    266 where the ambulance came from and went to
    267 the miles of the transport
    273 the weight
    275 the claim
    283 Medicare's data, to see who pays first
    286 the other payer's statement of what it paid
    287 why the service was needed
    294 supporting documents (another code says which)
    297 the medical notes
    298 the operative report
    300 the lab report
    306 a description of the service
    333 whether the patient lets information be released
    337 the ambulance information
    360 whether benefits are assigned
    363 it may be workers' compensation
    386 the orthodontic purpose
    387 when {e} last examined the patient
    397 the date of onset
    400 the amounts of the claim do not add up
    401 the source of payment
    402 an amount must be above zero (another code says which)
    403 the referral or order of {e}
    428 the reason for the transport
    453 a modifier
    454 the procedure code
    455 the revenue code
    460 a condition code
    464 the payer's claim control number
    468 who signed for the patient
    469 the charge of a purchased service
    471 whether it was an emergency
    474 procedure and gender of the patient do not fit each other
    475 procedure and age of the patient do not fit each other
    476 the units of service
    477 a diagnosis pointer
    478 the claim's number with the submitter (CLM01)
    479 the id of the other payer
    480 the claim filing indicator of {e}
    481 the form of the submission
    486 the date of the principal procedure
    488 the diagnoses of the services
    489 the attachment control number
    491 {e} may not send encounters
    493 the version of the guide is not supported
    496 the submitter may not send claims for {e}
    499 the payer has no rate on file for {e}
    500 the ZIP code of {e}
    501 the state of {e}
    502 the city of {e}
    503 the street address of {e}
    504 the last name of {e}
    505 the first name of {e}
    506 {e} now uses another clearinghouse
    507 the HCPCS or CPT code
    508 an ICD-9 code (another code says which)
    509 the external cause code
    510 a date lies in the future (another code says which)
    511 a character is not allowed (another code says where)
    512 a length does not fit (another code says where)
    514 the middle name of {e}
    516 the payment date of {e}
    517 the repricer's reference number
    519 an adjustment amount
    520 an adjustment quantity
    521 an adjustment reason
    530 the adjustment indicator
    535 the claim frequency code
    538 the claim's identifier
    541 the reason for submission
    543 the clearinghouse's trace number
    544 the CLIA number
    555 the delay reason
    560 a secondary id of {e}
    561 the contact name of {e}
    562 the NPI of {e}
    564 the EPSDT indicator
    567 the qualifier of the place of service
    568 the family planning indicator
    569 the fixed-format text (K3)
    578 the insurance type code
    579 the investigational device number
    581 the last day worked
    583 the charge of a line
    584 the control number of a line
    585 a charge that is not covered
    586 the note of a line
    588 the medical record number
    589 whether the provider accepts assignment
    626 the pregnancy indicator
    629 the property and casualty claim number
    630 the CLIA number of the referring lab
    633 the related causes code
    634 a remark code
    640 the sales tax
    643 the amount paid for a line
    650 the special program code
    659 the unit of measurement
    663 the group name of {e}
    672 the other payer's amounts do not add up
    673 the reason for the visit
    677 {e} is not affiliated
    680 the country of {e}
    684 rejected for the faults that the 999 tells
    685 it could not be decided at once and will be later
    689 {e} did not answer in time
    693 an amount must not be negative (another code says which)
    694 an amount must not be zero (another code says which)
    695 the subdivision of the country of {e}
    696 the adjustment group code
    697 an amount has too many decimals (another code says which)
    698 the form identifier
    699 an answer of the supporting form
    700 an ICD-10 code (another code says which)
    701 the date of first treatment
    704 the note of the claim
    710 what another payer decided on a line (another code says what)
    713 the description of the patient's condition
    714 the care plan oversight number
    715 the date of acute manifestation
    718 it came too late (timely filing)
    724 the quantity of the drug
    727 the accident date
    728 the accident state
    731 a test result
    732 information that does not fit the billing rules (another code says which)
    740 the drop-off place
    741 {e} must be a person
    742 the order in which payers pay
    743 the enrollment of {e}
    745 the qualifier of an identifier (another code says which)
    746 the whole batch has come before
    748 a correction (another code says of what)
    750 the state of the auto accident
    751 the state of the ambulance pick-up
    752 the state of the ambulance drop-off
    754 the name suffix of {e}
    755 the primary id of {e}
    757 the date last seen
    761 the referral number of {e}
    762 the id of the substitute physician ({e})
    763 the ZIP code of the ambulance pick-up
    767 the conditions for urgent care
    771 it came too early: another payer is still at work
    772 a diagnosis code must be more specific
    774 the service is experimental
    775 whether {e} is a person or an organization
    779 the service was billed too soon again
    787 send it as a new claim, not as a replacement
    795 it came too early: the other payer's decision is missing
    796 the procedure code was not valid on the date of service
    799 send it as a replacement, not as a new claim
    """
)
