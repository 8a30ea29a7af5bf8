"""What learners typically hand in for notebook 08: (exercise, attempt, hint it must name, words of the message)."""

from collections import Counter

import numpy as np
import torch

from course_utils.metrics import normalise_answer


def _chances(logits, allowed):
    return logits.masked_fill(~allowed, float("-inf")).softmax(-1)


def _whole(start, end, allowed):
    return _chances(start, allowed)[:, None] * _chances(end, allowed)[None, :]


def adds(start, end, allowed, longest):
    return (
        (_chances(start, allowed)[:, None] + _chances(end, allowed)[None, :])
        .triu()
        .tril(longest - 1)
    )


def masks_late(start, end, allowed, longest):
    table = (
        start.softmax(-1)[:, None]
        * end.softmax(-1)[None, :]
        * (allowed[:, None] & allowed[None, :])
    )
    return table.triu().tril(longest - 1)


def masks_nothing(start, end, allowed, longest):
    return (start.softmax(-1)[:, None] * end.softmax(-1)[None, :]).triu().tril(longest - 1)


def ends_before_start(start, end, allowed, longest):
    return _whole(start, end, allowed).tril(longest - 1)


def one_token_too_long(start, end, allowed, longest):
    return _whole(start, end, allowed).triu().tril(longest)


def one_token_too_short(start, end, allowed, longest):
    return _whole(start, end, allowed).triu().tril(longest - 2)


def best_pair(start, end, allowed, longest):
    return int(start.argmax()), int(end.argmax())


def stride_as_step(n_tokens, room, stride):
    return [
        (first, min(first + room, n_tokens))
        for first in range(0, max(n_tokens - room, 0) + stride, stride)
    ]


def no_overlap(n_tokens, room, stride):
    return [(first, min(first + room, n_tokens)) for first in range(0, n_tokens, room)]


def one_window_too_many(n_tokens, room, stride):
    return [(first, min(first + room, n_tokens)) for first in range(0, n_tokens, room - stride)]


def past_the_end(n_tokens, room, stride):
    bounds = [(0, room)]
    while bounds[-1][1] < n_tokens:
        bounds.append((bounds[-1][1] - stride, bounds[-1][1] - stride + room))
    return bounds


def _f1(got, want):
    if not got or not want:
        return float(got == want)
    return 2 * sum((Counter(got) & Counter(want)).values()) / (len(got) + len(want))


def as_written(answer, gold):
    return _f1(answer.split(), gold.split())


def lower_case_alone(answer, gold):
    words = [
        [word for word in text.lower().split() if word not in ("a", "an", "the")]
        for text in (answer, gold)
    ]
    return _f1(*words)


def sets_of_words(answer, gold):
    got, want = (set(normalise_answer(text).split()) for text in (answer, gold))
    return 2 * len(got & want) / (len(got) + len(want)) if got and want else float(got == want)


def recall_alone(answer, gold):
    got, want = (normalise_answer(text).split() for text in (answer, gold))
    return sum((Counter(got) & Counter(want)).values()) / len(want) if want else float(not got)


def never_unanswerable(answer, gold):
    got, want = (normalise_answer(text).split() for text in (answer, gold))
    return _f1(got, want) if got and want else 0.0


def masks_with_zero(start, end, allowed, longest):
    first, last = (x.masked_fill(~allowed, 0).softmax(-1) for x in (start, end))
    return (first[:, None] * last[None, :]).triu().tril(longest - 1)


def not_a_number(start, end, allowed, longest):
    return torch.full((len(start), len(start)), float("nan"))


def never_reaches_the_end(n_tokens, room, stride):
    bounds, first = [], 0
    while first < n_tokens:
        after = min(first + room, n_tokens)
        bounds.append((first, after))
        first = after - stride
    return bounds


def starts_alone(n_tokens, room, stride):
    return list(range(0, n_tokens, room - stride))


def f1_not_a_number(answer, gold):
    return float("nan")


WRONG = [
    ("08-span-scores", adds, 2, "added the two probabilities"),
    ("08-span-scores", masks_late, 1, "before the softmax"),
    ("08-span-scores", masks_nothing, 1, "not allowed have a score"),
    ("08-span-scores", ends_before_start, 3, "end before they start"),
    ("08-span-scores", one_token_too_long, 4, "more than 3 tokens"),
    ("08-span-scores", one_token_too_short, 4, "exactly 3 tokens"),
    ("08-span-scores", best_pair, 2, "expected a table"),
    ("08-span-scores", masks_with_zero, 1, "0 is a logit like any other"),
    ("08-span-scores", not_a_number, 2, "NaN"),
    ("08-windows", never_reaches_the_end, 3, "a loop does not end"),
    ("08-windows", starts_alone, 1, "of shape (any, 2)"),
    ("08-answer-f1", f1_not_a_number, 2, "NaN"),
    ("08-windows", past_the_end, 1, "no longer than the passage"),
    ("08-windows", stride_as_step, 2, "stride is what neighbours share"),
    ("08-windows", no_overlap, 2, "stride is what neighbours share"),
    ("08-windows", one_window_too_many, 3, "just fits needs one window"),
    ("08-answer-f1", as_written, 1, "articles"),
    ("08-answer-f1", lower_case_alone, 1, "case and punctuation"),
    ("08-answer-f1", sets_of_words, 3, "Counter"),
    ("08-answer-f1", recall_alone, 2, "2 * shared"),
    ("08-answer-f1", never_unanswerable, 4, "without answer"),
]


def table_in_numpy(start, end, allowed, longest):
    def chances(logits):
        powers = np.exp(np.where(allowed.numpy(), logits.double().numpy(), -np.inf))
        return powers / powers.sum()

    return np.tril(np.triu(np.outer(chances(start), chances(end))), longest - 1)


def windows_as_lists(n_tokens, room, stride):
    bounds = [[0, min(room, n_tokens)]]
    while bounds[-1][1] < n_tokens:
        first = bounds[-1][1] - stride
        bounds.append([first, min(first + room, n_tokens)])
    return bounds


def windows_as_an_array(n_tokens, room, stride):
    return np.array(windows_as_lists(n_tokens, room, stride))


RIGHT = [
    ("08-span-scores", table_in_numpy),
    ("08-windows", windows_as_lists),
    ("08-windows", windows_as_an_array),
]
