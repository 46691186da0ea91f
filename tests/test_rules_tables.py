"""What rules say of tables that a user has loaded, and of missing, stale and other ones: once, and never an error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from edi_lint import Config, Finding, Linter
from edi_lint.refdata.dates import OPEN
from edi_lint.refdata.store import Load, Store
from tests.conftest import AS_OF, BASES, findings_of
from tests.same_day import claim
from tests.user_tables import ALWAYS, edition, without

Tables = Callable[..., str]
Told = list[tuple[str, str | None, int | None, str | None]]


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    """Fills a folder with these editions."""

    def filled(*loads: Load) -> str:
        Store(tmp_path).add(loads)
        return str(tmp_path)

    return filled


def told(*claims: str, rules: str, **settings: object) -> Told:
    """Rule, claim number, service line and what it points at, of each finding."""
    return list(map(_short, findings_of("".join(claims), select=tuple(rules.split()), **settings)))


def _short(finding: Finding) -> tuple[str, str | None, int | None, str | None]:
    return finding.rule, finding.claim and finding.claim.id, finding.service_line, finding.element


# -- missing and stale --------------------------------------------------------------------------------


@pytest.mark.parametrize("base", BASES)
def test_a_fresh_machine_says_what_was_not_checked_and_nothing_else(
    base: str, bases: dict[str, str], tmp_path: Path
) -> None:
    found = findings_of(bases[base], data_folder=str(tmp_path))
    assert {(finding.rule, finding.severity) for finding in found} == {("REF002", "info")}
    assert [finding.message.removeprefix("Not checked against ").partition(":")[0] for finding in found] == [
        "provider taxonomy",
        "NCCI PTP edits",
        "NDC-HCPCS crosswalk",
    ]
    assert findings_of(bases[base], data_folder=str(tmp_path), ignore=("REF002",)) == []


def test_a_missing_table_is_told_once_in_a_run_for_each_program(tmp_path: Path) -> None:
    linter = Linter(Config(as_of=AS_OF, select=("REF", "NCI006", "NCI009"), data_folder=str(tmp_path)))
    payers = ("MB", "CI", "MC", "MB", "MC")
    batches = [claim(n, "99213:25", "96372", "J3420", payer=payer).encode() for n, payer in enumerate(payers, 1)]
    found = [finding for batch in batches for finding in linter.findings(batch)]
    assert [(finding.claim and finding.claim.id, finding.message) for finding in found] == [
        ("A1", "Not checked against NCCI PTP edits: it is not loaded."),
        ("A1", "Not checked against NCCI MUE values: it is not loaded."),
        ("A3", "Not checked against NCCI PTP edits (Medicaid): it is not loaded."),
        ("A3", "Not checked against NCCI MUE values (Medicaid): it is not loaded."),
    ]
    assert linter.summary.exit == 0


def test_the_words_are_the_same_whatever_comes_first(tables: Tables) -> None:
    """So that a run over several processes can tell one of them from the others' and keep it."""
    quarter = edition("mue", [], date(2025, 10, 1), date(2025, 12, 31))
    folder = tables(quarter, edition("mue", [], date(2025, 4, 1), date(2025, 9, 30), name="earlier"))
    batches = [claim(n, "96372", payer="MB", day=f"202602{n:02}") for n in (1, 2, 3)]
    words = set()
    for order in (batches, batches[::-1]):
        (finding,) = findings_of("".join(order), select=("NCI008", "REF"), data_folder=folder)
        words.add(finding.message)
    assert words == {
        "Not checked against NCCI MUE values: it covers dates of service 2025-04-01 to 2025-12-31, and this is another."
    }


def test_a_stale_table_denies_nothing(tables: Tables) -> None:
    stale = edition("mue", [("J0690", 6, 3)], date(2025, 10, 1), date(2025, 12, 31))
    folder = tables(stale, edition("ptp", [("92557", "92552", *ALWAYS, 0)], date(2000, 1, 1), date(2025, 12, 31)))
    found = told(
        claim(1, "92557", "92552", "J0690*9", payer="MB"), rules="NCI006 NCI008 NCI009 REF", data_folder=folder
    )
    assert found == [("REF001", "A1", 1, "SV101-2"), ("REF001", "A1", 1, "SV104")]
    earlier = claim(1, "92557", "92552", "J0690*9", payer="MB", day="20251215")
    assert [rule for rule, *_ in told(earlier, rules="NCI006 NCI008 NCI009 REF", data_folder=folder)] == [
        "NCI006",
        "NCI009",
    ]


