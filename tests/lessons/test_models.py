"""Lesson 03: its pictures carry the same figures in both faces, its runs are those of the library, its proofs can fail."""

import pytest
import torch
from pictures import HOSTILE, check, words_of
from transformers import BertConfig, BertForSequenceClassification

from course_utils.lesson.prove import prove
from course_utils.lessons import models
from course_utils.lessons.models import cuts, explorers, runs, views

TEXTS = ("I was very disappointed.", "I was not disappointed.")


@pytest.fixture(scope="module")
def judge():
    return runs.comment_model()


class Words:
    """A tokenizer of whole words: each gets an id, the first and the last token are special."""

    def __call__(self, text, return_tensors=None, padding=False, is_split_into_words=False):
        if is_split_into_words:
            return Encoding(range(len(text)))
        if isinstance(text, list):
            rows = [self._ids(one) for one in text]
            longest = max(map(len, rows))
            mask = [[1] * len(row) + [0] * (longest - len(row)) for row in rows]
            rows = [row + [0] * (longest - len(row)) for row in rows]
            return Batch({"input_ids": torch.tensor(rows), "attention_mask": torch.tensor(mask)})
        ids = self._ids(text)
        return Batch({"input_ids": torch.tensor([ids]) if return_tensors else ids})

    def _ids(self, text):
        return [1, *(3 + sum(map(ord, word)) % 20 for word in text.split()), 2]

    def convert_ids_to_tokens(self, ids):
        return [f"<{number}>" for number in ids]


class Batch(dict):
    def to(self, device):
        return self


class Encoding:
    def __init__(self, numbers):
        self.numbers = [None, *numbers, None]

    def word_ids(self):
        return self.numbers


