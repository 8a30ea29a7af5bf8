"""Explorers without a browser: they draw with the show functions, tell errors, and leave a static picture."""

import asyncio

import pytest
import torch
from pictures import HOSTILE, check, held, words_of

from course_utils.attention import AttentionRecord
from course_utils.lesson import explore as _explorer
from course_utils.lesson.explore import Explorer, lines_of, slider, stacked, text_field
from course_utils.lesson.task_explorers import (
    explore_attention,
    explore_entities,
    explore_similarity,
)
from course_utils.pictures.attention import show_attention
from course_utils.pictures.entities import show_entities
from course_utils.pictures.similarity import show_similarity
from course_utils.pictures.view import View


def counting():
    """An explorer that counts how often it draws."""
    drawn = []

    def draw(text, size):
        if text == "bad":
            raise ValueError("size: expected <1>\nand more")
        drawn.append((text, size))
        return View(f"<p>{len(drawn)}</p>", f"{text} {size}")

    return Explorer(draw, {"text": text_field("a"), "size": slider("size", 0, 9, 3)}), drawn


def test_each_change_draws_with_all_values():
    explorer, drawn = counting()
    explorer.controls["size"].value = 5
    explorer.controls["text"].value = "b"
    assert drawn == [("a", 3), ("a", 5), ("b", 5)]
    assert explorer.view.text == "b 5" and "<p>3</p>" in explorer._output.value


def test_in_an_event_loop_it_waits_for_a_pause(monkeypatch):
    monkeypatch.setattr(_explorer, "DELAY", 0.05)

    async def typing():
        explorer, drawn = counting()
        for i in range(1, 20):
            explorer.controls["text"].value = "x" * i
            await asyncio.sleep(0)
        assert len(drawn) == 1
        await asyncio.sleep(0.3)
        return drawn

    assert asyncio.run(typing()) == [("a", 3), ("x" * 19, 3)]


def test_an_error_is_one_escaped_line_and_the_next_change_draws_again():
    explorer, _ = counting()
    explorer.controls["text"].value = "bad"
    assert check(explorer.view).text == "size: expected <1>"
    assert 'role="alert"' in explorer.view.html and "&lt;1&gt;" in explorer._output.value
    explorer.controls["text"].value = "good"
    assert explorer.view.text == "good 3"


def test_an_error_of_the_first_setting_is_the_callers():
    with pytest.raises(ValueError, match="size: expected"):
        Explorer(lambda text: counting()[0]._draw("bad", 1), {"text": text_field("bad")})


def test_what_is_stored_is_the_first_picture():
    explorer, _ = counting()
    explorer.controls["size"].value = 5
    assert explorer._repr_mimebundle_() == {"text/plain": "a 3", "text/html": "<p>1</p>"}
    assert repr(explorer) == "a 3"


def test_where_a_kernel_runs_the_widget_comes_with_it(monkeypatch):
    monkeypatch.setattr(_explorer, "_kernel_runs", lambda: True)
    bundle = counting()[0]._repr_mimebundle_()
    assert bundle["text/plain"] == "a 3" and "application/vnd.jupyter.widget-view+json" in bundle


def test_every_control_has_a_label():
    explorer = explore_similarity(lambda texts: [[1.0]] * len(texts), ["a"])
    assert all(control.description for control in explorer.controls.values())


def test_similarity_is_that_of_the_show_function():
    def embed(texts):
        return [[float(len(text)), 1.0] for text in texts]

    explorer = explore_similarity(embed, ["a", "bbb"])
    explorer.controls["metric"].value = "dot"
    explorer.controls["texts"].value = "xx\n\ny\n"
    assert explorer.view == show_similarity(embed(["xx", "y"]), ["xx", "y"], metric="dot")


def test_attention_is_that_of_the_show_function():
    weights = torch.rand(2, 3, 4, 4).softmax(-1)
    record = AttentionRecord(tuple("abcd"), weights)
    explorer = explore_attention(record)
    explorer.controls["layer"].value, explorer.controls["head"].value = 1, 2
    assert explorer.view == show_attention(record, layer=1, head=2)
    explorer.controls["show"].value = "the layer"
    assert explorer.view == show_attention(record, layer=1, head=None)


def test_entities_call_the_pipeline_with_the_strategy():
    def pipeline(text, aggregation_strategy):
        return [{"entity_group": aggregation_strategy.upper(), "start": 0, "end": 3, "score": 0.5}]

    explorer = explore_entities(pipeline, "Ada sings.")
    explorer.controls["strategy"].value = "max"
    assert explorer.view == show_entities("Ada sings.", pipeline("", "max"))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_typed_text_stays_text(hostile):
    explorer = explore_entities(lambda text, aggregation_strategy: [], "Ada")
    explorer.controls["text"].value = hostile
    assert held(hostile) in words_of(check(explorer.view).html)


def test_stacked_views_keep_both_faces():
    both = check(stacked(View("<p>a</p>", "a"), View("<p>b</p>", "b")))
    assert both.text == "a\n\nb" and both.html == "<div><p>a</p><p>b</p></div>"


def test_lines_of():
    assert lines_of("a\n \nb") == ["a", "b"]
    with pytest.raises(ValueError, match="at least one line"):
        lines_of(" \n")


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (
            lambda: explore_similarity(list, "text"),
            TypeError,
            "expected a list of strings, got one string",
        ),
        (lambda: explore_entities(None, 3), TypeError, "text: expected one string, got int"),
    ],
)
def test_errors(make, error, words):
    with pytest.raises(error, match=words):
        make()
