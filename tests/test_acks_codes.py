"""Each finding of the structure carries, into its acknowledgement, the code that the reference gives it.

The rows are those of ../shared/reference/finding_codes.csv (acks.md, section 2) that go to a TA1 or a 999.
"""

from __future__ import annotations

import csv

import pytest

from tests.acks_tools import answered, segments
from tests.conftest import BASES, CORPUS, base_segments
from tests.test_pyx12_table import changed, header, joined

TABLE = CORPUS.parent / "reference" / "finding_codes.csv"
TA1, AK9, IK5, IK3, IK4 = "TA1", "AK9", "IK5", "IK3", "IK4"
CODES = {TA1: ("ta1", 5, 6), AK9: ("ak905", 5, 10), IK5: ("ik502", 2, 7), IK3: ("ik304", 4, 5), IK4: ("ik403", 3, 4)}
"""What the finding calls the code, and the elements of the segment in which it is told."""
NOTES = {1: "010", 2: "011", 3: "012", 4: "013", 5: "005", 6: "006", 7: "007", 8: "008", 9: "014", 10: "015", 11: "026",
         12: "017", 13: "018", 14: "019", 15: "020"}  # fmt: skip
"""The TA1 note for each element of the ISA."""
WRONG = {
    2: "\x07         ",
    4: "\x07         ",
    6: " " * 15,
    8: " " * 15,
    9: "260230",
    10: "2460",
    11: "A",
    12: "00401",
    13: "0" * 9,
}
LINE = "~DTP*472*D8*20260115~REF*6R*A1001L1"

ROWS: list[tuple[str, dict[str, str], str, str]] = [
    ("ISA13 <> IEA02", {"IEA*1*00000000": "IEA*1*90000000"}, TA1, "001"),
    ("IEA01 wrong group count", {"IEA*1*": "IEA*2*"}, TA1, "021"),
    ("GS01 not HC", {"GS*HC*": "GS*HP*"}, AK9, "1"),
    ("GS08 not 005010X222A1 (or A2)", {"005010X222A1": "005010X223A2"}, AK9, "2"),
    ("GE02 <> GS06", {"~GE*1*": "~GE*1*9"}, AK9, "4"),
    ("GE01 wrong ST count", {"~GE*1*": "~GE*2*"}, AK9, "5"),
    ("GS06 syntax", {"*X*005010X222A1": "A*X*005010X222A1"}, AK9, "6"),
    ("ST so bad it cannot be echoed in AK2", {"ST*837*0001*": "ST*837**"}, AK9, "5"),
    ("ST01 not 837", {"ST*837*": "ST*835*"}, IK5, "1"),
    ("SE02 <> ST02", {"*0001~GE*": "*0002~GE*"}, IK5, "3"),
    ("ST02 missing/bad", {"ST*837*0001*": "ST*837*00010001AB*", "*0001~GE*": "*00010001AB~GE*"}, IK5, "7"),
    ("ST03 missing or not supported", {"*0001*005010X222A1~": "*0001*005010X223A2~"}, IK5, "I6"),
    ("segment id not in the X12 directory", {"~LX*2~": "~ZZZ*1~LX*2~"}, IK5, "5"),
    ("X12 segment not part of the 837", {"~LX*2~": "~N1*85*X~LX*2~"}, IK3, "6"),
    ("837 segment out of place", {"~HI*ABK:E538*ABF:I10~": "~HI*ABK:E538*ABF:I10~REF*EA*MR1~"}, IK3, "7"),
    ("segment marked Not Used in the TR3", {"~LX*2~": "~CL1*1~LX*2~"}, IK3, "I4"),
    ("required segment missing", {"~N3*100 SAMPLE ST": ""}, IK3, "3"),
    ("situational segment missing", {"***11:B:1*Y*A*Y*Y": "***11:B:1*Y*A*Y*Y**AA:::MI"}, IK3, "I6"),
    ("situational segment present, rule says do not send", {"~HI*ABK": "~DTP*439*D8*20260110~HI*ABK"}, IK3, "I9"),
    (
        "loop repeats too often / segment repeats too often",
        {"~CTP****1*ML": "~CTP****1*ML~LIN**N4*00703901101~CTP****1*ML"},
        IK3,
        "4",
    ),
    ("loop repeats too often / segment repeats too often", {"~HI*ABK": "~REF*D9*1~REF*D9*2~HI*ABK"}, IK3, "5"),
    ("required loop missing", {"~NM1*PR*2*EXAMPLE HEALTH PLAN*****PI*TSTCI": ""}, IK3, "I7"),
    ("required element missing", {"*PI*TSTCI": "*PI"}, IK4, "1"),
    ("paired / conditional element (P,R,C,L notes)", {"*ALAN****XX*1993005010": "*ALAN****XX"}, IK4, "2"),
    ("exclusion note (E)", {"N4*ANYTOWN*MI*490011234": "N4*ANYTOWN*MI*490011234*US***XX"}, IK4, "10"),
    ("situational element missing (NM104 with NM102=1)", {"*DOE*JANE*": "*DOE**"}, IK4, "I9"),
    ("too many elements / components / repeats", {"N3*100 SAMPLE ST": "N3*100 SAMPLE ST*A*B"}, IK4, "3"),
    ("too many elements / components / repeats", {"***11:B:1*": "***11:B:1:X*"}, IK4, "13"),
    ("too many elements / components / repeats", {"N3*100 SAMPLE ST": "N3*100 SAMPLE^ST"}, IK4, "12"),
    ("too short / too long", {"*46*TST99": "*46*T"}, IK4, "4"),
    ("too short / too long", {"NM1*PR*2*EXAMPLE HEALTH PLAN*": f"NM1*PR*2*{'A' * 61}*"}, IK4, "5"),
    ("bad character or type", {"N3*100 SAMPLE ST": "N3*100 SAMPLE\x07ST"}, IK4, "6"),
    ("bad character or type", {"CLM*A1001*151.5*": "CLM*A1001*15l.5*"}, IK4, "6"),
    ("value not in the X12 code list / not allowed by the TR3", {"*PI*TSTCI": "*ZZ*TSTCI"}, IK4, "7"),
    ("bad date / time", {"*20260120*0930*CH": "*20260230*0930*CH"}, IK4, "8"),
    ("bad date / time", {"*20260120*0930*CH": "*20260120*2530*CH"}, IK4, "9"),
    ("Not Used element present", {"REF*EI*690000001": "REF*EI*690000001*X"}, IK4, "I10"),
    ("situational element present against its rule", {"FAMILY PRACTICE*****XX": "FAMILY PRACTICE*X****XX"}, IK4, "I13"),
    ("format pattern (phone, ZIP, NDC in TR3 note)", {"*TE*3125550134": "*TE*5550134"}, IK4, "I12"),
]  # fmt: skip


