"""DX: which diagnoses support an injection or fit its drug, and which fit the patient.

The lists are clinical ones of our own, kept wide: they are no payer's coverage policy. A line whose pointers lead
nowhere is left to DX002.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache

from ..claims import Claim, Day, Diagnosis, ServiceLine, Spot
from ..refdata import PayerDiagnoses
from ..reference import groups
from .drug_lines import INJECTION, is_product, own_injections
from .examples import patient, payer
from .icd10cm import icd10_diagnoses, named, plain, pointed
from .payer_lists import B12 as _B12
from .payer_lists import accepted_diagnoses
from .registry import Bad, Context, Good, Hit, rule
from .signs import diagnosis_code

# What supports vitamin B12 behind another condition, but not alone: stomach removed, bariatric surgery, metformin.
_B12_BEHIND = ("Z903", "Z9884", "Z7984")
# What is denied for vitamin B12 day by day: fatigue, mental symptoms, obesity, check-ups, screening, long-term drugs.
_B12_WEAK = ("R5383", "R41", "E66", "Z00", "Z1321", "Z7689", "Z79")

# Z codes that are a reason for an injection: contraception, procreation, contact with disease, prophylaxis. Z23 and
# Z51.1- have rules of their own.
_Z_REASONS = ("Z20", "Z23", "Z29", "Z30", "Z31", "Z5111", "Z5112")

_RSV_CODES_BEGAN = date(2023, 10, 6)
_RHIG = frozenset({"J2788", "J2790", "J2791", "90384", "90385"})
# Beyond the catalogue of Rh-negative and isoimmunization codes: loss, bleeding and trauma in pregnancy, and ITP.
_RHIG_REASONS = (
    *("Z6711", "Z6721", "Z6731", "Z6741", "Z6791", "Z2913", "Z3182"),
    *("O00", "O01", "O02", "O03", "O04", "O05", "O06", "O07", "O08", "O20", "O2689", "O360", "O44", "O45", "O46"),
    *("O9A2", "D693"),
)
_DEPO = "J1050"
_DEPO_CONTRACEPTIVE_UNITS = 104
_DEPO_REASONS = ("Z30", "C54", "C55", "D25", "E28", "N8", "N91", "N92", "N93", "N94", "N95")

_TO_KETOROLAC = {"HI*ABK:E538*": "HI*ABK:M5450*", "HC:J3420*": "HC:J1885*"}


def _codes(diagnoses: Iterable[Diagnosis]) -> list[str]:
    return [plain(diagnosis.code) for diagnosis in diagnoses]


def _listed(diagnoses: Iterable[Diagnosis], context: Context) -> str:
    return ", ".join(named(diagnosis, context) for diagnosis in diagnoses)


def _pointers_at(line: ServiceLine, *codes: str) -> Iterator[tuple[Spot, Diagnosis]]:
    """The pointers of the line that name one of these diagnoses."""
    for number, diagnosis in enumerate(pointed(line), 1):
        if plain(diagnosis.code) in codes:
            yield line.pointer_spot(number), diagnosis


def _day_of(line: ServiceLine, context: Context) -> Day | None:
    return next((day for day in context.days if any(own.line is line for own in day.own)), None)


@rule(
    id="DX012",
    name="z-only-medical-necessity",
    severity="warning",
    snip=7,
    source="CARC 50 and 11, medical necessity; ICD-10-CM Official Guidelines, section I.C.21",
    stc=("A8:488",),
    triggers=(INJECTION,),
    hides=("DX011",),
    needs=("dx:Z",),
    examples=(
        Bad(
            {**_TO_KETOROLAC, "*ABF:I10~": "*ABF:I10*ABF:Z7689~", "96372*35*UN*1***1": "96372*35*UN*1***3"},
            at=("2400", "SV107-1"),
        ),
        Good({**_TO_KETOROLAC, "*ABF:I10~": "*ABF:I10*ABF:Z7689~", "96372*35*UN*1***1": "96372*35*UN*1***1:3"}),
        # Contraception is reason enough.
        Good(
            {
                "HI*ABK:E538*ABF:I10~": "HI*ABK:Z3049*ABF:I10~",
                "HC:J3420*": "HC:J1885*",
            }
        ),
    ),
)
def z_only_medical_necessity(claim: Claim, context: Context) -> Iterator[Hit]:
    """All diagnoses of an injection are Z codes, and none of them is a reason to inject.

    Contraception (Z30), procreation (Z31), prophylaxis (Z29) and contact with disease (Z20) are reasons. So are a
    blood group (Z67) when the claim has a pregnancy code or Rh immune globulin, and long-term drug therapy (Z79) when
    it has a condition.

    Why: Payers deny an injection as not necessary when no condition or recognized reason stands behind it.

    Fix: Point the injection to the documented condition that it treats.
    """
    every = _codes(icd10_diagnoses(claim))
    pregnant = any(code[:1] == "O" for code in every)
    for line in own_injections(claim):
        diagnoses = pointed(line)
        codes = _codes(diagnoses)
        if not codes or any(code[:1] != "Z" or code.startswith(_Z_REASONS) for code in codes):
            continue
        if any(code.startswith("Z67") for code in codes) and (pregnant or not _RHIG.isdisjoint(claim.procedures)):
            continue
        if any(code.startswith("Z79") for code in codes) and any(code[:1] != "Z" for code in every):
            continue  # DX011 says that the condition comes first.
        yield Hit(
            line.pointer_spot(1),
            f"The injection on line {line.number} points to {_listed(diagnoses, context)} only, no reason to inject.",
        )


@rule(
    id="DX013",
    name="b12-needs-deficiency",
    severity="warning",
    snip=7,
    source="Medicare LCD L33967 on vitamin B12 injections; ICD-10-CM has no code for an encounter for one",
    stc=("A8:488",),
    triggers=_B12,
    hides=("DX011", "DX012"),
    examples=(
        Bad({"HI*ABK:E538*": "HI*ABK:R5383*"}, at=("2400", "SV107-1")),
        Bad({"HI*ABK:E538*": "HI*ABK:M5450*"}, at=("2400", "SV107-1")),
        Bad({"HI*ABK:E538*": "HI*ABK:Z9884*"}, at=("2400", "SV107-1")),
        # The drug has its reason, the injection another.
        Bad({"96372*35*UN*1***1": "96372*35*UN*1***2"}, at=("2400", "SV107-1")),
        Good({"HI*ABK:E538*": "HI*ABK:D510*"}),
        Good({"HI*ABK:E538*": "HI*ABK:K5090*"}),
        # Bariatric surgery behind a condition that it explains.
        Good(
            {
                "HI*ABK:E538*ABF:I10~": "HI*ABK:G629*ABF:I10*ABF:Z9884~",
                "96372*35*UN*1***1": "96372*35*UN*1***1:3",
                "J3420*4.5*UN*1***1": "J3420*4.5*UN*1***1:3",
            }
        ),
    ),
)
def b12_needs_deficiency(claim: Claim, context: Context) -> Iterator[Hit]:
    """Vitamin B12 and its injection must point to a deficiency of B12 or to a disease that causes one.

    There is no ICD-10-CM code for an encounter for a B12 injection: the condition itself is the reason. If you have
    loaded a list of what the payer accepts for the drug, that list decides.

    Why: Payers deny B12 given for fatigue, weight or well-being as not medically necessary.

    Fix: Point drug and injection to the documented condition, such as D51.0 (pernicious anemia) or E53.8 (deficiency
    without anemia).
    """
    for day in context.days:
        own = [day_line.line for day_line in day.own if day_line.line is not None]
        drugs = [line for line in own if line.procedure in _B12]
        accepted = accepted_diagnoses(claim, drugs[0].procedure, day.service_date, context) if drugs else None
        unsupported = next((line for line in drugs if pointed(line) and not _supports_b12(line, accepted)), None)
        if unsupported is None and drugs and not any(is_product(code) for code in day.procedures.difference(_B12)):
            # B12 is all that was injected, so this is what the injections were for.
            injections = [line for line in own if line.procedure == INJECTION]
            if all(pointed(line) and not _supports_b12(line, accepted) for line in injections):
                unsupported = next(iter(injections), None)
        if unsupported is None:
            continue
        diagnoses = pointed(unsupported)
        what = "Vitamin B12" if unsupported.procedure in _B12 else "The injection of vitamin B12"
        found = f"{what} on line {unsupported.number} points to {_listed(diagnoses, context)}"
        if accepted is not None:
            yield Hit(unsupported.pointer_spot(1), f"{found}, which the payer's list for it does not have.")
        elif all(code.startswith(_B12_WEAK) for code in _codes(diagnoses)):
            yield Hit(unsupported.pointer_spot(1), f"{found} alone, which payers regularly deny for it.")
        else:
            yield Hit(unsupported.pointer_spot(1), f"{found}: no deficiency of B12, and no known cause of one.")


def _supports_b12(line: ServiceLine, accepted: PayerDiagnoses | None) -> bool:
    codes = tuple(_codes(pointed(line)))
    return any(code in accepted for code in codes) if accepted is not None else _support_b12(codes)


@lru_cache(maxsize=4096)
def _support_b12(codes: tuple[str, ...]) -> bool:
    # A heading such as E53 may become a code that supports; DX006 tells that it is incomplete.
    if any(code.startswith(groups.B12_DIAGNOSES) or _heads(code, groups.B12_DIAGNOSES) for code in codes):
        return True
    others = [code for code in codes if not code.startswith(_B12_BEHIND)]
    return len(others) < len(codes) and any(not code.startswith(_B12_WEAK) for code in others)


def _heads(code: str, prefixes: tuple[str, ...]) -> bool:
    return len(code) >= 3 and any(prefix.startswith(code) for prefix in prefixes)


@rule(
    id="DX014",
    name="z23-on-96372",
    severity={"medicare": "error", "medicaid": "error", "commercial": "warning"},
    snip=5,
    source="ICD-10-CM Z23; NCCI Medicare Policy Manual 2026, chapter XI.B.13",
    stc=("A8:488",),
    triggers=(INJECTION,),
    needs=("dx:Z",),
    examples=(
        Bad(
            {**_TO_KETOROLAC, "*ABF:I10~": "*ABF:Z23~", "96372*35*UN*1***1": "96372*35*UN*1***1:2"},
            at=("2400", "SV107-2"),
            severity="warning",
        ),
        Bad(
            {
                **_TO_KETOROLAC,
                **payer("MC"),
                "HC:J3420*": "HC:J1885:JZ*",
                "*ABF:I10~": "*ABF:Z23~",
                "96372*35*UN*1***1": "96372*35*UN*1***1:2",
            },
            at=("2400", "SV107-2"),
            severity="warning",
        ),
        # Another line, for a vaccine, may point to it.
        Good({"*ABF:I10~": "*ABF:Z23~"}),
    ),
)
def z23_on_96372(claim: Claim, context: Context) -> Iterator[Hit]:
    """Injection 96372 points to Z23, the diagnosis for vaccines. It is an error when only vaccines were given that day.

    Why: 96372 is not for vaccines; a payer that sees Z23 denies it or asks for the record.

    Fix: Bill a vaccine with its own administration code (90460 to 90474, or G0008 to G0010), or point the injection to
    the condition that it treats.
    """
    for line in own_injections(claim):
        for spot, _ in _pointers_at(line, "Z23"):
            yield Hit(
                spot,
                f"96372 on line {line.number} points to Z23, which stands for a vaccine.",
                severity=None if _only_vaccines(_day_of(line, context)) else "warning",
            )


def _only_vaccines(day: Day | None) -> bool:
    products = {code for code in day.procedures if is_product(code)} if day is not None else set()
    return bool(products) and products <= groups.VACCINES


@rule(
    id="DX015",
    name="z51-with-96372",
    severity="warning",
    snip=5,
    source="ICD-10-CM Official Guidelines, section I.C.2.e",
    stc=("A8:488",),
    triggers=(INJECTION,),
    needs=("dx:Z",),
    examples=(
        Bad(
            {
                "HI*ABK:E538*ABF:I10~": "HI*ABK:Z5111*ABF:C439~",
                "HC:J3420*": "HC:J1885*",
            },
            at=("2400", "SV107-1"),
        ),
        Good({"HI*ABK:E538*ABF:I10~": "HI*ABK:C439*ABF:I10~", "HC:J3420*": "HC:J1885*"}),
    ),
)
def z51_with_96372(claim: Claim, context: Context) -> Iterator[Hit]:
    """Injection 96372 points to Z51.11 or Z51.12, antineoplastic treatment, on a day without its administration codes.

    Beside chemotherapy of the same day, 96372 for a supportive drug may point there.

    Why: Antineoplastic drugs are given with 96401 to 96549; 96372 pays less and contradicts the diagnosis.

    Fix: Check which administration code fits the drug, or point 96372 to the condition that it treats.
    """
    for line in own_injections(claim):
        day = _day_of(line, context)
        if day is not None and not groups.ADMIN_CHEMO.isdisjoint(day.procedures):
            continue
        for spot, diagnosis in _pointers_at(line, "Z5111", "Z5112"):
            code = named(diagnosis, context)
            yield Hit(
                spot, f"96372 on line {line.number} points to {code}, which goes with chemotherapy administration."
            )


@rule(
    id="DX021",
    name="rsv-antibody-dx",
    severity="warning",
    snip=7,
    source="American Academy of Pediatrics, coding for RSV antibodies, October 2023",
    stc=("A8:488",),
    triggers=groups.RSV_ANTIBODIES,
    hides=("DX014",),
    examples=(
        Bad(
            {
                **patient("20251120", "M"),
                "HI*ABK:E538*ABF:I10~": "HI*ABK:Z23*ABF:P271~",
                "HC:J3420*": "HC:90378*",
                "96372*35*UN*1***1": "96372*35*UN*1***1:2",
            },
            at=("2400", "SV107-1"),
        ),
        Bad(
            {**patient("20251120", "M"), "HI*ABK:E538*ABF:I10~": "HI*ABK:P271*ABF:K219~", "HC:J3420*": "HC:90378*"},
            at=("2400", "SV107-1"),
        ),
        Good(
            {
                **patient("20251120", "M"),
                "HI*ABK:E538*ABF:I10~": "HI*ABK:Z2911*ABF:P271~",
                "HC:J3420*": "HC:90378*",
            }
        ),
    ),
)
def rsv_antibody_dx(claim: Claim, context: Context) -> Iterator[Hit]:
    """An RSV antibody points to Z29.11, not to Z23: it is no vaccine.

    Why: Payers match the product with the diagnosis, and deny it with one for vaccines.

    Fix: Point the antibody to Z29.11, and to the risk of the child behind it.
    """
    for line in claim.lines:
        if line.procedure not in groups.RSV_ANTIBODIES or not pointed(line):
            continue
        if line.service_from is None or line.service_from < _RSV_CODES_BEGAN:
            continue
        product = f"RSV antibody {line.procedure} on line {line.number}"
        wrong = next(_pointers_at(line, "Z23"), None)
        if wrong is not None:
            yield Hit(wrong[0], f"{product} points to Z23, which stands for a vaccine.")
        elif "Z2911" not in _codes(pointed(line)):
            yield Hit(line.pointer_spot(1), f"{product} does not point to Z2911.")


@rule(
    id="DX022",
    name="rhig-dx",
    severity="warning",
    snip=7,
    source="Coding guides for Rh immune globulin; ICD-10-CM table",
    stc=("A8:488",),
    triggers=_RHIG,
    examples=(
        Bad({"HC:J3420*": "HC:J2790*"}, at=("2400", "SV107-1")),
        Good({"HC:J3420*": "HC:J2790*", "HI*ABK:E538*": "HI*ABK:Z2913*"}),
    ),
)
def rhig_dx(claim: Claim, context: Context) -> Iterator[Hit]:
    """Rh immune globulin needs a diagnosis that says why it was given.

    It may be Rh-negative blood, isoimmunization, or bleeding or loss in pregnancy.

    Why: Payers deny it with a diagnosis of plain pregnancy or of something else.

    Fix: Point the drug to the Rh-negative blood group (Z67.-1), to O36.0-, O26.89- or to Z29.13.
    """
    for line in claim.lines:
        diagnoses = pointed(line)
        if line.procedure not in _RHIG or not diagnoses:
            continue
        if not any(code.startswith(_RHIG_REASONS) or _heads(code, _RHIG_REASONS) for code in _codes(diagnoses)):
            yield Hit(
                line.pointer_spot(1),
                f"Rh immune globulin {line.procedure} on line {line.number} points to {_listed(diagnoses, context)}: "
                "nothing says that the patient is Rh negative.",
            )


@rule(
    id="DX023",
    name="depo-dx",
    severity="info",
    snip=7,
    source="ICD-10-CM table, Z30",
    stc=("A8:488",),
    triggers=(_DEPO,),
    examples=(
        Bad(
            {**patient("19900505", "F"), "HC:J3420*4.5*UN*1*": "HC:J1050*4.5*UN*150*", "HI*ABK:E538*": "HI*ABK:M5450*"},
            at=("2400", "SV107-1"),
        ),
        Good(
            {**patient("19900505", "F"), "HC:J3420*4.5*UN*1*": "HC:J1050*4.5*UN*150*", "HI*ABK:E538*": "HI*ABK:Z3042*"}
        ),
        Good(
            {**patient("19900505", "M"), "HC:J3420*4.5*UN*1*": "HC:J1050*4.5*UN*150*", "HI*ABK:E538*": "HI*ABK:M5450*"}
        ),
    ),
)
def depo_dx(claim: Claim, context: Context) -> Iterator[Hit]:
    """A contraceptive dose of medroxyprogesterone (104 units or more of J1050) has no diagnosis that explains it.

    It looks at women of 12 to 55 years. Medicare does not cover contraception at all.

    Why: Without the reason, the payer cannot tell contraception from treatment, and denies it or asks.

    Fix: Point the drug to Z30.013 for the first dose or Z30.42 for the next ones, or to the condition that it treats.
    """
    age = _age(claim)
    if age is None or not 12 <= age <= 55 or _sex(claim) != "F":
        return
    for line in claim.lines:
        if line.procedure != _DEPO or line.units is None or line.units < _DEPO_CONTRACEPTIVE_UNITS:
            continue
        diagnoses = pointed(line)
        if diagnoses and not any(code.startswith(_DEPO_REASONS) for code in _codes(diagnoses)):
            yield Hit(
                line.pointer_spot(1),
                f"J1050 on line {line.number} points to {_listed(diagnoses, context)}: neither contraception nor a "
                "gynecological condition.",
            )


# Sex as in DMG03, then how the codes of conditions that only the other sex has begin. Whole blocks only.
_OTHER_SEX = {
    "F": ("male", ("C60", "C61", "C62", "C63", "D29", "D40", "E29", *(f"N{number}" for number in range(40, 54)))),
    "M": (
        "female",
        (
            *("C51", "C52", "C53", "C54", "C55", "C56", "C57", "C58", "D25", "D26", "D27", "D28", "D39", "O"),
            *(f"N{number}" for number in range(70, 99)),
        ),
    ),
}
# How codes begin that belong to an age, with the first and the last year of life; both with a margin.
_AGES = (
    (("Z38", "Z0011"), 0, 0, "a newborn"),
    (("Z0012",), 0, 21, "a child"),
    (("O",), 9, 64, "the years of pregnancy"),
)


_LIMITED = tuple(
    {prefix for _, prefixes in _OTHER_SEX.values() for prefix in prefixes}
    | {prefix for prefixes, *_ in _AGES for prefix in prefixes}
)


@rule(
    id="DX019",
    name="sex-age-conflict",
    severity="info",
    snip=5,
    source="CMS Medicare Code Editor, age and sex edits (not read again)",
    stc=("A8:255",),
    watch={"HI": diagnosis_code(lambda code, reference: plain(code).startswith(_LIMITED))},
    examples=(
        Bad({"*ABF:I10~": "*ABF:Z3800~"}, at=("2300", "HI02-2")),
        Bad({**patient("19900505", "F"), "*ABF:I10~": "*ABF:E291~"}, at=("2300", "HI02-2")),
        Bad({**patient("19900505", "M"), "*ABF:I10~": "*ABF:N809~"}, at=("2300", "HI02-2")),
        Bad({**patient("19500505", "F"), "*ABF:I10~": "*ABF:O26891~"}, at=("2300", "HI02-2")),
        Good({**patient("19900505", "M"), "*ABF:I10~": "*ABF:E291~"}),
        Good({**patient("19900505", "F"), "*ABF:I10~": "*ABF:O26891~"}),
        Good({**patient("19900505", "U"), "*ABF:I10~": "*ABF:N809~"}),
    ),
)
def sex_age_conflict(claim: Claim, context: Context) -> Iterator[Hit]:
    """A diagnosis does not fit the sex or the age that the claim gives for the patient.

    It is a note only: CMS has switched off its own edit on sex, and a record may say more than a claim.

    Why: It often shows the claim of another patient, or a wrong digit in the code or the date of birth.

    Fix: Check diagnosis, sex and date of birth against the record.
    """
    whose, other_sex = _OTHER_SEX.get(_sex(claim), ("", ()))
    age = _age(claim)
    for diagnosis in icd10_diagnoses(claim):
        code = plain(diagnosis.code)
        if other_sex and code.startswith(other_sex):
            words = f"Diagnosis {named(diagnosis, context)} is for {whose} patients; the claim says otherwise."
            yield Hit(diagnosis.spot, words)
            continue
        for prefixes, youngest, oldest, who in _AGES:
            if age is not None and code.startswith(prefixes) and not youngest <= age <= oldest:
                words = f"Diagnosis {named(diagnosis, context)} belongs to {who}, not to the age of this patient."
                yield Hit(diagnosis.spot, words)


def _sex(claim: Claim) -> str:
    """What the claim says of the patient's sex: F, M or U."""
    return (claim.patient or claim.subscriber).gender


def _age(claim: Claim) -> int | None:
    """The age in years at the first service; None if it cannot be told."""
    born: date | None = claim.patient_birth_date
    days = [line.service_from for line in claim.lines if line.service_from is not None]
    if born is None or not days or min(days) < born:
        return None
    day = min(days)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
