"""Lesson 04, many comments at once: its exercises and proofs, and the names that its notebook imports."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch

from course_utils.lesson.check import NotYet, exercise
from course_utils.lesson.shown import expected_and_got
from course_utils.lessons.batching.area import explore_area, show_area, show_costs
from course_utils.lessons.batching.back_in_order import area
from course_utils.lessons.batching.machine import count_programs, her_call
from course_utils.lessons.batching.pads import show_pads
from course_utils.lessons.batching.proofs import masked_weights, pad_by_hand
from course_utils.lessons.batching.views import (
    explore_neighbour,
    show_mask_inside,
    show_sides,
    show_turned,
)

__all__ = [
    "area",
    "count_programs",
    "explore_area",
    "explore_neighbour",
    "her_call",
    "show_area",
    "show_costs",
    "show_mask_inside",
    "show_pads",
    "show_sides",
    "show_turned",
]


# Exercise 1


@exercise(
    "04-pad-by-hand",
    hints=[
        "How wide is the table? As wide as its longest row: max(len(row) for row in rows). No id is lost.",
        "A row lacks width - len(row) ids at its end: row + [pad_id] * (width - len(row)) makes a new, full row.",
        "The mask comes from the lengths, not from the ids: a real token may have the id of the pad.",
        "width = max(len(row) for row in rows); "
        "ids = [row + [pad_id] * (width - len(row)) for row in rows]; "
        "mask = [[1] * len(row) + [0] * (width - len(row)) for row in rows]; "
        "return torch.tensor(ids), torch.tensor(mask)",
    ],
    solution=pad_by_hand,
)
def examine_pad_by_hand(attempt: Callable) -> str:
    """Expect the filled ids and their mask as two integer tensors, and the given lists as they were."""
    cases = (
        ([[101, 1045, 5223, 2023, 102], [101, 3376, 102], [101, 1996, 3185, 2001, 2307, 102]], 0),
        ([[5, 7, 5, 9], [5, 3]], 5),  # the second case has tokens with the id of the pad
        ([[2, 9]], 0),
        ([[1, 2, 3], [4, 5, 6]], 0),
    )
    for rows, pad_id in cases:
        given = [list(row) for row in rows]
        got = _tables_of(attempt, given, pad_id)
        if given != rows:
            raise NotYet("your function changed the lists it was given; make new ones", hint=2)
        _compare_padded(got, rows, pad_id)
    return (
        f"{len(cases)} of {len(cases)} tables are filled up right, ids and masks; "
        "in one of them real tokens have the id of the pad."
    )


def _tables_of(attempt: Callable, rows: list, pad_id: int) -> object:
    """Run the attempt; rows of different length, which torch refuses, get a sentence of their own."""
    try:
        return attempt(rows, pad_id)
    except ValueError as error:
        if "expected sequence of length" not in str(error):
            raise
        message = (
            "torch.tensor got rows of different length: in the ids and in the mask alike, each row must be "
            "as long as the longest row of this batch"
        )
        raise NotYet(message, hint=2) from error


def _compare_padded(got: object, rows: list, pad_id: int) -> None:
    if not (isinstance(got, tuple | list) and len(got) == 2):
        raise NotYet(
            f"expected two tables, ids and mask, got {type(got).__name__}: return ids, mask", hint=3
        )
    if not all(isinstance(table, torch.Tensor) for table in got):
        kinds = " and ".join(type(table).__name__ for table in got)
        raise NotYet(
            f"the model takes tensors, got {kinds}: wrap them in torch.tensor(...)", hint=3
        )
    ids, mask = (table.cpu() for table in got)
    if ids.is_floating_point():
        raise NotYet(f"ids are whole numbers, yours are {ids.dtype}", hint=2)
    width = max(map(len, rows))
    shape = (len(rows), width)
    if tuple(ids.shape) != shape or tuple(mask.shape) != shape:
        lost = ids.ndim == 2 and ids.shape[1] < width
        why = "no id may be lost" if lost else "as wide as the longest row, not wider"
        raise NotYet(
            f"expected two tables of shape {shape}, {why}; got {tuple(ids.shape)} and {tuple(mask.shape)}",
            hint=1,
        )
    wanted, wanted_mask = pad_by_hand(rows, pad_id)
    for number in range(len(rows)):
        if not torch.equal(ids[number], wanted[number]):
            place = int((ids[number] != wanted[number]).nonzero()[0])
            raise NotYet(
                f"row {number}: the first difference is in column {place}; fill up at the end here",
                shown=expected_and_got(f"ids, row {number}", wanted[number], ids[number]),
                hint=2,
            )
        _compare_mask(mask[number].long(), wanted_mask[number], wanted[number] == pad_id, number)


def _compare_mask(
    mask: torch.Tensor, wanted: torch.Tensor, padlike: torch.Tensor, row: int
) -> None:
    if torch.equal(mask, wanted):
        return
    if torch.equal(mask, 1 - wanted):
        message = f"row {row}: your mask is the wrong way round; 1 stands for a token, 0 for a pad"
    elif bool(((mask == 0) & (wanted == 1) & padlike).any()):
        message = f"row {row}: a token is taken for a pad, because it has the id of the pad"
    else:
        message = f"row {row}: the mask differs; 1 for each token, 0 for each pad"
    raise NotYet(message, shown=expected_and_got(f"mask, row {row}", wanted, mask), hint=3)


# Exercise 2


@exercise(
    "04-masked-weights",
    hints=[
        "softmax shares out a 1 among all scores. Change the scores of the pads first, so that they get nothing.",
        "A score of 0 is a score like any other. Which score gets a share of exactly 0? (Lesson 03 hid later "
        "words in the same way.)",
        'return scores.masked_fill(mask == 0, float("-inf")).softmax(-1)',
    ],
    solution=masked_weights,
)
def examine_masked_weights(attempt: Callable) -> str:
    """Expect rows that sum to 1 over the tokens, with nothing for the pads, for any leading axes."""
    generator = torch.Generator().manual_seed(4)
    draw = partial(torch.randn, generator=generator, device="cpu")
    cases = [
        (torch.tensor([[2.0, 1.0, 0.5, 0.3]]), torch.tensor([1, 1, 1, 0])),
        (draw(5, 5), torch.tensor([1, 1, 1, 0, 0])),
        (draw(2, 3, 6, 6), torch.tensor([[[[1, 1, 1, 1, 0, 0]]], [[[1, 1, 1, 1, 1, 1]]]])),
        (draw(4, 4), torch.tensor([1, 1, 1, 1])),
    ]
    for scores, mask in cases:
        _compare_weights(_shared_out(attempt, scores, mask), scores, mask)
    return f"{len(cases)} of {len(cases)} tables of scores: the pads get nothing, and each row sums to 1."


# Words of torch's errors, what they mean here, and the hint that helps.
REFUSED = (
    (
        "shape of the mask",
        "mask holds one number per column, so it cannot pick rows and columns by itself; "
        "scores.masked_fill(...) lays it over every row",
        2,
    ),
    ("is ambiguous", "`not` wants one truth value; mask == 0 gives one per column", 2),
    ("only supports boolean masks", "masked_fill wants True and False; mask == 0 gives them", 2),
    ('"dim"', "say along which axis the 1 is shared out: softmax(-1), along the last", 1),
)


def _shared_out(attempt: Callable, scores: torch.Tensor, mask: torch.Tensor) -> object:
    """Run the attempt; what torch usually refuses gets a sentence of its own."""
    try:
        return attempt(scores.clone(), mask.clone())
    except (IndexError, RuntimeError, TypeError) as error:
        for words, message, number in REFUSED:
            if words in str(error):
                raise NotYet(message, hint=number) from error
        raise


def _compare_weights(got: object, scores: torch.Tensor, mask: torch.Tensor) -> None:
    wanted = masked_weights(scores, mask)
    got = _weights_of(got, tuple(wanted.shape))
    sums = got.sum(-1)
    if bool(((sums - 1).abs() > 1e-4).any()):
        worst = float(sums.flatten()[(sums - 1).abs().argmax()])
        lost = "what the pads had is lost" if worst < 1 else "use the softmax along the last axis"
        raise NotYet(
            f"your rows do not sum to 1, one sums to {worst:.3f}: {lost}",
            shown=_row_of(wanted, got),
            hint=1,
        )
    pads = (mask == 0).expand_as(wanted)
    if pads.any():
        _look_at_pads(got, scores, mask, pads)
    if not torch.allclose(got, wanted, atol=1e-5):
        raise NotYet(
            "the pads get nothing, but the tokens' weights differ",
            shown=_row_of(wanted, got),
            hint=1,
        )


def _weights_of(got: object, shape: tuple) -> torch.Tensor:
    """Read what came as a tensor; not ``as_numbers``: a NaN gets its own explanation here."""
    try:
        got = torch.as_tensor(got, dtype=torch.float32).cpu()
    except (TypeError, ValueError, RuntimeError) as error:
        raise NotYet(f"expected a tensor of weights, got {type(got).__name__}", hint=1) from error
    if tuple(got.shape) != shape:
        raise NotYet(
            f"expected weights of shape {shape}, as the scores, got {tuple(got.shape)}", hint=1
        )
    if bool(got.isinf().any()):
        raise NotYet("your weights hold infinity: these are scores, not shared out yet", hint=1)
    if not bool(got.isfinite().all()):
        raise NotYet(
            "your weights hold NaN: a row in which every score is minus infinity has nothing "
            "to share out. Did you take the tokens out, not the pads? Is the softmax along the last axis?",
            hint=2,
        )
    return got


def _look_at_pads(
    got: torch.Tensor, scores: torch.Tensor, mask: torch.Tensor, pads: torch.Tensor
) -> None:
    share = float(got[pads].max())
    if share <= 1e-6:
        return
    shown = _row_of(masked_weights(scores, mask), got)
    if float(got[~pads].max()) == 0:
        raise NotYet("you took the tokens out, not the pads", shown=shown, hint=2)
    if torch.allclose(got, (scores * mask).softmax(-1), atol=1e-5):
        message, number = f"a pad's score became 0, and a score of 0 still gets {share:.3f}", 2
    elif torch.allclose(got, (scores + mask).softmax(-1), atol=1e-5):
        message, number = f"one step lower is not low enough: a pad still gets {share:.3f}", 2
    elif torch.allclose(got, scores.softmax(-1), atol=1e-5):
        message, number = f"the mask has no effect: a pad still gets {share:.3f}", 1
    elif share < 0.001:
        raise NotYet(f"close: a pad still gets {share:.7f}, not 0; go lower", hint=2)
    else:
        message, number = f"a pad still gets {share:.3f}", 1
    raise NotYet(message, shown=shown, hint=number)


def _row_of(wanted: torch.Tensor, got: torch.Tensor):
    """Show the first row of weights that differs."""
    rows = wanted.flatten(0, -2), got.flatten(0, -2)
    worst = int((rows[0] - rows[1]).abs().amax(-1).gt(1e-6).nonzero()[0])
    return expected_and_got("weights of one row, the pads last", rows[0][worst], rows[1][worst])
