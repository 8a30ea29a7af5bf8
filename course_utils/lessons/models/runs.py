"""Lesson 03 runs its models: all comments in batches, one head or one reading switched off, what each head works with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch

from course_utils.data.corpora import read_rows
from course_utils.running import attention_by, evaluating, like_lengths, load_classifier
from course_utils.weights.registry import checkpoint

NAME = "course_watched_heads"
BATCH = 64
STRENGTH = 3_000  # of the ridge: few comments, 384 numbers each


@dataclass(frozen=True)
class Heads:
    """What the heads of a model work with on one text.

    Attributes
    ----------
    tokens : tuple of str
        The pieces of the text.
    query, key, value : torch.Tensor
        Shape (layers, heads, tokens, size); where heads share a key and a value, these are repeated.
    output : torch.Tensor
        Shape (layers, heads, tokens, size): what the library's own attention made of them.
    """

    tokens: tuple[str, ...]
    query: torch.Tensor
    key: torch.Tensor
    value: torch.Tensor
    output: torch.Tensor


def run_all(model: Any, tokenizer: Any, texts: Sequence[str]) -> torch.Tensor:
    """Give the logits of many texts, in their order; inside they run in batches of like length.

    Parameters
    ----------
    model, tokenizer
        A classifier and its tokenizer.
    texts : sequence of str
        What it judges.

    Returns
    -------
    torch.Tensor
        Shape (texts, labels), on the CPU.
    """
    found = [torch.empty(0)] * len(texts)
    for numbers, output in _batches(model, tokenizer, texts):
        for number, row in zip(numbers, output.logits.cpu(), strict=True):
            found[number] = row
    return torch.stack(found)


def first_tokens(model: Any, tokenizer: Any, texts: Sequence[str]) -> torch.Tensor:
    """Give the vector of the first token of each text, before the first layer and after each.

    Returns
    -------
    torch.Tensor
        Shape (layers + 1, texts, hidden size).
    """
    found: list = [None] * len(texts)
    body = model.base_model
    for numbers, output in _batches(body, tokenizer, texts, output_hidden_states=True):
        states = torch.stack([state[:, 0].cpu() for state in output.hidden_states])
        for place, number in enumerate(numbers):
            found[number] = states[:, place]
    return torch.stack(found, dim=1)


def mean_looked_up(model: Any, tokenizer: Any, texts: Sequence[str]) -> torch.Tensor:
    """Give the mean of the looked-up vectors of the pieces of each text, special pieces left out: (texts, size)."""
    table = model.base_model.embeddings.word_embeddings.weight.detach().cpu()
    rows = tokenizer(list(texts))["input_ids"]
    return torch.stack([table[row[1:-1]].mean(0) for row in rows])


def _batches(
    model: Any, tokenizer: Any, texts: Sequence[str], **options: Any
) -> Iterator[tuple[list[int], Any]]:
    """Run texts of like length together; give their numbers and what the model returned."""
    texts = list(texts)
    with evaluating(model):
        for numbers in like_lengths([len(text) for text in texts], BATCH):
            batch = tokenizer([texts[i] for i in numbers], padding=True, return_tensors="pt")
            yield numbers, model(**batch.to(model.device), **options)


def probe(vectors: torch.Tensor, gold: Sequence[int], *, parts: int = 5) -> int:
    """Count the texts that a small head judges right, when it learned from other texts.

    The texts of each label are cut into ``parts`` blocks of neighbours, so that every part has both labels in the same
    shares; the head learns from all parts but one and judges that one. Neighbours stay together, since two comments
    that were written as a contrast stand beside each other.

    Parameters
    ----------
    vectors : torch.Tensor, shape (texts, size)
        What the head reads.
    gold : sequence of int
        The right label of each text.

    Returns
    -------
    int
        How many of the texts are right.
    """
    from sklearn.linear_model import RidgeClassifier
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    head = make_pipeline(StandardScaler(), RidgeClassifier(alpha=STRENGTH))
    told = cross_val_predict(head, vectors.double().numpy(), list(gold), cv=StratifiedKFold(parts))
    return int((told == torch.as_tensor(gold).numpy()).sum())


@contextmanager
def without_head(model: Any, *, layer: int, head: int) -> Iterator[Any]:
    """Switch one attention head of a BERT off: what it would hand on is zero as long as the block runs.

    Parameters
    ----------
    model : PreTrainedModel
        A BERT, with or without a task's head.
    layer, head : int
        Counted from 0.

    Raises
    ------
    ValueError
        If the model has no such layer or head.
    """
    config = model.config
    if not 0 <= layer < config.num_hidden_layers or not 0 <= head < config.num_attention_heads:
        raise ValueError(
            f"expected a layer below {config.num_hidden_layers} and a head below "
            f"{config.num_attention_heads}, got layer {layer} and head {head}"
        )
    size = config.hidden_size // config.num_attention_heads

    def silence(module: Any, given: tuple) -> tuple:
        heard = given[0].clone()
        heard[..., head * size : (head + 1) * size] = 0
        return (heard, *given[1:])

    joins = model.base_model.encoder.layer[layer].attention.output.dense
    hook = joins.register_forward_pre_hook(silence)
    try:
        yield model
    finally:
        hook.remove()


@contextmanager
def first_token_alone(model: Any, *, layers: Sequence[int]) -> Iterator[Any]:
    """Let the first token of a BERT read only itself in some layers, as long as the block runs.

    Parameters
    ----------
    model : PreTrainedModel
        A BERT, with or without a task's head.
    layers : sequence of int
        Counted from 0.
    """

    def narrow(module: Any, given: tuple, options: dict) -> tuple:
        states, mask = given[0], given[1]
        count, tokens = states.shape[:2]
        if mask is None:
            mask = torch.ones(1, 1, tokens, tokens, dtype=torch.bool, device=states.device)
        mask = mask.expand(count, 1, tokens, tokens).clone()
        mask[:, :, 0, 1:] = False if mask.dtype == torch.bool else torch.finfo(mask.dtype).min
        return (states, mask, *given[2:]), options

    blocks = model.base_model.encoder.layer
    hooks = [blocks[layer].register_forward_pre_hook(narrow, with_kwargs=True) for layer in layers]
    try:
        yield model
    finally:
        for hook in hooks:
            hook.remove()


def without_each_head(model: Any, ids: torch.Tensor) -> torch.Tensor:
    """Give the probability of the second label for one text, without each head in turn: (layers, heads)."""
    found = torch.empty(model.config.num_hidden_layers, model.config.num_attention_heads)
    with evaluating(model):
        for layer, row in enumerate(found):
            for head in range(len(row)):
                with without_head(model, layer=layer, head=head):
                    row[head] = model(ids.to(model.device)).logits.softmax(-1)[0, 1]
    return found


def head_vectors(model: Any, tokenizer: Any, text: str) -> Heads:
    """Watch every head of a model at work on one text.

    Parameters
    ----------
    model, tokenizer
        Any model whose attention transformers can exchange, and its tokenizer.
    text : str
        One text.

    Returns
    -------
    Heads
        Tokens, queries, keys, values, and the library's own output.
    """
    batch = tokenizer(text, return_tensors="pt").to(model.device)
    tokens = tuple(tokenizer.convert_ids_to_tokens(batch["input_ids"][0].tolist()))
    query, key, value, output = (found[:, 0] for found in watch_heads(model, dict(batch)))
    return Heads(tokens, query, key, value, output)


def watch_heads(model: Any, inputs: dict[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
    """Run a model and keep query, key, value and output of each layer, (layers, rows, heads, tokens, size) each."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.integrations.sdpa_attention import sdpa_attention_forward
    from transformers.masking_utils import sdpa_mask

    kept: list[tuple[torch.Tensor, ...]] = []

    def watched(module: Any, query: Any, key: Any, value: Any, mask: Any, **options: Any) -> Any:
        output, weights = sdpa_attention_forward(module, query, key, value, mask, **options)
        share = query.shape[1] // key.shape[1]  # queries that share one key
        seen = (
            query,
            *(x.repeat_interleave(share, 1) for x in (key, value)),
            output.transpose(1, 2),
        )
        kept.append(tuple(x.detach().cpu() for x in seen))
        return output, weights

    AttentionInterface.register(NAME, watched)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    with attention_by(model, NAME), evaluating(model):
        model(**inputs)
    return tuple(torch.stack(each) for each in zip(*kept, strict=True))


@cache
def comment_model() -> tuple[Any, Any]:
    """Load the classifier of the lesson and its tokenizer, once for all proofs; on the CPU."""
    return load_classifier(checkpoint("sentiment"))


def writing_model() -> tuple[Any, Any]:
    """Load the model that writes and its tokenizer; on the CPU, and let go after the proof: it has half a gigabyte."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = checkpoint("generation")
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).to("cpu").eval()
    return model, AutoTokenizer.from_pretrained(folder)


def rows_of(corpus: str, tokenizer: Any) -> list[torch.Tensor]:
    """Give the ids of a corpus's texts, those of equal length in one tensor (texts, tokens)."""
    ids = tokenizer([row["text"] for row in read_rows(corpus)])["input_ids"]
    lengths = sorted({len(row) for row in ids})
    return [torch.tensor([row for row in ids if len(row) == length]) for length in lengths]
