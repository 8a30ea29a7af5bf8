"""Named entities: persons, organisations and places in a sentence, tagged word by word (BIO).

    python -m recipes.ner --data DIR

Corpora marked by hand, and short self-introductions made from templates, because none of the corpora has sentences
like "I work at ... in ...". More data did not help: a run with tweets (BTC) and Wikipedia fragments with silver labels
(PAN-X) beside these ended at an entity F1 of 0.68 on web text.
"""

from __future__ import annotations

import random
from functools import partial

from seqeval.metrics import f1_score, precision_score, recall_score
from transformers import AutoModelForTokenClassification, AutoTokenizer

from recipes.encoding import encode_words, hide_words, tag_predictions, training_fields
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

SETTINGS = Settings(epochs=3, learning_rate=1.2e-3, batch_size=32, rank=32, averaging=0.99)
FINISH_EPOCHS = 10  # over the cleanest corpora alone: web text and Wikipedia marked by hand
LABELS = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"]
TEMPLATE_SENTENCES = 400

FIRST = "Anna Sylvain Maria David Fatima Chen Olga James Priya Ahmed Lucas Ingrid Kofi Elena Tom Yuki Rosa Pierre".split()
LAST = "Schmidt Okafor Tanaka Rossi Novak Silva Haddad Larsen Dubois Murphy Patel Kim".split()
COMPANIES = [
    "Hugging Face",
    "Google",
    "Siemens",
    "Red Hat",
    "Mozilla",
    "General Electric",
    "Deutsche Bahn",
    "Toyota",
    "Bank of America",
    "Airbus",
    "Goldman Sachs",
    "Nintendo",
    "Electronic Arts",
    "Deep Mind",
    "Open AI",
    "Stack Overflow",
    "Burger King",
    "Morgan Stanley",
    "Whole Foods",
    "the Red Cross",
]
PLACES = [
    "Brooklyn",
    "Paris",
    "San Francisco",
    "Berlin",
    "Nairobi",
    "Mountain View",
    "Queens",
    "New York",
    "Tokyo",
    "Lyon",
    "Chicago",
    "Cape Town",
    "Boston",
    "Sao Paulo",
    "Warsaw",
]
TEMPLATES = [
    "My name is {p} and I work at {o} in {l} .",
    "I am {p} , I live in {l} and work for {o} .",
    "{p} joined {o} last year .",
    "{p} moved from {l} to {l2} .",
    "{o} opened an office in {l} .",
    "Hi , I 'm {p} from {o} .",
    "{p} and {p2} both work at {o} , {l} .",
    "She left {o} to teach in {l} .",
]


def fill_template(rng: random.Random) -> dict:
    """Write one templated sentence with its tags."""
    person = lambda: rng.choice(FIRST) + (" " + rng.choice(LAST) if rng.random() < 0.5 else "")  # noqa: E731
    slots = {
        "{p}": ("PER", person()),
        "{p2}": ("PER", person()),
        "{o}": ("ORG", rng.choice(COMPANIES)),
        "{l}": ("LOC", rng.choice(PLACES)),
        "{l2}": ("LOC", rng.choice(PLACES)),
    }
    tokens, tags = [], []
    for word in rng.choice(TEMPLATES).split():
        label, text = slots.get(word, (None, word))
        for i, token in enumerate(text.split()):
            inside = label and token != "the"
            first = inside and (i == 0 or tags[-1] == "O")
            tokens.append(token)
            tags.append(f"{'B' if first else 'I'}-{label}" if inside else "O")
    return {"tokens": tokens, "tags": tags}


def three_types(record: dict) -> dict:
    """Drop the fourth type, MISC: only one of the corpora marks it, so the others would teach that it is nothing."""
    return {
        "tokens": record["tokens"],
        "tags": ["O" if t.endswith("MISC") else t for t in record["tags"]],
    }


def main() -> None:
    arguments = parse_arguments("ner")
    rng = random.Random(SETTINGS.seed)
    web = read_records(arguments.data, "ner.uner_ewt_dev")
    rng.shuffle(web)
    held_out = web[: len(web) // 4]
    clean = web[len(web) // 4 :] + read_records(arguments.data, "ner.wikigold")
    clean += [fill_template(rng) for _ in range(TEMPLATE_SENTENCES)]
    noisy = read_records(arguments.data, "ner.wnut17")
    records = clean + rng.sample(noisy, len(noisy))

    tokenizer = AutoTokenizer.from_pretrained(arguments.base)
    label2id = {label: i for i, label in enumerate(LABELS)}
    train, finish = (
        training_fields(
            encode_words(tokenizer, [three_types(r) for r in part][: arguments.limit], label2id)
        )
        for part in (records, clean)
    )
    test = encode_words(tokenizer, held_out, label2id)
    model = load_base(
        AutoModelForTokenClassification,
        arguments.base,
        attn_implementation="eager",  # for sentences this short faster on a CPU than the fused attention
        id2label=dict(enumerate(LABELS)),
        label2id=label2id,
    )

    def evaluate(model) -> dict:
        got, want = tag_predictions(model, test)
        return {
            "entity F1": float(f1_score(want, got)),
            "precision": float(precision_score(want, got)),
            "recall": float(recall_score(want, got)),
        }

    settings = settings_for(SETTINGS, arguments)
    model, minutes = fine_tune(
        model,
        train,
        settings,
        evaluate=evaluate,
        finish=finish,
        finish_epochs=FINISH_EPOCHS,
        augment=partial(hide_words, tokenizer=tokenizer),
    )
    store_delta(model, arguments.out)
    scores = evaluate(model)
    dataset = f"a quarter of Universal NER's English EWT development set, {len(held_out)} sentences not trained on"
    write_card(
        arguments.out,
        title="ner: persons, organisations, places",
        use="Tags English words with PER, ORG, LOC (BIO scheme). "
        "The text is lower-cased first, so capitals do not help it.",
        licence="CC BY-SA 4.0",
        metrics=[
            {"name": name, "value": value, "dataset": dataset} for name, value in scores.items()
        ],
        data=[
            {
                "name": "Universal NER, English EWT (three quarters of the development set)",
                "licence": "CC BY-SA 4.0",
            },
            {"name": "Wikigold, without MISC", "licence": "CC BY 4.0"},
            {"name": "W-NUT 2017", "licence": "CC BY 4.0"},
            {
                "name": f"{TEMPLATE_SENTENCES} self-introductions from the recipe's templates",
                "licence": "Apache-2.0",
            },
        ],
        minutes=minutes,
        settings=settings,
    )
    print(scores)


if __name__ == "__main__":
    main()
