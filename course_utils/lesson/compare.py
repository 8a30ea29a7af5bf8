"""``compare()``: is my number wrong? This run's outputs against the stored ones, by the tolerance of the tests."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from course_utils.lesson.lab import NoCourse, course_folder, find_lesson
from course_utils.lesson.progress import lesson_of, notebook_name, under_test
from course_utils.lesson.runs import Ran, runs
from course_utils.pictures.glyphs import clip, one_line
from course_utils.pictures.page import element
from course_utils.pictures.table import table_view
from course_utils.pictures.view import View
from course_utils.testing.numbers import Tolerance
from course_utils.testing.outputs import (
    BITMAPS,
    WIDGET,
    compared,
    joined,
    largest_gap,
    settle,
    tolerance_of,
    where,
)

# What such a cell shows depends on the learner's own picks and functions.
OWN = re.compile(r"\b(predict|outcome|check|hint|solution|prove|progress|compare)\(")
LEFT_OUT = {"predict", "exercise", "solution", "nbval-ignore-output", "nbval-skip"}
RESTART = (
    "Kernel, Restart Kernel and Run All Cells gives the run that the stored outputs come from."
)


@dataclass(frozen=True, repr=False)
class Comparison(View):
    """What ``compare`` found: ``status`` is 'same', 'rounding', 'differs' or 'nothing compared'."""

    status: str = "nothing compared"
    largest: float = 0.0


def compare(lesson: str | None = None) -> Comparison:
    """Compare the outputs of this run with those stored in the lesson's notebook.

    Parameters
    ----------
    lesson : str, optional
        The lesson's number, ``"04"``. Without it the notebook's own name tells, in JupyterLab and VS Code.

    Returns
    -------
    Comparison
        Same; different within rounding, with the largest gap and this machine's device and versions; or which cells
        differ, and how. Cells that were changed, not run, or show your own picks and functions are left out and
        counted. Compared is with the notebook in ``notebooks``: work in the copy that ``make lab`` opens.

    Raises
    ------
    ValueError
        If it cannot be told which lesson this is.

    Examples
    --------
    >>> compare("04")
    Nothing to compare here: this is a run of the tests, which compare every output themselves.
    """
    if under_test():
        return _sentence(
            "Nothing to compare here: this is a run of the tests, which compare every output themselves."
        )
    number = lesson or lesson_of(notebook_name())
    if not number:
        raise ValueError('it cannot be told which lesson this is: give its number, compare("04")')
    try:
        path = find_lesson(number, course_folder())
    except NoCourse as missing:
        return _sentence(f"Nothing to compare with. {missing}")
    import nbformat

    stored = nbformat.read(path, as_version=4)
    return compare_runs(stored, list(runs.values()), this_machine(), note=_own_file(path.name))


def _own_file(name: str) -> str:
    """Warn where the open notebook is the tracked one: saving it puts this run in the place of the stored one."""
    here = re.split(r"[\\/]", notebook_name())
    if here[-2:] != ["notebooks", name]:
        return ""
    return "This is the tracked notebook itself, and saving it replaces what is compared with: make lab opens a copy."


@dataclass(frozen=True)
class Difference:
    """A cell whose outputs are not the stored ones: its place, how they differ, and the gap where it is rounding."""

    place: int
    where: str
    source: str
    what: str = ""
    gap: float = 0.0


def compare_runs(stored: Any, runs: Sequence[Ran], machine: str, *, note: str = "") -> Comparison:
    """Compare the last runs of each stored cell's source with the stored outputs, and say what came of it."""
    pairs, own, absent = matched(stored, runs)
    found = [_difference(stored, place, cell, ran) for place, cell, ran in pairs]
    notes = [f"Compared: {_cells(len(pairs))}."]
    if own:
        notes.append(f"Left out: {_cells(own)} for your own answers, or with timings.")
    if absent:
        notes.append(f"Not run as stored: {_cells(absent)}.")
    note = " ".join([*notes, note]).strip()
    if not pairs:
        return _sentence(f"Nothing compared yet. {note} Run the lesson's cells first.")
    wrong = [difference for difference in found if difference and difference.what]
    rounded = [difference for difference in found if difference and not difference.what]
    if wrong:
        return _wrong(wrong, note, machine)
    if rounded:
        most = max(rounded, key=lambda difference: difference.gap)
        return _sentence(
            f"Different within rounding, in {_cells(len(rounded))}. Largest gap: {most.gap:.2g}, in cell {most.place} "
            f"({most.source}). This run: {machine}; the stored one: a processor (CPU). {note}",
            status="rounding",
            largest=most.gap,
        )
    return _sentence(f"Same: every output is the stored one. {note}", status="same")


