"""Answers as spans of a passage: all spans scored from start and end logits, and answers drawn in the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from course_utils.arrays import floats
from course_utils.pictures.answer_views import Answer, answer_view, curves_figure
from course_utils.pictures.view import View

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Span:
    """A stretch of tokens that may be the answer.

    Parameters
    ----------
    start, end : int
        Tokens, half-open ``[start, end)``.
    score : float
        P(start) · P(end), 0-1; each probability is a softmax over the allowed tokens.
    logit : float
        Start logit plus end logit, which orders the spans in the same way.
    """

    start: int
    end: int
    score: float
    logit: float


def spans(
    start_logits: torch.Tensor | Sequence[float],
    end_logits: torch.Tensor | Sequence[float],
    *,
    allowed: torch.Tensor | Sequence[bool],
    top: int = 5,
    max_length: int = 30,
) -> list[Span]:
    """Score every possible span of allowed tokens and give the best.

    Parameters
    ----------
    start_logits, end_logits : tensor, array or list
        ``(tokens,)`` float, one window of one text; ``-inf`` excludes a token.
    allowed : tensor, array or list
        ``(tokens,)`` bool, True where an answer may start and end: usually the passage, not the question.
    top : int
        How many spans at most.
    max_length : int
        Longest span, in tokens.

    Returns
    -------
    list of Span
        Best first; equal ones in the order of the text. Empty if no token is allowed.

    Raises
    ------
    ValueError
        If the lengths differ, a logit is NaN or +inf, or ``top`` or ``max_length`` is below 1.

    Notes
    -----
    The score is that of the question-answering pipeline of transformers 4: Devlin et al. 2019, section 4.2, add
    the logits, and the softmax turns the sum into a product.

    Examples
    --------
    >>> best = spans([0.0, 2.0, 0.0], [0.0, 0.0, 2.0], allowed=[True, True, True], top=1)[0]
    >>> best.start, best.end, round(best.score, 3)
    (1, 3, 0.619)
    """
    for name, value in {"top": top, "max_length": max_length}.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"{name}: expected a whole number from 1, got {value!r}")
    start, end, allowed = _read_logits(start_logits, end_logits, allowed)
    if not (allowed & start.isfinite()).any() or not (allowed & end.isfinite()).any():
        return []
    first, last = (
        logits.masked_fill(~allowed, float("-inf")).log_softmax(0) for logits in (start, end)
    )
    table = first[:, None] + last[None, :]
    possible = torch.ones_like(table, dtype=torch.bool).triu().tril(max_length - 1)
    table = table.masked_fill(~possible, float("-inf"))
    order = table.flatten().argsort(descending=True, stable=True)[:top].tolist()
    places = [
        (place // len(end), place % len(end))
        for place in order
        if table.flatten()[place] > float("-inf")
    ]
    return [Span(i, j + 1, table[i, j].exp().item(), (start[i] + end[j]).item()) for i, j in places]


def _read_logits(start, end, allowed) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    start, end = floats(start, "start_logits", dims=(1,)), floats(end, "end_logits", dims=(1,))
    allowed = torch.as_tensor(allowed, device="cpu")
    if not len(start) == len(end) == allowed.numel():
        raise ValueError(
            "start_logits, end_logits, allowed: expected one length, "
            f"got {len(start)}, {len(end)} and {allowed.numel()}"
        )
    if ((logits := torch.cat([start, end])).isnan() | (logits == float("inf"))).any():
        raise ValueError(
            "start_logits, end_logits: expected finite figures or -inf, got NaN or inf"
        )
    return start, end, allowed.flatten().bool()


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
    found = [_read_answer(context, answer, i) for i, answer in enumerate(given)]
    return answer_view(
        context, found, question, None if gold is None else _read_gold(context, gold), caption
    )


def _read_answer(context: str, given: Mapping[str, Any], i: int) -> Answer:
    if not isinstance(given, Mapping):
        raise TypeError(
            f"answer {i}: expected a dict with start, end and score, got {type(given).__name__}"
        )
    if given.get("start") is None or given.get("end") is None:
        raise ValueError(
            f"answer {i}: expected character offsets 'start' and 'end', got {sorted(map(str, given))}"
        )
    start, end, score = int(given["start"]), int(given["end"]), given.get("score")
    if not 0 <= start <= end <= len(context):
        raise ValueError(
            f"answer {i}: expected 0 <= start <= end <= {len(context)}, the passage's length; "
            f"got [{start}, {end})"
        )
    return Answer(start, end, None if score is None else float(score))


def _read_gold(context: str, gold: str | Sequence[str] | Mapping[str, Any]) -> list[Answer]:
    """Find each expected text in the passage; SQuAD's dict brings its offsets."""
    starts: Sequence[int | None] = ()
    if isinstance(gold, Mapping):
        texts, starts = gold.get("text", ()), gold.get("answer_start", ())
        texts, starts = ([texts], [starts]) if isinstance(texts, str) else (texts, starts)
    else:
        texts = [gold] if isinstance(gold, str) else gold
    found: dict[Answer, None] = {}
    for i, text in enumerate(texts):
        start = starts[i] if i < len(starts) and starts[i] is not None else context.find(text)
        if not text:
            continue
        if start < 0 or context[start : start + len(text)] != text:
            raise ValueError(
                f"gold: expected a text that occurs in the passage, got {text!r}"
                + (f" at character {start}" if start >= 0 else "")
            )
        found[Answer(int(start), int(start) + len(text), None)] = None
    return list(found)


def plot_answer_curves(
    start_logits: torch.Tensor | Sequence[float],
    end_logits: torch.Tensor | Sequence[float],
    tokens: Sequence[str],
    *,
    span: Span | tuple[int, int] | None = None,
    title: str | None = None,
) -> Figure:
    """Draw start and end logits as two curves over the tokens.

    Parameters
    ----------
    start_logits, end_logits : tensor, array or list
        ``(tokens,)`` float; NaN and infinite figures leave a gap in the curve.
    tokens : sequence of str
        The pieces, one per logit.
    span : Span or tuple of int, optional
        Tokens ``[start, end)`` to shade.
    title : str, optional
        The finding in words; without it the title names the two highest tokens.

    Returns
    -------
    matplotlib.figure.Figure
        Its text form lists every token with both logits.

    Raises
    ------
    ValueError
        If the lengths differ, there is no token, or the span is outside.

    Examples
    --------
    >>> plot_answer_curves([1.0, 5.0], [0.0, 6.0], ["in", "1843"]).text.splitlines()[0]
    'start is highest at "1843" (1), end at "1843" (1)'
    """
    start, end = (
        floats(start_logits, "start_logits", dims=(1,)),
        floats(end_logits, "end_logits", dims=(1,)),
    )
    if not len(start) == len(end) == len(tokens) or not len(tokens):
        raise ValueError(
            "start_logits, end_logits, tokens: expected one length from 1, "
            f"got {len(start)}, {len(end)} and {len(tokens)}"
        )
    bounds = (span.start, span.end) if isinstance(span, Span) else span
    if bounds is not None and not 0 <= bounds[0] < bounds[1] <= len(tokens):
        raise ValueError(f"span: expected 0 <= start < end <= {len(tokens)}, got {tuple(bounds)}")
    return curves_figure(
        start.tolist(), end.tolist(), [str(token) for token in tokens], bounds, title
    )
