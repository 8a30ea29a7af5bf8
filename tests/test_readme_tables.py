"""The tables of the README are what the notebooks and the catalogue say."""

import make_readme_tables as maker
import nbformat
import pytest


def test_the_tables_are_up_to_date():
    page = maker.README.read_text(encoding="utf-8")
    assert maker.updated(page) == page, "run python tests/make_readme_tables.py"


def test_a_lesson_is_read_from_its_notebook(tmp_path):
    cells = map(
        nbformat.v4.new_markdown_cell,
        ["# 11 · Odd | ends\n\n**45 minutes. Before:** 01", "## 1 · Why?\n### Not me", "## Recap"],
    )
    path = tmp_path / "11_odd_ends.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), path)
    row = r"| 11 | [Odd \| ends](notebooks/11_odd_ends.ipynb) | 45 | Why? |"
    assert maker.lessons([path]).splitlines()[2:] == [row]


def test_a_notebook_without_its_minutes_is_named(tmp_path):
    path = tmp_path / "11_odd_ends.ipynb"
    cell = nbformat.v4.new_markdown_cell("# 11 · Odd ends")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    with pytest.raises(ValueError, match=r"'NN minutes' in the front matter of 11_odd_ends\.ipynb"):
        maker.lessons([path])


def test_a_page_without_a_place_for_a_table_is_refused():
    with pytest.raises(ValueError, match="expected the lines <!-- lessons -->"):
        maker.updated("# A page")
