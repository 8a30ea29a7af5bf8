import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import HOSTILE, bare, check_faces, check_golden, read, tiny, wordpiece

from course_utils import (
    additive,
    causal_mask,
    plot_against_pads,
    show_attention_mask,
    show_batch,
)

TEXTS = ["I've been waiting for a HuggingFace course my whole life.", "I hate ☃ this."]
QUICK = settings(max_examples=40, deadline=None)


@QUICK
@given(st.lists(st.lists(st.integers(-5, 31_000), max_size=12), max_size=5), st.booleans())
def test_any_ragged_batch_gives_a_picture(rows, as_mask):
    batch = {"input_ids": rows}
    if as_mask:
        batch["attention_mask"] = [[1] * len(row) for row in rows]
    view = show_batch(wordpiece(), batch)
    check_faces(view)
    assert view == show_batch(wordpiece(), batch)


def test_rows_are_aligned_with_the_tensors():
    batch = wordpiece()(TEXTS, padding=True, return_tensors="pt")
    lines = show_batch(wordpiece(), batch).text.splitlines()
    for number in (0, 1):
        for line in lines[2 + 5 * number : 7 + 5 * number]:
            name, *values = line.split()[1 if line[0] != " " else 0 :]
            if name in batch:
                assert [int(value) for value in values] == batch[name][number].tolist()
            if name == "piece":
                assert values == wordpiece().convert_ids_to_tokens(batch["input_ids"][number])
    assert "9 of 32 positions (28.1 %) are padding" in lines[0]
    assert "row 1, position 3: lost text not known" in lines[-1]


def test_padding_is_counted_under_the_mask_or_by_its_id():
    ids = [[101, 7, 102, 0], [101, 7, 7, 102]]
    assert "1 of 8 positions (12.5 %) is padding" in show_batch(wordpiece(), ids).text
    masked = {"input_ids": ids, "attention_mask": [[1, 1, 0, 0], [1, 1, 1, 0]]}
    assert "3 of 8 positions (37.5 %) are padding" in show_batch(wordpiece(), masked).text


@pytest.mark.parametrize("n", [1, 2, 7])
def test_masks_are_those_of_the_definition(n):
    assert causal_mask(n).tolist() == [[j <= i for j in range(n)] for i in range(n)]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_what_is_added_is_what_the_library_adds(dtype):
    from transformers import LlamaConfig
    from transformers.masking_utils import create_causal_mask

    config = LlamaConfig(
        hidden_size=8, num_attention_heads=1, num_hidden_layers=1, attn_implementation="eager"
    )
    theirs = create_causal_mask(
        config=config,
        inputs_embeds=torch.zeros(1, 5, 8, dtype=dtype),
        attention_mask=None,
        past_key_values=None,
        position_ids=torch.arange(5)[None],
    )
    assert torch.equal(theirs[0, 0], additive(causal_mask(5), dtype))


def test_added_mask_lets_softmax_give_exact_zeros():
    weights = torch.softmax(torch.randn(4, 4) + additive(causal_mask(4)), -1)
    assert (weights[~causal_mask(4)] == 0).all() and torch.allclose(weights.sum(-1), torch.ones(4))


def test_attention_masks_are_drawn_as_they_are():
    view = show_attention_mask(causal_mask(3), ["the", "cat", "<b>"])
    assert [line.split()[2:] for line in view.text.splitlines()[2:]] == [
        ["1", "·", "·"],
        ["1", "1", "·"],
        ["1"] * 3,
    ]
    assert view.html.count("background:#0072B2") == 6
    check_faces(view)
    added = show_attention_mask(additive(causal_mask(2), torch.bfloat16))
    assert "-3.39e+38" in added.text and added.html.count("background:") == 3
    assert (
        show_attention_mask(causal_mask(3)[None]).text
        == show_attention_mask(causal_mask(3).int().tolist()).text
    )
    check_faces(added)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_tokens_and_captions_stay_text(hostile):
    for view in (
        show_attention_mask(causal_mask(2), [hostile, "x"], caption=hostile),
        show_batch(wordpiece(), wordpiece()([hostile]), caption=hostile),
    ):
        check_faces(view)
        assert not re.search("[\x00-\x09\x0b-\x1f\u200b\u202e]|<script|<img", view.html)


