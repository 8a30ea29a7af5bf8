"""A matplotlib figure that shows itself wherever a notebook is read, with words and a table for those who cannot see it."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence

from matplotlib.figure import Figure
from PIL import Image

from course_utils.pictures.page import Html, element, style, table
from course_utils.pictures.view import LIMIT, View, plain_table, within_limit

RESOLUTIONS = (120, 96, 72)  # pixels per inch: the finest whose drawing leaves room for the table
ROOM = LIMIT - 8_000  # characters of a drawing
COLOURS = 128


class Picture(Figure):
    """A figure made without pyplot: it shows once, as the value of its cell, and is as text what it shows.

    As HTML it is an image with an alternative text, and a closed table of the figures that it draws.

    Parameters
    ----------
    *args, **options
        As for ``matplotlib.figure.Figure``.

    Attributes
    ----------
    words : str or None
        Title and figures in plain text, set by ``tell``; where None, the lines' own points are written out.
    """

    words: str | None = None
    _rows: tuple[Sequence[object], Sequence[Sequence[object]]] | None = None

    def tell(self, line: str, header: Sequence[object], rows: Sequence[Sequence[object]]) -> None:
        """Say what is drawn: the finding on one line, and its figures as a table with a name per column."""
        self.words, self._rows = f"{line}\n{plain_table(header, rows)}", (header, rows)

    @property
    def text(self) -> str:
        """Give the figure as plain text."""
        return self.words if self.words is not None else _lines_as_text(self)

    @property
    def alt(self) -> str:
        """Say in words what is drawn: the finding, the kind of picture, and each axis with its range."""
        return f"{self.text.partition(chr(10))[0].rstrip('.')}. " + " ".join(
            _axes_in_words(axes) for axes in self.axes if axes.lines or axes.collections
        )

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(
        self, include=None, exclude=None
    ) -> tuple[dict[str, str], dict[str, dict]]:
        width, height = (round(inches * 96) for inches in self.get_size_inches())
        drawn = next(
            (png for png in map(self._encode, RESOLUTIONS) if len(png) <= ROOM),
            None,
        ) or self._encode(RESOLUTIONS[-1])
        shown = {"image/png": drawn, "text/plain": self.text}
        image = element(
            "img",
            src=f"data:image/png;base64,{drawn}",
            alt=self.alt,
            width=width,
            style=style(max_width="100%", height="auto"),
        )
        shown["text/html"] = element("figure", image, self._table(len(image)), style="margin:0")
        return shown, {"image/png": {"width": width, "height": height, "alt": self.alt}}

    def _encode(self, resolution: int) -> str:
        return base64.b64encode(_png(self, resolution)).decode()

    def _table(self, taken: int) -> Html:
        """Write the closed table, with as many rows as the drawing leaves room for."""
        said = [[line] for line in (self.words or "").split("\n")[1:]]
        header, rows = self._rows or (["figures"], said) if said else _lines_as_rows(self)
        if not rows:
            return Html("")

        def build(size: int) -> View:
            cut = f"The first {size:,} of {len(rows):,} rows of the figures"
            what = "The figures as a table" if size >= len(rows) else cut
            inner = table(what, header, rows[:size])
            return View(element("details", element("summary", what), inner), what)

        return Html(within_limit(build, len(rows), taken=taken).html)


def _png(figure: Figure, resolution: int) -> bytes:
    """Write a transparent PNG; few colours are enough for a plot and make it a third of the size."""
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(
        drawn, format="png", dpi=resolution, transparent=True, metadata={"Software": None}
    )
    with Image.open(drawn) as image:
        image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(
            small, format="png", optimize=True
        )
    return small.getvalue()


def _axes_in_words(axes) -> str:
    """Name kind, axes and range: ``2 lines: probability (%) from 5 to 95 over temperature from 0.25 to 8.``"""
    points = sum(len(collection.get_offsets()) for collection in axes.collections)
    count, kind = (len(axes.lines), "line") if axes.lines else (points, "point")
    pairs = [pair for line in axes.lines for pair in zip(*line.get_data(), strict=True)]
    pairs = pairs or [tuple(p) for one in axes.collections for p in one.get_offsets().tolist()]
    across, up = (_range([pair[i] for pair in pairs]) for i in (0, 1))
    labels = axes.get_ylabel(), axes.get_xlabel()
    said = f"{labels[0]}{up} over {labels[1]}{across}.".replace("\\$", "$")
    return f"{count} {kind}{'' if count == 1 else 's'}: {said}"


def _range(values: Sequence[float]) -> str:
    known = [float(value) for value in values if math.isfinite(value)]
    return f" from {min(known):.3g} to {max(known):.3g}" if known else ""


def _points(line) -> list[tuple[str, str]]:
    return [(f"{x:.4g}", f"{y:.4g}") for x, y in zip(*line.get_data(), strict=True)]


def _lines_as_text(figure: Figure) -> str:
    """Write title, axis labels and every named line's points."""
    written = []
    for axes in figure.axes:
        if not axes.lines:
            continue
        written.append(f"{axes.get_title()} ({axes.get_ylabel()} over {axes.get_xlabel()})")
        for line in axes.lines:
            points = ", ".join(f"{x}: {y}" for x, y in _points(line))
            written.append(f"{line.get_label()}: {points}")
    return "\n".join(written)


def _lines_as_rows(figure: Figure) -> tuple[list[str], list[list[str]]]:
    """List every named line's points, one a row."""
    rows = [
        [line.get_label(), x, y]
        for axes in figure.axes
        for line in axes.lines
        for x, y in _points(line)
    ]
    return ["line", "x", "y"], rows
