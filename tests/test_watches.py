"""Watches say truly what they look at: what they answer is remembered by that, for segments that differ elsewhere."""

from __future__ import annotations

from random import Random

import pytest

from edi_lint.reference import shipped
from edi_lint.rules import RULES
from edi_lint.rules.registry import Rule, Watch
from edi_lint.rules.signs import amount_above, before, element_in, empty, filled, longer_than, looks_at
from edi_lint.x12 import Delimiters, Segment
from tests.conftest import FIXTURES

REFERENCE = shipped()

SEGMENTS = sorted(
    {
        segment.strip()
        for path in FIXTURES.rglob("*.edi")
        for segment in path.read_text("ascii", errors="replace").split("~")
        if "*" in segment and not segment.strip().startswith("ISA")
    }
)
WATCHES = [
    (rule, mark, watch) for rule in RULES.values() for mark, watch in rule.watch.items() if watch.elements is not None
]
ODD = ["X", "1", "0", "-1", "12.5", "XX", "20200101", "19000101", "96372", "HC:J3420:25", "A" * 40, "ZZ", "472", "US"]


def segment(text: str) -> Segment:
    return Segment(text, 1, 0, 1, 0, Delimiters())


def liars(watch: Watch, texts: list[str], random: Random) -> list[str]:
    """Segments of which the watch says something else once a filled element that it does not look at has changed."""
    found = []
    for text in texts:
        elements = text.split("*")
        others = [at for at in range(1, len(elements)) if elements[at].strip() and at not in (watch.elements or ())]
        changed = "*".join(random.choice(ODD) if at in others else value for at, value in enumerate(elements))
        if watch.test(segment(text), REFERENCE) != watch.test(segment(changed), REFERENCE):
            found.append(f"{text} {changed}")
    return found


@pytest.mark.parametrize(("rule", "mark", "watch"), WATCHES, ids=lambda one: one.id if isinstance(one, Rule) else "")
def test_a_watch_looks_at_what_it_says_and_at_nothing_else(rule: Rule, mark: str, watch: Watch) -> None:
    random = Random(rule.id)
    name = mark.partition("*")[0]
    texts = [text for text in SEGMENTS if text.startswith(f"{name}*")]
    texts += ["*".join([name, *random.choices(["", *ODD], k=random.randrange(1, 10))]) for _ in range(100)]
    assert not liars(watch, texts, random)


@pytest.mark.parametrize(
    "watch",
    [
        looks_at(1)(lambda segment, _: segment.get(2) == "35"),
        looks_at()(element_in({"35"}, 2).test),
        looks_at(1)(longer_than(1, 2).test),
        looks_at()(amount_above(100, 2).test),
        looks_at(1)(before("20200101").test),
    ],
)
def test_a_watch_that_looks_elsewhere_is_found(watch: Watch) -> None:
    texts = ["SV1*HC:96372*35*UN*1***1", "SV1*HC:99213*120*UN*1***1", "DTP*472*D8*20260115"] * 20
    assert liars(watch, texts, Random(1))


@pytest.mark.parametrize("watch", [filled(2), empty(2)])
def test_which_elements_are_filled_may_be_looked_at_without_saying_so(watch: Watch) -> None:
    assert watch.elements == ()
    assert not liars(watch, ["N4*ANYTOWN*MI*490011234", "N4*ANYTOWN**490011234"], Random(1))
