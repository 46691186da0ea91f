"""Write the clean batches of fixtures/clean: the claims of each TOML file there as an 837P, with all that is counted.

python -m tools.build_clean_batches

A file holds the injections of one kind of payer as a biller would list them; this adds the parties, numbers the levels
and the lines, and adds up the charges. Every person, practice, payer and number is invented.
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent.parent / "fixtures" / "clean"

PRACTICES = {
    "family": """PRV*BI*PXC*261QP2300X
        NM1*85*2*EXAMPLE FAMILY PRACTICE*****XX*1993000011
        N3*100 SAMPLE ST
        N4*ANYTOWN*MI*490011234
        REF*EI*690000001""",
    "clinic": """PRV*BI*PXC*261QP2300X
        NM1*85*2*SAMPLE COMMUNITY CLINIC*****XX*1993000029
        N3*200 EXAMPLE BLVD*SUITE 4
        N4*OTHERTOWN*OH*430022345
        REF*EI*690000002
        PER*IC*FRONT DESK*TE*6145550111*FX*6145550112
        NM1*87*2
        N3*PO BOX 77
        N4*OTHERTOWN*OH*430020077""",
    "specialists": """PRV*BI*PXC*193200000X
        NM1*85*2*SPECIMEN SPECIALTY GROUP*****XX*1993000037
        N3*300 PLACEHOLDER PKWY
        N4*ANYTOWN*MI*490014321
        REF*EI*690000003""",
    "solo": """PRV*BI*PXC*207V00000X
        NM1*85*1*TESTDOCTOR*VERA*M***XX*1993005036
        N3*400 DEMO LN
        N4*THIRDTOWN*IN*460013456
        REF*SY*690000004""",
}
CLINICIANS = {
    "alan": ("TESTDOCTOR*ALAN****XX*1993005010", "207Q00000X"),
    "nina": ("TESTNURSE*NINA****XX*1993005028", "363LF0000X"),
    "olga": ("MOCKDOCTOR*OLGA****XX*1993005044", "207RH0003X"),
    "paul": ("MOCKDOCTOR*PAUL****XX*1993005051", "2084P0800X"),
    "ruth": ("FIXTURE*RUTH****XX*1993005069", "207K00000X"),
    "seth": ("FIXTURE*SETH****XX*1993005077", "207X00000X"),
    "tess": ("SPECIMEN*TESS****XX*1993005085", "208000000X"),
}
PLACES = {
    "hospital": "NM1*77*2*SPECIMEN COMMUNITY HOSPITAL*****XX*1993007016\nN3*1 HOSPITAL DR\nN4*ANYTOWN*MI*490015555",
    "off-campus": "NM1*77*2*SPECIMEN HOSPITAL EAST*****XX*1993007024\nN3*900 EAST RD\nN4*ANYTOWN*MI*490016666",
    "nursing-home": "NM1*77*2*EXAMPLE NURSING HOME*****XX*1993007032\nN3*12 QUIET WAY\nN4*OTHERTOWN*OH*430027777",
    "second-office": "NM1*77*2*SPECIMEN SPECIALTY SOUTH*****XX*1993007040\nN3*70 SOUTH ST\nN4*ANYTOWN*MI*490017070",
}
LAST_NAMES = ["DOE", "ROE", "SAMPLE", "TESTPATIENT", "SPECIMEN", "MOCK", "EXAMPLE", "FIXTURE", "PLACEHOLD"]
FIRST_NAMES = {
    "F": ["MARTHA", "ROSA", "ERIN", "EDITH", "NATALIE", "CLARA", "HANNAH", "GRACE", "ALMA", "IRIS", "JUNE", "LENA"],
    "M": ["HAROLD", "OWEN", "VICTOR", "PETER", "AMOS", "BRUNO", "CARL", "DAVID", "ELI", "FELIX", "GUS", "HENRY"],
}
_BEFORE_6R = {"PWK", "CRC", "DTP", "QTY", "MEA"}
_BEFORE_LIN = _BEFORE_6R | {"REF", "AMT", "K3", "NTE"}


class Made(NamedTuple):
    """A batch, and a description of its claims for people."""

    text: str
    table: str


def batches(*, dependents: bool = False) -> dict[str, Made]:
    """Each batch by its name. With ``dependents``, every patient who is the subscriber becomes a child of a subscriber.

    That is not always what the payer would see (all whom Medicare insures are subscribers): it is there to try each
    claim under 2000C too.
    """
    return {path.stem: _Batch(tomllib.loads(path.read_text("utf-8")), dependents).make() for path in _sources()}


def _sources() -> list[Path]:
    return sorted(FOLDER.glob("*.toml"))


class _Person:
    """A patient by number, from ``F 1948-06-11``: the sex on file and the date of birth."""

    def __init__(self, number: int, text: str) -> None:
        gender, birth = text.split()
        last = LAST_NAMES[number % len(LAST_NAMES)]
        self.number = number
        self.name = f"{last}*{FIRST_NAMES[gender][number % len(FIRST_NAMES[gender])]}"
        self.parent = f"{last}*{FIRST_NAMES['F'][-number % len(FIRST_NAMES['F'])]}"
        self.address = [f"N3*{100 + number} SPECIMEN AVE", f"N4*ANYTOWN*MI*4900{20000 + number:05d}"]
        self.demographics = [*self.address, f"DMG*D8*{birth.replace('-', '')}*{gender}"]


class _Batch:
    """One file: what is counted while it is written."""

    def __init__(self, source: dict[str, Any], dependents: bool) -> None:
        self.source, self.dependents = source, dependents
        self.prefix: str = source["prefix"]
        self.numbers = itertools.count(1)
        self.people = itertools.count(1)
        self.subscriber = 0
        self.patient: _Person | None = None

    def make(self) -> Made:
        number = int(self.source["number"])
        sets: dict[int, list[dict[str, Any]]] = {}
        for claim in self.source["claims"]:
            sets.setdefault(claim.get("set", max(sets, default=1)), []).append(claim)
        rows: list[str] = []
        parties = "*ZZ*EDILINTTEST    *ZZ*EXAMPLEPAYER   "
        segments = [
            f"ISA*00*          *00*          {parties}*260216*0930*^*00501*{number:09d}*0*T*:",
            f"GS*HC*EDILINTTEST*EXAMPLEPAYER*20260216*0930*{number}*X*005010X222A1",
        ]
        for count, claims in sets.items():
            inside = list(self._set(count, claims, rows))
            segments += [*inside, f"SE*{len(inside) + 1}*{count:04d}"]
        segments += [f"GE*{len(sets)}*{number}", f"IEA*1*{number:09d}"]
        head = "| claim | injection | payer | worth a look |\n| --- | --- | --- | --- |\n"
        return Made("".join(f"{text}~\n" for text in segments), head + "".join(rows))

    def _set(self, count: int, claims: list[dict[str, Any]], rows: list[str]) -> Iterator[str]:
        yield f"ST*837*{count:04d}*005010X222A1"
        yield f"BHT*0019*00*{self.prefix}CLEAN{count:04d}*20260216*0930*CH"
        yield "NM1*41*2*EXAMPLE BILLING SERVICE*****46*TST01"
        yield "PER*IC*BILLING DESK*TE*3125550134"
        yield "NM1*40*2*EXAMPLE CLEARINGHOUSE*****46*TST99"
        levels = itertools.count(1)
        practice = ""
        top = 0
        for claim in claims:
            if claim.get("at", practice) != practice:
                practice, top = claim["at"], next(levels)
                yield f"HL*{top}**20*1"
                yield from _split(PRACTICES[practice])
            if "patient" in claim or "sibling" in claim:
                yield from self._people(claim, levels, top)
            name = f"{self.prefix}{next(self.numbers):03d}"
            yield from self._claim(name, claim)
            payer = claim.get("payer", self.source["payer"])[0]
            rows.append(f"| {name} | {_drugs(claim)} | {payer} | {claim.get('about', '')} |\n")

    def _people(self, claim: dict[str, Any], levels: Iterator[int], top: int) -> Iterator[str]:
        """The levels of a patient, and of the subscriber if that is another; a sibling has the last one's."""
        relation = claim.get("relation", "19" if self.dependents else "")
        person = _Person(next(self.people), claim.get("patient") or claim["sibling"])
        if "patient" in claim:
            self.subscriber = next(levels)
            yield f"HL*{self.subscriber}*{top}*22*{1 if relation else 0}"
            yield from self._insured(claim, person, relation)
        if relation:
            yield f"HL*{next(levels)}*{self.subscriber}*23*0"
            yield f"PAT*{relation}"
            yield f"NM1*QC*1*{person.name}"
            yield from [*person.demographics, *claim.get("dependent", [])]
        self.patient = person

    def _insured(self, claim: dict[str, Any], person: _Person, relation: str) -> Iterator[str]:
        kind, payer, payer_id = claim.get("payer", self.source["payer"])
        responsible, coverage = claim.get("responsible", "P"), claim.get("type", "")
        yield f"SBR*{responsible}*{'' if relation else '18'}*{claim.get('group', '')}**{coverage}****{kind}"
        yield f"NM1*IL*1*{person.parent if relation else person.name}****MI*{self._member(person.number)}"
        yield from ([] if relation else person.demographics)
        yield f"NM1*PR*2*{payer}*****PI*{payer_id}"

    def _member(self, number: int) -> str:
        """A member id as this kind of payer writes it."""
        return str(self.source["member"]).format(number, letter="ACDEFGHJKMNPQRTUVWXY"[number % 20])

    def _claim(self, name: str, claim: dict[str, Any]) -> Iterator[str]:
        lines = list(_lines(claim["lines"]))
        total = sum((Decimal(line.charge) for line in lines), Decimal(0))
        place = claim.get("place", "11")
        frequency, ending = claim.get("frequency", "1"), claim.get("ending", "")
        yield f"CLM*{name}*{total}***{place}:B:{frequency}*Y*A*Y*Y{ending}"
        yield from claim.get("segments", [])
        first, *others = claim["diagnoses"].split()
        yield "*".join(["HI", f"ABK:{first}", *(f"ABF:{code}" for code in others)])
        yield from claim.get("referring", [])
        if claim.get("by"):
            person, taxonomy = CLINICIANS[claim["by"]]
            yield from [f"NM1*82*1*{person}", f"PRV*PE*PXC*{taxonomy}"]
        if "facility" in claim:
            yield from _split(PLACES[claim["facility"]])
        yield from (text.format(patient=self.patient) for text in claim.get("other_payer", []))
        for number, line in enumerate(lines, 1):
            yield from line.written(number, f"{name}L{number}", f"2026{claim['day']}")


