"""The exercises of notebook 08, question answering."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable

import torch

from course_utils.lesson.check import NotYet, as_numbers, exercise
from course_utils.lesson.limits import Stopped
from course_utils.metrics import answer_f1, normalise_answer
from course_utils.pictures.page import table
from course_utils.pictures.view import View, plain_table


def compare(caption: str, header: tuple, rows: list) -> View:
    """Draw a small table of what was expected and what came."""
    return View(html=table(caption, header, rows), text=f"{caption}\n{plain_table(header, rows)}")


def span_scores(start, end, allowed, longest):
    """The course's own `span_scores`."""
    first, last = (logits.masked_fill(~allowed, -torch.inf).softmax(-1) for logits in (start, end))
    return (first[:, None] * last[None, :]).triu().tril(longest - 1)


@exercise(
    "08-span-scores",
    hints=[
        "Set the logits of tokens that are not allowed to -inf (masked_fill) before the softmax, so that they take no "
        "share of the probability.",
        "The probability of two things together is a product: start[:, None] * end[None, :] is the whole table, rows are "
        "starts, columns are ends.",
        "An answer cannot end before it starts: triu() keeps the spans with end >= start.",
        "A span from i to j has j - i + 1 tokens: at most `longest` of them means j - i <= longest - 1, tril(longest - 1).",
    ],
    solution=span_scores,
)
def examine_span_scores(attempt: Callable) -> str:
    """Look for each typical slip by name, then compare the whole tables."""
    draw = torch.Generator().manual_seed(8)
    for n in (6, *(5 + i % 20 for i in range(100))):
        start, end = torch.randn(2, n, generator=draw) * 2
        allowed = torch.arange(n) >= n // 3
        longest = 3
        expected = _span_table(start, end, allowed, longest)
        got = attempt(start.clone(), end.clone(), allowed.clone(), longest)
        name = "a table, a row for each start and a column for each end,"
        got = as_numbers(got, name, shape=(n, n), hint=2)
        if not torch.allclose(got, expected, atol=1e-6):
            problem, number = _diagnose_spans(got, start, end, allowed, longest)
            where = tuple((got - expected).abs().argmax().item() // k % n for k in (n, 1))
            shown = compare(
                f"Span of tokens {where[0]} to {where[1]}",
                ("", "score"),
                [
                    ("expected", round(expected[where].item(), 4)),
                    ("got", round(got[where].item(), 4)),
                ],
            )
            raise NotYet(problem, shown=shown, hint=number)
    return "101 of 101 tables agree to 1e-6."


def _span_table(start, end, allowed, longest):
    first, last = (x.masked_fill(~allowed, float("-inf")).softmax(-1) for x in (start, end))
    return (first[:, None] * last[None, :]).triu().tril(longest - 1)


def _diagnose_spans(got, start, end, allowed, longest) -> tuple[str, int]:
    """Recognise a slip by the table it leads to."""
    first, last = (x.masked_fill(~allowed, float("-inf")).softmax(-1) for x in (start, end))
    whole = first[:, None] * last[None, :]
    added = first[:, None] + last[None, :]
    late = (
        start.softmax(-1)[:, None]
        * end.softmax(-1)[None, :]
        * (allowed[:, None] & allowed[None, :])
    )
    first, last = (x.masked_fill(~allowed, 0).softmax(-1) for x in (start, end))
    zeros = first[:, None] * last[None, :]
    slips = (
        (added, "you added the two probabilities", 2),
        (late, "the question still takes its share: mask before the softmax, not after", 1),
        (zeros, "0 is a logit like any other: what is not allowed needs minus infinity", 1),
        (whole.T, "rows and columns are exchanged: rows are starts", 2),
        (
            start.softmax(-1)[:, None] * end.softmax(-1)[None, :],
            "tokens that are not allowed have a score",
            1,
        ),
    )
    cuts = (lambda x: x.triu().tril(longest - 1), lambda x: x)
    for slip, problem, number in slips:
        if any(torch.allclose(got, cut(slip), atol=1e-6) for cut in cuts):
            return problem, number
    if got.tril(-1).abs().max() > 1e-6:
        return "some spans end before they start and have a score", 3
    if (
        torch.allclose(got, whole.triu().tril(longest), atol=1e-6)
        or got.triu(longest).abs().max() > 1e-6
    ):
        return f"spans of more than {longest} tokens have a score", 4
    if torch.allclose(got, whole.triu().tril(longest - 2), atol=1e-6):
        return f"spans of exactly {longest} tokens are allowed, but have no score", 4
    return "the table differs", 2


WINDOW_CASES = (
    ((5, 10, 3), "a passage that fits needs one window, no longer than the passage", 1),
    ((10, 10, 3), "a passage that just fits needs one window", 3),
    ((20, 10, 4), "stride is what neighbours share: the next window starts room - stride later", 2),
    ((23, 10, 4), "the last window is as long as what is left", 1),
    ((22, 10, 4), "no window after the one that reaches the end", 3),
)


def window_bounds(n_tokens: int, room: int, stride: int) -> list[tuple[int, int]]:
    """Cut ``n_tokens`` into windows of at most ``room`` tokens of which neighbours share ``stride``."""
    bounds = [(0, min(room, n_tokens))]
    while bounds[-1][1] < n_tokens:
        first = bounds[-1][1] - stride
        bounds.append((first, min(first + room, n_tokens)))
    return bounds


@exercise(
    "08-windows",
    hints=[
        "Each window is (first, after), half-open: after = min(first + room, n_tokens).",
        "Neighbours share `stride` tokens, so the next window starts at after - stride.",
        "Stop as soon as a window reaches the end of the passage; another one would hold nothing new.",
    ],
    solution=window_bounds,
)
def examine_windows(attempt: Callable) -> str:
    """Worked cases first, then every size up to 200 tokens."""
    for arguments, problem, number in WINDOW_CASES:
        _compare_windows(attempt, arguments, problem, number)
    draw = random.Random(8)
    for n_tokens in range(1, 201):
        room = draw.randint(5, 40)
        _compare_windows(attempt, (n_tokens, room, draw.randrange(room)), "the windows differ", 2)
    return f"{len(WINDOW_CASES) + 200} passages are cut in the same places."


def _compare_windows(attempt: Callable, arguments: tuple, problem: str, number: int) -> None:
    n_tokens, room, stride = arguments
    expected, got = window_bounds(*arguments), _cut(attempt, arguments)
    if got != expected:
        rows = [("expected", expected), ("got", got[:8])]
        raise NotYet(
            f"{problem}: n_tokens={n_tokens}, room={room}, stride={stride}",
            hint=number,
            shown=compare("Windows (first, after)", ("", "windows"), rows),
        )


def _cut(attempt: Callable, arguments: tuple) -> list[tuple[int, int]]:
    try:
        got = attempt(*arguments)
        got = list(got) if isinstance(got, Iterable) else got
    except Stopped as stopped:
        raise NotYet(str(stopped), hint=3) from None
    pairs = as_numbers(got, "the windows (first, after)", shape=(None, 2), whole=True, hint=1)
    return [tuple(pair) for pair in pairs.tolist()]


F1_CASES = (
    ("red", "red", "equal answers have F1 1", 2),
    ("a red barn", "red barn", "articles are taken out before the words are compared", 1),
    (
        "Red barn!",
        "red barn",
        "case and punctuation are taken out before the words are compared",
        1,
    ),
    ("the old red barn", "red", "F1 is 2 * shared / (words of one + words of the other)", 2),
    (
        "red red",
        "red",
        "a repeated word counts once for each time it is right: use Counter, not set",
        3,
    ),
    ("blue", "red barn", "no shared word gives 0", 2),
    ("", "red barn", "an empty answer to a question that has one gives 0", 4),
    ("", "", "no answer to a question without answer gives 1", 4),
)


def word_f1(answer, gold):
    """The course's own `word_f1`."""
    got, want = normalise_answer(answer).split(), normalise_answer(gold).split()
    if not got or not want:
        return float(got == want)
    return 2 * sum((Counter(got) & Counter(want)).values()) / (len(got) + len(want))


@exercise(
    "08-answer-f1",
    hints=[
        "Call normalise_answer on both, then split into words.",
        "shared = number of words in common; F1 = 2 * shared / (len(got) + len(want)).",
        "Counter(got) & Counter(want) keeps each word as often as both have it; sum its values().",
        "If either list is empty, F1 is 1 when both are and 0 otherwise; that also avoids dividing by zero.",
    ],
    solution=word_f1,
)
def examine_f1(attempt: Callable) -> str:
    """Worked cases first, then random words."""
    for answer, gold, problem, number in F1_CASES:
        _compare_f1(attempt, answer, gold, problem, number)
    draw = random.Random(8)
    words = ["the", "red", "Red", "barn", "barn,", "a", "old", "1904"]
    for _ in range(300):
        answer, gold = (" ".join(draw.choices(words, k=draw.randint(0, 5))) for _ in range(2))
        _compare_f1(attempt, answer, gold, "F1 differs", 3)
    return f"{len(F1_CASES)} worked pairs and 300 random ones agree."


def _compare_f1(attempt: Callable, answer: str, gold: str, problem: str, number: int) -> None:
    expected = answer_f1(answer, [gold])
    got = as_numbers(attempt(answer, gold), "one F1 from 0 to 1", shape=(), hint=number).item()
    if abs(got - expected) > 1e-6:
        rows = [("expected", round(expected, 4)), ("got", round(got, 4))]
        raise NotYet(
            f"{problem}: answer {answer!r}, right answer {gold!r}",
            hint=number,
            shown=compare("F1", ("", "value"), rows),
        )
