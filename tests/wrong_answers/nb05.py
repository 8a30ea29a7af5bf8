"""What learners typically hand in for lesson 05: (exercise, attempt, hint it must name, words of the message)."""

import numpy as np
import torch

CLAIMS = [f"This example is {desk}." for desk in ("education", "politics", "business")]


def second_cls(first, second):
    return [101, *first, 102, 101, *second, 102], [0] * (len(first) + 2) + [1] * (len(second) + 2)


def no_last_separator(first, second):
    return [101, *first, 102, *second], [0] * (len(first) + 2) + [1] * len(second)


def no_middle_separator(first, second):
    return [101, *first, *second, 102], [0] * (len(first) + 1) + [1] * (len(second) + 1)


def no_cls(first, second):
    return [*first, 102, *second, 102], [0] * (len(first) + 1) + [1] * (len(second) + 1)


def no_marks(first, second):
    return first + second, [0] * len(first) + [1] * len(second)


def second_first(first, second):
    return [101, *second, 102, *first, 102], [0] * (len(second) + 2) + [1] * (len(first) + 1)


def separator_in_second_segment(first, second):
    return [101, *first, 102, *second, 102], [0] * (len(first) + 1) + [1] * (len(second) + 2)


def swapped_segments(first, second):
    return [101, *first, 102, *second, 102], [1] * (len(first) + 2) + [0] * (len(second) + 1)


def segments_of_words_alone(first, second):
    return [101, *first, 102, *second, 102], [0] * len(first) + [1] * len(second)


def segments_all_zero(first, second):
    ids = [101, *first, 102, *second, 102]
    return ids, [0] * len(ids)


def ids_alone(first, second):
    return [101, *first, 102, *second, 102]


def ids_printed(first, second):
    print([101, *first, 102, *second, 102])


def marks_as_words(first, second):
    ids = ["[CLS]", *first, "[SEP]", *second, "[SEP]"]
    return ids, [0] * (len(first) + 2) + [1] * (len(second) + 1)


def lists_in_a_list(first, second):
    return [101, first, 102, second, 102], [0] * (len(first) + 2) + [1] * (len(second) + 1)


def changing_the_lists(first, second):
    first.insert(0, 101)
    first.append(102)
    return [*first, *second, 102], [0] * len(first) + [1] * (len(second) + 1)


def the_example_alone(first, second):
    return [101, 7, 102, 8, 9, 102], [0, 0, 0, 1, 1, 1]


def joined_with_a_number(first, second):
    return 101 + first + 102 + second + 102, []


def logits_themselves(logits, multi_label):
    return logits[:, 0]


def labels_apart(logits, multi_label):
    return logits.softmax(-1)[:, 0]


def always_competing(logits, multi_label):
    return logits[:, 0].softmax(0)


def never_competing(logits, multi_label):
    return logits[:, [0, 2]].softmax(-1)[:, 0]


def neutral_kept(logits, multi_label):
    return logits.softmax(-1)[:, 0] if multi_label else logits[:, 0].softmax(0)


def sigmoid_alone(logits, multi_label):
    return logits[:, 0].sigmoid() if multi_label else logits[:, 0].softmax(0)


def both_columns(logits, multi_label):
    return logits[:, [0, 2]].softmax(-1) if multi_label else logits[:, 0].softmax(0)


def contradiction_column(logits, multi_label):
    return logits[:, 2].softmax(0)


def contradiction_share(logits, multi_label):
    return logits[:, [0, 2]].softmax(-1)[:, 1] if multi_label else logits[:, 0].softmax(0)


def first_row(logits, multi_label):
    return logits[0].softmax(0)


def whole_table(logits, multi_label):
    return logits.softmax(0)


def softmax_twice(logits, multi_label):
    shares = logits.softmax(-1)[:, 0]
    return shares / shares.sum()


def winner(logits, multi_label):
    return logits[:, 0].argmax()


def the_printed_scores(logits, multi_label):
    return [0.9987, 0.0043, 0.0020] if multi_label else [0.9965, 0.0021, 0.0015]


def not_a_number(logits, multi_label):
    return logits[:, 0] * float("nan")


def without_columns(logits, multi_label):
    return logits.entailment.softmax(0)


def claims_beside_all_letters(rows):
    return {"text": rows["text"] * 3, "claim": CLAIMS * len(rows["text"])}


def desk_by_desk(rows):
    count = len(rows["text"])
    return {"text": rows["text"] * 3, "claim": [claim for claim in CLAIMS for _ in range(count)]}


def as_for_one_row(rows):
    return {"text": [rows["text"]] * 3, "claim": CLAIMS}


def characters(rows):
    letters = [character for character in rows["text"][0] for _ in CLAIMS]
    return {"text": letters, "claim": CLAIMS * len(rows["text"][0])}


def names_of_columns(rows):
    return {
        "text": [letter for letter in rows for _ in CLAIMS],
        "claim": [claim for _ in rows for claim in CLAIMS],
    }


def first_letter_alone(rows):
    texts, asked = [], []
    for letter in rows["text"]:
        for claim in CLAIMS:
            texts.append(letter)
            asked.append(claim)
        return {"text": texts, "claim": asked}


def list_of_dicts(rows):
    return [{"text": letter, "claim": claim} for letter in rows["text"] for claim in CLAIMS]


def desks_instead_of_claims(rows):
    made = desk_by_letter(rows)
    return {"text": made["text"], "claim": [c.split()[-1].strip(".") for c in made["claim"]]}


def desk_by_letter(rows):
    return {
        "text": [letter for letter in rows["text"] for _ in CLAIMS],
        "claim": [claim for _ in rows["text"] for claim in CLAIMS],
    }


