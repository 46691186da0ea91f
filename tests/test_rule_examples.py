"""The examples of every rule, on the claim of a subscriber and on the same claim of a dependent."""

from __future__ import annotations

from pathlib import Path
from string import ascii_uppercase

import pytest

from edi_lint.guide import Guide, load_tables
from edi_lint.reference import PLACES_OF_SERVICE
from edi_lint.rule_options import RuleOptions
from edi_lint.rules import RULES, Bad, Good, Rule
from edi_lint.rules.examples import apply
from edi_lint.x12 import Delimiters
from tests.conftest import BASES, findings_of
from tests.test_rules_structure import FAMILIES
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


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_has_a_page_s_worth_of_words(rule: Rule) -> None:
    assert rule.summary
    assert rule.why
    assert rule.fix
    assert rule.source


ONE_PATH = "makes sense on one of the two base claims only"
ELSEWHERE: dict[str, tuple[str, str]] = {
    "CFG001": ("speaks of the configuration, not of a claim", "test_policy.py"),
    "CFG002": ("speaks of the configuration, not of a claim", "test_policy.py"),
    "CFG003": ("speaks of the baseline, not of a claim", "test_policy.py"),
    "DAT003": ("is off until the user asks for it", "test_rules_dat.py"),
    "INT001": ("speaks of a rule that broke", "test_policy.py"),
    "NCI015": ("is off until the user asks for it", "test_rules_ncci.py"),
    "REF001": ("speaks of tables, once in a run", "test_rules_tables.py"),
    "REF002": ("speaks of tables, once in a run", "test_rules_tables.py"),
    "SIT015": (ONE_PATH, "test_rules_sit.py"),
    "SIT016": (ONE_PATH, "test_rules_sit.py"),
    "SIT021": (ONE_PATH, "test_rules_sit.py"),
    "SIT022": (ONE_PATH, "test_rules_sit.py"),
    "SIT023": (ONE_PATH, "test_rules_sit.py"),
    "SIT088": ("stands in another loop on each of the two paths", "test_rules_sit.py"),
    "SIT091": (ONE_PATH, "test_rules_sit.py"),
    "SIT041": ("counts the claims of a transaction set", "test_rules_sit.py"),
    "STR008": ("compares claims", "test_rules_str.py"),
    "STR009": ("compares claims", "test_rules_str.py"),
}
"""Rules without a bad and a good example: why an edit of one base claim cannot show them, and what tests do."""


def test_every_rule_has_a_bad_and_a_good_example() -> None:
    """Each example runs on both base claims, above; the rules of syntax and guide have a test of their own for that."""
    lacking = {
        rule.id
        for rule in RULES.values()
        if not {Bad, Good} <= {type(example) for example in rule.examples} and not rule.id.startswith(FAMILIES)
    }
    assert lacking == ELSEWHERE.keys()
    for rule, (_, tests) in ELSEWHERE.items():
        assert f'"{rule}"' in (Path(__file__).parent / tests).read_text("utf-8"), f"{rule} is not shown in {tests}"


def test_what_rules_need_is_in_the_guide() -> None:
    graph = Guide(load_tables()).graph(Delimiters())
    known = {node.mark for node in graph.nodes()} | {node.loop.id for node in graph.nodes()} | {"SV101-3"}
    known |= {f"pos:{place}" for place in PLACES_OF_SERVICE} | {f"dx:{letter}" for letter in ascii_uppercase}
    known |= {f"option:{name}" for name in RuleOptions.__struct_encode_fields__}
    assert {need for rule in RULES.values() for need in rule.needs} <= known
