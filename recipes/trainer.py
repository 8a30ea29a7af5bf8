"""The loop that every recipe shares: a frozen MiniLM, low-rank updates on its linear layers, and a head.

A recipe prepares *examples* (dictionaries of token ids and labels), says which model class carries its head,
and hands both to :func:`fine_tune`. What is stored at the end is the delta in peft's own format, in float16.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from peft import (
    LoraConfig,
    PeftModel,
    get_peft_model,
    get_peft_model_state_dict,
    set_peft_model_state_dict,
)
from safetensors.torch import load_file, save_file
from tqdm.auto import tqdm

BASE_NAME = "sentence-transformers/all-MiniLM-L6-v2"
ENCODER_LINEARS = r".*encoder\.layer\.\d+\.(attention\.self\.(query|key|value)|.*dense)"
PAD_VALUES = {
    "labels": -100
}  # -100 is the label that the loss skips; every other field is padded with 0

Example = dict[str, list[int] | int]


@dataclass(frozen=True)
class Settings:
    """What distinguishes one training run from another."""

    epochs: int = 3
    learning_rate: float = 1e-3
    batch_size: int = 16
    rank: int = 16
    warmup: float = 0.1  # share of the steps before the peak of the one-cycle schedule
    weight_decay: float = 0.01
    averaging: float = 0.0  # decay of a running average of the trained weights, which is kept in their place; 0 is off
    head: tuple[str, ...] = ("classifier",)  # modules trained whole, beside the low-rank updates
    seed: int = 0


def parse_arguments(task: str, **more_paths: tuple[str, str]) -> argparse.Namespace:
    """Read the options that all recipes take: where the data lies, which base, where the delta goes.

    ``more_paths`` adds an option per name, given as ``(default, help)``.
    """
    parser = argparse.ArgumentParser(description=f"Train the '{task}' delta.")
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with the JSON-lines files of the data card"
    )
    parser.add_argument(
        "--base", type=Path, help="base checkpoint folder (default: the course's 'embeddings')"
    )
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parents[1] / "course_utils" / "deltas" / task
    )
    parser.add_argument("--epochs", type=int, help="train for another number of epochs")
    parser.add_argument("--learning-rate", type=float, help="train with another peak learning rate")
    parser.add_argument("--rank", type=int, help="train low-rank updates of another rank")
    parser.add_argument("--seed", type=int, help="train with another seed")
    parser.add_argument(
        "--resume",
        type=Path,
        help="start the last stage from this stored delta, where a recipe has stages",
    )
    parser.add_argument("--limit", type=int, help="use only so many training examples (a dry run)")
    for name, (default, text) in more_paths.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=Path, default=default, help=text)
    arguments = parser.parse_args()
    if arguments.base is None:
        from course_utils import checkpoint

        arguments.base = Path(checkpoint("embeddings"))
    return arguments


def settings_for(settings: Settings, arguments: argparse.Namespace) -> Settings:
    """Apply what the command line changes to a recipe's settings."""
    changed = {
        name: getattr(arguments, name) for name in ("epochs", "learning_rate", "rank", "seed")
    }
    return replace(
        settings, **{name: value for name, value in changed.items() if value is not None}
    )


def load_base(model_class: type, base: Path, **config: object) -> torch.nn.Module:
    """Load the base under a new, seeded head; attention dropout is off, which makes a CPU step a third shorter."""
    torch.manual_seed(0)
    return model_class.from_pretrained(base, attention_probs_dropout_prob=0.0, **config)


def pad_batch(examples: list[Example]) -> dict[str, torch.Tensor]:
    """Stack examples into tensors of shape ``(batch, longest)``, or ``(batch,)`` for single numbers."""
    batch = {}
    for key, first in examples[0].items():
        if isinstance(first, int):
            batch[key] = torch.tensor([example[key] for example in examples])
            continue
        longest = max(len(example[key]) for example in examples)
        fill = PAD_VALUES.get(key, 0)
        batch[key] = torch.tensor([e[key] + [fill] * (longest - len(e[key])) for e in examples])
    return batch


