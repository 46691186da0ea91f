"""The acknowledgements: a batch answered in the language of clearinghouses, and their answers explained."""

from .answer import Acknowledgement, Answering, Reply, acknowledge
from .options import Identity, Options

__all__ = ["Acknowledgement", "Answering", "Identity", "Options", "Reply", "acknowledge"]
