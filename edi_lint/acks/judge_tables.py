"""What a TA1, a 999 and a 277CA may hold, as tables: order, usage, repeats, lengths and code values.

From acks.md 1.2 to 1.4 (themselves from stupidedi's X231A1 and X214 and from X12 RFIs), not from pyx12's maps, which
fail the guides' own examples. A `Loop` is entered at its first segment. In an element's usage R is required, S may be
sent, N must not be. Knows no counts and no sums: those are `judge`'s.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ..rules.ack_codes import AK905, CATEGORIES, IK304, IK403, IK502, TA1_NOTES

__all__ = ["CLAIM_ACKNOWLEDGMENT", "CONTROL", "IMPLEMENTATION_ACKNOWLEDGMENT", "Element", "Loop", "Use"]


class Element(msgspec.Struct, frozen=True):
    """An element or a component: its usage and the expression that its value must match."""

    usage: str
    pattern: str
    components: tuple[Element, ...] = ()


class Use(msgspec.Struct, frozen=True):
    """A segment in its place; ``marks`` are the first elements (or components) that make it this one."""

    id: str
    usage: str
    most: int
    elements: tuple[Element, ...]
    marks: tuple[str, ...] = ()
    mark_at: int = 1


class Loop(msgspec.Struct, frozen=True):
    """Segments and loops in their order; ``most`` 0 is without limit."""

    id: str
    usage: str
    most: int
    members: tuple[Use | Loop, ...]


def _r(pattern: str) -> Element:
    return Element("R", pattern)


def _s(pattern: str) -> Element:
    return Element("S", pattern)


def _codes(codes: Iterable[str]) -> str:
    return "|".join(sorted(codes))


def _an(least: int, most: int) -> str:
    """Text without blanks at its ends."""
    return f"(?=[ -~]{{{least},{most}}}\\Z)(?! )[ -~]*[!-~]"


_N = Element("N", "")
_MONTH_AND_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_DAY = f"[0-9]{{4}}{_MONTH_AND_DAY}"
_TIME = "(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9](?:[0-9]{1,2})?)?"
_MONEY = "(?=.{1,18}\\Z)-?(?:[0-9]+(?:\\.[0-9]*[1-9])?|\\.[0-9]*[1-9])"
_COUNT = "[1-9][0-9]{0,14}"
_CONTROL = "[0-9]{1,9}"
_SEGMENT = "[A-Z][A-Z0-9]{1,2}"
_LOOP = "[0-9A-Z]{1,6}"
_POSITION = "[1-9][0-9]{0,9}"
_ONE_ELEMENT = Element("R", "", (_r("[1-9][0-9]?"), _s("[1-9][0-9]?"), _s("[1-9][0-9]{0,3}")))
_AN_ELEMENT = Element("S", "", _ONE_ELEMENT.components)

# -- envelope ---------------------------------------------------------------------------------------------

_QUALIFIER = "[0-2][0-9]|3[0-8]|AM|NR|SA|SN|ZZ"
"""All of X12's, not only those that the guides use: the answer has to name its sender as he named himself."""
_MARK = "[^A-Za-z0-9 ]"

CONTROL = {
    "ISA": Use(
        "ISA",
        "R",
        1,
        (
            _r("00|03"),
            _r(".{10}"),
            _r("00|01"),
            _r(".{10}"),
            _r(_QUALIFIER),
            _r("[ -~]{15}"),
            _r(_QUALIFIER),
            _r("[ -~]{15}"),
            _r(f"[0-9]{{2}}{_MONTH_AND_DAY}"),
            _r("(?:[01][0-9]|2[0-3])[0-5][0-9]"),
            _r(_MARK),
            _r("00501"),
            _r("[0-9]{9}"),
            # An acknowledgment is not itself acknowledged.
            _r("0"),
            _r("[PT]"),
            _r(_MARK),
        ),
    ),
    "TA1": Use("TA1", "S", 1, (_r("[0-9]{9}"), _r("[0-9]{6}"), _r("[0-9]{4}"), _r("[AER]"), _r(_codes(TA1_NOTES)))),
    "GS": Use(
        "GS",
        "S",
        0,
        (_r("FA|HN"), _r(_an(2, 15)), _r(_an(2, 15)), _r(_DAY), _r(_TIME), _r(_CONTROL), _r("X"), _r(_an(1, 12))),
    ),
    "GE": Use("GE", "S", 0, (_r("[0-9]{1,6}"), _r(_CONTROL))),
    "IEA": Use("IEA", "R", 1, (_r("[0-9]{1,5}"), _r("[0-9]{9}"))),
}


