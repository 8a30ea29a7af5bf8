"""The parts of the recipes that prepare data, on hand-written examples; training itself is measured, not tested."""

import math
import random

import pytest
import torch

pytest.importorskip(
    "peft", reason="peft is not installed; pip install 'transformers-nlp-course[recipes]'"
)

from pictures import byte_level, wordpiece
from transformers import AutoModelForCausalLM, BertConfig

from course_utils import checkpoint
from recipes import encoding, fill_mask, ner, next_words
from recipes.records import read_records

WORDNET = """  1 This is the licence.
00001740 06 n 02 spoon 0 soup_spoon(p) 0 001 @ 00001 n 0000 | a tool to eat with; "ate soup with it"; "a big spoon!"
00001741 06 n 01 qqzzx 0 000 | a word that the vocabulary has not
"""


@pytest.fixture
def wordnet(tmp_path):
    for part in ("noun", "verb", "adj", "adv"):
        (tmp_path / f"data.{part}").write_text(
            WORDNET if part == "noun" else "  1 Nothing.\n", encoding="utf-8"
        )
    return tmp_path


def test_wordnet_gives_glosses_of_known_words_and_examples(wordnet):
    vocabulary = {"spoon": 0, "soup": 1}
    assert list(fill_mask.wordnet_sentences(wordnet, vocabulary)) == [
        "spoon or soup spoon: a tool to eat with.",
        "ate soup with it.",
        "a big spoon!",
    ]


def test_sentences_that_are_measured_are_not_trained_on():
    texts = [
        "The capital of Spain is Madrid.",
        "the capital of spain is Rome",
        "Too short.",
        "A cat sat down here.",
    ]
    assert fill_mask.without_the_measured(
        [*texts, texts[-1]], ["The capital of Spain is [MASK]."]
    ) == [texts[-1]]


def test_hidden_words_become_labels_and_nothing_else_does():
    tokenizer = wordpiece()
    batch = dict(
        tokenizer(["The cat sat on the mat.", "Hello."], padding=True, return_tensors="pt")
    )
    hidden = fill_mask.hide_words(
        batch, random.Random(0), tokenizer=tokenizer, frequent=torch.tensor([1996])
    )
    masked = hidden["input_ids"] == tokenizer.mask_token_id
    assert masked.any(1).all()
    assert torch.equal(hidden["labels"] != -100, masked)
    assert torch.equal(
        torch.where(masked, hidden["labels"], hidden["input_ids"]), batch["input_ids"]
    )
    special = torch.isin(batch["input_ids"], torch.tensor([101, 102, 0]))
    assert not (masked & special).any()


def test_a_row_with_expected_words_keeps_its_hole_and_is_scored_by_them():
    tokenizer = wordpiece()
    batch = dict(
        tokenizer(["I fell [MASK].", "The cat sat on the mat."], padding=True, return_tensors="pt")
    )
    batch |= {
        "words": torch.tensor([[7, 9], [0, 0]]),
        "weights": torch.tensor([[0.75, 0.25], [0.0, 0.0]]),
    }
    hidden = fill_mask.hide_words(
        batch, random.Random(0), tokenizer=tokenizer, frequent=torch.tensor([1996])
    )
    assert torch.equal(hidden["input_ids"][0], batch["input_ids"][0])
    chosen = hidden["labels"] != -100
    assert chosen[0].tolist() == (batch["input_ids"][0] == tokenizer.mask_token_id).tolist()

    torch.manual_seed(0)
    model = fill_mask.MaskedLanguageModel(
        BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=2)
    ).eval()
    out = model(**hidden)
    scores = out.logits.detach().log_softmax(-1)
    gold = hidden["labels"][chosen]
    by_hand = -scores[torch.arange(len(gold)), gold]
    by_hand[0] = -(0.75 * scores[0, 7] + 0.25 * scores[0, 9])
    assert torch.allclose(out.loss, by_hand.mean())
    hard = model(
        **{name: value for name, value in hidden.items() if name not in ("words", "weights")}
    ).loss
    assert torch.allclose(hard, torch.nn.functional.cross_entropy(out.logits, gold))


def test_the_copy_penalty_counts_the_other_words_of_the_sentence_and_spares_the_expected_ones():
    tokenizer = wordpiece()
    the, rome, italy, france = tokenizer.convert_tokens_to_ids(["the", "rome", "italy", "france"])
    context = torch.tensor([[101, rome, the, 103, france, 102]])
    probabilities = torch.full((1, 30522), 1e-9)
    probabilities[0, [rome, the, italy, france]] = torch.tensor([0.5, 0.2, 0.2, 0.1])
    model = fill_mask.MaskedLanguageModel(
        BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=2)
    )
    model.content = fill_mask.content_words(tokenizer, torch.tensor([the]))
    for right, copied in (([italy], 0.6), ([italy, rome], 0.1), ([rome, france], 0.0)):
        found = model.unlikelihood(probabilities.log(), context, torch.tensor([right]))
        assert found.item() == pytest.approx(-math.log(1 - copied), abs=1e-5)


def test_words_after_which_sentences_end_are_likelier_before_a_full_stop():
    ends = next_words.final_shares(
        ["He saw the dog.", "The dog ran to the house!", "of the"] * 20, wordpiece()
    )
    dog, the, house = wordpiece().convert_tokens_to_ids(["dog", "the", "house"])
    assert ends.shape == (30522,) and ends[house] > ends[dog] > ends[the] > 0


def test_the_larger_model_expects_sensible_words(monkeypatch):
    monkeypatch.setattr(next_words, "PLACES", 99)
    teacher = AutoModelForCausalLM.from_pretrained(checkpoint("generation")).eval()
    text = "The film was so boring that I fell asleep."
    ends = next_words.final_shares([text], wordpiece())
    targets = next_words.soft_targets([text], teacher, byte_level(), wordpiece(), ends)
    found = {prefix: (ids, weights) for prefix, ids, weights in targets}
    assert sorted(found, key=len) == [" ".join(text.split()[:n]) for n in range(2, 9)]
    ids, weights = found["The film was so boring that I fell"]
    assert wordpiece().convert_ids_to_tokens(ids[:1]) == ["asleep"]
    assert weights.sum().item() == pytest.approx(1) and (weights.diff() <= 0).all()


def test_a_word_gives_its_tag_to_all_its_pieces_but_begins_once():
    label2id = {label: i for i, label in enumerate(ner.LABELS)}
    record = {"tokens": ["Phunnarungsi", "sings"], "tags": ["B-PER", "O"]}
    [example] = encoding.encode_words(wordpiece(), [record], label2id)
    inner = example["labels"][1:-1]
    assert len(inner) > 2 and example["labels"][0] == example["labels"][-1] == -100
    assert inner == [label2id["B-PER"], *[label2id["I-PER"]] * (len(inner) - 2), label2id["O"]]
    assert sum(example["first_piece"]) == 2


@pytest.mark.parametrize("seed", range(20))
def test_templates_give_valid_tags(seed):
    record = ner.fill_template(random.Random(seed))
    assert len(record["tokens"]) == len(record["tags"])
    before = "O"
    for tag in record["tags"]:
        assert not tag.startswith("I-") or before[2:] == tag[2:]
        before = tag
    assert before == "O" and any(tag.startswith("B-") for tag in record["tags"])


def test_a_missing_training_file_is_named(tmp_path):
    with pytest.raises(
        FileNotFoundError,
        match=r"expected the training file ner.web.jsonl.gz in .*, which holds no",
    ):
        read_records(tmp_path, "ner.web")