@pytest.fixture(scope="module")
def small():
    torch.manual_seed(0)
    sizes = {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = BertConfig(vocab_size=30, intermediate_size=16, initializer_range=0.5, **sizes)
    return BertForSequenceClassification(config).eval()


def test_run_all_gives_the_order_of_the_texts(small):
    texts = ["a b c d e", "a", "c b", "a b c"] * 30
    together = runs.run_all(small, Words(), texts)
    with torch.no_grad():
        alone = torch.cat([small(**Words()([text])).logits for text in texts])
    assert torch.allclose(together, alone, atol=1e-5)


def test_first_tokens_are_the_hidden_states(small):
    with torch.no_grad():
        states = small.bert(**Words()(["a b c"]), output_hidden_states=True).hidden_states
    found = runs.first_tokens(small, Words(), ["a", "a b c"])
    assert found.shape == (3, 2, 8)
    assert torch.allclose(found[:, 1], torch.stack([state[0, 0] for state in states]), atol=1e-5)


def test_a_probe_finds_what_is_there_and_nothing_where_nothing_is():
    gold = [0, 1] * 50
    line = torch.tensor(gold).float()[:, None] + torch.zeros(100, 4)
    assert runs.probe(line, gold) == 100
    assert runs.probe(torch.zeros(100, 4), gold) <= 60


def test_a_head_that_is_off_hands_on_nothing_and_comes_back(small):
    ids = torch.tensor([[1, 5, 6, 7, 2]])
    with torch.no_grad():
        before = small(ids).logits
        with runs.without_head(small, layer=1, head=0):
            off = small(ids).logits
        weight = small.bert.encoder.layer[1].attention.output.dense.weight
        kept = weight.clone()
        weight[:, :4] = 0
        by_hand = small(ids).logits
        weight.copy_(kept)
        assert torch.allclose(off, by_hand, atol=1e-6) and not torch.allclose(off, before)
        assert torch.equal(small(ids).logits, before)
        every = runs.without_each_head(small, ids)
        assert every.shape == (2, 2) and torch.allclose(every[1, 0], off.softmax(-1)[0, 1])
    with pytest.raises(ValueError, match="head below 2, got layer 0 and head 2"):
        runs.without_head(small, layer=0, head=2).__enter__()


def test_watching_leaves_the_model_as_it_was(small):
    before = small.config._attn_implementation
    query, key, value, output = runs.watch_heads(small, {"input_ids": torch.tensor([[1, 5, 2]])})
    assert query.shape == key.shape == value.shape == output.shape == (2, 1, 2, 3, 4)
    assert torch.allclose(
        models.head(query[0, 0, 1], key[0, 0, 1], value[0, 0, 1])[1], output[0, 0, 1], atol=1e-6
    )
    assert small.config._attn_implementation == before


def test_the_first_token_alone_reads_itself(small):
    texts = ["a b c", "a b c d e", "b"]
    before = small(**Words()(texts)).logits
    with runs.first_token_alone(small, layers=range(2)):
        alone = runs.run_all(small, Words(), texts)
        states = runs.first_tokens(small, Words(), texts)
    assert torch.allclose(alone, alone[:1].expand_as(alone), atol=1e-5)
    assert torch.allclose(states, states[:, :1].expand_as(states), atol=1e-5)
    assert torch.equal(small(**Words()(texts)).logits, before)
    with runs.first_token_alone(small, layers=[0]):
        assert not torch.allclose(runs.run_all(small, Words(), texts)[0], alone[0], atol=1e-4)


def test_probes_have_a_column_per_body_and_the_mean_without_reading(small):
    other = BertForSequenceClassification(small.config).eval()
    texts = [" ".join(["a", "b", "c"][: 1 + i % 3] + ["d"] * (i % 2)) for i in range(60)]
    gold = [i % 2 for i in range(60)]
    view = check(views.show_probes({"one": (small, Words()), "two": (other, Words())}, texts, gold))
    assert {name: len(right) for name, right in view.right.items()} == {"one": 4, "two": 4}
    vectors = runs.first_tokens(small, Words(), texts)
    assert view.right["one"][:3] == tuple(runs.probe(place, gold) for place in vectors)
    assert view.right["one"][0] == 30  # before the first layer all first tokens are equal
    table = small.bert.embeddings.word_embeddings.weight
    ids = Words()("a b")["input_ids"]
    wanted = (table[ids[1]] + table[ids[2]]) / 2
    assert torch.allclose(runs.mean_looked_up(small, Words(), ["a b"])[0], wanted)


def test_heads_are_counted_against_the_bare_body():
    folder = models.runs.checkpoint("embeddings")
    from transformers import AutoTokenizer

    before = torch.get_rng_state()
    view = check(views.show_heads(folder, AutoTokenizer.from_pretrained(folder), TEXTS[1]))
    assert torch.equal(torch.get_rng_state(), before)
    rows = {line.split()[0]: line for line in view.text.splitlines()[2:]}
    assert "-147,070" in rows["AutoModelForTokenClassification"]
    assert "dropped" in rows["AutoModelForTokenClassification"]
    assert "+31,290" in rows["AutoModelForMaskedLM"] and "+770" in words_of(view.html)
    assert "It looks ahead." in view.text


def test_steps_and_spread_carry_their_figures_in_both_faces(judge):
    model, tokenizer = judge
    for view in (
        views.show_steps(model, tokenizer, *TEXTS),
        views.show_spread(model, tokenizer, *TEXTS),
    ):
        check(view)
        for figure in [f"{value:.2f}" for value in view.values.flatten() if value > 1e-4]:
            assert figure in view.text and figure in words_of(view.html)
    steps = views.show_steps(model, tokenizer, *TEXTS)
    assert steps.first("disappointed") == "attention" and steps.company == ("attention",)
    assert steps.first("very/not") == "look-up"
    assert [line.split()[-1] for line in steps.text.splitlines()[2:]] == [
        "–",
        "no",
        "yes",
        "yes",
        "yes",
    ]
    assert views.show_steps(model, tokenizer, TEXTS[0], TEXTS[0]).first("was") == "none"


def test_spread_of_a_layer_is_the_distance_of_its_states(judge):
    model, tokenizer = judge
    with torch.no_grad():
        one, other = (
            model.bert(
                **tokenizer(text, return_tensors="pt"), output_hidden_states=True
            ).hidden_states[3][0, 4]
            for text in TEXTS
        )
    wanted = (one - other).norm() / ((one.norm() + other.norm()) / 2)
    view = views.show_spread(model, tokenizer, *TEXTS, layers=[2])
    assert view.values.shape == (2, 7) and torch.allclose(view.values[1, 4], wanted, atol=1e-5)


def test_texts_of_different_length_are_refused(judge):
    with pytest.raises(ValueError, match="equally many tokens, got 3 and 4"):
        views.show_spread(*judge, "a", "a b")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_are_shown_and_do_nothing(small, hostile):
    small.config.id2label = {0: "no", 1: hostile}
    check(
        views._grid(hostile, [hostile], [hostile], torch.ones(1, 1), hostile, (hostile, [hostile]))
    )
    check(explorers.show_head([hostile, "b"], torch.ones(2), torch.eye(2), torch.eye(2)))
    check(cuts.show_lines_cut(small, Words(), f"{hostile} b"))
    if len(hostile.split()) == 1:
        check(cuts.show_moved(small, Words(), f"{hostile} b", "a b"))


def test_a_moved_vector_is_that_of_the_other_text(small):
    into, source = "a b c", "a d c"
    view = check(cuts.show_moved(small, Words(), into, source))
    ids = [Words()(text, return_tensors="pt")["input_ids"] for text in (into, source)]
    with torch.no_grad():
        chances = [100 * small(one).logits.softmax(-1)[0, 1].item() for one in ids]
        states = [
            small.bert(one, output_hidden_states=True).hidden_states[1].clone() for one in ids
        ]
        states[0][0, 2] = states[1][0, 2]
        last = small.bert.encoder.layer[1](states[0])
        by_hand = small.classifier(small.bert.pooler(last)).softmax(-1)[0, 1].item()
    assert view.values.shape == (3, 5) and view.rows[1] == "after layer 0"
    assert view.values[1, 2].item() == pytest.approx(100 * by_hand, abs=1e-3)
    # the whole difference sits in the word at first, in the first token at last, and equal vectors change nothing
    assert view.values[0, 2].item() == pytest.approx(chances[1], abs=1e-3)
    assert view.values[2, 0].item() == pytest.approx(chances[1], abs=1e-3)
    assert view.values[0, 1].item() == pytest.approx(chances[0], abs=1e-3)
    for value in view.values.flatten().tolist():
        assert f"{value:.1f}" in view.text and f"{value:.1f}" in words_of(view.html)
    assert torch.allclose(small(ids[0]).logits.softmax(-1)[0, 1] * 100, torch.tensor(chances[0]))


def test_texts_that_cannot_be_exchanged_are_refused(small):
    with pytest.raises(ValueError, match="equally many tokens, got 3 and 4"):
        cuts.show_moved(small, Words(), "a", "a b")
    with pytest.raises(ValueError, match="at most 16 tokens fit, these texts have 22"):
        cuts.show_moved(small, Words(), "a " * 20, "b " * 20)
    explorer = cuts.explore_moved(small, Words(), "a b", "a c")
    explorer.controls["source"].value = "a"
    assert "equally many tokens" in explorer.view.text


def test_the_small_head_shows_the_figures_of_the_lesson():
    keys, values = (
        torch.tensor([[0.0, 0], [0, 1], [1, 0]]),
        torch.tensor([[0.0, 0], [-2, 0], [1, 0]]),
    )
    explorer = explorers.explore_head(["soup", "not", "good"], keys, values)
    assert "becomes [-0.77, 0]" in check(explorer.view).text
    explorer.controls["second"].value = 0
    assert "0.33" in explorer.view.text and "becomes [0.67, 0]" in explorer.view.text


def test_the_explorer_of_heads_runs_the_given_function(small):
    def even(query, key, value):
        shares = torch.full((len(query), len(query)), 1 / len(query))
        return shares, shares @ value

    explorer = explorers.explore_heads(small, Words(), "a b", head=even, number=1)
    assert ".25" in check(explorer.view).text and "0.25;" in explorer.view.text
    explorer.controls["text"].value = "a " * 40
    assert "at most 24 tokens" in explorer.view.text


def test_a_wrong_head_is_not_proven(monkeypatch):
    monkeypatch.setattr(
        models, "rows_of", lambda corpus, tokenizer: [torch.tensor([[101, 2025, 102]])]
    )
    assert prove("03-head", models.head).agree == 72
    sharp = prove("03-head", lambda q, k, v: models.head(q * q.shape[-1] ** 0.5, k, v))
    assert sharp.status == "not yet" and sharp.agree < 72
    assert prove("03-head", lambda q, k, v: v).text.startswith("Not proven: expected two results")


def test_a_cut_line_of_reading_is_that_of_a_mask(judge):
    model, tokenizer = judge
    view = cuts.show_lines_cut(model, tokenizer, TEXTS[1])
    words_of(view.html)
    rows = [line.split() for line in view.text.splitlines()[2:]]
    encoded = tokenizer(TEXTS[1], return_tensors="pt")
    tokens = encoded.tokens()
    mask = torch.ones(1, 1, len(tokens), len(tokens), dtype=torch.bool)
    mask[0, 0, tokens.index("disappointed"), tokens.index("not")] = False
    with torch.no_grad():
        logits = model(input_ids=encoded["input_ids"], attention_mask=mask).logits
    expected = 100 * logits.softmax(-1)[0, 1].item()
    row = rows[tokens.index("disappointed")]
    assert row[0] == "disappointed"
    assert float(row[1 + tokens.index("not")].rstrip("*")) == pytest.approx(expected, abs=0.06)
    assert row[1 + tokens.index("not")].endswith("*") == (expected < 50)
    assert view.at("disappointed", "not") == pytest.approx(expected, abs=1e-3)
