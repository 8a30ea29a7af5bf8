"""The explorer of pairs: both orders, typed text, and hostile text."""

import pytest
from pictures import HOSTILE, read
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from course_utils import checkpoint
from course_utils.lesson.pairs import explore_pair


@pytest.fixture(scope="module")
def cross_encoder():
    folder = checkpoint("nli")
    return AutoModelForSequenceClassification.from_pretrained(
        folder
    ).eval(), AutoTokenizer.from_pretrained(folder)


def test_each_order_is_what_the_model_says_of_it_alone(cross_encoder):
    model, tokenizer = cross_encoder
    shown = explore_pair(
        model, tokenizer, "A man plays the guitar.", "Somebody makes music."
    ).view.text
    for first, second in (
        ("A man plays the guitar.", "Somebody makes music."),
        ("Somebody makes music.", "A man plays the guitar."),
    ):
        for logit in model(**tokenizer(first, second, return_tensors="pt")).logits[0].tolist():
            assert f"{logit:.3f}" in shown


def test_typed_text_draws_anew(cross_encoder):
    explorer = explore_pair(*cross_encoder, "The door is open.", "The door is closed.")
    before = explorer.view.text
    explorer.controls["second"].value = "The window is open."
    assert explorer.view.text != before
    assert "window" in explorer.view.text


@pytest.mark.parametrize("hostile", [text for text in HOSTILE if text])
def test_hostile_text_stays_text(cross_encoder, hostile):
    read(explore_pair(*cross_encoder, hostile, hostile).view)


@pytest.mark.parametrize("texts", [(["a"], "b"), ("a", None)])
def test_only_strings_are_taken(texts):
    with pytest.raises(TypeError, match="expected a string, got"):
        explore_pair(None, None, *texts)
