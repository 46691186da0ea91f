"""Canaries: invented values in every place that may name a patient, looked for in whatever edi-lint writes.

They stand in sound batches and in broken ones, where a lost or doubled separator moves a name to the place of a code,
and must not be found in any format, on standard error, or when edi-lint itself breaks, unless --show-values is given.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import reduce
from importlib import import_module
from pathlib import Path

import pytest

from edi_lint import Config, Linter
from edi_lint.acks import Options, acknowledge
from edi_lint.acks.explain import Explanation
from edi_lint.cli.outputs import FORMATS
from edi_lint.output import Output, Run, hand_over
from edi_lint.reports.show import Show
from tests.conftest import AS_OF, batch
from tests.formats import REPORTS
from tests.test_cli import run

TELLING = ("full", "json-lines", "html")
"""Together these have all that any report tells of a finding."""

BATCH = [
    "ISA*00*          *00*          *ZZ*EDILINTTEST    *ZZ*EXAMPLEPAYER   *260120*0930*^*00501*000000001*0*T*:",
    "GS*HC*EDILINTTEST*EXAMPLEPAYER*20260120*0930*1*X*005010X222A1",
    "ST*837*0001*005010X222A1",
    "BHT*0019*00*BASE0001*20260120*0930*CH",
    "NM1*41*2*VOLESTRANGLE BILLING*****46*TST01",
    "PER*IC*HORTENSIA PICKLEBY*TE*7345550199*EM*HP@SNARK.EXAMPLE",
    "NM1*40*2*EXAMPLE CLEARINGHOUSE*****46*TST99",
    "HL*1**20*1",
    "PRV*BI*PXC*261QP2300X",
    "NM1*85*2*TANDLEWICK CLINIC*****XX*1993000011",
    "N3*100 SAMPLE ST",
    "N4*ANYTOWN*MI*490011234",
    "REF*EI*690077123",
    "HL*2*1*22*1",
    "SBR*P**GRPX88213*SNORKELWORKS*****CI",
    "NM1*IL*1*QUILLFEATHER*MARZIPAN*TOURMALINE**ESQX*MI*WQ77310029X",
    "N3*7719 WINDLESTRAW CT*FLAT ZEPHYR",
    "N4*BRAMBLEDOWN*MI*484849911",
    "DMG*D8*19530817*F",
    "REF*SY*987650099",
    "NM1*PR*2*OBLONGATA MUTUAL*****PI*TSTCI",
    "HL*3*2*23*0",
    "PAT*19****D8*20260116",
    "NM1*QC*1*WHIMBREL*PERSIMMON*ULTRAMARINE",
    "N3*12 CORNCRAKE RD",
    "N4*PLUMSTEADIA*MI*490021001",
    "DMG*D8*20110309*M",
    "REF*Y4*CASE881177",
    "CLM*A1001*151.5***11:B:1*Y*A*Y*Y",
    "DTP*439*D8*20251231",
    "PWK*OZ*FX***AC*ATTX991177",
    "REF*D9*CLRN771199",
    "REF*EA*MRN0099177X",
    "K3*VOLENTIALLY PRIVATE",
    "NTE*ADD*PATIENT FELL FROM LADDER XYLOPHONE",
    "HI*ABK:E538*ABF:I10",
    "NM1*DN*1*CRUMPETTE*OCTAVIUS****XX*1993005010",
    "NM1*82*1*SPLENDIFOR*GWENDALYN****XX*1993005010",
    "PRV*PE*PXC*207Q00000X",
    "NM1*DQ*1*BARNSTABLE*CLEMENTINE****XX*1993005010",
    "SBR*S*18*GRPZ77551*PLUNDERVALE*****CI",
    "OI***Y***Y",
    "NM1*IL*1*FRITILLARY*BASTIAN****MI*OWQ551177",
    "N3*55 BITTERN LN",
    "N4*SEDGEFORDIA*MI*490021001",
    "NM1*PR*2*DELPHINIUM ASSURANCE*****PI*TSTSEC",
    "REF*F8*PCN551188",
    "LX*1",
    "SV1*HC:99213:25*112*UN*1***2",
    "DTP*472*D8*20260115",
    "REF*6R*LINEX771L1",
    "LX*2",
    "SV1*HC:96372::::::GIVEN IN LEFT GLUTEUS*35*UN*1***1",
    "DTP*472*D8*20260115",
    "REF*6R*LINEX771L2",
    "NTE*ADD*SUPPLIED BY NEIGHBOR ZITHERINE",
    "NM1*82*1*MALLARDINE*TREVELYAN****XX*1993005010",
    "PRV*PE*PXC*207Q00000X",
    "LX*3",
    "SV1*HC:J3420*4.5*UN*1***1",
    "DTP*472*D8*20260115",
    "LIN**N4*00703901101",
    "CTP****1*ML",
    "REF*XZ*RX9911882",
    "SE*61*0001",
    "GE*1*1",
    "IEA*1*000000001",
]
WORDS = re.findall(
    r"\S+",
    "VOLESTRANGLE HORTENSIA PICKLEBY 7345550199 SNARK TANDLEWICK 690077123 GRPX88213 SNORKELWORKS QUILLFEATHER "
    "MARZIPAN TOURMALINE ESQX WQ77310029X WINDLESTRAW ZEPHYR BRAMBLEDOWN 484849911 19530817 987650099 OBLONGATA "
    "20260116 WHIMBREL PERSIMMON ULTRAMARINE CORNCRAKE PLUMSTEADIA 20110309 CASE881177 20251231 ATTX991177 "
    "CLRN771199 MRN0099177X VOLENTIALLY LADDER XYLOPHONE CRUMPETTE OCTAVIUS SPLENDIFOR GWENDALYN BARNSTABLE "
    "CLEMENTINE GRPZ77551 PLUNDERVALE FRITILLARY BASTIAN OWQ551177 BITTERN SEDGEFORDIA DELPHINIUM PCN551188 "
    "LINEX771L1 GLUTEUS LINEX771L2 ZITHERINE "
    "MALLARDINE TREVELYAN RX9911882",
)
"""What must not be shown: each is in the batch once, and in no word, code or message of ours."""


FOR_GOOD = {"*SNORKELWORKS*****CI": "******CI", "*PLUNDERVALE*****CI": "******CI", "96372::::::G": "96372:::::G"}
"""What is wrong in the batch by the guide, and how it is put right: a 277CA answers what the 999 accepts."""


def sound() -> list[str]:
    """The batch without its faults."""
    return [reduce(lambda text, one: text.replace(*one), FOR_GOOD.items(), segment) for segment in BATCH]


def broken(segments: list[str]) -> list[tuple[str, list[str]]]:
    """The batch with each canary segment broken in the ways in which files break."""
    return list(_broken(segments))


def _broken(segments: list[str]) -> Iterator[tuple[str, list[str]]]:
    for at, segment in enumerate(segments):
        if not leaks(segment):
            continue
        elements = segment.split("*")
        name = "*".join(elements[:2])
        for position in range(1, len(elements)):
            rest = elements[position:]
            variants = {
                "without": [*elements[:position], *rest[1:]],
                "doubled": [*elements[:position], "", *rest],
                "joined": [*elements[: position - 1], elements[position - 1] + rest[0], *rest[1:]],
                "wrong": [*elements[:position], "ZZZ" + rest[0] * 5, *rest[1:]],
            }
            for kind, changed in variants.items():
                yield f"{name} {kind} {position}", [*segments[:at], "*".join(changed), *segments[at + 1 :]]
            half = len(rest[0]) // 2
            torn = ["*".join([*elements[:position], rest[0][:half]]), "*".join([rest[0][half:], *rest[1:]])]
            yield f"{name} torn {position}", [*segments[:at], *torn, *segments[at + 1 :]]
            cut = ["*".join(elements[:position]), "*".join(rest)]
            yield f"{name} cut {position}", [*segments[:at], *cut, *segments[at + 1 :]]
        yield f"{name} twice", [*segments[: at + 1], segment, *segments[at + 1 :]]
        yield f"{name} gone", [*segments[:at], *segments[at + 1 :]]
        yield f"{name} last", [*segments[:at], *segments[at + 1 : -3], segment, *segments[-3:]]
        yield f"{name} colons", [*segments[:at], segment.replace("*", ":"), *segments[at + 1 :]]


def everything_said(linter: Linter, text: str, reports: Iterable[str] = REPORTS) -> dict[str, str]:
    """What each report and ``show`` write of a batch."""
    settings = Run(linter.rules)
    outs = {name: io.StringIO() for name in (*reports, "show")}
    outputs: list[Output] = [Show(outs["show"], settings)]
    for name in reports:
        module, _, kind = FORMATS[name].partition(":")
        outputs.append(getattr(import_module(module), kind)(outs[name], settings))
    for output in outputs:
        output.begin()
        output.begin_input("batch.edi")
    for part, findings in linter.parts(text.encode("latin-1"), "batch.edi"):
        hand_over(outputs, part, findings)
    for output in outputs:
        output.end_input()
        output.end(linter.summary)
        output.close()
    return {name: out.getvalue() for name, out in outs.items()}


def leaks(text: str) -> list[str]:
    return [word for word in WORDS if word in text]


@pytest.fixture(scope="module")
def linter() -> Linter:
    return Linter(Config(as_of=AS_OF))


def test_every_canary_is_in_the_batch_and_shown_on_demand() -> None:
    text = batch(BATCH)
    assert leaks(text) == WORDS
    said = everything_said(Linter(Config(as_of=AS_OF, show_values=True)), text)
    assert leaks(said["show"]) == WORDS


def test_a_sound_batch_gives_nothing_away(linter: Linter) -> None:
    for name, said in everything_said(linter, batch(BATCH)).items():
        assert not leaks(said), name


@pytest.mark.slow
def test_broken_batches_give_nothing_away(linter: Linter) -> None:
    found = {}
    for what, segments in broken(BATCH):
        for name, said in everything_said(linter, batch(segments), TELLING).items():
            if words := leaks(said):
                found[f"{what} in {name}"] = words
    assert not found


# -- answers and the gate ---------------------------------------------------------------------------------

MOMENT = datetime(2026, 3, 1, 10, 16)  # noqa: DTZ001 - X12 knows no time zones
MUST = {"x277ca": ["VOLESTRANGLE", "TANDLEWICK"]}
"""Whom an answer names by the standard, also where it is asked to name nobody: submitter and billing provider."""


def answers(linter: Linter, segments: list[str], **options: object) -> Iterator[tuple[str, str]]:
    """The answers to a batch, as they are and explained."""
    parts = linter.parts(batch(segments).encode("latin-1"), "batch.edi")
    for found in acknowledge(parts, Options(now=MOMENT, **options), linter.rules.guide.tables):  # type: ignore[arg-type]
        for name in ("ta1", "x999", "x277ca"):
            text = getattr(found, name)
            yield name, text
            yield f"{name} explained", "\n".join(Explanation(io.BytesIO(text.encode("latin-1"))))


def test_answers_name_whom_the_standard_wants_and_explanations_nobody(linter: Linter) -> None:
    patient = ["WQ77310029X", "WHIMBREL", "PERSIMMON", "ULTRAMARINE"]
    said = dict(answers(linter, sound()))
    assert set(leaks(said["x277ca"])) == {*patient, *MUST["x277ca"]}
    assert [name for name in said if name != "x277ca" and leaks(said[name])] == []
    assert "A1001" in said["x277ca explained"]
    masked = dict(answers(linter, sound(), mask=True))
    assert leaks(masked["x277ca"]) == MUST["x277ca"]


@pytest.mark.slow
def test_answers_to_broken_batches_give_nothing_away(linter: Linter) -> None:
    found = {}
    rejected = 0
    for what, segments in [*broken(BATCH)[::3], *broken(sound())[::3]]:
        for name, said in answers(linter, segments, mask=True):
            # A line's own number stands where the line is told: it is found by that.
            words = [word for word in leaks(said) if word not in (*MUST.get(name, ()), "LINEX771L1", "LINEX771L2")]
            rejected += "*R*" in said or "*U*" in said
            if words:
                found[f"{what} in {name}"] = words
    assert not found
    assert rejected > 100


@pytest.mark.parametrize("segments", [BATCH, sound()], ids=["rejected", "accepted"])
def test_only_the_batches_of_the_gate_hold_values(segments: list[str], tmp_path: Path) -> None:
    (tmp_path / "batch.edi").write_text(batch(segments), "latin-1")
    done = run("gate", "batch.edi", "--out", "gated", "--verbose", "--as-of", str(AS_OF), cwd=tmp_path)
    assert done.returncode == int(segments is BATCH)
    assert not leaks((done.stdout + done.stderr).decode())
    made = {path.name: path.read_text("latin-1") for path in (tmp_path / "gated" / "batch.edi").iterdir()}
    assert {"report.txt", "report.jsonl", "gate.json", "999.edi"} < set(made)
    batches = {"accepted.edi", "rejected.edi", "277ca.edi", "999.edi"}
    assert [name for name, text in made.items() if name not in batches and leaks(text)] == []


# -- where edi-lint itself breaks -------------------------------------------------------------------------

PATCHED_RULE = """
from edi_lint.rules import RULES
import msgspec
def broken(record, context):
    raise ValueError(record.loop.first.text)
