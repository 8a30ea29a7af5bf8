"""Attention: torch and a model's own eager attention as oracles, and the pictures of one head, a layer, all heads."""

import math
import time

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import HOSTILE, check, check_golden, words_of
from torch.nn.functional import scaled_dot_product_attention

from course_utils.attention import (
    AttentionRecord,
    attention_head,
    attention_weights,
)
from course_utils.pictures.attention import show_attention

shapes = st.tuples(
    st.integers(1, 5),
    st.integers(1, 5),
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(0, 2**31),
)


def softmaxed(*shape, seed=0, sharpness=3.0):
    return (sharpness * torch.randn(*shape, generator=torch.Generator().manual_seed(seed))).softmax(
        -1
    )


class Letters:
    """A tokenizer of one letter a token."""

    def __call__(self, text, **_):
        from transformers import BatchEncoding

        return BatchEncoding({"input_ids": torch.tensor([[ord(letter) % 64 for letter in text]])})

    def convert_ids_to_tokens(self, ids):
        return [chr(64 + number) for number in ids]


class Tiny:
    """A BERT of two layers with random weights, and its tokenizer."""

    def __init__(self, implementation="eager"):
        transformers = pytest.importorskip("transformers")
        torch.manual_seed(0)
        config = transformers.BertConfig(
            vocab_size=64,
            hidden_size=12,
            num_hidden_layers=2,
            num_attention_heads=3,
            intermediate_size=16,
            max_position_embeddings=10,
            attn_implementation=implementation,
        )
        self.model, self.tokenizer = transformers.BertModel(config).eval(), Letters()


class TestHead:
    """One head by hand."""

    @given(shapes)
    @settings(max_examples=25, deadline=None)
    def test_agrees_with_torch(self, shape):
        queries, keys, size, value_size, seed = shape
        torch.manual_seed(seed)
        q, k, v = torch.randn(queries, size), torch.randn(keys, size), torch.randn(keys, value_size)
        mask = torch.rand(queries, keys) > 0.4
        for given_mask in (None, mask):
            expected = scaled_dot_product_attention(
                q[None], k[None], v[None], attn_mask=given_mask
            )[0]
            torch.testing.assert_close(
                attention_head(q, k, v, mask=given_mask).output, expected, atol=1e-5, rtol=1e-4
            )

    def test_agrees_with_a_model(self):
        tiny = Tiny()
        inputs = tiny.tokenizer("ABCDE")
        with torch.inference_mode():
            outputs = tiny.model(**inputs, output_attentions=True, output_hidden_states=True)
            layer = tiny.model.encoder.layer[0].attention.self
            hidden = outputs.hidden_states[0][0]
            q, k, v = (
                part(hidden).view(5, 3, 4).transpose(0, 1)
                for part in (layer.query, layer.key, layer.value)
            )
            ours = attention_head(q, k, v)
        torch.testing.assert_close(ours.weights, outputs.attentions[0][0], atol=1e-5, rtol=0)

    def test_by_hand(self):
        found = attention_head([[2.0, 0.0]], [[1.0, 5.0], [0.0, 5.0]], [[1.0], [0.0]])
        expected = math.exp(2 / math.sqrt(2)) / (1 + math.exp(2 / math.sqrt(2)))
        assert found.scores.tolist() == [[pytest.approx(math.sqrt(2)), 0.0]]
        assert found.output.item() == pytest.approx(expected)

    def test_a_row_that_may_attend_to_nothing_gets_zeros(self):
        found = attention_head(
            torch.ones(2, 2),
            torch.ones(3, 2),
            torch.ones(3, 1),
            mask=torch.tensor([[True, False, True], [False, False, False]]),
        )
        assert found.weights.tolist() == [[0.5, 0.0, 0.5], [0.0, 0.0, 0.0]]

    def test_half_precision_and_batches(self):
        q = torch.randn(2, 3, 4, dtype=torch.float16)
        assert attention_head(q, q, q).output.shape == (2, 3, 4)

    @pytest.mark.parametrize(
        ("shapes", "mask", "words"),
        [
            (((2, 3), (2, 4), (2, 1)), None, "got sizes 3 and 4"),
            (((2, 3), (2, 3), (5, 1)), None, "got 2 keys and 5 values"),
            (((2, 3), (4, 3), (4, 1)), torch.ones(2, 4), "expected bool"),
            (((2, 3), (4, 3), (4, 1)), torch.ones(3, 3).bool(), r"expected shape \(2, 4\)"),
            (((3,), (4, 3), (4, 1)), None, "query: expected 2 or 3 or 4 dimensions"),
        ],
    )
    def test_errors(self, shapes, mask, words):
        with pytest.raises(ValueError, match=words):
            attention_head(*(torch.ones(shape) for shape in shapes), mask=mask)


