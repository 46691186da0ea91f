"""One self-contained HTML page for the people who correct the claims: no network, no library, nothing to install."""

from .output import Html

__all__ = ["Html"]