def _set(set_id: str, guide: str, *members: Use | Loop) -> Loop:
    st = Use("ST", "R", 1, (_r(set_id), _r("[A-Za-z0-9]{4,9}"), _r(guide)))
    se = Use("SE", "R", 1, (_r("[0-9]{1,10}"), _r("[A-Za-z0-9]{4,9}")))
    return Loop("ST", "R", 1, (st, *members, se))


# -- 999 --------------------------------------------------------------------------------------------------


def _trigger(most: int) -> Use:
    context = Element("R", "", (_r("SITUATIONAL TRIGGER"), _N))
    elements = (context, _r(_SEGMENT), _r(_POSITION), _s(_LOOP), _AN_ELEMENT, _N)
    return Use("CTX", "S", most, elements, ("SITUATIONAL TRIGGER",))


_UNITS = (
    "CLM01",
    "TRN02",
    "NM109",
    "PATIENT NAME NM109",
    "SUBSCRIBER NAME NM109",
    "ENT01",
    "SUBSCRIBER NUMBER REF02",
)
_BUSINESS_UNIT = Use(
    "CTX", "S", 1, (Element("R", "", (_r(_codes(_UNITS)), _r(_an(1, 35)))), _N, _N, _N, _N, _N), _UNITS
)
_SYNTAX_CODES = tuple(_s(_codes(IK502)) for _ in range(5))
_GROUP_CODES = tuple(_s(_codes(AK905)) for _ in range(5))

IMPLEMENTATION_ACKNOWLEDGMENT = _set(
    "999",
    "005010X231A1",
    Use("AK1", "R", 1, (_r("[A-Z]{2}"), _r(_CONTROL), _r(_an(1, 12)))),
    Loop(
        "2000",
        "S",
        0,
        (
            Use("AK2", "R", 1, (_r("[A-Z0-9]{3}"), _r("[A-Za-z0-9]{4,9}"), _s(_an(1, 35)))),
            Loop(
                "2100",
                "S",
                0,
                (
                    Use("IK3", "R", 1, (_r(_SEGMENT), _r(_POSITION), _s(_LOOP), _r(_codes(IK304)))),
                    _trigger(9),
                    _BUSINESS_UNIT,
                    Loop(
                        "2110",
                        "S",
                        0,
                        (
                            Use(
                                "IK4",
                                "R",
                                1,
                                (_ONE_ELEMENT, _s("[1-9][0-9]{0,3}"), _r(_codes(IK403)), _s(_an(1, 99))),
                            ),
                            _trigger(10),
                        ),
                    ),
                ),
            ),
            Use("IK5", "R", 1, (_r("[AERMWX]"), *_SYNTAX_CODES)),
        ),
    ),
    Use("AK9", "R", 1, (_r("[AEPRMWX]"), _r("[0-9]{1,6}"), _r("[0-9]{1,6}"), _r("[0-9]{1,6}"), *_GROUP_CODES)),
)

# -- 277CA ------------------------------------------------------------------------------------------------

_STATUS_PARTS = (_r(_codes(CATEGORIES)), _r("[0-9]{1,4}"), _s("[A-Z0-9]{2,3}"), _N)
_STATUS, _MORE_STATUS = Element("R", "", _STATUS_PARTS), Element("S", "", _STATUS_PARTS)


def _stc(day: Element, action: str, amount: Element, text: Element) -> Use:
    elements = (_STATUS, day, _r(action), amount, _N, _N, _N, _N, _N, _MORE_STATUS, _MORE_STATUS, text)
    return Use("STC", "R", 0, elements)


def _name(entity: str, types: str, qualifiers: str, *, is_named: bool, has_suffix: bool) -> Use:
    part = _s(_an(1, 35)) if is_named else _N
    middle = _s(_an(1, 25)) if is_named else _N
    suffix = _s(_an(1, 10)) if has_suffix else _N
    elements = (_r(entity), _r(types), _r(_an(1, 60)), part, middle, _N, suffix, _r(qualifiers), _r(_an(2, 80)))
    return Use("NM1", "R", 1, (*elements, _N, _N, _N))


