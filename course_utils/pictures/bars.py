"""Tables of logits and probabilities with bars; the figure stands beside every bar."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from course_utils.logits import LabelScores
from course_utils.pictures.glyphs import clip, one_line
from course_utils.pictures.page import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    Html,
    caption_line,
    element,
    scrolling,
    style,
)
from course_utils.pictures.view import View, plain_table, within_limit

COLUMNS = ("row", "label", "logit", "probability", "")
CELL = style(padding="1px 10px 1px 0", text_align="left", white_space="nowrap")
TITLE = "Logits and probabilities"
MOST_ROWS = 300  # more never fit into one output
LEAST = 0.00005  # a smaller probability would print as 0.00 %


@dataclass(frozen=True)
class Cut:
    """The columns kept in each row: all in their order, or the ``top`` highest, highest first."""

    columns: tuple[tuple[int, ...], ...]
    top: int
    total: int

    @classmethod
    def of(cls, scores: list[list[float]], top: int) -> Cut:
        """Choose columns by score; NaN counts as lowest, ties keep their order."""
        total = len(scores[0]) if scores else 0
        if total <= top:
            return cls(tuple(tuple(range(total)) for _ in scores), total, total)
        rank = [[-math.inf if math.isnan(score) else score for score in row] for row in scores]
        return cls(
            tuple(
                tuple(sorted(range(total), key=lambda i, row=row: -row[i])[:top]) for row in rank
            ),
            top,
            total,
        )


def figure(value: float) -> str:
    """Print a logit with three decimals.

    >>> figure(-0.12345), figure(float("nan")), figure(float("-inf"))
    ('-0.123', 'NaN', '-inf')
    """
    return "NaN" if math.isnan(value) else f"{value + 0.0:.3f}"


def percent(value: float) -> str:
    """Print a probability 0–1 in per cent.

    >>> percent(0.5), percent(0.00001), percent(0.0)
    ('50.00 %', '<0.01 %', '0.00 %')
    """
    if math.isnan(value):
        return "NaN"
    return "<0.01 %" if 0 < value < LEAST else f"{100 * value:.2f} %"


def signed_bar(value: float, scale: float) -> Html:
    """Draw a bar from a zero line in the middle, orange to the left, blue to the right; ``scale`` fills one side."""
    share = 0.0 if math.isnan(value) or not scale else max(-1.0, min(1.0, value / scale))
    # Whole per cents: the mark-up must not change where two machines differ in the sixth decimal.
    left, right = 49 + round(49 * min(share, 0)), 51 + round(49 * max(share, 0))
    return band(
        [(left, "transparent"), (49, ORANGE), (51, GREY), (right, BLUE), (100, "transparent")]
    )


def rule_bar(value: float) -> Html:
    """Draw a probability on a rule from 0 to 1."""
    share = 0 if math.isnan(value) else round(100 * min(1.0, max(0.0, value)))
    return band([(share, GREEN), (100, "transparent")], border=f"1px solid {GREY}")


def band(parts: Sequence[tuple[int, str]], *, width: int = 80, border: str | None = None) -> Html:
    """Draw a bar, ``width`` pixels wide, of colours from left to right, each up to its per cent of the width.

    Every stop has one place and no colour is inherited: what JupyterLab lets through in a notebook it does not trust.
    """
    starts = [0, *(end for end, _ in parts)]
    stops = (
        f"{colour} {start}%,{colour} {end}%"
        for start, (end, colour) in zip(starts, parts, strict=False)
        if end > start
    )
    return element(
        "span",
        style=style(
            display="inline-block",
            width=f"{width}px",
            height="10px",
            border=border,
            margin_right="6px",
            background=f"linear-gradient(90deg,{','.join(stops)})",
        ),
    )


def draw_scores(
    scored: LabelScores,
    names: Sequence[str],
    cut: Cut,
    *,
    caption: str | None,
    header: Sequence[str],
    say_cut: bool = True,
) -> View:
    """Draw one group of table rows per input: label, logit, probability, and which label wins."""
    line = caption or (
        f"Logits and their {scored.function}{_heat(scored.temperature)}; the bar of a logit starts at 0 "
        "in its middle, the bar of a probability at the left"
    )
    if say_cut and cut.top < cut.total:
        line += f" (showing the {cut.top} highest of {cut.total:,} labels)"
    logits, scores = scored.logits.tolist(), scored.scores.tolist()
    lines = [
        [_Line(scored, row, column, logits[row][column], scores[row][column]) for column in columns]
        for row, columns in enumerate(cut.columns)
    ]

    def build(count: int) -> View:
        left_out = (
            f" (showing the first {count:,} of {len(lines):,} rows)" if count < len(lines) else ""
        )
        return _draw(lines[:count], names, clip(one_line(line), 2_000) + left_out, header)

    return (
        within_limit(build, min(len(lines), MOST_ROWS))
        if lines
        else _draw([], names, f"{line} (no rows)", header)
    )


@dataclass(frozen=True)
class _Line:
    """One line of the table, ready to print."""

    scored: LabelScores
    row: int
    column: int
    logit: float
    score: float

    @property
    def label(self) -> str:
        return clip(one_line(self.scored.labels[self.column]), 60)

    @property
    def mark(self) -> str:
        if self.scored.winners[self.row] is None:
            return "no label: NaN"
        if self.scored.function == "sigmoid":
            return "at least 50 %" if self.score >= 0.5 else ""
        return "highest" if self.column == int(self.scored.scores[self.row].argmax()) else ""


def _draw(
    lines: list[list[_Line]], names: Sequence[str], caption: str, header: Sequence[str]
) -> View:
    """Write the table for the rows given; the column of row names is left out where they have none."""
    skip = 0 if any(names[: len(lines)]) else 1
    scale = max(
        (abs(one.logit) for group in lines for one in group if math.isfinite(one.logit)),
        default=0.0,
    )
    names = [clip(one_line(name), 60) for name in names[: len(lines)]]
    head = element(
        "tr",
        *(element("th", title, scope="col", style=CELL) for title in header[skip:] if title),
        element("td", style=CELL),
    )
    groups = [
        element(
            "tbody",
            *(
                _row(one, names[i] if not (skip or position) else "", len(group), scale)
                for position, one in enumerate(group)
            ),
        )
        for i, group in enumerate(lines)
    ]
    drawn = element(
        "table",
        element("caption", TITLE, style=style(text_align="left", caption_side="top")),
        element("thead", head),
        *groups,
        style=style(border_collapse="collapse"),
    )
    text = [
        [
            names[one.row] if not position else "",
            one.label,
            figure(one.logit),
            percent(one.score),
            one.mark,
        ]
        for group in lines
        for position, one in enumerate(group)
    ]
    return View(
        html=element("div", caption_line(caption), scrolling(drawn, label=TITLE)),
        text=f"{caption}\n" + plain_table(header[skip:], [row[skip:] for row in text]),
    )


def _row(one: _Line, name: str, height: int, scale: float) -> Html:
    """Write one table row; ``name`` heads the group."""
    cells = (
        [element("th", name, scope="rowgroup", rowspan=height, style=CELL + ";vertical-align:top")]
        if name
        else []
    )
    cells.append(element("th", element("bdi", one.label), scope="row", style=CELL))
    cells.append(element("td", signed_bar(one.logit, scale), figure(one.logit), style=CELL))
    cells.append(element("td", rule_bar(one.score), percent(one.score), style=CELL))
    return element(
        "tr", *cells, element("td", element("strong", one.mark) if one.mark else "", style=CELL)
    )


def _heat(temperature: float) -> str:
    return "" if temperature == 1 else f" at temperature {temperature:g}"
