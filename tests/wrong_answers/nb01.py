"""What learners typically hand in for lesson 01: (exercise, attempt, hint it must name, words of the message)."""

from course_utils.lessons.pipeline.by_hand import complaints


def every_place(text):
    return [text.replace(word, "") for word in text.split()]


def lists_of_words(text):
    words = text.split()
    return [words[:i] + words[i + 1 :] for i in range(len(words))]


def shrinking_list(text):
    words, texts = text.split(), []
    for word in words:
        words.remove(word)
        texts.append(" ".join(words))
    return texts


def equal_words_go_too(text):
    words = text.split()
    return [" ".join(w for w in words if w != word) for word in words]


def the_words(text):
    return text.split()


def one_text(text):
    return " ".join(text.split()[1:])


def holes(text):
    words = text.split()
    return [" ".join([*words[:i], "", *words[i + 1 :]]) for i in range(len(words))]


def _rows(model, best):
    pairs = zip(best.values.tolist(), best.indices.tolist(), strict=True)
    return [{"label": model.config.id2label[i], "score": p} for p, i in pairs]


def _logits(texts, tokenizer, model):
    return model(**tokenizer(texts, padding=True, return_tensors="pt")).logits


def forgets_the_mask(texts, tokenizer, model):
    batch = tokenizer(texts, padding=True, return_tensors="pt")
    return _rows(model, model(batch["input_ids"]).logits.softmax(-1).max(-1))


def softmax_over_texts(texts, tokenizer, model):
    logits = _logits(texts, tokenizer, model)
    best = logits.argmax(-1)
    scores = logits.softmax(0)
    return [
        {"label": model.config.id2label[int(i)], "score": row[i].item()}
        for row, i in zip(scores, best, strict=True)
    ]


def softmax_over_the_table(texts, tokenizer, model):
    powers = _logits(texts, tokenizer, model).exp()
    return _rows(model, (powers / powers.sum()).max(-1))


def returns_logits(texts, tokenizer, model):
    return _rows(model, _logits(texts, tokenizer, model).max(-1))


def divides_logits(texts, tokenizer, model):
    logits = _logits(texts, tokenizer, model)
    return _rows(model, (logits / logits.sum(-1, keepdim=True)).max(-1))


def numbers_for_labels(texts, tokenizer, model):
    best = _logits(texts, tokenizer, model).softmax(-1).max(-1)
    pairs = zip(best.values.tolist(), best.indices.tolist(), strict=True)
    return [{"label": i, "score": p} for p, i in pairs]


def tensors_for_labels(texts, tokenizer, model):
    best = _logits(texts, tokenizer, model).softmax(-1).max(-1)
    pairs = zip(best.values, best.indices, strict=True)
    return [{"label": i, "score": p} for p, i in pairs]


def no_stars(texts, tokenizer, model):
    batch = tokenizer(texts, padding=True, return_tensors="pt")
    return _rows(model, model(batch).logits.softmax(-1).max(-1))


def no_padding(texts, tokenizer, model):
    return _rows(model, model(**tokenizer(texts, return_tensors="pt")).logits.softmax(-1).max(-1))


def the_pipeline_again(texts, tokenizer, model):
    from transformers import pipeline

    return pipeline("text-classification", model=model, tokenizer=tokenizer)(texts)


def no_model(texts, tokenizer, model):
    return [{"label": "POSITIVE", "score": 0.9} for _ in texts]


def not_a_number(texts, tokenizer, model):
    rows = _rows(model, _logits(texts, tokenizer, model).softmax(-1).max(-1))
    return [{**row, "score": float("nan")} for row in rows]


def no_tensors(texts, tokenizer, model):
    return _rows(model, model(**tokenizer(texts, padding=True)).logits.softmax(-1).max(-1))


def a_tensor_as_key(texts, tokenizer, model):
    best = _logits(texts, tokenizer, model).softmax(-1).max(-1)
    names = model.config.id2label
    pairs = zip(best.values, best.indices, strict=True)
    return [{"label": names[i], "score": p} for p, i in pairs]


def always_positive(texts, tokenizer, model):
    rows = _logits(texts, tokenizer, model).softmax(-1)
    names = model.config.id2label
    return [{"label": names[int(r.argmax())], "score": float(r[1])} for r in rows]


def names_by_heart(texts, tokenizer, model):
    rows = _logits(texts, tokenizer, model).softmax(-1)
    return [
        {"label": ["NEGATIVE", "POSITIVE"][int(r.argmax())], "score": float(r.max())} for r in rows
    ]


def first_twenty(texts, answers, sure=0.5):
    pairs = sorted(_found(texts, answers, sure), reverse=True)
    return [text for score, text in pairs][:20]


def one_text_only(texts, tokenizer, model):
    return _rows(model, _logits(texts[0], tokenizer, model).softmax(-1).max(-1))


def _found(texts, answers, sure):
    pairs = zip(texts, answers, strict=True)
    return [(a["score"], t) for t, a in pairs if a["label"] == "NEGATIVE" and a["score"] >= sure]


def praise_too(texts, answers, sure=0.5):
    pairs = [(a["score"], t) for t, a in zip(texts, answers, strict=True) if a["score"] >= sure]
    return [text for score, text in sorted(pairs, reverse=True)]


