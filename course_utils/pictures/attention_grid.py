"""Many attention heads at once: one drawing with a path per intensity, and where most of each head's attention goes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from urllib.parse import quote

import torch

from course_utils.pictures.glyphs import one_line
from course_utils.pictures.heat import short
from course_utils.pictures.page import BLUE, GREY, INK, Html, element, scrolling, style
from course_utils.pictures.view import View, plain_table, within_limit

LEVELS = ((0.05, 0.3), (0.15, 0.55), (0.35, 0.8), (0.65, 1.0))  # weight from, alpha of its path
SIDE, FONT, GAP = 64, 10, 10  # pixels: one small picture, a label, the room between two pictures
MOST_TOKENS = 64


def grid_view(
    weights: torch.Tensor,
    queries: list[str],
    columns: list[str],
    layers: Sequence[int],
    heads: Sequence[int],
    caption: str | None,
) -> View:
    """Draw the chosen heads, layers as rows; what does not fit is left out and said so."""
    where = f"layers {layers[0]} to {layers[-1]}" if len(layers) > 1 else f"layer {layers[0]}"
    which = f"{len(heads)} heads" if len(heads) > 1 else f"head {heads[0]}"
    first = caption or f"{where.capitalize()}, {which}{' each' * (len(layers) > 1)}."

    def build(size: int) -> View:
        return _grid(weights, queries, columns, layers, heads, first, size)

    return within_limit(build, min(MOST_TOKENS, max(len(queries), len(columns))))


def destinations(
    matrix: torch.Tensor, queries: Sequence[str], columns: Sequence[str]
) -> tuple[str, float]:
    """Name where most of a head's attention goes, and its share 0-1 of all that the head gives away.

    Considered are the token itself, the one before, the one after (where rows and columns are the same tokens),
    and each single column.
    """
    total = matrix.sum().item()
    places = {}
    if list(queries) == list(columns):
        for name, offset in (("itself", 0), ("previous", -1), ("next", 1)):
            places[name] = matrix.diagonal(offset).sum().item()
    column = matrix.sum(0)
    best = int(column.nan_to_num(-1.0).argmax())
    again = f" at {best}" if list(columns).count(columns[best]) > 1 else ""
    places[columns[best] + again] = column[best].item()
    name = max(places, key=lambda key: places[key] if places[key] == places[key] else -1.0)
    return name, places[name] / total if total else 0.0


def _grid(weights, queries, columns, layers, heads, caption: str, size: int) -> View:
    rows, cols = min(size, len(queries)), min(size, len(columns))
    found = [[destinations(weights[i, j], queries, columns) for j in heads] for i in layers]
    caption += (
        " In each small picture row = the token that attends, column = the token attended to, stronger blue = "
        "more (from .05 in four steps); below it where most of the head's attention goes and what share of it."
    )
    if (rows, cols) != (len(queries), len(columns)):
        caption += (
            f" Drawn are the first {rows} of {len(queries)} rows and {cols} of {len(columns)} columns;"
            " the shares are of all."
        )
    text = plain_table(
        ["", *(f"head {j}" for j in heads)],
        [
            [f"layer {i}", *(f"{one_line(name)} {short(share)}" for name, share in line)]
            for i, line in zip(layers, found, strict=True)
        ],
    )
    drawing = _drawing(weights[:, :, :rows, :cols], found, layers, heads, caption)
    details = element(
        "details", element("summary", "The same shares as a table"), _table(found, layers, heads)
    )
    html = element(
        "figure",
        element("figcaption", caption),
        scrolling(drawing, label="attention heads"),
        details,
        style=style(margin="0"),
    )
    return View(html, caption + "\n" + text)


def _table(found, layers, heads) -> Html:
    head = element("tr", element("td"), *(element("th", f"head {j}", scope="col") for j in heads))
    body = [
        element(
            "tr",
            element("th", f"layer {i}", scope="row"),
            *(element("td", element("bdi", name), " ", short(share)) for name, share in line),
        )
        for i, line in zip(layers, found, strict=True)
    ]
    return scrolling(
        element("table", element("thead", head), element("tbody", *body)),
        label="shares of attention",
    )


def _drawing(weights: torch.Tensor, found, layers, heads, caption: str) -> Html:
    """Draw in units of one cell, so that the paths need whole numbers only.

    The drawing is an image: JupyterLab takes drawings that stand in the page out of a notebook that it does not trust,
    and leaves their words behind.
    """
    rows, cols = weights.shape[2:]
    pixels = max(2.0, SIDE / max(rows, cols))
    unit = 1 / pixels
    wide, high = round(max(cols, (SIDE + 8) * unit) + GAP * unit), round(rows + (FONT + GAP) * unit)
    left, top = round(44 * unit), round(16 * unit)
    places = [
        (i, j, left + wide * x, top + high * y)
        for y, i in enumerate(layers)
        for x, j in enumerate(heads)
    ]
    frames = "".join(f"M{x} {y}h{cols}v{rows}h-{cols}z" for _, _, x, y in places)
    parts = [
        element("path", d=frames, fill="none", stroke=GREY, stroke_width=f"{unit:.3g}"),
        *_paths(weights, places),
    ]
    labels = [
        element("text", f"head {j}", x=left + wide * x, y=f"{12 * unit:.3g}")
        for x, j in enumerate(heads)
    ]
    for y, i in enumerate(layers):
        labels.append(element("text", f"layer {i}", x=0, y=f"{top + high * y + FONT * unit:.4g}"))
        under = f"{top + high * y + rows + (FONT + 1) * unit:.4g}"
        labels += [
            element("text", f"{_short(name)} {short(share)}", x=left + wide * x, y=under)
            for x, (name, share) in enumerate(found[y])
        ]
    parts.append(
        element("g", *labels, fill=INK, font_size=f"{FONT * unit:.3g}", font_family="sans-serif")
    )
    width, height = left + wide * len(heads), top + high * len(layers)
    drawing = element(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width} {height}"
    )
    return element(
        "img",
        src="data:image/svg+xml," + quote(drawing, safe=" /:=,;()-."),
        alt=caption.split(". ")[0] + ". The shares stand in the table below.",
        width=round(width * pixels),
        height=round(height * pixels),
        style=style(max_width="none"),
    )


def _short(name: str, longest: int = 8) -> str:
    return name if len(name) <= longest else name[: longest - 1] + "…"


def _paths(weights: torch.Tensor, places) -> list[Html]:
    """Write one path per intensity; neighbouring cells of a row with the same intensity are one stroke."""
    edges = weights.new_tensor([level for level, _ in LEVELS])
    level = torch.bucketize(weights.contiguous().nan_to_num(0.0), edges, right=True).tolist()
    strokes: dict[int, list[tuple[int, int, int]]] = {k: [] for k in range(1, len(LEVELS) + 1)}
    for i, j, x, y in places:
        for down, row in enumerate(level[i][j]):
            across = 0
            for step, run in groupby(row):
                length = len(list(run))
                if step:
                    strokes[step].append((x + across, y + down, length))
                across += length
    return [
        element("path", d=_stroke(strokes[k]), fill="none", stroke=BLUE, stroke_opacity=alpha)
        for k, (_, alpha) in enumerate(LEVELS, 1)
        if strokes[k]
    ]


def _stroke(runs: list[tuple[int, int, int]]) -> str:
    """Write the runs as relative moves, which are shorter; half a cell down, since a stroke lies on its line."""
    written, at, line = [], 0, 0.5
    first = True
    for x, y, length in runs:
        if first:
            written.append(f"M{x} {y + 0.5:g}h{length}")
            line = y
        else:
            written.append(f"m{x - at}{' ' if y >= line else ''}{y - line}h{length}")
            line = y
        first, at = False, x + length
    return "".join(written)
