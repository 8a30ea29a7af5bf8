"""Pictures of answers: brackets over the passage, and the curves of start and end logits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from course_utils.pictures.glyphs import one_line, visible
from course_utils.pictures.page import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    VERMILLION,
    Html,
    element,
    style,
)
from course_utils.pictures.passage import Mark, draw_passage
from course_utils.pictures.view import View, plain_table, within_limit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_LABELS = 44  # tokens named on the axis of a figure seven inches wide


@dataclass(frozen=True)
class Answer:
    """Characters ``[start, end)`` of a passage; empty for "no answer"."""

    start: int
    end: int
    score: float | None


def answer_view(
    context: str,
    found: Sequence[Answer],
    question: str | None,
    gold: Sequence[Answer] | None,
    caption: str | None,
) -> View:
    """Draw the passage with its answers; a passage too long for one output is cut around the best answer."""
    count = "No answer" if not found else "1 answer" if len(found) == 1 else f"{len(found)} answers"
    first = caption or count + (
        "; the bracket begins blue and ends orange, its chip gives rank and score."
        if any(a.end > a.start for a in found)
        else "."
    )
    centre = next((a.start for a in (*found, *(gold or ())) if a.end > a.start), 0)

    def build(size: int) -> View:
        start = max(0, min(centre - size // 2, len(context) - size))
        end = min(len(context), start + size)
        line = (
            first
            if size >= len(context)
            else (f"{first} Showing characters {start} to {end} of {len(context)}.")
        )
        return _answers(context, found, question, gold, line, start, end)

    return within_limit(build, max(len(context), 1))


def _answers(context, found, question, gold, caption: str, start: int, end: int) -> View:
    marks = [
        Mark(
            a.start - start,
            a.end - start,
            f"{rank} {_score(a)}".strip(),
            BLUE if rank == 1 else GREY,
            above=True,
            ends=(BLUE, ORANGE),
            line="solid" if rank == 1 else "dotted",
        )
        for rank, a in enumerate(found, 1)
        if start <= a.start < a.end <= end
    ]
    marks += [
        Mark(a.start - start, a.end - start, "expected", GREEN, line="dashed")
        for a in gold or ()
        if start <= a.start and a.end <= end
    ]
    asked = [element("div", "Question: ", element("bdi", question))] if question else []
    compared, told = _compared(context, found, gold)
    html = element(
        "figure",
        element("figcaption", caption),
        *asked,
        *compared,
        draw_passage(context[start:end], marks),
        *_without_place(found),
        style=style(margin="0"),
    )
    rows = [
        [rank, _score(a), a.start, a.end, one_line(_answer_text(context, a))]
        for rank, a in enumerate(found, 1)
    ]
    listed = [plain_table(["rank", "score", "start", "end", "answer"], rows)] if rows else []
    head = [caption, *([f"Question: {question}"] if question else []), *told]
    return View(html, "\n".join([*head, context[start:end], *listed]))


def _without_place(found: Sequence[Answer]) -> list[Html]:
    """Say of each empty answer that it stands for no answer."""
    return [
        element("div", f"{rank} {_score(a)} no answer in this passage")
        for rank, a in enumerate(found, 1)
        if a.start == a.end
    ]


def _answer_text(context: str, answer: Answer) -> str:
    return context[answer.start : answer.end] or "no answer in this passage"


def _score(answer: Answer) -> str:
    return "" if answer.score is None else f"{answer.score:.3f}"


def _compared(
    context: str, found: Sequence[Answer], gold: Sequence[Answer] | None
) -> tuple[list[Html], list[str]]:
    """Set what was expected above what came, the first difference framed."""
    if gold is None:
        return [], []
    expected = [context[a.start : a.end] for a in gold] or ["no answer in this passage"]
    got = _answer_text(context, found[0]) if found else "no answer in this passage"
    upper = element("div", "Expected: ", element("bdi", " / ".join(expected)))
    told = [f"Expected: {' / '.join(map(one_line, expected))}"]
    if got in expected:
        return [upper, element("div", "Got: ", element("bdi", got), " (the same)")], [
            *told,
            f"Got:      {one_line(got)} (the same)",
        ]
    alike = max(
        sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(got, text, strict=False)))
        for text in expected
    )
    rest = element(
        "span",
        got[alike:] or "(ends)",
        style=style(border=f"2px solid {VERMILLION}", padding="0 2px"),
    )
    place = f"differs from character {alike} on"
    return [upper, element("div", "Got: ", element("bdi", got[:alike], rest), f" ({place})")], [
        *told,
        f"Got:      {one_line(got)} ({place})",
    ]


def curves_figure(
    start: list[float],
    end: list[float],
    tokens: Sequence[str],
    bounds: tuple[int, int] | None,
    title: str | None,
) -> Figure:
    """Draw both curves over the tokens; where there are too many tokens to name, every k-th is named."""
    from course_utils.pictures.curves import dress
    from course_utils.pictures.figure import Picture

    names = [visible(token) for token in tokens]
    title = title or f"start is highest at {_highest(start, names)}, end at {_highest(end, names)}"
    figure = Picture(figsize=(7, 3.8), layout="constrained")
    figure.patch.set_alpha(0)
    axes = figure.subplots()
    dress(axes, title=title, x_label="token", y_label="logit")
    for values, colour, mark, dash, name in (
        (start, "#0072B2", "o", "-", "start"),
        (end, "#E69F00", "s", "--", "end"),
    ):
        shown = [value if math.isfinite(value) else math.nan for value in values]
        axes.plot(
            range(len(shown)),
            shown,
            color=colour,
            marker=mark,
            markersize=4,
            linestyle=dash,
            label=name,
        )
    _name_tokens(axes, names)
    if bounds:
        axes.axvspan(bounds[0] - 0.5, bounds[1] - 0.5, facecolor="#009E73", alpha=0.2, label="span")
    axes.legend(labelcolor=INK, fontsize=9, framealpha=0)
    rows = [
        [i, name, f"{s:.3f}", f"{e:.3f}", "span" if bounds and bounds[0] <= i < bounds[1] else ""]
        for i, (name, s, e) in enumerate(zip(names, start, end, strict=True))
    ]
    figure.words = title + "\n" + plain_table(["", "token", "start", "end", ""], rows)
    return figure


def _name_tokens(axes, names: Sequence[str]) -> None:
    from course_utils.pictures.curves import plain

    every = math.ceil(len(names) / MOST_LABELS)
    places = list(range(0, len(names), every))
    axes.set_xticks(places, [plain(names[i], 16) for i in places], rotation=90)
    if every > 1:
        axes.set_xlabel(f"token (every {every}. is named)")


def _highest(values: Sequence[float], names: Sequence[str]) -> str:
    known = [i for i, value in enumerate(values) if not math.isnan(value)]
    if not known:
        return "no token (all NaN)"
    best = max(known, key=lambda i: values[i])
    return f'"{names[best]}" ({best})'
