"""The observable facts that the lessons rest on: each a sentence, the lesson that teaches it, and code that looks.

A fact function returns True where the sentence holds with the library that is installed. It uses the library and the
course's checkpoints alone, so that it runs with any version of transformers that can be imported.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import io
import logging
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import transformers

from course_utils.checkpoints import checkpoint

SHORT, LONG = "I hate this so much!", "I've been waiting for a HuggingFace course my whole life."
REMOVED_TASKS = ("question-answering", "summarization", "translation_en_to_fr", "text2text-generation")


@dataclass(frozen=True)
class Fact:
    """One sentence of a lesson and the code that says whether it is still true."""

    name: str
    sentence: str
    lesson: str
    holds: Callable[[], bool]


FACTS: list[Fact] = []


def fact(sentence: str, lesson: str) -> Callable:
    """Register the decorated function as the test of ``sentence``, which ``lesson`` teaches."""

    def register(holds: Callable[[], bool]) -> Callable[[], bool]:
        FACTS.append(Fact(holds.__name__, sentence, lesson, holds))
        return holds

    return register


@functools.cache
def tokenizer(name: str = "sentiment"):
    return transformers.AutoTokenizer.from_pretrained(checkpoint(name))


@functools.cache
def model(name: str = "sentiment", head: str = "AutoModelForSequenceClassification", **options):
    return getattr(transformers, head).from_pretrained(checkpoint(name), **options).eval()


@torch.no_grad()
def logits(texts, **options) -> torch.Tensor:
    return model()(**tokenizer()(texts, padding=True, return_tensors="pt"), **options).logits


def raised(action: Callable, *args, **kwargs) -> str:
    """Run an action and return 'Name: message' of what it raised, '' if nothing."""
    try:
        action(*args, **kwargs)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def messages(action: Callable) -> str:
    """Run an action and return what it warned and logged."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger("transformers")
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stderr(stream):
            warnings.simplefilter("always")
            action()
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    return stream.getvalue() + "".join(str(w.message) for w in caught)


# 01 pipeline -------------------------------------------------------------------------------------------------------


def _task_is_gone(task: str) -> bool:
    error = raised(transformers.pipeline, task, model=checkpoint("sentiment"))
    return error.startswith("KeyError") and task in error


for _task in REMOVED_TASKS:
    _check = functools.partial(_task_is_gone, _task)
    _check.__name__ = f"task_{_task.replace('-', '_')}_is_gone"
    fact(f"pipeline({_task!r}) raises KeyError: the task was removed.", "01_pipeline")(_check)


@fact("A pipeline's score is the softmax of the logits, to 1e-6.", "01_pipeline")
def score_is_softmax():
    classify = transformers.pipeline("text-classification", model=checkpoint("sentiment"))
    return abs(classify(SHORT)[0]["score"] - float(logits([SHORT]).softmax(-1).max())) < 1e-6


@fact("top_k=None returns every label.", "01_pipeline")
def top_k_none_returns_all_labels():
    classify = transformers.pipeline("text-classification", model=checkpoint("sentiment"))
    return len(classify([SHORT], top_k=None)[0]) == 2


@fact("grouped_entities=True no longer groups; aggregation_strategy does.", "01_pipeline")
def grouped_entities_no_longer_groups():
    def call():
        tag = transformers.pipeline("ner", model=checkpoint("ner"), grouped_entities=True)
        return "entity_group" in tag("Sylvain works in Brooklyn.")[0]

    return raised(call) != "" or not call()


@fact("A model is loaded in the dtype it is stored in, here float32: nothing is quantised by default.", "01_pipeline")
def default_dtype_is_float32():
    return {p.dtype for p in model().parameters()} == {torch.float32}


@fact("A checkpoint stored in bfloat16 is loaded in bfloat16 unless dtype says otherwise.", "01_pipeline")
def stored_dtype_is_kept():
    with tempfile.TemporaryDirectory() as folder:
        copy.deepcopy(model()).to(torch.bfloat16).save_pretrained(folder)
        loaded = transformers.AutoModelForSequenceClassification.from_pretrained(folder)
    return loaded.dtype == torch.bfloat16


