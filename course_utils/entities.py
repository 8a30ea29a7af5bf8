"""Entities of a text: character spans with a label and a score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Entity:
    """One entity of a text.

    Parameters
    ----------
    start, end : int
        Characters of the text, half-open ``[start, end)``.
    label : str
        ``PER``, or ``B-PER`` where pieces are not grouped.
    score : float or None
        Probability of the label, 0-1.
    word : str
        The model's own spelling of the entity.
    tokens : tuple of int
        Positions of its pieces in the encoding; empty where they are not known.

    Examples
    --------
    >>> Entity(0, 5, "PER", 0.99, "Marie")
    Entity(start=0, end=5, label='PER', score=0.99, word='Marie', tokens=())
    """

    start: int
    end: int
    label: str
    score: float | None = None
    word: str = ""
    tokens: tuple[int, ...] = ()


def read_entities(text: str, entities: Iterable[Entity | Mapping[str, Any]]) -> list[Entity]:
    """Turn a pipeline's dicts into `Entity` records, in the order of the text, each checked against it.

    Raises
    ------
    TypeError, ValueError
        As in `show_entities`.

    Examples
    --------
    >>> read_entities("Marie", [{"entity": "B-PER", "start": 0, "end": 2, "score": 0.5, "index": 1, "word": "Ma"}])
    [Entity(start=0, end=2, label='B-PER', score=0.5, word='Ma', tokens=(1,))]
    """
    if not isinstance(text, str):
        raise TypeError(
            f"text: expected one string, got {type(text).__name__}; show one text at a time"
        )
    if isinstance(entities, Mapping | str):
        raise TypeError(f"entities: expected a list of entities, got one {type(entities).__name__}")
    found = [_read_entity(text, entity, i) for i, entity in enumerate(entities)]
    return sorted(found, key=lambda e: (e.start, -e.end))


def _read_entity(text: str, given: Entity | Mapping[str, Any], i: int) -> Entity:
    if not isinstance(given, Entity | Mapping):
        raise TypeError(
            f"entity {i}: expected an Entity or a dict as pipelines return, got {type(given).__name__}"
            + (
                "; a pipeline called on several texts returns one list a text"
                * isinstance(given, list)
            )
        )
    if isinstance(given, Mapping):
        given = _from_dict(text, given, i)
    if not 0 <= given.start < given.end <= len(text):
        raise ValueError(
            f"entity {i} ({given.label}): expected 0 <= start < end <= {len(text)}, the text's length; "
            f"got [{given.start}, {given.end})"
        )
    return given


def _from_dict(text: str, given: Mapping[str, Any], i: int) -> Entity:
    label = next(
        (given[key] for key in ("entity_group", "entity", "label") if given.get(key) is not None),
        None,
    )
    if label is None:
        raise ValueError(
            f"entity {i}: expected a key 'entity_group' or 'entity', got {sorted(map(str, given))}"
        )
    if given.get("start") is None or given.get("end") is None:
        raise ValueError(
            f"entity {i} ({label}): expected character offsets 'start' and 'end', got none; "
            "they come from a fast tokenizer"
        )
    start, end, score = int(given["start"]), int(given["end"]), given.get("score")
    tokens = () if given.get("index") is None else (int(given["index"]),)
    return Entity(
        start,
        end,
        str(label),
        None if score is None else float(score),
        str(given.get("word") or text[max(start, 0) : end]),
        tokens,
    )
