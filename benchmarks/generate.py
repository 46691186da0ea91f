"""Write a synthetic 837P batch of any size: invented parties, real structure, clean under every rule.

    python -m benchmarks.generate 10000 batch.edi [--faults] [--one-line] [--seed 1]

With ``--faults`` every claim has one fault. The same arguments give the same bytes.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

CLAIMS_PER_SET = 100
LAST_NAMES = ["SAMPLE", "SPECIMEN", "EXAMPLE", "TESTER", "DEMOFIELD", "MOCKLEY", "PLACEHOLD", "FIXTUREN"]
FIRST_NAMES = ["ADA", "BEN", "CARA", "DAN", "EVA", "FINN", "GIA", "HUGO", "IDA", "JON"]
STREETS = "SAMPLE ST", "SPECIMEN AVE", "EXAMPLE BLVD", "DEMO LN"
PAYERS = (
    ("CI", "EXAMPLE HEALTH PLAN", "TSTCI"),
    ("BL", "EXAMPLE BLUE PLAN", "TSTBL"),
    ("OF", "EXAMPLE FEDERAL PLAN", "TSTOF"),
)


class Injection(NamedTuple):
    """A drug as it is billed: units, charge, NDC, and a diagnosis that supports it."""

    code: str
    units: int
    charge: Decimal
    ndc: str
    quantity: str
    unit: str
    diagnosis: str


INJECTIONS = (
    Injection("J3420", 1, Decimal("4.5"), "00703901101", "1", "ML", "E538"),
    Injection("J1885", 2, Decimal(12), "00703902201", "1", "ML", "M5450"),
    Injection("J0696", 4, Decimal("18.4"), "00703903301", "1", "UN", "N390"),
    Injection("J3301", 4, Decimal("22.1"), "00703904401", "1", "ML", "L237"),
)
VISITS = ("99213", Decimal(112)), ("99214", Decimal(165)), ("99212", Decimal(74))
TESTS = ("81002", Decimal(6)), ("85025", Decimal(14)), ("93000", Decimal(34))
OTHER_DIAGNOSES = "I10", "E785", "E119", "J45909"


def npi(base: int) -> str:
    """An NPI: nine digits and the check digit over them with the prefix 80840."""
    digits = f"80840{base:09d}"
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return f"{base:09d}{-total % 10}"


def segments(claims: int, faults: bool, seed: int) -> Iterator[str]:
    """The segments of the batch, one interchange and group, a transaction set for each hundred claims."""
    rng = random.Random(seed)
    yield "ISA*00*          *00*          *ZZ*EDILINTBENCH   *ZZ*EXAMPLEPAYER   *260120*0930*^*00501*000000001*0*T*:"
    yield "GS*HC*EDILINTBENCH*EXAMPLEPAYER*20260120*0930*1*X*005010X222A1"
    sets = 0
    for first in range(1, claims + 1, CLAIMS_PER_SET):
        sets += 1
        body = list(_transaction_set(rng, sets, range(first, min(first + CLAIMS_PER_SET, claims + 1)), faults))
        yield from body
        yield f"SE*{len(body) + 1}*{sets:04d}"
    yield f"GE*{sets}*1"
    yield "IEA*1*000000001"


def _transaction_set(rng: random.Random, number: int, claims: range, faults: bool) -> Iterator[str]:
    yield f"ST*837*{number:04d}*005010X222A1"
    yield f"BHT*0019*00*BENCH{number:06d}*20260120*0930*CH"
    yield "NM1*41*2*EXAMPLE BILLING SERVICE*****46*TST01"
    yield "PER*IC*BILLING DESK*TE*3125550134"
    yield "NM1*40*2*EXAMPLE CLEARINGHOUSE*****46*TST99"
    yield "HL*1**20*1"
    yield "PRV*BI*PXC*261QP2300X"
    yield f"NM1*85*2*EXAMPLE FAMILY PRACTICE*****XX*{npi(199300000 + number % 50)}"
    yield f"N3*{100 + number % 50} SAMPLE ST"
    yield "N4*ANYTOWN*MI*490011234"
    yield f"REF*EI*69{number % 50:07d}"
    level = 1
    for claim in claims:
        dependent = rng.random() < 0.15
        level += 1
        yield from _parties(rng, level, claim, dependent)
        level += dependent
        yield from _claim(rng, claim, faults)


def _parties(rng: random.Random, level: int, claim: int, dependent: bool) -> Iterator[str]:
    indicator, payer, payer_id = rng.choice(PAYERS)
    last, first = rng.choice(LAST_NAMES), rng.choice(FIRST_NAMES)
    address = (
        f"N3*{rng.randrange(1, 9999)} {rng.choice(STREETS)}",
        f"N4*ANYTOWN*MI*4900{rng.randrange(11111, 99998):05d}",
    )
    yield f"HL*{level}*1*22*{int(dependent)}"
    yield f"SBR*P*{'' if dependent else '18'}*******{indicator}"
    yield f"NM1*IL*1*{last}*{first}****MI*W{claim:09d}"
    if not dependent:
        yield from address
        yield f"DMG*D8*{_birth_date(rng, 1940, 1995)}*{rng.choice('FM')}"
    yield f"NM1*PR*2*{payer}*****PI*{payer_id}"
    if dependent:
        yield f"HL*{level + 1}*{level}*23*0"
        yield "PAT*19"
        yield f"NM1*QC*1*{last}*{rng.choice(FIRST_NAMES)}"
        yield from address
        yield f"DMG*D8*{_birth_date(rng, 2008, 2024)}*{rng.choice('FM')}"


def _birth_date(rng: random.Random, first_year: int, last_year: int) -> str:
    return f"{rng.randrange(first_year, last_year)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"


def _claim(rng: random.Random, claim: int, faults: bool) -> Iterator[str]:
    drug = rng.choice(INJECTIONS)
    others = rng.sample(OTHER_DIAGNOSES, rng.randrange(1, 3))
    injected = rng.random() < 0.6
    visit, visit_charge = rng.choice(VISITS)
    rest = ":".join(str(number) for number in range(2, len(others) + 2))
    lines = [(visit + (":25" if injected else ""), visit_charge, 1, rest if injected else f"1:{rest}")]
    if injected:
        lines += [("96372", Decimal(35), 1, "1"), (drug.code, drug.charge, drug.units, "1")]
    lines += [(code, charge, 1, "1:2") for code, charge in rng.sample(TESTS, rng.randrange(0, 3))]
    total = sum((charge for _, charge, _, _ in lines), Decimal(0))
    fault = rng.randrange(6) if faults else -1
    day = f"202601{rng.randrange(2, 20):02d}"
    yield f"CLM*B{claim:08d}*{total + (1 if fault == 0 else 0)}***{'77' if fault == 1 else '11'}:B:1*Y*A*Y*Y"
    yield f"REF*D9*{claim:012d}"
    diagnoses = [drug.diagnosis, *others]
    if fault == 2:
        diagnoses[0] = diagnoses[0][:1] + "XXXX"
    yield "*".join(["HI", *(f"{'ABF' if n else 'ABK'}:{code}" for n, code in enumerate(diagnoses))])
    rendering = "1993005000" if fault == 3 else npi(199300500 + claim % 40)
    yield f"NM1*82*1*TESTDOCTOR*{rng.choice(FIRST_NAMES)}****XX*{rendering}"
    yield "PRV*PE*PXC*207Q00000X"
    for number, (procedure, charge, units, pointers) in enumerate(lines, 1):
        yield f"LX*{number}"
        yield f"SV1*HC:{procedure}*{charge}*UN*{units}***{'9' if fault == 4 and number == 1 else pointers}"
        if fault != 5 or number > 1:
            yield f"DTP*472*D8*{day}"
        yield f"REF*6R*{claim}L{number}"
        if procedure == drug.code:
            yield f"LIN**N4*{drug.ndc}"
            yield f"CTP****{drug.quantity}*{drug.unit}"


def write_batch(path: Path, claims: int, faults: bool = False, one_line: bool = False, seed: int = 1) -> int:
    """Write the batch and return how many segments it has."""
    end = "~" if one_line else "~\n"
    count = 0
    with path.open("w", encoding="ascii", newline="") as out:
        for segment in segments(claims, faults, seed):
            out.write(segment + end)
            count += 1
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("claims", type=int)
    parser.add_argument("path", type=Path)
    parser.add_argument("--faults", action="store_true", help="one fault in each claim")
    parser.add_argument("--one-line", action="store_true", help="no line breaks")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    count = write_batch(options.path, options.claims, options.faults, options.one_line, options.seed)
    sys.stderr.write(f"{options.path}: {options.claims} claims, {count} segments\n")


if __name__ == "__main__":
    main()
