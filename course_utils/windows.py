"""Long passages in windows: where each window lies, and the answers of a model over all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from course_utils.answers import spans
from course_utils.running import evaluating

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


@dataclass(frozen=True)
class Window:
    """One window over a passage: its context tokens, their characters ``[start, end)``, tokens shared with the last."""

    tokens: int
    start: int
    end: int
    shared: int


def windows(
    tokenizer: PreTrainedTokenizerBase, question: str, context: str, *, max_length: int, stride: int
) -> list[Window]:
    """Compute the windows that `show_windows` draws.

    Parameters, raised errors: as there.

    Returns
    -------
    list of Window
        In the order of the passage.

    Examples
    --------
    >>> windows(None, "Who?", "", max_length=1, stride=-1)
    Traceback (most recent call last):
    ValueError: stride: expected a whole number from 0, got -1
    """
    encoding = encode_windows(tokenizer, question, context, max_length=max_length, stride=stride)
    found: list[Window] = []
    for i, offsets in enumerate(encoding["offset_mapping"]):
        inside = [
            span for span, part in zip(offsets, encoding.sequence_ids(i), strict=True) if part == 1
        ]
        start, end = (inside[0][0], inside[-1][1]) if inside else (0, 0)
        shared = sum(1 for s, e in inside if e <= found[-1].end) if found else 0
        found.append(Window(len(inside), start, end, shared))
    return found


def encode_windows(
    tokenizer: PreTrainedTokenizerBase, question: str, context: str, *, max_length: int, stride: int
):
    """Encode question and passage in windows; a ``BatchEncoding`` with ``offset_mapping`` (characters, half-open)."""
    for name, value, least in (("max_length", max_length, 1), ("stride", stride, 0)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ValueError(f"{name}: expected a whole number from {least}, got {value!r}")
    if not getattr(tokenizer, "is_fast", False):
        raise ValueError(
            "tokenizer: expected a fast tokenizer, which keeps character offsets, "
            f"got {type(tokenizer).__name__}"
        )
    asked = len(tokenizer(question, add_special_tokens=False)["input_ids"])
    room = max_length - asked - tokenizer.num_special_tokens_to_add(pair=True)
    if room <= stride:
        raise ValueError(
            f"max_length: expected room for more than {stride} passage tokens, the stride; {max_length} "
            f"less {asked} for the question and {max_length - asked - room} special tokens leaves {room}"
        )
    return tokenizer(
        question,
        context,
        max_length=max_length,
        truncation="only_second",
        stride=stride,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )


def find_answers(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    question: str,
    context: str,
    *,
    max_length: int = 384,
    stride: int = 128,
    top: int = 3,
) -> list[dict[str, Any]]:
    """Ask a question-answering model over all windows of a passage; the best answers by start plus end logit.

    Parameters
    ----------
    model : PreTrainedModel
        A ``...ForQuestionAnswering``.
    tokenizer, question, context, max_length, stride
        As in `show_windows`.
    top : int
        How many answers; the same characters found in two windows count once, with the better score.

    Returns
    -------
    list of dict
        ``start``, ``end`` (characters, half-open), ``score`` (probability within its window), ``answer``.

    Raises
    ------
    ValueError
        As in `show_windows`.

    Examples
    --------
    >>> find_answers(None, None, "Who?", "", max_length=0)
    Traceback (most recent call last):
    ValueError: max_length: expected a whole number from 1, got 0
    """
    encoding = encode_windows(tokenizer, question, context, max_length=max_length, stride=stride)
    names = [name for name in tokenizer.model_input_names if name in encoding]
    best: dict[tuple[int, int], tuple[float, float]] = {}
    for i, offsets in enumerate(encoding["offset_mapping"]):
        inputs = {name: torch.tensor([encoding[name][i]], device=model.device) for name in names}
        with evaluating(model):
            output = model(**inputs)
        allowed = [part == 1 for part in encoding.sequence_ids(i)]
        for span in spans(output.start_logits[0], output.end_logits[0], allowed=allowed, top=top):
            place = offsets[span.start][0], offsets[span.end - 1][1]
            best[place] = max(best.get(place, (float("-inf"), 0.0)), (span.logit, span.score))
    ranked = sorted(best, key=lambda place: (-best[place][0], place))[:top]
    return [
        {"start": s, "end": e, "score": best[s, e][1], "answer": context[s:e]} for s, e in ranked
    ]
