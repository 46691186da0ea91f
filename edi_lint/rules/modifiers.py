"""MOD: modifiers on any line: where 25 belongs, repeats, shape, order and contradictions.

What concerns 96372 alone is in `modifiers_injection`, what payers ask for drugs in `modifiers_medicare`. Of
HCPCS's modifiers no table is shipped: a well-formed one that nobody ever defined passes, unless the user has loaded
CMS's list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from ..claims import Claim, ServiceLine
from ..reference import Reference, groups
from ..reference.groups import codes
from ..x12 import Segment
from .drug_lines import INJECTION, is_drug
from .registry import Bad, Context, Good, Hit, rule
from .same_day import DISTINCT_SERVICE
from .signs import both, filled, looks_at, modifier_in, procedure_not_in, repeated_modifiers

_VISIT_MODIFIERS = ("24", "25", "27", "57")
# Visits in all but the section of the code book: psychiatric evaluations, the pelvic and breast examination and urgent
# care fees. Payers take 25 on them, so it is no error there.
_VISITS_TOO = frozenset({"90791", "90792", "G0101", "S9083", "S9088"})
_LEVEL_II = re.compile(r"(?!P[1-6])[A-Z][A-Z0-9]")
"""Modifiers that CMS lists. Those that begin with a digit, and P1 to P6, are CPT's."""
_ALWAYS_LISTED = "RT"
_OF_DIGITS = codes(
    "22 23 24 25 26 27 32 33 47 50 51 52 53 54 55 56 57 58 59 62 63 66 73 74 76 77 78 79 80 81 82 90 91 92 93 95 96 97"
    " 99"
)
"""CPT's modifiers of two digits."""
_SHAPE = re.compile(r"[A-Z0-9]{2}")
_PROCEDURE = re.compile(r"[A-Z0-9]{5}")
_LAST_DAYS = {"JG": date(2024, 12, 31), "GD": date(2019, 12, 31)}
"""Modifiers that CMS has ended, with the last date of service that they are valid for."""
_PRICING = frozenset({"26", "50", "52", "53", "AA", "P1", "P2", "P3", "P4", "P5", "P6"})
_PAYMENT = DISTINCT_SERVICE | {"25", "76", "77", "GA"}
_INFORMATIONAL = frozenset({"RT", "LT", "JZ", "JW"})


def _misplaced_visit_modifiers(line: ServiceLine) -> list[str]:
    """24, 25, 27 or 57 on a line that is no visit. A malformed code may have been one: rule STR012 tells of it."""
    found = [modifier for modifier in dict.fromkeys(line.modifiers) if modifier in _VISIT_MODIFIERS]
    if not found or line.procedure in groups.EM or line.procedure in _VISITS_TOO:
        return []
    return found if _PROCEDURE.fullmatch(line.procedure) else []


@rule(
    id="MOD001",
    name="25-on-non-em",
    severity="error",
    snip=5,
    source="CPT, modifiers 24, 25, 27 and 57; NCCI Policy Manual 2026 I.E",
    stc=("A8:453",),
    watch={"SV1": both(modifier_in(_VISIT_MODIFIERS), procedure_not_in(groups.EM | _VISITS_TOO))},
    examples=(
        Bad({"HC:96372*": "HC:96372:25*"}, at=("2400", "SV101-3")),
        Bad({"HC:96372*": "HC:96372:59:24*"}, at=("2400", "SV101-4")),
        Bad({"HC:J3420*": "HC:J3420:57*"}, at=("2400", "SV101-3")),
        Good({"HC:99213:25": "HC:92012:25"}),
        Good({"HC:99213:25": "HC:99213:24:25"}),
    ),
)
def visit_modifier_on_non_visit(claim: Claim, context: Context) -> Iterator[Hit]:
    """Modifiers 24, 25, 27 and 57 belong on a visit code (E/M); on 96372 or any other code they are wrong.

    Why: 25 says that the visit was separate from the injection, so it has no meaning on the injection. The line is
    denied, and the visit, still without its 25, is denied with it.

    Fix: Take the modifier off this line. If there was a separate visit on that day, put 25 on the visit.
    """
    for line in claim.lines:
        for modifier in _misplaced_visit_modifiers(line):
            yield Hit(
                line.modifier_spot(modifier),
                f"Modifier {modifier} stands on {line.procedure}, line {line.number}; it goes on visit codes only.",
            )


@rule(
    id="MOD002",
    name="dup-modifier-line",
    severity="error",
    snip=5,
    source="CMS edit X222.351.2400.SV101-3.040 (CEDI)",
    stc=("A7:453",),
    watch={"SV1": repeated_modifiers},
    examples=(
        Bad({"HC:96372*": "HC:96372:59:59*"}, at=("2400", "SV101-4")),
        Bad({"HC:99213:25*": "HC:99213:25:Q6:25*"}, at=("2400", "SV101-5")),
        Good({"HC:99213:25*": "HC:99213:25:Q6*"}),
    ),
)
def repeated_modifier(claim: Claim, context: Context) -> Iterator[Hit]:
    """A modifier may stand only once on a line.

    Why: Payers reject a line that repeats a modifier.

    Fix: Keep the modifier once. If another was meant, enter that one.
    """
    for line in claim.lines:
        modifiers = line.modifiers
        if len(set(modifiers)) == len(modifiers):
            continue
        for modifier in dict.fromkeys(modifiers):
            if modifiers.count(modifier) > 1 and _SHAPE.fullmatch(modifier):  # Of others rule MOD003 tells.
                yield Hit(
                    line.modifier_spot(modifier, 2),
                    f"Modifier {modifier} stands more than once on line {line.number}.",
                )


