"""A sheet to draw on: boxes, pieces, arrows, grids and brackets, written as plain SVG.

The marks are those of the course's pictures: pieces of a word in blue, special tokens dashed and purple, padding
hatched, labels as chips. An ``<img>`` does not know the theme of the page around it, so every sheet brings its own
light card, and dark text keeps its contrast on white as well as on near-black pages.
"""

from __future__ import annotations

from collections.abc import Sequence

from course_utils.pictures.page import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    Html,
    element,
)

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "INK",
    "ORANGE",
    "PURPLE",
    "SKY",
    "VERMILLION",
    "WIDTH",
    "Canvas",
]

WIDTH = 900
INK, CARD, RIM = "#1B1F24", "#FBFBF8", "#B9BFC6"
SANS = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
MONO = "Menlo, Consolas, 'DejaVu Sans Mono', monospace"
DASHES = {"special": "5 3", "unknown": "2 3"}


class Canvas:
    """One diagram of ``WIDTH`` by ``height`` pixels, with a title and a description for those who cannot see it."""

    def __init__(self, title: str, description: str, height: int):
        self.title, self.description, self.height = title, description, height
        self.parts: list[Html] = []

    def add(self, name: str, *children: object, **attributes: object) -> None:
        """Write one element; lengths are given to a tenth of a pixel."""
        written = {
            key: f"{value:.4g}" if isinstance(value, float) else value
            for key, value in attributes.items()
        }
        self.parts.append(element(name, *children, **written))

    def text(
        self, x, y, words, *, size=15, anchor="middle", bold=False, mono=False, colour=INK
    ) -> None:
        """Write one line; ``y`` is its middle."""
        self.add(
            "text",
            words,
            x=x,
            y=y + round(size * 0.35),
            font_size=size,
            text_anchor=anchor,
            fill=colour,
            font_weight="bold" if bold else None,
            font_family=MONO if mono else None,
        )

    def note(self, y, words) -> None:
        """Write a line under a drawing that says how to read it."""
        self.text(WIDTH / 2, y, words, size=14)

    def box(
        self,
        x,
        y,
        w,
        h,
        *lines,
        colour=BLUE,
        fill=0.15,
        size=15,
        mono=False,
        bold=False,
        dash=None,
        radius=6,
    ) -> None:
        """Draw a box with its lines of text in the middle; the first line is bold if ``bold``."""
        self.add(
            "rect",
            x=x,
            y=y,
            width=w,
            height=h,
            rx=radius,
            fill=colour,
            fill_opacity=fill,
            stroke=colour,
            stroke_width=2,
            stroke_dasharray=dash,
        )
        step = size + 5
        top = y + h / 2 - step * (len(lines) - 1) / 2
        for index, line in enumerate(lines):
            self.text(
                x + w / 2, top + index * step, line, size=size, mono=mono, bold=bold and index == 0
            )

    def piece(self, x, y, w, words, kind="word", *, below=None, h=32, size=15) -> None:
        """Draw one token: ``word``, ``other`` (the tint of the next word), ``special`` or ``pad``."""
        colour = {"word": BLUE, "other": SKY, "special": PURPLE, "pad": GREY}[kind]
        self.add(
            "rect",
            x=x,
            y=y,
            width=w,
            height=h,
            fill="url(#hatch)" if kind == "pad" else colour,
            fill_opacity=1 if kind == "pad" else 0.2,
            stroke=colour,
            stroke_width=2,
            stroke_dasharray=DASHES.get(kind),
        )
        if (
            kind == "pad"
        ):  # a plain field behind the word, so that the hatch does not run through it
            self.add("rect", x=x + 6, y=y + 7, width=w - 12, height=h - 14, fill=CARD)
        self.text(x + w / 2, y + h / 2, words, size=size, mono=True)
        if below is not None:
            self.text(x + w / 2, y + h + 13, below, size=14, mono=True)

    def arrow(self, x1, y1, x2, y2, *, colour=INK) -> None:
        """Draw a straight arrow, upright or level."""
        self.add("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=colour, stroke_width=2)
        dx, dy = (x2 > x1) - (x2 < x1), (y2 > y1) - (y2 < y1)
        back_x, back_y = x2 - 9 * dx, y2 - 9 * dy
        side_x, side_y = 5 * dy, 5 * dx
        points = [(x2, y2), (back_x + side_x, back_y + side_y), (back_x - side_x, back_y - side_y)]
        self.add("polygon", points=" ".join(f"{x:g},{y:g}" for x, y in points), fill=colour)

    def line(self, *points, colour=INK, width=2, dash=None) -> None:
        """Draw a line through points given as pairs."""
        self.add(
            "polyline",
            points=" ".join(f"{x:g},{y:g}" for x, y in points),
            fill="none",
            stroke=colour,
            stroke_width=width,
            stroke_dasharray=dash,
        )

    def bracket(self, x1, x2, y, words, *, colour=INK, up=False, size=14) -> None:
        """Draw a bracket under (or over) a stretch, with its label."""
        tip = -7 if up else 7
        self.line((x1, y), (x1, y + tip), (x2, y + tip), (x2, y), colour=colour)
        self.text((x1 + x2) / 2, y + tip * 2.6, words, size=size)

    def chip(self, x, y, words, *, colour, w=46) -> None:
        """Draw a label in a small rounded field."""
        self.box(x, y, w, 22, words, colour=colour, fill=0.2, size=14, bold=True, radius=11)

    def grid(self, x, y, rows: Sequence[str], *, side=24, colour=BLUE) -> None:
        """Draw a mask, a string a row: ``x`` may attend (filled, with a dot), anything else may not (hatched)."""
        for r, row in enumerate(rows):
            for c, mark in enumerate(row):
                left, top = x + c * side, y + r * side
                allowed = mark == "x"
                self.add(
                    "rect",
                    x=left,
                    y=top,
                    width=side,
                    height=side,
                    stroke=RIM,
                    stroke_width=1,
                    fill=colour if allowed else "url(#hatch)",
                    fill_opacity=0.35 if allowed else 1,
                )
                if allowed:
                    self.add("circle", cx=left + side / 2, cy=top + side / 2, r=3, fill=INK)

    def svg(self) -> str:
        """Give the finished drawing; the same calls give the same bytes."""
        hatch = element(
            "pattern",
            element("path", d="M0 8L8 0", stroke="#9AA1A9", stroke_width=1.5),
            id="hatch",
            width=8,
            height=8,
            patternUnits="userSpaceOnUse",
        )
        card = element(
            "rect",
            x=1,
            y=1,
            width=WIDTH - 2,
            height=self.height - 2,
            rx=12,
            fill=CARD,
            stroke=RIM,
            stroke_width=1,
        )
        head = (
            element("title", self.title, id="title"),
            element("desc", self.description, id="desc"),
        )
        lines = Html("\n".join([*head, element("defs", hatch), card, *self.parts]))
        return (
            element(
                "svg",
                Html("\n"),
                lines,
                Html("\n"),
                xmlns="http://www.w3.org/2000/svg",
                viewBox=f"0 0 {WIDTH} {self.height}",
                width=WIDTH,
                height=self.height,
                role="img",
                aria_labelledby="title desc",
                font_family=SANS,
            )
            + "\n"
        )
