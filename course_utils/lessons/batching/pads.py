"""What becomes of the verdicts, and of the attention, when pads are read, made 0, or masked; for lesson 04."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import torch

from course_utils.pictures.table import bar_cell, table_view
from course_utils.pictures.view import View
from course_utils.running import attention_by

SIZE = 32  # texts per batch
WAYS = ("read like tokens", "multiplied by 0", "masked")


def run_with_pads(
    model: Any, rows: Sequence[list[int]], pad: Callable, pad_id: int, way: str
) -> tuple[torch.Tensor, float]:
    """Run texts in batches of 32, and do one thing with the vectors of their pads.

    Parameters
    ----------
    model : PreTrainedModel
        A BERT with a head. Its attention is switched to ``eager`` for the run, which gives the weights out, and back.
    rows : sequence of list of int
        The ids of the texts.
    pad : callable
        ``pad(rows, pad_id)`` makes ids and mask of a batch.
    pad_id : int
        The id of the pad.
    way : str
        One of "read like tokens", "multiplied by 0", "masked".

    Returns
    -------
    logits : torch.Tensor, shape (texts, labels)
    share : float
        Share (0-1) of the tokens' attention in the first layer that goes to pads; mean over heads and over the tokens
        of the texts that have pads.
    """
    if way not in WAYS:
        raise ValueError(f"expected one of {', '.join(WAYS)}, got {way!r}")
    logits, shares = [], []
    with torch.no_grad(), attention_by(model, "eager"):
        for start in range(0, len(rows), SIZE):
            ids, mask = (
                table.to(model.device) for table in pad(rows[start : start + SIZE], pad_id)
            )
            with ExitStack() as hooks:
                if way == "multiplied by 0":
                    hook = model.base_model.embeddings.register_forward_hook(
                        lambda _, __, vectors, kept=mask: vectors * kept.unsqueeze(-1)
                    )
                    hooks.callback(hook.remove)
                caught: list[torch.Tensor] = []
                watch = model.base_model.encoder.layer[0].attention.self.register_forward_hook(
                    lambda _, __, result, caught=caught: caught.append(result[1])
                )
                hooks.callback(watch.remove)
                extra = {"attention_mask": mask} if way == "masked" else {}
                logits.append(model(input_ids=ids, **extra).logits)
            shares.append(_attention_on_pads(caught[0], mask))
    return torch.cat(logits), torch.cat(shares).mean().item()


def _attention_on_pads(weights: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Sum what each token gives to pads: mean over heads, one number per token of a text with pads."""
    given = (weights.mean(1) * (mask == 0).unsqueeze(1)).sum(-1)  # (texts, tokens)
    return given[(mask == 1) & (mask == 0).any(1, keepdim=True)]


def show_pads(
    model: Any, rows: Sequence[list[int]], pad: Callable, pad_id: int, alone: torch.Tensor
) -> View:
    """Compare three ways with pads over all texts, against each text run alone.

    Parameters
    ----------
    model, rows, pad, pad_id
        As for ``run_with_pads``.
    alone : torch.Tensor, shape (texts, 2)
        Logits of each text run alone; column 1 = praise.

    Returns
    -------
    View
        A row per way: verdicts turned, in which direction, and the share of the attention that went to pads.
    """
    first, lines = alone.argmax(1), []
    for way in WAYS:
        logits, share = run_with_pads(model, rows, pad, pad_id, way)
        second = logits.argmax(1).to(first.device)
        down, up = int((first > second).sum()), int((first < second).sum())
        lines.append([way, down + up, down, up, bar_cell(share, f"{100 * share:.0f} %")])
    return table_view(
        f"{len(rows):,} comments in batches of {SIZE}, against each comment alone: what is done with the pads' vectors",
        [
            "the pads are",
            "verdicts turned",
            "praise → complaint",
            "complaint → praise",
            "attention of the tokens that goes to pads, layer 1",
        ],
        lines,
    )
