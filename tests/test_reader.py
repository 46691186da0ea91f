"""The reader: separators, layouts and the faults of form that it reads in spite of."""

from __future__ import annotations

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edi_lint.x12 import Delimiters, Reader, Ref, Segment
from tests.conftest import FIXTURES

BASE = (FIXTURES / "base.edi").read_bytes()
ONE_LINE = BASE.replace(b"\n", b"")


def read(content: bytes, chunk_bytes: int = 1 << 16) -> tuple[list[Segment], list[str]]:
    reader = Reader(io.BytesIO(content), chunk_bytes)
    segments = list(reader)
    return segments, [fault.kind for fault in reader.faults]


def texts(content: bytes) -> list[str]:
    return [segment.text for segment in read(content)[0]]


WITHOUT_FAULT = {
    "one line": ONE_LINE,
    "newline behind each segment": BASE,
    "CRLF behind each segment": BASE.replace(b"\n", b"\r\n"),
    "newline as terminator": ONE_LINE.replace(b"~", b"\n"),
    "CR as terminator": ONE_LINE.replace(b"~", b"\r"),
    "CRLF as terminator": ONE_LINE.replace(b"~", b"\r\n"),
    "blank lines at the end": BASE + b"\r\n\r\n",
}


@pytest.mark.parametrize("content", WITHOUT_FAULT.values(), ids=WITHOUT_FAULT.keys())
def test_layouts_that_are_legal(content: bytes) -> None:
    segments, faults = read(content)
    assert [segment.text for segment in segments] == texts(ONE_LINE)
    assert faults == []


@pytest.mark.parametrize("block_bytes", [1, 60, 1000])
@pytest.mark.parametrize("content", WITHOUT_FAULT.values(), ids=WITHOUT_FAULT.keys())
def test_text_read_in_blocks_is_placed_as_text_read_piece_by_piece(
    monkeypatch: pytest.MonkeyPatch, block_bytes: int, content: bytes
) -> None:
    # A block that holds the ISA is read piece by piece; here that is all of it.
    pieces, _ = read(content)
    monkeypatch.setattr("edi_lint.x12.reader._BLOCK_BYTES", block_bytes)
    blocks, _ = read(content)
    assert len(list(Reader(io.BytesIO(content)).blocks())) > 1
    assert blocks == pieces


IN_SPITE_OF = {
    "byte-order-mark": b"\xef\xbb\xbf" + BASE,
    "leading-blanks": b"\r\n\n" + BASE,
    "control-z": BASE + b"\x1a",
    "last-terminator-missing": BASE.rstrip(b"~\n"),
    "blank-segment": BASE.replace(b"LX*2~", b"LX*2~~"),
    "indented-segment": BASE.replace(b"\nSV1", b"\n  SV1"),
    "wrapped-lines": b"\r\n".join(ONE_LINE[at : at + 80] for at in range(0, len(ONE_LINE), 80)),
}


@pytest.mark.parametrize(("kind", "content"), IN_SPITE_OF.items())
def test_faults_of_form_are_told_once_and_read_over(kind: str, content: bytes) -> None:
    segments, faults = read(content)
    assert [segment.text for segment in segments] == texts(ONE_LINE)
    assert faults == [kind]


def test_every_interchange_has_its_own_separators() -> None:
    other = ONE_LINE.replace(b"*", b"|").replace(b":", b">").replace(b"^", b"!").replace(b"~", b"'")
    segments, faults = read(BASE + other)
    assert faults == []
    half = len(segments) // 2
    assert segments[half].delimiters == Delimiters("|", ">", "!", "'")
    table = str.maketrans("|>!", "*:^")
    assert [s.text.translate(table) for s in segments[half:]] == [s.text for s in segments[:half]]


def test_the_separators_of_short_interchanges_in_lines_are_not_mixed_up() -> None:
    """Both ISA end in the component separator and a line break, which is the terminator."""
    isa = ONE_LINE[: ONE_LINE.index(b"~") + 1]
    short = (isa + b"GS*FA*A*B*20260301*1016*1*X*005010X231A1~GE*0*1~IEA*1*000000001~").replace(b"~", b"\n")
    segments, faults = read(short + short)
    assert faults == []
    assert [segment.id for segment in segments] == ["ISA", "GS", "GE", "IEA"] * 2
    assert segments[0].delimiters.terminator == "\n"


def test_unprintable_separators() -> None:
    content = ONE_LINE.replace(b"*", b"\x1d").replace(b"~", b"\x1c").replace(b":", b"\x1f").replace(b"^", b"\x1e")
    segments, faults = read(content)
    assert faults == []
    assert segments[1].elements[0] == "GS"
    assert len(segments) == len(texts(ONE_LINE))


