"""A pytest plugin that lets nbval compare stored notebook outputs with a tolerance for numbers.

nbval compares text exactly, passes notebooks whose outputs were stripped, and reports a mismatch without saying which
lesson it belongs to. With ``-p nbval_tolerance`` (this folder on ``pythonpath``):

* decimal numbers may differ by ``atol + rtol * |stored|``, or by one unit of their last printed place if that is at
  most 0.001; whole numbers, words, version strings and mark-up must be equal;
* a notebook that was stripped, or not executed once from top to bottom, fails;
* a kernel that does not start is started once more, with a warning;
* what goes to standard error and live progress bars are not compared; static twins of widgets are;
* a mismatch names the heading, the sentence above the cell, what was expected, what came, and the difference.

Tolerances: the command line (``--nbval-atol``, ``--nbval-rtol``), a notebook's metadata
(``{"nbval_tolerance": {"atol": 1e-3}}``) and a cell's tags (``atol=0.01``), the nearest one wins.
``--nbval-structure`` compares the kinds of outputs, the dimensions and dtypes of tensors and errors, and no values: for
other weights, whose hidden size and vocabulary differ.
"""

from __future__ import annotations

import math
import os
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

ATOL, RTOL = 1e-4, 1e-4
LAST_PLACE = 1e-3  # the coarsest rounding step that two equal results may be apart after rounding
# A decimal number: not inside a word, not a part of a version such as 5.23.0, not followed by a letter.
NUMBER = re.compile(
    r"(?<![\w.])[-+]?(?:(?:\d+\.\d*|\.\d+)(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+|nan|inf)(?![\w]|\.\d)"
)
# Attributes whose figures are drawn from the values, as the shade of a cell or the length of a bar is.
DRAWN = {
    "style",
    "x",
    "y",
    "x1",
    "x2",
    "y1",
    "y2",
    "cx",
    "cy",
    "r",
    "d",
    "points",
    "width",
    "height",
    "opacity",
    "fill-opacity",
    "transform",
    "viewbox",
}
DRAWN_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
DRAWING = "data:image/svg+xml,"  # an image that is mark-up
BITMAPS = ("image/png", "image/jpeg")
MARKUP = ("text/html", "image/svg+xml")
SHAPE = re.compile(r"torch\.Size\(\[([^]]*)\]\)")
DTYPE = re.compile(r"torch\.(?:float|bfloat|int|bool)\d*")


@dataclass(frozen=True)
class Tolerance:
    """How far two numbers may be apart."""

    atol: float = ATOL
    rtol: float = RTOL

    def accepts(self, stored: str, new: str) -> bool:
        """Tell whether two printed numbers are equal within the tolerance; nan equals nan."""
        a, b = float(stored), float(new)
        if math.isnan(a) or math.isnan(b):
            return math.isnan(a) and math.isnan(b)
        if math.isinf(a) or math.isinf(b):
            return a == b
        step = max(_last_place(stored), _last_place(new))
        allowed = max(self.atol + self.rtol * abs(a), step if step <= LAST_PLACE else 0.0)
        return abs(a - b) <= allowed * (1 + 1e-9)


def _last_place(number: str) -> float:
    mantissa, _, exponent = number.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 10.0 ** (int(exponent or 0) - decimals)


def text_difference(stored: str, new: str, tolerance: Tolerance) -> str | None:
    """Return None if two texts are equal within the tolerance, else one line that says where they part.

    White space between two numbers may differ: arrays are wrapped by the width of what they print.

    >>> text_difference("tensor([1.0000,\\n 2.5])", "tensor([1.0001, 2.5])", Tolerance(atol=1e-3))
    >>> text_difference("score 0.91", "score 0.93", Tolerance())
    'stored 0.91, now 0.93, difference 0.02'
    """
    if stored == new:
        return None
    stored_numbers, new_numbers = NUMBER.findall(stored), NUMBER.findall(new)
    if _words(stored) != _words(new):
        return _first_changed_line(stored, new)
    for a, b in zip(stored_numbers, new_numbers, strict=True):
        if not tolerance.accepts(a, b):
            return f"stored {a}, now {b}, difference {abs(float(a) - float(b)):.3g}"
    return None


def _words(text: str) -> list[str]:
    """What stands around the numbers; between two numbers white space is folded, elsewhere it counts."""
    parts = NUMBER.split(text)
    return [
        parts[0],
        *(" ".join(p.split()) for p in parts[1:-1]),
        parts[-1] if len(parts) > 1 else "",
    ]


def _first_changed_line(stored: str, new: str) -> str:
    old, fresh = stored.splitlines() or [""], new.splitlines() or [""]
    for a, b in zip(old, fresh, strict=False):
        if a != b:
            return f"stored line {a.strip()[:160]!r}, now {b.strip()[:160]!r}"
    return f"stored {len(old)} lines, now {len(fresh)}"


