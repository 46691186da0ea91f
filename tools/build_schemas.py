"""Write the JSON Schemas of schemas/ that are made from the types.

python -m tools.build_schemas
"""

from __future__ import annotations

import json
from pathlib import Path

from edi_lint.reports.config_pages import config_schema
from edi_lint.reports.schema import report_schema

SCHEMAS = Path(__file__).parent.parent / "schemas"


def schemas() -> dict[str, str]:
    """The text of each generated schema by the name of its file."""
    found = {"config.schema.json": config_schema(), "report.schema.json": report_schema()}
    return {name: json.dumps(schema, indent=2) + "\n" for name, schema in found.items()}


def main() -> None:
    for name, text in schemas().items():
        (SCHEMAS / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
