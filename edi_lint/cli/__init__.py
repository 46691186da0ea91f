"""The command line. Commands parse options and write to standard output; what they do is in the rooms below."""

from .main import main

__all__ = ["main"]
