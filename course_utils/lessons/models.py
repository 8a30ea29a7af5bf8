"""The exercises of notebook 03: counting parameters, a causal attention head, scoring a text, freezing."""

from __future__ import annotations

from collections.abc import Callable

import torch

from course_utils.lesson.check import NotYet, as_numbers, exercise
from course_utils.lesson.shown import expected_and_got, shown_table


def count_parameters(config):
    """The course's own `count_parameters`."""
    hidden, inner = config.hidden_size, config.intermediate_size
    norm = 2 * hidden
    tables = (config.vocab_size + config.max_position_embeddings + config.type_vocab_size) * hidden
    square = hidden * hidden + hidden
    layer = 4 * square + norm + (hidden * inner + inner) + (inner * hidden + hidden) + norm
    return tables + norm + config.num_hidden_layers * layer + square


@exercise(
    "03-count-parameters",
    hints=[
        "Embeddings: three tables, for words, positions and segments, each with rows of hidden_size, and a LayerNorm.",
        "A LayerNorm has a weight and a bias: 2 * hidden_size. There is one after the embeddings and two in each layer.",
        "A linear layer from m to n has m * n weights and n biases. A layer has six: query, key, value and output "
        "(hidden to hidden), and hidden to intermediate_size and back.",
        "BertModel ends with a pooler, one more linear layer from hidden to hidden.",
    ],
    solution=count_parameters,
)
def examine_count_parameters(attempt: Callable) -> str:
    """Expect ``attempt(config)`` to give the number of parameters of ``BertModel(config)``."""
    from transformers import BertConfig, BertModel

    sizes = [
        (30522, 384, 6, 12, 1536),
        (30522, 768, 12, 12, 3072),
        (100, 8, 1, 2, 20),
        (77, 12, 3, 3, 7),
    ]
    for vocabulary, hidden, layers, heads, inner in sizes:
        config = BertConfig(
            vocab_size=vocabulary,
            hidden_size=hidden,
            num_hidden_layers=layers,
            num_attention_heads=heads,
            intermediate_size=inner,
        )
        with torch.device("meta"):  # shapes without numbers
            wanted = BertModel(config).num_parameters()
        got = attempt(config)
        if got != wanted:
            _explain_count(got, wanted, config)
    return f"{len(sizes)} of {len(sizes)} configurations, up to {109_482_240:,} parameters, counted to the last one."


def _explain_count(got: object, wanted: int, config: object) -> None:
    hidden, layers, inner = config.hidden_size, config.num_hidden_layers, config.intermediate_size
    if not isinstance(got, int):
        raise NotYet(f"expected a whole number, got {type(got).__name__}", hint=1)
    shown = expected_and_got(
        f"BertModel, hidden {hidden}, {layers} layers", f"{wanted:,}", f"{got:,}"
    )
    norms, pooler = 2 * hidden * (1 + 2 * layers), hidden * hidden + hidden
    biases = layers * (5 * hidden + inner)
    missing = wanted - got
    if missing == pooler:
        raise NotYet(
            f"{missing:,} are missing: a linear layer from hidden to hidden", shown=shown, hint=4
        )
    if missing in (norms, norms - 2 * hidden, 2 * hidden):
        raise NotYet(
            f"{missing:,} are missing, a multiple of 2 x hidden_size: look at the LayerNorms",
            shown=shown,
            hint=2,
        )
    if missing in (biases, biases + hidden):
        raise NotYet(f"{missing:,} are missing: linear layers have biases", shown=shown, hint=3)
    raise NotYet(
        f"you are off by {missing:,}", shown=shown, hint=1 if missing > config.vocab_size else 3
    )


def causal_head(query, key, value):
    """The course's own `causal_head`."""
    scores = query @ key.T / query.shape[-1] ** 0.5
    later = torch.ones_like(scores).triu(1).bool()
    return scores.masked_fill(later, float("-inf")).softmax(-1) @ value


@exercise(
    "03-causal-head",
    hints=[
        "The scores are query @ key.T / sqrt(size of a query).",
        "A token may read itself and what stands before it: the scores above the diagonal become -inf before the softmax.",
        "The softmax runs over the keys, the last dimension: each row sums to 1.",
        "scores.masked_fill(torch.ones_like(scores).triu(1).bool(), float('-inf')), then softmax(-1) @ value.",
    ],
    solution=causal_head,
)
def examine_causal_head(attempt: Callable) -> str:
    """Expect ``attempt(query, key, value)`` to be one attention head in which no token reads what comes later."""
    trials, worst = 50, 0.0
    with torch.device("cpu"):
        generator = torch.Generator().manual_seed(5)
        for _ in range(trials):
            query, key, value = (torch.randn(6, 4, generator=generator) for _ in range(3))
            wanted = torch.nn.functional.scaled_dot_product_attention(
                query, key, value, is_causal=True
            )
            got = as_numbers(attempt(query, key, value), "the output", shape=(6, 4), hint=2)
            worst = max(worst, (got - wanted).abs().max().item())
            if worst > 1e-5:
                _explain_head(got, wanted, query, key, value)
    return f"{trials} of {trials} heads equal torch's own, largest difference below 1e-5."


