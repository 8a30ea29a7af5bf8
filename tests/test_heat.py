"""Fills of cells and chips: text on them stays readable in light, dark and softer dark pages."""

import pytest

from course_utils.pictures.heat import heat_table, shade
from course_utils.pictures.page import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILLION

PAGES = {
    "light": ((255, 255, 255), (33, 33, 33)),
    "dark": ((17, 17, 17), (224, 224, 224)),
    "soft dark": ((43, 43, 43), (224, 224, 224)),
}
CHIPS = (BLUE, SKY, GREEN, ORANGE, VERMILLION, PURPLE, GREY)
FILLS = [(BLUE, 0.5), (ORANGE, 0.35), *((colour, 0.3) for colour in CHIPS)]


def luminance(colour):
    linear = [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("colour", "alpha"), FILLS)
def test_text_on_a_fill_is_readable(page, colour, alpha):
    ground, ink = PAGES[page]
    rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    mixed = [alpha * c + (1 - alpha) * g for c, g in zip(rgb, ground, strict=True)]
    assert contrast(mixed, ink) >= 4.5


def test_the_measure_itself():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


def test_no_fill_is_stronger_than_what_is_tested():
    assert int(shade(BLUE, 1.0)[-2:], 16) / 255 <= 0.51
    assert int(shade(ORANGE, 1.0, strongest=0.35)[-2:], 16) / 255 <= 0.36


@pytest.mark.parametrize(
    ("strength", "shaded"), [(0.0, False), (0.04, False), (0.06, True), (float("nan"), False)]
)
def test_weak_cells_and_nan_have_none(strength, shaded):
    assert bool(shade(BLUE, strength)) is shaded


def test_headers_have_a_scope_and_an_empty_corner_is_none():
    html = heat_table("how to read", "title", ["a"], [("b", [("1", None)])])
    assert html.count('scope="col"') == 1 and html.count('scope="row"') == 1 and "<caption" in html