class Line(NamedTuple):
    """A service line: ``procedure charge units pointers``, then if wanted ``@12`` (place), the NDC with quantity and
    unit, and ``= description``; further segments stand below it, indented."""

    procedure: str
    charge: str
    units: str
    pointers: str
    place: str
    ndc: tuple[str, str, str] | None
    segments: list[str]

    def written(self, number: int, control: str, day: str) -> Iterator[str]:
        ids = [(text.split("*")[0], text) for text in self.segments]
        yield f"LX*{number}"
        yield f"SV1*HC:{self.procedure}*{self.charge}*UN*{self.units}*{self.place}**{self.pointers}"
        yield f"DTP*472*D8*{day}"
        yield from (text for name, text in ids if name in _BEFORE_6R and "*573*" not in text)
        yield f"REF*6R*{control}"
        yield from (text for name, text in ids if name in _BEFORE_LIN - _BEFORE_6R and "*XZ*" not in text)
        if self.ndc is not None:
            code, quantity, unit = self.ndc
            yield from [f"LIN**N4*{code}", f"CTP****{quantity}*{unit}"]
        yield from (text for name, text in ids if name not in _BEFORE_LIN or "*573*" in text or "*XZ*" in text)


def _lines(text: str) -> Iterator[Line]:
    found: list[Line] = []
    for row in text.strip("\n").split("\n"):
        if row.startswith(" "):
            found[-1].segments.append(row.strip())
            continue
        columns, _, description = row.partition(" = ")
        procedure, charge, units, pointers, *rest = columns.split()
        place = rest.pop(0)[1:] if rest and rest[0].startswith("@") else ""
        if description:
            procedure += ":" * (6 - procedure.count(":") - 1) + description.strip()
        ndc = (rest[0], rest[1], rest[2]) if rest else None
        found.append(Line(procedure, charge, units, pointers, place, ndc, []))
    yield from found


def _split(text: str) -> list[str]:
    return [row.strip() for row in text.strip().split("\n")]


def _drugs(claim: dict[str, Any]) -> str:
    """The codes of the claim as they stand, without units."""
    return ", ".join(line.procedure.partition("::")[0].replace(":", "-") for line in _lines(claim["lines"]))


_README = """# Clean batches

The usual injections done right, a batch for each kind of payer: nothing in them is wrong, and no rule may call anything
an error or a warning. `*.toml` list the claims, `python -m tools.build_clean_batches` writes the `.edi` files and this
page from them. Services of January and February 2026, file date 2026-02-16; read them with `--as-of 2026-03-01`.
"""


def files() -> dict[str, str]:
    """The text of each file of the folder that is made."""
    made = batches()
    parts = [_README, *(f"## `{name}.edi`\n\n{batch.table}" for name, batch in made.items())]
    return {f"{name}.edi": batch.text for name, batch in made.items()} | {"README.md": "\n".join(parts)}


def main() -> None:
    for name, text in files().items():
        (FOLDER / name).write_text(text, "utf-8", newline="")


if __name__ == "__main__":
    main()
