"""Try your own text, batch or temperature: controls around the same functions that draw the static pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import ipywidgets
import torch

from course_utils.flow import trace_flow
from course_utils.lesson import explore as front
from course_utils.lesson.explore import Explorer, check_box, choice, lines_of, stacked, text_field
from course_utils.pictures.batch import show_batch
from course_utils.pictures.flow import show_flow
from course_utils.pictures.logits import show_logits
from course_utils.pictures.tokens import show_tokenizers, show_tokens
from course_utils.pictures.view import View
from course_utils.running import evaluating

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def explore_tokens(
    tokenizers: Mapping[str, PreTrainedTokenizerBase] | PreTrainedTokenizerBase, text: str
) -> Explorer:
    """Explore how a text is cut into pieces.

    Parameters
    ----------
    tokenizers : tokenizer or mapping of str to tokenizer
        One, or several by name to compare.
    text : str
        What is shown first.

    Returns
    -------
    Explorer
        Controls: ``text``; for one tokenizer ``special`` (add special tokens) and ``offsets``.

    Examples
    --------
    >>> explore_tokens({}, "hello")
    Traceback (most recent call last):
    ValueError: tokenizers: expected at least one, got none
    """
    if isinstance(tokenizers, Mapping) and not tokenizers:
        raise ValueError("tokenizers: expected at least one, got none")
    if isinstance(tokenizers, Mapping) and len(tokenizers) > 1:
        return Explorer(lambda text: show_tokenizers(tokenizers, text), {"text": text_field(text)})
    only = next(iter(tokenizers.values())) if isinstance(tokenizers, Mapping) else tokenizers

    def draw(text: str, special: bool, offsets: bool) -> View:
        return show_tokens(only, text, add_special_tokens=special, offsets=offsets)

    return Explorer(
        draw,
        {
            "text": text_field(text),
            "special": check_box("special tokens", True),
            "offsets": check_box("offsets", False),
        },
    )


def explore_batch(
    tokenizer: PreTrainedTokenizerBase, model: PreTrainedModel | None, texts: Sequence[str]
) -> Explorer:
    """Explore how texts become a batch, and what a model says of it with and without the attention mask.

    Parameters
    ----------
    tokenizer : PreTrainedTokenizerBase
        With a padding token.
    model : PreTrainedModel or None
        A ``...ForSequenceClassification``; None shows the batch alone.
    texts : sequence of str
        What is shown first, one text a line.

    Returns
    -------
    Explorer
        Controls: ``texts``, ``side`` (of the padding) and, with a model, ``mask`` (pass it or not).

    Examples
    --------
    >>> explore_batch(None, None, "one text")
    Traceback (most recent call last):
    TypeError: texts: expected a list of strings, got one string
    """
    front.check_texts(texts)

    def draw(texts: str, side: str, mask: bool = True) -> View:
        batch = tokenizer(lines_of(texts), padding=True, padding_side=side, return_tensors="pt")
        if model is None:
            return show_batch(tokenizer, batch)
        given = (
            dict(batch)
            if mask
            else {name: ids for name, ids in batch.items() if name != "attention_mask"}
        )
        logits = _outputs(model, given).logits
        return stacked(
            show_batch(tokenizer, batch),
            show_logits(logits, id2label=model.config.id2label, rows=lines_of(texts)),
        )

    controls = {
        "texts": text_field("\n".join(texts), "texts, one a line"),
        "side": choice("padding side", ("right", "left")),
    }
    return Explorer(
        draw,
        controls | ({} if model is None else {"mask": check_box("pass the attention mask", True)}),
    )


def explore_logits(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, text: str
) -> Explorer:
    """Explore logits and probabilities of a classifier under a temperature.

    Parameters
    ----------
    model : PreTrainedModel
        A ``...ForSequenceClassification``.
    tokenizer : PreTrainedTokenizerBase
        The model's own.
    text : str
        What is shown first.

    Returns
    -------
    Explorer
        Controls: ``text`` and ``temperature`` (0.1-10; the logits are divided by it).

    Examples
    --------
    >>> explore_logits(None, None, None)
    Traceback (most recent call last):
    TypeError: text: expected one string, got NoneType
    """
    box = text_field(text)
    heat = ipywidgets.FloatLogSlider(
        1.0, base=10, min=-1, max=1, step=0.05, description="temperature", style=front.LABELS
    )

    def draw(text: str, temperature: float) -> View:
        logits = _outputs(model, tokenizer(text, return_tensors="pt")).logits
        return show_logits(
            logits, id2label=model.config.id2label, temperature=round(temperature, 2)
        )

    return Explorer(draw, {"text": box, "temperature": heat})


def explore_flow(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    text: str,
    *,
    context: str | None = None,
) -> Explorer:
    """Step through what happens to a text: tokenizer, model, post-processing.

    Parameters
    ----------
    model, tokenizer
        Any text-classification, token-classification or question-answering checkpoint.
    text : str
        What is shown first; for question answering the question.
    context : str, optional
        The passage, for question answering.

    Returns
    -------
    Explorer
        Controls: ``text``, ``stage`` and, for question answering, ``context``.

    Examples
    --------
    >>> explore_flow(None, None, None)
    Traceback (most recent call last):
    TypeError: text: expected one string, got NoneType
    """
    box = text_field(text)
    count = len(trace_flow(model, tokenizer, text, context=context))

    def draw(text: str, stage: int, context: str | None = None) -> View:
        return show_flow(model, tokenizer, text, context=context, stage=stage)

    controls = {"text": box} | (
        {} if context is None else {"context": text_field(context, "passage")}
    )
    return Explorer(draw, controls | {"stage": front.slider("stage", 1, count, 1)})


def _outputs(model: PreTrainedModel, inputs: Mapping[str, torch.Tensor]):
    with evaluating(model):
        return model(**{name: tensor.to(model.device) for name, tensor in inputs.items()})
