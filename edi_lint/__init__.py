"""edi-lint: lint X12 837P claim batches, with a special eye on CPT 96372 injections.

What is here is imported when it is first asked for: the command line needs little of it to print its help.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .claims import Claim, ServiceLine
    from .config import Config, ConfigError
    from .config_files import load_config
    from .findings import Finding, Report
    from .guide import GuideError
    from .linter import Linter, lint
    from .refdata import RefdataError
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
    "RefdataError",
    "Report",
    "ServiceLine",
    "SourceError",
    "__version__",
    "lint",
    "load_config",
    "rule",
]

_HOMES = {
    "Claim": "claims",
    "Config": "config",
    "ConfigError": "config",
    "Finding": "findings",
    "GuideError": "guide",
    "Linter": "linter",
    "RefdataError": "refdata",
    "Report": "findings",
    "ServiceLine": "claims",
    "SourceError": "sources",
    "lint": "linter",
    "load_config": "config_files",
    "rule": "rules",
}


def __getattr__(name: str) -> object:
    """A public name, from the room where it lives."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
