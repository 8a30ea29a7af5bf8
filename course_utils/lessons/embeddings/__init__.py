"""Lesson 06, a search engine for Python: its exercises, and the names that its notebook imports."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn.functional import normalize

from course_utils.embedding import pool
from course_utils.lesson.check import NotYet, as_numbers, exercise
from course_utils.lesson.shown import expected_and_got, shown_table
from course_utils.lessons.embeddings.explorers import explore_index, explore_search
from course_utils.lessons.embeddings.ranking import rank_all, rank_one_hot
from course_utils.lessons.embeddings.rivals import HIT_CASES, HIT_RIVALS, in_place
from course_utils.lessons.embeddings.senses import show_senses
from course_utils.lessons.embeddings.solutions import count_hits, search, sentence_vectors
from course_utils.lessons.embeddings.times import show_times
from course_utils.lessons.embeddings.views import (
    show_bodies,
    show_contradictions,
    show_engines,
    show_measures,
    show_poolings,
)

__all__ = [
    "explore_index",
    "explore_search",
    "rank_all",
    "rank_one_hot",
    "show_bodies",
    "show_contradictions",
    "show_engines",
    "show_measures",
    "show_poolings",
    "show_senses",
    "show_times",
]

CLOSE = {"atol": 1e-5, "rtol": 1e-4}

# Exercise 1


@exercise(
    "06-count-hits",
    hints=[
        "Take one question first: which names of its ranking may you look at when k is 2? "
        "zip(rankings, accepted) hands you each question's two lists together.",
        "Only the first k names count: ranking[:k]. The rest of the ranking is not looked at.",
        "A question counts once, or not at all: any(...) is true when at least one name fits. Two names are the "
        "same only when they are equal.",
        "hits = 0; for ranking, right in zip(rankings, accepted): "
        "if any(name in right for name in ranking[:k]): hits += 1; after the loop: return hits",
    ],
    solution=count_hits,
)
def examine_count_hits(attempt: Callable) -> str:
    """Expect the number of questions with an accepted name in reach, and know the ways to count something else."""
    got = [_counted(attempt, case) for case in HIT_CASES]
    wanted = [count_hits(*case) for case in HIT_CASES]
    wrong = [i for i, (one, other) in enumerate(zip(got, wanted, strict=True)) if one != other]
    if not wrong:
        return f"{len(HIT_CASES)} of {len(HIT_CASES)} small sets of rankings are counted right."
    message, number = _what_was_counted(got)
    first = wrong[0]
    raise NotYet(message, shown=_hits_table(*HIT_CASES[first], got[first]), hint=number)


def _what_was_counted(got: list[float]) -> tuple[str, int]:
    for rival, message, number in HIT_RIVALS:
        if all(abs(rival(*case) - one) < 1e-6 for case, one in zip(HIT_CASES, got, strict=True)):
            return message, number
    return "the count differs for the rankings below", 1


def _counted(attempt: Callable, case: tuple) -> float:
    rankings, accepted, k = case
    got = attempt([list(one) for one in rankings], [list(one) for one in accepted], k)
    if got is None:
        raise NotYet("your function returns nothing: return the count, after the loop", hint=4)
    if isinstance(got, list | tuple):
        raise NotYet(
            f"expected one number for all questions together, got a {type(got).__name__} of {len(got)}",
            hint=3,
        )
    if isinstance(got, bool):
        raise NotYet("expected a number, how many questions; got True or False", hint=3)
    return as_numbers(got, "one number", shape=(), hint=1).item()


def _hits_table(rankings: list, accepted: list, k: int, got: float):
    rows = [
        [
            i,
            ", ".join(ranking),
            ", ".join(right),
            in_place(ranking, right) or "none",
            "yes" if (in_place(ranking, right) or k + 1) <= k else "no",
        ]
        for i, (ranking, right) in enumerate(zip(rankings, accepted, strict=True))
    ]
    wanted = count_hits(rankings, accepted, k)
    return shown_table(
        f"k = {k}: expected {wanted}, got {got:g}",
        ["question", "ranking", "accepted", "first place of an accepted name", "counts"],
        rows,
    )


# Exercise 2


@exercise(
    "06-sentence-vectors",
    hints=[
        "What should a pad add to the sum? Nothing. Set the pads' vectors to zero, add up over the places, and "
        "divide by the number of tokens of each row.",
        "hidden is (rows, places, 384), the mask (rows, places): one axis is missing. "
        "attention_mask.unsqueeze(-1) is (rows, places, 1) and fits.",
        "A row is divided by one number: keep the axis, so that the shapes fit. "
        "vectors.norm(dim=-1, keepdim=True) holds the lengths; divide once, after the mean.",
        "weights = attention_mask.unsqueeze(-1); mean = (hidden * weights).sum(1) / weights.sum(1); "
        "return mean / mean.norm(dim=-1, keepdim=True)",
    ],
    solution=sentence_vectors,
)
def examine_sentence_vectors(attempt: Callable) -> str:
    """Expect the masked mean at length one, on random batches with pads; the first is 3 texts of at most 5 places."""
    draw = torch.Generator().manual_seed(6)
    for number in range(50):
        hidden, mask = _batch(draw, (3, 5) if number == 0 else None)
        got = _attempted(attempt, hidden, mask)
        _compare_vectors(got, hidden, mask)
    return "50 of 50 random batches: no pad counts, and each vector has length one."


def _batch(draw: torch.Generator, size: tuple[int, int] | None) -> tuple[torch.Tensor, ...]:
    """Make random token vectors of different lengths, with at least one token per row and some pads."""
    rows, width = size or (int(torch.randint(2, 7, (), generator=draw)) for _ in range(2))
    lengths = torch.randint(1, width + 1, (rows, 1), generator=draw)
    lengths[0], lengths[1] = 1, width  # row 0 is a single token beside pads, row 1 has none
    stretch = torch.rand(rows, width, 1, generator=draw) * 3
    return torch.randn(rows, width, 8, generator=draw) * stretch, (
        torch.arange(width) < lengths
    ).long()


def _attempted(attempt: Callable, hidden: torch.Tensor, mask: torch.Tensor) -> object:
    try:
        return attempt(hidden.clone(), mask.clone())
    except RuntimeError as error:
        said = str(error)
        if "must match the size" not in said and "broadcast" not in said:
            raise
        if f"({hidden.shape[1]})" in said or "3-D" in said:
            raise NotYet(
                f"the shapes {tuple(hidden.shape)} and {tuple(mask.shape)} do not fit: one number per token has to "
                "multiply a whole vector, so the mask needs a third axis",
                hint=2,
            ) from None
        raise NotYet(
            f"a table of {hidden.shape[0]} rows cannot be divided by {hidden.shape[0]} numbers that stand in one "
            "row: keep the axis with keepdim=True",
            hint=3,
        ) from None


def _compare_vectors(got: object, hidden: torch.Tensor, mask: torch.Tensor) -> None:
    if got is None:
        raise NotYet("your function returns nothing: begin its last line with return", hint=4)
    wanted = normalize(pool(hidden, mask), dim=-1)
    if isinstance(got, torch.Tensor) and got.shape == hidden.shape:
        raise NotYet("this is still one vector per token; pool over the places, axis 1", hint=1)
    got = as_numbers(got, "one vector per text", shape=tuple(wanted.shape), hint=1)
    if torch.allclose(got, wanted, **CLOSE):
        return
    message, number = _what_else(got, hidden, mask, wanted)
    off = int((got - wanted).abs().amax(-1).argmax())
    tokens, length = f"{int(mask[off].sum())} of {mask.shape[1]}", f"{got[off].norm():.2f}"
    caption = f"row {off} of a batch, {tokens} places are tokens; length expected 1, got {length}"
    raise NotYet(message, shown=expected_and_got(caption, wanted[off], got[off]), hint=number)


def _what_else(got, hidden, mask, wanted) -> tuple[str, int]:
    """Say what was computed instead."""

    def is_like(other: torch.Tensor) -> bool:
        return torch.allclose(got, other, **CLOSE)

    def points_like(other: torch.Tensor) -> bool:
        return torch.allclose(normalize(got, dim=-1), normalize(other, dim=-1), **CLOSE)

    mean = pool(hidden, mask)
    if is_like(mean):
        return "the mean is right, but the vectors do not have length one", 3
    if is_like(mean / mean.norm()):
        return "you divided by one length for the whole table; each row has its own", 3
    if is_like(normalize(mean, dim=0)):
        return "you scaled the columns; a vector is a row, dim=-1", 3
    if points_like(hidden.mean(1)) or points_like(hidden.sum(1)):
        return (
            "the pads count in your mean: a row changes when a longer neighbour joins its batch",
            1,
        )
    if points_like(hidden[:, 0]):
        return "this is the vector of the first token alone; the mean over all tokens is wanted", 1
    if points_like(pool(hidden, mask, pooling="max")) or points_like(hidden.amax(1)):
        return "this is the largest value of each column; the mean over the tokens is wanted", 1
    if points_like(pool(normalize(hidden, dim=-1), mask)):
        return "each token was scaled before the mean; scale once, after it", 3
    if points_like(wanted):
        return "the directions are right, the lengths are not 1", 3
    return "the vectors differ", 1


# Exercise 3


@exercise(
    "06-search",
    hints=[
        "A cosine is the dot product divided by both lengths. vectors @ question gives the dot product of each row; "
        "vectors.norm(dim=-1) the length of each row.",
        "scores.topk(k) finds the k largest scores, largest first; argsort() alone sorts upwards.",
        "Wanted are the numbers of the rows, a list of k whole numbers: topk(k).indices has them, .values are the scores.",
        "cosines = (vectors @ question) / (vectors.norm(dim=-1) * question.norm()); "
        "return cosines.topk(k).indices.tolist()",
    ],
    solution=search,
)
def examine_search(attempt: Callable) -> str:
    """Expect the rows of the largest cosines, largest first, among vectors whose lengths differ widely."""
    draw = torch.Generator().manual_seed(60)
    for number in range(50):
        count, k = (30, 5) if number == 0 else (12 + number, 1 + number % 6)
        vectors = torch.randn(count, 8, generator=draw)
        vectors *= 0.2 + 5 * torch.rand(count, 1, generator=draw)
        question = 3 * torch.randn(8, generator=draw)
        _compare_rows(_searched(attempt, question, vectors, k), question, vectors, k)
    return "50 of 50 searches give the same rows in the same order, whatever the lengths and whatever k."


def _searched(attempt: Callable, question, vectors, k: int) -> object:
    try:
        return attempt(question.clone(), vectors.clone(), k)
    except RuntimeError as error:
        if "mat" not in str(error) and "size" not in str(error) and "shape" not in str(error):
            raise
        raise NotYet(
            f"the shapes do not fit: the question is ({len(question)},), the vectors {tuple(vectors.shape)}; "
            "vectors @ question gives one number per row",
            hint=1,
        ) from None
    except IndexError as error:
        if "Dimension out of range" not in str(error):
            raise
        raise NotYet(
            "the question has one axis, so dim=1 does not exist there; dim=-1 is the axis of the numbers",
            hint=1,
        ) from None


def _compare_rows(got: object, question, vectors, k: int) -> None:
    if got is None:
        raise NotYet("your function returns nothing: begin its last line with return", hint=4)
    cosine = normalize(vectors, dim=-1) @ normalize(question, dim=0)
    wanted = cosine.topk(k).indices.tolist()
    if isinstance(got, tuple) and len(got) == 2:
        raise NotYet("topk gives two things, scores and rows: return the rows alone", hint=3)
    if isinstance(got, torch.Tensor) and got.is_floating_point() and got.numel() == k:
        raise NotYet("these are the scores; return the numbers of their rows", hint=3)
    got = as_numbers(got, "the row numbers", shape=(None,), whole=True, hint=3).tolist()
    if got == wanted:
        return
    shown = expected_and_got(f"rows of the {k} nearest vectors, nearest first", wanted, got)
    message, number = _which_rows(got, cosine, question, vectors, k)
    raise NotYet(message, shown=shown, hint=number)


def _which_rows(got: list, cosine, question, vectors, k: int) -> tuple[str, int]:
    """Say by what the rows were chosen."""
    distance = (vectors - question).norm(dim=-1)
    if len(got) != k:
        return f"expected k = {k} rows, got {len(got)}", 2
    if got == (vectors @ question).topk(k).indices.tolist():
        return (
            "long vectors win: this is the order of the dot product, not yet divided by the rows' lengths",
            1,
        )
    if got == distance.argsort()[:k].tolist():
        return (
            "this is the order of the distance: rows whose length is far from the question's lose, whatever their direction",
            1,
        )
    if got == distance.argsort(descending=True)[:k].tolist():
        return (
            "these are the rows with the largest distance: the farthest, and by another measure",
            2,
        )
    if got == cosine.argsort()[:k].tolist():
        return f"these are the {k} farthest rows: the order is upwards", 2
    if got == cosine.topk(k).indices.tolist()[::-1] or got == cosine.argsort()[-k:].tolist():
        return "the right rows, the nearest last: turn the order round", 2
    if sorted(got) == sorted(cosine.topk(k).indices.tolist()):
        return "the right rows in another order; the nearest comes first", 2
    if got == (normalize(vectors, dim=0) @ question).topk(k).indices.tolist():
        return "you scaled the columns; a vector is a row, dim=-1", 1
    return "other rows", 1
