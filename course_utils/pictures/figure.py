"""A matplotlib figure that shows itself wherever a notebook is read, and carries its data as text."""

from __future__ import annotations

import base64
import io

from matplotlib.figure import Figure
from PIL import Image

PIXELS_PER_INCH = 120
COLOURS = 128


class Picture(Figure):
    """A figure made without pyplot: it shows once, as the value of its cell, and is as text what it shows.

    Parameters
    ----------
    *args, **options
        As for ``matplotlib.figure.Figure``.

    Attributes
    ----------
    words : str or None
        Title and figures in plain text; where None, the lines' own data are written out.
    """

    words: str | None = None

    @property
    def text(self) -> str:
        """Give the figure as plain text."""
        return self.words if self.words is not None else _lines_as_text(self)

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(
        self, include=None, exclude=None
    ) -> tuple[dict[str, str], dict[str, dict]]:
        width, height = (round(inches * 96) for inches in self.get_size_inches())
        shown = {"image/png": base64.b64encode(_png(self)).decode(), "text/plain": self.text}
        return shown, {
            "image/png": {"width": width, "height": height, "alt": self.text.partition("\n")[0]}
        }


def _png(figure: Figure) -> bytes:
    """Write a transparent PNG; few colours are enough for a plot and make it a third of the size."""
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(
        drawn, format="png", dpi=PIXELS_PER_INCH, transparent=True, metadata={"Software": None}
    )
    with Image.open(drawn) as image:
        image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(
            small, format="png", optimize=True
        )
    return small.getvalue()


def _lines_as_text(figure: Figure) -> str:
    """Write title, axis labels and every named line's points."""
    written = []
    for axes in figure.axes:
        if not axes.lines:
            continue
        written.append(f"{axes.get_title()} ({axes.get_ylabel()} over {axes.get_xlabel()})")
        for line in axes.lines:
            points = ", ".join(
                f"{x:.4g}: {y:.4g}" for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
            )
            written.append(f"{line.get_label()}: {points}")
    return "\n".join(written)
