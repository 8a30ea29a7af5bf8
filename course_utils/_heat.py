"""A matrix as a table whose cells are shaded and hold their figure."""

from __future__ import annotations

from collections.abc import Sequence

from course_utils._markup import MONOSPACE, Html, element, scrolling, style

CELL = style(padding="1px 2px", text_align="right")


def shade(colour: str, strength: float, *, strongest: float = 0.5) -> str | None:
    """Give a fill for a strength of 0-1 in ten steps, as ``#rrggbbaa``; None for nothing, also for NaN.

    >>> shade("#0072B2", 1.0), shade("#0072B2", 0.02)
    ('#0072B280', None)
    """
    steps = round(10 * min(strength, 1.0)) if strength == strength else 0
    return f"{colour}{round(steps / 10 * strongest * 255):02x}" if steps > 0 else None


def heat_table(caption: str, corner: str, columns: Sequence[object], rows: Sequence[tuple[object, Sequence[tuple]]], *,
               upright: bool = True) -> Html:
    """Write the table; each row is its header and its cells, a cell its figure and its fill or None.

    Column headers stand upright (read from top to bottom), so that thirty of them fit beside each other.
    """
    head_style = style(padding="2px", text_align="left", vertical_align="bottom",
                       writing_mode="vertical-rl" if upright else None)
    header = element("tr", element("th", corner, scope="col", style=style(text_align="left", vertical_align="bottom")),
                     *(element("th", name, scope="col", style=head_style) for name in columns))
    row_style = style(padding="1px 4px", text_align="left", font_weight="normal")
    body = (element("tr", element("th", name, scope="row", style=row_style),
                    *(element("td", figure, style=_cell(fill)) for figure, fill in cells)) for name, cells in rows)
    inner = element("table", element("caption", caption, style=style(
        text_align="left", caption_side="top", font_family="sans-serif", font_size="13px", white_space="normal")),
        element("thead", header), element("tbody", *body),
        style=style(border_collapse="collapse", font=f"11px {MONOSPACE}"))
    return scrolling(inner, label=corner)


def _cell(fill: str | None) -> str:
    return CELL if fill is None else f"{CELL};background:{fill}"
