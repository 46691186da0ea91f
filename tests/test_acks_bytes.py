"""Whatever the bytes are, each acknowledgement that is written is a right one, and where none is, that is said."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from edi_lint.acks import Identity
from edi_lint.acks.answer import Answering
from edi_lint.acks.judge import judge
from edi_lint.claims import Batch
from edi_lint.engine import FileCheck
from tests.acks_tools import DOCUMENTS, OPTIONS, answer, answered, linter, texts
from tests.conftest import FIXTURES
from tests.damage import damaged, isa_damaged, separators_changed
from tests.test_gate import assert_sound, decided

NAMES = (
    "base.edi", "two-interchanges.edi", "one-line.edi", "newline-terminated.edi", "clean-injections.edi",
    "providers.edi", "broken-structure.edi", "not-837p-999.edi",
)  # fmt: skip
WAYS = (OPTIONS, msgspec.structs.replace(OPTIONS, scope="claim", warnings=True, lenient=False))
BASE = (FIXTURES / "base.edi").read_bytes()
CLAIMS = (FIXTURES / "units-and-ndc.edi").read_bytes()
"""Units with decimals, and injections on several days."""


def wrong_answers(content: bytes, options: object = OPTIONS) -> list[str]:
    """What the judge says of the answers to these bytes, and whether silence is explained."""
    rules = linter().rules
    answering = Answering(options, rules.guide.tables)  # type: ignore[arg-type]
    replies = [
        reply
        for part, findings in FileCheck(rules, Batch(io.BytesIO(content), rules.guide), "batch.edi").parts()
        for reply in answering.feed(part, findings)
    ]
    replies += answering.finish()
    found = [] if replies or answering.notes else ["there is no interchange, and nobody says so"]
    for reply in replies:
        answers = reply.acknowledgement()
        written = [text for name in DOCUMENTS if (text := getattr(answers, name))]
        found += [complaint for text in written for complaint in judge(text)]
        if not (written or reply.notes):
            found.append(f"there is no answer to interchange {answers.interchange}, and nobody says why")
        if written and answers.verdict == "R" and reply.notes:
            found.append(f"interchange {answers.interchange} is answered, and said not to be")
    return found


def assert_all_right(contents: Iterable[bytes]) -> None:
    for content in contents:
        for options in WAYS:
            assert wrong_answers(content, options) == [], content


def test_an_isa_with_any_element_damaged() -> None:
    assert_all_right(isa_damaged(BASE))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_isa_of_any_batch_damaged(name: str) -> None:
    assert_all_right(isa_damaged((FIXTURES / name).read_bytes()))


def test_batches_cut_off_in_their_envelope() -> None:
    ends = [*range(200), *range(len(BASE) - 60, len(BASE)), *range(200, len(BASE) - 60, 29)]
    assert_all_right(BASE[:end] for end in ends)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES[1:4])
def test_batches_cut_off_at_any_byte(name: str) -> None:
    content = (FIXTURES / name).read_bytes()
    assert_all_right(content[:end] for end in range(min(len(content), 2000)))


def test_separators_that_data_hold() -> None:
    """Amounts and ranges of days are written with a point and a hyphen: no answer can be separated by them."""
    for old in "*:~^":
        for new in ".-0A \n\r\t\0|>*:~^'":
            content = CLAIMS.replace(old.encode(), new.encode())
            assert wrong_answers(content) == [], (old, new)
    pointed = answer(CLAIMS.replace(b"*^*", b"*.*", 1))
    assert texts(pointed.x999, "ISA")[0].split("*")[11] == "^"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["base.edi", "units-and-ndc.edi"])
def test_any_character_for_a_separator(name: str) -> None:
    assert_all_right(separators_changed((FIXTURES / name).read_bytes()))


@pytest.mark.parametrize("seed", range(2))
def test_accidents(seed: int) -> None:
    chance = random.Random(seed)
    contents = [(FIXTURES / name).read_bytes() for name in NAMES]
    assert_all_right(damaged(chance.choice(contents), chance) for _ in range(100))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 16))
def test_many_accidents(seed: int) -> None:
    chance = random.Random(seed)
    contents = [(FIXTURES / name).read_bytes() for name in NAMES]
    assert_all_right(damaged(chance.choice(contents), chance) for _ in range(400))


@pytest.mark.slow
@pytest.mark.parametrize("scope", ["transaction", "claim"])
def test_nothing_is_lost_in_an_accident(scope: str, tmp_path: Path) -> None:
    chance = random.Random(scope)
    contents = [(FIXTURES / name).read_bytes() for name in NAMES]
    for number in range(250):
        content = damaged(chance.choice(contents), chance)
        assert_sound(decided(content, tmp_path / str(number), scope), content)


# -- what is read all the same ------------------------------------------------------------------------------------


@pytest.mark.parametrize("isa16", ["", " ", "S", "0", "\n", "^"])
def test_an_isa16_that_separates_nothing_is_one_fault(isa16: str) -> None:
    """The claims say what separates their components; the answer is written with that."""
    content = BASE.decode().replace("*T*:~", f"*T*{isa16}~", 1)
    [found], findings = answered(content)
    assert [one.rule for one in findings if one.severity == "error"] == [findings[0].rule]
    assert found.verdict == "R"
    assert texts(found.ta1, "TA1")[0].endswith(("*R*027", "*R*022"))
    assert texts(found.ta1, "ISA")[0].endswith("*:")


def test_blank_segments_behind_an_isa_without_isa16() -> None:
    content = BASE.decode().replace("*T*:~\n", "*T*~\n~\n~\n", 1)
    [found], _ = answered(content)
    assert found.verdict == "R"
    assert judge(found.ta1) == []


def test_who_acknowledges_may_be_called_anything() -> None:
    found = answer(BASE, identity=Identity("A*B ~ CO:\xc9", "1"), batch="RUN~1")
    assert judge(found.x277ca) == []
    assert texts(found.x277ca, "NM1")[0] == "NM1*AY*2*A B CO E*****46*UNKNOWN"
