"""An error on purpose in a real JupyterLab: read in order, closed behind its message, and Run All goes on."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course_utils.lesson.errors import BEGINS, ENDS

from .jupyterlab import RUN_ALL

PATIENCE = 120_000  # milliseconds
CELLS = [
    new_code_cell("import os\nimport course_utils"),
    new_code_cell(
        "numbers = [1, 2]\nnumbers[7]  # fails on purpose", metadata={"tags": ["raises-exception"]}
    ),
    new_code_cell("print('went on in', os.environ['JPY_SESSION_NAME'])"),
]


@pytest.fixture(scope="module")
def page(browser, lab):
    folder, address = lab
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = new_notebook(cells=CELLS, metadata={"kernelspec": kernel})
    nbformat.write(book, folder / "04_errors.ipynb")
    page = browser.new_page()
    page.goto(address("04_errors.ipynb"))
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=PATIENCE)
    page.evaluate(RUN_ALL)
    page.wait_for_selector('.jp-OutputArea-output:has-text("went on in")', timeout=PATIENCE)
    yield page
    page.close()


def test_the_error_is_read_in_order_and_its_traceback_is_closed(page):
    shown = page.locator(".jp-CodeCell").nth(1).locator(".jp-OutputArea").first
    words = shown.inner_text()
    order = [BEGINS, "IndexError: list index out of range", "Raised in line 2 of this cell", ENDS]
    assert [words.index(part) for part in order] == sorted(words.index(part) for part in order)
    assert words.count("list index out of range") == 1 and "a cell" not in words
    shown.locator("summary").click()
    assert 'File "a cell", line 2' in shown.inner_text()


def test_run_all_went_on_and_the_kernel_knows_its_notebook(page):
    assert "04_errors.ipynb" in page.locator(".jp-CodeCell").nth(2).inner_text()
