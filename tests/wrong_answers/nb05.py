"""What learners typically hand in for notebook 05: (exercise, attempt, hint it must name, words of the message)."""

import numpy as np
import torch


def no_last_separator(first, second):
    return [101, *first, 102, *second], [0] * (len(first) + 2) + [1] * len(second)


def separator_in_second_segment(first, second):
    return [101, *first, 102, *second, 102], [0] * (len(first) + 1) + [1] * (len(second) + 2)


def swapped_segments(first, second):
    return [101, *first, 102, *second, 102], [1] * (len(first) + 2) + [0] * (len(second) + 1)


def segments_of_words_alone(first, second):
    return [101, *first, 102, *second, 102], [0] * len(first) + [1] * len(second)


def ids_alone(first, second):
    return [101, *first, 102, *second, 102]


def labels_once(batch):
    return {
        "sentence1": batch["sentence1"] + batch["sentence2"],
        "sentence2": batch["sentence2"] + batch["sentence1"],
        "label": batch["label"],
    }


def only_turned(batch):
    return {
        "sentence1": batch["sentence2"] * 2,
        "sentence2": batch["sentence1"] * 2,
        "label": batch["label"] * 2,
    }


def row_by_row(row):
    return [row, {**row, "sentence1": row["sentence2"], "sentence2": row["sentence1"]}]


def labels_apart(logits, multi_label):
    return logits.softmax(-1)[:, 0]


def always_competing(logits, multi_label):
    return logits[:, 0].softmax(0)


def neutral_kept(logits, multi_label):
    return logits.softmax(-1)[:, 0] if multi_label else logits[:, 0].softmax(0)


def wrong_column(logits, multi_label):
    return logits[:, 2].softmax(0)


def all_columns(logits, multi_label):
    return logits.softmax(0)


def second_cls(first, second):
    return [101, *first, 102, 101, *second, 102], [0] * (len(first) + 2) + [1] * (len(second) + 2)


def contradiction_share(logits, multi_label):
    return logits[:, [0, 2]].softmax(-1)[:, 1] if multi_label else logits[:, 0].softmax(0)


def not_a_number(logits, multi_label):
    return logits[:, 0] * float("nan")


WRONG = [
    ("05-pair-by-hand", no_last_separator, 1, "not closed by a [SEP]"),
    ("05-pair-by-hand", separator_in_second_segment, 2, "wrong token"),
    ("05-pair-by-hand", swapped_segments, 2, "swapped"),
    ("05-pair-by-hand", segments_of_words_alone, 3, "every token needs one"),
    ("05-pair-by-hand", ids_alone, 1, "two lists"),
    ("05-both-orders", labels_once, 3, "4 rows are expected"),
    ("05-both-orders", only_turned, 2, "the rows differ"),
    ("05-both-orders", row_by_row, 1, "a dict with the columns"),
    ("05-zero-shot", labels_apart, 2, "do not add up to 1"),
    ("05-zero-shot", always_competing, 3, "must not compete"),
    ("05-zero-shot", neutral_kept, 3, "neutral is still in"),
    ("05-pair-by-hand", second_cls, 1, "a [CLS] of its own"),
    ("05-zero-shot", wrong_column, 1, "you read column 2, contradiction"),
    ("05-zero-shot", all_columns, 1, "one score per label"),
    ("05-zero-shot", contradiction_share, 3, "share of contradiction"),
    ("05-zero-shot", not_a_number, 1, "NaN"),
]


def pair_as_tensors(first, second):
    ids = torch.tensor([101, *first, 102, *second, 102])
    return ids, np.array([0] * (len(first) + 2) + [1] * (len(second) + 1))


def scores_as_a_list(logits, multi_label):
    if multi_label:
        return logits[:, [0, 2]].softmax(-1)[:, 0].tolist()
    return logits[:, 0].softmax(0).double().numpy()


def columns_as_arrays(batch):
    first, second = batch["sentence1"], batch["sentence2"]
    return {
        "sentence1": np.array(first + second),
        "sentence2": np.array(second + first),
        "label": torch.tensor(batch["label"] * 2),
    }


RIGHT = [
    ("05-pair-by-hand", pair_as_tensors),
    ("05-zero-shot", scores_as_a_list),
    ("05-both-orders", columns_as_arrays),
]
