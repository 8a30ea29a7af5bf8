"""What learners typically hand in for lesson 01, recognised by what it returns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from course_utils.lesson.check import NotYet
from course_utils.lesson.shown import expected_and_got as compare

TOLERANCE = 1e-4

# Surest first is neither the order of the list, nor that of the alphabet, nor the opposite of one.
LISTED = (
    ("It leaks.", "NEGATIVE", 0.95),
    ("Lovely!", "POSITIVE", 0.99),
    ("Arrived broken.", "NEGATIVE", 0.8),
    ("Not for me.", "NEGATIVE", 0.7),
    ("Works.", "POSITIVE", 0.6),
    ("Cheap and nasty.", "NEGATIVE", 0.9),
)


def left_out_mistake(text: str, expected: list[str], got: Any) -> NotYet:
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
    plain = [" ".join(came.split()) for came in got]
    if plain == expected:
        place = next(i for i in range(len(words)) if got[i] != expected[i])
        return NotYet(
            f"a space too many is left where {words[place]!r} was: you get {got[place]!r}",
            hint=3,
            shown=shown,
        )
    place = next(i for i in range(len(words)) if plain[i] != expected[i])
    word, came = words[place], got[place]
    if got == words:
        return NotYet(
            "these are the words themselves; each text should hold all the others",
            hint=1,
            shown=shown,
        )
    if plain[place] == " ".join(words):
        return NotYet(f"nothing is left out: {word!r} is still there", hint=2, shown=shown)
    if came == "".join(expected[place].split()):
        return NotYet(
            'the words stick together; join them with a space: " ".join(...)', hint=3, shown=shown
        )
    if plain[place] == " ".join(words[place + 1 :]):
        return NotYet(f"the words before {word!r} are lost, too", hint=2, shown=shown)
    if plain[place] == " ".join(w for w in words if w != word):
        return NotYet(f"{word!r} stands here twice; only one may go", hint=2, shown=shown)
    if plain[place] == " ".join(text.replace(word, "").split()):
        return NotYet(
            f"{word!r} is taken out at every place where it stands, also inside other words: "
            f"you get {came!r}. Take out the word at one position",
            hint=2,
            shown=shown,
        )
    return NotYet(f"without {word!r} the text is different", hint=1, shown=shown)


def _kind(got: Any) -> str:
    return "one text" if isinstance(got, str) else f"a {type(got).__name__}"


def read_answers(got: Any, count: int) -> list[dict]:
    """Check the form of what came back, and turn NumPy and tensor scores into floats."""
    if hasattr(got, "values") and hasattr(got, "indices"):
        raise NotYet(
            ".max(dim=-1) gives two things, values (the scores) and indices (the columns); "
            "make one dictionary per text of them",
            hint=4,
        )
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


def examine_scores(texts: Sequence[str], logits: Any, unmasked: Any, scores: list[float]) -> None:
    """Recognise a mistake by the scores that it alone gives."""
    winner = logits.argmax(-1, keepdim=True)
    right = logits.softmax(-1).gather(-1, winner)[:, 0].tolist()
    if _near(scores, right):
        return
    over_texts = logits.softmax(0)
    whole = logits.exp() / logits.exp().sum()
    shares = logits / logits.sum(-1, keepdim=True)
    mistakes = [
        (
            unmasked.softmax(-1).max(-1).values.tolist(),
            2,
            "your answer changes when a longer comment is in the same batch",
        ),
        (over_texts.gather(-1, winner)[:, 0].tolist(), 3, _down),
        (over_texts.max(-1).values.tolist(), 3, _down),
        (whole.gather(-1, winner)[:, 0].tolist(), 3, _whole),
        (logits.max(-1).values.tolist(), 3, "these are logits, not probabilities"),
        (
            logits.softmax(-1)[:, 1].tolist(),
            3,
            "this is always the probability of POSITIVE; expected that of the label printed beside it",
        ),
        (shares.max(-1).values.tolist(), 3, "you divided the logits without exp"),
        (shares.gather(-1, winner)[:, 0].tolist(), 3, "you divided the logits without exp"),
        (
            logits.sigmoid().max(-1).values.tolist(),
            3,
            "this is the sigmoid of one logit; with two labels use softmax, over both",
        ),
        (
            logits.sigmoid().gather(-1, winner)[:, 0].tolist(),
            3,
            "this is the sigmoid of one logit; with two labels use softmax, over both",
        ),
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


def examine_labels(texts: Sequence[str], logits: Any, labels: list, names: dict) -> None:
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


def complaints_of(sure: float) -> list[str]:
    return [text for text, label, score in LISTED if label == "NEGATIVE" and score >= sure]


def list_mistake(sure: float, expected: list[str], got: Any) -> NotYet:
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
    everything = complaints_of(0.0)
    if not got:
        return NotYet(
            'the list is empty; the label is written "NEGATIVE", in capitals', hint=1, shown=shown
        )
    if sorted(got) == sorted(everything) != sorted(expected):
        return NotYet(
            f"sure={sure} has no effect: compare each score with `sure`", hint=2, shown=shown
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
