"""Extractive question answering: where in the passage does the answer start, and where does it end?

    python -m recipes.qa --data DIR

Questions over Wikipedia, Reddit, product reviews and medical abstracts; whole articles are kept out to measure on.
"""

from __future__ import annotations

import collections
import random
import re
import string

import torch
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from recipes.records import read_records
from recipes.trainer import (
    Settings,
    fine_tune,
    load_base,
    parse_arguments,
    predict,
    settings_for,
    store_delta,
    write_card,
)

SETTINGS = Settings(epochs=1, learning_rate=1e-3, batch_size=16, rank=32, head=("qa_outputs",))
MAX_LENGTH = 176
MOST = {
    "shifts_reddit": 4000,
    "shifts_amazon_reviews": 4000,
}  # taken whole, they would outweigh Wikipedia
FILES = [
    "squad2_dev_half",
    "shifts_new_wiki",
    "shifts_reddit",
    "shifts_amazon_reviews",
    "tydi_en_train",
    "mlqa_en_dev",
    "qed_dev",
    "covid_windows",
]
HELD_OUT_EVERY = 8  # every eighth article of the two Wikipedia sets is kept for measuring


def split_by_article(records: list[dict]) -> tuple[list[dict], list[dict]]:
    """Keep every eighth article out of training, with all its questions."""
    held_out = set(sorted({r["title"] for r in records})[::HELD_OUT_EVERY])
    train = [r for r in records if r["title"] not in held_out]
    return train, [r for r in records if r["title"] in held_out]


def most_given_answer(answers: list[dict]) -> dict:
    """Pick the span that most annotators marked; the first one on a tie."""
    counts = collections.Counter((a["text"], a["answer_start"]) for a in answers)
    text, start = counts.most_common(1)[0][0]
    return {"text": text, "answer_start": start}


def encode(tokenizer, record: dict, rng: random.Random) -> dict | None:
    """Cut one window that holds the answer and mark its first and last token; ``[CLS]`` marks 'no answer'."""
    question = tokenizer(
        record["question"].strip(), add_special_tokens=False, truncation=True, max_length=64
    )
    context = tokenizer(record["context"], add_special_tokens=False, return_offsets_mapping=True)
    ids, offsets = context["input_ids"], context["offset_mapping"]
    room = MAX_LENGTH - len(question["input_ids"]) - 3
    first = last = None
    if record["answers"]:
        answer = most_given_answer(record["answers"])
        begin, end = answer["answer_start"], answer["answer_start"] + len(answer["text"])
        inside = [i for i, (a, b) in enumerate(offsets) if a < end and b > begin]
        if not inside or inside[-1] - inside[0] >= min(room, 60):
            return None  # answers of sixty tokens and more teach little and cost much
        first, last = inside[0], inside[-1]
    latest = max(0, len(ids) - room)
    low, high = (max(0, last - room + 1), min(first, latest)) if record["answers"] else (0, latest)
    start = rng.randint(min(low, high), high)
    window = ids[start : start + room]
    prefix = [tokenizer.cls_token_id, *question["input_ids"], tokenizer.sep_token_id]
    shift = len(prefix) - start
    return {
        "input_ids": prefix + window + [tokenizer.sep_token_id],
        "token_type_ids": [0] * len(prefix) + [1] * (len(window) + 1),
        "attention_mask": [1] * (len(prefix) + len(window) + 1),
        "start_positions": first + shift if record["answers"] else 0,
        "end_positions": last + shift if record["answers"] else 0,
    }


