"""Whether two outputs of a notebook are the same: words and mark-up exactly, numbers within a tolerance.

Used by the nbval plugin beside this module and by ``compare()`` in a lesson, so that both judge alike.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import unquote

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
NOT_COMPARED = re.compile(r'(?<=<details class="not-compared">).*?(?=</details>)', re.DOTALL)
# A device as PyTorch prints it: which one a run used is no difference between two results.
CARDS = r"(?:cuda|mps|xpu)"
TENSOR_DEVICE = re.compile(rf",\s*device='{CARDS}(?::\d+)?'")
CARD = re.compile(rf"(?<![\w+./-]){CARDS}(?::\d+)?(?![\w./-])")
DEVICE = re.compile(
    rf"device\(type='(?:cpu|{CARDS})'(?:, index=\d+)?\)|(?<![\w+./-])cpu(?![\w./-])|{CARD.pattern}"
)
BITMAP = "data:image/png;base64,"  # not compared: fonts differ from machine to machine
DRAWING = "data:image/svg+xml,"  # an image that is mark-up


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
    >>> text_difference("tensor([1.])", "tensor([1.], device='cuda:0')", Tolerance())
    """
    if stored == new:
        return None
    stored, new = _any_device(stored), _any_device(new)
    stored_numbers, new_numbers = NUMBER.findall(stored), NUMBER.findall(new)
    if _words(stored) != _words(new):
        return _first_changed_line(stored, new)
    for a, b in zip(stored_numbers, new_numbers, strict=True):
        if not tolerance.accepts(a, b):
            return f"stored {a}, now {b}, difference {abs(float(a) - float(b)):.3g}"
    return None


def _any_device(text: str) -> str:
    """Write every device alike: a tensor prints its device only where that is not the processor."""
    return DEVICE.sub("(device)", TENSOR_DEVICE.sub("", text))


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
    stored, new = NOT_COMPARED.sub("", stored), NOT_COMPARED.sub("", new)
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
        if name == other == "src" and a and b and a.startswith(BITMAP) and b.startswith(BITMAP):
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