def length_sorted_batches(examples: list[Example], size: int, rng: random.Random) -> Iterator[dict]:
    """Yield shuffled batches of similar length: pools of fifty batches are sorted, so little padding is computed."""
    order = rng.sample(range(len(examples)), len(examples))
    batches = []
    for start in range(0, len(order), size * 50):
        pool = sorted(order[start : start + size * 50], key=lambda i: len(examples[i]["input_ids"]))
        batches += [pool[i : i + size] for i in range(0, len(pool), size)]
    rng.shuffle(batches)
    for indices in batches:
        yield pad_batch([examples[i] for i in indices])


def add_low_rank_updates(model: torch.nn.Module, settings: Settings) -> torch.nn.Module:
    """Freeze the body; add trainable low-rank updates to every linear layer of the encoder, and the head."""
    return get_peft_model(
        model,
        LoraConfig(
            r=settings.rank,
            lora_alpha=2 * settings.rank,
            target_modules=ENCODER_LINEARS,
            modules_to_save=list(settings.head),
        ),
    )


def start_from(model: torch.nn.Module, settings: Settings, delta: Path) -> torch.nn.Module:
    """Add low-rank updates that begin where another task's delta ended; its classifier is left out."""
    model = add_low_rank_updates(model, settings)
    tensors = load_file(delta / "adapter_model.safetensors")
    learnt = {name: tensor.float() for name, tensor in tensors.items() if "classifier" not in name}
    set_peft_model_state_dict(model, get_peft_model_state_dict(model) | learnt)
    return model


