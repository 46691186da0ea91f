"""Canaries: invented values in every place that may name a patient, looked for in whatever edi-lint writes.

They stand in sound batches and in broken ones, where a lost or doubled separator moves a name to the place of a code,
and must not be found in any format, on standard error, or when edi-lint itself breaks, unless --show-values is given.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from edi_lint import Config, Linter
from edi_lint.cli.outputs import FORMATS
from edi_lint.output import Output, Run, hand_over
from edi_lint.reports.show import Show
from tests.conftest import AS_OF, base_segments, batch
from tests.test_cli import run

REPORTS = [name for name, place in FORMATS.items() if ".reports." in place]
"""The acknowledgements carry what the standard makes them carry."""

CANARIES = {
    "NM1*IL": "NM1*IL*1*QUILLFEATHER*MARZIPAN*TOURMALINE**ESQX*MI*WQ77310029X",
    "N3": "N3*7719 WINDLESTRAW CT*FLAT ZEPHYR",
    "N4": "N4*BRAMBLEDOWN*MI*484849911",
    "DMG": "DMG*D8*19530817*F",
    "REF*SY": "REF*SY*987650099",
    "PER": "PER*IC*HORTENSIA PICKLEBY*TE*7345550199*EM*HP@SNARK.EXAMPLE",
    "SBR": "SBR*P*18*GRPX88213*SNORKELWORKS*****CI",
    "NM1*85": "NM1*85*2*TANDLEWICK CLINIC*****XX*1993000011",
    "NM1*PR": "NM1*PR*2*OBLONGATA MUTUAL*****PI*TSTCI",
    "REF*EA": "REF*EA*MRN0099177X",
    "NTE": "NTE*ADD*PATIENT FELL FROM LADDER XYLOPHONE",
    "REF*D9": "REF*D9*CLRN771199",
    "K3": "K3*VOLENTIALLY PRIVATE",
    "PWK": "PWK*OZ*FX***AC*ATTX991177",
    "DTP*439": "DTP*439*D8*20251231",
    "NM1*DN": "NM1*DN*1*CRUMPETTE*OCTAVIUS****XX*1993005010",
    "NM1*82": "NM1*82*1*SPLENDIFOR*GWENDALYN****XX*1993005010",
    "SV1": "SV1*HC:96372::::::GIVEN IN LEFT GLUTEUS*35*UN*1***1",
    "REF*6R": "REF*6R*LINEX771L2",
    "REF*XZ": "REF*XZ*RX9911882",
}
WORDS = re.findall(
    r"\S+",
    "QUILLFEATHER MARZIPAN TOURMALINE ESQX WQ77310029X WINDLESTRAW ZEPHYR BRAMBLEDOWN 484849911 19530817 987650099 "
    "HORTENSIA PICKLEBY 7345550199 SNARK GRPX88213 SNORKELWORKS TANDLEWICK OBLONGATA MRN0099177X XYLOPHONE LADDER "
    "CLRN771199 VOLENTIALLY ATTX991177 20251231 CRUMPETTE OCTAVIUS SPLENDIFOR GWENDALYN GLUTEUS LINEX771L2 RX9911882",
)


def canary_segments() -> list[str]:
    """The base claim with a canary wherever one can stand, in the order of the guide."""
    found: list[str] = []
    for segment in base_segments():
        name = "*".join(segment.split("*")[:2])
        if segment.startswith(("N3*101", "N4*")) and found[-1].startswith(("NM1*IL", "N3*7719")):
            found.append(CANARIES[segment[:2]])
        elif segment.startswith("SV1*HC:96372"):
            found.append(CANARIES["SV1"])
        elif segment.startswith("REF*6R") and "L2" in segment:
            found.append(CANARIES["REF*6R"])
        elif segment.startswith(("PER", "SBR", "DMG")):
            found.append(CANARIES[segment[:3]])
        elif name in ("NM1*IL", "NM1*85", "NM1*PR", "NM1*82"):
            found.append(CANARIES[name])
        else:
            found.append(segment)
        if segment.startswith("DMG"):
            found.append(CANARIES["REF*SY"])
        if segment.startswith("CLM"):
            found += [CANARIES[name] for name in ("DTP*439", "PWK", "REF*D9", "REF*EA", "K3", "NTE")]
        if segment.startswith("HI"):
            found.append(CANARIES["NM1*DN"])
        if segment.startswith("CTP"):
            found.append(CANARIES["REF*XZ"])
    return found


def broken(segments: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The batch with each canary segment broken in the ways in which files break."""
    for at, segment in enumerate(segments):
        if segment not in CANARIES.values():
            continue
        elements = segment.split("*")
        name = "*".join(elements[:2])
        for position in range(1, len(elements)):
            rest = elements[position:]
            variants = {
                "without": [*elements[:position], *rest[1:]],
                "doubled": [*elements[:position], "", *rest],
                "joined": [*elements[: position - 1], elements[position - 1] + rest[0], *rest[1:]],
                "unknown": [*elements[:position], "ZZZ" + rest[0], *rest[1:]],
                "long": [*elements[:position], rest[0] * 9, *rest[1:]],
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


def everything_said(linter: Linter, text: str) -> dict[str, str]:
    """What each report and ``show`` write of a batch."""
    settings = Run(linter.rules)
    outs = {name: io.StringIO() for name in (*REPORTS, "show")}
    outputs: list[Output] = [Show(outs["show"], settings)]
    for name in REPORTS:
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
    text = batch(canary_segments())
    assert leaks(text) == WORDS
    said = everything_said(Linter(Config(as_of=AS_OF, show_values=True)), text)
    assert leaks(said["show"]) == WORDS


def test_a_sound_batch_gives_nothing_away(linter: Linter) -> None:
    for name, said in everything_said(linter, batch(canary_segments())).items():
        assert not leaks(said), name


def test_broken_batches_give_nothing_away(linter: Linter) -> None:
    found = {}
    for what, segments in broken(canary_segments()):
        for name, said in everything_said(linter, batch(segments)).items():
            if words := leaks(said):
                found[f"{what} in {name}"] = words
    assert not found


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
    path.write_text(batch(canary_segments()), "latin-1")
    return str(path)


@pytest.mark.parametrize("name", [*REPORTS, "statistics"])
def test_a_rule_that_breaks_gives_nothing_away(name: str, canaries: str) -> None:
    form = ["--statistics"] if name == "statistics" else ["--output-format", name]
    done = run_with(PATCHED_RULE, "check", canaries, "--verbose", *form, "--as-of", str(AS_OF))
    assert done.returncode == 2
    assert not leaks(done.stdout + done.stderr)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["check", "show", "extract", "baseline"])
def test_what_breaks_inside_is_one_line_without_a_value(command: str, canaries: str) -> None:
    done = run_with(PATCHED_BATCH, command, canaries)
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


def test_a_baseline_holds_no_value(canaries: str) -> None:
    done = run("baseline", canaries, "--as-of", str(AS_OF))
    assert not leaks((done.stdout + done.stderr).decode())
