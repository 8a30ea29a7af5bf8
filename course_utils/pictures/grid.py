"""Tables of a batch's tensors and of attention masks: a column per position."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_utils.pictures.glyphs import clip, one_line, visible
from course_utils.pictures.page import (
    BLUE,
    MONOSPACE,
    Html,
    caption_line,
    element,
    fill,
    scrolling,
    style,
)
from course_utils.pictures.strip import GAP, look, remark
from course_utils.pictures.view import View, plain_table, within_limit

if TYPE_CHECKING:
    from course_utils.tokens import Pieces

TITLE = style(text_align="left", caption_side="top")
CODE = style(font_family=MONOSPACE, text_align="center")
MOST_CELLS = 40  # rows and columns of an attention mask: more do not read


@dataclass(frozen=True)
class Row:
    """One text of a batch: its pieces, and the tensors that have one whole number per position."""

    record: Pieces
    tensors: dict[str, list[int]]

    def lines(self, count: int) -> dict[str, list[str]]:
        """Give the table lines of this text, cut to ``count`` positions."""
        record = self.record
        special = [int(s or p) for s, p in zip(record.special, record.padding, strict=True)]
        pieces = [clip(visible(piece), 30) for piece in record.pieces]
        lines = {"piece": pieces, **self.tensors, "special": special}
        return {name: [str(value) for value in values[:count]] for name, values in lines.items()}


def draw_batch(
    rows: Sequence[Row], *, limit_rows: int, limit_tokens: int, caption: str | None
) -> View:
    """Draw as many rows and positions as are asked for and fit into one output."""
    longest = max((len(row.record) for row in rows), default=0)
    columns = min(longest, limit_tokens)
    line = clip(one_line(caption), 2_000) if caption else _caption(rows, longest)

    def build(count: int) -> View:
        left_out = []
        if count < len(rows):
            left_out.append(f"the first {count:,} of {len(rows):,} rows")
        if columns < longest:
            left_out.append(f"the first {columns:,} of {longest:,} positions")
        note = f" (showing {' and '.join(left_out)})" if left_out else ""
        return _draw_batch(rows[:count], columns, line + note)

    return within_limit(build, min(len(rows), limit_rows)) if rows else _draw_batch([], 0, line)


def _caption(rows: Sequence[Row], longest: int) -> str:
    """Say how much of the batch is padding, counted in its attention mask, or by its padding ids without one."""
    flags = [
        flag
        for row in rows
        for flag in (
            [m == 0 for m in row.tensors["attention_mask"]]
            if "attention_mask" in row.tensors
            else row.record.padding
        )
    ]
    hidden = sum(flags)
    share = f"{100 * hidden / len(flags):.1f} %" if flags else "0.0 %"
    verb = "is" if hidden == 1 else "are"
    return (
        f"{_count(len(rows), 'row')} of {_count(longest, 'position')}, {hidden:,} of "
        f"{_count(len(flags), 'position')} ({share}) {verb} padding; column = position"
    )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _draw_batch(rows: Sequence[Row], columns: int, caption: str) -> View:
    """Write the table: a group of lines per text, its number at their head."""
    head = element(
        "tr", *(element("th", title, scope="col") for title in ("row", "tensor", *range(columns)))
    )
    groups, text = [], []
    for number, row in enumerate(rows):
        lines = row.lines(columns)
        groups.append(_group(number, row.record, lines))
        text += [
            [number if name == "piece" else "", name, *values, *[""] * (columns - len(values))]
            for name, values in lines.items()
        ]
    table = element(
        "table",
        element("caption", "Tensors of the batch", style=TITLE),
        element("thead", head, style=CODE),
        *groups,
        style=spaced("6px 1px"),
    )
    notes = _notes(rows, columns)
    below = element("p", element("small", notes)) if notes else ""
    return View(
        html=element(
            "div", caption_line(caption), scrolling(table, label="Tensors of the batch"), below
        ),
        text="\n".join(
            filter(None, [caption, plain_table(["row", "tensor", *range(columns)], text), notes])
        ),
    )


def _group(number: int, record: Pieces, lines: dict[str, list[str]]) -> Html:
    """Write the lines of one text; the box of each piece tells what it is, padding is hatched."""
    written = []
    for name, values in lines.items():
        first = (
            [element("th", number, scope="rowgroup", rowspan=len(lines))] if name == "piece" else []
        )
        if name == "piece":
            cells = [
                element(
                    "td",
                    element("bdi", value, style=look(record, i, (record.word_ids[i] or 0) % 2)),
                )
                for i, value in enumerate(values)
            ]
        else:
            cells = [element("td", value) for value in values]
        written.append(
            element("tr", *first, element("th", name, scope="row", style="text-align:left"), *cells)
        )
    return element("tbody", *written, style=CODE)


def _notes(rows: Sequence[Row], columns: int) -> str:
    """List what the boxes cannot say: the text that unknown tokens lost."""
    found = [
        f"row {number}, position {i}: {words}"
        for number, row in enumerate(rows)
        for i in range(min(columns, len(row.record)))
        if (words := remark(row.record, i))
    ]
    return "; ".join(found[:12]) + (f"; and {len(found) - 12:,} more" if len(found) > 12 else "")


def draw_matrix(
    values: list[list[float]], tokens: Sequence[str] | None, *, added: bool, caption: str | None
) -> View:
    """Draw an attention mask: 1 and a dot, or the numbers that are added to the scores."""
    rule = "what is added to the score" if added else "1 = may, · = may not"
    line = (
        clip(one_line(caption), 2_000)
        if caption
        else (f"row = the token that attends, column = the token attended to; {rule}")
    )

    def build(size: int) -> View:
        left_out = (
            f" (showing the first {size} of {len(values):,} positions)"
            if size < len(values)
            else ""
        )
        names = [
            f"{i} {clip(visible(str(tokens[i])), 20)}" if tokens is not None else str(i)
            for i in range(size)
        ]
        return _draw_matrix([row[:size] for row in values[:size]], names, line + left_out, added)

    return within_limit(build, min(len(values), MOST_CELLS))


def _draw_matrix(values: list[list[float]], names: list[str], caption: str, added: bool) -> View:
    """Write the table; every row and column is headed by its position and token."""
    head = element(
        "tr",
        element("td"),
        *(element("th", element("bdi", name + GAP), scope="col") for name in names),
    )
    body = [
        element(
            "tr",
            element("th", element("bdi", name), scope="row", style="text-align:left"),
            *(_cell(value, added) for value in row),
        )
        for name, row in zip(names, values, strict=True)
    ]
    table = element(
        "table",
        element("caption", "Attention mask", style=TITLE),
        element("thead", head, style=CODE),
        element("tbody", *body, style=CODE),
        style=spaced("2px"),
    )
    text = plain_table(
        ["", *names],
        [
            [name, *(_number(value, added) for value in row)]
            for name, row in zip(names, values, strict=True)
        ],
    )
    return View(
        html=element("div", caption_line(caption), scrolling(table, label="Attention mask")),
        text=f"{caption}\n{text}",
    )


def spaced(gap: str) -> str:
    """Keep cells apart by the table's own style: hundreds of cells cannot each carry a padding."""
    return style(border_collapse="separate", border_spacing=gap)


def _number(value: float, added: bool) -> str:
    if not added:
        return "1" if value else "·"
    return "NaN" if math.isnan(value) else f"{value:.3g}"


def _cell(value: float, added: bool) -> Html:
    """Shade what may be attended to; a mask of floats lets through what is at or above 0."""
    allowed = value >= 0 if added else bool(value)
    return element(
        "td",
        GAP + _number(value, added) + GAP,
        style=f"background:{fill(BLUE, 0.25)}" if allowed else None,
    )
