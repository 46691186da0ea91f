"""Facts of the domain that the shipped reference sets must tell."""

import pickle
from datetime import date
from pathlib import Path

import msgspec
import pytest

import edi_lint.reference
from edi_lint.reference import (
    EDITIONS,
    PLACES_OF_SERVICE,
    CodeSet,
    Drug,
    DrugTable,
    groups,
    place_of_service_assigned,
    shipped,
)
from tools import build_reference

ICD10CM = shipped().icd10cm
HCPCS = shipped().hcpcs
DRUGS = shipped().drugs
SHIPPED_SETS = pytest.mark.parametrize("codes", [ICD10CM, HCPCS], ids=lambda c: c.name)

SOURCES = Path(__file__).parent.parent.parent / "shared" / "reference"


def listed(codes: CodeSet) -> list[str]:
    lines = codes.path.read_text(encoding="ascii").splitlines()
    return [line[: codes.width].rstrip() for line in lines]


def code_set(path: Path, content: bytes, *flag_names: str) -> CodeSet:
    path.write_bytes(content)
    return CodeSet(
        name="test",
        edition="1",
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 1, 31),
        source="test",
        licence="none",
        path=path,
        width=5,
        flag_names=flag_names,
    )


# --- The shipped files --------------------------------------------------------------


@SHIPPED_SETS
def test_shipped_file_is_sorted_and_of_fixed_width(codes: CodeSet) -> None:
    lines = codes.path.read_bytes().splitlines(keepends=True)
    flag_columns = 1 + len(codes.flag_names) if codes.flag_names else 0
    assert {len(line) for line in lines} == {codes.width + flag_columns + 1}
    assert all(line.endswith(b"\n") and b"\r" not in line for line in lines)
    assert lines == sorted(set(lines))


@SHIPPED_SETS
def test_every_listed_code_is_found(codes: CodeSet) -> None:
    assert [code for code in listed(codes) if code not in codes] == []


@SHIPPED_SETS
def test_no_neighbour_of_a_listed_code_is_found(codes: CodeSet) -> None:
    everything = set(listed(codes))
    neighbours = {code[:-1] for code in everything} | {f"{c}0" for c in everything}
    assert {code for code in neighbours if code in codes} == neighbours & everything


@SHIPPED_SETS
def test_first_and_last_line_are_found(codes: CodeSet) -> None:
    first, *_, last = listed(codes)
    assert first in codes
    assert last in codes
    assert codes.children(last[:-1])[-1] == last


def test_sizes() -> None:
    assert len(listed(ICD10CM)) == 74_719
    assert len(listed(HCPCS)) == 8_725
    assert len(DRUGS) == 163


def test_every_flag_column_is_used() -> None:
    marks = [line[8:] for line in ICD10CM.path.read_text().splitlines()]
    counts = [sum(mark != " " for mark in column) for column in zip(*marks, strict=True)]
    assert dict(zip(ICD10CM.flag_names, counts, strict=True)) == {
        "unspecified_side": 9_297,
        "external_cause": 7_461,
        "code_first": 8_425,
        "z_status_history": 600,
        "manifestation_title": 267,
        "z_first_listed_only": 141,
        "organism_only": 46,
    }


def test_nothing_of_licensed_files_is_shipped() -> None:
    drug_table = (ICD10CM.path.parent / "drugs.csv").read_text(encoding="utf-8")
    assert "mue" not in drug_table.lower()
    assert not [code for code in listed(HCPCS) if code[0] == "D" or code.isdigit()]


def test_every_shipped_set_says_where_it_comes_from() -> None:
    assert ICD10CM in EDITIONS
    assert HCPCS in EDITIONS
    for edition in EDITIONS:
        assert edition.name
        assert edition.edition
        assert edition.source
        assert edition.licence
        assert edition.valid_from < edition.valid_to


# --- ICD-10-CM ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    ["E538", "D510", "M5450", "W19XXXA", "Z23", "U071", "A000", "QA00101", "B20"],
)
def test_billable(code: str) -> None:
    assert code in ICD10CM


@pytest.mark.parametrize(
    ("header", "children"),
    [
        ("E53", ("E530", "E531", "E538", "E539")),
        ("M545", ("M5450", "M5451", "M5459")),
        ("W19", ("W19XXXA", "W19XXXD", "W19XXXS")),
        ("S93401", ("S93401A", "S93401D", "S93401S")),
    ],
)
def test_header_is_not_billable_and_lists_its_children(header: str, children: tuple[str, ...]) -> None:
    assert header not in ICD10CM
    assert ICD10CM.children(header) == children


