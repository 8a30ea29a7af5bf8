"""One table for the whole course: the same cells as HTML and as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from course_utils.pictures.glyphs import clip, one_line
from course_utils.pictures.page import (
    GREEN,
    VERMILLION,
    Html,
    element,
    fill,
    join,
    style,
    table,
)
from course_utils.pictures.view import View, plain_table, within_limit

BAR = 120  # pixels of a full bar


@dataclass(frozen=True)
class Cell:
    """A cell that looks different in HTML; ``text`` carries the same figures.

    >>> Cell(element("b", "7"), "7").text
    '7'
    """

    html: Html
    text: str

    def __str__(self) -> str:
        return self.text


def bar_cell(share: float, text: str, *, colour: str = GREEN) -> Cell:
    """Draw a bar on a rule from 0 to 1 with its figure; ``share`` outside 0-1 is drawn at the end of the rule.

    >>> bar_cell(0.25, "25.0 %").text
    '25.0 %'
    """
    full = round(BAR * min(max(share, 0.0), 1.0)) if share == share else 0  # NaN draws no bar
    drawn = element(
        "span",
        style=style(width=f"{full}px", background=colour, display="inline-block", height=".7em"),
    )
    rule = element(
        "span",
        drawn,
        style=style(
            display="inline-block",
            width=f"{BAR}px",
            background=fill("#7F7F7F", 0.2),
            margin_right="6px",
        ),
    )
    return Cell(join((rule, element("span", text))), text)


def marked_cell(value: object, *, wrong: bool) -> Cell:
    """Frame a value that is not the expected one; the text face says so in words.

    >>> marked_cell("POSITIVE", wrong=True).text
    'POSITIVE (wrong)'
    """
    if not wrong:
        return Cell(Html(element("span", value)), str(value))
    return framed_cell(f"{value} (wrong)")


def framed_cell(words: str) -> Cell:
    """Frame what a reader is to look at; the words say why, since a text has no frame.

    >>> framed_cell("89 turned").text
    '89 turned'
    """
    look = style(border=f"2px solid {VERMILLION}", padding="0 4px")
    return Cell(element("span", words, style=look), words)


def table_view(
    caption: str,
    header: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    row_headers: bool = True,
    note: str = "",
) -> View:
    """Show rows under a header; what does not fit into one output is left out and counted.

    Parameters
    ----------
    caption : str
        What is shown and how to read it, units included.
    header : sequence
        One name per column; an empty one leaves the corner empty.
    rows : iterable of sequences
        One value per column: text, figures, or a ``Cell``. Everything else is escaped.
    row_headers : bool
        Whether the first cell of each row is its heading.
    note : str
        A line under the table.

    Raises
    ------
    ValueError
        If a row has more or fewer cells than the header.

    Examples
    --------
    >>> table_view("Two words", ["word", "letters"], [["no", 2], ["yes", 3]])
    Two words
    word  letters
    no    2
    yes   3
    """
    header, rows = list(header), [list(row) for row in rows]
    for number, row in enumerate(rows):
        if len(row) != len(header):
            raise ValueError(
                f"expected {len(header)} cells in each row, got {len(row)} in row {number}"
            )
    caption = clip(one_line(caption), 2_000)

    def build(size: int) -> View:
        title = (
            f"{caption} (showing {size:,} of {len(rows):,} rows)" if size < len(rows) else caption
        )
        cells = [[c.html if isinstance(c, Cell) else c for c in row] for row in rows[:size]]
        html = table(title, header, cells, row_headers=row_headers)
        lines = filter(None, [title, plain_table(header, rows[:size]), one_line(note)])
        if note:
            html += element("p", one_line(note), style=style(margin="4px 0"))
        return View(html=Html(html), text="\n".join(lines))

    return within_limit(build, len(rows))
