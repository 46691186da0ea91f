"""Where the user's reference data lies: the one place that asks the environment for it."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["data_folder"]

DATA_FOLDER_VARIABLE = "EDI_LINT_DATA"


def data_folder() -> Path:
    """The folder of the reference data: EDI_LINT_DATA, or the user's data directory."""
    given = os.environ.get(DATA_FOLDER_VARIABLE)
    if given:
        return Path(given)
    import platformdirs

    return Path(platformdirs.user_data_dir("edi-lint", appauthor=False))