def _hl(parent: Element, code: str, child: Element) -> Use:
    return Use("HL", "R", 1, (_r("[1-9][0-9]{0,11}"), parent, _r(code), child), (code,), 3)


def _trn(kind: str, usage: str = "R") -> Use:
    return Use("TRN", usage, 1, (_r(kind), _r(_an(1, 50)), _N, _N))


def _dtp(qualifier: str, formats: str, usage: str = "R") -> Use:
    return Use("DTP", usage, 1, (_r(qualifier), _r(formats), _r(f"{_DAY}(?:-{_DAY})?")), (qualifier,))


def _ref(usage: str, most: int, *qualifiers: str) -> Use:
    return Use("REF", usage, most, (_r(_codes(qualifiers)), _r(_an(1, 50)), _N, _N), qualifiers)


def _totals(accepted: str, rejected: str) -> tuple[Use, ...]:
    quantities = [Use("QTY", "S", 1, (_r(code), _r(_COUNT), _N, _N), (code,)) for code in (accepted, rejected)]
    amounts = [Use("AMT", "S", 1, (_r(code), _r(_MONEY), _N), (code,)) for code in ("YU", "YY")]
    return (*quantities, *amounts)


_PARENT = _r("[1-9][0-9]{0,11}")
_PROCEDURE = Element("R", "", (_r("AD|ER|HC|HP|IV|NU|WK"), _r(_an(1, 48)), *(_s("[ -~]{2}") for _ in range(4)), _N, _N))

_LINE = Loop(
    "2220D",
    "S",
    0,
    (
        Use("SVC", "R", 1, (_PROCEDURE, _r(_MONEY), _N, _s(_an(1, 48)), _N, _N, _s(_MONEY))),
        # The guides differ on STC12 here (acks.md, 8): what may stand at the claim is not sent here.
        _stc(_N, "U", _N, _N),
        _ref("R", 1, "FJ"),
        _ref("S", 1, "XZ"),
        _dtp("472", "D8|RD8", "S"),
    ),
)
_CLAIM = Loop(
    "2200D",
    "S",
    0,
    (
        _trn("2"),
        _stc(_r(_DAY), "U|WQ", _r(_MONEY), _s(_an(1, 264))),
        _ref("S", 1, "1K"),
        _ref("S", 1, "D9"),
        _ref("S", 1, "BLT"),
        _dtp("472", "D8|RD8"),
        _LINE,
    ),
)
_PATIENT = Loop(
    "2000D",
    "S",
    0,
    (_hl(_PARENT, "PT", _N), _name("QC", "1", "II|MI", is_named=True, has_suffix=True), _CLAIM),
)
_PROVIDER = Loop(
    "2000C",
    "S",
    0,
    (
        _hl(_PARENT, "19", _r("[01]")),
        _name("85", "[12]", "XX|FI|SV", is_named=True, has_suffix=True),
        Loop(
            "2200C",
            "S",
            1,
            (
                _trn("1"),
                msgspec.structs.replace(_stc(_N, "U|WQ", _r(_MONEY), _N), usage="S"),
                _ref("S", 3, "0B", "1G", "G2", "LU", "SY", "TJ"),
                *_totals("QA", "QC"),
            ),
        ),
        _PATIENT,
    ),
)
_RECEIVER = Loop(
    "2000B",
    "R",
    1,
    (
        _hl(_PARENT, "21", _r("[01]")),
        _name("41", "[12]", "46", is_named=True, has_suffix=False),
        Loop("2200B", "R", 1, (_trn("2"), _stc(_r(_DAY), "U|WQ", _r(_MONEY), _N), *_totals("90", "AA"))),
        _PROVIDER,
    ),
)
CLAIM_ACKNOWLEDGMENT = _set(
    "277",
    "005010X214",
    Use("BHT", "R", 1, (_r("0085"), _r("08"), _r(_an(1, 50)), _r(_DAY), _r(_TIME), _r("TH"))),
    Loop(
        "2000A",
        "R",
        1,
        (
            _hl(_N, "20", _r("1")),
            _name("PR|AY", "2", "46|FI|PI|XV", is_named=False, has_suffix=False),
            Loop("2200A", "R", 1, (_trn("1"), _dtp("050", "D8"), _dtp("009", "D8"))),
            _RECEIVER,
        ),
    ),
)
