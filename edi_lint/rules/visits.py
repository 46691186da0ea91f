"""NCI: what a visit says by itself or beside another (NCI003, NCI013, NCI015, NCI016).

The pairs of visits and injections are in `ncci`. Of visits before the file nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..claims import Claim, Day, ServiceLine, Value
from ..reference.groups import ADMIN_INJECTION, EM, EM_OFFICE, EM_PREVENTIVE, CodeSpan, code_range
from .registry import Bad, Context, Good, Hit, rule
from .same_day import all_dated, elsewhere, lacks_25, may_be_drug, of_codes, pairs
from .signs import both, modifier_in, procedure_in

_LABORATORY = (CodeSpan("80047", "89398") - code_range("86485", "86580")) | {"36415", "36416", "99000", "99001"}
_SHORT_VISITS = frozenset({"99212", "99213"})
_NEW_PATIENT = frozenset({"99202", "99203", "99204", "99205"})
_THREE_YEARS = 1095

_ONE_DIAGNOSIS = {"*ABF:I10~": "~", "***2~": "***1~"}
_WEEK_BEFORE = {
    "CTP****1*ML~": "CTP****1*ML~"
    "LX*4~SV1*HC:99213:25*112*UN*1***1~DTP*472*D8*20260108~REF*6R*A1001L4~"
    "LX*5~SV1*HC:96372*35*UN*1***1~DTP*472*D8*20260108~REF*6R*A1001L5~"
    "LX*6~SV1*HC:J3420*4.5*UN*1***1~DTP*472*D8*20260108~REF*6R*A1001L6~",
    "*151.5*": "*303*",
}


@rule(
    id="NCI003",
    name="em-25-unneeded",
    severity="info",
    snip=7,
    source="NCCI Policy Manual 2026, ch. I, E (modifier 25)",
    stc=("A8:453",),
    whole=True,
    triggers=EM,
    watch={"SV1": both(procedure_in(EM), modifier_in({"25"}))},
    examples=(
        Bad({"HC:96372*": "HC:36415*", "HC:J3420*": "HC:82607*"}, at=("2400", "SV101-3")),
        Good({"HC:99213:25*": "HC:99213*", "HC:96372*": "HC:36415*", "HC:J3420*": "HC:82607*"}),
        Good({"HC:96372*": "HC:94640*", "HC:J3420*": "HC:82607*"}),
    ),
)
def modifier_25_unneeded(claim: Claim, context: Context) -> Iterator[Hit]:
    """A visit carries modifier 25, but the date has only drugs and laboratory tests besides.

    Why: 25 sets a visit apart from a procedure; needless ones draw audits.

    Fix: Remove 25, or add the procedure that is missing.
    """
    for day in context.days:
        if not all(code in EM or code in _LABORATORY or may_be_drug(code) for code in day.procedures):
            continue
        visits = [line for line in day.lines if line.procedure in EM]
        if len(visits) != 1 or len(day.lines) == 1 or not all_dated(day):
            continue
        line = visits[0].line
        if line is not None and "25" in line.modifiers:
            yield Hit(
                line.modifier_spot("25"),
                f"Visit {line.procedure} has modifier 25, but nothing on its date needs to be told apart from it.",
            )


@rule(
    id="NCI013",
    name="e-m-only-reason",
    severity="info",
    snip=7,
    source="NCCI Policy Manual 2026, ch. I, D",
    stc=("A8:454",),
    whole=True,
    triggers=ADMIN_INJECTION,
    watch={"SV1": both(procedure_in(_SHORT_VISITS), modifier_in({"25"}))},
    examples=(
        Bad(_ONE_DIAGNOSIS | _WEEK_BEFORE, at=("2400", "SV101-2")),
        # Once is no habit: visit and injection may share a diagnosis.
        Good(_ONE_DIAGNOSIS),
        Good(_WEEK_BEFORE),
        Good(_ONE_DIAGNOSIS | {"HC:99213:25*": "HC:99214:25*"} | _WEEK_BEFORE),
    ),
)
def visit_for_the_injection_only(claim: Claim, context: Context) -> Iterator[Hit]:
    """A short visit with 25 and an injection for one and the same diagnosis, and nothing else, for the second time.

    The rule tells it once for a patient, when the file holds the same picture on two dates.

    Why: A visit that only prepares a scheduled injection is part of it; a series of them invites an audit.

    Fix: Make sure that the record shows what the visit was for beyond the injection.
    """
    for day in context.days:
        found = _visit_for_one_diagnosis(day)
        if found is None:
            continue
        visit, diagnosis = found
        key = context.key(claim.billing.npi, claim.patient_key, diagnosis)
        dates = context.memory.recall(key)
        today = day.service_date.isoformat()
        context.memory.remember(key, today)
        if len(dates) == 1 and dates[0] != today:
            yield Hit(
                visit.at("procedure"),
                f"{visit.procedure} with 25 and 96372 have one diagnosis and nothing else, as on {dates[0]}.",
            )


def _visit_for_one_diagnosis(day: Day) -> tuple[ServiceLine, str] | None:
    """The visit and the diagnosis of a day that has a short visit with 25, 96372, drugs and nothing else."""
    if not all(code in _SHORT_VISITS or code in ADMIN_INJECTION or may_be_drug(code) for code in day.procedures):
        return None
    lines = [own.line for own in day.own if own.line is not None]
    visits = [line for line in lines if line.procedure in _SHORT_VISITS and "25" in line.modifiers]
    others = [line for line in lines if line.procedure not in _SHORT_VISITS]
    diagnoses = {tuple(diagnosis.code for diagnosis in line.diagnoses) for line in lines}
    if (
        day.earlier
        or not all_dated(day)
        or len(visits) != 1
        or len(visits) + len(others) != len(lines)
        or not of_codes(day.own, ADMIN_INJECTION)
        or len(diagnoses) != 1
    ):
        return None
    codes = diagnoses.pop()
    return (visits[0], codes[0]) if len(codes) == 1 else None


@rule(
    id="NCI015",
    name="preventive-visit-ok",
    severity="info",
    snip=7,
    source="NCCI practitioner pair edits, 2024 Q3: none between preventive visits and 96372",
    stc=("A6:453",),
    triggers=ADMIN_INJECTION | EM_PREVENTIVE,
    needs=("option:preventive-visit-needs-25",),
    examples=(Good({"HC:99213:25*": "HC:99396*"}), Good({"HC:99213:25*": "HC:G0439*"})),
)
def preventive_visit(claim: Claim, context: Context) -> Iterator[Hit]:
    """A preventive or wellness visit needs no modifier 25 beside an injection 96372; some commercial payers want it.

    The rule is silent unless the option `preventive-visit-needs-25` is true; then it looks at commercial claims.

    Why: No NCCI edit pairs them, but some commercial payers bundle the visit all the same.

    Fix: Append 25 to the preventive visit if your payer wants it.
    """
    if context.scope != "commercial" or not context.options.get("preventive-visit-needs-25", False):
        return
    for day in context.days:
        for line, visit, shot in pairs(day, EM_PREVENTIVE, ADMIN_INJECTION, offends=lacks_25):
            yield Hit(
                line.at("procedure_composite"),
                f"Preventive visit {visit.procedure} has no modifier 25 beside 96372{elsewhere(visit, shot)}.",
            )


@rule(
    id="NCI016",
    name="new-patient-repeat",
    severity="warning",
    snip=7,
    source="IOM 100-04, ch. 12, s. 30.6.7 (three years)",
    stc=("A8:454",),
    triggers=EM_OFFICE,
    examples=(
        Bad({"HC:99213:25*112*UN*1***2": "HC:99203:25*112*UN*1***2"} | _WEEK_BEFORE, at=("2400", "SV101-2")),
        Good(_WEEK_BEFORE),
        Good({"HC:99213:25*": "HC:99203:25*"}),
    ),
)
def new_patient_again(claim: Claim, context: Context) -> Iterator[Hit]:
    """A visit for new patients, 99202-99205, for one whom the file shows as seen within three years before.

    Seen means an office visit with the same billing provider, and with a rendering provider of the same specialty
    (taxonomy; without one, the same NPI). Replacement and void claims are left out.

    Why: A patient is new once in three years; the payer denies the second, or pays it as an established visit.

    Fix: Bill 99212-99215.
    """
    if claim.frequency in ("7", "8"):
        return
    visits = [
        (day, line) for line in claim.lines if line.procedure in EM_OFFICE and (day := line.service_from) is not None
    ]
    if len(visits) > 1:
        visits.sort(key=lambda visit: visit[0])
    memory = context.memory
    for day, line in visits:
        today = day.toordinal()
        is_new = line.procedure in _NEW_PATIENT
        # A hash stands for the patient; a visit is its day, below zero if it was for a new patient.
        key = context.key(claim.billing.npi, claim.patient_key, _specialty(line))
        if is_new:
            other = next((mark for mark in memory.recall(key) if _makes_known(mark, today)), None)
            if isinstance(other, int):
                yield Hit(
                    line.at("procedure"),
                    f"{line.procedure} is for new patients, but the file has a visit of this patient on "
                    f"{date.fromordinal(abs(other)).isoformat()}.",
                )
        memory.remember(key, -today if is_new else today)


def _makes_known(mark: Value, today: int) -> bool:
    """Whether a visit seen before speaks against a new patient today: any earlier one, or a later one that says new."""
    if not isinstance(mark, int):
        return False
    days = today - abs(mark)
    return 0 < days <= _THREE_YEARS or (mark < 0 and 0 < -days <= _THREE_YEARS)


def _specialty(line: ServiceLine) -> str:
    provider = line.rendering
    taxonomy = provider.taxonomy if provider is not None else line.claim.billing.taxonomy
    return taxonomy or line.rendering_npi
