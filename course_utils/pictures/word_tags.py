"""One tag per word, as part-of-speech taggers give: what was expected above the word, what came below."""

from __future__ import annotations

from collections.abc import Sequence

from course_utils.pictures.entities import label_colour
from course_utils.pictures.glyphs import one_line
from course_utils.pictures.page import (
    MONOSPACE,
    VERMILLION,
    Html,
    element,
    style,
    tint,
)
from course_utils.pictures.view import View, plain_table, within_limit


def show_word_tags(
    words: Sequence[str],
    tags: Sequence[str],
    *,
    expected: Sequence[str] | None = None,
    caption: str | None = None,
) -> View:
    """Show one tag per word: what was expected above the word, what came below, each difference framed.

    Parameters
    ----------
    words, tags : sequence of str
        Words and the tag that each got, of one length.
    expected : sequence of str, optional
        The right tags, of the same length.
    caption : str, optional
        Replaces the line that says how to read the picture; with ``expected`` the count of differences stays.

    Returns
    -------
    View
        Words in their order, wrapping with the page.

    Raises
    ------
    ValueError
        If the lengths differ.
    TypeError
        If one of them is a single string.

    Examples
    --------
    >>> show_word_tags(["Time", "flies"], ["NN", "NNS"], expected=["NN", "VBZ"])
    Above each word the expected tag, below it the tag it got. 1 of 2 agree; first difference at word 1, "flies": \
expected VBZ, got NNS.
      word   expected  got
    0 Time   NN        NN
    1 flies  VBZ       NNS  ≠
    """
    for name, values in {"words": words, "tags": tags, "expected": expected}.items():
        if isinstance(values, str):
            raise TypeError(f"{name}: expected a list of strings, got one string")
        if values is not None and len(values) != len(words):
            raise ValueError(f"{name}: expected one per word, {len(words)}, got {len(values)}")
    rows = list(zip(map(str, words), map(str, tags), map(str, expected or tags), strict=True))
    caption = " ".join(
        filter(None, [caption or _how_to_read(expected), _agreement(rows) if expected else None])
    )
    return within_limit(
        lambda size: _word_tags_view(rows, size, caption, bool(expected)), max(len(rows), 1)
    )


def _how_to_read(expected: Sequence[str] | None) -> str:
    return (
        "Above each word the expected tag, below it the tag it got."
        if expected
        else "Below each word its tag."
    )


def _agreement(rows: list[tuple[str, str, str]]) -> str:
    wrong = [i for i, (_, got, right) in enumerate(rows) if got != right]
    if not wrong:
        return f"All {len(rows)} agree."
    word, got, right = rows[wrong[0]]
    return (
        f'{len(rows) - len(wrong)} of {len(rows)} agree; first difference at word {wrong[0]}, "{word}": '
        f"expected {right}, got {got}."
    )


def _word_tags_view(
    rows: list[tuple[str, str, str]], size: int, caption: str, compared: bool
) -> View:
    if size < len(rows):
        caption += f" Showing {size} of {len(rows)} words."
    wrong = [i for i, (_, got, right) in enumerate(rows) if got != right]
    boxes = [_word_box(*row, compared, first=wrong[:1] == [i]) for i, row in enumerate(rows[:size])]
    body = element("ol", *boxes, style=style(list_style="none", margin="0", padding="0"))
    html = element("figure", element("figcaption", caption), body, style=style(margin="0"))
    header = ["  word", "expected", "got", ""] if compared else ["  word", "tag"]
    lines = [
        [
            f"{i} {one_line(word)}",
            *([one_line(right)] if compared else []),
            one_line(got),
            *(["≠" if got != right else ""] if compared else []),
        ]
        for i, (word, got, right) in enumerate(rows[:size])
    ]
    return View(html, "\n".join([caption, *([plain_table(header, lines)] if lines else [])]))


def _word_box(word: str, got: str, right: str, compared: bool, *, first: bool) -> Html:
    differs = got != right
    frame = (
        (f"3px solid {VERMILLION}" if first else f"2px dashed {VERMILLION}")
        if differs
        else "2px solid transparent"
    )
    box = style(
        display="inline-block",
        vertical_align="bottom",
        text_align="center",
        margin="2px",
        padding="1px 3px",
        border=frame,
    )
    parts = [_tag(right, " ")] if compared else []
    parts.append(element("div", element("bdi", word), style=style(white_space="pre")))
    parts.append(_tag(got, " ≠" if differs else ""))
    return element("li", *parts, style=box)


def _tag(tag: str, sign: str) -> Html:
    return element(
        "div",
        element("bdi", tag),
        sign,
        style=style(
            font=f"0.85em {MONOSPACE}",
            background=tint(label_colour(tag), 0.18),
            border_bottom=f"2px solid {label_colour(tag)}",
        ),
    )
