"""Exercises that answer back: passed, not yet (and what differs), not attempted; hints that open one at a time.

An exercise is registered by the module of its lesson (``course_utils.lessons.batching``) with :func:`exercise`.
The examiner gets the learner's attempt; it returns one sentence of evidence, or raises :class:`NotYet`.
"""

from __future__ import annotations

import difflib
import dis
import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from course_utils.pictures.glyphs import one_line
from course_utils.pictures.page import GREEN, GREY, VERMILLION, Html, element, style, tint
from course_utils.pictures.view import View

MARKS = {
    "passed": ("✓ Passed", GREEN),
    "not yet": ("✗ Not yet", VERMILLION),
    "not attempted": ("○ Not attempted yet", GREY),
}


class NotYet(Exception):
    """Raised by an examiner: what is wrong, a picture of it, and the number (from 1) of the hint that helps."""

    def __init__(self, message: str, *, shown: View | None = None, hint: int | None = None):
        super().__init__(message)
        self.shown, self.hint = shown, hint


@dataclass(frozen=True)
class Exercise:
    """One registered exercise."""

    name: str
    hints: tuple[str, ...]
    examine: Callable[[Any], str]


@dataclass(frozen=True, repr=False)
class Result(View):
    """The outcome of a check: a picture with ``status`` ('passed', 'not yet', 'not attempted') and ``hint`` number."""

    status: str = "not attempted"
    hint: int | None = None


_exercises: dict[str, Exercise] = {}
_opened: dict[str, int] = {}


def exercise(name: str, *, hints: Sequence[str]) -> Callable:
    """Register the decorated examiner under ``name``, which begins with its notebook's number: ``04-masked-mean``."""

    def register(examine: Callable[[Any], str]) -> Callable[[Any], str]:
        _exercises[name] = Exercise(name, tuple(hints), examine)
        return examine

    return register


def check(name: str, attempt: Any) -> Result:
    """Examine an attempt at an exercise.

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
    task = find_exercise(name)
    if is_untouched(attempt):
        return _result(
            "not attempted", f'{name}. Hints: {len(task.hints)}, opened by hint("{name}").'
        )
    try:
        evidence = task.examine(attempt)
    except NotYet as problem:
        return _result("not yet", str(problem), shown=problem.shown, hint=problem.hint, task=task)
    except (
        Exception
    ) as error:  # the learner's own code may raise anything: say what, without a traceback
        return _result("not yet", f"your code raised {type(error).__name__}: {error}", task=task)
    return _result("passed", evidence)


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
    text = f"Hint {number} of {len(hints)}: {one_line(hints[number - 1])}"
    return View(html=element("p", text, style=_box(GREY)), text=text)


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


def is_untouched(attempt: Any) -> bool:
    """Tell whether an attempt is still the stub: ``...``, None, or a function that does nothing but return it."""
    if attempt is None or attempt is ...:
        return True
    if not isinstance(attempt, FunctionType):
        return False
    does_nothing = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
    steps = [step for step in dis.get_instructions(attempt) if step.opname != "RESUME"]
    returned = [step.argval for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    return {step.opname for step in steps} <= does_nothing and all(
        value in (None, ...) for value in returned
    )


def _box(colour: str) -> str:
    return style(
        border_left=f"4px solid {colour}",
        background=tint(colour, 0.15),
        padding="6px 10px",
        margin="4px 0",
    )


def _result(
    status: str,
    message: str,
    *,
    shown: View | None = None,
    hint: int | None = None,
    task: Exercise | None = None,
) -> Result:
    mark, colour = MARKS[status]
    message = "\n".join(one_line(line) for line in message.splitlines())
    which = f", {hint}" if hint else ""
    advice = f' Try hint("{task.name}"{which}).' if task and task.hints else ""
    head = element("p", element("strong", f"{mark}: "), message, advice, style=_box(colour))
    text = f"{mark[2:]}: {message}{advice}" + (f"\n{shown.text}" if shown else "")
    return Result(
        html=head + (Html(shown.html) if shown else ""), text=text, status=status, hint=hint
    )
