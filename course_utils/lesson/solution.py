"""The lesson goes on with the learner's own function where it passes, else with the course's."""

from __future__ import annotations

import inspect
import textwrap
from typing import Any

from course_utils.lesson.check import examine, find_exercise
from course_utils.lesson.live import show
from course_utils.pictures.page import GREEN, GREY, element, notice, style
from course_utils.pictures.view import View


def solution(name: str, attempt: Any) -> Any:
    """Hand back the attempt where it passes the exercise's check, else the course's own answer.

    What the lesson goes on with is shown, and the course's source behind a closed heading. A passing attempt comes
    back as the very object that was given, so *Run All* overwrites nobody's work.

    Parameters
    ----------
    name : str
        The exercise.
    attempt : Any
        The learner's function or value.

    Returns
    -------
    Any
        ``attempt`` or the course's answer.

    Raises
    ------
    ValueError
        If there is no exercise of that name, or the course has no answer to it.

    Examples
    --------
    >>> from course_utils.lesson.check import exercise
    >>> def double(number):
    ...     return 2 * number
    >>> @exercise("99-double", hints=["Twice."], solution=double)
    ... def examine_double(attempt):
    ...     return "3 doubled." if attempt(3) == 6 else None
    >>> solution("99-double", ...) is double
    True
    """
    task = find_exercise(name)
    if task.solution is None:
        raise ValueError(f"the exercise {name!r} has no solution to go on with")
    ours = attempt is task.solution  # the cell is run again
    status = "not attempted" if ours else examine(name, attempt).status
    show(_solution_view(task.solution, status))
    return attempt if status == "passed" else task.solution


SENTENCES = {
    "passed": "The lesson goes on with your own answer.",
    "not yet": "Your answer does not pass yet, so the lesson goes on with the course's answer. Yours is not overwritten.",
    "not attempted": "The lesson goes on with the course's answer. It takes yours as soon as yours passes.",
}


def _solution_view(answer: Any, status: str) -> View:
    sentence = SENTENCES[status]
    look = style(white_space="pre", overflow_x="auto", margin="4px 0")
    code = element("pre", element("code", source_of(answer)), style=look)
    closed = element("details", element("summary", "Show the course's answer"), code)
    html = element("div", element("p", sentence, style="margin:0"), closed)
    colour = GREEN if status == "passed" else GREY
    return View(html=element("div", html, style=notice(colour)), text=sentence)


def source_of(answer: Any) -> str:
    """Give the source of a function or class; of a value what Python prints."""
    answer = inspect.unwrap(answer) if callable(answer) else answer
    if inspect.isfunction(answer) or inspect.isclass(answer):
        return textwrap.dedent(inspect.getsource(answer)).rstrip()
    return repr(answer)
