"""ADM: giving immune globulins and the antibodies against RSV (ADM007-ADM011), which are no vaccines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from ..claims import Claim, DayLine
from ..reference.groups import (
    ADMIN_INJECTION,
    ADMIN_IV,
    ADMIN_RSV,
    ADMIN_VACCINE,
    IMMUNE_GLOBULINS,
    PALIVIZUMAB,
    RSV_ANTIBODIES,
    VACCINES,
)
from .examples import added, payer
from .registry import Bad, Context, Good, Hit, rule
from .same_day import LEGACY_COVID_ADMIN, elsewhere, faults, of_codes, only_possible_drugs, spare_vaccine_admins

_LONG_ACTING = RSV_ANTIBODIES - PALIVIZUMAB
_96380_SINCE = date(2023, 10, 6)
_SHOT_ADMIN = frozenset({"90460", "90471", "90472", "90473", "90474"})
_PASSIVE = ADMIN_INJECTION | ADMIN_IV
_GIVEN = ADMIN_VACCINE | LEGACY_COVID_ADMIN
# Against rabies, hepatitis B and tetanus.
_AFTER_EXPOSURE = frozenset({"90371", "90375", "90376", "90377", "90389", "J1571", "J1670"})
_RHO_D = {"90384": "J2790", "90386": "J2791"}

_RSV_SEASON = {"ABK:E538": "ABK:Z2911"}
_RABIES_IG = {"HC:J3420*": "HC:90375*"}
_RH_NEGATIVE = {"ABK:E538": "ABK:Z2913"}


@rule(
    id="ADM007",
    name="rsv-antibody-admin",
    severity="error",
    snip=5,
    source="AAP News 2023-10-06 and AAP coding page on nirsevimab",
    stc=("A8:454",),
    whole=True,
    triggers=_LONG_ACTING | ADMIN_INJECTION | _SHOT_ADMIN,
    hides=("DRG002", "DRG003", "ADM034"),
    beside=RSV_ANTIBODIES,
    examples=(
        Bad({"HC:J3420*": "HC:90380*"} | _RSV_SEASON, at=("2400", "SV101-2")),
        Bad({"HC:J3420*": "HC:90381*", "HC:96372*": "HC:90471*"} | _RSV_SEASON, at=("2400", "SV101-2")),
        Good({"HC:J3420*": "HC:90380*", "HC:96372*": "HC:96380*"} | _RSV_SEASON),
        Good({"HC:J3420*": "HC:90378*"} | _RSV_SEASON),
    ),
)
def rsv_antibody_admin(claim: Claim, context: Context) -> Iterator[Hit]:
    """The RSV antibodies 90380, 90381 and 90382 are given with 96380 or 96381 since 2023-10-06.

    The rule is silent where 96372 may be for another drug of the date.

    Why: They have administration codes of their own; 96372 and the vaccine codes are denied for them.

    Fix: Bill 96380 with counselling, 96381 without.
    """

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        doses = of_codes(lines, _LONG_ACTING)
        if not doses or of_codes(lines, ADMIN_RSV):
            return []
        wrong = spare_vaccine_admins(lines)
        if only_possible_drugs(lines, _LONG_ACTING, context.reference):
            wrong = of_codes(lines, ADMIN_INJECTION) + wrong
        return wrong + doses if wrong else []

    for _, line, concerned in faults(context, _LONG_ACTING, find, since=_96380_SINCE):
        yield Hit(
            line.at("procedure"),
            f"RSV antibody {concerned[-1].procedure} is given with 96380 or 96381, not with {concerned[0].procedure}"
            f"{elsewhere(*concerned)}.",
        )


@rule(
    id="ADM008",
    name="palivizumab-admin",
    severity="error",
    snip=5,
    source="AAP News, correction to 2023-10-06: 96380 and 96381 are not for palivizumab",
    stc=("A8:454",),
    whole=True,
    triggers=PALIVIZUMAB | ADMIN_RSV | _SHOT_ADMIN,
    hides=("DRG002", "ADM034"),
    beside=PALIVIZUMAB,
    examples=(
        Bad({"HC:J3420*": "HC:90378*", "HC:96372*": "HC:96380*"} | _RSV_SEASON, at=("2400", "SV101-2")),
        Bad({"HC:J3420*": "HC:90378*", "HC:96372*": "HC:90471*"} | _RSV_SEASON, at=("2400", "SV101-2")),
        Good({"HC:J3420*": "HC:90378*"} | _RSV_SEASON),
        Good({"HC:J3420*": "HC:90378*"} | _RSV_SEASON | added("90471", "90715")),
    ),
)
def palivizumab_admin(claim: Claim, context: Context) -> Iterator[Hit]:
    """Palivizumab, 90378, is still given with 96372: the codes 96380 and 96381 are for the newer RSV antibodies.

    Why: Payers deny 96380, 96381 and the vaccine codes for it.

    Fix: Bill 96372 with 90378.
    """

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        doses = of_codes(lines, PALIVIZUMAB)
        if not doses or of_codes(lines, ADMIN_INJECTION):
            return []
        wrong = spare_vaccine_admins(lines)
        if not of_codes(lines, _LONG_ACTING):
            wrong = of_codes(lines, ADMIN_RSV) + wrong
        return wrong + doses if wrong else []

    for _, line, concerned in faults(context, PALIVIZUMAB, find):
        yield Hit(
            line.at("procedure"),
            f"Palivizumab 90378 is given with 96372, not with {concerned[0].procedure}{elsewhere(*concerned)}.",
        )


@rule(
    id="ADM009",
    name="immune-globulin-admin",
    severity="error",
    snip=5,
    source="CPT introduction to 90281-90399, as quoted by the AAP",
    stc=("A8:454",),
    whole=True,
    triggers=IMMUNE_GLOBULINS | _SHOT_ADMIN,
    hides=("ADM010", "ADM034", "DRG002"),
    beside=IMMUNE_GLOBULINS,
    examples=(
        Bad(_RABIES_IG | {"HC:96372*": "HC:90471*"}, at=("2400", "SV101-2")),
        Good(_RABIES_IG),
        Good(_RABIES_IG | added("90471", "90675")),
    ),
)
def immune_globulin_admin(claim: Claim, context: Context) -> Iterator[Hit]:
    """An immune globulin is given with 96372, or into a vein with 96365 or 96374, not with a vaccine code.

    The rule speaks when there are more vaccine administrations than vaccines on the date.

    Why: An immune globulin is a drug, not a vaccine; payers deny the vaccine administration for it.

    Fix: Bill 96372 for an immune globulin into muscle or under the skin.
    """

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        products = of_codes(lines, IMMUNE_GLOBULINS)
        if not products or of_codes(lines, _PASSIVE):
            return []
        wrong = spare_vaccine_admins(lines)
        return wrong + products if wrong else []

    for _, line, concerned in faults(context, IMMUNE_GLOBULINS, find):
        yield Hit(
            line.at("procedure"),
            f"Immune globulin {concerned[-1].procedure} is given with 96372, not with vaccine administration "
            f"{concerned[0].procedure}{elsewhere(*concerned)}.",
        )


@rule(
    id="ADM010",
    name="ig-plus-vaccine",
    severity="info",
    snip=5,
    source="NCCI Policy Manual 2026, ch. XI, B.13; CPT introduction to 90281-90399, as quoted by the AAP",
    stc=("A6:454",),
    whole=True,
    triggers=_AFTER_EXPOSURE | VACCINES,
    beside=IMMUNE_GLOBULINS,
    examples=(
        Bad(_RABIES_IG | {"HC:96372*": "HC:90471*"} | added("90675"), at=("2400", "SV101-2")),
        Bad(_RABIES_IG | added("90675"), at=("2400", "SV101-2")),
        Good(_RABIES_IG | added("90471", "90675")),
        Good(_RABIES_IG),
    ),
)
def immune_globulin_plus_vaccine(claim: Claim, context: Context) -> Iterator[Hit]:
    """An immune globulin against rabies, hepatitis B or tetanus with a vaccine on the same date: two administrations.

    Why: Globulin and vaccine are two injections at two sites, and each is paid; often only one is billed.

    Fix: Bill 96372 for the globulin and 90471 (or the payer's code) for the vaccine.
    """

    def find(lines: Sequence[DayLine]) -> list[DayLine]:
        globulins, vaccines = of_codes(lines, _AFTER_EXPOSURE), of_codes(lines, VACCINES)
        passive, active = of_codes(lines, _PASSIVE), of_codes(lines, _GIVEN)
        if not globulins or not vaccines or bool(passive) == bool(active):
            return []
        return vaccines + globulins if passive else globulins + vaccines

    for _, line, concerned in faults(context, _AFTER_EXPOSURE, find):
        lacking = concerned[0].procedure
        what = "vaccine administration, such as 90471," if lacking in VACCINES else "injection, 96372,"
        yield Hit(
            line.at("procedure"),
            f"The {what} for {lacking} is not billed, but globulin and vaccine were given on the date"
            f"{elsewhere(*concerned)}.",
        )


@rule(
    id="ADM011",
    name="rhig-code-by-payer",
    severity={"medicare": "error", "medicaid": "off", "commercial": "off"},
    snip=7,
    source="NCCI practitioner unit edits, third quarter of 2024: none allowed for 90384 and 90386",
    stc=("A7:454",),
    triggers=_RHO_D,
    examples=(
        Bad({"HC:J3420*": "HC:90384*"} | _RH_NEGATIVE | payer("MB"), at=("2400", "SV101-2"), severity="error"),
        Bad({"HC:J3420*": "HC:90386*"} | _RH_NEGATIVE | payer("16"), at=("2400", "SV101-2"), severity="warning"),
        Good({"HC:J3420*": "HC:J2790:JZ*"} | _RH_NEGATIVE | payer("MB")),
        Good({"HC:J3420*": "HC:90385*"} | _RH_NEGATIVE | payer("MB")),
        Good({"HC:J3420*": "HC:90384*"} | _RH_NEGATIVE),
    ),
)
def rhig_code_by_payer(claim: Claim, context: Context) -> Iterator[Hit]:
    """Medicare does not take 90384 and 90386 for Rho(D) immune globulin, but J2790 and J2791.

    Why: Medicare allows no unit of the two codes, so the line is denied.

    Fix: Bill J2790 for a full dose into muscle, J2791 per 100 units of the kind that may also go into a vein.
    """
    for line in claim.lines:
        if line.procedure in _RHO_D:
            yield Hit(line.at("procedure"), f"Medicare takes {_RHO_D[line.procedure]} instead of {line.procedure}.")
