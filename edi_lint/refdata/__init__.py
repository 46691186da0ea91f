"""Reference tables that users load themselves: kept in one SQLite file, chosen by date of service, looked up by rules.

Nothing here knows of claims, downloads anything, or ships a row; where the file lies is the caller's decision.
"""

from edi_lint.refdata.errors import RefdataError
from edi_lint.refdata.lookups import UserTables
from edi_lint.refdata.records import (
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
)

__all__ = [
    "TABLES",
    "CrosswalkProduct",
    "HcpcsCode",
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
]
