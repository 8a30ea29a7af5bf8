"""Paraphrase: do two sentences say the same?

    python -m recipes.paraphrase --data DIR

Pairs of news sentences (MRPC). The training starts where the entailment delta ended: to tell whether one sentence
follows from another is most of what there is to learn, and MRPC is small. Pairs made of the same words in another
order (PAWS) are only measured on: in a run that trained on them too, they were not learnt (0.51 of them right).
"""

from __future__ import annotations

import random
from functools import partial

from sklearn.metrics import f1_score
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from recipes.encoding import accuracy, class_predictions, encode_texts, hide_words
from recipes.records import read_records
from recipes.trainer import (
    Settings,
    fine_tune,
    load_base,
    parse_arguments,
    settings_for,
    start_from,
    store_delta,
    write_card,
)

SETTINGS = Settings(
    epochs=4,
    learning_rate=4e-4,
    batch_size=32,
    rank=24,
    head=("classifier", "pooler"),
    averaging=0.98,
)
LABELS = ["not_equivalent", "equivalent"]  # the names that GLUE gives to MRPC's two classes


def main() -> None:
    arguments = parse_arguments("paraphrase")
    news = read_records(arguments.data, "mrpc.train")
    random.Random(SETTINGS.seed).shuffle(news)
    held_out, records = news[: len(news) // 10], news[len(news) // 10 :]
    scrambled = read_records(arguments.data, "paws.en_dev")
    random.Random(SETTINGS.seed).shuffle(scrambled)
    tokenizer = AutoTokenizer.from_pretrained(arguments.base)
    encode = lambda rows: encode_texts(tokenizer, rows, ("sentence1", "sentence2"), {0: 0, 1: 1})  # noqa: E731
    train, test = encode(records), {"MRPC": encode(held_out), "PAWS": encode(scrambled[:200])}
    model = load_base(
        AutoModelForSequenceClassification,
        arguments.base,
        id2label=dict(enumerate(LABELS)),
        label2id={label: i for i, label in enumerate(LABELS)},
    )

    def evaluate(model) -> dict:
        scores = {}
        for name, examples in test.items():
            got, want = class_predictions(model, examples)
            scores[f"{name} F1"], scores[f"{name} accuracy"] = (
                f1_score(want, got),
                accuracy(got, want),
            )
        return scores

    settings = settings_for(SETTINGS, arguments)
    model = start_from(model, settings, arguments.out.with_name("nli"))
    model, minutes = fine_tune(
        model,
        train[: arguments.limit],
        settings,
        evaluate=evaluate,
        augment=partial(hide_words, tokenizer=tokenizer),
    )
    store_delta(model, arguments.out)
    scores = evaluate(model)
    where = {
        "MRPC": f"a tenth of MRPC's training set, {len(held_out)} pairs not trained on",
        "PAWS": "200 pairs of PAWS-X English: same words, often another meaning",
    }
    write_card(
        arguments.out,
        title="paraphrase: do two sentences say the same?",
        use="Classifies a pair of English sentences as equivalent or not_equivalent.",
        licence="non-commercial, as its data",
        metrics=[
            {"name": n.split()[1], "value": v, "dataset": where[n.split()[0]]}
            for n, v in scores.items()
        ],
        data=[
            {
                "name": "Microsoft Research Paraphrase Corpus, nine tenths of the training set",
                "licence": "Microsoft Research licence, for research",
            },
            {
                "name": "what the entailment delta was trained on (SICK, XNLI)",
                "licence": "CC BY-NC-SA, CC BY-NC 4.0",
            },
        ],
        minutes=minutes,
        settings=settings,
        notes="Because of the data, this delta is for non-commercial use.",
    )
    print(scores)


if __name__ == "__main__":
    main()
