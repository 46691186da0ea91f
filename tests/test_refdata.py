"""Reference data of the user: every file layout good and bad, the store's atomicity, look-ups by date, the commands.

All rows are invented; a few well-known code numbers stand among them.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import platformdirs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_lint.cli import main
from edi_lint.linter import data_folder
from edi_lint.refdata import TABLES, LoadedEdition, RefdataError, UserTables
from edi_lint.refdata.add import Request, add_files
from edi_lint.refdata.dates import fiscal_year_in_name, number_of, quarter_in_name, taxonomy_release_in_name, window
from edi_lint.refdata.loaders import FORMATS
from edi_lint.refdata.lookups import QUERIES
from edi_lint.refdata.reading import SourceFile
from edi_lint.refdata.recognise import recognise
from edi_lint.refdata.records import FILE_NAME
from edi_lint.refdata.store import Load, Store
from tests.reference_files import (
    CROSSWALK,
    HCPCS,
    HCPCS_FIXED,
    ICD_CODES,
    ICD_ORDER,
    MUE,
    MUE_MEDICAID,
    PTP,
    SAD_ARTICLE,
    SAMPLES,
    TAXONOMY,
    Sample,
    mue_text,
    ptp_text,
    ptp_workbook,
    swap,
)

DAY = date(2024, 8, 15)
"""A day of the third quarter of 2024, for which most files below hold."""


BULK = ("ptp", "mue", "hcpcs", "crosswalk")
LINE_ENDS = [sample for sample in SAMPLES if sample.table in BULK and not sample.name.endswith("xlsx")]
PLAIN = Request()
samples = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def add(
    folder: Path, name: str, content: str | bytes, request: Request = PLAIN, **changes: object
) -> list[LoadedEdition]:
    """Load one file into the store of the test's folder."""
    folder.joinpath("files").mkdir(exist_ok=True)
    return add_files(folder, [put(folder / "files", name, content)], msgspec.structs.replace(request, **changes))


# --- Loading -------------------------------------------------------------------------------------------------


@samples
def test_a_good_file_is_recognised_and_loaded(sample: Sample, tmp_path: Path) -> None:
    [edition] = add(tmp_path, sample.name, sample.bytes, sample.request)
    assert (edition.table, edition.rows, edition.medicaid) == (sample.table, sample.rows, sample.request.medicaid)
    assert [file.name for file in edition.files] == [sample.name]
    if edition.valid_from > date.min or edition.valid_to < date.max:
        assert edition.covers(DAY)


@pytest.mark.parametrize(
    ("sample", "why"),
    [(sample, why) for sample in SAMPLES for why in sample.bad],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_bad_file_is_refused_with_its_line_and_what_was_expected(sample: Sample, why: str, tmp_path: Path) -> None:
    content, reason = sample.bad[why]
    with pytest.raises(RefdataError) as caught:
        add(tmp_path, sample.name, content, sample.request)
    message = str(caught.value)
    assert re.search(f"^{re.escape(str(tmp_path / 'files' / sample.name))}: .*{reason}", message), message
    assert "\n" not in message
    assert Store(tmp_path).editions() == UserTables(tmp_path).editions() == ()


def test_there_are_a_good_and_three_bad_files_or_more_of_each_layout(tmp_path: Path) -> None:
    assert {sample.table for sample in SAMPLES} == set(TABLES)
    assert min(len(sample.bad) for sample in SAMPLES) >= 3
    shown = {id(recognise(SourceFile(put(tmp_path, sample.name, sample.bytes)))) for sample in SAMPLES}
    assert shown == {id(form) for form in FORMATS}


@samples
def test_a_file_is_known_by_its_content_not_by_its_name(sample: Sample, tmp_path: Path) -> None:
    [edition] = add(tmp_path, "download", sample.bytes, sample.request, effective=date(2024, 7, 1))
    assert (edition.table, edition.rows) == (sample.table, sample.rows)


@samples
def test_only_one_format_fits(sample: Sample, tmp_path: Path) -> None:
    form = recognise(SourceFile(put(tmp_path, sample.name, sample.bytes)))
    heads = {"rows": list(SourceFile(tmp_path / sample.name).rows())}
    if not sample.name.endswith("xlsx"):
        heads["lines"] = list(SourceFile(tmp_path / sample.name).lines())
    assert [other for other in FORMATS if other.view in heads and other.fits(heads[other.view])] == [form]


@pytest.mark.parametrize("sample", LINE_ENDS, ids=lambda sample: sample.name)
def test_a_file_cut_anywhere_within_a_line_is_refused(sample: Sample, tmp_path: Path) -> None:
    content = sample.bytes
    cuts = [cut for cut in range(len(content)) if content[cut - 1 : cut] not in (b"\n", b"\r")]
    for cut in cuts[:: max(1, len(cuts) // 60)]:
        with pytest.raises(RefdataError):
            add(tmp_path, sample.name, content[:cut], sample.request)
    assert Store(tmp_path).editions() == ()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"  \r\n", "the file is empty"),
        (b"%PDF-1.7\n", "this is a PDF document"),
        (b"\x1f\x8b\x08\x00", "this is a gzip archive: unpack it first"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "save it as .xlsx or CSV"),
        (b"ISA*00*          *00*          *ZZ*DOE*~", "this is an X12 file, not reference data"),
        (b"<!DOCTYPE html><html>", "accept its terms in a browser"),
        (b"{}", "this is JSON"),
        (b"a,b\0c\n", "neither text nor a workbook"),
        (b"\xff\xfea", "expected"),
        (b"name,born\nDoe,19700101\n", "expected the first lines of a reference file, one of: NCCI PTP edits"),
    ],
)
def test_what_is_no_reference_file_is_named_and_not_shown(content: bytes, says: str, tmp_path: Path) -> None:
    with pytest.raises(RefdataError, match=re.escape(says)) as caught:
        add(tmp_path, "file", content)
    assert "doe" not in str(caught.value).lower()