def _explain_head(
    got: torch.Tensor,
    wanted: torch.Tensor,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
) -> None:
    rows = [
        [i + 1, f"{w[0]:.4f}", f"{g[0]:.4f}"]
        for i, (w, g) in enumerate(zip(wanted, got, strict=True))
    ]
    shown = shown_table("first figure of each token's output", ["token", "expected", "got"], rows)
    allowed = torch.ones(6, 6).tril().bool()
    scores = query @ key.T
    unscaled = scores.masked_fill(~allowed, float("-inf")).softmax(-1) @ value
    if torch.allclose(got, unscaled, atol=1e-5):
        raise NotYet("the scores are too large: something divides them", shown=shown, hint=1)
    if torch.allclose(got, (scores / 2).softmax(-1) * allowed @ value, atol=1e-5):
        raise NotYet(
            "your rows no longer sum to 1: the mask comes after the softmax", shown=shown, hint=2
        )
    by_column = (scores / 2).masked_fill(~allowed, float("-inf")).softmax(0)
    if torch.allclose(got, by_column @ value, atol=1e-5):
        raise NotYet(
            "your weights sum to 1 over the queries, not over the keys", shown=shown, hint=3
        )
    if not torch.allclose(got[0], value[0], atol=1e-5):
        raise NotYet(
            "the first token has nothing but itself to read, so its output is its own value",
            shown=shown,
            hint=2,
        )
    raise NotYet("the outputs differ", shown=shown, hint=4)


def score_a_text(logits, ids, start):
    """The course's own `score_a_text`."""
    log_probabilities = logits[start - 1 : -1].log_softmax(-1)
    return log_probabilities.gather(-1, ids[start:].unsqueeze(-1)).sum().item()


@exercise(
    "03-score-a-text",
    hints=[
        "The logits at position t are about the token at t + 1: the first id has no logits before it.",
        "Turn logits into log-probabilities with log_softmax(-1), then pick the entry of each id.",
        "logits[start - 1:-1].log_softmax(-1) stands beside ids[start:]; gather, and sum.",
    ],
    solution=score_a_text,
)
def examine_score_a_text(attempt: Callable) -> str:
    """Expect ``attempt(logits, ids, start)``: the log-probability of ``ids[start:]`` given what stands before."""
    trials = 50
    with torch.device("cpu"):
        generator = torch.Generator().manual_seed(6)
        for _ in range(trials):
            logits = 2 * torch.randn(7, 11, generator=generator)
            ids = torch.randint(0, 11, (7,), generator=generator)
            start = int(torch.randint(1, 6, (1,), generator=generator))
            _score_once(attempt, logits, ids, start)
    return f"{trials} of {trials} texts, each to four digits."


def _score_once(attempt: Callable, logits: torch.Tensor, ids: torch.Tensor, start: int) -> None:
    log = logits.log_softmax(-1)

    def total(rows: torch.Tensor, first: int, shift: int) -> float:
        return sum(rows[t - shift, ids[t]].item() for t in range(first, 7))

    wanted = total(log, start, 1)
    got = as_numbers(attempt(logits, ids, start), "one number", shape=(), hint=1).item()
    if abs(got - wanted) < 1e-3:
        return
    shown = expected_and_got(f"7 ids, scored from position {start}", f"{wanted:.4f}", f"{got:.4f}")
    if abs(got - total(log, start, 0)) < 1e-3:
        raise NotYet(
            "each id is scored with the logits at its own position, where the model has read it already",
            shown=shown,
            hint=1,
        )
    if abs(got - total(log, 1, 1)) < 1e-3:
        raise NotYet(f"the prompt is scored too: begin at position {start}", shown=shown, hint=3)
    if abs(got - total(logits, start, 1)) < 1e-3 or abs(got - total(log.exp(), start, 1)) < 1e-3:
        raise NotYet(
            "these are not log-probabilities: logits and probabilities may not simply be added up",
            shown=shown,
            hint=2,
        )
    raise NotYet("the score differs", shown=shown, hint=3)


def freeze(model):
    """The course's own `freeze`."""
    for parameter in model.base_model.parameters():
        parameter.requires_grad = False


@exercise(
    "03-freeze",
    hints=[
        "A parameter with requires_grad = False is left alone by training. eval() only switches dropout off.",
        "model.base_model is the body, embeddings, layers and pooler, whatever the architecture is called.",
        "for parameter in model.base_model.parameters(): parameter.requires_grad = False",
    ],
    solution=freeze,
)
def examine_freeze(attempt: Callable) -> str:
    """Expect ``attempt(model)`` to leave exactly the head of a classification model to be trained."""
    from transformers import BertConfig, BertForSequenceClassification

    with torch.device("cpu"):
        model = BertForSequenceClassification(
            BertConfig(
                vocab_size=30,
                hidden_size=8,
                num_hidden_layers=2,
                num_attention_heads=2,
                intermediate_size=16,
            )
        )
        attempt(model)
        free = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    head = {"classifier.weight", "classifier.bias"}
    shown = shown_table(
        "what would be trained",
        ["part", "tensors"],
        [
            [part, sum(name.startswith(part) for name in free)]
            for part in ("bert.embeddings", "bert.encoder", "bert.pooler", "classifier")
        ],
    )
    if len(free) == len(list(model.parameters())):
        raise NotYet(
            "nothing is frozen: every parameter would still be trained", shown=shown, hint=1
        )
    if not head & free:
        raise NotYet("the head is frozen too, so there is nothing to train", shown=shown, hint=3)
    if free != head:
        raise NotYet(
            f"{len(free - head)} tensors of the body would still be trained", shown=shown, hint=2
        )
    return f"{len(list(model.parameters())) - 2} tensors of the body frozen, 2 of the head left to train."
