"""The second opinion: pyx12's own engine on a batch, as a plain record of what it says.

The recipe is measured, not documented: text streams keep its reader from dying of a byte that is not ASCII, and its
maps are loaded once, where it would load them for every file. An exception is a verdict too. Test code only.
"""

from __future__ import annotations

import io
import json
import logging
from functools import lru_cache
from typing import Any

import msgspec
import pyx12.map_if
import pyx12.params
import pyx12.x12n_document

__all__ = ["Opinion", "Remark", "second_opinion"]

logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)


class Remark(msgspec.Struct, frozen=True):
    """One error of pyx12. ``segment`` is its ordinal in the file; ``code`` is a 997/999 code or one of its own."""

    level: str
    """isa, gs, st, segment or element."""
    code: str
    segment: int
    segment_id: str = ""
    element: int = 0
    component: int = 0
    text: str = ""


class Opinion(msgspec.Struct, frozen=True):
    """``verdict`` is pass, reject or crash; where pyx12 crashed, ``crash`` says how and there are no remarks."""

    verdict: str
    remarks: tuple[Remark, ...] = ()
    crash: str = ""


@lru_cache(maxsize=1)
def _parameters() -> Any:
    load, maps = pyx12.map_if.load_map_file, {}

    def load_once(name: str, param: Any, map_path: str | None = None) -> Any:
        if name not in maps:
            maps[name] = load(name, param, map_path)
        return maps[name]

    pyx12.map_if.load_map_file = load_once
    return pyx12.params.params()


def second_opinion(text: str) -> Opinion:
    """What pyx12 says of a batch."""
    parameters, out = _parameters(), io.StringIO()
    try:
        passed = pyx12.x12n_document.x12n_document(parameters, io.StringIO(text), None, None, fd_json=out)
    except Exception as error:  # That it breaks, and how, is what is asked.
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        file = where.tb_frame.f_code.co_filename.rpartition("/")[2] if where is not None else ""
        return Opinion("crash", crash=f"{type(error).__name__} in {file}: {error}")
    written = out.getvalue()
    remarks = tuple(_remarks(json.loads(written))) if written else ()
    return Opinion("pass" if passed else "reject", remarks)


def _remarks(report: dict[str, Any]) -> list[Remark]:
    found: list[Remark] = []
    for interchange in report["interchanges"]:
        found += _own("isa", interchange)
        for group in interchange["groups"]:
            found += _own("gs", group)
            for transaction in group["transactions"]:
                found += _own("st", transaction)
                for segment in transaction["segments"]:
                    found += _of_segment(segment)
    return sorted(found, key=lambda remark: remark.segment)


def _own(level: str, node: dict[str, Any]) -> list[Remark]:
    return [Remark(level, e["err_cde"], node["cur_line"], level.upper(), text=e["err_str"]) for e in node["errors"]]


def _of_segment(segment: dict[str, Any]) -> list[Remark]:
    line, name = segment["cur_line"], segment["seg_id"] or ""
    found = [Remark("segment", e["err_cde"], line, name, text=e["err_str"]) for e in segment["errors"]]
    for element in segment["elements"]:
        position, component = int(element["ele_pos"]), int(element["subele_pos"] or 0)
        errors = element["errors"]
        found += [Remark("element", e["err_cde"], line, name, position, component, e["err_str"]) for e in errors]
    return found