@looks_at(1)
def _is_no_modifier(segment: Segment, reference: Reference) -> bool:
    """A service line with a modifier of another shape, one that has ended, or one for which a list is to be asked."""
    sent = [modifier for number in range(3, 7) if (modifier := segment.get(1, number))]
    lists = reference.loaded.editions("hcpcs")
    return any(
        modifier in _LAST_DAYS
        or not _SHAPE.fullmatch(modifier)
        or _is_unknown_to_cpt(modifier)
        or (lists and _LEVEL_II.fullmatch(modifier))
        for modifier in sent
    )


@rule(
    id="MOD003",
    name="modifier-valid-on-dos",
    severity="error",
    snip=5,
    source="CMS HCPCS file (ends of JG and GD); shape of CPT and HCPCS modifiers",
    stc=("A7:453",),
    speaks_for=tuple(
        f"{kind} 2400/SV1/SV101-{position}" for kind in ("too-short", "too-long") for position in range(3, 7)
    ),
    message="{element} on line {line} is no modifier: a modifier has two characters, letters in capitals or digits.",
    watch={"SV1": _is_no_modifier},
    examples=(
        Bad({"HC:96372*": "HC:96372:5*"}, at=("2400", "SV101-3")),
        Bad({"HC:99213:25*": "HC:99213:25:259*"}, at=("2400", "SV101-4")),
        Bad({"HC:J3420*": "HC:J3420:jz*"}, at=("2400", "SV101-3")),
        Bad({"HC:J3420*": "HC:J3420:JG*"}, at=("2400", "SV101-3")),
        Bad({"HC:99213:25*": "HC:99213:25:GD*"}, at=("2400", "SV101-4")),
        Bad({"HC:99213:25*": "HC:99213:25:29*"}, at=("2400", "SV101-4"), severity="warning"),
        Good({"HC:J3420*": "HC:J3420:TB*"}),
    ),
)
def modifier_valid_on_date(claim: Claim, context: Context) -> Iterator[Hit]:
    """A modifier has two characters, capitals or digits, and must be valid on the date of service.

    JG ended with 2024 and GD with 2019. Of other modifiers that begin with a letter, CMS's list of HCPCS Level II
    tells, if you have loaded that of the quarter. JG to Medicare and Medicaid is the subject of rule MOD017, which
    names what replaced it.

    Why: Payers look the modifier up by the date of service and reject a line with one they do not find.

    Fix: Enter a modifier that is valid on the date of service.
    """
    for line in claim.lines:
        for modifier in dict.fromkeys(line.modifiers):
            if _looks_sent_whole(modifier) and not _SHAPE.fullmatch(modifier):
                yield Hit(
                    line.modifier_spot(modifier),
                    f"What stands as a modifier on line {line.number} is none: a modifier is two capitals or digits.",
                )
            elif (last := _LAST_DAYS.get(modifier)) and line.service_from is not None and line.service_from > last:
                if modifier == "JG" and context.scope in ("medicare", "medicaid"):
                    continue
                yield Hit(
                    line.modifier_spot(modifier),
                    f"Modifier {modifier} on line {line.number} ended on {last.isoformat()}, "
                    f"before the service of {line.service_from.isoformat()}.",
                )
            elif _is_unknown_to_cpt(modifier):
                words = f"Modifier {modifier} on line {line.number} is none of CPT's; some payers have their own."
                yield Hit(line.modifier_spot(modifier), words, severity="warning")
            elif line.service_from is not None and (wrong := _by_the_list(modifier, line.service_from, context)):
                yield Hit(line.modifier_spot(modifier), f"Modifier {modifier} on line {line.number} {wrong}.")


def _is_unknown_to_cpt(modifier: str) -> bool:
    """Whether it has two digits, as only CPT's modifiers do, and is none of them."""
    return modifier.isdecimal() and len(modifier) == 2 and modifier not in _OF_DIGITS


def _by_the_list(modifier: str, day: date, context: Context) -> str:
    """What the loaded list of the day says against a modifier; nothing if there is none, or none with modifiers."""
    loaded = context.reference.loaded
    edition = loaded.edition("hcpcs", day)
    if edition is None or not _LEVEL_II.fullmatch(modifier) or loaded.hcpcs(_ALWAYS_LISTED, day) is None:
        return ""
    entry = loaded.hcpcs(modifier, day)
    if entry is None:
        return f"is not in the HCPCS list {edition.edition}"
    if entry.in_force(day):
        return ""
    return (
        f"began on {entry.added}"
        if entry.terminated is None or day < entry.terminated
        else f"ended on {entry.terminated}"
    )