def test_children_are_limited_and_in_order() -> None:
    assert len(ICD10CM.children("E")) == 6
    assert ICD10CM.children("E53", limit=2) == ("E530", "E531")
    assert ICD10CM.children("E53", limit=0) == ()


@pytest.mark.parametrize("prefix", ["E538", "", "e53", "E53 ", "ZZZ", "999", "E53800000"])
def test_no_children(prefix: str) -> None:
    assert ICD10CM.children(prefix) == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "E53.8",
        "E538 ",
        "E538   ",
        " E538",
        "E538\0",
        "E538\n",
        "\n",
        "e538",
        "E5380",
        "E538\N{FULLWIDTH DIGIT ONE}",
        "\N{SUPERSCRIPT TWO}",
        "\N{LATIN CAPITAL LETTER E WITH ACUTE}538",
        "\ud800",
        "W19XXXAA",
        "W19XXXA ",
        "0",
        "ZZZZZZZ",
        "E538" * 1000,
    ],
)
def test_not_a_code(text: str) -> None:
    assert text not in ICD10CM
    assert text not in HCPCS
    assert ICD10CM.flags(text) == frozenset()


def test_only_text_can_be_a_code() -> None:
    assert b"E538" not in ICD10CM
    assert None not in ICD10CM
    assert 538 not in ICD10CM


@pytest.mark.parametrize(
    ("code", "flags"),
    [
        ("E538", set()),
        ("W19XXXA", {"external_cause"}),
        ("G320", {"code_first", "manifestation_title"}),
        ("B9620", {"organism_only"}),
        ("M1710", {"unspecified_side"}),
        ("M1711", set()),
        ("Z79899", {"z_status_history"}),
        ("Z5111", {"z_first_listed_only"}),
        ("E53", set()),
    ],
)
def test_flags(code: str, flags: set[str]) -> None:
    assert ICD10CM.flags(code) == flags


def test_edition_covers_its_fiscal_year_only() -> None:
    assert not ICD10CM.covers(date(2025, 9, 30))
    assert ICD10CM.covers(date(2025, 10, 1))
    assert ICD10CM.covers(date(2026, 9, 30))
    assert not ICD10CM.covers(date(2026, 10, 1))


# --- HCPCS Level II -----------------------------------------------------------------


def test_level_ii_codes() -> None:
    assert "J3420" in HCPCS
    assert "G0008" in HCPCS
    assert "96372" not in HCPCS
    assert "J342" not in HCPCS
    assert HCPCS.children("J342")[0] == "J3420"
    assert HCPCS.flags("J3420") == frozenset()


def test_listed_is_not_in_force() -> None:
    """CMS keeps ended codes in its list, so the drug table's dates are needed too."""
    assert "J1030" in HCPCS
    assert DRUGS["J1030"].terminated == date(2024, 3, 31)


def test_edition_covers_its_quarter_only() -> None:
    assert HCPCS.covers(date(2026, 7, 1))
    assert not HCPCS.covers(date(2026, 6, 30))
    assert not HCPCS.covers(date(2026, 10, 1))


# --- How a code set reads its file --------------------------------------------------


def test_no_file_is_read_before_a_look_up(tmp_path: Path) -> None:
    codes = code_set(tmp_path / "codes.txt", b"J3420\n")
    codes.path.unlink()
    assert codes.covers(date(2026, 1, 31))
    with pytest.raises(FileNotFoundError):
        assert "J3420" in codes


def test_a_file_is_read_once(tmp_path: Path) -> None:
    codes = code_set(tmp_path / "codes.txt", b"J3420\n")
    assert "J3420" in codes
    codes.path.unlink()
    assert "J3420" in codes


@pytest.mark.parametrize("content", [b"J3420\r\nJ3425\r\n", b"J3420\nJ3425", b"J34\n"])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, content: bytes) -> None:
    codes = code_set(tmp_path / "codes.txt", content)
    with pytest.raises(ValueError, match="not lines of 6 bytes"):
        assert "J3420" in codes


def test_an_empty_file_holds_no_code(tmp_path: Path) -> None:
    codes = code_set(tmp_path / "codes.txt", b"")
    assert "J3420" not in codes
    assert codes.children("J") == ()


