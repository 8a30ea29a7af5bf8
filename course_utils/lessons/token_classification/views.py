"""The pictures of lesson 07 up to section 3: pieces, verdicts on a word, two loops, what a rule does to scores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from course_utils.lessons.token_classification.rules import (
    average_word,
    first_word,
    rows_of,
    surest_word,
    words_of,
)
from course_utils.pictures.entities import label_colour
from course_utils.pictures.glyphs import clip, visible
from course_utils.pictures.page import BLUE, element, fill, style
from course_utils.pictures.table import Cell, framed_cell, table_view
from course_utils.pictures.view import View

RULES = {"first": first_word, "average": average_word, "max": surest_word}
LONGEST = 8  # pieces of one word that are drawn


def show_pieces(pieces: Sequence[Mapping], text: str) -> View:
    """Show pieces with their places in the text, their tags and the probabilities of these tags.

    Parameters
    ----------
    pieces : sequence of dict
        ``start``, ``end`` (characters, half-open), ``tag`` and ``score``.
    text : str
        What the places count in.
    """
    rows = [
        [
            _letters(piece, text),
            piece["start"],
            piece["end"],
            _chip(piece["tag"]),
            f"{piece['score']:.4f}",
        ]
        for piece in pieces
    ]
    return table_view(
        "Pieces: their characters in the text from start up to, not including, end; tag; its probability (score)",
        ["in the text", "start", "end", "tag", "score"],
        rows,
    )


def _letters(piece: Mapping, text: str) -> str:
    return clip(visible(text[piece["start"] : piece["end"]]), 40)


def _chip(tag: str) -> Cell:
    shown = clip(visible(str(tag)), 40)
    look = style(
        border_bottom=f"3px solid {label_colour(shown)}", background=fill(label_colour(shown), 0.18)
    )
    return Cell(element("bdi", shown, style=look), shown)


def show_verdicts(pieces: Sequence[Mapping], text: str, id2label: Mapping[int, str]) -> View:
    """Show the pieces of one word label by label, and under them what the rules first, average and max make of them.

    Parameters
    ----------
    pieces : sequence of dict
        At most eight: ``start``, ``end``, and ``row``, the probabilities of all labels.
    text : str
        What the places count in.
    id2label : mapping of int to str
        Names of the columns of ``row``.

    Raises
    ------
    ValueError
        If there is no piece, or more than eight.
    """
    if not 1 <= len(pieces) <= LONGEST:
        raise ValueError(f"expected 1 to {LONGEST} pieces of one word, got {len(pieces)}")
    rows, labels = rows_of(pieces), [id2label[i] for i in range(len(id2label))]
    lines = [
        [f"piece {_letters(piece, text)}", *_shaded(row), labels[row.argmax()]]
        for piece, row in zip(pieces, rows, strict=True)
    ]
    surest = rows.max(1).values.argmax()
    settled = {"first": rows[0], "average": rows.mean(0), "max": rows[surest]}
    for name, row in settled.items():
        label, score = RULES[name](rows, id2label)
        lines.append([name, *_shaded(row), f"{label} {score:.2f}"])
    word = clip(visible(text[pieces[0]["start"] : pieces[-1]["end"]]), 60)
    return table_view(
        f"{word}: the probability of each label in per cent, row by row, the largest framed; the last three rows: "
        "the row that each rule makes of the pieces, and its label and score",
        ["", *labels, "says"],
        lines,
    )


def _shaded(row: Any) -> list[Cell]:
    """Draw a row of probabilities; the largest is framed, and the last column of the table names it."""
    best = int(row.argmax())
    cells = []
    for i, share in enumerate(row.tolist()):
        shown = f"{100 * share:.1f}"
        look = style(
            background=fill(BLUE, 0.35 * share),
            border=f"2px solid {BLUE}" if i == best else None,
            padding="0 4px",
        )
        cells.append(Cell(element("span", shown, style=look), shown))
    return cells


def show_loops(tags: Sequence[str], loops: Mapping[str, Callable]) -> View:
    """Show a row of tags and under each tag the name that each function counts it to; what is lost is framed.

    Parameters
    ----------
    tags : sequence of str
        BIO tags.
    loops : mapping of str to callable
        Functions from tags to spans (label, first, after). Lost is what the first one has and another has not.
    """
    lines, right = [["tag", *map(_chip, tags)]], None
    for name, loop in loops.items():
        spans = [tuple(span) for span in loop(list(tags))]
        right = spans if right is None else right
        lines.append([name, *_counted(len(tags), spans, right)])
    return table_view(
        "A row of tags, and the names that are read off it, numbered in their order",
        ["place", *range(len(tags))],
        lines,
    )


def _counted(length: int, spans: list[tuple], right: list[tuple]) -> list[Cell | str]:
    cells: list[Cell | str] = ["–"] * length
    for _, first, after in right:
        for i in range(first, min(after, length)):
            cells[i] = framed_cell("lost")
    for number, (label, first, after) in enumerate(spans, 1):
        for i in range(first, min(after, length)):
            shown = f"name {number} {label}"
            cells[i] = Cell(
                element(
                    "span", shown, style=style(background=fill(label_colour(str(label)), 0.25))
                ),
                shown,
            )
    return cells


def show_dilution(
    all_pieces: Iterable[Sequence[Mapping]],
    id2label: Mapping[int, str],
    rules: Mapping[str, Callable],
) -> View:
    """Count what each rule makes of the words that are split into pieces and that ``first`` puts into a name.

    Parameters
    ----------
    all_pieces : iterable of sequences of dict
        The pieces of each message.
    id2label : mapping of int to str
        Names of the columns of their rows.
    rules : mapping of str to callable
        ``rule(rows, id2label)`` gives the label and the score of a word.

    Returns
    -------
    View
        A row per rule: median score, scores of 0.9 or more, and words that become O.
    """
    split = [rows_of(word) for pieces in all_pieces for word in words_of(pieces) if len(word) > 1]
    split = [rows for rows in split if first_word(rows, id2label)[0] != "O"]
    lines = []
    for name, rule in rules.items():
        found = [rule(rows, id2label) for rows in split]
        scores = sorted(score for _, score in found)
        lines.append(
            [
                name,
                f"{scores[len(scores) // 2]:.2f}" if scores else "–",
                sum(score >= 0.9 for score in scores),
                sum(tag == "O" for tag, _ in found),
            ]
        )
    return table_view(
        f"{len(split)} words in several pieces that the rule first puts into a name, by rule",
        ["rule", "median score", "score of 0.9 or more", "no name (O)"],
        lines,
    )
