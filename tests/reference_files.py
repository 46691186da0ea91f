"""Reference files in every layout that can be loaded, with invented rows, and files like them that must be refused."""

from __future__ import annotations

import io
from datetime import date

import msgspec
import openpyxl

from edi_lint.refdata import Table
from edi_lint.refdata.add import Request

PTP = "\r\n".join(
    [
        "CPT only: a copyright notice stands here",
        "Column One/Column Two Edits\t\t\t\t\t\t",
        "\t\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale",
        "Column 1\tColumn 2\tprior to 1996\tDate\tDate\t0=not allowed",
        "\t\t\t\t*=no data\t1=allowed",
        "\t\t\t\t\t9=not applicable",
        "0001A\t99999\t \t20220101\t20231231\t1\tInvented reason",
        "96372\t99211\t \t20200101\t*\t0\tInvented reason",
        "96372\t99213\t*\t19960101\t20191231\t0\tInvented reason",
        "96372\t99213\t \t20200101\t*\t1\tInvented reason",
        "96372\t99215\t \t20200101\t20200101\t9\tInvented reason",
        "96372\t99215\t \t20240101\t20240731\t1\tInvented reason",
        "",
    ]
)
MUE = (
    '"A notice of the owner of the codes\n\nover several lines, with a ""quotation"" in it",,,\r\n'
    '"HCPCS/\nCPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\r\n'
    "96372,4,3 Date of Service Edit: Clinical,Clinical: Data\r\n"
    "99998,2,1 Line Edit,Invented\r\n"
    "99999,0,2 Date of Service Edit: Policy,Invented\r\n"
)
MUE_MEDICAID = (
    "HCPCS/CPT Code,Practitioner Services MUE Values,MUE Rationale\r\n"
    "96372,3,Invented\r\n"
)  # fmt: skip
HCPCS_HEADER = (
    "HCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,PRICE1,PRICE2,PRICE3,PRICE4,"
    "ADD DT,ACT EFF DT,TERM DT,ACTION CD"
)
HCPCS = "\r\n".join(
    [
        HCPCS_HEADER,
        'J9998,00100,3,"Invented drug, 1 mg",Invented drug,51,,,,20200101,20240701,,N',
        "J9998,00200,4,and more of its name,,51,,,,20200101,20240701,,N",
        "J9997,00100,3,Another,Another,51,,,,20100101,20240401,20240331,D",
        "ZZ,00100,7,A modifier,A modifier,,,,,20100101,20100101,,N",
        "",
    ]
)


def hcpcs_line(code: str, record: str, added: str, terminated: str = "") -> str:
    """A line of CMS's fixed-width file: text 12-91, short text 92-119, added 269, effective 277, terminated 285."""
    line = f"{code:>5}00100{record}{'Invented':80}{'Short':28}"
    return f"{line:268}{added:8}{'20240701':8}{terminated:8}N".ljust(320)