def test_short_and_long_codes_keep_their_order(tmp_path: Path) -> None:
    codes = code_set(tmp_path / "codes.txt", b"B20    \nB200  x\nB21   x\n", "flag")
    assert [code for code in ("B20", "B200", "B21", "B2") if code in codes] == [
        "B20",
        "B200",
        "B21",
    ]
    assert codes.children("B2") == ("B20", "B200", "B21")
    assert codes.children("B20") == ("B200",)
    assert codes.flags("B20") == frozenset()
    assert codes.flags("B21") == {"flag"}


def test_reference_can_be_sent_to_another_process() -> None:
    assert "E538" in ICD10CM
    assert "E538" in pickle.loads(pickle.dumps(shipped())).icd10cm


def test_shipped_is_one_object() -> None:
    assert shipped() is shipped()


# --- Drugs --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "routes"),
    [
        ("J3420", {"IM", "SC"}),
        ("J2550", {"IM", "IV"}),
        ("J0561", {"IM"}),
        ("J1930", {"SC"}),
        ("J3262", {"IV", "SC"}),
        ("J9202", {"IMPLANT"}),
        ("J0585", {"CHEMODENERVATION"}),
        ("J3300", {"IVT"}),
        ("J1010", {"IM", "IA", "IL"}),
        ("J3490", {"ANY"}),
    ],
)
def test_routes(code: str, routes: set[str]) -> None:
    assert DRUGS[code].routes == routes


def test_injectable() -> None:
    given = {code for code in ("J3420", "J3262", "J3490") if DRUGS[code].injectable}
    assert given == {"J3420", "J3262", "J3490"}
    not_given = ("J1745", "J9202", "J0585", "J3300", "J3304")
    assert not [code for code in not_given if DRUGS[code].injectable]


def test_iv_only() -> None:
    iv_only = {drug.code for drug in DRUGS.values() if drug.iv_only}
    assert iv_only == {"J0456", "J1602", "J1745", "J3380", "J3424"}


def test_containers() -> None:
    assert DRUGS["J1885"].container == "single"
    assert DRUGS["J3121"].container == "multi"
    assert DRUGS["J3420"].container == "both"
    assert DRUGS["J3490"].container == "unknown"


def test_dates() -> None:
    assert DRUGS["J1010"].added == date(2024, 4, 1)
    assert DRUGS["J1010"].terminated is None
    assert not DRUGS["J1010"].start_unverified
    assert DRUGS["J0171"].terminated == date(2025, 6, 30)


def test_unverified_start() -> None:
    assert DRUGS["J1171"].added is None
    assert DRUGS["J1171"].start_unverified
    assert DRUGS["J0165"].added == date(2025, 7, 1)
    assert DRUGS["J0165"].start_unverified


def test_a_drug_without_a_proper_administration_has_none() -> None:
    assert DRUGS["J1030"].administration == ""
    assert DRUGS["J3420"].administration == "96372"


def test_every_drug_is_a_level_ii_code() -> None:
    assert [code for code in DRUGS if code not in HCPCS] == []
    assert list(DRUGS) == sorted(DRUGS)
    assert all(drug.code == code for code, drug in DRUGS.items())


def test_unknown_drug() -> None:
    assert "96372" not in DRUGS
    assert DRUGS.get("J0000") is None


def test_a_drug_is_frozen() -> None:
    with pytest.raises(AttributeError):
        DRUGS["J3420"].name = "something else"  # type: ignore[misc]


def test_a_row_that_is_no_drug_is_refused(tmp_path: Path) -> None:
    header = ",".join(Drug.__struct_fields__)
    table = tmp_path / "drugs.csv"
    table.write_text(f"{header}\nJ1,name,unit,ORAL,single,,,,,,\n", encoding="utf-8")
    with pytest.raises(msgspec.ValidationError):
        assert DrugTable(table)["J1"]


# --- Places of service --------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "day", "assigned"),
    [
        ("11", date(2005, 1, 1), True),
        ("10", date(2021, 12, 31), False),
        ("10", date(2022, 1, 1), True),
        ("27", date(2023, 9, 30), False),
        ("27", date(2023, 10, 1), True),
        ("58", date(2019, 12, 31), False),
        ("58", date(2020, 1, 1), True),
        ("28", date(2026, 1, 1), False),
        ("98", date(2026, 1, 1), False),
        ("1", date(2026, 1, 1), False),
        ("", date(2026, 1, 1), False),
    ],
)
def test_place_of_service_assigned(code: str, day: date, assigned: bool) -> None:
    assert place_of_service_assigned(code, day) is assigned


