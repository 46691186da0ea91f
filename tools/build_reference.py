"""Writes the data files of edi_lint.reference from the collected source lists.

    python -m tools.build_reference SOURCE_DIR

It knows the shape of the source lists and nothing of their meaning. The same sources
always give the same bytes. A new edition also needs its dates changed in
edi_lint/reference/shipped.py, by hand.
"""

import csv
import io
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from edi_lint.reference import CodeSet, shipped

ICD10CM_CODES = "icd10cm_codes_2026.txt"
ICD10CM_FLAGS = "icd10cm_flags_2026.csv"
HCPCS_CODES = "hcpcs_level2_2026q3.txt"
DRUGS = "drugs_sc_im.csv"

# Only the column tells a flag; the letters are there for human readers.
FLAG_LETTERS = {
    "unspecified_side": "U",
    "external_cause": "E",
    "code_first": "C",
    "z_status_history": "S",
    "manifestation_title": "M",
    "z_first_listed_only": "F",
    "organism_only": "O",
}

ROUTES = {
    "IM": "IM",
    "IM only": "IM",
    "IM(deep)": "IM",
    "SC": "SC",
    "deep SC": "SC",
    "IV": "IV",
    "IV only": "IV",
    "IA": "IA",
    "IL": "IL",
    "IVT": "IVT",
    "SC implant": "IMPLANT",
    "IM (chemodenervation)": "CHEMODENERVATION",
    "any": "ANY",
}

CONTAINERS = {"Y": "single", "N": "multi", "B": "both", "?": "unknown"}

DRUG_COLUMNS = (
    "code",
    "name",
    "unit",
    "routes",
    "container",
    "administration",
    "typical_diagnoses",
    "note",
    "added",
    "terminated",
    "start_unverified",
)

# MUE values come under the licence of the file they were read from, so the notes lose
# theirs as the table loses its MUE columns.
MUE_ASIDE = re.compile(r"MUE \d+: | \(=MUE \d+\)|; MUE \d+( before that)?")


def build(source: Path) -> dict[str, str]:
    """The text of every data file, by file name.

    Raises OSError when a source cannot be read, ValueError or KeyError when it says
    something this tool was not told about.
    """
    reference = shipped()
    flags = {row["code"]: row["flags"] for row in read_csv(source / ICD10CM_FLAGS)}
    return {
        "icd10cm.txt": fixed_width(reference.icd10cm, read_codes(source / ICD10CM_CODES), flags),
        "hcpcs.txt": fixed_width(reference.hcpcs, read_codes(source / HCPCS_CODES), {}),
        "drugs.csv": drug_table(read_csv(source / DRUGS)),
    }


def read_codes(path: Path) -> list[str]:
    return path.read_text(encoding="ascii").split()


def read_csv(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def fixed_width(layout: CodeSet, codes: list[str], flags: Mapping[str, str]) -> str:
    """The codes in the layout a CodeSet searches; flags are separated by ";"."""
    if strangers := flags.keys() - set(codes):
        raise ValueError(f"flags for codes that are not listed: {sorted(strangers)}")
    if len(set(codes)) < len(codes):
        raise ValueError("a code is listed twice")
    return "".join(code_line(layout, code, flags.get(code, "")) for code in sorted(codes))


def code_line(layout: CodeSet, code: str, flags: str) -> str:
    if not re.fullmatch(rf"[0-9A-Z]{{1,{layout.width}}}", code):
        raise ValueError(f"{code!r} is not a code")
    given = set(filter(None, flags.split(";")))
    if unknown := given.difference(layout.flag_names):
        raise ValueError(f"{code}: unknown flags {sorted(unknown)}")
    if not layout.flag_names:
        return f"{code:{layout.width}}\n"
    marks = (FLAG_LETTERS[name] if name in given else " " for name in layout.flag_names)
    return f"{code:{layout.width}} {''.join(marks)}\n"


def drug_table(rows: Iterator[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, DRUG_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(map(drug_row, rows), key=lambda row: row["code"]))
    return text.getvalue()


def drug_row(row: Mapping[str, str]) -> dict[str, str]:
    added, start_unverified = start_date(row["added"])
    return {
        "code": row["code"],
        "name": row["drug_own_words"],
        "unit": row["unit"],
        "routes": routes(row["routes"]),
        "container": CONTAINERS[row["single_dose_container"]],
        "administration": row["admin_code"].removeprefix("-"),
        "typical_diagnoses": row["typical_icd10"].removeprefix("-"),
        "note": note(row["note"]),
        "added": added,
        "terminated": row["terminated"],
        "start_unverified": start_unverified,
    }


def routes(text: str) -> str:
    """The routes joined by "+", as IV+SC; raises KeyError for one not in ROUTES."""
    return "+".join(ROUTES[route] for route in re.split(r",| or ", text))


def start_date(text: str) -> tuple[str, str]:
    """The date, if known, and "Y" if it is not to be relied upon.

    ">2024-07-01" means only that the code appeared later; "2025-07-01*" was inferred.
    """
    if text.startswith(">"):
        return "", "Y"
    day = date.fromisoformat(text.removesuffix("*"))
    return day.isoformat(), "Y" if text.endswith("*") else ""


def note(text: str) -> str:
    """The note without MUE values; raises ValueError if one is left."""
    kept = MUE_ASIDE.sub("", text)
    if "MUE" in kept:
        raise ValueError(f"a note still tells an MUE: {kept}")
    return kept


def main(arguments: list[str]) -> None:
    if len(arguments) != 1:
        sys.exit("usage: python -m tools.build_reference SOURCE_DIR")
    target = shipped().icd10cm.path.parent
    for name, text in build(Path(arguments[0])).items():
        (target / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