def test_the_edition_of_the_date_of_service_answers(tables: Tables) -> None:
    first = edition("mue", [("J0690", 6, 3)], date(2025, 10, 1), date(2025, 12, 31), name="2025q4")
    second = edition("mue", [("J0690", 12, 3)], date(2026, 1, 1), date(2026, 3, 31), name="2026q1")
    folder = tables(second, first)
    for day, at_most in (("20251231", 6), ("20260101", 12)):
        for units, expected in ((at_most, 0), (at_most + 1, 1)):
            batch = claim(1, f"J0690*{units}", payer="MB", day=day)
            assert len(told(batch, rules="NCI009 REF", data_folder=folder)) == expected


# -- pairs of codes (NCI006) --------------------------------------------------------------------------

PAIRS = [
    ("92557", "92552", *ALWAYS, 0),
    ("92550", "96372", *ALWAYS, 1),
    ("92551", "92552", 20260201, OPEN, 1),
    ("92567", "92552", 20000101, 20260115, 1),
    ("96365", "96372", *ALWAYS, 1),
    ("86580", "96372", *ALWAYS, 1),
    ("20610", "96372", *ALWAYS, 1),
    ("99284", "96372", *ALWAYS, 1),
    ("96372", "99211", *ALWAYS, 0),
    ("96372", "99213", *ALWAYS, 1),
    ("96365", "96374", *ALWAYS, 1),
    ("90460", "90471", *ALWAYS, 0),
]


@pytest.fixture
def pairs(tables: Tables) -> str:
    return tables(edition("ptp", PAIRS))


def test_a_pair_is_told_on_the_code_that_is_denied(pairs: str) -> None:
    assert told(claim(1, "92552", "92557"), rules="NCI006", data_folder=pairs) == [("NCI006", "A1", 1, "SV101-2")]
    (finding,) = findings_of(claim(1, "92557", "92552"), select=("NCI006",), data_folder=pairs)
    assert finding.message == "92552 is included in 92557 of the same date, whatever the modifier (ptp)."


def test_no_modifier_helps_against_indicator_0(pairs: str) -> None:
    batch = claim(1, "92557:59", "92552:XU")
    assert told(batch, rules="NCI006", data_folder=pairs) == [("NCI006", "A1", 2, "SV101-2")]


@pytest.mark.parametrize("modifier", ["59", "XE", "25", "91", "LT", "F5", "RI"])
def test_a_modifier_on_either_code_helps_against_indicator_1(modifier: str, pairs: str) -> None:
    assert told(claim(1, f"92550:{modifier}", "96372"), rules="NCI006", data_folder=pairs) == []
    assert told(claim(1, "92550", f"96372:{modifier}"), rules="NCI006", data_folder=pairs) == []


@pytest.mark.parametrize("modifier", ["22", "76", "77", "26", "JZ"])
def test_other_modifiers_do_not(modifier: str, pairs: str) -> None:
    assert told(claim(1, "92550", f"96372:{modifier}"), rules="NCI006", data_folder=pairs) == [
        ("NCI006", "A1", 2, "SV101-2")
    ]


def test_the_line_without_the_modifier_is_denied(pairs: str) -> None:
    batch = claim(1, "92550", "96372:59", "96372")
    assert told(batch, rules="NCI006", data_folder=pairs) == [("NCI006", "A1", 3, "SV101-2")]


def test_an_edit_holds_from_its_first_to_its_last_day(pairs: str) -> None:
    assert told(claim(1, "92551", "92552", day="20260131"), rules="NCI006", data_folder=pairs) == []
    assert len(told(claim(1, "92551", "92552", day="20260201"), rules="NCI006", data_folder=pairs)) == 1
    assert len(told(claim(1, "92567", "92552", day="20260115"), rules="NCI006", data_folder=pairs)) == 1
    assert told(claim(1, "92567", "92552", day="20260116"), rules="NCI006", data_folder=pairs) == []


