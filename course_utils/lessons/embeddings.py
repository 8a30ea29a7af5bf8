"""The exercises of notebook 06, embeddings and semantic search."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn.functional import normalize

from course_utils.embedding import pool
from course_utils.lesson.check import NotYet, as_numbers, exercise
from course_utils.pictures.page import table
from course_utils.pictures.view import View, plain_table

CLOSE = {"atol": 1e-5, "rtol": 1e-4}


def rows_beside(caption: str, expected, got) -> View:
    """Put the values expected above those that came."""
    rows = [("expected", _short(expected)), ("got", _short(got))]
    return View(
        html=table(caption, ("", "value"), rows),
        text=f"{caption}\n{plain_table(('', 'value'), rows)}",
    )


def _short(value) -> str:
    if isinstance(value, torch.Tensor):
        return str([round(number, 4) for number in value.flatten()[:8].tolist()])
    return str(value)


def random_batch(draw: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Make a batch of random hidden states with at least one token a row, and some padding."""
    rows, width = (int(torch.randint(2, 7, (), generator=draw)) for _ in range(2))
    lengths = torch.randint(1, width + 1, (rows, 1), generator=draw)
    lengths[0] = 1  # so that every batch has padding
    hidden = (
        torch.randn(rows, width, 8, generator=draw) * torch.rand(rows, width, 1, generator=draw) * 3
    )
    return hidden, (torch.arange(width) < lengths).long()


def sentence_vectors(hidden, attention_mask):
    """The course's own `sentence_vectors`."""
    weights = attention_mask.unsqueeze(-1)
    mean = (hidden * weights).sum(1) / weights.sum(1)
    return mean / mean.norm(dim=-1, keepdim=True)


@exercise(
    "06-sentence-vectors",
    hints=[
        "Three steps: set the padded positions to zero, take the mean, scale to length one. hidden has three "
        "dimensions and the mask two: attention_mask.unsqueeze(-1) has one more, of length 1.",
        "Divide by the number of tokens of each row, attention_mask.sum(1, keepdim=True), not by the width of the batch.",
        "torch.nn.functional.normalize(vectors, dim=-1) divides each row by its length; do it once, after the mean.",
    ],
    solution=sentence_vectors,
)
def examine_sentence_vectors(attempt: Callable) -> str:
    """Compare with masked mean, then unit length, on random batches."""
    draw = torch.Generator().manual_seed(6)
    worst = 0.0
    for _ in range(200):
        hidden, mask = random_batch(draw)
        got = _compare_vectors(_attempted(attempt, hidden, mask), hidden, mask)
        worst = max(worst, float((got - _right(hidden, mask)).abs().max()))
    return f"200 of 200 batches, largest difference below {'1e-5' if worst < 1e-5 else '1e-4'}."


def _right(hidden, mask):
    return normalize(pool(hidden, mask), dim=-1)


def _attempted(attempt: Callable, hidden: torch.Tensor, mask: torch.Tensor) -> object:
    try:
        return attempt(hidden.clone(), mask.clone())
    except RuntimeError as error:
        if "must match the size" not in str(error) and "broadcast" not in str(error):
            raise
        raise NotYet(
            f"the shapes do not fit: hidden is {tuple(hidden.shape)}, the mask {tuple(mask.shape)}, "
            "and one number per token has to multiply a whole vector",
            hint=1,
        ) from None


def _compare_vectors(got, hidden, mask) -> torch.Tensor:
    expected = _right(hidden, mask)
    got = as_numbers(got, "one vector per row", shape=tuple(expected.shape), hint=1)
    if torch.allclose(got, expected, **CLOSE):
        return got
    shown = rows_beside("Row 0 of a batch, a single token and padding", expected[0], got[0])
    if torch.allclose(got, pool(hidden, mask), **CLOSE):
        raise NotYet(
            "the mean is right, but the vectors do not have length one", shown=shown, hint=3
        )
    if torch.allclose(normalize(got, dim=-1), normalize(hidden.mean(1), dim=-1), **CLOSE):
        raise NotYet(
            "padding takes part in your mean: row 0 changes when a longer neighbour joins the batch",
            shown=shown,
            hint=1,
        )
    if torch.allclose(normalize(got, dim=-1), expected, **CLOSE):
        raise NotYet(
            "the direction is right and the length is not: the divisor differs, or the order of mean and "
            "scaling",
            shown=shown,
            hint=2,
        )
    if torch.allclose(
        normalize(got, dim=-1), normalize(pool(normalize(hidden, dim=-1), mask), dim=-1), **CLOSE
    ):
        raise NotYet(
            "each token was scaled before the mean, so short token vectors got the weight of long ones",
            shown=shown,
            hint=3,
        )
    raise NotYet("the vectors differ", shown=shown, hint=1)


