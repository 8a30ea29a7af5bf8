"""The explorer of pairs: both orders, typed text, and hostile text."""

import pytest
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from course_utils import checkpoint
from course_utils.pairs import explore_pair

HOSTILE = "<script>alert(1)</script> Ġ ##s \u202eabc\u202c 🙂 \u200b"


@pytest.fixture(scope="module")
def cross_encoder():
    folder = checkpoint("nli")
    return AutoModelForSequenceClassification.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)


def test_each_order_is_what_the_model_says_of_it_alone(cross_encoder):
    model, tokenizer = cross_encoder
    shown = explore_pair(model, tokenizer, "A man plays the guitar.", "Somebody makes music.").view.text
    for first, second in (("A man plays the guitar.", "Somebody makes music."),
                          ("Somebody makes music.", "A man plays the guitar.")):
        for logit in model(**tokenizer(first, second, return_tensors="pt")).logits[0].tolist():
            assert f"{logit:.3f}" in shown


def test_typed_text_draws_anew(cross_encoder):
    explorer = explore_pair(*cross_encoder, "The door is open.", "The door is closed.")
    before = explorer.view.text
    explorer.controls["second"].value = "The window is open."
    assert explorer.view.text != before
    assert "window" in explorer.view.text


def test_hostile_text_is_escaped(cross_encoder):
    html = explore_pair(*cross_encoder, HOSTILE, HOSTILE).view.html
    assert "<script" not in html


@pytest.mark.parametrize("texts", [(["a"], "b"), ("a", None)])
def test_only_strings_are_taken(texts):
    with pytest.raises(TypeError, match="expected a string, got"):
        explore_pair(None, None, *texts)
