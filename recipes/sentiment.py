"""Sentiment: is a sentence from a film review positive or negative?

python -m recipes.sentiment --data DIR
"""

from __future__ import annotations

from functools import partial

from transformers import AutoModelForSequenceClassification, AutoTokenizer

from recipes.encoding import accuracy, class_predictions, encode_texts, hide_words
from recipes.records import read_records
from recipes.trainer import (
    Settings,
    fine_tune,
    load_base,
    parse_arguments,
    settings_for,
    store_delta,
    write_card,
)

SETTINGS = Settings(
    epochs=5,
    learning_rate=6e-4,
    batch_size=32,
    rank=16,
    head=("classifier", "pooler"),
    averaging=0.99,
)
LABELS = ["NEGATIVE", "POSITIVE"]


def main() -> None:
    arguments = parse_arguments("sentiment")
    tokenizer = AutoTokenizer.from_pretrained(arguments.base)
    train = encode_texts(
        tokenizer, read_records(arguments.data, "sst2.train"), ("text",), {0: 0, 1: 1}
    )
    held_out = encode_texts(
        tokenizer, read_records(arguments.data, "sst2.dev"), ("text",), {0: 0, 1: 1}
    )
    model = load_base(
        AutoModelForSequenceClassification,
        arguments.base,
        id2label=dict(enumerate(LABELS)),
        label2id={label: i for i, label in enumerate(LABELS)},
    )

    def evaluate(model) -> dict:
        return {"accuracy": accuracy(*class_predictions(model, held_out))}

    settings = settings_for(SETTINGS, arguments)
    model, minutes = fine_tune(
        model,
        train[: arguments.limit],
        settings,
        evaluate=evaluate,
        augment=partial(hide_words, tokenizer=tokenizer),
    )
    store_delta(model, arguments.out)
    scores = evaluate(model)
    write_card(
        arguments.out,
        title="sentiment: positive or negative",
        use="Classifies an English sentence as NEGATIVE or POSITIVE. Trained on film reviews; it has no neutral class.",
        licence="its data states none",
        metrics=[
            {
                "name": "accuracy",
                "value": scores["accuracy"],
                "dataset": f"SST-2 development set, {len(held_out)} sentences",
            }
        ],
        data=[
            {
                "name": "Stanford Sentiment Treebank, binary, sentence level",
                "licence": "no licence stated by its authors",
            }
        ],
        minutes=minutes,
        settings=settings,
    )
    print(scores)


if __name__ == "__main__":
    main()
