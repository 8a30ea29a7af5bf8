"""The course's solutions of lesson 04, and its proofs: each runs a function over all 522 comments."""

from __future__ import annotations

import torch

from course_utils.lesson.prove import Proven, proof
from course_utils.lessons.batching.machine import (
    comment_model,
    comment_rows,
    verdicts_without_pads,
    with_attention,
)

SIZE = 32  # comments per batch


def pad_by_hand(rows, pad_id):
    """Fill lists of ids up at their ends: two tensors (rows, longest row), the ids and the mask."""
    width = max(len(row) for row in rows)
    ids = [row + [pad_id] * (width - len(row)) for row in rows]
    mask = [[1] * len(row) + [0] * (width - len(row)) for row in rows]
    return torch.tensor(ids), torch.tensor(mask)


def masked_weights(scores, mask):
    """Share out attention: rows of weights that sum to 1, in which pads (mask 0) get none."""
    return scores.masked_fill(mask == 0, float("-inf")).softmax(-1)


def run_sorted(rows, run, size=32):
    """Call ``run`` on batches of similar length; one result per row, in the order of ``rows``."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    results = [None] * len(rows)
    for start in range(0, len(rows), size):
        part = order[start : start + size]
        for i, result in zip(part, run([rows[i] for i in part]), strict=True):
            results[i] = result
    return results


@proof(
    "04-pad-by-hand",
    not_proven="That the verdicts on such a batch are right: no model was run.",
)
def prove_pad_by_hand(attempt, steps) -> Proven:
    """Compare ids and mask with the tokenizer's own, 522 comments in batches of 32."""
    rows, tokenizer = comment_rows(), comment_model()[1]
    batches = [rows[start : start + SIZE] for start in range(0, len(rows), SIZE)]
    agree = 0
    for batch in steps(batches, total=len(batches)):
        ids, mask = attempt([list(row) for row in batch], tokenizer.pad_token_id)
        theirs = tokenizer.pad({"input_ids": batch}, return_tensors="pt")
        agree += torch.equal(ids, theirs["input_ids"]) and torch.equal(
            mask.long(), theirs["attention_mask"]
        )
    return Proven(agree=agree, total=len(batches), unit="batches of yours and of the tokenizer")


@proof(
    "04-masked-weights",
    not_proven="Equality to the last bit: sums of another length are rounded in another order.",
)
def prove_masked_weights(attempt, steps) -> Proven:
    """Put the function into all 72 heads and judge the 522 comments, 32 at a time, pads and all."""
    model, tokenizer = comment_model()
    rows, alone = comment_rows(), verdicts_without_pads()
    found = []
    with torch.no_grad(), with_attention(model, attempt):
        for start in steps(range(0, len(rows), SIZE), total=-(-len(rows) // SIZE)):
            ids, mask = pad_by_hand(rows[start : start + SIZE], tokenizer.pad_token_id)
            found.append(model(input_ids=ids, attention_mask=mask).logits)
    found = torch.cat(found)
    return Proven(
        agree=int((found.argmax(1) == alone.argmax(1)).sum()),
        total=len(rows),
        unit="verdicts with and without pads",
        largest=float((found - alone).abs().max()),
    )


@proof("04-run-sorted", not_proven="That 8,722 positions are the fewest possible.")
def prove_run_sorted(attempt, steps) -> Proven:
    """Judge the 522 comments with the function, each verdict compared with its comment's alone."""
    model, tokenizer = comment_model()
    rows, alone = comment_rows(), verdicts_without_pads()
    bar = iter(steps(range(-(-len(rows) // SIZE)), total=-(-len(rows) // SIZE)))

    def run(batch):
        next(bar, None)
        ids, mask = pad_by_hand([list(row) for row in batch], tokenizer.pad_token_id)
        with torch.no_grad():
            return model(input_ids=ids, attention_mask=mask).logits

    found = torch.stack(list(attempt([list(row) for row in rows], run)))
    list(bar)
    return Proven(
        agree=int((found.argmax(1) == alone.argmax(1)).sum()),
        total=len(rows),
        unit="verdicts of the sorted run",
        largest=float((found - alone).abs().max()),
    )
