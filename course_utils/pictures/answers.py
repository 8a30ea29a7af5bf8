"""Answers as brackets over the passage, beside what was expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from course_utils.answers import Answer, read_answer, read_gold
from course_utils.pictures.glyphs import one_line
from course_utils.pictures.page import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    VERMILLION,
    Html,
    element,
    style,
)
from course_utils.pictures.passage import Mark, draw_passage
from course_utils.pictures.view import View, plain_table, within_limit


def show_answer(
    context: str,
    answers: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    question: str | None = None,
    gold: str | Sequence[str] | Mapping[str, Any] | None = None,
    caption: str | None = None,
) -> View:
    """Show answers as brackets over the passage, numbered by rank, beside what was expected.

    Parameters
    ----------
    context : str
        The passage that the offsets count in.
    answers : dict or sequence of dict
        Best first: ``start`` and ``end`` (characters, half-open), ``score`` (probability 0-1), ``answer``. An empty
        span is the answer "none in this passage".
    question : str, optional
        Printed above the passage.
    gold : str, sequence of str, or dict, optional
        What was expected: texts that occur in the passage, or SQuAD's ``{"text": [...], "answer_start": [...]}``;
        an empty text or list says that no answer was expected.
    caption : str, optional
        Replaces the line that says how to read the picture.

    Returns
    -------
    View
        The marked passage; as plain text also a table of the answers.

    Raises
    ------
    ValueError
        If a span is outside the passage or a gold text does not occur in it.
    TypeError
        If the passage is no string or an answer no dict.

    Examples
    --------
    >>> show_answer("Ada wrote it in 1843.", {"start": 16, "end": 20, "score": 0.9, "answer": "1843"}, gold="1843")
    1 answer; the bracket begins blue and ends orange, its chip gives rank and score.
    Expected: 1843
    Got:      1843 (the same)
    Ada wrote it in 1843.
    rank  score  start  end  answer
    1     0.900  16     20   1843
    """
    if not isinstance(context, str):
        raise TypeError(f"context: expected one string, got {type(context).__name__}")
    given = [answers] if isinstance(answers, Mapping) else list(answers)
    found = [read_answer(context, answer, i) for i, answer in enumerate(given)]
    return answer_view(
        context, found, question, None if gold is None else read_gold(context, gold), caption
    )


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
