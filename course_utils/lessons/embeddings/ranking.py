"""How lesson 06 ranks: by the cosine of vectors, by vectors with a place per piece, and a small shelf of entries."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

import torch
from torch.nn.functional import normalize

DRAWN = 100  # entries on the small shelf beside the accepted ones


def rank_all(
    questions: torch.Tensor, entries: torch.Tensor, names: Sequence[str], *, k: int = 10
) -> list[list[str]]:
    """Rank the entries for each question by the cosine.

    Parameters
    ----------
    questions, entries : torch.Tensor
        ``(questions, size)`` and ``(entries, size)`` float, of any length.
    names : sequence of str
        One per entry.
    k : int
        How many names are wanted per question.

    Returns
    -------
    list of list of str
        For each question ``k`` names, nearest first.

    Examples
    --------
    >>> rank_all(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 2.0], [3.0, 1.0]]), ["up", "right"], k=1)
    [['right']]
    """
    if len(names) != len(entries):
        raise ValueError(f"names: expected one per entry, {len(entries)}, got {len(names)}")
    cosines = normalize(questions, dim=-1) @ normalize(entries, dim=-1).T
    rows = cosines.topk(min(k, len(names))).indices.tolist()
    return [[names[i] for i in row] for row in rows]


def rank_one_hot(tokenizer, asked: Sequence[str], texts: Sequence[str], names: Sequence[str]):
    """Rank by the mean of the one-hot vectors of a text's pieces, so by how often pieces are shared.

    Returns a list of ten names per question. The vectors are as long as the vocabulary and hold mostly zeros, which
    are left out.
    """

    pieces = tokenizer(list(texts), add_special_tokens=False)["input_ids"]
    questions = torch.zeros(len(tokenizer), len(asked))
    for column, row in enumerate(tokenizer(list(asked), add_special_tokens=False)["input_ids"]):
        for piece in row:
            questions[piece, column] += 1
    questions = normalize(questions, dim=0)
    lengths = [sum(n * n for n in Counter(row).values()) ** 0.5 for row in pieces]
    products = torch.stack([questions[row].sum(0) for row in pieces])
    cosines = (products / torch.tensor(lengths)[:, None]).T
    order = cosines.sort(descending=True, stable=True).indices[:, :10].tolist()
    return [[names[i] for i in row] for row in order]


def shelf_of(names: Sequence[str], accepted: Sequence[Sequence[str]]) -> list[int]:
    """Give the rows of a small shelf: every accepted name, and 100 others, drawn with a fixed seed."""
    right = {name for some in accepted for name in some}
    others = [i for i, name in enumerate(names) if name not in right]
    random.Random(0).shuffle(others)
    return sorted([i for i, name in enumerate(names) if name in right] + others[:DRAWN])


def bare_names(names: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Give every twelfth bare name, such as ``rmtree``, and the entries that carry it."""
    last = [name.split(".")[-1] for name in names]
    wanted = sorted({one for one, name in zip(last, names, strict=True) if name.count(".") == 1})
    wanted = wanted[::12]
    return wanted, [
        [name for one, name in zip(last, names, strict=True) if one == bare] for bare in wanted
    ]
