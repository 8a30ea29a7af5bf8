"""Padding and masks: what a batch holds, who may attend to whom, and what padding does to an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from course_utils.coerce import check_count, check_text
from course_utils.logits import label_scores
from course_utils.running import evaluating

if TYPE_CHECKING:
    import torch


def causal_mask(n: int) -> torch.Tensor:
    """Make the mask of a decoder: a token attends to itself and to what stands before it.

    Returns
    -------
    torch.Tensor
        Shape (n, n), bool: row = the token that attends, column = the token attended to, True = may.

    Examples
    --------
    >>> causal_mask(2)
    tensor([[ True, False],
            [ True,  True]])
    """
    import torch

    return torch.ones(check_count(n, "n"), n, dtype=torch.bool).tril()


def additive(mask: torch.Tensor, dtype: torch.dtype | None = None) -> torch.Tensor:
    """Give what is added to the attention scores: 0 where a token may attend, the lowest number where it may not.

    After softmax the lowest number of the type becomes a weight of exactly 0. Nothing is multiplied onto the
    embeddings. The result is on the mask's device. Source: ``transformers.masking_utils.eager_mask``.

    Parameters
    ----------
    mask : torch.Tensor
        Bool, any shape; True = may be attended to.
    dtype : torch.dtype
        A float type; float32 where it is left out.

    Examples
    --------
    >>> additive(causal_mask(2))
    tensor([[ 0.0000e+00, -3.4028e+38],
            [ 0.0000e+00,  0.0000e+00]])
    """
    import torch

    dtype = dtype or torch.float32
    if not isinstance(mask, torch.Tensor) or mask.dtype != torch.bool:
        raise TypeError(
            f"expected a mask of bool, got {getattr(mask, 'dtype', type(mask).__name__)}"
        )
    if not dtype.is_floating_point:
        raise TypeError(f"expected a float type, got {dtype}")
    return torch.zeros_like(mask, dtype=dtype).masked_fill(~mask, torch.finfo(dtype).min)


def verdicts(
    model: Any, tokenizer: Any, text: str, pads: Sequence[int]
) -> tuple[str, dict[str, list[float]]]:
    """Return the label that wins unpadded, and its probability in per cent for each number of pads."""
    import torch

    if tokenizer.pad_token_id is None:
        raise ValueError("expected a tokenizer with a padding token, got one without")
    ids = tokenizer(check_text(text), return_tensors="pt")["input_ids"]
    most = getattr(model.config, "max_position_embeddings", None)
    if any(
        isinstance(count, bool) or not isinstance(count, int) or count < 0 for count in pads
    ) or not len(pads):
        raise ValueError(f"expected numbers of pads from 0, got {list(pads)}")
    if most and ids.shape[1] + max(pads) > most:
        raise ValueError(
            f"expected at most {most} positions, got {ids.shape[1]} tokens and {max(pads)} pads"
        )
    with evaluating(model):
        alone = _logits(model, ids, torch.ones_like(ids))
        rows = [_padded(model, ids, count, tokenizer.pad_token_id) for count in pads]
    names = getattr(model.config, "id2label", None)
    scored = label_scores(alone, id2label=names, function="auto")
    best = int(scored.scores[0].argmax())
    lines = {
        name: [
            100 * label_scores(row[name], function="auto").scores[0, best].item() for row in rows
        ]
        for name in ("no mask", "with mask")
    }
    return scored.labels[best], lines


def _padded(model: Any, ids: Any, count: int, pad: int) -> dict[str, Any]:
    """Run one padded text twice. ``no mask`` leaves the argument out, so the model takes every position for a token."""
    import torch

    padded = torch.cat([ids, ids.new_full((1, count), pad)], dim=1)
    mask = torch.cat([torch.ones_like(ids), ids.new_zeros(1, count)], dim=1)
    return {"no mask": _logits(model, padded, None), "with mask": _logits(model, padded, mask)}


def _logits(model: Any, ids: Any, mask: Any) -> Any:
    device = model.device
    extra = {} if mask is None else {"attention_mask": mask.to(device)}
    logits = getattr(model(input_ids=ids.to(device), **extra), "logits", None)
    if logits is None or logits.ndim != 2:
        raise ValueError(
            "expected a model that classifies sequences, with logits of shape (1, labels), "
            f"got {type(model).__name__}"
        )
    return logits
