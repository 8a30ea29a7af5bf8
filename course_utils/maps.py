"""Vectors as points in a plane, by principal components or by scaling of their cosine distances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
from torch.nn.functional import pad

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
    points, variances = _principal(vectors) if method == "pca" else _scaled(vectors)
    points = pad(points[:, :2], (0, 2 - points[:, :2].shape[1]))
    sign = torch.gather(points, 0, points.abs().argmax(0, keepdim=True)).sign()
    total = variances.sum().item()
    kept = variances[:2].sum().item() / total if total else 1.0
    return points * torch.where(sign == 0, 1.0, sign), kept


def _principal(vectors: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Give all principal components' coordinates, and the variance along each."""
    from sklearn.decomposition import PCA

    with np.errstate(invalid="ignore"):  # vectors that are all the same have no variance to share
        fitted = PCA(svd_solver="full").fit(vectors.numpy())
    return (
        torch.from_numpy(fitted.transform(vectors.numpy())),
        torch.from_numpy(fitted.explained_variance_),
    )


def _scaled(vectors: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Scale the cosine distances; negative eigenvalues, which no plane can show, count as 0."""
    from sklearn.manifold import ClassicalMDS

    distances = 1 - similarity_matrix(vectors)
    distances = ((distances + distances.T) / 2).numpy()
    with np.errstate(invalid="ignore"):  # the root of a negative eigenvalue
        scaling = ClassicalMDS(n_components=len(vectors), metric="precomputed")
        points = scaling.fit_transform(distances)
    values = torch.from_numpy(scaling.eigenvalues_.copy()).clamp(min=0)
    return torch.from_numpy(points).nan_to_num(0.0), values
