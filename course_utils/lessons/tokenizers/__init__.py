"""Lesson 02, tokenizers: its exercises and its proof; the pictures that only it uses."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from course_utils.lesson.check import NotYet, exercise
from course_utils.lesson.prove import Proven, proof
from course_utils.lesson.shown import expected_and_got
from course_utils.lessons.tokenizers.by_hand import encode, spell_out, wordpiece
from course_utils.lessons.tokenizers.calls import (
    batches,
    python_source,
    show_calls,
    tokens_per_line,
    train_unigram,
)
from course_utils.lessons.tokenizers.cuts import explore_bpe, explore_cuts
from course_utils.lessons.tokenizers.repair import (
    count_right,
    explore_repair,
    show_repair,
    show_without_marks,
)

__all__ = [
    "batches",
    "count_right",
    "explore_bpe",
    "explore_cuts",
    "explore_repair",
    "python_source",
    "show_calls",
    "show_repair",
    "show_without_marks",
    "tokens_per_line",
    "train_unigram",
]


@cache
def _tokenizer() -> Any:
    from transformers import AutoTokenizer

    from course_utils.weights.registry import checkpoint

    return AutoTokenizer.from_pretrained(checkpoint("sentiment"))


@cache
def _words() -> tuple[str, ...]:
    """The different words of the comments, as the tokenizer hands them to its table."""
    from course_utils.data.corpora import read_rows

    steps = _tokenizer().backend_tokenizer
    normal = steps.normalizer.normalize_str(" ".join(row["text"] for row in read_rows("sentiment")))
    return tuple(sorted({word for word, _ in steps.pre_tokenizer.pre_tokenize_str(normal)}))


# A small vocabulary, in which each usual mistake gives other pieces.
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
    "hap": 9,
    "re": 10,
    "res": 11,
    "##stock": 12,
    "##t": 13,
    "##ock": 14,
}
# A word, its pieces, what is wrong with an attempt that fails on it, and the hint that helps.
WORDPIECE_CASES = (
    ("happy", ["happy"], "`happy` stands in the vocabulary whole; do not cut it", 1),
    (
        "hhh",
        ["h", "##h", "##h"],
        "`hhh`: every piece after the first carries ##, in the look-up and in your list",
        2,
    ),
    ("happyx", ["[UNK]"], '`happyx`: return ["[UNK]"] for the whole word', 3),
    (
        "hs",
        ["[UNK]"],
        "`hs`: `s` is in the vocabulary, `##s` is not; look up the rest with its mark",
        2,
    ),
    (
        "unhappy",
        ["unhap", "##py"],
        "`unhappy`: the longest beginning wins, even if a shorter one fits better later",
        1,
    ),
    (
        "restock",
        ["res", "##t", "##ock"],
        "`restock`: take the longest beginning each time, even where this gives more pieces",
        1,
    ),
)


@exercise(
    "02-wordpiece",
    hints=[
        "How much of the word is used up after the first piece? Go on with what is left: "
        "rest = rest[len(piece):], as long as there is a rest.",
        'The mark is "" for the first piece and "##" for every later one. '
        "The list gets mark + piece.",
        'longest returns None where nothing fits. Then return ["[UNK]"] for the whole word '
        "and forget the pieces found so far.",
        'pieces, rest = [], word; while rest: mark = "##" if pieces else ""; '
        "piece = longest(rest, mark, vocabulary); if piece is None, return the unknown mark; "
        "otherwise append mark + piece and shorten the rest.",
    ],
    solution=wordpiece,
)
def examine_wordpiece(attempt: Callable) -> str:
    """Try worked words first, then words of the comments against the tokenizer itself."""
    for word, expected, problem, number in WORDPIECE_CASES:
        try:
            got = attempt(word, dict(TOY))
        except TypeError as error:
            if expected != ["[UNK]"] or "None" not in str(error):
                raise
            message = f"`{word}`: longest returned None here, since nothing fits; test for it"
            raise NotYet(message, hint=3) from error
        _same_pieces(got, word, expected, problem, number, TOY)
    tokenizer = _tokenizer()
    steps, vocabulary = tokenizer.backend_tokenizer, tokenizer.get_vocab()
    for word in _words():
        expected = [token.value for token in steps.model.tokenize(word)]
        problem = f"your pieces differ for the word `{word}`"
        _same_pieces(attempt(word, vocabulary), word, expected, problem, 1)
    cases = len(WORDPIECE_CASES)
    return f"{cases} made-up words and {len(_words()):,} words of the comments are cut as by the tokenizer."


def _same_pieces(
    got: Any,
    word: str,
    expected: list[str],
    problem: str,
    number: int,
    table: Iterable[str] = (),
) -> None:
    """Compare the pieces of one word; a small table is shown whole, so that the message can be checked by eye."""
    if got is None:
        raise NotYet("your function returns nothing; end it with return pieces", hint=4)
    if isinstance(got, str):
        number = 3 if got == "[UNK]" else 2
        raise NotYet(f"expected a list of pieces, got one text: {got!r}", hint=number)
    if not isinstance(got, list | tuple):
        raise NotYet(f"expected a list of pieces, got {type(got).__name__}", hint=2)
    if list(got) == expected:
        return
    letters = "".join(str(piece).removeprefix("##") for piece in got)
    if expected != ["[UNK]"] and "[UNK]" not in got and letters != word:
        problem, number = (
            f"`{word}`: your pieces spell `{letters}`; look at what is cut off from the rest: "
            "exactly len(piece) letters at its beginning, and the mark ## is none of them",
            1,
        )
    caption = f"Pieces of {word}" + (f", from the table: {' '.join(table)}" if table else "")
    raise NotYet(problem, hint=number, shown=expected_and_got(caption, expected, got))


@proof(
    "02-tokenizer",
    not_proven="that the ids agree on every other text: rare capitals and combining marks, "
    "such as those of ΟΔΟΣ, are lower-cased in another way.",
)
def prove_tokenizer(attempt: Callable, steps: Callable) -> Proven:
    """Compare ids on all included texts: normalise, split, cut by the attempt, put the marks round."""
    from course_utils.data.corpora import read_rows

    tokenizer = _tokenizer()
    texts = [row["text"] for name in ("sentiment", "texts", "entities") for row in read_rows(name)]
    texts += [row["summary"] for row in read_rows("stdlib")]
    expected = tokenizer(texts, verbose=False)["input_ids"]
    vocabulary, marks = tokenizer.get_vocab(), tokenizer.all_special_tokens
    pieces: dict[str, list[str]] = {}  # a word is cut once, however often it occurs

    def cut(word: str, vocabulary: dict[str, int]) -> list[str]:
        if word not in pieces:
            pieces[word] = attempt(word, vocabulary)
        return pieces[word]

    agree = sum(
        encode(text, vocabulary, marks, cut) == ids
        for text, ids in steps(zip(texts, expected, strict=True), total=len(texts))
    )
    return Proven(agree=agree, total=len(texts), unit="texts", largest=None)


# A text, what is wrong with an attempt that fails on it, and the hint that helps.
SPELL_CASES = (
    ("😀", "the face is not replaced by its name", 1),
    ("I ♥ tea ★★", "replace every symbol: hearts and stars have the category So, too", 1),
    ("Good food😡", "the name does not stand where the face stood", 2),
    ("😡Great", "the name does not stand where the face stood", 2),
    ("Great😡", "only the face needs a name; every other character stays", 1),
    ("Café, 5 € + 我", "no character here has the category So; the text stays as it is", 1),
)


@exercise(
    "02-spell-out",
    hints=[
        'Go through the text character by character. Where unicodedata.category(char) == "So", '
        "take unicodedata.name(char).lower(); keep every other character as it is.",
        'Put a space on each side of the name, " " + name + " ", so that it does not stick to a word.',
        'Collect the parts in a list, and return one text: "".join(parts).',
        'parts = []; for char in text: append " " + unicodedata.name(char).lower() + " " for a '
        'symbol and char for the rest; return "".join(parts).',
    ],
    solution=spell_out,
)
def examine_spell_out(attempt: Callable) -> str:
    """Try worked texts first, then the emoji comments and the odd texts."""
    from course_utils.data.corpora import read_rows

    for text, problem, number in SPELL_CASES:
        _same_names(attempt(text), text, problem, number)
    others = [row["text"] for name in ("emoji", "texts") for row in read_rows(name)]
    for text in others:
        _same_names(attempt(text), text, "your text differs", 1)
    capitals = any(char.isupper() for char in attempt("😀"))
    remark = " (Capitals are fine: this tokenizer drops them.)" if capitals else ""
    return f"{len(SPELL_CASES)} worked texts and {len(others)} comments and odd texts are spelled out.{remark}"


def _same_names(got: Any, text: str, problem: str, number: int) -> None:
    """Compare without capitals and without counting spaces, and name the usual mistakes."""
    if got is None:
        raise NotYet("your function returns nothing; end it with a return", hint=4)
    if isinstance(got, list | tuple):
        raise NotYet("expected one text, got a list of parts; join them", hint=3)
    if not isinstance(got, str):
        raise NotYet(f"expected a text, got {type(got).__name__}", hint=3)
    expected, without = spell_out(text), "".join(c for c in text if not _is_symbol(c))
    if _plain(got) == _plain(expected):
        return
    if "".join(_plain(got).split()) == "".join(_plain(expected).split()):
        if len(_plain(got)) > len(_plain(expected)):
            problem, number = 'the letters stand apart; join the parts with "", not with " "', 3
        else:
            problem, number = f"the name sticks to the word beside it: {got!r}", 2
    elif _plain(got) == _plain(without) and without != text:
        problem, number = "the symbol is gone and has no name; 😀 and 😡 are the same again", 1
    elif "latin" in got.lower():
        problem, number = "a letter got a name; only symbols need one", 1
    elif "euro sign" in got.lower() or "plus sign" in got.lower():
        message = 'symbols of other categories (`€` is Sc, `+` is Sm) stay; only "So" gets a name'
        problem, number = message, 1
    elif _plain(got) and _plain(expected).startswith(_plain(got)):
        problem, number = "the text ends too early; the return belongs below the loop, not in it", 3
    elif without.strip() and not set(_plain(without).split()) <= set(_plain(got).split()):
        problem, number = "the rest of the text is gone; keep every other character", 3
    raise NotYet(problem, hint=number, shown=expected_and_got(f"For {text!r}", expected, got))


def _is_symbol(char: str) -> bool:
    return unicodedata.category(char) == "So"


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
