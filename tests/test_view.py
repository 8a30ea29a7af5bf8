import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.pictures.view import LIMIT, View, plain_table, width, within_limit


def test_a_view_is_finished_frozen_and_has_two_faces():
    view = View(html="<b>two</b>", text="two")
    assert repr(view) == "two" and view._repr_mimebundle_() == {
        "text/html": "<b>two</b>",
        "text/plain": "two",
    }
    assert view == View(html="<b>two</b>", text="two")
    with pytest.raises(dataclasses.FrozenInstanceError):
        view.html = ""


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("中文", 4), ("e\u0301", 1), ("😀", 2), ("", 0)]
)
def test_columns_of_a_terminal(text, columns):
    assert width(text) == columns


def test_columns_line_up_also_for_wide_characters():
    lines = plain_table(["a", "b"], [["中", 1], ["x", 2], ["e\u0301", 3]]).splitlines()
    assert lines == ["a   b", "中  1", "x   2", "e\u0301   3"]
    assert len({width(line) for line in lines}) == 1


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.text(alphabet="ab 1.中", max_size=6), min_size=2, max_size=2), max_size=6)
)
def test_a_table_has_a_line_for_each_row_and_loses_no_cell(rows):
    lines = plain_table(["x", "y"], rows).split("\n")
    assert len(lines) == len(rows) + 1
    for line, row in zip(lines[1:], rows, strict=True):
        assert all(cell.strip() in line for cell in row)


def test_a_cell_cannot_break_its_line():
    assert len(plain_table(["x"], [["a\nb"], ["c\td\u202e"]]).split("\n")) == 3


def test_what_is_too_large_is_cut_until_it_fits():
    built = []

    def build(size):
        built.append(size)
        return View(html="é" * 100 * size, text=str(size))

    assert within_limit(build, 1_000).text == str(LIMIT // 200) and len(built) <= 4
    assert (
        within_limit(build, 3).text == "3"
        and within_limit(lambda n: View("x" * 60_000, str(n)), 5).text == "1"
    )
