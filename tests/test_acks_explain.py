"""Acknowledgements explained: whose they are, whatever their delimiters, nobody's name without being asked."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from edi_lint.acks import codes, words
from edi_lint.acks.explain import Explanation
from edi_lint.rules import RULES, ack_codes
from tests.acks_tools import DOCUMENTS, answered
from tests.conftest import CORPUS, FIXTURES
from tests.test_acks_judge import RIGHT_277CA, RIGHT_999, RIGHT_TA1

OTHERS = sorted(CORPUS.glob("not-837p/*")) if CORPUS.is_dir() else []
BATCHES = sorted(path for path in FIXTURES.iterdir() if path.suffix == ".edi")


def explained(text: str | bytes, **shown: bool) -> str:
    data = text if isinstance(text, bytes) else text.encode("latin-1")
    return "\n".join(Explanation(io.BytesIO(data), **shown))


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "edi_lint", "explain-ack", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=False)


def test_a_999_as_sentences() -> None:
    assert explained(RIGHT_999) == (
        "Interchange 000000901 of 2026-03-01 10:16, from RECEIVERTEST to SENDERTEST, a test.\n"
        "  TA1: your interchange 000000101 of 2026-02-28 10:15 is accepted.\n"
        "  999: on your group 101 (HC, guide 005010X222A1).\n"
        "    Transaction set 0001 (837): accepted.\n"
        "    Transaction set 0002 (837): rejected (segments are wrong by X12's own rules [5]; "
        "segments are wrong by the implementation guide [I5]).\n"
        "      Segment 19, CLM of loop 2300, has elements that are wrong [8].\n"
        "        It lies in claim T2001.\n"
        "        CLM02 is required and missing [1].\n"
        "        CLM05-1 has a character that is not allowed [6]. Sent was: ….\n"
        "      Segment 20, DTP of loop 2300, is required in this situation and missing [I6].\n"
        "        Because of CLM11-1 in segment 19.\n"
        "        It lies in claim T2001.\n"
        "    Transaction set 0003 (837): accepted, with errors noted; do not send it again "
        "(segments are wrong by the implementation guide [I5]).\n"
        "      Segment 12, NM1 of loop 2010BA, has elements that are wrong [8].\n"
        "        NM104 is required in this situation and missing [I9].\n"
        "        Because of NM102 in segment 12.\n"
        "    The group is accepted in part: some transaction sets are rejected. Sets sent 3, received 3, accepted 2."
    )


def test_a_277ca_as_sentences() -> None:
    assert explained(RIGHT_277CA) == (
        "Interchange 000000902 of 2026-03-01 10:16, from RECEIVERTEST to SENDERTEST, a test.\n"
        "  277CA CA0001 of 2026-03-01.\n"
        "    Number RUN0001 of the clearinghouse … (TSTHOUSE) (received 2026-02-28, processed 2026-03-01).\n"
        "    Batch B0001 of the submitter … (TSTBILL) ($300, 1 claim accepted, 2 claims rejected, $75 accepted, "
        "$225 rejected): accepted.\n"
        "      Received: the clearinghouse has it [A1:19:AY].\n"
        "    For the billing provider … (1993000011) ($195, 1 claim accepted, 1 claim rejected, $75 accepted, "
        "$120 rejected): accepted.\n"
        "      Received: the clearinghouse has it [A1:19:AY].\n"
        "      Claim T3001 (of the patient … (…), $75, service of 2026-01-05): accepted.\n"
        "        Accepted into processing: taken in for processing [A2:20].\n"
        "      Claim T3002 (of the patient … (…), $120, service of 2026-01-06 to 2026-01-07): rejected.\n"
        "        Rejected, something is not valid: the NPI of the rendering provider [A7:562:82].\n"
        "        Returned, it cannot be processed: something in a service line (its own status says what) [A3:247].\n"
        "        In words: …\n"
        "        Service line HC:99213:25 ($60, line T3002L1, service of 2026-01-06): rejected.\n"
        "          Rejected, values do not fit each other: a diagnosis pointer [A8:477].\n"
        "    For the billing provider … (…) ($105, 1 claim rejected, $105 rejected): rejected.\n"
        "      Rejected, something is not valid: the tax id of the billing provider [A7:128:85]."
    )


def test_a_ta1_as_a_sentence() -> None:
    assert explained(RIGHT_TA1).endswith(
        "TA1: your interchange 000000101 of 2026-02-28 10:15 is rejected as a whole: "
        "IEA01 counts other groups than there are."
    )


def test_any_delimiters() -> None:
    for text in (RIGHT_999, RIGHT_277CA, RIGHT_TA1):
        other = text.replace("*", "|").replace(":", "}").replace("~\n", "^").replace("|^|00501", "|!|00501")
        assert explained(other) == explained(text)


def test_nobody_is_named_unless_asked_for() -> None:
    hidden = explained(RIGHT_999) + explained(RIGHT_277CA)
    for value in ("DOE", "JANE", "W100001001", "TESTDOCTOR", "690000001", "TEST PRACTICE", "1!", "THE NPI IS WRONG"):
        assert value not in hidden
    shown = explained(RIGHT_277CA, show_values=True)
    assert "the patient JANE DOE (W100001001)" in shown
    assert "In words: THE NPI IS WRONG" in shown
    assert "Sent was: 1!." in explained(RIGHT_999, show_values=True)
    assert "T3002 " not in explained(RIGHT_277CA, mask_claim_ids=True)
    assert "claim …" in explained(RIGHT_999, mask_claim_ids=True)


def test_unknown_codes_are_shown_as_such() -> None:
    odd = RIGHT_277CA.replace("A7:562:82", "A9:9999:ZQ")
    assert (
        "Category A9, which edi-lint does not know: status 9999, which edi-lint does not know (about entity ZQ) "
        in (explained(odd))
    )
    assert "[A9:9999:ZQ]" in explained(odd)
    assert "code 99, which edi-lint does not know [99]" in explained(RIGHT_999.replace("*2300*I6", "*2300*99"))


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in explained(RIGHT_999.replace("CLM01:T2001", "CLM01:T\x1b[2J", 1))


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.name)
def test_public_files(path: Path) -> None:
    explanation = Explanation(io.BytesIO(path.read_bytes()), show_values=True)
    told = list(explanation)
    kind = path.name.partition("__")[0]
    assert bool(explanation.answers) == (kind in ("277", "277CA", "997", "999", "noST"))
    if explanation.answers:
        assert len(told) > 1


@pytest.mark.parametrize("path", BATCHES, ids=lambda path: path.name)
def test_our_own_are_explained_without_an_unknown_code(path: Path) -> None:
    for one in answered(path.read_bytes())[0]:
        for document in DOCUMENTS:
            assert "does not know" not in explained(getattr(one, document))


def test_the_command() -> None:
    done = run("-", stdin=RIGHT_TA1.encode("ascii"))
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().splitlines()[-1].endswith("IEA01 counts other groups than there are.")
    done = run(str(FIXTURES / "base.edi"), str(FIXTURES / "not-837p-999.edi"))
    assert done.returncode == 1
    assert b"There is no acknowledgement in it" in done.stdout
    assert run("no-such-file.999").returncode == 2
    for path in ("empty.edi", "not-x12.txt"):
        done = run(str(FIXTURES / path))
        assert (done.returncode, done.stderr) == (1, b"")


def test_every_code_that_is_written_has_words() -> None:
    assert set(words.TA1_NOTES) == ack_codes.TA1_NOTES
    assert set(words.GROUP_CODES) == ack_codes.AK905
    assert set(words.SET_CODES) == ack_codes.IK502
    assert set(words.IK304) == ack_codes.IK304
    assert set(words.IK403) >= ack_codes.IK403
    assert set(words.CATEGORIES) >= ack_codes.CATEGORIES
    for entities in ack_codes.ENTITIES.values():
        assert entities <= set(words.ENTITIES)
    assert {status.split(":")[1] for rule in RULES.values() for status in rule.acks.stc} <= set(words.STATUSES)
    for code, text in words.STATUSES.items():
        assert ("{e}" in text) == (code in codes.NEEDS_ENTITY), code
