"""The course's solutions of lesson 05, and its proofs: a pair against the tokenizer, scores against the pipeline."""

from __future__ import annotations

import torch

from course_utils.data.corpora import read_rows
from course_utils.lesson.check import NotYet
from course_utils.lesson.prove import Proven, proof
from course_utils.lesson.shown import expected_and_got
from course_utils.lessons.sentence_pairs.runs import CLAIMS, DESKS, ask_all, letters, load

TEN = 10  # letters that the pipeline reads at a time


def pair_by_hand(first, second):
    """Put two lists of ids into one row: the ids, and the segment number of each."""
    ids = [101] + first + [102] + second + [102]
    segments = [0] * (len(first) + 2) + [1] * (len(second) + 1)
    return ids, segments


def zero_shot_scores(logits, multi_label):
    """Give one score per desk; columns: 0 = entailment, 1 = neutral, 2 = contradiction."""
    if multi_label:
        return logits[:, [0, 2]].softmax(-1)[:, 0]
    return logits[:, 0].softmax(0)


def ask_desks(rows):
    """Make of each letter three rows: the letter with each of the three claims."""
    texts, asked = [], []
    for letter in rows["text"]:
        for claim in CLAIMS:
            texts.append(letter)
            asked.append(claim)
    return {"text": texts, "claim": asked}


def all_pairs() -> list[tuple[str, str]]:
    """Give the 583 pairs of the course: paraphrases, claims, and 40 letters with each desk."""
    pairs = [(row["sentence1"], row["sentence2"]) for row in read_rows("pairs")]
    pairs += [(row["premise"], row["hypothesis"]) for row in read_rows("entailment")]
    return pairs + [(letter, claim) for letter in letters()[0][:40] for claim in CLAIMS]


@proof(
    "05-pair-by-hand",
    not_proven="Anything about pairs of more than 512 tokens, which the tokenizer would have to cut.",
)
def prove_pair_by_hand(attempt, steps) -> Proven:
    """Compare ids and segments with the tokenizer's own, on 583 pairs."""
    tokenizer, pairs, agree = load("nli")[1], all_pairs(), 0
    for one, other in steps(pairs, total=len(pairs)):
        first, second = tokenizer([one, other], add_special_tokens=False)["input_ids"]
        theirs = tokenizer(one, other)
        got = [torch.as_tensor(part).tolist() for part in attempt(first, second)]
        agree += got == [theirs["input_ids"], theirs["token_type_ids"]]
    return Proven(agree=agree, total=len(pairs), unit="pairs of yours and of the tokenizer")


@proof(
    "05-zero-shot",
    not_proven="That the scores are right. It shows only that the pipeline does what your function does.",
)
def prove_zero_shot(attempt, steps) -> Proven:
    """Compare the scores with the pipeline's: 64 letters, three desks, one desk or several."""
    from transformers import pipeline

    (model, tokenizer), texts = load("nli"), letters()[0]
    zero_shot = pipeline(
        "zero-shot-classification", model=model, tokenizer=tokenizer, device=model.device
    )
    logits, agree, largest, first = ask_all(model, tokenizer, texts, CLAIMS), 0, 0.0, None
    starts = range(0, len(texts), TEN)
    for start in steps(starts, total=len(starts)):
        part = texts[start : start + TEN]
        for multi in (False, True):
            said = zero_shot(part, list(DESKS), multi_label=multi, batch_size=30)
            for number, theirs in enumerate(said, start):
                mine = torch.as_tensor(attempt(logits[number].clone(), multi), dtype=torch.float32)
                if tuple(mine.shape) != (len(DESKS),):
                    raise NotYet(f"expected three scores, got shape {tuple(mine.shape)}", hint=1)
                named = dict(zip(theirs["labels"], theirs["scores"], strict=True))
                wanted = torch.tensor([named[desk] for desk in DESKS])
                apart = float((mine - wanted).abs().max())
                largest, agree = max(largest, apart), agree + (apart < 1e-5)
                if apart >= 1e-5 and first is None:
                    first = expected_and_got(texts[number], wanted, mine)
    return Proven(
        agree=agree,
        total=2 * len(texts),
        unit="sets of scores of yours and of the pipeline",
        largest=largest,
        first_difference=first,
    )
