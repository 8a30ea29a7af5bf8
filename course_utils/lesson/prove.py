"""A learner's function against the library, over the whole of a shipped data set."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from course_utils.lesson.attempts import NotYet, is_untouched
from course_utils.lesson.check import load_lessons
from course_utils.lesson.limits import Stopped, bounded
from course_utils.lesson.live import kernel_is_live
from course_utils.lesson.progress import record
from course_utils.pictures.glyphs import one_line
from course_utils.pictures.page import GREEN, GREY, VERMILLION, Html, element, notice
from course_utils.pictures.view import View

SECONDS, LINES = 600.0, 200_000_000


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
    first : View or None
        The first item that differs.
    results : Any
        What the lesson goes on with.
    """

    agree: int
    total: int
    unit: str
    largest: float | None = None
    first: View | None = None
    results: Any = None


@dataclass(frozen=True, repr=False)
class Proof(View):
    """A finished proof; the fields are those of ``Proven``, and ``status`` as for a check."""

    status: str = "not attempted"
    agree: int = 0
    total: int = 0
    largest: float | None = None
    results: Any = None


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
    if any(is_untouched(attempt) for attempt in attempts):
        text = f"Not attempted yet: {name}."
        return Proof(html=element("p", text, style=notice(GREY)), text=text)
    try:
        with bounded(seconds=SECONDS, lines=LINES):
            found = run(*attempts, steps)
    except (NotYet, Stopped) as problem:
        return _failed(name, str(problem), getattr(problem, "shown", None))
    except Exception as error:
        return _failed(name, f"your code raised {type(error).__name__}: {error}")
    return _shown(name, found, not_proven)


def steps(items: Iterable, *, total: int | None = None) -> Iterable:
    """Go through items; in a live kernel a bar shows how far."""
    if not kernel_is_live():
        return items
    from tqdm.auto import tqdm

    return tqdm(items, total=total, leave=False)


def _find(name: str) -> tuple[Callable[..., Proven], str]:
    if name not in _proofs:
        load_lessons()
    if name not in _proofs:
        raise ValueError(f"expected the name of a proof, got {name!r}")
    return _proofs[name]


def _failed(name: str, message: str, shown: View | None = None) -> Proof:
    record({"kind": "prove", "name": name, "status": "not yet", "message": message})
    text = f"Not proven: {one_line(message)}"
    html = element(
        "p", element("strong", "✗ Not proven: "), one_line(message), style=notice(VERMILLION)
    )
    return Proof(
        html=html + (Html(shown.html) if shown else ""),
        text=text + (f"\n{shown.text}" if shown else ""),
        status="not yet",
    )


def _shown(name: str, found: Proven, not_proven: str) -> Proof:
    whole = found.agree == found.total > 0
    mark, colour = ("✓ Proven", GREEN) if whole else ("✗ Not proven", VERMILLION)
    record({"kind": "prove", "name": name, "status": "passed" if whole else "not yet"})
    said = f"{found.agree:,} of {found.total:,} {found.unit} agree{_largest(found.largest)}."
    parts = [element("p", element("strong", f"{mark}: "), said, style="margin:0")]
    limit = f"What this does not prove: {one_line(not_proven)}"
    parts.append(element("p", limit, style="margin:0"))
    text = f"{mark[2:]}: {said}\n{limit}" + (f"\n{found.first.text}" if found.first else "")
    html = element("div", *parts, style=notice(colour)) + (
        Html(found.first.html) if found.first else ""
    )
    return Proof(
        html=Html(html),
        text=text,
        status="passed" if whole else "not yet",
        agree=found.agree,
        total=found.total,
        largest=found.largest,
        results=found.results,
    )


def _largest(value: float | None) -> str:
    """Say a difference as the power of ten that it stays below, which is the same on every machine.

    >>> _largest(3.2e-7), _largest(0.0), _largest(None)
    ('; largest difference below 1e-06', '; no difference at all', '')
    """
    if value is None:
        return ""
    if value == 0:
        return "; no difference at all"
    if not math.isfinite(value):
        return f"; largest difference {value}"
    return f"; largest difference below 1e{math.floor(math.log10(value)) + 1:03d}"
