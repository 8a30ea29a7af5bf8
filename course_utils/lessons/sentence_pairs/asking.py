"""Exercise 3 of lesson 05: a batched function that makes three rows of each letter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from course_utils.lesson.check import NotYet, exercise
from course_utils.lesson.shown import shown_table
from course_utils.lessons.sentence_pairs.proofs import ask_desks
from course_utils.lessons.sentence_pairs.runs import CLAIMS

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
