"""A progress bar on standard error: on a terminal only, and only for runs that take a while."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from typing import TextIO

__all__ = ["Progress"]

_PATIENCE = 1.0
"""Seconds before the bar appears."""

_INTERVAL = 0.1
"""Seconds between two looks of it."""

_CLEAR = "\r\x1b[K"
_MEGABYTE = 1_000_000


class Progress:
    """Shows how much has been read. ``total`` is in bytes, 0 if it is unknown."""

    def __init__(
        self,
        total: int,
        is_wanted: bool = True,
        out: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._out = out or sys.stderr
        self.is_shown = is_wanted and self._out.isatty()
        self._total = total
        self._clock = clock
        self._read = 0
        self._began = clock()
        self._next = self._began + _PATIENCE
        self._is_drawn = False

    def advance(self, count: int) -> None:
        """So many bytes more have been read."""
        self._read += count
        now = self._clock()
        if self.is_shown and now >= self._next:
            self._next = now + _INTERVAL
            self._out.write(_CLEAR + self._line(now - self._began))
            self._out.flush()
            self._is_drawn = True

    def hide(self) -> None:
        """Take the bar away, since something else is to be written; it comes back with what is read next."""
        if self._is_drawn:
            self._out.write(_CLEAR)
            self._out.flush()
            self._is_drawn = False

    def _line(self, seconds: float) -> str:
        rate = self._read / seconds / _MEGABYTE
        read = f"{self._read / _MEGABYTE:,.0f} MB read, {rate:,.1f} MB/s"
        if not self._total:
            return read
        done = min(1.0, self._read / self._total)
        left = (1 - done) * seconds / done
        text = f"{done:4.0%}  {read}, {_duration(left)} left"
        width = min(40, shutil.get_terminal_size().columns - len(text) - 3)
        if width < 5:
            return text.strip()
        filled = round(width * done)
        return f"[{'#' * filled}{'.' * (width - filled)}]{text}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
