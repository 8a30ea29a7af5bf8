"""The course's solutions of lesson 07, its rules and its counts, and the proofs over all 326 messages."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch

from course_utils.data.corpora import read_rows
from course_utils.lesson.check import NotYet
from course_utils.lesson.prove import Proven, proof
from course_utils.lesson.shown import expected_and_got
from course_utils.metrics import entity_spans

STRATEGIES = ("none", "simple", "first", "average", "max")
WORD = re.compile(r"\w[\w'’-]*")


def bio_spans(tags):
    """Names in a row of tags: (label, first place, place after the last) each."""
    found, label = [], None
    for i, tag in enumerate(tags):
        if tag.startswith("I-") and tag[2:] == label:
            found[-1] = (label, found[-1][1], i + 1)  # the name grows by one
        elif tag != "O":
            found.append((tag[2:], i, i + 1))  # B-, or an I- with nothing to continue
        label = None if tag == "O" else tag[2:]
    return found


def average_word(rows, id2label):
    """Label and score of a word: the largest of the means of its pieces' rows."""
    score, index = rows.mean(0).max(0)
    return id2label[index.item()], score.item()


def first_word(rows, id2label):
    """Label and score of a word: what its first piece says."""
    return average_word(rows[:1], id2label)


def surest_word(rows, id2label):
    """Label and score of a word: what the piece says that is surest of its label."""
    surest = rows.max(1).values.argmax().item()
    return average_word(rows[surest : surest + 1], id2label)


def added_word(rows, id2label):
    """Label and score of a word: the mean of its rows, B- and I- of each kind added up before one is chosen.

    The tag begins as that of the first piece does, ``B-`` or ``I-``.
    """
    mean, sums, number = rows.mean(0).tolist(), {}, {label: i for i, label in id2label.items()}
    for i, label in id2label.items():
        sums[label[2:]] = sums.get(label[2:], 0) + mean[i]
    kind = max(sums, key=sums.get)
    if not kind:
        return "O", sums[kind]
    begins = rows[0][number[f"B-{kind}"]] >= rows[0][number[f"I-{kind}"]]
    return f"{'B' if begins else 'I'}-{kind}", sums[kind]


def words_of(pieces: Iterable[Mapping]) -> list[list[Mapping]]:
    """Put the pieces of each word together."""
    words: dict[int, list[Mapping]] = {}
    for piece in pieces:
        words.setdefault(piece["word"], []).append(piece)
    return list(words.values())


def rows_of(pieces: Iterable[Mapping]) -> torch.Tensor:
    """Stack the probabilities of pieces: (pieces, labels)."""
    return torch.stack([torch.as_tensor(piece["row"]) for piece in pieces])


