"""-j: whoever judges a transaction set, the outputs have the same bytes."""

from __future__ import annotations

import gzip
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks import generate
from edi_lint.cli import session
from edi_lint.cli.main import main
from edi_lint.cli.outputs import FORMATS
from edi_lint.jobs import pool, reading
from edi_lint.jobs.pool import Pool, Task
from tests.conftest import FIXTURES, HEEDING_CTRL_C

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")


def _batch(
    claims: int, per_set: int, monkeypatch: pytest.MonkeyPatch, faults: bool = False, seed: int = 1
) -> list[str]:
    monkeypatch.setattr(generate, "CLAIMS_PER_SET", per_set)
    return list(generate.segments(claims, faults, 1))


def _text(segments: list[str], end: str = "~\n") -> str:
    return "".join(segment + end for segment in segments)


def _sets(segments: list[str]) -> tuple[list[str], list[list[str]], list[str]]:
    """The headers, the transaction sets, the trailers of a batch of one group."""
    starts = [at for at, segment in enumerate(segments) if segment.startswith("ST*")]
    ends = [at for at, segment in enumerate(segments) if segment.startswith("SE*")]
    sets = [segments[start : end + 1] for start, end in zip(starts, ends, strict=True)]
    return segments[: starts[0]], sets, segments[ends[-1] + 1 :]


def _joined(head: list[str], sets: list[list[str]], tail: list[str]) -> list[str]:
    """A batch of these sets, their numbers made distinct and all counts made right."""
    body: list[str] = []
    for number, one in enumerate(sets, 1):
        st, se = one[0].split("*"), one[-1].split("*")
        st[2] = se[2] = f"{number:04}"
        body += ["*".join(st), *one[1:-1], "*".join(se)]
    return [*head, *body, f"GE*{len(sets)}*1", *tail[1:]]


def _mutated(segments: list[str], rng: random.Random) -> list[str]:
    """One to three segments lost, doubled, swapped, torn or turned into others, often those of the envelope."""
    made = list(segments)
    for _ in range(rng.randrange(1, 4)):
        wanted = rng.choice(["ST", "SE", "GE", "GS", "IEA", "ISA", "CLM", "HL", "SV1", "NM1", "", ""])
        places = [at for at, segment in enumerate(made) if segment.startswith(wanted)] or [0]
        at = rng.choice(places)
        change = rng.randrange(7)
        if change == 0:
            del made[at]
        elif change == 1:
            made.insert(at, made[at])
        elif change == 2 and at + 1 < len(made):
            made[at], made[at + 1] = made[at + 1], made[at]
        elif change == 3:
            made[at] = made[at][: rng.randrange(len(made[at]) + 1)]
        elif change == 4:
            made[at] = made[rng.choice(places)]
        elif change == 5:
            made[at] = made[at].replace("*", "**", 1)
        else:
            made[at] = rng.choice(["\n", " ", "\t", "\x1a", "~"]) + made[at]
    return made


