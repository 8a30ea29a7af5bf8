"""What an examiner shows next to its message: a small table, or the expected row above the row it got."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from course_utils.pictures import page as _markup
from course_utils.pictures.view import View, plain_table


def shown_table(caption: str, header: Sequence[object], rows: Sequence[Sequence[object]]) -> View:
    """Show rows under a header, as HTML and as text.

    >>> print(shown_table("one row", ["id", "length"], [[7, 3]]).text)
    one row
    id  length
    7   3
    """
    return View(
        html=_markup.table(caption, header, rows), text=f"{caption}\n{plain_table(header, rows)}"
    )


def expected_and_got(caption: str, expected: object, got: object) -> View:
    """Show what was expected above what came; the figures of tensors are rounded to four digits."""
    return shown_table(
        caption, ["", "value"], [["expected", written(expected)], ["got", written(got)]]
    )


def written(value: object, *, limit: int = 160) -> str:
    """Write a value on one line, tensors as rounded lists, and cut it at ``limit`` characters with a note.

    >>> written(torch.tensor([0.123456, 1.0]))
    '[0.1235, 1.0]'
    """
    text = str(_rounded(value.tolist())) if isinstance(value, torch.Tensor) else str(value)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit} more characters)"


def _rounded(value: object) -> object:
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value
