"""MOD: modifiers on 96372: several injections on a day, and modifiers that an injection never or seldom takes.

It judges by the day, across the claims of the file. What happened in the room it does not know: whether two
injections were two syringes is for the biller to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..claims import Claim, Day, DayLine, ServiceLine
from ..reference import groups
from ..reference.groups import code_range
from .drug_lines import (
    INJECTION,
    earlier_lines,
    injection_lines,
    is_drug,
    lines_on,
    one_day,
    own_injections,
    products,
)
from .examples import added, payer
from .registry import Bad, Context, Good, Hit, rule
from .same_day import DISTINCT_SERVICE
from .signs import modified_injection, modifier_in

_SET_APART = DISTINCT_SERVICE | {"76", "77"}
_SIDES = code_range("E1", "E4") | code_range("F1", "F9") | code_range("T1", "T9") | {"50", "RT", "LT", "FA", "TA"}
_NEVER_ON_INJECTION = frozenset({"62", "80", "82", "AS", "QK", "QX"}) | code_range("P1", "P6")
_GLOBAL_PERIOD = frozenset({"58", "78", "79"})


@rule(
    id="MOD004",
    name="multiple-96372",
    severity="warning",
    snip=7,
    source="CPT Assistant May 2010 (as quoted by AAPC): 59 on the second injection; FCSO 2008",
    stc=("A8:453",),
    triggers=(INJECTION,),
    examples=(
        Bad({"HC:96372*": "HC:96372:59*"} | added("J1885", "96372:59"), at=("2400", "SV101-3")),
        Bad({"HC:96372*": "HC:96372:59*"} | added("96372:59"), at=("2400", "SV101-3")),
        Good(added("J1885", "96372:59")),
        Good(added("J1885", "J1100", "96372:59", "96372:59")),
        Good({"HC:96372*35*UN*1*": "HC:96372*35*UN*2*"} | added("J1885")),
    ),
)
def multiple_injections(claim: Claim, context: Context) -> Iterator[Hit]:
    """Several injections on one day go on one line with their number as units, or on lines of which all but the
    first have 59 or an X modifier; two lines that look the same are taken for one sent twice.

    Both ways are accepted unless the option ``multiple-96372`` says which your payer wants: "lines" for a line for
    each injection, "units" for one line.

    Why: Of two lines that look the same the payer denies the second as a duplicate.

    Fix: Leave the first injection without modifier and put 59 (or XE, XS, XU) on each further one, or report one line
    with the number of injections as units: whichever your payer asks for.
    """
    wanted = context.options.get("multiple-96372")
    if wanted is None and len(claim.lines_with(INJECTION)) < 2 and not any(day.has_earlier for day in context.days):
        return
    for day in context.days:
        lines = injection_lines(day)
        if not lines:
            continue
        before = [line for line in earlier_lines(claim, day) if line.procedure == INJECTION]
        if wanted == "units":
            yield from _not_one_line(before, lines)
        else:
            yield from _alike(claim, day, before, lines)
        if wanted == "lines":
            yield from _several_units(lines)


def _alike(claim: Claim, day: Day, before: list[DayLine], lines: list[DayLine]) -> Iterator[Hit]:
    """Lines of which a payer cannot tell that they are different injections."""
    seen = list(before)
    every = before + lines
    if any(not _SET_APART.intersection(line.modifiers) for line in every) and len(products(claim, day)) >= len(every):
        # One without modifier, each further one marked, and a drug for each: three drugs cannot be billed otherwise.
        lines = [line for line in lines if not _SET_APART.intersection(line.modifiers)]
    for line in lines:
        marked = _SET_APART.intersection(line.modifiers)
        same = next((other for other in seen if _looks_like(line, other)), None)
        seen.append(line)
        if same is None or line.line is None:
            continue
        first = f"line {same.number}"
        if same.line is None:
            first += f" of claim number {same.claim_index} of this file"
        if marked:
            modifier = min(marked, key=line.modifiers.index)
            yield Hit(
                line.line.modifier_spot(modifier),
                f"The 96372 on line {line.number} looks like that on {first}: both have modifier {modifier}.",
            )
        else:
            yield Hit(
                line.line.at("procedure"),
                f"The 96372 on line {line.number} is a second injection on the date of {first}, "
                "and no modifier says that it is another one.",
            )


def _looks_like(line: DayLine, other: DayLine) -> bool:
    if _SET_APART.intersection(line.modifiers):
        return sorted(line.modifiers) == sorted(other.modifiers)
    return not _SET_APART.intersection(other.modifiers)


def _not_one_line(before: list[DayLine], lines: list[DayLine]) -> Iterator[Hit]:
    if before:
        where, surplus = f"on claim number {before[0].claim_index} of this file", lines
    else:
        where, surplus = f"on line {lines[0].number}", lines[1:]
    for line in surplus:
        if line.line is not None:
            yield Hit(
                line.line.at("procedure"),
                f"96372 is {where} and again on line {line.number}; this payer wants one line with units.",
            )


def _several_units(lines: list[DayLine]) -> Iterator[Hit]:
    for line in lines:
        if line.line is not None and line.units is not None and line.units > 1 and one_day(line.line):
            yield Hit(
                line.line.at("units"),
                f"Line {line.number} has {line.units} units of 96372; this payer wants a line for each injection.",
            )


@rule(
    id="MOD005",
    name="76-77",
    severity="warning",
    snip=5,
    source="NCCI Policy Manual 2026 I.E: 76 and 77 do not set bundled codes apart",
    stc=("A8:453",),
    triggers=(INJECTION,),
    watch={"SV1": modified_injection},
    examples=(
        Bad({"HC:96372*": "HC:96372:76*"}, at=("2400", "SV101-3")),
        Bad(added("J1885", "96372:76"), at=("2400", "SV101-3")),
        Bad(added("96372:77"), at=("2400", "SV101-3")),
        Good(added("96372:76")),
        Good(added("J1885", "96372:59")),
    ),
)
def repeat_modifier(claim: Claim, context: Context) -> Iterator[Hit]:
    """76 and 77 repeat the same service: 76 by the same practitioner, 77 by another. A different drug is no repeat.

    The rule is silent where a repeat can be seen: one drug injected twice (76), or by two practitioners (77).

    Why: Payers do not unbundle by 76 or 77, so two different injections stay one.

    Fix: Put 59, or the X modifier that fits, on the second injection.
    """
    for day in context.days:
        for line in injection_lines(day):
            if line.line is None:
                continue
            if "76" in line.modifiers and not _repeats_the_drug(claim, day, line.line):
                yield Hit(
                    line.line.modifier_spot("76"),
                    f"Modifier 76 on line {line.number} does not set this 96372 apart: "
                    "nothing shows the same injection twice.",
                )
            elif "77" in line.modifiers and not _another_gave_it(claim, day, line.line):
                yield Hit(
                    line.line.modifier_spot("77"),
                    f"Modifier 77 on line {line.number} means another practitioner, "
                    "but none has injected on that day on this claim.",
                )


def _repeats_the_drug(claim: Claim, day: Day, line: ServiceLine) -> bool:
    others = [other for other in day.lines if other.procedure == INJECTION and other.line is not line]
    return bool(others) and len(set(products(claim, day))) <= 1


def _another_gave_it(claim: Claim, day: Day, line: ServiceLine) -> bool:
    return any(
        other.procedure == INJECTION and other.rendering_npi != line.rendering_npi for other in lines_on(claim, day)
    )


@rule(
    id="MOD007",
    name="anatomic-50-on-96372",
    severity="warning",
    snip=5,
    source="CMS physician fee schedule: 96372 has no bilateral adjustment",
    stc=("A8:453",),
    triggers=(INJECTION,),
    watch={"SV1": modified_injection},
    examples=(
        Bad({"HC:96372*": "HC:96372:50*"}, at=("2400", "SV101-3")),
        Bad({"HC:96372*": "HC:96372:LT*"}, at=("2400", "SV101-3")),
        Good({"HC:96372*": "HC:96372:XS*"}),
    ),
)
def sides_on_injection(claim: Claim, context: Context) -> Iterator[Hit]:
    """96372 has no sides: 50, RT, LT and the modifiers for eyelids, fingers and toes do not apply to it.

    Why: Payers do not pay 96372 by the side, so the modifier is ignored at best and the line is denied at worst.

    Fix: Take the modifier off. For two injections report units, or a second line with 59 or XS.
    """
    yield from _each(claim, _SIDES, "Modifier {modifier} names a side or site, but 96372 on line {line} has none.")


@rule(
    id="MOD008",
    name="26-tc",
    severity="error",
    snip=5,
    source="CMS physician fee schedule: 96372 is not split into parts (PC/TC indicator 5)",
    stc=("A8:453",),
    triggers=(INJECTION,),
    watch={"SV1": modified_injection},
    examples=(
        Bad({"HC:96372*": "HC:96372:26*"}, at=("2400", "SV101-3")),
        Bad({"HC:96372*": "HC:96372:TC*"}, at=("2400", "SV101-3")),
        Good({"HC:96372*": "HC:96372*"}),
    ),
)
def parts_of_injection(claim: Claim, context: Context) -> Iterator[Hit]:
    """96372 has no professional and technical part: 26 and TC are never right on it.

    Why: Medicare's fee schedule does not split the code, and payers reject the line.

    Fix: Delete the modifier.
    """
    parts = frozenset({"26", "TC"})
    yield from _each(claim, parts, "Modifier {modifier} on line {line} bills a part of 96372, which is not divided.")


@rule(
    id="MOD009",
    name="52-53-on-96372",
    severity="warning",
    snip=5,
    source="CPT, modifiers 52 (reduced) and 53 (broken off)",
    stc=("A8:453",),
    triggers=(INJECTION,),
    watch={"SV1": modified_injection},
    examples=(
        Bad({"HC:96372*": "HC:96372:52*"}, at=("2400", "SV101-3")),
        Bad({"HC:96372*": "HC:96372:53*"}, at=("2400", "SV101-3")),
        Good({"HC:99213:25*": "HC:99213:52:25*"}),
    ),
)
def reduced_injection(claim: Claim, context: Context) -> Iterator[Hit]:
    """52 (reduced) and 53 (broken off for the patient's safety) are hardly ever right on an injection.

    Why: An injection is given or not given. If the drug did not reach the patient, there is nothing to bill.

    Fix: If the drug was given, take the modifier off; if not, take the line off.
    """
    reduced = frozenset({"52", "53"})
    yield from _each(claim, reduced, "Modifier {modifier} on line {line} says that the 96372 was not given in full.")


@rule(
    id="MOD010",
    name="global-modifiers",
    severity="warning",
    snip=5,
    source="CPT and HCPCS: modifiers of operations, assistants and anesthesia",
    stc=("A8:453",),
    triggers=(INJECTION,),
    watch={"SV1": modified_injection},
    examples=(
        Bad({"HC:96372*": "HC:96372:80*"}, at=("2400", "SV101-3")),
        Bad({"HC:96372*": "HC:96372:P3*"}, at=("2400", "SV101-3")),
        Bad({"HC:96372*": "HC:96372:79*"}, at=("2400", "SV101-3"), severity="info"),
        Good({"HC:96372*": "HC:96372:Q6*"}),
    ),
)
def surgical_modifier(claim: Claim, context: Context) -> Iterator[Hit]:
    """Modifiers for two surgeons, assistants, anesthesia and the patient's physical state do not apply to 96372.

    58, 78 and 79 apply only in the days that an operation's payment covers; for them this is a note.

    Why: Payers deny an injection with a modifier of surgery or anesthesia.

    Fix: Delete the modifier. Keep 58, 78 or 79 only if the injection fell into the time after an operation.
    """
    words = "Modifier {modifier} on line {line} does not apply to an injection (96372)."
    yield from _each(claim, _NEVER_ON_INJECTION, words)
    for line in own_injections(claim):
        for modifier in dict.fromkeys(line.modifiers):
            if modifier in _GLOBAL_PERIOD:
                yield Hit(
                    line.modifier_spot(modifier),
                    f"Modifier {modifier} on line {line.number} puts the 96372 into the time after an operation.",
                    severity="info",
                )


@rule(
    id="MOD020",
    name="telehealth-mod",
    severity="error",
    snip=5,
    source="The modifiers say that the patient was elsewhere; an injection needs the patient",
    stc=("A8:453",),
    watch={"SV1": modifier_in(groups.TELEHEALTH_MODIFIERS)},
    examples=(
        Bad(added("J7030:95"), at=("2400", "SV101-3")),
        Bad({"HC:J3420*": "HC:J3490:GT::::CYANOCOBALAMIN NASAL 500 MCG*"}, at=("2400", "SV101-3")),
        Good({"HC:99213:25*": "HC:99213:25:95*"}),
        Good(added("J7030:FR")),
    ),
)
def telehealth_modifier(claim: Claim, context: Context) -> Iterator[Hit]:
    """Nobody is injected over a distance: 93, 95, GT, GQ, FQ and G0 are wrong on 96372 and on the drug.

    Rule POS005 tells of 96372 and of drugs known as injections; this one adds all other drugs. FR is not looked at: it
    says that the supervisor was elsewhere.

    Why: The modifier contradicts the service, and the line is denied.

    Fix: Take the modifier off the injection and the drug. It may be right on a visit of the same day.
    """
    words = "Modifier {modifier} on line {line} says that the patient was elsewhere, but {procedure} was given."
    for line in claim.lines:
        if line.modifiers and (line.procedure == INJECTION or is_drug(line.procedure)):
            yield from _on_line(line, groups.TELEHEALTH_MODIFIERS, words)


@rule(
    id="MOD021",
    name="kx-on-96372",
    severity={"medicare": "info", "medicaid": "off", "commercial": "off"},
    snip=7,
    source="CMS HCPCS file: KX attests that the conditions of a coverage policy are met",
    stc=("A8:453",),
    needs=("SV101-3",),
    examples=(
        Bad(payer("MB") | {"HC:96372*": "HC:96372:KX*"}, at=("2400", "SV101-3"), severity="info"),
        Good({"HC:96372*": "HC:96372:KX*"}),
        Good(payer("MB") | {"HC:99213:25*": "HC:99213:25:KX*"}),
    ),
)
def attestation_on_injection(claim: Claim, context: Context) -> Iterator[Hit]:
    """KX attests that the conditions of a coverage policy are met; on an injection few policies ask for it.

    Why: KX has no general meaning on 96372 or a drug. Where no policy asks for it, it attests to nothing.

    Fix: Keep KX only where your contractor's policy for this drug asks for it.
    """
    for line in claim.lines:
        if line.modifiers and (line.procedure == INJECTION or is_drug(line.procedure)):
            yield from _on_line(line, frozenset({"KX"}), "Line {line} ({procedure}) has KX; does a policy ask for it?")


def _each(claim: Claim, modifiers: frozenset[str], message: str) -> Iterator[Hit]:
    """A hit for each of these modifiers on the claim's 96372 lines."""
    for line in own_injections(claim):
        yield from _on_line(line, modifiers, message)


def _on_line(line: ServiceLine, modifiers: frozenset[str], message: str) -> Iterator[Hit]:
    for modifier in dict.fromkeys(line.modifiers):
        if modifier in modifiers:
            words = message.format(modifier=modifier, line=line.number, procedure=line.procedure)
            yield Hit(line.modifier_spot(modifier), words)
