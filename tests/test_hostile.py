"""Files that are no batch, or hardly one: each is one clear finding, or none where it is legal."""

from __future__ import annotations

import gzip

import pytest

from tests.conftest import BASES, FIXTURES, STRUCTURE, judged

BASE = (FIXTURES / "base.edi").read_bytes()
DEPENDENT = (FIXTURES / "base-dependent.edi").read_bytes()
UNPRINTABLE = bytes.maketrans(b"*~:^", b"\x1d\x1c\x1f\x1e")
LONG = BASE.replace(b"~\nLX*2", b"~\nNTE*ADD*" + b"A" * (1 << 20) + b"~\nLX*2").replace(b"SE*37", b"SE*38")
LONG_ENOUGH = BASE.replace(b"~\nLX*2", b"~\nNTE*ADD*" + b"A" * 1_000_000 + b"~\nLX*2").replace(b"SE*37", b"SE*38")

ONE_FINDING = {
    "segment beyond a megabyte": (LONG, "segment-too-long"),
    "segment of a megabyte": (LONG_ENOUGH, "text-lengths"),
    "two terminators": (BASE.replace(b"~\nLX*2", b"~~\nLX*2"), "blank-segment"),
    "NUL in an element": (BASE.replace(b"*DOE*", b"*D\0E*"), "invalid-character"),
    "NUL behind the interchange": (BASE + b"\0\0", "control-z"),
    "UTF-16": (BASE.decode("ascii").encode("utf-16"), "not-x12"),
    "UTF-16 without a mark": (BASE.decode("ascii").encode("utf-16-le"), "not-x12"),
    "EBCDIC": (BASE.decode("ascii").encode("cp037"), "not-x12"),
    "gzip": (gzip.compress(BASE), "not-x12"),
    "PDF": (b"%PDF-1.7\n" + BASE, "not-x12"),
    "data behind the IEA": (BASE + b"That is all.", "data-outside-interchange"),
    "empty": (b"", "not-x12"),
    "component separator not as declared": (BASE[:106] + BASE[106:].replace(b":", b">"), "component-separator"),
}  # fmt: skip
LEGAL = {
    "unprintable separators": BASE.translate(UNPRINTABLE),
    "interchanges with separators of their own": BASE + DEPENDENT.translate(UNPRINTABLE),
}


@pytest.mark.parametrize(("content", "name"), ONE_FINDING.values(), ids=ONE_FINDING)
def test_it_is_one_clear_finding(content: bytes, name: str) -> None:
    assert [finding.name for finding in judged(content)] == [name]


@pytest.mark.parametrize("content", LEGAL.values(), ids=LEGAL)
def test_it_is_legal(content: bytes) -> None:
    assert judged(content, *STRUCTURE) == []


def test_a_batch_cut_off_at_any_byte_is_told_in_one_or_two_errors() -> None:
    told = {"not-x12", "isa-unreadable", "isa-elements", "not-closed"}
    for end in range(1, BASE.index(b"IEA*1") + 3):
        errors = [finding.name for finding in judged(BASE[:end]) if finding.severity == "error"]
        assert len(errors) <= 2, end
        assert errors[-1] in told, end


@pytest.mark.parametrize("base", BASES)
def test_a_separator_that_isa16_does_not_declare_is_told_once_for_all_claims(base: str) -> None:
    text = (FIXTURES / base).read_text("ascii")
    [finding] = judged(text[:106] + text[106:].replace(":", ">"))
    assert (finding.name, finding.element, finding.acks) == ("component-separator", "ISA16", {"ta1": "027"})
