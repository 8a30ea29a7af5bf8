"""Facts of lesson 02: what tokenizers do, and which of their methods are gone."""

import functools

import torch
import transformers

from course_utils.weights.registry import checkpoint
from tests.contract.registry import LONG, SHORT, fact, logits, messages, model, tokenizer


def _no_such_method(name: str) -> bool:
    return not hasattr(tokenizer(), name)


for _method, _lesson in {
    "prepare_for_model": "02_tokenizers",
    "encode_plus": "01_pipeline",
    "batch_encode_plus": "01_pipeline",
}.items():
    _check = functools.partial(_no_such_method, _method)
    _check.__name__ = f"{_method}_is_gone"
    fact(f"tokenizer.{_method} is gone; tokenizer(...) replaces it.", _lesson)(_check)


@fact("A tokenizer is a fast one whatever use_fast says.", "02_tokenizers")
def use_fast_false_is_ignored():
    return transformers.AutoTokenizer.from_pretrained(
        checkpoint("sentiment"), use_fast=False
    ).is_fast


@fact(
    "Word ids and offsets of the course's sentence with five blanks are as printed.",
    "02_tokenizers",
)
def word_ids_and_offsets():
    encoded = tokenizer()(
        "Let's talk about tokenizers     superpowers.", return_offsets_mapping=True
    )
    return encoded.word_ids() == [None, 0, 1, 2, 3, 4, 5, 5, 5, 6, 6, 6, 7, None] and encoded[
        "offset_mapping"
    ] == [
        (0, 0),
        (0, 3),
        (3, 4),
        (4, 5),
        (6, 10),
        (11, 16),
        (17, 22),
        (22, 26),
        (26, 27),
        (32, 37),
        (37, 42),
        (42, 43),
        (43, 44),
        (0, 0),
    ]


@fact("Text longer than the model is encoded whole, with a warning in the log.", "02_tokenizers")
def long_text_warns():
    fresh = transformers.AutoTokenizer.from_pretrained(checkpoint("sentiment"))
    said = messages(lambda: fresh("word " * 600))
    return (
        len(fresh("word " * 600)["input_ids"]) == 602
        and "longer than the specified maximum" in said
    )


@fact("Cutting with truncation=True says nothing.", "02_tokenizers")
def truncation_is_silent():
    fresh = transformers.AutoTokenizer.from_pretrained(checkpoint("sentiment"))
    return messages(lambda: fresh("word " * 600, truncation=True, max_length=10)) == ""


@fact(
    "padding=True pads to the longest of the batch, padding='max_length' to the model's 512.",
    "02_tokenizers",
)
def padding_modes():
    longest = tokenizer()([SHORT, LONG], padding=True)["input_ids"]
    full = tokenizer()([SHORT, LONG], padding="max_length")["input_ids"]
    return {len(r) for r in longest} == {16} and {len(r) for r in full} == {512}


@fact("WordPiece marks the continuation of a word with ##.", "02_tokenizers")
def wordpiece_marks():
    return tokenizer().tokenize("tokenizers") == ["token", "##izer", "##s"]


@fact("Byte-level BPE marks a blank before a word with Ġ.", "02_tokenizers")
def byte_level_marks():
    return "Ġtalk" in tokenizer("generation").tokenize("we talk")


@fact(
    "The special tokens are [UNK] 100, [SEP] 102, [PAD] 0, [CLS] 101 and [MASK] 103.",
    "02_tokenizers",
)
def special_tokens():
    return sorted(
        zip(tokenizer().all_special_tokens, tokenizer().all_special_ids, strict=True)
    ) == [("[CLS]", 101), ("[MASK]", 103), ("[PAD]", 0), ("[SEP]", 102), ("[UNK]", 100)]


@fact("A character outside the vocabulary becomes [UNK].", "02_tokenizers")
def unknown_character():
    return "[UNK]" in tokenizer().tokenize("I like 🤗")


@fact("The vocabulary has 30,522 entries.", "02_tokenizers")
def vocabulary_size():
    return len(tokenizer()) == 30522


@fact("Ids typed without [CLS] and [SEP] give other logits.", "02_tokenizers")
def missing_special_tokens_change_logits():
    ids = tokenizer()(LONG, add_special_tokens=False, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        return not torch.allclose(model()(input_ids=ids).logits, logits([LONG]), atol=1e-2)


@fact("decode puts the pieces together again, lower-cased.", "02_tokenizers")
def decode_joins():
    return (
        tokenizer().decode(tokenizer()("Tokenizers!")["input_ids"], skip_special_tokens=True)
        == "tokenizers!"
    )


@fact("train_new_from_iterator keeps the algorithm and learns another vocabulary.", "02_tokenizers")
def train_new_from_iterator():
    new = tokenizer("generation").train_new_from_iterator(
        [["def add(a, b): return a + b"]] * 3, 300
    )
    return type(new) is type(tokenizer("generation")) and len(new) <= 300 + 20


@fact("tokenizer.build_inputs_with_special_tokens is gone.", "02_tokenizers")
def build_inputs_with_special_tokens_is_gone():
    return not hasattr(tokenizer(), "build_inputs_with_special_tokens")


@fact("BertTokenizerFast and BertTokenizer are one class.", "02_tokenizers")
def one_tokenizer_class():
    return transformers.BertTokenizerFast is transformers.BertTokenizer


@fact("max_length without truncation=True cuts all the same, and says nothing.", "02_tokenizers")
def max_length_alone_cuts():
    fresh = transformers.AutoTokenizer.from_pretrained(checkpoint("sentiment"))
    said = messages(lambda: fresh("word " * 20, max_length=8))
    return len(fresh("word " * 20, max_length=8)["input_ids"]) == 8 and said == ""


@fact(
    "With padding='max_length' max_length is a length to pad to, and cuts nothing.", "02_tokenizers"
)
def max_length_to_pad_to():
    return len(tokenizer()("word " * 20, max_length=8, padding="max_length")["input_ids"]) == 22


@fact("Special tokens typed in a text are taken for special tokens.", "02_tokenizers")
def typed_special_tokens_count():
    return tokenizer()("[CLS] x")["input_ids"].count(101) == 2


@fact("Byte-level BPE decodes to the very text, WordPiece does not.", "02_tokenizers")
def byte_level_round_trip():
    text, bpe = "I'd  rewatch this café film!", tokenizer("generation")
    lost = tokenizer().decode(tokenizer()(text)["input_ids"], skip_special_tokens=True)
    return bpe.decode(bpe(text)["input_ids"]) == text != lost


@fact(
    "char_to_token, token_to_chars and word_to_tokens lead from characters to tokens and back.",
    "02_tokenizers",
)
def positions_lead_back():
    encoded = tokenizer()("Let's talk about tokenizers     superpowers.")
    return (
        encoded.char_to_token(17),
        tuple(encoded.token_to_chars(6)),
        tuple(encoded.word_to_tokens(5)),
    ) == (6, (17, 22), (6, 9))
