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
from course_utils.pictures.glyphs import one_line
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
        asks = self.name and self.status != "passed" and _exercises[self.name].hints
        widget = _hint_button(self) if asks and kernel_is_live() else None
        return with_widget(super()._repr_mimebundle_(), widget)


_exercises: dict[str, Exercise] = {}
_opened: dict[str, int] = {}


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
            evidence = task.examine(attempt)
    except NotYet as problem:
        return _result(task, "not yet", str(problem), shown=problem.shown, hint=problem.hint)
    except Stopped as stopped:
        return _result(task, "not yet", str(stopped), hint=1)
    except (
        Exception
    ) as error:  # the learner's own code may raise anything: say what, without a traceback
        said = f": {error}" if str(error) else ""
        return _result(task, "not yet", f"your code raised {type(error).__name__}{said}", hint=1)
    return _result(task, "passed", evidence)


def hint(name: str, number: int | None = None) -> View:
    """Open the next hint of an exercise, or the one with this ``number`` (from 1).

    Raises ``ValueError`` for an unknown exercise or a number that it does not have.
    """
    hints = find_exercise(name).hints
    if not hints:
        raise ValueError(f"the exercise {name!r} has no hints")
    if number is None:
        number = _opened[name] = min(_opened.get(name, 0) + 1, len(hints))
    if not 1 <= number <= len(hints):
        raise ValueError(
            f"expected a hint number from 1 to {len(hints)} for {name!r}, got {number}"
        )
    record({"kind": "hint", "name": name, "hint": number})
    text = f"Hint {number} of {len(hints)}: {one_line(hints[number - 1])}"
    return View(html=element("p", text, style=notice(GREY)), text=text)


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


def load_lessons() -> None:
    """Import every module of ``course_utils.lessons``; each registers its exercises."""
    lessons = importlib.import_module("course_utils.lessons")
    for module in pkgutil.iter_modules(lessons.__path__):
        importlib.import_module(f"{lessons.__name__}.{module.name}")


def _result(
    task: Exercise, status: str, message: str, *, shown: View | None = None, hint: int | None = None
) -> Result:
    mark, colour = MARKS[status]
    message = "\n".join(one_line(line) for line in message.splitlines())
    which = f", {hint}" if hint else ""
    advice = f' Try hint("{task.name}"{which}).' if status == "not yet" and task.hints else ""
    head = element("p", element("strong", f"{mark}: "), message, advice, style=notice(colour))
    text = f"{mark[2:]}: {message}{advice}" + (f"\n{shown.text}" if shown else "")
    html = head + (Html(shown.html) if shown else "")
    return Result(html=html, text=text, status=status, hint=hint, name=task.name)


def _hint_button(result: Result) -> Any:
    """Put a button under a result; each press opens one more hint."""
    import ipywidgets

    hints = _exercises[result.name].hints
    opened = ipywidgets.HTML("")
    button = ipywidgets.Button(description="Open a hint", icon="lightbulb-o")

    def press(_: Any) -> None:
        shown = hint(result.name)
        opened.value += shown.html
        if _opened[result.name] == len(hints):
            button.disabled, button.description = True, "That was the last hint"

    button.on_click(press)
    return ipywidgets.VBox([ipywidgets.HTML(result.html), button, opened])
