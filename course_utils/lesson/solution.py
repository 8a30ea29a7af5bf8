"""The function that a lesson goes on with: the learner's once it passes, the course's own until then."""

from __future__ import annotations

import inspect
import textwrap
from typing import Any

from course_utils.lesson.check import examine
from course_utils.lesson.exercises import NOTHING, Exercise, find_exercise
from course_utils.lesson.kernel import box, shell
from course_utils.pictures.page import GREEN, GREY, MONOSPACE, element, style
from course_utils.pictures.view import View

REASONS = {
    "not attempted": "yours is not attempted yet",
    "not yet": "yours does not pass yet; run your cell again to get it back",
}


def solution(name: str, attempt: Any) -> Any:
    """Hand back the attempt if it passes, else the course's own solution, and say which.

    The source of the course's solution is shown in a closed part of the page; the plain text does not hold it.

    Parameters
    ----------
    name : str
        The exercise, for example ``"04-masked-mean"``.
    attempt : Any
        What :func:`check` examines.

    Returns
    -------
    Any
        ``attempt`` itself, or the course's solution.

    Raises
    ------
    ValueError
        If no exercise has that name, or it has no solution.

    Examples
    --------
    >>> solution("04-masked-mean", ...).__module__
    'course_utils.lessons.batching'
    """
    task = find_exercise(name)
    if task.solution is NOTHING:
        raise ValueError(f"the exercise {name!r} has no solution")
    status = "not attempted" if attempt is task.solution else examine(task, attempt)[0]
    if shell() is not None:
        from IPython.display import display

        display(_shown(task, status))
    return attempt if status == "passed" else task.solution


def source_of(answer: Any) -> str:
    """Give the source of a solution: of a function or class as it is written, of a value its repr."""
    try:
        return textwrap.dedent(inspect.getsource(inspect.unwrap(answer))).strip()
    except (TypeError, OSError):
        return repr(answer)


def _shown(task: Exercise, status: str) -> View:
    if status == "passed":
        line = f"{task.name}: the lesson goes on with yours, which passes."
    else:
        line = f"{task.name}: the lesson goes on with the course's solution; {REASONS[status]}."
    code = element(
        "pre",
        source_of(task.solution),
        style=style(font_family=MONOSPACE, overflow_x="auto", margin="4px 0"),
    )
    closed = element("details", element("summary", "Show the course's solution"), code)
    colour = GREEN if status == "passed" else GREY
    return View(
        html=element("div", element("p", line, style="margin:0"), closed, style=box(colour)),
        text=line,
    )
