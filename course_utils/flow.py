"""Follow one text through tokenizer, model and post-processing: what there is at every stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from course_utils.answers import Span, spans
from course_utils.coerce import check_text
from course_utils.flow_stages import Stage, sequence_end, shared_start, span_end, token_end
from course_utils.logits import LabelScores, label_scores
from course_utils.running import evaluating
from course_utils.tokens import Pieces, from_encoding

TASKS = ("text-classification", "token-classification", "question-answering")


LONGEST_ANSWER = 30  # tokens


@dataclass(frozen=True)
class Flow:
    """What one text left behind on its way through a model.

    Attributes
    ----------
    task : str
        What the model was built for, one of ``TASKS``.
    stages : tuple of Stage
        In their order.
    pieces : Pieces
        The text, or the pair, as the model got it.
    encoding : BatchEncoding
        Its tensors, a batch of one.
    states : tuple of torch.Tensor
        What enters the first layer and what leaves the last one, ``(1, tokens, hidden_size)`` float.
    logits : tuple of torch.Tensor
        What the head gives, float32 on the CPU: ``(1, labels)``, ``(tokens, labels)``, or start and end ``(tokens,)``.
    scores : LabelScores or tuple of torch.Tensor
        The probabilities, 0-1, of the labels, or of each token to be start and end.
    span : Span or None
        For question answering the best span, in tokens.
    """

    task: str
    stages: tuple[Stage, ...]
    pieces: Pieces
    encoding: Any
    states: tuple[Any, ...]
    logits: tuple[Any, ...]
    scores: LabelScores | tuple[Any, ...]
    span: Span | None = None

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
    check_text(text)
    if context is not None:
        check_text(context)
    task = task_of(model)
    if task == TASKS[2] and context is None:
        raise ValueError(
            'expected the passage to search for a question-answering model: context="...", got none'
        )
    encoding, whole = _encode(model, tokenizer, text, context)
    pieces = from_encoding(tokenizer, encoding, text=text, pair=context)[0]
    names = [name for name in encoding if name in tokenizer.model_input_names]
    with evaluating(model):
        output = model(
            **{name: encoding[name].to(model.device) for name in names}, output_hidden_states=True
        )
    states = output.hidden_states[0], output.hidden_states[-1]
    if task == TASKS[2]:
        end, *result = _span_end(pieces, output)
    elif task == TASKS[1]:
        end, *result = _token_end(model, pieces, output)
    else:
        end, *result = _sequence_end(model, output)
    start = shared_start(pieces, encoding, whole, states, len(output.hidden_states) - 1)
    return Flow(task, (*start, *end), pieces, encoding, states, *result)


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


def _encode(model: Any, tokenizer: Any, text: str, context: str | None) -> tuple[Any, int]:
    """Encode the text, cut to the model's positions; with it the number of tokens before the cut."""
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
    return encoding, whole


def _sequence_end(model: Any, output: Any) -> tuple:
    logits, config = output.logits.float().cpu(), model.config
    function = "sigmoid" if config.problem_type == "multi_label_classification" else "auto"
    scored = label_scores(logits, id2label=config.id2label, function=function)
    return sequence_end(logits, scored), (logits,), scored


def _token_end(model: Any, pieces: Pieces, output: Any) -> tuple:
    logits = output.logits[0].float().cpu()
    scored = label_scores(logits, id2label=model.config.id2label)
    return token_end(output.logits, len(labelled(pieces, scored))), (logits,), scored


def _span_end(pieces: Pieces, output: Any) -> tuple:
    import torch

    inside = torch.tensor([part == 1 for part in pieces.sequence_ids], device="cpu")
    if pieces.offsets is None or not inside.any():
        raise ValueError(
            "expected a fast tokenizer and a passage with at least one token; its offsets lead from "
            "tokens back to characters"
        )
    pair = tuple(one[0].float().cpu() for one in (output.start_logits, output.end_logits))
    scores = tuple(one.masked_fill(~inside, -torch.inf).softmax(-1) for one in pair)
    best = spans(*pair, allowed=inside, top=1, max_length=LONGEST_ANSWER)[0]
    return span_end(pair[0], LONGEST_ANSWER), pair, scores, best


def labelled(pieces: Pieces, scored: LabelScores) -> list[tuple[int, str]]:
    """Give the tokens whose highest label is not O: position and label; special tokens are left out."""
    return [
        (i, label)
        for i, label in enumerate(scored.winners)
        if label != "O" and not pieces.special[i]
    ]
