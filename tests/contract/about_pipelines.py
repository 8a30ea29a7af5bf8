"""Facts of lesson 01: what pipelines, outputs and loading do."""

import copy
import functools
import tempfile
from pathlib import Path

import torch
import transformers

from course_utils.weights.registry import checkpoint
from tests.contract.registry import LONG, SHORT, fact, logits, model, raised, tokenizer

REMOVED_TASKS = (
    "question-answering",
    "summarization",
    "translation_en_to_fr",
    "text2text-generation",
)


def _task_is_gone(task: str) -> bool:
    error = raised(transformers.pipeline, task, model=checkpoint("sentiment"))
    return error.startswith("KeyError") and ("removed" in error or "Unknown task" in error)


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


@fact(
    "A model is loaded in the dtype it is stored in, here float32: nothing is quantised by default.",
    "01_pipeline",
)
def default_dtype_is_float32():
    return {p.dtype for p in model().parameters()} == {torch.float32}


@fact(
    "A checkpoint stored in bfloat16 is loaded in bfloat16 unless dtype says otherwise.",
    "01_pipeline",
)
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


@fact(
    "The ids of the classic batch are 101 2023 2003 1037 7953 1012 102 and 101 2023 2003 2025 102 0 0.",
    "01_pipeline",
)
def classic_ids():
    batch = tokenizer()(["This is a input.", "This is not"], padding=True)
    return batch["input_ids"] == [
        [101, 2023, 2003, 1037, 7953, 1012, 102],
        [101, 2023, 2003, 2025, 102, 0, 0],
    ]


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
    return body(
        **tokenizer()([LONG, SHORT], padding=True, return_tensors="pt")
    ).last_hidden_state.shape == (2, 16, 384)


@fact("return_all_scores=True is ignored: one label comes back per text.", "01_pipeline")
def return_all_scores_is_ignored():
    classify = transformers.pipeline("text-classification", model=checkpoint("sentiment"))
    return len(classify([SHORT], return_all_scores=True)) == 1 and isinstance(
        classify([SHORT])[0], dict
    )


@fact("max_length counts the prompt, max_new_tokens does not.", "01_pipeline")
def max_length_counts_the_prompt():
    lm = model("generation", "AutoModelForCausalLM")
    prompt = tokenizer("generation")("One two three", return_tensors="pt")
    length = prompt["input_ids"].shape[1]
    short = lm.generate(**prompt, max_length=length + 2, do_sample=False).shape[1]
    return (
        short == length + 2
        and lm.generate(**prompt, max_new_tokens=2, do_sample=False).shape[1] == length + 2
    )


@fact("There is no transformers.TRANSFORMERS_CACHE; the cache is huggingface_hub's.", "01_pipeline")
def cache_constant_is_gone():
    return not hasattr(transformers, "TRANSFORMERS_CACHE")


@fact(
    "A tokenizer of another checkpoint is accepted without a word and gives other logits.",
    "01_pipeline",
)
def wrong_tokenizer_is_silent():
    foreign = tokenizer("generation")("I love this film.", return_tensors="pt")["input_ids"]
    own = logits(["I love this film."])
    return not torch.allclose(model()(input_ids=foreign).logits, own, atol=0.1)


@fact(
    "id2label and label2id given to from_pretrained name the columns of the pipeline.",
    "01_pipeline",
)
def labels_can_be_named():
    names = {0: "thumbs down", 1: "thumbs up"}
    named = transformers.AutoModelForSequenceClassification.from_pretrained(
        checkpoint("sentiment"), id2label=names, label2id={name: i for i, name in names.items()}
    )
    classify = transformers.pipeline("text-classification", model=named, tokenizer=tokenizer())
    return classify(SHORT)[0]["label"] == "thumbs down"
