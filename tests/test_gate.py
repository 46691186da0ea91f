"""The gate: good claims go on byte for byte, the others come back, and nothing is lost."""

from __future__ import annotations

import io
import json
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from edi_lint import Config, ConfigError, Finding, SourceError
from edi_lint.acks import Options
from edi_lint.acks.judge import judge
from edi_lint.engine import FileCheck
from edi_lint.gate import Decision, Gate, GateError, find_inputs, gate
from edi_lint.gate.audit import tally
from edi_lint.gate.batch import BatchGate
from edi_lint.gate.split import _Side
from edi_lint.x12 import Reader
from tests.batch_model import Batch, random_batch, render
from tests.conftest import AS_OF, FIXTURES, base_segments, batch, findings_of
from tests.mutations import mutations

NOW = datetime(2026, 3, 1, 10, 16)  # noqa: DTZ001 - X12 knows no time zones
SCOPES = ("transaction", "claim")
BATCHES = sorted(path for path in FIXTURES.iterdir() if path.suffix in (".edi", ".txt"))
DOCUMENTS = ("ta1.edi", "999.edi", "277ca.edi")


@cache
def a_gate(scope: str = "transaction", **settings: object) -> Gate:
    config = Config(**({"as_of": AS_OF, "reject_scope": scope} | settings))  # type: ignore[arg-type]
    return Gate(Options(now=NOW), config)


def decided(content: str | bytes, out: Path, scope: str = "transaction", **settings: object) -> Decision:
    data = content if isinstance(content, bytes) else content.encode("latin-1")
    return a_gate(scope, **settings).decide(data, out, "batch.edi")


def file(decision: Decision, name: str) -> bytes:
    assert decision.folder is not None
    path = decision.folder / name
    return path.read_bytes() if path.exists() else b""


