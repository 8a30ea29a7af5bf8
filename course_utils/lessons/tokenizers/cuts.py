"""Where a text may be cut, and how a table of pieces is learned: two explorers of lesson 02."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from course_utils.lesson.explore import Explorer, check_texts, slider, stacked
from course_utils.pictures.page import BLUE, ORANGE
from course_utils.pictures.table import bar_cell, table_view
from course_utils.pictures.view import View

WORDS = re.compile(r"\w+|[^\w\s]")
LARGEST = 3_000  # entries of the largest table that the explorer learns


def learn_merges(
    counts: Mapping[str, int], steps: int, *, mark: str = ""
) -> list[tuple[str, str, int]]:
    """Join the most frequent pair of neighbouring pieces, again and again.

    Parameters
    ----------
    counts : mapping of str to int
        How often each word occurs.
    steps : int
        How many pairs to join at most; it stops where no pair is left.
    mark : str
        Put before every letter but the first of a word, ``"##"`` for WordPiece.

    Returns
    -------
    list of (str, str, int)
        The two pieces of each step and how often they stood side by side; equal counts go by the alphabet.

    Examples
    --------
    >>> learn_merges({"no": 6, "not": 5}, 2)
    [('n', 'o', 11), ('no', 't', 5)]
    """
    cut = [[word[0], *(mark + letter for letter in word[1:])] for word in counts]
    times = list(counts.values())
    pairs, places = Counter(), defaultdict(set)
    for number, pieces in enumerate(cut):
        for pair in pairwise(pieces):
            pairs[pair] += times[number]
            places[pair].add(number)
    learned = []
    while len(learned) < steps and pairs:
        most = max(pairs.values())
        best = min(pair for pair, count in pairs.items() if count == most)
        learned.append((*best, most))
        for number in sorted(places.pop(best)):
            for pair in pairwise(cut[number]):
                pairs[pair] -= times[number]
                if pairs[pair] <= 0:
                    del pairs[pair]
            cut[number] = join_pair(cut[number], best, mark=mark)
            for pair in pairwise(cut[number]):
                pairs[pair] += times[number]
                places[pair].add(number)
    return learned


def join_pair(pieces: Sequence[str], pair: tuple[str, str], *, mark: str = "") -> list[str]:
    """Join every occurrence of a pair, from left to right.

    >>> join_pair(["n", "o", "t"], ("n", "o"))
    ['no', 't']
    """
    joined, i = [], 0
    while i < len(pieces):
        if tuple(pieces[i : i + 2]) == pair:
            joined.append(pieces[i] + pieces[i + 1].removeprefix(mark))
            i += 2
        else:
            joined.append(pieces[i])
            i += 1
    return joined


def explore_bpe(counts: Mapping[str, int]) -> Explorer:
    """Learn a table of pieces from a few words, one join per step of a slider.

    Parameters
    ----------
    counts : mapping of str to int
        The words and how often each occurs.

    Returns
    -------
    Explorer
        Control: ``joins``, from 0 to the last possible one.
    """
    if not counts or not all(counts):
        raise ValueError("counts: expected at least one word, and no empty one")
    learned = learn_merges(counts, 100)

    def draw(joins: int) -> View:
        return show_joins(counts, [step[:2] for step in learned[:joins]])

    return Explorer(draw, {"joins": slider("joins made", 0, len(learned), 0)})


def show_joins(counts: Mapping[str, int], joins: Iterable[tuple[str, str]]) -> View:
    """Show words after some joins, and how often each pair of neighbours now stands in them."""
    cut, made = {word: list(word) for word in counts}, list(joins)
    for pair in made:
        cut = {word: join_pair(pieces, pair) for word, pieces in cut.items()}
    pairs = Counter()
    for word, pieces in cut.items():
        for pair in pairwise(pieces):
            pairs[pair] += counts[word]
    order = sorted(pairs, key=lambda pair: (-pairs[pair], pair))
    largest = max(pairs.values(), default=1)
    done = ", ".join(f"{a} + {b}" for a, b in made) or "none yet"
    words = table_view(
        f"Joins made: {done}. The words in pieces, and how often each word occurs",
        ["word", "pieces", "times"],
        [[word, " | ".join(pieces), counts[word]] for word, pieces in cut.items()],
    )
    neighbours = table_view(
        "Pairs of neighbours, counted over all words; the first one is joined next",
        ["pair", "times"],
        [
            [" ".join(pair), bar_cell(pairs[pair] / largest, str(pairs[pair]), colour=BLUE)]
            for pair in order
        ],
    )
    return stacked(words, neighbours)


def make_joins(
    pieces: list[str], ranks: Mapping[tuple[str, str], int], *, mark: str = ""
) -> list[str]:
    """Cut a word as it was learned: of the joins that are possible, make the one learned first, until none is left.

    >>> make_joins(["n", "o", "t"], {("n", "o"): 0, ("no", "t"): 1})
    ['not']
    """
    while possible := [pair for pair in pairwise(pieces) if pair in ranks]:
        pieces = join_pair(pieces, min(possible, key=ranks.__getitem__), mark=mark)
    return pieces


def _words(text: str) -> list[str]:
    """Words and punctuation marks, in small letters: all rows of the table cut these."""
    return WORDS.findall(text.lower())


def _letters(word: str) -> list[str]:
    return [word[0], *("##" + letter for letter in word[1:])]


def explore_cuts(tokenizer: Any, seen: Sequence[str], new: Sequence[str]) -> Explorer:
    """Compare words, characters and sub-words: tables made from ``seen`` texts, used on ``new`` ones.

    Parameters
    ----------
    tokenizer : PreTrainedTokenizerBase
        One that was made elsewhere, for a last row.
    seen, new : sequence of str
        Texts to make the tables from, and other texts to count on.

    Returns
    -------
    Explorer
        Controls: ``size`` of the sub-word table, and a ``word`` to cut with it.
    """
    import ipywidgets

    check_texts(seen)
    check_texts(new)
    counts = Counter(word for text in seen for word in _words(text))
    letters = sorted({piece for word in counts for piece in _letters(word)})
    learned = [(a, b) for a, b, _ in learn_merges(counts, LARGEST, mark="##")]
    known = {letter for word in counts for letter in word}
    fixed = [
        _row("words", len(counts), new, _words, set(counts)),
        _row("characters", len(known), new, lambda text: list("".join(_words(text))), known),
        _row("this tokenizer, made elsewhere", len(tokenizer), new, tokenizer.tokenize, None),
    ]

    def draw(size: int, word: str) -> View:
        known = set(letters[:size])
        ranks = {pair: rank for rank, pair in enumerate(learned[: max(0, size - len(letters))])}

        @cache
        def pieces_of(word: str) -> list[str]:
            pieces = [p if p in known else "[UNK]" for p in _letters(word)]
            return make_joins(pieces, ranks, mark="##")

        def cut(text: str) -> list[str]:
            return [piece for word in _words(text) for piece in pieces_of(word)]

        rows = [fixed[0], _row("sub-words", len(known) + len(ranks), new, cut, None), *fixed[1:]]
        return _draw_cuts(rows, len(seen), len(new), word, cut(word))

    size = ipywidgets.IntSlider(
        1_300, min=100, max=LARGEST, step=100, description="sub-word entries"
    )
    size.style.description_width = "9em"
    return Explorer(draw, {"size": size, "word": ipywidgets.Text("mothership", description="word")})


def _row(name, entries, new, cut, known) -> tuple[str, int, float, float]:
    """Count tokens per text, and the share that is unknown (in per cent); ``known`` None: those cut to [UNK]."""
    tokens = [piece for text in new for piece in cut(text)]
    unknown = sum(piece == "[UNK]" if known is None else piece not in known for piece in tokens)
    return name, entries, len(tokens) / len(new), 100 * unknown / max(1, len(tokens))


def _draw_cuts(rows, seen: int, new: int, word: str, pieces: list[str]) -> View:
    longest = max(row[2] for row in rows)
    table = table_view(
        f"Tables made from {seen} comments in small letters, used on {new} other ones",
        ["cut into", "entries in the table", "tokens per comment", "unknown tokens"],
        [
            [
                name,
                f"{entries:,}",
                bar_cell(tokens / longest, f"{tokens:.1f}", colour=BLUE),
                bar_cell(unknown / 100, f"{unknown:.1f} %", colour=ORANGE),
            ]
            for name, entries, tokens, unknown in rows
        ],
    )
    example = table_view(
        "The sub-word table cuts one word",
        ["word", "pieces"],
        [[word, " | ".join(pieces) or "(nothing)"]],
    )
    return stacked(table, example)
