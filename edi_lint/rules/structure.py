"""The rules behind what the syntax and the guide find: each kind of fault with its id, severity, words and codes.

The generators of the faults are `x12` and `guide`; here is only how a fault is told. In a message, ``{segment}``,
``{element}``, ``{loop}`` and the fault's own facts are filled in; a value of the file never is.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..findings import Severity
from .registry import Acks, Rule, register

__all__ = ["CRASHED", "NOT_LOADED", "SET_CODES", "STALE", "STRUCTURE", "fill"]

STRUCTURE: dict[str, Rule] = {}
"""The rule for each kind of fault."""

SET_CODES = {"ST01": "6", "ST02": "7", "ST03": "I6", "SE01": "4", "SE02": "3"}
"""IK502 for what is wrong with an element around a transaction set: IK3 and IK4 are for what is inside."""

_X12 = "X12.5 and X12.6, control structures and syntax"
_GUIDE = "005010X222A1, as compiled from pyx12's map"


def _add(
    id: str,
    name: str,
    message: str,
    fix: str,
    why: str,
    severity: Severity = "error",
    snip: int = 1,
    source: str = _X12,
    kind: str = "",
    summary: str = "",
    **acks: str,
) -> None:
    STRUCTURE[kind or name] = register(
        Rule(
            id=id,
            name=name,
            severity=severity,
            snip=snip,
            summary=summary or why,
            why=why,
            fix=fix,
            source=source,
            level=("file",),
            acks=Acks(**acks),  # type: ignore[arg-type]
            message=message,
        )
    )


# -- The file and its envelope ----------------------------------------------------------------------------

_add(
    "ENV001", "not-x12",
    "This is {what}, not an X12 interchange: it has no ISA segment.",
    "Send the claim batch itself: a text file that begins with ISA and ends with IEA.",
    "Only an X12 interchange can be read; nothing in this file was checked.",
    ta1="022",
)  # fmt: skip
_add(
    "ENV002", "isa-unreadable",
    "The ISA segment cannot be read: its separators cannot be told.",
    "Write the ISA with its 16 elements in fixed widths, 106 characters with the terminator.",
    "The ISA declares the separators; without them nothing of the interchange can be read.",
    ta1="022",
)  # fmt: skip
_add(
    "ENV003", "not-837p",
    "This is {what}, not a professional claim batch (837P, 005010X222A1). It was not checked.",
    "Send 837P batches to this check, and other transactions to where they belong.",
    "edi-lint checks professional claims; it names everything else and leaves it alone.",
    snip=2, source=_GUIDE, ak905="2",
)  # fmt: skip
_add(
    "ENV004", "isa-elements",
    "The ISA has {count} elements; it must have 16.",
    "Write all 16 elements of the ISA in their fixed widths.",
    "A receiver reads the ISA by position; with elements missing or added it misreads the separators.",
    ta1="022",
)  # fmt: skip
_add(
    "ENV005", "isa-width",
    "The ISA is not 106 characters long: {widths}.",
    "Pad each ISA element with blanks (ISA13 with zeros) to its fixed width.",
    "Most receivers read the ISA by position and reject an interchange whose ISA has another length.",
    ta1="022",
)  # fmt: skip
_add(
    "ENV006", "isa-element",
    "{element}, the {name}, has a content that is not allowed.",
    "Enter what your receiver's companion guide says for this element.",
    "The receiver rejects the whole interchange with a TA1, and no claim of it is looked at.",
)  # fmt: skip
_add(
    "ENV007", "not-closed",
    "The file goes on or ends without {lacking}{unfinished_text}.",
    "Send the batch again from its source: the file was cut off, or its trailer was not written.",
    "A batch without its trailers counts as incomplete; the receiver cannot know what is lost.",
    ta1="023", ak905="3", ik502="2",
)  # fmt: skip
_add(
    "ENV008", "interchange-control-number",
    "IEA02 does not repeat the interchange control number of the ISA ({header}).",
    "Write the ISA13 of the same interchange into IEA02.",
    "Header and trailer must belong together, or parts of two batches may have been joined.",
    ta1="001",
)  # fmt: skip
_add(
    "ENV009", "group-count",
    "IEA01 says {stated} functional groups, but the interchange has {counted}.",
    "Write {counted} into IEA01, or send the groups that are missing.",
    "A wrong count means that something was lost or added on the way.",
    ta1="021",
)  # fmt: skip
_add(
    "ENV010", "group-control-number",
    "GE02 does not repeat the group control number of the GS ({header}).",
    "Write the GS06 of the same group into GE02.",
    "Header and trailer must belong together.",
    ak905="4",
)  # fmt: skip
_add(
    "ENV011", "transaction-count",
    "GE01 says {stated} transaction sets, but the group has {counted}.",
    "Write {counted} into GE01, or send the transaction sets that are missing.",
    "A wrong count means that something was lost or added on the way.",
    ak905="5",
)  # fmt: skip
_add(
    "ENV012", "transaction-control-number",
    "SE02 does not repeat the transaction set control number of the ST ({header}).",
    "Write the ST02 of the same transaction set into SE02.",
    "Header and trailer must belong together.",
    ik502="3",
)  # fmt: skip
_add(
    "ENV013", "segment-count",
    "SE01 says {stated} segments, but the transaction set has {counted}.",
    "Write {counted} into SE01 (ST and SE count too), or send the segments that are missing.",
    "The count is the receiver's only proof that nothing was lost: a wrong one rejects every claim in the set.",
    ik502="4",
)  # fmt: skip
_add(
    "ENV014", "interchange-repeated",
    "ISA13 repeats the control number of an earlier interchange of this file.",
    "Give every interchange a control number of its own.",
    "The receiver takes the second for a copy of the first and rejects it.",
    ta1="025",
)  # fmt: skip
_add(
    "ENV015", "group-repeated",
    "GS06 repeats the control number of an earlier group of this interchange.",
    "Give every group of an interchange a control number of its own.",
    "The receiver cannot tell the two groups apart.",
    ak905="19",
)  # fmt: skip
_add(
    "ENV016", "transaction-repeated",
    "ST02 repeats the control number of an earlier transaction set of this group.",
    "Give every transaction set of a group a control number of its own.",
    "The receiver cannot tell the two transaction sets apart.",
    ik502="23",
)  # fmt: skip
_add(
    "ENV017", "guide-differs",
    "ST03 names another guide than GS08.",
    "Write the same guide, 005010X222A1, into GS08 and ST03.",
    "The receiver does not know by which guide to read the transaction set.",
    snip=2, ik502="I6",
)  # fmt: skip
_add(
    "ENV018", "group-missing",
    "A transaction set begins without a functional group (GS) around it.",
    "Put a GS segment before the first ST and a GE behind the last SE.",
    "Transaction sets are accepted by group; without a GS there is nothing to accept.",
    ta1="024",
)  # fmt: skip
_add(
    "ENV019", "trailer-without-header",
    "{segment} closes something that was never opened: there is no {header} before it.",
    "Remove the {segment}, or send the {header} that belongs to it.",
    "What the trailer should close is lost or was sent elsewhere.",
    ta1="022",
)  # fmt: skip
_add(
    "ENV020", "segment-outside-transaction",
    "{segment} stands outside any transaction set.",
    "Put every claim segment between an ST and its SE.",
    "What stands outside a transaction set is not read by the receiver: it is lost.",
    ta1="022",
)  # fmt: skip
_add(
    "ENV021", "data-outside-interchange",
    "There is data outside the interchange, before the ISA or behind the IEA; it was not read.",
    "Remove what is not part of an interchange, or put it into one of its own.",
    "What stands outside an interchange is not read by the receiver: it is lost.",
    ta1="022",
)  # fmt: skip
_add(
    "ENV022", "segment-too-long",
    "A segment is longer than {limit} bytes; it was left out. Its terminator is probably missing.",
    "Check the separators of the batch, and send it again from its source.",
    "No segment of an 837P is longer than a few thousand bytes.",
    ik304="8",
)  # fmt: skip
_add(
    "ENV023", "transaction-set-foreign",
    "In this group of professional claims, this transaction set is {what}. It was not checked.",
    "Send each kind of transaction set in a group of its own.",
    "A group holds transaction sets of one kind; the receiver rejects others.",
    ik502="1",
)  # fmt: skip
_add(
    "ENV025", "component-separator",
    "ISA16 declares {declared} as the component separator, but the claims use {used}; they were read with that.",
    "Write {used} into ISA16, or build the composite elements with {declared}.",
    "A receiver splits composites at the separator of ISA16: it finds none, and rejects every claim.",
    ta1="027",
)  # fmt: skip
_add(
    "ENV026", "segment-ids-lower-case",
    "The segment identifiers are in lower case; they are read as capitals.",
    "Write all segment identifiers in capitals, as CLM and SV1.",
    "X12 knows its segments by capitals; most receivers find none of the segments of such an interchange.",
    ta1="022",
)  # fmt: skip
_add(
    "ENV030", "byte-order-mark",
    "The file begins with a byte order mark (BOM).",
    "Save the batch as plain ASCII without BOM.",
    "Many receivers expect ISA as the very first bytes and reject the file.",
    severity="warning",
)  # fmt: skip
_add(
    "ENV031", "leading-blanks",
    "There are blanks or empty lines before the ISA.",
    "Begin the file with ISA.",
    "Many receivers expect ISA as the very first bytes and reject the file.",
    severity="warning",
)  # fmt: skip
_add(
    "ENV032", "control-z",
    "An end-of-file byte (0x1A or NUL) stands behind the interchange.",
    "Leave it off: old DOS programs wrote it, and X12 does not know it.",
    "Some receivers take it for data behind the interchange.",
    severity="warning",
)  # fmt: skip
_add(
    "ENV033", "last-terminator-missing",
    "The IEA has no segment terminator behind it.",
    "End the last segment like all others.",
    "Some receivers take the interchange for cut off.",
    severity="warning",
)  # fmt: skip
_add(
    "ENV034", "blank-segment",
    "There is an empty segment: two terminators with nothing between them.",
    "Remove the surplus terminator.",
    "Some receivers stop reading here, and others count it as a segment.",
    severity="warning",
)  # fmt: skip
_add(
    "ENV035", "wrapped-lines",
    "Lines are wrapped inside segments; the line breaks were left out in reading.",
    "Break lines behind segment terminators only, or not at all.",
    "Many receivers read the line break as part of an element.",
    severity="warning",
)  # fmt: skip
_add(
    "ENV036", "indented-segment",
    "Segments are indented with blanks.",
    "Begin every segment with its identifier.",
    "Many receivers read the blank as part of the segment identifier.",
    severity="warning",
)  # fmt: skip

_add(
    "ENV024", "interchange-empty",
    "The interchange holds no transaction set, so there is nothing to check.",
    "Send the batch again from its source.",
    "An interchange without claims is usually the result of a failed export.",
    ta1="024",
)  # fmt: skip

# -- Segments and loops -----------------------------------------------------------------------------------

_add(
    "SEG001", "segment-missing",
    "Loop {loop} has no {segment} segment ({segment_name}), which is required.",
    "Add the {segment} segment to loop {loop}.",
    "The guide requires the segment: without it the receiver rejects the transaction set.",
    snip=2, source=_GUIDE, ik304="3",
)  # fmt: skip
_add(
    "SEG002", "loop-missing",
    "Loop {loop}, which begins with {segment} ({segment_name}), is missing and required.",
    "Add loop {loop} with its {segment} segment.",
    "The guide requires the loop: without it the receiver rejects the transaction set.",
    snip=2, source=_GUIDE, ik304="I7",
)  # fmt: skip
_add(
    "SEG003", "segment-unexpected",
    "{segment} has no place here, in or behind loop {loop}.",
    "Move the {segment} segment to the loop that it belongs to, or remove it.",
    "The guide does not provide for the segment in this place; the receiver rejects the transaction set.",
    snip=2, source=_GUIDE, ik304="2",
)  # fmt: skip
_add(
    "SEG004", "segment-repeated",
    "{segment} ({segment_name}) occurs more often in loop {loop} than the {limit} that the guide allows.",
    "Keep at most {limit}.",
    "The receiver reads the first and rejects the rest, or the whole transaction set.",
    snip=2, source=_GUIDE, ik304="5",
)  # fmt: skip
_add(
    "SEG005", "loop-repeated",
    "Loop {loop} occurs more often than the {limit} that the guide allows.",
    "Keep at most {limit}; split the claim if it needs more.",
    "The receiver rejects the transaction set.",
    snip=2, source=_GUIDE, ik304="4",
)  # fmt: skip
_add(
    "SEG006", "segment-out-of-order",
    "{segment} ({segment_name}) comes too late in loop {loop}.",
    "Put the segments of loop {loop} in the order of the guide.",
    "Segments have a fixed order; the receiver rejects the transaction set.",
    snip=1, source=_GUIDE, ik304="7",
)  # fmt: skip
_add(
    "SEG007", "segment-unknown",
    "The 837P has no such segment.",
    "Remove the segment, or correct its identifier (or a separator lost before it).",
    "A segment that the 837P does not know stops many receivers from reading the transaction set.",
    snip=1, source=_GUIDE, ik304="1",
)  # fmt: skip
_add(
    "SEG008", "loop-empty",
    "Loop {loop} has nothing but its {segment} segment; it needs {needed} too.",
    "Complete loop {loop}, or remove its {segment}.",
    "The guide requires more of the loop than the segment that opens it.",
    snip=2, source=_GUIDE, ik304="3",
)  # fmt: skip

_add(
    "SEG009", "hl-number",
    "HL01 should be {expected}: levels are numbered 1, 2, 3 and so on within the transaction set.",
    "Number the HL segments of each transaction set from 1 without gaps.",
    "Levels refer to each other by number; a gap or a repeat makes the hierarchy ambiguous.",
    snip=1, source=_GUIDE, ik304="8", ik403="7",
)  # fmt: skip
_add(
    "SEG010", "hl-parent",
    "HL02 should be {expected}, the number of the level that this one lies in.",
    "Write the HL01 of the level above into HL02.",
    "HL02 says whose subscriber or patient this is; a wrong number hangs the claim under somebody else.",
    snip=1, source=_GUIDE, ik304="8", ik403="7",
)  # fmt: skip
_add(
    "SEG011", "hl-child-missing",
    "HL04 of level {parent} announces a level below it, but none comes.",
    "Send the level below (the patient, loop {loop}), or write 0 into HL04 of level {parent}.",
    "The receiver waits for a patient that does not come.",
    snip=2, source=_GUIDE, ik304="I7",
)  # fmt: skip
_add(
    "SEG012", "hl-child-unexpected",
    "This level lies below level {parent}, whose HL04 says that nothing lies below it.",
    "Write 1 into HL04 of level {parent}.",
    "HL04 tells the receiver whether a patient follows the subscriber.",
    snip=2, source=_GUIDE, ik304="8", ik403="7",
)  # fmt: skip
_add(
    "SEG013", "level-without-claim",
    "The subscriber has neither a claim (CLM) nor a patient level below.",
    "Send the subscriber's claim, or leave the subscriber out.",
    "A subscriber without a claim is usually what is left of a claim that was lost.",
    snip=2, source=_GUIDE, ik304="I7",
)  # fmt: skip
_add(
    "SEG014", "segment-empty",
    "{segment} ({segment_name}) holds nothing.",
    "Fill the segment, or leave it out.",
    "Each element of the segment may be left out, but not all of them: strict receivers reject an empty segment.",
    snip=1, source=_X12, ik304="I9",
)  # fmt: skip
_add(
    "SEG015", "segment-not-used",
    "A professional claim does not use this segment.",
    "Remove the segment, or send the claim as the institutional or dental claim that it belongs to.",
    "The segment is one of other claims; receivers of professional claims reject it.",
    snip=2, source="005010X222A1 and the other guides of X12's 837 transaction set", ik304="I4",
)  # fmt: skip

# -- Elements ---------------------------------------------------------------------------------------------

_add(
    "ELE001", "element-missing",
    "{element} ({name}) is missing and required.",
    "Enter {element}.",
    "The guide requires the element: without it the receiver rejects the transaction set.",
    snip=2, source=_GUIDE, ik304="8", ik403="1",
)  # fmt: skip
_add(
    "ELE002", "element-not-used",
    "{element} ({name}) is filled, but the guide does not use it here.",
    "Leave {element} empty. Check whether the elements before it have slipped by one.",
    "A value in an element that is not used is rejected, or shows that values have slipped.",
    snip=2, source=_GUIDE, ik304="8", ik403="I10",
)  # fmt: skip
_add(
    "ELE003", "too-short",
    "{element} ({name}) is {length} long; it must have at least {limit}.",
    "Enter the whole value.",
    "The receiver rejects values below the minimum length.",
    source=_GUIDE, ik304="8", ik403="4",
)  # fmt: skip
_add(
    "ELE004", "too-long",
    "{element} ({name}) is {length} long; it may have at most {limit}.",
    "Shorten the value to {limit} characters.",
    "The receiver rejects or cuts values beyond the maximum length.",
    source=_GUIDE, ik304="8", ik403="5",
)  # fmt: skip
_add(
    "ELE005", "invalid-code",
    "{element} ({name}) has a code that is not allowed here. Allowed: {codes}.",
    "Enter one of the codes that the guide allows.",
    "The receiver knows only the codes of the guide.",
    snip=2, source=_GUIDE, ik304="8", ik403="7",
)  # fmt: skip
_add(
    "ELE006", "invalid-date",
    "{element} ({name}) is not a date of the calendar in the form that its qualifier asks for.",
    "Write the date as CCYYMMDD, a range as CCYYMMDD-CCYYMMDD.",
    "The receiver cannot read the date.",
    source=_GUIDE, ik304="8", ik403="8",
)  # fmt: skip
_add(
    "ELE007", "invalid-time",
    "{element} ({name}) is not a time of day.",
    "Write the time as HHMM on the 24-hour clock.",
    "The receiver cannot read the time.",
    source=_GUIDE, ik304="8", ik403="9",
)  # fmt: skip
_add(
    "ELE008", "invalid-character",
    "{element} ({name}) has a character that X12 does not allow: a control character, a separator or no ASCII.",
    "Write the value in plain ASCII, without separators.",
    "The receiver rejects the transaction set or reads the value wrongly.",
    source=_X12, ik304="8", ik403="6",
)  # fmt: skip
_add(
    "ELE009", "invalid-number",
    "{element} ({name}) is not a number as X12 writes it.",
    "Write digits with at most one decimal point, and nothing else.",
    "The receiver cannot read the number.",
    source=_X12, ik304="8", ik403="6",
)  # fmt: skip
_add(
    "ELE010", "condition-missing",
    "{element} is missing: of {names}, one calls for the other ({note}).",
    "Fill the elements together, or leave them empty together.",
    "Elements that belong together are read together.",
    source=_X12, ik304="8", ik403="2",
)  # fmt: skip
_add(
    "ELE011", "exclusion",
    "{element} is filled, but only one of {names} may be ({note}).",
    "Keep one of them.",
    "The elements exclude each other.",
    source=_X12, ik304="8", ik403="10",
)  # fmt: skip
_add(
    "ELE012", "too-many-elements",
    "{segment} has more than the {limit} elements that it can have.",
    "Remove what stands behind the last element. Check whether a separator is doubled or a terminator lost.",
    "The receiver rejects the segment.",
    source=_X12, ik304="8", ik403="3",
)  # fmt: skip
_add(
    "ELE013", "too-many-components",
    "{element} has more than the {limit} component(s) that it can have.",
    "Remove the surplus components.",
    "The receiver rejects the element.",
    source=_X12, ik304="8", ik403="13",
)  # fmt: skip
_add(
    "ELE014", "too-many-repetitions",
    "{element} ({name}) is repeated more than {limit} time(s).",
    "Send it at most {limit} time(s).",
    "The receiver rejects the element.",
    source=_X12, ik304="8", ik403="12",
)  # fmt: skip
_add(
    "ELE019", "elements-slipped",
    "{count} elements of {segment} are wrong ({names}): values have slipped, or a part of the segment is lost.",
    "Write the segment anew: each value in its own element, nothing left out and nothing doubled.",
    "One separator too many or too few shifts every value behind it into the wrong element.",
    source=_GUIDE, ik304="8",
)  # fmt: skip
_add(
    "ELE015", "trailing-separators",
    "{segment} ends, or one of its composites ends, in separators with nothing behind them.",
    "Leave separators off behind the last value.",
    "X12 asks to leave them off; most receivers do not mind.",
    severity="info", source=_X12,
)  # fmt: skip
_add(
    "ELE016", "trailing-spaces",
    "{element} ({name}) ends in blanks.",
    "Leave blanks off behind the value.",
    "X12 asks to leave them off; some receivers reject them.",
    severity="warning", source=_X12, ik304="8", ik403="6",
)  # fmt: skip
_add(
    "ELE017", "blank-element",
    "{element} ({name}) holds nothing but blanks.",
    "Leave the element empty.",
    "Blanks are no value.",
    severity="warning", source=_X12, ik304="8", ik403="6",
)  # fmt: skip
_add(
    "ELE018", "invalid-pattern",
    "{element} ({name}) does not have the form that the guide asks for.",
    "Enter the value in the form of the guide.",
    "The receiver rejects values of another form.",
    snip=2, source=_GUIDE, ik304="8", ik403="I12",
)  # fmt: skip


STALE = register(
    Rule(
        id="REF001",
        name="reference-data-stale",
        severity="info",
        snip=5,
        summary="A date of service lies outside the days that a table covers, so codes were not looked up in it.",
        why="A new code is not wrong because the table at hand is older: edi-lint says that it did not check.",
        fix="Load the newer edition of the table, or check the codes of these dates by hand.",
        source="Design: a stale table gives information, never an error",
        level=("file",),
    )
)
NOT_LOADED = register(
    Rule(
        id="REF002",
        name="reference-data-missing",
        severity="info",
        snip=5,
        summary="A rule needs a table that edi-lint may not ship and that is not loaded, so it checked nothing.",
        why="edi-lint says what it did not check, once for each table in a run, rather than keep silent.",
        fix="Load the table with 'edi-lint refdata add FILE' (docs/reference-data.md says where to get it), or leave "
        "REF002 out with --ignore.",
        source="Design: a missing table gives information, never an error and never silence",
        level=("file",),
    )
)
CRASHED = register(
    Rule(
        id="INT001",
        name="rule-crashed",
        severity="error",
        snip=1,
        summary="A rule broke on this claim. That is a fault of edi-lint, not of the claim.",
        why="What the rule would have said is unknown, so the run ends with status 2.",
        fix="Report it to edi-lint with the rule id; leave the rule out with --ignore until it is mended.",
        source="Design: one rule that breaks does not hide the others",
        level=("file",),
    )
)

_WHAT = {
    "empty": "an empty file",
    "pdf": "a PDF document",
    "gzip": "a gzip archive",
    "zip": "a zip archive",
    "office": "an Office document",
    "utf-16": "text in UTF-16 (save it as plain ASCII)",
    "ebcdic": "text in EBCDIC (convert it to ASCII)",
    "edifact": "an EDIFACT message",
    "hl7": "an HL7 message",
    "xml": "XML or HTML",
    "json": "JSON",
    "image": "an image",
    "program": "a program",
    "fragment": "a piece of a transaction set without its envelope",
    "lower-case": "an interchange in lower case",
    "unknown": "something else",
}


class _Words(dict[str, str | int]):
    def __missing__(self, key: str) -> str:
        return ""


def fill(template: str, facts: Mapping[str, str | int]) -> str:
    """A message with the facts of a fault filled in."""
    words = _Words(facts)
    if "reason" in facts:
        words["what"] = _WHAT[str(facts["reason"])]
    if facts.get("unfinished"):
        words["unfinished_text"] = f": the last {facts['unfinished']} bytes are an unfinished segment"
    return " ".join(template.format_map(words).split())
