"""The pictures of lesson 03: the heads that fit a body, how far two texts are apart inside, what can be read there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from course_utils.lessons.models.runs import first_tokens, mean_looked_up, probe
from course_utils.pictures.glyphs import visible
from course_utils.pictures.heat import heat_table, shade
from course_utils.pictures.page import BLUE, element
from course_utils.pictures.table import bar_cell, table_view
from course_utils.pictures.view import View, plain_table
from course_utils.running import evaluating

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
    company: tuple[str, ...] = ()  # the rows that give a token another vector when it is alone

    def first(self, token: str) -> str:
        """Name the first row in which the vectors of a token differ."""
        column = self.values[:, self.tokens.index(token)]
        return next((row for row, far in zip(self.rows, column, strict=True) if far > 1e-4), "none")


@dataclass(frozen=True, repr=False)
class Probes(View):
    """How many texts a new head judges right from the first token; ``right`` has the counts of each body, by place."""

    right: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def show_heads(folder: str | Path, tokenizer: Any, text: str) -> View:
    """Load one body under seven classes and show what each adds, drops and returns.

    Parameters
    ----------
    folder : path
        A checkpoint that holds a body without a head of a task.
    tokenizer : PreTrainedTokenizerBase
        The body's own.
    text : str
        What is run; two words at least.

    Returns
    -------
    View
        One row per class: what it answers, its head's numbers, whether it keeps the pooler, how many numbers it has
        more than ``AutoModel``, the shape of what comes out.
    """
    import transformers

    encoded = tokenizer(text, return_tensors="pt")
    rows, bare = [], 0
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
        count = model.num_parameters()
        bare = bare or count
        kept = "kept" if getattr(model.base_model, "pooler", None) is not None else "dropped"
        rows.append([f"AutoModel{ending}", what, f"{own:,}", kept, f"{count - bare:+,}"])
        rows[-1].append(_shape(output, body=not ending))
        if ending == "ForCausalLM":
            moved = _looks_ahead(model, encoded["input_ids"])
    caption = f"One body under seven classes, run on “{text}”: 1 text of {encoded['input_ids'].shape[1]} tokens"
    header = [
        "class",
        "what its head answers",
        "head's numbers",
        "pooler",
        "against AutoModel",
        "out",
    ]
    note = (
        "ForCausalLM as loaded here: another token at the end moves the logits of the first token by up to "
        f"{moved:.1f}. " + ("It looks ahead." if moved > 1e-3 else "It does not look ahead.")
    )
    return table_view(caption, header, rows, note=note)


def _shape(output: Any, *, body: bool) -> str:
    if body:
        return f"{tuple(output.last_hidden_state.shape)}"
    if "start_logits" in output:
        return f"start {tuple(output.start_logits.shape)}, end {tuple(output.end_logits.shape)}"
    return f"{tuple(output.logits.shape)}"


def _looks_ahead(model: Any, ids: torch.Tensor) -> float:
    """Tell by how much the logits of the first token move when the last token is replaced by the first."""
    other = ids.clone()
    other[:, -1] = ids[:, 0]
    with evaluating(model):
        return (model(ids).logits[:, 0] - model(other).logits[:, 0]).abs().max().item()


def _quietly_loaded(kind: Any, folder: str | Path) -> Any:
    """Load a model without its report: seven of them would hide the table."""
    from transformers.utils import logging

    before = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)  # a new head is random
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
    grid = _grid(how, names, tokens, values, "step", ("alone: the same?", notes))
    company = [name for name, same in zip(names[1:], alone, strict=True) if not same]
    return replace(grid, company=tuple(company))


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


def show_probes(
    bodies: Mapping[str, tuple[Any, Any]], texts: Sequence[str], labels: Sequence[int]
) -> Probes:
    """Fit a new small head on the vector of ``[CLS]`` at each place of each body, and count its right verdicts.

    The head never judges a text that it learned from: see `probe`.

    Parameters
    ----------
    bodies : mapping of name to (model, tokenizer)
        BERTs of equally many layers, each with its tokenizer.
    texts : sequence of str
        What is judged.
    labels : sequence of int
        The right label of each text.

    Returns
    -------
    Probes
        A row per place, a column per body; the last row reads the mean of the looked-up vectors of all pieces instead
        of ``[CLS]``, so no token has read another there.
    """
    gold = [int(label) for label in labels]
    right = {}
    for name, (model, tokenizer) in bodies.items():
        places = [probe(place, gold) for place in first_tokens(model, tokenizer, texts)]
        right[name] = (*places, probe(mean_looked_up(model, tokenizer, texts), gold))
    layers = len(next(iter(right.values()))) - 2
    names = ["[CLS], look-up", *(f"[CLS], after layer {number}" for number in range(layers))]
    names.append("mean of all looked-up vectors")
    rows = [
        [name, *(bar_cell(count / len(gold), str(count)) for count in counts)]
        for name, counts in zip(names, zip(*right.values(), strict=True), strict=True)
    ]
    view = table_view(
        f"Right of {len(gold)} comments, when a new head reads one vector per comment (bar: share of all)",
        ["what it reads", *right],
        rows,
    )
    return Probes(html=view.html, text=view.text, right=right)
