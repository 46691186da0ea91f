"""The yardstick (docs/coverage.md): complete against the lists, true of the rules, and up to date.

That a rule of a family of its own answers a row, its examples show. Of what the syntax and the guide find in general
words (ENV, SEG, ELE), each row that counts on it is shown here.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edi_lint.rules import RULES, Good
from edi_lint.rules.examples import apply, other_payer
from tests.conftest import BASES, STRUCTURE, batch, judged
from tools.build_coverage import PAGE, REASONS, YARDSTICKS, page, rows

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCES = Path(__file__).parent.parent.parent / "shared" / "reference"
"""The lists, outside the repository."""


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: python -m tools.build_coverage"


@pytest.mark.parametrize("name", [yardstick.name for yardstick in YARDSTICKS])
def test_every_row_is_answered_by_rules_that_exist_or_says_why_not(name: str) -> None:
    found = rows(name)
    assert len({row.key for row in found}) == len(found)
    for row in found:
        assert set(row.rules) <= RULES.keys(), row.key
        assert row.rules or row.reason, row.key
        assert row.reason in {"", *REASONS}, row.key
        assert row.reason != "open" or row.note, f"{row.key}: say what nothing tells"
        assert not (row.rules and row.reason in ("silence", "none", "unknown")), row.key


@pytest.mark.parametrize("name", [yardstick.name for yardstick in YARDSTICKS])
@pytest.mark.skipif(not SOURCES.is_dir(), reason="the source lists are not beside the repository (../shared/reference)")
def test_no_row_of_the_list_is_missing(name: str) -> None:
    assert [row.key for row in rows(name)] == keys_of(name)


def keys_of(name: str) -> list[str]:
    """The keys of a source list, in its order."""
    if name == "catalogue":
        return [rule["id"] for rule in json.loads((SOURCES / "rules.json").read_text("utf-8"))]
    file, column = {
        "cem": ("cem_edits.csv", "edit_id"),
        "stedi": ("stedi_edits.csv", "edit"),
        "situational": ("situational_rules.csv", "id"),
    }[name]
    with (SOURCES / file).open(encoding="utf-8", newline="") as lines:
        return [line[column] or unnumbered(line) for line in csv.DictReader(lines)]


def unnumbered(line: Mapping[str, str]) -> str:
    """The key of an edit whose number is not known: its place, and the status that the 277CA gives."""
    status = next(word for word in line["disposition"].split() if ":" in word)
    return " ".join(filter(None, (line["loop"], line["element"], status)))


def test_what_the_catalogue_has_is_answered_by_the_rule_of_its_id() -> None:
    for row in rows("catalogue"):
        assert row.rules[:1] == (() if row.reason == "silence" else (row.key,))


OWN = BASES[0]
ISA_02_TO_04 = "*00*          *00*          *ZZ*EDILINTTEST"
INTERCHANGE = (
    "ISA*00*          *00*          *ZZ*EDILINTTEST    *ZZ*EXAMPLEPAYER   *260120*0930*^*00501*00000000{}*0*T*:~"
)
SIGNED = "*Y*A*Y*Y~"
CONTROL_NUMBER_1 = "REF*6R*A1001L1~"
DATE_1 = f"DTP*472*D8*20260115~{CONTROL_NUMBER_1}"
SERVICE_3 = "HC:J3420*4.5*UN*1***1~"
BILLING = "PRACTICE*****XX*1993000011~"
NDC = "CTP****1*ML~"
OTHER_PAYER = "SBR*S*18*******BL~OI***Y***Y~NM1*IL*1*DOE*JANE****MI*W100009001~NM1*PR*2*OTHER PLAN*****PI*TSTBL~LX*1~"


def on_claim(*segments: str) -> dict[str, str]:
    """An edit: segments that stand before the diagnoses."""
    return {"HI*ABK": "".join(f"{segment}~" for segment in segments) + "HI*ABK"}


def on_line_1(*segments: str) -> dict[str, str]:
    """An edit: segments that stand before the date of line 1."""
    return {DATE_1: "".join(f"{segment}~" for segment in segments) + DATE_1}


def with_other_payer(old: str = "", new: str = "") -> dict[str, str]:
    """An edit: the claim has another payer, told with ``old`` replaced by ``new``."""
    assert old in OTHER_PAYER
    return {"LX*1~": OTHER_PAYER.replace(old, new)}


def with_payment(payment: str) -> dict[str, str]:
    """An edit: another payer decided on line 1."""
    decided = f"{CONTROL_NUMBER_1}SVD*TSTBL*{payment}*HC:99213**1~DTP*573*D8*20260118~"
    return with_other_payer() | {CONTROL_NUMBER_1: decided}


ISA = "X222.C3..ISA"
PROOFS: dict[tuple[str, str], Mapping[str, str]] = {
    ("STR014", "ELE004"): {CONTROL_NUMBER_1: f"REF*9F*{'1' * 51}~{CONTROL_NUMBER_1}"},
    ("STR014", "ELE008"): {"100 SAMPLE ST": "100 SAMPLE \x01T"},
    ("STR016", "ELE005"): {"SBR*P*": "SBR*S*", "*******CI~": "***99****CI~"},
    ("STR018", "SEG004"): on_claim("REF*G1*TEST1", "REF*G1*TEST2"),
    ("SR022", "SEG014"): {"NM1*IL*1": "PAT~NM1*IL*1"},
    ("SR084", "SEG014"): other_payer("S*18*******BL~OI***Y***Y~MOA~SBR*T*18*******BL"),
    ("DOC003", "ELE001"): on_claim("PWK*OB"),
    ("DOC003", "ELE010"): on_claim("PWK*OB*BM***AC"),
    (f"{ISA}.010", "ENV001"): {INTERCHANGE.format(1): ""},
    (f"{ISA}.020", "ENV007"): {"GS*HC*": f"{INTERCHANGE.format(2)}GS*HC*"},
    (f"{ISA}.020", "ENV014"): {"IEA*1*000000001~": "IEA*1*000000001~" + INTERCHANGE.format(1) + "IEA*0*000000001~"},
    (f"{ISA}01.010", "ENV005"): {"ISA*00*": "ISA**"},
    (f"{ISA}01.010", "ENV006"): {"ISA*00*": "ISA*  *"},
    (f"{ISA}01.020", "ENV006"): {"ISA*00*": "ISA*02*"},
    (f"{ISA}02.010", "ENV005"): {ISA_02_TO_04: "*00**00*          *ZZ*EDILINTTEST"},
    (f"{ISA}02.020", "ENV005"): {ISA_02_TO_04: "*00*         *00*          *ZZ*EDILINTTEST"},
    (f"{ISA}02.030", "ENV006"): {ISA_02_TO_04: "*00*SECRET\x01   *00*          *ZZ*EDILINTTEST"},
    (f"{ISA}03.010", "ENV005"): {ISA_02_TO_04: "*00*          **          *ZZ*EDILINTTEST"},
    (f"{ISA}03.010", "ENV006"): {ISA_02_TO_04: "*00*          *  *          *ZZ*EDILINTTEST"},
    (f"{ISA}03.020", "ENV006"): {ISA_02_TO_04: "*00*          *05*          *ZZ*EDILINTTEST"},
    ("X223.C3..ISA04.010", "ENV005"): {ISA_02_TO_04: "*00*          *00**ZZ*EDILINTTEST"},
    ("X223.C3..ISA04.020", "ENV005"): {ISA_02_TO_04: "*00*          *00*         *ZZ*EDILINTTEST"},
    ("X223.C3..ISA04.030", "ENV006"): {ISA_02_TO_04: "*00*          *00*SECRET\x01   *ZZ*EDILINTTEST"},
    ("X222.C7..GS02.?", "ELE003"): {"GS*HC*EDILINTTEST*": "GS*HC*E*"},
    ("X222.C7..GS02.?", "ELE004"): {"GS*HC*EDILINTTEST*": "GS*HC*EDILINTTESTTOOLONG*"},
    ("Invalid claim frequency code", "ELE005"): {"*11:B:1*": "*11:B:6*"},
    ("Invalid paid amount", "ELE001"): with_payment(""),
    ("Invalid paid amount", "ELE009"): with_payment("ABC"),
    ("Invalid date of birth", "ELE006"): {"19750412": "19751399"},
    ("Invalid SSN", "ELE018"): {"NM1*PR*2*EXAMPLE": "REF*SY*69000~NM1*PR*2*EXAMPLE"},
    ("Missing billing provider identifier", "ELE010"): {BILLING: "PRACTICE*****XX~"},
    ("Field longer than maximum", "ELE004"): {"N3*100 SAMPLE ST~": f"N3*{'100 SAMPLE ST ' * 5}~"},
    ("Missing street address", "SEG001"): {"N3*100 SAMPLE ST~": ""},
    ("Missing street address", "ELE001"): {"N3*100 SAMPLE ST~": "N3**SUITE 1~"},
    ("SR001", "SEG009"): {"HL*2*1*22": "HL*7*1*22"},
    ("SR001", "SEG010"): {"HL*2*1*22": "HL*2*7*22"},
    ("SR001", "SEG011"): {"HL*2*1*22*0": "HL*2*1*22*1"},
    ("SR001", "SEG012"): {"HL*2*1*22*1": "HL*2*1*22*0"},
    ("SR007", "SEG001"): {"REF*EI*690000001~": ""},
    ("SR007", "SEG004"): {"REF*EI*690000001~": "REF*EI*690000001~REF*SY*690000001~"},
    ("SR014", "ELE001"): {"*****PI*TSTCI~": "*****PI~"},
    ("SR014", "ELE010"): {BILLING: "PRACTICE*****XX~"},
    ("SR015", "ELE010"): {"TE*3125550134": "TE*3125550134*FX"},
    ("SR015", "ELE005"): {"TE*3125550134": "EX*3125550134"},
    ("SR017", "SEG011"): {"HL*2*1*22*0": "HL*2*1*22*1"},
    ("SR017", "SEG012"): {"HL*2*1*22*1": "HL*2*1*22*0"},
    ("SR026", "ELE001"): {"PAT*19~": "PAT**P~"},
    ("SR026", "ELE002"): {"NM1*QC*1*DOE*TIMOTHY~": "NM1*QC*1*DOE*TIMOTHY*****W100001001~"},
    ("SR026", "ELE005"): {"PAT*19~": "PAT*18~"},
    ("SR027", "SEG001"): {"DMG*D8*20100309*M~": ""},
    ("SR028", "SEG011"): {"HL*2*1*22*0": "HL*2*1*22*1", "SBR*P*18*": "SBR*P**"},
    ("SR029", "SEG005"): {},
    ("SR030", "ELE005"): {"*11:B:1*": "*11:B:6*"},
    ("SR031", "ELE001"): {SIGNED: "**A*Y*Y~"},
    ("SR031", "ELE005"): {SIGNED: "*Y*A*Y*Y*S~"},
    ("SR035", "ELE005"): {SIGNED: "*Y*A*Y*Y***99~"},
    ("SR036", "ELE005"): {SIGNED: "*Y*A*Y*Y***********99~"},
    ("SR049", "ELE005"): on_claim("PWK*OB*ZZ"),
    ("SR049", "ELE010"): on_claim("PWK*OB*BM****TEST1"),
    ("SR056", "SEG004"): on_claim("REF*LX*TEST1", "REF*LX*TEST2"),
    ("SR060", "ELE005"): on_claim("NTE*XXX*TEST"),
    ("SR061", "ELE001"): on_claim("CR1*LB*140**A*DH"),
    ("SR061", "ELE010"): on_claim("CR1**140**A*DH*12"),
    ("SR063", "ELE001"): on_claim("CRC*07*Y"),
    ("SR063", "ELE005"): on_claim("CRC*07*Y*XX"),
    ("SR063", "SEG004"): on_claim(*["CRC*07*Y*01"] * 4),
    ("SR066", "ELE005"): on_claim("CRC*E1*Y*ZZ"),
    ("SR079", "SEG001"): with_other_payer("OI***Y***Y~", ""),
    ("SR079", "SEG002"): with_other_payer("NM1*PR*2*OTHER PLAN*****PI*TSTBL~", ""),
    ("SR079", "ELE001"): with_other_payer("OI***Y***Y~", "OI******Y~"),
    ("SR086", "SEG001"): with_other_payer("LX*1~", "NM1*82*1~LX*1~"),
    ("SR088", "ELE005"): {"HC:J3420": "ZZ:J3420"},
    ("SR093", "ELE005"): {SERVICE_3: "HC:J3420*4.5*UN*1***1**N~"},
    ("SR094", "ELE001"): on_line_1("SV5*HC:99213*DA*10*20**1"),
    ("SR099", "ELE005"): {DATE_1: DATE_1.replace("REF*", "MEA*TR*R9*10~REF*")},
    ("SR107", "SEG004"): {NDC: f"{NDC}REF*XZ*TEST1~REF*VY*TEST2~"},
    ("SR113", "ELE005"): {"*0930*CH~": "*0930*XX~"},
    ("SR114", "ELE005"): {"BHT*0019*00*": "BHT*0019*01*"},
}
"""An edit of a base claim for each row and general rule that it counts on."""
GENERAL_CLAIMS = [
    (row.key, rule)
    for yardstick in YARDSTICKS
    for row in rows(yardstick.name)
    for rule in row.rules
    if rule.startswith(STRUCTURE)
]


def test_every_row_that_counts_on_a_general_rule_is_shown() -> None:
    assert sorted(PROOFS) == sorted(GENERAL_CLAIMS)


@pytest.mark.parametrize(("key", "rule"), GENERAL_CLAIMS)
def test_the_general_rule_tells_of_the_row(key: str, rule: str, bases: dict[str, str]) -> None:
    edit = PROOFS[key, rule]
    base = next(base for base in BASES if all(old in bases[base].replace("\n", "") for old in edit))
    text = apply(bases[base], Good(edit)) if edit else with_101_claims(bases[OWN])
    assert rule in {finding.rule for finding in judged(text)}


def with_101_claims(base: str) -> str:
    """A batch in which one subscriber has 101 claims."""
    segments = base.replace("\n", "").split("~")[:-1]
    first = next(number for number, segment in enumerate(segments) if segment.startswith("CLM*"))
    end = next(number for number, segment in enumerate(segments) if segment.startswith("SE*"))
    return batch(segments[:first] + segments[first:end] * 101 + segments[end:])
