"""The exercises of notebook 04: padding by hand, the masked mean, overlapping windows."""

from __future__ import annotations

from collections.abc import Callable

import torch

from course_utils.lesson.check import NotYet, as_numbers, exercise
from course_utils.lesson.shown import expected_and_got, shown_table

ROWS = (
    [101, 1045, 5223, 2023, 1012, 102],
    [101, 3376, 102],
    [101, 1996, 3185, 2001, 2307, 1010, 2428, 1012, 102],
)


def pad_by_hand(rows, pad_id):
    """The course's own `pad_by_hand`."""
    width = max(len(row) for row in rows)
    ids = [row + [pad_id] * (width - len(row)) for row in rows]
    mask = [[1] * len(row) + [0] * (width - len(row)) for row in rows]
    return torch.tensor(ids), torch.tensor(mask)


@exercise(
    "04-pad-by-hand",
    hints=[
        "The width of the batch is the length of its longest row: max(len(row) for row in rows). Nothing is cut.",
        "A row gets width - len(row) pads at its end: row + [pad_id] * (width - len(row)).",
        "The mask is built from the lengths, [1] * len(row) + [0] * (width - len(row)), never from the ids: "
        "a real token may have the same id as the pad.",
        "Return two tensors: torch.tensor(ids), torch.tensor(mask).",
    ],
    solution=pad_by_hand,
)
def examine_pad_by_hand(attempt: Callable) -> str:
    """Expect ``attempt(rows, pad_id)`` to return the padded ids and their mask as two integer tensors."""
    for rows, pad_id in (
        (ROWS, 0),
        (ROWS[:1], 0),
        ([[5, 7, 5], [5]], 5),
        ([[2, 9], [9, 9, 2, 9], [4]], 2),
    ):
        _compare_padded(attempt([list(row) for row in rows], pad_id), rows, pad_id)
    return "4 of 4 batches padded, ids and masks equal, one of them with a real token that has the id of the pad."


def _compare_padded(result: object, rows: tuple | list, pad_id: int) -> None:
    if not (
        isinstance(result, tuple)
        and len(result) == 2
        and all(isinstance(x, torch.Tensor) for x in result)
    ):
        raise NotYet(f"expected a tuple of two tensors, got {type(result).__name__}", hint=4)
    ids, mask = (tensor.cpu() for tensor in result)
    width = max(map(len, rows))
    shape = (len(rows), width)
    if tuple(ids.shape) != shape or tuple(mask.shape) != shape:
        raise NotYet(
            f"expected ids and mask of shape {shape}, as wide as the longest row, "
            f"got {tuple(ids.shape)} and {tuple(mask.shape)}",
            hint=1,
        )
    wanted = torch.tensor([[*row, *[pad_id] * (width - len(row))] for row in rows], device="cpu")
    wanted_mask = torch.tensor(
        [[1] * len(row) + [0] * (width - len(row)) for row in rows], device="cpu"
    )
    _first_row(ids, wanted, "the ids differ: an encoder is padded at the end", hint=2)
    _first_row(
        mask, wanted_mask, "the mask differs: 1 for each token of the row, 0 for each pad", hint=3
    )


def _first_row(got: torch.Tensor, wanted: torch.Tensor, message: str, *, hint: int) -> None:
    for number, (row, expected) in enumerate(zip(got, wanted, strict=True), start=1):
        if not torch.equal(row.long(), expected):
            raise NotYet(
                f"{message}; first in row {number}",
                shown=expected_and_got(f"row {number}", expected, row),
                hint=hint,
            )


def masked_mean(hidden, attention_mask):
    """The course's own `masked_mean`."""
    weights = attention_mask.unsqueeze(-1)
    return (hidden * weights).sum(1) / weights.sum(1)


@exercise(
    "04-masked-mean",
    hints=[
        "The pads have vectors too. Multiply each vector with its mask value, so that pads add nothing to the sum.",
        "hidden is (batch, sequence, hidden_size), the mask (batch, sequence): mask.unsqueeze(-1) gives it a last "
        "dimension of 1, which broadcasts.",
        "Divide by the number of real tokens in the row, mask.sum(1, keepdim=True), not by the width of the batch.",
    ],
    solution=masked_mean,
)
def examine_masked_mean(attempt: Callable) -> str:
    """Expect ``attempt(hidden, attention_mask)`` to give the mean over the tokens that are not padding."""
    batches = 200
    with torch.device("cpu"):
        generator = torch.Generator().manual_seed(4)
        for _ in range(batches):
            _masked_mean_once(attempt, generator)
    return f"{batches} of {batches} batches, largest difference below 1e-5."


