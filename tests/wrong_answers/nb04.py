"""Typical wrong answers to notebook 04: (exercise, answer, number of the hint, words that the message contains)."""

import torch


def pad_mask_from_ids(rows, pad_id):
    """Takes every token that has the id of the pad for a pad."""
    width = max(map(len, rows))
    ids = torch.tensor([[*row, *[pad_id] * (width - len(row))] for row in rows])
    return ids, (ids != pad_id).long()


def pad_in_front(rows, pad_id):
    """Pads as for a writer."""
    width = max(map(len, rows))
    ids = torch.tensor([[pad_id] * (width - len(row)) + row for row in rows])
    return ids, torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows])


def pad_changing_the_rows(rows, pad_id):
    """Makes the caller's lists longer."""
    width = max(map(len, rows))
    mask = [[1] * len(row) + [0] * (width - len(row)) for row in rows]
    for row in rows:
        row += [pad_id] * (width - len(row))
    return torch.tensor(rows), torch.tensor(mask)


def pad_cut_to_the_shortest(rows, pad_id):
    """Makes the rectangle by cutting."""
    width = min(map(len, rows))
    return torch.tensor([row[:width] for row in rows]), torch.ones(
        len(rows), width, dtype=torch.long
    )


def pad_to_512(rows, pad_id):
    """As wide as the model allows."""
    ids = torch.tensor([row + [pad_id] * (512 - len(row)) for row in rows])
    return ids, torch.tensor([[1] * len(row) + [0] * (512 - len(row)) for row in rows])


def pad_as_lists(rows, pad_id):
    """Forgets the tensors."""
    width = max(map(len, rows))
    return (
        [row + [pad_id] * (width - len(row)) for row in rows],
        [[1] * len(row) + [0] * (width - len(row)) for row in rows],
    )


def pad_mask_upside_down(rows, pad_id):
    """1 for a pad."""
    width = max(map(len, rows))
    ids = torch.tensor([row + [pad_id] * (width - len(row)) for row in rows])
    return ids, torch.tensor([[0] * len(row) + [1] * (width - len(row)) for row in rows])


def pad_ids_alone(rows, pad_id):
    """Forgets the mask."""
    width = max(map(len, rows))
    return torch.tensor([row + [pad_id] * (width - len(row)) for row in rows]).unsqueeze(0)


def weights_without_the_mask(scores, mask):
    return scores.softmax(-1)


def weights_times_scores(scores, mask):
    """A score of 0 is a score."""
    return (scores * mask).softmax(-1)


def weights_one_step_lower(scores, mask):
    return (scores + mask - 1).softmax(-1)


def weights_masked_after(scores, mask):
    """What the pads had is lost."""
    return scores.softmax(-1) * mask


def weights_minus_ten(scores, mask):
    """Low, but not low enough."""
    return scores.masked_fill(mask == 0, -10.0).softmax(-1)


def weights_of_the_pads(scores, mask):
    """Takes the tokens out."""
    return scores.masked_fill(mask == 1, float("-inf")).softmax(-1)


def weights_over_the_queries(scores, mask):
    return scores.masked_fill(mask == 0, -1e9).softmax(-2)


def weights_not_shared_out(scores, mask):
    """Forgets the softmax."""
    return scores.masked_fill(mask == 0, float("-inf"))


def run_left_in_order(rows, run, size=32):
    """Leaves the results in sorted order."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    results = []
    for start in range(0, len(rows), size):
        results += run([rows[i] for i in order[start : start + size]])
    return results


def run_sorted_twice(rows, run, size=32):
    """Takes the way there for the way back."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    results = run_left_in_order(rows, run, size)
    return [results[i] for i in order]


def run_not_sorted(rows, run, size=32):
    results = []
    for start in range(0, len(rows), size):
        results += run(rows[start : start + size])
    return results


def run_changing_the_rows(rows, run, size=32):
    """Sorts the caller's list."""
    rows.sort(key=len)
    return run_not_sorted(rows, run, size)


