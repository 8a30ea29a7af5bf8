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
    """Tell whether an attempt is still the stub: ``...``, None, or a function that does nothing but return it.

    A class is a stub as long as one of its methods, ``__init__`` aside, does nothing.
    """
    if attempt is None or attempt is ...:
        return True
    if isinstance(attempt, type):
        return any(
            isinstance(method, FunctionType) and _does_nothing(method)
            for name, method in vars(attempt).items()
            if name != "__init__"
        )
    return isinstance(attempt, FunctionType) and _does_nothing(attempt)


def _does_nothing(function: FunctionType) -> bool:
    nothing = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
    steps = [step for step in dis.get_instructions(function) if step.opname != "RESUME"]
    returned = [step.argval for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    return {step.opname for step in steps} <= nothing and all(
        value in (None, ...) for value in returned
    )


def as_numbers(
    got: Any,
    name: str = "your result",
    *,
    shape: Sequence[int | None] | None = None,
    whole: bool = False,
    dtype: torch.dtype | None = None,
    hint: int | None = 1,
) -> torch.Tensor:
    """Read what an attempt returned as a tensor on the CPU: a number, lists, NumPy arrays or tensors.

    Parameters
    ----------
    got : Any
        What came back.
    name : str
        What it is, for the sentence that refuses it: "the weights".
    shape : sequence of int or None
        The shape that is expected; None in it stands for any length.
    whole : bool
        Whether whole numbers are expected, such as ids or row numbers; the tensor is int64 then.
    dtype : torch.dtype
        The precision of the tensor; float32 unless told otherwise, whatever came.
    hint : int
        The hint that a refusal names.

    Raises
    ------
    NotYet
        If it is no array of real numbers (True and False are none), holds NaN or infinity, has another shape, or is
        a tensor without values.

    Examples
    --------
    >>> as_numbers([[1, 2]], "the row", shape=(1, 2))
    tensor([[1., 2.]])
    >>> as_numbers([3.0, 1.0], "the rows", whole=True)
    tensor([3, 1])
    """
    import torch

    given = _tensor(got, name, hint)
    if given.dtype == torch.bool or given.is_complex():
        kind = "complex numbers" if given.is_complex() else "True and False"
        raise NotYet(f"expected {name} as real numbers, got {kind}", hint=hint)
    if shape is not None and not _fits(tuple(given.shape), tuple(shape)):
        wanted = str(tuple("any" if n is None else n for n in shape)).replace("'", "")
        came = tuple(given.shape)
        raise NotYet(f"expected {name} of shape {wanted}, got shape {came}", hint=hint)
    if not given.isfinite().all():
        what = "NaN, not a number" if given.isnan().any() else "infinity"
        raise NotYet(f"expected {name} as finite numbers, but among them is {what}", hint=hint)
    if not whole:
        return given.to(dtype or torch.float32)
    if given.is_floating_point() and not torch.equal(given, given.round()):
        raise NotYet(f"expected {name} as whole numbers, got fractions", hint=hint)
    return given.to(torch.int64)


def _tensor(got: Any, name: str, hint: int | None) -> torch.Tensor:
    """Make one tensor on the CPU of whatever holds numbers."""
    import numpy as np
    import torch

    try:
        if isinstance(got, torch.Tensor):
            if got.device.type == "meta":
                raise NotYet(f"expected {name} with values, got a tensor without (meta)", hint=hint)
            return got.detach().to("cpu")
        if isinstance(got, list | tuple) and got:
            parts = [_tensor(one, name, hint) for one in got] if _is_nested(got) else got
            if any(isinstance(one, bool | np.bool_) for one in parts):
                return torch.ones(1, dtype=torch.bool, device="cpu")  # refused, mixed or not
            if _is_nested(got):
                return torch.stack(parts)
        return torch.as_tensor(np.asarray(got), device="cpu")
    except (TypeError, ValueError, RuntimeError):
        nested = isinstance(got, list | tuple) and _is_nested(got)
        kind = "rows of different length" if nested else type(got).__name__
        raise NotYet(f"expected {name} as numbers, got {kind}", hint=hint) from None


def _is_nested(rows: Sequence) -> bool:
    return any(hasattr(one, "__len__") and not isinstance(one, str) for one in rows)


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(
        w in (None, n) for n, w in zip(shape, wanted, strict=True)
    )