def test_a_code_that_several_include_is_told_once(pairs: str) -> None:
    (finding,) = findings_of(claim(1, "92550", "20610", "96372"), select=("NCI006",), data_folder=pairs)
    assert (finding.service_line, finding.message) == (
        3,
        "96372 is included in 20610 and in 92550 of the same date, and no modifier sets them apart (ptp).",
    )


def test_pairs_meet_over_claims_and_are_told_on_the_later(pairs: str) -> None:
    audiogram, test = claim(1, "92557"), claim(2, "92552")
    assert told(audiogram, test, rules="NCI006", data_folder=pairs) == [("NCI006", "A2", 1, "SV101-2")]
    assert told(claim(1, "92552"), claim(2, "92557"), rules="NCI006", data_folder=pairs) == [
        ("NCI006", "A2", 1, "SV101-2")
    ]
    assert told(audiogram, test, claim(3, "J3420"), rules="NCI006", data_folder=pairs) == [
        ("NCI006", "A2", 1, "SV101-2")
    ]
    others = {"patient": "W100001002"}, {"rendering": "1993005028"}, {"day": "20260116"}
    for other in others:
        assert told(audiogram, claim(2, "92552", **other), rules="NCI006", data_folder=pairs) == []


def test_medicaid_has_edits_of_its_own(tables: Tables) -> None:
    folder = tables(
        edition("ptp", [("92557", "92552", *ALWAYS, 0)]),
        edition("ptp", [("92550", "92552", *ALWAYS, 0)], medicaid=True),
    )
    for payer, wrong, fine in (("MB", "92557", "92550"), ("CI", "92557", "92550"), ("MC", "92550", "92557")):
        assert len(told(claim(1, wrong, "92552", payer=payer), rules="NCI006", data_folder=folder)) == 1
        assert told(claim(1, fine, "92552", payer=payer), rules="NCI006", data_folder=folder) == []


@pytest.mark.parametrize(
    ("services", "rule"),
    [
        (("96365", "J0696", "96372", "J1885"), "NCI006"),  # not NCI014
        (("86580", "96372"), "NCI006"),  # not ADM028
        (("86580", "96372:59"), "ADM028"),  # the modifier opens the pair, but there is still no drug
        (("20610", "J3301", "96372"), "ADM020"),
        (("20610", "J3301", "J1885", "96372"), "NCI006"),  # not NCI011
        (("99284", "96372", "J1885"), "POS008"),
        (("99211", "96372", "J1885"), "NCI001"),
        (("99213", "96372", "J1885"), "NCI002"),
        (("96365", "96374", "J0696"), "ADM021"),
        (("90460", "90471", "90715", "90707"), "ADM004"),
        (("92550", "96372", "J1885"), "NCI006"),
    ],
)
def test_one_pair_has_one_finding(services: tuple[str, ...], rule: str, pairs: str) -> None:
    batch = claim(1, *services, payer="MB", diagnoses="ABK:M5450")
    found = told(batch, rules="NCI ADM POS008 DRG", ignore=("NCI008", "ADM003"), data_folder=pairs)
    assert [name for name, *_ in found] == [rule]


def test_the_pairs_built_in_give_way_to_the_users(tables: Tables) -> None:
    batch = claim(1, "96365", "J0696", "96372", "J1885", payer="MB")
    assert [name for name, *_ in told(batch, rules="NCI", data_folder=without("ptp"))] == ["NCI014"]
    assert told(batch, rules="NCI", ignore=("NCI009",), data_folder=tables(edition("ptp", []))) == []


def test_two_patients_of_one_name_and_a_second_run_see_the_same(pairs: str) -> None:
    batches = [claim(1, "92557").encode(), claim(2, "92552").encode()]
    linter = Linter(Config(as_of=AS_OF, select=("NCI006",), data_folder=pairs))
    assert [list(linter.findings(batch)) for batch in batches] == [[], []]  # Each file is judged by itself.


# -- units (NCI008, NCI009) ---------------------------------------------------------------------------

LIMITS = [("92551", 1, 1), ("92552", 2, 2), ("96372", 2, 3), ("J0690", 6, 3), ("J1885", 8, 1), ("J3420", 1, 3)]


@pytest.fixture
def limits(tables: Tables) -> str:
    return tables(edition("mue", LIMITS), edition("mue", LIMITS, medicaid=True))