def evaluation_windows(tokenizer, records: list[dict]) -> list[dict]:
    """Cut each passage into overlapping windows of at most 384 tokens; each remembers its record and offsets."""
    windows = []
    for number, record in enumerate(records):
        encoded = tokenizer(
            record["question"].strip(),
            record["context"],
            truncation="only_second",
            max_length=384,
            stride=128,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        for w in range(len(encoded["input_ids"])):
            windows.append(
                {key: encoded[key][w] for key in ("input_ids", "token_type_ids", "attention_mask")}
                | {
                    "record": number,
                    "offsets": encoded["offset_mapping"][w],
                    "sequence": encoded.sequence_ids(w),
                }
            )
    return windows


def best_span(
    start: torch.Tensor, end: torch.Tensor, sequence: list, longest: int = 30
) -> tuple[float, int, int]:
    """Return ``(score, first, last)`` of the best span inside the passage, at most ``longest`` tokens long."""
    outside = torch.tensor([s != 1 for s in sequence])
    size = len(sequence)
    scores = (
        start[:size].masked_fill(outside, -1e4)[:, None]
        + end[:size].masked_fill(outside, -1e4)[None, :]
    )
    allowed = torch.ones(size, size).triu() - torch.ones(size, size).triu(longest)
    scores = scores.masked_fill(allowed == 0, -1e9)
    flat = int(scores.argmax())
    return float(scores.flatten()[flat]), flat // size, flat % size


def answer_all(model, windows: list[dict], records: list[dict]) -> list[str]:
    """Answer every record with the best span over its windows."""
    best = [(-1e9, "")] * len(records)
    for window, outputs in predict(model, windows, batch_size=16):
        score, first, last = best_span(
            outputs["start_logits"].float(), outputs["end_logits"].float(), window["sequence"]
        )
        if score > best[window["record"]][0]:
            begin, end = window["offsets"][first][0], window["offsets"][last][1]
            best[window["record"]] = (score, records[window["record"]]["context"][begin:end])
    return [text for _, text in best]


def normalise(text: str) -> list[str]:
    """SQuAD's normalisation: lower case, no punctuation, no articles; returns the words."""
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def f1(prediction: str, gold: str) -> float:
    """Harmonic mean of word precision and recall, as SQuAD defines it."""
    got, want = normalise(prediction), normalise(gold)
    shared = sum((collections.Counter(got) & collections.Counter(want)).values())
    return 2 * shared / (len(got) + len(want)) if shared else float(got == want)


def measure(answers: list[str], records: list[dict]) -> dict[str, float]:
    """Mean F1 and exact match over the records, the best over each record's gold answers."""
    f1s = [
        max(f1(a, g["text"]) for g in r["answers"]) for a, r in zip(answers, records, strict=True)
    ]
    exact = [
        any(normalise(a) == normalise(g["text"]) for g in r["answers"])
        for a, r in zip(answers, records, strict=True)
    ]
    return {"f1": sum(f1s) / len(f1s), "exact": sum(exact) / len(exact)}


def main() -> None:
    arguments = parse_arguments("qa")
    rng = random.Random(SETTINGS.seed)
    tokenizer = AutoTokenizer.from_pretrained(arguments.base)
    train, held_out = [], []
    for name in FILES:
        records = read_records(arguments.data, f"qa.{name}")
        if name in ("squad2_dev_half", "shifts_new_wiki"):
            records, kept = split_by_article(records)
            held_out += [r for r in kept if r["answers"]]
        train += rng.sample(records, min(len(records), MOST.get(name, len(records))))
    # An article can stand in several sets: no passage that is measured on may be trained on.
    contexts = {r["context"] for r in held_out}
    titles = {r["title"].replace("_", " ").lower() for r in held_out}
    train = [
        r
        for r in train
        if r["context"] not in contexts and r["title"].replace("_", " ").lower() not in titles
    ]
    rng.shuffle(train)
    examples = [e for r in train[: arguments.limit] if (e := encode(tokenizer, r, rng))]
    sample = random.Random(1).sample(held_out, min(400, len(held_out)))
    windows = evaluation_windows(tokenizer, sample)
    settings = settings_for(SETTINGS, arguments)
    model = load_base(AutoModelForQuestionAnswering, arguments.base, hidden_dropout_prob=0.0)

    def evaluate(model) -> dict:
        store_delta(model, arguments.out)
        return measure(answer_all(model, windows, sample), sample)

    model, minutes = fine_tune(model, examples, settings, evaluate=evaluate)
    store_delta(model, arguments.out)
    scores = measure(answer_all(model, evaluation_windows(tokenizer, held_out), held_out), held_out)
    dataset = (
        f"{len(held_out):,} questions on {len(titles)} Wikipedia articles kept out of training"
    )
    write_card(
        arguments.out,
        title="qa: extractive question answering",
        use="Marks the span of a passage that answers a question; `[CLS]` as the answer means that there is none.",
        licence="CC BY-SA 4.0",
        metrics=[
            {"name": "F1", "value": scores["f1"], "dataset": dataset},
            {"name": "exact match", "value": scores["exact"], "dataset": dataset},
        ],
        data=[
            {"name": "SQuAD 2.0 (half of its development set)", "licence": "CC BY-SA 4.0"},
            {"name": "SQuADShifts (new Wikipedia, Reddit, Amazon reviews)", "licence": "CC BY 4.0"},
            {"name": "TyDi QA gold passage, English", "licence": "Apache-2.0"},
            {"name": "MLQA English development set", "licence": "CC BY-SA 3.0"},
            {"name": "QED over Natural Questions", "licence": "CC BY-SA 3.0"},
            {"name": "COVID-QA windows", "licence": "Apache-2.0"},
        ],
        minutes=minutes,
        settings=settings,
    )
    print(scores)


if __name__ == "__main__":
    main()
