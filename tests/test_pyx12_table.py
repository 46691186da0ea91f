"""What pyx12 4.0.0 crashes on, passes unread or wrongly rejects, row by row, and what edi-lint says of it.

The rows and their numbers are those of the report on pyx12 (../shared/reference/pyx12.md, section 5). Each is one
change of a clean batch: a fault is told by its rule, at its element, and in few findings; what is right is accepted.
"""

from __future__ import annotations

import io
import re

import pytest

from edi_lint import Finding
from edi_lint.x12.sets import Splitter
from tests.conftest import BASES, FIXTURES, STRUCTURE, base_segments, batch, judged

ISA, IEA = 0, -1
BOTH = pytest.mark.parametrize("base", BASES)


def joined(segments: list[str], end: str = "~\n") -> str:
    return "".join(segment + end for segment in segments)


def changed(base: str, changes: dict[str, str]) -> str:
    """The batch with texts replaced, which may span segments (``SE*`` stands for what the trailer has); SE01 is right."""
    text = "~".join(base_segments(base))
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return batch([segment for segment in text.split("~") if segment])


def told(text: str | bytes, *select: str) -> list[tuple[str, str | None]]:
    """Rule and element (or segment) of each finding."""
    return [(finding.rule, finding.element or finding.segment) for finding in judged(text, *select)]


def errors(text: str | bytes) -> list[Finding]:
    """What is said of the structure."""
    return [finding for finding in judged(text, *STRUCTURE) if finding.severity == "error"]


def header(base: str, position: int, value: str) -> str:
    """The batch with one element of the ISA replaced as it is, whatever its width."""
    segments = base_segments(base)
    elements = segments[ISA].split("*")
    elements[position] = value
    return joined(["*".join(elements), *segments[1:]])


# -- one text for another ---------------------------------------------------------------------------------

PAYER = "~SBR*S*18*******CI~OI***Y***Y~NM1*IL*1*DOE*JANE****MI*W1~NM1*PR*2*PLAN*****PI*P1"
"""Another payer of the claim (2320), to stand before LX*1."""

