"""Entities underlined in their text, and the same records for spaCy's displaCy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from course_utils.entities import Entity, read_entities
from course_utils.pictures.glyphs import one_line
from course_utils.pictures.page import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    element,
    escape,
    style,
)
from course_utils.pictures.passage import Mark, draw_passage
from course_utils.pictures.view import View, plain_table, within_limit

COLOURS = {"PER": BLUE, "ORG": ORANGE, "LOC": GREEN, "MISC": PURPLE, "O": GREY}


OTHERS = (SKY, VERMILLION, GREEN, PURPLE, BLUE, ORANGE)


def show_entities(
    text: str,
    entities: Iterable[Entity | Mapping[str, Any]],
    *,
    title: str | None = None,
    caption: str | None = None,
) -> View:
    """Show entities in their text, each underlined and followed by its label and score.

    Entities may touch, nest or cross; each that overlaps an earlier one is underlined one line further out.

    Parameters
    ----------
    text : str
        The text that the offsets count in.
    entities : iterable of Entity or dict
        What a token-classification pipeline returns, with any ``aggregation_strategy``: ``entity_group`` or
        ``entity``, ``start`` and ``end`` (characters, half-open), ``score`` (probability 0-1), ``word``.
    title, caption : str, optional
        A heading, and the line that says how to read the picture.

    Returns
    -------
    View
        The marked text; as plain text also a table with each entity's characters.

    Raises
    ------
    TypeError
        If ``text`` is no string or an entity is neither an `Entity` nor a dict.
    ValueError
        If a span is missing, empty or outside the text.

    Notes
    -----
    The fields are those of ``transformers.TokenClassificationPipeline``.

    Examples
    --------
    >>> show_entities("Marie sings.", [{"entity_group": "PER", "start": 0, "end": 5, "score": 0.99}])
    1 entity; the chip behind it gives label and probability.
    Marie sings.
    label  score  start  end  text
    PER    0.990  0      5    Marie
    """
    found = read_entities(text, entities)
    return within_limit(
        lambda size: _entities_view(text, found, size, title, caption), max(len(text), 1)
    )


def _entities_view(
    text: str, found: list[Entity], size: int, title: str | None, caption: str | None
) -> View:
    """Draw the first ``size`` characters and the entities that end in them."""
    shown = [entity for entity in found if entity.end <= size]
    count = "1 entity" if len(found) == 1 else f"{len(found)} entities" if found else "No entity"
    caption = caption or count + (
        "; the chip behind it gives"
        if len(found) == 1
        else "; the chip behind each gives"
        if found
        else " in this text."
    )
    caption += " label and probability." if caption.endswith("gives") else ""
    if size < len(text):
        caption += (
            f" Showing {size} of {len(text)} characters and {len(shown)} of {len(found)} entities."
        )
    marks = [
        Mark(e.start, e.end, f"{e.label} {_score(e)}".strip(), label_colour(e.label)) for e in shown
    ]
    heading = element("div", element("strong", title, dir="auto")) if title else ""
    passage = draw_passage(text[:size], marks, inner_first=True)
    html = element(
        "figure", element("figcaption", caption), heading, passage, style=style(margin="0")
    )
    rows = [
        [one_line(e.label), _score(e), e.start, e.end, one_line(text[e.start : e.end])]
        for e in shown
    ]
    listed = [plain_table(["label", "score", "start", "end", "text"], rows)] if rows else []
    return View(html, "\n".join([caption, *([title] if title else []), text[:size], *listed]))


def _score(entity: Entity) -> str:
    return "" if entity.score is None else f"{entity.score:.3f}"


def label_colour(label: str) -> str:
    """Give the colour of a label, the same for ``PER``, ``B-PER`` and ``I-PER``, and the same in every picture."""
    bare = label[2:] if label[:2] in ("B-", "I-", "E-", "S-", "L-", "U-") else label
    return COLOURS.get(bare) or OTHERS[sum(bare.encode(errors="replace")) % len(OTHERS)]


def to_displacy(
    text: str, entities: Iterable[Entity | Mapping[str, Any]], *, title: str | None = None
) -> dict:
    """Give the same records as spaCy's displaCy takes them: ``displacy.render(d, style="ent", manual=True)``.

    displaCy escapes the text, but writes labels and the title as they are; they are therefore escaped here.

    Parameters
    ----------
    text, entities, title
        As in `show_entities`.

    Returns
    -------
    dict
        ``text``, ``ents`` (each ``start``, ``end``, ``label``; characters, half-open, in order) and ``title``.

    Raises
    ------
    ValueError
        If two entities overlap: displaCy would print the shared characters twice.
    TypeError
        As in `show_entities`.

    Notes
    -----
    The format: https://spacy.io/usage/visualizers#manual-usage

    Examples
    --------
    >>> to_displacy("Marie sings.", [Entity(0, 5, "PER")])
    {'text': 'Marie sings.', 'ents': [{'start': 0, 'end': 5, 'label': 'PER'}], 'title': None}
    """
    found = read_entities(text, entities)
    for first, second in pairwise(found):
        if second.start < first.end:
            raise ValueError(
                f"displaCy draws no overlapping entities: {first.label} [{first.start}, {first.end}) "
                f"and {second.label} [{second.start}, {second.end}) overlap; pass one of them"
            )
    ents = [{"start": e.start, "end": e.end, "label": str(escape(e.label))} for e in found]
    return {"text": text, "ents": ents, "title": None if title is None else str(escape(title))}
