"""The parts of the recipes that prepare data, on hand-written examples; training itself is measured, not tested."""

import random

import pytest
import torch

pytest.importorskip("peft", reason="peft is not installed; pip install 'transformers-nlp-course[recipes]'")

from pictures import wordpiece

from recipes import encoding, fill_mask, ner
from recipes.records import read_records

WORDNET = """  1 This is the licence.
00001740 06 n 02 spoon 0 soup_spoon(p) 0 001 @ 00001 n 0000 | a tool to eat with; "ate soup with it"; "a big spoon!"
00001741 06 n 01 qqzzx 0 000 | a word that the vocabulary has not
"""


@pytest.fixture
def wordnet(tmp_path):
    for part in ("noun", "verb", "adj", "adv"):
        (tmp_path / f"data.{part}").write_text(WORDNET if part == "noun" else "  1 Nothing.\n", encoding="utf-8")
    return tmp_path


def test_wordnet_gives_glosses_of_known_words_and_examples(wordnet):
    vocabulary = {"spoon": 0, "soup": 1}
    assert list(fill_mask.wordnet_sentences(wordnet, vocabulary)) == [
        "spoon or soup spoon: a tool to eat with.", "ate soup with it.", "a big spoon!"]


def test_sentences_that_are_measured_are_not_trained_on():
    texts = ["The capital of Spain is Madrid.", "the capital of spain is Rome", "Too short.", "A cat sat down here."]
    assert fill_mask.without_the_measured([*texts, texts[-1]], ["The capital of Spain is [MASK]."]) == [texts[-1]]


def test_hidden_words_become_labels_and_nothing_else_does():
    tokenizer = wordpiece()
    batch = dict(tokenizer(["The cat sat on the mat.", "Hello."], padding=True, return_tensors="pt"))
    hidden = fill_mask.hide_words(batch, random.Random(0), tokenizer=tokenizer, frequent=torch.tensor([1996]))
    masked = hidden["input_ids"] == tokenizer.mask_token_id
    assert masked.any(1).all()
    assert torch.equal(hidden["labels"] != -100, masked)
    assert torch.equal(torch.where(masked, hidden["labels"], hidden["input_ids"]), batch["input_ids"])
    special = torch.isin(batch["input_ids"], torch.tensor([101, 102, 0]))
    assert not (masked & special).any()


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
    with pytest.raises(FileNotFoundError, match=r"expected the training file ner.web.jsonl.gz in .*, which holds no"):
        read_records(tmp_path, "ner.web")
