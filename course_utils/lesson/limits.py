"""A learner's code may hold a loop that does not end: it is stopped after so many lines or seconds.

Lines are counted by Python's own tracing, in the thread that calls: that works in a kernel's main thread and on every
system. A single call of compiled code that never comes back is not stopped: nothing in Python could.
"""

from __future__ import annotations

import ctypes
import linecache
import os
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from inspect import CO_GENERATOR
from pathlib import Path
from types import FrameType
from typing import Any

SECONDS, LINES = 30.0, 500_000  # of all calls together, and of one call
LONGEST = 10_000_000  # entries of one list, set, dictionary or text
LARGE = 100_000  # from here on sizes are looked at after each line: a list may double in one
LOOK = 8  # lines between two looks at the clock and at the sizes
INSIST = 0.2  # seconds after which code that swallowed the stop is stopped again
INSTALLED = tuple(
    os.path.join(os.path.realpath(folder), "")
    for folder in {
        str(Path(__file__).parents[1]),
        sys.prefix,
        sys.base_prefix,
        *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    }
)
GENERATED = ("<frozen", "<string>", "<__array_function__")  # by the interpreter and by dataclasses


class Stopped(BaseException):
    """Raised inside the learner's code; no ``except Exception`` of theirs can swallow it."""


@cache
def is_learners(filename: str) -> bool:
    """Tell whether a file is neither installed nor part of the course: a notebook's cell, a module of the learner's."""
    if filename.startswith(GENERATED):
        return False
    return filename.startswith("<") or not os.path.realpath(filename).startswith(INSTALLED)


@dataclass
class _Counter:
    """Counts the lines that the learner's code runs, and the seconds that it takes, libraries it calls included."""

    lines: int
    seconds: float
    outer: FrameType | None = None  # the frame of the call under way
    taken: int = 0
    used: float = 0.0
    since: float = 0.0
    calls: int = 0
    look_at: int = LOOK
    reason: str = ""
    done: threading.Event = field(default_factory=threading.Event)

    def on_call(self, frame: FrameType, event: str, argument: Any) -> Any:
        if not is_learners(frame.f_code.co_filename):
            self.calls += 1
            if self.outer is not None and self.calls % 1024 == 0:
                self.look(self.outer)
            return None
        if self.outer is None:
            self.outer, self.since = frame, time.perf_counter()
            if not frame.f_code.co_flags & CO_GENERATOR:  # whose rounds count together
                self.taken, self.look_at = 0, LOOK
        return self.on_line

    def on_line(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            self.taken += 1
            if self.taken >= self.look_at:
                self.look(frame)
        elif event == "return" and frame is self.outer:
            self.used += time.perf_counter() - self.since
            self.outer = None
        return self.on_line

    def look(self, frame: FrameType) -> None:
        """Stop what takes too many lines or too long, or has grown too large."""
        if self.taken > self.lines:
            self.stop(f"{self.lines:,} lines{_place(frame)}: a loop does not end")
        if self.used + time.perf_counter() - self.since > self.seconds:
            self.stop(
                f"{self.seconds:g} seconds{_place(frame)}: a loop does not end, or a round takes very long"
            )
        largest = 0
        for name, value in frame.f_locals.items():
            if isinstance(value, list | dict | set | str | bytes):
                largest = max(largest, len(value))
                if largest > LONGEST:
                    self.stop(f"`{name}` had grown to {largest:,} entries")
        self.look_at = self.taken + (1 if largest > LARGE else LOOK)

    def stop(self, reason: str) -> None:
        """Raise in the learner's code, and again as long as a bare ``except`` swallows it.

        An exception from a trace function ends tracing, so that a thread has to raise the next one.
        """
        self.reason = f"your code was stopped after {reason}"
        target = ctypes.c_ulong(threading.get_ident())

        def insist() -> None:
            while not self.done.wait(INSIST):
                ctypes.pythonapi.PyThreadState_SetAsyncExc(target, ctypes.py_object(Stopped))

        threading.Thread(target=insist, daemon=True).start()
        raise Stopped(self.reason)


def _place(frame: FrameType) -> str:
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
    return f", at `{line[:80]}`" if line else f", in line {frame.f_lineno}"


@contextmanager
def bounded(*, seconds: float = SECONDS, lines: int = LINES) -> Iterator[None]:
    """Stop code of the learner's that runs inside, wherever it was called from; leave tracing as it was.

    Parameters
    ----------
    seconds : float
        Time that the learner's code takes in all calls together, the libraries it calls included.
    lines : int
        Lines of the learner's that one call may run.

    Raises
    ------
    Stopped
        With one sentence: the limit that was reached, and the line where.
    """
    before, counter = sys.gettrace(), _Counter(lines, seconds)
    sys.settrace(counter.on_call)
    try:
        yield
    except Stopped:
        raise Stopped(counter.reason) from None
    finally:
        counter.done.set()
        sys.settrace(before)
