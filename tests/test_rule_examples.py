"""The examples of every rule, on the claim of a subscriber and on the same claim of a dependent."""

from __future__ import annotations

from string import ascii_uppercase

import pytest

from edi_lint.guide import Guide, load_tables
from edi_lint.reference import PLACES_OF_SERVICE
from edi_lint.rule_options import RuleOptions
from edi_lint.rules import RULES, Bad, Good, Rule
from edi_lint.rules.examples import apply
from edi_lint.x12 import Delimiters
from tests.conftest import BASES, findings_of
from tests.user_tables import without

NO_PAIRS = {"data_folder": without("ptp"), "ignore": ("REF002",)}
CASES = [
    pytest.param(rule, number, base, id=f"{rule.id}-{number}-{base.removesuffix('.edi')}")
    for rule in RULES.values()
    for number in range(len(rule.examples))
    for base in BASES
]
STAND_INS = {"ADM013", "ADM014", "ADM028", "ADM033", "NCI004", "NCI005", "NCI011", "NCI012", "NCI014"}
"""Rules with pairs of codes built in, for who has loaded no PTP edits: with them, NCI006 tells what these tell."""
CHECKED = [rule for rule in RULES.values() if rule.check is not None]


@pytest.mark.parametrize("base", BASES)
def test_the_base_claim_is_clean_under_every_rule(base: str, bases: dict[str, str]) -> None:
    assert findings_of(bases[base]) == []


@pytest.mark.parametrize(("rule", "number", "base"), CASES)
def test_example(rule: Rule, number: int, base: str, bases: dict[str, str]) -> None:
    example = rule.examples[number]
    found = findings_of(apply(bases[base], example), **(NO_PAIRS if rule.id in STAND_INS else {}))
    if isinstance(example, Good):
        assert [(finding.rule, finding.element) for finding in found] == []
        return
    assert isinstance(example, Bad)
    assert sorted(finding.rule for finding in found) == sorted([rule.id, *example.also])
    own = next(finding for finding in found if finding.rule == rule.id)
    assert (own.loop, own.element or own.segment) == example.at
    assert own.severity == (example.severity or rule.severity)


@pytest.mark.parametrize("rule", CHECKED, ids=lambda rule: rule.id)
def test_every_rule_is_complete(rule: Rule) -> None:
    assert rule.summary
    assert rule.why
    assert rule.fix
    assert rule.source
    # These compare claims, are off by default (DAT003, NCI015), or make sense on one of the two base claims only: tests
    # of their own show them.
    one_path = {"SIT015", "SIT016", "SIT021", "SIT022", "SIT023", "SIT041"}
    if rule.id not in {"STR008", "STR009", "DAT003", "NCI015"} | one_path:
        assert any(isinstance(example, Bad) for example in rule.examples)
        assert any(isinstance(example, Good) for example in rule.examples)


def test_what_rules_need_is_in_the_guide() -> None:
    graph = Guide(load_tables()).graph(Delimiters())
    known = {node.mark for node in graph.nodes()} | {node.loop.id for node in graph.nodes()} | {"SV101-3"}
    known |= {f"pos:{place}" for place in PLACES_OF_SERVICE} | {f"dx:{letter}" for letter in ascii_uppercase}
    known |= {f"option:{name}" for name in RuleOptions.__struct_encode_fields__}
    assert {need for rule in RULES.values() for need in rule.needs} <= known
