"""Lesson 04, many comments at once: its exercises and proofs, and the names that its notebook imports."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch

from course_utils.lesson.check import NotYet, exercise
from course_utils.lesson.shown import expected_and_got, shown_table
from course_utils.lessons.batching.area import explore_area, show_area, show_costs
from course_utils.lessons.batching.machine import count_programs, her_call
from course_utils.lessons.batching.proofs import masked_weights, pad_by_hand, run_sorted
from course_utils.lessons.batching.views import (
    explore_neighbour,
    show_mask_inside,
    show_sides,
    show_turned,
)

__all__ = [
    "count_programs",
    "explore_area",
    "explore_neighbour",
    "her_call",
    "show_area",
    "show_costs",
    "show_mask_inside",
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
        got = attempt(given, pad_id)
        if given != rows:
            raise NotYet("your function changed the lists it was given; make new ones", hint=2)
        _compare_padded(got, rows, pad_id)
    return (
        f"{len(cases)} of {len(cases)} tables are filled up right, ids and masks; "
        "in one of them real tokens have the id of the pad."
    )


def _compare_padded(got: object, rows: list, pad_id: int) -> None:
    if not (isinstance(got, tuple | list) and len(got) == 2):
        raise NotYet(
            f"expected two tables, ids and mask, got {type(got).__name__}: return ids, mask", hint=4
        )
    if not all(isinstance(table, torch.Tensor) for table in got):
        kinds = " and ".join(type(table).__name__ for table in got)
        raise NotYet(
            f"the model takes tensors, got {kinds}: wrap them in torch.tensor(...)", hint=4
        )
    ids, mask = (table.cpu() for table in got)
    if ids.is_floating_point():
        raise NotYet(f"ids are whole numbers, yours are {ids.dtype}", hint=4)
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
        "The pads must be out before the softmax shares out the 1.",
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
        _compare_weights(attempt(scores.clone(), mask.clone()), scores, mask)
    return f"{len(cases)} of {len(cases)} tables of scores: the pads get nothing, and each row sums to 1."


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
            "to share out. Did you take the tokens out, not the pads?",
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
        message, number = f"close: a pad still gets {share:.7f}, not 0", 2
    else:
        message, number = f"a pad still gets {share:.3f}", 1
    raise NotYet(message, shown=shown, hint=number)


def _row_of(wanted: torch.Tensor, got: torch.Tensor):
    """Show the first row of weights that differs."""
    rows = wanted.flatten(0, -2), got.flatten(0, -2)
    worst = int((rows[0] - rows[1]).abs().amax(-1).gt(1e-6).nonzero()[0])
    return expected_and_got("weights of one row, the pads last", rows[0][worst], rows[1][worst])


# Exercise 3


@exercise(
    "04-run-sorted",
    hints=[
        "Sort the numbers of the rows by length, not the rows; then you still know who is who. "
        "sorted(range(len(rows)), key=...) does it, with a key that gives the length of row i.",
        "part = order[start:start + size] are the numbers of one batch, for start in range(0, len(rows), size); "
        "the last batch may be smaller.",
        "Put each result where its row came from: results[i] = result, for i and result of "
        "zip(part, run([rows[i] for i in part])).",
        "order = sorted(range(len(rows)), key=lambda i: len(rows[i])); results = [None] * len(rows); "
        "for start in range(0, len(rows), size): part = order[start:start + size]; "
        "for i, result in zip(part, run([rows[i] for i in part])): results[i] = result; "
        "then, after both loops: return results",
    ],
    solution=run_sorted,
)
def examine_run_sorted(attempt: Callable) -> str:
    """Expect each row's own result at its place, the fewest positions, and the given list as it was."""
    generator = torch.Generator().manual_seed(4)
    lengths = torch.randint(2, 40, (70,), generator=generator, device="cpu").tolist()
    for rows, size in (
        ([[1000 * (7 * i % 70) + k for k in range(n)] for i, n in enumerate(lengths)], 32),
        ([[9, 9, 9], [5], [7, 7]], 2),
    ):
        _run_once(attempt, rows, size)
    return "2 of 2 lists: each result is at the place of its row, and the batches hold rows sorted by length."


def _run_once(attempt: Callable, rows: list, size: int) -> None:
    given, batches = [list(row) for row in rows], []

    def run(batch):
        batches.append([list(row) for row in batch])
        return [float(sum(row)) for row in batch]

    got = attempt(given, run, size)
    if given != rows:
        raise NotYet(
            "your function changed the caller's list; sort the numbers of the rows", hint=1
        )
    if got is None:
        raise NotYet("your function returns nothing: return results, after both loops", hint=3)
    got = list(got)
    _compare_results(got, [float(sum(row)) for row in rows], rows)
    if any(len(batch) > size for batch in batches) or len(batches) > -(-len(rows) // size):
        raise NotYet(
            f"expected {-(-len(rows) // size)} batches of at most {size} rows for {len(rows)} rows, got "
            f"{len(batches)}, the largest of {max(map(len, batches))}",
            hint=2,
        )
    _compare_area(batches, rows, size)


def _compare_results(got: list, wanted: list, rows: list) -> None:
    if len(got) != len(wanted):
        raise NotYet(f"expected {len(wanted)} results, got {len(got)}", hint=2)
    if any(result is None for result in got):
        missing = [result is None for result in got].index(True)
        raise NotYet(f"row {missing} has no result", hint=3)
    got = [float(result) for result in got]
    if got == wanted:
        return
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    first = next(i for i, (one, other) in enumerate(zip(got, wanted, strict=True)) if one != other)
    twice = [[wanted[i] for i in order][i] for i in order]
    if got == twice:
        message = "this sorts once more; you want the way back"
    elif sorted(got) == sorted(wanted):
        owner = wanted.index(got[first])
        message = f"result {first} belongs to row {owner}: put each result back to its row"
    else:
        message = f"result {first} is not what run returned for row {first}"
    shown = shown_table(
        "the first results",
        ["row", "expected", "got"],
        [[i, wanted[i], got[i]] for i in range(min(5, len(got)))],
    )
    raise NotYet(message, shown=shown, hint=3)


def area(rows: list, size: int) -> int:
    """Count the positions of batches of ``size`` rows, each batch as wide as its longest row."""
    parts = [rows[start : start + size] for start in range(0, len(rows), size)]
    return sum(len(part) * max(map(len, part)) for part in parts)


def _compare_area(batches: list, rows: list, size: int) -> None:
    got = sum(len(batch) * max(map(len, batch)) for batch in batches)
    shortest_first, longest_first = sorted(rows, key=len), sorted(rows, key=len, reverse=True)
    enough = max(area(shortest_first, size), area(longest_first, size))
    if got > enough:
        moved = [row for batch in batches for row in batch] != rows
        message = "sorted, but not by length" if moved else "right, but not sorted"
        raise NotYet(f"{message}: {got:,} positions where {enough:,} are enough", hint=1)