def tree(folder: Path) -> dict[str, bytes]:
    """Everything in a folder, by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def assert_sound(decision: Decision, content: bytes) -> None:
    """What holds of every decision, whatever came in."""
    received, accepted, rejected = (
        tally(io.BytesIO(data)) for data in (content, file(decision, "accepted.edi"), file(decision, "rejected.edi"))
    )
    assert accepted + rejected == received
    assert (decision.accepted.claims, decision.accepted.charges) == (accepted.claims, accepted.charges)
    assert (decision.rejected.claims, decision.rejected.charges) == (rejected.claims, rejected.charges)
    assert decision.status == int(bool(file(decision, "rejected.edi")) or not content)
    if accepted.claims:
        assert [one for one in findings_of(file(decision, "accepted.edi")) if one.severity == "error"] == []
    for name in DOCUMENTS:
        if text := file(decision, name):
            assert judge(text) == [], name


# -- random batches -----------------------------------------------------------------------------------------------


def check_random_batch(seed: int, scope: str, out: Path) -> Batch:
    model = random_batch(seed)
    content = render(model)
    decision = decided(content, out, scope)
    assert_sound(decision, content)
    good = model.accepted(scope)
    bad = {claim.id for claim in model.claims()} - good
    charges = {claim.id: claim.charge for claim in model.claims()}
    assert file(decision, "accepted.edi") == render(model.only(good))
    assert file(decision, "rejected.edi") == render(model.only(bad))
    assert decision.accepted.claims == len(good)
    assert decision.accepted.charges == sum((charges[name] for name in good), Decimal(0))
    assert decision.rejected.claims == len(bad)
    assert decision.status == int(bool(bad))
    if bad:
        # Corrected, what was rejected is accepted.
        rest = model.only(bad)
        rest.repair()
        again = decided(render(rest), out / "again", scope)
        assert (again.status, again.accepted.claims, again.rejected.claims) == (0, len(bad), 0)
        assert file(again, "accepted.edi") == render(rest)
    return model


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("seed", range(12))
def test_random_batches_are_divided_claim_by_claim(seed: int, scope: str, tmp_path: Path) -> None:
    check_random_batch(seed, scope, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("start", range(100, 180, 20))
def test_many_random_batches_are_divided_claim_by_claim(start: int, scope: str, tmp_path: Path) -> None:
    divided = 0
    for seed in range(start, start + 20):
        model = check_random_batch(seed, scope, tmp_path / str(seed))
        divided += len(model.accepted(scope)) > 0
    assert divided > 10


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["dependent-claims.edi", "two-interchanges.edi", "clean-injections.edi", "duplicates.edi"]
)
def test_nothing_is_lost_of_batches_with_any_fault(name: str, tmp_path: Path) -> None:
    for number, mutation in enumerate(mutations((FIXTURES / name).read_text("ascii"), 80)):
        for scope in SCOPES:
            content = mutation.text.encode("latin-1")
            assert_sound(decided(content, tmp_path / f"{number}{scope}", scope), content)


@pytest.mark.parametrize("path", BATCHES, ids=lambda path: path.name)
def test_fixtures(path: Path, tmp_path: Path) -> None:
    for scope in SCOPES:
        content = path.read_bytes()
        decision = decided(content, tmp_path / scope, scope)
        assert_sound(decision, content)
        [*_, last] = file(decision, "report.jsonl").splitlines()
        assert json.loads(last)["summary"]["exit"] == decision.status
        assert json.loads(file(decision, "gate.json"))["status"] == decision.status


# -- claims that depend on each other -----------------------------------------------------------------------------


def claims_of_one_patient(*changes: dict[str, str]) -> str:
    """The base batch with its claim several times, each time with other changes."""
    segments = base_segments()
    start = next(place for place, text in enumerate(segments) if text.startswith("CLM*"))
    end = next(place for place, text in enumerate(segments) if text.startswith("SE*"))
    written: list[str] = []
    for several in changes:
        text = "~".join(segments[start:end])
        for old, new in several.items():
            assert old in text, old
            text = text.replace(old, new)
        written += text.split("~")
    return batch([*segments[:start], *written, *segments[end:]])


NO_VISIT = {"HC:99213:25*112": "HC:85025*112"}
INITIAL = NO_VISIT | {
    "A1001": "INITIAL",
    "HC:96372*": "HC:96365*",
    "HC:J3420*": "HC:J0696*",
    "00703901101": "00703903301",
    "CTP****1*ML": "CTP****1*UN",
}
ADD_ON = NO_VISIT | {"A1001": "ADDON", "HC:96372*": "HC:96375*", "HC:J3420*": "HC:J1885*", "00703901101": "00703902201"}


def test_a_claim_that_depends_on_a_rejected_one_is_rejected_with_it(tmp_path: Path) -> None:
    together = claims_of_one_patient({"*20260115": "*20260105"}, INITIAL, ADD_ON)
    assert decided(together, tmp_path / "good").accepted.claims == 3
    broken = together.replace("CLM*INITIAL*151.5*", "CLM*INITIAL*152.5*")
    for layout in (broken, broken.replace("\n", "")):
        decision = decided(layout, tmp_path / str(len(layout)))
        assert_sound(decision, layout.encode())
        assert (decision.accepted.claims, decision.rejected.claims) == (1, 2)
        *found, last = [json.loads(line) for line in file(decision, "report.jsonl").splitlines()]
        assert [(one["rule"], one["claim"]["id"], one["claim"]["index"]) for one in found] == [
            ("STR001", "INITIAL", 2),
            ("ADM021", "ADDON", 3),
        ]
        assert last["summary"]["findings"]["error"] == 2
        late = found[1]
        assert layout[late["offset"] :].startswith("96375")
        before = layout[: late["offset"]]
        assert (late["line"], late["column"]) == (before.count("\n") + 1, len(before) - before.rfind("\n"))
        assert late["segment_index"] == before.count("~") - 1  # Behind ISA and GS, from ST = 1.
        assert "left out" in late["message"]
        assert "SVC*HC:96375" in file(decision, "277ca.edi").decode()


OTHER_DRUG = {
    "A1001": "OTHER",
    "HC:99213:25*": "HC:85025*",
    "HC:96372*": "HC:93000*",
    "HC:J3420*": "HC:J1885*",
    "00703901101": "00703902201",
}
JOINT = {
    "A1001": "JOINT",
    "HC:99213:25*": "HC:81002*",
    "HC:96372*": "HC:20610*",
    "HC:J3420*": "HC:J3301*",
    "00703901101": "00703904401",
    "ABK:E538": "ABK:M1711",
}
SHOT = {
    "A1001": "SHOT",
    "HC:99213:25*": "HC:80053*",
    "HC:J3420*": "HC:36415*",
    "~LIN**N4*00703901101~CTP****1*ML": "",
    "ABK:E538": "ABK:M1711",
}


def test_late_words_count_claims_as_the_input_does(tmp_path: Path) -> None:
    """The injection may be for the ketorolac; without that claim it can only be for the steroid in the joint."""
    content = claims_of_one_patient(OTHER_DRUG, JOINT, SHOT).replace("CLM*OTHER*151.5", "CLM*OTHER*1")
    decision = decided(content, tmp_path)
    assert_sound(decision, content.encode())
    assert (decision.accepted.claims, decision.rejected.claims) == (1, 2)
    found = [json.loads(line) for line in file(decision, "report.jsonl").splitlines()[:-1]]
    [late] = [one for one in found if one["rule"] == "ADM020"]
    assert late["claim"] == {"index": 3, "id": "SHOT"}
    assert "(20610 is on claim number 2 of this file)" in late["message"]


def test_claims_that_never_come_clean_decide_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An add-on that depends on a rejected claim takes a second round; where none is allowed, nothing is decided."""
    chain = claims_of_one_patient({"*20260115": "*20260105"}, INITIAL, ADD_ON).replace(
        "INITIAL*151.5*", "INITIAL*152.5*"
    )
    monkeypatch.setattr("edi_lint.gate.batch._MOST_ROUNDS", 1)
    with pytest.raises(GateError, match="depend on each other without an end; nothing is decided"):
        decided(chain, tmp_path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr("edi_lint.gate.batch._MOST_ROUNDS", 2)
    assert decided(chain, tmp_path).rejected.claims == 2


# -- errors that lie in no claim ----------------------------------------------------------------------------------


def with_levels(*levels: str) -> bytes:
    """The base batch with its provider, subscriber and claim in this order; ``!`` marks what is wrong in a level."""
    segments = base_segments()
    starts = [number for number, text in enumerate(segments) if text.startswith(("HL*", "CLM*", "SE*"))]
    provider, subscriber, claim = (segments[start:end] for start, end in pairwise(starts))
    written: list[str] = []
    numbers = {"provider": 0, "subscriber": 0}
    count = 0
    for position, level in enumerate(levels):
        kind, wrong = level.rstrip("!"), level.endswith("!")
        if kind == "claim":
            text = "~".join(claim).replace("A1001", f"A{position}").replace("20260115", f"202601{position + 10}")
            written += (text.replace("*151.5*", "*1*") if wrong else text).split("~")
            continue
        count += 1
        numbers[kind] = count
        if kind == "provider":
            has_more = "".join(levels[position + 1 : position + 2]).startswith("subscriber")
            head, rest = f"HL*{count}**20*{int(has_more)}", provider[1:]
            if wrong:
                rest = [text.replace("1993000011", "1993000012") for text in rest]
        else:
            head, rest = f"HL*{count}*{numbers['provider']}*22*0", subscriber[1:]
            if wrong:
                rest = [text.replace("*CI", "*MB").replace("W100001001", "123A") for text in rest]
        written += [head, *rest]
    return batch([*segments[: starts[0]], *written, *segments[starts[-1] :]]).encode()


EMPTY_LEVELS = ("SEG002", "SEG013", "ELE005")
"""They say that a level has nothing below; who does not want to hear it gets batches with such levels through."""


def test_an_error_in_a_level_without_claims_is_not_let_through(tmp_path: Path) -> None:
    """The good claims go on without that level; it comes back, and is told as far as a 277CA can."""
    layouts = {
        "provider": ("provider", "subscriber", "claim", "provider!"),
        "between": ("provider", "subscriber", "claim", "provider!", "provider", "subscriber", "claim"),
        "subscriber": ("provider", "subscriber", "claim", "subscriber!"),
        "with a bad claim": ("provider", "subscriber", "claim", "claim!", "provider!"),
        "only": ("provider!",),
    }
    for name, levels in layouts.items():
        content = with_levels(*levels)
        for scope in SCOPES:
            decision = decided(content, tmp_path / f"{name}-{scope}", scope, ignore=EMPTY_LEVELS)
            assert_sound(decision, content)
            good = levels.count("claim")
            assert (decision.status, decision.accepted.claims, decision.rejected.claims) == (
                1,
                good,
                levels.count("claim!"),
            )
            rejected = file(decision, "rejected.edi")
            assert b"1993000012" in rejected or b"123A" in rejected
            accepted = file(decision, "accepted.edi")
            assert b"1993000012" not in accepted
            assert b"123A" not in accepted
            told = b"STC*A7:562:85**U*0~" in file(decision, "277ca.edi")
            assert told == ("provider!" in levels)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("*TE*3125550134", "*TE*5550134"),
        ("*46*TST99", "*46*T"),
        ("1993000011", "1993000012"),
        ("490011234", "49001"),
        ("690000001", "6900"),
        ("19750412", "20991231"),
    ],
    ids=["submitter", "receiver", "billing NPI", "billing ZIP", "tax id", "birth date"],
)
def test_an_error_above_the_claims_rejects_them(old: str, new: str, tmp_path: Path) -> None:
    content = claims_of_one_patient(*TWO_CLAIMS).replace(old, new)
    for scope in SCOPES:
        decision = decided(content, tmp_path / scope, scope)
        assert_sound(decision, content.encode())
        assert (decision.accepted.claims, decision.rejected.claims) == (0, 2)
        assert file(decision, "rejected.edi") == content.encode()


