"""Similarity: the matrix as a heat map, and the neighbours of a query as a list."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from course_utils.coerce import check_labels
from course_utils.pictures.glyphs import clip, one_line
from course_utils.pictures.heat import heat_table, shade
from course_utils.pictures.page import (
    BLUE,
    ORANGE,
    Html,
    element,
    style,
    table,
    tint,
)
from course_utils.pictures.view import View, plain_table, within_limit
from course_utils.similarity import Metric, Neighbour, leaf_order, similarity_matrix

NAMES = {"cosine": "Cosine similarity", "dot": "Dot product", "euclidean": "Euclidean distance"}


SCALES = {
    "cosine": "-1 to 1, stronger blue = more similar",
    "dot": "stronger = further from 0",
    "euclidean": "0 = the same, stronger = nearer",
}


LABEL, WORDS = 60, 5  # characters of a label, words of a neighbour


def show_similarity(
    vectors: torch.Tensor | Sequence,
    labels: Sequence[str],
    *,
    metric: Metric = "cosine",
    cluster: bool = False,
    caption: str | None = None,
) -> View:
    """Show how similar vectors are as a heat map that prints every figure.

    Parameters
    ----------
    vectors : tensor, array or list
        ``(n, size)`` float.
    labels : sequence of str
        One per vector.
    metric : {"cosine", "dot", "euclidean"}
        As in `similarity_matrix`.
    cluster : bool
        Order rows and columns so that similar ones are neighbours (average linkage, optimal leaf order).
    caption : str, optional
        Replaces the first sentence of the caption.

    Returns
    -------
    View
        Rows named by label and number, columns by number.

    Raises
    ------
    ValueError
        If the labels are not one per vector, or ``cluster`` meets NaN or infinite figures.

    Examples
    --------
    >>> show_similarity([[1.0, 0.0], [0.6, 0.8]], ["a", "b"])
    Cosine similarity of 2 vectors; row and column of a number are the same text, -1 to 1, stronger blue = more \
