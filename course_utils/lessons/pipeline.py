"""The exercises of notebook 01, behind ``pipeline()``."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

from course_utils.lesson.check import NotYet, exercise
from course_utils.lesson.shown import expected_and_got as compare

TOLERANCE = 1e-4


@cache
def _sentiment() -> tuple[Any, Any]:
    """Load the checkpoint ``sentiment`` once: tokenizer and model."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    from course_utils.weights.registry import checkpoint

    folder = checkpoint("sentiment")
    return AutoTokenizer.from_pretrained(
        folder
    ), AutoModelForSequenceClassification.from_pretrained(folder).eval()


@cache
def _sentences() -> tuple[str, ...]:
    """Sixteen shipped sentences, the shortest and the longest, so that a missing mask shows."""
    from course_utils.data.corpora import read_rows

    texts = sorted((row["text"] for row in read_rows("sentiment")), key=len)
    return (*texts[:8], *texts[-8:])


@cache
def _logits(texts: tuple[str, ...], *, mask: bool = True) -> Any:
    import torch

    tokenizer, model = _sentiment()
    batch = tokenizer(list(texts), padding=True, return_tensors="pt").to(model.device)
    with torch.no_grad():
        return model(**batch if mask else {"input_ids": batch["input_ids"]}).logits


def _scores(logits: Any, *, dim: int = -1) -> list[float]:
    """Give for each row the probability of the column with the highest logit."""
    best = logits.argmax(-1, keepdim=True)
    return logits.softmax(dim).gather(-1, best)[:, 0].tolist()


def _near(got: list[float], expected: list[float]) -> bool:
    return all(abs(a - b) <= TOLERANCE for a, b in zip(got, expected, strict=True))


def classify(texts, tokenizer, model):
    """The course's own `classify`."""
    batch = tokenizer(texts, padding=True, truncation=True, return_tensors="pt").to(model.device)
    probabilities = model(**batch).logits.softmax(dim=-1)
    best = probabilities.max(dim=-1)
    return [
        {"label": model.config.id2label[column], "score": score}
        for column, score in zip(best.indices.tolist(), best.values.tolist())
    ]


@exercise(
    "01-by-hand",
    hints=[
        "Three lines do it: batch = tokenizer(...), logits = model(...).logits, then softmax. Return a list with one "
        "dictionary per text: a label as text and its score as a float.",
        'Ask the tokenizer for padding=True and return_tensors="pt", and give the model everything it returned: '
        "model(**batch). With input_ids alone the model reads the padding as words.",
        "A row is a text, a column is a label. Softmax runs over the columns, the last dimension: dim=-1.",
        "model.config.id2label turns the number of the column into its name.",
    ],
    solution=classify,
)
def examine_by_hand(attempt: Callable) -> str:
    """Compare labels and scores with those of the model; name the usual mistakes by the figures they give."""
    tokenizer, model = _sentiment()
    texts = _sentences()
    logits = _logits(texts)
    got = _read_rows(attempt(list(texts), tokenizer, model), len(texts))
    expected = [model.config.id2label[i] for i in logits.argmax(-1).tolist()]
    labels, scores = [row["label"] for row in got], [float(row["score"]) for row in got]
    _name_score_mistakes(texts, logits, scores)
    _name_label_mistakes(texts, expected, labels)
    if not _near(scores, _scores(logits)):
        i = max(range(len(texts)), key=lambda i: abs(scores[i] - _scores(logits)[i]))
        raise NotYet(
            f"your score differs for {texts[i]!r}",
            hint=1,
            shown=compare("Score", round(_scores(logits)[i], 4), round(scores[i], 4)),
        )
    return f"{len(texts)} of {len(texts)} texts have the pipeline's label, scores within {TOLERANCE:g}."