def test_what_is_large_is_cut_with_a_note():
    view = show_batch(wordpiece(), torch.randint(1000, 30_000, (64, 200)))
    assert re.search(
        r"showing the first \d+ of 64 rows and the first 64 of 200 positions", view.text
    )
    check_faces(view)
    assert (
        "first 3 of 4 rows and the first 2 of 5 positions"
        in show_batch(wordpiece(), torch.ones(4, 5).long(), limit_rows=3, limit_tokens=2).text
    )
    for mask in (causal_mask(300), torch.ones(300, 300), additive(causal_mask(90))):
        view = show_attention_mask(mask)
        assert re.search(r"showing the first \d+ of \d+ positions", view.text)
        check_faces(view)


def test_pads_move_the_answer_without_a_mask_only():
    model = tiny()
    model.train()
    plotted = plot_against_pads(model, wordpiece(), "I hate this.", pads=[0, 3, 20])
    free, masked = ([float(y) for y in line.get_ydata()] for line in plotted.axes[0].lines)
    assert model.training
    model.eval()
    alone = (
        model(**wordpiece()("I hate this.", return_tensors="pt")).logits.softmax(-1).max().item()
    )
    assert masked == pytest.approx([100 * alone] * 3, abs=1e-3) and free[0] == pytest.approx(
        masked[0]
    )
    assert max(abs(a - b) for a, b in zip(free, masked, strict=True)) > 1e-4
    padded = torch.tensor([wordpiece()("I hate this.")["input_ids"] + [0] * 3])
    best = model(**wordpiece()("I hate this.", return_tensors="pt")).logits.argmax().item()
    assert free[1] == pytest.approx(
        100 * model(input_ids=padded).logits.softmax(-1)[0, best].item(), abs=1e-3
    )
    assert "no mask" in repr(plotted) and f"{free[2]:.2f}" in repr(plotted)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: show_batch(wordpiece(), {"attention_mask": [[1]]}),
            ValueError,
            "expected an encoding with input_ids",
        ),
        (
            lambda: show_batch(wordpiece(), {"input_ids": [[1, 2]], "attention_mask": [[1]]}),
            ValueError,
            r"attention_mask of the shape of input_ids, got rows of \[1\] for \[2\] tokens",
        ),
        (
            lambda: show_batch(wordpiece(), {"input_ids": [[1, 2]], "labels": [[1]]}),
            ValueError,
            r"labels of the shape of input_ids, \(1, 2\), got \(1, 1\)",
        ),
        (lambda: show_batch("bert", [[1]]), TypeError, "expected a tokenizer"),
        (lambda: causal_mask(0), ValueError, "n to be a whole number from 1"),
        (lambda: additive(torch.ones(2)), TypeError, "expected a mask of bool, got torch.float32"),
        (lambda: additive(causal_mask(2), torch.int64), TypeError, "expected a float type"),
        (
            lambda: show_attention_mask(torch.ones(2, 3)),
            ValueError,
            r"shape \(n, n\), got \(2, 3\)",
        ),
        (
            lambda: show_attention_mask(causal_mask(2), ["a"]),
            ValueError,
            "expected 2 tokens.*got 1",
        ),
        (
            lambda: plot_against_pads(tiny(), wordpiece(), "hi", pads=[100]),
            ValueError,
            "at most 64 positions",
        ),
        (
            lambda: plot_against_pads(tiny(), wordpiece(), "hi", pads=[-1]),
            ValueError,
            "numbers of pads from 0",
        ),
        (
            lambda: plot_against_pads(tiny("BertModel"), wordpiece(), "hi"),
            ValueError,
            "classifies sequences|64 positions",
        ),
    ],
)
def test_wrong_arguments_are_explained(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_without_styles_it_reads_as_a_table():
    view = show_batch(wordpiece(), wordpiece()(["hi"]))
    plain = bare(view)
    assert "style" not in plain and "<caption>Tensors of the batch</caption>" in plain
    assert '<th scope="row">input_ids</th><td>101</td>' in plain and "hi" in read(view)


def test_golden():
    check_golden(
        "batch", show_batch(wordpiece(), wordpiece()(TEXTS, padding=True, return_tensors="pt"))
    )
    check_golden("mask_causal", show_attention_mask(causal_mask(3), ["the", "<b>", "שלום"]))