def places_of(row: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Give the characters of each word that people tagged, half-open."""
    places, after = [], 0
    for word in row["tokens"]:
        start = row["text"].index(word, after)
        after = start + len(word)
        places.append((start, after))
    return places


def gold_entities(row: Mapping[str, Any]) -> set[tuple[str, int, int]]:
    """Give the names that people tagged in a message: (label, first character, character after the last).

    >>> sorted(gold_entities({"text": "Eva!", "tokens": ["Eva", "!"], "tags": ["B-PER", "O"]}))
    [('PER', 0, 3)]
    """
    places = places_of(row)
    return {
        (label, places[first][0], places[after - 1][1])
        for label, first, after in entity_spans(row["tags"])
    }


def found_entities(records: Iterable[Mapping]) -> set[tuple[str, int, int]]:
    """Give records of names as the same triples."""
    return {(record["entity_group"], record["start"], record["end"]) for record in records}


def capitals(text: str, *, first: bool = True) -> list[dict]:
    """Find names without a model: every word that begins with a capital letter.

    Parameters
    ----------
    text : str
        A message.
    first : bool
        Whether the first word of the message counts, too.

    Examples
    --------
    >>> [record["start"] for record in capitals("Ask Eva.")], capitals("Ask Eva.", first=False)[0]["start"]
    ([0, 4], 4)
    """
    return [
        {"entity_group": "?", "start": word.start(), "end": word.end()}
        for word in WORD.finditer(text)
        if word[0][0].isupper() and (first or word.start())
    ]


def at_least(found: Iterable[Iterable[Mapping]], lowest: float) -> list[list[Mapping]]:
    """Keep, for each message, the records with a score of ``lowest`` or more."""
    return [[record for record in records if record["score"] >= lowest] for records in found]


@dataclass(frozen=True)
class Hiding:
    """What is left of people's names when all that was found is covered.

    Attributes
    ----------
    hidden : int
        Names of which no letter can be read.
    partly : list of str
        Names half covered, each covered character as a block.
    readable : list of str
        Names of which every letter can be read.
    split : int
        How many of the readable ones hold a word that the tokenizer cuts into pieces; 0 where pieces are not known.
    others, words : int
        Words covered that are no names, of how many.
    """

    hidden: int
    partly: list[str]
    readable: list[str]
    split: int
    others: int
    words: int


def count_hiding(
    rows: Sequence[Mapping],
    found: Sequence[Iterable[Mapping]],
    *,
    pieces: Sequence | None = None,
    label: str = "PER",
) -> Hiding:
    """Count which names of one kind can still be read; letters and digits count, other signs do not.

    Parameters
    ----------
    rows : sequence of dict
        Messages with the tags that people gave: ``text``, ``tokens``, ``tags``.
    found : sequence of iterables of dict
        For each message what is covered: ``start`` and ``end`` in characters.
    pieces : sequence, optional
        The pieces of each message, to tell names that the tokenizer splits.
    label : str
        The kind of names: persons unless told otherwise.
    """
    if len(rows) != len(found):
        raise ValueError(
            f"expected finds for each of the {len(rows)} messages, got {len(found)} lists"
        )
    hidden, partly, readable, split, others, words = 0, [], [], 0, 0, 0
    for number, (row, records) in enumerate(zip(rows, found, strict=True)):
        text = row["text"]
        covered = {i for record in records for i in range(record["start"], record["end"])}
        for kind, start, end in sorted(gold_entities(row), key=lambda name: name[1]):
            letters = [i for i in range(start, end) if text[i].isalnum()]
            seen = [i for i in letters if i not in covered]
            if kind != label:
                continue
            if not seen:
                hidden += 1
            elif len(seen) < len(letters):
                partly.append(
                    "".join(
                        "█" if i in covered and text[i].isalnum() else text[i]
                        for i in range(start, end)
                    )
                )
            else:
                readable.append(text[start:end])
                split += pieces is not None and _is_split(pieces[number], start, end)
        for (start, end), tag in zip(places_of(row), row["tags"], strict=True):
            letters = [i for i in range(start, end) if text[i].isalnum()]
            words += tag == "O" and bool(letters)
            others += tag == "O" and any(i in covered for i in letters)
    return Hiding(hidden, partly, readable, split, others, words)


def _is_split(pieces: Iterable[Mapping], start: int, end: int) -> bool:
    """Tell whether a word that begins in a stretch has several pieces."""
    return any(len(word) > 1 for word in words_of(pieces) if start <= word[0]["start"] < end)


@cache
def messages() -> tuple[dict, ...]:
    """Read the 326 messages."""
    return tuple(read_rows("entities"))


@cache
def tagger():
    """Load the pipeline of the lesson once."""
    from transformers import pipeline

    from course_utils.weights.registry import checkpoint

    return pipeline("ner", model=checkpoint("ner"), device="cpu")


@cache
def library_records() -> dict[str, list[list[dict]]]:
    """Run the pipeline on all messages: the model once, its last stage once for each strategy."""
    from transformers.pipelines import AggregationStrategy, TokenClassificationPipeline

    class FirstTwoStages(TokenClassificationPipeline):
        def postprocess(self, outputs, **_):
            return outputs

    ner = tagger()
    two = FirstTwoStages(model=ner.model, tokenizer=ner.tokenizer, device="cpu")
    outputs = two([row["text"] for row in messages()], batch_size=32)
    return {
        name: [
            ner.postprocess(output, aggregation_strategy=AggregationStrategy(name))
            for output in outputs
        ]
        for name in STRATEGIES
    }


def _figures(records: Iterable[Mapping]) -> list[tuple[str, int, int]]:
    return [
        (
            record.get("entity_group") or record.get("entity") or record["tag"],
            record["start"],
            record["end"],
        )
        for record in records
    ]


@proof(
    "07-entities",
    not_proven="That these names are the right ones, and the key word, which is not rebuilt.",
)
def prove_entities(read_pieces, find_entities, steps) -> Proven:
    """Compare label, start, end and score with the pipeline's, for each message and each of the five strategies."""
    theirs, agree, largest, first = library_records(), 0, 0.0, None
    for number, row in enumerate(steps(messages(), total=len(messages()))):
        pieces = read_pieces(row["text"])
        for name in STRATEGIES:
            mine, right = list(find_entities(pieces, name)), theirs[name][number]
            same = _figures(mine) == _figures(right)
            gap = max(
                (abs(a["score"] - float(b["score"])) for a, b in zip(mine, right, strict=False)),
                default=0.0,
            )
            agree += same and gap < 1e-5
            largest = max(largest, gap if same else 0.0)
            if not (same and gap < 1e-5) and first is None:
                first = expected_and_got(f"{name}: {row['text']}", _figures(right), _figures(mine))
    return Proven(
        agree=agree,
        total=len(messages()) * len(STRATEGIES),
        unit="results of the library (326 messages, 5 strategies)",
        largest=largest,
        first_difference=first,
    )


@cache
def word_tags() -> tuple[list[str], ...]:
    """Tag the words of all messages: the tag of each word's first piece."""
    ner, found = tagger(), []
    for start in range(0, len(messages()), 32):
        words = [row["tokens"] for row in messages()[start : start + 32]]
        encoded = ner.tokenizer(
            words, is_split_into_words=True, padding=True, truncation=True, return_tensors="pt"
        )
        with torch.no_grad():
            best = ner.model(**encoded).logits.argmax(-1).tolist()
        for n, row in enumerate(words):
            numbers = encoded.word_ids(n)
            found.append(
                [ner.model.config.id2label[best[n][numbers.index(i)]] for i in range(len(row))]
            )
    return tuple(found)


@proof("07-entity-f1", not_proven="That F1 is the number that your own task needs.")
def prove_entity_f1(attempt, steps) -> Proven:
    """Compare with seqeval on the model's tags and on ten copies of them, spoiled more and more at random."""
    from seqeval.metrics import f1_score, precision_score, recall_score

    expected, tags = [row["tags"] for row in messages()], word_tags()
    draw, labels = random.Random(0), sorted({tag for row in tags for tag in row})
    agree, largest = 0, 0.0
    for share in steps(range(0, 101, 10), total=11):
        spoiled = [
            [draw.choice(labels) if draw.random() < share / 100 else tag for tag in row]
            for row in tags
        ]
        mine = attempt(
            [set(entity_spans(row)) for row in expected],
            [set(entity_spans(row)) for row in spoiled],
        )
        if not isinstance(mine, tuple | list) or len(mine) != 3:
            raise NotYet("expected three numbers: precision, recall, F1")
        for one, theirs in zip(mine, (precision_score, recall_score, f1_score), strict=True):
            gap = abs(float(one) - theirs(expected, spoiled))
            agree, largest = agree + (gap < 1e-9), max(largest, gap)
    return Proven(agree=agree, total=33, unit="figures of seqeval", largest=largest)
