"""A WordPiece tokenizer step by step, in plain Python: what lesson 02 writes, and the steps round it."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable, Mapping, Sequence

CHINESE = re.compile(
    "([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ceaf\U0002f800-\U0002fa1f])"
)
LONGEST_WORD = 100  # characters; the library does not try to cut a longer word


def longest(rest, mark, vocabulary):
    for end in range(len(rest), 0, -1):
        if mark + rest[:end] in vocabulary:
            return rest[:end]
    return None


def wordpiece(word, vocabulary):
    pieces, rest = [], word
    while rest:
        mark = "##" if pieces else ""
        piece = longest(rest, mark, vocabulary)
        if piece is None:
            return ["[UNK]"]
        pieces.append(mark + piece)
        rest = rest[len(piece) :]
    return pieces


def spell_out(text):
    parts = []
    for char in text:
        if unicodedata.category(char) == "So":
            parts.append(" " + unicodedata.name(char).lower() + " ")
        else:
            parts.append(char)
    return "".join(parts)


def normalise(text: str) -> str:
    """Drop control characters, accents and capitals, and set Chinese characters apart.

    >>> normalise("Café")
    'cafe'
    """
    kept = (
        char
        for char in text
        if char in "\t\n\r" or (unicodedata.category(char)[0] != "C" and char != "\ufffd")
    )
    spaced = CHINESE.sub(r" \1 ", "".join(" " if char.isspace() else char for char in kept))
    bare = unicodedata.normalize("NFD", spaced)
    return "".join(char for char in bare if unicodedata.category(char) != "Mn").lower()


def split_words(text: str) -> list[str]:
    """Cut at spaces, and set every punctuation mark apart.

    >>> split_words("we're back!")
    ['we', "'", 're', 'back', '!']
    """
    return "".join(f" {char} " if _is_punctuation(char) else char for char in text).split()


def _is_punctuation(char: str) -> bool:
    return char in string.punctuation or unicodedata.category(char)[0] == "P"


def encode(
    text: str,
    vocabulary: Mapping[str, int],
    marks: Sequence[str],
    cut: Callable[[str, Mapping[str, int]], list[str]],
) -> list[int | None]:
    """Do all that ``tokenizer(text)["input_ids"]`` does, with a given function for the cut into pieces.

    Parameters
    ----------
    text : str
        What to encode.
    vocabulary : mapping of str to int
        Piece to id.
    marks : sequence of str
        The special tokens; one that stands in the text counts as one.
    cut : callable
        A word and the vocabulary in, its pieces out.

    Returns
    -------
    list of (int or None)
        None where ``cut`` gave a piece that is not in the vocabulary.
    """
    marked = re.compile("(" + "|".join(map(re.escape, marks)) + ")")
    pieces = ["[CLS]"]
    for part in marked.split(text):
        if marked.fullmatch(part):
            pieces.append(part)
            continue
        for word in split_words(normalise(part)):
            pieces += cut(word, vocabulary) if len(word) <= LONGEST_WORD else ["[UNK]"]
    return [vocabulary.get(piece) for piece in [*pieces, "[SEP]"]]
