"""The exercises of notebook 02, tokenizers."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from course_utils.lesson.check import NotYet, exercise
from course_utils.lesson.shown import expected_and_got


@cache
def _tokenizer() -> Any:
    from transformers import AutoTokenizer

    from course_utils.weights.registry import checkpoint

    return AutoTokenizer.from_pretrained(checkpoint("embeddings"))


# A small vocabulary, a word, its pieces, what is wrong with an attempt that fails on it, and the hint that helps.
TOY = {
    "[UNK]": 0,
    "un": 1,
    "unhap": 2,
    "##happy": 3,
    "##py": 4,
    "happy": 5,
    "s": 6,
    "h": 7,
    "##h": 8,
}
WORDPIECE_CASES = (
    ("happy", ["happy"], "a word that stands in the vocabulary is one piece", 1),
    (
        "hhh",
        ["h", "##h", "##h"],
        "what follows the first piece carries ## and is looked up with it",
        2,
    ),
    (
        "unhappy",
        ["unhap", "##py"],
        "the longest beginning comes first, even if a shorter one fits better later",
        1,
    ),
    (
        "happyx",
        ["[UNK]"],
        "if any rest finds no piece the whole word is unknown, not only its rest",
        3,
    ),
    (
        "hs",
        ["[UNK]"],
        "s begins a word but does not continue one: ##s is not in this vocabulary",
        2,
    ),
)


def wordpiece(word, vocabulary):
    """The course's own `wordpiece`."""
    pieces = []
    while word:
        mark = "##" if pieces else ""
        fitting = [end for end in range(len(word), 0, -1) if mark + word[:end] in vocabulary]
        if not fitting:
            return ["[UNK]"]
        pieces.append(mark + word[: fitting[0]])
        word = word[fitting[0] :]
    return pieces


@exercise(
    "02-wordpiece",
    hints=[
        "Try the ends from the longest to the shortest: for end in range(len(word), 0, -1). The first word[:end] in the "
        "vocabulary wins; cut it off and go on with the rest.",
        'From the second piece on, look up "##" + word[:end], and put that into the list.',
        'When no end fits, return ["[UNK]"] for the word, and forget the pieces found so far.',
    ],
    solution=wordpiece,
)
def examine_wordpiece(attempt: Callable) -> str:
    """Try worked words first, then words of the shipped reviews against the tokenizer itself."""
    from course_utils.data.corpora import read_rows

    for word, expected, problem, number in WORDPIECE_CASES:
        _same_pieces(attempt(word, dict(TOY)), expected, f"{problem}: {word!r}", number)
    tokenizer = _tokenizer()
    steps, vocabulary = tokenizer.backend_tokenizer, tokenizer.get_vocab()
    normal = steps.normalizer.normalize_str(" ".join(row["text"] for row in read_rows("sentiment")))
    words = sorted({word for word, _ in steps.pre_tokenizer.pre_tokenize_str(normal)})
    for word in words:
        expected = [token.value for token in steps.model.tokenize(word)]
        _same_pieces(attempt(word, vocabulary), expected, f"your pieces differ for {word!r}", 1)
    return f"{len(WORDPIECE_CASES)} worked words and {len(words):,} words of the reviews give the tokenizer's pieces."


def _same_pieces(got: Any, expected: list[str], problem: str, number: int) -> None:
    if got != expected:
        raise NotYet(problem, hint=number, shown=expected_and_got("Pieces", expected, got))


# Texts whose words show each mistake, and what it is.
WORD_CASES = (
    ("a dog", "two plain words; None belongs to no word", 1),
    ("Tokenizers rule", "several pieces with one word number are one word", 2),
    ("Let's  TALK", "words are cut from the original text, capitals included", 3),
    (
        "naïve café, rewatchable 👍",
        "the last word of the text, or one with an accent, is not as it stands there",
        3,
    ),
)


def words_of(text, word_ids, offsets):
    """The course's own `words_of`."""
    spans = {}
    for word, (start, end) in zip(word_ids, offsets):
        if word is not None:
            first, last = spans.get(word, (start, end))
            spans[word] = (min(first, start), max(last, end))
    return [text[start:end] for start, end in spans.values()]


