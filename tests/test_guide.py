"""The guide: compiled from pyx12's maps, corrected, cached; and the walk that places every segment."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path

import pytest
from lxml import etree

from edi_lint.guide import Guide, GuideError, load_tables
from edi_lint.guide.check import _WORTH_COMPILING, SpecChecker
from edi_lint.guide.tables import Element, GuideTables
from edi_lint.x12 import Delimiters, Segment
from tests.conftest import BASES, base_segments, batch, findings_of

ROOT = Path(__file__).parent.parent
TABLES = load_tables()
GRAPH = Guide(TABLES).graph(Delimiters())


def test_the_overlay_has_its_schema_and_every_correction_a_reason() -> None:
    schema = etree.XMLSchema(etree.parse(ROOT / "schemas" / "overlay.xsd"))
    schema.assertValid(etree.parse(ROOT / "edi_lint" / "guide" / "overlay.xml"))


def test_both_claim_loops_are_the_same() -> None:
    subscriber = next(loop for loop in TABLES.transaction.loops if loop.id == "2000A").loops[-1]
    assert subscriber.id == "2000B"
    patient = next(loop for loop in subscriber.loops if loop.id == "2000C")
    own, nested = (next(loop for loop in parent.loops if loop.id == "2300") for parent in (subscriber, patient))
    assert (own.uses, own.loops) == (nested.uses, nested.loops)


def test_the_cache_gives_the_same_tables_and_mends_itself(tmp_path: Path) -> None:
    assert load_tables(tmp_path) == TABLES
    [entry] = tmp_path.iterdir()
    assert load_tables(tmp_path) == TABLES
    entry.write_bytes(b"damaged")
    assert load_tables(tmp_path) == TABLES
    assert entry.read_bytes() != b"damaged"
    blocked = tmp_path / "file"
    blocked.write_text("a file where the folder should be")
    assert load_tables(blocked) == TABLES


def test_missing_maps_are_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(GuideError, match="pip install 'pyx12"):
        load_tables()


def faults(text: str, key: str = "") -> list[tuple[str, str]]:
    """The element faults of one segment, judged by the first place (or the one of ``key``) that accepts it."""
    segment = Segment(text, 1, 0, 1, 0, Delimiters())
    nodes = [node for node in GRAPH.nodes() if node.segment_id == segment.id and key in node.key]
    node = next((node for node in nodes if node.accepts(GRAPH.key(segment.elements))), nodes[0])
    return [(kind, ref.name(segment.id)) for kind, ref, _ in node.checker.faults(segment)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SV1*HC:96372*35*UN*1***1", []),
        ("SV1*HC:96372:25:59:76:77:NOTE*35.5*UN*1*11**1:2:3:4**Y", []),
        ("SV1*HC:96372*35*UN*1***1:2:3:4:5", [("too-many-components", "SV107-5")]),
        ("SV1*HC:96372:25:59:76:77:NOTE::X*35*UN*1***1", [("too-many-components", "SV101-9")]),
        ("SV1**HC:96372*35*UN*1***1", [("elements-slipped", "SV101")]),
        ("SV1*HC:96372*35*UN*1", [("element-missing", "SV107")]),
        ("SV1*HC:96372*35.*UN*1***1", [("invalid-number", "SV102")]),
        ("SV1*HC:96372*1E3*UN*1***1", [("invalid-number", "SV102")]),
        ("SV1*HC:96372*1,000*UN*1***1", [("invalid-number", "SV102")]),
        ("SV1*HC:96372*100.00*UN*1.0***1", []),
        ("SV1*HC:96372*-35*UN*1***1", []),
        ("SV1*HC:96372*35*UN*1*77**1", [("invalid-code", "SV105")]),
        ("SV1*HC:96372*35*UN*1***13", [("invalid-code", "SV107-1")]),
        ("SV1*HC:96372*35*UN*1***1*5", [("element-not-used", "SV108")]),
        ("SV1*HC:96372*35*UN*1***1**", [("trailing-separators", "SV109")]),
        ("SV1*HC:96372::*35*UN*1***1", [("trailing-separators", "SV101-4")]),
        ("SV1*HC:96372:5*35*UN*1***1", [("too-short", "SV101-3")]),
        ("DTP*472*D8*20260115", []),
        ("DTP*472*RD8*20260115-20260116", []),
        ("DTP*472*D8*20260230", [("invalid-date", "DTP03")]),
        ("DTP*472*D8*20240229", []),
        ("DTP*472*D8*19000229", [("invalid-date", "DTP03")]),
        ("DTP*472*D8*20260115-20260116", [("invalid-date", "DTP03")]),
        ("DTP*472*RD8*20260115", [("invalid-date", "DTP03")]),
        ("DTP*472*RD8*20260115-20260116-20260117", [("invalid-date", "DTP03")]),
        ("BHT*0019*00*1*20260115*0930*31", []),
        ("BHT*0019*00*1*20260115*2460*CH", [("invalid-time", "BHT05")]),
        ("N4*MONTREAL*QC*H3Z2Y7*CA", []),
        ("N4*ST JOHNS*NL*A1A1A1*CA", []),
        ("N4*ANYTOWN*ZZ*490011234", [("invalid-code", "N402")]),
        ("CUR*85*MXN", []),
        ("CLM*A*10***11:B:1*Y*A*Y*Y", []),
        ("CLM*A*10***11:B:1:X*Y*A*Y*Y", [("too-many-components", "CLM05-4")]),
        ("CLM*A*10***11:A:1*Y*A*Y*Y", [("invalid-code", "CLM05-2")]),
        ("CLM*A*10***11:B:Q*Y*A*Y*Y", [("invalid-code", "CLM05-3")]),
        ("CLM*" + "A" * 39 + "*10***11:B:1*Y*A*Y*Y", [("too-long", "CLM01")]),
        ("CLM**10***11:B:1*Y*A*Y*Y", [("element-missing", "CLM01")]),
        ("N3", [("element-missing", "N301")]),
        ("N3*   ", [("element-missing", "N301")]),
        ("N3*1 SAMPLE ST ", [("trailing-spaces", "N301")]),
        ("N3*1 SAMPLE\tST", [("invalid-character", "N301")]),
        ("N3*1 SAMPL\xc9 ST", [("invalid-character", "N301")]),
        ("N3*1 SAMPLE:ST", [("too-many-components", "N301")]),
        ("N3*1 SAMPLE^ST", [("too-many-repetitions", "N301")]),
        ("N3*1 sample st", []),
        ("PAT", [("segment-empty", "PAT00")]),
        ("MOA**", [("trailing-separators", "MOA02"), ("segment-empty", "MOA00")]),
        ("NM1*85*2*CLINIC*****XX", [("condition-missing", "NM109")]),
        ("NM1*41*2*CLINIC*****46*AB*01", [("element-not-used", "NM110")]),
        ("LIN**N4*00703901101", []),
        ("CTP****1*MG", [("invalid-code", "CTP05-1")]),
        ("CTP*****ML", [("element-missing", "CTP04")]),
        ("HI*ABK:E538" + "*ABF:I10" * 12, [("too-many-elements", "HI13")]),
        ("PER*IC*DESK*ED*123", [("invalid-code", "PER03")]),
    ],
)
def test_elements(text: str, expected: list[tuple[str, str]]) -> None:
    assert faults(text) == expected


def test_the_first_segments_are_judged_as_all_others() -> None:
    """A spec's one expression, compiled when it is worth it, refuses exactly what the slow way finds a fault in."""
    chance = random.Random(96372)
    refused = 0
    for spec in TABLES.specs:
        slow, fast = SpecChecker(spec, Delimiters()), SpecChecker(spec, Delimiters())
        for _ in range(_WORTH_COMPILING):
            fast.faults(Segment(spec.id, 1, 0, 1, 0, Delimiters()))
        for _ in range(_WORTH_COMPILING):
            elements = [_some_value(element, chance) for element in spec.elements]
            text = "*".join([spec.id, *elements])
            if chance.random() < 0.8:
                text = text.rstrip("*:")
            segment = Segment(text, 1, 0, 1, 0, Delimiters())
            found = slow.faults(segment)
            assert fast.faults(segment) == found, segment.text
            assert bool(fast.fits(segment.text)) == bool(slow.fits(segment.text)) == (not found), segment.text
            refused += bool(found)
    assert 0.2 < refused / (len(TABLES.specs) * _WORTH_COMPILING) < 0.9


