"""Batches for rules that look at a day: small claims of one patient, provider and date, unless told otherwise."""

from __future__ import annotations

from tests.conftest import base_segments, batch

__all__ = ["claim"]

DAY = "20260115"


def claim(number: int, *services: str, day: str = DAY, **swaps: str) -> str:
    """An interchange with one claim of these services (``99213:25``, ``96372*2`` for two units).

    ``swaps`` change other values of the base claim: ``patient`` (the member), ``rendering`` (the NPI), ``payer`` (its
    claim filing indicator), ``frequency`` (CLM05-3) and ``diagnoses`` (HI).
    """
    head = base_segments()
    claim_at = next(at for at, segment in enumerate(head) if segment.startswith("CLM*"))
    lines_at = head.index("LX*1")
    trailer_at = next(at for at, segment in enumerate(head) if segment.startswith("SE*"))
    lines = []
    for position, service in enumerate(services, 1):
        code, _, units = service.partition("*")
        sv1 = f"SV1*HC:{code}*20*UN*{units or 1}***1"
        lines += [f"LX*{position}", sv1, f"DTP*472*D8*{day}", f"REF*6R*A{number}L{position}"]
    segments = [*head[:claim_at], *head[claim_at:lines_at], *lines, *head[trailer_at:]]
    text = batch(segments)
    changes = {
        "CLM*A1001*151.5*": f"CLM*A{number}*{20 * len(services)}*",
        "000000001": f"{number:09}",
        "W100001001": swaps.get("patient", "W100001001"),
        "1993005010": swaps.get("rendering", "1993005010"),
        "*CI~": f"*{swaps.get('payer', 'CI')}~",
        "11:B:1": f"11:B:{swaps.get('frequency', '1')}",
        "ABK:E538*ABF:I10": swaps.get("diagnoses", "ABK:E538*ABF:I10"),
    }
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text