def test_an_archive_is_to_be_unpacked(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "ptp.zip", "w") as archive:
        archive.writestr("ccipra.txt", PTP)
    with pytest.raises(RefdataError, match="unpack it and add the file inside"):
        add_files(tmp_path, [tmp_path / "ptp.zip"], Request())


def test_a_workbook_without_openpyxl_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(RefdataError, match=r"pip install 'edi-lint\[refdata\]'"):
        add(tmp_path, "ccipra-v302r0-f1.xlsx", ptp_workbook())


@settings(deadline=None)
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "ignore")))
def test_any_bytes_are_loaded_or_refused(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(RefdataError):
        add(tmp_path_factory.mktemp("any"), "file", content)


@settings(deadline=None)
@given(
    number=st.integers(0, len(SAMPLES) - 1),
    at=st.floats(0, 1),
    junk=st.one_of(st.binary(max_size=5), st.sampled_from([b"\t", b",", b'"', b"\r\n", b"99999,", b"\xff"])),
)
def test_a_damaged_file_is_loaded_or_refused(
    number: int, at: float, junk: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sample = SAMPLES[number]
    cut = int(at * len(sample.bytes))
    folder = tmp_path_factory.mktemp("damaged")
    try:
        add(folder, sample.name, sample.bytes[:cut] + junk + sample.bytes[cut + len(junk) :], sample.request)
    except RefdataError:
        assert Store(folder).editions() == ()


def test_names_may_be_written_in_any_encoding(tmp_path: Path) -> None:
    for number, encoding in enumerate(("utf-8", "utf-8-sig", "cp1252", "utf-16")):
        folder = tmp_path / encoding
        folder.mkdir()
        text = swap(SAD_ARTICLE, "Inventol", "Inventol®")
        add(folder, f"list{number}.csv", text.encode(encoding), Request(mac="x"))
        assert [entry.drug for entry in UserTables(folder).sad("J9998", DAY)] == ["Inventol®"]


# --- Editions and their dates --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("MCR_MUE_PractitionerServices_Eff_07-01-2024.csv", date(2024, 7, 1)),
        ("ccipra-v302r0-f1.TXT", date(2024, 7, 1)),
        ("ccipra-v320r1-f4.xlsx", date(2026, 1, 1)),
        ("medicaid-ncci-2026-q3-ptp-edits-practitioner-services.txt", date(2026, 7, 1)),
        ("medicaid-ncci-q2-2026-ptp-edits.txt", date(2026, 4, 1)),
        ("HCPC2026_OCT_ANWEB.csv", date(2026, 10, 1)),
        ("section 508 version of January 2025 ASP NDC-HCPCS Crosswalk.csv", date(2025, 1, 1)),
        ("table.csv", None),
        ("MUE_Eff_13-01-2024.csv", None),
    ],
)
def test_quarters_in_file_names(name: str, first: date | None) -> None:
    assert quarter_in_name(name) == first


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("icd10cm_codes_2027.txt", date(2026, 10, 1)),
        ("icd10cm-order-April-2026.txt", date(2026, 4, 1)),
        ("icd10cm.txt", None),
    ],
)
def test_fiscal_years_in_file_names(name: str, first: date | None) -> None:
    assert fiscal_year_in_name(name) == first


def test_taxonomy_releases_in_file_names() -> None:
    assert taxonomy_release_in_name("nucc_taxonomy_251.csv") == date(2025, 7, 1)
    assert taxonomy_release_in_name("nucc_taxonomy_260.csv") == date(2026, 1, 1)
    assert taxonomy_release_in_name("taxonomy.csv") is None


def test_how_long_editions_hold() -> None:
    assert window("quarter", date(2024, 10, 1)) == (date(2024, 10, 1), date(2024, 12, 31))
    assert window("quarter", date(2024, 2, 10)) == (date(2024, 2, 10), date(2024, 3, 31))
    assert window("history", date(2024, 7, 1)) == (date.min, date(2024, 9, 30))
    assert window("fiscal-year", date(2026, 10, 1)) == (date(2026, 10, 1), date(2027, 9, 30))
    assert window("fiscal-year", date(2026, 4, 1)) == (date(2026, 4, 1), date(2026, 9, 30))
    assert window("always", date(2026, 4, 1)) == (date.min, date.max)


