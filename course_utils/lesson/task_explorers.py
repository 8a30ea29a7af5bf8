"""Try your own on similarity, attention, entities and answers: controls around the functions that draw them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from course_utils.attention import AttentionRecord, attention_weights
from course_utils.lesson.explore import (
    Explorer,
    check_box,
    check_texts,
    choice,
    lines_of,
    slider,
    stacked,
    text_field,
)
from course_utils.pictures.answers import show_answer
from course_utils.pictures.attention import show_attention
from course_utils.pictures.entities import show_entities
from course_utils.pictures.similarity import show_similarity
from course_utils.pictures.view import View
from course_utils.pictures.windows import show_windows
from course_utils.similarity import METRICS
from course_utils.windows import find_answers

if TYPE_CHECKING:
    from transformers import Pipeline, PreTrainedModel, PreTrainedTokenizerBase

STRATEGIES = ("none", "simple", "first", "average", "max")


def explore_similarity(embed: Callable[[list[str]], Any], texts: Sequence[str]) -> Explorer:
    """Explore which texts are near to each other.

    Parameters
    ----------
    embed : callable
        Turns a list of texts into vectors ``(texts, size)``.
    texts : sequence of str
        What is shown first, one text a line.

    Returns
    -------
    Explorer
        Controls: ``texts``, ``metric`` and ``cluster``.

    Examples
    --------
    >>> explorer = explore_similarity(lambda texts: [[len(t), 1.0] for t in texts], ["a", "bb"])
    >>> explorer.controls["metric"].value
    'cosine'
    """
    check_texts(texts)

    def draw(texts: str, metric: str, cluster: bool) -> View:
        lines = lines_of(texts)
        return show_similarity(embed(lines), lines, metric=metric, cluster=cluster)

    return Explorer(
        draw,
        {
            "texts": text_field("\n".join(texts), "texts, one a line"),
            "metric": choice("metric", METRICS),
            "cluster": check_box("similar ones beside each other", False),
        },
    )


def explore_attention(
    record: AttentionRecord,
    *,
    model: PreTrainedModel | None = None,
    tokenizer: PreTrainedTokenizerBase | None = None,
    text: str | None = None,
) -> Explorer:
    """Explore attention head by head, layer by layer.

    Parameters
    ----------
    record : AttentionRecord
        From `attention_weights`.
    model, tokenizer, text : optional
        With all three, a field for your own text is added; ``text`` is that of the record.

    Returns
    -------
    Explorer
        Controls: ``show`` (one head, the layer, all layers), ``layer``, ``head`` and perhaps ``text``.

    Examples
    --------
    >>> import torch
    >>> record = AttentionRecord(("a",), torch.ones(2, 3, 1, 1))
    >>> explore_attention(record).controls["head"].max
    2
    """
    layers, heads = record.weights.shape[:2]
    scopes = {
        "one head": lambda layer, head: (layer, head),
        "the layer": lambda layer, head: (layer, None),
        "all layers": lambda layer, head: (None, None),
    }

    def draw(show: str, layer: int, head: int, text: str | None = None) -> View:
        shown = record if text is None else attention_weights(model, tokenizer, text)
        layer, head = scopes[show](layer, head)
        return show_attention(shown, layer=layer, head=head)

    controls = {
        "show": choice("show", tuple(scopes)),
        "layer": slider("layer", 0, layers - 1, 0),
        "head": slider("head", 0, heads - 1, 0),
    }
    return Explorer(
        draw,
        controls if None in (model, tokenizer, text) else {"text": text_field(text), **controls},
    )


def explore_entities(pipeline: Pipeline, text: str) -> Explorer:
    """Explore how the pieces of entities are grouped.

    Parameters
    ----------
    pipeline : TokenClassificationPipeline
        From ``transformers.pipeline("token-classification", ...)``.
    text : str
        What is shown first.

    Returns
    -------
    Explorer
        Controls: ``text`` and ``strategy`` (``aggregation_strategy``).

    Examples
    --------
    >>> explore_entities(lambda text, aggregation_strategy: [], "Nobody here.").controls["strategy"].value
    'simple'
    """

    def draw(text: str, strategy: str) -> View:
        return show_entities(text, pipeline(text, aggregation_strategy=strategy))

    return Explorer(
        draw,
        {
            "text": text_field(text),
            "strategy": choice("aggregation_strategy", STRATEGIES, "simple"),
        },
    )


def explore_answers(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, question: str, context: str
) -> Explorer:
    """Explore answers over a passage that is read in windows.

    Parameters
    ----------
    model : PreTrainedModel
        A ``...ForQuestionAnswering``.
    tokenizer : PreTrainedTokenizerBase
        The model's own, fast.
    question, context : str
        What is shown first.

    Returns
    -------
    Explorer
        Controls: ``question``, ``context``, ``window`` (tokens), ``stride`` (tokens) and ``top``.

    Examples
    --------
    >>> explore_answers(None, None, "Who?", None)
    Traceback (most recent call last):
    TypeError: text: expected one string, got NoneType
    """

    def draw(question: str, context: str, window: int, stride: int, top: int) -> View:
        size = {"max_length": window, "stride": stride}
        found = find_answers(model, tokenizer, question, context, top=top, **size)
        return stacked(
            show_answer(context, found, question=question),
            show_windows(tokenizer, question, context, **size),
        )

    controls = {
        "question": text_field(question, "question"),
        "context": text_field(context, "passage"),
        "window": slider("window, tokens", 32, 512, 384),
        "stride": slider("stride, tokens", 0, 256, 128),
        "top": slider("answers", 1, 10, 3),
    }
    return Explorer(draw, controls)
