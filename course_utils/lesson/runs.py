"""What this kernel has sent to its page, cell by cell: for ``compare()``.

``import course_utils`` wraps the kernel's ``session.send``, so what is remembered is what the page got, prints and errors
too, and nothing is computed twice. It costs a dictionary entry per output; bitmaps are let go at once. A run is found
again by its cell's source: what a learner has changed is theirs, and not compared.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import Any

from course_utils.testing.outputs import BITMAPS

SHOWN = {"stream", "display_data", "execute_result", "error"}
MOST_CELLS, LONGEST = 1_000, 200_000  # runs remembered; characters of one output


@dataclass
class Ran:
    """One run of a cell: its source and its outputs in nbformat's form."""

    source: str
    outputs: list[dict[str, Any]] = field(default_factory=list)


runs: dict[str, Ran] = {}  # by the id of the request, in the order in which they ran


def watch(shell: Any) -> None:
    """Remember from now on what this kernel sends to its page; a second call changes nothing."""
    session = shell.kernel.session
    if hasattr(session, "course_send"):
        return
    session.course_send = send = session.send
    request = shell.kernel.get_parent("shell")  # of the cell that runs now
    if code := request.get("content", {}).get("code"):
        runs[request["header"]["msg_id"]] = Ran(code)

    def send_and_remember(*args: Any, **options: Any) -> Any:
        message = send(*args, **options)
        with contextlib.suppress(Exception):  # a memory that fails must not silence the kernel
            remember(message)
        return message

    session.send = send_and_remember


def remember(message: dict[str, Any]) -> None:
    """Keep what one message of the kernel shows below a cell."""
    kind = message.get("header", {}).get("msg_type")
    request = (message.get("parent_header") or {}).get("msg_id")
    content = message.get("content") or {}
    if kind == "execute_input":
        runs[request] = Ran(content.get("code", ""))
        while len(runs) > MOST_CELLS:
            runs.pop(next(iter(runs)), None)
    elif request in runs and kind == "clear_output":
        runs[request].outputs.clear()
    elif request in runs and kind in SHOWN:
        runs[request].outputs.append(_light(kind, content))


def _light(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    kept = {key: content[key] for key in ("name", "text", "ename", "evalue") if key in content}
    if "data" in content:
        kept["data"] = {
            mime: value if len(str(value)) <= LONGEST else ""
            for mime, value in content["data"].items()
            if mime not in BITMAPS
        }
    return {"output_type": kind, **kept}