def test_units_of_a_day_are_added_over_lines_and_claims(limits: str) -> None:
    batch = claim(1, "92552*2", payer="MB"), claim(2, "92552:59", payer="MB"), claim(3, "92552:XU", payer="MB")
    assert told(*batch, rules="NCI008", data_folder=limits) == [("NCI008", "A2", 1, "SV104")]
    assert told(claim(1, "92552", "92552:59", payer="MB"), rules="NCI008", data_folder=limits) == []


def test_a_value_for_lines_holds_for_each(limits: str) -> None:
    assert told(claim(1, "92551", "92551:59", payer="MB"), rules="NCI008", data_folder=limits) == []
    batch = claim(1, "92551", "92551:59*2", payer="MB")
    assert told(batch, rules="NCI008", data_folder=limits) == [("NCI008", "A1", 2, "SV104")]


def test_the_loaded_value_of_96372_takes_the_place_of_the_one_built_in(limits: str) -> None:
    batch = claim(1, "96372*3", "J3301", "J0696", payer="MB")
    assert told(batch, rules="NCI008", data_folder=limits) == [("NCI008", "A1", 1, "SV104")]
    assert told(batch, rules="NCI008", data_folder=without("mue")) == []


def test_drugs_are_warnings_and_commercial_payers_have_none(limits: str) -> None:
    (finding,) = findings_of(claim(1, "J0690*7", payer="MC"), select=("NCI",), data_folder=limits)
    assert (finding.rule, finding.severity) == ("NCI009", "warning")
    assert (
        finding.message == "7 units of J0690 on 2026-01-15 are more than the 6 that a date takes (MUE, mue-medicaid)."
    )
    assert told(claim(1, "J0690*7"), rules="NCI", data_folder=limits) == []


def test_waste_is_not_counted(limits: str) -> None:
    assert told(claim(1, "J0690*6", "J0690:JW*2", payer="MB"), rules="NCI009", data_folder=limits) == []


def test_units_of_a_range_are_spread_over_its_days(limits: str) -> None:
    batch = claim(1, "J0690*14", payer="MB").replace("DTP*472*D8*20260115", "DTP*472*RD8*20260112-20260115")
    assert told(batch, rules="NCI009", data_folder=limits) == []
    assert len(told(batch.replace("*14*", "*25*"), rules="NCI009", data_folder=limits)) == 1


def test_a_code_without_a_value_has_no_limit(limits: str) -> None:
    assert told(claim(1, "J2550*99", "99213*9", payer="MB"), rules="NCI", data_folder=limits) == []


def test_more_units_than_a_dose_are_told_by_the_limit(limits: str) -> None:
    found = told(claim(1, "96372", "J3420*5", payer="MB"), rules="NCI UNT", data_folder=limits)
    assert found == [("NCI009", "A1", 2, "SV104")]


# -- drug products (NDC006, NDC009) -------------------------------------------------------------------

KETOROLAC, ONDANSETRON = "99999000101", "99999000202"
PRODUCTS = [
    (KETOROLAC, "J1885", "2", "25", "100"),
    (ONDANSETRON, "J2405", "2", "1", "4"),
    ("99999000303", "J0696", "1", "10", "40"),  # 1 g of powder, to be dissolved
    ("99999000404", "J3301", None, None, None),
]


def product(ndc: str, service: str, quantity: str, *others: str) -> str:
    """A claim with a drug line of this product, quantity as ``2*ML``, before other lines."""
    line = "~\nREF*6R*A1L1~\n"
    return claim(1, service, *others).replace(line, f"{line}LIN**N4*{ndc}~\nCTP****{quantity}~\n")


@pytest.fixture
def products(tables: Tables) -> str:
    return tables(edition("crosswalk", PRODUCTS))


def test_an_ndc_of_another_code(products: str) -> None:
    assert told(product(KETOROLAC, "J1885*4", "2*ML"), rules="NDC", data_folder=products) == []
    (finding,) = findings_of(product(ONDANSETRON, "J1885*4", "2*ML"), select=("NDC",), data_folder=products)
    assert finding.message == "The NDC of line 1 is a product of J2405, not of J1885."


