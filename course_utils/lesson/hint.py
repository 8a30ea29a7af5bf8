"""Hints that open one at a time: by a call, or by a button under what a check says."""

from __future__ import annotations

from typing import Any

from course_utils.lesson.exercises import Exercise, find_exercise, record
from course_utils.lesson.kernel import box
from course_utils.pictures.glyphs import one_line
from course_utils.pictures.page import GREY, element
from course_utils.pictures.view import View

_opened: dict[str, set[int]] = {}


def hint(name: str, number: int | None = None) -> View:
    """Open the next hint of an exercise, or the one with this ``number`` (from 1).

    Raises ``ValueError`` for an unknown exercise or a number that it does not have.

    Examples
    --------
    >>> print(hint("04-masked-mean", 1).text.split(":")[0])
    Hint 1 of 3
    """
    hints = find_exercise(name).hints
    if not hints:
        raise ValueError(f"the exercise {name!r} has no hints")
    if number is None:
        number = next_number(name, len(hints))
    if not 1 <= number <= len(hints):
        raise ValueError(
            f"expected a hint number from 1 to {len(hints)} for {name!r}, got {number}"
        )
    _opened.setdefault(name, set()).add(number)
    record(kind="hint", name=name, hint=number)
    text = f"Hint {number} of {len(hints)}: {one_line(hints[number - 1])}"
    return View(html=element("p", text, style=box(GREY)), text=text)


def next_number(name: str, count: int) -> int:
    """Give the lowest hint that is not open yet; when all are, the last."""
    seen = _opened.get(name, set())
    return next((i for i in range(1, count + 1) if i not in seen), count)


def call_of(task: Exercise, number: int | None = None) -> str:
    """Write the call that opens a hint, as it can be copied into a cell."""
    return f'hint("{task.name}"{f", {number}" if number else ""})'


def with_button(view: View, task: Exercise, number: int | None = None) -> Any:
    """Build the live twin of a message: the message, a button that opens the hint it advises, then the next one.

    The button is reached by the tabulator; an opened hint is read out by a screen reader.
    """
    import ipywidgets

    opened: list[str] = []
    text = ipywidgets.HTML(view.html)
    below = ipywidgets.HTML()
    button = ipywidgets.Button(layout=ipywidgets.Layout(width="auto"))

    def label() -> None:
        left = len(task.hints) - len(_opened.get(task.name, set()))
        button.description = (
            f"Open hint {number or next_number(task.name, len(task.hints))} of {len(task.hints)}"
        )
        button.disabled = left <= 0 and bool(opened)

    def show(_button: Any) -> None:
        nonlocal number
        opened.append(hint(task.name, number).html)
        number = None
        below.value = element("div", *opened, role="status")
        label()

    label()
    button.on_click(show)
    return ipywidgets.VBox([text, button, below])
