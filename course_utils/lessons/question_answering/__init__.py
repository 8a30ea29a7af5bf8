"""Lesson 08, question answering: its exercises, and the names that its notebook imports."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from time import perf_counter

import torch

from course_utils.lesson.check import NotYet, as_numbers, exercise
from course_utils.lesson.limits import Stopped
from course_utils.lesson.shown import expected_and_got, shown_table
from course_utils.lessons.question_answering import proofs, refusing  # noqa: F401 (they register themselves)
from course_utils.lessons.question_answering.by_hand import (
    added_scores,
    span_scores,
    window_bounds,
)
from course_utils.lessons.question_answering.judging import (
    counted,
    explore_threshold,
    judge,
    show_halves,
    show_judged,
    two_halves,
)
from course_utils.lessons.question_answering.replies import (
    new_words,
    recorded_replies,
    show_replies,
)
from course_utils.lessons.question_answering.views import (
    explore_windows,
    show_candidates,
    show_span_table,
    show_window,
)

__all__ = [
    "added_scores",
    "counted",
    "explore_threshold",
    "explore_windows",
    "judge",
    "new_words",
    "recorded_replies",
    "show_candidates",
    "show_halves",
    "show_judged",
    "show_replies",
    "show_span_table",
    "show_window",
    "two_halves",
]

SLOW, SIZE = (
    0.2,
    200,
)  # seconds for a table of so many tokens; products of whole rows take a hundredth of it


# Exercise 1


@exercise(
    "08-span-scores",
    hints=[
        "Where `allowed` is False, a logit must become minus infinity BEFORE the softmax: "
        "start.masked_fill(~allowed, -torch.inf). Then softmax(-1) leaves that token no share.",
        "One product fills the whole table, as in the table of 1412 or 1871: a column of starts times a row of ends, "
        "first[:, None] * last[None, :].",
        "An answer does not end before it starts: .triu() keeps the cells on and above the diagonal.",
        "The span from i to j has j - i + 1 tokens. At most `longest` tokens means j - i <= longest - 1, "
        "and .tril(k) keeps the cells with j - i <= k.",
        "first = start.masked_fill(~allowed, -torch.inf).softmax(-1); the same for end gives last; "
        "return (first[:, None] * last[None, :]).triu().tril(longest - 1)",
    ],
    solution=span_scores,
)
def examine_span_scores(attempt: Callable) -> str:
    """Look for each typical slip by name, then compare whole tables."""
    draw = torch.Generator(device="cpu").manual_seed(8)
    sizes = (6, *(5 + i % 20 for i in range(100)))
    for n in sizes:
        start, end = torch.randn(2, n, generator=draw, device="cpu") * 2
        allowed = torch.arange(n, device="cpu") >= n // 3
        allowed[0] = n % 2 == 0
        _compare_spans(attempt, start, end, allowed, 3)
    _look_at_the_clock(attempt)
    return f"{len(sizes)} of {len(sizes)} tables agree to 1e-6."


def _compare_spans(attempt: Callable, start, end, allowed, longest: int) -> None:
    n, kept = len(start), int(allowed.sum())
    got = attempt(start.clone(), end.clone(), allowed.clone(), longest)
    if got is None:
        raise NotYet("your function returns nothing: end it with return and the table", hint=2)
    if getattr(got, "shape", None) == (kept, kept):
        raise NotYet(
            f"you cut {n - kept} of {n} tokens out; the table keeps a row and a column for each token, "
            "with 0 where nothing is allowed",
            hint=1,
        )
    got = as_numbers(
        got, "a table, a row for each start and a column for each end,", shape=(n, n), hint=2
    )
    expected = span_scores(start, end, allowed, longest)
    if torch.allclose(got, expected, atol=1e-6):
        return
    problem, number = _why_spans(got, start, end, allowed, longest)
    worst = int((got - expected).abs().argmax())
    i, j = divmod(worst, n)
    shown = shown_table(
        f"The cell that differs most: start = token {i}, end = token {j}; {n} tokens, longest = {longest}",
        ["", "score"],
        [
            ["expected", round(expected[i, j].item(), 4)],
            ["got", round(got[i, j].item(), 4)],
        ],
    )
    raise NotYet(problem, shown=shown, hint=number)


def _why_spans(got, start, end, allowed, longest: int) -> tuple[str, int]:
    """Recognise a slip by the table it leads to."""
    first, last = (x.masked_fill(~allowed, -torch.inf).softmax(-1) for x in (start, end))
    whole = first[:, None] * last[None, :]
    open_ = start.softmax(-1)[:, None] * end.softmax(-1)[None, :]
    both = allowed[:, None] & allowed[None, :]
    zero = [x.masked_fill(~allowed, 0).softmax(-1) for x in (start, end)]
    turned = [x.masked_fill(allowed, -torch.inf).softmax(-1) for x in (start, end)]
    logits = (start[:, None] + end[None, :]).masked_fill(~both, -torch.inf)
    possible = torch.ones_like(logits, dtype=torch.bool).triu().tril(longest - 1)
    joint = logits.masked_fill(~possible, -torch.inf).flatten().softmax(0).view_as(logits)
    slips = (
        (first[:, None] + last[None, :], "you added the two probabilities: multiply them", 2),
        (
            open_ * both,
            "tokens that are not allowed still take a share: mask before the softmax",
            1,
        ),
        (
            zero[0][:, None] * zero[1][None, :],
            "0 is a logit like any other, e⁰ is 1: use minus infinity",
            1,
        ),
        (open_, "tokens that are not allowed have a score", 1),
        (
            turned[0][:, None] * turned[1][None, :],
            "the mask is the wrong way round: `~allowed` is what must go",
            1,
        ),
        (
            start[:, None] * end[None, :],
            "these are products of logits: make probabilities of them first",
            1,
        ),
        (
            joint,
            "you shared the 1 out over the spans; here starts and ends are shared out apart",
            1,
        ),
        (whole.T, "rows and columns are exchanged: rows are starts", 2),
    )
    cuts = (
        lambda x: x.triu().tril(longest - 1),
        lambda x: x,
        lambda x: (x * both).triu().tril(longest - 1),
    )
    for slip, problem, number in slips:
        if any(torch.allclose(got, cut(slip), atol=1e-6) for cut in cuts):
            return problem, number
    if got.tril(-1).abs().max() > 1e-6:
        return "some spans end before they start and have a score", 3
    if torch.allclose(got, whole.triu(1).tril(longest - 1), atol=1e-6):
        return "an answer may be a single token: the diagonal belongs to the table", 3
    if got.triu(longest).abs().max() > 1e-6:
        return f"spans of more than {longest} tokens have a score", 4
    if torch.allclose(got, whole.triu().tril(longest - 2), atol=1e-6):
        return f"spans of exactly {longest} tokens are allowed, but have no score", 4
    return "the table differs", 1


def _look_at_the_clock(attempt: Callable) -> None:
    """Two loops over the cells are right, but the lesson reads 424 windows."""
    line = torch.zeros(SIZE, device="cpu")
    before = perf_counter()
    attempt(line, line.clone(), line == 0, 15)
    taken = perf_counter() - before
    if taken > SLOW:
        raise NotYet(
            f"right, but a table of {SIZE} tokens took {taken:.1f} seconds, and the lesson reads 424 windows, many of "
            "them of 384 tokens: let one product fill the table",
            hint=2,
        )


# Exercise 2

WINDOW_CASES = ((5, 10, 3), (10, 10, 3), (20, 10, 4), (23, 10, 4), (22, 10, 4), (12, 5, 0))


@exercise(
    "08-windows",
    hints=[
        "Each window is (first, after), and `after` is not in it: after = min(first + room, n_tokens).",
        "Neighbours share `stride` tokens, so the next window starts at after - stride.",
        "Stop as soon as a window reaches the end of the passage; another one would hold nothing new.",
        "bounds = [(0, min(room, n_tokens))]; while bounds[-1][1] < n_tokens: first = bounds[-1][1] - stride; "
        "bounds.append((first, min(first + room, n_tokens))); then return bounds",
    ],
    solution=window_bounds,
)
def examine_windows(attempt: Callable) -> str:
    """Worked cases first, then every size up to 200 tokens."""
    draw = random.Random(8)
    cases = list(WINDOW_CASES)
    for n_tokens in range(1, 201):
        room = draw.randint(5, 40)
        cases.append((n_tokens, room, draw.randrange(room)))
    for case in cases:
        _compare_windows(attempt, case)
    return f"{len(cases)} of {len(cases)} passages are cut in the same places."


def _compare_windows(attempt: Callable, case: tuple[int, int, int]) -> None:
    expected, got = window_bounds(*case), _cut(attempt, case)
    if got != expected:
        n_tokens, room, stride = case
        problem, number = _why_windows(got, expected, case)
        raise NotYet(
            f"{problem}: n_tokens = {n_tokens}, room = {room}, stride = {stride}",
            hint=number,
            shown=expected_and_got("Windows (first, after)", expected, got[:8]),
        )


def _cut(attempt: Callable, case: tuple) -> list[tuple[int, int]]:
    try:
        got = attempt(*case)
        got = list(got) if isinstance(got, Iterable) else got
    except Stopped as stopped:
        raise NotYet(
            f"{stopped}. For a passage of {case[0]} tokens and windows of {case[1]} it makes ever more windows. "
            "When is the passage used up?",
            hint=3,
        ) from None
    if got is None:
        raise NotYet("your function returns nothing: return the list, after the loop", hint=1)
    pairs = as_numbers(got, "the windows (first, after)", shape=(None, 2), whole=True, hint=1)
    return [tuple(pair) for pair in pairs.tolist()]


def _why_windows(got: list, expected: list, case: tuple[int, int, int]) -> tuple[str, int]:
    n_tokens, room, stride = case
    if got == [(first, after - 1) for first, after in expected]:
        return "`after` is the place behind the window's last token, not that token", 1
    if any(after > n_tokens for _, after in got):
        return "a window ends behind the passage", 1
    if any(after - first > room for first, after in got):
        return f"a window holds more than {room} tokens", 1
    if got[: len(expected)] == expected:
        return "the passage has ended, and one more window holds nothing new", 3
    if not got or got[-1][1] < n_tokens:
        return "the end of the passage is in no window", 3
    if len(got) > 1 and got[0][1] - got[1][0] != stride:
        shared = got[0][1] - got[1][0]
        return (
            f"stride is what neighbours share: your first two windows share {shared} tokens, not {stride}",
            2,
        )
    return "the windows differ; the last one is as long as what is left", 1
