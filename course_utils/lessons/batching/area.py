"""What filling up costs: the area of batches, drawn to scale, and four ways to run texts, counted and timed."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Any

import torch

from course_utils.lesson.explore import Explorer, check_box, slider
from course_utils.pictures.page import BLUE, GREY, element, fill, join, style
from course_utils.pictures.table import Cell, table_view
from course_utils.pictures.view import View

BAR = 240  # pixels of the widest batch
BATCHES = 20  # that are drawn
HATCH = f"repeating-linear-gradient(45deg,{fill(GREY, 0.6)} 0 2px,transparent 2px 6px)"  # pads


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
        Calls, positions and operations for all texts; positions and seconds of the first ``timed``.
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
                f"{sum(count * wide for count, wide in _shapes(some, per_batch, width)):,}",
                f"{_seconds(model, _shapes(some, per_batch, width)):.1f}",
            ]
        )
    return table_view(
        f"Four ways to run {len(rows):,} texts; operations in billions; the last two columns: the first "
        f"{min(timed, len(rows)):,} texts alone, on this machine",
        ["way", "calls of the model", "positions", "operations", "positions timed", "seconds"],
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
