"""Lesson 05, sentence pairs: its exercises, and the names that its notebook imports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from course_utils.lesson.check import NotYet, as_numbers, exercise
from course_utils.lesson.shown import expected_and_got, shown_table
from course_utils.lessons.sentence_pairs.explorers import explore_claims, explore_desks
from course_utils.lessons.sentence_pairs.proofs import ask_desks, pair_by_hand, zero_shot_scores
from course_utils.lessons.sentence_pairs.runs import CLAIMS, ask_all, sorted_by_cosine
from course_utils.lessons.sentence_pairs.views import (
    show_calls,
    show_columns,
    show_glue,
    show_judges,
    show_more_mail,
    show_places,
    show_segments,
    show_trays,
)

__all__ = [
    "ask_all",
    "explore_claims",
    "explore_desks",
    "show_calls",
    "show_columns",
    "show_glue",
    "show_judges",
    "show_more_mail",
    "show_places",
    "show_segments",
    "show_trays",
    "sorted_by_cosine",
]

CLS, SEP = 101, 102


# Exercise 1


@exercise(
    "05-pair-by-hand",
    hints=[
        "The order is [CLS] (id 101), first text, [SEP] (id 102), second text, [SEP]: three special tokens in all. "
        "Lists are joined with +, and [101] is a list of one id.",
        "To which text does the [SEP] in the middle belong? It closes the first one, so its segment number is 0. So 0 "
        "stands for [CLS], the first text and that [SEP].",
        "ids = [101] + first + [102] + second + [102]; "
        "segments = [0] * (len(first) + 2) + [1] * (len(second) + 1); return ids, segments",
    ],
    solution=pair_by_hand,
)
def examine_pair(attempt: Callable) -> str:
    """Compare with the tokenizer's way, on ids of all lengths, and expect the given lists as they were."""
    draw = torch.Generator().manual_seed(5)
    cases = [([7], [8, 9])]
    for _ in range(60):
        sizes = torch.randint(1, 9, (2,), generator=draw, device="cpu").tolist()
        cases.append(
            tuple(
                torch.randint(1000, 30000, (size,), generator=draw, device="cpu").tolist()
                for size in sizes
            )
        )
    for first, second in cases:
        given = list(first), list(second)
        got = attempt(*given)
        if given != (first, second):
            raise NotYet("your function changed the lists it was given; + makes a new list", hint=1)
        _compare_pair(got, first, second)
    return f"{len(cases)} of {len(cases)} pairs, ids and segment numbers."


def _compare_pair(got: Any, first: list, second: list) -> None:
    if got is None:
        raise NotYet("your function returns nothing: return ids, segments", hint=1)
    if not isinstance(got, list | tuple) or len(got) != 2:
        kind = f"a {type(got).__name__}" if not isinstance(got, list) else "one list"
        raise NotYet(
            f"two lists are wanted, ids and segment numbers, got {kind}: return ids, segments",
            hint=1,
        )
    if any(isinstance(value, str) for part in got for value in _flat(part)):
        raise NotYet("ids are numbers: [CLS] is 101 and [SEP] is 102", hint=1)
    if any(isinstance(value, list | tuple) for part in got for value in _flat(part)):
        raise NotYet(
            "a list stands inside your list: join the lists with +, so that one flat list comes out",
            hint=1,
        )
    ids, segments = (
        as_numbers(part, name, shape=(None,), whole=True, hint=1).tolist()
        for part, name in zip(got, ("the ids", "the segment numbers"), strict=True)
    )
    _compare_ids(ids, first, second)
    _compare_segments(segments, first, second)


def _flat(part: Any) -> list:
    return list(part) if isinstance(part, list | tuple) else []


def _compare_ids(ids: list, first: list, second: list) -> None:
    wanted = pair_by_hand(first, second)[0]
    if ids == wanted:
        return
    if ids == [CLS, *first, SEP, CLS, *second, SEP]:
        why = f"a pair has one [CLS], yours has two; the second is at place {len(first) + 2}"
    elif ids == wanted[:-1]:
        why = "the second text is not closed by a [SEP]"
    elif ids == wanted[1:]:
        why = "there is no [CLS] in front"
    elif ids == [CLS, *first, *second, SEP]:
        why = "there is no [SEP] between the two texts"
    elif ids == first + second:
        why = "the three special tokens are missing"
    elif ids == pair_by_hand(second, first)[0]:
        why = "the second text stands first"
    else:
        why = "the ids differ"
    raise NotYet(why, shown=expected_and_got("ids", wanted, ids), hint=1)


