"""The exercises of lesson 07, token classification: names read off tags, a loop that loses one, a word of many pieces."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any

import torch

from course_utils.lesson.check import NotYet, as_numbers, exercise
from course_utils.lesson.shown import expected_and_got
from course_utils.lessons.token_classification.hiding import (
    explore_hiding,
    show_hiding,
    show_names_left,
)
from course_utils.lessons.token_classification.rules import (
    added_word,
    at_least,
    average_word,
    bio_spans,
    capitals,
    count_hiding,
    first_word,
    gold_entities,
    places_of,
    surest_word,
    words_of,
)
from course_utils.lessons.token_classification.views import (
    show_dilution,
    show_loops,
    show_pieces,
    show_verdicts,
)
from course_utils.metrics import entity_spans

__all__ = [
    "added_word",
    "at_least",
    "average_word",
    "bio_spans",
    "capitals",
    "count_hiding",
    "explore_hiding",
    "first_word",
    "gold_entities",
    "places_of",
    "show_dilution",
    "show_hiding",
    "show_loops",
    "show_names_left",
    "show_pieces",
    "show_verdicts",
    "surest_word",
    "words_of",
]

# A row of tags, what is wrong with an attempt that fails on it, and the hint that helps.
SPAN_CASES = (
    (["O", "B-LOC", "O"], "one tag alone is a name of one place", 1),
    (["B-PER", "I-PER", "O"], "I-PER after B-PER belongs to the same name", 2),
    (
        ["B-PER", "B-PER", "O"],
        "a second B-PER begins a second name, although the label is the same",
        2,
    ),
    (["B-ORG", "B-LOC", "O"], "two names touch here, and one of them is lost or glued on", 2),
    (["O", "B-ORG", "I-ORG"], "a name that reaches the end of the row is lost or cut short", 3),
    (["B-ORG", "I-LOC", "O"], "I-LOC cannot continue an ORG: it begins a name", 4),
    (["I-PER", "I-PER", "O"], "a row that opens with I-: let it begin a name", 4),
    (["B-PER", "O", "I-PER"], "an O stands between: the second name begins at place 2", 4),
)


@exercise(
    "07-bio-spans",
    hints=[
        "Go through the tags with `for i, tag in enumerate(tags)`. A name at place 1 alone is (label, 1, 2): the end is the "
        "place after the last. The label is the tag without its first two characters.",
        "A B- always begins a new name, so append one. Only an I- can continue a name: then the last name that you found "
        "grows by one place.",
        "If you append a name only when it is over, the last one may never be over. Append it when it begins, and put a "
        "longer one in its place while it grows.",
        "Keep the label of the tag before (None after an O). `if tag.startswith('I-') and tag[2:] == label: found[-1] = "
        "(label, found[-1][1], i + 1)`, `elif tag != 'O': found.append((tag[2:], i, i + 1))`.",
    ],
    solution=bio_spans,
)
def examine_spans(attempt: Callable) -> str:
    """Compare with the course's own reading on worked rows first, then on random ones."""
    if not callable(attempt):
        raise NotYet(f"expected the function bio_spans, got {type(attempt).__name__}", hint=1)
    for tags, problem, number in SPAN_CASES:
        _compare_spans(attempt, tags, problem, number)
    draw = random.Random(7)
    for _ in range(500):
        tags = draw.choices(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"], k=draw.randint(0, 9))
        _compare_spans(attempt, tags, "your names differ on this row", 4)
    return f"{len(SPAN_CASES)} worked rows and 500 random ones are read right."


def _compare_spans(attempt: Callable, tags: list[str], problem: str, number: int) -> None:
    given, expected = list(tags), entity_spans(tags)
    try:
        got = attempt(given)
    except IndexError:
        raise NotYet(
            f"your code looks at a place that the row does not have: {' '.join(tags)}", hint=3
        ) from None
    if given != tags:
        raise NotYet("your function changed the row that it was given; leave it as it is", hint=1)
    if got is None:
        raise NotYet("your function returns nothing: end it with return", hint=1)
    got = list(got) if isinstance(got, Iterable) and not isinstance(got, str) else got
    shown = expected_and_got(f"Names (label, first, after) in {' '.join(tags)}", expected, got)
    if not isinstance(got, list) or not all(isinstance(one, list | tuple) for one in got):
        raise NotYet("expected a list of names, each (label, first, after)", hint=1, shown=shown)
    got = [tuple(one) for one in got]
    if got == expected:
        return
    if any(len(one) != 3 for one in got):
        raise NotYet("expected three values per name: label, first, after", hint=1, shown=shown)
    if any(isinstance(one[0], str) and one[0][:2] in ("B-", "I-") for one in got):
        raise NotYet("the label is the tag without B- or I-: tag[2:]", hint=1, shown=shown)
    if [(label, first, after - 1) for label, first, after in expected] == got:
        raise NotYet("the end is the place after the last, not the last", hint=1, shown=shown)
    raise NotYet(f"{problem}: {' '.join(tags)}", hint=number, shown=shown)


def hasty_spans(tags):
    """The loop of the exercise, its fault included."""
    found, i = [], 0
    while i < len(tags):
        if tags[i].startswith("B-"):
            first = i
            i += 1
            while i < len(tags) and tags[i] == "I-" + tags[first][2:]:
                i += 1
            found.append((tags[first][2:], first, i))
        i += 1
    return found


START = ["O", "B-LOC", "O", "B-PER", "I-PER", "O"]
BREAKING = ["O", "B-LOC", "B-PER", "I-PER", "O"]


@exercise(
    "07-find-the-bug",
    hints=[
        "Take away the first # in front of the row, run the cell, and read the table: both functions find the same names.",
        "Go through the loop by hand. At the end of a name the inner loop stops: i stands on the place after it. "
        "What does the last line i += 1 do then?",
        "The last line steps over the place after a name without looking at it. That does no harm while an O stands there. "
        "Put something else there: let two names touch.",
        f"breaking = {BREAKING}",
    ],
    solution=BREAKING,
)
def examine_tags(attempt: Any) -> str:
    """Read the row with both loops and see whether they part."""
    tags = _tags(attempt)
    right, hasty = entity_spans(tags), hasty_spans(tags)
    shown = show_loops(tags, {"bio_spans": bio_spans, "hasty_spans": hasty_spans})
    if not right:
        raise NotYet("there is no name in this row, so nothing can be lost", hint=1, shown=shown)
    if right == hasty:
        problem, number = "both find the same name", 2
        if len(right) > 1:
            problem, number = "both find the same names: an O stands between each two", 3
        raise NotYet(problem, hint=number, shown=shown)
    lost = [one for one in right if one not in hasty]
    return f"{len(tags)} tags: hasty_spans has no {_named(lost)}; it finds {_named(hasty)}.{_how(tags, lost)}"


def _tags(attempt: Any) -> list[str]:
    """Read what was handed in as a row of tags."""
    if isinstance(attempt, str) and any(tag in attempt for tag in ("B-", "I-")):
        attempt = attempt.replace(",", " ").split()
    if isinstance(attempt, str) or not isinstance(attempt, Iterable):
        raise NotYet(
            f"expected a row of tags, a list such as {START[:3]}, got {type(attempt).__name__}",
            hint=1,
        )
    tags = list(attempt)
    for place, tag in enumerate(tags):
        if not isinstance(tag, str) or not (tag == "O" or (tag[:2] in ("B-", "I-") and tag[2:])):
            raise NotYet(
                f"place {place} holds {tag!r}; expected 'O' (the letter), or 'B-' or 'I-' and a label",
                hint=1,
            )
    if not tags:
        raise NotYet("the row is empty", hint=1)
    return tags


def _named(spans: list[tuple]) -> str:
    return ", ".join(f"{label} at {_places(*where)}" for label, *where in spans) or "nothing"


def _places(first: int, after: int) -> str:
    return f"place {first}" if after == first + 1 else f"places {first} to {after - 1}"


def _how(tags: list[str], lost: list[tuple]) -> str:
    if all(tags[first].startswith("I-") for _, first, _ in lost):
        return " It begins a name only at a B-. There is a second way to break it: let two names touch."
    return ""


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
    "B-PER": ("the surest piece alone decided", 1),
    "B-LOC": ("the pieces voted, each for its favourite", 2),
}