def matched(stored: Any, runs: Sequence[Ran]) -> tuple[list[tuple[int, Any, Ran]], int, int]:
    """Find the run of each stored code cell; count those left out, and those that did not run as stored.

    Where a source stands in several cells, its last runs belong to them in order.
    """
    ran: dict[str, list[Ran]] = defaultdict(list)
    for run in runs:
        ran[run.source.strip()].append(run)
    cells = [(place, c) for place, c in enumerate(stored.cells, 1) if c.cell_type == "code"]
    asked: dict[str, int] = defaultdict(int)
    for _, cell in cells:
        asked[cell.source.strip()] += 1
    pairs, own, absent = [], 0, 0
    for place, cell in cells:
        source = cell.source.strip()
        if OWN.search(source) or LEFT_OUT & {t.lower() for t in cell.metadata.get("tags", [])}:
            own += 1
        elif len(ran[source]) < asked[source]:
            absent += 1
        else:
            pairs.append((place, cell, ran[source][-asked[source]]))
            asked[source] -= 1
    return pairs, own, absent


def _difference(stored: Any, place: int, cell: Any, ran: Ran) -> Difference | None:
    """Compare one cell; None where every output is the stored one to the letter."""
    test, ref = (_comparable(outputs) for outputs in (ran.outputs, cell.outputs))
    if test == ref:
        return None
    settled, what = settle(test, ref, tolerance_of(cell, stored, Tolerance()))
    first = clip(one_line(cell.source.strip().splitlines()[0]), 60)
    heading = where(stored, cell).partition(" | ")[0]
    if settled == ref:
        return Difference(place, heading, first, gap=largest_gap(test, ref))
    return Difference(place, heading, first, clip(one_line(what), 200))


def _comparable(outputs: Iterable[Any]) -> list[dict[str, Any]]:
    """Keep what tests compare: no standard error, no bitmaps and widgets, no counts, neighbouring prints joined."""
    kept = []
    for output in joined([dict(output) for output in compared(list(outputs))]):
        output = {
            k: v for k, v in output.items() if k in ("name", "text", "ename", "evalue", "data")
        }
        if "data" in output:
            data = output["data"].items()
            output["data"] = {k: v for k, v in data if k not in (*BITMAPS, WIDGET)}
            if output["data"].get("text/plain", "").startswith("<Figure size"):
                output["data"].pop("text/plain")
        kept.append(output)
    return [output for output in kept if output.get("data", True)]


def _wrong(wrong: Sequence[Difference], note: str, machine: str) -> Comparison:
    more = "" if len(wrong) == 1 else f" and {len(wrong) - 1} more"
    view = table_view(
        f"Differs in cell {wrong[0].place}{more}. This run: {machine}.",
        ["cell", "section", "its first line", "what differs"],
        [[d.place, d.where, d.source, d.what] for d in wrong[:10]],
        note=f"{note} {RESTART}",
    )
    return Comparison(html=view.html, text=view.text, status="differs")


def _sentence(text: str, *, status: str = "nothing compared", largest: float = 0.0) -> Comparison:
    return Comparison(html=element("p", text), text=text, status=status, largest=largest)


def _cells(number: int) -> str:
    return f"{number} cell" + ("" if number == 1 else "s")


def this_machine(installed: Callable[[str], str] = version) -> str:
    """Name the device and the versions that a number may depend on."""
    parts = []
    if "torch" in sys.modules:
        from course_utils.device import get_device

        parts.append(f"device {get_device()}")
    for name in ("torch", "transformers", "tokenizers"):
        try:
            parts.append(f"{name} {installed(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(parts)
