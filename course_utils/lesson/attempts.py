"""What a learner hands in: is it untouched, and is it the numbers that were asked for?"""

from __future__ import annotations

import dis
from collections.abc import Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Any

from course_utils.pictures.view import View

if TYPE_CHECKING:
    import torch


class NotYet(Exception):
    """Raised by an examiner: what is wrong, a picture of it, and the number (from 1) of the hint that helps."""

    def __init__(self, message: str, *, shown: View | None = None, hint: int | None = None):
        super().__init__(message)
        self.shown, self.hint = shown, hint


def is_untouched(attempt: Any) -> bool:
    """Tell whether an attempt is still the stub: ``...``, None, or a function that does nothing but return it."""
    if attempt is None or attempt is ...:
        return True
    if not isinstance(attempt, FunctionType):
        return False
    does_nothing = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
    steps = [step for step in dis.get_instructions(attempt) if step.opname != "RESUME"]
    returned = [step.argval for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    return {step.opname for step in steps} <= does_nothing and all(
        value in (None, ...) for value in returned
    )


def as_numbers(
    got: Any, name: str, *, shape: Sequence[int] | None = None, hint: int | None = 1
) -> torch.Tensor:
    """Read what an attempt returned as a float tensor on the CPU: a number, lists, NumPy arrays or tensors.

    Parameters
    ----------
    got : Any
        What came back.
    name : str
        What it is, for the sentence that refuses it: "the weights".
    shape : sequence of int
        The shape that is expected; None accepts any.
    hint : int
        The hint that a refusal names.

    Raises
    ------
    NotYet
        If it is no array of real numbers, holds NaN or infinity, or has another shape.

    Examples
    --------
    >>> as_numbers([[1, 2]], "the row", shape=(1, 2))
    tensor([[1., 2.]])
    """
    import numpy as np
    import torch

    try:
        if isinstance(got, list | tuple) and any(isinstance(one, torch.Tensor) for one in got):
            got = torch.stack([torch.as_tensor(one).detach().cpu() for one in got])
        given = got if isinstance(got, torch.Tensor) else torch.as_tensor(np.asarray(got))
    except (TypeError, ValueError, RuntimeError):
        raise NotYet(f"expected {name} as numbers, got {type(got).__name__}", hint=hint) from None
    if given.dtype == torch.bool or given.is_complex():
        raise NotYet(f"expected {name} as real numbers, got {given.dtype}", hint=hint)
    if shape is not None and tuple(given.shape) != tuple(shape):
        came = tuple(given.shape)
        raise NotYet(f"expected {name} of shape {tuple(shape)}, got shape {came}", hint=hint)
    numbers = given.detach().to(
        "cpu", torch.float64 if given.dtype == torch.float64 else torch.float32
    )
    if not numbers.isfinite().all():
        what = "NaN, not a number" if numbers.isnan().any() else "infinity"
        raise NotYet(f"expected {name} as finite numbers, but among them is {what}", hint=hint)
    return numbers
