"""The guide as plain data: what `load` compiles, what the cache keeps, what the walk is built from.

A `Loop` holds segments and loops in the guide's order; a `Use` is one place where a segment may stand; its
`Spec` says what its elements may hold. Equal specs are stored once. Nothing here knows XML or files.
"""

from __future__ import annotations

import msgspec

__all__ = ["Element", "GuideTables", "Loop", "Spec", "Syntax", "Use"]

UNLIMITED = 0
"""A repeat or maximum use without limit."""


class Element(msgspec.Struct, frozen=True):
    """One element, or one component of a composite; a composite has ``components``."""

    ref: str
    number: str
    name: str
    usage: str
    type: str = ""
    min_length: int = 0
    max_length: int = 0
    codes: tuple[str, ...] = ()
    pattern: str = ""
    components: tuple[Element, ...] = ()
    repeat: int = 1


class Syntax(msgspec.Struct, frozen=True):
    """A syntax note such as P0304: its letter and the element positions it relates."""

    letter: str
    positions: tuple[int, ...]


class Spec(msgspec.Struct, frozen=True):
    """What a segment may hold."""

    id: str
    name: str
    elements: tuple[Element, ...]
    syntax: tuple[Syntax, ...]

    def unnamed(self) -> Spec:
        """The same without names: equal for specs that hold the same segments right."""
        elements = tuple(map(_unnamed, self.elements))
        return msgspec.structs.replace(self, name="", elements=elements)


class Use(msgspec.Struct, frozen=True):
    """A place for a segment in a loop. ``codes`` are the values at ``qualifier`` that make it this one."""

    spec: int
    usage: str
    position: int
    max_use: int
    qualifier: tuple[int, int] = (0, 0)
    codes: tuple[str, ...] = ()


class Loop(msgspec.Struct, frozen=True):
    """A loop; ``repeat`` 0 is without limit. Its first use is the segment that opens it."""

    id: str
    name: str
    usage: str
    position: int
    repeat: int
    uses: tuple[Use, ...]
    loops: tuple[Loop, ...]


class GuideTables(msgspec.Struct, frozen=True):
    """The transaction set and the control segments (ISA, GS, GE, IEA) by their ids."""

    transaction: Loop
    specs: tuple[Spec, ...]
    control: dict[str, Spec]


def _unnamed(element: Element) -> Element:
    components = tuple(map(_unnamed, element.components))
    return msgspec.structs.replace(element, ref="", name="", components=components)
