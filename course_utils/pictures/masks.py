"""Masks: who may attend to whom as a table, and what padding does to an answer as curves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from course_utils.coerce import floats
from course_utils.masks import verdicts
from course_utils.pictures.batch import CODE, TITLE, spaced
from course_utils.pictures.curves import plot_lines
from course_utils.pictures.glyphs import clip, one_line, visible
from course_utils.pictures.page import (
    BLUE,
    Html,
    caption_line,
    element,
    fill,
    scrolling,
)
from course_utils.pictures.strip import GAP
from course_utils.pictures.view import View, plain_table, within_limit

if TYPE_CHECKING:
    from matplotlib.figure import Figure


MOST_CELLS = 40  # rows and columns of an attention mask: more do not read


def show_attention_mask(
    mask: Any, tokens: Sequence[str] | None = None, *, caption: str | None = None
) -> View:
    """Show who may attend to whom, or what is added to the scores, as a table.

    Parameters
    ----------
    mask : array-like
        Shape (n, n), or (1, n, n): bool or 0 and 1 (1 = may be attended to), or floats as ``additive`` gives them.
    tokens : sequence of str
        One per position.
    caption : str
        Replaces the line above the table.

    Raises
    ------
    ValueError
        If the mask is not square or the number of tokens differs from it.

    Examples
    --------
    >>> from course_utils.masks import causal_mask
    >>> show_attention_mask(causal_mask(2), ["a", "b"])
    row = the token that attends, column = the token attended to; 1 = may, · = may not
         0 a  1 b
    0 a  1    ·
    1 b  1    1
    """
    import torch

    added = isinstance(mask, torch.Tensor) and mask.is_floating_point()
    values = floats(mask, "mask")
    while values.ndim > 2 and values.shape[0] == 1:
        values = values[0]
    if values.ndim != 2 or values.shape[0] != values.shape[1]:
        raise ValueError(f"expected a mask of shape (n, n), got {tuple(values.shape)}")
    if tokens is not None and (isinstance(tokens, str) or len(tokens) != len(values)):
        raise ValueError(
            f"expected {len(values)} tokens, one per row of the mask, got {len(tokens)}"
        )
    return draw_matrix(values.tolist(), tokens, added=added, caption=caption)


def draw_matrix(
    values: list[list[float]], tokens: Sequence[str] | None, *, added: bool, caption: str | None
) -> View:
    """Draw an attention mask: 1 and a dot, or the numbers that are added to the scores."""
    rule = "what is added to the score" if added else "1 = may, · = may not"
    line = (
        clip(one_line(caption), 2_000)
        if caption
        else (f"row = the token that attends, column = the token attended to; {rule}")
    )

    def build(size: int) -> View:
        left_out = (
            f" (showing the first {size} of {len(values):,} positions)"
            if size < len(values)
            else ""
        )
        names = [
            f"{i} {clip(visible(str(tokens[i])), 20)}" if tokens is not None else str(i)
            for i in range(size)
        ]
        return _draw_matrix([row[:size] for row in values[:size]], names, line + left_out, added)

    return within_limit(build, min(len(values), MOST_CELLS))


def _draw_matrix(values: list[list[float]], names: list[str], caption: str, added: bool) -> View:
    """Write the table; every row and column is headed by its position and token."""
    head = element(
        "tr",
        element("td"),
        *(element("th", element("bdi", name + GAP), scope="col") for name in names),
    )
    body = [
        element(
            "tr",
            element("th", element("bdi", name), scope="row", style="text-align:left"),
            *(_cell(value, added) for value in row),
        )
        for name, row in zip(names, values, strict=True)
    ]
    table = element(
        "table",
        element("caption", "Attention mask", style=TITLE),
        element("thead", head, style=CODE),
        element("tbody", *body, style=CODE),
        style=spaced("2px"),
    )
    text = plain_table(
        ["", *names],
        [
            [name, *(_number(value, added) for value in row)]
            for name, row in zip(names, values, strict=True)
        ],
    )
    return View(
        html=element("div", caption_line(caption), scrolling(table, label="Attention mask")),
        text=f"{caption}\n{text}",
    )


def _number(value: float, added: bool) -> str:
    if not added:
        return "1" if value else "·"
    return "NaN" if math.isnan(value) else f"{value:.3g}"


def _cell(value: float, added: bool) -> Html:
    """Shade what may be attended to; a mask of floats lets through what is at or above 0."""
    allowed = value >= 0 if added else bool(value)
    return element(
        "td",
        GAP + _number(value, added) + GAP,
        style=f"background:{fill(BLUE, 0.25)}" if allowed else None,
    )


def plot_against_pads(
    model: Any, tokenizer: Any, text: str, *, pads: Sequence[int] = (0, 2, 5, 10, 20, 40, 80)
) -> Figure:
    """Plot what padding does to the verdict on one text: without a mask, and with it.

    Parameters
    ----------
    model : PreTrainedModel
        A sequence classifier; it is run in evaluation mode and left as it was.
    tokenizer : PreTrainedTokenizerBase
        Its tokenizer, with a padding token.
    text : str
        The text to pad.
    pads : sequence of int
        How many padding tokens are put after it.

    Returns
    -------
    matplotlib.figure.Figure
        Probability in per cent of the label that wins with no padding, against the number of pads.

    Raises
    ------
    ValueError
        If there is no padding token, the padded text is longer than the model's positions, or the model
        does not classify sequences.

    Examples
    --------
    >>> from tokenizers import Tokenizer, models
    >>> from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast
    >>> words = Tokenizer(models.WordLevel({"[PAD]": 0, "hi": 1}, unk_token="[PAD]"))
    >>> tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, pad_token="[PAD]")
    >>> sizes = dict(hidden_size=4, num_hidden_layers=1, num_attention_heads=1, intermediate_size=4)
    >>> model = BertForSequenceClassification(BertConfig(vocab_size=2, **sizes))
    >>> len(plot_against_pads(model, tokenizer, "hi", pads=[0, 2]).axes[0].lines)
    2
    """

    label, lines = verdicts(model, tokenizer, text, pads)
    moved = any(abs(value - lines["no mask"][0]) >= 0.05 for value in lines["no mask"])
    title = (
        "Pads change the answer, until the mask takes them out"
        if moved
        else "Pads do not move this answer"
    )
    return plot_lines(
        list(pads),
        lines,
        title=title,
        x_label="number of padding tokens",
        y_label=f"probability of {label} (%)",
    )
