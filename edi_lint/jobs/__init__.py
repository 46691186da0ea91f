"""Side by side: the work of one run over several processes, with the same answer as one would give.

Theory of operation. The process that was started (the parent) hears everything in the order of the files: it owns the
outputs, the policy, the totals, the memory of each file. A big file is cut at its transaction sets (`x12.sets`), and
ranges of these are offered to helpers, as are small files whole; what no helper has taken by the time that the parent
comes to it, it judges itself.

A helper judges each set as if nothing had come before it, and says which numbers it recalled and what it remembered.
Parent goes through the sets in order: where a set recalled something that an earlier set has remembered, or turned out
not to be what the cut took it for, the parent judges this set again, in the memory of the file, and the helper's answer
is dropped. So no answer depends on who gave it. The envelope is always the parent's: it reads ISA, GS, ST and their
trailers of every set, judged elsewhere or not.

From the first place on that cannot be cut plainly, the parent reads the rest of the file by itself.
"""

from .pool import HelperLost, Pool
from .reading import SideBySide

__all__ = ["HelperLost", "Pool", "SideBySide"]