def _some_value(element: Element, chance: random.Random) -> str:
    if element.usage != "R" and chance.random() < 0.5:
        return ""
    if element.components:
        parts = [_some_value(part, chance) for part in element.components]
        return ":".join(parts).rstrip(":")
    if chance.random() < 0.1:
        return chance.choice(["", " ", "A ", "A\tB", "\xc9A", "A:B", "A^B", "0", "-1", "1.", ".5", "20260231", "2460"])
    if element.codes:
        return chance.choice(element.codes)
    if element.type == "R" or element.type[:1] == "N":
        return chance.choice(["1", "12", "0123", "1.5", "-2", "12345678901"])
    if element.type in ("DT", "TM"):
        return chance.choice(["20260120", "260120", "20240229", "0930", "093059"])
    longest = element.max_length + (chance.random() < 0.05)
    return "".join(chance.choices("AB1 x", k=chance.randint(max(element.min_length - 1, 0), min(longest, 40)))).strip()


def test_tables_are_plain_data() -> None:
    assert isinstance(TABLES, GuideTables)
    assert len({loop.id for loop in _loops(TABLES.transaction)}) == 39  # 38 loops, and the transaction set itself.


def _loops(loop):  # type: ignore[no-untyped-def]
    yield loop
    for inner in loop.loops:
        yield from _loops(inner)