def label_kept_short(rows):
    return {**desk_by_letter(rows), "label": rows["label"]}


def claims_backwards(rows):
    made = desk_by_letter(rows)
    return {"text": made["text"], "claim": [*reversed(CLAIMS)] * len(rows["text"])}


def key_misnamed(rows):
    made = desk_by_letter(rows)
    return {"letter": made["text"], "claim": made["claim"]}


def texts_once(rows):
    return {"text": rows["text"], "claim": CLAIMS * len(rows["text"])}


def returning_nothing(rows):
    texts = []
    for letter in rows["text"]:
        texts.append(letter)


def claims_nested(rows):
    return {"text": rows["text"], "claim": [CLAIMS for _ in rows["text"]]}


PAIR, SCORES, ASK = "05-pair-by-hand", "05-zero-shot", "05-ask-desks"
WRONG = [
    (PAIR, second_cls, 1, "a pair has one [CLS], yours has two; the second is at place 3"),
    (PAIR, no_last_separator, 1, "the second text is not closed by a [SEP]"),
    (PAIR, no_middle_separator, 1, "there is no [SEP] between the two texts"),
    (PAIR, no_cls, 1, "there is no [CLS] in front"),
    (PAIR, no_marks, 1, "the three special tokens are missing"),
    (PAIR, second_first, 1, "the second text stands first"),
    (PAIR, separator_in_second_segment, 2, "the segments change one token too early"),
    (PAIR, swapped_segments, 2, "your segment numbers are exchanged"),
    (PAIR, segments_of_words_alone, 2, "6 ids and 3 segment numbers: every token needs one"),
    (PAIR, segments_all_zero, 2, "all segment numbers are 0"),
    (PAIR, ids_alone, 1, "two lists are wanted, ids and segment numbers, got one list"),
    (PAIR, ids_printed, 1, "your function returns nothing: return ids, segments"),
    (PAIR, marks_as_words, 1, "ids are numbers: [CLS] is 101 and [SEP] is 102"),
    (PAIR, lists_in_a_list, 1, "a list stands inside your list"),
    (PAIR, changing_the_lists, 1, "changed the lists it was given"),
    (PAIR, the_example_alone, 1, "the ids differ"),
    (PAIR, joined_with_a_number, 1, "your code raised TypeError"),
    (SCORES, logits_themselves, 2, "these are logits: the softmax is missing"),
    (SCORES, labels_apart, 2, "your scores add up to 1.005, not to 1"),
    (SCORES, never_competing, 2, "the desks do not compete: your scores add up to 1.005"),
    (SCORES, always_competing, 2, "with multi_label=True the desks must not compete"),
    (SCORES, neutral_kept, 2, "neutral is still in the softmax"),
    (SCORES, sigmoid_alone, 2, "contradiction, column 2, has no say"),
    (SCORES, both_columns, 2, "2 numbers per desk for multi_label=True"),
    (SCORES, contradiction_column, 1, "you read column 2, contradiction"),
    (SCORES, contradiction_share, 2, "the share of contradiction, not of entailment"),
    (SCORES, whole_table, 1, "3 numbers per desk for multi_label=False"),
    (SCORES, softmax_twice, 2, "the softmax along the row comes first here"),
    (SCORES, winner, 1, "scores are wanted, one per desk, got one number"),
    (SCORES, first_row, 1, "you took one row; column 0 runs down all of them"),
    (SCORES, the_printed_scores, 1, "expected"),
    (SCORES, not_a_number, 1, "NaN"),
    (SCORES, without_columns, 1, "your code raised AttributeError"),
    (ASK, claims_beside_all_letters, 2, "the three rows of one letter must stand together"),
    (ASK, desk_by_desk, 2, "the three rows of one letter must stand together"),
    (ASK, as_for_one_row, 2, "each text must be one string, yours is a list"),
    (ASK, characters, 2, "over the characters of a letter"),
    (ASK, names_of_columns, 1, "your loop runs over the names of the columns"),
    (ASK, first_letter_alone, 2, "2 letters make 6 rows, and your text has 3"),
    (ASK, list_of_dicts, 1, "a dict of lists is wanted"),
    (ASK, desks_instead_of_claims, 2, "the claim of row 0 is none of the three claims"),
    (ASK, label_kept_short, 1, "your column label has 2 values beside 6 rows"),
    (ASK, claims_backwards, 2, "row 0 asks about another desk than expected"),
    (ASK, key_misnamed, 1, "the keys text and claim are wanted, yours are: letter, claim"),
    (ASK, texts_once, 2, "2 letters make 6 rows, and your text has 2"),
    (ASK, returning_nothing, 1, "your function returns nothing: return a dict"),
    (ASK, claims_nested, 2, "each claim must be one string, yours is a list"),
]


def pair_as_tensors(first, second):
    ids = torch.tensor([101, *first, 102, *second, 102])
    return ids, np.array([0] * (len(first) + 2) + [1] * (len(second) + 1))


def scores_as_a_list(logits, multi_label):
    if multi_label:
        return (logits[:, 0] - logits[:, 2]).sigmoid().tolist()
    return logits[:, 0].softmax(0).double().numpy()


def columns_as_arrays(rows):
    made = desk_by_letter(rows)
    return {"text": np.array(made["text"]), "claim": np.array(made["claim"])}


def labels_repeated(rows):
    return {**desk_by_letter(rows), "label": [label for label in rows["label"] for _ in CLAIMS]}


RIGHT = [
    (PAIR, pair_as_tensors),
    (SCORES, scores_as_a_list),
    (ASK, columns_as_arrays),
    (ASK, labels_repeated),
]