similar.
         0     1
    0 a  1.00  0.60
    1 b  0.60  1.00
    """
    matrix = similarity_matrix(vectors, metric=metric)
    names = check_labels(labels, len(matrix))
    order = leaf_order(matrix, metric) if cluster and len(matrix) > 2 else list(range(len(matrix)))
    return matrix_view(matrix, names, order, metric, caption, clustered=cluster)


def matrix_view(
    matrix: torch.Tensor,
    names: Sequence[str],
    order: Sequence[int],
    metric: str,
    caption: str | None,
    *,
    clustered: bool,
) -> View:
    """Draw a square matrix with its rows and columns in the order given; negative figures are orange."""
    first = caption or f"{NAMES[metric]} of {len(names)} vectors;"
    first += f" row and column of a number are the same text, {SCALES[metric]}."
    if (matrix < 0).any():
        first += " Negative figures are orange."
    first += " Similar texts are neighbours." if clustered else ""
    finite = matrix[matrix.isfinite()].abs()
    largest = 1.0 if metric == "cosine" or not finite.numel() else finite.max().item()

    def build(size: int) -> View:
        kept = list(order[:size])
        line = first if size >= len(order) else f"{first} Showing {size} of {len(order)} vectors."
        return _matrix(matrix[kept][:, kept], [names[i] for i in kept], kept, metric, largest, line)

    return within_limit(build, max(len(names), 1))


def _matrix(matrix, names, numbers, metric: str, largest: float, caption: str) -> View:
    rows = [
        [(_two(value), _fill(value, largest, metric)) for value in row] for row in matrix.tolist()
    ]
    heads = [f"{i} {clip(one_line(name), LABEL)}" for i, name in zip(numbers, names, strict=True)]
    lines = list(zip(heads, rows, strict=True))
    named = [(element("bdi", head), row) for head, row in lines]
    html = heat_table(caption, NAMES[metric].lower(), numbers, named, upright=False)
    text = plain_table(
        ["", *numbers], [[head, *(figure for figure, _ in row)] for head, row in lines]
    )
    return View(html, f"{caption}\n{text}")


def _two(value: float) -> str:
    return f"{value:.2f}".replace("-0.00", "0.00")


def _fill(value: float, largest: float, metric: str) -> str | None:
    if value != value or not largest:
        return None
    strength = min(abs(value) / largest, 1.0)
    if metric == "euclidean":
        return shade(BLUE, 1 - strength)
    return shade(BLUE, strength) if value >= 0 else shade(ORANGE, strength, strongest=0.35)


def show_neighbours(
    query_text: str,
    neighbours: Sequence[Neighbour],
    texts: Sequence[str],
    *,
    words: Sequence[Sequence[tuple[str, float]]] | None = None,
    caption: str | None = None,
) -> View:
    """Show the nearest neighbours of a query, with the words that carry each similarity.

    Parameters
    ----------
    query_text : str
        What was asked.
    neighbours : sequence of Neighbour
        From `nearest`.
    texts : sequence of str
        All texts that the neighbours' indices count in.
    words : sequence of sequences of (str, float), optional
        For each neighbour the words with their share, for example from `carrying_words`; the five largest are shown.
    caption : str, optional
        Replaces the line that says how to read the picture.

    Returns
    -------
    View
        A table: rank, score, text, words.

    Raises
    ------
    ValueError
        If an index is outside the texts or ``words`` is not one entry per neighbour.

    Examples
    --------
    >>> show_neighbours("a sunny day", [Neighbour(1, 0.71)], ["rain", "sunshine"])
    Nearest to "a sunny day", best first.
    rank  score  text
    1     0.710  sunshine
    """
    for neighbour in neighbours:
        if not 0 <= neighbour.index < len(texts):
            raise ValueError(
                f"neighbours: expected an index from 0 to {len(texts) - 1}, got {neighbour.index}"
            )
    if words is not None and len(words) != len(neighbours):
        raise ValueError(
            f"words: expected one entry per neighbour, {len(neighbours)}, got {len(words)}"
        )
    found = [
        (n.score, str(texts[n.index]), [] if words is None else list(words[i]))
        for i, n in enumerate(neighbours)
    ]
    return neighbours_view(str(query_text), found, words is not None, caption)


def neighbours_view(
    query: str, found: Sequence[tuple[float, str, list]], with_words: bool, caption: str | None
) -> View:
    """List the neighbours with rank and score; as many as fit."""
    first = caption or f'Nearest to "{clip(one_line(query), 200)}", best first.'
    first += " Words: their share of the score, largest first." if with_words else ""
    header = ["rank", "score", "text", *(["words"] if with_words else [])]

    def build(size: int) -> View:
        line = first if size >= len(found) else f"{first} Showing {size} of {len(found)}."
        largest = [
            sorted(words, key=lambda pair: -abs(pair[1]))[:WORDS] for _, _, words in found[:size]
        ]
        rows = [
            [
                rank,
                f"{score:.3f}",
                element("bdi", clip(text, 300)),
                *([_chips(words)] if with_words else []),
            ]
            for rank, ((score, text, _), words) in enumerate(
                zip(found[:size], largest, strict=True), 1
            )
        ]
        lines = [
            [
                rank,
                f"{score:.3f}",
                clip(one_line(text), 300),
                *(
                    [", ".join(f"{one_line(w)} {share:+.3f}" for w, share in words)]
                    if with_words
                    else []
                ),
            ]
            for rank, ((score, text, _), words) in enumerate(
                zip(found[:size], largest, strict=True), 1
            )
        ]
        return View(table(line, header, rows), f"{line}\n{plain_table(header, lines)}")

    return within_limit(build, max(len(found), 1))


def _chips(words: Sequence[tuple[str, float]]) -> Html:
    chips = [
        element(
            "span",
            element("bdi", word),
            f" {share:+.3f}",
            style=style(
                background=tint(BLUE if share >= 0 else ORANGE, 0.2),
                padding="1px 3px",
                white_space="nowrap",
            ),
        )
        for word, share in words
    ]
    return element("span", *(part for chip in chips for part in (chip, " ")))