@fact("save_pretrained writes model.safetensors and no pytorch_model.bin.", "01_pipeline")
def safetensors_is_written():
    with tempfile.TemporaryDirectory() as folder:
        model().save_pretrained(folder)
        names = {p.name for p in Path(folder).iterdir()}
    return "model.safetensors" in names and not any(n.endswith(".bin") for n in names)


@fact("There are no TensorFlow classes: transformers has no TFAutoModel.", "01_pipeline")
def tensorflow_classes_are_gone():
    return raised(lambda: transformers.TFAutoModel) != ""


@fact("The ids of the classic batch are 101 2023 2003 1037 7953 1012 102 and 101 2023 2003 2025 102 0 0.", "01_pipeline")
def classic_ids():
    batch = tokenizer()(["This is a input.", "This is not"], padding=True)
    return batch["input_ids"] == [[101, 2023, 2003, 1037, 7953, 1012, 102], [101, 2023, 2003, 2025, 102, 0, 0]]


@fact("Outputs are read by attribute, by key and by index alike.", "01_pipeline")
def outputs_by_attribute_key_and_index():
    out = model()(**tokenizer()(SHORT, return_tensors="pt"))
    return out.logits is out["logits"] is out[0]


@fact("Without labels of its own a config names them LABEL_0 and LABEL_1.", "01_pipeline")
def default_labels():
    return transformers.BertConfig(num_labels=2).id2label == {0: "LABEL_0", 1: "LABEL_1"}


@fact("Hidden states are (batch, sequence, hidden size) with hidden size 384.", "01_pipeline")
def hidden_state_shape():
    body = model("embeddings", "AutoModel")
    return body(**tokenizer()([LONG, SHORT], padding=True, return_tensors="pt")).last_hidden_state.shape == (2, 16, 384)


# 02 tokenizers -----------------------------------------------------------------------------------------------------


def _no_such_method(name: str) -> bool:
    return not hasattr(tokenizer(), name)


for _method in ("prepare_for_model", "encode_plus", "batch_encode_plus"):
    _check = functools.partial(_no_such_method, _method)
    _check.__name__ = f"{_method}_is_gone"
    fact(f"tokenizer.{_method} is gone; tokenizer(...) replaces it.", "02_tokenizers")(_check)


@fact("A tokenizer is a fast one whatever use_fast says.", "02_tokenizers")
def use_fast_false_is_ignored():
    return transformers.AutoTokenizer.from_pretrained(checkpoint("sentiment"), use_fast=False).is_fast


@fact("Word ids and offsets of the course's sentence with five blanks are as printed.", "02_tokenizers")
def word_ids_and_offsets():
    encoded = tokenizer()("Let's talk about tokenizers     superpowers.", return_offsets_mapping=True)
    return encoded.word_ids() == [None, 0, 1, 2, 3, 4, 5, 5, 5, 6, 6, 6, 7, None] and encoded["offset_mapping"] == [
        (0, 0), (0, 3), (3, 4), (4, 5), (6, 10), (11, 16), (17, 22), (22, 26), (26, 27), (32, 37), (37, 42), (42, 43),
        (43, 44), (0, 0)]


@fact("Text longer than the model is encoded whole, with a warning in the log.", "02_tokenizers")
def long_text_warns():
    fresh = transformers.AutoTokenizer.from_pretrained(checkpoint("sentiment"))
    said = messages(lambda: fresh("word " * 600))
    return len(fresh("word " * 600)["input_ids"]) == 602 and "longer than the specified maximum" in said


@fact("Cutting with truncation=True says nothing.", "02_tokenizers")
def truncation_is_silent():
    fresh = transformers.AutoTokenizer.from_pretrained(checkpoint("sentiment"))
    return messages(lambda: fresh("word " * 600, truncation=True, max_length=10)) == ""


@fact("padding=True pads to the longest of the batch, padding='max_length' to the model's 512.", "02_tokenizers")
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


