"""A learner runs a cell again. Every code cell twice in a row must neither raise nor change what it shows.

Minutes for the whole collection, so it is not in the default run: ``make test-twice``.
"""

import nbformat
import pytest
from books import NOTEBOOKS, code_cells
from update_notebooks import clean, execute

from course_utils.testing.numbers import Tolerance
from course_utils.testing.outputs import compared, settle

# Training goes on from where it was, timings are timings: there the second run may show something else.
CHANGING = {"training", "nbval-ignore-output"}


def doubled(book):
    """Every code cell followed by a copy of itself."""
    twice = nbformat.from_dict(book)
    twice.cells = []
    for cell in book.cells:
        twice.cells.append(nbformat.from_dict(cell))
        if cell.cell_type == "code":
            twice.cells.append(nbformat.from_dict({**cell, "id": f"{cell.id}-again"}))
    return twice


def changes(book):
    """Name the cells of a doubled notebook whose second output differs from their first."""
    cells = code_cells(book)
    return [
        change for pair in zip(cells[::2], cells[1::2], strict=True) if (change := differs(*pair))
    ]


def differs(cell, again):
    """Say how what a cell shows in a second run differs; nothing if it does not, or may."""
    if CHANGING & set(cell.metadata.get("tags", [])):
        return ""
    old, new = list(compared(cell.outputs)), list(compared(again.outputs))
    settled, difference = settle(new, old, Tolerance())
    same = [texts(output) for output in settled] == [texts(output) for output in old]
    return "" if same else f"{cell.id}: {difference}"


def texts(output):
    shown = {
        mime: text for mime, text in output.get("data", {}).items() if mime.startswith("text/")
    }
    return output.output_type, output.get("text"), output.get("ename"), output.get("evalue"), shown


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_may_be_run_twice(path):
    book = execute(doubled(nbformat.read(path, as_version=4)), path.parent)
    assert not changes(book)


def test_a_cell_that_changes_when_it_is_run_again_is_found(tmp_path):
    cells = [
        nbformat.v4.new_code_cell(source, id=f"cell-{i}")
        for i, source in enumerate(("rows = [1.5, 2.5]", "print(rows.pop())", "print(0.25)"))
    ]
    book = execute(doubled(nbformat.v4.new_notebook(cells=cells)), tmp_path)
    assert changes(clean(book)) == ["cell-1: text: stored 2.5, now 1.5, difference 1"]
