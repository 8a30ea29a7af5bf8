import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pictures import HOSTILE, bare, check_faces, check_golden, read, tiny, wordpiece

from course_utils import plot_temperature, show_logits, show_token_logits, softmax
from course_utils.logits import label_scores
from course_utils.pictures.bars import figure, percent, rule_bar, signed_bar

ANY = st.floats(width=32, allow_nan=True, allow_infinity=True)
SHAPES = arrays.array_shapes(min_dims=1, max_dims=2, min_side=1, max_side=6)
QUICK = settings(max_examples=80, deadline=None)


@QUICK
@given(
    arrays.arrays(np.float32, SHAPES, elements=st.floats(-50, 50, width=32)), st.floats(0.05, 20)
)
def test_softmax_is_that_of_torch(values, temperature):
    ours, theirs = (
        softmax(values, temperature=temperature),
        torch.softmax(torch.tensor(values) / temperature, -1),
    )
    torch.testing.assert_close(ours, theirs)


def test_softmax_by_hand_and_what_moves_it():
    assert softmax([0.0, math.log(3)]).tolist() == pytest.approx([0.25, 0.75])
    assert softmax([100.0, 100 + math.log(3)]).tolist() == pytest.approx([0.25, 0.75], abs=1e-5)
    assert softmax([1000.0, -1000.0]).tolist() == [1.0, 0.0]
    assert softmax([0.0, 2.0], temperature=2)[1] < softmax([0.0, 2.0])[1]
    assert softmax([-math.inf, 0.0]).tolist() == [0.0, 1.0]
    assert (
        torch.isnan(softmax([-math.inf, -math.inf])).all()
        and torch.isnan(softmax([math.inf, 0.0])).all()
    )


@QUICK
@given(
    arrays.arrays(np.float32, SHAPES, elements=ANY), st.sampled_from(["softmax", "sigmoid", "auto"])
)
def test_any_figures_give_a_picture(values, function):
    view = show_logits(values, function=function)
    check_faces(view)
    assert view == show_logits(values, function=function)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.int64])
def test_every_precision_and_gradients_are_taken(dtype):
    values = torch.tensor([[2, -1], [0, 1]], dtype=dtype)
    if dtype.is_floating_point:
        values.requires_grad_()
    assert (
        show_logits(values) == show_logits([[2, -1], [0, 1]]) == show_logits([values[0], values[1]])
    )


def test_scores_labels_and_winners():
    scored = label_scores([[2.0, -1.0], [0.0, 1.0]], id2label={0: "yes", 1: "no"})
    assert scored.winners == ("yes", "no") and scored.function == "softmax"
    assert scored.scores.sum(1).tolist() == pytest.approx([1, 1])
    several = label_scores([[1.0, 2.0, -3.0]], function="sigmoid")
    assert several.winners == ("LABEL_0, LABEL_1",)
    assert several.scores[0, 0].item() == pytest.approx(1 / (1 + math.exp(-1)))
    assert label_scores([[-1.0]], function="auto").winners == ("none",)
    assert label_scores([[math.nan, 1.0]]).winners == (None,)


def test_one_logit_uses_sigmoid_and_two_use_softmax_like_the_pipeline():
    from transformers import pipeline

    for labels, function in ((1, "sigmoid"), (2, "softmax")):
        model = tiny(num_labels=labels)
        classify = pipeline(
            "text-classification", model=model, tokenizer=wordpiece(), top_k=None, device="cpu"
        )
        theirs = classify(["I like it"])[0]
        logits = model(**wordpiece()("I like it", return_tensors="pt")).logits
        ours = label_scores(logits, id2label=model.config.id2label, function="auto")
        assert ours.function == function
        for result in theirs:
            score = ours.scores[0, ours.labels.index(result["label"])].item()
            assert result["score"] == pytest.approx(score, abs=1e-5)


def test_the_winner_is_marked_once_even_among_equal_names():
    view = show_logits([1.0, 3.0, 2.0], id2label=["same", "same", "same"])
    assert [line.endswith("highest") for line in view.text.splitlines()[2:]] == [False, True, False]


def test_rows_are_named_and_grouped():
    view = show_logits([[1, 2], [3, 4]], rows=["alone", "padded"], id2label={0: "A", 1: "B"})
    assert view.html.count('scope="rowgroup" rowspan="2"') == 2
    assert read(view).index("alone") < read(view).index("padded")
    check_faces(view)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_labels_rows_tokens_and_captions_stay_text(hostile):
    for view in (
        show_logits([[1, 2]], id2label={0: hostile, 1: "x"}, rows=[hostile], caption=hostile),
        show_token_logits([[1, 2]], [hostile], id2label=[hostile, "x"], caption=hostile),
    ):
        check_faces(view)
        assert not re.search("[\x00-\x09\x0b-\x1f\u200b\u202e]|<script|<img", view.html)
    assert plot_temperature([1, 2], id2label=[hostile, "$x$"])._repr_mimebundle_()[0]["image/png"]


