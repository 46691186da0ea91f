"""Reference tables that users load themselves: kept in one SQLite file, chosen by date of service, looked up by rules.

Nothing here knows of claims, downloads anything, or ships a row; where the file lies is the caller's decision.
"""

from edi_lint.refdata.dates import days_covered
from edi_lint.refdata.errors import RefdataError
from edi_lint.refdata.lookups import LoadedCodes, UserTables
from edi_lint.refdata.records import (
    BY_PROGRAM,
    TABLES,
    CrosswalkProduct,
    HcpcsCode,
    LoadedEdition,
    LoadedFile,
    MueLimit,
    PayerDiagnoses,
    PtpEdit,
    SadExclusion,
    Table,
    TaxonomyCode,
    folded,
    title_of,
)

__all__ = [
    "BY_PROGRAM",
    "TABLES",
    "CrosswalkProduct",
    "HcpcsCode",
    "LoadedCodes",
    "LoadedEdition",
    "LoadedFile",
    "MueLimit",
    "PayerDiagnoses",
    "PtpEdit",
    "RefdataError",
    "SadExclusion",
    "Table",
    "TaxonomyCode",
    "UserTables",
    "days_covered",
    "folded",
    "title_of",
]
