"""Attention: one head as a table of figures, or many heads as a grid of small pictures."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from course_utils.attention import AttentionRecord, read_weights
from course_utils.pictures.attention_grid import grid_view
from course_utils.pictures.glyphs import visible
from course_utils.pictures.heat import heat_table, shade, short
from course_utils.pictures.page import (
    BLUE,
    Html,
    element,
)
from course_utils.pictures.view import View, plain_table, within_limit


def show_attention(
    weights: AttentionRecord | torch.Tensor | Sequence,
    tokens: Sequence[str] | None = None,
    *,
    keys: Sequence[str] | None = None,
    layer: int | None = 0,
    head: int | None = 0,
    caption: str | None = None,
) -> View:
    """Show attention: one head with its figures, all heads of a layer, or all heads of all layers.

    Parameters
    ----------
    weights : AttentionRecord, tensor or sequence
        ``(layers, heads, queries, keys)``, ``(heads, queries, keys)`` or ``(queries, keys)``, 0-1, row = the token
        that attends; or ``outputs.attentions`` of one text.
    tokens : sequence of str, optional
        The tokens that attend; a record brings its own. Without them positions are printed.
    keys : sequence of str, optional
        The tokens attended to, where they are others (cross-attention).
    layer, head : int or None
        Counted from 0. ``head=None`` shows all heads of the layer, both None every head of every layer.
    caption : str, optional
        Replaces the first sentence of the caption.

    Returns
    -------
    View
        A table for one head; for several a grid of small pictures, each with the place where most of its
        attention goes.

    Raises
    ------
    ValueError
        If there are no weights (the message says how to load the model), if they are outside 0-1, or if layer,
        head or the number of tokens do not fit.

    Examples
    --------
    >>> show_attention([[1.0, 0.0], [0.25, 0.75]], ["a", "b"])
    One head. Row = the token that attends, column = the token attended to; each row adds up to 1.
    from \\ to  a    b
    a          1.0  0
    b          .25  .75
    """
    weights, tokens = read_weights(weights, tokens)
    queries = _names(tokens, weights.shape[2], "tokens")
    columns = _names(
        keys
        if keys is not None or tokens is None or weights.shape[2] != weights.shape[3]
        else tokens,
        weights.shape[3],
        "keys",
    )
    layers = _chosen(layer, weights.shape[0], "layer")
    heads = _chosen(head, weights.shape[1], "head")
    if layer is None or head is None:
        return grid_view(weights, queries, columns, layers, heads, caption)
    place = (
        f"Layer {layer}, head {head}." if weights.shape[0] * weights.shape[1] > 1 else "One head."
    )
    matrix = weights[layer, head]
    return head_view(matrix, queries, columns, caption or place)


def _names(tokens: Sequence[str] | None, count: int, name: str) -> list[str]:
    if isinstance(tokens, str):
        raise TypeError(f"{name}: expected a list of strings, got one string")
    if tokens is not None and len(tokens) != count:
        raise ValueError(
            f"{name}: expected {count}, one per position of the weights, got {len(tokens)}"
        )
    return (
        [str(i) for i in range(count)]
        if tokens is None
        else [visible(str(token)) for token in tokens]
    )


def _chosen(index: int | None, count: int, name: str) -> list[int]:
    if index is None:
        return list(range(count))
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < count:
        raise ValueError(f"{name}: expected 0 to {count - 1} or None for all, got {index!r}")
    return [index]


def head_view(matrix: torch.Tensor, queries: list[str], columns: list[str], caption: str) -> View:
    """Draw one head, or as many of its tokens as fit into one output."""
    return within_limit(
        lambda size: _view(matrix, queries, columns, size, caption), max(matrix.shape)
    )


def _view(
    matrix: torch.Tensor, queries: list[str], columns: list[str], size: int, caption: str
) -> View:
    caption += (
        " Row = the token that attends, column = the token attended to; " + _sums(matrix) + "."
    )
    if size < max(matrix.shape):
        caption += f" Showing the first {min(size, len(queries))} of {len(queries)} rows and "
        caption += f"{min(size, len(columns))} of {len(columns)} columns."
    values = [row[:size] for row in matrix[:size].tolist()]
    cells = [[(short(w), shade(BLUE, w)) for w in row] for row in values]
    html = heat_table(
        caption,
        "attention weights",
        [_token(t) for t in columns[:size]],
        list(zip([_token(t) for t in queries[:size]], cells, strict=True)),
        corner="from \\ to",
    )
    lines = [
        [name, *(text for text, _ in row)] for name, row in zip(queries[:size], cells, strict=True)
    ]
    return View(html, caption + "\n" + plain_table(["from \\ to", *columns[:size]], lines))


def _sums(matrix: torch.Tensor) -> str:
    """Say what the rows add up to, from the values themselves."""
    sums = matrix.sum(-1)
    if sums.isnan().any():
        return "some weights are NaN"
    low, high = sums.min().item(), sums.max().item()
    return (
        "each row adds up to 1"
        if low > 0.99 and high < 1.01
        else f"rows add up to {low:.2f} to {high:.2f}"
    )


def _token(token: str) -> Html | str:
    return token if token.isascii() else element("bdi", token)
