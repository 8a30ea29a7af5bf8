"""Exercises that answer back: passed, not yet (and what differs), not attempted; hints that open one at a time.

An exercise is registered by the module of its lesson (``course_utils.lessons.batching``) with :func:`exercise`.
The examiner gets the learner's attempt; it returns one sentence of evidence, or raises :class:`NotYet`.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from course_utils.lesson.attempts import NotYet, as_numbers, is_untouched
from course_utils.lesson.limits import Stopped, bounded
from course_utils.lesson.live import kernel_is_live, with_widget
from course_utils.lesson.progress import record
from course_utils.pictures.glyphs import clip, one_line
from course_utils.pictures.page import GREEN, GREY, VERMILLION, Html, element, notice
from course_utils.pictures.view import View

__all__ = ["NotYet", "as_numbers", "check", "exercise", "find_exercise", "hint", "is_untouched"]

MARKS = {
    "passed": ("✓ Passed", GREEN),
    "not yet": ("✗ Not yet", VERMILLION),
    "not attempted": ("○ Not attempted yet", GREY),
}


@dataclass(frozen=True)
class Exercise:
    """One registered exercise; ``solution`` is the course's own answer, a function or a value."""

    name: str
    hints: tuple[str, ...]
    examine: Callable[[Any], str]
    solution: Any = None


@dataclass(frozen=True, repr=False)
class Result(View):
    """The outcome of a check: a picture with ``status`` ('passed', 'not yet', 'not attempted') and ``hint`` number.

    In a live kernel a button under it opens the next hint.
    """

    status: str = "not attempted"
    hint: int | None = None
    name: str = field(default="", compare=False)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, Any]:
        live = self.status != "passed" and hints_of(self.name) and kernel_is_live()
        widget = hint_button(self.html, self.name, self.hint) if live else None
        return with_widget(super()._repr_mimebundle_(), widget)


_exercises: dict[str, Exercise] = {}
_opened: dict[str, set[int]] = {}


def exercise(name: str, *, hints: Sequence[str], solution: Any = None) -> Callable:
    """Register the decorated examiner under ``name``, which begins with its lesson's number: ``04-masked-mean``.

    Parameters
    ----------
    name : str
        Two digits of the lesson, a hyphen, a name.
    hints : sequence of str
        From a nudge to the answer; only the last may hold the solution.
    solution : Any
        The course's own answer, which the lesson uses until the learner's passes.
    """

    def register(examine: Callable[[Any], str]) -> Callable[[Any], str]:
        _exercises[name] = Exercise(name, tuple(hints), examine, solution)
        return examine

    return register


def check(name: str, attempt: Any) -> Result:
    """Examine an attempt at an exercise on a few cases.

    The learner's code is stopped where a loop in it does not end.

    Parameters
    ----------
    name : str
        The exercise, for example ``"04-masked-mean"``.
    attempt : Any
        What the exercise asks for, a function or a value. ``...``, None, or a function with an empty body
        count as not attempted.

    Returns
    -------
    Result
        A picture with ``status``, the evidence or the first difference, and the hint that helps.

    Raises
    ------
    ValueError
        If no exercise has that name.

    Examples
    --------
    >>> check("04-masked-mean", ...)
    Not attempted yet: 04-masked-mean. Hints: 3, opened by hint("04-masked-mean").
    """
    result = examine(name, attempt)
    if result.status != "not attempted":
        message = result.text.splitlines()[0].partition(": ")[2]
        record({"kind": "check", "name": name, "status": result.status, "message": message})
    return result


def examine(name: str, attempt: Any) -> Result:
    """Do what ``check`` does without keeping it as a step of the learner's."""
    task = find_exercise(name)
    if is_untouched(attempt):
        count = f'Hints: {len(task.hints)}, opened by hint("{name}").'
        return _result(task, "not attempted", f"{name}. {count if task.hints else ''}".rstrip())
    try:
        with bounded():
            return _result(task, "passed", task.examine(attempt))
    except (Exception, Stopped) as problem:
        message, shown, number = explain(problem)
        return _result(task, "not yet", message, shown=shown, hint=number)


def explain(problem: BaseException) -> tuple[str, View | None, int]:
    """Say in a sentence why an attempt failed, without a traceback, and which hint helps: the first if none is named."""
    if isinstance(problem, NotYet):
        return str(problem), problem.shown, problem.hint or 1
    if isinstance(problem, Stopped):
        return str(problem), None, 1
    if isinstance(problem, RecursionError):
        return "your function calls itself without an end", None, 1
    said = f": {clip(str(problem), 400)}" if str(problem) else ""
    return f"your code raised {type(problem).__name__}{said}", None, 1


