"""The exercises of notebook 07, token classification."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import cache

from course_utils.lesson.check import NotYet, as_numbers, exercise
from course_utils.metrics import entity_spans
from course_utils.pictures.entities import show_entities
from course_utils.pictures.page import table
from course_utils.pictures.view import View, plain_table
from course_utils.pictures.word_tags import show_word_tags

IGNORED = -100


def compare(caption: str, expected: object, got: object) -> View:
    """Put what was expected above what came."""
    rows = [("expected", expected), ("got", got)]
    return View(
        html=table(caption, ("", "value"), rows),
        text=f"{caption}\n{plain_table(('', 'value'), rows)}",
    )


# A row of tags, what is wrong with an attempt that fails on it, and the hint that helps.
SPAN_CASES = (
    (
        ["O", "B-LOC", "O"],
        "a single tagged word is an entity of one word, and the end is the word after it",
        1,
    ),
    (["B-PER", "I-PER", "O"], "I-PER after B-PER belongs to the same entity", 1),
    (
        ["B-PER", "B-PER", "O"],
        "a second B-PER opens a second entity, although the label is the same",
        2,
    ),
    (["B-ORG", "B-LOC", "O"], "the second of two entities that touch was lost or glued on", 2),
    (["O", "B-ORG", "I-ORG"], "an entity that reaches the last word was lost", 3),
    (
        ["B-ORG", "I-LOC", "O"],
        "I-LOC cannot continue an ORG: a change of label opens a new entity",
        4,
    ),
    (["I-PER", "I-PER", "O"], "a row may open with I-: count it as the beginning of an entity", 4),
)


def bio_spans(tags):
    """The course's own `bio_spans`."""
    found, previous = [], None
    for i, tag in enumerate(tags):
        label = None if tag == "O" else tag[2:]
        if label and tag.startswith("I-") and label == previous:
            found[-1] = (label, found[-1][1], i + 1)  # the entity grows by this word
        elif label:
            found.append((label, i, i + 1))  # B-, or an I- with nothing to continue
        previous = label
    return found


