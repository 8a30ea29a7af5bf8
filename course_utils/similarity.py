"""How near vectors are to each other: the matrix, the nearest neighbours, and the words that carry a similarity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch

from course_utils.coerce import floats

Metric = Literal["cosine", "dot", "euclidean"]


METRICS = ("cosine", "dot", "euclidean")


@dataclass(frozen=True)
class Neighbour:
    """One neighbour of a query: its row in the vectors, and its similarity (for ``euclidean`` its distance)."""

    index: int
    score: float


def similarity_matrix(
    vectors: torch.Tensor | Sequence,
    others: torch.Tensor | Sequence | None = None,
    *,
    metric: Metric = "cosine",
) -> torch.Tensor:
    """Compare every vector with every other.

    Parameters
    ----------
    vectors, others : tensor, array or list
        ``(n, size)`` and ``(m, size)`` float; without ``others`` the vectors are compared with themselves.
    metric : {"cosine", "dot", "euclidean"}
        Cosine of the angle (-1 to 1; 0 where a vector is all zeros), dot product, or distance (0 = the same).

    Returns
    -------
    torch.Tensor
        ``(n, m)`` on the CPU; row = a vector of ``vectors``, column = one of ``others``. float32, or float64 if
        the vectors are.

    Raises
    ------
    ValueError
        If the metric is unknown, the sizes differ or the vectors are no matrix.

    Notes
    -----
    Oracle in the tests: ``sklearn.metrics.pairwise``.

    Examples
    --------
    >>> similarity_matrix([[1.0, 0.0], [0.0, 2.0]], metric="dot")
    tensor([[1., 0.],
            [0., 4.]])
    """
    if metric not in METRICS:
        raise ValueError(f"metric: expected one of {', '.join(METRICS)}, got {metric!r}")
    left = floats(vectors, "vectors", dims=(2,))
    right = left if others is None else floats(others, "others", dims=(2,))
    if left.shape[1] != right.shape[1]:
        raise ValueError(
            f"others: expected vectors of size {left.shape[1]}, got size {right.shape[1]}"
        )
    left, right = left.to(torch.promote_types(left.dtype, right.dtype)), right.to(left.dtype)
    if metric == "euclidean":
        return torch.cdist(left, right, compute_mode="donot_use_mm_for_euclid_dist")
    if metric == "cosine":
        left, right = _unit(left), _unit(right)
    return left @ right.T


def _unit(vectors: torch.Tensor) -> torch.Tensor:
    lengths = vectors.norm(dim=1, keepdim=True)
    return vectors / lengths.masked_fill(lengths == 0, 1.0)


def nearest(
    query: torch.Tensor | Sequence[float],
    vectors: torch.Tensor | Sequence,
    *,
    k: int = 5,
    metric: Metric = "cosine",
) -> list[Neighbour]:
    """Find the ``k`` vectors nearest to a query, nearest first; equal ones in their order, NaN never.

    Parameters
    ----------
    query : tensor, array or list
        ``(size,)`` or ``(1, size)`` float.
    vectors : tensor, array or list
        ``(n, size)`` float.
    k : int
        How many; fewer come back when there are fewer vectors.
    metric : {"cosine", "dot", "euclidean"}
        As in `similarity_matrix`.

    Returns
    -------
    list of Neighbour
        Row index and score: the similarity, or for ``euclidean`` the distance.

    Raises
    ------
    ValueError
        If ``k`` is below 1, the metric unknown or the sizes differ.

    Notes
    -----
    Brute force: one product with all vectors. An index trades some of its recall for time.

    Examples
    --------
    >>> nearest([1.0, 0.0], [[0.0, 1.0], [2.0, 0.0]], k=1)
    [Neighbour(index=1, score=1.0)]
    """
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise ValueError(f"k: expected a whole number from 1, got {k!r}")
    query = floats(query, "query", dims=(1, 2))
    if query.dim() == 2 and query.shape[0] != 1:
        raise ValueError(f"query: expected one vector, got {query.shape[0]}; ask for one at a time")
    scores = similarity_matrix(query.reshape(1, -1), vectors, metric=metric)[0]
    order = (scores if metric == "euclidean" else -scores).argsort(stable=True)
    return [Neighbour(i, scores[i].item()) for i in order.tolist() if scores[i] == scores[i]][:k]


def carrying_words(
    query: torch.Tensor | Sequence[float],
    token_vectors: torch.Tensor | Sequence,
    tokens: Sequence[str],
) -> list[tuple[str, float]]:
    """Share the cosine between a query and a text out among the text's tokens; the shares add up to the cosine.

    Valid where the text's vector is the mean of its token vectors: with n tokens, token vectors h and mean m, the
    cosine is the sum of ``h·q / (n |m| |q|)``.

    Parameters
    ----------
    query : tensor, array or list
        ``(size,)`` float.
    token_vectors : tensor, array or list
        ``(tokens, size)`` float, the last hidden state of one text without padding.
    tokens : sequence of str
        The pieces, one per row.

    Returns
    -------
    list of (str, float)
        Each token with its part of the cosine; negative parts lower it.

    Raises
    ------
    ValueError
        If the sizes do not fit or there is no token.

    Examples
    --------
    >>> carrying_words([1.0, 0.0], [[2.0, 0.0], [0.0, 0.0]], ["sun", "the"])
    [('sun', 1.0), ('the', 0.0)]
    """
    vectors, query = (
        floats(token_vectors, "token_vectors", dims=(2,)),
        floats(query, "query", dims=(1,)),
    )
    if len(tokens) != len(vectors) or not len(tokens):
        raise ValueError(
            f"tokens: expected one per token vector, {len(vectors)} and at least 1, got {len(tokens)}"
        )
    if vectors.shape[1] != query.shape[0]:
        raise ValueError(
            f"query: expected size {vectors.shape[1]}, as the token vectors, got {query.shape[0]}"
        )
    length = len(tokens) * vectors.mean(0).norm() * query.norm()
    shares = vectors @ query.to(vectors.dtype) / (length if length else 1.0)
    return list(zip(map(str, tokens), shares.tolist(), strict=True))


def leaf_order(matrix: torch.Tensor, metric: Metric) -> list[int]:
    """Order the rows so that similar ones are neighbours; a similarity s counts as the distance max - s."""
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    if not matrix.isfinite().all():
        raise ValueError("cluster: expected finite vectors, got NaN or infinite figures")
    distances = (matrix if metric == "euclidean" else matrix.max() - matrix).double()
    distances = ((distances + distances.T) / 2).fill_diagonal_(0.0)
    return leaves_list(
        linkage(squareform(distances.numpy()), "average", optimal_ordering=True)
    ).tolist()