def _masked_mean_once(attempt: Callable, generator: torch.Generator) -> None:
    hidden = torch.randn(3, 7, 5, generator=generator)
    lengths = torch.cat([torch.tensor([7]), torch.randint(1, 7, (2,), generator=generator)])
    mask = (torch.arange(7) < lengths.unsqueeze(1)).long()
    wanted = torch.stack([row[:n].mean(0) for row, n in zip(hidden, lengths, strict=True)])
    try:
        got = attempt(hidden, mask)
    except RuntimeError as error:
        raise NotYet(
            f"the shapes do not fit: hidden is {tuple(hidden.shape)}, the mask {tuple(mask.shape)} "
            f"({error})",
            hint=2,
        ) from error
    got = as_numbers(got, "one vector per row", shape=(3, 5), hint=2)
    difference = (got - wanted).abs().amax(1)
    if difference.max() > 1e-5:
        _explain_mean(got, hidden, mask, wanted)


def _explain_mean(
    got: torch.Tensor, hidden: torch.Tensor, mask: torch.Tensor, wanted: torch.Tensor
) -> None:
    shown = shown_table(
        "first figure of each row's mean",
        ["row", "tokens", "pads", "expected", "got"],
        [
            [i + 1, int(m.sum()), int((m == 0).sum()), f"{w[0]:.4f}", f"{g[0]:.4f}"]
            for i, (m, w, g) in enumerate(zip(mask, wanted, got, strict=True))
        ],
    )
    if torch.allclose(got, hidden.mean(1), atol=1e-5):
        raise NotYet(
            "your mean moves when a longer neighbour joins the batch: the pads are counted in",
            shown=shown,
            hint=1,
        )
    raise NotYet(
        "the rows with pads differ, the row without does not: look at what you divide by",
        shown=shown,
        hint=3,
    )


def windows(ids, size, overlap):
    """The course's own `windows`."""
    step = size - overlap
    return [ids[start : start + size] for start in range(0, max(len(ids) - overlap, 1), step)]


@exercise(
    "04-windows",
    hints=[
        "The next window starts size - overlap tokens after the last one.",
        "Stop when a window has reached the end: the window that contains the last token is the last window.",
        "for start in range(0, max(len(ids) - overlap, 1), size - overlap): take ids[start:start + size].",
    ],
    solution=windows,
)
def examine_windows(attempt: Callable) -> str:
    """Expect ``attempt(ids, size, overlap)`` to cut a list of ids into overlapping windows."""
    cases = [
        (list(range(10)), 4, 1),
        (list(range(10)), 4, 2),
        (list(range(4)), 4, 2),
        (list(range(3)), 4, 1),
        (list(range(200)), 32, 8),
        (list(range(9)), 4, 0),
    ]
    for ids, size, overlap in cases:
        step = size - overlap
        wanted = [ids[start : start + size] for start in range(0, max(len(ids) - overlap, 1), step)]
        got = [list(window) for window in attempt(list(ids), size, overlap)]
        if got != wanted:
            _explain_windows(got, wanted, ids, size, overlap)
    return f"{len(cases)} of {len(cases)} lists cut into the same windows, no token lost."


def _explain_windows(got: list, wanted: list, ids: list, size: int, overlap: int) -> None:
    shown = expected_and_got(f"{len(ids)} ids, size {size}, overlap {overlap}", wanted, got)
    lost = sorted(set(ids) - {i for window in got for i in window})
    if lost:
        raise NotYet(
            f"{len(lost)} tokens are in no window, the first at position {lost[0]}",
            shown=shown,
            hint=3,
        )
    if len(got) > len(wanted):
        raise NotYet(
            "your last window holds only tokens that the window before it has already",
            shown=shown,
            hint=2,
        )
    raise NotYet(f"neighbouring windows should share {overlap} tokens", shown=shown, hint=1)
