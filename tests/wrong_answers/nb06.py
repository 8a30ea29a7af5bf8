"""What learners typically hand in for notebook 06: (exercise, attempt, hint it must name, words of the message)."""

import numpy as np
import torch
from torch.nn.functional import cosine_similarity, normalize

# Exercise 1


def hits_as_share(rankings, accepted, k):
    pairs = zip(rankings, accepted, strict=True)
    return sum(bool(set(r[:k]) & set(right)) for r, right in pairs) / len(rankings)


def hits_in_per_cent(rankings, accepted, k):
    return 100 * hits_as_share(rankings, accepted, k)


def hits_in_the_whole_ranking(rankings, accepted, k):
    return sum(bool(set(r) & set(right)) for r, right in zip(rankings, accepted, strict=True))


def hits_one_too_far(rankings, accepted, k):
    pairs = zip(rankings, accepted, strict=True)
    return sum(bool(set(r[: k + 1]) & set(right)) for r, right in pairs)


def hits_one_too_few(rankings, accepted, k):
    pairs = zip(rankings, accepted, strict=True)
    return sum(bool(set(r[: k - 1]) & set(right)) for r, right in pairs)


def hits_at_place_k_alone(rankings, accepted, k):
    return sum(r[k - 1] in right for r, right in zip(rankings, accepted, strict=True))


def hits_in_first_place_alone(rankings, accepted, k):
    return sum(r[0] in right for r, right in zip(rankings, accepted, strict=True))


def hits_per_name(rankings, accepted, k):
    count = 0
    for ranking, right in zip(rankings, accepted, strict=True):
        for name in ranking[:k]:
            if name in right:
                count += 1
    return count


def hits_as_recall(rankings, accepted, k):
    pairs = zip(rankings, accepted, strict=True)
    return sum(len(set(r[:k]) & set(right)) / len(right) for r, right in pairs) / len(rankings)


def hits_with_all_names(rankings, accepted, k):
    return sum(set(right) <= set(r[:k]) for r, right in zip(rankings, accepted, strict=True))


def hits_of_the_first_accepted(rankings, accepted, k):
    return sum(right[0] in r[:k] for r, right in zip(rankings, accepted, strict=True))


def hits_in_parts_of_names(rankings, accepted, k):
    count = 0
    for ranking, right in zip(rankings, accepted, strict=True):
        if any(one in name for name in ranking[:k] for one in right):
            count += 1
    return count


def hits_returned_in_the_loop(rankings, accepted, k):
    hits = 0
    for ranking, right in zip(rankings, accepted, strict=True):
        if any(name in right for name in ranking[:k]):
            hits += 1
        return hits
    return hits


def hits_set_anew(rankings, accepted, k):
    for ranking, right in zip(rankings, accepted, strict=True):
        hits = 0
        if any(name in right for name in ranking[:k]):
            hits += 1
    return hits


def hits_as_list(rankings, accepted, k):
    return [bool(set(r[:k]) & set(right)) for r, right in zip(rankings, accepted, strict=True)]


def hits_returning_nothing(rankings, accepted, k):
    hits = 0
    for ranking, right in zip(rankings, accepted, strict=True):
        if any(name in right for name in ranking[:k]):
            hits += 1


def hits_of_the_example(rankings, accepted, k):
    return 0 if k == 1 else 1


def hits_missed(rankings, accepted, k):
    return sum(not set(r[:k]) & set(right) for r, right in zip(rankings, accepted, strict=True))


def hits_of_lists(rankings, accepted, k):
    hits = 0
    for ranking, right in zip(rankings, accepted, strict=True):
        if ranking[:k] in right:
            hits += 1
    return hits


def hits_of_the_first_questions(rankings, accepted, k):
    hits = 0
    for ranking, right in zip(rankings[:k], accepted, strict=False):
        if any(name in right for name in ranking):
            hits += 1
    return hits


def hits_not_a_number(rankings, accepted, k):
    return float("nan")


# Exercise 2


def vectors_without_an_axis(hidden, attention_mask):
    return (hidden * attention_mask).sum(1) / attention_mask.sum(1)


def vectors_without_keepdim(hidden, attention_mask):
    mean = (hidden * attention_mask.unsqueeze(-1)).sum(1) / attention_mask.sum(1, keepdim=True)
    return mean / mean.norm(dim=-1)


