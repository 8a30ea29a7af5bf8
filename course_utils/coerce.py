"""What users pass in, turned into plain Python at the boundary: rows of whole numbers, rows of figures, texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def check_text(text: Any) -> str:
    """Return a text that tokenizers can read; ``TypeError`` for no string, ``ValueError`` for a lone surrogate."""
    if not isinstance(text, str):
        raise TypeError(f"expected a text as a string, got {type(text).__name__}")
    for position, character in enumerate(text) if not text.isascii() else ():
        if "\ud800" <= character <= "\udfff":
            raise ValueError(
                f"expected Unicode text, got a lone surrogate U+{ord(character):04X} "
                f"at character {position}, which no tokenizer can encode"
            )
    return text


def check_count(value: Any, name: str) -> int:
    """Return a whole number from 1, or raise ``ValueError`` naming the argument."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"expected {name} to be a whole number from 1, got {value!r}")
    return value


def as_rows(given: Any, name: str = "input_ids") -> list[list[int]]:
    """Turn ids or a mask, a list, array or tensor of shape (tokens,) or (batch, tokens), into rows of int."""
    if given is None:
        return []
    values = given.tolist() if hasattr(given, "tolist") else given
    if isinstance(values, tuple):
        values = list(values)
    if not isinstance(values, list):
        raise TypeError(
            f"expected {name} as a list or tensor of whole numbers, got {type(given).__name__}"
        )
    values = [one.tolist() if hasattr(one, "tolist") else one for one in values]
    rows = (
        [list(row) for row in values]
        if values and all(isinstance(v, list | tuple) for v in values)
        else [values]
    )
    for row in rows:
        for value in row:
            if not isinstance(value, int):
                what = "a deeper nesting" if isinstance(value, list | tuple) else f"{value!r}"
                raise TypeError(
                    f"expected {name} of shape (tokens,) or (batch, tokens), whole numbers; got {what}"
                )
    return [[int(value) for value in row] for row in rows]


def floats(value: Any, name: str, *, dims: tuple[int, ...] | None = None) -> torch.Tensor:
    """Read numbers as a float tensor on the CPU, without gradient; all but float64 tensors and arrays become float32.

    ``dims`` are the numbers of dimensions that are taken; None takes any.

    >>> floats([[1, 2]], "vectors", dims=(2,))
    tensor([[1., 2.]])
    """
    import numpy as np
    import torch

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
    if dims is not None and tensor.dim() not in dims:
        raise ValueError(
            f"{name}: expected {' or '.join(map(str, dims))} dimensions, got shape {tuple(tensor.shape)}"
        )
    return (
        tensor if tensor.dtype == torch.float64 and not isinstance(value, list) else tensor.float()
    )


def check_labels(labels: Sequence[str], count: int) -> list[str]:
    """Read one label per vector; ``TypeError`` for a single string, ``ValueError`` for another number of them."""
    if isinstance(labels, str):
        raise TypeError("labels: expected a list of strings, got one string")
    if len(labels) != count:
        raise ValueError(f"labels: expected one per vector, {count}, got {len(labels)}")
    return [str(label) for label in labels]