def fine_tune(
    model: torch.nn.Module,
    examples: list[Example],
    settings: Settings,
    *,
    evaluate: Callable[[torch.nn.Module], dict[str, float]],
    finish: Sequence[Example] = (),
    finish_epochs: int = 0,
    also_train: tuple[str, ...] = (),
    augment: Callable[[dict, random.Random], dict] | None = None,
) -> tuple[torch.nn.Module, float]:
    """Train and return the adapted model, rounded to the float16 in which it is stored, and the minutes taken.

    After the epochs over ``examples`` come ``finish_epochs`` over ``finish``, the cleaner part of the data, while the
    learning rate falls. ``also_train`` names single parameters outside the low-rank updates and the head;
    ``augment`` may change each batch as it comes (masking words, say); ``evaluate`` runs after every epoch and its
    figures are printed.
    """
    torch.manual_seed(settings.seed)
    rng = random.Random(settings.seed)
    if not isinstance(model, PeftModel):
        model = add_low_rank_updates(model, settings)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(parameter.requires_grad or name.endswith(also_train))
    trainable = [p for p in model.parameters() if p.requires_grad]
    print(
        f"{sum(p.numel() for p in trainable):,} trainable parameters, {len(examples):,} examples",
        flush=True,
    )
    optimizer = torch.optim.AdamW(
        trainable, lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    epochs = [examples] * settings.epochs + [list(finish)] * finish_epochs
    steps = sum(-(-len(chosen) // settings.batch_size) + 1 for chosen in epochs)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, total_steps=steps, pct_start=settings.warmup
    )
    average = (
        torch.optim.swa_utils.AveragedModel(
            torch.nn.ParameterList(trainable),
            multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(settings.averaging),
        )
        if settings.averaging
        else None
    )
    started = time.monotonic()
    for epoch, chosen in enumerate(epochs):
        model.train()
        batches = list(length_sorted_batches(chosen, settings.batch_size, rng))
        progress = tqdm(batches, desc=f"epoch {epoch + 1}/{len(epochs)}", mininterval=20)
        for batch in progress:
            batch = augment(batch, rng) if augment else batch
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = model(**batch).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trainable, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            if average:
                average.update_parameters(torch.nn.ParameterList(trainable))
            progress.set_postfix(loss=f"{loss.item():.3f}", refresh=False)
        model.eval()
        print(f"epoch {epoch + 1}: {evaluate(model)}", flush=True)
    if average:
        with torch.no_grad():
            for parameter, mean in zip(trainable, average.module, strict=True):
                parameter.copy_(mean)
    round_to_float16(trainable)
    return model, (time.monotonic() - started) / 60


@torch.no_grad()
def round_to_float16(parameters: list[torch.nn.Parameter]) -> None:
    """Round in place, so that what is measured from here on is what is stored."""
    for parameter in parameters:
        parameter.copy_(parameter.half().float())


@torch.inference_mode()
def predict(
    model: torch.nn.Module, examples: list[Example], *, batch_size: int = 32
) -> Iterator[tuple[Example, object]]:
    """Yield ``(example, outputs)`` in length order; each tensor in ``outputs`` is cut to that example's tokens."""
    ordered = sorted(examples, key=lambda example: len(example["input_ids"]))
    for start in range(0, len(ordered), batch_size):
        chunk = ordered[start : start + batch_size]
        inputs = pad_batch(
            [{k: e[k] for k in ("input_ids", "token_type_ids", "attention_mask")} for e in chunk]
        )
        outputs = model(**inputs)
        for row, example in enumerate(chunk):
            yield example, {name: tensor[row] for name, tensor in outputs.items()}


def store_delta(
    model: torch.nn.Module, out: Path, *, also_save: tuple[str, ...] = (), architecture: str = ""
) -> None:
    """Write the delta (float16), peft's adapter config and the full model config into ``out``."""
    model.peft_config["default"].base_model_name_or_path = BASE_NAME
    model.peft_config["default"].inference_mode = True
    model.save_pretrained(out)
    path = out / "adapter_model.safetensors"
    tensors = {name: tensor.half().contiguous() for name, tensor in load_file(path).items()}
    extra = {
        n: p.detach().half()
        for n, p in model.named_parameters()
        if also_save and n.endswith(also_save)
    }
    save_file(tensors | extra, path, metadata={"format": "pt"})
    config = model.base_model.model.config
    config.attention_probs_dropout_prob = config.hidden_dropout_prob = 0.1  # the base's own values
    config.architectures = [architecture or type(model.base_model.model).__name__]
    config.save_pretrained(out)


def write_card(
    out: Path,
    *,
    title: str,
    use: str,
    licence: str,
    metrics: list[dict],
    data: list[dict],
    minutes: float,
    settings: Settings,
    notes: str = "",
) -> None:
    """Write ``quality.json`` (for programs) and ``README.md`` (the model card) with the measured figures."""
    quality = {
        "licence": licence,
        "metrics": metrics,
        "trained_on": data,
        "minutes": round(minutes, 1),
    }
    (out / "quality.json").write_text(json.dumps(quality, indent=2) + "\n", encoding="utf-8")
    rows = "\n".join(f"| {m['name']} | {m['value']:.3f} | {m['dataset']} |" for m in metrics)
    sources = "\n".join(f"- {d['name']}: {d['licence']}" for d in data)
    megabytes = (out / "adapter_model.safetensors").stat().st_size / 1e6
    (out / "README.md").write_text(
        f"# {title}\n\n{use}\n\nLicence: {licence}.\n\n"
        f"A low-rank delta ({megabytes:.1f} MB, float16) over {BASE_NAME} (Apache-2.0). Rank {settings.rank}, "
        f"{settings.epochs} epochs, peak learning rate {settings.learning_rate:g}, batches of "
        f"{settings.batch_size}; {minutes:.0f} minutes on a CPU.\n\n"
        f"| measure | value | on |\n|---|---|---|\n{rows}\n\n"
        f"Trained on:\n\n{sources}\n" + (f"\n{notes}\n" if notes else ""),
        encoding="utf-8",
    )
