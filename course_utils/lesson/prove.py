"""A learner's function against the library, over the whole of a shipped data set."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from course_utils.lesson.attempts import is_untouched
from course_utils.lesson.check import (
    advice,
    explain,
    hint_button,
    hints_of,
    load_lessons,
    said,
    sentence,
)
from course_utils.lesson.limits import Stopped, bounded
from course_utils.lesson.live import kernel_is_live, with_widget
from course_utils.lesson.progress import record
from course_utils.pictures.glyphs import one_line
from course_utils.pictures.page import GREEN, GREY, VERMILLION, Html, element, notice
from course_utils.pictures.view import View

SECONDS, LINES = 900.0, 10_000_000  # of all calls together, and of one call
EXACT = 1e-12  # what is smaller is not told from nothing: another machine rounds otherwise


@dataclass(frozen=True)
class Proven:
    """What a proof found.

    Attributes
    ----------
    agree, total : int
        How many items agree, of how many.
    unit : str
        What they are, in the plural: "comments".
    largest : float or None
        The largest difference between two numbers that should be equal; None where nothing is measured.
    first_difference : View or None
        The first item that differs.
    results : Any
        What the lesson goes on with.
    """

    agree: int
    total: int
    unit: str
    largest: float | None = None
    first_difference: View | None = None
    results: Any = None


@dataclass(frozen=True, repr=False)
class Proof(View):
    """A finished proof; the fields are those of ``Proven``, and ``status`` and ``hint`` as for a check."""

    status: str = "not attempted"
    agree: int = 0
    total: int = 0
    largest: float | None = None
    results: Any = None
    name: str = field(default="", compare=False)
    hint: int | None = None

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, Any]:
        live = self.hint and kernel_is_live()
        widget = hint_button(self.html, self.name, self.hint) if live else None
        return with_widget(super()._repr_mimebundle_(), widget)


_proofs: dict[str, tuple[Callable[..., Proven], str]] = {}


def proof(name: str, *, not_proven: str) -> Callable:
    """Register the decorated prover; ``not_proven`` is one sentence on what its result does not show."""

    def register(run: Callable[..., Proven]) -> Callable[..., Proven]:
        _proofs[name] = run, not_proven
        return run

    return register


def prove(name: str, *attempts: Any) -> Proof:
    """Run the learner's function, or several, against the library on a whole data set.

    A bar shows how far it is. The functions are stopped where a loop in them does not end.

    Parameters
    ----------
    name : str
        The proof, for example ``"01-classify"``.
    *attempts : callable
        What the proof is about.

    Returns
    -------
    Proof
        How many items agree, the largest difference, and what is not proven.

    Raises
    ------
    ValueError
        If there is no proof of that name.

    Examples
    --------
    >>> prove("00-nothing", len)
    Traceback (most recent call last):
    ValueError: expected the name of a proof, got '00-nothing'
    """
    run, not_proven = _find(name)
    if not attempts or any(is_untouched(attempt) for attempt in attempts):
        view = said("○ Not attempted yet", GREY, f"{name}.")
        return Proof(html=view.html, text=view.text)
    steps = Steps()
    try:
        with bounded(seconds=SECONDS, lines=LINES):
            found = run(*attempts, steps)
    except (Exception, Stopped) as problem:
        message, shown, number = explain(problem)
        where = f" It happened in round {steps.count}." if steps.count else ""
        return _failed(name, sentence(message) + where, shown, number)
    return _shown(name, found, not_proven)


class Steps:
    """Goes through items and counts them; in a live kernel a bar shows how far, and vanishes at the end."""

    count = 0

    def __call__(self, items: Iterable, *, total: int | None = None) -> Iterator:
        if kernel_is_live():
            from tqdm.auto import tqdm

            items = tqdm(items, total=total, leave=False)
        for item in items:
            self.count += 1
            yield item


def _find(name: str) -> tuple[Callable[..., Proven], str]:
    if name not in _proofs:
        load_lessons()
    if name not in _proofs:
        raise ValueError(f"expected the name of a proof, got {name!r}")
    return _proofs[name]


def _failed(name: str, message: str, shown: View | None, number: int) -> Proof:
    record({"kind": "prove", "name": name, "status": "not yet", "message": message})
    hint = number if hints_of(name) else None
    message += f" {advice(name, hint)}" if hint else ""
    view = said("✗ Not proven", VERMILLION, message, shown)
    return Proof(html=view.html, text=view.text, status="not yet", name=name, hint=hint)


def _shown(name: str, found: Proven, not_proven: str) -> Proof:
    counted = f"{found.agree:,} of {found.total:,} {found.unit} agree"
    whole = found.agree == found.total > 0 and math.isfinite(found.largest or 0)
    message = f"{counted}{written_difference(found.largest)}."
    if not whole and found.first_difference:
        message += " The first that differs:"
    record(
        {"kind": "prove", "name": name, "status": "passed" if whole else "not yet"}
        | ({} if whole else {"message": message})
    )
    mark, colour = ("✓ Proven", GREEN) if whole else ("✗ Not proven", VERMILLION)
    limit = f"What this does not prove: {one_line(sentence(not_proven))}"
    parts = [element("strong", f"{mark}: "), message]
    html = element(
        "div",
        *(element("p", *part, style="margin:0") for part in (parts, [limit])),
        style=notice(colour),
    )
    first = None if whole else found.first_difference
    return Proof(
        html=html + (Html(first.html) if first else ""),
        text=f"{mark[2:]}: {message}\n{limit}" + (f"\n{first.text}" if first else ""),
        status="passed" if whole else "not yet",
        agree=found.agree,
        total=found.total,
        largest=found.largest,
        results=found.results,
    )


def written_difference(value: float | None) -> str:
    """Say a difference as the power of ten that it stays below; the tests take small ones for equal on any machine.

    >>> written_difference(3.2e-7), written_difference(0.0), written_difference(None)
    ('; largest difference below 1e-06', '; largest difference below 1e-12', '')
    >>> written_difference(3.2)
    '; largest difference below 1e+01'
    """
    if value is None:
        return ""
    if not math.isfinite(value):
        return f"; largest difference {value}"
    power = math.floor(math.log10(max(abs(value), EXACT / 10))) + 1
    return f"; largest difference below {10.0**power:.0e}"
