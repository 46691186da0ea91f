"""The library: lint a path, bytes or a stream; findings as they come; errors that say what to do."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

import pytest

import edi_lint
from edi_lint import Config, ConfigError, Linter, SourceError, lint
from tests.conftest import AS_OF, FIXTURES

CONFIG = Config(as_of=AS_OF)


def test_every_kind_of_input_gives_the_same_findings() -> None:
    path = FIXTURES / "duplicates.edi"
    content = path.read_bytes()
    inputs = [path, str(path), content, bytearray(content), memoryview(content), io.BytesIO(content)]
    results = [[(f.rule, f.offset) for f in lint(source, CONFIG).findings] for source in inputs]
    assert results[0]
    assert all(result == results[0] for result in results)


@pytest.mark.parametrize("name", ["modifier-25-on-injection", "units-and-ndc", "duplicates"])
def test_what_a_linter_has_learnt_of_one_batch_does_not_hold_under_other_separators(name: str) -> None:
    content = (FIXTURES / f"{name}.edi").read_bytes()
    # The ISA and the diagnoses of this sender say ">", the procedures still say ":".
    other = re.sub(rb"\b(HI|CLM)\*[^~]*", lambda segment: segment[0].replace(b":", b">"), content)
    other = other.replace(b"*:~", b"*>~", 1)
    config = Config(as_of=AS_OF, ignore=["REF002"])  # said once for each table in a run
    linter = Linter(config)

    def found(linter: Linter, batch: bytes) -> list[tuple[str, int]]:
        return [(finding.rule, finding.offset) for finding in linter.findings(batch)]

    for batch in (other, content):
        assert found(linter, batch) == found(Linter(config), batch)


def test_the_report_has_totals_and_a_verdict() -> None:
    report = lint(FIXTURES / "base.edi", CONFIG)
    assert report.ok
    assert (report.summary.files, report.summary.claims, report.summary.service_lines, report.summary.exit) == (
        1,
        1,
        3,
        0,
    )
    bad = lint(FIXTURES / "duplicates.edi", CONFIG)
    assert not bad.ok
    assert bad.by_rule()["STR009"] == 1
    assert bad.summary.findings["error"] == sum(f.severity == "error" for f in bad.findings)


def test_findings_come_one_by_one() -> None:
    linter = Linter(CONFIG)
    first = next(iter(linter.findings(FIXTURES / "duplicates.edi")))
    assert first.claim is not None
    assert first.claim.id == "D1102"
    assert linter.summary.files == 0


def test_a_stream_that_cannot_seek_is_enough() -> None:
    class Pipe:
        def __init__(self, content: bytes) -> None:
            self.content = content

        def read(self, size: int = -1) -> bytes:
            part, self.content = self.content[:7], self.content[7:]
            return part

    assert lint(Pipe((FIXTURES / "base.edi").read_bytes()), CONFIG).ok  # type: ignore[arg-type]


def test_errors_say_what_to_do() -> None:
    with pytest.raises(SourceError, match="check the path"):
        lint("no-such-file.edi")
    with pytest.raises(ConfigError, match="did you mean STR0"):
        lint(b"", Config(select=("STRO01",)))


def test_a_rule_that_breaks_is_a_finding_and_status_2(monkeypatch: pytest.MonkeyPatch) -> None:
    from edi_lint.rules import RULES
    from edi_lint.rules.registry import Rule

    def broken(claim: object, context: object) -> list[object]:
        raise RuntimeError("SECRET NAME")

    import msgspec

    crashing: Rule = msgspec.structs.replace(RULES["STR001"], check=broken)
    monkeypatch.setitem(RULES, "STR001", crashing)
    report = lint(FIXTURES / "base.edi", CONFIG)
    assert report.summary.exit == 2
    [finding] = report.findings
    assert finding.rule == "INT001"
    assert "STR001" in finding.message
    assert "SECRET" not in str(finding)


def test_the_day_is_a_parameter(bases: dict[str, str]) -> None:
    report = lint(bases["base.edi"].encode(), Config(as_of=date(2026, 1, 10)))
    assert "DAT002" in report.by_rule()


def test_public_names_are_there() -> None:
    for name in edi_lint.__all__:
        assert getattr(edi_lint, name) is not None


@pytest.mark.parametrize(("page", "shown"), [("library.md", "ADM001"), ("gate.md", "1 3 311.8")])
def test_the_examples_of_the_documentation_run(page: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(__file__).parent.parent / "docs" / page).read_text("utf-8")
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(compile(block, f"docs/{page}", "exec"), {"__name__": "example"})  # noqa: S102 - our own example
    assert shown in capsys.readouterr().out
