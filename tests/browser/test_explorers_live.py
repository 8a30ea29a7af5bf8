"""Every explorer driven in a real JupyterLab: typed text, a moved slider, a changed option, and what follows from it.

One notebook holds all explorers, so that the kernel starts and loads its models once.
"""

import nbformat
import pytest

from .jupyterlab import RUN_ALL

PATIENCE = 240_000  # milliseconds: only a machine with much else to do needs them
CELLS = {
    "setup": """
import torch, transformers
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
from course_utils import *
from course_utils.lesson.explore import Explorer, text_field
from course_utils.pictures.view import View
from transformers import (AutoModel, AutoModelForQuestionAnswering, AutoModelForSequenceClassification, AutoTokenizer,
                          pipeline)
tokenizer = AutoTokenizer.from_pretrained(checkpoint("sentiment"))
classifier = AutoModelForSequenceClassification.from_pretrained(checkpoint("sentiment"))
body = AutoModel.from_pretrained(checkpoint("embeddings"), attn_implementation="eager")
reader = AutoModelForQuestionAnswering.from_pretrained(checkpoint("qa"))
def embed(texts):
    return body(**tokenizer(texts, padding=True, return_tensors="pt")).pooler_output""",
    "tokens": 'explore_tokens(tokenizer, "hello")',
    "batch": 'explore_batch(tokenizer, classifier, ["I hate this.", "A long and winding film about nothing at all."])',
    "logits": 'explore_logits(classifier, tokenizer, "A good film.")',
    "similarity": 'explore_similarity(embed, ["one", "two", "three"])',
    "attention": 'explore_attention(attention_weights(body, tokenizer, "the cat sat"))',
    "entities": """
tagger = pipeline("token-classification", model=checkpoint("ner"))
explore_entities(tagger, "Marie went to Brooklyn.")""",
    "answers": 'explore_answers(reader, tokenizer, "Who?", "Ada met Charles in London. " * 12)',
    "flow": 'explore_flow(classifier, tokenizer, "A good film.")',
    "counted": """
drawn = []
def draw(text):
    drawn.append(text)
    return View(f"<p>{len(drawn)} drawn</p>", f"{len(drawn)} drawn")
Explorer(draw, {"text": text_field("")})""",
}


@pytest.fixture(scope="module")
def page(browser, lab):
    """Open the notebook and run all of it."""
    folder, address = lab
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in CELLS.values()]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}),
        folder / "explorers.ipynb",
    )
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(60_000)
    page.goto(address("explorers.ipynb"))
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=PATIENCE)
    page.evaluate(RUN_ALL)
    drawn = f"document.querySelectorAll('.widget-html-content').length === {len(CELLS) - 1}"
    failed = "document.querySelector('[data-mime-type=\"application/vnd.jupyter.error\"]')"
    page.wait_for_function(f"{drawn} || {failed}", timeout=PATIENCE)
    assert not page.evaluate(f"Boolean({failed})"), page.locator(".jp-Notebook").inner_text()
    yield page
    page.close()


def cell(page, name):
    """Locate the output of a cell."""
    return (
        page.locator(".jp-CodeCell")
        .nth(list(CELLS).index(name))
        .locator(".jp-OutputArea-output")
        .last
    )


def picture(where) -> str:
    return where.locator(".widget-html-content").inner_text()


def changes(page, where, act) -> tuple[str, str]:
    """Act, wait until the picture is another, and give both."""
    before = picture(where)
    act()
    handle = where.locator(".widget-html-content").element_handle()
    page.wait_for_function("([node, text]) => node.innerText !== text", arg=[handle, before])
    return before, picture(where)


def press(where, name, *keys):
    """Move a slider by keys; it is found by its label."""
    row = where.locator(".widget-hslider", has_text=name)
    for key in keys:
        row.locator(".noUi-handle").press(key)


def test_typed_text_becomes_pieces(page):
    where = cell(page, "tokens")
    _, after = changes(page, where, lambda: where.locator("textarea").fill("tokenizers"))
    assert "##izer" in after and "hello" not in after


