"""Apply a rule's examples to the clean base claim: the rule's tests, and the diff on its page."""

from __future__ import annotations

from .registry import Edit

__all__ = ["added", "apply", "other_payer", "patient", "payer"]


def apply(base: str, edit: Edit) -> str:
    """The base batch (segments ended by ``~``, with or without line breaks) after the edit, one segment per line.

    Raises ValueError when a text that should be replaced is not in the base.
    """
    text = base.replace("\n", "")
    for old, new in edit.replace.items():
        if old not in text:
            raise ValueError(f"the base claim has no {old!r}")
        text = text.replace(old, new)
    segments = text.split("~")[:-1]
    start = next(number for number, segment in enumerate(segments) if segment.startswith("ST*"))
    end = next(number for number, segment in enumerate(segments) if segment.startswith("SE*"))
    trailer = segments[end].split("*")
    trailer[1] = str(end - start + 1)
    segments[end] = "*".join(trailer)
    return "".join(f"{segment}~\n" for segment in segments)


def patient(birth_date: str, gender: str) -> dict[str, str]:
    """The part of an edit that gives the patient of either base claim this date of birth (CCYYMMDD) and gender."""
    # The patients of the two differ, and a text must be in both: so first both get both, then the one asked for.
    subscriber, dependent = "DMG*D8*19750412*F~", "DMG*D8*20100309*M~"
    return {
        "~DMG*D8*": f"~{dependent}DMG*D8*",
        dependent: subscriber,
        subscriber + subscriber: f"DMG*D8*{birth_date}*{gender}~",
    }


def payer(claim_filing_indicator: str) -> dict[str, str]:
    """The part of an edit that sends the claim to another kind of payer; to Medicare (MB) with a Medicare number."""
    return {"*CI~": f"*{claim_filing_indicator}~"} | (
        {"*MI*W100001001~": "*MI*1EG4TE5MK73~"} if claim_filing_indicator == "MB" else {}
    )


def other_payer(sbr: str) -> dict[str, str]:
    """The part of an edit that names another payer, with these elements in its SBR; it has decided nothing."""
    named = "NM1*IL*1*DOE*JANE****MI*W100009001~NM1*PR*2*OTHER PLAN*****PI*TSTBL~"
    return {"LX*1~": f"SBR*{sbr}~OI***Y***Y~{named}LX*1~"}


def added(*services: str) -> dict[str, str]:
    """The part of an edit that puts service lines (``96365`` or ``99213:25``), 20 dollars each, behind the last one."""
    lines = "".join(
        f"LX*{number}~SV1*HC:{service}*20*UN*1***1~DTP*472*D8*20260115~REF*6R*A1001L{number}~"
        for number, service in enumerate(services, 4)
    )
    return {"CTP****1*ML~": f"CTP****1*ML~{lines}", "*151.5*": f"*{151.5 + 20 * len(services)}*"}
