"""The exercises of notebook 05, sentence pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch

from course_utils.lesson.check import NotYet, as_numbers, exercise
from course_utils.pictures.page import table
from course_utils.pictures.view import View, plain_table

CLS, SEP = 101, 102


def beside(caption: str, expected: object, got: object) -> View:
    """Put what was expected above what came."""
    rows = [("expected", expected), ("got", got)]
    return View(
        html=table(caption, ("", "value"), rows),
        text=f"{caption}\n{plain_table(('', 'value'), rows)}",
    )


def pair_by_hand(first, second):
    """The course's own `pair_by_hand`."""
    ids = [101] + first + [102] + second + [102]
    return ids, [0] * (len(first) + 2) + [1] * (len(second) + 1)


@exercise(
    "05-pair-by-hand",
    hints=[
        "The order is [CLS] (id 101), first text, [SEP] (id 102), second text, [SEP]: three special tokens in all.",
        "Segment 0 covers [CLS], the first text and the [SEP] that closes it; segment 1 the second text and its [SEP].",
        "Count: len(first) + 2 zeros, then len(second) + 1 ones.",
    ],
    solution=pair_by_hand,
)
def examine_pair(attempt: Callable) -> str:
    """Compare with the pair that the tokenizer builds, on random ids of all lengths."""
    draw = torch.Generator().manual_seed(5)
    for _ in range(300):
        sizes = torch.randint(0, 9, (2,), generator=draw).tolist()
        first, second = (
            torch.randint(1000, 30000, (size,), generator=draw).tolist() for size in sizes
        )
        _compare_pair(attempt(list(first), list(second)), first, second)
    return "300 of 300 pairs, ids and segments."


def _compare_pair(got, first, second) -> None:
    expected = ([CLS, *first, SEP, *second, SEP], [0] * (len(first) + 2) + [1] * (len(second) + 1))
    if not isinstance(got, (list, tuple)) or len(got) != 2:
        raise NotYet("expected two lists, input_ids and token_type_ids", hint=1)
    ids, types = (
        as_numbers(part, name, shape=(None,), whole=True, hint=1).tolist()
        for part, name in zip(got, ("input_ids", "token_type_ids"), strict=True)
    )
    if ids != expected[0]:
        lost = ": the second text is not closed by a [SEP]" if ids == expected[0][:-1] else ""
        if ids == [CLS, *first, SEP, CLS, *second, SEP]:
            lost = ": the second text has a [CLS] of its own, and a pair has only one, at the beginning"
        raise NotYet(f"the ids differ{lost}", shown=beside("input_ids", expected[0], ids), hint=1)
    if len(types) != len(ids):
        raise NotYet(
            f"there are {len(ids)} ids and {len(types)} segment numbers: every token needs one",
            hint=3,
        )
    if types != expected[1]:
        flipped = [1 - number for number in types]
        reason = (
            "the segments are swapped"
            if flipped == expected[1]
            else "the segments change at the wrong token"
        )
        raise NotYet(reason, shown=beside("token_type_ids", expected[1], types), hint=2)


BATCHES = (
    {"sentence1": ["a", "b"], "sentence2": ["c", "d"], "label": [1, 0], "kind": ["x", "y"]},
    {"sentence1": ["only"], "sentence2": ["one"], "label": [0], "kind": ["z"]},
)


def both_orders(rows):
    """The course's own `both_orders`."""
    first, second = rows["sentence1"], rows["sentence2"]
    return {"sentence1": first + second, "sentence2": second + first, "label": rows["label"] * 2}


@exercise(
    "05-both-orders",
    hints=[
        "A batched function gets a dict of columns, each a list, and returns a dict of columns.",
        "List concatenation does it: first + second for one column, second + first for the other.",
        "All columns that you return must have the same new length, so the labels are needed twice as well.",
    ],
    solution=both_orders,
)
def examine_orders(attempt: Callable) -> str:
    """Run the attempt through Dataset.map and compare the rows."""
    from datasets import Dataset

    for batch in BATCHES:
        _compare_columns(attempt({name: list(column) for name, column in batch.items()}), batch)
    data = Dataset.from_dict(BATCHES[0]).map(attempt, batched=True, remove_columns=list(BATCHES[0]))
    return f"Dataset.map made {data.num_rows} rows out of 2, with the columns {', '.join(data.column_names)}."