def _read_rows(got: Any, count: int) -> list[dict]:
    """Check the form of what came back."""
    form = isinstance(got, list) and all(
        isinstance(row, dict) and {"label", "score"} <= set(row) for row in got
    )
    if not form or len(got) != count:
        came = f"{len(got)} items" if isinstance(got, list) else type(got).__name__
        raise NotYet(
            f'expected a list of {count} dictionaries with "label" and "score", got {came}', hint=1
        )
    return got


def _name_score_mistakes(texts: tuple[str, ...], logits: Any, scores: list[float]) -> None:
    """Recognise a mistake by the scores that it alone gives."""
    mistakes = (
        (
            _scores(_logits(texts, mask=False)),
            2,
            "your scores move when a longer neighbour joins the batch",
        ),
        (
            _scores(logits, dim=0),
            3,
            "your scores sum to 1 over the texts, not over the labels of a text",
        ),
        (
            logits.max(-1).values.tolist(),
            3,
            "these are logits, not probabilities: one of them is above 1",
        ),
    )
    right = _scores(logits)
    for wrong, number, problem in mistakes:
        if _near(scores, wrong) and not _near(scores, right):
            i = max(range(len(texts)), key=lambda i: abs(wrong[i] - right[i]))
            raise NotYet(
                f"{problem}; see {texts[i][:60]!r}",
                hint=number,
                shown=compare("Score", round(right[i], 4), round(scores[i], 4)),
            )


def _name_label_mistakes(texts: tuple[str, ...], expected: list[str], labels: list[Any]) -> None:
    for text, want, label in zip(texts, expected, labels, strict=True):
        if not isinstance(label, str):
            raise NotYet(
                f"expected the name of the label, got {label!r}, the number of its column", hint=4
            )
        if label != want:
            raise NotYet(
                f"your label differs for {text!r}", hint=4, shown=compare("Label", want, label)
            )


# Logits of two labels and the probability asked for; the last pair stands the other way round.
TEMPERATURE_CASES = (
    ([-2.0, 1.7], 0.75),
    ([0.0, 3.0], 0.9),
    ([-0.1, 0.1], 0.6),
    ([3.6, -3.0], 0.95),
)


def temperature_for(logits, probability):
    """The course's own `temperature_for`."""
    have = max(logits) - min(logits)  # log-odds at temperature 1
    want = math.log(probability / (1 - probability))  # log-odds asked for
    return have / want


@exercise(
    "01-temperature",
    hints=[
        "The odds of a probability p are p / (1 - p). For 75 % they are 3 to 1, not 0.75.",
        "At temperature T the difference of the logits is divided by T. Set difference / T equal to the logarithm of "
        "the odds that you want, and solve for T.",
        "The highest of the two logits may be the first or the second: take max - min.",
    ],
    solution=temperature_for,
)
def examine_temperature(attempt: Callable) -> str:
    """Heat the logits to the learner's temperature and read the probability off."""
    import torch

    for logits, probability in TEMPERATURE_CASES:
        difference, wanted = max(logits) - min(logits), math.log(probability / (1 - probability))
        heat = float(attempt(torch.tensor(logits), probability))
        if abs(heat - difference / wanted) <= TOLERANCE * difference / wanted:
            continue
        if abs(heat - wanted / difference) < TOLERANCE:
            problem, number = "you divided the other way round", 2
        elif heat < 0 and abs(heat + difference / wanted) < TOLERANCE * difference / wanted:
            problem, number = "a temperature is positive", 3
        else:
            problem, number = "that is another probability", 1
        reached = (torch.tensor(logits) / heat).softmax(-1).max().item() if heat > 0 else math.nan
        raise NotYet(
            f"{problem}: logits {logits}, probability asked for {probability}",
            hint=number,
            shown=compare(
                f"Probability of the highest at temperature {heat:.4f}",
                f"{probability:.2%}",
                "none" if math.isnan(reached) else f"{reached:.2%}",
            ),
        )
    return f"{len(TEMPERATURE_CASES)} pairs of logits reach the probability asked for, highest label first or second."


def all_scores(classifier, texts):
    """The course's own `all_scores`."""
    return [{row["label"]: row["score"] for row in rows} for rows in classifier(texts, top_k=None)]


