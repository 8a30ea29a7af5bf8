"""The pictures of section 4 of lesson 07: what is left of people's names, by way and by setting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import ipywidgets

from course_utils.lesson.explore import LABELS, Explorer, check_box, stacked, text_field
from course_utils.lessons.token_classification.rules import (
    Hiding,
    capitals,
    count_hiding,
    found_entities,
    gold_entities,
)
from course_utils.pictures.glyphs import one_line
from course_utils.pictures.page import GREY, element, style
from course_utils.pictures.table import Cell, table_view
from course_utils.pictures.view import View

DIAL = (0.5, 0.8, 0.95, 0.99, 0.999, 0.9998)
NAMES = 8  # listed of those that can be read
OTHERS = {
    "ORG": "companies and other organisations",
    "LOC": "places",
    "MISC": "others (MISC: the model has no such label)",
}


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
    caption = (
        f"{len(rows)} messages. Columns hidden, partly, readable: of {persons} names of persons"
    )
    if pieces is not None:
        split = count_hiding(rows, [[] for _ in rows], pieces=pieces).split
        caption += f", {split} of which the tokenizer splits"
    return table_view(
        f"{caption}. Last column: of {words:,} words that are no names",
        [
            "way",
            "precision",
            "recall",
            "F1",
            "hidden",
            "partly",
            "readable",
            *([] if pieces is None else ["readable and split"]),
            "other words hidden",
        ],
        lines,
    )


def show_names_left(rows: Sequence[Mapping], found: Sequence[Iterable[Mapping]]) -> View:
    """List the persons' names that are covered in part or not at all, and count the names of other kinds."""
    found = [list(records) for records in found]
    count = count_hiding(rows, found)
    lines = [
        [f"persons, partly ({len(count.partly)})", ", ".join(count.partly) or "none"],
        [f"persons, readable ({len(count.readable)})", ", ".join(count.readable) or "none"],
    ]
    for kind, name in OTHERS.items():
        other = count_hiding(rows, found, label=kind)
        whole = other.hidden + len(other.partly) + len(other.readable)
        lines.append([f"{name}, readable", f"{len(other.readable)} of {whole}"])
    return table_view("Names that are left; █ = covered", ["", "names"], lines)


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
    counted: dict[tuple[float, bool], Hiding] = {}

    def records(pieces: Sequence[Mapping], one: str, sure: float, capital: bool) -> list[Mapping]:
        return [*find(pieces, sure), *(capitals(one, first=False) if capital else [])]

    def count(sure: float, capital: bool) -> Hiding:
        if (sure, capital) not in counted:
            found = [
                records(pieces, row["text"], sure, capital)
                for pieces, row in zip(all_pieces, rows, strict=True)
            ]
            counted[sure, capital] = count_hiding(rows, found)
        return counted[sure, capital]

    def line(sure: float, chosen: float, capital: bool) -> list:
        alone, both, shown = count(sure, False), count(sure, True), count(sure, capital)
        return [
            _setting(sure, sure == chosen),
            *(len(alone.readable), alone.others, len(both.readable), both.others),
            ", ".join(shown.readable[:NAMES]) + (" …" if len(shown.readable) > NAMES else ""),
        ]

    def draw(text: str, sure: float, capital: bool) -> View:
        text = one_line(text)
        places = {
            i
            for record in records(read(text), text, sure, capital)
            for i in range(record["start"], record["end"])
        }
        after = "".join("█" if i in places and c.isalnum() else c for i, c in enumerate(text))
        message = table_view(
            f"One message: a word is hidden unless it is O with at least {sure:g}"
            + ("; so is each word with a capital letter but the first" if capital else ""),
            ["", "message"],
            [["before", text], ["after", after]],
        )
        table = table_view(
            f"All {len(rows)} messages: persons' names that can be read, and other words hidden; the last two columns "
            "of figures: with capital letters inside a message hidden as well",
            [
                "sure",
                "readable",
                "others",
                "readable, capitals",
                "others, capitals",
                "names readable",
            ],
            [line(one, sure, capital) for one in DIAL],
        )
        return stacked(message, table)

    dial = ipywidgets.SelectionSlider(
        options=[(f"{one:g}", one) for one in DIAL], value=DIAL[0], description="sure", style=LABELS
    )
    return Explorer(
        draw,
        {
            "text": text_field(text, "message"),
            "sure": dial,
            "capital": check_box("hide capital letters, too", False),
        },
    )


def _setting(sure: float, chosen: bool) -> Cell:
    shown = f"{sure:g}{' (chosen)' if chosen else ''}"
    look = style(border=f"2px solid {GREY}", padding="0 4px") if chosen else None
    return Cell(element("span", shown, style=look), shown)
