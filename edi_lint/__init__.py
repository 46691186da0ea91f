"""edi-lint: lint X12 837P claim batches, with a special eye on CPT 96372 injections."""

from .claims import Claim, ServiceLine
from .config import Config, ConfigError
from .findings import Finding, Report
from .guide import GuideError
from .linter import Linter, lint
from .rules import rule
from .sources import SourceError

__version__ = "0.1.0"

__all__ = [
    "Claim",
    "Config",
    "ConfigError",
    "Finding",
    "GuideError",
    "Linter",
    "Report",
    "ServiceLine",
    "SourceError",
    "__version__",
    "lint",
    "rule",
]
