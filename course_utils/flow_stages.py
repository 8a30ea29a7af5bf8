"""The eight stops on the way from a text to an answer, each with the sentence that says what was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from course_utils.logits import LabelScores
from course_utils.tokens import Pieces


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
    """

    name: str
    what: str
    shape: tuple[int, ...] | None
    dtype: str


def shared_start(
    pieces: Pieces, encoding: Any, whole: int, states: tuple, layers: int
) -> tuple[Stage, ...]:
    """Name the five stages that are the same for every task."""
    cut = f" Cut from {whole:,} tokens to the model's positions." if whole > len(pieces) else ""
    ids, (first, last) = encoding["input_ids"], states
    return (
        Stage("text", "A string: the model cannot read it yet.", None, "str"),
        Stage(
            "pieces",
            f"The tokenizer cuts the text into {len(pieces):,} pieces, {sum(pieces.special):,} of them "
            f"special tokens.{cut}",
            None,
            "list of str",
        ),
        _stage(
            "input_ids",
            "Each piece is replaced by its number in the vocabulary; a text alone is a batch of one.",
            ids,
        ),
        _stage(
            "embeddings",
            f"Each id picks a row of a table, {first.shape[-1]:,} numbers; BERT and its kin add the position, "
            "and the segment where they have one.",
            first,
        ),
        _stage(
            "last_hidden_state",
            f"After {layers} layers the shape is the same, but each vector now depends on every token that it "
            "attended to.",
            last,
        ),
    )


def _stage(name: str, what: str, tensor: Any) -> Stage:
    return Stage(name, what, tuple(tensor.shape), str(tensor.dtype))


def sequence_end(logits: Any, scored: LabelScores) -> tuple[Stage, ...]:
    """Name the last three stages of a text classifier: logits, softmax or sigmoid, the label."""
    softmax = scored.function == "softmax"
    return (
        _stage(
            "logits",
            "The head turns one vector for the whole text into one figure per label.",
            logits,
        ),
        _stage(
            "probabilities",
            f"{scored.function.capitalize()} turns logits into figures between 0 and 1.",
            scored.scores,
        ),
        Stage(
            "answer",
            "The label with the highest probability."
            if softmax
            else "Every label with at least 50 %.",
            None,
            "str",
        ),
    )


def token_end(logits: Any, found: int) -> tuple[Stage, ...]:
    """Name the last three stages of a token classifier; ``found`` of its tokens have another label than O."""
    return (
        _stage(
            "logits", "The head turns the vector of each token into one figure per label.", logits
        ),
        Stage(
            "probabilities",
            "Softmax over the labels of each token.",
            tuple(logits.shape),
            "torch.float32",
        ),
        Stage(
            "answer",
            f"Pieces whose highest label is not O: {found} of {logits.shape[1]:,}. Pieces of one name are grouped "
            "afterwards.",
            None,
            "str",
        ),
    )


def span_end(start: Any, longest: int) -> tuple[Stage, ...]:
    """Name the last three stages of question answering; a span has at most ``longest`` tokens."""
    return (
        _stage(
            "logits",
            "The head gives each token two figures: does the answer start here, end here?",
            start[None],
        ),
        Stage(
            "probabilities",
            "Tokens outside the passage are ruled out, then softmax runs over the tokens.",
            (2, len(start)),
            "torch.float32",
        ),
        Stage(
            "answer",
            f"The span of at most {longest} tokens with the highest product of start and end; offsets "
            "lead back to the characters.",
            None,
            "str",
        ),
    )