@exercise(
    "07-bio-spans",
    hints=[
        "Go through the tags with enumerate. For each one decide: does it open an entity, continue one, or neither? "
        "Spans are half-open: one word at position 1 is (label, 1, 2).",
        "B- always opens a new entity. Only I- can continue one.",
        "If you store an entity when its successor is seen, the last one has no successor. Store it when it opens, and "
        "move its end while it continues.",
        "I-X continues only when the tag before it has the label X too; otherwise treat it like B-X.",
    ],
    solution=bio_spans,
)
def examine_spans(attempt: Callable) -> str:
    """Compare with the course's own reading on worked rows first, then on random ones."""
    for tags, problem, number in SPAN_CASES:
        _compare_spans(attempt, tags, problem, number)
    draw = random.Random(7)
    for _ in range(500):
        tags = draw.choices(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"], k=draw.randint(0, 9))
        _compare_spans(attempt, tags, "your spans differ on this row", 4)
    return f"{len(SPAN_CASES)} worked rows and 500 random ones give the same spans."


def _compare_spans(attempt: Callable, tags: list[str], problem: str, number: int) -> None:
    got, expected = attempt(list(tags)), entity_spans(tags)
    got = list(got) if isinstance(got, Iterable) else got
    if not isinstance(got, list) or not all(isinstance(span, list | tuple) for span in got):
        raise NotYet(
            "expected a list of spans, each (label, first word, word after)",
            hint=1,
            shown=compare("Spans (label, first word, word after)", expected, got),
        )
    if [tuple(span) for span in got] != expected:
        raise NotYet(
            f"{problem}: {' '.join(tags)}",
            hint=number,
            shown=compare("Spans (label, first word, word after)", expected, got),
        )


# Four pieces of one word for which every rule chooses another label.
WORD_LABELS = {0: "O", 1: "B-PER", 2: "B-ORG", 3: "B-LOC"}
TELLING_WORD = [
    [0.40, 0.00, 0.60, 0.00],
    [0.03, 0.97, 0.00, 0.00],
    [0.45, 0.00, 0.00, 0.55],
    [0.45, 0.00, 0.00, 0.55],
]
OTHER_RULES = {
    "B-ORG": ("the first piece alone decided", 1),
    "B-PER": ("the most certain piece alone decided", 1),
    "B-LOC": ("the pieces voted, each for its favourite", 2),
    "O": ("the score is not the averaged probability of the label you chose", 3),
}


def average_word(probabilities, id2label):
    """The course's own `average_word`."""
    score, index = probabilities.mean(0).max(-1)
    return id2label[index.item()], score.item()


@exercise(
    "07-average-word",
    hints=[
        "Every piece has a say, for every label: average over the pieces (dimension 0) before any label is chosen.",
        "Taking each piece's best label first throws the other probabilities away. Average first, then take the largest.",
        "One max over the averaged vector gives both: its value is the score, its index the label.",
    ],
    solution=average_word,
)
def examine_average(attempt: Callable) -> str:
    """Try the telling word first, then random ones."""
    import torch

    draw = torch.Generator().manual_seed(7)
    words = [
        torch.tensor(TELLING_WORD),
        *(torch.rand(1 + i % 4, 4, generator=draw).softmax(-1) for i in range(200)),
    ]
    for probabilities in words:
        score, index = probabilities.mean(0).max(-1)
        expected, got = (
            (WORD_LABELS[index.item()], score.item()),
            _named_label(attempt, probabilities.clone()),
        )
        if not isinstance(got, tuple | list) or len(got) != 2:
            raise NotYet(f"expected a pair (label, score), got {type(got).__name__}", hint=3)
        got = (got[0], as_numbers(got[1], "the score", shape=(), hint=3).item())
        if not isinstance(got[0], str):
            raise NotYet("expected the label as text, which id2label gives for its number", hint=3)
        if got[0] != expected[0] or abs(got[1] - expected[1]) > 1e-5:
            problem, number = "this word comes out differently", 2
            if probabilities is words[0]:
                problem, number = OTHER_RULES.get(got[0], ("that is no label of the model", 3))
            pieces = [[round(value, 2) for value in row] for row in probabilities.tolist()]
            raise NotYet(
                f"{problem}; probabilities of the pieces {pieces} for {WORD_LABELS}",
                hint=number,
                shown=compare("Label and score", _rounded(*expected), _rounded(*got)),
            )
    return f"{len(words)} words, largest difference below 1e-5."


def _named_label(attempt: Callable, probabilities: object) -> object:
    try:
        return attempt(probabilities, WORD_LABELS)
    except KeyError as error:
        if "tensor" not in str(error):
            raise
        raise NotYet(
            f"id2label has no key {error}: its keys are whole numbers, and .item() makes one of a tensor",
            hint=3,
        ) from None


def _rounded(label: str, score: object) -> tuple[str, float]:
    return label, round(float(score), 4)


def to_iob1(tags: list[str]) -> list[str]:
    """Rewrite BIO tags with ``I-`` everywhere, ``B-`` only where an entity touches one of the same label."""
    return [
        f"I{tag[1:]}" if tag[0] == "B" and (i == 0 or tags[i - 1][2:] != tag[2:]) else tag
        for i, tag in enumerate(tags)
    ]


def hasty_groups(tags: list[str], offsets: list[tuple[int, int]]) -> list[tuple[str, int, int]]:
    """Group pieces as the loop of the exercise does, its two faults included."""
    found, i = [], 0
    while i < len(tags):
        if tags[i] != "O":
            label, start = tags[i][2:], offsets[i][0]
            end = start
            while i < len(tags) and tags[i] == f"I-{label}":
                end = offsets[i][1]
                i += 1
            found.append((label, start, end))
        i += 1
    return found


def right_groups(tags: list[str], offsets: list[tuple[int, int]]) -> list[tuple[str, int, int]]:
    """Group pieces with nothing lost: label, first character, character after the last."""
    return [
        (label, offsets[first][0], offsets[after - 1][1])
        for label, first, after in entity_spans(tags)
    ]


@cache
def _ner():
    from transformers import AutoModelForTokenClassification, AutoTokenizer

    from course_utils.weights.registry import checkpoint

    folder = checkpoint("ner")
    return AutoTokenizer.from_pretrained(folder), AutoModelForTokenClassification.from_pretrained(
        folder
    )


def piece_tags(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """Tag the pieces of a text with the checkpoint ``ner``: IOB1 tags and offsets, special tokens left out."""
    import torch

    tokenizer, model = _ner()
    encoded = tokenizer(text, return_offsets_mapping=True, return_tensors="pt", truncation=True)
    offsets = encoded.pop("offset_mapping")[0].tolist()
    with torch.no_grad():
        best = model(**encoded.to(model.device)).logits[0].argmax(-1).tolist()
    tags = to_iob1([model.config.id2label[i] for i in best[1:-1]])
    return tags, [tuple(pair) for pair in offsets[1:-1]]


BREAKING = "In Berlin Angela Merkel spoke to the press."


@exercise(
    "07-find-the-bug",
    hints=[
        "Begin with a sentence in which the model finds something: a full name, a well-known company, a large city.",
        "Walk through the loop with tags I-ORG O I-LOC, then with I-ORG I-LOC. Which tag does the last line step over?",
        "Two entities must touch, with no word and no comma between them: begin with 'In', a city, and go on with a name.",
    ],
    solution=BREAKING,
)
def examine_sentence(attempt: str) -> str:
    """Run both loops on the sentence and see whether they part."""
    if not isinstance(attempt, str) or not attempt.strip():
        raise NotYet(f"expected a sentence as a string, got {type(attempt).__name__}", hint=1)
    tags, offsets = piece_tags(attempt)
    right, hasty = right_groups(tags, offsets), hasty_groups(tags, offsets)
    if not right:
        raise NotYet("the model finds no entity here, so there is nothing to lose", hint=1)
    if right == hasty:
        drawn = show_entities(
            attempt, [{"entity": label, "start": start, "end": end} for label, start, end in right]
        )
        touching = len(right) > 1
        raise NotYet(
            "both loops find the same "
            + ("entities: an O stands between each two" if touching else "entity"),
            shown=drawn,
            hint=3 if touching else 2,
        )
    lost = [span for span in right if span not in hasty]
    return f"on tags written as IOB1 the hasty loop has no {_named(attempt, lost)}; it found {_named(attempt, hasty)}."


def _named(text: str, spans: list[tuple[str, int, int]]) -> str:
    return ", ".join(f"{text[start:end]!r} {label}" for label, start, end in spans) or "nothing"


# Word positions of the pieces, labels of the words, the problem, the hint.
ALIGN_CASES = (
    ([None, 0, 1, None], [0, 3], "special tokens belong to no word and take part in no loss", 1),
    ([None, 0, 0, 0, 1, None], [3, 0], "only the first piece of a word carries its label", 2),
    (
        [None, 0, 1, 1, None],
        [5, 5],
        "two words with the same label each keep it on their first piece",
        3,
    ),
    (
        [None, 1, 2, None, None],
        [4, 0, 6],
        "a window may begin with word 1: look labels up by word, not by counting",
        3,
    ),
)


def align_labels(word_ids, word_labels):
    """The course's own `align_labels`."""
    labels, previous = [], None
    for word in word_ids:
        labels.append(-100 if word is None or word == previous else word_labels[word])
        previous = word
    return labels


@exercise(
    "07-align-labels",
    hints=[
        f"word_ids holds None for [CLS], [SEP] and padding. Their label is {IGNORED}, which cross_entropy leaves out.",
        f"Compare each word number with the one before it: the same number again means a continuation piece, so {IGNORED}.",
        "Compare the word numbers, not the labels, and index word_labels with the word number itself.",
    ],
    solution=align_labels,
)
def examine_alignment(attempt: Callable) -> str:
    """Worked cases first, then random words of one to four pieces."""
    for word_ids, labels, problem, number in ALIGN_CASES:
        _compare_alignment(attempt, word_ids, labels, problem, number)
    draw = random.Random(7)
    for _ in range(300):
        labels = [draw.randrange(7) for _ in range(draw.randint(1, 6))]
        word_ids = [
            None,
            *(word for word in range(len(labels)) for _ in range(draw.randint(1, 4))),
            None,
        ]
        _compare_alignment(attempt, word_ids, labels, "the labels differ here", 2)
    return f"{len(ALIGN_CASES)} worked rows and 300 random ones agree."


def _compare_alignment(
    attempt: Callable, word_ids: list, labels: list[int], problem: str, number: int
) -> None:
    firsts = [
        word is not None and (i == 0 or word_ids[i - 1] != word) for i, word in enumerate(word_ids)
    ]
    expected = [
        labels[word] if first else IGNORED for word, first in zip(word_ids, firsts, strict=True)
    ]
    got = attempt(list(word_ids), list(labels))
    got = as_numbers(
        list(got) if isinstance(got, Iterable) else got,
        "one label per piece",
        whole=True,
        hint=number,
    ).tolist()
    if got != expected:
        pieces = ["special" if word is None else f"word {word}" for word in word_ids]
        if isinstance(got, list) and len(got) == len(expected):
            shown = show_word_tags(
                pieces, [str(x) for x in got], expected=[str(x) for x in expected]
            )
        else:
            shown = compare("One label a piece", expected, got)
        raise NotYet(
            f"{problem}: word_ids {word_ids}, word_labels {labels}", shown=shown, hint=number
        )