def test_what_the_crosswalk_does_not_know_proves_nothing(products: str) -> None:
    assert told(product("99999888801", "J1885*4", "2*ML"), rules="NDC", data_folder=products) == []
    assert told(product(ONDANSETRON, "J2550", "2*ML"), rules="NDC", data_folder=products) == []
    assert told(product(ONDANSETRON, "J3490", "2*ML"), rules="NDC", data_folder=products) == []


@pytest.mark.parametrize(
    ("service", "quantity", "fits"),
    [
        ("J1885*4", "2*ML", True),
        ("J1885*4", "1.5*ML", True),  # 3 units, one of them rounded up
        ("J1885*4", "1*ML", False),
        ("J1885*4", "1*UN", True),  # one vial of 2 mL
        ("J1885*4", "2*UN", True),  # 2 mL, counted as items
        ("J1885*4", "4*UN", False),
        ("J1885*4", "60*ME", True),  # milligrams say nothing of a volume
        ("J1885*1", "0.5*ML", True),
    ],
)
def test_quantity_and_units(service: str, quantity: str, fits: bool, products: str) -> None:
    batch = product(KETOROLAC, service, quantity)
    assert told(batch, rules="NDC009", data_folder=products) == ([] if fits else [("NDC009", "A1", 1, "CTP04")])


def test_the_volume_of_a_dissolved_powder_is_no_quantity(products: str) -> None:
    assert told(product("99999000303", "J0696*4", "1*UN"), rules="NDC009", data_folder=products) == []
    assert len(told(product("99999000303", "J0696*4", "3.6*ML"), rules="NDC009", data_folder=products)) == 1


def test_waste_may_be_in_the_quantity_or_not(products: str) -> None:
    for quantity in ("2*ML", "1.5*ML"):
        batch = product(KETOROLAC, "J1885*3", quantity, "J1885:JW")
        assert told(batch, rules="NDC009", data_folder=products) == []
    assert len(told(product(KETOROLAC, "J1885*3", "5*ML", "J1885:JW"), rules="NDC009", data_folder=products)) == 1


def test_a_product_without_numbers_is_not_worked_out(products: str) -> None:
    assert told(product("99999000404", "J3301*4", "9*ML"), rules="NDC", data_folder=products) == []


# -- taxonomy (PRV004) --------------------------------------------------------------------------------


def test_a_taxonomy_code_must_be_on_the_list_if_there_is_one(tables: Tables, tmp_path: Path) -> None:
    batch = claim(1, "96372", "J3420")
    assert told(batch, rules="PRV004 REF", data_folder=str(tmp_path)) == [("REF002", None, None, "PRV03")]
    folder = tables(edition("taxonomy", [("261QP2300X", "Invented", "")]))
    (finding,) = findings_of(batch, select=("PRV004", "REF"), data_folder=folder)
    assert finding.message == "Taxonomy code 207Q00000X of the rendering provider is not on NUCC's list."
    assert (finding.loop, finding.element) == ("2310B", "PRV03")


# -- codes in force (DAT007, MOD003) ------------------------------------------------------------------

CODES = [
    ("J3420", 19860101, OPEN),
    ("J9950", 20260101, OPEN),
    ("J9951", 20200101, 20251231),
    ("RT", 19820101, OPEN),
    ("ZB", 20260101, OPEN),
    ("ZC", 20200101, 20251231),
]


@pytest.fixture
def codes(tables: Tables) -> str:
    older = [row for row in CODES if row[0] != "J9950"]
    quarters = {"2025q4": (date(2025, 10, 1), date(2025, 12, 31)), "2026q1": (date(2026, 1, 1), date(2026, 3, 31))}
    return tables(
        edition("hcpcs", older, *quarters["2025q4"], name="2025q4"),
        edition("hcpcs", CODES, *quarters["2026q1"], name="2026q1"),
    )


@pytest.mark.parametrize(
    ("code", "day", "says"),
    [
        ("J3420", "20260115", ""),
        ("J9950", "20260101", ""),
        ("J9950", "20251231", "J9950 on line 1 is not a HCPCS code: the list 2025q4 does not hold it."),
        ("J9951", "20251231", ""),
        ("J9951", "20260101", "J9951 on line 1 is dated 2026-01-01, but ended on 2025-12-31."),
        ("J1885", "20260115", "J1885 on line 1 is not a HCPCS code: the list 2026q1 does not hold it."),
        ("J1885", "20250115", ""),  # of a quarter that is not loaded
        ("99213", "20260115", ""),
    ],
)
def test_the_loaded_list_of_the_quarter_knows_every_code(code: str, day: str, says: str, codes: str) -> None:
    found = findings_of(claim(1, code, day=day), select=("DAT007", "REF"), data_folder=codes)
    assert [finding.message for finding in found] == ([says] if says else [])


