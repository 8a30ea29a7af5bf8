import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import HOSTILE, bare, check_faces, check_golden
from test_checks import kernel

from course_utils import predict
from course_utils.lesson.live import VIEW
from course_utils.lesson.predict import find_choice
from course_utils.pictures.view import View

CHOICES = ["nothing changes", "the probability moves", "the label flips"]


def faces(prediction):
    """The two static faces of a prediction, as a view."""
    bundle = prediction._repr_mimebundle_()
    return View(bundle["text/html"], bundle["text/plain"])


def test_without_a_kernel_it_is_a_question_with_choices():
    asked = predict("Ten pads, no mask:", CHOICES)
    assert repr(asked).splitlines() == [
        "Predict: Ten pads, no mask:",
        "  a) nothing changes",
        "  b) the probability moves",
        "  c) the label flips",
    ]
    assert set(asked._repr_mimebundle_()) == {"text/plain", "text/html"} and asked.pick is None
    words = check_faces(faces(asked))
    assert all(choice in words for choice in CHOICES)
    assert bare(faces(asked)).count("<li>") == 3


@pytest.mark.parametrize("answer", [1, "b", "B", "the probability moves"])
def test_a_typed_pick_is_kept_and_compared(answer):
    asked = predict("Ten pads, no mask:", CHOICES, answer=answer)
    assert asked.pick == 1 and "Your pick: b" in repr(asked)
    right = asked.outcome("b", because="0.99 became 0.97.")
    assert right.text.splitlines() == [
        "What happened: b) the probability moves. 0.99 became 0.97.",
        "Your pick: b) the probability moves. As predicted.",
    ]
    wrong = asked.outcome("the label flips")
    assert "Your pick: b) the probability moves. Not what happened" in wrong.text
    assert right.html != wrong.html
    for view in (faces(asked), right, wrong):
        check_faces(view)


def test_no_pick_says_what_happened_and_no_more():
    assert predict("?", CHOICES).outcome(0).text == "What happened: a) nothing changes"


def test_a_choice_that_is_a_letter_or_a_number_means_itself():
    assert find_choice("b", ["c", "b", "a"]) == 1 and find_choice("a", ["c", "b", "a"]) == 2
    assert (
        predict("?", ["1", "0"], answer="1").pick == 0
        and predict("?", ["1", "0"], answer=1).pick == 1
    )


@settings(max_examples=60, deadline=None)
@given(st.text(), st.lists(st.text(), min_size=2, max_size=6, unique=True))
def test_any_texts(question, choices):
    asked = predict(question, choices)
    check_faces(faces(asked))
    check_faces(asked.outcome(0, because=question))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_stay_text(hostile):
    asked = predict(hostile, [hostile, "x"], answer=0)
    for view in (faces(asked), asked.outcome(0, because=hostile)):
        check_faces(view)
        assert not re.search("[\x00-\x09\x0b-\x1f\u200b\u202e]|<script|<img", view.html)


def test_in_a_live_kernel_a_click_is_kept():
    *_, pick, outcome = kernel(
        "from course_utils import predict\np = predict('Which?', ['<b>', 'y'])\np",
        "p._widget.children[1].index = 1\np.pick",
        "p.outcome('a')",
    )
    assert _[0][VIEW]["model_id"] and "&lt;b&gt;" in _[0]["text/html"]
    assert (
        pick["text/plain"] == "1" and "Your pick: b) y. Not what happened" in outcome["text/plain"]
    )


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: predict("?", "ab"), TypeError, "expected choices as a list of texts, got str"),
        (lambda: predict("?", ["a"]), ValueError, "two to 26 different choices, got 1"),
        (lambda: predict("?", ["a", "a"]), ValueError, "different choices"),
        (lambda: predict(3, ["a", "b"]), TypeError, "as text, got int"),
        (lambda: predict("?", ["a", 4]), TypeError, "as text, got int"),
        (
            lambda: predict("?", ["x", "y"], answer="z"),
            ValueError,
            "expected one of the choices.*got 'z'",
        ),
        (lambda: predict("?", ["x", "y"]).outcome(2), ValueError, "its number from 0, got 2"),
        (lambda: predict("?", ["x", "y"], answer=True), ValueError, "got True"),
    ],
)
def test_wrong_arguments_are_explained(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_golden():
    asked = predict("Ten pads <no mask>:", CHOICES, answer="b")
    check_golden("prediction", faces(asked))
    check_golden("prediction_outcome", asked.outcome("c", because="0.99 became 0.41."))
