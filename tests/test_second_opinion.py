"""The second opinion: what pyx12's engine and edi-lint say of the same faults, one at a time.

Where they differ on whether a batch is structurally sound, on the place of the first fault, on the element or on what
is wrong with it, `known_differences.toml` says who is right and why. An unexplained difference fails, and so does an
explanation that is needed no more.
"""

from __future__ import annotations

import io
import re
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from edi_lint import Finding
from edi_lint.x12 import Reader, Segment
from tests.conftest import CORPUS, FIXTURES, STRUCTURE, judged
from tests.mutations import ENVELOPE, mutations
from tests.oracle import Opinion, Remark, second_opinion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

QUICK = {"base.edi": 110, "base-dependent.edi": 60, "cob-secondary.edi": 60}
FULL = {"base.edi": 1200, "base-dependent.edi": 1000, "cob-secondary.edi": 1000, "clean-injections.edi": 100}
SEED = 837

ELEMENT_CODES = {
    "ELE001": "1", "ELE002": "10", "ELE003": "4", "ELE004": "5", "ELE005": "7", "ELE006": "8", "ELE007": "9",
    "ELE008": "6", "ELE009": "6", "ELE018": "7",
}  # fmt: skip
"""What pyx12 calls the faults of elements that both name."""
ENVELOPE_RULES = {
    ("isa", "001"): "ENV008", ("isa", "021"): "ENV009", ("isa", "023"): "ENV007", ("isa", "024"): "ENV007",
    ("isa", "025"): "ENV014", ("gs", "3"): "ENV007", ("gs", "4"): "ENV010", ("gs", "5"): "ENV011",
    ("gs", "6"): "ENV015", ("st", "2"): "ENV007", ("st", "3"): "ENV012", ("st", "4"): "ENV013", ("st", "23"): "ENV016",
}  # fmt: skip
"""The rules that say what pyx12 says of an envelope without naming a segment."""
UNLISTED = ("CLM05-3", "N402")
"""Elements whose list of codes pyx12's map lacks, everywhere or in some places."""


# -- what is compared -------------------------------------------------------------------------------------


@dataclass
class Case:
    """One faulty batch with what both say of it."""

    name: str
    text: str
    fault: str
    findings: list[Finding]
    theirs: Opinion

    @cached_property
    def segments(self) -> list[Segment]:
        return list(Reader(io.BytesIO(self.text.encode("latin-1"))))

    @property
    def ours(self) -> list[Finding]:
        """What edi-lint calls an error."""
        return [finding for finding in self.findings if finding.severity == "error"]

    @property
    def first(self) -> Finding:
        """The first error, if there is one that pyx12 could name the place of: it names none in the envelope."""
        inside = [f for f in self.ours if not (f.rule.startswith("ELE") and f.segment in ENVELOPE)]
        return next((f for f in inside if not f.rule.startswith("ENV")), self.ours[0])

    @property
    def rules(self) -> set[str]:
        return {finding.rule for finding in self.ours}

    @property
    def lesser(self) -> set[str]:
        """The rules of the warnings and remarks."""
        return {finding.rule for finding in self.findings if finding.severity != "error"}

    @property
    def placed(self) -> list[Remark]:
        """What pyx12 says of segments and elements; of the envelope it names no segment."""
        return [remark for remark in self.theirs.remarks if remark.level in ("segment", "element")]

    def ordinal(self, finding: Finding) -> int:
        """The segment that a finding is told at, by its number in the file."""
        return sum(segment.offset <= finding.offset for segment in self.segments)

    def value(self, finding: Finding) -> str:
        """The element (or component) that a finding names, as it stands in the file."""
        return self.segments[self.ordinal(finding) - 1].get(*_position(finding))


def _position(finding: Finding) -> tuple[int, int]:
    """The element and component of a finding, as numbers."""
    found = re.search(r"(\d\d)(?:-(\d+))?$", finding.element or "")
    return (int(found[1]), int(found[2] or 0)) if found else (0, 0)