@fact("The special tokens are [UNK] 100, [SEP] 102, [PAD] 0, [CLS] 101 and [MASK] 103.", "02_tokenizers")
def special_tokens():
    return sorted(zip(tokenizer().all_special_tokens, tokenizer().all_special_ids, strict=True)) == [
        ("[CLS]", 101), ("[MASK]", 103), ("[PAD]", 0), ("[SEP]", 102), ("[UNK]", 100)]


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
    return tokenizer().decode(tokenizer()("Tokenizers!")["input_ids"], skip_special_tokens=True) == "tokenizers!"


@fact("train_new_from_iterator keeps the algorithm and learns another vocabulary.", "02_tokenizers")
def train_new_from_iterator():
    new = tokenizer("generation").train_new_from_iterator([["def add(a, b): return a + b"]] * 3, 300)
    return type(new) is type(tokenizer("generation")) and len(new) <= 300 + 20


# 03 models ---------------------------------------------------------------------------------------------------------


@fact("Loading a body into a class with a new head reports the head as newly initialised.", "03_models")
def load_report_names_the_head():
    said = messages(lambda: transformers.AutoModelForSequenceClassification.from_pretrained(checkpoint("embeddings")))
    return "classifier" in said and ("MISSING" in said or "newly initialized" in said)


@fact("The load report is a table with the words MISSING and UNEXPECTED.", "03_models")
def load_report_is_a_table():
    said = messages(lambda: transformers.AutoModelForQuestionAnswering.from_pretrained(checkpoint("embeddings")))
    return "MISSING" in said and "UNEXPECTED" in said


@fact("num_parameters() counts 22,713,216 in the body.", "03_models")
def parameter_count():
    return model("embeddings", "AutoModel").num_parameters() == 22_713_216


@fact("output_attentions=True with the default attention returns an empty tuple.", "03_models")
def default_attention_returns_nothing():
    out = model("embeddings", "AutoModel")(**tokenizer()(SHORT, return_tensors="pt"), output_attentions=True)
    return not out.attentions


@fact('attn_implementation="eager" returns one (1, 12, n, n) tensor per layer.', "03_models")
def eager_attention_returns_weights():
    body = model("embeddings", "AutoModel", attn_implementation="eager")
    out = body(**tokenizer()(SHORT, return_tensors="pt"), output_attentions=True)
    return len(out.attentions) == 6 and out.attentions[0].shape == (1, 12, 8, 8)


@fact("Rows of attention weights sum to 1.", "03_models")
def attention_rows_sum_to_one():
    body = model("embeddings", "AutoModel", attn_implementation="eager")
    weights = body(**tokenizer()(SHORT, return_tensors="pt"), output_attentions=True).attentions[3]
    return torch.allclose(weights.sum(-1), torch.ones(1, 12, 8), atol=1e-5)


@fact("The decoder's attention is causal: nothing above the diagonal.", "03_models")
def decoder_is_causal():
    decoder = model("generation", "AutoModelForCausalLM", attn_implementation="eager")
    out = decoder(**tokenizer("generation")("The sky is blue", return_tensors="pt"), output_attentions=True)
    return float(out.attentions[0].triu(1).abs().max()) == 0.0


@fact("generate(do_sample=False) takes the most probable token each time.", "03_models")
def greedy_is_argmax():
    lm, tok = model("generation", "AutoModelForCausalLM"), tokenizer("generation")
    ids = tok("The sky is", return_tensors="pt")
    with torch.no_grad():
        first = int(lm(**ids).logits[0, -1].argmax())
        return int(lm.generate(**ids, max_new_tokens=1, do_sample=False)[0, -1]) == first


@fact("save_pretrained and from_pretrained give the same logits back.", "03_models")
def save_and_load_round_trip():
    with tempfile.TemporaryDirectory() as folder:
        model().save_pretrained(folder)
        again = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    inputs = tokenizer()(SHORT, return_tensors="pt")
    with torch.no_grad():
        return torch.equal(again(**inputs).logits, model()(**inputs).logits)


@fact("BertModel(config) starts with random weights: two of them differ.", "03_models")
def model_from_config_is_random():
    config = transformers.BertConfig(num_hidden_layers=1, hidden_size=24, num_attention_heads=2, intermediate_size=24)
    a, b = transformers.BertModel(config), transformers.BertModel(config)
    return not torch.equal(a.embeddings.word_embeddings.weight, b.embeddings.word_embeddings.weight)


