"""Parts of speech: a Penn Treebank tag for every word.

    python -m recipes.pos --data DIR

The documents of the corpus that may not be used commercially (fiction, how-to guides) are left out of training.
"""

from __future__ import annotations

from itertools import chain

from transformers import AutoModelForTokenClassification, AutoTokenizer

from recipes.encoding import accuracy, encode_words, tag_predictions, training_fields
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

SETTINGS = Settings(epochs=3, learning_rate=2e-3, batch_size=32, rank=16)
NON_COMMERCIAL = ("GUM_fiction", "GUM_whow")


def main() -> None:
    arguments = parse_arguments("pos")
    everything = read_records(arguments.data, "pos.gum_train")
    records = [r for r in everything if not r["doc"].startswith(NON_COMMERCIAL)]
    held_out = read_records(arguments.data, "pos.gum_dev")
    labels = sorted({tag for r in everything + held_out for tag in r["tags"]})
    label2id = {label: i for i, label in enumerate(labels)}
    tokenizer = AutoTokenizer.from_pretrained(arguments.base)
    train = training_fields(encode_words(tokenizer, records[: arguments.limit], label2id))
    test = encode_words(tokenizer, held_out, label2id)
    model = load_base(
        AutoModelForTokenClassification,
        arguments.base,
        id2label=dict(enumerate(labels)),
        label2id=label2id,
    )

    def evaluate(model) -> dict:
        got, want = tag_predictions(model, test)
        return {"accuracy": accuracy([*chain(*got)], [*chain(*want)])}

    settings = settings_for(SETTINGS, arguments)
    model, minutes = fine_tune(model, train, settings, evaluate=evaluate)
    store_delta(model, arguments.out)
    scores = evaluate(model)
    write_card(
        arguments.out,
        title="pos: parts of speech",
        use="Tags English words with the Penn Treebank's parts of speech.",
        licence="CC BY 4.0",
        metrics=[
            {
                "name": "accuracy",
                "value": scores["accuracy"],
                "dataset": f"UD English GUM development set, {sum(len(r['tags']) for r in held_out):,} words",
            }
        ],
        data=[
            {
                "name": "UD English GUM, without its fiction and how-to documents",
                "licence": "CC BY 4.0",
            }
        ],
        minutes=minutes,
        settings=settings,
    )
    print(scores)


if __name__ == "__main__":
    main()
