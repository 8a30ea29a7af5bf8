"""The pictures of lesson 03: the parts of a model, the heads that fit a body, how far two texts are apart inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from course_utils.lessons.models.runs import first_tokens, probe
from course_utils.pictures.glyphs import visible
from course_utils.pictures.heat import heat_table, shade
from course_utils.pictures.page import BLUE, VERMILLION, element
from course_utils.pictures.table import Cell, bar_cell, table_view
from course_utils.pictures.view import View, plain_table
from course_utils.running import evaluating

PURPOSES = {
    "config.json": "describes the model: its kind, its sizes, its labels",
    "model.safetensors": "the numbers that training found",
    "tokenizer.json": "the tokenizer: its pieces and its rules",
    "tokenizer_config.json": "the tokenizer's settings",
    "special_tokens_map.json": "which pieces are special, such as [CLS]",
    "vocab.txt": "the tokenizer's pieces once more, one per line",
    "README.md": "for people: where the model comes from",
    "quality.json": "for people: how often it was right",
    "course-manifest.json": "for this course: the files and their hashes",
}
HEADS = (
    ("", "no head"),
    ("ForSequenceClassification", "labels for the text"),
    ("ForTokenClassification", "labels for each token"),
    ("ForQuestionAnswering", "start and end of an answer"),
    ("ForMaskedLM", "the hidden word"),
    ("ForCausalLM", "the next word"),
    ("ForMultipleChoice", "one score per choice"),
)


@dataclass(frozen=True, repr=False)
class Grid(View):
    """How far the vectors of two texts are apart; ``values`` has shape (rows, tokens)."""

    values: torch.Tensor | None = None
    tokens: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()

    def first(self, token: str) -> str:
        """Name the first row in which the vectors of a token differ."""
        column = self.values[:, self.tokens.index(token)]
        return next((row for row, far in zip(self.rows, column, strict=True) if far > 1e-4), "none")


@dataclass(frozen=True, repr=False)
class Probes(View):
    """How many texts a new head judges right from the first token; ``right`` has one count per place."""

    right: tuple[int, ...] = ()


def show_files(folder: str | Path) -> View:
    """Show the files of a model's folder, the largest first, and what each is for."""
    files = sorted(Path(folder).iterdir(), key=lambda file: (-file.stat().st_size, file.name))
    rows = [[f.name, f"{f.stat().st_size:,}", PURPOSES.get(f.name, "")] for f in files]
    return table_view(
        "The files of the folder, the largest first", ["file", "bytes", "what for"], rows
    )


def show_weights(model: Any) -> View:
    """Show the parts of a classifier in the order in which a text meets them, with their share of all numbers.

    Parameters
    ----------
    model : PreTrainedModel
        A BERT with a head.

    Returns
    -------
    View
        One row per part: numbers, and the share of all.
    """
    parts: dict[str, list[int]] = {}
    for name, numbers in model.named_parameters():
        steps = [
            step for step in name.split(".") if step not in ("bert", "encoder", "weight", "bias")
        ]
        part = f"layer {steps[1]}" if steps[0] == "layer" else steps[0]
        parts.setdefault(part, []).append(numbers.numel())
    total = sum(map(sum, parts.values()))
    rows = [
        [part, f"{sum(sizes):,}", bar_cell(sum(sizes) / total, f"{sum(sizes) / total:.1%}")]
        for part, sizes in parts.items()
    ]
    rows.append(["all", f"{total:,}", ""])
    caption = "The numbers in the model, part by part, in the order in which a text meets them"
    return table_view(caption, ["part", "numbers", "share of all"], rows)


def show_heads(folder: str | Path, tokenizer: Any, text: str) -> View:
    """Load one body under seven classes and show what each adds and returns.

    Parameters
    ----------
    folder : path
        A checkpoint that holds a body without a head of a task.
    tokenizer : PreTrainedTokenizerBase
        The body's own.
    text : str
        What is run.

    Returns
    -------
    View
        One row per class: what it answers, the numbers it adds, the shape of what comes out.
    """
    import transformers

    encoded = tokenizer(text, return_tensors="pt")
    rows = []
    for ending, what in HEADS:
        model = _quietly_loaded(getattr(transformers, f"AutoModel{ending}"), folder)
        choices = {name: ids.unsqueeze(1) for name, ids in encoded.items()}  # one choice
        with evaluating(model):
            output = model(**(choices if ending == "ForMultipleChoice" else encoded))
        own = sum(
            numbers.numel()
            for name, numbers in model.named_parameters()
            if ending and not name.startswith(f"{model.base_model_prefix}.")
        )
        shapes = (
            f"{tuple(output.last_hidden_state.shape)}"
            if not ending
            else f"start {tuple(output.start_logits.shape)}, end {tuple(output.end_logits.shape)}"
            if "start_logits" in output
            else f"{tuple(output.logits.shape)}"
        )
        rows.append([f"AutoModel{ending}", what, f"+ {own:,}", shapes])
    count = encoded["input_ids"].shape[1]
    caption = f"One body under seven classes, run on “{text}”: 1 text of {count} tokens"
    header = ["class", "what its head answers", "numbers it adds", "shape that comes out"]
    return table_view(caption, header, rows)


