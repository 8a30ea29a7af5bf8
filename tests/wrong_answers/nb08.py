"""What learners typically hand in for notebook 08: (exercise, attempt, hint it must name, words of the message)."""

import numpy as np
import torch

INF = float("inf")


def _chances(logits, allowed):
    return logits.masked_fill(~allowed, -INF).softmax(-1)


def _whole(start, end, allowed):
    return _chances(start, allowed)[:, None] * _chances(end, allowed)[None, :]


def adds(start, end, allowed, longest):
    first, last = _chances(start, allowed), _chances(end, allowed)
    return (first[:, None] + last[None, :]).triu().tril(longest - 1)


def masks_late(start, end, allowed, longest):
    """Softmax first: the question has had its share."""
    table = start.softmax(-1)[:, None] * end.softmax(-1)[None, :]
    return (table * (allowed[:, None] & allowed[None, :])).triu().tril(longest - 1)


def masks_nothing(start, end, allowed, longest):
    return (start.softmax(-1)[:, None] * end.softmax(-1)[None, :]).triu().tril(longest - 1)


def masks_with_zero(start, end, allowed, longest):
    first, last = (x.masked_fill(~allowed, 0).softmax(-1) for x in (start, end))
    return (first[:, None] * last[None, :]).triu().tril(longest - 1)


def masks_the_wrong_way_round(start, end, allowed, longest):
    return _whole(start, end, ~allowed).triu().tril(longest - 1)


def multiplies_logits(start, end, allowed, longest):
    """Forgets the softmax."""
    table = start[:, None] * end[None, :] * (allowed[:, None] & allowed[None, :])
    return table.triu().tril(longest - 1)


def cuts_tokens_out(start, end, allowed, longest):
    first, last = start[allowed].softmax(-1), end[allowed].softmax(-1)
    return (first[:, None] * last[None, :]).triu().tril(longest - 1)


def shares_out_over_spans(start, end, allowed, longest):
    """One softmax over the whole table."""
    table = start[:, None] + end[None, :]
    possible = torch.ones_like(table, dtype=torch.bool).triu().tril(longest - 1)
    possible &= allowed[:, None] & allowed[None, :]
    return table.masked_fill(~possible, -INF).flatten().softmax(0).view_as(table)


def exchanges_rows_and_columns(start, end, allowed, longest):
    return _whole(end, start, allowed).triu().tril(longest - 1)


def ends_before_start(start, end, allowed, longest):
    return _whole(start, end, allowed).tril(longest - 1)


def no_single_token(start, end, allowed, longest):
    return _whole(start, end, allowed).triu(1).tril(longest - 1)


def no_limit(start, end, allowed, longest):
    return _whole(start, end, allowed).triu()


def one_token_too_long(start, end, allowed, longest):
    return _whole(start, end, allowed).triu().tril(longest)


def one_token_too_short(start, end, allowed, longest):
    return _whole(start, end, allowed).triu().tril(longest - 2)


def best_pair(start, end, allowed, longest):
    return int(start.argmax()), int(end.argmax())


def not_a_number(start, end, allowed, longest):
    return torch.full((len(start), len(start)), float("nan"))


def the_example_alone(start, end, allowed, longest):
    table = torch.zeros(len(start), len(start))
    table[1, 1] = table[1, 2] = table[2, 2] = 0.25
    return table


def two_loops(start, end, allowed, longest):
    """Right, cell by cell."""
    first, last = _chances(start, allowed), _chances(end, allowed)
    table = torch.zeros(len(start), len(start))
    for i in range(len(start)):
        for j in range(len(start)):
            if i <= j < i + longest:
                table[i, j] = first[i] * last[j]
            elif j > i:
                table[i, j] = 0 * first[i] * last[j]
            else:
                table[i, j] = 0 * first[i]
    return table


def stride_as_step(n_tokens, room, stride):
    stride = max(stride, 1)
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


def never_reaches_the_end(n_tokens, room, stride):
    bounds, first = [], 0
    while first < n_tokens:
        after = min(first + room, n_tokens)
        bounds.append((first, after))
        first = after - stride
    return bounds


def starts_alone(n_tokens, room, stride):
    return list(range(0, n_tokens, room - stride))


def windows_as_lists(n_tokens, room, stride):
    bounds = [[0, min(room, n_tokens)]]
    while bounds[-1][1] < n_tokens:
        first = bounds[-1][1] - stride
        bounds.append([first, min(first + room, n_tokens)])
    return bounds


def last_token_included(n_tokens, room, stride):
    return [(first, after - 1) for first, after in windows_as_lists(n_tokens, room, stride)]


def end_forgotten(n_tokens, room, stride):
    full = [pair for pair in windows_as_lists(n_tokens, room, stride) if pair[1] - pair[0] == room]
    return full or [(0, n_tokens)]


def last_window_moved_back(n_tokens, room, stride):
    """Makes the last window as long as the others."""
    bounds = windows_as_lists(n_tokens, room, stride)
    bounds[-1][0] = max(0, bounds[-1][1] - room)
    return bounds


def windows_of_the_example(n_tokens, room, stride):
    return [(0, 6), (4, 10)]


def among_the_answered(threshold, results):
    """Leaves refused questions out of the division."""
    shown = [one for one in results if one["score"] >= threshold]
    return sum(one["right"] for one in shown) / max(1, len(shown))


def refusals_are_wrong(threshold, results):
    return sum(one["right"] for one in results if one["score"] >= threshold) / len(results)


