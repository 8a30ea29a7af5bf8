"""Lesson 04 looks into a running model: the mask inside, another attention, the programs of a compiled layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch

from course_utils.data.corpora import read_rows
from course_utils.running import attention_by, load_classifier
from course_utils.weights.registry import checkpoint

NAME = "course_attention"


@cache
def comment_model() -> tuple[Any, Any]:
    """Load the classifier of the lesson and its tokenizer, once for all proofs; on the CPU."""
    return load_classifier(checkpoint("sentiment"))


@cache
def comment_rows() -> list[list[int]]:
    """Give the ids of the 522 comments, in their order."""
    return comment_model()[1]([row["text"] for row in read_rows("sentiment")])["input_ids"]


@cache
def verdicts_without_pads() -> torch.Tensor:
    """Give the logits (522, 2) of the comments in batches of equal length, so that no pad is needed."""
    model, rows = comment_model()[0], comment_rows()
    found = torch.empty(len(rows), model.config.num_labels)
    with torch.no_grad():
        for length in sorted({len(row) for row in rows}):
            numbers = [i for i, row in enumerate(rows) if len(row) == length]
            found[numbers] = model(torch.tensor([rows[i] for i in numbers])).logits
    return found


def mask_inside(model: Any, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Give the mask as the first layer of a BERT receives it.

    Parameters
    ----------
    model : PreTrainedModel
        A BERT with a head. The attention is switched to ``eager`` for the run, since the default one gets True and
        False instead of numbers, and back afterwards.
    ids, mask : torch.Tensor, shape (rows, tokens)
        The batch; 1 = token, 0 = pad.

    Returns
    -------
    torch.Tensor
        Shape (rows, tokens, tokens): what is added to the score of [row, the token that attends, the token
        attended to]; the same for all heads.
    """
    caught = []
    attention = model.base_model.encoder.layer[0].attention.self
    watch = attention.register_forward_pre_hook(
        lambda _, args, kwargs: caught.append(kwargs.get("attention_mask", (*args, None, None)[1])),
        with_kwargs=True,
    )
    try:
        with torch.no_grad(), attention_by(model, "eager"):
            model(input_ids=ids, attention_mask=mask)
    finally:
        watch.remove()
    return caught[0][:, 0].expand(-1, ids.shape[1], -1).clone()


@contextmanager
def with_attention(model: Any, weights: Callable) -> Iterator[None]:
    """Let all heads of a model share out their attention by ``weights(scores, mask)``, mask 1 = token, 0 = pad."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import eager_mask

    def attend(module, query, key, value, attention_mask, scaling=None, **_):
        scale = query.shape[-1] ** -0.5 if scaling is None else scaling
        scores = query @ key.transpose(-1, -2) * scale
        seen = torch.ones_like(scores[:, :1, :1]) if attention_mask is None else attention_mask
        shares = torch.as_tensor(weights(scores, (seen[:, :, :1] >= 0).long()), dtype=scores.dtype)
        return (shares @ value).transpose(1, 2).contiguous(), shares

    AttentionInterface.register(NAME, attend)
    AttentionMaskInterface.register(NAME, eager_mask)
    with attention_by(model, NAME):
        yield


def count_programs(layer: Any, widths: Sequence[int], *, dynamic: bool | None = None) -> int:
    """Compile one layer, run it on tables of these widths, and count the programs that were made for it.

    Parameters
    ----------
    layer : torch.nn.Module
        A layer that takes vectors of shape (rows, width, hidden size).
    widths : sequence of int
        One run each, in this order.
    dynamic : bool, optional
        As in ``torch.compile``: False makes a program per width, None (the default) leaves the width open once a
        second one comes.

    Returns
    -------
    int
        The programs are counted, not turned into code for a machine: a compiler is not needed.
    """
    made: list[Any] = []

    def count(program, _):
        made.append(program)
        return program.forward

    size = layer.attention.self.query.in_features
    torch._dynamo.reset()
    compiled = torch.compile(layer, backend=count, dynamic=dynamic)
    with torch.no_grad():
        for width in widths:
            compiled(torch.ones(2, width, size))
    torch._dynamo.reset()
    return len(made)


def her_call(model: Any, ids: Any, mask: Any) -> Any:
    """Call a model as the assistant of the story does: the name of one argument is misspelt, and nothing is said."""
    return model(input_ids=ids, attention_maks=mask)