# -- the walk ---------------------------------------------------------------------------------------------


def structure(segments: list[str]) -> list[tuple[str, str | None, str | None]]:
    found = findings_of(batch(segments), select=("SEG", "ELE", "ENV", "DX001", "DAT001"))
    return [(finding.name, finding.loop, finding.element or finding.segment) for finding in found]


@pytest.mark.parametrize("base", BASES)
def test_a_missing_segment_is_one_finding(base: str) -> None:
    segments = base_segments(base)
    optional = ("PRV", "DMG", "REF*6R", "N3*101", "N4*ANYTOWN*MI*490021001")
    for number, segment in enumerate(segments):
        if segment[:3] in ("ISA", "GS*", "ST*", "SE*", "GE*", "IEA"):
            continue
        found = structure(segments[:number] + segments[number + 1 :])
        if (base == "base.edi" and segment.startswith(optional)) or segment.startswith(("PRV", "REF*6R")):
            assert found == [], segment
        else:
            assert len(found) == 1, (segment, found)


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("SV1*HC:96372*", "SV1**HC:96372*", {("elements-slipped", "2400", "SV101")}),
        ("HI*ABK:", "CR1*LB*140**A~HI*ABK:", {("element-missing", "2300", f"CR10{number}") for number in (5, 6)}),
    ],
)
def test_wrong_values_do_not_take_a_segment_from_its_place(
    base: str, before: str, after: str, expected: set[tuple[str, str, str]]
) -> None:
    text = "~".join(base_segments(base))
    assert set(structure(text.replace(before, after).split("~"))) == expected


@pytest.mark.parametrize("base", BASES)
def test_a_doubled_segment_is_at_most_two_findings(base: str) -> None:
    segments = base_segments(base)
    for number, segment in enumerate(segments):
        if segment[:3] in ("ISA", "GS*", "ST*", "SE*", "GE*", "IEA"):
            continue
        found = structure(segments[: number + 1] + segments[number:])
        assert len(found) <= 2, (segment, found)


