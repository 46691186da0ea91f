"""``edi-lint generate-shell-completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

__all__ = ["command"]

SHELLS = ("bash", "zsh", "fish")


@click.command("generate-shell-completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    For bash: edi-lint generate-shell-completion bash > ~/.local/share/bash-completion/completions/edi-lint
    """
    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - click knows these three
    group = ctx.find_root().command
    click.echo(kind(group, {}, "edi-lint", "_EDI_LINT_COMPLETE").source())
