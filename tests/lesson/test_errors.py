"""Errors on purpose: framed, the whole message first, and still an error for Jupyter and nbval."""

import nbformat
import pytest
from books import NOTEBOOKS, code_cells, tags
from nbformat.v4 import new_code_cell, new_notebook
from update_notebooks import new_client

from course_utils.lesson.errors import BEGINS, ENDS, MARK
from course_utils.testing.numbers import Tolerance, markup_difference

MESSAGE = "ValueError: expected <b>two</b> lines,\ngot one"
SOURCES = {
    "import": "import course_utils",
    "helper": "def inner(text):\n    raise ValueError(text)",
    "purpose": f"one = 1\ninner({MESSAGE.partition(': ')[2]!r})  # fails on purpose",
    "accident": "inner('oh')",
    "after": "one + 1",
    "library": "import json\njson.loads('{')  # Fails on purpose",
    "chained": "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise KeyError('k') from error"
    "\n# fails on purpose",
    "interrupted": "raise KeyboardInterrupt  # fails on purpose",
}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    book = new_notebook(
        cells=[
            new_code_cell(source, id=name, metadata={"tags": ["raises-exception"]})
            for name, source in SOURCES.items()
        ]
    )
    new_client(book, tmp_path_factory.mktemp("run")).execute()
    nbformat.validate(book)
    return {cell.id: cell.outputs for cell in book.cells}


def test_the_message_stands_between_begin_and_end(outputs):
    begin, error, end = outputs["purpose"]
    assert begin.data["text/plain"] == BEGINS and BEGINS in begin.data["text/html"]
    assert (error.output_type, error.ename) == ("error", "ValueError")
    assert error.evalue == MESSAGE.removeprefix("ValueError: ")
    assert error.traceback == [MESSAGE], "the whole message, nothing before it"
    last = end.data["text/plain"].splitlines()
    assert last[-1] == ENDS
    assert last[0].startswith("Raised in line 2 of this cell: inner(") and "purpose" not in last[0]


def test_the_traceback_is_closed_and_names_no_folder_of_this_machine(outputs):
    html = outputs["purpose"][2].data["text/html"]
    assert "<details class=" in html and "<details open" not in html
    assert "&lt;b&gt;two" in html and "<b>two" not in html
    assert "File &quot;a cell&quot;, line 2, in inner" in html
    library = outputs["library"][2].data["text/html"]
    assert "File &quot;json/decoder.py&quot;" in library
    for shown in (html, library):
        assert "ipykernel" not in shown and "&quot;/" not in shown
    moved = html.replace("line 2, in inner", "line 3, in inner")
    assert moved != html and markup_difference(html, moved, Tolerance()) is None
    assert markup_difference(html, html.replace(ENDS, "The end"), Tolerance())


def test_a_chain_of_errors_is_told_whole(outputs):
    _, error, end = outputs["chained"]
    assert error.traceback == ["KeyError: 'k'"]
    assert "ZeroDivisionError" in end.data["text/html"]
    assert "Raised in line 4 of this cell" in end.data["text/plain"]


def test_other_errors_keep_the_traceback_of_ipython_and_the_kernel_goes_on(outputs):
    (error,) = outputs["accident"]
    assert len(error.traceback) > 1 and "inner" in "".join(error.traceback)
    assert outputs["after"][0].data["text/plain"] == "2"
    assert [o.output_type for o in outputs["interrupted"]] == ["error"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_marked_cell_is_tagged_and_its_frame_is_stored(path):
    for cell in code_cells(nbformat.read(path, as_version=4)):
        if MARK.search(cell.source):
            assert "raises-exception" in tags(cell), cell.id
            first, error, last = cell.outputs[-3:]
            assert first.data["text/plain"] == BEGINS, cell.id
            assert (error.output_type, len(error.traceback)) == ("error", 1), cell.id
            assert last.data["text/plain"].endswith(ENDS), cell.id
