"""A text with stretches of it marked: which marks cover which stretch, and one drawing of that for all callers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from course_utils.pictures.page import Html, element, join, style, tint


@dataclass(frozen=True)
class Mark:
    """One stretch ``[start, end)`` of characters, drawn as a line with a chip behind its last character.

    ``above`` draws the line over the text instead of under it; ``ends`` are the colours of a bracket's two ends.
    """

    start: int
    end: int
    chip: str
    colour: str
    line: str = "solid"
    above: bool = False
    ends: tuple[str, str] | None = None


def lanes(spans: Sequence[tuple[int, int]]) -> list[int]:
    """Give each half-open span the lowest lane in which it overlaps no earlier span.

    >>> lanes([(0, 4), (2, 6), (4, 8)])
    [0, 1, 0]
    """
    taken: list[list[tuple[int, int]]] = []
    chosen = []
    for start, end in spans:
        free = (i for i, lane in enumerate(taken) if all(end <= s or e <= start for s, e in lane))
        lane = next(free, len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((start, end))
        chosen.append(lane)
    return chosen


def stretches(
    length: int, spans: Sequence[tuple[int, int]]
) -> list[tuple[int, int, tuple[int, ...]]]:
    """Cut ``[0, length)`` wherever a span starts or ends; each piece comes with the indices of the spans over it.

    >>> stretches(6, [(0, 4), (2, 6)])
    [(0, 2, (0,)), (2, 4, (0, 1)), (4, 6, (1,))]
    """
    cuts = sorted({0, length, *(edge for span in spans for edge in span if edge < length)})
    return [
        (a, b, tuple(i for i, (s, e) in enumerate(spans) if s <= a and b <= e))
        for a, b in pairwise(cuts)
    ]


def draw_passage(text: str, marks: Sequence[Mark], *, inner_first: bool = False) -> Html:
    """Draw the text with its marks; with every style removed it reads as the text, each mark's chip behind it.

    Chips that end together stand in the order of their marks, or that of the innermost mark first.
    """
    spans = [(mark.start, mark.end) for mark in marks]
    lane = lanes(spans)
    parts: list[object] = []
    for start, end, covering in stretches(len(text), spans):
        piece: object = text[start:end]
        for i in sorted(covering, key=lambda i: lane[i]):
            piece = _underlined(
                piece, marks[i], lane[i], first=start == spans[i][0], last=end == spans[i][1]
            )
        parts.append(piece)
        closing = [i for i in covering if end == spans[i][1]]
        parts.extend(
            _chip(marks[i])
            for i in sorted(closing, key=lambda i: -spans[i][0] if inner_first else i)
        )
    height = 2 + 0.45 * max(lane, default=0)
    return element(
        "div",
        join(parts),
        dir="auto",
        style=style(line_height=f"{height:.3g}", white_space="pre-wrap", overflow_wrap="anywhere"),
    )


def _underlined(piece: object, mark: Mark, lane: int, *, first: bool, last: bool) -> Html:
    """Draw one stretch of a mark; lanes further out stand further from the text."""
    side = "top" if mark.above else "bottom"
    rules = {
        f"border_{side}": f"2px {mark.line} {mark.colour}",
        f"padding_{side}": f"{1 + 4 * lane}px",
    }
    if mark.ends:
        rules["border_left"] = f"3px solid {mark.ends[0]}" if first else None
        rules["border_right"] = f"3px solid {mark.ends[1]}" if last else None
    background = tint(mark.colour, 0.18) if lane == 0 else "none"
    return element("span", piece, style=style(background=background, **rules))


def _chip(mark: Mark) -> Html:
    return element(
        "small",
        " ",
        element("bdi", mark.chip),
        " ",
        style=style(
            background=tint(mark.colour, 0.3),
            border_radius="4px",
            padding="1px 2px",
            margin="0 3px",
            white_space="nowrap",
        ),
    )
