"""Typical wrong answers to notebook 03: (exercise, answer, number of the hint, words that the message contains)."""

import torch


def _count(config, *, norms=True, biases=True, pooler=True, tables=3):
    hidden, inner, layers = config.hidden_size, config.intermediate_size, config.num_hidden_layers
    rows = [config.vocab_size, config.max_position_embeddings, config.type_vocab_size][:tables]
    layer = (
        4 * hidden * hidden
        + 2 * hidden * inner
        + biases * (5 * hidden + inner)
        + norms * 4 * hidden
    )
    return (
        sum(rows) * hidden
        + norms * 2 * hidden
        + layers * layer
        + pooler * (hidden * hidden + hidden)
    )


def count_without_biases(config):
    """Counts matrices only."""
    return _count(config, biases=False)


def count_without_pooler(config):
    """Stops at the last layer."""
    return _count(config, pooler=False)


def count_without_norms(config):
    """Forgets that LayerNorm learns."""
    return _count(config, norms=False)


def count_words_only(config):
    """Forgets the tables of positions and segments."""
    return _count(config, tables=1)


def _masked(query, key, above=1):
    scores = query @ key.T / query.shape[-1] ** 0.5
    return scores.masked_fill(torch.ones_like(scores).triu(above).bool(), float("-inf"))


def causal_unscaled(query, key, value):
    """Forgets the root."""
    return (_masked(query, key) * query.shape[-1] ** 0.5).softmax(-1) @ value


def causal_mask_after_softmax(query, key, value):
    """Multiplies the mask onto the weights."""
    return (query @ key.T / query.shape[-1] ** 0.5).softmax(-1).tril() @ value


def causal_over_queries(query, key, value):
    """Normalises the columns."""
    return _masked(query, key).softmax(0) @ value


def causal_not_at_all(query, key, value):
    """An encoder's head."""
    return (query @ key.T / query.shape[-1] ** 0.5).softmax(-1) @ value


def score_unshifted(logits, ids, start):
    """Reads the logits at the token's own position."""
    return logits.log_softmax(-1)[start:].gather(-1, ids[start:].unsqueeze(-1)).sum()


def score_with_prompt(logits, ids, start):
    """Scores the prompt too."""
    return logits.log_softmax(-1)[:-1].gather(-1, ids[1:].unsqueeze(-1)).sum()


def score_of_logits(logits, ids, start):
    """Adds logits."""
    return logits[start - 1 : -1].gather(-1, ids[start:].unsqueeze(-1)).sum()


def freeze_by_eval(model):
    """Takes eval mode for freezing."""
    model.eval()


def freeze_everything(model):
    """Freezes the head with the body."""
    model.requires_grad_(False)


def freeze_the_layers(model):
    """Forgets embeddings and pooler."""
    model.bert.encoder.requires_grad_(False)


WRONG = [
    ("03-count-parameters", count_without_biases, 3, "have biases"),
    ("03-count-parameters", count_without_pooler, 4, "hidden to hidden"),
    ("03-count-parameters", count_without_norms, 2, "LayerNorms"),
    ("03-count-parameters", count_words_only, 1, "off by"),
    ("03-causal-head", causal_unscaled, 1, "too large"),
    ("03-causal-head", causal_mask_after_softmax, 2, "no longer sum to 1"),
    ("03-causal-head", causal_over_queries, 3, "over the queries"),
    ("03-causal-head", causal_not_at_all, 2, "nothing but itself"),
    ("03-score-a-text", score_unshifted, 1, "at its own position"),
    ("03-score-a-text", score_with_prompt, 3, "the prompt is scored too"),
    ("03-score-a-text", score_of_logits, 2, "not log-probabilities"),
    ("03-freeze", freeze_by_eval, 1, "nothing is frozen"),
    ("03-freeze", freeze_everything, 3, "the head is frozen"),
    ("03-freeze", freeze_the_layers, 2, "of the body"),
]
