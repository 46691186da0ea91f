"""The formats that can be loaded, one module for each publisher's file. None opens a file or knows the store."""

from edi_lint.refdata.loaders import crosswalk, hcpcs, icd10cm, mue, payer_lists, ptp, sad, taxonomy
from edi_lint.refdata.loaders.format import Format, Options, Values

__all__ = ["FORMATS", "Format", "Options", "Values"]

FORMATS: tuple[Format, ...] = (
    ptp.FORMAT,
    mue.FORMAT,
    hcpcs.FORMAT,
    hcpcs.FIXED_WIDTH,
    icd10cm.ORDER,
    icd10cm.CODES,
    crosswalk.FORMAT,
    sad.FORMAT,
    taxonomy.FORMAT,
    payer_lists.DIAGNOSES,
    payer_lists.PRIOR_AUTHORIZATION,
)
"""Every format, in the order in which a file is held against them."""
