"""How the course runs a model: in evaluation mode, without gradients, and left as it was."""

from __future__ import annotations

from collections.abc import Iterator
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