def top_k(query, vectors, k):
    """The course's own `top_k`."""
    cosines = normalize(vectors, dim=-1) @ normalize(query, dim=-1)
    return cosines.topk(k).indices.tolist()


@exercise(
    "06-top-k",
    hints=[
        "A cosine is a dot product of vectors of length one. Scale query and vectors first, or divide by both lengths.",
        "torch.topk(scores, k) gives the largest values, largest first; .indices holds the rows. argsort sorts ascending.",
        "Return row numbers, not scores: a list of k integers.",
    ],
    solution=top_k,
)
def examine_top_k(attempt: Callable) -> str:
    """Compare with a cosine ranking of vectors whose lengths differ widely."""
    draw = torch.Generator().manual_seed(60)
    for _ in range(200):
        vectors = torch.randn(30, 8, generator=draw) * torch.rand(30, 1, generator=draw) * 5
        query = torch.randn(8, generator=draw)
        got = attempt(query.clone(), vectors.clone(), 5)
        cosine = normalize(vectors, dim=-1) @ normalize(query, dim=0)
        _compare_ranking(got, cosine, query, vectors)
    return "200 of 200 rankings of 30 vectors give the same five rows in the same order."


def _compare_ranking(got, cosine, query, vectors) -> None:
    expected = cosine.topk(5).indices.tolist()
    got = as_numbers(got, "a list of row numbers", shape=(None,), whole=True, hint=3).tolist()
    if got == expected:
        return
    shown = rows_beside("Rows of the five nearest vectors, nearest first", expected, got)
    if got == (vectors @ query).topk(5).indices.tolist():
        raise NotYet(
            "long vectors win: this is the ranking by dot product, and these vectors differ in length",
            shown=shown,
            hint=1,
        )
    if got == cosine.argsort()[:5].tolist():
        raise NotYet(
            "these are the five farthest rows: the order is ascending", shown=shown, hint=2
        )
    if got == torch.cdist(vectors, query[None])[:, 0].argsort()[:5].tolist():
        raise NotYet(
            "short vectors win: this is the ranking by distance, and these vectors differ in length",
            shown=shown,
            hint=1,
        )
    if len(got) != 5:
        raise NotYet(f"expected 5 rows, got {len(got)}", shown=shown, hint=2)
    raise NotYet("the rows differ", shown=shown, hint=1)


RECALL_CASES = (
    (
        [["a", "b", "c"], ["d", "e", "f"]],
        [["a"], ["x"]],
        1,
        0.5,
        "one of two questions has its answer first",
        1,
    ),
    (
        [["a", "b", "c"]],
        [["c"]],
        2,
        0.0,
        "the answer stands third, so it does not count among the first two",
        2,
    ),
    (
        [["a", "b", "c"]],
        [["b"]],
        2,
        1.0,
        "the answer stands second, so it counts among the first two",
        2,
    ),
    (
        [["a", "b", "c"]],
        [["a", "b", "x", "y"]],
        3,
        1.0,
        "one accepted name is enough; others may be missing",
        3,
    ),
    (
        [["a", "b"], ["c", "d"]],
        [["a", "b"], ["x"]],
        2,
        0.5,
        "two accepted names are one answered question",
        3,
    ),
)


def recall_at(rankings, accepted, k):
    """The course's own `recall_at`."""
    answered = [
        any(name in right for name in ranking[:k]) for ranking, right in zip(rankings, accepted)
    ]
    return sum(answered) / len(answered)


@exercise(
    "06-recall-at-k",
    hints=[
        "Go through rankings and accepted names together, with zip, and count the questions that are answered.",
        "Only the first k names of a ranking count: ranking[:k].",
        "A question is answered when any accepted name is among them; divide the answered questions by all questions.",
    ],
    solution=recall_at,
)
def examine_recall(attempt: Callable) -> str:
    """Compare on worked cases."""
    for rankings, accepted, k, expected, reason, number in RECALL_CASES:
        got = attempt([list(names) for names in rankings], [list(names) for names in accepted], k)
        share = as_numbers(got, "one share from 0 to 1", shape=(), hint=number).item()
        if abs(share - expected) > 1e-6:
            shown = rows_beside(f"rankings {rankings}, accepted {accepted}, k={k}", expected, share)
            raise NotYet(reason, shown=shown, hint=number)
    return f"{len(RECALL_CASES)} of {len(RECALL_CASES)} worked cases."
