"""The gate when it is killed, when the disk is full, and beside other runs: all of a batch is there or none of it."""

from __future__ import annotations

import errno
import io
import os
import random
import resource
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from edi_lint import Config
from edi_lint.acks import Options
from edi_lint.gate import Gate
from edi_lint.gate.folder import TEMPORARY, Folder, remove_stale
from tests.batch_model import random_batch, render
from tests.conftest import AS_OF, FIXTURES
from tests.test_gate import NOW, tree

PROGRAM = """
import os, signal, sys
from datetime import date, datetime
from pathlib import Path
import shutil
from edi_lint import Config
from edi_lint.acks import Options
from edi_lint.gate import Gate

out, kind, point, *paths = sys.argv[1:]
left = int(point)

def count(*_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

def counting(function):
    def counted(*arguments, **options):
        count()
        return function(*arguments, **options)
    return counted

gate = Gate(Options(now=datetime(2026, 3, 1, 10, 16)), Config(as_of=date(2026, 3, 1)))
if kind == "steps":
    steps = [(Path, name) for name in ("rename", "mkdir", "unlink", "open")] + [(os, "fsync"), (shutil, "rmtree")]
    for place, name in steps:
        setattr(place, name, counting(getattr(place, name)))
else:
    sys.setprofile(count)
for path in paths:
    gate.decide(path, Path(out))
sys.setprofile(None)
print(-left)
"""
"""The gate with the tests' clock; it kills itself at the n-th step that touches the disk, or at the n-th call or
return of any function (0: never)."""
SEEDS = (8, 2)


@pytest.fixture
def inputs(tmp_path: Path) -> list[Path]:
    made = []
    for seed in SEEDS:
        path = tmp_path / f"batch-{seed}.edi"
        path.write_bytes(render(random_batch(seed)))
        made.append(path)
    return made


@pytest.fixture
def expected(inputs: list[Path], tmp_path: Path) -> dict[str, bytes]:
    """What undisturbed runs write."""
    out = tmp_path / "undisturbed"
    own = Gate(Options(now=NOW), Config(as_of=AS_OF))
    for path in inputs:
        assert own.decide(str(path), out).rejected.claims > 0
    return tree(out)


def start(out: Path, inputs: list[Path], counted: str = "steps", point: int = 0) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", PROGRAM, str(out), counted, str(point), *map(str, inputs)]
    # One seed: the same calls in the same order, in every run.
    environment = os.environ | {"PYTHONPATH": str(FIXTURES.parent), "PYTHONHASHSEED": "0"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)


def assert_all_or_nothing(out: Path, expected: dict[str, bytes]) -> set[str]:
    """Each folder that is visible is complete; the names of those that are."""
    if not out.exists():
        return set()
    visible = {path.name for path in out.iterdir() if not path.name.startswith(TEMPORARY)}
    for name in visible:
        whole = {path: content for path, content in expected.items() if path.startswith(f"{name}/")}
        assert whole
        assert {f"{name}/{path}": content for path, content in tree(out / name).items()} == whole
    return visible


def assert_completed(out: Path, inputs: list[Path], expected: dict[str, bytes]) -> None:
    """A second run, undisturbed, writes what is lacking, and leaves nothing else behind."""
    done = start(out, inputs)
    _, err = done.communicate()
    assert (done.returncode, err) == (0, b"")
    assert tree(out) == expected
    assert {path.name for path in out.iterdir()} == {path.name for path in inputs}


@pytest.mark.slow
@pytest.mark.parametrize(("counted", "kills"), [("steps", 25), ("calls", 50)])
def test_killed_at_any_point(
    inputs: list[Path], expected: dict[str, bytes], tmp_path: Path, counted: str, kills: int
) -> None:
    """Before each call that makes, opens, removes, renames or secures a file or folder; and in between."""
    content = [path.read_bytes() for path in inputs]
    last = int(start(tmp_path / "counted", inputs, counted).communicate()[0])
    assert last > 50
    chance = random.Random(1)
    seen = set()
    for point in (1, 2, last, *chance.sample(range(3, last), kills)):
        out = tmp_path / str(point)
        process = start(out, inputs, counted, point)
        process.communicate()
        assert process.returncode < 0
        seen.add(len(assert_all_or_nothing(out, expected)))
        assert [path.read_bytes() for path in inputs] == content
        if point % 4 == 0:
            assert_completed(out, inputs, expected)
        shutil.rmtree(out, ignore_errors=True)
    assert seen == {0, 1, 2}


# -- a full disk --------------------------------------------------------------------------------------------------


class _Full(io.FileIO):
    """A file on a disk that takes so many bytes and no more."""

    room = 0

    def write(self, data) -> int:  # type: ignore[no-untyped-def,override]
        type(self).room -= len(memoryview(data).cast("B"))
        if self.room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(data)