def test_an_error_that_shows_only_in_the_accepted_batch_and_in_no_claim_decides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No rule does that; should one ever, nothing may go on."""
    content = claims_of_one_patient(*TWO_CLAIMS)
    told = BatchGate._told

    def with_one_more(self, check):  # type: ignore[no-untyped-def]
        parts = list(told(self, check))
        claims = sum(part.record is not None and type(part.record).__name__ == "Claim" for part, _ in parts)
        error = next(found for _, several in parts for found in several) if claims == 2 else first[0]
        first.append(error)
        for part, findings in parts:
            is_header = part.record is not None and type(part.record).__name__ == "BillingProvider"
            yield part, [*findings, error] if is_header and claims == 1 else findings

    first: list[Finding] = []
    monkeypatch.setattr(BatchGate, "_told", with_one_more)
    with pytest.raises(GateError, match=r"would be found in the accepted batch .* nothing is decided"):
        decided(content, tmp_path)
    assert list(tmp_path.iterdir()) == []


# -- what stays as it came ----------------------------------------------------------------------------------------

TWO_CLAIMS = ({"A1001": "GOOD"}, {"A1001": "BAD", "20260115": "20260116", "*151.5*": "*151*"})


def test_bytes_around_an_interchange_stay_with_it(tmp_path: Path) -> None:
    content = claims_of_one_patient(*TWO_CLAIMS).encode()
    for number, (before, behind) in enumerate(
        [(b"\xef\xbb\xbf", b""), (b"\r\n\n", b"\n\n"), (b"", b"\x1a"), (b"", b"\0\0")]
    ):
        decision = decided(before + content + behind, tmp_path / str(number))
        for name in ("accepted.edi", "rejected.edi"):
            assert file(decision, name).startswith(before + b"ISA*")
            assert file(decision, name).endswith(b"~\n" + behind)
        assert_sound(decision, before + content + behind)


def test_what_stands_outside_an_interchange_is_rejected(tmp_path: Path) -> None:
    first = claims_of_one_patient(*TWO_CLAIMS).encode()
    second = (FIXTURES / "base-dependent.edi").read_bytes()
    decision = decided(first + b"LOST AND FOUND\n" + second, tmp_path)
    assert_sound(decision, first + second)
    # What stands behind an interchange is told of that.
    assert file(decision, "accepted.edi") == second
    assert file(decision, "rejected.edi") == first + b"LOST AND FOUND\n"
    assert file(decision, "ta1.edi").count(b"*R*022") == 1


def test_wrapped_lines_stay_wrapped_where_they_were(tmp_path: Path) -> None:
    flat = claims_of_one_patient(*TWO_CLAIMS).replace("\n", "")
    content = "\r\n".join(flat[at : at + 11] for at in range(0, len(flat), 11)) + "\r\n"
    decision = decided(content, tmp_path)
    assert_sound(decision, content.encode())
    whole = file(decided(flat, tmp_path / "flat"), "accepted.edi").decode()
    accepted = file(decision, "accepted.edi").decode()
    assert accepted.replace("\r\n", "") == whole
    assert accepted[: content.index("BAD") // 2] == content[: content.index("BAD") // 2]


def test_interchanges_with_separators_of_their_own(tmp_path: Path) -> None:
    first = claims_of_one_patient(*TWO_CLAIMS)
    changes = str.maketrans("*:~\n", "|>'\r")
    second = first.replace("000000001", "000000002").replace("W100001001", "W100001002").translate(changes)
    decision = decided(first + second, tmp_path)
    assert_sound(decision, (first + second).encode())
    accepted = file(decision, "accepted.edi").decode()
    half = accepted.index("ISA|")
    mine, other = accepted[:half], accepted[half:]
    mine = mine.replace("000000001", "000000002").replace("W100001001", "W100001002")
    assert other == mine.translate(changes)
    assert decision.accepted.claims == decision.rejected.claims == 2


def test_a_file_that_is_no_batch_comes_back_whole(tmp_path: Path) -> None:
    for name, content in {"text": b"hello\n", "report": b"<html>" + b"CLM*1*5~" * 9, "lines": b"\n\n"}.items():
        decision = decided(content, tmp_path / name)
        assert (decision.status, decision.accepted.claims, decision.rejected.claims) == (1, 0, 0)
        assert file(decision, "rejected.edi") == content
        assert sorted(tree(tmp_path / name)) == [
            f"batch.edi/{file}" for file in ("gate.json", "rejected.edi", "report.jsonl", "report.txt")
        ]


def test_other_transactions_beside_claims_are_rejected(tmp_path: Path) -> None:
    """An institutional batch is not judged here, and its claims are counted among the rejected."""
    isa, *rest, iea = base_segments()
    other = [text.replace("005010X222A1", "005010X223A2").replace("*1*X*", "*2*X*") for text in rest]
    other = [text.replace("GE*1*1", "GE*1*2") for text in other]
    content = "".join(f"{text}~\n" for text in (isa, *rest, *other, iea.replace("IEA*1", "IEA*2")))
    decision = decided(content, tmp_path)
    assert_sound(decision, content.encode())
    assert (decision.accepted.claims, decision.rejected.claims) == (1, 1)
    assert file(decision, "accepted.edi").decode() == batch([isa, *rest, iea])
    assert file(decision, "rejected.edi").decode() == batch([isa, *other, iea])


# -- what is asked for --------------------------------------------------------------------------------------------


def test_each_answer_stands_in_one_file(tmp_path: Path) -> None:
    good, bad = (FIXTURES / "base.edi").read_text(), (FIXTURES / "base-dependent.edi").read_text()
    decision = decided(good + bad.replace("IEA*1*", "IEA*2*"), tmp_path)
    assert file(decision, "ta1.edi").count(b"TA1*") == 1
    assert b"TA1*" not in file(decision, "999.edi")
    assert [file(decision, name).count(b"ISA*") for name in DOCUMENTS] == [1, 1, 1]


def test_an_interchange_with_a_wrong_isa15_is_no_good_claim(tmp_path: Path) -> None:
    """A TA1 may accept it with errors; the gate would then let an error through."""
    content = (FIXTURES / "base.edi").read_text().replace("*0*T*:~", "*0*X*:~")
    decision = decided(content, tmp_path)
    assert (decision.accepted.claims, decision.rejected.claims) == (0, 1)
    assert b"*R*020" in file(decision, "ta1.edi")


def test_warnings_reject_when_asked_to(tmp_path: Path) -> None:
    content = (FIXTURES / "duplicates.edi").read_bytes()
    usual = decided(content, tmp_path / "usual")
    strict = decided(content, tmp_path / "strict", fail_severity="warning")
    assert (usual.accepted.claims, strict.accepted.claims) == (3, 2)
    assert b"D1105" in file(usual, "accepted.edi")
    assert b"D1105" in file(strict, "rejected.edi")
    assert findings_of(file(strict, "accepted.edi")) == []
    with pytest.raises(ConfigError, match="would let everything pass"):
        decided(content, tmp_path / "all", fail_severity="none")


def test_several_inputs_have_different_control_numbers(tmp_path: Path) -> None:
    """Also when some of them were decided before, and numbers are the same in every run."""
    names = ["two-interchanges.edi", "base.edi", "providers.edi"]
    runs = []
    for number, left_out in enumerate([[], names[1:]]):
        out = tmp_path / str(number)
        if left_out:
            own = Gate(Options(now=NOW), Config(as_of=AS_OF))
            own.decide(str(FIXTURES / names[0]), out)
        own = Gate(Options(now=NOW), Config(as_of=AS_OF))
        decisions = [own.decide(str(FIXTURES / name), out) for name in names]
        assert [decision.repeated for decision in decisions] == [bool(left_out), False, False]
        runs.append(tree(out))
    assert runs[0] == runs[1]
    answers = [data for path, data in runs[0].items() if path.endswith(DOCUMENTS)]
    numbers = [segment.get(13) for data in answers for segment in Reader(io.BytesIO(data)) if segment.id == "ISA"]
    assert len(numbers) == len(set(numbers)) == 8


# -- the folder ---------------------------------------------------------------------------------------------------


def test_a_second_run_leaves_everything_as_it_is(tmp_path: Path) -> None:
    content = (FIXTURES / "providers.edi").read_bytes()
    first = decided(content, tmp_path)
    before = tree(tmp_path)
    (tmp_path / "batch.edi" / "accepted.edi").unlink()  # It was sent: it must not be there again.
    later = Gate(Options(now=datetime(2026, 4, 1)), Config(as_of=AS_OF)).decide(content, tmp_path, "batch.edi")  # noqa: DTZ001
    assert later == msgspec.structs.replace(first, repeated=True)
    assert not (tmp_path / "batch.edi" / "accepted.edi").exists()
    del before["batch.edi/accepted.edi"]
    assert tree(tmp_path) == before


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    content = (FIXTURES / "providers.edi").read_bytes()
    decided(content, tmp_path)
    before = tree(tmp_path)
    with pytest.raises(GateError, match="is there from another batch; move it away"):
        decided(content + b"\n", tmp_path)
    with pytest.raises(GateError, match="decided with other options"):
        decided(content, tmp_path, "claim")
    with pytest.raises(GateError, match="decided with other options"):
        decided(content, tmp_path, ignore=("PRV001",))
    assert tree(tmp_path) == before
    (tmp_path / "other" / "batch.edi").mkdir(parents=True)
    with pytest.raises(GateError, match="not from the gate"):
        decided(content, tmp_path / "other")
    assert tree(tmp_path / "other") == {}


def test_a_dry_run_decides_the_same_and_writes_nothing(tmp_path: Path) -> None:
    path = FIXTURES / "providers.edi"
    out = tmp_path / "out"
    dry = gate(str(path), None, Options(now=NOW), Config(as_of=AS_OF))
    wet = gate(str(path), out, Options(now=NOW), Config(as_of=AS_OF))
    assert dry == msgspec.structs.replace(wet, folder=None)
    assert wet.folder == out / "providers.edi"


def test_a_folder_of_inputs_may_hold_the_output(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.edi", "b.edi"):
        (tmp_path / "in" / name).write_bytes((FIXTURES / "providers.edi").read_bytes())
    out = tmp_path / "in" / "gated"
    for _ in range(2):
        sources = find_inputs([str(tmp_path / "in")], out)
        assert [Path(source.name).name for source in sources] == ["a.edi", "b.edi"]
        for source in sources:
            a_gate().decide(source, out)
    rejected = str(out / "a.edi" / "rejected.edi")
    assert [source.name for source in find_inputs([rejected], out)] == [rejected]
    with pytest.raises(SourceError, match="but what the gate has written"):
        find_inputs([str(out)], out)


def test_a_rule_that_breaks_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Gate(Options(now=NOW), Config(as_of=AS_OF))
    monkeypatch.setattr("edi_lint.linter.FileCheck", _Crashing)
    with pytest.raises(GateError, match="a rule broke, so nothing is decided"):
        own.decide(str(FIXTURES / "base.edi"), tmp_path)
    assert list(tmp_path.iterdir()) == []


class _Crashing(FileCheck):
    """A check in which a rule has broken."""

    def parts(self):  # type: ignore[no-untyped-def]
        yield from super().parts()
        self.crashed = True


def test_a_loss_is_seen_and_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = (FIXTURES / "providers.edi").read_text()
    copied = _Side.copy

    def losing(self, start, end, changes={}, only=""):  # type: ignore[no-untyped-def]  # noqa: B006
        if content[start:end].startswith("CLM*") and self.is_accepted:
            return
        copied(self, start, end, changes, only)

    def doubling(self, start, end, changes={}, only=""):  # type: ignore[no-untyped-def]  # noqa: B006
        for _ in range(1 + content[start:end].startswith("CLM*")):
            copied(self, start, end, changes, only)

    def under_another(self, start, end, changes={}, only=""):  # type: ignore[no-untyped-def]  # noqa: B006
        """All in place and counted, but the first subscriber is left out, so its claim hangs under another."""
        if not (content[start:end].startswith("HL*2*1*22") and not self.is_accepted):
            copied(self, start, end, changes, only)

    for number, wrong in enumerate((losing, doubling, under_another)):
        monkeypatch.setattr(_Side, "copy", wrong)
        with pytest.raises(GateError, match="do not add up"):
            decided(content, tmp_path / str(number))
        assert list((tmp_path / str(number)).iterdir()) == []