def differences(case: Case) -> Iterator[tuple[str, str]]:
    """Where the two differ: the aspect, and what each says."""
    ours, theirs = case.ours, case.theirs
    said = [(f.rule, f.element or f.segment, case.ordinal(f)) for f in ours[:4]]
    remarks = [(r.code, r.segment_id, r.element, r.segment, r.text[:60]) for r in theirs.remarks[:4]]
    words = f"ours: {said}; theirs: {theirs.verdict} {theirs.crash} {remarks}"
    if theirs.verdict == "crash":
        yield "crash", words
    elif bool(ours) != (theirs.verdict == "reject"):
        yield "verdict", words
    elif ours:
        yield from ((aspect, words) for aspect in _finer(case))


def _finer(case: Case) -> Iterator[str]:
    """Both reject: do they mean the same?"""
    if not case.placed:
        if any(ENVELOPE_RULES[remark.level, remark.code] not in case.rules for remark in case.theirs.remarks):
            yield "envelope"
        return
    first, theirs = case.first, case.placed[0]
    if case.ordinal(first) - theirs.segment not in (0, 1):
        yield "place"
        return
    about = [r for r in case.placed if r.segment == theirs.segment]
    named = [r for r in about if r.level == "element"]
    if not named or any(r.level == "segment" for r in about) or not first.rule.startswith("ELE"):
        return  # Of what is missing, surplus or out of place, neither names an element.
    same = [r for r in named if (r.element, r.component) == _position(first)]
    if not same:
        yield "element"
    elif ELEMENT_CODES.get(first.rule) not in {r.code for r in same}:
        yield "code"


# -- why they differ --------------------------------------------------------------------------------------

CONDITIONS: dict[str, Callable[[Case], bool]] = {}


def condition(test: Callable[[Case], bool]) -> Callable[[Case], bool]:
    """Make a test of one case a condition that known_differences.toml can name."""
    CONDITIONS[test.__name__.replace("_", "-")] = test
    return test


