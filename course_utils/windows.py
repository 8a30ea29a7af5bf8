"""Long passages in windows: where each window lies, and the answers of a model over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from course_utils.answers import spans
from course_utils.pictures.bars import band
from course_utils.pictures.glyphs import clip, one_line
from course_utils.pictures.page import BLUE, GREY, SENTENCE, Html, element, style, table
from course_utils.pictures.view import View, plain_table, within_limit

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

RULE, CELLS = 200, 40  # width of the picture's rule in pixels, of the text's in characters


@dataclass(frozen=True)
class Window:
    """One window over a passage: its context tokens, their characters ``[start, end)``, tokens shared with the last."""

    tokens: int
    start: int
    end: int
    shared: int


def show_windows(
    tokenizer: PreTrainedTokenizerBase,
    question: str,
    context: str,
    *,
    max_length: int = 384,
    stride: int = 128,
    caption: str | None = None,
) -> View:
    """Show the windows that a tokenizer cuts a long passage into.

    Parameters
    ----------
    tokenizer : PreTrainedTokenizerBase
        A fast tokenizer.
    question, context : str
        The question is repeated in every window; the passage is cut.
    max_length : int
        Tokens of a window, question and special tokens included.
    stride : int
        Passage tokens that a window shares with the one before it.
    caption : str, optional
        Replaces the first sentence of the caption.

    Returns
    -------
    View
        A row per window: tokens, characters, overlap, its place in the passage, first and last words.

    Raises
    ------
    ValueError
        If the tokenizer is slow, or question and stride leave no room in a window.

    Examples
    --------
    >>> show_windows(None, "Who?", "", max_length=0)
    Traceback (most recent call last):
    ValueError: max_length: expected a whole number from 1, got 0
    """
    found = windows(tokenizer, question, context, max_length=max_length, stride=stride)
    first = caption or (
        f"{len(found)} window{'s' * (len(found) != 1)} of at most {max_length} tokens over "
        f"{len(context)} characters; neighbours share {stride} passage tokens."
    )

    def build(size: int) -> View:
        line = first if size >= len(found) else f"{first} Showing {size} of {len(found)} windows."
        return _windows_view(context, found[:size], line)

    return within_limit(build, len(found))


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
        with torch.inference_mode():
            output = model(**inputs)
        allowed = [part == 1 for part in encoding.sequence_ids(i)]
        for span in spans(output.start_logits[0], output.end_logits[0], allowed=allowed, top=top):
            place = offsets[span.start][0], offsets[span.end - 1][1]
            best[place] = max(best.get(place, (float("-inf"), 0.0)), (span.logit, span.score))
    ranked = sorted(best, key=lambda place: (-best[place][0], place))[:top]
    return [
        {"start": s, "end": e, "score": best[s, e][1], "answer": context[s:e]} for s, e in ranked
    ]


def _windows_view(context: str, found: Sequence[Window], caption: str) -> View:
    header = ["window", "tokens", "characters", "shared tokens", "place", "text"]
    rows, lines = [], []
    for i, window in enumerate(found):
        text = one_line(context[window.start : window.end])
        text = text if len(text) <= 60 else f"{text[:28]} … {text[-28:]}"
        cells = [i, window.tokens, f"{window.start}–{window.end}", window.shared]
        words = element("div", element("bdi", text), style=style(min_width=SENTENCE))
        rows.append([*cells, _rule(window, len(context)), words])
        lines.append([*cells, _text_rule(window, len(context)), clip(text)])
    return View(table(caption, header, rows), f"{caption}\n{plain_table(header, lines)}")


def _rule(window: Window, length: int) -> Html:
    """Draw the window's place on a rule as long as the passage."""
    left, right = (round(100 * edge / max(length, 1)) for edge in (window.start, window.end))
    return band(
        [(left, "transparent"), (max(right, left + 1), BLUE), (100, "transparent")],
        width=RULE,
        border=f"1px solid {GREY}",
    )


def _text_rule(window: Window, length: int) -> str:
    a, b = (round(edge * CELLS / max(length, 1)) for edge in (window.start, window.end))
    return "·" * a + "█" * max(b - a, 1) + "·" * (CELLS - max(b, a + 1))
