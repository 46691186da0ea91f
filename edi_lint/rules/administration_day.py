"""ADM: injections and infusions against the other services of the day (ADM020-ADM022, ADM029, ADM030, ADM033)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..claims import Claim, Day, DayLine
from ..reference.groups import (
    ADDON_PARENTS,
    ADMIN_INJECTION,
    INITIAL_SERVICES,
    PTP_MODIFIERS,
    VACCINES,
    CodeSpan,
    code_range,
    codes,
)
from .examples import added, payer
from .registry import Bad, Context, Good, Hit, rule
from .same_day import (
    all_dated,
    days_without_pairs,
    elsewhere,
    faults,
    may_be_drug,
    not_distinct,
    of_codes,
    only_possible_drugs,
    pairs,
)
from .signs import procedure_in

_PROCEDURES = CodeSpan("10004", "69990")
_INJECTION_PROCEDURES = (
    code_range("20526", "20553")
    | code_range("20600", "20611")
    | code_range("62320", "62327")
    | code_range("64400", "64530")
    | {"11900", "11901", "27096"}
)
_STEROIDS = codes(
    "J0702 J0704 J1010 J1020 J1030 J1040 J1094 J1100 J1700 J1710 J1720 J2650 J2919 J2920 J2930"
    " J3299 J3300 J3301 J3302 J3303 J3304"
)
_LOCAL_ANESTHETICS = codes("J0665 J2001 J2002 J2003 J2004 S0020")
_TEACHING = frozenset({"G0108", "G0109"})
_ANESTHESIA = code_range("00100", "01999") | {"99155", "99156"}
_OTHER_OPENINGS = codes("96416 96420 96422 96425 96440 96446 96450 96542 C8957 G0498 M0223 M0244 M0246")
"""What may also open an encounter: an add-on beside one of these is left alone."""
_RANK = ("96360", "96374", "96365", "96409", "96413")
"""Initial services, the one that yields to all others first."""

_KNEE = {"HC:J3420*": "HC:J3301*", "ABK:E538": "ABK:M1711"}


@rule(
    id="ADM020",
    name="joint-injection-plus-96372",
    severity="error",
    snip=7,
    source="NCCI Policy Manual 2026, ch. XI, B.12 and ch. IV; NCCI practitioner pair edits, third quarter of 2024",
    stc=("A8:454",),
    whole=True,
    triggers=ADMIN_INJECTION,
    hides=("ADM029", "DRG003", "NCI006", "NCI011"),
    watch={"SV1": procedure_in(_INJECTION_PROCEDURES)},
    examples=(
        Bad(_KNEE | added("20610"), at=("2400", "SV101-2")),
        Bad(_KNEE | added("20610", "J2003"), at=("2400", "SV101-2")),
        Good(_KNEE | {"HC:96372*": "HC:20610*"}),
        Good(_KNEE | {"HC:96372*": "HC:96372:XS*"} | added("20610", "J1100")),
        # Ketorolac besides: 96372 may be for it, which is then another rule's business.
        Good(_KNEE | {"HC:96372*": "HC:96372:59*"} | added("20610", "J1885")),
    ),
)
def joint_injection_plus_96372(claim: Claim, context: Context) -> Iterator[Hit]:
    """Injecting a joint, tendon, nerve, spine or skin lesion is one procedure; 96372 is not billed for the same drug.

    The rule speaks when 96372 stands beside such a procedure without modifier 59 or X, and every drug of the date is a
    steroid or a local anesthetic.

    Why: 96372 is bundled into the procedure, and the payer sees no other drug.

    Fix: Remove 96372. Keep it, with 59 or XS, only for another drug at another site.
    """
    for day in context.days:
        if day.procedures.isdisjoint(_INJECTION_PROCEDURES) or not all_dated(day):
            continue
        drugs = {line.procedure for line in day.lines if may_be_drug(line.procedure)}
        if not drugs or not drugs <= _STEROIDS | _LOCAL_ANESTHETICS:
            continue
        for line, shot, procedure in pairs(day, ADMIN_INJECTION, _INJECTION_PROCEDURES, not_distinct, not_distinct):
            # Two steroids, and a side on the procedure: one may have gone into a muscle.
            if len(drugs & _STEROIDS) > 1 and not PTP_MODIFIERS.isdisjoint(shot.modifiers + procedure.modifiers):
                continue
            yield Hit(
                line.at("procedure"),
                f"96372 is billed beside {procedure.procedure}, itself an injection{elsewhere(shot, procedure)}.",
            )


@rule(
    id="ADM021",
    name="initial-code-hierarchy",
    severity="error",
    snip=5,
    source="NCCI Policy Manual 2026, ch. XI, B.2 and N.1",
    stc=("A8:454",),
    whole=True,
    triggers=INITIAL_SERVICES | ADDON_PARENTS.keys(),
    examples=(
        Bad({"HC:96372*": "HC:96365*", "HC:J3420*": "HC:J0696*"} | added("96374"), at=("2400", "SV101-2")),
        Bad({"HC:96372*": "HC:96375*", "HC:J3420*": "HC:J1885*"}, at=("2400", "SV101-2")),
        Good({"HC:96372*": "HC:96365*", "HC:J3420*": "HC:J0696*"} | added("96375", "J1885")),
        Good({"HC:96372*": "HC:96365*", "HC:J3420*": "HC:J0696*"} | added("96374:59", "J1885")),
    ),
)
def initial_code_hierarchy(claim: Claim, context: Context) -> Iterator[Hit]:
    """A date has one initial service (96360, 96365, 96374, 96409, 96413), and add-on codes only beside one.

    A second initial service needs modifier 59 or X, for a second vein or visit. 96372 is never the initial service.

    Why: The payer pays one initial service and denies the others, and add-on codes without the code they add to.

    Fix: Keep the service that ranks highest as initial and turn the others into add-on codes (96361, 96367, 96375).
    """

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        unmarked = list(filter(not_distinct, of_codes(lines, INITIAL_SERVICES)))
        unmarked.sort(key=lambda line: _RANK.index(line.procedure))
        return unmarked if len({line.procedure for line in unmarked}) > 1 else []

    for _, line, concerned in faults(context, INITIAL_SERVICES, find):
        named = " and ".join(dict.fromkeys(other.procedure for other in concerned))
        yield Hit(
            line.at("procedure"), f"{named} are initial services, of which a date has one{elsewhere(*concerned)}."
        )
    for day in context.days:
        yield from _orphans(day)


def _orphans(day: Day) -> Iterator[Hit]:
    billed = day.procedures
    if not billed.isdisjoint(_OTHER_OPENINGS) or not all_dated(day):
        return
    seen = set()
    for own in day.own:
        parents = ADDON_PARENTS.get(own.procedure)
        if parents is None or own.line is None or own.procedure in seen or not billed.isdisjoint(parents):
            continue
        seen.add(own.procedure)
        yield Hit(
            own.line.at("procedure"),
            f"{own.procedure} adds to {' or '.join(sorted(parents))}, and none of them is on its date.",
        )


@rule(
    id="ADM022",
    name="96376-professional",
    severity={"medicare": "error", "medicaid": "off", "commercial": "off"},
    snip=7,
    source="NCCI practitioner unit edits, third quarter of 2024: none allowed",
    stc=("A7:454",),
    triggers={"96376"},
    examples=(
        Bad(
            {"HC:96372*": "HC:96374*", "HC:J3420*": "HC:J2405*"} | added("96376") | payer("MB"),
            at=("2400", "SV101-2"),
            severity="error",
        ),
        Good({"HC:96372*": "HC:96374*", "HC:J3420*": "HC:J2405*"} | added("96375") | payer("MB")),
        Good({"HC:96372*": "HC:96374*", "HC:J3420*": "HC:J2405*"} | added("96376")),
    ),
)
def repeated_push_of_a_practice(claim: Claim, context: Context) -> Iterator[Hit]:
    """A repeated push of the same drug, 96376, is for facilities; Medicare takes it on no professional claim.

    Why: Medicare allows a practitioner no unit of it, so the line is denied.

    Fix: Remove 96376; 96375 is for a push of another drug only.
    """
    for line in claim.lines_with("96376"):
        yield Hit(line.at("procedure"), "Medicare takes 96376 from facilities only.")


@rule(
    id="ADM029",
    name="local-anesthetic-only",
    severity="warning",
    snip=5,
    source="NCCI Policy Manual 2026, ch. XI, B.11, and the anesthesia rules of ch. III and IV",
    stc=("A8:454",),
    whole=True,
    triggers=ADMIN_INJECTION,
    hides=("DRG003", "NCI011"),
    beside=_LOCAL_ANESTHETICS,
    examples=(
        Bad({"HC:J3420*": "HC:J2003*", "ABK:E538": "ABK:D225"} | added("11402"), at=("2400", "SV101-2")),
        Good({"HC:J3420*": "HC:J2003*", "HC:96372*": "HC:11402*", "ABK:E538": "ABK:D225"}),
    ),
)
def local_anesthetic_only(claim: Claim, context: Context) -> Iterator[Hit]:
    """Numbing the site of one's own procedure is part of it, and not billed with 96372.

    The rule speaks when a local anesthetic is the only drug beside 96372 and a procedure.

    Why: The operator's anesthesia is paid with the procedure; 96372 for it is denied.

    Fix: Remove 96372 and, unless your payer pays it, the anesthetic.
    """

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        shots, procedures = of_codes(lines, ADMIN_INJECTION), of_codes(lines, _PROCEDURES)
        if not shots or not procedures:
            return []
        drugs = only_possible_drugs(lines, _LOCAL_ANESTHETICS, context.reference)
        return [*shots, *drugs, *procedures] if drugs else []

    for _, line, concerned in faults(context, _LOCAL_ANESTHETICS, find):
        yield Hit(
            line.at("procedure"),
            f"The only drug beside 96372 is a local anesthetic for {concerned[-1].procedure}{elsewhere(*concerned)}.",
        )


@rule(
    id="ADM030",
    name="self-injection-teaching",
    severity="info",
    snip=5,
    source="Code definitions of G0108 and G0109",
    stc=("A8:454",),
    whole=True,
    triggers=ADMIN_INJECTION,
    beside=_TEACHING,
    examples=(
        Bad({"HC:J3420*": "HC:G0108*", "ABK:E538": "ABK:E119"}, at=("2400", "SV101-2")),
        Good({"HC:J3420*": "HC:G0108*", "HC:96372*": "HC:36415*", "ABK:E538": "ABK:E119"}),
        Good({"ABF:I10": "ABF:E119"} | added("G0108")),
    ),
)
def self_injection_teaching(claim: Claim, context: Context) -> Iterator[Hit]:
    """Teaching a patient to inject, as in diabetes training G0108 or G0109, is not an injection 96372.

    The rule speaks when 96372 stands beside the training and the date has no drug.

    Why: No drug of the practice was given; 96372 for teaching is denied, or taken back later.

    Fix: Bill the training or the visit alone, or add the drug that was injected.
    """

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        shots, teaching = of_codes(lines, ADMIN_INJECTION), of_codes(lines, _TEACHING)
        if any(may_be_drug(line.procedure) or line.procedure in VACCINES for line in lines):
            return []
        return shots + teaching if shots and teaching else []

    for _, line, concerned in faults(context, _TEACHING, find):
        yield Hit(
            line.at("procedure"),
            f"96372 is billed beside training {concerned[-1].procedure} without a drug{elsewhere(*concerned)}.",
        )


@rule(
    id="ADM033",
    name="anesthesia-time-injection",
    severity="error",
    snip=7,
    source="NCCI Policy Manual 2026, ch. II; NCCI practitioner pair edits, third quarter of 2024",
    stc=("A8:454",),
    triggers=ADMIN_INJECTION | _ANESTHESIA,
    beside=_ANESTHESIA,
    examples=(
        Bad(added("99156"), at=("2400", "SV101-2")),
        Good({"HC:96372*": "HC:36415*"} | added("99156")),
        Good(added("99152")),
    ),
)
def injection_during_anesthesia(claim: Claim, context: Context) -> Iterator[Hit]:
    """An injection 96372 is included in anesthesia (00100-01999) and in sedation by another provider of the same date.

    Why: No modifier lets 96372 be paid beside these codes.

    Fix: Remove 96372.
    """
    for day in days_without_pairs(context):
        for line, shot, anesthesia in pairs(day, ADMIN_INJECTION, _ANESTHESIA):
            yield Hit(
                line.at("procedure"),
                f"96372 is included in {anesthesia.procedure} of the same date, whatever the modifier"
                f"{elsewhere(shot, anesthesia)}.",
            )