def refusals_are_right(threshold, results):
    right = [one["score"] < threshold or one["right"] for one in results]
    return sum(right) / len(results)


def wrong_answers_held_back_are_right(threshold, results):
    right = [one["right"] if one["score"] >= threshold else not one["right"] for one in results]
    return sum(right) / len(results)


def _one(threshold, one):
    return not one["has_answer"] if one["score"] < threshold else one["right"]


def refuses_at_the_threshold(threshold, results):
    right = [
        not one["has_answer"] if one["score"] <= threshold else one["right"] for one in results
    ]
    return sum(right) / len(results)


def in_per_cent(threshold, results):
    return 100 * sum(_one(threshold, one) for one in results) / len(results)


def a_count(threshold, results):
    return sum(_one(threshold, one) for one in results)


def the_wrong_ones(threshold, results):
    return 1 - sum(_one(threshold, one) for one in results) / len(results)


def cases_exchanged(threshold, results):
    right = [one["right"] if one["score"] < threshold else not one["has_answer"] for one in results]
    return sum(right) / len(results)


def no_threshold(threshold, results):
    return sum(one["right"] for one in results) / len(results)


def a_list_of_verdicts(threshold, results):
    return [bool(_one(threshold, one)) for one in results]


def nothing_returned(*given):
    list(given)


def missing_key(threshold, results):
    return sum(one["correct"] for one in results) / len(results)


SPANS, WINDOWS, SHARE = "08-span-scores", "08-windows", "08-share-right"
WRONG = [
    (SPANS, adds, 2, "added the two probabilities"),
    (SPANS, masks_late, 1, "before the softmax"),
    (SPANS, masks_nothing, 1, "not allowed have a score"),
    (SPANS, masks_with_zero, 1, "0 is a logit like any other"),
    (SPANS, masks_the_wrong_way_round, 1, "wrong way round"),
    (SPANS, multiplies_logits, 1, "products of logits"),
    (SPANS, cuts_tokens_out, 1, "you cut 1 of 6 tokens out"),
    (SPANS, shares_out_over_spans, 1, "over the spans"),
    (SPANS, exchanges_rows_and_columns, 2, "rows and columns are exchanged"),
    (SPANS, ends_before_start, 3, "end before they start"),
    (SPANS, no_single_token, 3, "a single token"),
    (SPANS, no_limit, 4, "more than 3 tokens"),
    (SPANS, one_token_too_long, 4, "more than 3 tokens"),
    (SPANS, one_token_too_short, 4, "exactly 3 tokens"),
    (SPANS, best_pair, 2, "expected a table"),
    (SPANS, not_a_number, 2, "NaN"),
    (SPANS, the_example_alone, 1, "the table differs"),
    (SPANS, nothing_returned, 2, "returns nothing"),
    (SPANS, two_loops, 2, "right, but a table of 200 tokens"),
    (WINDOWS, never_reaches_the_end, 3, "When is the passage used up?"),
    (WINDOWS, nothing_returned, 1, "returns nothing"),
    (WINDOWS, starts_alone, 1, "of shape (any, 2)"),
    (WINDOWS, past_the_end, 1, "behind the passage"),
    (WINDOWS, stride_as_step, 2, "stride is what neighbours share"),
    (WINDOWS, no_overlap, 2, "share 0 tokens, not 4"),
    (WINDOWS, one_window_too_many, 3, "nothing new"),
    (WINDOWS, last_token_included, 1, "behind the window's last token"),
    (WINDOWS, end_forgotten, 3, "in no window"),
    (WINDOWS, last_window_moved_back, 1, "as long as what is left"),
    (WINDOWS, windows_of_the_example, 1, "behind the passage"),
    (SHARE, among_the_answered, 3, "you divide by the 8 that were answered"),
    (SHARE, refusals_are_wrong, 1, "every refusal as wrong"),
    (SHARE, refusals_are_right, 1, "every refusal as right"),
    (SHARE, wrong_answers_held_back_are_right, 1, "still a question left open"),
    (SHARE, refuses_at_the_threshold, 2, "equal to the threshold"),
    (SHARE, in_per_cent, 3, "not per cent"),
    (SHARE, a_count, 3, "divide by the number of all results"),
    (SHARE, the_wrong_ones, 1, "handled wrong"),
    (SHARE, cases_exchanged, 1, "exchanged"),
    (SHARE, no_threshold, 1, "no effect"),
    (SHARE, a_list_of_verdicts, 3, "one share from 0 to 1"),
    (SHARE, nothing_returned, 3, "returns nothing"),
    (SHARE, missing_key, 1, "KeyError"),
]


def table_in_numpy(start, end, allowed, longest):
    def chances(logits):
        powers = np.exp(np.where(allowed.numpy(), logits.double().numpy(), -np.inf))
        return powers / powers.sum()

    return np.tril(np.triu(np.outer(chances(start), chances(end))), longest - 1)


def table_as_lists(start, end, allowed, longest):
    return table_in_numpy(start, end, allowed, longest).tolist()


def windows_as_an_array(n_tokens, room, stride):
    return np.array(windows_as_lists(n_tokens, room, stride))


def share_in_numpy(threshold, results):
    scores, right, has = (
        np.array([one[name] for one in results]) for name in ("score", "right", "has_answer")
    )
    return np.where(scores < threshold, ~has, right).mean()


RIGHT = [
    (SPANS, table_in_numpy),
    (SPANS, table_as_lists),
    (WINDOWS, windows_as_lists),
    (WINDOWS, windows_as_an_array),
    (SHARE, share_in_numpy),
]
