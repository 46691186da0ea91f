"""What a rule is, and the list of all of them.

A rule is data plus, for most, one generator: `rule` decorates the generator and registers both. The generator
yields a `Hit`, a place and words; the engine adds the rest. Rules for what the syntax and the guide find
(`structure.py`) have no generator: they give a kind of fault its id, severity and words.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from ..claims import Day, Memory, Spot, Value
from ..findings import SEVERITIES, Severity

if TYPE_CHECKING:
    from ..refdata import Table
    from ..reference import Reference
    from ..x12 import Segment

__all__ = [
    "RULES",
    "Acks",
    "Bad",
    "Check",
    "Context",
    "Edit",
    "Good",
    "Hit",
    "Level",
    "Rule",
    "Unchecked",
    "find_rules",
    "register",
    "rule",
]

Level = Literal["file", "provider", "subscriber", "patient", "claim"]
Check = Callable[[Any, "Context"], Iterable["Hit"]]


class Watch(msgspec.Struct, frozen=True):
    """Whether a single segment may set a rule off: a predicate, and the elements whose values it depends on.

    It may depend on which of all elements are filled, too. None says that it depends on the whole segment. It is asked
    once for each distinct state of what it depends on.
    """

    test: Callable[[Segment, Reference], bool]
    elements: tuple[int, ...] | None = None


class Acks(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the acknowledgements say of a finding: TA1, 999 (AK905, IK502, IK304, IK403) and 277CA (STC) codes."""

    ta1: str = ""
    ak905: str = ""
    ik502: str = ""
    ik304: str = ""
    ik403: str = ""
    stc: tuple[str, ...] = ()


class Hit(msgspec.Struct, frozen=True):
    """What a rule found: where, and the sentence that says what is wrong. ``fix`` replaces the rule's own."""

    spot: Spot
    message: str
    fix: str = ""
    severity: Severity | None = None
    """Where a rule is graver in one case than in another; None takes the rule's."""
    trigger: Spot | None = None
    """What made the value required or unwanted, where that is another element: the 999 names it."""
    acks: Acks | None = None
    """Where one case takes other acknowledgement codes than the rule's."""


class Unchecked(msgspec.Struct, frozen=True):
    """What a rule could not check, since a table is not there or does not cover the date; where it was needed."""

    table: Table
    place: Callable[[], Spot]


@dataclass(slots=True)
class Context:
    """What a check may know besides its subject, and what the checks have found."""

    reference: Reference
    as_of: date
    """The day on which the batch is judged."""
    scope: str
    """The kind of payer: medicare, medicare-advantage, medicaid or commercial."""
    options: Mapping[str, Any]
    memory: Memory
    """What rules keep over the claims of one file; `key` says under which number."""
    absent: AbstractSet[tuple[Table, str]]
    """Tables of which is said already that they do not cover a date or are not there, by kind of payer."""
    notes_by_rule: dict[str, dict[str, Any]]
    derived: dict[str, Any]
    """What rules have worked out from the reference data, for all files of the run."""
    days: tuple[Day, ...]
    """For a claim: its dates of service, each with the lines that earlier claims of the file have on it."""
    rule: Rule
    """The rule that runs."""
    hits: list[tuple[Rule, Hit | Unchecked]]
    """What was found of the subject so far, and by which rule."""

    def not_checked(self, table: Table, place: Callable[[], Spot]) -> None:
        """Say that a table does not cover the date, or is not there: gives REF001 or REF002 instead of a verdict, once.

        ``place`` is called where there is something to say.
        """
        if (table, self.scope) not in self.absent:
            self.hits.append((self.rule, Unchecked(table, place)))

    def key(self, *parts: Value) -> int:
        """The number under which `memory` keeps something of this rule about ``parts``."""
        return self.memory.key((self.rule.id, parts))

    @property
    def medicaid(self) -> bool:
        """Whether Medicaid's own NCCI tables are asked: for its claims; those of Medicare are for all others."""
        return self.scope == "medicaid"

    def covers(self, table: Table, day: date) -> bool:
        """Whether a table may be consulted for a date of service; if not, the rule says so with `not_checked`."""
        by_program = table in ("ptp", "mue")
        return self.reference.covers(table, day, medicaid=by_program and self.medicaid)

    @property
    def notes(self) -> dict[str, Any]:
        """The rule's own notes on the transaction set at hand: they are gone when the next begins."""
        found = self.notes_by_rule.get(self.rule.id)
        if found is None:
            found = self.notes_by_rule[self.rule.id] = {}
        return found


