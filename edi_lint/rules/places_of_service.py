"""POS: where an injection may be billed.

The place in force on a line is SV105, else CLM05-1. Who employs the nurse, and whether a supervisor was there, a claim
does not show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ..claims import Claim, DayLine, ServiceLine
from ..reference import PLACES_OF_SERVICE, groups, place_of_service_assigned
from .drug_lines import INJECTION, earlier_lines, own_injections, table_drug
from .examples import payer
from .registry import Bad, Context, Good, Hit, rule
from .signs import element_in, filled, modifier_in, procedure_in
from .words import lines_named

# Places with a first day. Codes that CMS never assigned are told by the guide's own list.
_BEGAN = {code: place.assigned_from for code, place in PLACES_OF_SERVICE.items() if place.assigned_from is not None}
_HOME_PLACES = frozenset({"12", "13", "14", "15", "27"})
_ODD_PLACES = frozenset({"01", "60", "81"})
_DIALYSIS_CENTER = "65"
_DIALYSIS = groups.code_range("90935", "90999")
_CLINICS_PAID_BY_ENCOUNTER = frozenset({"50", "72"})
# Hospital and emergency visits. 99231 to 99233 are left out: no modifier helps them (NCI005).
_HOSPITAL_VISITS = (
    groups.code_range("99221", "99223") | groups.code_range("99234", "99239") | groups.code_range("99281", "99285")
)

_AT_A_LOCATION = {"LX*1~": "NM1*77*2*EXAMPLE CARE HOME~N3*7 SAMPLE ST~N4*ANYTOWN*MI*490011235~LX*1~"}


def _by_place(lines: Collection[ServiceLine], places: Collection[str]) -> Iterator[list[ServiceLine]]:
    """The lines done in one of the places; those that take it from the claim come together: one place, one hit."""
    by_claim = []
    for line in lines:
        if line.place_of_service in places:
            if line.line_place_of_service:
                yield [line]
            else:
                by_claim.append(line)
    if by_claim:
        yield by_claim


def _procedures_on(lines: list[ServiceLine]) -> str:
    codes = ", ".join(dict.fromkeys(line.procedure for line in lines))
    return f"{codes} on {lines_named(lines)}"


@rule(
    id="POS001",
    name="pos-valid",
    severity="error",
    snip=5,
    source="CMS place of service code set (CR 11353, 12427, 13314)",
    stc=("A7:21", "A7:249"),
    speaks_for=("invalid-code 2300/CLM/CLM05-1", "invalid-code 2400/SV1/SV105"),
    message="{element} is not a place of service: CMS has not assigned the code.",
    watch={"CLM": element_in(_BEGAN, 5, 1), "SV1": element_in(_BEGAN, 5)},
    examples=(
        Bad({"***11:B:1": "***28:B:1"}, at=("2300", "CLM05-1")),
        Bad({"96372*35*UN*1***1": "96372*35*UN*1*28**1"}, at=("2400", "SV105")),
        Bad({"***11:B:1": "***1:B:1"}, at=("2300", "CLM05-1")),
        Good({"***11:B:1": "***49:B:1"}),
        Good({"***11:B:1": "***17:B:1"}),
    ),
)
def pos_valid(claim: Claim, context: Context) -> Iterator[Hit]:
    """The place of service, on the claim or on a line, must be a code that CMS had assigned on the date of service.

    Why: Fees depend on the place; a payer rejects a code that it does not know.

    Fix: Enter the code of the place where the patient was seen: 11 is the office.
    """
    for lines in _by_place(claim.lines, _BEGAN):
        code = lines[0].place_of_service
        for day in (line.service_from for line in lines):
            if day is not None and not place_of_service_assigned(code, day):
                words = f"Place of service {code} was not assigned on {day.isoformat()}, but from {_BEGAN[code]}."
                yield Hit(lines[0].place_of_service_spot, words)
                break


@rule(
    id="POS002",
    name="pos-qualifier",
    severity="error",
    snip=2,
    source="005010X222A1, 2300 CLM05-2",
    stc=("A7:21", "A7:249"),
    speaks_for=("invalid-code 2300/CLM/CLM05-2", "element-missing 2300/CLM/CLM05-2"),
    message="CLM05-2 must be B, which says that CLM05-1 is a place of service.",
    examples=(
        Bad({"***11:B:1": "***11:A:1"}, at=("2300", "CLM05-2")),
        Bad({"***11:B:1": "***11::1"}, at=("2300", "CLM05-2")),
        Good({"***11:B:1": "***20:B:1"}),
    ),
)
def pos_qualifier(claim: Claim, context: Context) -> Iterator[Hit]:
    """The qualifier of the place of service is B on professional claims; A is for institutional ones.

    Why: With another qualifier the receiver reads the place as a type of bill and rejects the claim.

    Fix: Enter B into CLM05-2.
    """
    return iter(())  # The walk of the guide finds it.


@rule(
    id="POS003",
    name="96372-in-hospital",
    severity="error",
    snip=7,
    source="NCCI Medicare Policy Manual 2026, chapter XI.B.7; Medicare fee schedule, PC/TC indicator 5",
    stc=("A8:249",),
    triggers=groups.INFUSION_AND_INJECTION,
    hides=("POS004", "POS008"),
    needs=("pos:19", "pos:21", "pos:22", "pos:23"),
    examples=(
        Bad({"***11:B:1": "***22:B:1"}, at=("2300", "CLM05-1")),
        Bad({"***11:B:1": "***21:B:1"}, at=("2300", "CLM05-1")),
        Bad({"96372*35*UN*1***1": "96372*35*UN*1*23**1"}, at=("2400", "SV105")),
        Good({"99213:25*112*UN*1***2": "99213:25*112*UN*1*22**2"}),
        Good({"***11:B:1": "***22:B:1", "96372*35*UN*1***1": "96372*35*UN*1*11**1"}),
    ),
)
def injection_in_hospital(claim: Claim, context: Context) -> Iterator[Hit]:
    """Injections and infusions (96360 to 96379, 96401 to 96425) in a hospital are billed by the hospital.

    The places are 19 and 22 (outpatient), 21 (inpatient) and 23 (emergency department).

    Why: The hospital's staff gives them and the hospital is paid for it; a practitioner's claim is denied.

    Fix: Leave the injection off the practitioner's claim, or correct the place if it was given in the office.
    """
    lines = [line for line in claim.lines if line.procedure in groups.INFUSION_AND_INJECTION]
    for found in _by_place(lines, groups.POS_HOSPITAL):
        what, code = _procedures_on(found), found[0].place_of_service
        words = f"{what} was given in a hospital (place of service {code}), which bills for it."
        yield Hit(found[0].place_of_service_spot, words)


@rule(
    id="POS004",
    name="96372-other-facility",
    severity="warning",
    snip=7,
    source="NCCI Medicare Policy Manual 2026, chapter XI.B.7; places of service that payers name for injections",
    stc=("A8:249",),
    triggers=(INJECTION,),
    needs=[f"pos:{place}" for place in groups.POS_FACILITY],
    examples=(
        Bad({"***11:B:1": "***24:B:1"}, at=("2300", "CLM05-1")),
        Bad({"96372*35*UN*1***1": "96372*35*UN*1*31**1"}, at=("2400", "SV105")),
        Good({"***11:B:1": "***32:B:1", **_AT_A_LOCATION}),
    ),
)
def injection_in_other_facility(claim: Claim, context: Context) -> Iterator[Hit]:
    """In a surgery center, nursing facility, hospice, ambulance or the like, an injection is part of its payment.

    The places are 24, 26, 31, 34, 41, 42, 51, 52, 53, 56 and 61. A surgery center (24) leaves room for an injection
    that has nothing to do with the procedure.

    Why: The facility is paid for the care that its staff gives; payers deny the injection to the practitioner.

    Fix: Check the place and who gave the injection; leave 96372 off if the facility's staff did.
    """
    for found in _by_place(list(own_injections(claim)), groups.POS_FACILITY):
        what, code = _procedures_on(found), found[0].place_of_service
        words = f"{what} was given in place of service {code}, where it is normally part of the facility's payment."
        yield Hit(found[0].place_of_service_spot, words)


@rule(
    id="POS005",
    name="96372-telehealth",
    severity="error",
    snip=5,
    source="Logic: nobody can be injected by telephone or video; 96372 is not on the Medicare telehealth list",
    stc=("A8:249",),
    hides=("MOD020",),
    needs=("pos:02", "pos:10"),
    watch={"SV1": modifier_in(groups.TELEHEALTH_MODIFIERS)},
    examples=(
        Bad(
            {"***11:B:1": "***10:B:1", "J3420*4.5*UN*1***1": "J3420*4.5*UN*1*11**1"},
            at=("2300", "CLM05-1"),
        ),
        Bad({"96372*35*UN*1***1": "96372*35*UN*1*02**1"}, at=("2400", "SV105")),
        Bad({"HC:96372*": "HC:96372:95*"}, at=("2400", "SV101-3")),
        Bad({"HC:J3420*": "HC:J3420:GT*"}, at=("2400", "SV101-3")),
        Good(
            {
                "***11:B:1": "***10:B:1",
                "96372*35*UN*1***1": "96372*35*UN*1*11**1",
                "J3420*4.5*UN*1***1": "J3420*4.5*UN*1*11**1",
            }
        ),
    ),
)
def injection_by_telehealth(claim: Claim, context: Context) -> Iterator[Hit]:
    """An injection and the drug for it cannot be telehealth: not by place (02, 10), not by modifier (93, 95, GT ...).

    Why: The payer sees a service that cannot have been given that way, and denies it.

    Fix: Put the place where the injection was given on its line, and leave the telehealth modifiers to the visit.
    """
    lines = [line for line in claim.lines if _is_telehealth(line) and _is_injected(line, context)]
    for found in _by_place(lines, groups.POS_TELEHEALTH):
        what, code = _procedures_on(found), found[0].place_of_service
        yield Hit(found[0].place_of_service_spot, f"{what} cannot be telehealth (place of service {code}).")
    for line in lines:
        if line.place_of_service in groups.POS_TELEHEALTH:
            continue  # One cause: the line was taken for a part of the telehealth visit.
        modifier = next(modifier for modifier in line.modifiers if modifier in groups.TELEHEALTH_MODIFIERS)
        words = f"{line.procedure} on line {line.number} cannot be telehealth (modifier {modifier})."
        yield Hit(line.modifier_spot(modifier), words)


def _is_telehealth(line: ServiceLine) -> bool:
    if line.place_of_service in groups.POS_TELEHEALTH:
        return True
    return not groups.TELEHEALTH_MODIFIERS.isdisjoint(line.modifiers)


def _is_injected(line: ServiceLine, context: Context) -> bool:
    """Whether the line is 96372 or a drug that is only known as an injection: unclassified codes may be anything."""
    if line.procedure == INJECTION:
        return True
    drug = table_drug(context, line.procedure)
    return drug is not None and drug.injectable and "ANY" not in drug.routes


@rule(
    id="POS006",
    name="home-incident-to",
    severity={"medicare": "info", "medicaid": "off", "commercial": "off"},
    snip=7,
    source="42 CFR 410.26(b)(5)",
    stc=("A8:249",),
    triggers=(INJECTION,),
    needs=[f"pos:{place}" for place in _HOME_PLACES],
    examples=(
        Bad(
            {**payer("MB"), "***11:B:1": "***12:B:1", "HC:J3420*": "HC:J3420:JZ*"},
            at=("2300", "CLM05-1"),
            severity="info",
        ),
        Good({"***11:B:1": "***12:B:1"}),
    ),
)
def home_incident_to(claim: Claim, context: Context) -> Iterator[Hit]:
    """In a home, a mobile unit or on the street (12 to 15, 27), a nurse's injection needs the practitioner on the spot.

    Why: Medicare pays a nurse's service as the practitioner's only under direct supervision.

    Fix: Nothing, if the practitioner gave the injection or was present; else do not bill it as incident to.
    """
    for found in _by_place(list(own_injections(claim)), _HOME_PLACES):
        what, code = _procedures_on(found), found[0].place_of_service
        words = f"{what} was given in place of service {code}: if a nurse gave it, the supervisor must have been there."
        yield Hit(found[0].place_of_service_spot, words)


@rule(
    id="POS007",
    name="implausible-pos",
    severity="info",
    snip=7,
    source="CMS place of service definitions; our judgement",
    stc=("A8:249",),
    triggers=(INJECTION,),
    needs=[f"pos:{place}" for place in (*_ODD_PLACES, _DIALYSIS_CENTER)],
    examples=(
        Bad({"***11:B:1": "***81:B:1"}, at=("2300", "CLM05-1")),
        Good({"***11:B:1": "***65:B:1", **_AT_A_LOCATION}),
        Good({"***11:B:1": "***20:B:1"}),
    ),
)
def implausible_pos(claim: Claim, context: Context) -> Iterator[Hit]:
    """The place is an unusual one for 96372: pharmacy (01), mass immunization (60), laboratory (81).

    A dialysis center (65) is too, when dialysis is billed with it: its payment includes the injection.

    Why: It is often a wrong digit, and then the fee is wrong too.

    Fix: Check where the injection was given.
    """
    dialysis = not _DIALYSIS.isdisjoint(claim.procedures)
    places = _ODD_PLACES | {_DIALYSIS_CENTER} if dialysis else _ODD_PLACES
    for found in _by_place(list(own_injections(claim)), places):
        what, code = _procedures_on(found), found[0].place_of_service
        yield Hit(found[0].place_of_service_spot, f"{what} was given in place of service {code}, which is unusual.")


@rule(
    id="POS008",
    name="ed-em-mismatch",
    severity="error",
    snip=7,
    source="NCCI Medicare Policy Manual 2026, chapter XI.B.8",
    stc=("A8:249", "A8:453"),
    hides=("NCI005", "NCI006"),
    watch={"SV1": procedure_in(_HOSPITAL_VISITS)},
    examples=(
        Bad({"HC:99213:25*112*UN*1***2": "HC:99284*112*UN*1*23**2"}, at=("2400", "SV101-2")),
        Good({"HC:99213:25*112*UN*1***2": "HC:99284:25*112*UN*1*23**2"}),
    ),
)
def ed_em_mismatch(claim: Claim, context: Context) -> Iterator[Hit]:
    """A hospital or emergency visit on the day of an office injection needs modifier 25.

    The visits are 99221 to 99223, 99234 to 99239 and 99281 to 99285, by the same practitioner. Injections in a hospital
    or another facility are told by POS003 and POS004.

    Why: The payer takes the injection for a part of the visit unless the two were separate encounters.

    Fix: Put 25 on the visit if it was separate and significant; else leave the injection off.
    """
    for day in context.days:
        lines = (*earlier_lines(claim, day), *day.own)
        injection = next((line for line in lines if _is_office_injection(line)), None)
        if injection is None:
            continue
        for visit in lines:
            if visit.procedure not in _HOSPITAL_VISITS or "25" in visit.modifiers:
                continue
            own = visit.line or injection.line
            if own is None:
                continue  # Both stand on earlier claims, where it was told.
            other = injection if visit.line is not None else visit
            where = (
                f"line {other.number}" if other.line is not None else f"claim number {other.claim_index} of this file"
            )
            what = (
                "is on the day of injection 96372" if visit.line is not None else f"is on the day of {visit.procedure}"
            )
            words = f"{own.procedure} on line {own.number} {what} ({where}), and the visit has no modifier 25."
            yield Hit(own.at("procedure"), words)
            break


def _is_office_injection(line: DayLine) -> bool:
    place = line.place_of_service
    return line.procedure == INJECTION and place not in groups.POS_HOSPITAL and place not in groups.POS_FACILITY


@rule(
    id="POS009",
    name="rhc-fqhc",
    severity={"medicare": "info", "medicare-advantage": "off", "medicaid": "off", "commercial": "off"},
    snip=7,
    source="Medicare payment of federally qualified and rural health clinics (not read again)",
    stc=("A8:249",),
    triggers=(INJECTION,),
    needs=("pos:50", "pos:72"),
    examples=(
        Bad(
            {**payer("MB"), "***11:B:1": "***72:B:1", "HC:J3420*": "HC:J3420:JZ*"},
            at=("2300", "CLM05-1"),
            severity="info",
        ),
        Good({"***11:B:1": "***72:B:1"}),
    ),
)
def rhc_fqhc(claim: Claim, context: Context) -> Iterator[Hit]:
    """In a federally qualified (50) or rural (72) health clinic, Medicare pays an injection with the encounter.

    Why: The clinic bills the encounter on an institutional claim; the injection is not paid beside it.

    Fix: Check whether the injection belongs on the clinic's institutional claim.
    """
    for found in _by_place(list(own_injections(claim)), _CLINICS_PAID_BY_ENCOUNTER):
        what, code = _procedures_on(found), found[0].place_of_service
        words = f"{what} was given in place of service {code}, where Medicare pays it with the clinic's encounter."
        yield Hit(found[0].place_of_service_spot, words)


@rule(
    id="POS010",
    name="line-pos-redundant",
    severity="info",
    snip=4,
    source="005010X222A1, 2400 SV105 (sent when it differs from the claim's)",
    stc=("A8:249",),
    watch={"SV1": filled(5)},
    examples=(
        Bad({"96372*35*UN*1***1": "96372*35*UN*1*11**1"}, at=("2400", "SV105")),
        Bad({"UN*1***1~": "UN*1*11**1~"}, at=("2400", "SV105")),
        Good({"96372*35*UN*1***1": "96372*35*UN*1*12**1"}),
    ),
)
def line_pos_redundant(claim: Claim, context: Context) -> Iterator[Hit]:
    """A line repeats the place of service of the claim; it is meant for a place that differs.

    Why: Most payers do not mind, but a repeated place goes stale when the claim's is corrected.

    Fix: Leave SV105 empty where it is the same as CLM05-1.
    """
    same = [line for line in claim.lines if line.line_place_of_service == claim.place_of_service != ""]
    if same:
        words = f"SV105 repeats the place of service of the claim, {claim.place_of_service}, on {lines_named(same)}."
        yield Hit(same[0].at("line_place_of_service"), words)
