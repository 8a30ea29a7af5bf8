"""The pictures and explorers of lesson 04: turned verdicts, a comment beside a neighbour, the mask inside, two sides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from course_utils.lesson.explore import Explorer, stacked, text_field
from course_utils.lessons.batching.machine import mask_inside
from course_utils.pictures.glyphs import clip, visible
from course_utils.pictures.page import element
from course_utils.pictures.strip import PADDING, SPECIAL, WORD
from course_utils.pictures.table import Cell, bar_cell, framed_cell, table_view
from course_utils.pictures.view import View

KINDS = ("complaint", "praise")  # the columns of the logits
PLACES = 26  # of a batch that are drawn


def show_turned(
    first: torch.Tensor, second: torch.Tensor, *, days: tuple[str, str] = ("Monday", "Tuesday")
) -> View:
    """Count how the verdicts of two runs over the same comments agree.

    Parameters
    ----------
    first, second : torch.Tensor, shape (comments, 2)
        Logits; column 0 = complaint, 1 = praise.
    days : tuple of str
        What the runs are called.

    Returns
    -------
    View
        A table of counts: a row per verdict of the first run, a column per verdict of the second.
    """
    if first.shape != second.shape or first.ndim != 2 or first.shape[1] != 2:
        raise ValueError(
            f"expected two tensors of shape (comments, 2), got {tuple(first.shape)} and {tuple(second.shape)}"
        )
    before, after = first.argmax(1), second.argmax(1)
    count = [[int(((before == i) & (after == j)).sum()) for j in (1, 0)] for i in (1, 0)]
    rows = [
        [
            f"{days[0]}: {kind}",
            _turned(count[i][0], i == 1),
            _turned(count[i][1], i == 0),
            sum(count[i]),
        ]
        for i, kind in enumerate(("praise", "complaint"))
    ]
    rows.append(["all", *(count[0][j] + count[1][j] for j in (0, 1)), len(first)])
    turned = count[0][1] + count[1][0]
    return table_view(
        f"{len(first):,} comments by their verdict on {days[0]} (rows) and on {days[1]} (columns); "
        f"{turned:,} verdicts turned",
        ["", f"{days[1]}: praise", f"{days[1]}: complaint", "all"],
        rows,
    )


def _turned(count: int, other: bool) -> Cell | int | str:
    """Frame a count of turned verdicts; the words say so too."""
    if not other:
        return count
    if not count:
        return "0 turned"
    return framed_cell(f"{count} turned")


def praise_of(model: Any, ids: torch.Tensor, mask: torch.Tensor | None) -> float:
    """Give the probability of praise for the first row of a batch; without a mask the argument is left out."""
    extra = {} if mask is None else {"attention_mask": mask.to(model.device)}
    with torch.no_grad():
        logits = model(input_ids=ids.to(model.device), **extra).logits
    return logits.softmax(-1)[0, 1].item()


def explore_neighbour(
    model: Any, tokenizer: Any, pad: Callable, comment: str, neighbour: str
) -> Explorer:
    """Explore what a neighbour in the batch does to the verdict on a comment.

    Parameters
    ----------
    model, tokenizer
        A classifier of two labels, column 1 = praise.
    pad : callable
        ``pad(rows, pad_id)`` makes ids and mask of the batch: the learner's ``pad_by_hand``.
    comment, neighbour : str
        What is shown first.

    Returns
    -------
    Explorer
        Controls: ``comment`` and ``neighbour``.
    """

    def draw(comment: str, neighbour: str) -> View:
        rows = tokenizer([comment, neighbour])["input_ids"]
        ids, mask = (torch.as_tensor(table) for table in pad(rows, tokenizer.pad_token_id))
        chances = {
            "alone": praise_of(model, torch.tensor(rows[:1]), None),
            "beside the neighbour, no mask": praise_of(model, ids, None),
            "beside the neighbour, with the mask": praise_of(model, ids, mask),
        }
        pads = int((mask[0] == 0).sum())
        empty = [rows[0][0], *[tokenizer.pad_token_id] * pads, rows[0][-1]]
        chances["no word, only these pads"] = praise_of(model, torch.tensor([empty]), None)
        return stacked(_places(tokenizer, ids, mask), _chances(chances, pads))

    return Explorer(
        draw,
        {
            "comment": text_field(comment, "comment"),
            "neighbour": text_field(neighbour, "neighbour"),
        },
    )


def _places(tokenizer: Any, ids: torch.Tensor, mask: torch.Tensor) -> View:
    """Draw the rows of a batch place by place, with their masks."""
    width = min(ids.shape[1], PLACES)
    note = f" (showing the first {width} of {ids.shape[1]} places)" if width < ids.shape[1] else ""
    rows = []
    for name, one, kept in zip(("comment", "neighbour"), ids.tolist(), mask.tolist(), strict=True):
        pieces = tokenizer.convert_ids_to_tokens(one[:width])
        rows.append([name, *(_piece(p, k, tokenizer) for p, k in zip(pieces, kept, strict=False))])
        rows.append([f"{name}, mask", *kept[:width]])
    return table_view(
        f"The batch; column = place, hatched = pad{note}", ["", *map(str, range(width))], rows
    )


def _piece(piece: str, kept: int, tokenizer: Any) -> Cell:
    shown = clip(visible(str(piece)), 40)
    look = PADDING if not kept else SPECIAL if piece in tokenizer.all_special_tokens else WORD[0]
    return Cell(element("bdi", shown, style=look), shown)


def show_mask_inside(model: Any, tokenizer: Any, ids: torch.Tensor, mask: torch.Tensor) -> View:
    """Show what becomes of the mask of a batch's first row where the first layer receives it.

    Parameters
    ----------
    model, tokenizer
        A BERT with a head, and its tokenizer.
    ids, mask : torch.Tensor, shape (rows, tokens)
        The batch; 1 = token, 0 = pad.
    """
    width = min(ids.shape[1], PLACES)
    added = mask_inside(model, ids, mask)[0, 0, :width].tolist()
    pieces = tokenizer.convert_ids_to_tokens(ids[0, :width].tolist())
    kept = mask[0, :width].tolist()
    note = f" (showing the first {width} of {ids.shape[1]} places)" if width < ids.shape[1] else ""
    return table_view(
        "The mask as it is given and as the first layer receives it: this number is added to the scores Q·Kᵀ/√d "
        f"before the softmax; column = place{note}",
        ["", *map(str, range(width))],
        [
            ["piece", *(_piece(p, k, tokenizer) for p, k in zip(pieces, kept, strict=True))],
            ["given", *kept],
            ["received", *(f"{number:.2g}" for number in added)],
        ],
    )


def _chances(chances: dict[str, float], pads: int) -> View:
    rows = [
        [name, bar_cell(value, f"{100 * value:.1f} %"), KINDS[value >= 0.5]]
        for name, value in chances.items()
    ]
    return table_view(
        f"The comment, filled up with {pads} pad{'' if pads == 1 else 's'}: probability of praise, "
        "bar on a rule from 0 to 100 %",
        ["the comment", "praise", "verdict"],
        rows,
    )


def show_sides(model: Any, tokenizer: Any, texts: Sequence[str], *, new: int = 5) -> View:
    """Let a model continue texts: each alone, then all in one batch with pads on the left, then on the right.

    Parameters
    ----------
    model, tokenizer
        A model that writes, and its tokenizer with a padding token.
    texts : sequence of str
        Beginnings.
    new : int
        Tokens to write, each the most probable one.

    Returns
    -------
    View
        The first three continuations of each kind, and how many of all are as alone; the mask is always passed on.
    """

    def continued(some: Sequence[str], side: str) -> list[str]:
        batch = tokenizer(list(some), padding=True, padding_side=side, return_tensors="pt")
        with torch.no_grad():
            written = model.generate(**batch.to(model.device), max_new_tokens=new, do_sample=False)
        return tokenizer.batch_decode(
            written[:, batch["input_ids"].shape[1] :], skip_special_tokens=True
        )

    alone = [continued([text], "left")[0] for text in texts]
    kinds = {"alone": alone, **{side: continued(texts, side) for side in ("left", "right")}}
    same = {
        side: sum(a == b for a, b in zip(alone, found, strict=True))
        for side, found in kinds.items()
    }
    rows = [
        [text, *(repr(found[i]) for found in kinds.values())] for i, text in enumerate(texts[:3])
    ]
    rows.append(["as alone", "", *(f"{same[side]} of {len(texts)}" for side in ("left", "right"))])
    return table_view(
        f"{len(texts)} beginnings continued by {new} tokens; the first {len(texts[:3])} are shown",
        ["beginning", "alone", "in a batch, pads left", "in a batch, pads right"],
        rows,
    )