def test_unassigned_places() -> None:
    unassigned = groups.code_range("01", "99") - PLACES_OF_SERVICE.keys()
    assert unassigned == {
        *groups.code_range("28", "30"),
        *groups.code_range("35", "40"),
        *groups.code_range("43", "48"),
        *("59", "63", "64"),
        *groups.code_range("67", "70"),
        *groups.code_range("73", "80"),
        *groups.code_range("82", "98"),
    }


# --- Groups -------------------------------------------------------------------------


def test_code_range() -> None:
    assert groups.code_range("90380", "90382") == {"90380", "90381", "90382"}
    assert groups.code_range("Q2034", "Q2035") == {"Q2034", "Q2035"}
    assert groups.code_range("00100", "00101") == {"00100", "00101"}
    assert groups.code_range("96372", "96372") == {"96372"}


def test_a_span_of_codes_is_the_range_that_is_not_written_out() -> None:
    surgery, visits = groups.CodeSpan("10004", "69990"), frozenset({"36415", "99213"})
    assert len(surgery) == len(groups.code_range("10004", "69990")) == 59987
    assert "36415" in surgery
    assert not {"10003", "69991", "1000", "100040", "3641A", "\u0663\u0666\u0664\u0661\u0665", ""} & surgery
    for sum_, difference in ((surgery | visits, surgery - visits), (visits | surgery, surgery - visits)):
        assert {"36415", "99213"} <= sum_
        assert not {"36415", "99213"} & difference
    assert "36415" in (surgery - visits) | {"36415"}
    assert set(groups.CodeSpan("J0001", "J0003") | {"J3420"}) == {"J0001", "J0002", "J0003", "J3420"}
    assert surgery.isdisjoint({"99213", "J3420"})


@pytest.mark.parametrize(
    ("first", "last"),
    [("90382", "90380"), ("Q2034", "J2035"), ("99", "100"), ("J", "J"), ("Q1", "QQ")],
)
def test_not_a_range(first: str, last: str) -> None:
    with pytest.raises(ValueError, match="not a range"):
        groups.code_range(first, last)


def test_vaccines_are_products() -> None:
    assert {"90715", "90662", "91322", "Q2035", "90476"} <= groups.VACCINES
    assert groups.VACCINES.isdisjoint(groups.code_range("90480", "90484"))
    assert groups.VACCINES.isdisjoint(groups.ADMIN_VACCINE)
    assert groups.VACCINES.isdisjoint(groups.IMMUNE_GLOBULINS | groups.RSV_ANTIBODIES)


def test_rsv_antibodies_are_not_immune_globulins() -> None:
    assert {"90378", "90380", "90381", "90382"} == groups.RSV_ANTIBODIES
    assert groups.RSV_ANTIBODIES.isdisjoint(groups.IMMUNE_GLOBULINS)
    assert {"90375", "90384", "J2790"} <= groups.IMMUNE_GLOBULINS


def test_96372_is_no_other_administration() -> None:
    for group in (
        groups.ADMIN_VACCINE,
        groups.ADMIN_RSV,
        groups.ADMIN_ALLERGY,
        groups.ADMIN_CHEMO,
        groups.ADMIN_IV,
        groups.ADMIN_ON_BODY,
        groups.ADMIN_PREP,
        groups.OBSOLETE_INJECTION,
    ):
        assert "96372" not in group
    assert "96372" in groups.INFUSION_AND_INJECTION


def test_visits() -> None:
    visits = {"99211", "99215", "99285", "99396", "92014", "G0402", "G0439", "G0463"}
    assert visits <= groups.EM
    assert groups.EM.isdisjoint({"96372", "J3420", "90471", "G0008", "G2211", "99195"})
    assert groups.EM_OFFICE | groups.EM_PREVENTIVE | groups.EM_EYE <= groups.EM


def test_no_pair_is_in_two_columns() -> None:
    columns = (
        groups.PTP_COLUMN2_EM,
        groups.PTP_COLUMN2_NEVER,
        groups.PTP_COLUMN1_EM,
        groups.PTP_COLUMN1_EM_NEVER,
        groups.PTP_COLUMN1_OTHER,
    )
    assert sum(map(len, columns)) == len(frozenset().union(*columns))
    # Codes found to have no pair with 96372 at all.
    without = {"90471", "90480", "G0008", "96375", "96377", "99396", "G2211", "36415"}
    assert without.isdisjoint(frozenset().union(*columns))


def test_modifiers_that_unbundle() -> None:
    assert {"25", "59", "XU", "LT", "T9"} <= groups.PTP_MODIFIERS
    others = {"22", "26", "50", "51", "52", "53", "76", "77", "TC", "JW", "JZ"}
    assert groups.PTP_MODIFIERS.isdisjoint(others)


