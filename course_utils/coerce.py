"""What users pass in, turned into plain Python at the boundary: rows of whole numbers, rows of figures, texts."""

from __future__ import annotations

from typing import Any


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


def as_tensor(given: Any, name: str = "logits"):
    """Turn figures into float32 on the CPU: a list, array or tensor of any device and precision, or a list of these.

    >>> as_tensor([1, 2.5])
    tensor([1.0000, 2.5000])
    """
    import torch

    try:
        if isinstance(given, torch.Tensor):
            return given.detach().to("cpu", torch.float32)
        if isinstance(given, list | tuple) and any(isinstance(one, torch.Tensor) for one in given):
            return torch.stack([as_tensor(one, name) for one in given])
        return torch.as_tensor(given, dtype=torch.float32, device="cpu")
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(
            f"expected {name} as a tensor or rows of figures of equal length, "
            f"got {type(given).__name__}: {error}"
        ) from None
