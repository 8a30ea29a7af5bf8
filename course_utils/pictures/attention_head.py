"""One attention head as a table: rows attend, columns are attended to."""

from __future__ import annotations

import torch

from course_utils.arrays import figure
from course_utils.pictures.heat import heat_table, shade
from course_utils.pictures.page import BLUE, Html, element
from course_utils.pictures.view import View, plain_table, within_limit


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
    cells = [[(figure(w), shade(BLUE, w)) for w in row] for row in values]
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
