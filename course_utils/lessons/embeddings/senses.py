"""Two senses of a word in lesson 06, told apart layer by layer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch.nn.functional import normalize

from course_utils.lesson.explore import stacked
from course_utils.pictures.heat import shade
from course_utils.pictures.page import BLUE, ORANGE, element, style
from course_utils.pictures.similarity import show_similarity
from course_utils.pictures.table import Cell, table_view
from course_utils.pictures.view import View
from course_utils.running import evaluating

# Eight words, each in two sentences of one sense and two of another.
SENSES = {
    "thread": (
        "Start a thread that runs in the background.",
        "Wait until the other thread has finished its work.",
        "She sewed the button on with a black thread.",
        "The thread broke and the pearls fell down.",
    ),
    "bank": (
        "She sat on the bank of the river.",
        "The bank of the stream was muddy.",
        "The bank raised its interest rates.",
        "He paid the money into his bank.",
    ),
    "file": (
        "Open the file and read each line.",
        "The file was saved on the disk.",
        "He shaped the metal with a file.",
        "She smoothed the edge with a nail file.",
    ),
    "key": (
        "Look the value up by its key.",
        "Sort the rows by the second key.",
        "He lost the key of his flat.",
        "The key turned slowly in the lock.",
    ),
    "table": (
        "Join each row of the table with the other.",
        "The database has one table per month.",
        "She put the soup on the table.",
        "The table has four wooden legs.",
    ),
    "string": (
        "Split the string at each comma.",
        "The string holds the name of the user.",
        "He tied the parcel with string.",
        "A string of her guitar broke.",
    ),
    "python": (
        "Write the script in python.",
        "The python function returns a list.",
        "The python swallowed a rabbit.",
        "A python slept under the tree.",
    ),
    "bug": (
        "The bug made the program crash.",
        "She fixed the bug in the code.",
        "A bug crawled over the leaf.",
        "The bug had six legs and wings.",
    ),
}


def word_vectors(model: Any, tokenizer: Any, word: str, sentences: Sequence[str]) -> torch.Tensor:
    """Give a word's vector in each sentence and at each layer: ``(layers + 1, sentences, size)``, length one.

    Raises
    ------
    ValueError
        If the word is more than one piece, or does not stand exactly once in each sentence.
    """
    pieces = tokenizer(word, add_special_tokens=False)["input_ids"]
    batch = tokenizer(list(sentences), padding=True, return_tensors="pt").to(model.device)
    places = batch["input_ids"] == pieces[0]
    if len(pieces) != 1 or places.sum(1).tolist() != [1] * len(sentences):
        raise ValueError(f"word: expected one piece, once in each sentence, got {word!r}")
    with evaluating(model):
        layers = model(**batch, output_hidden_states=True).hidden_states
    return torch.stack([normalize(hidden[places], dim=-1).cpu() for hidden in layers])


def sense_gaps(vectors: torch.Tensor) -> list[float]:
    """Give per layer how much nearer two vectors of one sense are than two of different senses, in cosine.

    Of four vectors per layer the first two are one sense, the others the second.
    """
    cosines = vectors @ vectors.transpose(1, 2)
    same = (cosines[:, 0, 1] + cosines[:, 2, 3]) / 2
    return (same - cosines[:, :2, 2:].mean((1, 2))).tolist()


def show_senses(
    model: Any, tokenizer: Any, senses: Mapping[str, Sequence[str]] | None = None
) -> View:
    """Show how far a model tells the two senses of a word apart, layer by layer.

    Parameters
    ----------
    model, tokenizer
        A body without a head, and its tokenizer.
    senses : mapping of str to four sentences, optional
        Two sentences of one sense of the word, then two of another.

    Returns
    -------
    View
        The first word's vectors of the last layer as a heat map; for all words the gap per layer.
    """
    senses = senses or SENSES
    found = {word: word_vectors(model, tokenizer, word, four) for word, four in senses.items()}
    word, four = next(iter(senses.items()))
    heat = show_similarity(
        found[word][-1],
        four,
        caption=f'The vectors of "{word}" in four sentences, last layer, cosine;',
    )
    gaps = {word: sense_gaps(vectors) for word, vectors in found.items()}
    random = random_body(model.config)
    control = [
        sense_gaps(word_vectors(random, tokenizer, word, some)) for word, some in senses.items()
    ]
    means = {"mean": _mean(gaps.values()), "mean, random body": _mean(control)}
    rows = [[word, *map(_gap, row)] for word, row in (*gaps.items(), *means.items())]
    layers = len(means["mean"])
    below = table_view(
        f"Mean cosine within a sense minus mean cosine between the senses, {len(gaps)} words of four sentences each; "
        "column 0 = before the first layer; blue = the same sense is nearer; last row: the same layers, filled with "
        "random numbers",
        ["word", *(f"layer {i}" if i else "0" for i in range(layers))],
        rows,
    )
    return stacked(heat, below)


def random_body(config: Any) -> Any:
    """Make a body of the same shape with random numbers, always the same; the random state of the run is kept."""
    from transformers import AutoModel

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return AutoModel.from_config(config).eval()


def _mean(rows: Iterable[list[float]]) -> list[float]:
    return [sum(column) / len(column) for column in zip(*rows, strict=True)]


def _gap(value: float) -> Cell:
    text = f"{value:+.2f}".replace("-0.00", "+0.00")
    colour = shade(BLUE if value > 0 else ORANGE, min(abs(value) * 5, 1.0))
    look = style(background=colour, padding="1px 6px") if colour else None
    return Cell(element("span", text, style=look), text)
