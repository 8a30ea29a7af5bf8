"""Pictures of similarity: the matrix and the neighbours."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from course_utils.pictures.glyphs import clip, one_line
from course_utils.pictures.heat import heat_table, shade
from course_utils.pictures.page import BLUE, ORANGE, Html, element, style, table, tint
from course_utils.pictures.view import View, plain_table, within_limit

NAMES = {"cosine": "Cosine similarity", "dot": "Dot product", "euclidean": "Euclidean distance"}
SCALES = {
    "cosine": "-1 to 1, stronger blue = more similar",
    "dot": "stronger = further from 0",
    "euclidean": "0 = the same, stronger = nearer",
}
LABEL, WORDS = 60, 5  # characters of a label, words of a neighbour


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
