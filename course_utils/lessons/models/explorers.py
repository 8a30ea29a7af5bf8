"""The explorers of lesson 03: a head small enough for the eye, and every head of a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from course_utils.lesson.explore import (
    Explorer,
    check_box,
    slider,
    stacked,
    text_field,
)
from course_utils.lessons.models.runs import head_vectors
from course_utils.pictures.attention import show_attention
from course_utils.pictures.page import BLUE, element
from course_utils.pictures.table import bar_cell, table_view
from course_utils.pictures.view import View

MOST_TOKENS = 24


def show_head(
    words: Sequence[str], query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor
) -> View:
    """Show one query at work, step by step: a row per word, and the sum that is heard.

    Parameters
    ----------
    words : sequence of str
        What is read.
    query : torch.Tensor, shape (2,)
        What the reader looks for.
    keys, values : torch.Tensor, shape (words, 2)
        What each word offers to be found by, and what it hands on.

    Returns
    -------
    View
        Key, score, share, value, share times value; the last row is the sum.
    """
    scores = keys @ query
    shares = scores.softmax(-1)
    handed = shares[:, None] * values
    rows = [
        [
            word,
            _pair(keys[i]),
            f"{scores[i]:.1f}",
            bar_cell(shares[i].item(), f"{shares[i]:.2f}", colour=BLUE),
            _pair(values[i]),
            _pair(handed[i]),
        ]
        for i, word in enumerate(words)
    ]
    rows.append(["sum", "", "", f"{shares.sum():.2f}", "", _pair(handed.sum(0))])
    caption = f"The query {_pair(query)} reads {len(words)} words. score = key · query, share = softmax of the scores"
    return table_view(caption, ["word", "key", "score", "share", "value", "share × value"], rows)


def explore_head(
    words: Sequence[str],
    keys: torch.Tensor,
    values: torch.Tensor,
    *,
    query: Sequence[float] = (0.0, 3.0),
) -> Explorer:
    """Explore how a query shares out its attention among a few words.

    Parameters
    ----------
    words : sequence of str
        What is read; the last one is the reader.
    keys, values : torch.Tensor, shape (words, 2)
        As for `show_head`.
    query : two numbers
        Where the sliders stand first.

    Returns
    -------
    Explorer
        Controls: the two numbers of the query, ``first`` and ``second``.
    """
    reader = words[-1]

    def draw(first: int, second: int) -> View:
        looks_for = torch.tensor([float(first), float(second)])
        table = show_head(words, looks_for, keys, values)
        heard = (keys @ looks_for).softmax(-1) @ values
        before, after = values[-1], values[-1] + heard
        line = f"“{reader}” was {_pair(before)}, hears {_pair(heard)}, and becomes {_pair(after)}."
        return stacked(table, View(html=element("p", line, style="margin:4px 0"), text=line))

    low, high = -10, 10
    return Explorer(
        draw,
        {
            "first": slider("pleasant?", low, high, int(query[0])),
            "second": slider("negating?", low, high, int(query[1])),
        },
    )


def _pair(numbers: torch.Tensor) -> str:
    return "[" + ", ".join(f"{number:.2f}".rstrip("0").rstrip(".") for number in numbers) + "]"


def explore_heads(
    model: Any, tokenizer: Any, text: str, *, head: Callable, layer: int = 0, number: int = 2
) -> Explorer:
    """Explore every head of a model on any text; the shares are computed by the learner's own function.

    Parameters
    ----------
    model, tokenizer
        Any model whose attention transformers can exchange, and its tokenizer.
    text : str
        What is shown first.
    head : callable
        ``head(query, key, value)`` gives weights and output.
    layer, number : int
        Which head is shown first, counted from 0.

    Returns
    -------
    Explorer
        Controls: ``text``, ``layer``, ``number`` of the head, and ``root`` (divide the scores or not).
    """
    config = model.config

    def draw(text: str, layer: int, number: int, root: bool) -> View:
        found = head_vectors(model, tokenizer, text)
        if len(found.tokens) > MOST_TOKENS:
            raise ValueError(f"at most {MOST_TOKENS} tokens fit, this text has {len(found.tokens)}")
        sharp = found.query.shape[-1] ** 0.5  # takes the division back
        query = found.query[layer, number] * (1.0 if root else sharp)
        shares = head(query, found.key[layer, number], found.value[layer, number])[0]
        picture = show_attention(shares, found.tokens, caption=f"Layer {layer}, head {number}.")
        line = (
            f"The largest share of a row, mean of all heads of this text: {_largest(found, head):.2f}; "
            f"without the division by √size {_largest(found, head, sharp):.2f}."
        )
        return stacked(picture, View(html=element("p", line, style="margin:4px 0"), text=line))

    return Explorer(
        draw,
        {
            "text": text_field(text),
            "layer": slider("layer", 0, config.num_hidden_layers - 1, layer),
            "number": slider("head", 0, config.num_attention_heads - 1, number),
            "root": check_box("divide the scores by √size", True),
        },
    )


def _largest(found: Any, head: Callable, factor: float = 1.0) -> float:
    """Give the largest share of a row, its mean over all heads and rows."""
    query, key, value = (x.flatten(0, 1) for x in (found.query * factor, found.key, found.value))
    rows = [head(*parts)[0].max(-1).values.mean() for parts in zip(query, key, value, strict=True)]
    return torch.stack(rows).mean().item()