class _Events(HTMLParser):
    """Mark-up as a flat list of tags, attributes and texts."""

    def __init__(self, markup: str):
        super().__init__(convert_charrefs=True)
        self.events: list[tuple] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        drawings = [
            value for name, value in attrs if name == "src" and (value or "").startswith(DRAWING)
        ]
        self.events.append(("tag", tag, [pair for pair in attrs if pair[1] not in drawings]))
        for drawing in drawings:
            self.events += _Events(unquote(drawing.removeprefix(DRAWING))).events

    def handle_endtag(self, tag):
        self.events.append(("end", tag))

    def handle_data(self, data):
        self.events.append(("text", data))

    def handle_comment(self, data):
        self.events.append(("comment", data))


def markup_difference(stored: str, new: str, tolerance: Tolerance) -> str | None:
    """Compare HTML or SVG: tags and attributes exactly, numbers in texts and in drawn attributes by tolerance."""
    if stored == new:
        return None
    old, fresh = _Events(stored).events, _Events(new).events
    for a, b in zip(old, fresh, strict=False):
        if a == b:
            continue
        if a[0] == b[0] == "text":
            difference = text_difference(a[1], b[1], tolerance)
        elif a[0] == b[0] == "tag" and a[1] == b[1]:
            difference = _attribute_difference(a[2], b[2])
        else:
            difference = f"stored mark-up {a[:2]}, now {b[:2]}"
        if difference:
            return difference
    return (
        None if len(old) == len(fresh) else f"stored mark-up has {len(old)} parts, now {len(fresh)}"
    )


def _attribute_difference(stored: list, new: list) -> str | None:
    for (name, a), (other, b) in zip(stored, new, strict=False):
        if (name, a) == (other, b):
            continue
        same_shape = (
            name == other
            and name in DRAWN
            and a
            and b
            and DRAWN_NUMBER.split(a) == DRAWN_NUMBER.split(b)
        )
        if not same_shape or not all(
            map(_drawn_alike, DRAWN_NUMBER.findall(a), DRAWN_NUMBER.findall(b))
        ):
            return f"stored attribute {name}={a!r}, now {other}={b!r}"
    return None if len(stored) == len(new) else f"stored {len(stored)} attributes, now {len(new)}"


def _drawn_alike(a: str, b: str) -> bool:
    """One unit of the last written place apart: whole pixels stay exact only if neither was rounded."""
    step = max(_last_place(a), _last_place(b))
    return abs(float(a) - float(b)) <= (step if step < 1 else 0) * (1 + 1e-9)


def structure(outputs: list) -> list[tuple]:
    """Reduce outputs to what does not depend on the weights: kinds, errors, dtypes and dimensions of tensors."""
    kinds = []
    for output in outputs:
        if output.output_type == "error":
            kinds.append(("error", output.ename))
        else:
            text = output.get("text") or output.get("data", {}).get("text/plain", "")
            dimensions = [f"{len(sizes.split(','))} dimensions" for sizes in SHAPE.findall(text)]
            kinds.append(
                (
                    output.output_type,
                    *sorted(output.get("data", {})),
                    *dimensions,
                    *DTYPE.findall(text),
                )
            )
    return kinds


def compared(outputs: list) -> Iterator:
    """Leave out what no lesson rests on: standard error, and live widgets that have no static twin."""
    for output in outputs:
        live = "application/vnd.jupyter.widget-view+json" in output.get("data", {})
        if output.get("name") != "stderr" and not (live and "text/html" not in output["data"]):
            yield output


class QuietFile(IPyNbFile):
    """nbval's notebook, whose kernel does not know that pytest runs it and is started twice if need be."""

    def setup(self):
        # ipykernel does not capture what C code prints where it finds this, and the stored run did capture it.
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("PYTEST_CURRENT_TEST", raising=False)
            try:
                super().setup()
            except (
                RuntimeError
            ) as error:  # a port that was free when it was chosen may be taken when it is used
                warnings.warn(
                    f"started the kernel of {self.path.name} again: {error}", stacklevel=1
                )
                super().setup()


