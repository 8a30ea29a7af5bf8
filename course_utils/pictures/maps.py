"""A map of vectors: points with their labels, which move apart where they would overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import torch

from course_utils.coerce import check_labels
from course_utils.maps import project
from course_utils.pictures.curves import LOOKS, dress, plain
from course_utils.pictures.figure import Picture
from course_utils.pictures.glyphs import clip, one_line
from course_utils.pictures.page import (
    INK,
)

if TYPE_CHECKING:
    import torch
    from matplotlib.figure import Figure


LABEL = 40  # characters of a label in the figure


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


def map_figure(
    points: torch.Tensor, names: Sequence[str], groups: Sequence[str] | None, title: str
) -> Figure:
    """Scatter the points with their labels; each group has its own colour and mark, named in the legend."""
    figure = Picture(figsize=(7, 4.6), layout="constrained")
    figure.patch.set_alpha(0)
    axes = figure.subplots()
    dress(axes, title=title, x_label="first direction", y_label="second direction")
    members = groups or [""] * len(names)
    for k, group in enumerate(dict.fromkeys(members)):
        chosen = [i for i, member in enumerate(members) if member == group]
        colour, mark, _ = LOOKS[k % len(LOOKS)]
        axes.scatter(
            points[chosen, 0],
            points[chosen, 1],
            color=colour,
            marker=mark,
            s=40,
            label=plain(group),
        )
    axes.margins(0.1, 0.14)
    if groups:
        figure.legend(labelcolor=INK, fontsize=9, framealpha=0, loc="outside lower center", ncols=4)
    _write_labels(figure, axes, points.tolist(), [plain(name, LABEL) for name in names])
    rows = [
        [clip(one_line(name), 60), *([one_line(group)] if groups else []), f"{x:.3f}", f"{y:.3f}"]
        for name, group, (x, y) in zip(names, members, points.tolist(), strict=True)
    ]
    figure.tell(title, ["label", *(["group"] if groups else []), "first", "second"], rows)
    return figure


def _write_labels(
    figure: Figure, axes, points: Sequence[Sequence[float]], names: Sequence[str]
) -> None:
    """Write each label towards the middle of the figure, at the nearest height where it covers no other."""
    figure.draw_without_rendering()
    scale = 72 / figure.dpi
    places = [(x * scale, y * scale) for x, y in axes.transData.transform(points).tolist()]
    middle = sum(axes.get_window_extent().intervalx) * scale / 2
    taken = [(x - 4, x + 4, y) for x, y in places]
    for (x, y), name, point in sorted(
        zip(places, names, points, strict=True), key=lambda one: -one[0][1]
    ):
        side, length = (1 if x < middle else -1), 5.6 * len(name)
        left = x + 6 if side > 0 else x - 6 - length
        heights = sorted(range(-40, 41), key=abs)
        free = (
            h
            for h in heights
            if all(
                left + length < a or b < left or abs(y + 3 * h - at) >= 11
                for a, b, at in taken
                if (a, b, at) != (x - 4, x + 4, y)
            )
        )
        height = 3 * next(free, 0)
        taken.append((left, left + length, y + height))
        line = {
            "arrowstyle": "-",
            "color": INK,
            "lw": 0.6,
            "relpos": (0 if side > 0 else 1, 0.5),
            "shrinkA": 0,
        }
        axes.annotate(
            name,
            point,
            xytext=(6 * side, height),
            textcoords="offset points",
            color=INK,
            fontsize=9,
            ha="left" if side > 0 else "right",
            va="center",
            arrowprops=line if abs(height) > 9 else None,
        )
