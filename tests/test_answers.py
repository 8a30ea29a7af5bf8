"""Answers: brute force as the oracle of the spans, and passages, curves and windows in every shape."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import HOSTILE, check, check_golden, held, words_of

from course_utils.answers import Span, spans
from course_utils.pictures.answer_curves import plot_answer_curves
from course_utils.pictures.answers import show_answer
from course_utils.pictures.windows import show_windows
from course_utils.windows import find_answers, windows

PASSAGE = "Ada Lovelace was born in London in 1815."
figures = st.floats(-5, 5, width=32)
logits = st.lists(st.tuples(figures, figures, st.booleans()), min_size=1, max_size=9)


@pytest.fixture(scope="module")
def tokenizer():
    """Words and punctuation as tokens, with a pair template: enough to cut windows."""
    tokenizers = pytest.importorskip("tokenizers")
    from transformers import PreTrainedTokenizerFast

    inner = tokenizers.Tokenizer(
        tokenizers.models.WordLevel({"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "[PAD]": 3}, "[UNK]")
    )
    inner.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    inner.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 1), ("[SEP]", 2)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=inner,
        cls_token="[CLS]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        unk_token="[UNK]",
    )


class TestSpans:
    """All spans scored."""

    @given(logits, st.integers(1, 12), st.integers(1, 5))
    @settings(max_examples=25, deadline=None)
    def test_agrees_with_trying_every_span(self, rows, top, longest):
        start, end, allowed = (list(column) for column in zip(*rows, strict=True))
        totals = [
            sum(math.exp(v) for v, ok in zip(column, allowed, strict=True) if ok)
            for column in (start, end)
        ]
        expected = sorted(
            (
                math.exp(start[i] + end[j]) / totals[0] / totals[1]
                for i in range(len(start))
                for j in range(i, min(len(start), i + longest))
                if allowed[i] and allowed[j]
            ),
            reverse=True,
        )[:top]
        found = spans(start, end, allowed=allowed, top=top, max_length=longest)
        assert [s.score for s in found] == pytest.approx(expected, rel=1e-4)
        for s in found:
            assert s.start < s.end <= s.start + longest and allowed[s.start] and allowed[s.end - 1]
            assert s.logit == pytest.approx(start[s.start] + end[s.end - 1], abs=1e-5)

    def test_the_score_is_a_product_and_no_sum(self):
        best = spans([0.0, 0.0], [0.0, 0.0], allowed=[True, True], top=1)[0]
        assert best == Span(0, 1, 0.25, 0.0)

    def test_argmax_twice_would_end_before_it_starts(self):
        best = spans([0.0, 0.0, 9.0], [9.0, 0.0, 1.0], allowed=[True] * 3, top=1)[0]
        assert (best.start, best.end) == (2, 3)

    def test_nothing_allowed(self):
        assert spans([1.0], [1.0], allowed=[False]) == []
        assert spans([-math.inf], [1.0], allowed=[True]) == []

    def test_half_precision_and_tensors(self):
        half = torch.tensor([1.0, 2.0], dtype=torch.float16)
        assert spans(half, half, allowed=torch.tensor([1, 1]))[0].start == 1

    @pytest.mark.parametrize(
        ("start", "end", "options", "words"),
        [
            ([1.0], [1.0, 2.0], {}, "one length, got 1, 2 and 1"),
            ([math.nan], [1.0], {}, "got NaN or inf"),
            ([math.inf], [1.0], {}, "got NaN or inf"),
            ([1.0], [1.0], {"top": 0}, "top: expected a whole number from 1, got 0"),
            ([1.0], [1.0], {"max_length": True}, "max_length: expected a whole number"),
            ([[1.0]], [1.0], {}, "start_logits: expected 1 dimensions"),
        ],
    )
    def test_errors(self, start, end, options, words):
        with pytest.raises(ValueError, match=words):
            spans(start, end, allowed=[True], **options)


class TestPassage:
    """Answers as brackets."""

    def test_golden(self):
        found = [
            {"start": 25, "end": 31, "score": 0.75},
            {"start": 25, "end": 39, "score": 0.125},
            {"start": 0, "end": 0, "score": 0.01},
        ]
        check_golden(
            "answer", show_answer(PASSAGE, found, question="Where?", gold=["London", "in London"])
        )

    def test_a_difference_is_placed(self):
        view = check(
            show_answer(PASSAGE, {"start": 0, "end": 3, "score": 0.5}, gold="Ada Lovelace")
        )
        assert (
            "differs from character 3 on" in view.text
            and "differs from character 3 on" in words_of(view.html)
        )

    def test_squad_records(self):
        gold = {"text": ["London", "London"], "answer_start": [25, 25]}
        assert "(the same)" in check(show_answer(PASSAGE, {"start": 25, "end": 31}, gold=gold)).text
        nothing = {"text": [], "answer_start": []}
        assert (
            "(the same)" in check(show_answer(PASSAGE, {"start": 0, "end": 0}, gold=nothing)).text
        )

    def test_no_answer_and_no_passage(self):
        assert "No answer." in check(show_answer(PASSAGE, [])).text
        check(show_answer("", [], question="?", gold=""))

    @given(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30),
        st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=5),
    )
    @settings(max_examples=25, deadline=None)
    def test_any_text_and_spans(self, text, pairs):
        found = [
            {"start": min(a, b, len(text)), "end": min(max(a, b), len(text)), "score": 0.5}
            for a, b in pairs
        ]
        check(show_answer(text, found, question=text, gold=text[:3]))

    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_hostile_strings_stay_text(self, hostile):
        text = f"x {hostile} y"
        view = check(
            show_answer(
                text,
                {"start": 0, "end": len(text)},
                question=hostile,
                gold=hostile,
                caption=hostile or None,
            )
        )
        assert held(hostile) in words_of(view.html)

    def test_a_long_passage_is_cut_around_the_answer(self):
        text = "word & " * 20_000
        view = check(show_answer(text, {"start": 70_000, "end": 70_004, "score": 0.5}))
        assert "Showing characters" in view.text and "1 0.500" in words_of(view.html)

    @pytest.mark.parametrize(
        ("answers", "gold", "error", "words"),
        [
            (
                [{"start": 0, "end": 99}],
                None,
                ValueError,
                r"<= 40, the passage's length; got \[0, 99\)",
            ),
            ([{"answer": "Ada"}], None, ValueError, "expected character offsets"),
            (["Ada"], None, TypeError, "expected a dict with start, end and score, got str"),
            ([], "Paris", ValueError, "occurs in the passage, got 'Paris'"),
            ([], {"text": ["Ada"], "answer_start": [5]}, ValueError, "got 'Ada' at character 5"),
        ],
    )
    def test_errors(self, answers, gold, error, words):
        with pytest.raises(error, match=words):
            show_answer(PASSAGE, answers, gold=gold)


class TestCurves:
    """Start and end logits over the tokens."""

    def test_the_text_form_lists_every_token(self):
        figure = plot_answer_curves(
            [0.0, 5.0, math.nan], [1.0, 0.0, math.inf], ["[CLS]", "a", "b"], span=(1, 2)
        )
        lines = figure.text.splitlines()
        assert lines[0] == 'start is highest at "a" (1), end at "b" (2)'
        assert (
            lines[3].split() == ["1", "a", "5.000", "0.000", "span"]
            and "nan" in lines[4]
            and "inf" in lines[4]
        )
        alt = figure._repr_mimebundle_()[1]["image/png"]["alt"]
        assert alt == lines[0] + ". 2 lines: logit from 0 to 5 over token from 0 to 2."

    def test_many_tokens_are_named_every_so_often(self):
        figure = plot_answer_curves(torch.randn(300), torch.randn(300), ["t"] * 300)
        assert (
            len(figure.axes[0].get_xticks()) <= 44 and "7. is named" in figure.axes[0].get_xlabel()
        )

    def test_some_tokens_alone_keep_their_numbers(self):
        figure = plot_answer_curves(
            [0.0, 1.0, 2.0, 9.0], [3.0, 1.0, 2.0, 0.0], list("abcd"), around=(1, 3)
        )
        lines = figure.text.splitlines()
        assert lines[0] == 'start is highest at "d" (3), end at "a" (0); tokens 1 to 2 of 4'
        assert [line.split()[:2] for line in lines[2:]] == [["1", "b"], ["2", "c"]]
        assert list(figure.axes[0].lines[0].get_xdata()) == [1, 2]
        assert list(figure.axes[0].get_xticks()) == [1, 2]

    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_hostile_tokens(self, hostile):
        plot_answer_curves([0.0], [1.0], [hostile], title=hostile)._repr_mimebundle_()

    def test_errors(self):
        with pytest.raises(ValueError, match="one length from 1, got 1, 1 and 2"):
            plot_answer_curves([0.0], [1.0], ["a", "b"])
        with pytest.raises(ValueError, match=r"span: expected 0 <= start < end <= 1, got \(0, 2\)"):
            plot_answer_curves([0.0], [1.0], ["a"], span=(0, 2))
        with pytest.raises(
            ValueError, match=r"around: expected 0 <= first < after <= 1, got \(0, 2\)"
        ):
            plot_answer_curves([0.0], [1.0], ["a"], around=(0, 2))


class TestWindows:
    """Long passages in windows."""

    def test_by_hand(self, tokenizer):
        found = windows(tokenizer, "who ?", "a b c d e f g", max_length=9, stride=2)
        assert [(w.tokens, w.start, w.end, w.shared) for w in found] == [
            (4, 0, 7, 0),
            (4, 4, 11, 2),
            (3, 8, 13, 2),
        ]

    def test_golden(self, tokenizer):
        check_golden(
            "windows", show_windows(tokenizer, "who ?", "a b c d e f g", max_length=9, stride=2)
        )

    @given(st.integers(0, 40), st.integers(1, 6), st.integers(0, 5))
    @settings(max_examples=25, deadline=None, suppress_health_check=[])
    def test_windows_cover_the_passage(self, words, room, stride):
        tokenizer = TestWindows.shared
        context = " ".join("w" * (1 + i % 3) for i in range(words))
        if room <= stride:
            with pytest.raises(ValueError, match="expected room for more than"):
                windows(tokenizer, "who", context, max_length=room + 4, stride=stride)
            return
        found = windows(tokenizer, "who", context, max_length=room + 4, stride=stride)
        assert sum(w.tokens - w.shared for w in found) == words
        assert found[-1].end == len(context)
        check(show_windows(tokenizer, "who", context, max_length=room + 4, stride=stride))

    @pytest.fixture(autouse=True)
    def _share(self, tokenizer):
        TestWindows.shared = tokenizer

    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_hostile_strings_stay_text(self, tokenizer, hostile):
        check(
            show_windows(
                tokenizer, hostile, f"a {hostile}", max_length=64, stride=2, caption=hostile or None
            )
        )

    def test_many_windows_are_cut_with_a_note(self, tokenizer):
        assert (
            "Showing"
            in check(show_windows(tokenizer, "q", "w " * 900, max_length=6, stride=1)).text
        )

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"max_length": 0, "stride": 0}, "max_length: expected a whole number from 1"),
            ({"max_length": 9, "stride": -1}, "stride: expected a whole number from 0"),
            ({"max_length": 5, "stride": 2}, "leaves 1"),
        ],
    )
    def test_errors(self, tokenizer, options, words):
        with pytest.raises(ValueError, match=words):
            show_windows(tokenizer, "who", "a b", **options)

    def test_a_slow_tokenizer(self):
        with pytest.raises(ValueError, match="expected a fast tokenizer"):
            show_windows(object(), "who", "a b")

    def test_answers_come_from_the_best_window(self, tokenizer):
        """A model whose logits point at one word finds it wherever the windows lie."""
        from types import SimpleNamespace

        ids = {"secret": 7}
        tokenizer = _with_words(tokenizer, ids)

        class Model:
            device = "cpu"

            def __call__(self, input_ids, **_):
                score = (input_ids == 7).float() * 9
                return SimpleNamespace(start_logits=score, end_logits=score)

        context = "w " * 30 + "secret " + "w " * 30
        for max_length in (10, 20, 100):
            best = find_answers(
                Model(), tokenizer, "who", context, max_length=max_length, stride=2, top=1
            )[0]
            assert best["answer"] == "secret" and context[best["start"] : best["end"]] == "secret"


def _with_words(tokenizer, words):
    import json

    import tokenizers
    from transformers import PreTrainedTokenizerFast

    inner = json.loads(tokenizer.backend_tokenizer.to_str())
    inner["model"]["vocab"].update(words)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizers.Tokenizer.from_str(json.dumps(inner)),
        cls_token="[CLS]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        unk_token="[UNK]",
    )


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU on this machine")
def test_tensors_on_a_gpu():
    on_gpu = torch.tensor([0.0, 1.0]).cuda()
    assert spans(on_gpu, on_gpu, allowed=[True, True])[0].start == 1