def _compare_segments(segments: list, first: list, second: list) -> None:
    wanted = pair_by_hand(first, second)[1]
    if segments == wanted:
        return
    if len(segments) != len(wanted):
        why = f"{len(wanted)} ids and {len(segments)} segment numbers: every token needs one, special tokens too"
    elif segments == [1 - number for number in wanted]:
        why = "your segment numbers are exchanged: 0 stands for the first text, 1 for the second"
    elif segments == [0] * (len(first) + 1) + [1] * (len(second) + 2):
        why = "the segments change one token too early"
    elif len(set(segments)) == 1:
        why = f"all segment numbers are {segments[0]}: the model could not tell the texts apart by them"
    else:
        why = "the segments change at another token"
    raise NotYet(why, shown=expected_and_got("segment numbers", wanted, segments), hint=2)


# Exercise 2


@exercise(
    "05-zero-shot",
    hints=[
        "Which column says follows? Column 0, entailment. logits[:, 0] takes it out of every row.",
        "multi_label=False: the desks compete, so the softmax runs down that column, over the rows. "
        "multi_label=True: each row for itself, softmax over its columns 0 and 2, and the share of column 0 is the score.",
        "if multi_label: return logits[:, [0, 2]].softmax(-1)[:, 0]. Else: return logits[:, 0].softmax(0)",
    ],
    solution=zero_shot_scores,
)
def examine_zero_shot(attempt: Callable) -> str:
    """Compare both settings with the pipeline's arithmetic, on logits for two to five desks."""
    draw = torch.Generator().manual_seed(50)
    example = torch.tensor([[4.96, -3.42, -1.72], [-1.22, -3.55, 4.23], [-1.56, -3.69, 4.67]])
    cases = [example]
    for _ in range(40):
        count = int(torch.randint(2, 6, (), generator=draw, device="cpu"))
        cases.append(3 * torch.randn(count, 3, generator=draw, device="cpu"))
    for logits in cases:
        for multi_label in (False, True):
            _compare_scores(attempt(logits.clone(), multi_label), logits, multi_label)
    return f"{len(cases)} of {len(cases)} sets of logits, one desk and several."


def _compare_scores(got: Any, logits: torch.Tensor, multi_label: bool) -> None:
    wanted = zero_shot_scores(logits, multi_label)
    setting, count = f"multi_label={multi_label}", len(logits)
    if got is None:
        raise NotYet(f"your function returns nothing for {setting}", hint=1)
    got = as_numbers(got, f"the scores for {setting}", hint=1)
    if got.ndim == 0:
        raise NotYet(
            f"scores are wanted, one per desk, got one number, {got.item():g}: no argmax here",
            hint=1,
        )
    if got.ndim == 2 and got.shape[0] == count:
        raise NotYet(
            f"{got.shape[1]} numbers per desk for {setting}: one score per desk is wanted, from the "
            "share of entailment, column 0",
            hint=2 if multi_label else 1,
        )
    if tuple(got.shape) != (count,):
        raise NotYet(
            f"expected {count} scores for {count} desks, one per row, got shape {tuple(got.shape)}",
            hint=1,
        )
    if torch.allclose(got, wanted, atol=1e-5):
        return
    why, number = _why_scores(got, logits, multi_label)
    raise NotYet(why, shown=expected_and_got(f"scores, {setting}", wanted, got), hint=number)


def _why_scores(got: torch.Tensor, logits: torch.Tensor, multi_label: bool) -> tuple[str, int]:
    three, two = logits.softmax(-1), logits[:, [0, 2]].softmax(-1)

    def same(other: torch.Tensor) -> bool:
        return torch.allclose(got, other, atol=1e-5)

    if same(logits[:, 0]):
        return "these are logits: the softmax is missing", 2
    if not multi_label and (same(three[:, 0]) or same(two[:, 0])):
        return (
            f"the desks do not compete: your scores add up to {float(got.sum()):.3f}, not to 1",
            2,
        )
    if multi_label and same(three[:, 0]):
        return (
            "neutral is still in the softmax; with multi_label=True only columns 0 and 2 count",
            2,
        )
    if multi_label and same(logits[:, 0].softmax(0)):
        return "with multi_label=True the desks must not compete; each row stands for itself", 2
    if multi_label and same(logits[:, 0].sigmoid()):
        return "contradiction, column 2, has no say in your scores", 2
    for column, name in ((1, "neutral"), (2, "contradiction")):
        if any(same(table[:, column]) for table in (three, logits.softmax(0))):
            return f"you read column {column}, {name}", 1
    if len(logits) == 3 and same(logits[0].softmax(0)):
        return "you took one row; column 0 runs down all of them", 1
    if same(two[:, 1]):
        return "this is the share of contradiction, not of entailment", 2
    if same(three.softmax(0)[:, 0]) or same(three[:, 0] / three[:, 0].sum()):
        return "the softmax along the row comes first here; start from the logits of column 0", 2
    return "the scores differ", 1


# Exercise 3

