"""Merged checkpoints against peft's own merge, and the published body against sentence-transformers."""

import importlib
import json

import pytest
import torch
import transformers
from mini_course import write_base, write_delta
from safetensors import safe_open

from course_utils import checkpoint
from course_utils.weights import merge as _merge

checkpoints = importlib.import_module("course_utils.weights.registry")
TASKS = sorted(name for name, spec in checkpoints.CHECKPOINTS.items() if spec.wheel is None)

PLAIN = {"peft_type": "LORA", "r": 2, "lora_alpha": 1}
ADAPTERS = {
    "a classifier on the pooler": (
        "BertForSequenceClassification",
        {"modules_to_save": ["classifier", "pooler"]},
    ),
    "a tagger without pooler": ("BertForTokenClassification", {"modules_to_save": ["classifier"]}),
    "spans": ("BertForQuestionAnswering", {"modules_to_save": ["qa_outputs"]}),
    "masked words, output tied to the embedding": (
        "BertForMaskedLM",
        {"modules_to_save": ["transform"]},
    ),
}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return write_base(tmp_path_factory.mktemp("base"))


def load(folder, architecture):
    """The model in a folder; nothing may be missing in it and nothing left over."""
    model, report = getattr(transformers, architecture).from_pretrained(
        folder, output_loading_info=True
    )
    assert not any(report.values()), report
    return model


def largest_difference(model, expected):
    ours, theirs = model.state_dict(), expected.state_dict()
    assert ours.keys() == theirs.keys()
    return max((ours[name] - theirs[name]).abs().max().item() for name in ours)


@pytest.mark.parametrize("kind", ADAPTERS)
def test_every_kind_of_adapter_merges_as_peft_merges_it(base, tmp_path, kind):
    architecture, settings = ADAPTERS[kind]
    expected = write_delta(base, tmp_path / "delta", architecture, **settings)
    merged = tmp_path / "merged"
    merged.mkdir()
    _merge.write_merged(base, tmp_path / "delta", merged)
    assert largest_difference(load(merged, architecture), expected) <= 1e-6


@pytest.mark.parametrize(
    "kind", ["a classifier on the pooler", "masked words, output tied to the embedding"]
)
def test_the_folder_holds_the_tensors_that_save_pretrained_writes(base, tmp_path, kind):
    architecture, settings = ADAPTERS[kind]
    write_delta(base, tmp_path / "delta", architecture, **settings)
    merged, saved = tmp_path / "merged", tmp_path / "saved"
    merged.mkdir()
    _merge.write_merged(base, tmp_path / "delta", merged)
    load(merged, architecture).save_pretrained(saved)
    assert tensors(merged) == tensors(saved)
    transformers.AutoTokenizer.from_pretrained(merged)


def tensors(folder):
    with safe_open(folder / "model.safetensors", "np") as file:
        slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118 - not a dict, not iterable
        return {name: (part.get_shape(), part.get_dtype()) for name, part in slices.items()}


@pytest.mark.parametrize(
    "setting, said",
    [
        ({"peft_type": "IA3"}, "expected a LoRA adapter, got IA3"),
        ({"use_dora": True}, "expected a plain LoRA adapter, got one with use_dora=True"),
        ({"use_rslora": True}, "use_rslora=True"),
        ({"fan_in_fan_out": True}, "fan_in_fan_out=True"),
        ({"rank_pattern": {"query": 2}}, "rank_pattern={'query': 2}"),
        ({"alpha_pattern": {"value": 32}}, "alpha_pattern={'value': 32}"),
        ({"bias": "lora_only", "lora_bias": True}, "lora_bias=True, bias='lora_only'"),
    ],
)
def test_an_adapter_of_another_method_is_refused(setting, said):
    with pytest.raises(ValueError, match=said):
        _merge.merge({}, {}, PLAIN | setting)


def test_low_rank_words_are_refused(base, tmp_path):
    delta = tmp_path / "delta"
    write_delta(base, delta, "BertForSequenceClassification", target_modules=["word_embeddings"])
    with pytest.raises(
        ValueError,
        match=r"expected low-rank updates of linear layers alone, got bert\.embeddings\.word_embeddings\.lora_emb",
    ):
        _merge.write_merged(base, delta, tmp_path)


