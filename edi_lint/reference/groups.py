"""Groups of procedure codes, modifiers, places and diagnoses that several rules share.

Numbers only: a group says which codes belong together for a rule, not what a code
means, what it pays, or (save where a comment says so) when it was in force.
"""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from types import MappingProxyType
from typing import Any

__all__ = [
    "ADDON_PARENTS",
    "ADMIN_ALLERGY",
    "ADMIN_CHEMO",
    "ADMIN_INJECTION",
    "ADMIN_IV",
    "ADMIN_ON_BODY",
    "ADMIN_PREP",
    "ADMIN_RSV",
    "ADMIN_VACCINE",
    "ALLERGEN_SUPPLY",
    "B12_DIAGNOSES",
    "EM",
    "EM_EYE",
    "EM_OFFICE",
    "EM_PREVENTIVE",
    "HORMONAL_ANTINEOPLASTIC",
    "IMMUNE_GLOBULINS",
    "INFUSION_AND_INJECTION",
    "INITIAL_SERVICES",
    "OBSOLETE_INJECTION",
    "PALIVIZUMAB",
    "POS_FACILITY",
    "POS_HOSPITAL",
    "POS_TELEHEALTH",
    "PTP_COLUMN1_EM",
    "PTP_COLUMN1_EM_NEVER",
    "PTP_COLUMN1_OTHER",
    "PTP_COLUMN2_EM",
    "PTP_COLUMN2_NEVER",
    "PTP_MODIFIERS",
    "RSV_ANTIBODIES",
    "TELEHEALTH_MODIFIERS",
    "VACCINES",
    "CodeSpan",
    "code_range",
    "codes",
]


@cache
def code_range(first: str, last: str) -> frozenset[str]:
    """Every code from `first` to `last`, both included: `code_range("90581", "90759")`.

    The codes may open with letters if both open with the same ones. Raises ValueError
    for ends that do not make a range. Numbers never assigned are included.
    """
    letters = first.rstrip("0123456789")
    start, end = first[len(letters) :], last[len(letters) :]
    numbered = start.isdecimal() and end.isdecimal() and len(start) == len(end)
    if not (numbered and last.startswith(letters) and start <= end):
        raise ValueError(f"{first}-{last} is not a range of codes")
    numbers: Iterable[str] = map(str, range(int(start), int(end) + 1))
    if start[0] == "0":
        numbers = (number.zfill(len(start)) for number in numbers)
    return frozenset(map(letters.__add__, numbers))


class CodeSpan(AbstractSet[str]):
    """Every code from one end to the other, as `code_range`, but looked up and never written out.

    For spans of thousands, which every start would otherwise build before it reads anything. In a smaller group,
    written out, looking up costs less.
    """

    __slots__ = ("_first", "_last", "_letters", "_more", "_without")

    def __init__(
        self,
        first: str,
        last: str,
        more: AbstractSet[str] = frozenset(),
        without: AbstractSet[str] = frozenset(),
    ) -> None:
        self._first, self._last = first, last
        self._letters = len(first.rstrip("0123456789"))
        self._more, self._without = more, without

    _from_iterable = frozenset  # what it has in common with others is written out

    def __contains__(self, code: object) -> bool:
        if code in self._more:
            return True
        return (
            isinstance(code, str)
            and self._first <= code <= self._last
            and len(code) == len(self._first)
            and code.isascii()
            and code[self._letters :].isdecimal()
            and code not in self._without
        )

    def __or__(self, other: AbstractSet[Any]) -> AbstractSet[str]:
        return CodeSpan(self._first, self._last, self._more | other, self._without - other)

    __ror__ = __or__

    def __sub__(self, other: AbstractSet[Any]) -> AbstractSet[str]:
        return CodeSpan(self._first, self._last, self._more - other, self._without | other)

    def __iter__(self) -> Iterator[str]:
        return iter(code_range(self._first, self._last) - self._without | self._more)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return True  # without counting


def codes(text: str) -> frozenset[str]:
    """The codes of a text, which blanks set apart."""
    return frozenset(text.split())


# --- Administration -----------------------------------------------------------------

# The injection under the skin or into muscle that this linter is about.
ADMIN_INJECTION = codes("96372")

# Giving a vaccine, for any payer or (G codes) for Medicare.
ADMIN_VACCINE = codes("90460 90461 90471 90472 90473 90474 90480 90481 G0008 G0009 G0010")

# Giving an RSV antibody other than palivizumab.
ADMIN_RSV = codes("96380 96381")

# Giving an allergy shot.
ADMIN_ALLERGY = codes("95115 95117")

# Giving antineoplastic or highly complex drugs, by any route.
ADMIN_CHEMO = codes(
    "96401 96402 96405 96406 96409 96411 96413 96415 96416 96417 96420 96422 96423 96425 96440 96446 96450 96542"
)

# Hydration, infusion and push, with infusion under the skin and injection in an artery.
ADMIN_IV = codes("96360 96361") | code_range("96365", "96371") | code_range("96373", "96376")

# Applying an on-body injector.
ADMIN_ON_BODY = codes("96377")

# Medicare's injection of a drug that prevents HIV, from 2024-09-30.
ADMIN_PREP = codes("G0012")

# The families that belong to the facility when given in a hospital.
INFUSION_AND_INJECTION = code_range("96360", "96379") | code_range("96401", "96425")

# Codes once used, or used too loosely, for an injection that is 96372 since 2009.
OBSOLETE_INJECTION = codes("90772 90782 90788 90799 96379 G0351")

# At most one of these opens an encounter.
INITIAL_SERVICES = codes("96360 96365 96374 96409 96413")

