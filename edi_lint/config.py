"""What a run is asked to do: which rules, how grave, for whom, what may be shown. The types and nothing else.

They are the one truth about the configuration: the JSON Schema, the reference page and ``edi-lint config`` are made
from them. Keys of files are spelled in kebab-case (``fail-severity``). Reads no file and no environment; what settings
come to is worked out in ``selection``, files are found and read in ``config_files``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from .errors import UserError
from .rule_options import RuleOptions

__all__ = [
    "AckCodes",
    "Config",
    "ConfigError",
    "ConfigFile",
    "FailSeverity",
    "OneOrMore",
    "Override",
    "RejectScope",
    "RuleOptions",
    "Settings",
    "Waiver",
    "as_acks",
    "as_options",
    "listed",
]

FailSeverity = Literal["error", "warning", "info", "none"]
MinSeverity = Literal["error", "warning", "info"]
SeverityOrOff = Literal["error", "warning", "info", "off"]
RejectScope = Literal["transaction", "claim"]
Selectors = tuple[str, ...]
OneOrMore = str | tuple[str, ...]
"""One text or several: ``payer = "12345"`` or ``payer = ["12345", "67890"]``."""
Count = Annotated[int, Meta(ge=0)]
Text = Annotated[str, Meta(min_length=1)]


class ConfigError(UserError):
    """An option or a setting that cannot be followed; the message says what to do, in one line."""


def listed(value: OneOrMore) -> tuple[str, ...]:
    """One text or several, as several."""
    return (value,) if isinstance(value, str) else tuple(value)


def as_options(value: RuleOptions | Mapping[str, Any]) -> RuleOptions:
    """The options of rules, from their typed form or from a mapping by their names. Raises `ConfigError`."""
    if isinstance(value, RuleOptions):
        return value
    try:
        return msgspec.convert(dict(value), RuleOptions)
    except msgspec.ValidationError as error:
        from .config_errors import explain

        raise ConfigError(f"options: {explain(str(error), RuleOptions)}") from None


class AckCodes(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What acknowledgements say of one rule's findings, instead of the rule's own codes: all that is told is named."""

    stc: Annotated[
        OneOrMore,
        Meta(
            description="Status in the 277CA: category and code, with an entity where one is meant; several are told "
            "together.",
            examples=["A7:453"],
        ),
    ] = ()
    ik304: Annotated[str, Meta(description="What the 999 says of the segment.", examples=["8"])] = ""
    ik403: Annotated[
        str, Meta(description="What the 999 says of the element; with it, `ik304` is 8.", examples=["7"])
    ] = ""
    ik502: Annotated[str, Meta(description="What the 999 says of the transaction set.", examples=["5"])] = ""
    ak905: Annotated[str, Meta(description="What the 999 says of the functional group.", examples=["5"])] = ""
    ta1: Annotated[str, Meta(description="Note of the TA1 on the interchange.", examples=["022"])] = ""


def as_acks(table: Mapping[str, AckCodes | Mapping[str, Any]]) -> dict[str, AckCodes]:
    """Acknowledgement codes by rule, from their typed form or from mappings. Raises `ConfigError`."""
    try:
        return {
            name: codes if isinstance(codes, AckCodes) else msgspec.convert(dict(codes), AckCodes)
            for name, codes in table.items()
        }
    except msgspec.ValidationError as error:
        from .config_errors import explain

        raise ConfigError(f"acks: {explain(str(error), AckCodes)}") from None


AcksByRule = Annotated[
    dict[str, AckCodes],
    Meta(
        description="What the acknowledgements say, by id, name or prefix of rules, instead of their own codes.",
        examples=[{"MOD001": {"stc": "A7:453"}}],
    ),
]