@pytest.mark.parametrize(
    ("modifier", "day", "says"),
    [
        ("RT", "20260115", ""),
        ("ZB", "20260101", ""),
        ("ZB", "20251231", "Modifier ZB on line 1 began on 2026-01-01."),
        ("ZC", "20251231", ""),
        ("ZC", "20260101", "Modifier ZC on line 1 ended on 2025-12-31."),
        ("ZQ", "20260101", "Modifier ZQ on line 1 is not in the HCPCS list 2026q1."),
        ("ZQ", "20250101", ""),
        ("59", "20260115", ""),  # CPT's modifiers are not in the list
        ("P1", "20260115", ""),
    ],
)
def test_the_loaded_list_of_the_quarter_knows_every_modifier(modifier: str, day: str, says: str, codes: str) -> None:
    found = findings_of(claim(1, f"J3420:{modifier}", day=day), select=("MOD003", "REF"), data_folder=codes)
    assert [finding.message for finding in found] == ([says] if says else [])


def test_a_list_without_modifiers_says_nothing_of_them(tables: Tables) -> None:
    folder = tables(edition("hcpcs", [("J3420", 19860101, OPEN)]))
    assert told(claim(1, "J3420:ZQ"), rules="MOD003", data_folder=folder) == []


# -- diagnoses of other years -------------------------------------------------------------------------


@pytest.fixture
def years(tables: Tables) -> str:
    """The years before and after the shipped one, and an April update of that: with other codes of one category."""
    return tables(
        edition("icd10cm", [("E538",), ("Z9989",)], date(2024, 10, 1), date(2025, 9, 30), name="fy2025"),
        edition("icd10cm", [("E5381",), ("Z9989",)], date(2026, 10, 1), date(2027, 9, 30), name="fy2027"),
        edition("icd10cm", [("E538",), ("E539",)], date(2026, 4, 1), date(2026, 9, 30), name="april"),
    )


@pytest.mark.parametrize(
    ("code", "day", "says"),
    [
        ("E538", "20250930", ""),
        ("E538", "20251001", ""),
        ("E538", "20261001", "Diagnosis E538 is not a complete code; choose one of E5381."),
        ("E5381", "20261001", ""),
        ("E5381", "20260930", "Diagnosis E5381 is not in ICD-10-CM on 2026-09-30: E538 has no further characters."),
        ("I10", "20260331", ""),
        ("I10", "20260401", "Diagnosis I10 is not in ICD-10-CM on 2026-04-01."),
        ("I10", "20240930", "Not checked against ICD-10-CM: it covers dates of service 2024-10-01 to 2027-09-30"),
    ],
)
def test_the_year_of_the_date_of_service_answers(code: str, day: str, says: str, years: str) -> None:
    batch = claim(1, "96372", day=day, diagnoses=f"ABK:{code}")
    found = findings_of(batch, select=("DX006", "REF"), data_folder=years, as_of=date(2027, 1, 1))
    assert [finding.message.partition(", and")[0] for finding in found] == ([says] if says else [])


def test_a_claim_over_two_years_is_told_where_they_change(years: str) -> None:
    batch = claim(1, "J3420", "J3420", day="20261001", diagnoses="ABK:E538").replace("20261001", "20260930", 1)
    (finding,) = findings_of(batch, select=("DAT010",), data_folder=years, as_of=date(2027, 1, 1))
    assert finding.message == (
        "E538 is not valid on 2026-10-01, and the lines that point to it lie on both sides of 2026-10-01, when codes "
        "change."
    )
    in_april = claim(1, "J3420", "J3420", day="20260401", diagnoses="ABK:I10").replace("20260401", "20260331", 1)
    (finding,) = findings_of(in_april, select=("DAT010",), data_folder=years, as_of=date(2027, 1, 1))
    assert "both sides of 2026-04-01" in finding.message


