"""Exercise 3 of lesson 04: run sorted batches, and give every row its own result."""

from __future__ import annotations

from collections.abc import Callable

import torch

from course_utils.lesson.check import NotYet, exercise
from course_utils.lesson.shown import shown_table
from course_utils.lessons.batching.proofs import run_sorted


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

    try:
        got = attempt(given, run, size)
    except TypeError as error:
        if "expected Tensor as element" not in str(error):
            raise
        message = (
            "run may return any list of results, here of numbers: put them into a list, one by one"
        )
        raise NotYet(message, hint=3) from error
    if given != rows:
        raise NotYet(
            "your function changed the caller's list; sort the numbers of the rows", hint=1
        )
    if got is None:
        raise NotYet("your function returns nothing: return results, after both loops", hint=3)
    if isinstance(got, dict):
        raise NotYet("expected a list of results in the order of rows, got a dict", hint=3)
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
    elif rows[first] in rows[:first] or rows[first] in rows[first + 1 :]:
        message = f"row {first} is there twice, and rows.index finds only the first; sort numbers, not rows"
    else:
        message = f"result {first} is not what run returned for row {first}"
    start = first if first >= 5 else 0
    shown = shown_table(
        f"results from row {start} on",
        ["row", "expected", "got"],
        [[i, wanted[i], got[i]] for i in range(start, min(start + 5, len(got)))],
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
