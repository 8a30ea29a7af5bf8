"""The eight stages of a flow: run the model once, keep what passes by, draw a glimpse of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from course_utils.flow import TASKS, Stage
from course_utils.logits import label_scores, show_logits, show_token_logits
from course_utils.pictures.bars import figure, percent
from course_utils.pictures.glyphs import clip, one_line, visible
from course_utils.pictures.page import element, table
from course_utils.pictures.strip import Strip, draw_strips
from course_utils.pictures.view import View, plain_table
from course_utils.tokens import Pieces, from_encoding

TOKENS, NUMBERS = 12, 5  # how much of a tensor a glimpse shows
LONGEST_ANSWER = 30  # tokens


@dataclass(frozen=True)
class Run:
    """What one run left behind: the encoding, its pieces, and the model's output."""

    record: Pieces
    encoding: Any
    output: Any
    whole: int  # tokens before the text was cut to the model's positions


def run(model: Any, tokenizer: Any, text: str, context: str | None) -> Run:
    """Tokenize and run the model once, in evaluation mode, keeping its hidden states."""
    import torch

    most = getattr(model.config, "max_position_embeddings", None)
    whole = len(tokenizer(text, context, verbose=False)["input_ids"])
    options = {}
    if most and whole > most:
        options = {"truncation": True if context is None else "only_second", "max_length": most}
    encoding = tokenizer(text, context, return_tensors="pt", verbose=False, **options)
    if not encoding["input_ids"].numel():
        raise ValueError(
            "expected a text with at least one token, got one that the tokenizer cuts into none"
        )
    takes = {name for name in encoding if name in tokenizer.model_input_names}
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            batch = {name: encoding[name].to(model.device) for name in takes}
            output = model(**batch, output_hidden_states=True)
    finally:
        model.train(was_training)
    return Run(
        from_encoding(tokenizer, encoding, text=text, pair=context)[0], encoding, output, whole
    )


def build_stages(task: str, model: Any, tokenizer: Any, traced: Run) -> tuple[Stage, ...]:
    """Draw all stages; the last three depend on the task."""
    build_end = {TASKS[0]: _sequence_end, TASKS[1]: _token_end, TASKS[2]: _span_end}[task]
    return (
        _text(traced),
        _pieces(traced),
        _ids(traced),
        *_vectors(traced),
        *build_end(model, traced),
    )


def _text(traced: Run) -> Stage:
    texts = (
        {"text": traced.record.text}
        if traced.record.pair is None
        else {
            "question or first text": traced.record.text,
            "context or second text": traced.record.pair,
        }
    )
    rows = [
        [name, f"{len(text):,}", clip(visible(text).replace("␣", " "), 400)]
        for name, text in texts.items()
    ]
    return Stage(
        "text",
        "A string: the model cannot read it yet.",
        None,
        "str",
        _tabulate("What goes in, with its length in characters", ["", "characters", "text"], rows),
    )


def _pieces(traced: Run) -> Stage:
    record = traced.record
    cut = (
        f" Cut from {traced.whole:,} tokens to the model's positions."
        if traced.whole > len(record)
        else ""
    )
    what = (
        f"The tokenizer cuts the text into {len(record):,} pieces, {sum(record.special):,} of them special "
        f"tokens.{cut}"
    )
    return Stage("pieces", what, None, "list of str", draw_strips([Strip("", record)], limit=40))


def _ids(traced: Run) -> Stage:
    """Show every tensor of the encoding, one per line."""
    ids = traced.encoding["input_ids"]
    count = min(TOKENS, ids.shape[1])
    rows = [
        [name, *tensor[0, :count].tolist()]
        for name, tensor in traced.encoding.items()
        if tensor.ndim == 2
    ]
    caption = f"First {count} of {ids.shape[1]:,} positions" if count < ids.shape[1] else ""
    return Stage(
        "input_ids",
        "Each piece is replaced by its number in the vocabulary; a text alone is a batch of one.",
        tuple(ids.shape),
        str(ids.dtype),
        _tabulate(caption, ["tensor", *range(count)], rows),
    )


def _vectors(traced: Run) -> tuple[Stage, Stage]:
    """Show what enters the first layer and what leaves the last one."""
    states = traced.output.hidden_states
    first = (
        f"Each id picks a row of a table, {states[0].shape[-1]:,} numbers; BERT and its kin add the position, "
        "and the segment where they have one."
    )
    last = (
        f"After {len(states) - 1} layers the shape is the same, but each vector now depends on every token that it "
        "attended to."
    )
    return tuple(
        Stage(name, what, tuple(state.shape), str(state.dtype), _glimpse(state, traced.record))
        for name, what, state in (
            ("embeddings", first, states[0]),
            ("last_hidden_state", last, states[-1]),
        )
    )


def _glimpse(state: Any, record: Pieces) -> View:
    """Print a corner of a hidden state: the first numbers of the first tokens."""
    values = state[0, :4, :NUMBERS].float().cpu().tolist()
    caption = f"First {len(values)} of {state.shape[1]:,} tokens, first {len(values[0])} of {state.shape[2]:,} numbers"
    rows = [
        [f"{i} {clip(visible(record.pieces[i]), 30)}", *(f"{value:.3f}" for value in row)]
        for i, row in enumerate(values)
    ]
    return _tabulate(caption, ["token", *range(len(values[0]))], rows)


