"""Errors on purpose: a cell that says ``# fails on purpose`` shows its error in a frame, and the kernel goes on.

The mark is a comment, so the lesson's code stays ordinary Python: no context manager to explain, nothing that catches
the error, and the cell does the same without the course. It is read wherever the cell runs (JupyterLab, VS Code, Colab,
nbclient, nbval); a cell's tags, which only some of them send to the kernel, are not. A learner who meets the
cell without its prose, or hears it read, is told too. Other errors, the learner's own, keep IPython's traceback.

The cell still ends with an error for Jupyter: the tag ``raises-exception`` lets *Run All* go on, and nbval
compares its name and message. Only what is written around it changes::

    The error begins
    ValueError: not enough values to unpack (expected 2, got 1)      the message first, in full
    Raised in line 3 of this cell: model(torch.tensor(long_ids))
    > Traceback                                                       closed
    The error ends
"""

from __future__ import annotations

import re
import sysconfig
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from course_utils.pictures.glyphs import clip, one_line
from course_utils.pictures.page import MONOSPACE, VERMILLION, element, style
from course_utils.pictures.view import View

MARK = re.compile(r"#\s*fails on purpose\s*$", re.MULTILINE | re.IGNORECASE)
BEGINS, ENDS = "The error begins", "The error ends"
TRACEBACK = "not-compared"  # by tests: its lines belong to the libraries and change with them
LONGEST = 20_000  # characters of a traceback


def install(shell: Any) -> None:
    """Frame the errors of marked cells in this IPython shell; another handler that is there already stays."""
    if not shell.custom_exceptions:
        shell.set_custom_exc((Exception,), show_error)


def show_error(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    """Show the error of a cell: in a frame if the cell is marked, else as IPython does."""
    from IPython.display import display

    code = cell_of(shell)
    if not MARK.search(code):
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset, running_compiled_code=True)
        return
    told = traceback.TracebackException(kind, error, trace)
    message = "".join(told.format_exception_only()).rstrip("\n")
    display(begin())
    error._render_traceback_ = lambda: [message]  # IPython asks the error itself how it is shown
    try:
        shell.showtraceback((kind, error, trace), running_compiled_code=True)
    finally:
        del error._render_traceback_
    display(end(told, code))


def cell_of(shell: Any) -> str:
    """Give the source of the cell that runs now; empty where the shell is no kernel's."""
    kernel = getattr(shell, "kernel", None)
    request = kernel.get_parent("shell") if kernel else {}
    return request.get("content", {}).get("code", "")


def begin() -> View:
    """Open the frame.

    >>> begin()
    The error begins
    """
    edge = f"2px solid {VERMILLION}"
    look = style(border=edge, border_bottom="0", padding="4px 10px", margin="0")
    return View(html=element("p", element("strong", BEGINS), style=look), text=BEGINS)


def end(told: traceback.TracebackException, code: str) -> View:
    """Close the frame: the line of the cell that failed, and the traceback behind a closed ``<details>``."""
    place = line_of(told, code)
    edge = f"2px solid {VERMILLION}"
    html = element(
        "div",
        element("p", place[0], element("code", place[1]), style="margin:0") if place else "",
        element(
            "details",
            element("summary", "Traceback, the last call at its end"),
            element("pre", written(told), style=style(font_family=MONOSPACE, overflow_x="auto")),
            class_=TRACEBACK,
        ),
        element("p", element("strong", ENDS), style="margin:0"),
        style=style(border=edge, border_top="0", padding="4px 10px", margin="0"),
    )
    return View(html=html, text="\n".join(["".join(place), ENDS] if place else [ENDS]))


def line_of(told: traceback.TracebackException, code: str) -> tuple[str, str] | None:
    """Give number and text of the last line of the cell itself that the error passed through."""
    lines = code.splitlines()
    for frame in reversed(told.stack):
        number = frame.lineno or 0
        if in_a_cell(frame.filename) and 0 < number <= len(lines):
            line = lines[number - 1].strip()
            if line == (frame.line or "").strip():  # a function of an earlier cell has other lines
                shown = MARK.sub("", line).strip()
                return f"Raised in line {number} of this cell: ", clip(one_line(shown), 200)
    return None


def in_a_cell(filename: str) -> bool:
    """Tell whether code comes from a cell: IPython's kernels write ``/tmp/ipykernel_7/123.py``."""
    return "ipykernel_" in filename or filename.startswith("<ipython-input")


def written(told: traceback.TracebackException) -> str:
    """Write a traceback without this machine's folders.

    >>> try:
    ...     {}["missing"]
    ... except KeyError as error:
    ...     print(written(traceback.TracebackException.from_exception(error)).splitlines()[-1])
    KeyError: 'missing'
    """
    for part in _chain(told):
        for frame in part.stack:
            frame.filename = _short(frame.filename)
    text = "".join(told.format())
    cut = len(text) - LONGEST
    return text if cut <= 0 else f"(the first {cut:,} characters are left out)\n{text[cut:]}"


def _chain(told: traceback.TracebackException | None) -> Iterator[traceback.TracebackException]:
    if told is not None:
        yield told
        yield from _chain(told.__cause__)
        yield from _chain(told.__context__)


def _short(filename: str) -> str:
    if in_a_cell(filename):
        return "a cell"
    path = Path(filename)
    here = Path(__file__).parents[2]
    for root in (sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"), here):
        if path.is_relative_to(root):
            return path.relative_to(root).as_posix()
    return path.name
