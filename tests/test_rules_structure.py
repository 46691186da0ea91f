"""What the syntax and the guide find (ENV, SEG, ELE): each rule by itself, on a subscriber's claim and a dependent's.

These rules have no generator, so they have no examples on their pages: here is a fault for each, made in a clean batch,
and the rule tells it and nothing else does.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from edi_lint.rules import RULES
from tests.conftest import BASES, findings_of

Break = Callable[[str], str | bytes]
"""Makes a fault in a batch: its segments end in ``~`` with nothing between them."""

OTHER_PAYER = (
    "SBR*S*18*******BL~CAS*CO*45*151.5~AMT*D*0~OI***Y***Y~MOA~NM1*IL*1*DOE*JANE****MI*W100009001~"
    "NM1*PR*2*OTHER PLAN*****PI*TSTBL~DTP*573*D8*20260118~"
)
"""One that has decided on the claim, with an empty MOA."""
FAMILIES = ("ENV", "SEG", "ELE")
OWN, CHILD = BASES


def swap(pattern: str, new: str, count: int = 1) -> Break:
    """Replace the first text, and count the segments of the set anew."""

    def broken(batch: str) -> str:
        assert re.search(pattern, batch), pattern
        return counted(re.sub(pattern, new, batch, count=count))

    return broken


def raw(pattern: str, new: str) -> Break:
    """Replace the first text, and leave SE01 as it is."""
    return lambda batch: re.sub(pattern, new, batch, count=1)


def on_claim(*segments: str) -> Break:
    """Put segments before the diagnoses."""
    return swap(r"HI\*ABK", "".join(f"{segment}~" for segment in segments) + "HI*ABK")


def counted(batch: str) -> str:
    """The batch with SE01 as its segments are."""
    segments = batch.split("~")
    start = next(number for number, segment in enumerate(segments) if segment.startswith("ST*"))
    end = next(number for number, segment in enumerate(segments) if segment.startswith("SE*"))
    segments[end] = re.sub(r"^SE\*[0-9]+", f"SE*{end - start + 1}", segments[end])
    return "~".join(segments)


def twice(start: str, end: str) -> Break:
    """Repeat a part of the batch, from a segment to behind another, with services of another day."""

    def broken(batch: str) -> str:
        first = 0 if batch.startswith(start) else batch.index(f"~{start}") + 1
        last = batch.index("~", batch.index(f"~{end}", first) + 1) + 1
        return batch[:last] + batch[first:last].replace("20260115", "20260114").replace("A1001", "A1002") + batch[last:]

    return broken


def wrapped(batch: str) -> str:
    return "\n".join(batch[at : at + 80] for at in range(0, len(batch), 80)) + "\n"


def colons_to_angles(batch: str) -> str:
    """The composites are built with ``>``, and ISA16 still says ``:``."""
    isa, rest = batch[:106], batch[106:]
    return isa + rest.replace(":", ">")


def as_remittance(batch: str) -> str:
    return batch.replace("GS*HC*", "GS*HP*").replace("ST*837*", "ST*835*").replace("X222A1", "X221A1")


SHOWN: dict[str, Break] = {
    "ENV001": lambda batch: "No batch, but a letter.",
    "ENV002": lambda batch: batch[:20],
    "ENV003": as_remittance,
    "ENV004": raw(r"\*0\*T\*:~", "*0*0*T*:~"),
    "ENV005": raw(r"EDILINTTEST    \*", "EDILINTTEST*"),
    "ENV006": raw(r"\*00501\*", "*00401*"),
    "ENV007": raw(r"IEA\*.*~", ""),
    "ENV008": raw(r"IEA\*1\*00000000.", "IEA*1*000000009"),
    "ENV009": raw(r"IEA\*1\*", "IEA*2*"),
    "ENV010": raw(r"GE\*1\*.", "GE*1*9"),
    "ENV011": raw(r"GE\*1\*", "GE*2*"),
    "ENV012": raw(r"SE\*([0-9]+)\*[0-9]+", r"SE*\1*0009"),
    "ENV013": raw(r"SE\*([0-9]+)\*", r"SE*99*"),
    "ENV014": twice("ISA*", "IEA*"),
    "ENV015": lambda batch: str(twice("GS*", "GE*")(batch)).replace("IEA*1*", "IEA*2*"),
    "ENV016": lambda batch: str(twice("ST*", "SE*")(batch)).replace("GE*1*", "GE*2*"),
    "ENV017": raw(r"(ST\*837\*[0-9]+)\*005010X222A1", r"\1*005010X222"),
    "ENV018": lambda batch: re.sub(r"GS\*[^~]*~|(?<=~)GE\*[^~]*~", "", batch),
    "ENV019": raw(r"IEA\*", "GE*1*9~IEA*"),
    "ENV020": raw(r"(?<=~)GE\*1", "NTE*ADD*LOST~GE*2"),
    "ENV021": lambda batch: batch + "THIS IS NO PART OF IT",
    "ENV022": swap(r"A1001L1~", "X" * 2_000_000 + "~"),
    "ENV023": lambda batch: batch.replace("GE*1*", "ST*270*0009~SE*2*0009~GE*2*"),
    "ENV024": lambda batch: batch[: batch.index("GS*")] + batch[batch.index("IEA*") :].replace("IEA*1*", "IEA*0*"),
    "ENV025": colons_to_angles,
    "ENV026": lambda batch: re.sub(r"(?<=~)[A-Z0-9]+(?=\*)", lambda found: found[0].lower(), batch),
    "ENV030": lambda batch: b"\xef\xbb\xbf" + batch.encode(),
    "ENV031": lambda batch: "\n\n" + batch,
    "ENV032": lambda batch: batch + "\x1a",
    "ENV033": lambda batch: batch.removesuffix("~"),
    "ENV034": raw("~LX", "~~LX"),
    "ENV035": wrapped,
    "ENV036": lambda batch: batch.replace("~", "~\n  ").rstrip(" "),
    "SEG001": swap(r"N3\*100 SAMPLE ST~", ""),
    "SEG002": swap(r"NM1\*40\*[^~]*~", ""),
    "SEG003": swap(r"LX\*2~", "BHT*0019*00*X*20260120*0930*CH~LX*2~"),
    "SEG004": on_claim("REF*LX*TEST1", "REF*LX*TEST2"),
    "SEG005": swap(r"LX\*1~", "NM1*82*1*TESTDOCTOR*BERTA****XX*1234567893~LX*1~"),
    "SEG006": swap(r"(REF\*6R\*A1001L1~)", r"\1DTP*471*D8*20260110~"),
    "SEG007": swap(r"LX\*2~", "ZZZ*1~LX*2~"),
    "SEG008": swap(r"LX\*2~.*?LX\*3", "LX*2~LX*3"),
    "SEG009": swap(r"HL\*2\*1\*22", "HL*7*1*22"),
    "SEG010": swap(r"HL\*2\*1\*22", "HL*2*7*22"),
    "SEG011": swap(r"HL\*2\*1\*22\*0", "HL*2*1*22*1"),
    "SEG012": swap(r"HL\*2\*1\*22\*1", "HL*2*1*22*0"),
    "SEG013": lambda batch: counted(re.sub(r"(HL\*3|CLM)\*.*?~SE", "SE", batch).replace("2*1*22*1", "2*1*22*0")),
    "SEG014": swap(r"LX\*1~", f"{OTHER_PAYER}LX*1~"),
    "SEG015": on_claim("CL1*1*1*01"),
    "ELE001": swap(r"N4\*ANYTOWN\*MI", "N4**MI"),
    "ELE002": swap(r"(REF\*EI\*690000001)~", r"\1*TEXT~"),
    "ELE003": swap(r"N4\*ANYTOWN", "N4*A"),
    "ELE004": swap(r"100 SAMPLE ST", "100 SAMPLE ST " * 4 + "X"),
    "ELE005": swap(r"\*Y\*A\*Y\*Y~", "*Y*A*Y*X~"),
    "ELE006": swap(r"DMG\*D8\*[0-9]{8}", "DMG*D8*20101399"),
    "ELE007": swap(r"(BHT\*.*?\*20260120)\*0930", r"\1*0990"),
    "ELE008": swap(r"100 SAMPLE ST", "100 SAMPLE \x01T"),
    "ELE009": swap(r"CTP\*\*\*\*1\*", "CTP****ONE*"),
    "ELE010": swap(r"PRACTICE\*\*\*\*\*XX\*1993000011", "PRACTICE*****XX"),
    "ELE011": swap(r"N4\*ANYTOWN\*MI\*490011234", "N4*ANYTOWN*MI*490011234*CA***ON"),
    "ELE012": swap(r"LX\*2~", "LX*2*2*2~"),
    "ELE013": swap(r"11:B:1\*", "11:B:1:1*"),
    "ELE014": swap(r"DMG\*D8\*([0-9]{8})\*(.)~", r"DMG*D8*\1*\2^\2~"),
    "ELE015": swap(r"LX\*2~", "LX*2*~"),
    "ELE016": swap(r"100 SAMPLE ST~", "100 SAMPLE ST  ~"),
    "ELE017": swap(r"N3\*100 SAMPLE ST~", "N3*100 SAMPLE ST* ~"),
    "ELE018": swap(r"NM1\*PR\*2\*EXAMPLE", "REF*SY*69000~NM1*PR*2*EXAMPLE"),
    "ELE019": swap(r"SV1\*HC:99213:25\*", "SV1*HC:99213:25**"),
}  # fmt: skip
"""A fault for each rule."""
ALSO = {"ENV002": ["ENV001"]}
"""What is told besides: where no ISA can be read, all behind it is no interchange."""
ON_ONE_PATH = {"SEG011": OWN, "SEG012": CHILD}
"""HL04 can only lie about a level that is not there, or about one that is."""


def test_there_is_a_fault_for_each_rule() -> None:
    assert list(SHOWN) == [rule for family in FAMILIES for rule in RULES if rule.startswith(family)]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("rule", SHOWN)
def test_the_rule_tells_of_the_fault_and_nothing_else_does(rule: str, base: str, bases: dict[str, str]) -> None:
    clean = bases[base].replace("\n", "")
    assert findings_of(clean) == []
    if ON_ONE_PATH.get(rule, base) == base:
        found = findings_of(SHOWN[rule](clean))
        assert [finding.rule for finding in found] == [rule, *ALSO.get(rule, [])]
        assert [finding.severity for finding in found][:1] == [RULES[rule].severity]