def run_losing_the_rest(rows, run, size=32):
    """Full batches only."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    results = []
    for number in range(len(rows) // size):
        results += run([rows[i] for i in order[number * size : (number + 1) * size]])
    return results


def run_sorted_by_the_ids(rows, run, size=32):
    """Sorts the lists themselves, so by their first ids."""
    order = sorted(range(len(rows)), key=lambda i: rows[i])
    results = [None] * len(rows)
    for start in range(0, len(rows), size):
        part = order[start : start + size]
        for i, result in zip(part, run([rows[i] for i in part]), strict=True):
            results[i] = result
    return results


def run_one_by_one(rows, run, size=32):
    """No pads, and no batch."""
    return [run([row])[0] for row in rows]


def run_returning_nothing(rows, run, size=32):
    for start in range(0, len(rows), size):
        run(rows[start : start + size])


PAD, WEIGHTS, SORTED = "04-pad-by-hand", "04-masked-weights", "04-run-sorted"


def pad_mask_ragged(rows, pad_id):
    width = max(map(len, rows))
    ids = [row + [pad_id] * (width - len(row)) for row in rows]
    return torch.tensor(ids), torch.tensor([[1] * len(row) for row in rows])


def weights_by_index(scores, mask):
    return scores[mask == 1].softmax(-1)


def weights_with_not(scores, mask):
    return scores.masked_fill(not mask, float("-inf")).softmax(-1)


def weights_mask_as_numbers(scores, mask):
    return scores.masked_fill(1 - mask, float("-inf")).softmax(-1)


def weights_without_an_axis(scores, mask):
    return scores.masked_fill(mask == 0, float("-inf")).softmax()


def run_joined_as_tensors(rows, run, size=32):
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    parts = [order[start : start + size] for start in range(0, len(rows), size)]
    return torch.cat([run([rows[i] for i in part]) for part in parts])


def run_into_a_dict(rows, run, size=32):
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    results = {}
    for start in range(0, len(rows), size):
        part = order[start : start + size]
        results.update(zip(part, run([rows[i] for i in part]), strict=True))
    return results


def run_back_by_look_up(rows, run, size=32):
    by_length, results = sorted(rows, key=len), [0] * len(rows)
    for start in range(0, len(rows), size):
        part = by_length[start : start + size]
        for row, result in zip(part, run(part), strict=True):
            results[rows.index(row)] = result
    return results


WRONG = [
    (PAD, pad_mask_from_ids, 3, "a token is taken for a pad"),
    (PAD, pad_in_front, 2, "the first difference is in column 0; fill up at the end"),
    (PAD, pad_changing_the_rows, 2, "changed the lists it was given"),
    (PAD, pad_cut_to_the_shortest, 1, "no id may be lost"),
    (PAD, pad_to_512, 1, "as wide as the longest row, not wider"),
    (PAD, pad_as_lists, 3, "the model takes tensors"),
    (PAD, pad_mask_upside_down, 3, "the wrong way round"),
    (PAD, pad_ids_alone, 3, "expected two tables"),
    (PAD, pad_mask_ragged, 2, "in the ids and in the mask alike"),
    (WEIGHTS, weights_by_index, 2, "one number per column"),
    (WEIGHTS, weights_with_not, 2, "mask == 0 gives one per column"),
    (WEIGHTS, weights_mask_as_numbers, 2, "wants True and False"),
    (WEIGHTS, weights_without_an_axis, 1, "along which axis"),
    (WEIGHTS, weights_without_the_mask, 1, "the mask has no effect: a pad still gets 0.103"),
    (WEIGHTS, weights_times_scores, 2, "a score of 0 still gets 0.078"),
    (WEIGHTS, weights_one_step_lower, 2, "one step lower is not low enough"),
    (WEIGHTS, weights_masked_after, 1, "what the pads had is lost"),
    (WEIGHTS, weights_minus_ten, 2, "close: a pad still gets 0.00000"),
    (WEIGHTS, weights_of_the_pads, 2, "you took the tokens out"),
    (WEIGHTS, weights_over_the_queries, 1, "do not sum to 1"),
    (WEIGHTS, weights_not_shared_out, 1, "not shared out yet"),
    (SORTED, run_joined_as_tensors, 3, "one by one"),
    (SORTED, run_into_a_dict, 3, "got a dict"),
    (SORTED, run_back_by_look_up, 3, "rows.index finds only the first"),
    (SORTED, run_left_in_order, 3, "put each result back to its row"),
    (SORTED, run_sorted_twice, 3, "sorts once more"),
    (SORTED, run_not_sorted, 1, "right, but not sorted"),
    (SORTED, run_changing_the_rows, 1, "changed the caller's list"),
    (SORTED, run_losing_the_rest, 2, "expected 70 results, got 64"),
    (SORTED, run_sorted_by_the_ids, 1, "sorted, but not by length"),
    (SORTED, run_one_by_one, 2, "expected 3 batches of at most 32 rows"),
    (SORTED, run_returning_nothing, 3, "returns nothing"),
]
