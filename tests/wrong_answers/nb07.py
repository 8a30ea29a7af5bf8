"""What learners typically hand in for notebook 07: (exercise, attempt, hint it must name, words of the message)."""

from collections import Counter

import numpy as np
import torch


def whole_words_only(tags):
    return [(tag[2:], i, i + 1) for i, tag in enumerate(tags) if tag != "O"]


def inclusive_ends(tags):
    return [(tag[2:], i, i) for i, tag in enumerate(tags) if tag != "O"]


def glues_same_label(tags):
    found = []
    for i, tag in enumerate(tags):
        if tag == "O":
            continue
        if found and found[-1][0] == tag[2:] and found[-1][2] == i:
            found[-1] = (tag[2:], found[-1][1], i + 1)
        else:
            found.append((tag[2:], i, i + 1))
    return found


def loses_the_last(tags):
    found, begun = [], None
    for i, tag in enumerate(tags):
        if begun and (tag[0] != "I" or tag[2:] != begun[0]):
            found.append((*begun, i))
            begun = None
        if tag != "O" and not begun:
            begun = (tag[2:], i)
    return found


def any_inside_continues(tags):
    found = []
    for i, tag in enumerate(tags):
        if tag[0] == "B":
            found.append((tag[2:], i, i + 1))
        elif tag[0] == "I" and found:
            found[-1] = (found[-1][0], found[-1][1], i + 1)
    return found


def _pair(probabilities, id2label):
    score, index = probabilities.max(-1)
    return id2label[index.item()], score.item()


def first_piece(probabilities, id2label):
    return _pair(probabilities[0], id2label)


def surest_piece(probabilities, id2label):
    return _pair(probabilities[probabilities.max(-1).values.argmax()], id2label)


def vote(probabilities, id2label):
    winner = Counter(probabilities.argmax(-1).tolist()).most_common(1)[0][0]
    return id2label[winner], probabilities[:, winner].mean().item()


def mean_of_the_best(probabilities, id2label):
    return _pair(probabilities.mean(0), id2label)[0], probabilities.max(-1).values.mean().item()


def label_alone(probabilities, id2label):
    return id2label[probabilities.mean(0).argmax().item()]


def every_piece(word_ids, word_labels):
    return [-100 if word is None else word_labels[word] for word in word_ids]


def special_tokens_as_o(word_ids, word_labels):
    return [
        0 if word is None or word_ids[i - 1] == word else word_labels[word]
        for i, word in enumerate(word_ids)
    ]


def compares_labels(word_ids, word_labels):
    spread = [None if word is None else word_labels[word] for word in word_ids]
    return [
        -100 if label is None or label == spread[i - 1] else label for i, label in enumerate(spread)
    ]


def counts_words(word_ids, word_labels):
    labels, following = [], iter(word_labels)
    for i, word in enumerate(word_ids):
        labels.append(-100 if word is None or word == word_ids[i - 1] else next(following))
    return labels


def flat_list(tags):
    return [i for i, tag in enumerate(tags) if tag != "O"]


def key_is_a_tensor(probabilities, id2label):
    score, index = probabilities.mean(0).max(-1)
    return id2label[index], score


def score_not_a_number(probabilities, id2label):
    return id2label[probabilities.mean(0).argmax().item()], float("nan")


def words_for_labels(word_ids, word_labels):
    return ["O" for _ in word_ids]


WRONG = [
    ("07-bio-spans", whole_words_only, 1, "belongs to the same entity"),
    ("07-bio-spans", inclusive_ends, 1, "the end is the word after it"),
    ("07-bio-spans", glues_same_label, 2, "opens a second entity"),
    ("07-bio-spans", loses_the_last, 3, "reaches the last word was lost"),
    ("07-bio-spans", any_inside_continues, 4, "I-LOC cannot continue an ORG"),
    ("07-average-word", first_piece, 1, "first piece alone"),
    ("07-average-word", surest_piece, 1, "most certain piece alone"),
    ("07-average-word", vote, 2, "voted"),
    ("07-average-word", mean_of_the_best, 3, "not the averaged probability"),
    ("07-average-word", label_alone, 3, "expected a pair"),
    ("07-bio-spans", flat_list, 1, "expected a list of spans"),
    ("07-average-word", key_is_a_tensor, 3, ".item() makes one of a tensor"),
    ("07-average-word", score_not_a_number, 3, "NaN"),
    ("07-align-labels", words_for_labels, 1, "as numbers, got list"),
    ("07-find-the-bug", "Nothing happened for a long time.", 1, "no entity"),
    ("07-find-the-bug", "My name is Wolfgang and I live in Bern.", 3, "an O stands between"),
    ("07-find-the-bug", 7, 1, "got int"),
    ("07-align-labels", every_piece, 2, "only the first piece"),
    ("07-align-labels", special_tokens_as_o, 1, "special tokens"),
    ("07-align-labels", compares_labels, 3, "same label"),
    ("07-align-labels", counts_words, 3, "begin with word 1"),
]


def spans_one_by_one(tags):
    previous, first = None, 0
    for i, tag in enumerate([*tags, "O"]):
        label = None if tag == "O" else tag[2:]
        goes_on = label and tag[0] == "I" and label == previous
        if previous and not goes_on:
            yield [previous, first, i]
        if not goes_on:
            first = i
        previous = label


def pair_as_a_list(probabilities, id2label):
    mean = probabilities.numpy().mean(0)
    return [id2label[int(mean.argmax())], mean.max()]


def labels_as_an_array(word_ids, word_labels):
    firsts = [
        w is not None and w != before
        for w, before in zip(word_ids, [None, *word_ids[:-1]], strict=True)
    ]
    return np.array([word_labels[w] if f else -100 for w, f in zip(word_ids, firsts, strict=True)])


def labels_as_a_tensor(word_ids, word_labels):
    return torch.tensor(labels_as_an_array(word_ids, word_labels))


RIGHT = [
    ("07-bio-spans", spans_one_by_one),
    ("07-average-word", pair_as_a_list),
    ("07-align-labels", labels_as_an_array),
    ("07-align-labels", labels_as_a_tensor),
]