class Edit(msgspec.Struct, frozen=True):
    """A change of the clean base claim (fixtures/base.edi): each text is replaced wherever it stands.

    The base is taken as one line, so a text may span segments (``LX*2~SV1*HC:96372``); SE01 is counted anew.
    """

    replace: Mapping[str, str]


class Bad(Edit, frozen=True):
    """An edit after which the rule finds exactly one thing, at loop and element (or segment) ``at``."""

    at: tuple[str, str]
    also: tuple[str, ...] = ()
    """Other rules that the catalogue lets fire on the same edit."""
    severity: Severity | None = None
    """The severity expected, where it differs by payer."""


class Good(Edit, frozen=True):
    """An edit that stays clean."""


class Rule(msgspec.Struct, frozen=True):
    """One rule. ``severity`` is one for all, or one for each payer scope (``off`` where it does not apply)."""

    id: str
    name: str
    severity: Severity | Mapping[str, str]
    snip: int
    summary: str
    why: str
    fix: str
    source: str
    since: str = "0.1.0"
    """The version of edi-lint that it came with: it is not in editions (`RULESETS`) made before."""
    preview: bool = False
    """Whether it is on trial: it runs only where the user asks for such rules (``--preview``)."""
    level: tuple[Level, ...] = ("claim",)
    triggers: AbstractSet[str] = frozenset()
    beside: AbstractSet[str] = frozenset()
    needs: frozenset[str] = frozenset()
    watch: Mapping[str, Watch] = {}
    whole: bool = False
    table: Table | None = None
    speaks_for: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    strict: Severity | None = None
    """The severity under ``--strict``, for what the guide forbids and most receivers let pass."""
    acks: Acks = Acks()
    message: str = ""
    examples: tuple[Bad | Good, ...] = ()
    check: Check | None = None

    @property
    def family(self) -> str:
        """The letters of the id."""
        return re.sub("[0-9].*", "", self.id)

    @property
    def gravest(self) -> Severity:
        """The severity, or the gravest of those for payers."""
        if isinstance(self.severity, str):
            return self.severity
        return next((severity for severity in SEVERITIES if severity in self.severity.values()), "info")

    def severity_for(self, scope: str) -> Severity | None:
        """The severity for a payer scope; None where the rule does not apply.

        Medicare Advantage follows Medicare's coding rules, but as warnings: the plan decides.
        """
        if isinstance(self.severity, str):
            return self.severity
        if scope == "medicare-advantage":
            own = self.severity.get(scope) or self.severity.get("medicare", "off")
            found = "warning" if own == "error" else own
        else:
            found = self.severity.get(scope, "off")
        return None if found == "off" else found  # type: ignore[return-value]


RULES: dict[str, Rule] = {}
"""All rules by id."""
_NAMES: dict[str, Rule] = {}


def register(new: Rule) -> Rule:
    """Add a rule. Raises ValueError when its id or name is malformed or taken."""
    if not re.fullmatch(r"[A-Z]{2,4}[0-9]{3}[a-z]?", new.id) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", new.name):
        raise ValueError(f"malformed rule id or name: {new.id} {new.name}")
    if new.id in RULES or new.name in _NAMES:
        raise ValueError(f"rule {new.id} {new.name} is already registered")
    RULES[new.id] = new
    _NAMES[new.name] = new
    return new


