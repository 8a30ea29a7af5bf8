"""Start and end logits as two curves over the tokens."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from course_utils.answers import Span
from course_utils.coerce import floats
from course_utils.pictures.curves import dress, plain
from course_utils.pictures.figure import Picture
from course_utils.pictures.glyphs import visible
from course_utils.pictures.page import (
    INK,
)

if TYPE_CHECKING:
    import torch
    from matplotlib.figure import Figure


MOST_LABELS = 44  # tokens named on the axis of a figure seven inches wide


def plot_answer_curves(
    start_logits: torch.Tensor | Sequence[float],
    end_logits: torch.Tensor | Sequence[float],
    tokens: Sequence[str],
    *,
    span: Span | tuple[int, int] | None = None,
    around: tuple[int, int] | None = None,
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
    around : tuple of int, optional
        Tokens ``[first, after)`` to draw; all others are left out, and the axis says so.
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
    if around is not None and not 0 <= around[0] < around[1] <= len(tokens):
        raise ValueError(
            f"around: expected 0 <= first < after <= {len(tokens)}, got {tuple(around)}"
        )
    return curves_figure(
        start.tolist(), end.tolist(), [str(token) for token in tokens], bounds, title, around
    )


def curves_figure(
    start: list[float],
    end: list[float],
    tokens: Sequence[str],
    bounds: tuple[int, int] | None,
    title: str | None,
    around: tuple[int, int] | None = None,
) -> Figure:
    """Draw both curves over the tokens; where there are too many tokens to name, every k-th is named."""

    names = [visible(token) for token in tokens]
    title = title or f"start is highest at {_highest(start, names)}, end at {_highest(end, names)}"
    a, b = around or (0, len(names))
    figure = Picture(figsize=(7, 3.8), layout="constrained")
    figure.patch.set_alpha(0)
    axes = figure.subplots()
    dress(axes, title=title, x_label="token", y_label="logit")
    for values, colour, mark, dash, name in (
        (start, "#0072B2", "o", "-", "start"),
        (end, "#E69F00", "s", "--", "end"),
    ):
        shown = [value if math.isfinite(value) else math.nan for value in values[a:b]]
        axes.plot(
            range(a, b),
            shown,
            color=colour,
            marker=mark,
            markersize=4,
            linestyle=dash,
            label=name,
        )
    _name_tokens(axes, names[a:b], a)
    if around:
        axes.set_xlabel(f"tokens {a} to {b - 1} of {len(names)}")
        axes.set_xlim(a - 0.5, b - 0.5)
    if bounds:
        axes.axvspan(bounds[0] - 0.5, bounds[1] - 0.5, facecolor="#009E73", alpha=0.2, label="span")
    axes.legend(labelcolor=INK, fontsize=9, framealpha=0)
    rows = [
        [i, name, f"{s:.3f}", f"{e:.3f}", "span" if bounds and bounds[0] <= i < bounds[1] else ""]
        for i, (name, s, e) in enumerate(zip(names, start, end, strict=True))
        if a <= i < b
    ]
    shown = f"{title}; tokens {a} to {b - 1} of {len(names)}" if around else title
    figure.tell(shown, ["", "token", "start", "end", ""], rows)
    return figure


def _name_tokens(axes, names: Sequence[str], offset: int = 0) -> None:

    every = math.ceil(len(names) / MOST_LABELS)
    places = list(range(0, len(names), every))
    axes.set_xticks(
        [offset + i for i in places], [plain(names[i], 16) for i in places], rotation=90
    )
    if every > 1:
        axes.set_xlabel(f"token (every {every}. is named)")


def _highest(values: Sequence[float], names: Sequence[str]) -> str:
    known = [i for i, value in enumerate(values) if not math.isnan(value)]
    if not known:
        return "no token (all NaN)"
    best = max(known, key=lambda i: values[i])
    return f'"{names[best]}" ({best})'