HCPCS_FIXED = "\r\n".join(
    [
        hcpcs_line("J9998", "3", "20200101"),
        hcpcs_line("J9998", "4", "20200101"),
        hcpcs_line("J9997", "3", "20100101", "20240331"),
        hcpcs_line("ZZ", "7", "20100101"),
        "",
    ]
)
ICD_CODES = "A000    Invented title\r\nD510    Another\r\nD511    Another\r\nQA000   Another\r\nZ9989   The last\r\n"
ICD_ORDER = "\r\n".join(
    [
        f"{number:05} {code:7} {billable} {'Short':60} Long"
        for number, (code, billable) in enumerate(
            [("A00", 0), ("A000", 1), ("D51", 0), ("D510", 1), ("D511", 1), ("QA00", 0), ("QA000", 1), ("Z9989", 1)], 1
        )
    ]
    + [""]
)
CROSSWALK = "\r\n".join(
    [
        '"July 2024 ASP NDC-HCPCS Crosswalk, a title",,,,,,,,,',
        "Another line of the title,,,,,,,,,",
        ",,,,,,,,,",
        "_2024_CODE,Short Description,LABELER NAME,NDC2,Drug Name,HCPCS dosage,PKG SIZE,PKG QTY,BILLUNITS,BILLUNITSPKG",
        "J9998,Invented,Invented Labs,99999-0001-01,Inventol,1 MG,2,10,30,600",
        "J9997,Invented,Invented Labs,99999-0001-01,Inventol,1 MG,2,10,1,20",
        "J9998,Invented,Invented Labs,99999-0002-01,Inventol,1 MG,,1,1,1",
        "J9996,Device,Invented Labs,1234567890123,A device,1 EA,1,1,1,1",
        "Note: a footnote,,,,,,,,,",
        "",
    ]
)
SAD_ARTICLE = (
    "Code,Descriptor Generic Name,Brand Name,Exclusion Effective Date,Exclusion End Date,Comments\n"
    "J9998,INVENTED,Inventol,07/01/2019,N/A,\n"
    "J3490,UNCLASSIFIED DRUGS,Somethinol,1/12/2020,,\n"
    "J3490,UNCLASSIFIED DRUGS,Otherol,2/1/20,6/30/2024,"  # Exported tables often end without a line end.
)
SAD_REPORT = (
    "Contractor Name,HCPCS Code,Brand Name,Exclusion Effective Date,Exclusion End Date\n"
    "Invented Administrators,J9998,Inventol,2019-07-01,\n"
    "Other  Administrators,J9997,Otherol,2019-07-01,\n"
)
TAXONOMY = (
    "Code,Grouping,Classification,Specialization,Definition,Notes,Display Name,Section\n"
    '999A00000X,Invented,"Invented Medicine",,"A definition\nover two lines",,Invented,Individual\n'
    "999AX0001X,Invented,Invented Medicine,Very Special,,,Invented,Individual\n"
)
DIAGNOSES = (
    "list,payer,code,diagnosis,from,to\n"
    "diagnoses,12345,J3420,E53.8,2024-01-01,\n"
    "diagnoses,12345,J3420,D51*,,\n"
    "diagnoses,12345,J3420,K90.0,,6/30/2024\n"
    "diagnoses,*,J3420,d52.0,,\n"
)
PRIOR_AUTHORIZATION = (
    "list,payer,code,diagnosis,from,to\n"
    "prior-authorization,12345,J9998,,2024-07-01,2024-12-31\n"
    "prior-authorization,*,J9997,,,\n"
)


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def ptp_workbook(*more: list[object]) -> bytes:
    """The edits as CMS's workbook has them, codes and dates partly taken for numbers."""
    return workbook(
        [
            ["CPT only: a copyright notice stands here"],
            ["Column 1", "Column 2", "*=in existence prior to 1996", "Effective Date", "Deletion Date *=no data"],
            ["0001A", 99999, None, 20220101, "20231231", 1, "Invented reason"],
            [96372, "99211", None, date(2020, 1, 1), "*", 0, "Invented reason"],
            [96372, 99213, "*", "19960101", 20191231, "0", "Invented reason"],
            [96372, 99213, None, 20200101.0, "*", "1", "Invented reason"],
            [96372, 99215, None, 20200101, 20200101, 9, "Invented reason"],
            [96372, 99215, None, 20240101, 20240731, 1, "Invented reason"],
            *more,
        ]
    )