def _compare_columns(got, batch) -> None:
    names = {"sentence1", "sentence2", "label"}
    if not isinstance(got, Mapping) or not names <= set(got):
        found = ", ".join(got) if isinstance(got, Mapping) else type(got).__name__
        raise NotYet(
            f"expected a dict with the columns sentence1, sentence2 and label, got {found}", hint=1
        )
    count = 2 * len(batch["label"])
    got = {name: c.tolist() if hasattr(c, "tolist") else c for name, c in got.items()}
    if not all(isinstance(column, list | tuple) for column in got.values()):
        raise NotYet("each column has to be a list, one value per row", hint=1)
    short = [name for name in sorted(got) if len(got[name]) != count]
    if short:
        raise NotYet(f"{count} rows are expected, and {short[0]} has {len(got[short[0]])}", hint=3)
    rows = sorted(zip(got["sentence1"], got["sentence2"], got["label"], strict=True))
    first, second, label = batch["sentence1"], batch["sentence2"], batch["label"]
    expected = sorted(
        [*zip(first, second, label, strict=True), *zip(second, first, label, strict=True)]
    )
    if rows != expected:
        raise NotYet(
            "the rows differ: each pair once as it is and once turned round, both with its own label",
            shown=beside("rows, sorted", expected, rows),
            hint=2,
        )


def zero_shot_scores(logits, multi_label):
    """The course's own `zero_shot_scores`."""
    if multi_label:
        return logits[:, [0, 2]].softmax(-1)[:, 0]
    return logits[:, 0].softmax(0)


@exercise(
    "05-zero-shot",
    hints=[
        "One row per candidate label: its hypothesis was read together with the text. Entailment is column 0, neutral "
        "column 1, contradiction column 2.",
        "Exactly one label is right: the labels compete: softmax over the entailment column, down the rows.",
        "Several may be right (multi_label=True): each label on its own, softmax over its entailment and contradiction "
        "logits, neutral left out.",
    ],
    solution=zero_shot_scores,
)
def examine_zero_shot(attempt: Callable) -> str:
    """Compare both settings with the pipeline's arithmetic on random logits."""
    draw = torch.Generator().manual_seed(50)
    for _ in range(200):
        logits = 3 * torch.randn(int(torch.randint(2, 6, (), generator=draw)), 3, generator=draw)
        for multi_label in (False, True):
            _compare_scores(attempt(logits.clone(), multi_label), logits, multi_label)
    return "200 of 200 sets of logits, one label and several, scores equal to 1e-6."


def _compare_scores(got, logits, multi_label) -> None:
    expected = logits[:, [0, 2]].softmax(-1)[:, 0] if multi_label else logits[:, 0].softmax(0)
    got = as_numbers(got, "one score per label", shape=tuple(expected.shape), hint=1)
    if torch.allclose(got, expected, atol=1e-6):
        return
    rounded = ([round(score, 4) for score in row.tolist()] for row in (expected, got))
    shown = beside(f"scores, multi_label={multi_label}", *rounded)
    three_way = logits.softmax(-1)[:, 0]
    if torch.allclose(got, three_way, atol=1e-6):
        message = (
            "neutral is still in the softmax"
            if multi_label
            else "the scores of the labels do not add up to 1: each row was normalised on its own"
        )
        raise NotYet(message, shown=shown, hint=3 if multi_label else 2)
    _name_wrong_column(got, logits, multi_label, shown)
    if multi_label and torch.allclose(got, logits[:, 0].softmax(0), atol=1e-6):
        raise NotYet(
            "with multi_label=True the labels must not compete with each other", shown=shown, hint=3
        )
    raise NotYet("the scores differ", shown=shown, hint=1)


def _name_wrong_column(got, logits, multi_label, shown) -> None:
    """Recognise scores that were read from the column of another verdict."""
    for column, name in ((1, "neutral"), (2, "contradiction")):
        if torch.allclose(got, logits[:, column].softmax(0), atol=1e-6):
            raise NotYet(f"you read column {column}, {name}", shown=shown, hint=1)
    if multi_label and torch.allclose(got, logits[:, [0, 2]].softmax(-1)[:, 1], atol=1e-6):
        raise NotYet("this is the share of contradiction, not of entailment", shown=shown, hint=3)
