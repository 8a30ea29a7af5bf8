"""A question and a check in a real JupyterLab: picked and opened with the keyboard alone, read without overlap."""

import itertools

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from .test_explorers_live import RUN_ALL

PATIENCE = 240_000  # milliseconds
LONG = (
    "the probability moves, because every pad is read like a word and takes its share of each token "
    * 2
)
QUESTION = f"predict('What moves?', ['nothing', {LONG!r}, 'it flips'])"
CELLS = [
    f"from course_utils import check, hint, predict\nguess = {QUESTION}\nguess",
    "check('06-count-hits', lambda rankings, accepted, k: 0.3)",
    "print('went on')",
]


@pytest.fixture(scope="module")
def page(browser, lab):
    folder, address = lab
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [new_code_cell(source) for source in CELLS]
    nbformat.write(
        new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "engine.ipynb"
    )
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    page.goto(address("engine.ipynb"))
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=PATIENCE)
    page.evaluate(RUN_ALL)
    page.wait_for_selector('.jp-OutputArea-output:has-text("went on")', timeout=PATIENCE)
    yield page
    page.close()


def cell(page, number):
    return page.locator(".jp-CodeCell").nth(number)


def test_long_choices_are_not_written_over_each_other(page):
    labels = cell(page, 0).locator(".course-choices .widget-radio-box label")
    labels.first.wait_for(timeout=PATIENCE)
    boxes = [label.bounding_box() for label in labels.all()]
    texts = labels.evaluate_all(
        """labels => labels.map(l => { const r = document.createRange(); r.selectNodeContents(l);
           const b = r.getBoundingClientRect(); return [b.top, b.bottom]; })"""
    )
    assert len(boxes) == 3 and boxes[1]["height"] > 1.5 * boxes[0]["height"]
    for (_, bottom), (top, _) in itertools.pairwise(texts):
        assert bottom <= top + 1


def test_a_choice_is_picked_with_the_keyboard(page):
    radio = cell(page, 0).get_by_role("radio", name="c) it flips")
    cell(page, 0).get_by_role("radio").nth(1).focus()
    page.keyboard.press("Tab")
    assert radio.evaluate("radio => radio === document.activeElement")
    page.keyboard.press("Space")
    said = cell(page, 0).get_by_role("status")
    said.get_by_text("Your pick: c. Now run on and see.").wait_for(timeout=PATIENCE)


def test_hints_open_under_a_check_with_the_keyboard(page):
    button = cell(page, 1).get_by_role("button", name="Open hint 1 of 4")
    button.focus()
    page.keyboard.press("Enter")
    cell(page, 1).get_by_role("status").get_by_text("Hint 1 of 4").wait_for(timeout=PATIENCE)
    cell(page, 1).get_by_role("button", name="Open hint 2 of 4").wait_for(timeout=PATIENCE)
