"""The register of exercises: their names, hints, examiners and solutions.

The module of a lesson (``course_utils.lessons.batching``) registers its exercises with :func:`exercise`.
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

from course_utils.pictures.view import View

NOTHING = object()  # the solution of an exercise that has none; None might be one


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
    solution: Any = NOTHING


_exercises: dict[str, Exercise] = {}


def exercise(name: str, *, hints: Sequence[str], solution: Any = NOTHING) -> Callable:
    """Register the decorated examiner under ``name``, which begins with its notebook's number: ``04-masked-mean``.

    Parameters
    ----------
    name : str
        The exercise.
    hints : sequence of str
        From the first nudge on; only the last one may hold the solution.
    solution : function, class or value
        The course's own answer, which the lesson goes on with as long as the learner's does not pass.
    """

    def register(examine: Callable[[Any], str]) -> Callable[[Any], str]:
        _exercises[name] = Exercise(name, tuple(hints), examine, solution)
        return examine

    return register


def find_exercise(name: str) -> Exercise:
    """Look an exercise up, loading the lessons' modules; an unknown name raises ``ValueError`` with a suggestion."""
    if name not in _exercises:
        load_lessons()
    if name not in _exercises:
        raise ValueError(f"expected the name of an exercise, got {unknown(name, _exercises)}")
    return _exercises[name]


def unknown(name: object, known: Sequence[str]) -> str:
    """Quote an unknown name, with the nearest known one."""
    near = difflib.get_close_matches(str(name), list(known), n=1)
    return f"{name!r}" + (f"; did you mean {near[0]!r}?" if near else "")


def load_lessons() -> None:
    """Import every module of ``course_utils.lessons``; each registers its exercises."""
    lessons = importlib.import_module("course_utils.lessons")
    for module in pkgutil.iter_modules(lessons.__path__):
        importlib.import_module(f"{lessons.__name__}.{module.name}")


def is_untouched(attempt: Any) -> bool:
    """Tell whether an attempt is still the stub: ``...``, None, or a function that does nothing but return it.

    A class is a stub as long as one of its methods does nothing.
    """
    if attempt is None or attempt is ...:
        return True
    if isinstance(attempt, type):
        methods = (m for n, m in vars(attempt).items() if n != "__init__")
        return any(_does_nothing(m) for m in methods if isinstance(m, FunctionType))
    return isinstance(attempt, FunctionType) and _does_nothing(attempt)


def _does_nothing(function: FunctionType) -> bool:
    nothing = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
    steps = [step for step in dis.get_instructions(function) if step.opname != "RESUME"]
    returned = [step.argval for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    return {step.opname for step in steps} <= nothing and all(
        value in (None, ...) for value in returned
    )


def record(**event: Any) -> None:
    """Tell the learner's own progress what happened."""
    from course_utils.lesson import progress

    progress.record(event)
