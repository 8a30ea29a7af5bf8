"""Whatever runs a model runs it in evaluation mode, without gradients, and leaves every part of it as it was."""

import pytest
import torch
from pictures import tiny, wordpiece

from course_utils.attention import attention_weights
from course_utils.embedding import embed_texts
from course_utils.flow import trace_flow
from course_utils.lesson.explorers import explore_batch, explore_logits
from course_utils.lesson.pairs import explore_pair
from course_utils.masks import verdicts
from course_utils.running import attention_by, evaluating, like_lengths
from course_utils.windows import find_answers

TEXT = "I like it."
READER = "BertForQuestionAnswering"
RUNS = {
    "trace_flow": ({}, lambda m: trace_flow(m, wordpiece(), TEXT)),
    "verdicts": ({}, lambda m: verdicts(m, wordpiece(), TEXT, [0, 3])),
    "attention_weights": (
        {"attn_implementation": "eager"},
        lambda m: attention_weights(m, wordpiece(), TEXT),
    ),
    "find_answers": (
        {"kind": READER},
        lambda m: find_answers(m, wordpiece(), "Who?", TEXT, max_length=20, stride=2),
    ),
    "embed_texts": ({"kind": "BertModel"}, lambda m: embed_texts(wordpiece(), m, [TEXT])),
    "explore_batch": ({}, lambda m: explore_batch(wordpiece(), m, [TEXT])),
    "explore_logits": ({}, lambda m: explore_logits(m, wordpiece(), TEXT)),
    "explore_pair": ({}, lambda m: explore_pair(m, wordpiece(), TEXT, "So do I.")),
}


def half_frozen(kind="BertForSequenceClassification", **changes):
    """A model in training mode with its encoder frozen in evaluation mode; dropout would change every answer."""
    model = tiny(kind, hidden_dropout_prob=0.5, **changes).train()
    next(model.children()).eval()
    return model


@pytest.mark.parametrize("name", RUNS)
def test_every_part_gets_its_own_mode_back(name):
    changes, run = RUNS[name]
    model, modes, gradients = half_frozen(**changes), [], []
    before = {part: module.training for part, module in model.named_modules()}
    assert set(before.values()) == {True, False}

    def note(*_):
        modes.extend(part.training for part in model.modules())
        gradients.append(torch.is_grad_enabled())

    model.register_forward_pre_hook(note)
    run(model)
    assert modes and not any(modes), "a part ran in training mode"
    assert gradients and not any(gradients), "gradients were kept"
    assert {part: module.training for part, module in model.named_modules()} == before


def test_modes_come_back_after_an_error():
    model = torch.nn.Sequential(torch.nn.Dropout(), torch.nn.Dropout().eval())
    with pytest.raises(KeyError), evaluating(model):
        raise KeyError
    assert [part.training for part in model] == [True, False] and model.training
    assert torch.is_grad_enabled()


def test_a_function_is_run_as_it_is():
    with evaluating(len) as same:
        assert same is len and not torch.is_grad_enabled()


def test_attention_is_switched_back_after_an_error():
    model = tiny(attn_implementation="sdpa")
    with pytest.raises(KeyError), attention_by(model, "eager"):
        assert model.config._attn_implementation == "eager"
        raise KeyError
    assert model.config._attn_implementation == "sdpa"


def test_batches_hold_each_text_once_and_are_of_like_length():
    lengths = [5, 1, 3, 1, 4]
    assert like_lengths(lengths, 2) == [[1, 3], [2, 4], [0]]
    assert like_lengths([], 2) == []
