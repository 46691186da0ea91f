"""The acknowledgements: the worked example, every fixture and rule example, and what each finding becomes."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from pathlib import Path

import msgspec
import pytest

from edi_lint import Finding
from edi_lint.acks import Identity, Options, acknowledge
from edi_lint.acks.codes import LINE_REJECTED, SYNTAX_REJECTED, X12_SEGMENTS
from edi_lint.acks.judge import judge
from edi_lint.claims import Batch
from edi_lint.engine import FileCheck
from edi_lint.rules import RULES
from edi_lint.rules.examples import apply
from tests.acks_tools import DOCUMENTS, OPTIONS, answer, answered, linter, read_277ca, read_999, segments, texts
from tests.conftest import BASES, CORPUS, FIXTURES, base_segments, batch
from tests.mutations import mutations

EXAMPLE = CORPUS.parent / "examples" / "acks"
BATCHES = sorted(path for path in FIXTURES.iterdir() if path.suffix in (".edi", ".txt"))
DAYS = {"future-icd.edi": date(2026, 10, 15)}
WAYS = [
    OPTIONS,
    msgspec.structs.replace(OPTIONS, scope="claim", warnings=True),
    msgspec.structs.replace(OPTIONS, mask=True, accept="A1", identity=Identity("A PAYER", "12345", "PR", "PI")),
]


def complaints(content: str | bytes, options: Options = OPTIONS, **settings: date) -> list[str]:
    answers, _ = answered(content, options, **settings)
    return [
        f"{document}: {text}" for one in answers for document in DOCUMENTS for text in judge(getattr(one, document))
    ]


# -- the worked example -----------------------------------------------------------------------------------


@pytest.mark.skipif(not EXAMPLE.is_dir(), reason="the worked example is not beside the repository")
class TestWorkedExample:
    AS_OF = date(2026, 1, 15)

    def written(self, minute: int, change: tuple[str, str] = ("", "")):  # type: ignore[no-untyped-def]
        now = datetime(2026, 1, 15, 10, minute)  # noqa: DTZ001
        content = (EXAMPLE / "in_837p.edi").read_text("ascii").replace(*change)
        [found] = answered(content, msgspec.structs.replace(OPTIONS, now=now), self.AS_OF)[0]
        return found

    def expected(self, name: str) -> str:
        return (EXAMPLE / name).read_text("ascii")

    def test_999(self) -> None:
        assert self.written(16).x999 == self.expected("out_999.edi")

    def test_277ca(self) -> None:
        assert self.written(17).x277ca == self.expected("out_277ca.edi")

    def test_rejecting_ta1(self) -> None:
        found = self.written(16, ("IEA*1*", "IEA*2*"))
        assert found.ta1 == found.x999 == self.expected("out_ta1_reject.edi")
        assert (found.verdict, found.x277ca, found.accepted.claims) == ("R", "", 0)

    def test_the_judge_accepts_it(self) -> None:
        for name in ("out_999.edi", "out_277ca.edi", "out_ta1_reject.edi"):
            assert judge(self.expected(name)) == []


# -- everything is accepted by the judge ------------------------------------------------------------------


@pytest.mark.parametrize("path", BATCHES, ids=lambda path: path.name)
def test_fixture(path: Path) -> None:
    for way in WAYS:
        settings = {"as_of": DAYS[path.name]} if path.name in DAYS else {}
        assert complaints(path.read_bytes(), way, **settings) == []
        assert answered(path.read_bytes(), way)[0] == answered(path.read_bytes(), way)[0]


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.examples], ids=lambda rule: rule.id)
def test_rule_examples(rule, bases: dict[str, str]) -> None:  # type: ignore[no-untyped-def]
    for base in BASES:
        for example in rule.examples:
            for way in WAYS[:2]:
                content = apply(bases[base], example)
                assert complaints(content, way) == []
                assert missing(content, way) == []


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*/*")) if CORPUS.is_dir() else [], ids=lambda path: path.name)
def test_public_files(path: Path) -> None:
    for way in WAYS[:2]:
        assert complaints(path.read_bytes(), way) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", ["base.edi", "base-dependent.edi", "clean-injections.edi", "cob-secondary.edi"])
def test_mutations(name: str, seed: int) -> None:
    for mutation in mutations((FIXTURES / name).read_text("ascii"), 100, seed):
        for way in WAYS[:2]:
            assert complaints(mutation.text, way) == [], mutation.description
            assert missing(mutation.text, way) == [], mutation.description


# -- what a finding becomes -------------------------------------------------------------------------------


def missing(content: str | bytes, options: Options = OPTIONS) -> list[str]:
    """The findings that did not reach the acknowledgement that tells of them, or rejected what they should not."""
    answers, findings = answered(content, options)
    if len(answers) != 1:
        return []
    [told] = answers
    errors = [finding for finding in findings if finding.severity == "error"]
    if told.verdict == "R":
        notes = {str(finding.acks.get("ta1")) for finding in errors}
        return [] if not told.ta1 or segments(told.ta1)[1].get(5) in notes else ["TA1"]
    groups = read_999(told.x999)
    if not groups:
        return []  # Acknowledgements are not acknowledged.
    statuses = list(read_277ca(told.x277ca))
    lost = [finding.rule for finding in findings if not _is_told(finding, groups, statuses)]
    if not errors:
        lost += [f"rejected for {key}" for key, several in groups.items() for one in several if one.verdict in "RP"]
        lost += [f"rejected {number}" for _, number, action, _ in statuses if action == "U"]
    return lost


def _is_told(finding: Finding, groups, statuses) -> bool:  # type: ignore[no-untyped-def]
    acks = finding.acks
    if "ak905" in acks and finding.severity == "error":
        return any(
            acks["ak905"] in one.codes for (_, number), several in groups.items() if not number for one in several
        )
    if finding.severity == "info":
        return True
    group = groups.get((finding.gs06 or "", ""))
    if group is None or group[0].codes:
        return True  # The group is rejected as a whole.
    several = groups.get((finding.gs06 or "", finding.st02 or ""), [])
    if "stc" in acks and acks.get("ik403") not in ("I9", "I13") and acks.get("ik304") in (None, "I6", "I9"):
        return finding.severity != "error" or _status_is_told(finding, several, statuses)
    if not any(key in acks for key in ("ik502", "ik304", "ik403")):
        return True
    if finding.name == "not-closed":  # The finding lies where the next set begins.
        several = [one for (_, number), found in groups.items() if number for one in found]
    return any(_syntax_is_told(finding, one) for one in several)


def _syntax_is_told(finding: Finding, told) -> bool:  # type: ignore[no-untyped-def]
    acks, at = finding.acks, (finding.segment or "", str(finding.segment_index))
    if told.verdict == "A":
        return False
    if "ik502" in acks and acks["ik502"] not in told.codes:
        return False
    if finding.segment is None or len(finding.segment) > 3 or len(finding.segment) < 2:
        return bool(told.codes)  # What has no id of X12 has no IK3.
    if acks.get("ik304") == "1":
        return (*at, "6") in told.errors if finding.segment in X12_SEGMENTS else "5" in told.codes
    if "ik403" in acks and finding.origin is not None and finding.origin.spot.missing:
        return any(error[:2] == at for error in told.errors)  # An element of a segment that is not there.
    if "ik403" in acks:
        assert finding.element is not None
        element, _, component = finding.element[len(at[0]) :].partition("-")
        place = str(int(element)) + (f":{component}" if component else "")
        return any(
            (segment, position, code) == (*at, acks["ik403"]) and where.startswith(place)
            for segment, position, where, code in told.elements
        )
    return "ik304" not in acks or (*at, acks["ik304"]) in told.errors


def _status_is_told(finding: Finding, several, statuses) -> bool:  # type: ignore[no-untyped-def]
    if any(one.verdict == "R" for one in several):
        return True  # The set is rejected as a whole.
    wanted = {":".join(status.split(":")[:2]) for status in finding.acks["stc"]}
    if any(level in ("19", "21") and action == "U" for level, _, action, _ in statuses):
        return True  # So is the provider: what was found below is not told.
    number = finding.claim.id if finding.claim is not None else None
    told: set[str] = set()
    for _, trace, action, codes in statuses:
        if action == "U" and number in (None, trace):
            told |= codes
    return wanted <= told


@pytest.mark.parametrize("path", BATCHES, ids=lambda path: path.name)
def test_every_finding_reaches_its_acknowledgement(path: Path) -> None:
    for way in WAYS[:2]:
        assert missing(path.read_bytes(), way) == []


def test_every_error_has_a_code() -> None:
    """Those without one are told by a generic status (A3:21); ENV006 has its code from the ISA element."""
    lacking = [
        rule.id
        for rule in RULES.values()
        if "error" in (rule.severity if isinstance(rule.severity, str) else rule.severity.values())
        and not msgspec.to_builtins(rule.acks)
    ]
    assert lacking == ["ENV006", "INT001"]


def test_a_rule_without_codes_rejects_by_a_generic_status(monkeypatch: pytest.MonkeyPatch) -> None:
    from edi_lint.acks import answer as module

    def without_codes(parts):  # type: ignore[no-untyped-def]
        for part, findings in parts:
            yield part, [msgspec.structs.replace(finding, acks={}) for finding in findings]

    original = module.acknowledge
    monkeypatch.setattr("tests.acks_tools.acknowledge", lambda parts, *rest: original(without_codes(parts), *rest))
    found = answer((FIXTURES / "vaccine-billed-96372.edi").read_bytes())
    [status] = [codes for _, number, _, codes in read_277ca(found.x277ca) if number == "V4001" and "A3:21" in codes]
    assert status == {"A3:21", "A3:0"}
    assert judge(found.x277ca) == []


# -- 999 --------------------------------------------------------------------------------------------------


def edited(*changes: tuple[str, str]) -> str:
    """The base claim with changes, its segments counted anew."""
    text = "~".join(base_segments()) + "~"
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return batch(text.split("~")[:-1])


def test_a_good_set_beside_a_bad_one() -> None:
    found = answer((FIXTURES / "broken-structure.edi").read_bytes())
    assert texts(found.x999, "AK9") == ["AK9*R*2*2*0"]
    assert [text.split("*")[1] for text in texts(found.x999, "IK5")] == ["R", "R"]
    assert found.x277ca == ""


def test_claims_may_be_rejected_one_by_one() -> None:
    found = answer((FIXTURES / "broken-structure.edi").read_bytes(), scope="claim")
    # The second set has a wrong count, which no claim can take upon itself; in the first, subscribers have faults.
    assert [text.split("*")[1] for text in texts(found.x999, "IK5")] == ["R", "R"]
    alone = edited(("*472*D8*20260115~REF*6R*A1001L1~", "*472*D8*20261315~REF*6R*A1001L1~"))
    found = answer(alone, scope="claim")
    assert texts(found.x999, "IK5", "AK9") == ["IK5*E*5", "AK9*E*1*1*1"]
    told = [codes for _, _, action, codes in read_277ca(found.x277ca) if action == "U"]
    assert told == [{SYNTAX_REJECTED, LINE_REJECTED}, {"A7:187"}]
    assert (found.accepted.claims, found.rejected.claims) == (0, 1)


def test_segments_are_told_at_their_places() -> None:
    x999 = answer(edited(("REF*EI*690000001~", ""), ("~SBR*P", "~XYZ*1~N1*85*X~SBR*P"))).x999
    errors = texts(x999, "IK3", "CTX", "IK5")
    # The tax id should stand before the next HL; XYZ is no segment of X12, N1 is one of other transaction sets.
    assert errors == ["IK3*REF*11*2010AA*3", "IK3*N1*13*2000B*6", "IK5*R*5"]


def test_elements_are_copied_as_they_were_sent() -> None:
    x999 = answer(edited(("CLM*A1001*151.5*", "CLM*A1001*15l.5*"))).x999
    [ik3, ctx, ik4] = texts(x999, "IK3", "CTX", "IK4")
    assert (ik3.split("*")[4], ctx, ik4) == ("8", "CTX*CLM01:A1001", "IK4*2*782*6*15l.5")
    birth = ("DMG*D8*19750412*F", "DMG*D8*19751412*F")
    assert texts(answer(edited(birth)).x999, "IK4") == ["IK4*2*1251*8*19751412"]
    assert texts(answer(edited(birth), mask=True).x999, "IK4") == ["IK4*2*1251*8"]


def test_a_claim_with_a_bad_number_is_not_named_by_it() -> None:
    x999 = answer(edited(("CLM*A1001*", f"CLM*{'A' * 39}*"))).x999
    assert "CTX*CLM01" not in x999
    assert "IK4*1*1028*5" in x999


def test_warnings_are_noted_and_do_not_reject() -> None:
    found = answer(edited(("~N3*100 SAMPLE ST~", "~N3*100 SAMPLE ST ~")))
    assert texts(found.x999, "IK4", "IK5", "AK9") == ["IK4*1*166*6*100 SAMPLE ST", "IK5*E*5", "AK9*E*1*1*1"]
    assert (found.accepted.claims, found.rejected.claims) == (1, 0)


def test_a_wrong_group_is_rejected_without_its_sets() -> None:
    found = answer(edited(("GE*1*", "GE*2*")))
    assert texts(found.x999, "AK2") == []
    assert texts(found.x999, "AK9") == ["AK9*R*2*1*0*5"]
    assert found.x277ca == ""


def test_a_set_that_cannot_be_named_rejects_its_group() -> None:
    text = "~".join(base_segments())
    number = next(segment for segment in base_segments() if segment.startswith("ST*")).split("*")[2]
    found = answer(text.replace(f"ST*837*{number}", "ST*837*1").replace(f"*{number}~GE", "*1~GE") + "~")
    assert texts(found.x999, "AK2") == []
    assert texts(found.x999, "AK9") == ["AK9*R*1*1*0*5"]


@pytest.mark.parametrize(
    ("lost", "code"), [("SE*", "IK5*R*2"), ("GE*", "AK9*R*1*1*0*3"), ("IEA*", "TA1")], ids=["SE", "GE", "IEA"]
)
def test_a_missing_trailer_rejects_what_it_should_close(lost: str, code: str) -> None:
    text = "".join(f"{segment}~\n" for segment in base_segments() if not segment.startswith(lost))
    found = answer(text)
    if code == "TA1":
        assert texts(found.ta1, "TA1")[0].endswith("*R*023")
    else:
        assert code in texts(found.x999, "IK5", "AK9")


def test_acknowledgements_are_not_acknowledged() -> None:
    assert answer((FIXTURES / "not-837p-999.edi").read_bytes()).x999 == ""
    foreign = edited(("GS*HC*", "GS*HP*"), ("005010X222A1", "005010X221A1"))
    assert texts(answer(foreign).x999, "AK9") == ["AK9*R*1*1*0*1"]


def test_several_groups_that_are_no_837p_are_all_rejected() -> None:
    """Of a file without claims they are told in one finding, but each group has its 999."""
    isa, *rest, iea = base_segments()
    other = [segment.replace("005010X222A1", "005010X223A2") for segment in rest]
    again = [segment.replace("*1*X*", "*2*X*").replace("GE*1*1", "GE*1*2") for segment in other]
    found = answer(batch([isa, *other, *again, iea.replace("IEA*1", "IEA*2")]))
    assert [text[:5] for text in texts(found.x999, "AK9")] == ["AK9*R", "AK9*R"]
    assert texts(found.x999, "IK5") == ["IK5*R*1"]
    assert found.x277ca == ""


def test_a_count_that_is_wrong_beside_something_worse_is_told_too() -> None:
    foreign = edited(("GS*HC*", "GS*HP*"), ("005010X222A1", "005010X221A1"), ("GE*1*", "GE*3*"))
    assert texts(answer(foreign).x999, "AK9") == ["AK9*R*3*1*0*1*5"]
    [found], _ = answered(edited(("GE*1*", "GE*3*")), ignore=("ENV",))  # type: ignore[arg-type]
    assert texts(found.x999, "AK9") == ["AK9*A*1*1*1"]


# -- TA1 --------------------------------------------------------------------------------------------------


def test_a_ta1_is_sent_when_asked_for_or_needed() -> None:
    asked = base_segments()[0].split("*")[14]
    quiet = edited((f"*{asked}*T*:~", "*0*T*:~"))
    assert answer(quiet).ta1 == ""
    assert texts(answer(quiet).x999, "TA1") == []
    loud = answer(edited((f"*{asked}*T*:~", "*1*T*:~")))
    assert texts(loud.x999, "TA1", "GS")[0].endswith("*A*000")
    wrong = answer(edited((f"*{asked}*T*:~", "*7*T*:~")))
    assert texts(wrong.x999, "TA1")[0].endswith("*E*019")
    assert wrong.accepted.claims == 1
    strict = answer(edited((f"*{asked}*T*:~", "*7*T*:~")), lenient=False)
    assert (strict.verdict, texts(strict.ta1, "TA1")[0][-5:], strict.x277ca) == ("R", "R*019", "")


def test_a_ta1_that_cannot_name_the_interchange_is_not_written() -> None:
    number = base_segments()[0].split("*")[13]
    found = answer(edited((f"*{number}*", f"*{number[:-1]}X*")))
    assert (found.verdict, found.ta1, found.x999, found.x277ca) == ("R", "", "", "")
    assert found.notes


def test_delimiters_and_lines_are_those_of_the_input() -> None:
    answers, _ = answered((FIXTURES / "two-interchanges.edi").read_bytes())
    second = answers[1]
    assert second.x999.startswith("ISA|00|          |00|")
    assert "AK1|HC|" in second.x999
    assert "STC|A1>19>AY|" in second.x277ca
    one_line = answer((FIXTURES / "one-line.edi").read_bytes())
    assert "\n" not in one_line.x999
    newline = answer((FIXTURES / "newline-terminated.edi").read_bytes())
    assert "\n\n" not in newline.x277ca
    assert "~" not in newline.x277ca


def test_control_numbers_are_unique() -> None:
    answers, _ = answered((FIXTURES / "two-interchanges.edi").read_bytes())
    numbers = [
        text.split(text[3])[13]
        for one in answers
        for document in ("x999", "x277ca")
        for text in texts(getattr(one, document), "ISA")
    ]
    assert numbers == ["000000901", "000000902", "000000904", "000000905"]
    later = msgspec.structs.replace(OPTIONS, control=0)
    assert judge(answered((FIXTURES / "base.edi").read_bytes(), later)[0][0].x999) == []


# -- 277CA ------------------------------------------------------------------------------------------------


def test_a_rejected_provider_takes_its_claims_along() -> None:
    found = answer((FIXTURES / "providers.edi").read_bytes())
    rejected = [text for text in texts(found.x277ca, "STC") if "*U*" in text]
    assert "STC*A7:562:85**U*" in rejected[0]
    told = [number for level, number, _, _ in read_277ca(found.x277ca) if level == "PT"]
    assert "P1201" not in told
    assert "P1207" in told
    assert found.accepted.claims + found.rejected.claims == 7


def test_what_is_wrong_in_the_header_rejects_all_providers() -> None:
    """Rules look at the header with the first billing provider; here one of them tells it by a status."""
    segments = base_segments()
    start, end = segments.index("HL*1**20*1"), next(n for n, text in enumerate(segments) if text.startswith("SE*"))
    second = [re.sub(r"^HL\*(\d)\*(\d?)", _two_on, text) for text in segments[start:end]]
    second = [text.replace("CLM*", "CLM*X").replace("REF*6R*", "REF*6R*X") for text in second]
    content = batch([*segments[:end], *second, *segments[end:]]).replace("*TE*3125550134", "*TE*5550134")
    used = linter()

    def parts():  # type: ignore[no-untyped-def]
        for part, found in FileCheck(
            used.rules, Batch(io.BytesIO(content.encode()), used.rules.guide), "batch.edi"
        ).parts():
            yield part, [msgspec.structs.replace(one, acks={"stc": ["A7:503"]}) for one in found if one.loop == "1000A"]

    [told] = acknowledge(parts(), OPTIONS)
    assert (told.accepted.claims, told.rejected.claims) == (0, 2)
    assert [level for level, *_ in read_277ca(told.x277ca)] == ["21"]


def _two_on(level: re.Match[str]) -> str:
    parent = str(int(level[2]) + 2) if level[2] else ""
    return f"HL*{int(level[1]) + 2}*{parent}"


def test_what_a_subscriber_lacks_is_told_of_its_claims() -> None:
    found = answer(edited(("*CI~", "*Q1~")))
    claims = [codes for level, _, action, codes in read_277ca(found.x277ca) if level == "PT" and action == "U"]
    # The code is not in the guide's list either, so the 999 has it, and rejects.
    assert claims == []
    assert texts(found.x999, "IK5") == ["IK5*R*5"]


def test_line_findings_stand_at_their_lines() -> None:
    found = answer((FIXTURES / "units-and-ndc.edi").read_bytes())
    told = list(read_277ca(found.x277ca))
    assert [codes for _, number, _, codes in told if number == "U9001"] == [{LINE_REJECTED}, {"A7:476"}]
    x277ca = found.x277ca
    at = x277ca.index("TRN*2*U9001~")
    line = x277ca[at:].split("~\n")[3:7]
    assert [text.split("*")[0] for text in line] == ["SVC", "STC", "REF", "DTP"]
    assert line[0].startswith("SVC*HC:96372")
    assert line[2].startswith("REF*FJ*")


def test_statuses_are_packed_in_threes() -> None:
    found = answer(
        edited(
            ("CLM*A1001*151.5*", "CLM*A1001*150*"), ("ABK:E538", "ABK:E53.8"), ("HC:99213:25*112", "HC:99213:25:25*112")
        )
    )
    stcs = [text for text in texts(found.x277ca, "STC") if "*U*" in text and "A8:400" in text]
    assert stcs[0].startswith("STC*A8:400*20260301*U*150******A8:178*A8:583*")
    assert len([text for text in texts(found.x277ca, "STC") if "*U*" in text]) >= 2
    assert judge(found.x277ca) == []


def test_warnings_are_told_only_if_asked_for() -> None:
    content = (FIXTURES / "diagnosis-trouble.edi").read_bytes()
    assert "A2:20:41" not in answer(content).x277ca
    [text] = [text for text in texts(answer(content, warnings=True).x277ca, "STC") if "A2:20:41" in text][:1]
    assert text.split("*")[3] == "WQ"
    assert text.split("*")[12]


def test_masked_answers_name_nobody() -> None:
    content = (FIXTURES / "clean-injections.edi").read_bytes()
    masked = answer(content, mask=True).x277ca
    assert set(texts(masked, "NM1")) & {"NM1*QC*1*MASKED*****MI*MASKED"}
    assert "DOE" not in masked


def test_who_acknowledges_and_how() -> None:
    payer = Identity("A PAYER", "12345", "PR", "PI")
    text = answer((FIXTURES / "base.edi").read_bytes(), identity=payer, accept="A1", received=date(2026, 2, 27)).x277ca
    assert "NM1*PR*2*A PAYER*****PI*12345~" in text
    assert "STC*A1:19:PR*20260301*WQ*151.5~" in text
    assert "STC*A1:20*20260301*WQ*151.5~" in text
    assert "DTP*050*D8*20260227~" in text