@exercise(
    "07-average-word",
    hints=[
        "All pieces have a say, for every label. Take the mean over the pieces before any label is chosen: rows.mean(0) has "
        "one number per label.",
        "If you choose each piece's label first, you throw its other probabilities away. Mean first, then the largest.",
        "On the row of means, mean.max(0) gives two things: the largest value, which is the score, and its number. "
        "id2label wants that number as Python's own: number.item().",
        "score, index = rows.mean(0).max(0), then return id2label[index.item()], score.item().",
    ],
    solution=average_word,
)
def examine_average(attempt: Callable) -> str:
    """Try the telling word first, then random ones."""
    if not callable(attempt):
        raise NotYet(f"expected the function average_word, got {type(attempt).__name__}", hint=1)
    draw = torch.Generator().manual_seed(7)
    words = [
        torch.tensor(TELLING_WORD),
        *(torch.rand(1 + i % 4, 4, generator=draw).softmax(-1) for i in range(200)),
    ]
    for rows in words:
        expected = average_word(rows, WORD_LABELS)
        label, score = _pair(attempt, rows)
        if label == expected[0] and abs(score - expected[1]) < 1e-5:
            continue
        problem, number = "this word comes out differently", 2
        if label == expected[0] or abs(score - 1 / rows.shape[1]) < 1e-5:
            problem, number = _score_problem(rows, score)
        elif rows is words[0]:
            problem, number = OTHER_RULES.get(label, ("that is no label of this word", 3))
        table = [[round(value, 2) for value in row] for row in rows.tolist()]
        raise NotYet(
            f"{problem}; rows {table}, labels {WORD_LABELS}",
            hint=number,
            shown=expected_and_got(
                "Label and score", (expected[0], round(expected[1], 4)), (label, round(score, 4))
            ),
        )
    return f"{len(words)} words, scores equal to 1e-5."


