"""The progress bar: on a terminal only, after a while only, and never in the way."""

from __future__ import annotations

import io

import pytest

from edi_lint.cli.progress import Progress
from edi_lint.linter import Linter
from tests.conftest import FIXTURES


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def shown(out: io.StringIO) -> str:
    """What is on the line of the terminal now."""
    return out.getvalue().rpartition("\r\x1b[K")[2]


def test_it_waits_and_then_shows_how_far_it_is(clock: Clock) -> None:
    out = Terminal()
    progress = Progress(40_000_000, out=out, clock=clock)
    clock.now += 0.9
    progress.advance(5_000_000)
    assert out.getvalue() == ""
    clock.now += 1.1
    progress.advance(5_000_000)
    assert shown(out).startswith("[##########..............................]")
    assert shown(out).endswith(" 25%  10 MB read, 5.0 MB/s, 0:06 left")


def test_it_is_not_drawn_for_every_byte(clock: Clock) -> None:
    out = Terminal()
    progress = Progress(1_000_000, out=out, clock=clock)
    clock.now += 2
    for _ in range(1000):
        clock.now += 0.001
        progress.advance(1000)
    assert 9 <= out.getvalue().count("MB/s") <= 12


def test_it_makes_room_and_comes_back(clock: Clock) -> None:
    out = Terminal()
    progress = Progress(1000, out=out, clock=clock)
    progress.hide()
    assert out.getvalue() == ""
    for _ in range(2):
        clock.now += 2
        progress.advance(500)
        assert shown(out)
        progress.hide()
        assert shown(out) == ""
        assert out.getvalue().endswith("\r\x1b[K")


def test_what_nobody_knows_it_does_not_say(clock: Clock) -> None:
    out = Terminal()
    progress = Progress(0, out=out, clock=clock)
    clock.now += 2
    progress.advance(3_000_000)
    assert shown(out) == "3 MB read, 1.5 MB/s"


def test_a_narrow_terminal_has_no_bar(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    out = Terminal()
    progress = Progress(4_000_000, out=out, clock=clock)
    clock.now += 2
    progress.advance(2_000_000)
    assert shown(out) == "50%  2 MB read, 1.0 MB/s, 0:02 left"


@pytest.mark.parametrize(("out", "is_wanted"), [(io.StringIO(), True), (Terminal(), False)], ids=["file", "quiet"])
def test_elsewhere_there_is_none(out: io.StringIO, is_wanted: bool, clock: Clock) -> None:
    progress = Progress(1000, is_wanted=is_wanted, out=out, clock=clock)
    clock.now += 5
    progress.advance(500)
    progress.hide()
    assert (out.getvalue(), progress.is_shown) == ("", False)


def test_the_linter_says_what_it_reads() -> None:
    linter = Linter()
    counts: list[int] = []
    linter.shared.on_read = counts.append
    path = FIXTURES / "base.edi"
    list(linter.findings(path))
    assert sum(counts) == path.stat().st_size
