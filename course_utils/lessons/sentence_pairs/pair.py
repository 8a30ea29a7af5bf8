"""Exercise 1 of lesson 05: two lists of ids in one row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from course_utils.lesson.check import NotYet, as_numbers, exercise
from course_utils.lesson.shown import expected_and_got
from course_utils.lessons.sentence_pairs.proofs import pair_by_hand

CLS, SEP = 101, 102


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
