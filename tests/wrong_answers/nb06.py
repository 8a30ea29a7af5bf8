"""What learners typically hand in for notebook 06: (exercise, attempt, hint it must name, words of the message)."""

import numpy as np
import torch
from torch.nn.functional import normalize


def mask_without_a_dimension(hidden, attention_mask):
    return (hidden * attention_mask).sum(1)


def not_a_number(hidden, attention_mask):
    return hidden[:, 0] * float("nan")


def mean_over_padding(hidden, attention_mask):
    return normalize(hidden.mean(1), dim=-1)


def not_scaled(hidden, attention_mask):
    weights = attention_mask.unsqueeze(-1)
    return (hidden * weights).sum(1) / weights.sum(1)


def divided_by_width(hidden, attention_mask):
    return (hidden * attention_mask.unsqueeze(-1)).sum(1) / hidden.shape[1]


def scaled_too_early(hidden, attention_mask):
    weights = attention_mask.unsqueeze(-1)
    return normalize((normalize(hidden, dim=-1) * weights).sum(1) / weights.sum(1), dim=-1)


def one_vector_for_all(hidden, attention_mask):
    return normalize(hidden.mean((0, 1)), dim=-1)


def dot_product(query, vectors, k):
    return (vectors @ query).topk(k).indices.tolist()


def ascending(query, vectors, k):
    return (normalize(vectors, dim=-1) @ normalize(query, dim=0)).argsort()[:k].tolist()


def scores_instead(query, vectors, k):
    return (normalize(vectors, dim=-1) @ normalize(query, dim=0)).topk(k).values.tolist()


def hits_per_name(rankings, accepted, k):
    hits = sum(
        name in ranking[:k]
        for ranking, names in zip(rankings, accepted, strict=True)
        for name in names
    )
    return hits / sum(map(len, accepted))


def whole_ranking(rankings, accepted, k):
    answered = [
        any(name in names for name in ranking)
        for ranking, names in zip(rankings, accepted, strict=True)
    ]
    return sum(answered) / len(answered)


def one_too_few(rankings, accepted, k):
    pairs = zip(rankings, accepted, strict=True)
    answered = [any(name in names for name in ranking[: max(1, k - 1)]) for ranking, names in pairs]
    return sum(answered) / len(answered)


def euclid(query, vectors, k):
    return (vectors - query).norm(dim=-1).argsort()[:k].tolist()


def values_and_rows(query, vectors, k):
    return (normalize(vectors, dim=-1) @ normalize(query, dim=0)).topk(k)


def nothing_found(rankings, accepted, k):
    return float("nan")


WRONG = [
    ("06-sentence-vectors", mean_over_padding, 1, "padding takes part"),
    ("06-sentence-vectors", not_scaled, 3, "do not have length one"),
    ("06-sentence-vectors", divided_by_width, 2, "the length is not"),
    ("06-sentence-vectors", scaled_too_early, 3, "scaled before the mean"),
    ("06-sentence-vectors", one_vector_for_all, 1, "one vector per row"),
    ("06-sentence-vectors", mask_without_a_dimension, 1, "the shapes do not fit"),
    ("06-sentence-vectors", not_a_number, 1, "NaN"),
    ("06-top-k", euclid, 1, "short vectors win"),
    ("06-top-k", values_and_rows, 3, "row numbers"),
    ("06-top-k", dot_product, 1, "long vectors win"),
    ("06-top-k", ascending, 2, "ascending"),
    ("06-top-k", scores_instead, 3, "row numbers"),
    ("06-recall-at-k", hits_per_name, 3, "one accepted name is enough"),
    ("06-recall-at-k", whole_ranking, 2, "stands third"),
    ("06-recall-at-k", one_too_few, 2, "stands second"),
    ("06-recall-at-k", nothing_found, 1, "NaN"),
]


def vectors_in_numpy(hidden, attention_mask):
    weights = attention_mask.numpy()[..., None].astype(np.float64)
    mean = (hidden.numpy() * weights).sum(1) / weights.sum(1)
    return mean / np.linalg.norm(mean, axis=-1, keepdims=True)


def rows_in_numpy(query, vectors, k):
    query, vectors = query.numpy(), vectors.numpy()
    return np.argsort(-(vectors @ query) / np.linalg.norm(vectors, axis=1))[:k]


def share_as_a_tensor(rankings, accepted, k):
    pairs = zip(rankings, accepted, strict=True)
    return torch.tensor([bool(set(r[:k]) & set(names)) for r, names in pairs]).float().mean()


RIGHT = [
    ("06-sentence-vectors", vectors_in_numpy),
    ("06-top-k", rows_in_numpy),
    ("06-recall-at-k", share_as_a_tensor),
]
