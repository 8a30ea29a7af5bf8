"""How the course runs a model: loaded with its tokenizer, in batches of like length, and left as it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


@contextmanager
def evaluating(model: Any) -> Iterator[Any]:
    """Run a model in evaluation mode and without gradients; every submodule gets its own mode back.

    ``model.train()`` would put back the mode of the whole model alone: a part that was frozen in evaluation mode
    would come back with its dropout on.

    Parameters
    ----------
    model : torch.nn.Module
        The model; any other callable is run as it is.

    Examples
    --------
    >>> import torch
    >>> model = torch.nn.Sequential(torch.nn.Dropout(), torch.nn.Dropout().eval())
    >>> with evaluating(model):
    ...     print([part.training for part in model])
    [False, False]
    >>> [part.training for part in model]
    [True, False]
    """
    import torch

    modes = [(part, part.training) for part in getattr(model, "modules", list)()]
    if modes:
        model.eval()
    try:
        with torch.no_grad():
            yield model
    finally:
        for part, mode in modes:
            part.training = mode


@contextmanager
def attention_by(model: Any, implementation: str) -> Iterator[Any]:
    """Let a model attend by another implementation as long as the block runs, and then by its own again.

    Parameters
    ----------
    model : PreTrainedModel
        A model of the transformers library.
    implementation : str
        As for ``model.set_attn_implementation``: "eager", "sdpa", or a registered name.
    """
    before = model.config._attn_implementation
    try:
        model.set_attn_implementation(implementation)
        yield model
    finally:
        model.set_attn_implementation(before)


def load_classifier(folder: str) -> tuple[Any, Any]:
    """Load a sequence classifier in evaluation mode, and the tokenizer of the same folder; on the CPU."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    model = AutoModelForSequenceClassification.from_pretrained(folder).to("cpu").eval()
    return model, AutoTokenizer.from_pretrained(folder)


def like_lengths(lengths: Sequence[int], size: int) -> list[list[int]]:
    """Cut positions into batches of ``size``, shortest texts first, so that little is filled up with pads.

    >>> like_lengths([9, 3, 8, 4], 3)
    [[1, 3, 2], [0]]
    """
    order = sorted(range(len(lengths)), key=lambda i: lengths[i])
    return [order[start : start + size] for start in range(0, len(order), size)]