def test_special_tokens_can_be_left_out(page):
    where = cell(page, "tokens")
    before, after = changes(page, where, lambda: where.get_by_text("special tokens").click())
    assert "[CLS]" in before and "[CLS]" not in after


def test_without_its_mask_the_padded_row_moves(page):
    where = cell(page, "batch")
    before, after = changes(
        page, where, lambda: where.get_by_text("pass the attention mask").click()
    )
    assert "NEGATIVE" in before and "NEGATIVE" in after


def test_padding_changes_its_side(page):
    where = cell(page, "batch")
    changes(page, where, lambda: where.locator("select").select_option("left"))


def test_temperature_moves_the_probabilities(page):
    where = cell(page, "logits")
    before, after = changes(page, where, lambda: press(where, "temperature", "ArrowRight"))
    assert "temperature" not in before and "at temperature 1.12" in after


def test_the_metric_changes_the_figures(page):
    where = cell(page, "similarity")
    before, after = changes(page, where, lambda: where.locator("select").select_option("euclidean"))
    assert "Cosine similarity" in before and "Euclidean distance" in after and "0.00" in after


def test_an_error_is_one_sentence_in_place_of_the_picture_and_goes_away(page):
    where = cell(page, "similarity")
    _, told = changes(page, where, lambda: where.locator("textarea").fill(""))
    assert told == "texts: expected at least one line that is not empty"
    assert where.locator('[role="alert"]').count() == 1
    _, after = changes(page, where, lambda: where.locator("textarea").fill("sun\nmoon"))
    assert "0 sun" in after and where.locator('[role="alert"]').count() == 0


def test_arrow_keys_walk_through_layers_and_heads(page):
    where = cell(page, "attention")
    _, after = changes(page, where, lambda: press(where, "layer", "ArrowRight"))
    assert "Layer 1, head 0." in after
    _, after = changes(page, where, lambda: press(where, "head", "ArrowRight", "ArrowRight"))
    assert "Layer 1, head 2." in after
    _, after = changes(page, where, lambda: where.locator("select").select_option("all layers"))
    assert "Layers 0 to 5, 12 heads each." in after


def test_the_strategy_changes_the_grouping(page):
    where = cell(page, "entities")
    before, after = changes(page, where, lambda: where.locator("select").select_option("none"))
    assert "LOC" in before and "B-LOC" not in before and "B-LOC" in after


def test_a_smaller_window_makes_more_of_them(page):
    where = cell(page, "answers")
    assert "1 window of at most 384" in picture(where)
    _, told = changes(page, where, lambda: press(where, "window", "Home"))
    assert "max_length: expected room for more than 128 passage tokens" in told
    _, after = changes(page, where, lambda: press(where, "stride", "Home"))
    assert "windows of at most 32" in after and "share 0 passage tokens" in after


def test_the_stages_are_walked_through(page):
    where = cell(page, "flow")
    changes(page, where, lambda: press(where, "stage", "ArrowRight"))


def test_typing_fast_draws_after_the_pause_not_at_every_key(page):
    where = cell(page, "counted")
    changes(
        page,
        where,
        lambda: where.locator("textarea").press_sequentially("forty letters typed without a pause"),
    )
    page.wait_for_timeout(1000)
    assert 2 <= int(picture(where).split()[0]) < 15  # a busy machine makes pauses of its own


def test_controls_are_reached_by_the_tab_key(page):
    where = cell(page, "logits")
    where.locator("textarea").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.classList.contains('noUi-handle')")


def test_nothing_is_wider_than_a_narrow_page(page):
    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_timeout(500)
    wide = page.evaluate("""() => [...document.querySelectorAll('.jp-OutputArea-output .widget-vbox')]
        .filter(node => node.scrollWidth > node.clientWidth + 1).map(node => node.innerText.slice(0, 60))""")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert wide == []
