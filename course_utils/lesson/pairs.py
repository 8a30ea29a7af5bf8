"""Two texts in one sequence: an explorer that scores a pair in both orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from course_utils.lesson.explore import Explorer, stacked, text_field
from course_utils.pictures.logits import show_logits
from course_utils.pictures.tokens import show_tokens
from course_utils.pictures.view import View
from course_utils.running import evaluating

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def explore_pair(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, first: str, second: str
) -> Explorer:
    """Explore what a cross-encoder says of two texts, and of the same two in the other order.

    Parameters
    ----------
    model : PreTrainedModel
        A ``...ForSequenceClassification`` that was trained on pairs.
    tokenizer : PreTrainedTokenizerBase
        The model's own.
    first, second : str
        What is shown first.

    Returns
    -------
    Explorer
        Controls: ``first`` and ``second``. The picture: the pieces of the pair, and one row of logits per order.

    Raises
    ------
    TypeError
        If one of the texts is no string.

    Examples
    --------
    >>> explore_pair(None, None, ["two", "texts"], "x")
    Traceback (most recent call last):
    TypeError: first: expected a string, got list
    """
    for name, text in (("first", first), ("second", second)):
        if not isinstance(text, str):
            raise TypeError(f"{name}: expected a string, got {type(text).__name__}")

    def draw(first: str, second: str) -> View:
        batch = tokenizer(
            [first, second], [second, first], padding=True, truncation=True, return_tensors="pt"
        )
        with evaluating(model):
            logits = model(**batch.to(model.device)).logits
        scores = show_logits(
            logits, id2label=model.config.id2label, rows=["as given", "other order"]
        )
        return stacked(show_tokens(tokenizer, first, second), scores)

    return Explorer(
        draw, {"first": text_field(first, "first"), "second": text_field(second, "second")}
    )
