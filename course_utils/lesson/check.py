"""Exercises that answer back: passed, not yet (and what differs), not attempted.

An exercise is registered by the module of its lesson (``course_utils.lessons.batching``) with :func:`exercise`.
The examiner gets the learner's attempt; it returns one sentence of evidence, or raises :class:`NotYet`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from course_utils.lesson.exercises import (
    Exercise,
    NotYet,
    exercise,
    find_exercise,
    is_untouched,
    load_lessons,
    record,
)
from course_utils.lesson.hint import call_of, with_button
from course_utils.lesson.kernel import box, kernel_is_live, with_widget
from course_utils.lesson.limits import Stopped, bounded
from course_utils.lesson.numbers import as_numbers
from course_utils.pictures.glyphs import clip, one_line
from course_utils.pictures.page import GREEN, GREY, VERMILLION, Html, element
from course_utils.pictures.view import View

__all__ = [
    "NotYet",
    "Result",
    "as_numbers",
    "check",
    "examine",
    "exercise",
    "find_exercise",
    "is_untouched",
    "load_lessons",
]

MARKS = {
    "passed": ("✓ Passed", GREEN),
    "not yet": ("✗ Not yet", VERMILLION),
    "not attempted": ("○ Not attempted yet", GREY),
    "identical": ("✓ Identical", GREEN),
    "not identical": ("✗ Not identical", VERMILLION),
}
STEPS, SECONDS = 500_000, 30  # of one call, and of all calls of one check


@dataclass(frozen=True, repr=False)
class Result(View):
    """The outcome of a check: a picture with ``status`` ('passed', 'not yet', 'not attempted') and ``hint`` number."""

    status: str = "not attempted"
    hint: int | None = None
    _widget: Any = field(default=None, compare=False)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, Any]:
        return with_widget(super()._repr_mimebundle_(), self._widget)


def check(name: str, attempt: Any) -> Result:
    """Examine an attempt at an exercise.

    Parameters
    ----------
    name : str
        The exercise, for example ``"04-masked-mean"``.
    attempt : Any
        What the exercise asks for, a function or a value. ``...``, None, or a function with an empty body
        count as not attempted. It runs at most 500,000 lines per call and 30 seconds in all.

    Returns
    -------
    Result
        A picture with ``status``, the evidence or the first difference, and the hint that helps; in a live
        kernel a button opens that hint.

    Raises
    ------
    ValueError
        If no exercise has that name.

    Examples
    --------
    >>> check("04-masked-mean", ...)
    Not attempted yet: 04-masked-mean. Hints: 3, opened by hint("04-masked-mean").
    """
    task = find_exercise(name)
    status, message, shown, number = examine(task, attempt)
    record(kind="check", name=name, status=status, message=message)
    return _result(task, status, message, shown, number)


def examine(task: Exercise, attempt: Any) -> tuple[str, str, View | None, int | None]:
    """Run an exercise's examiner within limits; give status, message, picture and number of a hint."""
    if is_untouched(attempt):
        return "not attempted", f"{task.name}.", None, None
    try:
        with bounded(steps=STEPS, seconds=SECONDS):
            return "passed", task.examine(attempt), None, None
    except (Exception, Stopped) as problem:
        return "not yet", *explain(problem, len(task.hints))


def explain(problem: BaseException, hints: int) -> tuple[str, View | None, int | None]:
    """Say in a sentence why an attempt failed; what no examiner has classified is sent to the first hint."""
    first = 1 if hints else None
    if isinstance(problem, NotYet):
        return str(problem), problem.shown, problem.hint or first
    if isinstance(problem, Stopped):
        return f"your code was stopped after {problem}.", None, first
    if isinstance(problem, RecursionError):
        return "your function calls itself without an end.", None, first
    said = clip(str(problem).strip(), 400)
    return (
        f"your code raised {type(problem).__name__}" + (f": {said}" if said else "."),
        None,
        first,
    )


def _result(
    task: Exercise, status: str, message: str, shown: View | None, number: int | None
) -> Result:
    if status == "not attempted" and task.hints:
        message = f"{task.name}. Hints: {len(task.hints)}, opened by {call_of(task)}."
    if status == "not yet" and task.hints:
        message = f"{sentence(message)} Try {call_of(task, number)}."
    view = said(status, message, shown)
    live = status != "passed" and task.hints and kernel_is_live()
    widget = with_button(view, task, number) if live else None
    return Result(view.html, view.text, status, number, widget)


def sentence(message: str) -> str:
    """End a message with a full stop where it has no end of its own."""
    return message if message.endswith((".", "!", "?", ":")) else f"{message}."


def said(verdict: str, message: str, shown: View | None = None) -> View:
    """Put a verdict before its message and a picture under it."""
    mark, colour = MARKS[verdict]
    message = "\n".join(one_line(line) for line in message.splitlines())
    head = element("p", element("strong", f"{mark}: "), message, style=box(colour))
    text = f"{mark[2:]}: {message}" + (f"\n{shown.text}" if shown else "")
    return View(html=head + (Html(shown.html) if shown else ""), text=text)