@fact("The masked-language head shares its matrix with the word embeddings.", "03_models")
def mask_head_is_tied():
    filler = model("fill-mask", "AutoModelForMaskedLM")
    return filler.get_output_embeddings().weight.data_ptr() == filler.get_input_embeddings().weight.data_ptr()


# 04 batching -------------------------------------------------------------------------------------------------------


@fact("A 1-D tensor of ids fails: not enough values to unpack.", "04_batching")
def one_dimensional_ids_fail():
    return "not enough values to unpack" in raised(model(), torch.tensor([101, 2023, 102]))


@fact("A ragged list is no tensor: expected sequence of length 14 at dim 1 (got 4).", "04_batching")
def ragged_list_fails():
    return "expected sequence of length 14 at dim 1 (got 4)" in raised(torch.tensor, [[1] * 14, [1] * 4])


@fact("A list of lists is no tensor: 'list' object has no attribute 'size'.", "04_batching")
def list_of_lists_fails():
    return "'list' object has no attribute" in raised(model(), [[101, 2023, 102]])


@fact("return_tensors='pt' without padding raises ValueError that suggests padding.", "04_batching")
def unpadded_batch_fails():
    return "padding" in raised(tokenizer(), [SHORT, LONG], return_tensors="pt")


@fact("Padding without a mask changes the short sentence's logits.", "04_batching")
def padding_without_mask_changes_logits():
    ids = tokenizer()([LONG, SHORT], padding=True, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        return not torch.allclose(model()(input_ids=ids).logits[1], logits([SHORT])[0], atol=1e-2)


@fact("With the mask the padded sentence's logits return to 1e-5.", "04_batching")
def mask_restores_logits():
    return torch.allclose(logits([LONG, SHORT])[1], logits([SHORT])[0], atol=1e-5)


@fact("Batch against single differ below 1e-6.", "04_batching")
def batch_equals_single():
    return float((logits([LONG, SHORT])[1] - logits([SHORT])[0]).abs().max()) < 1e-6


@fact("Padding without a mask is silent: no warning.", "04_batching")
def padding_without_mask_is_silent():
    ids = tokenizer()([LONG, SHORT], padding=True, return_tensors="pt")["input_ids"]
    fresh = transformers.AutoModelForSequenceClassification.from_pretrained(checkpoint("sentiment")).eval()
    return messages(lambda: fresh(input_ids=ids)) == ""


@fact("model(x, attention_maks=m) is ignored without a word.", "04_batching")
def misspelt_argument_is_ignored():
    batch = tokenizer()([LONG, SHORT], padding=True, return_tensors="pt")
    call = functools.partial(model(), input_ids=batch["input_ids"], attention_maks=batch["attention_mask"])
    return raised(call) == ""


@fact("DistilBERT ignores token_type_ids without a word.", "04_batching")
def distilbert_ignores_token_types():
    config = transformers.DistilBertConfig(n_layers=1, dim=24, n_heads=2, hidden_dim=24)
    ids = torch.tensor([[101, 2023, 102]])
    return raised(transformers.DistilBertModel(config), input_ids=ids, token_type_ids=torch.ones_like(ids)) == ""


@fact("A sequence longer than 512 raises an error from inside the model.", "04_batching")
def too_long_sequence_fails():
    return raised(model(), torch.ones(1, 600, dtype=torch.long)) != ""


@fact("return_overflowing_tokens with stride cuts a long text into overlapping windows.", "04_batching")
def overflow_windows_overlap():
    windows = tokenizer()("one two three four five six seven eight", truncation=True, max_length=6, stride=2,
                          return_overflowing_tokens=True)["input_ids"]
    return len(windows) == 3 and windows[0][3:5] == windows[1][1:3]


@fact("DataCollatorWithPadding pads to the longest of its batch.", "04_batching")
def collator_pads_dynamically():
    collate = transformers.DataCollatorWithPadding(tokenizer())
    return collate([tokenizer()(SHORT), tokenizer()(LONG)])["input_ids"].shape == (2, 16)


@fact("pad_to_multiple_of=8 rounds the length up.", "04_batching")
def pad_to_multiple():
    return tokenizer()([SHORT, "hi"], padding=True, pad_to_multiple_of=8, return_tensors="pt")["input_ids"].shape[1] == 8


@fact("The encoder's tokenizer pads on the right.", "04_batching")
def encoder_pads_right():
    return tokenizer().padding_side == "right"


# 05 sentence pairs -------------------------------------------------------------------------------------------------


@fact("A pair is one sequence: token_type_ids are 0 up to the first [SEP] and 1 after it.", "05_sentence_pairs")
def pair_token_types():
    return tokenizer()("a b", "c")["token_type_ids"] == [0, 0, 0, 0, 1, 1]


@fact("Flipping the segment ids moves the hidden state.", "05_sentence_pairs")
def segment_embedding_counts():
    body = model("embeddings", "AutoModel")
    pair = tokenizer()("a b", "c", return_tensors="pt")
    flipped = {**pair, "token_type_ids": 1 - pair["token_type_ids"]}
    return not torch.allclose(body(**pair).last_hidden_state, body(**flipped).last_hidden_state, atol=1e-3)


@fact("Zero-shot classification is a softmax over the entailment logits of one hypothesis per label.",
      "05_sentence_pairs")
def zero_shot_is_entailment():
    labels = ["education", "politics"]
    guess = transformers.pipeline("zero-shot-classification", model=checkpoint("nli"))(SHORT, labels)
    judge = model("nli")
    pairs = tokenizer()([SHORT] * 2, [f"This example is {x}." for x in labels], padding=True, return_tensors="pt")
    with torch.no_grad():
        scores = judge(**pairs).logits[:, judge.config.label2id["entailment"]].softmax(0)
    return all(abs(guess["scores"][guess["labels"].index(x)] - float(s)) < 1e-5
               for x, s in zip(labels, scores, strict=True))


# 06 embeddings -----------------------------------------------------------------------------------------------------


@fact("The vector of a word depends on its sentence.", "06_embeddings")
def vectors_are_contextual():
    body, vectors = model("embeddings", "AutoModel"), []
    for text in ("the bank of the river", "the bank lent money"):
        inputs = tokenizer()(text, return_tensors="pt")
        vectors.append(body(**inputs).last_hidden_state[0, inputs.tokens().index("bank")])
    return float(torch.cosine_similarity(*vectors, dim=0)) < 0.9


# 07 token classification -------------------------------------------------------------------------------------------


@fact("aggregation_strategy='none' returns pieces with 'entity', the others groups with 'entity_group'.",
      "07_token_classification")
def aggregation_changes_the_key():
    tag = transformers.pipeline("ner", model=checkpoint("ner"))
    text = "My name is Sylvain and I work at Hugging Face in Brooklyn."
    return "entity" in tag(text)[0] and "entity_group" in tag(text, aggregation_strategy="simple")[0]


@fact("aggregation_strategy knows none, simple, first, average and max.", "07_token_classification")
def aggregation_strategies():
    from transformers.pipelines.token_classification import AggregationStrategy

    return {s.value for s in AggregationStrategy} == {"none", "simple", "first", "average", "max"}


# 08 question answering ---------------------------------------------------------------------------------------------


@fact("AutoModelForQuestionAnswering returns start_logits and end_logits, one per token.", "08_question_answering")
def start_and_end_logits():
    inputs = tokenizer()("Who?", "Anna did it.", return_tensors="pt")
    out = model("qa", "AutoModelForQuestionAnswering")(**inputs)
    return out.start_logits.shape == out.end_logits.shape == inputs["input_ids"].shape


@fact("truncation='only_second' cuts the passage and never the question.", "08_question_answering")
def only_second_keeps_the_question():
    encoded = tokenizer()("who was it ?", "word " * 50, truncation="only_second", max_length=12)
    return len(encoded["input_ids"]) == 12 and encoded.sequence_ids().count(0) == 4


@fact("sequence_ids() tells question (0), passage (1) and special tokens (None) apart.", "08_question_answering")
def sequence_ids_mark_the_parts():
    return tokenizer()("who ?", "me").sequence_ids() == [None, 0, 0, None, 1, None]
