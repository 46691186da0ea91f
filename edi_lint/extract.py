"""Service lines as flat records: the procedures asked for, with their diagnoses, modifiers and drugs.

Amounts and quantities are strings exactly as they stand in the file.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import TextIO

import msgspec

from .claims import Batch, Claim, ServiceLine
from .escaping import cell, printable
from .guide import Guide
from .privacy import MASK, Privacy
from .reference import groups, shipped
from .x12 import ByteStream

__all__ = ["EXTRACT_FORMATS", "LineRecord", "extract_lines"]


class LineRecord(msgspec.Struct, frozen=True):
    """One service line. Dates are CCYYMMDD; ``service_line`` is LX01; absent values are null."""

    file: str
    st02: str | None
    claim_id: str | None
    claim_index: int
    service_line: str | None
    line_control_number: str | None
    procedure: str | None
    modifiers: list[str]
    units: str | None
    unit_basis: str | None
    charge: str | None
    service_date_from: str | None
    service_date_to: str | None
    place_of_service: str | None
    diagnosis_pointers: list[str]
    diagnoses: list[str]
    claim_diagnoses: list[str]
    ndc: str | None
    ndc_quantity: str | None
    ndc_unit: str | None
    billing_npi: str | None
    rendering_npi: str | None
    payer_id: str | None
    claim_filing_indicator: str | None
    drug_lines: list[str]
    segment_index: int
    offset: int


def extract_lines(
    source: ByteStream | Batch, name: str, guide: Guide, codes: frozenset[str] | None, privacy: Privacy
) -> Iterator[LineRecord]:
    """The service lines of a batch whose procedure is one of ``codes`` (of all when None), in file order."""
    for part in source if isinstance(source, Batch) else Batch(source, guide):
        if isinstance(part.record, Claim):
            for line in part.record.lines:
                if codes is None or line.procedure in codes:
                    yield _record(line, name, privacy)


def _record(line: ServiceLine, name: str, privacy: Privacy) -> LineRecord:
    claim = line.claim
    drug = line.drug
    spot = line.at("procedure").segment
    rendering = line.rendering.npi if line.rendering is not None else ""
    payer = claim.payer
    return LineRecord(
        file=name,
        st02=claim.transaction.st.get(2) or None,
        claim_id=privacy.claim_id(claim.id),
        claim_index=claim.index,
        service_line=line.number or None,
        # It is often made from CLM01.
        line_control_number=privacy.claim_id(line.control_number),
        procedure=line.procedure or None,
        modifiers=list(line.modifiers),
        units=line.sent("units") or None,
        unit_basis=line.unit_basis or None,
        charge=line.sent("charge") or None,
        service_date_from=_day(line.service_from),
        service_date_to=_day(line.service_to),
        place_of_service=line.place_of_service or None,
        diagnosis_pointers=[pointer for pointer in line.pointers if pointer],
        diagnoses=[diagnosis.code for diagnosis in line.diagnoses],
        claim_diagnoses=[diagnosis.code for diagnosis in claim.diagnoses],
        ndc=(drug.ndc or None) if drug is not None and drug.qualifier == "N4" else None,
        ndc_quantity=(drug.sent("quantity") or None) if drug is not None else None,
        ndc_unit=(drug.unit or None) if drug is not None else None,
        billing_npi=claim.billing.npi or None,
        rendering_npi=rendering or None,
        payer_id=(payer.id or None) if payer is not None else None,
        claim_filing_indicator=claim.subscriber.claim_filing_indicator or None,
        drug_lines=[
            other.procedure for other in claim.lines if _is_drug(other) and other.service_from == line.service_from
        ],
        segment_index=spot.ordinal - claim.transaction.st.ordinal + 1,
        offset=spot.offset,
    )


def _is_drug(line: ServiceLine) -> bool:
    """Whether a line bills a drug: by its code, or because it has a drug identification."""
    code = line.procedure
    return (
        code in shipped().drugs
        or code in groups.VACCINES
        or code in groups.IMMUNE_GLOBULINS
        or (code[:1] in ("J", "Q") and len(code) == 5)
        or line.drug is not None
    )


def _day(day: date | None) -> str | None:
    return day.strftime("%Y%m%d") if day is not None else None


# -- writing ----------------------------------------------------------------------------------------------


def _json_lines(records: Iterable[LineRecord], out: TextIO) -> None:
    encode = msgspec.json.Encoder().encode
    out.writelines(encode(record).decode() + "\n" for record in records)


def _csv(records: Iterable[LineRecord], out: TextIO) -> None:
    """Lists are joined by blanks: codes have none."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(LineRecord.__struct_fields__)
    for record in records:
        writer.writerow([cell(getattr(record, field)) for field in LineRecord.__struct_fields__])


def _xml(records: Iterable[LineRecord], out: TextIO) -> None:
    """The document that schemas/claims.xsd describes."""
    from lxml import etree

    out.write('<?xml version="1.0" encoding="UTF-8"?>\n<serviceLines>\n')
    for record in records:
        element = etree.Element("serviceLine")
        for field in LineRecord.__struct_fields__:
            value = getattr(record, field)
            for single in value if isinstance(value, list) else [value]:
                if single is not None:
                    etree.SubElement(element, _xml_name(field, isinstance(value, list))).text = printable(str(single))
        out.write("  " + etree.tostring(element, encoding="unicode") + "\n")
    out.write("</serviceLines>\n")


_SINGULAR = {
    "modifiers": "modifier",
    "diagnosis_pointers": "diagnosisPointer",
    "diagnoses": "diagnosis",
    "claim_diagnoses": "claimDiagnosis",
    "drug_lines": "drugLine",
}


def _xml_name(field: str, is_list: bool) -> str:
    if is_list:
        return _SINGULAR[field]
    first, *rest = field.split("_")
    return first + "".join(part.capitalize() for part in rest)


_HEADINGS = ("Claim", "Line", "Date", "Code", "Mod", "Units", "Charge", "POS", "Diagnoses", "Drugs", "NDC", "Payer")
_NUMBERS = ("Line", "Units", "Charge")
"""The columns that are aligned on the right."""


def _table(records: Iterable[LineRecord], out: TextIO) -> None:
    rows = [_HEADINGS, *map(_row, records)]
    count = len(rows) - 1
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    marks = [">" if heading in _NUMBERS else "<" for heading in _HEADINGS]
    for row in rows if count else ():
        cells = (f"{text:{mark}{width}}" for text, mark, width in zip(row, marks, widths, strict=True))
        out.write("  ".join(cells).rstrip() + "\n")
    out.write(f"{count:,} service line{'' if count == 1 else 's'}\n")


def _row(record: LineRecord) -> tuple[str, ...]:
    cells = (
        record.claim_id or MASK,
        record.service_line,
        record.service_date_from,
        record.procedure,
        " ".join(record.modifiers),
        record.units,
        record.charge,
        record.place_of_service,
        " ".join(record.diagnoses),
        " ".join(record.drug_lines),
        record.ndc,
        record.claim_filing_indicator,
    )
    return tuple(printable(text or "") for text in cells)


EXTRACT_FORMATS: dict[str, Callable[[Iterable[LineRecord], TextIO], None]] = {
    "table": _table,
    "csv": _csv,
    "json-lines": _json_lines,
    "xml": _xml,
}
"""The writers by the name that the user gives."""