class Override(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename="kebab"):
    """Other settings for some files, receivers or payers. What it names must all apply; later overrides win."""

    files: Annotated[
        OneOrMore,
        Meta(
            description="Files it is for, as globs: by name (`medicare-*.edi`), or with a `/` by path, seen from the "
            "folder of the configuration.",
            examples=[["outbound/medicare/*.edi"]],
        ),
    ] = ()
    receiver: Annotated[
        OneOrMore,
        Meta(description="Receivers it is for: ISA08 or GS03 of the batch.", examples=["RECEIVER01"]),
    ] = ()
    payer: Annotated[
        OneOrMore, Meta(description="Payers it is for, by payer id: NM109 of loop 2010BB.", examples=[["12345"]])
    ] = ()
    claim_filing_indicator: Annotated[
        OneOrMore, Meta(description="Kinds of insurance it is for: SBR09 of loop 2000B.", examples=[["MB", "MA"]])
    ] = ()
    select: Annotated[Selectors, Meta(description="Use only these rules.", examples=[["ADM", "NCI"]])] = ()
    extend_select: Annotated[Selectors, Meta(description="Use these rules as well.", examples=[["MOD004"]])] = ()
    ignore: Annotated[Selectors, Meta(description="Leave these rules out.", examples=[["NCI013"]])] = ()
    severity: Annotated[
        dict[str, SeverityOrOff], Meta(description="How grave rules are.", examples=[{"MOD001": "warning"}])
    ] = {}
    strict: Annotated[bool | None, Meta(description="As `strict` for the whole run.", examples=[True])] = None
    reject_scope: Annotated[
        RejectScope | None,
        Meta(
            description="As `reject-scope` for the whole run. A transaction set is rejected or not as a whole, so it "
            "goes by files and receivers only, not by payers.",
            examples=["claim"],
        ),
    ] = None
    acks: AcksByRule = {}
    options: Annotated[RuleOptions, Meta(description="Options of single rules, over those of the whole run.")] = (
        RuleOptions()
    )

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "options", as_options(self.options))
        if self.acks:
            msgspec.structs.force_setattr(self, "acks", as_acks(self.acks))

    @property
    def is_for_all(self) -> bool:
        """Whether it names nobody, as what the command line asks for."""
        return not (self.files or self.receiver or self.payer or self.claim_filing_indicator)


class Waiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename="kebab"):
    """What is let pass, why, and until when. What it names must all apply."""

    rule: Annotated[
        OneOrMore, Meta(description="What is waived: rule ids, names or prefixes. Required.", examples=["MOD001"])
    ]
    reason: Annotated[
        Text,
        Meta(description="Why, for those who read this later. Required.", examples=["Payer bulletin 2026-04"]),
    ]
    expires: Annotated[
        date | None,
        Meta(description="The last day on which it holds. Unset: it holds until taken out.", examples=["2026-12-31"]),
    ] = None
    files: Annotated[OneOrMore, Meta(description="Files it is for, as in overrides.", examples=["outbound/*.edi"])] = ()
    payer: Annotated[OneOrMore, Meta(description="Payers it is for: NM109 of loop 2010BB.", examples=["12345"])] = ()
    provider: Annotated[
        OneOrMore,
        Meta(
            description="Providers it is for, by NPI: the billing provider or who rendered the service.",
            examples=["1234567893"],
        ),
    ] = ()
    declared: Annotated[str, Meta(extra={"internal": True})] = ""
    """Where it stands, as FILE:LINE:OFFSET; set by whoever read it from a file."""


