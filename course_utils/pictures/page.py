"""The only place that writes tags and escapes text.

Everything that a learner, a model or a data set put into a string passes through :func:`element`, which escapes it.
The colours are those of Okabe and Ito, which colour-blind readers can tell apart; as fills they are transparent
tints, so that the text on them keeps the page's own colour in a light and in a dark theme.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from course_utils.pictures.glyphs import clip, one_line

BLUE, SKY, GREEN, ORANGE = "#0072B2", "#56B4E9", "#009E73", "#E69F00"
VERMILLION, PURPLE, GREY = "#D55E00", "#CC79A7", "#7F7F7F"
INK = "#767676"  # of words in an image, which does not know the page's colour: 4.5:1 on white, 4.2:1 on #111
MONOSPACE = "ui-monospace,Menlo,Consolas,monospace"
NOT_IN_HTML = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
)  # no document may hold these
SENTENCE = "14em"  # the least width of a column of sentences; a narrow page would squeeze it to one word a line
CAPTION = "text-align:left;caption-side:top;min-width:min(40em,85vw)"  # wider than a narrow table
VOID_TAGS = {"br", "hr", "img", "line", "rect", "circle", "path", "polyline", "polygon", "col"}


class Html(str):
    """Text that is markup already and is inserted as it stands."""

    __slots__ = ()


def escape(text: object) -> Html:
    """Escape anything for use between tags or inside a quoted attribute."""
    if isinstance(text, Html):
        return text
    return Html(NOT_IN_HTML.sub("\ufffd", html.escape(str(text), quote=True)))


def join(parts: Iterable[object], separator: str = "") -> Html:
    """Join parts to markup; each part that is not markup is escaped."""
    return Html(escape(separator).join(escape(part) for part in parts))


def style(**rules: object) -> str:
    """Write CSS rules: ``style(border_left="0")`` gives ``border-left:0``; rules that are None are left out."""
    return ";".join(
        f"{name.replace('_', '-')}:{value}" for name, value in rules.items() if value is not None
    )


def element(name: str, *children: object, **attributes: object) -> Html:
    """Write one element; children and attribute values are escaped, attributes that are None left out.

    A trailing underscore is dropped and inner ones become hyphens: ``class_``, ``aria_label``.

    >>> element("b", "<script>", title='say "hi"')
    '<b title="say &quot;hi&quot;">&lt;script&gt;</b>'
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID_TAGS:
        return Html(f"<{name}{written}/>")
    return Html(f"<{name}{written}>{join(children)}</{name}>")


def caption_line(text: str) -> Html:
    """Write the line over a picture that says what is shown and how to read it."""
    return element("p", clip(one_line(text), 2_000), style=style(margin="0 0 4px"))


def tint(colour: str, alpha: float) -> str:
    """Give a palette colour as a transparent fill, ``alpha`` between 0 and 1."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:.3g})"


def fill(colour: str, alpha: float) -> str:
    """Give the same as ``tint`` in eight digits, for pictures of hundreds of cells.

    >>> fill(BLUE, 0.2)
    '#0072B233'
    """
    return f"{colour}{round(255 * alpha):02X}"


def table(
    caption: str,
    header: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    row_headers: bool = True,
) -> Html:
    """Write a real table: caption, column headers with ``scope``, the first cell of each row as its header."""
    cell = style(padding="2px 8px", text_align="left", vertical_align="top")
    sentence = f"{cell};min-width:{SENTENCE}"

    def write(index: int, value: object) -> Html:
        if row_headers and index == 0:
            return element("th", value, scope="row", style=cell)
        return element(
            "td",
            value,
            style=sentence if len(str(value)) > 40 and not isinstance(value, Html) else cell,
        )

    head = element(
        "tr",
        *(
            element("th", h, scope="col", style=cell) if h != "" else element("td", style=cell)
            for h in header
        ),
    )
    body = [element("tr", *(write(i, value) for i, value in enumerate(row))) for row in rows]
    inner = element(
        "table",
        element("caption", caption, style=CAPTION),
        element("thead", head),
        element("tbody", *body),
        style=style(border_collapse="collapse"),
    )
    return scrolling(inner, label=caption)


def scrolling(*children: object, label: str) -> Html:
    """Wrap wide content so that it scrolls inside itself; ``label`` is read to those who cannot see it.

    A group and no region: a page of many pictures would otherwise have as many landmarks, some with the same name.
    """
    return element(
        "div",
        *children,
        role="group",
        aria_label=label or None,
        tabindex="0",
        style=style(overflow_x="auto", max_width="100%"),
    )


def notice(colour: str) -> str:
    """Give the look of a short message: a bar of the colour at its left and a tint of it behind."""
    return style(
        border_left=f"4px solid {colour}",
        background=tint(colour, 0.15),
        padding="6px 10px",
        margin="4px 0",
    )
