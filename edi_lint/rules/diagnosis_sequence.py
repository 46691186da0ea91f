"""DX: the order of diagnoses: what may be listed first, and what may only follow.

It goes by the flags of the ICD-10-CM table and by the chapters of the classification; the record, which alone shows
whether a conditional note applies, it does not see.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..claims import Claim, Diagnosis, ServiceLine
from ..reference import groups
from .icd10cm import first_pointed, flagged, icd10_diagnoses, named, plain
from .registry import Bad, Context, Good, Hit, rule
from .signs import flagged_diagnosis
from .words import lines_named

_ANTINEOPLASTIC = ("Z510", "Z5111", "Z5112")
# Chapter 2 of ICD-10-CM is C00 to D49.
_NEOPLASM = ("C", "D0", "D1", "D2", "D3", "D4")
_ORGANISM = ("B95", "B96", "B97")
# Codes whose note asks for another first under conditions that an office claim seldom meets: injury and its causes
# (T36-T50 are first for a poisoning, second for an adverse effect), and Z23 beside a routine child visit.
_CONDITIONAL = ("T", "V", "W", "X", "Y", "Z23")


@rule(
    id="DX007",
    name="external-cause-first",
    severity="error",
    snip=5,
    source="ICD-10-CM Official Guidelines, section I.C.20",
    stc=("A8:254", "A8:509"),
    needs=("dx:V", "dx:W", "dx:X", "dx:Y"),
    examples=(
        Bad(
            {
                "HI*ABK:E538*ABF:I10~": "HI*ABK:W19XXXA*ABF:E538~",
                "99213:25*112*UN*1***2": "99213:25*112*UN*1***2:1",
                "96372*35*UN*1***1": "96372*35*UN*1***2",
                "J3420*4.5*UN*1***1": "J3420*4.5*UN*1***2",
            },
            at=("2300", "HI01-2"),
        ),
        Bad({"*ABF:I10~": "*ABF:W19XXXA~"}, at=("2400", "SV107-1")),
        Good({"*ABF:I10~": "*ABF:S93401A*ABF:W19XXXA~", "99213:25*112*UN*1***2": "99213:25*112*UN*1***2:3"}),
    ),
)
def external_cause_first(claim: Claim, context: Context) -> Iterator[Hit]:
    """A code for the cause of an injury (V00 to Y99) is never the first diagnosis of a claim or of a line.

    Why: It says how the injury came about, not what was treated; payers reject it in the first place.

    Fix: List and point to the injury or condition first, and the cause behind it.
    """
    yield from _never_first(claim, context, ("V", "W", "X", "Y"), "says how an injury came about")


@rule(
    id="DX008",
    name="manifestation-first",
    severity="error",
    snip=5,
    source="ICD-10-CM Official Guidelines, section I.A.13; table of CDC",
    stc=("A8:254",),
    hides=("DX009",),
    watch={"HI": flagged_diagnosis("manifestation_title")},
    examples=(
        Bad(
            {
                "HI*ABK:E538*ABF:I10~": "HI*ABK:G320*ABF:D510~",
                "96372*35*UN*1***1": "96372*35*UN*1***2:1",
                "J3420*4.5*UN*1***1": "J3420*4.5*UN*1***2:1",
            },
            at=("2300", "HI01-2"),
        ),
        Bad({"*ABF:I10~": "*ABF:G320~"}, at=("2400", "SV107-1")),
        Good({"*ABF:I10~": "*ABF:G320~", "99213:25*112*UN*1***2": "99213:25*112*UN*1***1:2"}),
    ),
)
def manifestation_first(claim: Claim, context: Context) -> Iterator[Hit]:
    """A code for the manifestation of another disease is never the first diagnosis of a claim or of a line.

    Why: Such a code counts only behind the disease that it comes from; payers reject it in the first place.

    Fix: List and point to the underlying disease first.
    """
    yield from _never_first(claim, context, "manifestation_title", "is the manifestation of another disease")


def _never_first(claim: Claim, context: Context, which: str | tuple[str, ...], what: str) -> Iterator[Hit]:
    """One hit for each diagnosis of a kind that is first in the claim or, with its lines named, first on lines."""
    lines_by_first: dict[int, list[ServiceLine]] = {}
    for line in claim.lines:
        if (first := first_pointed(line)) is not None:
            lines_by_first.setdefault(first.number, []).append(line)
    for diagnosis in icd10_diagnoses(claim):
        lines = lines_by_first.get(diagnosis.number, [])
        if diagnosis.number > 1 and not lines:
            continue
        if isinstance(which, tuple):
            found = plain(diagnosis.code).startswith(which)
        else:
            found = flagged(diagnosis, which, claim, context)
        if not found:
            continue
        code = named(diagnosis, context)
        if diagnosis.number == 1:
            yield Hit(diagnosis.spot, f"Diagnosis {code} {what}; it cannot be the principal diagnosis.")
        else:
            where = lines_named(lines)
            yield Hit(lines[0].pointer_spot(1), f"Diagnosis {code} {what}; it cannot be the first pointer of {where}.")


@rule(
    id="DX009",
    name="code-first-missing",
    severity="info",
    snip=5,
    source="ICD-10-CM Official Guidelines, section I.A.13; table of CDC",
    stc=("A8:254",),
    watch={"HI": flagged_diagnosis("code_first")},
    examples=(
        Bad(
            {
                "HI*ABK:E538*ABF:I10~": "HI*ABK:I509*ABF:E538~",
                "99213:25*112*UN*1***2": "99213:25*112*UN*1***1",
                "96372*35*UN*1***1": "96372*35*UN*1***2",
                "J3420*4.5*UN*1***1": "J3420*4.5*UN*1***2",
            },
            at=("2300", "HI01-2"),
        ),
        Good({"*ABF:I10~": "*ABF:I509~"}),
    ),
)
def code_first_missing(claim: Claim, context: Context) -> Iterator[Hit]:
    """The principal diagnosis has a note in ICD-10-CM that asks for another code before it.

    Many of these notes apply only if there is such a condition. Injuries, adverse effects and Z23 are left out.

    Why: Where the note applies, the payer wants the cause first.

    Fix: Check the note; if it applies, list the underlying condition first.
    """
    for diagnosis in icd10_diagnoses(claim):
        if diagnosis.number != 1 or plain(diagnosis.code).startswith(_CONDITIONAL):
            continue
        if flagged(diagnosis, "code_first", claim, context):
            code = named(diagnosis, context)
            yield Hit(
                diagnosis.spot, f"Diagnosis {code} is listed first, but its note asks for another code before it."
            )


@rule(
    id="DX010",
    name="infectious-agent-first",
    severity="warning",
    snip=5,
    source="ICD-10-CM, headings of B95 to B97",
    stc=("A8:254",),
    hides=("DX009",),
    needs=("dx:B",),
    examples=(
        Bad(
            {
                "HI*ABK:E538*ABF:I10~": "HI*ABK:B9620*ABF:E538*ABF:N390~",
                "99213:25*112*UN*1***2": "99213:25*112*UN*1***3:1",
                "96372*35*UN*1***1": "96372*35*UN*1***2",
                "J3420*4.5*UN*1***1": "J3420*4.5*UN*1***2",
            },
            at=("2300", "HI01-2"),
        ),
        Good({"*ABF:I10~": "*ABF:N390*ABF:B9620~", "99213:25*112*UN*1***2": "99213:25*112*UN*1***2:3"}),
    ),
)
def infectious_agent_first(claim: Claim, context: Context) -> Iterator[Hit]:
    """A code that only names the germ (B95 to B97) is not the principal diagnosis.

    Why: It adds the organism to a disease coded elsewhere; alone or first it says nothing of what was treated.

    Fix: List the infection first and the organism behind it.
    """
    for diagnosis in icd10_diagnoses(claim):
        if diagnosis.number == 1 and plain(diagnosis.code).startswith(_ORGANISM):
            code = named(diagnosis, context)
            yield Hit(diagnosis.spot, f"Diagnosis {code} only names an organism; list the infection before it.")


@rule(
    id="DX011",
    name="status-z-primary-on-injection",
    severity="warning",
    snip=5,
    source="ICD-10-CM Official Guidelines, section I.C.21.c.3 and 4",
    stc=("A8:488",),
    needs=("dx:Z",),
    examples=(
        Bad(
            {
                "*ABF:I10~": "*ABF:I10*ABF:Z79899~",
                "96372*35*UN*1***1": "96372*35*UN*1***3:1",
                "J3420*4.5*UN*1***1": "J3420*4.5*UN*1***3:1",
            },
            at=("2400", "SV107-1"),
        ),
        Good({"*ABF:I10~": "*ABF:I10*ABF:Z79899~", "96372*35*UN*1***1": "96372*35*UN*1***1:3"}),
        # On the visit it is not looked at.
        Good({"*ABF:I10~": "*ABF:Z79899~"}),
        # A patient's blood group is all that there is to say of some injections of Rh immune globulin (DX022).
        Good(
            {
                "HI*ABK:E538*ABF:I10~": "HI*ABK:E538*ABF:Z6741~",
                "99213:25*112*UN*1***2": "99213:25*112*UN*1***1",
                "96372*35*UN*1***1": "96372*35*UN*1***2",
                "J3420*4.5*UN*1***1": "J2790*4.5*UN*1***2",
            }
        ),
    ),
)
def status_z_primary_on_injection(claim: Claim, context: Context) -> Iterator[Hit]:
    """The first diagnosis of an injection or its drug is a status or history code, such as Z79 for long-term drugs.

    Blood groups (Z67) are left to the rule on Rh immune globulin.

    Why: A status says what a patient has or takes, not why this injection was given; payers ask for the reason first.

    Fix: Point first to the condition that the injection treats, and to the status behind it.
    """
    drugs = context.reference.drugs
    found: dict[int, tuple[Diagnosis, list[ServiceLine]]] = {}
    for line in claim.lines:
        first = first_pointed(line)
        if first is None or first.code[:1] != "Z" or first.code.startswith("Z67"):
            continue
        drug = drugs.get(line.procedure)
        if line.procedure in groups.ADMIN_INJECTION or (drug is not None and drug.injectable):
            found.setdefault(first.number, (first, []))[1].append(line)
    for diagnosis, lines in found.values():
        if flagged(diagnosis, "z_status_history", claim, context):
            code, where = named(diagnosis, context), lines_named(lines)
            words = f"Status or history code {code} is the first diagnosis of {where}, before what is treated."
            yield Hit(lines[0].pointer_spot(1), words)


@rule(
    id="DX016",
    name="z51-first",
    severity="warning",
    snip=5,
    source="ICD-10-CM Official Guidelines, sections I.C.2.e.2 and I.C.21.c.16",
    stc=("A8:254",),
    whole=True,
    needs=("dx:Z",),
    examples=(
        Bad(
            {"*ABF:I10~": "*ABF:C439*ABF:Z5111~", "99213:25*112*UN*1***2": "99213:25*112*UN*1***2:3"},
            at=("2300", "HI03-2"),
        ),
        Bad(
            {
                "HI*ABK:E538*ABF:I10~": "HI*ABK:Z5112*ABF:E538~",
                "99213:25*112*UN*1***2": "99213:25*112*UN*1***1",
                "96372*35*UN*1***1": "96372*35*UN*1***2",
                "J3420*4.5*UN*1***1": "J3420*4.5*UN*1***2",
            },
            at=("2300", "HI01-2"),
        ),
        Good(
            {
                "HI*ABK:E538*ABF:I10~": "HI*ABK:Z5111*ABF:C439*ABF:E538~",
                "99213:25*112*UN*1***2": "99213:25*112*UN*1***1:2",
                "96372*35*UN*1***1": "96372*35*UN*1***3",
                "J3420*4.5*UN*1***1": "J3420*4.5*UN*1***3",
            }
        ),
    ),
)
def z51_first(claim: Claim, context: Context) -> Iterator[Hit]:
    """A code for antineoplastic treatment (Z51.0, Z51.11, Z51.12) comes first, with the neoplasm behind it.

    Why: Where the treatment is the reason for the visit, payers want it first and the cancer second.

    Fix: List the treatment first and the neoplasm behind it, or leave the treatment off if it was not given.
    """
    codes = [plain(diagnosis.code) for diagnosis in icd10_diagnoses(claim)]
    treated = next((d for d in icd10_diagnoses(claim) if plain(d.code) in _ANTINEOPLASTIC), None)
    if treated is None:
        return
    code = named(treated, context)
    if codes[0] not in _ANTINEOPLASTIC:
        yield Hit(treated.spot, f"Diagnosis {code} is number {treated.number}; the treatment is listed first.")
    elif not any(other.startswith(_NEOPLASM) for other in codes):
        yield Hit(treated.spot, f"Diagnosis {code} is listed without the neoplasm that is treated.")


@rule(
    id="DX017",
    name="first-listed-only-z",
    severity="warning",
    snip=5,
    source="ICD-10-CM Official Guidelines, section I.C.21.c.16",
    stc=("A8:255",),
    needs=("dx:Z",),
    examples=(
        Bad(
            {"*ABF:I10~": "*ABF:I10*ABF:Z0000~", "99213:25*112*UN*1***2": "99213:25*112*UN*1***2:3"},
            at=("2300", "HI03-2"),
        ),
        # A service of its own, for which the code is first.
        Good({"*ABF:I10~": "*ABF:Z0000~"}),
        # Two encounters on one claim.
        Good(
            {
                "HI*ABK:E538*ABF:I10~": "HI*ABK:Z0000*ABF:E538*ABF:Z0110~",
                "99213:25*112*UN*1***2": "99213:25*112*UN*1***1:3",
                "96372*35*UN*1***1": "96372*35*UN*1***2",
                "J3420*4.5*UN*1***1": "J3420*4.5*UN*1***2",
            }
        ),
    ),
)
def first_listed_only_z(claim: Claim, context: Context) -> Iterator[Hit]:
    """Some Z codes, such as those for examinations, may only be listed first; here one stands further back.

    It is let pass where it is the first diagnosis of a service line, or where the principal diagnosis is of the same
    kind: two encounters may share a claim.

    Why: ICD-10-CM reserves these codes for the reason of the whole encounter.

    Fix: List and point to the code first, or leave it off if it was not the reason for the encounter.
    """
    listed = list(icd10_diagnoses(claim))
    first_on_lines = {found.number for line in claim.lines if (found := first_pointed(line)) is not None}
    for diagnosis in listed:
        code = plain(diagnosis.code)
        if code[:1] != "Z" or diagnosis.number == 1 or diagnosis.number in first_on_lines or code in _ANTINEOPLASTIC:
            continue  # DX016 speaks of antineoplastic treatment.
        if not flagged(diagnosis, "z_first_listed_only", claim, context):
            continue
        if flagged(listed[0], "z_first_listed_only", claim, context):
            return
        yield Hit(
            diagnosis.spot,
            f"Diagnosis {named(diagnosis, context)} may only be listed first; it is number {diagnosis.number}.",
        )
