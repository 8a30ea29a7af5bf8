"""A learner's code may hold a loop that does not end: it is stopped after so many lines or seconds."""

from __future__ import annotations

import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

SECONDS, LINES = 20.0, 2_000_000
LOOK_AT_THE_CLOCK = 256  # lines
PACKAGE = str(Path(__file__).parents[1])
INSTALLED = tuple({PACKAGE, *sysconfig.get_paths().values()} - {""})


class Stopped(BaseException):
    """Raised inside the learner's code; no ``except Exception`` of theirs can swallow it."""


@cache
def is_learners(filename: str) -> bool:
    """Tell whether a file is neither installed nor part of the course: a notebook's cell, a module of the learner's."""
    return not filename.startswith((*INSTALLED, "<frozen", "<string"))


@contextmanager
def bounded(*, seconds: float = SECONDS, lines: int = LINES) -> Iterator[None]:
    """Stop code of the learner's that runs inside, wherever it was called from.

    Lines are counted by Python's own tracing (``sys.settrace``), in the thread that calls and on every platform. A
    single call of compiled code that never comes back is not stopped: nothing in Python could.

    Parameters
    ----------
    seconds : float
        Time in all, looked at in the learner's lines alone.
    lines : int
        Lines of the learner's that may run.

    Raises
    ------
    Stopped
        With one sentence.
    """
    stop, count = time.monotonic() + seconds, 0

    def on_line(frame: FrameType, event: str, argument: Any) -> Callable | None:
        nonlocal count
        if event == "line":
            count += 1
            if count > lines:
                raise Stopped(f"your code was stopped after {lines:,} lines: a loop does not end")
            if count % LOOK_AT_THE_CLOCK == 0 and time.monotonic() > stop:
                raise Stopped(
                    f"your code was stopped after {seconds:.0f} seconds: is there a loop that does not end?"
                )
        return on_line

    def on_call(frame: FrameType, event: str, argument: Any) -> Callable | None:
        return on_line if is_learners(frame.f_code.co_filename) else None

    before = sys.gettrace()
    sys.settrace(on_call)
    try:
        yield
    finally:
        sys.settrace(before)