class Difference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of known_differences.toml."""

    id: str
    aspect: str
    right: str
    reason: str
    corpus: bool = False
    """Whether only the public corpus has such a case."""


@cache
def known() -> list[Difference]:
    with (Path(__file__).parent / "known_differences.toml").open("rb") as file:
        return msgspec.convert(tomllib.load(file)["difference"], list[Difference])


def explained(case: Case, aspect: str) -> str | None:
    """The first entry that explains a difference."""
    return next((entry.id for entry in known() if entry.aspect == aspect and CONDITIONS[entry.id](case)), None)


# pyx12 breaks; each time edi-lint has something to say.


@condition
def crash_trailer_without_header(case: Case) -> bool:
    told = case.rules & {"ENV018", "ENV019", "ENV020", "ENV021"}
    return "IndexError in x12file.py" in case.theirs.crash and bool(told)


@condition
def crash_too_many_components(case: Case) -> bool:
    told = case.rules & {"ELE013", "ELE014", "ELE019"} or "ELE015" in case.lesser
    return "IndexError in _segment.py" in case.theirs.crash and bool(told)


@condition
def crash_unknown_guide(case: Case) -> bool:
    return "Map not found" in case.theirs.crash and (bool(case.ours) or "ENV035" in case.lesser)


@condition
def crash_guide_of_the_same_family(case: Case) -> bool:
    return bool(re.search(r"vriic=005010X222(A2)?$", case.theirs.crash))


@condition
def crash_count_is_no_number(case: Case) -> bool:
    return "ValueError in error_handler.py" in case.theirs.crash and _trailers(case.ours) >= {"GE01"}


@condition
def crash_narrow_header(case: Case) -> bool:
    return "must have 16 elements" in case.theirs.crash and bool(case.rules & {"ENV004", "ENV005"})


@condition
def crash_two_hyphens_in_a_range(case: Case) -> bool:
    return "ValueError in validation.py" in case.theirs.crash and "ELE006" in case.rules


# pyx12 passes what edi-lint rejects: all that edi-lint says must be of this kind.


@condition
def pass_foreign_set(case: Case) -> bool:
    return _all(case, lambda f: f.rule == "ENV023" or f.element == "ST01")


@condition
def pass_guide_of_the_set(case: Case) -> bool:
    return _all(case, lambda f: f.element == "ST03")


@condition
def pass_data_behind_the_interchange(case: Case) -> bool:
    return _all(case, lambda f: f.rule == "ENV021" and f.offset >= case.text.index("\nIEA"))


@condition
def pass_repetition(case: Case) -> bool:
    return _all(case, lambda f: f.rule == "ELE014" and "^" in case.value(f))


@condition
def pass_blanks_as_a_value(case: Case) -> bool:
    return _all(case, lambda f: f.rule == "ELE001" and case.value(f).isspace())


@condition
def pass_far_future(case: Case) -> bool:
    return _all(case, lambda f: f.rule == "ELE006" and case.value(f) >= "2200")


@condition
def pass_composite_without_its_first(case: Case) -> bool:
    return _all(case, lambda f: f.rule == "ELE001" and _position(f)[1] == 1)


@condition
def pass_missing_list(case: Case) -> bool:
    return _all(case, lambda f: f.rule == "ELE005" and f.element in UNLISTED)


@condition
def pass_blank_sender_or_receiver(case: Case) -> bool:
    return _all(case, lambda f: f.rule == "ENV006" and f.element in ("ISA06", "ISA08"))


@condition
def pass_announced_levels(case: Case) -> bool:
    return _all(case, lambda f: f.rule in ("SEG011", "SEG012"))


@condition
def pass_parent_level(case: Case) -> bool:
    return _all(case, lambda f: f.rule == "SEG010")


@condition
def pass_loop_of_one_segment(case: Case) -> bool:
    return _all(case, lambda f: f.rule == "SEG008")


# edi-lint passes, or says in a milder tone, what pyx12 rejects: all that pyx12 says must be of this kind.


@condition
def reject_empty_segment(case: Case) -> bool:
    return "ENV034" in case.lesser and {r.level for r in case.theirs.remarks} == {"isa", "gs", "st"}


@condition
def reject_indented_segment(case: Case) -> bool:
    return "ENV036" in case.lesser


@condition
def reject_wrapped_line(case: Case) -> bool:
    return "ENV035" in case.lesser or re.search(r"[\r\n]~", case.text) is not None


@condition
def reject_mark_before_the_interchange(case: Case) -> bool:
    return bool(case.lesser & {"ENV030", "ENV031"}) and not case.theirs.remarks


@condition
def reject_line_number(case: Case) -> bool:
    if {remark.code for remark in case.theirs.remarks} != {"LX"}:
        return False
    told = {finding.element for finding in judged(case.text)}
    same = re.search(r"Number 0+(\d+) does not match my count of \1$", case.theirs.remarks[0].text)
    return "LX01" in told or same is not None


@condition
def reject_trailing_separators(case: Case) -> bool:
    return "ELE015" in case.lesser and {r.code for r in case.theirs.remarks} <= {"SEG1", "8"}


@condition
def reject_trailing_blanks(case: Case) -> bool:
    return "ELE016" in case.lesser and {r.code for r in case.theirs.remarks} <= {"6", "8"}


@condition
def reject_blank_element(case: Case) -> bool:
    return "ELE017" in case.lesser and {r.level for r in case.theirs.remarks} == {"element"}


@condition
def reject_newer_code(case: Case) -> bool:
    values = {re.search(r"\((\w*)\) is not a valid code", r.text) for r in case.theirs.remarks}
    return {value[1] for value in values if value} <= {"31", "QC", "NL", "NU"} and None not in values


# Both reject, and say it of another place or in other words.


@condition
def envelope_element_itself(case: Case) -> bool:
    missed = {r.segment_id for r in case.theirs.remarks if ENVELOPE_RULES[r.level, r.code] not in case.rules}
    trailers = {"ISA": ("IEA", "ISA"), "GS": ("GE", "GS"), "ST": ("SE", "ST")}
    told = {f.segment for f in case.ours if f.rule.startswith("ELE")}
    return all(told.intersection(trailers[name]) for name in missed)


@condition
def envelope_misread(case: Case) -> bool:
    return bool(case.rules & {"ENV004", "ENV005"})


@condition
def place_behind_the_interchange(case: Case) -> bool:
    return case.first.rule == "ENV021" and case.placed[0].segment == len(case.segments) + 1


@condition
def place_of_a_certificate(case: Case) -> bool:
    return {(remark.segment_id, remark.element) for remark in case.placed} == {("PWK", 2)}


@condition
def place_in_a_foreign_set(case: Case) -> bool:
    return case.rules == {"ENV003"}


@condition
def place_of_a_wrong_level(case: Case) -> bool:
    return case.first.element in ("HL02", "HL03")


@condition
def element_of_blanks(case: Case) -> bool:
    return case.first.rule == "ELE001" and case.value(case.first).isspace()


@condition
def element_repeated(case: Case) -> bool:
    return case.first.rule == "ELE014"


@condition
def element_of_a_wrong_qualifier(case: Case) -> bool:
    return case.first.rule == "ELE005" and case.first.element in ("HI01-1", "HL03")


@condition
def code_of_blanks(case: Case) -> bool:
    return case.first.rule == "ELE001" and case.value(case.first).isspace()


@condition
def code_of_repetitions(case: Case) -> bool:
    return case.first.rule == "ELE014"


@condition
def code_of_components(case: Case) -> bool:
    return case.first.rule == "ELE013" and ":" in case.value(case.first)


@condition
def code_of_slipped_elements(case: Case) -> bool:
    return case.first.rule == "ELE019" and len(case.placed) > 2


@condition
def code_of_a_missing_list(case: Case) -> bool:
    return case.first.rule == "ELE005" and case.first.element in UNLISTED


@condition
def code_of_a_sign_alone(case: Case) -> bool:
    return case.first.rule == "ELE009" and case.value(case.first) in ("-", ".")


@condition
def code_of_a_short_date(case: Case) -> bool:
    return case.first.rule == "ELE006" and {r.code for r in case.placed} <= {"4", "5", "8"}


def _all(case: Case, test: Callable[[Finding], bool]) -> bool:
    return bool(case.ours) and all(test(finding) for finding in case.ours)


def _trailers(findings: list[Finding]) -> set[str]:
    return {finding.element for finding in findings if finding.element}


# -- the comparison ---------------------------------------------------------------------------------------


def case_of(name: str, text: str, fault: str) -> Case:
    return Case(name, text, fault, judged(text, *STRUCTURE), second_opinion(text))


def faults(counts: dict[str, int]) -> Iterator[Case]:
    """So many faults of each fixture."""
    for number, (name, count) in enumerate(counts.items()):
        for fault in mutations((FIXTURES / name).read_text("ascii"), count, SEED + number):
            yield case_of(name, fault.text, f"{fault.kind}: {fault.description}")


def unexplained(cases: Iterator[Case]) -> tuple[list[str], set[str]]:
    """The differences without an explanation, in words, and the entries used for the others."""
    left: list[str] = []
    used: set[str] = set()
    for case in cases:
        for aspect, words in differences(case):
            entry = explained(case, aspect)
            if entry is None:
                left.append(f"{aspect}: {case.name}, {case.fault}\n    {words}")
            else:
                used.add(entry)
    return left, used


def test_a_few_faults_get_the_same_verdict() -> None:
    left, _ = unexplained(faults(QUICK))
    assert left == []


@pytest.mark.slow
def test_many_faults_get_the_same_verdict_and_every_exception_is_needed() -> None:
    left, used = unexplained(faults(FULL))
    assert left == []
    assert {entry.id for entry in known() if not entry.corpus} - used == set()


def test_every_exception_has_a_condition_and_a_reason() -> None:
    assert sorted(entry.id for entry in known()) == sorted(CONDITIONS)
    for entry in known():
        assert entry.aspect == entry.id.partition("-")[0] or entry.aspect == "verdict", entry.id
        assert entry.right in ("edi-lint", "pyx12", "either"), entry.id
        assert len(entry.reason) > 40, entry.id


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the public corpus is not beside the repository (../shared/corpus)")
def test_public_files_get_the_same_verdict() -> None:
    files = sorted(CORPUS.glob("837p/*"))
    left, _ = unexplained(case_of(path.name, path.read_text("latin-1"), "as it is") for path in files)
    assert left == []