def vectors_divided_without_keepdim(hidden, attention_mask):
    return (hidden * attention_mask.unsqueeze(-1)).sum(1) / attention_mask.sum(1)


def vectors_over_pads(hidden, attention_mask):
    return normalize(hidden.mean(1), dim=-1)


def vectors_not_scaled(hidden, attention_mask):
    weights = attention_mask.unsqueeze(-1)
    return (hidden * weights).sum(1) / weights.sum(1)


def vectors_divided_by_the_width(hidden, attention_mask):
    return (hidden * attention_mask.unsqueeze(-1)).sum(1) / hidden.shape[1]


def vectors_by_one_length(hidden, attention_mask):
    mean = vectors_not_scaled(hidden, attention_mask)
    return mean / mean.norm()


def vectors_by_column(hidden, attention_mask):
    return normalize(vectors_not_scaled(hidden, attention_mask), dim=0)


def vectors_of_cls(hidden, attention_mask):
    return normalize(hidden[:, 0], dim=-1)


def vectors_largest(hidden, attention_mask):
    return normalize(hidden.amax(1), dim=-1)


def vectors_scaled_too_early(hidden, attention_mask):
    weights = attention_mask.unsqueeze(-1)
    return normalize((normalize(hidden, dim=-1) * weights).sum(1) / weights.sum(1), dim=-1)


def vectors_of_the_batch(hidden, attention_mask):
    return normalize(hidden.mean((0, 1)), dim=-1)


def vectors_still_per_token(hidden, attention_mask):
    return hidden * attention_mask.unsqueeze(-1)


def vectors_returning_nothing(hidden, attention_mask):
    hidden.mean(1)


def vectors_not_a_number(hidden, attention_mask):
    return hidden[:, 0] * float("nan")


# Exercise 3


def search_by_dot(question, vectors, k):
    return (vectors @ question).topk(k).indices.tolist()


def search_by_dot_of_a_scaled_question(question, vectors, k):
    return (vectors @ normalize(question, dim=0)).topk(k).indices.tolist()


def search_by_distance(question, vectors, k):
    return (vectors - question).norm(dim=-1).argsort()[:k].tolist()


def search_farthest(question, vectors, k):
    return cosine_similarity(question, vectors, dim=-1).argsort()[:k].tolist()


def search_nearest_last(question, vectors, k):
    return cosine_similarity(question, vectors, dim=-1).argsort()[-k:].tolist()


def search_scores(question, vectors, k):
    return cosine_similarity(question, vectors, dim=-1).topk(k).values


def search_scores_as_list(question, vectors, k):
    return cosine_similarity(question, vectors, dim=-1).topk(k).values.tolist()


def search_both(question, vectors, k):
    return cosine_similarity(question, vectors, dim=-1).topk(k)


def search_five(question, vectors, k):
    return cosine_similarity(question, vectors, dim=-1).topk(5).indices.tolist()


def search_turned_round(question, vectors, k):
    return (question @ vectors).topk(k).indices.tolist()


def search_without_an_axis(question, vectors, k):
    return (vectors / vectors.norm(dim=-1) @ question).topk(k).indices.tolist()


def search_columns(question, vectors, k):
    return (normalize(vectors, dim=0) @ question).topk(k).indices.tolist()


def search_of_the_example(question, vectors, k):
    return [2, 1]


def search_returning_nothing(question, vectors, k):
    (vectors @ question).topk(k)


def search_one_axis_too_far(question, vectors, k):
    return (normalize(vectors, dim=1) @ normalize(question, dim=1)).topk(k).indices.tolist()


