"""From base weights and a low-rank delta to an ordinary checkpoint folder.

The arithmetic is peft's, ``W + (alpha / r) * B @ A``, done in float32 with NumPy: a merge needs neither torch nor
peft.
"""

import json
import math
import re
import shutil

import numpy as np

# Classes whose body carries a pooler; the others are built without one and would report its weights as unused.
WITH_POOLER = (
    "Model",
    "ForPreTraining",
    "ForSequenceClassification",
    "ForMultipleChoice",
    "ForNextSentencePrediction",
)
TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.txt",
)


def write_merged(base, delta, target):
    """Merge a delta into a base checkpoint and write the result as ``save_pretrained`` would.

    Parameters
    ----------
    base : pathlib.Path
        Checkpoint folder of the body, without a head.
    delta : pathlib.Path
        Folder with ``adapter_model.safetensors``, ``adapter_config.json`` (peft's format) and ``config.json``,
        the finished model's configuration.
    target : pathlib.Path
        Existing, empty folder.
    """
    from safetensors.numpy import load_file, save_file

    config = json.loads((delta / "config.json").read_text(encoding="utf-8"))
    adapter_config = json.loads((delta / "adapter_config.json").read_text(encoding="utf-8"))
    weights = body_weights(load_file(base / "model.safetensors"), config)
    weights = merge(weights, load_file(delta / "adapter_model.safetensors"), adapter_config)
    if config["architectures"][0] == "BertForMaskedLM":
        weights = _tie_output(weights)
    save_file(weights, target / "model.safetensors", metadata={"format": "pt"})
    config["dtype"] = "float32"
    (target / "config.json").write_text(
        json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8"
    )
    for name in TOKENIZER_FILES:
        shutil.copyfile(base / name, target / name)
    for name in ("README.md", "quality.json"):
        if (delta / name).is_file():
            shutil.copyfile(delta / name, target / name)


def body_weights(weights, config):
    """Name a bare body's weights as they are named inside the class in ``config["architectures"]``."""
    architecture = config["architectures"][0]
    prefix = f"{config['model_type']}."
    pooled = architecture.removeprefix(config["model_type"].capitalize()) in WITH_POOLER
    return {
        prefix + name: value
        for name, value in weights.items()
        if name != "embeddings.position_ids" and (pooled or not name.startswith("pooler."))
    }


def merge(weights, adapter, adapter_config):
    """Return ``weights`` with peft's adapter merged in.

    Parameters
    ----------
    weights : dict of str to numpy.ndarray
        The model's weights by their names in the finished model.
    adapter : dict of str to numpy.ndarray
        What peft's ``save_pretrained`` stored, of any floating dtype.
    adapter_config : dict
        peft's ``adapter_config.json``.

    Returns
    -------
    dict of str to numpy.ndarray
        float32; heads and other modules that were saved whole are taken from the adapter.

    Raises
    ------
    ValueError
        If the adapter is no plain low-rank sum, or names a weight that the base lacks.
    """
    if adapter_config.get("peft_type") != "LORA" or adapter_config.get("use_dora"):
        raise ValueError(
            f"expected a LoRA adapter, got {adapter_config.get('peft_type')} "
            f"with use_dora={adapter_config.get('use_dora')}"
        )
    merged = {name: np.asarray(value, dtype=np.float32) for name, value in weights.items()}
    for stored, value in adapter.items():
        name = stored.removeprefix("base_model.model.").replace(".base_layer.", ".")
        kind = re.search(r"\.lora_(embedding_)?([AB])(\.weight)?$", name)
        if kind is None:
            merged[name] = value.astype(np.float32)
        elif kind[2] == "A":
            module = name[: kind.start()]
            partner = (
                stored.replace("_A", "_B") if kind[1] else stored.replace(".lora_A", ".lora_B")
            )
            _add(merged, module, value, adapter[partner], adapter_config, embedding=bool(kind[1]))
    return merged


def _add(merged, module, a, b, adapter_config, *, embedding):
    """Add one low-rank product to one weight, in place."""
    key = f"{module}.weight"
    if key not in merged:
        raise ValueError(f"the adapter changes {key}, which the base checkpoint does not have")
    rank = a.shape[0]
    alpha = _pattern(adapter_config.get("alpha_pattern"), module, adapter_config["lora_alpha"])
    scale = alpha / (math.sqrt(rank) if adapter_config.get("use_rslora") else rank)
    product = b.astype(np.float32) @ a.astype(np.float32)
    if embedding or adapter_config.get("fan_in_fan_out"):
        product = product.T
    merged[key] = merged[key] + np.float32(scale) * product


def _pattern(patterns, module, default):
    """Look a module up in peft's ``alpha_pattern``: the first expression that matches the end of its name."""
    for expression, value in (patterns or {}).items():
        if re.match(rf"(.*\.)?({expression})$", module):
            return value
    return default


def _tie_output(weights):
    """Store a masked language model's output layer once: its matrix is that of the word embeddings again.

    Its bias is zero where the delta has not trained it, as it is in a new model.
    """
    words = "bert.embeddings.word_embeddings.weight"
    weights.setdefault("cls.predictions.bias", np.zeros(len(weights[words]), np.float32))
    tied = {
        "cls.predictions.decoder.weight": words,
        "cls.predictions.decoder.bias": "cls.predictions.bias",
    }
    return {
        name: value
        for name, value in weights.items()
        if name not in tied or not np.array_equal(value, weights[tied[name]])
    }


def clean_tokenizer(folder):
    """Remove the fixed truncation and padding that a sentence-embedding export leaves in ``tokenizer.json``.

    With them every text comes out 128 ids long, whatever the caller asks for.
    """
    _edit(folder / "tokenizer.json", truncation=None, padding=None)
    _edit(folder / "tokenizer_config.json", model_max_length=512, drop=("name_or_path",))


def convert_gguf(folder, filename, target):
    """Turn a quantised GGUF file into an ordinary float32 checkpoint folder with its tokenizer.

    Parameters
    ----------
    folder : pathlib.Path
        Where the GGUF file lies.
    filename : str
        Its name.
    target : pathlib.Path
        Existing, empty folder.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=filename)
    # save_pretrained refuses a model that remembers it was quantised, though its weights are plain floats by now.
    model.hf_quantizer = None
    model.is_quantized = False
    del model.config.quantization_config
    model.save_pretrained(target)
    _edit(target / "config.json", drop=("_model_name_or_path",))
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=filename)
    tokenizer.model_max_length = model.config.max_position_embeddings
    tokenizer.save_pretrained(target)
    _edit(target / "tokenizer_config.json", drop=("is_local", "local_files_only"))


def _edit(path, *, drop=(), **values):
    """Set and drop entries of a JSON file."""
    state = json.loads(path.read_text(encoding="utf-8"))
    state = {key: value for key, value in state.items() if key not in drop} | values
    path.write_text(json.dumps(state, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