def _looks_sent_whole(modifier: str) -> bool:
    """Whether the guide's checks (length, characters, blanks at the end) leave the modifier to this rule."""
    return len(modifier) == 2 and modifier.isascii() and modifier.isprintable() and modifier[-1] != " "


@rule(
    id="MOD006",
    name="59-with-x",
    severity="error",
    snip=5,
    source="CMS MLN1783722: XE, XP, XS and XU are special cases of 59",
    stc=("A7:453",),
    watch={"SV1": modifier_in({"59"})},
    examples=(
        Bad({"HC:96372*": "HC:96372:59:XS*"}, at=("2400", "SV101-3")),
        Good({"HC:96372*": "HC:96372:XS*"}),
    ),
)
def modifier_59_with_x(claim: Claim, context: Context) -> Iterator[Hit]:
    """A line has either 59 or one of XE, XP, XS and XU, not both.

    Why: The X modifiers are special cases of 59; a line with both contradicts itself and is rejected.

    Fix: Keep the X modifier if it says what happened, else keep 59.
    """
    for line in claim.lines:
        if "59" not in line.modifiers:
            continue
        beside = [modifier for modifier in line.modifiers if modifier in DISTINCT_SERVICE and modifier != "59"]
        # The X modifiers are in force from 2015.
        if beside and line.service_from is not None and line.service_from >= date(2015, 1, 1):
            yield Hit(
                line.modifier_spot("59"),
                f"Line {line.number} has modifier 59 and {beside[0]}, which says the same.",
            )


@rule(
    id="MOD018",
    name="modifier-order",
    severity="warning",
    snip=7,
    source="AAPC on the order of modifiers; Medicare carriers read the price from the first modifier",
    stc=("A7:453",),
    watch={"SV1": filled(1, 4)},
    examples=(
        Bad({"HC:99213:25*": "HC:99213:25:52*"}, at=("2400", "SV101-4")),
        Bad({"HC:J3420*": "HC:J3420:JZ:59*"}, at=("2400", "SV101-4")),
        Good({"HC:99213:25*": "HC:99213:52:25*"}),
        Good({"HC:J3420*": "HC:J3420:59:JZ*"}),
    ),
)
def modifier_order(claim: Claim, context: Context) -> Iterator[Hit]:
    """Modifiers that set the price come first, then those that decide on payment, then those that inform.

    Pricing modifiers are 26, 50, 52, 53, AA and P1 to P6; 25, 59, the X modifiers, 76, 77 and GA decide on payment;
    RT, LT, JZ and JW inform. That 59 precedes what informs is looked at on drugs and injections only: elsewhere
    payers accept both orders.

    Why: Many payers read one or two modifiers; one that stands too late is not seen, and the line is priced or
    bundled without it.

    Fix: Move the modifier to the front.
    """
    for line in claim.lines:
        if len(line.modifiers) < 2 or _misplaced_visit_modifiers(line):
            continue
        late = _late_modifier(line)
        if late is not None:
            modifier, before = late
            yield Hit(
                line.modifier_spot(modifier),
                f"Modifier {modifier} on line {line.number} should stand before {before}.",
            )


def _late_modifier(line: ServiceLine) -> tuple[str, str] | None:
    """The first modifier that should stand before one that precedes it, and that one."""
    for position, modifier in enumerate(line.modifiers):
        after: frozenset[str] = frozenset()
        if modifier in _PRICING:
            after = _PAYMENT | _INFORMATIONAL
        elif modifier in _PAYMENT and (line.procedure == INJECTION or is_drug(line.procedure)):
            after = _INFORMATIONAL
        for preceding in line.modifiers[:position]:
            if preceding in after:
                return modifier, preceding
    return None


@rule(
    id="MOD019",
    name="too-many-modifiers",
    severity="info",
    snip=7,
    source="005010X222A1, SV101-3 to SV101-6: four modifiers",
    stc=("A7:453",),
    watch={"SV1": modifier_in({"99"})},
    examples=(
        Bad({"HC:99213:25*": "HC:99213:25:99*"}, at=("2400", "SV101-4")),
        Good(
            {
                "HC:99213:25*": "HC:99213:25:99*",
                "REF*6R*A1001L1~": "REF*6R*A1001L1~NTE*ADD*MODIFIERS 25 Q6 GC AI AR~",
            }
        ),
    ),
)
def modifier_99_without_note(claim: Claim, context: Context) -> Iterator[Hit]:
    """Modifier 99 says that a line has more modifiers than fit; a note must name them.

    Why: A line has room for four. Payers that take 99 read the others from the note (NTE); without one they ask back.

    Fix: Name all modifiers in the NTE of the line, or drop 99.
    """
    for line in claim.lines:
        if "99" in line.modifiers and not (line.note.strip() or line.claim.note.strip()):
            yield Hit(
                line.modifier_spot("99"),
                f"Modifier 99 on line {line.number} announces more modifiers, but no note names them.",
            )