def _quietly_loaded(kind: Any, folder: str | Path) -> Any:
    """Load a model without its report: seven of them would hide the table."""
    from transformers.utils import logging

    before = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        return kind.from_pretrained(folder).eval()
    finally:
        logging.set_verbosity(before)


def show_steps(model: Any, tokenizer: Any, first: str, second: str, *, layer: int = 0) -> Grid:
    """Show, step by step inside one layer of a BERT, how far the vectors of two texts are apart at each token.

    Parameters
    ----------
    model, tokenizer
        A BERT and its tokenizer.
    first, second : str
        Two texts of equally many tokens.
    layer : int
        Counted from 0.

    Returns
    -------
    Grid
        A row per step; the last column says whether the step gives a token the same vector when it stands alone.
    """
    ids, tokens = _pair(tokenizer, first, second)
    names = ("look-up", "attention", "add & norm", "feed-forward", "add & norm again")
    with evaluating(model):
        states = model.base_model(ids.to(model.device), output_hidden_states=True).hidden_states
        block = model.base_model.encoder.layer[layer]

        def run(x: torch.Tensor) -> tuple[torch.Tensor, ...]:
            heard = block.attention.self(x)[0]
            mixed = block.attention.output(heard, x)
            fed = block.output.dense(block.intermediate(mixed))
            return x, heard, mixed, fed, block.output.LayerNorm(fed + mixed)

        steps, alone = run(states[layer]), _alone(block, states[layer])
    values = torch.stack([_distances(step) for step in steps])
    notes = ["–", *("yes" if same else "no" for same in alone)]
    how = (
        f"Layer {layer}, step by step: how far the vectors of the two texts are apart at each token "
        "(0 = equal, 1 = the distance is as large as the vectors are long). Last column: does the step "
        "give a token the same vector if the step sees this token alone?"
    )
    return _grid(how, names, tokens, values, "step", ("alone: the same?", notes))


def _alone(block: Any, x: torch.Tensor) -> list[bool]:
    """Tell for each step whether it gives the fourth token the same vector when it gets this token alone."""
    heard = block.attention.self(x)[0]
    mixed = block.attention.output(heard, x)
    fed = block.output.dense(block.intermediate(mixed))
    one = slice(3, 4)
    pairs = (
        (block.attention.self(x[:, one])[0], heard),
        (block.attention.output(heard[:, one], x[:, one]), mixed),
        (block.output.dense(block.intermediate(mixed[:, one])), fed),
        (
            block.output.LayerNorm(fed[:, one] + mixed[:, one]),
            block.output.LayerNorm(fed + mixed),
        ),
    )
    return [torch.allclose(alone, whole[:, one], atol=1e-4) for alone, whole in pairs]


def show_spread(
    model: Any, tokenizer: Any, first: str, second: str, *, layers: Sequence[int] | None = None
) -> Grid:
    """Show how far the vectors of two texts are apart at each token, before the first layer and after each.

    Parameters
    ----------
    model, tokenizer
        Any model with a body, and its tokenizer.
    first, second : str
        Two texts of equally many tokens.
    layers : sequence of int, optional
        Which layers are shown; all by default.

    Returns
    -------
    Grid
        Distance divided by the mean length of the vectors.

    Raises
    ------
    ValueError
        If the texts have different numbers of tokens.
    """
    ids, tokens = _pair(tokenizer, first, second)
    with evaluating(model):
        states = model.base_model(ids.to(model.device), output_hidden_states=True).hidden_states
    chosen = range(len(states) - 1) if layers is None else layers
    names = ("look-up", *(f"after layer {number}" for number in chosen))
    values = torch.stack([_distances(states[0]), *(_distances(states[i + 1]) for i in chosen)])
    how = (
        f"“{first}” and “{second}”: how far their vectors are apart at each token "
        "(0 = equal, 1 = the distance is as large as the vectors are long)."
    )
    return _grid(how, names, tokens, values, "where")


def _pair(tokenizer: Any, first: str, second: str) -> tuple[torch.Tensor, tuple[str, ...]]:
    one, other = (tokenizer(text)["input_ids"] for text in (first, second))
    if len(one) != len(other):
        raise ValueError(
            f"expected two texts of equally many tokens, got {len(one)} and {len(other)}"
        )
    names = zip(*(tokenizer.convert_ids_to_tokens(ids) for ids in (one, other)), strict=True)
    tokens = tuple(a if a == b else f"{a}/{b}" for a, b in names)
    return torch.tensor([one, other]), tokens


