import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import HOSTILE, words_of

from course_utils.pictures import page as _markup
from course_utils.pictures.page import (
    Html,
    caption_line,
    element,
    escape,
    fill,
    join,
    scrolling,
    style,
    table,
    tint,
)
from course_utils.pictures.view import View

PALETTE = [
    _markup.BLUE,
    _markup.SKY,
    _markup.GREEN,
    _markup.ORANGE,
    _markup.VERMILLION,
    _markup.PURPLE,
    _markup.GREY,
]
THEMES = {
    "light": ("#ffffff", "#000000", "#212121"),
    "dark": ("#111111", "#ffffff", "#e0e0e0"),
    "soft dark": ("#1e1e1e", "#d4d4d4", "#cccccc"),
}


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_text_comes_back_as_it_went_in_but_for_what_html_cannot_hold(text):
    kept = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)
    assert words_of(element("p", text)) == kept
    assert words_of(element("p", "x", aria_label=text)) == "x"
    element("p", text, aria_label=text).encode()


@pytest.mark.parametrize("hostile", HOSTILE)
def test_every_door_escapes(hostile):
    for markup in (
        element("p", hostile),
        join([hostile]),
        caption_line(hostile),
        scrolling(hostile, label=hostile),
        table(hostile, [hostile], [[hostile]]),
        escape(hostile),
    ):
        words_of(markup)
        assert not re.search("<script|<img|<b>|[\x00-\x08]", markup)


def test_markup_is_inserted_once_and_only_as_markup():
    inner = element("b", "<")
    assert element("p", inner) == "<p><b>&lt;</b></p>" and escape(inner) is inner
    assert element("p", str(inner)) == "<p>&lt;b&gt;&amp;lt;&lt;/b&gt;</p>"
    assert isinstance(inner, Html) and not isinstance(inner + "x", Html)


def test_attributes_and_void_elements():
    assert element("br") == "<br/>" and element("p", title=None) == "<p></p>"
    assert element("p", class_="a", aria_label='"') == '<p class="a" aria-label="&quot;"></p>'
    assert style(border_left="0", color=None) == "border-left:0"


def test_tables_are_real_tables():
    written = table("Cap", ["a", "b"], [["x", 1], ["y", 2]])
    assert written.count('scope="col"') == 2 and written.count('scope="row"') == 2
    assert re.search("<caption[^>]*>Cap</caption>", written) and 'role="group"' in written
    assert table("Cap", ["a"], [["x"]], row_headers=False).count('scope="row"') == 0


def channel(value):
    value /= 255
    return value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4


def luminance(rgb):
    return sum(
        weight * channel(value) for weight, value in zip((0.2126, 0.7152, 0.0722), rgb, strict=True)
    )


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def rgb(colour):
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def over(colour, alpha, background):
    return [alpha * c + (1 - alpha) * b for c, b in zip(rgb(colour), rgb(background), strict=True)]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("colour", PALETTE)
@pytest.mark.parametrize("alpha", [0.15, 0.25, 0.35])
def test_text_on_a_tint_keeps_its_contrast(theme, colour, alpha):
    background, *inks = THEMES[theme]
    for ink in inks:
        assert contrast(rgb(ink), over(colour, alpha, background)) >= 4.5


def test_no_tint_behind_text_is_stronger_than_that():
    from course_utils.pictures import masks as _grid
    from course_utils.pictures import strip as _strip

    fills = re.findall(
        "#[0-9A-F]{6}([0-9A-F]{2})",
        " ".join(
            [
                *_strip.WORD,
                *_strip.CONTINUED,
                _strip.SPECIAL,
                _strip.UNKNOWN,
                _strip.PADDING,
                str(_grid._cell(1, False)),
            ]
        ),
    )
    assert len(fills) == 8 and all(0.1 <= int(alpha, 16) / 255 <= 0.35 for alpha in fills)


def test_both_ways_to_write_a_tint_agree():
    assert tint("#0072B2", 0.2) == "rgba(0,114,178,0.2)" and fill("#0072B2", 0.2) == "#0072B233"
    assert round(int("33", 16) / 255, 3) == 0.2


def test_plotted_ink_reads_on_white_and_on_near_black():
    from course_utils.pictures.curves import INK

    assert contrast(rgb(INK), rgb("#ffffff")) >= 4.5 and contrast(rgb(INK), rgb("#111111")) >= 4
    View(html="", text="")
