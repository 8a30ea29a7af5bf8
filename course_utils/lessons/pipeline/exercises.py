"""The exercises of lesson 01: leave words out, classify by hand, list the complaints."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

from course_utils.lesson.check import NotYet, exercise
from course_utils.lesson.prove import Proven, proof
from course_utils.lesson.shown import expected_and_got as compare

TOLERANCE = 1e-4

# The first shows letters taken out of other words, the third two equal words.
LEFT_OUT_TEXTS = ("A cat sat at a table", "so very good", "so good, so cheap", "Refund!")


def left_out(text):
    words = text.split()
    shorter = []
    for i in range(len(words)):
        shorter.append(" ".join(words[:i] + words[i + 1 :]))
    return shorter


@exercise(
    "01-left-out",
    hints=[
        "words = text.split() gives a list. What is that list without its first word? Without its second?",
        "words[:i] is everything before word i, and words[i + 1:] is everything after it. Both are new lists.",
        'Set the words of one shorter text together with " ".join(words[:i] + words[i + 1:]), '
        "for every i in range(len(words)).",
    ],
    solution=left_out,
)
def examine_left_out(attempt: Callable) -> str:
    """Compare with the course's own texts; name the usual mistakes by what they return."""
    for text in LEFT_OUT_TEXTS:
        got = attempt(text)
        expected = left_out(text)
        got = list(got) if isinstance(got, tuple) else got
        if got != expected:
            raise _left_out_mistake(text, expected, got)
    return f"{len(LEFT_OUT_TEXTS)} texts give the expected shorter texts, equal words included."


def _left_out_mistake(text: str, expected: list[str], got: Any) -> NotYet:
    """Say what is wrong with the texts that came back for ``text``."""
    words = text.split()
    shown = compare(f"For {text!r}", expected, got)
    if not isinstance(got, list):
        return NotYet(
            f"expected a list of {len(words)} texts for {text!r}, got {_kind(got)}",
            hint=1,
            shown=shown,
        )
    if any(isinstance(item, list | tuple) for item in got):
        return NotYet("expected texts, got lists of words: join them with a space", hint=3)
    if len(got) != len(expected):
        halved = len(got) == (len(words) + 1) // 2 and len(words) > 1
        why = ": does your loop walk through a list that it changes?" if halved else ""
        return NotYet(
            f"expected {len(words)} texts for {len(words)} words, got {len(got)}{why}",
            hint=2 if halved else 1,
            shown=shown,
        )
    if not all(isinstance(item, str) for item in got):
        return NotYet("expected texts, got something else in the list", hint=1, shown=shown)
    place = next(i for i in range(len(words)) if got[i] != expected[i])
    word, came = words[place], got[place]
    if " ".join(came.split()) == expected[place]:
        return NotYet(
            f"a space too many is left where {word!r} was: you get {came!r}", hint=3, shown=shown
        )
    if got == words:
        return NotYet(
            "these are the words themselves; each text should hold all the others",
            hint=1,
            shown=shown,
        )
    if " ".join(came.split()) == " ".join(text.replace(word, "").split()):
        return NotYet(
            f"{word!r} is taken out at every place where it stands, also inside other words: "
            f"you get {came!r}. Take out the word at one position",
            hint=2,
            shown=shown,
        )
    if came == " ".join(w for w in words if w != word):
        return NotYet(f"{word!r} stands here twice; only one may go", hint=2, shown=shown)
    return NotYet(f"without {word!r} the text is different", hint=1, shown=shown)


def _kind(got: Any) -> str:
    return "one text" if isinstance(got, str) else f"a {type(got).__name__}"


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


