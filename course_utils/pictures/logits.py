"""Logits, their probabilities and the label that wins, with every figure printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from course_utils.coerce import check_count, floats
from course_utils.logits import (
    as_matrix,
    check_temperature,
    label_scores,
    name_labels,
    name_rows,
    softmax,
)
from course_utils.pictures.bars import COLUMNS, Cut, draw_scores
from course_utils.pictures.curves import plot_lines
from course_utils.pictures.view import View

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def show_logits(
    logits: Any,
    *,
    id2label: Mapping[int, str] | None = None,
    rows: Sequence[str] | None = None,
    temperature: float = 1.0,
    function: str = "auto",
    top: int = 20,
    caption: str | None = None,
) -> View:
    """Show logits, the probabilities that they become, and the label that wins.

    Parameters
    ----------
    logits : array-like
        Shape (labels,) or (batch, labels), or a list of vectors; any float type and device.
    id2label : mapping of int to str
        Names of the columns, as in ``model.config.id2label``.
    rows : sequence of str
        One name per row; without it rows are numbered from 0.
    temperature : float
        Divides the logits before softmax or sigmoid; greater than 0.
    function : str
        ``"softmax"``, ``"sigmoid"`` or ``"auto"``, as in ``label_scores``.
    top : int
        Labels shown per row: the highest, where there are more.
    caption : str
        Replaces the line above the table.

    Raises
    ------
    ValueError
        If the shape, the row names or an option do not fit.

    Examples
    --------
    >>> show_logits([2.0, -1.0], id2label={0: "yes", 1: "no"})
    Logits and their softmax; the bar of a logit starts at 0 in its middle, the bar of a probability at the left
    label  logit   probability
    yes    2.000   95.26 %      highest
    no     -1.000  4.74 %
    """
    scored = label_scores(logits, id2label=id2label, temperature=temperature, function=function)
    names = name_rows(scored.logits.shape[0], rows)
    cut = Cut.of(scored.scores.tolist(), check_count(top, "top"))
    return draw_scores(scored, names, cut, caption=caption, header=COLUMNS)


def show_token_logits(
    logits: Any,
    tokens: Sequence[str],
    *,
    id2label: Mapping[int, str] | None = None,
    top: int = 3,
    caption: str | None = None,
) -> View:
    """Show for each token of a tagging model the labels with the highest probability.

    Parameters
    ----------
    logits : array-like
        Shape (tokens, labels), or (1, tokens, labels).
    tokens : sequence of str
        The pieces, one per row.
    id2label : mapping of int to str
        Names of the columns, as in ``model.config.id2label``.
    top : int
        Labels shown per token.
    caption : str
        Replaces the line above the table.

    Raises
    ------
    ValueError
        If there is not one token per row.

    Examples
    --------
    >>> show_token_logits([[3.0, 0.0], [0.0, 1.0]], ["New", "York"], id2label={0: "O", 1: "LOC"}, top=1)
    Logits and their softmax per token, highest label of 2
    token   label  logit  probability
    0 New   O      3.000  95.26 %      highest
    1 York  LOC    1.000  73.11 %      highest
    """
    raw = floats(logits, "logits").float()
    raw = raw[0] if raw.ndim == 3 and raw.shape[0] == 1 else raw
    if isinstance(tokens, str) or raw.ndim != 2 or raw.shape[0] != len(tokens):
        raise ValueError(
            f"expected logits of shape (tokens, labels) with one row for each of the {len(tokens)} "
            f"tokens, got shape {tuple(raw.shape)}"
        )
    scored = label_scores(raw, id2label=id2label, function="softmax")
    cut = Cut.of(scored.scores.tolist(), check_count(top, "top"))
    kept = f"highest {cut.top} labels" if cut.top > 1 else "highest label"
    caption = caption or f"Logits and their softmax per token, {kept} of {len(scored.labels)}"
    names = [f"{i} {token}" for i, token in enumerate(tokens)]
    return draw_scores(
        scored, names, cut, caption=caption, header=("token", *COLUMNS[1:]), say_cut=False
    )


def plot_temperature(
    logits: Any,
    *,
    id2label: Mapping[int, str] | None = None,
    temperatures: Sequence[float] = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0),
) -> Figure:
    """Plot the probability of each label against the temperature, each point with its figure.

    Parameters
    ----------
    logits : array-like
        Shape (labels,), or (1, labels); at least two labels.
    id2label : mapping of int to str
        Names of the labels.
    temperatures : sequence of float
        Each greater than 0.

    Returns
    -------
    matplotlib.figure.Figure
        One line per label; the ten highest where there are more.

    Examples
    --------
    >>> plot_temperature([2.0, -1.0]).axes[0].get_xlabel()
    'temperature (logits are divided by it)'
    """

    raw = as_matrix(logits)
    if raw.shape[0] != 1 or raw.shape[1] < 2:
        raise ValueError(
            f"expected logits of one input with at least two labels, got shape {tuple(raw.shape)}"
        )
    labels = name_labels(raw.shape[1], id2label)
    steps = sorted(check_temperature(one) for one in temperatures)
    if not steps:
        raise ValueError("expected at least one temperature, got none")
    scores = [softmax(raw[0], temperature=step).tolist() for step in steps]
    kept = sorted(range(len(labels)), key=lambda i: -raw[0, i].item())[:10]
    return plot_lines(
        steps,
        {labels[i]: [100 * row[i] for row in scores] for i in kept},
        title="Heat flattens the answer; the order of the labels stays",
        x_label="temperature (logits are divided by it)",
        y_label="probability (%)",
        x_log=True,
    )