def _distances(states: torch.Tensor) -> torch.Tensor:
    """Give ``|a - b|`` over the mean length of a and b at each token, from states (2, tokens, size)."""
    one, other = states.float().cpu()
    return (one - other).norm(dim=-1) / ((one.norm(dim=-1) + other.norm(dim=-1)) / 2)


def _grid(how, names, tokens, values, corner, extra=None) -> Grid:
    """Draw distances as a shaded table; ``extra`` is one more column, its name and its words."""
    shown = [visible(token) for token in tokens]
    header = [*shown, *([extra[0]] if extra else [])]
    cells, plain = [], []
    for index, row in enumerate(values.tolist()):
        note = [extra[1][index]] if extra else []
        written = [f"{value:.2f}" if value > 1e-4 else "0" for value in row]
        drawn = [(text, shade(BLUE, value)) for text, value in zip(written, row, strict=True)]
        cells.append((names[index], [*drawn, *((word, None) for word in note)]))
        plain.append([names[index], *written, *note])
    columns = [element("bdi", name) for name in header]
    return Grid(
        html=heat_table(
            how, "distances between two texts", columns, cells, corner=corner, upright=False
        ),
        text=f"{how}\n{plain_table([corner, *header], plain)}",
        values=values,
        tokens=tuple(tokens),
        rows=tuple(names),
    )


def show_probes(model: Any, tokenizer: Any, texts: Sequence[str], labels: Sequence[int]) -> Probes:
    """Fit a new small head on the vector of ``[CLS]`` at each place, and count its right verdicts.

    The head never judges a text that it learned from: see `probe`.

    Parameters
    ----------
    model, tokenizer
        A BERT and its tokenizer.
    texts : sequence of str
        What is judged.
    labels : sequence of int
        The right label of each text.

    Returns
    -------
    Probes
        A row per place: how far ``[CLS]`` is from its own mean at most, and the right verdicts.
    """
    vectors = first_tokens(model, tokenizer, texts)
    gold = [int(label) for label in labels]
    right = [probe(place, gold) for place in vectors]
    most = [
        ((place - place.mean(0)).norm(dim=1) / place.norm(dim=1).mean()).max().item()
        for place in vectors
    ]
    names = ("look-up", *(f"after layer {number}" for number in range(len(vectors) - 1)))
    rows = [
        [name, f"{100 * far:.1f} %", bar_cell(count / len(gold), str(count))]
        for name, far, count in zip(names, most, right, strict=True)
    ]
    view = table_view(
        f"The vector of [CLS] in {len(gold)} comments: how far it is at most from its mean, and how many "
        "comments a new head judges right that reads nothing else (bar: share of all)",
        ["where", "moves at most", f"right of {len(gold)}"],
        rows,
    )
    return Probes(html=view.html, text=view.text, right=tuple(right))


def show_lines_cut(model: Any, tokenizer: Any, text: str) -> View:
    """Forbid one token to read one other, in all layers, and show what becomes of the verdict; every pair in turn.

    Parameters
    ----------
    model, tokenizer
        A sequence classifier of two labels that takes a mask of shape (texts, 1, tokens, tokens), and its tokenizer.
    text : str
        One text.

    Returns
    -------
    View
        Row = the token that may not read, column = the token that it may not read; probability of the second label,
        in per cent; below 50 is marked.
    """
    encoded = tokenizer(text, return_tensors="pt")
    tokens = tokenizer.convert_ids_to_tokens(encoded["input_ids"][0].tolist())
    count = len(tokens)
    allowed = torch.ones(count * count, 1, count, count, dtype=torch.bool)
    for pair in range(count * count):
        allowed[pair, 0, pair // count, pair % count] = False
    with torch.inference_mode(), evaluating(model):
        ids = encoded["input_ids"].expand(count * count, -1).to(model.device)
        logits = model(input_ids=ids, attention_mask=allowed.to(model.device)).logits
    chances = (100 * logits.softmax(-1)[:, 1].cpu()).view(count, count).tolist()
    names = [visible(token) for token in tokens]
    rows = [
        [name, *(marked_percent(value) for value in row)]
        for name, row in zip(names, chances, strict=True)
    ]
    return table_view(
        f"POSITIVE in % of “{text}” when the token of the row may not read the token of the column, in any layer; "
        "below 50 is marked with *",
        ["may not read", *names],
        rows,
    )


def marked_percent(value: float) -> Cell:
    """Write a percentage, framed and with a star below 50.

    >>> marked_percent(12.34).text, marked_percent(93.6).text
    ('12.3*', '93.6')
    """
    if value >= 50:
        return Cell(element("span", f"{value:.1f}"), f"{value:.1f}")
    look = f"border:2px solid {VERMILLION};padding:0 3px"
    return Cell(element("span", f"{value:.1f}*", style=look), f"{value:.1f}*")