BATCHES = (
    {"text": ["Prices rose.", "School starts early."], "label": [2, 0]},
    {"text": ["A vote.", "A shop.", "A test."], "label": [1, 2, 0]},
)


@exercise(
    "05-ask-desks",
    hints=[
        'rows is a dict of lists: rows["text"] is the list of all letters. Return a dict of lists, too, with the keys '
        '"text" and "claim".',
        "Two loops, one in the other: for letter in the letters, and inside it for claim in claims. Each round puts one "
        "letter at the end of one list and one claim at the end of the other.",
        'texts, asked = [], []; for letter in rows["text"]: for claim in claims: texts.append(letter); '
        'asked.append(claim). After both loops: return {"text": texts, "claim": asked}',
    ],
    solution=ask_desks,
)
def examine_ask_desks(attempt: Callable) -> str:
    """Expect three rows per letter, those of one letter together, and let ``Dataset.map`` run the function."""
    from datasets import Dataset

    for batch in BATCHES:
        given = {name: list(column) for name, column in batch.items()}
        _compare_rows(attempt(given), batch)
    made = Dataset.from_dict(BATCHES[0]).map(
        attempt, batched=True, remove_columns=["text", "label"]
    )
    return f"map made {made.num_rows} rows out of 2, with the columns {' and '.join(made.column_names)}."


def _compare_rows(got: Any, batch: dict) -> None:
    letters = batch["text"]
    wanted = [(letter, claim) for letter in letters for claim in CLAIMS]
    texts, claims = _columns(got)
    for name, column in (("text", texts), ("claim", claims)):
        for value in column:
            if not isinstance(value, str):
                raise NotYet(
                    f'each {name} must be one string, yours is a {type(value).__name__}: rows["text"] '
                    "holds all letters, take them one by one",
                    hint=2,
                )
    if set(texts) <= {"text", "label"}:
        raise NotYet(
            'your loop runs over the names of the columns; rows["text"] has the letters', hint=1
        )
    if set(texts) <= set("".join(letters)):
        raise NotYet("your loop runs over the characters of a letter", hint=2)
    _compare_counts(texts, claims, got, letters)
    _compare_order(list(zip(texts, claims, strict=True)), wanted)


def _columns(got: Any) -> tuple[list, list]:
    if got is None:
        raise NotYet("your function returns nothing: return a dict, after both loops", hint=1)
    if not isinstance(got, Mapping):
        kind = "a list of dicts" if _of_dicts(got) else f"a {type(got).__name__}"
        raise NotYet(f"a dict of lists is wanted, with the keys text and claim, got {kind}", hint=1)
    if not {"text", "claim"} <= set(got):
        keys = ", ".join(map(str, got)) or "none"
        raise NotYet(f"the keys text and claim are wanted, yours are: {keys}", hint=1)
    columns = [
        got[name].tolist() if hasattr(got[name], "tolist") else got[name]
        for name in ("text", "claim")
    ]
    for name, column in zip(("text", "claim"), columns, strict=True):
        if not isinstance(column, list | tuple):
            raise NotYet(
                f"{name} must be a list, one value per row, got one {type(column).__name__}", hint=1
            )
    return columns[0], columns[1]


def _of_dicts(got: Any) -> bool:
    return isinstance(got, list) and bool(got) and isinstance(got[0], Mapping)


def _compare_counts(texts: list, claims: list, got: Mapping, letters: list) -> None:
    count = len(letters) * len(CLAIMS)
    for name, column in (("text", texts), ("claim", claims)):
        if len(column) != count:
            raise NotYet(
                f"{len(letters)} letters make {count} rows, and your {name} has {len(column)}",
                hint=2,
            )
    for name in got:
        if len(got[name]) != count:
            raise NotYet(
                f"your column {name} has {len(got[name])} values beside {count} rows; leave it out",
                hint=1,
            )


def _compare_order(rows: list, wanted: list) -> None:
    if rows == wanted:
        return
    place = next(i for i, (one, other) in enumerate(zip(rows, wanted, strict=True)) if one != other)
    if {claim for _, claim in rows} - set(CLAIMS):
        why, number = f"the claim of row {place} is none of the three claims", 2
    elif [text for text, _ in rows] == [text for text, _ in wanted]:
        why = f"row {place} asks about another desk than expected; keep the order of the claims"
        number = 2
    elif sorted(rows) == sorted(wanted):
        why = "every letter meets every claim, but the three rows of one letter must stand together"
        number = 2
    else:
        why = "letters and claims are mixed up: the three rows of one letter must stand together"
        number = 2
    shown = shown_table(
        "the first rows",
        ["row", "expected", "got"],
        [[i, " | ".join(wanted[i]), " | ".join(rows[i])] for i in range(min(4, len(rows)))],
    )
    raise NotYet(why, shown=shown, hint=number)
