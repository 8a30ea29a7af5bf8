"""Exercise 2 of lesson 05: scores for desks from the logits of pairs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from course_utils.lesson.check import NotYet, as_numbers, exercise
from course_utils.lesson.shown import expected_and_got
from course_utils.lessons.sentence_pairs.proofs import zero_shot_scores


@exercise(
    "05-zero-shot",
    hints=[
        "Which column says follows? Column 0, entailment. logits[:, 0] takes it out of every row.",
        "multi_label=False: the desks compete, so the softmax runs down that column, over the rows. "
        "multi_label=True: each row for itself, softmax over its columns 0 and 2, and the share of column 0 is the score.",
        "if multi_label: return logits[:, [0, 2]].softmax(-1)[:, 0]. Else: return logits[:, 0].softmax(0)",
    ],
    solution=zero_shot_scores,
)
def examine_zero_shot(attempt: Callable) -> str:
    """Compare both settings with the pipeline's arithmetic, on logits for two to five desks."""
    draw = torch.Generator().manual_seed(50)
    example = torch.tensor([[4.96, -3.42, -1.72], [-1.22, -3.55, 4.23], [-1.56, -3.69, 4.67]])
    cases = [example]
    for _ in range(40):
        count = int(torch.randint(2, 6, (), generator=draw, device="cpu"))
        cases.append(3 * torch.randn(count, 3, generator=draw, device="cpu"))
    for logits in cases:
        for multi_label in (False, True):
            _compare_scores(attempt(logits.clone(), multi_label), logits, multi_label)
    return f"{len(cases)} of {len(cases)} sets of logits, one desk and several."


def _compare_scores(got: Any, logits: torch.Tensor, multi_label: bool) -> None:
    wanted = zero_shot_scores(logits, multi_label)
    setting, count = f"multi_label={multi_label}", len(logits)
    if got is None:
        raise NotYet(f"your function returns nothing for {setting}", hint=1)
    got = as_numbers(got, f"the scores for {setting}", hint=1)
    if got.ndim == 0:
        raise NotYet(
            f"scores are wanted, one per desk, got one number, {got.item():g}: no argmax here",
            hint=1,
        )
    if got.ndim == 2 and got.shape[0] == count:
        raise NotYet(
            f"{got.shape[1]} numbers per desk for {setting}: one score per desk is wanted, from the "
            "share of entailment, column 0",
            hint=2 if multi_label else 1,
        )
    if tuple(got.shape) != (count,):
        raise NotYet(
            f"expected {count} scores for {count} desks, one per row, got shape {tuple(got.shape)}",
            hint=1,
        )
    if torch.allclose(got, wanted, atol=1e-5):
        return
    why, number = _why_scores(got, logits, multi_label)
    raise NotYet(why, shown=expected_and_got(f"scores, {setting}", wanted, got), hint=number)


def _why_scores(got: torch.Tensor, logits: torch.Tensor, multi_label: bool) -> tuple[str, int]:
    three, two = logits.softmax(-1), logits[:, [0, 2]].softmax(-1)

    def same(other: torch.Tensor) -> bool:
        return torch.allclose(got, other, atol=1e-5)

    if same(logits[:, 0]):
        return "these are logits: the softmax is missing", 2
    if not multi_label and (same(three[:, 0]) or same(two[:, 0])):
        return (
            f"the desks do not compete: your scores add up to {float(got.sum()):.3f}, not to 1",
            2,
        )
    if multi_label and same(three[:, 0]):
        return (
            "neutral is still in the softmax; with multi_label=True only columns 0 and 2 count",
            2,
        )
    if multi_label and same(logits[:, 0].softmax(0)):
        return "with multi_label=True the desks must not compete; each row stands for itself", 2
    if multi_label and same(logits[:, 0].sigmoid()):
        return "contradiction, column 2, has no say in your scores", 2
    for column, name in ((1, "neutral"), (2, "contradiction")):
        if any(same(table[:, column]) for table in (three, logits.softmax(0))):
            return f"you read column {column}, {name}", 1
    if len(logits) == 3 and same(logits[0].softmax(0)):
        return "you took one row; column 0 runs down all of them", 1
    if same(two[:, 1]):
        return "this is the share of contradiction, not of entailment", 2
    if same(three.softmax(0)[:, 0]) or same(three[:, 0] / three[:, 0].sum()):
        return "the softmax along the row comes first here; start from the logits of column 0", 2
    return "the scores differ", 1
