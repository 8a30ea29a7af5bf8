"""Line figures in the course's look: transparent, middle-tone axes that read on white and on near-black."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from matplotlib.font_manager import findfont, get_font

from course_utils.pictures.figure import Picture
from course_utils.pictures.glyphs import clip, one_line
from course_utils.pictures.page import INK

# The palette in the order of contrast, each with its own marker and dash: colour is never the only difference.
LOOKS = (
    ("#0072B2", "o", "-"),
    ("#D55E00", "s", "--"),
    ("#009E73", "^", "-."),
    ("#CC79A7", "D", ":"),
    ("#56B4E9", "v", "-"),
    ("#E69F00", "P", "--"),
)


def plot_lines(
    x: Sequence[float],
    lines: Mapping[str, Sequence[float]],
    *,
    title: str,
    x_label: str,
    y_label: str,
    x_log: bool = False,
) -> Picture:
    """Plot named lines over common points, with their figures in a table below.

    Parameters
    ----------
    x : sequence of float, length ``n_points``
        Where the points stand; each is a tick of the lower axis.
    lines : mapping of str to sequence of float
        The values of each line at the points, by its name.
    title, x_label, y_label : str
        What is shown, and the quantity and unit of each axis.
    x_log : bool
        Space the points by their logarithm.

    Returns
    -------
    matplotlib.figure.Figure
        More than 8 lines or 9 points are drawn without the table; the plain text has all figures.

    Raises
    ------
    ValueError
        If a line has more or fewer values than there are points.

    Examples
    --------
    >>> print(plot_lines([8, 16], {"read": [0.5, 1.5]}, title="Speed", x_label="batch", y_label="texts/s").words)
    Speed (texts/s)
    batch  8     16
    read   0.50  1.50
    """
    for name, values in lines.items():
        if len(values) != len(x):
            raise ValueError(
                f"lines: expected {len(x)} values, one for each point, got {len(values)} for {name!r}"
            )
    with_table = 0 < len(lines) <= 8 and len(x) <= 9
    figure = Picture(
        figsize=(7.0, 3.2 + (0.22 * (len(lines) + 2) if with_table else 0)), layout="constrained"
    )
    figure.patch.set_alpha(0)
    heights = [3.0, 0.22 * (len(lines) + 1)] if with_table else [1]
    axes, *below = figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    dress(axes, title=title, x_label=x_label, y_label=y_label)
    for index, (name, values) in enumerate(lines.items()):
        colour, marker, dash = LOOKS[index % len(LOOKS)]
        axes.plot(
            x, values, color=colour, marker=marker, linestyle=dash, linewidth=2, label=plain(name)
        )
    if x_log:
        axes.set_xscale("log", base=2)
    axes.set_xticks(list(x), [f"{value:g}" for value in x])
    axes.minorticks_off()
    if lines:
        axes.legend(labelcolor=INK, fontsize=9, framealpha=0)
    if below:
        write_table(below[0], x, lines)
    rows = [[name, *(f"{value:.2f}" for value in values)] for name, values in lines.items()]
    figure.tell(f"{title} ({y_label})", [x_label, *(f"{value:g}" for value in x)], rows)
    return figure


def dress(axes, *, title: str, x_label: str, y_label: str) -> None:
    """Give axes the course's look: no background, no upper and right spine, ink that reads on white and on black."""
    axes.patch.set_alpha(0)
    axes.set_title(plain(title), color=INK, fontsize=11)
    axes.set_xlabel(plain(x_label), color=INK, fontsize=10)
    axes.set_ylabel(plain(y_label), color=INK, fontsize=10)
    axes.tick_params(colors=INK, labelsize=9)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("bottom", "left"))
        spine.set_color(INK)


def write_table(axes, x: Sequence[float], lines: Mapping[str, Sequence[float]]) -> None:
    """Print the plotted figures: a row per line, a column per point."""
    axes.axis("off")
    drawn = axes.table(
        cellText=[[f"{value:.2f}" for value in values] for values in lines.values()],
        rowLabels=[plain(name, 24) for name in lines],
        colLabels=[f"{value:g}" for value in x],
        bbox=[0.16, 0, 0.84, 1],
        cellLoc="right",
        colLoc="right",
        edges="",
    )
    drawn.auto_set_font_size(False)
    drawn.set_fontsize(9)
    for cell in drawn.get_celld().values():
        cell.get_text().set_color(INK)


def plain(text: object, limit: int = 60) -> str:
    """Make a text safe for matplotlib: one line, no mathematics, and only characters that its font can draw.

    >>> plain("a $5 tea")
    'a \\\\$5 tea'
    """
    drawable = "".join(
        c if c in "⟨⟩" or _has_glyph(ord(c)) else f"[U+{ord(c):04X}]" for c in one_line(str(text))
    )
    return clip(drawable, limit).replace("$", "\\$")


@cache
def _has_glyph(code: int) -> bool:
    return get_font(findfont("DejaVu Sans")).get_char_index(code) != 0
