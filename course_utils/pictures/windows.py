"""The windows over a long passage: a row each, with its place on a rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from course_utils.pictures.bars import band
from course_utils.pictures.glyphs import clip, one_line
from course_utils.pictures.page import (
    BLUE,
    GREY,
    SENTENCE,
    Html,
    element,
    style,
    table,
)
from course_utils.pictures.view import View, plain_table, within_limit
from course_utils.windows import Window, windows

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


RULE, CELLS = 200, 40  # width of the picture's rule in pixels, of the text's in characters


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
