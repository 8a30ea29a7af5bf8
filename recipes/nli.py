"""Natural language inference: does the premise entail the hypothesis, contradict it, or neither?

    python -m recipes.nli --data DIR

Besides public pairs it is shown what zero-shot classification will ask of it: a passage as the premise and
"This example is about ..." as the hypothesis, with the title of the passage's article or of another one. A short last
stage adds sentences made from templates under ten everyday topics, beside a sample of all that came before.
"""

from __future__ import annotations

import collections
import random
from dataclasses import replace

from peft import PeftModel
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from recipes.encoding import accuracy, class_predictions, encode_texts
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
    epochs=4, learning_rate=6e-4, batch_size=32, rank=24, head=("classifier", "pooler")
)
LAST_STAGE = replace(SETTINGS, epochs=1, learning_rate=3e-4)
LABELS = ["entailment", "neutral", "contradiction"]
TOPIC_FORMS = [
    "This example is {}.",
    "This text is about {}.",
    "The topic is {}.",
    "This is about {}.",
]
TOPIC_SETS = ["qa.mlqa_en_dev", "qa.qed_dev", "qa.shifts_new_wiki", "qa.squad2_dev_half"]

GENRES = {
    "education": [
        "This is a course about {}.",
        "A beginner's lesson on {}.",
        "The tutorial explains {} step by step.",
        "Students learn about {} in the second year.",
        "The teacher gave a lecture on {}.",
    ],
    "sports": [
        "The match was decided in the last minute.",
        "She trains every day and won the championship.",
        "Both teams scored twice before half-time.",
        "The coach praised his goalkeeper.",
    ],
    "food": [
        "Bake the bread for forty minutes.",
        "The soup needs salt, pepper and fresh herbs.",
        "We ordered pasta and a salad.",
        "Stir the sauce until it is smooth.",
    ],
    "music": [
        "The band recorded a new album.",
        "He plays the cello in an orchestra.",
        "The singer went on tour.",
        "Their song about {} reached the charts.",
    ],
    "politics": [
        "The government passed a law on {}.",
        "Voters elected a new mayor.",
        "The minister spoke about {}.",
        "Parliament rejected the treaty.",
        "The two presidents met to discuss the border.",
    ],
    "business": [
        "The company sells products for {}.",
        "Its shares rose after strong quarterly sales.",
        "The firm hired a new manager.",
        "Customers paid higher prices this year.",
        "The factory cut costs.",
    ],
    "travel": [
        "We booked a flight and a hotel by the sea.",
        "The train to the mountains leaves at noon.",
        "Tourists visit the old town in summer.",
    ],
    "health": [
        "The doctor prescribed a new medicine.",
        "Patients wait two weeks for the operation.",
        "Sleep and exercise protect the heart.",
    ],
    "science": [
        "Researchers measured the effect of {}.",
        "The experiment confirmed the theory.",
        "Astronomers discovered a distant planet.",
    ],
    "film": [
        "The director cast two unknown actors.",
        "The movie about {} opens on Friday.",
        "Critics liked the last scene of the film.",
    ],
}


def genre_pairs(titles: list[str], rng: random.Random, *, size: int = 250) -> list[dict]:
    """Fill the templates with article titles; the sentence's own topic is entailed, two others are contradicted."""
    pairs = []
    for _ in range(size):
        genre = rng.choice(list(GENRES))
        premise, form = (
            rng.choice(GENRES[genre]).format(rng.choice(titles)),
            rng.choice(TOPIC_FORMS),
        )
        pairs.append({"premise": premise, "hypothesis": form.format(genre), "label": "entailment"})
        for other in rng.sample([g for g in GENRES if g != genre], 2):
            pairs.append(
                {"premise": premise, "hypothesis": form.format(other), "label": "contradiction"}
            )
    return pairs


def first_sentences(text: str, *, most: int = 240) -> str:
    """Cut a passage after its last full stop before ``most`` characters."""
    cut = text[:most]
    return cut[: cut.rfind(". ") + 1] if ". " in cut else cut


