"""What a class missed, drawn: a table of exercises, a table of predictions, and one figure."""

from __future__ import annotations

from collections.abc import Sequence

from course_utils.lesson.classroom import Item
from course_utils.pictures.curves import LOOKS, dress, plain
from course_utils.pictures.figure import Picture
from course_utils.pictures.glyphs import clip
from course_utils.pictures.page import INK
from course_utils.pictures.table import table_view
from course_utils.pictures.view import View

BARS = 12  # in the figure: what fits on one page, the hardest first
SHOWN = 40  # rows of each table


def show_class(found: Sequence[Item], learners: int) -> list[View]:
    """Show two tables: each exercise with its most frequent wrong answer, each question with its wrong choice."""
    exercises = [
        [i.name, i.learners, i.right, *_most(i.wrong)] for i in found if i.kind == "exercise"
    ]
    questions = [
        [clip(i.name, 70), i.lesson or "–", i.learners, i.right, *_most(i.wrong)]
        for i in found
        if i.kind == "prediction"
    ]
    by = f"{learners} learners; the one that most missed comes first"
    return [
        table_view(
            f"Exercises ({by})",
            ["exercise", "tried", "passed", "most frequent wrong answer", "learners"],
            exercises[:SHOWN],
            note=_left_out(exercises),
        ),
        table_view(
            f"Predictions ({by})",
            ["question", "lesson", "answered", "right", "most frequent wrong choice", "learners"],
            questions[:SHOWN],
            note=_left_out(questions),
        ),
    ]


def _most(wrong: tuple[tuple[str, int], ...]) -> list[object]:
    return [clip(wrong[0][0], 100), wrong[0][1]] if wrong else ["–", 0]


def _left_out(rows: list) -> str:
    return f"showing {SHOWN} of {len(rows)}" if len(rows) > SHOWN else ""


def plot_class(found: Sequence[Item], learners: int) -> Picture:
    """Plot what was missed most: a bar per exercise and question, the number of learners beside it."""
    hardest = [item for item in found if item.learners > item.right]
    hardest = sorted(hardest, key=lambda i: (i.right - i.learners, i.right))[:BARS]
    figure = Picture(figsize=(9.0, 1.6 + 0.4 * max(1, len(hardest))), layout="constrained")
    figure.patch.set_alpha(0)
    axes = figure.subplots()
    title = f"What to talk about: missed by most of {learners} learners"
    dress(axes, title=title, x_label="share of those who tried that missed it, %", y_label="")
    names = []
    for place, item in enumerate(hardest):
        colour, hatch = (LOOKS[0][0], "") if item.kind == "exercise" else (LOOKS[1][0], "//")
        axes.barh(place, 100 * item.missed, color=colour, hatch=hatch, edgecolor="white")
        count = f" {item.learners - item.right} of {item.learners}"
        axes.text(100 * item.missed, place, count, color=INK, fontsize=9, va="center")
        lesson = f"{item.lesson} " if item.kind == "prediction" and item.lesson else ""
        names.append(
            plain(f"{lesson}{item.name}", 48) + ("" if item.kind == "exercise" else " (predict)")
        )
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlim(0, 115)
    axes.set_xticks(range(0, 101, 25))
    rows = [
        f"{name}: {item.learners - item.right} of {item.learners}"
        for name, item in zip(names, hardest, strict=True)
    ]
    figure.words = "\n".join([title, *(rows or ["nothing was missed"])])
    return figure
