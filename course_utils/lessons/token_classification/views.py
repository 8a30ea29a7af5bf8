"""The pictures and explorers of lesson 07: pieces, verdicts on a word, two loops, what stays readable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import ipywidgets

from course_utils.lesson.explore import LABELS, Explorer, check_box, stacked, text_field
from course_utils.lessons.token_classification.rules import (
    added_word,
    average_word,
    capitals,
    count_hiding,
    first_word,
    found_entities,
    gold_entities,
    rows_of,
    surest_word,
    words_of,
)
from course_utils.pictures.entities import label_colour
from course_utils.pictures.glyphs import clip, visible
from course_utils.pictures.page import BLUE, GREY, VERMILLION, element, fill, style
from course_utils.pictures.table import Cell, table_view
from course_utils.pictures.view import View

RULES = {"first": first_word, "average": average_word, "max": surest_word}
LONGEST = 8  # pieces of one word that are drawn
DIAL = (0.5, 0.8, 0.95, 0.99, 0.999, 0.9998)


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
            cells[i] = _framed("lost")
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


def _framed(words: str) -> Cell:
    look = style(border=f"2px solid {VERMILLION}", padding="0 4px")
    return Cell(element("span", words, style=look), words)


def show_dilution(all_pieces: Iterable[Sequence[Mapping]], id2label: Mapping[int, str]) -> View:
    """Count what each rule makes of the words that are split into pieces and that ``first`` puts into a name.

    Parameters
    ----------
    all_pieces : iterable of sequences of dict
        The pieces of each message.
    id2label : mapping of int to str
        Names of the columns of their rows.

    Returns
    -------
    View
        A row per rule: median score, scores of 0.9 or more, tags that begin with I- though the first piece says B-,
        and words that become O. The last rule adds B- and I- up before it chooses.
    """
    split = [rows_of(word) for pieces in all_pieces for word in words_of(pieces) if len(word) > 1]
    split = [rows for rows in split if first_word(rows, id2label)[0] != "O"]
    begin = [first_word(rows, id2label)[0][:2] for rows in split]
    lines = []
    for name, rule in {**RULES, "average, B- and I- added up": added_word}.items():
        found = [rule(rows, id2label) for rows in split]
        scores = sorted(score for _, score in found)
        turned = sum(
            a == "B-" and tag[:2] == "I-" for a, (tag, _) in zip(begin, found, strict=True)
        )
        lines.append(
            [
                name,
                f"{scores[len(scores) // 2]:.2f}" if scores else "–",
                sum(score >= 0.9 for score in scores),
                turned,
                sum(tag == "O" for tag, _ in found),
            ]
        )
    return table_view(
        f"{len(split)} words in several pieces that the rule first puts into a name, by rule",
        ["rule", "median score", "score of 0.9 or more", "I- where first has B-", "no name (O)"],
        lines,
    )


def show_hiding(
    rows: Sequence[Mapping],
    ways: Mapping[str, Sequence[Iterable[Mapping]]],
    score: Callable,
    *,
    pieces: Sequence | None = None,
) -> View:
    """Show how good several ways of finding names are: precision, recall, F1, and what can still be read.

    Parameters
    ----------
    rows : sequence of dict
        Messages with the tags that people gave.
    ways : mapping of str to sequence
        By the name of the way its records for each message.
    score : callable
        ``score(expected, found)``, both lists of sets of (label, start, end): precision, recall, F1.
    pieces : sequence, optional
        The pieces of each message; then names that the tokenizer splits are counted apart.
    """
    expected, lines = [gold_entities(row) for row in rows], []
    for name, found in ways.items():
        found = [list(records) for records in found]
        labelled = any(record["entity_group"] != "?" for records in found for record in records)
        three = score(expected, [found_entities(records) for records in found])
        count = count_hiding(rows, found, pieces=pieces)
        lines.append(
            [
                name,
                *(f"{one:.3f}" if labelled else "–" for one in three),
                count.hidden,
                len(count.partly),
                len(count.readable),
                *([] if pieces is None else [count.split]),
                count.others,
            ]
        )
    persons = sum(label == "PER" for names in expected for label, _, _ in names)
    words = count.words if lines else 0
    return table_view(
        f"{len(rows)} messages; columns hidden, partly, readable: the names of {persons} persons; "
        f"last column: of {words:,} words that are no names",
        [
            "way",
            "precision",
            "recall",
            "F1",
            "hidden",
            "partly",
            "readable",
            *([] if pieces is None else ["of these split"]),
            "other words hidden",
        ],
        lines,
    )


def show_names_left(rows: Sequence[Mapping], found: Sequence[Iterable[Mapping]]) -> View:
    """List the persons' names that are covered in part, and those that can be read."""
    count = count_hiding(rows, [list(records) for records in found])
    lines = [
        [f"partly ({len(count.partly)})", ", ".join(count.partly) or "none"],
        [f"readable ({len(count.readable)})", ", ".join(count.readable) or "none"],
    ]
    return table_view("Names of persons that are left; █ = covered", ["", "names"], lines)


