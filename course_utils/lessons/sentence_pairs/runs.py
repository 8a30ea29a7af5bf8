"""Lesson 05 runs models over pairs: other segment numbers, other places to read, letters beside claims."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import torch

from course_utils.data.corpora import read_rows
from course_utils.embedding import embed_texts, load_encoder, pool
from course_utils.running import evaluating, like_lengths, load_classifier
from course_utils.weights.registry import checkpoint

DESKS = ("education", "politics", "business")
CLAIMS = tuple(f"This example is {desk}." for desk in DESKS)
SIZE = 30  # pairs per batch
PLACES = (
    "[CLS]",
    "first word",
    "middle [SEP]",
    "last [SEP]",
    "mean of all tokens",
    "last [SEP] before the layers",
)


@cache
def load(name: str) -> tuple[Any, Any]:
    """Load a classifier of pairs and its own tokenizer, once for all proofs; on the CPU."""
    return load_classifier(checkpoint(name))


def letters() -> tuple[list[str], list[str]]:
    """Give the 64 letters and the desk of each."""
    rows = read_rows("letters")
    return [row["text"] for row in rows], [row["label"] for row in rows]


def batches(tokenizer: Any, first: Sequence[str], second: Sequence[str]):
    """Cut pairs into batches of like length: the numbers of the pairs, and what the tokenizer makes of them."""
    lengths = [len(one) + len(other) for one, other in zip(first, second, strict=True)]
    for part in like_lengths(lengths, SIZE):
        one, other = ([texts[i] for i in part] for texts in (first, second))
        yield part, tokenizer(one, other, padding=True, truncation=True, return_tensors="pt")


def verdicts(
    model: Any,
    tokenizer: Any,
    first: Sequence[str],
    second: Sequence[str],
    *,
    segments: str = "given",
) -> torch.Tensor:
    """Give the logits of pairs, in the order of the pairs.

    Parameters
    ----------
    model, tokenizer
        A ``...ForSequenceClassification`` that was trained on pairs, and its own tokenizer.
    first, second : sequence of str
        The texts.
    segments : {"given", "zeros", "exchanged"}
        The segment numbers: the tokenizer's, all 0, or 0 and 1 exchanged.

    Returns
    -------
    torch.Tensor
        ``(pairs, labels)`` float32 on the CPU.
    """
    change = {"given": lambda s: s, "zeros": torch.zeros_like, "exchanged": lambda s: 1 - s}
    if segments not in change:
        raise ValueError(f"expected segments to be {', '.join(change)}, got {segments!r}")
    found = torch.empty(len(first), model.config.num_labels, device="cpu")
    with evaluating(model):
        for part, batch in batches(tokenizer, first, second):
            batch["token_type_ids"] = change[segments](batch["token_type_ids"])
            found[part] = model(**batch.to(model.device)).logits.float().cpu()
    return found


def ask_all(
    model: Any, tokenizer: Any, texts: Sequence[str], claims: Sequence[str]
) -> torch.Tensor:
    """Read each text beside each claim.

    Returns
    -------
    torch.Tensor
        Logits, ``(texts, claims, labels)``.
    """
    first = [text for text in texts for _ in claims]
    logits = verdicts(model, tokenizer, first, list(claims) * len(texts))
    return logits.reshape(len(texts), len(claims), -1)


def read_off(
    model: Any, tokenizer: Any, first: Sequence[str], second: Sequence[str]
) -> dict[str, torch.Tensor]:
    """Give pooler and head the vector of another place than ``[CLS]``.

    Parameters
    ----------
    model, tokenizer
        A BERT with a head, and its own tokenizer.
    first, second : sequence of str
        The pairs.

    Returns
    -------
    dict of str to torch.Tensor
        For each of ``PLACES`` the logits, ``(pairs, labels)``.
    """
    found = {
        place: torch.empty(len(first), model.config.num_labels, device="cpu") for place in PLACES
    }
    with evaluating(model):
        for part, batch in batches(tokenizer, first, second):
            batch = batch.to(model.device)
            for place, vector in _at_places(model.bert, batch).items():
                pooled = torch.tanh(model.bert.pooler.dense(vector))
                found[place][part] = model.classifier(pooled).cpu()
    return found


def _at_places(body: Any, batch: Any) -> dict[str, torch.Tensor]:
    hidden = body(**batch).last_hidden_state
    looked_up = body.embeddings(batch["input_ids"], token_type_ids=batch["token_type_ids"])
    mask, rows = batch["attention_mask"], torch.arange(len(hidden), device=hidden.device)
    middle = ((1 - batch["token_type_ids"]) * mask).sum(1) - 1
    last = mask.sum(1) - 1
    vectors = (
        hidden[:, 0],
        hidden[:, 1],
        hidden[rows, middle],
        hidden[rows, last],
        pool(hidden, mask),
        looked_up[rows, last],
    )
    return dict(zip(PLACES, vectors, strict=True))


def cosines(first: Sequence[str], second: Sequence[str]) -> torch.Tensor:
    """Give the cosine of each pair, every text read alone by ``embeddings``."""
    encoder = load_encoder(checkpoint("embeddings"))
    one, other = (embed_texts(*encoder, list(texts)) for texts in (first, second))
    return (one * other).sum(1)


def best_cut(values: torch.Tensor, truth: torch.Tensor) -> float:
    """Find the cut above which most values are rightly called true; it lies halfway between two values."""
    order = values.sort().values
    cuts = torch.cat([order[:1] - 1, (order[1:] + order[:-1]) / 2])
    right = ((values[None] > cuts[:, None]) == truth[None]).sum(1)
    return float(cuts[right.argmax()])


def judged_by_cuts(values: torch.Tensor, truth: torch.Tensor, group: torch.Tensor) -> torch.Tensor:
    """Judge each value by the cut that is best on all *other* groups, so that none has tuned its own cut."""
    said = torch.empty(len(values), dtype=torch.bool)
    for one in group.unique():
        here = group == one
        said[here] = values[here] > best_cut(values[~here], truth[~here])
    return said


def sorted_by_cosine(texts: Sequence[str], truth: Sequence[str], claims: Sequence[str]) -> int:
    """Count letters that vectors sort rightly, with the cut that is best for these very letters.

    Parameters
    ----------
    texts, truth : sequence of str
        Letters, and the word in the right claim; a letter whose word is in no claim belongs to nobody.
    claims : sequence of str
        One per desk. A letter goes to the claim of the highest cosine, or to nobody if that is not above the cut.

    Returns
    -------
    int
        Letters in the right place.
    """
    encoder = load_encoder(checkpoint("embeddings"))
    vectors, asked = (embed_texts(*encoder, list(some)) for some in (texts, claims))
    high, best = (vectors @ asked.T).max(1)
    fits = torch.tensor([name in claims[i] for i, name in zip(best.tolist(), truth, strict=True)])
    nobody = torch.tensor([not any(name in claim for claim in claims) for name in truth])
    cuts = torch.cat([high.min()[None] - 1, high])
    return max(int(torch.where(high > cut, fits, nobody).sum()) for cut in cuts)