class TestWeightsOfAModel:
    """What a model says it attended to."""

    def test_equal_the_model(self):
        tiny = Tiny()
        record = attention_weights(tiny.model, tiny.tokenizer, "ABCD")
        with torch.inference_mode():
            own = tiny.model(**tiny.tokenizer("ABCD"), output_attentions=True).attentions
        assert record.tokens == tuple("ABCD") and record.weights.shape == (2, 3, 4, 4)
        torch.testing.assert_close(record.weights, torch.stack([layer[0] for layer in own]))

    def test_dropout_is_off_during_the_call_and_on_again_after(self):
        tiny = Tiny()
        calm = attention_weights(tiny.model, tiny.tokenizer, "ABCD").weights
        tiny.model.train()
        torch.testing.assert_close(
            attention_weights(tiny.model, tiny.tokenizer, "ABCD").weights, calm
        )
        assert tiny.model.training

    def test_other_implementations_say_how_to_load(self):
        tiny = Tiny("sdpa")
        with pytest.raises(ValueError, match='attn_implementation="eager"'):
            attention_weights(tiny.model, tiny.tokenizer, "ABCD")

    @pytest.mark.parametrize("empty", [None, (), [], (None, None)])
    def test_so_do_empty_attentions(self, empty):
        with pytest.raises(ValueError, match='attn_implementation="eager"'):
            show_attention(empty)

    def test_too_long_a_text(self):
        tiny = Tiny()
        with pytest.raises(ValueError, match="at most 10 tokens, the model's positions, got 11"):
            attention_weights(tiny.model, tiny.tokenizer, "A" * 11)

    def test_outputs_are_taken_as_they_are(self):
        tiny = Tiny()
        with torch.inference_mode():
            outputs = tiny.model(**tiny.tokenizer("ABCD"), output_attentions=True)
        record = attention_weights(tiny.model, tiny.tokenizer, "ABCD")
        assert show_attention(outputs.attentions, list("ABCD")) == show_attention(record)

    def test_a_batch_is_refused(self):
        with pytest.raises(ValueError, match="got a batch of 2"):
            show_attention((torch.ones(2, 1, 1, 1),))


