"""Ctrl-C at any time: one line, status 2, nothing half-written, and nothing left behind."""

from __future__ import annotations

import gc
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Self

import msgspec
import pytest

from edi_lint.cli import gate as gate_command
from edi_lint.cli.main import main
from edi_lint.gate import batch, folder
from edi_lint.gate.decision import MANIFEST, Manifest
from tests.batch_model import random_batch, render
from tests.conftest import FIXTURES, HEEDING_CTRL_C

INTERRUPTED = "edi-lint: interrupted: the rest was not read\n"
OPTIONS = ("--as-of", "2026-03-01", "--isolated", "--control-number", "100")
CODE = {
    sys.modules[name].__file__ for name in ("edi_lint.gate", batch.__name__, folder.__name__, gate_command.__name__)
}


class Interruption:
    """Raises KeyboardInterrupt before the n-th line of the gate's code that is run, wherever that is; 0 only counts."""

    def __init__(self, point: int = 0) -> None:
        self.point = point
        self.lines = 0

    def __enter__(self) -> Self:
        sys.settrace(self._trace)  # type: ignore[arg-type]
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _trace(self, frame: FrameType, event: str, argument: object):  # type: ignore[no-untyped-def]
        if frame.f_code.co_filename not in CODE:
            return None
        if event == "line":
            self.lines += 1
            if self.lines == self.point:
                sys.settrace(None)
                raise KeyboardInterrupt
        return self._trace


def gate(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["gate", *arguments, *OPTIONS])
    return int(ended.value.code or 0)


def assert_whole(out: Path) -> list[str]:
    """All that is visible is complete, and there is nothing else; the names of the folders."""
    names = sorted(path.name for path in out.iterdir()) if out.exists() else []
    for name in names:
        manifest = msgspec.json.decode((out / name / MANIFEST).read_bytes(), type=Manifest)
        for file, written in manifest.files.items():
            assert hashlib.sha256((out / name / file).read_bytes()).hexdigest() == written.sha256
        assert {path.name for path in (out / name).iterdir()} == {MANIFEST, *manifest.files}
    return names


@pytest.fixture
def inputs(tmp_path: Path) -> list[str]:
    shutil.copy(FIXTURES / "vaccine-billed-96372.edi", tmp_path / "one.edi")
    shutil.copy(FIXTURES / "duplicates.edi", tmp_path / "two.edi")
    return [str(tmp_path / "one.edi"), str(tmp_path / "two.edi")]


def check_points(points: list[int], inputs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> set[int]:
    """Interrupt a run at each of these; how many of the batches were decided by then."""
    reached = set()
    for number, point in enumerate(points):
        out = tmp_path / str(point)
        with Interruption(point):
            status = gate(*inputs, "--out", str(out))
        gc.collect()
        assert (status, capsys.readouterr().err) == (2, INTERRUPTED), point
        reached.add(len(assert_whole(out)))
        if number % 4 == 0:
            # A second run does what is left to do.
            assert gate(*inputs, "--out", str(out)) == 1
            assert capsys.readouterr().err == ""
            assert assert_whole(out) == ["one.edi", "two.edi"]
        shutil.rmtree(out, ignore_errors=True)
    return reached


def lines_of_a_run(inputs: list[str], tmp_path: Path) -> int:
    gate(*inputs, "--out", str(tmp_path / "warm"))  # What is imported only once is imported by now.
    with Interruption() as counting:
        assert gate(*inputs, "--out", str(tmp_path / "counted")) == 1
    return counting.lines


def test_interrupted_at_some_lines(inputs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = lines_of_a_run(inputs, tmp_path)
    capsys.readouterr()
    points = [1, *random.Random(5).sample(range(1, lines), 5), lines]
    assert check_points(points, inputs, tmp_path, capsys) >= {0, 2}


def test_interrupted_while_a_folder_is_made_and_appears(tmp_path: Path) -> None:
    """At each line of what makes, fills, publishes and removes it."""
    point, is_over = 0, False
    while not is_over:
        point += 1
        try:
            with Interruption(point), folder.Folder(tmp_path) as made:
                made.create("accepted.edi").write(b"good")
                made.create("rejected.edi")
                made.publish("batch.edi")
            is_over = True
        except KeyboardInterrupt:
            pass
        made = None  # type: ignore[assignment]
        gc.collect()
        left = [path.name for path in tmp_path.iterdir()]
        assert left in ([], ["batch.edi"])
        if left:
            assert [path.name for path in (tmp_path / "batch.edi").iterdir()] == ["accepted.edi"]
            assert (tmp_path / "batch.edi" / "accepted.edi").read_bytes() == b"good"
            shutil.rmtree(tmp_path / "batch.edi")
    assert point > 40


@pytest.mark.slow
def test_interrupted_at_many_lines(inputs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = lines_of_a_run(inputs, tmp_path)
    capsys.readouterr()
    points = sorted(random.Random(7).sample(range(1, lines + 1), 80))
    assert check_points(points, inputs, tmp_path, capsys) == {0, 1, 2}


def started(out: Path, *inputs: str) -> subprocess.Popen[str]:
    """A run that says on standard output when its command line begins."""
    program = HEEDING_CTRL_C.replace("main()", "print(flush=True); main()")
    return subprocess.Popen(
        [sys.executable, "-c", program, "gate", *inputs, "--out", str(out), *OPTIONS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(FIXTURES.parent)},
    )


def interrupt(running: subprocess.Popen[str], after: float) -> tuple[int, str]:
    assert running.stdout is not None
    running.stdout.readline()
    time.sleep(after)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=120)
    return running.returncode, err


def test_interrupted_by_a_signal(inputs: list[str], tmp_path: Path) -> None:
    """Also while it waits for standard input."""
    status, err = interrupt(started(tmp_path / "out", "-"), 1.0)
    assert (status, err) == (2, INTERRUPTED)
    assert assert_whole(tmp_path / "out") == []
    status, err = interrupt(started(tmp_path / "out", *inputs), 0.0)
    assert (status, err) == (2, INTERRUPTED)
    assert assert_whole(tmp_path / "out") == []


@pytest.mark.slow
def test_interrupted_by_a_signal_at_random(tmp_path: Path) -> None:
    path = tmp_path / "batch.edi"
    path.write_bytes(render(random_batch(8)))
    began = time.monotonic()
    running = started(tmp_path / "timed", str(path))
    assert running.stdout is not None
    running.stdout.readline()
    ready = time.monotonic()
    running.communicate()
    whole = time.monotonic() - ready
    chance = random.Random(began)
    statuses = set()
    for number in range(30):
        out = tmp_path / str(number)
        status, err = interrupt(started(out, str(path)), whole * chance.random())
        statuses.add(status)
        assert (status, err) in ((2, INTERRUPTED), (1, ""))
        assert assert_whole(out) in ([], ["batch.edi"])
    assert 2 in statuses
