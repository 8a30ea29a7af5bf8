"""``progress()``: what is passed, which hints were opened, which predictions were right, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_utils.lesson import check as _check
from course_utils.lesson.progress import lesson_of, progress_file, read_events, under_test
from course_utils.pictures.page import element
from course_utils.pictures.table import table_view
from course_utils.pictures.view import View

CAPTION = "Your progress, from the file on this machine"


@dataclass
class Done:
    """What one learner has done.

    Attributes
    ----------
    passed, proven : set of str
        Names of exercises that a check has passed once; names of proofs that agreed once.
    wrong : dict of str to list of str
        The messages of failed checks by exercise, each once, in the order in which they came.
    hints : set of (str, int)
        Exercise and number of each opened hint.
    picks : dict of (str, str) to mapping
        The first committed pick of each question, by lesson and question: an event with ``pick`` and ``right``.
    """

    passed: set[str] = field(default_factory=set)
    proven: set[str] = field(default_factory=set)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    hints: set[tuple[str, int]] = field(default_factory=set)
    picks: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)


def done(events: Iterable[Mapping[str, Any]]) -> Done:
    """Sum up events: once passed stays passed, and of several picks the first counts, before the answer was known.

    >>> done([{"kind": "check", "name": "04-a", "status": "passed"}]).passed
    {'04-a'}
    """
    sums = Done()
    for event in events:
        name = event["name"]
        if event["kind"] == "check" and event.get("status") == "passed":
            sums.passed.add(name)
        elif event["kind"] == "check" and event.get("status") == "not yet":
            messages = sums.wrong.setdefault(name, [])
            if (message := event.get("message", "")) not in messages:
                messages.append(message)
        elif event["kind"] == "hint":
            sums.hints.add((name, event.get("hint", 1)))
        elif event["kind"] == "prove" and event.get("status") in ("passed", "proven"):
            sums.proven.add(name)
        elif event["kind"] == "predict" and "pick" in event and "right" in event:
            sums.picks.setdefault((event.get("lesson", ""), name), event)
    return sums


def progress() -> View:
    """Show your progress: one row per lesson, and what to do next.

    Returns
    -------
    View
        Counts of exercises passed, proofs that agreed, hints opened, predictions right of those made. Where tests
        run the notebook, or recording is off, one sentence says so instead.

    Examples
    --------
    >>> progress()
    Nothing is recorded here: progress is kept on a learner's own machine, not in tests or stored pages.
    """
    path = progress_file()
    if path is None:
        return _sentence(
            "Nothing is recorded here: progress is kept on a learner's own machine, not in tests or stored pages."
            if under_test()
            else "Nothing is recorded: COURSE_PROGRESS is off."
        )
    try:
        events, unreadable = read_events(path)
    except (OSError, ValueError) as error:
        return _sentence(f"The file of your progress could not be read ({path.name}): {error}.")
    return progress_view(done(events), lessons(), unreadable=unreadable)


def lessons() -> dict[str, tuple[str, list[str]]]:
    """Discover the lessons: number -> (name of its module, its exercises in the order of the lesson)."""
    _check.load_lessons()
    found: dict[str, tuple[str, list[str]]] = {}
    for name, task in _check._exercises.items():
        if number := lesson_of(name):
            found.setdefault(number, (_title(task.examine.__module__), []))[1].append(name)
    return dict(sorted(found.items()))


def _title(module: str) -> str:
    parts = module.removeprefix("course_utils.lessons.").split(".")
    return parts[0].replace("_", " ")


def progress_view(
    sums: Done, lessons: Mapping[str, tuple[str, list[str]]], *, unreadable: int = 0
) -> View:
    """Draw the table for lessons given as number -> (title, exercises)."""
    rows, first = [], ""
    for number, (title, names) in lessons.items():
        left = [name for name in names if name not in sums.passed]
        picks = [pick for (lesson, _), pick in sums.picks.items() if lesson == number]
        rows.append(
            [
                f"{number} {title}",
                f"{len(names) - len(left)} of {len(names)}",
                sum(lesson_of(name) == number for name in sums.proven),
                sum(lesson_of(name) == number for name, _ in sums.hints),
                f"{sum(p['pick'] == p['right'] for p in picks)} of {len(picks)}" if picks else "–",
                _next(left, sums),
            ]
        )
        first = first or (f"{number} {title}: {_next(left, sums)}" if left else "")
    note = f"What to do next: {first}." if first else "Every exercise is passed."
    if unreadable:
        note += f" {unreadable} lines of the file could not be read and were passed over."
    header = ["lesson", "exercises passed", "proofs", "hints opened", "predictions right", "next"]
    return table_view(CAPTION, header, rows, note=note)


def _next(left: list[str], sums: Done) -> str:
    if not left:
        return "all passed"
    tried = [name for name in left if name in sums.wrong]
    name = (tried or left)[0]
    return f"{name}, tried and not passed yet" if tried else name


def _sentence(text: str) -> View:
    return View(html=element("p", text), text=text)


def where_kept(path: Path | None) -> str:
    """Say where the file is and that it stays there."""
    if path is None:
        return "Progress is not recorded (COURSE_PROGRESS is off, or a test runs)."
    return f"Kept in {path}; nothing leaves this machine. A teacher may ask for this file."