def hint(name: str, number: int | None = None) -> View:
    """Open the next hint of an exercise, or the one with this ``number`` (from 1).

    Raises ``ValueError`` for an unknown exercise or a number that it does not have.
    """
    hints = find_exercise(name).hints
    if not hints:
        raise ValueError(f"the exercise {name!r} has no hints")
    if number is None:
        number = _next_hint(name)
    if not 1 <= number <= len(hints):
        raise ValueError(
            f"expected a hint number from 1 to {len(hints)} for {name!r}, got {number}"
        )
    _opened.setdefault(name, set()).add(number)
    record({"kind": "hint", "name": name, "hint": number})
    text = f"Hint {number} of {len(hints)}: {one_line(hints[number - 1])}"
    return View(html=element("p", text, style=notice(GREY)), text=text)


def _next_hint(name: str) -> int:
    """Give the first hint that is not open yet; when all are, the last."""
    opened, count = _opened.get(name, set()), len(find_exercise(name).hints)
    return next((n for n in range(1, count + 1) if n not in opened), count)


def find_exercise(name: str) -> Exercise:
    """Look an exercise up, loading its notebook's module; an unknown name raises ``ValueError`` with a suggestion."""
    if name not in _exercises:
        load_lessons()
    if name not in _exercises:
        near = difflib.get_close_matches(str(name), _exercises, n=1)
        suggestion = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(
            f"expected the name of an exercise such as '04-masked-mean', got {name!r}{suggestion}"
        )
    return _exercises[name]


def hints_of(name: str) -> tuple[str, ...]:
    """Give the hints of an exercise; what is no exercise has none."""
    return _exercises[name].hints if name in _exercises else ()


def load_lessons() -> None:
    """Import every module of ``course_utils.lessons``; each registers its exercises."""
    lessons = importlib.import_module("course_utils.lessons")
    for module in pkgutil.iter_modules(lessons.__path__):
        importlib.import_module(f"{lessons.__name__}.{module.name}")


def _result(
    task: Exercise, status: str, message: str, *, shown: View | None = None, hint: int | None = None
) -> Result:
    if status == "not yet":
        hint = hint if task.hints else None
        message = sentence(message) + (f" {advice(task.name, hint)}" if hint else "")
    view = said(*MARKS[status], message, shown)
    return Result(html=view.html, text=view.text, status=status, hint=hint, name=task.name)


def advice(name: str, number: int) -> str:
    """Name the call that opens a hint, as it can be copied into a cell."""
    return f'Try hint("{name}", {number}).'


def sentence(message: str) -> str:
    """End a message with a full stop where it has no end of its own."""
    return message if message.endswith((".", "!", "?", ":")) else f"{message}."


def said(mark: str, colour: str, message: str, shown: View | None = None) -> View:
    """Put a verdict, in words and colour, before its message, and a picture under it."""
    message = "\n".join(one_line(line) for line in message.splitlines())
    head = element("p", element("strong", f"{mark}: "), message, style=notice(colour))
    text = f"{mark[2:]}: {message}" + (f"\n{shown.text}" if shown else "")
    return View(html=head + (Html(shown.html) if shown else ""), text=text)


def hint_button(html: str, name: str, number: int | None = None) -> Any:
    """Put a button under a result: it opens the hint that the result names, then the next ones.

    It is reached with Tab; a screen reader reads an opened hint out.
    """
    import ipywidgets

    count = len(find_exercise(name).hints)
    below = ipywidgets.HTML("")
    button = ipywidgets.Button(icon="lightbulb-o", layout=ipywidgets.Layout(width="auto"))
    waiting = [number] if number else []
    opened: list[str] = []

    def label() -> None:
        button.description = f"Open hint {waiting[0] if waiting else _next_hint(name)} of {count}"
        if opened and len(_opened[name]) == count:
            button.disabled, button.description = True, "That was the last hint"

    def press(_: Any) -> None:
        opened.append(hint(name, waiting.pop() if waiting else None).html)
        below.value = element("div", *(Html(one) for one in opened), role="status")
        label()

    label()
    button.on_click(press)
    return ipywidgets.VBox([ipywidgets.HTML(html), button, below])