def topic_pairs(data, rng: random.Random) -> list[dict]:
    """Pair passages with the title of their own article (entailment) and of another one (contradiction)."""
    passages = {}
    for name in TOPIC_SETS:
        for record in read_records(data, name):
            title = record["title"].replace("_", " ").split(" (")[0]
            if 0 < len(title.split()) <= 3:
                passages.setdefault(title, set()).add(first_sentences(record["context"]))
    titles = sorted(passages)
    pairs = []
    for title in titles:
        for premise in rng.sample(sorted(passages[title]), min(3, len(passages[title]))):
            form = rng.choice(TOPIC_FORMS)
            other = rng.choice([t for t in titles if t != title])
            pairs.append(
                {
                    "premise": premise,
                    "hypothesis": form.format(title.lower()),
                    "label": "entailment",
                }
            )
            pairs.append(
                {
                    "premise": premise,
                    "hypothesis": form.format(other.lower()),
                    "label": "contradiction",
                }
            )
    return pairs


def main() -> None:
    arguments = parse_arguments("nli")
    rng = random.Random(SETTINGS.seed)
    topics = topic_pairs(arguments.data, rng)
    rng.shuffle(topics)
    records = [
        r
        for name in ("nli.sick_train", "nli.xnli_en_dev")
        for r in read_records(arguments.data, name)
    ]
    records += topics[300:]
    tokenizer = AutoTokenizer.from_pretrained(arguments.base)
    label2id = {label: i for i, label in enumerate(LABELS)}
    encode = lambda rows: encode_texts(tokenizer, rows, ("premise", "hypothesis"), label2id)  # noqa: E731
    train = encode(records)[: arguments.limit]
    titles = sorted(
        {r["title"].replace("_", " ") for r in read_records(arguments.data, "qa.mlqa_en_dev")}
    )
    last_stage = encode(rng.sample(records, 3000) + genre_pairs(titles, rng))[: arguments.limit]
    test = {
        "SICK trial": encode(read_records(arguments.data, "nli.sick_trial")),
        "topic": encode(topics[:300]),
    }
    model = load_base(
        AutoModelForSequenceClassification,
        arguments.base,
        id2label=dict(enumerate(LABELS)),
        label2id=label2id,
    )

    def evaluate(model) -> dict:
        scores = {}
        for name, examples in test.items():
            got, want = class_predictions(model, examples)
            scores[name] = accuracy(got, want)
            print(
                name,
                "predicted",
                sorted(collections.Counter(LABELS[g] for g in got).items()),
                flush=True,
            )
        return scores

    settings = settings_for(SETTINGS, arguments)
    minutes = 0.0
    if arguments.resume:
        model = PeftModel.from_pretrained(model, arguments.resume, is_trainable=True)
    else:
        model, minutes = fine_tune(model, train, settings, evaluate=evaluate)
        store_delta(model, arguments.out)
    model, more_minutes = fine_tune(model, last_stage, LAST_STAGE, evaluate=evaluate)
    minutes += more_minutes
    store_delta(model, arguments.out)
    scores = evaluate(model)
    where = {
        "SICK trial": "SICK 2014 trial set, 500 pairs",
        "topic": "300 passages with the right or a wrong article title, not trained on",
    }
    write_card(
        arguments.out,
        title="nli: entailment, neutral, contradiction",
        use="Classifies a premise and a hypothesis; `zero-shot-classification` is built on it.",
        licence="CC BY-NC-SA, as its data",
        metrics=[
            {"name": "accuracy", "value": value, "dataset": where[name]}
            for name, value in scores.items()
        ],
        data=[
            {"name": "SICK 2014 training set", "licence": "CC BY-NC-SA"},
            {"name": "XNLI English development set", "licence": "CC BY-NC 4.0"},
            {
                "name": "passages and titles of MLQA, QED, SQuADShifts and SQuAD 2.0 as topic pairs",
                "licence": "CC BY-SA",
            },
            {
                "name": "sentences under ten topics from the recipe's templates",
                "licence": "Apache-2.0",
            },
        ],
        minutes=minutes,
        settings=settings,
        notes="Because of the data, this delta is for non-commercial use.",
    )
    print(scores)


if __name__ == "__main__":
    main()
