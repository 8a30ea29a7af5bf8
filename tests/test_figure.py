"""Figures speak: an alternative text made of finding, kind, axes and range, and their table beside the image."""

import re

import pytest
import torch
from pictures import HOSTILE, figures, parse

from course_utils.pictures.answer_curves import plot_answer_curves
from course_utils.pictures.curves import plot_lines
from course_utils.pictures.figure import Picture
from course_utils.pictures.logits import plot_temperature
from course_utils.pictures.maps import plot_map
from course_utils.pictures.page import escape
from course_utils.pictures.view import LIMIT

MANY = torch.randn(40, 8, generator=torch.Generator().manual_seed(1))
LONG = torch.randn(2, 300, generator=torch.Generator().manual_seed(1)).tolist()
PICTURES = {
    "lines": lambda: plot_lines(
        [8, 16],
        {"read": [0.5, 1.5], "skip": [2.0, 1.0]},
        title="Fast",
        x_label="batch",
        y_label="s",
    ),
    "temperature": lambda: plot_temperature([2.0, -1.0]),
    "map": lambda: plot_map(MANY, [f"some label {i}" for i in range(40)]),
    "curves": lambda: plot_answer_curves(*LONG, [f"t{i}" for i in range(300)]),
}


def faces(picture):
    shown, metadata = picture._repr_mimebundle_()
    return shown["text/html"], shown["text/plain"], metadata["image/png"]["alt"]


@pytest.mark.parametrize("name", PICTURES)
def test_the_table_stands_beside_the_image_with_the_figures_of_the_text(name):
    html, text, alt = faces(PICTURES[name]())
    words = " ".join(parse(html).words)
    assert (
        f'alt="{escape(alt)}"' in html
        and html.count("<details>") == 1
        and "<details open" not in html
    )
    assert len(html.encode()) <= LIMIT
    told = figures(words.replace("The first", ""))
    missing = figures(text.partition("\n")[2]) - told
    assert not missing or re.search(r"The first [\d,]+ of 300 rows of the figures", words)
    assert faces(PICTURES[name]())[0] == html  # the same bytes each time


def test_the_words_of_an_image_name_finding_kind_axes_and_range():
    _, _, alt = faces(PICTURES["lines"]())
    assert alt == "Fast (s). 2 lines: s from 0.5 to 2 over batch from 8 to 16."
    _, _, alt = faces(PICTURES["map"]())
    assert re.match("PCA: this plane keeps .* 40 points: second direction from -", alt)


def test_a_figure_of_anybodys_own_gives_its_points():
    picture = Picture()
    axes = picture.subplots()
    axes.plot([1, 2], [0.5, 0.25], label="mine")
    axes.set(title="Down", xlabel="step", ylabel="loss")
    html, text, alt = faces(picture)
    assert text == "Down (loss over step)\nmine: 1: 0.5, 2: 0.25"
    assert alt == "Down (loss over step). 1 line: loss from 0.25 to 0.5 over step from 1 to 2."
    assert "".join(parse(html).words).endswith("linexymine10.5mine20.25")


def test_words_without_rows_are_the_table():
    picture = Picture()
    picture.subplots()
    picture.words = "What was missed\nexercise 1: 3 of 4"
    html, _, alt = faces(picture)
    assert alt.startswith("What was missed.") and "exercise 1: 3 of 4" in "".join(parse(html).words)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_stay_words(hostile):
    html, _, _ = faces(
        plot_lines([1], {hostile: [1.0]}, title=hostile, x_label=hostile, y_label=hostile)
    )
    parse(html)
    assert not re.search("<script|<img src=x|<b>", html)
