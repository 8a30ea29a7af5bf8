"""From logits to probabilities to a label."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from course_utils.coerce import floats

if TYPE_CHECKING:
    import torch


FUNCTIONS = ("softmax", "sigmoid", "auto")


@dataclass(frozen=True)
class LabelScores:
    """What a head says about a batch.

    Attributes
    ----------
    labels : tuple of str
        One per column.
    logits, scores : torch.Tensor
        Shape (batch, labels), float32: the logits as given, and their probabilities 0–1 after the temperature.
        Softmax: each row sums to 1. Sigmoid: each figure stands alone.
    function : str
        ``"softmax"`` or ``"sigmoid"``.
    temperature : float
        What the logits were divided by.
    winners : tuple of (str or None)
        The label with the highest score in each row (softmax); for sigmoid the label if its score is at
        least 0.5, several joined by a comma, ``"none"`` where there is none. None where a row holds NaN.
    """

    labels: tuple[str, ...]
    logits: torch.Tensor
    scores: torch.Tensor
    function: str
    temperature: float
    winners: tuple[str | None, ...]


def softmax(logits: Any, *, temperature: float = 1.0) -> torch.Tensor:
    """Turn logits into probabilities that sum to 1 along the last axis: ``exp(z/T) / sum(exp(z/T))``.

    Parameters
    ----------
    logits : array-like
        Shape (..., labels), any float type and device; lists are taken too.
    temperature : float
        ``T``, greater than 0: above 1 flattens, below 1 sharpens. Adding a constant to all logits changes nothing.

    Returns
    -------
    torch.Tensor
        Same shape, float32, on the CPU. A row with NaN, with +inf or with nothing but -inf comes back as NaN.

    Raises
    ------
    ValueError
        If the temperature is not a number greater than 0.

    Examples
    --------
    >>> softmax([0.0, math.log(3)])
    tensor([0.2500, 0.7500])
    """
    scaled = floats(logits, "logits").float() / check_temperature(temperature)
    # The highest logit is taken off first: exp of a large number is infinite, and a constant changes nothing.
    exponentials = (
        (scaled - scaled.amax(-1, keepdim=True)).exp() if scaled.shape[-1:].numel() else scaled
    )
    return exponentials / exponentials.sum(-1, keepdim=True)


def label_scores(
    logits: Any,
    *,
    id2label: Mapping[int, str] | None = None,
    temperature: float = 1.0,
    function: str = "softmax",
) -> LabelScores:
    """Turn logits into scores per label and the label that wins.

    Parameters
    ----------
    logits : array-like
        Shape (labels,) or (batch, labels), or a list of vectors.
    id2label : mapping of int to str
        Names of the columns, as in ``model.config.id2label``; without it ``LABEL_0``, ``LABEL_1`` and so on.
    temperature : float
        Divides the logits; greater than 0.
    function : str
        ``"softmax"``: the labels exclude each other. ``"sigmoid"``: each label stands alone, ``1/(1+exp(-z))``.
        ``"auto"``: sigmoid for one column, softmax for more, as ``pipeline("text-classification")`` does.

    Returns
    -------
    LabelScores
        Labels, logits, scores and winners.

    Raises
    ------
    ValueError
        If the shape, the function, the temperature or the labels do not fit.

    Examples
    --------
    >>> label_scores([2.0, -1.0], id2label={0: "yes", 1: "no"}).winners
    ('yes',)
    >>> label_scores([[0.3]], function="auto").function
    'sigmoid'
    """
    if function not in FUNCTIONS:
        raise ValueError(f"expected function to be one of {', '.join(FUNCTIONS)}, got {function!r}")
    raw = as_matrix(logits)
    columns = raw.shape[1]
    labels = name_labels(columns, id2label)
    if function == "auto":
        function = "sigmoid" if columns == 1 else "softmax"
    check_temperature(temperature)
    scores = (
        softmax(raw, temperature=temperature)
        if function == "softmax"
        else (raw / temperature).sigmoid()
    )
    return LabelScores(
        labels,
        raw,
        scores,
        function,
        float(temperature),
        tuple(_winner(row, labels, function) for row in scores.tolist()),
    )


def check_temperature(value: float) -> float:
    """Return a temperature greater than 0 and finite, or raise ``ValueError``."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise ValueError(f"expected a temperature greater than 0, got {value!r}")
    return float(value)


def as_matrix(logits: Any) -> torch.Tensor:
    """Turn logits into float32 of shape (batch, labels); a single vector becomes a batch of one."""
    raw = floats(logits, "logits").float()
    raw = raw.unsqueeze(0) if raw.ndim == 1 else raw
    if raw.ndim != 2 or raw.shape[1] == 0:
        raise ValueError(
            f"expected logits of shape (labels,) or (batch, labels), got shape {tuple(raw.shape)}"
        )
    return raw


def name_labels(count: int, id2label: Mapping[int, str] | None) -> tuple[str, ...]:
    """Name the columns; a mapping (or list) that lacks one of them raises ``ValueError``."""
    if id2label is None:
        return tuple(f"LABEL_{i}" for i in range(count))
    named = dict(id2label) if isinstance(id2label, Mapping) else dict(enumerate(id2label))
    named = {int(key): str(value) for key, value in named.items()}
    missing = [i for i in range(count) if i not in named]
    if missing:
        raise ValueError(
            f"expected id2label to name {count} columns, got none for column {missing[0]}"
        )
    return tuple(named[i] for i in range(count))


def name_rows(count: int, rows: Sequence[str] | None) -> list[str]:
    """Name the rows of a batch; a single one needs no name."""
    if rows is None:
        return [""] if count == 1 else [str(i) for i in range(count)]
    if isinstance(rows, str) or len(rows) != count:
        raise ValueError(f"expected {count} row names, one per vector of logits, got {rows!r}")
    return [str(row) for row in rows]


def _winner(scores: list[float], labels: tuple[str, ...], function: str) -> str | None:
    if any(math.isnan(score) for score in scores):
        return None
    if function == "sigmoid":
        return (
            ", ".join(label for label, score in zip(labels, scores, strict=True) if score >= 0.5)
            or "none"
        )
    return labels[max(range(len(scores)), key=scores.__getitem__)]
