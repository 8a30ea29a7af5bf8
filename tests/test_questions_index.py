"""The index of questions is what the notebooks' tags say, and every tag points to an item of the curriculum."""

import re

import make_questions_index as maker
import nbformat
import pytest


@pytest.fixture(scope="module")
def found():
    return maker.answers()


def test_the_index_is_up_to_date(found):
    expected = maker.index(found, maker.questions())
    assert maker.INDEX.read_text(encoding="utf-8") == expected, (
        "run python tests/make_questions_index.py"
    )


def test_every_tag_names_an_item_and_every_item_has_its_wording(found):
    items = [f"Q{i}" for i in range(1, 42)] + [f"M{i}" for i in range(1, 14)]
    assert list(maker.questions()) == items
    assert set(found) <= set(items)


def test_every_link_names_a_cell_that_is_there():
    links = re.findall(r"\]\(([\w.]+)#cell-id=([\w-]+)\)", maker.INDEX.read_text(encoding="utf-8"))
    assert links
    ids = {
        name: {cell.id for cell in nbformat.read(maker.NOTEBOOKS / name, as_version=4).cells}
        for name, _ in links
    }
    assert [(name, cell) for name, cell in links if cell not in ids[name]] == []


def test_tags_are_found_with_the_heading_above_them(tmp_path):
    book = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# Lesson\n\n## Logits | here"),
            nbformat.v4.new_code_cell("1", id="one", metadata={"tags": ["answers:Q2", "proof"]}),
            nbformat.v4.new_code_cell(
                "2", id="two", metadata={"tags": ["answers:Q2", "corrects:M5"]}
            ),
        ]
    )
    nbformat.write(book, tmp_path / "01_a.ipynb")
    found = maker.answers(tmp_path)
    assert found == {
        "Q2": [("01_a.ipynb", "one", "Logits | here"), ("01_a.ipynb", "two", "Logits | here")],
        "M5": [("01_a.ipynb", "two", "Logits | here")],
    }
    page = maker.index(found, {"Q1": "Why?", "Q2": "What is it?", "M5": "Names"})
    assert "| Q1 | Why? | no cell yet |" in page
    assert r"| Q2 | What is it? | [01 · Logits \| here](01_a.ipynb#cell-id=one) |" in page