@exercise(
    "01-all-scores",
    hints=[
        "The option that asks for every label today is top_k=None; the old one is accepted and ignored.",
        "With top_k=None each text comes back as a list of {'label': ..., 'score': ...}. Build one dictionary from it.",
        "One dictionary per text, in a list, in the order of the texts.",
    ],
    solution=all_scores,
)
def examine_all_scores(attempt: Callable) -> str:
    """Run the attempt on a pipeline and see whether all labels came back."""
    from transformers import pipeline

    tokenizer, model = _sentiment()
    texts, names = list(_sentences()[::2]), set(model.config.id2label.values())
    got = attempt(pipeline("text-classification", model=model, tokenizer=tokenizer), texts)
    if (
        not isinstance(got, list)
        or len(got) != len(texts)
        or not all(isinstance(row, dict) for row in got)
    ):
        came = f"a list of {len(got)}" if isinstance(got, list) else type(got).__name__
        raise NotYet(
            f"expected a list of {len(texts)} dictionaries, one per text, got {came}", hint=3
        )
    if any(set(row) == {"label", "score"} for row in got):
        raise NotYet(
            "expected label names as keys, got the keys 'label' and 'score'",
            hint=2,
            shown=compare("Keys of the first text", sorted(names), sorted(got[0])),
        )
    for text, row, scores in zip(
        texts, got, _logits(tuple(texts)).softmax(-1).tolist(), strict=True
    ):
        if set(row) != names:
            raise NotYet(
                f"a label is missing for {text!r}",
                hint=1,
                shown=compare("Labels", sorted(names), sorted(row)),
            )
        if not _near([row[name] for name in model.config.id2label.values()], scores):
            raise NotYet(f"your scores differ for {text!r}", hint=2)
    return f"{len(texts)} texts, {len(names)} labels each, scores those of the model."


def relabelled(folder, names):
    """The course's own `relabelled`."""
    from transformers import AutoModelForSequenceClassification

    return AutoModelForSequenceClassification.from_pretrained(
        folder, id2label=dict(enumerate(names)), label2id={name: i for i, name in enumerate(names)}
    )


@exercise(
    "01-relabel",
    hints=[
        "from_pretrained takes id2label= and label2id= and writes them into the config.",
        "The keys of id2label are integers: {0: names[0], 1: names[1]}. dict(enumerate(names)) gives that.",
        "label2id is the same dictionary turned round, and is not derived for you: {name: number}.",
    ],
    solution=relabelled,
)
def examine_relabelled(attempt: Callable) -> str:
    """Load with two sets of names; config and pipeline have to say them."""
    from transformers import pipeline

    from course_utils.weights.registry import checkpoint

    tokenizer, _ = _sentiment()
    for names in (["schlecht", "gut"], ["bad", "good"]):
        try:
            model = attempt(checkpoint("sentiment"), names)
        except KeyError as error:
            raise NotYet(
                f"something looked for the key {error} in your names and did not find it", hint=2
            ) from None
        if not hasattr(model, "config"):
            raise NotYet(f"expected a model, got {type(model).__name__}", hint=1)
        _same("id2label", dict(enumerate(names)), model.config.id2label)
        _same("label2id", {name: i for i, name in enumerate(names)}, model.config.label2id)
        said = pipeline("text-classification", model=model, tokenizer=tokenizer)(
            "I hate this so much!"
        )[0]["label"]
        if said != names[0]:
            raise NotYet(
                f"'I hate this so much!' should be {names[0]!r}, your model says {said!r}", hint=1
            )
    return "two sets of names; id2label, label2id and the pipeline agree."


def _same(field: str, expected: dict, got: Any) -> None:
    if got != expected:
        number = 3 if field == "label2id" else 2 if any(isinstance(key, str) for key in got) else 1
        raise NotYet(
            f"{field} does not hold your names", hint=number, shown=compare(field, expected, got)
        )