class TestPictures:
    """One head, a layer, all heads."""

    def test_golden_head(self):
        weights = torch.tensor([[1.0, 0.0, 0.0], [0.25, 0.75, 0.0], [0.1, 0.004, 0.896]])
        check_golden("attention_head", show_attention(weights, ["[CLS]", "##s", "Ġhi"]))

    def test_golden_grid(self):
        weights = torch.zeros(2, 2, 3, 3)
        weights[0, 0], weights[0, 1], weights[1, 0] = (
            torch.eye(3),
            torch.full((3, 3), 1 / 3),
            torch.eye(3).roll(1, 0),
        )
        weights[1, 1, :, 0] = 1.0
        check_golden(
            "attention_grid", show_attention(weights, ["[CLS]", "a", "b"], layer=None, head=None)
        )

    def test_every_figure_of_a_head_is_in_both_faces(self):
        weights = softmaxed(5, 5)
        view = check(show_attention(weights, list("abcde")))
        for row in weights.tolist():
            for value in row:
                figure = f"{value:.2f}".removeprefix("0")
                assert figure in view.text and figure in words_of(view.html)

    def test_thirty_tokens_are_all_shown(self):
        view = check(show_attention(softmaxed(30, 30), [f"token{i}" for i in range(30)]))
        assert "Showing" not in view.text and "token29" in words_of(view.html)

    def test_a_uniform_head_of_thirty_tokens_too(self):
        assert "Showing" not in check(show_attention(torch.full((30, 30), 1 / 30))).text

    def test_more_are_cut_with_a_note(self):
        assert "of 300 rows" in check(show_attention(softmaxed(300, 300))).text

    def test_an_overview_of_sixteen_tokens_is_small(self):
        view = check(
            show_attention(
                softmaxed(6, 12, 16, 16), list("abcdefghijklmnop"), layer=None, head=None
            )
        )
        assert len(view.html.encode()) <= 40_000

    def test_a_long_overview_is_cut_with_a_note_and_quick(self):
        began = time.perf_counter()
        view = check(show_attention(softmaxed(6, 12, 128, 128), layer=None, head=None))
        assert "of 128 rows" in view.text and time.perf_counter() - began < 20

    def test_the_grid_names_what_a_head_does(self):
        text = show_attention(
            torch.eye(4).roll(-1, 1)[None, None], list("abcd"), layer=None, head=None
        ).text
        assert "itself" not in text.splitlines()[-1] and "previous .75" in text

    def test_same_input_same_bytes(self):
        weights = softmaxed(2, 2, 4, 4)
        assert show_attention(weights, layer=None, head=None) == show_attention(
            weights.clone(), layer=None, head=None
        )

    def test_one_token(self):
        assert "1.0" in check(show_attention([[1.0]], ["a"])).text
        assert "itself 1.0" in check(show_attention([[1.0]], ["a"], head=None)).text

    def test_other_keys(self):
        view = check(show_attention([[0.5, 0.5]], ["il"], keys=["he", "it"]))
        assert "he" in view.text.splitlines()[1]

    def test_half_precision_lists_and_records_agree(self):
        weights = torch.tensor([[0.5, 0.5], [0.25, 0.75]])
        expected = show_attention(weights, ["a", "b"])
        assert (
            expected
            == show_attention(weights.half(), ["a", "b"])
            == show_attention(weights.tolist(), ["a", "b"])
        )
        assert expected == show_attention(AttentionRecord(("a", "b"), weights[None, None]))

    def test_nan_is_printed_and_said(self):
        view = check(show_attention([[float("nan"), 1.0], [0.5, 0.5]]))
        assert "some weights are NaN" in view.text and "nan" in words_of(view.html)
        check(show_attention(torch.full((1, 2, 3, 3), float("nan")), layer=None, head=None))

    def test_rows_that_do_not_add_up_are_told(self):
        assert "rows add up to 0.30 to 0.60" in show_attention([[0.1, 0.2], [0.3, 0.3]]).text

    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_hostile_tokens_stay_text(self, hostile):
        tokens = [hostile, hostile, "b"]
        view = check(show_attention(softmaxed(2, 2, 3, 3), tokens, caption=hostile or None))
        assert "b" in view.text
        check(
            show_attention(
                softmaxed(2, 2, 3, 3), tokens, layer=None, head=None, caption=hostile or None
            )
        )

    @given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 6), st.integers(0, 1000))
    @settings(max_examples=25, deadline=None)
    def test_any_shape(self, layers, heads, tokens, seed):
        weights = softmaxed(layers, heads, tokens, tokens, seed=seed)
        for chosen in ({}, {"head": None}, {"layer": None, "head": None}):
            check(show_attention(weights, **chosen))

    @pytest.mark.parametrize(
        ("weights", "options", "words"),
        [
            (torch.randn(3, 3) * 5, {}, "scores become weights by softmax"),
            (torch.tensor([[float("inf"), 0.0]]), {}, "expected probabilities 0-1"),
            (torch.ones(1, 1, 1, 1), {"layer": 1}, "layer: expected 0 to 0 or None for all, got 1"),
            (torch.ones(1, 1, 1, 1), {"head": -1}, "head: expected 0 to 0"),
            (
                torch.ones(1, 1),
                {"tokens": ["a", "b"]},
                "tokens: expected 1, one per position of the weights, got 2",
            ),
            (torch.ones(0, 0), {}, "at least one token"),
            (torch.ones(1, 1, 1, 1, 1), {}, "expected 2 or 3 or 4 dimensions"),
        ],
    )
    def test_errors(self, weights, options, words):
        with pytest.raises(ValueError, match=words):
            show_attention(weights, **options)

    @pytest.mark.parametrize("weights", ["text", [[1.0], [0.5, 0.5]], {"a": 1}])
    def test_what_is_no_array(self, weights):
        with pytest.raises(TypeError, match="weights: expected a tensor"):
            show_attention(weights)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU on this machine")
def test_tensors_on_a_gpu():
    weights = softmaxed(1, 2, 4, 4)
    assert show_attention(weights.cuda(), head=None) == show_attention(weights, head=None)
    q = torch.randn(3, 4)
    torch.testing.assert_close(
        attention_head(q.cuda(), q.cuda(), q.cuda()).output, attention_head(q, q, q).output
    )
