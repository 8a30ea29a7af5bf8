"""Pictures and computations do not depend on torch's default device, which lessons 03 and 04 set to the graphics card.

The device "meta" stands in for the card: what is made there by oversight has no values, so nothing can be computed
with it. (``causal_mask`` and its like are what a learner asks for, and follow the default as ``torch.ones`` does.)
"""

from types import SimpleNamespace

import pytest
import torch

import course_utils as cu
from course_utils.answers import spans
from course_utils.attention import attention_head
from course_utils.data.vectors import perturbed_copies
from course_utils.embedding import embed_texts

FIGURES = torch.tensor([[0.5, -1.0, 2.0], [1.0, 0.0, -2.0], [0.25, 0.5, 0.75]])
LISTS, WEIGHTS = FIGURES.tolist(), FIGURES.softmax(-1)
MASK = torch.ones(3, 3, dtype=torch.bool).tril()
WORDS = ["a", "b", "c"]
CALLS = {
    "additive": lambda: cu.additive(MASK),
    "softmax": lambda: cu.softmax(LISTS),
    "attention_head": lambda: attention_head(LISTS, LISTS, LISTS, mask=MASK.tolist()).output,
    "similarity_matrix": lambda: cu.similarity_matrix(LISTS),
    "nearest": lambda: cu.nearest(LISTS[0], LISTS, k=2),
    "spans": lambda: spans(LISTS[0], LISTS[1], allowed=[True, True, False], top=2),
    "perturbed_copies": lambda: perturbed_copies(FIGURES, 7),
    "show_attention": lambda: cu.show_attention(WEIGHTS.tolist(), WORDS),
    "show_attention, all heads": lambda: cu.show_attention(
        [[WEIGHTS.tolist()]], WORDS, layer=None, head=None
    ),
    "show_attention_mask": lambda: cu.show_attention_mask(MASK, WORDS),
    "show_logits": lambda: cu.show_logits(LISTS, rows=WORDS),
    "show_token_logits": lambda: cu.show_token_logits(
        LISTS, WORDS, id2label=dict(enumerate(WORDS))
    ),
    "show_similarity": lambda: cu.show_similarity(LISTS, WORDS),
    "plot_answer_curves": lambda: cu.plot_answer_curves(LISTS[0], LISTS[1], WORDS).text,
    "plot_map": lambda: cu.plot_map(LISTS, WORDS).text,
    "plot_temperature": lambda: cu.plot_temperature(LISTS[0]).text,
}


def same(one, other):
    if isinstance(one, torch.Tensor):
        return one.device.type == other.device.type == "cpu" and torch.equal(one, other)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_what_is_made_inside_is_made_on_the_processor(call):
    expected = call()
    with torch.device("meta"):
        assert same(call(), expected)


def test_embeddings_come_on_the_processor():
    def model(input_ids, attention_mask):
        return SimpleNamespace(last_hidden_state=input_ids[..., None] * torch.ones(4, device="cpu"))

    def tokenizer(texts, **_):
        return {"input_ids": [[1 + len(word) for word in text.split()] for text in texts]}

    tokenizer.pad_token_id, model.device = 0, torch.device("cpu")
    model.config = SimpleNamespace(hidden_size=4)
    texts = ["one two three", "four", "five six"]
    expected = embed_texts(tokenizer, model, texts, normalised=False)
    assert expected[:, 0].tolist() == pytest.approx([14 / 3, 5.0, 4.5])
    with torch.device("meta"):
        assert same(embed_texts(tokenizer, model, texts, normalised=False), expected)
        assert embed_texts(tokenizer, model, []).device.type == "cpu"
