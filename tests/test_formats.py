"""Every output format keeps its own rules: with nothing to say, with ten thousand findings, and with hostile values."""

from __future__ import annotations

import io
import json
import re
from importlib import import_module
from pathlib import Path

import msgspec
import pytest

from benchmarks.generate import write_batch
from edi_lint import Config, Finding, Linter
from edi_lint.cli.outputs import FORMATS, STATISTICS
from edi_lint.findings import ClaimRef, Excerpt, Summary
from edi_lint.output import Output, Run, hand_over
from edi_lint.reports.fingerprint import Fingerprints
from tests.conftest import AS_OF, FIXTURES
from tests.formats import JUDGES, REPORTS, Told, report_part
from tests.test_cli import run
from tools.build_schemas import SCHEMAS, schemas

HOSTILE = (
    "<script>alert(1)</script>",
    "<!--",
    "]]>",
    "%0A::error::owned",
    "a|b,c;d\"e'f`g",
    "=HYPERLINK(1)",
    "\x1b[31mred\x07",
    "\u202ereversed\u2066",
    "line\nbreak\r\n\x85\u2028end",
    "\x00\x9b{{7*7}}${7*7}",
    "\\u003c&lt;&amp;&#60;",
)


def written(name: str, findings: list[Finding], summary: Summary, settings: Run, files: tuple[str, ...]) -> str:
    """What a format writes of these findings, those of each file between its begin and end."""
    module, _, cls = FORMATS[name].partition(":")
    kind: type[Output] = getattr(import_module(module), cls)
    out = io.StringIO(newline="")
    output = kind(out, settings)
    output.begin()
    for file in files:
        output.begin_input(file)
        hand_over([output], None, [finding for finding in findings if finding.file == file])
        output.end_input()
    output.end(summary)
    text = out.getvalue()
    output.close()
    return text


@pytest.fixture(scope="module")
def linter() -> Linter:
    return Linter(Config(as_of=AS_OF))


@pytest.fixture(scope="module")
def settings(linter: Linter) -> Run:
    return Run(linter.rules)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Finding], Summary]:
    """Ten thousand findings, as of a batch in which a hundred claims are sent again and again under other numbers."""
    path = tmp_path_factory.mktemp("many") / "batch.edi"
    write_batch(path, 100, faults=True)
    linter = Linter(Config(as_of=AS_OF))
    found = list(linter.findings(path, "batch.edi"))
    findings = []
    for claim in range(0, 10_000, 100):
        for finding in found:
            ref = finding.claim and ClaimRef(finding.claim.index + claim, f"{finding.claim.id}-{claim}")
            index = (finding.segment_index or 0) + claim
            findings.append(msgspec.structs.replace(finding, claim=ref, segment_index=index))
    assert len(findings) >= 10_000
    return findings, linter.summary


@pytest.fixture(scope="module")
def hostile(linter: Linter) -> list[Finding]:
    """A finding for each hostile value, with that value wherever a value can stand."""
    [plain] = linter.findings(FIXTURES / "vaccine-billed-96372.edi")
    return [
        msgspec.structs.replace(
            plain,
            message=f"Message {value} end.",
            remedy=value,
            why=value,
            file=f"folder/{value}.edi",
            isa13=value,
            gs06=value,
            st02=value,
            value=value,
            claim=ClaimRef(number, value),
            excerpt=Excerpt(f"SV1*{value}*X", 4, len(value)),
        )
        for number, value in enumerate(HOSTILE, 1)
    ]


def test_there_is_a_judge_for_every_format() -> None:
    assert set(JUDGES) == set(REPORTS)


@pytest.mark.parametrize("name", REPORTS)
def test_an_empty_run(name: str, settings: Run) -> None:
    text = written(name, [], Summary(files=1, claims=1), settings, ("clean.edi",))
    assert JUDGES[name](text) == []


@pytest.mark.parametrize("name", REPORTS)
def test_ten_thousand_findings(name: str, settings: Run, many: tuple[list[Finding], Summary]) -> None:
    findings, summary = many
    told = JUDGES[name](written(name, findings, summary, settings, ("batch.edi",)))
    assert [rule for rule, _ in told] == [finding.rule for finding in findings]
    for (_, text), finding in zip(told, findings, strict=True):
        assert finding.message in text


def _visible(text: str) -> str:
    """What is left of a text when everything that acts or breaks the line is gone."""
    return re.sub(r"[^ -~]+", "", text)


@pytest.mark.parametrize("name", REPORTS)
def test_hostile_values_stay_what_they_are(name: str, settings: Run, hostile: list[Finding]) -> None:
    """Each is told once, at its own finding, and its harmless characters are all there."""
    files = tuple(finding.file for finding in hostile)
    text = written(name, hostile, Summary(files=len(files)), settings, files)
    told: Told = JUDGES[name](text)
    assert len(told) == len(HOSTILE)
    for (_, shown), value in zip(told, HOSTILE, strict=True):
        assert _visible(value).replace(" ", "") in _visible(shown).replace(" ", "")


