"""Compile pyx12's maps, corrected by ``overlay.xml``, into `GuideTables`; keep the result in a cache.

The maps are read from the installed pyx12, never copied into this project. Compiling takes about 0.1 s;
the cache is keyed by a hash of everything that goes in, so a changed map or overlay is a new entry.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec

from ..errors import UserError
from .tables import Element, GuideTables, Loop, Spec, Syntax, Use

if TYPE_CHECKING:
    from lxml.etree import _Element as Node

__all__ = ["GuideError", "load_tables"]

_MAPS = {
    "837p": "837.5010.X222.A1.xml",
    "control": "x12.control.00501.xml",
    "elements": "dataele.xml",
    "codes": "codes.xml",
}
_OVERLAY = Path(__file__).with_name("overlay.xml")
_FORMAT = b"edi-lint guide tables 1"


class GuideError(UserError):
    """The maps of pyx12 cannot be used; the message says what to do."""


def load_tables(cache: Path | None = None) -> GuideTables:
    """The compiled guide, from the folder ``cache`` if it is there.

    Raises `GuideError` when pyx12's maps are missing or the overlay no longer fits them.
    """
    sources = _sources()
    digest = hashlib.blake2b(_FORMAT, digest_size=16)
    for content in sources.values():
        digest.update(content)
    entry = cache / f"guide-{digest.hexdigest()}.msgpack" if cache else None
    if entry is not None:
        try:
            return msgspec.msgpack.decode(entry.read_bytes(), type=GuideTables)
        except (OSError, msgspec.DecodeError):
            pass  # Not there yet, or damaged: compile it anew.
    tables = _compile(sources)
    if entry is not None:
        _store(entry, msgspec.msgpack.encode(tables))
    return tables


def _sources() -> dict[str, bytes]:
    found = importlib.util.find_spec("pyx12")
    if found is None or not found.submodule_search_locations:
        raise GuideError("pyx12 is not installed, and edi-lint reads its guide from there: pip install 'pyx12>=4.0,<5'")
    folder = Path(found.submodule_search_locations[0]) / "map"
    sources = {}
    for name, file in _MAPS.items():
        try:
            sources[name] = (folder / file).read_bytes()
        except OSError:
            raise GuideError(
                f"pyx12 is installed without its map {file}: pip install --force-reinstall 'pyx12>=4.0,<5'"
            ) from None
    sources["overlay"] = _OVERLAY.read_bytes()
    return sources


def _store(entry: Path, content: bytes) -> None:
    """Write the entry in one step; a cache that cannot be written is done without."""
    import tempfile  # Seldom needed, and slow to import.

    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=entry.parent, prefix=".guide-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(entry)
    except OSError:
        pass


# -- compiling --------------------------------------------------------------------------------------------


def _compile(sources: dict[str, bytes]) -> GuideTables:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    try:
        trees = {name: etree.fromstring(content, parser) for name, content in sources.items()}
    except etree.XMLSyntaxError as fault:
        raise GuideError(f"a map of pyx12 cannot be read ({fault}): reinstall pyx12") from None
    _correct(trees)
    compiler = _Compiler(trees)
    loop = compiler.transaction(trees["837p"].find(".//loop[@xid='ST_LOOP']"))
    control = {
        segment.get("xid", ""): compiler.spec(segment)
        for segment in trees["control"].iter("segment")
        if segment.get("xid") != "TA1"
    }
    return GuideTables(loop, tuple(compiler.specs), control)


def _correct(trees: dict[str, Node]) -> None:
    """Apply the overlay to the maps: each correction must still find what it corrects."""
    for correction in trees["overlay"].iter("correct"):
        tree = trees[correction.get("map", "837p")]
        found = cast("list[Node]", tree.xpath(correction.get("at", "")))
        if not found:
            raise GuideError(
                f"the overlay's correction of {correction.get('at')} fits nothing in this pyx12: use pyx12>=4.0,<5"
            )
        for node in found:
            for change in correction:
                _apply(node, change)


def _apply(node: Node, change: Node) -> None:
    from lxml import etree

    if change.tag == "set":
        name = change.get("name", "")
        child = node.find(name)
        if child is None:
            child = etree.SubElement(node, name)
        child.text = change.text
        return
    holder = node if node.tag == "version" else node.find("valid_codes")
    if holder is None:
        holder = etree.SubElement(node, "valid_codes")
    only, opened, shared = change.get("only"), change.get("open"), change.get("external")
    if shared:
        holder.set("external", shared)
    if only is not None or opened is not None:
        if "external" in holder.attrib:
            del holder.attrib["external"]
        for listed in holder.findall("code"):
            holder.remove(listed)
    unwanted = (change.get("remove") or "").split()
    for listed in holder.findall("code"):
        if listed.text in unwanted:
            holder.remove(listed)
    for wanted in (change.get("add") or only or "").split():
        etree.SubElement(holder, "code").text = wanted


class _Compiler:
    """Turns map nodes into tables, storing equal segment specs once."""

    def __init__(self, trees: dict[str, Node]) -> None:
        self.specs: list[Spec] = []
        self._spec_numbers: dict[Spec, int] = {}
        self._types = {
            node.get("ele_num", ""): (
                node.get("data_type", "AN"),
                int(node.get("min_len", "0")),
                int(node.get("max_len", "0")),
            )
            for node in trees["elements"].iter("data_ele")
        }
        self._lists = {
            _text(node, "id"): tuple(sorted({code.text or "" for code in node.iter("code")}))
            for node in trees["codes"].iter("codeset")
        }

    def transaction(self, node: Node | None) -> Loop:
        """The ST loop with its wrapper loops (HEADER, DETAIL, FOOTER) dissolved into one order of positions."""
        if node is None:
            raise GuideError("pyx12's 837P map has no ST loop: use pyx12>=4.0,<5")
        uses: list[Use] = []
        loops: list[Loop] = []
        base = 0
        for part in sorted(_children(node), key=_position):
            inner = sorted(_children(part), key=_position) if part.get("type") == "wrapper" else [part]
            last = base
            for child in inner:
                position = base + (_position(child) if part.get("type") == "wrapper" else 0) + 1
                last = max(last, position)
                if child.tag == "segment":
                    uses.append(self.use(child, position))
                else:
                    loops.append(self.loop(child, position))
            base = last + 1
        return Loop("ST", "Transaction Set", "R", 0, 1, tuple(uses), tuple(loops))

    def loop(self, node: Node, position: int) -> Loop:
        children = sorted(_children(node), key=_position)
        return Loop(
            node.get("xid", ""),
            _text(node, "name"),
            _text(node, "usage"),
            position,
            _count(_text(node, "repeat")),
            tuple(self.use(child, _position(child)) for child in children if child.tag == "segment"),
            tuple(self.loop(child, _position(child)) for child in children if child.tag == "loop"),
        )

    def use(self, node: Node, position: int) -> Use:
        spec = self.spec(node)
        number = self._spec_numbers.setdefault(spec, len(self.specs))
        if number == len(self.specs):
            self.specs.append(spec)
        qualifier, codes = _qualifier(spec)
        return Use(number, _text(node, "usage"), position, _count(_text(node, "max_use")), qualifier, codes)

    def spec(self, node: Node) -> Spec:
        segment = node.get("xid", "")
        parts = sorted(
            (child for child in node if child.tag in ("element", "composite")),
            key=lambda child: int(_text(child, "seq")),
        )
        notes = tuple(
            Syntax(text[0], tuple(int(text[i : i + 2]) for i in range(1, len(text), 2)))
            for text in (note.text or "" for note in node.findall("syntax"))
        )
        return Spec(segment, _text(node, "name"), tuple(self.element(segment, part) for part in parts), notes)

    def element(self, segment: str, node: Node, within: str = "") -> Element:
        position = int(_text(node, "seq"))
        ref = f"{within}-{position}" if within else f"{segment}{position:02d}"
        if node.tag == "composite":
            parts = sorted(node.findall("element"), key=lambda child: int(_text(child, "seq")))
            components = tuple(self.element(segment, part, ref) for part in parts)
            repeat = _count(_text(node, "repeat")) if node.find("repeat") is not None else 1
            return Element(
                ref,
                _text(node, "data_ele"),
                _text(node, "name"),
                _text(node, "usage"),
                components=components,
                repeat=repeat,
            )
        number = _text(node, "data_ele")
        kind, shortest, longest = self._types.get(number, ("AN", 1, 80))
        longest = int(_text(node, "max_length") or longest)
        listed = node.find("valid_codes")
        codes: tuple[str, ...] = ()
        if listed is not None:
            codes = self._lists.get(listed.get("external", ""), ()) or tuple(
                dict.fromkeys(code.text or "" for code in listed.findall("code"))
            )
        return Element(
            ref, number, _text(node, "name"), _text(node, "usage"), kind, shortest, longest, codes, _text(node, "regex")
        )


def _qualifier(spec: Spec) -> tuple[tuple[int, int], tuple[str, ...]]:
    """What tells uses of one segment apart: HL03, else a required code in element 01 or its first component."""
    first = spec.elements[0]
    if spec.id == "HL":
        return (3, 0), spec.elements[2].codes
    if first.components:
        lead = first.components[0]
        return ((1, 1), lead.codes) if lead.type == "ID" and lead.codes else ((0, 0), ())
    if first.type == "ID" and first.usage == "R" and first.codes:
        return (1, 0), first.codes
    return (0, 0), ()


def _children(node: Node) -> list[Node]:
    return [child for child in node if child.tag in ("loop", "segment")]


def _text(node: Node, name: str) -> str:
    """A property of a map node: a child element in the first form of the maps, an attribute in the second."""
    return (node.findtext(name) or node.get(name) or "").strip()


def _position(node: Node) -> int:
    return int(_text(node, "pos"))


def _count(text: str) -> int:
    return 0 if text in ("", ">1") else int(text)