def test_a_file_whose_name_is_silent_needs_its_date(tmp_path: Path) -> None:
    with pytest.raises(RefdataError, match="give --effective YYYY-MM-DD"):
        add(tmp_path, "mue.csv", MUE)
    [edition] = add(tmp_path, "mue.csv", MUE, effective=date(2024, 7, 1))
    assert edition.edition == "mue-2024q3"
    assert (edition.valid_from, edition.valid_to) == (date(2024, 7, 1), date(2024, 9, 30))


def test_the_edition_of_the_date_of_service_answers(tmp_path: Path) -> None:
    add(tmp_path, "MUE_Eff_04-01-2024.csv", mue_text("96372,2,3 Day"))
    add(tmp_path, "MUE_Eff_07-01-2024.csv", mue_text("96372,4,3 Day"))
    tables = UserTables(tmp_path)
    units = {day: getattr(tables.mue("96372", day), "units", None) for day in map(date.fromisoformat, (
        "2024-03-31", "2024-04-01", "2024-06-30", "2024-07-01", "2024-09-30", "2024-10-01",
    ))}  # fmt: skip
    assert list(units.values()) == [None, 2, 2, 4, 4, None]
    assert [tables.covers("mue", day) for day in units] == [value is not None for value in units.values()]
    assert not tables.missing("mue")


def test_of_two_that_cover_a_day_the_later_effective_one_answers(tmp_path: Path) -> None:
    # Loaded in the wrong order: not the loading decides.
    add(tmp_path, "a.csv", mue_text("96372,5,3 Day"), effective=date(2024, 8, 1), edition="correction")
    add(tmp_path, "b.csv", mue_text("96372,4,3 Day"), effective=date(2024, 7, 1))
    tables = UserTables(tmp_path)
    found = [tables.mue("96372", day) for day in (date(2024, 7, 31), date(2024, 8, 1))]
    assert [(limit.units, limit.edition) for limit in found if limit] == [(4, "mue-2024q3"), (5, "correction")]


def test_an_april_update_of_icd10cm_answers_from_april(tmp_path: Path) -> None:
    add(tmp_path, "icd10cm_order_2027.txt", ICD_ORDER)
    add(tmp_path, "icd10cm_codes_april_2027.txt", swap(ICD_CODES, "D511 ", "D512 "))
    tables = UserTables(tmp_path)
    before, after = tables.icd10cm(date(2027, 3, 31)), tables.icd10cm(date(2027, 4, 1))
    assert before is not None
    assert after is not None
    assert (before.edition, after.edition) == ("icd10cm-fy2027", "icd10cm-2027-04-01")
    assert [code in before for code in ("D510", "D511", "D512", "D51")] == [True, True, False, False]
    assert [code in after for code in ("D510", "D511", "D512", "D51")] == [True, False, True, False]
    assert tables.icd10cm(date(2027, 10, 1)) is None
    assert tables.icd10cm(date(2027, 4, 2)) is after


def test_the_ptp_history_answers_for_earlier_days_but_not_for_later_quarters(tmp_path: Path) -> None:
    add(tmp_path, "ccipra-v302r0-f1.txt", PTP)
    tables = UserTables(tmp_path)
    assert [tables.covers("ptp", day) for day in (date(1999, 1, 1), DAY, date(2024, 10, 1))] == [True, True, False]
    old = tables.ptp("96372", "99213", date(2019, 12, 31))  # The deletion date is inclusive.
    new = tables.ptp("96372", "99213", date(2020, 1, 1))
    assert old is not None
    assert new is not None
    assert (old.indicator, old.deletion, old.modifier_allowed) == (0, date(2019, 12, 31), False)
    assert (new.indicator, new.deletion, new.modifier_allowed) == (1, None, True)
    assert tables.ptp("96372", "99213", date(1995, 12, 31)) is None
    assert tables.ptp("96372", "99213", date(2024, 10, 1)) is None


def test_an_edit_that_was_never_in_force_denies_nothing(tmp_path: Path) -> None:
    add(tmp_path, "ccipra-v302r0-f1.txt", PTP)
    tables = UserTables(tmp_path)
    assert tables.ptp("96372", "99215", date(2020, 1, 1)) is None
    assert tables.ptp("96372", "99215", date(2024, 7, 31)) is not None
    assert tables.ptp("96372", "99215", date(2024, 8, 1)) is None


