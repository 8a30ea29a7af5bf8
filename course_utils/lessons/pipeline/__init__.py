"""Lesson 01, from one sentence to a label and back: its exercises and its proof; the pictures that only it uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

from course_utils.lesson.check import NotYet, exercise
from course_utils.lesson.prove import Proven, proof
from course_utils.lessons.pipeline.by_hand import classify, complaints, without_each_word
from course_utils.lessons.pipeline.changes import show_older_lines
from course_utils.lessons.pipeline.cutoff import explore_cutoff, show_cutoff
from course_utils.lessons.pipeline.left_out import explore_left_out, show_left_out
from course_utils.lessons.pipeline.mistakes import (
    LISTED,
    TOLERANCE,
    examine_labels,
    examine_scores,
    left_out_mistake,
    list_mistake,
    read_answers,
)
from course_utils.lessons.pipeline.run_order import show_run_order
from course_utils.lessons.pipeline.tour import show_tour
from course_utils.lessons.pipeline.who import show_who
from course_utils.running import like_lengths

__all__ = [
    "explore_cutoff",
    "explore_left_out",
    "show_cutoff",
    "show_left_out",
    "show_older_lines",
    "show_run_order",
    "show_tour",
    "show_who",
]


# The first shows letters taken out of other words, the third two equal words.
LEFT_OUT_TEXTS = ("A cat sat at a table", "so very good", "so good, so cheap", "Refund!")


@exercise(
    "01-left-out",
    hints=[
        "words = text.split() gives a list. What is that list without its first word? Without its second?",
        "words[:i] is everything before word i, and words[i + 1:] is everything after it. Both are new lists.",
        'Set the words of one shorter text together with " ".join(words[:i] + words[i + 1:]), '
        "for every i in range(len(words)).",
    ],
    solution=without_each_word,
)
def examine_left_out(attempt: Callable) -> str:
    """Compare with the course's own texts; name the usual mistakes by what they return."""
    for text in LEFT_OUT_TEXTS:
        try:
            got = attempt(text)
        except IndexError as error:
            if "pop" not in str(error):
                raise
            message = (
                "pop makes the list shorter, for the next round too: make a new list each time"
            )
            raise NotYet(message, hint=2) from None
        expected = without_each_word(text)
        got = list(got) if isinstance(got, tuple) else got
        if got != expected:
            raise left_out_mistake(text, expected, got)
    return f"{len(LEFT_OUT_TEXTS)} texts give the expected shorter texts, equal words included."


@cache
def _sentiment() -> tuple[Any, Any]:
    """Load the checkpoint ``sentiment`` once: tokenizer and model."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    from course_utils.weights.registry import checkpoint

    folder = checkpoint("sentiment")
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    return AutoTokenizer.from_pretrained(folder), model


@cache
def _comments() -> tuple[str, ...]:
    from course_utils.data.corpora import read_rows

    return tuple(row["text"] for row in read_rows("sentiment"))


@cache
def _sentences() -> tuple[str, ...]:
    """Give the eight shortest and the eight longest comments, so that a missing mask shows."""
    texts = sorted(_comments(), key=len)
    return (*texts[:8], *texts[-8:])


@cache
def _logits(texts: tuple[str, ...], *, mask: bool = True) -> Any:
    import torch

    tokenizer, model = _sentiment()
    batch = tokenizer(list(texts), padding=True, return_tensors="pt").to(model.device)
    with torch.no_grad():
        return model(**batch if mask else {"input_ids": batch["input_ids"]}).logits


@exercise(
    "01-classify",
    hints=[
        "Three stages, three lines: batch = tokenizer(...), logits = model(...).logits, then softmax. "
        'Return one {"label": ..., "score": ...} per text.',
        'tokenizer(texts, padding=True, return_tensors="pt") makes a table of equally long rows. '
        "model(**batch) passes the ids and also the mask; without the mask the model reads the pads.",
        "A row is a text and a column is a label. softmax(dim=-1) runs along the labels of one text. "
        ".max(dim=-1) returns values and indices; .tolist() makes Python numbers of them.",
        "best = model(**batch).logits.softmax(dim=-1).max(dim=-1) holds one score and one column per text. "
        "model.config.id2label[column] is the name of the label.",
    ],
    solution=classify,
)
def examine_classify(attempt: Callable) -> str:
    """Compare labels and scores with those of the model; name the usual mistakes by the figures they give."""
    import torch

    tokenizer, model = _sentiment()
    texts, logits = _sentences(), _logits(_sentences())
    with torch.no_grad(), _watched(model) as seen:
        answers = _attempted(attempt, list(texts), tokenizer, model)
    if seen["pipelines"] or not seen["calls"]:
        raise NotYet(
            "this is the pipeline again, or no model at all: call the tokenizer and the model "
            "that the function is given",
            hint=1,
        )
    rows = read_answers(answers, len(texts))
    examine_scores(texts, logits, _logits(texts, mask=False), [row["score"] for row in rows])
    examine_labels(texts, logits, [row["label"] for row in rows], model.config.id2label)
    _examine_names(attempt, tokenizer, model)
    slow = " One batch for all texts would be faster." if seen["calls"] > 1 else ""
    return (
        f"{len(texts)} of {len(texts)} texts have the model's label, scores within {TOLERANCE:g}."
        + slow
    )


def _examine_names(attempt: Callable, tokenizer: Any, model: Any) -> None:
    """Rename the labels for two texts: names that stand in the learner's code do not follow."""
    import torch

    ours = {0: "complaint", 1: "praise"}
    with torch.no_grad(), patch.object(model.config, "id2label", ours):
        labels = [
            row["label"] for row in read_answers(attempt(["Awful.", "Great."], tokenizer, model), 2)
        ]
    if labels != ["complaint", "praise"]:
        raise NotYet(
            "the model was given other names for its labels, complaint and praise, and your answers say "
            f"{labels}: read the names from model.config.id2label",
            hint=4,
        )


