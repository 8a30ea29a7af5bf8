"""A batch as a table: its tensors as aligned rows, a column per position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from course_utils.coerce import as_rows, check_count
from course_utils.pictures.glyphs import clip, one_line, visible
from course_utils.pictures.page import (
    MONOSPACE,
    Html,
    caption_line,
    element,
    scrolling,
    style,
)
from course_utils.pictures.strip import look, remark
from course_utils.pictures.view import View, plain_table, within_limit
from course_utils.tokens import Pieces, from_encoding

TITLE = style(text_align="left", caption_side="top")


CODE = style(font_family=MONOSPACE, text_align="center")


def show_batch(
    tokenizer: Any,
    batch: Any,
    *,
    limit_rows: int = 16,
    limit_tokens: int = 64,
    caption: str | None = None,
) -> View:
    """Show the tensors of a batch as aligned rows: pieces, ids, masks and segments, position by position.

    Parameters
    ----------
    tokenizer : PreTrainedTokenizerBase
        The tokenizer that made the batch; it names the pieces.
    batch : BatchEncoding, dict or ids
        ``input_ids`` of shape (batch, tokens) or (tokens,), and whatever else of that shape it holds:
        ``attention_mask`` (1 = token, 0 = padding), ``token_type_ids`` (segment 0 or 1), ``labels``.
    limit_rows, limit_tokens : int
        How many rows and positions are drawn.
    caption : str
        Replaces the line above the table.

    Raises
    ------
    TypeError, ValueError
        If there are no ids, or a tensor's shape is not theirs.

    Examples
    --------
    >>> from tokenizers import Tokenizer, models
    >>> from transformers import PreTrainedTokenizerFast
    >>> toy = Tokenizer(models.WordLevel({"[PAD]": 0, "hi": 1}, unk_token="[PAD]"))
    >>> toy = PreTrainedTokenizerFast(tokenizer_object=toy, pad_token="[PAD]")
    >>> show_batch(toy, {"input_ids": [[1, 0]], "attention_mask": [[1, 0]]})
    1 row of 2 positions, 1 of 2 positions (50.0 %) is padding; column = position
    row  tensor          0   1
    0    piece           hi  [PAD]
         input_ids       1   0
         attention_mask  1   0
         special         0   1
    """

    check_count(limit_rows, "limit_rows"), check_count(limit_tokens, "limit_tokens")
    given = (
        batch if isinstance(batch, Mapping) or hasattr(batch, "encodings") else {"input_ids": batch}
    )
    records = from_encoding(tokenizer, given)
    tensors = {
        name: as_rows(values, name) for name, values in given.items() if name in _known(given)
    }
    for name, rows in tensors.items():
        if [len(row) for row in rows] != [len(record) for record in records]:
            raise ValueError(
                f"expected {name} of the shape of input_ids, {_shape(records)}, got {_shape(rows)}"
            )
    rows = [
        Row(record, {name: values[i] for name, values in tensors.items()})
        for i, record in enumerate(records)
    ]
    return draw_batch(rows, limit_rows=limit_rows, limit_tokens=limit_tokens, caption=caption)


def _known(batch: Mapping) -> set[str]:
    """Name the tensors that have one whole number per position."""
    return {"input_ids", "attention_mask", "token_type_ids", "labels", "position_ids"} & set(batch)


def _shape(rows: Sequence) -> str:
    lengths = sorted({len(row) for row in rows})
    return f"({len(rows)}, {', '.join(map(str, lengths)) if len(lengths) == 1 else 'of lengths ' + str(lengths)})"


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


def spaced(gap: str) -> str:
    """Keep cells apart by the table's own style: hundreds of cells cannot each carry a padding."""
    return style(border_collapse="separate", border_spacing=gap)