def explore_hiding(
    find: Callable,
    read: Callable,
    all_pieces: Sequence[Sequence[Mapping]],
    rows: Sequence[Mapping],
    text: str,
) -> Explorer:
    """Explore how much is hidden when every word is covered that is not surely no name.

    Parameters
    ----------
    find : callable
        ``find(pieces, sure)`` gives records with ``start`` and ``end``: the learner's ``suspects``.
    read : callable
        ``read(text)`` gives the pieces of a message.
    all_pieces, rows : sequence
        The pieces of all messages, and the messages with people's tags.
    text : str
        The message that is shown first.

    Returns
    -------
    Explorer
        Controls: ``text``, ``sure`` and ``capital`` (cover capital letters inside a message as well).
    """
    counted: dict[tuple[float, bool], list] = {}

    def records(pieces: Sequence[Mapping], one: str, sure: float, capital: bool) -> list[Mapping]:
        return [*find(pieces, sure), *(capitals(one, first=False) if capital else [])]

    def line(sure: float, capital: bool) -> list:
        if (sure, capital) not in counted:
            found = [
                records(pieces, row["text"], sure, capital)
                for pieces, row in zip(all_pieces, rows, strict=True)
            ]
            count = count_hiding(rows, found)
            left = ", ".join(count.readable[:8]) + (" …" if len(count.readable) > 8 else "")
            counted[sure, capital] = [len(count.partly), len(count.readable), count.others, left]
        return counted[sure, capital]

    def draw(text: str, sure: float, capital: bool) -> View:
        covered = records(read(text), text, sure, capital)
        places = {i for record in covered for i in range(record["start"], record["end"])}
        black = "".join(
            "█" if i in places and text[i].isalnum() else text[i] for i in range(len(text))
        )
        shown = table_view(
            f"One message, words hidden that are not O with at least {sure:g}"
            + (", and words with a capital letter that are not the first" if capital else ""),
            ["", "message"],
            [["before", visible(text)], ["after", visible(black)]],
        )
        lines = [[_setting(one, one == sure), *line(one, capital)] for one in DIAL]
        return stacked(
            shown,
            table_view(
                f"All {len(rows)} messages, by setting",
                ["sure", "persons partly", "persons readable", "other words hidden", "readable"],
                lines,
            ),
        )

    dial = ipywidgets.SelectionSlider(
        options=[(f"{one:g}", one) for one in DIAL], value=DIAL[0], description="sure", style=LABELS
    )
    return Explorer(
        draw,
        {
            "text": text_field(text, "message"),
            "sure": dial,
            "capital": check_box("hide capital letters inside a message as well", False),
        },
    )


def _setting(sure: float, chosen: bool) -> Cell:
    shown = f"{sure:g}{' (chosen)' if chosen else ''}"
    look = style(border=f"2px solid {GREY}", padding="0 4px") if chosen else None
    return Cell(element("span", shown, style=look), shown)