@contextmanager
def _watched(model: Any) -> Iterator[dict[str, int]]:
    """Count the calls of the model and of any pipeline while the learner's code runs."""
    from transformers import Pipeline

    seen = {"calls": 0, "pipelines": 0}
    called = Pipeline.__call__

    def counted(self: Any, *args: Any, **options: Any) -> Any:
        seen["pipelines"] += 1
        return called(self, *args, **options)

    def count(*_anything: Any) -> None:
        seen["calls"] += 1

    hook = model.register_forward_pre_hook(count)
    try:
        with patch.object(Pipeline, "__call__", counted):
            yield seen
    finally:
        hook.remove()


def _attempted(attempt: Callable, texts: list[str], tokenizer: Any, model: Any) -> Any:
    """Run the attempt; two errors whose message does not help get a better one."""
    try:
        return attempt(texts, tokenizer, model)
    except AttributeError as error:
        if "has no attribute 'size'" in str(error):
            raise NotYet(
                "the model got lists in place of tensors: ask the tokenizer for return_tensors",
                hint=2,
            ) from None
        if "'softmax'" in str(error) or "'max'" in str(error):
            raise NotYet(
                "the model gives back several things; the logits are in its field .logits", hint=1
            ) from None
        if str(error):
            raise
        raise NotYet(
            "the model got one box in place of named tables: write two stars before the batch, "
            "model(**batch)",
            hint=2,
        ) from None
    except KeyError as error:
        if "tensor(" not in str(error):
            raise
        raise NotYet(
            "the column that you look up is a tensor: .tolist() makes Python numbers of it", hint=3
        ) from None
    except ValueError as error:
        if "excessive nesting" not in str(error):
            raise
        raise NotYet(
            "the rows of the table are not equally long: ask the tokenizer for padding", hint=2
        ) from None


@proof("01-classify", not_proven="That the labels are true: section 5 counts that.")
def prove_classify(attempt: Callable, steps: Callable) -> Proven:
    """Run the pipeline and the learner's function on all comments, sorted by length, 32 at a time."""
    import torch
    from transformers import pipeline

    tokenizer, model = _sentiment()
    library = pipeline("text-classification", model=model, tokenizer=tokenizer)
    texts = _comments()
    groups = like_lengths([len(text) for text in texts], 32)
    answers: list[dict] = [{}] * len(texts)
    agree, largest = 0, 0.0
    for group in steps(groups, total=len(groups)):
        batch = [texts[i] for i in group]
        expected = library(batch, batch_size=32)
        with torch.no_grad():
            got = read_answers(attempt(batch, tokenizer, model), len(batch))
        for i, one, other in zip(group, got, expected, strict=True):
            answers[i] = one
            agree += one["label"] == other["label"]
            largest = max(largest, abs(one["score"] - other["score"]))
    return Proven(agree=agree, total=len(texts), unit="comments", largest=largest, results=answers)


def _listed(attempt: Callable, texts: list, answers: list, sure: float) -> Any:
    try:
        return attempt(list(texts), [dict(answer) for answer in answers], sure)
    except TypeError as error:
        if "'dict' and 'dict'" not in str(error):
            raise
        message = "dictionaries cannot be sorted; sort pairs (score, text), a number first"
        raise NotYet(message, hint=2) from None


@exercise(
    "01-complaints",
    hints=[
        'The score belongs to the label beside it. Keep a text only if its answer\'s "label" is "NEGATIVE".',
        "Keep scores of at least `sure` (>=), then sort by score with the largest first: "
        "sorted(pairs, reverse=True) sorts pairs by their first member.",
        "Collect pairs (score, text), sort them with reverse=True, and return only the texts: "
        "[text for score, text in sorted(found, reverse=True)].",
    ],
    solution=complaints,
)
def examine_complaints(attempt: Callable) -> str:
    """Hand in six comments whose order by score, by alphabet and by place differ."""
    texts = [text for text, _, _ in LISTED]
    answers = [{"label": label, "score": score} for _, label, score in LISTED]
    for sure in (0.5, 0.8, 0.99):
        got = _listed(attempt, texts, answers, sure)
        expected = complaints(texts, answers, sure)
        got = list(got) if isinstance(got, tuple) else got
        if got != expected:
            raise list_mistake(sure, expected, got)
    many = attempt(texts * 8, answers * 8, 0.5)
    if len(many) != 32:
        raise NotYet(f"expected all 32 matching texts of 48, got {len(many)}", hint=1)
    if (got := attempt(list(texts), answers)) != complaints(texts, answers):
        raise NotYet("without the third argument, sure is 0.5", hint=2)
    return "6 comments, cut-offs 0.5, 0.8 and 0.99: the right texts, the surest first."