def classify(texts, tokenizer, model):
    batch = tokenizer(texts, padding=True, return_tensors="pt").to(model.device)
    probabilities = model(**batch).logits.softmax(dim=-1)
    best = probabilities.max(dim=-1)
    answers = []
    for column, score in zip(best.indices.tolist(), best.values.tolist()):
        answers.append({"label": model.config.id2label[column], "score": score})
    return answers


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
    _examine_scores(texts, logits, [row["score"] for row in rows])
    _examine_labels(texts, logits, [row["label"] for row in rows], model.config.id2label)
    slow = " One batch for all texts would be faster." if seen["calls"] > 1 else ""
    return (
        f"{len(texts)} of {len(texts)} texts have the model's label, scores within {TOLERANCE:g}."
        + slow
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
        if str(error):
            raise
        raise NotYet(
            "the model got one box in place of named tables: write two stars before the batch, "
            "model(**batch)",
            hint=2,
        ) from None
    except ValueError as error:
        if "excessive nesting" not in str(error):
            raise
        raise NotYet(
            "the rows of the table are not equally long: ask the tokenizer for padding", hint=2
        ) from None


def read_answers(got: Any, count: int) -> list[dict]:
    """Check the form of what came back, and turn NumPy and tensor scores into floats."""
    form = isinstance(got, list | tuple) and all(
        isinstance(row, dict) and {"label", "score"} <= set(row) for row in got
    )
    if not form:
        raise NotYet(
            f'expected a list of {count} dictionaries with "label" and "score", got {_kind(got)}',
            hint=1,
            shown=compare("What came back", '[{"label": "NEGATIVE", "score": 0.9}, …]', got),
        )
    if len(got) != count:
        raise NotYet(f"expected {count} answers for {count} texts, got {len(got)}", hint=1)
    return [{"label": row["label"], "score": _as_float(row["score"])} for row in got]


def _as_float(score: Any) -> float:
    try:
        number = float(score)
    except (TypeError, ValueError, RuntimeError):
        raise NotYet(f"expected one number as the score, got {score!r}", hint=3) from None
    if math.isnan(number):
        raise NotYet("a score is NaN, which is no number", hint=3)
    return number


def _examine_scores(texts: Sequence[str], logits: Any, scores: list[float]) -> None:
    """Recognise a mistake by the scores that it alone gives."""
    winner = logits.argmax(-1, keepdim=True)
    right = logits.softmax(-1).gather(-1, winner)[:, 0].tolist()
    if _near(scores, right):
        return
    unmasked = _logits(tuple(texts), mask=False).softmax(-1).max(-1).values.tolist()
    over_texts = logits.softmax(0)
    whole = logits.exp() / logits.exp().sum()
    shares = logits / logits.sum(-1, keepdim=True)
    mistakes = [
        (unmasked, 2, "your answer changes when a longer comment is in the same batch"),
        (over_texts.gather(-1, winner)[:, 0].tolist(), 3, _down),
        (over_texts.max(-1).values.tolist(), 3, _down),
        (whole.gather(-1, winner)[:, 0].tolist(), 3, _whole),
        (logits.max(-1).values.tolist(), 3, "these are logits, not probabilities"),
        (shares.max(-1).values.tolist(), 3, "you divided the logits without exp"),
        (shares.gather(-1, winner)[:, 0].tolist(), 3, "you divided the logits without exp"),
        ((1 - logits.softmax(-1).max(-1).values).tolist(), 3, "this is the other label's score"),
    ]
    hint, problem = next(
        ((number, words) for wrong, number, words in mistakes if _near(scores, wrong)),
        (1, "your score is another one"),
    )
    i = max(range(len(texts)), key=lambda i: abs(scores[i] - right[i]))
    if not 0 <= scores[i] <= 1:
        problem += f": a probability is between 0 and 1, yours is {scores[i]:.1f}"
    shown = compare(f"Score of {texts[i][:60]!r}", round(right[i], 4), round(scores[i], 4))
    raise NotYet(f"{problem}; see {texts[i][:60]!r}", hint=hint, shown=shown)


_down = "your scores sum to 1 down the texts; they should sum to 1 over the labels of one text"
_whole = "all your scores together sum to 1; they should sum to 1 over the labels of one text"


def _near(got: list[float], expected: list[float]) -> bool:
    return all(abs(a - b) <= TOLERANCE for a, b in zip(got, expected, strict=True))


def _examine_labels(texts: Sequence[str], logits: Any, labels: list, names: dict) -> None:
    for text, column, label in zip(texts, logits.argmax(-1).tolist(), labels, strict=True):
        if not isinstance(label, str):
            raise NotYet(
                f"expected the name of the label, got {label!r}: id2label turns the number of the "
                "column, as a Python int from .tolist(), into its name",
                hint=4,
            )
        if label != names[column]:
            shown = compare("Label", names[column], label)
            raise NotYet(f"your label differs for {text[:60]!r}", hint=4, shown=shown)


@proof("01-classify", not_proven="That the labels are true: section 5 counts that.")
def prove_classify(attempt: Callable, steps: Callable) -> Proven:
    """Run the pipeline and the learner's function on all comments, sorted by length, 32 at a time."""
    import torch
    from transformers import pipeline

    tokenizer, model = _sentiment()
    library = pipeline("text-classification", model=model, tokenizer=tokenizer)
    texts = _comments()
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    groups = [order[start : start + 32] for start in range(0, len(order), 32)]
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
    return Proven(
        agree=agree, total=len(texts), unit="comments", largest=largest, results=answers
    )


# Surest first is neither the order of the list, nor that of the alphabet, nor the opposite of one.
LISTED = (
    ("It leaks.", "NEGATIVE", 0.8),
    ("Lovely!", "POSITIVE", 0.99),
    ("Arrived broken.", "NEGATIVE", 0.95),
    ("Not for me.", "NEGATIVE", 0.7),
    ("Works.", "POSITIVE", 0.6),
    ("Cheap and nasty.", "NEGATIVE", 0.9),
)


def complaints(texts, answers, sure=0.5):
    found = []
    for text, answer in zip(texts, answers):
        if answer["label"] == "NEGATIVE" and answer["score"] >= sure:
            found.append((answer["score"], text))
    return [text for score, text in sorted(found, reverse=True)]


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
        got = attempt(list(texts), [dict(answer) for answer in answers], sure)
        expected = complaints(texts, answers, sure)
        got = list(got) if isinstance(got, tuple) else got
        if got != expected:
            raise _list_mistake(sure, expected, got)
    if (got := attempt(list(texts), answers)) != complaints(texts, answers):
        raise NotYet("without the third argument, sure is 0.5", hint=2)
    return "6 comments, cut-offs 0.5, 0.8 and 0.99: the right texts, the surest first."


def _list_mistake(sure: float, expected: list[str], got: Any) -> NotYet:
    shown = compare(f"For sure={sure}", expected, got)
    scores = {text: score for text, _, score in LISTED}
    if not isinstance(got, list):
        return NotYet(f"expected a list of texts, got {_kind(got)}", hint=1, shown=shown)
    if not all(isinstance(item, str) for item in got):
        return NotYet("expected texts, got something else in the list", hint=3, shown=shown)
    praised = [text for text, label, _ in LISTED if label == "POSITIVE" and text in got]
    if praised:
        return NotYet(
            f"{praised[0]!r} is praise: a score belongs to the label beside it",
            hint=1,
            shown=shown,
        )
    if sorted(got) != sorted(expected):
        border = [text for text in expected if text not in got and scores[text] == sure]
        why = f"{border[0]!r} has a score of exactly {sure}" if border else "other texts expected"
        return NotYet(f"{why}: keep scores of at least {sure}", hint=2, shown=shown)
    if got == expected[::-1]:
        return NotYet("the surest comes last; it should come first", hint=2, shown=shown)
    if got == sorted(got) or got == sorted(got, reverse=True):
        return NotYet("sorted by the alphabet; sort by the score", hint=2, shown=shown)
    return NotYet("the right texts in another order: the surest first", hint=2, shown=shown)
