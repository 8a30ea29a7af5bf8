"""A learner's function on a whole data set, against the library: how many agree, how far, and what is not proven."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from course_utils.lesson.check import explain, said, sentence
from course_utils.lesson.exercises import (
    _exercises,
    is_untouched,
    load_lessons,
    record,
    unknown,
)
from course_utils.lesson.hint import call_of, with_button
from course_utils.lesson.kernel import kernel_is_live, with_widget
from course_utils.lesson.limits import Stopped, bounded
from course_utils.pictures.view import View

STEPS, SECONDS = 10_000_000, 900  # of one call, and of all calls of one proof
BOUND = (
    1e-5  # what rounding alone may do to float32; smaller differences vary from machine to machine
)


@dataclass(frozen=True)
class Proven:
    """What a proof found.

    Parameters
    ----------
    agree, total : int
        How many items agree, and of how many.
    unit : str
        What an item is, in the plural: "comments".
    largest : float, optional
        The largest difference between two figures that were compared.
    results : Any, optional
        What the learner's function said, item by item.
    first_difference : View, optional
        The first item that does not agree.
    bound : float
        A largest difference below it is printed as "below 1e-05"; for float64 give a smaller one.
    """

    agree: int
    total: int
    unit: str
    largest: float | None = None
    results: Any = None
    first_difference: View | None = None
    bound: float = BOUND


@dataclass(frozen=True, repr=False)
class Proof(View):
    """A picture with ``status`` and what :class:`Proven` holds: ``agree``, ``total``, ``largest``, ``results``."""

    status: str = "not attempted"
    agree: int = 0
    total: int = 0
    largest: float | None = None
    results: Any = None
    _widget: Any = field(default=None, compare=False)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, Any]:
        return with_widget(super()._repr_mimebundle_(), self._widget)


@dataclass(frozen=True)
class _Registered:
    prove: Callable[..., Proven]
    not_proven: str


_proofs: dict[str, _Registered] = {}


def proof(name: str, *, not_proven: str) -> Callable:
    """Register the decorated function as the proof of an exercise.

    It gets the learner's functions and ``steps``, which draws a progress bar around an iterable, and returns
    :class:`Proven`; it may raise ``NotYet``. ``not_proven`` is one sentence about what agreement does not show.
    """

    def register(function: Callable[..., Proven]) -> Callable[..., Proven]:
        _proofs[name] = _Registered(function, not_proven)
        return function

    return register


def prove(name: str, *attempts: Any) -> Proof:
    """Run the learner's function, or several, on a whole shipped data set, against the library.

    Parameters
    ----------
    name : str
        The proof, for example ``"01-classify"``.
    *attempts : function
        What the exercise asked for.

    Returns
    -------
    Proof
        How many items agree, the largest difference, one thing that is not proven, and the first item that
        differs; ``agree``, ``total``, ``largest`` and ``results`` to go on with.

    Raises
    ------
    ValueError
        If no proof has that name.
    """
    registered = find_proof(name)
    if not attempts or any(is_untouched(attempt) for attempt in attempts):
        return _failed(name, "not attempted", f"{name}.")
    done = _Steps()
    try:
        with bounded(steps=STEPS, seconds=SECONDS):
            proven = registered.prove(*attempts, done)
    except (Exception, Stopped) as problem:
        task = _exercises.get(name)
        message, shown, number = explain(problem, len(task.hints) if task else 0)
        where = f" It happened in round {done.count}." if done.count else ""
        return _failed(name, "not yet", sentence(message) + where, shown, number)
    return _compared(name, proven, registered.not_proven)


def find_proof(name: str) -> _Registered:
    """Look a proof up, loading the lessons' modules; an unknown name raises ``ValueError`` with a suggestion."""
    if name not in _proofs:
        load_lessons()
    if name not in _proofs:
        raise ValueError(f"expected the name of a proof, got {unknown(name, _proofs)}")
    return _proofs[name]


class _Steps:
    """Draws a progress bar in a live kernel and counts the rounds."""

    count = 0

    def __call__(self, items: Iterable, total: int | None = None) -> Iterator:
        if kernel_is_live():
            from tqdm.auto import tqdm

            items = tqdm(items, total=total, leave=False)
        for item in items:
            self.count += 1
            yield item


def _failed(
    name: str, status: str, message: str, shown: View | None = None, number: int | None = None
) -> Proof:
    record(kind="prove", name=name, status=status, message=message)
    task = _exercises.get(name)
    advice = f" Try {call_of(task, number)}." if status == "not yet" and number and task else ""
    view = said(status, message + advice, shown)
    widget = with_button(view, task, number) if advice and kernel_is_live() else None
    return Proof(view.html, view.text, status, _widget=widget)


def _compared(name: str, proven: Proven, not_proven: str) -> Proof:
    passed = proven.agree == proven.total
    status, verdict = ("passed", "identical") if passed else ("not yet", "not identical")
    found = f"{proven.agree:,} of {proven.total:,} {proven.unit}" + ("" if passed else " agree")
    message = f"{found}{written_difference(proven.largest, proven.bound)}."
    record(kind="prove", name=name, status=status, message=message)
    if passed:
        message += f" Not proven: {not_proven}"
    elif proven.first_difference:
        message += " The first that differs:"
    view = said(verdict, message, None if passed else proven.first_difference)
    return Proof(
        view.html, view.text, status, proven.agree, proven.total, proven.largest, proven.results
    )


def written_difference(largest: float | None, bound: float) -> str:
    """Write the largest difference so that it reads the same on another machine.

    >>> written_difference(3.1e-7, 1e-5), written_difference(0.0312, 1e-5), written_difference(None, 1e-5)
    ('; largest difference below 1e-05', '; largest difference 0.03', '')
    """
    if largest is None:
        return ""
    if largest < bound:
        return f"; largest difference below {bound:.0e}"
    return f"; largest difference {largest:.1g}"