def test_the_files_of_one_edition_add_up_and_take_each_others_place(tmp_path: Path) -> None:
    def loaded() -> list[tuple[str, int]]:
        [edition] = UserTables(tmp_path).editions("ptp")
        assert edition.edition == "ptp-2024q3"
        return [(file.name, file.rows) for file in edition.files]

    first = put(tmp_path, "ccipra-v302r0-f1.txt", ptp_text("11111 22222 20240101 * 0"))
    second = put(tmp_path, "ccipra-v302r0-f2.txt", ptp_text("33333 44444 20240101 * 0", "33333 55555 20240101 * 0"))
    add_files(tmp_path, [first, second], Request())
    assert loaded() == [("ccipra-v302r0-f1.txt", 1), ("ccipra-v302r0-f2.txt", 2)]
    tables = UserTables(tmp_path)
    assert tables.ptp("11111", "22222", DAY)
    assert tables.ptp("33333", "55555", DAY)
    add(tmp_path, "ccipra-v302r1-f2.txt", ptp_text("33333 44444 20240101 * 0"))
    assert loaded() == [("ccipra-v302r0-f1.txt", 1), ("ccipra-v302r1-f2.txt", 1)]
    assert UserTables(tmp_path).ptp("33333", "55555", DAY) is None
    with pytest.raises(RefdataError, match="the same part of edition 'ptp-2024q3' twice"):
        add_files(tmp_path, [second, second], Request())


def test_an_edition_keeps_to_one_table_and_one_day(tmp_path: Path) -> None:
    add(tmp_path, "ccipra-v302r0-f1.txt", PTP, edition="mine")
    with pytest.raises(RefdataError, match="edition 'mine' is another table's"):
        add(tmp_path, "MUE_Eff_07-01-2024.csv", MUE, edition="mine")
    with pytest.raises(RefdataError, match="the other files of edition 'mine' on 2024-07-01"):
        add(tmp_path, "ccipra-v303r0-f2.txt", PTP, edition="mine")
    with pytest.raises(RefdataError, match="--edition: a name has letters"):
        add(tmp_path, "ccipra-v303r0-f2.txt", PTP, edition="my\nown")


def test_medicaids_tables_are_apart(tmp_path: Path) -> None:
    add(tmp_path, "MUE_Eff_07-01-2024.csv", mue_text("96372,4,3 Day"))
    tables = UserTables(tmp_path)
    assert tables.mue("96372", DAY, medicaid=True) is None
    assert (tables.missing("mue"), tables.missing("mue", medicaid=True)) == (False, True)
    [edition] = add(tmp_path, "mcd-mue-2024-q3.csv", MUE_MEDICAID, medicaid=True)
    assert (edition.edition, edition.name) == ("mue-medicaid-2024q3", "NCCI MUE values (Medicaid)")
    tables = UserTables(tmp_path)
    medicare, medicaid = tables.mue("96372", DAY), tables.mue("96372", DAY, medicaid=True)
    assert medicare is not None
    assert medicaid is not None
    assert (medicare.units, medicare.per_day, medicaid.units, medicaid.per_day) == (4, True, 3, False)


@pytest.mark.parametrize(
    ("name", "content", "changes", "says"),
    [
        ("mcd-mue-2024-q3.csv", MUE, {}, "by its name this is Medicaid's; add it with --medicaid"),
        ("MCR_MUE_Eff_07-01-2024.csv", MUE, {"medicaid": True}, "by its name this is Medicare's; leave --medicaid out"),
        ("nucc_taxonomy_241.csv", TAXONOMY, {"medicaid": True}, "--medicaid goes with PTP edits and MUE values"),
        ("nucc_taxonomy_241.csv", TAXONOMY, {"mac": "x"}, "--mac goes with a self-administered drug list"),
    ],
)
def test_options_that_do_not_go_with_the_file(
    name: str, content: str, changes: dict[str, object], says: str, tmp_path: Path
) -> None:
    with pytest.raises(RefdataError, match=says):
        add(tmp_path, name, content, **changes)


# --- Look-ups ------------------------------------------------------------------------------------------------


def test_without_a_store_every_table_is_missing(tmp_path: Path) -> None:
    for tables in (UserTables(None), UserTables(tmp_path / "nowhere")):
        assert all(tables.missing(table) and not tables.covers(table, DAY) for table in TABLES)
        assert tables.editions() == ()
        assert tables.ptp("96372", "99211", DAY) is None
        assert tables.mue("96372", DAY) is None
        assert tables.hcpcs("J3420", DAY) is None
        assert tables.icd10cm(DAY) is None
        assert tables.crosswalk("99999000101", "J9998", DAY) is None
        assert tables.crosswalk_codes("99999000101", DAY) == ()
        assert not tables.crosswalk_lists("J9998", DAY)
        assert (tables.sad("J9998", DAY), tables.macs()) == ((), ())
        assert tables.taxonomy("999A00000X") is None
        assert tables.payer_diagnoses("12345", "J3420", DAY) is None
        assert not tables.prior_authorization("12345", "J9998", DAY)
    assert not (tmp_path / "nowhere").exists()


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> UserTables:
    folder = tmp_path_factory.mktemp("everything")
    for sample in SAMPLES:
        if not sample.name.endswith(("xlsx", ".txt")) or sample.table in ("ptp", "icd10cm"):
            add(folder, sample.name, sample.bytes, sample.request)
    return UserTables(folder)


