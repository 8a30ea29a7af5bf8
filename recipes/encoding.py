"""From records to examples: token ids and labels for classification and for tagging, and how each is scored."""

from __future__ import annotations

import random

import torch

from recipes.trainer import Example, predict


def encode_texts(
    tokenizer,
    records: list[dict],
    fields: tuple[str, ...],
    label2id: dict,
    *,
    max_length: int = 160,
) -> list[Example]:
    """Encode one text or a pair per record; ``labels`` is the class id of ``record["label"]``."""
    encoded = tokenizer(
        *([r[field] for r in records] for field in fields), truncation=True, max_length=max_length
    )
    return [
        {key: encoded[key][i] for key in ("input_ids", "token_type_ids", "attention_mask")}
        | {"labels": label2id[record["label"]]}
        for i, record in enumerate(records)
    ]


def encode_words(
    tokenizer, records: list[dict], label2id: dict, *, max_length: int = 192
) -> list[Example]:
    """Encode pre-split words; every piece carries a label, later pieces of a ``B-`` word the matching ``I-``.

    ``first_piece`` marks the pieces that speak for their word when the result is scored.
    """
    examples = []
    for record in records:
        encoded = tokenizer(
            record["tokens"], is_split_into_words=True, truncation=True, max_length=max_length
        )
        word_ids = encoded.word_ids()
        labels, first = [], []
        for position, word in enumerate(word_ids):
            is_first = word is not None and word != word_ids[position - 1]
            tag = None if word is None else record["tags"][word]
            if tag and tag.startswith("B-") and not is_first:
                tag = "I-" + tag[2:]
            labels.append(-100 if tag is None else label2id[tag])
            first.append(int(is_first))
        examples.append({**encoded, "labels": labels, "first_piece": first})
    return examples


def hidden_positions(
    ids: torch.Tensor, rng: random.Random, tokenizer, share: torch.Tensor
) -> torch.Tensor:
    """Draw which tokens to hide: a mask of the shape of ``ids``, each True with its ``share``, special tokens never."""
    generator = torch.Generator().manual_seed(rng.randrange(2**31))
    special = (
        (ids == tokenizer.cls_token_id)
        | (ids == tokenizer.sep_token_id)
        | (ids == tokenizer.pad_token_id)
    )
    return torch.bernoulli(share.masked_fill(special, 0.0), generator=generator).bool()


def hide_words(batch: dict, rng: random.Random, *, tokenizer, share: float = 0.1) -> dict:
    """Hide a random tenth of the tokens behind ``[MASK]``, so that no single word is learnt by heart."""
    ids = batch["input_ids"]
    hidden = hidden_positions(ids, rng, tokenizer, torch.full(ids.shape, share))
    return {**batch, "input_ids": ids.masked_fill(hidden, tokenizer.mask_token_id)}


def training_fields(examples: list[Example]) -> list[Example]:
    """Drop what only the scoring needs."""
    return [{k: v for k, v in e.items() if k != "first_piece"} for e in examples]


def class_predictions(model, examples: list[Example]) -> tuple[list[int], list[int]]:
    """Return predicted and gold class ids, in the same order."""
    pairs = [
        (int(out["logits"].argmax()), example["labels"])
        for example, out in predict(model, examples)
    ]
    return [p for p, _ in pairs], [g for _, g in pairs]


def tag_predictions(model, examples: list[Example]) -> tuple[list[list[str]], list[list[str]]]:
    """Return predicted and gold tags per word (that of its first piece), sentence by sentence."""
    id2label = model.config.id2label
    got, want = [], []
    for example, out in predict(model, examples):
        best = out["logits"].argmax(-1).tolist()
        places = [i for i, first in enumerate(example["first_piece"]) if first]
        got.append([id2label[best[i]] for i in places])
        want.append([id2label[example["labels"][i]] for i in places])
    return got, want


def accuracy(got: list, want: list) -> float:
    """Share of equal entries."""
    return sum(g == w for g, w in zip(got, want, strict=True)) / len(want)
