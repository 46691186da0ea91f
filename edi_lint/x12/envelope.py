"""The envelope: interchange, functional group and transaction set, their counts and control numbers.

Knows ISA, GS, ST and their trailers, and nothing of what stands inside a transaction set.
"""

from __future__ import annotations

from .fault import Fault
from .isa import isa_faults
from .segment import Ref, Segment

__all__ = ["Envelope"]

_UNCLOSED_ACKS = {"IEA": ("ta1", "023"), "GE": ("ak905", "3"), "SE": ("ik502", "2")}
"""What the acknowledgements say of a trailer that is missing."""


class Envelope:
    """Follows the envelope segments of one file in their order. Each method returns the faults it finds."""

    def __init__(self) -> None:
        self.isa: Segment | None = None
        self.gs: Segment | None = None
        self.st: Segment | None = None
        self.in_transaction = False
        """Between an ST and its SE; ``st`` stays until the next header, for what is said of the trailer."""
        self.set_lost = False
        """Claim segments came without their ST: what counts and closes the set says nothing new."""
        self._group_lost = False
        self.groups = 0
        self.transactions = 0
        self._isa_numbers: set[str] = set()
        self._gs_numbers: set[str] = set()
        self._st_numbers: set[str] = set()

    # -- headers --------------------------------------------------------------------------------------

    def open_interchange(self, isa: Segment) -> list[Fault]:
        """An ISA."""
        found = self._unclosed(isa)
        self._group_lost = self.set_lost = False
        self.isa, self.gs, self.st, self.in_transaction = isa, None, None, False
        self.groups = 0
        self._gs_numbers.clear()
        found += isa_faults(isa)
        number = isa.get(13).strip()
        if number in self._isa_numbers:
            found.append(Fault("interchange-repeated", isa, Ref(13)))
        self._isa_numbers.add(number)
        return found

    def open_group(self, gs: Segment) -> list[Fault]:
        """A GS."""
        found = self._unclosed(gs, "GE") if self.gs is not None else []
        self.gs, self.st, self.in_transaction = gs, None, False
        self.groups += 1
        self.transactions = 0
        self.set_lost = False
        self._st_numbers.clear()
        if gs.get(6) in self._gs_numbers:
            found.append(Fault("group-repeated", gs, Ref(6)))
        self._gs_numbers.add(gs.get(6))
        return found

    def open_transaction(self, st: Segment) -> list[Fault]:
        """An ST."""
        found = self._unclosed(st, "SE") if self.in_transaction else []
        if self.gs is None and not self._group_lost:
            found.append(Fault("group-missing", st))
            self._group_lost = True
            self.groups += 1
        self.set_lost = False
        self.st, self.in_transaction = st, True
        self.transactions += 1
        number = st.get(2)
        if number and number in self._st_numbers:
            found.append(Fault("transaction-repeated", st, Ref(2)))
        self._st_numbers.add(number)
        if self.gs is not None and st.get(3) and self.gs.get(8) and st.get(3) != self.gs.get(8).strip():
            found.append(Fault("guide-differs", st, Ref(3)))
        return found

    def lose_set(self) -> None:
        """Claim segments stand outside any transaction set: one whose ST is missing."""
        if not self.set_lost:
            self.set_lost = True
            self.transactions += 1

    # -- trailers -------------------------------------------------------------------------------------

    def close_transaction(self, se: Segment) -> list[Fault]:
        """An SE."""
        if self.st is None or not self.in_transaction:
            if self.set_lost:
                self.set_lost = False
                return []
            return [Fault("trailer-without-header", se, facts={"header": "ST"})]
        count = se.ordinal - self.st.ordinal + 1
        found = _count(se, count, "segment-count")
        if se.get(2) and se.get(2) != self.st.get(2):
            found.append(Fault("transaction-control-number", se, Ref(2), facts={"header": self.st.get(2)}))
        self.in_transaction = False
        return found

    def close_group(self, ge: Segment) -> list[Fault]:
        """A GE."""
        if self.gs is None:
            if self._group_lost:
                self._group_lost = False
                return []
            return [Fault("trailer-without-header", ge, facts={"header": "GS"})]
        found = self._unclosed(ge, "SE") if self.in_transaction else []
        found += _count(ge, self.transactions, "transaction-count")
        if ge.get(2) and _number(ge.get(2)) != _number(self.gs.get(6)):
            found.append(Fault("group-control-number", ge, Ref(2), facts={"header": self.gs.get(6)}))
        self.gs = self.st = None
        self.in_transaction = False
        return found

    def close_interchange(self, iea: Segment) -> list[Fault]:
        """An IEA."""
        if self.isa is None:
            return [Fault("trailer-without-header", iea, facts={"header": "ISA"})]
        found = self._unclosed(iea, "GE") if self.gs is not None else []
        found += _count(iea, self.groups, "group-count")
        if iea.get(2) and _number(iea.get(2)) != _number(self.isa.get(13)):
            found.append(Fault("interchange-control-number", iea, Ref(2), facts={"header": self.isa.get(13)}))
        self.isa = self.gs = self.st = None
        self.in_transaction = False
        return found

    def end(self, here: Segment, unfinished: int = 0) -> list[Fault]:
        """The end of the file; ``unfinished`` is the length in bytes of a segment without terminator."""
        return self._unclosed(here, unfinished=unfinished)

    def _unclosed(self, segment: Segment, expected: str = "IEA", unfinished: int = 0) -> list[Fault]:
        """What is still open when ``segment`` shows that it should have been closed: one fault for all of it."""
        lacking = []
        if self.in_transaction:
            lacking.append("SE")
        if self.gs is not None and expected != "SE":
            lacking.append("GE")
        if self.isa is not None and expected == "IEA":
            lacking.append("IEA")
        if not lacking:
            return []
        names = " and ".join([", ".join(lacking[:-1]), lacking[-1]]) if len(lacking) > 1 else lacking[0]
        facts: dict[str, str | int] = {"lacking": names, "unfinished": unfinished}
        facts |= {key: code for trailer, (key, code) in _UNCLOSED_ACKS.items() if trailer in lacking}
        return [Fault("not-closed", segment, segment_id=lacking[0], facts=facts)]


def _count(trailer: Segment, counted: int, kind: str) -> list[Fault]:
    """Compare a trailer's first element with what was counted; what is no number is the guide's business."""
    stated = trailer.get(1)
    if not stated.isdecimal() or int(stated[:12]) == counted:
        return []
    return [Fault(kind, trailer, Ref(1), facts={"stated": int(stated[:12]), "counted": counted})]


def _number(text: str) -> str:
    return text.strip().lstrip("0")
