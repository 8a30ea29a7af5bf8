"""Attention: one head computed by hand, and the weights that a model gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from course_utils.coerce import floats
from course_utils.running import evaluating

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


NO_WEIGHTS = (
    "the model returned no attention weights: its default attention does not keep them; load it with "
    'from_pretrained(..., attn_implementation="eager") or call model.set_attn_implementation("eager")'
)


@dataclass(frozen=True)
class HeadResult:
    """What one attention head computes; the fields are the stages in their order.

    Parameters
    ----------
    scores : torch.Tensor
        ``(..., queries, keys)``: Q·Kᵀ/√d, with ``-inf`` where the mask forbids attending.
    weights : torch.Tensor
        The same shape: probability 0-1, each row the softmax of its scores.
    output : torch.Tensor
        ``(..., queries, value_size)``: the weighted mean of the values.
    """

    scores: torch.Tensor
    weights: torch.Tensor
    output: torch.Tensor


@dataclass(frozen=True)
class AttentionRecord:
    """The attention of a model over one text.

    Parameters
    ----------
    tokens : tuple of str
        The pieces, special tokens included.
    weights : torch.Tensor
        ``(layers, heads, tokens, tokens)`` float32, probability 0-1; row = the token that attends.
    """

    tokens: tuple[str, ...]
    weights: torch.Tensor


def attention_head(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, *, mask: torch.Tensor | None = None
) -> HeadResult:
    """Compute scaled dot-product attention step by step: softmax(Q·Kᵀ/√d) V.

    Parameters
    ----------
    query, key, value : torch.Tensor
        ``(..., queries, d)``, ``(..., keys, d)`` and ``(..., keys, value_size)`` float; arrays and lists are read.
    mask : torch.Tensor of bool, optional
        ``(..., queries, keys)``, True = may be attended to. A row that may attend to nothing gets weights 0.

    Returns
    -------
    HeadResult
        Scores, weights and output. Half precision is computed in float32.

    Raises
    ------
    ValueError
        If the shapes do not fit or the mask is not boolean.

    Notes
    -----
    Vaswani et al. 2017, "Attention Is All You Need", equation 1.

    Examples
    --------
    >>> attention_head([[1.0, 0.0]], [[1.0, 0.0], [1.0, 0.0]], [[2.0], [4.0]]).output
    tensor([[3.]])
    """
    names = {"query": query, "key": key, "value": value}
    query, key, value = (floats(given, name, dims=(2, 3, 4)) for name, given in names.items())
    if query.shape[-1] != key.shape[-1] or not query.shape[-1]:
        raise ValueError(
            "query and key: expected vectors of one size above 0, got sizes "
            f"{query.shape[-1]} and {key.shape[-1]}"
        )
    if key.shape[-2] != value.shape[-2]:
        raise ValueError(
            "key and value: expected as many of each, "
            f"got {key.shape[-2]} keys and {value.shape[-2]} values"
        )
    scores = query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(~_boolean(mask, scores), float("-inf"))
    weights = scores.softmax(-1)
    if mask is not None:  # softmax over nothing but -inf is NaN
        weights = weights.masked_fill((scores == float("-inf")).all(-1, keepdim=True), 0.0)
    return HeadResult(scores, weights, weights @ value)


def _boolean(mask: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
    mask = torch.as_tensor(mask, device="cpu")
    if mask.dtype != torch.bool:
        raise ValueError(
            f"mask: expected bool, True = may be attended to, got {mask.dtype}; write mask.bool()"
        )
    try:
        return mask.expand(scores.shape)
    except RuntimeError:
        raise ValueError(
            f"mask: expected shape {tuple(scores.shape[-2:])} as (queries, keys), "
            f"got {tuple(mask.shape)}"
        ) from None


def attention_weights(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, text: str
) -> AttentionRecord:
    """Run a model over one text and keep every head's weights.

    Parameters
    ----------
    model : PreTrainedModel
        Loaded with ``attn_implementation="eager"``; of an encoder-decoder the encoder is run. Dropout is off
        during the call.
    tokenizer : PreTrainedTokenizerBase
        The model's own.
    text : str
        One text.

    Returns
    -------
    AttentionRecord
        Tokens and weights ``(layers, heads, tokens, tokens)``.

    Raises
    ------
    TypeError
        If ``text`` is no string.
    ValueError
        If the model returns no weights (the message says how to load it) or the text is longer than its positions.

    Notes
    -----
    ``output_attentions`` of ``transformers``: https://huggingface.co/docs/transformers/main_classes/output

    Examples
    --------
    >>> attention_weights(None, None, ["a", "b"])
    Traceback (most recent call last):
    TypeError: text: expected one string, got list
    """
    if not isinstance(text, str):
        raise TypeError(f"text: expected one string, got {type(text).__name__}")
    encoder = model.get_encoder() if getattr(model.config, "is_encoder_decoder", False) else model
    inputs = tokenizer(text, return_tensors="pt", return_token_type_ids=False).to(model.device)
    longest = getattr(model.config, "max_position_embeddings", None)
    count = inputs["input_ids"].shape[1]
    if longest and count > longest:
        raise ValueError(
            f"text: expected at most {longest} tokens, the model's positions, got {count}"
        )
    with evaluating(encoder):
        attentions = encoder(**inputs, output_attentions=True).attentions
    tokens = tokenizer.convert_ids_to_tokens(inputs["input_ids"][0].tolist())
    return AttentionRecord(tuple(tokens), _stack(attentions))


def _stack(attentions: Sequence[torch.Tensor | None] | None) -> torch.Tensor:
    """Stack what a model returns, one ``(1, heads, queries, keys)`` a layer, to ``(layers, heads, queries, keys)``."""
    if attentions is None or not len(attentions) or any(layer is None for layer in attentions):
        raise ValueError(NO_WEIGHTS)
    if attentions[0].dim() == 4 and attentions[0].shape[0] != 1:
        raise ValueError(
            f"weights: expected the attentions of one text, got a batch of {attentions[0].shape[0]}"
        )
    return torch.stack(
        [layer.detach().float().cpu().reshape(layer.shape[-3:]) for layer in attentions]
    )


def read_weights(weights, tokens) -> tuple[torch.Tensor, Sequence[str] | None]:
    if isinstance(weights, AttentionRecord):
        weights, tokens = weights.weights, weights.tokens if tokens is None else tokens
    if weights is None or (
        isinstance(weights, list | tuple) and all(_one_layer(w) for w in weights)
    ):
        weights = _stack(weights)
    weights = floats(weights, "weights", dims=(2, 3, 4))
    weights = weights.reshape((1,) * (4 - weights.dim()) + tuple(weights.shape))
    if not weights.numel():
        raise ValueError(
            f"weights: expected at least one token and one head, got shape {tuple(weights.shape)}"
        )
    known = weights[~weights.isnan()]
    if known.numel() and not (known.min() >= 0 and known.max() <= 1.001):
        raise ValueError(
            f"weights: expected probabilities 0-1, got values from {known.min():.4g} to "
            f"{known.max():.4g}; scores become weights by softmax over the last dimension"
        )
    return weights, tokens


def _one_layer(layer: object) -> bool:
    """Tell whether this is what models return for a layer: a batch of matrices, or None for "not kept"."""
    return layer is None or (isinstance(layer, torch.Tensor) and layer.dim() == 4)