RULES["STR001"] = msgspec.structs.replace(RULES["STR001"], check=broken)
"""
PATCHED_BATCH = """
from edi_lint.claims import batch
def broken(self, unit):
    raise KeyError(unit.loop.segments[0].text)
batch.Assembler.record = broken
"""


def run_with(patch: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command in which something of edi-lint's own is broken."""
    code = f"import sys\n{patch}\nfrom edi_lint.cli import main\nmain(sys.argv[1:])\n"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, check=False, text=True)


@pytest.fixture
def canaries(tmp_path: Path) -> str:
    path = tmp_path / "batch.edi"
    path.write_text(batch(BATCH), "latin-1")
    return str(path)


@pytest.mark.parametrize("name", [*REPORTS, "statistics"])
def test_a_rule_that_breaks_gives_nothing_away(name: str, canaries: str) -> None:
    form = ["--statistics"] if name == "statistics" else ["--output-format", name]
    done = run_with(PATCHED_RULE, "check", canaries, "--verbose", *form, "--as-of", str(AS_OF))
    assert done.returncode == 2
    assert not leaks(done.stdout + done.stderr)
    assert "Traceback" not in done.stderr


def test_a_rule_that_breaks_in_another_process_gives_nothing_away(tmp_path: Path) -> None:
    """Helpers are processes of their own: what is broken for all of them comes with the interpreter."""
    (tmp_path / "sitecustomize.py").write_text(PATCHED_RULE)
    at = next(number for number, segment in enumerate(BATCH) if segment.startswith("ST*"))
    # A helper is not begun for less than a megabyte; blank lines make one of a few claims.
    sets = [segment.replace("*0001", f"*{one:04d}") for one in range(1, 9) for segment in BATCH[at:-2]]
    text = ("~" + "\n" * 3000).join([*BATCH[:at], *sets, "GE*8*1", BATCH[-1], ""])
    (tmp_path / "batch.edi").write_text(text, "latin-1")
    path = os.pathsep.join([str(tmp_path), str(Path(__file__).parent.parent)])
    said = []
    for jobs in ("1", "2"):
        arguments = ("batch.edi", "--jobs", jobs, "--verbose", "--as-of", str(AS_OF), "--max-findings", "50")
        done = run("check", *arguments, cwd=tmp_path, env=os.environ | {"PYTHONPATH": path})
        assert done.returncode == 2
        assert b"Rule STR001 broke with ValueError" in done.stdout
        assert not leaks((done.stdout + done.stderr).decode())
        assert b"Traceback" not in done.stderr
        said.append(done.stdout)
    assert said[0] == said[1]


