"""The way of a text through a model: every stage with its shape, its type and a glimpse of its values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from course_utils.flow import TASKS, Flow, labelled, trace_flow
from course_utils.pictures.bars import figure, percent
from course_utils.pictures.glyphs import clip, one_line, visible
from course_utils.pictures.logits import show_logits, show_token_logits
from course_utils.pictures.page import Html, element, style
from course_utils.pictures.strip import Strip, draw_strips
from course_utils.pictures.table import table_view
from course_utils.pictures.view import View

TOKENS, NUMBERS = 12, 5  # how much of a tensor a glimpse shows


def show_flow(
    model: Any,
    tokenizer: Any,
    text: str,
    *,
    context: str | None = None,
    stage: int | str | None = None,
) -> View:
    """Show the way of a text through tokenizer, model and post-processing, or one stage of it.

    Parameters
    ----------
    model, tokenizer, text, context
        As for ``trace_flow``.
    stage : int or str
        Only this stage: its number from 1, or its name.

    Raises
    ------
    TypeError, ValueError
        As ``trace_flow``, and for a stage that there is not.

    Examples
    --------
    >>> from tokenizers import Tokenizer, models
    >>> from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast
    >>> tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"hi": 0}, unk_token="hi")))
    >>> sizes = dict(hidden_size=4, num_hidden_layers=1, num_attention_heads=1, intermediate_size=4)
    >>> model = BertForSequenceClassification(BertConfig(vocab_size=1, **sizes))
    >>> show_flow(model, tokenizer, "hi", stage="input_ids")
    Stage 3 of 8: input_ids, shape (1, 1), torch.int64
    Each piece is replaced by its number in the vocabulary; a text alone is a batch of one.
    tensor          0
    input_ids       0
    attention_mask  1
    """
    return draw_flow(trace_flow(model, tokenizer, text, context=context), stage)


def draw_flow(flow: Flow, stage: int | str | None = None) -> View:
    """Draw a flow that was traced before, or one stage of it."""
    names = [one.name for one in flow.stages]
    if isinstance(stage, str) and stage in names:
        stage = names.index(stage) + 1
    if stage is not None and (
        isinstance(stage, bool | str) or stage not in range(1, len(flow) + 1)
    ):
        raise ValueError(
            f"expected a stage from 1 to {len(flow)} or one of {', '.join(names)}, got {stage!r}"
        )
    chosen = range(1, len(flow) + 1) if stage is None else [stage]
    parts = [_draw_stage(flow, number) for number in chosen]
    if stage is not None:
        return parts[0]
    html = element(
        "ol",
        *(element("li", Html(part.html), style=style(margin="0 0 14px")) for part in parts),
        style=style(list_style="none", margin="0", padding="0"),
    )
    return View(html=html, text="\n\n".join(part.text for part in parts))


def _draw_stage(flow: Flow, number: int) -> View:
    """Draw one stage under its number, shape and type."""
    stage, shown = flow.stages[number - 1], GLIMPSES[number - 1](flow)
    kind = f"shape {stage.shape}, {stage.dtype}" if stage.shape is not None else stage.dtype
    title = f"Stage {number} of {len(flow)}: {stage.name}"
    head = element(
        "p", element("strong", title), ", ", element("code", kind), style=style(margin="0")
    )
    what = element("p", stage.what, style=style(margin="2px 0 4px"))
    return View(
        html=element("div", head, what, Html(shown.html)),
        text=f"{title}, {kind}\n{clip(one_line(stage.what), 2_000)}\n{shown.text}",
    )


def _text(flow: Flow) -> View:
    pieces = flow.pieces
    texts = {"text": pieces.text}
    if pieces.pair is not None:
        texts = {"question or first text": pieces.text, "context or second text": pieces.pair}
    rows = [
        [name, f"{len(text):,}", clip(visible(text).replace("␣", " "), 400)]
        for name, text in texts.items()
    ]
    return _table("What goes in, with its length in characters", ["", "characters", "text"], rows)


def _pieces(flow: Flow) -> View:
    return draw_strips([Strip("", flow.pieces)], limit=40)


def _ids(flow: Flow) -> View:
    """Show every tensor of the encoding, one per line."""
    ids = flow.encoding["input_ids"]
    count = min(TOKENS, ids.shape[1])
    rows = [
        [name, *tensor[0, :count].tolist()]
        for name, tensor in flow.encoding.items()
        if tensor.ndim == 2
    ]
    caption = f"First {count} of {ids.shape[1]:,} positions" if count < ids.shape[1] else ""
    return _table(caption, ["tensor", *range(count)], rows)


def _state(which: int) -> Callable[[Flow], View]:
    """Print a corner of a hidden state: the first numbers of the first tokens."""

    def glimpse(flow: Flow) -> View:
        state = flow.states[which]
        values = state[0, :4, :NUMBERS].float().cpu().tolist()
        caption = f"First {len(values)} of {state.shape[1]:,} tokens, first {len(values[0])} of {state.shape[2]:,} numbers"
        rows = [
            [_token(flow, i), *(f"{value:.3f}" for value in row)] for i, row in enumerate(values)
        ]
        return _table(caption, ["token", *range(len(values[0]))], rows)

    return glimpse


def _logits(flow: Flow) -> View:
    if flow.task == TASKS[2]:
        return _peaks(flow, flow.logits, figure, "logit")
    values, labels = flow.logits[0].tolist(), flow.scores.labels
    if flow.task == TASKS[0]:
        rows = [[label, figure(value)] for label, value in zip(labels, values[0], strict=True)]
        return _table("", ["label", "logit"], rows[:40])
    corner = [[_token(flow, i), *map(figure, row[:8])] for i, row in enumerate(values[:4])]
    caption = f"First {len(corner)} of {len(values):,} tokens"
    return _table(caption, ["token", *labels[:8]], corner)


def _probabilities(flow: Flow) -> View:
    if flow.task == TASKS[2]:
        return _peaks(flow, flow.scores, percent, "probability")
    logits, names = flow.logits[0], flow.scores.labels
    if flow.task == TASKS[0]:
        return show_logits(logits, id2label=names, function=flow.scores.function)
    tokens = [visible(piece) for piece in flow.pieces.pieces[:TOKENS]]
    return show_token_logits(logits[:TOKENS], tokens, id2label=names, top=2)


def _answer(flow: Flow) -> View:
    if flow.task == TASKS[2]:
        return _span(flow)
    scores = flow.scores.scores
    if flow.task == TASKS[0]:
        row = [flow.scores.winners[0], percent(scores[0].max().item())]
        return _table("", ["label", "score"], [row])
    found = labelled(flow.pieces, flow.scores)
    if not found:
        return View(html=element("p", "(none)"), text="(none)")
    rows = [
        [_token(flow, i), label, percent(scores[i].max().item())] for i, label in found[:TOKENS]
    ]
    caption = f"First {TOKENS} of {len(found):,}" if len(found) > TOKENS else ""
    return _table(caption, ["token", "label", "score"], rows)


def _span(flow: Flow) -> View:
    """Lead the best span from tokens back to the characters of the passage."""
    span, offsets = flow.span, flow.pieces.offsets
    answer = flow.pieces.pair[offsets[span.start][0] : offsets[span.end - 1][1]]
    row = [visible(answer).replace("␣", " "), f"[{span.start}, {span.end})", percent(span.score)]
    return _table("", ["answer", "tokens [start, end)", "score"], [row])


def _peaks(flow: Flow, pair: Any, write: Callable[[float], str], what: str) -> View:
    """List the five tokens with the highest figure, for start and for end."""
    rows = [
        [name, _token(flow, i), write(values[i].item())]
        for name, values in zip(("start", "end"), pair, strict=True)
        for i in values.argsort(descending=True, stable=True)[:5].tolist()
    ]
    return _table("Highest five tokens", ["", "token", what], rows)


def _token(flow: Flow, index: int) -> str:
    return f"{index} {clip(visible(flow.pieces.pieces[index]), 30)}"


def _table(caption: str, header: list, rows: list) -> View:
    """Write one table; a label of the model may hold anything, so every cell is made one visible line."""
    header, *rows = ([clip(one_line(str(value)), 420) for value in row] for row in (header, *rows))
    return table_view(caption, header, rows)


# one per stage, in the order of ``Flow.stages``
GLIMPSES = (_text, _pieces, _ids, _state(0), _state(1), _logits, _probabilities, _answer)
