"""The acknowledgements: a batch answered in the language of clearinghouses, and their answers explained."""

from .answer import Acknowledgement, acknowledge
from .options import Identity, Options

__all__ = ["Acknowledgement", "Identity", "Options", "acknowledge"]
