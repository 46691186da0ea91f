"""ADM: giving vaccines (ADM001-ADM006, ADM034). Immune globulins and antibodies are in `immune_globulins`.

It knows which codes are vaccines and which give them, not whether a vaccine was due, nor which a state supplies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from ..claims import Claim, DayLine
from ..reference.groups import ADMIN_INJECTION, ADMIN_VACCINE, VACCINES, code_range, codes
from .examples import added, patient, payer
from .registry import Bad, Context, Good, Hit, rule
from .same_day import (
    LEGACY_COVID_ADMIN,
    elsewhere,
    faults,
    of_codes,
    only_possible_drugs,
    pairs,
    spare_vaccine_admins,
)
from .signs import procedure_in

_GIVEN = ADMIN_VACCINE | LEGACY_COVID_ADMIN
_COUNSELLED = frozenset({"90460", "90461"})
_PLAIN = frozenset({"90471", "90472", "90473", "90474"})
_WITH_PRODUCT = ADMIN_VACCINE - {"90461", "90481"}
"""What gives one vaccine, and so asks for its line: not the further components of 90460."""
_COVID = code_range("91300", "91399")
_LEGACY_ENDED = date(2023, 12, 31)
_90480_SINCE = date(2023, 9, 11)

_MEDICARE_CODES = (
    (
        "G0008",
        "influenza",
        codes(
            "90630 90653 90654 90655 90656 90657 90658 90660 90661 90662 90672 90673 90674 90682 90685 90686 90687"
            " 90688 90694 90756"
        )
        | code_range("Q2034", "Q2039"),
    ),
    ("G0009", "pneumococcal", codes("90670 90671 90677 90684 90732")),
    ("G0010", "hepatitis B", codes("90739 90740 90743 90744 90746 90747 90759")),
)
"""What Medicare wants a vaccine to be given with. Combinations with other antigens are left out."""

_VACCINE = {"HC:J3420*": "HC:90715*"}
_CHILD = patient("20200110", "F")


@rule(
    id="ADM001",
    name="vaccine-billed-96372",
    severity="error",
    snip=5,
    source="NCCI Policy Manual 2026, ch. XI, B.13 and B.15",
    stc=("A8:454",),
    whole=True,
    triggers=ADMIN_INJECTION | VACCINES,
    hides=("DX014", "DRG001", "ADM002"),
    beside=VACCINES,
    examples=(
        Bad(_VACCINE, at=("2400", "SV101-2")),
        Bad({"HC:J3420*": "HC:90656*"}, at=("2400", "SV101-2")),
        Good(_VACCINE | {"HC:96372*": "HC:90471*"}),
        Good(added("90471", "90715")),
        # The vaccine may have been given elsewhere: 96372 has a drug of its own.
        Good(added("90715")),
        Good({"HC:J3420*": "HC:90378*", "ABK:E538": "ABK:Z2911"}),
    ),
)
def vaccine_billed_96372(claim: Claim, context: Context) -> Iterator[Hit]:
    """A vaccine or toxoid is given with a vaccine administration code, never with 96372.

    The rule speaks when a vaccine and 96372 share a date, no vaccine administration is billed and no drug is there that
    96372 could be for.

    Why: 96372 is for therapeutic drugs. Payers deny it beside a vaccine, and the vaccine then has no administration.

    Fix: Bill 90471 (each further vaccine 90472), up to 18 years with counselling 90460 and 90461, COVID-19 90480;
    for Medicare G0008 (influenza), G0009 (pneumococcal) or G0010 (hepatitis B).
    """

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        shots = of_codes(lines, ADMIN_INJECTION)
        if not shots or of_codes(lines, _GIVEN):
            return []
        vaccines = only_possible_drugs(lines, VACCINES, context.reference)
        return shots + vaccines if vaccines else []

    for _, line, concerned in faults(context, VACCINES, find):
        vaccine = next(other for other in concerned if other.procedure in VACCINES)
        yield Hit(
            line.at("procedure"),
            f"Vaccine {vaccine.procedure} was billed with 96372, which does not give vaccines{elsewhere(*concerned)}.",
        )


@rule(
    id="ADM002",
    name="vaccine-admin-plus-96372",
    severity={"medicare": "error", "medicaid": "error", "commercial": "warning"},
    snip=5,
    source="NCCI Policy Manual 2026, ch. XI, B.13",
    stc=("A8:454",),
    whole=True,
    triggers=ADMIN_INJECTION | VACCINES | ADMIN_VACCINE,
    # 90460 beside 96372 would need modifier 59: here the cure is another.
    hides=("DRG001", "DX014", "NCI014"),
    beside=VACCINES,
    examples=(
        Bad(_VACCINE | added("90471"), at=("2400", "SV101-2"), severity="warning"),
        Bad(_VACCINE | added("90471") | payer("MC"), at=("2400", "SV101-2"), severity="error"),
        Good(added("90471", "90715")),
        Good({"HC:J3420*": "HC:J3490:::::TESTDRUG 5MG*"} | added("90471", "90715")),
    ),
)
def vaccine_admin_plus_96372(claim: Claim, context: Context) -> Iterator[Hit]:
    """Beside a vaccine and its administration, 96372 needs a drug of its own on the same date.

    Why: The vaccine administration already pays for the shot; 96372 on top bills it twice.

    Fix: Remove 96372, or add the line of the other drug that was injected.
    """

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        shots = of_codes(lines, ADMIN_INJECTION)
        given = of_codes(lines, _GIVEN)
        if not shots or not given:
            return []
        vaccines = only_possible_drugs(lines, VACCINES, context.reference)
        return [*shots, *given, *vaccines] if vaccines else []

    for _, line, concerned in faults(context, VACCINES, find):
        given = next(other for other in concerned if other.procedure in _GIVEN)
        yield Hit(
            line.at("procedure"),
            f"96372 has no drug of its own: vaccine administration {given.procedure} already covers the shot"
            f"{elsewhere(*concerned)}.",
        )


@rule(
    id="ADM003",
    name="90460-age",
    severity="error",
    snip=5,
    source="NCCI Policy Manual 2026, ch. XI, B.13 (through 18 years of age)",
    stc=("A8:475",),
    triggers=_COUNSELLED,
    examples=(
        Bad(
            _VACCINE | {"HC:96372*": "HC:90460*"} | patient("20070115", "F"),
            at=("2400", "SV101-2"),
        ),
        # Nineteen on the day after.
        Good(_VACCINE | {"HC:96372*": "HC:90460*"} | patient("20070116", "F")),
        Good(_VACCINE | {"HC:96372*": "HC:90471*"} | patient("19400701", "M")),
    ),
)
def age_for_90460(claim: Claim, context: Context) -> Iterator[Hit]:
    """Vaccine administration with counselling, 90460 and 90461, is for patients through 18 years of age.

    Why: Payers check the age on the date of service and deny it from the 19th birthday on.

    Fix: Bill 90471 and 90472 instead.
    """
    birth = claim.patient_birth_date
    if birth is None:
        return
    for day in context.days:
        line = next((own.line for own in day.own if own.procedure in _COUNSELLED), None)
        on = day.service_date
        years = on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
        if line is not None and years > 18:
            yield Hit(
                line.at("procedure"),
                f"{line.procedure} is for patients through 18 years of age; this patient is older on {on.isoformat()}.",
            )


@rule(
    id="ADM004",
    name="vaccine-admin-mixed-ranges",
    severity="error",
    snip=7,
    source="NCCI Policy Manual 2026, ch. XI, B.13",
    stc=("A8:454",),
    triggers=_COUNSELLED | _PLAIN,
    examples=(
        Bad(
            _VACCINE | {"HC:96372*": "HC:90460*"} | _CHILD | added("90471", "90707"),
            at=("2400", "SV101-2"),
        ),
        Good(_VACCINE | {"HC:96372*": "HC:90460*"} | _CHILD | added("90461")),
        Good(_VACCINE | {"HC:96372*": "HC:90471*"} | added("90472", "90707")),
    ),
)
def vaccine_admin_mixed_ranges(claim: Claim, context: Context) -> Iterator[Hit]:
    """On one date, vaccines are given either with 90460 and 90461 or with 90471 to 90474, not with both.

    Why: Payers pay the counselling codes and deny the others on the same date, whatever the modifier.

    Fix: Use one family for all vaccines of the date.
    """
    for day in context.days:
        hits = pairs(day, _PLAIN, _COUNSELLED)
        for line, plain, counselled in hits:
            yield Hit(
                line.at("procedure"),
                f"{plain.procedure} and {counselled.procedure} are two ways to bill vaccine administration; "
                f"a date takes one{elsewhere(plain, counselled)}.",
            )
            break


@rule(
    id="ADM005",
    name="medicare-g-vaccine-admin",
    severity={"medicare": "error", "medicaid": "off", "commercial": "off"},
    snip=7,
    source="NCCI Policy Manual 2026, ch. XI, B.13",
    stc=("A8:454",),
    whole=True,
    triggers=VACCINES | _PLAIN | ADMIN_INJECTION | {"90460"},
    hides=("ADM001",),
    examples=(
        Bad(
            {"HC:J3420*": "HC:90662*", "HC:96372*": "HC:90471*"} | payer("MB"),
            at=("2400", "SV101-2"),
            severity="error",
        ),
        Bad({"HC:J3420*": "HC:90677*"} | payer("MB"), at=("2400", "SV101-2"), severity="error"),
        Bad(
            {"HC:J3420*": "HC:90746*", "HC:96372*": "HC:90471*"} | payer("HM"),
            at=("2400", "SV101-2"),
            severity="warning",
        ),
        Good({"HC:J3420*": "HC:90662*", "HC:96372*": "HC:G0008*"} | payer("MB")),
        Good({"HC:J3420*": "HC:90662*", "HC:96372*": "HC:90471*"}),
        # The tetanus vaccine takes 90471 from Medicare too.
        Good({"HC:J3420*": "HC:90662*", "HC:96372*": "HC:G0008*"} | added("90471", "90715") | payer("MB")),
        Good(_VACCINE | {"HC:96372*": "HC:90471*"} | payer("MB")),
    ),
)
def medicare_g_vaccine_admin(claim: Claim, context: Context) -> Iterator[Hit]:
    """Medicare takes G0008 for giving an influenza vaccine, G0009 for pneumococcal and G0010 for hepatitis B.

    Why: Medicare pays these vaccines under a benefit of their own and denies 90460, 90471-90474 or 96372 for them.

    Fix: Replace the administration code with G0008, G0009 or G0010.
    """

    def missing(lines: Sequence[DayLine]) -> list[tuple[str, str, list[DayLine]]]:
        billed = {line.procedure for line in lines}
        return [
            (code, kind, of_codes(lines, products))
            for code, kind, products in _MEDICARE_CODES
            if code not in billed and not billed.isdisjoint(products)
        ]

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        wanting = [line for _, _, products in missing(lines) for line in products]
        if not wanting:
            return []
        wrong = spare_vaccine_admins(lines, VACCINES - {line.procedure for line in wanting})
        if not of_codes(lines, _GIVEN) and only_possible_drugs(lines, VACCINES, context.reference):
            wrong = of_codes(lines, ADMIN_INJECTION)
        return wrong + wanting if wrong else []

    for day, line, concerned in faults(context, VACCINES, find):
        wanted = " and ".join(f"{code} for {kind} vaccine" for code, kind, _ in missing(day.lines))
        yield Hit(
            line.at("procedure"),
            f"Medicare takes {wanted}, not {concerned[0].procedure}{elsewhere(*concerned)}.",
        )


@rule(
    id="ADM006",
    name="covid-admin",
    severity="error",
    snip=5,
    source="NCCI Policy Manual 2026, ch. XI, B.15; NCCI practitioner edits, rows of the old codes end 2023-12-31",
    stc=("A8:454",),
    whole=True,
    triggers=_COVID | LEGACY_COVID_ADMIN | _PLAIN | ADMIN_INJECTION | {"90460"},
    hides=("ADM001",),
    watch={"SV1": procedure_in(_COVID | LEGACY_COVID_ADMIN)},
    examples=(
        Bad({"HC:J3420*": "HC:91322*"}, at=("2400", "SV101-2")),
        Bad({"HC:J3420*": "HC:91322*", "HC:96372*": "HC:90471*"}, at=("2400", "SV101-2")),
        Bad({"HC:J3420*": "HC:91322*", "HC:96372*": "HC:0001A*"}, at=("2400", "SV101-2")),
        Good({"HC:J3420*": "HC:91322*", "HC:96372*": "HC:90480*"}),
        Good({"HC:J3420*": "HC:91322*", "HC:96372*": "HC:90480*"} | added("90471", "90715")),
    ),
)
def covid_admin(claim: Claim, context: Context) -> Iterator[Hit]:
    """A COVID-19 vaccine is given with 90480 since 2023-09-11; the older codes 0001A to 0174A ended in 2023.

    Why: 96372, 90460 and 90471 do not cover it, and an ended code is rejected as invalid.

    Fix: Bill 90480, one unit for each dose.
    """

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        doses = of_codes(lines, _COVID)
        if not doses or of_codes(lines, {"90480"} | LEGACY_COVID_ADMIN):
            return []
        wrong = spare_vaccine_admins(lines, VACCINES - _COVID)
        if not of_codes(lines, _GIVEN) and only_possible_drugs(lines, VACCINES, context.reference):
            wrong = of_codes(lines, ADMIN_INJECTION)
        return wrong + doses if wrong else []

    for _, line, concerned in faults(context, _COVID, find, since=_90480_SINCE):
        yield Hit(
            line.at("procedure"),
            f"COVID-19 vaccine {concerned[-1].procedure} is given with 90480, not with {concerned[0].procedure}"
            f"{elsewhere(*concerned)}.",
        )
    for day in context.days:
        for own in day.own:
            if own.line is not None and own.procedure in LEGACY_COVID_ADMIN and day.service_date > _LEGACY_ENDED:
                yield Hit(
                    own.line.at("procedure"),
                    f"{own.procedure} ended in 2023; a COVID-19 vaccine of {day.service_date.isoformat()} takes 90480.",
                )


@rule(
    id="ADM034",
    name="vaccine-admin-without-product",
    severity="info",
    snip=4,
    source="AAP vaccine coding; Vaccines for Children practice",
    stc=("A6:454",),
    whole=True,
    triggers=_WITH_PRODUCT,
    examples=(
        Bad({"HC:96372*": "HC:90471*"}, at=("2400", "SV101-2")),
        Good(_VACCINE | {"HC:96372*": "HC:90471*"}),
        # A vaccine that the state supplies.
        Good({"HC:96372*": "HC:90471:SL*"}),
    ),
)
def vaccine_admin_without_product(claim: Claim, context: Context) -> Iterator[Hit]:
    """A vaccine administration without the line of the vaccine on its date.

    Modifier SL (state-supplied vaccine) on a line of the date silences the rule, and so does the option
    `vaccine-product-required = false`, for payers that want no line for a vaccine that was free.

    Why: Most payers want to see which vaccine was given, and deny the administration without it.

    Fix: Add the vaccine, at 0 dollars and with modifier SL if the state supplied it and your payer asks for that.
    """
    if not context.options.get("vaccine-product-required", True):
        return

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        if of_codes(lines, VACCINES) or any("SL" in line.modifiers for line in lines):
            return []
        return of_codes(lines, _WITH_PRODUCT)

    for _, line, concerned in faults(context, _WITH_PRODUCT, find):
        yield Hit(line.at("procedure"), f"{concerned[0].procedure} gives a vaccine, but no vaccine is on its date.")
