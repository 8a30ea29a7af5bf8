"""A matrix as a table whose cells are shaded and hold their figure."""

from __future__ import annotations

from collections.abc import Sequence

from course_utils.pictures.page import MONOSPACE, Html, caption_line, element, scrolling, style

CELL = style(padding="1px 2px")


def shade(colour: str, strength: float, *, strongest: float = 0.5) -> str | None:
    """Give a fill for a strength of 0-1 in ten steps, as ``#rrggbbaa``; None for nothing, also for NaN.

    >>> shade("#0072B2", 1.0), shade("#0072B2", 0.02)
    ('#0072B280', None)
    """
    steps = round(10 * min(strength, 1.0)) if strength == strength else 0
    return f"{colour}{round(steps / 10 * strongest * 255):02x}" if steps > 0 else None


def short(value: float) -> str:
    """Print a weight in three characters: ``.25``, ``1.0``; an exact zero, such as a mask leaves, is ``0``.

    >>> [short(x) for x in (0.251, 1.0, 0.001, 0.0)]
    ['.25', '1.0', '.00', '0']
    """
    if value == 0:
        return "0"
    written = f"{value:.2f}"
    if written == "1.00":
        return "1.0"
    return written.replace("0.", ".", 1) if written.startswith(("0.", "-0.")) else written


def heat_table(
    line: str,
    title: str,
    columns: Sequence[object],
    rows: Sequence[tuple[object, Sequence[tuple]]],
    *,
    corner: str = "",
    upright: bool = True,
) -> Html:
    """Write a line on how to read it and the table; a row is its header and its cells, a cell its figure and fill.

    Column headers stand upright (read from top to bottom), so that thirty of them fit beside each other.
    """
    head_style = style(
        padding="2px",
        text_align="left" if upright else "right",
        vertical_align="bottom",
        writing_mode="vertical-rl" if upright else None,
    )
    first = (
        element("th", corner, scope="col", style=style(text_align="left", vertical_align="bottom"))
        if corner
        else element("td")
    )
    header = element(
        "tr", first, *(element("th", name, scope="col", style=head_style) for name in columns)
    )
    row_style = style(padding="1px 4px", text_align="left", font_weight="normal")
    body = (
        element(
            "tr",
            element("th", name, scope="row", style=row_style),
            *(element("td", figure, style=_cell(fill)) for figure, fill in cells),
        )
        for name, cells in rows
    )
    inner = element(
        "table",
        element("caption", title, style=style(text_align="left", caption_side="top")),
        element("thead", header),
        element("tbody", *body),
        style=style(
            border_collapse="collapse", margin="0", text_align="right", font=f"11px {MONOSPACE}"
        ),
    )
    return element("div", caption_line(line), scrolling(inner, label=title))


def _cell(fill: str | None) -> str:
    return CELL if fill is None else f"{CELL};background:{fill}"