def test_mue(everything: UserTables) -> None:
    found = [everything.mue(code, DAY) for code in ("99998", "99999", "99997")]
    limits = [(limit.units, limit.adjudication, limit.per_day) for limit in found if limit]
    assert limits == [(2, 1, False), (0, 2, True)]


@pytest.mark.parametrize("name", ["HCPC2024_JUL_ANWEB.csv", "HCPC2024_JUL_ANWEB.txt"])
def test_hcpcs(name: str, tmp_path: Path) -> None:
    add(tmp_path, name, HCPCS if name.endswith("csv") else HCPCS_FIXED)
    tables = UserTables(tmp_path)
    stands, ended = tables.hcpcs("J9998", DAY), tables.hcpcs("J9997", DAY)
    assert stands is not None
    assert ended is not None
    assert (stands.added, stands.terminated, stands.in_force(DAY)) == (date(2020, 1, 1), None, True)
    assert ended.terminated == date(2024, 3, 31)
    assert (ended.in_force(DAY), ended.in_force(ended.terminated)) == (False, True)
    assert tables.hcpcs("J9990", DAY) is None
    modifier = tables.hcpcs("ZZ", DAY)
    assert modifier is not None
    assert modifier.in_force(DAY)


@pytest.mark.parametrize("content", [ICD_CODES, ICD_ORDER], ids=["codes", "order"])
def test_icd10cm_looks_like_the_shipped_set(content: str, tmp_path: Path) -> None:
    add(tmp_path, "icd10cm_2024.txt", content)
    codes = UserTables(tmp_path).icd10cm(DAY)
    assert codes is not None
    assert (codes.name, codes.edition, codes.covers(DAY)) == ("ICD-10-CM", "icd10cm-fy2024", True)
    assert ("D510" in codes, "D51" in codes, 7 in codes) == (True, False, False)
    assert (codes.children("D51"), codes.children("D51", 1)) == (("D510", "D511"), ("D510",))
    assert (codes.children("D510"), codes.children("")) == ((), ())
    assert codes.flags("D510") == frozenset()


def test_crosswalk(everything: UserTables) -> None:
    product = everything.crosswalk("99999-0001-01", "J9998", DAY)
    assert product == everything.crosswalk("99999000101", "J9998", DAY)
    assert product is not None
    assert product.ndc == "99999000101"
    assert (product.units_per_package, product.units_per_measure) == (Decimal(600), Decimal(30))
    unknown = everything.crosswalk("99999000201", "J9998", DAY)
    assert unknown is not None
    assert (unknown.package_size, unknown.units_per_measure) == (None, None)
    assert everything.crosswalk("99999000201", "J9997", DAY) is None
    assert everything.crosswalk_codes("99999000101", DAY) == ("J9997", "J9998")
    assert [everything.crosswalk_lists(code, DAY) for code in ("J9998", "J9996")] == [True, False]
    assert everything.crosswalk_codes("99999000101", date(2025, 1, 1)) == ()


def test_other_crosswalks_of_the_quarter_are_parts_of_the_edition(tmp_path: Path) -> None:
    add(tmp_path, "July 2024 ASP NDC-HCPCS Crosswalk.csv", CROSSWALK)
    [edition] = add(tmp_path, "July 2024 AWP NDC-HCPCS Crosswalk.csv", CROSSWALK.replace("J9998", "90999"))
    assert [file.part for file in edition.files] == ["asp", "awp"]
    assert UserTables(tmp_path).crosswalk_codes("99999000101", DAY) == ("90999", "J9997", "J9998")


def test_sad(everything: UserTables, tmp_path: Path) -> None:
    assert everything.macs() == ("INVENTED ADMINISTRATORS", "OTHER ADMINISTRATORS")
    assert [entry.mac for entry in everything.sad("J9998", DAY)] == ["INVENTED ADMINISTRATORS"]
    assert everything.sad("J9998", DAY, "other administrators") == ()
    assert everything.sad("J9998", date(2019, 6, 30), "Invented Administrators") == ()
    add(tmp_path, "A1.csv", SAD_ARTICLE, mac="One")
    tables = UserTables(tmp_path)
    assert [entry.drug for entry in tables.sad("J3490", date(2024, 6, 30), "one")] == ["Otherol", "Somethinol"]
    [entry] = tables.sad("J3490", date(2024, 7, 1), "ONE")
    assert (entry.drug, entry.excluded_from, entry.excluded_to) == ("Somethinol", date(2020, 1, 12), None)


def test_a_contractors_later_list_stands_for_the_earlier_one(tmp_path: Path) -> None:
    add(tmp_path, "old.csv", SAD_ARTICLE, mac="One", effective=date(2023, 1, 1))
    add(tmp_path, "other.csv", SAD_ARTICLE, mac="Two", effective=date(2024, 1, 1))
    add(tmp_path, "new.csv", SAD_ARTICLE.replace("J9998", "J9990"), mac="One", effective=date(2023, 6, 1))
    tables = UserTables(tmp_path)
    assert [entry.mac for entry in tables.sad("J9998", DAY)] == ["TWO"]
    assert [entry.edition for entry in tables.sad("J9990", DAY)] == ["new"]