def test_many_labels_and_many_rows_are_cut_with_a_note():
    view = show_logits(torch.arange(100.0))
    assert "showing the 20 highest of 100 labels" in view.text and view.text.splitlines()[
        2
    ].startswith("LABEL_99")
    many = show_logits(torch.zeros(5_000, 4))
    assert re.search(r"showing the first \d+ of 5,000 rows", many.text)
    check_faces(many)
    check_faces(show_logits(torch.zeros(0, 4)))


def test_token_logits():
    logits = torch.tensor([[[3.0, 0.0], [0.0, 1.0]]])
    view = show_token_logits(logits, ["New", "York"], id2label={0: "O", 1: "LOC"}, top=1)
    assert [line.split() for line in view.text.splitlines()[2:]] == [
        ["0", "New", "O", "3.000", "95.26", "%", "highest"],
        ["1", "York", "LOC", "1.000", "73.11", "%", "highest"],
    ]
    check_faces(view)


def test_temperature_curves_end_where_the_arithmetic_says():
    plotted = plot_temperature([2.0, -1.0], id2label=["a", "b"], temperatures=(1, 2))
    line = {line.get_label(): line.get_ydata() for line in plotted.axes[0].lines}
    assert list(line["a"]) == pytest.approx([95.257, 81.757], abs=1e-2)
    assert "95.26" in repr(plotted) and "81.76" in repr(plotted)


def test_figures_and_bars():
    assert [figure(x) for x in (-0.0, 1.23456, math.nan, -math.inf)] == [
        "0.000",
        "1.235",
        "NaN",
        "-inf",
    ]
    assert [percent(x) for x in (0, 1e-6, 0.00005, 1, math.nan)] == [
        "0.00 %",
        "<0.01 %",
        "0.01 %",
        "100.00 %",
        "NaN",
    ]
    assert "transparent 25%,#E69F00 25%,#E69F00 49%" in signed_bar(-1, 2)
    assert "#0072B2 51%,#0072B2 75%" in signed_bar(1, 2)
    assert "#009E73 0%,#009E73 50%,transparent 50%" in rule_bar(0.5)
    assert "#009E73" not in rule_bar(math.nan) and "transparent" not in rule_bar(1)
    assert signed_bar(1.0, 3.0) == signed_bar(
        1.0 + 1e-6, 3.0
    )  # a last-digit difference is not a difference in mark-up


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: softmax([1, 2], temperature=0), ValueError, "temperature greater than 0, got 0"),
        (lambda: softmax([1, 2], temperature="hot"), ValueError, "got 'hot'"),
        (
            lambda: show_logits("abc"),
            TypeError,
            "logits: expected a tensor, an array or lists.*got str",
        ),
        (
            lambda: show_logits([[1, 2], [1]]),
            TypeError,
            "logits: .*lists of numbers of equal length",
        ),
        (
            lambda: show_logits(torch.zeros(1, 2, 3)),
            ValueError,
            r"\(batch, labels\), got shape \(1, 2, 3\)",
        ),
        (lambda: show_logits([]), ValueError, r"got shape \(1, 0\)"),
        (lambda: show_logits([1, 2], rows=["a", "b"]), ValueError, "expected 1 row names"),
        (lambda: show_logits([1, 2], id2label={0: "a"}), ValueError, "got none for column 1"),
        (
            lambda: show_logits([1, 2], function="relu"),
            ValueError,
            "softmax, sigmoid, auto, got 'relu'",
        ),
        (lambda: show_logits([1, 2], top=0), ValueError, "top to be a whole number"),
        (
            lambda: show_token_logits([[1, 2]], ["a", "b"]),
            ValueError,
            "one row for each of the 2 tokens",
        ),
        (
            lambda: plot_temperature([[1, 2], [3, 4]]),
            ValueError,
            r"one input with at least two labels, got shape \(2, 2\)",
        ),
        (lambda: plot_temperature([1, 2], temperatures=[]), ValueError, "at least one temperature"),
    ],
)
def test_wrong_arguments_are_explained(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_without_styles_it_reads_as_a_table():
    view = show_logits([[2.0, -1.0]], id2label=["yes", "no"], rows=["alone"])
    plain = bare(view)
    assert (
        "style" not in plain
        and plain.count("<tr>") == 3
        and 'scope="row"' in plain
        and "<caption>" in plain
    )
    assert "2.000" in plain and "95.26 %" in plain


def test_golden():
    check_golden(
        "logits_rows",
        show_logits(
            [[2.275, -2.636], [2.438, -2.812]],
            rows=["alone", "padded <b>"],
            id2label={0: "NEGATIVE", 1: "POSITIVE"},
        ),
    )
    check_golden(
        "logits_tokens",
        show_token_logits(
            [[3.0, 0, 1], [0, 4, 1]], ["New", "##York"], top=2, id2label=["O", "B-LOC", "I-LOC"]
        ),
    )


def test_a_label_at_exactly_one_half_counts():
    scored = label_scores([[0.0, -1e-3]], id2label={0: "a", 1: "b"}, function="sigmoid")
    assert scored.scores[0, 0] == 0.5 and scored.winners == ("a",)
    lines = show_logits([[0.0, -1e-3]], id2label={0: "a", 1: "b"}, function="sigmoid").text
    assert [line.endswith("at least 50 %") for line in lines.splitlines()[2:]] == [True, False]