def test_add_ons_follow_an_initial_service() -> None:
    assert groups.ADDON_PARENTS["96375"] == {"96365", "96374", "96409", "96413"}
    assert groups.ADDON_PARENTS.keys().isdisjoint(groups.INITIAL_SERVICES)
    parents = frozenset().union(*groups.ADDON_PARENTS.values())
    assert parents == groups.INITIAL_SERVICES | {"96369"}


def test_places_of_the_groups_are_assigned() -> None:
    places = groups.POS_HOSPITAL | groups.POS_FACILITY | groups.POS_TELEHEALTH
    assert places <= PLACES_OF_SERVICE.keys()


def test_b12_diagnoses_lead_to_billable_codes() -> None:
    assert "E538".startswith(groups.B12_DIAGNOSES)
    assert not "R5383".startswith(groups.B12_DIAGNOSES)
    for prefix in groups.B12_DIAGNOSES:
        assert prefix in ICD10CM or ICD10CM.children(prefix)


def test_level_ii_codes_of_the_groups_exist() -> None:
    values = (getattr(groups, name) for name in groups.__all__ if name.isupper())
    sets = [value for value in values if isinstance(value, frozenset)]
    codes = {code for value in sets for code in value if len(code) == 5}
    level_ii = {code for code in codes if code[0].isalpha()}
    # G0351 ended so long ago that CMS no longer lists it.
    assert {code for code in level_ii if code not in HCPCS} == {"G0351"}


# --- Public names and the build tool ------------------------------------------------


def test_public_names_exist() -> None:
    for name in edi_lint.reference.__all__:
        assert hasattr(edi_lint.reference, name)
    for name in groups.__all__:
        assert hasattr(groups, name)


@pytest.mark.parametrize(
    ("source", "built"),
    [
        ("IM,deep SC", "IM+SC"),
        ("IV or SC", "IV+SC"),
        ("IM(deep),IV", "IM+IV"),
        ("SC implant", "IMPLANT"),
        ("IM (chemodenervation)", "CHEMODENERVATION"),
        ("any", "ANY"),
    ],
)
def test_build_routes(source: str, built: str) -> None:
    assert build_reference.routes(source) == built


def test_build_refuses_an_unknown_route() -> None:
    with pytest.raises(KeyError):
        build_reference.routes("IM,oral")


@pytest.mark.parametrize(
    ("source", "built"),
    [
        ("1986-01-01", ("1986-01-01", "")),
        (">2024-07-01", ("", "Y")),
        ("2025-07-01*", ("2025-07-01", "Y")),
    ],
)
def test_build_start_date(source: str, built: tuple[str, str]) -> None:
    assert build_reference.start_date(source) == built


@pytest.mark.parametrize(
    ("source", "built"),
    [
        ("MUE 1: one unit covers any dose", "one unit covers any dose"),
        ("2.4 MU = 24 units (=MUE 24)", "2.4 MU = 24 units"),
        ("deleted 2025-04-01; MUE 0 before that", "deleted 2025-04-01"),
        ("40 mg = 4 units", "40 mg = 4 units"),
    ],
)
def test_build_note(source: str, built: str) -> None:
    assert build_reference.note(source) == built


def test_build_refuses_a_note_that_tells_an_mue() -> None:
    with pytest.raises(ValueError, match="MUE"):
        build_reference.note("the MUE is 4")


def test_build_code_lines() -> None:
    flags = {"M1710": "unspecified_side", "G320": "manifestation_title;code_first"}
    text = build_reference.fixed_width(ICD10CM, ["M1710", "G320", "E538"], flags)
    assert text == "E538           \nG320      C M  \nM1710   U      \n"
    assert build_reference.fixed_width(HCPCS, ["J3420"], {}) == "J3420\n"


@pytest.mark.parametrize(
    ("codes", "flags"),
    [
        (["E538", "E538"], {}),
        (["e538"], {}),
        (["E53.8"], {}),
        (["E5380000"], {}),
        (["E538"], {"D510": "code_first"}),
        (["E538"], {"E538": "delicious"}),
    ],
)
def test_build_refuses_bad_code_lists(codes: list[str], flags: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"code|flags"):
        build_reference.fixed_width(ICD10CM, codes, flags)


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the source lists are not beside the repository (../shared/reference)")
def test_shipped_files_are_what_the_sources_build() -> None:
    built = build_reference.build(SOURCES)
    shipped_text = {name: (ICD10CM.path.parent / name).read_bytes().decode() for name in built}
    assert built == shipped_text
