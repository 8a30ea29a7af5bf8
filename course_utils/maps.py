"""Vectors as points in a plane, by principal components or by scaling of their cosine distances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import torch

from course_utils.arrays import floats
from course_utils.pictures.map_figure import map_figure
from course_utils.similarity import check_labels, similarity_matrix

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot_map(
    vectors: torch.Tensor | Sequence,
    labels: Sequence[str],
    *,
    groups: Sequence[str] | None = None,
    method: Literal["pca", "mds"] = "pca",
    title: str | None = None,
) -> Figure:
    """Draw vectors as points in a plane, each with its label.

    Parameters
    ----------
    vectors : tensor, array or list
        ``(n, size)`` float, at least two.
    labels : sequence of str
        One per vector.
    groups : sequence of str, optional
        One per vector; each group has its own colour and its own mark.
    method : {"pca", "mds"}
        The two directions of largest variance, or classical scaling of the cosine distances 1 - cos.
    title : str, optional
        The finding in words; without it the title says how much of the variance the plane keeps.

    Returns
    -------
    matplotlib.figure.Figure
        Its text form lists label, group and both coordinates.

    Raises
    ------
    ValueError
        If there are fewer than two vectors, labels or groups do not fit, or a figure is NaN or infinite.

    Notes
    -----
    PCA as ``sklearn.decomposition.PCA``, each axis pointing where its largest coordinate is positive; classical
    scaling: Torgerson 1952.

    Examples
    --------
    >>> plot_map([[0.0, 0.0], [3.0, 0.0], [0.0, 1.0]], ["a", "b", "c"]).text.splitlines()[0]
    'PCA: this plane keeps 100 % of the variance'
    """
    points, kept = project(vectors, method=method)
    names = check_labels(labels, len(points))
    if groups is not None and len(groups) != len(points):
        raise ValueError(f"groups: expected one per vector, {len(points)}, got {len(groups)}")
    what = (
        "PCA: this plane keeps {:.0%} of the variance"
        if method == "pca"
        else "Classical scaling of cosine distances: this plane keeps {:.0%}"
    )
    title = title or what.format(kept).replace("%", " %")
    return map_figure(points, names, None if groups is None else [str(g) for g in groups], title)


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
