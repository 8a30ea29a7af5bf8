"""From base weights and a low-rank delta to an ordinary checkpoint folder.

The arithmetic is peft's, ``W + (alpha / r) * B @ A``, done in float32 with NumPy: a merge needs neither torch nor
peft.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np

# Classes whose body carries a pooler; the others are built without one and would report its weights as unused.
WITH_POOLER = "Model ForPreTraining ForSequenceClassification ForMultipleChoice ForNextSentencePrediction".split()
# What peft can do and the recipes do not; no shipped delta needs it.
NOT_MERGED = (
    "use_dora use_rslora fan_in_fan_out rank_pattern alpha_pattern lora_bias "
    "trainable_token_indices target_parameters"
).split()
TOKENIZER_FILES = "tokenizer.json tokenizer_config.json special_tokens_map.json vocab.txt".split()


def write_merged(base: Path, delta: Path, target: Path) -> None:
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


def body_weights(
    weights: Mapping[str, np.ndarray], config: Mapping[str, Any]
) -> dict[str, np.ndarray]:
    """Name a bare body's weights as they are named inside the class in ``config["architectures"]``."""
    architecture = config["architectures"][0]
    prefix = f"{config['model_type']}."
    pooled = architecture.removeprefix(config["model_type"].capitalize()) in WITH_POOLER
    return {
        prefix + name: value
        for name, value in weights.items()
        if name != "embeddings.position_ids" and (pooled or not name.startswith("pooler."))
    }


def merge(
    weights: Mapping[str, np.ndarray],
    adapter: Mapping[str, np.ndarray],
    adapter_config: Mapping[str, Any],
) -> dict[str, np.ndarray]:
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
        If the adapter is no plain low-rank sum over linear layers, or changes a weight that the base lacks.

    Examples
    --------
    >>> a, b = np.ones((1, 2)), np.ones((2, 1))
    >>> adapter = {"base_model.model.q.lora_A.weight": a, "base_model.model.q.lora_B.weight": b}
    >>> merge({"q.weight": np.eye(2)}, adapter, {"peft_type": "LORA", "r": 1, "lora_alpha": 2})
    {'q.weight': array([[3., 2.],
           [2., 3.]], dtype=float32)}
    """
    _refuse_other_methods(adapter_config)
    scale = np.float32(adapter_config["lora_alpha"] / adapter_config["r"])
    merged = {name: np.asarray(value, dtype=np.float32) for name, value in weights.items()}
    for stored, value in adapter.items():
        name = stored.removeprefix("base_model.model.")
        module, low_rank, part = name.partition(".lora_")
        key = f"{module}.weight"
        if not low_rank:
            merged[name] = value.astype(np.float32)
        elif part not in ("A.weight", "B.weight"):
            raise ValueError(f"expected low-rank updates of linear layers alone, got {name}")
        elif key not in merged:
            raise ValueError(f"the adapter changes {key}, which the base checkpoint does not have")
        elif part == "A.weight":
            b = adapter[stored.replace(".lora_A", ".lora_B")]
            merged[key] = merged[key] + scale * (b.astype(np.float32) @ value.astype(np.float32))
    return merged


def _refuse_other_methods(adapter_config: Mapping[str, Any]) -> None:
    """Raise a ``ValueError`` that names what makes an adapter more than ``(lora_alpha / r) * B @ A``."""
    if adapter_config.get("peft_type") != "LORA":
        raise ValueError(f"expected a LoRA adapter, got {adapter_config.get('peft_type')}")
    other = {key: adapter_config[key] for key in NOT_MERGED if adapter_config.get(key)}
    if adapter_config.get("bias", "none") != "none":
        other["bias"] = adapter_config["bias"]
    if other:
        settings = ", ".join(f"{key}={value!r}" for key, value in other.items())
        raise ValueError(f"expected a plain LoRA adapter, got one with {settings}")


def clean_tokenizer(folder: Path) -> None:
    """Remove the fixed truncation and padding that a sentence-embedding export leaves in ``tokenizer.json``.

    With them every text comes out 128 ids long, whatever the caller asks for.
    """
    _edit(folder / "tokenizer.json", truncation=None, padding=None)
    _edit(folder / "tokenizer_config.json", model_max_length=512, drop=("name_or_path",))


def convert_gguf(folder: Path, filename: str, target: Path) -> None:
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


def _edit(path: Path, *, drop: Collection[str] = (), **values: Any) -> None:
    """Set and drop entries of a JSON file."""
    state = json.loads(path.read_text(encoding="utf-8"))
    state = {key: value for key, value in state.items() if key not in drop} | values
    path.write_text(json.dumps(state, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
