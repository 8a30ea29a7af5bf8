"""How good are the answers: entity-level precision, recall and F1; exact match and F1 of extracted answers.

Both follow the public definitions: CoNLL-2003's for entities (an entity counts when its label, first and last word
are all right), SQuAD's for answers (compared without case, punctuation and articles).
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Scores:
    """Precision, recall and F1, each 0-1, with the counts they come from.

    Attributes
    ----------
    correct, found, expected : int
        Items that are right, that were produced, that should have been produced.
    """

    correct: int
    found: int
    expected: int

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 0 where nothing was found."""
        return self.correct / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Share of what was expected that was found; 0 where nothing was expected."""
        return self.correct / self.expected if self.expected else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 where both are."""
        return 2 * self.correct / (self.found + self.expected) if self.correct else 0.0


def entity_spans(tags: Sequence[str]) -> list[tuple[str, int, int]]:
    """Read the entities off a row of tags.

    A ``B-`` opens an entity; an ``I-`` continues the one before it where the label is the same, and opens one
    otherwise (the lenient reading of the CoNLL-2003 scorer, so that rows of ``I-`` tags alone can be read too).

    Parameters
    ----------
    tags : sequence of str
        One tag a word: ``O``, ``B-PER``, ``I-PER`` and so on.

    Returns
    -------
    list of (str, int, int)
        Label, first word, word after the last: half-open, counted in words.

    Raises
    ------
    ValueError
        If a tag is neither ``O`` nor begins with ``B-`` or ``I-``.

    Examples
    --------
    >>> entity_spans(["B-PER", "I-PER", "O", "B-LOC"])
    [('PER', 0, 2), ('LOC', 3, 4)]
    """
    found: list[tuple[str, int, int]] = []
    previous = None
    for i, tag in enumerate(tags):
        if tag != "O" and tag[:2] not in ("B-", "I-"):
            raise ValueError(f"expected tags like 'O', 'B-PER' or 'I-PER', got {tag!r} at word {i}")
        label = None if tag == "O" else tag[2:]
        if label is not None and tag[0] == "I" and label == previous:
            found[-1] = (label, found[-1][1], i + 1)
        elif label is not None:
            found.append((label, i, i + 1))
        previous = label
    return found


def entity_scores(
    expected: Sequence[Sequence[str]], got: Sequence[Sequence[str]]
) -> dict[str, Scores]:
    """Count entities that agree in label, first and last word.

    Parameters
    ----------
    expected, got : sequence of sequence of str
        One row of tags a sentence, rows of equal length.

    Returns
    -------
    dict of str to Scores
        One entry for each label, in alphabetical order, and ``"all"``, which counts every entity alike (micro average).

    Raises
    ------
    ValueError
        If the numbers of sentences, or of words in a sentence, differ.

    Examples
    --------
    >>> entity_scores([["B-PER", "I-PER"]], [["B-PER", "O"]])["all"].f1
    0.0
    """
    if len(expected) != len(got):
        raise ValueError(
            f"expected as many rows of tags as sentences, {len(expected)}, got {len(got)}"
        )
    wanted: Counter = Counter()
    found: Counter = Counter()
    correct: Counter = Counter()
    for number, (right, mine) in enumerate(zip(expected, got, strict=True)):
        if len(right) != len(mine):
            raise ValueError(f"expected {len(right)} tags for sentence {number}, got {len(mine)}")
        for counter, spans in (
            (wanted, entity_spans(right)),
            (found, entity_spans(mine)),
            (correct, set(entity_spans(right)) & set(entity_spans(mine))),
        ):
            counter.update(span[0] for span in spans)
            counter["all"] += len(spans)
    return {
        label: Scores(correct[label], found[label], wanted[label])
        for label in [*sorted((wanted.keys() | found.keys()) - {"all"}), "all"]
    }


def normalise_answer(text: str) -> str:
    """Lower the case and take out punctuation, then articles, then surplus blanks, in SQuAD's order.

    >>> normalise_answer("The  Eiffel Tower!")
    'eiffel tower'
    """
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def exact_match(answer: str, gold: Sequence[str]) -> float:
    """Tell whether an answer equals one of the right ones after normalising.

    Parameters
    ----------
    answer : str
        What was answered; empty means "no answer".
    gold : sequence of str
        The right answers; an empty sequence means that the question has none.

    Returns
    -------
    float
        1.0 or 0.0.

    Examples
    --------
    >>> exact_match("the Nile", ["Nile"]), exact_match("Nile", [])
    (1.0, 0.0)
    """
    return float(any(normalise_answer(answer) == normalise_answer(right) for right in gold or [""]))


def answer_f1(answer: str, gold: Sequence[str]) -> float:
    """Compare the words of an answer with those of the best-fitting right answer, as SQuAD does.

    Parameters and the meaning of empty values as in :func:`exact_match`. Words are counted with repetition; where
    either side is empty after normalising, both have to be.

    Returns
    -------
    float
        Harmonic mean of word precision and word recall, 0-1.

    Examples
    --------
    >>> round(answer_f1("the river Nile", ["Nile"]), 3)
    0.667
    """
    return max(
        _word_f1(normalise_answer(answer).split(), normalise_answer(right).split())
        for right in gold or [""]
    )


def _word_f1(got: list[str], want: list[str]) -> float:
    if not got or not want:
        return float(got == want)
    shared = sum((Counter(got) & Counter(want)).values())
    return 2 * shared / (len(got) + len(want))
