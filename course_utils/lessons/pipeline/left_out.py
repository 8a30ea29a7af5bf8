"""Which word decides? Ask a classifier again with each word left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from course_utils.lesson.explore import Explorer, text_field
from course_utils.pictures.glyphs import one_line
from course_utils.pictures.page import Html, element
from course_utils.pictures.table import Cell, bar_cell, framed_cell, table_view
from course_utils.pictures.view import View

LEAVE_OUT = Callable[[str], list[str]]


def show_left_out(classifier: Any, text: str, leave_out: LEAVE_OUT) -> View:
    """Show what a classifier of two labels says to a text, and to the text without each of its words.

    Parameters
    ----------
    classifier : TextClassificationPipeline
        Anything that is called with a list of texts and ``top_k=None``, and gives a list of
        ``{"label", "score"}`` per text.
    text : str
        The whole text.
    leave_out : callable
        Turns a text into shorter texts, one per word of ``text.split()``: the learner's own function.

    Returns
    -------
    View
        A row per text; bar = probability of the second label (``POSITIVE``), 0-100 %. An answer that differs from
        that to the whole text is framed.

    Raises
    ------
    ValueError
        If ``leave_out`` does not return one text per word, or the text has no word.

    Examples
    --------
    >>> def judge(texts, top_k):
    ...     return [[{"label": "POSITIVE", "score": float("good" in t)}, {"label": "NEGATIVE", "score": 0.5}] for t in texts]
    >>> show_left_out(judge, "so good", lambda text: ["good", "so"])
    Probability of POSITIVE, 0-100 %, with each word left out in turn; a changed answer is framed
    left out  what is left  POSITIVE  answer
    nothing   so good       100.0 %   POSITIVE
    so        good          100.0 %   POSITIVE
    good      so            0.0 %     NEGATIVE (changed)
    """
    words, shorter = text.split(), list(leave_out(text))
    if not words:
        raise ValueError("text: expected at least one word")
    if len(shorter) != len(words):
        raise ValueError(f"expected one shorter text per word, {len(words)}, got {len(shorter)}")
    texts = [" ".join(words), *shorter]
    answers = classifier(texts, top_k=None)
    label = _second(answers[0])
    whole = _winner(answers[0])
    rows = []
    for out, left, answer in zip(["nothing", *words], texts, answers, strict=True):
        share = next(one["score"] for one in answer if one["label"] == label)
        said = _winner(answer)
        rows.append(
            [
                out,
                one_line(left),
                bar_cell(share, f"{100 * share:.1f} %"),
                _answer_cell(said, said != whole),
            ]
        )
    caption = (
        f"Probability of {label}, 0-100 %, with each word left out in turn; "
        "a changed answer is framed"
    )
    return table_view(caption, ["left out", "what is left", label, "answer"], rows)


def explore_left_out(classifier: Any, text: str, leave_out: LEAVE_OUT) -> Explorer:
    """Explore which words decide: take words out, put others in.

    Parameters
    ----------
    classifier, text, leave_out
        As for ``show_left_out``.

    Returns
    -------
    Explorer
        Controls: ``text``, and ``words``: a tag per word, each with a cross that takes it out; typing puts one in.
    """
    box = text_field(text)
    words = ipywidgets.TagsInput(value=text.split(), allow_duplicates=True)

    def draw(text: str, words: list[str]) -> View:
        return show_left_out(classifier, " ".join(words), leave_out)

    box.observe(lambda change: setattr(words, "value", change["new"].split()), names="value")
    return Explorer(draw, {"text": box, "words": words})


def _second(answer: list[dict]) -> str:
    """Choose the label that the bars show: POSITIVE where there is one, else the last by name."""
    labels = sorted(one["label"] for one in answer)
    return "POSITIVE" if "POSITIVE" in labels else labels[-1]


def _winner(answer: list[dict]) -> str:
    return max(answer, key=lambda one: one["score"])["label"]


def _answer_cell(label: str, changed: bool) -> Cell:
    if not changed:
        return Cell(Html(element("span", label)), label)
    return framed_cell(f"{label} (changed)")
