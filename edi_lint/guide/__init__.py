"""The implementation guide: what may stand where in an 837P, and the walk that places every segment."""

from .graph import Ask, Graph, Guide, Node, Signs, answers
from .identify import PROFESSIONAL_CLAIM_GUIDES, transaction_name
from .load import GuideError, load_tables
from .open_loop import OpenLoop
from .tables import GuideTables
from .walk import Segments, Unit, walk

__all__ = [
    "PROFESSIONAL_CLAIM_GUIDES",
    "Ask",
    "Graph",
    "Guide",
    "GuideError",
    "GuideTables",
    "Node",
    "OpenLoop",
    "Segments",
    "Signs",
    "Unit",
    "answers",
    "load_tables",
    "transaction_name",
    "walk",
]
