"""The course's own solutions of lesson 08, and the texts, questions and recorded answers that its proofs run on."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch

from course_utils.data.corpora import read_rows

LONGEST, LENGTH, STRIDE = (
    15,
    384,
    128,
)  # tokens of an answer, of a window, shared: as in the removed pipeline


def span_scores(start, end, allowed, longest):
    """Score every span: row = its first token, column = its last; what is not allowed gets 0."""
    first = start.masked_fill(~allowed, -torch.inf).softmax(-1)
    last = end.masked_fill(~allowed, -torch.inf).softmax(-1)
    return (first[:, None] * last[None, :]).triu().tril(longest - 1)


def added_scores(start, end, allowed, longest):
    """Do the same with the sum of the two probabilities: the mistake that lesson 08 tries out."""
    product = span_scores(start, end, allowed, longest)
    first = start.masked_fill(~allowed, -torch.inf).softmax(-1)
    last = end.masked_fill(~allowed, -torch.inf).softmax(-1)
    return torch.where(product > 0, first[:, None] + last[None, :], 0.0)


def window_bounds(n_tokens, room, stride):
    """Cut ``n_tokens`` into windows of at most ``room`` tokens of which neighbours share ``stride``."""
    bounds = [(0, min(room, n_tokens))]
    while bounds[-1][1] < n_tokens:
        first = bounds[-1][1] - stride
        bounds.append((first, min(first + room, n_tokens)))
    return bounds


def share_right(threshold, results):
    """Count what is handled right if answers that score below the threshold are held back: a share, 0-1."""
    right = 0
    for one in results:
        if one["score"] < threshold:
            right += not one["has_answer"]
        else:
            right += one["right"]
    return right / len(results)


@cache
def texts() -> dict[str, str]:
    """Give the 40 passages by their name."""
    return {row["id"]: row["text"] for row in read_rows("passages")}


@cache
def reader() -> Any:
    """Load the tokenizer of the checkpoint ``qa``."""
    from transformers import AutoTokenizer

    from course_utils import checkpoint

    return AutoTokenizer.from_pretrained(checkpoint("qa"))


@cache
def counter() -> Any:
    """Load the bare tokenizer once more, for counting: it cuts nothing, and gives no warning about lengths."""
    from tokenizers import Tokenizer

    bare = Tokenizer.from_str(reader().backend_tokenizer.to_str())
    bare.no_truncation()
    bare.no_padding()
    return bare


@cache
def places_in(text: str) -> tuple[tuple[int, int], ...]:
    """Give the characters of each token of a text."""
    return tuple(counter().encode(text, add_special_tokens=False).offsets)


def room_for(question: str, length: int = LENGTH) -> int:
    """Count the tokens of a window that are left for the passage: three are special, the question has some."""
    return length - 3 - len(places_in(question))
