"""What learners typically hand in for notebook 06: (exercise, attempt, hint it must name, words of the message)."""

from torch.nn.functional import normalize


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


WRONG = [
    ("06-sentence-vectors", mean_over_padding, 1, "padding takes part"),
    ("06-sentence-vectors", not_scaled, 3, "do not have length one"),
    ("06-sentence-vectors", divided_by_width, 2, "the length is not"),
    ("06-sentence-vectors", scaled_too_early, 3, "scaled before the mean"),
    ("06-sentence-vectors", one_vector_for_all, 1, "one vector per row"),
    ("06-top-k", dot_product, 1, "long vectors win"),
    ("06-top-k", ascending, 2, "ascending"),
    ("06-top-k", scores_instead, 3, "row numbers"),
    ("06-recall-at-k", hits_per_name, 3, "one accepted name is enough"),
    ("06-recall-at-k", whole_ranking, 2, "stands third"),
    ("06-recall-at-k", one_too_few, 2, "stands second"),
]