def test_a_disk_that_fills_up_at_any_byte(
    inputs: list[Path], expected: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def limited(self, mode="r", *arguments, **options):  # type: ignore[no-untyped-def]
        return (
            io.BufferedRandom(_Full(str(self), mode.replace("b", "")))
            if mode == "w+b"
            else opened(self, mode, *arguments, **options)
        )

    monkeypatch.setattr(Path, "open", limited)
    [path, *_] = inputs
    whole = {name: content for name, content in expected.items() if name.startswith(path.name)}
    _Full.room = enough = 1 << 30
    Gate(Options(now=NOW), Config(as_of=AS_OF)).decide(str(path), tmp_path / "first")
    total = enough - _Full.room
    for share in (0, 0.02, 0.3, 0.6, 0.8, 0.95):
        out = tmp_path / f"{share}"
        own = Gate(Options(now=NOW), Config(as_of=AS_OF))
        _Full.room = int(total * share)
        with pytest.raises(OSError, match="No space left"):
            own.decide(str(path), out)
        assert list(out.iterdir()) == []
        _Full.room = total
        own.decide(str(path), out)
        assert tree(out) == whole


@pytest.mark.parametrize("limit", [100, 20_000, 60_000])
def test_a_limit_on_the_size_of_files(inputs: list[Path], tmp_path: Path, limit: int) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "edi_lint", "gate", str(inputs[0]), "--out", str(out), "--isolated"]
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        text=True,
        env=os.environ | {"PYTHONPATH": str(FIXTURES.parent), "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    if limit < inputs[0].stat().st_size:
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"edi-lint: {inputs[0]}: File too large; nothing is decided\n"
        assert list(out.iterdir()) == []
    else:
        assert (done.returncode, done.stderr) == (1, "")


@contextmanager
def small_disk(place: Path, kilobytes: int) -> Iterator[Path]:
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True, capture_output=True)


def test_a_small_disk(inputs: list[Path], expected: dict[str, bytes], tmp_path: Path) -> None:
    [path, *_] = inputs
    own = Gate(Options(now=NOW), Config(as_of=AS_OF))
    size = path.stat().st_size // 1024
    for kilobytes in (8, size, 2 * size):
        with small_disk(tmp_path / f"disk{kilobytes}", kilobytes) as disk:
            with pytest.raises(OSError, match="No space left"):
                own.decide(str(path), disk)
            assert list(disk.iterdir()) == []
    with small_disk(tmp_path / "large", 20 * size) as disk:
        own.decide(str(path), disk)
        assert tree(disk) == {name: content for name, content in expected.items() if name.startswith(path.name)}


# -- others at the same time --------------------------------------------------------------------------------------


def test_what_a_killed_run_left_is_removed_and_what_is_in_use_is_not(tmp_path: Path) -> None:
    left = tmp_path / f"{TEMPORARY}0123456789abcdef"
    (left / "scratch").mkdir(parents=True)
    (left / "accepted.edi").write_text("half")
    (tmp_path / "batch.edi").mkdir()
    with Folder(tmp_path) as folder:
        folder.create("accepted.edi").write(b"half")
        remove_stale(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {"batch.edi", folder.path.name}
        folder.publish("other.edi")
    assert tree(tmp_path) == {"other.edi/accepted.edi": b"half"}
    assert {path.name for path in tmp_path.iterdir()} == {"batch.edi", "other.edi"}
    remove_stale(tmp_path / "nowhere")


def test_a_folder_that_others_made_meanwhile_stays(tmp_path: Path) -> None:
    path = FIXTURES / "providers.edi"
    first = Gate(Options(now=NOW), Config(as_of=AS_OF))
    later = Gate(Options(now=datetime(2026, 3, 2)), Config(as_of=AS_OF))  # noqa: DTZ001
    published = Folder.publish
    seen = []

    def publish(self: Folder, name: str) -> None:
        """Before the later run's folder appears, the first's does."""
        Folder.publish = published  # type: ignore[method-assign]
        seen.append(first.decide(str(path), tmp_path))
        published(self, name)

    Folder.publish = publish  # type: ignore[method-assign]
    try:
        decision = later.decide(str(path), tmp_path)
    finally:
        Folder.publish = published  # type: ignore[method-assign]
    assert decision.repeated
    assert not seen[0].repeated
    assert [path.name for path in tmp_path.iterdir()] == ["providers.edi"]
    assert b'"2026-03-01T10:16:00"' in (tmp_path / "providers.edi" / "gate.json").read_bytes()


def test_several_runs_at_once(inputs: list[Path], expected: dict[str, bytes], tmp_path: Path) -> None:
    out = tmp_path / "out"
    failures: list[BaseException] = []

    def run() -> None:
        own = Gate(Options(now=NOW), Config(as_of=AS_OF))
        try:
            for path in inputs:
                own.decide(str(path), out)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert_all_or_nothing(out, expected)
    assert failures == []
    assert tree(out) == expected
