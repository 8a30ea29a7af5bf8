"""What a learner feels: from the last key in an explorer to the new picture, in a real JupyterLab under Chromium."""

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from browser.jupyterlab import FLAGS, RUN_ALL, chromium_path, running_lab

KEYS = 20
PATIENCE = 240_000  # milliseconds, for a kernel that loads its models on a busy machine
SOURCE = """
import transformers
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from course_utils import checkpoint, explore_logits
tokenizer = AutoTokenizer.from_pretrained(checkpoint("sentiment"))
model = AutoModelForSequenceClassification.from_pretrained(checkpoint("sentiment"))
explore_logits(model, tokenizer, "A good film.")
"""
# Both moments are taken by the page's own clock: when it gets the key, and when the picture's mark-up is another.
WATCH = """([field, picture]) => {
    window.delays = [];
    let pressed = null;
    field.addEventListener('keydown', () => { pressed = performance.now(); });
    new MutationObserver(() => {
        if (pressed !== null) { window.delays.push(performance.now() - pressed); pressed = null; }
    }).observe(picture, {childList: true, subtree: true, characterData: true});
}"""


def measure() -> list[tuple[str, str, str]]:
    """Return a row of (what, measured, target) for ``explore_logits``: median and worst of twenty keys."""
    what = f"explore_logits in JupyterLab: key to picture, {KEYS} keys"
    path = chromium_path()
    if path is None:
        return [(what, "no Chromium on this machine", "at most 500 ms")]
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as work:
        cell = nbformat.v4.new_code_cell(SOURCE.strip())
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        book = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel})
        nbformat.write(book, Path(work) / "explorer.ipynb")
        with running_lab(Path(home), Path(work)) as address, sync_playwright() as play:
            chromium = play.chromium.launch(executable_path=path, args=FLAGS)
            delays = typed(chromium.new_page(), address("explorer.ipynb"))
            chromium.close()
    figures = f"{statistics.median(delays):.0f} ms median, {max(delays):.0f} ms worst"
    return [(what, figures, "at most 500 ms")]


def typed(page: Any, address: str) -> list[float]:
    """Type letter after letter, each once the picture has followed; return the milliseconds of each."""
    page.goto(address)
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=PATIENCE)
    page.evaluate(RUN_ALL)
    field = page.locator(".jp-OutputArea-output textarea")
    field.wait_for(timeout=PATIENCE)
    picture = page.locator(".widget-html-content").element_handle()
    page.evaluate(WATCH, [field.element_handle(), picture])
    field.press("End")
    page.evaluate("window.delays.length = 0")
    for number in range(1, KEYS + 1):
        field.press("abc"[number % 3])
        page.wait_for_function(
            "count => window.delays.length === count", arg=number, timeout=60_000
        )
    return page.evaluate("window.delays")