def test_the_shipped_flags_go_with_a_code_into_other_years(years: str) -> None:
    batch = claim(1, "96372", day="20261001", diagnoses="ABK:Z9989")
    assert told(batch, rules="DX011 REF", data_folder=years, as_of=date(2027, 1, 1)) == [("DX011", "A1", 1, "SV107-1")]


# -- the payers' own ----------------------------------------------------------------------------------


def test_a_contractors_list_decides_what_is_self_administered(tables: Tables, tmp_path: Path) -> None:
    batches = {code: claim(1, "96372", code, payer="MB") for code in ("J1438", "J3357", "J2357", "J3490", "J3262:JA")}

    def excluded(folder: str, **options: object) -> set[str]:
        return {
            code for code, batch in batches.items() if told(batch, rules="ADM027", data_folder=folder, options=options)
        }

    assert excluded(str(tmp_path)) == {"J1438", "J3357"}  # the short list that is built in
    rows = [
        ("FIRST", "J2357", *ALWAYS, ""),
        ("FIRST", "J1438", *ALWAYS, ""),
        ("SECOND", "J1438", *ALWAYS, ""),
        ("SECOND", "J3357", 20260201, OPEN, ""),
        ("FIRST", "J3490", *ALWAYS, "One of them"),
        ("SECOND", "J3490", *ALWAYS, "Another"),
        ("FIRST", "J3262", *ALWAYS, ""),
        ("SECOND", "J3262", *ALWAYS, ""),
    ]
    folder = tables(edition("sad", rows))
    assert excluded(folder) == {"J1438"}
    assert excluded(folder, mac="First") == {"J1438", "J2357"}
    assert excluded(folder, mac="second") == {"J1438"}
    assert excluded(folder, **{"self-administered-drugs": ["J2357"]}) == {"J2357"}


def test_without_the_contractors_list_a_drug_that_is_not_built_in_was_not_checked(tmp_path: Path) -> None:
    folder = str(tmp_path)
    assert told(claim(1, "96372", "J1438", payer="MB"), rules="ADM027 REF", data_folder=folder) == [
        ("ADM027", "A1", 2, "SV101-2")
    ]
    batch = claim(1, "96372", "J3420", payer="MB"), claim(2, "96372", "J2357", payer="MB")
    assert told(*batch, rules="ADM027 REF", data_folder=folder) == [("REF002", "A1", 2, "SV101-2")]
    assert told(claim(1, "96372", "J3420"), rules="ADM027 REF", data_folder=folder) == []


def test_a_payers_own_diagnoses_decide(tables: Tables) -> None:
    rows = [("TSTCI", "J3420", "D51*", *ALWAYS), ("TSTCI", "J1885", "M5450", 20260101, 20260131)]
    folder = tables(edition("payer-diagnoses", rows))
    for services, diagnosis, expected in (
        (("96372", "J3420"), "D510", []),
        (("96372", "J3420"), "E538", [("DX013", "A1", 2, "SV107-1")]),
        (("96372", "J1885"), "M5450", []),
        (("96372", "J1885"), "G43909", [("DX026", "A1", 2, "SV107-1")]),
        (("96372", "J3301"), "G43909", []),
    ):
        batch = claim(1, *services, diagnoses=f"ABK:{diagnosis}")
        assert told(batch, rules="DX013 DX026", data_folder=folder) == expected
        assert told(batch.replace("TSTCI", "TSTXX"), rules="DX013 DX026", data_folder=folder) == []
    later = claim(1, "96372", "J1885", day="20260201", diagnoses="ABK:G43909")
    assert told(later, rules="DX026", data_folder=folder) == []


def test_a_payers_list_of_prior_authorizations(tables: Tables) -> None:
    folder = tables(edition("prior-authorization", [("TSTCI", "J0897", 20260101, OPEN)]))
    batch = claim(1, "96372", "J0897*60")
    assert told(batch, rules="STR018", data_folder=folder) == [("STR018", "A1", 2, "SV101-2")]
    assert told(batch.replace("TSTCI", "TSTXX"), rules="STR018", data_folder=folder) == []
    assert told(claim(1, "96372", "J0897*60", day="20251231"), rules="STR018", data_folder=folder) == []
    assert told(batch.replace("HI*ABK", "REF*G1*A12345~HI*ABK"), rules="STR018", data_folder=folder) == []