HITS, VECTORS, SEARCH = "06-count-hits", "06-sentence-vectors", "06-search"
WRONG = [
    (HITS, hits_as_share, 3, "the share of the questions"),
    (HITS, hits_in_per_cent, 3, "per cent"),
    (HITS, hits_in_the_whole_ranking, 2, "looks at the whole ranking"),
    (HITS, hits_one_too_far, 2, "one name too far"),
    (HITS, hits_one_too_few, 2, "one name too few"),
    (HITS, hits_at_place_k_alone, 2, "place k alone"),
    (HITS, hits_in_first_place_alone, 2, "the first place alone"),
    (HITS, hits_per_name, 3, "counts names"),
    (HITS, hits_as_recall, 3, "this is recall"),
    (HITS, hits_with_all_names, 3, "wants all accepted names"),
    (HITS, hits_of_the_first_accepted, 3, "only the first accepted name"),
    (HITS, hits_in_parts_of_names, 3, "compare whole names"),
    (HITS, hits_returned_in_the_loop, 1, "the return stands inside the loop"),
    (HITS, hits_set_anew, 1, "only the last question is counted"),
    (HITS, hits_as_list, 3, "one number for all questions"),
    (HITS, hits_returning_nothing, 4, "returns nothing"),
    (HITS, hits_of_the_example, 1, "the count differs"),
    (HITS, hits_missed, 3, "without a hit"),
    (HITS, hits_of_lists, 3, "stays 0"),
    (HITS, hits_of_the_first_questions, 2, "the first k questions"),
    (HITS, hits_not_a_number, 1, "NaN"),
    (VECTORS, vectors_without_an_axis, 2, "the mask needs a third axis"),
    (VECTORS, vectors_without_keepdim, 3, "keepdim=True"),
    (VECTORS, vectors_divided_without_keepdim, 3, "keepdim=True"),
    (VECTORS, vectors_over_pads, 1, "the pads count in your mean"),
    (VECTORS, vectors_not_scaled, 3, "do not have length one"),
    (VECTORS, vectors_divided_by_the_width, 3, "the lengths are not 1"),
    (VECTORS, vectors_by_one_length, 3, "one length for the whole table"),
    (VECTORS, vectors_by_column, 3, "scaled the columns"),
    (VECTORS, vectors_of_cls, 1, "the first token alone"),
    (VECTORS, vectors_largest, 1, "the largest value"),
    (VECTORS, vectors_scaled_too_early, 3, "scaled before the mean"),
    (VECTORS, vectors_of_the_batch, 1, "one vector per text"),
    (VECTORS, vectors_still_per_token, 1, "one vector per token"),
    (VECTORS, vectors_returning_nothing, 4, "returns nothing"),
    (VECTORS, vectors_not_a_number, 1, "NaN"),
    (SEARCH, search_by_dot, 1, "long vectors win"),
    (SEARCH, search_by_dot_of_a_scaled_question, 1, "long vectors win"),
    (SEARCH, search_by_distance, 1, "the order of the distance"),
    (SEARCH, search_farthest, 2, "farthest rows"),
    (SEARCH, search_nearest_last, 2, "the nearest last"),
    (SEARCH, search_scores, 3, "these are the scores"),
    (SEARCH, search_scores_as_list, 3, "the row numbers"),
    (SEARCH, search_both, 3, "return the rows alone"),
    (SEARCH, search_five, 2, "expected k = "),
    (SEARCH, search_turned_round, 1, "one number per row"),
    (SEARCH, search_without_an_axis, 1, "do not fit"),
    (SEARCH, search_columns, 1, "scaled the columns"),
    (SEARCH, search_of_the_example, 2, "expected k = 5 rows, got 2"),
    (SEARCH, search_returning_nothing, 4, "returns nothing"),
    (SEARCH, search_one_axis_too_far, 1, "dim=1 does not exist"),
]


def hits_as_a_tensor(rankings, accepted, k):
    pairs = zip(rankings, accepted, strict=True)
    return torch.tensor([bool(set(r[:k]) & set(right)) for r, right in pairs]).sum()


def vectors_in_numpy(hidden, attention_mask):
    weights = attention_mask.numpy()[..., None].astype(np.float64)
    mean = (hidden.numpy() * weights).sum(1) / weights.sum(1)
    return mean / np.linalg.norm(mean, axis=-1, keepdims=True)


def vectors_from_sums(hidden, attention_mask):
    return normalize((hidden * attention_mask.unsqueeze(-1)).sum(1), dim=-1)


def rows_in_numpy(question, vectors, k):
    question, vectors = question.numpy(), vectors.numpy()
    return np.argsort(-(vectors @ question) / np.linalg.norm(vectors, axis=1))[:k]


def rows_of_a_scaled_table(question, vectors, k):
    return (normalize(vectors, dim=-1) @ question).topk(k).indices


RIGHT = [
    (HITS, hits_as_a_tensor),
    (VECTORS, vectors_in_numpy),
    (VECTORS, vectors_from_sums),
    (SEARCH, rows_in_numpy),
    (SEARCH, rows_of_a_scaled_table),
]
