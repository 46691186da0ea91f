"""What a reference set is called, which days it speaks for and who publishes it.

An edition knows nothing of the codes themselves; what to do on a day it does not
cover is the caller's decision.
"""

from datetime import date

import msgspec

__all__ = ["Edition"]


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """One publisher's release of a reference set.

    `valid_from` and `valid_to` are dates of service, both inclusive; `date.min` and
    `date.max` say that the set as a whole is not limited on that side.
    """

    name: str
    edition: str
    valid_from: date
    valid_to: date
    source: str
    licence: str

    def covers(self, day: date) -> bool:
        """Whether this edition may be consulted for the date of service `day`."""
        return self.valid_from <= day <= self.valid_to