ROWS: list[tuple[str, dict[str, str], str, str | None]] = [
    # Trailers and their numbers.
    ("03 SE02 differs from ST02", {"*0001~GE*": "*0002~GE*"}, "ENV012", "SE02"),
    ("04 GE01 wrong", {"~GE*1*": "~GE*2*"}, "ENV011", "GE01"),
    ("05 GE02 wrong", {"~GE*1*": "~GE*1*9"}, "ENV010", "GE02"),
    ("06 IEA02 wrong", {"IEA*1*00000000": "IEA*1*90000000"}, "ENV008", "IEA02"),
    ("07 IEA01 wrong", {"IEA*1*": "IEA*2*"}, "ENV009", "IEA01"),
    # Which guide.
    ("22 ST03 missing", {"*0001*005010X222A1~": "*0001~"}, "ELE001", "ST03"),
    ("23 ST03 differs from GS08", {"*0001*005010X222A1~": "*0001*005010X223A2~"}, "ENV017", "ST03"),
    ("26 GS01 HP", {"GS*HC*": "GS*HP*"}, "ELE005", "GS01"),
    ("27 bad GS04", {"EXAMPLEPAYER*20260120*": "EXAMPLEPAYER*20260230*"}, "ELE006", "GS04"),
    ("164 ST*835", {"ST*837*": "ST*835*"}, "ENV023", "ST"),
    ("410 ST01 blank", {"ST*837*": "ST**"}, "ELE001", "ST01"),
    # What stands where it must not.
    ("408 junk before the ST", {"~ST*837*": "~ZZZ*1~ST*837*"}, "ENV020", "ZZZ"),
    ("409 junk before the GS", {"~GS*HC*": "~ZZZ*1~GS*HC*"}, "ENV020", "ZZZ"),
    ("119 unknown segment", {"~LX*2~": "~ZZZ*1~LX*2~"}, "SEG007", "ZZZ"),
    ("120 HI before REF", {"~HI*ABK:E538*ABF:I10~": "~HI*ABK:E538*ABF:I10~REF*EA*MR1~"}, "SEG006", "REF"),
    ("121 N4 before N3", {"N3*100 SAMPLE ST~N4*ANYTOWN*MI*490011234": "N4*ANYTOWN*MI*490011234~N3*100 SAMPLE ST"}, "SEG006", "N3"),
    ("159 NTE behind LIN", {"~LIN**N4*00703901101~": "~LIN**N4*00703901101~NTE*ADD*WORD~"}, "SEG006", "NTE"),
    # Characters and separators.
    ("47 NUL in a name", {"*DOE*JANE*": "*D\0E*JANE*"}, "ELE008", "NM103"),
    ("48 TAB in a name", {"*DOE*JANE*": "*D\tE*JANE*"}, "ELE008", "NM103"),
    ("257 0x1D in a name", {"*DOE*JANE*": "*D\x1dE*JANE*"}, "ELE008", "NM103"),
    ("44 latin-1 in a name", {"*DOE*JANE*": "*DO\xc9*JANE*"}, "ELE008", "NM103"),
    ("45 UTF-8 in a name", {"*DOE*JANE*": "*DO\xc3\x89*JANE*"}, "ELE008", "NM103"),
    ("59 repetition separator in an element", {"N3*100 SAMPLE ST": "N3*100 SAMPLE^ST"}, "ELE014", "N301"),
    ("60 component separator in an element", {"N3*100 SAMPLE ST": "N3*100 SAMPLE:ST"}, "ELE013", "N301"),
    ("55 separator at the end", {"N3*100 SAMPLE ST": "N3*100 SAMPLE ST*"}, "ELE015", "N302"),
    # Elements.
    ("61/62 NM109 missing", {"*PI*TSTCI": "*PI"}, "ELE001", "NM109"),
    ("63 NM108 ZZ", {"*PI*TSTCI": "*ZZ*TSTCI"}, "ELE005", "NM108"),
    ("64 name of 61 characters", {"NM1*PR*2*EXAMPLE HEALTH PLAN*": f"NM1*PR*2*{'A' * 61}*"}, "ELE004", "NM103"),
    ("57 element of 20 KB", {"N3*100 SAMPLE ST": f"N3*{'A' * 20_000}"}, "ELE004", "N301"),
    ("78 state ZZ of the billing provider", {"*MI*490011234": "*ZZ*490011234"}, "ELE005", "N402"),
    ("82 claim frequency Q", {"***11:B:1*": "***11:B:Q*"}, "ELE005", "CLM05-3"),
    ("83 CLM05 with four components", {"***11:B:1*": "***11:B:1:X*"}, "ELE013", "CLM05-4"),
    ("84 SV101 with nine", {"SV1*HC:96372*": "SV1*HC:96372:::::::X*"}, "ELE013", "SV101-9"),
    ("302 CTP05 with sixteen", {"****1*ML": f"****1*ML{':' * 15}X"}, "ELE013", "CTP05-16"),
    ("328 REF04 that the guide does not use", {"REF*EI*690000001": "REF*EI*690000001**A:B:C:D:E:F:G"}, "ELE002", "REF04"),
    ("SV101-1 QQ", {"SV1*HC:96372*": "SV1*QQ:96372*"}, "ELE005", "SV101-1"),
    ("SBR01 PX", {"SBR*P*": "SBR*PX*"}, "ELE005", "SBR01"),
    ("327 HI with ten", {"HI*ABK:E538*": "HI*ABK:E538:::::::::X*"}, "ELE013", "HI01-10"),
    ("03 PER03 ED", {"*TE*3125550134": "*ED*3125550134"}, "ELE005", "PER03"),
    # Missing and surplus.
    ("103 CTP missing", {"~CTP****1*ML": ""}, "NDC004", "CTP"),
    ("104 CTP before LIN", {"LIN**N4*00703901101~CTP****1*ML": "CTP****1*ML~LIN**N4*00703901101"}, "SEG003", "CTP"),
    ("214 CTP alone", {"~LIN**N4*00703901101": ""}, "SEG003", "CTP"),
    ("107 two LIN", {"~CTP****1*ML": "~CTP****1*ML~LIN**N4*00703901101~CTP****1*ML"}, "SEG005", "LIN"),
    ("122 three PER", {"~PER*IC*BILLING DESK*TE*3125550134": "~PER*IC*DESK*TE*3125550134" * 3}, "SEG004", "PER"),
    ("123 two REF*D9", {"~HI*ABK": "~REF*D9*1~REF*D9*2~HI*ABK"}, "SEG004", "REF"),
    ("127 SV1 missing", {"~SV1*HC:96372*35*UN*1***1": ""}, "SEG001", "SV1"),
    ("128 LX missing", {"~LX*2": ""}, "SEG001", "LX"),
    ("135 REF*EI missing", {"~REF*EI*690000001": ""}, "SEG001", "REF"),
    ("136 NM1*85 missing", {"~NM1*85*2*EXAMPLE FAMILY PRACTICE*****XX*1993000011": ""}, "SEG001", "NM1"),
    ("137 N3 missing", {"~N3*100 SAMPLE ST": ""}, "SEG001", "N3"),
    ("138 NM1*PR missing", {"~NM1*PR*2*EXAMPLE HEALTH PLAN*****PI*TSTCI": ""}, "SEG002", "NM1"),
    ("141 NM1*40 missing", {"~NM1*40*2*EXAMPLE CLEARINGHOUSE*****46*TST99": ""}, "SEG002", "NM1"),
    ("133 CLM missing", {"~CLM*A1001*151.5***11:B:1*Y*A*Y*Y": ""}, "SEG001", "CLM"),
    ("142 HL*1 missing", {"~HL*1**20*1": ""}, "SEG001", "HL"),
    ("145 HL01 wrong", {"~HL*1**20*1": "~HL*7**20*1"}, "SEG009", "HL01"),
    # A loop that is nothing but its first segment.
    ("401 LX before LX", {"~LX*2~": "~LX*2~LX*3~"}, "SEG008", "LX"),
    ("402 CLM before CLM", {"~CLM*A1001": "~CLM*A1000*151.5***11:B:1*Y*A*Y*Y~CLM*A1001"}, "SEG008", "CLM"),
    ("407 SBR before SBR", {"~LX*1~": "~SBR*S*18*******CI" + PAYER + "~LX*1~"}, "SEG008", "SBR"),
    ("406 SVD before SVD", {"~LX*1~": PAYER + "~LX*1~", "~SE*": "~SVD*P1*1*HC:J3420**1~SVD*P1*1*HC:J3420**1~DTP*573*D8*20260120~SE*"},
     "STR004", "DTP"),
    ("416 LQ before LQ", {"~SE*": "~LQ*UT*1~LQ*UT*2~FRM*1*Y~SE*"}, "SEG001", "FRM"),
    # What pyx12 never claims to see: the catalogue does.
    ("65 bad date", {"D8*20260115~REF*6R*A1001L1": "D8*20260230~REF*6R*A1001L1"}, "DAT001", "DTP03"),
    ("66 range in D8", {"D8*20260115~REF*6R*A1001L1": "D8*20260115-20260116~REF*6R*A1001L1"}, "DAT001", "DTP03"),
    ("67 single date in RD8", {"D8*20260115~REF*6R*A1001L1": "RD8*20260115~REF*6R*A1001L1"}, "DAT001", "DTP03"),
    ("68 range that ends before it begins", {"D8*20260115~REF*6R*A1001L1": "RD8*20260115-20260114~REF*6R*A1001L1"}, "DAT001", "DTP03"),
    ("69 range of three", {"D8*20260115~REF*6R*A1001L1": "RD8*20260113-20260114-20260115~REF*6R*A1001L1"}, "DAT001", "DTP03"),
    ("70 date of 2099", {"D8*20260115~REF*6R*A1001L1": "D8*20990115~REF*6R*A1001L1"}, "DAT002", "DTP03"),
    ("72 NPI with a wrong check digit", {"XX*1993000011": "XX*1993000012"}, "PRV001", "NM109"),
    ("73 NPI of nine digits", {"XX*1993000011": "XX*199300001"}, "PRV001", "NM109"),
    ("74 NPI with letters", {"XX*1993000011": "XX*199300001A"}, "PRV001", "NM109"),
    ("76 social security number of twelve digits", {"REF*EI*690000001": "REF*SY*690000001123"}, "PRV009", "REF02"),
    ("80 ZIP with letters", {"*MI*490011234": "*MI*49001ABCD"}, "PRV008", "N403"),
    ("81 place of service 77", {"***11:B:1*": "***77:B:1*"}, "POS001", "CLM05-1"),
    ("85 five pointers", {"SV1*HC:96372*35*UN*1***1": "SV1*HC:96372*35*UN*1***1:2:1:2:1"}, "DX002", "SV107-5"),
    ("86 pointer to a diagnosis that is not there", {"SV1*HC:96372*35*UN*1***1": "SV1*HC:96372*35*UN*1***7"}, "DX002", "SV107-1"),
    ("87 pointer 13", {"SV1*HC:96372*35*UN*1***1": "SV1*HC:96372*35*UN*1***13"}, "DX002", "SV107-1"),
    ("88 SV107 missing", {"SV1*HC:96372*35*UN*1***1": "SV1*HC:96372*35*UN*1"}, "DX002", "SV107"),
    ("89 one pointer twice", {"SV1*HC:96372*35*UN*1***1": "SV1*HC:96372*35*UN*1***1:1"}, "DX002", "SV107-2"),
    ("90 negative charge", {"SV1*HC:96372*35*": "SV1*HC:96372*-35*"}, "STR002", "SV102"),
    ("92 28.", {"SV1*HC:96372*35*": "SV1*HC:96372*28.*"}, "STR002", "SV102"),
    ("93 1E3", {"SV1*HC:96372*35*": "SV1*HC:96372*1E3*"}, "STR002", "SV102"),
    ("331 1,000", {"SV1*HC:96372*35*": "SV1*HC:96372*1,000*"}, "STR002", "SV102"),
    ("94 CLM02 is not the sum of the lines", {"*151.5***": "*152.5***"}, "STR001", "CLM02"),
    ("97 modifier of one character", {"HC:96372*": "HC:96372:5*"}, "MOD003", "SV101-3"),
    ("98 modifier that is none", {"HC:96372*": "HC:96372:5?*"}, "MOD003", "SV101-3"),
    ("99 procedure that is none", {"HC:99213:25*": "HC:NOTACODE:25*"}, "STR012", "SV101-2"),
    ("100 NDC of ten digits", {"*00703901101": "*0703901101"}, "NDC003", "LIN03"),
    ("101 NDC with dashes", {"*00703901101": "*00703-9011-01"}, "NDC002", "LIN03"),
    ("102 LIN02 ND", {"LIN**N4*": "LIN**ND*"}, "NDC002", "LIN02"),
    ("106 CTP05 MG", {"****1*ML": "****1*MG"}, "NDC004", "CTP05-1"),
    ("217 CTP04 0", {"****1*ML": "****0*ML"}, "NDC004", "CTP04"),
    ("218 CTP04 negative", {"****1*ML": "****-1*ML"}, "NDC004", "CTP04"),
    ("108 diagnosis with a point", {"ABK:E538": "ABK:E53.8"}, "DX005", "HI01-2"),
    ("235 diagnosis that does not exist", {"ABK:E538": "ABK:E5399"}, "DX006", "HI01-2"),
    ("236 diagnosis twice", {"ABF:I10": "ABF:E538"}, "DX004", "HI02-2"),
    ("109 ICD-9 among ICD-10", {"ABF:I10": "BF:4019"}, "DAT009", "HI02-1"),
    ("111 ABF first", {"ABK:E538": "ABF:E538"}, "DX001", "HI01-1"),
    ("91 a fraction of a cent", {"SV1*HC:96372*35*": "SV1*HC:96372*34.999*", "*151.5*": "*151.499*"}, "STR019", "SV102"),
    ("95 no units", {"SV1*HC:96372*35*UN*1*": "SV1*HC:96372*35*UN*0*"}, "UNT001", "SV104"),
    ("110 thirteen diagnoses", {"*ABF:I10": "*ABF:I10" * 12}, "DX003", "HI13"),
    ("131 HI missing", {"~HI*ABK:E538*ABF:I10": ""}, "DX001", "HI"),
    ("132 HI*BG only", {"~HI*ABK:E538*ABF:I10": "~HI*BG:17"}, "DX001", "HI"),
    ("126 LX not in sequence", {"~LX*3~": "~LX*4~"}, "STR011", "LX01"),
    ("129 DTP*472 missing", {"~DTP*472*D8*20260115~REF*6R*A1001L1": "~REF*6R*A1001L1"}, "DAT001", "DTP"),
    ("130 DTP*471 only", {"~DTP*472*D8*20260115~REF*6R*A1001L1": "~DTP*471*D8*20260115~REF*6R*A1001L1"}, "DAT001", "DTP"),
    ("243 frequency 7 without the number of the original", {"***11:B:1*": "***11:B:7*"}, "STR006", "REF02"),
]  # fmt: skip