def test_taxonomy(tmp_path: Path) -> None:
    add(tmp_path, "nucc_taxonomy_241.csv", TAXONOMY)
    add(tmp_path, "nucc_taxonomy_240.csv", TAXONOMY.replace("999AX0001X", "999AX0002X"))
    tables = UserTables(tmp_path)
    found = tables.taxonomy("999AX0001X")
    assert found is not None
    assert (found.classification, found.specialization) == ("Invented Medicine", "Very Special")
    assert found.edition == "nucc-taxonomy-241"
    assert tables.taxonomy("999AX0002X") is None


def test_a_payers_diagnoses(everything: UserTables) -> None:
    accepted = everything.payer_diagnoses("12345", "J3420", DAY)
    assert accepted is not None
    asked = ("E538", "D510", "D51", "K900", "D520", "E53")
    assert [code for code in asked if code in accepted] == ["E538", "D510", "D51", "D520"]
    earlier = everything.payer_diagnoses("12345", "J3420", date(2023, 12, 31))
    assert earlier is not None
    assert ("E538" in earlier, "K900" in earlier) == (False, True)
    others = everything.payer_diagnoses("99999", "J3420", DAY)
    assert others is not None
    assert ("D520" in others, "D510" in others) == (True, False)
    assert everything.payer_diagnoses("12345", "96372", DAY) is None


def test_payers_lists_add_up(tmp_path: Path) -> None:
    add(tmp_path, "one.csv", "list,payer,code,diagnosis,from,to\ndiagnoses,AB 1,J3420,E538,,\n")
    add(tmp_path, "two.csv", "list,payer,code,diagnosis,from,to\ndiagnoses,ab 1,J3420,D51*,,\n")
    accepted = UserTables(tmp_path).payer_diagnoses("Ab  1", "J3420", DAY)
    assert accepted is not None
    assert ("E538" in accepted, "D510" in accepted) == (True, True)


def test_prior_authorization(everything: UserTables) -> None:
    def wanted(payer: str, code: str, day: date) -> bool:
        return everything.prior_authorization(payer, code, day)

    days = [date(2024, 6, 30), date(2024, 7, 1), date(2024, 12, 31), date(2025, 1, 1)]
    assert [wanted("12345", "J9998", day) for day in days] == [False, True, True, False]
    assert (wanted("99999", "J9998", DAY), wanted("99999", "J9997", DAY)) == (False, True)


def test_tables_go_to_other_processes_and_threads(everything: UserTables) -> None:
    assert everything.mue("96372", DAY) is not None
    copy = pickle.loads(pickle.dumps(everything))
    assert copy.mue("96372", DAY) == everything.mue("96372", DAY)
    for method in ("spawn", "fork") if sys.platform != "win32" else ("spawn",):
        with multiprocessing.get_context(method).Pool(2) as pool:
            asked = ("96372", "99211", DAY)
            assert pool.starmap(everything.ptp, [asked] * 4) == [everything.ptp(*asked)] * 4
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(everything.mue("99998", DAY))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [everything.mue("99998", DAY)] * 4


def test_tables_can_be_closed_and_asked_again(tmp_path: Path) -> None:
    add(tmp_path, "MUE_Eff_07-01-2024.csv", MUE)
    tables = UserTables(tmp_path)
    tables.close()
    assert tables.mue("96372", DAY)
    tables.close()
    add(tmp_path, "MUE_Eff_07-01-2024.csv", mue_text("96372,5,3 Day"))
    assert getattr(tables.mue("96372", DAY), "units", None) == 5


