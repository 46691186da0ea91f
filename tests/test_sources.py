"""Inputs: packed files, globs, folders, and the limits on what is read."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from edi_lint import Config, SourceError, lint
from edi_lint.sources import MOST_UNPACKED, Source, find_sources
from tests.conftest import AS_OF, FIXTURES

BATCH = (FIXTURES / "modifier-25-on-injection.edi").read_bytes()


def packed(folder: Path, members: dict[str, bytes], name: str = "batches.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


def read(source: Source) -> bytes:
    with source.open() as stream:
        return b"".join(iter(lambda: stream.read(1000), b""))


def names(*paths: object) -> list[str]:
    return [source.name for source in find_sources(str(path) for path in paths)]


class TestPacked:
    def test_a_gz_is_read_as_what_it_holds(self, tmp_path: Path) -> None:
        path = tmp_path / "batch.edi.gz"
        path.write_bytes(gzip.compress(BATCH))
        [source] = find_sources([str(path)])
        assert read(source) == BATCH
        plain, unpacked = (lint(given, Config(as_of=AS_OF), name="x") for given in (BATCH, source))
        assert [(f.rule, f.offset) for f in plain.findings] == [(f.rule, f.offset) for f in unpacked.findings]
        assert unpacked.summary.bytes == len(BATCH)

    def test_a_zip_is_a_folder(self, tmp_path: Path) -> None:
        path = packed(tmp_path, {"b.edi": BATCH, "in/a.837": BATCH, "notes.md": b"x", "in/": b""})
        sources = find_sources([str(path)])
        assert [source.name for source in sources] == [f"{path}/b.edi", f"{path}/in/a.837"]
        assert {source.file for source in sources} == {str(path)}
        assert [read(source) for source in sources] == [BATCH, BATCH]

    def test_a_folder_holds_packed_batches_too(self, tmp_path: Path) -> None:
        packed(tmp_path, {"b.edi": BATCH}, "c.zip")
        packed(tmp_path, {"notes.md": BATCH}, "d.zip")
        for name in ("a.edi.gz", "notes.md.gz", "b.837"):
            (tmp_path / name).write_bytes(gzip.compress(BATCH))
        assert names(tmp_path) == [f"{tmp_path}/{name}" for name in ("a.edi.gz", "b.837", "c.zip/b.edi")]

    def test_one_that_is_packed_by_mistake_is_a_finding(self) -> None:
        assert [finding.rule for finding in lint(gzip.compress(BATCH), Config(as_of=AS_OF)).findings] == ["ENV001"]

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (gzip.compress(BATCH)[:-20], "damaged or cut off"),
            (gzip.compress(BATCH)[:-8] + bytes(8), "no .gz archive, or a damaged one"),
            (gzip.compress(BATCH)[:20] + b"\xff" * 200, "damaged or cut off"),
            (BATCH, "no .gz archive, or a damaged one"),
        ],
        ids=["cut", "sum", "stream", "plain"],
    )
    def test_a_damaged_gz_is_an_error(self, content: bytes, says: str, tmp_path: Path) -> None:
        path = tmp_path / "batch.edi.gz"
        path.write_bytes(content)
        with pytest.raises(SourceError) as caught:
            read(Source(str(path)))
        assert str(caught.value).startswith(f"{path}: ")
        assert says in str(caught.value)

    def test_a_damaged_zip_is_an_error(self, tmp_path: Path) -> None:
        path = packed(tmp_path, {"b.edi": BATCH})
        content = bytearray(path.read_bytes())
        content[60] ^= 0xFF
        path.write_bytes(content)
        [source] = find_sources([str(path)])
        with pytest.raises(SourceError, match="damaged or cut off"):
            read(source)
        path.write_bytes(content[:100])
        with pytest.raises(SourceError, match=r"no \.zip archive, or a damaged one"):
            find_sources([str(path)])

    def test_an_encrypted_zip_is_an_error(self, tmp_path: Path) -> None:
        path = packed(tmp_path, {"b.edi": BATCH})
        content = bytearray(path.read_bytes())
        for header, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            content[content.index(header) + flag] |= 1
        path.write_bytes(content)
        with pytest.raises(SourceError, match="encrypted, or packed in a way that cannot be read"):
            read(*find_sources([str(path)]))

    @pytest.mark.parametrize("inner", ["more.zip", "more.edi.gz"])
    def test_an_archive_in_an_archive_is_not_passed_over(self, inner: str, tmp_path: Path) -> None:
        path = packed(tmp_path, {"b.edi": BATCH, inner: b"x"})
        with pytest.raises(SourceError, match=f"holds another archive, {inner}; unpack it"):
            find_sources([str(path)])

    def test_an_archive_without_a_batch_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="no claim batch in this archive"):
            find_sources([str(packed(tmp_path, {"notes.md": b"x"}))])


class TestLimits:
    def test_what_is_larger_is_an_error_and_not_cut_off(self, tmp_path: Path) -> None:
        path = tmp_path / "batch.edi"
        for size, is_read in ((1_000_000, True), (1_000_001, False)):
            path.write_bytes(b"x" * size)
            [source] = find_sources([str(path)], max_megabytes=1)
            if is_read:
                assert len(read(source)) == size
            else:
                with pytest.raises(SourceError, match=r"more than 1 MB, so the rest was not read; .*--max-megabytes"):
                    read(source)

    def test_an_archive_is_measured_by_what_it_holds(self, tmp_path: Path) -> None:
        path = tmp_path / "bomb.edi.gz"
        path.write_bytes(gzip.compress(bytes(3_000_000)))
        assert path.stat().st_size < 10_000
        with pytest.raises(SourceError, match="more than 2 MB"):
            read(*find_sources([str(path)], max_megabytes=2))
        with pytest.raises(SourceError, match="more than 2 MB"):
            read(*find_sources([str(packed(tmp_path, {"b.edi": bytes(3_000_000)}))], max_megabytes=2))

    def test_archives_have_a_limit_of_their_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert MOST_UNPACKED == 4096
        monkeypatch.setattr("edi_lint.sources.MOST_UNPACKED", 1)
        content = bytes(1_500_000)
        (tmp_path / "a.edi").write_bytes(content)
        (tmp_path / "a.edi.gz").write_bytes(gzip.compress(content))
        assert len(read(Source(str(tmp_path / "a.edi")))) == len(content)
        with pytest.raises(SourceError, match="more than 1 MB"):
            read(Source(str(tmp_path / "a.edi.gz")))

    def test_a_read_of_everything_is_limited_too(self, tmp_path: Path) -> None:
        path = tmp_path / "a.edi"
        path.write_bytes(bytes(1_500_000))
        with Source(str(path), max_megabytes=1).open() as stream, pytest.raises(SourceError, match="more than 1 MB"):
            stream.read()

    def test_a_rule_that_breaks_is_not_taken_for_a_damaged_archive(self, tmp_path: Path) -> None:
        [source] = find_sources([str(packed(tmp_path, {"b.edi": BATCH}))])
        opened = source.open()
        assert opened.__enter__().read(1) == BATCH[:1]
        broken = KeyError("not the archive's")
        assert not opened.__exit__(KeyError, broken, None), "it goes on as it came"


class TestGlobs:
    def test_stand_for_files_in_order_and_folders(self, tmp_path: Path) -> None:
        for name in ("b.edi", "a.edi", "in/c.edi", "in/deep/d.edi"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(BATCH)
        assert names(tmp_path / "*.edi") == [f"{tmp_path}/a.edi", f"{tmp_path}/b.edi"]
        assert names(tmp_path / "**" / "*.edi") == [
            f"{tmp_path}/{name}" for name in ("a.edi", "b.edi", "in/c.edi", "in/deep/d.edi")
        ]
        assert names(tmp_path / "i?") == [f"{tmp_path}/in/c.edi", f"{tmp_path}/in/deep/d.edi"]

    def test_a_file_of_that_name_comes_first(self, tmp_path: Path) -> None:
        (tmp_path / "a[1].edi").write_bytes(BATCH)
        (tmp_path / "a1.edi").write_bytes(BATCH)
        assert names(tmp_path / "a[1].edi") == [f"{tmp_path}/a[1].edi"]

    def test_that_fit_nothing_are_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="no file fits this pattern"):
            find_sources([str(tmp_path / "*.edi")])


def test_standard_input_is_limited_too(monkeypatch: pytest.MonkeyPatch) -> None:
    class Standard:
        buffer = io.BytesIO(bytes(1_500_000))

    monkeypatch.setattr("sys.stdin", Standard)
    with pytest.raises(SourceError, match="-: more than 1 MB"):
        read(Source("-", max_megabytes=1))