def surest_last(texts, answers, sure=0.5):
    return [text for score, text in sorted(_found(texts, answers, sure))]


def with_scores(texts, answers, sure=0.5):
    return sorted(_found(texts, answers, sure), reverse=True)


def strictly_above(texts, answers, sure=0.5):
    found = [pair for pair in _found(texts, answers, sure) if pair[0] > sure]
    return [text for score, text in sorted(found, reverse=True)]


def by_alphabet(texts, answers, sure=0.5):
    return sorted(text for score, text in _found(texts, answers, sure))


def unsorted(texts, answers, sure=0.5):
    return [text for score, text in _found(texts, answers, sure)]


def pops(text):
    words, texts = text.split(), []
    for i in range(len(words)):
        words.pop(i)
        texts.append(" ".join(words))
    return texts


def leaves_nothing_out(text):
    words = text.split()
    return [" ".join(words[:i] + words[i:]) for i in range(len(words))]


def joins_without_spaces(text):
    words = text.split()
    return ["".join(words[:i] + words[i + 1 :]) for i in range(len(words))]


def only_what_follows(text):
    words = text.split()
    return [" ".join(words[i + 1 :]) for i in range(len(words))]


def _batch(texts, tokenizer):
    return tokenizer(texts, padding=True, return_tensors="pt")


def sigmoid_of_both(texts, tokenizer, model):
    scores, columns = model(**_batch(texts, tokenizer)).logits.sigmoid().max(dim=-1)
    names = model.config.id2label
    return [
        {"label": names[column], "score": score}
        for column, score in zip(columns.tolist(), scores.tolist(), strict=True)
    ]


def returns_max(texts, tokenizer, model):
    return model(**_batch(texts, tokenizer)).logits.softmax(dim=-1).max(dim=-1)


def softmax_of_the_output(texts, tokenizer, model):
    return model(**_batch(texts, tokenizer)).softmax(dim=-1)


def small_letters(texts, answers, sure=0.5):
    return [
        text for text, answer in zip(texts, answers, strict=True) if answer["label"] == "negative"
    ]


def ignores_sure(texts, answers, sure=0.5):
    return complaints(texts, answers, 0.5)


def sorts_dictionaries(texts, answers, sure=0.5):
    return [text for answer, text in sorted(zip(answers, texts, strict=True), reverse=True)]


WRONG = [
    ("01-left-out", pops, 2, "pop makes the list shorter"),
    ("01-left-out", leaves_nothing_out, 2, "nothing is left out"),
    ("01-left-out", joins_without_spaces, 3, "stick together"),
    ("01-left-out", only_what_follows, 2, "before 'cat' are lost"),
    ("01-classify", sigmoid_of_both, 3, "sigmoid of one logit"),
    ("01-classify", returns_max, 4, "gives two things"),
    ("01-classify", softmax_of_the_output, 1, ".logits"),
    ("01-complaints", small_letters, 1, "in capitals"),
    ("01-complaints", ignores_sure, 2, "has no effect"),
    ("01-complaints", sorts_dictionaries, 2, "cannot be sorted"),
    ("01-left-out", every_place, 2, "Take out the word at one position"),
    ("01-left-out", lists_of_words, 3, "join them with a space"),
    ("01-left-out", shrinking_list, 2, "loop walk through a list that it changes"),
    ("01-left-out", equal_words_go_too, 2, "only one may go"),
    ("01-left-out", the_words, 1, "these are the words themselves"),
    ("01-left-out", one_text, 1, "expected a list of 6 texts"),
    ("01-left-out", holes, 3, "a space too many"),
    ("01-classify", forgets_the_mask, 2, "a longer comment is in the same batch"),
    ("01-classify", softmax_over_texts, 3, "down the texts"),
    ("01-classify", softmax_over_the_table, 3, "all your scores together sum to 1"),
    ("01-classify", returns_logits, 3, "these are logits"),
    ("01-classify", divides_logits, 3, "without exp"),
    ("01-classify", numbers_for_labels, 4, "expected the name of the label"),
    ("01-classify", tensors_for_labels, 4, "expected the name of the label"),
    ("01-classify", no_stars, 2, "two stars"),
    ("01-classify", no_padding, 2, "not equally long"),
    ("01-classify", the_pipeline_again, 1, "this is the pipeline again"),
    ("01-classify", no_model, 1, "or no model at all"),
    ("01-classify", not_a_number, 3, "NaN"),
    ("01-classify", no_tensors, 2, "ask the tokenizer for return_tensors"),
    ("01-classify", a_tensor_as_key, 3, "is a tensor"),
    ("01-classify", always_positive, 3, "always the probability of POSITIVE"),
    ("01-classify", names_by_heart, 4, "read the names from model.config.id2label"),
    ("01-complaints", first_twenty, 1, "expected all 32 matching texts"),
    ("01-classify", one_text_only, 1, "expected 16 answers"),
    ("01-complaints", praise_too, 1, "a score belongs to the label beside it"),
    ("01-complaints", surest_last, 2, "the surest comes last"),
    ("01-complaints", with_scores, 3, "expected texts"),
    ("01-complaints", strictly_above, 2, "a score of exactly 0.8"),
    ("01-complaints", by_alphabet, 2, "sorted by the alphabet"),
    ("01-complaints", unsorted, 2, "the surest first"),
]