def test_look_ups_import_nothing_heavy_before_they_are_asked() -> None:
    code = (
        "import sys; from pathlib import Path; from edi_lint.refdata.lookups import UserTables\n"
        "tables = UserTables(Path('nowhere'))\n"
        "heavy = ('sqlite3', 'openpyxl', 'edi_lint.refdata.reading', 'edi_lint.refdata.store')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


# --- The store -----------------------------------------------------------------------------------------------


def load(rows: Iterator[tuple[str | int, ...]], edition: str = "ptp-2024q3") -> Load:
    return Load(
        edition=edition, table="ptp", medicaid=False, effective=date(2024, 7, 1), valid_from=date.min,
        valid_to=date(2024, 9, 30), part="f1", file="ccipra-v302r0-f1.txt", rows=rows,
    )  # fmt: skip


def many(count: int, then: Callable[[], object] = lambda: None) -> Iterator[tuple[str | int, ...]]:
    for number in range(count):
        yield f"{10000 + number // 100:05}", f"{50000 + number % 100:05}", 20240101, 99991231, 1
    then()


def test_a_load_that_fails_leaves_the_store_byte_for_byte(tmp_path: Path) -> None:
    Store(tmp_path).add([load(many(1000))])
    before = (tmp_path / FILE_NAME).read_bytes()

    def break_off() -> None:
        # Everybody else still sees the old rows.
        assert UserTables(tmp_path).ptp("10000", "50000", DAY)
        assert (tmp_path / FILE_NAME).read_bytes() == before
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Store(tmp_path).add([load(many(50_000, break_off))])
    assert (tmp_path / FILE_NAME).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]
    bad = put(tmp_path, "ccipra-v302r0-f1.txt", PTP[:-6])
    good = put(tmp_path, "MUE_Eff_07-01-2024.csv", MUE)
    with pytest.raises(RefdataError):
        add_files(tmp_path, [good, bad], Request())
    assert (tmp_path / FILE_NAME).read_bytes() == before
    assert [edition.table for edition in Store(tmp_path).editions()] == ["ptp"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a signal that cannot be caught")
@pytest.mark.parametrize("existing", [True, False])
def test_a_load_that_is_killed_leaves_what_was_there(existing: bool, tmp_path: Path) -> None:
    if existing:
        Store(tmp_path).add([load(many(1000))])

    def child() -> None:
        Store(tmp_path).add([load(many(50_000, lambda: os.kill(os.getpid(), signal.SIGKILL)))])

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    tables = UserTables(tmp_path)
    assert (tables.missing("ptp"), tables.ptp("10000", "50000", DAY) is not None) == (not existing, existing)
    Store(tmp_path).add([load(many(2000))])
    assert [edition.rows for edition in Store(tmp_path).editions()] == [2000]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a signal that cannot be caught")
def test_a_load_that_is_killed_while_it_writes_is_taken_back_by_the_next_reader(tmp_path: Path) -> None:
    Store(tmp_path).add([load(many(20_000))])

    def child() -> None:
        connection = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
        connection.execute("PRAGMA cache_size = 10")
        connection.execute("BEGIN")
        connection.execute("DELETE FROM ptp")
        os.kill(os.getpid(), signal.SIGKILL)

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join()
    assert (tmp_path / f"{FILE_NAME}-journal").exists()
    assert UserTables(tmp_path).ptp("10199", "50099", DAY)
    assert [edition.rows for edition in Store(tmp_path).editions()] == [20_000]


def test_every_look_up_goes_by_an_index(tmp_path: Path) -> None:
    Store(tmp_path).add([load(many(1000), "ptp-2024q2"), load(many(100_000))])
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    for query in QUERIES.values():
        values = [1] * query.count("?")
        steps = [step for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {query}", values)]
        assert steps
        assert all(step.startswith("SEARCH") or "TEMP B-TREE" in step for step in steps), (query, steps)
    plan = " / ".join(step for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {QUERIES['ptp']}", (1, "x", "y")))
    assert "PRIMARY KEY (part=? AND column1=? AND column2=?)" in plan
    connection.close()
    assert UserTables(tmp_path).ptp("10999", "50099", DAY)


def test_a_removed_edition_gives_its_space_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add([load(many(1000), "small")])
    size = store.path.stat().st_size
    store.add([load(many(50_000), "large")])
    assert store.path.stat().st_size > 2 * size
    store.remove("large")
    assert store.path.stat().st_size <= size
    assert [edition.edition for edition in store.editions()] == ["small"]
    with pytest.raises(RefdataError, match="no loaded edition is called 'smal'; did you mean small"):
        store.remove("smal")
    store.remove("small")
    assert UserTables(tmp_path).missing("ptp")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"no database, but long enough to look like one" * 100, "is damaged; delete the file"),
        (b"SQLite format 3\0" + b"\1" * 4096, "is damaged|malformed|check the folder"),
    ],
)
def test_a_damaged_store_is_told_in_one_line(content: bytes, says: str, tmp_path: Path) -> None:
    put(tmp_path, FILE_NAME, content)
    load_one: Callable[[], object] = lambda: add(tmp_path, "MUE_Eff_07-01-2024.csv", MUE)  # noqa: E731
    for question in (UserTables(tmp_path).editions, Store(tmp_path).editions, load_one):
        with pytest.raises(RefdataError, match=says):
            question()
    assert (tmp_path / FILE_NAME).read_bytes() == content


def test_another_database_is_left_alone(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(RefdataError, match="not edi-lint's reference data"):
        add(tmp_path, "MUE_Eff_07-01-2024.csv", MUE)
    Store(tmp_path / "ours").add([load(many(1))])
    connection = sqlite3.connect(tmp_path / "ours" / FILE_NAME)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(RefdataError, match="written by another version of edi-lint"):
        UserTables(tmp_path / "ours").editions()


def test_two_loads_at_once_are_refused_not_mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **named: connect(*given, timeout=0.05, **named))

    def another() -> None:
        with pytest.raises(RefdataError, match="another edi-lint is changing the reference data"):
            Store(tmp_path).add([load(many(10), "other")])

    Store(tmp_path).add([load(many(10, another))])
    assert [edition.edition for edition in Store(tmp_path).editions()] == ["ptp-2024q3"]


