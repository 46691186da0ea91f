"""A file of claims, part by part: the envelope followed, each transaction set walked, its units made into records.

What is not an 837P is named in one fault and passed over; what is said of an interchange waits until it is known to
hold claims. Knows no rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Protocol

import msgspec

from ..guide import PROFESSIONAL_CLAIM_GUIDES, Guide, OpenLoop, Segments, Unit, transaction_name, walk
from ..x12 import ByteStream, Envelope, Fault, Reader, Segment
from .assemble import Assembler, UnitRecord
from .records import Claim

__all__ = ["Batch", "Counts", "Part"]

_ENVELOPE_ACKS: dict[str, dict[str, str | int]] = {
    "GS01": {"ak905": "1"},
    "GS06": {"ak905": "6"},
    "GS08": {"ak905": "2"},
    "GE01": {"ak905": "5"},
    "GE02": {"ak905": "4"},
    "IEA01": {"ta1": "021"},
    "IEA02": {"ta1": "001"},
}
"""What the 999 or the TA1 says of a wrong element of the envelope; of any other, the TA1 says 024."""


class Counts(msgspec.Struct):
    """What was read of a file."""

    bytes: int = 0
    segments: int = 0
    transactions: int = 0
    claims: int = 0
    service_lines: int = 0


class Judged(Protocol):
    """A transaction set that is judged elsewhere: what it holds, and its SE."""

    claims: int
    service_lines: int
    se: Segment


class Elsewhere(Protocol):
    """Segments of a file of which some transaction sets are judged elsewhere: a `Reader` that knows which.

    Of such a set it has nothing to read but the ST.
    """

    faults: list[Fault]

    @property
    def bytes_read(self) -> int:
        """As of `Reader`."""

    @property
    def segments_read(self) -> int:
        """As of `Reader`."""

    def blocks(self) -> Iterator[list[Segment]]:
        """As of `Reader`."""

    def here(self) -> Segment:
        """As of `Reader`."""

    def judged(self, st: Segment, claims_before: int) -> Judged | None:
        """The judgement of the set that begins with ``st``, behind so many claims; None if it is to be read."""


class Part(msgspec.Struct):
    """Faults found together, and the record that they were found in: None for the envelope, header and trailer.

    ``cut`` is True for a record in which the transaction set broke off: it proves nothing. ``segment`` is the envelope
    segment (ISA, GS, ST or a trailer) that has just been read, behind what it ends and before what it begins;
    ``foreign`` is True for the ST of a transaction set that is no 837P and is passed over.
    ``signs`` holds what the segments of the record are signs of, for whom the guide was asked to gather them.
    ``loop`` is the loop of the record; of the header and the trailer, the transaction set. ``judged`` stands for all
    units of a transaction set that was judged elsewhere.
    """

    faults: list[Fault]
    record: UnitRecord | None = None
    cut: bool = False
    segment: Segment | None = None
    signs: int = 0
    foreign: bool = False
    loop: OpenLoop | None = None
    judged: Judged | None = None


class Batch:
    """Reads one stream. Iterate once for its parts, in file order; `counts` is complete afterwards.

    While a part is looked at, `envelope` holds the ISA, GS and ST around it; they are the same for those of one block.
    """

    def __init__(self, source: ByteStream | Reader | Elsewhere, guide: Guide) -> None:
        self.counts = Counts()
        self.envelope = Envelope()
        self._guide = guide
        self._reader = Reader(source) if isinstance(source, ByteStream) else source
        self._elsewhere = None if isinstance(self._reader, Reader) else self._reader
        self._segments = Segments(self._reader.blocks())
        self._assembler = Assembler()
        self._held: list[Fault] = []
        """Faults of the interchange that wait until it is known to hold claims."""
        self._foreign: list[Fault] = []
        """Groups that are not 837P: of a file without any claim, they are told as one."""
        self._foreign_interchange = False
        self._foreign_group = False
        self._group_begins = False
        """A group has begun, and what it holds is not known yet."""
        self._sets_in_interchange = 0
        self._unfinished = 0
        self._form: list[Fault] = []
        """What the reader had to say of segments that are still to come."""

    def __iter__(self) -> Iterator[Part]:
        return chain.from_iterable(self.blocks())

    def blocks(self) -> Iterator[list[Part]]:
        """The parts, as many at a time as are known together; none of these lists is empty."""
        while (segment := self._segments.next()) is not None:
            if segment.id != "ISA":
                yield from self._own(self._form_faults(segment))
            yield from self._segment(segment)
        yield from self._end()
        counts = self.counts
        counts.bytes = self._reader.bytes_read
        counts.segments = self._reader.segments_read
        counts.claims = self._assembler.claims

    # -- interchange and group ------------------------------------------------------------------------

    def _segment(self, segment: Segment) -> Iterator[list[Part]]:
        envelope = self.envelope
        name = segment.id
        if name == "ST":
            yield from self._transaction(segment)
        elif name == "ISA":
            yield from self._open_interchange(segment)
        elif name == "GS":
            yield from self._open_group(segment)
        elif name == "SE":
            yield from self._own(envelope.close_transaction(segment))
            yield [Part([], segment=segment)]
        elif name == "GE":
            self._group_begins = False
            yield from self._own([*envelope.close_group(segment), *self._control_faults(segment)])
            yield [Part([], segment=segment)]
            self._foreign_group = False
        elif name == "IEA":
            yield from self._close_interchange(segment)
            yield [Part([], segment=segment)]
        elif name == "TA1" and envelope.gs is None:
            self._held.append(Fault("not-837p", segment, facts={"what": "a TA1 (interchange acknowledgment)"}))
        elif not self._foreign_group and not envelope.in_transaction:
            # What the ST was that is missing here nobody knows: the rest of the set is part of this one fault.
            if not envelope.set_lost:
                yield from self._own([Fault("segment-outside-transaction", segment)])
            envelope.lose_set()

    def _open_interchange(self, isa: Segment) -> Iterator[list[Part]]:
        form = self._form_faults(isa)
        if form and self._sets_in_interchange and not self._foreign_interchange:
            yield [Part(form)]  # It stands in or behind the interchange before.
            form = []
        if self.envelope.isa is not None:
            # The one before was not closed.
            faults = self.envelope.open_interchange(isa)
            yield from self._own(faults[:1])
            yield from self._release()
            self._held = [*form, *faults[1:]]
        else:
            self._held = [*form, *self.envelope.open_interchange(isa)]
        self._foreign_interchange = self._foreign_group = self._group_begins = False
        self._sets_in_interchange = 0
        yield [Part([], segment=isa)]

    def _open_group(self, gs: Segment) -> Iterator[list[Part]]:
        faults = self.envelope.open_group(gs)
        # That the group before was not closed is told before this one begins.
        yield from self._own([fault for fault in faults if fault.kind == "not-closed"])
        self._held += [fault for fault in faults if fault.kind != "not-closed"]
        self._foreign_group, self._group_begins = False, True
        yield [Part([], segment=gs)]

    def _close_interchange(self, iea: Segment) -> Iterator[list[Part]]:
        lost = self.envelope.set_lost
        faults = [*self.envelope.close_interchange(iea), *self._control_faults(iea)]
        if self._is_foreign():
            self._held = []
        elif not self._sets_in_interchange and not lost:
            acknowledgments = [fault for fault in self._held if fault.kind == "not-837p"]
            self._held = acknowledgments or [*self._held, Fault("interchange-empty", iea), *faults]
        else:
            self._held += faults
        yield from self._release()

    def _is_foreign(self) -> bool:
        """Whether the group, or the whole interchange, holds something else than claims."""
        return self._foreign_group or self._foreign_interchange

    def _own(self, faults: list[Fault]) -> Iterator[list[Part]]:
        """Tell faults of the envelope, unless it holds something else than claims; behind others that wait."""
        if self._is_foreign():
            return
        self._held += faults
        if self._sets_in_interchange and not self._group_begins:
            yield from self._release()

    def _release(self) -> Iterator[list[Part]]:
        held, self._held = self._held, []
        if held:
            yield from self._tell_foreign()
            yield [Part(held)]

    def _form_faults(self, before: Segment | None = None) -> list[Fault]:
        """What the reader has to say of all that it has read, or of what stands before a segment.

        Half a segment at the end is for `_end` to tell.
        """
        if new := self._reader.faults:
            self._reader.faults = []
            self._unfinished += sum(int(fault.facts["bytes"]) for fault in new if fault.kind == "unfinished-segment")
            self._form += [fault for fault in new if fault.kind != "unfinished-segment"]
        found = [fault for fault in self._form if before is None or fault.segment.offset <= before.offset]
        self._form = self._form[len(found) :]
        return found

    def _end(self) -> Iterator[list[Part]]:
        if self._foreign:
            kinds = dict.fromkeys(str(fault.facts["what"]) for fault in self._foreign)
            self._foreign[0].facts["what"] = " and ".join(kinds)
            del self._foreign[1:]
            yield from self._tell_foreign()
        form = self._form_faults()
        if self._foreign_interchange:
            return
        yield from self._release()
        yield [Part(self.envelope.end(self._reader.here(), self._unfinished) + form)]

    # -- transaction sets -----------------------------------------------------------------------------

    def _transaction(self, st: Segment) -> Iterator[list[Part]]:
        envelope = self.envelope
        faults = envelope.open_transaction(st)
        gs = envelope.gs
        group_guide = gs.get(8) if gs is not None else ""
        what = transaction_name(group_guide, st.get(1), st.get(3))
        self._sets_in_interchange += 1
        self._group_begins = False
        if what is not None and group_guide.strip() not in PROFESSIONAL_CLAIM_GUIDES:
            yield [Part([], segment=st, foreign=True)]
            ak905 = "2" if gs is None or gs.get(1) == "HC" else "1"
            yield from self._skip_group(Fault("not-837p", gs or st, facts={"what": what, "ak905": ak905}))
            return
        if envelope.transactions == 1 and gs is not None:
            self._held += self._control_faults(gs)
        self._foreign_interchange = False
        yield from self._tell_foreign()
        yield from self._release()
        self.counts.transactions += 1
        if what is not None:
            foreign = Fault("transaction-set-foreign", st, facts={"what": what})
            yield [Part([*faults, foreign], segment=st, foreign=True)]
            self._skip_set()
            return
        # What is wrong with the ST is told with the header; that the set before was not closed, before this one begins.
        before = [fault for fault in faults if fault.kind == "not-closed"]
        yield [Part(before, segment=st)]
        yield from self._claims(st, [fault for fault in faults if fault not in before])

    def _claims(self, st: Segment, opening: list[Fault]) -> Iterator[list[Part]]:
        self._assembler.begin(self.envelope.isa or st, self.envelope.gs, st)
        yield from self._units(st, opening)

    def _units(self, st: Segment, opening: list[Fault]) -> Iterator[list[Part]]:
        """The units of a transaction set, and its trailer; with the first goes what is wrong with the ST."""
        if self._elsewhere is not None and not opening:
            judged = self._elsewhere.judged(st, self._assembler.claims)
            if judged is not None:
                self._assembler.claims += judged.claims
                self.counts.service_lines += judged.service_lines
                yield [Part([], judged=judged)]
                yield from self._end_set(judged.se, [])
                return
        for units in walk(self._guide.graph(st.delimiters), st, self._segments):
            parts = list(map(self._part, units))
            parts[0].faults, opening = opening + parts[0].faults, []
            se = units[-1].trailer
            if se is None:
                yield parts
                continue
            [trailer] = parts
            # What is wrong with the SE itself is told with what its count and control number say.
            own = [fault for fault in trailer.faults if fault.segment is se and fault.ref is not None]
            trailer.faults = [fault for fault in trailer.faults if fault not in own]
            yield parts
            yield from self._end_set(se, own)

    def _part(self, unit: Unit) -> Part:
        record, faults = self._assembler.record(unit), unit.faults
        if isinstance(record, Claim):
            self.counts.service_lines += len(record.lines)
        if self._reader.faults or self._form:
            behind = unit.following or unit.trailer or next(iter(self._segments.peek(1)), None)
            faults = [*faults, *self._form_faults(behind)]
        return Part(faults, record, unit.cut, signs=unit.signs, loop=unit.loop)

    def _end_set(self, se: Segment, faults: list[Fault]) -> Iterator[list[Part]]:
        yield [Part([*faults, *self.envelope.close_transaction(se)], segment=se)]

    def _control_faults(self, segment: Segment) -> list[Fault]:
        """What is wrong with the elements of a GS, GE or IEA."""
        found = []
        for kind, ref, facts in self._guide.graph(segment.delimiters).control[segment.id].faults(segment):
            acks = _ENVELOPE_ACKS.get(ref.name(segment.id), {"ta1": "024"})
            found.append(Fault(kind, segment, ref, facts=facts | acks))
        return found

    # -- what is not an 837P --------------------------------------------------------------------------

    def _skip_group(self, fault: Fault) -> Iterator[list[Part]]:
        if self._foreign_group:
            return
        self._foreign_group = True
        # Where claims came before, the interchange stays one of claims.
        self._foreign_interchange = self._foreign_interchange or self._sets_in_interchange == 1
        self._held = []
        self._foreign.append(fault)
        if self.counts.transactions:
            yield from self._tell_foreign()

    def _tell_foreign(self) -> Iterator[list[Part]]:
        found, self._foreign = self._foreign, []
        if found:
            yield [Part(found)]

    def _skip_set(self) -> None:
        self.envelope.in_transaction = False
        while (segment := self._segments.next()) is not None:
            if segment.id == "SE":
                return
            if segment.id in ("ST", "GE", "IEA", "ISA"):
                self._segments.put_back()
                return


class OneSet(Batch):
    """Reads one transaction set by itself: its units, nothing of the envelope around it.

    ``claims_before`` are those of the file before it. ``is_plain`` says, once it was read, that it ended with the SE
    that is the last segment of the source and that there was nothing to say of its form: that whoever reads the whole
    file sees the same.
    """

    def __init__(self, reader: Reader, guide: Guide, isa: Segment, gs: Segment, claims_before: int) -> None:
        super().__init__(reader, guide)
        self._reader: Reader = reader
        self.envelope.isa, self.envelope.gs = isa, gs
        self._assembler.claims = claims_before
        self._is_ended = False
        self.is_plain = False

    def blocks(self) -> Iterator[list[Part]]:
        st = self._segments.next()
        if st is None:
            return
        self.envelope.open_transaction(st)
        yield from self._claims(st, [])
        self.is_plain = self._is_ended and self._segments.next() is None and not self._reader.noted
        self.counts.claims = self._assembler.claims

    def _end_set(self, se: Segment, faults: list[Fault]) -> Iterator[list[Part]]:  # noqa: ARG002 - the count is the parent's
        self._is_ended = not faults
        return iter(())
