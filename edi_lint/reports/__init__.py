"""Findings as text: one module for each format, one function each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TextIO

from ..findings import Finding, Summary

__all__ = ["FORMATS", "Writer", "writer"]

Writer = Callable[[Iterable[Finding], Summary, TextIO, bool], None]
"""Writes findings as they come, then the totals, which are complete by then; the flag asks for colour."""

FORMATS = {"full": "full", "json-lines": "json_lines"}
"""The formats by the name that the user gives, and the module of each."""


def writer(name: str) -> Writer:
    """The writer of a format; its module is imported only now. Raises KeyError for an unknown one."""
    module = import_module(f".{FORMATS[name]}", __name__)
    write: Writer = module.write
    return write
