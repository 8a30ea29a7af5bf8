"""Numbers that a learner's function gave back, read whatever they came in."""

from __future__ import annotations

from typing import Any

from course_utils.lesson.exercises import NotYet


def as_numbers(
    got: Any,
    name: str = "your result",
    *,
    shape: tuple[int | None, ...] | None = None,
    whole: bool = False,
    hint: int | None = None,
) -> Any:
    """Turn a number, list, NumPy array or tensor into a float32 tensor on the CPU, or say why it is none.

    Parameters
    ----------
    got : Any
        What came back.
    name : str
        What it is called in the message.
    shape : tuple of int or None
        The shape wanted; None in it stands for any size.
    whole : bool
        Whether whole numbers are wanted, such as ids or row numbers; the tensor is int64 then.
    hint : int
        The number of the hint that the message advises.

    Raises
    ------
    NotYet
        For text, True and False, complex numbers, NaN, infinity, rows of unequal length or another shape.

    Examples
    --------
    >>> as_numbers([[1, 2.5]], shape=(1, 2))
    tensor([[1.0000, 2.5000]])
    >>> as_numbers([1.0, float("nan")], "the weights")
    Traceback (most recent call last):
        ...
    course_utils.lesson.exercises.NotYet: expected the weights without NaN, got NaN at place 1
    """
    import torch

    values = _tensor(got, name, hint)
    if values.dtype == torch.bool or values.is_complex():
        kind = "complex numbers" if values.is_complex() else "True and False"
        raise NotYet(f"expected {name} as ordinary numbers, got {kind}", hint=hint)
    if shape is not None and not _fits(tuple(values.shape), shape):
        wanted = str(tuple("any" if n is None else n for n in shape)).replace("'", "")
        raise NotYet(f"expected {name} of shape {wanted}, got {tuple(values.shape)}", hint=hint)
    odd = ~torch.isfinite(values)
    if odd.any():
        place = odd.nonzero()[0].tolist()
        value = "NaN" if values[odd].isnan()[0] else "infinity"
        raise NotYet(f"expected {name} without {value}, got {value}{_at(place)}", hint=hint)
    if not whole:
        return values.to(torch.float32)
    if values.is_floating_point() and not torch.equal(values, values.round()):
        raise NotYet(f"expected {name} as whole numbers, got fractions", hint=hint)
    return values.to(torch.int64)


def _tensor(got: Any, name: str, hint: int | None) -> Any:
    import numpy as np
    import torch

    if isinstance(got, torch.Tensor):
        if got.device.type == "meta":
            raise NotYet(f"expected {name} with values, got a tensor on the device meta", hint=hint)
        return got.detach().to("cpu")
    try:
        if isinstance(got, list | tuple):
            if any(isinstance(one, torch.Tensor | list | tuple) for one in got):
                return torch.stack([_tensor(one, name, hint) for one in got])
            if any(isinstance(one, bool) for one in got):
                return torch.tensor([True], device="cpu")
        array = np.asarray(got)
        return torch.as_tensor(array, device="cpu")
    except (TypeError, ValueError, RuntimeError):
        kind = "rows of different length" if isinstance(got, list | tuple) else type(got).__name__
        raise NotYet(f"expected {name} as numbers, got {kind}", hint=hint) from None


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(
        w is None or n == w for n, w in zip(shape, wanted, strict=True)
    )


def _at(place: list[int]) -> str:
    if not place:
        return ""
    return f" at place {place[0] if len(place) == 1 else tuple(place)}"