def test_an_adapter_for_another_model_is_refused():
    a, b = torch.zeros(2, 4).numpy(), torch.zeros(4, 2).numpy()
    adapter = {"base_model.model.gpt.lora_A.weight": a, "base_model.model.gpt.lora_B.weight": b}
    with pytest.raises(ValueError, match=r"gpt\.weight, which the base checkpoint does not have"):
        _merge.merge({}, adapter, PLAIN)


@pytest.mark.parametrize("name", TASKS)
def test_a_shipped_delta_merges_as_peft_merges_it(name):
    from peft import PeftModel

    delta = checkpoints.DELTAS / name
    config = transformers.AutoConfig.from_pretrained(delta)
    architecture = config.architectures[0]
    transformers.logging.set_verbosity_error()
    bare = getattr(transformers, architecture).from_pretrained(
        checkpoint("embeddings"), config=config
    )
    expected = PeftModel.from_pretrained(bare, delta).merge_and_unload()
    model = load(checkpoint(name), architecture)
    assert model.dtype == torch.float32
    assert largest_difference(model, expected) <= 1e-6


@pytest.mark.parametrize("name", TASKS)
def test_a_shipped_delta_is_small_and_says_what_it_is(name):
    delta = checkpoints.DELTAS / name
    assert (delta / "adapter_model.safetensors").stat().st_size <= 3_000_000
    record = checkpoints.describe(name)
    assert record["licence"]
    assert record["trained_on"] and all(
        source["name"] and source["licence"] for source in record["trained_on"]
    )
    assert record["metrics"] and all(
        0 < metric["value"] <= 1 and metric["dataset"] for metric in record["metrics"]
    )
    config = json.loads((delta / "config.json").read_text(encoding="utf-8"))
    if name not in ("qa", "fill-mask"):
        assert not any(label.startswith("LABEL_") for label in config["id2label"].values())


def test_the_tokenizer_neither_pads_nor_cuts_by_itself():
    tokenizer = transformers.AutoTokenizer.from_pretrained(checkpoint("embeddings"))
    assert tokenizer("Hello world").input_ids == [101, 7592, 2088, 102]
    assert len(tokenizer("word " * 200).input_ids) == 202
    assert tokenizer.model_max_length == 512
    ids = tokenizer(["This is a input.", "This is not"], padding=True).input_ids
    assert ids == [[101, 2023, 2003, 1037, 7953, 1012, 102], [101, 2023, 2003, 2025, 102, 0, 0]]


def test_sentence_vectors_are_those_of_sentence_transformers():
    from sentence_transformers import SentenceTransformer

    texts = [
        "How do I read a csv file?",
        "Paris is the capital of France.",
        "no",
        "A much longer sentence, " * 12,
    ]
    folder = checkpoint("embeddings")
    expected = torch.tensor(SentenceTransformer(folder, device="cpu").encode(texts))
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    batch = tokenizer(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        hidden = load(folder, "BertModel")(**batch).last_hidden_state
    weights = batch["attention_mask"].unsqueeze(-1)
    vectors = torch.nn.functional.normalize((hidden * weights).sum(1) / weights.sum(1), dim=1)
    assert (vectors - expected).abs().max().item() <= 1e-5


def test_generation_loads_as_float32_and_knows_the_capital_of_france():
    folder = checkpoint("generation")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder)
    assert model.dtype == torch.float32
    assert not hasattr(model.config, "quantization_config")
    assert tokenizer.model_max_length == 8192
    assert tokenizer.convert_ids_to_tokens(tokenizer("Hello world 12").input_ids) == [
        "Hello",
        "Ġworld",
        "Ġ",
        "1",
        "2",
    ]
    batch = tokenizer("The capital of France is", return_tensors="pt")
    ids = model.generate(**batch, max_new_tokens=1, do_sample=False)
    assert tokenizer.decode(ids[0, -1]) == " Paris"
    turns = [{"role": "user", "content": "Hi"}]
    chat = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    assert chat.endswith("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n")