class TolerantCell(IPyNbCell):
    """nbval's cell with a comparison that knows numbers from words. Items are re-classed, never constructed."""

    def runtest(self):
        expected = self._place_in_a_clean_run()
        if self.cell.source.strip() and self.cell.execution_count != expected:
            self.raise_cell_error(
                f"expected a stored run from top to bottom (execution count {expected}), "
                f"found {self.cell.execution_count}: the notebook was stripped or run out of order"
            )
        super().runtest()

    def _place_in_a_clean_run(self) -> int:
        """Count from 1 as Jupyter does, which does not count empty cells."""
        filled = [
            c
            for c in self.parent.nb.cells
            if c.cell_type == "code" and (c.source.strip() or c is self.cell)
        ]
        return 1 + next(place for place, cell in enumerate(filled) if cell is self.cell)

    def compare_outputs(self, test, ref, skip_compare=None):
        test, ref = list(compared(test)), list(compared(ref))
        if self.config.option.nbval_structure:
            return self._same_structure(test, ref)
        tolerance = tolerance_of(self.cell, self.parent.nb, self.config.option)
        settled, difference = settle(test, ref, tolerance)
        same = super().compare_outputs(settled, ref, skip_compare)
        if not same:
            self.comparison_traceback[:0] = [
                f"Lesson: {where(self.parent.nb, self.cell)}",
                f"Difference: {difference}",
            ]
        return same

    def _same_structure(self, test, ref) -> bool:
        expected, got = structure(ref), structure(test)
        if expected != got:
            self.comparison_traceback = [
                f"Lesson: {where(self.parent.nb, self.cell)}",
                f"Structure expected {expected}",
                f"Structure got {got}",
            ]
        return expected == got


def settle(test: list, ref: list, tolerance: Tolerance) -> tuple[list, str]:
    """Return ``test`` with each text that equals its stored one within the tolerance replaced by it."""
    settled, first = [], ""
    for position, output in enumerate(test):
        output = type(output)(output)
        stored = ref[position] if position < len(ref) else {}
        if "data" in output:
            output["data"] = dict(output["data"])
            readable = sorted(
                key for key in output["data"] if key not in BITMAPS
            )  # nbval does not compare pictures
            readable.sort(
                key=lambda key: key != "text/plain"
            )  # the difference that is easiest to read is named
            pairs = [(output["data"], stored.get("data", {}), key) for key in readable]
        else:
            pairs = [(output, stored, key) for key in ("text", "evalue") if key in output]
        for mine, theirs, key in pairs:
            if key in theirs and isinstance(mine[key], str) and isinstance(theirs[key], str):
                exact = key == "evalue"
                compare = markup_difference if key in MARKUP else text_difference
                difference = compare(
                    theirs[key], mine[key], Tolerance(0, 0) if exact else tolerance
                )
                if difference is None:
                    mine[key] = theirs[key]
                first = first or (f"{key}: {difference}" if difference else "")
        settled.append(output)
    return settled, first or f"stored {len(ref)} outputs, now {len(test)}"


def tolerance_of(cell, notebook, option) -> Tolerance:
    """The nearest setting wins: a cell's tags, the notebook's metadata, the command line."""
    values = {"atol": option.nbval_atol, "rtol": option.nbval_rtol}
    values |= notebook.metadata.get("nbval_tolerance", {})
    for tag in cell.metadata.get("tags", []):
        name, _, value = tag.partition("=")
        if name in values and value:
            values[name] = float(value)
    return Tolerance(**values)


def where(notebook, cell) -> str:
    """Name the heading and quote the last sentence that stand above a cell."""
    heading = sentence = ""
    for other in notebook.cells:
        if other is cell:
            break
        if other.cell_type == "markdown":
            titles = re.findall(r"^#+ +(.+)$", other.source, re.MULTILINE)
            heading = titles[-1] if titles else heading
            plain = re.sub(r"```.*?```", "", other.source, flags=re.DOTALL)
            prose = re.sub(r"^(#|\|).*$", "", plain, flags=re.MULTILINE).split()
            sentence = re.split(r"(?<=[.?:]) ", " ".join(prose))[-1] if prose else sentence
    return f"{heading} | {sentence[-200:]}"


def pytest_addoption(parser):
    group = parser.getgroup("nbval")
    group.addoption(
        "--nbval-atol", type=float, default=ATOL, help="absolute tolerance for decimal numbers"
    )
    group.addoption(
        "--nbval-rtol", type=float, default=RTOL, help="relative tolerance for decimal numbers"
    )
    group.addoption(
        "--nbval-structure",
        action="store_true",
        help="compare dimensions, types and errors, not values",
    )


def pytest_configure(config):
    # With warm caches the bars of downloads and of datasets do not appear: keep them out of cold runs too.
    os.environ.update(HF_DATASETS_DISABLE_PROGRESS_BARS="1", HF_HUB_DISABLE_PROGRESS_BARS="1")


def pytest_itemcollected(item):
    # Exactly nbval's own classes: a subclass of somebody else's keeps its own comparison.
    if type(item) is IPyNbCell:
        item.__class__ = TolerantCell
        if type(item.parent) is IPyNbFile:
            item.parent.__class__ = QuietFile
