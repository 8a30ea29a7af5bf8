"""What callers may pass where numbers are expected: tensors of any dtype and device, NumPy arrays, lists."""

from __future__ import annotations

import numpy as np
import torch


def floats(value: object, name: str, *, dims: tuple[int, ...]) -> torch.Tensor:
    """Read numbers as a float tensor on the CPU, without gradient; half precision and integers become float32.

    >>> floats([[1, 2]], "vectors", dims=(2,))
    tensor([[1., 2.]])
    """
    try:
        if isinstance(value, list | tuple) and any(isinstance(v, torch.Tensor) for v in value):
            value = torch.stack([torch.as_tensor(v, device="cpu").detach().float() for v in value])
        given = value if isinstance(value, torch.Tensor) else np.asarray(value)
        tensor = torch.as_tensor(given, device="cpu").detach()
    except (TypeError, ValueError, RuntimeError) as error:
        raise TypeError(
            f"{name}: expected a tensor, an array or lists of numbers of equal length, "
            f"got {type(value).__name__} ({str(error).splitlines()[0]})"
        ) from None
    if tensor.is_complex():
        raise TypeError(f"{name}: expected real numbers, got {tensor.dtype}")
    if tensor.dim() not in dims:
        raise ValueError(
            f"{name}: expected {' or '.join(map(str, dims))} dimensions, got shape {tuple(tensor.shape)}"
        )
    return (
        tensor if tensor.dtype == torch.float64 and not isinstance(value, list) else tensor.float()
    )


def figure(value: float) -> str:
    """Print a weight in three characters: ``.25``, ``1.0``; an exact zero, such as a mask leaves, is ``0``.

    >>> [figure(x) for x in (0.251, 1.0, 0.001, 0.0)]
    ['.25', '1.0', '.00', '0']
    """
    if value == 0:
        return "0"
    written = f"{value:.2f}"
    if written == "1.00":
        return "1.0"
    return written.replace("0.", ".", 1) if written.startswith(("0.", "-0.")) else written