@pytest.mark.parametrize("base", BASES)
def test_two_segments_exchanged_are_at_most_three_findings(base: str) -> None:
    segments = base_segments(base)
    first = next(number for number, segment in enumerate(segments) if segment.startswith("BHT"))
    last = next(number for number, segment in enumerate(segments) if segment.startswith("SE*"))
    for number in range(first, last - 1):
        changed = [*segments]
        changed[number], changed[number + 1] = changed[number + 1], changed[number]
        found = structure(changed)
        assert len(found) <= 3, (segments[number], found)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("HL*1**20*1", [], ("segment-missing", "2000A", "HL")),
        ("HL*2*1*22*0", [], ("segment-missing", "2000B", "HL")),
        ("CLM*A1001*151.5***11:B:1*Y*A*Y*Y", [], ("segment-missing", "2300", "CLM")),
        ("LX*2", [], ("segment-missing", "2400", "LX")),
        ("LX*1", [], ("segment-missing", "2400", "LX")),
        ("NM1*85*2*EXAMPLE FAMILY PRACTICE*****XX*1993000011", [], ("segment-missing", "2010AA", "NM1")),
        ("NM1*PR*2*EXAMPLE HEALTH PLAN*****PI*TSTCI", [], ("loop-missing", "2010BB", "NM1")),
        ("LX*2", ["LX*2", "LX*3"], ("loop-empty", "2400", "LX")),
        ("LX*2", ["ZZZ*1", "LX*2"], ("segment-unknown", "2400", "ZZZ")),
        ("LX*2", ["N1*PR*X", "LX*2"], ("segment-unknown", "2400", "N1")),
        ("LX*2", ["DTP*434*D8*20260115", "LX*2"], ("invalid-code", "2400", "DTP01")),
        ("SBR*P*18*******CI", ["SBR*X*18*******CI"], ("invalid-code", "2000B", "SBR01")),
        ("SV1*HC:96372*35*UN*1***1", ["SV1*QQ:96372*35*UN*1***1"], ("invalid-code", "2400", "SV101-1")),
        ("HL*2*1*22*0", ["HL*2*1*99*0"], ("invalid-code", "2000B", "HL03")),
        ("HL*2*1*22*0", ["HL*3*1*22*0"], ("hl-number", "2000B", "HL01")),
        ("HL*2*1*22*0", ["HL*B*1*22*0"], ("hl-number", "2000B", "HL01")),
        ("HL*2*1*22*0", ["HL*2*9*22*0"], ("hl-parent", "2000B", "HL02")),
        ("HL*1**20*1", ["HL*1*1*20*1"], ("element-not-used", "2000A", "HL02")),
        ("HL*2*1*22*0", ["HL*2*1*22*1"], ("hl-child-missing", "2000C", "HL")),
    ],
)
def test_recovery(old: str, new: list[str], expected: tuple[str, str, str]) -> None:
    segments = base_segments()
    assert segments.count(old) == 1
    at = segments.index(old)
    assert structure(segments[:at] + new + segments[at + 1 :]) == [expected]


@pytest.mark.parametrize("change", ["2330E before 2330D", "2420H before 2420G", "DMERC PWK in 2400"])
def test_what_pyx12_wrongly_rejects_is_accepted(change: str) -> None:
    segments = base_segments()
    line = segments.index("LX*1")
    if change == "2330E before 2330D":
        new = ["SBR*S*18*******CI", "OI***Y***Y", "NM1*IL*1*DOE*JANE****MI*W1", "NM1*PR*2*OTHER PLAN*****PI*OTHER"]
        new += ["NM1*77*2", "REF*G2*1", "NM1*82*1", "REF*G2*1"]
        segments[line:line] = new
    elif change == "2420H before 2420G":
        at = segments.index("REF*6R*A1001L1") + 1
        segments[at:at] = [
            "NM1*45*2",
            "N3*1 A ST",
            "N4*ANYTOWN*MI*490011234",
            "NM1*PW*2",
            "N3*1 A ST",
            "N4*ANYTOWN*MI*490011234",
        ]
    else:
        segments.insert(line + 2, "PWK*CT*AB")
    assert structure(segments) == []


def test_a_subscriber_without_claim_is_told() -> None:
    segments = base_segments()
    claim = segments.index("CLM*A1001*151.5***11:B:1*Y*A*Y*Y")
    trailer = next(number for number, segment in enumerate(segments) if segment.startswith("SE*"))
    assert structure(segments[:claim] + segments[trailer:]) == [("level-without-claim", "2300", "CLM")]


def test_hl04_is_compared_with_what_follows() -> None:
    segments = [segment.replace("HL*2*1*22*1", "HL*2*1*22*0") for segment in base_segments("base-dependent.edi")]
    assert structure(segments) == [("hl-child-unexpected", "2000C", "HL03")]