@pytest.mark.parametrize(
    "change",
    [(b"*000000001*0*T*", b"*1*0*T*"), (b"ISA*00*          *", b"ISA*00**"), (b"EDILINTTEST    *", b"EDILINTTEST*")],
)
def test_an_isa_of_wrong_width_is_read_by_its_separators(change: tuple[bytes, bytes]) -> None:
    content = BASE.replace(*change)
    assert content != BASE
    assert texts(content)[1:] == texts(BASE)[1:]


def test_an_isa_that_lacks_elements_is_read_up_to_the_gs() -> None:
    content = BASE.replace(b"*0*T*:~", b"*T~")
    assert texts(content)[1:] == texts(BASE)[1:]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 ...", "pdf"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        ("ISA*00*".encode("utf-16"), "utf-16"),
        ("ISA*00*".encode("utf-16-be"), "utf-16"),
        ("ISA*00*".encode("cp037"), "ebcdic"),
        (b"Dear payer, please find attached", "unknown"),
        (b"CLM*A*1~", "fragment"),
        (b"NM1*QC*1*ISAAC*NEWTON~", "fragment"),
        (b"isa*00*", "lower-case"),
    ],
)
def test_what_is_not_x12_is_named(content: bytes, reason: str) -> None:
    reader = Reader(io.BytesIO(content))
    assert list(reader) == []
    assert [(fault.kind, fault.facts.get("reason")) for fault in reader.faults] == [("not-x12", reason)]


def test_data_around_interchanges_is_told_and_passed_over() -> None:
    segments, faults = read(b"From: sender\n\n" + BASE + b"junk" + BASE)
    assert len(segments) == 2 * len(texts(BASE))
    assert faults == ["data-outside-interchange", "data-outside-interchange"]


def test_an_unfinished_segment_is_not_passed_on() -> None:
    segments, faults = read(BASE[:900])
    assert faults == ["unfinished-segment"]
    assert all(segment.text in texts(BASE) for segment in segments)


def test_a_segment_without_end_is_left_out_and_memory_stays_flat() -> None:
    long = b"NTE*ADD*" + b"X" * (3 << 20)
    segments, faults = read(BASE.replace(b"LX*2~\n", long + b"~\nLX*2~\n"))
    assert faults == ["segment-too-long"]
    assert [segment.text for segment in segments] == texts(BASE)
    assert segments[-1].ordinal == len(segments) + 1


def test_places_are_those_of_the_file_on_disk() -> None:
    for content in (*WITHOUT_FAULT.values(), *IN_SPITE_OF.values()):
        for segment in read(content)[0]:
            place = segment.place()
            assert content[place.offset :].replace(b"\r", b"").replace(b"\n", b"").startswith(segment.text.encode())
            assert content[: place.offset].count(b"\n") == place.line - 1
            assert place.column == place.offset - (content.rfind(b"\n", 0, place.offset) + 1) + 1


def test_places_of_elements_and_components() -> None:
    content = IN_SPITE_OF["wrapped-lines"]
    for segment in read(content)[0]:
        if segment.id != "SV1":
            continue
        for ref in (Ref(1, 2), Ref(2), Ref(7, 1)):
            at = segment.place(ref).offset
            value = segment.value(ref).encode()
            assert content[at:].replace(b"\r\n", b"").startswith(value)


def test_references_read_like_people_write_them() -> None:
    segment = Segment("SV1*HC:96372:25*35", 1, 0, 1, 0, Delimiters())
    assert Ref(1, 2).name("SV1") == "SV101-2"
    assert Ref(9).name("NM1") == "NM109"
    assert segment.get(1, 3) == "25"
    assert segment.get(9) == ""
    assert segment.span(Ref(1, 2)) == (7, 5)
    assert segment.span(Ref(7)) == (18, 0)


@given(st.binary(max_size=400), st.integers(1, 50))
@example(b"ISA" + b"*" * 40 + b"GS*", 1)
@example(b"\xef\xbb\xbfISA*", 2)
def test_any_bytes_give_the_same_whole_and_in_chunks(noise: bytes, chunk_bytes: int) -> None:
    whole, faults = read(noise)
    parts, part_faults = read(noise, chunk_bytes)
    assert [(s.text, s.offset, s.line, s.ordinal) for s in whole] == [
        (s.text, s.offset, s.line, s.ordinal) for s in parts
    ]
    assert faults == part_faults


@given(st.data(), st.integers(1, 200))
def test_any_damage_gives_the_same_whole_and_in_chunks(data: st.DataObject, chunk_bytes: int) -> None:
    at = data.draw(st.integers(0, len(BASE)))
    cut = data.draw(st.integers(0, 60))
    content = BASE[:at] + data.draw(st.binary(max_size=8)) + BASE[at + cut :] + data.draw(st.sampled_from([b"", BASE]))
    whole, faults = read(content)
    parts, part_faults = read(content, chunk_bytes)
    assert [(s.text, s.offset, s.line, s.line_start) for s in whole] == [
        (s.text, s.offset, s.line, s.line_start) for s in parts
    ]
    assert faults == part_faults