class Settings(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename="kebab", kw_only=True
):
    """What a configuration file and a program may set."""

    ruleset: Annotated[
        str,
        Meta(
            description="The edition of the rules: rules that came after it are left out, so that an upgrade of "
            "edi-lint changes nothing of what passes. Unset: all rules.",
            examples=["2026.1"],
        ),
    ] = ""
    select: Annotated[
        Selectors,
        Meta(
            description="Use only these rules: ids, names, prefixes of ids or `ALL`. The more exact of `select` and "
            "`ignore` wins, and `ignore` where both are alike.",
            examples=[["ADM", "MOD", "NCI"]],
        ),
    ] = ("ALL",)
    extend_select: Annotated[
        Selectors, Meta(description="Use these rules as well as those of `select`.", examples=[["MOD004"]])
    ] = ()
    ignore: Annotated[Selectors, Meta(description="Leave these rules out.", examples=[["NCI013", "SIT"]])] = ()
    preview: Annotated[bool, Meta(description="Use rules that are on trial as well.", examples=[True])] = False
    mandatory: Annotated[
        Selectors,
        Meta(
            description="Rules that always run, at no less than their own severity: no `ignore`, override, waiver or "
            "baseline switches them off. A configuration that extends another adds to its list.",
            examples=[["STR001", "ENV"]],
        ),
    ] = ()
    severity: Annotated[
        dict[str, SeverityOrOff],
        Meta(
            description="How grave rules are, by id, name or prefix: `error`, `warning`, `info` or `off`. The most "
            "exact entry wins.",
            examples=[{"MOD001": "warning", "SIT": "info"}],
        ),
    ] = {}
    strict: Annotated[
        bool,
        Meta(
            description="Make errors of what the guide says not to send and most receivers let pass.", examples=[True]
        ),
    ] = False
    fail_severity: Annotated[
        FailSeverity,
        Meta(description="The least severity that makes the exit status 1; `none` for never.", examples=["warning"]),
    ] = "error"
    min_severity: Annotated[
        MinSeverity,
        Meta(
            description="The least severity that reports show. What they do not show still counts: in the summary and "
            "for the exit status.",
            examples=["warning"],
        ),
    ] = "info"
    max_findings: Annotated[
        Count,
        Meta(
            description="The most findings that reports show; 0 for all. The summary and the exit status count them "
            "all.",
            examples=[100],
        ),
    ] = 0
    reject_scope: Annotated[
        RejectScope,
        Meta(
            description="What an error in a claim rejects in the acknowledgements: its transaction set, or only the "
            "claim where all errors of the set lie in claims.",
            examples=["claim"],
        ),
    ] = "transaction"
    as_of: Annotated[
        date | None,
        Meta(description="Judge batches as on this day. Unset: today.", examples=["2026-03-01"]),
    ] = None
    mask_claim_ids: Annotated[bool, Meta(description="Hide CLM01 in every output.", examples=[True])] = False
    max_megabytes: Annotated[
        Count,
        Meta(
            description="The most megabytes (millions of bytes) that are read of one input, after unpacking. 0: 4096 "
            "for .gz and .zip, no limit for others. What is larger is not skipped: the run ends with status 2.",
            examples=[500],
        ),
    ] = 0
    baseline: Annotated[
        str,
        Meta(description="A file made by `edi-lint baseline`: what it counts is let pass.", examples=["baseline.json"]),
    ] = ""
    data_folder: Annotated[
        str,
        Meta(
            description="The folder of the reference tables that were loaded with `edi-lint refdata add`. Unset: "
            "EDI_LINT_DATA, or the user data directory.",
            examples=["../reference-data"],
        ),
    ] = ""
    acks: AcksByRule = {}
    options: Annotated[RuleOptions, Meta(description="Options of single rules.")] = RuleOptions()
    overrides: Annotated[
        tuple[Override, ...], Meta(description="Other settings for some files, receivers or payers.")
    ] = ()
    waivers: Annotated[tuple[Waiver, ...], Meta(description="What is let pass, why, and until when.")] = ()

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "options", as_options(self.options))
        if self.acks:
            msgspec.structs.force_setattr(self, "acks", as_acks(self.acks))


class Config(Settings, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename="kebab", kw_only=True):
    """The settings of a run.

    ``select`` and ``ignore`` hold rule ids, names, prefixes of ids, or ``ALL``. ``options`` may be given as a mapping
    (``{"timely-filing": True}``). ``min_severity`` and ``max_findings`` are about what is shown: `Report.summary` and
    its ``exit`` count everything.
    """

    show_values: bool = False
    """Show names, member ids, birth dates, addresses and free text. No file can ask for it, only whoever runs."""


class ConfigFile(Settings, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename="kebab", kw_only=True):
    """A configuration file: ``edi-lint.toml``, ``.edi-lint.toml``, or ``[tool.edi-lint]`` in ``pyproject.toml``."""

    extend: Annotated[
        str,
        Meta(
            description="Another configuration file that this one builds on, seen from the folder of this one. Single "
            "keys are replaced, tables merged, `overrides`, `waivers` and `mandatory` added to.",
            examples=["../edi-lint.toml"],
        ),
    ] = ""