@BOTH
@pytest.mark.parametrize(("changes", "rule", "place"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_fault_is_told_by_its_rule_at_its_place(base: str, changes: dict[str, str], rule: str, place: str) -> None:
    found = judged(changed(base, changes))
    assert [(finding.rule, finding.element or finding.segment) for finding in found].count((rule, place)) == 1, found
    assert sum(finding.severity == "error" for finding in found) <= 3, found


# -- rows that only one of the two paths can have ---------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "changes", "expected"),
    [
        ("base.edi", {"~HL*2*1*22*0": ""}, ("SEG001", "HL")),  # 143
        ("base.edi", {"~HL*2*1*22*0": "~HL*2*1*99*0"}, ("ELE005", "HL03")),  # 146
        ("base.edi", {"~HL*2*1*22*0": "~HL*2*9*22*0"}, ("SEG010", "HL02")),  # 144
        ("base.edi", {"~HL*2*1*22*0": "~HL*2*1*22*1"}, ("SEG011", "HL")),  # 147
        ("base.edi", {"~HL*2*1*22*0": "~HL*2*1*22*0~HL*3*1*22*0"}, ("SEG008", "HL")),  # 405
        ("base-dependent.edi", {"~HL*2*1*22*1": "~HL*2*1*22*0"}, ("SEG012", "HL03")),  # 158
        ("base-dependent.edi", {"~HL*3*2*23*0": "~HL*3*1*23*0"}, ("SEG010", "HL02")),  # 210
        ("base.edi", {"~SBR*P*18*******CI": ""}, ("SEG001", "SBR")),  # 140
        ("base.edi", {"~NM1*IL*1*DOE*JANE****MI*W100001001": ""}, ("SEG001", "NM1")),  # 139
    ],
)  # fmt: skip
def test_levels_are_told_once(base: str, changes: dict[str, str], expected: tuple[str, str]) -> None:
    assert told(changed(base, changes), *STRUCTURE) == [expected]


def test_a_subscriber_below_a_subscriber_is_told() -> None:  # 209
    segments = base_segments("base.edi")
    start = segments.index("HL*2*1*22*0")
    second = ["HL*3*2*22*0", *segments[start + 1 : -3]]
    assert told(batch([*segments[:-3], *second, *segments[-3:]]), *STRUCTURE) == [("SEG010", "HL02")]


@pytest.mark.parametrize(
    ("base", "changes", "rule"),
    [
        ("base.edi", {"SBR*P*18*": "SBR*P**"}, "SIT015"),  # 238: neither relationship nor patient
        ("base.edi", {"~N3*101 SPECIMEN AVE~N4*ANYTOWN*MI*490021001~DMG*D8*19750412*F": ""}, "SIT022"),  # 239
        ("base.edi", {"*Y*A*Y*Y": "*Y*A*Y*Y**AA", "~HI*ABK": "~DTP*439*D8*20260110~HI*ABK"}, "SIT029"),  # 244
        ("base.edi", {"DMG*D8*19750412*F": "DMG*D8*20260116*F"}, "DAT006"),  # 71: born after the service
        ("base.edi", {"***11:B:1*": "***11:B:7*"}, "STR006"),  # 243: a replacement without the number of the original
    ],
)  # fmt: skip
def test_situations_are_judged(base: str, changes: dict[str, str], rule: str) -> None:
    assert rule in dict(told(changed(base, changes)))


@BOTH
def test_fifty_one_lines_and_a_hundred_and_one_claims_are_too_many(base: str) -> None:  # 124, 125
    segments = base_segments(base)
    line = "LX*{0}~SV1*HC:36415*0*UN*1***2~DTP*472*D8*20260115~REF*6R*L{0}"
    lines = "~".join(line.format(number) for number in range(4, 52)).split("~")
    assert ("STR011", "LX") in told(batch([*segments[:-3], *lines, *segments[-3:]]))
    claim = segments.index("CLM*A1001*151.5***11:B:1*Y*A*Y*Y")
    again = [piece.replace("A1001", f"A{number}") for number in range(2001, 2101) for piece in segments[claim:-3]]
    assert told(batch([*segments[:-3], *again, *segments[-3:]]), *STRUCTURE) == [("SEG005", "CLM")]


# -- the envelope -----------------------------------------------------------------------------------------


def without(base: str, *names: str) -> str:
    return joined([segment for segment in base_segments(base) if segment.partition("*")[0] not in names])


def another(text: str) -> str:
    """The same interchange under another control number."""
    return text.replace("*00000000", "*00000007")


@BOTH
def test_se01_is_counted(base: str) -> None:  # 02
    text = joined(base_segments(base))
    assert told(text.replace("SE*3", "SE*2").replace("SE*4", "SE*2")) == [("ENV013", "SE01")]


@BOTH
@pytest.mark.parametrize(
    ("missing", "expected"),
    [(["SE"], "ENV007"), (["GE"], "ENV007"), (["IEA"], "ENV007"), (["GS", "GE"], "ENV018"), (["GS"], "ENV018"), (["ST"], "ENV020")],
)  # fmt: skip
def test_headers_and_trailers_are_missed_once(base: str, missing: list[str], expected: str) -> None:  # 01, 08-12
    found = told(without(base, *missing), *STRUCTURE)
    assert found[0][0] == expected
    assert len(found) <= 3, found


@BOTH
@pytest.mark.parametrize(("name", "expected"), [("SE", "ENV019"), ("GE", "ENV019"), ("IEA", "ENV021")])
def test_trailers_without_header(base: str, name: str, expected: str) -> None:  # 321-323
    segments = base_segments(base)
    place = next(number for number, segment in enumerate(segments) if segment.startswith(f"{name}*"))
    assert [rule for rule, _ in told(joined([*segments[: place + 1], *segments[place:]]))] == [expected]


@BOTH
def test_the_header_of_the_interchange(base: str) -> None:  # 13, 14, 15, 28, 31, 32
    assert told(header(base, 6, "EDILINTTEST")) == [("ENV005", "ISA06")]
    assert told(header(base, 13, "00000000A"))[0] == ("ENV006", "ISA13")
    assert told(header(base, 12, "00401")) == [("ENV006", "ISA12")]
    assert told(header(base, 15, "X")) == [("ENV006", "ISA15")]
    assert errors(header(base, 16, "*"))
    assert errors(joined(base_segments(base)).replace(":~", ":|", 1))


@BOTH
def test_which_guides_are_read(base: str) -> None:  # 24, 25, 161, 162, 168
    text = joined(base_segments(base))
    for guide in ("005010X222", "005010X222A2"):
        assert told(text.replace("005010X222A1", guide)) == []
    for guide in ("005010X223A2", "005010X224A2", "004010X098A1"):
        assert told(text.replace("005010X222A1", guide)) == [("ENV003", "GS")]


@BOTH
def test_several_interchanges(base: str) -> None:  # 16, 17, 205
    text = joined(base_segments(base))
    assert told(text + another(text), *STRUCTURE) == []
    assert told(text + text, *STRUCTURE) == [("ENV014", "ISA13")]
    assert told(text + another(text).replace("*^*00501", "*00501"), *STRUCTURE)[0] == ("ENV004", "ISA")


@BOTH
def test_several_groups(base: str) -> None:  # 18, 19, 163
    segments = base_segments(base)
    first, number = segments[1:-1], segments[1].split("*")[6]
    trailer = segments[IEA].replace("IEA*1*", "IEA*2*")
    numbered = [segment.replace(f"*{number}*X*", "*77*X*").replace(f"GE*1*{number}", "GE*1*77") for segment in first]
    assert told(joined([segments[ISA], *first, *numbered, trailer]), *STRUCTURE) == []
    assert told(joined([segments[ISA], *first, *first, trailer]), *STRUCTURE) == [("ENV015", "GS06")]
    foreign = [segment.replace("005010X222A1", "005010X223A2") for segment in numbered]
    assert told(joined([segments[ISA], *first, *foreign, trailer])) == [("ENV003", "GS")]


@BOTH
def test_several_transaction_sets(base: str) -> None:  # 20, 21
    segments = base_segments(base)
    claims, trailers = segments[2:-2], [segments[-2].replace("GE*1*", "GE*2*"), segments[IEA]]
    numbered = [piece.replace("*0001", "*0002") if piece[:3] in ("ST*", "SE*") else piece for piece in claims]
    assert told(joined([*segments[:-2], *numbered, *trailers]), *STRUCTURE) == []
    assert told(joined([*segments[:-2], *claims, *trailers]), *STRUCTURE) == [("ENV016", "ST02")]


@BOTH
@pytest.mark.parametrize(("separator", "other"), [("~", "|"), ("*", "|"), (":", ">"), ("~", "\x1d")])
def test_every_interchange_has_separators_of_its_own(base: str, separator: str, other: str) -> None:  # 203, 204
    text = joined(base_segments(base))
    second = another(text).replace(separator, other)
    assert told(text + second, *STRUCTURE) == []
    assert (
        told(text + second.replace("\nN4", "\nN9", 1), *STRUCTURE)
        == told(second.replace("\nN4", "\nN9", 1), *STRUCTURE)
        != []
    )


@BOTH
def test_what_stands_around_the_interchange(base: str) -> None:  # 29, 30, 33, 39, 201
    text = joined(base_segments(base))
    assert told("\n" + text) == [("ENV031", None)]
    assert told("\xef\xbb\xbf" + text) == [("ENV030", None)]
    assert told(text[:-2]) == [("ENV033", "IEA")]
    assert told(text + "GARBAGE") == [("ENV021", None)]
    assert ("SEG007", "N9") in told(text + "~" + another(text).replace("\nN4*", "\nN9*", 1))


@BOTH
def test_how_segments_end(base: str) -> None:  # 40-43, 52, 54
    segments = base_segments(base)
    for end in ("~\r\n", "~"):
        assert told(joined(segments, end)) == [], end
    for end in ("\n", "\r\n"):
        assert told(joined(segments, "~").replace("~", end)) == [], repr(end)
    begin, rest = joined(segments[:20]), joined(segments[20:])
    assert told(begin + "~" + rest.replace("HC:96372", "HC:9637?")) == [("ENV034", None), ("STR012", "SV101-2")]
    assert told(begin + " " + rest) == [("ENV036", None)]


@BOTH
@pytest.mark.parametrize("place", ["N3*100", "DTP*472", "LX*2", "HI*", "SBR", "NM1*85", "CLM"])
def test_a_lost_terminator_is_told_in_few_findings(base: str, place: str) -> None:  # 56
    text = joined(base_segments(base))
    assert 1 <= len(errors(text.replace(f"~\n{place}", place, 1))) <= 3


@BOTH
def test_long_and_unfinished_segments(base: str) -> None:  # 37, 58
    text = joined(base_segments(base))
    assert told(text.replace("*DOE*", f"*{'A' * 1_100_000}*", 1))[0][0] == "ENV022"
    assert [rule for rule, _ in told(text[: text.index("REF*6R*A1001L2") + 4])] == ["ENV007"]


@pytest.mark.parametrize(
    "content",
    [b"", b" \n \n", bytes(range(256)), "ISA*00*".encode("utf-16"), b"isa*00*          *00*"],
    ids=["34 empty", "35 blanks", "38 binary", "46 UTF-16", "51 lower case"],
)
def test_what_is_no_interchange_is_said_in_one_finding(content: bytes) -> None:
    assert told(content) == [("ENV001", None)]


def test_an_interchange_without_claims() -> None:  # 36, 165, 167
    isa, *_, iea = base_segments("base.edi")
    assert [rule for rule, _ in told(joined([isa]))] == ["ENV007"]
    acknowledgment = "TA1*000000001*260120*0930*A*000"
    assert [rule for rule, _ in told(joined([isa, acknowledgment, iea.replace("*1*", "*0*")]))] == ["ENV003"]
    assert [rule for rule, _ in told((FIXTURES / "not-837p-999.edi").read_bytes())] == ["ENV003"]


@BOTH
@pytest.mark.parametrize(
    ("last", "expected"),
    [("NM1*40", "SEG002"), ("REF*EI", "SEG002"), ("NM1*PR", "SEG013"), ("PRV*PE", "SEG002")],
    ids=["149 header only", "150 no subscriber", "151 no claim", "134 no line"],
)
def test_a_transaction_set_that_lacks_the_rest(base: str, last: str, expected: str) -> None:
    segments = base_segments(base)
    end = next(number for number, segment in enumerate(segments) if segment.startswith(last)) + 1
    assert expected in [finding.rule for finding in errors(batch([*segments[:end], *segments[-3:]]))]


def test_lower_case() -> None:  # 49, 50
    text = joined(base_segments("base.edi"))
    assert told(text.replace("DOE*JANE", "doe*jane")) == []
    assert [finding.rule for finding in errors(text.replace("\nREF*6R*A1001L2", "\nref*6R*A1001L2"))] == ["SEG007"]


@BOTH
@pytest.mark.parametrize("left", ["ISA", "ISA|GS|ST|SE|GE|IEA"])
@pytest.mark.parametrize("end", ["~\n", "~", "~\r\n", "\n"])
def test_identifiers_in_lower_case_are_one_finding(base: str, left: str, end: str) -> None:  # 50, 51
    segments = base_segments(base)
    wrong = re.compile(f"(?!(?:{left})\\*)[A-Z0-9]+(?=\\*)")
    lower = [
        wrong.sub(lambda found: found[0].lower(), segment, count=1) if wrong.match(segment) else segment
        for segment in segments
    ]
    text = joined(lower, end)
    [finding] = errors(text)
    first = next(segment for segment in lower if segment[0].islower())
    assert (finding.rule, finding.offset) == ("ENV026", text.index(first))
    # All else is judged as ever, and by one process: sets are cut where they can be seen.
    assert told(text.replace("*151.5*", "*1*"), "STR") == [("STR001", "CLM02")]
    assert Splitter(io.BytesIO(text.encode()), {"005010X222A1"}).next() is None


# -- what is right ----------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    "changes",
    [
        {"*0930*CH": "*0930*31"},  # 112: subrogation
        {"N4*ANYTOWN*MI*490021001": "N4*MONTREAL*QC*H3Z2Y7*CA"},  # 270
        {"N4*ANYTOWN*MI*490021001": "N4*ST JOHNS*NL*A1A1A1*CA"},  # 271
        {"~NM1*85*": "~CUR*85*MXN~NM1*85*"},  # 272
        {"~LX*1~": PAYER.replace("~NM1*IL", "~MOA***N800~NM1*IL") + "~LX*1~"},  # 269
        {"~LX*1~": f"{PAYER}~NM1*77*2~REF*G2*1~NM1*82*1~REF*G2*1~LX*1~"},  # 156: 2330F before 2330D
        {"~LX*2~": "~NM1*45*2~N3*1 A ST~N4*ANYTOWN*MI*490011234~NM1*PW*2~N3*1 A ST~N4*ANYTOWN*MI*490011234~LX*2~"},  # 157
        {"***1~DTP*472*D8*20260115~REF*6R*A1001L2": "***1~PWK*CT*AB~DTP*472*D8*20260115~REF*6R*A1001L2"},  # DMERC
    ],
    ids=["subrogation", "Quebec", "Newfoundland", "Mexican peso", "remark code", "2330 order", "2420 order", "certificate"],
)  # fmt: skip
def test_what_is_right_is_accepted(base: str, changes: dict[str, str]) -> None:
    assert told(changed(base, changes), *STRUCTURE) == []
