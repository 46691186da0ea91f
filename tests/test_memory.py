"""What claims remember of earlier ones: the same answers from memory and from disk, in every process."""

from __future__ import annotations

import io
import random
import subprocess
import sys

import pytest

from edi_lint.claims import Batch, Claim, Memory, stable_hash
from edi_lint.claims.days import MOST_EARLIER, Days
from edi_lint.claims.memory import _PLACES
from edi_lint.guide import Guide, load_tables
from tests.conftest import findings_of
from tests.same_day import claim


def test_nothing_is_recalled_that_was_not_remembered() -> None:
    memory = Memory()
    assert memory.recall(7) == ()
    memory.remember(7, "99213")
    assert memory.recall(7) == ("99213",)
    assert memory.recall(7 + _PLACES) == ()


@pytest.mark.parametrize("most_recent", [1, 2, 7, 64, 1000, 1 << 15])
def test_what_went_to_disk_is_recalled_as_if_it_had_not(most_recent: int) -> None:
    rng = random.Random(most_recent)
    expected: dict[int, list[int]] = {}
    memory = Memory(most_recent=most_recent)
    # Few numbers on few places of the index, so that they collide in every way: same place, same place and tag.
    numbers = [place + step * _PLACES for place in (0, 3, 5) for step in (0, 1, 2, 1 << 7, -1, 1 << 40)]
    for step in range(3000):
        key = rng.choice(numbers)
        assert memory.recall(key) == tuple(expected.get(key, ())), step
        value = rng.randrange(40)
        memory.remember(key, value)
        if value not in expected.setdefault(key, []):
            expected[key].append(value)
    memory.close()


def test_many_numbers_stay_apart() -> None:
    memory = Memory(most_recent=500)
    for number in range(20_000):
        key = memory.key(("claim", number))
        assert memory.recall(key) == ()
        memory.remember(key, (number, ("59", None), "1"))
    for number in range(0, 20_000, 97):
        assert memory.recall(memory.key(("claim", number))) == ((number, ("59", None), "1"),)
    memory.close()


def test_the_stable_number_is_the_same_in_every_process() -> None:
    parts = ("1993005010", ("W100001001", "SAMPLE", "ADA", 719_163), 4)
    code = f"from edi_lint.claims import stable_hash; print(stable_hash({parts!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) == stable_hash(parts)
    assert stable_hash(parts) != stable_hash((*parts[:2], 5))


def test_of_one_day_no_more_is_kept_than_anybody_has() -> None:
    """A claim that is copied over and over, to try things out, is not compared with all its copies."""
    text = "".join(claim(number, "96372", "J3420") for number in range(1, MOST_EARLIER + 20))
    most, days = 0, Days(Memory())
    for part in Batch(io.BytesIO(text.encode()), Guide(load_tables())):
        if isinstance(part.record, Claim):
            [day] = days.of(part.record)
            most = max(most, len(day.earlier))
    assert most == 2 * MOST_EARLIER
    found = findings_of(text, select=("STR009",))
    assert [finding.claim.index for finding in found if finding.claim] == list(range(2, MOST_EARLIER + 20))
