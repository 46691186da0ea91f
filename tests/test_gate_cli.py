"""``edi-lint gate``: what it says where, its statuses, and what it takes from options and configurations."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from edi_lint.x12 import Reader
from tests.conftest import FIXTURES

AS_OF = ("--as-of", "2026-03-01", "--isolated")
REJECTED = "rejected.edi"
BATCH = "dependent-claims.edi"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(FIXTURES / BATCH, tmp_path / "batch.edi")
    shutil.copy(FIXTURES / "base.edi", tmp_path / "clean.edi")
    return tmp_path


def edi_lint(folder: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "edi_lint", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(FIXTURES.parent)},
        input=stdin,
        capture_output=True,
        check=False,
    )


def gate(folder: Path, *arguments: str, stdin: bytes = b"", settings: tuple[str, ...] = AS_OF) -> tuple[int, str, str]:
    done = edi_lint(folder, "gate", *arguments, *settings, stdin=stdin)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def in_folder(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_appears(folder: Path) -> None:
    before = (folder / "batch.edi").read_bytes()
    status, out, err = gate(folder, "clean.edi", "batch.edi", "--out", "made/here")
    assert (status, err) == (1, "")
    assert out.splitlines() == [
        "clean.edi: accepted 1 claim ($151.50), rejected 0 claims ($0.00), see made/here/clean.edi",
        "batch.edi: accepted 3 claims ($427.90), rejected 3 claims ($311.80), see made/here/batch.edi",
    ]
    reports = ["gate.json", "report.jsonl", "report.txt"]
    assert in_folder(folder / "made") == [
        *(f"here/batch.edi/{name}" for name in sorted([*reports, "277ca.edi", "999.edi", "accepted.edi", REJECTED])),
        *(f"here/clean.edi/{name}" for name in ("277ca.edi", "999.edi", "accepted.edi", *reports)),
    ]  # fmt: skip
    assert (folder / "made/here/clean.edi/accepted.edi").read_bytes() == (folder / "clean.edi").read_bytes()
    assert (folder / "batch.edi").read_bytes() == before
    report = (folder / "made/here/batch.edi/report.txt").read_text("utf-8")
    assert report.rstrip().endswith("in 1 file, 6 claims, 14 service lines.")
    again = gate(folder, "clean.edi", "batch.edi", "--out", "made/here")
    assert again == (1, out.replace(": accepted", ": decided before, accepted"), "")


def test_statuses(folder: Path) -> None:
    assert gate(folder, "clean.edi", "--out", "a")[0] == 0
    assert gate(folder, "batch.edi", "--out", "b")[0] == 1
    (folder / "b/batch.edi").rename(folder / "b/clean.edi")
    status, out, err = gate(folder, "clean.edi", "batch.edi", "--out", "b")
    assert status == 2
    assert err == "edi-lint: clean.edi: b/clean.edi is there from another batch; move it away, or give another --out\n"
    assert out.startswith("batch.edi: accepted 3 claims")
    for arguments, words in [
        (("batch.edi",), "Missing option '--out'"),
        (("nothing.edi", "--out", "a"), "nothing.edi: no such file or folder"),
        (("batch.edi", "--out", "clean.edi"), "'clean.edi' is a file"),
        (("batch.edi", "--out", "clean.edi/x"), "Not a directory"),
        (("batch.edi", "--out", "c", "--config", 'fail-severity = "none"'), "would let everything pass"),
        (("batch.edi", "--out", "c", "--control-number", "-1"), "--control-number"),
    ]:
        status, out, err = gate(folder, *arguments)
        assert (status, out, err.count("\n")) == (2, "", 1), arguments
        assert words in err
    assert not (folder / "c").exists()


def test_what_is_in_the_way_is_named(folder: Path) -> None:
    status, out, err = gate(folder, "clean.edi", "--out", "batch.edi/made")
    assert (status, out) == (2, "")
    assert err == "edi-lint: clean.edi: batch.edi/made: Not a directory; nothing is decided\n"


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    before = in_folder(folder)
    status, out, err = gate(folder, "batch.edi", "clean.edi", "--out", "out", "--dry-run")
    assert (status, err) == (1, "")
    assert out.splitlines() == [
        "batch.edi: would accept 3 claims ($427.90) and reject 3 claims ($311.80)",
        "clean.edi: would accept 1 claim ($151.50) and reject 0 claims ($0.00)",
    ]
    assert in_folder(folder) == before
    assert not (folder / "out").exists()


def test_standard_input_and_packed_inputs(folder: Path) -> None:
    content = (folder / "batch.edi").read_bytes()
    (folder / "packed.edi.gz").write_bytes(gzip.compress(content))
    with zipfile.ZipFile(folder / "several.zip", "w") as archive:
        archive.writestr("one/inner.edi", content)
    status, out, err = gate(folder, "-", "packed.edi.gz", "several.zip", "--out", "out", stdin=content)
    assert (status, err) == (1, "")
    assert [line.rpartition("/")[2] for line in out.splitlines()] == ["stdin", "packed.edi.gz", "inner.edi"]
    accepted = {path.read_bytes() for path in (folder / "out").rglob("accepted.edi")}
    assert len(accepted) == 1
    (folder / "cut.edi.gz").write_bytes(gzip.compress(content)[:-20])
    status, out, err = gate(folder, "cut.edi.gz", "--out", "out")
    assert (status, out, err) == (2, "", "edi-lint: cut.edi.gz: damaged or cut off; send it again\n")
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["inner.edi", "packed.edi.gz", "stdin"]


def test_inputs_that_are_no_batch_or_no_file(folder: Path) -> None:
    """What can be read is decided, and comes back; what cannot be read is not."""
    (folder / "empty.edi").touch()
    (folder / "hello.edi").write_bytes(b"hello\n")
    (folder / "nothing").mkdir()
    (folder / "some").mkdir()
    shutil.copy(folder / "clean.edi", folder / "some" / "inner.edi")
    status, out, err = gate(folder, "empty.edi", "hello.edi", "some", "--out", "out")
    assert status == 1
    assert [line.partition(":")[0] for line in out.splitlines()] == ["empty.edi", "hello.edi", "some/inner.edi"]
    silence = "No interchange can be read in it, so nothing is answered."
    assert err.splitlines() == [f"edi-lint: empty.edi: {silence}", f"edi-lint: hello.edi: {silence}"]
    assert in_folder(folder / "out/empty.edi") == ["gate.json", "report.jsonl", "report.txt"]
    assert (folder / "out/hello.edi" / REJECTED).read_bytes() == b"hello\n"
    status, out, err = gate(folder, "-", "--out", "out", stdin=b"")
    assert (status, err) == (1, f"edi-lint: -: {silence}\n")
    assert in_folder(folder / "out/stdin") == ["gate.json", "report.jsonl", "report.txt"]
    status, out, err = gate(folder, "nothing", "--out", "out")
    assert (status, out) == (2, "")
    assert err.startswith("edi-lint: nothing: no claim batch in this folder")


def test_an_input_that_is_named_twice_is_decided_once(folder: Path) -> None:
    content = (folder / "batch.edi").read_bytes()
    several = ("batch.edi", "./batch.edi", str(folder), "*.edi", "-", "-")
    status, out, err = gate(folder, *several, "--out", "out", stdin=content)
    assert (status, err) == (1, "")
    assert [Path(line.partition(":")[0]).name for line in out.splitlines()] == ["batch.edi", "clean.edi", "-"]
    # Others of the same name are another matter: both cannot have one folder.
    (folder / "other").mkdir()
    (folder / "other" / "clean.edi").write_bytes(content)
    status, out, err = gate(folder, "clean.edi", "other/clean.edi", "--out", "second")
    assert (status, out.count("\n")) == (2, 1)
    assert err == (
        "edi-lint: other/clean.edi: second/clean.edi is there from another batch; move it away, or give another --out\n"
    )


def test_a_place_where_nothing_can_be_written(folder: Path) -> None:
    place = folder / "read-only"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "ro,size=64k", "tmpfs", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        for out in ("read-only", "read-only/deeper"):
            status, told, err = gate(folder, "batch.edi", "clean.edi", "--out", out)
            assert (status, told) == (2, "")
            lines = [
                f"edi-lint: {name}: {out}: Read-only file system; nothing is decided"
                for name in ("batch.edi", "clean.edi")
            ]
            assert err.splitlines() == lines
        assert gate(folder, "clean.edi", "--out", "read-only", "--dry-run")[0] == 0
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_two_gates_at_once(folder: Path) -> None:
    """Both decide, one of them writes, and neither leaves anything but the batches behind."""
    command = [sys.executable, "-m", "edi_lint", "gate", "batch.edi", "clean.edi", "--out", "out", *AS_OF]
    environment = os.environ | {"PYTHONPATH": str(FIXTURES.parent)}
    running = [
        subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    for process in running:
        out, err = process.communicate()
        assert (process.returncode, err) == (1, b"")
        assert out.count(b"3 claims ($427.90), rejected 3 claims") == 1
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["batch.edi", "clean.edi"]


def test_the_scope_is_of_the_command_line_or_of_the_receiver(folder: Path) -> None:
    """One claim has a fault of structure, beside a good one."""
    content = (FIXTURES / "vaccine-billed-96372.edi").read_text().replace("*1*X*", "*4*X*")
    fault = content.replace("ABK:", "XXX:", 1)
    assert fault != content
    (folder / "batch.edi").write_text(fault)
    receiver = content.split("*")[8].strip()
    override = f"overrides = [{{receiver = '{receiver}', reject-scope = 'claim'}}]"
    for number, (arguments, accepted) in enumerate(
        [
            ((), 0),
            (("--reject-scope", "claim"), 1),
            (("--config", "reject-scope = 'claim'"), 1),
            (("--config", override), 1),
            (("--config", override, "--reject-scope", "transaction"), 0),
            (("--config", override.replace(receiver, "SOMEBODY")), 0),
        ]
    ):
        good = ("--ignore", "ADM001")
        status, out, err = gate(folder, "batch.edi", "--out", str(number), *good, *arguments)
        assert (status, err) == (1, "")
        assert f"accepted {accepted} claim" in out, arguments


def test_control_numbers_begin_where_asked(folder: Path) -> None:
    gate(folder, "batch.edi", "clean.edi", "--out", "out", "--control-number", "500")
    numbers = [
        segment.get(13)
        for name in ("batch.edi", "clean.edi")
        for document in ("999.edi", "277ca.edi")
        for segment in Reader(io.BytesIO((folder / "out" / name / document).read_bytes()))
        if segment.id == "ISA"
    ]
    assert numbers == ["000000501", "000000502", "000000504", "000000505"]


def test_severity_waivers_and_baseline_decide(folder: Path) -> None:
    shutil.copy(FIXTURES / "duplicates.edi", folder / "batch.edi")
    waiver = "waivers = [{rule = 'STR009', reason = 'the payer asked for it'}]"
    done = edi_lint(folder, "baseline", "batch.edi", "--output-file", "known.json", *AS_OF)
    assert done.returncode == 0, done.stderr
    for number, (arguments, accepted) in enumerate(
        [
            ((), 3),
            (("--fail-severity", "warning"), 2),
            (("--config", "severity = {STR010 = 'warning'}"), 5),
            (("--config", waiver), 4),
            # What a baseline counts is let pass in each input anew.
            (("--baseline", "known.json"), 6),
        ]
    ):
        shutil.copy(folder / "batch.edi", folder / f"second{number}.edi")
        status, out, err = gate(folder, "batch.edi", f"second{number}.edi", "--out", str(number), *arguments)
        assert err == ""
        assert [f"accepted {accepted} claim" in line for line in out.splitlines()] == [True, True], arguments
        assert status == int(accepted < 6)


def test_nobody_is_named_unless_asked_for(folder: Path) -> None:
    gate(folder, "batch.edi", "--out", "a")
    gate(folder, "batch.edi", "--out", "b", "--show-values", "--mask-claim-ids")
    for name in ("report.txt", "report.jsonl", "gate.json"):
        assert "ARTHUR" not in (folder / "a/batch.edi" / name).read_text("utf-8")
        assert "K1304" not in (folder / "b/batch.edi" / name).read_text("utf-8")
    assert "K1304" in (folder / "a/batch.edi/report.txt").read_text("utf-8")


def test_the_manifest_says_what_is_there(folder: Path) -> None:
    gate(folder, "batch.edi", "--out", "out")
    found = json.loads((folder / "out/batch.edi/gate.json").read_text("utf-8"))
    assert found["received"] == {"claims": 6, "charges": "739.7"}
    assert found["accepted"] == {"claims": 3, "charges": "427.9"}
    assert found["rejected"] == {"claims": 3, "charges": "311.8"}
    assert found["status"] == 1
    assert found["input"]["bytes"] == (folder / "batch.edi").stat().st_size
    others = {path.name: path.stat().st_size for path in (folder / "out/batch.edi").iterdir()}
    del others["gate.json"]
    assert {name: entry["bytes"] for name, entry in found["files"].items()} == others