class Sample(msgspec.Struct, frozen=True):
    """A good file of one layout, what it is loaded as, and files like it that must be refused, with the reason."""

    name: str
    content: str | bytes
    table: Table
    rows: int
    bad: dict[str, tuple[str | bytes, str]]
    request: Request = Request()

    @property
    def bytes(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.encode()


def swap(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


SAMPLES = (
    Sample(
        "ccipra-v302r0-f1.txt",
        PTP,
        "ptp",
        5,
        {
            "wrong code": (swap(PTP, "96372\t99211", "96372\t9921"), "line 8: expected a procedure code, found '9921'"),
            "wrong first code": (
                swap(PTP, "0001A\t99999\t \t2022", "0001A\t99999\t \t20X2"),
                "line 7: .* date YYYYMMDD",
            ),
            "no such day": (swap(PTP, "20231231", "20230231"), "line 7: expected a date YYYYMMDD.*found '20230231'"),
            "no effective date": (swap(PTP, "20220101", "*"), "line 7: expected an effective date"),
            "wrong indicator": (
                swap(PTP, "\t0\tInv", "\t2\tInv"),
                "line 8: expected a modifier indicator 0, 1 or 9, found '2'",
            ),
            "column lost": (swap(PTP, "96372\t99213\t*\t", "96372\t99213\t"), "line 9: expected 7 columns, found '6'"),
            "truncated in a row": (PTP[: PTP.index("20240731")], "line 12: expected 7 columns"),
            "truncated in the last column": (PTP[:-6], "line 12: expected a line end"),
            "header only": (PTP[: PTP.index("0001A")], "line 1: expected .* a reference file"),
            "hospital": (swap(PTP, "Column One", "Hospital Column One"), "line 2: expected .* for hospitals"),
        },
    ),
    Sample(
        "ccipra-v302r0-f1.xlsx",
        ptp_workbook(),
        "ptp",
        5,
        {
            "wrong": (
                ptp_workbook(["96372", "99214", "", "2024", "*", "1", "Invented"]),
                "row 9: expected a date YYYYMMDD",
            ),
            "truncated": (ptp_workbook()[:-200], "cut short or damaged"),
            "foreign": (workbook([["Name", "Amount"], ["x", 1]]), "row 1: expected .* a reference file"),
            "archive": (b"PK\x03\x04" + b"x" * 100, "cut short or damaged"),
        },
    ),
    Sample(
        "MCR_MUE_PractitionerServices_Eff_07-01-2024.csv",
        MUE,
        "mue",
        3,
        {
            "wrong value": (swap(MUE, "96372,4,", "96372,four,"), "line 6: expected a number of units, found 'four'"),
            "wrong indicator": (swap(MUE, "1 Line Edit", "Line Edit"), "line 7: expected an adjudication indicator"),
            "twice": (
                MUE + "96372,5,3 Date of Service Edit: Clinical,x\r\n",
                "line 9: expected each code once .* '96372'",
            ),
            "truncated in a row": (MUE[: MUE.index(",2 Date")], "line 8: expected 4 columns, found '2'"),
            "truncated in the last column": (MUE[:-5], "line 8: expected a line end"),
            "truncated in the notice": (MUE[:50], "line 1: expected .* a reference file"),
            "header only": (MUE[: MUE.index("96372")], "line 4: expected rows of the NCCI MUE values .* below it"),
            "hospital": (
                swap(MUE, "Practitioner Services", "Outpatient Hospital Services"),
                "line 4: expected the MUE values for practitioner services, found 'Outpatient H...'",
            ),
            "program": (MUE_MEDICAID, "line 2: expected an adjudication indicator"),
        },
    ),
    Sample(
        "mcd-mue-practitioner-2024-q3.csv",
        MUE_MEDICAID,
        "mue",
        1,
        {
            "wrong": (swap(MUE_MEDICAID, "96372", "9637A2"), "line 2: expected a procedure code"),
            "truncated": (MUE_MEDICAID[:-12], "line 2: expected 3 columns"),
            "foreign": ("HCPCS/CPT Code,Something\r\n96372,3\r\n", "line 1: expected .* a reference file"),
        },
        Request(medicaid=True),
    ),
    Sample(
        "HCPC2024_JUL_ANWEB.csv",
        HCPCS,
        "hcpcs",
        3,
        {
            "wrong code": (swap(HCPCS, "J9997", "J99X7"), "line 4: expected a HCPCS code, found 'J99X7'"),
            "wrong modifier": (swap(HCPCS, "ZZ,00100", "ZZZ,00100"), "line 5: expected a modifier of two characters"),
            "wrong date": (swap(HCPCS, "20240331", "20241331"), "line 4: expected the termination date"),
            "wrong record": (swap(HCPCS, "00100,7", "00100,5"), "line 5: expected a record id 3, 4, 7 or 8, found '5'"),
            "twice": (HCPCS + "J9998,00100,3,x,x,51,,,,20210101,,,N\r\n", "line 6: expected each code once"),
            "truncated in a row": (HCPCS[: HCPCS.index(",20240331")], "line 4: expected 13 columns"),
            "truncated in a quote": (
                HCPCS[: HCPCS.index("drug, 1 mg")],
                "line 2: expected a row of comma-separated values",
            ),
            "truncated at the end": (HCPCS[:-2], "line 5: expected a line end"),
            "foreign": (swap(HCPCS, "TERM DT", "PRICE"), "line 1: expected .* a reference file"),
        },
    ),
    Sample(
        "HCPC2024_JUL_ANWEB.txt",
        HCPCS_FIXED,
        "hcpcs",
        3,
        {
            "wrong record": (
                swap(HCPCS_FIXED, "J9997001003", "J9997001009"),
                "line 3: .* columns 1-11, found 'J9997001009'",
            ),
            "wrong date": (swap(HCPCS_FIXED, "20240331", "2024x331"), "line 3: expected the termination date"),
            "truncated in a line": (HCPCS_FIXED[: 322 * 2 + 270], "line 3: expected a line of 276 characters or more"),
            "truncated at the end": (HCPCS_FIXED[:-3], "line 4: expected a line end"),
            "foreign": (HCPCS_FIXED.replace("J999", "J 99"), "line 1: expected a HCPCS code"),
        },
    ),
    Sample(
        "icd10cm_codes_2024.txt",
        ICD_CODES,
        "icd10cm",
        5,
        {
            "wrong": (
                swap(ICD_CODES, "D511 ", "D51.1"),
                "line 3: expected a code, blanks and a title, found 'D51.1   Anot...'",
            ),
            "out of order": (swap(ICD_CODES, "D511", "D509"), "line 3: expected a code after D510, found 'D509'"),
            "truncated": (ICD_CODES[: ICD_CODES.index("Z9989")], "line 4: expected codes down to chapter Z"),
            "foreign": ("ALL CAPS prose, and more of it\n", "line 1: expected .* a reference file"),
            "addendum": ("Add: D512 Another\n", "line 1: expected .* a reference file"),
        },
    ),
    Sample(
        "icd10cm_order_2024.txt",
        ICD_ORDER,
        "icd10cm",
        5,
        {
            "wrong flag": (swap(ICD_ORDER, "D510    1", "D510    2"), "line 4: expected a number, a code, 0 or 1"),
            "shifted": (swap(ICD_ORDER, "D510    1", "D510   1 "), "line 4: expected the billable flag in column 15"),
            "truncated": (ICD_ORDER[: ICD_ORDER.index("QA00 ")], "line 6: expected a number, a code"),
            "truncated between lines": (
                ICD_ORDER[: ICD_ORDER.index("00006")],
                "line 5: expected codes down to chapter Z",
            ),
            "foreign": ("00001 some other list\n", "line 1: expected .* a reference file"),
        },
    ),
    Sample(
        "section 508 version of July 2024 ASP NDC-HCPCS Crosswalk 062524.csv",
        CROSSWALK,
        "crosswalk",
        3,
        {
            "wrong code": (swap(CROSSWALK, "\nJ9998", "\nJ9X98"), "line 5: expected a procedure code"),
            "wrong number": (
                swap(CROSSWALK, ",600", ",many"),
                "line 5: expected billable units per package, found 'many'",
            ),
            "no ndc": (swap(CROSSWALK, "99999-0002-01", ""), "line 7: expected an NDC, found nothing"),
            "twice": (
                swap(CROSSWALK, "Note: a footnote", "J9998,x,x,99999-0001-01,x,x,2,10,1,5"),
                "line 9: .* each code once",
            ),
            "truncated in a row": (CROSSWALK[: CROSSWALK.index(",,1,1,1")], "line 7: expected 10 columns"),
            "truncated at the end": (
                CROSSWALK[: CROSSWALK.index(",1,1,1\r\nNote")] + ",1,1,1",
                "line 8: expected a line end",
            ),
            "header only": (CROSSWALK[: CROSSWALK.index("J9998")], "line 4: expected rows"),
            "foreign": (
                "Drug Generic Name,NDC or ALTERNATE ID,LABELER NAME\r\n",
                "line 1: expected a crosswalk to HCPCS codes; this is the one for drugs without a code",
            ),
        },
    ),
    Sample(
        "A99999.csv",
        SAD_ARTICLE,
        "sad",
        3,
        {
            "wrong date": (
                swap(SAD_ARTICLE, "1/12/2020", "13/12/2020"),
                "line 3: expected the exclusion effective date",
            ),
            "wrong code": (
                swap(SAD_ARTICLE, "J9998", "Inventol"),
                "line 2: expected a procedure code, found 'Inventol'",
            ),
            "ends before it begins": (
                swap(SAD_ARTICLE, "6/30/2024", "6/30/2019"),
                "line 4: expected an exclusion that ends",
            ),
            "truncated": (SAD_ARTICLE[: SAD_ARTICLE.index(",2/1/20")], "line 4: expected 6 columns"),
            "foreign": (swap(SAD_ARTICLE, "Exclusion Effective", "Some Other"), "line 1: expected .* a reference file"),
            "names its contractors": (SAD_REPORT, "line 2: expected no --mac"),
        },
        Request(mac="Invented Administrators"),
    ),
    Sample(
        "sad-report.csv",
        SAD_REPORT,
        "sad",
        2,
        {
            "no contractor": (swap(SAD_REPORT, "Other  Administrators", ""), "line 3: expected a contractor"),
            "whose list": (SAD_ARTICLE, "line 2: expected --mac NAME"),
            "truncated": (SAD_REPORT[: SAD_REPORT.index(",Otherol")], "line 3: expected 5 columns"),
            "foreign": ("Contractor Name,State\nx,y\n", "line 1: expected .* a reference file"),
        },
    ),
    Sample(
        "nucc_taxonomy_241.csv",
        TAXONOMY,
        "taxonomy",
        2,
        {
            "wrong": (swap(TAXONOMY, "999AX0001X", "999AX0001"), "line 4: expected a taxonomy code of ten characters"),
            "truncated in a row": (
                TAXONOMY[: TAXONOMY.index(",Invented,Individual\n999")],
                "line 2: expected 8 columns",
            ),
            "truncated in a quote": (
                TAXONOMY[: TAXONOMY.index("over two")],
                "line 2: expected a row of comma-separated",
            ),
            "foreign": ("Code,Grouping,Name\n999A00000X,x,y\n", "line 1: expected .* a reference file"),
        },
    ),
    Sample(
        "diagnoses.csv",
        DIAGNOSES,
        "payer-diagnoses",
        4,
        {
            "wrong list": (
                swap(DIAGNOSES, "\ndiagnoses,12345", "\ndiagnosis,12345"),
                "line 2: expected diagnoses or prior-auth",
            ),
            "two lists": (
                swap(DIAGNOSES, "diagnoses,*", "prior-authorization,*"),
                "line 5: expected diagnoses, as in the first",
            ),
            "wrong diagnosis": (
                swap(DIAGNOSES, "E53.8", "B12"[:1]),
                "line 2: expected a diagnosis code, or its beginning",
            ),
            "wrong date": (swap(DIAGNOSES, "2024-01-01", "1.1.2024"), "line 2: expected the first day as YYYY-MM-DD"),
            "days the wrong way round": (
                swap(DIAGNOSES, "D51*,,", "D51*,2024-02-01,2024-01-01"),
                "line 3: expected a last day",
            ),
            "no payer": (swap(DIAGNOSES, "diagnoses,*", "diagnoses,"), "line 5: expected a payer id, or \\*"),
            "truncated": (DIAGNOSES[: DIAGNOSES.index(",d52.0")], "line 5: expected 6 columns, found '3'"),
            "foreign": ("payer,code\n12345,J3420\n", "line 1: expected .* a reference file"),
            "header only": (
                "list,payer,code,diagnosis,from,to\n",
                "line 1: expected rows of the payer's diagnosis list",
            ),
        },
    ),
    Sample(
        "authorizations.csv",
        PRIOR_AUTHORIZATION,
        "prior-authorization",
        2,
        {
            "diagnosis": (swap(PRIOR_AUTHORIZATION, "J9998,,", "J9998,E538,"), "line 2: expected no diagnosis"),
            "wrong code": (swap(PRIOR_AUTHORIZATION, "J9997", "drug"), "line 3: expected a procedure code"),
            "truncated": (PRIOR_AUTHORIZATION[:-4], "line 3: expected 6 columns"),
            "foreign": (swap(PRIOR_AUTHORIZATION, "list,", "sheet,"), "line 1: expected .* a reference file"),
        },
    ),
)


def ptp_text(*rows: str) -> str:
    """Edits as ``column1 column2 effective deletion indicator``."""
    lines = []
    for row in rows:
        column1, column2, effective, deletion, indicator = row.split()
        lines.append(f"{column1}\t{column2}\t\t{effective}\t{deletion}\t{indicator}\tInvented\r\n")
    return "".join(lines)


def mue_text(*rows: str) -> str:
    header = "HCPCS/CPT Code,Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\r\n"
    return header + "".join(f"{row},Invented\r\n" for row in rows)
