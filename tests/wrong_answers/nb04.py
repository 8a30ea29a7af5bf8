"""Typical wrong answers to notebook 04: (exercise, answer, number of the hint, words that the message contains)."""

import torch


def pad_mask_from_ids(rows, pad_id):
    """Takes every token that has the id of the pad for a pad."""
    width = max(map(len, rows))
    ids = torch.tensor([[*row, *[pad_id] * (width - len(row))] for row in rows])
    return ids, (ids != pad_id).long()


def pad_on_the_left(rows, pad_id):
    """Pads as for generation."""
    width = max(map(len, rows))
    ids = torch.tensor([[pad_id] * (width - len(row)) + row for row in rows])
    return ids, torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows])


def pad_cut_to_the_shortest(rows, pad_id):
    """Makes the rectangle by cutting."""
    width = min(map(len, rows))
    return torch.tensor([row[:width] for row in rows]), torch.ones(
        len(rows), width, dtype=torch.long
    )


def pad_as_lists(rows, pad_id):
    """Forgets the tensors."""
    width = max(map(len, rows))
    return (
        [row + [pad_id] * (width - len(row)) for row in rows],
        [[1] * len(row) + [0] * (width - len(row)) for row in rows],
    )


def mean_over_all(hidden, attention_mask):
    """Counts the pads in."""
    return hidden.mean(1)


def mean_divided_by_width(hidden, attention_mask):
    """Leaves the pads out of the sum but not out of the count."""
    return (hidden * attention_mask.unsqueeze(-1)).sum(1) / hidden.shape[1]


def mean_without_unsqueeze(hidden, attention_mask):
    """Multiplies shapes that do not fit."""
    return (hidden * attention_mask).sum(1) / attention_mask.sum(1)


def windows_without_overlap(ids, size, overlap):
    """Steps a whole window."""
    return [ids[k : k + size] for k in range(0, len(ids), size)]


def windows_with_a_useless_last(ids, size, overlap):
    """Starts windows as long as there is a token left to start at."""
    return [ids[k : k + size] for k in range(0, len(ids), size - overlap)]


def windows_without_the_rest(ids, size, overlap):
    """Keeps full windows only."""
    return [ids[k : k + size] for k in range(0, len(ids) - size + 1, size - overlap)]


WRONG = [
    ("04-pad-by-hand", pad_mask_from_ids, 3, "the mask differs"),
    ("04-pad-by-hand", pad_on_the_left, 2, "padded at the end"),
    ("04-pad-by-hand", pad_cut_to_the_shortest, 1, "as wide as the longest row"),
    ("04-pad-by-hand", pad_as_lists, 4, "two tensors"),
    ("04-masked-mean", mean_over_all, 1, "a longer neighbour"),
    ("04-masked-mean", mean_divided_by_width, 3, "what you divide by"),
    ("04-masked-mean", mean_without_unsqueeze, 2, "the shapes do not fit"),
    ("04-windows", windows_without_overlap, 1, "should share"),
    ("04-windows", windows_with_a_useless_last, 2, "has already"),
    ("04-windows", windows_without_the_rest, 3, "in no window"),
]