@pytest.mark.parametrize("name", REPORTS)
def test_hostile_files_through_the_command_line(name: str, tmp_path: Path) -> None:
    batch = (FIXTURES / "vaccine-billed-96372.edi").read_bytes()
    hostile_id = b'<script>%0A]]>|"'
    (tmp_path / b"b\xff \n<script>%0A|'.edi".decode("utf-8", "surrogateescape")).write_bytes(
        batch.replace(b"CLM*V4001*", b"CLM*" + hostile_id + b"*").replace(b"NM1*IL*1*", b"NM1*IL*1*<b>\x9b")
    )
    for values in ([], ["--show-values"]):
        done = run("check", ".", "--output-format", name, "--as-of", str(AS_OF), *values, cwd=tmp_path)
        assert done.stderr == b""
        assert done.returncode == 1
        assert ("ADM001") in [rule for rule, _ in JUDGES[name](done.stdout.decode("utf-8"))]


def test_every_format_is_the_same_in_one_run_as_alone(tmp_path: Path) -> None:
    """All formats at once, over several inputs with and without findings."""
    inputs = [str(FIXTURES / name) for name in ("providers.edi", "base.edi", "broken-structure.edi", "empty.edi")]
    every = [word for name in REPORTS for word in ("--output-format", f"{name}={tmp_path / name}")]
    assert run("check", *inputs, *every, "--as-of", str(AS_OF)).returncode == 1
    seconds = re.compile(rb'"seconds":[0-9.]+')
    for name in REPORTS:
        alone = run("check", *inputs, "--output-format", name, "--as-of", str(AS_OF))
        assert seconds.sub(b"", (tmp_path / name).read_bytes()) == seconds.sub(b"", alone.stdout), name


def test_the_published_schemas_are_up_to_date() -> None:
    for name, text in schemas().items():
        assert (SCHEMAS / name).read_text("utf-8") == text, "run python -m tools.build_schemas"


def test_statistics_count_by_rule(tmp_path: Path) -> None:
    path = str(FIXTURES / "providers.edi")
    done = run("check", path, "--statistics", "--as-of", str(AS_OF))
    assert done.returncode == 1
    assert done.stdout.decode().splitlines()[:2] == [
        "2  error    PRV001   npi-luhn",
        "2  error    PRV008   zip9",
    ]
    done = run("check", path, "--statistics", "--output-format", "json", "--as-of", str(AS_OF))
    document = json.loads(done.stdout)
    report_part("Statistics").validate(document)
    assert sum(one["count"] for one in document["statistics"]) == sum(document["summary"]["findings"].values())
    # Files hold their findings all the same.
    lines = tmp_path / "lines"
    done = run("check", path, "--statistics", "--output-format", f"json-lines={lines}", "--as-of", str(AS_OF))
    assert done.stdout.startswith(b"2  error    PRV001")
    assert len(lines.read_text().splitlines()) == 7


@pytest.mark.parametrize("name", sorted(set(FORMATS) - set(STATISTICS)))
def test_formats_without_statistics_say_so(name: str) -> None:
    done = run("check", str(FIXTURES / "base.edi"), "--statistics", "--output-format", name)
    assert (done.returncode, done.stdout) == (2, b"")
    assert f"--statistics goes with full, concise, grouped, json, not with {name}" in done.stderr.decode()


def test_statistics_of_a_clean_batch() -> None:
    done = run("check", str(FIXTURES / "base.edi"), "--statistics", "--as-of", str(AS_OF))
    assert done.stdout.decode() == "Nothing found in 1 file, 1 claim, 3 service lines.\n"


def test_junit_fails_what_fails_the_run() -> None:
    path = str(FIXTURES / "wrapped-80.edi")  # One warning.
    for severity, failures in (("error", 0), ("warning", 1)):
        done = run("check", path, "--output-format", "junit", "--fail-severity", severity, "--as-of", str(AS_OF))
        assert done.returncode == failures
        assert f'failures="{failures}"' in done.stdout.decode()
        assert len(JUDGES["junit"](done.stdout.decode())) == 1


def test_the_page_about_formats_has_a_command_for_each() -> None:
    page = (Path(__file__).parent.parent / "docs" / "output-formats.md").read_text("utf-8")
    commands = re.findall(r"^edi-lint check .*--output-format ([a-z-]+)", page, re.MULTILINE)
    assert set(REPORTS) <= set(commands)


@pytest.mark.parametrize("name", REPORTS)
def test_standard_output_holds_the_report_and_nothing_else(name: str) -> None:
    path = str(FIXTURES / "providers.edi")
    quiet, verbose = (
        run("check", path, "--output-format", name, "--as-of", str(AS_OF), *flag) for flag in ([], ["--verbose"])
    )
    seconds = re.compile(rb'"seconds":[0-9.e-]+')
    assert seconds.sub(b"", quiet.stdout) == seconds.sub(b"", verbose.stdout)
    assert verbose.stderr


def test_fingerprints_stay_when_the_lines_around_a_finding_change() -> None:
    def fingerprints(text: str, **settings: object) -> list[str]:
        linter = Linter(Config(as_of=AS_OF, **settings))  # type: ignore[arg-type]
        found = Fingerprints()
        return [found.of(finding) for finding in linter.findings(text.encode(), "batch.edi")]

    text = (FIXTURES / "forty-denied-injections.edi").read_text("ascii")
    found = fingerprints(text)
    assert len(set(found)) == len(found) > 40
    assert fingerprints(text.replace("~\n", "~\n\n")) == found
    renamed = text.replace("CLM*", "CLM*Z")
    assert fingerprints(renamed) != found
    # A claim id that is masked is not in the fingerprint either: it could be found by trying.
    assert fingerprints(text, mask_claim_ids=True) == fingerprints(renamed, mask_claim_ids=True)
