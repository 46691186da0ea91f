"""The gate before a clearinghouse: good claims of a batch go on, the others come back with the reasons.

For each input one folder is written, in one step and with all of it or not at all: the accepted claims as a batch, the
rejected claims as a batch of their own, TA1, 999 and 277CA, the report, and ``gate.json`` with the totals. Accepted and
rejected claims are all the claims that came in, to the cent; that is counted before anything is visible.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import msgspec

from ..acks import Options
from ..config import Config, ConfigError
from ..escaping import file_name
from ..linter import Input, Linter, input_name, open_input
from ..sources import Source, SourceError, find_sources
from .batch import BatchGate, digest, settings
from .decision import MANIFEST, Amount, Decision, GateError, Manifest
from .folder import Folder, remove_stale

__all__ = ["Amount", "Decision", "Gate", "GateError", "find_inputs", "gate"]


class Gate:
    """Takes batches through the gate, one after the other, with the configuration ``config``.

    A claim is rejected by what reaches ``fail_severity``; ``reject_scope`` says whether a fault of structure in a claim
    rejects its transaction set or the claim alone. A baseline counts anew for each input. ``options`` are those of the
    acknowledgements: ``now`` dates them, ``control`` is their first number; no number comes twice.
    """

    def __init__(self, options: Options, config: Config | None = None) -> None:
        self._config = config
        self._linter: Linter | None = None
        # What a TA1 may accept with errors is an error all the same.
        self._options = msgspec.structs.replace(options, lenient=False)

    def decide(
        self, source: Input, out: Path | None, name: str | None = None, linter: Linter | None = None
    ) -> Decision:
        """Decide on one input, and write its folder into ``out``; None is a dry run, which writes nothing there.

        The folder is called like the input (``name``, the file's name without its path). If it is there from an earlier
        run over the same bytes with the same settings, it is left as it is and its decision is returned. ``linter`` is
        for an input with a configuration of its own.

        Raises `GateError` when nothing is decided: the folder is there for another input, a rule broke, or the claims
        do not add up. Raises `SourceError` or `OSError` when the input cannot be read or the folder not be written, and
        `ConfigError` for a configuration that cannot be followed or lets everything pass.
        """
        name = file_name(name or input_name(source))
        if linter is None:
            linter = self._linter = self._linter or Linter(self._config)
        if linter.config.fail_severity == "none":
            raise ConfigError("fail-severity none would let everything pass; give the gate error, warning or info")
        if out is None:
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
                return self._written(linter, source, name, Path(place), "")
        title = "stdin" if name == "-" else Path(name).name
        if (out / title).exists():
            with open_input(source) as stream:
                return self._decided_before(linter, out / title, name, digest(stream))
        out.mkdir(parents=True, exist_ok=True)
        remove_stale(out)
        return self._written(linter, source, name, out, title)

    def _written(self, linter: Linter, source: Input, name: str, place: Path, title: str) -> Decision:
        with Folder(place) as folder, open_input(source) as stream:
            manifest = BatchGate(linter, self._options, folder, name).run(stream)
            if title:
                try:
                    folder.publish(title)
                except FileExistsError:
                    # Another run was faster.
                    return self._decided_before(linter, place / title, name, manifest.input.sha256)
        return self._done(Decision.of(manifest, place / title if title else None))

    def _decided_before(self, linter: Linter, folder: Path, name: str, sha256: str) -> Decision:
        """The decision that a folder holds, if it is about this input."""
        advice = "move it away, or give another --out"
        try:
            manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
        except (OSError, msgspec.DecodeError):
            raise GateError(f"{name}: {folder} is there and not from the gate; {advice}") from None
        if manifest.input.sha256 != sha256:
            raise GateError(f"{name}: {folder} is there from another batch; {advice}")
        if manifest.settings != settings(linter, self._options):
            raise GateError(f"{name}: {folder} is there, decided with other options; {advice}")
        return self._done(Decision.of(manifest, folder, repeated=True))

    def _done(self, decision: Decision) -> Decision:
        self._options = self._options.behind(decision.interchanges)
        return decision


def gate(
    source: Input, out: Path | None, options: Options, config: Config | None = None, name: str | None = None
) -> Decision:
    """Take one batch through the gate: see `Gate` and `Gate.decide`."""
    return Gate(options, config).decide(source, out, name)


def find_inputs(paths: Iterable[str], out: Path) -> list[Source]:
    """The inputs that the paths stand for, each once. What lies in ``out`` is the gate's own, and none unless named.

    Raises `SourceError` as `find_sources` does, and when nothing is left.
    """
    named, place = list(paths), out.resolve()
    sources = find_sources(named)
    found: dict[tuple[Path, str], Source] = {}
    for source in sources:
        file = Path(source.file).resolve()
        if source.file in named or not file.is_relative_to(place):
            found.setdefault((file, source.member), source)
    if not found:
        raise SourceError(f"{' '.join(named)}: no claim batch but what the gate has written")
    return list(found.values())