def base(name: str, *left_out: str) -> str:
    return joined([text for text in base_segments(name) if not text.startswith(left_out)])


def whole(name: str) -> dict[str, tuple[str, str, str]]:
    """The rows that no change of a text within the batch makes."""
    segments = base_segments(name)
    once, st = joined(segments), joined(segments[2:-2])
    return {
        "ISA not 106 bytes / delimiters unusable": (header(name, 6, "EDILINTTEST"), TA1, "022"),
        **{
            f"ISA{position:02d} {text}": (
                header(name, position, WRONG.get(position, "X" * len(segments[0].split("*")[position]))),
                TA1,
                note,
            )
            for position, note in NOTES.items()
            for text in ["invalid"]
        },
        "ISA16 invalid": (once.replace("*:~", "*A~", 1), TA1, "027"),
        "IEA missing / file cut": (base(name, "IEA"), TA1, "023"),
        "duplicate ISA13 from the sender": (once * 2, TA1, "025"),
        "GS missing or unreadable": (base(name, "GS*"), TA1, "024"),
        "GE missing": (base(name, "GE*"), AK9, "3"),
        "SE missing": (base(name, "SE*"), IK5, "2"),
        "SE01 wrong": (once.replace("SE*", "SE*9"), IK5, "4"),
        "GS06 repeated in the interchange": (
            joined([*segments[:-1], *segments[1:-1], "IEA*2" + segments[-1][5:]]),
            AK9,
            "19",
        ),
        "ST02 repeated in the group": (
            joined(segments[:2]) + st * 2 + joined(["GE*2*" + segments[-2].split("*")[2], segments[-1]]),
            IK5,
            "23",
        ),
    }


def check(content: str, where: str, code: str) -> None:
    name, first, end = CODES[where]
    answers, findings = answered(content)
    having = [one for one in findings if one.acks.get(name) == code]
    document = "".join(one.ta1 if where == TA1 else one.x999 for one in answers)
    told = {value for one in segments(document) if one.id == where for value in one.elements[first:end]}
    if (where, code) not in ((IK5, "5"), (AK9, "5"), (IK3, "6")):
        assert having, [(one.rule, one.acks) for one in findings]
    if (where, code) == (IK5, "7"):  # No AK2 can repeat such a number.
        assert "AK9*R*1*1*0*5~" in document
    elif not any("stc" in one.acks for one in having):  # Else the 277CA tells it of the claim.
        assert code in told, document


@pytest.mark.parametrize("name", BASES)
@pytest.mark.parametrize(
    ("changes", "where", "code"), [row[1:] for row in ROWS], ids=[f"{row[0]} {row[3]}" for row in ROWS]
)
def test_a_fault_in_the_batch(name: str, changes: dict[str, str], where: str, code: str) -> None:
    check(changed(name, changes), where, code)


@pytest.mark.parametrize("name", BASES)
@pytest.mark.parametrize("row", whole(BASES[0]))
def test_a_fault_of_the_envelope(name: str, row: str) -> None:
    check(*whole(name)[row])


def test_no_row_is_forgotten() -> None:
    if not TABLE.is_file():
        pytest.skip("the reference is not beside the repository")
    with TABLE.open(encoding="utf-8", newline="") as file:
        wanted = {row["finding"] for row in csv.DictReader(file) if row["ack"].startswith(("TA1", "999"))}
    known = {row[0] for row in ROWS} | set(whole(BASES[0]))
    parts = {f"ISA{number} invalid" for number in (14, 15, 16)}
    assert parts <= known
    assert wanted - known == {
        "ISA11 repetition separator invalid",
        "ISA12 not 00501",
        "ISA13 not numeric / zero",
        "ISA14 / ISA15 / ISA16 invalid",
    }
