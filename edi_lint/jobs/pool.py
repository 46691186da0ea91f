"""Helper processes and what they are given to do. Knows nothing of claims.

Each helper has a thread here that waits for it, so that it gets its next task while the main thread judges. A helper
that the system ends is noticed by its pipe; helpers end when that of the parent does, however it ends.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any, Literal

from ..errors import UserError

__all__ = ["HelperLost", "Pool", "Task"]

LEFT_TO_PARENT = 1
"""So many of the tasks that wait are left to the parent, which comes to them next and would only wait for a helper."""

_SECONDS_TO_END = 5.0


class HelperLost(UserError):  # noqa: N818 - it is what happened
    """A helper process ended before it gave its answer; the message says of what, in one line."""


class Task:
    """Something to be done by a helper, or by the parent if it comes first. ``words`` name it for people."""

    __slots__ = ("payload", "reply", "state", "words")

    def __init__(self, payload: object, words: str) -> None:
        self.payload = payload
        self.words = words
        self.state: Literal["waiting", "given", "done", "lost", "taken"] = "waiting"
        self.reply = b""


class Pool:
    """So many helpers, each of which calls ``prepare(setup)`` and then what that returns, with each payload."""

    def __init__(self, helpers: int, prepare: Callable[[Any], Callable[[Any], object]], setup: object) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[Task] = deque()
        self._is_closing = False
        self.helpers = helpers
        self._running: list[tuple[Any, Connection]] = []
        # Spawned on every system: a helper begins with nothing of the parent but what it is sent.
        context = multiprocessing.get_context("spawn")
        with _interrupts_held():
            for _ in range(helpers):
                here, there = context.Pipe()
                process = context.Process(target=_help, args=(there, prepare, setup), daemon=True)
                process.start()
                there.close()
                self._running.append((process, here))
        for _, connection in self._running:
            threading.Thread(target=self._attend, args=(connection,), daemon=True).start()

    def offer(self, task: Task) -> None:
        """Let a helper have a task."""
        with self._changed:
            self._waiting.append(task)
            self._changed.notify_all()

    def take(self, task: Task) -> bool:
        """Have a task back that no helper has begun; False if one has."""
        with self._changed:
            if task.state != "waiting":
                return task.state == "taken"
            self._waiting.remove(task)
            task.state = "taken"
            return True

    def wait(self, task: Task) -> Any:
        """The answer to a task that a helper has begun; None if it has none. Raises `HelperLost`."""
        with self._changed:
            while task.state == "given":
                self._changed.wait(1.0)  # With a limit, so that Ctrl-C gets through on every system.
        if task.state == "lost":
            raise HelperLost(
                f"a process of --jobs ended by itself, so {task.words} was not read, nor what follows; "
                "try again with --jobs 1"
            )
        return pickle.loads(task.reply)  # noqa: S301 - our own process wrote it

    def close(self) -> None:
        """End the helpers, whatever they are doing."""
        with self._changed:
            self._is_closing = True
            self._waiting.clear()
            self._changed.notify_all()
        for process, _ in self._running:
            process.terminate()
        for process, connection in self._running:
            process.join(_SECONDS_TO_END)
            if process.is_alive():
                process.kill()
                process.join()
            connection.close()
            process.close()
        self._running.clear()

    def _attend(self, connection: Connection) -> None:
        """Give one helper its tasks, one after the other."""
        task: Task | None = None
        try:
            connection.recv_bytes()  # It is ready; until then others may have what there is to do.
            while (task := self._next()) is not None:
                connection.send(task.payload)
                task.payload = None
                self._end(task, "done", connection.recv_bytes())
        except (EOFError, OSError):
            if task is not None and not self._is_closing:
                self._end(task, "lost", b"")

    def _next(self) -> Task | None:
        with self._changed:
            while len(self._waiting) <= LEFT_TO_PARENT and not self._is_closing:
                self._changed.wait()
            if self._is_closing:
                return None
            task = self._waiting[LEFT_TO_PARENT]
            del self._waiting[LEFT_TO_PARENT]
            task.state = "given"
            return task

    def _end(self, task: Task, state: Literal["done", "lost"], reply: bytes) -> None:
        with self._changed:
            task.reply, task.state = reply, state
            self._changed.notify_all()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C waits, and is nothing to the processes that begin meanwhile: it reaches all that the terminal knows."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # It begins with the first process, and would let Ctrl-C in again.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _help(connection: Connection, prepare: Callable[[Any], Callable[[Any], object]], setup: object) -> None:
    """What a helper process does."""
    # The parent says when it is over.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        work = prepare(setup)
        connection.send_bytes(b"ready")
        while True:
            payload = connection.recv()
            try:
                answer = work(payload)
            except Exception:  # What goes wrong here goes wrong with the parent too, who can say so.
                answer = None
            connection.send_bytes(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))