@exercise(
    "02-words",
    hints=[
        "Go through zip(word_ids, offsets) and leave out every position whose word number is None.",
        "Keep one (start, end) per word number: the start of its first piece, the end of its last.",
        "Slice the original text: text[start:end]. The pieces themselves have lost capitals and accents.",
    ],
    solution=words_of,
)
def examine_words(attempt: Callable) -> str:
    """Compare with the tokenizer's own spans on worked texts, then on the shipped reviews."""
    from course_utils.data.corpora import read_rows

    for text, problem, number in WORD_CASES:
        _same_words(attempt, text, f"{problem}: {text!r}", number)
    texts = [row["text"] for row in read_rows("sentiment")]
    for text in texts:
        _same_words(attempt, text, f"your words differ for {text!r}", 2)
    return f"{len(WORD_CASES)} worked texts and {len(texts)} reviews give the words as they stand in the text."


def _same_words(attempt: Callable, text: str, problem: str, number: int) -> None:
    encoding = _tokenizer()(text, return_offsets_mapping=True)
    words = encoding.word_ids()
    expected = [
        text[slice(*encoding.word_to_chars(i))]
        for i in range(1 + max(w for w in words if w is not None))
    ]
    got = attempt(text, words, list(encoding["offset_mapping"]))
    if got != expected:
        raise NotYet(problem, hint=number, shown=expected_and_got("Words", expected, got))


# Bare ids, the largest length, what is wrong with an attempt that fails on them, and the hint that helps.
PREPARE_CASES = (
    ([[7, 8, 9]], 10, "each row begins with cls and ends with sep", 1),
    (
        [[1, 2, 3, 4, 5, 6]],
        5,
        "a row that is cut keeps its sep: two of the five places belong to the ends",
        2,
    ),
    ([[7, 8, 9], [7]], 10, "rows of one batch are equally long, and padding has mask 0", 3),
    (
        [[7, 0, 9], [7]],
        10,
        "an id of 0 inside a text is no padding: build the mask from the lengths",
        4,
    ),
)


def prepare(rows, max_length, *, cls=101, sep=102, pad=0):
    """The course's own `prepare`."""
    framed = [[cls, *row[: max_length - 2], sep] for row in rows]
    longest = max(map(len, framed))
    return {
        "input_ids": [row + [pad] * (longest - len(row)) for row in framed],
        "attention_mask": [[1] * len(row) + [0] * (longest - len(row)) for row in framed],
    }


@exercise(
    "02-prepare",
    hints=[
        "Frame each row first: [cls, *row, sep].",
        "Cut the row before it is framed, at max_length - 2, so that both ends have room.",
        "Pad every row to the longest framed row of the batch: + [pad] * (longest - len(row)).",
        "The mask is [1] for each position of the framed row and [0] for each pad. Do not compare ids with pad.",
    ],
    solution=prepare,
)
def examine_prepare(attempt: Callable) -> str:
    """Try worked batches first, then random ones."""
    for rows, limit, problem, number in PREPARE_CASES:
        _same_batch(attempt, rows, limit, problem, number)
    draw = random.Random(2)
    for _ in range(300):
        rows = [
            draw.choices(range(200, 300), k=draw.randint(0, 12)) for _ in range(draw.randint(1, 4))
        ]
        _same_batch(attempt, rows, draw.randint(3, 10), "your batch differs", 2)
    return f"{len(PREPARE_CASES)} worked batches and 300 random ones: ids and mask agree."


def _same_batch(
    attempt: Callable, rows: list[list[int]], limit: int, problem: str, number: int
) -> None:
    framed = [[101, *row[: limit - 2], 102] for row in rows]
    longest = max(map(len, framed))
    expected = {
        "input_ids": [row + [0] * (longest - len(row)) for row in framed],
        "attention_mask": [[1] * len(row) + [0] * (longest - len(row)) for row in framed],
    }
    got = attempt([list(row) for row in rows], limit)
    if not isinstance(got, Mapping) or set(got) != set(expected):
        came = sorted(got) if isinstance(got, Mapping) else type(got).__name__
        raise NotYet(
            f'expected a dictionary with "input_ids" and "attention_mask", got {came}', hint=1
        )
    for name, rectangle in expected.items():
        if [list(row) for row in got[name]] != rectangle:
            raise NotYet(
                f"{problem} (max_length {limit})",
                hint=number,
                shown=expected_and_got(f"{name} for {rows}", rectangle, got[name]),
            )
