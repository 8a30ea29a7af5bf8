"""Typical wrong answers to notebook 03: (exercise, answer, number of the hint, words that the message contains)."""

import torch


def _scores(query, key):
    return query @ key.T / query.shape[-1] ** 0.5


def head_unscaled(query, key, value):
    """Forgets the root."""
    weights = (query @ key.T).softmax(-1)
    return weights, weights @ value


def head_by_size(query, key, value):
    """Divides by the size, not by its root."""
    weights = (query @ key.T / query.shape[-1]).softmax(-1)
    return weights, weights @ value


def head_by_column(query, key, value):
    """Shares out the readers instead of the read."""
    weights = _scores(query, key).softmax(0)
    return weights, weights @ value


def head_of_lists(query, key, value):
    shares, output = (query @ key.T / query.shape[-1] ** 0.5).softmax(-1), value
    shares = shares.tolist()
    return shares, output


def head_swapped(query, key, value):
    shares = (query @ key.T / query.shape[-1] ** 0.5).softmax(-1)
    return shares @ value, shares


def head_by_tokens(query, key, value):
    shares = (query @ key.T / len(query) ** 0.5).softmax(-1)
    return shares, shares @ value


def head_exchanged(query, key, value):
    """Takes the keys for the readers."""
    weights = _scores(key, query).softmax(-1)
    return weights, weights @ value


def head_without_softmax(query, key, value):
    """Divides the scores by their sum."""
    scores = _scores(query, key)
    weights = scores / scores.sum(-1, keepdim=True)
    return weights, weights @ value


def head_not_turned(query, key, value):
    """Forgets to turn the keys."""
    weights = (query @ key).softmax(-1)
    return weights, weights @ value


def head_of_keys(query, key, value):
    """Hands on the keys."""
    weights = _scores(query, key).softmax(-1)
    return weights, weights @ key


def head_weights_turned(query, key, value):
    """Turns the weights before it sums."""
    weights = _scores(query, key).softmax(-1)
    return weights, weights.T @ value


def head_one_result(query, key, value):
    """Returns the output alone."""
    return _scores(query, key).softmax(-1) @ value


def head_prints(query, key, value):
    """Prints instead of returning."""
    weights = _scores(query, key).softmax(-1)
    weights @ value


def _masked(query, key, above=1, fill=float("-inf")):
    scores = _scores(query, key)
    return scores.masked_fill(torch.ones_like(scores).triu(above).bool(), fill)


def causal_not_at_all(query, key, value):
    """An encoder's head."""
    weights = _scores(query, key).softmax(-1)
    return weights, weights @ value


def causal_hides_itself(query, key, value):
    """Hides the diagonal too."""
    weights = _masked(query, key, above=0).softmax(-1)
    return weights, weights @ value


def causal_mask_after_softmax(query, key, value):
    """Multiplies the mask onto the weights."""
    weights = _scores(query, key).softmax(-1).tril()
    return weights, weights @ value


def causal_zero_scores(query, key, value):
    """Takes a score of 0 for no share."""
    weights = _scores(query, key).tril().softmax(-1)
    return weights, weights @ value


def causal_wrong_half(query, key, value):
    """Hides what comes before."""
    scores = _scores(query, key)
    weights = scores.masked_fill(torch.ones_like(scores).tril(-1).bool(), float("-inf"))
    weights = weights.softmax(-1)
    return weights, weights @ value


def causal_minus_five(query, key, value):
    """Takes a low score for none."""
    weights = _masked(query, key, fill=-5.0).softmax(-1)
    return weights, weights @ value


def causal_unscaled(query, key, value):
    """Forgets the root."""
    weights = (_masked(query, key) * query.shape[-1] ** 0.5).softmax(-1)
    return weights, weights @ value


def causal_by_column(query, key, value):
    """Normalises the columns."""
    weights = _masked(query, key).softmax(0)
    return weights, weights @ value


def head_root_of_two(query, key, value):
    """Copies the size of the example."""
    weights = (query @ key.T / 2**0.5).softmax(-1)
    return weights, weights @ value


def causal_mask_of_numbers(query, key, value):
    """Forgets .bool()."""
    scores = _scores(query, key)
    weights = scores.masked_fill(torch.ones_like(scores).triu(1), float("-inf")).softmax(-1)
    return weights, weights @ value


def causal_mask_of_three(query, key, value):
    """Copies the mask of the example."""
    later = torch.ones(3, 3).triu(1).bool()
    weights = _scores(query, key).masked_fill(later, float("-inf")).softmax(-1)
    return weights, weights @ value


def causal_example_copied(query, key, value):
    """Copies the example, scores included."""
    later = torch.ones(3, 3).triu(1).bool()
    weights = torch.zeros(3, 3).masked_fill(later, float("-inf")).softmax(-1)
    return weights, weights @ value


def head_two_readers_by_loop(query, key, value):
    """Copies the loop of the example: no division, and a list."""
    shares = [(key @ reader).softmax(-1) for reader in query]
    return shares, torch.stack([share @ value for share in shares])


def head_loop_unscaled(query, key, value):
    """Copies the loop of the example and stacks: no division."""
    shares = torch.stack([(key @ reader).softmax(-1) for reader in query])
    return shares, shares @ value


WRONG = [
    ("03-head", head_unscaled, 2, "too sharp"),
    ("03-head", head_two_readers_by_loop, 4, "expected the shares as a tensor, got list"),
    ("03-head", head_root_of_two, 2, "you divided by the root of 2"),
    ("03-head", head_loop_unscaled, 2, "too sharp"),
    ("03-head", head_of_lists, 4, "expected the shares as a tensor, got list"),
    ("03-head", head_swapped, 4, "the two results are exchanged"),
    ("03-head", head_by_tokens, 2, "root of the number of tokens"),
    ("03-head", head_by_size, 2, "too flat"),
    ("03-head", head_by_column, 3, "your columns add up to 1"),
    ("03-head", head_exchanged, 1, "row and column are exchanged"),
    ("03-head", head_without_softmax, 3, "shares come from softmax"),
    ("03-head", head_not_turned, 1, "one of the two must be turned"),
    ("03-head", head_of_keys, 4, "the shares are right"),
    ("03-head", head_weights_turned, 4, "the shares are right"),
    ("03-head", head_one_result, 1, "expected two results"),
    ("03-causal-head", causal_not_at_all, 1, "later tokens are still read"),
    ("03-causal-head", causal_hides_itself, 3, "row 0 of the shares holds NaN"),
    ("03-causal-head", causal_mask_after_softmax, 2, "mask before the softmax"),
    ("03-causal-head", causal_zero_scores, 2, "are 0, not minus infinity"),
    ("03-causal-head", causal_wrong_half, 3, "the wrong half is hidden"),
    ("03-causal-head", causal_minus_five, 2, "not low enough"),
    ("03-causal-head", causal_mask_of_numbers, 3, "add .bool() to the mask"),
    ("03-causal-head", causal_mask_of_three, 3, "such as the 3 by 3 of the example"),
    ("03-causal-head", causal_example_copied, 1, "the example's scores were all 0"),
    ("03-causal-head", causal_unscaled, 1, "too sharp"),
    ("03-causal-head", causal_by_column, 1, "your columns add up to 1"),
]