def test_dates_are_kept_whole() -> None:
    assert number_of(date.max) == 99991231
    assert number_of(date.min) == 10101


# --- The commands --------------------------------------------------------------------------------------------


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``edi-lint refdata`` on a store of the test's own: status, standard output and standard error."""
    monkeypatch.setenv("EDI_LINT_DATA", str(tmp_path / "store"))

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as leave:
            main(["refdata", *arguments])
        status = leave.value.code
        assert isinstance(status, int)
        return status, *capsys.readouterr()

    return call


def test_commands_add_list_and_remove(run: Run, tmp_path: Path) -> None:
    files = [str(put(tmp_path, f"ccipra-v302r0-f{part}.txt", PTP)) for part in (1, 2)]
    assert run("add", *files) == (
        0,
        "ptp-2024q3: NCCI PTP edits, to 2024-09-30, 10 rows from ccipra-v302r0-f1.txt, ccipra-v302r0-f2.txt\n",
        "",
    )
    _, told, _ = run("add", str(put(tmp_path, "mue.csv", MUE)), "--effective", "2024-07-01", "--edition", "mine")
    assert told == "mine: NCCI MUE values, 2024-07-01 to 2024-09-30, 3 rows from mue.csv\n"
    _, told, _ = run("add", str(put(tmp_path, "m2.csv", MUE_MEDICAID)), "--effective", "2024-07-01", "--medicaid")
    assert told.startswith("mue-medicaid-2024q3: NCCI MUE values (Medicaid), ")
    _, told, _ = run("add", str(put(tmp_path, "A1.csv", SAD_ARTICLE)), "--mac", "Invented")
    assert told == "A1: self-administered drug list, any, 3 rows from A1.csv\n"
    status, told, noise = run("list")
    assert (status, noise) == (0, "")
    lines = told.splitlines()
    names = [re.split(r"\s{2,}", line)[0] for line in lines if line[:1].strip()]
    shipped = sum("shipped" in line for line in lines)
    assert names[0] == "EDITION"
    assert names[1 + shipped :] == ["ptp-2024q3", "mine", "mue-medicaid-2024q3", "A1"]
    assert re.search(r"^FY2026 .*ICD-10-CM +2025-10-01 to 2026-09-30 +74719  shipped", lines[1])
    assert re.search(r"^ptp-2024q3 +NCCI PTP edits +to 2024-09-30 +5  ccipra-v302r0-f1.txt$", lines[1 + shipped])
    assert re.search(r"^ +5  ccipra-v302r0-f2.txt$", lines[2 + shipped])
    assert run("remove", "mine") == (0, "mine: removed\n", "")
    assert "mine" not in run("list")[1]


def test_the_store_is_in_the_users_data_directory_unless_the_environment_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EDI_LINT_DATA", "elsewhere")
    assert data_folder() == Path("elsewhere")
    monkeypatch.delenv("EDI_LINT_DATA")
    assert data_folder() == Path(platformdirs.user_data_dir("edi-lint", appauthor=False))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["add", "{}/gone.txt"], "{}/gone.txt: No such file or directory"),
        (["add", "{}"], "Is a directory"),
        (["add", "{}/mue.csv"], "{}/mue.csv: its name does not say from when it holds; give --effective YYYY-MM-DD"),
        (["add", "{}/claims.edi"], "{}/claims.edi: this is an X12 file, not reference data"),
        (["add", "{}/mue.csv", "--effective", "July"], "Invalid value for '--effective'"),
        (["add", "{}/cut_eff_07-01-2024.csv"], "csv: line 8: expected a line end after the last line"),
        (["add"], "Missing argument 'FILE...'"),
        (["remove", "nothing"], "no loaded edition is called 'nothing'; 'edi-lint refdata list' shows them"),
        (["remove"], "Missing argument 'EDITION'"),
        (["lst"], "No such command 'lst'"),
    ],
)
def test_commands_fail_in_one_line_with_status_2(arguments: list[str], says: str, run: Run, tmp_path: Path) -> None:
    put(tmp_path, "mue.csv", MUE)
    put(tmp_path, "cut_eff_07-01-2024.csv", MUE[:-2])
    put(tmp_path, "claims.edi", "ISA*00*~")
    status, told, error = run(*(argument.format(tmp_path) for argument in arguments))
    assert (status, told) == (2, "")
    [line] = error.splitlines()
    assert line.startswith("edi-lint: ")
    assert says.format(tmp_path) in line
    assert Store(tmp_path / "store").editions() == ()


def test_the_documented_payer_lists_can_be_loaded(tmp_path: Path) -> None:
    text = (Path(__file__).parent.parent / "docs" / "reference-data.md").read_text("utf-8")
    lists = re.findall(r"```csv\n(.*?)```", text, re.DOTALL)
    tables = [add(tmp_path, f"list{number}.csv", content)[0].table for number, content in enumerate(lists)]
    assert tables == ["payer-diagnoses", "prior-authorization"]
