"""What learners typically hand in for notebook 01: (exercise, attempt, hint it must name, words of the message)."""

import math


def _rows(model, probabilities):
    best = probabilities.max(-1)
    return [
        {"label": model.config.id2label[i], "score": p}
        for p, i in zip(best.values.tolist(), best.indices.tolist(), strict=True)
    ]


def forgets_the_mask(texts, tokenizer, model):
    batch = tokenizer(texts, padding=True, return_tensors="pt")
    return _rows(model, model(batch["input_ids"]).logits.softmax(-1))


def softmax_over_texts(texts, tokenizer, model):
    logits = model(**tokenizer(texts, padding=True, return_tensors="pt")).logits
    best = logits.argmax(-1)
    scores = logits.softmax(0)
    return [
        {"label": model.config.id2label[int(i)], "score": row[i].item()}
        for row, i in zip(scores, best, strict=True)
    ]


def returns_logits(texts, tokenizer, model):
    return _rows(model, model(**tokenizer(texts, padding=True, return_tensors="pt")).logits)


def numbers_for_labels(texts, tokenizer, model):
    best = model(**tokenizer(texts, padding=True, return_tensors="pt")).logits.softmax(-1).max(-1)
    return [
        {"label": i, "score": p}
        for p, i in zip(best.values.tolist(), best.indices.tolist(), strict=True)
    ]


def one_text_only(texts, tokenizer, model):
    return _rows(model, model(**tokenizer(texts[0], return_tensors="pt")).logits.softmax(-1))


def probability_for_odds(logits, probability):
    return float(max(logits) - min(logits)) / abs(math.log(probability))


def upside_down(logits, probability):
    return math.log(probability / (1 - probability)) / float(max(logits) - min(logits))


def second_minus_first(logits, probability):
    return float(logits[1] - logits[0]) / math.log(probability / (1 - probability))


def the_old_option(classifier, texts):
    return [{row["label"]: row["score"]} for row in classifier(texts, return_all_scores=True)]


def rows_as_they_come(classifier, texts):
    return [rows[0] for rows in classifier(texts, top_k=None)]


def one_flat_dictionary(classifier, texts):
    return {row["label"]: row["score"] for rows in classifier(texts, top_k=None) for row in rows}


def _load(folder, **names):
    from transformers import AutoModelForSequenceClassification

    return AutoModelForSequenceClassification.from_pretrained(folder, **names)


def keys_as_text(folder, names):
    return _load(folder, id2label={str(i): name for i, name in enumerate(names)})


def one_direction_only(folder, names):
    return _load(folder, id2label=dict(enumerate(names)))


def no_names_given(folder, names):
    return _load(folder)


WRONG = [
    ("01-by-hand", forgets_the_mask, 2, "longer neighbour"),
    ("01-by-hand", softmax_over_texts, 3, "over the texts"),
    ("01-by-hand", returns_logits, 3, "logits, not probabilities"),
    ("01-by-hand", numbers_for_labels, 4, "number of its column"),
    ("01-by-hand", one_text_only, 1, "got 1 items"),
    ("01-temperature", probability_for_odds, 1, "another probability"),
    ("01-temperature", upside_down, 2, "other way round"),
    ("01-temperature", second_minus_first, 3, "temperature is positive"),
    ("01-all-scores", the_old_option, 1, "label is missing"),
    ("01-all-scores", rows_as_they_come, 2, "got the keys 'label' and 'score'"),
    ("01-all-scores", one_flat_dictionary, 3, "got dict"),
    ("01-relabel", keys_as_text, 2, "id2label does not hold"),
    ("01-relabel", one_direction_only, 3, "label2id does not hold"),
    ("01-relabel", no_names_given, 1, "id2label does not hold"),
]
