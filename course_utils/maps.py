"""Vectors as points in a plane, by principal components or by scaling of their cosine distances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch

from course_utils.coerce import floats
from course_utils.similarity import similarity_matrix


def project(
    vectors: torch.Tensor | Sequence, *, method: Literal["pca", "mds"] = "pca"
) -> tuple[torch.Tensor, float]:
    """Project vectors onto a plane.

    Parameters
    ----------
    vectors, method
        As in `plot_map`.

    Returns
    -------
    points : torch.Tensor
        ``(n, 2)`` float64.
    kept : float
        Share 0-1 of the variance (of the positive eigenvalues, for ``mds``) that the plane keeps.

    Raises
    ------
    ValueError
        As in `plot_map`.

    Examples
    --------
    >>> project([[0.0], [0.0], [6.0]])[0][:, 0].round(decimals=4).tolist()
    [-2.0, -2.0, 4.0]
    """
    vectors = floats(vectors, "vectors", dims=(2,)).double()
    if len(vectors) < 2 or not vectors.isfinite().all():
        raise ValueError(
            f"vectors: expected at least two finite vectors, got shape {tuple(vectors.shape)}"
            + ("" if vectors.isfinite().all() else " with NaN or infinite figures")
        )
    if method not in ("pca", "mds"):
        raise ValueError(f"method: expected 'pca' or 'mds', got {method!r}")
    if method == "pca":
        gram = vectors - vectors.mean(0)
        gram = gram @ gram.T
    else:
        squared = (1 - similarity_matrix(vectors)) ** 2
        gram = -0.5 * (squared - squared.mean(0) - squared.mean(1, keepdim=True) + squared.mean())
    values, axes = torch.linalg.eigh(gram)
    values, axes = values.flip(0).clamp(min=0), axes.flip(1)
    points = axes[:, :2] * values[:2].sqrt()
    sign = torch.gather(points, 0, points.abs().argmax(0, keepdim=True)).sign()
    total = values.sum().item()
    return points * torch.where(sign == 0, 1.0, sign), values[
        :2
    ].sum().item() / total if total else 1.0
