"""The pictures and explorers of lesson 04: turned verdicts, a comment beside a neighbour, the area of batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

import torch

from course_utils.lesson.explore import Explorer, check_box, slider, stacked, text_field
from course_utils.pictures.glyphs import clip, visible
from course_utils.pictures.page import BLUE, GREY, VERMILLION, element, fill, join, style
from course_utils.pictures.strip import PADDING, SPECIAL, WORD
from course_utils.pictures.table import Cell, bar_cell, table_view
from course_utils.pictures.view import View

KINDS = ("complaint", "praise")  # the columns of the logits
BAR = 240  # pixels of the widest batch
PLACES = 26  # of a batch that are drawn
BATCHES = 20  # that are drawn
HATCH = f"repeating-linear-gradient(45deg,{fill(GREY, 0.6)} 0 2px,transparent 2px 6px)"  # pads


def show_turned(
    first: torch.Tensor, second: torch.Tensor, *, days: tuple[str, str] = ("Monday", "Tuesday")
) -> View:
    """Count how the verdicts of two runs over the same comments agree.

    Parameters
    ----------
    first, second : torch.Tensor, shape (comments, 2)
        Logits; column 0 = complaint, 1 = praise.
    days : tuple of str
        What the runs are called.

    Returns
    -------
    View
        A table of counts: a row per verdict of the first run, a column per verdict of the second.
    """
    if first.shape != second.shape or first.ndim != 2 or first.shape[1] != 2:
        raise ValueError(
            f"expected two tensors of shape (comments, 2), got {tuple(first.shape)} and {tuple(second.shape)}"
        )
    before, after = first.argmax(1), second.argmax(1)
    count = [[int(((before == i) & (after == j)).sum()) for j in (1, 0)] for i in (1, 0)]
    rows = [
        [
            f"{days[0]}: {kind}",
            _turned(count[i][0], i == 1),
            _turned(count[i][1], i == 0),
            sum(count[i]),
        ]
        for i, kind in enumerate(("praise", "complaint"))
    ]
    rows.append(["all", *(count[0][j] + count[1][j] for j in (0, 1)), len(first)])
    turned = count[0][1] + count[1][0]
    return table_view(
        f"{len(first):,} comments by their verdict on {days[0]} (rows) and on {days[1]} (columns); "
        f"{turned:,} verdicts turned",
        ["", f"{days[1]}: praise", f"{days[1]}: complaint", "all"],
        rows,
    )


def _turned(count: int, other: bool) -> Cell | int | str:
    """Frame a count of turned verdicts; the words say so too."""
    if not other:
        return count
    if not count:
        return "0 turned"
    look = style(border=f"2px solid {VERMILLION}", padding="0 4px")
    return Cell(element("span", f"{count} turned", style=look), f"{count} turned")


def praise_of(model: Any, ids: torch.Tensor, mask: torch.Tensor | None) -> float:
    """Give the probability of praise for the first row of a batch; without a mask the argument is left out."""
    extra = {} if mask is None else {"attention_mask": mask.to(model.device)}
    with torch.no_grad():
        logits = model(input_ids=ids.to(model.device), **extra).logits
    return logits.softmax(-1)[0, 1].item()


def explore_neighbour(
    model: Any, tokenizer: Any, pad: Callable, comment: str, neighbour: str
) -> Explorer:
    """Explore what a neighbour in the batch does to the verdict on a comment.

    Parameters
    ----------
    model, tokenizer
        A classifier of two labels, column 1 = praise.
    pad : callable
        ``pad(rows, pad_id)`` makes ids and mask of the batch: the learner's ``pad_by_hand``.
    comment, neighbour : str
        What is shown first.

    Returns
    -------
    Explorer
        Controls: ``comment`` and ``neighbour``.
    """

    def draw(comment: str, neighbour: str) -> View:
        rows = tokenizer([comment, neighbour])["input_ids"]
        ids, mask = (torch.as_tensor(table) for table in pad(rows, tokenizer.pad_token_id))
        chances = {
            "alone": praise_of(model, torch.tensor(rows[:1]), None),
            "beside the neighbour, no mask": praise_of(model, ids, None),
            "beside the neighbour, with the mask": praise_of(model, ids, mask),
        }
        pads = int((mask[0] == 0).sum())
        empty = [rows[0][0], *[tokenizer.pad_token_id] * pads, rows[0][-1]]
        chances["no word, only these pads"] = praise_of(model, torch.tensor([empty]), None)
        return stacked(_places(tokenizer, ids, mask), _chances(chances, pads))

    return Explorer(
        draw,
        {
            "comment": text_field(comment, "comment"),
            "neighbour": text_field(neighbour, "neighbour"),
        },
    )


def _places(tokenizer: Any, ids: torch.Tensor, mask: torch.Tensor) -> View:
    """Draw the rows of a batch place by place, with their masks."""
    width = min(ids.shape[1], PLACES)
    note = f" (showing the first {width} of {ids.shape[1]} places)" if width < ids.shape[1] else ""
    rows = []
    for name, one, kept in zip(("comment", "neighbour"), ids.tolist(), mask.tolist(), strict=True):
        pieces = tokenizer.convert_ids_to_tokens(one[:width])
        rows.append([name, *(_piece(p, k, tokenizer) for p, k in zip(pieces, kept, strict=False))])
        rows.append([f"{name}, mask", *kept[:width]])
    return table_view(
        f"The batch; column = place, hatched = pad{note}", ["", *map(str, range(width))], rows
    )


def _piece(piece: str, kept: int, tokenizer: Any) -> Cell:
    shown = clip(visible(str(piece)), 40)
    look = PADDING if not kept else SPECIAL if piece in tokenizer.all_special_tokens else WORD[0]
    return Cell(element("bdi", shown, style=look), shown)


def _chances(chances: dict[str, float], pads: int) -> View:
    rows = [
        [name, bar_cell(value, f"{100 * value:.1f} %"), KINDS[value >= 0.5]]
        for name, value in chances.items()
    ]
    return table_view(
        f"The comment, filled up with {pads} pad{'' if pads == 1 else 's'}: probability of praise, "
        "bar on a rule from 0 to 100 %",
        ["the comment", "praise", "verdict"],
        rows,
    )


def show_sides(model: Any, tokenizer: Any, texts: Sequence[str], *, new: int = 5) -> View:
    """Let a model continue texts: each alone, then all in one batch with pads on the left, then on the right.

    Parameters
    ----------
    model, tokenizer
        A model that writes, and its tokenizer with a padding token.
    texts : sequence of str
        Beginnings.
    new : int
        Tokens to write, each the most probable one.

    Returns
    -------
    View
        The first three continuations of each kind, and how many of all are as alone; the mask is always passed on.
    """

    def continued(some: Sequence[str], side: str) -> list[str]:
        batch = tokenizer(list(some), padding=True, padding_side=side, return_tensors="pt")
        with torch.no_grad():
            written = model.generate(**batch.to(model.device), max_new_tokens=new, do_sample=False)
        return tokenizer.batch_decode(
            written[:, batch["input_ids"].shape[1] :], skip_special_tokens=True
        )

    alone = [continued([text], "left")[0] for text in texts]
    kinds = {"alone": alone, **{side: continued(texts, side) for side in ("left", "right")}}
    same = {
        side: sum(a == b for a, b in zip(alone, found, strict=True))
        for side, found in kinds.items()
    }
    rows = [
        [text, *(repr(found[i]) for found in kinds.values())] for i, text in enumerate(texts[:3])
    ]
    rows.append(["as alone", "", *(f"{same[side]} of {len(texts)}" for side in ("left", "right"))])
    return table_view(
        f"{len(texts)} beginnings continued by {new} tokens; the first {len(texts[:3])} are shown",
        ["beginning", "alone", "in a batch, pads left", "in a batch, pads right"],
        rows,
    )


def batches_of(lengths: Sequence[int], size: int) -> list[list[int]]:
    """Cut lengths into batches of ``size``, in their order."""
    return [list(lengths[start : start + size]) for start in range(0, len(lengths), size)]


def show_area(lengths: Sequence[int], *, size: int, by_length: bool = False) -> View:
    """Draw the tables that a run computes, to scale: tokens and, hatched, pads.

    Parameters
    ----------
    lengths : sequence of int
        Tokens of each text, in the order of the texts.
    size : int
        Texts per batch.
    by_length : bool
        Sort by length first.

    Returns
    -------
    View
        A row per batch; the caption has the sums over all batches.

    Examples
    --------
    >>> show_area([3, 1, 3, 1], size=2, by_length=True)
    2 batches, texts sorted by length: 8 positions for 8 tokens, 1.00 per token; hatched = pads
    batch  rows × width  positions  tokens  pads
    0      2 × 1         2          2       0
    1      2 × 3         6          6       0
    """
    if size < 1 or not lengths:
        raise ValueError(
            f"expected at least one text and one text per batch, got {len(lengths)} and {size}"
        )
    batches = batches_of(sorted(lengths) if by_length else lengths, size)
    areas = [len(batch) * max(batch) for batch in batches]
    tokens, positions = sum(lengths), sum(areas)
    order = "sorted by length" if by_length else "in their order"
    rows = [
        [
            number,
            f"{len(batch)} × {max(batch)}",
            _box(sum(batch), area, max(areas)),
            f"{sum(batch):,}",
            f"{area - sum(batch):,}",
        ]
        for number, (batch, area) in enumerate(zip(batches, areas, strict=True))
    ]
    more = f"; showing the first {BATCHES} of {len(rows)} batches" if len(rows) > BATCHES else ""
    return table_view(
        f"{len(batches):,} batch{'' if len(batches) == 1 else 'es'}, texts {order}: {positions:,} positions for "
        f"{tokens:,} tokens, {positions / tokens:.2f} per token; hatched = pads{more}",
        ["batch", "rows × width", "positions", "tokens", "pads"],
        rows[:BATCHES],
    )


def _box(tokens: int, area: int, largest: int) -> Cell:
    """Draw one batch as a bar, its length the number of positions."""
    full = max(1, round(BAR * area / largest))
    part = round(full * tokens / area)
    bar = style(display="inline-block", height=".8em", background="{}", width="{}px")
    drawn = [
        element("span", style=bar.format(fill(BLUE, 0.5), part)),
        element("span", style=bar.format(HATCH, full - part)),
        element("span", f" {area:,}"),
    ]
    return Cell(join(drawn), f"{area:,}")


def explore_area(lengths: Sequence[int], *, size: int = 32) -> Explorer:
    """Explore how the number of positions depends on the size of the batches and on the order of the texts.

    Parameters
    ----------
    lengths : sequence of int
        Tokens of each text.
    size : int
        Texts per batch at first.

    Returns
    -------
    Explorer
        Controls: ``size`` and ``by_length``.
    """
    return Explorer(
        lambda size, by_length: show_area(lengths, size=size, by_length=by_length),
        {
            "size": slider("texts per batch", 1, len(lengths), size),
            "by_length": check_box("sort by length first", False),
        },
    )


def show_costs(
    model: Any, rows: Sequence[Sequence[int]], *, size: int = 32, timed: int = 128
) -> View:
    """Count and time four ways to run texts: one by one, and in batches that are filled up differently.

    Parameters
    ----------
    model : PreTrainedModel
        Any model that takes ids and a mask.
    rows : sequence of sequences of int
        The ids of each text.
    size : int
        Texts per batch.
    timed : int
        How many texts, the first ones, are run for the clock.

    Returns
    -------
    View
        Calls, positions and operations for all texts, seconds for the first ``timed``.
    """
    lengths = [len(row) for row in rows]
    ways = {
        "one by one": (lengths, 1, None),
        f"{size} at a time, as wide as the longest of all": (lengths, size, max(lengths)),
        f"{size} at a time, as wide as the longest in the batch": (lengths, size, None),
        f"{size} at a time, sorted by length first": (sorted(lengths), size, None),
    }
    prices: dict[int, float] = {}
    table = []
    for name, (order, per_batch, width) in ways.items():
        shapes = _shapes(order, per_batch, width)
        for _, wide in shapes:
            if wide not in prices:
                prices[wide] = _operations(model, wide)
        some = lengths[:timed] if order is lengths else sorted(lengths[:timed])
        table.append(
            [
                name,
                f"{len(shapes):,}",
                f"{sum(count * wide for count, wide in shapes):,}",
                f"{sum(count * prices[wide] for count, wide in shapes) / 1e9:,.0f}",
                f"{_seconds(model, _shapes(some, per_batch, width)):.1f}",
            ]
        )
    return table_view(
        f"Four ways to run {len(rows):,} texts; operations in thousand millions; seconds on this machine, "
        f"for the first {min(timed, len(rows)):,} texts",
        ["way", "calls of the model", "positions", "operations", "seconds"],
        table,
    )


def _shapes(lengths: Sequence[int], size: int, width: int | None) -> list[tuple[int, int]]:
    return [(len(batch), width or max(batch)) for batch in batches_of(lengths, size)]


def _operations(model: Any, width: int) -> float:
    """Count the operations of one row of this width."""
    from torch.utils.flop_counter import FlopCounterMode

    ids = torch.ones(1, width, dtype=torch.long, device=model.device)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(input_ids=ids)
    return float(counter.get_total_flops())


def _seconds(model: Any, shapes: Sequence[tuple[int, int]]) -> float:
    start = perf_counter()
    with torch.no_grad():
        for shape in shapes:
            ids = torch.ones(shape, dtype=torch.long, device=model.device)
            model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits.sum().item()
    return perf_counter() - start