def rule(
    *,
    id: str,
    name: str,
    severity: Severity | Mapping[str, str],
    snip: int,
    source: str,
    since: str = "0.1.0",
    preview: bool = False,
    level: Level | tuple[Level, ...] = "claim",
    triggers: Collection[str] = (),
    beside: Collection[str] = (),
    needs: Iterable[str] = (),
    watch: Mapping[str, Watch] | None = None,
    whole: bool = False,
    table: Table | None = None,
    speaks_for: tuple[str, ...] = (),
    hides: tuple[str, ...] = (),
    strict: Severity | None = None,
    message: str = "",
    acks: Acks | None = None,
    stc: tuple[str, ...] = (),
    examples: tuple[Bad | Good, ...] = (),
) -> Callable[[Check], Check]:
    """Register the decorated generator as a rule.

    The generator's docstring is the rule's page: its first paragraph says what the rule does, a paragraph that
    starts with "Why:" why it matters, one that starts with "Fix:" what to do.

    With ``triggers``, the rule only runs on claims that have one of these procedure codes on one of their days, earlier
    claims included; with ``beside``, only where one of those is there too; with ``whole``, on claims in which nothing
    is missing or out of place. With ``needs``, it only runs on claims that have one of these contents: a loop
    (``2320``), a segment with its qualifiers in the guide's order (``DTP*472``), modifiers (``SV101-3``), a place of
    service (``pos:11``), a first letter of a diagnosis (``dx:Z``). With ``watch``, it only runs where one of these
    predicates, by segment id, holds for a segment of the record; with both, one of them is enough. ``table`` names what
    the user must have loaded for the rule to say anything: without it, the rule runs until that has been told (REF002).

    ``hides`` names rules that say the same thing less well: they stay silent on a claim where this one fires.
    ``strict`` is the severity under ``--strict``. ``acks`` gives other codes than 277CA's ``stc``. ``speaks_for`` names
    guide faults (``kind key``) that are reported as this rule, in ``message``'s words. With ``preview`` it is on trial.
    """

    def decorate(check: Check) -> Check:
        summary, why, fix = _paragraphs(check.__doc__ or "")
        register(
            Rule(
                id=id,
                name=name,
                severity=severity,
                snip=snip,
                summary=summary,
                why=why,
                fix=fix,
                source=source,
                since=since,
                preview=preview,
                level=(level,) if isinstance(level, str) else level,
                triggers=_as_set(triggers),
                beside=_as_set(beside),
                needs=frozenset(needs),
                watch=watch or {},
                whole=whole,
                table=table,
                speaks_for=speaks_for,
                hides=hides,
                strict=strict,
                acks=acks or Acks(stc=stc),
                message=message,
                examples=examples,
                # One that is no generator has nothing to find: it only speaks for faults of the guide.
                check=check if inspect.isgeneratorfunction(check) else None,
            )
        )
        return check

    return decorate


def _as_set(codes: Collection[str]) -> AbstractSet[str]:
    return codes if isinstance(codes, AbstractSet) else frozenset(codes)


def _paragraphs(docstring: str) -> tuple[str, str, str]:
    summary, why, fix = "", "", ""
    for paragraph in inspect.cleandoc(docstring).split("\n\n"):
        text = " ".join(paragraph.split())
        if text.startswith("Why: "):
            why = text.removeprefix("Why: ")
        elif text.startswith("Fix: "):
            fix = text.removeprefix("Fix: ")
        elif not summary:
            summary = text
    return summary, why, fix


def find_rules(selector: str) -> Iterator[Rule]:
    """The rules that an id, a name, a prefix of an id or ``ALL`` stands for; none if it names no rule."""
    wanted = selector.strip()
    if wanted.upper() == "ALL":
        yield from RULES.values()
    elif wanted.lower() in _NAMES:
        yield _NAMES[wanted.lower()]
    elif wanted.upper() in {key.upper() for key in RULES}:
        yield next(found for key, found in RULES.items() if key.upper() == wanted.upper())
    elif wanted:
        yield from (found for key, found in RULES.items() if key.startswith(wanted.upper()))