def _score_problem(rows: torch.Tensor, score: float) -> tuple[str, int]:
    """Say where a wrong score beside the right label comes from."""
    best = int(rows.mean(0).argmax())
    if abs(score - float(rows.max(1).values.mean())) < 1e-5:
        return (
            "the label is right; the score is the mean of each piece's best, whatever its label",
            2,
        )
    if abs(score - float(rows[:, best].sum())) < 1e-5:
        return "the label is right; the score is a sum, not a mean", 1
    if abs(score - float(rows[:, best].max())) < 1e-5 or abs(score - float(rows.max())) < 1e-5:
        return "the label is right; the score is one piece's, not the mean", 1
    if abs(score - 1 / rows.shape[1]) < 1e-5:
        return "that is a mean over the labels; take it over the pieces, rows.mean(0)", 1
    if score == best:
        return "the label is right; you returned its number where the score belongs", 3
    return "the label is right; the score is not the mean probability of that label", 3


def _pair(attempt: Callable, rows: torch.Tensor) -> tuple[str, float]:
    try:
        got = attempt(rows.clone(), dict(WORD_LABELS))
    except KeyError as error:
        if "tensor" not in str(error):
            raise NotYet(
                f"id2label has no key {error}: its keys are 0 to {len(WORD_LABELS) - 1}", hint=3
            ) from None
        raise NotYet(
            "id2label wants a Python number, you gave it a tensor: write .item()", hint=3
        ) from None
    except TypeError as error:
        if "0-d tensor" not in str(error):
            raise
        raise NotYet(
            "max() alone gives only the largest value; max(0) gives the value and its number",
            hint=3,
        ) from None
    if got is None:
        raise NotYet("your function returns nothing: end it with return", hint=3)
    if not isinstance(got, tuple | list) or len(got) != 2:
        raise NotYet(f"expected a pair (label, score), got {type(got).__name__}", hint=3)
    if not isinstance(got[0], str) and isinstance(got[1], str):
        raise NotYet("the other way round: the label first, then the score", hint=3)
    if not isinstance(got[0], str):
        raise NotYet("the label is a number; id2label gives the name for it", hint=3)
    return got[0], as_numbers(got[1], "the score", shape=(), hint=3).item()
