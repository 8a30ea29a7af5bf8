"""The pictures and the explorer of lesson 08, sections 1 to 3: the table of spans, a window, candidates, all windows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from course_utils.coerce import floats
from course_utils.lesson.explore import Explorer, slider, stacked, text_field
from course_utils.lessons.question_answering.by_hand import LENGTH, STRIDE, room_for
from course_utils.pictures.answers import show_answer
from course_utils.pictures.glyphs import clip, visible
from course_utils.pictures.page import BLUE, GREEN, GREY, Html, element, fill, style
from course_utils.pictures.table import Cell, bar_cell, table_view
from course_utils.pictures.view import View

MOST = 12  # tokens of a table of spans
NEAR = 150  # characters shown before and after an answer
HATCHED = style(
    background=f"repeating-linear-gradient(45deg,{fill(GREY, 0.35)} 0 3px,transparent 3px 8px)",
    padding="2px 8px",
)


def show_span_table(
    first: torch.Tensor | Sequence[float],
    last: torch.Tensor | Sequence[float],
    tokens: Sequence[str],
) -> View:
    """Draw every start against every end: the product of their probabilities; impossible spans are hatched.

    Parameters
    ----------
    first, last : tensor or list, shape (tokens,)
        Probabilities of the starts and of the ends, 0-1.
    tokens : sequence of str
        At most twelve.

    Returns
    -------
    View
        Row = start, column = end.
    """
    first, last = floats(first, "first", dims=(1,)), floats(last, "last", dims=(1,))
    if not len(first) == len(last) == len(tokens) or not 0 < len(tokens) <= MOST:
        raise ValueError(
            f"expected one length from 1 to {MOST}, got {len(first)}, {len(last)} and {len(tokens)} tokens"
        )
    names = [clip(visible(str(token)), 40) for token in tokens]
    rows = []
    for i, name in enumerate(names):
        cells = [_product(float(first[i] * last[j]), j < i) for j in range(len(names))]
        rows.append([f"starts at {name} ({float(first[i]):.2f})", *cells])
    return table_view(
        "Score of each span = start probability times end probability; row = start, column = end, "
        "hatched = ends before it starts",
        ["", *(f"ends at {name} ({float(p):.2f})" for name, p in zip(names, last, strict=True))],
        rows,
    )


def _product(value: float, impossible: bool) -> Cell:
    if impossible:
        return Cell(
            element("span", f"{value:.2f} impossible", style=HATCHED), f"{value:.2f} impossible"
        )
    look = style(background=fill(BLUE, 0.35 * min(max(value, 0.0), 1.0)), padding="2px 8px")
    return Cell(element("span", f"{value:.2f}", style=look), f"{value:.2f}")


def show_window(
    window: Mapping[str, Any], tokens: Sequence[str], passage: str, numbers: Sequence[int]
) -> View:
    """Show some tokens of a window's record: logits, allowed or not, place in the passage, text at that place.

    Parameters
    ----------
    window : dict
        ``start``, ``end``, ``allowed`` (tensors) and ``places`` (pairs of characters).
    tokens : sequence of str
        The pieces of the window.
    passage : str
        What the places count in.
    numbers : sequence of int
        The tokens to show.
    """
    rows = []
    for i in numbers:
        left, right = window["places"][i]
        inside = right > left
        rows.append(
            [
                i,
                clip(visible(str(tokens[i])), 40),
                f"{float(window['start'][i]):.2f}",
                f"{float(window['end'][i]):.2f}",
                "yes" if bool(window["allowed"][i]) else "no",
                f"{left}–{right}" if inside else "none",
                passage[left:right] if inside else "",
            ]
        )
    return table_view(
        f"{len(rows)} of the {len(tokens)} tokens of a window; a place counts characters of the passage, "
        "its end is not included",
        ["number", "token", "start logit", "end logit", "allowed", "place", "text there"],
        rows,
    )


def show_candidates(found: Sequence[Mapping[str, Any]]) -> View:
    """List candidates in the order they come in, with their scores and places.

    Parameters
    ----------
    found : sequence of dict
        ``score`` (0-1), ``start``, ``end`` (characters, half-open) and ``answer``.
    """
    rows = [
        [
            rank,
            bar_cell(one["score"], f"{one['score']:.4f}"),
            f"{one['start']}–{one['end']}",
            one["answer"],
        ]
        for rank, one in enumerate(found, 1)
    ]
    return table_view(
        f"{len(rows)} spans with the highest scores, best first; bar on a rule from 0 to 1",
        ["rank", "score", "characters", "answer"],
        rows,
    )


def explore_windows(
    answer: Callable,
    read_windows: Callable,
    candidates: Callable,
    question: str,
    passage: str,
    *,
    stride: int = STRIDE,
    word: str = "",
) -> Explorer:
    """Explore what the learner's own functions answer, and what each window says for itself.

    Parameters
    ----------
    answer : callable
        ``answer(question, passage, max_length, stride)`` gives ``answer``, ``start``, ``end`` and ``score``.
    read_windows : callable
        ``read_windows(question, passage, max_length, stride)`` gives the records of all windows.
    candidates : callable
        ``candidates(window, passage)`` gives a window's spans, best first.
    question, passage : str
        What is shown first.
    stride, word
        The first settings of these controls.

    Returns
    -------
    Explorer
        Controls: ``question``, ``passage``, ``max_length``, ``stride`` (tokens) and ``word`` to look for.
    """

    def draw(question: str, passage: str, max_length: int, stride: int, word: str) -> View:
        room = room_for(question, max_length)
        if not passage.strip() or not question.strip():
            raise ValueError("expected a question and a passage")
        if room <= stride:
            raise ValueError(
                f"a window of {max_length} tokens leaves {room} for the passage: neighbours cannot share {stride}"
            )
        best = answer(question, passage, max_length, stride)
        windows = read_windows(question, passage, max_length, stride)
        rows = []
        for number, window in enumerate(windows):
            inside = [place for place in window["places"] if place[1] > place[0]]
            left, right = inside[0][0], inside[-1][1]
            own = candidates(window, passage)[0]
            holds = bool(word.strip()) and word.strip().lower() in passage[left:right].lower()
            rows.append(
                [
                    number,
                    f"{left}–{right}",
                    _held(word.strip()) if holds else "",
                    own["answer"],
                    f"{own['score']:.2f}",
                ]
            )
        return stacked(
            _around(passage, best, question),
            table_view(
                f"{len(rows)} window{'s' * (len(rows) != 1)} of at most {max_length} tokens, neighbours share {stride}; "
                "the best span of each window alone",
                ["window", "characters", "holds the word", "its best span", "score"],
                rows,
            ),
        )

    return Explorer(
        draw,
        {
            "question": text_field(question, "question"),
            "passage": text_field(passage, "passage"),
            "max_length": slider("window, tokens", 32, 512, LENGTH),
            "stride": slider("shared, tokens", 0, 256, stride),
            "word": text_field(word, "word to look for"),
        },
    )


def _around(passage: str, best: Mapping[str, Any], question: str) -> View:
    """Draw the answer in the text next to it."""
    left = max(0, best["start"] - NEAR)
    right = min(len(passage), best["end"] + NEAR)
    moved = {**best, "start": best["start"] - left, "end": best["end"] - left}
    return show_answer(
        passage[left:right],
        moved,
        question=question,
        caption=f"Answer: {best['answer']}, score {best['score']:.2f}; characters {left} to {right} of {len(passage)}, "
        "bracket = answer, chip = rank and score",
    )


def _held(word: str) -> Cell:
    look = style(border=f"2px solid {GREEN}", padding="0 4px")
    return Cell(
        Html(element("span", f"yes: {clip(word, 40)}", style=look)), f"yes: {clip(word, 40)}"
    )