@pytest.mark.parametrize("command", ["check", "show", "extract", "baseline", "gate"])
def test_what_breaks_inside_is_one_line_without_a_value(command: str, canaries: str, tmp_path: Path) -> None:
    needed = ["--out", str(tmp_path / "gated")] if command == "gate" else []
    done = run_with(PATCHED_BATCH, command, canaries, *needed)
    assert done.returncode == 2
    [line] = [line for line in done.stderr.splitlines() if "KeyError" in line]
    assert line.startswith("edi-lint: edi-lint itself broke (KeyError at __main__:5) and the rest was not read")
    assert not leaks(done.stdout + done.stderr)


def test_logs_and_errors_give_nothing_away(canaries: str, tmp_path: Path) -> None:
    for arguments in (
        ["check", canaries, "--verbose"],
        ["check", canaries, "--show-settings"],
        ["check", canaries, "--config", canaries],
        ["check", f"@{canaries}"],
        ["show", canaries, "--claim", "none"],
        ["extract", canaries, "--all-lines"],
        ["explain-ack", canaries],
        ["refdata", "add", canaries],
        ["rule", canaries],
    ):
        done = run(*arguments, cwd=tmp_path)
        assert not leaks((done.stdout + done.stderr).decode()), arguments
        assert b"Traceback" not in done.stderr


def test_a_rule_that_breaks_stops_the_gate_and_gives_nothing_away(canaries: str, tmp_path: Path) -> None:
    done = run_with(PATCHED_RULE, "gate", canaries, "--out", str(tmp_path / "gated"), "--as-of", str(AS_OF))
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line.endswith(": a rule broke, so nothing is decided; 'edi-lint check' says which")
    assert not leaks(done.stdout + done.stderr)
    assert list((tmp_path / "gated").iterdir()) == []


def test_a_baseline_holds_no_value(canaries: str) -> None:
    done = run("baseline", canaries, "--as-of", str(AS_OF))
    assert not leaks((done.stdout + done.stderr).decode())
