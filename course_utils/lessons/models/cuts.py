"""Lesson 03 tests what a verdict rests on: one reading forbidden, or one vector taken from another text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from course_utils.lesson.explore import Explorer, text_field
from course_utils.pictures.glyphs import visible
from course_utils.pictures.page import element
from course_utils.pictures.table import Cell, framed_cell, table_view
from course_utils.pictures.view import View
from course_utils.running import evaluating

MOST = 16  # tokens: one column each


@dataclass(frozen=True, repr=False)
class Verdicts(View):
    """The verdicts after each change, in per cent: ``values`` has shape (rows, columns)."""

    values: torch.Tensor | None = None
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    def at(self, row: str, column: str) -> float:
        """Give one verdict by the names of its row and column."""
        return self.values[self.rows.index(row), self.columns.index(column)].item()


def show_lines_cut(model: Any, tokenizer: Any, text: str) -> Verdicts:
    """Forbid one token to read one other, in all layers, and show what becomes of the verdict; every pair in turn.

    Parameters
    ----------
    model, tokenizer
        A sequence classifier of two labels that takes a mask of shape (texts, 1, tokens, tokens), and its tokenizer.
    text : str
        One text.

    Returns
    -------
    Verdicts
        Row = the token that may not read, column = the token that it may not read; probability of the second label,
        in per cent; a verdict that turns is marked.
    """
    encoded = tokenizer(text, return_tensors="pt")
    tokens = _names(tokenizer, encoded["input_ids"][0])
    count = len(tokens)
    allowed = torch.ones(count * count, 1, count, count, dtype=torch.bool)
    for pair in range(count * count):
        allowed[pair, 0, pair // count, pair % count] = False
    with torch.inference_mode(), evaluating(model):
        ids = encoded["input_ids"].to(model.device)
        whole = _chances(model(input_ids=ids))[0].item()
        logits = model(
            input_ids=ids.expand(count * count, -1), attention_mask=allowed.to(model.device)
        )
    label = model.config.id2label[1]
    caption = (
        f"“{text}” is {whole:.1f} % {label}. Below: {label} in % when the token of the row may not read the token of "
        "the column, in any layer; * = the verdict turns"
    )
    return _verdicts(
        caption, "may not read", tokens, tokens, _chances(logits).view(count, -1), whole
    )


def show_moved(model: Any, tokenizer: Any, into: str, source: str) -> Verdicts:
    """Run a text with one vector taken from the run of another, each place in turn, and show the verdicts.

    The method is known as activation patching or causal tracing (Meng et al. 2022, https://arxiv.org/abs/2202.05262).

    Parameters
    ----------
    model, tokenizer
        A BERT that classifies into two labels, and its tokenizer.
    into : str
        The text that is run.
    source : str
        The text whose vectors are put in, of equally many tokens.

    Returns
    -------
    Verdicts
        Row = after which step the vector is put in, column = at which token; probability of the second label, in per
        cent; a verdict that is not that of ``into`` is marked.

    Raises
    ------
    ValueError
        If the texts have different numbers of tokens, or too many.
    """
    theirs, mine = (tokenizer(text, return_tensors="pt")["input_ids"] for text in (source, into))
    count = mine.shape[1]
    if theirs.shape != mine.shape:
        raise ValueError(
            f"expected two texts of equally many tokens, got {count} and {theirs.shape[1]}"
        )
    if count > MOST:
        raise ValueError(f"at most {MOST} tokens fit, these texts have {count}")
    body = model.base_model
    mine, theirs = mine.to(model.device), theirs.to(model.device)
    with torch.inference_mode(), evaluating(model):
        whole, other = (_chances(model(input_ids=ids))[0].item() for ids in (mine, theirs))
        states = body(theirs, output_hidden_states=True).hidden_states
        found = []
        for step, state in zip((body.embeddings, *body.encoder.layer), states, strict=True):
            with _diagonal_from(step, state[0]):
                found.append(_chances(model(input_ids=mine.expand(count, -1))))
    rows = ("look-up", *(f"after layer {number}" for number in range(len(found) - 1)))
    pairs = zip(_names(tokenizer, mine[0]), _names(tokenizer, theirs[0]), strict=True)
    columns = tuple(a if a == b else f"{a} ← {b}" for a, b in pairs)
    label = model.config.id2label[1]
    caption = (
        f"“{into}” is {whole:.1f} % {label}, “{source}” {other:.1f} %. Below: {label} in % for the first text, when "
        "one of its vectors is replaced by that of the second text; * = the verdict turns"
    )
    return _verdicts(caption, "replaced", rows, columns, torch.stack(found), whole)


def explore_moved(model: Any, tokenizer: Any, into: str, source: str) -> Explorer:
    """Explore which vector carries a difference between two texts; controls: the texts ``into`` and ``source``."""
    return Explorer(
        lambda into, source: show_moved(model, tokenizer, into.strip(), source.strip()),
        {"into": text_field(into, "run"), "source": text_field(source, "vectors of")},
    )


@contextmanager
def _diagonal_from(step: Any, state: torch.Tensor) -> Iterator[None]:
    """Replace, in row i of a batch, the vector of token i by that of ``state`` (tokens, size)."""

    def replaced(module: Any, given: tuple, output: torch.Tensor) -> torch.Tensor:
        output = output.clone()
        places = torch.arange(len(state), device=output.device)
        output[places, places] = state
        return output

    hook = step.register_forward_hook(replaced)
    try:
        yield
    finally:
        hook.remove()


def _chances(output: Any) -> torch.Tensor:
    """Give the probability of the second label, in per cent."""
    return 100 * output.logits.softmax(-1)[:, 1].cpu()


def _names(tokenizer: Any, ids: torch.Tensor) -> tuple[str, ...]:
    return tuple(visible(token) for token in tokenizer.convert_ids_to_tokens(ids.tolist()))


def _verdicts(caption, corner, rows, columns, values: torch.Tensor, whole: float) -> Verdicts:
    """Draw verdicts in per cent; one on the other side of a half than ``whole`` is marked."""
    table = [
        [name, *(marked_percent(value, turned=(value >= 50) != (whole >= 50)) for value in line)]
        for name, line in zip(rows, values.tolist(), strict=True)
    ]
    view = table_view(caption, [corner, *columns], table)
    return Verdicts(
        html=view.html, text=view.text, values=values, rows=tuple(rows), columns=tuple(columns)
    )


def marked_percent(value: float, *, turned: bool) -> Cell:
    """Write a percentage; one that turns the verdict gets a frame and a star.

    >>> marked_percent(12.34, turned=True).text, marked_percent(93.6, turned=False).text
    ('12.3*', '93.6')
    """
    if not turned:
        return Cell(element("span", f"{value:.1f}"), f"{value:.1f}")
    return framed_cell(f"{value:.1f}*")