def _inputs(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Files of all kinds, by name."""
    clean = _batch(24, 3, monkeypatch)
    faulty = _batch(24, 3, monkeypatch, faults=True)
    head, sets, tail = _sets(clean)
    texts = {
        "clean": _text(clean),
        "faulty": _text(faulty),
        "one-line": _text(faulty, "~"),
        "crlf": _text(faulty, "~\r\n"),
        "newline-ends": _text(faulty, "\n"),
        "other-separators": _text(faulty).replace("~", "'").replace("*", "|"),
        "blank-segments": _text(faulty).replace("~\nLX*2", "~~\nLX*2", 3),
        "wrapped": re.sub("(.{80})", "\\1\n", _text(faulty, "~")),
        "indented": _text(faulty).replace("\nCLM", "\n  CLM"),
        "byte-order-mark": "\xef\xbb\xbf" + _text(clean),
        "control": _text(faulty).replace("SAMPLE ST", "SAMPLE\x07ST") + "\x1a",
        "no-trailers": _text(faulty[:-2]),
        "cut-off": _text(faulty)[:-700],
        "no-terminator": _text(faulty).rstrip("~\n"),
        "two": _text(clean) + _text(faulty, "~").replace("~", "!"),
        "set-a-group": _text(
            [*head[:1], *(segment for one in sets for segment in ("GS" + head[1][2:], *one, "GE*1*1")), *tail[1:]]
        ),
        # The same claims again, in other sets: duplicates, and days that several sets share.
        "again": _text(_joined(head, [*sets, *sets[:4], *sets], tail)),
        "same-day": _text(
            _joined(
                head,
                [
                    *sets,
                    *(
                        [segment.replace("CLM*B", f"CLM*C{step}").replace("HC:99213", "HC:99203") for segment in one]
                        for step in range(3)
                        for one in sets
                    ),
                ],
                tail,
            )
        ),
        "numbers-again": _text([*head, *(segment for _ in range(3) for one in sets[:3] for segment in one), *tail]),
        "lost-claims": _text([segment for at, segment in enumerate(faulty) if segment[:3] != "CLM" or at % 3]),
        "foreign-set": _text([segment.replace("ST*837*0004", "ST*835*0004") for segment in clean]),
        "foreign-guide": _text([segment.replace("0004*005010X222A1", "0004*005010X223A2") for segment in clean]),
        "future": _text(faulty).replace("*202601", "*203101"),
        "fixtures": "".join(path.read_text("latin-1") for path in sorted(FIXTURES.glob("*.edi"))),
    }
    rng = random.Random(7)
    for number in range(40):
        base = (clean, faulty)[number % 2]
        texts[f"mutated-{number:02}"] = _text(_mutated(base, rng), rng.choice(["~", "~\n", "~\r\n"]))
    found = {f"{name}.edi": text.encode("latin-1") for name, text in texts.items()}
    found["packed.edi.gz"] = gzip.compress(found["again.edi"], mtime=0)
    return found


def _wants_parts(name: str) -> bool:
    module, _, kind = FORMATS[name].partition(":")
    return bool(getattr(import_module(module), kind).wants_parts)


TOLD = sorted(name for name in FORMATS if not _wants_parts(name))
"""The formats that are told findings only; others see the batch, so one process judges it."""


def _check(folder: Path, out: Path, *options: str, formats: Iterable[str] = TOLD) -> dict[str, bytes]:
    """All outputs of a check of the folder's files, without what is not about the batch."""
    out.mkdir(exist_ok=True)
    asked = [part for name in formats for part in ("--output-format", f"{name}={out / name}")]
    with pytest.raises(SystemExit):
        main(["check", *asked, "--as-of", "2026-03-01", "-q", *options, str(folder)])
    return {name: re.sub(rb'("seconds": ?|time=")[0-9.e-]+', b"", (out / name).read_bytes()) for name in formats}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of inputs of all kinds, and ranges of a set or two."""
    here = tmp_path / "in"
    here.mkdir()
    for name, content in _inputs(monkeypatch).items():
        (here / name).write_bytes(content)
    monkeypatch.setattr(reading, "RANGE_BYTES", 4000)
    monkeypatch.setattr(session, "WORTH_HELP", 0)
    return here


def _leave_all_to_helpers(monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    """Let the parent judge nothing that a helper may have; returns the tasks that helpers had."""
    given: list[Task] = []

    def take(self: Pool, task: Task) -> bool:
        with self._changed:
            while task.state == "waiting":
                self._changed.wait()
        given.append(task)
        return False

    monkeypatch.setattr(pool, "LEFT_TO_PARENT", 0)
    monkeypatch.setattr(Pool, "take", take)
    # What nobody wants any more is not waited for.
    monkeypatch.setattr(reading._Cut, "withdraw", lambda cut: (cut._ahead.clear(), setattr(cut, "_has_ended", True)))
    return given


@pytest.mark.parametrize("jobs", ["2", "3"])
def test_the_outputs_are_those_of_one_process(jobs: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SMALL_FILE", 0)
    alone = _check(folder, folder.parent / "alone")
    assert alone == _check(folder, folder.parent / "shared", "-j", jobs)
    assert alone["json-lines"].count(b"STR009") > 50
    assert alone["json-lines"].count(b'"rule":"REF001"') == 1


def test_the_outputs_are_the_same_when_helpers_judge_all_that_can_be_cut(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "SMALL_FILE", 0)
    alone = _check(folder, folder.parent / "alone")
    given = _leave_all_to_helpers(monkeypatch)
    assert alone == _check(folder, folder.parent / "shared", "-j", "2")
    assert len(given) > 100


@pytest.mark.skipif(len(TOLD) == len(FORMATS), reason="no format wants to see the batch")
def test_who_wants_to_see_the_batch_sees_it(folder: Path) -> None:
    for path in sorted(folder.iterdir())[:-8]:
        path.unlink()
    formats = sorted(set(FORMATS) - set(TOLD))
    alone = _check(folder, folder.parent / "alone", formats=formats)
    assert alone == _check(folder, folder.parent / "shared", "-j", "2", formats=formats)


def test_small_files_are_judged_whole_by_helpers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = _check(folder, folder.parent / "alone")
    given = _leave_all_to_helpers(monkeypatch)
    assert alone == _check(folder, folder.parent / "shared", "-j", "2")
    assert len(given) >= len(list(folder.glob("*.edi")))


def test_waivers_baselines_and_limits_hold_whoever_judges(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SMALL_FILE", 0)
    baseline = folder.parent / "baseline.json"
    with pytest.raises(SystemExit):
        main(["baseline", "--as-of", "2026-03-01", "-o", str(baseline), str(folder / "faulty.edi")])
    config = folder.parent / "edi-lint.toml"
    config.write_text(
        '[[waivers]]\nrule = "STR001"\nreason = "known"\npayer = "TSTCI"\n'
        '[[waivers]]\nrule = "PRV"\nreason = "never met"\npayer = "NOBODY"\n'
        '[[overrides]]\npayer = "TSTBL"\nignore = ["DX"]\n'
    )
    options = (
        "--config",
        str(config),
        "--baseline",
        str(baseline),
        "--max-findings",
        "300",
        "--min-severity",
        "warning",
    )
    alone = _check(folder, folder.parent / "alone", *options)
    assert alone == _check(folder, folder.parent / "shared", "-j", "2", *options)
    assert 0 < alone["json-lines"].count(b"\n") <= 301


def _started(tmp_path: Path, *more: str) -> subprocess.Popen[str]:
    """A check of a batch that takes long enough to be disturbed."""
    batch = tmp_path / "batch.edi"
    generate.write_batch(batch, 6000)
    command = [sys.executable, "-c", HEEDING_CTRL_C, "check", "-j", "3", "--as-of", "2026-03-01", *more, str(batch)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def _children(parent: int, count: int) -> list[int]:
    """The helpers, once they are all there."""
    for _ in range(600):
        found = []
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                name, _, rest = status.read_text().rpartition(") ")
                if int(rest.split()[1]) == parent and b"spawn_main" in (status.parent / "cmdline").read_bytes():
                    found.append(int(name.split()[0]))
            except (OSError, ValueError):
                continue
        if len(found) == count:
            return found
        time.sleep(0.02)
    raise AssertionError("the helpers did not start")


def _are_gone(processes: list[int]) -> bool:
    for _ in range(300):
        if not any(Path(f"/proc/{process}/cmdline").exists() for process in processes):
            return True
        time.sleep(0.02)
    return False


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")


def test_a_helper_that_is_killed_leaves_the_answer_unknown(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reading, "SMALL_FILE", 0)
    _leave_all_to_helpers(monkeypatch)
    waited, killed = Pool.wait, []

    def wait(self: Pool, task: Task) -> object:
        if not killed:
            killed.extend(process for process, _ in self._running)
            for process in killed:
                process.kill()
                process.join()
        return waited(self, task)

    monkeypatch.setattr(Pool, "wait", wait)
    with pytest.raises(SystemExit) as ended:
        main(["check", "-j", "2", "-q", "--as-of", "2026-03-01", str(folder / "again.edi")])
    assert ended.value.code == 2
    err = capsys.readouterr().err
    assert re.fullmatch(r"edi-lint: a process of --jobs ended by itself, so .*again\.edi from .* was not read.*\n", err)


def test_a_helper_that_dies_idle_is_not_missed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SMALL_FILE", 0)
    monkeypatch.setattr(pool, "LEFT_TO_PARENT", 1 << 30)
    begun = reading.SideBySide.__init__

    def begin(self: reading.SideBySide, *args: object) -> None:
        begun(self, *args)  # type: ignore[arg-type]
        for process, _ in self._pool._running:
            process.kill()
            process.join()

    alone = _check(folder, folder.parent / "alone")
    monkeypatch.setattr(reading.SideBySide, "__init__", begin)
    assert alone == _check(folder, folder.parent / "shared", "-j", "3")


@needs_proc
@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_nobody_is_left_behind(how: signal.Signals, tmp_path: Path) -> None:
    running = _started(tmp_path)
    helpers = _children(running.pid, 2)
    time.sleep(0.5)
    if how is signal.SIGINT:
        os.killpg(running.pid, how)  # As a terminal does.
    else:
        running.kill()
    _, err = running.communicate(timeout=120)
    assert err.lstrip() == ("edi-lint: interrupted: the rest was not read\n" if how is signal.SIGINT else "")
    assert running.returncode == (2 if how is signal.SIGINT else -signal.SIGKILL)
    assert _are_gone(helpers)


@pytest.mark.parametrize("wrong", ["0", "-1", "many", "1.5"])
def test_jobs_is_a_number_or_auto(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check", "-j", wrong, str(FIXTURES / "base.edi")])
    assert ended.value.code == 2
    assert "neither a number from 1 nor auto" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        main(["check", "-q", "-j", "auto", "--as-of", "2026-03-01", str(FIXTURES / "base.edi")])
    assert ended.value.code == 0
