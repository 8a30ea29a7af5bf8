"""Run a sequence classifier on one text with more and more padding behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from course_utils.coerce import check_text
from course_utils.logits import label_scores


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
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            alone = _logits(model, ids, torch.ones_like(ids))
            rows = [_padded(model, ids, count, tokenizer.pad_token_id) for count in pads]
    finally:
        model.train(was_training)
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