# Add-on code to the codes it may follow. After hydration (96360) a push is itself the
# initial service, so 96375 and 96376 do not list it.
ADDON_PARENTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "96361": INITIAL_SERVICES,
        "96366": codes("96365"),
        "96367": INITIAL_SERVICES - {"96360"},
        "96368": INITIAL_SERVICES - {"96360"},
        "96370": codes("96369"),
        "96371": codes("96369"),
        "96375": INITIAL_SERVICES - {"96360"},
        "96376": INITIAL_SERVICES - {"96360"},
        "96411": codes("96409 96413"),
        "96415": codes("96413"),
        "96417": codes("96413"),
    }
)

# --- Products -----------------------------------------------------------------------

# Vaccine and toxoid products. 90480-90484 (giving, counselling) fall outside.
VACCINES = (
    codes("90476 90477") | code_range("90581", "90759") | code_range("91300", "91399") | code_range("Q2034", "Q2039")
)

# The RSV antibody that is still given with 96372.
PALIVIZUMAB = codes("90378")

# RSV antibodies: neither vaccines nor, here, immune globulins.
RSV_ANTIBODIES = PALIVIZUMAB | code_range("90380", "90382")

# Immune globulins given by injection.
IMMUNE_GLOBULINS = (code_range("90281", "90399") - RSV_ANTIBODIES) | codes("J1460 J1560 J1571 J1670 J2788 J2790 J2791")

# Preparing and supplying allergen extract.
ALLERGEN_SUPPLY = code_range("95144", "95170")

# Hormones given against cancer, which take 96402.
HORMONAL_ANTINEOPLASTIC = codes("J1952 J1954 J3315 J9155 J9202 J9217 J9393 J9394 J9395")

# --- Visits -------------------------------------------------------------------------

# Office visits, new and established.
EM_OFFICE = code_range("99202", "99205") | code_range("99211", "99215")

# Preventive and wellness visits.
EM_PREVENTIVE = code_range("99381", "99397") | codes("G0402 G0438 G0439")

# General eye visits.
EM_EYE = codes("92002 92004 92012 92014")

# Every visit that may carry modifier 25. Wider than the CPT section, since a visit
# missed here would have its good modifier called an error.
EM = (
    code_range("99202", "99499")
    | code_range("98000", "98016")
    | EM_EYE
    | EM_PREVENTIVE
    | code_range("G0380", "G0384")
    | code_range("G0406", "G0408")
    | code_range("G0425", "G0427")
    | code_range("G0466", "G0470")
    | codes("G0245 G0246 G0463 G0508 G0509")
    | codes("S0610 S0612 S0613 S0620 S0621 T1015")
)

# --- Code pairs with 96372 (NCCI, practitioner, third quarter of 2024) --------------
#
# Of a pair on one day, the code in column 1 is paid and the code in column 2 denied. A
# modifier of PTP_MODIFIERS on either lets both be paid, but never for a NEVER group.

# Visits denied beside 96372.
PTP_COLUMN2_EM = (EM_OFFICE - {"99211"}) | codes("99358 99359 99455 99456 99483 99497 G0463")

# Codes denied beside 96372 whatever the modifier.
PTP_COLUMN2_NEVER = codes("36591 36592 96523 99211")

# Visits beside which 96372 is denied.
PTP_COLUMN1_EM = codes(
    "99221 99222 99223 99234 99235 99236 99238 99239 99281 99282 99283 99284 99285"
    " 99291 99304 99305 99306 99315 99316 99341 99342 99344 99345 99347 99348 99349"
    " 99350 G0406 G0407 G0408 G0425 G0426 G0427"
)

# Visits beside which 96372 is denied whatever the modifier.
PTP_COLUMN1_EM_NEVER = codes("99231 99232 99233 99307 99308 99309 99310 99460 99461 99462 99463 99465")

# Other non-surgical codes beside which 96372 is denied.
PTP_COLUMN1_OTHER = codes(
    "96360 96365 96369 96374 96401 96402 96405 96406 96409 96413 96416 96420 96422"
    " 96425 96440 96446 96450 96542 95115 95117 95144 95145 95146 95147 95148 95149"
    " 95165 95170 95180 90460 86580 C8957 G0341 G0342 G0343 G0498 M0223 M0244 M0246"
)

# --- Modifiers ----------------------------------------------------------------------

# Modifiers that can set a bundled code apart.
PTP_MODIFIERS = codes(
    "24 25 27 57 58 59 78 79 91 XE XP XS XU"
    " LT RT E1 E2 E3 E4 LC LD LM RC RI"
    " FA F1 F2 F3 F4 F5 F6 F7 F8 F9 TA T1 T2 T3 T4 T5 T6 T7 T8 T9"
)

# Modifiers that say the patient was elsewhere. FR is none: it says so of the supervisor.
TELEHEALTH_MODIFIERS = codes("93 95 FQ G0 GQ GT")

# --- Places of service for 96372 ----------------------------------------------------

# The hospital bills the injection; the practitioner is never paid for it.
POS_HOSPITAL = codes("19 21 22 23")

# The injection is normally part of the facility's own payment.
POS_FACILITY = codes("24 26 31 34 41 42 51 52 53 56 61")

# Nobody can be injected there.
POS_TELEHEALTH = codes("02 10")

# --- Diagnoses ----------------------------------------------------------------------

# How codes that support vitamin B12 begin. A tuple, as str.startswith wants; a
# clinical list of ours, not a payer's.
B12_DIAGNOSES = (
    "B700",
    "D51",
    "D52",
    "D531",
    "E538",
    "E71120",
    "E71121",
    "E7211",
    "G320",
    "K294",
    "K3183",
    "K50",
    "K51",
    "K90",
    "K912",
)
