"""The group of commands, each imported only when it is called, and the one place where errors become status 2."""

from __future__ import annotations

import errno
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from ..errors import UserError, did_you_mean
from ..escaping import file_name, printable
from .version import show_version

__all__ = ["group", "main"]

_INTERRUPTED = "interrupted: the rest was not read"

_COMMANDS = {
    "check": ("check", "Lint claim batches and report what a payer would reject or deny."),
    "show": ("show", "Show a batch as people read it, with names, meanings and findings."),
    "extract": ("extract", "List the service lines with 96372 (or other codes), their diagnoses, modifiers and drugs."),
    "gate": ("gate", "Let the good claims of batches through, and give the others back with the reasons."),
    "explain-ack": ("explain_ack", "Explain a TA1, 999 or 277CA, from anyone, as sentences."),
    "baseline": ("baseline", "Count what is found now, so that later checks tell only what is new."),
    "config": ("config", "Explain the keys of a configuration, or write one to begin with."),
    "rule": ("rule", "Explain a rule, or list them all."),
    "refdata": ("refdata", "List, add or remove the reference tables that you load yourself, as NCCI edits."),
    "generate-shell-completion": ("completion", "Print the completion script of bash, zsh or fish."),
}


class _InterruptError(Exception):
    """Ctrl-C. click would leave an empty line for a KeyboardInterrupt."""


class _LazyGroup(click.Group):
    """A group that imports a command's module when the command is called."""

    def make_context(self, *arguments: Any, **extra: Any) -> click.Context:
        try:
            return super().make_context(*arguments, **extra)
        except KeyboardInterrupt:
            raise _InterruptError from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise _InterruptError from None

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f".{_COMMANDS[cmd_name][0]}", __package__).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called. Says what is meant instead where there is none of that name."""
        name = args[0]
        if name not in _COMMANDS and (name == "-" or not name.startswith("-")):
            is_path = name == "-" or Path(name).exists()
            hint = f"; to lint it: edi-lint check {name}" if is_path else did_you_mean(name, _COMMANDS)
            raise click.UsageError(f"No such command '{name}'{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=show_version,
    help="Show the versions of edi-lint, guide, rules and reference data.",
)
def group() -> None:
    """Lint X12 837P claim batches, with a special eye on CPT 96372 injections.

    @FILE among the arguments stands for the lines of FILE, an argument each. Exit status: 0 nothing failed, 1 something
    did, 2 the answer is unknown.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its status; every error is one line on standard error."""
    try:
        status = _run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        status = _fail(_INTERRUPTED)
    if arguments is None:
        # It is over: who interrupts now comes too late.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(status)


def _run(arguments: list[str]) -> int:
    try:
        status: Any = group.main(_expanded(arguments), prog_name="edi-lint", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.UsageError as error:
        return _fail(_usage(error))
    except (click.ClickException, UserError) as error:
        return _fail(error.format_message() if isinstance(error, click.ClickException) else str(error))
    except (click.Abort, KeyboardInterrupt, _InterruptError):
        return _fail(_INTERRUPTED)
    except BrokenPipeError:
        # Whoever read the report has had enough; what they did not read is not known to be good.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except OSError as error:
        return _fail(f"{error.filename or 'input or output'}: {error.strerror or error}{_advice(error)}")
    except Exception as error:
        return _fail(_own_fault(error))
    return status if isinstance(status, int) else 0


def _advice(error: OSError) -> str:
    """The end of the line about a file: what to do."""
    if isinstance(error, IsADirectoryError):
        return "; name a file"
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "; check the path"
    if isinstance(error, PermissionError):
        return "; check the path and its permissions"
    return "; make room and run it again" if error.errno == errno.ENOSPC else ""


def _own_fault(error: Exception) -> str:
    """Where edi-lint broke, without the words of the error: these may hold a value of the batch."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    at = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace is not None else "nowhere"
    return f"edi-lint itself broke ({type(error).__name__} at {at}) and the rest was not read; please report this line"


def _expanded(arguments: list[str]) -> list[str]:
    """The arguments, those that name a file with @ replaced by its lines."""
    found: list[str] = []
    for argument in arguments:
        if not argument.startswith("@") or len(argument) == 1:
            found.append(argument)
            continue
        try:
            content = Path(argument[1:]).read_text("utf-8")
        except OSError as error:
            raise click.ClickException(
                f"{argument}: {error.strerror or error}; write ./{argument} for a path"
            ) from None
        except UnicodeDecodeError:
            raise click.ClickException(f"{argument}: not a text in UTF-8") from None
        if content.lstrip().startswith("ISA"):
            # Its lines would be told as wrong arguments, with whatever stands in them.
            raise click.ClickException(f"{argument}: a batch, not a list of arguments; leave out the @")
        found += [line for line in content.splitlines() if line.strip()]
    return found


def _usage(error: click.UsageError) -> str:
    command = error.ctx.command_path if error.ctx is not None else "edi-lint"
    message = " ".join(error.format_message().split())
    return f"{message.rstrip('.')}; see '{command} --help'"


def _fail(message: str) -> int:
    click.echo(f"edi-lint: {printable(file_name(message))}", err=True)
    return 2
