"""Follow one text through tokenizer, model and post-processing: every stage with shape, type and a glimpse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from course_utils.coerce import check_text
from course_utils.pictures.glyphs import clip, one_line
from course_utils.pictures.page import Html, element, style
from course_utils.pictures.view import View

TASKS = ("text-classification", "token-classification", "question-answering")


@dataclass(frozen=True)
class Stage:
    """One stop on the way from text to answer.

    Attributes
    ----------
    name : str
        What there is at this stop: ``"text"``, ``"pieces"``, ``"input_ids"``, ``"embeddings"``,
        ``"last_hidden_state"``, ``"logits"``, ``"probabilities"``, ``"answer"``.
    what : str
        One sentence: what was done to get here.
    shape : tuple of int, or None
        Shape of the tensor; None for what is no tensor.
    dtype : str
        Its type.
    shown : View
        A glimpse of the values.
    """

    name: str
    what: str
    shape: tuple[int, ...] | None
    dtype: str
    shown: View


@dataclass(frozen=True)
class Flow:
    """The stages that one text went through, in order, and the task that its model was built for."""

    task: str
    stages: tuple[Stage, ...]

    def __len__(self) -> int:
        return len(self.stages)


def trace_flow(model: Any, tokenizer: Any, text: str, *, context: str | None = None) -> Flow:
    """Run a text through tokenizer, model and post-processing, and keep every stage.

    Parameters
    ----------
    model : PreTrainedModel
        A model with a head for text classification, token classification or question answering. It runs in
        evaluation mode without gradients and is left as it was.
    tokenizer : PreTrainedTokenizerBase
        Its tokenizer.
    text : str
        The text; the question, for question answering.
    context : str
        The passage that holds the answer, for question answering; a second text for a pair classifier.

    Returns
    -------
    Flow
        Eight stages, from the text to the answer.

    Raises
    ------
    TypeError, ValueError
        If the text is no string, the model has another head, or a question comes without a context.

    Examples
    --------
    >>> from tokenizers import Tokenizer, models
    >>> from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast
    >>> tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"hi": 0}, unk_token="hi")))
    >>> sizes = dict(hidden_size=4, num_hidden_layers=1, num_attention_heads=1, intermediate_size=4)
    >>> model = BertForSequenceClassification(BertConfig(vocab_size=1, **sizes))
    >>> [(stage.name, stage.shape) for stage in trace_flow(model, tokenizer, "hi").stages][3:6]
    [('embeddings', (1, 1, 4)), ('last_hidden_state', (1, 1, 4)), ('logits', (1, 2))]
    """
    from course_utils.pictures.stages import build_stages, run

    check_text(text)
    if context is not None:
        check_text(context)
    task = task_of(model)
    if task == TASKS[2] and context is None:
        raise ValueError(
            'expected the passage to search for a question-answering model: context="...", got none'
        )
    return Flow(task, build_stages(task, model, tokenizer, run(model, tokenizer, text, context)))


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
    stage = flow.stages[number - 1]
    kind = f"shape {stage.shape}, {stage.dtype}" if stage.shape is not None else stage.dtype
    title = f"Stage {number} of {len(flow)}: {stage.name}"
    head = element(
        "p", element("strong", title), ", ", element("code", kind), style=style(margin="0")
    )
    what = element("p", stage.what, style=style(margin="2px 0 4px"))
    return View(
        html=element("div", head, what, Html(stage.shown.html)),
        text=f"{title}, {kind}\n{clip(one_line(stage.what), 2_000)}\n{stage.shown.text}",
    )


def task_of(model: Any) -> str:
    """Tell a model's task by the name of its head; another head raises ``ValueError``."""
    name = type(model).__name__
    for ending, task in zip(
        ("ForSequenceClassification", "ForTokenClassification", "ForQuestionAnswering"),
        TASKS,
        strict=True,
    ):
        if name.endswith(ending):
            return task
    raise ValueError(
        "expected a model with a head for text classification, token classification or question "
        f"answering, got {name}"
    )
