"""Answers as spans of a passage: all spans scored from start and end logits, and answers checked against their text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from course_utils.coerce import floats


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


@dataclass(frozen=True)
class Answer:
    """Characters ``[start, end)`` of a passage; empty for "no answer"."""

    start: int
    end: int
    score: float | None


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


def read_answer(context: str, given: Mapping[str, Any], i: int) -> Answer:
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


def read_gold(context: str, gold: str | Sequence[str] | Mapping[str, Any]) -> list[Answer]:
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