def _sequence_end(model: Any, traced: Run) -> tuple[Stage, Stage, Stage]:
    """Logits of the whole text, softmax or sigmoid, and the label."""
    logits, config = traced.output.logits.float().cpu(), model.config
    function = "sigmoid" if config.problem_type == "multi_label_classification" else "auto"
    scored = label_scores(logits, id2label=config.id2label, function=function)
    best = int(scored.scores[0].argmax())
    rule = "highest probability" if scored.function == "softmax" else "at least 50 %"
    rows = [
        [label, figure(value)]
        for label, value in zip(scored.labels, logits[0].tolist(), strict=True)
    ][:40]
    return (
        _logits_stage(
            logits,
            "The head turns one vector for the whole text into one figure per label.",
            _tabulate("", ["label", "logit"], rows),
        ),
        Stage(
            "probabilities",
            f"{scored.function.capitalize()} turns logits into figures between 0 and 1.",
            tuple(scored.scores.shape),
            str(scored.scores.dtype),
            show_logits(logits, id2label=config.id2label, function=function),
        ),
        _answer(
            f"The label with the {rule}."
            if scored.function == "softmax"
            else f"Every label with {rule}.",
            ["label", "score"],
            [[scored.winners[0], percent(scored.scores[0, best].item())]],
        ),
    )


def _token_end(model: Any, traced: Run) -> tuple[Stage, Stage, Stage]:
    """Logits of each token, softmax over its labels, and the tokens whose label is not O."""
    logits, names = traced.output.logits[0].float().cpu(), model.config.id2label
    scored, record = label_scores(logits, id2label=names), traced.record
    tokens = [visible(piece) for piece in record.pieces]
    found = [
        (i, label)
        for i, label in enumerate(scored.winners)
        if label != "O" and not record.special[i]
    ]
    rows = [
        [f"{i} {clip(tokens[i], 30)}", label, percent(scored.scores[i].max().item())]
        for i, label in found[:TOKENS]
    ]
    cut = f", the first {TOKENS} shown" if len(found) > TOKENS else ""
    corner = [
        [f"{i} {clip(token, 30)}", *map(figure, logits[i].tolist()[:8])]
        for i, token in enumerate(tokens[:4])
    ]
    return (
        _logits_stage(
            traced.output.logits,
            "The head turns the vector of each token into one figure per label.",
            _tabulate(
                f"First {len(corner)} of {len(tokens):,} tokens",
                ["token", *scored.labels[:8]],
                corner,
            ),
        ),
        Stage(
            "probabilities",
            "Softmax over the labels of each token.",
            tuple(traced.output.logits.shape),
            "torch.float32",
            show_token_logits(logits[:TOKENS], tokens[:TOKENS], id2label=names, top=2),
        ),
        _answer(
            f"Pieces whose highest label is not O: {len(found)} of {len(tokens):,}{cut}. Pieces of one name "
            "are grouped afterwards.",
            ["token", "label", "score"],
            rows,
        ),
    )


def _span_end(model: Any, traced: Run) -> tuple[Stage, Stage, Stage]:
    """Start and end logits, softmax over the tokens of the passage, and the best span."""
    import torch

    record = traced.record
    inside = torch.tensor([part == 1 for part in record.sequence_ids], device="cpu")
    if record.offsets is None or not inside.any():
        raise ValueError(
            "expected a fast tokenizer and a passage with at least one token; its offsets lead from "
            "tokens back to characters"
        )
    start, end = (
        logits[0].float().cpu() for logits in (traced.output.start_logits, traced.output.end_logits)
    )
    scores = [logits.masked_fill(~inside, -torch.inf).softmax(-1) for logits in (start, end)]
    joint = scores[0][:, None] * scores[1][None, :]
    joint = joint.triu().tril(LONGEST_ANSWER - 1)
    first, last = divmod(int(joint.argmax()), len(inside))
    answer = record.pair[record.offsets[first][0] : record.offsets[last][1]]
    row = [
        visible(answer).replace("␣", " "),
        f"[{first}, {last + 1})",
        percent(joint[first, last].item()),
    ]
    return (
        _logits_stage(
            start[None],
            "The head gives each token two figures: does the answer start here, end here?",
            _peaks(record, [start, end], figure, "logit"),
        ),
        Stage(
            "probabilities",
            "Tokens outside the passage are ruled out, then softmax runs over the tokens.",
            (2, len(inside)),
            "torch.float32",
            _peaks(record, scores, percent, "probability"),
        ),
        _answer(
            f"The span of at most {LONGEST_ANSWER} tokens with the highest product of start and end; offsets "
            "lead back to the characters.",
            ["answer", "tokens [start, end)", "score"],
            [row],
        ),
    )


def _peaks(record: Pieces, pair: list[Any], write: Any, what: str) -> View:
    """List the five tokens with the highest figure, for start and for end."""
    rows = [
        [name, f"{i} {clip(visible(record.pieces[i]), 30)}", write(values[i].item())]
        for name, values in zip(("start", "end"), pair, strict=True)
        for i in values.argsort(descending=True, stable=True)[:5].tolist()
    ]
    return _tabulate("Highest five tokens", ["", "token", what], rows)


def _logits_stage(logits: Any, what: str, shown: View) -> Stage:
    return Stage("logits", what, tuple(logits.shape), str(logits.dtype), shown)


def _answer(what: str, header: list, rows: list) -> Stage:
    shown = (
        _tabulate("", header, rows) if rows else View(html=element("p", "(none)"), text="(none)")
    )
    return Stage("answer", what, None, "str", shown)


def _tabulate(caption: str, header: list, rows: list) -> View:
    """Write one table both ways; a label of the model may hold anything, so every cell is made one visible line."""
    header, *rows = ([clip(one_line(str(value)), 420) for value in row] for row in (header, *rows))
    text = plain_table(header, rows)
    return View(html=table(caption, header, rows), text=f"{caption}\n{text}" if caption else text)
